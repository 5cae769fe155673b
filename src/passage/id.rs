//! Passage ids: content hashes, so that a citation survives a rebuild of the index.

use std::collections::HashMap;
use std::fmt;

use serde::{Deserialize, Serialize};

/// The id of a passage: 20 hexadecimal digits (80 bits) of the BLAKE3 hash of its source and
/// text. Among a billion passages the chance of any two sharing one is below one in a million.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PassageId(String);

impl PassageId {
    /// The id as text.
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<String> for PassageId {
    fn from(text: String) -> Self {
        PassageId(text)
    }
}

impl fmt::Display for PassageId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Makes the ids of one document. The same text twice in a document gets two ids, told apart
/// by how often it came before, so that they do not depend on where in the document it stands.
pub(super) struct IdMaker {
    source: blake3::Hasher,
    seen: HashMap<blake3::Hash, u32>,
}

impl IdMaker {
    pub(super) fn new(source: &str) -> Self {
        let mut hasher = blake3::Hasher::new();
        hasher.update(source.as_bytes());
        // A byte that no text contains keeps source and text apart.
        hasher.update(&[0xff]);
        IdMaker {
            source: hasher,
            seen: HashMap::new(),
        }
    }

    pub(super) fn make(&mut self, text: &str) -> PassageId {
        let mut hasher = self.source.clone();
        hasher.update(text.as_bytes());
        let times = self.seen.entry(hasher.finalize()).or_insert(0);
        if *times > 0 {
            hasher.update(&[0xff]);
            hasher.update(&times.to_le_bytes());
        }
        *times += 1;
        PassageId(hasher.finalize().to_hex()[..20].to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_text_has_the_same_id_and_twice_has_two() {
        let mut a = IdMaker::new("a.txt");
        let (first, second) = (a.make("text"), a.make("text"));
        assert_ne!(first, second);
        let mut again = IdMaker::new("a.txt");
        assert_eq!(again.make("other").as_str().len(), 20);
        assert_eq!(
            (again.make("text"), again.make("text")),
            (first.clone(), second)
        );
        assert_ne!(IdMaker::new("b.txt").make("text"), first);
    }
}
