//! How to ask, what the words on the pages mean, and what it is that is searched.

use std::sync::Arc;

use axum::extract::State as Extracted;
use axum::response::{Html, IntoResponse, Response};
use maud::{Markup, html};

use super::shell::{shell, wrong};
use super::warning::Warning;
use super::{amount, day_and_minute};
use crate::audit::State;
use crate::serve::asked::AskedSearch;
use crate::serve::state::{Effort, Opened, ServerState};

/// What can be typed, and what it means.
const SYNTAX: [(&str, &str); 9] = [
    (
        "osteoporosis risk",
        "any of the words; more, rarer and closer ones come first",
    ),
    (
        "who should not have manual therapy",
        "a question: passages that speak of that come first",
    ),
    (
        "brittle bones",
        "any name of a condition finds the others (osteoporosis)",
    ),
    (
        "\"severe osteoporosis\"",
        "these words, one after the other",
    ),
    ("+osteoporosis -fracture", "has to occur; must not occur"),
    (
        "(osteoporosis OR fracture) AND risk",
        "AND, OR, NOT in capitals; parentheses group",
    ),
    ("osteop*", "every word that begins so"),
    ("title:neck", "only in titles; heading: only in headings"),
    ("source:neck*", "only in materials whose path matches"),
];

/// The keys of the pages.
const KEYS: [(&str, &str); 5] = [
    ("/ or Ctrl K", "to the search box"),
    ("↓ ↑", "through suggestions and hits"),
    ("Enter", "opens what is chosen"),
    ("n and p", "to the next and the previous hit in a document"),
    ("Esc", "back to the search box; closes what is open"),
];

pub(in crate::serve) async fn page(Extracted(state): Extracted<Arc<ServerState>>) -> Response {
    match state.work(Effort::Usual, |opened| Ok(body(opened))).await {
        Ok(body) => Html(shell("Help", "", &body).into_string()).into_response(),
        Err(problem) => wrong(&problem, ""),
    }
}

fn body(opened: &Opened) -> Markup {
    let manifest = opened.searcher.engine().manifest();
    html! {
        article.prose {
            h1 { "Help" }
            section {
                h2 { "What is searched" }
                p {
                    "“" (opened.catalogue().name()) "”: " (amount(manifest.documents as usize, "document")) " in "
                    (amount(manifest.passages as usize, "passage")) ", as they were on "
                    (day_and_minute(manifest.started)) ". " a href="/materials" { "All of them by title" }
                }
            }
            section {
                h2 { "How to ask" }
                dl.help {
                    @for (typed, means) in SYNTAX {
                        @let asked = AskedSearch { query: typed.to_owned(), ..AskedSearch::default() };
                        dt { a href=(asked.link()) { code { (typed) } } }
                        dd { (means) }
                    }
                }
            }
            (words())
            section {
                h2 { "Keys" }
                dl.help { @for (key, does) in KEYS { dt { kbd { (key) } } dd { (does) } } }
            }
        }
    }
}

fn words() -> Markup {
    let meaning = |kind: Warning| match kind.name() {
        "contraindication" => "who should not have it, or when it is not done",
        "adverse" => "what it can do to somebody: side effects, complications",
        "precaution" => "what to watch, tell or avoid",
        _ => "who gets a condition more often than others",
    };
    html! {
        section {
            h2 { "The words" }
            dl.help {
                dt { "Material" } dd { "a leaflet, page or file, by its title; its path stands small beside it" }
                dt { "Passage" } dd { "a part of a material under one heading: what is found, quoted and cited" }
                @for kind in Warning::all() { dt { (kind.label()) } dd { (meaning(kind)) } }
                dt id="silent" { span.kind.silent { span.shape aria-hidden="true" {} "Silent" } }
                dd {
                    "Above the hits: no passage of the material matches what was asked. In an audit: no word of "
                    "any name of the topic stands anywhere in the material. It does not mean that there is no "
                    "risk, and not that somebody looked and found none: the material says nothing."
                }
                dt { "Possible" } dd { "said to be rare or not certain: “rarely”, “may”" }
                dt { "If it applies" } dd { "asked or supposed: “tell us if you have …”" }
            }
            h3 { "In an audit" }
            dl.help {
                @for state in State::ALL { dt { (state.name()) } dd { (state.meaning()) } }
            }
            p {
                "Which kind of risk a sentence speaks of is told by rules, and may be wrong: the sentence counts."
            }
        }
    }
}
