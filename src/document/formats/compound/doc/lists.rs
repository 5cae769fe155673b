//! The lists of a document, and what stands before their items.

use std::collections::HashMap;

use crate::document::formats::compound::{size_at, u16_at};

/// How a list of bullets is numbered, and one of nothing.
const BULLETS: [u8; 2] = [23, 255];
const LEVELS: u8 = 9;
/// How many bytes a list takes, a level of one, and the use of one.
const LIST: usize = 28;
const LEVEL: usize = 28;
const USE: usize = 16;

/// The lists that paragraphs are in, by their numbers, and how far each is counted.
#[derive(Debug, Clone, Default)]
pub(super) struct WordLists {
    /// By the number of a list in use, how each of its levels is numbered.
    formats: Vec<Vec<u8>>,
    counted: HashMap<(u16, u8), usize>,
}

impl WordLists {
    /// Reads the lists, their levels and which of them are in use. What is damaged is a list of bullets.
    pub(super) fn read(lists: &[u8], levels: &[u8], used: &[u8]) -> WordLists {
        let kept = formats(lists, levels);
        let count = size_at(used, 0).unwrap_or(0).min(used.len() / USE);
        let format = |number: usize| {
            let list = size_at(used, 4 + USE * number)?;
            kept.get(&list).cloned()
        };
        WordLists {
            formats: (0..count)
                .map(|number| format(number).unwrap_or_default())
                .collect(),
            counted: HashMap::new(),
        }
    }

    /// What stands before the next item of a list, `None` where it is no list at all.
    pub(super) fn next_bullet(&mut self, list: Option<u16>, level: u8) -> Option<String> {
        let list = list.filter(|list| *list > 0)?;
        let formats = self.formats.get(usize::from(list) - 1);
        match formats.and_then(|formats| formats.get(usize::from(level))) {
            Some(format) if !BULLETS.contains(format) => {
                // A new item restarts what is counted below it.
                self.counted
                    .retain(|(other, below), _| *other != list || *below <= level);
                let count = self.counted.entry((list, level)).or_insert(0);
                *count += 1;
                Some(format!("{count}."))
            }
            _ => Some("•".to_owned()),
        }
    }
}

/// How the levels of each list are numbered, by its id.
fn formats(lists: &[u8], mut levels: &[u8]) -> HashMap<usize, Vec<u8>> {
    let mut kept = HashMap::new();
    let count = u16_at(lists, 0)
        .map_or(0, usize::from)
        .min(lists.len() / LIST);
    for number in 0..count {
        let at = 2 + LIST * number;
        let (Some(id), Some(flags)) = (size_at(lists, at), lists.get(at + 26)) else {
            break;
        };
        let depth = if flags & 1 == 1 { 1 } else { LEVELS };
        let of_list: Vec<u8> = (0..depth).map_while(|_| next_level(&mut levels)).collect();
        kept.insert(id, of_list);
    }
    kept
}

/// How a level is numbered; what it looks like follows, and then its text.
fn next_level(levels: &mut &[u8]) -> Option<u8> {
    let format = *levels.get(4)?;
    let looks = usize::from(*levels.get(24)?) + usize::from(*levels.get(25)?);
    let text = usize::from(u16_at(levels, LEVEL + looks)?);
    *levels = levels.get(LEVEL + looks + 2 + 2 * text..)?;
    Some(format)
}
