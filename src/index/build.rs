//! The build: files in, a new generation out.

use std::fs::File;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use serde::Serialize;

use super::files::{self, Changes, Difference, Listing, Records};
use super::gather::Contents;
use super::generation::{Before, Generation, Made};
use super::lock::{Busy, lock};
use super::manifest::{Manifest, is_generation};
use super::{Index, IndexError};
use crate::annotate::{self, Annotator};
use crate::document::{FORMATS, Limits};
use crate::lexicon::{self, Lexicon};

/// Where more than this share of the text has to be read again, all of it is: changing an index
/// costs more for each byte than making one.
const MOST_AMENDED: f64 = 0.3;

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

/// What a build did.
#[derive(Debug, Default, Serialize)]
pub struct BuildReport {
    pub documents: u64,
    pub passages: u64,
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

/// What to build an index from.
#[derive(Debug, Clone, Default)]
pub struct Sources {
    /// Files and folders of documents.
    pub roots: Vec<PathBuf>,
    /// The user's own lexicon files, see [`Lexicon::with_files`].
    pub lexicons: Vec<PathBuf>,
    /// Another aspect model than the built-in one, see [`Annotator::with_model`].
    pub aspect_model: Option<PathBuf>,
    /// What reading one file may take.
    pub limits: Limits,
    /// What to do while somebody else builds the index.
    pub busy: Busy,
}

impl Sources {
    /// Files and folders, with the built-in lexicon only.
    pub fn of(roots: impl IntoIterator<Item = impl Into<PathBuf>>) -> Sources {
        Sources {
            roots: roots.into_iter().map(Into::into).collect(),
            ..Sources::default()
        }
    }

    /// Whether all roots are there. A slip of the pen must not replace an index by an empty one.
    pub(super) fn check(&self) -> Result<(), IndexError> {
        for root in &self.roots {
            std::fs::metadata(root).map_err(IndexError::io(root))?;
        }
        Ok(())
    }

    /// The hash of all that decides what comes of a file: the data of the program, the user's own,
    /// and under which names files are found.
    pub(super) fn settings(&self) -> Result<String, IndexError> {
        let mut hasher = blake3::Hasher::new();
        let mut add = |bytes: &[u8]| {
            // With the length before it, no two lists of parts look the same.
            hasher.update(&(bytes.len() as u64).to_le_bytes());
            hasher.update(bytes);
        };
        for data in annotate::DATA.iter().chain(&lexicon::DATA) {
            add(data.as_bytes());
        }
        // What could not be read may be readable within other limits, or with more formats.
        add(format!("{:?} {FORMATS:?}", self.limits).as_bytes());
        for root in &self.roots {
            add(root.as_os_str().as_encoded_bytes());
        }
        for path in self.lexicons.iter().chain(&self.aspect_model) {
            add(path.as_os_str().as_encoded_bytes());
            add(&std::fs::read(path).map_err(IndexError::io(path))?);
        }
        Ok(hasher.finalize().to_hex().to_string())
    }

