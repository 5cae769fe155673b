//! # Search
//!
//! A query and an index go in, ranked [`Hit`]s come out, in four steps:
//!
//! 1. **Candidates** (`candidates`): the engine finds the passages that match and hands over the
//!    best by BM25, in pools of 60. With an encoder (`meaning`), those that are most similar to what
//!    is asked are candidates, too.
//! 2. **Scores**: what is to be known of candidates is fetched (`evidence`), and each is scored again
//!    by a sum of named [`ScorePart`]s (`score`), each with its formula and source, and with weights that
//!    are learned from all collections at once (`weights`). `explain` says for a hit how they came about.
//! 3. **Order** (`order`): scores decide; when they are close, passages from sources not shown
//!    yet come first; ties go by place in the corpus, so that a ranking is reproducible. Equal files
//!    are one hit (`twins`).
//! 4. **Page**: only the passages that are shown are read from disk, and get a snippet
//!    (`snippet`).
//!
//! Whatever [`Engine`] there is below, the scores and their order are made here.
//!
//! Before there is a whole query, [`Searcher::suggest`] completes what there is of it (`suggest`).

mod candidates;
mod evidence;
mod explain;
mod facets;
mod feedback;
mod known;
mod meaning;
mod order;
mod ranking;
mod score;
mod snippet;
mod suggest;
mod twins;
mod weights;

use std::cell::OnceCell;
use std::collections::{HashMap, HashSet};
use std::ops::Range;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::analysis::{self, Similar, Vocabulary};
use crate::annotate::{Asked, Aspect};
use crate::encoder::Meaning;
use crate::index::{
    BadGlob, Budget, Engine, Home, IndexError, PassageAt, SourceFilter, StoredPassage, Term,
    TextField, Wanted,
};
use crate::lexicon::{Kind, Lexicon};
use crate::query::{
    Correction, DidYouMean, Plan, Query, READ_WORDS, Spelled, Spelling, WordSource,
};

use candidates::Matching;
use evidence::{CorpusStatistics, LookUp, PoolEvidence};
pub use explain::{PartKind, ScorePart};
pub use facets::{FacetCount, Facets, Silent, check_filters};
pub(crate) use facets::{must as filters_wanted, names_under};
pub use feedback::Feedback;
pub use known::{KnownConcept, counted_concepts, known_concepts};
use meaning::QueryEncoder;
pub use ranking::{Ranking, RankingPart};
use score::{Scored, Scorer};
pub use snippet::{Snippet, Stretch};
use snippet::{SnippetMaker, WarmAnalyzers};
pub use suggest::Suggestion;
use twins::Distinct;
pub use weights::Weights;
use weights::{MOST_LOST, RUN_POOL};

/// What is said of results that are not of the whole index.
const PARTIAL: &str = "not all passages were looked at in the time that a search has: these are the best that \
    were found, and counts are at least what they say";

/// What is asked of an index.
#[derive(Debug, Clone)]
pub struct Request {
    /// The query as typed.
    pub query: String,
    /// At most this many hits…
    pub limit: usize,
    /// …after leaving out this many of the best.
    pub offset: usize,
    /// Only passages from these sources.
    pub source: Option<SourceFilter>,
    /// Only passages that speak of all of these.
    pub filters: Vec<Filter>,
    /// Whether to count what all matching passages speak of.
    pub facets: bool,
    /// How words are taken that the corpus lacks.
    pub spelling: Spelling,
    /// Whether each hit is to say how its score came about.
    pub explain: bool,
    /// What the ranking is made of.
    pub ranking: Ranking,
}

/// What a passage has to speak of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Filter {
    /// An aspect, by its name or label.
    Aspect(String),
    /// A concept of a kind, by any of its names.
    Concept(Kind, String),
    /// A sentence of it has to tie things together.
    Statement(AskedStatement),
}

/// A statement that is asked for: what is left open may be anything, or nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AskedStatement {
    /// A kind of risk by its name, or `risk` for any.
    pub risk: String,
    /// A technique or medicine, by any of its names; narrower ones count.
    pub technique: Option<String>,
    /// A condition, what may come of it, or what else is taken, by any of its names; narrower ones count.
    pub condition: Option<String>,
}

