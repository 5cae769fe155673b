//! Whole documents, out of what their passages keep.
//!
//! An index holds every document byte for byte, once: each passage keeps, besides its own text,
//! what stands between it and the passage before (headings, furniture, white space), the last one
//! also what follows it. The first one keeps the [`Sheet`] of the document, with its blocks and its
//! hash. A document without any passage has one entry that nothing finds, with all of it.
//!
//! So a source can be read as it was indexed, whatever has become of the file since, and the index
//! can be checked against itself: a document put together again has to have its hash.

use super::passage::StoredPassage;
use crate::document::{Block, BlockKind, Document};
use crate::passage::Passage;
use serde::{Deserialize, Serialize};

/// A document as it was indexed, whole.
#[derive(Debug, Clone, PartialEq)]
pub struct WholeDocument {
    /// The path it is cited by.
    pub source: String,
    pub title: String,
    pub text: String,
    /// The blocks, in order, tiling the text.
    pub blocks: Vec<Block>,
    /// The passages, in order; none where there is nothing to be searched.
    pub passages: Vec<StoredPassage>,
    id: String,
}

/// What an entry keeps besides its passage.
#[derive(Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Around {
    /// The text between the passage before, or the start of the document, and this one.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    before: String,
    /// The text after the last passage.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    after: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    sheet: Option<Sheet>,
}

/// What there is to know of a document, kept with its first entry.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Sheet {
    source: String,
    id: String,
    title: String,
    /// The BLAKE3 hash of the text, in hexadecimal.
    hash: String,
    /// The code of each kind of block, see [`code`], and its bytes.
    blocks: Vec<(u16, usize)>,
}

impl Around {
    /// What each entry of a document keeps: one a passage, but never none.
    pub(super) fn all(document: &Document, passages: &[Passage]) -> Vec<Around> {
        let mut before = 0;
        let mut all: Vec<Around> = passages
            .iter()
            .map(|passage| {
                let gap = before..passage.bytes().start;
                before = passage.bytes().end;
                Around {
                    before: document.text()[gap].to_owned(),
                    ..Around::default()
                }
            })
            .collect();
        if all.is_empty() {
            all.push(Around::default());
        }
        if let Some(last) = all.last_mut() {
            last.after = document.text()[before..].to_owned();
        }
        all[0].sheet = Some(Sheet::of(document));
        all
    }
}

impl Sheet {
    fn of(document: &Document) -> Sheet {
        let blocks = document.blocks().iter();
        Sheet {
            source: document.source().to_owned(),
            id: document.id().to_owned(),
            title: document.title().to_owned(),
            hash: blake3::hash(document.text().as_bytes())
                .to_hex()
                .to_string(),
            blocks: blocks
                .map(|block| (code(block.kind), block.bytes.len()))
                .collect(),
        }
    }
}

impl WholeDocument {
    /// Puts a document together from its entries, in order; the error says what does not fit.
    pub(super) fn of(
        entries: Vec<(Around, Option<StoredPassage>)>,
    ) -> Result<WholeDocument, String> {
        let mut text = String::new();
        let mut passages = Vec::with_capacity(entries.len());
        let mut sheet = None;
        for (around, passage) in entries {
            sheet = sheet.or(around.sheet);
            text.push_str(&around.before);
            if let Some(passage) = passage {
                if passage.bytes != (text.len(), text.len() + passage.text.len()) {
                    return Err(format!("passage {} is out of place", passage.id));
                }
                text.push_str(&passage.text);
                passages.push(passage);
            }
            text.push_str(&around.after);
        }
        let sheet = sheet.ok_or("a document has lost its beginning")?;
        if blake3::hash(text.as_bytes()).to_hex().as_str() != sheet.hash {
            return Err(format!("{} is not as it was indexed", sheet.source));
        }
        Ok(WholeDocument {
            blocks: blocks(&text, &sheet.blocks)
                .ok_or_else(|| format!("the blocks of {} do not fit", sheet.source))?,
            source: sheet.source,
            id: sheet.id,
            title: sheet.title,
            text,
            passages,
        })
    }

    /// The document as a reader gave it.
    pub(super) fn into_document(self) -> Document {
        Document::new(self.source, self.title, self.text, self.blocks).with_id(self.id)
    }

    /// The text of a stretch.
    #[cfg(feature = "serve")]
    pub(crate) fn slice(&self, bytes: &std::ops::Range<usize>) -> &str {
        &self.text[bytes.clone()]
    }
}

