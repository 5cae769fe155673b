//! `palpate index --watch`: keeps an index fresh as files change.
//!
//! The system tells of changes, and that is not enough: a folder that is renamed and made anew, a
//! file that is replaced, a share that is mounted over it are other things of the same name, and
//! nobody tells of them. So it is looked once a second whether each root is still what is watched.
//! Where the system cannot tell of changes at all, it is looked for them at times, and said so.

use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::{Duration, Instant, SystemTime};

use crate::cli::common::tell;
use notify::{Event, RecommendedWatcher, RecursiveMode, Watcher};

/// After a change, it is waited until nothing has changed for so long: what writes one file often
/// writes more.
const QUIET: Duration = Duration::from_millis(300);
/// So often it is looked whether a root is still what is watched.
const LOOK: Duration = Duration::from_secs(1);
/// So often everything is looked at where the system does not tell of changes.
const POLL: Duration = Duration::from_secs(10);

/// Calls `changed` whenever something under `roots` has changed, what is in the folder `index` left
/// out, until it fails.
pub(super) fn watch(
    roots: &[PathBuf],
    index: Option<&Path>,
    changed: &mut dyn FnMut() -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    let (to_here, events) = channel();
    let mut watched = Watched::new(roots, watcher(to_here.clone(), index));
    watched.look();
    // What changed before the watch began.
    changed()?;
    let mut last = Instant::now();
    // One end of the channel is kept here: it never closes.
    while let Some(is_news) = next(&events) {
        let is_other = watched.look();
        let is_time = !watched.is_told && last.elapsed() >= POLL;
        if is_news || is_other || is_time {
            changed()?;
            last = Instant::now();
        }
    }
    drop(to_here);
    Ok(())
}

fn watcher(to: Sender<()>, index: Option<&Path>) -> notify::Result<RecommendedWatcher> {
    let index = index.map(|index| index.canonicalize().unwrap_or_else(|_| index.to_owned()));
    notify::recommended_watcher(move |event: notify::Result<Event>| {
        // An error means that events were lost: whatever changed, it is time to look.
        let is_news = event.map_or(true, |event| concerns_sources(&event, index.as_deref()));
        if is_news {
            // Nobody listens any more once the watch has ended.
            let _ = to.send(());
        }
    })
}

fn concerns_sources(event: &Event, index: Option<&Path>) -> bool {
    let within = |path: &Path| index.is_some_and(|index| path.starts_with(index));
    let in_index = |path: &PathBuf| match path.canonicalize() {
        Ok(path) => within(&path),
        // It is gone; its name has to do.
        Err(_) => within(path),
    };
    // An event without paths says that events were lost.
    let elsewhere = event.paths.is_empty() || !event.paths.iter().all(in_index);
    elsewhere && !event.kind.is_access()
}

/// Waits for a change, and for quiet after it, but no longer than it may take to look: whether there
/// was one. `None` when there will be no more.
fn next(events: &Receiver<()>) -> Option<bool> {
    match events.recv_timeout(LOOK) {
        Ok(()) => {}
        Err(RecvTimeoutError::Timeout) => return Some(false),
        Err(RecvTimeoutError::Disconnected) => return None,
    }
    loop {
        match events.recv_timeout(QUIET) {
            Ok(()) => {}
            Err(RecvTimeoutError::Timeout) => return Some(true),
            Err(RecvTimeoutError::Disconnected) => return None,
        }
    }
}

/// What tells a folder or a file from another of the same name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Identity {
    place: Option<(u64, u64)>,
    /// Numbers of inodes are given again.
    created: Option<SystemTime>,
}

impl Identity {
    /// `None` where there is nothing of that name.
    fn of(path: &Path) -> Option<Identity> {
        let metadata = std::fs::metadata(path).ok()?;
        Some(Identity {
            place: place(&metadata),
            created: metadata.created().ok(),
        })
    }
}

#[cfg(unix)]
fn place(metadata: &std::fs::Metadata) -> Option<(u64, u64)> {
    use std::os::unix::fs::MetadataExt;
    Some((metadata.dev(), metadata.ino()))
}

#[cfg(not(unix))]
fn place(_: &std::fs::Metadata) -> Option<(u64, u64)> {
    None
}

/// The roots, with what each was when it was last looked at.
struct Watched {
    roots: Vec<(PathBuf, Option<Identity>)>,
    watcher: Option<RecommendedWatcher>,
    /// Whether the system tells of all changes.
    is_told: bool,
}

impl Watched {
    fn new(roots: &[PathBuf], watcher: notify::Result<RecommendedWatcher>) -> Watched {
        let mut watched = Watched {
            roots: roots.iter().map(|root| (root.clone(), None)).collect(),
            watcher: None,
            is_told: true,
        };
        match watcher {
            Ok(watcher) => watched.watcher = Some(watcher),
            Err(error) => watched.poll("changes", &error),
        }
        watched
    }

    /// Watches what has come in place of a root; whether there is any such.
    fn look(&mut self) -> bool {
        let mut is_other = false;
        for at in 0..self.roots.len() {
            let (root, known) = &self.roots[at];
            let now = Identity::of(root);
            if now == *known {
                continue;
            }
            let root = root.clone();
            let was_known = known.is_some();
            self.roots[at].1 = now;
            is_other = true;
            self.rewatch(&root, now.is_some(), was_known);
        }
        is_other
    }

    fn rewatch(&mut self, root: &Path, is_there: bool, was_known: bool) {
        let Some(watcher) = &mut self.watcher else {
            return;
        };
        if was_known {
            // What is gone is no longer watched, and cannot be left.
            let _ = watcher.unwatch(root);
        }
        if is_there && let Err(error) = watcher.watch(root, RecursiveMode::Recursive) {
            self.poll(&root.display().to_string(), &error);
        }
    }

    fn poll(&mut self, what: &str, error: &notify::Error) {
        if self.is_told {
            let seconds = POLL.as_secs();
            tell(format_args!(
                "palpate: cannot watch {what} ({error}); it is looked at every {seconds} s"
            ));
        }
        self.is_told = false;
    }
}
