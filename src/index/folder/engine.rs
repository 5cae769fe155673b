//! The trait [`Engine`] for an index in a folder.

use std::sync::Arc;

use tantivy::collector::{Collector, DocSetCollector, TopDocs};
use tantivy::query::{Bm25StatisticsProvider, Query};
use tantivy::{DocAddress, Order as Sorted};

use super::best::{Best, Match};
use super::bounded::Bounded;
use super::counts::{SourceCount, by_document, first_by};
use super::facets::FacetValues;
use super::index::Index;
use super::matches::Matches;
use super::nearest::Nearest;
use super::rows::{RowCounts, ValuesToCount};
use super::schema::ORDER;
use super::statistics::Statistics;
use super::{few, postings, query};
use crate::encoder::Meaning;
use crate::index::budget::Budget;
use crate::index::dictionary::Dictionary;
use crate::index::document::WholeDocument;
use crate::index::engine::{Counted, Engine, Tallies, ToCount};
use crate::index::error::IndexError;
use crate::index::manifest::Manifest;
use crate::index::passage::{Order, PassageAt, StoredPassage};
use crate::index::table::{CandidateNumber, Positions, Table, TermNumber};
use crate::index::wanted::{Term, Wanted};
use crate::lexicon::Lexicon;

/// All of the matches of a phrase are looked at, however many are wanted, and so many are soon sorted.
const AT_ONCE: usize = 1000;

impl From<DocAddress> for PassageAt {
    fn from(at: DocAddress) -> PassageAt {
        PassageAt(u64::from(at.segment_ord) << 32 | u64::from(at.doc_id))
    }
}

impl From<PassageAt> for DocAddress {
    fn from(PassageAt(at): PassageAt) -> DocAddress {
        // The two halves, as they were put together.
        DocAddress::new((at >> 32) as u32, at as u32)
    }
}

impl Engine for Index {
    fn manifest(&self) -> &Manifest {
        Index::manifest(self)
    }

    fn lexicon(&self) -> &Arc<Lexicon> {
        Index::lexicon(self)
    }

    fn within(&self, budget: &Budget) -> Arc<dyn Engine> {
        Arc::new(Index::within(self, budget))
    }

    fn budget(&self) -> &Budget {
        Index::budget(self)
    }

    fn look_up(&self, read: &mut dyn FnMut(&Dictionary)) -> Result<(), IndexError> {
        read(self.dictionary());
        Ok(())
    }

    fn is_current(&self) -> Result<bool, IndexError> {
        Index::is_current(self)
    }

    fn frequencies(&self, terms: &[Term]) -> Result<Vec<u64>, IndexError> {
        terms.iter().map(|term| self.frequency(term)).collect()
    }

    fn best(&self, wanted: &Wanted, limit: usize) -> Result<Vec<PassageAt>, IndexError> {
        let limit = limit.min(self.most());
        if let Some(found) = few::best(self, wanted, limit)? {
            return Ok(found.iter().map(Match::address).map(Into::into).collect());
        }
        let query = query::query(self, wanted)?;
        let budget = Index::budget(self);
        let statistics = Statistics(self);
        let best = Best {
            limit,
            budget,
            statistics,
        };
        let searcher = self.searcher();
        let found = searcher.search_with_statistics_provider(&*query, &best, &statistics)?;
        Ok(found.iter().map(Match::address).map(Into::into).collect())
    }

    fn best_at_once(&self) -> usize {
        AT_ONCE
    }

    fn first(&self, wanted: &Wanted, limit: usize) -> Result<Vec<PassageAt>, IndexError> {
        let query = query::query(self, wanted)?;
        let limit = limit.clamp(1, self.most());
        let first = TopDocs::with_limit(limit).order_by_fast_field::<u64>(ORDER, Sorted::Asc);
        let found = self.collected(&*query, first)?;
        Ok(found.into_iter().map(|(_, at)| at.into()).collect())
    }

