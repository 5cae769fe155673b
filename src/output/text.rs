//! Hits for people: where each one is, what it says, and if asked how it got its score.

use std::io::{self, Write};
use std::path::{MAIN_SEPARATOR, Path};

use anstyle::{AnsiColor, Style};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::annotate::Assertion;
use crate::index::StoredPassage;
use crate::lexicon::Kind;
use crate::query::{Correction, DidYouMean};
use crate::search::{Facets, Hit, SearchResults, Silent, Snippet};

/// How text may look.
#[derive(Debug, Clone, Copy, Default)]
pub struct Look {
    pub color: bool,
    /// Whether citations may be links that a terminal opens on a click.
    pub links: bool,
    /// Columns to wrap at; `None` leaves long lines alone, as a pipe wants them.
    pub width: Option<usize>,
}

const INDENT: &str = "    ";
/// Up to so many silent sources are named.
const SILENT_NAMED: usize = 5;
pub(super) const TITLE: Style = Style::new().bold();
const HEADING: Style = Style::new();
pub(super) const CITATION: Style = AnsiColor::Magenta.on_default();
const MARK: Style = AnsiColor::Red.on_default().bold();
pub(super) const RISK: Style = AnsiColor::Yellow.on_default().bold();
pub(super) const FAINT: Style = Style::new().dimmed();
/// What stays readable in a `file:` address.
const PATH_CHARACTERS: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'/')
    .remove(b'.')
    .remove(b'-')
    .remove(b'_')
    .remove(b'~');

/// Prints what was searched for if it is not what was typed, the hits, best first, then how many
/// there are.
pub fn write(
    out: &mut dyn Write,
    results: &SearchResults,
    look: Look,
    explain: bool,
) -> io::Result<()> {
    let printer = Printer { look };
    printer.corrections(out, results)?;
    for hit in &results.hits {
        printer.hit(out, hit)?;
        if explain {
            printer.explanation(out, hit)?;
        }
        writeln!(out)?;
    }
    printer.tally(out, results)?;
    match &results.facets {
        Some(facets) => printer.facets(out, facets),
        None => Ok(()),
    }
}

/// The concepts of a hit, with what is said of those that are not simply so.
fn concepts(hit: &Hit) -> Option<String> {
    let shown: Vec<String> = hit
        .passage
        .concepts
        .iter()
        .filter(|concept| concept.kind != Kind::Term)
        .map(|concept| match concept.assertion {
            Assertion::Affirmed => concept.name.clone(),
            Assertion::Negated => format!("{} (denied)", concept.name),
            Assertion::Hedged => format!("{} (rare or possible)", concept.name),
            Assertion::Hypothetical => format!("{} (if)", concept.name),
        })
        .collect();
    (!shown.is_empty()).then(|| format!("concepts: {}", shown.join(", ")))
}

/// Where a passage stands, as people cite it: by page, by paragraph, or by lines in the form that
/// editors open.
pub(crate) fn citation(passage: &StoredPassage) -> String {
    passage.place().in_source(&passage.source)
}

pub(super) struct Printer {
    pub(super) look: Look,
}

impl Printer {
    fn corrections(&self, out: &mut dyn Write, results: &SearchResults) -> io::Result<()> {
        let mut lines = spelling_lines(&results.corrections, &results.did_you_mean);
        if lines.is_empty() {
            return Ok(());
        }
        if !results.did_you_mean.is_empty() {
            lines.push("(--corrected searches for it)".to_owned());
        }
        for line in lines {
            self.wrapped(out, &visible(&line), "", INDENT)?;
        }
        writeln!(out)
    }

    fn hit(&self, out: &mut dyn Write, hit: &Hit) -> io::Result<()> {
        let mut title = self.styled(&hit.passage.title, TITLE);
        for heading in &hit.passage.headings {
            title.push_str(&self.styled(" › ", FAINT));
            title.push_str(&self.styled(heading, HEADING));
        }
        let rank = format!("{:>2}  ", hit.rank);
        self.wrapped(out, &title, &rank, INDENT)?;
        writeln!(out, "{INDENT}{}{}", self.citation(hit), self.aspects(hit))?;
        self.wrapped(out, &self.snippet(&hit.snippet), INDENT, INDENT)?;
        match concepts(hit) {
            None => Ok(()),
            Some(line) => self.wrapped(out, &self.styled(&line, FAINT), INDENT, INDENT),
        }
    }

    fn aspects(&self, hit: &Hit) -> String {
        let badges = hit.passage.aspects.iter().map(|aspect| {
            let style = if aspect == "risk" { RISK } else { FAINT };
            format!("  {}", self.styled(&format!("[{aspect}]"), style))
        });
        badges.collect()
    }

    fn snippet(&self, snippet: &Snippet) -> String {
        snippet
            .stretches
            .iter()
            .map(|stretch| match stretch.marked {
                true => self.styled(&stretch.text, MARK),
                false => visible(&stretch.text),
            })
            .collect()
    }

    fn citation(&self, hit: &Hit) -> String {
        let citation = self.styled(&citation(&hit.passage), CITATION);
        match self.link(&hit.passage.source) {
            Some(address) => format!("\x1b]8;;{address}\x1b\\{citation}\x1b]8;;\x1b\\"),
            None => citation,
        }
    }

    /// The `file:` address of a source, where the terminal can open it.
    fn link(&self, source: &str) -> Option<String> {
        let path = self
            .look
            .links
            .then(|| Path::new(source).canonicalize().ok())??;
        let path = path.to_str()?.replace(MAIN_SEPARATOR, "/");
        let encoded = utf8_percent_encode(&path, PATH_CHARACTERS);
        let slash = if path.starts_with('/') { "" } else { "/" };
        Some(format!("file://{slash}{encoded}"))
    }

