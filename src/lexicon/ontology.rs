//! Which terms of an ontology are no conditions: roots and wide categories, which only order
//! others, and modifiers, which qualify them ("Severe", "Mode of inheritance").
//!
//! It is told by structure, and by general words that are data (`src/data/modifiers.toml`); a term that
//! the file gives a kind, or that the lexicon knows, stays.

use std::collections::HashMap;
use std::sync::LazyLock;

use serde::Deserialize;

use crate::data::{DataFile, TableFault, from_toml};

/// From so many terms on, what half of them are below is a category.
const MANY: usize = 100;

static TABLE: LazyLock<OntologyTable> = LazyLock::new(|| {
    from_toml(DataFile::Modifiers.text())
        // Tests read the built-in file, and one in its place was looked at.
        .expect("the table of modifiers is valid")
});

/// Whether a table of modifiers can be read.
pub(super) fn check(text: &str) -> Result<(), TableFault> {
    from_toml::<OntologyTable>(text).map(|_| ())
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OntologyTable {
    words: Vec<String>,
    branches: Vec<String>,
    marks: Vec<String>,
}

/// A term, as far as its place in the ontology goes.
pub(super) struct OntologyNode<'t> {
    pub(super) id: Option<&'t str>,
    pub(super) name: &'t str,
    pub(super) has_other_names: bool,
    /// The ids of what is directly broader.
    pub(super) broader: &'t [String],
    /// Its namespace and subsets.
    pub(super) marks: &'t [String],
    /// Whether somebody vouches for it: the file with a kind, or the lexicon.
    pub(super) known: bool,
}

/// For each term why it is no condition, or nothing.
pub(super) fn sift(nodes: &[OntologyNode<'_>]) -> Vec<Option<&'static str>> {
    let tree = OntologyTree::of(nodes);
    let modifiers = tree.modifiers(nodes);
    let mut reasons: Vec<Option<&'static str>> = (0..nodes.len())
        .map(|n| match () {
            () if modifiers[n] => Some("a modifier"),
            () if only_general_words(nodes[n].name) => Some("a general word"),
            () if tree.is_root(nodes, n) => Some("a root of the ontology"),
            () => None,
        })
        .collect();
    if nodes.len() >= MANY {
        for wide in tree.wide(nodes.len() / 2) {
            reasons[wide].get_or_insert("a category of most terms");
        }
    }
    for (node, reason) in nodes.iter().zip(&mut reasons) {
        reason.take_if(|_| node.known);
    }
    reasons
}

fn lower_words(text: &str) -> Vec<String> {
    let parts = text.split(|c: char| !c.is_alphanumeric());
    let words = parts.filter(|word| !word.is_empty());
    words.map(str::to_lowercase).collect()
}

fn only_general_words(name: &str) -> bool {
    let words = lower_words(name);
    words.iter().all(|word| TABLE.words.contains(word))
}

/// Who is above and below whom, by place in the file.
struct OntologyTree {
    above: Vec<Vec<usize>>,
    below: Vec<Vec<usize>>,
}

impl OntologyTree {
    fn of(nodes: &[OntologyNode<'_>]) -> OntologyTree {
        let places = nodes.iter().enumerate();
        let by_id: HashMap<&str, usize> =
            places.filter_map(|(n, node)| Some((node.id?, n))).collect();
        let mut below = vec![Vec::new(); nodes.len()];
        let above: Vec<Vec<usize>> = nodes
            .iter()
            .map(|node| {
                let known = node.broader.iter().filter_map(|id| by_id.get(id.as_str()));
                known.copied().collect()
            })
            .collect();
        for (n, parents) in above.iter().enumerate() {
            parents.iter().for_each(|&parent| below[parent].push(n));
        }
        OntologyTree { above, below }
    }

    /// What is a branch of modifiers, or only below such.
    fn modifiers(&self, nodes: &[OntologyNode<'_>]) -> Vec<bool> {
        let mut modifiers: Vec<bool> = nodes.iter().map(is_branch).collect();
        let mut reached: Vec<usize> = (0..nodes.len()).filter(|&n| modifiers[n]).collect();
        while let Some(parent) = reached.pop() {
            for &child in &self.below[parent] {
                if !modifiers[child] && self.above[child].iter().all(|&n| modifiers[n]) {
                    modifiers[child] = true;
                    reached.push(child);
                }
            }
        }
        modifiers
    }

    /// A term above others with nothing above it, by which nobody would ask: it has no other name,
    /// and those below are not kinds of it by name ("acute zorbitis" is one of "zorbitis").
    fn is_root(&self, nodes: &[OntologyNode<'_>], n: usize) -> bool {
        let node = &nodes[n];
        let below = &self.below[n];
        if !node.broader.is_empty() || below.is_empty() || node.has_other_names {
            return false;
        }
        let words = lower_words(node.name);
        let Some(head) = words.last() else {
            return true;
        };
        let named_so = below
            .iter()
            .filter(|&&child| lower_words(nodes[child].name).contains(head));
        2 * named_so.count() < below.len()
    }

    /// The terms that have at least so many below them.
    fn wide(&self, least: usize) -> Vec<usize> {
        let mut wide = Vec::new();
        let roots = (0..self.above.len()).filter(|&n| self.above[n].is_empty());
        let mut candidates: Vec<usize> = roots.filter(|&n| !self.below[n].is_empty()).collect();
        let mut seen = vec![false; self.above.len()];
        while let Some(n) = candidates.pop() {
            if !std::mem::replace(&mut seen[n], true) && self.count_below(n) >= least {
                wide.push(n);
                candidates.extend(&self.below[n]);
            }
        }
        wide
    }

    fn count_below(&self, n: usize) -> usize {
        let mut seen = vec![false; self.above.len()];
        let mut left = vec![n];
        let mut count = 0;
        while let Some(n) = left.pop() {
            for &child in &self.below[n] {
                if !std::mem::replace(&mut seen[child], true) {
                    count += 1;
                    left.push(child);
                }
            }
        }
        count
    }
}

fn is_branch(node: &OntologyNode<'_>) -> bool {
    let name = lower_words(node.name).join(" ");
    let marked = node
        .marks
        .iter()
        .flat_map(|mark| lower_words(&mark.replace('_', " ")));
    TABLE.branches.contains(&name) || marked.into_iter().any(|word| TABLE.marks.contains(&word))
}
