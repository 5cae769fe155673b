//! An audit, for people on a terminal; [`json`] for programs, [`csv`] for spreadsheets, [`html`]
//! as a page. [`figures`] shows figures side by side, [`tied`] techniques against conditions.
//!
//! Where there is one topic, each source has its sentence. Where there are more, a matrix of
//! letters comes first, and after it the same for each topic.

pub mod csv;
pub mod figures;
pub mod html;
pub mod json;
pub mod tied;

use std::io::{self, Write};

use anstyle::{AnsiColor, Style};

use super::text::{self, CITATION, FAINT, Look, Printer, TITLE};
use crate::audit::{Audit, AuditTopic, Cell, Evidence, Group, Row, State, Tally, Zone};

const SILENT: Style = AnsiColor::Red.on_default().bold();
/// Columns that the name of a state takes, with the space after it.
const STATE: usize = 13;
/// So many narrower concepts are named.
const NARROWER: usize = 8;
/// An audit of more sources than this is cut short where nobody asked for all of it…
const MANY: usize = 40;
/// …after so many rows of a matrix or sentences on a topic.
const SHORT: usize = 40;

/// How much of an audit of many sources is printed; of few, it is everything.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Extent {
    /// Counts, and the first that say something.
    Said,
    /// Counts, and the first of all, the silent ones included.
    Silent,
    All,
}

/// The letter of a state in a matrix.
pub(crate) fn letter(state: State) -> char {
    match state {
        State::Stated => 'S',
        State::Hedged => 'H',
        State::Conditional => 'C',
        State::NoBenefit => 'B',
        State::Negated => 'N',
        State::Mentioned => '?',
        State::NotFound => '–',
        State::Silent => '·',
    }
}

/// Prints an audit.
pub fn write(out: &mut dyn Write, audit: &Audit, look: Look, extent: Extent) -> io::Result<()> {
    let printer = AuditPrinter(Printer { look });
    let extent = match audit.rows.len() {
        0..=MANY => Extent::All,
        _ => extent,
    };
    if audit.topics.len() > 1 {
        printer.matrix(out, audit, extent)?;
    }
    for (number, topic) in audit.topics.iter().enumerate() {
        printer.topic(out, audit, number, topic, extent)?;
    }
    Ok(())
}

/// The rows that are printed, and how many are left out.
fn chosen(audit: &Audit, extent: Extent, says: impl Fn(&Row) -> bool) -> (Vec<&Row>, usize) {
    let rows = audit.rows.iter();
    let (rows, most): (Vec<&Row>, usize) = match extent {
        Extent::All => (rows.collect(), usize::MAX),
        Extent::Silent => (rows.collect(), SHORT),
        Extent::Said => (rows.filter(|row| says(row)).collect(), SHORT),
    };
    let left_out = audit.rows.len() - rows.len().min(most);
    (rows.into_iter().take(most).collect(), left_out)
}

/// Prints how many sources of each folder say what.
pub fn write_groups(out: &mut dyn Write, audit: &Audit, look: Look) -> io::Result<()> {
    let printer = AuditPrinter(Printer { look });
    let groups = audit.groups();
    for (number, topic) in audit.topics.iter().enumerate() {
        printer.heading(out, topic)?;
        for group in &groups {
            printer.group(out, group, number)?;
        }
        writeln!(out)?;
    }
    Ok(())
}

/// How many sources say what, in words, without the states that none is in.
pub(crate) fn tallied(tally: &Tally) -> String {
    let counts = State::ALL.iter().zip(tally).filter(|(_, n)| **n > 0);
    let counts: Vec<String> = counts.map(|(s, n)| format!("{n} {}", s.name())).collect();
    match counts.is_empty() {
        true => "no sources".to_owned(),
        false => counts.join(", "),
    }
}

/// Where a sentence stands.
pub(super) fn citation(evidence: &Evidence) -> String {
    evidence.place().in_source(&evidence.source)
}

/// A sentence on one line.
pub(crate) fn on_a_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

struct AuditPrinter(Printer);

impl AuditPrinter {
    fn matrix(&self, out: &mut dyn Write, audit: &Audit, extent: Extent) -> io::Result<()> {
        for (number, topic) in audit.topics.iter().enumerate() {
            writeln!(out, "{:>3}  {}", number + 1, text::visible(topic.heading()))?;
        }
        let legend: Vec<String> = State::ALL
            .iter()
            .map(|&state| format!("{} {}", letter(state), state.name()))
            .collect();
        writeln!(out, "\n{}\n", self.0.styled(&legend.join("  "), FAINT))?;
        let numbers = (1..=audit.topics.len()).map(|number| format!("{number:>3}"));
        writeln!(out, "{}", numbers.collect::<String>())?;
        let says = |cell: &Cell| !cell.is_empty();
        let (rows, left_out) = chosen(audit, extent, |row| row.cells.iter().any(says));
        for row in rows {
            let cells: String = row.cells.iter().map(|cell| self.letter(cell)).collect();
            writeln!(out, "{cells}  {}", text::visible(&row.source))?;
        }
        self.left_out(out, left_out)?;
        writeln!(out)
    }

