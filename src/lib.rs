//! palpate: full-text passage search for clinical documents.
//!
//! The pipeline is the architecture. Data flows from the first module to the last, and a module
//! imports only from those before it:
//!
//! | module | takes → gives |
//! |---|---|
//! | [`document`] | files → documents: title and blocks |
//! | [`passage`] | document → passages: heading path, lines or pages, stable id |
//! | [`analysis`] | text → terms, the one chain for all |
//! | [`lexicon`] | data files → concepts and the automaton that finds them |
//! | [`annotate`] | passages → aspects, concepts, assertions |
//! | [`index`] | annotated passages → a folder on disk → a reader |
//! | [`query`] | a string → a plan |
//! | [`search`] | plan and reader → ranked hits |
//! | [`audit`] | topics and index → what every source says of them, or that it is silent |
//! | [`diff`] | two indexes → what was added, changed, dropped |
//! | [`cite`] | a passage → a citation → what became of it |
//! | [`output`] | results → terminal, JSON, CSV, a page |
//! | [`eval`] | rankings and judgments → metrics |
//! | `serve` | all of it → a web page and an API (feature `serve`, on by default) |
//!
//! [`index::build`] and [`search::Searcher`] are where to start.

#![forbid(unsafe_code)]

pub mod analysis;
pub mod annotate;
pub mod audit;
pub mod cite;
pub mod diff;
pub mod document;
pub mod eval;
pub mod index;
pub mod lexicon;
pub mod output;
pub mod passage;
pub mod query;
pub mod search;
#[cfg(feature = "serve")]
pub mod serve;
