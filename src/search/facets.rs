//! Filters and counts: what passages speak of, over all that match.

use serde::Serialize;
use tantivy::Term;
use tantivy::collector::FacetCollector;
use tantivy::query::Query;

use super::{Filter, SearchError};
use crate::annotate::Aspect;
use crate::index::{FACETS, Index, facet};

/// At most this many values of a group are counted.
const VALUES: usize = 12;

/// How many matching passages speak of what, most first.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Facets {
    pub aspect: Vec<FacetCount>,
    pub condition: Vec<FacetCount>,
    pub technique: Vec<FacetCount>,
    pub risk: Vec<FacetCount>,
    pub source: Vec<FacetCount>,
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

/// Counts the facets of all passages that match.
pub(super) fn count(index: &Index, query: &dyn Query) -> Result<Facets, SearchError> {
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
    })
}
