//! The files of a corpus: which there are, what a generation was made from, and what has changed
//! since.
//!
//! Each generation keeps a line for every file (`files.jsonl`). A file has not changed whose stamp
//! is that of its line: size and time of modification, and where the system has them, device, inode
//! and time of change, which nobody can set back. Where they are not the same, or where the file was
//! written so shortly before it was read that its times say nothing, its content is hashed and
//! decides.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::fs::{File, Metadata};
use std::io::{BufRead, BufReader, BufWriter, Read, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};

use super::kind::{FileKind, kind_of, nothing_read, unknown_type};
use super::patience::Patience;

use crate::document::files::{Found, SymbolicLinks, printable, walk};
use crate::index::manifest::Holds;
use crate::index::report::{Changes, PICTURE_LEFT, Skipped, SourcesCompared};

pub(in crate::index) const FILE: &str = "files.jsonl";
/// Bytes of a file that are hashed at once.
const HASHED: usize = 1 << 20;
/// Files that are walked by at once.
const WALKED: usize = 1000;
/// How long it is waited for a file that is only looked at.
const PATIENCE: Duration = Duration::from_secs(30);
/// Times of modification may be this coarse, in nanoseconds (FAT: two seconds).
const COARSE: u64 = 2_000_000_000;

/// What a walk finds under the roots of a corpus.
#[derive(Debug, Default)]
pub(in crate::index) struct Listing {
    /// Whether pictures are among what can be read.
    reads_pictures: bool,
    /// What can be read, each once, however many roots lead to it.
    pub(in crate::index) files: BTreeMap<PathBuf, Stamp>,
    pub(in crate::index) unknown: Vec<Skipped>,
    /// Symbolic links that were not followed.
    pub(in crate::index) links: Vec<String>,
    pub(in crate::index) failed: Vec<Skipped>,
}

/// What tells two states of a file apart without reading it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::index) struct Stamp {
    pub(in crate::index) bytes: u64,
    /// When it was last modified, in nanoseconds since 1970, where the file system says.
    modified: Option<u64>,
    /// When anything of it was last changed, its name among it; on Windows, when it was made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    changed: Option<u64>,
    /// The device and the inode.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    identity: Option<(u64, u64)>,
}

impl Stamp {
    /// The stamp of a file.
    pub(in crate::index) fn of(metadata: &Metadata) -> Stamp {
        Stamp {
            bytes: metadata.len(),
            modified: metadata.modified().ok().and_then(nanoseconds),
            changed: changed(metadata),
            identity: identity(metadata),
        }
    }

    /// Whether the file was last changed so long before `moment` that a change since has another
    /// time.
    fn is_settled(&self, moment: u64) -> bool {
        let settled = |time: u64| time.saturating_add(COARSE) < moment;
        self.modified.is_some_and(settled) && self.changed.is_none_or(settled)
    }
}

#[cfg(unix)]
fn changed(metadata: &Metadata) -> Option<u64> {
    use std::os::unix::fs::MetadataExt;
    let seconds = u64::try_from(metadata.ctime()).ok()?;
    let rest = u64::try_from(metadata.ctime_nsec()).ok()?;
    seconds.checked_mul(1_000_000_000)?.checked_add(rest)
}

#[cfg(unix)]
fn identity(metadata: &Metadata) -> Option<(u64, u64)> {
    use std::os::unix::fs::MetadataExt;
    Some((metadata.dev(), metadata.ino()))
}

#[cfg(not(unix))]
fn changed(metadata: &Metadata) -> Option<u64> {
    metadata.created().ok().and_then(nanoseconds)
}

/// The standard library tells none.
#[cfg(not(unix))]
fn identity(_: &Metadata) -> Option<(u64, u64)> {
    None
}

/// One line of `files.jsonl`.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(in crate::index) struct Record {
    /// As it can be printed, see [`printable`]: no two files have the same.
    path: String,
    #[serde(flatten)]
    stamp: Stamp,
    /// The hash of the content; none where it could not be read.
    hash: Option<String>,
    /// Why it, or some of its lines, gave nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    failed: Option<String>,
    #[serde(flatten)]
    pub(in crate::index) holds: Holds,
}

