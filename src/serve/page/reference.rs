//! The reference of the API for people, from the same description as for programs.

use axum::response::Html;
use maud::{Markup, html};
use serde_json::Value;

use super::shell::shell;
use crate::serve::openapi;

pub(in crate::serve) async fn page() -> Html<String> {
    let api = serde_json::to_value(openapi::described()).unwrap_or_default();
    let paths = api["paths"].as_object().cloned().unwrap_or_default();
    let body = html! {
        article.prose {
            h1 { "The API" }
            p {
                "All of this for programs: " a href="/api/v1/openapi.json" { "OpenAPI document" }
                ". Answers are JSON with an ETag that changes with the index; problems are "
                "problem details (RFC 9457)."
            }
            @for (path, item) in &paths {
                (operation(path, &item["get"]))
            }
        }
    };
    Html(shell("The API", "", &body).into_string())
}

fn operation(path: &str, get: &Value) -> Markup {
    let parameters = get["parameters"].as_array().cloned().unwrap_or_default();
    html! {
        section {
            h2 { code { "GET " (path) } }
            p { (get["summary"].as_str().unwrap_or_default()) }
            @if !parameters.is_empty() {
                div.scroll {
                    table {
                        thead { tr { th scope="col" { "parameter" } th scope="col" { "meaning" } } }
                        tbody {
                            @for parameter in &parameters {
                                tr {
                                    th scope="row" {
                                        code { (parameter["name"].as_str().unwrap_or_default()) }
                                    }
                                    td { (parameter["description"].as_str().unwrap_or_default()) (bounds(&parameter["schema"])) }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn bounds(schema: &Value) -> Markup {
    html! {
        @if let Some(most) = schema["maximum"].as_u64() { ", at most " (most) }
        @if let Some(most) = schema["maxLength"].as_u64() { ", at most " (most) " characters" }
    }
}
