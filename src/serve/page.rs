//! The page that searches.

use std::sync::Arc;

use axum::extract::{Path, RawQuery, State as Extracted};
use axum::http::{StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use form_urlencoded::byte_serialize;
use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::asked::{Asked, Group};
use super::problem::Problem;
use super::state::{Opened, State};
use crate::annotate::{Assertion, Mentioned};
use crate::index::StoredPassage;
use crate::lexicon::Kind;
use crate::output::summary::counted;
use crate::output::text::citation;
use crate::search::{FacetCount, Facets, Hit, SearchResults, Silent, Snippet};

/// Hits on a page.
const HITS: usize = 10;
/// Sources that are listed where nothing is searched for.
const LISTED: usize = 50;
/// Words that come nearest to one that is not there.
const NEAREST: usize = 5;
/// The label of the aspect that must not be missed.
pub(super) const RISK: &str = "risk";

const STYLE: &str = include_str!("assets/style.css");
const SCRIPT: &str = include_str!("assets/page.js");
const ICON: &str = include_str!("assets/icon.svg");
/// How an audit looks, here as in its report.
const REPORT: &str = crate::output::audit::html::STYLE;

/// The files of the page, by name, with their types.
const ASSETS: [(&str, &str, &str); 4] = [
    ("style.css", "text/css; charset=utf-8", STYLE),
    ("report.css", "text/css; charset=utf-8", REPORT),
    ("page.js", "text/javascript; charset=utf-8", SCRIPT),
    ("icon.svg", "image/svg+xml", ICON),
];

pub(super) async fn asset(Path(name): Path<String>) -> Response {
    match ASSETS.iter().find(|(known, ..)| *known == name) {
        Some((_, kind, content)) => ([(header::CONTENT_TYPE, *kind)], *content).into_response(),
        None => Problem::nothing("there is nothing here").into_response(),
    }
}

/// The frame of every page: head, search box, and what it is about.
pub(super) fn shell(title: &str, query: &str, body: &Markup) -> Markup {
    styled_shell(title, query, &["style.css"], body)
}

/// The same, with more styles.
pub(super) fn styled_shell(title: &str, query: &str, styles: &[&str], body: &Markup) -> Markup {
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { (title) " · palpate" }
                link rel="icon" href="/assets/icon.svg" type="image/svg+xml";
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
                    nav { a href="/audit" { "Audit" } }
                }
                main id="main" tabindex="-1" { (body) }
                footer.end {
                    p {
                        "Cited passages are shown as they were indexed. "
                        a href="/api" { "API" }
                    }
                }
            }
        }
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

/// A page for people that says what went wrong.
pub(super) fn wrong(problem: &Problem, query: &str) -> Response {
    let status = problem.status();
    let reason = status.canonical_reason().unwrap_or("Problem");
    let body = html! {
        div.empty {
            h1 { (reason) }
            p { (problem.detail()) }
            p { a href="/" { "To the start" } }
        }
    };
    (status, Html(shell(reason, query, &body).into_string())).into_response()
}

/// The page of results, or only what is in it for the script, which asks for `part=results`.
pub(super) async fn search(
    Extracted(state): Extracted<Arc<State>>,
    RawQuery(address): RawQuery,
) -> Response {
    let only_results = address.as_deref().is_some_and(|address| {
        form_urlencoded::parse(address.as_bytes())
            .any(|(name, value)| name == "part" && value == "results")
    });
    let asked = match Asked::read(address.as_deref()) {
        Ok(asked) => asked,
        Err(problem) => return wrong(&problem, ""),
    };
    let query = asked.query.clone();
    let made = state.work(move |opened| match asked.is_nothing() {
        true => start(opened),
        false => found(opened, &asked),
    });
    match made.await {
        Ok(body) if only_results => Html(body.into_string()).into_response(),
        Ok(body) => {
            let title = if query.is_empty() { "Search" } else { &query };
            Html(shell(title, &query, &body).into_string()).into_response()
        }
        Err(problem) => wrong(&problem, &query),
    }
}

/// What there is to search.
fn start(opened: &Opened) -> Result<Markup, Problem> {
    let index = opened.searcher.engine();
    let manifest = index.manifest();
    let sources = index.sources(None, LISTED)?;
    let more = manifest.documents.saturating_sub(sources.len() as u64);
    Ok(html! {
        div.start {
            h1 { "Every passage, and which material is silent" }
            p.lead {
                "Search " strong { (counted(manifest.passages, "passage")) } " in "
                strong { (counted(manifest.documents, "document")) }
                ". Ask as you would a colleague: “who should not have …”, “risks of …”, a condition "
                "under any of its names."
            }
            h2 { "Materials" }
            ul.sources {
                @for source in &sources { li { a href=(document_link(source)) { (source) } } }
            }
            @if more > 0 { p.quiet { "and " (more) " more" } }
        }
    })
}

