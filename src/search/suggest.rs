//! Suggestions while somebody types: phrases of the corpus, then single words of it.

use std::collections::HashSet;

use crate::analysis::is_stopword;
use crate::index::{Dictionary, fold};

/// Something to search for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suggestion {
    pub text: String,
    /// How many passages stand under the phrase; for a single word, how often it occurs.
    pub count: u64,
}

pub(super) fn suggest(dictionary: &Dictionary, prefix: &str, limit: usize) -> Vec<Suggestion> {
    let start = fold(prefix);
    if start.is_empty() {
        return Vec::new();
    }
    let mut found: Vec<Suggestion> =
        suggestions(dictionary.phrases.starting(&start, limit)).collect();
    if !start.contains(' ') {
        let known: HashSet<String> = found.iter().map(|phrase| fold(&phrase.text)).collect();
        let words = dictionary.vocabulary.with_prefix(&start, usize::MAX);
        let more = suggestions(words)
            .filter(|word| !is_stopword(&word.text) && !known.contains(&word.text))
            .take(limit - found.len());
        found.extend(more);
    }
    found
}

fn suggestions(found: Vec<(String, u64)>) -> impl Iterator<Item = Suggestion> {
    found
        .into_iter()
        .map(|(text, count)| Suggestion { text, count })
}
