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

use super::{Ranking, SearchError};
use crate::annotate::AspectWeights;
use crate::index::{Counts, Engine, FIELDS, Order, PassageAt, Positions, Table, Term, TextField};
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
/// The place of the passage itself among the fields.
const BODY_FIELD: usize = 2;

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
    pub(super) at: PassageAt,
    /// Its number among the candidates it was scored with.
    pub(super) candidate: usize,
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
    pub(super) engine: &'p dyn Engine,
    pub(super) plan: &'p Plan,
    pub(super) ranking: Ranking,
    pub(super) words: Vec<WordStats<'p>>,
    names: Vec<Name>,
    /// Every term to look up, words and synonyms, each with its number.
    numbers: BTreeMap<&'p str, usize>,
    terms: Vec<&'p str>,
    /// By term, how many passages have it in each field.
    frequencies: Vec<[u64; FIELDS]>,
    averages: [f64; FIELDS],
}

/// How often the other names of a concept stand in the fields of a candidate.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Named {
    counts: Counts,
    /// How many words of the title they cover.
    title_words: u32,
    /// The name most often used, by its place in [`Scorer::names`], and how often.
    most: Option<(usize, u32)>,
}

/// Candidates, with everything that was read of them.
pub(super) struct Candidates {
    pub(super) table: Table,
    /// By concept of the plan, by candidate.
    pub(super) named: Vec<Vec<Named>>,
}

impl<'p> Scorer<'p> {
    pub(super) fn new(
        engine: &'p dyn Engine,
        plan: &'p Plan,
        ranking: Ranking,
    ) -> Result<Self, SearchError> {
        let numbers = numbered(plan);
        let number = |term: &String| numbers[term.as_str()];
        let mut names = Vec::new();
        for (concept, named) in plan.concepts.iter().enumerate() {
            names.extend(named.synonyms.iter().map(|terms| Name {
                concept,
                terms: terms.iter().map(number).collect(),
            }));
        }
        let mut terms: Vec<&str> = vec![""; numbers.len()];
        for (term, &number) in &numbers {
            terms[number] = term;
        }
        let mut scorer = Scorer {
            averages: average_lengths(engine),
            frequencies: frequencies(engine, &terms)?,
            engine,
            plan,
            ranking,
            words: Vec::new(),
            names,
            numbers,
            terms,
        };
        scorer.words = scorer.word_stats();
        Ok(scorer)
    }

