//! Letters on one baseline, and the text they make.
//!
//! A small gap is a space and a wide one the border of two cells. Where a whole line is set with gaps
//! between all of its letters, as headings are, the wider gaps part its words. What is written from
//! right to left is put into the order in which it is read, however the file has it.

use hayro_interpret::kurbo::Point;
use unicode_normalization::UnicodeNormalization;

/// A gap of this part of the font's size is a space: kerning stays below a tenth, and the narrowest
/// spaces of justified lines are near a fifth.
const SPACE: f64 = 0.17;
/// Between letters that are each as wide as they are high, and are words without spaces.
const WIDE_SPACE: f64 = 0.6;
/// From this gap on, what follows stands in a column of its own.
pub(super) const COLUMN: f64 = 1.8;
/// Letters this far off the baseline, up or down, still belong to the line, as raised figures do.
const RAISED: f64 = 0.4;
/// A letter so near to the same one, in parts of its width, is the same, printed once more.
const OVERPRINTED: f64 = 0.15;
/// A line of so many letters, all of them apart, is set with gaps between letters; so is a line of
/// fewer that goes on with such a one.
const SPACED_LETTERS: usize = 6;
const MORE_SPACED_LETTERS: usize = 2;
/// Gaps wider than most by this factor part the words of such a line.
const WORD_GAP: f64 = 1.6;

/// A letter where it stands along its baseline.
#[derive(Debug, Clone)]
pub(super) struct Letter {
    pub(super) text: String,
    pub(super) size: f64,
    pub(super) start: f64,
    pub(super) end: f64,
}

impl Letter {
    fn is_blank(&self) -> bool {
        self.text
            .chars()
            .all(|c| c.is_whitespace() || c.is_control())
    }

    /// What stands at its place from left to right: a sign for several letters is read from right to left,
    /// as the line is. Letters of Arabic by their shape, which nobody types, are the letters.
    fn turn(&mut self) {
        if self.is_leftward() {
            self.text = self
                .text
                .nfkc()
                .collect::<Vec<char>>()
                .into_iter()
                .rev()
                .collect();
        }
    }

    fn is_leftward(&self) -> bool {
        self.text.chars().any(is_leftward)
    }

    /// From which gap on the one before and this one are parted.
    fn space_after(&self, before: &Letter) -> f64 {
        let is_wide = |letter: &Letter| letter.text.chars().all(is_wide);
        match is_wide(self) && is_wide(before) {
            true => WIDE_SPACE,
            false => SPACE,
        }
    }

    /// The gap between the one before and this one, in sizes of their print.
    fn gap_after(&self, before: &Letter) -> f64 {
        (self.start - before.end) / self.size.max(before.size)
    }
}

/// Letters on one baseline, in the order of the file.
pub(super) struct LetterRun {
    letters: Vec<Letter>,
    down: f64,
    direction: Point,
    size: MeanSize,
}

impl LetterRun {
    pub(super) fn new(letter: Letter, down: f64, direction: Point) -> LetterRun {
        let mut run = LetterRun {
            letters: Vec::new(),
            down,
            direction,
            size: MeanSize {
                size: letter.size,
                letters: 0,
            },
        };
        run.push(letter);
        run
    }

    pub(super) fn goes_on_with(&self, letter: &Letter, down: f64, direction: Point) -> bool {
        let size = self.size.size.max(letter.size);
        let along = self.direction.x * direction.x + self.direction.y * direction.y;
        let Some(last) = self.letters.last() else {
            return false;
        };
        let onward = letter.start > last.end - size;
        let leftward = letter.is_leftward() && (last.start - letter.end).abs() < size;
        along > 0.99 && (self.down - down).abs() < RAISED * size && (onward || leftward)
    }

    pub(super) fn push(&mut self, letter: Letter) {
        self.size.add(&letter);
        self.letters.push(letter);
    }

