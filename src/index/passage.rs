//! A passage as an engine keeps it: where it is, its place in the corpus, and what is shown of it.

use std::ops::{Range, RangeInclusive};

use serde::{Deserialize, Serialize};

use crate::annotate::{Annotations, Mentioned, Statement, UnitText};
use crate::document::{Document, Place, Span};
use crate::passage::{Passage, PassageId, Units};

const PASSAGE_BITS: u32 = 24;

/// Where a passage is in an engine. It means nothing to another one, or to another generation.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PassageAt(pub(crate) u64);

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
    /// First and last line, counted from 1: of the source, or else of the text drawn out of it.
    pub lines: (usize, usize),
    /// First and last page, counted from 1, where the source has pages.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pages: Option<(usize, usize)>,
    /// First and last paragraph, counted from 1, where the source is counted in paragraphs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub paragraphs: Option<(usize, usize)>,
    /// Whether the text, or some of it, was recognised in a picture.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub recognised: bool,
    /// First byte, and the one after the last.
    pub bytes: (usize, usize),
    pub text: String,
    /// What of it says something by itself.
    pub units: Units,
    /// The aspects the passage speaks of, by their labels, the strongest first.
    pub aspects: Vec<String>,
    /// The kinds of risk it speaks of, by name, the strongest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub risks: Vec<String>,
    pub concepts: Vec<Mentioned>,
    /// What its sentences tie together, in the order of the text.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub statements: Vec<Statement>,
}

impl StoredPassage {
    /// Where in its source it stands.
    pub(crate) fn place(&self) -> Place {
        Place::of(self.pages, self.paragraphs, self.lines).where_recognised(self.recognised)
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

    /// What leads into the unit with some bytes, if anything does.
    pub(crate) fn lead_into(&self, bytes: &Range<usize>) -> Option<String> {
        let unit = self.units.0.iter().find(|unit| unit.bytes == *bytes)?;
        let text = UnitText {
            text: &self.text,
            units: &self.units,
            lead: self.lead.as_deref(),
            headings: &self.headings,
        };
        text.lead_in(unit)
    }

    pub(super) fn new(document: &Document, passage: &Passage, annotations: &Annotations) -> Self {
        let mut aspects: Vec<String> = Vec::new();
        for aspect in annotations.aspects.shown() {
            if !aspects.iter().any(|label| label == aspect.label()) {
                aspects.push(aspect.label().to_owned());
            }
        }
        let risks = annotations.aspects.shown().into_iter();
        let risks = risks.filter(|aspect| aspect.is_risk());
        StoredPassage {
            risks: risks.map(|aspect| aspect.name().to_owned()).collect(),
            id: passage.id().clone(),
            document: document.id().to_owned(),
            source: document.source().to_owned(),
            title: document.title().to_owned(),
            headings: passage.headings().to_vec(),
            lead: passage.lead().map(str::to_owned),
            lines: passage.lines().into_inner(),
            pages: passage.pages().map(RangeInclusive::into_inner),
            paragraphs: passage.paragraphs().map(RangeInclusive::into_inner),
            recognised: passage.is_recognised(),
            bytes: (passage.bytes().start, passage.bytes().end),
            text: passage.text().to_owned(),
            units: passage.units().clone(),
            aspects,
            concepts: annotations.concepts.clone(),
            statements: annotations.statements.clone(),
        }
    }
}
