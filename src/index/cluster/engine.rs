//! The trait [`Engine`] for an index in a cluster.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use serde_json::{Value, json};

use super::entry::{Kept, ReadCandidate};
use super::search::{Cluster, MOST_KNOWN, MOST_VALUES, PAGE, Search};
use super::{generation, query};
use crate::analysis::{SharedBytes, Vocabulary, placed};
use crate::encoder::Meaning;
use crate::index::budget::Budget;
use crate::index::dictionary::{self, Dictionary, PhraseFiles, Phrases};
use crate::index::document::WholeDocument;
use crate::index::engine::{Counted, Engine, Tallies, ToCount};
use crate::index::error::IndexError;
use crate::index::field::TextField;
use crate::index::gather::gathering::VOCABULARY_FILE;
use crate::index::manifest::Manifest;
use crate::index::passage::{Order, PassageAt, StoredPassage};
use crate::index::table::{
    Candidate, CandidateNumber, FIELDS, Positions, Table, TermNumber, in_steps, slot,
};
use crate::index::wanted::{Term, Wanted};
use crate::lexicon::Lexicon;

impl Cluster {
    /// The words and phrases of the corpus, fetched when they are first asked for.
    fn dictionary(&self) -> Result<&Dictionary, IndexError> {
        if let Some(dictionary) = self.dictionary.get() {
            return Ok(dictionary);
        }
        let read = |name| generation::file(&self.client, &self.name, &self.manifest, name);
        let owned = |name| read(name).map(SharedBytes::new);
        let unfit = |error: std::io::Error| self.client.error(error.to_string());
        let phrases = PhraseFiles {
            turned: owned(dictionary::TURNED_FILE)?,
            shown: owned(dictionary::SHOWN_FILE)?,
        };
        let dictionary = Dictionary {
            vocabulary: Vocabulary::new(owned(VOCABULARY_FILE)?, None).map_err(unfit)?,
            phrases: Phrases::new(phrases, None).map_err(unfit)?,
        };
        Ok(self.dictionary.get_or_init(|| dictionary))
    }
}

impl Engine for Cluster {
    fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    fn lexicon(&self) -> &Arc<Lexicon> {
        &self.lexicon
    }

    fn within(&self, budget: &Budget) -> Arc<dyn Engine> {
        let mut same = self.clone();
        same.budget = budget.clone();
        Arc::new(same)
    }

    fn budget(&self) -> &Budget {
        &self.budget
    }

    fn look_up(&self, read: &mut dyn FnMut(&Dictionary)) -> Result<(), IndexError> {
        self.dictionary().map(read)
    }

    fn is_current(&self) -> Result<bool, IndexError> {
        let names = generation::serving(&self.client)?;
        Ok(names == [self.name.as_str()])
    }

    fn troubles(&self) -> Vec<String> {
        let again = self.client.take_again().into_iter();
        let said = again.map(|(cause, times)| {
            let times = if times == 1 {
                "once"
            } else {
                &format!("{times} times")
            };
            format!("the cluster was asked again {times} ({cause})")
        });
        said.collect()
    }

    fn frequencies(&self, terms: &[Term]) -> Result<Vec<u64>, IndexError> {
        let mut found: HashMap<&Term, u64> = {
            let known = self.known_frequencies();
            let known = terms.iter().filter_map(|t| Some((t, *known.get(t)?)));
            known.collect()
        };
        let new = terms.iter().filter(|term| !found.contains_key(term));
        let new: Vec<&Term> = new.collect::<BTreeSet<_>>().into_iter().collect();
        if !new.is_empty() {
            let counted = self.counted(&new)?;
            let mut known = self.known_frequencies();
            if known.len() > MOST_KNOWN {
                known.clear();
            }
            for (term, count) in new.into_iter().zip(counted) {
                known.insert(term.clone(), count);
                found.insert(term, count);
            }
        }
        // All were known or new.
        Ok(terms.iter().map(|term| found[term]).collect())
    }

