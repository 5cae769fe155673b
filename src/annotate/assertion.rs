//! What may be said of something that a text names: whether it is so, of whom, and when.
//!
//! The axes are those of ConText (Harkema et al., "ConText: an algorithm for determining negation,
//! experiencer, and temporal status from clinical reports", 2009), and beside them what leaflets have
//! and notes have not: advice, and who is spoken of as a group.

use serde::{Deserialize, Serialize};

use crate::lexicon::Kind;

/// What is said of a concept or cue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Assertion {
    /// It is so.
    Affirmed,
    /// It is not so: "no risk of addiction".
    Negated,
    /// It is so rarely or perhaps: "rarely, nerve damage".
    Hedged,
    /// It is asked about or supposed: "if you have a fracture".
    Hypothetical,
}

impl Assertion {
    /// Of two things that one sentence says of the same words the one that holds: what is supposed
    /// is neither denied nor hedged ("if you may have gout", "not if you have gout"), and what is
    /// denied is not hedged ("no possible harm").
    pub(super) fn over(self, other: Assertion) -> Assertion {
        let weight = |assertion| match assertion {
            Assertion::Affirmed => 0,
            Assertion::Hedged => 1,
            Assertion::Negated => 2,
            Assertion::Hypothetical => 3,
        };
        match weight(self) >= weight(other) {
            true => self,
            false => other,
        }
    }
}

/// What somebody is advised. The greater, the more there is to heed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Advice {
    Recommended,
    /// To take care with it.
    Caution,
    NotRecommended,
    Contraindicated,
}

impl Advice {
    /// The name in all output.
    pub const fn name(self) -> &'static str {
        match self {
            Advice::Recommended => "recommended",
            Advice::Caution => "caution",
            Advice::NotRecommended => "not-recommended",
            Advice::Contraindicated => "contraindicated",
        }
    }
}

/// When something is or was.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Time {
    #[default]
    Recent,
    /// "A history of", "in the past".
    Historical,
}

/// Who has it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Experiencer {
    /// Whoever the text is about.
    #[default]
    Patient,
    Family,
    Others,
}

/// A group that something is said of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Population {
    Children,
    Pregnancy,
    Older,
}

impl Population {
    /// The name in all output.
    pub const fn name(self) -> &'static str {
        match self {
            Population::Children => "children",
            Population::Pregnancy => "pregnancy",
            Population::Older => "older",
        }
    }
}

impl Experiencer {
    /// The name in all output; none for whoever the text is about.
    pub const fn name(self) -> Option<&'static str> {
        match self {
            Experiencer::Patient => None,
            Experiencer::Family => Some("family"),
            Experiencer::Others => Some("others"),
        }
    }
}

impl Time {
    /// The name in all output; none for what is now.
    pub const fn name(self) -> Option<&'static str> {
        match self {
            Time::Recent => None,
            Time::Historical => Some("historical"),
        }
    }
}

/// All that a sentence says of something it names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Claim {
    pub assertion: Assertion,
    /// Whether what is denied is that it helps.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub no_benefit: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub advice: Option<Advice>,
    #[serde(default, skip_serializing_if = "is_default")]
    pub time: Time,
    #[serde(default, skip_serializing_if = "is_default")]
    pub experiencer: Experiencer,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub population: Option<Population>,
}

impl Claim {
    /// What is said where a concept of that kind is named. That nothing helps a condition ("dialysis does not cure
    /// kidney failure") denies none of it: only of what is done about one can it be denied that it helps.
    pub(super) fn of_kind(self, kind: Kind) -> Claim {
        match kind {
            Kind::Condition | Kind::Risk if self.no_benefit => Claim {
                assertion: Assertion::Affirmed,
                no_benefit: false,
                ..self
            },
            _ => self,
        }
    }
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

impl From<Assertion> for Claim {
    fn from(assertion: Assertion) -> Claim {
        Claim {
            assertion,
            no_benefit: false,
            advice: None,
            time: Time::default(),
            experiencer: Experiencer::default(),
            population: None,
        }
    }
}
