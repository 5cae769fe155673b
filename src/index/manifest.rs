//! The manifest: what an index is, in one small file that is only ever replaced as a whole.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::field::{TextField, Words};
use super::sources::Sources;
use crate::analysis::ANALYSIS_VERSION;
use crate::annotate::ANNOTATION_VERSION;
use crate::data;
use crate::document::files::SymbolicLinks;

/// The version of the index format: schema, stored passages, files of a generation.
pub const FORMAT_VERSION: u32 = 18;

pub(super) const FILE: &str = "palpate.json";

/// What an index says of itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// [`FORMAT_VERSION`] of the palpate that made it.
    pub format: u32,
    /// [`ANALYSIS_VERSION`] of the palpate that made it.
    pub analysis: String,
    /// [`ANNOTATION_VERSION`] of the palpate that made it.
    pub annotation: String,
    /// The version of the palpate that made it.
    pub palpate: String,
    /// Counts up with every build.
    pub generation: u64,
    /// The paths it was built from, as they were given.
    pub roots: Vec<PathBuf>,
    /// Whether symbolic links in these were followed.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(super) follows_links: bool,
    /// Where these were, and the index.
    pub(super) places: CorpusPlaces,
    /// The user's lexicon files, as they were given.
    pub lexicons: Vec<PathBuf>,
    /// The encoder that its passages were encoded with, if there was one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub encoder: Option<EncoderUsed>,
    /// The command that recognised text in its pictures, if there was one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ocr: Option<String>,
    /// The hash of everything besides the files that an index is made of: roots, lexicons, models.
    pub settings: String,
    /// The hash of the tables it was annotated with.
    pub data: String,
    /// When the build started, in nanoseconds since 1970.
    pub started: u64,
    pub documents: u64,
    pub passages: u64,
    /// Bytes of source text.
    pub bytes: u64,
    /// Words of furniture that stand nowhere in what is searched of their documents.
    pub words_left_out: u64,
    /// Words in the fields of all passages, in the order of [`TextField::ALL`](super::field::TextField::ALL).
    pub(crate) words: Words,
    /// Names of aspects and ties that all passages have.
    pub(super) kinds: u64,
    /// The BLAKE3 hash of each file of the generation.
    pub(super) sums: Sums,
}

/// An encoder, as it was when passages were encoded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EncoderUsed {
    /// Where it was.
    pub folder: PathBuf,
    /// The hash of all that its vectors depend on.
    pub hash: String,
}

/// Hashes of files, in hexadecimal, by name.
pub(super) type Sums = BTreeMap<String, String>;

/// Where a corpus and its index are, whatever names they were called by.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct CorpusPlaces {
    pub(super) roots: Vec<PathBuf>,
    /// The folder of the index, if it is in one.
    pub(super) index: Option<PathBuf>,
}

/// A manifest with its own hash: a changed digit in it is found.
#[derive(Serialize, Deserialize)]
pub(super) struct Signed {
    #[serde(flatten)]
    manifest: Manifest,
    sum: String,
}

/// Only the part that every version, past and future, has to be able to read.
#[derive(Deserialize)]
pub(super) struct Header {
    pub(super) format: u32,
    analysis: String,
    annotation: String,
    /// For whoever has to build it anew; a version to come may not say it.
    palpate: Option<String>,
    #[serde(default)]
    pub(super) generation: u64,
    #[serde(default)]
    pub(super) roots: Option<Vec<PathBuf>>,
    #[serde(default)]
    pub(super) places: Option<CorpusPlaces>,
    #[serde(default)]
    pub(super) documents: u64,
}

/// Why a manifest is of no use.
#[derive(Debug, thiserror::Error)]
pub(super) enum Unfit {
    #[error("its manifest{0}")]
    Damaged(String),
    #[error("it was made {found}, and this palpate needs {needed}")]
    OtherVersion {
        found: String,
        needed: String,
        roots: Vec<PathBuf>,
    },
}

impl Header {
    fn check(&self) -> Result<(), Unfit> {
        let other = |what: &str, found: &str, needed: &str| Unfit::OtherVersion {
            found: match &self.palpate {
                Some(version) => format!("{what} {found} (by palpate {version})"),
                None => format!("{what} {found}"),
            },
            needed: format!("{what} {needed}"),
            roots: self.roots.clone().unwrap_or_default(),
        };
        let (format, needed) = (self.format.to_string(), FORMAT_VERSION.to_string());
        match self {
            _ if self.format != FORMAT_VERSION => Err(other("in format", &format, &needed)),
            _ if self.analysis != ANALYSIS_VERSION => Err(other(
                "with analysis chain",
                &self.analysis,
                ANALYSIS_VERSION,
            )),
            _ if self.annotation != ANNOTATION_VERSION => {
                let what = "with annotation tables";
                Err(other(what, &self.annotation, ANNOTATION_VERSION))
            }
            _ => Ok(()),
        }
    }
}

