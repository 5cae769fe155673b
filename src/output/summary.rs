//! Says what a build did.

use std::collections::BTreeMap;
use std::io::{self, Write};

use super::text::visible;
use crate::index::{BuildReport, Changes, PICTURE_LEFT, Skipped};
use crate::output::json::to_line;

/// How many files of one kind are named before the rest is only counted.
const NAMED: usize = 5;

/// Prints a report for people.
pub fn write(out: &mut dyn Write, report: &BuildReport) -> io::Result<()> {
    let documents = counted(report.documents, "document");
    let passages = counted(report.passages, "passage");
    match &report.changes {
        Some(changes) if changes.is_empty() => writeln!(
            out,
            "nothing has changed: {documents} and {passages}, looked at in {:.2} s",
            report.seconds
        )?,
        changes => {
            if let Some(changes) = changes {
                write_changes(out, changes)?;
            }
            writeln!(
                out,
                "{documents} and {passages}, {} in {:.2} s ({:.1} MB/s)",
                bytes(report.bytes),
                report.seconds,
                report.mb_per_second
            )?;
        }
    }
    if report.words_left_out > 0 {
        let all = (report.words + report.words_left_out) as f64;
        writeln!(
            out,
            "{} left out ({:.1} % of all; `palpate passages FILE` shows them)",
            counted(report.words_left_out, "word"),
            100.0 * report.words_left_out as f64 / all
        )?;
    }
    for repeated in &report.repeated {
        let times = counted(repeated.times, "time");
        writeln!(out, "sent again: {times}, {}", repeated.cause)?;
    }
    let (pictures, unknown): (Vec<&Skipped>, Vec<&Skipped>) = report
        .unknown
        .iter()
        .partition(|file| file.reason == PICTURE_LEFT);
    if !pictures.is_empty() {
        let pictures = counted(pictures.len() as u64, "picture");
        writeln!(out, "not read: {pictures} (--ocr reads them)")?;
    }
    write_unknown(out, &unknown)?;
    write_links(out, &report.links)?;
    write_skipped(out, "FAILED", &report.failed)
}

fn write_changes(out: &mut dyn Write, changes: &Changes) -> io::Result<()> {
    writeln!(
        out,
        "{} added, {} changed, {} gone, {} as before",
        counted(changes.added, "file"),
        changes.changed,
        changes.removed,
        changes.unchanged
    )
}

/// Writes a report as one JSON object on one line.
pub fn write_json(out: &mut dyn Write, report: &BuildReport) -> io::Result<()> {
    to_line(out, report)
}

/// Says in one line how many files there are of which types that are not read.
fn write_unknown(out: &mut dyn Write, unknown: &[&Skipped]) -> io::Result<()> {
    if unknown.is_empty() {
        return Ok(());
    }
    let mut by_type: BTreeMap<&str, usize> = BTreeMap::new();
    for file in unknown {
        let of_type = file
            .reason
            .strip_prefix(UNKNOWN_TYPE)
            .unwrap_or(&file.reason);
        *by_type.entry(of_type).or_default() += 1;
    }
    let mut types: Vec<(&str, usize)> = by_type.into_iter().collect();
    types.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    let named = types
        .iter()
        .take(NAMED)
        .map(|(of_type, count)| format!("{count} {of_type}"));
    let named: Vec<String> = named.collect();
    let more = types
        .iter()
        .skip(NAMED)
        .map(|(_, count)| count)
        .sum::<usize>();
    let rest = match more {
        0 => String::new(),
        _ => format!(", {more} of other types"),
    };
    let files = counted(unknown.len() as u64, "file");
    writeln!(
        out,
        "not read: {files} of unknown types: {}{rest}",
        named.join(", ")
    )
}

