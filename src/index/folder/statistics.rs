//! What BM25 counts in the whole corpus: as if all of it had been built at once.
//!
//! A change lets segments stand side by side, with entries in them that were deleted, and tantivy counts these
//! in until a merge. What a passage scores must not depend on how the index came to be. So lengths of fields
//! come out of the manifest, and how many passages have a term goes without the deleted ones
//! ([`frequencies`](super::frequencies)).
//!
//! The same goes for what tantivy leaves out. It notes for each block of postings the entry that scores highest
//! by the average length in its segment, while scores go by that in the corpus. Where the one is k times the
//! other, no entry of a block scores more than k times what was noted: of f(t, l) = t / (t + a + b l), t how
//! often the term occurs and l the length by the average, k f(t, k l) >= f(t, l) >= f(t, k l) for all k >= 1.

use tantivy::query::Bm25StatisticsProvider;
use tantivy::schema::Field;
use tantivy::{Score, SegmentReader, Term};

use super::index::Index;
use crate::index::field::TextField;

/// What is counted in an index.
#[derive(Clone, Copy)]
pub(super) struct Statistics<'i>(pub(super) &'i Index);

impl Bm25StatisticsProvider for Statistics<'_> {
    fn total_num_tokens(&self, field: Field) -> tantivy::Result<u64> {
        let (fields, manifest) = (self.0.fields(), self.0.manifest());
        if field == fields.kinds {
            return Ok(manifest.kinds);
        }
        let text = TextField::ALL.into_iter().zip(manifest.words);
        let known = |(text, words)| (fields.text(text) == field).then_some(words);
        match text.filter_map(known).next() {
            Some(words) => Ok(words),
            // Its lengths are not kept, and count for nothing.
            None => self.0.searcher().total_num_tokens(field),
        }
    }

    fn total_num_docs(&self) -> tantivy::Result<u64> {
        Ok(self.0.searcher().num_docs())
    }

    fn doc_freq(&self, term: &Term) -> tantivy::Result<u64> {
        self.0.frequencies().of(self.0.searcher(), term)
    }
}

impl Statistics<'_> {
    /// How many times more an entry of a segment may score than tantivy takes for the most.
    pub(super) fn underrated(&self, segment: &SegmentReader) -> tantivy::Result<Score> {
        let mut most: Score = 1.0;
        for field in self.0.fields().with_lengths() {
            let here = segment.inverted_index(field)?.total_num_tokens();
            let here = here as Score / segment.max_doc() as Score;
            let everywhere = self.total_num_tokens(field)? as Score;
            let everywhere = everywhere / self.total_num_docs()? as Score;
            if here > 0.0 && everywhere > 0.0 {
                most = most.max(here / everywhere).max(everywhere / here);
            }
        }
        Ok(most)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::index::engine::Engine;
    use crate::index::folder::build::{build, update};
    use crate::index::sources::Sources;
    use crate::index::wanted::{Term as WantedTerm, Wanted};

    #[test]
    fn what_is_gone_counts_for_nothing() -> Result<(), Box<dyn std::error::Error>> {
        let folder = tempfile::tempdir()?;
        let corpus = folder.path().join("corpus");
        std::fs::create_dir(&corpus)?;
        let write = |n: usize, text: &str| std::fs::write(corpus.join(format!("{n:02}.txt")), text);
        for n in 0..30 {
            write(
                n,
                &format!("Neck pain\n\nStroke {} of gout {}.", n % 3, n % 7),
            )?;
        }
        let sources = Sources::of([&corpus]);
        let [dir, fresh] = ["index", "fresh"].map(|name| folder.path().join(name));
        build(&sources, &dir, &mut |_| {})?;
        write(3, "Neck pain\n\nRarely, an injury.")?;
        std::fs::remove_file(corpus.join("07.txt"))?;
        update(&sources, &dir, &mut |_| {})?;
        build(&sources, &fresh, &mut |_| {})?;
        let (index, fresh) = (Index::open(&dir)?, Index::open(&fresh)?);
        let segments = index.searcher().segment_readers();
        assert!(segments.len() == 2 && segments.iter().any(SegmentReader::has_deletes));
        let (ours, theirs) = (Statistics(&index), Statistics(&fresh));
        assert_eq!(ours.total_num_docs()?, theirs.total_num_docs()?);
        for field in index.fields().with_lengths() {
            assert_eq!(
                ours.total_num_tokens(field)?,
                theirs.total_num_tokens(field)?
            );
        }
        let words = ["neck", "stroke", "gout", "0", "3", "6", "injuri", "unheard"];
        let words = words.map(|word| WantedTerm::Word(TextField::Body, word.to_owned()));
        let having = |index: &Index| Engine::frequencies(index, &words);
        assert_eq!(having(&index)?, having(&fresh)?);
        // As they are kept then.
        assert_eq!(having(&index)?, having(&fresh)?);
        for word in words.iter().cloned().map(Wanted::Term) {
            assert_eq!(Engine::count(&index, &word)?, Engine::count(&fresh, &word)?);
        }
        assert_eq!(index.sources(None, 99)?, fresh.sources(None, 99)?);
        Ok(())
    }
}
