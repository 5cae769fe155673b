//! The documents of an index: which there are, and each of them whole.

use serde::Serialize;

use super::StoredPassageJson;
use crate::index::WholeDocument;

/// Some of the sources.
#[derive(Serialize, utoipa::ToSchema)]
pub(crate) struct SourcesJson {
    /// How many there are in all.
    total: u64,
    documents: Vec<String>,
    /// What to give as `after` for those that follow; not there at the end.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
}

/// A document as it was indexed, whole.
#[derive(Serialize, utoipa::ToSchema)]
pub(crate) struct DocumentJson<'a> {
    source: &'a str,
    title: &'a str,
    text: &'a str,
    /// What the stretches of the text are; together they are all of it.
    blocks: Vec<BlockJson>,
    passages: Vec<StoredPassageJson<'a>>,
}

/// A stretch of a document.
#[derive(Serialize, utoipa::ToSchema)]
struct BlockJson {
    kind: &'static str,
    /// First byte, and the one after the last.
    bytes: (usize, usize),
}

impl SourcesJson {
    /// Some of `total` sources; `more` says whether others follow.
    pub(crate) fn new(total: u64, documents: Vec<String>, more: bool) -> SourcesJson {
        SourcesJson {
            total,
            next: documents.last().filter(|_| more).cloned(),
            documents,
        }
    }
}

impl<'a> DocumentJson<'a> {
    pub(crate) fn new(document: &'a WholeDocument) -> Self {
        let blocks = document.blocks.iter().map(|block| BlockJson {
            kind: block.kind.name(),
            bytes: (block.bytes.start, block.bytes.end),
        });
        DocumentJson {
            source: &document.source,
            title: &document.title,
            text: &document.text,
            blocks: blocks.collect(),
            passages: document
                .passages
                .iter()
                .map(StoredPassageJson::new)
                .collect(),
        }
    }
}
