//! The build: files in, a new generation out.

use std::fs::{File, TryLockError};
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde::Serialize;
use tantivy::{IndexSettings, IndexWriter};

use super::files::{self, Changes, Listing, RecordWriter, Records, Stamp};
use super::manifest::{FORMAT_VERSION, Manifest, is_generation};
use super::phrases::PhraseCounts;
use super::pipeline::{self, PreparedDocument};
use super::schema::Fields;
use super::{IndexError, register};
use crate::analysis::{ANALYSIS_VERSION, VocabularyCounts};
use crate::annotate::{self, ANNOTATION_VERSION, Annotator};
use crate::document::ReadError;
use crate::lexicon::{self, Lexicon};

pub(super) const LEXICON_FILE: &str = "lexicon.tsv";
pub(super) const VOCABULARY_FILE: &str = "vocabulary.fst";
const SOURCES_FILE: &str = "sources.jsonl";
const LOCK_FILE: &str = ".lock";
/// Memory tantivy may fill before it writes a segment, in bytes.
const WRITER_MEMORY: usize = 192 << 20;
/// Below this many passages everything goes into one segment, the fastest to open.
const ONE_SEGMENT: u64 = 200_000;

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
    /// Bytes of source text indexed.
    pub bytes: u64,
    pub seconds: f64,
    /// Bytes / seconds / 10^6.
    pub mb_per_second: f64,
    pub generation: u64,
    /// What has changed since the build before, where that is known. Where nothing has, the index
    /// is still that of then.
    pub changes: Option<Changes>,
    /// Files of a type palpate does not read. Expected in any real folder: no error.
    pub unknown: Vec<Skipped>,
    /// Files that should have been read and could not be.
    pub failed: Vec<Skipped>,
}

/// One line of `sources.jsonl`: what a generation was built from.
#[derive(Serialize)]
struct SourceRecord<'a> {
    source: &'a str,
    title: &'a str,
    bytes: usize,
    hash: String,
    passages: usize,
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
}

impl Sources {
    /// Files and folders, with the built-in lexicon only.
    pub fn of(roots: impl IntoIterator<Item = impl Into<PathBuf>>) -> Sources {
        Sources {
            roots: roots.into_iter().map(Into::into).collect(),
            lexicons: Vec::new(),
            aspect_model: None,
        }
    }

    /// The hash of all that decides what comes of a file: the data of the program, the user's own,
    /// and under which names files are found.
    fn settings(&self) -> Result<String, IndexError> {
        let mut hasher = blake3::Hasher::new();
        let mut add = |bytes: &[u8]| {
            // With the length before it, no two lists of parts look the same.
            hasher.update(&(bytes.len() as u64).to_le_bytes());
            hasher.update(bytes);
        };
        for data in annotate::DATA.iter().chain(&lexicon::DATA) {
            add(data.as_bytes());
        }
        for root in &self.roots {
            add(root.as_os_str().as_encoded_bytes());
        }
        for path in self.lexicons.iter().chain(&self.aspect_model) {
            add(path.as_os_str().as_encoded_bytes());
            add(&std::fs::read(path).map_err(IndexError::io(path))?);
        }
        Ok(hasher.finalize().to_hex().to_string())
    }

