//! How many entries have a term, without those that were deleted.
//!
//! tantivy notes it by segment, and counts deleted entries in until it is merged. These are few, for a segment
//! that has lost many is written anew, and so they are looked up in the postings of the term.

use std::sync::{Mutex, OnceLock, PoisonError};

use rustc_hash::FxHashMap;
use tantivy::schema::IndexRecordOption;
use tantivy::{DocId, DocSet, Searcher, SegmentReader, TERMINATED, Term};

/// So many frequencies are kept; beyond, it is begun anew.
const KEPT: usize = 100_000;

/// How many entries have each term, as far as it was asked for.
#[derive(Debug, Default)]
pub(super) struct Frequencies {
    known: Mutex<FxHashMap<Term, u64>>,
    /// By segment, ascending.
    deleted: OnceLock<Vec<Vec<DocId>>>,
}

impl Frequencies {
    /// How many of what is searched have a term.
    pub(super) fn of(&self, searcher: &Searcher, term: &Term) -> tantivy::Result<u64> {
        let segments = searcher.segment_readers();
        if !segments.iter().any(SegmentReader::has_deletes) {
            return searcher.doc_freq(term);
        }
        // What is kept is right, whoever stopped half-way.
        let known = || self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(frequency) = known().get(term) {
            return Ok(*frequency);
        }
        let deleted = self
            .deleted
            .get_or_init(|| segments.iter().map(deleted).collect());
        let mut frequency = searcher.doc_freq(term)?;
        for (segment, deleted) in segments.iter().zip(deleted) {
            // Files that are damaged may say anything.
            frequency = frequency.saturating_sub(having(segment, deleted, term)?);
        }
        let mut known = known();
        if known.len() >= KEPT {
            known.clear();
        }
        known.insert(term.clone(), frequency);
        Ok(frequency)
    }
}

/// The entries of a segment that were deleted, ascending.
fn deleted(segment: &SegmentReader) -> Vec<DocId> {
    let Some(alive) = segment.alive_bitset() else {
        return Vec::new();
    };
    let all = 0..segment.max_doc();
    all.filter(|entry| alive.is_deleted(*entry)).collect()
}

/// How many of some entries of a segment, ascending, have a term.
fn having(segment: &SegmentReader, entries: &[DocId], term: &Term) -> tantivy::Result<u64> {
    if entries.is_empty() {
        return Ok(0);
    }
    let inverted = segment.inverted_index(term.field())?;
    let Some(mut postings) = inverted.read_postings(term, IndexRecordOption::Basic)? else {
        return Ok(0);
    };
    let mut having = 0;
    for &entry in entries {
        if postings.doc() < entry && postings.seek(entry) == TERMINATED {
            break;
        }
        having += u64::from(postings.doc() == entry);
    }
    Ok(having)
}
