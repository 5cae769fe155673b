//! The files of a corpus: which there are, what a generation was made from, and what has changed
//! since.
//!
//! Each generation keeps a line for every file (`files.jsonl`). A file whose size and time of
//! modification are those of its line has not changed; where they are not, or where the file was
//! written so shortly before it was read that its time says nothing, its content is hashed and
//! decides.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufRead, BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};

use super::build::Skipped;
use crate::document::files::{Found, walk};
use crate::document::reader_for;

const FILE: &str = "files.jsonl";
/// Times of modification may be this coarse, in nanoseconds (FAT: two seconds).
const COARSE: u64 = 2_000_000_000;

/// What a walk finds under the roots of a corpus.
#[derive(Debug, Default)]
pub(super) struct Listing {
    /// What can be read, each once, however many roots lead to it.
    pub(super) files: BTreeMap<PathBuf, Stamp>,
    pub(super) unknown: Vec<Skipped>,
    pub(super) failed: Vec<Skipped>,
}

/// What tells two states of a file apart without reading it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Stamp {
    pub(super) bytes: u64,
    /// When it was last modified, in nanoseconds since 1970, where the file system says.
    modified: Option<u64>,
}

/// One line of `files.jsonl`.
#[derive(Debug, Serialize, Deserialize)]
struct Record {
    path: String,
    #[serde(flatten)]
    stamp: Stamp,
    /// The hash of the content; none where it could not be read.
    hash: Option<String>,
    /// Why it, or some of its lines, gave nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    failed: Option<String>,
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

/// Nanoseconds since 1970.
pub(super) fn now() -> u64 {
    nanoseconds(SystemTime::now()).unwrap_or_default()
}

fn nanoseconds(time: SystemTime) -> Option<u64> {
    let since = time.duration_since(UNIX_EPOCH).ok()?;
    u64::try_from(since.as_nanos()).ok()
}

impl Listing {
    /// Walks the roots. The index itself, in `dir`, is no source.
    pub(super) fn of(roots: &[PathBuf], dir: &Path) -> Listing {
        let mut listing = Listing::default();
        for root in roots {
            listing.add(root, folder_within(dir, root).as_deref());
        }
        listing
    }

    fn add(&mut self, root: &Path, index: Option<&Path>) {
        for found in walk(root) {
            match found {
                Found::File { path, .. } if index.is_some_and(|index| path.starts_with(index)) => {}
                Found::File { path, metadata } if reader_for(&path).is_some() => {
                    let stamp = Stamp {
                        bytes: metadata.len(),
                        modified: metadata.modified().ok().and_then(nanoseconds),
                    };
                    self.files.insert(path, stamp);
                }
                Found::File { path, .. } => self.unknown.push(Skipped {
                    reason: unknown_type(&path),
                    path: path.display().to_string(),
                }),
                Found::Unreadable { path, cause } => self.failed.push(Skipped {
                    path: path.display().to_string(),
                    reason: cause,
                }),
            }
        }
    }
}

/// What a generation was made from.
pub(super) struct Records(Vec<Record>);

impl Records {
    /// Reads the records of a generation. Records that are missing or damaged are none.
    pub(super) fn read(folder: &Path) -> Option<Records> {
        let lines = BufReader::new(File::open(folder.join(FILE)).ok()?).lines();
        let record = |line: std::io::Result<String>| serde_json::from_str(&line.ok()?).ok();
        lines.map(record).collect::<Option<_>>().map(Records)
    }

    /// How a listing differs from these files, as they were when a build `started`.
    pub(super) fn compare(&self, listing: &Listing, started: u64) -> Changes {
        let mut known: BTreeMap<&str, &Record> = BTreeMap::new();
        known.extend(self.0.iter().map(|record| (record.path.as_str(), record)));
        let mut changes = Changes::default();
        for (path, stamp) in &listing.files {
            match path.to_str().and_then(|path| known.remove(path)) {
                None => changes.added += 1,
                Some(record) if record.is_of(path, stamp, started) => changes.unchanged += 1,
                Some(_) => changes.changed += 1,
            }
        }
        changes.removed = known.len() as u64;
        changes
    }

    /// The files that could not be read, or not wholly.
    pub(super) fn failed(&self) -> impl Iterator<Item = Skipped> {
        self.0.iter().filter_map(|record| {
            Some(Skipped {
                path: Path::new(&record.path).display().to_string(),
                reason: record.failed.clone()?,
            })
        })
    }
}

impl Record {
    fn is_of(&self, path: &Path, stamp: &Stamp, started: u64) -> bool {
        let settled = |modified: u64| modified.saturating_add(COARSE) < started;
        let same = self.stamp == *stamp && stamp.modified.is_some_and(settled);
        match &self.hash {
            Some(_) if same => true,
            // No other size can have the same content.
            Some(_) if self.stamp.bytes != stamp.bytes => false,
            Some(hash) => hash_of(path).is_ok_and(|now| now.to_hex().as_str() == hash),
            None => hash_of(path).is_err(),
        }
    }
}

fn hash_of(path: &Path) -> std::io::Result<blake3::Hash> {
    let mut hasher = blake3::Hasher::new();
    hasher.update_reader(File::open(path)?)?;
    Ok(hasher.finalize())
}

/// Writes the records of a generation.
pub(super) struct RecordWriter {
    out: BufWriter<File>,
}

impl RecordWriter {
    pub(super) fn create(folder: &Path) -> std::io::Result<RecordWriter> {
        Ok(RecordWriter {
            out: BufWriter::new(File::create(folder.join(FILE))?),
        })
    }

    /// Adds a file. One whose name is no UTF-8 is left out, and read again by every build.
    pub(super) fn add(
        &mut self,
        path: &Path,
        stamp: Stamp,
        hash: Option<blake3::Hash>,
        failed: Option<String>,
    ) -> std::io::Result<()> {
        let Some(path) = path.to_str() else {
            return Ok(());
        };
        let record = Record {
            path: path.to_owned(),
            stamp,
            hash: hash.map(|hash| hash.to_hex().to_string()),
            failed,
        };
        serde_json::to_writer(&mut self.out, &record)?;
        self.out.write_all(b"\n")
    }

    pub(super) fn finish(self) -> std::io::Result<()> {
        let file = self.out.into_inner().map_err(|error| error.into_error())?;
        file.sync_all()
    }
}

/// Where `dir` is met in a walk of `root`, however the two were spelled, if it lies in it.
fn folder_within(dir: &Path, root: &Path) -> Option<PathBuf> {
    let (root_itself, dir) = (root.canonicalize().ok()?, dir.canonicalize().ok()?);
    let inner = dir.strip_prefix(root_itself).ok()?;
    Some(root.join(inner))
}

fn unknown_type(path: &Path) -> String {
    match path.extension() {
        Some(extension) => format!("unknown type .{}", extension.to_string_lossy()),
        None => "no file extension".to_owned(),
    }
}
