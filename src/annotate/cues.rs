//! Cues: phrases that say what a passage is about where there are no labels to learn from. The
//! table is data (`data/cues.toml`).
//!
//! A heading cue speaks for the whole section, a strong body cue for its passage; weak ones only
//! add to others, or count when there are many. A cue under a negation does not count.
//! The evidence of several cues adds up as independent chances do: `1 − Π (1 − w)`.

use std::collections::HashMap;

use serde::Deserialize;

use super::aspect::Aspect;
use super::assertion::{Assertion, assertion};
use crate::analysis::{Analyzer, Word};

/// What one cue is worth as a chance that the passage speaks of the aspect.
const HEADING: f32 = 0.9;
const STRONG: f32 = 0.6;
const WEAK: f32 = 0.1;

#[derive(Deserialize)]
struct Table {
    cue: Vec<Entry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    aspect: String,
    sub: Option<String>,
    #[serde(default)]
    headings: Vec<String>,
    #[serde(default)]
    strong: Vec<String>,
    #[serde(default)]
    weak: Vec<String>,
}

/// One place of a phrase.
#[derive(Debug, PartialEq, Eq)]
enum Slot {
    Term(String),
    /// `*`: any one word.
    Any,
    /// `#`: a number.
    Number,
}

struct Cue {
    aspect: Aspect,
    weight: f32,
    rest: Vec<Slot>,
}

/// Cues by their first term; those that begin with a number stand under `#`.
type ByFirst = HashMap<String, Vec<Cue>>;

/// The cue table, compiled.
pub(super) struct Cues {
    headings: ByFirst,
    body: ByFirst,
}

impl Cues {
    /// The built-in table.
    pub(super) fn builtin() -> Cues {
        let table: Table = toml::from_str(include_str!("data/cues.toml"))
            // The file is part of the program; tests read it.
            .expect("the cue table is valid");
        let mut cues = Cues {
            headings: HashMap::new(),
            body: HashMap::new(),
        };
        let mut analyzer = Analyzer::default();
        for entry in &table.cue {
            let name = entry.sub.as_deref().unwrap_or(&entry.aspect);
            for aspect in Aspect::all().filter(|aspect| aspect.name() == name) {
                let mut add = |to: &mut ByFirst, phrases: &[String], weight| {
                    for phrase in phrases {
                        insert(to, slots(&mut analyzer, phrase), aspect, weight);
                    }
                };
                add(&mut cues.headings, &entry.headings, HEADING);
                add(&mut cues.body, &entry.strong, STRONG);
                add(&mut cues.body, &entry.weak, WEAK);
            }
        }
        cues
    }

    /// The chance of each aspect by the headings above a passage; the innermost counts most.
    pub(super) fn in_heading(&self, words: &[Word]) -> [f32; Aspect::COUNT] {
        chances(&self.headings, words)
    }

    /// The chance of each aspect by one sentence of a passage.
    pub(super) fn in_sentence(&self, words: &[Word]) -> [f32; Aspect::COUNT] {
        chances(&self.body, words)
    }
}

/// Adds independent evidence: `1 − (1 − a)(1 − b)`.
pub(super) fn either(a: f32, b: f32) -> f32 {
    1.0 - (1.0 - a) * (1.0 - b)
}

fn chances(cues: &ByFirst, words: &[Word]) -> [f32; Aspect::COUNT] {
    let words: Vec<&Word> = words.iter().filter(|word| !word.compound).collect();
    let surfaces: Vec<&str> = words.iter().map(|word| word.surface.as_str()).collect();
    let mut chances = [0.0; Aspect::COUNT];
    for at in 0..words.len() {
        let number = is_number(&words[at].surface).then_some("#");
        for first in [Some(words[at].term.as_str()), number]
            .into_iter()
            .flatten()
        {
            for cue in cues.get(first).into_iter().flatten() {
                if follows(&cue.rest, &words[at + 1..])
                    && assertion(&surfaces, at, at + 1 + cue.rest.len()) != Assertion::Negated
                {
                    let chance = &mut chances[cue.aspect.index()];
                    *chance = either(*chance, cue.weight);
                }
            }
        }
    }
    chances
}

fn follows(rest: &[Slot], words: &[&Word]) -> bool {
    rest.len() <= words.len()
        && rest.iter().zip(words).all(|(slot, word)| match slot {
            Slot::Term(term) => *term == word.term,
            Slot::Any => true,
            Slot::Number => is_number(&word.surface),
        })
}

fn is_number(surface: &str) -> bool {
    surface.starts_with(|c: char| c.is_ascii_digit())
}

fn slots(analyzer: &mut Analyzer, phrase: &str) -> Vec<Slot> {
    let mut slots = Vec::new();
    for piece in phrase.split_whitespace() {
        match piece {
            "*" => slots.push(Slot::Any),
            "#" => slots.push(Slot::Number),
            _ => {
                let words = analyzer
                    .words(piece)
                    .into_iter()
                    .filter(|word| !word.compound);
                slots.extend(words.map(|word| Slot::Term(word.term)));
            }
        }
    }
    slots
}

fn insert(cues: &mut ByFirst, mut slots: Vec<Slot>, aspect: Aspect, weight: f32) {
    if slots.is_empty() {
        return;
    }
    let first = match slots.remove(0) {
        Slot::Term(term) => term,
        Slot::Number => "#".to_owned(),
        // A phrase that begins with anything says no more than the rest of it.
        Slot::Any => return insert(cues, slots, aspect, weight),
    };
    let cue = Cue {
        aspect,
        weight,
        rest: slots,
    };
    cues.entry(first).or_default().push(cue);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis;

    fn chance(text: &str, aspect: Aspect) -> f32 {
        Cues::builtin().in_sentence(&analysis::words(text))[aspect.index()]
    }

    #[test]
    fn a_warning_is_a_contraindication_and_its_denial_is_not() {
        assert!(
            chance(
                "It should not be used in pregnancy.",
                Aspect::Contraindication
            ) > 0.5
        );
        assert!(
            chance(
                "Tell your doctor if you have osteoporosis.",
                Aspect::Contraindication
            ) > 0.5
        );
        assert!(chance("There are no side effects.", Aspect::Adverse) < 0.3);
        assert!(chance("Common side effects include nausea.", Aspect::Adverse) > 0.5);
    }

    #[test]
    fn numbers_and_gaps_match() {
        let mut cues = HashMap::new();
        let mut analyzer = Analyzer::default();
        insert(
            &mut cues,
            slots(&mut analyzer, "lasts about # minutes"),
            Aspect::Procedure,
            0.6,
        );
        insert(
            &mut cues,
            slots(&mut analyzer, "do not * if you"),
            Aspect::Precaution,
            0.6,
        );
        let words = analysis::words("It lasts about 45 minutes; do not drive if you are dizzy.");
        let found = chances(&cues, &words);
        assert!(found[Aspect::Procedure.index()] > 0.5);
    }
}
