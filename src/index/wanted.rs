//! What is asked of an engine: passages that have something.
//!
//! Plain data, that each engine puts into words of its own: the embedded index into queries of
//! tantivy, a cluster into its query language.

use globset::{GlobBuilder, GlobMatcher};

use super::field::TextField;
use crate::annotate::{Aspect, tie};

/// What a passage can have.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Term {
    /// A word, analysed, in a field.
    Word(TextField, String),
    /// An aspect that it is likely to speak of.
    Aspect(Aspect),
    /// What a statement of it ties together: a kind of risk with a technique, a condition, or both.
    Tie(String),
    /// A value of a group that is counted, such as "osteoporosis" of "condition".
    Facet(&'static str, String),
    /// The source it is from.
    Source(String),
    /// Its id.
    Id(String),
}

/// Passages in which one sentence ties a kind of risk to a technique, a condition, or both.
pub(crate) fn tied(risk: Aspect, technique: Option<&str>, condition: Option<&str>) -> Wanted {
    Wanted::Term(Term::Tie(tie(risk, technique, condition)))
}

/// Which passages are wanted, and what each counts.
#[derive(Debug, Clone, PartialEq)]
pub enum Wanted {
    /// Those that have a term, by BM25.
    Term(Term),
    /// Those in which words stand at these distances from the first one, by BM25.
    Phrase(TextField, Vec<(usize, String)>),
    /// The same, each counted as many times.
    Times(f32, Box<Wanted>),
    /// Those that are among any of these, by the sum; of none there are none.
    Any(Vec<Wanted>),
    /// Those that are among all of these, by the sum; of none it is everything.
    All(Vec<Wanted>),
    /// Those that are also among each of some, and among none of others, whatever these count.
    Filtered {
        wanted: Box<Wanted>,
        must: Vec<Wanted>,
        not: Vec<Wanted>,
    },
    /// Those from the sources that a glob matches.
    Sources(SourceGlob),
}

impl Wanted {
    /// Passages with a word in a field.
    pub(crate) fn word(field: TextField, text: impl Into<String>) -> Wanted {
        Wanted::Term(Term::Word(field, text.into()))
    }

    /// The same, counted `times`.
    pub(crate) fn times(self, times: f64) -> Wanted {
        Wanted::Times(times as f32, Box::new(self))
    }

    /// Whether it is everything there is.
    pub(crate) fn is_everything(&self) -> bool {
        matches!(self, Wanted::All(all) if all.is_empty())
    }
}

/// Which sources are meant.
#[derive(Debug, Clone, PartialEq)]
pub enum SourceFilter {
    /// The one that is cited by this path.
    Exact(String),
    /// Those that match a pattern.
    Glob(SourceGlob),
}

impl SourceFilter {
    /// Those that match a pattern, as somebody wrote it.
    pub fn glob(pattern: &str) -> Result<SourceFilter, BadGlob> {
        SourceGlob::new(pattern).map(SourceFilter::Glob)
    }

    /// The passages from these sources.
    pub(crate) fn wanted(&self) -> Wanted {
        match self {
            SourceFilter::Exact(path) => Wanted::Term(Term::Source(path.clone())),
            SourceFilter::Glob(glob) => Wanted::Sources(glob.clone()),
        }
    }
}

/// A pattern for the paths of sources, or the ends of them.
#[derive(Debug, Clone)]
pub struct SourceGlob {
    glob: String,
    whole: GlobMatcher,
    tail: GlobMatcher,
}

/// What is no pattern for sources.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("“{glob}” is no valid pattern for sources: {cause}")]
pub struct BadGlob {
    pub glob: String,
    pub cause: String,
}

impl PartialEq for SourceGlob {
    fn eq(&self, other: &SourceGlob) -> bool {
        self.glob == other.glob
    }
}

impl SourceGlob {
    /// Reads a pattern.
    pub(crate) fn new(glob: &str) -> Result<SourceGlob, BadGlob> {
        Ok(SourceGlob {
            glob: glob.to_owned(),
            whole: matcher(glob)?,
            tail: matcher(&format!("**/{glob}"))?,
        })
    }

    /// The pattern as it was written.
    #[cfg(feature = "cluster")]
    pub(crate) fn as_str(&self) -> &str {
        &self.glob
    }

    /// Whether a source is meant.
    pub(crate) fn matches(&self, source: &str) -> bool {
        self.whole.is_match(source) || self.tail.is_match(source)
    }
}

fn matcher(glob: &str) -> Result<GlobMatcher, BadGlob> {
    GlobBuilder::new(glob)
        .case_insensitive(true)
        .build()
        .map(|glob| glob.compile_matcher())
        .map_err(|error| BadGlob {
            glob: glob.to_owned(),
            cause: error.kind().to_string(),
        })
}
