//! In place of an encoder, where the feature is left out: one that cannot be had.

use std::path::Path;

use super::{EncoderError, Meaning};

/// An encoder. There is none.
#[derive(Debug)]
pub enum NoEncoder {}

impl NoEncoder {
    /// Always an error.
    pub fn open(folder: &Path) -> Result<NoEncoder, EncoderError> {
        Err(EncoderError::Absent(folder.to_owned()))
    }

    /// Always an error.
    pub(crate) fn hash_of(folder: &Path) -> Result<String, EncoderError> {
        Err(EncoderError::Absent(folder.to_owned()))
    }

    /// The hash of all that its vectors depend on.
    pub fn hash(&self) -> &str {
        match *self {}
    }

    /// The same as numbers that nothing was lost of.
    pub fn vectors(&self, _: &[&str]) -> Vec<Vec<f32>> {
        match *self {}
    }

    /// What texts mean.
    pub fn encode(&self, _: &[&str]) -> Vec<Meaning> {
        match *self {}
    }
}
