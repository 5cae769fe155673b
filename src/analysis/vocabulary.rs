//! The words of a corpus as they were written (folded, unstemmed), with how often each occurs.
//!
//! Stems cannot be shown, completed or corrected: a person types "treatmen", and the index
//! knows `treat`. The vocabulary is what stands between the two. It is counted as a by-product of
//! analysis, costs no second pass, and is kept as a finite state transducer next to the index.

use std::collections::{BTreeMap, HashMap};
use std::fs::File;
use std::io::{BufWriter, Write};
use std::ops::Deref;
use std::path::Path;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use fst::MapBuilder;
use fst::automaton::{AlwaysMatch, Automaton, Str};
use levenshtein_automata::{DFA, Distance, LevenshteinAutomatonBuilder};

use super::LayeredMap;

/// The automata for one edit and for two, made when first needed: it takes milliseconds.
static AUTOMATA: [LazyLock<LevenshteinAutomatonBuilder>; 2] = [
    LazyLock::new(|| LevenshteinAutomatonBuilder::new(1, true)),
    LazyLock::new(|| LevenshteinAutomatonBuilder::new(2, true)),
];

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
    pub(crate) fn sorted(&self) -> Vec<(Box<str>, u64)> {
        let counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut words: Vec<_> = counts.iter().map(|(w, c)| (w.clone(), *c)).collect();
        words.sort_unstable();
        words
    }

    /// Writes the vocabulary to a file. Whether that is on the disk is for the caller to see to.
    pub(crate) fn write(&self, path: &Path) -> std::io::Result<()> {
        write(path, self.sorted())
    }

    /// Writes what becomes of a vocabulary when these words come in, and those of `gone` go: to `changed` what
    /// is laid over the file that it is in, or all of it to `path` where that would be much. An error of the
    /// kind `InvalidData` says that it does not have all that is to go.
    pub(crate) fn write_amended(
        &self,
        (path, changed): (&Path, &Path),
        before: &Vocabulary,
        gone: &VocabularyCounts,
    ) -> std::io::Result<()> {
        let words = self.laid_over(before, gone)?;
        if before.0.can_bear(words.len()) {
            return write(changed, words);
        }
        let mut all: BTreeMap<Box<str>, u64> = BTreeMap::new();
        before.0.each(AlwaysMatch, &mut |word, _, count| {
            all.insert(String::from_utf8_lossy(word).into(), count);
        });
        all.extend(words);
        all.retain(|_, count| *count > 0);
        write(path, all)
    }

    /// The words whose counts are other than in the file of a vocabulary, with their counts.
    fn laid_over(
        &self,
        before: &Vocabulary,
        gone: &VocabularyCounts,
    ) -> std::io::Result<BTreeMap<Box<str>, u64>> {
        let mut words: BTreeMap<Box<str>, u64> = BTreeMap::new();
        before.0.each_above(&mut |word, count| {
            words.insert(String::from_utf8_lossy(word).into(), count);
        });
        for (word, count) in self.sorted() {
            let before = before.count(&word);
            words.insert(word, before + count);
        }
        for (word, count) in gone.sorted() {
            let now = words.get(&word).copied();
            let left = now
                .unwrap_or_else(|| before.count(&word))
                .checked_sub(count);
            words.insert(word, left.ok_or(std::io::ErrorKind::InvalidData)?);
        }
        Ok(words)
    }
}

/// Writes words with their counts, in byte order.
fn write(path: &Path, words: impl IntoIterator<Item = (Box<str>, u64)>) -> std::io::Result<()> {
    let as_io = |error: fst::Error| std::io::Error::other(error);
    let mut file = BufWriter::new(File::create(path)?);
    let mut builder = MapBuilder::new(&mut file).map_err(as_io)?;
    for (word, count) in words {
        builder.insert(word.as_bytes(), count).map_err(as_io)?;
    }
    builder.finish().map_err(as_io)?;
    file.flush()
}

/// Bytes that lie somewhere, in a mapped file or in memory, and stay there.
#[derive(Clone)]
pub struct SharedBytes(Arc<dyn Deref<Target = [u8]> + Send + Sync>);

