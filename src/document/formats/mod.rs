//! # Formats
//!
//! Each file of this folder reads one format, and the registry chooses among them.
//!
//! | format | its text | is cited by |
//! |---|---|---|
//! | plain text | the file, decoded | its lines |
//! | Markdown | without markup | lines of the file |
//! | HTML | the main text | lines of the file |
//! | PDF | line by line, as laid out on the page | pages |
//! | Word (DOCX) | its paragraphs | paragraphs, counted from the top; its pages are made anew by whoever prints it |
//! | OpenDocument (ODT, ODP, ODS) | its paragraphs, slides, rows | paragraphs, as of Word |
//! | PowerPoint (PPTX) | its slides | slides, as pages |
//! | Excel (XLSX) | its rows | rows, counted from the top |
//! | Word, Excel, Outlook (DOC, XLS, MSG) | as DOCX, XLSX and mail | as these |
//! | EPUB | a document a page of the book | lines of that page |
//! | mail (EML, MHT) | what it says, and what is attached | lines of the text |
//! | ZIP archive | the files in it, by their own readers | as these are |
//! | pictures | what a program recognises in them, where one was named | pages |
//! | RTF | its paragraphs | paragraphs, as of Word |
//! | CSV | a document a row | the lines of the row |
//! | BEIR collection | a document a line | lines of the document's text |
//!
//! Content decides what a file is, where it says so for sure: `%PDF`, `{\rtf`, a file of streams, a ZIP archive with an
//! office document or a book, a doctype or root element of HTML. The extension decides the rest, and a file without
//! a known one is only read if its content says what it is: bytes that could be anything are not
//! guessed to be text.

#[cfg(feature = "archives")]
mod archive;
mod beir;
#[cfg(feature = "compound")]
mod compound;
mod csv;
#[cfg(feature = "docx")]
mod docx;
#[cfg(feature = "epub")]
mod epub;
#[cfg(feature = "html")]
mod html;
#[cfg(feature = "mail")]
mod mail;
mod markdown;
#[cfg(feature = "odt")]
mod odt;
#[cfg(feature = "packages")]
mod package;
#[cfg(feature = "pdf")]
mod pdf;
#[cfg(feature = "ocr")]
mod picture;
mod plain;
#[cfg(feature = "pptx")]
mod pptx;
mod rtf;
mod signature;
#[cfg(feature = "xlsx")]
mod xlsx;
#[cfg(any(feature = "docx", feature = "epub", feature = "odt", feature = "pptx"))]
mod xml;

#[cfg(not(all(
    feature = "archives",
    feature = "compound",
    feature = "docx",
    feature = "epub",
    feature = "html",
    feature = "mail",
    feature = "ocr",
    feature = "odt",
    feature = "pdf",
    feature = "pptx",
    feature = "xlsx"
)))]
mod absent;

use std::path::Path;

use super::Reader;
#[cfg(any(feature = "archives", feature = "mail"))]
use super::{Allowance, Document, Part, ReadError};

/// How many bytes of a file, at its beginning and at its end, tell what it is.
pub const HEAD: usize = 4096;

#[cfg(not(feature = "archives"))]
use absent::ARCHIVE;
#[cfg(not(feature = "compound"))]
use absent::COMPOUND;
#[cfg(not(feature = "docx"))]
use absent::DOCX;
#[cfg(not(feature = "epub"))]
use absent::EPUB;
#[cfg(not(feature = "html"))]
use absent::HTML;
#[cfg(not(feature = "mail"))]
use absent::MAIL;
#[cfg(not(feature = "odt"))]
use absent::ODT;
#[cfg(not(feature = "pdf"))]
use absent::PDF;
#[cfg(not(feature = "ocr"))]
use absent::PICTURE;
#[cfg(not(feature = "pptx"))]
use absent::PPTX;
#[cfg(not(feature = "xlsx"))]
use absent::XLSX;
#[cfg(feature = "archives")]
use archive::ARCHIVE;
#[cfg(feature = "compound")]
use compound::COMPOUND;
#[cfg(feature = "docx")]
use docx::DOCX;
#[cfg(feature = "epub")]
use epub::EPUB;
#[cfg(feature = "html")]
use html::HTML;
#[cfg(feature = "mail")]
use mail::MAIL;
#[cfg(feature = "odt")]
use odt::ODT;
#[cfg(feature = "pdf")]
use pdf::PDF;
#[cfg(feature = "ocr")]
use picture::PICTURE;
#[cfg(feature = "pptx")]
use pptx::PPTX;
#[cfg(feature = "xlsx")]
use xlsx::XLSX;

/// The formats that this palpate may have been built without, and whether it was built with them.
pub const FORMATS: [(&str, bool); 11] = [
    ("archives", cfg!(feature = "archives")),
    ("compound", cfg!(feature = "compound")),
    ("docx", cfg!(feature = "docx")),
    ("epub", cfg!(feature = "epub")),
    ("html", cfg!(feature = "html")),
    ("mail", cfg!(feature = "mail")),
    ("ocr", cfg!(feature = "ocr")),
    ("odt", cfg!(feature = "odt")),
    ("pdf", cfg!(feature = "pdf")),
    ("pptx", cfg!(feature = "pptx")),
    ("xlsx", cfg!(feature = "xlsx")),
];

