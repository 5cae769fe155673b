//! How the score of a hit came about, in words, from what it was scored by.

use super::evidence::PoolEvidence;
use super::score::{Scored, Scorer};
use crate::index::TextField;

/// What a part of a score is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum PartKind {
    Words,
    Proximity,
    Title,
    Aspect,
    Together,
    Meaning,
    Variety,
    Depth,
}

impl PartKind {
    /// The name in explanations.
    pub fn name(self) -> &'static str {
        match self {
            PartKind::Words => "words",
            PartKind::Proximity => "proximity",
            PartKind::Title => "title",
            PartKind::Aspect => "aspect",
            PartKind::Together => "together",
            PartKind::Meaning => "meaning",
            PartKind::Variety => "variety",
            PartKind::Depth => "depth",
        }
    }
}

/// One part of a score, with what it comes from, in words.
#[derive(Debug, Clone, PartialEq)]
pub struct ScorePart {
    pub kind: PartKind,
    pub value: f64,
    pub reasons: Vec<String>,
}

/// The parts of a score that are not zero.
pub(super) fn parts(
    scorer: &Scorer<'_>,
    evidence: &PoolEvidence,
    scored: &Scored,
) -> Vec<ScorePart> {
    let values = &scored.values;
    let c = scored.candidate;
    let aspects = &evidence.table.candidate(c).aspects;
    let word_values = scorer.word_values(evidence, c);
    let coverage = scorer.coverage(&word_values);
    let (_, share) = scorer.title_value(evidence, c, scorer.bound(&word_values));
    let (_, chance) = scorer.aspect_value(aspects, coverage);
    let asked = scorer.plan.asked.best();
    let mut words = Vec::new();
    let found = scorer.words.iter().zip(&word_values);
    for (stats, value) in found.filter(|(_, value)| value.counted > 0.0) {
        let (counted_as, surface) = (value.counted, &stats.word.surface);
        let named = stats.concept.and_then(|concept| {
            let own = scorer.name(evidence.named(concept, c));
            own.or_else(|| scorer.name(evidence.narrower(concept, c)))
        });
        match named {
            Some(name) if value.by_name > value.exact => {
                words.push(format!("{surface} {counted_as:.2} (as “{name}”)"));
            }
            _ => words.push(format!(
                "{surface} {counted_as:.2} ({}; in {} passages of the corpus)",
                counted(scorer.own(stats, &evidence.table, c)),
                stats.passages
            )),
        }
    }
    let parts = [
        (PartKind::Words, values.words, words),
        (
            PartKind::Proximity,
            values.proximity,
            close(scorer, evidence, scored),
        ),
        (
            PartKind::Title,
            values.title,
            vec![format!(
                "{:.0} % of the title, in a passage with {:.0} % of the topic",
                share * 100.0,
                coverage * 100.0
            )],
        ),
        (
            PartKind::Aspect,
            values.aspect,
            asked
                .map(|aspect| {
                    format!(
                        "speaks of {aspect} with a chance of {:.0} %",
                        chance * 100.0
                    )
                })
                .into_iter()
                .collect(),
        ),
        (
            PartKind::Together,
            values.together,
            vec![scorer.things().collect::<Vec<_>>().join(" and ")],
        ),
        (
            PartKind::Meaning,
            values.meaning,
            vec![format!(
                "similar to what is asked, by {:.2} of 1",
                evidence.similarity(c).unwrap_or_default()
            )],
        ),
        (
            PartKind::Variety,
            values.variety,
            vec![format!("{} better from the same source", scored.before)],
        ),
        (
            PartKind::Depth,
            values.depth,
            vec!["by its words alone not among the first".to_owned()],
        ),
    ];
    let part = |(kind, value, reasons)| ScorePart {
        kind,
        value,
        reasons,
    };
    let parts = parts.into_iter().map(part);
    parts.filter(|part| part.value != 0.0).collect()
}

fn close(scorer: &Scorer<'_>, evidence: &PoolEvidence, scored: &Scored) -> Vec<String> {
    // Where the words stand was asked only of those that it could bring forward.
    let Some((positions, at)) = evidence.positions.as_ref().zip(scored.positioned) else {
        return Vec::new();
    };
    let words = scorer.whole_words();
    let said = scorer.close_pairs(positions, at).into_iter().map(|pair| {
        let surface = |at: usize| &words[at].word.surface;
        let (first, second) = (surface(pair.first), surface(pair.first + 1));
        match pair.distance {
            1 => format!("{first} and {second} side by side"),
            distance => format!("{first} and {second} {distance} words apart"),
        }
    });
    said.collect()
}

fn counted(counts: [u32; TextField::ALL.len()]) -> String {
    let counts = TextField::ALL.into_iter().zip(counts);
    let said: Vec<String> = counts
        .filter(|(_, count)| *count > 0)
        .map(|(field, count)| format!("{count} × in {}", field.name()))
        .collect();
    said.join(", ")
}