impl SharedBytes {
    /// Whatever keeps them.
    pub(crate) fn new(bytes: impl Deref<Target = [u8]> + Send + Sync + 'static) -> SharedBytes {
        SharedBytes(Arc::new(bytes))
    }
}

impl AsRef<[u8]> for SharedBytes {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

/// The vocabulary of an index, opened for reading. It is looked up where it lies (in a mapped
/// file, usually), never loaded.
pub struct Vocabulary(LayeredMap);

/// A word of the vocabulary that is spelled nearly like another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Similar {
    pub word: String,
    /// How often it occurs.
    pub count: u64,
    /// Insertions, deletions, substitutions and transpositions of neighbours between the two.
    pub distance: u8,
}

impl Vocabulary {
    /// Reads what [`VocabularyCounts::write`] wrote, and what [`VocabularyCounts::write_amended`] laid over it.
    pub(crate) fn new(file: SharedBytes, changed: Option<SharedBytes>) -> std::io::Result<Self> {
        LayeredMap::new(file, changed).map(Vocabulary)
    }

    fn count(&self, word: &str) -> u64 {
        let found = self.0.get(word.as_bytes());
        found.map_or(0, |(_, count)| count)
    }

    /// Whether a word (folded, unstemmed) occurs.
    pub(crate) fn contains(&self, word: &str) -> bool {
        self.count(word) > 0
    }

    /// The words within `max_distance` edits (2 at the most) of `word`, in byte order.
    pub(crate) fn similar(&self, word: &str, max_distance: u8) -> Vec<Similar> {
        let Some(automaton) = automaton(max_distance) else {
            return Vec::new();
        };
        self.matching(&automaton.build_dfa(word))
    }

    /// The beginnings of words within `max_distance` edits (2 at the most) of `prefix`, each with
    /// the count of all the words it begins that match, in byte order.
    pub(crate) fn similar_beginnings(&self, prefix: &str, max_distance: u8) -> Vec<Similar> {
        let Some(automaton) = automaton(max_distance) else {
            return Vec::new();
        };
        let dfa = automaton.build_prefix_dfa(prefix);
        let mut beginnings: Vec<Similar> = Vec::new();
        for mut similar in self.matching(&dfa) {
            shorten(&mut similar, &dfa);
            match beginnings.last_mut() {
                Some(last) if last.word == similar.word => last.count += similar.count,
                _ => beginnings.push(similar),
            }
        }
        beginnings
    }

    fn matching(&self, dfa: &DFA) -> Vec<Similar> {
        let mut found = Vec::new();
        self.0.each(dfa, &mut |word, _, count| {
            if let Ok(word) = std::str::from_utf8(word)
                && let Distance::Exact(distance) = dfa.eval(word)
            {
                found.push(Similar {
                    word: word.to_owned(),
                    count,
                    distance,
                });
            }
        });
        found
    }

    /// The words that begin with `prefix`, with their counts: the `limit` most frequent ones,
    /// most frequent first.
    pub(crate) fn with_prefix(&self, prefix: &str, limit: usize) -> Vec<(String, u64)> {
        let mut found = Vec::new();
        let start = Str::new(prefix).starts_with();
        self.0.each(start, &mut |word, _, count| {
            if let Ok(word) = std::str::from_utf8(word) {
                found.push((word.to_owned(), count));
            }
        });
        found.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
        found.truncate(limit);
        found
    }
}

/// What accepts the texts within so many edits (2 at the most) of one.
pub(crate) fn nearly(text: &str, max_distance: u8) -> Option<DFA> {
    automaton(max_distance).map(|automaton| automaton.build_dfa(text))
}

fn automaton(max_distance: u8) -> Option<&'static LevenshteinAutomatonBuilder> {
    let before = usize::from(max_distance.min(2)).checked_sub(1)?;
    Some(&AUTOMATA[before])
}

