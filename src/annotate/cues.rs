//! Cues: phrases that say what a passage is about where there are no labels to learn from. The
//! table is data (`src/data/cues.toml`).
//!
//! A heading cue speaks for the whole section, a strong body cue for its passage; weak ones only
//! add to others, or count when there are many. A cue under a negation does not count.
//! The evidence of several cues adds up as independent chances do: `1 − Π (1 − w)`.

use std::collections::HashSet;
use std::ops::Range;
use std::sync::LazyLock;

use serde::Deserialize;
use toml::Spanned;

use super::aspect::Aspect;
use crate::analysis::{self, Analyzer, TermId, Trie, TrieNode};
use crate::data::{DataFile, TableFault, from_toml, line_of};

/// Any one word of a phrase, and any number.
const ANY: &str = "*";
const NUMBER: &str = "#";

/// What one cue is worth as a chance that the passage speaks of the aspect.
const HEADING: f32 = 0.9;
const STRONG: f32 = 0.6;
const WEAK: f32 = 0.1;

/// The table, read once: passages, questions and headings ask it.
static TABLE: LazyLock<CueTable> = LazyLock::new(|| {
    from_toml(DataFile::Cues.text())
        // Tests read the built-in file, and one in its place was looked at.
        .expect("the cue table is valid")
});

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CueTable {
    cue: Vec<Spanned<CueEntry>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CueEntry {
    aspect: AspectName,
    sub: Option<AspectName>,
    #[serde(default)]
    asks: Vec<String>,
    #[serde(default)]
    headings: Vec<String>,
    #[serde(default)]
    strong: Vec<String>,
    #[serde(default)]
    weak: Vec<String>,
}

impl CueEntry {
    /// The one aspect it is for.
    fn name(&self) -> &str {
        &self.sub.as_ref().unwrap_or(&self.aspect).0
    }
}

/// Reads the table before it is needed.
pub(super) fn read_builtin() {
    LazyLock::force(&TABLE);
}

/// The phrases by which a question asks for an aspect that the model of questions was not taught, as
/// terms, the longest first.
pub(super) fn asking_phrases() -> Vec<(Aspect, Vec<String>)> {
    let mut phrases = Vec::new();
    for entry in TABLE.cue.iter().map(Spanned::get_ref) {
        let Some(aspect) = Aspect::all().find(|aspect| aspect.name() == entry.name()) else {
            continue;
        };
        for phrase in &entry.asks {
            let words = analysis::words(phrase).into_iter();
            let whole = words.filter(|word| !word.compound);
            phrases.push((aspect, whole.map(|word| word.term).collect::<Vec<_>>()));
        }
    }
    phrases.sort_by_key(|(_, terms)| std::cmp::Reverse(terms.len()));
    phrases
}

/// Whether a table of cues can be read, and each of its cues is for one aspect.
pub(super) fn check(text: &str) -> Result<(), TableFault> {
    let table: CueTable = from_toml(text)?;
    for entry in &table.cue {
        let name = entry.get_ref().name();
        if !Aspect::all().any(|aspect| aspect.name() == name) {
            return Err(TableFault {
                line: line_of(text, entry.span().start),
                cause: format!("“{name}” is more than one aspect: `sub` has to say which"),
            });
        }
    }
    Ok(())
}

/// Whether some words, as they are written in small letters, are what a section on one aspect is
/// called: "adverse events" asks for them, whatever its words ask for one by one.
pub(crate) fn is_heading(words: &str) -> bool {
    static HEADINGS: LazyLock<HashSet<&str>> = LazyLock::new(|| {
        let cues = TABLE.cue.iter().map(Spanned::get_ref);
        let headings = cues.flat_map(|cue| &cue.headings);
        headings.map(String::as_str).collect()
    });
    HEADINGS.contains(words)
}

/// The name of an aspect, or of several: one that nothing has is an error of the table.
#[derive(Debug, Deserialize)]
#[serde(try_from = "String")]
struct AspectName(String);

impl TryFrom<String> for AspectName {
    type Error = String;

    fn try_from(name: String) -> Result<AspectName, String> {
        match Aspect::named(&name).is_empty() {
            true => Err(format!("“{name}” is no aspect")),
            false => Ok(AspectName(name)),
        }
    }
}

/// What a phrase speaks for, each with its weight.
type Worth = Vec<(Aspect, f32)>;

/// The cue table, compiled for the words of one analyzer.
pub(super) struct Cues {
    headings: Trie<Worth>,
    body: Trie<Worth>,
    /// The symbols of `*` and `#`, which no word of a text has.
    any: u32,
    number: u32,
}

impl Cues {
    /// The built-in table.
    pub(super) fn builtin(analyzer: &mut Analyzer) -> Cues {
        let mut cues = Cues::empty(analyzer);
        for entry in TABLE.cue.iter().map(Spanned::get_ref) {
            let name = entry.name();
            for aspect in Aspect::all().filter(|aspect| aspect.name() == name) {
                let mut add = |to: &mut Trie<Worth>, phrases: &[String], weight| {
                    for phrase in phrases {
                        insert(to, analyzer, phrase, (aspect, weight));
                    }
                };
                add(&mut cues.headings, &entry.headings, HEADING);
                add(&mut cues.body, &entry.strong, STRONG);
                add(&mut cues.body, &entry.weak, WEAK);
            }
        }
        cues
    }

    fn empty(analyzer: &mut Analyzer) -> Cues {
        Cues {
            headings: Trie::default(),
            body: Trie::default(),
            any: analyzer.term_id(ANY).into(),
            number: analyzer.term_id(NUMBER).into(),
        }
    }

    /// The chance of each aspect by a heading.
    pub(super) fn in_heading(
        &self,
        heading: &Sentence<'_>,
        denied: &dyn Fn(Range<usize>) -> bool,
    ) -> [f32; Aspect::COUNT] {
        self.chances(&self.headings, heading, denied)
    }

    /// The chance of each aspect by one sentence of a passage.
    pub(super) fn in_sentence(
        &self,
        sentence: &Sentence<'_>,
        denied: &dyn Fn(Range<usize>) -> bool,
    ) -> [f32; Aspect::COUNT] {
        self.chances(&self.body, sentence, denied)
    }

    fn chances(
        &self,
        cues: &Trie<Worth>,
        sentence: &Sentence<'_>,
        denied: &dyn Fn(Range<usize>) -> bool,
    ) -> [f32; Aspect::COUNT] {
        let mut chances = [0.0; Aspect::COUNT];
        for at in 0..sentence.terms.len() {
            for symbol in self.symbols(sentence, at) {
                if let Some(node) = cues.start(symbol) {
                    self.follow(cues, node, sentence, at + 1, &mut |worth, end| {
                        if !denied(at..end) {
                            for &(aspect, weight) in worth {
                                let chance = &mut chances[aspect.index()];
                                *chance = either(*chance, weight);
                            }
                        }
                    });
                }
            }
        }
        chances
    }

    /// Reports every cue that ends somewhere after `node`, with where it ends.
    fn follow(
        &self,
        cues: &Trie<Worth>,
        node: TrieNode,
        sentence: &Sentence<'_>,
        at: usize,
        found: &mut dyn FnMut(&Worth, usize),
    ) {
        if let Some(worth) = cues.value(node) {
            found(worth, at);
        }
        if at == sentence.terms.len() {
            return;
        }
        let wild = std::iter::once(self.any);
        for symbol in self.symbols(sentence, at).chain(wild) {
            if let Some(next) = cues.next(node, symbol) {
                self.follow(cues, next, sentence, at + 1, found);
            }
        }
    }

    /// What a word is to a cue: its term, and a number.
    fn symbols(&self, sentence: &Sentence<'_>, at: usize) -> impl Iterator<Item = u32> + use<> {
        let number = sentence.is_number[at].then_some(self.number);
        std::iter::once(u32::from(sentence.terms[at])).chain(number)
    }
}

/// A sentence as cues read it, compounds left out.
pub(super) struct Sentence<'t> {
    pub(super) terms: &'t [TermId],
    pub(super) is_number: &'t [bool],
}

