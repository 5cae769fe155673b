//! The strings of a workbook, which go on from one record to the next.

use crate::document::formats::compound::utf16;

/// The data of a record and of those that it goes on in, as they are read.
pub(super) struct Continued<'a> {
    rest: &'a [u8],
    more: &'a [&'a [u8]],
}

impl<'a> Continued<'a> {
    pub(super) fn new(first: &'a [u8], more: &'a [&'a [u8]]) -> Continued<'a> {
        Continued { rest: first, more }
    }

    /// Goes on to the next record, if there is one.
    fn turn(&mut self) -> Option<()> {
        let (next, more) = self.more.split_first()?;
        (self.rest, self.more) = (next, more);
        Some(())
    }

    fn byte(&mut self) -> Option<u8> {
        while self.rest.is_empty() {
            self.turn()?;
        }
        let (byte, rest) = self.rest.split_first()?;
        self.rest = rest;
        Some(*byte)
    }

    fn number(&mut self, bytes: u32) -> Option<usize> {
        let mut number = 0;
        for at in 0..bytes {
            number |= usize::from(self.byte()?) << (8 * at);
        }
        Some(number)
    }

    fn skip(&mut self, mut bytes: usize) {
        while bytes > self.rest.len() {
            bytes -= self.rest.len();
            if self.turn().is_none() {
                self.rest = &[];
                return;
            }
        }
        self.rest = &self.rest[bytes..];
    }

    /// Letters, of one byte or of two; the next record says anew which.
    fn letters(&mut self, mut count: usize, mut wide: bool) -> Option<String> {
        let mut text = String::new();
        loop {
            let width = if wide { 2 } else { 1 };
            let here = count.min(self.rest.len() / width);
            let (letters, rest) = self.rest.split_at(here * width);
            match wide {
                true => text += &utf16(letters),
                // The first 256 letters of Unicode.
                false => text.extend(letters.iter().map(|&byte| char::from(byte))),
            }
            self.rest = rest;
            count -= here;
            if count == 0 {
                return Some(text);
            }
            self.turn()?;
            wide = self.byte()? & 1 == 1;
        }
    }
}

/// The next string; `None` at the end, or where it is cut off.
pub(super) fn string(data: &mut Continued<'_>) -> Option<String> {
    const WIDE: u8 = 1;
    const EXTENDED: u8 = 4;
    const RICH: u8 = 8;
    let count = data.number(2)?;
    let flags = data.byte()?;
    let runs = if flags & RICH == 0 {
        0
    } else {
        data.number(2)?
    };
    let extended = if flags & EXTENDED == 0 {
        0
    } else {
        data.number(4)?
    };
    let text = data.letters(count, flags & WIDE != 0)?;
    data.skip(4 * runs + extended);
    Some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_string_goes_on_in_the_next_record_with_letters_of_another_width() {
        let first: &[u8] = b"\x06\0\0gou";
        let next: &[u8] = b"\x01t\0s\0!\0\x02\0\x08\x01\0ok\0\0\0\0\x01\0\0x";
        let more = [next];
        let mut data = Continued::new(first, &more);
        assert_eq!(string(&mut data).as_deref(), Some("gouts!"));
        // The looks of its letters are passed over.
        assert_eq!(string(&mut data).as_deref(), Some("ok"));
        assert_eq!(string(&mut data).as_deref(), Some("x"));
        assert_eq!(string(&mut data), None);
    }

    #[test]
    fn what_is_cut_off_is_none() {
        for bytes in [&b"\x05"[..], b"\x05\0", b"\x05\0\0go", b"\x05\0\x01g\0o"] {
            assert_eq!(string(&mut Continued::new(bytes, &[])), None);
        }
    }
}