impl Filter {
    /// What techniques and conditions, by any of their names, ask for: passages that name each of them or,
    /// with a kind of risk, in which sentences tie each technique to each condition.
    pub fn each(risk: Option<&str>, techniques: &[String], conditions: &[String]) -> Vec<Filter> {
        let Some(risk) = risk else {
            let of = |kind| move |name: &String| Filter::Concept(kind, name.clone());
            let conditions = conditions.iter().map(of(Kind::Condition));
            let techniques = techniques.iter().map(of(Kind::Technique));
            return conditions.chain(techniques).collect();
        };
        let open = |names: &[String]| -> Vec<Option<String>> {
            match names {
                [] => vec![None],
                names => names.iter().cloned().map(Some).collect(),
            }
        };
        let (techniques, conditions) = (open(techniques), open(conditions));
        let mut filters = Vec::with_capacity(techniques.len() * conditions.len());
        for technique in &techniques {
            filters.extend(conditions.iter().map(|condition| {
                Filter::Statement(AskedStatement {
                    risk: risk.to_owned(),
                    technique: technique.clone(),
                    condition: condition.clone(),
                })
            }));
        }
        filters
    }
}

impl Request {
    /// The ten best hits for a query.
    pub fn new(query: impl Into<String>) -> Request {
        Request {
            query: query.into(),
            limit: 10,
            offset: 0,
            source: None,
            filters: Vec::new(),
            facets: false,
            spelling: Spelling::default(),
            explain: false,
            ranking: Ranking::default(),
        }
    }
}

/// A passage found.
#[derive(Debug, Clone)]
pub struct Hit {
    /// 1 for the best.
    pub rank: usize,
    /// The sum of the parts.
    pub score: f64,
    pub passage: StoredPassage,
    pub snippet: Snippet,
    /// Whether it is only similar in meaning: no word of the topic occurs in it, nor any other name.
    pub by_meaning_alone: bool,
    /// The sources in which the same stands at the same place, in byte order: equal files are one hit.
    pub also_in: Vec<String>,
    /// How the score came about, where that was asked for.
    pub explanation: Option<Vec<ScorePart>>,
}

/// What a search found.
#[derive(Debug, Clone)]
pub struct SearchResults {
    pub query: String,
    /// How many passages match, shown or not; at least so many, where it is `partial`.
    pub total: usize,
    /// Whether the search was over before all passages were looked at, see [`Searcher::within`]: the hits are the
    /// best that were found until then, and all counts are at least what they say.
    pub partial: bool,
    /// Whether there are hits after those that are shown. Of equal files there is one hit, so that the number of
    /// passages does not tell.
    pub more: bool,
    pub elapsed: Duration,
    pub hits: Vec<Hit>,
    /// What all matching passages speak of, where that was asked for.
    pub facets: Option<Facets>,
    /// The words that were searched for in place of others.
    pub corrections: Vec<Correction>,
    /// What may be meant by words that are right, and that no passage has.
    pub did_you_mean: Vec<DidYouMean>,
    /// What a person should know of how the query was read.
    pub notes: Vec<String>,
}

/// Why a search could not be done.
#[derive(Debug, thiserror::Error)]
pub enum SearchError {
    #[error(transparent)]
    Index(#[from] IndexError),
    #[error(transparent)]
    Glob(#[from] BadGlob),
    #[error("“{name}” is no aspect; {meant}", meant = meant_aspect(name))]
    NoAspect { name: String },
    #[error("“{name}” is no kind of risk: {}", risks())]
    NoRisk { name: String },
    /// No concept of that kind has the name.
    #[error("the lexicon has no {} “{name}”{}", kind.name(), meant.said())]
    NoConcept {
        kind: Kind,
        name: String,
        meant: Meant,
    },
    #[error("“{0}” has no word that could be looked for")]
    NoWords(String),
}

/// The kinds of risk, as they are asked for.
fn risks() -> String {
    let kinds = Aspect::all().filter(|aspect| aspect.is_risk());
    let names: Vec<&str> = kinds.map(Aspect::name).collect();
    format!("there are {}, and risk for all of them", names.join(", "))
}

/// What may be meant by a name that is no aspect, or else what there is.
fn meant_aspect(name: &str) -> String {
    match Aspect::nearest(name) {
        Some(near) => format!("did you mean “{near}”?"),
        None => {
            let names: Vec<&str> = Aspect::all().map(Aspect::name).collect();
            format!("there are risk, {}", names.join(", "))
        }
    }
}

/// What may be meant by a name that no concept of a kind has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Meant {
    /// A concept of another kind has it.
    OtherKind(Kind),
    /// The nearest of that kind.
    Near(String),
    Nothing,
}

impl Meant {
    fn of(lexicon: &Lexicon, kind: Kind, name: &str) -> Meant {
        match (lexicon.named(name), lexicon.nearest(name, kind)) {
            (Some(concept), _) => Meant::OtherKind(concept.kind),
            (None, Some(near)) => Meant::Near(near.to_owned()),
            (None, None) => Meant::Nothing,
        }
    }

