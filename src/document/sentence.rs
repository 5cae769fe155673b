//! Sentence boundaries: UAX #29 as `unicode-segmentation` finds them, with three repairs that
//! running clinical text needs. A single line break inside a paragraph is a space, not an end
//! (hard-wrapped text), and an abbreviation such as "Dr." or "e.g." ends no sentence; nor do the dots
//! that lead to a price or a page: "First visit ........ 95".
//!
//! Looking up every character in the tables of Unicode took a fifth of the time of a build. Text
//! in the characters of Western pages goes through the same rules (SB3 to SB11) with classes that
//! are known at once; anything else goes through `unicode-segmentation`.

use std::borrow::Cow;
use std::ops::Range;

use unicode_segmentation::UnicodeSegmentation;

/// Abbreviations whose full stop is followed by more of the same sentence. Lower case.
const ABBREVIATIONS: &[&str] = &[
    "dr", "mr", "mrs", "ms", "prof", "st", "vs", "e.g", "i.e", "cf", "approx", "fig", "no", "nos",
    "vol", "etc", "al", "inc", "dept", "est", "u.s", "ph.d", "m.d", "d.o", "a.m", "p.m",
];

/// A sentence of more bytes is none: what has no full stops is parted between two words. All that is
/// done with a sentence is bounded by that.
const LONGEST: usize = 4000;

/// Splits `text` into sentences: byte ranges that tile it, each with the white space after it.
pub fn sentences(text: &str) -> Vec<Range<usize>> {
    let unwrapped = join_wrapped_lines(text);
    let mut found: Vec<Range<usize>> = Vec::new();
    let mut start = 0;
    for line in unwrapped.split_inclusive('\n') {
        bounds(line, &mut |piece| {
            let piece = start + piece.start..start + piece.end;
            match found.last_mut() {
                Some(last) if is_unfinished(&unwrapped[last.clone()]) => {
                    last.end = piece.end;
                }
                _ => found.push(piece),
            }
        });
        start += line.len();
    }
    match found.iter().any(|sentence| sentence.len() > LONGEST) {
        true => found
            .into_iter()
            .flat_map(|sentence| parted(text, sentence))
            .collect(),
        false => found,
    }
}

/// A sentence in parts that are not too long.
fn parted(text: &str, sentence: Range<usize>) -> Vec<Range<usize>> {
    let mut parts = Vec::new();
    let mut start = sentence.start;
    while sentence.end - start > LONGEST {
        let room = &text[start..text.floor_char_boundary(start + LONGEST)];
        let end = room.rfind(char::is_whitespace).and_then(|at| {
            let space = room[at..].chars().next()?;
            Some(at + space.len_utf8())
        });
        let end = start + end.unwrap_or(room.len());
        parts.push(start..end);
        start = end;
    }
    parts.push(start..sentence.end);
    parts
}

/// The sentences of UAX #29, in order. A line break ends one, whatever comes after it, so lines
/// can be taken one by one.
fn bounds(text: &str, sink: &mut dyn FnMut(Range<usize>)) {
    if !text.is_ascii() && text.chars().any(|c| class(c).is_none()) || text.contains('\r') {
        for (start, piece) in text.split_sentence_bound_indices() {
            sink(start..start + piece.len());
        }
        return;
    }
    let (mut start, mut at) = (0, 0);
    while let Some(bound) = next_bound(text, at) {
        if bound.is_break {
            sink(start..bound.at);
            start = bound.at;
        }
        at = bound.at;
    }
    if start < text.len() {
        sink(start..text.len());
    }
}

/// What a character is to the rules for sentences (UAX #29, table 4). `Extend`, `Format` and
/// `OLetter` are not among the characters known here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Class {
    Break,
    Space,
    Lower,
    Upper,
    Numeric,
    FullStop,
    Stop,
    Continue,
    Close,
    Other,
}