    fn similarities(&self, meant: &Meaning, at: &[Order]) -> Result<Vec<f32>, IndexError> {
        let Some(vectors) = self.vectors() else {
            return Ok(Vec::new());
        };
        let similarity = |order: &Order| {
            let row = vectors.row(*order, 0);
            row.map(|row| vectors.similarity(meant, row))
        };
        let each = at.iter().map(|order| similarity(order).unwrap_or_default());
        Ok(each.collect())
    }

    fn nearest(
        &self,
        meant: &Meaning,
        wanted: &Wanted,
        limit: usize,
    ) -> Result<Vec<PassageAt>, IndexError> {
        let Some(vectors) = self.vectors() else {
            return Ok(Vec::new());
        };
        let query = query::query(self, wanted)?;
        let nearest = Nearest {
            vectors,
            meant,
            limit,
            budget: Index::budget(self),
        };
        nearest.search(self.searcher(), &*query)
    }

    fn count(&self, wanted: &Wanted) -> Result<u64, IndexError> {
        // How many have a term is written down.
        if let Wanted::Term(term) = wanted {
            return self.frequency(term);
        }
        let segments = self.searcher().segment_readers().iter();
        let count = |segment| Ok(Matches::of(self, segment, wanted)?.count());
        segments.map(count).sum()
    }

    fn tallies(&self, wanted: &Wanted, what: ToCount<'_>) -> Result<Tallies, IndexError> {
        // Where no group is asked for, no name of one is read.
        let facets = match what.groups.is_empty() {
            true => None,
            false => Some(self.facets()?),
        };
        let groups = what.groups;
        let to_count = facets.map(|facets| ValuesToCount { facets, groups });
        let mut counts = RowCounts::of(facets.map_or(0, FacetValues::len));
        let (wanted, also) = what.otherwise.unwrap_or((wanted, &[]));
        let also: Vec<DocAddress> = also.iter().map(|&at| at.into()).collect();
        for (n, segment) in (0..).zip(self.searcher().segment_readers()) {
            let mut matches = Matches::of(self, segment, wanted)?;
            let here = also.iter().filter(|at| at.segment_ord == n);
            matches.insert(here.map(|at| at.doc_id));
            let rows = self.rows();
            rows.count(self.searcher(), n, matches.entries(), to_count, &mut counts)?;
        }
        let sources = by_document(counts.sources);
        let values = |group: &&str| match facets {
            Some(facets) => facets.most_often(&counts.values, group, what.values),
            None => Vec::new(),
        };
        Ok(Tallies {
            passages: sources.iter().map(|count| count.passages).sum(),
            documents: sources.len() as u64,
            about: false,
            groups: what.groups.iter().map(values).collect(),
            sources: self.most_often(sources, what.sources)?,
        })
    }

    fn table(
        &self,
        candidates: &[PassageAt],
        terms: &[&str],
        names: &[&[TermNumber]],
    ) -> Result<Table, IndexError> {
        postings::table(self, candidates, terms, names)
    }

    fn positions(
        &self,
        table: &Table,
        chosen: &[CandidateNumber],
        terms: &[&str],
        used: &[TermNumber],
    ) -> Result<Positions, IndexError> {
        let at = |&c: &CandidateNumber| table.candidate(c).at;
        let chosen: Vec<PassageAt> = chosen.iter().map(at).collect();
        postings::positions(self, &chosen, terms, used)
    }

    fn passages(&self, at: &[PassageAt]) -> Result<Vec<StoredPassage>, IndexError> {
        let stored = |at: &PassageAt| self.stored((*at).into());
        at.iter().map(stored).collect()
    }