    fn said(&self) -> String {
        match self {
            Meant::OtherKind(kind) => format!("; it is a {}", kind.name()),
            Meant::Near(near) => format!("; did you mean “{near}”?"),
            Meant::Nothing => String::new(),
        }
    }
}

/// Searches an index.
///
/// ```
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let folder = tempfile::tempdir()?;
/// # std::fs::write(folder.path().join("neck.txt"), "Neck pain\n\nRisks\n\nRarely, a stroke.\n")?;
/// # let home = palpate::index::Home::Folder(folder.path().join("index"));
/// # home.build(&palpate::index::Sources::of([folder.path()]), &mut |_| {})?;
/// use palpate::search::{Request, Searcher};
/// let results = Searcher::open(&home)?.search(&Request::new("stroke risk"))?;
/// assert_eq!(results.hits[0].passage.headings, ["Risks"]);
/// # Ok(()) }
/// ```
#[derive(Clone)]
pub struct Searcher {
    engine: Arc<dyn Engine>,
    encoder: Arc<QueryEncoder>,
    analyzers: Arc<WarmAnalyzers>,
}

impl Searcher {
    /// Opens an index, wherever it is.
    pub fn open(home: &Home) -> Result<Searcher, IndexError> {
        Ok(Searcher::of(home.open()?))
    }

    /// Searches whatever keeps the passages.
    pub fn of(engine: Arc<dyn Engine>) -> Searcher {
        Searcher {
            engine,
            encoder: Arc::default(),
            analyzers: Arc::default(),
        }
    }

    /// The same, of which searches take no longer than a budget lets them, and then are
    /// [`partial`](SearchResults::partial).
    ///
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let folder = tempfile::tempdir()?;
    /// # std::fs::write(folder.path().join("neck.txt"), "Neck pain\n\nRisks\n\nRarely, a stroke.\n")?;
    /// # let home = palpate::index::Home::Folder(folder.path().join("index"));
    /// # home.build(&palpate::index::Sources::of([folder.path()]), &mut |_| {})?;
    /// use palpate::index::Budget;
    /// use palpate::search::{Request, Searcher};
    /// let searcher = Searcher::open(&home)?;
    /// let hurried = searcher.within(&Budget::of(std::time::Duration::ZERO));
    /// assert!(hurried.search(&Request::new("stroke risk"))?.partial);
    /// assert!(!searcher.search(&Request::new("stroke risk"))?.partial);
    /// # Ok(()) }
    /// ```
    pub fn within(&self, budget: &Budget) -> Searcher {
        Searcher {
            engine: self.engine.within(budget),
            ..self.clone()
        }
    }

    /// What is searched.
    pub fn engine(&self) -> &dyn Engine {
        &*self.engine
    }

