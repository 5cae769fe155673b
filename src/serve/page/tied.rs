//! What must not be done to whom, technique by condition: the matrix, and the sentences below it.

use std::sync::Arc;

use axum::extract::{RawQuery, State as Extracted};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};

use super::listing::as_table;
use super::shell::{styled_shell, wrong};
use super::{amount, link_to, material_name};
use crate::annotate::Aspect;
use crate::audit::{TiedAudit, TiedEvidence, TiedRow};
use crate::output::audit::tied::write_csv;
use crate::output::statement::notes;
use crate::serve::asked::AskedAudit;
use crate::serve::catalogue::Catalogue;
use crate::serve::dear::PATIENCE;
use crate::serve::problem::Problem;
use crate::serve::state::{Opened, ServerState};

/// Techniques on the page; the table has them all.
const ROWS: usize = 100;
const TITLE: &str = "What must not be done to whom";

/// The page.
pub(in crate::serve) async fn page(
    Extracted(state): Extracted<Arc<ServerState>>,
    RawQuery(address): RawQuery,
) -> Response {
    let made = made(&state, "tied page", address, |opened, asked, audit| {
        let body = body(opened.catalogue(), asked, audit);
        let page = styled_shell(TITLE, "", &["style.css", "report.css"], &body);
        page.into_string().into_bytes()
    });
    match made.await {
        Ok(page) => {
            let html = [(header::CONTENT_TYPE, "text/html; charset=utf-8")];
            (html, page).into_response()
        }
        Err(problem) => wrong(&problem, ""),
    }
}

/// Every sentence of it for spreadsheets.
pub(in crate::serve) async fn table(
    Extracted(state): Extracted<Arc<ServerState>>,
    RawQuery(address): RawQuery,
) -> Response {
    let made = made(&state, "tied table", address, |_, _, audit| {
        let mut out = Vec::new();
        // Memory takes what is written.
        let _ = write_csv(&mut out, audit);
        out
    });
    match made.await {
        Ok(table) => as_table("must-not.csv", table),
        Err(problem) => wrong(&problem, ""),
    }
}

async fn made(
    state: &ServerState,
    kind: &str,
    address: Option<String>,
    write: impl Fn(&Opened, &AskedAudit, &TiedAudit) -> Vec<u8> + Send + 'static,
) -> Result<Vec<u8>, Problem> {
    let asked = AskedAudit::read(address.as_deref())?;
    let question = format!("{kind} {asked:?}");
    let opened = state.current();
    let answer = state.dear_work(&opened, &question, PATIENCE, move |opened| {
        let audit = TiedAudit::of(opened.searcher.engine(), &asked.request())?;
        Ok(write(opened, &asked, &audit))
    });
    match answer.await {
        Some(made) => made.map(|made| made.to_vec()),
        None => Err(Problem::under_way()),
    }
}

fn body(catalogue: &Catalogue, asked: &AskedAudit, audit: &TiedAudit) -> Markup {
    html! {
        h1 { (TITLE) }
        form.ask action="/tied" method="get" {
            label { span { "Techniques, medicines or conditions" }
                input name="topic" value=(asked.topics.join(", ")) placeholder="all, or: massage, osteoporosis"
                    autocomplete="off" spellcheck="false";
            }
            label { span { "Materials" }
                input name="source" value=(asked.source.as_deref().unwrap_or_default())
                    placeholder="all, or a pattern of paths" autocomplete="off" spellcheck="false";
            }
            label.few { span { "At most" }
                select name="columns" {
                    option value="" { "12 columns" }
                    @for n in [6_usize, 18, 24] {
                        option value=(n) selected[asked.columns == Some(n)] { (n) " columns" }
                    }
                }
            }
            button type="submit" { "Show" }
        }
        @if audit.rows.is_empty() {
            p { "No sentence of the materials says of " @if asked.topics.is_empty() { "a technique" } @else { "these" }
                " with whom it must not be done, or only with care. That does not say that it is safe: "
                a href="/audit" { "the audit" } " has what is said of a topic otherwise." }
        } @else {
            div.report {
                (matrix(audit))
                p { a href=(asked.link("/tied.csv", 0)) { "All sentences as CSV" } }
                @for (at, row) in audit.rows.iter().take(ROWS).enumerate() { (of_technique(catalogue, audit, (at, row))) }
                @if let Some(more) = audit.rows.len().checked_sub(ROWS).filter(|more| *more > 0) {
                    p.note { (amount(more, "technique")) " more, of which less is said, in the CSV." }
                }
            }
        }
    }
}

