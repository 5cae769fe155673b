//! Sorted keys with numbers, in a layer that stays and one that is laid over it.
//!
//! To write a whole map anew costs as much as it is large. So what has changed in it is written to a small map,
//! which has the word: a key that is in both has the number of the upper one, and 0 there says that it is gone.

use std::io;

use fst::automaton::{AlwaysMatch, Automaton};
use fst::map::OpBuilder;
use fst::{IntoStreamer, Map, Streamer};

use super::SharedBytes;

/// One in so many keys may be laid over before the whole map is written anew.
const LAID_OVER: usize = 8;
/// So many keys are always few.
const FEW: usize = 512;

/// A map in one layer or in two, read where it lies.
pub(crate) struct LayeredMap {
    below: Map<SharedBytes>,
    above: Option<Map<SharedBytes>>,
}

/// Where something is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum MapLayer {
    Below,
    Above,
}

impl LayeredMap {
    /// The map in these files.
    pub(crate) fn new(below: SharedBytes, above: Option<SharedBytes>) -> io::Result<LayeredMap> {
        let map = |bytes| Map::new(bytes).map_err(io::Error::other);
        Ok(LayeredMap {
            below: map(below)?,
            above: above.map(map).transpose()?,
        })
    }

    /// Whether so many keys are few enough to be laid over.
    pub(crate) fn can_bear(&self, keys: usize) -> bool {
        keys <= FEW.max(self.below.len() / LAID_OVER)
    }

    /// Whether anything is laid over.
    pub(crate) fn is_layered(&self) -> bool {
        self.above.is_some()
    }

    /// The number of a key, and where it stands.
    pub(crate) fn get(&self, key: &[u8]) -> Option<(MapLayer, u64)> {
        let above = self.above.as_ref().and_then(|above| above.get(key));
        match above {
            Some(number) => (number > 0).then_some((MapLayer::Above, number)),
            None => self.below.get(key).map(|number| (MapLayer::Below, number)),
        }
    }

    /// Takes each key that an automaton accepts, in byte order.
    pub(crate) fn each(
        &self,
        automaton: impl Automaton + Clone,
        take: &mut dyn FnMut(&[u8], MapLayer, u64),
    ) {
        let Some(above) = &self.above else {
            let mut found = self.below.search(automaton).into_stream();
            while let Some((key, number)) = found.next() {
                take(key, MapLayer::Below, number);
            }
            return;
        };
        let both = OpBuilder::new().add(self.below.search(automaton.clone()));
        let mut both = both.add(above.search(automaton)).union();
        while let Some((key, numbers)) = both.next() {
            // They are counted in the order in which they were added.
            let upper = numbers.iter().max_by_key(|number| number.index);
            match upper.map(|number| (number.index, number.value)) {
                None | Some((_, 0)) => {}
                Some((0, number)) => take(key, MapLayer::Below, number),
                Some((_, number)) => take(key, MapLayer::Above, number),
            }
        }
    }

    /// Takes each key that is laid over, and its number, in byte order.
    pub(crate) fn each_above(&self, take: &mut dyn FnMut(&[u8], u64)) {
        let Some(above) = &self.above else {
            return;
        };
        let mut keys = above.search(AlwaysMatch).into_stream();
        while let Some((key, number)) = keys.next() {
            take(key, number);
        }
    }

    /// Whether a key stands below, whatever is laid over it.
    pub(crate) fn is_below(&self, key: &[u8]) -> bool {
        self.below.contains_key(key)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    fn map(numbers: &BTreeMap<String, u64>) -> SharedBytes {
        let map = Map::from_iter(numbers.iter().map(|(key, number)| (key, *number)));
        SharedBytes::new(map.expect("it is in order").into_fst().into_inner())
    }

    proptest! {
        #[test]
        fn what_is_laid_over_has_the_word(
            below in prop::collection::btree_map("[ab]{1,3}", 1_u64..9, 0..9),
            above in prop::collection::btree_map("[ab]{1,3}", 0_u64..9, 0..9),
        ) {
            let layered = LayeredMap::new(map(&below), Some(map(&above)))?;
            let mut expected = below.clone();
            expected.extend(above.clone());
            expected.retain(|_, number| *number > 0);
            let mut found = BTreeMap::new();
            layered.each(AlwaysMatch, &mut |key, _, number| {
                found.insert(String::from_utf8_lossy(key).into_owned(), number);
            });
            prop_assert_eq!(&found, &expected);
            for key in below.keys().chain(above.keys()) {
                let number = layered.get(key.as_bytes()).map(|(_, number)| number);
                prop_assert_eq!(number, expected.get(key).copied());
                prop_assert_eq!(layered.is_below(key.as_bytes()), below.contains_key(key));
            }
        }
    }
}
