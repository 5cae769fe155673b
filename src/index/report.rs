//! What a build tells while it runs and when it is done, and what a check found.

use std::path::{Path, PathBuf};

use serde::Serialize;

/// Progress of a build, for whoever shows it.
#[derive(Debug)]
pub enum BuildEvent<'a> {
    /// The files were counted; reading begins.
    Start { files: u64, bytes: u64 },
    /// A file, or so many bytes of one, has been read.
    Read { path: &'a Path, bytes: u64 },
    /// Everything is read; the index is being written out.
    Commit,
}

/// A file that gave no document, and why.
#[derive(Debug, Clone, Serialize)]
pub struct Skipped {
    pub path: String,
    pub reason: String,
}

/// Why a picture was not read, where nobody said what reads pictures.
pub const PICTURE_LEFT: &str = "picture (--ocr reads it)";

/// What a build did.
#[derive(Debug, Default, Serialize)]
pub struct BuildReport {
    pub documents: u64,
    pub passages: u64,
    /// Words of furniture that stand nowhere in what is searched of their documents.
    pub words_left_out: u64,
    /// Words in what is searched.
    pub words: u64,
    /// Bytes of source text that were read and indexed.
    pub bytes: u64,
    pub seconds: f64,
    /// Bytes / seconds / 10^6.
    pub mb_per_second: f64,
    pub generation: u64,
    /// What has changed since the build before, where that is known. Where nothing has, the index
    /// is still that of then; else only what has changed was read.
    pub changes: Option<Changes>,
    /// Files of a type palpate does not read. Expected in any real folder: no error.
    pub unknown: Vec<Skipped>,
    /// Symbolic links that were not followed.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub links: Vec<String>,
    /// Files that should have been read and could not be.
    pub failed: Vec<Skipped>,
    /// What was sent to a cluster again, because it was too busy or did not answer.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub repeated: Vec<Repeated>,
}

/// Requests that were sent again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Repeated {
    pub cause: String,
    pub times: u64,
}

/// How the files of a corpus differ from those that an index was made from.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Changes {
    pub added: u64,
    pub changed: u64,
    pub removed: u64,
    pub unchanged: u64,
}

impl Changes {
    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.added + self.changed + self.removed == 0
    }
}

impl BuildReport {
    /// Notes how many bytes of text were read in the time it took.
    pub(super) fn read(&mut self, bytes: u64) {
        self.bytes = bytes;
        self.mb_per_second = bytes as f64 / 1e6 / self.seconds.max(f64::EPSILON);
    }
}

/// Something that is not as it was written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Damage {
    /// The file, from the folder of the index on, or the source.
    pub path: String,
    pub cause: String,
}

/// What a check found.
#[derive(Debug, Default, Serialize)]
pub struct CheckReport {
    pub generation: u64,
    pub documents: u64,
    pub passages: u64,
    /// Bytes of the files looked at.
    pub bytes: u64,
    /// What is not as it was written; nothing where all is well.
    pub damage: Vec<Damage>,
    /// What an interrupted build left. It does no harm, and the next build sweeps it away.
    pub leftovers: Vec<String>,
    /// How the sources compare with what was indexed, where that was asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sources: Option<SourcesCompared>,
}

/// How the sources of an index compare, by their contents, with what was indexed. Paths are as they
/// were indexed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct SourcesCompared {
    /// How many are as they were.
    pub unchanged: u64,
    pub changed: Vec<String>,
    pub gone: Vec<String>,
    pub added: Vec<String>,
}

impl SourcesCompared {
    /// Whether a build would change nothing.
    pub fn is_as_indexed(&self) -> bool {
        self.changed.is_empty() && self.gone.is_empty() && self.added.is_empty()
    }
}

/// A generation of an index that is there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct KeptGeneration {
    pub number: u64,
    /// Whether it is the one that is searched.
    pub is_current: bool,
    /// When its build started, in seconds since 1970.
    pub started: u64,
    /// The paths it was built from, as they were given.
    pub roots: Vec<PathBuf>,
    pub documents: u64,
    pub passages: u64,
    /// Bytes of its files, many of which it may share with others.
    pub bytes: u64,
}
