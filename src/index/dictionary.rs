//! What the corpus has of words and phrases, for reading and completing what somebody types.
//!
//! The phrases are those that a search box can offer: titles and headings, with how many passages
//! stand under each.
//!
//! A phrase is found by its beginning or by that of any later word in it, function words excepted.
//! That takes a permuted index, as printed indexes of titles have had (Luhn, "Keyword-in-context
//! index for technical literature", 1960): each phrase is turned so that each of its words comes
//! first once, and a prefix is then looked up in one sorted list.
//!
//! ```text
//! risks and complications␀             "␀" (a zero byte) is where the turned phrase ends
//! risks␀side effects and
//! ```
//!
//! Two files of a generation hold this: a finite state transducer of the turned phrases, folded
//! like all words, and the phrases as they are written, one a line, in the order of their folded
//! forms, each with its count: the way it is written most often, which is shown, and then others. A value of the first is a count (upper 24 bits) and the byte of a line in the second
//! (lower 40). Both are mapped, never loaded.

use std::cmp::Reverse;
use std::io;

use fst::automaton::{Automaton, Str};
use fst::{IntoStreamer, Map, Streamer};

use crate::analysis::{Analyzer, SharedBytes, Vocabulary};

pub(super) const TURNED_FILE: &str = "phrases.fst";
pub(super) const SHOWN_FILE: &str = "phrases.txt";
pub(super) const LINE_BITS: u32 = 40;
pub(super) const END: u8 = 0;
/// What parts the forms of a phrase from their counts; a phrase is on one line, with single spaces.
pub(super) const BETWEEN: &str = "\t";

/// What the corpus has of words and phrases, for reading and completing what somebody types.
pub struct Dictionary {
    /// Every word, with how often it occurs.
    pub vocabulary: Vocabulary,
    /// Titles and headings, with how many passages stand under each.
    pub(crate) phrases: Phrases,
}

/// The folded form of a phrase, by which it is found: its words with one space between.
pub(crate) fn fold(phrase: &str) -> String {
    fold_with(&mut Analyzer::default(), phrase)
}

pub(super) fn fold_with(analyzer: &mut Analyzer, phrase: &str) -> String {
    let mut tokens = analyzer.tokens(phrase);
    tokens.retain(|token| !token.compound);
    let surfaces: Vec<&str> = tokens.iter().map(|t| analyzer.surface(t.word)).collect();
    surfaces.join(" ")
}

/// The phrases of an index, opened for reading.
pub(crate) struct Phrases {
    turned: Map<SharedBytes>,
    shown: SharedBytes,
}

/// A phrase that matches, before it is read.
struct PhraseMatch {
    line: u64,
    /// Whether it matches at a later word only.
    later: bool,
    passages: u64,
    bytes: usize,
}

impl Phrases {
    /// Reads what `PhraseCounts::write` wrote.
    pub(super) fn new(turned: SharedBytes, shown: SharedBytes) -> io::Result<Phrases> {
        let turned = Map::new(turned).map_err(io::Error::other)?;
        Ok(Phrases { turned, shown })
    }

    /// The phrases of which a word and those after it begin with `start` (folded), with the
    /// number of passages under each; at most `limit`. Those that begin so themselves come first,
    /// then the more frequent, the shorter, and by the alphabet.
    pub(crate) fn starting(&self, start: &str, limit: usize) -> Vec<(String, u64)> {
        let mut found = self.matches(start);
        found.sort_unstable_by_key(|found| (found.line, found.later));
        found.dedup_by_key(|found| found.line);
        // Lines are in the order of the alphabet.
        found.sort_by_key(|m| (m.later, Reverse(m.passages), m.bytes, m.line));
        found.truncate(limit);
        let read = |found: PhraseMatch| Some((self.line(found.line)?, found.passages));
        found.into_iter().filter_map(read).collect()
    }

    fn matches(&self, start: &str) -> Vec<PhraseMatch> {
        let mut found = Vec::new();
        let automaton = Str::new(start).starts_with();
        let mut stream = self.turned.search(automaton).into_stream();
        while let Some((key, value)) = stream.next() {
            let whole = key.last() == Some(&END);
            found.push(PhraseMatch {
                line: value & ((1 << LINE_BITS) - 1),
                later: !whole,
                passages: value >> LINE_BITS,
                bytes: key.len() - usize::from(whole),
            });
        }
        found
    }

    /// The line that begins at that byte; `None` where the two files do not fit.
    fn line(&self, start: u64) -> Option<String> {
        let rest = self.shown.as_ref().get(usize::try_from(start).ok()?..)?;
        let line = rest
            .split(|byte| BETWEEN.as_bytes().contains(byte))
            .next()?;
        Some(String::from_utf8_lossy(line).into_owned())
    }
}
