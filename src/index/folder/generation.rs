//! A generation under way: files in, a folder out.
//!
//! A generation is made anew from all files, or from the one before and what has changed since.
//! Then its segments are linked, not copied (they never change), the entries of files that are
//! stale are deleted and those of files that are new are added, and segments are merged where they have
//! become too many ([`tiers`](super::tiers)). What an index counts must not depend on how it came to be: of
//! passages that is seen to when they are searched ([`statistics`](super::statistics)); words and phrases
//! are counted back when a document goes, by reading it again as it is kept in the index.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use tantivy::merge_policy::{LogMergePolicy, NoMergePolicy};
use tantivy::schema::TantivyDocument;
use tantivy::{IndexSettings, IndexWriter, SegmentMeta};

use super::drafts::{Drafts, settled};
use super::index::{Index, register};
use super::names::{MANAGED, META, OWN, PAGES_FILE, STAYING};
use super::pages::Pages;
use super::schema::Fields;
use super::tiers::{SegmentSize, to_merge};
use crate::analysis::VocabularyCounts;
use crate::annotate::Annotator;
use crate::document::{Limits, Recogniser};
use crate::index::error::IndexError;
use crate::index::gather::files::{ListingDifference, RecordKeeper, Stamp, source_name};
use crate::index::gather::gathering::{Contents, Gathering};
use crate::index::gather::numbers::Numbers;
use crate::index::gather::phrases::{PhraseCounts, PhraseReader};
use crate::index::gather::sums;
use crate::index::manifest::Sums;
use crate::index::recognised::TextsByFile;
use crate::index::report::BuildEvent;
use crate::index::vectors::PassageEncoder;
use crate::passage;

/// Memory tantivy may fill before it writes a segment, in bytes.
const WRITER_MEMORY: usize = 192 << 20;
/// The same where little is read: its tables are as large as what it may fill, and have to be made.
const LITTLE_MEMORY: usize = 16 << 20;
/// So many bytes of files are little.
const LITTLE: u64 = 1 << 20;
/// Below this many passages everything goes into one segment, the fastest to open.
const ONE_SEGMENT: u64 = 200_000;

/// The generation before, to be changed.
pub(super) struct FormerGeneration {
    pub(super) folder: PathBuf,
    pub(super) sums: Sums,
    pub(super) pages: Pages,
    pub(super) index: Index,
}

/// A generation that was made.
pub(super) struct Made {
    pub(super) contents: Contents,
    pub(super) sums: Sums,
}

/// A generation under way.
pub(super) struct Generation {
    folder: PathBuf,
    fields: Fields,
    writer: IndexWriter,
    gathering: Gathering,
    /// The generation before, and the words of it that are no longer there.
    before: Option<(FormerGeneration, Arc<VocabularyCounts>)>,
}

impl Generation {
    /// A generation of all these files.
    pub(super) fn anew(
        folder: &Path,
        annotator: Annotator,
        files: BTreeMap<PathBuf, Stamp>,
        limits: &Limits,
    ) -> Result<Generation, IndexError> {
        let (schema, fields) = Fields::schema();
        let index = tantivy::Index::builder()
            .schema(schema)
            .settings(IndexSettings::default())
            .open_or_create(Drafts::new(folder)?)?;
        // Without any that stay, there is room for all.
        let numbers = Numbers::between(&BTreeMap::new(), &files).unwrap_or_default();
        Generation::start(folder, index, fields, annotator, files, numbers, limits)
    }

    /// The generation `before`, changed; `None` where it has to be made anew.
    pub(super) fn amend(
        folder: &Path,
        annotator: Annotator,
        before: FormerGeneration,
        difference: ListingDifference,
        limits: &Limits,
    ) -> Result<Option<Generation>, IndexError> {
        let numbers = Numbers::between(&difference.kept, &difference.to_read);
        let Some(numbers) = numbers else {
            return Ok(None);
        };
        before.link_to(folder).map_err(IndexError::io(folder))?;
        let index = tantivy::Index::open(Drafts::new(folder)?)?;
        let fields = Fields::of(&index.schema())?;
        let to_read = difference.to_read;
        let gone = annotator.clone();
        let mut generation =
            Generation::start(folder, index, fields, annotator, to_read, numbers, limits)?;
        generation.gathering.records = RecordKeeper::keeping(difference.kept);
        generation.gathering.phrases = PhraseCounts::amending(before.index.dictionary().clone());
        let removed = generation.remove(&before, gone, &difference.stale)?;
        Ok(removed.map(|words| {
            generation.before = Some((before, words));
            generation
        }))
    }