    fn best(&self, wanted: &Wanted, limit: usize) -> Result<Vec<PassageAt>, IndexError> {
        let query = self.query(wanted)?;
        let mut size = limit + limit / 2;
        while self.budget.goes_on() {
            size = size.clamp(1, MOST_VALUES);
            let mut found = self.best_exactly(&query, size)?;
            let score = |at: usize| found.get(at).map(|(score, _)| score);
            let all = found.len() < size || size == MOST_VALUES;
            // Those that are as good as the last one come in the order of the corpus, too.
            if all || score(size - 1) > score(limit.saturating_sub(1)) {
                found.sort_unstable();
                let best = found.into_iter().take(limit);
                return Ok(best.map(|(_, at)| at).collect());
            }
            size *= 4;
        }
        Ok(Vec::new())
    }

    fn first(&self, wanted: &Wanted, limit: usize) -> Result<Vec<PassageAt>, IndexError> {
        let mut answer = self.search(Search {
            query: self.query(wanted)?,
            size: limit.min(MOST_VALUES),
            more: json!({"sort": [{"order": "asc"}]}),
            parameters: "",
        })?;
        let hits = self.hits(&mut answer)?;
        self.addresses(&hits)
    }

    /// A cluster keeps no vectors.
    fn similarities(&self, _: &Meaning, _: &[Order]) -> Result<Vec<f32>, IndexError> {
        Ok(Vec::new())
    }

    fn nearest(&self, _: &Meaning, _: &Wanted, _: usize) -> Result<Vec<PassageAt>, IndexError> {
        Ok(Vec::new())
    }

    fn count(&self, wanted: &Wanted) -> Result<u64, IndexError> {
        if !self.budget.goes_on() {
            return Ok(0);
        }
        let answer = self.search(Search {
            query: self.query(wanted)?,
            size: 0,
            more: json!({"track_total_hits": true}),
            parameters: "",
        })?;
        let total = answer["hits"]["total"]["value"].as_u64();
        total.ok_or_else(|| self.strange())
    }

    fn tallies(&self, wanted: &Wanted, what: ToCount<'_>) -> Result<Tallies, IndexError> {
        if !self.budget.goes_on() {
            return Ok(Tallies::default());
        }
        let mut answer = self.groups(wanted, what)?;
        let passages = answer["hits"]["total"]["value"].as_u64();
        let passages = passages.ok_or_else(|| self.strange())?;
        let (documents, about) = self.documents(wanted, passages)?;
        let mut groups = Vec::with_capacity(what.groups.len());
        for group in what.groups {
            let found = self.buckets(&mut answer["aggregations"][format!("in {group}")])?;
            let value = |bucket: &Value| -> Option<Counted> {
                let value = bucket["key"].as_str()?.to_owned();
                Some((value, bucket["doc_count"].as_u64()?))
            };
            groups.push(found.iter().filter_map(value).collect());
        }
        let sources = match what.sources {
            0 => Vec::new(),
            _ => self.buckets(&mut answer["aggregations"]["sources"])?,
        };
        let source = |bucket: &Value| -> Option<Counted> {
            let source = bucket["source"]["buckets"][0]["key"].as_str()?;
            Some((source.to_owned(), bucket["doc_count"].as_u64()?))
        };
        Ok(Tallies {
            passages,
            documents,
            about,
            groups,
            sources: sources.iter().filter_map(source).collect(),
        })
    }

