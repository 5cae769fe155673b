//! The pipeline of a build: files in, annotated entries out, in the order of the files.
//!
//! ```text
//! reader thread ── parts ──▶ a worker per core ── prepared ──▶ the caller, in order
//!      ▲                     read, cut, annotate                      │
//!      └───────────────── budget of bytes in flight ◀─────────────────┘
//! ```
//!
//! One thread reads files, for a disk is one. A file that holds a document a line is handed on in
//! parts, so that a single large file keeps all workers busy and is never in memory as a whole.
//! Parts come out in the order in which they went in, whichever worker was faster: the same files
//! give the same index.
//!
//! Queues are bounded by bytes: the reader waits while more than [`IN_FLIGHT`] bytes of source are
//! neither written nor given up. A part that is larger than that goes alone.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::{Condvar, Mutex, PoisonError};
use std::thread;

use crossbeam_channel::{Receiver, Sender, unbounded};
use tantivy::schema::TantivyDocument;

use super::IndexError;
use super::phrases::{Phrase, PhraseReader};
use super::schema::{Fields, Words};
use crate::analysis::JoinedTerms;
use crate::annotate::{Annotations, Annotator};
use crate::document::{Document, Part, ReadError, reader_for};
use crate::passage;

/// Bytes of source that may be in flight. Annotated and ready for the index they take up to ten
/// times as much.
const IN_FLIGHT: usize = 8 << 20;
/// The size of the parts of files that hold a document a line, in bytes.
const PART: usize = 256 << 10;

/// A part of a file, annotated.
pub(super) struct Prepared {
    /// Which of the files given.
    pub(super) file: usize,
    /// Bytes of the file this is made from.
    pub(super) bytes: usize,
    /// Whether it is the last part of its file, with the hash of the file as it was read.
    pub(super) end: Option<blake3::Hash>,
    pub(super) documents: Vec<PreparedDocument>,
    pub(super) error: Option<ReadError>,
}

/// A document, ready for the index.
pub(super) struct PreparedDocument {
    /// Bytes of text.
    pub(super) bytes: u64,
    pub(super) passages: u64,
    pub(super) words: Words,
    /// Its entries, in order, see [`Fields::entries`].
    pub(super) entries: Vec<TantivyDocument>,
    pub(super) phrases: Vec<Phrase>,
}

/// Reads, cuts and annotates files on all cores, and gives what comes of it to `sink`, in order.
/// An error of `sink` ends it.
pub(super) fn run(
    files: &[(PathBuf, String)],
    fields: &Fields,
    annotator: Annotator,
    sink: &mut dyn FnMut(Prepared) -> Result<(), IndexError>,
) -> Result<(), IndexError> {
    let budget = Budget::default();
    let (to_workers, parts) = unbounded();
    let (to_sink, prepared) = unbounded();
    thread::scope(|scope| {
        // However this ends, the others must not wait for room or for work for ever.
        let _closing = Closing(&budget);
        let workers = thread::available_parallelism().map_or(1, usize::from);
        scope.spawn(|| read_files(files, &budget, to_workers));
        let annotators = std::iter::repeat_n(annotator, workers);
        for annotator in annotators {
            let (parts, to_sink) = (parts.clone(), to_sink.clone());
            scope.spawn(move || {
                let mut worker = Worker {
                    files,
                    fields,
                    annotator,
                    phrases: PhraseReader::default(),
                };
                for part in parts {
                    if to_sink.send(worker.prepare(part)).is_err() {
                        break;
                    }
                }
            });
        }
        drop((parts, to_sink));
        in_order(prepared, &budget, sink)
    })
}

/// Hands on what comes in as if it came in order.
fn in_order(
    prepared: Receiver<(u64, Prepared)>,
    budget: &Budget,
    sink: &mut dyn FnMut(Prepared) -> Result<(), IndexError>,
) -> Result<(), IndexError> {
    let mut early: BTreeMap<u64, Prepared> = BTreeMap::new();
    let mut next = 0;
    for (number, part) in prepared {
        early.insert(number, part);
        while let Some(part) = early.remove(&next) {
            let bytes = part.bytes;
            sink(part)?;
            budget.give_back(bytes);
            next += 1;
        }
    }
    Ok(())
}

/// What the reader hands to a worker.
struct Task {
    number: u64,
    file: usize,
    part: Result<Part, std::io::Error>,
    end: Option<blake3::Hash>,
}

fn read_files(files: &[(PathBuf, String)], budget: &Budget, to_workers: Sender<Task>) {
    let mut number = 0;
    for (file, (path, _)) in files.iter().enumerate() {
        let mut send = |part: Result<Part, std::io::Error>, end| {
            let bytes = part.as_ref().map_or(0, |part| part.bytes.len());
            let sent = budget.take(bytes)
                && to_workers
                    .send(Task {
                        number,
                        file,
                        part,
                        end,
                    })
                    .is_ok();
            number += 1;
            sent
        };
        let by_lines = reader_for(path).is_some_and(|reader| reader.reads_lines());
        let going_on = match by_lines {
            true => read_lines(path, &mut send),
            false => read_whole(path, &mut send),
        };
        if !going_on {
            return;
        }
    }
}

