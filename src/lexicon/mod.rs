//! # The lexicon
//!
//! What palpate knows of medicine, as data: concepts with their names, synonyms, abbreviations
//! and lay names. "Brittle bones" is osteoporosis, HVLA is a thrust technique, a price is a cost.
//!
//! The built-in concepts are in `data/*.toml`, written from general knowledge. Users add their
//! own files in the Solr synonyms or the OBO format ([`Lexicon::add_file`]).
//!
//! All surface forms go through the one analysis chain and are compiled into one automaton
//! (Aho and Corasick, "Efficient string matching", 1975), which finds the longest forms in a text
//! in one pass, whatever their number.

mod builtin;
mod obo;
mod solr;

use std::collections::HashMap;
use std::ops::Range;
use std::path::{Path, PathBuf};

use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind};
use serde::{Deserialize, Serialize};

use crate::analysis::{self, Analyzer, Word};

/// What a concept is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// A disease, symptom or state of health.
    Condition,
    /// Something done about it: treatment, examination, drug.
    Technique,
    /// Something that can go wrong, or that speaks against a technique.
    Risk,
    /// Any other word with synonyms.
    Term,
}

impl Kind {
    /// The name in data files, output and filters.
    pub fn name(self) -> &'static str {
        match self {
            Kind::Condition => "condition",
            Kind::Technique => "technique",
            Kind::Risk => "risk",
            Kind::Term => "term",
        }
    }
}

/// A concept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Concept {
    /// The preferred name.
    pub name: String,
    pub kind: Kind,
    /// The terms of every form it can be searched by, the preferred name first.
    forms: Vec<Vec<String>>,
}

impl Concept {
    /// The forms of the concept as sequences of terms, the preferred name first.
    pub fn forms(&self) -> &[Vec<String>] {
        &self.forms
    }
}

/// A concept found in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mention {
    /// The index of the concept, see [`Lexicon::concept`].
    pub concept: usize,
    /// Which of the words given it covers.
    pub words: Range<usize>,
}

/// Why a lexicon file could not be read.
#[derive(Debug, thiserror::Error)]
pub enum LexiconError {
    #[error("{path}: {cause}")]
    Io {
        path: PathBuf,
        cause: std::io::Error,
    },
    #[error("{path}:{line}: {cause}")]
    Line {
        path: PathBuf,
        line: usize,
        cause: String,
    },
    #[error("{0}: lexicon files end in .txt (Solr synonyms) or .obo")]
    UnknownType(PathBuf),
}

/// A form of a concept on its way into the lexicon.
struct NewForm {
    text: String,
    /// Abbreviations count only as they are written: "IT" is not "it".
    exact_case: bool,
    /// Whether a search for the concept looks for this form too. A one-way form only leads in.
    searched: bool,
}

struct NewConcept {
    name: String,
    kind: Kind,
    forms: Vec<NewForm>,
}

impl NewForm {
    /// A form that is recognised and searched; abbreviations are told by their capitals.
    fn new(text: &str) -> NewForm {
        let letters = text.chars().filter(|c| c.is_alphabetic());
        NewForm {
            text: text.to_owned(),
            exact_case: text.len() <= SHORT
                && letters.clone().count() > 0
                && letters.clone().all(char::is_uppercase),
            searched: true,
        }
    }
}

/// Abbreviations of up to this many letters are matched by case.
const SHORT: usize = 4;

/// One way a concept may be written, as the automaton knows it.
struct Form {
    concept: usize,
    exact_case: Option<String>,
}

/// Concepts, and the automaton that finds them.
pub struct Lexicon {
    concepts: Vec<Concept>,
    forms: Vec<Form>,
    /// The terms of each form, as [`key`] joins them, to the form.
    keys: HashMap<String, usize>,
    automaton: AhoCorasick,
}

impl Lexicon {
    /// The built-in concepts.
    pub fn builtin() -> Lexicon {
        Lexicon::of(builtin::concepts())
    }