    /// Finds the best passages. A query that names nothing the corpus has finds nothing.
    pub fn search(&self, request: &Request) -> Result<SearchResults, SearchError> {
        let started = Instant::now();
        let engine = self.engine();
        let mut plan = self.plan(&request.query, request.spelling, &request.ranking)?;
        candidates::give_up_absent_phrases(engine, &mut plan)?;
        if request.query.trim().is_empty()
            && (request.source.is_some() || !request.filters.is_empty())
        {
            // Filters stand alone.
            plan.notes.clear();
        }
        let filters = facets::wanted(engine, request)?;
        let meant = self.meant(&request.query, &mut plan, &request.ranking);
        let look_up = LookUp::of(&plan, meant);
        let statistics = CorpusStatistics::fetch(engine, &look_up)?;
        let scorer = Scorer::new(&plan, request.ranking, &look_up, &statistics);
        let matching = candidates::matching(&scorer, &filters)?;
        let end = request.offset + request.limit;
        // One more than is shown, to know whether there is more.
        let beyond = end.saturating_add(1);
        let found = candidates::find(&scorer, engine, matching.as_ref(), beyond, !request.facets)?;
        let everywhere =
            request.source.is_none() && plan.sources.is_empty() && plan.excluded_sources.is_empty();
        let counted = match (&matching, request.facets) {
            (Some(matching), true) => {
                let named = found.named.as_ref();
                Some(facets::count(engine, matching, named, everywhere)?)
            }
            (None, true) => Some((facets::none(engine, everywhere)?, 0)),
            (_, false) => None,
        };
        let (mut facets, counted) = counted.unzip();
        let (ordered, evidence, by_meaning_alone) =
            self.ordered(&scorer, matching.as_ref(), found.pools, beyond)?;
        let mut snippets = SnippetMaker::new(&plan, scorer.weights(), &self.analyzers);
        let shown = ordered.get(request.offset..end.min(ordered.len()));
        let shown = shown.unwrap_or_default();
        let at: Vec<PassageAt> = shown.iter().map(|scored| scored.at).collect();
        let passages = engine.passages(&at)?;
        let mut hits = Vec::with_capacity(shown.len());
        for ((scored, passage), rank) in shown.iter().zip(passages).zip(request.offset + 1..) {
            hits.push(Hit {
                rank,
                score: scored.score(),
                snippet: snippets.snippet(&passage),
                passage,
                by_meaning_alone: scored.by_meaning_alone,
                also_in: twins::sources(engine, scored)?,
                explanation: request
                    .explain
                    .then(|| explain::parts(&scorer, &evidence[scored.pool], scored)),
            });
        }
        drop((snippets, scorer));
        plan.notes.extend(engine.troubles());
        let total = counted.or(found.total).unwrap_or_default() as usize + by_meaning_alone;
        let partial = engine.budget().is_spent();
        if partial {
            plan.notes.push(PARTIAL.to_owned());
            // Who is silent is known of those only that were looked at to the end.
            if let Some(facets) = &mut facets {
                facets.silent = None;
            }
        }
        Ok(SearchResults {
            query: request.query.clone(),
            total: match partial {
                true => total.max(ordered.len()),
                false => total,
            },
            partial,
            more: ordered.len() > end,
            elapsed: started.elapsed(),
            hits,
            facets,
            corrections: plan.corrections,
            did_you_mean: plan.did_you_mean,
            notes: plan.notes,
        })
    }

    /// All sources in which nothing matches, in byte order: what [`Facets::silent`] names where the
    /// corpus is small. An error, where not all passages could be looked at.
    pub fn silent(&self, request: &Request) -> Result<Vec<String>, SearchError> {
        let engine = self.engine();
        let mut plan = self.plan(&request.query, request.spelling, &request.ranking)?;
        candidates::give_up_absent_phrases(engine, &mut plan)?;
        let filters = facets::wanted(engine, request)?;
        // What is like it in meaning says nothing of it.
        let look_up = LookUp::of(&plan, None);
        let statistics = CorpusStatistics::fetch(engine, &look_up)?;
        let scorer = Scorer::new(&plan, request.ranking, &look_up, &statistics);
        match candidates::matching(&scorer, &filters)? {
            Some(matching) => {
                let silent = facets::silent_on(engine, &matching.all)?;
                engine.budget().unless_spent()?;
                Ok(silent)
            }
            None => Ok(engine.sources(None, usize::MAX)?),
        }
    }

    /// The best passages without their texts, best first: how well a ranking does by itself, and
    /// how fast. Each is its place in the index, with its score.
    pub fn rank(&self, query: &str, limit: usize) -> Result<Vec<(PassageAt, f64)>, SearchError> {
        let ranking = Ranking::default();
        let mut plan = self.plan(query, Spelling::default(), &ranking)?;
        let meant = self.meant(query, &mut plan, &ranking);
        let look_up = LookUp::of(&plan, meant);
        let statistics = CorpusStatistics::fetch(self.engine(), &look_up)?;
        let scorer = Scorer::new(&plan, ranking, &look_up, &statistics);
        let matching = candidates::matching(&scorer, &[])?;
        let found = candidates::find(&scorer, self.engine(), matching.as_ref(), limit, false)?;
        let (ordered, ..) = self.ordered(&scorer, matching.as_ref(), found.pools, limit)?;
        let ranked = ordered
            .into_iter()
            .map(|scored| (scored.at, scored.score()));
        Ok(ranked.collect())
    }