impl Manifest {
    /// The manifest of a generation that is yet to be made.
    pub(super) fn new(
        sources: &Sources,
        places: CorpusPlaces,
        settings: &str,
        started: u64,
    ) -> Manifest {
        Manifest {
            format: FORMAT_VERSION,
            analysis: ANALYSIS_VERSION.to_owned(),
            annotation: ANNOTATION_VERSION.to_owned(),
            palpate: env!("CARGO_PKG_VERSION").to_owned(),
            generation: 0,
            roots: sources.roots.clone(),
            follows_links: sources.links == SymbolicLinks::Follow,
            places,
            lexicons: sources.lexicons.clone(),
            encoder: None,
            ocr: sources
                .recognition
                .as_ref()
                .map(|r| r.command.text().to_owned()),
            settings: settings.to_owned(),
            data: data::hash(),
            started,
            documents: 0,
            passages: 0,
            bytes: 0,
            words_left_out: 0,
            words: Words::default(),
            kinds: 0,
            sums: Sums::default(),
        }
    }

    /// The file that a source was read from, where it is within what was indexed and is still there. What
    /// stands in a file of many (`table.xlsx#Prices`) has none of its own.
    pub(crate) fn file_of(&self, source: &str) -> Option<PathBuf> {
        let roots = self.roots.iter().zip(&self.places.roots);
        roots.into_iter().find_map(|(given, place)| {
            let given = given.to_str()?.replace(std::path::MAIN_SEPARATOR, "/");
            let below = match source.strip_prefix(given.trim_end_matches('/')) {
                Some("") => return place.is_file().then(|| place.clone()),
                Some(below) => below.strip_prefix('/')?,
                None if given == "." => source,
                None => return None,
            };
            let place = place.canonicalize().ok()?;
            let file = place.join(below).canonicalize().ok()?;
            let within = self.follows_links || file.starts_with(&place);
            (within && file.is_file()).then_some(file)
        })
    }

    /// What became of symbolic links.
    pub(super) fn links(&self) -> SymbolicLinks {
        match self.follows_links {
            true => SymbolicLinks::Follow,
            false => SymbolicLinks::Leave,
        }
    }

    /// Whether it was annotated with the tables that are read now.
    pub fn is_of_present_data(&self) -> bool {
        self.data == data::hash()
    }

    /// Words in the texts of all passages.
    pub(super) fn searched_words(&self) -> u64 {
        self.words[TextField::Body.index()]
    }

    /// Notes what the generation holds.
    pub(super) fn holds(&mut self, all: &[Holds]) {
        for holds in all {
            self.documents += holds.documents;
            self.passages += holds.passages;
            self.bytes += holds.text;
            self.words_left_out += holds.left_out;
            self.kinds += holds.kinds;
            for (sum, words) in self.words.iter_mut().zip(holds.words) {
                *sum += words;
            }
        }
    }

    fn sum(&self) -> String {
        let json = serde_json::to_vec(self)
            // Strings, numbers and lists; paths are checked to be text before.
            .unwrap_or_default();
        blake3::hash(&json).to_hex().to_string()
    }

    /// Reads a manifest that was [signed](Manifest::signed).
    pub(super) fn checked(text: &[u8]) -> Result<Manifest, Unfit> {
        let damaged = |error: serde_json::Error| Unfit::Damaged(format!(": {error}"));
        let header: Header = serde_json::from_slice(text).map_err(damaged)?;
        header.check()?;
        let signed: Signed = serde_json::from_slice(text).map_err(damaged)?;
        match signed.manifest.sum() == signed.sum {
            true => Ok(signed.manifest),
            false => Err(Unfit::Damaged(" is not as it was written".to_owned())),
        }
    }

    /// The manifest with its own hash.
    pub(super) fn signed(&self) -> Signed {
        Signed {
            sum: self.sum(),
            manifest: self.clone(),
        }
    }
}

/// What of a file is in the index.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Holds {
    /// The number of its first document.
    pub(super) first: u64,
    pub(super) documents: u64,
    pub(super) passages: u64,
    /// Bytes of text.
    pub(super) text: u64,
    /// Words that are left out.
    pub(super) left_out: u64,
    /// Words in each field, in the order of [`TextField::ALL`](super::field::TextField::ALL).
    pub(super) words: Words,
    /// Names of aspects and ties that its passages have. Palpates before this one did not say.
    #[serde(default)]
    pub(super) kinds: u64,
}
