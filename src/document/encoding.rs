//! Bytes to text: Unicode where the bytes say so, else the legacy encoding they look like.
//!
//! In this order: a byte order mark decides; valid UTF-8 is UTF-8; bytes of which every other one
//! is zero are UTF-16 without a mark; what else has zero bytes is no text. The rest is in a legacy
//! encoding, Windows-1252 more often than not, guessed by `chardetng`, the detector of Firefox.

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE};

use super::ReadError;

/// A text of which not every byte may have been readable.
pub(super) struct Decoded {
    pub(super) text: String,
    /// What was wrong with it; the bytes concerned are replacement characters in the text.
    pub(super) error: Option<ReadError>,
}

impl Decoded {
    fn good(text: String) -> Decoded {
        Decoded { text, error: None }
    }
}

/// Decodes a file. Its text has the lines of the file, whatever the encoding. UTF-8 comes out byte
/// for byte.
///
/// `declared` is the encoding that the file itself names; it counts where the bytes leave a choice.
pub(super) fn decode(
    bytes: Vec<u8>,
    declared: Option<&'static Encoding>,
) -> Result<Decoded, ReadError> {
    if let Some((encoding, length)) = Encoding::for_bom(&bytes)
        && encoding != UTF_8
    {
        return Ok(with_replacements(encoding, &bytes[length..]));
    }
    let bytes = match String::from_utf8(bytes) {
        Ok(text) if !text.contains('\0') => return Ok(Decoded::good(text)),
        Ok(text) => text.into_bytes(),
        Err(error) => error.into_bytes(),
    };
    if let Some(at) = bytes.iter().position(|byte| *byte == 0) {
        return match utf_16_without_mark(&bytes) {
            Some(encoding) => Ok(with_replacements(encoding, &bytes)),
            None => Err(ReadError::Binary { at, byte: 0 }),
        };
    }
    if let Some(at) = control_characters(&bytes) {
        let byte = bytes[at];
        return Err(ReadError::Binary { at, byte });
    }
    if let Some(damaged) = damaged_utf_8(&bytes) {
        return Ok(damaged);
    }
    let encoding = declared.filter(|encoding| *encoding != UTF_8);
    Ok(with_replacements(
        encoding.unwrap_or_else(|| guess(&bytes)),
        &bytes,
    ))
}

/// What a file of bytes in no Unicode encoding is most likely in.
fn guess(bytes: &[u8]) -> &'static Encoding {
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    detector.feed(bytes, true);
    detector.guess(None, Utf8Detection::Deny)
}

fn with_replacements(encoding: &'static Encoding, bytes: &[u8]) -> Decoded {
    let (text, had_errors) = encoding.decode_without_bom_handling(bytes);
    let error = had_errors.then(|| ReadError::Undecodable {
        encoding: encoding.name(),
    });
    Decoded {
        text: text.into_owned(),
        error,
    }
}

/// UTF-16 shows without a mark where every other byte, or nearly, is zero, as in Western texts.
fn utf_16_without_mark(bytes: &[u8]) -> Option<&'static Encoding> {
    let zeros = |odd: usize| {
        let every_other = bytes.iter().skip(odd).step_by(2);
        every_other.filter(|byte| **byte == 0).count()
    };
    let (even, odd) = (zeros(0), zeros(1));
    let half = bytes.len() / 2;
    if !bytes.len().is_multiple_of(2) {
        return None;
    }
    match (even, odd) {
        (0, odd) if odd * 10 >= half * 7 => Some(UTF_16LE),
        (even, 0) if even * 10 >= half * 7 => Some(UTF_16BE),
        _ => None,
    }
}

/// The first of the control characters that no text has, if there are many.
fn control_characters(bytes: &[u8]) -> Option<usize> {
    let is_control = |byte: &u8| matches!(byte, 0x01..=0x08 | 0x0e..=0x1a | 0x1c..=0x1f | 0x7f);
    let count = bytes.iter().filter(|byte| is_control(byte)).count();
    (count * 20 > bytes.len()).then(|| bytes.iter().position(is_control))?
}

/// The text, if the bytes are UTF-8 but for a few: more characters are whole than bytes are wrong.
/// In any other encoding, bytes hardly ever form such a character by chance.
fn damaged_utf_8(bytes: &[u8]) -> Option<Decoded> {
    let (mut whole, mut bad, mut at, mut first) = (0, 0, 0, None);
    for chunk in bytes.utf8_chunks() {
        whole += chunk.valid().chars().filter(|c| !c.is_ascii()).count();
        at += chunk.valid().len();
        if !chunk.invalid().is_empty() {
            first.get_or_insert(at);
            bad += chunk.invalid().len();
            at += chunk.invalid().len();
        }
    }
    let at = first.filter(|_| whole > bad)?;
    Some(Decoded {
        text: String::from_utf8_lossy(bytes).into_owned(),
        error: Some(ReadError::NotUtf8 { at, bad }),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(bytes: impl Into<Vec<u8>>) -> String {
        let decoded = decode(bytes.into(), None).expect("it is text");
        assert!(decoded.error.is_none(), "{:?}", decoded.error);
        decoded.text
    }

    const LINES: &str = "Müde? Ruhe hilft.\r\nNéck pain – 5 µg\n";

    #[test]
    fn every_encoding_of_a_text_gives_the_text() {
        let units: Vec<u16> = LINES.encode_utf16().collect();
        let little: Vec<u8> = units.iter().flat_map(|unit| unit.to_le_bytes()).collect();
        let big: Vec<u8> = units.iter().flat_map(|unit| unit.to_be_bytes()).collect();
        let marked = |mark: &[u8], rest: &[u8]| [mark, rest].concat();
        assert_eq!(text(LINES), LINES);
        assert_eq!(text(marked(b"\xff\xfe", &little)), LINES);
        assert_eq!(text(marked(b"\xfe\xff", &big)), LINES);
        assert_eq!(text(little), LINES);
        assert_eq!(text(big), LINES);
        let (windows, _, _) = encoding_rs::WINDOWS_1252.encode(LINES);
        assert_eq!(text(windows), LINES);
    }

    #[test]
    fn a_byte_order_mark_of_utf_8_stays_where_it_is() {
        assert_eq!(text("\u{feff}a"), "\u{feff}a");
    }

    #[test]
    fn what_is_no_text_is_refused() {
        for bytes in [&b"ab\0c"[..], b"\0\0\0\0", b"GIF\x01\x02\x03\xff"] {
            assert!(matches!(
                decode(bytes.to_vec(), None),
                Err(ReadError::Binary { .. })
            ));
        }
    }

    #[test]
    fn damaged_text_is_read_and_said() {
        let decoded = decode(b"M\xc3\xbcde, caf\xc3\xa9 \xff.".to_vec(), None).expect("it is text");
        assert_eq!(decoded.text, "Müde, café \u{fffd}.");
        assert!(matches!(
            decoded.error,
            Some(ReadError::NotUtf8 { at: 13, bad: 1 })
        ));
    }

    #[test]
    fn a_declared_encoding_counts_where_there_is_a_choice() {
        let greek = encoding_rs::ISO_8859_7;
        let decoded = decode(b"\xe1\xe2".to_vec(), Some(greek)).expect("it is text");
        assert_eq!(decoded.text, "αβ");
        let decoded = decode("αβ".into(), Some(greek)).expect("it is text");
        assert_eq!(decoded.text, "αβ");
    }
}