    /// The built-in concepts and those of the user's files. What a file says of a form
    /// overrides what was said before.
    pub fn with_files(paths: &[PathBuf]) -> Result<Lexicon, LexiconError> {
        let mut concepts = builtin::concepts();
        for path in paths {
            concepts.extend(read_file(path)?);
        }
        Ok(Lexicon::of(concepts))
    }

    fn of(new: Vec<NewConcept>) -> Lexicon {
        let mut concepts = Vec::with_capacity(new.len());
        let mut forms: Vec<Form> = Vec::new();
        let mut keys: HashMap<String, usize> = HashMap::new();
        let mut analyzer = Analyzer::default();
        for entry in new {
            let mut searched: Vec<Vec<String>> = Vec::new();
            for form in entry.forms {
                let terms = terms(&analyzer.words(&form.text));
                if terms.is_empty() {
                    continue;
                }
                keys.insert(key(terms.iter().map(String::as_str)), forms.len());
                forms.push(Form {
                    concept: concepts.len(),
                    exact_case: form.exact_case.then_some(form.text),
                });
                if form.searched && !searched.contains(&terms) {
                    searched.push(terms);
                }
            }
            concepts.push(Concept {
                name: entry.name,
                kind: entry.kind,
                forms: searched,
            });
        }
        Lexicon::compile(concepts, forms, keys)
    }

    fn compile(concepts: Vec<Concept>, forms: Vec<Form>, keys: HashMap<String, usize>) -> Lexicon {
        let mut patterns: Vec<(&String, &usize)> = keys.iter().collect();
        patterns.sort_unstable();
        let automaton = AhoCorasick::builder()
            .match_kind(MatchKind::LeftmostLongest)
            .kind(Some(AhoCorasickKind::ContiguousNFA))
            .build(patterns.iter().map(|(key, _)| key.as_str()))
            // The patterns would have to fill gigabytes for the automaton to be too large.
            .expect("a lexicon fits an automaton");
        Lexicon {
            concepts,
            forms,
            automaton,
            keys,
        }
    }

    /// The number of concepts.
    pub fn len(&self) -> usize {
        self.concepts.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.concepts.is_empty()
    }

    /// The concept with that index.
    pub fn concept(&self, index: usize) -> &Concept {
        &self.concepts[index]
    }

    /// The concept that a text names, exactly and as a whole.
    pub fn named(&self, text: &str) -> Option<&Concept> {
        let terms = terms(&analysis::words(text));
        let form = self.keys.get(&key(terms.iter().map(String::as_str)))?;
        Some(&self.concepts[self.forms[*form].concept])
    }

    /// Finds the concepts in analysed words of `text`: the longest forms, from left to right,
    /// not overlapping.
    pub fn find(&self, text: &str, words: &[Word]) -> Vec<Mention> {
        // Where each word that is no closed compound starts in the searched string.
        let mut joined = String::with_capacity(text.len() + 2 * words.len());
        let mut starts = Vec::with_capacity(words.len());
        let whole = words.iter().enumerate().filter(|(_, word)| !word.compound);
        for (i, word) in whole {
            starts.push((joined.len(), i));
            push_key(&mut joined, &word.term);
        }
        let mut mentions = Vec::new();
        for found in self.automaton.find_iter(&joined) {
            // Patterns begin and end at the ends of words, so both ends are known starts.
            let first = starts.partition_point(|(start, _)| *start < found.start());
            let end = starts.partition_point(|(start, _)| *start < found.end());
            let Some(&form) = self.keys.get(&joined[found.range()]) else {
                continue;
            };
            let covered = starts[first].1..starts[end - 1].1 + 1;
            let bytes = words[covered.start].bytes.start..words[covered.end - 1].bytes.end;
            if self.forms[form].fits(&text[bytes]) {
                mentions.push(Mention {
                    concept: self.forms[form].concept,
                    words: covered,
                });
            }
        }
        mentions
    }
}

