//! What a build would take away: an index is not emptied by a share that is not mounted, nor
//! replaced by one of another corpus, by a slip of the pen.
//!
//! Where a build would lose more than half of the sources, is of another corpus, or of an older
//! palpate than made the index, it has to be said that this is meant (`--replace`).

use std::path::{Path, PathBuf};

use super::files::{Listing, Records};
use crate::index::error::IndexError;
use crate::index::manifest::{CorpusPlaces, FORMAT_VERSION, Header, Holds};
use crate::index::sources::Sources;

/// What is known of the index that a build is to take the place of.
pub(in crate::index) struct Former {
    header: Header,
    /// The roots as they were given.
    roots: Vec<PathBuf>,
    files: Option<Records>,
}

impl Former {
    /// What a manifest, of whatever version, says of an index that was made from `files`; `None`
    /// where it says nothing.
    pub(in crate::index) fn of(manifest: &[u8], files: Option<Records>) -> Option<Former> {
        let header: Header = serde_json::from_slice(manifest).ok()?;
        Some(Former {
            roots: header.roots.clone().unwrap_or_default(),
            header,
            files,
        })
    }

    /// An error where a build of what is listed would lose what `sources` do not say may be lost.
    pub(in crate::index) fn unless_lost(
        &self,
        sources: &Sources,
        places: &CorpusPlaces,
        listing: &Listing,
    ) -> Result<(), IndexError> {
        let cause = self
            .newer()
            .or_else(|| self.elsewhere(sources, places))
            .or_else(|| self.fewer_files(sources, listing));
        ask(sources, cause)
    }

    /// The same once it is known what the files hold.
    pub(in crate::index) fn unless_fewer(
        &self,
        sources: &Sources,
        holds: &[Holds],
    ) -> Result<(), IndexError> {
        let documents = holds.iter().map(|holds| holds.documents).sum();
        let files = holds.iter().filter(|holds| holds.passages > 0).count() as u64;
        let fewer = |what: &str, before: u64, now: u64| {
            is_lost(before, now).then(|| {
                format!("the index holds {before} {what}, and {now} could be read: more than half would be lost")
            })
        };
        let before = self
            .files
            .as_ref()
            .map_or(0, |files| files.with_passages().count() as u64);
        let cause = fewer("documents", self.header.documents, documents)
            .or_else(|| fewer("files with text", before, files));
        ask(sources, cause)
    }

    fn newer(&self) -> Option<String> {
        let format = self.header.format;
        (format > FORMAT_VERSION).then(|| {
            format!("the index was made in format {format} by a newer palpate, and this one makes format {FORMAT_VERSION}")
        })
    }

    fn elsewhere(&self, sources: &Sources, places: &CorpusPlaces) -> Option<String> {
        let known = match &self.header.places {
            Some(before) => before.are_within(places),
            // Palpates before this one noted roots only as they were given.
            None => self.roots == sources.roots,
        };
        (!known).then(|| {
            format!(
                "the index was made from {}, and would now be made from {}",
                listed(&self.roots),
                listed(&sources.roots)
            )
        })
    }

    fn fewer_files(&self, sources: &Sources, listing: &Listing) -> Option<String> {
        let files = self.files.as_ref()?;
        let known = files.with_passages().count() as u64;
        let left = match self.roots == sources.roots {
            true => {
                let names = listing.names();
                let is_left = |path: &&Path| path.to_str().is_some_and(|path| names.contains(path));
                files.with_passages().filter(is_left).count() as u64
            }
            // What was spelled otherwise has other names.
            false => listing.files.len() as u64,
        };
        is_lost(known, left).then(|| {
            let gone = known.saturating_sub(left);
            format!("{gone} of the {known} files of the index are gone: more than half")
        })
    }
}

/// Whether less than half is left.
fn is_lost(before: u64, now: u64) -> bool {
    now.saturating_mul(2) < before
}

fn ask(sources: &Sources, cause: Option<String>) -> Result<(), IndexError> {
    match cause {
        Some(cause) if !sources.replace => Err(IndexError::WouldLose { cause }),
        _ => Ok(()),
    }
}

fn listed(roots: &[PathBuf]) -> String {
    let roots: Vec<_> = roots
        .iter()
        .map(|root| root.display().to_string())
        .collect();
    roots.join(", ")
}

impl CorpusPlaces {
    /// Where these roots are, and the folder of the index, if it is in one.
    pub(in crate::index) fn of(roots: &[PathBuf], index: Option<&Path>) -> CorpusPlaces {
        let place = |path: &Path| path.canonicalize().unwrap_or_else(|_| path.to_owned());
        CorpusPlaces {
            roots: roots.iter().map(|root| place(root)).collect(),
            index: index.map(place),
        }
    }

    /// Whether each of these roots lies within one of those, or did before everything was moved to
    /// another place.
    fn are_within(&self, others: &CorpusPlaces) -> bool {
        let seen_from_index = |root: &Path, places: &CorpusPlaces| {
            let index = places.index.as_deref()?;
            Some(seen_from(index, root))
        };
        self.roots.iter().all(|root| {
            let within = others.roots.iter().any(|other| root.starts_with(other));
            let from_index = seen_from_index(root, self);
            let same = |other: &PathBuf| seen_from_index(other, others) == from_index;
            within || (from_index.is_some() && others.roots.iter().any(same))
        })
    }
}

/// The way from a folder to a path: up, and down again.
fn seen_from(folder: &Path, path: &Path) -> (usize, PathBuf) {
    let shared = folder.components().zip(path.components());
    let shared = shared.take_while(|(a, b)| a == b).count();
    let up = folder.components().count() - shared;
    (up, path.components().skip(shared).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn places(roots: &[&str], index: &str) -> CorpusPlaces {
        CorpusPlaces {
            roots: roots.iter().map(PathBuf::from).collect(),
            index: Some(index.into()),
        }
    }

    #[test]
    fn a_corpus_is_the_same_where_it_is_or_was_moved_with_its_index() {
        let before = places(&["/a/corpus"], "/a/index");
        assert!(before.are_within(&places(&["/a/corpus"], "/b/index")));
        assert!(before.are_within(&places(&["/a"], "/b/index")));
        assert!(before.are_within(&places(&["/a/corpus", "/c"], "/a/index")));
        assert!(before.are_within(&places(&["/moved/corpus"], "/moved/index")));
        assert!(!before.are_within(&places(&["/b/corpus"], "/a/index")));
        assert!(!before.are_within(&places(&["/a/corpus/part"], "/a/index")));
        assert!(!places(&["/a", "/b"], "/i").are_within(&places(&["/a"], "/i")));
    }

    #[test]
    fn half_may_go() {
        assert!(!is_lost(10, 5));
        assert!(is_lost(10, 4));
        assert!(is_lost(1, 0));
        assert!(!is_lost(0, 0));
    }
}
