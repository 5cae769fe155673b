//! Whole documents, out of what their passages keep.
//!
//! An index holds every document byte for byte, once: each passage keeps, besides its own text,
//! what stands between it and the passage before (headings, furniture, white space), the last one
//! also what follows it. The first one keeps the [`Sheet`] of the document, with its blocks and its
//! hash. A document without any passage has one entry that nothing finds, with all of it.
//!
//! So a source can be read as it was indexed, whatever has become of the file since, and the index
//! can be checked against itself: a document put together again has to have its hash.

use std::collections::BTreeSet;
use std::ops::Range;

use serde::{Deserialize, Serialize};
use tantivy::collector::DocSetCollector;
use tantivy::query::TermQuery;
use tantivy::schema::{IndexRecordOption, TantivyDocument};
use tantivy::{DocAddress, TantivyError, Term};

use super::schema::{ORDER, Order, StoredPassage};
use super::{Index, IndexError, unless_damaged};
use crate::document::{Block, BlockKind, Document};
use crate::passage::Passage;

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
    pub fn slice(&self, bytes: &Range<usize>) -> &str {
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
        BlockKind::ListItem => 1,
        BlockKind::TableHeader => 2,
        BlockKind::TableRow => 3,
        BlockKind::Furniture => 4,
        BlockKind::Heading { level } => 5 + 8 * u16::from(level),
        BlockKind::Question { level } => 6 + 8 * u16::from(level),
    }
}

fn kind(code: u16) -> Option<BlockKind> {
    let level = u8::try_from(code / 8).ok()?;
    Some(match (code % 8, level) {
        (0, 0) => BlockKind::Paragraph,
        (1, 0) => BlockKind::ListItem,
        (2, 0) => BlockKind::TableHeader,
        (3, 0) => BlockKind::TableRow,
        (4, 0) => BlockKind::Furniture,
        (5, level) => BlockKind::Heading { level },
        (6, level) => BlockKind::Question { level },
        _ => return None,
    })
}

impl Index {
    /// The documents whose entries have a term, one after the other, in the order of the corpus.
    pub(super) fn each_document(
        &self,
        term: &Term,
        each: &mut dyn FnMut(Order, WholeDocument) -> Result<(), IndexError>,
    ) -> Result<(), IndexError> {
        let mut entries = self.entries(term)?.into_iter().peekable();
        while let Some((first, at)) = entries.next() {
            let mut addresses = vec![at];
            while let Some((_, at)) = entries.next_if(|(o, _)| o.document() == first.document()) {
                addresses.push(at);
            }
            each(first, self.whole(&addresses)?)?;
        }
        Ok(())
    }

    /// Where the entries are that have a term, in the order of the corpus.
    fn entries(&self, term: &Term) -> Result<Vec<(Order, DocAddress)>, IndexError> {
        let query = TermQuery::new(term.clone(), IndexRecordOption::Basic);
        let mut entries = Vec::new();
        for at in self.searcher().search(&query, &DocSetCollector)? {
            let segment = self.searcher().segment_reader(at.segment_ord);
            let order = segment.fast_fields().u64(ORDER)?;
            entries.push((Order(order.first(at.doc_id).unwrap_or_default()), at));
        }
        entries.sort_unstable();
        Ok(entries)
    }

    fn whole(&self, addresses: &[DocAddress]) -> Result<WholeDocument, IndexError> {
        unless_damaged(|| self.whole_unguarded(addresses))
            .unwrap_or_else(|cause| Err(self.damaged(cause)))
    }

    fn whole_unguarded(&self, addresses: &[DocAddress]) -> Result<WholeDocument, IndexError> {
        let entries = addresses.iter().map(|at| {
            let entry: TantivyDocument = self.searcher().doc(*at)?;
            self.fields()
                .kept(&entry)
                .map_err(|cause| self.damaged(cause))
        });
        let entries = entries.collect::<Result<_, _>>()?;
        WholeDocument::of(entries).map_err(|cause| self.damaged(cause))
    }

    /// The document that is cited by that path, as it was indexed; `None` where there is none.
    /// Where a collection has the same document twice, the first one.
    pub fn document(&self, source: &str) -> Result<Option<WholeDocument>, IndexError> {
        let entries = self.entries(&Term::from_field_text(self.fields().source, source))?;
        let Some((first, _)) = entries.first() else {
            return Ok(None);
        };
        let of_first = entries
            .iter()
            .filter(|(o, _)| o.document() == first.document());
        let addresses: Vec<DocAddress> = of_first.map(|(_, at)| *at).collect();
        self.whole(&addresses).map(Some)
    }

    /// The passage of that id; `None` where there is none.
    pub fn passage(&self, id: &str) -> Result<Option<StoredPassage>, IndexError> {
        let entries = self.entries(&Term::from_field_text(self.fields().id, id))?;
        let Some((_, at)) = entries.first() else {
            return Ok(None);
        };
        self.stored(*at).map(Some)
    }

    /// The paths that documents are cited by, in byte order: at most `limit` of those after
    /// `after`.
    pub fn sources(&self, after: Option<&str>, limit: usize) -> Result<Vec<String>, IndexError> {
        let mut sources = BTreeSet::new();
        for segment in self.searcher().segment_readers() {
            let inverted = segment.inverted_index(self.fields().source)?;
            let range = inverted.terms().range();
            let range = match after {
                Some(after) => range.gt(after),
                None => range,
            };
            let mut terms = range.into_stream().map_err(TantivyError::from)?;
            for _ in 0..limit {
                if !terms.advance() {
                    break;
                }
                sources.insert(String::from_utf8_lossy(terms.key()).into_owned());
            }
        }
        Ok(sources.into_iter().take(limit).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::{Allowance, Part, reader_for};
    use crate::index::{Sources, build};
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
            bytes: (passage.bytes().start, passage.bytes().end),
            text: passage.text().to_owned(),
            aspects: Vec::new(),
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

    #[test]
    fn documents_passages_and_sources_of_an_index() -> Result<(), Box<dyn std::error::Error>> {
        let folder = tempfile::tempdir()?;
        let corpus = folder.path().join("corpus");
        std::fs::create_dir(&corpus)?;
        for (name, text) in [
            ("neck.txt", PAGE),
            ("none.txt", "Back to top\n"),
            ("z.txt", "Gout"),
        ] {
            std::fs::write(corpus.join(name), text)?;
        }
        let dir = folder.path().join("index");
        build(&Sources::of([&corpus]), &dir, &mut |_| {})?;
        let index = Index::open(&dir)?;
        let sources = index.sources(None, 10)?;
        assert_eq!(sources.len(), 3);
        assert_eq!(index.sources(Some(&sources[0]), 1)?, sources[1..2]);
        let neck = index.document(&sources[0])?.ok_or("it is there")?;
        assert_eq!(
            (neck.text.as_str(), neck.title.as_str()),
            (PAGE, "Neck pain")
        );
        let passage = neck.passages[0].clone();
        assert_eq!(index.passage(passage.id.as_str())?, Some(passage));
        let none = index.document(&sources[1])?.ok_or("it is there")?;
        assert_eq!(
            (none.text.as_str(), none.passages.len()),
            ("Back to top\n", 0)
        );
        assert_eq!(index.document("elsewhere.txt")?, None);
        assert_eq!(index.passage("0000")?, None);
        Ok(())
    }
}
