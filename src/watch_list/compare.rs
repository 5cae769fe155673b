//! What came, changed or went between two states of an index, question by question.
//!
//! Both states are asked each question. A hit that the other state has not is only a reason to look: the
//! passages of its source are then compared, old with new, once for all questions, and told is what
//! became of their texts, where either wording is a hit.

use std::collections::{BTreeSet, HashMap};
use std::rc::Rc;

use crate::diff::{CorpusDiff, between, folded, roots};
use crate::index::{Engine, Home, IndexError, StoredPassage, Term, Wanted, kept};
use crate::search::{SearchError, SearchResults, Searcher};

use super::changes::{
    ChangeCounts, ChangedAnswer, GenerationTime, ListChanges, LookedAt, QuestionChanges,
    WordingAbout,
};
use super::file::WatchList;
use super::question::SavedQuestion;

/// So many passages are kept for all questions together; of what comes after, there are only numbers.
const KEPT: usize = 10_000;
/// The changes of so many sources are remembered for the next question.
const SOURCES: usize = 512;

/// The newest generation that is kept and is older than another, if there is one.
pub fn before(home: &Home, generation: u64) -> Result<Option<u64>, IndexError> {
    let Some(folder) = home.folder() else {
        return Ok(None);
    };
    let numbers = kept(folder)?.into_iter().map(|one| one.number);
    Ok(numbers.filter(|number| *number < generation).max())
}

/// A passage, whatever generation it is in: its source below the folder that all have, and its text.
type PassageKey = (String, String);

fn key(passage: &StoredPassage, root: &str) -> PassageKey {
    (name(&passage.source, root), folded(&passage.text))
}

fn name(source: &str, root: &str) -> String {
    source.strip_prefix(root).unwrap_or(source).to_owned()
}

/// The hits of a question in one state.
#[derive(Default)]
struct StateHits {
    ranks: HashMap<PassageKey, usize>,
    /// The ids of those that are in no other source.
    ids: HashMap<PassageKey, String>,
    looked_at: LookedAt,
}

impl StateHits {
    fn of(results: &SearchResults, root: &str) -> StateHits {
        let mut answers = StateHits {
            looked_at: LookedAt {
                hits: results.hits.len(),
                of: results.total.max(results.hits.len()),
                more: results.more,
            },
            ..StateHits::default()
        };
        for hit in &results.hits {
            let own = key(&hit.passage, root);
            // In equal files it is the same passage.
            for source in &hit.also_in {
                let twin = (name(source, root), own.1.clone());
                answers.ranks.entry(twin).or_insert(hit.rank);
            }
            answers.ids.insert(own.clone(), hit.passage.id.to_string());
            answers.ranks.insert(own, hit.rank);
        }
        answers
    }

    fn rank(&self, passage: &StoredPassage, root: &str) -> Option<usize> {
        self.ranks.get(&key(passage, root)).copied()
    }

    /// The sources of hits that the other state has not: not among its hits, nor anywhere under the same id.
    fn sources_without(
        &self,
        other: &StateHits,
        engine: &dyn Engine,
        into: &mut BTreeSet<String>,
    ) -> Result<(), SearchError> {
        for (key, _) in self
            .ranks
            .iter()
            .filter(|(key, _)| !other.ranks.contains_key(*key))
        {
            if into.contains(&key.0) {
                continue;
            }
            let is_there = match self.ids.get(key) {
                Some(id) => engine.count(&Wanted::Term(Term::Id(id.clone())))? > 0,
                None => false,
            };
            if !is_there {
                into.insert(key.0.clone());
            }
        }
        Ok(())
    }
}

/// What ranks where, of one kind.
type Ranked<T> = Vec<(usize, T)>;

/// What changed about a question, with the better rank of the two states.
#[derive(Default)]
struct RankedChanges {
    came: Ranked<StoredPassage>,
    changed: Ranked<ChangedAnswer>,
    went: Ranked<StoredPassage>,
}

impl RankedChanges {
    /// The ranks of all of them, in no order.
    fn ranks(&self) -> Vec<usize> {
        let came = self.came.iter().map(|(rank, _)| *rank);
        let changed = self.changed.iter().map(|(rank, _)| *rank);
        let went = self.went.iter().map(|(rank, _)| *rank);
        came.chain(changed).chain(went).collect()
    }
}

/// Compares two states, question by question.
struct Comparer<'s> {
    old: &'s Searcher,
    new: &'s Searcher,
    /// What the sources of each have in front of the names that they are compared by.
    old_root: String,
    new_root: String,
    sources: HashMap<String, Rc<CorpusDiff>>,
}

