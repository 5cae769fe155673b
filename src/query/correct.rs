//! Slips of the fingers: words that nobody knows, read as the word that was probably meant.
//!
//! Only words in no list are ever touched. A word that the list of words knows (`words`), or the
//! corpus just as it is written, or whoever else stands behind [`WordSource::knows`], is never
//! rewritten, not even where the corpus lacks it: prednisone is no slip for prednisolone. Its
//! neighbour in the corpus is then a suggestion ([`DidYouMean`]), searched for only when that is
//! asked for ([`Spelling::Corrected`]). That the corpus has the stem of a word does not make it
//! known: "migrane" has that of larva migrans.
//!
//! Any other word is compared with the words of the corpus that are spelled nearly like it: within
//! one edit for words of 4 to 7 letters, two for longer ones. An edit is a letter too much, too
//! few or wrong, or two neighbours that changed places (Damerau, "A technique for computer
//! detection and correction of spelling errors", 1964). Two edits never change the first letter,
//! which people rarely miss.
//!
//! Among these words the noisy channel chooses (Kernighan, Church and Gale, "A spelling correction
//! program based on a noisy channel model", 1990; Norvig, "How to write a spelling corrector",
//! 2007). The word meant is the one for which `P(word) · P(typed | word)` is greatest; with the
//! frequency in the corpus for the first and a constant factor per edit for the second, in
//! logarithms:
//!
//! ```text
//! score = ln(count) − 7 · edits
//! ```
//!
//! `e^7` is about 1100: a word two edits away has to be that much more frequent than one that is
//! one edit away. Equal scores go by the alphabet, so that a query always means the same.
//!
//! What stands in quotes is meant letter by letter and is left alone.

use std::collections::HashMap;
use std::fmt;

use super::parse::{Clause, Pattern, Query, Scope};
use super::plan::{READ_WORDS, WordSource};
use super::words;
use crate::analysis::{self, Similar, Word, is_stopword};

/// What an edit costs, in units of `ln(count)`.
const EDIT_COST: f64 = 7.0;
/// Shorter words have too many neighbours.
const MIN_LETTERS: usize = 4;
/// Words of this many letters may have two slips.
const TWO_EDITS_LETTERS: usize = 8;
/// At most this many words of a query are looked up: who mistypes more is not typing words.
const MAX_LOOKUPS: usize = 16;

/// Parts of clinical words that are spelled nearly alike and mean something else, often the
/// opposite. When two words differ in nothing but these, neither is a slip for the other.
const BEGINNINGS: &[&[&str]] = &[
    &["hyper", "hypo"],
    &["inter", "intra", "infra"],
    &["macro", "micro"],
    &["ante", "anti"],
    &["ab", "ad"],
];
const ENDINGS: &[&[&str]] = &[&["ectomy", "otomy", "ostomy"], &["itis", "osis"]];

/// A word that was searched for in place of the one typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Correction {
    pub typed: String,
    pub searched: String,
}

impl fmt::Display for Correction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} (typed: {})", self.searched, self.typed)
    }
}

/// A word that is spelled as it should be and that no passage has, with what may be meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DidYouMean {
    pub typed: String,
    pub meant: String,
    /// How many passages have the word that may be meant.
    pub passages: u64,
}

impl fmt::Display for DidYouMean {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let DidYouMean {
            typed,
            meant,
            passages,
        } = self;
        let s = if *passages == 1 { "" } else { "s" };
        write!(
            f,
            "no passage has {typed}. Did you mean {meant}? {passages} passage{s}"
        )
    }
}

/// How words are taken that the corpus lacks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Spelling {
    /// As typed.
    Exact,
    /// What is in no list is corrected, for anything else there are suggestions.
    #[default]
    Forgiving,
    /// Suggestions are searched for, too.
    Corrected,
}

impl Query {
    /// Replaces the words that nobody knows by the words of the corpus that were probably meant,
    /// where there are any; [`Query::corrections`] then says which. For words that are right, and
    /// that the corpus lacks, [`Query::did_you_mean`] has suggestions.
    pub fn correct(&mut self, corpus: &dyn WordSource, spelling: Spelling) {
        if spelling == Spelling::Exact {
            return;
        }
        let mut corrector = Corrector::new(corpus, spelling);
        for clause in &mut self.clauses {
            corrector.clause(clause);
            if corrector.seen.len() > READ_WORDS {
                break;
            }
        }
        self.corrections = corrector.corrections;
        self.did_you_mean = corrector.did_you_mean;
    }
}

