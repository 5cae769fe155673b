//! # Differences
//!
//! What became of the passages on an aspect between two states of the materials ([`diff`]), and
//! how one text became another, word by word ([`Difference`]).

mod words;

use std::collections::{BTreeMap, BTreeSet, HashSet};

use crate::index::{Engine, StoredPassage};
use crate::search::{Filter, SearchError, filters_wanted};

pub(crate) use words::folded;
pub use words::{Change, ChangedStretch, Difference};

/// From this likeness on two passages of a source are one that was changed…
const ALIKE: f32 = 0.5;
/// …and from this one on if they stand under the same headings.
const ALIKE_IN_PLACE: f32 = 0.3;

/// A passage that was changed.
#[derive(Debug, Clone, PartialEq)]
pub struct Changed {
    pub old: StoredPassage,
    pub new: StoredPassage,
    pub difference: Difference,
}

/// What differs between two indexes.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct CorpusDiff {
    /// Passages that only the newer index has, in the order of its sources.
    pub added: Vec<StoredPassage>,
    pub changed: Vec<Changed>,
    /// Passages that only the older index has.
    pub dropped: Vec<StoredPassage>,
}

impl CorpusDiff {
    /// Whether nothing differs.
    pub fn is_empty(&self) -> bool {
        self.added.is_empty() && self.changed.is_empty() && self.dropped.is_empty()
    }
}

/// Compares the passages of two indexes that speak of an aspect, by its name or label.
///
/// Sources are the same if they are cited by the same path; where no two are, if they have the same
/// path below the folder that all sources of their index share.
pub fn diff(old: &dyn Engine, new: &dyn Engine, aspect: &str) -> Result<CorpusDiff, SearchError> {
    let sources = (
        old.sources(None, usize::MAX)?,
        new.sources(None, usize::MAX)?,
    );
    let (old_root, new_root) = roots(&sources.0, &sources.1);
    let mut before = by_source(passages(old, aspect)?, &old_root);
    let mut after = by_source(passages(new, aspect)?, &new_root);
    let names: BTreeSet<String> = before.keys().chain(after.keys()).cloned().collect();
    let mut all = CorpusDiff::default();
    for name in names {
        let mut old_passages = before.remove(&name).unwrap_or_default();
        let mut new_passages = after.remove(&name).unwrap_or_default();
        // What is there as before differs in nothing, though it may count as another aspect now.
        let still = texts(new, &format!("{new_root}{name}"), &old_passages)?;
        let already = texts(old, &format!("{old_root}{name}"), &new_passages)?;
        old_passages.retain(|passage| !still.contains(&folded(&passage.text)));
        new_passages.retain(|passage| !already.contains(&folded(&passage.text)));
        pair(old_passages, new_passages, &mut all);
    }
    Ok(all)
}

/// The passages that speak of an aspect.
fn passages(engine: &dyn Engine, aspect: &str) -> Result<Vec<StoredPassage>, SearchError> {
    let all = filters_wanted(engine, &[Filter::Aspect(aspect.to_owned())])?;
    let mut found = Vec::new();
    for wanted in all {
        engine.each(&wanted, &mut |passage| found.push(passage))?;
    }
    found.sort_by(|a, b| (&a.source, a.bytes).cmp(&(&b.source, b.bytes)));
    Ok(found)
}

fn by_source(passages: Vec<StoredPassage>, root: &str) -> BTreeMap<String, Vec<StoredPassage>> {
    let mut sources: BTreeMap<String, Vec<StoredPassage>> = BTreeMap::new();
    for passage in passages {
        let name = passage.source.strip_prefix(root).unwrap_or(&passage.source);
        sources.entry(name.to_owned()).or_default().push(passage);
    }
    sources
}

/// What the sources of two indexes have in front of the names that they are compared by.
fn roots(old: &[String], new: &[String]) -> (String, String) {
    let known: HashSet<&String> = old.iter().collect();
    match new.iter().any(|source| known.contains(source)) {
        true => Default::default(),
        false => (shared_folder(old), shared_folder(new)),
    }
}

/// The folder that all of some paths, in order, share, with its slash.
fn shared_folder(sources: &[String]) -> String {
    let (Some(first), Some(last)) = (sources.first(), sources.last()) else {
        return String::new();
    };
    let pairs = first.bytes().zip(last.bytes());
    let shared = pairs.take_while(|(a, b)| a == b).count();
    // A slash is never inside of another character.
    let end = first.as_bytes()[..shared].iter().rposition(|&b| b == b'/');
    first[..end.map_or(0, |slash| slash + 1)].to_owned()
}

/// The texts of a source, where anything has to be looked for in it.
fn texts(
    engine: &dyn Engine,
    source: &str,
    looked_for: &[StoredPassage],
) -> Result<HashSet<String>, SearchError> {
    if looked_for.is_empty() {
        return Ok(HashSet::new());
    }
    let document = engine.document(source)?;
    let passages = document.map(|document| document.passages);
    let texts = passages.into_iter().flatten().map(|p| folded(&p.text));
    Ok(texts.collect())
}

/// Pairs the passages of a source that are versions of one another, the most alike first.
fn pair(old: Vec<StoredPassage>, new: Vec<StoredPassage>, all: &mut CorpusDiff) {
    let mut alike: Vec<(f32, usize, usize, Difference)> = Vec::new();
    for (i, before) in old.iter().enumerate() {
        for (j, after) in new.iter().enumerate() {
            let (difference, ratio) = Difference::of(&before.text, &after.text);
            let in_place = before.headings == after.headings;
            if ratio >= if in_place { ALIKE_IN_PLACE } else { ALIKE } {
                alike.push((ratio, i, j, difference));
            }
        }
    }
    alike.sort_by(|a, b| b.0.total_cmp(&a.0).then((a.1, a.2).cmp(&(b.1, b.2))));
    let mut old: Vec<Option<StoredPassage>> = old.into_iter().map(Some).collect();
    let mut new: Vec<Option<StoredPassage>> = new.into_iter().map(Some).collect();
    for (_, i, j, difference) in alike {
        if old[i].is_some() && new[j].is_some() {
            let pair = old[i].take().zip(new[j].take());
            all.changed.extend(pair.map(|(old, new)| Changed {
                old,
                new,
                difference,
            }));
        }
    }
    all.dropped.extend(old.into_iter().flatten());
    all.added.extend(new.into_iter().flatten());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sources_are_compared_below_the_folder_they_share() {
        let paths = |paths: &[&str]| -> Vec<String> { paths.iter().map(|p| (*p).into()).collect() };
        let old = paths(&["old/a/1.txt", "old/a/2.txt"]);
        assert_eq!(
            roots(&old, &paths(&["new/1.txt"])),
            ("old/a/".into(), "new/".into())
        );
        let same = paths(&["old/a/1.txt", "old/b.txt"]);
        assert_eq!(roots(&old, &same), (String::new(), String::new()));
        assert_eq!(shared_folder(&paths(&["ab.txt", "ac.txt"])), "");
    }
}
