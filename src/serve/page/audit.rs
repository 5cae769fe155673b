//! The page of an audit: what every material says of some topics, first in sum, then material by
//! material, those that say something first.

use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::extract::{RawQuery, State as Extracted};
use axum::http::{HeaderValue, header};
use axum::response::{Html, IntoResponse, Response};
use maud::{Markup, PreEscaped, html};

use super::listing::as_table;
use super::shell::{styled_shell, wrong};
use super::{amount, document_link, link_to, material_name, number};
use crate::audit::{
    Audit, AuditTopic, By, Cell, Evidence, FigureGroup, Row, State, Tally, TopicKind,
};
use crate::output::audit::html::{Links, View, title, write_figures};
use crate::output::audit::{csv, html as report, letter, on_a_line, tallied};
use crate::serve::asked::{AskedAudit, COLUMNS};
use crate::serve::catalogue::Catalogue;
use crate::serve::dear;
use crate::serve::problem::Problem;
use crate::serve::state::{KeptAudit, Opened, ServerState};

/// How long somebody looks at an empty page before it says that it is being worked on.
const PATIENCE: Duration = Duration::from_millis(700);
/// Materials on a page.
const ROWS: usize = 100;
/// So many silent materials are named under a matrix, and so many folders in sum.
const SILENT: usize = 100;
const FOLDERS: usize = 30;
/// Up to so many topics, what is said stands under the matrix; of more, a cell leads to its passage.
const QUOTED: usize = 3;
/// Where there are no more documents, the page shows something before anybody has asked.
const SHOWN_UNASKED: u64 = 200;

/// The page.
pub(in crate::serve) async fn page(
    Extracted(state): Extracted<Arc<ServerState>>,
    RawQuery(address): RawQuery,
) -> Response {
    let asked = match AskedAudit::read(address.as_deref()) {
        Ok(asked) => asked,
        Err(problem) => return wrong(&problem, ""),
    };
    let opened = state.current();
    let documents = opened.searcher.engine().manifest().documents;
    let audited = match asked.is_nothing() && documents > SHOWN_UNASKED {
        true => None,
        false => match state.audit(&opened, &asked, PATIENCE).await {
            Some(Ok(audited)) => Some(audited),
            Some(Err(problem)) => return wrong(&problem, ""),
            None => return under_way(&asked),
        },
    };
    let question = format!("page {asked:?}");
    let of_work = asked.clone();
    let answer = state.dear_work(&opened, &question, PATIENCE, move |opened| {
        let (title, body) = body(opened, &of_work, audited.as_deref())?;
        Ok(shown(&title, &body).into_bytes())
    });
    let html = [(header::CONTENT_TYPE, "text/html; charset=utf-8")];
    match answer.await {
        Some(Ok(page)) => (html, page.to_vec()).into_response(),
        Some(Err(problem)) => wrong(&problem, ""),
        None => under_way(&asked),
    }
}

fn shown(title: &str, body: &Markup) -> String {
    styled_shell(title, "", &["style.css", "report.css"], body).into_string()
}

/// The page until there is more to show: it asks again by itself, without a script.
fn under_way(asked: &AskedAudit) -> Response {
    let title = "What our materials say, and where they are silent";
    let body = html! {
        (head(title, asked))
        p role="status" { "Every passage that names one of these is being read. This page shows what they \
            say as soon as that is done." }
    };
    let headers = [
        (header::REFRESH, HeaderValue::from_static("1")),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ];
    (headers, Html(shown(title, &body))).into_response()
}

/// The whole audit for spreadsheets.
pub(in crate::serve) async fn table(
    Extracted(state): Extracted<Arc<ServerState>>,
    RawQuery(address): RawQuery,
) -> Response {
    match written(state, "table", address, csv::write).await {
        Ok(table) => as_table("audit.csv", table),
        Err(problem) => wrong(&problem, ""),
    }
}

/// The whole audit as a file to keep: its own page, without a server.
pub(in crate::serve) async fn whole(
    Extracted(state): Extracted<Arc<ServerState>>,
    RawQuery(address): RawQuery,
) -> Response {
    let page = written(state, "whole", address, |out, audit| {
        report::write(out, audit, &[])
    });
    match page.await {
        Ok(page) => {
            let mut response = as_table("audit.html", page);
            let kind = HeaderValue::from_static("text/html; charset=utf-8");
            response.headers_mut().insert(header::CONTENT_TYPE, kind);
            response
        }
        Err(problem) => wrong(&problem, ""),
    }
}