    fn explanation(&self, out: &mut dyn Write, hit: &Hit) -> io::Result<()> {
        writeln!(out, "{INDENT}score {:.2}", hit.score)?;
        for part in hit.explanation.iter().flatten() {
            let line = format!(
                "{:>+8.2} {}: {}",
                part.value,
                part.kind.name(),
                part.reasons.join("; ")
            );
            self.wrapped(out, &self.styled(&line, FAINT), INDENT, "                 ")?;
        }
        Ok(())
    }

    fn facets(&self, out: &mut dyn Write, facets: &Facets) -> io::Result<()> {
        let groups = [
            ("aspects", &facets.aspect),
            ("conditions", &facets.condition),
            ("techniques", &facets.technique),
            ("sources", &facets.source),
        ];
        for (name, counts) in groups.into_iter().filter(|(_, counts)| !counts.is_empty()) {
            let shown: Vec<String> = counts
                .iter()
                .map(|c| format!("{} {}", c.value, c.count))
                .collect();
            let line = format!("{name}: {}", shown.join(", "));
            self.wrapped(out, &self.styled(&line, FAINT), "", INDENT)?;
        }
        match &facets.silent {
            Some(silent) if silent.count > 0 && !facets.source.is_empty() => {
                let line = self.styled(&said_of(silent), FAINT);
                self.wrapped(out, &line, "", INDENT)
            }
            _ => Ok(()),
        }
    }

    fn tally(&self, out: &mut dyn Write, results: &SearchResults) -> io::Result<()> {
        let passages = if results.total == 1 {
            "passage matches"
        } else {
            "passages match"
        };
        let line = match (results.hits.first(), results.hits.last()) {
            (Some(first), Some(last)) if results.hits.len() < results.total => format!(
                "{} {passages}; {} to {} shown",
                results.total, first.rank, last.rank
            ),
            (None, _) if results.total > 0 => {
                format!("{} {passages}; none that far down", results.total)
            }
            (None, _) => "no passage matches".to_owned(),
            _ => format!("{} {passages}", results.total),
        };
        writeln!(out, "{}", self.styled(&line, FAINT))
    }

    pub(super) fn styled(&self, text: &str, style: Style) -> String {
        let text = visible(text);
        match self.look.color && style != Style::new() {
            true => format!("{style}{text}{style:#}"),
            false => text,
        }
    }

    pub(super) fn wrapped(
        &self,
        out: &mut dyn Write,
        text: &str,
        first: &str,
        rest: &str,
    ) -> io::Result<()> {
        let Some(width) = self.look.width else {
            return writeln!(out, "{first}{text}");
        };
        let options = textwrap::Options::new(width.max(20))
            .initial_indent(first)
            .subsequent_indent(rest)
            .word_separator(textwrap::WordSeparator::AsciiSpace);
        for line in textwrap::wrap(text, options) {
            writeln!(out, "{line}")?;
        }
        Ok(())
    }
}

/// What was searched for in place of what was typed, in a line, and what may be meant, each in
/// another.
pub fn spelling_lines(corrections: &[Correction], did_you_mean: &[DidYouMean]) -> Vec<String> {
    let words: Vec<String> = corrections.iter().map(Correction::to_string).collect();
    let searched = (!words.is_empty()).then(|| format!("searched for {}", words.join(", ")));
    let suggested = did_you_mean.iter().map(DidYouMean::to_string);
    searched.into_iter().chain(suggested).collect()
}

/// Sources are not trusted to steer the terminal: control characters are shown, not sent.
pub(super) fn visible(text: &str) -> String {
    text.chars()
        .map(|c| {
            if c.is_control() {
                char::REPLACEMENT_CHARACTER
            } else {
                c
            }
        })
        .collect()
}

/// Where nothing matches: by name where the names are few.
fn said_of(silent: &Silent) -> String {
    let sources = match silent.count {
        1 => "1 source".to_owned(),
        count => format!("{count} sources"),
    };
    let sources = match silent.about {
        true => format!("about {sources}"),
        false => sources,
    };
    match silent.sources.len() {
        1..=SILENT_NAMED => format!("nothing in {sources}: {}", silent.sources.join(", ")),
        _ => format!("nothing in {sources}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_characters_do_not_reach_the_terminal() {
        assert_eq!(visible("a\x1b[31mb"), "a\u{fffd}[31mb");
    }

    #[test]
    fn colour_only_where_wanted() {
        let plain = Printer {
            look: Look::default(),
        };
        assert_eq!(plain.styled("x", MARK), "x");
        let colored = Printer {
            look: Look {
                color: true,
                ..Look::default()
            },
        };
        assert!(colored.styled("x", MARK).contains("\x1b["));
        assert_eq!(colored.styled("x", HEADING), "x");
    }

    #[test]
    fn long_lines_wrap_under_their_indent() {
        let printer = Printer {
            look: Look {
                width: Some(24),
                ..Look::default()
            },
        };
        let mut out = Vec::new();
        let text = "one two three four five six seven";
        printer
            .wrapped(&mut out, text, INDENT, INDENT)
            .expect("a Vec takes all");
        let shown = String::from_utf8(out).expect("text in, text out");
        assert!(
            shown
                .lines()
                .all(|line| line.starts_with(INDENT) && line.len() <= 24)
        );
        assert_eq!(shown.lines().count(), 2);
    }
}
