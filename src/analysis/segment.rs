//! What is a word of a text: UAX #29, and what that leaves to be said.
//!
//! * A word is whole though something stands in it that does not show: a soft hyphen, a joiner, a space
//!   of no width, or a hyphen and the end of a line where that makes a word.
//! * Lowered figures belong to their word ("H₂O"), raised ones to a short one ("m²", "Ca²⁺"): behind a
//!   longer word they are the number of a note. Narrow spaces part the thousands of one number.
//! * An underscore parts words, and a number is parted from its unit ("5mg").
//!
//! A word is always a stretch of the text as it is, so that what is shown and cited is the original.

use std::iter::Peekable;
use std::ops::Range;

use unicode_segmentation::{UnicodeSegmentation, UnicodeWordIndices};

use super::spelling::number_before_unit;
use super::tokenizer::{MAX_WORD_BYTES, is_line_end};
use crate::data;

/// Raised figures belong to a word of at most so many letters.
const RAISED_ON: usize = 2;

/// The list of words has those of so many letters and more.
const LEAST_LISTED: usize = 4;

/// The words of a text by UAX #29, with where each begins.
///
/// Most of a text is ASCII, for which a few of its rules are enough. There is always a border before a
/// space that follows no other, so that only what has other characters between two of these has to be read by all
/// of them.
struct StandardWords<'a> {
    text: &'a str,
    at: usize,
    /// Up to here the text is ASCII.
    ascii_end: usize,
    /// The words of a stretch that is not, and where it begins.
    others: Option<(usize, UnicodeWordIndices<'a>)>,
}