impl<'s> Comparer<'s> {
    fn of(old: &'s Searcher, new: &'s Searcher) -> Result<Comparer<'s>, SearchError> {
        let before = old.engine().sources(None, usize::MAX)?;
        let (old_root, new_root) = roots(&before, &new.engine().sources(None, usize::MAX)?);
        Ok(Comparer {
            old,
            new,
            old_root,
            new_root,
            sources: HashMap::new(),
        })
    }

    fn changes(
        &mut self,
        question: &SavedQuestion,
        most: usize,
    ) -> Result<QuestionChanges, SearchError> {
        let request = question.request()?;
        let results = match self.new.search(&request) {
            // Another lexicon is no reason not to ask the other questions.
            Err(error @ SearchError::NoConcept { .. }) => {
                return Ok(QuestionChanges::unasked(question, &error));
            }
            results => results?,
        };
        let now = StateHits::of(&results, &self.new_root);
        let before = match self.old.search(&request) {
            Ok(results) => StateHits::of(&results, &self.old_root),
            // What its lexicon did not know yet, it had no hits for.
            Err(SearchError::NoConcept { .. }) => StateHits::default(),
            Err(error) => return Err(error),
        };
        let found = self.became(&before, &now)?;
        let counts = ChangeCounts {
            came: found.came.len(),
            changed: found.changed.len(),
            went: found.went.len(),
        };
        let last = last_kept(found.ranks(), most);
        let mut left = most;
        Ok(QuestionChanges {
            question: question.clone(),
            changed: best(found.changed, last, &mut left),
            came: best(found.came, last, &mut left),
            went: best(found.went, last, &mut left),
            counts,
            before: before.looked_at,
            now: now.looked_at,
            corrections: results.corrections,
            did_you_mean: results.did_you_mean,
            notes: results.notes,
            fault: None,
        })
    }

    /// What became of the hits of both states, in the sources where anything did.
    fn became(
        &mut self,
        before: &StateHits,
        now: &StateHits,
    ) -> Result<RankedChanges, SearchError> {
        let mut touched = BTreeSet::new();
        now.sources_without(before, self.old.engine(), &mut touched)?;
        before.sources_without(now, self.new.engine(), &mut touched)?;
        let mut found = RankedChanges::default();
        for source in touched {
            let diff = self.source(source)?;
            let old = |passage| before.rank(passage, &self.old_root);
            let new = |passage| now.rank(passage, &self.new_root);
            let came = diff.added.iter();
            let came = came.filter_map(|one| Some((new(one)?, one.clone())));
            found.came.extend(came);
            let went = diff.dropped.iter();
            let went = went.filter_map(|one| Some((old(one)?, one.clone())));
            found.went.extend(went);
            let changed = diff.changed.iter().filter_map(|one| {
                let (rank, about) = match (old(&one.old), new(&one.new)) {
                    (Some(old), Some(new)) => (old.min(new), WordingAbout::Both),
                    (Some(old), None) => (old, WordingAbout::Before),
                    (None, Some(new)) => (new, WordingAbout::Now),
                    (None, None) => return None,
                };
                let passage = one.clone();
                Some((rank, ChangedAnswer { passage, about }))
            });
            found.changed.extend(changed);
        }
        Ok(found)
    }

    /// What became of the passages of a source.
    fn source(&mut self, name: String) -> Result<Rc<CorpusDiff>, SearchError> {
        if let Some(known) = self.sources.get(&name) {
            return Ok(known.clone());
        }
        let passages = |searcher: &Searcher, root: &str| -> Result<_, IndexError> {
            let document = searcher.engine().document(&format!("{root}{name}"))?;
            Ok(document
                .map(|document| document.passages)
                .unwrap_or_default())
        };
        let old = passages(self.old, &self.old_root)?;
        let diff = Rc::new(between(old, passages(self.new, &self.new_root)?));
        if self.sources.len() >= SOURCES {
            self.sources.clear();
        }
        self.sources.insert(name, diff.clone());
        Ok(diff)
    }
}

/// The last rank that is kept, where `most` are.
fn last_kept(mut ranks: Vec<usize>, most: usize) -> usize {
    ranks.sort_unstable();
    match most.checked_sub(1) {
        None => 0,
        Some(last) => ranks.get(last).copied().unwrap_or(usize::MAX),
    }
}

/// Those up to a rank, best first, as many as are left.
fn best<T>(mut ranked: Ranked<T>, last: usize, left: &mut usize) -> Vec<T> {
    ranked.retain(|(rank, _)| *rank <= last);
    ranked.sort_by_key(|(rank, _)| *rank);
    ranked.truncate(*left);
    *left -= ranked.len();
    ranked.into_iter().map(|(_, one)| one).collect()
}

impl ListChanges {
    /// Compares two states of an index, the older first. Of each question at most `most` passages are
    /// kept, those that rank best.
    pub fn between<'q>(
        old: &Searcher,
        new: &Searcher,
        questions: impl IntoIterator<Item = &'q SavedQuestion>,
        most: usize,
    ) -> Result<ListChanges, SearchError> {
        let mut comparer = Comparer::of(old, new)?;
        let mut left = KEPT;
        let mut changes = Vec::new();
        for question in questions {
            let change = comparer.changes(question, most.min(left))?;
            left -= change.counts.sum() - change.more();
            changes.push(change);
        }
        Ok(ListChanges {
            since: GenerationTime::of(old),
            now: GenerationTime::of(new),
            questions: changes,
        })
    }
}

impl WatchList {
    /// Compares two states of an index, see [`ListChanges::between`].
    pub fn changes(
        &self,
        old: &Searcher,
        new: &Searcher,
        most: usize,
    ) -> Result<ListChanges, SearchError> {
        ListChanges::between(old, new, &self.questions, most)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_all_kinds_together_the_best_are_kept() {
        let all = || vec![(9, 'i'), (1, 'a'), (4, 'd')];
        let last = last_kept(vec![9, 1, 4, 2, 7], 3);
        assert_eq!(last, 4);
        let mut left = 3;
        assert_eq!(best(all(), last, &mut left), ['a', 'd']);
        assert_eq!(best(vec![(2, 'b'), (7, 'g')], last, &mut left), ['b']);
        assert_eq!(left, 0);
        assert_eq!(last_kept(vec![1, 2], 0), 0);
        assert_eq!(last_kept(vec![1, 2], 9), usize::MAX);
    }
}
