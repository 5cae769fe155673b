//! What changed about questions that were saved, of the state of the index that is served: found out once for
//! each state that it is compared with, and kept.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use super::problem::Problem;
use crate::index::{Home, IndexError, KeptGeneration, RelativeSources, kept};
use crate::search::Searcher;
use crate::watch_list::{ListChanges, WatchList, before};

/// So many passages of a question are kept; of the others there are numbers.
const MOST: usize = 100;
/// What changed since so many other states is kept.
const STATES: usize = 4;

/// A list, and what changed about it.
pub(super) struct WatchedQuestions {
    pub(super) list: Arc<WatchList>,
    home: Home,
    /// By the generation that was compared with.
    compared: Mutex<BTreeMap<u64, Arc<ListChanges>>>,
}

impl WatchedQuestions {
    pub(super) fn new(list: Arc<WatchList>, home: Home) -> WatchedQuestions {
        WatchedQuestions {
            list,
            home,
            compared: Mutex::default(),
        }
    }

    /// The generations before the one that is served that are kept, the newest first.
    pub(super) fn earlier(&self, served: u64) -> Vec<KeptGeneration> {
        let folder = self.home.folder();
        let mut kept = folder
            .and_then(|folder| kept(folder).ok())
            .unwrap_or_default();
        kept.retain(|one| one.number < served);
        kept.reverse();
        kept
    }

    /// What changed since a generation, or since the one before; `None` where there is none. That takes
    /// seconds the first time.
    pub(super) fn changes(
        &self,
        served: &Searcher,
        since: Option<u64>,
    ) -> Result<Option<Arc<ListChanges>>, Problem> {
        let current = served.engine().manifest().generation;
        let since = match since {
            Some(since) => since,
            None => match before(&self.home, current)? {
                Some(since) => since,
                None => return Ok(None),
            },
        };
        let known = |watched: &WatchedQuestions| {
            let compared = watched.compared.lock();
            let compared = compared.unwrap_or_else(PoisonError::into_inner);
            compared.get(&since).cloned()
        };
        if let Some(changes) = known(self) {
            return Ok(Some(changes));
        }
        let old = match self.home.open_generation(since) {
            Err(IndexError::NoGeneration { .. }) => return Err(gone(since)),
            old => Searcher::of(RelativeSources::of(old?)),
        };
        let changes = Arc::new(self.list.changes(&old, served, MOST)?);
        // What was not looked at would be told of as gone.
        served.engine().budget().unless_spent()?;
        let mut compared = self.compared.lock().unwrap_or_else(PoisonError::into_inner);
        if compared.len() >= STATES {
            compared.clear();
        }
        compared.insert(since, changes.clone());
        Ok(Some(changes))
    }
}

fn gone(since: u64) -> Problem {
    Problem::nothing(format!(
        "generation {since} of the index is not kept; without “since” it is the one before that is compared with"
    ))
}
