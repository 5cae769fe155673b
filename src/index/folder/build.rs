//! The build: files in, a new generation out.

use std::fs::File;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use serde::Deserialize;

use super::claim;
use super::generation::{FormerGeneration, Generation, Made};
use super::generations::{generation_folder, next_generation, sweep};
use super::index::Index;
use super::lock::lock;
use super::names::PAGES_FILE;
use super::pages::Pages;
use super::room::with_cause;
use crate::analysis::SharedBytes;
use crate::document::Recogniser;
use crate::encoder::Encoder;
use crate::index::error::IndexError;
use crate::index::gather::files::{self, Listing, ListingDifference, Records, Trust};
use crate::index::gather::gathering::Contents;
use crate::index::gather::loss::Former;
use crate::index::gather::sums;
use crate::index::manifest::{self, CorpusPlaces, EncoderUsed, Manifest, Sums};
use crate::index::recognised::{self, Journal, TextsByFile};
use crate::index::report::{BuildEvent, BuildReport, Changes, Skipped};
use crate::index::sources::Sources;
use crate::index::vectors::{self, PassageEncoder, Vectors};

/// Where more than this share of the text has to be read again, all of it is: changing an index
/// costs more for each byte than making one.
const MOST_AMENDED: f64 = 0.3;

/// Builds the index in the folder `dir`, as [`Home::build`](crate::index::Home::build) says.
pub(crate) fn build(
    sources: &Sources,
    dir: &Path,
    progress: &mut dyn FnMut(BuildEvent<'_>),
) -> Result<BuildReport, IndexError> {
    BuildOrder::new(sources, dir)?.build_anew(None, progress)
}

/// Brings the index in the folder `dir` up to date, as [`build`] would, but reads only the files
/// that have changed. What is searched then is the same as after [`build`]. Where neither a file
/// nor anything else has changed since the last build, the index stays as it is.
pub(crate) fn update(
    sources: &Sources,
    dir: &Path,
    progress: &mut dyn FnMut(BuildEvent<'_>),
) -> Result<BuildReport, IndexError> {
    let order = BuildOrder::new(sources, dir)?;
    let current = Manifest::read(dir).ok();
    let current = current.filter(|manifest| manifest.settings == order.settings);
    let known = current.and_then(|manifest| {
        let sum = manifest.sums.get(files::FILE)?;
        let records = Records::read_checked(&manifest.generation_folder(dir), sum)?;
        Some((manifest, records))
    });
    let Some((manifest, records)) = known else {
        return order.build_anew(None, progress);
    };
    let trust = match sources.verify {
        true => Trust::Contents,
        false => Trust::Stamps {
            started: manifest.started,
        },
    };
    let difference = records.compare(&order.listing, trust);
    match difference.changes {
        changes if changes.is_empty() => Ok(order.nothing_to_do(&manifest, difference)),
        changes if difference.is_large() => order.build_anew(Some(changes), progress),
        _ => order.amend(&manifest, difference, progress),
    }
}

impl ListingDifference {
    fn is_large(&self) -> bool {
        let kept: u64 = self.kept.values().map(|record| record.holds.text).sum();
        let to_read: u64 = self.to_read.values().map(|stamp| stamp.bytes).sum();
        to_read as f64 > MOST_AMENDED * (kept + to_read) as f64
    }
}

/// What is known of the index in `dir`, of whatever version it is.
fn former(dir: &Path) -> Option<Former> {
    let text = std::fs::read(dir.join(manifest::FILE)).ok()?;
    let header: manifest::Header = serde_json::from_slice(&text).ok()?;
    let records = Records::read(&generation_folder(dir, header.generation));
    Former::of(&text, records)
}

/// A build that was asked for, with all that has to be known before it begins. It holds the lock of
/// the folder.
struct BuildOrder<'s> {
    sources: &'s Sources,
    dir: &'s Path,
    settings: String,
    listing: Listing,
    places: CorpusPlaces,
    /// The index that is there, if any.
    former: Option<Former>,
    clock: Instant,
    started: u64,
    _lock: File,
}

impl<'s> BuildOrder<'s> {
    fn new(sources: &'s Sources, dir: &'s Path) -> Result<BuildOrder<'s>, IndexError> {
        let (clock, started) = (Instant::now(), files::now());
        sources.check()?;
        let settings = sources.settings()?;
        std::fs::create_dir_all(dir).map_err(IndexError::io(dir))?;
        // Not even a lock is put where something else is kept.
        claim::unless_foreign(dir)?;
        let lock = lock(dir, sources.busy)?;
        claim::claim(dir)?;
        let order = BuildOrder {
            sources,
            dir,
            settings,
            _lock: lock,
            listing: Listing::of(
                &sources.roots,
                sources.links,
                Some(dir),
                sources.reads_pictures(),
            ),
            places: CorpusPlaces::of(&sources.roots, Some(dir)),
            former: former(dir),
            clock,
            started,
        };
        if let Some(former) = &order.former {
            former.unless_lost(sources, &order.places, &order.listing)?;
        }
        Ok(order)
    }

    /// The report where the index is up to date. What interrupted builds left goes.
    fn nothing_to_do(self, manifest: &Manifest, difference: ListingDifference) -> BuildReport {
        sweep(self.dir, manifest.generation, None, self.sources.keep);
        Journal::of(self.dir).remove();
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
        let encoder = self.encoder()?;
        let (recogniser, texts) = self.recogniser()?;
        let to_read = self.listing.files.clone();
        let write = |folder: &Path| {
            let generation = Generation::anew(folder, annotator, to_read, &self.sources.limits)?;
            let generation = generation.encoding(encoder);
            generation.recognising(recogniser, texts).write(progress)
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
        difference: ListingDifference,
        progress: &mut dyn FnMut(BuildEvent<'_>),
    ) -> Result<BuildReport, IndexError> {
        let changes = difference.changes;
        let before = FormerGeneration {
            folder: manifest.generation_folder(self.dir),
            sums: manifest.sums.clone(),
            pages: match self.pages_of(manifest) {
                Some(pages) => pages,
                None => return self.build_anew(Some(changes), progress),
            },
            // What is damaged is built anew.
            index: match Index::open_generation(self.dir, manifest) {
                Ok(index) => index,
                Err(_) => return self.build_anew(Some(changes), progress),
            },
        };
        // The settings are the same, and its files with them.
        let lexicon = before.index.lexicon().clone();
        let annotator = self.sources.annotator_with(lexicon)?;
        let encoder = self.encoder()?;
        let (recogniser, texts) = self.recogniser()?;
        let write = |folder: &Path| match Generation::amend(
            folder,
            annotator,
            before,
            difference,
            &self.sources.limits,
        )? {
            Some(generation) => {
                let generation = generation.encoding(encoder);
                generation.recognising(recogniser, texts).write(progress)
            }
            None => Ok(None),
        };
        // Whatever there is in the old index that cannot be read: what all files give is right.
        let made = catch_unwind(AssertUnwindSafe(|| self.next_generation(write)));
        match made {
            Ok(Ok(Some((manifest, contents)))) => Ok(self.done(&manifest, contents, Some(changes))),
            // All files would give no more, nor take less room.
            Ok(Err(error @ (IndexError::WouldLose { .. } | IndexError::NoRoom { .. }))) => {
                Err(error)
            }
            _ => self.build_anew(Some(changes), progress),
        }
    }

    fn pages_of(&self, manifest: &Manifest) -> Option<Pages> {
        let folder = manifest.generation_folder(self.dir);
        Pages::read(&folder, manifest.sums.get(PAGES_FILE)).ok()
    }

    /// The encoder as a manifest names it: by its whole path, as a search may be made elsewhere.
    fn encoder_used(&self) -> Result<Option<EncoderUsed>, IndexError> {
        let Some(folder) = &self.sources.encoder else {
            return Ok(None);
        };
        Ok(Some(EncoderUsed {
            hash: Encoder::hash_of(folder)?,
            folder: folder.canonicalize().map_err(IndexError::io(folder))?,
        }))
    }

    /// What encodes the passages, if anything does. What the index that is there has of the same
    /// encoder is not encoded again.
    fn encoder(&self) -> Result<Option<PassageEncoder>, IndexError> {
        let Some(folder) = &self.sources.encoder else {
            return Ok(None);
        };
        let encoder = Encoder::open(folder)?;
        let before = BesideKept::read(self.dir);
        let before = before.and_then(|kept| kept.vectors(self.dir, encoder.hash()));
        Ok(Some(PassageEncoder::new(encoder, before)))
    }

    /// What recognises text in pictures, if anything does, and what it has in the index that is there.
    fn recogniser(&self) -> Result<(Option<Arc<Recogniser>>, TextsByFile), IndexError> {
        if !self.sources.reads_pictures() {
            return Ok(Default::default());
        }
        let texts = BesideKept::read(self.dir).and_then(|kept| kept.texts(self.dir));
        let texts = texts.unwrap_or_default();
        let journal = Journal::of(self.dir);
        let mut known = texts.known();
        known.extend(journal.read());
        let writer = journal.writer().map_err(IndexError::io(self.dir))?;
        Ok((self.sources.recogniser(known, Some(writer)), texts))
    }

    /// Has a new generation written to a folder of its own, and makes it the current one; `None`
    /// where it could not be made in that way.
    fn next_generation(
        &self,
        write: impl FnOnce(&Path) -> Result<Option<Made>, IndexError>,
    ) -> Result<Option<(Manifest, Contents)>, IndexError> {
        let places = self.places.clone();
        let mut manifest = Manifest::new(self.sources, places, &self.settings, self.started);
        manifest.generation = next_generation(self.dir)?;
        let current = Manifest::read(self.dir).ok();
        let current = current.map(|manifest| manifest.generation);
        manifest.encoder = self.encoder_used()?;
        // What interrupted builds left must not pile up while none of them gets to its end.
        if let Some(current) = current {
            sweep(self.dir, current, None, usize::MAX);
        }
        let folder = manifest.generation_folder(self.dir);
        std::fs::create_dir(&folder).map_err(IndexError::io(&folder))?;
        let published = claim::mark(&folder).map_err(IndexError::io(&folder));
        let published = published.and_then(|()| write(&folder)).and_then(|made| {
            if let Some(made) = &made {
                manifest.holds(&made.contents.holds);
                manifest.sums = made.sums.clone();
                self.publish(&manifest, &made.contents)?;
            }
            Ok(made)
        });
        match published {
            Ok(Some(made)) => {
                sweep(self.dir, manifest.generation, current, self.sources.keep);
                Journal::of(self.dir).remove();
                Ok(Some((manifest, made.contents)))
            }
            unfinished => {
                let unfinished = unfinished.map_err(|error| with_cause(error, &folder));
                // What could not be finished is of no use; the old generation stays.
                claim::remove_generation(&folder);
                unfinished.map(|_| None)
            }
        }
    }

    fn publish(&self, manifest: &Manifest, contents: &Contents) -> Result<(), IndexError> {
        if let Some(former) = &self.former {
            former.unless_fewer(self.sources, &contents.holds)?;
        }
        manifest.publish(self.dir)
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
            words: manifest.searched_words(),
            words_left_out: manifest.words_left_out,
            generation: manifest.generation,
            changes,
            unknown: self.listing.unknown,
            links: self.listing.links,
            failed: self.listing.failed,
            seconds: self.clock.elapsed().as_secs_f64(),
            ..BuildReport::default()
        };
        report.failed.extend(failed);
        report
    }
}

/// What has to be known of an index to take its vectors and its recognised texts, whichever palpate made it, and
/// whatever tables it was annotated with: what a text means is a matter of the encoder alone, and what stands in
/// a picture one of the command.
#[derive(Deserialize)]
struct BesideKept {
    generation: u64,
    encoder: Option<EncoderUsed>,
    sums: Sums,
}

impl BesideKept {
    /// What is known of the index in `dir`.
    fn read(dir: &Path) -> Option<BesideKept> {
        let manifest = std::fs::read(dir.join(manifest::FILE)).ok()?;
        serde_json::from_slice(&manifest).ok()
    }

    /// A file of its generation, if it is as it was written.
    fn file(&self, dir: &Path, name: &str) -> Option<Vec<u8>> {
        let folder = generation_folder(dir, self.generation);
        let is_sound = sums::is_sound(&folder, name, &self.sums);
        is_sound.then(|| std::fs::read(folder.join(name)))?.ok()
    }

    /// Its vectors, if it has any of that encoder.
    fn vectors(&self, dir: &Path, encoder: &str) -> Option<Vectors> {
        let is_of_use = self
            .encoder
            .as_ref()
            .is_some_and(|used| used.hash == encoder);
        let bytes = is_of_use.then(|| self.file(dir, vectors::FILE))?;
        Vectors::new(SharedBytes::new(bytes?)).ok()
    }

    /// What was recognised in the pictures of its files.
    fn texts(&self, dir: &Path) -> Option<TextsByFile> {
        let bytes = self.file(dir, recognised::FILE)?;
        Some(TextsByFile::parse(&bytes))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn vectors_are_taken_from_the_index_of_another_palpate() -> std::io::Result<()> {
        let dir = tempfile::tempdir()?;
        let folder = generation_folder(dir.path(), 3);
        std::fs::create_dir(&folder)?;
        vectors::write(&folder, Vec::new())?;
        let sum = blake3::hash(&std::fs::read(folder.join(vectors::FILE))?).to_hex();
        let manifest = serde_json::json!({
            "format": 1, "annotation": "of long ago", "generation": 3,
            "encoder": {"folder": "encoder", "hash": "of the encoder"},
            "sums": {vectors::FILE: sum.as_str()},
        });
        std::fs::write(dir.path().join(manifest::FILE), manifest.to_string())?;
        let vectors = |encoder: &str| BesideKept::read(dir.path())?.vectors(dir.path(), encoder);
        assert!(vectors("of the encoder").is_some());
        assert!(vectors("of another").is_none());
        std::fs::write(folder.join(vectors::FILE), "damaged")?;
        assert!(vectors("of the encoder").is_none());
        Ok(())
    }
}
