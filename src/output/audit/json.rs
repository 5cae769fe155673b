//! An audit for programs. The names of the fields are a contract: later versions add, they do not
//! rename or remove.

use std::collections::BTreeMap;
use std::io::{self, Write};

use serde::Serialize;

use crate::audit::{Audit, AuditTopic, Cell, Evidence, Row, State, Tally};

/// An audit, as it is written.
#[cfg_attr(feature = "serve", derive(utoipa::ToSchema))]
#[derive(Serialize)]
pub struct AuditJson<'a> {
    generation: u64,
    topics: Vec<TopicJson<'a>>,
    sources: Vec<RowJson<'a>>,
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
    state: State,
    /// The strongest first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    evidence: Vec<&'a Evidence>,
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
    serde_json::to_writer(&mut *out, &AuditJson::new(audit))?;
    writeln!(out)
}

impl<'a> AuditJson<'a> {
    /// The JSON of an audit.
    pub fn new(audit: &'a Audit) -> AuditJson<'a> {
        let tallies = audit.tallies();
        let topics = audit.topics.iter().zip(&tallies);
        let groups = audit.groups().into_iter();
        AuditJson {
            generation: audit.generation,
            topics: topics
                .map(|(topic, tally)| TopicJson::new(topic, tally))
                .collect(),
            sources: audit.rows.iter().map(RowJson::new).collect(),
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
            state: cell.state(),
            evidence: cell.evidence().collect(),
        };
        RowJson {
            source: &row.source,
            cells: row.cells.iter().map(cell).collect(),
        }
    }
}
