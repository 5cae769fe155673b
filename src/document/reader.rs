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
    #[error("reading it failed; this is a fault of palpate and not of the file")]
    Panicked,
    /// Some lines of a file of lines; the others were read.
    #[error("line {number}: {cause} ({bad} bad lines in all)")]
    Lines {
        number: usize,
        cause: String,
        bad: usize,
    },
}

impl ReadError {
    /// This error, when another part of the same file had one, too.
    pub fn and(self, later: ReadError) -> ReadError {
        match (self, later) {
            (ReadError::Lines { number, cause, bad }, ReadError::Lines { bad: more, .. }) => {
                ReadError::Lines {
                    number,
                    cause,
                    bad: bad + more,
                }
            }
            // What is worse than bad lines is what has to be said.
            (ReadError::Lines { .. }, later) => later,
            (error, _) => error,
        }
    }
}

/// What a reader gets: a file, or some whole lines of one.
#[derive(Debug)]
pub struct Part {
    pub bytes: Vec<u8>,
    /// The number of its first line in the file, from 1.
    pub first_line: usize,
}

impl Part {
    /// A whole file.
    pub fn whole(bytes: impl Into<Vec<u8>>) -> Part {
        Part {
            bytes: bytes.into(),
            first_line: 1,
        }
    }
}

/// Reads one format.
pub trait Reader: Sync {
    /// The name of the format, as shown to people.
    fn name(&self) -> &'static str;

    /// File extensions (lower case, no dot) that hint at the format.
    fn extensions(&self) -> &'static [&'static str];

    /// Whether every line is a document of its own, so that a file can be read in parts of whole
    /// lines.
    fn reads_lines(&self) -> bool {
        false
    }

    /// Turns a file, or a part of one, into documents, each handed to `sink` in order.
    ///
    /// `source` is the path the documents are cited by.
    fn read(
        &self,
        source: &str,
        part: Part,
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
