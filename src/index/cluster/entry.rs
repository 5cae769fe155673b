//! A passage as it is sent to a cluster, and read back.

use std::borrow::Cow;
use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};

use crate::analysis::JoinedTerms;
use crate::annotate::{Annotations, Aspect, AspectWeights};
use crate::document::Document;
use crate::index::document::Around;
use crate::index::gather::facets::{facet_values, kinds};
use crate::index::gather::maker::EntryMaker;
use crate::index::passage::{Order, StoredPassage};
use crate::passage::Passage;

/// Makes entries for a cluster.
pub(super) struct ForCluster;

/// An entry, in JSON but for its place.
pub(super) struct SentEntry(Vec<u8>);

/// What is sent of a passage; of a document without any, only the first two.
#[derive(Serialize)]
struct Sent<'a> {
    source: &'a str,
    around: &'a Around,
    #[serde(flatten)]
    passage: Option<SentPassage<'a>>,
}

#[derive(Serialize)]
struct SentPassage<'a> {
    id: &'a str,
    title: Vec<&'a str>,
    heading: Vec<&'a str>,
    body: Vec<&'a str>,
    kinds: Vec<Cow<'static, str>>,
    /// By group, the values.
    facets: BTreeMap<&'static str, Vec<&'a str>>,
    title_words: u32,
    aspects: String,
    stored: StoredPassage,
}

/// What is read of a candidate.
#[derive(Deserialize)]
pub(super) struct ReadCandidate {
    #[serde(default)]
    pub(super) title: Vec<String>,
    #[serde(default)]
    pub(super) heading: Vec<String>,
    #[serde(default)]
    pub(super) body: Vec<String>,
    #[serde(default)]
    pub(super) title_words: u32,
    aspects: String,
}

/// What an entry keeps of its document and passage.
#[derive(Deserialize)]
pub(super) struct Kept {
    #[serde(default)]
    pub(super) around: Around,
    #[serde(default)]
    pub(super) stored: Option<StoredPassage>,
}

impl ReadCandidate {
    /// The weights of its aspects, if these are as they were sent.
    pub(super) fn weights(&self) -> Option<AspectWeights> {
        let bytes = STANDARD.decode(&self.aspects).ok()?;
        let bytes: [u8; Aspect::COUNT] = bytes.try_into().ok()?;
        Some(AspectWeights::from_bytes(bytes))
    }
}

impl EntryMaker for ForCluster {
    type Entry = SentEntry;

    fn entries(
        &self,
        _file: &str,
        document: &Document,
        passages: &[Passage],
        annotations: &[Annotations],
    ) -> Vec<SentEntry> {
        let arounds = Around::all(document, passages);
        let mut passages = passages.iter().zip(annotations);
        let sent = arounds.iter().map(|around| Sent {
            source: document.source(),
            around,
            passage: passages
                .next()
                .map(|(p, a)| SentPassage::of(document, p, a)),
        });
        sent.map(|sent| SentEntry::of(&sent)).collect()
    }
}

impl<'a> SentPassage<'a> {
    fn of(document: &Document, passage: &'a Passage, annotations: &'a Annotations) -> Self {
        let terms = &annotations.terms;
        let pieces = |terms: &'a JoinedTerms| terms.pieces().collect();
        let mut facets: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for (group, value) in facet_values(annotations) {
            facets.entry(group).or_default().push(value);
        }
        SentPassage {
            id: passage.id().as_str(),
            title: pieces(&terms.title),
            heading: pieces(&terms.heading),
            body: pieces(&terms.body),
            kinds: kinds(annotations).collect(),
            facets,
            title_words: terms.title_words,
            aspects: STANDARD.encode(annotations.aspects.bytes()),
            stored: StoredPassage::new(document, passage, annotations),
        }
    }
}

/// The field of a group of facets.
pub(super) fn facet_field(group: &str) -> String {
    format!("facets.{group}")
}

impl SentEntry {
    fn of(sent: &Sent<'_>) -> SentEntry {
        let json = serde_json::to_vec(sent)
            // Strings, numbers and lists, and memory takes what is written.
            .expect("what is sent can be written");
        SentEntry(json)
    }

    /// Writes it as two lines of a bulk request.
    pub(super) fn write(&self, document: u64, passage: u32, lines: &mut Vec<u8>) {
        let order = Order::new(document, passage).0;
        let head = format!(
            "{{\"index\":{{\"_id\":\"{order}\",\"routing\":\"{document}\"}}}}\n\
             {{\"order\":{order},\"document\":{document},"
        );
        lines.extend_from_slice(head.as_bytes());
        // What follows the brace of the object.
        lines.extend_from_slice(&self.0[1..]);
        lines.push(b'\n');
    }
}
