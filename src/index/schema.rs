//! The tantivy fields: the one place that knows them.

use std::ops::{Range, RangeInclusive};
use std::sync::Arc;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use tantivy::columnar::ColumnValues;
use tantivy::schema::{
    FAST, Facet, Field, INDEXED, IndexRecordOption, STORED, STRING, Schema, TantivyDocument,
    TextFieldIndexing, TextOptions, Value,
};
use tantivy::{DocId, SegmentReader, Term};

use super::pipeline::EntryMaker;
use super::whole::Around;
use crate::analysis::TOKENIZER_NAME;
use crate::annotate::{Annotations, Aspect, AspectWeights, Assertion, Mentioned};
use crate::document::{Document, Place, Span};
use crate::lexicon::Kind;
use crate::passage::{Passage, PassageId};

/// The searchable text of a passage.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
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

/// Numbers of words, in the order of [`TextField::ALL`].
pub(crate) type Words = [u64; TextField::ALL.len()];

/// The fields of the index.
#[derive(Debug, Clone, Copy)]
pub(super) struct Fields {
    title: Field,
    heading: Field,
    body: Field,
    /// The path of the source, as one term.
    pub(super) source: Field,
    /// The file it was read from, as one term: what goes when the file goes.
    file: Field,
    /// The passage id, as one term.
    pub(super) id: Field,
    /// The passage as it is shown, see [`StoredPassage`].
    stored: Field,
    /// What the entry keeps of its document, see [`Around`].
    around: Field,
    /// Document number (upper 40 bits) and passage number (lower 24 bits).
    order: Field,
    /// What can be filtered and counted, see [`facet`].
    pub(super) facets: Field,
    /// See [`FieldTerms::title_words`](crate::annotate::FieldTerms::title_words).
    title_words: Field,
    /// The names of the aspects that are likely enough, see [`Aspect::name`], each a term.
    pub(super) kinds: Field,
    /// The weights of the aspects, eight to a number.
    aspects: [Field; ASPECT_COLUMNS.len()],
}

/// The name of the fast field for [`Fields::order`].
pub(super) const ORDER: &str = "order";
const PASSAGE_BITS: u32 = 24;
/// The name of the fast field for [`Fields::title_words`].
pub(super) const TITLE_WORDS: &str = "title_words";
/// The names of the fast fields for [`Fields::aspects`].
const ASPECT_COLUMNS: [&str; Aspect::COUNT.div_ceil(8)] = ["aspects0", "aspects1", "aspects2"];
/// The name of the field for [`Fields::facets`].
pub(super) const FACETS: &str = "facets";

/// The facet of a value, such as `/condition/osteoporosis`.
pub(super) fn facet(group: &str, value: &str) -> Facet {
    Facet::from_path([group, value])
}

/// The aspect weights of the passages of a segment.
pub(super) struct AspectReader([Arc<dyn ColumnValues<u64>>; ASPECT_COLUMNS.len()]);

impl AspectReader {
    pub(super) fn open(segment: &SegmentReader) -> tantivy::Result<AspectReader> {
        let column = |name| -> tantivy::Result<_> {
            Ok(segment.fast_fields().u64(name)?.first_or_default_col(0))
        };
        let [a, b, c] = ASPECT_COLUMNS;
        Ok(AspectReader([column(a)?, column(b)?, column(c)?]))
    }

    pub(super) fn weights(&self, doc: DocId) -> AspectWeights {
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
pub struct Order(pub(crate) u64);

impl Order {
    /// The place of a passage, from 0, of the document with that number.
    pub(super) fn new(document: u64, passage: u32) -> Self {
        let last = (1 << PASSAGE_BITS) - 1;
        Order(document << PASSAGE_BITS | u64::from(passage.min(last)))
    }

    /// The number of the document; documents count as different sources.
    pub fn document(self) -> u64 {
        self.0 >> PASSAGE_BITS
    }
}

/// A passage as it is kept for showing.
#[cfg_attr(feature = "serve", derive(utoipa::ToSchema))]
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
    /// First and last line, counted from 1: of the source, or else of the text drawn out of it.
    pub lines: (usize, usize),
    /// First and last page, counted from 1, where the source has pages.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pages: Option<(usize, usize)>,
    /// First and last paragraph, counted from 1, where the source is counted in paragraphs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub paragraphs: Option<(usize, usize)>,
    /// First byte, and the one after the last.
    pub bytes: (usize, usize),
    pub text: String,
    /// The aspects the passage speaks of, by their labels, the strongest first.
    pub aspects: Vec<String>,
    pub concepts: Vec<Mentioned>,
}

impl StoredPassage {
    /// Where in its source it stands.
    pub fn place(&self) -> Place {
        Place::of(self.pages, self.paragraphs, self.lines)
    }

    /// The lines of some bytes of it: its own count where the lines of its text are those of the
    /// source, else all of the passage.
    pub(crate) fn lines_of(&self, bytes: &Range<usize>) -> Span {
        let breaks = |text: &str| text.matches('\n').count();
        let (first, last) = self.lines;
        match breaks(&self.text) == last - first {
            true => (
                first + breaks(&self.text[..bytes.start]),
                first + breaks(&self.text[..bytes.end]),
            ),
            false => self.lines,
        }
    }

