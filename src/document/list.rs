//! Lists: the signs and numbers that mark an item, and how items stand inside of one another.
//!
//! This is the one place that knows what a list looks like in a text. Readers ask it while they
//! make blocks; from there on an item is a [`BlockKind::ListItem`](super::BlockKind::ListItem) with
//! its depth, and nobody looks at a sign again.

/// Signs that stand for an item wherever they begin a line, with or without a space behind them.
const SURE_SIGNS: &[char] = &[
    '•', '‣', '⁃', '◦', '●', '○', '◉', '◎', '▪', '▫', '■', '□', '◼', '◻', '◾', '◽', '❏', '❑',
    '❒', '▶', '▷', '▸', '▹', '►', '▻', '➢', '➣', '➤', '➙', '➛', '➝', '➞', '➟', '➠', '➧', '➨', '➲',
    '➳', '➺', '➼', '⮚', '❖', '◆', '◇', '◈', '⬥', '⬧', '✦', '✧', '✱', '✲', '✳', '✴', '✶', '✷', '✸',
    '✹', '❋', '✓', '✔', '✅', '☑', '☒', '☐', '✗', '✘', '✕', '✖', '❌', '❎', '☛', '☞', '⦁', '⦿',
    '⚫', '⚪', '🔹', '🔸', '🔴', '🔵', '👉', '⁌', '⁍',
    // What symbol fonts keep at private places, when a text was copied out of a document.
    '\u{f0a7}', '\u{f0b7}', '\u{f0d8}', '\u{f0fc}', '\u{f076}', '\u{f0a8}', '\u{f06f}', '\u{f02d}',
];
/// Signs that stand for an item at the beginning of a line if a space follows; elsewhere they are
/// dashes, points, and arrows from one thing to another.
const SIGNS: &[char] = &[
    '-', '–', '—', '―', '‐', '‑', '−', '*', '∗', '+', '·', '∙', '⋅', '・', '›', '»', '¤', '⁎', '※',
    '→', '⇒', '➔', '➜', '➡', '★', '☆',
];
/// Boxes to tick, as they are typed.
const BOXES: &[&str] = &["[ ]", "[x]", "[X]", "[]", "( )", "(x)", "(X)"];
/// Circled numbers and letters.
const CIRCLED: &[std::ops::RangeInclusive<char>] =
    &['①'..='⒛', 'ⓐ'..='ⓩ', 'Ⓐ'..='Ⓩ', '❶'..='➓', '⓵'..='⓾'];

/// How an item is marked. Items of one list are marked alike.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Style {
    Sign(char),
    Box,
    Circled,
    /// "2.", with the sign behind the number.
    Number(char),
    /// "b)".
    Letter(char),
    /// "iv."; of a single letter such as "i)" only its neighbours tell.
    Roman(char),
    /// The letter "o", which stands for a hollow bullet in texts copied out of Word.
    HollowO,
}

impl Style {
    /// Whether the mark can be nothing else. A number may be one, and a letter a word or an initial.
    pub(super) fn is_sure(self) -> bool {
        matches!(self, Style::Sign(_) | Style::Box | Style::Circled)
    }

    /// Whether both can mark items of one list.
    fn is_like(self, other: Style) -> bool {
        let counts = |style| match style {
            Style::Letter(close) | Style::Roman(close) => Some(close),
            _ => None,
        };
        self == other || (counts(self).is_some() && counts(self) == counts(other))
    }
}

/// The mark at the beginning of an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Mark {
    pub(super) style: Style,
    /// Its place in its list, where it says so: 2 for "2.", "b)" and "ii.".
    pub(super) number: Option<u32>,
    /// The bytes of the mark, with the space behind it.
    pub(super) length: usize,
}

/// The mark that a line begins with, if it is one and something follows it. White space before it
/// does not count as part of the line.
pub(super) fn mark(line: &str) -> Option<Mark> {
    let mark = bare_mark(line)?;
    let rest = &line[mark.length..];
    // "• [ ] have osteoporosis"
    let nested = BOXES.iter().find_map(|ticked| after_box(rest, ticked));
    let length = mark.length + nested.unwrap_or(0);
    let shows = line[length..].contains(|c: char| !super::is_blank(c));
    shows.then_some(Mark { length, ..mark })
}

/// How many bytes the mark of an item takes, if it begins with one.
pub(crate) fn mark_length(item: &str) -> usize {
    mark(item).map_or(0, |mark| mark.length)
}

