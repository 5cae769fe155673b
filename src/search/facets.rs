//! Filters and counts: what passages speak of, over all that match.

use super::candidates::Matching;
use super::{AskedStatement, Filter, Meant, Request, SearchError};
use std::collections::HashSet;

use crate::annotate::Aspect;
use crate::index::{Counted, Engine, PassageAt, SourceFilter, Term, ToCount, Wanted, tied};
use crate::lexicon::{Kind, Lexicon};

/// At most this many values of a group are counted.
const VALUES: usize = 12;
/// Silent sources are named where the corpus has at most this many.
const NAMED: u64 = 200;

/// How many matching passages speak of what, most first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Facets {
    pub aspect: Vec<FacetCount>,
    pub condition: Vec<FacetCount>,
    pub technique: Vec<FacetCount>,
    pub risk: Vec<FacetCount>,
    pub source: Vec<FacetCount>,
    /// The sources in which nothing matches; of a search among some sources only, nothing is said.
    pub silent: Option<Silent>,
}

/// Sources in which nothing matches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Silent {
    pub count: u64,
    /// Whether the count is only about right: so many passages match that they were not all looked
    /// at.
    pub about: bool,
    /// Their names, in order, where the corpus has few enough sources to name them.
    pub sources: Vec<String>,
}

/// A value with the number of passages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FacetCount {
    pub value: String,
    pub count: u64,
}

/// What passages must have to pass the filters.
pub(crate) fn must(engine: &dyn Engine, filters: &[Filter]) -> Result<Vec<Wanted>, SearchError> {
    looked_up(engine.lexicon(), filters)
}

/// Whether all that filters name is known to a lexicon. A search says so, too; this is for whoever wants
/// to know before there is an index.
pub fn check_filters(lexicon: &Lexicon, filters: &[Filter]) -> Result<(), SearchError> {
    looked_up(lexicon, filters).map(|_| ())
}

fn looked_up(lexicon: &Lexicon, filters: &[Filter]) -> Result<Vec<Wanted>, SearchError> {
    let term =
        |group: &'static str, value: &str| Wanted::Term(Term::Facet(group, value.to_owned()));
    filters
        .iter()
        .map(|filter| match filter {
            Filter::Aspect(name) => match Aspect::named(name).as_slice() {
                [] => Err(SearchError::NoAspect { name: name.clone() }),
                [aspect] if aspect.label() != name.to_lowercase() => {
                    Ok(term("kind", aspect.name()))
                }
                [aspect, ..] => Ok(term("aspect", aspect.label())),
            },
            Filter::Concept(kind, name) => match lexicon.named(name) {
                Some(concept) if concept.kind == *kind => Ok(term(kind.name(), concept.name)),
                _ => Err(SearchError::NoConcept {
                    kind: *kind,
                    name: name.clone(),
                    meant: Meant::of(lexicon, *kind, name),
                }),
            },
            Filter::Statement(asked) => statement(lexicon, asked),
        })
        .collect()
}

/// Passages with a statement: of any of the kinds of risk, and of any of what a name stands for or is
/// broader than.
fn statement(lexicon: &Lexicon, asked: &AskedStatement) -> Result<Wanted, SearchError> {
    let risks: Vec<Aspect> = Aspect::named(&asked.risk)
        .into_iter()
        .filter(|aspect| aspect.is_risk())
        .collect();
    if risks.is_empty() {
        return Err(SearchError::NoRisk {
            name: asked.risk.clone(),
        });
    }
    let techniques = one_of(lexicon, asked.technique.as_deref(), &[Kind::Technique])?;
    // Pregnancy is a risk and no condition; a medicine may be what somebody takes already.
    let with = [Kind::Condition, Kind::Risk, Kind::Technique];
    let conditions = one_of(lexicon, asked.condition.as_deref(), &with)?;
    let mut any = Vec::new();
    for risk in risks {
        for technique in &techniques {
            let of = |condition: &Option<&str>| tied(risk, *technique, *condition);
            any.extend(conditions.iter().map(of));
        }
    }
    Ok(Wanted::Any(any))
}

/// The names that a statement may have at one end; `None` alone where it was left open.
fn one_of<'l>(
    lexicon: &'l Lexicon,
    name: Option<&str>,
    kinds: &[Kind],
) -> Result<Vec<Option<&'l str>>, SearchError> {
    match name {
        None => Ok(vec![None]),
        Some(name) => Ok(names_under(lexicon, name, kinds)?.map(Some).collect()),
    }
}

