//! The folder of a generation while it is written.
//!
//! tantivy waits for the disk after each file and each change of its lists, some dozens of times for a change of
//! one file. Nobody reads a generation before it is whole, so that nothing is waited for here until all of it is
//! written: the files, once each, and then the folder ([`settled`]). There is one writer, as the
//! [lock](super::lock) of the index has seen to.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread;

use tantivy::directory::error::{DeleteError, LockError, OpenReadError, OpenWriteError};
use tantivy::directory::{
    AntiCallToken, Directory, DirectoryLock, FileHandle, Lock, MmapDirectory, TerminatingWrite,
    WatchCallback, WatchHandle, WritePtr,
};

use super::durable::sync_folder;

/// Files that are waited for at the same time: the disk writes them together.
const TOGETHER: usize = 8;

/// Waits until files of a folder are on the disk, and their names.
pub(super) fn settled(folder: &Path, names: &[&str]) -> io::Result<()> {
    let share = names.len().div_ceil(TOGETHER).max(1);
    thread::scope(|scope| {
        let waiting = names.chunks(share).map(|names| {
            // Windows waits for no file that is only read.
            let open = |name: &str| File::options().write(true).open(folder.join(name));
            let sync = move |name: &&str| open(name)?.sync_all();
            scope.spawn(move || names.iter().try_for_each(sync))
        });
        let waiting: Vec<_> = waiting.collect();
        let stopped = |_| {
            Err(io::Error::other(
                "a thread that waited for the disk has ended",
            ))
        };
        let mut waited = waiting.into_iter();
        waited.try_for_each(|waiting| waiting.join().unwrap_or_else(stopped))
    })?;
    sync_folder(folder)
}

/// A folder in which files are written, and not waited for.
#[derive(Debug, Clone)]
pub(super) struct Drafts {
    folder: PathBuf,
    directory: MmapDirectory,
}

impl Drafts {
    /// The drafts in a folder.
    pub(super) fn new(folder: &Path) -> tantivy::Result<Drafts> {
        Ok(Drafts {
            folder: folder.to_owned(),
            directory: MmapDirectory::open(folder)?,
        })
    }
}

/// A file that is written.
struct DraftFile(File);

impl Write for DraftFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

impl TerminatingWrite for DraftFile {
    fn terminate_ref(&mut self, _: AntiCallToken) -> io::Result<()> {
        self.0.flush()
    }
}

impl Directory for Drafts {
    fn get_file_handle(&self, path: &Path) -> Result<Arc<dyn FileHandle>, OpenReadError> {
        self.directory.get_file_handle(path)
    }

    fn exists(&self, path: &Path) -> Result<bool, OpenReadError> {
        self.directory.exists(path)
    }

    fn atomic_read(&self, path: &Path) -> Result<Vec<u8>, OpenReadError> {
        self.directory.atomic_read(path)
    }

    fn delete(&self, path: &Path) -> Result<(), DeleteError> {
        self.directory.delete(path)
    }

    fn open_write(&self, path: &Path) -> Result<WritePtr, OpenWriteError> {
        let file = File::create_new(self.folder.join(path));
        let file = file.map_err(|error| match error.kind() {
            io::ErrorKind::AlreadyExists => OpenWriteError::FileAlreadyExists(path.to_owned()),
            _ => OpenWriteError::wrap_io_error(error, path.to_owned()),
        })?;
        Ok(BufWriter::new(Box::new(DraftFile(file))))
    }

    /// In place, for nobody else looks at it.
    fn atomic_write(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        std::fs::write(self.folder.join(path), bytes)
    }

    fn sync_directory(&self) -> io::Result<()> {
        Ok(())
    }

    fn acquire_lock(&self, _: &Lock) -> Result<DirectoryLock, LockError> {
        Ok(DirectoryLock::from(Box::new(())))
    }

    fn watch(&self, callback: WatchCallback) -> tantivy::Result<WatchHandle> {
        self.directory.watch(callback)
    }
}