/// Adds independent evidence: `1 − (1 − a)(1 − b)`.
pub(super) fn either(a: f32, b: f32) -> f32 {
    1.0 - (1.0 - a) * (1.0 - b)
}

fn insert(to: &mut Trie<Worth>, analyzer: &mut Analyzer, phrase: &str, worth: (Aspect, f32)) {
    let mut symbols: Vec<u32> = Vec::new();
    // A phrase that begins with anything says no more than the rest of it.
    for piece in phrase.split_whitespace().skip_while(|piece| *piece == ANY) {
        match piece {
            ANY | NUMBER => symbols.push(analyzer.term_id(piece).into()),
            _ => {
                // Not by this analyzer, which would count the words as words of the corpus.
                let words = analysis::words(piece).into_iter();
                let whole = words.filter(|word| !word.compound);
                symbols.extend(whole.map(|word| u32::from(analyzer.term_id(&word.term))));
            }
        }
    }
    if !symbols.is_empty() {
        to.entry(symbols).get_or_insert_default().push(worth);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::annotate::Reading;
    use crate::annotate::clause::Clauses;
    use crate::annotate::triggers::Triggers;

    fn chance_by(cues: impl Fn(&mut Analyzer) -> Cues, text: &str, aspect: Aspect) -> f32 {
        let mut analyzer = Analyzer::default();
        let cues = cues(&mut analyzer);
        let triggers = Triggers::builtin(&mut analyzer);
        let tokens = analyzer.tokens(text);
        let reading = Reading::new(&analyzer, text, &tokens);
        let all = 0..tokens.len();
        let clauses = Clauses::read(&triggers, &[], reading.stretch(all.clone()));
        let denied = |words: Range<usize>| clauses.denies(&triggers, &words);
        cues.in_sentence(&reading.sentence(all), &denied)[aspect.index()]
    }

    fn chance(text: &str, aspect: Aspect) -> f32 {
        chance_by(Cues::builtin, text, aspect)
    }

    #[test]
    fn a_misspelt_aspect_or_key_is_an_error_where_it_stands() {
        for (line, wrong) in [
            ("aspect = \"symptons\"", "symptons"),
            ("aspect = \"risk\"\nsub = \"advers\"", "advers"),
            ("aspect = \"cost\"\nstrongly = []", "strongly"),
        ] {
            let table = format!("[[cue]]\n{line}\n");
            let error = toml::from_str::<CueTable>(&table)
                .err()
                .expect("it is wrong");
            let span = error.span().expect("it says where");
            assert!(table[span].contains(wrong) || error.message().contains(wrong));
        }
    }

    #[test]
    fn a_warning_is_a_contraindication_and_its_denial_is_not() {
        assert!(
            chance(
                "It should not be used in pregnancy.",
                Aspect::Contraindication
            ) > 0.5
        );
        assert!(
            chance(
                "Tell your doctor if you have osteoporosis.",
                Aspect::Contraindication
            ) > 0.5
        );
        assert!(chance("There are no side effects.", Aspect::Adverse) < 0.3);
        assert!(chance("Common side effects include nausea.", Aspect::Adverse) > 0.5);
    }

    #[test]
    fn numbers_and_gaps_match() {
        let cues = |analyzer: &mut Analyzer| {
            let mut cues = Cues::empty(analyzer);
            for (phrase, aspect) in [
                ("lasts about # minutes", Aspect::Procedure),
                ("do not * if you", Aspect::Precaution),
            ] {
                insert(&mut cues.body, analyzer, phrase, (aspect, 0.6));
            }
            cues
        };
        let text = "It lasts about 45 minutes, and do drive if you are dizzy.";
        assert_eq!(chance_by(cues, text, Aspect::Procedure), 0.6);
        assert_eq!(chance_by(cues, text, Aspect::Precaution), 0.0);
        assert_eq!(
            chance_by(cues, "Do not drive if you are dizzy.", Aspect::Precaution),
            0.6
        );
    }
}