/// The blocks of those kinds and lengths, if they tile the text.
fn blocks(text: &str, coded: &[(u16, usize)]) -> Option<Vec<Block>> {
    let mut at = 0_usize;
    let mut blocks = Vec::with_capacity(coded.len());
    for &(code, length) in coded {
        let end = at.checked_add(length)?;
        if length == 0 || !text.is_char_boundary(end) {
            return None;
        }
        blocks.push(Block {
            kind: kind(code)?,
            bytes: at..end,
        });
        at = end;
    }
    (at == text.len()).then_some(blocks)
}

/// The number of a kind of block: below 8 what it is, above that the level.
fn code(kind: BlockKind) -> u16 {
    match kind {
        BlockKind::Paragraph => 0,
        BlockKind::ListItem {
            depth,
            continued: false,
        } => 1 + 8 * u16::from(depth),
        BlockKind::ListItem {
            depth,
            continued: true,
        } => 7 + 8 * u16::from(depth),
        BlockKind::TableHeader => 2,
        BlockKind::TableRow => 3,
        BlockKind::Furniture => 4,
        BlockKind::Margin => 4 + 8,
        BlockKind::Heading { level } => 5 + 8 * u16::from(level),
        BlockKind::Question { level } => 6 + 8 * u16::from(level),
    }
}

fn kind(code: u16) -> Option<BlockKind> {
    let level = u8::try_from(code / 8).ok()?;
    Some(match (code % 8, level) {
        (0, 0) => BlockKind::Paragraph,
        (1, depth) => BlockKind::ListItem {
            depth,
            continued: false,
        },
        (7, depth) => BlockKind::ListItem {
            depth,
            continued: true,
        },
        (2, 0) => BlockKind::TableHeader,
        (3, 0) => BlockKind::TableRow,
        (4, 0) => BlockKind::Furniture,
        (4, 1) => BlockKind::Margin,
        (5, level) => BlockKind::Heading { level },
        (6, level) => BlockKind::Question { level },
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::{Allowance, Part, reader_for};
    use crate::passage::cut;
    use proptest::prelude::*;

    fn read(text: &str) -> Document {
        let mut documents = Vec::new();
        let reader = reader_for("a.txt".as_ref()).expect("there is a reader for text");
        let read = reader.read(
            "a.txt",
            Part::whole(text),
            &Allowance::default(),
            &mut |d| {
                documents.push(d);
            },
        );
        read.expect("a string is text");
        documents.remove(0)
    }

    /// The passages of a document as they are stored.
    fn stored(document: &Document) -> Vec<StoredPassage> {
        let stored = |passage: &Passage| StoredPassage {
            id: passage.id().clone(),
            document: document.id().to_owned(),
            source: document.source().to_owned(),
            title: document.title().to_owned(),
            headings: passage.headings().to_vec(),
            lead: None,
            lines: passage.lines().into_inner(),
            pages: None,
            paragraphs: None,
            recognised: false,
            bytes: (passage.bytes().start, passage.bytes().end),
            text: passage.text().to_owned(),
            units: passage.units().clone(),
            aspects: Vec::new(),
            risks: Vec::new(),
            statements: Vec::new(),
            concepts: Vec::new(),
        };
        cut(document).iter().map(stored).collect()
    }

    fn entries(document: &Document) -> Vec<(Around, Option<StoredPassage>)> {
        let mut passages = stored(document).into_iter();
        let arounds = Around::all(document, &cut(document)).into_iter();
        arounds.map(|around| (around, passages.next())).collect()
    }

    const PAGE: &str =
        "Neck pain\n\nSkip to main content\n\nRisks\n\nRarely, a stroke.\n\nBack to top\n";

    proptest! {
        #[test]
        fn a_document_comes_back_as_it_was(text in "([^\\x00]|\n){0,200}") {
            let document = read(&text);
            let whole = WholeDocument::of(entries(&document)).expect("it fits");
            prop_assert_eq!(&whole.text, &text);
            prop_assert_eq!(whole.into_document(), document.with_id("a.txt".into()));
        }
    }

    #[test]
    fn what_has_changed_is_told() {
        let document = read(PAGE);
        let mut changed = entries(&document);
        changed[0].0.before.replace_range(0..1, "n");
        let told = WholeDocument::of(changed).expect_err("it is not what it was");
        assert_eq!(told, "a.txt is not as it was indexed");
        let mut short = entries(&document);
        short[0].0.before.pop();
        let told = WholeDocument::of(short).expect_err("it is shorter");
        assert!(told.ends_with("out of place"), "{told}");
    }
}
