//! What was added, changed and dropped between two indexes.

use std::io::{self, Write};

use serde::Serialize;

use super::audit::on_a_line;
use super::cite::{DifferenceJson, write_difference};
use super::text::{CITATION, FAINT, Look, Printer, citation, visible};
use crate::diff::CorpusDiff;
use crate::index::StoredPassage;
use crate::output::json::to_line;

const INDENT: &str = "    ";

/// Prints what differs: `+` was added, `~` changed, `-` dropped.
pub fn write(out: &mut dyn Write, diff: &CorpusDiff, look: Look) -> io::Result<()> {
    let printer = Printer { look };
    for passage in &diff.dropped {
        write_passage(out, &printer, "-", passage)?;
    }
    for changed in &diff.changed {
        let (old, new) = (citation(&changed.old), citation(&changed.new));
        let line = match old == new {
            true => printer.styled(&old, CITATION),
            false => format!(
                "{} → {}",
                printer.styled(&old, CITATION),
                printer.styled(&new, CITATION)
            ),
        };
        writeln!(out, "~ {line}{}", headings(&printer, &changed.new))?;
        write_difference(out, &printer, &changed.difference, INDENT)?;
        writeln!(out)?;
    }
    for passage in &diff.added {
        write_passage(out, &printer, "+", passage)?;
    }
    let tally = format!(
        "{} added, {} changed, {} dropped",
        diff.added.len(),
        diff.changed.len(),
        diff.dropped.len()
    );
    writeln!(out, "{}", printer.styled(&tally, FAINT))
}

fn headings(printer: &Printer, passage: &StoredPassage) -> String {
    match passage.headings.is_empty() {
        true => String::new(),
        false => printer.styled(&format!("  {}", passage.headings.join(" › ")), FAINT),
    }
}

fn write_passage(
    out: &mut dyn Write,
    printer: &Printer,
    mark: &str,
    passage: &StoredPassage,
) -> io::Result<()> {
    let line = printer.styled(&citation(passage), CITATION);
    writeln!(out, "{mark} {line}{}", headings(printer, passage))?;
    let text = visible(&on_a_line(&passage.text));
    printer.wrapped(out, &text, INDENT, INDENT)?;
    writeln!(out)
}

/// Writes what differs as one JSON object on one line.
pub fn write_json(out: &mut dyn Write, diff: &CorpusDiff) -> io::Result<()> {
    #[derive(Serialize)]
    struct DiffPassageJson<'a> {
        source: &'a str,
        lines: (usize, usize),
        #[serde(skip_serializing_if = "Option::is_none")]
        pages: Option<(usize, usize)>,
        #[serde(skip_serializing_if = "Option::is_none")]
        paragraphs: Option<(usize, usize)>,
        headings: &'a [String],
        id: &'a str,
        text: &'a str,
    }
    #[derive(Serialize)]
    struct ChangedJson<'a> {
        old: DiffPassageJson<'a>,
        new: DiffPassageJson<'a>,
        difference: DifferenceJson<'a>,
    }
    #[derive(Serialize)]
    struct DiffJson<'a> {
        added: Vec<DiffPassageJson<'a>>,
        changed: Vec<ChangedJson<'a>>,
        dropped: Vec<DiffPassageJson<'a>>,
    }
    fn json(passage: &StoredPassage) -> DiffPassageJson<'_> {
        DiffPassageJson {
            source: &passage.source,
            lines: passage.lines,
            pages: passage.pages,
            paragraphs: passage.paragraphs,
            headings: &passage.headings,
            id: passage.id.as_str(),
            text: &passage.text,
        }
    }
    let changed = diff.changed.iter().map(|changed| ChangedJson {
        old: json(&changed.old),
        new: json(&changed.new),
        difference: DifferenceJson::new(&changed.difference),
    });
    let object = DiffJson {
        added: diff.added.iter().map(json).collect(),
        changed: changed.collect(),
        dropped: diff.dropped.iter().map(json).collect(),
    };
    to_line(out, &object)
}