/// The mark of a kind of risk: its class, its sign, and what it means.
fn mark(risk: Aspect) -> (&'static str, &'static str, &'static str) {
    match risk {
        Aspect::Contraindication => ("not", "×", "must not"),
        _ => ("care", "!", "with care"),
    }
}

fn badge(risk: Aspect) -> Markup {
    let (class, sign, _) = mark(risk);
    html! { span class={ "c " (class) } aria-hidden="true" { (sign) } }
}

fn matrix(audit: &TiedAudit) -> Markup {
    html! {
        ul.legend {
            @for risk in [Aspect::Contraindication, Aspect::Precaution] {
                li { (badge(risk)) " " b { (mark(risk).2) } }
            }
            li { "An empty place: no sentence says it, which is not that it is safe." }
        }
        @for note in &audit.notes { p.note { (note) } }
        div.map tabindex="0" role="region" aria-label="Techniques by conditions" {
            table {
                thead { tr {
                    th.source scope="col" { "technique" }
                    @for condition in &audit.conditions { th.topic scope="col" { span { (condition) } } }
                } }
                tbody {
                    @for (at, row) in audit.rows.iter().take(ROWS).enumerate() {
                        tr {
                            th.source scope="row" { a href={ "#" (row_id(at)) } { (row.technique) } }
                            @for ((number, condition), cell) in audit.conditions.iter().enumerate().zip(&row.cells) {
                                td { @if let Some(first) = cell.first() { (cell_link((row, condition), first, &sentence_id(at, number))) } }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn cell_link((row, condition): (&TiedRow, &str), first: &TiedEvidence, id: &str) -> Markup {
    let (class, sign, word) = mark(first.risk);
    let label = format!("{}, {condition}: {word}", row.technique);
    html! {
        a class={ "c " (class) } href={ "#" (id) } title=(label) aria-label=(label) { (sign) }
    }
}

/// Where the sentences of a technique, and of it with a condition, stand on the page.
fn row_id(row: usize) -> String {
    format!("t{row}")
}

fn sentence_id(row: usize, condition: usize) -> String {
    format!("t{row}-{condition}")
}

fn of_technique(catalogue: &Catalogue, audit: &TiedAudit, (at, row): (usize, &TiedRow)) -> Markup {
    html! {
        section id=(row_id(at)) {
            h2 { (row.technique) }
            @for ((number, condition), cell) in audit.conditions.iter().enumerate().zip(&row.cells) {
                @if let Some((first, more)) = cell.split_first() {
                    article id=(sentence_id(at, number)) {
                        h3 { (badge(first.risk)) span { (condition) } }
                        (quoted(catalogue, first))
                        @if !more.is_empty() {
                            details {
                                summary { (amount(more.len(), "sentence")) " more" }
                                @for evidence in more { (quoted(catalogue, evidence)) }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn quoted(catalogue: &Catalogue, evidence: &TiedEvidence) -> Markup {
    let notes = notes(&evidence.claim);
    html! {
        blockquote {
            @if let Some(lead) = &evidence.lead { span.lead { (lead) " … " } }
            (evidence.sentence)
        }
        p.cited {
            b { (mark(evidence.risk).2) }
            @if !notes.is_empty() { " (" (notes.join(", ")) ")" }
            " · " span { (material_name(catalogue, &evidence.source)) } " · "
            a href=(link_to(&evidence.source, evidence.id.as_str(), "")) { (evidence.place().to_string()) }
        }
    }
}
