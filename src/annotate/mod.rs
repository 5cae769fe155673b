//! # Annotation
//!
//! A passage comes in, [`Annotations`] come out: which aspects it speaks of, and which concepts it
//! names, each with what is said of it.
//!
//! * [`Aspect`] is the closed set of aspects,
//! * `linear` is a small linear model, learned from labelled sections of public health pages,
//! * [`Asked`] reads questions: queries, and headings, which are questions that a section answers,
//! * `cues` are phrases for the aspects that nobody has labelled,
//! * [`Assertion`] tells "no risk of" from "risk of" and "rarely",
//! * concepts come from the [`Lexicon`].
//!
//! The weight of an aspect is one byte: its log-probability in steps of 1/16. It is all that
//! ranking needs; nothing looks at the text of a passage at query time.

mod aspect;
mod assertion;
mod cues;
mod linear;
mod question;

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::analysis::{Analyzer, Word};
use crate::document::{Document, sentences};
use crate::lexicon::{Kind, Lexicon};
use crate::passage::Passage;

pub use aspect::Aspect;
pub use assertion::Assertion;
use cues::{Cues, either};
use linear::LinearModel;
pub use question::Asked;

/// The version of models and tables; an index remembers which one annotated it.
pub const ANNOTATION_VERSION: &str = "1";

/// Steps of a weight per unit of the natural logarithm.
const STEPS: f32 = 16.0;
/// From this chance on an aspect is shown with the passage.
const SHOWN: f32 = 0.4;
/// How much a heading counts that is not the innermost.
const OUTER_HEADING: f32 = 0.5;
/// How much of what the model says is given up where a heading is sure.
const HEADING_OVER_MODEL: f32 = 0.7;
/// How much a cue counts for an aspect that the model was taught.
const CUE_BESIDE_MODEL: f32 = 0.5;

/// How strongly a passage speaks of each aspect.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AspectWeights([u8; Aspect::COUNT]);

impl AspectWeights {
    fn new(chances: [f32; Aspect::COUNT]) -> Self {
        AspectWeights(chances.map(|chance| {
            let steps = f32::from(u8::MAX) + STEPS * chance.max(f32::MIN_POSITIVE).ln();
            // Saturates at both ends, as is meant.
            steps.round() as u8
        }))
    }

    /// From bytes as [`AspectWeights::bytes`] gives them.
    pub fn from_bytes(bytes: [u8; Aspect::COUNT]) -> Self {
        AspectWeights(bytes)
    }

    /// One byte an aspect, in the order of their indices.
    pub fn bytes(&self) -> [u8; Aspect::COUNT] {
        self.0
    }

    /// The chance that the passage speaks of an aspect, from 0 to 1.
    pub fn chance(&self, aspect: Aspect) -> f32 {
        ((f32::from(self.0[aspect.index()]) - f32::from(u8::MAX)) / STEPS).exp()
    }

    /// The aspects that are worth showing, the strongest first.
    pub fn shown(&self) -> Vec<Aspect> {
        let mut shown: Vec<Aspect> = Aspect::all()
            .filter(|&aspect| self.chance(aspect) >= SHOWN)
            .collect();
        shown.sort_by_key(|aspect| std::cmp::Reverse(self.0[aspect.index()]));
        shown
    }
}

/// A concept a passage names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mentioned {
    pub name: String,
    pub kind: Kind,
    pub assertion: Assertion,
}

/// What annotation found in a passage.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Annotations {
    pub aspects: AspectWeights,
    pub concepts: Vec<Mentioned>,
}

/// Annotates passages. One per thread: it learns the words it sees.
pub struct Annotator {
    analyzer: Analyzer,
    lexicon: Arc<Lexicon>,
    cues: Cues,
    model: LinearModel,
    /// The aspect of each class of the model; some classes are none.
    classes: Vec<Option<Aspect>>,
}

impl Annotator {
    /// An annotator with the built-in model and cues.
    pub fn new(lexicon: Arc<Lexicon>) -> Annotator {
        let builtin = include_str!("data/passages.tsv");
        Annotator::with_model(lexicon, builtin)
            // The file is part of the program; tests read it.
            .expect("the model of passages is valid")
    }

    /// An annotator with another model, in the format of the built-in one: to cross-validate, or
    /// for materials of another kind. An error says what is wrong with the model.
    pub fn with_model(lexicon: Arc<Lexicon>, model: &str) -> Result<Annotator, String> {
        let model = LinearModel::parse(model)?;
        let aspect = |class: &String| Aspect::all().find(|aspect| aspect.name() == class);
        Ok(Annotator {
            analyzer: Analyzer::default(),
            lexicon,
            cues: Cues::builtin(),
            classes: model.classes().iter().map(aspect).collect(),
            model,
        })
    }

    /// The lexicon it finds concepts by.
    pub(crate) fn lexicon(&self) -> &Lexicon {
        &self.lexicon
    }

