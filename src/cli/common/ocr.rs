//! What recognises the text in pictures, as flags.

use std::time::Duration;

use palpate::document::{OcrCommand, RECOGNITION_TIME};
use palpate::index::Recognition;

/// A program of the user's that reads pictures.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct OcrArgs {
    /// Read scanned pages and pictures by this program, as "tesseract {} - -l eng"
    ///
    /// It is run for each page of a PDF that carries no text but a picture, and for each picture
    /// (.png, .jpg, .tif, .webp), as many at a time as there are cores. {} stands for the path of the
    /// picture, which comes last where {} is left out; what the program prints is the text. It is
    /// split as a shell does it, and no shell is run. What was recognised once is kept with the
    /// index. To change the command is to build anew.
    #[arg(long, help_heading = "Text in pictures", value_name = "COMMAND")]
    ocr: Option<OcrCommand>,
    /// Longest time that the program may take for one picture
    #[arg(
        long,
        help_heading = "Text in pictures",
        value_name = "SECONDS",
        default_value_t = u32::try_from(RECOGNITION_TIME.as_secs()).unwrap_or(u32::MAX),
        value_parser = clap::value_parser!(u32).range(1..=86_400),
        requires = "ocr"
    )]
    ocr_seconds: u32,
}

impl OcrArgs {
    /// What recognises text, if anything is to.
    pub(crate) fn recognition(&self) -> Option<Recognition> {
        Some(Recognition {
            command: self.ocr.clone()?,
            time: Duration::from_secs(self.ocr_seconds.into()),
        })
    }
}
