//! How many matching passages each document has.
//!
//! A facet for every source would have to be looked at for every search, in a large corpus a
//! million of them. The place of a passage tells its document, so that documents are counted by
//! number, and only the few that are shown are looked up.

use std::sync::{Arc, Mutex, PoisonError};

use rustc_hash::FxHashMap;

use tantivy::collector::{Collector, SegmentCollector};
use tantivy::columnar::ColumnValues;
use tantivy::{DocAddress, DocId, Score, SegmentOrdinal, SegmentReader};

use super::schema::ORDER;
use crate::index::error::IndexError;
use crate::index::passage::Order;

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

/// Counts the documents of what matches.
pub(super) struct SourceCounts;

/// How many passages of a document match, and where one of them is.
#[derive(Debug, Clone, Copy)]
pub(super) struct SourceCount {
    pub(super) document: u64,
    pub(super) passages: u64,
    pub(super) at: DocAddress,
}

pub(super) struct CountsInSegment {
    segment: SegmentOrdinal,
    order: Arc<dyn ColumnValues<u64>>,
    /// Passages of a document mostly stand side by side, so that this is a line for a document.
    runs: Vec<SourceCount>,
}

impl Collector for SourceCounts {
    type Fruit = Vec<SourceCount>;
    type Child = CountsInSegment;

    fn for_segment(
        &self,
        segment: SegmentOrdinal,
        reader: &SegmentReader,
    ) -> tantivy::Result<CountsInSegment> {
        let order = reader.fast_fields().u64(ORDER)?;
        Ok(CountsInSegment {
            segment,
            order: order.first_or_default_col(0),
            runs: Vec::new(),
        })
    }

    fn requires_scoring(&self) -> bool {
        false
    }

    /// The counts in the order of the documents.
    fn merge_fruits(&self, segments: Vec<Vec<SourceCount>>) -> tantivy::Result<Vec<SourceCount>> {
        let mut counts = segments.concat();
        // Most often it is in order already, which costs one look.
        counts.sort_by_key(|count| count.document);
        counts.dedup_by(|later, first| {
            let same = later.document == first.document;
            first.passages += if same { later.passages } else { 0 };
            same
        });
        Ok(counts)
    }
}

impl SegmentCollector for CountsInSegment {
    type Fruit = Vec<SourceCount>;

    fn collect(&mut self, doc: DocId, _: Score) {
        let document = Order(self.order.get_val(doc)).document();
        match self.runs.last_mut() {
            Some(last) if last.document == document => last.passages += 1,
            _ => self.runs.push(SourceCount {
                document,
                passages: 1,
                at: DocAddress::new(self.segment, doc),
            }),
        }
    }

    fn harvest(self) -> Vec<SourceCount> {
        self.runs
    }
}
