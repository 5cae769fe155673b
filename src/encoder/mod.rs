//! # Meaning
//!
//! A text goes in, a [`Meaning`] comes out: a vector that lies near those of texts that say the same
//! in other words. What makes it is a sentence encoder in a folder of the user's, as the
//! sentence-transformers have them: BERT with `config.json`, `tokenizer.json`, `model.safetensors`,
//! and how its vectors are pooled. Nothing is fetched, ever.
//!
//! ```text
//! meaning    a vector as it is kept: a whole number of eight bits for each component
//! tokenizer  text → word pieces
//! product    products of matrices, in whole numbers
//! kernel     the arithmetic that stands between them
//! attention  what every token takes from the others
//! tensors    numbers by name, out of a file
//! bert       word pieces → a vector
//! folder     what is in the folder of an encoder
//! absent     an encoder that cannot be had, where the feature `encoder` is left out
//! ```

#[cfg(not(feature = "encoder"))]
mod absent;
#[cfg(feature = "encoder")]
mod attention;
#[cfg(feature = "encoder")]
mod bert;
#[cfg(feature = "encoder")]
mod folder;
#[cfg(feature = "encoder")]
mod kernel;
mod meaning;
#[cfg(feature = "encoder")]
mod product;
#[cfg(feature = "encoder")]
mod tensors;
#[cfg(feature = "encoder")]
mod tokenizer;

use std::path::PathBuf;

#[cfg(not(feature = "encoder"))]
pub use absent::NoEncoder as Encoder;
#[cfg(feature = "encoder")]
pub use folder::FolderEncoder as Encoder;
pub use meaning::Meaning;

/// Why a folder is of no use as an encoder.
#[derive(Debug, thiserror::Error)]
pub enum EncoderError {
    #[error("{path}: {cause}")]
    Io {
        path: PathBuf,
        cause: std::io::Error,
    },
    #[error("{path} is of no use as an encoder: {cause}")]
    Unfit { path: PathBuf, cause: String },
    /// Of a palpate that has none.
    #[error("{0}: this palpate was built without the feature “encoder”")]
    Absent(PathBuf),
}
