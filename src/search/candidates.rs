//! Step 1: the passages that match, and the best of them by plain BM25.

use std::collections::HashSet;

use super::SearchError;
use super::score::{Scorer, WordStats};
use super::weights::{BELOW_WORDS, LISTING_POOL, NEAREST, POOL, Weights};
use crate::index::{Engine, PassageAt, SourceGlob, Term, TextField, Wanted};
use crate::query::{self, Plan, PlanGroup, PlanNode, PlanPhrase, PlanWord};

/// The candidates of a query.
#[derive(Default)]
pub(super) struct CandidatePools {
    /// Pool by pool: no candidate ranks before one of an earlier pool, so that the first hits are
    /// the same however many are asked for.
    pub(super) pools: Vec<Vec<PassageAt>>,
    /// How many passages match in all, where that was asked for.
    pub(super) total: Option<u64>,
    /// All that have a name of several words, where these are so few that all of them were given.
    pub(super) named: Option<Vec<PassageAt>>,
}

/// What the engine is asked for.
pub(super) struct Matching {
    /// All that matches: for counting.
    pub(super) all: Wanted,
    /// What has a word of the topic, or a name of one word: a union of terms, of which an engine can
    /// find the best without reading most of the postings.
    by_words: Wanted,
    /// What has a name of several words…
    by_names: Option<Wanted>,
    /// …and all that matches otherwise.
    unnamed: Wanted,
    /// Whatever passes the filters and has what it must have, with or without a word of the topic.
    anywhere: Wanted,
    /// Whether there are no words, only filters…
    browses: bool,
    /// …or nothing but an aspect, or another thing to speak of.
    lists: bool,
    /// How many candidates are scored at a time.
    pool: usize,
}

impl Matching {
    /// Whether every source is to come before the second passage of any: nothing is asked for but
    /// what speaks of something.
    pub(super) fn lists(&self) -> bool {
        self.lists
    }

    /// All that matches put in another way, where all that have a name of several words are known: to look for
    /// these costs more than to look for all the rest.
    pub(super) fn otherwise<'m>(
        &'m self,
        named: Option<&'m Vec<PassageAt>>,
    ) -> Option<(&'m Wanted, &'m [PassageAt])> {
        named.map(|named| (&self.unnamed, &named[..]))
    }

    /// How many candidates are scored at a time.
    pub(super) fn pool(&self) -> usize {
        self.pool
    }

    /// The same, with that many candidates scored at a time.
    pub(super) fn in_pools_of(self, pool: usize) -> Matching {
        Matching { pool, ..self }
    }
}

/// Finds the candidates for a page that ends at hit number `end`.
pub(super) fn find(
    scorer: &Scorer<'_>,
    engine: &dyn Engine,
    matching: Option<&Matching>,
    end: usize,
    count: bool,
) -> Result<CandidatePools, SearchError> {
    let Some(matching) = matching else {
        return Ok(CandidatePools {
            total: Some(0),
            ..CandidatePools::default()
        });
    };
    let mut pools = pools(engine, matching, end)?;
    let at_once = engine.best_at_once();
    let mut more = match &matching.by_names {
        Some(by_names) => engine.best(by_names, POOL.max(at_once))?,
        None => Vec::new(),
    };
    let named = (more.len() < POOL.max(at_once)).then(|| more.clone());
    more.truncate(POOL);
    let meant = scorer.look_up.meant.as_ref();
    if let Some(meant) = meant.filter(|_| !matching.browses && !matching.lists) {
        more.extend(engine.nearest(meant, &matching.anywhere, NEAREST)?);
    }
    if !more.is_empty() {
        match pools.first_mut() {
            Some(first) => first.append(&mut more),
            None => pools.push(more),
        }
        let mut seen = HashSet::new();
        for pool in &mut pools {
            pool.retain(|at| seen.insert(*at));
        }
    }
    let total = match count {
        false => None,
        true => Some(engine.count(&matching.all)?),
    };
    Ok(CandidatePools {
        pools,
        total,
        named,
    })
}

