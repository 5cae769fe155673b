//! What a nurse has to see first of a passage: which kind of risk it speaks of, by word, shape and
//! colour, and of what.

use std::collections::HashMap;

use maud::{Markup, html};

use crate::annotate::{Advice, Aspect, Assertion, Experiencer, Mentioned, Time};
use crate::index::{Engine, IndexError, StoredPassage, Term, Wanted};
use crate::lexicon::Kind;

/// So many things are named on the one line.
const NAMED: usize = 3;

/// The kinds of risk, the gravest first, each with its word. Their names are those of their shapes and
/// colours in the styles.
const KINDS: [(Aspect, &str); 4] = [
    (Aspect::Contraindication, "Not for everyone"),
    (Aspect::Adverse, "Can harm"),
    (Aspect::Precaution, "Take care"),
    (Aspect::Susceptibility, "More at risk"),
];

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

    /// Its word with its shape, in its colour.
    pub(super) fn label(self) -> Markup {
        html! {
            span class={ "kind " (self.name()) } { span.shape aria-hidden="true" {} (self.word()) }
        }
    }
}

/// The kinds of risk that passages speak of, by their ids.
pub(super) struct Warnings(HashMap<String, Vec<Warning>>);

impl Warnings {
    /// Asks the index, once for each kind.
    pub(super) fn of<'p>(
        engine: &dyn Engine,
        passages: impl Iterator<Item = &'p StoredPassage>,
    ) -> Result<Warnings, IndexError> {
        let id = |passage: &StoredPassage| Wanted::Term(Term::Id(passage.id.to_string()));
        let among: Vec<Wanted> = passages.map(id).collect();
        let mut of: HashMap<String, Vec<Warning>> = HashMap::new();
        for warning in Warning::all().filter(|_| !among.is_empty()) {
            let wanted = Wanted::Filtered {
                wanted: Box::new(Wanted::Any(among.clone())),
                must: vec![Wanted::Term(Term::Facet("kind", warning.name().to_owned()))],
                not: Vec::new(),
            };
            let at = engine.first(&wanted, among.len())?;
            for passage in engine.passages(&at)? {
                of.entry(passage.id.to_string()).or_default().push(warning);
            }
        }
        Ok(Warnings(of))
    }

    /// The kinds of a passage, the gravest first.
    pub(super) fn kinds(&self, passage: &StoredPassage) -> &[Warning] {
        let kinds = self.0.get(passage.id.as_str());
        kinds.map_or(&[], Vec::as_slice)
    }
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
    let mut notes: Vec<&str> = Vec::new();
    match (claim.advice, claim.assertion) {
        (Some(Advice::Contraindicated), _) => notes.push("not to be done"),
        (Some(Advice::NotRecommended), _) => notes.push("not recommended"),
        (Some(Advice::Caution), _) => notes.push("with care"),
        (_, Assertion::Hedged) => notes.push("possible"),
        (_, Assertion::Hypothetical) => notes.push("if it applies"),
        (_, Assertion::Affirmed | Assertion::Negated) => {}
    }
    if claim.time == Time::Historical {
        notes.push("in the past");
    }
    match claim.experiencer {
        Experiencer::Family => notes.push("in the family"),
        Experiencer::Patient | Experiencer::Others => {}
    }
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
