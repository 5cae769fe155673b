//! Whether an index is as it was written.
//!
//! Every file of a generation has its hash in the manifest, and the manifest has its own: a
//! changed byte is found by [`check`], wherever it is. What is looked at besides are promises that
//! no hash can keep: that documents can be put together again from their passages, that numbers of
//! documents and passages are what the manifest says, that each passage belongs to a file that was
//! read, and that nothing lies about that nobody knows.
//!
//! Opening a small index looks at its hashes, too, as that takes no time. Opening a large one does
//! not; there what is shown of a passage has a seal of its own, and whatever tantivy makes of
//! damaged postings is an error and not a panic.

use std::path::Path;

use super::generations::{generations, is_finished};
use super::index::Index;
use super::names::KEPT_MANIFEST;
use crate::index::document::WholeDocument;
use crate::index::error::IndexError;
use crate::index::gather::files::{Records, source_name};
use crate::index::gather::sums::{damaged_files, folder_name, names, size};
use crate::index::guard::unless_damaged;
use crate::index::manifest::{self, Manifest, Sums};
use crate::index::passage::Order;
use crate::index::report::{CheckReport, Damage};

/// Checks the index in `dir`: all of it.
///
/// Damage is no error, it is what the report is for. An error says that there is no index, or that
/// it was made by another version.
pub fn check(dir: &Path) -> Result<CheckReport, IndexError> {
    let manifest = match Manifest::read(dir) {
        Ok(manifest) => manifest,
        Err(IndexError::Damaged { cause, .. }) => {
            return Ok(CheckReport {
                damage: vec![Damage {
                    path: manifest::FILE.to_owned(),
                    cause,
                }],
                ..CheckReport::default()
            });
        }
        Err(error) => return Err(error),
    };
    let folder = manifest.generation_folder(dir);
    let mut report = CheckReport {
        generation: manifest.generation,
        documents: manifest.documents,
        passages: manifest.passages,
        bytes: size(&folder),
        damage: damaged_files(&folder, &manifest.sums),
        leftovers: leftovers(dir, &folder, &manifest.sums),
        sources: None,
    };
    // What is in damaged files is not worth reading.
    if report.damage.is_empty() {
        report.damage = match Index::open_generation(dir, &manifest) {
            Ok(index) => contradictions(&index, &folder)?,
            Err(error) => vec![Damage {
                path: folder_name(&folder),
                cause: error.to_string(),
            }],
        };
    }
    Ok(report)
}

/// Generations that were never finished, and files of this one that nobody knows.
fn leftovers(dir: &Path, current: &Path, sums: &Sums) -> Vec<String> {
    let others = generations(dir).unwrap_or_default().into_iter();
    let others = others.filter(|(_, path)| path != current && !is_finished(path));
    let mut leftovers: Vec<String> = others.map(|(_, path)| folder_name(&path)).collect();
    leftovers.sort();
    let strange = names(current).unwrap_or_default().into_iter();
    let strange = strange.filter(|name| !sums.contains_key(name) && name != KEPT_MANIFEST);
    leftovers.extend(strange.map(|name| format!("{}/{name}", folder_name(current))));
    leftovers
}

/// What the index holds of a file.
#[derive(Default, PartialEq, Eq)]
struct FileHoldings {
    documents: u64,
    passages: u64,
    text: u64,
}

/// Where what is in the index contradicts itself.
fn contradictions(index: &Index, folder: &Path) -> Result<Vec<Damage>, IndexError> {
    let mut damage = Vec::new();
    let Some(records) = Records::read(folder) else {
        damage.push(Damage {
            path: folder_name(folder),
            cause: "it cannot be read which files it was made from".to_owned(),
        });
        return Ok(damage);
    };
    let (mut known, mut all) = (0, FileHoldings::default());
    for (path, holds) in records.holds() {
        let mut found = FileHoldings::default();
        let term = index.fields().file_term(&source_name(path));
        let mut look = |order: Order, document: WholeDocument| {
            let numbers = holds.first..holds.first + holds.documents;
            if !numbers.contains(&order.document()) {
                return Err(index.damaged(format!("{} is out of order", document.source)));
            }
            known += document.passages.len().max(1) as u64;
            found.documents += 1;
            found.passages += document.passages.len() as u64;
            found.text += document.text.len() as u64;
            Ok(())
        };
        let read = unless_damaged(|| index.each_document(&term, &mut look))
            .unwrap_or_else(|cause| Err(index.damaged(cause)));
        let expected = FileHoldings {
            documents: holds.documents,
            passages: holds.passages,
            text: holds.text,
        };
        let cause = match read {
            Err(error) => error.to_string(),
            Ok(()) if found == expected => {
                all.documents += found.documents;
                all.passages += found.passages;
                continue;
            }
            Ok(()) => "the index does not hold all of it".to_owned(),
        };
        damage.push(Damage {
            path: path.display().to_string(),
            cause,
        });
    }
    let manifest = index.manifest();
    let counts = (all.documents, all.passages) == (manifest.documents, manifest.passages);
    let orphans = index.searcher().num_docs() != known;
    if damage.is_empty() && (orphans || !counts) {
        damage.push(Damage {
            path: folder_name(folder),
            cause: match orphans {
                true => "it holds passages of files that it does not know".to_owned(),
                false => "it does not hold what the manifest says".to_owned(),
            },
        });
    }
    Ok(damage)
}
