//! Step 2: the score of a candidate, a sum of named parts.
//!
//! | part | formula | source |
//! |---|---|---|
//! | words | BM25F: `Σ weight · idf · (k1 + 1) · f / (k1 + f)`, `f = Σ_fields weight · tf / (1 − b + b · len / avg)`; a synonym counts as the word at a share of its worth, a hyphenated word as much as its parts or as its closed form, whichever is more | Robertson, Zaragoza and Taylor, "Simple BM25 extension to multiple weighted fields", 2004 |
//! | proximity | `Σ min(idf_i, idf_j) / d²` over neighbouring words of the query, `d` the least distance at which they stand in one field | after Rasolofo and Savoy, "Term proximity scoring for keyword-based retrieval systems", 2003 |
//! | title | `Σ weight · idf` of the words in the title, times the share they have of its words that are no stopwords (a document *about* the topic, not one that mentions it), times coverage: the title is one of the things asked about, and the passage has to have the others | the field-match idea of Kim, Xue and Croft, "A probabilistic retrieval model for semistructured data", 2009 |
//! | aspect | `λ · sure · idf · coverage · (max(ln P, −F) + F)`, `P` the chance that the passage speaks of what is asked, `sure` how sure it is that it is asked, `idf` the mean of the topic's words | query likelihood over aspects, after Ponte and Croft, "A language modeling approach to information retrieval", 1998 |
//! | together | a share of `Σ weight · idf` of all words where a short query names two or three concepts and the passage has each of them | coordination level, as in Salton, "Automatic Information Organization and Retrieval", 1968 |
//! | meaning | `μ · (1 − P(an aspect is asked for) · named) · Σ weight of all words · max(cosine − floor, 0)`, with an encoder; `named` is the most that a title is about the topic, times coverage | as dense retrieval is fused with BM25; Karpukhin and others, "Dense passage retrieval", 2020 |
//! | variety | set by [`super::order`] | Carbonell and Goldstein, "The use of MMR", 1998, in spirit |
//! | depth | set by [`super::order`]: no more than what earlier pools of candidates have | |
//!
//! The idf is that of BM25, `ln(1 + (N − n + ½) / (n + ½))`, over passages. Coverage is the share that
//! the words found in a passage, its headings and its title have of the idf of all words of the topic:
//! an aspect puts passages on the topic in order, and lifts none above them.

use super::Ranking;
use super::evidence::{CorpusStatistics, LookUp, Name, Named, PoolEvidence};
use super::meaning::MeaningWeights;
use super::weights::{ASKS, CLOSE_WORDS, LONG_TOPIC, SHORT_TOPIC, USUAL_IDF, Weights};
use crate::annotate::AspectWeights;
use crate::index::{
    CandidateNumber, ChosenNumber, Counts, Order, PassageAt, Positions, Table, TermNumber,
    TextField,
};
use crate::lexicon::Kind;
use crate::query::{Plan, PlanWord};

/// The parts of a score, and their sum.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Values {
    pub(super) words: f64,
    pub(super) proximity: f64,
    pub(super) title: f64,
    pub(super) aspect: f64,
    pub(super) together: f64,
    pub(super) meaning: f64,
    /// What is lost for better passages of the same source; not positive.
    pub(super) variety: f64,
    /// What is lost for being found deeper than all that comes before; not positive.
    pub(super) depth: f64,
}

impl Values {
    pub(super) fn sum(&self) -> f64 {
        self.by_itself() + self.variety + self.depth
    }

    /// What it counts whatever else there is.
    pub(super) fn by_itself(&self) -> f64 {
        let found = self.words + self.proximity + self.title + self.aspect + self.together;
        found + self.meaning
    }
}

/// A candidate with its score.
#[derive(Debug, Clone)]
pub(super) struct Scored {
    pub(super) at: PassageAt,
    /// The pool it was scored with…
    pub(super) pool: usize,
    /// …its number among the candidates of that, and among those of which is known where words stand.
    pub(super) candidate: CandidateNumber,
    pub(super) positioned: Option<ChosenNumber>,
    pub(super) order: Order,
    pub(super) values: Values,
    /// Whether it is only similar in meaning, and has no word of the topic.
    pub(super) by_meaning_alone: bool,
    /// How many passages of the same source came before it.
    pub(super) before: usize,
    /// What is like it in other sources, and is shown with it.
    pub(super) twins: Vec<PassageAt>,
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
    terms: Vec<TermNumber>,
    /// The places of the words before it that are parts of it.
    parts: Vec<usize>,
    /// The concept that the query names with it, by its place in the plan.
    pub(super) concept: Option<usize>,
}

