//! Hits for people: where each one is, what it says, and if asked how it got its score.

use std::io::{self, Write};
use std::path::{MAIN_SEPARATOR, Path};

use anstyle::{AnsiColor, Style};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use textwrap::core::display_width;

use super::statement::plain;
use crate::annotate::{Assertion, trusted};
pub use crate::document::visible;
use crate::index::StoredPassage;
use crate::lexicon::Kind;
use crate::query::{Correction, DidYouMean};
use crate::search::{FacetCount, Facets, Hit, SearchResults, Silent, Snippet};

/// How text may look.
#[derive(Debug, Clone, Copy, Default)]
pub struct Look {
    pub color: bool,
    /// Whether citations may be links that a terminal opens on a click.
    pub links: bool,
    /// Columns to wrap at; `None` leaves long lines alone, as a pipe wants them.
    pub width: Option<usize>,
}

/// What is printed of a search besides its hits.
#[derive(Debug, Clone, Copy, Default)]
pub struct Details {
    /// How each hit got its score.
    pub explanation: bool,
    /// All that was counted, where it is otherwise one line.
    pub facets: bool,
}

/// What is said of a hit that has no word of what was asked.
pub(crate) const MEANING_ALONE: &str = "similar in meaning; your words do not occur";
/// At most so many equal files of a hit are named.
pub(crate) const TWINS: usize = 5;
/// At most so many statements are shown with a hit.
const SAID: usize = 2;
const INDENT: &str = "    ";
/// Up to so many silent sources are named.
const SILENT_NAMED: usize = 5;
/// So many values of a group are on the one line of what was counted, if there is room…
const FACETS_SHOWN: usize = 4;
/// …in so many columns, where there is no terminal…
const FACETS_WIDTH: usize = 100;
/// …and it ends by saying that there are more.
const MORE_FACETS: &str = " (--facets)";
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
    details: Details,
) -> io::Result<()> {
    let printer = Printer { look };
    printer.corrections(out, results)?;
    for hit in &results.hits {
        printer.hit(out, hit, &results.query)?;
        if details.explanation {
            printer.explanation(out, hit)?;
        }
        writeln!(out)?;
    }
    printer.tally(out, results)?;
    match &results.facets {
        Some(facets) if details.facets => printer.facets(out, facets),
        Some(facets) => printer.facets_on_a_line(out, facets),
        None => Ok(()),
    }
}

/// How many of the passages are shown with another that is like them.
fn in_copies(results: &SearchResults) -> String {
    let copies: usize = results.hits.iter().map(|hit| hit.also_in.len()).sum();
    match copies {
        0 => String::new(),
        copies => format!(", {copies} of them in equal files"),
    }
}