impl<'a> StandardWords<'a> {
    fn new(text: &'a str) -> StandardWords<'a> {
        StandardWords {
            text,
            at: 0,
            ascii_end: if text.is_ascii() { text.len() } else { 0 },
            others: None,
        }
    }

    /// The next word of a stretch that is ASCII.
    fn in_ascii(&mut self) -> Option<(usize, &'a str)> {
        let bytes = &self.text.as_bytes()[..self.ascii_end];
        let is_core = |byte: &u8| CORE[usize::from(*byte)];
        loop {
            let Some(skipped) = bytes[self.at..].iter().position(is_core) else {
                self.at = self.ascii_end;
                return None;
            };
            let start = self.at + skipped;
            let mut end = start;
            loop {
                let run = bytes[end..].iter().position(|byte| !is_core(byte));
                end = run.map_or(bytes.len(), |run| end + run);
                if end == bytes.len() || !is_within(bytes, end) {
                    break;
                }
                end += 1;
            }
            self.at = end;
            let word = &self.text[start..end];
            if !word.starts_with('_') || word.bytes().any(|byte| byte != b'_') {
                return Some((start, word));
            }
        }
    }

    /// Finds where what comes next ends, and what it is.
    fn next_stretch(&mut self) {
        let rest = &self.text[self.at..];
        let is_other = |byte: &u8| !byte.is_ascii();
        let Some(first) = rest.as_bytes().iter().position(is_other) else {
            self.ascii_end = self.text.len();
            return;
        };
        // Spaces side by side are not parted, and what combines with the last of them goes with them all.
        let before = rest[..first].rfind(' ');
        let before = before.map_or(0, |space| rest[..space].trim_end_matches(' ').len());
        if before > 0 {
            self.ascii_end = self.at + before;
            return;
        }
        let parts = |at: &usize| !rest[..*at].ends_with(char::is_whitespace);
        let mut spaces = memchr::memchr_iter(b' ', &rest.as_bytes()[first..]);
        let end = spaces.find(|&at| parts(&(first + at)));
        let end = end.map_or(rest.len(), |end| first + end);
        self.others = Some((self.at, rest[..end].unicode_word_indices()));
        self.at += end;
    }
}

impl<'a> Iterator for StandardWords<'a> {
    type Item = (usize, &'a str);

    fn next(&mut self) -> Option<(usize, &'a str)> {
        loop {
            if let Some((start, words)) = &mut self.others {
                if let Some((at, word)) = words.next() {
                    return Some((*start + at, word));
                }
                self.others = None;
            }
            if self.at < self.ascii_end
                && let Some(word) = self.in_ascii()
            {
                return Some(word);
            }
            if self.at == self.text.len() {
                return None;
            }
            self.next_stretch();
        }
    }
}

/// By byte, whether it is a letter, a figure, or an underscore.
static CORE: [bool; 256] = {
    let mut core = [false; 256];
    let mut byte = 0;
    while byte < 128 {
        core[byte] = (byte as u8).is_ascii_alphanumeric() || byte as u8 == b'_';
        byte += 1;
    }
    core
};

/// Whether a sign stands within a word: between letters ("o'clock", "e.g"), or between figures ("1,000").
fn is_within(bytes: &[u8], at: usize) -> bool {
    let around = |is: fn(&u8) -> bool| is(&bytes[at - 1]) && bytes.get(at + 1).is_some_and(is);
    match bytes[at] {
        b'.' | b'\'' => around(u8::is_ascii_alphabetic) || around(u8::is_ascii_digit),
        b':' => around(u8::is_ascii_alphabetic),
        b',' | b';' => around(u8::is_ascii_digit),
        _ => false,
    }
}

/// The words of a text, by their bytes.
pub(super) struct Segments<'a> {
    text: &'a str,
    words: Peekable<StandardWords<'a>>,
    /// What is left of a word that is parted.
    rest: Range<usize>,
}

impl<'a> Segments<'a> {
    pub(super) fn new(text: &'a str) -> Segments<'a> {
        Segments {
            text,
            words: StandardWords::new(text).peekable(),
            rest: 0..0,
        }
    }

    /// The bytes of a word, with all that belongs to it.
    fn whole_word(&mut self) -> Option<Range<usize>> {
        let (start, word) = self.words.next()?;
        let mut bytes = start..start + word.len();
        while let Some(end) = self.goes_on(&bytes) {
            bytes.end = end;
            // What was taken in is no word of its own.
            while let Some((start, word)) = self.words.next_if(|(start, _)| *start < end) {
                bytes.end = bytes.end.max(start + word.len());
            }
        }
        Some(bytes)
    }

    /// Where a word ends that goes on behind what UAX #29 takes for its end.
    fn goes_on(&mut self, word: &Range<usize>) -> Option<usize> {
        let (own, after) = (&self.text[word.clone()], &self.text[word.end..]);
        if let [.., b'a'..=b'z' | b'A'..=b'Z'] = own.as_bytes()
            && let [b' ' | b',' | b'.' | b')', ..] = after.as_bytes()
        {
            // Most words end here, and nothing has to be read of them to know.
            return None;
        }
        let next = after.chars().next()?;
        if own.ends_with(is_lowered)
            && let Some(end) = self.word_at(word.end)
        {
            return Some(end);
        }
        if next.is_ascii() && next != '-' {
            let is_parted =
                self.text[..word.end].ends_with('\u{ad}') && matches!(next, '\n' | '\r');
            return is_parted.then(|| self.next_line(word, after)).flatten();
        }
        match next {
            '\u{200b}' | '\u{2060}' | '\u{feff}' => {
                let begins = after.len() - after.trim_start_matches(is_hidden).len() + word.end;
                self.word_at(begins)
            }
            _ if is_lowered(next) => {
                let lowered = |c: char| is_lowered(c) || matches!(c, '₊' | '₋');
                Some(self.text.len() - after.trim_start_matches(lowered).len())
            }
            _ if is_raised(next) => {
                let is_short =
                    own.chars().count() <= RAISED_ON && own.chars().all(char::is_alphabetic);
                let raised = |c: char| is_raised(c) || matches!(c, '⁺' | '⁻');
                (is_short || own.ends_with(is_lowered))
                    .then(|| self.text.len() - after.trim_start_matches(raised).len())
            }
            space if parts_thousands(space) => self.thousands(word, space),
            '-' | '\u{2010}' => {
                let rest = &after[next.len_utf8()..];
                rest.starts_with(['\n', '\r', ' '])
                    .then(|| self.next_line(word, rest))
                    .flatten()
            }
            _ => None,
        }
    }

    /// The end of the word that begins at a byte.
    fn word_at(&mut self, begins: usize) -> Option<usize> {
        let (start, word) = self.words.peek()?;
        (*start == begins).then(|| start + word.len())
    }

    /// The end of a number that goes on with another three figures.
    fn thousands(&mut self, word: &Range<usize>, space: char) -> Option<usize> {
        let own = &self.text[word.clone()];
        let last = own.rsplit(space).next().unwrap_or(own);
        let groups = own.split(space).count();
        let is_group = |group: &str, least: usize| {
            (least..=3).contains(&group.len()) && group.bytes().all(|byte| byte.is_ascii_digit())
        };
        if !is_group(last, if groups > 1 { 3 } else { 1 }) {
            return None;
        }
        let (start, next) = self.words.peek()?;
        let whole = next.split(['.', ',']).next().unwrap_or(next);
        (*start == word.end + space.len_utf8() && is_group(whole, 3)).then(|| start + next.len())
    }

    /// The end of a word that was parted at the end of a line, `rest` being what stands behind its
    /// hyphen: where the two parts make a word, or are none by themselves.
    fn next_line(&mut self, word: &Range<usize>, rest: &str) -> Option<usize> {
        let begins = self.text.len() - rest.trim_start().len();
        let between = &rest[..rest.len() - rest.trim_start().len()];
        let (start, next) = *self.words.peek()?;
        if start != begins || !is_line_end(between) || !next.starts_with(char::is_lowercase) {
            return None;
        }
        let first = self.text[word.clone()].trim_end_matches(is_hidden);
        // Short words are in no list.
        let is_word =
            |word: &str| word.len() < LEAST_LISTED || data::is_listed_word(&word.to_lowercase());
        let is_one = first.len() < self.text[word.clone()].len()
            || is_word(&format!("{first}{next}"))
            || !(is_word(first) && is_word(next));
        (is_one && first.ends_with(char::is_alphabetic)).then(|| start + next.len())
    }

    /// Whether a word that begins there is the raised number of a note on the word before.
    fn is_note(&self, start: usize) -> bool {
        if self.text.as_bytes()[start..]
            .first()
            .is_none_or(u8::is_ascii)
        {
            return false;
        }
        let before = self.text[..start].trim_end_matches(is_raised);
        let is_apart = before.ends_with(|c: char| c.is_whitespace() || c.is_numeric());
        self.text[start..].starts_with(is_raised) && !before.is_empty() && !is_apart
    }

    /// The first of the words that a stretch is parted into; the others stay to come.
    fn first_part(&mut self, bytes: Range<usize>) -> Range<usize> {
        let word = &self.text[bytes.clone()];
        let begins_with_digit = word.as_bytes().first().is_some_and(u8::is_ascii_digit);
        let end = match word.bytes().position(|byte| byte == b'_') {
            Some(at) => at,
            None if begins_with_digit => number_before_unit(word).unwrap_or(word.len()),
            None => return bytes,
        };
        let rest = word[end..].trim_start_matches('_');
        self.rest = bytes.end - rest.len()..bytes.end;
        bytes.start..bytes.start + end
    }
}

impl Iterator for Segments<'_> {
    type Item = Range<usize>;

