//! What pictures of a page say in words, where these are words of their own.

use std::collections::HashSet;

use super::clutter::may_warn;
use super::tree::{Id, ROOT, Shown, Tree};
use crate::document::word_count;

/// With fewer words it is a name of the picture rather than what it shows. Chosen.
const LEAST_WORDS: usize = 5;

/// The texts of a page that a picture could repeat.
pub(super) struct Pictures<'t> {
    texts: HashSet<&'t str>,
}

impl<'t> Pictures<'t> {
    pub(super) fn of(tree: &'t Tree) -> Pictures<'t> {
        let nodes = tree.under(ROOT, |_| true);
        let texts = nodes.filter_map(|id| match tree.shown(id) {
            Shown::Text(text) => Some(text.trim()),
            _ => None,
        });
        let texts = texts.filter(|text| word_count(text) >= LEAST_WORDS);
        Pictures {
            texts: texts.collect(),
        }
    }

    /// What a picture shows, unless that is only its name, or its caption or a heading says the same.
    pub(super) fn text(&self, tree: &'t Tree, id: Id) -> Option<&'t str> {
        let text = tree.attribute(id, "alt")?.trim();
        let is_own = word_count(text) >= LEAST_WORDS && !self.texts.contains(text);
        (is_own || may_warn(text, false)).then_some(text)
    }
}
