//! Equal files are one hit: of passages that are alike in all but the source they lie in, the first stands
//! for the others, and names their sources.
//!
//! Passages that are alike have the same score, so that texts are compared only where scores are equal,
//! and only of what is shown.

use std::collections::{HashMap, HashSet};

use super::SearchError;
use super::order::append;
use super::score::Scored;
use super::weights::MOST_FOLDED;
use crate::index::{Engine, PassageAt, StoredPassage};

/// What passages that are alike have in common: all but the source.
#[derive(PartialEq, Eq, Hash)]
struct Content {
    title: String,
    headings: Vec<String>,
    lead: Option<String>,
    lines: (usize, usize),
    bytes: (usize, usize),
    pages: Option<(usize, usize)>,
    text: String,
}

impl Content {
    /// The content of a passage, and its source.
    fn of(passage: StoredPassage) -> (Content, String) {
        let content = Content {
            title: passage.title,
            headings: passage.headings,
            lead: passage.lead,
            lines: passage.lines,
            bytes: passage.bytes,
            pages: passage.pages,
            text: passage.text,
        };
        (content, passage.source)
    }
}

/// Hits in order, each once.
#[derive(Default)]
pub(super) struct Distinct {
    pub(super) hits: Vec<Scored>,
    /// The scores of hits, before what their order makes of these, each with those of its hits that were not
    /// read yet.
    by_score: HashMap<u64, Vec<usize>>,
    /// The hits that were read, with their sources.
    by_content: HashMap<Content, (usize, String)>,
    folded: usize,
}

impl Distinct {
    /// How many candidates are no hits of their own.
    pub(super) fn folded(&self) -> usize {
        self.folded
    }

    /// Whether more may be folded.
    pub(super) fn may_fold(&self) -> bool {
        self.folded < MOST_FOLDED
    }

    /// Whether a passage is a hit, or goes with one.
    pub(super) fn has(&self, at: PassageAt) -> bool {
        let mut hits = self.hits.iter();
        hits.any(|hit| hit.at == at || hit.twins.contains(&at))
    }

    /// Appends what comes later, until there are `end` hits. What is like one of them goes with it, however
    /// late it comes.
    pub(super) fn take(
        &mut self,
        engine: &dyn Engine,
        later: Vec<Scored>,
        end: usize,
    ) -> Result<(), SearchError> {
        let mut contents = match self.may_fold() {
            true => self.read(engine, &later, end)?,
            false => HashMap::new(),
        };
        for scored in later {
            let content = contents.remove(&scored.at);
            if let Some(hit) = content.as_ref().and_then(|content| self.twin_of(content)) {
                self.hits[hit].twins.push(scored.at);
                self.folded += 1;
            } else if self.hits.len() < end {
                let hit = self.hits.len();
                let unread = self.by_score.entry(score(&scored)).or_default();
                match content {
                    Some((content, source)) => {
                        self.by_content.entry(content).or_insert((hit, source));
                    }
                    None => unread.push(hit),
                }
                append(&mut self.hits, vec![scored]);
            }
        }
        Ok(())
    }

    /// The hit that says the same in another source.
    fn twin_of(&self, (content, source): &(Content, String)) -> Option<usize> {
        let found = self.by_content.get(content).filter(|_| self.may_fold());
        let found = found.filter(|(_, other)| other != source);
        found.map(|(hit, _)| *hit)
    }

    /// Reads, in one go, what may be one hit with another: what comes later and has the score of a hit, or one
    /// that others have and from which a hit comes, and the hits that have such a score.
    fn read(
        &mut self,
        engine: &dyn Engine,
        later: &[Scored],
        end: usize,
    ) -> Result<HashMap<PassageAt, (Content, String)>, SearchError> {
        let (mut times, mut shown) = (HashMap::new(), HashSet::new());
        let needed = end.saturating_sub(self.hits.len());
        for score in later.iter().map(score) {
            *times.entry(score).or_insert(0) += 1;
            // From each score comes one hit at least.
            if shown.len() < needed {
                shown.insert(score);
            }
        }
        let may_be_twin = |scored: &&Scored| {
            let score = score(scored);
            self.by_score.contains_key(&score) || (shown.contains(&score) && times[&score] > 1)
        };
        let wanted: Vec<PassageAt> = later.iter().filter(may_be_twin).map(|s| s.at).collect();
        let mut hits: Vec<usize> = Vec::new();
        for score in times.keys() {
            hits.extend(
                self.by_score
                    .get_mut(score)
                    .into_iter()
                    .flat_map(std::mem::take),
            );
        }
        let at = hits.iter().map(|&hit| self.hits[hit].at);
        let at: Vec<PassageAt> = at.chain(wanted.iter().copied()).collect();
        if at.is_empty() {
            return Ok(HashMap::new());
        }
        let mut contents = engine.passages(&at)?.into_iter().map(Content::of);
        for (hit, (content, source)) in hits.into_iter().zip(contents.by_ref()) {
            self.by_content.entry(content).or_insert((hit, source));
        }
        Ok(wanted.into_iter().zip(contents).collect())
    }
}

/// What a candidate counts whatever else there is, as it compares.
fn score(scored: &Scored) -> u64 {
    scored.values.by_itself().to_bits()
}

/// The sources of what is like a hit, in byte order.
pub(super) fn sources(engine: &dyn Engine, hit: &Scored) -> Result<Vec<String>, SearchError> {
    let twins = engine.passages(&hit.twins)?.into_iter();
    let mut sources: Vec<String> = twins.map(|twin| twin.source).collect();
    sources.sort_unstable();
    Ok(sources)
}
