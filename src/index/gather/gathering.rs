//! Gathering: files in, entries out, with all that has to be known of them in the end.
//!
//! What is to be kept, and where, is the business of an engine; that files have records, documents
//! have numbers, and words and phrases are counted is the same for all.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::files::{RecordKeeper, Stamp, source_name};
use super::maker::EntryMaker;
use super::numbers::Numbers;
use super::phrases::PhraseCounts;
use super::pipeline::{self, Beside, Prepared, PreparedDocument};
use crate::analysis::{Vocabulary, VocabularyCounts};
use crate::annotate::Annotator;
use crate::document::files::printable;
use crate::document::{Limits, ReadError, Recogniser};
use crate::index::error::IndexError;
use crate::index::manifest::Holds;
use crate::index::passage::Order;
use crate::index::recognised::TextsByFile;
use crate::index::report::{BuildEvent, Skipped};
use crate::index::vectors::{self, Encoded, PassageEncoder};

pub(in crate::index) const LEXICON_FILE: &str = "lexicon.bin";
pub(in crate::index) const VOCABULARY_FILE: &str = "vocabulary.fst";
pub(in crate::index) const VOCABULARY_CHANGED_FILE: &str = "vocabulary-changed.fst";

/// What a generation holds in the end.
pub(in crate::index) struct Contents {
    /// By file.
    pub(in crate::index) holds: Vec<Holds>,
    /// The files that gave nothing, or not all.
    pub(in crate::index) failed: Vec<Skipped>,
    /// Bytes of text that were read for it.
    pub(in crate::index) read: u64,
}

/// Takes an entry with the number of its document and that of its passage.
pub(in crate::index) type Add<'a, E> = dyn FnMut(u64, u32, E) -> Result<(), IndexError> + 'a;

/// What is gathered while files are read.
pub(in crate::index) struct Gathering {
    pub(in crate::index) annotator: Annotator,
    to_read: BTreeMap<PathBuf, Stamp>,
    limits: Limits,
    numbers: Numbers,
    pub(in crate::index) records: RecordKeeper,
    pub(in crate::index) phrases: PhraseCounts,
    counts: Arc<VocabularyCounts>,
    encoder: Option<PassageEncoder>,
    meanings: Vec<(Order, Encoded)>,
    recogniser: Option<Arc<Recogniser>>,
    /// What was recognised in the pictures of each file.
    texts: TextsByFile,
    /// What the file that is being read has given so far.
    open: Holds,
    bad: Option<ReadError>,
    read: u64,
    /// Whether a file had more documents than there was room for.
    is_full: bool,
}

impl Gathering {
    /// Nothing yet of these files.
    pub(in crate::index) fn new(
        annotator: Annotator,
        to_read: BTreeMap<PathBuf, Stamp>,
        numbers: Numbers,
        limits: &Limits,
    ) -> Gathering {
        let counts: Arc<VocabularyCounts> = Arc::default();
        Gathering {
            // The annotators report the words they counted when they are gone, at the end of the
            // pipeline.
            annotator: annotator.counting(counts.clone()),
            to_read,
            limits: limits.clone(),
            numbers,
            records: RecordKeeper::default(),
            phrases: PhraseCounts::default(),
            counts,
            encoder: None,
            meanings: Vec::new(),
            recogniser: None,
            texts: TextsByFile::default(),
            open: Holds::default(),
            bad: None,
            read: 0,
            is_full: false,
        }
    }

    /// Has passages encoded. Of the files that stay it has what they mean, if they were encoded.
    pub(in crate::index) fn encoding(mut self, encoder: Option<PassageEncoder>) -> Gathering {
        self.encoder = encoder;
        self
    }

    /// Has the text in pictures recognised. Of the files that stay it keeps what was recognised
    /// `before`.
    pub(in crate::index) fn recognising(
        mut self,
        recogniser: Option<Arc<Recogniser>>,
        mut before: TextsByFile,
    ) -> Gathering {
        self.recogniser = recogniser;
        let stay = self.records.names();
        before.keep(|file| stay.contains(file));
        self.texts = before;
        self
    }

    /// Takes over what the passages of the files that stay mean: those that hold so much.
    pub(in crate::index) fn keep_meanings(&mut self, kept: impl Iterator<Item = Holds>) {
        let numbers: BTreeMap<u64, u64> = kept.map(|h| (h.first, h.first + h.documents)).collect();
        let stays = |order: &Order| {
            let before = numbers.range(..=order.document()).next_back();
            before.is_some_and(|(_, end)| order.document() < *end)
        };
        if let Some(before) = self.encoder.as_ref().and_then(PassageEncoder::before) {
            let kept = before.all().filter(|(order, _)| stays(order));
            self.meanings.extend(kept);
        }
    }

