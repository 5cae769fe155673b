//! Mails of Outlook (MSG, [MS-OXMSG]): the subject is the title, then comes what the mail says; what is attached is
//! read by its own reader, and cited as `mail.msg#leaflet.pdf`. The web page is taken where there is one, and the packed RTF where
//! there is nothing else.

use super::packed::unpacked;
use super::{Streams, utf16};
use crate::document::encoding::decode;
use crate::document::formats::mail::without_folders;
use crate::document::formats::{HTML, plain, read_within, rtf};
use crate::document::{Allowance, Document, Part, ReadError, Reader};

/// Properties, by the first half of their tags.
const SUBJECT: &str = "0037";
const BODY: &str = "1000";
const PAGE: &str = "1013";
const PACKED: &str = "1009";
const ATTACHED: &str = "3701";
const LONG_NAME: &str = "3707";
const NAME: &str = "3704";
const SHOWN_NAME: &str = "3001";

/// Reads the mail below a storage.
pub(super) fn read(
    source: &str,
    storage: &str,
    streams: &mut Streams<'_>,
    allowance: &Allowance,
    sink: &mut dyn FnMut(Document),
) -> Result<(), ReadError> {
    let subject = text(streams, storage, SUBJECT)?.unwrap_or_default();
    let mut titled = |document: Document| sink(document.called(&subject));
    let mut failed = body(source, storage, streams, allowance, &mut titled)?;
    let names = streams.names(&format!("{storage}/"));
    let attached = names.iter().filter(|name| name.starts_with("__attach"));
    for (number, name) in attached.enumerate() {
        let place = format!("{storage}/{name}");
        let attached = attachment(source, (&place, number + 1), streams, allowance, sink);
        failed = attached.err().or(failed);
    }
    failed.map_or(Ok(()), Err)
}

/// Reads what a mail says, and tells why it could not be read.
fn body(
    source: &str,
    storage: &str,
    streams: &mut Streams<'_>,
    allowance: &Allowance,
    sink: &mut dyn FnMut(Document),
) -> Result<Option<ReadError>, ReadError> {
    let (reader, bytes): (&dyn Reader, Vec<u8>) = match page(streams, storage)? {
        Some(page) => (&HTML, page),
        None => match text(streams, storage, BODY)? {
            Some(text) => (&plain::PlainText, text.into_bytes()),
            None => match rich_text(streams, storage, allowance)? {
                Some(text) => (&rtf::Rtf, text),
                None => return Ok(None),
            },
        },
    };
    Ok(reader
        .read(source, Part::whole(bytes), allowance, sink)
        .err())
}

/// The web page of a mail, of bytes or of letters.
fn page(streams: &mut Streams<'_>, storage: &str) -> Result<Option<Vec<u8>>, ReadError> {
    match streams.bytes(&path(storage, PAGE, "0102"))? {
        Some(page) => Ok(Some(page)),
        None => Ok(text(streams, storage, PAGE)?.map(String::into_bytes)),
    }
}

/// What a mail says in RTF.
fn rich_text(
    streams: &mut Streams<'_>,
    storage: &str,
    allowance: &Allowance,
) -> Result<Option<Vec<u8>>, ReadError> {
    match streams.bytes(&path(storage, PACKED, "0102"))? {
        Some(bytes) => unpacked(&bytes, allowance),
        None => Ok(None),
    }
}

/// What is attached, under its number where the sender gave it no name.
fn attachment(
    source: &str,
    (storage, number): (&str, usize),
    streams: &mut Streams<'_>,
    allowance: &Allowance,
    sink: &mut dyn FnMut(Document),
) -> Result<(), ReadError> {
    let mut name = None;
    for property in [LONG_NAME, NAME, SHOWN_NAME] {
        name = name.or(text(streams, storage, property)?);
    }
    let name = name.as_deref().and_then(without_folders);
    let name = name.map_or_else(|| format!("part-{number}"), str::to_owned);
    let source = format!("{source}#{name}");
    let within = path(storage, ATTACHED, "000D");
    if streams.has(&within) {
        return read(&source, &within, streams, &allowance.within()?, sink);
    }
    match streams.bytes(&path(storage, ATTACHED, "0102"))? {
        Some(bytes) => read_within(&source, &name, bytes, &allowance.within()?, sink),
        None => Ok(()),
    }
}

/// A property that is text, of two bytes a letter or of one; `None` where there is none.
fn text(
    streams: &mut Streams<'_>,
    storage: &str,
    property: &str,
) -> Result<Option<String>, ReadError> {
    if let Some(letters) = streams.bytes(&path(storage, property, "001F"))? {
        return Ok(Some(without_controls(&utf16(&letters))));
    }
    let Some(bytes) = streams.bytes(&path(storage, property, "001E"))? else {
        return Ok(None);
    };
    // Of one byte a letter no control sign is part of a letter.
    let bytes = bytes.into_iter();
    let bytes = bytes.map(|byte| if is_control(byte.into()) { b' ' } else { byte });
    let text = decode(bytes.collect(), None)?.text;
    Ok(Some(text.trim_end().to_owned()))
}

