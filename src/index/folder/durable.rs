//! What makes a folder durable: where a name in it leads after the power was cut.

use std::path::Path;

/// Waits until what was created, renamed or removed in a folder is on the disk.
#[cfg(unix)]
pub(super) fn sync_folder(folder: &Path) -> std::io::Result<()> {
    std::fs::File::open(folder)?.sync_all()
}

/// Nothing to do: Windows opens no folder as a file, and NTFS keeps a journal of names, so that a rename is
/// there or is not.
#[cfg(not(unix))]
pub(super) fn sync_folder(_: &Path) -> std::io::Result<()> {
    Ok(())
}
