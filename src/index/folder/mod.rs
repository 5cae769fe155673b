//! The folder: tantivy, on this machine.
//!
//! ```text
//! generations  which there are, and which is the current one
//! names        what its files are called
//! claim        whose a folder is
//! durable      names in a folder that outlive a power cut
//! lock         one writer at a time
//! pages        the hashes of pages, compared when they are read
//! read_only    a folder that nobody writes to
//! schema       the tantivy fields
//! index        a generation, opened
//! documents    passages and documents, out of their entries
//! query        what is wanted, as queries of tantivy
//! statistics   what BM25 counts
//! matches      which entries match, a bit for each
//! best         the best by BM25, with ties in the order of the corpus
//! few          the same where few postings are to be read
//! bounded      collecting within a budget
//! counts       documents, counted
//! frequencies  how many entries have a term
//! facets       what passages are counted under, by number
//! rows         the same laid out for counting, entry by entry
//! nearest      the most similar in meaning
//! postings     how often and where words stand in candidates
//! engine       all of these: the trait Engine
//! generation   a new one
//! restore      back to one that was kept
//! drafts       the folder of a generation while it is written
//! tiers        which segments are merged
//! room         whether there is any left
//! build        what has changed, and a generation of it
//! check        whether everything is as it was written
//! sources      whether the sources are as they were indexed
//! ```

mod best;
mod bounded;
mod build;
mod check;
mod claim;
mod counts;
mod documents;
mod drafts;
mod durable;
mod engine;
mod facets;
mod few;
mod frequencies;
mod generation;
mod generations;
mod index;
mod lock;
mod matches;
mod names;
mod nearest;
mod pages;
mod postings;
mod query;
mod read_only;
mod restore;
mod room;
mod rows;
mod schema;
mod sources;
mod statistics;
mod tiers;

pub(crate) use build::{build, update};
pub use check::check;
pub use generations::kept;
pub(super) use index::{Index, open_generation};
pub use restore::restore;
pub use sources::check_sources;

use super::error::IndexError;

impl From<tantivy::TantivyError> for IndexError {
    fn from(error: tantivy::TantivyError) -> IndexError {
        IndexError::Engine(Box::new(error))
    }
}
