//! The tantivy fields: the one place that knows them.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use tantivy::columnar::ColumnValues;
use tantivy::schema::{
    FAST, Facet, Field, INDEXED, IndexRecordOption, STORED, STRING, Schema, TantivyDocument,
    TextFieldIndexing, TextOptions, Value,
};
use tantivy::{DocId, SegmentReader};

use crate::analysis::TOKENIZER_NAME;
use crate::annotate::{Annotations, Aspect, AspectWeights, Assertion, Mentioned};
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
    /// What can be filtered and counted, see [`facet`].
    pub(crate) facets: Field,
    /// See [`FieldTerms::title_words`](crate::annotate::FieldTerms::title_words).
    title_words: Field,
    /// The names of the aspects that are likely enough, see [`Aspect::name`], each a term.
    pub(crate) kinds: Field,
    /// The weights of the aspects, eight to a number.
    aspects: [Field; ASPECT_COLUMNS.len()],
}

/// The name of the fast field for [`Fields::order`].
pub(crate) const ORDER: &str = "order";
const PASSAGE_BITS: u32 = 24;
/// The name of the fast field for [`Fields::title_words`].
pub(crate) const TITLE_WORDS: &str = "title_words";
/// The names of the fast fields for [`Fields::aspects`].
const ASPECT_COLUMNS: [&str; Aspect::COUNT.div_ceil(8)] = ["aspects0", "aspects1", "aspects2"];
/// The name of the field for [`Fields::facets`].
pub(crate) const FACETS: &str = "facets";

/// The facet of a value, such as `/condition/osteoporosis`.
pub(crate) fn facet(group: &str, value: &str) -> Facet {
    Facet::from_path([group, value])
}

/// The aspect weights of the passages of a segment.
pub(crate) struct AspectReader([Arc<dyn ColumnValues<u64>>; ASPECT_COLUMNS.len()]);

impl AspectReader {
    pub(crate) fn open(segment: &SegmentReader) -> tantivy::Result<AspectReader> {
        let column = |name| -> tantivy::Result<_> {
            Ok(segment.fast_fields().u64(name)?.first_or_default_col(0))
        };
        let [a, b, c] = ASPECT_COLUMNS;
        Ok(AspectReader([column(a)?, column(b)?, column(c)?]))
    }

    pub(crate) fn weights(&self, doc: DocId) -> AspectWeights {
        let mut bytes = [0; Aspect::COUNT];
        for (chunk, column) in bytes.chunks_mut(8).zip(&self.0) {
            let packed = column.get_val(doc).to_le_bytes();
            chunk.copy_from_slice(&packed[..chunk.len()]);
        }
        AspectWeights::from_bytes(bytes)
    }
}

fn packed(weights: &AspectWeights) -> [u64; ASPECT_COLUMNS.len()] {
    let mut bytes = [0; 8 * ASPECT_COLUMNS.len()];
    bytes[..Aspect::COUNT].copy_from_slice(&weights.bytes());
    std::array::from_fn(|column| {
        let mut packed = [0; 8];
        packed.copy_from_slice(&bytes[8 * column..8 * column + 8]);
        u64::from_le_bytes(packed)
    })
}

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
    /// The id of the document in runs and judgments.
    pub document: String,
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
    /// The aspects the passage speaks of, by their labels, the strongest first.
    pub aspects: Vec<String>,
    pub concepts: Vec<Mentioned>,
}

