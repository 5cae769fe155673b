//! Filters and counts: what passages speak of, over all that match.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use serde::Serialize;
use tantivy::collector::FacetCollector;
use tantivy::query::Query;
use tantivy::schema::Facet;
use tantivy::{TantivyError, Term};

use super::sources::{SourceCount, SourceCounts};
use super::{Filter, SearchError, stored};
use crate::annotate::Aspect;
use crate::index::{FACETS, Index, facet};

/// At most this many values of a group are counted.
const VALUES: usize = 12;
/// Silent sources are named where the corpus has at most this many.
const NAMED: u64 = 200;

/// How many matching passages speak of what, most first.
#[cfg_attr(feature = "serve", derive(utoipa::ToSchema))]
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Facets {
    pub aspect: Vec<FacetCount>,
    pub condition: Vec<FacetCount>,
    pub technique: Vec<FacetCount>,
    pub risk: Vec<FacetCount>,
    pub source: Vec<FacetCount>,
    /// The sources in which nothing matches; of a search among some sources only, nothing is said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub silent: Option<Silent>,
}

/// Sources in which nothing matches.
#[cfg_attr(feature = "serve", derive(utoipa::ToSchema))]
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Silent {
    pub count: u64,
    /// Their names, in order, where the corpus has few enough sources to name them.
    pub sources: Vec<String>,
}

/// A value with the number of passages.
#[cfg_attr(feature = "serve", derive(utoipa::ToSchema))]
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FacetCount {
    pub value: String,
    pub count: u64,
}

/// The terms that passages must have to pass the filters.
pub(crate) fn terms(index: &Index, filters: &[Filter]) -> Result<Vec<Term>, SearchError> {
    let term =
        |group: &str, value: &str| Term::from_facet(index.fields().facets, &facet(group, value));
    filters
        .iter()
        .map(|filter| match filter {
            Filter::Aspect(name) => match Aspect::named(name).as_slice() {
                [] => Err(SearchError::NoAspect(name.clone())),
                [aspect] if aspect.label() != name.to_lowercase() => {
                    Ok(term("kind", aspect.name()))
                }
                [aspect, ..] => Ok(term("aspect", aspect.label())),
            },
            Filter::Concept(kind, name) => match index.lexicon().named(name) {
                Some(concept) if concept.kind == *kind => Ok(term(kind.name(), &concept.name)),
                _ => Err(SearchError::NoConcept(*kind, name.clone())),
            },
        })
        .collect()
}

/// Counts the facets of all passages that match, and where the search was `everywhere`, the sources
/// that have none. With them comes how many passages match.
pub(super) fn count(
    index: &Index,
    query: &dyn Query,
    everywhere: bool,
) -> Result<(Facets, usize), SearchError> {
    const GROUPS: [&str; 4] = ["/aspect", "/condition", "/technique", "/risk"];
    let mut collector = FacetCollector::for_field(FACETS);
    for group in GROUPS {
        collector.add_facet(group);
    }
    let collectors = (collector, SourceCounts);
    let (counts, sources) = index.searcher().search(query, &collectors)?;
    let total: u64 = sources.iter().map(|count| count.passages).sum();
    let top = |group: &str| -> Vec<FacetCount> {
        let found = counts.top_k(group, VALUES).into_iter();
        let value = |facet: &Facet| facet.to_path().last().copied().map(str::to_owned);
        found
            .map(|(facet, count)| FacetCount {
                value: value(facet).unwrap_or_default(),
                count,
            })
            .collect()
    };
    let facets = Facets {
        aspect: top("/aspect"),
        condition: top("/condition"),
        technique: top("/technique"),
        risk: top("/risk"),
        silent: match everywhere {
            true => Some(silent(index, &sources)?),
            false => None,
        },
        source: top_sources(index, sources)?,
    };
    Ok((facets, total as usize))
}

/// The sources with most matching passages, in the order of the corpus among equals.
fn top_sources(
    index: &Index,
    mut sources: Vec<SourceCount>,
) -> Result<Vec<FacetCount>, SearchError> {
    let order = |count: &SourceCount| (Reverse(count.passages), count.document);
    if sources.len() > VALUES {
        sources.select_nth_unstable_by_key(VALUES, order);
        sources.truncate(VALUES);
    }
    sources.sort_unstable_by_key(order);
    let named = sources.iter().map(|count| {
        Ok(FacetCount {
            value: stored(index, count.at)?.source,
            count: count.passages,
        })
    });
    named.collect()
}

fn silent(index: &Index, matched: &[SourceCount]) -> Result<Silent, SearchError> {
    let documents = index.manifest().documents;
    let mut sources = BTreeSet::new();
    if documents <= NAMED {
        for segment in index.searcher().segment_readers() {
            let inverted = segment.inverted_index(index.fields().source)?;
            let mut terms = inverted.terms().stream().map_err(TantivyError::from)?;
            while terms.advance() {
                sources.insert(String::from_utf8_lossy(terms.key()).into_owned());
            }
        }
        for count in matched {
            sources.remove(&stored(index, count.at)?.source);
        }
    }
    Ok(Silent {
        count: documents.saturating_sub(matched.len() as u64),
        sources: sources.into_iter().collect(),
    })
}
