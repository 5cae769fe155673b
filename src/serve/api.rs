//! Answers for programs. The JSON is that of the command line.

use std::sync::Arc;

use axum::extract::{Path, RawQuery, State as Extracted};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use form_urlencoded::parse;
use serde::Serialize;

use super::asked::Asked;
use super::problem::Problem;
use super::state::{Opened, State};
use crate::index::{StoredPassage, WholeDocument};
use crate::output::json::ResultsJson;
use crate::output::suggestions::SuggestionsJson;

/// How much is answered with where nobody says otherwise.
const HITS: usize = 10;
/// The most characters of the beginning of a query.
const PREFIX: usize = 200;
const SUGGESTIONS: usize = 50;
const SOURCES: usize = 1000;

/// JSON, written where the work is done: what it is made of is borrowed from there.
pub(super) struct Json(Vec<u8>);

impl Json {
    pub(super) fn of(value: &impl Serialize) -> Result<Json, Problem> {
        let written = serde_json::to_vec(value);
        // Strings, numbers and lists can be written; if not, it is a fault of ours.
        let status = axum::http::StatusCode::INTERNAL_SERVER_ERROR;
        written
            .map(Json)
            .map_err(|error| Problem::new(status, error.to_string()))
    }
}

impl IntoResponse for Json {
    fn into_response(self) -> Response {
        ([(header::CONTENT_TYPE, "application/json")], self.0).into_response()
    }
}

async fn answer(
    state: &State,
    work: impl FnOnce(&Opened) -> Result<Json, Problem> + Send + 'static,
) -> Response {
    state.work(work).await.into_response()
}