/// A text that is no query, with its words as they were taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spelled {
    /// The text, corrected.
    pub text: String,
    pub corrections: Vec<Correction>,
    pub did_you_mean: Vec<DidYouMean>,
}

impl Spelled {
    /// Corrects the words of a text, as [`Query::correct`] does those of a query.
    pub fn of(text: &str, corpus: &dyn WordSource) -> Spelled {
        let mut corrector = Corrector::new(corpus, Spelling::Forgiving);
        Spelled {
            text: corrector.words(text),
            corrections: corrector.corrections,
            did_you_mean: corrector.did_you_mean,
        }
    }
}

struct Corrector<'c> {
    corpus: &'c dyn WordSource,
    spelling: Spelling,
    /// The patterns met so far, and what they became: a query may repeat itself endlessly.
    seen: HashMap<Pattern, Pattern>,
    lookups: usize,
    corrections: Vec<Correction>,
    did_you_mean: Vec<DidYouMean>,
}

impl<'c> Corrector<'c> {
    fn new(corpus: &'c dyn WordSource, spelling: Spelling) -> Self {
        Corrector {
            corpus,
            spelling,
            seen: HashMap::new(),
            lookups: 0,
            corrections: Vec::new(),
            did_you_mean: Vec::new(),
        }
    }

    fn clause(&mut self, clause: &mut Clause) {
        if clause.scope == Scope::Source {
            return;
        }
        if let Some(known) = self.seen.get(&clause.pattern) {
            clause.pattern = known.clone();
            return;
        }
        let corrected = match &clause.pattern {
            Pattern::Words(text) => Pattern::Words(self.words(text)),
            Pattern::Prefix(prefix) => Pattern::Prefix(self.prefix(prefix)),
            Pattern::Phrase(_) => return,
        };
        let typed = std::mem::replace(&mut clause.pattern, corrected.clone());
        self.seen.insert(typed, corrected);
    }

    /// Corrects in the text itself, so that what is around a word, and the compounds it is part
    /// of, are analysed as if it had been typed well.
    fn words(&mut self, text: &str) -> String {
        let words = analysis::words(text);
        // "fibro-myalgia" is known when "fibromyalgia" is, whatever its parts.
        let known_compounds: Vec<&Word> = words
            .iter()
            .filter(|word| word.compound && word.spelling().is_none())
            .filter(|word| self.corpus.has_term(&word.term))
            .collect();
        let is_part = |word: &Word| {
            let within =
                |c: &&Word| c.bytes.start <= word.bytes.start && word.bytes.end <= c.bytes.end;
            known_compounds.iter().any(within)
        };
        // What stands beside a star is a piece of a word, and no word of which one could tell a slip.
        let is_piece = |word: &Word| {
            let (before, after) = (&text[..word.bytes.start], &text[word.bytes.end..]);
            before.ends_with('*') || after.starts_with('*')
        };
        let mut corrected = String::with_capacity(text.len());
        let mut copied = 0;
        for word in words
            .iter()
            .filter(|w| !w.compound && !is_part(w) && !is_piece(w))
        {
            if let Some(meant) = self.word(word) {
                corrected.push_str(&text[copied..word.bytes.start]);
                corrected.push_str(&meant);
                copied = word.bytes.end;
            }
        }
        corrected.push_str(&text[copied..]);
        corrected
    }

    fn word(&mut self, word: &Word) -> Option<String> {
        let surface = &word.surface;
        if !may_be_wrong(surface) {
            return None;
        }
        let known = |word: &str| self.corpus.knows(word);
        let is_right =
            words::is_word(surface) || known(surface) || words::is_made_of(surface, known);
        if is_right && self.corpus.has_term(&word.term) {
            return None;
        }
        let best = self.choose(surface, |corpus, edits| corpus.similar(surface, edits))?;
        self.take(surface, best, is_right)
    }

    fn prefix(&mut self, prefix: &str) -> String {
        let analysed = analysis::words(prefix);
        let [Word { surface, .. }] = &analysed[..] else {
            return prefix.to_owned();
        };
        if !may_be_wrong(surface) || !self.corpus.with_prefix(surface, 1).is_empty() {
            return prefix.to_owned();
        }
        let best = self.choose(surface, |corpus, edits| {
            corpus.similar_beginnings(surface, edits)
        });
        let is_right = words::begins_word(surface);
        best.and_then(|best| self.take(surface, best, is_right))
            .unwrap_or_else(|| prefix.to_owned())
    }

