//! The page of results.

use std::sync::Arc;

use axum::extract::{RawQuery, State as Extracted};
use axum::response::{Html, IntoResponse, Response};
use maud::{Markup, html};

use super::shell::{shell, wrong};
use super::{RISK, document_link, passage_link, where_it_stands};
use crate::annotate::{Assertion, Mentioned};
use crate::lexicon::Kind;
use crate::output::summary::counted;
use crate::output::text::MEANING_ALONE;
use crate::query::Spelling;
use crate::search::{FacetCount, Facets, Hit, SearchResults, Silent, Snippet};
use crate::serve::asked::{AskedSearch, Narrowing};
use crate::serve::problem::Problem;
use crate::serve::state::{Opened, ServerState};

/// Hits on a page.
const HITS: usize = 10;
/// Sources that are listed where nothing is searched for.
const LISTED: usize = 50;
/// Words that come nearest to one that is not there.
const NEAREST: usize = 5;
/// The page of results, or only what is in it for the script, which asks for `part=results`.
pub(in crate::serve) async fn search(
    Extracted(state): Extracted<Arc<ServerState>>,
    RawQuery(address): RawQuery,
) -> Response {
    let only_results = AskedSearch::only_results(address.as_deref());
    let asked = match AskedSearch::read(address.as_deref()) {
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

fn found(opened: &Opened, asked: &AskedSearch) -> Result<Markup, Problem> {
    let results = opened.searcher.search(&asked.request(HITS)?)?;
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
fn notes(results: &SearchResults, asked: &AskedSearch) -> Markup {
    let silent = results
        .facets
        .as_ref()
        .and_then(|facets| facets.silent.as_ref());
    let narrowed = asked.narrowed();
    html! {
        (spelling(results, asked))
        p.count id="count" role="status" {
            strong { (counted(results.total as u64, "passage")) }
            @if let Some(silent) = silent.filter(|silent| silent.count > 0 && results.total > 0) {
                " · " a href="#silent" { (silent_sources(silent)) " silent" }
            }
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

/// How words were taken that the materials lack, with links to take them otherwise.
fn spelling(results: &SearchResults, asked: &AskedSearch) -> Markup {
    let taken = |spelling| {
        let asked = AskedSearch {
            spelling,
            ..asked.from(0)
        };
        asked.link()
    };
    html! {
        @if !results.corrections.is_empty() {
            p.note role="status" {
                @for (n, correction) in results.corrections.iter().enumerate() {
                    @if n == 0 { "Searched for " } @else { ", " }
                    strong { (correction.searched) } " (typed: " (correction.typed) ")"
                }
                ". " a href=(taken(Spelling::Exact)) { "Search for exactly what was typed" }
            }
        }
        @for suggested in &results.did_you_mean {
            p.note role="status" {
                "No passage has " strong { (suggested.typed) } ". Did you mean "
                a href=(taken(Spelling::Corrected)) { (suggested.meant) } "? "
                (counted(suggested.passages, "passage"))
            }
        }
    }
}

/// A hit.
fn one(hit: &Hit, asked: &AskedSearch) -> Markup {
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
            @if hit.by_meaning_alone { p.note { (MEANING_ALONE) } }
            p.snippet { (snippet(&hit.snippet)) }
            (concepts(&passage.concepts))
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
                        @match concept.claim.assertion {
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

fn pages(asked: &AskedSearch, results: &SearchResults) -> Markup {
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
fn nothing(asked: &AskedSearch, documents: u64, nearest: &[String]) -> Markup {
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
                        li { a href=(AskedSearch { query: word.clone(), ..AskedSearch::default() }.link()) { (word) } }
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
fn narrowing(asked: &AskedSearch, facets: &Facets) -> Markup {
    html! {
        aside.facets aria-label="Narrow the results" {
            (values(asked, Narrowing::Aspect, "Speaks of", &facets.aspect))
            (values(asked, Narrowing::Condition, "Conditions", &facets.condition))
            (values(asked, Narrowing::Technique, "Techniques", &facets.technique))
            (values(asked, Narrowing::Source, "Sources", &facets.source))
        }
    }
}

fn values(asked: &AskedSearch, group: Narrowing, title: &str, counts: &[FacetCount]) -> Markup {
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