    fn start(
        folder: &Path,
        index: tantivy::Index,
        fields: Fields,
        annotator: Annotator,
        to_read: BTreeMap<PathBuf, Stamp>,
        numbers: Numbers,
        limits: &Limits,
    ) -> Result<Generation, IndexError> {
        register(&index);
        let memory = match to_read.values().map(|stamp| stamp.bytes).sum::<u64>() {
            ..=LITTLE => LITTLE_MEMORY,
            _ => WRITER_MEMORY,
        };
        Ok(Generation {
            folder: folder.to_owned(),
            fields,
            writer: index.writer_with_num_threads(1, memory)?,
            gathering: Gathering::new(annotator, to_read, numbers, limits),
            before: None,
        })
    }

    /// Has the passages encoded that it reads.
    pub(super) fn encoding(mut self, encoder: Option<PassageEncoder>) -> Generation {
        self.gathering = self.gathering.encoding(encoder);
        let kept: Vec<_> = self.gathering.records.holds().collect();
        self.gathering.keep_meanings(kept.into_iter());
        self
    }

    /// Has the text in the pictures recognised of the files that it reads.
    pub(super) fn recognising(
        mut self,
        recogniser: Option<Arc<Recogniser>>,
        before: TextsByFile,
    ) -> Generation {
        self.gathering = self.gathering.recognising(recogniser, before);
        self
    }

    /// Deletes what came of files that are stale, and gives the words that go with it; `None` where
    /// they were never counted.
    fn remove(
        &mut self,
        before: &FormerGeneration,
        annotator: Annotator,
        stale: &[PathBuf],
    ) -> Result<Option<Arc<VocabularyCounts>>, IndexError> {
        let words: Arc<VocabularyCounts> = Arc::default();
        let mut annotator = annotator.counting(words.clone());
        let mut reader = PhraseReader::default();
        let mut phrases = Vec::new();
        for path in stale {
            let term = self.fields.file_term(&source_name(path));
            before.index.each_document(&term, &mut |_, document| {
                let document = document.into_document();
                let passages = passage::cut(&document);
                annotator.annotate(&document, &passages);
                phrases.extend(reader.read(&document, &passages));
                Ok(())
            })?;
            self.writer.delete_term(term);
        }
        Ok(self
            .gathering
            .phrases
            .take_back(phrases)
            .ok()
            .map(|()| words))
    }

