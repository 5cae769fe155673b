//! The page of an audit: what every source says of some topics.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::{RawQuery, State as Extracted};
use axum::http::{HeaderValue, header};
use axum::response::{Html, IntoResponse, Response};
use maud::{Markup, PreEscaped, html};

use super::shell::{styled_shell, wrong};
use super::{document_link, link_to};
use crate::audit::{By, agreement};
use crate::output::audit::html::{Links, View, title, write_part};
use crate::serve::asked::{AskedAudit, COLUMNS};
use crate::serve::problem::Problem;
use crate::serve::state::{Opened, ServerState};

/// How long somebody looks at an empty page before it says that it is being worked on.
const PATIENCE: Duration = Duration::from_millis(700);
/// Sources on a page; the others are counted.
const SOURCES: usize = 200;
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
    let question = format!("page {asked:?}");
    let of_work = asked.clone();
    let answer = state.dear_work(&question, PATIENCE, move |opened| {
        let (title, body) = body(opened, &of_work)?;
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

fn body(opened: &Opened, asked: &AskedAudit) -> Result<(String, Markup), Problem> {
    let documents = opened.searcher.engine().manifest().documents;
    if asked.is_nothing() && documents > SHOWN_UNASKED {
        let title = "What our materials say, and where they are silent".to_owned();
        let body = html! { (head(&title, asked)) };
        return Ok((title, body));
    }
    let audit = asked.audit(opened.searcher.engine())?;
    let title = title(&audit);
    let view = View {
        sources: SOURCES,
        links: Some(Links {
            source: document_link,
            passage: |source, id| link_to(source, id, ""),
        }),
    };
    let figures = match asked.topics.is_empty() && documents > SHOWN_UNASKED {
        // All that is said of anything would have to be read.
        true => Vec::new(),
        false => agreement(opened.searcher.engine(), &asked.request())?,
    };
    let mut part = Vec::new();
    // Memory takes what is written, and what is written is text.
    let written = write_part(&mut part, &audit, &figures, view);
    let part = written.ok().and_then(|()| String::from_utf8(part).ok());
    let body = html! {
        (head(&title, asked))
        div.report { (PreEscaped(part.unwrap_or_default())) }
    };
    Ok((title, body))
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
            label { span { "Sources" }
                input name="source" value=(asked.source.as_deref().unwrap_or_default()) placeholder="all, or a pattern"
                    autocomplete="off" spellcheck="false";
            }
            label.check {
                input type="checkbox" name="silent" value="true" checked[asked.silent];
                span { "Most silent first" }
            }
            button type="submit" { "Audit" }
        }
    }
}
