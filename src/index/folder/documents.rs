//! Passages and whole documents, read back out of their entries.

use std::collections::BTreeSet;

use tantivy::collector::DocSetCollector;
use tantivy::postings::TermInfo;
use tantivy::query::TermQuery;
use tantivy::schema::{IndexRecordOption, TantivyDocument};
use tantivy::{
    DocAddress, DocSet, InvertedIndexReader, SegmentReader, TERMINATED, TantivyError, Term,
};

use super::index::Index;
use super::schema::ORDER;
use crate::index::document::WholeDocument;
use crate::index::error::IndexError;
use crate::index::passage::{Order, StoredPassage};
use crate::index::wanted::SourceGlob;

impl Index {
    /// The documents whose entries have a term, one after the other, in the order of the corpus.
    pub(super) fn each_document(
        &self,
        term: &Term,
        each: &mut dyn FnMut(Order, WholeDocument) -> Result<(), IndexError>,
    ) -> Result<(), IndexError> {
        let mut entries = self.entries(term)?.into_iter().peekable();
        while let Some((first, at)) = entries.next() {
            let mut addresses = vec![at];
            while let Some((_, at)) = entries.next_if(|(o, _)| o.document() == first.document()) {
                addresses.push(at);
            }
            each(first, self.whole(&addresses)?)?;
        }
        Ok(())
    }

    /// Where the entries are that have a term, in the order of the corpus.
    fn entries(&self, term: &Term) -> Result<Vec<(Order, DocAddress)>, IndexError> {
        let query = TermQuery::new(term.clone(), IndexRecordOption::Basic);
        let mut entries = Vec::new();
        for at in self.searcher().search(&query, &DocSetCollector)? {
            let segment = self.searcher().segment_reader(at.segment_ord);
            let order = segment.fast_fields().u64(ORDER)?;
            entries.push((Order(order.first(at.doc_id).unwrap_or_default()), at));
        }
        entries.sort_unstable();
        Ok(entries)
    }

    fn whole(&self, addresses: &[DocAddress]) -> Result<WholeDocument, IndexError> {
        let entries = addresses.iter().map(|at| {
            let entry: TantivyDocument = self.searcher().doc(*at)?;
            self.fields()
                .kept(&entry)
                .map_err(|cause| self.damaged(cause))
        });
        let entries = entries.collect::<Result<_, _>>()?;
        WholeDocument::of(entries).map_err(|cause| self.damaged(cause))
    }

    /// The document that is cited by that path, as it was indexed; `None` where there is none.
    /// Where a collection has the same document twice, the first one.
    pub(crate) fn document(&self, source: &str) -> Result<Option<WholeDocument>, IndexError> {
        let entries = self.entries(&Term::from_field_text(self.fields().source, source))?;
        let Some((first, _)) = entries.first() else {
            return Ok(None);
        };
        let of_first = entries
            .iter()
            .filter(|(o, _)| o.document() == first.document());
        let addresses: Vec<DocAddress> = of_first.map(|(_, at)| *at).collect();
        self.whole(&addresses).map(Some)
    }

    /// The paths that documents are cited by, in byte order: at most `limit` of those after
    /// `after`.
    pub(crate) fn sources(
        &self,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<String>, IndexError> {
        let mut sources = BTreeSet::new();
        for segment in self.searcher().segment_readers() {
            let inverted = segment.inverted_index(self.fields().source)?;
            let range = inverted.terms().range();
            let range = match after {
                Some(after) => range.gt(after),
                None => range,
            };
            let mut terms = range.into_stream().map_err(TantivyError::from)?;
            let mut left = limit;
            while left > 0 && terms.advance() {
                if is_left(segment, &inverted, terms.value())? {
                    sources.insert(String::from_utf8_lossy(terms.key()).into_owned());
                    left -= 1;
                }
            }
        }
        Ok(sources.into_iter().take(limit).collect())
    }

    /// The passage at an address, as it is kept for showing.
    pub(super) fn stored(&self, at: DocAddress) -> Result<StoredPassage, IndexError> {
        let passage = self.stored_if_any(at)?;
        passage.ok_or_else(|| self.damaged("an entry has no stored passage".to_owned()))
    }

    pub(super) fn stored_if_any(
        &self,
        at: DocAddress,
    ) -> Result<Option<StoredPassage>, IndexError> {
        let entry: TantivyDocument = self.searcher().doc(at)?;
        let stored = self.fields().stored(&entry);
        stored.map_err(|cause| self.damaged(cause))
    }

    /// The sources of the whole index that a glob matches, in byte order.
    pub(super) fn sources_matching(
        &self,
        glob: &SourceGlob,
    ) -> Result<BTreeSet<String>, IndexError> {
        let mut sources = BTreeSet::new();
        for segment in self.searcher().segment_readers() {
            let inverted = segment.inverted_index(self.fields().source)?;
            let mut terms = inverted.terms().stream().map_err(TantivyError::from)?;
            while terms.advance() {
                if let Ok(source) = std::str::from_utf8(terms.key())
                    && glob.matches(source)
                {
                    sources.insert(source.to_owned());
                }
            }
        }
        Ok(sources)
    }
}

/// Whether any entry that has a term was not deleted.
fn is_left(
    segment: &SegmentReader,
    inverted: &InvertedIndexReader,
    term: &TermInfo,
) -> tantivy::Result<bool> {
    let Some(alive) = segment.alive_bitset() else {
        return Ok(true);
    };
    let mut postings = inverted.read_postings_from_terminfo(term, IndexRecordOption::Basic)?;
    while postings.doc() != TERMINATED {
        if alive.is_alive(postings.doc()) {
            return Ok(true);
        }
        postings.advance();
    }
    Ok(false)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::index::engine::Engine;
    use crate::index::folder::build::build;
    use crate::index::sources::Sources;

    const PAGE: &str =
        "Neck pain\n\nSkip to main content\n\nRisks\n\nRarely, a stroke.\n\nBack to top\n";

    #[test]
    fn documents_passages_and_sources_of_an_index() -> Result<(), Box<dyn std::error::Error>> {
        let folder = tempfile::tempdir()?;
        let corpus = folder.path().join("corpus");
        std::fs::create_dir(&corpus)?;
        for (name, text) in [
            ("neck.txt", PAGE),
            ("none.txt", "Back to top\n"),
            ("z.txt", "Gout"),
        ] {
            std::fs::write(corpus.join(name), text)?;
        }
        let dir = folder.path().join("index");
        build(&Sources::of([&corpus]), &dir, &mut |_| {})?;
        let index = Index::open(&dir)?;
        let sources = index.sources(None, 10)?;
        assert_eq!(sources.len(), 3);
        assert_eq!(index.sources(Some(&sources[0]), 1)?, sources[1..2]);
        let neck = index.document(&sources[0])?.ok_or("it is there")?;
        assert_eq!(
            (neck.text.as_str(), neck.title.as_str()),
            (PAGE, "Neck pain")
        );
        let passage = neck.passages[0].clone();
        assert_eq!(index.passage(passage.id.as_str())?, Some(passage));
        let none = index.document(&sources[1])?.ok_or("it is there")?;
        assert_eq!(
            (none.text.as_str(), none.passages.len()),
            ("Back to top\n", 0)
        );
        assert_eq!(index.document("elsewhere.txt")?, None);
        assert_eq!(index.passage("0000")?, None);
        Ok(())
    }
}
