//! A generation under way: files in, a folder out.
//!
//! A generation is made anew from all files, or from the one before and what has changed since.
//! Then its segments are linked, not copied (they never change), the entries of files that are
//! stale are deleted and those of files that are new are added, and the segments that have lost
//! entries are merged: what an index counts (passages that have a word, above all) must not depend
//! on how it came to be. For the same reason words and phrases are counted back when a document
//! goes, by reading it again as it is kept in the index.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use tantivy::merge_policy::{LogMergePolicy, NoMergePolicy};
use tantivy::schema::TantivyDocument;
use tantivy::{IndexSettings, IndexWriter};

use super::durable::sync_folder;
use super::index::{Index, register};
use super::names::{MANAGED, META, OWN};
use super::pages::Pages;
use super::schema::Fields;
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
/// Below this many passages everything goes into one segment, the fastest to open.
const ONE_SEGMENT: u64 = 200_000;
/// Segments of larger indexes are merged when they have lost more than this share of their entries:
/// any at all.
const ANY: f32 = 1e-9;

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
            .create_in_dir(folder)?;
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
        let Some(numbers) = numbers.filter(|_| before.is_sound()) else {
            return Ok(None);
        };
        before.link_to(folder).map_err(IndexError::io(folder))?;
        let index = tantivy::Index::open_in_dir(folder)?;
        let fields = Fields::of(&index.schema())?;
        let to_read = difference.to_read;
        let gone = annotator.clone();
        let mut generation =
            Generation::start(folder, index, fields, annotator, to_read, numbers, limits)?;
        generation.gathering.records = RecordKeeper::keeping(difference.kept);
        generation.gathering.phrases =
            PhraseCounts::read(&before.folder).map_err(IndexError::io(folder))?;
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
        Ok(Generation {
            folder: folder.to_owned(),
            fields,
            writer: index.writer_with_num_threads(1, WRITER_MEMORY)?,
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
        let folder = &self.folder;
        let amended = self.before.as_ref();
        let amended =
            amended.map(|(before, gone)| (&before.index.dictionary().vocabulary, &**gone));
        // The last segment is made while words and headings are written: neither needs the other.
        let (settled, written) = std::thread::scope(|scope| {
            let settled = scope.spawn(|| settle(self.writer, passages));
            let written = self.gathering.write(folder, amended);
            (settled.join(), written)
        });
        settled.unwrap_or_else(|panic| std::panic::resume_unwind(panic))?;
        match written {
            // What was counted is not what is taken back.
            Err(error) if amended.is_some() && error.kind() == std::io::ErrorKind::InvalidData => {
                return Ok(None);
            }
            written => written.map_err(IndexError::io(folder))?,
        }
        let settle = || -> std::io::Result<Sums> {
            readable_by_others(&folder.join(META))?;
            readable_by_others(&folder.join(MANAGED))?;
            // The files are durable once the folder is.
            sync_folder(folder)?;
            let known = self.before.as_ref().map(|(before, _)| before.shared());
            let (sums, pages) = known.unwrap_or_default();
            Pages::of(folder, &sums::names(folder)?, &pages)?.write(folder)?;
            sums::sums(folder, &sums)
        };
        let sums = settle().map_err(IndexError::io(folder))?;
        Ok(Some(Made { contents, sums }))
    }
}

/// Commits, and merges what has to be merged.
fn settle(mut writer: IndexWriter, passages: u64) -> Result<(), IndexError> {
    if passages >= ONE_SEGMENT {
        let mut policy = LogMergePolicy::default();
        policy.set_del_docs_ratio_before_merge(ANY);
        writer.set_merge_policy(Box::new(policy));
        writer.commit()?;
    } else {
        writer.set_merge_policy(Box::new(NoMergePolicy));
        writer.commit()?;
        let segments = writer.index().searchable_segment_metas()?;
        if segments.len() > 1 || segments.iter().any(|segment| segment.has_deletes()) {
            let ids: Vec<_> = segments.iter().map(|segment| segment.id()).collect();
            writer.merge(&ids).wait()?;
        }
    }
    Ok(writer.wait_merging_threads()?)
}

impl FormerGeneration {
    /// Whether the files that are read to make the next are as they were written. Segments are
    /// linked with their hashes: what is damaged in them stays known as damaged.
    fn is_sound(&self) -> bool {
        let own = |name: &&str| self.sums.get_key_value(*name);
        let own = OWN.iter().filter_map(own);
        let own: Sums = own.map(|(name, sum)| (name.clone(), sum.clone())).collect();
        sums::damaged_files(&self.folder, &own).is_empty()
    }

    /// The hashes of the files that the next generation shares, and of their pages.
    fn shared(&self) -> (Sums, Pages) {
        let mut sums = self.sums.clone();
        sums.retain(|name, _| !OWN.contains(&name.as_str()));
        let pages = self.pages.clone().without(&OWN);
        (sums, pages)
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
                Some(name) if OWN.contains(&name) => {}
                // A lock, or something that nobody knows.
                Some(name) if !self.sums.contains_key(name) => {}
                _ => {
                    if std::fs::hard_link(&from, &to).is_err() {
                        // Not every file system has links.
                        std::fs::copy(&from, &to)?;
                    }
                }
            }
        }
        Ok(())
    }
}

/// Writes a file again as any program writes files: tantivy makes its own such that nobody but who
/// built the index can read it.
fn readable_by_others(path: &Path) -> std::io::Result<()> {
    let bytes = std::fs::read(path)?;
    std::fs::remove_file(path)?;
    let mut file = File::create(path)?;
    file.write_all(&bytes)?;
    file.sync_all()
}
