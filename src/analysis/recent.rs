//! The numbers of words met lately, found without folding them again.
//!
//! A short ASCII word fits into a machine word, and is looked up as such in a table that is small
//! enough to stay in the cache of a core. Each place holds the last word that came there.

use std::ops::Range;

use super::WordId;

/// The binary logarithm of how many words are held.
const SIZE_BITS: u32 = 14;
/// Longer words are not held: one byte is for the length.
const MOST_BYTES: usize = 15;

/// Words as they stand in texts, and their numbers.
#[derive(Default)]
pub(super) struct Recent {
    places: Vec<(u128, WordId)>,
}

/// A word as a number, never 0.
#[derive(Clone, Copy)]
pub(super) struct Packed(u128);

/// The bits that no byte of ASCII has.
const NOT_ASCII: u128 = u128::from_ne_bytes([0x80; 16]);

impl Packed {
    /// A word of a text that is short enough, and ASCII.
    pub(super) fn new(text: &str, word: &Range<usize>) -> Option<Packed> {
        let length = word.len();
        if length > MOST_BYTES {
            return None;
        }
        let (following, _) = text.as_bytes()[word.start..].split_first_chunk()?;
        let bytes = u128::from_le_bytes(*following) & ((1 << (8 * length)) - 1);
        let packed = bytes | (length as u128) << (8 * MOST_BYTES);
        (bytes & NOT_ASCII == 0).then_some(Packed(packed))
    }

    fn place(self) -> usize {
        const ODD: u64 = 0x9e37_79b9_7f4a_7c15;
        // Multiplying brings every bit to the upper end (Knuth, volume 3, section 6.4).
        let mixed = (self.0 as u64).wrapping_mul(ODD) ^ ((self.0 >> 64) as u64);
        (mixed.wrapping_mul(ODD) >> (u64::BITS - SIZE_BITS)) as usize
    }
}

impl Recent {
    pub(super) fn find(&self, word: Packed) -> Option<WordId> {
        // Nothing is held before the first word is kept.
        let (held, id) = self.places.get(word.place())?;
        (*held == word.0).then_some(*id)
    }

    pub(super) fn keep(&mut self, word: Packed, id: WordId) {
        if self.places.is_empty() {
            self.places = vec![(0, WordId(0)); 1 << SIZE_BITS];
        }
        self.places[word.place()] = (word.0, id);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn what_is_found_is_what_was_kept(words in prop::collection::vec("[a-cA-C']{1,17}", 1..200)) {
            let mut recent = Recent::default();
            for (n, word) in words.iter().enumerate() {
                let packed = |word: &str| Packed::new(&format!("{word}{:16}", ""), &(0..word.len()));
                if let Some(packed) = packed(word) {
                    recent.keep(packed, WordId(n as u32));
                }
                for (n, word) in words.iter().enumerate() {
                    let found = packed(word).and_then(|packed| recent.find(packed));
                    prop_assert!(found.is_none_or(|id| words[id.index()] == *word), "{n}");
                }
            }
        }
    }
}