async fn written(
    state: Arc<ServerState>,
    kind: &str,
    address: Option<String>,
    write: impl Fn(&mut dyn std::io::Write, &Audit) -> std::io::Result<()> + Send + 'static,
) -> Result<Vec<u8>, Problem> {
    let asked = AskedAudit::read(address.as_deref())?;
    let (opened, end) = (state.current(), Instant::now() + dear::PATIENCE);
    let Some(audited) = state.audit(&opened, &asked, dear::PATIENCE).await else {
        return Err(Problem::under_way());
    };
    let audited = audited?;
    let question = format!("{kind} {:?}", asked.of_all());
    let left = end.saturating_duration_since(Instant::now());
    let answer = state.dear_work(&opened, &question, left, move |_| {
        let mut out = Vec::new();
        // Memory takes what is written.
        let _ = write(&mut out, &audited.audit);
        Ok(out)
    });
    match answer.await {
        Some(written) => written.map(|written| written.to_vec()),
        None => Err(Problem::under_way()),
    }
}

fn body(
    opened: &Opened,
    asked: &AskedAudit,
    audited: Option<&KeptAudit>,
) -> Result<(String, Markup), Problem> {
    let engine = opened.searcher.engine();
    let catalogue = opened.catalogue();
    let documents = engine.manifest().documents;
    let Some(audited) = audited else {
        let title = "What our materials say, and where they are silent".to_owned();
        let body = html! { (head(&title, asked)) (to_ask(catalogue)) };
        return Ok((title, body));
    };
    let audit = &audited.audit;
    let figures = match asked.topics.is_empty() && documents > SHOWN_UNASKED {
        // All that is said of anything would have to be read.
        true => &[],
        false => audited.figures(engine)?,
    };
    let title = title(audit);
    let view = AuditView {
        audit,
        catalogue,
        asked,
    };
    let body = html! {
        (head(&title, asked))
        div.report {
            @if audit.topics.is_empty() { (to_ask(catalogue)) } @else { (view.body()) (side_by_side(figures)) }
        }
    };
    Ok((title, body))
}

/// What can be asked, where nothing was.
fn to_ask(catalogue: &Catalogue) -> Markup {
    html! {
        div.empty {
            p {
                "Name a topic: a condition, a technique or a risk, under any of its names; or several, parted "
                "by commas. Every material is listed with the strongest thing it says, and those that are silent."
            }
            ul.questions {
                @for topic in catalogue.topics() {
                    @let asked = AskedAudit { topics: vec![topic.to_owned()], ..AskedAudit::default() };
                    li { a href=(asked.link("/audit", 0)) { (topic) } }
                }
            }
        }
    }
}

fn side_by_side(figures: &[FigureGroup]) -> Markup {
    let view = View {
        sources: usize::MAX,
        links: Some(Links {
            source: document_link,
            passage: |source, id| link_to(source, id, ""),
        }),
    };
    let mut part = Vec::new();
    // Memory takes what is written, and what is written is text.
    let written = write_figures(&mut part, figures, view);
    let part = written.ok().and_then(|()| String::from_utf8(part).ok());
    html! { (PreEscaped(part.unwrap_or_default())) }
}

/// An audit as it is shown.
struct AuditView<'a> {
    audit: &'a Audit,
    catalogue: &'a Catalogue,
    asked: &'a AskedAudit,
}

