//! Whose a folder is.
//!
//! A build writes in the folder of its index, and deletes there what it has replaced. So an index
//! lives only in a folder that is new, or empty, or carries the mark of palpate, and what is deleted
//! in it is what palpate has written: the folder of each generation carries the mark as well, and
//! a file that is none of an index stays where it is, whoever put it there.

use std::fs::File;
use std::io::Write;
use std::path::Path;

use super::lock;
use super::names::{MANAGED, MARK, MARK_DRAFT, META, STAYING, is_of_index};
use crate::index::error::IndexError;
use crate::index::manifest::{self, Header};

const SIGNATURE: &str = "palpate: a folder of an index";
const EXPLAINED: &str = "palpate writes here, and deletes what it has written. Keep nothing of \
                         your own in this folder.";

/// Whose a folder is.
enum Owner {
    Palpate,
    /// There is nothing in it.
    Nobody,
    /// Somebody who keeps this in it.
    User(String),
}

/// Makes sure that `dir` may hold an index, without touching anything in it.
pub(super) fn unless_foreign(dir: &Path) -> Result<(), IndexError> {
    match owner(dir).map_err(IndexError::io(dir))? {
        Owner::Palpate | Owner::Nobody => Ok(()),
        Owner::User(holds) => Err(IndexError::Foreign {
            path: dir.to_owned(),
            holds,
        }),
    }
}

/// Marks `dir` as a folder of palpate's, which it must be, or nobody's.
pub(super) fn claim(dir: &Path) -> Result<(), IndexError> {
    unless_foreign(dir)?;
    match is_marked(dir) {
        true => Ok(()),
        false => mark(dir).map_err(IndexError::io(dir)),
    }
}

/// Writes the mark.
pub(super) fn mark(dir: &Path) -> std::io::Result<()> {
    let draft = dir.join(MARK_DRAFT);
    let mut file = File::create(&draft)?;
    writeln!(file, "{SIGNATURE}\n\n{EXPLAINED}")?;
    file.sync_all()?;
    std::fs::rename(&draft, dir.join(MARK))
}

fn is_marked(dir: &Path) -> bool {
    let text = std::fs::read(dir.join(MARK));
    text.is_ok_and(|text| text.starts_with(SIGNATURE.as_bytes()))
}

fn owner(dir: &Path) -> std::io::Result<Owner> {
    // A manifest is mark enough: palpates before this one wrote no other.
    if is_marked(dir) || has_manifest(dir) {
        return Ok(Owner::Palpate);
    }
    let mut names = Vec::new();
    for entry in std::fs::read_dir(dir)? {
        names.push(entry?.file_name().to_string_lossy().into_owned());
    }
    names.sort();
    let left = |name: &String| match name.as_str() {
        // What is left of a build that ended before it had marked the folder.
        MARK_DRAFT => false,
        lock::FILE => !lock::is_ours(dir),
        _ => true,
    };
    Ok(match names.into_iter().find(left) {
        Some(name) => Owner::User(name),
        None => Owner::Nobody,
    })
}

fn has_manifest(dir: &Path) -> bool {
    let text = std::fs::read(dir.join(manifest::FILE)).unwrap_or_default();
    serde_json::from_slice::<Header>(&text).is_ok()
}

/// Whether palpate made that folder for a generation.
pub(super) fn is_generation(folder: &Path) -> bool {
    let real = std::fs::symlink_metadata(folder).is_ok_and(|found| found.is_dir());
    // Palpates before this one left no mark, but all of these files.
    let mut before = STAYING.iter().chain(&[META, MANAGED]);
    let mut whole = || before.all(|name| folder.join(name).is_file());
    real && (is_marked(folder) || whole())
}

/// Removes a generation: what palpate wrote, and the folder if nothing else is in it.
///
/// Readers that have it open keep its files; what cannot be removed now (on Windows, while it is
/// read) is removed by a later build.
pub(super) fn remove_generation(folder: &Path) {
    if !is_generation(folder) {
        return;
    }
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let mut names: Vec<_> = entries.map(|entry| entry.file_name()).collect();
    // The mark last: a removal that is interrupted can be ended by the next build.
    names.sort_by_key(|name| name == MARK);
    let mut others = false;
    for name in names {
        match name.to_str() {
            Some(MARK) if others => {}
            Some(known) if is_of_index(known) => {
                let _ = std::fs::remove_file(folder.join(name));
            }
            _ => others = true,
        }
    }
    // It fails where something is left, as it should.
    let _ = std::fs::remove_dir(folder);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_palpate_did_not_write_stays() -> std::io::Result<()> {
        let folder = tempfile::tempdir()?;
        let generation = folder.path().join("g000001");
        std::fs::create_dir(&generation)?;
        std::fs::write(generation.join("meta.json"), "mine")?;
        remove_generation(&generation);
        assert!(generation.join("meta.json").exists(), "without a mark");
        mark(&generation)?;
        std::fs::write(generation.join("notes.txt"), "mine")?;
        remove_generation(&generation);
        assert!(!generation.join("meta.json").exists());
        assert!(generation.join("notes.txt").exists());
        std::fs::remove_file(generation.join("notes.txt"))?;
        remove_generation(&generation);
        assert!(!generation.exists());
        Ok(())
    }
}