    fn word_stats(&self) -> Vec<WordStats<'p>> {
        let number = |term: &String| self.numbers[term.as_str()];
        let words = self.plan.scoring_words().enumerate();
        words
            .map(|(w, word)| {
                let terms: Vec<usize> = word.terms.iter().map(number).collect();
                let passages = self.passages_with(&terms);
                let mut concepts = self.plan.concepts.iter();
                let concept = concepts.position(|concept| concept.words.contains(&w));
                let alone = |k: &usize| self.plan.concepts[*k].words.len() == 1;
                let names = self.names.iter();
                let names = names.filter(|n| concept.filter(alone) == Some(n.concept));
                let n = names
                    .map(|name| self.passages_with_name(&name.terms))
                    .fold(passages, u64::max);
                WordStats {
                    word,
                    passages,
                    idf: idf(self.engine, n),
                    terms,
                    concept,
                }
            })
            .collect()
    }

    /// How many passages have one of some terms. No field has them all; the largest count is the
    /// closest there is without reading the postings.
    fn passages_with(&self, terms: &[usize]) -> u64 {
        let in_field = |f: usize| terms.iter().map(|&t| self.frequencies[t][f]).sum();
        (0..FIELDS).map(in_field).max().unwrap_or_default()
    }

    /// How many passages have all the terms of a name, at most.
    fn passages_with_name(&self, name: &[usize]) -> u64 {
        let with_term = |&term: &usize| self.passages_with(&[term]);
        name.iter().map(with_term).min().unwrap_or(u64::MAX)
    }

    /// Whether every one of some terms occurs in the text of a passage.
    pub(super) fn occurs(&self, terms: &[String]) -> bool {
        let number = |term: &String| self.numbers.get(term.as_str());
        let in_texts = |&t: &usize| self.frequencies[t][BODY_FIELD] > 0;
        terms.iter().all(|term| number(term).is_some_and(in_texts))
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
        candidates: &[PassageAt],
        count: usize,
        may_lose: f64,
    ) -> Result<Vec<Scored>, SearchError> {
        let candidates = self.read(candidates)?;
        let numbers = 0..candidates.table.candidates().len();
        let mut scored: Vec<Scored> = numbers
            .filter_map(|c| self.score_one(&candidates, c))
            .collect();
        let most = self.most_closeness();
        if most > 0.0 {
            scored.sort_by(|a, b| b.score().total_cmp(&a.score()));
            let last = scored.get(count.saturating_sub(1)).map(Scored::score);
            let needed = last.map_or(f64::NEG_INFINITY, |last| last * (1.0 - may_lose));
            let near = scored.partition_point(|scored| scored.score() + most >= needed);
            self.add_closeness(&candidates.table, &mut scored[..near])?;
        }
        Ok(scored)
    }

    fn score_one(&self, candidates: &Candidates, c: usize) -> Option<Scored> {
        let words = self.words_value(candidates, c)?;
        let candidate = &candidates.table.candidates()[c];
        Some(Scored {
            at: candidate.at,
            candidate: c,
            order: candidate.order,
            values: Values {
                words,
                title: self.title_value(candidates, c).0,
                aspect: self.aspect_value(&candidate.aspects).0,
                ..Values::default()
            },
            before: 0,
        })
    }

    /// Reads what scores are made of.
    pub(super) fn read(&self, candidates: &[PassageAt]) -> Result<Candidates, SearchError> {
        let names: Vec<&[usize]> = self.names.iter().map(|name| &name.terms[..]).collect();
        let table = self.engine.table(candidates, &self.terms, &names)?;
        let all = table.candidates().len();
        let mut named = vec![vec![Named::default(); all]; self.plan.concepts.len()];
        for (n, name) in self.names.iter().enumerate() {
            for (c, named) in named[name.concept].iter_mut().enumerate() {
                named.add(n, name.terms.len() as u32, table.name_counts(n, c));
            }
        }
        Ok(Candidates { table, named })
    }

    /// How often something stands in a candidate, by the weight and length of the fields.
    fn frequency(&self, candidates: &Candidates, c: usize, counts: Counts) -> f64 {
        let lengths = candidates.table.candidates()[c].lengths;
        let mut frequency = 0.0;
        for (f, field) in TextField::ALL.into_iter().enumerate() {
            if counts[f] > 0 {
                let length = f64::from(lengths[f]);
                let length = 1.0 - B + B * length / self.averages[f];
                frequency += field_weight(&self.ranking, field) * f64::from(counts[f]) / length;
            }
        }
        frequency
    }

    /// How often a word itself stands in the fields of a candidate.
    pub(super) fn own(&self, stats: &WordStats<'_>, table: &Table, c: usize) -> Counts {
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
        let length = table.candidates()[c].title_words.max(1);
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

    fn add_closeness(&self, table: &Table, scored: &mut [Scored]) -> Result<(), SearchError> {
        scored.sort_by_key(|scored| scored.candidate);
        let chosen: Vec<usize> = scored.iter().map(|scored| scored.candidate).collect();
        let places = self.places(table, &chosen)?;
        for (c, scored) in scored.iter_mut().enumerate() {
            let pairs = self.close_pairs(&places, c);
            scored.values.closeness = pairs.iter().map(|pair| pair.value).sum();
        }
        Ok(())
    }

    /// Where the words of the query stand in some candidates of a table.
    pub(super) fn places(&self, table: &Table, chosen: &[usize]) -> Result<Positions, SearchError> {
        let words = self.whole_words();
        let mut used: Vec<usize> = words.iter().flat_map(|w| w.terms.clone()).collect();
        used.sort_unstable();
        used.dedup();
        Ok(self.engine.places(table, chosen, &self.terms, &used)?)
    }

    /// The neighbouring words of the query that stand close together in a passage.
    pub(super) fn close_pairs(&self, places: &Positions, c: usize) -> Vec<ClosePair> {
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
    fn add(&mut self, name: usize, words: u32, counts: Counts) {
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

/// The terms of a plan, words and synonyms, each with a number.
fn numbered(plan: &Plan) -> BTreeMap<&str, usize> {
    let words = plan.scoring_words().flat_map(|word| &word.terms);
    let names = plan.concepts.iter().flat_map(|concept| &concept.synonyms);
    let mut terms: BTreeMap<&str, usize> = BTreeMap::new();
    for term in words.chain(names.flatten()) {
        let next = terms.len();
        terms.entry(term).or_insert(next);
    }
    terms
}

/// By term, how many passages have it in each field.
fn frequencies(engine: &dyn Engine, terms: &[&str]) -> Result<Vec<[u64; FIELDS]>, SearchError> {
    let in_fields = |term: &&str| TextField::ALL.map(|field| Term::Word(field, (*term).to_owned()));
    let asked: Vec<Term> = terms.iter().flat_map(in_fields).collect();
    let found = engine.frequencies(&asked)?;
    let by_term = found.as_chunks::<FIELDS>().0;
    Ok(by_term.to_vec())
}

/// The idf of what `n` of all passages have.
pub(super) fn idf(engine: &dyn Engine, n: u64) -> f64 {
    let all = engine.manifest().passages as f64;
    let n = (n as f64).min(all);
    (1.0 + (all - n + 0.5) / (n + 0.5)).ln()
}

/// The average length of each field, in words.
fn average_lengths(engine: &dyn Engine) -> [f64; FIELDS] {
    let manifest = engine.manifest();
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