/// A text without what ends it, and breaks that Outlook has within lines.
fn without_controls(text: &str) -> String {
    let spaced = text.chars().map(|c| if is_control(c) { ' ' } else { c });
    spaced.collect::<String>().trim_end().to_owned()
}

fn is_control(c: char) -> bool {
    c.is_ascii_control() && !matches!(c, '\n' | '\r' | '\t')
}

fn path(storage: &str, property: &str, kind: &str) -> String {
    format!("{storage}/__substg1.0_{property}{kind}")
}

#[cfg(test)]
mod tests {
    use crate::document::formats::compound::packed::tests::packed;
    use crate::document::formats::compound::tests::{file_of, read};
    use crate::document::{Allowance, ReadError};

    fn letters(text: &str) -> Vec<u8> {
        text.encode_utf16().flat_map(u16::to_le_bytes).collect()
    }

    #[test]
    fn a_mail_is_its_subject_its_text_and_what_is_attached() -> Result<(), ReadError> {
        let file = file_of(&[
            ("/__properties_version1.0", b"x"),
            ("/__substg1.0_0037001F", &letters("Massage für Neue")),
            ("/__substg1.0_1000001E", b"Not with\x0bosteoporosis.\r\n\0"),
            (
                "/__attach_version1.0_#00000000/__substg1.0_3707001F",
                &letters("..\\list.md"),
            ),
            (
                "/__attach_version1.0_#00000000/__substg1.0_37010102",
                b"# List\n\nGout.\n",
            ),
            (
                "/__attach_version1.0_#00000001/__substg1.0_3701000D/__substg1.0_0037001F",
                &letters("Within"),
            ),
            (
                "/__attach_version1.0_#00000001/__substg1.0_3701000D/__substg1.0_1000001F",
                &letters("Not with a stent."),
            ),
            (
                "/__attach_version1.0_#00000001/__substg1.0_3001001F",
                &letters("Within"),
            ),
            (
                "/__attach_version1.0_#00000002/__substg1.0_37010102",
                b"\x89PNG",
            ),
        ]);
        let found = read(file, &Allowance::default())?;
        let shown: Vec<String> = found
            .iter()
            .map(|(source, text)| format!("{source}: {}", text.join(" | ")))
            .collect();
        assert_eq!(
            shown,
            [
                "a.bin: Massage für Neue | paragraph: Not with osteoporosis.",
                "a.bin#list.md: List | title: List | paragraph: Gout.",
                "a.bin#Within: Within | paragraph: Not with a stent.",
            ]
        );
        Ok(())
    }

    #[test]
    fn mails_stand_in_one_another_only_so_deep() {
        let mut storage = String::new();
        let mut paths = vec!["/__properties_version1.0".to_owned()];
        for _ in 0..6 {
            storage += "/__attach_version1.0_#00000000/__substg1.0_3701000D";
            paths.push(format!("{storage}/__substg1.0_0037001F"));
        }
        let streams: Vec<(&str, &[u8])> = paths
            .iter()
            .map(|path| (path.as_str(), &b"x\0"[..]))
            .collect();
        let error = read(file_of(&streams), &Allowance::default()).expect_err("it is too deep");
        assert!(matches!(error, ReadError::WithinOthers { .. }), "{error}");
    }

    #[test]
    fn a_mail_of_nothing_but_packed_rtf_is_read() -> Result<(), ReadError> {
        let text = r"{\rtf1\ansi Not with\par osteoporosis.}";
        let file = file_of(&[
            ("/__properties_version1.0", b"x"),
            ("/__substg1.0_0037001F", &letters("Massage")),
            ("/__substg1.0_10090102", &packed(text)),
        ]);
        let found = read(file, &Allowance::default())?;
        let expected = ["Massage", "paragraph: Not with", "paragraph: osteoporosis."];
        assert_eq!(found[0].1, expected);
        Ok(())
    }

    #[test]
    fn the_page_of_a_mail_comes_before_its_plain_text() -> Result<(), ReadError> {
        let file = file_of(&[
            ("/__properties_version1.0", b"x"),
            ("/__substg1.0_1000001F", &letters("Rest.")),
            (
                "/__substg1.0_10130102",
                b"<html><body><h1>Gout</h1><p>Rest.</p></body></html>",
            ),
        ]);
        let found = read(file, &Allowance::default())?;
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].1, ["Gout", "title: Gout", "paragraph: Rest."]);
        Ok(())
    }
}
