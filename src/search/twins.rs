//! Equal files are one hit: of passages that are alike in all but the source they lie in, the first stands
//! for the others, and names their sources.
//!
//! Passages that are alike have the same score, so that texts are compared only where scores are equal,
//! and only of what is shown.

use std::collections::HashMap;

use super::SearchError;
use super::order::append;
use super::score::Scored;
use super::weights::MOST_FOLDED;
use crate::index::{Engine, PassageAt, StoredPassage};

/// Hits in order, each once.
#[derive(Default)]
pub(super) struct Distinct {
    pub(super) hits: Vec<Scored>,
    /// The hits by their scores, before what their order makes of these.
    by_score: HashMap<u64, Vec<usize>>,
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
        for scored in later {
            let twin = match self.may_fold() {
                true => self.twin_of(engine, &scored)?,
                false => None,
            };
            match twin {
                Some(hit) => {
                    self.hits[hit].twins.push(scored.at);
                    self.folded += 1;
                }
                None if self.hits.len() >= end => {}
                None => {
                    let score = scored.values.by_itself().to_bits();
                    self.by_score
                        .entry(score)
                        .or_default()
                        .push(self.hits.len());
                    append(&mut self.hits, vec![scored]);
                }
            }
        }
        Ok(())
    }

    /// The hit that a candidate is like, by its place.
    fn twin_of(&self, engine: &dyn Engine, scored: &Scored) -> Result<Option<usize>, SearchError> {
        let Some(equal) = self.by_score.get(&scored.values.by_itself().to_bits()) else {
            return Ok(None);
        };
        let of_others = |&&hit: &&usize| self.hits[hit].order.document() != scored.order.document();
        let equal: Vec<usize> = equal.iter().filter(of_others).copied().collect();
        let mut at: Vec<PassageAt> = equal.iter().map(|&hit| self.hits[hit].at).collect();
        at.push(scored.at);
        let mut passages = engine.passages(&at)?;
        let Some(own) = passages.pop() else {
            return Ok(None);
        };
        let twin = passages.iter().position(|passage| are_alike(passage, &own));
        Ok(twin.map(|at| equal[at]))
    }
}

/// The sources of what is like a hit, in byte order.
pub(super) fn sources(engine: &dyn Engine, hit: &Scored) -> Result<Vec<String>, SearchError> {
    let twins = engine.passages(&hit.twins)?.into_iter();
    let mut sources: Vec<String> = twins.map(|twin| twin.source).collect();
    sources.sort_unstable();
    Ok(sources)
}

/// Whether passages say the same at the same place of different sources.
fn are_alike(a: &StoredPassage, b: &StoredPassage) -> bool {
    a.source != b.source
        && (a.lines, a.bytes, a.pages) == (b.lines, b.bytes, b.pages)
        && (&a.title, &a.headings, &a.lead) == (&b.title, &b.headings, &b.lead)
        && a.text == b.text
}