/// Nanoseconds since 1970.
pub(in crate::index) fn now() -> u64 {
    nanoseconds(SystemTime::now()).unwrap_or_default()
}

fn nanoseconds(time: SystemTime) -> Option<u64> {
    let since = time.duration_since(UNIX_EPOCH).ok()?;
    u64::try_from(since.as_nanos()).ok()
}

impl Listing {
    /// The names of the files, as they are kept in records.
    pub(in crate::index) fn names(&self) -> BTreeSet<Cow<'_, str>> {
        self.files.keys().map(|path| printable(path)).collect()
    }

    /// Walks the roots. The index itself, where it is in a folder, is no source.
    pub(in crate::index) fn of(
        roots: &[PathBuf],
        links: SymbolicLinks,
        index: Option<&Path>,
        reads_pictures: bool,
    ) -> Listing {
        let mut listing = Listing {
            reads_pictures,
            ..Listing::default()
        };
        for root in roots {
            let within = index.and_then(|index| folder_within(index, root));
            let before = listing.count();
            let left = listing.links.len();
            listing.add(root, links, within.as_deref());
            let found = listing.count();
            // A file that an earlier root led to is no new one.
            let known = listing.files.keys().any(|path| path.starts_with(root));
            let unknown = found.1 - before.1;
            // One folder with nothing in it is nothing found, as for grep; of several, it is missed.
            let left = listing.links.len() - left;
            let is_empty = unknown == 0 && left == 0 && roots.len() == 1;
            if found.0 == before.0 && found.2 == before.2 && !known && !is_empty {
                listing.failed.push(Skipped {
                    path: root.display().to_string(),
                    reason: nothing_read(root, &listing.unknown[before.1..], left, reads_pictures),
                });
            }
        }
        listing
    }

    /// How many files can be read, are of an unknown type, and could not be looked at.
    fn count(&self) -> (usize, usize, usize) {
        (self.files.len(), self.unknown.len(), self.failed.len())
    }

    fn add(&mut self, root: &Path, links: SymbolicLinks, index: Option<&Path>) {
        let mut patience = Patience::of(PATIENCE);
        let start = root.to_owned();
        let mut walk = match patience.wait_for(move || Ok(Box::new(walk(&start, links)))) {
            Ok(walk) => walk,
            Err(error) => return self.fail(root, &error),
        };
        loop {
            // What is met may be a share that does not answer.
            let next = patience.wait_for(move || {
                let found: Vec<Found> = walk.by_ref().take(WALKED).collect();
                Ok((walk, found))
            });
            let (rest, found) = match next {
                Ok((rest, found)) => (rest, found),
                Err(error) => return self.fail(root, &error),
            };
            if found.is_empty() {
                return;
            }
            walk = rest;
            for found in found {
                self.take(found, index, &mut patience);
            }
        }
    }

    fn fail(&mut self, path: &Path, error: &std::io::Error) {
        self.failed.push(Skipped {
            path: path.display().to_string(),
            reason: error.to_string(),
        });
    }

    fn take(&mut self, found: Found, index: Option<&Path>, patience: &mut Patience) {
        match found {
            Found::File { path, .. } if index.is_some_and(|index| path.starts_with(index)) => {}
            Found::File { path, metadata } => match kind_of(&path, patience) {
                FileKind::Read => _ = self.files.insert(path, Stamp::of(&metadata)),
                FileKind::Picture if self.reads_pictures => {
                    self.files.insert(path, Stamp::of(&metadata));
                }
                kind => self.unknown.push(Skipped {
                    reason: match kind {
                        FileKind::Picture => PICTURE_LEFT.to_owned(),
                        _ => unknown_type(&path),
                    },
                    path: path.display().to_string(),
                }),
            },
            Found::Link { path } => self.links.push(path.display().to_string()),
            Found::Unreadable { path, cause } => self.failed.push(Skipped {
                path: path.display().to_string(),
                reason: cause,
            }),
        }
    }
}

/// What says whether a file is as it was.
#[derive(Debug, Clone, Copy)]
pub(in crate::index) enum Trust {
    /// Its stamp, where it was settled when a build `started`.
    Stamps { started: u64 },
    /// Nothing but its content.
    Contents,
}

