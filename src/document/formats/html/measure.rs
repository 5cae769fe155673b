//! How much text each element of a page holds, and how much of that leads elsewhere.

use super::element::{heading_level, is_furniture, is_no_text};
use super::tree::{Id, ROOT, Shown, Tree};
use crate::document::word_count;

/// So many words in one go, which are no link, are running text. Chosen.
pub(super) const RUNNING: usize = 8;

/// From this share of linked words on a part leads elsewhere… Chosen on 181 pages of news, which are not
/// part of the project.
const LINKED: f64 = 0.5;
/// …if it has so many links…
pub(super) const LEAST_LINKS: usize = 3;
/// …or so many headings, nearly all of them links, with so few words to each: they are of other pages.
const LEAST_HEADINGS: usize = 3;
const LINKED_HEADINGS: f64 = 0.8;
const MOST_WORDS_EACH: usize = 60;

/// What an element has in it.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Held {
    pub(super) words: usize,
    pub(super) linked: usize,
    /// Words of paragraphs that are no links.
    pub(super) prose: usize,
    /// Words of running text that are no links.
    pub(super) running: usize,
    pub(super) links: usize,
    pub(super) headings: usize,
    pub(super) linked_headings: usize,
    /// Headings of the first level.
    pub(super) titles: usize,
    pub(super) has_main: bool,
}

impl Held {
    fn of_text(text: &str) -> Held {
        let words = size(text);
        Held {
            words,
            running: if words >= RUNNING { words } else { 0 },
            ..Held::default()
        }
    }

    /// What an element has that has this in it.
    fn in_element(mut self, name: &str) -> Held {
        match (name, heading_level(name)) {
            ("main", _) => self.has_main = true,
            ("p", _) => self.prose = self.unlinked(),
            ("a", _) => {
                self.linked = self.words;
                self.running = 0;
                self.links = 1;
                self.linked_headings = self.headings;
            }
            (_, Some(level)) => {
                self.headings += 1;
                self.titles += usize::from(level == 1);
                self.linked_headings += usize::from(self.links > 0);
            }
            _ => {}
        }
        self
    }

    fn add(&mut self, other: Held) {
        self.words += other.words;
        self.linked += other.linked;
        self.prose += other.prose;
        self.running += other.running;
        self.titles += other.titles;
        self.links += other.links;
        self.headings += other.headings;
        self.linked_headings += other.linked_headings;
        self.has_main |= other.has_main;
    }

    pub(super) fn unlinked(&self) -> usize {
        self.words - self.linked
    }

    /// Whether it leads elsewhere, with most of its words or with its headings.
    pub(super) fn leads_away(&self) -> bool {
        let by_words =
            self.links >= LEAST_LINKS && self.linked as f64 >= LINKED * self.words as f64;
        let by_headings = self.headings >= LEAST_HEADINGS
            && self.linked_headings as f64 >= LINKED_HEADINGS * self.headings as f64
            && self.words <= MOST_WORDS_EACH * self.headings;
        by_words || by_headings
    }
}

/// What each node has in it.
pub(super) fn held(tree: &Tree) -> Vec<Held> {
    let mut held = vec![Held::default(); tree.len()];
    // Each node comes before what is under it, so that from behind all below is known.
    let order: Vec<Id> = tree
        .under(ROOT, |id| {
            !is_no_text(tree.name(id)) && !is_furniture(tree, id)
        })
        .collect();
    for &id in order.iter().rev() {
        held[id] = match tree.shown(id) {
            Shown::Text(text) => Held::of_text(text),
            _ => {
                let mut all = Held::default();
                let children = tree.children(id).iter();
                children.for_each(|&child| all.add(held[child]));
                all.in_element(tree.name(id))
            }
        };
    }
    held
}

/// How many words a text has; of scripts that part them by no spaces two letters are taken for one more.
fn size(text: &str) -> usize {
    let unparted = text
        .chars()
        .filter(|c| ('\u{2e80}'..='\u{9fff}').contains(c))
        .count();
    word_count(text) + unparted / 2
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scripts_without_spaces_have_words_too() {
        assert_eq!(size("two words"), 2);
        assert_eq!(size("痛みが和らぐ"), 1 + 3);
        assert_eq!(size(""), 0);
    }
}
