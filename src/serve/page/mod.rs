//! What people see: HTML that works without scripts.
//!
//! * `shell` is the frame of every page,
//! * `results` answers a search, `document` shows one document, opened at a passage,
//! * `opensearch` lets a browser search from its address bar,
//! * `audit` shows what every source says of a topic,
//! * `reference` is the reference of the API.
//!
//! Here are the addresses by which they lead to one another, and what more than one of them shows.

mod audit;
mod document;
mod opensearch;
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
pub(super) use document::{document, document_named, passage};
pub(super) use opensearch::{SeenAt, opensearch};
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

/// The address of a document. The slashes of its path are those of the address: proxies that decode an
/// address and write it anew leave nothing else of it. A path that they would also tidy up is a parameter.
fn document_link(source: &str) -> String {
    match source
        .split('/')
        .any(|part| matches!(part, "" | "." | ".."))
    {
        true => {
            let source: String = byte_serialize(source.as_bytes()).collect();
            format!("/documents?source={source}")
        }
        false => {
            let parts: Vec<String> = source.split('/').map(encoded).collect();
            format!("/documents/{}", parts.join("/"))
        }
    }
}

/// The address of a document, opened at a passage.
fn passage_link(passage: &StoredPassage, query: &str) -> String {
    link_to(&passage.source, passage.id.as_str(), query)
}

/// The same, of a passage that is only cited.
fn link_to(source: &str, id: &str, query: &str) -> String {
    let mut link = document_link(source);
    link.push(if link.contains('?') { '&' } else { '?' });
    link.push_str(&format!("p={id}"));
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
    fn paths_of_documents_are_paths_of_addresses() {
        assert_eq!(
            document_link("a b/c+d#1?.txt"),
            "/documents/a%20b/c%2Bd%231%3F.txt"
        );
        assert_eq!(document_link("../x"), "/documents?source=..%2Fx");
        assert_eq!(
            document_link("/srv/a&b"),
            "/documents?source=%2Fsrv%2Fa%26b"
        );
        assert_eq!(
            link_to("/x", "1f", "a b"),
            "/documents?source=%2Fx&p=1f&q=a+b#1f"
        );
        assert_eq!(link_to("x", "1f", ""), "/documents/x?p=1f#1f");
    }
}