fn found(opened: &Opened, asked: &Asked) -> Result<Markup, Problem> {
    let results = opened.searcher.search(&asked.request(HITS))?;
    let nearest = match results.total {
        0 => nearest(opened, &asked.query)?,
        _ => Vec::new(),
    };
    let documents = opened.searcher.engine().manifest().documents;
    Ok(html! {
        div.columns {
            div.results {
                h1.hidden { "Results" }
                (notes(&results, asked))
                @if results.total == 0 { (nothing(asked, documents, &nearest)) }
                @else {
                    ol.hits start=(asked.offset + 1) {
                        @for hit in &results.hits { li { (one(hit, asked)) } }
                    }
                    (pages(asked, &results))
                }
                @if let Some(facets) = &results.facets { (silent(facets, results.total)) }
            }
            @if let Some(facets) = &results.facets { (narrowing(asked, facets)) }
        }
    })
}

/// What was searched for, how much was found, and what the results are narrowed by.
fn notes(results: &SearchResults, asked: &Asked) -> Markup {
    let silent = results
        .facets
        .as_ref()
        .and_then(|facets| facets.silent.as_ref());
    let narrowed = asked.narrowed();
    html! {
        p.count id="count" role="status" {
            strong { (counted(results.total as u64, "passage")) }
            @if let Some(silent) = silent.filter(|silent| silent.count > 0 && results.total > 0) {
                " · " a href="#silent" { (silent_sources(silent)) " silent" }
            }
            @for correction in &results.corrections {
                " · searched for " strong { (correction.searched) }
                " (typed: " (correction.typed) ")"
            }
        }
        @if !results.corrections.is_empty() {
            p.quiet { a href=(Asked { exact: true, ..asked.clone() }.link()) { "Search for exactly what was typed" } }
        }
        @for note in &results.notes { p.note { (note) } }
        @if !narrowed.is_empty() {
            ul.chips aria-label="Narrowed by" {
                @for (group, value) in &narrowed {
                    li {
                        a href=(asked.toggled(*group, value).link()) {
                            (group.name()) ": " (value)
                            span.hidden { ", remove" } span aria-hidden="true" { " ×" }
                        }
                    }
                }
            }
        }
    }
}

/// A hit.
fn one(hit: &Hit, asked: &Asked) -> Markup {
    let passage = &hit.passage;
    let warns = passage.aspects.iter().any(|aspect| aspect == RISK);
    html! {
        article.hit .warns[warns] {
            h2 {
                a href=(passage_link(passage, &asked.query)) {
                    span.title { (passage.title) }
                    @for heading in &passage.headings { span.path { " › " (heading) } }
                }
            }
            (where_it_stands(passage))
            p.snippet { (snippet(&hit.snippet)) }
            (concepts(&passage.concepts))
        }
    }
}

/// The citation, with a button to copy it, and what the passage speaks of.
pub(super) fn where_it_stands(passage: &StoredPassage) -> Markup {
    let cited = citation(passage);
    html! {
        p.where {
            cite { (cited) }
            button.copy type="button" data-copy=(format!("“{}” — {cited}", passage.title)) hidden {
                "Copy citation"
            }
        }
        @if !passage.aspects.is_empty() {
            ul.badges aria-label="Speaks of" {
                @if passage.aspects.iter().any(|aspect| aspect == RISK) {
                    li.badge.risk { span aria-hidden="true" { "⚠ " } (RISK) }
                }
                @for aspect in passage.aspects.iter().filter(|aspect| *aspect != RISK) {
                    li.badge { (aspect) }
                }
            }
        }
    }
}

fn concepts(concepts: &[Mentioned]) -> Markup {
    let shown = concepts.iter().filter(|concept| concept.kind != Kind::Term);
    let shown: Vec<&Mentioned> = shown.collect();
    html! {
        @if !shown.is_empty() {
            ul.concepts aria-label="Concepts" {
                @for concept in shown {
                    li class=(concept.kind.name()) {
                        @match concept.assertion {
                            Assertion::Affirmed => { (concept.name) }
                            Assertion::Negated => { span.said { "not: " } (concept.name) }
                            Assertion::Hedged => { (concept.name) span.said { " (rare or possible)" } }
                            Assertion::Hypothetical => { span.said { "if: " } (concept.name) }
                        }
                    }
                }
            }
        }
    }
}

fn snippet(snippet: &Snippet) -> Markup {
    html! {
        @for stretch in &snippet.stretches {
            @if stretch.marked { mark { (stretch.text) } } @else { (stretch.text) }
        }
    }
}

fn pages(asked: &Asked, results: &SearchResults) -> Markup {
    let end = asked.offset + results.hits.len();
    html! {
        @if asked.offset > 0 || end < results.total {
            nav.pages aria-label="Pages" {
                @if asked.offset > 0 {
                    a rel="prev" href=(asked.from(asked.offset.saturating_sub(HITS)).link()) { "← Better hits" }
                }
                span { (asked.offset + 1) "–" (end) " of " (results.total) }
                @if end < results.total {
                    a rel="next" href=(asked.from(end).link()) { "More hits →" }
                }
            }
        }
    }
}

