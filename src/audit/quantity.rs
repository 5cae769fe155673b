//! Quantities with units: durations, money, shares.
//!
//! A grammar over numbers, number words and units, all of them data (`src/data/quantities.toml`):
//! "30-60 minutes", "between 24 and 48 hours", "a day or two", "$150 to $350", "70-85 %", "up to
//! three weeks". What has no unit is no quantity here ("97140", "5-6 body regions").

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::LazyLock;

use serde::Deserialize;

use crate::data::{DataFile, TableFault, from_toml};

/// The table, read once.
pub(super) static TABLE: LazyLock<QuantityTable> = LazyLock::new(|| {
    from_toml(DataFile::Quantities.text())
        // The tests of this module read the built-in file, and one in its place was looked at.
        .expect("the table of quantities is valid")
});

/// Whether a table of quantities can be read.
pub fn check_quantities(text: &str) -> Result<(), TableFault> {
    from_toml::<QuantityTable>(text).map(|_| ())
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct QuantityTable {
    numbers: BTreeMap<String, f64>,
    words: RangeWords,
    unit: Vec<MeasureUnit>,
    pub(super) subject: Vec<Subject>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RangeWords {
    between: Vec<String>,
    at_most: Vec<String>,
    at_least: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct MeasureUnit {
    dimension: String,
    names: Vec<String>,
    size: f64,
}

/// What a quantity may be about.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Subject {
    pub(super) name: String,
    pub(super) dimensions: Vec<String>,
    pub(super) words: Vec<String>,
}

/// A quantity in a text.
#[derive(Debug, Clone, PartialEq)]
pub struct Quantity {
    /// "duration" (in minutes), "share" (in percent), or a currency.
    pub dimension: &'static str,
    /// The lower end, in the unit of the dimension; `None` where it is open.
    pub low: Option<f64>,
    /// The upper end.
    pub high: Option<f64>,
    /// As it is written.
    pub text: String,
    /// Where it stands in the text.
    pub bytes: Range<usize>,
}

impl Quantity {
    /// Whether both say the same, in whatever unit.
    pub(crate) fn same(&self, other: &Quantity) -> bool {
        let near = |a: Option<f64>, b: Option<f64>| match (a, b) {
            (Some(a), Some(b)) => (a - b).abs() <= 1e-6 * a.abs().max(b.abs()),
            (a, b) => a == b,
        };
        self.dimension == other.dimension
            && near(self.low, other.low)
            && near(self.high, other.high)
    }
}

#[derive(Debug, Clone, PartialEq)]
enum WordKind {
    Number(f64),
    /// The index of a unit in the table.
    Unit(usize),
    /// A dash, or a word that stands for one.
    Between,
    Article,
    Other,
}

#[derive(Debug, Clone)]
struct Lexeme {
    kind: WordKind,
    bytes: Range<usize>,
}

/// All quantities in a text, in order.
pub(super) fn quantities(text: &str) -> Vec<Quantity> {
    let lexemes = lexemes(text);
    let mut found = Vec::new();
    let mut at = 0;
    while at < lexemes.len() {
        match quantity(&lexemes[at..]) {
            None => at += 1,
            Some((low, high, unit, length)) => {
                let bytes = lexemes[at].bytes.start..lexemes[at + length - 1].bytes.end;
                found.push(finished(text, bytes, (low, high), &TABLE.unit[unit]));
                at += length;
            }
        }
    }
    found
}

fn finished(
    text: &str,
    bytes: Range<usize>,
    (low, high): (f64, f64),
    unit: &'static MeasureUnit,
) -> Quantity {
    let before = text[..bytes.start].trim_end().to_lowercase();
    let open = |words: &[String]| {
        words.iter().any(|word| {
            let rest = before.strip_suffix(word.as_str());
            rest.is_some_and(|rest| !rest.ends_with(char::is_alphanumeric))
        })
    };
    // "no more than" ends like "more than".
    let at_most = open(&TABLE.words.at_most);
    let at_least = !at_most && open(&TABLE.words.at_least);
    Quantity {
        dimension: &unit.dimension,
        low: (!at_most).then_some(low * unit.size),
        high: (!at_least).then_some(high * unit.size),
        text: text[bytes.clone()].to_owned(),
        bytes,
    }
}

/// The quantity that some lexemes begin with: its ends, its unit and how many lexemes it takes.
fn quantity(lexemes: &[Lexeme]) -> Option<(f64, f64, usize, usize)> {
    let kinds: Vec<&WordKind> = lexemes.iter().take(6).map(|lexeme| &lexeme.kind).collect();
    use WordKind::{Article, Between, Number, Unit};
    let range = |low: f64, high: f64, unit: usize, length| {
        (low <= high).then_some((low, high, unit, length))
    };
    match *kinds.as_slice() {
        // $150 to $350
        [Unit(a), Number(low), Between, Unit(b), Number(high), ..] if a == b && is_sign(*a) => {
            range(*low, *high, *a, 5)
        }
        // $150-350
        [Unit(unit), Number(low), Between, Number(high), ..] if is_sign(*unit) => {
            range(*low, *high, *unit, 4)
        }
        [Unit(unit), Number(one), ..] if is_sign(*unit) => Some((*one, *one, *unit, 2)),
        // 24 hours to 2 days
        [Number(low), Unit(a), Between, Number(high), Unit(b), ..] => {
            let (one, other) = (&TABLE.unit[*a], &TABLE.unit[*b]);
            match one.dimension == other.dimension {
                true => range(*low, *high * other.size / one.size, *a, 5),
                false => Some((*low, *low, *a, 2)),
            }
        }
        [Number(low), Between, Number(high), Unit(unit), ..] => range(*low, *high, *unit, 4),
        // half an hour
        [Number(one), Article, Unit(unit), ..] if *one < 1.0 => Some((*one, *one, *unit, 3)),
        [Number(one), Unit(unit), ..] => Some((*one, *one, *unit, 2)),
        // a day or two
        [Article, Unit(unit), Between, Number(two), ..] => range(1.0, *two, *unit, 4),
        _ => None,
    }
}

/// Whether a unit is a sign of a currency, which comes first.
fn is_sign(unit: usize) -> bool {
    let is_sign = |name: &String| matches!(name.as_str(), "$" | "€" | "£");
    TABLE.unit[unit].names.iter().any(is_sign)
}

fn lexemes(text: &str) -> Vec<Lexeme> {
    let mut lexemes = Vec::new();
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let at = text.len() - rest.len();
        let length = match c {
            '0'..='9' => number_length(rest),
            c if c.is_alphabetic() => rest
                .find(|c: char| !c.is_alphabetic())
                .unwrap_or(rest.len()),
            c => c.len_utf8(),
        };
        let (taken, after) = rest.split_at(length);
        rest = after;
        if !taken.trim().is_empty() {
            lexemes.push(Lexeme {
                kind: kind(taken),
                bytes: at..at + length,
            });
        }
    }
    lexemes
}

/// The bytes of a number with its thousands separators and decimals.
fn number_length(text: &str) -> usize {
    let bytes = text.as_bytes();
    let digit = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_digit);
    let mut end = 0;
    while digit(end) || (matches!(bytes.get(end), Some(b',' | b'.')) && digit(end + 1)) {
        end += 1;
    }
    end
}

