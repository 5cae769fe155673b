//! Shows how a document was cut: its blocks and what became of them.

use std::io::{self, Write};
use std::ops::RangeInclusive;

use serde::Serialize;

use super::summary::counted;
use super::text::visible;
use crate::document::turns;
use crate::document::{Block, BlockKind, Document, word_count};
use crate::output::json::to_line;
use crate::passage::Passage;

#[derive(Serialize)]
struct CutDocumentJson<'a> {
    source: &'a str,
    title: &'a str,
    passages: Vec<CutPassageJson<'a>>,
    furniture: Vec<CutBlockJson<'a>>,
}

#[derive(Serialize)]
struct CutPassageJson<'a> {
    id: &'a str,
    headings: &'a [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    lead: Option<&'a str>,
    lines: (usize, usize),
    #[serde(skip_serializing_if = "Option::is_none")]
    pages: Option<(usize, usize)>,
    /// Whether the text, or some of it, was recognised in a picture.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    recognised: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    paragraphs: Option<(usize, usize)>,
    bytes: (usize, usize),
    words: usize,
    blocks: Vec<CutBlockJson<'a>>,
    text: &'a str,
}

#[derive(Serialize)]
struct CutBlockJson<'a> {
    kind: &'static str,
    lines: (usize, usize),
    text: &'a str,
}

/// Prints a document with its passages for people.
pub fn write(out: &mut dyn Write, document: &Document, passages: &[Passage]) -> io::Result<()> {
    let (source, title) = (visible(document.source()), visible(document.title()));
    writeln!(out, "{source}  {title}")?;
    for passage in passages {
        writeln!(out)?;
        writeln!(
            out,
            "passage {}  {}  {} words  {}",
            passage.ordinal() + 1,
            passage.place(),
            word_count(passage.text()),
            passage.id()
        )?;
        let path: Vec<&str> = std::iter::once(document.title())
            .chain(passage.headings().iter().map(String::as_str))
            .collect();
        writeln!(out, "  {}", visible(&path.join(" › ")))?;
        if let Some(lead) = passage.lead() {
            writeln!(out, "  continues: {}", visible(lead))?;
        }
        for &block in passage.blocks() {
            write_block(out, document, &document.blocks()[block])?;
        }
    }
    let furniture = furniture(document);
    if !furniture.is_empty() {
        let nowhere = counted(document.left_out() as u64, "word");
        writeln!(out, "\nnot searched ({nowhere} of it nowhere else):")?;
    }
    for block in furniture {
        write_block(out, document, block)?;
    }
    Ok(())
}

/// Writes a document with its passages as one JSON object on one line.
pub fn write_json(
    out: &mut dyn Write,
    document: &Document,
    passages: &[Passage],
) -> io::Result<()> {
    let block = |block: &'_ Block| CutBlockJson {
        kind: block.kind.name(),
        lines: document.lines(&document.trimmed(block)),
        text: document.block_text(block),
    };
    let object = CutDocumentJson {
        source: document.source(),
        title: document.title(),
        passages: passages
            .iter()
            .map(|passage| CutPassageJson {
                id: passage.id().as_str(),
                headings: passage.headings(),
                lead: passage.lead(),
                lines: passage.lines().into_inner(),
                pages: passage.pages().map(RangeInclusive::into_inner),
                recognised: passage.is_recognised(),
                paragraphs: passage.paragraphs().map(RangeInclusive::into_inner),
                bytes: (passage.bytes().start, passage.bytes().end),
                words: word_count(passage.text()),
                blocks: passage
                    .blocks()
                    .iter()
                    .map(|&i| block(&document.blocks()[i]))
                    .collect(),
                text: passage.text(),
            })
            .collect(),
        furniture: furniture(document).into_iter().map(block).collect(),
    };
    to_line(out, &object)
}

/// The furniture that shows something.
fn furniture(document: &Document) -> Vec<&Block> {
    let is_furniture = |block: &&Block| block.kind == BlockKind::Furniture;
    document
        .blocks()
        .iter()
        .filter(is_furniture)
        .filter(|block| !document.block_text(block).is_empty())
        .collect()
}

fn write_block(out: &mut dyn Write, document: &Document, block: &Block) -> io::Result<()> {
    const SHOWN: usize = 72;
    let bytes = document.trimmed(block);
    let place = document.pages(&bytes).or(document.paragraphs(&bytes));
    let (first, _) = place.unwrap_or_else(|| document.lines(&bytes));
    let text = document.block_text(block);
    let mut start: String = text
        .chars()
        .map(|c| if c.is_control() || turns(c) { ' ' } else { c })
        .take(SHOWN)
        .collect();
    if start.len() < text.len() {
        start.push('…');
    }
    writeln!(out, "  {first:>5}  {:<12}  {start}", block.kind.name())
}
