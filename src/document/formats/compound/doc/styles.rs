//! What the styles of a document say of its paragraphs.

use super::properties::ParagraphProperties;
use crate::document::formats::compound::u16_at;

/// How many styles one may be based on, one after the other.
const CHAIN: usize = 32;
/// What says that a style is based on none.
const NONE: usize = 0x0fff;
/// The numbers that every language of Word has for its own styles.
const HEADINGS: std::ops::RangeInclusive<u16> = 1..=9;
const CONTENTS: std::ops::RangeInclusive<u16> = 19..=27;
const TITLE: u16 = 62;
/// The kind of styles that paragraphs have.
const OF_PARAGRAPHS: u16 = 1;

/// The styles, by their places.
#[derive(Debug, Default)]
pub(super) struct WordStyles {
    properties: Vec<ParagraphProperties>,
}

/// A style as it is kept.
#[derive(Debug, Clone, Default)]
struct WordStyle {
    own: ParagraphProperties,
    based_on: Option<usize>,
}

impl WordStyles {
    /// Reads the table of styles. What is damaged of it says nothing.
    pub(super) fn read(table: &[u8]) -> WordStyles {
        let styles = read(table).unwrap_or_default();
        let resolved = |at: usize| {
            let mut properties = styles[at].own.clone();
            let mut based_on = styles[at].based_on;
            for _ in 0..CHAIN {
                let Some(style) = based_on.and_then(|at| styles.get(at)) else {
                    break;
                };
                properties = properties.over(&style.own);
                based_on = style.based_on;
            }
            properties
        };
        WordStyles {
            properties: (0..styles.len()).map(resolved).collect(),
        }
    }

    /// What a style says. Where they cannot be read, the headings are known by their places, which are the same in
    /// every document.
    pub(super) fn properties(&self, style: u16) -> ParagraphProperties {
        let known = self.properties.get(usize::from(style));
        known.cloned().unwrap_or_else(|| ParagraphProperties {
            outline: heading(style).filter(|_| self.properties.is_empty()),
            ..ParagraphProperties::default()
        })
    }
}

/// The outline level of one of the nine headings.
fn heading(number: u16) -> Option<u8> {
    HEADINGS.contains(&number).then(|| number as u8 - 1)
}

fn read(table: &[u8]) -> Option<Vec<WordStyle>> {
    let header = usize::from(u16_at(table, 0)?);
    let base = usize::from(u16_at(table, 4)?);
    let mut rest = table.get(2 + header..)?;
    let mut styles = Vec::new();
    while let Some(length) = u16_at(rest, 0) {
        let Some(style) = rest.get(2..2 + usize::from(length)) else {
            break;
        };
        rest = &rest[2 + style.len()..];
        styles.push(read_style(style, base).unwrap_or_default());
    }
    Some(styles)
}

fn read_style(style: &[u8], base: usize) -> Option<WordStyle> {
    let number = u16_at(style, 0)? & 0x0fff;
    let kind_and_base = u16_at(style, 2)?;
    let based_on = usize::from(kind_and_base >> 4);
    let mut own = ParagraphProperties {
        outline: heading(number),
        title: number == TITLE,
        contents: CONTENTS.contains(&number),
        ..ParagraphProperties::default()
    };
    if kind_and_base & 0x000f == OF_PARAGRAPHS
        && let Some(changes) = changes(style, base)
    {
        own.change(changes);
    }
    Some(WordStyle {
        own,
        based_on: (based_on != NONE).then_some(based_on),
    })
}

/// What a style changes of its paragraphs: after its name, which ends with a zero, and its own number.
fn changes(style: &[u8], base: usize) -> Option<&[u8]> {
    let name = usize::from(u16_at(style, base)?);
    let at = base + 2 + 2 * name + 2;
    let at = at + at % 2;
    let length = usize::from(u16_at(style, at)?);
    style.get(at + 4..at + 2 + length)
}
