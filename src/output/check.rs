//! Says what a check found.

use std::io::{self, Write};

use super::summary::{bytes, counted};
use super::text::visible;
use crate::index::{CheckReport, SourcesCompared};
use crate::output::json::to_line;

/// Prints a report for people.
pub fn write(out: &mut dyn Write, report: &CheckReport) -> io::Result<()> {
    for damage in &report.damage {
        let (path, cause) = (visible(&damage.path), visible(&damage.cause));
        writeln!(out, "DAMAGED {path}: {cause}")?;
    }
    for leftover in &report.leftovers {
        writeln!(out, "left over from an interrupted build: {leftover}")?;
    }
    if let Some(sources) = &report.sources {
        write_sources(out, sources)?;
    }
    if report.damage.is_empty() {
        writeln!(
            out,
            "all is well: {} and {}, {} looked at",
            counted(report.documents, "document"),
            counted(report.passages, "passage"),
            bytes(report.bytes)
        )?;
    }
    Ok(())
}

fn write_sources(out: &mut dyn Write, sources: &SourcesCompared) -> io::Result<()> {
    let all = [
        ("CHANGED", &sources.changed),
        ("GONE", &sources.gone),
        ("NEW", &sources.added),
    ];
    for (what, paths) in all {
        for path in paths {
            writeln!(out, "{what} {}", visible(path))?;
        }
    }
    match sources.is_as_indexed() {
        true => writeln!(out, "{} as indexed", counted(sources.unchanged, "file")),
        false => writeln!(
            out,
            "the sources are not as they were indexed; `palpate index` reads them"
        ),
    }
}

/// Writes a report as one JSON object on one line.
pub fn write_json(out: &mut dyn Write, report: &CheckReport) -> io::Result<()> {
    to_line(out, report)
}
