//! What is fetched of an engine to score with: numbers of the whole corpus once for a query, and for
//! each pool of candidates how often, and then where, its words stand.
//!
//! What is made of it (`score`) asks an engine nothing more, and neither does the explanation, which
//! is of the same evidence.

use rustc_hash::FxHashMap;

use super::SearchError;
use super::weights::ANSWER;
use crate::annotate::Aspect;
use crate::encoder::Meaning;
use crate::index::{
    CandidateNumber, Counts, Engine, FIELDS, NameNumber, PassageAt, Positions, Table, Term,
    TermNumber, TextField,
};
use crate::query::{Plan, PlanConcept};

/// Another name of a concept.
pub(super) struct Name {
    pub(super) concept: usize,
    /// Whether it is the name of something narrower.
    pub(super) narrower: bool,
    pub(super) terms: Vec<TermNumber>,
}

/// What a plan has to be looked up, each with a number.
pub(super) struct LookUp<'p> {
    /// Every term, of words and of synonyms.
    pub(super) terms: Vec<&'p str>,
    numbers: FxHashMap<&'p str, TermNumber>,
    pub(super) names: Vec<Name>,
    /// How many concepts the names are of.
    concepts: usize,
    /// The aspects that answer, with how well.
    pub(super) aspects: Vec<(Aspect, f64)>,
    /// What is meant, where meaning counts.
    pub(super) meant: Option<Meaning>,
}

impl<'p> LookUp<'p> {
    pub(super) fn of(plan: &'p Plan, meant: Option<Meaning>) -> LookUp<'p> {
        let words = plan.scoring_words().flat_map(|word| &word.terms);
        let names = plan.concepts.iter().flat_map(PlanConcept::names);
        let mut look_up = LookUp {
            terms: Vec::new(),
            numbers: FxHashMap::default(),
            names: Vec::new(),
            concepts: plan.concepts.len(),
            aspects: plan.asked.answers(),
            meant,
        };
        look_up.aspects.retain(|(_, worth)| *worth >= ANSWER);
        for term in words.chain(names.flatten()) {
            let next = TermNumber(look_up.terms.len());
            if *look_up.numbers.entry(term).or_insert(next) == next {
                look_up.terms.push(term);
            }
        }
        for (concept, named) in plan.concepts.iter().enumerate() {
            let own = named.synonyms.len();
            for (n, terms) in named.names().enumerate() {
                let terms = look_up.numbers_of(terms);
                look_up.names.push(Name {
                    concept,
                    narrower: n >= own,
                    terms,
                });
            }
        }
        look_up
    }

    /// The number of a term, if it is looked up.
    pub(super) fn number_of(&self, term: &str) -> Option<TermNumber> {
        self.numbers.get(term).copied()
    }

    /// The numbers of terms of the plan.
    pub(super) fn numbers_of(&self, terms: &[String]) -> Vec<TermNumber> {
        let numbers = terms.iter().filter_map(|term| self.number_of(term));
        numbers.collect()
    }
}

/// What is known of the whole corpus.
pub(super) struct CorpusStatistics {
    passages: u64,
    /// The average length of each field, in words.
    pub(super) averages: [f64; FIELDS],
    /// By term, how many passages have it in each field.
    frequencies: Vec<[u64; FIELDS]>,
    /// By aspect that answers, how many passages speak of it.
    pub(super) aspects: Vec<u64>,
}

impl CorpusStatistics {
    /// Asks for all in one go.
    pub(super) fn fetch(
        engine: &dyn Engine,
        look_up: &LookUp<'_>,
    ) -> Result<CorpusStatistics, SearchError> {
        let in_fields =
            |term: &&str| TextField::ALL.map(|field| Term::Word(field, (*term).to_owned()));
        let aspects = look_up.aspects.iter();
        let mut asked: Vec<Term> = look_up.terms.iter().flat_map(in_fields).collect();
        asked.extend(aspects.map(|(aspect, _)| Term::Aspect(*aspect)));
        let found = engine.frequencies(&asked)?;
        let (words, aspects) = found.split_at(FIELDS * look_up.terms.len());
        let manifest = engine.manifest();
        let passages = manifest.passages.max(1) as f64;
        let average = |words: u64| (words as f64 / passages).max(1.0);
        Ok(CorpusStatistics {
            passages: manifest.passages,
            averages: manifest.words.map(average),
            frequencies: words.as_chunks::<FIELDS>().0.to_vec(),
            aspects: aspects.to_vec(),
        })
    }

