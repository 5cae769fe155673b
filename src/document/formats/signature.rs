//! What files begin with that are of a format for sure.

use memchr::memmem;

/// Whether it is a PDF.
pub(super) fn is_pdf(head: &[u8]) -> bool {
    without_mark(head).trim_ascii_start().starts_with(b"%PDF-")
}

/// The name of pictures as a format.
pub(super) const PICTURE: &str = "picture";

/// The extensions of pictures that programs which recognise text can read.
pub(super) const PICTURES: &[&str] = &["png", "jpg", "jpeg", "tif", "tiff", "webp"];

/// How a file of the kind of picture is called that it is, if it is one.
pub(super) fn picture_suffix(head: &[u8]) -> Option<&'static str> {
    let is_webp = || head.starts_with(b"RIFF") && head.get(8..12) == Some(b"WEBP");
    match head {
        _ if head.starts_with(b"\x89PNG\r\n\x1a\n") => Some(".png"),
        _ if head.starts_with(b"\xff\xd8\xff") => Some(".jpg"),
        _ if head.starts_with(b"II*\0") || head.starts_with(b"MM\0*") => Some(".tif"),
        _ if is_webp() => Some(".webp"),
        _ => None,
    }
}

/// Whether it is RTF.
pub(super) fn is_rtf(head: &[u8]) -> bool {
    without_mark(head).trim_ascii_start().starts_with(b"{\\rtf")
}

/// Whether it is a file of streams, as Office wrote them before 2007.
pub(super) fn is_compound(head: &[u8]) -> bool {
    head.starts_with(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")
}

/// Whether it is a ZIP archive with a Word document. Names stand before each file of an archive and
/// again in the list at its end.
pub(super) fn is_docx(head: &[u8], tail: &[u8]) -> bool {
    let names = |bytes: &[u8]| memmem::find(bytes, b"word/document").is_some();
    head.starts_with(ARCHIVE) && (names(head) || names(tail))
}

/// Whether it is a ZIP archive with a PowerPoint presentation.
pub(super) fn is_pptx(head: &[u8], tail: &[u8]) -> bool {
    let names = |bytes: &[u8]| memmem::find(bytes, b"ppt/presentation").is_some();
    head.starts_with(ARCHIVE) && (names(head) || names(tail))
}

/// Whether it is a ZIP archive with an Excel workbook.
pub(super) fn is_xlsx(head: &[u8], tail: &[u8]) -> bool {
    let names = |bytes: &[u8]| memmem::find(bytes, b"xl/workbook").is_some();
    head.starts_with(ARCHIVE) && (names(head) || names(tail))
}

/// Whether it is a ZIP archive with a book: the first file in it says so.
pub(super) fn is_epub(head: &[u8]) -> bool {
    says(head, &["application/epub+zip"])
}

/// Whether it is a ZIP archive with an OpenDocument text, presentation or spreadsheet: the first file in it
/// says so.
pub(super) fn is_odt(head: &[u8]) -> bool {
    const KINDS: [&str; 3] = ["text", "presentation", "spreadsheet"];
    says(
        head,
        &KINDS.map(|kind| format!("application/vnd.oasis.opendocument.{kind}")),
    )
}

/// What ZIP archives begin with.
const ARCHIVE: &[u8] = b"PK\x03\x04";

/// Whether an archive begins with a file that says which of some types it is.
fn says(head: &[u8], types: &[impl AsRef<str>]) -> bool {
    let first = head.get(30..).filter(|_| head.starts_with(ARCHIVE));
    let said = first.and_then(|rest| rest.strip_prefix(b"mimetype"));
    said.is_some_and(|said| {
        types
            .iter()
            .any(|name| said.starts_with(name.as_ref().as_bytes()))
    })
}

/// Whether it begins with a doctype or the root element of HTML, after whatever may stand before.
pub(super) fn is_html(head: &[u8]) -> bool {
    let narrowed: Vec<u8>;
    let mut rest = match head {
        // Of UTF-16 the Latin half will do.
        [0xff, 0xfe, text @ ..] | [0xfe, 0xff, text @ ..] => {
            narrowed = text.iter().copied().filter(|byte| *byte != 0).collect();
            narrowed.as_slice()
        }
        _ => without_mark(head),
    };
    loop {
        rest = rest.trim_ascii_start();
        let (opening, end): (&[u8], &[u8]) = match rest {
            [b'<', b'!', b'-', b'-', ..] => (b"<!--", b"-->"),
            [b'<', b'?', ..] => (b"<?", b"?>"),
            _ => break,
        };
        match memmem::find(&rest[opening.len()..], end) {
            Some(at) => rest = &rest[opening.len() + at + end.len()..],
            None => return false,
        }
    }
    let begins = |what: &[u8]| {
        rest.get(..what.len())
            .is_some_and(|start| start.eq_ignore_ascii_case(what))
            && !rest.get(what.len()).is_some_and(u8::is_ascii_alphanumeric)
    };
    begins(b"<!doctype html") || begins(b"<html")
}

fn without_mark(head: &[u8]) -> &[u8] {
    head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head)
}