/// The class of a character, where it is known without a table.
fn class(c: char) -> Option<Class> {
    Some(match c {
        // May be half of a line break; left over only in blank lines.
        '\r' => return None,
        '\n' => Class::Break,
        ' ' | '\t' | '\u{b}' | '\u{c}' | '\u{a0}' => Class::Space,
        'a'..='z' | 'ß'..='ö' | 'ø'..='ÿ' => Class::Lower,
        'A'..='Z' | 'À'..='Ö' | 'Ø'..='Þ' => Class::Upper,
        '0'..='9' => Class::Numeric,
        '.' => Class::FullStop,
        '!' | '?' => Class::Stop,
        ',' | '-' | ':' | ';' | '–' | '—' => Class::Continue,
        '(' | ')' | '[' | ']' | '{' | '}' | '"' | '\'' | '‘' | '’' | '“' | '”' => {
            Class::Close
        }
        '\0'..='\x7f' | '•' | '®' | '©' | '™' | '°' | '±' | '·' => Class::Other,
        _ => return None,
    })
}

/// A place after something that could end a sentence, and whether it does.
struct Bound {
    at: usize,
    is_break: bool,
}

/// The next bound from a byte on, in a line of known characters.
fn next_bound(text: &str, from: usize) -> Option<Bound> {
    let rest = &text.as_bytes()[from..];
    // A line break is the end of its line.
    let last = || rest.ends_with(b"\n").then(|| rest.len() - 1);
    let at = from + memchr::memchr3(b'.', b'!', b'?', rest).or_else(last)?;
    let bound = |at: usize, is_break: bool| Some(Bound { at, is_break });
    let (before, after) = (&text[..at], &text[at + 1..]);
    let is_full_stop = match text.as_bytes()[at] {
        b'\n' => return bound(at + 1, true),
        byte => byte == b'.',
    };
    if is_full_stop {
        match first_class(after) {
            // SB6: 2.5
            Some(Class::Numeric) => return bound(at + 1, false),
            // SB7: U.S.
            Some(Class::Upper) if ends_in_letter(before) => return bound(at + 1, false),
            _ => {}
        }
    }
    // SB9, SB10: closing marks and spaces still belong to the sentence, and a line break.
    let rest = skip(skip(after, Class::Close), Class::Space);
    let next = text.len() - rest.len();
    match first_class(rest) {
        Some(Class::Break) => bound(next + 1, true),
        // SB8a
        Some(Class::Continue | Class::FullStop | Class::Stop) => bound(next, false),
        _ => bound(next, !(is_full_stop && goes_on_in_lower_case(rest))),
    }
}

fn first_class(text: &str) -> Option<Class> {
    text.chars().next().and_then(class)
}

fn ends_in_letter(text: &str) -> bool {
    let last = text.chars().next_back().and_then(class);
    matches!(last, Some(Class::Upper | Class::Lower))
}

fn skip(text: &str, of: Class) -> &str {
    text.trim_start_matches(|c| class(c) == Some(of))
}

/// SB8: the first letter to come, before anything that ends a sentence, is a small one.
fn goes_on_in_lower_case(text: &str) -> bool {
    let decides = |class: &Class| {
        matches!(
            class,
            Class::Lower | Class::Upper | Class::Break | Class::FullStop | Class::Stop
        )
    };
    let first = text.chars().filter_map(class).find(decides);
    first == Some(Class::Lower)
}

/// A text of the same length in which line breaks are spaces, for UAX #29 ends a sentence at
/// every line break. A blank line is left as it is and still ends one.
fn join_wrapped_lines(text: &str) -> Cow<'_, str> {
    let mut joined: Option<Vec<u8>> = None;
    let bytes = text.as_bytes();
    let mut line = 0;
    for at in memchr::memchr2_iter(b'\n', b'\r', bytes) {
        if !bytes[line..at].iter().all(u8::is_ascii_whitespace) {
            joined.get_or_insert_with(|| bytes.to_vec())[at] = b' ';
        }
        if bytes[at] == b'\n' {
            line = at + 1;
        }
    }
    // Only ASCII bytes were replaced, by ASCII bytes: what was UTF-8 still is.
    match joined.map(String::from_utf8) {
        Some(Ok(joined)) => Cow::Owned(joined),
        _ => Cow::Borrowed(text),
    }
}

