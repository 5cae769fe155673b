//! The pieces that the text of a document stands in.

use std::ops::Range;

use encoding_rs::{
    Encoding, WINDOWS_874, WINDOWS_1250, WINDOWS_1251, WINDOWS_1252, WINDOWS_1253, WINDOWS_1254,
    WINDOWS_1255, WINDOWS_1256, WINDOWS_1257, WINDOWS_1258,
};

use crate::document::formats::compound::{size_at, u32_at};

/// Marks what comes first in the table of pieces: formats that pieces share, which say nothing here…
const SHARED: u8 = 1;
/// …and the pieces themselves.
const PIECES: u8 = 2;
/// The bit of a piece whose letters take one byte each.
const NARROW: u32 = 0x4000_0000;

/// A letter, and where it stands in the main stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct WordLetter {
    pub(super) c: char,
    pub(super) place: usize,
}

#[derive(Debug, Clone)]
struct TextPiece {
    /// The letters of the text it has.
    letters: Range<usize>,
    /// Where the first stands in the main stream.
    place: usize,
    narrow: bool,
}

/// How letters of one byte are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum WordEncoding {
    /// By Word 97 and later, which write others in two bytes.
    Latin,
    /// By Word 6 and 95, in the code page of the language they were made for: that has all letters.
    Old(&'static Encoding),
}

impl WordEncoding {
    /// That of a Word 6 or 95 for a language, by the low bits of its number and, where a language has two
    /// scripts, by all of them. Letters of several bytes are not read.
    pub(super) fn of_language(language: u16) -> WordEncoding {
        const PRIMARY: u16 = 0x03ff;
        const SERBIAN_CYRILLIC: u16 = 0x0c1a;
        WordEncoding::Old(match (language, language & PRIMARY) {
            (SERBIAN_CYRILLIC, _) => WINDOWS_1251,
            // Bulgarian, Russian, Ukrainian, Belarusian, Macedonian.
            (_, 0x02 | 0x19 | 0x22 | 0x23 | 0x2f) => WINDOWS_1251,
            // Czech, Hungarian, Polish, Romanian, Croatian, Slovak, Albanian, Slovenian.
            (_, 0x05 | 0x0e | 0x15 | 0x18 | 0x1a | 0x1b | 0x1c | 0x24) => WINDOWS_1250,
            (_, 0x08) => WINDOWS_1253,
            (_, 0x1f) => WINDOWS_1254,
            (_, 0x0d) => WINDOWS_1255,
            // Arabic, Urdu, Persian.
            (_, 0x01 | 0x20 | 0x29) => WINDOWS_1256,
            // Estonian, Latvian, Lithuanian.
            (_, 0x25..=0x27) => WINDOWS_1257,
            (_, 0x2a) => WINDOWS_1258,
            (_, 0x1e) => WINDOWS_874,
            _ => WINDOWS_1252,
        })
    }

    fn letter(self, byte: u8) -> char {
        let encoding = match self {
            WordEncoding::Latin => WINDOWS_1252,
            WordEncoding::Old(encoding) => encoding,
        };
        let one = [byte];
        let (text, _) = encoding.decode_without_bom_handling(&one);
        text.chars().next().unwrap_or(char::REPLACEMENT_CHARACTER)
    }
}

/// The pieces, in the order of the text.
#[derive(Debug)]
pub(super) struct TextPieces {
    pieces: Vec<TextPiece>,
    encoding: WordEncoding,
}

impl TextPieces {
    /// The text as one piece of one byte a letter.
    pub(super) fn whole(place: usize, letters: usize, encoding: WordEncoding) -> TextPieces {
        let piece = TextPiece {
            letters: 0..letters,
            place,
            narrow: true,
        };
        TextPieces {
            pieces: vec![piece],
            encoding,
        }
    }

    /// Reads the table of pieces, of Word 97 and later or of Word 6 and 95, which have one byte a letter; `None`
    /// where it is damaged.
    pub(super) fn read(
        mut table: &[u8],
        encoding: WordEncoding,
        most: usize,
    ) -> Option<TextPieces> {
        let is_97 = encoding == WordEncoding::Latin;
        while let [SHARED, rest @ ..] = table {
            let length = usize::from(super::u16_at(rest, 0)?);
            table = rest.get(2 + length..)?;
        }
        let [PIECES, rest @ ..] = table else {
            return None;
        };
        let length = size_at(rest, 0)?;
        let table = rest.get(4..4usize.checked_add(length)?)?;
        // One place more than pieces, of 4 bytes, and 8 bytes a piece.
        let count = length.checked_sub(4)? / 12;
        let ends = 4 * (count + 1);
        let mut pieces = Vec::with_capacity(count);
        for number in 0..count {
            let letters = size_at(table, 4 * number)?..size_at(table, 4 * number + 4)?;
            let place = u32_at(table, ends + 8 * number + 2)?;
            let narrow = !is_97 || place & NARROW != 0;
            let place = usize::try_from(place & !NARROW).ok()?;
            let place = if is_97 && narrow { place / 2 } else { place };
            if place > most || letters.start > letters.end {
                return None;
            }
            pieces.push(TextPiece {
                letters,
                place,
                narrow,
            });
        }
        Some(TextPieces { pieces, encoding })
    }

    /// Some letters of the text, each with its place.
    pub(super) fn letters<'m>(
        &'m self,
        main: &'m [u8],
        wanted: Range<usize>,
    ) -> impl Iterator<Item = WordLetter> + 'm {
        let within = self.pieces.iter().filter_map(move |piece| {
            let start = piece.letters.start.max(wanted.start);
            let end = piece.letters.end.min(wanted.end);
            (start < end).then_some((piece, start..end))
        });
        within.flat_map(move |(piece, letters)| piece.decoded(main, &letters, self.encoding))
    }
}

impl TextPiece {
    /// Some of its letters. What would stand behind the end of the stream is none.
    fn decoded<'m>(
        &self,
        main: &'m [u8],
        letters: &Range<usize>,
        encoding: WordEncoding,
    ) -> Box<dyn Iterator<Item = WordLetter> + 'm> {
        let width = if self.narrow { 1 } else { 2 };
        let place = |letter: usize| {
            let before = width * (letter - self.letters.start);
            self.place.saturating_add(before).min(main.len())
        };
        let (start, end) = (place(letters.start), place(letters.end));
        let bytes = &main[start..end];
        if self.narrow {
            let bytes = (start..).zip(bytes);
            return Box::new(bytes.map(move |(place, byte)| WordLetter {
                c: encoding.letter(*byte),
                place,
            }));
        }
        let units = bytes.as_chunks::<2>().0.iter();
        let units = units.map(|unit| u16::from_le_bytes(*unit));
        let mut next = start;
        Box::new(char::decode_utf16(units).map(move |decoded| {
            let c = decoded.unwrap_or(char::REPLACEMENT_CHARACTER);
            let place = next;
            next += 2 * c.len_utf16();
            WordLetter { c, place }
        }))
    }
}
