//! Whether what a text names is said to be so.
//!
//! After NegEx (Chapman et al., "A simple algorithm for identifying negated findings and diseases
//! in discharge summaries", 2001) and ConText (Harkema et al., "ConText: an algorithm for
//! determining negation, experiencer, and temporal status from clinical reports", 2009): a
//! trigger before (or, for a few, after) a phrase gives its assertion, within the sentence, within
//! a few words, and until a word such as "but" ends its reach. A pseudo-trigger ("not only") looks
//! like a trigger and is none. The triggers are data (`data/assertion.toml`).

use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

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

/// How many words before a phrase a trigger reaches it, as in NegEx.
const REACH: usize = 6;

#[derive(Deserialize)]
struct Table {
    negated: Vec<String>,
    negated_after: Vec<String>,
    hedged: Vec<String>,
    hypothetical: Vec<String>,
    pseudo: Vec<String>,
    end: Vec<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Role {
    Gives(Assertion),
    Pseudo,
    End,
}

struct Trigger {
    words: Vec<String>,
    role: Role,
}

struct Triggers {
    before: Vec<Trigger>,
    after: Vec<Trigger>,
}

static TRIGGERS: LazyLock<Triggers> = LazyLock::new(|| {
    let table: Table = toml::from_str(include_str!("data/assertion.toml"))
        // The file is part of the program; every test of this module reads it.
        .expect("the table of assertions is valid");
    let as_triggers = |phrases: &[String], role: Role| -> Vec<Trigger> {
        let words = |phrase: &String| phrase.split(' ').map(str::to_owned).collect();
        phrases
            .iter()
            .map(|phrase| Trigger {
                words: words(phrase),
                role,
            })
            .collect()
    };
    let mut before = as_triggers(&table.pseudo, Role::Pseudo);
    before.extend(as_triggers(&table.end, Role::End));
    before.extend(as_triggers(&table.negated, Role::Gives(Assertion::Negated)));
    before.extend(as_triggers(
        &table.hypothetical,
        Role::Gives(Assertion::Hypothetical),
    ));
    before.extend(as_triggers(&table.hedged, Role::Gives(Assertion::Hedged)));
    // Of two triggers at one place the longer one is meant.
    before.sort_by_key(|trigger| std::cmp::Reverse(trigger.words.len()));
    let after = as_triggers(&table.negated_after, Role::Gives(Assertion::Negated));
    Triggers { before, after }
});

/// The assertion of the words `first..end` of a sentence, given its words by their surfaces.
pub(crate) fn assertion(sentence: &[&str], first: usize, end: usize) -> Assertion {
    let mut found = Assertion::Affirmed;
    let mut at = first.saturating_sub(REACH + 2);
    while at < first {
        let Some(trigger) = trigger_at(&TRIGGERS.before, &sentence[..first], at) else {
            at += 1;
            continue;
        };
        let reaches = first - (at + trigger.words.len()) <= REACH;
        match trigger.role {
            Role::End => found = Assertion::Affirmed,
            // A negation outweighs a hedge that comes after it: "no possible harm".
            Role::Gives(given) if reaches && found != Assertion::Negated => found = given,
            Role::Gives(_) | Role::Pseudo => {}
        }
        at += trigger.words.len();
    }
    let negated_after = trigger_at(&TRIGGERS.after, sentence, end).is_some()
        || trigger_at(&TRIGGERS.after, sentence, end + 1).is_some();
    match found {
        Assertion::Affirmed | Assertion::Hedged if negated_after => Assertion::Negated,
        found => found,
    }
}

fn trigger_at<'t>(triggers: &'t [Trigger], words: &[&str], at: usize) -> Option<&'t Trigger> {
    let rest = words.get(at..)?;
    triggers.iter().find(|trigger| {
        rest.len() >= trigger.words.len() && trigger.words.iter().zip(rest).all(|(a, b)| a == b)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis;

    fn of(text: &str, phrase: &str) -> Assertion {
        let surfaces = |text: &str| -> Vec<String> {
            let words = analysis::words(text).into_iter();
            words.filter(|w| !w.compound).map(|w| w.surface).collect()
        };
        let (sentence, phrase) = (surfaces(text), surfaces(phrase));
        let first = sentence
            .windows(phrase.len())
            .position(|window| window == phrase)
            .expect("the phrase is in the text");
        let sentence: Vec<&str> = sentence.iter().map(String::as_str).collect();
        assertion(&sentence, first, first + phrase.len())
    }

    #[test]
    fn negation() {
        use Assertion::*;
        for (text, phrase, expected) in [
            (
                "It carries no risk of addiction.",
                "risk of addiction",
                Negated,
            ),
            ("There is no evidence of fracture.", "fracture", Negated),
            ("The patient denies chest pain.", "chest pain", Negated),
            ("Without osteoporosis it is fine.", "osteoporosis", Negated),
            ("A fracture was ruled out.", "fracture", Negated),
            ("No pain, but a fracture was seen.", "fracture", Affirmed),
            (
                "It is not only a risk of fracture.",
                "risk of fracture",
                Affirmed,
            ),
            (
                "Severe osteoporosis is a contraindication.",
                "osteoporosis",
                Affirmed,
            ),
            ("Do not use it with osteoporosis.", "osteoporosis", Affirmed),
        ] {
            assert_eq!(of(text, phrase), expected, "{text}");
        }
    }

    #[test]
    fn hedges_and_suppositions() {
        use Assertion::*;
        for (text, phrase, expected) in [
            ("Rarely, nerve damage occurs.", "nerve damage", Hedged),
            ("It may cause bruising.", "bruising", Hedged),
            (
                "Tell your doctor if you have osteoporosis.",
                "osteoporosis",
                Hypothetical,
            ),
            (
                "Should you have a fracture, wait.",
                "fracture",
                Hypothetical,
            ),
        ] {
            assert_eq!(of(text, phrase), expected, "{text}");
        }
    }
}
