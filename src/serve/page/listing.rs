//! Materials by title: all of them, or those that are silent on a question; with a filter, in pages,
//! and as a table to keep.

use std::sync::Arc;

use axum::extract::{RawQuery, State as Extracted};
use axum::http::header;
use axum::response::{Html, IntoResponse, Response};
use maud::{Markup, html};

use super::shell::{shell, wrong};
use super::{amount, material_name, number};
use crate::output::materials;
use crate::serve::asked::{AskedMaterials, AskedSearch};
use crate::serve::catalogue::{Catalogue, folder};
use crate::serve::problem::Problem;
use crate::serve::state::{Effort, Opened, ServerState};

/// Materials on a page.
const LISTED: usize = 100;

/// A list of materials.
struct ListPage<'a> {
    title: String,
    /// The address without what the list is narrowed by, and the parameters that have to stay.
    page: &'a str,
    kept: Vec<(String, String)>,
    /// The sources.
    sources: Vec<&'a str>,
    asked: &'a AskedMaterials,
}

/// All materials, or those of a folder.
pub(in crate::serve) async fn materials(
    Extracted(state): Extracted<Arc<ServerState>>,
    RawQuery(address): RawQuery,
) -> Response {
    let asked = match AskedMaterials::read(address.as_deref()) {
        Ok(asked) => asked,
        Err(problem) => return wrong(&problem, ""),
    };
    let made = state.work(Effort::Usual, move |opened| {
        let all = opened.catalogue().materials().iter();
        let listing = ListPage {
            title: match asked.folder.as_deref() {
                None => "All materials".to_owned(),
                Some("") => "Materials that are in no folder".to_owned(),
                Some(folder) => format!("Materials in {folder}"),
            },
            page: "/materials",
            kept: Vec::new(),
            sources: all.map(|material| material.source.as_str()).collect(),
            asked: &asked,
        };
        Ok((listing.title.clone(), listing.body(opened.catalogue())))
    });
    match made.await {
        Ok((title, body)) => Html(shell(&title, "", &body).into_string()).into_response(),
        Err(problem) => wrong(&problem, ""),
    }
}

/// The materials in which nothing matches a search.
pub(in crate::serve) async fn silent(
    Extracted(state): Extracted<Arc<ServerState>>,
    RawQuery(address): RawQuery,
) -> Response {
    let (searched, asked) = match AskedMaterials::read_with_search(address.as_deref()) {
        Ok(both) => both,
        Err(problem) => return wrong(&problem, ""),
    };
    let query = searched.query.clone();
    let made = state.work(searched.effort(), move |opened| {
        let silent = silent_sources(opened, &searched)?;
        let listing = ListPage {
            title: format!("Silent on “{}”", searched.query),
            page: "/silent",
            kept: parameters(&searched),
            sources: silent.iter().map(String::as_str).collect(),
            asked: &asked,
        };
        let body = html! {
            p { a href=(searched.link()) { "← What the others say" } }
            (listing.body(opened.catalogue()))
            p { a href=(searched.link_to("/silent.csv")) download { "All of them as CSV" } }
        };
        Ok((listing.title, body))
    });
    match made.await {
        Ok((title, body)) => Html(shell(&title, &query, &body).into_string()).into_response(),
        Err(problem) => wrong(&problem, &query),
    }
}

/// The same, for spreadsheets.
pub(in crate::serve) async fn silent_csv(
    Extracted(state): Extracted<Arc<ServerState>>,
    RawQuery(address): RawQuery,
) -> Response {
    let asked = match AskedSearch::read(address.as_deref()) {
        Ok(asked) => asked,
        Err(problem) => return wrong(&problem, ""),
    };
    let made = state.work(asked.effort(), move |opened| {
        let catalogue = opened.catalogue();
        let silent = silent_sources(opened, &asked)?;
        let rows = silent.iter();
        let rows = rows.map(|source| [catalogue.title(source), catalogue.path(source)]);
        let mut table = Vec::new();
        // Memory takes what is written.
        let _ = materials::write_csv(&mut table, rows);
        Ok(table)
    });
    match made.await {
        Ok(table) => as_table("silent.csv", table),
        Err(problem) => wrong(&problem, ""),
    }
}

/// An answer that a browser keeps as a file.
pub(super) fn as_table(name: &str, table: Vec<u8>) -> Response {
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()),
        (
            header::CONTENT_DISPOSITION,
            format!("attachment; filename=\"{name}\""),
        ),
    ];
    (headers, table).into_response()
}

fn silent_sources(opened: &Opened, asked: &AskedSearch) -> Result<Vec<String>, Problem> {
    let request = asked.request(0)?;
    Ok(opened.searcher.silent(&request)?)
}

/// What of a search has to stay in an address.
fn parameters(asked: &AskedSearch) -> Vec<(String, String)> {
    let link = asked.link();
    let address = link.split_once('?').map_or("", |(_, address)| address);
    form_urlencoded::parse(address.as_bytes())
        .into_owned()
        .collect()
}

/// The form that narrows a list.
pub(super) fn filter(page: &str, kept: &[(String, String)], asked: &AskedMaterials) -> Markup {
    html! {
        form.filter action=(page) method="get" role="search" aria-label="Materials" {
            @for (name, value) in kept { input type="hidden" name=(name) value=(value); }
            @if let Some(folder) = &asked.folder { input type="hidden" name="folder" value=(folder); }
            label.hidden for="words" { "Words of a title" }
            input id="words" name="words" type="search" value=(asked.words) placeholder="Find a material by its title"
                autocomplete="off" spellcheck="false" maxlength="200";
            button type="submit" { "Find" }
        }
    }
}

impl ListPage<'_> {
    fn body(&self, catalogue: &Catalogue) -> Markup {
        let is_meant = |source: &&&str| {
            let in_folder = |wanted: &String| folder(catalogue.path(source)) == wanted;
            self.asked.folder.as_ref().is_none_or(in_folder)
                && catalogue.has(source, &self.asked.words)
        };
        let mut meant: Vec<&str> = self.sources.iter().filter(is_meant).copied().collect();
        meant.sort_by_key(|source| catalogue.title(source).to_lowercase());
        let from = self.asked.offset.min(meant.len());
        let end = (from + LISTED).min(meant.len());
        html! {
            div.listing {
                h1 { (self.title) }
                (filter(self.page, &self.kept, self.asked))
                p.count role="status" {
                    strong { (amount(meant.len(), "material")) }
                    @if meant.len() < self.sources.len() { " of " (number(self.sources.len() as u64)) }
                }
                ul.sources { @for source in &meant[from..end] { li { (material_name(catalogue, source)) } } }
                @if from > 0 || end < meant.len() {
                    nav.pages aria-label="Pages" {
                        @if from > 0 { a rel="prev" href=(self.from(from.saturating_sub(LISTED))) { "← Before these" } }
                        span { (number(from as u64 + 1)) "–" (number(end as u64)) " of " (number(meant.len() as u64)) }
                        @if end < meant.len() { a rel="next" href=(self.from(end)) { "After these →" } }
                    }
                }
            }
        }
    }

    /// The same list from another material on.
    fn from(&self, offset: usize) -> String {
        let mut kept = form_urlencoded::Serializer::new(String::new());
        kept.extend_pairs(&self.kept);
        let narrowed = self.asked.from(offset);
        match kept.finish() {
            kept if kept.is_empty() => format!("{}?{narrowed}", self.page),
            kept => format!("{}?{kept}&{narrowed}", self.page),
        }
    }
}