/// The best passages by plain BM25, at least `end` of them if there are so many.
fn pools(
    engine: &dyn Engine,
    matching: &Matching,
    end: usize,
) -> Result<Vec<Vec<PassageAt>>, SearchError> {
    let pool = matching.pool;
    let limit = end.max(1).div_ceil(pool).saturating_mul(pool);
    if matching.browses {
        return Ok(vec![engine.first(&matching.all, limit)?]);
    }
    let best = engine.best(&matching.by_words, limit)?;
    Ok(best.chunks(pool).map(<[_]>::to_vec).collect())
}

/// The plan as what is wanted of an engine; `None` where it cannot match anything. Filters without
/// any words match all that pass them.
pub(super) fn matching(
    scorer: &Scorer<'_>,
    filters: &[Wanted],
) -> Result<Option<Matching>, SearchError> {
    let (plan, weights) = (scorer.plan, &scorer.weights);
    let words: Vec<&WordStats<'_>> = scorer
        .words
        .iter()
        .filter(|stats| scorer.is_matched(stats))
        .collect();
    let mut by_words: Vec<Wanted> = words
        .iter()
        .flat_map(|stats| word_wanted(stats.word, Some((stats.share(weights), weights))))
        .collect();
    let mut by_names: Vec<Wanted> = Vec::new();
    // What a word that only asks names is asked about, too.
    let named = |k: &usize| words.iter().any(|stats| stats.concept == Some(*k));
    let concepts = (0..plan.concepts.len()).filter(named);
    for concept in concepts.map(|k| &plan.concepts[k]) {
        let synonyms = concept.synonyms.iter().map(|name| (name, weights.synonym));
        let narrower = concept.narrower.iter().map(|name| (name, weights.narrower));
        for (name, share) in synonyms.chain(narrower) {
            match name.len() {
                1 => by_words.extend(name_wanted(name, share, weights)),
                _ if scorer.occurs(name) => by_names.extend(name_wanted(name, share, weights)),
                _ => {}
            }
        }
    }
    let (must, not) = clauses(plan, filters)?;
    let filtered = !filters.is_empty() || !plan.sources.is_empty() || plan.filter.is_some();
    let browses = plan.scoring_words().next().is_none() && plan.phrases.is_empty() && filtered;
    if by_words.is_empty() && !browses {
        return Ok(None);
    }
    let lists = plan.lists_aspect || (browses && !filters.is_empty());
    let with_clauses = |wanted: Wanted| match must.is_empty() && not.is_empty() {
        true => wanted,
        false => Wanted::Filtered {
            wanted: Box::new(wanted),
            must: must.clone(),
            not: not.clone(),
        },
    };
    let mut answers = answering(scorer, &words);
    if plan.lists_aspect {
        by_words.append(&mut answers);
    }
    let (all, unnamed) = match browses {
        true => (Wanted::All(Vec::new()), Wanted::All(Vec::new())),
        false => (
            Wanted::Any(by_words.iter().chain(&by_names).cloned().collect()),
            Wanted::Any(by_words.clone()),
        ),
    };
    by_words.append(&mut answers);
    Ok(Some(Matching {
        all: with_clauses(all),
        unnamed: with_clauses(unnamed),
        by_words: with_clauses(Wanted::Any(by_words)),
        by_names: (!by_names.is_empty()).then(|| with_clauses(Wanted::Any(by_names))),
        anywhere: with_clauses(Wanted::All(Vec::new())),
        browses,
        lists,
        pool: match lists {
            true => LISTING_POOL,
            false => POOL,
        },
    }))
}

/// What speaks of the aspects asked for, by about as much as that will count: among many passages
/// on a topic, those that answer then are candidates. It counts less than any word, though: what
/// is off the topic must not keep out what is on it.
fn answering(scorer: &Scorer<'_>, words: &[&WordStats<'_>]) -> Vec<Wanted> {
    let words = words.iter().map(|stats| stats.weight(&scorer.weights));
    let most = words.fold(scorer.most_aspect(), |most, weight| {
        most.min(BELOW_WORDS * weight)
    });
    let mut wanted = Vec::new();
    let (look_up, statistics) = (scorer.look_up, scorer.statistics);
    for ((aspect, worth), &n) in look_up.aspects.iter().zip(&statistics.aspects) {
        let rarity = statistics.idf(n);
        if rarity > 0.0 && most > 0.0 {
            let speaking = Wanted::Term(Term::Aspect(*aspect));
            wanted.push(speaking.times(worth * most / rarity));
        }
    }
    wanted
}

