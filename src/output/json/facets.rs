//! What passages speak of, and where nothing matches.

use serde::Serialize;

use crate::search::{FacetCount, Facets, Silent};

/// How many matching passages speak of what, most first.
#[cfg_attr(feature = "serve", derive(utoipa::ToSchema), schema(as = Facets))]
#[derive(Serialize)]
pub(super) struct FacetsJson<'a> {
    aspect: Vec<FacetCountJson<'a>>,
    condition: Vec<FacetCountJson<'a>>,
    technique: Vec<FacetCountJson<'a>>,
    risk: Vec<FacetCountJson<'a>>,
    source: Vec<FacetCountJson<'a>>,
    /// The sources in which nothing matches; of a search among some sources only, nothing is said.
    #[serde(skip_serializing_if = "Option::is_none")]
    silent: Option<SilentJson<'a>>,
}

/// Sources in which nothing matches.
#[cfg_attr(feature = "serve", derive(utoipa::ToSchema), schema(as = Silent))]
#[derive(Serialize)]
struct SilentJson<'a> {
    count: u64,
    /// Whether the count is only about right: so many passages match that they were not all looked
    /// at.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    about: bool,
    /// Their names, in order, where the corpus has few enough sources to name them.
    sources: &'a [String],
}

/// A value with the number of passages.
#[cfg_attr(feature = "serve", derive(utoipa::ToSchema), schema(as = FacetCount))]
#[derive(Serialize)]
struct FacetCountJson<'a> {
    value: &'a str,
    count: u64,
}

impl<'a> FacetsJson<'a> {
    pub(super) fn new(facets: &'a Facets) -> Self {
        let counts = |counts: &'a [FacetCount]| counts.iter().map(FacetCountJson::new).collect();
        FacetsJson {
            aspect: counts(&facets.aspect),
            condition: counts(&facets.condition),
            technique: counts(&facets.technique),
            risk: counts(&facets.risk),
            source: counts(&facets.source),
            silent: facets.silent.as_ref().map(SilentJson::new),
        }
    }
}

impl<'a> SilentJson<'a> {
    fn new(silent: &'a Silent) -> Self {
        SilentJson {
            count: silent.count,
            about: silent.about,
            sources: &silent.sources,
        }
    }
}

impl<'a> FacetCountJson<'a> {
    fn new(counted: &'a FacetCount) -> Self {
        FacetCountJson {
            value: &counted.value,
            count: counted.count,
        }
    }
}
