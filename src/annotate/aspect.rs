//! The closed set of aspects: what a passage can say about its subject, and what a query can ask.

use std::fmt;

use levenshtein_automata::Distance;
use serde::{Deserialize, Serialize};

use crate::analysis::nearly;

/// An aspect of a health topic.
///
/// The six kinds of risk and the two of inheritance are told apart, because who is asked to take
/// care matters; people see them under one [`Aspect::label`] and may filter by either name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[repr(u8)]
pub enum Aspect {
    Condition,
    Technique,
    Contraindication,
    Adverse,
    Precaution,
    Susceptibility,
    /// When to seek help now.
    RedFlag,
    /// What it must not be taken with.
    Interaction,
    Symptoms,
    Causes,
    Diagnosis,
    Treatment,
    Prevention,
    Outlook,
    Frequency,
    Inheritance,
    Genes,
    Stages,
    Preparation,
    Procedure,
    Recovery,
    Benefits,
    Alternatives,
    Cost,
    Provider,
}

use Aspect::*;

/// The one table: each aspect with its own name and its label.
const TABLE: [(Aspect, &str, &str); Aspect::COUNT] = [
    (Condition, "condition", "condition"),
    (Technique, "technique", "technique"),
    (Contraindication, "contraindication", "risk"),
    (Adverse, "adverse", "risk"),
    (Precaution, "precaution", "risk"),
    (Susceptibility, "susceptibility", "risk"),
    (RedFlag, "red-flag", "risk"),
    (Interaction, "interaction", "risk"),
    (Symptoms, "symptoms", "symptoms"),
    (Causes, "causes", "causes"),
    (Diagnosis, "diagnosis", "diagnosis"),
    (Treatment, "treatment", "treatment"),
    (Prevention, "prevention", "prevention"),
    (Outlook, "outlook", "outlook"),
    (Frequency, "frequency", "frequency"),
    (Inheritance, "inheritance", "inheritance"),
    (Genes, "genes", "inheritance"),
    (Stages, "stages", "stages"),
    (Preparation, "preparation", "preparation"),
    (Procedure, "procedure", "procedure"),
    (Recovery, "recovery", "recovery"),
    (Benefits, "benefits", "benefits"),
    (Alternatives, "alternatives", "alternatives"),
    (Cost, "cost", "cost"),
    (Provider, "provider", "provider"),
];

impl Aspect {
    /// How many aspects there are.
    pub const COUNT: usize = 25;

    /// All aspects, in the order of their indices.
    pub fn all() -> impl Iterator<Item = Aspect> {
        TABLE.into_iter().map(|(aspect, _, _)| aspect)
    }

    /// The index, below [`Aspect::COUNT`].
    pub fn index(self) -> usize {
        self as usize
    }

    /// The aspect's own name.
    pub fn name(self) -> &'static str {
        TABLE[self.index()].1
    }

    /// The name people see: "risk" for all kinds of risk.
    pub fn label(self) -> &'static str {
        TABLE[self.index()].2
    }

    /// Whether it is a kind of risk.
    pub fn is_risk(self) -> bool {
        self.label() == Contraindication.label()
    }

    /// The aspects a name stands for: one, or all of a label; none if it is neither. Words may stand
    /// apart ("red flag"), and "adverse effect" is the whole name of what is called "adverse".
    pub fn named(name: &str) -> Vec<Aspect> {
        let name = &name.replace([' ', '_'], "-");
        let name = match name.to_lowercase().strip_suffix("-effect") {
            Some(adverse) if adverse == Adverse.name() => Adverse.name(),
            _ => name,
        };
        let by = |pick: fn(Aspect) -> &'static str| -> Vec<Aspect> {
            Aspect::all()
                .filter(|aspect| pick(*aspect).eq_ignore_ascii_case(name))
                .collect()
        };
        let labelled = by(Aspect::label);
        match labelled.is_empty() {
            true => by(Aspect::name),
            false => labelled,
        }
    }
}

impl Aspect {
    /// The label or name that is spelled nearly like a text, where one is.
    pub(crate) fn nearest(text: &str) -> Option<&'static str> {
        let text = text.to_lowercase();
        let slips = if text.len() < 7 { 1 } else { 2 };
        let near = nearly(&text, slips)?;
        let names = TABLE.into_iter().flat_map(|(_, name, label)| [label, name]);
        let distances = names.filter_map(|name| match near.eval(name) {
            Distance::Exact(distance) => Some((distance, name)),
            Distance::AtLeast(_) => None,
        });
        distances.min().map(|(_, name)| name)
    }
}

impl fmt::Display for Aspect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_in_the_order_of_the_indices() {
        for (n, aspect) in Aspect::all().enumerate() {
            assert_eq!(aspect.index(), n);
        }
    }

    #[test]
    fn names_and_labels() {
        assert_eq!(Aspect::named("risk").len(), 6);
        assert_eq!(Aspect::named("Red flag"), [RedFlag]);
        assert_eq!(Aspect::named("adverse-effect"), [Adverse]);
        assert_eq!(Aspect::named("Contraindication"), [Contraindication]);
        assert_eq!(Aspect::named("inheritance").len(), 2);
        assert!(Aspect::named("weather").is_empty());
    }
}
