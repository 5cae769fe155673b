//! Whether what a text names is said to be so.
//!
//! After NegEx (Chapman et al., "A simple algorithm for identifying negated findings and diseases
//! in discharge summaries", 2001) and ConText (Harkema et al., "ConText: an algorithm for
//! determining negation, experiencer, and temporal status from clinical reports", 2009): a
//! trigger before (or, for a few, after) a phrase gives its assertion, within the sentence and until
//! a word such as "but" ends its reach. A denial reaches a few words (NegEx); a hedge or a
//! supposition holds for the rest of the clause (ConText): "you may have fever, …, or a rash". A pseudo-trigger ("not only") looks
//! like a trigger and is none. The triggers are data (`src/data/assertion.toml`).

use serde::{Deserialize, Serialize};

use crate::analysis::{Analyzer, Trie, WordId};
use crate::data::{DataFile, TableFault, from_toml};

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

/// How many words before a phrase a denial reaches it, as in NegEx.
const REACH: usize = 6;
/// The same for what is rare, possible or supposed: longer than most clauses.
const LONG_REACH: usize = 24;
/// How many words after a phrase a hedge still reaches it: a short list may stand between.
const REACH_BACK: usize = 10;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TriggerTable {
    negated: Vec<String>,
    negated_next: Vec<String>,
    negated_after: Vec<String>,
    hedged: Vec<String>,
    hedged_after: Vec<String>,
    verbs: Vec<String>,
    hypothetical: Vec<String>,
    pseudo: Vec<String>,
    end: Vec<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum TriggerRole {
    Gives(Assertion),
    /// Denies what comes right after it.
    DeniesNext,
    Pseudo,
    End,
}

/// Whether a table of triggers can be read.
pub(super) fn check(text: &str) -> Result<(), TableFault> {
    from_toml::<TriggerTable>(text).map(|_| ())
}

/// The triggers, compiled for the words of one analyzer.
pub(crate) struct Triggers {
    before: Trie<TriggerRole>,
    after: Trie<TriggerRole>,
}

impl Triggers {
    /// The built-in table.
    pub(crate) fn builtin(analyzer: &mut Analyzer) -> Triggers {
        let table: TriggerTable = from_toml(DataFile::Assertion.text())
            // Every test of this module reads the built-in file, and one in its place was looked at.
            .expect("the table of assertions is valid");
        let mut triggers = Triggers {
            before: Trie::default(),
            after: Trie::default(),
        };
        let mut add = |to: &mut Trie<TriggerRole>, phrases: &[String], role| {
            for phrase in phrases {
                let words = phrase.split(' ').map(|word| analyzer.word_id(word).into());
                // What stands under two headings of the table is what the first one says.
                to.entry(words).get_or_insert(role);
            }
        };
        let before = &mut triggers.before;
        add(before, &table.pseudo, TriggerRole::Pseudo);
        add(before, &table.end, TriggerRole::End);
        add(
            before,
            &table.negated,
            TriggerRole::Gives(Assertion::Negated),
        );
        add(before, &table.negated_next, TriggerRole::DeniesNext);
        let hypothetical = TriggerRole::Gives(Assertion::Hypothetical);
        add(before, &table.hypothetical, hypothetical);
        add(before, &table.hedged, TriggerRole::Gives(Assertion::Hedged));
        let negated = TriggerRole::Gives(Assertion::Negated);
        add(&mut triggers.after, &table.negated_after, negated);
        let hedged = TriggerRole::Gives(Assertion::Hedged);
        add(&mut triggers.after, &table.hedged_after, hedged);
        add(&mut triggers.after, &table.verbs, TriggerRole::End);
        triggers
    }

    /// The assertion of the words `first..end` of a sentence.
    pub(crate) fn assertion(&self, sentence: &[WordId], first: usize, end: usize) -> Assertion {
        let mut found = Assertion::Affirmed;
        let mut at = first.saturating_sub(LONG_REACH + 2);
        while at < first {
            let Some((role, length)) = at_start(&self.before, &sentence[at..first]) else {
                at += 1;
                continue;
            };
            let distance = first - (at + length);
            match role {
                TriggerRole::End => found = Assertion::Affirmed,
                TriggerRole::Gives(given)
                    if distance <= reach(given) && !outweighs(found, given) =>
                {
                    found = given;
                }
                TriggerRole::DeniesNext if distance == 0 => found = Assertion::Negated,
                TriggerRole::DeniesNext => {
                    // Its words may belong to another trigger: "is not at risk of".
                    at += 1;
                    continue;
                }
                TriggerRole::Gives(_) | TriggerRole::Pseudo => {}
            }
            at += length;
        }
        match (found, self.after(sentence, end)) {
            (Assertion::Affirmed | Assertion::Hedged, Some(Assertion::Negated)) => {
                Assertion::Negated
            }
            (Assertion::Affirmed, Some(after)) => after,
            (found, _) => found,
        }
    }

    /// What is said of a phrase after it: denied right behind it, hedged within a few words.
    fn after(&self, sentence: &[WordId], end: usize) -> Option<Assertion> {
        for at in end..=end + REACH_BACK {
            let rest = sentence.get(at..).unwrap_or_default();
            if matches!(at_start(&self.before, rest), Some((TriggerRole::End, _))) {
                return None;
            }
            match at_start(&self.after, rest) {
                Some((TriggerRole::Gives(Assertion::Negated), _)) if at > end + 1 => {}
                Some((TriggerRole::Gives(given), _)) => return Some(given),
                Some((TriggerRole::End, _)) => return None,
                _ => {}
            }
        }
        None
    }
}

/// Whether what was said before outweighs what comes after it: a negation does a hedge ("no possible
/// harm"), and no supposition ("not used if there is gout").
fn outweighs(before: Assertion, after: Assertion) -> bool {
    before == Assertion::Negated && after != Assertion::Hypothetical
}

/// How many words before a phrase a trigger reaches it.
fn reach(given: Assertion) -> usize {
    match given {
        Assertion::Hedged | Assertion::Hypothetical => LONG_REACH,
        Assertion::Affirmed | Assertion::Negated => REACH,
    }
}

/// The longest trigger that some words begin with: of two at one place the longer one is meant.
fn at_start(triggers: &Trie<TriggerRole>, words: &[WordId]) -> Option<(TriggerRole, usize)> {
    let (role, length) = triggers.longest(words.iter().map(|&word| word.into()))?;
    Some((*role, length))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str, phrase: &str) -> Assertion {
        let mut analyzer = Analyzer::default();
        let triggers = Triggers::builtin(&mut analyzer);
        let mut ids = |text: &str| -> Vec<WordId> {
            let tokens = analyzer.tokens(text).into_iter();
            tokens.map(|token| token.word).collect()
        };
        let (sentence, phrase) = (ids(text), ids(phrase));
        let first = sentence
            .windows(phrase.len())
            .position(|window| window == phrase)
            .expect("the phrase is in the text");
        triggers.assertion(&sentence, first, first + phrase.len())
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
            (
                "They are not at an increased risk of harm.",
                "harm",
                Negated,
            ),
            ("No pain, but a fracture was seen.", "fracture", Affirmed),
            ("Growths are not cancer.", "cancer", Negated),
            (
                "It is not treated, and cancer may follow.",
                "cancer",
                Hedged,
            ),
            ("Most do not undergo chemotherapy.", "chemotherapy", Negated),
            ("It does not usually cause pain.", "pain", Negated),
            ("With or without fever, it hurts.", "fever", Affirmed),
            (
                "It is not used if there is dementia.",
                "dementia",
                Hypothetical,
            ),
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
                "You may have pain in the joints, a fever, a headache or a rash.",
                "rash",
                Hedged,
            ),
            (
                "Blood thinners and oxygen may be prescribed.",
                "blood thinners",
                Hedged,
            ),
            ("Osteoporosis is rare in children.", "osteoporosis", Hedged),
            (
                "A rare disorder characterized by paralysis.",
                "paralysis",
                Affirmed,
            ),
            ("A rare complication is paralysis.", "paralysis", Hedged),
            (
                "Analgesics, low doses of antidepressants, and others may be prescribed.",
                "analgesics",
                Hedged,
            ),
            ("Stroke happens only in rare cases.", "stroke", Hedged),
            (
                "Osteoporosis is common, and gout is rare.",
                "osteoporosis",
                Affirmed,
            ),
            (
                "Harm is possible if it is used on patients with severe osteoporosis.",
                "osteoporosis",
                Hypothetical,
            ),
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
