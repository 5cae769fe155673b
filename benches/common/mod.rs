//! What the benchmarks share: texts to work on, and raw tantivy to compare with.

// Each bench uses a part of it.
#![allow(dead_code)]

pub mod corpus;
pub mod plain;
pub mod raw;

use std::path::{Path, PathBuf};
use std::time::Instant;

use serde_json::{Value, json};

pub type Failure = Box<dyn std::error::Error>;

/// The folder of the larger collections, if it is there: `PALPATE_COLLECTIONS`, or beside the
/// project.
pub fn collections() -> Option<PathBuf> {
    let beside = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared/collections");
    let dir = std::env::var_os("PALPATE_COLLECTIONS").map_or(beside, PathBuf::from);
    dir.is_dir().then_some(dir)
}

/// The four texts that palpate comes with.
pub fn texts() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("corpus")
}

/// Percentiles over the queries, each asked once to warm up, then three times; the median of the
/// three counts.
pub fn latency(
    queries: &[&str],
    search: &mut dyn FnMut(&str) -> Result<usize, Failure>,
) -> Result<Value, Failure> {
    let mut times = Vec::with_capacity(queries.len());
    for query in queries {
        search(query)?;
        let mut three = [0.0; 3];
        for time in &mut three {
            let started = Instant::now();
            search(query)?;
            *time = started.elapsed().as_secs_f64() * 1e3;
        }
        three.sort_by(f64::total_cmp);
        times.push(three[1]);
    }
    times.sort_by(f64::total_cmp);
    let at = |share: f64| times.get(((times.len() as f64 * share) as usize).min(times.len() - 1));
    Ok(json!({ "p50": at(0.5), "p95": at(0.95), "p99": at(0.99) }))
}

/// Bytes of all files in a folder.
pub fn folder_bytes(dir: &Path) -> std::io::Result<u64> {
    let mut bytes = 0;
    for entry in std::fs::read_dir(dir)? {
        let entry = entry?;
        bytes += match entry.file_type()?.is_dir() {
            true => folder_bytes(&entry.path())?,
            false => entry.metadata()?.len(),
        };
    }
    Ok(bytes)
}