    /// How many passages have a term in a field.
    pub(super) fn frequency(&self, term: TermNumber, field: TextField) -> u64 {
        self.frequencies[term.0][field.index()]
    }

    /// The idf of what `n` of all passages have.
    pub(super) fn idf(&self, n: u64) -> f64 {
        let all = self.passages as f64;
        let n = (n as f64).min(all);
        (1.0 + (all - n + 0.5) / (n + 0.5)).ln()
    }
}

/// How often the other names of a concept stand in the fields of a candidate.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Named {
    pub(super) counts: Counts,
    /// How many words of the title they cover.
    pub(super) title_words: u32,
    /// The name most often used, and how often.
    pub(super) most: Option<(NameNumber, u32)>,
}

impl Named {
    fn add(&mut self, name: NameNumber, words: u32, counts: Counts) {
        for (all, count) in self.counts.iter_mut().zip(counts) {
            *all += count;
        }
        self.title_words += words * counts[TextField::Title.index()];
        let count: u32 = counts.iter().sum();
        if count > self.most.map_or(0, |(_, most)| most) {
            self.most = Some((name, count));
        }
    }
}

/// What is known of a pool of candidates.
pub(super) struct PoolEvidence {
    pub(super) table: Table,
    /// By concept of the plan, by candidate.
    named: Vec<Vec<Named>>,
    /// The same of what is narrower.
    narrower: Vec<Vec<Named>>,
    /// By candidate, how similar it is to what is meant; nothing where meaning does not count.
    similarities: Vec<f32>,
    /// Where words stand, in those candidates of which that was asked.
    pub(super) positions: Option<Positions>,
}

impl PoolEvidence {
    /// How often all that is looked up stands in some candidates.
    pub(super) fn fetch(
        engine: &dyn Engine,
        look_up: &LookUp<'_>,
        candidates: &[PassageAt],
    ) -> Result<PoolEvidence, SearchError> {
        let names: Vec<&[TermNumber]> = look_up.names.iter().map(|name| &name.terms[..]).collect();
        let table = engine.table(candidates, &look_up.terms, &names)?;
        let all = table.candidates().len();
        let mut named = vec![vec![Named::default(); all]; look_up.concepts];
        let mut narrower = named.clone();
        for (n, name) in (0..).map(NameNumber).zip(&look_up.names) {
            let of = match name.narrower {
                true => &mut narrower,
                false => &mut named,
            };
            for (c, named) in table.numbers().zip(&mut of[name.concept]) {
                named.add(n, name.terms.len() as u32, table.name_counts(n, c));
            }
        }
        let similarities = match &look_up.meant {
            None => Vec::new(),
            Some(meant) => {
                let orders = table.candidates().iter().map(|candidate| candidate.order);
                engine.similarities(meant, &orders.collect::<Vec<_>>())?
            }
        };
        Ok(PoolEvidence {
            table,
            named,
            narrower,
            similarities,
            positions: None,
        })
    }

    /// What is known of the names of a concept, by its place in the plan, in a candidate.
    pub(super) fn named(&self, concept: usize, candidate: CandidateNumber) -> &Named {
        &self.named[concept][candidate.0]
    }

    /// The same of the names of what is narrower.
    pub(super) fn narrower(&self, concept: usize, candidate: CandidateNumber) -> &Named {
        &self.narrower[concept][candidate.0]
    }

    /// How similar a candidate is to what is meant, where meaning counts.
    pub(super) fn similarity(&self, candidate: CandidateNumber) -> Option<f64> {
        self.similarities.get(candidate.0).copied().map(f64::from)
    }

    /// Where terms stand in the `chosen` ones of the candidates.
    pub(super) fn fetch_positions(
        &mut self,
        engine: &dyn Engine,
        look_up: &LookUp<'_>,
        chosen: &[CandidateNumber],
        terms: &[TermNumber],
    ) -> Result<&Positions, SearchError> {
        let positions = engine.positions(&self.table, chosen, &look_up.terms, terms)?;
        Ok(self.positions.insert(positions))
    }
}
