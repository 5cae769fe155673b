//! Recognises page furniture by how a line begins; the patterns are data (`src/data/furniture.txt`).

use std::collections::HashSet;
use std::sync::LazyLock;

use serde::Deserialize;

use crate::data::{DataFile, TableFault, from_toml};

struct FurniturePattern {
    max_words: usize,
    prefix: &'static str,
}

/// What stands around the text of a web page and what holds it, by the words in the names of its elements, and
/// which words could warn (`src/data/clutter.toml`).
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(
    not(feature = "html"),
    expect(dead_code, reason = "only elements have names")
)]
pub(super) struct ClutterTable {
    pub(super) names: HashSet<String>,
    pub(super) talk: HashSet<String>,
    pub(super) asides: HashSet<String>,
    pub(super) galleries: HashSet<String>,
    pub(super) texts: HashSet<String>,
    warnings: HashSet<String>,
    risks: HashSet<String>,
}

impl ClutterTable {
    /// Whether a text has a word, or two in a row, that could warn.
    pub(super) fn warns(&self, text: &str) -> bool {
        has_one_of(text, &self.warnings)
    }

    /// Whether a text names what warnings are about.
    pub(super) fn names_risks(&self, text: &str) -> bool {
        has_one_of(text, &self.risks)
    }
}

fn has_one_of(text: &str, wanted: &HashSet<String>) -> bool {
    let words = text.split(|c: char| !(c.is_alphanumeric() || matches!(c, '\'' | '’')));
    let words = words.filter(|word| !word.is_empty());
    let mut before = String::new();
    words
        .map(|word| word.to_lowercase().replace(['\'', '’'], ""))
        .any(|word| {
            let pair = format!("{before} {word}");
            let is_one = wanted.contains(&word) || wanted.contains(&pair);
            before = word;
            is_one
        })
}

/// The table as it is read.
pub(super) fn clutter_table() -> &'static ClutterTable {
    static TABLE: LazyLock<ClutterTable> = LazyLock::new(|| {
        from_toml(DataFile::Clutter.text())
            // A test reads the built-in file, and one in its place was looked at.
            .expect("the table of clutter is valid")
    });
    &TABLE
}

/// Whether a table of clutter can be read.
pub fn check_clutter(text: &str) -> Result<(), TableFault> {
    from_toml::<ClutterTable>(text).map(|_| ())
}

static PATTERNS: LazyLock<Vec<FurniturePattern>> =
    LazyLock::new(|| parse(DataFile::Furniture.text()));

fn parse(table: &'static str) -> Vec<FurniturePattern> {
    table
        .lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .filter_map(|line| {
            let (max_words, prefix) = line.split_once('\t')?;
            Some(FurniturePattern {
                max_words: max_words.parse().ok()?,
                prefix,
            })
        })
        .collect()
}

/// Whether a table of furniture can be read: lines of the most words, a tab, and how a line begins.
pub fn check_furniture(text: &str) -> Result<(), TableFault> {
    let is_wrong = |line: &str| !line.is_empty() && !line.starts_with('#');
    for (number, line) in (1..).zip(text.lines()).filter(|(_, line)| is_wrong(line)) {
        let words = line
            .split_once('\t')
            .and_then(|(words, _)| words.parse::<usize>().ok());
        if words.is_none() {
            return Err(TableFault {
                line: number,
                cause: "not a number of words, a tab and the beginning of a line".to_owned(),
            });
        }
    }
    Ok(())
}

/// Whether a line is page furniture: a known opening, and no longer than such lines are, or a
/// page number.
pub(super) fn is_furniture(line: &str) -> bool {
    let mut opening = String::with_capacity(32);
    opening.extend(line.chars().take(32).flat_map(char::to_lowercase));
    is_page_number(&opening)
        || PATTERNS.iter().any(|pattern| {
            starts_with_words(&opening, pattern.prefix)
                && super::word_count(line) <= pattern.max_words
                && !may_warn(line)
        })
}

/// Whether a line could warn. "If" turns a call to action into advice: "Contact us if you have osteoporosis"
/// has to stay searchable, at the price of keeping a few lines too many.
fn may_warn(line: &str) -> bool {
    let mut words = line.split(|c: char| !c.is_alphanumeric());
    let keeps = |word: &str| word.eq_ignore_ascii_case("if") || word.eq_ignore_ascii_case("not");
    let table = clutter_table();
    words.any(keeps) || table.warns(line) || table.names_risks(line)
}

/// Whether a line leads to elsewhere on the page, as those above a breadcrumb trail do.
pub(super) fn is_skip_link(line: &str) -> bool {
    let is = |prefix: &str| {
        line.get(..prefix.len())
            .is_some_and(|start| start.eq_ignore_ascii_case(prefix))
    };
    is("skip to") || is("jump to")
}

/// "Last Updated" begins with "last updated", "callus" does not begin with "call us" and
/// "Call usual" does not either.
fn starts_with_words(line: &str, prefix: &str) -> bool {
    line.strip_prefix(prefix)
        .is_some_and(|rest| !rest.starts_with(char::is_alphanumeric))
}

fn is_page_number(line: &str) -> bool {
    let mut words = line.split_whitespace();
    let (Some("page"), Some(number)) = (words.next(), words.next()) else {
        return false;
    };
    let is_number = |word: &str| word.bytes().all(|b| b.is_ascii_digit());
    is_number(number)
        && match words.next() {
            None => true,
            Some("of") => words.next().is_some_and(is_number) && words.next().is_none(),
            Some(_) => false,
        }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pattern_of_the_table_is_read() {
        let lines = DataFile::Furniture
            .text()
            .lines()
            .filter(|line| !line.is_empty() && !line.starts_with('#'));
        assert_eq!(PATTERNS.len(), lines.count());
        assert!(PATTERNS.iter().all(|p| p.prefix.chars().count() < 32));
    }

    #[test]
    fn navigation_dates_and_calls_to_action_are_furniture() {
        for line in [
            "Skip to main contentSkip to breadcrumbsHome",
            "Last Updated",
            "Last reviewed: 3 May 2024",
            "Find a doctor near you",
            "Contact our office today to schedule a visit.",
            "© 2024 The Clinic",
            "Page 3 of 12",
        ] {
            assert!(is_furniture(line), "{line}");
        }
    }

    #[test]
    fn warnings_are_not() {
        for line in [
            "Contact your doctor if you have osteoporosis.",
            "Call 911 if you cannot breathe",
            "Contact us if you have osteoporosis",
            "Get started slowly, never with a fracture",
            "Callus formation is common",
            "Skipping doses is dangerous",
            "Page 3 explains who must not be treated",
            "Search all of the body for a rash before you treat, and stop if you find one.",
        ] {
            assert!(!is_furniture(line), "{line}");
        }
    }
}
