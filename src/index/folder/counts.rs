//! How many matching passages each document has.
//!
//! A facet for every source would have to be looked at for every search, in a large corpus a
//! million of them. The place of a passage tells its document, so that documents are counted by
//! number, and only the few that are shown are looked up.

use std::sync::{Mutex, PoisonError};

use rustc_hash::FxHashMap;
use tantivy::DocAddress;

use crate::index::error::IndexError;

/// So many names of sources are kept; beyond, it is begun anew.
const KEPT: usize = 100_000;

/// The sources of documents, by their numbers, as far as they were asked for: to read one is to expand a block
/// of entries.
#[derive(Debug, Default)]
pub(super) struct SourceNames(Mutex<FxHashMap<u64, Box<str>>>);

impl SourceNames {
    /// The source of a document, read if nobody asked for it before.
    pub(super) fn of(
        &self,
        document: u64,
        read: impl FnOnce() -> Result<String, IndexError>,
    ) -> Result<String, IndexError> {
        // What is kept is right, whoever stopped half-way.
        let names = || self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(name) = names().get(&document) {
            return Ok(name.to_string());
        }
        let name = read()?;
        let mut names = names();
        if names.len() >= KEPT {
            names.clear();
        }
        names.insert(document, name.as_str().into());
        Ok(name)
    }
}

/// How many passages of a document match, and where one of them is.
#[derive(Debug, Clone, Copy)]
pub(super) struct SourceCount {
    pub(super) document: u64,
    pub(super) passages: u64,
    pub(super) at: DocAddress,
}

/// The first `limit` of some, in order of a key that no two share. Most often there are few to be found among
/// many, of which most are looked at once.
pub(super) fn first_by<T, K: Ord>(
    all: impl Iterator<Item = T>,
    limit: usize,
    key: impl Fn(&T) -> K,
) -> Vec<T> {
    let mut first: Vec<T> = Vec::new();
    let mut beyond: Option<K> = None;
    for one in all {
        if beyond.as_ref().is_some_and(|beyond| key(&one) >= *beyond) {
            continue;
        }
        first.push(one);
        if first.len() > limit.saturating_mul(2) {
            first.select_nth_unstable_by_key(limit, &key);
            beyond = first.get(limit).map(&key);
            first.truncate(limit);
        }
    }
    first.sort_unstable_by_key(key);
    first.truncate(limit);
    first
}

/// Counts of segments as one for each document, in the order of the documents.
pub(super) fn by_document(mut counts: Vec<SourceCount>) -> Vec<SourceCount> {
    // Most often it is in order already, which costs one look.
    counts.sort_by_key(|count| count.document);
    counts.dedup_by(|later, first| {
        let same = later.document == first.document;
        first.passages += if same { later.passages } else { 0 };
        same
    });
    counts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_are_those_of_all_in_order() {
        let all: Vec<u32> = (0..500).map(|n| n * 7919 % 503).collect();
        let mut sorted = all.clone();
        sorted.sort_unstable();
        for limit in [0, 1, 12, 499, 500, usize::MAX] {
            let first = first_by(all.iter().copied(), limit, |n| *n);
            assert_eq!(first, sorted[..limit.min(500)]);
        }
    }
}
