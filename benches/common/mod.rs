//! What the benchmarks share: texts to work on, and raw tantivy to compare with.

// Each bench uses a part of it.
#![allow(dead_code)]

pub mod corpus;
pub mod raw;

use std::path::PathBuf;

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
