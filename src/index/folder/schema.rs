//! The tantivy fields: the one place that knows them.

use std::ops::Deref;
use std::sync::Arc;

use serde::Serialize;
use serde::de::DeserializeOwned;
use tantivy::columnar::ColumnValues;
use tantivy::schema::{
    FAST, Facet, Field, INDEXED, IndexRecordOption, STORED, STRING, Schema, TantivyDocument,
    TextFieldIndexing, TextOptions, Value,
};
use tantivy::{DocId, SegmentReader, Term};

use crate::analysis::TOKENIZER_NAME;
use crate::annotate::{Annotations, Aspect, AspectWeights};
use crate::document::Document;
use crate::index::document::Around;
use crate::index::field::TextField;
use crate::index::gather::facets::{facet_values, kinds};
use crate::index::gather::maker::EntryMaker;
use crate::index::passage::{Order, StoredPassage};
use crate::passage::Passage;

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
    /// The names of the aspects that are likely enough, see [`Aspect::name`], and what statements tie
    /// together, each a term.
    pub(super) kinds: Field,
    /// The weights of the aspects, eight to a number.
    aspects: [Field; ASPECT_COLUMNS.len()],
}

/// The name of the fast field for [`Fields::order`].
pub(super) const ORDER: &str = "order";
/// The name of the fast field for [`Fields::title_words`].
pub(super) const TITLE_WORDS: &str = "title_words";
/// The names of the fast fields for [`Fields::aspects`].
const ASPECT_COLUMNS: [&str; Aspect::COUNT.div_ceil(8)] =
    ["aspects0", "aspects1", "aspects2", "aspects3"];
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
        let [a, b, c, d] = ASPECT_COLUMNS;
        Ok(AspectReader([
            column(a)?,
            column(b)?,
            column(c)?,
            column(d)?,
        ]))
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
            // As texts, for tantivy reads and writes other bytes one by one.
            stored: schema.add_text_field("stored", STORED),
            around: schema.add_text_field("around", STORED),
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
                let [a, b, c, d] = ASPECT_COLUMNS;
                [
                    schema.get_field(a)?,
                    schema.get_field(b)?,
                    schema.get_field(c)?,
                    schema.get_field(d)?,
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

    /// The fields of which lengths are kept.
    pub(super) fn with_lengths(&self) -> [Field; 4] {
        [self.title, self.heading, self.body, self.kinds]
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
        entry.add_text(self.stored, sealed(&stored));
        for (field, packed) in self.aspects.into_iter().zip(packed(&annotations.aspects)) {
            entry.add_u64(field, packed);
        }
        for kind in kinds(annotations) {
            entry.add_text(self.kinds, kind);
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
        let text = entry.get_first(field).and_then(|value| value.as_str());
        text.map(unsealed).transpose()
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
                entry.add_text(self.around, sealed(around));
                entry
            })
            .collect();
        for ((entry, passage), annotations) in entries.iter_mut().zip(passages).zip(annotations) {
            self.add_passage(entry, document, passage, annotations);
        }
        entries
    }
}

/// Bytes of a seal, as hexadecimal digits.
const SEAL: usize = 16;
/// What an entry keeps rarely takes more bytes.
const MOST_STORED: usize = 4 << 10;

/// A value as JSON, behind the first digits of its BLAKE3 hash: what is shown to people must be what
/// was written.
fn sealed(value: &impl Serialize) -> String {
    let mut sealed = Vec::with_capacity(MOST_STORED);
    sealed.resize(SEAL, b' ');
    // All that is stored is strings, numbers and lists.
    serde_json::to_writer(&mut sealed, value).expect("what is stored can be written");
    let seal = seal(&sealed[SEAL..]);
    sealed[..SEAL].copy_from_slice(&seal.as_bytes()[..SEAL]);
    String::from_utf8(sealed).expect("JSON is UTF-8")
}

fn seal(json: &[u8]) -> impl Deref<Target = str> + use<> {
    blake3::hash(json).to_hex()
}

fn unsealed<T: DeserializeOwned>(text: &str) -> Result<T, String> {
    let whole = text
        .split_at_checked(SEAL)
        .filter(|(of_it, json)| seal(str::as_bytes(json))[..SEAL] == **of_it);
    let (_, json) = whole.ok_or("an entry is not as it was written")?;
    serde_json::from_str(json).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use crate::index::table::in_steps;
    use tantivy::fieldnorm::FieldNormReader;

    #[test]
    fn lengths_are_kept_in_the_steps_of_all_engines() {
        let kept =
            |length| FieldNormReader::id_to_fieldnorm(FieldNormReader::fieldnorm_to_id(length));
        for length in (0..5000).chain([1 << 20, (1 << 20) + 77, 987_654_321]) {
            assert_eq!(in_steps(length), kept(length), "{length}");
        }
    }
}
