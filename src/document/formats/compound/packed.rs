//! Text that Outlook keeps packed (LZFu, [MS-OXRTFCP]): mails written in its own editor have no other.
//!
//! Bytes come as they are, or as a place among the last four thousand and a number of bytes from there. Those before the first
//! are the usual beginning of an RTF file. How long the text is stands before it; what goes on beyond that, and what is cut
//! off, is left.

use super::u32_at;
use crate::document::{Allowance, ReadError};

/// What a text refers to before it has begun.
const BEFORE: &[u8] = b"{\\rtf1\\ansi\\mac\\deff0\\deftab720{\\fonttbl;}{\\f0\\fnil \\froman \\fswiss \\fmodern \
    \\fscript \\fdecor MS Sans SerifSymbolArialTimes New RomanCourier{\\colortbl\\red0\\green0\\blue0\r\n\\par \
    \\pard\\plain\\f0\\fs20\\b\\i\\u\\tab\\tx";
/// So many bytes can be referred to.
const WINDOW: usize = 4096;
/// Sizes of the packed and of the whole text, the way it is packed, a sum to check it by.
const HEAD: usize = 16;
const PACKED: &[u8] = b"LZFu";
const AS_IT_IS: &[u8] = b"MELA";
/// The shortest copy.
const SHORTEST: usize = 2;

/// The text, or nothing where it is packed in no known way.
pub(super) fn unpacked(bytes: &[u8], allowance: &Allowance) -> Result<Option<Vec<u8>>, ReadError> {
    let (Some(size), Some(way), Some(data)) =
        (u32_at(bytes, 4), bytes.get(8..12), bytes.get(HEAD..))
    else {
        return Ok(None);
    };
    let size = usize::try_from(size).unwrap_or(usize::MAX);
    match way {
        PACKED => {
            // A byte stands for nine at most, whatever the head says.
            let most = size.min(data.len().saturating_mul(9));
            allowance.expand(most as u64)?;
            Ok(Some(copied(data, most)))
        }
        AS_IT_IS => Ok(Some(data[..size.min(data.len())].to_vec())),
        _ => Ok(None),
    }
}

/// So many bytes of what packed data stand for.
fn copied(data: &[u8], size: usize) -> Vec<u8> {
    let mut text = BEFORE.to_vec();
    let whole = BEFORE.len() + size;
    let mut bytes = data.iter().copied();
    'all: while let Some(kinds) = bytes.next() {
        for bit in 0..8 {
            if text.len() >= whole {
                break 'all;
            }
            let Some(first) = bytes.next() else {
                break 'all;
            };
            if kinds & 1 << bit == 0 {
                text.push(first);
                continue;
            }
            let Some(second) = bytes.next() else {
                break 'all;
            };
            let at = usize::from(first) << 4 | usize::from(second) >> 4;
            if !copy(&mut text, at, usize::from(second & 0xf) + SHORTEST) {
                break 'all;
            }
        }
    }
    text.truncate(whole);
    text.split_off(BEFORE.len())
}

/// Copies bytes from a place in the window; the place where the next byte goes is the end.
fn copy(text: &mut Vec<u8>, at: usize, length: usize) -> bool {
    let back = (text.len() + WINDOW - at) % WINDOW;
    if back == 0 || back > text.len() {
        return false;
    }
    for _ in 0..length {
        text.push(text[text.len() - back]);
    }
    true
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// A text packed without any copy.
    pub(in crate::document::formats::compound) fn packed(text: &str) -> Vec<u8> {
        let size = u32::try_from(text.len())
            .expect("it is short")
            .to_le_bytes();
        let mut bytes = [&[0; 4][..], &size, PACKED, &[0; 4]].concat();
        for eight in text.as_bytes().chunks(8) {
            bytes.push(0);
            bytes.extend_from_slice(eight);
        }
        bytes
    }

    #[test]
    fn the_example_of_the_specification_is_unpacked() -> Result<(), ReadError> {
        let example =
            b"\x2d\0\0\0\x2b\0\0\0LZFu\xf1\xc5\xc7\xa7\x03\0\x0a\0rcpg125B2\x0a\xf3 hel\x09\0 bw\
            \x05\xb0ld}\x0a\x80\x0f\xa0";
        let text = unpacked(example, &Allowance::default())?;
        assert_eq!(
            text.as_deref(),
            Some(&b"{\\rtf1\\ansi\\ansicpg1252\\pard hello world}\r\n"[..])
        );
        // Copies of what they have just written, and whatever is cut off.
        let repeated = b"\0\0\0\0\x0a\0\0\0LZFu\0\0\0\0\x02x\x0c\xf8";
        let text = unpacked(repeated, &Allowance::default())?;
        assert_eq!(text.as_deref(), Some(&b"xxxxxxxxxx"[..]));
        for end in 0..example.len() {
            unpacked(&example[..end], &Allowance::default())?;
        }
        Ok(())
    }

    #[test]
    fn a_head_that_promises_too_much_is_not_believed() -> Result<(), ReadError> {
        let boasting = b"\0\0\0\0\xff\xff\xff\xffLZFu\0\0\0\0\x00ab";
        assert_eq!(
            unpacked(boasting, &Allowance::default())?.as_deref(),
            Some(&b"ab"[..])
        );
        assert_eq!(
            unpacked(b"\0\0\0\0\x02\0\0\0GZIP\0\0\0\0ab", &Allowance::default())?,
            None
        );
        Ok(())
    }

    #[test]
    fn what_is_referred_to_before_the_text_is_as_long_as_the_specification_says() {
        assert_eq!(BEFORE.len(), 207);
    }
}
