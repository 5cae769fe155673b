//! What a passage is counted under.

use crate::annotate::{Annotations, Assertion};
use crate::lexicon::Kind;

/// The groups of what is counted: aspects by label and by name, then the kinds of concepts.
pub(in crate::index) const GROUPS: [&str; 2 + Kind::ALL.len()] = {
    let [a, b, c, d] = Kind::ALL;
    ["aspect", "kind", a.name(), b.name(), c.name(), d.name()]
};

/// What a passage is counted under, each group with a value: aspects by name and label, concepts by
/// kind. What is only denied of a passage is not what it is about.
pub(in crate::index) fn facet_values(annotations: &Annotations) -> Vec<(&'static str, &str)> {
    let mut values: Vec<(&str, &str)> = Vec::new();
    let [label, name, ..] = GROUPS;
    for aspect in annotations.aspects.shown() {
        values.push((label, aspect.label()));
        values.push((name, aspect.name()));
    }
    for concept in &annotations.concepts {
        if concept.claim.assertion != Assertion::Negated {
            values.push((concept.kind.name(), &concept.name));
        }
    }
    values.sort_unstable();
    values.dedup();
    values
}