impl AuditView<'_> {
    fn body(&self) -> Markup {
        let meant: Vec<&Row> = self
            .audit
            .rows
            .iter()
            .filter(|row| self.asked.means(row, self.catalogue))
            .collect();
        let empty = [State::Silent, State::NotFound];
        let wants_silent =
            self.asked.silent || self.asked.state.is_some_and(|s| empty.contains(&s));
        let (mut shown, silent): (Vec<&Row>, Vec<&Row>) = meant
            .into_iter()
            .partition(|row| wants_silent || said(row) > 0);
        if !wants_silent {
            shown.sort_by_key(|row| std::cmp::Reverse(said(row)));
        }
        let from = self.asked.offset.min(shown.len());
        let end = (from + ROWS).min(shown.len());
        html! {
            @for note in &self.audit.notes { p.note { (note) } }
            (self.sums())
            (self.filters())
            (self.matrix(&shown[from..end]))
            (self.pages(from, end, shown.len()))
            (self.silences(&silent))
            @if self.audit.topics.len() <= QUOTED { (self.quotes(&shown[from..end])) }
            p.note {
                "What a sentence says is told by rules, and may be wrong: the sentence counts. "
                a href="/help" { "The words" }
            }
        }
    }

    /// A bar for each topic, and of one topic for each folder.
    fn sums(&self) -> Markup {
        let topics = self.audit.topics.iter().zip(self.audit.tallies());
        let groups = match self.audit.topics.len() {
            1 => self.audit.groups(),
            _ => Vec::new(),
        };
        html! {
            section.sums aria-label="In sum" {
                ul.bars {
                    @for (topic, tally) in topics {
                        li { span.name { (topic.heading()) } (bar(&tally)) span.tally { (tallied(&tally)) } }
                    }
                }
                @if groups.len() > 1 {
                    details {
                        summary { "By folder" }
                        ul.bars {
                            @for group in groups.iter().take(FOLDERS) {
                                li {
                                    span.name { (self.catalogue.path(&group.folder)) }
                                    (bar(&group.tallies[0])) span.tally { (tallied(&group.tallies[0])) }
                                }
                            }
                        }
                        @if groups.len() > FOLDERS { p.note { "and " (groups.len() - FOLDERS) " folders more" } }
                    }
                }
                ul.legend { @for state in State::ALL { li { (badge(state)) " " b { (state.name()) } " " (state.meaning()) } } }
            }
        }
    }

    fn filters(&self) -> Markup {
        let by = self.asked.by;
        html! {
            form.filter action="/audit" method="get" role="search" aria-label="Materials" {
                @for topic in &self.asked.topics { input type="hidden" name="topic" value=(topic); }
                @for (name, known, _) in COLUMNS { @if by == Some(known) { input type="hidden" name="by" value=(name); } }
                @if let Some(source) = &self.asked.source { input type="hidden" name="source" value=(source); }
                @if let Some(n) = self.asked.columns { input type="hidden" name="columns" value=(n); }
                label.hidden for="words" { "Words of a title" }
                input id="words" name="words" type="search" value=(self.asked.words) placeholder="Find a material by its title"
                    autocomplete="off" spellcheck="false" maxlength="200";
                label.hidden for="state" { "State" }
                select id="state" name="state" {
                    option value="" { "in any state" }
                    @for state in State::ALL {
                        option value=(state.name()) selected[self.asked.state == Some(state)] { (state.name()) }
                    }
                }
                button type="submit" { "Show" }
            }
            p.exports {
                a href=(self.asked.link("/audit.csv", 0)) download { "All of it as CSV" } " · "
                a href=(self.asked.link("/audit.html", 0)) download { "as a page to keep" }
            }
        }
    }

    fn matrix(&self, rows: &[&Row]) -> Markup {
        html! {
            @if rows.is_empty() { p { "No material is like that." } }
            @else {
                div.map role="region" aria-label="Materials and topics" tabindex="0" {
                    table {
                        thead { tr {
                            th.source scope="col" { "material" }
                            @for topic in &self.audit.topics { th.topic scope="col" { span { (topic.heading()) } } }
                        } }
                        tbody {
                            @for row in rows {
                                tr {
                                    th.source scope="row" { (material_name(self.catalogue, &row.source)) }
                                    @for at in 0..row.cells.len() { td { (self.cell(row, at)) } }
                                }
                            }
                        }
                    }
                }
            }
        }
    }

    fn cell(&self, row: &Row, at: usize) -> Markup {
        let state = row.cells[at].state();
        let topic = self.audit.topics[at].heading();
        match &row.cells[at] {
            Cell::Silent | Cell::NotFound => html! {
                span class={ "c " (state.name()) } role="img" aria-label={ (topic) ": " (state.name()) } { (letter(state)) }
            },
            Cell::Said { first, .. } => {
                let said = format!("{topic}: {}: {}", state.name(), on_a_line(&first.sentence));
                let link = match self.audit.topics.len() <= QUOTED {
                    true => format!("#{}", quote_id(first, at)),
                    false => link_to(&first.source, first.id.as_str(), ""),
                };
                html! { a class={ "c " (state.name()) } href=(link) title=(said) aria-label=(said) { (letter(state)) } }
            }
        }
    }

    fn pages(&self, from: usize, end: usize, of: usize) -> Markup {
        let link = |offset: usize| self.asked.link("/audit", offset);
        html! {
            @if from > 0 || end < of {
                nav.pages aria-label="Pages" {
                    @if from > 0 { a rel="prev" href=(link(from.saturating_sub(ROWS))) { "← Before these" } }
                    span { (number(from as u64 + 1)) "–" (number(end as u64)) " of " (amount(of, "material")) }
                    @if end < of { a rel="next" href=(link(end)) { "After these →" } }
                }
            }
        }
    }

    /// What says nothing of anything, folded.
    fn silences(&self, silent: &[&Row]) -> Markup {
        let unknown = |topic: &AuditTopic| topic.kind == TopicKind::Words;
        let (state, are) = match self.audit.topics.iter().all(unknown) {
            true => (State::NotFound, "without these words"),
            false => (State::Silent, "silent"),
        };
        let all = AskedAudit {
            state: Some(state),
            ..self.asked.clone()
        };
        html! {
            @if !silent.is_empty() {
                details.silences {
                    summary {
                        (badge(state)) " " (amount(silent.len(), "material")) " " (are)
                        @if self.audit.topics.len() > 1 { " on all of it" }
                    }
                    ul.sources { @for row in silent.iter().take(SILENT) { li { (material_name(self.catalogue, &row.source)) } } }
                    @if silent.len() > SILENT { p { a href=(all.link("/audit", 0)) { "All that are " (are) ", in pages" } } }
                }
            }
        }
    }

    /// The strongest sentence of each material, topic by topic.
    fn quotes(&self, rows: &[&Row]) -> Markup {
        html! {
            @for (at, topic) in self.audit.topics.iter().enumerate() {
                section {
                    h2 { (topic.heading()) " " small { (topic.kind.name()) } }
                    @if !topic.narrower.is_empty() {
                        details {
                            summary { (amount(topic.narrower.len(), "narrower concept")) " count with it" }
                            p { (topic.narrower.join(", ")) }
                        }
                    }
                    @for row in rows {
                        @if let Cell::Said { first, more } = &row.cells[at] { (self.quote(first, more.len(), at)) }
                    }
                }
            }
        }
    }

    fn quote(&self, evidence: &Evidence, more: usize, at: usize) -> Markup {
        let (start, end) = evidence.name;
        let sentence = &evidence.sentence;
        // The bytes of a name lie in its sentence, at the bounds of words.
        let (before, name, after) = (&sentence[..start], &sentence[start..end], &sentence[end..]);
        let place = evidence.place();
        html! {
            article id=(quote_id(evidence, at)) {
                h3 { (badge(evidence.state)) " " span { (material_name(self.catalogue, &evidence.source)) } }
                blockquote {
                    @if let Some(lead) = &evidence.lead { span.lead { (lead) " … " } }
                    (before) mark { (name) } (after)
                }
                p.cited {
                    b { (evidence.state.name()) } " · "
                    a href=(link_to(&evidence.source, evidence.id.as_str(), "")) { (place.to_string()) }
                    @if !evidence.headings.is_empty() { " · " (evidence.headings.join(" › ")) }
                    @if more > 0 { " · " (number(more as u64)) " more in this material" }
                }
            }
        }
    }
}

