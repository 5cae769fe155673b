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
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, Sender, unbounded};

use super::facets::kinds;
use super::intake::{ReaderPart, read_file};
use super::maker::EntryMaker;
use super::patience::Patience;
use super::phrases::{Phrase, PhraseReader};
use crate::analysis::JoinedTerms;
use crate::annotate::{Annotations, Annotator};
use crate::document::{
    Document, FileRecognition, Limits, ReadError, RecognisedTexts, Recogniser, read_with,
};
use crate::index::error::IndexError;
use crate::index::field::Words;
use crate::index::vectors::{Encoded, PassageEncoder};
use crate::passage::{self, Passage};

/// Bytes of source that may be in flight, for each worker and in all. Annotated and ready for the index they
/// take up to ten times as much.
const IN_FLIGHT_EACH: usize = 2 << 20;
const IN_FLIGHT: usize = 8 << 20;

/// After so many files that have taken all the time that a file may take, the others get less.
const SLOW: usize = 10;
const LESS: u32 = 10;
/// What each whole megabyte (2^20 bytes) of a file may take besides: text is read and annotated at
/// several of them a second.
const BY_MEGABYTE: Duration = Duration::from_secs(2);

/// A part of a file, annotated.
pub(super) struct Prepared<E> {
    /// Which of the files given.
    pub(super) file: usize,
    /// Bytes of the file this is made from.
    pub(super) bytes: usize,
    /// Whether it is the last part of its file, with the hash of the file as it was read.
    pub(super) end: Option<blake3::Hash>,
    pub(super) documents: Vec<PreparedDocument<E>>,
    /// What was recognised in its pictures.
    pub(super) recognised: RecognisedTexts,
    pub(super) error: Option<ReadError>,
}

/// A document, ready for the index.
pub(super) struct PreparedDocument<E> {
    /// Bytes of text.
    pub(super) bytes: u64,
    /// Words that are left out.
    pub(super) left_out: u64,
    pub(super) passages: u64,
    pub(super) words: Words,
    pub(super) kinds: u64,
    /// Its entries, in order, see [`EntryMaker::entries`].
    pub(super) entries: Vec<E>,
    /// What its passages mean, in order; nothing without an encoder.
    pub(super) meanings: Vec<Encoded>,
    pub(super) phrases: Vec<Phrase>,
}

/// What may be done besides with what is read.
#[derive(Clone, Copy)]
pub(super) struct Beside<'b> {
    pub(super) encoder: Option<&'b PassageEncoder>,
    pub(super) recogniser: Option<&'b Arc<Recogniser>>,
}

