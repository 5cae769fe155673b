//! What passages are counted under, by number.
//!
//! The names of all values are read once for a generation, and every segment's numbers of them put into one
//! order. A search then counts numbers, and names are looked up for what is shown only.

use std::cmp::Reverse;
use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::Arc;

use tantivy::collector::{Collector, SegmentCollector};
use tantivy::fastfield::FacetReader;
use tantivy::{DocId, Score, Searcher, SegmentOrdinal, SegmentReader, TantivyError};

use super::schema::FACETS;
use crate::index::engine::Counted;

/// What parts the group from the value in the dictionary of a segment.
const BETWEEN: char = '\0';

/// All values of a generation.
#[derive(Debug, Default)]
pub(super) struct FacetValues {
    /// Group and value as segments keep them, in byte order.
    names: Vec<Box<str>>,
    /// By segment, for each of its numbers the place among the names.
    places: Vec<Vec<u32>>,
}

impl FacetValues {
    /// Reads the dictionaries of all segments.
    pub(super) fn read(searcher: &Searcher) -> tantivy::Result<FacetValues> {
        let mut of_segments = Vec::new();
        for segment in searcher.segment_readers() {
            of_segments.push(names(segment)?);
        }
        let all: BTreeSet<&str> = of_segments.iter().flatten().map(|name| &**name).collect();
        let all: Vec<&str> = all.into_iter().collect();
        let place = |name: &str| all.partition_point(|other| *other < name) as u32;
        let places = of_segments
            .iter()
            .map(|names| names.iter().map(|name| place(name)).collect());
        Ok(FacetValues {
            places: places.collect(),
            names: all.into_iter().map(Box::from).collect(),
        })
    }

    /// Where the values of a group stand among the names.
    fn of_group(&self, group: &str) -> Range<usize> {
        let first = self.names.partition_point(|name| group_of(name) < group);
        let rest = &self.names[first..];
        first..first + rest.partition_point(|name| group_of(name) == group)
    }

    /// The values of a group that were counted most, in byte order among equals.
    pub(super) fn most_often(&self, counts: &[u64], group: &str, limit: usize) -> Vec<Counted> {
        let counted = self.of_group(group).filter(|&place| counts[place] > 0);
        let mut places: Vec<usize> = counted.collect();
        let order = |place: &usize| (Reverse(counts[*place]), *place);
        if places.len() > limit {
            places.select_nth_unstable_by_key(limit, order);
            places.truncate(limit);
        }
        places.sort_unstable_by_key(order);
        let value = |place: usize| {
            let value = self.names[place]
                .split_once(BETWEEN)
                .map(|(_, value)| value);
            (value.unwrap_or_default().to_owned(), counts[place])
        };
        places.into_iter().map(value).collect()
    }
}

fn group_of(name: &str) -> &str {
    name.split(BETWEEN).next().unwrap_or_default()
}

/// The names of a segment, in the order of its numbers.
fn names(segment: &SegmentReader) -> tantivy::Result<Vec<Box<str>>> {
    let facets = segment.facet_reader(FACETS)?;
    let mut names = Vec::with_capacity(facets.num_facets());
    let mut terms = facets.facet_dict().stream().map_err(TantivyError::from)?;
    while terms.advance() {
        names.push(String::from_utf8_lossy(terms.key()).into());
    }
    Ok(names)
}

/// Counts how many of what matches have each value.
pub(super) struct FacetCounts(pub(super) Arc<FacetValues>);

pub(super) struct FacetsInSegment {
    values: Arc<FacetValues>,
    segment: SegmentOrdinal,
    facets: FacetReader,
    /// By number of the segment.
    counts: Vec<u32>,
}

impl Collector for FacetCounts {
    /// By place among the names.
    type Fruit = Vec<u64>;
    type Child = FacetsInSegment;

    fn for_segment(
        &self,
        segment: SegmentOrdinal,
        reader: &SegmentReader,
    ) -> tantivy::Result<FacetsInSegment> {
        let facets = reader.facet_reader(FACETS)?;
        Ok(FacetsInSegment {
            values: self.0.clone(),
            segment,
            counts: vec![0; facets.num_facets()],
            facets,
        })
    }

    fn requires_scoring(&self) -> bool {
        false
    }

    fn merge_fruits(&self, segments: Vec<Vec<(u32, u32)>>) -> tantivy::Result<Vec<u64>> {
        let mut counts = vec![0; self.0.names.len()];
        for (place, count) in segments.into_iter().flatten() {
            counts[place as usize] += u64::from(count);
        }
        Ok(counts)
    }
}

impl SegmentCollector for FacetsInSegment {
    /// Places among the names, with their counts.
    type Fruit = Vec<(u32, u32)>;

    fn collect(&mut self, doc: DocId, _: Score) {
        for number in self.facets.facet_ords(doc) {
            if let Some(count) = self.counts.get_mut(number as usize) {
                *count += 1;
            }
        }
    }

    fn harvest(self) -> Vec<(u32, u32)> {
        let places = &self.values.places[self.segment as usize];
        let counted = places.iter().copied().zip(self.counts);
        counted.filter(|(_, count)| *count > 0).collect()
    }
}
