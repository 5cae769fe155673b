//! # Analysis
//!
//! From text to terms. There is one chain, and everything that compares words goes through it:
//! the index, queries, snippets and the lexicon. A term that one of them makes, all the others
//! make.
//!
//! 1. **Words** by UAX #29 (`unicode-segmentation`): "CPT® Code 97140" is `CPT`, `Code`,
//!    `97140`; "30-60 minutes" is `30`, `60`, `minutes`.
//! 2. **Folding**: lower case, accents and ligatures to ASCII, the possessive `'s` dropped,
//!    other apostrophes closed up ("O'Brien" is `obrien`), thousands separators closed up
//!    ("1,000" is `1000`). What this gives is the *surface* of a word.
//! 3. **Stemming** (Snowball English) of words without digits: the *term*. Inflammations keep their
//!    ending, without which they would be organs ("tendonitis"); immunizations have a term of their
//!    own, without which whatever is immune would be one.
//!
//! Letters joined by hyphens give their parts and, in the place of the last part, the closed
//! form: "low-amplitude" is `low`, `amplitude` and `lowamplitude`, so that "x-ray" meets "xray".
//!
//! A build goes through millions of words, most of them met before. So an [`Analyzer`] numbers
//! words, everything that reads [`Token`]s compares numbers, and a text is analysed once: the index
//! is given its terms (`terms`).

mod layered;
mod recent;
mod segment;
mod spelling;
mod stopwords;
mod terms;
mod tokenizer;
mod trie;
mod vocabulary;

pub(crate) use layered::{LayeredMap, MapLayer};
pub(crate) use segment::parts_thousands;
pub(crate) use spelling::american;
pub(crate) use stopwords::is_stopword;
pub use terms::JoinedTerms;
pub(crate) use terms::TermTokenizer;
#[cfg(feature = "cluster")]
pub(crate) use terms::placed;
pub(crate) use tokenizer::surfaces;
pub use tokenizer::words;
pub use tokenizer::{Analyzer, TermId, Token, Word, WordId};
pub(crate) use trie::{Trie, TrieNode};
pub(crate) use vocabulary::nearly;
pub use vocabulary::{SharedBytes, Similar, Vocabulary, VocabularyCounts};

/// The version of the chain. It changes whenever the same text could give other terms, for an
/// index made with another chain would silently miss words.
pub const ANALYSIS_VERSION: &str = "en-3";

/// The name that [`TermTokenizer`] is registered under in tantivy.
pub(crate) const TOKENIZER_NAME: &str = "palpate_terms";
