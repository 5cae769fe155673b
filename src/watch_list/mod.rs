//! # Watch-lists
//!
//! Questions that somebody saved, to be told when what the materials say about them changes: a file
//! ([`WatchList`]) that people write and read, and what came, changed or went between two states of the
//! materials ([`ListChanges`]).
//!
//! A passage is about a question if it is one of the best hits of it, in the state that it is in: so
//! many as the question says ([`SavedQuestion::hits`]), which is what somebody would have read who
//! asked it then. What is told is what became of the *texts*: a passage that only ranks otherwise, or
//! that another palpate annotates otherwise, has not changed.

mod changes;
mod compare;
mod file;
mod question;

pub use changes::{
    ChangeCounts, ChangedAnswer, GenerationTime, ListChanges, LookedAt, QuestionChanges,
    WordingAbout,
};
pub use compare::before;
pub use file::{WatchList, WatchListError};
pub use question::SavedQuestion;
