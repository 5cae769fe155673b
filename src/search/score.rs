//! Step 2: the score of a candidate, a sum of named parts.
//!
//! | part | formula | source |
//! |---|---|---|
//! | words | BM25F: `Σ weight · idf · (k1 + 1) · f / (k1 + f)`, `f = Σ_fields weight · tf / (1 − b + b · len / avg)`; a synonym counts as the word at [`SYNONYM`] of its worth | Robertson, Zaragoza and Taylor, "Simple BM25 extension to multiple weighted fields", 2004 |
//! | closeness | `Σ min(idf_i, idf_j) / d²` over neighbouring words of the query, `d` the least distance at which they stand in one field | after Rasolofo and Savoy, "Term proximity scoring for keyword-based retrieval systems", 2003 |
//! | title | `Σ weight · idf` of the words in the title, times the share they have of its words that are no stopwords: a document *about* the topic, not one that mentions it | the field-match idea of Kim, Xue and Croft, "A probabilistic retrieval model for semistructured data", 2009 |
//! | aspect | `λ · (1 − P(none)) · (max(ln P, −F) + F)`, `P` the chance that the passage speaks of what is asked | query likelihood over aspects, after Ponte and Croft, "A language modeling approach to information retrieval", 1998 |
//! | variety | set by [`super::order`] | Carbonell and Goldstein, "The use of MMR", 1998, in spirit |
//! | depth | set by [`super::order`]: no more than what earlier pools of candidates have | |
//!
//! The idf is that of BM25, `ln(1 + (N − n + ½) / (n + ½))`, over passages.

use std::collections::BTreeMap;

use tantivy::{DocAddress, DocId, Term};

use super::table::{FIELDS, Places, Table};
use super::{Ranking, SearchError};
use crate::annotate::AspectWeights;
use crate::index::{AspectReader, Index, ORDER, Order, TextField};
use crate::query::{Plan, PlanWord};

/// How soon more occurrences of a word stop to count.
const K1: f64 = 0.9;
/// How much the length of a field counts against it (BM25's b). Passages are cut to a size, so
/// length says less than it does of whole documents.
const B: f64 = 0.4;
/// How much a neighbouring pair counts when it stands side by side.
const CLOSENESS: f64 = 0.5;
/// Pairs further apart than this are not close.
const CLOSE_WORDS: u32 = 8;
/// What a synonym is worth, as a share of the word itself. Below one, so that no expansion
/// outranks the same passage with the word.
pub(super) const SYNONYM: f64 = 0.7;
/// How much a title counts that is all about the topic.
const TITLE: f64 = 2.0;
/// λ: how much the aspect counts, per unit of the natural logarithm.
pub(super) const ASPECT: f64 = 2.0;
/// F: passages less likely than e^−F to speak of the aspect are all the same.
pub(super) const ASPECT_FLOOR: f64 = 3.0;
/// Words of less weight ask for an aspect.
const TOPIC: f64 = 0.5;
/// The place of the title among the fields.
const TITLE_FIELD: usize = 0;

/// How much a word in a field counts, relative to one in the body.
pub(super) fn field_weight(ranking: &Ranking, field: TextField) -> f64 {
    match field {
        _ if !ranking.fields => 1.0,
        TextField::Title => 8.0,
        TextField::Heading => 1.5,
        TextField::Body => 1.0,
    }
}

/// The parts of a score, and their sum.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Values {
    pub(super) words: f64,
    pub(super) closeness: f64,
    pub(super) title: f64,
    pub(super) aspect: f64,
    /// What is lost for better passages of the same source; not positive.
    pub(super) variety: f64,
    /// What is lost for being found deeper than all that comes before; not positive.
    pub(super) depth: f64,
}

impl Values {
    pub(super) fn sum(&self) -> f64 {
        self.words + self.closeness + self.title + self.aspect + self.variety + self.depth
    }
}

/// A candidate with its score.
#[derive(Debug, Clone)]
pub(super) struct Scored {
    pub(super) address: DocAddress,
    pub(super) order: Order,
    pub(super) values: Values,
    /// How many passages of the same source came before it.
    pub(super) before: usize,
}

impl Scored {
    pub(super) fn score(&self) -> f64 {
        self.values.sum()
    }
}

