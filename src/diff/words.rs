//! The difference between two texts, word by word.

use std::cmp::Ordering;
use std::time::Duration;

use similar::{ChangeTag, TextDiff};

/// After so long the rest of a difference is given as one change: nobody reads that much.
const PATIENCE: Duration = Duration::from_millis(500);

/// What became of some words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    Kept,
    Removed,
    Added,
}

/// Words that share a fate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangedStretch {
    pub change: Change,
    pub text: String,
}

/// How one text became another. White space of any kind counts as one space.
#[derive(Debug, Clone, PartialEq)]
pub struct Difference {
    pub stretches: Vec<ChangedStretch>,
}

/// A text with single spaces.
pub(crate) fn folded(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The words of a text, in no order.
pub(super) struct WordBag<'t>(Vec<&'t str>);

impl<'t> WordBag<'t> {
    pub(super) fn of(text: &'t str) -> WordBag<'t> {
        let mut words: Vec<&str> = text.split_whitespace().collect();
        words.sort_unstable();
        WordBag(words)
    }

    /// The most that two texts can have in common, as [`Difference::of`] counts it.
    pub(super) fn shared(&self, other: &WordBag<'_>) -> f32 {
        let (mut mine, mut theirs) = (&self.0[..], &other.0[..]);
        let all = mine.len() + theirs.len();
        let mut both = 0;
        while let ([first, rest @ ..], [second, others @ ..]) = (mine, theirs) {
            match first.cmp(second) {
                Ordering::Less => mine = rest,
                Ordering::Greater => theirs = others,
                Ordering::Equal => {
                    both += 1;
                    (mine, theirs) = (rest, others);
                }
            }
        }
        match all {
            0 => 1.0,
            all => 2.0 * both as f32 / all as f32,
        }
    }
}

impl Difference {
    /// The difference, and how much the texts have in common, from 0 to 1: twice the common words
    /// by all words (Ratcliff and Metzener, "Pattern matching: the gestalt approach", 1988).
    pub(crate) fn of(old: &str, new: &str) -> (Difference, f32) {
        let (old, new): (Vec<&str>, Vec<&str>) = (
            old.split_whitespace().collect(),
            new.split_whitespace().collect(),
        );
        let diff = TextDiff::configure()
            .timeout(PATIENCE)
            .diff_slices(&old, &new);
        let mut stretches: Vec<ChangedStretch> = Vec::new();
        for change in diff.iter_all_changes() {
            let tag = match change.tag() {
                ChangeTag::Equal => Change::Kept,
                ChangeTag::Delete => Change::Removed,
                ChangeTag::Insert => Change::Added,
            };
            match stretches.last_mut() {
                Some(last) if last.change == tag => {
                    last.text.push(' ');
                    last.text.push_str(change.value());
                }
                _ => stretches.push(ChangedStretch {
                    change: tag,
                    text: change.value().to_owned(),
                }),
            }
        }
        (Difference { stretches }, diff.ratio())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_that_changed_are_told_from_those_that_did_not() {
        let (difference, ratio) =
            Difference::of("not with\n severe osteoporosis", "with osteoporosis now");
        let shown: Vec<(Change, &str)> = difference
            .stretches
            .iter()
            .map(|stretch| (stretch.change, stretch.text.as_str()))
            .collect();
        assert_eq!(
            shown,
            [
                (Change::Removed, "not"),
                (Change::Kept, "with"),
                (Change::Removed, "severe"),
                (Change::Kept, "osteoporosis"),
                (Change::Added, "now"),
            ]
        );
        assert!((ratio - 4.0 / 7.0).abs() < 1e-6);
        assert_eq!(Difference::of("a b", "a\n\nb").1, 1.0);
    }

    #[test]
    fn no_texts_have_more_in_common_than_their_words() {
        let shared = |a: &str, b: &str| WordBag::of(a).shared(&WordBag::of(b));
        for (a, b) in [
            ("a b c", "c b a"),
            ("a a b", "a"),
            ("", "x"),
            ("", ""),
            ("x y", "y z"),
        ] {
            assert!(shared(a, b) >= Difference::of(a, b).1, "{a} {b}");
        }
        assert_eq!((shared("a b", "b a"), shared("a a", "a b")), (1.0, 0.5));
    }
}