    /// The candidates in order, as many as a page that ends at hit number `end` needs, with what each
    /// of their pools was scored by, and how many are only similar in meaning.
    fn ordered(
        &self,
        scorer: &Scorer<'_>,
        matching: Option<&Matching>,
        pools: Vec<Vec<PassageAt>>,
        end: usize,
    ) -> Result<(Vec<Scored>, Vec<PoolEvidence>, usize), SearchError> {
        let engine = self.engine();
        let lists = matching.is_some_and(Matching::lists);
        let (mut all, mut by_meaning_alone) = (Vec::new(), 0);
        let mut distinct = Distinct::default();
        let (mut pools, mut reach) = (pools, end);
        let mut goes_on = true;
        // Of the first pool there are hits, however late it is.
        let is_time = |all: &Vec<_>| all.is_empty() || engine.budget().goes_on();
        while let Some(pool) = pools.get(all.len()).filter(|_| goes_on && is_time(&all)) {
            let needed = end.saturating_sub(distinct.hits.len());
            let mut evidence = PoolEvidence::fetch(engine, scorer.look_up, pool)?;
            let scored = self.scored(scorer, &mut evidence, all.len(), needed, MOST_LOST)?;
            by_meaning_alone += scored.iter().filter(|one| one.by_meaning_alone).count();
            // More than are needed: some may be one hit.
            let count = scored.len();
            let scored = match lists {
                true => order::spread(scored, count),
                false => order::order(scored, count),
            };
            distinct.take(engine, scored, end)?;
            all.push(evidence);
            // What is like the last one may come right after it.
            let last = pool.len().min(matching.map_or(0, Matching::pool));
            let is_split = last > 0 && distinct.has(pool[last - 1]) && distinct.may_fold();
            goes_on = distinct.hits.len() < end || is_split;
            if all.len() == pools.len() && goes_on && (is_split || distinct.folded() > 0) {
                // What is one hit leaves room for what comes after.
                reach += reach.max(pool.len());
                pools = candidates::find(scorer, engine, matching, reach, false)?.pools;
            }
        }
        Ok((distinct.hits, all, by_meaning_alone))
    }

    /// The candidates of a pool with their scores. Where words stand is asked of those only that it
    /// could bring among the `count` best, even after what these `may_lose`.
    fn scored(
        &self,
        scorer: &Scorer<'_>,
        evidence: &mut PoolEvidence,
        pool: usize,
        count: usize,
        may_lose: f64,
    ) -> Result<Vec<Scored>, SearchError> {
        let mut scored = scorer.score(evidence, pool);
        let near = scorer.near(&mut scored, count, may_lose);
        if near > 0 {
            let chosen: Vec<_> = scored[..near].iter().map(|one| one.candidate).collect();
            let terms = scorer.positioned_terms();
            let engine = self.engine();
            let positions = evidence.fetch_positions(engine, scorer.look_up, &chosen, &terms)?;
            scorer.add_proximity(positions, &mut scored[..near]);
        }
        Ok(scored)
    }

    /// How the words of a query are taken that the corpus lacks: what is searched for in place of
    /// others, and what may be meant.
    pub fn spelling(&self, query: &str) -> Result<(Vec<Correction>, Vec<DidYouMean>), SearchError> {
        let plan = self.plan(query, Spelling::default(), &Ranking::default())?;
        Ok((plan.corrections, plan.did_you_mean))
    }

    /// What a query means, where the index was made with an encoder.
    fn meant(&self, query: &str, plan: &mut Plan, ranking: &Ranking) -> Option<Meaning> {
        self.encoder
            .meant(self.engine.manifest(), query, plan, ranking)
    }

    fn plan(
        &self,
        query: &str,
        spelling: Spelling,
        ranking: &Ranking,
    ) -> Result<Plan, SearchError> {
        let words = CorpusWords::of(self.engine(), query)?;
        let mut query = Query::parse(query);
        query.correct(&words, spelling);
        let mut plan = Plan::new(&query, &words, self.engine.lexicon());
        if !ranking.aspects {
            plan.forget_aspects();
        }
        if !ranking.concepts {
            plan.concepts.clear();
        }
        words.failed()?;
        Ok(plan)
    }

