//! # The index
//!
//! Annotated passages go in, a folder on disk comes out, and [`Home::open`] reads it back.
//!
//! ```text
//! index/
//!   palpate.json        the manifest: format, analysis chain, corpus, current generation
//!   .palpate            the mark of palpate: see `folder::claim`
//!   .lock               held while somebody builds
//!   recognised.new      what a build that goes on, or was stopped, has recognised in pictures
//!   g000007/            one generation: a tantivy index, lexicon.bin, vocabulary.fst,
//!                       phrases.fst, phrases.txt, files.jsonl, pages.bin, manifest.json,
//!                       vocabulary-changed.fst, phrases-changed.fst and .txt (after small changes),
//!                       vectors.bin (with an encoder), recognised.jsonl (with --ocr)
//! ```
//!
//! A build writes a new generation beside the current one and switches to it by renaming one
//! small file, the manifest. Until that rename the old generation is what everybody reads, and
//! an interrupted build leaves nothing behind but a folder that the next build sweeps away.
//!
//! Where little has changed, the new generation shares what has not with the old one
//! (`folder::generation`), and is what a build of everything would have given. Documents are kept whole
//! (`document`).
//!
//! The manifest states the index format and the version of the analysis chain. An index made by
//! another version is refused with words on how to rebuild it: misreading it would be worse.
//!
//! `schema` is the one place that knows the tantivy fields. What is asked of an index goes through
//! one seam, the trait [`Engine`]; behind it is the folder (`embedded`), or a cluster that speaks the
//! language of OpenSearch (`cluster`). [`Home`] says which.

mod budget;
#[cfg(feature = "cluster")]
mod cluster;
mod dictionary;
mod document;
mod engine;
mod error;
mod field;
mod folder;
mod gather;
mod guard;
mod home;
mod manifest;
mod passage;
mod recognised;
#[cfg(feature = "serve")]
mod relative;
mod report;
mod sources;
mod table;
mod vectors;
mod wanted;

pub use budget::Budget;
#[cfg(feature = "cluster")]
pub use cluster::{Cluster, ClusterAddress};
pub use dictionary::Dictionary;
pub(crate) use dictionary::fold;
pub use document::WholeDocument;
pub(crate) use engine::Counted;
pub use engine::{Engine, Tallies, ToCount};
pub use error::IndexError;
pub use field::TextField;
pub use folder::{check, check_sources, kept, restore};
pub use home::Home;
pub use manifest::{EncoderUsed, FORMAT_VERSION, Manifest};
pub use passage::{Order, PassageAt, StoredPassage};
#[cfg(feature = "serve")]
pub(crate) use relative::RelativeSources;
pub use report::{
    BuildEvent, BuildReport, Changes, CheckReport, Damage, KeptGeneration, PICTURE_LEFT, Repeated,
    Skipped, SourcesCompared,
};
pub use sources::{Busy, KEPT_GENERATIONS, Recognition, Sources};
pub(crate) use table::FIELDS;
pub use table::{
    Candidate, CandidateNumber, ChosenNumber, Counts, NameNumber, Positions, Table, TermNumber,
};
pub(crate) use wanted::tied;
pub use wanted::{BadGlob, SourceFilter, SourceGlob, Term, Wanted};
