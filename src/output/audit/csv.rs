//! An audit for spreadsheets: a header, then a row a cell.

use std::io::{self, Write};

use super::{citation, on_a_line};
use crate::audit::Audit;
use crate::output::csv::{for_spreadsheets, guarded};

const HEADER: [&str; 10] = [
    "source", "topic", "kind", "aspect", "state", "concept", "citation", "lead", "sentence", "id",
];

/// Writes the cells as CSV (RFC 4180), each with the sentence it goes by.
pub fn write(out: &mut dyn Write, audit: &Audit) -> io::Result<()> {
    let mut csv = for_spreadsheets(out)?;
    csv.write_record(HEADER)?;
    for row in &audit.rows {
        for (topic, cell) in audit.topics.iter().zip(&row.cells) {
            let first = cell.evidence().next();
            let shown = |text: Option<String>| guarded(&text.unwrap_or_default());
            csv.write_record([
                guarded(&row.source),
                guarded(&topic.name),
                topic.kind.name().to_owned(),
                topic.aspect.unwrap_or_default().to_owned(),
                cell.state().name().to_owned(),
                shown(first.map(|evidence| evidence.concept.clone())),
                shown(first.map(citation)),
                shown(first.and_then(|evidence| evidence.lead.as_deref().map(on_a_line))),
                shown(first.map(|evidence| on_a_line(&evidence.sentence))),
                shown(first.map(|evidence| evidence.id.to_string())),
            ])?;
        }
    }
    csv.flush()
}
