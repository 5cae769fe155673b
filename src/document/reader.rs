//! The seam between formats and documents: the trait that each format implements, and what can go
//! wrong.

use std::time::Duration;

use super::Document;
use super::limits::{Allowance, size};

/// Why a file gave no document, or not all of what is in it.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    #[error("{0}")]
    Io(#[from] std::io::Error),
    #[error("damaged text: {bad} bytes are no UTF-8, the first at {at}; the rest was read")]
    NotUtf8 { at: usize, bad: usize },
    #[error("damaged text: some of its bytes are no {encoding}; the rest was read")]
    Undecodable { encoding: &'static str },
    #[error("binary file (byte {byte:#04x} at {at})")]
    Binary { at: usize, byte: u8 },
    /// The file breaks the rules of its format.
    #[error("no readable {format}: {cause}")]
    Broken { format: &'static str, cause: String },
    #[error("protected by a password")]
    Encrypted,
    #[error("{}; --ocr reads {}", without_text(*pages), if *pages == 1 { "it" } else { "them" })]
    Scanned { pages: usize },
    /// A file that is a picture, where nobody said what reads pictures.
    #[error("a picture; --ocr reads it")]
    Picture,
    /// The program that recognises text failed on some pages; the others were read.
    #[error("{} was not recognised: {cause}{}", page_or_it(*page), also(*pages))]
    Unrecognised {
        /// The first of them, from 1; none where the file is one picture.
        page: Option<usize>,
        pages: usize,
        cause: String,
    },
    #[error("this palpate was built without {format} (cargo feature `{feature}`)")]
    NotBuilt {
        format: &'static str,
        feature: &'static str,
    },
    #[error("{} is more than the limit of {} (--max-file-size)", size(*bytes), size(*limit))]
    TooLarge { bytes: u64, limit: u64 },
    #[error("it expands to more than the limit of {} (--max-expanded-size)", size(*limit))]
    Expands { limit: u64 },
    #[error("nested deeper than the limit of {limit} (--max-depth)")]
    Nested { limit: usize },
    #[error("files stand in one another more than {limit} deep")]
    WithinOthers { limit: usize },
    #[error("reading it took longer than the limit of {} s (--max-seconds)", limit.as_secs_f64())]
    TooSlow { limit: Duration },
    #[error("it changed while it was read")]
    Changed,
    #[error("its reader failed, for a cause that could not be told; the file may be damaged")]
    Panicked,
    /// Some lines of a file of lines; the others were read.
    #[error("line {number}: {cause} ({bad} bad lines in all)")]
    Lines {
        number: usize,
        cause: String,
        bad: usize,
    },
}

fn without_text(pages: usize) -> String {
    match pages {
        1 => "1 page without text".to_owned(),
        _ => format!("{pages} pages without text"),
    }
}

fn page_or_it(page: Option<usize>) -> String {
    page.map_or_else(|| "it".to_owned(), |page| format!("page {page}"))
}

/// How many pages more than the first.
fn also(pages: usize) -> String {
    match pages {
        0 | 1 => String::new(),
        2 => "; nor was another page".to_owned(),
        _ => format!("; nor were {} other pages", pages - 1),
    }
}

impl ReadError {
    /// This error, when another part of the same file had one, too.
    pub(crate) fn and(self, later: ReadError) -> ReadError {
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

    /// Whether the same file may be read without an error another time.
    pub(crate) fn may_pass(&self) -> bool {
        matches!(
            self,
            ReadError::Io(_) | ReadError::Changed | ReadError::Unrecognised { .. }
        )
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

    /// Whether a file that begins with `head` and ends with `tail` is of this format for sure.
    fn recognises(&self, _head: &[u8], _tail: &[u8]) -> bool {
        false
    }

    /// Whether every line is a document of its own, so that a file can be read in parts of whole
    /// lines.
    fn reads_lines(&self) -> bool {
        false
    }

    /// Whether it reads nothing unless something recognises the text in pictures.
    fn needs_recognition(&self) -> bool {
        false
    }

    /// Whether a library takes the file apart, for whose time nobody here can vouch. Such a reader
    /// is watched, see [`read`](super::read()).
    fn is_watched(&self) -> bool {
        true
    }

    /// Turns a file, or a part of one, into documents, each handed to `sink` in order.
    ///
    /// `source` is the path the documents are cited by. A reader stops with an error where it
    /// would go beyond `allowance`.
    fn read(
        &self,
        source: &str,
        part: Part,
        allowance: &Allowance,
        sink: &mut dyn FnMut(Document),
    ) -> Result<(), ReadError>;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_worse_of_two_errors_is_said() {
        let line = |number, bad| ReadError::Lines {
            number,
            cause: "x".into(),
            bad,
        };
        assert_eq!(
            line(3, 2).and(line(9, 4)).to_string(),
            "line 3: x (6 bad lines in all)"
        );
        assert!(matches!(
            line(3, 2).and(ReadError::Changed),
            ReadError::Changed
        ));
        assert!(matches!(
            ReadError::Changed.and(line(3, 2)),
            ReadError::Changed
        ));
    }

    #[test]
    fn limits_are_said_as_people_say_sizes() {
        let error = ReadError::TooLarge {
            bytes: 2 << 30,
            limit: 256 << 20,
        };
        assert_eq!(
            error.to_string(),
            "2 GB is more than the limit of 256 MB (--max-file-size)"
        );
    }
}