    fn next(&mut self) -> Option<Range<usize>> {
        loop {
            let bytes = match self.rest.is_empty() {
                true => self.whole_word()?,
                false => std::mem::take(&mut self.rest),
            };
            if bytes.len() > MAX_WORD_BYTES || self.is_note(bytes.start) {
                continue;
            }
            let part = self.first_part(bytes);
            if !part.is_empty() {
                return Some(part);
            }
        }
    }
}

fn is_lowered(c: char) -> bool {
    ('₀'..='₉').contains(&c)
}

fn is_raised(c: char) -> bool {
    matches!(c, '¹' | '²' | '³' | '⁰' | '⁴'..='⁹')
}

/// Whether a character does not show, and parts nothing: soft hyphens, joiners, marks of direction.
pub(super) fn is_hidden(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2064}' | '\u{feff}')
}

/// The sign or comparator before a number that begins at a byte, and where it begins: "≥ 65", "-2.5".
/// A hyphen between two numbers is none.
pub(super) fn sign_before(text: &str, at: usize) -> Option<(&'static str, usize)> {
    let touching = &text[..at];
    let before = touching.trim_end_matches([' ', '\u{a0}', '\u{202f}', '\u{2009}']);
    let last = before.chars().next_back()?;
    let start = before.len() - last.len_utf8();
    let is_free = !text[..start].ends_with(|c: char| c.is_alphanumeric() || matches!(c, ')' | '-'));
    let sign = match last {
        '≤' => "<=",
        '≥' => ">=",
        '<' => "<",
        '>' => ">",
        '=' if before.ends_with("<=") => return Some(("<=", start - 1)),
        '=' if before.ends_with(">=") => return Some((">=", start - 1)),
        '±' => "±",
        '-' | '−' | '–' if is_free && before.len() == at => "-",
        '+' if is_free && before.len() == at => "+",
        _ => return None,
    };
    Some((sign, start))
}