/// What was looked for, where, and what comes nearest.
fn nothing(asked: &Asked, documents: u64, nearest: &[String]) -> Markup {
    html! {
        div.empty {
            h2 { "Nothing found" }
            p {
                "No passage in " (counted(documents, "document")) " matches "
                @if asked.query.trim().is_empty() { "these filters" }
                @else { "“" (asked.query) "”" }
                @if !asked.narrowed().is_empty() && !asked.query.is_empty() { " with these filters" }
                ". That is what the index says; it does not mean that there is no risk."
            }
            @if !nearest.is_empty() {
                p { "The materials do have:" }
                ul {
                    @for word in nearest {
                        li { a href=(Asked { query: word.clone(), ..Asked::default() }.link()) { (word) } }
                    }
                }
            }
        }
    }
}

/// What the corpus has that begins as the words of the query do, as far as they go.
fn nearest(opened: &Opened, query: &str) -> Result<Vec<String>, Problem> {
    const LEAST: usize = 3;
    let mut nearest: Vec<String> = Vec::new();
    for word in query.split_whitespace() {
        let letters: Vec<char> = word.chars().collect();
        for end in (LEAST..=letters.len()).rev() {
            let beginning: String = letters[..end].iter().collect();
            let found = opened.searcher.suggest(&beginning, NEAREST)?;
            if !found.is_empty() {
                nearest.extend(found.into_iter().map(|suggestion| suggestion.text));
                break;
            }
        }
    }
    nearest.dedup();
    nearest.truncate(NEAREST);
    Ok(nearest)
}

fn silent_sources(silent: &Silent) -> String {
    let about = if silent.about { "about " } else { "" };
    format!("{about}{}", counted(silent.count, "source"))
}

/// The sources in which nothing matches.
fn silent(facets: &Facets, total: usize) -> Markup {
    let Some(silent) = facets
        .silent
        .as_ref()
        .filter(|silent| silent.count > 0 && total > 0)
    else {
        return html! {};
    };
    html! {
        section.silences aria-labelledby="silent" {
            h2 id="silent" { "Silent: nothing in " (silent_sources(silent)) }
            @if silent.sources.is_empty() { p.quiet { "Too many to name." } }
            ul.sources {
                @for source in &silent.sources { li { a href=(document_link(source)) { (source) } } }
            }
        }
    }
}

/// What the results can be narrowed by.
fn narrowing(asked: &Asked, facets: &Facets) -> Markup {
    html! {
        aside.facets aria-label="Narrow the results" {
            (values(asked, Group::Aspect, "Speaks of", &facets.aspect))
            (values(asked, Group::Condition, "Conditions", &facets.condition))
            (values(asked, Group::Technique, "Techniques", &facets.technique))
            (values(asked, Group::Source, "Sources", &facets.source))
        }
    }
}

fn values(asked: &Asked, group: Group, title: &str, counts: &[FacetCount]) -> Markup {
    let narrowed = asked.narrowed();
    let is_on = |value: &str| narrowed.iter().any(|(g, v)| *g == group && v == value);
    html! {
        @if !counts.is_empty() {
            details open {
                summary { h2 { (title) } }
                ul {
                    @for count in counts {
                        li {
                            a href=(asked.toggled(group, &count.value).link()) aria-current=[is_on(&count.value).then_some("true")] {
                                span.value { (count.value) } " "
                                span.number { (count.count) }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// The address of a document.
pub(super) fn document_link(source: &str) -> String {
    format!("/documents/{}", encoded(source))
}

/// The address of a document, opened at a passage.
pub(super) fn passage_link(passage: &StoredPassage, query: &str) -> String {
    link_to(&passage.source, passage.id.as_str(), query)
}

/// The same, of a passage that is only cited.
pub(super) fn link_to(source: &str, id: &str, query: &str) -> String {
    let mut link = format!("{}?p={id}", document_link(source));
    if !query.is_empty() {
        link.push_str("&q=");
        link.extend(byte_serialize(query.as_bytes()));
    }
    format!("{link}#{id}")
}

/// A name as one part of a path.
fn encoded(name: &str) -> String {
    // In a path a plus is a plus.
    byte_serialize(name.as_bytes())
        .collect::<String>()
        .replace('+', "%20")
}

/// Sends to another page of this server.
pub(super) fn elsewhere(link: &str) -> Response {
    (StatusCode::SEE_OTHER, [(header::LOCATION, link.to_owned())]).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_one_part_of_a_path() {
        assert_eq!(
            document_link("a b/c+d#1?.txt"),
            "/documents/a%20b%2Fc%2Bd%231%3F.txt"
        );
        assert_eq!(document_link("../x"), "/documents/..%2Fx");
    }
}