/// What scoring knows of a query word in the whole corpus.
pub(super) struct WordStats<'p> {
    pub(super) word: &'p PlanWord,
    /// Passages that have the word.
    pub(super) passages: u64,
    idf: f64,
    /// Its terms, by their place in [`Scorer::terms`].
    terms: Vec<usize>,
    /// The concept that the query names with it, by its place in the plan.
    pub(super) concept: Option<usize>,
}

impl WordStats<'_> {
    pub(super) fn weight(&self) -> f64 {
        self.idf * self.word.weight
    }

    fn is_in(&self, field: usize) -> bool {
        self.word
            .field
            .is_none_or(|only| only == TextField::ALL[field])
    }
}

/// Another name of a concept.
pub(super) struct Name {
    concept: usize,
    /// Its terms, by their place in [`Scorer::terms`].
    terms: Vec<usize>,
}

/// Everything about a query that does not depend on the candidate.
pub(super) struct Scorer<'p> {
    pub(super) index: &'p Index,
    pub(super) plan: &'p Plan,
    pub(super) ranking: Ranking,
    pub(super) words: Vec<WordStats<'p>>,
    names: Vec<Name>,
    /// Every term to look up, words and synonyms, each once.
    terms: Vec<&'p str>,
    averages: [f64; FIELDS],
}

/// How often the other names of a concept stand in the fields of a candidate.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Named {
    counts: [u32; FIELDS],
    /// How many words of the title they cover.
    title_words: u32,
    /// The name most often used, by its place in [`Scorer::names`], and how often.
    most: Option<(usize, u32)>,
}

/// The candidates of one segment, with everything that was read of them.
pub(super) struct Candidates {
    pub(super) table: Table,
    /// By concept of the plan, by candidate.
    pub(super) named: Vec<Vec<Named>>,
}

