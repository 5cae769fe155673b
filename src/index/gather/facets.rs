//! What a passage is counted under.

use std::borrow::Cow;
use std::collections::BTreeSet;

use crate::annotate::{Annotations, Assertion, Statement};
use crate::lexicon::Kind;

/// The groups of what is counted: aspects by label and by name, then the kinds of concepts.
pub(in crate::index) const GROUPS: [&str; 2 + Kind::ALL.len()] = {
    let [a, b, c, d] = Kind::ALL;
    ["aspect", "kind", a.name(), b.name(), c.name(), d.name()]
};

/// What the statements of a passage tie together, each once.
fn ties(annotations: &Annotations) -> BTreeSet<String> {
    let statements = annotations.statements.iter();
    statements.flat_map(Statement::ties).collect()
}

/// What a passage is of: the names of the aspects that are likely enough, and what its statements tie together.
pub(in crate::index) fn kinds(
    annotations: &Annotations,
) -> impl Iterator<Item = Cow<'static, str>> {
    let aspects = annotations
        .aspects
        .likely()
        .map(|aspect| aspect.name().into());
    aspects.chain(ties(annotations).into_iter().map(Cow::Owned))
}

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
        // "It must not be done" denies nothing.
        let denied =
            concept.claim.assertion == Assertion::Negated && concept.claim.advice.is_none();
        if !denied {
            values.push((concept.kind.name(), &concept.name));
        }
    }
    values.sort_unstable();
    values.dedup();
    values
}
