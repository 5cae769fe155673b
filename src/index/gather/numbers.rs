//! The numbers of documents, which say where in the corpus each stands.
//!
//! Documents are in the order of their files, and in a file in its own order. Between the numbers
//! of two files room is left, so that a file that comes, or grows, later finds numbers between
//! those of its neighbours, and nothing else has to change.

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::PathBuf;

use super::files::{Record, Stamp};
use crate::index::manifest::Holds;

/// The least room after a file, in documents. With it, 2^40 numbers are enough for 268 million
/// files.
const ROOM: u64 = 4096;

/// Gives numbers to the documents of files that are read in order.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::index) struct Numbers {
    /// For each of the files read: the numbers it may have. None where no file follows that stays.
    bounds: Vec<Option<Range<u64>>>,
    /// Where the next file starts that has no bounds.
    free: u64,
}

impl Numbers {
    /// Numbers for files that are read into an index of others which keep theirs; `None` where
    /// there is no room between two.
    pub(in crate::index) fn between(
        kept: &BTreeMap<PathBuf, Record>,
        to_read: &BTreeMap<PathBuf, Stamp>,
    ) -> Option<Numbers> {
        let mut bounds = Vec::with_capacity(to_read.len());
        let mut waiting = to_read.keys().peekable();
        let mut numbers = Numbers::default();
        let mut end = 0;
        for (path, Record { holds, .. }) in kept {
            let mut before = 0;
            while waiting.next_if(|new| *new < path).is_some() {
                before += 1;
            }
            bounds.extend(parts(end..holds.first, before)?.map(Some));
            end = holds.first + holds.documents;
            numbers.done(holds);
        }
        bounds.extend(waiting.map(|_| None));
        Some(Numbers { bounds, ..numbers })
    }

    /// The first number of a file, by its place among those that are read, and how many documents
    /// it may have. Asked for when all files before it were [done](Numbers::done).
    pub(in crate::index) fn of(&self, file: usize) -> (u64, u64) {
        let free = self.free..u64::MAX;
        let bounds = self.bounds.get(file).cloned().flatten().unwrap_or(free);
        (bounds.start, bounds.end - bounds.start)
    }

    /// Notes which numbers a file took. It may double before there is no more room after it.
    pub(in crate::index) fn done(&mut self, holds: &Holds) {
        let room = holds.documents.max(ROOM);
        self.free = self.free.max(holds.first + holds.documents + room);
    }
}

impl Default for Numbers {
    fn default() -> Numbers {
        Numbers {
            bounds: Vec::new(),
            free: ROOM,
        }
    }
}

/// Parts a range in so many of equal size; `None` where they would be empty.
fn parts(range: Range<u64>, count: u64) -> Option<impl Iterator<Item = Range<u64>>> {
    let size = range.end.saturating_sub(range.start) / count.max(1);
    let start = range.start;
    let part = move |n| start + n * size..start + (n + 1) * size;
    (size > 0 || count == 0).then(|| (0..count).map(part))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn holds(first: u64, documents: u64) -> Holds {
        Holds {
            first,
            documents,
            ..Holds::default()
        }
    }

    /// Gives numbers to files (their names and how many documents each has), those that are kept
    /// having theirs.
    fn number(
        kept: &BTreeMap<PathBuf, Record>,
        files: &BTreeMap<PathBuf, u64>,
    ) -> Option<BTreeMap<PathBuf, Record>> {
        let to_read = files.keys().map(|path| (path.clone(), Stamp::default()));
        let mut numbers = Numbers::between(kept, &to_read.collect())?;
        let mut all = kept.clone();
        for (file, (path, &documents)) in files.iter().enumerate() {
            let (first, room) = numbers.of(file);
            if documents > room {
                return None;
            }
            let holds = holds(first, documents);
            numbers.done(&holds);
            let mut record = Record::default();
            record.holds = holds;
            all.insert(path.clone(), record);
        }
        Some(all)
    }

    fn assert_in_order(files: &BTreeMap<PathBuf, Record>) {
        let mut next = 0;
        for (path, record) in files {
            assert!(record.holds.first >= next, "{path:?}");
            next = record.holds.first + record.holds.documents;
        }
    }

    fn files(counts: &[(&str, u64)]) -> BTreeMap<PathBuf, u64> {
        let file = |(name, count): &(&str, u64)| (PathBuf::from(name), *count);
        counts.iter().map(file).collect()
    }

    #[test]
    fn files_find_room_before_between_and_after_others() {
        let kept = number(&BTreeMap::new(), &files(&[("b", 3), ("d", 9000)])).expect("room");
        let new = files(&[("a", 5), ("c1", 7), ("c2", 2000), ("e", 4)]);
        assert_in_order(&number(&kept, &new).expect("room"));
    }

    #[test]
    fn what_finds_no_room_is_told() {
        let kept = number(&BTreeMap::new(), &files(&[("a", 1), ("c", 1)])).expect("room");
        assert!(number(&kept, &files(&[("b", ROOM)])).is_some());
        assert!(number(&kept, &files(&[("b", ROOM + 1)])).is_none());
    }

    proptest! {
        #[test]
        fn numbers_go_up_with_the_files(
            kept in prop::collection::btree_map("[a-z]{1,3}", 0_u64..6000, 0..9),
            new in prop::collection::btree_map("[a-z]{1,3}", 0_u64..300, 0..9),
        ) {
            let paths = |files: &BTreeMap<String, u64>| -> BTreeMap<PathBuf, u64> {
                files.iter().map(|(name, count)| (name.into(), *count)).collect()
            };
            let before = number(&BTreeMap::new(), &paths(&kept));
            let before = before.expect("nothing is in the way");
            let mut new = paths(&new);
            new.retain(|path, _| !before.contains_key(path));
            let after = number(&before, &new).expect("room for 9 times 300");
            prop_assert_eq!(after.len(), before.len() + new.len());
            assert_in_order(&after);
        }
    }
}
