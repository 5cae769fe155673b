//! Step 1: the passages that match, and the best of them by plain BM25.

use std::collections::HashSet;

use globset::{GlobBuilder, GlobMatcher};
use tantivy::collector::{Count, TopDocs};
use tantivy::query::{
    Bm25StatisticsProvider, BooleanQuery, BoostQuery, ConstScoreQuery, EmptyQuery, Occur,
    PhraseQuery, Query, TermQuery, TermSetQuery,
};
use tantivy::schema::{Field, IndexRecordOption};
use tantivy::{DocAddress, Order, Term};

use super::best::{Best, Match};
use super::score::{ASPECT, ASPECT_FLOOR, SYNONYM, Scorer, WordStats, field_weight, idf};
use super::{Ranking, SearchError};
use crate::index::{Fields, Index, ORDER, TextField};
use crate::query::{self, Plan, PlanPhrase, PlanWord};

/// About this many candidates are scored again at a time. More than a page, so that what plain BM25
/// puts too low can still rise; few enough to cost microseconds.
const POOL: usize = 60;

/// What an aspect may count among candidates, as a share of the least word.
const BELOW_WORDS: f64 = 0.7;
/// Aspects that answer worse than this are not looked for.
const ANSWER: f64 = 0.3;

/// The candidates of a query.
#[derive(Default)]
pub(super) struct Found {
    /// Pool by pool: no candidate ranks before one of an earlier pool, so that the first hits are
    /// the same however many are asked for.
    pub(super) pools: Vec<Vec<DocAddress>>,
    /// How many passages match in all, where that was asked for.
    pub(super) total: Option<usize>,
}

/// What tantivy is asked for.
pub(super) struct Matching {
    /// All that matches: for counting.
    pub(super) all: Box<dyn Query>,
    /// What has a word of the topic, or a name of one word: a union of terms, of which tantivy can
    /// find the best without reading most of the postings.
    by_words: Box<dyn Query>,
    /// What has a name of several words.
    by_names: Option<Box<dyn Query>>,
    /// Whether there are no words, only filters.
    browses: bool,
}

/// Finds the candidates for a page that ends at hit number `end`.
pub(super) fn find(
    index: &Index,
    matching: Option<&Matching>,
    end: usize,
    count: bool,
) -> Result<Found, SearchError> {
    let searcher = index.searcher();
    let Some(matching) = matching else {
        return Ok(Found {
            total: Some(0),
            ..Found::default()
        });
    };
    let mut pools = pools(index, matching, end)?;
    if let Some(by_names) = &matching.by_names {
        let named = best(index, &**by_names, POOL)?;
        match pools.first_mut() {
            Some(first) => first.extend(named),
            None => pools.push(named),
        }
        let mut seen = HashSet::new();
        for pool in &mut pools {
            pool.retain(|address| seen.insert(*address));
        }
    }
    let total = match count {
        false => None,
        true => Some(searcher.search(&matching.all, &Count)?),
    };
    Ok(Found { pools, total })
}

/// What BM25 counts in the whole corpus. tantivy only estimates the lengths of fields where entries
/// were deleted, and what a passage scores must not depend on how the index came to be.
struct Statistics<'i>(&'i Index);

impl Bm25StatisticsProvider for Statistics<'_> {
    fn total_num_tokens(&self, field: Field) -> tantivy::Result<u64> {
        let text = TextField::ALL.into_iter().zip(self.0.manifest().words);
        let known = |(text, words)| (self.0.fields().text(text) == field).then_some(words);
        match text.filter_map(known).next() {
            Some(words) => Ok(words),
            None => self.0.searcher().total_num_tokens(field),
        }
    }

    fn total_num_docs(&self) -> tantivy::Result<u64> {
        self.0.searcher().total_num_docs()
    }

    fn doc_freq(&self, term: &Term) -> tantivy::Result<u64> {
        self.0.searcher().doc_freq(term)
    }
}

/// The best passages by plain BM25, at least `end` of them if there are so many.
fn pools(
    index: &Index,
    matching: &Matching,
    end: usize,
) -> Result<Vec<Vec<DocAddress>>, SearchError> {
    let searcher = index.searcher();
    let most = searcher.num_docs().max(1) as usize;
    let limit = end.max(1).div_ceil(POOL).saturating_mul(POOL).min(most);
    if matching.browses {
        let first = TopDocs::with_limit(limit).order_by_fast_field::<u64>(ORDER, Order::Asc);
        let found = searcher.search(&matching.all, &first)?;
        return Ok(vec![found.into_iter().map(|(_, at)| at).collect()]);
    }
    let best = best(index, &*matching.by_words, limit)?;
    Ok(best.chunks(POOL).map(<[_]>::to_vec).collect())
}

