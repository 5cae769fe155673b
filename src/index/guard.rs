//! A guard around an engine that trusts what it reads.
//!
//! tantivy does: what it makes of damaged files is an error, a panic, or a wrong number far from
//! where the damage is. Small indexes are looked at when they are opened, and large ones are not,
//! nor can files be helped that change later. So every call goes through here, and whatever comes
//! of damage says that the index is damaged, and what to do.

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::path::PathBuf;
use std::sync::Arc;

use super::budget::Budget;
use super::dictionary::Dictionary;
use super::document::WholeDocument;
use super::engine::{Engine, Tallies, ToCount};
use super::error::IndexError;
use super::manifest::Manifest;
use super::passage::{Order, PassageAt, StoredPassage};
use super::table::{CandidateNumber, Positions, Table, TermNumber};
use super::wanted::{Term, Wanted};
use crate::encoder::Meaning;
use crate::lexicon::Lexicon;

/// An engine that reads an index in a folder, guarded.
pub(super) struct Guarded {
    engine: Arc<dyn Engine>,
    dir: PathBuf,
}

/// What `read` gives. That it panicked means that what it read was damaged, and the error says so.
pub(super) fn unless_damaged<T>(read: impl FnOnce() -> T) -> Result<T, String> {
    catch_unwind(AssertUnwindSafe(read)).map_err(|_| "reading it failed".to_owned())
}

impl Guarded {
    /// Guards what reads the index in `dir`.
    pub(super) fn new(engine: Arc<dyn Engine>, dir: PathBuf) -> Guarded {
        Guarded { engine, dir }
    }

    fn guard<T>(
        &self,
        read: impl FnOnce(&dyn Engine) -> Result<T, IndexError>,
    ) -> Result<T, IndexError> {
        let damaged = |cause: String| IndexError::Damaged {
            path: self.dir.clone(),
            cause,
        };
        match unless_damaged(|| read(&*self.engine)) {
            Ok(Err(IndexError::Engine(cause))) => Err(damaged(cause.to_string())),
            Ok(answer) => answer,
            Err(cause) => Err(damaged(cause)),
        }
    }
}

impl Engine for Guarded {
    fn manifest(&self) -> &Manifest {
        self.engine.manifest()
    }

    fn lexicon(&self) -> &Arc<Lexicon> {
        self.engine.lexicon()
    }

    fn within(&self, budget: &Budget) -> Arc<dyn Engine> {
        Arc::new(Guarded::new(self.engine.within(budget), self.dir.clone()))
    }

    fn budget(&self) -> &Budget {
        self.engine.budget()
    }

    fn look_up(&self, read: &mut dyn FnMut(&Dictionary)) -> Result<(), IndexError> {
        self.guard(|engine| engine.look_up(read))
    }

    fn is_current(&self) -> Result<bool, IndexError> {
        self.guard(|engine| engine.is_current())
    }

    fn troubles(&self) -> Vec<String> {
        self.engine.troubles()
    }

    fn frequencies(&self, terms: &[Term]) -> Result<Vec<u64>, IndexError> {
        self.guard(|engine| engine.frequencies(terms))
    }

    fn best(&self, wanted: &Wanted, limit: usize) -> Result<Vec<PassageAt>, IndexError> {
        self.guard(|engine| engine.best(wanted, limit))
    }

    fn best_at_once(&self) -> usize {
        self.engine.best_at_once()
    }

    fn first(&self, wanted: &Wanted, limit: usize) -> Result<Vec<PassageAt>, IndexError> {
        self.guard(|engine| engine.first(wanted, limit))
    }

    fn similarities(&self, meant: &Meaning, at: &[Order]) -> Result<Vec<f32>, IndexError> {
        self.guard(|engine| engine.similarities(meant, at))
    }

    fn nearest(
        &self,
        meant: &Meaning,
        wanted: &Wanted,
        limit: usize,
    ) -> Result<Vec<PassageAt>, IndexError> {
        self.guard(|engine| engine.nearest(meant, wanted, limit))
    }

    fn count(&self, wanted: &Wanted) -> Result<u64, IndexError> {
        self.guard(|engine| engine.count(wanted))
    }

    fn tallies(&self, wanted: &Wanted, what: ToCount<'_>) -> Result<Tallies, IndexError> {
        self.guard(|engine| engine.tallies(wanted, what))
    }

    fn table(
        &self,
        candidates: &[PassageAt],
        terms: &[&str],
        names: &[&[TermNumber]],
    ) -> Result<Table, IndexError> {
        self.guard(|engine| engine.table(candidates, terms, names))
    }

    fn positions(
        &self,
        table: &Table,
        chosen: &[CandidateNumber],
        terms: &[&str],
        used: &[TermNumber],
    ) -> Result<Positions, IndexError> {
        self.guard(|engine| engine.positions(table, chosen, terms, used))
    }

    fn passages(&self, at: &[PassageAt]) -> Result<Vec<StoredPassage>, IndexError> {
        self.guard(|engine| engine.passages(at))
    }

    fn each(&self, wanted: &Wanted, take: &mut dyn FnMut(StoredPassage)) -> Result<(), IndexError> {
        // A fault of who takes the passages is none of the index.
        let mut fault = None;
        let mut take = |passage| {
            if fault.is_none() {
                fault = catch_unwind(AssertUnwindSafe(|| take(passage))).err();
            }
        };
        let read = self.guard(|engine| engine.each(wanted, &mut take));
        match fault {
            Some(fault) => resume_unwind(fault),
            None => read,
        }
    }

    fn passage(&self, id: &str) -> Result<Option<StoredPassage>, IndexError> {
        self.guard(|engine| engine.passage(id))
    }

    fn document(&self, source: &str) -> Result<Option<WholeDocument>, IndexError> {
        self.guard(|engine| engine.document(source))
    }

    fn sources(&self, after: Option<&str>, limit: usize) -> Result<Vec<String>, IndexError> {
        self.guard(|engine| engine.sources(after, limit))
    }
}
