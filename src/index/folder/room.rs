//! Whether there is room left to write in.
//!
//! What ends a thread of tantivy is not always what it says: of a full disk it may only be known
//! that a thread has ended. So where writing failed, it is tried whether anything can be written.

use std::fs::File;
use std::io::Write;
use std::path::Path;

use crate::index::error::{IndexError, is_no_room};

/// As much as is tried to be written, in bytes: more than what a small file that happens to fit
/// takes.
const TRIED: usize = 4 << 20;
/// A name that [`claim`](super::claim) knows as a draft's, should it stay.
const FILE: &str = ".tmpCRoom0";

/// The error, or that there is no room left in `folder`, where that is its cause.
pub(super) fn with_cause(error: IndexError, folder: &Path) -> IndexError {
    if !matches!(error, IndexError::Engine(_) | IndexError::Io { .. }) {
        return error;
    }
    let path = folder.join(FILE);
    let tried = File::create(&path).and_then(|mut file| {
        file.write_all(&vec![1; TRIED])?;
        file.sync_all()
    });
    let _ = std::fs::remove_file(&path);
    match tried {
        Err(cause) if is_no_room(&cause) => IndexError::NoRoom {
            path: folder.to_owned(),
            cause,
        },
        _ => error,
    }
}
