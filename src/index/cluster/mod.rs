//! The cluster engine: OpenSearch, or what speaks its language.
//!
//! Where the materials outgrow one machine, storage, sharding, replication and scoring by BM25 move
//! to a cluster. Documents, passages, annotations, analysis and planning stay here, and so does the
//! ranking: a cluster finds candidates and hands back what was given to it.
//!
//! ```text
//! address    where the cluster is, and what lets us in
//! client     requests, sent again where that may help
//! mapping    what the indexes look like
//! entry      a passage as it is sent
//! bulk       many of them, several batches in flight
//! generation which is the current one, and its files
//! query      what is wanted, in the query language
//! search     a generation, opened, and its requests
//! engine     the answers: the trait Engine
//! write      a new generation, beside the one that is searched
//! ```
//!
//! An index is an alias, `palpate`, for the index of a generation, `palpate-g000007`; words, phrases
//! and the lexicon are in a second one, `palpate-g000007-words`, in the files that a folder would
//! have. The manifest is in the mapping. A new generation is written to indexes of its own, and the
//! alias is switched in one step; the generation before stays until the next build, for those who
//! are still reading it.
//!
//! Words are analysed once, by us: an entry has the terms, with white space between, and the cluster
//! only parts them, so that both engines have the same terms at the same places.

mod address;
mod bulk;
mod client;
mod engine;
mod entry;
mod generation;
mod mapping;
mod query;
mod search;
mod write;

pub use address::ClusterAddress;
pub use search::Cluster;
pub(super) use write::{build, update};
