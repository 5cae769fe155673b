//! # The index
//!
//! Annotated passages go in, a folder on disk comes out, and [`Index::open`] reads it back.
//!
//! ```text
//! index/
//!   palpate.json        the manifest: format, analysis chain, corpus, current generation
//!   .lock               held while somebody builds
//!   g000007/            one generation: a tantivy index, lexicon.tsv, vocabulary.fst,
//!                       phrases.fst, phrases.txt, files.jsonl
//! ```
//!
//! A build writes a new generation beside the current one and switches to it by renaming one
//! small file, the manifest. Until that rename the old generation is what everybody reads, and
//! an interrupted build leaves nothing behind but a folder that the next build sweeps away.
//!
//! Where little has changed, the new generation shares what has not with the old one
//! (`generation`), and is what a build of everything would have given. Documents are kept whole
//! (`whole`).
//!
//! The manifest states the index format and the version of the analysis chain. An index made by
//! another version is refused with words on how to rebuild it: misreading it would be worse.
//!
//! `schema` is the one place that knows the tantivy fields. What is asked of an index goes through
//! one seam, the trait [`Engine`]; behind it is the folder (`embedded`), or a cluster that speaks the
//! language of OpenSearch (`cluster`). [`Home`] says which.

mod build;
mod check;
#[cfg(feature = "cluster")]
mod cluster;
mod embedded;
mod engine;
mod files;
mod gather;
mod generation;
mod home;
mod intake;
mod lock;
mod manifest;
mod numbers;
mod phrases;
mod pipeline;
mod reading;
mod schema;
mod table;
mod wanted;
mod whole;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use tantivy::ReloadPolicy;
use tantivy::directory::{Directory, MmapDirectory, OwnedBytes};

pub use build::{BuildEvent, BuildReport, Repeated, Skipped, Sources, build, update};
pub use check::{CheckReport, Damage, check};
#[cfg(feature = "cluster")]
pub use cluster::{Cluster, ClusterAddress};
pub use engine::{Counted, Dictionary, Engine, PassageAt, Tallies, ToCount};
pub use files::Changes;
pub use home::Home;
pub use lock::Busy;
pub use manifest::{FORMAT_VERSION, Manifest};
pub(crate) use phrases::fold;
pub use schema::{Order, StoredPassage, TextField};
pub use table::{Candidate, Counts, FIELDS, Places, Table};
pub use wanted::{BadGlob, SourceGlob, Term, Wanted};
pub use whole::WholeDocument;

use phrases::Phrases;
use reading::Reading;
use schema::Fields;

use crate::analysis::{TOKENIZER_NAME, TermTokenizer, Vocabulary};
use crate::lexicon::{Lexicon, LexiconError};

/// An index of at most so many bytes is looked at for damage whenever it is opened: that takes some
/// five milliseconds.
const LOOKED_AT: u64 = 16 << 20;

/// Why an index could not be built or opened.
#[derive(Debug, thiserror::Error)]
pub enum IndexError {
    #[error("there is no index at {0}; `palpate index --index {0}` builds one")]
    Missing(PathBuf),
    #[error(
        "the index at {path} was made {found}, and this palpate needs {needed}; rebuild it with \
         `palpate index --index {path}`"
    )]
    OtherVersion {
        path: PathBuf,
        found: String,
        needed: String,
    },
    #[error(
        "the index at {path} is damaged ({cause}); `palpate check --index {path}` tells more, and \
         `palpate index --force --index {path}` builds it anew"
    )]
    Damaged { path: PathBuf, cause: String },
    #[error("{holder} is building the index at {path}; `palpate index --wait` waits for it")]
    Locked { path: PathBuf, holder: String },
    #[error("{path}: {cause}")]
    Io {
        path: PathBuf,
        cause: std::io::Error,
    },
    /// A cluster did not answer, or not as it should.
    #[cfg(feature = "cluster")]
    #[error("the cluster at {at}: {cause}")]
    Cluster { at: String, cause: String },
    #[cfg(feature = "cluster")]
    #[error("there is no index at {0}; `palpate index --engine {0}` builds one")]
    MissingInCluster(String),
    /// What does not say where a cluster is, or how to reach it.
    #[cfg(feature = "cluster")]
    #[error("the address of the cluster: {cause}")]
    Address { cause: String },
    #[error("{path} is no aspect model: {cause}")]
    Model { path: PathBuf, cause: String },
    #[error(transparent)]
    Lexicon(#[from] LexiconError),
    #[error(transparent)]
    Tantivy(#[from] tantivy::TantivyError),
}

impl IndexError {
    fn full(dir: &Path) -> IndexError {
        IndexError::Io {
            path: dir.to_owned(),
            cause: std::io::Error::other("there are more documents than can be numbered"),
        }
    }

    fn io(path: &Path) -> impl FnOnce(std::io::Error) -> IndexError + '_ {
        move |cause| IndexError::Io {
            path: path.to_owned(),
            cause,
        }
    }
}