/// Whether a character is a sign for an item, even in the midst of a line.
pub(crate) fn is_sure_sign(c: char) -> bool {
    // Most of a text is ASCII, and none of these is.
    !c.is_ascii() && SURE_SIGNS.contains(&c)
}

/// Words that no line ends with that is complete by itself.
const OPEN_ENDS: &[&str] = &[
    "if",
    "you",
    "who",
    "when",
    "have",
    "has",
    "had",
    "are",
    "is",
    "with",
    "in",
    "for",
    "to",
    "of",
    "by",
    "and",
    "or",
    "the",
    "include",
    "includes",
    "including",
    "following",
    "as",
    "that",
    "these",
    "any",
    "not",
];

/// Whether a line, such as a heading, leads into the list right under it: "Tell your doctor if you
/// have". Its last word says so, or a sign behind it.
pub(crate) fn is_left_open(line: &str) -> bool {
    let line = line.trim_end_matches(super::is_blank);
    let last = line.rsplit(|c: char| !c.is_alphanumeric()).next();
    line.ends_with([':', '…'])
        || last.is_some_and(|word| OPEN_ENDS.contains(&word.to_lowercase().as_str()))
}

fn bare_mark(line: &str) -> Option<Mark> {
    let first = line.chars().next()?;
    let found = |style, number, bare: usize| {
        let rest = &line[bare..];
        let space = rest.len() - rest.trim_start_matches(is_gap).len();
        (space > 0 || rest.starts_with(super::is_blank)).then_some(Mark {
            style,
            number,
            length: bare + space,
        })
    };
    if SURE_SIGNS.contains(&first) {
        // Some signs come with a selector of how they are to look.
        let bare = line.len()
            - line[first.len_utf8()..]
                .trim_start_matches('\u{fe0f}')
                .len();
        let space = line[bare..].len() - line[bare..].trim_start_matches(is_gap).len();
        return Some(Mark {
            style: Style::Sign(first),
            number: None,
            length: bare + space,
        });
    }
    if SIGNS.contains(&first) {
        return found(Style::Sign(first), None, first.len_utf8());
    }
    if let Some(circled) = CIRCLED.iter().find(|range| range.contains(&first)) {
        let number = u32::from(first) - u32::from(*circled.start()) + 1;
        return found(Style::Circled, Some(number), first.len_utf8())
            .or_else(|| sticking(Style::Circled, Some(number), line, first.len_utf8()));
    }
    if let Some(ticked) = BOXES.iter().find(|ticked| line.starts_with(**ticked)) {
        return found(Style::Box, None, ticked.len());
    }
    if first == 'o' {
        return found(Style::HollowO, None, 1);
    }
    counted(line).and_then(|(style, number, bare)| found(style, Some(number), bare))
}

/// A mark with no space behind it.
fn sticking(style: Style, number: Option<u32>, line: &str, length: usize) -> Option<Mark> {
    (line.len() > length).then_some(Mark {
        style,
        number,
        length,
    })
}

fn after_box(rest: &str, ticked: &str) -> Option<usize> {
    let after = rest.strip_prefix(ticked)?;
    let space = after.len() - after.trim_start_matches(is_gap).len();
    (space > 0).then_some(ticked.len() + space)
}

/// What stands between a mark and its item.
fn is_gap(c: char) -> bool {
    matches!(
        c,
        ' ' | '\t' | '\u{a0}' | '\u{2000}'..='\u{200b}' | '\u{202f}' | '\u{3000}'
    )
}

/// "12.", "(b)", "iv)": the style, the number, and the bytes it takes.
fn counted(line: &str) -> Option<(Style, u32, usize)> {
    let opened = line.starts_with('(');
    let inner = &line[usize::from(opened)..];
    let end = inner.find(|c: char| !c.is_ascii_alphanumeric())?;
    let (number, close) = (&inner[..end], inner[end..].chars().next()?);
    let closes = match opened {
        true => close == ')',
        false => matches!(close, '.' | ')'),
    };
    if !closes {
        return None;
    }
    let length = usize::from(opened) + end + 1;
    // What is opened and closed is a style of its own.
    let close = if opened { '(' } else { close };
    if number.bytes().all(|byte| byte.is_ascii_digit()) {
        return (1..=2).contains(&number.len()).then(|| {
            number
                .parse()
                .ok()
                .map(|n| (Style::Number(close), n, length))
        })?;
    }
    let letter = number.bytes().next()?;
    let single = number.len() == 1;
    // "A. Smith" is a person.
    if single && (letter.is_ascii_lowercase() || (letter.is_ascii_uppercase() && close != '.')) {
        let n = u32::from(letter.to_ascii_lowercase() - b'a') + 1;
        return Some((Style::Letter(close), n, length));
    }
    // "II. Methods" is a heading.
    if single || (close == '.' && letter.is_ascii_uppercase()) {
        return None;
    }
    let roman = roman(&number.to_ascii_lowercase())?;
    Some((Style::Roman(close), roman, length))
}

