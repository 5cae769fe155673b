//! What must not be done to whom: techniques against conditions, for a terminal, programs and
//! spreadsheets.

use std::io::{self, Write};

use anstyle::{AnsiColor, Style};
use serde::Serialize;

use super::{on_a_line, quoted};
use crate::annotate::{Aspect, Assertion};
use crate::audit::{TiedAudit, TiedEvidence, TiedRow};
use crate::output::csv::{for_spreadsheets, guarded};
use crate::output::json::BesideJson;
use crate::output::json::to_line;
use crate::output::statement::notes;
use crate::output::text::{self, CITATION, FAINT, Look, Printer, RISK, TITLE};

const HEADER: [&str; 8] = [
    "technique",
    "condition",
    "risk",
    "written",
    "citation",
    "lead",
    "sentence",
    "id",
];
/// So many rows are printed where nobody asked for all.
const ROWS: usize = 40;
/// Columns that a mark takes, with the space before it.
const MARK: usize = 3;

/// How a kind of risk stands in the matrix, and in words.
fn mark(risk: Aspect) -> (char, &'static str, Style) {
    match risk {
        Aspect::Contraindication => ('X', "not", RISK),
        _ => ('!', "care", AnsiColor::Green.on_default()),
    }
}

/// Prints the matrix, then for each technique the sentences.
pub fn write(out: &mut dyn Write, audit: &TiedAudit, look: Look, all: bool) -> io::Result<()> {
    let printer = Printer { look };
    if audit.rows.is_empty() {
        return writeln!(
            out,
            "no sentence says of a technique with whom it must not be done"
        );
    }
    for (number, condition) in audit.conditions.iter().enumerate() {
        writeln!(out, "{:>3}  {}", number + 1, text::visible(condition))?;
    }
    let legend = "X must not  ! with care  · no sentence says it, which is not that it is safe";
    writeln!(out)?;
    printer.wrapped(out, &printer.styled(legend, FAINT), "", "")?;
    writeln!(out)?;
    let numbers = (1..=audit.conditions.len()).map(|number| format!("{number:>MARK$}"));
    writeln!(out, "{}", numbers.collect::<String>())?;
    let most = if all { usize::MAX } else { ROWS };
    for row in audit.rows.iter().take(most) {
        let cells = row.cells.iter().map(|cell| match cell.first() {
            Some(first) => {
                let (sign, _, style) = mark(first.risk);
                printer.styled(&format!("{sign:>MARK$}"), style)
            }
            None => printer.styled(&format!("{:>MARK$}", '·'), FAINT),
        });
        let cells: String = cells.collect();
        writeln!(out, "{cells}  {}", text::visible(&row.technique))?;
    }
    writeln!(out)?;
    for row in audit.rows.iter().take(most) {
        of_technique(out, &printer, audit, row)?;
    }
    if let Some(more) = audit.rows.len().checked_sub(most).filter(|more| *more > 0) {
        let line = format!("… {more} more techniques (--all)");
        writeln!(out, "{}", printer.styled(&line, FAINT))?;
    }
    Ok(())
}

fn of_technique(
    out: &mut dyn Write,
    printer: &Printer,
    audit: &TiedAudit,
    row: &TiedRow,
) -> io::Result<()> {
    writeln!(
        out,
        "{}\n",
        printer.styled(&text::visible(&row.technique), TITLE)
    )?;
    for (condition, cell) in audit.conditions.iter().zip(&row.cells) {
        let Some((first, more)) = cell.split_first() else {
            continue;
        };
        let (_, word, style) = mark(first.risk);
        let word = printer.styled(&format!("{word:<6}"), style);
        let notes = notes(&first.claim);
        let notes = match notes.is_empty() {
            true => String::new(),
            false => format!(" ({})", notes.join(", ")),
        };
        let more = match more.len() {
            0 => String::new(),
            more => format!("  and {more} more"),
        };
        let cited = printer.styled(&citation(first), CITATION);
        let line = format!("{}{notes}  {cited}{more}", text::visible(condition));
        printer.wrapped(out, &line, &word, "      ")?;
        let said = quoted(first.lead.as_deref(), &first.sentence);
        printer.wrapped(out, &said, "      ", "      ")?;
    }
    writeln!(out)
}

fn citation(evidence: &TiedEvidence) -> String {
    evidence.place().in_source(&evidence.source)
}

/// Writes a line a sentence as CSV (RFC 4180).
pub fn write_csv(out: &mut dyn Write, audit: &TiedAudit) -> io::Result<()> {
    let mut csv = for_spreadsheets(out)?;
    csv.write_record(HEADER)?;
    for row in &audit.rows {
        for (condition, cell) in audit.conditions.iter().zip(&row.cells) {
            for evidence in cell {
                csv.write_record([
                    guarded(&row.technique),
                    guarded(condition),
                    evidence.risk.name().to_owned(),
                    guarded(&evidence.written),
                    guarded(&citation(evidence)),
                    guarded(&evidence.lead.as_deref().map(on_a_line).unwrap_or_default()),
                    guarded(&on_a_line(&evidence.sentence)),
                    evidence.id.to_string(),
                ])?;
            }
        }
    }
    csv.flush()
}

#[derive(Serialize)]
struct TiedAuditJson<'a> {
    generation: u64,
    conditions: &'a [String],
    techniques: Vec<TiedRowJson<'a>>,
    notes: &'a [String],
}

#[derive(Serialize)]
struct TiedRowJson<'a> {
    name: &'a str,
    /// By condition, in their order: what is said.
    cells: Vec<Vec<TiedEvidenceJson<'a>>>,
}

#[derive(Serialize)]
struct TiedEvidenceJson<'a> {
    risk: &'static str,
    written: &'a str,
    assertion: Assertion,
    #[serde(flatten)]
    beside: BesideJson,
    source: &'a str,
    lines: (usize, usize),
    #[serde(skip_serializing_if = "Option::is_none")]
    pages: Option<(usize, usize)>,
    /// Whether the text, or some of it, was recognised in a picture.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    recognised: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    paragraphs: Option<(usize, usize)>,
    headings: &'a [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    lead: Option<&'a str>,
    sentence: &'a str,
    id: &'a str,
}

/// Writes the matrix as one JSON object on one line.
pub fn write_json(out: &mut dyn Write, audit: &TiedAudit) -> io::Result<()> {
    let rows = audit.rows.iter().map(|row| TiedRowJson {
        name: &row.technique,
        cells: row
            .cells
            .iter()
            .map(|cell| cell.iter().map(evidence_json).collect())
            .collect(),
    });
    let json = TiedAuditJson {
        generation: audit.generation,
        conditions: &audit.conditions,
        techniques: rows.collect(),
        notes: &audit.notes,
    };
    to_line(out, &json)
}

fn evidence_json(evidence: &TiedEvidence) -> TiedEvidenceJson<'_> {
    TiedEvidenceJson {
        risk: evidence.risk.name(),
        written: &evidence.written,
        assertion: evidence.claim.assertion,
        beside: BesideJson::new(Some(&evidence.claim)),
        source: &evidence.source,
        lines: evidence.lines,
        pages: evidence.pages,
        recognised: evidence.recognised,
        paragraphs: evidence.paragraphs,
        headings: &evidence.headings,
        lead: evidence.lead.as_deref(),
        sentence: &evidence.sentence,
        id: evidence.id.as_str(),
    }
}