impl WordStats<'_> {
    /// What is left of a word that asks for an aspect, for then the aspect counts instead.
    pub(super) fn share(&self, weights: &Weights) -> f64 {
        let asked = 1.0 - (1.0 - weights.asking) * self.word.asks;
        self.word.joined.unwrap_or(1.0) * asked
    }

    pub(super) fn weight(&self, weights: &Weights) -> f64 {
        self.idf * self.share(weights)
    }

    /// Whether it is a word of the topic, rather than one that asks.
    fn is_topic(&self) -> bool {
        self.word.asks < ASKS && self.word.joined.is_none()
    }

    /// What it counts as a word of the topic. What stands beside typed words has no share of it.
    fn topic_idf(&self) -> Option<f64> {
        (self.is_topic() && self.word.is_typed()).then_some(self.idf)
    }

    fn is_in(&self, field: TextField) -> bool {
        self.word.field.is_none_or(|only| only == field)
    }
}

/// Everything about a query that does not depend on the candidate.
pub(super) struct Scorer<'p> {
    pub(super) plan: &'p Plan,
    pub(super) weights: Weights,
    proximity: bool,
    pub(super) look_up: &'p LookUp<'p>,
    pub(super) statistics: &'p CorpusStatistics,
    pub(super) words: Vec<WordStats<'p>>,
    /// The idf of all words of the topic.
    topic: f64,
    /// What the aspect counts, per unit of the natural logarithm, in a passage that has all of the
    /// topic.
    aspect: f64,
    /// The concepts that a passage is to have together, by their places in the plan.
    together: Vec<usize>,
}

/// What a word is worth in a candidate.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct WordValue {
    /// By itself…
    pub(super) exact: f64,
    /// …and by another name of its concept.
    pub(super) by_name: f64,
    /// What it adds to the words before it: the better of the two, or for a closed compound what that
    /// is more than its parts.
    pub(super) counted: f64,
}

impl<'p> Scorer<'p> {
    pub(super) fn new(
        plan: &'p Plan,
        ranking: Ranking,
        look_up: &'p LookUp<'p>,
        statistics: &'p CorpusStatistics,
    ) -> Self {
        let mut scorer = Scorer {
            plan,
            weights: match ranking.fields {
                true => ranking.weights,
                false => ranking.weights.without_fields(),
            },
            proximity: ranking.proximity,
            look_up,
            statistics,
            words: Vec::new(),
            topic: 0.0,
            aspect: 0.0,
            together: Vec::new(),
        };
        scorer.words = scorer.word_stats();
        let topic: Vec<f64> = scorer
            .words
            .iter()
            .filter_map(WordStats::topic_idf)
            .collect();
        scorer.topic = topic.iter().sum();
        scorer.aspect = scorer.aspect_weight(&topic);
        if topic.len() <= SHORT_TOPIC {
            scorer.together = scorer.named_together();
        }
        scorer
    }

    /// The two or three things that a query names besides each other, if it does: none of them part of
    /// the name of another.
    fn named_together(&self) -> Vec<usize> {
        let concepts = &self.plan.concepts;
        let words = |k: usize| &concepts[k].words;
        let is_within = |k: usize, other: usize| {
            let all = words(k).iter().all(|word| words(other).contains(word));
            all && (words(k).len() < words(other).len() || other < k)
        };
        let is_thing = |k: &usize| {
            matches!(
                concepts[*k].kind,
                Kind::Condition | Kind::Technique | Kind::Risk
            ) && words(*k).iter().any(|&w| self.words[w].is_topic())
                && !(0..concepts.len()).any(|other| other != *k && is_within(*k, other))
        };
        let things: Vec<usize> = (0..concepts.len()).filter(is_thing).collect();
        match things.len() {
            2 | 3 => things,
            _ => Vec::new(),
        }
    }

