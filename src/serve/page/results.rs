//! The page of results.

use std::sync::Arc;

use axum::extract::{RawQuery, State as Extracted};
use axum::response::Response;
use maud::{Markup, html};

use super::answers::{Answers, silent_materials};
use super::hit::HitView;
use super::listing::as_table;
use super::shell::{harmless, shell, wrong};
use super::start::start;
use super::{amount, number};
use crate::query::Spelling;
use crate::search::{FacetCount, Facets, Hit, SearchResults};
use crate::serve::asked::{AskedSearch, Narrowing};
use crate::serve::catalogue::Catalogue;
use crate::serve::problem::Problem;
use crate::serve::state::{Opened, ServerState, not_kept_if};

/// Hits on a page, those of one material together.
const HITS: usize = 20;
/// Hits of a table to keep.
const EXPORTED: usize = 100;
/// Hits that answers are taken of.
const LOOKED_AT: usize = 40;
/// Words that come nearest to one that is not there.
const NEAREST: usize = 5;
/// So many values of a facet are shown; the others are folded.
const VALUES: usize = 6;

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
    let question = format!("page {only_results} {asked:?}");
    let made = state.answer(asked.effort(), question, move |opened| {
        let body = match asked.is_nothing() {
            true => start(opened),
            false => found(opened, &asked)?,
        };
        let title = if asked.query.is_empty() {
            "Search"
        } else {
            &asked.query
        };
        let page = match only_results {
            true => harmless(body),
            false => shell(title, &asked.query, &body),
        };
        Ok(page.into_string().into_bytes())
    });
    match made.await {
        Ok(page) => page.of_kind("text/html; charset=utf-8"),
        Err(problem) => wrong(&problem, &query),
    }
}

fn found(opened: &Opened, asked: &AskedSearch) -> Result<Markup, Problem> {
    let engine = opened.searcher.engine();
    let mut request = asked.request(HITS)?;
    let shown = request.limit;
    let is_first = asked.offset == 0;
    if is_first {
        request.limit = shown.max(LOOKED_AT);
    }
    let results = opened.searcher.search(&request)?;
    let nearest = match results.total {
        0 if !results.partial => nearest(opened, &asked.query)?,
        _ => Vec::new(),
    };
    let catalogue = opened.catalogue();
    let silent = results.facets.as_ref().and_then(|f| f.silent.as_ref());
    let answers = Answers {
        catalogue,
        hits: &results.hits,
        silent,
        asked,
        total: results.total,
        partial: results.partial,
    };
    let view = HitView {
        catalogue,
        query: &asked.query,
    };
    let hits = &results.hits[..shown.min(results.hits.len())];
    Ok(html! {
        div.columns {
            div.results {
                h1.hidden { "Results" }
                (notes(&results, asked))
                @if results.total == 0 && results.partial { (nothing_yet()) }
                @else if results.total == 0 { (nothing(asked, engine.manifest().documents, &nearest)) }
                @else {
                    @if is_first { (answers.part()) }
                    ol.hits start=(asked.offset + 1) {
                        @for material in by_material(hits) { li { (view.material(&material)) } }
                    }
                    (pages(asked, &results))
                }
            }
            @if let Some(facets) = &results.facets { (narrowing(asked, facets, catalogue)) }
            aside.preview aria-label="The passage in its document" hidden {}
        }
    })
}

/// Hits by material, in the order of the best of each.
fn by_material(hits: &[Hit]) -> Vec<Vec<&Hit>> {
    let mut materials: Vec<Vec<&Hit>> = Vec::new();
    for hit in hits {
        let same = |known: &&mut Vec<&Hit>| known[0].passage.source == hit.passage.source;
        match materials.iter_mut().find(same) {
            Some(material) => material.push(hit),
            None => materials.push(vec![hit]),
        }
    }
    materials
}

/// What was searched for, how much was found, and what the results are narrowed by.
fn notes(results: &SearchResults, asked: &AskedSearch) -> Markup {
    let silent = results.facets.as_ref().and_then(|f| f.silent.as_ref());
    let narrowed = asked.narrowed();
    html! {
        (spelling(results, asked))
        div.tally {
            p.count id="count" role="status" {
                strong { @if results.partial { "at least " } (amount(results.total, "passage")) }
                @if let Some(silent) = silent.filter(|silent| silent.count > 0 && results.total > 0) {
                    " · " (silent_materials(silent)) " silent"
                }
            }
            @if results.total > 0 {
                a.csv href=(asked.link_to("/results.csv")) download { "CSV" }
                button.narrow type="button" popovertarget="facets" { "Narrow" }
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
                (amount(suggested.passages as usize, "passage"))
            }
        }
    }
}

