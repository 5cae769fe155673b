//! What to build an index from.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use super::error::IndexError;
use crate::annotate::{self, Annotator};
use crate::data;
use crate::document::files::SymbolicLinks;
use crate::document::{FORMATS, KnownTexts, Limits, OcrCommand, OnRecognised, Recogniser};
use crate::encoder::Encoder;
use crate::lexicon::Lexicon;

/// What to build an index from.
#[derive(Debug, Clone)]
pub struct Sources {
    /// Files and folders of documents.
    pub roots: Vec<PathBuf>,
    /// What becomes of symbolic links in these folders.
    pub links: SymbolicLinks,
    /// The user's own lexicon files, see [`Lexicon::with_files`].
    pub lexicons: Vec<PathBuf>,
    /// Another aspect model than the built-in one, see [`Annotator::with_model`].
    pub aspect_model: Option<PathBuf>,
    /// The folder of a sentence encoder, see [`Encoder::open`].
    pub encoder: Option<PathBuf>,
    /// What recognises the text in pictures, if anything is to.
    pub recognition: Option<Recognition>,
    /// What reading one file may take.
    pub limits: Limits,
    /// What to do while somebody else builds the index.
    pub busy: Busy,
    /// Whether files whose stamps have not changed are looked into all the same.
    pub verify: bool,
    /// Whether the index may lose more than half of its sources, be made from another corpus, or
    /// take the place of one of a newer format.
    pub replace: bool,
    /// So many generations before the new one are kept, where the index is in a folder.
    pub keep: usize,
}

/// What recognises the text in pictures.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recognition {
    /// The command that is run for each picture.
    pub command: OcrCommand,
    /// How long it may take for one.
    pub time: Duration,
}

/// So many former generations are kept where nobody says how many.
pub const KEPT_GENERATIONS: usize = 1;

impl Default for Sources {
    fn default() -> Sources {
        Sources {
            roots: Vec::new(),
            links: SymbolicLinks::default(),
            lexicons: Vec::new(),
            aspect_model: None,
            encoder: None,
            recognition: None,
            limits: Limits::default(),
            busy: Busy::default(),
            verify: false,
            replace: false,
            keep: KEPT_GENERATIONS,
        }
    }
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
        if let Some(Recognition { command, .. }) = &self.recognition {
            command.check().map_err(|cause| IndexError::Ocr {
                command: command.text().to_owned(),
                cause,
            })?;
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
        for model in annotate::MODELS {
            add(model.as_bytes());
        }
        add(data::hash().as_bytes());
        // What could not be read may be readable within other limits, or with more formats.
        add(format!("{:?} {FORMATS:?} {:?}", self.limits, self.links).as_bytes());
        for root in &self.roots {
            add(root.as_os_str().as_encoded_bytes());
        }
        for path in self.lexicons.iter().chain(&self.aspect_model) {
            add(path.as_os_str().as_encoded_bytes());
            add(&std::fs::read(path).map_err(IndexError::io(path))?);
        }
        if let Some(folder) = &self.encoder {
            add(Encoder::hash_of(folder)?.as_bytes());
        }
        if let Some(Recognition { command, .. }) = &self.recognition {
            command.words().iter().for_each(|word| add(word.as_bytes()));
        }
        Ok(hasher.finalize().to_hex().to_string())
    }

    /// Whether pictures are read.
    pub(super) fn reads_pictures(&self) -> bool {
        self.recognition.is_some()
    }

    /// What recognises text in pictures, if anything does: it knows what was recognised before, and
    /// hands on what is new.
    pub(super) fn recogniser(
        &self,
        known: KnownTexts,
        on_recognised: Option<OnRecognised>,
    ) -> Option<Arc<Recogniser>> {
        let Recognition { command, time } = self.recognition.clone()?;
        let recogniser = Recogniser::new(command, time);
        Some(Arc::new(recogniser.knowing(known, on_recognised)))
    }

    /// What annotates the passages.
    pub(super) fn annotator(&self) -> Result<Annotator, IndexError> {
        // Most of what a small build takes is reading these.
        let lexicon = std::thread::scope(|scope| {
            scope.spawn(annotate::read_builtin);
            Lexicon::with_files(&self.lexicons)
        });
        self.annotator_with(Arc::new(lexicon?))
    }

    /// The same, by a lexicon that was made of these files: to compile it takes longer than to read a file.
    pub(super) fn annotator_with(&self, lexicon: Arc<Lexicon>) -> Result<Annotator, IndexError> {
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

/// What to do while somebody else builds the index.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Busy {
    /// Leave, and say who it is.
    #[default]
    Leave,
    /// Wait until they are done.
    Wait,
}