    /// Reads the files and writes everything; `None` where there was no room for a file.
    pub(super) fn write(
        mut self,
        progress: &mut dyn FnMut(BuildEvent<'_>),
    ) -> Result<Option<Made>, IndexError> {
        let (fields, writer) = (self.fields, &self.writer);
        let mut add = |number: u64, passage: u32, mut entry: TantivyDocument| {
            fields.place(&mut entry, number, passage);
            writer.add_document(entry)?;
            Ok(())
        };
        if !self.gathering.read_all(&fields, progress, &mut add)? {
            return Ok(None);
        }
        progress(BuildEvent::Commit);
        self.finish()
    }

    fn finish(self) -> Result<Option<Made>, IndexError> {
        let contents = self.gathering.contents();
        let passages = contents.holds.iter().map(|holds| holds.passages).sum();
        let is_changed = self.before.is_some();
        let folder = &self.folder;
        let amended = self.before.as_ref();
        let amended =
            amended.map(|(before, gone)| (&before.index.dictionary().vocabulary, &**gone));
        // The last segment is made while words and headings are written: neither needs the other.
        let (merged, written) = std::thread::scope(|scope| {
            let merged = scope.spawn(|| match is_changed {
                true => merge_alike(self.writer),
                false => merge_all(self.writer, passages),
            });
            let written = self.gathering.write(folder, amended);
            (merged.join(), written)
        });
        merged.unwrap_or_else(|panic| std::panic::resume_unwind(panic))?;
        match written {
            // What was counted is not what is taken back.
            Err(error) if amended.is_some() && error.kind() == std::io::ErrorKind::InvalidData => {
                return Ok(None);
            }
            written => written.map_err(IndexError::io(folder))?,
        }
        let known = self
            .before
            .as_ref()
            .map(|(before, _)| before.share_with(folder));
        let known = known.transpose().map_err(IndexError::io(folder))?;
        let sums = sealed(folder, known.unwrap_or_default());
        let sums = sums.map_err(IndexError::io(folder))?;
        Ok(Some(Made { contents, sums }))
    }
}

/// Waits for the disk, and gives the hashes of all files in a folder. Those that are known are of files that are
/// on the disk.
fn sealed(folder: &Path, (known, pages): (Sums, Pages)) -> std::io::Result<Sums> {
    let names = sums::names(folder)?;
    Pages::of(folder, &names, &pages)?.write(folder)?;
    let new = names.iter().map(String::as_str);
    let new = new.filter(|name| !known.contains_key(*name));
    settled(folder, &new.chain([PAGES_FILE]).collect::<Vec<_>>())?;
    sums::sums(folder, &known)
}

/// Commits a generation that was made anew.
fn merge_all(mut writer: IndexWriter, passages: u64) -> Result<(), IndexError> {
    if passages >= ONE_SEGMENT {
        writer.set_merge_policy(Box::new(LogMergePolicy::default()));
        writer.commit()?;
    } else {
        writer.set_merge_policy(Box::new(NoMergePolicy));
        writer.commit()?;
        let segments = writer.index().searchable_segment_ids()?;
        if segments.len() > 1 {
            writer.merge(&segments).wait()?;
        }
    }
    Ok(writer.wait_merging_threads()?)
}

/// Commits a generation that was changed.
fn merge_alike(mut writer: IndexWriter) -> Result<(), IndexError> {
    writer.set_merge_policy(Box::new(NoMergePolicy));
    writer.commit()?;
    let segments = writer.index().searchable_segment_metas()?;
    let sized = |segment: &SegmentMeta| {
        let size = SegmentSize {
            left: segment.num_docs().into(),
            deleted: segment.num_deleted_docs().into(),
        };
        (segment.id(), size)
    };
    let merged = to_merge(&segments.iter().map(sized).collect::<Vec<_>>());
    if !merged.is_empty() {
        writer.merge(&merged).wait()?;
    }
    Ok(writer.wait_merging_threads()?)
}

impl FormerGeneration {
    /// Gives `folder` those files that stay as they are, and the hashes of all that it shares, and of their
    /// pages: what is damaged in them stays known as damaged.
    fn share_with(&self, folder: &Path) -> std::io::Result<(Sums, Pages)> {
        let mut anew = OWN.to_vec();
        for name in STAYING {
            match folder.join(name).exists() {
                true => anew.push(name),
                false => link(&self.folder.join(name), &folder.join(name))?,
            }
        }
        let mut sums = self.sums.clone();
        sums.retain(|name, _| !anew.contains(&name.as_str()));
        let pages = self.pages.clone().without(&anew);
        Ok((sums, pages))
    }

    /// Gives `folder` the segments of this generation.
    fn link_to(&self, folder: &Path) -> std::io::Result<()> {
        for entry in std::fs::read_dir(&self.folder)? {
            let name = entry?.file_name();
            let (from, to) = (self.folder.join(&name), folder.join(&name));
            match name.to_str() {
                Some(META | MANAGED) => {
                    std::fs::copy(&from, &to)?;
                }
                // Written anew.
                Some(name) if OWN.contains(&name) || STAYING.contains(&name) => {}
                // A lock, or something that nobody knows.
                Some(name) if !self.sums.contains_key(name) => {}
                _ => link(&from, &to)?,
            }
        }
        Ok(())
    }
}

/// Gives a file a second name.
fn link(from: &Path, to: &Path) -> std::io::Result<()> {
    if std::fs::hard_link(from, to).is_err() {
        // Not every file system has links.
        std::fs::copy(from, to)?;
    }
    Ok(())
}
