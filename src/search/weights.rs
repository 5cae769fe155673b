//! Every weight and constant of the ranking, and what each was measured on.
//!
//! What is measured is what each part of the ranking is worth, with all numbers as they are here: on
//! medquad-aspects, liveqa-med and the judged queries over `corpus/`, see the ladder in
//! `docs/measurements.md`, which `--without` takes apart again. "Unmeasured" means that a number was
//! chosen before there was more to choose by, and is still to be measured by itself; what it was
//! chosen for is said.

use super::Ranking;
use crate::index::TextField;

/// How soon more occurrences of a word stop to count. Unmeasured; below
/// the 1.2 that is usual, as passages are short.
pub(super) const K1: f64 = 0.9;
/// How much the length of a field counts against it (BM25's b). Passages are cut to a size, so
/// length says less than it does of whole documents. Unmeasured; 0.75 is usual for these.
pub(super) const B: f64 = 0.4;
/// How much a neighbouring pair counts when it stands side by side. The part is measured: it earns
/// 0.014 of mean reciprocal rank on `corpus/` and costs 0.002 and 0.005 of nDCG@10 on the
/// collections; the number itself is not.
pub(super) const CLOSENESS: f64 = 0.5;
/// Pairs further apart than this are not close. Unmeasured: about a clause.
pub(super) const CLOSE_WORDS: u32 = 8;
/// What a synonym is worth, as a share of the word itself. Below one, so that no expansion
/// outranks the same passage with the word. The part is measured (+0.002 and +0.003 of nDCG@10 on the
/// collections); the number itself is not.
pub(super) const SYNONYM: f64 = 0.7;
/// How much a title counts that is all about the topic. Measured together with
/// [`field_weight`]: +0.123 of nDCG@10 on medquad-aspects, +0.207 on liveqa-med.
pub(super) const TITLE: f64 = 2.0;
/// λ: how much the aspect counts, per unit of the natural logarithm. The part is measured: +0.245 of
/// nDCG@10 on medquad-aspects, whose conditions the model has seen, and +0.017 on liveqa-med.
pub(super) const ASPECT: f64 = 2.0;
/// F: passages less likely than e^−F to speak of the aspect are all the same. Measured with [`ASPECT`].
pub(super) const ASPECT_FLOOR: f64 = 3.0;
/// Words of less weight ask for an aspect, and are none of the topic. Unmeasured: half.
pub(super) const TOPIC: f64 = 0.5;

/// How much a word in a field counts, relative to one in the body. Measured together with
/// [`TITLE`].
pub(super) fn field_weight(ranking: &Ranking, field: TextField) -> f64 {
    match field {
        _ if !ranking.fields => 1.0,
        TextField::Title => 8.0,
        TextField::Heading => 1.5,
        TextField::Body => 1.0,
    }
}

/// About this many candidates are scored again at a time. More than a page, so that what plain BM25
/// puts too low can still rise; few enough to cost microseconds. Unmeasured by itself.
pub(super) const POOL: usize = 60;
/// The same where every source is to come before the second passage of any. Not measured: as many as
/// are scored in some milliseconds.
pub(super) const LISTING_POOL: usize = 600;

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

/// By so much a score is below the one before where it is the place that decides: more than adding
/// up its parts can be off.
pub(super) const STEP: f64 = 1e-9;
