//! Why an index could not be built, opened or read.

use std::path::{Path, PathBuf};

use crate::document::OcrCommandError;
use crate::encoder::EncoderError;
use crate::lexicon::LexiconError;

/// Why an index could not be built or opened.
#[derive(Debug, thiserror::Error)]
pub enum IndexError {
    #[error("there is no index at {0}; `palpate index --index {0}` builds one")]
    Missing(PathBuf),
    #[error(
        "the index at {path} was made {found}, and this palpate needs {needed}; rebuild it with \
         `palpate index{paths} --index {path}`",
        paths = given(roots)
    )]
    OtherVersion {
        path: PathBuf,
        found: String,
        needed: String,
        /// What it was built from, as far as it says so.
        roots: Vec<PathBuf>,
    },
    #[error(
        "the index at {path} is damaged ({cause}); `palpate check --index {path}` tells more, and \
         `palpate index --force --index {path}` builds it anew"
    )]
    Damaged { path: PathBuf, cause: String },
    /// A folder in which somebody keeps something else.
    #[error(
        "{path} is no index of palpate, and holds {holds}: an index lives in a folder of its own, \
         that is new or empty"
    )]
    Foreign { path: PathBuf, holds: String },
    /// A build that nobody said may take away what it would.
    #[error("{cause}; if that is meant, say so with --replace")]
    WouldLose { cause: String },
    #[error(
        "the index at {path} has no generation {number}; `palpate generations --index {path}` lists \
         those that were kept"
    )]
    NoGeneration { path: PathBuf, number: u64 },
    #[error("there is no room left for {path}: {cause}")]
    NoRoom {
        path: PathBuf,
        cause: std::io::Error,
    },
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
    Encoder(#[from] EncoderError),
    /// The command that recognises text cannot be run.
    #[error("--ocr “{command}”: {cause}")]
    Ocr {
        command: String,
        cause: OcrCommandError,
    },
    /// What is kept in a cluster has no vectors.
    #[cfg(feature = "cluster")]
    #[error("{0} is in a cluster, and an encoder needs an index in a folder")]
    NoVectors(String),
    #[error(transparent)]
    Lexicon(#[from] LexiconError),
    /// What is only of use when it is all there was cut short: its budget was spent, or nobody waits for it.
    #[error("it took too long, and was given up before its end")]
    Unfinished,
    /// What an engine says of itself that cannot read or write.
    #[error(transparent)]
    Engine(Box<dyn std::error::Error + Send + Sync>),
}

/// Paths as they are given on a command line.
fn given(paths: &[PathBuf]) -> String {
    let paths = paths.iter().map(|path| path.display().to_string());
    let quoted = paths.map(|path| match path.contains(char::is_whitespace) {
        true => format!(" \"{path}\""),
        false => format!(" {path}"),
    });
    quoted.collect()
}

/// Whether a disk, a quota or a file can take no more.
pub(super) fn is_no_room(cause: &std::io::Error) -> bool {
    use std::io::ErrorKind::{FileTooLarge, QuotaExceeded, StorageFull};
    matches!(cause.kind(), StorageFull | QuotaExceeded | FileTooLarge)
}

impl IndexError {
    pub(super) fn full(dir: &Path) -> IndexError {
        IndexError::Io {
            path: dir.to_owned(),
            cause: std::io::Error::other("there are more documents than can be numbered"),
        }
    }

    pub(super) fn io(path: &Path) -> impl FnOnce(std::io::Error) -> IndexError + '_ {
        move |cause| match is_no_room(&cause) {
            true => IndexError::NoRoom {
                path: path.to_owned(),
                cause,
            },
            false => IndexError::Io {
                path: path.to_owned(),
                cause,
            },
        }
    }
}