    /// Reads all files; `false` where there was no room for one.
    pub(in crate::index) fn read_all<M: EntryMaker>(
        &mut self,
        maker: &M,
        progress: &mut dyn FnMut(BuildEvent<'_>),
        add: &mut Add<'_, M::Entry>,
    ) -> Result<bool, IndexError> {
        let to_read = std::mem::take(&mut self.to_read);
        progress(BuildEvent::Start {
            files: to_read.len() as u64,
            bytes: to_read.values().map(|stamp| stamp.bytes).sum(),
        });
        let stamps: Vec<Stamp> = to_read.values().copied().collect();
        let named = |path: PathBuf| (source_name(&path), path);
        let files = to_read.into_keys().map(named);
        let files: Vec<_> = files.map(|(source, path)| (path, source)).collect();
        let (limits, annotator) = (self.limits.clone(), self.annotator.clone());
        let (encoder, recogniser) = (self.encoder.clone(), self.recogniser.clone());
        let beside = Beside {
            encoder: encoder.as_ref(),
            recogniser: recogniser.as_ref(),
        };
        pipeline::run(&files, &limits, maker, annotator, beside, &mut |part| {
            let (path, _) = &files[part.file];
            progress(BuildEvent::Read {
                path,
                bytes: part.bytes as u64,
            });
            self.part(path, stamps[part.file], part, add)
        })?;
        Ok(!self.is_full)
    }

    /// Takes in a part of a file.
    fn part<E>(
        &mut self,
        path: &Path,
        stamp: Stamp,
        part: Prepared<E>,
        add: &mut Add<'_, E>,
    ) -> Result<(), IndexError> {
        self.bad = match (self.bad.take(), part.error) {
            (Some(before), Some(error)) => Some(before.and(error)),
            (before, error) => before.or(error),
        };
        self.texts.add(&printable(path), part.recognised);
        let (first, room) = self.numbers.of(part.file);
        self.open.first = first;
        for document in part.documents {
            if self.open.documents == room {
                self.is_full = true;
                return Ok(());
            }
            self.document(document, add)?;
        }
        if let Some(hash) = part.end {
            self.file_done(path, stamp, hash);
        }
        Ok(())
    }

    fn document<E>(
        &mut self,
        document: PreparedDocument<E>,
        add: &mut Add<'_, E>,
    ) -> Result<(), IndexError> {
        let number = self.open.first + self.open.documents;
        self.open.documents += 1;
        self.open.passages += document.passages;
        self.open.text += document.bytes;
        self.open.left_out += document.left_out;
        self.open.kinds += document.kinds;
        for (sum, words) in self.open.words.iter_mut().zip(document.words) {
            *sum += words;
        }
        for (meaning, passage) in document.meanings.into_iter().zip(0..) {
            self.meanings.push((Order::new(number, passage), meaning));
        }
        for (entry, passage) in document.entries.into_iter().zip(0..) {
            add(number, passage, entry)?;
        }
        self.phrases.add(document.phrases);
        Ok(())
    }

    /// Notes what a file was when it was read, and what it gave.
    fn file_done(&mut self, path: &Path, stamp: Stamp, hash: blake3::Hash) {
        let holds = std::mem::take(&mut self.open);
        let error = self.bad.take();
        let hash = match &error {
            Some(error) if error.may_pass() => None,
            _ => Some(hash),
        };
        self.read += holds.text;
        self.numbers.done(&holds);
        let failed = error.map(|error| error.to_string());
        self.records.add(path, stamp, hash, failed, holds);
    }

    /// What the generation holds.
    pub(in crate::index) fn contents(&self) -> Contents {
        Contents {
            holds: self.records.holds().collect(),
            failed: self.records.failed().collect(),
            read: self.read,
        }
    }

    /// Writes the files that every generation has, whatever keeps its passages: lexicon, phrases,
    /// records and vocabulary. Where there is a generation `before` and the words of it that are gone, lexicon
    /// and, where little has changed, words and phrases stay in the files that they are in, and are not written.
    /// That all of it is on the disk is for the engine to see to.
    pub(in crate::index) fn write(
        self,
        folder: &Path,
        before: Option<(&Vocabulary, &VocabularyCounts)>,
    ) -> std::io::Result<()> {
        let lexicon = self.annotator.lexicon().clone();
        // Words are counted once nobody reads any more.
        drop(self.annotator);
        if before.is_none() {
            lexicon.write(&folder.join(LEXICON_FILE))?;
        }
        self.phrases.write(folder)?;
        self.records.write(folder)?;
        if self.encoder.is_some() {
            vectors::write(folder, self.meanings)?;
        }
        if self.recogniser.is_some() {
            self.texts.write(folder)?;
        }
        let path = folder.join(VOCABULARY_FILE);
        match before {
            None => self.counts.write(&path),
            Some((known, gone)) => {
                let changed = folder.join(VOCABULARY_CHANGED_FILE);
                self.counts.write_amended((&path, &changed), known, gone)
            }
        }
    }
}
