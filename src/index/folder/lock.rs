//! The build lock: one writer at a time. Who only reads needs none.
//!
//! The lock is that of the operating system on an open file, so that it is given back whatever
//! becomes of its holder. The file says who that is, for whoever has to wait.

use std::fs::{File, TryLockError};
use std::io::{Read, Seek, Write};
use std::path::Path;

use crate::index::error::IndexError;
use crate::index::sources::Busy;

/// The file that is locked.
pub(super) const FILE: &str = ".lock";
const SIGNED: &str = "palpate, process";

/// Takes the lock of `dir`; it is given back when the file is closed.
pub(super) fn lock(dir: &Path, busy: Busy) -> Result<File, IndexError> {
    let path = dir.join(FILE);
    let failed = |cause| IndexError::Io {
        path: path.clone(),
        cause,
    };
    let open = File::options()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .open(&path);
    let mut file = open.map_err(failed)?;
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) if busy == Busy::Wait => file.lock().map_err(failed)?,
        Err(TryLockError::WouldBlock) => {
            return Err(IndexError::Locked {
                path: dir.to_owned(),
                holder: holder(&mut file),
            });
        }
        Err(TryLockError::Error(cause)) => return Err(failed(cause)),
    }
    sign(&mut file).map_err(failed)?;
    Ok(file)
}

/// Who has the lock, as they wrote.
fn holder(file: &mut File) -> String {
    let mut name = String::new();
    match file.read_to_string(&mut name) {
        Ok(_) if !name.trim().is_empty() => name.trim().to_owned(),
        // Where a locked file cannot be read, or its holder is only about to sign.
        _ => "another palpate".to_owned(),
    }
}

fn sign(file: &mut File) -> std::io::Result<()> {
    file.set_len(0)?;
    file.rewind()?;
    writeln!(file, "{SIGNED} {}", std::process::id())
}

/// Whether the lock in `dir` is one that a palpate made.
pub(super) fn is_ours(dir: &Path) -> bool {
    let text = std::fs::read(dir.join(FILE));
    text.is_ok_and(|text| text.is_empty() || text.starts_with(SIGNED.as_bytes()))
}