impl<'p> Scorer<'p> {
    pub(super) fn new(
        index: &'p Index,
        plan: &'p Plan,
        ranking: Ranking,
    ) -> Result<Self, SearchError> {
        let mut terms: BTreeMap<&str, usize> = BTreeMap::new();
        let mut number = |term: &'p String| {
            let next = terms.len();
            *terms.entry(term).or_insert(next)
        };
        let words = word_stats(index, plan, &mut number)?;
        let mut names = Vec::new();
        for (concept, named) in plan.concepts.iter().enumerate() {
            names.extend(named.synonyms.iter().map(|terms| Name {
                concept,
                terms: terms.iter().map(&mut number).collect(),
            }));
        }
        let mut by_number: Vec<&str> = vec![""; terms.len()];
        for (term, number) in terms {
            by_number[number] = term;
        }
        Ok(Scorer {
            averages: average_lengths(index),
            index,
            plan,
            ranking,
            words,
            names,
            terms: by_number,
        })
    }

    /// The weight of each scoring word of the plan.
    pub(super) fn weights(&self) -> Vec<f64> {
        self.words.iter().map(WordStats::weight).collect()
    }

    /// Scores candidates. Closeness is read for those only that it could bring among the `count`
    /// best, even after what these may lose for variety; the others are left without it, at the
    /// end. What matches nothing, as some candidates do not, is left out.
    pub(super) fn score(
        &self,
        addresses: &[DocAddress],
        count: usize,
        may_lose: f64,
    ) -> Result<Vec<Scored>, SearchError> {
        let mut by_segment: BTreeMap<u32, Vec<DocId>> = BTreeMap::new();
        for address in addresses {
            let docs = by_segment.entry(address.segment_ord).or_default();
            docs.push(address.doc_id);
        }
        let mut scored = Vec::with_capacity(addresses.len());
        for (segment, mut docs) in by_segment {
            docs.sort_unstable();
            docs.dedup();
            self.score_segment(segment, docs, &mut scored)?;
        }
        let most = self.most_closeness();
        if most > 0.0 {
            scored.sort_by(|a, b| b.score().total_cmp(&a.score()));
            let last = scored.get(count.saturating_sub(1)).map(Scored::score);
            let needed = last.map_or(f64::NEG_INFINITY, |last| last * (1.0 - may_lose));
            let near = scored.partition_point(|scored| scored.score() + most >= needed);
            self.add_closeness(&mut scored[..near])?;
        }
        Ok(scored)
    }

    fn score_segment(
        &self,
        segment_ord: u32,
        docs: Vec<DocId>,
        scored: &mut Vec<Scored>,
    ) -> Result<(), SearchError> {
        let segment = self.index.searcher().segment_reader(segment_ord);
        let order = segment.fast_fields().u64(ORDER)?.first_or_default_col(0);
        let aspects = AspectReader::open(segment)?;
        let candidates = self.read(segment_ord, docs)?;
        for (c, &doc) in candidates.table.docs().iter().enumerate() {
            let Some(words) = self.words_value(&candidates, c) else {
                continue;
            };
            scored.push(Scored {
                address: DocAddress::new(segment_ord, doc),
                order: Order(order.get_val(doc)),
                values: Values {
                    words,
                    title: self.title_value(&candidates, c).0,
                    aspect: self.aspect_value(&aspects.weights(doc)).0,
                    ..Values::default()
                },
                before: 0,
            });
        }
        Ok(())
    }

    /// Reads what scores are made of for passages of one segment; `docs` ascending.
    pub(super) fn read(&self, segment: u32, docs: Vec<DocId>) -> Result<Candidates, SearchError> {
        let segment = self.index.searcher().segment_reader(segment);
        let table = Table::read(segment, self.index.fields(), &self.terms, docs)?;
        let mut named = vec![vec![Named::default(); table.docs().len()]; self.plan.concepts.len()];
        for (n, name) in self.names.iter().enumerate() {
            let counts = match name.terms[..] {
                [term] => table.counts(term),
                _ => table.phrase_counts(segment, self.index.fields(), &self.terms, &name.terms)?,
            };
            for (named, counts) in named[name.concept].iter_mut().zip(counts) {
                named.add(n, name.terms.len() as u32, counts);
            }
        }
        Ok(Candidates { table, named })
    }

    /// How often something stands in a candidate, by the weight and length of the fields.
    fn frequency(&self, candidates: &Candidates, c: usize, counts: [u32; FIELDS]) -> f64 {
        let mut frequency = 0.0;
        for (f, field) in TextField::ALL.into_iter().enumerate() {
            if counts[f] > 0 {
                let length = f64::from(candidates.table.length(f, c));
                let length = 1.0 - B + B * length / self.averages[f];
                frequency += field_weight(&self.ranking, field) * f64::from(counts[f]) / length;
            }
        }
        frequency
    }

    /// How often a word itself stands in the fields of a candidate.
    pub(super) fn own(&self, stats: &WordStats<'_>, table: &Table, c: usize) -> [u32; FIELDS] {
        let count = |f| match stats.is_in(f) {
            true => stats.terms.iter().map(|&t| table.count(t, f, c)).sum(),
            false => 0,
        };
        std::array::from_fn(count)
    }

    /// What a word is worth in a candidate, by itself and by another name of its concept.
    pub(super) fn word_values(
        &self,
        stats: &WordStats<'_>,
        candidates: &Candidates,
        c: usize,
    ) -> (f64, f64) {
        let saturated = |frequency: f64| (K1 + 1.0) * frequency / (K1 + frequency);
        let own = self.own(stats, &candidates.table, c);
        let exact = saturated(self.frequency(candidates, c, own));
        let named = stats
            .concept
            .map_or([0; FIELDS], |k| candidates.named[k][c].counts);
        let by_name = SYNONYM * saturated(self.frequency(candidates, c, named));
        (stats.weight() * exact, stats.weight() * by_name)
    }

    /// What all words are worth in a candidate; `None` where it has none that a passage has to have.
    fn words_value(&self, candidates: &Candidates, c: usize) -> Option<f64> {
        let (mut sum, mut matches) = (0.0, self.words.is_empty());
        for stats in &self.words {
            let (exact, by_name) = self.word_values(stats, candidates, c);
            let value = exact.max(by_name);
            sum += value;
            matches |= value > 0.0 && self.is_matched(stats);
        }
        matches.then_some(sum)
    }

    /// Whether a passage can match by a word. One that only asks for an aspect matches nothing
    /// beside a topic: "osteoporosis risk" is not about every risk.
    pub(super) fn is_matched(&self, stats: &WordStats<'_>) -> bool {
        let is_topic = |stats: &WordStats<'_>| stats.word.weight >= TOPIC;
        is_topic(stats) || !self.words.iter().any(is_topic)
    }

    /// The value of the title, and the share of it that is covered.
    pub(super) fn title_value(&self, candidates: &Candidates, c: usize) -> (f64, f64) {
        let table = &candidates.table;
        let (mut covered, mut weight) = (0, 0.0);
        let mut by_name: Vec<usize> = Vec::new();
        for stats in &self.words {
            let own = self.own(stats, table, c)[TITLE_FIELD];
            let named = stats
                .concept
                .filter(|&k| candidates.named[k][c].title_words > 0);
            match named {
                _ if own > 0 => {
                    weight += stats.weight();
                    // A closed compound stands where its last part does.
                    covered += if stats.word.compound && covered > 0 {
                        0
                    } else {
                        own
                    };
                }
                Some(concept) => {
                    weight += SYNONYM * stats.weight();
                    by_name.push(concept);
                }
                None => {}
            }
        }
        by_name.dedup();
        let named = by_name.iter().map(|&k| candidates.named[k][c].title_words);
        covered += named.sum::<u32>();
        let length = table.title_words(c).max(1);
        let share = (f64::from(covered) / f64::from(length)).min(1.0);
        let title = if self.ranking.fields { TITLE } else { 0.0 };
        (title * weight * share, share)
    }

    /// The value of the aspect, and the chance that it is the one asked for.
    pub(super) fn aspect_value(&self, aspects: &AspectWeights) -> (f64, f64) {
        let asked = &self.plan.asked;
        let certainty = asked.certainty();
        if certainty == 0.0 {
            return (0.0, 0.0);
        }
        let chance = asked.chance(aspects);
        let above_floor = chance.max(f64::MIN_POSITIVE).ln().max(-ASPECT_FLOOR) + ASPECT_FLOOR;
        (ASPECT * certainty * above_floor, chance)
    }

    /// The words that can be close to each other, in the order of the query.
    pub(super) fn whole_words(&self) -> Vec<&WordStats<'p>> {
        let whole = self.words.iter().filter(|stats| !stats.word.compound);
        whole.collect()
    }

    /// More than this no candidate gets for closeness.
    fn most_closeness(&self) -> f64 {
        if !self.ranking.closeness {
            return 0.0;
        }
        let words = self.whole_words();
        let pairs = words.windows(2);
        pairs
            .map(|pair| CLOSENESS * pair[0].weight().min(pair[1].weight()))
            .sum()
    }

    fn add_closeness(&self, scored: &mut [Scored]) -> Result<(), SearchError> {
        scored.sort_by_key(|scored| scored.address);
        for segment in scored.chunk_by_mut(|a, b| a.address.segment_ord == b.address.segment_ord) {
            let docs: Vec<DocId> = segment.iter().map(|s| s.address.doc_id).collect();
            let places = self.places(segment[0].address.segment_ord, &docs)?;
            for (c, scored) in segment.iter_mut().enumerate() {
                let pairs = self.close_pairs(&places, c);
                scored.values.closeness = pairs.iter().map(|pair| pair.value).sum();
            }
        }
        Ok(())
    }

    /// Where the words of the query stand in passages of one segment; `docs` ascending.
    pub(super) fn places(&self, segment: u32, docs: &[DocId]) -> Result<Places, SearchError> {
        let segment = self.index.searcher().segment_reader(segment);
        let mut used: Vec<usize> = self
            .whole_words()
            .iter()
            .flat_map(|w| w.terms.clone())
            .collect();
        used.sort_unstable();
        used.dedup();
        Places::read(segment, self.index.fields(), &self.terms, &used, docs)
    }

    /// The neighbouring words of the query that stand close together in a passage.
    pub(super) fn close_pairs(&self, places: &Places, c: usize) -> Vec<ClosePair> {
        let words = self.whole_words();
        let mut found = Vec::new();
        for (first, pair) in words.windows(2).enumerate() {
            let distance = |f: usize| {
                let stand = |stats: &WordStats<'_>| match stats.is_in(f) {
                    true => places.of(&stats.terms, f, c),
                    false => Vec::new(),
                };
                least_distance(&stand(pair[0]), &stand(pair[1]))
            };
            let least = (0..FIELDS).filter_map(distance).min();
            if let Some(distance) = least.filter(|&distance| distance <= CLOSE_WORDS) {
                let weight = pair[0].weight().min(pair[1].weight());
                found.push(ClosePair {
                    first,
                    distance,
                    value: CLOSENESS * weight / f64::from(distance).powi(2),
                });
            }
        }
        found
    }

    /// The words of another name of a concept, for people.
    pub(super) fn name(&self, named: &Named) -> Option<String> {
        let (name, _) = named.most?;
        let terms = self.names[name].terms.iter();
        Some(terms.map(|&t| self.terms[t]).collect::<Vec<_>>().join(" "))
    }
}