    fn each(&self, wanted: &Wanted, take: &mut dyn FnMut(StoredPassage)) -> Result<(), IndexError> {
        let query = query::query(self, wanted)?;
        let mut found: Vec<(u64, DocAddress)> = Vec::new();
        for at in self.collected(&*query, DocSetCollector)? {
            let segment = self.searcher().segment_reader(at.segment_ord);
            let order = segment.fast_fields().u64(ORDER)?;
            found.push((order.first(at.doc_id).unwrap_or_default(), at));
        }
        found.sort_unstable();
        for (_, at) in found {
            if !Index::budget(self).goes_on() {
                break;
            }
            // What has only a document to keep is no passage.
            if let Some(passage) = self.stored_if_any(at)? {
                take(passage);
            }
        }
        Ok(())
    }

    fn document(&self, source: &str) -> Result<Option<WholeDocument>, IndexError> {
        Index::document(self, source)
    }

    fn sources(&self, after: Option<&str>, limit: usize) -> Result<Vec<String>, IndexError> {
        Index::sources(self, after, limit)
    }
}

impl Index {
    /// What is collected of all that matches, as far as the budget goes.
    fn collected<C: Collector>(
        &self,
        query: &dyn Query,
        collector: C,
    ) -> Result<C::Fruit, IndexError> {
        let budget = Index::budget(self);
        Ok(self
            .searcher()
            .search(query, &Bounded { collector, budget })?)
    }

    /// How many passages have a term.
    fn frequency(&self, term: &Term) -> Result<u64, IndexError> {
        Ok(Statistics(self).doc_freq(&query::term(self, term))?)
    }

    /// No more can be found than there are.
    fn most(&self) -> usize {
        self.searcher().num_docs().max(1) as usize
    }

    /// The sources with most passages, in the order of the corpus among equals.
    fn most_often(
        &self,
        sources: Vec<SourceCount>,
        limit: usize,
    ) -> Result<Vec<Counted>, IndexError> {
        let order = |count: &SourceCount| (std::cmp::Reverse(count.passages), count.document);
        let sources = first_by(sources.into_iter(), limit, order);
        let named = |count: &SourceCount| {
            let name = self
                .source_names()
                .of(count.document, || Ok(self.stored(count.at)?.source))?;
            Ok((name, count.passages))
        };
        sources.iter().map(named).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::index::field::TextField;
    use crate::index::folder::build::build;
    use crate::index::sources::Sources;

    #[test]
    fn counts_are_the_same_however_they_are_made() -> Result<(), Box<dyn std::error::Error>> {
        let folder = tempfile::tempdir()?;
        let corpus = folder.path().join("corpus");
        std::fs::create_dir(&corpus)?;
        for (n, text) in [
            "Gout and neck pain.",
            "A stroke.",
            "Neck pain: risks. A stroke.",
        ]
        .iter()
        .enumerate()
        {
            std::fs::write(corpus.join(format!("{n}.txt")), text)?;
        }
        let dir = folder.path().join("index");
        build(&Sources::of([&corpus]), &dir, &mut |_| {})?;
        let index = Index::open(&dir)?;
        let word = |text: &str| Wanted::word(TextField::Body, text);
        let (gout, stroke) = (word("gout"), word("stroke"));
        let either = Wanted::Any(vec![gout.clone(), stroke.clone()]);
        let found = index.best(&stroke, 10)?;
        let what = ToCount {
            groups: &["condition", "risk"],
            values: 12,
            sources: 12,
            otherwise: None,
        };
        // Out of columns, and then laid out.
        let first = index.tallies(&either, what)?;
        assert_eq!((first.passages, first.documents), (3, 3));
        assert!(first.groups[0].iter().any(|(value, _)| value == "gout"));
        assert_eq!(index.tallies(&either, what)?, first);
        let otherwise = Some((&gout, &found[..]));
        assert_eq!(
            index.tallies(&either, ToCount { otherwise, ..what })?,
            first
        );
        // Other groups than those that were laid out.
        let groups: &[&str] = &["risk"];
        let risks = index.tallies(&either, ToCount { groups, ..what })?;
        assert_eq!(risks.groups[..], first.groups[1..]);
        Ok(())
    }
}
