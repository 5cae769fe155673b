//! Which entries of a segment match, a bit for each.
//!
//! To count is to go through all that matches, whatever it scores and in whatever order. tantivy's
//! union keeps a score for every entry on its way, and merges the postings of all words entry by entry; here
//! the postings of a word are unpacked block by block, and each sets its bits. A budget that is spent ends it with
//! what was found until then.

use tantivy::query::EnableScoring;
use tantivy::schema::IndexRecordOption;
use tantivy::{DocId, SegmentReader, TantivyError};

use super::bounded::{STEPS, each_block};
use super::index::Index;
use super::query;
use crate::index::error::IndexError;
use crate::index::wanted::{Term, Wanted};

const BITS: usize = u64::BITS as usize;

/// Some entries of a segment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Matches {
    words: Vec<u64>,
}

impl Matches {
    /// None of so many entries.
    pub(super) fn none(entries: usize) -> Matches {
        Matches {
            words: vec![0; entries.div_ceil(BITS)],
        }
    }

    fn all(entries: usize) -> Matches {
        let mut all = Matches {
            words: vec![u64::MAX; entries.div_ceil(BITS)],
        };
        if let (Some(last), left @ 1..) = (all.words.last_mut(), entries % BITS) {
            *last = (1 << left) - 1;
        }
        all
    }

    /// The entries of a segment that are wanted, without those that were deleted.
    pub(super) fn of(
        index: &Index,
        segment: &SegmentReader,
        wanted: &Wanted,
    ) -> Result<Matches, IndexError> {
        let mut found = Matches::wanted(index, segment, wanted)?;
        found.narrow(index, segment, &[], &[])?;
        Ok(found)
    }

    /// Leaves those that are also among each of some, among none of others, and not deleted.
    pub(super) fn narrow(
        &mut self,
        index: &Index,
        segment: &SegmentReader,
        must: &[Wanted],
        not: &[Wanted],
    ) -> Result<(), IndexError> {
        for one in must {
            self.keep(&Matches::wanted(index, segment, one)?);
        }
        for one in not {
            self.take_out(&Matches::wanted(index, segment, one)?);
        }
        // What is excluded may not all have been seen.
        if !not.is_empty() && index.budget().is_spent() {
            self.words.fill(0);
        }
        if let Some(alive) = segment.alive_bitset() {
            self.retain(|entry| alive.is_alive(entry));
        }
        Ok(())
    }

    fn wanted(
        index: &Index,
        segment: &SegmentReader,
        wanted: &Wanted,
    ) -> Result<Matches, IndexError> {
        let entries = segment.max_doc() as usize;
        match wanted {
            Wanted::All(each) => {
                let mut all = Matches::all(entries);
                for one in each {
                    all.keep(&Matches::wanted(index, segment, one)?);
                }
                Ok(all)
            }
            Wanted::Filtered { wanted, must, not } => {
                let mut found = Matches::wanted(index, segment, wanted)?;
                found.narrow(index, segment, must, not)?;
                Ok(found)
            }
            _ => {
                let mut found = Matches::none(entries);
                found.add(index, segment, wanted)?;
                Ok(found)
            }
        }
    }

    /// Adds what is wanted to what is there.
    fn add(
        &mut self,
        index: &Index,
        segment: &SegmentReader,
        wanted: &Wanted,
    ) -> Result<(), IndexError> {
        match wanted {
            Wanted::Term(term) => self.add_postings(index, segment, term),
            Wanted::Times(_, wanted) => self.add(index, segment, wanted),
            Wanted::Any(each) => each
                .iter()
                .try_for_each(|one| self.add(index, segment, one)),
            Wanted::All(_) | Wanted::Filtered { .. } => {
                let found = Matches::wanted(index, segment, wanted)?;
                for (word, other) in self.words.iter_mut().zip(found.words) {
                    *word |= other;
                }
                Ok(())
            }
            Wanted::Phrase(..) | Wanted::Sources(_) => {
                let scoring = EnableScoring::disabled_from_searcher(index.searcher());
                let weight = query::query(index, wanted)?.weight(scoring)?;
                // Only to open the postings of many words takes its time.
                if index.budget().goes_on() {
                    let mut matching = weight.scorer(segment, 1.0)?;
                    each_block(&mut *matching, index.budget(), |block| {
                        self.insert(block.iter().copied());
                    });
                }
                Ok(())
            }
        }
    }

    fn add_postings(
        &mut self,
        index: &Index,
        segment: &SegmentReader,
        term: &Term,
    ) -> Result<(), IndexError> {
        let term = query::term(index, term);
        let inverted = segment.inverted_index(term.field())?;
        let postings = inverted.read_block_postings(&term, IndexRecordOption::Basic);
        if let Some(mut postings) = postings.map_err(TantivyError::from)? {
            for step in 0_usize.. {
                let is_over = step.is_multiple_of(STEPS) && !index.budget().goes_on();
                if is_over || postings.docs().is_empty() {
                    break;
                }
                self.insert(postings.docs().iter().copied());
                postings.advance();
            }
        }
        Ok(())
    }

    /// Adds entries by their numbers.
    pub(super) fn insert(&mut self, entries: impl IntoIterator<Item = DocId>) {
        for entry in entries {
            if let Some(word) = self.words.get_mut(entry as usize / BITS) {
                *word |= 1 << (entry as usize % BITS);
            }
        }
    }

    fn keep(&mut self, others: &Matches) {
        for (word, other) in self.words.iter_mut().zip(&others.words) {
            *word &= other;
        }
    }

    fn take_out(&mut self, others: &Matches) {
        for (word, other) in self.words.iter_mut().zip(&others.words) {
            *word &= !other;
        }
    }

    fn retain(&mut self, is_kept: impl Fn(DocId) -> bool) {
        let gone: Vec<DocId> = self.entries().filter(|entry| !is_kept(*entry)).collect();
        for entry in gone {
            self.words[entry as usize / BITS] &= !(1 << (entry as usize % BITS));
        }
    }

    /// How many they are.
    pub(super) fn count(&self) -> u64 {
        self.words
            .iter()
            .map(|word| u64::from(word.count_ones()))
            .sum()
    }

    /// Their numbers, ascending.
    pub(super) fn entries(&self) -> impl Iterator<Item = DocId> {
        let words = self.words.iter().enumerate();
        words.flat_map(|(at, word)| {
            let mut left = *word;
            std::iter::from_fn(move || {
                let bit = (left != 0).then(|| left.trailing_zeros())?;
                left &= left - 1;
                Some((at * BITS) as DocId + bit)
            })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn some(entries: &[DocId]) -> Matches {
        let mut some = Matches::none(130);
        some.insert(entries.iter().copied());
        some
    }

    #[test]
    fn entries_are_kept_dropped_and_counted() {
        let mut found = some(&[0, 63, 64, 127, 129]);
        assert_eq!(found.count(), 5);
        found.take_out(&some(&[63, 70]));
        found.keep(&some(&[0, 64, 70, 129]));
        found.retain(|entry| entry != 64);
        assert_eq!(found.entries().collect::<Vec<_>>(), [0, 129]);
        assert_eq!(Matches::none(130).entries().next(), None);
    }

    #[test]
    fn all_are_as_many_as_there_are() {
        for entries in [0, 1, 63, 64, 65, 130] {
            let all = Matches::all(entries);
            assert_eq!(all.count(), entries as u64);
            assert!(all.entries().eq(0..entries as DocId));
        }
    }
}
