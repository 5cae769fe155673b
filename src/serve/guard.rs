//! Who may ask, and what a browser may do with the answer.
//!
//! A page from anywhere can have a browser ask servers on its own machine, and with a name that
//! suddenly means `127.0.0.1` ("DNS rebinding") even read the answers. So the name that the request
//! was sent to has to be one of this server: a number, `localhost`, or one that it was told.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::uri::Authority;
use axum::http::{HeaderMap, HeaderValue, StatusCode, Version, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::Options;
use super::problem::Problem;

/// Lets requests through.
pub(super) struct Guard {
    hosts: Vec<String>,
    /// The hash of the token: comparing hashes takes the same time whatever they are.
    token: Option<blake3::Hash>,
}

impl Guard {
    pub(super) fn new(options: &Options, address: SocketAddr) -> Guard {
        let mut hosts = vec!["localhost".to_owned(), address.ip().to_string()];
        hosts.extend(options.hosts.iter().map(|host| host.to_ascii_lowercase()));
        Guard {
            hosts,
            token: options
                .token
                .as_ref()
                .map(|token| blake3::hash(token.as_bytes())),
        }
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

    fn may(&self, headers: &HeaderMap) -> bool {
        let given = headers.get(header::AUTHORIZATION);
        let given = given.and_then(|value| value.to_str().ok()?.split_once(' '));
        let bearer = given.filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"));
        match self.token {
            None => true,
            Some(token) => bearer.is_some_and(|(_, given)| blake3::hash(given.as_bytes()) == token),
        }
    }
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
    if request.uri().path() != "/healthz" && !guard.may(request.headers()) {
        let detail = "a bearer token is needed";
        let mut response = Problem::new(StatusCode::UNAUTHORIZED, detail).into_response();
        let scheme = HeaderValue::from_static("Bearer");
        response
            .headers_mut()
            .insert(header::WWW_AUTHENTICATE, scheme);
        return response;
    }
    next.run(request).await
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
        response
            .headers_mut()
            .insert(name, HeaderValue::from_static(value));
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    fn guard(hosts: &[&str], token: Option<&str>) -> Guard {
        let options = Options {
            index: crate::index::Home::Folder("index".into()),
            address: ([127, 0, 0, 1], 7700).into(),
            hosts: hosts.iter().map(|host| (*host).to_owned()).collect(),
            token: token.map(str::to_owned),
            base: Default::default(),
            tls: None,
            log: None,
        };
        Guard::new(&options, options.address)
    }

    #[test]
    fn names_that_are_not_ours_are_refused() {
        let guard = guard(&["Search.Clinic.example"], None);
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

    #[test]
    fn a_token_is_asked_for_where_there_is_one() {
        let given = |value: &'static str| {
            HeaderMap::from_iter([(header::AUTHORIZATION, HeaderValue::from_static(value))])
        };
        assert!(guard(&[], None).may(&HeaderMap::new()));
        let guard = guard(&[], Some("secret"));
        assert!(guard.may(&given("Bearer secret")) && guard.may(&given("bearer secret")));
        for wrong in ["Bearer", "Bearer secre", "Basic secret", "secret"] {
            assert!(!guard.may(&given(wrong)), "{wrong}");
        }
        assert!(!guard.may(&HeaderMap::new()));
    }
}
