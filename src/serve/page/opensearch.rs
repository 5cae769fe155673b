//! The description by which a browser searches the materials from its address bar (OpenSearch 1.1).

use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use maud::html;

use crate::serve::base::BasePath;

const KIND: &str = "application/opensearchdescription+xml; charset=utf-8";

/// Where the server is, as whoever asks sees it.
#[derive(Debug, Clone)]
pub(in crate::serve) struct SeenAt {
    pub(in crate::serve) base: Arc<BasePath>,
    /// Whether the server itself encrypts.
    pub(in crate::serve) encrypted: bool,
}

impl SeenAt {
    /// The address of the start page, for whoever sent these headers.
    pub(super) fn start(&self, headers: &HeaderMap) -> String {
        let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
        // It was admitted, so it is a name of this server.
        let host = text(header::HOST.as_str()).unwrap_or_default();
        let forwarded = text("x-forwarded-proto") == Some("https");
        let scheme = if self.encrypted || forwarded {
            "https"
        } else {
            "http"
        };
        format!("{scheme}://{host}{}/", self.base.as_str())
    }
}

pub(in crate::serve) async fn opensearch(
    State(seen): State<SeenAt>,
    headers: HeaderMap,
) -> Response {
    let start = seen.start(&headers);
    let body = html! {
        OpenSearchDescription xmlns="http://a9.com/-/spec/opensearch/1.1/" {
            ShortName { "palpate" }
            Description { "Passages of clinical materials" }
            InputEncoding { "UTF-8" }
            Image width="16" height="16" type="image/svg+xml" { (start) "assets/icon.svg" }
            Url type="text/html" template={ (start) "?q={searchTerms}" } {}
        }
    };
    let document = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n{}\n",
        body.into_string()
    );
    ([(header::CONTENT_TYPE, KIND)], document).into_response()
}
