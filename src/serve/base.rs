//! A path in front of all addresses: where a proxy gives the server a part of its own name, as
//! `https://clinic.example/palpate/`.
//!
//! Nothing else in the server knows of it. Requests come with the path or, where the proxy takes it away,
//! without; both are answered. In pages that go out, every address of this server is an attribute that
//! begins with a slash, and what is text cannot look like one: it has no quotation mark that is not
//! escaped. So the path is put in front of these, and of where redirections lead.

use std::str::FromStr;
use std::sync::Arc;

use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::uri::{PathAndQuery, Uri};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

/// A path that all addresses begin with: empty, or as `/palpate`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BasePath(String);

/// The attributes that lead to an address of this server.
const ATTRIBUTES: [&str; 3] = [" href=\"", " src=\"", " action=\""];

impl FromStr for BasePath {
    type Err = String;

    /// Reads a path; the slashes at its ends do not matter.
    fn from_str(text: &str) -> Result<BasePath, String> {
        let path = text.trim_matches('/');
        let plain = |c: char| c.is_ascii_alphanumeric() || "-_.~/".contains(c);
        let parts = path.split('/').all(|part| !matches!(part, "" | "." | ".."));
        match path {
            "" => Ok(BasePath::default()),
            path if parts && path.chars().all(plain) => Ok(BasePath(format!("/{path}"))),
            _ => {
                Err("a path has letters, digits, - _ . ~ and slashes between its parts".to_owned())
            }
        }
    }
}

impl BasePath {
    /// The path, without a slash at its end.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// An address without the path; `None` where it does not begin with it.
    fn without(&self, address: &Uri) -> Option<Uri> {
        let rest = address.path().strip_prefix(&self.0)?;
        let path = match rest {
            "" => "/",
            rest if rest.starts_with('/') => rest,
            _ => return None,
        };
        let query = address.query().map(|query| format!("?{query}"));
        let path = PathAndQuery::from_str(&format!("{path}{}", query.unwrap_or_default()));
        let mut parts = address.clone().into_parts();
        parts.path_and_query = Some(path.ok()?);
        Uri::from_parts(parts).ok()
    }

    /// A page in which all addresses begin with the path.
    fn put_before(&self, page: &str) -> String {
        let mut page = page.replacen("<html ", &format!("<html data-base=\"{}\" ", self.0), 1);
        for attribute in ATTRIBUTES {
            page = page.replace(&format!("{attribute}/"), &format!("{attribute}{}/", self.0));
        }
        page
    }
}

/// Takes the path off what is asked for, before anything else looks at it.
pub(super) async fn requests(
    State(base): State<Arc<BasePath>>,
    mut request: Request,
    next: Next,
) -> Response {
    if let Some(address) = base.without(request.uri()) {
        *request.uri_mut() = address;
    }
    next.run(request).await
}

/// Puts the path in front of the addresses in what is answered.
pub(super) async fn answers(
    State(base): State<Arc<BasePath>>,
    request: Request,
    next: Next,
) -> Response {
    let mut response = next.run(request).await;
    if base.0.is_empty() {
        return response;
    }
    let location = response.headers().get(header::LOCATION);
    let location = location.and_then(|value| value.to_str().ok().map(str::to_owned));
    if let Some(location) = location.filter(|location| location.starts_with('/'))
        && let Ok(value) = HeaderValue::from_str(&format!("{}{location}", base.0))
    {
        response.headers_mut().insert(header::LOCATION, value);
    }
    rewritten(response, |page| base.put_before(page)).await
}

/// Marks an answer that is sent as it is, though it may be a page.
#[derive(Debug, Clone, Copy)]
pub(super) struct Verbatim;

fn is_page(headers: &HeaderMap) -> bool {
    let kind = headers.get(header::CONTENT_TYPE);
    kind.is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"))
}

/// An answer with its page changed, where it is one that was made here.
pub(super) async fn rewritten(response: Response, change: impl Fn(&str) -> String) -> Response {
    let is_verbatim = response.extensions().get::<Verbatim>().is_some();
    if is_verbatim || !is_page(response.headers()) {
        return response;
    }
    let (mut head, body) = response.into_parts();
    // Pages are made whole in memory before they are sent.
    let Ok(page) = to_bytes(body, usize::MAX).await else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    let page = change(&String::from_utf8_lossy(&page));
    head.headers.remove(header::CONTENT_LENGTH);
    Response::from_parts(head, Body::from(page))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn base(path: &str) -> BasePath {
        path.parse().expect("it is a path")
    }

    #[test]
    fn paths_are_read_and_others_refused() {
        for (given, read) in [("", ""), ("/", ""), ("a", "/a"), ("/a/b-1/", "/a/b-1")] {
            assert_eq!(base(given).as_str(), read);
        }
        for wrong in ["a b", "a//b", "..", "/a/../b", "a?b", "a\"b", "%2F", "ä"] {
            assert!(wrong.parse::<BasePath>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn addresses_lose_the_path_and_pages_get_it() {
        let base = base("/tools/palpate");
        let without = |address: &str| {
            let address = address.parse().expect("an address");
            base.without(&address).map(|address| address.to_string())
        };
        assert_eq!(without("/tools/palpate/?q=a%2Fb"), Some("/?q=a%2Fb".into()));
        assert_eq!(without("/tools/palpate"), Some("/".into()));
        assert_eq!(without("/tools/palpate/a/b%2Fc"), Some("/a/b%2Fc".into()));
        assert_eq!(without("/tools/palpates"), None);
        assert_eq!(without("/documents/a"), None);
        let page = "<html lang=\"en\"><a class=\"b\" href=\"/audit\">href=&quot;/x</a><a href=\"#1\">\
            <form action=\"/\"><script src=\"/assets/page.js\">";
        assert_eq!(
            base.put_before(page),
            "<html data-base=\"/tools/palpate\" lang=\"en\"><a class=\"b\" href=\"/tools/palpate/audit\">\
             href=&quot;/x</a><a href=\"#1\"><form action=\"/tools/palpate/\">\
             <script src=\"/tools/palpate/assets/page.js\">"
        );
    }
}