/// Finds passages.
#[utoipa::path(
    get,
    path = "/api/v1/search",
    params(
        ("q" = Option<String>, Query, description = "What to look for, as on the command line", max_length = 1000),
        ("limit" = Option<usize>, Query, description = "At most so many hits", minimum = 0, maximum = 100),
        ("offset" = Option<usize>, Query, description = "Leave out so many of the best hits", minimum = 0, maximum = 10000),
        ("source" = Option<String>, Query, description = "Only sources that match this pattern"),
        ("aspect" = Option<Vec<String>>, Query, description = "Only passages that speak of this aspect; may be repeated"),
        ("condition" = Option<Vec<String>>, Query, description = "Only passages that name this condition, by any name; may be repeated"),
        ("technique" = Option<Vec<String>>, Query, description = "Only passages that name this technique, by any name; may be repeated"),
        ("exact" = Option<bool>, Query, description = "Do not correct words that nobody knows"),
        ("explain" = Option<bool>, Query, description = "Say of each hit how its score came about"),
    ),
    responses(
        (status = 200, description = "What was found; perhaps nothing", body = ResultsJson),
        (status = 304, description = "As it was when the tag was given"),
        (status = "default", description = "A problem", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(super) async fn search(
    Extracted(state): Extracted<Arc<State>>,
    RawQuery(address): RawQuery,
) -> Response {
    let asked = match Asked::read(address.as_deref()) {
        Ok(asked) => asked,
        Err(problem) => return problem.into_response(),
    };
    answer(&state, move |opened| {
        let results = opened.searcher.search(&asked.request(HITS))?;
        Json::of(&ResultsJson::new(&results, asked.explain))
    })
    .await
}

/// Completes what somebody types.
#[utoipa::path(
    get,
    path = "/api/v1/suggest",
    params(
        ("q" = Option<String>, Query, description = "What has been typed so far", max_length = 200),
        ("limit" = Option<usize>, Query, description = "At most so many", minimum = 0, maximum = 50),
    ),
    responses(
        (status = 200, description = "What completes it, best first", body = SuggestionsJson),
        (status = 304, description = "As it was when the tag was given"),
        (status = "default", description = "A problem", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(super) async fn suggest(
    Extracted(state): Extracted<Arc<State>>,
    RawQuery(address): RawQuery,
) -> Response {
    let prefix = parameter(address.as_deref(), "q").unwrap_or_default();
    if prefix.chars().count() > PREFIX {
        return Problem::bad(format!("{PREFIX} characters are the most")).into_response();
    }
    let limit = match limit(address.as_deref(), HITS, SUGGESTIONS) {
        Ok(limit) => limit,
        Err(problem) => return problem.into_response(),
    };
    answer(&state, move |opened| {
        let suggestions = opened.searcher.suggest(&prefix, limit)?;
        Json::of(&SuggestionsJson {
            prefix: &prefix,
            suggestions: &suggestions,
        })
    })
    .await
}

/// Some of the sources.
#[derive(Serialize, utoipa::ToSchema)]
pub(super) struct SourcesJson {
    /// How many there are in all.
    total: u64,
    documents: Vec<String>,
    /// What to give as `after` for those that follow; not there at the end.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
}

/// Lists the documents, by the paths they are cited by, in byte order.
#[utoipa::path(
    get,
    path = "/api/v1/documents",
    params(
        ("after" = Option<String>, Query, description = "Only those after this one"),
        ("limit" = Option<usize>, Query, description = "At most so many", minimum = 0, maximum = 1000),
    ),
    responses(
        (status = 200, description = "Some of the documents", body = SourcesJson),
        (status = 304, description = "As it was when the tag was given"),
        (status = "default", description = "A problem", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(super) async fn documents(
    Extracted(state): Extracted<Arc<State>>,
    RawQuery(address): RawQuery,
) -> Response {
    let after = parameter(address.as_deref(), "after");
    let limit = match limit(address.as_deref(), 100, SOURCES) {
        Ok(limit) => limit,
        Err(problem) => return problem.into_response(),
    };
    answer(&state, move |opened| {
        let index = opened.searcher.engine();
        // One more tells whether any follow.
        let mut documents = index.sources(after.as_deref(), limit + 1)?;
        let more = documents.len() > limit;
        documents.truncate(limit);
        Json::of(&SourcesJson {
            total: index.manifest().documents,
            next: documents.last().filter(|_| more).cloned(),
            documents,
        })
    })
    .await
}

/// A document as it was indexed, whole.
#[derive(Serialize, utoipa::ToSchema)]
pub(super) struct DocumentJson<'a> {
    source: &'a str,
    title: &'a str,
    text: &'a str,
    /// What the stretches of the text are; together they are all of it.
    blocks: Vec<BlockJson>,
    passages: &'a [StoredPassage],
}

/// A stretch of a document.
#[derive(Serialize, utoipa::ToSchema)]
pub(super) struct BlockJson {
    kind: &'static str,
    /// First byte, and the one after the last.
    bytes: (usize, usize),
}

impl<'a> DocumentJson<'a> {
    fn new(document: &'a WholeDocument) -> Self {
        let blocks = document.blocks.iter().map(|block| BlockJson {
            kind: block.kind.name(),
            bytes: (block.bytes.start, block.bytes.end),
        });
        DocumentJson {
            source: &document.source,
            title: &document.title,
            text: &document.text,
            blocks: blocks.collect(),
            passages: &document.passages,
        }
    }
}

/// A document, whole.
#[utoipa::path(
    get,
    path = "/api/v1/documents/{source}",
    params(("source" = String, Path, description = "The path the document is cited by")),
    responses(
        (status = 200, description = "The document as it was indexed", body = DocumentJson),
        (status = 304, description = "As it was when the tag was given"),
        (status = "default", description = "A problem", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(super) async fn document(
    Extracted(state): Extracted<Arc<State>>,
    Path(source): Path<String>,
) -> Response {
    answer(&state, move |opened| {
        let document = opened.searcher.engine().document(&source)?;
        let document = document.ok_or_else(|| Problem::nothing("there is no such document"))?;
        Json::of(&DocumentJson::new(&document))
    })
    .await
}

/// A passage by its id.
#[utoipa::path(
    get,
    path = "/api/v1/passages/{id}",
    params(("id" = String, Path, description = "The id of the passage")),
    responses(
        (status = 200, description = "The passage", body = StoredPassage),
        (status = 304, description = "As it was when the tag was given"),
        (status = "default", description = "A problem", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(super) async fn passage(
    Extracted(state): Extracted<Arc<State>>,
    Path(id): Path<String>,
) -> Response {
    answer(&state, move |opened| {
        let passage = opened.searcher.engine().passage(&id)?;
        let gone = "there is no such passage; its text has changed, or its document is gone";
        Json::of(&passage.ok_or_else(|| Problem::nothing(gone))?)
    })
    .await
}

/// That the server answers.
#[derive(Serialize, utoipa::ToSchema)]
pub(super) struct HealthJson {
    status: &'static str,
    /// The generation of the index that is served.
    generation: u64,
}

/// Whether the server answers.
#[utoipa::path(
    get,
    path = "/healthz",
    responses(
        (status = 200, description = "It does", body = HealthJson),
        (status = "default", description = "A problem", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(super) async fn health(Extracted(state): Extracted<Arc<State>>) -> Response {
    let generation = state.current().searcher.engine().manifest().generation;
    let health = HealthJson {
        status: "ok",
        generation,
    };
    Json::of(&health).into_response()
}

fn parameter(address: Option<&str>, name: &str) -> Option<String> {
    let mut parameters = parse(address.unwrap_or_default().as_bytes());
    let found = parameters.find(|(known, _)| known == name);
    found.map(|(_, value)| value.into_owned())
}

fn limit(address: Option<&str>, usual: usize, most: usize) -> Result<usize, Problem> {
    let Some(limit) = parameter(address, "limit") else {
        return Ok(usual);
    };
    let limit = limit.parse().ok().filter(|limit| *limit <= most);
    limit.ok_or_else(|| Problem::bad(format!("“limit” is a number from 0 to {most}")))
}
