//! What changed about questions that were saved, of the state of the index that is served: found out once for
//! each state that it is compared with, and kept. Their file is read again when it changes.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

use super::log;
use super::problem::Problem;
use crate::index::{Home, IndexError, KeptGeneration, RelativeSources, kept};
use crate::lexicon::Lexicon;
use crate::search::Searcher;
use crate::watch_list::{ListChanges, WatchList, WatchListError, before};

/// So many passages of a question are kept; of the others there are numbers.
const MOST: usize = 100;
/// What changed since so many other states is kept.
const STATES: usize = 4;

/// The file of a list, as it was when it was last looked at.
pub(super) struct WatchedFile {
    path: PathBuf,
    /// When it was changed, and its bytes; `None` while there is none.
    stamp: Option<(SystemTime, u64)>,
    /// The last list in it that could be read…
    pub(super) list: Arc<WatchList>,
    /// …and what is wrong with what it has now.
    fault: Option<String>,
}

impl WatchedFile {
    pub(super) fn read(path: &Path) -> Result<WatchedFile, WatchListError> {
        Ok(WatchedFile {
            path: path.to_owned(),
            // Before it is read: what changes in between is read again.
            stamp: stamp(path),
            list: Arc::new(WatchList::read(path)?),
            fault: None,
        })
    }

    /// Reads it again where it has changed, and says whether it had. What cannot be read leaves the list as it is.
    pub(super) fn read_again(&mut self, lexicon: &Lexicon) -> bool {
        let stamp = stamp(&self.path);
        if stamp == self.stamp {
            return false;
        }
        self.stamp = stamp;
        let read = WatchList::read(&self.path);
        match read.and_then(|list| list.check(lexicon).map(|()| list)) {
            Ok(list) => {
                self.list = Arc::new(list);
                self.fault = None;
            }
            Err(error) => {
                log::trouble(&format_args!(
                    "the watch-list has changed, and the one before is kept: {error}"
                ));
                self.fault = Some(error.without_path());
            }
        }
        true
    }

    /// What names this state of it, for caches.
    pub(super) fn tag(&self) -> String {
        let state = format!("{:?} {:?}", self.list, self.fault);
        blake3::hash(state.as_bytes()).to_hex()[..8].to_owned()
    }
}

fn stamp(path: &Path) -> Option<(SystemTime, u64)> {
    let metadata = std::fs::metadata(path).ok()?;
    Some((metadata.modified().ok()?, metadata.len()))
}

/// A list, and what changed about it.
pub(super) struct WatchedQuestions {
    pub(super) list: Arc<WatchList>,
    /// What is wrong with the list that its file has now.
    pub(super) fault: Option<String>,
    home: Home,
    /// By the generation that was compared with.
    compared: Mutex<BTreeMap<u64, Arc<ListChanges>>>,
}

impl WatchedQuestions {
    pub(super) fn new(file: &WatchedFile, home: Home) -> WatchedQuestions {
        WatchedQuestions {
            list: file.list.clone(),
            fault: file.fault.clone(),
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
