//! Phrases as a trie over the numbers of their words: an automaton that reads a text once, word by
//! word, whatever the number of phrases (Fredkin, "Trie memory", 1960).

use std::collections::HashMap;

use rustc_hash::FxBuildHasher;

/// A place in a trie: a phrase, or the beginning of some.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct TrieNode(u32);

/// Phrases with a value each. A symbol is the number of a word or term.
pub(crate) struct Trie<V> {
    /// From a node (upper half of the key) by a symbol (lower half) to the next node.
    edges: HashMap<u64, TrieNode, FxBuildHasher>,
    values: Vec<Option<V>>,
    /// Whether any phrase begins with a symbol: what is asked of every word of every text.
    begins: Vec<bool>,
}

impl<V> Default for Trie<V> {
    fn default() -> Self {
        Trie {
            edges: HashMap::default(),
            values: vec![None],
            begins: Vec::new(),
        }
    }
}

const ROOT: TrieNode = TrieNode(0);

impl<V> Trie<V> {
    /// The place for the value of a phrase.
    pub(crate) fn entry(&mut self, phrase: impl IntoIterator<Item = u32>) -> &mut Option<V> {
        let mut node = ROOT;
        for symbol in phrase {
            if node == ROOT {
                let at = symbol as usize;
                self.begins.resize(self.begins.len().max(at + 1), false);
                self.begins[at] = true;
            }
            // Each node is a place in phrases that were written out, or read from a file.
            let next = TrieNode(self.values.len() as u32);
            node = *self.edges.entry(key(node, symbol)).or_insert(next);
            if node == next {
                self.values.push(None);
            }
        }
        &mut self.values[node.0 as usize]
    }

    /// Whether any phrase begins with a symbol.
    pub(crate) fn begins(&self, symbol: u32) -> bool {
        self.begins.get(symbol as usize) == Some(&true)
    }

    /// Where a phrase may begin.
    pub(crate) fn start(&self, symbol: u32) -> Option<TrieNode> {
        let begins = self.begins(symbol);
        begins.then(|| self.next(ROOT, symbol)).flatten()
    }

    /// Where a phrase goes on.
    pub(crate) fn next(&self, node: TrieNode, symbol: u32) -> Option<TrieNode> {
        self.edges.get(&key(node, symbol)).copied()
    }

    /// The value of the phrase that ends here, if one does.
    pub(crate) fn value(&self, node: TrieNode) -> Option<&V> {
        self.values[node.0 as usize].as_ref()
    }

    /// The longest phrase that the symbols begin with: its value, and how many symbols it has.
    pub(crate) fn longest(&self, symbols: impl IntoIterator<Item = u32>) -> Option<(&V, usize)> {
        let mut symbols = symbols.into_iter();
        let mut node = self.start(symbols.next()?)?;
        let mut longest = self.value(node).map(|value| (value, 1));
        for (length, symbol) in (2..).zip(symbols) {
            let Some(next) = self.next(node, symbol) else {
                break;
            };
            node = next;
            longest = self.value(node).map(|value| (value, length)).or(longest);
        }
        longest
    }
}

fn key(node: TrieNode, symbol: u32) -> u64 {
    u64::from(node.0) << 32 | u64::from(symbol)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_phrase_is_found_and_a_dead_end_forgotten() {
        let mut trie = Trie::default();
        *trie.entry([1]) = Some('a');
        *trie.entry([1, 2, 3]) = Some('b');
        *trie.entry([2, 3]) = Some('c');
        assert_eq!(trie.longest([1, 2, 3, 4]), Some((&'b', 3)));
        assert_eq!(trie.longest([1, 2, 4]), Some((&'a', 1)));
        assert_eq!(trie.longest([3, 1]), None);
        assert_eq!(trie.longest([2]), None);
        assert_eq!(trie.longest([]), None);
    }
}
