//! What an RTF file is made of: groups, control words, and text in whatever encoding is in force.

/// A piece of a file.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum RtfToken<'t> {
    /// A group begins.
    Open,
    Close,
    /// A control word, or a sign behind a backslash, with its number.
    Control(&'t str, Option<i32>),
    /// A byte of text, as it stands or written as `\'e4`.
    Byte(u8),
}

/// Takes an RTF file apart. What is damaged becomes something, and nothing stops it.
pub(super) struct RtfTokens<'t> {
    rest: &'t [u8],
}

/// Control words are no longer than this.
const LONGEST: usize = 64;

impl<'t> RtfTokens<'t> {
    pub(super) fn new(bytes: &'t [u8]) -> RtfTokens<'t> {
        RtfTokens { rest: bytes }
    }

    /// Passes over the bytes of a picture or an object.
    pub(super) fn pass_over(&mut self, bytes: usize) {
        self.rest = self.rest.get(bytes..).unwrap_or_default();
    }

    /// What follows a backslash.
    fn control(&mut self) -> Option<RtfToken<'t>> {
        let (&first, after) = self.rest.split_first()?;
        if first == b'\'' {
            let digits = after
                .get(..2)
                .and_then(|digits| std::str::from_utf8(digits).ok());
            let byte = digits.and_then(|digits| u8::from_str_radix(digits, 16).ok());
            self.rest = match byte {
                Some(_) => &after[2..],
                None => after,
            };
            return Some(RtfToken::Byte(byte.unwrap_or(b'?')));
        }
        if !first.is_ascii_alphabetic() {
            self.rest = after;
            return Some(match first {
                b'\\' | b'{' | b'}' => RtfToken::Byte(first),
                b'\r' | b'\n' => RtfToken::Control("par", None),
                _ => RtfToken::Control(sign(first), None),
            });
        }
        let letters = self.rest.iter().take(LONGEST);
        let end = letters
            .take_while(|byte| byte.is_ascii_alphabetic())
            .count();
        let (word, after) = self.rest.split_at(end);
        let digits = after.iter().enumerate().take(LONGEST);
        let digits = digits
            .take_while(|&(n, byte)| byte.is_ascii_digit() || (n == 0 && *byte == b'-'))
            .count();
        let (number, after) = after.split_at(digits);
        self.rest = after.strip_prefix(b" ").unwrap_or(after);
        // Both are ASCII.
        let text = |bytes: &'t [u8]| std::str::from_utf8(bytes).unwrap_or_default();
        Some(RtfToken::Control(text(word), text(number).parse().ok()))
    }
}

/// The signs that mean something behind a backslash.
fn sign(byte: u8) -> &'static str {
    match byte {
        b'*' => "*",
        b'~' => "~",
        b'-' => "-",
        b'_' => "_",
        _ => "",
    }
}

impl<'t> Iterator for RtfTokens<'t> {
    type Item = RtfToken<'t>;

    fn next(&mut self) -> Option<RtfToken<'t>> {
        loop {
            let (&first, after) = self.rest.split_first()?;
            self.rest = after;
            return match first {
                b'{' => Some(RtfToken::Open),
                b'}' => Some(RtfToken::Close),
                b'\\' => self.control(),
                // Line ends of the file are none of the text.
                b'\r' | b'\n' | 0 => continue,
                b'\t' => Some(RtfToken::Control("tab", None)),
                byte => Some(RtfToken::Byte(byte)),
            };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_are_told_apart() {
        let tokens: Vec<RtfToken<'_>> =
            RtfTokens::new(b"{\\u-10179 ?\\'e4a\\\\\r\n\\*\\b0}\\'zz\\").collect();
        assert_eq!(
            tokens,
            [
                RtfToken::Open,
                RtfToken::Control("u", Some(-10179)),
                RtfToken::Byte(b'?'),
                RtfToken::Byte(0xe4),
                RtfToken::Byte(b'a'),
                RtfToken::Byte(b'\\'),
                RtfToken::Control("*", None),
                RtfToken::Control("b", Some(0)),
                RtfToken::Close,
                RtfToken::Byte(b'?'),
                RtfToken::Byte(b'z'),
                RtfToken::Byte(b'z'),
            ]
        );
    }
}
