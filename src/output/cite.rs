//! What became of citations.

use std::io::{self, Write};

use anstyle::{AnsiColor, Style};
use serde::Serialize;

use super::text::{CITATION, FAINT, Look, Printer, visible};
use crate::cite::{Citation, Verdict};
use crate::diff::{Change, ChangedStretch, Difference};
use crate::output::json::to_line;

const REMOVED: Style = AnsiColor::Red.on_default().strikethrough();
const ADDED: Style = AnsiColor::Green.on_default().bold();
const INDENT: &str = "           ";
/// So many unchanged words are shown around a change.
const AROUND: usize = 8;

/// A citation with what became of it.
#[derive(Debug, Clone)]
pub struct Verified {
    /// The line of the file on which the citation begins.
    pub line: usize,
    pub citation: Citation,
    pub verdict: Verdict,
}

/// Prints each citation with what became of it, and how many there are of each.
pub fn write(out: &mut dyn Write, verified: &[Verified], look: Look) -> io::Result<()> {
    let printer = Printer { look };
    for one in verified {
        let Citation { source, place, .. } = &one.citation;
        let name = name(&one.verdict);
        let cited = printer.styled(&format!("{source}, {place}"), CITATION);
        match &one.verdict {
            Verdict::Unchanged | Verdict::Gone => writeln!(out, "{name:<10} {cited}")?,
            Verdict::Moved { now } | Verdict::Changed { now, .. } => {
                let now = printer.styled(&format!("{}, {}", now.source, now.place), CITATION);
                writeln!(out, "{name:<10} {cited} → {now}")?;
            }
        }
        if let Verdict::Changed { difference, .. } = &one.verdict {
            write_difference(out, &printer, difference, INDENT)?;
        }
    }
    let line = format!(
        "{}: {}",
        super::summary::counted(verified.len() as u64, "citation"),
        tally(verified)
    );
    writeln!(out, "{}", printer.styled(&line, FAINT))
}

fn tally(verified: &[Verified]) -> String {
    let names = ["unchanged", "moved", "changed", "gone"];
    let counts = names.map(|n| (n, verified.iter().filter(|v| name(&v.verdict) == n).count()));
    let counts = counts.iter().filter(|(_, count)| *count > 0);
    let counts: Vec<String> = counts
        .map(|(name, count)| format!("{count} {name}"))
        .collect();
    counts.join(", ")
}

fn name(verdict: &Verdict) -> &'static str {
    match verdict {
        Verdict::Unchanged => "unchanged",
        Verdict::Moved { .. } => "moved",
        Verdict::Changed { .. } => "changed",
        Verdict::Gone => "gone",
    }
}

/// Prints a difference as `wdiff` does: `[-removed-] {+added+}`.
pub(super) fn write_difference(
    out: &mut dyn Write,
    printer: &Printer,
    difference: &Difference,
    indent: &str,
) -> io::Result<()> {
    let last = difference.stretches.len().saturating_sub(1);
    let shown = difference
        .stretches
        .iter()
        .enumerate()
        .map(|(at, stretch)| {
            let text = visible(&stretch.text);
            match stretch.change {
                Change::Kept => shortened(&text, at > 0, at < last),
                Change::Removed => printer.styled(&format!("[-{text}-]"), REMOVED),
                Change::Added => printer.styled(&format!("{{+{text}+}}"), ADDED),
            }
        });
    let line = shown.collect::<Vec<_>>().join(" ");
    printer.wrapped(out, &line, indent, indent)
}

/// The words of an unchanged stretch that stand near a change.
fn shortened(text: &str, after_change: bool, before_change: bool) -> String {
    let words: Vec<&str> = text.split(' ').collect();
    let head = if after_change { AROUND } else { 0 };
    let tail = if before_change { AROUND } else { 0 };
    if words.len() <= head + tail {
        return text.to_owned();
    }
    let mut parts: Vec<&str> = words[..head].to_vec();
    parts.push("…");
    parts.extend(&words[words.len() - tail..]);
    parts.join(" ")
}

#[derive(Serialize)]
struct CitationsJson<'a> {
    citations: Vec<VerifiedJson<'a>>,
}

#[derive(Serialize)]
struct VerifiedJson<'a> {
    line: usize,
    #[serde(flatten)]
    citation: CitationJson<'a>,
    verdict: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    now: Option<StandingJson<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    difference: Option<DifferenceJson<'a>>,
}

#[derive(Serialize)]
struct CitationJson<'a> {
    id: &'a str,
    source: &'a str,
    place: &'a str,
    generation: u64,
    text: &'a str,
}

#[derive(Serialize)]
struct StandingJson<'a> {
    source: &'a str,
    place: &'a str,
}

/// How one text became another, stretch by stretch.
#[derive(Serialize)]
#[serde(transparent)]
pub(super) struct DifferenceJson<'a>(Vec<StretchJson<'a>>);

#[derive(Serialize)]
struct StretchJson<'a> {
    change: &'static str,
    text: &'a str,
}

impl<'a> VerifiedJson<'a> {
    fn new(verified: &'a Verified) -> Self {
        let (now, difference) = match &verified.verdict {
            Verdict::Unchanged | Verdict::Gone => (None, None),
            Verdict::Moved { now } => (Some(now), None),
            Verdict::Changed { now, difference } => (Some(now), Some(difference)),
        };
        VerifiedJson {
            line: verified.line,
            citation: CitationJson::new(&verified.citation),
            verdict: name(&verified.verdict),
            now: now.map(|now| StandingJson {
                source: &now.source,
                place: &now.place,
            }),
            difference: difference.map(DifferenceJson::new),
        }
    }
}

impl<'a> CitationJson<'a> {
    fn new(citation: &'a Citation) -> Self {
        CitationJson {
            id: &citation.id,
            source: &citation.source,
            place: &citation.place,
            generation: citation.generation,
            text: &citation.text,
        }
    }
}

impl<'a> DifferenceJson<'a> {
    pub(super) fn new(difference: &'a Difference) -> Self {
        let view = |stretch: &'a ChangedStretch| StretchJson {
            change: match stretch.change {
                Change::Kept => "kept",
                Change::Removed => "removed",
                Change::Added => "added",
            },
            text: &stretch.text,
        };
        DifferenceJson(difference.stretches.iter().map(view).collect())
    }
}

/// Writes one JSON object on one line.
pub fn write_json(out: &mut dyn Write, verified: &[Verified]) -> io::Result<()> {
    let citations = verified.iter().map(VerifiedJson::new).collect();
    to_line(out, &CitationsJson { citations })
}

/// Writes a citation as one JSON object on one line.
pub fn write_citation_json(out: &mut dyn Write, citation: &Citation) -> io::Result<()> {
    to_line(out, &CitationJson::new(citation))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_is_shown_with_the_words_around_it() {
        let words = |n: usize| "w ".repeat(n).trim().to_owned();
        assert_eq!(shortened(&words(3), true, true), "w w w");
        assert_eq!(
            shortened(&words(99), false, true),
            format!("… {}", words(8))
        );
        assert_eq!(
            shortened(&words(99), true, false),
            format!("{} …", words(8))
        );
    }
}
