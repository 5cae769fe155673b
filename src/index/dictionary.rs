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
//!
//! Where little has changed, these two are those of an earlier generation, and two more of the same kind hold
//! the phrases of which the counts are others now (`LayeredMap`).

use std::cmp::Reverse;
use std::io;

use fst::automaton::{AlwaysMatch, Automaton, Str};

use crate::analysis::{Analyzer, LayeredMap, MapLayer, SharedBytes, Vocabulary};

pub(super) const TURNED_FILE: &str = "phrases.fst";
pub(super) const SHOWN_FILE: &str = "phrases.txt";
pub(super) const TURNED_CHANGED_FILE: &str = "phrases-changed.fst";
pub(super) const SHOWN_CHANGED_FILE: &str = "phrases-changed.txt";
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
    turned: LayeredMap,
    shown: SharedBytes,
    /// The lines of what is laid over.
    changed: Option<SharedBytes>,
}

/// The two files of phrases.
pub(crate) struct PhraseFiles {
    pub(super) turned: SharedBytes,
    pub(super) shown: SharedBytes,
}

/// The ways in which a phrase is written, each with its count.
pub(super) type WrittenForms<'p> = Vec<(&'p str, u64)>;

/// A phrase that matches, before it is read.
struct PhraseMatch {
    line: (MapLayer, u64),
    /// The phrase, folded; nothing where lines are in the order of the alphabet.
    folded: Box<str>,
    /// Whether it matches at a later word only.
    later: bool,
    passages: u64,
    bytes: usize,
}

impl Phrases {
    /// Reads what `PhraseCounts` wrote.
    pub(super) fn new(all: PhraseFiles, changed: Option<PhraseFiles>) -> io::Result<Phrases> {
        let (turned, lines) = changed.map(|files| (files.turned, files.shown)).unzip();
        Ok(Phrases {
            turned: LayeredMap::new(all.turned, turned)?,
            shown: all.shown,
            changed: lines,
        })
    }

    /// The phrases of which a word and those after it begin with `start` (folded), with the
    /// number of passages under each; at most `limit`. Those that begin so themselves come first,
    /// then the more frequent, the shorter, and by the alphabet.
    pub(crate) fn starting(&self, start: &str, limit: usize) -> Vec<(String, u64)> {
        let mut found = self.matches(start);
        found.sort_unstable_by_key(|found| (found.line, found.later));
        found.dedup_by_key(|found| found.line);
        let order = |m: &PhraseMatch| (m.later, Reverse(m.passages), m.bytes);
        found.sort_by(|a, b| {
            let alphabet = || (&a.folded, a.line).cmp(&(&b.folded, b.line));
            order(a).cmp(&order(b)).then_with(alphabet)
        });
        found.truncate(limit);
        let read = |found: PhraseMatch| Some((self.line(found.line)?, found.passages));
        found.into_iter().filter_map(read).collect()
    }

    fn matches(&self, start: &str) -> Vec<PhraseMatch> {
        let mut found = Vec::new();
        let is_layered = self.turned.is_layered();
        let automaton = Str::new(start).starts_with();
        self.turned.each(automaton, &mut |key, layer, value| {
            let whole = key.last() == Some(&END);
            found.push(PhraseMatch {
                line: (layer, line_of(value)),
                folded: match is_layered {
                    true => turned_back(key).into(),
                    false => Box::default(),
                },
                later: !whole,
                passages: value >> LINE_BITS,
                bytes: key.len() - usize::from(whole),
            });
        });
        found
    }

    /// The phrase as it is shown; `None` where the files do not fit.
    fn line(&self, (layer, start): (MapLayer, u64)) -> Option<String> {
        let line = self.rest_from(layer, start)?;
        let line = line
            .split(|byte| BETWEEN.as_bytes().contains(byte))
            .next()?;
        Some(String::from_utf8_lossy(line).into_owned())
    }

    fn rest_from(&self, layer: MapLayer, start: u64) -> Option<&[u8]> {
        let lines = match layer {
            MapLayer::Below => &self.shown,
            MapLayer::Above => self.changed.as_ref()?,
        };
        lines.as_ref().get(usize::try_from(start).ok()?..)
    }

    /// The ways in which a phrase (folded) is written, each with its count; none where it does not occur.
    pub(super) fn written(&self, folded: &str) -> WrittenForms<'_> {
        let key = whole(folded);
        let found = self.turned.get(&key);
        let line = found.and_then(|(layer, value)| self.rest_from(layer, line_of(value)));
        line.map(forms).unwrap_or_default()
    }

    /// Each phrase, folded, with the ways in which it is written.
    pub(super) fn each(&self, take: &mut dyn FnMut(&str, WrittenForms<'_>)) {
        self.turned.each(AlwaysMatch, &mut |key, layer, value| {
            let line = self.rest_from(layer, line_of(value));
            if let (Some(folded), Some(line)) = (folded_of(key), line) {
                take(folded, forms(line));
            }
        });
    }

    /// Each phrase, folded, that something is laid over.
    pub(super) fn each_changed(&self, take: &mut dyn FnMut(&str)) {
        self.turned.each_above(&mut |key, _| {
            if let Some(folded) = folded_of(key) {
                take(folded);
            }
        });
    }

    /// What the turned phrases are kept in.
    pub(super) fn turned(&self) -> &LayeredMap {
        &self.turned
    }
}

/// The byte of a line that a value says.
fn line_of(value: u64) -> u64 {
    value & ((1 << LINE_BITS) - 1)
}

/// The key of a phrase that is not turned.
fn whole(folded: &str) -> Vec<u8> {
    let mut key = folded.as_bytes().to_vec();
    key.push(END);
    key
}

/// The phrase that has a key, if that is not turned.
fn folded_of(key: &[u8]) -> Option<&str> {
    let (&END, folded) = key.split_last()? else {
        return None;
    };
    std::str::from_utf8(folded).ok()
}

/// The phrase that a key was turned from.
fn turned_back(key: &[u8]) -> String {
    let key = String::from_utf8_lossy(key);
    match key.split_once(char::from(END)) {
        Some((whole, "")) => whole.to_owned(),
        Some((first, rest)) => format!("{rest} {first}"),
        None => key.into_owned(),
    }
}

/// The forms of the phrase of which the line comes first, each with its count.
fn forms(lines: &[u8]) -> WrittenForms<'_> {
    let line = lines.split(|byte| *byte == b'\n').next();
    let line = line.and_then(|line| std::str::from_utf8(line).ok());
    let mut parts = line.unwrap_or_default().split(BETWEEN);
    let mut forms = Vec::new();
    while let (Some(shown), Some(passages)) = (parts.next(), parts.next()) {
        forms.push((shown, passages.parse().unwrap_or_default()));
    }
    forms
}
