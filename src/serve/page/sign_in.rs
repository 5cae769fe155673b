//! The page on which people say who they are: a token, once, for a cookie.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::State as Extracted;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use maud::{DOCTYPE, Markup, html};

use super::elsewhere;
use super::shell::{named, wrong};
use crate::serve::asked::AskedEntry;
use crate::serve::guard::Guard;
use crate::serve::tokens::no_cookie;

/// What a wrong token costs whoever tries: guessing takes for ever.
const WRONG: Duration = Duration::from_secs(1);

/// The page where somebody has to sign in, on the way to an address.
pub(in crate::serve) fn wanted(to: &str, was_wrong: bool) -> Response {
    let body = Html(page(to, was_wrong).into_string());
    let mut response = (StatusCode::UNAUTHORIZED, body).into_response();
    let headers = response.headers_mut();
    headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// The page by its own address.
pub(in crate::serve) async fn form() -> Response {
    wanted("/", false)
}

/// Takes a token, gives a cookie.
pub(in crate::serve) async fn enter(
    Extracted(guard): Extracted<Arc<Guard>>,
    body: String,
) -> Response {
    let asked = match AskedEntry::read(&body) {
        Ok(asked) => asked,
        Err(problem) => return wrong(&problem, ""),
    };
    match guard.door().cookie(&asked.token) {
        Some(cookie) => with_cookie(&asked.to, &cookie),
        None => {
            tokio::time::sleep(WRONG).await;
            wanted(&asked.to, true)
        }
    }
}

/// Takes the cookie away.
pub(in crate::serve) async fn leave() -> Response {
    with_cookie("/", &no_cookie())
}

fn with_cookie(to: &str, cookie: &str) -> Response {
    let mut response = elsewhere(to);
    if let Ok(cookie) = HeaderValue::from_str(cookie) {
        response.headers_mut().insert(header::SET_COOKIE, cookie);
    }
    response
}

fn page(to: &str, was_wrong: bool) -> Markup {
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                (named("Sign in"))
                link rel="icon" href="/assets/icon.svg" type="image/svg+xml";
                link rel="stylesheet" href="/assets/style.css";
            }
            body {
                main.sign-in {
                    h1 { "Sign in to search the materials" }
                    p { "Whoever runs this server has given you a token. It is asked for once a shift." }
                    @if was_wrong { p.note role="alert" { "That is not one of the tokens of this server." } }
                    form action="/sign-in" method="post" {
                        input type="hidden" name="to" value=(to);
                        label for="token" { "Token" }
                        input id="token" name="token" type="password" autocomplete="current-password" required autofocus;
                        button type="submit" { "Sign in" }
                    }
                }
            }
        }
    }
}