    pub(super) fn new(document: &Document, passage: &Passage, annotations: &Annotations) -> Self {
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
            lines: passage.lines().into_inner(),
            pages: passage.pages().map(RangeInclusive::into_inner),
            paragraphs: passage.paragraphs().map(RangeInclusive::into_inner),
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
            file: schema.add_text_field("file", STRING),
            id: schema.add_text_field("id", STRING),
            stored: schema.add_bytes_field("stored", STORED),
            around: schema.add_bytes_field("around", STORED),
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
            file: schema.get_field("file")?,
            id: schema.get_field("id")?,
            stored: schema.get_field("stored")?,
            around: schema.get_field("around")?,
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

    pub(super) fn text(&self, field: TextField) -> Field {
        match field {
            TextField::Title => self.title,
            TextField::Heading => self.heading,
            TextField::Body => self.body,
        }
    }

    fn add_passage(
        &self,
        entry: &mut TantivyDocument,
        document: &Document,
        passage: &Passage,
        annotations: &Annotations,
    ) {
        let terms = &annotations.terms;
        entry.add_text(self.title, terms.title.as_str());
        entry.add_text(self.heading, terms.heading.as_str());
        entry.add_text(self.body, terms.body.as_str());
        entry.add_u64(self.title_words, u64::from(terms.title_words));
        entry.add_text(self.id, passage.id().as_str());
        let stored = StoredPassage::new(document, passage, annotations);
        entry.add_bytes(self.stored, &sealed(&stored));
        for (field, packed) in self.aspects.into_iter().zip(packed(&annotations.aspects)) {
            entry.add_u64(field, packed);
        }
        for aspect in annotations.aspects.likely() {
            entry.add_text(self.kinds, aspect.name());
        }
        for (group, value) in facet_values(annotations) {
            entry.add_facet(self.facets, facet(group, value));
        }
    }

    /// Gives an entry its place: that of a passage, from 0, of the document with that number.
    pub(super) fn place(&self, entry: &mut TantivyDocument, document: u64, passage: u32) {
        entry.add_u64(self.order, Order::new(document, passage).0);
    }

    /// What entries have that were read from a file.
    pub(super) fn file_term(&self, file: &str) -> Term {
        Term::from_field_text(self.file, file)
    }

    /// The stored passage of an index entry, if it has one.
    pub(super) fn stored(&self, entry: &TantivyDocument) -> Result<Option<StoredPassage>, String> {
        self.part(entry, self.stored)
    }

    /// What an index entry keeps of its document, with its passage if it has one.
    pub(super) fn kept(
        &self,
        entry: &TantivyDocument,
    ) -> Result<(Around, Option<StoredPassage>), String> {
        let around = self.part(entry, self.around)?;
        let around = around.ok_or("an entry has lost its document")?;
        Ok((around, self.part(entry, self.stored)?))
    }

    fn part<T: DeserializeOwned>(
        &self,
        entry: &TantivyDocument,
        field: Field,
    ) -> Result<Option<T>, String> {
        let bytes = entry.get_first(field).and_then(|value| value.as_bytes());
        bytes.map(unsealed).transpose()
    }
}

impl EntryMaker for Fields {
    type Entry = TantivyDocument;

    /// All but for their places, see [`Fields::place`].
    fn entries(
        &self,
        file: &str,
        document: &Document,
        passages: &[Passage],
        annotations: &[Annotations],
    ) -> Vec<TantivyDocument> {
        let arounds = Around::all(document, passages);
        let mut entries: Vec<TantivyDocument> = arounds
            .iter()
            .map(|around| {
                let mut entry = TantivyDocument::default();
                entry.add_text(self.file, file);
                entry.add_text(self.source, document.source());
                entry.add_bytes(self.around, &sealed(around));
                entry
            })
            .collect();
        for ((entry, passage), annotations) in entries.iter_mut().zip(passages).zip(annotations) {
            self.add_passage(entry, document, passage, annotations);
        }
        entries
    }
}

/// Bytes of a seal.
const SEAL: usize = 8;

/// A value as JSON, behind the first bytes of its BLAKE3 hash: what is shown to people must be what
/// was written.
fn sealed(value: &impl Serialize) -> Vec<u8> {
    let mut bytes = vec![0; SEAL];
    serde_json::to_writer(&mut bytes, value)
        // All that is stored is strings, numbers and lists, and memory takes what is written.
        .expect("what is stored can be written");
    let hash = blake3::hash(&bytes[SEAL..]);
    bytes[..SEAL].copy_from_slice(&hash.as_bytes()[..SEAL]);
    bytes
}

fn unsealed<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, String> {
    let whole = bytes
        .split_at_checked(SEAL)
        .filter(|(seal, json)| blake3::hash(json).as_bytes()[..SEAL] == **seal);
    let (_, json) = whole.ok_or("an entry is not as it was written")?;
    serde_json::from_slice(json).map_err(|error| error.to_string())
}

/// The groups of what is counted: aspects by label and by name, then the kinds of concepts.
pub(super) const GROUPS: [&str; 2 + Kind::ALL.len()] = {
    let [a, b, c, d] = Kind::ALL;
    ["aspect", "kind", a.name(), b.name(), c.name(), d.name()]
};

/// What a passage is counted under, each group with a value: aspects by name and label, concepts by
/// kind. What is only denied of a passage is not what it is about.
pub(super) fn facet_values(annotations: &Annotations) -> Vec<(&'static str, &str)> {
    let mut values: Vec<(&str, &str)> = Vec::new();
    let [label, name, ..] = GROUPS;
    for aspect in annotations.aspects.shown() {
        values.push((label, aspect.label()));
        values.push((name, aspect.name()));
    }
    for concept in &annotations.concepts {
        if concept.assertion != Assertion::Negated {
            values.push((concept.kind.name(), &concept.name));
        }
    }
    values.sort_unstable();
    values.dedup();
    values
}
