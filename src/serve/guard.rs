//! Who may ask, and what a browser may do with the answer.
//!
//! A page from anywhere can have a browser ask servers on its own machine, and with a name that
//! suddenly means `127.0.0.1` ("DNS rebinding") even read the answers. So the name that the request
//! was sent to has to be one of this server: a number, `localhost`, or one that it was told.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::uri::Authority;
use axum::http::{HeaderName, HeaderValue, StatusCode, Version, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::Options;
use super::listen::HEAD_BYTES;
use super::page::sign_in;
use super::problem::Problem;
use super::tokens::Door;

/// Lets requests through.
pub(super) struct Guard {
    hosts: Vec<String>,
    door: Door,
}

impl Guard {
    pub(super) fn new(options: &Options, address: SocketAddr) -> Guard {
        let mut hosts = vec!["localhost".to_owned(), address.ip().to_string()];
        hosts.extend(options.hosts.iter().map(|host| host.to_ascii_lowercase()));
        Guard {
            hosts,
            door: Door::new(&options.tokens, options.tls.is_some()),
        }
    }

    pub(super) fn door(&self) -> &Door {
        &self.door
    }

    fn is_here(&self, host: &str) -> bool {
        let Ok(authority) = host.parse::<Authority>() else {
            return false;
        };
        let name = authority.host().to_ascii_lowercase();
        let number = name.trim_start_matches('[').trim_end_matches(']');
        // A number cannot be made to mean another machine.
        number.parse::<IpAddr>().is_ok() || self.hosts.contains(&name)
    }
}

/// What is answered to anybody: that the server runs, and what the page to sign in is made of.
fn is_open(path: &str) -> bool {
    matches!(path, "/healthz" | "/sign-in" | "/sign-out") || path.starts_with("/assets/")
}

/// How long the head of a request is, about: the connection lets through what came with the last bytes that it
/// had room for.
fn head_bytes(request: &Request) -> usize {
    let target = request.uri().path_and_query();
    let target = target.map_or(0, |target| target.as_str().len());
    let field = |(name, value): (&HeaderName, &HeaderValue)| name.as_str().len() + value.len() + 4;
    target + request.headers().iter().map(field).sum::<usize>()
}

/// The name of the server that a request was sent to (RFC 9112, 3.2): that of its target where it has
/// one, or else that of the field `Host`, which every request since HTTP/1.1 has once.
fn host_of(request: &Request) -> Result<Option<String>, Problem> {
    let fields: Vec<_> = request.headers().get_all(header::HOST).iter().collect();
    let field = match fields[..] {
        [] => None,
        [field] => Some(
            field
                .to_str()
                .map_err(|_| Problem::bad("“Host” is no name"))?,
        ),
        _ => return Err(Problem::bad("“Host” is given more than once")),
    };
    if field.is_none() && request.version() >= Version::HTTP_11 {
        return Err(Problem::bad("“Host” is missing"));
    }
    let of_target = request
        .uri()
        .authority()
        .map(|authority| authority.to_string());
    Ok(of_target.or_else(|| field.map(str::to_owned)))
}

/// Answers only what was sent to this server, by who may ask.
pub(super) async fn admit(
    State(guard): State<Arc<Guard>>,
    request: Request,
    next: Next,
) -> Response {
    if head_bytes(&request) > HEAD_BYTES {
        let detail = format!("the head of a request has at most {HEAD_BYTES} bytes");
        let status = StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE;
        return Problem::new(status, detail).into_response();
    }
    let host = match host_of(&request) {
        Ok(host) => host,
        Err(problem) => return problem.into_response(),
    };
    // Whoever only looks whether the server answers need not know its name.
    let may_be_nameless = host.is_none() && request.uri().path() == "/healthz";
    if !may_be_nameless && !guard.is_here(host.as_deref().unwrap_or_default()) {
        let detail = "this server does not go by that name (--allow-host tells it that it does)";
        return Problem::new(StatusCode::MISDIRECTED_REQUEST, detail).into_response();
    }
    let Some(asker) = guard.door.asker(request.headers()) else {
        return match is_open(request.uri().path()) {
            true => next.run(request).await,
            false => unknown(&request),
        };
    };
    let mut response = next.run(request).await;
    // For whoever writes down who asked.
    response.extensions_mut().insert(asker);
    response
}

/// The answer to whoever has no token: a page for people, a problem for programs.
fn unknown(request: &Request) -> Response {
    let to = request.uri().path_and_query();
    if accepts_pages(request) {
        return sign_in(to.map_or("/", |to| to.as_str()), false);
    }
    let detail = "a bearer token is needed";
    let mut response = Problem::new(StatusCode::UNAUTHORIZED, detail).into_response();
    let scheme = HeaderValue::from_static("Bearer");
    response
        .headers_mut()
        .insert(header::WWW_AUTHENTICATE, scheme);
    response
}

/// Whether it is a browser that asks for a page.
pub(super) fn accepts_pages(request: &Request) -> bool {
    let accepts = request.headers().get(header::ACCEPT);
    let accepts = accepts.and_then(|accepts| accepts.to_str().ok());
    accepts.is_some_and(|accepts| accepts.contains("text/html"))
        && !request.uri().path().starts_with("/api/")
}

/// Nothing from elsewhere, nothing inline, in nobody's frame.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; \
    connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// Says what a browser may do with the answer.
pub(super) async fn headers(request: Request, next: Next) -> Response {
    const HEADERS: [(&str, &str); 5] = [
        ("content-security-policy", POLICY),
        ("x-content-type-options", "nosniff"),
        ("referrer-policy", "no-referrer"),
        ("cross-origin-opener-policy", "same-origin"),
        ("cross-origin-resource-policy", "same-origin"),
    ];
    let mut response = next.run(request).await;
    for (name, value) in HEADERS {
        // A file as it is has its own policy.
        let entry = response.headers_mut().entry(name);
        entry.or_insert(HeaderValue::from_static(value));
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::serve::tokens::Tokens;

    fn guard(hosts: &[&str]) -> Guard {
        let options = Options {
            index: crate::index::Home::Folder("index".into()),
            address: ([127, 0, 0, 1], 7700).into(),
            hosts: hosts.iter().map(|host| (*host).to_owned()).collect(),
            base: Default::default(),
            tls: None,
            log: None,
            tokens: Tokens::default(),
            search_time: std::time::Duration::from_secs(2),
            originals: true,
            watched: None,
        };
        Guard::new(&options, options.address)
    }

    #[test]
    fn names_that_are_not_ours_are_refused() {
        let guard = guard(&["Search.Clinic.example"]);
        for host in [
            "127.0.0.1:7700",
            "localhost",
            "[::1]:7700",
            "LOCALHOST:1",
            "10.0.0.7",
            "search.clinic.example:80",
        ] {
            assert!(guard.is_here(host), "{host}");
        }
        for host in [
            "",
            "evil.example",
            "localhost.evil.example",
            "a b",
            "127.0.0.1.evil.example",
        ] {
            assert!(!guard.is_here(host), "{host}");
        }
    }
}