/// The names of a concept of one of some kinds, and of the narrower ones. The first of the kinds is what is said
/// to be missing where there is none.
pub(crate) fn names_under<'l>(
    lexicon: &'l Lexicon,
    name: &str,
    kinds: &[Kind],
) -> Result<impl Iterator<Item = &'l str> + use<'l>, SearchError> {
    let index = lexicon
        .index_of(name)
        .filter(|&index| kinds.contains(&lexicon.concept(index).kind))
        .ok_or_else(|| SearchError::NoConcept {
            kind: kinds[0],
            name: name.to_owned(),
            meant: Meant::of(lexicon, kinds[0], name),
        })?;
    let all = std::iter::once(index).chain(lexicon.narrower(index));
    Ok(all.map(|index| lexicon.concept(index).name))
}

/// What passages must have to pass all that a request narrows by.
pub(super) fn wanted(engine: &dyn Engine, request: &Request) -> Result<Vec<Wanted>, SearchError> {
    let must = must(engine, &request.filters)?.into_iter();
    let sources = request.source.iter().map(SourceFilter::wanted);
    Ok(must.chain(sources).collect())
}

/// Counts the facets of all passages that match, of which those that were `named` are known, and where the search was `everywhere`, the sources
/// that have none. With them comes how many passages match.
pub(super) fn count(
    engine: &dyn Engine,
    matching: &Matching,
    named: Option<&Vec<PassageAt>>,
    everywhere: bool,
) -> Result<(Facets, u64), SearchError> {
    let documents = engine.manifest().documents;
    let names_silent = everywhere && documents <= NAMED;
    let what = ToCount {
        groups: &["aspect", "condition", "technique", "risk"],
        values: VALUES,
        // Who is silent is known when it is known who is not.
        sources: if names_silent { NAMED as usize } else { VALUES },
        otherwise: matching.otherwise(named),
    };
    let tallies = engine.tallies(&matching.all, what)?;
    let silent = match everywhere {
        true => Some(Silent {
            count: documents.saturating_sub(tallies.documents),
            about: tallies.about,
            sources: match names_silent {
                true => silent(engine, &tallies.sources)?,
                false => Vec::new(),
            },
        }),
        false => None,
    };
    let counts = |found: Vec<Counted>| -> Vec<FacetCount> {
        let found = found.into_iter().take(VALUES);
        found
            .map(|(value, count)| FacetCount { value, count })
            .collect()
    };
    let mut groups = tallies.groups.into_iter();
    let mut next = || counts(groups.next().unwrap_or_default());
    let facets = Facets {
        aspect: next(),
        condition: next(),
        technique: next(),
        risk: next(),
        source: counts(tallies.sources),
        silent,
    };
    Ok((facets, tallies.passages))
}

/// What there is to count of a query that names nothing to look for: every source is silent, if it
/// asked `everywhere`.
pub(super) fn none(engine: &dyn Engine, everywhere: bool) -> Result<Facets, SearchError> {
    let count = engine.manifest().documents;
    let sources = match everywhere && count <= NAMED {
        true => engine.sources(None, usize::MAX)?,
        false => Vec::new(),
    };
    let silent = everywhere.then_some(Silent {
        count,
        about: false,
        sources,
    });
    Ok(Facets {
        silent,
        ..Facets::default()
    })
}

/// The sources that are not among those in which something was found.
fn silent(engine: &dyn Engine, found: &[Counted]) -> Result<Vec<String>, SearchError> {
    let speak: HashSet<&str> = found.iter().map(|(source, _)| source.as_str()).collect();
    let mut sources = engine.sources(None, usize::MAX)?;
    sources.retain(|source| !speak.contains(source.as_str()));
    Ok(sources)
}

/// All sources that have none of some passages, however many, in byte order.
pub(super) fn silent_on(engine: &dyn Engine, wanted: &Wanted) -> Result<Vec<String>, SearchError> {
    let what = ToCount {
        groups: &[],
        values: 0,
        sources: usize::MAX,
        otherwise: None,
    };
    silent(engine, &engine.tallies(wanted, what)?.sources)
}