    /// λ times how sure the reading is, times what the words of the topic count by the mean.
    fn aspect_weight(&self, topic: &[f64]) -> f64 {
        let weights = &self.weights;
        let certainty = self.plan.asked.certainty();
        if certainty == 0.0 {
            return 0.0;
        }
        let beyond = topic.len().saturating_sub(LONG_TOPIC) as f64;
        let sure = self.plan.asking_left * certainty.powf(weights.certainty)
            / (1.0 + weights.long_question * beyond);
        let mean = match topic {
            [] => USUAL_IDF,
            _ => self.topic / topic.len() as f64,
        };
        weights.aspect * sure * mean / USUAL_IDF
    }

    /// More than this no candidate gets for the aspect.
    pub(super) fn most_aspect(&self) -> f64 {
        self.aspect * self.weights.aspect_floor
    }

    fn word_stats(&self) -> Vec<WordStats<'p>> {
        let words = self.plan.scoring_words().enumerate();
        words
            .map(|(w, word)| {
                let terms = self.look_up.numbers_of(&word.terms);
                let passages = self.passages_with(&terms);
                let mut concepts = self.plan.concepts.iter();
                let concept = concepts.position(|concept| concept.words.contains(&w));
                let alone = |k: &usize| self.plan.concepts[*k].words.len() == 1;
                let names = self.look_up.names.iter();
                let of_it =
                    |name: &&Name| !name.narrower && concept.filter(alone) == Some(name.concept);
                let names = names.filter(of_it);
                let n = names
                    .map(|name| self.passages_with_name(&name.terms))
                    .fold(passages, u64::max);
                WordStats {
                    word,
                    passages,
                    idf: self.statistics.idf(n),
                    terms,
                    parts: self.parts_before(w),
                    concept,
                }
            })
            .collect()
    }

    /// The places of the words before that are parts of a closed compound.
    fn parts_before(&self, compound: usize) -> Vec<usize> {
        let words: Vec<&PlanWord> = self.plan.scoring_words().take(compound + 1).collect();
        let whole = words[compound];
        let is_part = |word: &PlanWord| {
            let term = word.terms.first().filter(|_| word.is_typed());
            word.field == whole.field && term.is_some_and(|term| whole.parts.contains(term))
        };
        (0..compound).filter(|&w| is_part(words[w])).collect()
    }

    /// How many passages have one of some terms. No field has them all; the largest count is the
    /// closest there is without reading the postings.
    fn passages_with(&self, terms: &[TermNumber]) -> u64 {
        let in_field = |f: TextField| terms.iter().map(|&t| self.statistics.frequency(t, f)).sum();
        let in_fields = TextField::ALL.into_iter().map(in_field);
        in_fields.max().unwrap_or_default()
    }

    /// How many passages have all the terms of a name, at most.
    fn passages_with_name(&self, name: &[TermNumber]) -> u64 {
        let with_term = |&term: &TermNumber| self.passages_with(&[term]);
        name.iter().map(with_term).min().unwrap_or(u64::MAX)
    }

    /// Whether every one of some terms occurs in the text of a passage.
    pub(super) fn occurs(&self, terms: &[String]) -> bool {
        let in_texts = |t: TermNumber| self.statistics.frequency(t, TextField::Body) > 0;
        let number = |term: &String| self.look_up.number_of(term);
        terms.iter().all(|term| number(term).is_some_and(in_texts))
    }

    /// The weight of each scoring word of the plan.
    pub(super) fn weights(&self) -> Vec<f64> {
        let weight = |stats: &WordStats<'_>| stats.weight(&self.weights);
        self.words.iter().map(weight).collect()
    }

    /// Scores the candidates of a pool, by all but where their words stand. What matches nothing, as
    /// some candidates do not, is left out.
    pub(super) fn score(&self, evidence: &PoolEvidence, pool: usize) -> Vec<Scored> {
        let numbers = evidence.table.numbers();
        let scored = numbers.filter_map(|c| self.score_one(evidence, pool, c));
        let (mut scored, named): (Vec<Scored>, Vec<f64>) = scored.unzip();
        // Where an aspect is surely asked for, of a topic that a title names, the title says which passages are
        // meant, and their words which aspect they speak of. Meaning blurs both.
        let named = named.into_iter().fold(0.0, f64::max);
        let left = 1.0 - self.plan.asked.certainty() * named;
        for one in &mut scored {
            one.values.meaning *= left;
        }
        scored
    }

    /// Brings those to the front that proximity could bring among the `count` best, even after what
    /// these may lose for variety, and says how many they are. The others do without it.
    pub(super) fn near(&self, scored: &mut [Scored], count: usize, may_lose: f64) -> usize {
        let most = self.most_proximity();
        if most <= 0.0 {
            return 0;
        }
        scored.sort_by(|a, b| b.score().total_cmp(&a.score()));
        // Equal files are one hit in the end.
        let mut distinct = scored.chunk_by(|a, b| a.score() == b.score());
        let last = distinct.nth(count.saturating_sub(1));
        let last = last.and_then(|equal| equal.first()).map(Scored::score);
        let needed = last.map_or(f64::NEG_INFINITY, |last| last * (1.0 - may_lose));
        let near = scored.partition_point(|scored| scored.score() + most >= needed);
        scored[..near].sort_by_key(|scored| scored.candidate);
        near
    }

    /// Adds what proximity is worth to candidates, given where the words stand in each.
    pub(super) fn add_proximity(&self, positions: &Positions, scored: &mut [Scored]) {
        for (at, scored) in (0..).map(ChosenNumber).zip(scored) {
            let pairs = self.close_pairs(positions, at);
            scored.values.proximity = pairs.iter().map(|pair| pair.value).sum();
            scored.positioned = Some(at);
        }
    }

    /// With how much of the topic its title names.
    fn score_one(
        &self,
        candidates: &PoolEvidence,
        pool: usize,
        c: CandidateNumber,
    ) -> Option<(Scored, f64)> {
        let values = self.word_values(candidates, c);
        let by_meaning_alone = !self.matches(&values);
        if by_meaning_alone && !self.means_the_same(candidates, c) {
            return None;
        }
        let coverage = self.coverage(&values);
        let (title, share) = self.title_value(candidates, c, self.bound(&values));
        let candidate = candidates.table.candidate(c);
        let scored = Scored {
            at: candidate.at,
            pool,
            candidate: c,
            positioned: None,
            order: candidate.order,
            values: Values {
                words: values.iter().map(|value| value.counted).sum(),
                title,
                aspect: self.aspect_value(&candidate.aspects, coverage).0,
                together: self.together_value(&values),
                meaning: self.meaning_value(candidates, c),
                ..Values::default()
            },
            by_meaning_alone,
            before: 0,
            twins: Vec::new(),
        };
        Some((scored, share * coverage))
    }

    /// How often something stands in a candidate, by the weight and length of the fields.
    fn frequency(&self, candidates: &PoolEvidence, c: CandidateNumber, counts: Counts) -> f64 {
        let lengths = candidates.table.candidate(c).lengths;
        let mut frequency = 0.0;
        for field in TextField::ALL {
            let f = field.index();
            if counts[f] > 0 {
                let length = f64::from(lengths[f]);
                let b = self.weights.b;
                let length = 1.0 - b + b * length / self.statistics.averages[f];
                frequency += self.weights.field(field) * f64::from(counts[f]) / length;
            }
        }
        frequency
    }

    /// How often a word itself stands in the fields of a candidate.
    pub(super) fn own(&self, stats: &WordStats<'_>, table: &Table, c: CandidateNumber) -> Counts {
        TextField::ALL.map(|f| match stats.is_in(f) {
            true => stats.terms.iter().map(|&t| table.count(t, f, c)).sum(),
            false => 0,
        })
    }

    /// What each word is worth in a candidate.
    pub(super) fn word_values(
        &self,
        candidates: &PoolEvidence,
        c: CandidateNumber,
    ) -> Vec<WordValue> {
        let mut values: Vec<WordValue> = Vec::with_capacity(self.words.len());
        for stats in &self.words {
            let (exact, by_name) = self.word_value(stats, candidates, c);
            let own = exact.max(by_name);
            let parts = stats.parts.iter().map(|&part| values[part].counted);
            values.push(WordValue {
                exact,
                by_name,
                counted: (own - parts.sum::<f64>()).max(0.0),
            });
        }
        values
    }

    /// What a word is worth in a candidate, by itself and by another name of its concept.
    fn word_value(
        &self,
        stats: &WordStats<'_>,
        candidates: &PoolEvidence,
        c: CandidateNumber,
    ) -> (f64, f64) {
        let k1 = self.weights.k1;
        let saturated = |frequency: f64| (k1 + 1.0) * frequency / (k1 + frequency);
        let own = self.own(stats, &candidates.table, c);
        let exact = saturated(self.frequency(candidates, c, own));
        let by = |share: f64, named: &Named| {
            share * saturated(self.frequency(candidates, c, named.counts))
        };
        let by_name = stats.concept.map_or(0.0, |k| {
            let by_synonym = by(self.weights.synonym, candidates.named(k, c));
            by_synonym.max(by(self.weights.narrower, candidates.narrower(k, c)))
        });
        let weight = stats.weight(&self.weights);
        (weight * exact, weight * by_name)
    }

    /// Whether a candidate with these values has something that a passage has to have.
    fn matches(&self, values: &[WordValue]) -> bool {
        let whatever = self.words.is_empty() || self.plan.lists_aspect;
        let mut found = self.words.iter().zip(values);
        let is_found = |value: &WordValue| value.exact > 0.0 || value.by_name > 0.0;
        whatever || found.any(|(stats, value)| is_found(value) && self.is_matched(stats))
    }

    /// The share that the words found have of the idf of all words of the topic; all of it where there
    /// are none.
    pub(super) fn coverage(&self, values: &[WordValue]) -> f64 {
        if self.topic <= 0.0 {
            return 1.0;
        }
        let found = self.words.iter().zip(values);
        let found = found.filter(|(_, value)| value.counted > 0.0);
        let idf = found.filter_map(|(stats, _)| stats.topic_idf());
        idf.sum::<f64>() / self.topic
    }

    /// Whether a passage can match by a word. One that only asks for an aspect matches nothing
    /// beside a topic: "osteoporosis risk" is not about every risk.
    pub(super) fn is_matched(&self, stats: &WordStats<'_>) -> bool {
        // Where clauses are joined, the filter says what matches.
        stats.is_topic()
            || stats.word.joined.is_some()
            || self.plan.filter.is_some()
            || !self.words.iter().any(WordStats::is_topic)
    }

    /// The value of the title, of which so much is kept, and the share of it that is covered.
    pub(super) fn title_value(
        &self,
        candidates: &PoolEvidence,
        c: CandidateNumber,
        bound: f64,
    ) -> (f64, f64) {
        let table = &candidates.table;
        let weights = &self.weights;
        let (mut covered, mut weight) = (0, 0.0);
        let mut by_name: Vec<usize> = Vec::new();
        for stats in &self.words {
            let own = self.own(stats, table, c)[TextField::Title.index()];
            let named = stats
                .concept
                .filter(|&k| candidates.named(k, c).title_words > 0);
            match named {
                // What was not typed covers no more: a closed compound stands where its last part does,
                // the mark of a spelling where its word does.
                _ if own > 0 && !stats.word.is_typed() && covered > 0 => {}
                _ if own > 0 => {
                    weight += stats.weight(weights);
                    covered += own;
                }
                Some(concept) => {
                    weight += weights.synonym * stats.weight(weights);
                    by_name.push(concept);
                }
                None => {}
            }
        }
        by_name.dedup();
        let named = by_name.iter().map(|&k| candidates.named(k, c).title_words);
        covered += named.sum::<u32>();
        let length = table.candidate(c).title_words.max(1);
        let share = (f64::from(covered) / f64::from(length)).min(1.0);
        if weight <= 0.0 {
            return (0.0, 0.0);
        }
        let value = weights.title * weight * share.powf(weights.title_share) * bound;
        (value, share)
    }

    /// What of its title's value a passage keeps that has so much of the topic. Of a topic of many
    /// words it is not expected to have all; of things that are named together it is.
    pub(super) fn bound(&self, values: &[WordValue]) -> f64 {
        let topic = self.words.iter().filter_map(WordStats::topic_idf).count();
        let expected = (self.weights.binding_words / topic.max(1) as f64).min(1.0);
        let coverage = self.coverage(values).powf(self.weights.binding * expected);
        coverage * self.share_of_things(values).powi(2)
    }

    /// The value of the aspect where the passage has so much of the topic, and the chance that it is
    /// the one asked for.
    pub(super) fn aspect_value(&self, aspects: &AspectWeights, coverage: f64) -> (f64, f64) {
        if self.aspect == 0.0 {
            return (0.0, 0.0);
        }
        let floor = self.weights.aspect_floor;
        let chance = self.plan.asked.chance(aspects);
        let above_floor = chance.max(f64::MIN_POSITIVE).ln().max(-floor) + floor;
        let coverage = coverage.powf(self.weights.aspect_coverage);
        (self.aspect * coverage * above_floor, chance)
    }

    /// What it counts that a candidate means what is asked, where no aspect is.
    fn meaning_value(&self, candidates: &PoolEvidence, c: CandidateNumber) -> f64 {
        let Some(similarity) = candidates.similarity(c) else {
            return 0.0;
        };
        MeaningWeights::learned().value(similarity, self.weights().iter().sum())
    }

    /// Whether a candidate means what is asked so nearly that it needs none of the words.
    fn means_the_same(&self, candidates: &PoolEvidence, c: CandidateNumber) -> bool {
        let similarity = candidates.similarity(c);
        similarity.is_some_and(|similarity| MeaningWeights::learned().suffices(similarity))
    }

    /// What it counts that a passage has each of the things that are named together.
    fn together_value(&self, values: &[WordValue]) -> f64 {
        match !self.together.is_empty() && self.share_of_things(values) == 1.0 {
            true => self.weights.together * self.weights().iter().sum::<f64>(),
            false => 0.0,
        }
    }

    /// How many a passage has of the things that are named together, as a share; all where none are.
    fn share_of_things(&self, values: &[WordValue]) -> f64 {
        let has = |&&k: &&usize| {
            let words = || self.plan.concepts[k].words.iter().map(|&w| &values[w]);
            words().all(|value| value.exact > 0.0) || words().any(|value| value.by_name > 0.0)
        };
        match self.together.len() {
            0 => 1.0,
            all => self.together.iter().filter(has).count() as f64 / all as f64,
        }
    }

    /// The things that are named together, for people.
    pub(super) fn things(&self) -> impl Iterator<Item = &str> {
        let concepts = &self.plan.concepts;
        self.together.iter().map(|&k| concepts[k].name.as_str())
    }

    /// The words that can be close to each other, in the order of the query.
    pub(super) fn whole_words(&self) -> Vec<&WordStats<'p>> {
        let whole = self.words.iter().filter(|stats| stats.word.is_typed());
        whole.collect()
    }

    /// More than this no candidate gets for proximity.
    fn most_proximity(&self) -> f64 {
        if !self.proximity {
            return 0.0;
        }
        let words = self.whole_words();
        let pairs = words.windows(2);
        pairs
            .map(|pair| self.weights.proximity * self.lesser(pair))
            .sum()
    }

    /// What the lesser of two words counts.
    fn lesser(&self, pair: &[&WordStats<'_>]) -> f64 {
        let weights = pair.iter().map(|stats| stats.weight(&self.weights));
        weights.fold(f64::INFINITY, f64::min)
    }

    /// The terms of which has to be known where they stand.
    pub(super) fn positioned_terms(&self) -> Vec<TermNumber> {
        let words = self.whole_words();
        let mut used: Vec<TermNumber> = words.iter().flat_map(|w| w.terms.clone()).collect();
        used.sort_unstable();
        used.dedup();
        used
    }

    /// The neighbouring words of the query that stand close together in a passage.
    pub(super) fn close_pairs(&self, positions: &Positions, c: ChosenNumber) -> Vec<ClosePair> {
        let words = self.whole_words();
        let mut found = Vec::new();
        for (first, pair) in words.windows(2).enumerate() {
            let distance = |f: TextField| {
                let stand = |stats: &WordStats<'_>| match stats.is_in(f) {
                    true => positions.of(&stats.terms, f, c),
                    false => Vec::new(),
                };
                least_distance(&stand(pair[0]), &stand(pair[1]))
            };
            let least = TextField::ALL.into_iter().filter_map(distance).min();
            if let Some(distance) = least.filter(|&distance| distance <= CLOSE_WORDS) {
                let weight = self.lesser(pair);
                found.push(ClosePair {
                    first,
                    distance,
                    value: self.weights.proximity * weight / f64::from(distance).powi(2),
                });
            }
        }
        found
    }

    /// The words of another name of a concept, for people.
    pub(super) fn name(&self, named: &Named) -> Option<String> {
        let (name, _) = named.most?;
        let terms = self.look_up.names[name.0].terms.iter();
        Some(
            terms
                .map(|&t| self.look_up.terms[t.0])
                .collect::<Vec<_>>()
                .join(" "),
        )
    }
}

/// Two neighbouring words of the query that stand close together.
pub(super) struct ClosePair {
    /// The place of the first one in [`Scorer::whole_words`].
    pub(super) first: usize,
    pub(super) distance: u32,
    pub(super) value: f64,
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
