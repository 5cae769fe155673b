//! What passages are counted under, by number.
//!
//! The names of all values are read once for a generation, and every segment's numbers of them put into one
//! order. A search then counts numbers ([`rows`](super::rows)), and names are looked up for what is shown only.

use std::cmp::Reverse;
use std::collections::BTreeSet;
use std::ops::Range;

use tantivy::{Searcher, SegmentReader, TantivyError};

use super::counts::first_by;
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

    /// How many names there are.
    pub(super) fn len(&self) -> usize {
        self.names.len()
    }

    /// For each number of a segment the place among the names.
    pub(super) fn places(&self, segment: usize) -> &[u32] {
        &self.places[segment]
    }

    /// By place among the names, whether it is of one of some groups.
    pub(super) fn are_of(&self, groups: &[&str]) -> Vec<bool> {
        let mut are = vec![false; self.names.len()];
        for group in groups {
            are[self.of_group(group)].fill(true);
        }
        are
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
        let order = |place: &usize| (Reverse(counts[*place]), *place);
        let places = first_by(counted, limit, order);
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