/// An index, opened for reading: one generation, which stays readable even when a newer one
/// takes its place.
pub struct Index {
    dir: PathBuf,
    manifest: Manifest,
    fields: Fields,
    searcher: tantivy::Searcher,
    lexicon: Arc<Lexicon>,
    dictionary: Dictionary,
}

impl Index {
    /// Opens the current generation of the index in `dir`.
    pub fn open(dir: &Path) -> Result<Index, IndexError> {
        loop {
            let manifest = Manifest::read(dir)?;
            let opened = unless_damaged(|| Index::open_generation(dir, &manifest));
            let opened = opened.unwrap_or_else(|cause| {
                Err(IndexError::Damaged {
                    path: dir.to_owned(),
                    cause,
                })
            });
            match opened {
                Ok(index) => return Ok(index),
                // A build may have switched generations between the two steps: look again.
                Err(_) if Manifest::read(dir)?.generation != manifest.generation => continue,
                Err(error) => return Err(error),
            }
        }
    }

    fn open_generation(dir: &Path, manifest: &Manifest) -> Result<Index, IndexError> {
        let damaged = |cause: String| IndexError::Damaged {
            path: dir.to_owned(),
            cause,
        };
        let folder = manifest.generation_folder(dir);
        if check::size(&folder) <= LOOKED_AT {
            let found = check::damaged_files(&folder, &manifest.sums);
            if let Some(Damage { path, cause }) = found.into_iter().next() {
                return Err(damaged(format!("{path}: {cause}")));
            }
        }
        let directory = MmapDirectory::open(&folder).map_err(|e| damaged(e.to_string()))?;
        let index = tantivy::Index::open(Reading(directory.clone()));
        let index = index.map_err(|e| damaged(e.to_string()))?;
        register(&index);
        let fields = Fields::of(&index.schema()).map_err(|e| damaged(e.to_string()))?;
        let searcher = index
            .reader_builder()
            .reload_policy(ReloadPolicy::Manual)
            .try_into()
            .map_err(|e: tantivy::TantivyError| damaged(e.to_string()))?
            .searcher();
        // Most searches need neither words nor phrases. Mapping them costs microseconds, and keeps
        // them readable when a newer generation takes this one's place.
        let mapped = |name: &str| map(&directory, name);
        let vocabulary = mapped(gather::VOCABULARY_FILE).and_then(Vocabulary::new);
        let phrases = mapped(phrases::TURNED_FILE)
            .and_then(|turned| Phrases::new(turned, mapped(phrases::SHOWN_FILE)?));
        Ok(Index {
            dir: dir.to_owned(),
            lexicon: Lexicon::read(&folder.join(gather::LEXICON_FILE))
                .map_err(|e| damaged(e.to_string()))?
                .into(),
            manifest: manifest.clone(),
            fields,
            searcher,
            dictionary: Dictionary {
                vocabulary: vocabulary.map_err(|e| damaged(e.to_string()))?,
                phrases: phrases.map_err(|e| damaged(e.to_string()))?,
            },
        })
    }

    /// Whether the generation that is open is still the current one. Reads one small file.
    pub fn is_current(&self) -> Result<bool, IndexError> {
        let now = Manifest::read(&self.dir)?;
        Ok((now.generation, now.started) == (self.manifest.generation, self.manifest.started))
    }

    /// What the index says of itself.
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// The lexicon it was annotated with.
    pub fn lexicon(&self) -> &Arc<Lexicon> {
        &self.lexicon
    }

    /// That something in it is not as it was written.
    fn damaged(&self, cause: String) -> IndexError {
        IndexError::Damaged {
            path: self.dir.clone(),
            cause,
        }
    }

    fn fields(&self) -> &Fields {
        &self.fields
    }

    fn searcher(&self) -> &tantivy::Searcher {
        &self.searcher
    }
}

/// What `read` gives. tantivy trusts what it reads: that it panicked means that what it read was
/// damaged, and the error says so.
pub(crate) fn unless_damaged<T>(read: impl FnOnce() -> T) -> Result<T, String> {
    catch_unwind(AssertUnwindSafe(read)).map_err(|_| "reading it failed".to_owned())
}

/// A file of a generation, mapped into memory: nothing is read until it is looked at.
fn map(directory: &MmapDirectory, name: &str) -> std::io::Result<OwnedBytes> {
    directory
        .open_read(Path::new(name))
        .map_err(|error| std::io::Error::other(format!("{name}: {error}")))?
        .read_bytes()
}

fn register(index: &tantivy::Index) {
    let tokenizers = index.tokenizers();
    tokenizers.register(TOKENIZER_NAME, TermTokenizer::default());
}