    /// Annotates the passages of one document, in order.
    pub fn annotate(&mut self, document: &Document, passages: &[Passage]) -> Vec<Annotations> {
        let words: Vec<Vec<Word>> = passages
            .iter()
            .map(|passage| self.analyzer.words(passage.text()))
            .collect();
        let mut annotations = Vec::with_capacity(passages.len());
        for section in sections(passages) {
            let whole = self.log_chances(words[section.clone()].iter().flatten());
            let heading = self.by_heading(document, &passages[section.start]);
            for i in section {
                let learned = self.learned(&whole, self.log_chances(&words[i]));
                let chances = self.chances(&passages[i], &words[i], learned, &heading);
                annotations.push(Annotations {
                    aspects: AspectWeights::new(chances),
                    concepts: self.concepts(passages[i].text(), &words[i]),
                });
            }
        }
        annotations
    }

    /// What the model says of some words, by class.
    fn log_chances<'w>(&self, words: impl IntoIterator<Item = &'w Word>) -> Vec<f32> {
        let whole = words.into_iter().filter(|word| !word.compound);
        self.model.log_probabilities(whole.map(|word| {
            let is_number = word.surface.starts_with(|c: char| c.is_ascii_digit());
            if is_number {
                "#"
            } else {
                word.surface.as_str()
            }
        }))
    }

    /// The chances of a passage by the model: the mean of what its own words and those of its
    /// whole section say, for an answer is of one piece, however it was cut.
    fn learned(&self, section: &[f32], passage: Vec<f32>) -> [f32; Aspect::COUNT] {
        let mut chances = [0.0; Aspect::COUNT];
        let logs = section.iter().zip(passage).map(|(a, b)| (a + b) / 2.0);
        for (log, aspect) in logs.zip(&self.classes) {
            if let Some(aspect) = aspect {
                chances[aspect.index()] = log.exp();
            }
        }
        chances
    }

    /// What the headings above a passage ask, the innermost first to be believed. A title counts
    /// where it is a question.
    fn by_heading(&mut self, document: &Document, passage: &Passage) -> [f32; Aspect::COUNT] {
        let title = Some(document.title()).filter(|title| title.contains('?'));
        let mut chances = [0.0; Aspect::COUNT];
        let mut left = 1.0;
        for heading in passage
            .headings()
            .iter()
            .rev()
            .map(String::as_str)
            .chain(title)
        {
            let words = self.analyzer.words(heading);
            let whole = words.iter().filter(|word| !word.compound);
            let terms: Vec<&str> = whole.map(|word| word.term.as_str()).collect();
            let (asked, _) = Asked::read(&terms);
            let cued = self.cues.in_heading(&words);
            for ((chance, asked), cue) in chances.iter_mut().zip(asked.chances()).zip(cued) {
                *chance += left * asked.max(cue);
            }
            left *= OUTER_HEADING * (1.0 - asked.certainty() as f32).max(0.0);
        }
        chances.map(|chance| chance.min(1.0))
    }

    fn chances(
        &mut self,
        passage: &Passage,
        words: &[Word],
        mut chances: [f32; Aspect::COUNT],
        heading: &[f32; Aspect::COUNT],
    ) -> [f32; Aspect::COUNT] {
        let mut cued = [0.0; Aspect::COUNT];
        if let Some(lead) = passage.lead() {
            add(&mut cued, self.cues.in_sentence(&self.analyzer.words(lead)));
        }
        for sentence in in_sentences(passage.text(), words) {
            add(&mut cued, self.cues.in_sentence(&words[sentence]));
        }
        // What a heading says of the section leaves the model less to say.
        let said = heading
            .iter()
            .fold(0.0_f32, |most, chance| most.max(*chance));
        for (i, chance) in chances.iter_mut().enumerate() {
            let taught = *chance > 0.0;
            let cue = cued[i] * if taught { CUE_BESIDE_MODEL } else { 1.0 };
            *chance = (*chance * (1.0 - HEADING_OVER_MODEL * said))
                .max(cue)
                .max(heading[i]);
        }
        chances
    }

    /// The concepts named, each once, with the strongest thing said of it.
    fn concepts(&self, text: &str, words: &[Word]) -> Vec<Mentioned> {
        let surfaces: Vec<&str> = words.iter().map(|word| word.surface.as_str()).collect();
        let sentences = in_sentences(text, words);
        let mut strongest: BTreeMap<usize, Assertion> = BTreeMap::new();
        for mention in self.lexicon.find(text, words) {
            let here = sentences.partition_point(|sentence| sentence.end <= mention.words.start);
            let sentence = sentences.get(here).cloned().unwrap_or(0..words.len());
            // What leads into a list is part of what each of its items says.
            let mut said_with: Vec<&str> = match lead_sentence(text, words, &sentences, here) {
                Some(lead) => surfaces[lead].to_vec(),
                None => Vec::new(),
            };
            let first = said_with.len() + mention.words.start - sentence.start;
            let end = first + mention.words.len();
            said_with.extend(&surfaces[sentence.start..sentence.end.max(mention.words.end)]);
            let said = assertion::assertion(&said_with, first, end);
            strongest
                .entry(mention.concept)
                .and_modify(|known| *known = stronger(*known, said))
                .or_insert(said);
        }
        let mentioned = strongest.into_iter().map(|(index, assertion)| {
            let concept = self.lexicon.concept(index);
            Mentioned {
                name: concept.name.clone(),
                kind: concept.kind,
                assertion,
            }
        });
        mentioned.collect()
    }
}

