//! What went wrong, as programs read it: problem details (RFC 9457).

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

use super::log;
use crate::index::{BadGlob, IndexError};
use crate::output::json::ProblemJson;
use crate::search::SearchError;

/// What went wrong with a request.
#[derive(Debug, Clone)]
pub(super) struct Problem {
    status: StatusCode,
    detail: String,
}

/// After how many seconds it is worth to ask again.
const AGAIN: HeaderValue = HeaderValue::from_static("1");

impl Problem {
    pub(super) fn new(status: StatusCode, detail: impl Into<String>) -> Problem {
        Problem {
            status,
            detail: detail.into(),
        }
    }

    pub(super) fn status(&self) -> StatusCode {
        self.status
    }

    /// The status in words.
    pub(super) fn title(&self) -> &'static str {
        self.status.canonical_reason().unwrap_or("Problem")
    }

    pub(super) fn detail(&self) -> &str {
        &self.detail
    }

    pub(super) fn bad(detail: impl Into<String>) -> Problem {
        Problem::new(StatusCode::BAD_REQUEST, detail)
    }

    pub(super) fn nothing(detail: impl Into<String>) -> Problem {
        Problem::new(StatusCode::NOT_FOUND, detail)
    }

    pub(super) fn fault() -> Problem {
        let status = StatusCode::INTERNAL_SERVER_ERROR;
        Problem::new(status, "this is a fault of palpate")
    }

    /// What takes longer than anybody waits, and is nearer to its end when it is asked for again.
    pub(super) fn under_way() -> Problem {
        let detail = "it is being worked on, and will be there when you ask again";
        Problem::new(StatusCode::SERVICE_UNAVAILABLE, detail)
    }

    pub(super) fn busy() -> Problem {
        let detail = "too much is being searched for right now";
        Problem::new(StatusCode::SERVICE_UNAVAILABLE, detail)
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = self.status;
        let view = ProblemJson {
            kind: "about:blank",
            title: self.title(),
            status: status.as_u16(),
            detail: &self.detail,
        };
        let mut response = (status, Json(view)).into_response();
        let headers = response.headers_mut();
        let kind = HeaderValue::from_static("application/problem+json");
        headers.insert(header::CONTENT_TYPE, kind);
        if status == StatusCode::SERVICE_UNAVAILABLE {
            headers.insert(header::RETRY_AFTER, AGAIN);
        }
        response
    }
}

impl From<SearchError> for Problem {
    fn from(error: SearchError) -> Problem {
        match error {
            SearchError::Glob { .. }
            | SearchError::NoAspect { .. }
            | SearchError::NoRisk { .. }
            | SearchError::NoConcept { .. }
            | SearchError::NoWords(_) => Problem::bad(error.to_string()),
            SearchError::Index(error) => error.into(),
        }
    }
}

impl From<BadGlob> for Problem {
    fn from(error: BadGlob) -> Problem {
        SearchError::from(error).into()
    }
}

impl From<IndexError> for Problem {
    fn from(error: IndexError) -> Problem {
        match error {
            #[cfg(feature = "cluster")]
            IndexError::Cluster { .. } => {
                log::trouble(&error);
                let detail = "what keeps the passages does not answer";
                Problem::new(StatusCode::SERVICE_UNAVAILABLE, detail)
            }
            IndexError::Unfinished => {
                let detail = "not all passages could be looked at in time; ask for less at once, or \
                              among fewer materials";
                Problem::new(StatusCode::SERVICE_UNAVAILABLE, detail)
            }
            error => unreadable(&error),
        }
    }
}

/// Whoever runs the server hears all of it, others only that it is not their fault.
fn unreadable(error: &dyn std::error::Error) -> Problem {
    log::trouble(&error);
    Problem::new(
        StatusCode::INTERNAL_SERVER_ERROR,
        "the index cannot be read",
    )
}

pub(super) async fn wrong_method() -> Problem {
    Problem::new(
        StatusCode::METHOD_NOT_ALLOWED,
        "only GET and HEAD are answered",
    )
}