    /// Whether a letter is printed over the last one to make it bold.
    pub(super) fn is_overprinted_by(&self, letter: &Letter, down: f64, direction: Point) -> bool {
        let near = OVERPRINTED * letter.size.min(letter.end - letter.start);
        let along = self.direction.x * direction.x + self.direction.y * direction.y;
        along > 0.99
            && (self.down - down).abs() < near
            && self.letters.last().is_some_and(|last| {
                last.text == letter.text && (last.start - letter.start).abs() < near
            })
    }

    pub(super) fn len(&self) -> usize {
        self.letters.len()
    }

    /// Puts a letter in place of one that was not known.
    pub(super) fn put(&mut self, at: usize, letter: char) {
        self.letters[at].text = letter.to_string();
    }

    /// Whether nothing is known of a letter.
    pub(super) fn is_unknown(&self, at: usize) -> bool {
        self.letters[at]
            .text
            .starts_with(char::REPLACEMENT_CHARACTER)
    }

    /// The parts of the line that wide gaps part, given those of the line before.
    pub(super) fn segments(self, before: Option<&Segment>) -> Vec<Segment> {
        let mut letters = self.letters;
        if is_written_leftward(&letters) {
            // In which order a file has them tells nothing, where they stand does.
            letters.sort_by(|a, b| a.start.total_cmp(&b.start));
        }
        let mut segments: Vec<Vec<Letter>> = Vec::new();
        // How many letters of the last segment show: one alone may be a bullet.
        let mut shown = 0;
        for letter in letters {
            let last = segments.last().and_then(|segment| segment.last());
            let goes_on = last.is_some_and(|last| shown <= 1 || letter.gap_after(last) <= COLUMN);
            let shows = usize::from(!letter.is_blank());
            match segments.last_mut() {
                Some(segment) if goes_on => {
                    shown += shows;
                    segment.push(letter);
                }
                _ => {
                    shown = shows;
                    segments.push(vec![letter]);
                }
            }
        }
        let mut parts: Vec<Segment> = Vec::with_capacity(segments.len());
        for letters in segments {
            let part = Segment::new(letters, self.down, parts.last().or(before));
            if !part.text.is_empty() {
                parts.push(part);
            }
        }
        parts
    }
}

/// A mean; a few raised or large letters hardly move it.
struct MeanSize {
    size: f64,
    letters: usize,
}

impl MeanSize {
    fn add(&mut self, letter: &Letter) {
        let letters = letter.text.chars().filter(|c| !c.is_whitespace()).count();
        if letters > 0 {
            let all = (self.letters + letters) as f64;
            self.size += (letter.size - self.size) * letters as f64 / all;
            self.letters += letters;
        }
    }
}

/// A part of a line without a wide gap in it.
#[derive(Debug, Clone)]
pub(super) struct Segment {
    pub(super) text: String,
    pub(super) size: f64,
    pub(super) down: f64,
    pub(super) start: f64,
    pub(super) end: f64,
    pub(super) letters: usize,
    /// Whether it is read from right to left.
    pub(super) is_leftward: bool,
    /// Whether it is set with a gap after each letter.
    pub(super) is_spaced: bool,
}

impl Segment {
    fn new(mut letters: Vec<Letter>, down: f64, before: Option<&Segment>) -> Segment {
        let is_leftward = is_written_leftward(&letters);
        if is_leftward {
            letters.iter_mut().for_each(Letter::turn);
        }
        let shown = || letters.iter().filter(|letter| !letter.is_blank());
        let mut size = MeanSize {
            size: letters.first().map_or(1.0, |letter| letter.size),
            letters: 0,
        };
        letters.iter().for_each(|letter| size.add(letter));
        let alike = |before: &Segment| {
            before.is_spaced && (before.size - size.size).abs() < 0.1 * size.size
        };
        let least = match before.is_some_and(alike) {
            true => MORE_SPACED_LETTERS,
            false => SPACED_LETTERS,
        };
        let spaced = spaced_text(&letters, least);
        let is_spaced = spaced.is_some();
        let visible = spaced.unwrap_or_else(|| text_of(&letters));
        let text = match is_leftward {
            true => as_read(visible.trim()),
            false => visible.trim().to_owned(),
        };
        Segment {
            start: shown()
                .map(|letter| letter.start)
                .fold(f64::INFINITY, f64::min),
            end: shown()
                .map(|letter| letter.end)
                .fold(f64::NEG_INFINITY, f64::max),
            text,
            size: size.size,
            letters: size.letters,
            down,
            is_leftward,
            is_spaced,
        }
    }
}

