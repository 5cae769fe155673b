//! What was added, changed and dropped between two indexes.

use std::io::{self, Write};

use serde::Serialize;

use super::audit::on_a_line;
use super::cite::{DifferenceJson, write_difference};
use super::text::{CITATION, FAINT, Look, Printer, citation, visible};
use crate::diff::{Changed, CorpusDiff};
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
        write_changed(out, &printer, changed, "")?;
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

/// Prints a passage that was changed; `note` says what more there is to say of it.
pub(super) fn write_changed(
    out: &mut dyn Write,
    printer: &Printer,
    changed: &Changed,
    note: &str,
) -> io::Result<()> {
    let (old, new) = (citation(&changed.old), citation(&changed.new));
    let line = match old == new {
        true => printer.styled(&old, CITATION),
        false => format!(
            "{} → {}",
            printer.styled(&old, CITATION),
            printer.styled(&new, CITATION)
        ),
    };
    let note = printer.styled(note, FAINT);
    writeln!(out, "~ {line}{}{note}", headings(printer, &changed.new))?;
    write_difference(out, printer, &changed.difference, INDENT)?;
    writeln!(out)
}

/// Prints a passage that is on one side only.
pub(super) fn write_passage(
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

/// A passage of one of the two.
#[derive(Serialize)]
pub(super) struct DiffPassageJson<'a> {
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
    id: &'a str,
    text: &'a str,
}

impl<'a> DiffPassageJson<'a> {
    pub(super) fn new(passage: &'a StoredPassage) -> Self {
        DiffPassageJson {
            source: &passage.source,
            lines: passage.lines,
            pages: passage.pages,
            recognised: passage.recognised,
            paragraphs: passage.paragraphs,
            headings: &passage.headings,
            id: passage.id.as_str(),
            text: &passage.text,
        }
    }
}

/// A passage that was changed.
#[derive(Serialize)]
pub(super) struct ChangedJson<'a> {
    old: DiffPassageJson<'a>,
    new: DiffPassageJson<'a>,
    difference: DifferenceJson<'a>,
}

impl<'a> ChangedJson<'a> {
    pub(super) fn new(changed: &'a Changed) -> Self {
        ChangedJson {
            old: DiffPassageJson::new(&changed.old),
            new: DiffPassageJson::new(&changed.new),
            difference: DifferenceJson::new(&changed.difference),
        }
    }
}

/// Writes what differs as one JSON object on one line.
pub fn write_json(out: &mut dyn Write, diff: &CorpusDiff) -> io::Result<()> {
    #[derive(Serialize)]
    struct DiffJson<'a> {
        added: Vec<DiffPassageJson<'a>>,
        changed: Vec<ChangedJson<'a>>,
        dropped: Vec<DiffPassageJson<'a>>,
    }
    let object = DiffJson {
        added: diff.added.iter().map(DiffPassageJson::new).collect(),
        changed: diff.changed.iter().map(ChangedJson::new).collect(),
        dropped: diff.dropped.iter().map(DiffPassageJson::new).collect(),
    };
    to_line(out, &object)
}