    fn annotator(&self) -> Result<Annotator, IndexError> {
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
    Order::new(sources, dir)?.build(None, progress)
}

/// Brings the index in the folder `dir` up to date: as [`build`], but where neither a file nor
/// anything else has changed since the last build, the index stays as it is.
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
        return order.build(None, progress);
    };
    let changes = records.compare(&order.listing, manifest.started);
    match changes.is_empty() {
        true => Ok(order.nothing_to_do(&manifest, &records, changes)),
        false => order.build(Some(changes), progress),
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
        for root in &sources.roots {
            // Before anything else: a slip of the pen must not replace an index by an empty one.
            std::fs::metadata(root).map_err(IndexError::io(root))?;
        }
        let settings = sources.settings()?;
        std::fs::create_dir_all(dir).map_err(IndexError::io(dir))?;
        Ok(Order {
            sources,
            dir,
            settings,
            _lock: lock(dir)?,
            listing: Listing::of(&sources.roots, dir),
            clock,
            started,
        })
    }

    /// The report where the index is up to date. What interrupted builds left goes.
    fn nothing_to_do(
        self,
        manifest: &Manifest,
        records: &Records,
        changes: Changes,
    ) -> BuildReport {
        sweep(self.dir, &manifest.generation_folder(self.dir));
        let mut report = BuildReport {
            documents: manifest.documents,
            passages: manifest.passages,
            generation: manifest.generation,
            changes: Some(changes),
            unknown: self.listing.unknown,
            failed: self.listing.failed,
            ..BuildReport::default()
        };
        report.failed.extend(records.failed());
        report.took(self.clock.elapsed());
        report
    }

    /// Builds a new generation, and makes it the current one.
    fn build(
        self,
        changes: Option<Changes>,
        progress: &mut dyn FnMut(BuildEvent<'_>),
    ) -> Result<BuildReport, IndexError> {
        let annotator = self.sources.annotator()?;
        let mut manifest = Manifest {
            format: FORMAT_VERSION,
            analysis: ANALYSIS_VERSION.to_owned(),
            annotation: ANNOTATION_VERSION.to_owned(),
            palpate: env!("CARGO_PKG_VERSION").to_owned(),
            generation: next_generation(self.dir)?,
            roots: self.sources.roots.clone(),
            lexicons: self.sources.lexicons.clone(),
            settings: self.settings,
            started: self.started,
            documents: 0,
            passages: 0,
            bytes: 0,
        };
        // What interrupted builds left must not pile up while none of them gets to its end.
        if let Ok(current) = Manifest::read(self.dir) {
            sweep(self.dir, &current.generation_folder(self.dir));
        }
        let folder = manifest.generation_folder(self.dir);
        let written = write_generation(self.listing, annotator, &folder, progress);
        let written = written.and_then(|report| {
            manifest.documents = report.documents;
            manifest.passages = report.passages;
            manifest.bytes = report.bytes;
            manifest.publish(self.dir)?;
            Ok(report)
        });
        match written {
            Ok(mut report) => {
                sweep(self.dir, &folder);
                report.generation = manifest.generation;
                report.changes = changes;
                report.took(self.clock.elapsed());
                Ok(report)
            }
            Err(error) => {
                // What could not be finished is of no use; the old generation stays.
                let _ = std::fs::remove_dir_all(&folder);
                Err(error)
            }
        }
    }
}

fn write_generation(
    listing: Listing,
    annotator: Annotator,
    folder: &Path,
    progress: &mut dyn FnMut(BuildEvent<'_>),
) -> Result<BuildReport, IndexError> {
    let mut build = Build::start(folder)?;
    let lexicon = annotator.lexicon().clone();
    // The annotators report the words they counted when they are gone, at the end of the pipeline.
    let annotator = annotator.counting(build.counts.clone());
    build.read_all(listing, annotator, progress)?;
    progress(BuildEvent::Commit);
    build.finish(&lexicon)
}

/// Takes the build lock of `dir`; it is given back when the file is closed, even by a crash.
fn lock(dir: &Path) -> Result<File, IndexError> {
    let path = dir.join(LOCK_FILE);
    let file = File::create(&path).map_err(IndexError::io(&path))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(IndexError::Locked(dir.to_owned())),
        Err(TryLockError::Error(cause)) => Err(IndexError::Io { path, cause }),
    }
}

