//! Figures side by side.

use std::io::{self, Write};

use serde::Serialize;

use super::on_a_line;
use crate::audit::{Agreement, Figure, FigureGroup};
use crate::output::json::PassageIdJson;
use crate::output::json::to_line;
use crate::output::text::{CITATION, FAINT, Look, Printer, TITLE, visible};

/// Columns that a figure takes.
const FIGURE: usize = 22;

/// Prints the groups whose figures are not the same in the same words.
pub fn write(out: &mut dyn Write, groups: &[FigureGroup], look: Look) -> io::Result<()> {
    let printer = Printer { look };
    let shown = groups
        .iter()
        .filter(|group| group.agreement != Agreement::Same);
    for group in shown.clone() {
        let subject = printer.styled(&group.subject, TITLE);
        writeln!(out, "{subject}: {}\n", verdict(group.agreement))?;
        for figure in &group.figures {
            let text = visible(&on_a_line(&figure.quantity.text));
            let cited = printer.styled(&citation(figure), CITATION);
            writeln!(out, "{text:<FIGURE$} {cited}")?;
            let indent = " ".repeat(FIGURE + 1);
            let sentence = format!("“{}”", visible(&on_a_line(&figure.sentence)));
            printer.wrapped(out, &sentence, &indent, &indent)?;
        }
        writeln!(out)?;
    }
    let same = groups.len() - shown.clone().count();
    let tally = format!(
        "{} to look at, {same} the same wherever they are given",
        shown.count()
    );
    writeln!(out, "{}", printer.styled(&tally, FAINT))
}

/// What is said of a group.
pub(super) fn verdict(agreement: Agreement) -> &'static str {
    match agreement {
        Agreement::Same => "the same wherever they are given",
        Agreement::SameInOtherWords => "the same in other words",
        Agreement::Different => "figures differ",
    }
}

/// Where a figure stands.
pub(super) fn citation(figure: &Figure) -> String {
    figure.place().in_source(&figure.source)
}

#[derive(Serialize)]
struct FiguresJson<'a> {
    figures: Vec<FigureGroupJson<'a>>,
}

#[derive(Serialize)]
struct FigureGroupJson<'a> {
    subject: &'a str,
    agreement: &'static str,
    figures: Vec<FigureJson<'a>>,
}

#[derive(Serialize)]
struct FigureJson<'a> {
    dimension: &'static str,
    low: Option<f64>,
    high: Option<f64>,
    text: &'a str,
    sentence: &'a str,
    source: &'a str,
    lines: (usize, usize),
    #[serde(skip_serializing_if = "Option::is_none")]
    pages: Option<(usize, usize)>,
    /// Whether the text, or some of it, was recognised in a picture.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    recognised: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    paragraphs: Option<(usize, usize)>,
    id: PassageIdJson<'a>,
}

/// Writes all groups as one JSON object on one line.
pub fn write_json(out: &mut dyn Write, groups: &[FigureGroup]) -> io::Result<()> {
    let figures = groups.iter().map(FigureGroupJson::new).collect();
    to_line(out, &FiguresJson { figures })
}

impl<'a> FigureGroupJson<'a> {
    fn new(group: &'a FigureGroup) -> Self {
        FigureGroupJson {
            subject: &group.subject,
            agreement: match group.agreement {
                Agreement::Same => "same",
                Agreement::SameInOtherWords => "same-in-other-words",
                Agreement::Different => "different",
            },
            figures: group.figures.iter().map(FigureJson::new).collect(),
        }
    }
}

impl<'a> FigureJson<'a> {
    fn new(figure: &'a Figure) -> Self {
        FigureJson {
            dimension: figure.quantity.dimension,
            low: figure.quantity.low,
            high: figure.quantity.high,
            text: &figure.quantity.text,
            sentence: &figure.sentence,
            source: &figure.source,
            lines: figure.lines,
            pages: figure.pages,
            recognised: figure.recognised,
            paragraphs: figure.paragraphs,
            id: PassageIdJson::new(&figure.id),
        }
    }
}