type Send<'s> = dyn FnMut(Result<Part, std::io::Error>, Option<blake3::Hash>) -> bool + 's;

/// Sends a file in one part. Gives whether anybody still takes parts.
fn read_whole(path: &Path, send: &mut Send<'_>) -> bool {
    match std::fs::read(path) {
        Ok(bytes) => {
            let hash = blake3::hash(&bytes);
            send(Ok(Part::whole(bytes)), Some(hash))
        }
        Err(error) => send(Err(error), Some(blake3::hash(b""))),
    }
}

/// Sends a file in parts of whole lines.
fn read_lines(path: &Path, send: &mut Send<'_>) -> bool {
    let mut file = match File::open(path) {
        Ok(file) => BufReader::with_capacity(PART, file),
        Err(error) => return send(Err(error), Some(blake3::hash(b""))),
    };
    let mut hasher = blake3::Hasher::new();
    let mut first_line = 1;
    loop {
        let bytes = match next_lines(&mut file) {
            Ok(bytes) => bytes,
            Err(error) => return send(Err(error), Some(hasher.finalize())),
        };
        hasher.update(&bytes);
        let at_end = matches!(file.fill_buf(), Ok([]));
        let lines = bytes.iter().filter(|byte| **byte == b'\n').count();
        let part = Part { bytes, first_line };
        first_line += lines;
        if !send(Ok(part), at_end.then(|| hasher.finalize())) {
            return false;
        }
        if at_end {
            return true;
        }
    }
}

fn next_lines(file: &mut BufReader<File>) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::with_capacity(PART + PART / 4);
    file.by_ref().take(PART as u64).read_to_end(&mut bytes)?;
    if bytes.last().is_some_and(|byte| *byte != b'\n') {
        file.read_until(b'\n', &mut bytes)?;
    }
    Ok(bytes)
}

/// One core's share of the work.
struct Worker<'f> {
    files: &'f [(PathBuf, String)],
    fields: &'f Fields,
    annotator: Annotator,
    phrases: PhraseReader,
}

impl Worker<'_> {
    fn prepare(&mut self, task: Task) -> (u64, Prepared) {
        let mut prepared = Prepared {
            file: task.file,
            bytes: task.part.as_ref().map_or(0, |part| part.bytes.len()),
            end: task.end,
            documents: Vec::new(),
            error: None,
        };
        let read = task.part.map_err(ReadError::from).and_then(|part| {
            // Whatever a broken file does to a reader, the other files are still read.
            let documents = &mut prepared.documents;
            catch_unwind(AssertUnwindSafe(|| self.read(task.file, part, documents)))
                .unwrap_or(Err(ReadError::Panicked))
        });
        prepared.error = read.err();
        (task.number, prepared)
    }

    fn read(
        &mut self,
        file: usize,
        part: Part,
        documents: &mut Vec<PreparedDocument>,
    ) -> Result<(), ReadError> {
        let (path, source) = &self.files[file];
        let Some(reader) = reader_for(path) else {
            return Ok(());
        };
        reader.read(source, part, &mut |document| {
            documents.push(self.document(source, document));
        })
    }

    fn document(&mut self, file: &str, document: Document) -> PreparedDocument {
        let passages = passage::cut(&document);
        let annotations = self.annotator.annotate(&document, &passages);
        let mut words = Words::default();
        for Annotations { terms, .. } in &annotations {
            let counts = [&terms.title, &terms.heading, &terms.body].map(JoinedTerms::count);
            for (sum, count) in words.iter_mut().zip(counts) {
                *sum += count;
            }
        }
        PreparedDocument {
            bytes: document.text().len() as u64,
            passages: passages.len() as u64,
            words,
            entries: self
                .fields
                .entries(file, &document, &passages, &annotations),
            phrases: self.phrases.read(&document, &passages),
        }
    }
}

/// Bytes in flight.
#[derive(Default)]
struct Budget {
    taken: Mutex<Taken>,
    changed: Condvar,
}

#[derive(Default)]
struct Taken {
    bytes: usize,
    closed: bool,
}

impl Budget {
    /// Waits until there is room; `false` when nobody wants any more.
    fn take(&self, bytes: usize) -> bool {
        let full =
            |taken: &mut Taken| !taken.closed && taken.bytes > 0 && taken.bytes + bytes > IN_FLIGHT;
        // Numbers and a flag are whole whatever else went wrong.
        let taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        let waited = self.changed.wait_while(taken, full);
        let mut taken = waited.unwrap_or_else(PoisonError::into_inner);
        taken.bytes += bytes;
        !taken.closed
    }

    fn give_back(&self, bytes: usize) {
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        taken.bytes -= bytes;
        self.changed.notify_all();
    }
}

/// Closes a budget when the work is over, for better or worse.
struct Closing<'b>(&'b Budget);

impl Drop for Closing<'_> {
    fn drop(&mut self) {
        let mut taken = self.0.taken.lock().unwrap_or_else(PoisonError::into_inner);
        taken.closed = true;
        self.0.changed.notify_all();
    }
}
