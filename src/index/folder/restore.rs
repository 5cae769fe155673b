//! Back to a generation that was kept.

use std::path::Path;

use super::generations::manifest_of;
use super::index::Index;
use super::lock::lock;
use crate::index::error::IndexError;
use crate::index::sources::Busy;

/// Makes a generation that was kept the current one again.
pub fn restore(dir: &Path, number: u64) -> Result<(), IndexError> {
    let _lock = lock(dir, Busy::Leave)?;
    let manifest = manifest_of(dir, number)?;
    // What is damaged takes no place of what is not.
    Index::open_generation(dir, &manifest)?;
    manifest.publish(dir)
}
