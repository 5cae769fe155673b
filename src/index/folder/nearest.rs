//! The most similar in meaning, of what passes a filter.
//!
//! Every vector is looked at: at a hundred thousand passages that is some milliseconds, and no passage
//! is missed for being on the wrong side of an approximation.

use std::sync::Arc;

use tantivy::collector::{Collector, SegmentCollector};
use tantivy::columnar::ColumnValues;
use tantivy::query::Query;
use tantivy::{DocAddress, DocId, Score, SegmentOrdinal, SegmentReader};

use super::bounded::Bounded;
use super::schema::ORDER;
use crate::encoder::Meaning;
use crate::index::budget::Budget;
use crate::index::error::IndexError;
use crate::index::passage::{Order, PassageAt};
use crate::index::vectors::Vectors;

/// So many vectors are compared between two looks at the budget.
const STEPS: usize = 64;

/// What is looked for.
pub(super) struct Nearest<'v> {
    pub(super) vectors: &'v Vectors,
    pub(super) meant: &'v Meaning,
    /// At most so many.
    pub(super) limit: usize,
    pub(super) budget: &'v Budget,
}

impl Nearest<'_> {
    /// Those of what a query matches.
    pub(super) fn search(
        &self,
        searcher: &tantivy::Searcher,
        query: &dyn Query,
    ) -> Result<Vec<PassageAt>, IndexError> {
        let mut next = 0;
        let mut found: Vec<(f32, Order, DocAddress)> = Vec::new();
        let everything = Bounded {
            collector: Everything,
            budget: self.budget,
        };
        for (n, (order, at)) in searcher.search(query, &everything)?.into_iter().enumerate() {
            if n.is_multiple_of(STEPS) && !self.budget.goes_on() {
                break;
            }
            // What has only a document to keep has no vector.
            if let Some(row) = self.vectors.row(order, next) {
                next = row + 1;
                found.push((self.vectors.similarity(self.meant, row), order, at));
            }
        }
        let best_first = |a: &(f32, Order, DocAddress), b: &(f32, Order, DocAddress)| {
            b.0.total_cmp(&a.0).then(a.1.cmp(&b.1))
        };
        if found.len() > self.limit {
            found.select_nth_unstable_by(self.limit, best_first);
            found.truncate(self.limit);
        }
        found.sort_unstable_by(best_first);
        Ok(found.into_iter().map(|(_, _, at)| at.into()).collect())
    }
}

/// Collects all that matches, with its place in the corpus.
struct Everything;

/// What matches in a segment.
struct EverythingInSegment {
    segment: SegmentOrdinal,
    order: Arc<dyn ColumnValues<u64>>,
    found: Vec<(Order, DocAddress)>,
}

impl Collector for Everything {
    type Fruit = Vec<(Order, DocAddress)>;
    type Child = EverythingInSegment;

    fn for_segment(
        &self,
        segment: SegmentOrdinal,
        reader: &SegmentReader,
    ) -> tantivy::Result<EverythingInSegment> {
        let order = reader.fast_fields().u64(ORDER)?;
        Ok(EverythingInSegment {
            segment,
            order: order.first_or_default_col(0),
            found: Vec::new(),
        })
    }

    fn requires_scoring(&self) -> bool {
        false
    }

    fn merge_fruits(
        &self,
        segments: Vec<Vec<(Order, DocAddress)>>,
    ) -> tantivy::Result<Vec<(Order, DocAddress)>> {
        Ok(segments.concat())
    }
}

impl SegmentCollector for EverythingInSegment {
    type Fruit = Vec<(Order, DocAddress)>;

    fn collect(&mut self, doc: DocId, _: Score) {
        let at = DocAddress::new(self.segment, doc);
        self.found.push((Order(self.order.get_val(doc)), at));
    }

    fn harvest(self) -> Vec<(Order, DocAddress)> {
        self.found
    }
}
