//! In place of recognition, where the feature is left out: a command and a recogniser that cannot be had.

use std::str::FromStr;
use std::time::Duration;

use super::{KnownTexts, OcrCommandError, OnRecognised, RecognisedTexts};

/// What there is none of.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Nothing {}

/// A command. There is none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoOcrCommand(Nothing);

impl FromStr for NoOcrCommand {
    type Err = OcrCommandError;

    /// Always an error.
    fn from_str(_: &str) -> Result<NoOcrCommand, OcrCommandError> {
        Err(OcrCommandError::Absent)
    }
}

impl NoOcrCommand {
    /// The command as it was given.
    pub fn text(&self) -> &str {
        match self.0 {}
    }

    /// Its words, the program first.
    pub(crate) fn words(&self) -> &[String] {
        match self.0 {}
    }

    /// Whether its program is there and can be run.
    pub fn check(&self) -> Result<(), OcrCommandError> {
        match self.0 {}
    }
}

/// What recognises text. There is none.
#[derive(Debug)]
pub struct NoRecogniser(Nothing);

impl NoRecogniser {
    /// One that runs a command, of which there is none.
    pub fn new(command: NoOcrCommand, _: Duration) -> NoRecogniser {
        match command.0 {}
    }

    /// The same, with what was recognised before.
    pub(crate) fn knowing(self, _: KnownTexts, _: Option<OnRecognised>) -> NoRecogniser {
        match self.0 {}
    }
}

/// The recognition of one file, which never takes place.
#[derive(Debug)]
pub(crate) struct NoFileRecognition(Nothing);

impl NoFileRecognition {
    /// By a recogniser, of which there is none.
    pub(crate) fn new(recogniser: &NoRecogniser) -> NoFileRecognition {
        match recogniser.0 {}
    }

    /// What was recognised.
    pub(crate) fn texts(&self) -> RecognisedTexts {
        match self.0 {}
    }
}
