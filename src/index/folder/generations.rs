//! The generations in a folder: which there are, and which of them is the current one.

use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};

use crate::index::error::IndexError;
use crate::index::manifest::{FILE, Manifest, Unfit};

impl Manifest {
    pub(super) fn read(dir: &Path) -> Result<Manifest, IndexError> {
        let path = dir.join(FILE);
        let text = match std::fs::read(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                return Err(IndexError::Missing(dir.to_owned()));
            }
            Err(cause) => return Err(IndexError::Io { path, cause }),
        };
        Manifest::checked(&text).map_err(|unfit| match unfit {
            Unfit::Damaged(cause) => IndexError::Damaged {
                path: dir.to_owned(),
                cause: format!("{FILE}{cause}"),
            },
            Unfit::OtherVersion {
                found,
                needed,
                roots,
            } => IndexError::OtherVersion {
                path: dir.to_owned(),
                found,
                needed,
                roots,
            },
        })
    }

    /// Makes this the manifest of `dir`, in one step: readers see the old one or this one.
    pub(super) fn publish(&self, dir: &Path) -> Result<(), IndexError> {
        let path = dir.join(FILE);
        let draft = dir.join(format!("{FILE}.new"));
        let write = || -> std::io::Result<()> {
            let mut file = File::create(&draft)?;
            serde_json::to_writer_pretty(&mut file, &self.signed())?;
            file.write_all(b"\n")?;
            file.sync_all()?;
            std::fs::rename(&draft, &path)?;
            // The rename itself is durable once the folder is.
            File::open(dir)?.sync_all()
        };
        write().map_err(IndexError::io(&path))
    }

    /// The folder of the generation this manifest names.
    pub(super) fn generation_folder(&self, dir: &Path) -> PathBuf {
        dir.join(format!("g{:06}", self.generation))
    }
}

/// Whether a folder of that name holds a generation.
fn is_generation(name: &str) -> bool {
    name.len() >= 7
        && name
            .strip_prefix('g')
            .is_some_and(|digits| digits.bytes().all(|b| b.is_ascii_digit()))
}

/// Each generation, finished or not, with its folder.
pub(super) fn generations(dir: &Path) -> Result<Vec<(u64, PathBuf)>, IndexError> {
    let entries = std::fs::read_dir(dir).map_err(IndexError::io(dir))?;
    Ok(entries
        .filter_map(|entry| {
            let entry = entry.ok()?;
            let name = entry.file_name().into_string().ok()?;
            let number = is_generation(&name).then(|| name[1..].parse().ok())??;
            Some((number, entry.path()))
        })
        .collect())
}

/// One more than any generation there is, finished or not.
pub(super) fn next_generation(dir: &Path) -> Result<u64, IndexError> {
    let last = generations(dir)?
        .into_iter()
        .map(|(number, _)| number)
        .max();
    Ok(last.unwrap_or(0) + 1)
}

/// Removes all generations but `keep`: what was replaced, and what interrupted builds left.
/// Readers that have one open keep their files; one that cannot be removed now (on Windows,
/// while it is read) is removed by a later build.
pub(super) fn sweep(dir: &Path, keep: &Path) {
    for (_, path) in generations(dir).unwrap_or_default() {
        if path != keep {
            let _ = std::fs::remove_dir_all(path);
        }
    }
}
