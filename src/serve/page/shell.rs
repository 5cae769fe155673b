//! The frame of every page: its head, the search box, and the files it is made of.

use axum::extract::{Path, Request, State as Extracted};
use axum::http::header;
use axum::middleware::Next;
use axum::response::{Html, IntoResponse, Response};
use maud::{DOCTYPE, Markup, PreEscaped, html};

use crate::serve::base::rewritten;
use crate::serve::guard::accepts_pages;
use crate::serve::problem::Problem;

const STYLE: &str = include_str!("../assets/style.css");
const SCRIPT: &str = include_str!("../assets/page.js");
const ICON: &str = include_str!("../assets/icon.svg");
/// How an audit looks, here as in its report.
const REPORT: &str = crate::output::audit::html::STYLE;

/// The files of the page, by name, with their types.
const ASSETS: [(&str, &str, &str); 4] = [
    ("style.css", "text/css; charset=utf-8", STYLE),
    ("report.css", "text/css; charset=utf-8", REPORT),
    ("page.js", "text/javascript; charset=utf-8", SCRIPT),
    ("icon.svg", "image/svg+xml", ICON),
];

pub(in crate::serve) async fn asset(Path(name): Path<String>) -> Response {
    match ASSETS.iter().find(|(known, ..)| *known == name) {
        Some((_, kind, content)) => ([(header::CONTENT_TYPE, *kind)], *content).into_response(),
        None => Problem::nothing("there is nothing here").into_response(),
    }
}

/// The frame of every page: head, search box, and what it is about.
pub(super) fn shell(title: &str, query: &str, body: &Markup) -> Markup {
    styled_shell(title, query, &["style.css"], body)
}

/// What the head of every page begins with.
pub(super) fn named(title: &str) -> Markup {
    html! {
        meta charset="utf-8";
        meta name="viewport" content="width=device-width, initial-scale=1";
        meta name="color-scheme" content="light dark";
        title { (title) " · palpate" }
    }
}

/// The same, with more styles.
pub(super) fn styled_shell(title: &str, query: &str, styles: &[&str], body: &Markup) -> Markup {
    shell_with(title, query, styles, &html! {}, body)
}

/// The same, with more in its head.
pub(super) fn shell_with(
    title: &str,
    query: &str,
    styles: &[&str],
    head: &Markup,
    body: &Markup,
) -> Markup {
    harmless(html! {
        (DOCTYPE)
        html lang="en" {
            head {
                (named(title))
                link rel="search" href="/opensearch.xml" title="palpate"
                    type="application/opensearchdescription+xml";
                link rel="icon" href="/assets/icon.svg" type="image/svg+xml";
                (head)
                @for style in styles { link rel="stylesheet" href={ "/assets/" (style) }; }
                script src="/assets/page.js" defer {}
            }
            body {
                a.skip href="#main" { "Skip to the results" }
                header.top {
                    a.brand href="/" aria-label="palpate, to the start" {
                        (PreEscaped(ICON)) span { "palpate" }
                    }
                    (search_box(query))
                    nav aria-label="Pages" {
                        a href="/audit" { "Audit" }
                        a href="/materials" { "Materials" }
                        a href="/help" { "Help" }
                    }
                }
                div.progress hidden role="status" { span.hidden { "Loading" } }
                div.trouble role="alert" hidden {}
                main id="main" tabindex="-1" { (body) }
                footer.end {
                    p {
                        "Passages are quoted as they were indexed; what is not found may still be so. "
                        a href="/help" { "Help" } " · " a href="/api" { "API" }
                    }
                }
            }
        }
    })
}

/// Links the saved questions in the head of every page, where the server watches any: what is the same for all
/// pages of a server need not be known to each of them.
pub(in crate::serve) async fn with_link_to_watch(
    Extracted(is_watched): Extracted<bool>,
    request: Request,
    next: Next,
) -> Response {
    const HELP: &str = "<a href=\"/help\">Help</a></nav>";
    let response = next.run(request).await;
    if !is_watched {
        return response;
    }
    let link = html! { a href="/watch" { "Saved" span.wide { " questions" } } };
    // What is text in a page has no quotation mark that is not escaped.
    rewritten(response, |page| {
        page.replacen(HELP, &format!("{}{HELP}", link.0), 1)
    })
    .await
}

/// A page without signs that steer a terminal: they mean nothing in it, and would be pasted into one with what is
/// copied. Signs that turn directions stay, and the style keeps them to where they stand.
pub(super) fn harmless(page: Markup) -> Markup {
    let steers = |c: char| c.is_control() && !matches!(c, '\n' | '\r' | '\t');
    match page.0.contains(steers) {
        true => PreEscaped(page.0.replace(steers, "\u{fffd}")),
        false => page,
    }
}

fn search_box(query: &str) -> Markup {
    html! {
        form.search role="search" action="/" method="get" {
            label.hidden for="q" { "Search all materials" }
            input id="q" name="q" type="search" value=(query) placeholder="Search all materials"
                autocomplete="off" autocapitalize="off" spellcheck="false" maxlength="1000"
                enterkeyhint="search";
            kbd aria-hidden="true" { "/" }
            button type="submit" { "Search" }
            ul.suggestions id="suggestions" role="listbox" aria-label="Suggestions" hidden {}
        }
    }
}

/// What is at no address: a page for people, a problem for programs.
pub(in crate::serve) async fn not_found(request: Request) -> Response {
    let problem = Problem::nothing("there is nothing here");
    match accepts_pages(&request) {
        true => {
            let detail =
                "There is nothing at this address. It may be old, or a letter may be missing.";
            wrong(&Problem::nothing(detail), "")
        }
        false => problem.into_response(),
    }
}

/// A page for people that says what went wrong, and where to go on.
pub(super) fn wrong(problem: &Problem, query: &str) -> Response {
    let status = problem.status();
    let reason = problem.title();
    let body = html! {
        div.empty {
            h1 { (reason) }
            p { (problem.detail()) }
            ul {
                li { "Search for words of it in the box above." }
                li { a href="/materials" { "Find the material by its title" } }
                li { a href="/" { "Start anew" } " or " a href="/help" { "see how to ask" } }
            }
        }
    };
    (status, Html(shell(reason, query, &body).into_string())).into_response()
}
