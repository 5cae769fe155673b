//! What can be asked for by name: the concepts of a lexicon, with how many passages speak of each.

use std::cmp::Reverse;

use crate::index::{Engine, IndexError, Term};
use crate::lexicon::{Kind, Lexicon};

/// A concept, as a person may choose it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownConcept {
    pub name: String,
    pub kind: Kind,
    /// How many passages name it; `None` where no index was asked, and for mere terms, which are not
    /// counted.
    pub passages: Option<u64>,
}

/// The concepts that a pattern fits ([`Lexicon::fitting`]), of a kind if one is given, in the order of
/// their names.
pub fn known_concepts(lexicon: &Lexicon, pattern: &str, kind: Option<Kind>) -> Vec<KnownConcept> {
    let fitting = lexicon.fitting(pattern).into_iter();
    let concepts = fitting.map(|index| lexicon.concept(index));
    let wanted = concepts.filter(|concept| kind.is_none_or(|kind| kind == concept.kind));
    let mut known: Vec<KnownConcept> = wanted
        .map(|concept| KnownConcept {
            name: concept.name.to_owned(),
            kind: concept.kind,
            passages: None,
        })
        .collect();
    known.sort_by(|a, b| a.name.cmp(&b.name));
    known
}

/// The same of the lexicon of an index, those that most passages name first.
pub fn counted_concepts(
    engine: &dyn Engine,
    pattern: &str,
    kind: Option<Kind>,
) -> Result<Vec<KnownConcept>, IndexError> {
    let mut known = known_concepts(engine.lexicon(), pattern, kind);
    let mut counted: Vec<&mut KnownConcept> = known
        .iter_mut()
        .filter(|concept| concept.kind != Kind::Term)
        .collect();
    let terms: Vec<Term> = counted
        .iter()
        .map(|concept| Term::Facet(concept.kind.name(), concept.name.clone()))
        .collect();
    let passages = engine.frequencies(&terms)?;
    for (concept, passages) in counted.iter_mut().zip(passages) {
        concept.passages = Some(passages);
    }
    known.sort_by_key(|concept| Reverse(concept.passages));
    Ok(known)
}
