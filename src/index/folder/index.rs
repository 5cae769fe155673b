//! An index in a folder, opened for reading.

use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use tantivy::ReloadPolicy;
use tantivy::directory::{Directory, MmapDirectory};

use super::counts::SourceNames;
use super::facets::FacetValues;
use super::frequencies::Frequencies;
use super::generations::manifest_of;
use super::names::PAGES_FILE;
use super::pages::Pages;
use super::read_only::ReadOnly;
use super::rows::Rows;
use super::schema::Fields;
use crate::analysis::{SharedBytes, TOKENIZER_NAME, TermTokenizer, Vocabulary};
use crate::index::budget::Budget;
use crate::index::dictionary::{self, Dictionary, PhraseFiles, Phrases};
use crate::index::error::IndexError;
use crate::index::gather::gathering::{LEXICON_FILE, VOCABULARY_CHANGED_FILE, VOCABULARY_FILE};
use crate::index::gather::sums;
use crate::index::guard::unless_damaged;
use crate::index::manifest::Manifest;
use crate::index::report::Damage;
use crate::index::vectors::{self, Vectors};
use crate::lexicon::Lexicon;

/// An index of at most so many bytes is looked at for damage whenever it is opened: that takes some
/// five milliseconds.
const LOOKED_AT: u64 = 16 << 20;

/// An index, opened for reading: one generation, which stays readable even when a newer one
/// takes its place.
#[derive(Clone)]
pub struct Index {
    dir: PathBuf,
    manifest: Arc<Manifest>,
    fields: Fields,
    searcher: tantivy::Searcher,
    lexicon: Arc<Lexicon>,
    dictionary: Arc<Dictionary>,
    vectors: Option<Arc<Vectors>>,
    /// What passages are counted under, read when it is first asked for.
    facets: Arc<OnceLock<FacetValues>>,
    rows: Arc<Rows>,
    source_names: Arc<SourceNames>,
    frequencies: Arc<Frequencies>,
    /// How long work goes on.
    budget: Budget,
}

impl Index {
    /// Opens the current generation of the index in `dir`.
    pub(crate) fn open(dir: &Path) -> Result<Index, IndexError> {
        loop {
            let manifest = Manifest::read(dir)?;
            let opened = unless_damaged(|| Index::open_generation(dir, &manifest));
            let opened = opened.unwrap_or_else(|cause| {
                Err(IndexError::Damaged {
                    path: dir.to_owned(),
                    cause,
                })
            });
            match opened {
                Ok(index) => return Ok(index),
                // A build may have switched generations between the two steps: look again.
                Err(_) if Manifest::read(dir)?.generation != manifest.generation => continue,
                Err(error) => return Err(error),
            }
        }
    }

    pub(super) fn open_generation(dir: &Path, manifest: &Manifest) -> Result<Index, IndexError> {
        let damaged = |cause: String| IndexError::Damaged {
            path: dir.to_owned(),
            cause,
        };
        let folder = manifest.generation_folder(dir);
        if sums::size(&folder) <= LOOKED_AT {
            let found = sums::damaged_files(&folder, &manifest.sums);
            if let Some(Damage { path, cause }) = found.into_iter().next() {
                return Err(damaged(format!("{path}: {cause}")));
            }
        }
        let directory = MmapDirectory::open(&folder).map_err(|e| damaged(e.to_string()))?;
        let pages = Pages::read(&folder, manifest.sums.get(PAGES_FILE));
        let pages = pages.map_err(|e| damaged(e.to_string()))?;
        let checked = ReadOnly::new(directory, pages);
        let index = tantivy::Index::open(checked.clone());
        let index = index.map_err(|e| damaged(e.to_string()))?;
        register(&index);
        let fields = Fields::of(&index.schema()).map_err(|e| damaged(e.to_string()))?;
        let searcher = index
            .reader_builder()
            .reload_policy(ReloadPolicy::Manual)
            .try_into()
            .map_err(|e: tantivy::TantivyError| damaged(e.to_string()))?
            .searcher();
        // They are compared as a whole here, as they are read without any more questions.
        let mapped = |name: &str| map(&checked, name);
        let dictionary = Index::dictionary_of(manifest, mapped);
        let dictionary = dictionary.map_err(|e| damaged(e.to_string()))?;
        let lexicon = mapped(LEXICON_FILE).map_err(|e| damaged(e.to_string()))?;
        let lexicon = Lexicon::parse(lexicon.as_ref().to_vec().into());
        let lexicon = lexicon.ok_or_else(|| damaged(format!("{LEXICON_FILE} cannot be read")))?;
        let vectors = Index::vectors_of(manifest, || mapped(vectors::FILE));
        Ok(Index {
            vectors: vectors.map_err(|e| damaged(e.to_string()))?.map(Arc::new),
            facets: Arc::default(),
            rows: Arc::default(),
            source_names: Arc::default(),
            frequencies: Arc::default(),
            budget: Budget::default(),
            dir: dir.to_owned(),
            lexicon: lexicon.into(),
            manifest: manifest.clone().into(),
            fields,
            searcher,
            dictionary: Arc::new(dictionary),
        })
    }