/// What has to match, and what must not, whatever else does.
fn clauses(plan: &Plan, filters: &[Wanted]) -> Result<(Vec<Wanted>, Vec<Wanted>), SearchError> {
    let mut must: Vec<Wanted> = filters.to_vec();
    let mut not = Vec::new();
    for word in &plan.words {
        let any = || Wanted::Any(word_wanted(word, None));
        match word.occur {
            query::Occur::Should => {}
            query::Occur::Must => must.push(any()),
            query::Occur::Not => not.push(any()),
        }
    }
    for phrase in &plan.phrases {
        let any = Wanted::Any(phrase_wanted(phrase));
        if phrase.excluded { &mut not } else { &mut must }.push(any);
    }
    if let Some(group) = &plan.filter {
        must.push(joined(group)?);
    }
    for glob in &plan.sources {
        must.push(Wanted::Sources(SourceGlob::new(glob)?));
    }
    for glob in &plan.excluded_sources {
        not.push(Wanted::Sources(SourceGlob::new(glob)?));
    }
    Ok((must, not))
}

/// Has the words of phrases looked for that no passage has.
pub(super) fn give_up_absent_phrases(
    engine: &dyn Engine,
    plan: &mut Plan,
) -> Result<(), SearchError> {
    for at in (0..plan.phrases.len()).rev() {
        let phrase = &plan.phrases[at];
        if phrase.excluded || engine.count(&Wanted::Any(phrase_wanted(phrase)))? > 0 {
            continue;
        }
        // What was not looked for to the end may be there.
        if !engine.budget().is_spent() {
            plan.give_up_phrase(at);
        }
    }
    Ok(())
}

/// What has what a group demands.
fn joined(group: &PlanGroup) -> Result<Wanted, SearchError> {
    let all = |nodes: &[PlanNode]| -> Result<Vec<Wanted>, SearchError> {
        nodes.iter().map(demanded).collect()
    };
    let must = all(&group.must)?;
    let wanted = match must.is_empty() && !group.should.is_empty() {
        true => Wanted::Any(all(&group.should)?),
        false => Wanted::All(Vec::new()),
    };
    Ok(Wanted::Filtered {
        wanted: Box::new(wanted),
        must,
        not: all(&group.not)?,
    })
}

fn demanded(node: &PlanNode) -> Result<Wanted, SearchError> {
    Ok(match node {
        PlanNode::Group(group) => joined(group)?,
        PlanNode::Words(words) => {
            let each = words
                .iter()
                .map(|word| Wanted::Any(word_wanted(word, None)));
            Wanted::All(each.collect())
        }
        PlanNode::Phrase(phrase) => Wanted::Any(phrase_wanted(phrase)),
        PlanNode::Source(glob) => Wanted::Sources(SourceGlob::new(glob)?),
    })
}

fn searched(field: Option<TextField>) -> impl Iterator<Item = TextField> {
    TextField::ALL
        .into_iter()
        .filter(move |one| field.is_none_or(|only| only == *one))
}

/// What has a word; where it scores, with the share that is left of it and the weights.
fn word_wanted(word: &PlanWord, scored: Option<(f64, &Weights)>) -> Vec<Wanted> {
    let in_field = |field: TextField| {
        word.terms.iter().map(move |text| {
            let wanted = Wanted::word(field, text);
            match scored {
                Some((share, weights)) => wanted.times(share * weights.candidate_field(field)),
                None => wanted,
            }
        })
    };
    searched(word.field).flat_map(in_field).collect()
}

/// What has another name of a concept, worth that share of the word, in any field.
fn name_wanted(terms: &[String], share: f64, weights: &Weights) -> Vec<Wanted> {
    let in_field = |field| {
        let wanted = match terms {
            [term] => Wanted::word(field, term),
            _ => Wanted::Phrase(field, (0..).zip(terms.iter().cloned()).collect()),
        };
        wanted.times(share * weights.candidate_field(field))
    };
    TextField::ALL.map(in_field).into()
}

fn phrase_wanted(phrase: &PlanPhrase) -> Vec<Wanted> {
    searched(phrase.field)
        .map(|field| Wanted::Phrase(field, phrase.terms.clone()))
        .collect()
}
