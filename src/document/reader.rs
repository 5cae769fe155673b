//! The seam between formats and documents: one trait, one registry.

use std::path::Path;

use super::{Document, beir::Beir, plain::PlainText};

/// Why a file gave no document.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    #[error("{0}")]
    Io(#[from] std::io::Error),
    #[error("not UTF-8 text (byte {at} does not belong to a character)")]
    NotUtf8 { at: usize },
    #[error("binary file (NUL byte at {at})")]
    Binary { at: usize },
    /// Some lines of a file of lines; the others were read.
    #[error("line {number}: {cause} ({bad} bad lines in all)")]
    Lines {
        number: usize,
        cause: String,
        bad: usize,
    },
}

/// Reads one format.
pub trait Reader: Sync {
    /// The name of the format, as shown to people.
    fn name(&self) -> &'static str;

    /// File extensions (lower case, no dot) that hint at the format.
    fn extensions(&self) -> &'static [&'static str];

    /// Turns the bytes of one file into documents, each handed to `sink` in order.
    ///
    /// `source` is the path the documents are cited by.
    fn read(
        &self,
        source: &str,
        bytes: Vec<u8>,
        sink: &mut dyn FnMut(Document),
    ) -> Result<(), ReadError>;
}

static READERS: &[&dyn Reader] = &[&PlainText, &Beir];

/// The reader for a file, or `None` where its type is unknown.
pub fn reader_for(path: &Path) -> Option<&'static dyn Reader> {
    let extension = path.extension()?.to_str()?.to_ascii_lowercase();
    READERS
        .iter()
        .copied()
        .find(|reader| reader.extensions().contains(&extension.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_extension_chooses_the_reader() {
        for path in ["a.txt", "b.TEXT", "x/y.md"] {
            assert!(reader_for(Path::new(path)).is_some(), "{path}");
        }
        for path in ["a", "a.docx", ".txt", "txt"] {
            assert!(reader_for(Path::new(path)).is_none(), "{path}");
        }
    }
}
