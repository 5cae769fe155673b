//! What stands around the text of a page: told by the names of its elements, and by links.
//!
//! Extractors that look for the text alone (Kohlschütter and others, "Boilerplate detection using shallow text
//! features", 2010) drop what they do not take for it. Here a warning must not be dropped, so it is the other
//! way round: only what surely stands around is taken out, and of that no block that could warn.

use std::collections::{BTreeMap, HashSet};

use super::element::{heading_level, is_inline};
use super::measure::{Held, LEAST_LINKS};
use super::tree::{Id, ROOT, Tree};
use crate::document::furniture::clutter_table;

/// What holds more of the words of a page than this is its text, whatever it is called. Chosen.
const MOST_SHARE: f64 = 0.3;
/// So is what holds more of the words in its paragraphs than this. Chosen.
const MOST_PROSE: f64 = 0.5;
/// What leads elsewhere stands around the text of a page with so many other words, which is more than a list of links.
const LEAST_WORDS: usize = 200;
/// Talk may be most of a page that has so many other words.
const LEAST_BESIDE_TALK: usize = 40;

/// Whether a text could be a warning. A link that only names what warnings are about is an entry of a menu.
pub(super) fn may_warn(text: &str, is_link: bool) -> bool {
    let table = clutter_table();
    table.warns(text) || (!is_link && table.names_risks(text))
}

/// Whether an element shows pictures one after the other, often each of them several times.
pub(super) fn is_gallery(tree: &Tree, id: Id) -> bool {
    is_named(tree, id, &clutter_table().galleries)
}

/// What an element that stands around the text is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Clutter {
    /// What could warn in it is text all the same.
    Around,
    /// Talk of readers, and questions to them.
    Talk,
}

/// The outermost elements of a page that stand around its text.
pub(super) fn clutter(tree: &Tree, held: &[Held]) -> BTreeMap<Id, Clutter> {
    let mut found = BTreeMap::new();
    let mut waiting = vec![ROOT];
    while let Some(id) = waiting.pop() {
        match kind_of(tree, held, id) {
            Some(kind) => {
                found.insert(id, kind);
            }
            None => waiting.extend(tree.children(id)),
        }
    }
    found
}

fn kind_of(tree: &Tree, held: &[Held], id: Id) -> Option<Clutter> {
    let (part, page) = (held[id], held[ROOT]);
    if part.words == 0 || part.has_main || part.titles > 0 {
        return None;
    }
    // What stands within a link has words that are none on the page.
    let others = page.unlinked().saturating_sub(part.unlinked());
    let table = clutter_table();
    if others >= LEAST_BESIDE_TALK && is_named(tree, id, &table.talk) {
        return Some(Clutter::Talk);
    }
    let is_small = (part.words as f64) < MOST_SHARE * page.words as f64
        && (part.prose as f64) <= MOST_PROSE * page.prose as f64;
    let is_aside = || tree.name(id) == "aside" || is_named(tree, id, &table.asides);
    let is_named_so =
        is_small && (is_named(tree, id, &table.names) || (part.links >= LEAST_LINKS && is_aside()));
    let leads_away = others >= LEAST_WORDS && is_box(tree, id) && part.leads_away();
    (is_named_so || leads_away).then_some(Clutter::Around)
}

/// Whether an element holds a part of a page, rather than words of a line or rows of a table.
fn is_box(tree: &Tree, id: Id) -> bool {
    matches!(
        tree.name(id),
        "ul" | "ol" | "div" | "section" | "aside" | "header" | "dl" | "form"
    )
}

/// Whether its class or id has one of these names.
pub(super) fn is_named(tree: &Tree, id: Id, names: &HashSet<String>) -> bool {
    let name = tree.name(id);
    let is_text = matches!(name, "html" | "body" | "main" | "article");
    if name.is_empty() || is_text || is_inline(name) || heading_level(name).is_some() {
        return false;
    }
    let own = ["class", "id"].into_iter();
    let own = own.filter_map(|name| tree.attribute(id, name));
    own.flat_map(str::split_whitespace).any(|name| {
        let parts = name_parts(name);
        let pairs = parts.windows(2).map(|pair| pair.join("-"));
        parts.iter().any(|part| names.contains(part))
            || pairs.into_iter().any(|pair| names.contains(&pair))
    })
}

/// The words of a class or an id, in whatever way they are joined: `related-posts`, `relatedPosts`.
fn name_parts(name: &str) -> Vec<String> {
    let mut parts = vec![String::new()];
    let mut was_small = false;
    for c in name.chars() {
        let begins = !c.is_ascii_alphanumeric() || (was_small && c.is_ascii_uppercase());
        if begins && parts.last().is_some_and(|last| !last.is_empty()) {
            parts.push(String::new());
        }
        if let Some(last) = parts.last_mut().filter(|_| c.is_ascii_alphanumeric()) {
            last.push(c.to_ascii_lowercase());
        }
        was_small = c.is_ascii_lowercase();
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_could_warn_is_told() {
        for is_link in [false, true] {
            assert!(may_warn("Do not use it in osteoporosis", is_link));
            assert!(may_warn("Product RECALL", is_link));
            assert!(may_warn("You don’t need a referral", is_link));
            assert!(!may_warn("Share this page with a friend", is_link));
            assert!(!may_warn("I am not sure what they said", is_link));
        }
        assert!(may_warn("Pregnancy", false));
        assert!(!may_warn("Pregnancy", true));
    }

    #[test]
    fn names_are_taken_apart() {
        assert_eq!(name_parts("related-posts"), ["related", "posts"]);
        assert_eq!(
            name_parts("topRatedComments--x2"),
            ["top", "rated", "comments", "x2"]
        );
        assert_eq!(name_parts("SHARE_this"), ["share", "this"]);
    }
}