    /// Where the words of a query stand in texts, for marking them: for each text the bytes, in
    /// order and without overlaps.
    pub fn marks<'t>(
        &self,
        query: &str,
        texts: impl IntoIterator<Item = &'t str>,
    ) -> Result<Vec<Vec<Range<usize>>>, SearchError> {
        let plan = self.plan(query, Spelling::default(), &Ranking::default())?;
        let mut marker = SnippetMaker::new(&plan, Vec::new(), &self.analyzers);
        Ok(texts.into_iter().map(|text| marker.marks(text)).collect())
    }

    /// Whether the index in its folder is still the one that is open here. Reads one small file.
    pub fn is_current(&self) -> Result<bool, IndexError> {
        self.engine.is_current()
    }

    /// Completes what somebody is typing, best first: titles and headings of the corpus of which
    /// the first or a later word begins so, and where these are few and `prefix` is one word,
    /// words of the corpus.
    pub fn suggest(&self, prefix: &str, limit: usize) -> Result<Vec<Suggestion>, SearchError> {
        let mut found = Vec::new();
        self.engine.look_up(&mut |dictionary| {
            found = suggest::suggest(dictionary, prefix, limit);
        })?;
        Ok(found)
    }

    /// What a run for evaluation holds for a query: the best documents, each with the score of its best
    /// passage, or the best passages, best first. Sources are not mixed for variety.
    pub fn rank_for_run(
        &self,
        query: &str,
        limit: usize,
        of: RankedUnit,
        ranking: &Ranking,
    ) -> Result<Vec<(String, f64)>, SearchError> {
        let mut plan = self.plan(query, Spelling::default(), ranking)?;
        candidates::give_up_absent_phrases(self.engine(), &mut plan)?;
        let meant = self.meant(query, &mut plan, ranking);
        if let Some(feedback) = &ranking.feedback {
            let best = self.all_scored(&plan, meant.clone(), feedback.passages, ranking)?;
            let at: Vec<_> = best.iter().take(feedback.passages).collect();
            let passages = self
                .engine
                .passages(&at.iter().map(|one| one.at).collect::<Vec<_>>())?;
            let scored = at.iter().map(|one| one.score()).zip(&passages);
            feedback.expand(&mut plan, scored);
        }
        // A document has two passages or so, and what is best by words alone is not best in the end.
        let passages = limit.saturating_mul(3).max(RUN_POOL);
        let mut scored = self.all_scored(&plan, meant.clone(), passages, ranking)?;
        if scored.len() < passages && plan.asked != Asked::default() {
            // A run is read for what it lacks, and goes on with what only has words that ask.
            plan.forget_aspects();
            let found: HashSet<PassageAt> = scored.iter().map(|one| one.at).collect();
            let mut beyond = self.all_scored(&plan, meant, passages, ranking)?;
            beyond.retain(|one| !found.contains(&one.at));
            order::append(&mut scored, beyond);
        }
        if of == RankedUnit::Document {
            let mut seen = HashSet::new();
            scored.retain(|scored| seen.insert(scored.order.document()));
        }
        scored.truncate(limit);
        let at: Vec<PassageAt> = scored.iter().map(|scored| scored.at).collect();
        let names = self
            .engine
            .passages(&at)?
            .into_iter()
            .map(|passage| match of {
                RankedUnit::Document => passage.document,
                RankedUnit::Passage => passage.id.to_string(),
            });
        Ok(names.zip(scored.iter().map(Scored::score)).collect())
    }

    /// At least that many of the best passages, if so many match, scored in one go.
    fn all_scored(
        &self,
        plan: &Plan,
        meant: Option<Meaning>,
        passages: usize,
        ranking: &Ranking,
    ) -> Result<Vec<Scored>, SearchError> {
        let look_up = LookUp::of(plan, meant);
        let statistics = CorpusStatistics::fetch(self.engine(), &look_up)?;
        let scorer = Scorer::new(plan, *ranking, &look_up, &statistics);
        let matching = candidates::matching(&scorer, &[])?;
        let matching = matching.map(|matching| matching.in_pools_of(passages.max(RUN_POOL)));
        let found = candidates::find(&scorer, self.engine(), matching.as_ref(), passages, false)?;
        let mut scored = Vec::new();
        for pool in &found.pools {
            let mut evidence = PoolEvidence::fetch(self.engine(), &look_up, pool)?;
            let mut pool = self.scored(&scorer, &mut evidence, 0, usize::MAX, 0.0)?;
            order::sort(&mut pool);
            order::append(&mut scored, pool);
        }
        Ok(scored)
    }
}

