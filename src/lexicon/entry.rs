//! Concepts on their way into the lexicon, as files have them.

use std::fmt;
use std::path::PathBuf;

use super::{Kind, SHORT};

/// What a file says of one concept.
pub(super) struct NewConcept {
    /// Where it stands in its file, from 1.
    pub(super) line: usize,
    /// What others call it that are narrower, and files that add to it.
    pub(super) id: Option<String>,
    /// The preferred name; what adds to a concept by its id needs none.
    pub(super) name: Option<String>,
    /// What the file says it is; where it is silent, what its format is for.
    pub(super) kind: Result<Kind, Kind>,
    pub(super) forms: Vec<NewForm>,
    /// The ids of the directly broader concepts; one that nothing has is left out.
    pub(super) broader: Vec<String>,
}

/// A form of a concept on its way into the lexicon.
#[derive(Clone)]
pub(super) struct NewForm {
    pub(super) text: String,
    /// Abbreviations count only as they are written: "IT" is not "it".
    pub(super) exact_case: bool,
    /// Whether a search for the concept looks for this form too. A one-way form only leads in.
    pub(super) searched: bool,
}

impl NewForm {
    /// A form that is recognised and searched; abbreviations are told by their capitals.
    pub(super) fn new(text: &str) -> NewForm {
        let letters = text.chars().filter(|c| c.is_alphabetic());
        NewForm {
            text: text.to_owned(),
            exact_case: text.len() <= SHORT
                && letters.clone().count() > 0
                && letters.clone().all(char::is_uppercase),
            searched: true,
        }
    }

    /// The plural of an abbreviation, which no stemmer knows: "MRIs".
    pub(super) fn plural(&self) -> Option<String> {
        self.exact_case.then(|| format!("{}s", self.text))
    }
}

/// Something at a line of a file.
pub(super) type AtLine = (usize, String);

/// What came of reading a file.
#[derive(Default)]
pub(super) struct Parsed {
    pub(super) concepts: Vec<NewConcept>,
    pub(super) warnings: Vec<AtLine>,
    pub(super) errors: Vec<AtLine>,
}

/// Something in a lexicon file that is read otherwise than it may have been meant, or that is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remark {
    pub path: PathBuf,
    /// The line, from 1.
    pub line: usize,
    pub what: String,
}

impl fmt::Display for Remark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.path.display(), self.line, self.what)
    }
}

/// What a comment of a Solr or OBO file says to palpate: `palpate: kind=condition id=gout`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Directive {
    pub(super) kind: Option<Kind>,
    pub(super) id: Option<String>,
}

impl Directive {
    /// Reads a comment, without the sign before it; `None` where it is only a comment.
    pub(super) fn read(comment: &str) -> Option<Result<Directive, String>> {
        let said = comment.trim().strip_prefix("palpate:")?;
        let mut directive = Directive::default();
        for part in said.split_whitespace() {
            let read = match part.split_once('=') {
                Some(("kind", kind)) => Kind::named(kind)
                    .map(|kind| directive.kind = Some(kind))
                    .ok_or_else(|| {
                        format!("“{kind}” is no kind: condition, technique, risk or term")
                    }),
                Some(("id", id)) if !id.is_empty() => {
                    directive.id = Some(id.to_owned());
                    Ok(())
                }
                _ => Err(format!("“{part}” is neither kind=… nor id=…")),
            };
            if let Err(cause) = read {
                return Some(Err(cause));
            }
        }
        Some(Ok(directive))
    }
}
