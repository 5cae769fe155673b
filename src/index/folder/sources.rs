//! Whether the sources of an index are as they were indexed: by their contents, whatever their
//! stamps say.
//!
//! The files have the names under which they were indexed, relative to the folder in which the build
//! ran; they are looked for where they were then.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::index::error::IndexError;
use crate::index::gather::files::{self, Listing, Records};
use crate::index::manifest::Manifest;
use crate::index::report::SourcesCompared;

/// Compares the sources of the index in `dir` with what was indexed.
pub fn check_sources(dir: &Path) -> Result<SourcesCompared, IndexError> {
    let manifest = Manifest::read(dir)?;
    let sum = manifest.sums.get(files::FILE);
    let records = sum.and_then(|sum| Records::read_checked(&manifest.generation_folder(dir), sum));
    let records = records.ok_or_else(|| IndexError::Damaged {
        path: dir.to_owned(),
        cause: format!("{}: not as it was written", files::FILE),
    })?;
    Ok(records.compare_contents(&present(dir, &manifest)))
}

/// The files that are there now: the name that each is indexed by, and where it is.
fn present(dir: &Path, manifest: &Manifest) -> BTreeMap<PathBuf, PathBuf> {
    let mut present = BTreeMap::new();
    for (given, place) in manifest.roots.iter().zip(&manifest.places.roots) {
        let roots = std::slice::from_ref(place);
        let reads_pictures = manifest.ocr.is_some();
        let listing = Listing::of(roots, manifest.links(), Some(dir), reads_pictures);
        for path in listing.files.into_keys() {
            let name = match path.strip_prefix(place) {
                Ok(inner) if inner.as_os_str().is_empty() => given.clone(),
                Ok(inner) => given.join(inner),
                Err(_) => path.clone(),
            };
            present.insert(name, path);
        }
    }
    present
}