/// What a run ranks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RankedUnit {
    /// Documents, by their best passages.
    Document,
    /// Passages, by their ids.
    Passage,
}

/// The words of a text that is no query, as they are taken: corrected where they are in no list.
pub(crate) fn spelled(engine: &dyn Engine, text: &str) -> Result<Spelled, SearchError> {
    let words = CorpusWords::of(engine, text)?;
    let spelled = Spelled::of(text, &words);
    words.failed()?;
    Ok(spelled)
}

/// The words of an index, for planning.
struct CorpusWords<'a> {
    engine: &'a dyn Engine,
    /// The terms of the query that the corpus has, and those it has not.
    known: HashMap<String, bool>,
    /// Why something could not be told.
    failed: OnceCell<IndexError>,
}

impl CorpusWords<'_> {
    /// For a query, of which all terms are asked about in one go.
    fn of<'a>(engine: &'a dyn Engine, query: &str) -> Result<CorpusWords<'a>, SearchError> {
        let mut words = analysis::words(query);
        words.truncate(READ_WORDS);
        let texts: HashSet<String> = words.into_iter().map(|word| word.term).collect();
        let texts: Vec<String> = texts.into_iter().collect();
        Ok(CorpusWords {
            engine,
            known: texts.iter().cloned().zip(known(engine, &texts)?).collect(),
            failed: OnceCell::new(),
        })
    }

    fn failed(self) -> Result<(), SearchError> {
        self.failed
            .into_inner()
            .map_or(Ok(()), |error| Err(error.into()))
    }

    /// What was read; where it cannot be, nothing, and [`CorpusWords::failed`] says so later.
    fn unless_failed<T: Default>(&self, read: impl Fn(&Vocabulary) -> T) -> T {
        let mut found = T::default();
        let looked_up = self.engine.look_up(&mut |dictionary| {
            found = read(&dictionary.vocabulary);
        });
        if let Err(error) = looked_up {
            // The first failure says it all.
            let _ = self.failed.set(error);
        }
        found
    }
}

/// Whether the corpus has each of some terms in any field.
fn known(engine: &dyn Engine, texts: &[String]) -> Result<Vec<bool>, IndexError> {
    let in_fields = |text: &String| TextField::ALL.map(|field| Term::Word(field, text.clone()));
    let terms: Vec<Term> = texts.iter().flat_map(in_fields).collect();
    let found = engine.frequencies(&terms)?;
    let by_text = found.chunks(TextField::ALL.len());
    Ok(by_text
        .map(|fields| fields.iter().any(|&n| n > 0))
        .collect())
}

impl WordSource for CorpusWords<'_> {
    fn with_prefix(&self, prefix: &str, limit: usize) -> Vec<String> {
        let words = self.unless_failed(|vocabulary| vocabulary.with_prefix(prefix, limit));
        words.into_iter().map(|(word, _)| word).collect()
    }

    fn has_term(&self, term: &str) -> bool {
        if let Some(known) = self.known.get(term) {
            return *known;
        }
        match known(self.engine, &[term.to_owned()]) {
            Ok(known) => known == [true],
            Err(error) => {
                let _ = self.failed.set(error);
                // Where the index cannot tell, the word is left as it is.
                true
            }
        }
    }

    fn knows(&self, word: &str) -> bool {
        self.unless_failed(|vocabulary| vocabulary.contains(word))
            || self.engine.lexicon().has_word(word)
    }

    fn passages(&self, word: &str) -> u64 {
        let terms = analysis::words(word).into_iter().map(|word| word.term);
        let in_fields = |term: String| TextField::ALL.map(|field| Wanted::word(field, &term));
        let any = Wanted::Any(terms.flat_map(in_fields).collect());
        self.engine.count(&any).unwrap_or_else(|error| {
            let _ = self.failed.set(error);
            0
        })
    }

    fn similar(&self, word: &str, max_distance: u8) -> Vec<Similar> {
        self.unless_failed(|vocabulary| vocabulary.similar(word, max_distance))
    }

    fn similar_beginnings(&self, prefix: &str, max_distance: u8) -> Vec<Similar> {
        self.unless_failed(|vocabulary| vocabulary.similar_beginnings(prefix, max_distance))
    }
}
