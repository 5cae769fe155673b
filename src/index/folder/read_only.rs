//! The folder of a generation, for reading only.
//!
//! tantivy takes a lock, that is, writes a file, even to open an index, so that no writer deletes
//! what is being opened. A generation never changes, and so it needs none: it can be read where
//! nobody may write, and no reader ever waits. All that is read is compared with its hash
//! ([`pages`](super::pages)).

use std::borrow::Cow;
use std::io;
use std::path::Path;
use std::sync::Arc;

use super::pages::Pages;
use tantivy::directory::error::{DeleteError, LockError, OpenReadError, OpenWriteError};
use tantivy::directory::{
    Directory, DirectoryLock, FileHandle, Lock, MmapDirectory, WatchCallback, WatchHandle, WritePtr,
};

/// A folder from which files are mapped, and in which nothing is written.
#[derive(Debug, Clone)]
pub(super) struct ReadOnly {
    directory: MmapDirectory,
    pages: Arc<Pages>,
}

impl ReadOnly {
    /// A folder of which the pages have these hashes.
    pub(super) fn new(directory: MmapDirectory, pages: Pages) -> ReadOnly {
        ReadOnly {
            directory,
            pages: Arc::new(pages),
        }
    }
}

fn name(path: &Path) -> Cow<'_, str> {
    path.to_string_lossy()
}

fn read_only() -> io::Error {
    io::Error::new(io::ErrorKind::PermissionDenied, "opened for reading only")
}

impl Directory for ReadOnly {
    fn get_file_handle(&self, path: &Path) -> Result<Arc<dyn FileHandle>, OpenReadError> {
        let file = self.directory.get_file_handle(path)?;
        let checked = self.pages.checked(&name(path), file);
        checked.map_err(|error| OpenReadError::wrap_io_error(error, path.to_owned()))
    }

    fn exists(&self, path: &Path) -> Result<bool, OpenReadError> {
        self.directory.exists(path)
    }

    fn atomic_read(&self, path: &Path) -> Result<Vec<u8>, OpenReadError> {
        let bytes = self.directory.atomic_read(path)?;
        let compared = self.pages.check_all(&name(path), &bytes);
        compared.map_err(|error| OpenReadError::wrap_io_error(error, path.to_owned()))?;
        Ok(bytes)
    }

    fn delete(&self, path: &Path) -> Result<(), DeleteError> {
        Err(DeleteError::IoError {
            io_error: Arc::new(read_only()),
            filepath: path.to_owned(),
        })
    }

    fn open_write(&self, path: &Path) -> Result<WritePtr, OpenWriteError> {
        Err(OpenWriteError::wrap_io_error(read_only(), path.to_owned()))
    }

    fn atomic_write(&self, _: &Path, _: &[u8]) -> io::Result<()> {
        Err(read_only())
    }

    fn sync_directory(&self) -> io::Result<()> {
        Ok(())
    }

    fn acquire_lock(&self, _: &Lock) -> Result<DirectoryLock, LockError> {
        Ok(DirectoryLock::from(Box::new(())))
    }

    fn watch(&self, _: WatchCallback) -> tantivy::Result<WatchHandle> {
        Ok(WatchHandle::empty())
    }
}