/// Cuts a word down to its shortest beginning that is as near as the whole word is.
fn shorten(similar: &mut Similar, dfa: &DFA) {
    let as_near =
        |end: &usize| dfa.eval(&similar.word[..*end]) == Distance::Exact(similar.distance);
    let ends = similar.word.char_indices().map(|(at, _)| at);
    if let Some(end) = ends.skip(1).find(as_near) {
        similar.word.truncate(end);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(words: &[(&str, u64)]) -> std::io::Result<SharedBytes> {
        let file = tempfile::NamedTempFile::new()?;
        counts(words).write(file.path())?;
        std::fs::read(file.path()).map(SharedBytes::new)
    }

    fn vocabulary(words: &[(&str, u64)]) -> std::io::Result<Vocabulary> {
        Vocabulary::new(written(words)?, None)
    }

    fn counts(words: &[(&str, u64)]) -> VocabularyCounts {
        let counts = VocabularyCounts::default();
        counts.add(words.iter().map(|&(word, count)| (word.into(), count)));
        counts
    }

    #[test]
    fn what_comes_and_goes_is_laid_over() -> std::io::Result<()> {
        let file = written(&[("gout", 3), ("rib", 5), ("ribs", 1)])?;
        let before = Vocabulary::new(file.clone(), None)?;
        let (come, gone) = (counts(&[("rib", 2), ("stroke", 1)]), counts(&[("ribs", 1)]));
        let folder = tempfile::tempdir()?;
        let [whole, changed] = ["whole", "changed"].map(|name| folder.path().join(name));
        come.write_amended((&whole, &changed), &before, &gone)?;
        assert!(!whole.exists());
        let changed = SharedBytes::new(std::fs::read(changed)?);
        let now = Vocabulary::new(file, Some(changed))?;
        let words = [("rib".into(), 7), ("gout".into(), 3), ("stroke".into(), 1)];
        assert_eq!(now.with_prefix("", 9), words);
        assert!(!now.contains("ribs") && now.similar("ribs", 1)[0].count == 7);
        let gone_again = counts(&[("rib", 7)]);
        let many: Vec<String> = (0..1000).map(|n| format!("word{n}")).collect();
        let many: Vec<(&str, u64)> = many.iter().map(|word| (word.as_str(), 1)).collect();
        let other = folder.path().join("other");
        counts(&many).write_amended((&whole, &other), &now, &gone_again)?;
        let all = Vocabulary::new(SharedBytes::new(std::fs::read(&whole)?), None)?;
        assert!(!other.exists() && all.contains("stroke") && !all.contains("rib"));
        assert_eq!(all.with_prefix("", 2000).len(), 1002);
        let too_many = come.write_amended((&whole, &whole), &now, &counts(&[("gout", 4)]));
        let kind = too_many.expect_err("there are three").kind();
        assert_eq!(kind, std::io::ErrorKind::InvalidData);
        Ok(())
    }

    #[test]
    fn round_trip_and_prefix() -> std::io::Result<()> {
        let vocabulary = vocabulary(&[
            ("osteopathic", 9),
            ("osteoporosis", 3),
            ("oste", 1),
            ("rib", 5),
        ])?;
        let found = vocabulary.with_prefix("osteo", 10);
        assert_eq!(
            found,
            [("osteopathic".into(), 9), ("osteoporosis".into(), 3)]
        );
        assert_eq!(vocabulary.with_prefix("oste", 1).len(), 1);
        assert!(vocabulary.with_prefix("x", 10).is_empty());
        assert_eq!(vocabulary.count("rib"), 5);
        assert!(!vocabulary.contains("ribs"));
        Ok(())
    }

    #[test]
    fn similar_words_come_with_their_distance() -> std::io::Result<()> {
        let vocabulary = vocabulary(&[("form", 1), ("from", 7), ("fromage", 2), ("fume", 1)])?;
        let found = |similar: Vec<Similar>| -> Vec<(String, u64, u8)> {
            let parts = |s: Similar| (s.word, s.count, s.distance);
            similar.into_iter().map(parts).collect()
        };
        // Two neighbours that changed places are one edit.
        assert_eq!(
            found(vocabulary.similar("form", 1)),
            [("form".into(), 1, 0), ("from".into(), 7, 1)]
        );
        assert_eq!(vocabulary.similar("form", 0), []);
        assert_eq!(
            found(vocabulary.similar_beginnings("frpm", 1)),
            [("from".into(), 9, 1)]
        );
        assert_eq!(vocabulary.similar("fu", 2).len(), 1);
        Ok(())
    }
}