    fn table(
        &self,
        candidates: &[PassageAt],
        terms: &[&str],
        names: &[&[TermNumber]],
    ) -> Result<Table, IndexError> {
        let parts = ["title", "heading", "body", "title_words", "aspects"];
        let mut at = candidates.to_vec();
        at.sort_unstable();
        at.dedup();
        let entries: Vec<ReadCandidate> = self.entries(&at, &parts)?;
        let numbers = (0..).map(TermNumber);
        let numbers: HashMap<&str, TermNumber> = terms.iter().copied().zip(numbers).collect();
        let mut candidates = Vec::with_capacity(at.len());
        let mut positions = vec![Vec::new(); terms.len() * FIELDS * at.len()];
        for (c, (at, entry)) in at.iter().zip(&entries).enumerate() {
            let mut lengths = [0; FIELDS];
            for (field, pieces) in [
                (TextField::Title, &entry.title),
                (TextField::Heading, &entry.heading),
                (TextField::Body, &entry.body),
            ] {
                for (term, place) in placed(pieces) {
                    lengths[field.index()] += 1;
                    if let Some(&t) = numbers.get(term) {
                        positions[slot(t, field, CandidateNumber(c), entries.len())].push(place);
                    }
                }
            }
            candidates.push(Candidate {
                at: *at,
                order: Order(at.0),
                aspects: entry.weights().ok_or_else(|| self.strange())?,
                lengths: lengths.map(in_steps),
                title_words: entry.title_words,
            });
        }
        Ok(Table::of_positions(candidates, positions, names))
    }

    fn positions(
        &self,
        table: &Table,
        chosen: &[CandidateNumber],
        _terms: &[&str],
        used: &[TermNumber],
    ) -> Result<Positions, IndexError> {
        Ok(table.positions(chosen, used))
    }

    fn passages(&self, at: &[PassageAt]) -> Result<Vec<StoredPassage>, IndexError> {
        let entries: Vec<Kept> = self.entries(at, &["stored"])?;
        let stored = |entry: Kept| entry.stored.ok_or_else(|| self.strange());
        entries.into_iter().map(stored).collect()
    }

    fn each(&self, wanted: &Wanted, take: &mut dyn FnMut(StoredPassage)) -> Result<(), IndexError> {
        let parts = query::parts(wanted);
        // Parts overlap, and come in the order of the corpus each by itself.
        let mut waiting: BTreeMap<u64, StoredPassage> = BTreeMap::new();
        for part in &parts {
            self.each_entry(&self.query(part)?, &["stored"], &mut |order, source| {
                match self.part::<Kept>(source)?.stored {
                    Some(passage) if parts.len() == 1 => take(passage),
                    Some(passage) => drop(waiting.insert(order, passage)),
                    // What has only a document to keep is no passage.
                    None => {}
                }
                Ok(true)
            })?;
        }
        waiting.into_values().for_each(take);
        Ok(())
    }

    fn document(&self, source: &str) -> Result<Option<WholeDocument>, IndexError> {
        let query = self.query(&Wanted::Term(Term::Source(source.to_owned())))?;
        let mut entries = Vec::new();
        let mut first: Option<u64> = None;
        self.each_entry(&query, &["stored", "around"], &mut |order, source| {
            let document = Order(order).document();
            let is_of_first = *first.get_or_insert(document) == document;
            if is_of_first {
                let kept: Kept = self.part(source)?;
                entries.push((kept.around, kept.stored));
            }
            Ok(is_of_first)
        })?;
        self.budget.unless_spent()?;
        match entries.is_empty() {
            true => Ok(None),
            false => WholeDocument::of(entries)
                .map(Some)
                .map_err(|cause| self.client.error(cause)),
        }
    }

    fn sources(&self, after: Option<&str>, limit: usize) -> Result<Vec<String>, IndexError> {
        let mut sources: Vec<String> = Vec::new();
        let mut after = after.map(str::to_owned);
        while sources.len() < limit {
            let size = PAGE.min(limit - sources.len());
            let mut composite = json!({
                "size": size,
                "sources": [{"source": {"terms": {"field": "source"}}}],
            });
            if let Some(after) = &after {
                composite["after"] = json!({"source": after});
            }
            let mut answer = self.search(Search {
                query: json!({"match_all": {}}),
                size: 0,
                more: json!({"aggs": {"sources": {"composite": composite}}}),
                parameters: "",
            })?;
            let buckets = self.buckets(&mut answer["aggregations"]["sources"])?;
            let key = |bucket: &Value| bucket["key"]["source"].as_str().map(str::to_owned);
            sources.extend(buckets.iter().filter_map(key));
            if buckets.len() < size {
                break;
            }
            after = sources.last().cloned();
        }
        Ok(sources)
    }
}
