//! An audit for programs. The names of the fields are a contract: later versions add, they do not
//! rename or remove.

use std::collections::BTreeMap;
use std::io::{self, Write};

use serde::Serialize;

use crate::audit::{Audit, AuditTopic, Cell, Evidence, Row, State, Tally, Zone};
use crate::output::json::to_line;
use crate::output::json::{BesideJson, PassageIdJson};

/// An audit, as it is written.
#[cfg_attr(feature = "serve", derive(utoipa::ToSchema))]
#[derive(Serialize)]
pub struct AuditJson<'a> {
    generation: u64,
    topics: Vec<TopicJson<'a>>,
    /// How many sources there are, of those that were asked for.
    total: usize,
    sources: Vec<RowJson<'a>>,
    /// Whether there are sources after those that are shown.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    more: bool,
    groups: Vec<GroupJson>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    notes: &'a [String],
}

#[cfg_attr(feature = "serve", derive(utoipa::ToSchema))]
#[derive(Serialize)]
struct TopicJson<'a> {
    name: &'a str,
    kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    aspect: Option<&'static str>,
    /// Narrower concepts that count under it.
    narrower: &'a [String],
    sources: BTreeMap<&'static str, usize>,
}

#[cfg_attr(feature = "serve", derive(utoipa::ToSchema))]
#[derive(Serialize)]
struct RowJson<'a> {
    source: &'a str,
    /// In the order of the topics.
    cells: Vec<CellJson<'a>>,
}

#[cfg_attr(feature = "serve", derive(utoipa::ToSchema))]
#[derive(Serialize)]
struct CellJson<'a> {
    state: StateJson,
    /// The strongest first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    evidence: Vec<EvidenceJson<'a>>,
}

/// What is said of a topic. The greater, the stronger.
#[cfg_attr(feature = "serve", derive(utoipa::ToSchema), schema(as = State))]
#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
enum StateJson {
    /// No word of it, by any name that is known.
    Silent,
    /// The words of a topic that names no concept are not there; others may be.
    NotFound,
    /// Its words occur, but what is said was not understood.
    Mentioned,
    /// It is denied: "no risk of addiction".
    Negated,
    /// It is denied that it helps: "no clear benefit from ultrasound".
    NoBenefit,
    /// It is supposed or asked for: "tell your doctor if you have osteoporosis".
    Conditional,
    /// It is rare or possible: "rarely, nerve damage".
    Hedged,
    /// It is so.
    Stated,
}

/// Where in a source something stands.
#[cfg_attr(feature = "serve", derive(utoipa::ToSchema), schema(as = Place))]
#[derive(Serialize)]
#[serde(rename_all = "lowercase")]
enum ZoneJson {
    Title,
    Heading,
    Text,
}

/// A sentence that names a topic.
#[cfg_attr(feature = "serve", derive(utoipa::ToSchema), schema(as = Evidence))]
#[derive(Serialize)]
struct EvidenceJson<'a> {
    /// What it says; never [`State::Silent`].
    state: StateJson,
    #[serde(flatten)]
    beside: BesideJson,
    /// The concept named, by its preferred name; for plain words, these.
    concept: &'a str,
    /// The sentence, the heading or the title, verbatim.
    sentence: &'a str,
    /// The bytes of the name in the sentence.
    name: (usize, usize),
    place: ZoneJson,
    /// The line that leads into the list in which the sentence stands.
    #[serde(skip_serializing_if = "Option::is_none")]
    lead: Option<&'a str>,
    source: &'a str,
    /// First and last line of the sentence, where lines of the text are those of the source; else,
    /// and for headings and titles, those of the passage.
    lines: (usize, usize),
    #[serde(skip_serializing_if = "Option::is_none")]
    pages: Option<(usize, usize)>,
    /// Whether the text, or some of it, was recognised in a picture.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    recognised: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    paragraphs: Option<(usize, usize)>,
    headings: &'a [String],
    /// The passage it stands in, or under: what `palpate cite` cites.
    id: PassageIdJson<'a>,
}

