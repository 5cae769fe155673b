//! Many entries: in batches, several in flight, and none given up.
//!
//! A batch that the cluster is too busy for, or that got no answer, is sent again; of one that was
//! taken in part, the rest. Ids make that safe. The queue of batches is bounded, so that a slow
//! cluster slows the reading of files, and memory stays as it is.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, Sender, bounded};
use serde_json::Value;

use super::client::{Answer, Body, Client};
use super::entry::SentEntry;
use crate::index::error::IndexError;

/// A batch has about so many bytes…
const BATCH: usize = 4 << 20;
/// …and so many are in flight.
const IN_FLIGHT: usize = 4;
/// How long a cluster may be too busy, or gone, before a build gives up. Nodes take a minute to come
/// back.
const PATIENCE: Duration = Duration::from_secs(120);
/// The first pause before entries are sent again, and the longest.
const PAUSE: Duration = Duration::from_millis(100);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// Takes entries and makes batches of them.
pub(super) struct Bulk {
    batch: Vec<u8>,
    batches: Sender<Vec<u8>>,
    /// Entries taken so far.
    pub(super) entries: u64,
}

/// What went wrong first.
type Failed = Mutex<Option<IndexError>>;

/// Gives `fill` something that takes entries, and sends them to the index behind an alias; ends when
/// all are acknowledged, or one cannot be.
pub(super) fn send_all<T>(
    client: &Client,
    alias: &str,
    fill: impl FnOnce(&mut Bulk) -> Result<T, IndexError>,
) -> Result<T, IndexError> {
    let (batches, taken) = bounded(IN_FLIGHT);
    let failed: Failed = Mutex::default();
    let filled = std::thread::scope(|scope| {
        for _ in 0..IN_FLIGHT {
            let (taken, failed) = (taken.clone(), &failed);
            scope.spawn(move || send_batches(client, alias, taken, failed));
        }
        drop(taken);
        let mut bulk = Bulk {
            batch: Vec::with_capacity(BATCH + BATCH / 4),
            batches,
            entries: 0,
        };
        let filled = fill(&mut bulk);
        bulk.send().and(filled)
    });
    match failed.into_inner().unwrap_or_else(PoisonError::into_inner) {
        Some(error) => Err(error),
        None => filled,
    }
}

impl Bulk {
    /// Takes an entry with its place. The error says that nobody sends any more, and
    /// [`send_all`] says why.
    pub(super) fn add(
        &mut self,
        document: u64,
        passage: u32,
        entry: &SentEntry,
    ) -> Result<(), IndexError> {
        entry.write(document, passage, &mut self.batch);
        self.entries += 1;
        match self.batch.len() >= BATCH {
            true => self.send(),
            false => Ok(()),
        }
    }

    fn send(&mut self) -> Result<(), IndexError> {
        if self.batch.is_empty() {
            return Ok(());
        }
        let batch = std::mem::replace(&mut self.batch, Vec::with_capacity(BATCH + BATCH / 4));
        self.batches.send(batch).map_err(|_| IndexError::Cluster {
            at: String::new(),
            cause: "nobody sends".to_owned(),
        })
    }
}

fn send_batches(client: &Client, alias: &str, batches: Receiver<Vec<u8>>, failed: &Failed) {
    for batch in batches {
        let is_over = || {
            failed
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .is_some()
        };
        if is_over() {
            return;
        }
        if let Err(error) = send_batch(client, alias, batch) {
            let mut failed = failed.lock().unwrap_or_else(PoisonError::into_inner);
            failed.get_or_insert(error);
            return;
        }
    }
}

/// Sends a batch until all of it is acknowledged.
fn send_batch(client: &Client, alias: &str, mut lines: Vec<u8>) -> Result<(), IndexError> {
    // With the alias required, a cluster makes no index of its own where ours has gone.
    let path = format!(
        "/{alias}/_bulk?require_alias=true&filter_path=errors,items.*.status,items.*.error,error,status"
    );
    let started = Instant::now();
    let mut pause = PAUSE;
    loop {
        let answer = client.send("POST", &path, Body::Lines(&lines), PATIENCE)?;
        if !answer.is_fine() {
            return Err(client.error(answer.cause()));
        }
        let refused = refused(client, &answer)?;
        if refused.is_empty() {
            return Ok(());
        }
        if started.elapsed() + pause > PATIENCE {
            return Err(client.error("it has been too busy for too long"));
        }
        client.sent_again("some entries of a batch were refused: too busy");
        std::thread::sleep(pause);
        pause = (2 * pause).min(LONGEST_PAUSE);
        lines = only(&lines, &refused);
    }
}

/// The numbers of the entries that have to be sent again.
fn refused(client: &Client, answer: &Answer) -> Result<Vec<usize>, IndexError> {
    if answer.body["errors"] == Value::Bool(false) {
        return Ok(Vec::new());
    }
    let items = answer.body["items"].as_array();
    let items = items.ok_or_else(|| client.error("a batch was not answered"))?;
    let mut refused = Vec::new();
    for (number, item) in items.iter().enumerate() {
        let item = &item["index"];
        match item["status"].as_u64() {
            Some(200..300) => {}
            Some(429 | 500..600) => refused.push(number),
            _ => {
                let reason = item["error"]["reason"]
                    .as_str()
                    .unwrap_or("no reason given");
                return Err(client.error(match item["error"]["type"].as_str() {
                    Some("index_not_found_exception") => {
                        "another build has taken the place of this one".to_owned()
                    }
                    _ => format!("an entry was refused: {reason}"),
                }));
            }
        }
    }
    Ok(refused)
}

/// The entries of a batch with some numbers, two lines each.
fn only(lines: &[u8], numbers: &[usize]) -> Vec<u8> {
    let lines: Vec<&[u8]> = lines.split_inclusive(|&byte| byte == b'\n').collect();
    let entries = numbers.iter().flat_map(|&n| &lines[2 * n..2 * n + 2]);
    entries.copied().collect::<Vec<_>>().concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_refused_is_sent_again_and_nothing_else() {
        let lines = b"a\n1\nb\n2\nc\n3\n";
        assert_eq!(only(lines, &[0, 2]), b"a\n1\nc\n3\n");
    }
}