fn write_links(out: &mut dyn Write, links: &[String]) -> io::Result<()> {
    if links.is_empty() {
        return Ok(());
    }
    let named = visible(&links[..links.len().min(NAMED)].join(", "));
    let more = match links.len().saturating_sub(NAMED) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    let links = counted(links.len() as u64, "link");
    writeln!(out, "not followed: {links} (see --follow): {named}{more}")
}

/// How the reason begins why a file of an unknown type was not read.
const UNKNOWN_TYPE: &str = "unknown type ";

fn write_skipped(out: &mut dyn Write, what: &str, skipped: &[Skipped]) -> io::Result<()> {
    let mut by_reason: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for file in skipped {
        by_reason.entry(&file.reason).or_default().push(&file.path);
    }
    for (reason, paths) in by_reason {
        let named = paths
            .iter()
            .take(NAMED)
            .copied()
            .collect::<Vec<_>>()
            .join(", ");
        let more = paths.len().saturating_sub(NAMED);
        let rest = match more {
            0 => String::new(),
            _ => format!(" and {more} more"),
        };
        let files = counted(paths.len() as u64, "file");
        let (reason, named) = (visible(reason), visible(&named));
        writeln!(out, "{what}: {files}, {reason}: {named}{rest}")?;
    }
    Ok(())
}

/// A number of things, in words.
pub(crate) fn counted(n: u64, what: &str) -> String {
    match n {
        1 => format!("1 {what}"),
        _ => format!("{n} {what}s"),
    }
}

pub(super) fn bytes(n: u64) -> String {
    match n {
        0..1_000 => format!("{n} bytes"),
        1_000..1_000_000 => format!("{:.1} kB", n as f64 / 1e3),
        1_000_000..1_000_000_000 => format!("{:.1} MB", n as f64 / 1e6),
        _ => format!("{:.2} GB", n as f64 / 1e9),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn skipped_files_are_named_and_the_rest_counted() {
        let skipped: Vec<Skipped> = (0..7)
            .map(|n| Skipped {
                path: format!("{n}.xyz"),
                reason: "unknown type .xyz".into(),
            })
            .collect();
        let mut out = Vec::new();
        write_skipped(&mut out, "not read", &skipped).expect("a Vec takes all");
        assert_eq!(
            String::from_utf8_lossy(&out),
            "not read: 7 files, unknown type .xyz: 0.xyz, 1.xyz, 2.xyz, 3.xyz, 4.xyz and 2 more\n"
        );
    }

    #[test]
    fn pictures_are_counted_with_what_reads_them() {
        let file = |reason: &str| Skipped {
            path: "a".into(),
            reason: reason.into(),
        };
        let report = BuildReport {
            unknown: vec![file(PICTURE_LEFT), file("unknown type .mp4")],
            ..BuildReport::default()
        };
        let mut out = Vec::new();
        write(&mut out, &report).expect("a Vec takes all");
        let said = String::from_utf8_lossy(&out);
        let lines: Vec<&str> = said.lines().skip(1).collect();
        assert_eq!(
            lines,
            [
                "not read: 1 picture (--ocr reads them)",
                "not read: 1 file of unknown types: 1 .mp4"
            ]
        );
    }

    #[test]
    fn unknown_types_are_counted_in_one_line() {
        let file = |reason: &str| Skipped {
            path: "a".into(),
            reason: reason.into(),
        };
        let unknown = [
            file("unknown type .mp4"),
            file("without extension"),
            file("unknown type .mp4"),
        ];
        let mut out = Vec::new();
        let unknown: Vec<&Skipped> = unknown.iter().collect();
        write_unknown(&mut out, &unknown).expect("a Vec takes all");
        assert_eq!(
            String::from_utf8_lossy(&out),
            "not read: 3 files of unknown types: 2 .mp4, 1 without extension\n"
        );
    }

    #[test]
    fn sizes() {
        assert_eq!(bytes(999), "999 bytes");
        assert_eq!(bytes(36_048), "36.0 kB");
        assert_eq!(bytes(24_000_000), "24.0 MB");
    }
}
