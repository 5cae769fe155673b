//! The build: files in, a new generation out.

use std::collections::BTreeMap;
use std::fs::{File, TryLockError};
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde::Serialize;
use tantivy::{IndexSettings, IndexWriter};

use super::manifest::{FORMAT_VERSION, Manifest, is_generation};
use super::phrases::PhraseCounts;
use super::schema::Fields;
use super::{IndexError, register};
use crate::analysis::{ANALYSIS_VERSION, Analyzer, VocabularyCounts};
use crate::annotate::{ANNOTATION_VERSION, Annotator};
use crate::document::files::{Found, walk};
use crate::document::{Document, reader_for};
use crate::lexicon::Lexicon;
use crate::passage;

pub(super) const LEXICON_FILE: &str = "lexicon.tsv";
pub(super) const VOCABULARY_FILE: &str = "vocabulary.fst";
const SOURCES_FILE: &str = "sources.jsonl";
const LOCK_FILE: &str = ".lock";
/// Memory tantivy may fill before it writes a segment, in bytes.
const WRITER_MEMORY: usize = 128 << 20;
/// Below this many passages everything goes into one segment, the fastest to open.
const ONE_SEGMENT: u64 = 200_000;

/// Progress of a build, for whoever shows it.
#[derive(Debug)]
pub enum BuildEvent<'a> {
    /// The files were counted; reading begins.
    Start { files: u64, bytes: u64 },
    /// A file has been read.
    File { path: &'a Path, bytes: u64 },
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
    let started = Instant::now();
    for root in &sources.roots {
        // Before anything else: a slip of the pen must not replace an index by an empty one.
        std::fs::metadata(root).map_err(IndexError::io(root))?;
    }
    let annotator = sources.annotator()?;
    std::fs::create_dir_all(dir).map_err(IndexError::io(dir))?;
    let _lock = lock(dir)?;
    let mut manifest = Manifest {
        format: FORMAT_VERSION,
        analysis: ANALYSIS_VERSION.to_owned(),
        annotation: ANNOTATION_VERSION.to_owned(),
        palpate: env!("CARGO_PKG_VERSION").to_owned(),
        generation: next_generation(dir)?,
        roots: sources.roots.clone(),
        lexicons: sources.lexicons.clone(),
        documents: 0,
        passages: 0,
        bytes: 0,
    };
    // What interrupted builds left must not pile up while none of them gets to its end.
    if let Ok(current) = Manifest::read(dir) {
        sweep(dir, &current.generation_folder(dir));
    }
    let folder = manifest.generation_folder(dir);
    let written = write_generation(sources, annotator, &folder, progress).and_then(|report| {
        manifest.documents = report.documents;
        manifest.passages = report.passages;
        manifest.bytes = report.bytes;
        manifest.publish(dir)?;
        Ok(report)
    });
    match written {
        Ok(mut report) => {
            sweep(dir, &folder);
            report.generation = manifest.generation;
            report.took(started.elapsed());
            Ok(report)
        }
        Err(error) => {
            // What could not be finished is of no use; the old generation stays.
            let _ = std::fs::remove_dir_all(&folder);
            Err(error)
        }
    }
}

