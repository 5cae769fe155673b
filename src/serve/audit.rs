//! What every source says of some topics: a page for people, and the same for programs.

use std::sync::Arc;

use axum::extract::{RawQuery, State as Extracted};
use axum::response::{Html, IntoResponse, Response};
use form_urlencoded::parse;
use maud::{Markup, PreEscaped, html};

use super::api::Json;
use super::page::{document_link, link_to, styled_shell, wrong};
use super::problem::Problem;
use super::state::{Opened, State};
use crate::audit::{Audit, AuditRequest, By, agreement};
use crate::lexicon::Kind;
use crate::output::audit::html::{Links, View, title, write_part};
use crate::output::audit::json::AuditJson;

/// The most topics at once, and the most characters of each.
const TOPICS: usize = 24;
const TOPIC: usize = 200;
/// Sources on a page; the others are counted.
const SOURCES: usize = 200;
/// Where there are no more documents, the page shows something before anybody has asked.
const SHOWN_UNASKED: u64 = 200;

/// What columns can be, by the name in addresses.
const COLUMNS: [(&str, By, &str); 4] = [
    ("risk", By::Kind(Kind::Risk), "risks"),
    ("condition", By::Kind(Kind::Condition), "conditions"),
    ("technique", By::Kind(Kind::Technique), "techniques"),
    ("aspect", By::Aspect, "aspects of the topics"),
];

/// What is asked for.
#[derive(Debug, Clone, Default)]
struct Asked {
    topics: Vec<String>,
    by: Option<By>,
    source: Option<String>,
    /// Whether the most silent sources come first.
    silent: bool,
}

impl Asked {
    /// Reads the part of an address after the question mark. Topics may be parted by commas.
    fn read(address: Option<&str>) -> Result<Asked, Problem> {
        let mut asked = Asked::default();
        for (name, value) in parse(address.unwrap_or_default().as_bytes()) {
            let value = value.trim();
            match &*name {
                _ if value.is_empty() => {}
                "topic" => {
                    let topics = value.split(',').map(str::trim);
                    let topics = topics.filter(|topic| !topic.is_empty());
                    asked.topics.extend(topics.map(str::to_owned));
                }
                "by" => asked.by = Some(columns(value)?),
                "source" => asked.source = Some(value.to_owned()),
                "silent" => asked.silent = matches!(value, "true" | "1" | "on"),
                _ => {}
            }
        }
        if asked.topics.len() > TOPICS {
            return Err(Problem::bad(format!("{TOPICS} topics are the most")));
        }
        if asked
            .topics
            .iter()
            .any(|topic| topic.chars().count() > TOPIC)
        {
            let detail = format!("a topic has {TOPIC} characters at most");
            return Err(Problem::bad(detail));
        }
        if asked.topics.is_empty() && asked.by == Some(By::Aspect) {
            return Err(Problem::bad(
                "name the topic whose aspects are to be audited",
            ));
        }
        Ok(asked)
    }

    fn is_nothing(&self) -> bool {
        self.topics.is_empty() && self.by.is_none()
    }

    fn request(&self) -> AuditRequest {
        let unasked = self.topics.is_empty().then_some(By::Kind(Kind::Risk));
        AuditRequest {
            by: self.by.or(unasked),
            source: self.source.clone(),
            ..AuditRequest::new(self.topics.iter().cloned())
        }
    }

    fn audit(&self, opened: &Opened) -> Result<Audit, Problem> {
        let mut audit = Audit::of(opened.searcher.engine(), &self.request())?;
        if self.silent {
            audit.silent_first();
        }
        Ok(audit)
    }
}

fn columns(name: &str) -> Result<By, Problem> {
    let found = COLUMNS.iter().find(|(known, ..)| *known == name);
    found.map(|(_, by, _)| *by).ok_or_else(|| {
        let names: Vec<&str> = COLUMNS.iter().map(|(name, ..)| *name).collect();
        Problem::bad(format!("“by” is one of {}", names.join(", ")))
    })
}

/// The page.
pub(super) async fn page(
    Extracted(state): Extracted<Arc<State>>,
    RawQuery(address): RawQuery,
) -> Response {
    let asked = match Asked::read(address.as_deref()) {
        Ok(asked) => asked,
        Err(problem) => return wrong(&problem, ""),
    };
    match state.work(move |opened| body(opened, &asked)).await {
        Ok((title, body)) => {
            let styles = ["style.css", "report.css"];
            Html(styled_shell(&title, "", &styles, &body).into_string()).into_response()
        }
        Err(problem) => wrong(&problem, ""),
    }
}

fn body(opened: &Opened, asked: &Asked) -> Result<(String, Markup), Problem> {
    let documents = opened.searcher.engine().manifest().documents;
    if asked.is_nothing() && documents > SHOWN_UNASKED {
        let title = "What our materials say, and where they are silent".to_owned();
        let body = html! { (head(&title, asked)) };
        return Ok((title, body));
    }
    let audit = asked.audit(opened)?;
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
fn head(title: &str, asked: &Asked) -> Markup {
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

/// What every source says of some topics, or that it is silent.
#[utoipa::path(
    get,
    path = "/api/v1/audit",
    params(
        ("topic" = Option<Vec<String>>, Query, description = "Names of concepts, or words; may be repeated, or parted by commas. Without any, the risks that most passages name"),
        ("by" = Option<String>, Query, description = "What the columns are, if not the topics: risk, condition, technique, aspect"),
        ("source" = Option<String>, Query, description = "Only sources that match this pattern"),
        ("silent" = Option<bool>, Query, description = "The sources with most silent cells first"),
    ),
    responses(
        (status = 200, description = "A row a source, a cell a topic", body = AuditJson),
        (status = 304, description = "As it was when the tag was given"),
        (status = "default", description = "A problem", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(super) async fn json(
    Extracted(state): Extracted<Arc<State>>,
    RawQuery(address): RawQuery,
) -> Response {
    let asked = match Asked::read(address.as_deref()) {
        Ok(asked) => asked,
        Err(problem) => return problem.into_response(),
    };
    let answered = state.work(move |opened| Json::of(&AuditJson::new(&asked.audit(opened)?)));
    answered.await.into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn topics_are_read_and_limited() {
        let asked = Asked::read(Some(
            "topic=gout,+stroke&topic=&topic=neck+pain&by=risk&silent=on",
        ));
        let asked = asked.expect("it is right");
        assert_eq!(asked.topics, ["gout", "stroke", "neck pain"]);
        assert_eq!((asked.by, asked.silent), (Some(By::Kind(Kind::Risk)), true));
        let many = "topic=a,".repeat(TOPICS + 1);
        let many = many.replace(",topic", "&topic");
        for wrong in [
            "by=color",
            "by=aspect",
            &many,
            &format!("topic={}", "x".repeat(201)),
        ] {
            assert!(Asked::read(Some(wrong)).is_err(), "{wrong}");
        }
    }
}
