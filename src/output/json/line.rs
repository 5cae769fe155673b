//! JSON on a line, as it may be sent to a terminal: the values are what they are, and what would steer it, or turn the
//! direction of what stands beside it, is written as an escape.

use std::io::{self, Write};

use serde::Serialize;
use serde_json::ser::{Formatter, Serializer};

use crate::document::turns;

/// Writes a value on one line.
pub(crate) fn to_line(out: &mut dyn Write, value: &impl Serialize) -> io::Result<()> {
    value.serialize(&mut Serializer::with_formatter(&mut *out, Harmless))?;
    writeln!(out)
}

/// What JSON has to escape is escaped already: this is for what it need not.
struct Harmless;

impl Formatter for Harmless {
    fn write_string_fragment<W: Write + ?Sized>(
        &mut self,
        out: &mut W,
        fragment: &str,
    ) -> io::Result<()> {
        let mut rest = fragment;
        while let Some(at) = rest.find(|c: char| c.is_control() || turns(c)) {
            out.write_all(&rest.as_bytes()[..at])?;
            let mut after = rest[at..].chars();
            for unit in after
                .next()
                .into_iter()
                .flat_map(|c| c.to_string().encode_utf16().collect::<Vec<_>>())
            {
                write!(out, "\\u{unit:04x}")?;
            }
            rest = after.as_str();
        }
        out.write_all(rest.as_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_steers_and_the_value_is_the_same() {
        let value = "a\u{1b}[31m\u{9b}\u{7f}\u{202e}\u{2069}\n\"é\u{200f}";
        let mut line = Vec::new();
        to_line(&mut line, &value).expect("memory takes it");
        let line = String::from_utf8(line).expect("JSON is text");
        assert_eq!(
            line,
            "\"a\\u001b[31m\\u009b\\u007f\\u202e\\u2069\\n\\\"é\u{200f}\"\n"
        );
        let read: String = serde_json::from_str(&line).expect("it is JSON");
        assert_eq!(read, value);
    }
}
