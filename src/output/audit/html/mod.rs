//! An audit as a page: a heat map, and under it every sentence it goes by.
//!
//! One file without scripts that asks nobody for anything: it can be mailed, printed and kept. A
//! state is told by letter and shape as well as by colour (Okabe and Ito, "Color universal design",
//! 2008), in light, in dark and on paper.

mod figures;

use std::fmt::{self, Display, Write as _};
use std::io::{self, Write};

use super::{citation, letter, tallied};
use crate::audit::{Audit, AuditTopic, Cell, Evidence, FigureGroup, Row, State, Zone};
use crate::document::turns;
use crate::output::summary::counted;
use crate::passage::PassageId;

/// How it looks: rules for all that is inside of the class `report`.
pub const STYLE: &str = include_str!("../report.css");
/// So many sentences of a cell are shown.
const SHOWN: usize = 5;

/// Text in HTML.
struct Escaped<'a>(&'a str);

impl Display for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for c in self.0.chars() {
            match c {
                '&' => f.write_str("&amp;")?,
                '<' => f.write_str("&lt;")?,
                '>' => f.write_str("&gt;")?,
                '"' => f.write_str("&quot;")?,
                '\'' => f.write_str("&#39;")?,
                c if turns(c) || (c.is_control() && !c.is_whitespace()) => {
                    f.write_char('\u{fffd}')?
                }
                c => f.write_char(c)?,
            }
        }
        Ok(())
    }
}

/// What of an audit is shown, and how.
#[derive(Debug, Clone, Copy)]
pub struct View {
    /// So many sources at most; the rest is only counted.
    pub sources: usize,
    /// Where citations lead, if anywhere.
    pub links: Option<Links>,
}

/// Where citations lead.
#[derive(Debug, Clone, Copy)]
pub struct Links {
    /// The address of a source.
    pub source: fn(source: &str) -> String,
    /// The address of a passage of a source, by its id.
    pub passage: fn(source: &str, id: &str) -> String,
}

impl View {
    /// A source, with a link to it if there is one.
    fn source(&self, source: &str) -> String {
        self.linked(source, |links| (links.source)(source))
    }

    /// A citation, with a link to its passage if there is one.
    fn cited(&self, citation: &str, source: &str, id: &PassageId) -> String {
        self.linked(citation, |links| (links.passage)(source, id.as_str()))
    }

    fn linked(&self, text: &str, address: impl FnOnce(Links) -> String) -> String {
        let text = Escaped(text);
        match self.links.map(address) {
            Some(address) => format!("<a href=\"{}\">{text}</a>", Escaped(&address)),
            None => text.to_string(),
        }
    }
}

/// Writes an audit as a page of its own, with the figures that are given on the same things.
pub fn write(out: &mut dyn Write, audit: &Audit, figures: &[FigureGroup]) -> io::Result<()> {
    let title = title(audit);
    let title = Escaped(&title);
    writeln!(
        out,
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta \
         http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src \
         'unsafe-inline'; base-uri 'none'; form-action 'none'\">\n<meta \
         name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<meta \
         name=\"color-scheme\" content=\"light dark\">\n<title>{title}</title>\n<style>\n{STYLE}\
         </style>\n</head>\n<body class=\"report\">\n<main>\n<h1>{title}</h1>"
    )?;
    let all = View {
        sources: usize::MAX,
        links: None,
    };
    write_part(out, audit, figures, all)?;
    writeln!(
        out,
        "</main>\n<footer>Made by palpate from generation {} of its index.</footer>\n</body>\n\
         </html>",
        audit.generation
    )
}

/// Writes all there is to an audit below its title.
fn write_part(
    out: &mut dyn Write,
    audit: &Audit,
    figures: &[FigureGroup],
    view: View,
) -> io::Result<()> {
    write_summary(out, audit)?;
    write_legend(out)?;
    write_map(out, audit, view)?;
    for (number, topic) in audit.topics.iter().enumerate() {
        write_topic(out, audit, number, topic, view)?;
    }
    figures::write(out, figures, view)?;
    writeln!(
        out,
        "<p class=\"note\">What a sentence says is told by rules, and may be wrong: the sentence \
         counts.</p>"
    )
}

/// Writes figures on the same things side by side, for a page that has [`STYLE`].
#[cfg(feature = "serve")]
pub(crate) fn write_figures(
    out: &mut dyn Write,
    figures: &[FigureGroup],
    view: View,
) -> io::Result<()> {
    figures::write(out, figures, view)
}

/// The rows that are shown.
fn rows(audit: &Audit, view: View) -> impl Iterator<Item = (usize, &Row)> {
    audit.rows.iter().enumerate().take(view.sources)
}

