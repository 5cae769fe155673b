//! Collecting within a budget: what was collected when it is over is what there is.

use tantivy::collector::{Collector, SegmentCollector};
use tantivy::query::{Scorer, Weight};
use tantivy::{DocId, SegmentOrdinal, SegmentReader};

use crate::index::budget::Budget;

/// So many entries are taken at a time; it is the number that tantivy hands over.
const BLOCK: usize = 64;

/// So many blocks are taken between two looks at the budget.
pub(super) const STEPS: usize = 16;

/// A collector that needs no scores, and stops when a budget is spent: before each segment, and after some blocks
/// of entries.
pub(super) struct Bounded<'b, C> {
    pub(super) collector: C,
    pub(super) budget: &'b Budget,
}

/// Gives out what matches, block by block, as far as a budget goes.
pub(super) fn each_block(
    matching: &mut dyn Scorer,
    budget: &Budget,
    mut take: impl FnMut(&[DocId]),
) {
    let mut block: [DocId; BLOCK] = [0; BLOCK];
    for step in 1_usize.. {
        if step.is_multiple_of(STEPS) && !budget.goes_on() {
            break;
        }
        let length = matching.fill_buffer(&mut block);
        take(&block[..length]);
        if length < BLOCK {
            break;
        }
    }
}

impl<C: Collector> Collector for Bounded<'_, C> {
    type Fruit = C::Fruit;
    type Child = C::Child;

    fn for_segment(
        &self,
        segment: SegmentOrdinal,
        reader: &SegmentReader,
    ) -> tantivy::Result<C::Child> {
        self.collector.for_segment(segment, reader)
    }

    fn requires_scoring(&self) -> bool {
        false
    }

    fn merge_fruits(
        &self,
        segments: Vec<<C::Child as SegmentCollector>::Fruit>,
    ) -> tantivy::Result<C::Fruit> {
        self.collector.merge_fruits(segments)
    }

    fn collect_segment(
        &self,
        weight: &dyn Weight,
        segment: SegmentOrdinal,
        reader: &SegmentReader,
    ) -> tantivy::Result<<C::Child as SegmentCollector>::Fruit> {
        let mut found = self.for_segment(segment, reader)?;
        // Only to open the postings of many words takes its time.
        if !self.budget.goes_on() {
            return Ok(found.harvest());
        }
        let mut matching = weight.scorer(reader, 1.0)?;
        each_block(&mut *matching, self.budget, |block| {
            match reader.alive_bitset() {
                None => found.collect_block(block),
                Some(alive) => {
                    let alive = block.iter().filter(|&&doc| alive.is_alive(doc));
                    alive.for_each(|&doc| found.collect(doc, 0.0));
                }
            }
        });
        Ok(found.harvest())
    }
}