    /// Words and phrases, and what is laid over them where there is anything.
    fn dictionary_of(
        manifest: &Manifest,
        map: impl Fn(&str) -> std::io::Result<SharedBytes>,
    ) -> std::io::Result<Dictionary> {
        let if_any = |name: &str| {
            let is_there = manifest.sums.contains_key(name);
            is_there.then(|| map(name)).transpose()
        };
        let changed = if_any(dictionary::TURNED_CHANGED_FILE)?;
        let changed =
            changed.map(|turned| phrase_files(turned, map(dictionary::SHOWN_CHANGED_FILE)));
        let all = phrase_files(map(dictionary::TURNED_FILE)?, map(dictionary::SHOWN_FILE))?;
        Ok(Dictionary {
            vocabulary: Vocabulary::new(map(VOCABULARY_FILE)?, if_any(VOCABULARY_CHANGED_FILE)?)?,
            phrases: Phrases::new(all, changed.transpose()?)?,
        })
    }

    /// What its passages mean, if they were encoded: a vector for each.
    fn vectors_of(
        manifest: &Manifest,
        map: impl FnOnce() -> std::io::Result<SharedBytes>,
    ) -> std::io::Result<Option<Vectors>> {
        if manifest.encoder.is_none() {
            return Ok(None);
        }
        let vectors = map().and_then(Vectors::new)?;
        match vectors.len() as u64 == manifest.passages {
            true => Ok(Some(vectors)),
            false => Err(std::io::Error::other(
                "there is not a vector for each passage",
            )),
        }
    }

    /// Whether the generation that is open is still the current one. Reads one small file.
    pub(crate) fn is_current(&self) -> Result<bool, IndexError> {
        let now = Manifest::read(&self.dir)?;
        Ok((now.generation, now.started) == (self.manifest.generation, self.manifest.started))
    }

    /// The same, for work within a budget: what is open is shared.
    pub(super) fn within(&self, budget: &Budget) -> Index {
        Index {
            budget: budget.clone(),
            ..self.clone()
        }
    }

    /// How long work goes on.
    pub(super) fn budget(&self) -> &Budget {
        &self.budget
    }

    /// What the index says of itself.
    pub(crate) fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// The lexicon it was annotated with.
    pub(crate) fn lexicon(&self) -> &Arc<Lexicon> {
        &self.lexicon
    }

    /// The words and phrases of the corpus.
    pub(super) fn dictionary(&self) -> &Arc<Dictionary> {
        &self.dictionary
    }

    /// That something in it is not as it was written.
    pub(super) fn damaged(&self, cause: String) -> IndexError {
        IndexError::Damaged {
            path: self.dir.clone(),
            cause,
        }
    }

    /// What its passages mean, if they were encoded.
    pub(super) fn vectors(&self) -> Option<&Vectors> {
        self.vectors.as_deref()
    }

    /// The sources of documents, by their numbers.
    pub(super) fn source_names(&self) -> &SourceNames {
        &self.source_names
    }

    /// How many entries have a term, deleted ones left out.
    pub(super) fn frequencies(&self) -> &Frequencies {
        &self.frequencies
    }

    /// What each entry is counted under.
    pub(super) fn rows(&self) -> &Rows {
        &self.rows
    }

    /// What passages are counted under.
    pub(super) fn facets(&self) -> Result<&FacetValues, IndexError> {
        if let Some(facets) = self.facets.get() {
            return Ok(facets);
        }
        // Two that ask at once read the same.
        let facets = FacetValues::read(&self.searcher)?;
        Ok(self.facets.get_or_init(|| facets))
    }

    pub(super) fn fields(&self) -> &Fields {
        &self.fields
    }

    pub(super) fn searcher(&self) -> &tantivy::Searcher {
        &self.searcher
    }
}

/// Opens a generation of the index in `dir` that was kept.
pub(in crate::index) fn open_generation(dir: &Path, number: u64) -> Result<Index, IndexError> {
    let manifest = manifest_of(dir, number)?;
    let opened = unless_damaged(|| Index::open_generation(dir, &manifest));
    opened.unwrap_or_else(|cause| {
        Err(IndexError::Damaged {
            path: dir.to_owned(),
            cause,
        })
    })
}

fn phrase_files(
    turned: SharedBytes,
    shown: std::io::Result<SharedBytes>,
) -> std::io::Result<PhraseFiles> {
    Ok(PhraseFiles {
        turned,
        shown: shown?,
    })
}

/// A file of a generation, mapped into memory: nothing is read until it is looked at.
fn map(directory: &ReadOnly, name: &str) -> std::io::Result<SharedBytes> {
    directory
        .open_read(Path::new(name))
        .map_err(|error| std::io::Error::other(format!("{name}: {error}")))?
        .read_bytes()
        .map(SharedBytes::new)
}

pub(super) fn register(index: &tantivy::Index) {
    let tokenizers = index.tokenizers();
    tokenizers.register(TOKENIZER_NAME, TermTokenizer::default());
}