static READERS: [&dyn Reader; 16] = [
    &plain::PlainText,
    &beir::Beir,
    &csv::Csv,
    &markdown::Markdown,
    &HTML,
    &PDF,
    &DOCX,
    &ODT,
    &PPTX,
    &XLSX,
    &EPUB,
    &MAIL,
    &COMPOUND,
    &rtf::Rtf,
    &PICTURE,
    // The formats above that are archives are told by what is in them.
    &ARCHIVE,
];

/// The reader that the extension of a file hints at, or `None` where that is unknown.
pub fn reader_for(path: &Path) -> Option<&'static dyn Reader> {
    let extension = path.extension()?.to_str()?.to_ascii_lowercase();
    READERS
        .iter()
        .copied()
        .find(|reader| reader.extensions().contains(&extension.as_str()))
}

/// The extensions of files that are read, with their dots; those of pictures among them, where they are.
pub(crate) fn readable_extensions(reads_pictures: bool) -> Vec<String> {
    let readers = READERS.iter();
    let readers = readers.filter(|reader| reads_pictures || !reader.needs_recognition());
    let extensions = readers.flat_map(|reader| reader.extensions());
    extensions
        .map(|extension| format!(".{extension}"))
        .collect()
}

/// The reader for a file of that name, which begins with `head` and ends with `tail` (up to
/// [`HEAD`] bytes each; the same, if it is short): by content where that is sure, else by extension.
pub fn reader_of(path: &Path, head: &[u8], tail: &[u8]) -> Option<&'static dyn Reader> {
    READERS
        .iter()
        .copied()
        .find(|reader| reader.recognises(head, tail))
        .or_else(|| reader_for(path))
}

/// Reads a file that stands in another, if anybody can.
#[cfg(any(feature = "archives", feature = "mail"))]
fn read_within(
    source: &str,
    name: &str,
    bytes: Vec<u8>,
    allowance: &Allowance,
    sink: &mut dyn FnMut(Document),
) -> Result<(), ReadError> {
    let ends = bytes.len().min(HEAD);
    match reader_of(
        Path::new(name),
        &bytes[..ends],
        &bytes[bytes.len() - ends..],
    ) {
        // As in a folder, pictures are none of the files where nobody said what reads them.
        Some(reader) if reader.needs_recognition() && !allowance.reads_pictures() => Ok(()),
        Some(reader) => reader.read(source, Part::whole(bytes), allowance, sink),
        None => Ok(()),
    }
}

/// The blocks of a document with their lines and kinds, as tests compare them.
#[cfg(test)]
fn shown(document: &crate::document::Document) -> Vec<String> {
    let blocks = document.blocks().iter();
    let shown = blocks.map(|block| {
        let (first, last) = document.lines(&document.trimmed(block));
        let text = document.block_text(block);
        format!("{first}-{last} {}: {text}", block.kind.name())
    });
    shown.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(path: &str, content: &[u8]) -> Option<&'static str> {
        reader_of(Path::new(path), content, content).map(|reader| reader.name())
    }

    #[test]
    fn the_extension_hints() {
        for (path, format) in [
            ("a.txt", "plain text"),
            ("b.TEXT", "plain text"),
            ("x/y.md", "Markdown"),
            ("c.htm", "HTML"),
            ("d.PDF", "PDF"),
            ("e.docx", "Word document"),
            ("f.csv", "CSV"),
            ("h.RTF", "RTF"),
            ("i.odt", "OpenDocument file"),
            ("j.PPTX", "PowerPoint presentation"),
            ("k.xlsx", "Excel workbook"),
            ("l.epub", "EPUB"),
            ("m.eml", "mail"),
            ("n.zip", "ZIP archive"),
            ("o.doc", "old Office file"),
            ("p.XLS", "old Office file"),
            ("q.msg", "old Office file"),
            ("g.jsonl", "BEIR collection"),
            ("r.PNG", "picture"),
            ("s.jpeg", "picture"),
            ("t.tif", "picture"),
        ] {
            assert_eq!(name(path, b"words"), Some(format), "{path}");
        }
        for path in ["a", "a.ppt", ".txt", "txt"] {
            assert_eq!(name(path, b"words"), None, "{path}");
        }
    }

    #[test]
    fn content_decides_where_it_is_sure() {
        let zip = b"PK\x03\x04......word/document.xml......";
        for (content, format) in [
            (&b"%PDF-1.7\n"[..], "PDF"),
            (b"\xef\xbb\xbf <!DOCTYPE HTML public", "HTML"),
            (b"<!-- saved --><html lang=en>", "HTML"),
            (b"<?xml version='1.0'?>\n<!doctype html>", "HTML"),
            (b"\xff\xfe<\0h\0t\0m\0l\0>\0", "HTML"),
            (zip, "Word document"),
            (
                b"PK\x03\x04......ppt/presentation.xml",
                "PowerPoint presentation",
            ),
            (b"PK\x03\x04......xl/workbook.xml......", "Excel workbook"),
            (b"{\\rtf1\\ansi words}", "RTF"),
            (b"\x89PNG\r\n\x1a\n....", "picture"),
            (b"\xff\xd8\xff\xe0....", "picture"),
            (b"MM\0*....", "picture"),
            (b"RIFF....WEBPVP8 ", "picture"),
            (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "old Office file"),
        ] {
            for path in ["a", "a.txt", "a.md", "a.bin", "a.html", "a.pdf", "a.jsonl"] {
                assert_eq!(name(path, content), Some(format), "{path}");
            }
        }
        for content in [
            &b"PK\x03\x04 a folder"[..],
            b"see <html>",
            b"\x7fELF",
            b"100 %PDF",
        ] {
            assert_eq!(name("a", content), None);
        }
    }
}
