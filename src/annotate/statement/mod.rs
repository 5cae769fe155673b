//! Statements: which technique, which kind of risk and which condition one sentence ties together.
//!
//! A passage that names manipulation, osteoporosis and "must not" need not say that manipulation must
//! not be done with osteoporosis. A [`Statement`] says that a unit of it does: the kind of risk is that of
//! its own words, else of what leads into it, else of the headings above; the technique is one that the
//! unit names, or what leads into it, or the nearest heading, or the title; and it is said of the
//! conditions that stand in the unit itself. What is not tied together is no statement.
//!
//! `read` finds them.

mod read;

use serde::{Deserialize, Serialize};

use super::Claim;
use super::aspect::Aspect;
use super::assertion::Assertion;
pub(super) use read::{FoundConcept, FromAbove, StatementReader, kind};

/// What one unit of a passage ties together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Statement {
    /// The kind of risk; always one for which [`Aspect::is_risk`] holds.
    pub risk: Aspect,
    /// The techniques or medicines it is said of, by their preferred names.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub techniques: Vec<String>,
    /// With which conditions, or what may come of it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub conditions: Vec<TiedCondition>,
    /// How often, as it is written, where the unit says so: "very rarely".
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub often: Option<String>,
    /// All that is said of these.
    #[serde(flatten)]
    pub claim: Claim,
    /// The unit, in bytes of the text of the passage: first, and one after the last.
    pub bytes: (usize, usize),
}

/// What a risk is of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TiedCondition {
    /// The preferred name of the concept.
    pub name: String,
    /// As it is written, with what says how bad or how new it is: "severe osteoporosis".
    pub written: String,
}

impl Statement {
    /// Whether it says that there is no such risk. "Must not be done" denies nothing.
    pub(crate) fn is_denied(&self) -> bool {
        self.claim.assertion == Assertion::Negated && self.claim.advice.is_none()
    }

    /// What a passage with this statement is found by: the kind of risk with a technique, a condition, or
    /// both. What is denied ties nothing together.
    pub(crate) fn ties(&self) -> Vec<String> {
        if self.is_denied() {
            return Vec::new();
        }
        let techniques = self.techniques.iter().map(String::as_str);
        let conditions = self.conditions.iter().map(|tied| tied.name.as_str());
        let conditions: Vec<Option<&str>> = conditions.map(Some).chain([None]).collect();
        let mut ties = Vec::new();
        for technique in techniques.map(Some).chain([None]) {
            let with = conditions.iter();
            ties.extend(with.map(|condition| tie(self.risk, technique, *condition)));
        }
        ties
    }
}

/// What a passage is found by that ties a kind of risk to a technique, a condition, or both.
pub(crate) fn tie(risk: Aspect, technique: Option<&str>, condition: Option<&str>) -> String {
    let [technique, condition] = [technique, condition].map(Option::unwrap_or_default);
    format!("{}\t{technique}\t{condition}", risk.name())
}
