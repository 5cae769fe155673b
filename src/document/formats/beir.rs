//! Collections in BEIR form: one JSON object a line with `_id`, `title` and `text` (Thakur et
//! al., "BEIR: a heterogeneous benchmark for zero-shot evaluation of information retrieval
//! models", 2021). Each object is a document of its own; its lines and bytes are those of its
//! `text`.

use serde::Deserialize;

use crate::document::{Allowance, Block, BlockKind, Document, Part, ReadError, Reader, is_blank};

/// Reader for BEIR collections.
pub(super) struct Beir;

#[derive(Deserialize)]
struct BeirLine {
    #[serde(rename = "_id")]
    id: String,
    #[serde(default)]
    title: String,
    text: String,
}

impl Reader for Beir {
    fn name(&self) -> &'static str {
        "BEIR collection"
    }

    fn extensions(&self) -> &'static [&'static str] {
        &["jsonl"]
    }

    fn reads_lines(&self) -> bool {
        true
    }

    fn is_watched(&self) -> bool {
        false
    }

    fn read(
        &self,
        source: &str,
        part: Part,
        _: &Allowance,
        sink: &mut dyn FnMut(Document),
    ) -> Result<(), ReadError> {
        let mut bad = 0;
        let mut first_bad = None;
        let bytes = match part.first_line {
            1 => part.bytes.strip_prefix(b"\xef\xbb\xbf"),
            _ => None,
        };
        for (line, number) in bytes
            .unwrap_or(&part.bytes)
            .split(|&byte| byte == b'\n')
            .zip(part.first_line..)
        {
            if line.trim_ascii().is_empty() {
                continue;
            }
            match serde_json::from_slice(line) {
                Ok(entry) => sink(document(source, entry)),
                Err(error) => {
                    bad += 1;
                    first_bad.get_or_insert((number, error.to_string()));
                }
            }
        }
        match first_bad {
            None => Ok(()),
            Some((number, cause)) => Err(ReadError::Lines { number, cause, bad }),
        }
    }
}

fn document(source: &str, entry: BeirLine) -> Document {
    let blocks = paragraphs(&entry.text);
    let source = format!("{source}#{}", entry.id);
    Document::new(source, entry.title, entry.text, blocks).with_id(entry.id)
}

/// Each line that shows something is a paragraph, with the blank ones after it.
pub(super) fn paragraphs(text: &str) -> Vec<Block> {
    let mut blocks: Vec<Block> = Vec::new();
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let end = at + line.len();
        let blank = line.chars().all(is_blank);
        match blocks.last_mut() {
            // Blank lines at the start go to the first paragraph.
            Some(last) if blank || last.kind == BlockKind::Furniture => {
                last.bytes.end = end;
                if !blank {
                    last.kind = BlockKind::Paragraph;
                }
            }
            _ => blocks.push(Block {
                kind: match blank {
                    true => BlockKind::Furniture,
                    false => BlockKind::Paragraph,
                },
                bytes: at..end,
            }),
        }
        at = end;
    }
    blocks
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_is_a_document_and_bad_ones_are_named() {
        let text = "{\"_id\":\"a\",\"title\":\"T\",\"text\":\"One.\\nTwo.\"}\n\nnot json\n{\"_id\":\"b\",\"text\":\"\"}\n{}\n";
        let mut documents = Vec::new();
        let result = Beir.read(
            "c.jsonl",
            Part::whole(text),
            &Allowance::default(),
            &mut |document| documents.push(document),
        );
        assert_eq!(documents.len(), 2);
        assert_eq!(documents[0].source(), "c.jsonl#a");
        assert_eq!(documents[0].id(), "a");
        assert_eq!(documents[0].blocks().len(), 2);
        assert!(matches!(
            result,
            Err(ReadError::Lines {
                number: 3,
                bad: 2,
                ..
            })
        ));
    }

    #[test]
    fn blank_lines_stay_with_a_paragraph() {
        let kinds = |text: &str| -> Vec<_> {
            paragraphs(text)
                .into_iter()
                .map(|b| (b.kind, b.bytes))
                .collect()
        };
        assert_eq!(
            kinds("\n\nOne.\n\nTwo."),
            [(BlockKind::Paragraph, 0..8), (BlockKind::Paragraph, 8..12)]
        );
        assert_eq!(kinds("\n"), [(BlockKind::Furniture, 0..1)]);
    }
}