#[cfg_attr(feature = "serve", derive(utoipa::ToSchema))]
#[derive(Serialize)]
struct GroupJson {
    folder: String,
    sources: usize,
    /// In the order of the topics.
    topics: Vec<BTreeMap<&'static str, usize>>,
}

/// Writes an audit as one JSON object on one line.
pub fn write(out: &mut dyn Write, audit: &Audit) -> io::Result<()> {
    to_line(out, &AuditJson::new(audit))
}

impl<'a> AuditJson<'a> {
    /// The JSON of a whole audit.
    pub(crate) fn new(audit: &'a Audit) -> AuditJson<'a> {
        let all: Vec<&Row> = audit.rows.iter().collect();
        AuditJson::of_rows(audit, all.len(), all, false)
    }

    /// The JSON of some rows of an audit, of `total` that were asked for, and whether there are more after them.
    /// What is said in sum is of all of it.
    pub(crate) fn of_rows(
        audit: &'a Audit,
        total: usize,
        rows: Vec<&'a Row>,
        more: bool,
    ) -> AuditJson<'a> {
        let tallies = audit.tallies();
        let topics = audit.topics.iter().zip(&tallies);
        let groups = audit.groups().into_iter();
        AuditJson {
            generation: audit.generation,
            topics: topics
                .map(|(topic, tally)| TopicJson::new(topic, tally))
                .collect(),
            total,
            sources: rows.into_iter().map(RowJson::new).collect(),
            more,
            groups: groups
                .map(|group| GroupJson {
                    folder: group.folder,
                    sources: group.sources,
                    topics: group.tallies.iter().map(counts).collect(),
                })
                .collect(),
            notes: &audit.notes,
        }
    }
}

fn counts(tally: &Tally) -> BTreeMap<&'static str, usize> {
    let states = State::ALL.iter().map(|state| state.name());
    states.zip(tally.iter().copied()).collect()
}

impl<'a> TopicJson<'a> {
    fn new(topic: &'a AuditTopic, tally: &Tally) -> Self {
        TopicJson {
            name: &topic.name,
            kind: topic.kind.name(),
            aspect: topic.aspect,
            narrower: &topic.narrower,
            sources: counts(tally),
        }
    }
}

impl<'a> RowJson<'a> {
    fn new(row: &'a Row) -> Self {
        let cell = |cell: &'a Cell| CellJson {
            state: StateJson::new(cell.state()),
            evidence: cell.evidence().map(EvidenceJson::new).collect(),
        };
        RowJson {
            source: &row.source,
            cells: row.cells.iter().map(cell).collect(),
        }
    }
}

impl StateJson {
    fn new(state: State) -> Self {
        match state {
            State::Silent => StateJson::Silent,
            State::NotFound => StateJson::NotFound,
            State::Mentioned => StateJson::Mentioned,
            State::Negated => StateJson::Negated,
            State::NoBenefit => StateJson::NoBenefit,
            State::Conditional => StateJson::Conditional,
            State::Hedged => StateJson::Hedged,
            State::Stated => StateJson::Stated,
        }
    }
}

impl<'a> EvidenceJson<'a> {
    fn new(evidence: &'a Evidence) -> Self {
        EvidenceJson {
            state: StateJson::new(evidence.state),
            beside: BesideJson::new(evidence.claim.as_ref()),
            concept: &evidence.concept,
            sentence: &evidence.sentence,
            name: evidence.name,
            place: match evidence.zone {
                Zone::Title => ZoneJson::Title,
                Zone::Heading => ZoneJson::Heading,
                Zone::Text => ZoneJson::Text,
            },
            lead: evidence.lead.as_deref(),
            source: &evidence.source,
            lines: evidence.lines,
            pages: evidence.pages,
            recognised: evidence.recognised,
            paragraphs: evidence.paragraphs,
            headings: &evidence.headings,
            id: PassageIdJson::new(&evidence.id),
        }
    }
}