/// Whether it is a space that may part the thousands of a number, which a space of a text may not.
pub(crate) fn parts_thousands(space: char) -> bool {
    matches!(space, '\u{a0}' | '\u{2007}' | '\u{2009}' | '\u{202f}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn parts(text: &str) -> Vec<&str> {
        Segments::new(text).map(|bytes| &text[bytes]).collect()
    }

    proptest! {
        #[test]
        fn words_are_those_of_the_standard(
            text in "([a-c3_.,:;' \n-]|[é’…\u{301}\u{200d}\u{1e000}שア字🇩🇪👩]){0,24}| {0,3}[\u{1e000}\u{301}\u{2003}\u{3000}]{0,3} {0,3}[a\u{301}]{0,2}",
        ) {
            let words: Vec<_> = StandardWords::new(&text).collect();
            prop_assert_eq!(words, text.unicode_word_indices().collect::<Vec<_>>());
        }
    }

    #[test]
    fn what_does_not_show_parts_nothing() {
        for word in [
            "osteo\u{ad}porosis",
            "cer\u{200b}vical",
            "cer\u{200d}vical",
            "a\u{2060}b",
        ] {
            assert_eq!(parts(word), [word]);
        }
        assert_eq!(parts("a\u{200b} b"), ["a", "b"]);
    }

    #[test]
    fn raised_and_lowered_figures_belong_to_what_they_are_part_of() {
        assert_eq!(
            parts("H₂O, kg/m² and Ca²⁺."),
            ["H₂O", "kg", "m²", "and", "Ca²⁺"]
        );
        assert_eq!(
            parts("CO₂-free osteoporosis¹²"),
            ["CO₂", "free", "osteoporosis"]
        );
    }

    #[test]
    fn narrow_spaces_part_the_thousands_of_one_number() {
        assert_eq!(
            parts("10\u{202f}000 and 1\u{2009}000\u{2009}000.5"),
            ["10\u{202f}000", "and", "1\u{2009}000\u{2009}000.5"]
        );
        assert_eq!(
            parts("10\u{a0}mg 5\u{a0}10 2020\u{a0}100"),
            ["10", "mg", "5", "10", "2020", "100"]
        );
    }

    #[test]
    fn a_hyphen_at_the_end_of_a_line_joins_what_is_one_word() {
        assert_eq!(parts("discom-\nfort"), ["discom-\nfort"]);
        assert_eq!(parts("zorbi-\n  tis"), ["zorbi-\n  tis"]);
        assert_eq!(parts("low-\namplitude"), ["low", "amplitude"]);
        assert_eq!(parts("discom-\n\nfort"), ["discom", "fort"]);
        assert_eq!(parts("osteo\u{ad}\nporosis"), ["osteo\u{ad}\nporosis"]);
        assert_eq!(parts("Sjögren-\nLarsson"), ["Sjögren", "Larsson"]);
    }

    #[test]
    fn underscores_and_units_part() {
        assert_eq!(parts("home_exercise__plan_"), ["home", "exercise", "plan"]);
        assert_eq!(
            parts("5mg of B12 1st 2.5mL"),
            ["5", "mg", "of", "B12", "1st", "2.5", "mL"]
        );
    }

    #[test]
    fn signs_stand_before_numbers() {
        let sign = |text: &str| {
            let at = text.find(|c: char| c.is_ascii_digit()).unwrap_or(0);
            sign_before(text, at).map(|(sign, start)| (sign, text[start..at].to_owned()))
        };
        assert_eq!(sign("T -2.5"), Some(("-", "-".into())));
        assert_eq!(sign("T \u{2212}2.5"), Some(("-", "\u{2212}".into())));
        assert_eq!(sign("aged ≥ 65"), Some((">=", "≥ ".into())));
        assert_eq!(sign("aged >= 65"), Some((">=", ">= ".into())));
        assert_eq!(sign("aged <65"), Some(("<", "<".into())));
        for text in ["T-5", "a - 5", "of 5", "5", "x=5"] {
            assert_eq!(sign(text), None, "{text}");
        }
        assert_eq!(sign_before("30-60", 3), None);
    }
}
