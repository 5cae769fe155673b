//! The hashes of files, which say whether they are as they were written.

use std::fs::File;
use std::path::Path;

use crate::index::manifest::Sums;
use crate::index::report::Damage;

/// Files that come and go, and say nothing.
const LOCKS: &str = ".lock";

/// The hashes of all files in `folder`; those that are `known` are taken from there.
pub(in crate::index) fn sums(folder: &Path, known: &Sums) -> std::io::Result<Sums> {
    let mut sums = Sums::new();
    for name in names(folder)? {
        let sum = match known.get(&name) {
            Some(sum) => sum.clone(),
            None => sum(&folder.join(&name))?,
        };
        sums.insert(name, sum);
    }
    Ok(sums)
}

/// The files in `folder` that are not as they were written, or are missing.
pub(in crate::index) fn damaged_files(folder: &Path, sums: &Sums) -> Vec<Damage> {
    let cause = |name: &str, expected: &str| match sum(&folder.join(name)) {
        Ok(found) if found == expected => None,
        Ok(_) => Some("not as it was written".to_owned()),
        Err(error) => Some(error.to_string()),
    };
    let damage = sums.iter().filter_map(|(name, expected)| {
        Some(Damage {
            path: format!("{}/{name}", folder_name(folder)),
            cause: cause(name, expected)?,
        })
    });
    damage.collect()
}

/// Whether a file is as it was written.
pub(in crate::index) fn is_sound(folder: &Path, name: &str, sums: &Sums) -> bool {
    let expected = sums.get(name);
    expected.is_some_and(|expected| sum(&folder.join(name)).is_ok_and(|sum| sum == *expected))
}

/// The size of the files in a folder, in bytes.
pub(in crate::index) fn size(folder: &Path) -> u64 {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let bytes = entries.filter_map(|entry| Some(entry.metadata().ok()?.len()));
    bytes.sum()
}

fn sum(path: &Path) -> std::io::Result<String> {
    let mut hasher = blake3::Hasher::new();
    hasher.update_reader(File::open(path)?)?;
    Ok(hasher.finalize().to_hex().to_string())
}

/// The files in a folder, in order.
pub(in crate::index) fn names(folder: &Path) -> std::io::Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let name = entry?.file_name().to_string_lossy().into_owned();
        if !name.ends_with(LOCKS) {
            names.push(name);
        }
    }
    names.sort();
    Ok(names)
}

/// The name of a folder, for people.
pub(in crate::index) fn folder_name(folder: &Path) -> String {
    let name = folder.file_name().unwrap_or_default();
    name.to_string_lossy().into_owned()
}
