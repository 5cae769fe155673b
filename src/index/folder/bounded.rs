//! Collecting within a budget: what was collected when it is over is what there is.

use tantivy::collector::{Collector, SegmentCollector};
use tantivy::query::Weight;
use tantivy::{DocId, SegmentOrdinal, SegmentReader};

use crate::index::budget::Budget;

/// So many entries are taken at a time; it is the number that tantivy hands over.
const BLOCK: usize = 64;

/// So many blocks are taken between two looks at the budget.
const STEPS: usize = 16;

/// A collector that needs no scores, and stops when a budget is spent: before each segment, and after some blocks
/// of entries.
pub(super) struct Bounded<'b, C> {
    pub(super) collector: C,
    pub(super) budget: &'b Budget,
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
        let mut block: [DocId; BLOCK] = [0; BLOCK];
        for step in 1_usize.. {
            if step.is_multiple_of(STEPS) && !self.budget.goes_on() {
                break;
            }
            let length = matching.fill_buffer(&mut block);
            let block = &block[..length];
            match reader.alive_bitset() {
                None => found.collect_block(block),
                Some(alive) => {
                    let alive = block.iter().filter(|&&doc| alive.is_alive(doc));
                    alive.for_each(|&doc| found.collect(doc, 0.0));
                }
            }
            if length < BLOCK {
                break;
            }
        }
        Ok(found.harvest())
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::index::{Engine, Home, PassageAt, Sources, TextField, ToCount, Wanted};

    /// An engine with two hundred passages that have a word.
    fn engine(folder: &std::path::Path) -> Arc<dyn Engine> {
        let text = "# Gout\n\n".to_owned() + &"## Gout\n\nGout hurts.\n\n".repeat(200);
        std::fs::write(folder.join("a.md"), text).expect("it can be written");
        let home = Home::Folder(folder.join("index"));
        home.build(&Sources::of([folder.join("a.md")]), &mut |_| {})
            .expect("it can be built");
        home.open().expect("it can be opened")
    }

    fn gout() -> Wanted {
        let in_field = |field| Wanted::word(field, "gout");
        Wanted::Any(TextField::ALL.map(in_field).into())
    }

    fn asked(engine: &dyn Engine) -> (u64, Vec<PassageAt>, Vec<PassageAt>, usize) {
        let mut read = 0;
        engine
            .each(&gout(), &mut |_| read += 1)
            .expect("it can be read");
        let what = ToCount {
            groups: &["aspect"],
            values: 10,
            sources: 10,
        };
        let tallies = engine.tallies(&gout(), what).expect("it can be counted");
        let count = engine.count(&gout()).expect("it can be counted");
        assert_eq!(tallies.passages, count);
        (
            count,
            engine.best(&gout(), 500).expect("it can be found"),
            engine.first(&gout(), 500).expect("it can be found"),
            read,
        )
    }

    #[test]
    fn with_time_it_is_as_without_a_budget_and_after_it_nothing_is_read() {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let engine = engine(folder.path());
        let all = asked(&*engine);
        assert!(all.0 >= 200, "{} passages", all.0);
        let budget = Budget::until_stopped();
        let bounded = engine.within(&budget);
        assert_eq!(asked(&*bounded), all);
        assert!(!budget.is_spent());
        budget.stop();
        assert_eq!(asked(&*bounded), (0, Vec::new(), Vec::new(), 0));
        assert!(budget.is_spent() && bounded.budget().is_spent());
        assert_eq!(asked(&*engine), all, "the others are not bounded by it");
    }

    #[test]
    fn what_is_stopped_on_the_way_has_part_of_it() {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let engine = engine(folder.path());
        let budget = Budget::until_stopped();
        let mut read = 0;
        let bounded = engine.within(&budget);
        let stop_at_ten = &mut |_| {
            read += 1;
            if read == 10 {
                budget.stop();
            }
        };
        bounded.each(&gout(), stop_at_ten).expect("it can be read");
        assert_eq!(read, 10);
        assert!(budget.is_spent());
    }
}
