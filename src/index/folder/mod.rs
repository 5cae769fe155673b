//! The folder: tantivy, on this machine.
//!
//! ```text
//! generations  which there are, and which is the current one
//! lock         one writer at a time
//! read_only    a folder that nobody writes to
//! schema       the tantivy fields
//! index        a generation, opened
//! documents    passages and documents, out of their entries
//! query        what is wanted, as queries of tantivy
//! best         the best by BM25, with ties in the order of the corpus
//! counts       documents, counted
//! postings     how often and where words stand in candidates
//! engine       all of these: the trait Engine
//! generation   a new one
//! build        what has changed, and a generation of it
//! check        whether everything is as it was written
//! ```

mod best;
mod build;
mod check;
mod counts;
mod documents;
mod engine;
mod generation;
mod generations;
mod index;
mod lock;
mod postings;
mod query;
mod read_only;
mod schema;

pub(crate) use build::{build, update};
pub use check::check;
pub(super) use index::Index;

use super::error::IndexError;

impl From<tantivy::TantivyError> for IndexError {
    fn from(error: tantivy::TantivyError) -> IndexError {
        IndexError::Engine(Box::new(error))
    }
}