fn generations(dir: &Path) -> Result<Vec<(u64, PathBuf)>, IndexError> {
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

/// A build under way.
struct Build {
    folder: PathBuf,
    fields: Fields,
    writer: IndexWriter,
    counts: Arc<VocabularyCounts>,
    phrases: PhraseCounts,
    sources: BufWriter<File>,
    records: RecordWriter,
    report: BuildReport,
}

impl Build {
    fn start(folder: &Path) -> Result<Build, IndexError> {
        std::fs::create_dir(folder).map_err(IndexError::io(folder))?;
        let (schema, fields) = Fields::schema();
        let index = tantivy::Index::builder()
            .schema(schema)
            .settings(IndexSettings::default())
            .create_in_dir(folder)?;
        register(&index);
        let sources_path = folder.join(SOURCES_FILE);
        let sources = File::create(&sources_path).map_err(IndexError::io(&sources_path))?;
        Ok(Build {
            folder: folder.to_owned(),
            fields,
            writer: index.writer_with_num_threads(1, WRITER_MEMORY)?,
            counts: Arc::default(),
            phrases: PhraseCounts::default(),
            sources: BufWriter::new(sources),
            records: RecordWriter::create(folder).map_err(IndexError::io(folder))?,
            report: BuildReport::default(),
        })
    }

    fn read_all(
        &mut self,
        listing: Listing,
        annotator: Annotator,
        progress: &mut dyn FnMut(BuildEvent<'_>),
    ) -> Result<(), IndexError> {
        progress(BuildEvent::Start {
            files: listing.files.len() as u64,
            bytes: listing.files.values().map(|stamp| stamp.bytes).sum(),
        });
        self.report.unknown = listing.unknown;
        self.report.failed = listing.failed;
        let stamps: Vec<Stamp> = listing.files.values().copied().collect();
        let named = |path: PathBuf| (source_name(&path), path);
        let files = listing.files.into_keys().map(named);
        let files: Vec<_> = files.map(|(source, path)| (path, source)).collect();
        let fields = self.fields;
        let mut bad: Option<ReadError> = None;
        pipeline::run(&files, &fields, annotator, &mut |part| {
            let (path, _) = &files[part.file];
            progress(BuildEvent::Read {
                path,
                bytes: part.bytes as u64,
            });
            bad = match (bad.take(), part.error) {
                (Some(before), Some(error)) => Some(before.and(error)),
                (before, error) => before.or(error),
            };
            part.documents.into_iter().try_for_each(|d| self.add(d))?;
            match part.end {
                Some(hash) => self.file_done(path, stamps[part.file], hash, bad.take()),
                None => Ok(()),
            }
        })
    }

    /// Notes what a file was when it was read.
    fn file_done(
        &mut self,
        path: &Path,
        stamp: Stamp,
        hash: blake3::Hash,
        error: Option<ReadError>,
    ) -> Result<(), IndexError> {
        let hash = match error {
            Some(ReadError::Io(_)) => None,
            _ => Some(hash),
        };
        let failed = error.map(|error| error.to_string());
        if let Some(reason) = &failed {
            self.fail(path, reason.clone());
        }
        self.records
            .add(path, stamp, hash, failed)
            .map_err(IndexError::io(&self.folder))
    }

    fn fail(&mut self, path: &Path, reason: String) {
        self.report.failed.push(Skipped {
            path: path.display().to_string(),
            reason,
        });
    }

    fn add(&mut self, document: PreparedDocument) -> Result<(), IndexError> {
        let record = SourceRecord {
            source: &document.source,
            title: &document.title,
            bytes: document.bytes,
            hash: document.hash.to_hex().to_string(),
            passages: document.entries.len(),
        };
        self.write_source(&record)
            .map_err(IndexError::io(&self.folder))?;
        let number = self.report.documents;
        self.report.documents += 1;
        self.report.passages += document.entries.len() as u64;
        self.report.bytes += document.bytes as u64;
        for (mut entry, passage) in document.entries.into_iter().zip(0..) {
            self.fields.place(&mut entry, number, passage);
            self.writer.add_document(entry)?;
        }
        self.phrases.add(document.phrases);
        Ok(())
    }

    fn write_source(&mut self, record: &SourceRecord<'_>) -> std::io::Result<()> {
        serde_json::to_writer(&mut self.sources, record)?;
        self.sources.write_all(b"\n")
    }

    fn finish(mut self, lexicon: &Lexicon) -> Result<BuildReport, IndexError> {
        let in_folder = IndexError::io(&self.folder);
        let sources = self
            .sources
            .into_inner()
            .map_err(|error| error.into_error())
            .and_then(|file| file.sync_all());
        sources
            .and_then(|()| self.records.finish())
            .map_err(in_folder)?;
        self.writer.commit()?;
        if self.report.passages < ONE_SEGMENT {
            let segments = self.writer.index().searchable_segment_ids()?;
            if segments.len() > 1 {
                self.writer.merge(&segments).wait()?;
            }
        }
        self.writer.wait_merging_threads()?;
        let path = self.folder.join(LEXICON_FILE);
        lexicon.write(&path).map_err(IndexError::io(&path))?;
        let path = self.folder.join(VOCABULARY_FILE);
        self.counts.write(&path).map_err(IndexError::io(&path))?;
        self.phrases
            .write(&self.folder)
            .map_err(IndexError::io(&self.folder))?;
        Ok(self.report)
    }
}

impl BuildReport {
    fn took(&mut self, elapsed: Duration) {
        self.seconds = elapsed.as_secs_f64();
        self.mb_per_second = self.bytes as f64 / 1e6 / self.seconds.max(f64::EPSILON);
    }
}

/// The name a file is cited by: its path as it was found, with forward slashes.
fn source_name(path: &Path) -> String {
    let path = path.strip_prefix(".").unwrap_or(path);
    let name = path.to_string_lossy();
    if std::path::MAIN_SEPARATOR == '/' {
        name.into_owned()
    } else {
        name.replace(std::path::MAIN_SEPARATOR, "/")
    }
}