impl Named {
    fn add(&mut self, name: usize, words: u32, counts: [u32; FIELDS]) {
        for (all, count) in self.counts.iter_mut().zip(counts) {
            *all += count;
        }
        self.title_words += words * counts[TITLE_FIELD];
        let count: u32 = counts.iter().sum();
        if count > self.most.map_or(0, |(_, most)| most) {
            self.most = Some((name, count));
        }
    }
}

/// Two neighbouring words of the query that stand close together.
pub(super) struct ClosePair {
    /// The place of the first one in [`Scorer::whole_words`].
    pub(super) first: usize,
    pub(super) distance: u32,
    pub(super) value: f64,
}

fn word_stats<'p>(
    index: &Index,
    plan: &'p Plan,
    number: &mut dyn FnMut(&'p String) -> usize,
) -> Result<Vec<WordStats<'p>>, SearchError> {
    plan.scoring_words()
        .enumerate()
        .map(|(w, word)| {
            let passages = passages_with(index, &word.terms)?;
            let concept = plan
                .concepts
                .iter()
                .position(|concept| concept.words.contains(&w));
            let mut n = passages;
            if let Some(concept) = concept.map(|concept| &plan.concepts[concept])
                && concept.words.len() == 1
            {
                for name in &concept.synonyms {
                    n = n.max(passages_with_name(index, name)?);
                }
            }
            Ok(WordStats {
                word,
                passages,
                idf: idf(index, n),
                terms: word.terms.iter().map(&mut *number).collect(),
                concept,
            })
        })
        .collect()
}

