//! Gathering: files in, entries out, whatever engine is to keep them.
//!
//! ```text
//! files      which there are, what became of them, and what has changed since
//! kind       whether one is read, or is a picture, or of no known type
//! loss       what a build would take away
//! intake     the bytes of one
//! patience   waiting for files, and not for ever
//! numbers    the place of a document among all
//! pipeline   read, cut, annotate, on all cores and in order
//! maker      what an engine makes of annotated passages
//! facets     what a passage is counted under
//! phrases    titles and headings, counted
//! sums       the hashes of files
//! gathering  all of it, with what has to be known in the end
//! ```

pub(in crate::index) mod facets;
pub(in crate::index) mod files;
pub(in crate::index) mod gathering;
mod intake;
mod kind;
pub(in crate::index) mod loss;
pub(in crate::index) mod maker;
pub(in crate::index) mod numbers;
mod patience;
pub(in crate::index) mod phrases;
mod pipeline;
pub(in crate::index) mod sums;
