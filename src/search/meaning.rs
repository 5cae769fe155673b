//! What a query means, where the index was made with an encoder.
//!
//! The encoder is in a folder of the user's, which may have gone or become another since. Then words
//! alone are searched for, and a note says so.

use std::sync::{LazyLock, OnceLock};

use serde::Deserialize;

use super::Ranking;
use crate::data;
use crate::encoder::{Encoder, Meaning};
use crate::index::{EncoderUsed, Manifest};
use crate::query::Plan;

static LEARNED: LazyLock<MeaningWeights> = LazyLock::new(|| {
    data::from_toml(include_str!("../models/meaning.toml"))
        // The file is part of the program; tests read it.
        .expect("the weights of meaning are valid")
});

/// What similarity counts. It is the cosine of what is asked and what a passage says, from −1 to 1.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct MeaningWeights {
    /// What it counts per unit above the floor, as a share of what all words of the query count.
    weight: f64,
    /// Below this a passage has nothing to do with what is asked.
    floor: f64,
    /// From this on a passage is found that has no word of the topic.
    alone: f64,
}

impl MeaningWeights {
    /// Those that were learned.
    pub(super) fn learned() -> MeaningWeights {
        *LEARNED
    }

    /// What a similarity counts, where all words of the query count so much.
    pub(super) fn value(&self, similarity: f64, words: f64) -> f64 {
        self.weight * words * (similarity - self.floor).max(0.0)
    }

    /// Whether a passage is found for its meaning alone.
    pub(super) fn suffices(&self, similarity: f64) -> bool {
        similarity >= self.alone
    }
}

/// The encoder of an index, read when it is first needed.
#[derive(Default)]
pub(super) struct QueryEncoder(OnceLock<Result<Encoder, String>>);

impl QueryEncoder {
    /// What a query means; `None` where there is no encoder, or nothing it could add: where a query
    /// only filters, or asks for nothing but an aspect, which is read from passages better than a vector
    /// says it.
    pub(super) fn meant(
        &self,
        manifest: &Manifest,
        query: &str,
        plan: &mut Plan,
        ranking: &Ranking,
    ) -> Option<Meaning> {
        let used = manifest.encoder.as_ref().filter(|_| ranking.meaning)?;
        if plan.lists_aspect || plan.scoring_words().next().is_none() {
            return None;
        }
        let text = spoken(query);
        match self.0.get_or_init(|| open(used)) {
            Ok(encoder) if !text.is_empty() => encoder.encode(&[&text]).pop(),
            Ok(_) => None,
            Err(cause) => {
                plan.notes
                    .push(format!("only words were searched for: {cause}"));
                None
            }
        }
    }
}

fn open(used: &EncoderUsed) -> Result<Encoder, String> {
    let encoder = Encoder::open(&used.folder).map_err(|error| error.to_string())?;
    match encoder.hash() == used.hash {
        true => Ok(encoder),
        false => Err(format!(
            "the encoder at {} is not the one that the index was made with",
            used.folder.display()
        )),
    }
}

/// A query as one would say it: without operators, fields, and what is excluded.
fn spoken(query: &str) -> String {
    let mut excluded = false;
    let mut words = Vec::new();
    for word in query.split_whitespace() {
        let is_out = std::mem::take(&mut excluded);
        match word {
            "AND" | "OR" => {}
            "NOT" => excluded = true,
            _ if is_out || word.starts_with('-') || is_of_field(word) => {}
            _ => words.push(word.trim_matches(['"', '“', '”', '+', '(', ')'])),
        }
    }
    words.retain(|word| !word.is_empty());
    words.join(" ")
}

/// Whether a word says where it is to stand, or which source: `title:pain`.
fn is_of_field(word: &str) -> bool {
    let field = word.split_once(':').filter(|(_, text)| !text.is_empty());
    field.is_some_and(|(name, _)| name.bytes().all(|b| b.is_ascii_alphabetic()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_nothing_to_do_with_it_counts_nothing() {
        let weights = MeaningWeights::learned();
        assert_eq!(weights.value(weights.floor, 9.0), 0.0);
        assert!(weights.value(0.9, 9.0) > weights.value(0.8, 9.0));
        assert!(weights.floor < weights.alone && !weights.suffices(weights.floor));
    }

    #[test]
    fn what_is_said_is_what_is_meant() {
        assert_eq!(spoken("who should not have it?"), "who should not have it?");
        assert_eq!(spoken("\"neck pain\" +thrust -risk"), "neck pain thrust");
        assert_eq!(spoken("(gout OR asthma) NOT cost"), "gout asthma");
        assert_eq!(spoken("source:a.txt pain"), "pain");
    }
}