/// The text of some letters, from left to right.
fn text_of(letters: &[Letter]) -> String {
    let mut text = String::new();
    let mut before: Option<&Letter> = None;
    for letter in letters {
        let apart =
            before.is_some_and(|before| letter.gap_after(before) > letter.space_after(before));
        if apart && !text.ends_with(char::is_whitespace) {
            text.push(' ');
        }
        push(&mut text, &letter.text);
        before = Some(letter);
    }
    text
}

/// The words of a line of at least so many letters that has a gap after each; `None` where it is no such
/// line.
fn spaced_text(letters: &[Letter], least: usize) -> Option<String> {
    let shown: Vec<&Letter> = letters.iter().filter(|letter| !letter.is_blank()).collect();
    let one_letter = |letter: &&Letter| letter.text.chars().count() == 1;
    let words = shown
        .iter()
        .filter(|letter| letter.text.starts_with(char::is_alphabetic));
    if words.count() < least || !shown.iter().all(one_letter) {
        return None;
    }
    let gaps: Vec<f64> = shown
        .windows(2)
        .map(|pair| pair[1].gap_after(pair[0]))
        .collect();
    if gaps.iter().any(|&gap| gap <= SPACE) {
        return None;
    }
    let mut sorted = gaps.clone();
    sorted.sort_unstable_by(f64::total_cmp);
    let usual = sorted[sorted.len() / 2];
    let mut text = String::new();
    for (n, letter) in shown.iter().enumerate() {
        if n > 0 && gaps[n - 1] > usual * WORD_GAP {
            text.push(' ');
        }
        push(&mut text, &letter.text);
    }
    Some(text)
}

fn push(text: &mut String, letter: &str) {
    for c in letter.chars() {
        match c {
            '\u{fb00}' => text.push_str("ff"),
            '\u{fb01}' => text.push_str("fi"),
            '\u{fb02}' => text.push_str("fl"),
            '\u{fb03}' => text.push_str("ffi"),
            '\u{fb04}' => text.push_str("ffl"),
            // Bullets of symbol fonts, which stand where no letters are.
            '\u{f0b7}' | '\u{f0a7}' | '\u{f0d8}' | '\u{f076}' => text.push('•'),
            c if c.is_whitespace() || c.is_control() => {
                if !text.ends_with(char::is_whitespace) {
                    text.push(' ');
                }
            }
            c => text.push(c),
        }
    }
}

/// Letters of Chinese and Japanese.
fn is_wide(c: char) -> bool {
    matches!(c, '\u{3005}'..='\u{3007}' | '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}'
        | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}')
}

/// Hebrew, Arabic and their neighbours.
fn is_leftward(c: char) -> bool {
    matches!(c, '\u{590}'..='\u{8ff}' | '\u{fb1d}'..='\u{fdff}' | '\u{fe70}'..='\u{fefe}')
}

fn is_written_leftward(letters: &[Letter]) -> bool {
    let chars = || letters.iter().flat_map(|letter| letter.text.chars());
    let leftward = chars().filter(|&c| is_leftward(c)).count();
    leftward > 0 && 2 * leftward >= chars().filter(|c| c.is_alphabetic()).count()
}

/// A text that stands from left to right and is read from right to left, as it is read: its words turned
/// around, numbers and Latin words as they are, brackets turned as well.
fn as_read(visible: &str) -> String {
    let letters: Vec<char> = visible.chars().collect();
    let starts = rightward_runs(&letters);
    let mut read = String::with_capacity(visible.len());
    let mut end = letters.len();
    while let Some(last) = end.checked_sub(1) {
        match starts[last] {
            Some(start) => {
                read.extend(&letters[start..end]);
                end = start;
            }
            None => {
                read.push(turned(letters[last]));
                end = last;
            }
        }
    }
    read
}

