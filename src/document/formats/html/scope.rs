//! The part of a page that holds its text, where the page says which it is.
//!
//! Readability (Mozilla) and others look for it by the density of words. A leaflet has boxes of few words
//! beside its text that must not be lost, so here a part counts only if it says by its element, its role or
//! its class that it is the text, and holds nearly all running words.

use std::collections::BTreeMap;

use super::clutter::{Clutter, is_named};
use super::element::{heading_level, is_furniture, is_no_text};
use super::measure::Held;
use super::tree::{Id, ROOT, Shown, Tree};
use crate::document::furniture::clutter_table;

/// What holds so much of the running text of a page holds its text. Chosen on half of the pages of three test
/// sets of other projects.
const LEAST_SHARE: f64 = 0.8;

/// The part that holds the text.
pub(super) struct MainPart {
    pub(super) id: Id,
    /// The widest part that says so, too.
    pub(super) outer: Id,
    /// Whether the title of the page is in it, so that one above is that of the site.
    pub(super) has_title: bool,
}

/// The innermost part that says that it holds the text.
pub(super) fn scope(
    tree: &Tree,
    held: &[Held],
    around: &BTreeMap<Id, Clutter>,
) -> Option<MainPart> {
    let words = words_of_text(tree, held, around);
    let holds_most = |id: &Id| words[*id] as f64 >= LEAST_SHARE * words[ROOT] as f64;
    if words[ROOT] == 0 {
        return None;
    }
    let mut parts = Vec::new();
    let mut at = ROOT;
    // One child at most holds so much.
    while let Some(&next) = tree.children(at).iter().find(|id| holds_most(id)) {
        parts.extend(is_text(tree, next).then_some(next));
        at = next;
    }
    let (&outer, &id) = (parts.first()?, parts.last()?);
    Some(MainPart {
        id,
        outer,
        has_title: held[id].titles > 0
            || (tree.name(id) == "main" && begins_with_heading(tree, id)),
    })
}

/// How many words of text each element has, but for what stands around: of running text where the page has any.
fn words_of_text(tree: &Tree, held: &[Held], around: &BTreeMap<Id, Clutter>) -> Vec<usize> {
    let has_running = held[ROOT].running > 0;
    let words = |id: Id| match has_running {
        true => held[id].running,
        false => held[id].unlinked(),
    };
    let mut found: Vec<usize> = (0..tree.len()).map(words).collect();
    for &id in around.keys() {
        let less = found[id];
        let above = std::iter::successors(Some(id), |&id| tree.parent(id));
        above.for_each(|id| found[id] = found[id].saturating_sub(less));
    }
    found
}

/// Whether an element says that it holds the text.
fn is_text(tree: &Tree, id: Id) -> bool {
    let has = |name, wanted: &[&str]| {
        let words = tree.attribute(id, name).unwrap_or_default();
        words.split_whitespace().any(|word| wanted.contains(&word))
    };
    match tree.name(id) {
        "main" | "article" => true,
        "html" | "body" | "" => false,
        _ => {
            has("role", &["main", "article"])
                || has("itemprop", &["articleBody", "mainContentOfPage"])
                || is_named(tree, id, &clutter_table().texts)
        }
    }
}

fn begins_with_heading(tree: &Tree, id: Id) -> bool {
    let entered = |id: Id| !is_no_text(tree.name(id)) && !is_furniture(tree, id);
    let mut parts = tree.under(id, entered);
    let first = parts.find(|node| match tree.shown(*node) {
        Shown::Element(name) => heading_level(name).is_some(),
        Shown::Text(text) => !text.trim().is_empty(),
        Shown::Nothing => false,
    });
    first.is_some_and(|node| heading_level(tree.name(node)).is_some())
}
