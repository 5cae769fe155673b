//! Finds the files of a corpus.

use std::borrow::Cow;
use std::fs::Metadata;
use std::path::{Path, PathBuf};

use walkdir::{DirEntry, WalkDir};

/// Something a walk came across.
#[derive(Debug)]
pub enum Found {
    /// A file.
    File { path: PathBuf, metadata: Metadata },
    /// A place that could not be looked at, and why.
    Unreadable { path: PathBuf, cause: String },
}

/// Walks `root` (a folder, or a single file) in sorted order, hidden files and folders left
/// out. A hidden `root` itself is walked: it was asked for by name.
pub fn walk(root: &Path) -> impl Iterator<Item = Found> + use<> {
    let root = root.to_owned();
    WalkDir::new(&root)
        .follow_links(true)
        .sort_by_file_name()
        .into_iter()
        .filter_entry(|entry| entry.depth() == 0 || !is_hidden(entry))
        .filter_map(move |entry| match entry {
            Ok(entry) if entry.file_type().is_dir() => None,
            Ok(entry) => Some(file(entry)),
            Err(error) => Some(Found::Unreadable {
                path: error.path().unwrap_or(&root).to_owned(),
                cause: cause(&error),
            }),
        })
}

/// The name of a file as it can be printed and told from others. Where it is no UTF-8, each byte
/// that is none becomes the replacement character with the byte's two digits after it.
pub(crate) fn printable(path: &Path) -> Cow<'_, str> {
    if let Some(path) = path.to_str() {
        return Cow::Borrowed(path);
    }
    let mut name = String::new();
    for chunk in path.as_os_str().as_encoded_bytes().utf8_chunks() {
        name.push_str(chunk.valid());
        for byte in chunk.invalid() {
            name.push_str(&format!("\u{fffd}{byte:02X}"));
        }
    }
    Cow::Owned(name)
}

/// Whether an entry is none of the corpus: hidden, what an office program leaves beside a file that is
/// open, or an index.
fn is_hidden(entry: &DirEntry) -> bool {
    let name = entry.file_name().as_encoded_bytes();
    let is_index = || entry.file_type().is_dir() && entry.path().join(INDEX_MARK).is_file();
    name.starts_with(b".") || name.starts_with(b"~$") || is_index()
}

/// The file that a folder has that is an index.
const INDEX_MARK: &str = "palpate.json";

fn file(entry: DirEntry) -> Found {
    match entry.metadata() {
        Ok(metadata) if metadata.is_file() => Found::File {
            metadata,
            path: entry.into_path(),
        },
        Ok(_) => Found::Unreadable {
            path: entry.into_path(),
            cause: "not a regular file".into(),
        },
        Err(error) => Found::Unreadable {
            cause: cause(&error),
            path: entry.into_path(),
        },
    }
}

fn cause(error: &walkdir::Error) -> String {
    match (error.loop_ancestor(), error.io_error()) {
        (Some(ancestor), _) => format!("symbolic link loop back to {}", ancestor.display()),
        (None, Some(io)) => io.to_string(),
        (None, None) => error.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(root: &Path) -> Vec<String> {
        walk(root)
            .map(|found| match found {
                Found::File { path, .. } => path.strip_prefix(root).map_or_else(
                    |_| path.display().to_string(),
                    |inner| inner.display().to_string(),
                ),
                Found::Unreadable { cause, .. } => cause,
            })
            .collect()
    }

    #[test]
    fn sorted_and_without_hidden_files() -> std::io::Result<()> {
        let folder = tempfile::tempdir()?;
        for name in [
            "b.txt",
            "a.txt",
            ".hidden.txt",
            "~$b.docx",
            "sub/c.txt",
            ".git/d.txt",
            "old/palpate.json",
            "old/e.txt",
        ] {
            let path = folder.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap_or(&path))?;
            std::fs::write(path, name)?;
        }
        assert_eq!(names(folder.path()), ["a.txt", "b.txt", "sub/c.txt"]);
        Ok(())
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn names_that_are_no_utf_8_stay_apart() {
        use std::os::unix::ffi::OsStrExt;
        let name = |bytes: &[u8]| {
            let path = Path::new(std::ffi::OsStr::from_bytes(bytes));
            printable(path).into_owned()
        };
        assert_eq!(name("Müde.txt".as_bytes()), "Müde.txt");
        assert_eq!(name(b"M\xfcde.txt"), "M\u{fffd}FCde.txt");
        assert_ne!(name(b"M\xfcde.txt"), name(b"M\xfdde.txt"));
    }

    #[test]
    fn what_is_missing_is_said() {
        let found: Vec<Found> = walk(Path::new("no/such/folder")).collect();
        assert!(matches!(&found[..], [Found::Unreadable { cause, .. }]
            if cause.contains("No such file")));
    }

    #[cfg(unix)]
    #[test]
    fn a_link_loop_is_said_and_does_not_hang() -> std::io::Result<()> {
        let folder = tempfile::tempdir()?;
        std::fs::write(folder.path().join("a.txt"), "a")?;
        std::os::unix::fs::symlink(folder.path(), folder.path().join("loop"))?;
        let names = names(folder.path());
        assert_eq!(names[0], "a.txt");
        assert!(names[1].starts_with("symbolic link loop"), "{names:?}");
        Ok(())
    }
}