fn kind(taken: &str) -> WordKind {
    if taken.as_bytes()[0].is_ascii_digit() {
        let number = taken.replace(',', "").parse();
        return number.map_or(WordKind::Other, WordKind::Number);
    }
    let word = taken.to_lowercase();
    if let Some(&number) = TABLE.numbers.get(&word) {
        return WordKind::Number(number);
    }
    let named = |unit: &MeasureUnit| unit.names.contains(&word);
    if let Some(unit) = TABLE.unit.iter().position(named) {
        return WordKind::Unit(unit);
    }
    match word.as_str() {
        "-" | "–" | "—" | "−" => WordKind::Between,
        "a" | "an" => WordKind::Article,
        _ if TABLE.words.between.contains(&word) => WordKind::Between,
        _ => WordKind::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    type Ends = (&'static str, Option<f64>, Option<f64>);

    fn read(text: &str) -> Vec<Ends> {
        let all = quantities(text).into_iter();
        all.map(|q| (q.dimension, q.low, q.high)).collect()
    }

    #[test]
    fn ranges_units_and_words() {
        let minutes = |low: f64, high: f64| ("duration", Some(low), Some(high));
        for (text, expected) in [
            ("between 30-60 minutes", minutes(30.0, 60.0)),
            ("30 to 60 minutes", minutes(30.0, 60.0)),
            ("for 24 to 48 hours", minutes(1440.0, 2880.0)),
            ("between 24 and 48 hours", minutes(1440.0, 2880.0)),
            ("in a day or two", minutes(1440.0, 2880.0)),
            ("one or two days", minutes(1440.0, 2880.0)),
            ("24 hours to 2 days", minutes(1440.0, 2880.0)),
            ("half an hour", minutes(30.0, 30.0)),
            ("1.5 hours", minutes(90.0, 90.0)),
            ("up to three weeks", ("duration", None, Some(30240.0))),
            ("at least 2 days", ("duration", Some(2880.0), None)),
            (
                "$150 to $350 per session",
                ("dollars", Some(150.0), Some(350.0)),
            ),
            ("$100-$250", ("dollars", Some(100.0), Some(250.0))),
            ("€1,000–2,000", ("euros", Some(1000.0), Some(2000.0))),
            ("70-85% (range)", ("share", Some(70.0), Some(85.0))),
            ("about 20 percent", ("share", Some(20.0), Some(20.0))),
        ] {
            assert_eq!(read(text), [expected], "{text}");
        }
    }

    #[test]
    fn what_has_no_unit_is_none() {
        for text in [
            "97140",
            "5-6 body regions",
            "In 2026, a few",
            "a day",
            "the hours",
            "$",
        ] {
            assert!(read(text).is_empty(), "{text}");
        }
        assert_eq!(read("60 to 30 minutes").len(), 1, "no range runs backwards");
    }

    proptest! {
        #[test]
        fn nothing_panics(text in "([0-9]|[.,$€%–-]| |a|two|or|to|days|half|é){0,30}") {
            for quantity in quantities(&text) {
                prop_assert_eq!(&text[quantity.bytes], quantity.text);
            }
        }
    }
}
