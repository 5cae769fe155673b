//! # Recognition
//!
//! Text that stands in pictures: the scanned pages of a PDF, faxes, photographs of a letter. What reads
//! it is a program that the user has, such as tesseract; nothing of that kind is built in, and nothing
//! is run that nobody asked for.
//!
//! ```text
//! command    a template → a program and its arguments
//! program    a picture → what the program printed, within limits of time and size
//! recogniser a picture → its text, asked for once, and a bounded number at a time
//! absent     a recogniser that cannot be had, where the feature `ocr` is left out
//! ```
//!
//! A picture is known by the hash of what it shows and of the command, so that no picture is read twice
//! by the same command, whatever file it stands in.

#[cfg(not(feature = "ocr"))]
mod absent;
#[cfg(feature = "ocr")]
mod command;
#[cfg(feature = "ocr")]
mod program;
#[cfg(feature = "ocr")]
mod recogniser;

use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

#[cfg(not(feature = "ocr"))]
pub(crate) use absent::NoFileRecognition as FileRecognition;
#[cfg(not(feature = "ocr"))]
pub use absent::{NoOcrCommand as OcrCommand, NoRecogniser as Recogniser};
#[cfg(feature = "ocr")]
pub use command::OcrCommand;
#[cfg(feature = "ocr")]
pub(crate) use recogniser::FileRecognition;
#[cfg(feature = "ocr")]
pub use recogniser::Recogniser;
#[cfg(feature = "ocr")]
pub(in crate::document) use recogniser::{PAGE_END, Picture};

/// How long a program may take for a picture where nobody says otherwise.
pub const RECOGNITION_TIME: Duration = Duration::from_secs(120);

/// The hash of what a picture shows, and of the command that reads it.
pub(crate) type PictureHash = [u8; 32];

/// Texts of pictures that were recognised before.
pub(crate) type KnownTexts = HashMap<PictureHash, String>;

/// The texts of the pictures of one file.
pub(crate) type RecognisedTexts = BTreeMap<PictureHash, String>;

/// Takes a text as soon as it was recognised, so that it is not lost with what comes later.
pub(crate) type OnRecognised = Box<dyn Fn(&PictureHash, &str) + Send + Sync>;

/// Why a command is of no use.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OcrCommandError {
    #[error("it names no program")]
    Empty,
    #[error("a quotation mark is left open")]
    Unclosed,
    #[error("there is no program {0}")]
    NoProgram(String),
    #[error("{0} is a folder, and no program")]
    Folder(String),
    #[error("{0} is not allowed to be run")]
    NotExecutable(String),
    #[error("this palpate was built without the feature “ocr”")]
    Absent,
}
