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
    /// A link that was not followed.
    Link { path: PathBuf },
    /// A place that could not be looked at, and why.
    Unreadable { path: PathBuf, cause: String },
}

/// What becomes of the symbolic links in a folder. One that is asked for by name is always followed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum SymbolicLinks {
    /// They are left: what they lead to in the folder is there anyway.
    #[default]
    Leave,
    /// They are followed, but for those that lead back to the folder or into it.
    Follow,
}

/// Walks `root` (a folder, or a single file) in sorted order, hidden files and folders left
/// out. A hidden `root` itself is walked: it was asked for by name.
pub fn walk(root: &Path, links: SymbolicLinks) -> impl Iterator<Item = Found> + use<> {
    let root = root.to_owned();
    let real = root.canonicalize().ok();
    let mut walk = WalkDir::new(&root)
        .follow_links(links == SymbolicLinks::Follow)
        .sort_by_file_name()
        .into_iter()
        .filter_entry(|entry| entry.depth() == 0 || !is_hidden(entry));
    std::iter::from_fn(move || {
        loop {
            let entry = match walk.next()? {
                Ok(entry) => entry,
                Err(error) => {
                    let path = error.path().unwrap_or(&root).to_owned();
                    return Some(match error.loop_ancestor() {
                        Some(_) => Found::Link { path },
                        None => Found::Unreadable {
                            path,
                            cause: cause(&error),
                        },
                    });
                }
            };
            let is_folder = entry.file_type().is_dir();
            if entry.depth() == 0 {
                // One that is asked for by name may be a link.
                if is_folder || root.is_dir() {
                    continue;
                }
            } else if is_left(&entry, links, real.as_deref()) {
                if is_folder {
                    walk.skip_current_dir();
                }
                let path = entry.into_path();
                return Some(Found::Link { path });
            }
            if !is_folder {
                return Some(file(entry));
            }
        }
    })
}

/// Whether an entry is a link that is not followed.
fn is_left(entry: &DirEntry, links: SymbolicLinks, root: Option<&Path>) -> bool {
    if !entry.path_is_symlink() {
        return false;
    }
    let target = || entry.path().canonicalize().ok();
    let leads_back = |target: PathBuf| {
        root.is_some_and(|root| root.starts_with(&target) || target.starts_with(root))
    };
    links == SymbolicLinks::Leave || target().is_some_and(leads_back)
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
    // One that is asked for by name may be a link.
    let metadata = match entry.path_is_symlink() {
        true => std::fs::metadata(entry.path()).map_err(|error| error.to_string()),
        false => entry.metadata().map_err(|error| cause(&error)),
    };
    let path = entry.into_path();
    match metadata {
        Ok(metadata) if metadata.is_file() => Found::File { path, metadata },
        Ok(_) => Found::Unreadable {
            path,
            cause: "not a regular file".into(),
        },
        Err(cause) => Found::Unreadable { path, cause },
    }
}

fn cause(error: &walkdir::Error) -> String {
    match error.io_error() {
        Some(io) => io.to_string(),
        None => error.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(root: &Path, links: SymbolicLinks) -> Vec<String> {
        walk(root, links)
            .map(|found| match found {
                Found::File { path, .. } => path.strip_prefix(root).map_or_else(
                    |_| path.display().to_string(),
                    |inner| inner.display().to_string(),
                ),
                Found::Link { path } => {
                    format!("link {}", path.file_name().unwrap_or_default().display())
                }
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
        assert_eq!(
            names(folder.path(), SymbolicLinks::Leave),
            ["a.txt", "b.txt", "sub/c.txt"]
        );
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
        let found: Vec<Found> = walk(Path::new("no/such/folder"), SymbolicLinks::Leave).collect();
        assert!(matches!(&found[..], [Found::Unreadable { cause, .. }]
            if cause.contains("No such file")));
    }

    #[cfg(unix)]
    #[test]
    fn links_are_left_unless_they_are_asked_for_and_lead_elsewhere() -> std::io::Result<()> {
        use std::os::unix::fs::symlink;
        let (folder, elsewhere) = (tempfile::tempdir()?, tempfile::tempdir()?);
        let inside = folder.path().join("texts");
        std::fs::create_dir_all(inside.join("sub"))?;
        std::fs::write(inside.join("a.txt"), "a")?;
        std::fs::write(elsewhere.path().join("b.txt"), "b")?;
        symlink(&inside, inside.join("loop"))?;
        symlink("..", inside.join("parent"))?;
        symlink("../..", inside.join("sub/grandparent"))?;
        symlink("a.txt", inside.join("same.txt"))?;
        symlink(elsewhere.path(), inside.join("out"))?;
        let left = [
            "link loop",
            "link out",
            "link parent",
            "link same.txt",
            "link grandparent",
        ];
        let found = names(&inside, SymbolicLinks::Leave);
        assert_eq!((found.len(), &*found[0]), (6, "a.txt"));
        assert!(
            left.iter().all(|link| found.contains(&(*link).to_owned())),
            "{found:?}"
        );
        let found = names(&inside, SymbolicLinks::Follow);
        assert_eq!(
            found
                .iter()
                .filter(|name| name.ends_with(".txt") && !name.starts_with("link"))
                .count(),
            2,
            "{found:?}"
        );
        assert!(found.contains(&"out/b.txt".to_owned()), "{found:?}");
        // A link that is asked for by name is followed.
        assert_eq!(names(&inside.join("out"), SymbolicLinks::Leave), ["b.txt"]);
        Ok(())
    }
}