/// How many cells of a row say something.
fn said(row: &Row) -> usize {
    let cells = row.cells.iter();
    cells.filter(|cell| !cell.is_empty()).count()
}

/// Where the sentence of a cell stands on the page.
fn quote_id(evidence: &Evidence, at: usize) -> String {
    format!("s{at}-{}", evidence.id)
}

fn badge(state: State) -> Markup {
    html! { span class={ "c " (state.name()) } aria-hidden="true" { (letter(state)) } }
}

/// How many materials say what, as a bar whose parts are as wide.
fn bar(tally: &Tally) -> Markup {
    let all = tally.iter().sum::<usize>().max(1);
    let width = |n: usize| 1000 * n / all;
    let starts = tally.iter().scan(0, |start, &n| {
        let at = *start;
        *start += n;
        Some(width(at))
    });
    let parts: Vec<(State, usize, usize)> = State::ALL
        .into_iter()
        .zip(starts)
        .zip(tally)
        .map(|((state, start), &n)| (state, start, width(n)))
        .collect();
    html! {
        svg.bar viewBox="0 0 1000 10" preserveAspectRatio="none" aria-hidden="true" {
            @for (state, start, width) in parts { rect class=(state.name()) x=(start) width=(width) height="10" {} }
        }
    }
}

/// The heading, and what can be asked.
fn head(title: &str, asked: &AskedAudit) -> Markup {
    let is_by = |by: By| asked.by == Some(by);
    html! {
        h1 { (title) }
        form.ask action="/audit" method="get" {
            label { span { "Topics" }
                input name="topic" value=(asked.topics.join(", ")) placeholder="osteoporosis, fracture"
                    autocomplete="off" spellcheck="false";
            }
            label { span { "Columns" }
                select name="by" {
                    option value="" { "the topics, or the risks" }
                    @for (name, by, label) in COLUMNS {
                        option value=(name) selected[is_by(by)] { (label) }
                    }
                }
            }
            label.few { span { "At most" }
                select name="columns" {
                    option value="" { "12 columns" }
                    @for n in [6_usize, 18, 24] { option value=(n) selected[asked.columns == Some(n)] { (n) " columns" } }
                }
            }
            label { span { "Materials" }
                input name="source" value=(asked.source.as_deref().unwrap_or_default()) placeholder="all, or a pattern of paths"
                    autocomplete="off" spellcheck="false";
            }
            label.check {
                input type="checkbox" name="silent" value="true" checked[asked.silent];
                span { "Most silent first" }
            }
            button type="submit" { "Audit" }
        }
        p.quiet { "Or, from single sentences: " a href="/tied" { "what must not be done to whom" } "." }
    }
}