    /// The best of the candidates for a word, if there are any.
    fn choose(
        &mut self,
        typed: &str,
        candidates: impl FnOnce(&dyn WordSource, u8) -> Vec<Similar>,
    ) -> Option<Similar> {
        if self.lookups == MAX_LOOKUPS {
            return None;
        }
        self.lookups += 1;
        candidates(self.corpus, edits_allowed(typed))
            .into_iter()
            .filter(|candidate| is_plausible(typed, candidate))
            .max_by(|a, b| {
                let by_score = score(a).total_cmp(&score(b));
                by_score.then_with(|| b.word.cmp(&a.word))
            })
    }

    /// What a word is replaced by; nothing where that is only to be suggested.
    fn take(&mut self, typed: &str, best: Similar, is_right: bool) -> Option<String> {
        if is_right && self.spelling != Spelling::Corrected {
            let suggested = DidYouMean {
                typed: typed.to_owned(),
                passages: self.corpus.passages(&best.word),
                meant: best.word,
            };
            if !self.did_you_mean.contains(&suggested) {
                self.did_you_mean.push(suggested);
            }
            return None;
        }
        let correction = Correction {
            typed: typed.to_owned(),
            searched: best.word.clone(),
        };
        if !self.corrections.contains(&correction) {
            self.corrections.push(correction);
        }
        Some(best.word)
    }
}

/// Whether a word is of the kind that is corrected, if it should turn out to be unknown.
fn may_be_wrong(surface: &str) -> bool {
    surface.chars().count() >= MIN_LETTERS
        && surface.chars().all(char::is_alphabetic)
        && !is_stopword(surface)
}

fn edits_allowed(typed: &str) -> u8 {
    if typed.chars().count() < TWO_EDITS_LETTERS {
        1
    } else {
        2
    }
}

fn is_plausible(typed: &str, candidate: &Similar) -> bool {
    let word = candidate.word.as_str();
    let same_start = typed.chars().next() == word.chars().next();
    (same_start || candidate.distance <= 1)
        && word.chars().all(char::is_alphabetic)
        && !means_otherwise(typed, word)
}

/// Whether two different words differ in nothing but parts that mean different things.
fn means_otherwise(typed: &str, word: &str) -> bool {
    let pairs = |families: &'static [&'static [&'static str]]| {
        families
            .iter()
            .flat_map(|family| family.iter().map(move |part| (part, family)))
            .flat_map(|(part, family)| family.iter().map(move |other| (*part, *other)))
    };
    pairs(BEGINNINGS).any(|(part, other)| {
        let rest = typed.strip_prefix(part);
        rest.is_some() && rest == word.strip_prefix(other)
    }) || pairs(ENDINGS).any(|(part, other)| {
        let rest = typed.strip_suffix(part);
        rest.is_some() && rest == word.strip_suffix(other)
    })
}