/// What an audit is about, in a line.
pub(crate) fn title(audit: &Audit) -> String {
    let names: Vec<&str> = audit.topics.iter().map(AuditTopic::heading).collect();
    match audit.topics.as_slice() {
        [first, ..] if first.aspect.is_some() => {
            format!("What our materials say of {}", first.name)
        }
        [_, _, _, _, ..] => "What our materials say".to_owned(),
        _ => format!("What our materials say of {}", names.join(", ")),
    }
}

/// How many sources are silent of what: what the reader has to know first.
fn write_summary(out: &mut dyn Write, audit: &Audit) -> io::Result<()> {
    let (sources, topics) = (audit.rows.len(), audit.topics.len());
    let cells = || audit.rows.iter().flat_map(|row| &row.cells);
    let silent = cells().filter(|cell| **cell == Cell::Silent).count();
    let not_found = cells().filter(|cell| **cell == Cell::NotFound).count();
    let all = cells().count();
    writeln!(
        out,
        "<p class=\"summary\">{}, {}: <strong>{silent} of {all}</strong> cells are silent.</p>",
        counted(sources as u64, "source"),
        counted(topics as u64, "topic")
    )?;
    if not_found > 0 {
        let meaning = Escaped(State::NotFound.meaning());
        writeln!(
            out,
            "<p class=\"note\">{not_found} of {all} are of topics that name no concept: {meaning}.</p>"
        )?;
    }
    for note in &audit.notes {
        writeln!(out, "<p class=\"note\">{}</p>", Escaped(note))?;
    }
    Ok(())
}

fn write_legend(out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "<ul class=\"legend\">")?;
    for state in State::ALL {
        writeln!(
            out,
            "<li>{} <b>{}</b> {}</li>",
            badge(state),
            state.name(),
            Escaped(state.meaning())
        )?;
    }
    writeln!(out, "</ul>")
}

fn badge(state: State) -> String {
    format!(
        "<span class=\"c {}\">{}</span>",
        state.name(),
        letter(state)
    )
}

fn write_map(out: &mut dyn Write, audit: &Audit, view: View) -> io::Result<()> {
    let more = audit.rows.len().saturating_sub(view.sources);
    if more > 0 {
        writeln!(
            out,
            "<p class=\"note\">{} sources are shown; {more} more are counted.</p>",
            view.sources
        )?;
    }
    writeln!(
        out,
        "<div class=\"map\" role=\"region\" aria-label=\"Sources and topics\" tabindex=\"0\">\n<table>\n<thead>\n<tr><th class=\"source\">source</th>"
    )?;
    for (number, topic) in audit.topics.iter().enumerate() {
        let heading = Escaped(topic.heading());
        writeln!(
            out,
            "<th class=\"topic\"><a href=\"#t{number}\"><span>{heading}</span></a></th>"
        )?;
    }
    writeln!(out, "</tr>\n</thead>\n<tbody>")?;
    let mut folder = None;
    for (at, row) in rows(audit, view) {
        let (here, name) = row.source.rsplit_once('/').unwrap_or(("", &row.source));
        if folder != Some(here) {
            folder = Some(here);
            let columns = audit.topics.len() + 1;
            let here = Escaped(here);
            writeln!(
                out,
                "<tr class=\"folder\"><th colspan=\"{columns}\">{here}</th></tr>"
            )?;
        }
        writeln!(out, "<tr><th class=\"source\">{}</th>", Escaped(name))?;
        for (number, cell) in row.cells.iter().enumerate() {
            write_cell(out, audit, (at, number), cell)?;
        }
        writeln!(out, "</tr>")?;
    }
    writeln!(
        out,
        "</tbody>\n<tfoot>\n<tr><th class=\"source\">nothing found</th>"
    )?;
    for number in 0..audit.topics.len() {
        let empty = |row: &&Row| row.cells[number].is_empty();
        writeln!(out, "<td>{}</td>", audit.rows.iter().filter(empty).count())?;
    }
    writeln!(out, "</tr>\n</tfoot>\n</table>\n</div>")
}

fn write_cell(
    out: &mut dyn Write,
    audit: &Audit,
    (at, number): (usize, usize),
    cell: &Cell,
) -> io::Result<()> {
    let state = cell.state();
    let (name, letter) = (state.name(), letter(state));
    let topic = Escaped(audit.topics[number].heading());
    match cell {
        Cell::Silent | Cell::NotFound => {
            let label = format!("{topic}: {name}");
            writeln!(
                out,
                "<td><span class=\"c {name}\" title=\"{label}\" aria-label=\"{label}\" \
                 role=\"img\">{letter}</span></td>"
            )
        }
        Cell::Said { first, .. } => {
            let sentence = super::on_a_line(&first.sentence);
            let label = format!("{topic}: {name}: {}", Escaped(&sentence));
            writeln!(
                out,
                "<td><a class=\"c {name}\" href=\"#s{at}-{number}\" title=\"{label}\" \
                 aria-label=\"{label}\">{letter}</a></td>"
            )
        }
    }
}

