//! `palpate index --watch`: keeps an index fresh as files change.

use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::Duration;

use anyhow::Context;
use notify::{Event, RecursiveMode, Watcher};

/// After a change, it is waited until nothing has changed for so long: what writes one file often
/// writes more.
const QUIET: Duration = Duration::from_millis(300);

/// Calls `changed` whenever something under `roots` has changed, what is in the folder `index` left out, until
/// it fails.
pub(super) fn watch(
    roots: &[PathBuf],
    index: Option<&Path>,
    changed: &mut dyn FnMut() -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    let (to_here, events) = channel();
    let index = index.map(|index| index.canonicalize().unwrap_or_else(|_| index.to_owned()));
    let mut watcher = notify::recommended_watcher(move |event: notify::Result<Event>| {
        // An error means that events were lost: whatever changed, it is time to look.
        let is_news = event.map_or(true, |event| concerns_sources(&event, index.as_deref()));
        if is_news {
            // Nobody listens any more once the watch has ended.
            let _ = to_here.send(());
        }
    })
    .context("cannot watch for changes")?;
    for root in roots {
        watcher
            .watch(root, RecursiveMode::Recursive)
            .with_context(|| format!("cannot watch {}", root.display()))?;
    }
    // What changed before the watch began.
    changed()?;
    while wait(&events) {
        changed()?;
    }
    Ok(())
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

/// Waits for a change and for quiet after it; `false` when there will be no more.
fn wait(events: &Receiver<()>) -> bool {
    if events.recv().is_err() {
        return false;
    }
    loop {
        match events.recv_timeout(QUIET) {
            Ok(()) => {}
            Err(RecvTimeoutError::Timeout) => return true,
            Err(RecvTimeoutError::Disconnected) => return false,
        }
    }
}
