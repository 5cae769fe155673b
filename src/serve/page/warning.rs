//! What a nurse has to see first of a passage: which kind of risk it speaks of, by word, shape and
//! colour, and of what.

use std::ops::Range;

use maud::{Markup, html};

use crate::annotate::{Assertion, Mentioned, Statement};
use crate::index::StoredPassage;
use crate::lexicon::Kind;
use crate::output::statement::{KINDS, PlainStatement, notes, warnings};

/// So many things are named on the one line.
const NAMED: usize = 3;

/// A kind of risk.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Warning(usize);

impl Warning {
    /// All of them, the gravest first.
    pub(super) fn all() -> impl Iterator<Item = Warning> {
        (0..KINDS.len()).map(Warning)
    }

    /// The name of its aspect, and of its shape and colour.
    pub(super) fn name(self) -> &'static str {
        KINDS[self.0].0.name()
    }

    pub(super) fn word(self) -> &'static str {
        KINDS[self.0].1
    }

    /// The kind of a statement.
    pub(super) fn of(statement: &PlainStatement) -> Option<Warning> {
        let at = KINDS.iter().position(|kind| *kind == statement.kind);
        at.map(Warning)
    }

    /// Its word with its shape, in its colour.
    pub(super) fn label(self) -> Markup {
        html! {
            span class={ "kind " (self.name()) } { span.shape aria-hidden="true" {} (self.word()) }
        }
    }
}

/// The kinds of risk that a passage speaks of, the gravest first.
pub(super) fn kinds(passage: &StoredPassage) -> Vec<Warning> {
    let speaks = |kind: &Warning| passage.risks.iter().any(|risk| risk == kind.name());
    Warning::all().filter(speaks).collect()
}

/// The sentences of a passage that tie a kind of risk to something, in bytes of its text, each with the gravest that
/// it speaks of.
pub(super) fn warned(passage: &StoredPassage) -> Vec<(Range<usize>, Warning)> {
    let placed = |(kind, statement): (usize, &Statement)| {
        (statement.bytes.0..statement.bytes.1, Warning(kind))
    };
    let mut warned: Vec<(Range<usize>, Warning)> = warnings(passage).map(placed).collect();
    warned.sort_by_key(|(bytes, kind)| (bytes.start, *kind));
    let mut end = 0;
    warned.retain(|(bytes, _)| {
        let is_next = bytes.start >= end && !bytes.is_empty();
        end = if is_next { bytes.end } else { end };
        is_next
    });
    warned
}

/// What is named on the one line, in plain words: what the query names first.
pub(super) fn named(passage: &StoredPassage, query: &str) -> String {
    let query = query.to_lowercase();
    let shown = |concept: &&Mentioned| matches!(concept.kind, Kind::Condition | Kind::Technique);
    let mut concepts: Vec<&Mentioned> = passage.concepts.iter().filter(shown).collect();
    concepts.sort_by_key(|concept| {
        let asked = query.contains(&concept.name.to_lowercase());
        (!asked, concept.kind != Kind::Condition)
    });
    let more = concepts.len().saturating_sub(NAMED);
    let mut names: Vec<String> = concepts.into_iter().take(NAMED).map(in_words).collect();
    match more {
        0 => {}
        more => names.push(format!("{more} more")),
    }
    names.join(", ")
}

/// A concept with what is said of it.
fn in_words(concept: &Mentioned) -> String {
    let Mentioned { name, claim, .. } = concept;
    let notes = notes(claim);
    let no = if claim.assertion == Assertion::Negated {
        "no "
    } else {
        ""
    };
    match notes.is_empty() {
        true => format!("{no}{name}"),
        false => format!("{no}{name} ({})", notes.join(", ")),
    }
}

/// What all that is named is said to be, in plain words, with the names.
pub(super) fn by_assertion(passage: &StoredPassage) -> Vec<(&'static str, String)> {
    const WORDS: [(Assertion, &str); 4] = [
        (Assertion::Affirmed, "Named"),
        (Assertion::Hedged, "Possible, or rare"),
        (Assertion::Hypothetical, "If it applies"),
        (Assertion::Negated, "Ruled out"),
    ];
    let names = |assertion: Assertion| -> String {
        let of = passage.concepts.iter();
        let of =
            of.filter(|concept| concept.kind != Kind::Term && concept.claim.assertion == assertion);
        let names: Vec<&str> = of.map(|concept| concept.name.as_str()).collect();
        names.join(", ")
    };
    let said = WORDS.map(|(assertion, words)| (words, names(assertion)));
    said.into_iter()
        .filter(|(_, names)| !names.is_empty())
        .collect()
}
