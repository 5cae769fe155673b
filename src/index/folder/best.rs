//! The best matches by plain BM25, ties in the order of the corpus.
//!
//! tantivy's own collector takes those of equal matches that come first in a segment, and in which
//! order the parts of a score are added up, and with it the last digits, is chance, too. Where
//! passages lie in segments depends on how the index came to be; a ranking must not. So scores are
//! compared without their last digits here, and among equal ones the place in the corpus decides.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::sync::Arc;

use tantivy::collector::{Collector, SegmentCollector};
use tantivy::columnar::ColumnValues;
use tantivy::query::Weight;
use tantivy::{DocAddress, DocId, Score, SegmentOrdinal, SegmentReader};

use super::schema::ORDER;
use super::statistics::Statistics;
use crate::index::budget::Budget;
use crate::index::engine::without_chance;

/// What lies below a score by more than this factor is surely less, digits left out or not.
const SURELY_LESS: Score = 1.0 - 2e-5;

/// Collects so many of the best matches, as far as a budget goes.
pub(super) struct Best<'b> {
    pub(super) limit: usize,
    pub(super) budget: &'b Budget,
    pub(super) statistics: Statistics<'b>,
}

/// So many matches are taken between two looks at the budget.
const STEPS: usize = 64;

/// A match, as it compares: the better, the greater.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Match {
    /// The score without its last digits. The bits of positive numbers compare as they do.
    score: u32,
    order: Reverse<u64>,
    address: (SegmentOrdinal, DocId),
}

impl Match {
    pub(super) fn score(&self) -> Score {
        Score::from_bits(self.score)
    }

    pub(super) fn address(&self) -> DocAddress {
        DocAddress::new(self.address.0, self.address.1)
    }
}

/// The best matches of a segment so far.
pub(super) struct BestInSegment {
    limit: usize,
    /// What lies below a score by more than this factor need not be looked at.
    surely_less: Score,
    segment: SegmentOrdinal,
    order: Arc<dyn ColumnValues<u64>>,
    /// The least of them on top.
    best: BinaryHeap<Reverse<Match>>,
}

impl BestInSegment {
    /// What a match has to score more than to be worth looking at.
    pub(super) fn threshold(&self) -> Score {
        match self.best.peek() {
            Some(least) if self.best.len() == self.limit => least.0.score() * self.surely_less,
            _ => Score::MIN,
        }
    }
}

impl SegmentCollector for BestInSegment {
    type Fruit = Vec<Match>;

    fn collect(&mut self, doc: DocId, score: Score) {
        let found = Match {
            score: without_chance(score),
            order: Reverse(self.order.get_val(doc)),
            address: (self.segment, doc),
        };
        if self.best.len() < self.limit {
            self.best.push(Reverse(found));
        } else if let Some(mut least) = self.best.peek_mut()
            && found > least.0
        {
            least.0 = found;
        }
    }

    fn harvest(self) -> Vec<Match> {
        self.best.into_iter().map(|Reverse(found)| found).collect()
    }
}

impl Collector for Best<'_> {
    /// The best first.
    type Fruit = Vec<Match>;
    type Child = BestInSegment;

    fn for_segment(
        &self,
        segment: SegmentOrdinal,
        reader: &SegmentReader,
    ) -> tantivy::Result<BestInSegment> {
        let order = reader.fast_fields().u64(ORDER)?;
        Ok(BestInSegment {
            limit: self.limit,
            surely_less: SURELY_LESS / self.statistics.underrated(reader)?,
            segment,
            order: order.first_or_default_col(0),
            best: BinaryHeap::with_capacity(self.limit + 1),
        })
    }

    fn requires_scoring(&self) -> bool {
        true
    }

    /// Reads no more of the postings than it takes to know that the rest is less.
    fn collect_segment(
        &self,
        weight: &dyn Weight,
        segment: SegmentOrdinal,
        reader: &SegmentReader,
    ) -> tantivy::Result<Vec<Match>> {
        let mut best = self.for_segment(segment, reader)?;
        let alive = reader.alive_bitset();
        let mut steps = 0_usize;
        if !self.budget.goes_on() {
            return Ok(best.harvest());
        }
        weight.for_each_pruning(Score::MIN, reader, &mut |doc, score| {
            if alive.is_none_or(|alive| alive.is_alive(doc)) {
                best.collect(doc, score);
            }
            steps += 1;
            // Nothing scores more than that, so that nothing more is read.
            match steps.is_multiple_of(STEPS) && !self.budget.goes_on() {
                true => Score::MAX,
                false => best.threshold(),
            }
        })?;
        Ok(best.harvest())
    }

    fn merge_fruits(&self, segments: Vec<Vec<Match>>) -> tantivy::Result<Vec<Match>> {
        Ok(best_of(&segments, self.limit))
    }
}

/// The best of all segments, the best first.
fn best_of(segments: &[Vec<Match>], limit: usize) -> Vec<Match> {
    let mut best = segments.concat();
    best.sort_unstable_by_key(|found| Reverse(*found));
    best.truncate(limit);
    best
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_out_is_surely_less() {
        assert!(Score::from_bits(without_chance(1.5)) * SURELY_LESS < 1.5);
    }

    #[test]
    fn equal_matches_go_by_their_place_in_the_corpus() {
        let found = |score, order, doc| Match {
            score: without_chance(score),
            order: Reverse(order),
            address: (0, doc),
        };
        let fruits = vec![
            vec![found(1.0, 9, 0), found(1.0, 3, 1)],
            vec![found(1.0, 5, 0), found(2.0, 8, 1)],
        ];
        let best = best_of(&fruits, 3);
        let orders: Vec<u64> = best.iter().map(|found| found.order.0).collect();
        assert_eq!(orders, [8, 3, 5]);
    }
}
