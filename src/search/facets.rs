//! Filters and counts: what passages speak of, over all that match.

use std::collections::{BTreeSet, HashSet};

use serde::Serialize;
use tantivy::collector::{FacetCollector, FacetCounts};
use tantivy::query::Query;
use tantivy::schema::Facet;
use tantivy::{TantivyError, Term};

use super::{Filter, SearchError};
use crate::annotate::Aspect;
use crate::index::{FACETS, Index, facet};

/// At most this many values of a group are counted.
const VALUES: usize = 12;
/// Silent sources are named where the corpus has at most this many.
const NAMED: u64 = 200;

/// How many matching passages speak of what, most first.
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
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Silent {
    pub count: u64,
    /// Their names, in order, where the corpus has few enough sources to name them.
    pub sources: Vec<String>,
}

/// A value with the number of passages.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FacetCount {
    pub value: String,
    pub count: u64,
}

/// The terms that passages must have to pass the filters.
pub(super) fn terms(index: &Index, filters: &[Filter]) -> Result<Vec<Term>, SearchError> {
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
/// that have none.
pub(super) fn count(
    index: &Index,
    query: &dyn Query,
    everywhere: bool,
) -> Result<Facets, SearchError> {
    const GROUPS: [&str; 5] = ["/aspect", "/condition", "/technique", "/risk", "/source"];
    let mut collector = FacetCollector::for_field(FACETS);
    for group in GROUPS {
        collector.add_facet(group);
    }
    let counts = index.searcher().search(query, &collector)?;
    let top = |group: &str| -> Vec<FacetCount> {
        let found = counts.top_k(group, VALUES).into_iter();
        found
            .map(|(facet, count)| FacetCount {
                value: facet
                    .to_path()
                    .last()
                    .copied()
                    .unwrap_or_default()
                    .to_owned(),
                count,
            })
            .collect()
    };
    Ok(Facets {
        aspect: top("/aspect"),
        condition: top("/condition"),
        technique: top("/technique"),
        risk: top("/risk"),
        source: top("/source"),
        silent: match everywhere {
            true => Some(silent(index, &counts)?),
            false => None,
        },
    })
}

fn silent(index: &Index, counts: &FacetCounts) -> Result<Silent, SearchError> {
    let name = |facet: &Facet| facet.to_path().last().copied().map(str::to_owned);
    let matched: HashSet<String> = counts
        .get("/source")
        .filter_map(|(facet, _)| name(facet))
        .collect();
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
        sources.retain(|source| !matched.contains(source));
    }
    Ok(Silent {
        count: documents.saturating_sub(matched.len() as u64),
        sources: sources.into_iter().collect(),
    })
}
