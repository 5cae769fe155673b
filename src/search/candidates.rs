//! Step 1: the passages that match, and the best of them by plain BM25.

use globset::{GlobBuilder, GlobMatcher};
use tantivy::collector::{Count, TopDocs};
use tantivy::query::{
    BooleanQuery, BoostQuery, ConstScoreQuery, EmptyQuery, Occur, PhraseQuery, Query, TermQuery,
    TermSetQuery,
};
use tantivy::schema::IndexRecordOption;
use tantivy::{DocAddress, Term};

use super::SearchError;
use super::score::field_weight;
use crate::index::{Fields, Index, TextField};
use crate::query::{self, Plan, PlanPhrase, PlanWord};

/// At least this many candidates are scored again. More than a page, so that what plain BM25
/// puts too low can still rise; few enough to cost microseconds.
const POOL: usize = 400;

/// The candidates of a query.
pub(super) struct Found {
    pub(super) addresses: Vec<DocAddress>,
    /// How many passages match in all.
    pub(super) total: usize,
}

/// Finds the candidates for a page that ends at hit number `end`.
pub(super) fn find(index: &Index, plan: &Plan, end: usize) -> Result<Found, SearchError> {
    let searcher = index.searcher();
    let Some(query) = tantivy_query(index, plan)? else {
        return Ok(Found {
            addresses: Vec::new(),
            total: 0,
        });
    };
    // Whole pools only: neighbouring pages then come from the same candidates.
    let pool = end.max(1).div_ceil(POOL).saturating_mul(POOL);
    let limit = pool.min(searcher.num_docs().max(1) as usize);
    let top = searcher.search(&query, &TopDocs::with_limit(limit).order_by_score())?;
    let total = if top.len() < limit {
        top.len()
    } else {
        searcher.search(&query, &Count)?
    };
    Ok(Found {
        addresses: top.into_iter().map(|(_, address)| address).collect(),
        total,
    })
}

/// The plan as a tantivy query; `None` where it cannot match anything.
fn tantivy_query(index: &Index, plan: &Plan) -> Result<Option<Box<dyn Query>>, SearchError> {
    let fields = index.fields();
    let scoring: Vec<_> = plan
        .scoring_words()
        .flat_map(|word| word_queries(fields, word, true))
        .map(|query| (Occur::Should, query))
        .collect();
    if scoring.is_empty() {
        return Ok(None);
    }
    let mut clauses: Vec<(Occur, Box<dyn Query>)> = Vec::new();
    for word in &plan.words {
        let occur = match word.occur {
            query::Occur::Should => continue,
            query::Occur::Must => Occur::Must,
            query::Occur::Not => Occur::MustNot,
        };
        clauses.push((occur, filter(any(word_queries(fields, word, false)))));
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
    let words: Box<dyn Query> = Box::new(BooleanQuery::new(scoring));
    if clauses.is_empty() {
        return Ok(Some(words));
    }
    clauses.push((Occur::Must, words));
    Ok(Some(Box::new(BooleanQuery::new(clauses))))
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

fn word_queries(fields: &Fields, word: &PlanWord, boosted: bool) -> Vec<Box<dyn Query>> {
    let mut queries: Vec<Box<dyn Query>> = Vec::new();
    for field in searched(word.field) {
        for text in &word.terms {
            let term = Term::from_field_text(fields.text(field), text);
            let query: Box<dyn Query> =
                Box::new(TermQuery::new(term, IndexRecordOption::WithFreqs));
            queries.push(if boosted {
                Box::new(BoostQuery::new(query, field_weight(field) as f32))
            } else {
                query
            });
        }
    }
    queries
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
    let whole = glob_matcher(glob)?;
    let tail = glob_matcher(&format!("**/{glob}"))?;
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
                && (whole.is_match(source) || tail.is_match(source))
            {
                terms.push(Term::from_field_text(field, source));
            }
        }
    }
    terms.sort_unstable();
    terms.dedup();
    Ok(Box::new(TermSetQuery::new(terms)))
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