/// Reads, cuts and annotates files on all cores, and gives what comes of it to `sink`, in order.
/// An error of `sink` ends it.
pub(super) fn run<M: EntryMaker>(
    files: &[(PathBuf, String)],
    limits: &Limits,
    maker: &M,
    annotator: Annotator,
    beside: Beside<'_>,
    sink: &mut dyn FnMut(Prepared<M::Entry>) -> Result<(), IndexError>,
) -> Result<(), IndexError> {
    let workers = thread::available_parallelism().map_or(1, usize::from);
    let budget = InFlight::of(IN_FLIGHT.min(workers * IN_FLIGHT_EACH));
    let slow = AtomicUsize::new(0);
    let (to_workers, parts) = unbounded();
    let (to_sink, prepared) = unbounded();
    thread::scope(|scope| {
        // However this ends, the others must not wait for room or for work for ever.
        let _closing = Closing(&budget);
        scope.spawn(|| read_files(files, limits, &budget, to_workers));
        let annotators = std::iter::repeat_n(annotator, workers);
        for annotator in annotators {
            let (parts, to_sink) = (parts.clone(), to_sink.clone());
            let slow = &slow;
            scope.spawn(move || {
                let mut worker = Worker {
                    files,
                    limits,
                    maker,
                    annotator,
                    beside,
                    phrases: PhraseReader::default(),
                    slow,
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
fn in_order<E>(
    prepared: Receiver<(u64, Prepared<E>)>,
    budget: &InFlight,
    sink: &mut dyn FnMut(Prepared<E>) -> Result<(), IndexError>,
) -> Result<(), IndexError> {
    let mut early: BTreeMap<u64, Prepared<E>> = BTreeMap::new();
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
    piece: Result<ReaderPart, ReadError>,
    end: Option<blake3::Hash>,
}

fn read_files(
    files: &[(PathBuf, String)],
    limits: &Limits,
    budget: &InFlight,
    to_workers: Sender<Task>,
) {
    let mut number = 0;
    let mut patience = Patience::of(limits.time);
    for (file, (path, _)) in files.iter().enumerate() {
        let going_on = read_file(path, limits, &mut patience, &mut |piece, end| {
            let bytes = piece.as_ref().map_or(0, |piece| piece.part.bytes.len());
            let task = Task {
                number,
                file,
                piece,
                end,
            };
            number += 1;
            budget.take(bytes) && to_workers.send(task).is_ok()
        });
        if !going_on {
            return;
        }
    }
}

/// One core's share of the work.
struct Worker<'f, M> {
    files: &'f [(PathBuf, String)],
    limits: &'f Limits,
    maker: &'f M,
    annotator: Annotator,
    beside: Beside<'f>,
    phrases: PhraseReader,
    /// How many files of all have taken too long.
    slow: &'f AtomicUsize,
}

impl<M: EntryMaker> Worker<'_, M> {
    fn prepare(&mut self, task: Task) -> (u64, Prepared<M::Entry>) {
        let mut prepared = Prepared {
            file: task.file,
            bytes: task
                .piece
                .as_ref()
                .map_or(0, |piece| piece.part.bytes.len()),
            end: task.end,
            documents: Vec::new(),
            recognised: RecognisedTexts::new(),
            error: None,
        };
        let recognition = self.beside.recogniser;
        let recognition = recognition.map(|by| Arc::new(FileRecognition::new(by)));
        let read = task.piece.and_then(|piece| {
            // Whatever a broken file does to a reader, the other files are still read.
            let documents = &mut prepared.documents;
            let recognition = recognition.clone();
            catch_unwind(AssertUnwindSafe(|| {
                self.read(task.file, piece, recognition, documents)
            }))
            .unwrap_or(Err(ReadError::Panicked))
        });
        prepared.recognised = recognition.map(|by| by.texts()).unwrap_or_default();
        prepared.error = read.err();
        (task.number, prepared)
    }

    fn read(
        &mut self,
        file: usize,
        ReaderPart { reader, part }: ReaderPart,
        recognition: Option<Arc<FileRecognition>>,
        documents: &mut Vec<PreparedDocument<M::Entry>>,
    ) -> Result<(), ReadError> {
        let (_, source) = &self.files[file];
        let limits = self.limits_of(part.bytes.len());
        let recognises = recognition.is_some();
        let mut end = Instant::now() + limits.time;
        self.annotator.stop_at(Some(end));
        let (mut is_first, mut is_late, mut encoding) = (true, false, Duration::ZERO);
        let read = read_with(
            reader,
            source,
            part,
            &limits,
            recognition,
            &mut |document| {
                // What it took to recognise is as much as there are pictures, and not the file's fault.
                if recognises && std::mem::take(&mut is_first) {
                    end = Instant::now() + limits.time;
                    self.annotator.stop_at(Some(end));
                }
                // What comes after the one that took too long is not looked at.
                if !is_late {
                    let passages = passage::cut(&document);
                    let mut prepared = self.document(source, &document, &passages);
                    is_late = prepared.is_none();
                    if let (Some(encoder), Some(prepared)) = (self.beside.encoder, &mut prepared) {
                        let begun = Instant::now();
                        prepared.meanings = encoder.encode(&document, &passages);
                        encoding += begun.elapsed();
                        // What an encoder takes is as much as there is text, and not the file's fault.
                        self.annotator.stop_at(Some(end + encoding));
                    }
                    documents.extend(prepared);
                }
            },
        );
        let too_slow = ReadError::TooSlow { limit: limits.time };
        let read = if is_late { Err(too_slow) } else { read };
        if matches!(read, Err(ReadError::TooSlow { .. })) {
            self.slow.fetch_add(1, Ordering::Relaxed);
        }
        read
    }

    /// What a part of so many bytes may take: time in proportion to what there is to read, and little
    /// once many have taken all of theirs.
    fn limits_of(&self, bytes: usize) -> Limits {
        let time = match self.slow.load(Ordering::Relaxed) < SLOW {
            true => self.limits.time,
            false => self.limits.time / LESS,
        };
        Limits {
            time: time + BY_MEGABYTE * u32::try_from(bytes >> 20).unwrap_or(u32::MAX),
            ..self.limits.clone()
        }
    }

    /// `None` where its time was up before all of it was annotated.
    fn document(
        &mut self,
        file: &str,
        document: &Document,
        passages: &[Passage],
    ) -> Option<PreparedDocument<M::Entry>> {
        let annotations = self.annotator.annotate(document, passages);
        if annotations.len() < passages.len() {
            return None;
        }
        let mut words = Words::default();
        for Annotations { terms, .. } in &annotations {
            let counts = [&terms.title, &terms.heading, &terms.body].map(JoinedTerms::count);
            for (sum, count) in words.iter_mut().zip(counts) {
                *sum += count;
            }
        }
        Some(PreparedDocument {
            bytes: document.text().len() as u64,
            left_out: document.left_out() as u64,
            passages: passages.len() as u64,
            words,
            kinds: annotations
                .iter()
                .map(|one| kinds(one).count() as u64)
                .sum(),
            entries: self.maker.entries(file, document, passages, &annotations),
            meanings: Vec::new(),
            phrases: self.phrases.read(document, passages),
        })
    }
}

/// Bytes in flight.
struct InFlight {
    most: usize,
    taken: Mutex<InFlightTaken>,
    changed: Condvar,
}

#[derive(Default)]
struct InFlightTaken {
    bytes: usize,
    closed: bool,
}

impl InFlight {
    fn of(most: usize) -> InFlight {
        InFlight {
            most,
            taken: Mutex::default(),
            changed: Condvar::new(),
        }
    }

    /// Waits until there is room; `false` when nobody wants any more.
    fn take(&self, bytes: usize) -> bool {
        let full = |taken: &mut InFlightTaken| {
            !taken.closed && taken.bytes > 0 && taken.bytes + bytes > self.most
        };
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
struct Closing<'b>(&'b InFlight);

impl Drop for Closing<'_> {
    fn drop(&mut self) {
        let mut taken = self.0.taken.lock().unwrap_or_else(PoisonError::into_inner);
        taken.closed = true;
        self.0.changed.notify_all();
    }
}