    pub(super) fn annotator(&self) -> Result<Annotator, IndexError> {
        let lexicon = Arc::new(Lexicon::with_files(&self.lexicons)?);
        let Some(path) = &self.aspect_model else {
            return Ok(Annotator::new(lexicon));
        };
        let model = std::fs::read_to_string(path).map_err(IndexError::io(path))?;
        Annotator::with_model(lexicon, &model).map_err(|cause| IndexError::Model {
            path: path.clone(),
            cause,
        })
    }
}

/// Builds an index of everything in `sources` in the folder `dir`.
///
/// The index that was there stays as it is, and searchable, until the new one is complete.
/// Files that cannot be read are listed in the report and do not stop the build.
///
/// ```
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let folder = tempfile::tempdir()?;
/// std::fs::write(folder.path().join("neck.txt"), "Neck pain\n\nRest helps most people.\n")?;
/// let dir = folder.path().join("index");
/// let report = palpate::index::build(&palpate::index::Sources::of([folder.path()]), &dir, &mut |_| {})?;
/// assert_eq!((report.documents, report.passages), (1, 1));
/// # Ok(()) }
/// ```
pub fn build(
    sources: &Sources,
    dir: &Path,
    progress: &mut dyn FnMut(BuildEvent<'_>),
) -> Result<BuildReport, IndexError> {
    Order::new(sources, dir)?.build_anew(None, progress)
}

/// Brings the index in the folder `dir` up to date, as [`build`] would, but reads only the files
/// that have changed. What is searched then is the same as after [`build`]. Where neither a file
/// nor anything else has changed since the last build, the index stays as it is.
pub fn update(
    sources: &Sources,
    dir: &Path,
    progress: &mut dyn FnMut(BuildEvent<'_>),
) -> Result<BuildReport, IndexError> {
    let order = Order::new(sources, dir)?;
    let current = Manifest::read(dir).ok();
    let current = current.filter(|manifest| manifest.settings == order.settings);
    let known = current.and_then(|manifest| {
        let records = Records::read(&manifest.generation_folder(dir))?;
        Some((manifest, records))
    });
    let Some((manifest, records)) = known else {
        return order.build_anew(None, progress);
    };
    let difference = records.compare(&order.listing, manifest.started);
    match difference.changes {
        changes if changes.is_empty() => Ok(order.nothing_to_do(&manifest, difference)),
        changes if difference.is_large() => order.build_anew(Some(changes), progress),
        _ => order.amend(&manifest, difference, progress),
    }
}

impl Difference {
    fn is_large(&self) -> bool {
        let kept: u64 = self.kept.values().map(|record| record.holds.text).sum();
        let to_read: u64 = self.to_read.values().map(|stamp| stamp.bytes).sum();
        to_read as f64 > MOST_AMENDED * (kept + to_read) as f64
    }
}

/// A build that was asked for, with all that has to be known before it begins. It holds the lock of
/// the folder.
struct Order<'s> {
    sources: &'s Sources,
    dir: &'s Path,
    settings: String,
    listing: Listing,
    clock: Instant,
    started: u64,
    _lock: File,
}

impl<'s> Order<'s> {
    fn new(sources: &'s Sources, dir: &'s Path) -> Result<Order<'s>, IndexError> {
        let (clock, started) = (Instant::now(), files::now());
        sources.check()?;
        let settings = sources.settings()?;
        std::fs::create_dir_all(dir).map_err(IndexError::io(dir))?;
        Ok(Order {
            sources,
            dir,
            settings,
            _lock: lock(dir, sources.busy)?,
            listing: Listing::of(&sources.roots, Some(dir)),
            clock,
            started,
        })
    }

    /// The report where the index is up to date. What interrupted builds left goes.
    fn nothing_to_do(self, manifest: &Manifest, difference: Difference) -> BuildReport {
        sweep(self.dir, &manifest.generation_folder(self.dir));
        let kept = difference.kept.values();
        let failed = kept.filter_map(|record| record.failed()).collect();
        self.report(manifest, failed, Some(difference.changes))
    }

    /// Builds a new generation from all files.
    fn build_anew(
        self,
        changes: Option<Changes>,
        progress: &mut dyn FnMut(BuildEvent<'_>),
    ) -> Result<BuildReport, IndexError> {
        let annotator = self.sources.annotator()?;
        let to_read = self.listing.files.clone();
        let write = |folder: &Path| {
            let generation = Generation::anew(folder, annotator, to_read, &self.sources.limits)?;
            generation.write(progress)
        };
        let made = self.next_generation(write)?;
        // Numbers run out only between files that stay.
        let (manifest, contents) = made.ok_or_else(|| IndexError::full(self.dir))?;
        Ok(self.done(&manifest, contents, changes))
    }

    /// Builds a new generation from the current one and the files that have changed.
    fn amend(
        self,
        manifest: &Manifest,
        difference: Difference,
        progress: &mut dyn FnMut(BuildEvent<'_>),
    ) -> Result<BuildReport, IndexError> {
        let changes = difference.changes;
        let before = Before {
            folder: manifest.generation_folder(self.dir),
            sums: manifest.sums.clone(),
            // What is damaged is built anew.
            index: match Index::open_generation(self.dir, manifest) {
                Ok(index) => index,
                Err(_) => return self.build_anew(Some(changes), progress),
            },
        };
        let annotator = self.sources.annotator()?;
        let write = |folder: &Path| match Generation::amend(
            folder,
            annotator,
            before,
            difference,
            &self.sources.limits,
        )? {
            Some(generation) => generation.write(progress),
            None => Ok(None),
        };
        // Whatever there is in the old index that cannot be read: what all files give is right.
        let made = catch_unwind(AssertUnwindSafe(|| self.next_generation(write)));
        match made {
            Ok(Ok(Some((manifest, contents)))) => Ok(self.done(&manifest, contents, Some(changes))),
            _ => self.build_anew(Some(changes), progress),
        }
    }

    /// Has a new generation written to a folder of its own, and makes it the current one; `None`
    /// where it could not be made in that way.
    fn next_generation(
        &self,
        write: impl FnOnce(&Path) -> Result<Option<Made>, IndexError>,
    ) -> Result<Option<(Manifest, Contents)>, IndexError> {
        let mut manifest = Manifest::new(self.sources, &self.settings, self.started);
        manifest.generation = next_generation(self.dir)?;
        // What interrupted builds left must not pile up while none of them gets to its end.
        if let Ok(current) = Manifest::read(self.dir) {
            sweep(self.dir, &current.generation_folder(self.dir));
        }
        let folder = manifest.generation_folder(self.dir);
        std::fs::create_dir(&folder).map_err(IndexError::io(&folder))?;
        let published = write(&folder).and_then(|made| {
            if let Some(made) = &made {
                manifest.holds(&made.contents);
                manifest.sums = made.sums.clone();
                manifest.publish(self.dir)?;
            }
            Ok(made)
        });
        match published {
            Ok(Some(made)) => {
                sweep(self.dir, &folder);
                Ok(Some((manifest, made.contents)))
            }
            unfinished => {
                // What could not be finished is of no use; the old generation stays.
                let _ = std::fs::remove_dir_all(&folder);
                unfinished.map(|_| None)
            }
        }
    }

    fn done(
        self,
        manifest: &Manifest,
        contents: Contents,
        changes: Option<Changes>,
    ) -> BuildReport {
        let mut report = self.report(manifest, contents.failed, changes);
        report.read(contents.read);
        report
    }

    fn report(
        self,
        manifest: &Manifest,
        failed: Vec<Skipped>,
        changes: Option<Changes>,
    ) -> BuildReport {
        let mut report = BuildReport {
            documents: manifest.documents,
            passages: manifest.passages,
            generation: manifest.generation,
            changes,
            unknown: self.listing.unknown,
            failed: self.listing.failed,
            seconds: self.clock.elapsed().as_secs_f64(),
            ..BuildReport::default()
        };
        report.failed.extend(failed);
        report
    }
}

pub(super) fn generations(dir: &Path) -> Result<Vec<(u64, PathBuf)>, IndexError> {
    let entries = std::fs::read_dir(dir).map_err(IndexError::io(dir))?;
    Ok(entries
        .filter_map(|entry| {
            let entry = entry.ok()?;
            let name = entry.file_name().into_string().ok()?;
            let number = is_generation(&name).then(|| name[1..].parse().ok())??;
            Some((number, entry.path()))
        })
        .collect())
}

/// One more than any generation there is, finished or not.
fn next_generation(dir: &Path) -> Result<u64, IndexError> {
    let last = generations(dir)?
        .into_iter()
        .map(|(number, _)| number)
        .max();
    Ok(last.unwrap_or(0) + 1)
}

/// Removes all generations but `keep`: what was replaced, and what interrupted builds left.
/// Readers that have one open keep their files; one that cannot be removed now (on Windows,
/// while it is read) is removed by a later build.
fn sweep(dir: &Path, keep: &Path) {
    for (_, path) in generations(dir).unwrap_or_default() {
        if path != keep {
            let _ = std::fs::remove_dir_all(path);
        }
    }
}

impl BuildReport {
    /// Notes how many bytes of text were read in the time it took.
    pub(super) fn read(&mut self, bytes: u64) {
        self.bytes = bytes;
        self.mb_per_second = bytes as f64 / 1e6 / self.seconds.max(f64::EPSILON);
    }
}
