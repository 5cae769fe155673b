//! What came, changed and went about questions, as it is told.

use super::question::SavedQuestion;
use crate::diff::Changed;
use crate::index::StoredPassage;
use crate::query::{Correction, DidYouMean};
use crate::search::{SearchError, Searcher};

/// A state of an index.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GenerationTime {
    pub generation: u64,
    /// When its build started, in nanoseconds since 1970.
    pub started: u64,
}

impl GenerationTime {
    pub(super) fn of(searcher: &Searcher) -> GenerationTime {
        let manifest = searcher.engine().manifest();
        GenerationTime {
            generation: manifest.generation,
            started: manifest.started,
        }
    }
}

/// Which wording of a passage is about a question.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WordingAbout {
    Both,
    /// Only the old one: the new one is no hit.
    Before,
    /// Only the new one.
    Now,
}

/// A passage that was changed, and is or was about a question.
#[derive(Debug, Clone, PartialEq)]
pub struct ChangedAnswer {
    pub passage: Changed,
    pub about: WordingAbout,
}

/// How many passages came, changed and went.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ChangeCounts {
    pub came: usize,
    pub changed: usize,
    pub went: usize,
}

impl ChangeCounts {
    /// All of them.
    pub fn sum(self) -> usize {
        self.came + self.changed + self.went
    }
}

/// How many hits of a question were looked at, and how many passages match it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct LookedAt {
    pub hits: usize,
    pub of: usize,
    /// Whether there are hits after those.
    pub more: bool,
}

/// What became of the passages about a question: of each kind the best, and how many there are.
#[derive(Debug, Clone)]
pub struct QuestionChanges {
    pub question: SavedQuestion,
    pub came: Vec<StoredPassage>,
    pub changed: Vec<ChangedAnswer>,
    pub went: Vec<StoredPassage>,
    /// How many there are, those included that are not kept here.
    pub counts: ChangeCounts,
    pub before: LookedAt,
    pub now: LookedAt,
    /// How words are taken that the corpus lacks, today.
    pub corrections: Vec<Correction>,
    pub did_you_mean: Vec<DidYouMean>,
    /// What a person should know of how the question was read, today.
    pub notes: Vec<String>,
    /// Why it could not be asked, where it could not: the lexicon has a concept no longer.
    pub fault: Option<String>,
}

impl QuestionChanges {
    /// A question that cannot be asked.
    pub(super) fn unasked(question: &SavedQuestion, error: &SearchError) -> QuestionChanges {
        QuestionChanges {
            question: question.clone(),
            came: Vec::new(),
            changed: Vec::new(),
            went: Vec::new(),
            counts: ChangeCounts::default(),
            before: LookedAt::default(),
            now: LookedAt::default(),
            corrections: Vec::new(),
            did_you_mean: Vec::new(),
            notes: Vec::new(),
            fault: Some(error.to_string()),
        }
    }

    /// How many are not kept here.
    pub fn more(&self) -> usize {
        self.counts.sum() - self.came.len() - self.changed.len() - self.went.len()
    }
}

/// What became of the passages about the questions of a list.
#[derive(Debug, Clone)]
pub struct ListChanges {
    pub since: GenerationTime,
    pub now: GenerationTime,
    /// In the order of the list.
    pub questions: Vec<QuestionChanges>,
}

impl ListChanges {
    /// What there is to say where there is no other state.
    #[cfg(feature = "serve")]
    pub(crate) fn none(searcher: &Searcher) -> ListChanges {
        let now = GenerationTime::of(searcher);
        ListChanges {
            since: now,
            now,
            questions: Vec::new(),
        }
    }

    /// Whether nothing about any question has changed.
    pub fn is_empty(&self) -> bool {
        self.questions.iter().all(|one| one.counts.sum() == 0)
    }
}