fn write_topic(
    out: &mut dyn Write,
    audit: &Audit,
    number: usize,
    topic: &AuditTopic,
    view: View,
) -> io::Result<()> {
    let heading = match topic.aspect {
        Some(label) => format!("{}, as to {label}", topic.name),
        None => topic.name.clone(),
    };
    writeln!(
        out,
        "<section id=\"t{number}\">\n<h2>{} <small>{}</small></h2>\n<p class=\"tally\">{}</p>",
        Escaped(&heading),
        topic.kind.name(),
        tallied(&audit.tallies()[number])
    )?;
    if !topic.narrower.is_empty() {
        let narrower = topic.narrower.join(", ");
        writeln!(
            out,
            "<details><summary>{} narrower concepts count with it</summary><p>{}</p></details>",
            topic.narrower.len(),
            Escaped(&narrower)
        )?;
    }
    for (at, row) in rows(audit, view) {
        write_said(out, topic, (at, number), row, view)?;
    }
    let silent = rows(audit, view).map(|(_, row)| row);
    let silent: Vec<&Row> = silent.filter(|row| row.cells[number].is_empty()).collect();
    if let [first, ..] = silent[..] {
        // All of a topic: it is known, or it is not.
        let state = first.cells[number].state();
        writeln!(
            out,
            "<div class=\"silences\"><h3>{} {}</h3>\n<ul>",
            badge(state),
            state.name()
        )?;
        for row in silent {
            writeln!(out, "<li>{}</li>", view.source(&row.source))?;
        }
        writeln!(out, "</ul></div>")?;
    }
    writeln!(out, "</section>")
}

fn write_said(
    out: &mut dyn Write,
    topic: &AuditTopic,
    (at, number): (usize, usize),
    row: &Row,
    view: View,
) -> io::Result<()> {
    let cell = &row.cells[number];
    if cell.is_empty() {
        return Ok(());
    }
    writeln!(
        out,
        "<article id=\"s{at}-{number}\">\n<h3>{} {}</h3>",
        badge(cell.state()),
        view.source(&row.source)
    )?;
    for evidence in cell.evidence().take(SHOWN) {
        write_evidence(out, topic, evidence, view)?;
    }
    let more = cell.evidence().count().saturating_sub(SHOWN);
    if more > 0 {
        writeln!(out, "<p class=\"note\">and {more} more</p>")?;
    }
    writeln!(out, "</article>")
}

fn write_evidence(
    out: &mut dyn Write,
    topic: &AuditTopic,
    evidence: &Evidence,
    view: View,
) -> io::Result<()> {
    let (start, end) = evidence.name;
    let sentence = &evidence.sentence;
    // The bytes of a name lie in its sentence, at the bounds of words.
    let (before, name, after) = (&sentence[..start], &sentence[start..end], &sentence[end..]);
    let lead = match &evidence.lead {
        Some(lead) => format!("<span class=\"lead\">{} …</span> ", Escaped(lead)),
        None => String::new(),
    };
    writeln!(
        out,
        "<blockquote>{lead}{}<mark>{}</mark>{}</blockquote>",
        Escaped(before),
        Escaped(name),
        Escaped(after)
    )?;
    let mut cited = format!(
        "<p class=\"cited\">{} <b>{}</b>",
        badge(evidence.state),
        evidence.state.name()
    );
    let place = view.cited(&citation(evidence), &evidence.source, &evidence.id);
    cited.push_str(&format!(" · {place}"));
    let mut add = |text: &str| cited.push_str(&format!(" · {}", Escaped(text)));
    if evidence.concept != topic.name {
        add(&format!("as {}", evidence.concept));
    }
    match evidence.zone {
        Zone::Title => add("in the title"),
        Zone::Heading => add("in a heading"),
        Zone::Text if evidence.headings.is_empty() => {}
        Zone::Text => add(&evidence.headings.join(" › ")),
    }
    writeln!(out, "{cited} · <code>{}</code></p>", evidence.id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_of_a_source_becomes_markup() {
        let text = Escaped("<script>\"a\" & 'b'\u{1b}").to_string();
        assert_eq!(
            text,
            "&lt;script&gt;&quot;a&quot; &amp; &#39;b&#39;\u{fffd}"
        );
    }
}