fn write_generation(
    sources: &Sources,
    annotator: Annotator,
    folder: &Path,
    progress: &mut dyn FnMut(BuildEvent<'_>),
) -> Result<BuildReport, IndexError> {
    let mut build = Build::start(folder, annotator)?;
    build.read_all(&sources.roots, folder, progress)?;
    progress(BuildEvent::Commit);
    build.finish()
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
    annotator: Annotator,
    counts: Arc<VocabularyCounts>,
    phrases: PhraseCounts,
    sources: BufWriter<File>,
    report: BuildReport,
}

impl Build {
    fn start(folder: &Path, annotator: Annotator) -> Result<Build, IndexError> {
        std::fs::create_dir(folder).map_err(IndexError::io(folder))?;
        let (schema, fields) = Fields::schema();
        let index = tantivy::Index::builder()
            .schema(schema)
            .settings(IndexSettings::default())
            .create_in_dir(folder)?;
        let counts = Arc::new(VocabularyCounts::default());
        register(&index, Analyzer::counting(counts.clone()));
        let sources_path = folder.join(SOURCES_FILE);
        let sources = File::create(&sources_path).map_err(IndexError::io(&sources_path))?;
        Ok(Build {
            folder: folder.to_owned(),
            fields,
            writer: index.writer_with_num_threads(1, WRITER_MEMORY)?,
            annotator,
            counts,
            phrases: PhraseCounts::default(),
            sources: BufWriter::new(sources),
            report: BuildReport::default(),
        })
    }

    fn read_all(
        &mut self,
        roots: &[PathBuf],
        folder: &Path,
        progress: &mut dyn FnMut(BuildEvent<'_>),
    ) -> Result<(), IndexError> {
        let files = self.find(roots, folder.parent().unwrap_or(folder));
        progress(BuildEvent::Start {
            files: files.len() as u64,
            bytes: files.values().sum(),
        });
        for (path, bytes) in &files {
            self.read_file(path)?;
            progress(BuildEvent::File {
                path,
                bytes: *bytes,
            });
        }
        Ok(())
    }

    /// The files to read with their sizes, each once, however many roots lead to it. What cannot
    /// be read is noted. The index itself, in `dir`, is no source.
    fn find(&mut self, roots: &[PathBuf], dir: &Path) -> BTreeMap<PathBuf, u64> {
        let mut files = BTreeMap::new();
        for (root, found) in roots
            .iter()
            .flat_map(|root| walk(root).map(move |f| (root, f)))
        {
            match found {
                Found::File { path, .. } if path != *root && is_inside(&path, root, dir) => {}
                Found::File { path, bytes } if reader_for(&path).is_some() => {
                    files.insert(path, bytes);
                }
                Found::File { path, .. } => self.report.unknown.push(Skipped {
                    reason: unknown_type(&path),
                    path: path.display().to_string(),
                }),
                Found::Unreadable { path, cause } => self.fail(&path, cause),
            }
        }
        files
    }

    fn fail(&mut self, path: &Path, reason: String) {
        self.report.failed.push(Skipped {
            path: path.display().to_string(),
            reason,
        });
    }

    fn read_file(&mut self, path: &Path) -> Result<(), IndexError> {
        let Some(reader) = reader_for(path) else {
            return Ok(());
        };
        let source = source_name(path);
        let mut documents = Vec::new();
        let read = std::fs::read(path).map_err(Into::into).and_then(|bytes| {
            reader.read(&source, bytes, &mut |document| documents.push(document))
        });
        if let Err(error) = read {
            self.fail(path, error.to_string());
        }
        documents.iter().try_for_each(|document| self.add(document))
    }

    fn add(&mut self, document: &Document) -> Result<(), IndexError> {
        let number = self.report.documents;
        let passages = passage::cut(document);
        let annotations = self.annotator.annotate(document, &passages);
        for (passage, annotations) in passages.iter().zip(&annotations) {
            let entry = self
                .fields
                .entry(number, document, passage, annotations)
                .map_err(|error| IndexError::io(&self.folder)(error.into()))?;
            self.writer.add_document(entry)?;
        }
        self.phrases.add_document(document, &passages);
        let record = SourceRecord {
            source: document.source(),
            title: document.title(),
            bytes: document.text().len(),
            hash: blake3::hash(document.text().as_bytes())
                .to_hex()
                .to_string(),
            passages: passages.len(),
        };
        self.write_source(&record)
            .map_err(IndexError::io(&self.folder))?;
        self.report.documents += 1;
        self.report.passages += passages.len() as u64;
        self.report.bytes += document.text().len() as u64;
        Ok(())
    }

    fn write_source(&mut self, record: &SourceRecord<'_>) -> std::io::Result<()> {
        serde_json::to_writer(&mut self.sources, record)?;
        self.sources.write_all(b"\n")
    }

    fn finish(mut self) -> Result<BuildReport, IndexError> {
        let in_folder = IndexError::io(&self.folder);
        let sources = self
            .sources
            .into_inner()
            .map_err(|error| error.into_error())
            .and_then(|file| file.sync_all());
        sources.map_err(in_folder)?;
        self.writer.commit()?;
        if self.report.passages < ONE_SEGMENT {
            let segments = self.writer.index().searchable_segment_ids()?;
            if segments.len() > 1 {
                self.writer.merge(&segments).wait()?;
            }
        }
        // The analyzers report their counts when the writer and its threads are gone.
        self.writer.wait_merging_threads()?;
        let path = self.folder.join(LEXICON_FILE);
        self.annotator
            .lexicon()
            .write(&path)
            .map_err(IndexError::io(&path))?;
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

/// Whether `path`, found under `root`, lies in `dir`, however the two were spelled.
fn is_inside(path: &Path, root: &Path, dir: &Path) -> bool {
    let (Ok(real_root), Ok(real_dir)) = (root.canonicalize(), dir.canonicalize()) else {
        return false;
    };
    real_dir
        .strip_prefix(real_root)
        .is_ok_and(|inner| path.starts_with(root.join(inner)))
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

fn unknown_type(path: &Path) -> String {
    match path.extension() {
        Some(extension) => format!("unknown type .{}", extension.to_string_lossy()),
        None => "no file extension".to_owned(),
    }
}