impl StoredPassage {
    fn new(document: &Document, passage: &Passage, annotations: &Annotations) -> Self {
        let mut aspects: Vec<String> = Vec::new();
        for aspect in annotations.aspects.shown() {
            if !aspects.iter().any(|label| label == aspect.label()) {
                aspects.push(aspect.label().to_owned());
            }
        }
        StoredPassage {
            id: passage.id().clone(),
            document: document.id().to_owned(),
            source: document.source().to_owned(),
            title: document.title().to_owned(),
            headings: passage.headings().to_vec(),
            lead: passage.lead().map(str::to_owned),
            lines: (*passage.lines().start(), *passage.lines().end()),
            bytes: (passage.bytes().start, passage.bytes().end),
            text: passage.text().to_owned(),
            aspects,
            concepts: annotations.concepts.clone(),
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
        let names = TextFieldIndexing::default()
            .set_tokenizer("raw")
            // Only with frequencies can tantivy leave out what cannot be among the best, and without
            // field lengths it leaves out too much.
            .set_index_option(IndexRecordOption::WithFreqs);
        let names = TextOptions::default().set_indexing_options(names);
        let fields = Fields {
            title: schema.add_text_field("title", text.clone()),
            heading: schema.add_text_field("heading", text.clone()),
            body: schema.add_text_field("body", text),
            source: schema.add_text_field("source", STRING),
            id: schema.add_text_field("id", STRING),
            stored: schema.add_bytes_field("stored", STORED),
            order: schema.add_u64_field(ORDER, FAST),
            facets: schema.add_facet_field(FACETS, INDEXED),
            title_words: schema.add_u64_field(TITLE_WORDS, FAST),
            kinds: schema.add_text_field("kinds", names),
            aspects: ASPECT_COLUMNS.map(|name| schema.add_u64_field(name, FAST)),
        };
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
            facets: schema.get_field(FACETS)?,
            title_words: schema.get_field(TITLE_WORDS)?,
            kinds: schema.get_field("kinds")?,
            aspects: {
                let [a, b, c] = ASPECT_COLUMNS;
                [
                    schema.get_field(a)?,
                    schema.get_field(b)?,
                    schema.get_field(c)?,
                ]
            },
        })
    }

    pub(crate) fn text(&self, field: TextField) -> Field {
        match field {
            TextField::Title => self.title,
            TextField::Heading => self.heading,
            TextField::Body => self.body,
        }
    }

    /// The index entry of a passage, but for its place in the corpus, see [`Fields::place`].
    pub(super) fn entry(
        &self,
        document: &Document,
        passage: &Passage,
        annotations: &Annotations,
    ) -> TantivyDocument {
        let mut entry = TantivyDocument::default();
        let terms = &annotations.terms;
        entry.add_text(self.title, terms.title.as_str());
        entry.add_text(self.heading, terms.heading.as_str());
        entry.add_text(self.body, terms.body.as_str());
        entry.add_u64(self.title_words, u64::from(terms.title_words));
        entry.add_text(self.source, document.source());
        entry.add_text(self.id, passage.id().as_str());
        let stored = serde_json::to_vec(&StoredPassage::new(document, passage, annotations))
            // All of it is strings, numbers and lists, and memory takes what is written.
            .expect("a stored passage can be written");
        entry.add_bytes(self.stored, &stored);
        for (field, packed) in self.aspects.into_iter().zip(packed(&annotations.aspects)) {
            entry.add_u64(field, packed);
        }
        for aspect in annotations.aspects.likely() {
            entry.add_text(self.kinds, aspect.name());
        }
        for facet in facets(annotations) {
            entry.add_facet(self.facets, facet);
        }
        entry
    }

    /// Gives an entry its place: that of a passage, from 0, of the document with that number.
    pub(super) fn place(&self, entry: &mut TantivyDocument, document: u64, passage: u32) {
        entry.add_u64(self.order, Order::new(document, passage).0);
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

/// What a passage is counted under: aspects by name and label, concepts by kind.
/// What is only denied of a passage is not what it is about.
fn facets(annotations: &Annotations) -> Vec<Facet> {
    let mut facets = Vec::new();
    for aspect in annotations.aspects.shown() {
        facets.push(facet("aspect", aspect.label()));
        facets.push(facet("kind", aspect.name()));
    }
    for concept in &annotations.concepts {
        if concept.assertion != Assertion::Negated {
            facets.push(facet(concept.kind.name(), &concept.name));
        }
    }
    facets.sort();
    facets.dedup();
    facets
}
