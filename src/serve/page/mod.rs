//! What people see: HTML that works without scripts.
//!
//! * `shell` is the frame of every page,
//! * `results` answers a search, `document` shows one document, opened at a passage,
//! * `audit` shows what every source says of a topic,
//! * `reference` is the reference of the API.
//!
//! Here are the addresses by which they lead to one another, and what more than one of them shows.

mod audit;
mod document;
mod reference;
mod results;
mod shell;

use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use form_urlencoded::byte_serialize;
use maud::{Markup, html};

use crate::index::StoredPassage;
use crate::output::text::citation;

pub(super) use audit::page as audit;
pub(super) use document::{document, passage};
pub(super) use reference::page as reference;
pub(super) use results::search;
pub(super) use shell::asset;

/// The label of the aspect that must not be missed.
const RISK: &str = "risk";

/// The citation, with a button to copy it, and what the passage speaks of.
fn where_it_stands(passage: &StoredPassage) -> Markup {
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

/// The address of a document.
fn document_link(source: &str) -> String {
    format!("/documents/{}", encoded(source))
}

/// The address of a document, opened at a passage.
fn passage_link(passage: &StoredPassage, query: &str) -> String {
    link_to(&passage.source, passage.id.as_str(), query)
}

/// The same, of a passage that is only cited.
fn link_to(source: &str, id: &str, query: &str) -> String {
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
fn elsewhere(link: &str) -> Response {
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