fn is_unfinished(sentence: &str) -> bool {
    ends_in_abbreviation(sentence) || ends_in_leader(sentence)
}

/// Dots that lead to what stands at the end of a line are at least so many.
const LEADER_DOTS: usize = 4;

fn ends_in_leader(sentence: &str) -> bool {
    let text = sentence.trim_end_matches(['.', ' ', '\t']);
    let dots = sentence[text.len()..].matches('.').count();
    dots >= LEADER_DOTS && !text.is_empty()
}

/// Whether dots lead from the text of a line to what stands at its end.
pub(super) fn has_leader(line: &str) -> bool {
    let mut rest = line;
    while let Some(at) = rest.find("..").or_else(|| rest.find(". .")) {
        let dots = rest.len() - rest[at..].trim_start_matches(['.', ' ', '\t']).len();
        if dots < rest.len() && ends_in_leader(&rest[..dots]) {
            return true;
        }
        rest = &rest[dots..];
    }
    false
}

fn ends_in_abbreviation(sentence: &str) -> bool {
    let Some(body) = sentence.trim_end().strip_suffix('.') else {
        return false;
    };
    let word = body
        .rsplit(|c: char| c.is_whitespace() || c == '(')
        .next()
        .unwrap_or_default();
    let is_initial = word.len() == 1 && word.starts_with(|c: char| c.is_ascii_uppercase());
    is_initial
        || (word.len() <= 6
            && ABBREVIATIONS
                .iter()
                .any(|known| known.eq_ignore_ascii_case(word)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn the_short_way_is_that_of_unicode(
            text in "([a-cA-C0-2.!?,;:()\"'’“”•–® \t\u{a0}éÖ]|\\. ?[a-zA-Z]|[\\x20-\\x7e]){0,30}\n?"
        ) {
            prop_assert!(text.chars().all(|c| class(c).is_some()));
            let mut found = Vec::new();
            bounds(&text, &mut |range| found.push(&text[range]));
            let expected: Vec<&str> = text.split_sentence_bounds().collect();
            prop_assert_eq!(found, expected);
        }
    }

    fn split(text: &str) -> Vec<&str> {
        sentences(text)
            .into_iter()
            .map(|range| text[range].trim())
            .collect()
    }

    #[test]
    fn splits_prose() {
        assert_eq!(
            split("It is rare. Is it safe? Yes!"),
            ["It is rare.", "Is it safe?", "Yes!"]
        );
    }

    #[test]
    fn abbreviations_and_numbers_do_not_end_a_sentence() {
        assert_eq!(split("Ask Dr. Smith. He knows.").len(), 2);
        assert_eq!(
            split("Use ice, e.g. Crushed ice."),
            ["Use ice, e.g. Crushed ice."]
        );
        assert_eq!(
            split("Take 2.5 mg daily. Rest."),
            ["Take 2.5 mg daily.", "Rest."]
        );
        assert_eq!(split("See J. Smith et al. Pain 2019.").len(), 1);
    }

    #[test]
    fn dots_lead_to_the_end_of_their_line() {
        assert_eq!(split("First visit ........ 95").len(), 1);
        assert_eq!(split("First visit . . . . . 95").len(), 1);
        assert_eq!(split("Wait ... Then go on.").len(), 2);
        assert!(has_leader("First visit .... 95") && has_leader("A visit. . . . . 9"));
        for line in [
            "Wait ... then 5",
            "One. Two. Three. Four.",
            "....",
            "Then .....",
            "",
        ] {
            assert!(!has_leader(line), "{line}");
        }
    }

    #[test]
    fn a_wrapped_line_goes_on_and_a_blank_line_ends() {
        assert_eq!(split("one long\nSentence here. Two").len(), 2);
        assert_eq!(split("no stop\n\nNext"), ["no stop", "Next"]);
    }

    #[test]
    fn ranges_tile_the_text() {
        for text in ["", " ", "a. b", "\r\n\r\nA.\n\nB? C", "é. Ünd."] {
            let mut next = 0;
            for range in sentences(text) {
                assert_eq!(range.start, next);
                next = range.end;
            }
            assert_eq!(next, text.len());
        }
    }
}
