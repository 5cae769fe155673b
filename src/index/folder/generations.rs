//! The generations in a folder: which there are, and which of them is the current one.

use std::cmp::Reverse;
use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};

use super::claim;
use super::durable::sync_folder;
use super::names::KEPT_MANIFEST;
use crate::index::error::IndexError;
use crate::index::gather::sums::size;
use crate::index::manifest::{FILE, Manifest, Unfit};
use crate::index::report::KeptGeneration;

/// The manifest before it takes its place.
const DRAFT: &str = "palpate.json.new";

impl Manifest {
    pub(super) fn read(dir: &Path) -> Result<Manifest, IndexError> {
        read(dir, &dir.join(FILE))
    }
}

/// Reads a manifest of the index in `dir`.
fn read(dir: &Path, path: &Path) -> Result<Manifest, IndexError> {
    let text = match std::fs::read(path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            return Err(IndexError::Missing(dir.to_owned()));
        }
        Err(cause) => {
            return Err(IndexError::Io {
                path: path.to_owned(),
                cause,
            });
        }
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

impl Manifest {
    /// Makes this the manifest of `dir`, in one step: readers see the old one or this one.
    pub(super) fn publish(&self, dir: &Path) -> Result<(), IndexError> {
        let kept = self.generation_folder(dir).join(KEPT_MANIFEST);
        self.write(&kept).map_err(IndexError::io(&kept))?;
        let path = dir.join(FILE);
        let draft = dir.join(DRAFT);
        let write = || -> std::io::Result<()> {
            self.write(&draft)?;
            std::fs::rename(&draft, &path)?;
            // The rename itself is durable once the folder is.
            sync_folder(dir)
        };
        write().map_err(IndexError::io(&path))
    }

    fn write(&self, path: &Path) -> std::io::Result<()> {
        let mut file = File::create(path)?;
        serde_json::to_writer_pretty(&mut file, &self.signed())?;
        file.write_all(b"\n")?;
        file.sync_all()
    }

    /// The folder of the generation this manifest names.
    pub(super) fn generation_folder(&self, dir: &Path) -> PathBuf {
        generation_folder(dir, self.generation)
    }
}

/// The folder of the generation of that number.
pub(super) fn generation_folder(dir: &Path, number: u64) -> PathBuf {
    dir.join(format!("g{number:06}"))
}

/// Whether a folder of that name may hold a generation.
fn is_number(name: &str) -> bool {
    name.len() >= 7
        && name
            .strip_prefix('g')
            .is_some_and(|digits| digits.bytes().all(|b| b.is_ascii_digit()))
}

/// Whatever is called as a generation is, with its number.
fn numbered(dir: &Path) -> Result<Vec<(u64, PathBuf)>, IndexError> {
    let entries = std::fs::read_dir(dir).map_err(IndexError::io(dir))?;
    Ok(entries
        .filter_map(|entry| {
            let entry = entry.ok()?;
            let name = entry.file_name().into_string().ok()?;
            let number = is_number(&name).then(|| name[1..].parse().ok())??;
            Some((number, entry.path()))
        })
        .collect())
}

/// Each generation, finished or not, with its folder.
pub(super) fn generations(dir: &Path) -> Result<Vec<(u64, PathBuf)>, IndexError> {
    let mut generations = numbered(dir)?;
    generations.retain(|(_, path)| claim::is_generation(path));
    Ok(generations)
}

/// Whether a generation came to its end, and is there still.
pub(super) fn is_finished(folder: &Path) -> bool {
    folder.join(KEPT_MANIFEST).is_file()
}

/// One more than any generation there is, finished or not.
pub(super) fn next_generation(dir: &Path) -> Result<u64, IndexError> {
    let numbers = numbered(dir)?.into_iter().map(|(number, _)| number);
    Ok(numbers.max().unwrap_or(0) + 1)
}

/// The manifest of a generation that is there.
pub(super) fn manifest_of(dir: &Path, number: u64) -> Result<Manifest, IndexError> {
    let current = Manifest::read(dir);
    match current {
        Ok(current) if current.generation == number => Ok(current),
        _ => match read(dir, &generation_folder(dir, number).join(KEPT_MANIFEST)) {
            Ok(manifest) if manifest.generation == number => Ok(manifest),
            Err(error @ IndexError::OtherVersion { .. }) => Err(error),
            _ => Err(IndexError::NoGeneration {
                path: dir.to_owned(),
                number,
            }),
        },
    }
}

/// What the manifests say of all generations that can be read, in order.
pub fn kept(dir: &Path) -> Result<Vec<KeptGeneration>, IndexError> {
    let current = Manifest::read(dir)?;
    let mut kept = vec![KeptGeneration::of(dir, &current, true)];
    for (number, path) in generations(dir)? {
        if number == current.generation || !is_finished(&path) {
            continue;
        }
        if let Ok(manifest) = manifest_of(dir, number) {
            kept.push(KeptGeneration::of(dir, &manifest, false));
        }
    }
    kept.sort_by_key(|generation| generation.number);
    Ok(kept)
}

impl KeptGeneration {
    fn of(dir: &Path, manifest: &Manifest, is_current: bool) -> KeptGeneration {
        KeptGeneration {
            number: manifest.generation,
            is_current,
            started: manifest.started / 1_000_000_000,
            roots: manifest.roots.clone(),
            documents: manifest.documents,
            passages: manifest.passages,
            bytes: size(&manifest.generation_folder(dir)),
        }
    }
}

/// Removes what interrupted builds left, and all finished generations but `current` and the `keep`
/// newest others; `before`, which was current until now, counts as the newest.
pub(super) fn sweep(dir: &Path, current: u64, before: Option<u64>, keep: usize) {
    let found = generations(dir).unwrap_or_default();
    let (mut finished, unfinished): (Vec<_>, Vec<_>) = found
        .into_iter()
        .filter(|(number, _)| *number != current)
        .partition(|(_, path)| is_finished(path));
    finished.sort_by_key(|(number, _)| Reverse((Some(*number) == before, *number)));
    let replaced = finished.into_iter().skip(keep);
    for (_, path) in replaced.chain(unfinished) {
        claim::remove_generation(&path);
    }
}
