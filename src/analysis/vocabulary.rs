//! The words of a corpus as they were written (folded, unstemmed), with how often each occurs.
//!
//! Stems cannot be shown, completed or corrected: a person types "treatmen", and the index
//! knows `treat`. The vocabulary is what stands between the two. It is counted as a by-product of
//! analysis, costs no second pass, and is kept as a finite state transducer next to the index.

use std::collections::HashMap;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use fst::automaton::{Automaton, Str};
use fst::{IntoStreamer, Map, MapBuilder, Streamer};

/// Collects the counts of several analyzers.
#[derive(Debug, Default)]
pub struct VocabularyCounts(Mutex<HashMap<Box<str>, u64>>);

impl VocabularyCounts {
    pub(super) fn add(&self, words: impl Iterator<Item = (Box<str>, u64)>) {
        // A panic elsewhere leaves whole counts behind, never half of one.
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for (word, count) in words {
            *counts.entry(word).or_default() += count;
        }
    }

    /// All words with their counts, in byte order.
    pub fn sorted(&self) -> Vec<(Box<str>, u64)> {
        let counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut words: Vec<_> = counts.iter().map(|(w, c)| (w.clone(), *c)).collect();
        words.sort_unstable();
        words
    }

    /// Writes the vocabulary to a file.
    pub fn write(&self, path: &Path) -> std::io::Result<()> {
        let as_io = |error: fst::Error| std::io::Error::other(error);
        let mut file = BufWriter::new(File::create(path)?);
        let mut builder = MapBuilder::new(&mut file).map_err(as_io)?;
        for (word, count) in self.sorted() {
            builder.insert(word.as_bytes(), count).map_err(as_io)?;
        }
        builder.finish().map_err(as_io)?;
        file.flush()?;
        file.get_ref().sync_all()
    }
}

/// The vocabulary of an index, opened for reading.
pub struct Vocabulary(Map<Vec<u8>>);

impl Vocabulary {
    /// Opens a file that [`VocabularyCounts::write`] made.
    pub fn open(path: &Path) -> std::io::Result<Self> {
        let map = Map::new(std::fs::read(path)?).map_err(std::io::Error::other)?;
        Ok(Vocabulary(map))
    }

    /// The words that begin with `prefix`, with their counts: the `limit` most frequent ones,
    /// most frequent first.
    pub fn with_prefix(&self, prefix: &str, limit: usize) -> Vec<(String, u64)> {
        let mut found = Vec::new();
        let mut stream = self.0.search(Str::new(prefix).starts_with()).into_stream();
        while let Some((word, count)) = stream.next() {
            if let Ok(word) = std::str::from_utf8(word) {
                found.push((word.to_owned(), count));
            }
        }
        found.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
        found.truncate(limit);
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn round_trip_and_prefix() -> std::io::Result<()> {
        let counts = VocabularyCounts::default();
        let words = [
            ("osteopathic", 9),
            ("osteoporosis", 3),
            ("oste", 1),
            ("rib", 5),
        ];
        counts.add(words.into_iter().map(|(word, count)| (word.into(), count)));
        let file = tempfile::NamedTempFile::new()?;
        counts.write(file.path())?;
        let vocabulary = Vocabulary::open(file.path())?;
        let found = vocabulary.with_prefix("osteo", 10);
        assert_eq!(
            found,
            [("osteopathic".into(), 9), ("osteoporosis".into(), 3)]
        );
        assert_eq!(vocabulary.with_prefix("oste", 1).len(), 1);
        assert!(vocabulary.with_prefix("x", 10).is_empty());
        Ok(())
    }
}