/// For each letter that may end a run that is read from left to right, where the run begins.
fn rightward_runs(letters: &[char]) -> Vec<Option<usize>> {
    let mut run = None;
    let starts = letters.iter().enumerate().map(|(at, &c)| {
        let is_rightward = c.is_alphanumeric() && !is_leftward(c);
        match c {
            _ if is_rightward => run = run.or(Some(at)),
            // What may stand within: "5.5 mg", "10-20 %", "COX-2 inhibitors".
            ' ' | '.' | ',' | ':' | '/' | '-' | '–' | '%' | '+' | '\'' => {}
            _ => run = None,
        }
        run.filter(|_| is_rightward || c == '%')
    });
    starts.collect()
}

fn turned(c: char) -> char {
    const PAIRS: [(char, char); 4] = [('(', ')'), ('[', ']'), ('{', '}'), ('«', '»')];
    let pair = PAIRS.iter().find_map(|&(open, close)| match c {
        _ if c == open => Some(close),
        _ if c == close => Some(open),
        _ => None,
    });
    pair.unwrap_or(c)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Letters half a size wide, `gap` apart, two gaps for a space.
    fn set(text: &str, gap: f64) -> Vec<Letter> {
        let mut at = 0.0;
        let mut letters = Vec::new();
        for c in text.chars() {
            if c == ' ' {
                at += 2.0 * gap.max(1.5);
                continue;
            }
            letters.push(Letter {
                text: c.to_string(),
                size: 10.0,
                start: at,
                end: at + 5.0,
            });
            at += 5.0 + gap;
        }
        letters
    }

    #[test]
    fn words_of_spaced_letters_are_whole() {
        for gap in [0.0, 0.5, 2.0, 3.0, 5.0] {
            let letters = set("WHEN NOT TO TREAT", gap);
            let line = Segment::new(letters, 0.0, None);
            assert_eq!(line.text, "WHEN NOT TO TREAT", "{gap}");
            let rest = Segment::new(set("AT ALL", gap), 0.0, Some(&line));
            assert_eq!(rest.text, "AT ALL", "{gap}");
        }
        let text = |letters| Segment::new(letters, 0.0, None).text;
        assert_eq!(text(set("Hepatitis A B C", 0.0)), "Hepatitis A B C");
        assert_eq!(text(set("A B C", 0.0)), "A B C");
    }

    #[test]
    fn what_is_written_leftward_is_read_leftward() {
        for (visible, read) in [
            ("גבא", "אבג"),
            ("דו גבא", "אבג וד"),
            ("גבא 5.5 דו", "וד 5.5 אבג"),
            ("(גבא) דו", "וד (אבג)"),
            ("גבא COX-2 דו", "וד COX-2 אבג"),
        ] {
            assert_eq!(as_read(visible), read, "{visible}");
        }
    }

    #[test]
    fn letters_placed_from_the_right_are_one_line() {
        let mut at = 100.0;
        let letters = "אבגד".chars().map(|c| {
            at -= 5.0;
            Letter {
                text: c.to_string(),
                size: 10.0,
                start: at,
                end: at + 5.0,
            }
        });
        let mut letters = letters.collect::<Vec<_>>().into_iter();
        let direction = Point::new(1.0, 0.0);
        let mut run = LetterRun::new(letters.next().expect("there are four"), 0.0, direction);
        for letter in letters {
            assert!(run.goes_on_with(&letter, 0.0, direction));
            run.push(letter);
        }
        assert_eq!(run.segments(None)[0].text, "אבגד");
    }

    #[test]
    fn signs_for_several_letters_are_the_letters() {
        let letters = set("\u{fe8d}\u{fefb}", 0.0);
        assert_eq!(
            Segment::new(letters, 0.0, None).text,
            "\u{644}\u{627}\u{627}"
        );
    }
}