/// The idf of what so many passages of the corpus have.
pub(super) fn idf(index: &Index, passages: u64) -> f64 {
    let all = index.manifest().passages as f64;
    let n = (passages as f64).min(all);
    (1.0 + (all - n + 0.5) / (n + 0.5)).ln()
}

/// How many passages have one of some terms. No field has them all; the largest count is the
/// closest there is without reading the postings.
fn passages_with(index: &Index, terms: &[String]) -> Result<u64, SearchError> {
    let mut passages = 0;
    for field in TextField::ALL {
        let mut in_field = 0;
        for text in terms {
            let term = Term::from_field_text(index.fields().text(field), text);
            in_field += index.searcher().doc_freq(&term)?;
        }
        passages = in_field.max(passages);
    }
    Ok(passages)
}

/// How many passages have all the terms of a name, at most.
fn passages_with_name(index: &Index, name: &[String]) -> Result<u64, SearchError> {
    let mut passages = u64::MAX;
    for term in name {
        passages = passages.min(passages_with(index, std::slice::from_ref(term))?);
    }
    Ok(passages)
}

/// The average length of each field, in words.
fn average_lengths(index: &Index) -> [f64; FIELDS] {
    let manifest = index.manifest();
    let passages = manifest.passages.max(1) as f64;
    manifest
        .words
        .map(|words| (words as f64 / passages).max(1.0))
}

/// The least distance between two ascending lists of positions.
fn least_distance(a: &[u32], b: &[u32]) -> Option<u32> {
    let (mut i, mut j) = (0, 0);
    let mut least: Option<u32> = None;
    while i < a.len() && j < b.len() {
        let distance = a[i].abs_diff(b[j]).max(1);
        least = Some(least.map_or(distance, |known| known.min(distance)));
        if a[i] < b[j] {
            i += 1;
        } else {
            j += 1;
        }
    }
    least
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances() {
        assert_eq!(least_distance(&[1, 10], &[4, 11]), Some(1));
        assert_eq!(least_distance(&[20], &[3, 17, 40]), Some(3));
        assert_eq!(least_distance(&[], &[3]), None);
        // A word and its other form can share a place; that is as close as it gets.
        assert_eq!(least_distance(&[3], &[3]), Some(1));
    }
}