/// The value of a Roman number below 40.
fn roman(text: &str) -> Option<u32> {
    const UNITS: [&str; 10] = ["", "i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix"];
    let tens = text.len() - text.trim_start_matches('x').len();
    let unit = UNITS.iter().position(|unit| *unit == &text[tens..])?;
    let value = 10 * tens + unit;
    (1..40)
        .contains(&value)
        .then(|| u32::try_from(value).ok())?
}

/// Which of some lines, one after the other, begin an item. A sign does; a number, a letter or an
/// "o" does beside another one that it counts on from, or after what leads into a list.
pub(super) fn begins(lines: &[&str], led_in: bool) -> Vec<bool> {
    let marks: Vec<Option<Mark>> = lines.iter().map(|line| mark(line.trim_start())).collect();
    let follows = |a: usize, b: usize| match (marks[a], marks[b]) {
        (Some(a), Some(b)) => goes_on(a, b),
        _ => false,
    };
    // The item before and the one after: lines between them may be wrapped ones.
    let marked: Vec<usize> = (0..lines.len()).filter(|&j| marks[j].is_some()).collect();
    let place = |i: usize| marked.partition_point(|&j| j < i);
    let before = |i: usize| Some(marked[place(i).checked_sub(1)?]);
    let after = |i: usize| marked.get(place(i) + 1).copied();
    (0..lines.len())
        .map(|i| match marks[i] {
            None => false,
            Some(mark) if mark.style.is_sure() => true,
            Some(_) => {
                let led_in = match i.checked_sub(1) {
                    None => led_in,
                    Some(above) => lines[above].trim_end().ends_with(':'),
                };
                led_in
                    || before(i).is_some_and(|j| follows(j, i))
                    || after(i).is_some_and(|j| follows(i, j))
            }
        })
        .collect()
}

/// Whether one mark counts on from another.
pub(super) fn goes_on(before: Mark, after: Mark) -> bool {
    let next = match (before.number, after.number) {
        (Some(before), Some(after)) => after == before + 1,
        (None, None) => true,
        _ => false,
    };
    // "i)" is a letter by itself and a Roman number before "ii)".
    let as_roman = |mark: Mark| match (mark.style, mark.number) {
        (Style::Letter(close), Some(9)) => (Style::Roman(close), Some(1)),
        (Style::Letter(close), Some(22)) => (Style::Roman(close), Some(5)),
        (Style::Letter(close), Some(24)) => (Style::Roman(close), Some(10)),
        (style, number) => (style, number),
    };
    let ((a, m), (b, n)) = (as_roman(before), as_roman(after));
    let next_roman = a == b && matches!((m, n), (Some(m), Some(n)) if n == m + 1);
    (before.style == after.style && next) || next_roman
}

/// The lists around a place in a text that only shows them: by how far items are indented, and by
/// their marks.
#[derive(Debug, Default)]
pub(super) struct Nesting {
    levels: Vec<(f64, Option<Style>)>,
    /// Whether the last item leads into what follows it.
    leads_in: bool,
}

/// Deeper lists than this are all the same; nobody reads them.
const DEEPEST: usize = 8;
/// Items whose indents differ by less stand in one line.
const SAME_INDENT: f64 = 0.75;

impl Nesting {
    /// The depth of the next item, 0 for one of the outermost list. `indent` is in columns, or in
    /// sizes of the print; `text` begins with the mark of the item; `opens` tells whether it leads
    /// into what follows it, as far as signs say.
    pub(super) fn depth(&mut self, indent: f64, text: &str, opens: bool) -> u8 {
        let style = mark(text).map(|mark| mark.style);
        let leads_in = std::mem::replace(&mut self.leads_in, opens);
        let is_like = |other: Option<Style>| match (style, other) {
            (Some(a), Some(b)) => a.is_like(b),
            (None, None) => true,
            _ => false,
        };
        let known = self
            .levels
            .iter()
            .rposition(|(at, other)| (at - indent).abs() < SAME_INDENT && is_like(*other));
        if let Some(level) = known {
            self.levels.truncate(level + 1);
            return depth_of(level);
        }
        while self
            .levels
            .last()
            .is_some_and(|(at, _)| *at >= indent + SAME_INDENT)
        {
            self.levels.pop();
        }
        let beside = |(at, _): &(f64, Option<Style>)| (at - indent).abs() < SAME_INDENT;
        if self.levels.last().is_some_and(beside) && !leads_in {
            // Another sign at the same place is the same list: things to do and not to do.
            self.levels.pop();
        }
        self.levels.push((indent, style));
        depth_of(self.levels.len() - 1)
    }