/// The best passages for a query by plain BM25, best first.
fn best(index: &Index, query: &dyn Query, limit: usize) -> Result<Vec<DocAddress>, SearchError> {
    let statistics = Statistics(index);
    let searcher = index.searcher();
    let found = searcher.search_with_statistics_provider(query, &Best(limit), &statistics)?;
    Ok(found.iter().map(Match::address).collect())
}

/// The plan as tantivy queries; `None` where it cannot match anything. Filters without any words
/// match all that pass them.
pub(super) fn matching(
    scorer: &Scorer<'_>,
    filters: &[Term],
) -> Result<Option<Matching>, SearchError> {
    let (index, plan, ranking) = (scorer.index, scorer.plan, &scorer.ranking);
    let fields = index.fields();
    let words: Vec<&WordStats<'_>> = scorer
        .words
        .iter()
        .filter(|stats| scorer.is_matched(stats))
        .collect();
    let weights = words.iter().map(|stats| stats.weight());
    let answering = answering(index, plan, weights)?;
    let mut by_words: Vec<_> = words
        .iter()
        .flat_map(|stats| word_queries(fields, stats.word, Some(ranking)))
        .collect();
    let mut by_names: Vec<Box<dyn Query>> = Vec::new();
    // What a word that only asks names is asked about, too.
    let named = |k: &usize| words.iter().any(|stats| stats.concept == Some(*k));
    let concepts = (0..plan.concepts.len()).filter(named);
    for name in concepts.flat_map(|k| &plan.concepts[k].synonyms) {
        match name.len() {
            1 => by_words.extend(name_queries(fields, name, ranking)),
            _ if occurs(index, name)? => by_names.extend(name_queries(fields, name, ranking)),
            _ => {}
        }
    }
    let clauses = clauses(index, plan, filters)?;
    let browses = plan.words.is_empty() && plan.phrases.is_empty() && !filters.is_empty();
    if by_words.is_empty() && !browses {
        return Ok(None);
    }
    let with_clauses = |queries: Vec<Box<dyn Query>>| -> Box<dyn Query> {
        let union: Box<dyn Query> = Box::new(BooleanQuery::union(queries));
        let mut clauses: Vec<_> = clauses
            .iter()
            .map(|(o, query)| (*o, query.box_clone()))
            .collect();
        match (clauses.is_empty(), browses) {
            (true, _) => union,
            (false, true) => Box::new(BooleanQuery::new(clauses)),
            (false, false) => {
                clauses.push((Occur::Must, union));
                Box::new(BooleanQuery::new(clauses))
            }
        }
    };
    let either = by_words.iter().chain(&by_names);
    let all = with_clauses(either.map(|query| query.box_clone()).collect());
    by_words.extend(answering);
    Ok(Some(Matching {
        all,
        by_words: with_clauses(by_words),
        by_names: (!by_names.is_empty()).then(|| with_clauses(by_names)),
        browses,
    }))
}

/// What speaks of the aspects asked for, by about as much as that will count: among many passages
/// on a topic, those that answer then are candidates. It counts less than any word, though: what
/// is off the topic must not keep out what is on it.
fn answering(
    index: &Index,
    plan: &Plan,
    weights: impl Iterator<Item = f64>,
) -> Result<Vec<Box<dyn Query>>, SearchError> {
    let mut queries: Vec<Box<dyn Query>> = Vec::new();
    let most = weights.fold(ASPECT * ASPECT_FLOOR, |most, weight| {
        most.min(BELOW_WORDS * weight)
    });
    for (aspect, worth) in plan.asked.answers() {
        let term = Term::from_field_text(index.fields().kinds, aspect.name());
        let rarity = idf(index, index.searcher().doc_freq(&term)?);
        if worth >= ANSWER && rarity > 0.0 {
            let boost = worth * most / rarity;
            queries.push(Box::new(BoostQuery::new(term_query(term), boost as f32)));
        }
    }
    Ok(queries)
}

/// Whether every one of some terms occurs in the text of a passage.
fn occurs(index: &Index, terms: &[String]) -> Result<bool, SearchError> {
    let body = index.fields().text(TextField::Body);
    for text in terms {
        let term = Term::from_field_text(body, text);
        if index.searcher().doc_freq(&term)? == 0 {
            return Ok(false);
        }
    }
    Ok(true)
}

type Clause = (Occur, Box<dyn Query>);

/// What has to match, or must not, whatever else does.
fn clauses(index: &Index, plan: &Plan, filters: &[Term]) -> Result<Vec<Clause>, SearchError> {
    let fields = index.fields();
    let mut clauses: Vec<Clause> = Vec::new();
    for term in filters {
        let has_term = TermQuery::new(term.clone(), IndexRecordOption::Basic);
        clauses.push((Occur::Must, filter(Box::new(has_term))));
    }
    for word in &plan.words {
        let occur = match word.occur {
            query::Occur::Should => continue,
            query::Occur::Must => Occur::Must,
            query::Occur::Not => Occur::MustNot,
        };
        clauses.push((occur, filter(any(word_queries(fields, word, None)))));
    }
    for phrase in &plan.phrases {
        let occur = if phrase.excluded {
            Occur::MustNot
        } else {
            Occur::Must
        };
        clauses.push((occur, filter(any(phrase_queries(fields, phrase)))));
    }
    for glob in &plan.sources {
        clauses.push((Occur::Must, filter(sources_matching(index, glob)?)));
    }
    for glob in &plan.excluded_sources {
        clauses.push((Occur::MustNot, filter(sources_matching(index, glob)?)));
    }
    Ok(clauses)
}

