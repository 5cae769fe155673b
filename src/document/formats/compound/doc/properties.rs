//! What paragraphs and letters are, by their places in the main stream.
//!
//! A table names pages of 512 bytes in the main stream; each of them has the properties of some stretches of the
//! stream, as a list of changes, each a number that says what is changed and how long its value is.

use crate::document::formats::compound::{size_at, u16_at};
use crate::document::{Allowance, ReadError};

const PAGE: usize = 512;

/// What is said of a stretch of the main stream.
pub(super) trait SaidOfStretch: Sized {
    /// How many bytes a page has for each stretch.
    const WIDTH: usize;

    /// Reads what a page says, of which the bytes at `at` begin with a length.
    fn read(page: &[u8], at: usize) -> Option<Self>;
}

/// Stretches of the main stream, with what is said of each.
#[derive(Debug)]
pub(super) struct Ranges<T>(Vec<(usize, usize, T)>);

impl<T> Default for Ranges<T> {
    fn default() -> Self {
        Ranges(Vec::new())
    }
}

impl<T: SaidOfStretch> Ranges<T> {
    /// Reads the pages that a table names.
    pub(super) fn read(
        table: &[u8],
        main: &[u8],
        allowance: &Allowance,
    ) -> Result<Self, ReadError> {
        let mut ranges = Vec::new();
        let count = table.len().saturating_sub(4) / 8;
        let mut pages: Vec<usize> = (0..count)
            .filter_map(|number| size_at(table, 4 * (count + 1) + 4 * number))
            .map(|page| page & 0x003f_ffff)
            .collect();
        pages.sort_unstable();
        pages.dedup();
        for page in pages {
            allowance.check()?;
            let start = page * PAGE;
            if let Some(page) = main.get(start..start + PAGE) {
                Self::read_page(page, &mut ranges);
            }
        }
        ranges.sort_by_key(|(start, ..)| *start);
        Ok(Ranges(ranges))
    }

    fn read_page(page: &[u8], ranges: &mut Vec<(usize, usize, T)>) {
        let runs = usize::from(page[PAGE - 1]);
        for run in 0..runs {
            let (Some(start), Some(end)) = (size_at(page, 4 * run), size_at(page, 4 * run + 4))
            else {
                return;
            };
            let at = page.get(4 * (runs + 1) + T::WIDTH * run).copied();
            let said = at
                .filter(|at| *at > 0)
                .and_then(|at| T::read(page, 2 * usize::from(at)));
            if let Some(said) = said {
                ranges.push((start, end, said));
            }
        }
    }

    /// What is said of a place.
    pub(super) fn at(&self, place: usize) -> Option<&T> {
        let after = self.0.partition_point(|(start, ..)| *start <= place);
        let (_, end, said) = self.0.get(after.checked_sub(1)?)?;
        (place < *end).then_some(said)
    }
}

/// What a paragraph is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct ParagraphProperties {
    pub(super) style: u16,
    /// From 0; 9 is none.
    pub(super) outline: Option<u8>,
    /// Whether it is the title of the document.
    pub(super) title: bool,
    /// Whether it is a line of a table of contents.
    pub(super) contents: bool,
    /// The number of its list, from 1; 0 is none.
    pub(super) list: Option<u16>,
    pub(super) list_level: u8,
    pub(super) in_table: bool,
    pub(super) ends_row: bool,
    /// Whether the row that it ends has the names of the columns.
    pub(super) is_header: bool,
}

impl ParagraphProperties {
    /// Applies a list of changes. One that is cut off ends it.
    pub(super) fn change(&mut self, changes: &[u8]) {
        each_change(changes, &mut |what, value| {
            let byte = value.first().copied().unwrap_or(0);
            match what {
                0x2640 => self.outline = Some(byte),
                0x460b => self.list = u16_at(value, 0),
                0x260a => self.list_level = byte,
                0x2416 => self.in_table = byte != 0,
                0x2417 => self.ends_row = byte != 0,
                0x3404 => self.is_header = byte != 0,
                _ => {}
            }
        });
    }

    /// These, and where they say nothing those of the style.
    pub(super) fn over(&self, style: &ParagraphProperties) -> ParagraphProperties {
        ParagraphProperties {
            outline: self.outline.or(style.outline),
            title: self.title || style.title,
            contents: self.contents || style.contents,
            list: self.list.or(style.list),
            list_level: self.list_level.max(style.list_level),
            ..self.clone()
        }
    }

    /// The level of a heading, which begins with 1 for the title.
    pub(super) fn heading(&self) -> Option<u8> {
        match self.outline {
            _ if self.title => Some(1),
            Some(level @ 0..=8) => Some(level + 2),
            _ => None,
        }
    }
}

impl SaidOfStretch for ParagraphProperties {
    /// A place and what it measures on the page.
    const WIDTH: usize = 13;

    fn read(page: &[u8], at: usize) -> Option<Self> {
        // A length in pairs of bytes, less one byte; or after a zero one in pairs.
        let (at, length) = match page.get(at)? {
            0 => (at + 2, 2 * usize::from(*page.get(at + 1)?)),
            pairs => (at + 1, 2 * usize::from(*pairs) - 1),
        };
        let said = page.get(at..at + length)?;
        let mut properties = ParagraphProperties {
            style: u16_at(said, 0)?,
            ..ParagraphProperties::default()
        };
        properties.change(&said[2..]);
        Some(properties)
    }
}

/// Whether letters are no text: deleted, or not to be seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Hidden(pub(super) bool);

impl SaidOfStretch for Hidden {
    const WIDTH: usize = 1;

    fn read(page: &[u8], at: usize) -> Option<Self> {
        let length = usize::from(*page.get(at)?);
        let said = page.get(at + 1..at + 1 + length)?;
        let mut hidden = false;
        each_change(said, &mut |what, value| {
            if matches!(what, 0x0800 | 0x083c) {
                hidden |= value.first() == Some(&1);
            }
        });
        Some(Hidden(hidden))
    }
}

/// Hands each change of a list on, with the bytes of its value.
fn each_change(mut changes: &[u8], take: &mut dyn FnMut(u16, &[u8])) {
    while let Some(what) = u16_at(changes, 0) {
        let rest = &changes[2..];
        let length = match (what >> 13, what) {
            (0 | 1, _) => Some(1),
            (2 | 4 | 5, _) => Some(2),
            (3, _) => Some(4),
            (7, _) => Some(3),
            // Of tables the length takes two bytes, and is one too much.
            (_, 0xd608 | 0xd606) => u16_at(rest, 0).map(|length| usize::from(length) + 1),
            _ => rest.first().map(|length| usize::from(*length) + 1),
        };
        let Some(value) = length.and_then(|length| rest.get(..length)) else {
            return;
        };
        take(what, value);
        changes = &rest[value.len()..];
    }
}
