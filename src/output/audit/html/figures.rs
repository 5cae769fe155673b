//! Figures on the same things, side by side.

use std::io::{self, Write};

use super::{Escaped, View};
use crate::audit::{Agreement, FigureGroup};
use crate::output::audit::figures::{citation, verdict};
use crate::output::audit::on_a_line;

/// So many things with figures are shown.
const GROUPS: usize = 50;
/// So many figures of each.
const FIGURES: usize = 50;

/// Writes the groups whose figures are not the same in the same words, if there are any.
pub(super) fn write(out: &mut dyn Write, groups: &[FigureGroup], view: View) -> io::Result<()> {
    let to_show = || groups.iter().filter(|g| g.agreement != Agreement::Same);
    if to_show().next().is_none() {
        return Ok(());
    }
    writeln!(
        out,
        "<section id=\"figures\">\n<h2>Figures on the same things</h2>\n<p class=\"tally\">Side by \
         side; which is right, nobody has judged.</p>"
    )?;
    for group in to_show().take(GROUPS) {
        write_group(out, group, view)?;
    }
    writeln!(out, "</section>")
}

fn write_group(out: &mut dyn Write, group: &FigureGroup, view: View) -> io::Result<()> {
    writeln!(
        out,
        "<article>\n<h3>{}</h3>\n<p class=\"tally\">{}</p>\n<table class=\"figures\">\n<tbody>",
        Escaped(&group.subject),
        verdict(group.agreement)
    )?;
    for figure in group.figures.iter().take(FIGURES) {
        writeln!(
            out,
            "<tr><td>{}</td><td>{}<br><span class=\"note\">{}</span></td></tr>",
            Escaped(&on_a_line(&figure.quantity.text)),
            Escaped(&on_a_line(&figure.sentence)),
            view.cited(&citation(figure), &figure.source, &figure.id)
        )?;
    }
    writeln!(out, "</tbody>\n</table>")?;
    let more = group.figures.len().saturating_sub(FIGURES);
    if more > 0 {
        writeln!(out, "<p class=\"note\">and {more} more</p>")?;
    }
    writeln!(out, "</article>")
}