/// How a listing differs from what a generation was made from.
pub(in crate::index) struct ListingDifference {
    pub(in crate::index) changes: Changes,
    /// The files that are as they were, in order.
    pub(in crate::index) kept: BTreeMap<PathBuf, Record>,
    /// Those that have to be read, in order.
    pub(in crate::index) to_read: BTreeMap<PathBuf, Stamp>,
    /// Those of which nothing may stay: they are gone, or have changed.
    pub(in crate::index) stale: Vec<PathBuf>,
}

/// What a generation was made from.
pub(in crate::index) struct Records(BTreeMap<PathBuf, Record>);

impl Records {
    /// Reads the records of a generation. Records that are missing or damaged are none.
    pub(in crate::index) fn read(folder: &Path) -> Option<Records> {
        Records::parse(BufReader::new(File::open(folder.join(FILE)).ok()?))
    }

    /// The same, unless their file has not the hash that it was written with.
    pub(in crate::index) fn read_checked(folder: &Path, sum: &str) -> Option<Records> {
        let bytes = std::fs::read(folder.join(FILE)).ok()?;
        let same = blake3::hash(&bytes).to_hex().as_str() == sum;
        same.then(|| Records::parse(&bytes[..]))?
    }

    /// Reads what [`RecordKeeper::write`] wrote; `None` where it is something else.
    pub(in crate::index) fn parse(text: impl BufRead) -> Option<Records> {
        let record = |line: std::io::Result<String>| {
            let record: Record = serde_json::from_str(&line.ok()?).ok()?;
            Some((PathBuf::from(&record.path), record))
        };
        text.lines().map(record).collect::<Option<_>>().map(Records)
    }

    /// What each file holds.
    pub(in crate::index) fn holds(&self) -> impl Iterator<Item = (&Path, Holds)> {
        self.0
            .iter()
            .map(|(path, record)| (path.as_path(), record.holds))
    }

    /// The files that gave passages.
    pub(in crate::index) fn with_passages(&self) -> impl Iterator<Item = &Path> {
        let files = self.holds().filter(|(_, holds)| holds.passages > 0);
        files.map(|(path, _)| path)
    }

    /// How a listing differs from these files. `trust` says how much a stamp says.
    pub(in crate::index) fn compare(
        mut self,
        listing: &Listing,
        trust: Trust,
    ) -> ListingDifference {
        let mut difference = ListingDifference {
            changes: Changes::default(),
            kept: BTreeMap::new(),
            to_read: BTreeMap::new(),
            stale: Vec::new(),
        };
        let changes = &mut difference.changes;
        let mut patience = Patience::of(PATIENCE);
        for (path, stamp) in &listing.files {
            match self.0.remove(Path::new(&*printable(path))) {
                Some(mut record) if record.is_of(path, stamp, trust, &mut patience) => {
                    changes.unchanged += 1;
                    record.stamp = *stamp;
                    difference.kept.insert(path.clone(), record);
                    continue;
                }
                Some(_) => {
                    changes.changed += 1;
                    difference.stale.push(path.clone());
                }
                None => changes.added += 1,
            }
            difference.to_read.insert(path.clone(), *stamp);
        }
        changes.removed = self.0.len() as u64;
        difference.stale.extend(self.0.into_keys());
        difference
    }
}

impl Records {
    /// Compares the contents of files, given with the names that they were indexed by.
    pub(in crate::index) fn compare_contents(
        mut self,
        present: &BTreeMap<PathBuf, PathBuf>,
    ) -> SourcesCompared {
        let mut compared = SourcesCompared::default();
        let mut patience = Patience::of(PATIENCE);
        for (name, path) in present {
            let name = printable(name);
            match self.0.remove(Path::new(&*name)) {
                Some(record) if record.has_content_of(path, &mut patience) => {
                    compared.unchanged += 1
                }
                Some(_) => compared.changed.push(name.into_owned()),
                None => compared.added.push(name.into_owned()),
            }
        }
        compared.gone = self.0.into_values().map(|record| record.path).collect();
        compared
    }
}