fn filter(query: Box<dyn Query>) -> Box<dyn Query> {
    Box::new(ConstScoreQuery::new(query, 0.0))
}

fn any(mut queries: Vec<Box<dyn Query>>) -> Box<dyn Query> {
    match queries.len() {
        0 => Box::new(EmptyQuery),
        1 => queries.remove(0),
        _ => Box::new(BooleanQuery::union(queries)),
    }
}

fn searched(field: Option<TextField>) -> impl Iterator<Item = TextField> {
    TextField::ALL
        .into_iter()
        .filter(move |one| field.is_none_or(|only| only == *one))
}

/// Queries for a word; those that score have a ranking.
fn word_queries(fields: &Fields, word: &PlanWord, scored: Option<&Ranking>) -> Vec<Box<dyn Query>> {
    let mut queries: Vec<Box<dyn Query>> = Vec::new();
    for field in searched(word.field) {
        for text in &word.terms {
            let term = Term::from_field_text(fields.text(field), text);
            let query = term_query(term);
            queries.push(match scored {
                Some(ranking) => {
                    let boost = field_weight(ranking, field) * word.weight;
                    Box::new(BoostQuery::new(query, boost as f32))
                }
                None => query,
            });
        }
    }
    queries
}

/// Queries for another name of a concept, in every field.
fn name_queries(fields: &Fields, terms: &[String], ranking: &Ranking) -> Vec<Box<dyn Query>> {
    let in_field = |field| -> Box<dyn Query> {
        let mut terms: Vec<Term> = terms
            .iter()
            .map(|text| Term::from_field_text(fields.text(field), text))
            .collect();
        let query: Box<dyn Query> = match terms.len() {
            1 => term_query(terms.remove(0)),
            _ => Box::new(PhraseQuery::new(terms)),
        };
        Box::new(BoostQuery::new(
            query,
            (SYNONYM * field_weight(ranking, field)) as f32,
        ))
    };
    TextField::ALL.into_iter().map(in_field).collect()
}

fn term_query(term: Term) -> Box<dyn Query> {
    Box::new(TermQuery::new(term, IndexRecordOption::WithFreqs))
}

fn phrase_queries(fields: &Fields, phrase: &PlanPhrase) -> Vec<Box<dyn Query>> {
    searched(phrase.field)
        .map(|field| {
            let terms = phrase
                .terms
                .iter()
                .map(|(offset, text)| (*offset, Term::from_field_text(fields.text(field), text)))
                .collect();
            Box::new(PhraseQuery::new_with_offset(terms)) as Box<dyn Query>
        })
        .collect()
}

/// A query for all sources whose path, or the end of it, matches a glob.
fn sources_matching(index: &Index, glob: &str) -> Result<Box<dyn Query>, SearchError> {
    let glob = SourceGlob::new(glob)?;
    let field = index.fields().source;
    let mut terms = Vec::new();
    for segment in index.searcher().segment_readers() {
        let inverted = segment.inverted_index(field)?;
        let mut stream = inverted
            .terms()
            .stream()
            .map_err(tantivy::TantivyError::from)?;
        while stream.advance() {
            if let Ok(source) = std::str::from_utf8(stream.key())
                && glob.matches(source)
            {
                terms.push(Term::from_field_text(field, source));
            }
        }
    }
    terms.sort_unstable();
    terms.dedup();
    Ok(Box::new(TermSetQuery::new(terms)))
}

/// A pattern for the paths of sources, or the ends of them.
pub(crate) struct SourceGlob {
    whole: GlobMatcher,
    tail: GlobMatcher,
}

impl SourceGlob {
    pub(crate) fn new(glob: &str) -> Result<SourceGlob, SearchError> {
        Ok(SourceGlob {
            whole: glob_matcher(glob)?,
            tail: glob_matcher(&format!("**/{glob}"))?,
        })
    }

    pub(crate) fn matches(&self, source: &str) -> bool {
        self.whole.is_match(source) || self.tail.is_match(source)
    }
}

fn glob_matcher(glob: &str) -> Result<GlobMatcher, SearchError> {
    GlobBuilder::new(glob)
        .case_insensitive(true)
        .build()
        .map(|glob| glob.compile_matcher())
        .map_err(|error| SearchError::Glob {
            glob: glob.to_owned(),
            cause: error.kind().to_string(),
        })
}
