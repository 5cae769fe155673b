//! The tantivy fields: the one place that knows them.

use serde::{Deserialize, Serialize};
use tantivy::schema::{
    FAST, Field, INDEXED, IndexRecordOption, STORED, STRING, Schema, TantivyDocument,
    TextFieldIndexing, TextOptions, Value,
};

use crate::analysis::TOKENIZER_NAME;
use crate::document::Document;
use crate::passage::{Passage, PassageId};

/// The searchable text of a passage.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TextField {
    /// The title of the document.
    Title,
    /// The headings above the passage and the lead-in it continues.
    Heading,
    /// The passage itself.
    Body,
}

impl TextField {
    pub const ALL: [TextField; 3] = [TextField::Title, TextField::Heading, TextField::Body];

    /// The name people use for it, in queries and explanations.
    pub fn name(self) -> &'static str {
        match self {
            TextField::Title => "title",
            TextField::Heading => "heading",
            TextField::Body => "body",
        }
    }
}

/// The fields of the index.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Fields {
    title: Field,
    heading: Field,
    body: Field,
    /// The path of the source, as one term.
    pub(crate) source: Field,
    /// The passage id, as one term.
    pub(crate) id: Field,
    /// The passage as it is shown, see [`StoredPassage`].
    stored: Field,
    /// Document number (upper 40 bits) and passage number (lower 24 bits).
    order: Field,
}

/// The name of the fast field for [`Fields::order`].
pub(crate) const ORDER: &str = "order";
const PASSAGE_BITS: u32 = 24;

/// The place of a passage in the corpus: document by document, passage by passage.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Order(pub(crate) u64);

impl Order {
    fn new(document: u64, passage: u32) -> Self {
        let last = (1 << PASSAGE_BITS) - 1;
        Order(document << PASSAGE_BITS | u64::from(passage.min(last)))
    }

    /// The number of the document; documents count as different sources.
    pub(crate) fn document(self) -> u64 {
        self.0 >> PASSAGE_BITS
    }
}

/// A passage as it is kept for showing.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StoredPassage {
    pub id: PassageId,
    pub source: String,
    pub title: String,
    pub headings: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lead: Option<String>,
    /// First and last line, counted from 1.
    pub lines: (usize, usize),
    /// First byte, and the one after the last.
    pub bytes: (usize, usize),
    pub text: String,
}

impl StoredPassage {
    fn new(document: &Document, passage: &Passage) -> Self {
        StoredPassage {
            id: passage.id().clone(),
            source: document.source().to_owned(),
            title: document.title().to_owned(),
            headings: passage.headings().to_vec(),
            lead: passage.lead().map(str::to_owned),
            lines: (*passage.lines().start(), *passage.lines().end()),
            bytes: (passage.bytes().start, passage.bytes().end),
            text: passage.text().to_owned(),
        }
    }
}

impl Fields {
    /// The schema, and the fields in it.
    pub(super) fn schema() -> (Schema, Fields) {
        let mut schema = Schema::builder();
        let indexing = TextFieldIndexing::default()
            .set_tokenizer(TOKENIZER_NAME)
            .set_index_option(IndexRecordOption::WithFreqsAndPositions);
        let text = TextOptions::default().set_indexing_options(indexing);
        let fields = Fields {
            title: schema.add_text_field("title", text.clone()),
            heading: schema.add_text_field("heading", text.clone()),
            body: schema.add_text_field("body", text),
            source: schema.add_text_field("source", STRING),
            id: schema.add_text_field("id", STRING),
            stored: schema.add_bytes_field("stored", STORED),
            order: schema.add_u64_field(ORDER, FAST),
        };
        // Filled by aspect annotation.
        schema.add_facet_field("aspects", INDEXED);
        (schema.build(), fields)
    }

    /// The fields of an existing index.
    pub(super) fn of(schema: &Schema) -> tantivy::Result<Fields> {
        Ok(Fields {
            title: schema.get_field("title")?,
            heading: schema.get_field("heading")?,
            body: schema.get_field("body")?,
            source: schema.get_field("source")?,
            id: schema.get_field("id")?,
            stored: schema.get_field("stored")?,
            order: schema.get_field(ORDER)?,
        })
    }

    pub(crate) fn text(&self, field: TextField) -> Field {
        match field {
            TextField::Title => self.title,
            TextField::Heading => self.heading,
            TextField::Body => self.body,
        }
    }

    /// The index entry of a passage of the document with that number.
    pub(super) fn entry(
        &self,
        number: u64,
        document: &Document,
        passage: &Passage,
    ) -> serde_json::Result<TantivyDocument> {
        let mut entry = TantivyDocument::default();
        entry.add_text(self.title, document.title());
        for heading in passage
            .headings()
            .iter()
            .map(String::as_str)
            .chain(passage.lead())
        {
            entry.add_text(self.heading, heading);
        }
        entry.add_text(self.body, passage.text());
        entry.add_text(self.source, document.source());
        entry.add_text(self.id, passage.id().as_str());
        let stored = serde_json::to_vec(&StoredPassage::new(document, passage))?;
        entry.add_bytes(self.stored, &stored);
        entry.add_u64(self.order, Order::new(number, passage.ordinal()).0);
        Ok(entry)
    }

    /// The stored passage of an index entry.
    pub(crate) fn stored(&self, entry: &TantivyDocument) -> Result<StoredPassage, String> {
        let bytes = entry
            .get_first(self.stored)
            .and_then(|value| value.as_bytes())
            .ok_or("an entry has no stored passage")?;
        serde_json::from_slice(bytes).map_err(|error| error.to_string())
    }
}