    /// What comes is no item, or one of another list.
    pub(super) fn end(&mut self) {
        *self = Nesting::default();
    }
}

fn depth_of(level: usize) -> u8 {
    level.min(DEEPEST) as u8
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rest(line: &str) -> Option<&str> {
        mark(line).map(|mark| &line[mark.length..])
    }

    #[test]
    fn signs_numbers_and_letters_mark_an_item() {
        for mark in [
            "•",
            "‣",
            "○",
            "·",
            "-",
            "–",
            "—",
            "*",
            "+",
            "✓",
            "✔",
            "■",
            "➢",
            "→",
            "❖",
            "1.",
            "12)",
            "(3)",
            "a)",
            "(a)",
            "B)",
            "iv.",
            "(ii)",
            "①",
            "☐",
            "[ ]",
            "[x]",
            "- [ ]",
            "o",
            "\u{f0b7}",
            "✔\u{fe0f}",
        ] {
            let line = format!("{mark} have osteoporosis");
            assert_eq!(rest(&line), Some("have osteoporosis"), "{line}");
            let line = format!("{mark}\thave osteoporosis");
            assert_eq!(rest(&line), Some("have osteoporosis"), "{line}");
        }
        assert_eq!(rest("•have osteoporosis"), Some("have osteoporosis"));
    }

    #[test]
    fn what_only_looks_like_a_mark_is_none() {
        for line in [
            "-5 degrees",
            "*bold*",
            "A. Smith",
            "2.5 mg",
            "12",
            "1.",
            "•",
            "100. day",
            "civil) case",
            "osteoporosis",
            "Dr. Smith",
            "II. Methods",
            "e.g. this",
            "mix. it",
            "",
            "–",
            "1:2 dilution",
        ] {
            assert_eq!(mark(line), None, "{line}");
        }
    }

    #[test]
    fn lines_that_lead_into_a_list_are_left_open() {
        for line in [
            "Tell your doctor if you:",
            "Do not take it if you have",
            "Side effects include ",
        ] {
            assert!(is_left_open(line), "{line}");
        }
        for line in ["Side effects", "Who should not have it?", "It is safe.", ""] {
            assert!(!is_left_open(line), "{line}");
        }
    }

    #[test]
    fn numbers_need_a_neighbour() {
        assert_eq!(begins(&["1. one", "2. two"], false), [true, true]);
        assert_eq!(
            begins(&["i) one", "ii) two", "iii) three"], false),
            [true; 3]
        );
        assert_eq!(begins(&["He came on", "12. of May"], false), [false, false]);
        assert_eq!(
            begins(&["a) one", "goes on", "b) two"], false),
            [true, false, true]
        );
        assert_eq!(begins(&["o one", "o two"], false), [true, true]);
        assert_eq!(begins(&["o dear"], false), [false]);
        assert_eq!(begins(&["(a) one"], true), [true]);
        assert_eq!(begins(&["✓ one"], false), [true]);
    }

    fn depths(items: &[(f64, &str)]) -> Vec<u8> {
        let mut nesting = Nesting::default();
        items
            .iter()
            .map(|(indent, text)| nesting.depth(*indent, text, text.ends_with(':')))
            .collect()
    }

    #[test]
    fn what_is_indented_stands_inside() {
        let items = [
            (2.0, "• a:"),
            (4.0, "• b"),
            (4.0, "• c"),
            (2.0, "• d"),
            (6.0, "– e"),
        ];
        assert_eq!(depths(&items), [0, 1, 1, 0, 1]);
        let back = [(0.0, "1. a"), (3.0, "a) b"), (6.0, "i) c"), (0.0, "2. d")];
        assert_eq!(depths(&back), [0, 1, 2, 0]);
    }

    #[test]
    fn another_sign_stands_inside_of_what_leads_into_it() {
        let items = [
            (0.0, "• ulcers, such as:"),
            (0.0, "– a"),
            (0.0, "– b"),
            (0.0, "• c"),
        ];
        assert_eq!(depths(&items), [0, 1, 1, 0]);
        let mixed = [(0.0, "✓ do"), (0.0, "✗ do not"), (0.0, "✓ do")];
        assert_eq!(depths(&mixed), [0, 0, 0]);
    }
}
