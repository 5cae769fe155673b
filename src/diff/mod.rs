//! # Differences
//!
//! What became of the passages on an aspect between two states of the materials ([`diff`]), and
//! how one text became another, word by word ([`Difference`]).

mod words;

use std::collections::{BTreeMap, BTreeSet, HashSet};

use crate::index::{Engine, StoredPassage};
use crate::search::{Filter, SearchError, filters_wanted};

use words::WordBag;
pub(crate) use words::folded;
pub use words::{Change, ChangedStretch, Difference};

/// From this likeness on two passages of a source are one that was changed…
const ALIKE: f32 = 0.5;
/// …and from this one on if they stand under the same headings.
const ALIKE_IN_PLACE: f32 = 0.3;
/// So many pairs of a source are looked at for words that they share; of more, each passage is paired
/// with none. That is some thousand passages changed at once.
const MOST_PAIRS: usize = 4_000_000;
/// So many of them are compared word by word, those that share most words first.
const MOST_COMPARED: usize = 20_000;

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
pub(crate) fn roots(old: &[String], new: &[String]) -> (String, String) {
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

/// What became of the passages of one source, given all that it had and all that it has.
pub(crate) fn between(mut old: Vec<StoredPassage>, mut new: Vec<StoredPassage>) -> CorpusDiff {
    let texts = |passages: &[StoredPassage]| -> HashSet<String> {
        passages.iter().map(|p| folded(&p.text)).collect()
    };
    let (before, after) = (texts(&old), texts(&new));
    old.retain(|passage| !after.contains(&folded(&passage.text)));
    new.retain(|passage| !before.contains(&folded(&passage.text)));
    let mut all = CorpusDiff::default();
    pair(old, new, &mut all);
    all
}

/// Pairs the passages of a source that are versions of one another, the most alike first.
fn pair(old: Vec<StoredPassage>, new: Vec<StoredPassage>, all: &mut CorpusDiff) {
    let mut alike: Vec<(f32, usize, usize, Difference)> = Vec::new();
    for (i, j) in promising(&old, &new) {
        let (difference, ratio) = Difference::of(&old[i].text, &new[j].text);
        if ratio >= needed(&old[i], &new[j]) {
            alike.push((ratio, i, j, difference));
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

/// How alike two passages have to be to be versions of one another.
fn needed(old: &StoredPassage, new: &StoredPassage) -> f32 {
    match old.headings == new.headings {
        true => ALIKE_IN_PLACE,
        false => ALIKE,
    }
}

/// The pairs that share as many words, in whatever order, as versions of one another do: no two are
/// more alike than that. The most promising first, and no more than are compared.
fn promising<'p>(old: &'p [StoredPassage], new: &'p [StoredPassage]) -> Vec<(usize, usize)> {
    if old.len().saturating_mul(new.len()) > MOST_PAIRS {
        return Vec::new();
    }
    let bag = |passage: &'p StoredPassage| WordBag::of(&passage.text);
    let before: Vec<WordBag<'_>> = old.iter().map(bag).collect();
    let after: Vec<WordBag<'_>> = new.iter().map(bag).collect();
    let mut pairs: Vec<(f32, usize, usize)> = Vec::new();
    for (i, bag) in before.iter().enumerate() {
        let alike = after
            .iter()
            .enumerate()
            .map(|(j, other)| (bag.shared(other), i, j));
        pairs.extend(alike.filter(|&(shared, i, j)| shared >= needed(&old[i], &new[j])));
    }
    pairs.sort_by(|a, b| b.0.total_cmp(&a.0).then((a.1, a.2).cmp(&(b.1, b.2))));
    pairs.truncate(MOST_COMPARED);
    pairs.into_iter().map(|(_, i, j)| (i, j)).collect()
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

    fn passage(text: &str) -> StoredPassage {
        let json = serde_json::json!({
            "id": text, "document": "d", "source": "s", "title": "", "headings": [],
            "lines": [1, 1], "bytes": [0, 1], "text": text, "units": [], "aspects": [],
            "concepts": [],
        });
        serde_json::from_value(json).expect("it is a passage")
    }

    #[test]
    fn a_source_that_is_another_one_is_not_paired() {
        let of =
            |from: usize, to: usize| (from..to).map(|n| passage(&format!("only {n}"))).collect();
        let same = between(of(0, 9), of(0, 9));
        assert!(same.is_empty());
        let (old, new) = (
            vec![passage("take one a day"), passage("rest")],
            vec![passage("take two a day")],
        );
        let all = between(old, new);
        assert_eq!(
            (all.changed.len(), all.dropped.len(), all.added.len()),
            (1, 1, 0)
        );
        // More pairs than are looked at are what they are, and soon done.
        let all = between(of(0, 2_100), of(3_000, 5_100));
        assert_eq!(
            (all.changed.len(), all.dropped.len(), all.added.len()),
            (0, 2_100, 2_100)
        );
    }
}
