//! The seam between what is asked and what answers.
//!
//! Above it are the query plan, the scores, the audit; below it is whatever keeps the passages: the
//! embedded index in a folder, or a cluster. An engine counts, finds the best by
//! plain BM25 and reads back what was given to it. It knows nothing of how palpate ranks, so that
//! all engines rank alike.

use std::path::PathBuf;
use std::sync::Arc;

use super::budget::Budget;
use super::dictionary::Dictionary;
use super::document::WholeDocument;
use super::error::IndexError;
use super::manifest::Manifest;
use super::passage::{Order, PassageAt, StoredPassage};
use super::table::{CandidateNumber, Positions, Table, TermNumber};
use super::wanted::{Term, Wanted};
use crate::encoder::Meaning;
use crate::lexicon::Lexicon;

/// The digits of a score that are not compared, in bits of its mantissa: a relative difference of
/// 2^-17 or less.
const CHANCE: u32 = 6;

/// A score as it compares. In which order the parts of a score are added up, and with it the last
/// digits, is chance, and these are left out. The bits of positive numbers compare as they do.
pub(super) fn without_chance(score: f32) -> u32 {
    let half = 1 << (CHANCE - 1);
    (score.max(0.0).to_bits() + half) >> CHANCE << CHANCE
}

/// A value, with how many passages have it.
pub type Counted = (String, u64);

/// What is to be counted of the passages that are wanted.
#[derive(Debug, Clone, Copy)]
pub struct ToCount<'a> {
    /// The groups of facets.
    pub groups: &'a [&'static str],
    /// At most so many values of each group, those in most passages first.
    pub values: usize,
    /// At most so many sources, those with most passages first; in the order of the corpus among
    /// equals.
    pub sources: usize,
    /// The same passages put in another way, if there is one: what is wanted by this, and these. An engine may take
    /// the cheaper.
    pub otherwise: Option<(&'a Wanted, &'a [PassageAt])>,
}

/// What was counted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tallies {
    pub passages: u64,
    /// How many documents have any of the passages.
    pub documents: u64,
    /// Whether that is only about right.
    pub about: bool,
    /// The values of each group.
    pub groups: Vec<Vec<Counted>>,
    pub sources: Vec<Counted>,
}

/// Keeps annotated passages, and finds them: one generation of an index.
pub trait Engine: Send + Sync {
    /// What the index says of itself.
    fn manifest(&self) -> &Manifest;

    /// The lexicon that the passages were annotated with.
    fn lexicon(&self) -> &Arc<Lexicon>;

    /// The same, of which work goes on no longer than a budget lets it: what is asked for after that, or is
    /// being found out then, is answered with what was looked at so far.
    fn within(&self, budget: &Budget) -> Arc<dyn Engine>;

    /// What work goes on within. Where it [is spent](Budget::is_spent), some answer was cut short.
    fn budget(&self) -> &Budget;

    /// Has something read from the words and phrases of the corpus.
    fn look_up(&self, read: &mut dyn FnMut(&Dictionary)) -> Result<(), IndexError>;

    /// Whether this generation is still the current one.
    fn is_current(&self) -> Result<bool, IndexError>;

    /// What a person should know of how the answers were got, since this was asked last.
    fn troubles(&self) -> Vec<String> {
        Vec::new()
    }

    /// How many passages have each of some terms.
    fn frequencies(&self, terms: &[Term]) -> Result<Vec<u64>, IndexError>;

    /// The best by BM25 (k1 = 1.2, b = 0.75), at most `limit`; in the order of the corpus among
    /// equals.
    fn best(&self, wanted: &Wanted, limit: usize) -> Result<Vec<PassageAt>, IndexError>;

    /// As many of the best as may be asked for where fewer are needed, without it costing more: nothing where each
    /// has to be sent.
    fn best_at_once(&self) -> usize {
        0
    }

    /// The first in the order of the corpus, at most `limit`.
    fn first(&self, wanted: &Wanted, limit: usize) -> Result<Vec<PassageAt>, IndexError>;

    /// How similar what is meant is to passages at those places in the corpus, see
    /// [`Meaning::similarity`]; nothing where the index has no vectors.
    fn similarities(&self, meant: &Meaning, at: &[Order]) -> Result<Vec<f32>, IndexError>;

    /// Those that are most similar to what is meant, at most `limit`; in the order of the corpus
    /// among equals. Nothing where the index has no vectors.
    fn nearest(
        &self,
        meant: &Meaning,
        wanted: &Wanted,
        limit: usize,
    ) -> Result<Vec<PassageAt>, IndexError>;

    /// How many there are.
    fn count(&self, wanted: &Wanted) -> Result<u64, IndexError>;

    /// How many there are, and what they speak of.
    fn tallies(&self, wanted: &Wanted, what: ToCount<'_>) -> Result<Tallies, IndexError>;

    /// How often some terms stand in the fields of candidates, each of them once, and how often
    /// names do: lists of terms, by number, that stand one after the other.
    fn table(
        &self,
        candidates: &[PassageAt],
        terms: &[&str],
        names: &[&[TermNumber]],
    ) -> Result<Table, IndexError>;

    /// Where the `used` ones of the terms of a table stand in the `chosen` ones of its candidates.
    fn positions(
        &self,
        table: &Table,
        chosen: &[CandidateNumber],
        terms: &[&str],
        used: &[TermNumber],
    ) -> Result<Positions, IndexError>;

    /// Passages as they are kept for showing, in the order given.
    fn passages(&self, at: &[PassageAt]) -> Result<Vec<StoredPassage>, IndexError>;

    /// Each of some passages, in the order of the corpus.
    fn each(&self, wanted: &Wanted, take: &mut dyn FnMut(StoredPassage)) -> Result<(), IndexError>;

    /// The passage of that id; `None` where there is none. It is one look, whatever the budget.
    fn passage(&self, id: &str) -> Result<Option<StoredPassage>, IndexError> {
        let whole = self.within(&Budget::default());
        let at = whole.first(&Wanted::Term(Term::Id(id.to_owned())), 1)?;
        Ok(self.passages(&at)?.pop())
    }

    /// The document that is cited by that path, as it was indexed; `None` where there is none.
    /// Where a collection has the same document twice, the first one.
    fn document(&self, source: &str) -> Result<Option<WholeDocument>, IndexError>;

    /// The file that a document was read from, where that is still there and nothing else is in it.
    fn original(&self, source: &str) -> Option<PathBuf> {
        self.manifest().file_of(source)
    }

    /// The paths that documents are cited by, in byte order: at most `limit` of those after
    /// `after`.
    fn sources(&self, after: Option<&str>, limit: usize) -> Result<Vec<String>, IndexError>;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_digits_do_not_count() {
        let next = |score: f32| f32::from_bits(score.to_bits() + 3);
        assert_eq!(without_chance(1.5), without_chance(next(1.5)));
        assert!(without_chance(1.5) < without_chance(1.5002));
        assert_eq!(without_chance(-1.0), without_chance(0.0));
    }
}
