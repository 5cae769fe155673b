//! What stands around the text of a page: told by the names of its elements, and by links.
//!
//! Extractors that look for the text alone (Kohlschütter and others, "Boilerplate detection using shallow text
//! features", 2010) drop what they do not take for it. Here a warning must not be dropped, so it is the other
//! way round: only what surely stands around is taken out, and of that no block that could warn.

use std::collections::BTreeSet;

use super::tree::{Id, ROOT, Shown, Tree};
use super::{heading_level, is_furniture, is_inline, is_no_text};
use crate::document::furniture::clutter_table;
use crate::document::word_count;

/// What holds more of the words of a page than this is its text, whatever it is called. Chosen.
const MOST_SHARE: f64 = 0.3;
/// So is what holds more of the words in its paragraphs than this. Chosen.
const MOST_PROSE: f64 = 0.5;
/// From this share of linked words on a part leads elsewhere… Chosen on 181 pages of news, which are not
/// part of the project.
const LINKED: f64 = 0.5;
/// …if it has so many links…
const LEAST_LINKS: usize = 3;
/// …or so many headings, nearly all of them links, with so few words to each: they are of other pages…
const LEAST_HEADINGS: usize = 3;
const LINKED_HEADINGS: f64 = 0.8;
const MOST_WORDS_EACH: usize = 60;
/// …and the page is more than a list of links: it has so many other words.
const LEAST_WORDS: usize = 200;

/// Whether a text could be a warning.
pub(super) fn may_warn(text: &str) -> bool {
    clutter_table().warns(text)
}

/// What an element has in it.
#[derive(Debug, Clone, Copy, Default)]
struct Held {
    words: usize,
    linked: usize,
    /// Words of paragraphs that are no links.
    prose: usize,
    links: usize,
    headings: usize,
    linked_headings: usize,
    /// A heading of the first level, or a `<main>`.
    has_text: bool,
}

impl Held {
    fn add(&mut self, other: Held) {
        self.words += other.words;
        self.linked += other.linked;
        self.prose += other.prose;
        self.links += other.links;
        self.headings += other.headings;
        self.linked_headings += other.linked_headings;
        self.has_text |= other.has_text;
    }

    fn unlinked(&self) -> usize {
        self.words - self.linked
    }

    /// Whether it leads elsewhere, with most of its words or with its headings.
    fn leads_away(&self) -> bool {
        let by_words =
            self.links >= LEAST_LINKS && self.linked as f64 >= LINKED * self.words as f64;
        let by_headings = self.headings >= LEAST_HEADINGS
            && self.linked_headings as f64 >= LINKED_HEADINGS * self.headings as f64
            && self.words <= MOST_WORDS_EACH * self.headings;
        by_words || by_headings
    }
}

/// The outermost elements of a page that stand around its text.
pub(super) fn clutter(tree: &Tree) -> BTreeSet<Id> {
    let held = held(tree);
    let page = held[ROOT];
    let is_around = |id: Id| {
        let part = held[id];
        if part.words == 0 || part.has_text {
            return false;
        }
        let is_small = (part.words as f64) < MOST_SHARE * page.words as f64
            && (part.prose as f64) <= MOST_PROSE * page.prose as f64;
        // What stands within a link has words that are none on the page.
        let others = page.unlinked().saturating_sub(part.unlinked());
        (is_small && is_named_so(tree, id))
            || (others >= LEAST_WORDS && is_box(tree, id) && part.leads_away())
    };
    let mut found = BTreeSet::new();
    let mut waiting = vec![ROOT];
    while let Some(id) = waiting.pop() {
        match is_around(id) {
            true => {
                found.insert(id);
            }
            false => waiting.extend(tree.children(id)),
        }
    }
    found
}

/// What each node has in it.
fn held(tree: &Tree) -> Vec<Held> {
    let mut held = vec![Held::default(); tree.len()];
    // Each node comes before what is under it, so that from behind all below is known.
    let order: Vec<Id> = tree
        .under(ROOT, |id| {
            !is_no_text(tree.name(id)) && !is_furniture(tree, id)
        })
        .collect();
    for &id in order.iter().rev() {
        let mut all = Held::default();
        match tree.shown(id) {
            Shown::Text(text) => all.words = word_count(text),
            Shown::Element(name) => {
                all.has_text = name == "main" || heading_level(name) == Some(1);
                tree.children(id)
                    .iter()
                    .for_each(|&child| all.add(held[child]));
                if name == "p" {
                    all.prose = all.unlinked();
                } else if name == "a" {
                    all.linked = all.words;
                    all.links = 1;
                    all.linked_headings = all.headings;
                } else if heading_level(name).is_some() {
                    all.headings += 1;
                    all.linked_headings += usize::from(all.links > 0);
                }
            }
            Shown::Nothing => tree
                .children(id)
                .iter()
                .for_each(|&child| all.add(held[child])),
        }
        held[id] = all;
    }
    held
}

/// Whether an element holds a part of a page, rather than words of a line or rows of a table.
fn is_box(tree: &Tree, id: Id) -> bool {
    matches!(
        tree.name(id),
        "ul" | "ol" | "div" | "section" | "aside" | "header" | "dl" | "form"
    )
}

/// Whether its class or id says that it stands around the text.
fn is_named_so(tree: &Tree, id: Id) -> bool {
    let name = tree.name(id);
    let is_text = matches!(name, "html" | "body" | "main" | "article");
    if name.is_empty() || is_text || is_inline(name) || heading_level(name).is_some() {
        return false;
    }
    let names = &clutter_table().names;
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
        assert!(may_warn("Do not use it in osteoporosis"));
        assert!(may_warn("Product RECALL"));
        assert!(may_warn("You don’t need a referral"));
        assert!(!may_warn("Share this page with a friend"));
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