    fn left_out(&self, out: &mut dyn Write, count: usize) -> io::Result<()> {
        let sources = match count {
            0 => return Ok(()),
            1 => "1 more source".to_owned(),
            count => format!("{count} more sources"),
        };
        let line = format!("… {sources} (--all)");
        writeln!(out, "{}", self.0.styled(&line, FAINT))
    }

    fn letter(&self, cell: &Cell) -> String {
        let letter = format!("  {}", letter(cell.state()));
        self.0.styled(&letter, style(cell.state()))
    }

    fn heading(&self, out: &mut dyn Write, topic: &AuditTopic) -> io::Result<()> {
        let name = self.0.styled(&topic.name, TITLE);
        let aspect = topic.aspect.map(|label| format!(", as to {label}"));
        let aspect = aspect.unwrap_or_default();
        writeln!(out, "{name} ({}){aspect}", topic.kind.name())?;
        if topic.narrower.is_empty() {
            return Ok(());
        }
        let named: Vec<&str> = topic
            .narrower
            .iter()
            .take(NARROWER)
            .map(String::as_str)
            .collect();
        let more = topic.narrower.len().saturating_sub(NARROWER);
        let more = match more {
            0 => String::new(),
            _ => format!(" and {more} more"),
        };
        let line = format!("counted with it: {}{more}", named.join(", "));
        self.0.wrapped(out, &self.0.styled(&line, FAINT), "", "  ")
    }

    fn topic(
        &self,
        out: &mut dyn Write,
        audit: &Audit,
        number: usize,
        topic: &AuditTopic,
        extent: Extent,
    ) -> io::Result<()> {
        self.heading(out, topic)?;
        writeln!(out)?;
        let says = |row: &Row| !row.cells[number].is_empty();
        let (rows, left_out) = chosen(audit, extent, says);
        for row in rows {
            self.cell(out, topic, row, &row.cells[number])?;
        }
        self.left_out(out, left_out)?;
        let tally = tallied(&audit.tallies()[number]);
        writeln!(out, "{}\n", self.0.styled(&tally, FAINT))
    }

    fn cell(
        &self,
        out: &mut dyn Write,
        topic: &AuditTopic,
        row: &Row,
        cell: &Cell,
    ) -> io::Result<()> {
        let state = cell.state();
        let name = self.0.styled(state.name(), style(state));
        let name = format!("{name}{}", " ".repeat(STATE - state.name().len()));
        let Cell::Said { first, more } = cell else {
            return writeln!(out, "{name}{}", text::visible(&row.source));
        };
        let more = match more.len() {
            0 => String::new(),
            more => self.0.styled(&format!("  and {more} more"), FAINT),
        };
        let cited = self.0.styled(&citation(first), CITATION);
        writeln!(out, "{name}{cited}{}{more}", self.aside(topic, first))?;
        let indent = " ".repeat(STATE);
        self.0.wrapped(out, &sentence(first), &indent, &indent)
    }

    /// What there is to know of a sentence besides it.
    fn aside(&self, topic: &AuditTopic, evidence: &Evidence) -> String {
        let zone = match evidence.zone {
            Zone::Title => Some("in the title".to_owned()),
            Zone::Heading => Some("in a heading".to_owned()),
            Zone::Text => None,
        };
        let narrower = evidence.concept != topic.name;
        let narrower = narrower.then(|| format!("as {}", evidence.concept));
        let asides: Vec<String> = zone.into_iter().chain(narrower).collect();
        match asides.is_empty() {
            true => String::new(),
            false => self.0.styled(&format!("  {}", asides.join(", ")), FAINT),
        }
    }

    fn group(&self, out: &mut dyn Write, group: &Group, number: usize) -> io::Result<()> {
        let counted = match group.sources {
            1 => "1 source".to_owned(),
            sources => format!("{sources} sources"),
        };
        let tally = tallied(&group.tallies[number]);
        let folder = self.0.styled(&group.folder, CITATION);
        writeln!(out, "{folder}  {counted}: {tally}")
    }
}

/// A sentence as it is shown, after the line that leads into it.
fn sentence(evidence: &Evidence) -> String {
    quoted(evidence.lead.as_deref(), &evidence.sentence)
}

fn quoted(lead: Option<&str>, sentence: &str) -> String {
    let said = text::visible(&on_a_line(sentence));
    match lead {
        Some(lead) => format!("“{} … {said}”", text::visible(&on_a_line(lead))),
        None => format!("“{said}”"),
    }
}

fn style(state: State) -> Style {
    match state {
        State::Silent => SILENT,
        State::NotFound => AnsiColor::Red.on_default(),
        State::Mentioned => AnsiColor::Yellow.on_default(),
        State::Negated | State::NoBenefit => AnsiColor::Cyan.on_default(),
        State::Conditional | State::Hedged => AnsiColor::Green.on_default(),
        State::Stated => AnsiColor::Green.on_default().bold(),
    }
}
