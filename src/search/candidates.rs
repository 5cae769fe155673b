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
use super::score::{SYNONYM, field_weight};
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
pub(super) fn find(
    index: &Index,
    query: Option<&dyn Query>,
    end: usize,
) -> Result<Found, SearchError> {
    let searcher = index.searcher();
    let Some(query) = query else {
        return Ok(Found {
            addresses: Vec::new(),
            total: 0,
        });
    };
    // Whole pools only: neighbouring pages then come from the same candidates.
    let pool = end.max(1).div_ceil(POOL).saturating_mul(POOL);
    let limit = pool.min(searcher.num_docs().max(1) as usize);
    let top = searcher.search(query, &TopDocs::with_limit(limit).order_by_score())?;
    let total = if top.len() < limit {
        top.len()
    } else {
        searcher.search(query, &Count)?
    };
    Ok(Found {
        addresses: top.into_iter().map(|(_, address)| address).collect(),
        total,
    })
}

/// The plan as a tantivy query; `None` where it cannot match anything. Filters without any words
/// match all that pass them.
pub(super) fn query(
    index: &Index,
    plan: &Plan,
    filters: &[Term],
) -> Result<Option<Box<dyn Query>>, SearchError> {
    let fields = index.fields();
    let mut scoring: Vec<_> = plan
        .scoring_words()
        .flat_map(|word| word_queries(fields, word, true))
        .map(|query| (Occur::Should, query))
        .collect();
    let synonyms = plan.concepts.iter().flat_map(|concept| &concept.synonyms);
    scoring.extend(
        synonyms
            .flat_map(|terms| synonym_queries(fields, terms))
            .map(|q| (Occur::Should, q)),
    );
    let mut clauses: Vec<(Occur, Box<dyn Query>)> = Vec::new();
    for term in filters {
        let has_term = TermQuery::new(term.clone(), IndexRecordOption::Basic);
        clauses.push((Occur::Must, filter(Box::new(has_term))));
    }
    let browses = plan.words.is_empty() && plan.phrases.is_empty() && !filters.is_empty();
    if scoring.is_empty() && !browses {
        return Ok(None);
    }
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
    if !browses {
        clauses.push((Occur::Must, words));
    }
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
                let boost = field_weight(field) * word.weight;
                Box::new(BoostQuery::new(query, boost as f32))
            } else {
                query
            });
        }
    }
    queries
}

/// Queries for another name of a concept, in every field.
fn synonym_queries(fields: &Fields, terms: &[String]) -> Vec<Box<dyn Query>> {
    let in_field = |field| -> Box<dyn Query> {
        let mut terms: Vec<Term> = terms
            .iter()
            .map(|text| Term::from_field_text(fields.text(field), text))
            .collect();
        let query: Box<dyn Query> = match terms.len() {
            1 => Box::new(TermQuery::new(
                terms.remove(0),
                IndexRecordOption::WithFreqs,
            )),
            _ => Box::new(PhraseQuery::new(terms)),
        };
        Box::new(BoostQuery::new(
            query,
            (SYNONYM * field_weight(field)) as f32,
        ))
    };
    TextField::ALL.into_iter().map(in_field).collect()
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
