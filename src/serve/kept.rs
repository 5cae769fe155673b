//! Answers that were given before, while the index is the same: what many ask is found out once.

use axum::body::Bytes;
use quick_cache::Weighter;
use quick_cache::sync::Cache;

/// So many bytes of answers are kept: unmeasured, some thousands of pages.
const KEPT_BYTES: u64 = 32 << 20;
/// About so many answers that is, for the cache to make room for.
const KEPT: usize = 4096;
/// What is longer than this is not kept: one answer is not to drive out many.
const LONGEST: usize = 1 << 20;

/// An answer counts by its bytes, and those of the question.
#[derive(Clone)]
struct ByBytes;

impl Weighter<String, Bytes> for ByBytes {
    fn weight(&self, question: &String, answer: &Bytes) -> u64 {
        (question.len() + answer.len()) as u64
    }
}

/// The answers of one state of the index, by what was asked.
pub(super) struct KeptAnswers(Cache<String, Bytes, ByBytes>);

impl Default for KeptAnswers {
    fn default() -> KeptAnswers {
        KeptAnswers(Cache::with_weighter(KEPT, KEPT_BYTES, ByBytes))
    }
}

impl KeptAnswers {
    /// The answer to a question, if it is kept.
    pub(super) fn get(&self, question: &str) -> Option<Bytes> {
        self.0.get(question)
    }

    /// Keeps an answer, for as long as there is room.
    pub(super) fn keep(&self, question: String, answer: &Bytes) {
        if question.len() + answer.len() <= LONGEST {
            self.0.insert(question, answer.clone());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_more_is_kept_than_there_is_room_for() {
        let kept = KeptAnswers::default();
        let long = Bytes::from(vec![0; LONGEST / 2]);
        for n in 0..200 {
            kept.keep(format!("{n}"), &long);
        }
        assert!(kept.0.weight() <= KEPT_BYTES);
        kept.keep("short".to_owned(), &Bytes::from_static(b"yes"));
        assert_eq!(kept.get("short").as_deref(), Some(&b"yes"[..]));
        kept.keep("too long".to_owned(), &Bytes::from(vec![0; LONGEST]));
        assert!(kept.get("too long").is_none());
    }
}