impl Record {
    fn has_content_of(&self, path: &Path, patience: &mut Patience) -> bool {
        match &self.hash {
            Some(hash) => hash_of(path, patience).is_ok_and(|now| now.to_hex().as_str() == hash),
            None => hash_of(path, patience).is_err(),
        }
    }

    /// Why it, or some of it, could not be read.
    pub(in crate::index) fn failed(&self) -> Option<Skipped> {
        Some(Skipped {
            path: self.path.clone(),
            reason: self.failed.clone()?,
        })
    }

    fn is_of(&self, path: &Path, stamp: &Stamp, trust: Trust, patience: &mut Patience) -> bool {
        let same = match trust {
            Trust::Stamps { started } => self.stamp == *stamp && stamp.is_settled(started),
            Trust::Contents => false,
        };
        match &self.hash {
            Some(_) if same => true,
            // No other size can have the same content.
            Some(_) if self.stamp.bytes != stamp.bytes => false,
            _ => self.has_content_of(path, patience),
        }
    }
}

fn hash_of(path: &Path, patience: &mut Patience) -> std::io::Result<blake3::Hash> {
    let mut hasher = blake3::Hasher::new();
    let of = path.to_owned();
    let mut file = patience.wait_for(move || File::open(of))?;
    loop {
        // A large file takes its time, and each part of it may.
        let (rest, part) = patience.wait_for(move || {
            let mut part = Vec::with_capacity(HASHED);
            (&file).take(HASHED as u64).read_to_end(&mut part)?;
            Ok((file, part))
        })?;
        if part.is_empty() {
            return Ok(hasher.finalize());
        }
        hasher.update(&part);
        file = rest;
    }
}

/// Collects the records of a generation.
#[derive(Default)]
pub(in crate::index) struct RecordKeeper(BTreeMap<PathBuf, Record>);

impl RecordKeeper {
    /// Those of the files that stay.
    pub(in crate::index) fn keeping(kept: BTreeMap<PathBuf, Record>) -> RecordKeeper {
        RecordKeeper(kept)
    }

    /// Adds a file.
    pub(in crate::index) fn add(
        &mut self,
        path: &Path,
        stamp: Stamp,
        hash: Option<blake3::Hash>,
        failed: Option<String>,
        holds: Holds,
    ) {
        let record = Record {
            path: printable(path).into_owned(),
            stamp,
            hash: hash.map(|hash| hash.to_hex().to_string()),
            failed,
            holds,
        };
        self.0.insert(path.to_owned(), record);
    }

    /// What the files hold.
    pub(in crate::index) fn holds(&self) -> impl Iterator<Item = Holds> {
        self.0.values().map(|record| record.holds)
    }

    /// The names of the files.
    pub(in crate::index) fn names(&self) -> BTreeSet<&str> {
        self.0.values().map(|record| record.path.as_str()).collect()
    }

    /// The files that could not be read, or not wholly.
    pub(in crate::index) fn failed(&self) -> impl Iterator<Item = Skipped> {
        self.0.values().filter_map(Record::failed)
    }

    /// Writes the records to a folder.
    pub(in crate::index) fn write(&self, folder: &Path) -> std::io::Result<()> {
        let mut out = BufWriter::new(File::create(folder.join(FILE))?);
        for record in self.0.values() {
            serde_json::to_writer(&mut out, record)?;
            out.write_all(b"\n")?;
        }
        out.flush()
    }
}

/// Where `dir` is met in a walk of `root`, however the two were spelled, if it lies in it.
fn folder_within(dir: &Path, root: &Path) -> Option<PathBuf> {
    let (root_itself, dir) = (root.canonicalize().ok()?, dir.canonicalize().ok()?);
    let inner = dir.strip_prefix(root_itself).ok()?;
    Some(root.join(inner))
}

/// The name a file is cited by: its path as it was found, with forward slashes.
pub(in crate::index) fn source_name(path: &Path) -> String {
    let path = path.strip_prefix(".").unwrap_or(path);
    let name = printable(path);
    if std::path::MAIN_SEPARATOR == '/' {
        name.into_owned()
    } else {
        name.replace(std::path::MAIN_SEPARATOR, "/")
    }
}
