//! Every weight and constant of the ranking, and what each was measured on.
//!
//! Those that a score is made of are [`Weights`], read from `src/models/score.toml`: set by hand near the
//! optimum of seven collections at once, with what weights chosen without one of them give it held
//! against that. `docs/measurements.md` has what each part is worth, and what was tried and did not
//! help; `src/models/learn_score.py` climbs from any point on palpate itself.
//!
//! The others are limits of a search and of a page. "Unmeasured" means that a number was chosen
//! before there was more to choose by; what it was chosen for is said.

use std::sync::LazyLock;

use serde::Deserialize;

use crate::data::{self, TableFault};
use crate::index::TextField;

static LEARNED: LazyLock<Weights> = LazyLock::new(|| {
    Weights::parse(include_str!("../models/score.toml"))
        // The file is part of the program; tests read it.
        .expect("the weights of the score are valid")
});

/// The weights of a score. Those that are no exponents count as many times what they stand by.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Weights {
    /// How soon more occurrences of a word stop to count: BM25's k1.
    pub k1: f64,
    /// How much the length of a field counts against it: BM25's b.
    pub b: f64,
    /// How much a word in the title counts, relative to one in the body…
    pub title_field: f64,
    /// …and one in a heading or the line that leads in.
    pub heading_field: f64,
    /// The first of them where candidates are chosen. There it has to be less: what has a common word
    /// in its title would keep out what has a rare one in its text.
    pub candidate_title: f64,
    /// What a synonym is worth, as a share of the word itself: below one, so that no expansion
    /// outranks the same passage with the word.
    pub synonym: f64,
    /// What the name of a narrower concept is worth, as a share of the word.
    pub narrower: f64,
    /// A neighbouring pair of words that stands side by side.
    pub proximity: f64,
    /// A title that is all about the topic.
    pub title: f64,
    /// The exponent of the share that the words of the query have of a title.
    pub title_share: f64,
    /// The exponent of the share of its topic that a passage has to have for its title to count: a
    /// title is only one of the things that were asked about.
    pub binding: f64,
    /// Of a topic of more words than this the exponent is less, in proportion: of a long question no
    /// passage has all.
    pub binding_words: f64,
    /// What a word that surely asks for an aspect still counts as a word.
    pub asking: f64,
    /// The aspect, per unit of the natural logarithm, of a topic with words of the idf 6.
    pub aspect: f64,
    /// Passages less likely than e to the power of minus this to speak of the aspect are all the same.
    pub aspect_floor: f64,
    /// The exponent of the share of its topic that a passage has to have for its aspect to count.
    pub aspect_coverage: f64,
    /// The exponent of the probability that an aspect is asked for at all.
    pub certainty: f64,
    /// A passage that has each of the two or three things that a short query names, as a share of what
    /// all words of the query count. Only a few of the questions that it is learned on do so, and it
    /// hardly moves the mean; it is what people mean who name two things.
    pub together: f64,
    /// How much less sure the reading is for each word of the topic after the fourth.
    pub long_question: f64,
}

impl Weights {
    /// Those that were learned.
    pub fn learned() -> Weights {
        *LEARNED
    }

    /// Reads weights in TOML, as they are in `src/models/score.toml`.
    pub fn parse(text: &str) -> Result<Weights, TableFault> {
        data::from_toml(text)
    }

    /// How much a word in a field counts, relative to one in the body.
    pub(super) fn field(&self, field: TextField) -> f64 {
        match field {
            TextField::Title => self.title_field,
            TextField::Heading => self.heading_field,
            TextField::Body => 1.0,
        }
    }

    /// The same where candidates are chosen.
    pub(super) fn candidate_field(&self, field: TextField) -> f64 {
        match field {
            TextField::Title => self.candidate_title,
            TextField::Heading => self.heading_field,
            TextField::Body => 1.0,
        }
    }

    /// The same weights without title and headings: a word counts alike wherever it stands.
    pub(super) fn without_fields(self) -> Weights {
        Weights {
            title_field: 1.0,
            heading_field: 1.0,
            candidate_title: 1.0,
            title: 0.0,
            ..self
        }
    }
}

/// Pairs further apart than this are not close. Unmeasured: about a clause.
pub(super) const CLOSE_WORDS: u32 = 8;
/// Words that ask for an aspect more surely than this are none of the topic. Unmeasured: somewhat
/// more than half.
pub(super) const ASKS: f64 = 0.625;
/// A topic of more words than this is a long question.
pub(super) const LONG_TOPIC: usize = 4;
/// Only in a topic of at most so many words is it asked that a passage has all things that are named.
/// Measured: of 4 words it costs 0.001 of nDCG@10 in the mean of seven collections, and 0.008 on
/// liveqa-med; of 3 it costs nothing.
pub(super) const SHORT_TOPIC: usize = 3;
/// The idf that words of a topic have in a corpus of some ten thousand passages, about.
pub(super) const USUAL_IDF: f64 = 6.0;

/// About this many candidates are scored again at a time for a page. Measured on seven collections at
/// once: 120, 200 and 300 are within 0.001 of each other in the mean of nDCG@10, and 60 loses 0.005, for
/// half the time of 120. A page is to be there at once.
pub(super) const POOL: usize = 60;
/// So many candidates, at least, are scored at once for a run: recall at 100 asks for more than a page
/// does, and there are no later pages that have to go on where this one ends. Measured: with 200 recall
/// on the abstracts of cf is 0.004 below plain BM25 of passages, with 300 it is the same.
pub(super) const RUN_POOL: usize = 300;
/// The same where every source is to come before the second passage of any. Not measured: as many as
/// are scored in some milliseconds.
pub(super) const LISTING_POOL: usize = 600;

/// So many candidates, at most, come by their meaning. Measured with runs alone: recall at 100 asks for as many.
pub(super) const NEAREST: usize = 100;

/// What an aspect may count among candidates, as a share of the least word: what is off the topic must
/// not keep out what is on it. Unmeasured.
pub(super) const BELOW_WORDS: f64 = 0.7;
/// Aspects that answer worse than this are not looked for. Unmeasured.
pub(super) const ANSWER: f64 = 0.3;

/// What a passage loses for each better one from the same source, as a share of its score.
/// Enough to let another source through when scores are close, too little to bury anything.
/// Unmeasured: runs for evaluation are not mixed.
pub(super) const VARIETY: f64 = 0.03;
/// No passage loses more often than this. Unmeasured.
pub(super) const MOST_BEFORE: usize = 3;
/// What a passage may lose in all, as a share of its score.
pub(super) const MOST_LOST: f64 = VARIETY * MOST_BEFORE as f64;

/// So many candidates, at most, are shown with another that is like them; what is beyond stands by itself. As
/// many are compared in some tenths of a second.
pub(super) const MOST_FOLDED: usize = 1_000;

/// By so much a score is below the one before where it is the place that decides: more than adding
/// up its parts can be off.
pub(super) const STEP: f64 = 1e-9;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_learned_weights_are_read_and_unknown_ones_refused() {
        assert!(Weights::learned().k1 > 0.0);
        let more = format!("{}\nmore = 1.0\n", include_str!("../models/score.toml"));
        let fault = Weights::parse(&more).expect_err("there is one too many");
        assert!(fault.cause.contains("more"), "{}", fault.cause);
    }
}
