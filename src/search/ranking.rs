//! What a ranking is made of. Parts can be left out, to measure what each is worth.

use std::str::FromStr;

use super::feedback::Feedback;
use super::weights::Weights;

/// The parts of a ranking, all of them where nobody says otherwise.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Ranking {
    /// Whether title and headings count more than the body, and a title that is all about the
    /// topic more still.
    pub fields: bool,
    /// Whether words that stand close together count more.
    pub proximity: bool,
    /// Whether other names of the concepts named are looked for, too.
    pub concepts: bool,
    /// Whether it counts that a passage speaks of what is asked.
    pub aspects: bool,
    /// Whether it counts how similar a passage is in meaning, where the index has an encoder.
    pub meaning: bool,
    /// What each part counts.
    pub weights: Weights,
    /// Whether, and how, words of the best passages join the query. Only runs look at it.
    pub feedback: Option<Feedback>,
}

/// A part of a ranking, by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RankingPart {
    Fields,
    Proximity,
    Concepts,
    Aspects,
    Meaning,
}

impl RankingPart {
    const ALL: [(&str, RankingPart); 5] = [
        ("fields", RankingPart::Fields),
        ("proximity", RankingPart::Proximity),
        ("concepts", RankingPart::Concepts),
        ("aspects", RankingPart::Aspects),
        ("meaning", RankingPart::Meaning),
    ];
}

impl FromStr for RankingPart {
    type Err = String;

    fn from_str(name: &str) -> Result<RankingPart, String> {
        let known = RankingPart::ALL.iter().find(|(known, _)| *known == name);
        let names = RankingPart::ALL.map(|(name, _)| name).join(", ");
        known
            .map(|(_, part)| *part)
            .ok_or_else(|| format!("the parts of a ranking are {names}"))
    }
}

impl Default for Ranking {
    fn default() -> Self {
        Ranking {
            fields: true,
            proximity: true,
            concepts: true,
            aspects: true,
            meaning: true,
            weights: Weights::learned(),
            feedback: None,
        }
    }
}

impl Ranking {
    /// The whole ranking but for some parts.
    pub fn without(parts: &[RankingPart]) -> Ranking {
        let mut ranking = Ranking::default();
        for part in parts {
            match part {
                RankingPart::Fields => ranking.fields = false,
                RankingPart::Proximity => ranking.proximity = false,
                RankingPart::Concepts => ranking.concepts = false,
                RankingPart::Aspects => ranking.aspects = false,
                RankingPart::Meaning => ranking.meaning = false,
            }
        }
        ranking
    }
}