fn add(chances: &mut [f32; Aspect::COUNT], more: [f32; Aspect::COUNT]) {
    for (chance, more) in chances.iter_mut().zip(more) {
        *chance = either(*chance, more);
    }
}

/// What a passage says of a concept when it says two things: the one not to be missed.
fn stronger(a: Assertion, b: Assertion) -> Assertion {
    let strength = |assertion| match assertion {
        Assertion::Affirmed => 3,
        Assertion::Hedged => 2,
        Assertion::Hypothetical => 1,
        Assertion::Negated => 0,
    };
    match strength(b) > strength(a) {
        true => b,
        false => a,
    }
}

/// Runs of passages under the same headings.
fn sections(passages: &[Passage]) -> Vec<Range<usize>> {
    let mut sections: Vec<Range<usize>> = Vec::new();
    for i in 0..passages.len() {
        match sections.last_mut() {
            Some(section) if passages[section.start].headings() == passages[i].headings() => {
                section.end = i + 1;
            }
            _ => sections.push(i..i + 1),
        }
    }
    sections
}

/// The sentences of a text as ranges of its words. A list item is a sentence of its own, as
/// nothing said in one holds for the next.
fn in_sentences(text: &str, words: &[Word]) -> Vec<Range<usize>> {
    let mut ends: Vec<usize> = sentences(text).into_iter().map(|range| range.end).collect();
    ends.extend(text.match_indices("\n  ").map(|(at, _)| at));
    ends.extend(text.match_indices('•').map(|(at, _)| at));
    ends.sort_unstable();
    ends.dedup();
    let mut ranges = Vec::new();
    let mut start = 0;
    for end in ends {
        let stop = start + words[start..].partition_point(|word| word.bytes.start < end);
        if stop > start {
            ranges.push(start..stop);
            start = stop;
        }
    }
    if start < words.len() {
        ranges.push(start..words.len());
    }
    ranges
}

/// The sentence that leads into the list that sentence `here` is an item of: the last one before
/// the items, if it ends with a colon.
fn lead_sentence(
    text: &str,
    words: &[Word],
    sentences: &[Range<usize>],
    here: usize,
) -> Option<Range<usize>> {
    let between = |i: usize| {
        let before = words[sentences[i - 1].end - 1].bytes.end;
        &text[before..words[sentences[i].start].bytes.start]
    };
    let is_item = |i: usize| {
        let gap = between(i).trim_end();
        gap.contains('\n') && gap.ends_with(['•', '-', '–', '*', '▪', '●', '◦'])
    };
    let mut first = here.min(sentences.len().checked_sub(1)?);
    while first > 0 && is_item(first) && !between(first).starts_with(':') {
        first -= 1;
    }
    let leads = first > 0 && is_item(first) && between(first).starts_with(':');
    leads.then(|| sentences[first - 1].clone())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lead_in_belongs_to_every_item_of_its_list() {
        let text = "Rest. Tell us if you:\n\n  • had surgery\n  • have osteoporosis\n\nIt is safe.";
        let words = crate::analysis::words(text);
        let sentences = in_sentences(text, &words);
        let lead = |i| lead_sentence(text, &words, &sentences, i);
        let shown: Vec<_> = (0..sentences.len()).map(|i| lead(i).is_some()).collect();
        assert_eq!(shown, [false, false, true, true, false]);
        assert_eq!(lead(3), Some(1..5));
    }

    #[test]
    fn weights_survive_their_byte() {
        let mut chances = [0.0; Aspect::COUNT];
        chances[0] = 1.0;
        chances[1] = 0.5;
        let weights = AspectWeights::new(chances);
        let back = AspectWeights::from_bytes(weights.bytes());
        assert_eq!(back.chance(Aspect::Condition), 1.0);
        assert!((back.chance(Aspect::Technique) - 0.5).abs() < 0.02);
        assert!(back.chance(Aspect::Provider) < 1e-6);
        assert_eq!(back.shown(), [Aspect::Condition, Aspect::Technique]);
    }

    #[test]
    fn list_items_are_sentences_of_their_own() {
        let text = "It has no:\n\n  • risk\n  • cost";
        let words = crate::analysis::words(text);
        assert_eq!(in_sentences(text, &words), [0..3, 3..4, 4..5]);
    }
}
