//! Leaves out attributes that no page has: the parser compares each attribute of an element with all
//! before it, so that an element of a hundred thousand would take it minutes.

use std::borrow::Cow;

/// An element has at most so many attributes; what comes after is left out.
const MOST: usize = 1000;

/// Where something is in an element.
#[derive(Clone, Copy, PartialEq, Eq)]
enum At {
    Text,
    /// Between attributes, in a name, or in a value without quotes.
    Tag,
    /// Behind an equals sign.
    Value,
    /// In a value with these quotes.
    Quoted(u8),
}

/// The text with spaces in place of attributes that are too many: every line stays where it is.
pub(super) fn without_excess(text: &str) -> Cow<'_, str> {
    let bytes = text.as_bytes();
    let mut excess: Vec<(usize, usize)> = Vec::new();
    let (mut at, mut attributes, mut from) = (At::Text, 0, None);
    for (n, &byte) in bytes.iter().enumerate() {
        let begins = || bytes.get(n + 1).is_some_and(u8::is_ascii_alphabetic);
        at = match (at, byte) {
            (At::Text, b'<') if begins() => {
                attributes = 0;
                At::Tag
            }
            (At::Text, _) => At::Text,
            (At::Quoted(quote), _) if byte != quote => At::Quoted(quote),
            (At::Quoted(_), _) => {
                attributes += 1;
                At::Tag
            }
            (At::Tag | At::Value, b'>') => {
                excess.extend(from.take().map(|from| (from, n)));
                At::Text
            }
            (At::Value, b'"' | b'\'') => At::Quoted(byte),
            (At::Value, _) if byte.is_ascii_whitespace() => At::Value,
            (At::Tag, b'=') => At::Value,
            (At::Tag | At::Value, _) => {
                attributes += usize::from(byte == b'/' || byte.is_ascii_whitespace());
                At::Tag
            }
        };
        if at == At::Tag && attributes > MOST && from.is_none() {
            from = Some(n + 1);
        }
    }
    excess.extend(from.map(|from| (from, bytes.len())));
    if excess.is_empty() {
        return Cow::Borrowed(text);
    }
    Cow::Owned(blanked(text, &excess))
}

/// The text with some stretches blanked, line breaks excepted.
fn blanked(text: &str, excess: &[(usize, usize)]) -> String {
    let mut made = String::with_capacity(text.len());
    let mut start = 0;
    for &(from, to) in excess {
        // Both stand beside signs of ASCII.
        made.push_str(&text[start..from.min(to)]);
        let lines = text[from.min(to)..to].bytes();
        made.extend(lines.map(|byte| if byte == b'\n' { '\n' } else { ' ' }));
        start = to;
    }
    made.push_str(&text[start..]);
    made
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_usual_stays() {
        for text in [
            "<p class=\"a b\">a < b, x<y</p>",
            "<p>text</p>",
            "",
            "<",
            "<a",
            "<a href='x y' title = \"<b>\" checked>ü</a>",
        ] {
            assert_eq!(without_excess(text), text);
        }
        let many_classes = format!("<p class=\"{}\">text", "a ".repeat(5000));
        assert_eq!(without_excess(&many_classes), many_classes);
        let many_words = "word > word / ".repeat(5000);
        assert_eq!(without_excess(&many_words), many_words);
    }

    #[test]
    fn excess_goes_and_the_text_stays() {
        let spaced: String = (0..5000).map(|n| format!("a{n}=ü\n")).collect();
        let stuck: String = (0..5000).map(|n| format!("a{n}=\"x\"")).collect();
        for attributes in [spaced, stuck, "b/".repeat(5000)] {
            let page = format!("<p {attributes}>text ü</p>\n<p>more");
            let left = without_excess(&page);
            assert!(left.ends_with(">text ü</p>\n<p>more"), "{left}");
            assert!(left.split_whitespace().count() < 1100);
            assert_eq!(left.matches('\n').count(), page.matches('\n').count());
        }
    }
}