fn score(candidate: &Similar) -> f64 {
    (candidate.count.max(1) as f64).ln() - EDIT_COST * f64::from(candidate.distance)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// A corpus of a few words, with their counts.
    struct Corpus(&'static [(&'static str, u64)]);

    const CORPUS: Corpus = Corpus(&[
        ("abduction", 4),
        ("amplitude", 2),
        ("fibromyalgia", 3),
        ("fibromyalgias", 1),
        ("form", 2),
        ("hypertension", 9),
        ("low", 5),
        ("lowamplitude", 2),
        ("manipulation", 40),
        ("manipulations", 3),
        ("massage", 8),
        ("osteoporosis", 3),
        ("pain", 90),
        ("paid", 1),
        ("treatment", 30),
    ]);

    /// Optimal string alignment, the plain way.
    fn distance(a: &str, b: &str) -> u8 {
        let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
        let mut d = vec![vec![0usize; b.len() + 1]; a.len() + 1];
        for i in 0..=a.len() {
            for j in 0..=b.len() {
                d[i][j] = if i == 0 || j == 0 {
                    i + j
                } else {
                    let differ = usize::from(a[i - 1] != b[j - 1]);
                    let mut least = (d[i - 1][j] + 1)
                        .min(d[i][j - 1] + 1)
                        .min(d[i - 1][j - 1] + differ);
                    if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                        least = least.min(d[i - 2][j - 2] + 1);
                    }
                    least
                };
            }
        }
        d[a.len()][b.len()] as u8
    }

    impl WordSource for Corpus {
        fn with_prefix(&self, prefix: &str, limit: usize) -> Vec<String> {
            let words = self.0.iter().filter(|(word, _)| word.starts_with(prefix));
            words.take(limit).map(|(word, _)| (*word).into()).collect()
        }

        fn has_term(&self, term: &str) -> bool {
            let has = |(word, _): &(&str, u64)| analysis::words(word)[0].term == term;
            self.0.iter().any(has)
        }

        fn knows(&self, word: &str) -> bool {
            self.0.iter().any(|(known, _)| *known == word)
        }

        fn passages(&self, word: &str) -> u64 {
            let same = |(known, _): &&(&str, u64)| *known == word;
            self.0.iter().find(same).map_or(0, |(_, count)| *count)
        }

        fn similar(&self, typed: &str, max_distance: u8) -> Vec<Similar> {
            let similar = self.0.iter().map(|(word, count)| Similar {
                word: (*word).into(),
                count: *count,
                distance: distance(typed, word),
            });
            similar.filter(|s| s.distance <= max_distance).collect()
        }

        fn similar_beginnings(&self, prefix: &str, max_distance: u8) -> Vec<Similar> {
            let length = |word: &str| prefix.len().min(word.len());
            let beginnings = self.0.iter().map(|(word, count)| Similar {
                word: word[..length(word)].into(),
                count: *count,
                distance: distance(prefix, &word[..length(word)]),
            });
            beginnings.filter(|s| s.distance <= max_distance).collect()
        }
    }

    fn corrected(text: &str) -> Query {
        let mut query = Query::parse(text);
        query.correct(&CORPUS, Spelling::Forgiving);
        query
    }

    fn corrections(text: &str) -> Vec<String> {
        let corrections = corrected(text).corrections;
        corrections.iter().map(Correction::to_string).collect()
    }

    #[test]
    fn slips_are_corrected_wherever_they_stand() {
        for (text, expected) in [
            ("osteoporsis", "osteoporosis"),
            ("Fibromialgia", "fibromyalgia"),
            ("+manipualtion", "manipulation"),
            ("-massgae", "massage"),
            ("title:(tratment)", "treatment"),
            ("fibromialg*", "fibromyalg"),
            ("xsteoporosis", "osteoporosis"),
        ] {
            let found = corrected(text).corrections;
            assert_eq!(found.len(), 1, "{text}");
            assert_eq!(found[0].searched, expected, "{text}");
        }
        assert_eq!(
            corrected("title:(tratment)").clauses[0].pattern,
            Pattern::Words("treatment".into())
        );
    }

    #[test]
    fn what_is_known_or_no_word_is_left_alone() {
        for text in [
            "pains",
            "manipulating",
            "treated",
            "osteoporos1s",
            "pai",
            "would",
            "zebrafish",
            "\"osteoporsis risk\"",
            "source:osteoporsis",
            "manipul*",
            "*oporsis",
            "oste*porsis",
        ] {
            assert_eq!(corrections(text), [""; 0], "{text}");
        }
    }

    #[test]
    fn short_words_have_one_slip_and_long_ones_keep_their_first_letter() {
        assert_eq!(corrections("masage"), ["massage (typed: masage)"]);
        assert_eq!(corrections("masgae"), [""; 0]);
        assert_eq!(corrections("xsteoporsis"), [""; 0]);
    }

    #[test]
    fn frequency_decides_between_equals_and_an_edit_weighs_more() {
        assert_eq!(corrections("paim"), ["pain (typed: paim)"]);
        assert_eq!(
            corrections("manipulatins"),
            ["manipulations (typed: manipulatins)"]
        );
    }

    #[test]
    fn parts_of_compounds_are_words() {
        let query = corrected("low-ampltude fibro-myalgia");
        assert_eq!(query.corrections.len(), 1);
        assert_eq!(
            query.clauses[0].pattern,
            Pattern::Words("low-amplitude".into())
        );
    }

    #[test]
    fn opposites_are_no_slips() {
        assert_eq!(corrections("hypotension adduction"), [""; 0]);
        assert_eq!(
            corrections("hipertension"),
            ["hypertension (typed: hipertension)"]
        );
        assert!(means_otherwise("colostomy", "colectomy"));
        assert!(!means_otherwise("adbominal", "abdominal"));
    }

    #[test]
    fn a_slip_made_twice_is_told_once() {
        assert_eq!(corrections("paim -paim paim*").len(), 1);
    }

    proptest! {
        #[test]
        fn any_text_is_corrected_without_panic(text in "\\PC{0,80}") {
            corrected(&text);
        }

        #[test]
        fn words_that_are_known_never_change(
            chosen in proptest::collection::vec(0..CORPUS.0.len(), 0..8),
            sign in "[+-]?",
        ) {
            let text: String = chosen
                .iter()
                .map(|&at| format!("{sign}{} ", CORPUS.0[at].0))
                .collect();
            prop_assert_eq!(corrected(&text), Query::parse(&text));
        }
    }
}