/// The concepts of a hit, with what is said of those that are not simply so.
fn concepts(hit: &Hit) -> Option<String> {
    let shown: Vec<String> = hit
        .passage
        .concepts
        .iter()
        .filter(|concept| concept.kind != Kind::Term)
        .map(|concept| match concept.claim.assertion {
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

    fn hit(&self, out: &mut dyn Write, hit: &Hit, query: &str) -> io::Result<()> {
        let mut title = self.styled(&hit.passage.title, TITLE);
        for heading in &hit.passage.headings {
            title.push_str(&self.styled(" › ", FAINT));
            title.push_str(&self.styled(heading, HEADING));
        }
        let rank = format!("{:>2}  ", hit.rank);
        self.wrapped(out, &title, &rank, INDENT)?;
        self.place(out, hit)?;
        if !hit.also_in.is_empty() {
            let (shown, more) = hit.also_in.split_at(hit.also_in.len().min(TWINS));
            let more = match more.len() {
                0 => String::new(),
                more => format!(" and {more} more"),
            };
            let line = format!("also in {}{more}", shown.join(", "));
            self.wrapped(out, &self.styled(&line, FAINT), INDENT, INDENT)?;
        }
        if hit.by_meaning_alone {
            self.wrapped(out, &self.styled(MEANING_ALONE, RISK), INDENT, INDENT)?;
        }
        self.wrapped(out, &self.snippet(&hit.snippet), INDENT, INDENT)?;
        for said in plain(&hit.passage, query, SAID) {
            let kind = self.styled(said.kind.1, RISK);
            let line = format!("{kind}: {}", visible(&said.line));
            self.wrapped(out, &line, INDENT, INDENT)?;
        }
        match concepts(hit) {
            None => Ok(()),
            Some(line) => self.wrapped(out, &self.styled(&line, FAINT), INDENT, INDENT),
        }
    }

    /// The citation, and what the passage speaks of: a line breaks between two badges, never within the
    /// name of a source.
    fn place(&self, out: &mut dyn Write, hit: &Hit) -> io::Result<()> {
        let mut used = INDENT.len() + display_width(&citation(&hit.passage));
        write!(out, "{INDENT}{}", self.citation(hit))?;
        for (badge, style) in badges(&hit.passage) {
            used += 2 + display_width(&badge);
            match self.look.width.is_some_and(|width| used > width) {
                true => {
                    used = INDENT.len() + display_width(&badge);
                    write!(out, "\n{INDENT}")?;
                }
                false => write!(out, "  ")?,
            }
            write!(out, "{}", self.styled(&badge, style))?;
        }
        writeln!(out)
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

    /// What most of the passages speak of, and where nothing is, as far as a line goes.
    fn facets_on_a_line(&self, out: &mut dyn Write, facets: &Facets) -> io::Result<()> {
        let groups = [&facets.aspect, &facets.condition, &facets.technique];
        let line = |most: usize| {
            let groups = groups.iter().filter(|counts| !counts.is_empty());
            let mut parts: Vec<String> = groups.map(|counts| counted(counts, most)).collect();
            let silent = facets.silent.as_ref();
            let silent = silent.filter(|silent| silent.count > 0 && !facets.source.is_empty());
            parts.extend(silent.map(said_of_count));
            parts.join("; ")
        };
        let fits = |line: &String| {
            let width = self.look.width.unwrap_or(FACETS_WIDTH);
            display_width(line) + display_width(MORE_FACETS) <= width
        };
        let fitting = (1..=FACETS_SHOWN).rev().map(line).find(fits);
        match fitting.unwrap_or_else(|| line(1)) {
            line if line.is_empty() => Ok(()),
            line => writeln!(
                out,
                "{}",
                self.styled(&format!("{line}{MORE_FACETS}"), FAINT)
            ),
        }
    }

    fn facets(&self, out: &mut dyn Write, facets: &Facets) -> io::Result<()> {
        let groups = [
            ("aspects", &facets.aspect),
            ("conditions", &facets.condition),
            ("techniques", &facets.technique),
            ("sources", &facets.source),
        ];
        for (name, counts) in groups.into_iter().filter(|(_, counts)| !counts.is_empty()) {
            let line = format!("{name}: {}", counted(counts, counts.len()));
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
        let least = if results.partial { "at least " } else { "" };
        let line = match (results.hits.first(), results.hits.last()) {
            (Some(first), Some(last)) if results.more || first.rank > 1 => format!(
                "{least}{} {passages}; {} to {} shown",
                results.total, first.rank, last.rank
            ),
            (None, _) if results.total > 0 => {
                format!("{least}{} {passages}; none that far down", results.total)
            }
            (None, _) if results.partial => "nothing found until then".to_owned(),
            (None, _) => "no passage matches".to_owned(),
            _ => format!("{least}{} {passages}{}", results.total, in_copies(results)),
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

/// The aspects of a passage that are right often enough to be shown.
fn badges(passage: &StoredPassage) -> impl Iterator<Item = (String, Style)> {
    let shown = passage.aspects.iter().filter(|label| trusted(label));
    shown.map(|label| {
        let style = if label == "risk" { RISK } else { FAINT };
        (format!("[{label}]"), style)
    })
}

/// The first of some counts.
fn counted(counts: &[FacetCount], most: usize) -> String {
    let shown = counts.iter().take(most);
    let shown: Vec<String> = shown.map(|c| format!("{} {}", c.value, c.count)).collect();
    shown.join(", ")
}

/// Where nothing matches: by name where the names are few.
fn said_of(silent: &Silent) -> String {
    let said = said_of_count(silent);
    match silent.sources.len() {
        1..=SILENT_NAMED => format!("{said}: {}", silent.sources.join(", ")),
        _ => said,
    }
}

/// In how many sources nothing matches.
fn said_of_count(silent: &Silent) -> String {
    let sources = match silent.count {
        1 => "1 source".to_owned(),
        count => format!("{count} sources"),
    };
    let sources = match silent.about {
        true => format!("about {sources}"),
        false => sources,
    };
    format!("nothing in {sources}")
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
    fn what_was_counted_is_one_line_that_fits() {
        let counts = |names: &[&str]| -> Vec<FacetCount> {
            let count = |name: &&str| FacetCount {
                value: (*name).to_owned(),
                count: 7,
            };
            names.iter().map(count).collect()
        };
        let facets = Facets {
            aspect: counts(&["risk", "treatment", "benefits", "cost", "outlook"]),
            condition: counts(&["osteoporosis", "fracture"]),
            source: counts(&["a.txt"]),
            silent: Some(Silent {
                count: 2,
                about: false,
                sources: Vec::new(),
            }),
            ..Facets::default()
        };
        let line = |width| {
            let look = Look {
                width,
                ..Look::default()
            };
            let mut out = Vec::new();
            let printed = Printer { look }.facets_on_a_line(&mut out, &facets);
            printed.expect("a Vec takes all");
            String::from_utf8(out).expect("text in, text out")
        };
        assert_eq!(
            line(None),
            "risk 7, treatment 7, benefits 7, cost 7; osteoporosis 7, fracture 7; nothing in 2 \
             sources (--facets)\n"
        );
        assert_eq!(
            line(Some(70)),
            "risk 7; osteoporosis 7; nothing in 2 sources (--facets)\n"
        );
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