fn pages(asked: &AskedSearch, results: &SearchResults) -> Markup {
    let end = asked.offset + results.hits.len();
    // Of equal files there is one hit: the last page knows how many hits there are.
    let all = if results.more { results.total } else { end };
    html! {
        @if asked.offset > 0 || results.more {
            nav.pages aria-label="Pages" {
                @if asked.offset > 0 {
                    a rel="prev" href=(asked.from(asked.offset.saturating_sub(HITS)).link()) { "← Better hits" }
                }
                span { (number(asked.offset as u64 + 1)) "–" (number(end as u64)) " of " @if results.partial { "at least " } (number(all as u64)) }
                @if results.more {
                    a rel="next" href=(asked.from(end).link()) { "More hits →" }
                }
            }
        }
    }
}

/// That nothing was found in what was looked at, which is not that there is nothing.
fn nothing_yet() -> Markup {
    html! {
        div.empty {
            h2 { "Nothing found so far" }
            p {
                "Not all passages could be looked at in the time that a search has: whether they say anything "
                "of this is not known. Ask for less at once, or among fewer materials."
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
                "No passage in " (amount(documents as usize, "document")) " matches "
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

/// What the results can be narrowed by: beside them, or on a small screen a sheet behind a button.
fn narrowing(asked: &AskedSearch, facets: &Facets, catalogue: &Catalogue) -> Markup {
    let plain = |value: &str| value.to_owned();
    let titled = |source: &str| catalogue.title(source).to_owned();
    html! {
        aside.facets id="facets" aria-label="Narrow the results" popover {
            button.close type="button" popovertarget="facets" popovertargetaction="hide" { "Done" }
            (values(asked, Narrowing::Aspect, "Speaks of", &facets.aspect, &plain))
            (values(asked, Narrowing::Condition, "Conditions", &facets.condition, &plain))
            (values(asked, Narrowing::Technique, "Techniques", &facets.technique, &plain))
            (values(asked, Narrowing::Source, "Materials", &facets.source, &titled))
        }
    }
}

fn values(
    asked: &AskedSearch,
    group: Narrowing,
    title: &str,
    counts: &[FacetCount],
    name: &dyn Fn(&str) -> String,
) -> Markup {
    let narrowed = asked.narrowed();
    let is_on = |value: &str| narrowed.iter().any(|(g, v)| *g == group && v == value);
    let value = |count: &FacetCount| {
        let is_on = is_on(&count.value).then_some("true");
        html! {
            li {
                a href=(asked.toggled(group, &count.value).link()) aria-current=[is_on] {
                    span.value { (name(&count.value)) } " "
                    span.number { (number(count.count)) }
                }
            }
        }
    };
    let (shown, folded) = counts.split_at(VALUES.min(counts.len()));
    html! {
        @if !counts.is_empty() {
            section {
                h2 { (title) }
                ul { @for count in shown { (value(count)) } }
                @if !folded.is_empty() {
                    details {
                        summary { (folded.len()) " more" span.hidden { ": " (title) } }
                        ul { @for count in folded { (value(count)) } }
                    }
                }
            }
        }
    }
}

/// The hits, for spreadsheets.
pub(in crate::serve) async fn csv(
    Extracted(state): Extracted<Arc<ServerState>>,
    RawQuery(address): RawQuery,
) -> Response {
    let asked = match AskedSearch::read(address.as_deref()) {
        Ok(asked) => asked,
        Err(problem) => return wrong(&problem, ""),
    };
    let made = state.work(asked.effort(), move |opened| {
        let results = opened.searcher.search(&asked.request(EXPORTED)?)?;
        let mut table = Vec::new();
        // Memory takes what is written.
        let _ = crate::output::csv::write(&mut table, &results);
        Ok((table, results.partial))
    });
    match made.await {
        // A table has no place to say so but its name.
        Ok((table, true)) => not_kept_if(true, as_table("results-partial.csv", table)),
        Ok((table, false)) => as_table("results.csv", table),
        Err(problem) => wrong(&problem, ""),
    }
}