impl Form {
    /// Whether a text that has the terms of this form is written as the form demands.
    fn fits(&self, written: &str) -> bool {
        self.exact_case.as_ref().is_none_or(|form| {
            written
                .strip_prefix(form.as_str())
                .is_some_and(|rest| matches!(rest, "" | "s"))
        })
    }
}

fn terms(words: &[Word]) -> Vec<String> {
    let whole = words.iter().filter(|word| !word.compound);
    whole.map(|word| word.term.clone()).collect()
}

/// Joins terms so that a match in the joined string begins and ends where words do, and two
/// matches can stand side by side: each term is closed in by marks of its own.
fn key<'t>(terms: impl Iterator<Item = &'t str>) -> String {
    let mut joined = String::new();
    terms.for_each(|term| push_key(&mut joined, term));
    joined
}

fn push_key(joined: &mut String, term: &str) {
    joined.push('\u{1}');
    joined.push_str(term);
    joined.push('\u{2}');
}

fn read_file(path: &Path) -> Result<Vec<NewConcept>, LexiconError> {
    let text = || {
        std::fs::read_to_string(path).map_err(|cause| LexiconError::Io {
            path: path.to_owned(),
            cause,
        })
    };
    let at_line = |(line, cause): (usize, String)| LexiconError::Line {
        path: path.to_owned(),
        line,
        cause,
    };
    match path.extension().and_then(|extension| extension.to_str()) {
        Some("txt" | "syn" | "synonyms") => solr::parse(&text()?).map_err(at_line),
        Some("obo") => obo::parse(&text()?).map_err(at_line),
        _ => Err(LexiconError::UnknownType(path.to_owned())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lexicon(entries: &[(&str, Kind, &[&str])]) -> Lexicon {
        Lexicon::of(
            entries
                .iter()
                .map(|(name, kind, forms)| NewConcept {
                    name: (*name).to_owned(),
                    kind: *kind,
                    forms: std::iter::once(name)
                        .chain(*forms)
                        .map(|form| NewForm::new(form))
                        .collect(),
                })
                .collect(),
        )
    }

    fn found(lexicon: &Lexicon, text: &str) -> Vec<String> {
        let words = analysis::words(text);
        lexicon
            .find(text, &words)
            .into_iter()
            .map(|mention| {
                let bytes =
                    words[mention.words.start].bytes.start..words[mention.words.end - 1].bytes.end;
                format!("{}={}", &text[bytes], lexicon.concept(mention.concept).name)
            })
            .collect()
    }

    #[test]
    fn the_longest_form_wins_and_word_ends_count() {
        let lexicon = lexicon(&[
            (
                "osteoporosis",
                Kind::Condition,
                &["brittle bones", "bone loss"],
            ),
            ("bone", Kind::Term, &[]),
            (
                "thrust technique",
                Kind::Technique,
                &["high-velocity low-amplitude"],
            ),
        ]);
        assert_eq!(
            found(&lexicon, "Brittle bones, bone loss and a backbone: bone"),
            [
                "Brittle bones=osteoporosis",
                "bone loss=osteoporosis",
                "bone=bone"
            ]
        );
        assert_eq!(
            found(&lexicon, "High velocity, low amplitude"),
            ["High velocity, low amplitude=thrust technique"]
        );
    }

    #[test]
    fn short_abbreviations_go_by_case() {
        let lexicon = lexicon(&[("information technology", Kind::Term, &["IT"])]);
        assert_eq!(found(&lexicon, "it is IT"), ["IT=information technology"]);
    }

    #[test]
    fn a_text_names_a_concept_only_as_a_whole() {
        let lexicon = lexicon(&[("rib fracture", Kind::Condition, &["broken rib"])]);
        assert_eq!(
            lexicon.named("Broken ribs").map(|c| c.name.as_str()),
            Some("rib fracture")
        );
        assert!(lexicon.named("rib").is_none());
    }
}
