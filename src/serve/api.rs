//! Answers for programs. The JSON is that of the command line.

use std::sync::Arc;

use axum::extract::{Path, RawQuery, State as Extracted};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use super::asked::{AskedAudit, AskedList, AskedSearch, AskedSuggestions};
use super::dear::PATIENCE;
use super::problem::Problem;
use super::state::{Effort, Opened, ServerState};
use crate::audit::Row;
use crate::output::audit::json::AuditJson;
use crate::output::json::{
    DocumentJson, HealthJson, ProblemJson, ResultsJson, SourcesJson, StoredPassageJson,
};
use crate::output::suggestions::SuggestionsJson;
use crate::search::Suggestion;

/// How much is answered with where nobody says otherwise.
const HITS: usize = 10;

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
    state: &ServerState,
    work: impl FnOnce(&Opened) -> Result<Json, Problem> + Send + 'static,
) -> Response {
    state.work(Effort::Usual, work).await.into_response()
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
        ("risk" = Option<String>, Query, description = "Only passages in which one sentence says this kind of risk of the techniques and conditions: contraindication, precaution, adverse, red-flag, susceptibility, interaction, or risk for any"),
        ("exact" = Option<bool>, Query, description = "Do not correct words that nobody knows"),
        ("corrected" = Option<bool>, Query, description = "Search for what may be meant where a word is right but no passage has it"),
        ("explain" = Option<bool>, Query, description = "Say of each hit how its score came about"),
    ),
    responses(
        (status = 200, description = "What was found; perhaps nothing", body = ResultsJson),
        (status = 304, description = "As it was when the tag was given"),
        (status = "default", description = "A problem", body = ProblemJson, content_type = "application/problem+json"),
    )
)]
pub(super) async fn search(
    Extracted(state): Extracted<Arc<ServerState>>,
    RawQuery(address): RawQuery,
) -> Response {
    let asked = match AskedSearch::read(address.as_deref()) {
        Ok(asked) => asked,
        Err(problem) => return problem.into_response(),
    };
    let question = format!("json {asked:?}");
    let answer = state.answer(asked.effort(), question, move |opened| {
        let results = opened.searcher.search(&asked.request(HITS)?)?;
        Ok(Json::of(&ResultsJson::new(&results, asked.explain))?.0)
    });
    match answer.await {
        Ok(answer) => answer.of_kind("application/json"),
        Err(problem) => problem.into_response(),
    }
}

/// What every source says of some topics, or that it is silent.
#[utoipa::path(
    get,
    path = "/api/v1/audit",
    operation_id = "json",
    tag = "audit",
    params(
        ("topic" = Option<Vec<String>>, Query, description = "Names of concepts, or words; may be repeated, or parted by commas. Without any, the risks that most passages name"),
        ("by" = Option<String>, Query, description = "What the columns are, if not the topics: risk, condition, technique, aspect"),
        ("source" = Option<String>, Query, description = "Only sources that match this pattern"),
        ("silent" = Option<bool>, Query, description = "The sources with most silent cells first"),
        ("columns" = Option<usize>, Query, description = "At most so many columns of a kind", minimum = 0, maximum = 24),
        ("state" = Option<String>, Query, description = "Only sources that have a cell in this state: stated, hedged, conditional, no-benefit, negated, mentioned, silent"),
        ("words" = Option<String>, Query, description = "Only sources with these words in title or path", max_length = 200),
        ("from" = Option<usize>, Query, description = "Leave out so many of the sources", minimum = 0),
        ("limit" = Option<usize>, Query, description = "At most so many sources; 1000 if nothing is said", minimum = 0, maximum = 1000),
    ),
    responses(
        (status = 200, description = "A row a source, a cell a topic; what is said in sum is of all sources", body = AuditJson),
        (status = 304, description = "As it was when the tag was given"),
        (status = "default", description = "A problem", body = ProblemJson, content_type = "application/problem+json"),
    )
)]
pub(super) async fn audit(
    Extracted(state): Extracted<Arc<ServerState>>,
    RawQuery(address): RawQuery,
) -> Response {
    let asked = match AskedAudit::read(address.as_deref()) {
        Ok(asked) => asked,
        Err(problem) => return problem.into_response(),
    };
    let audited = match state.audit(&state.current(), &asked, PATIENCE).await {
        Some(Ok(audited)) => audited,
        Some(Err(problem)) => return problem.into_response(),
        None => return Problem::under_way().into_response(),
    };
    answer(&state, move |opened| {
        let audit = &audited.audit;
        let meant = |row: &&Row| asked.means(row, opened.catalogue());
        let meant: Vec<&Row> = audit.rows.iter().filter(meant).collect();
        let total = meant.len();
        let (rows, more) = asked.shown(meant);
        Json::of(&AuditJson::of_rows(audit, total, rows, more))
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
        (status = "default", description = "A problem", body = ProblemJson, content_type = "application/problem+json"),
    )
)]
pub(super) async fn suggest(
    Extracted(state): Extracted<Arc<ServerState>>,
    RawQuery(address): RawQuery,
) -> Response {
    let asked = match AskedSuggestions::read(address.as_deref()) {
        Ok(asked) => asked,
        Err(problem) => return problem.into_response(),
    };
    answer(&state, move |opened| {
        let engine = opened.searcher.engine();
        // What many ask comes before what is rare.
        let mut suggestions = opened.catalogue().suggest(engine, &asked.prefix)?;
        for one in opened.searcher.suggest(&asked.prefix, asked.limit)? {
            let is_same = |known: &Suggestion| known.text.eq_ignore_ascii_case(&one.text);
            if !suggestions.iter().any(is_same) {
                suggestions.push(one);
            }
        }
        suggestions.truncate(asked.limit);
        Json::of(&SuggestionsJson::new(&asked.prefix, &suggestions))
    })
    .await
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
        (status = "default", description = "A problem", body = ProblemJson, content_type = "application/problem+json"),
    )
)]
pub(super) async fn documents(
    Extracted(state): Extracted<Arc<ServerState>>,
    RawQuery(address): RawQuery,
) -> Response {
    let asked = match AskedList::read(address.as_deref()) {
        Ok(asked) => asked,
        Err(problem) => return problem.into_response(),
    };
    answer(&state, move |opened| {
        let index = opened.searcher.engine();
        // One more tells whether any follow.
        let mut documents = index.sources(asked.after.as_deref(), asked.limit + 1)?;
        let more = documents.len() > asked.limit;
        documents.truncate(asked.limit);
        let total = index.manifest().documents;
        Json::of(&SourcesJson::new(total, documents, more))
    })
    .await
}

/// A document, whole.
#[utoipa::path(
    get,
    path = "/api/v1/documents/{source}",
    params(("source" = String, Path, description = "The path the document is cited by")),
    responses(
        (status = 200, description = "The document as it was indexed", body = DocumentJson),
        (status = 304, description = "As it was when the tag was given"),
        (status = "default", description = "A problem", body = ProblemJson, content_type = "application/problem+json"),
    )
)]
pub(super) async fn document(
    Extracted(state): Extracted<Arc<ServerState>>,
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
        (status = 200, description = "The passage", body = StoredPassageJson),
        (status = 304, description = "As it was when the tag was given"),
        (status = "default", description = "A problem", body = ProblemJson, content_type = "application/problem+json"),
    )
)]
pub(super) async fn passage(
    Extracted(state): Extracted<Arc<ServerState>>,
    Path(id): Path<String>,
) -> Response {
    answer(&state, move |opened| {
        let passage = opened.searcher.engine().passage(&id)?;
        let gone = "there is no such passage; its text has changed, or its document is gone";
        let passage = passage.ok_or_else(|| Problem::nothing(gone))?;
        Json::of(&StoredPassageJson::new(&passage))
    })
    .await
}

/// Whether the server answers.
#[utoipa::path(
    get,
    path = "/healthz",
    responses(
        (status = 200, description = "It does", body = HealthJson),
        (status = "default", description = "A problem", body = ProblemJson, content_type = "application/problem+json"),
    )
)]
pub(super) async fn health(Extracted(state): Extracted<Arc<ServerState>>) -> Response {
    let generation = state.current().searcher.engine().manifest().generation;
    let health = HealthJson {
        status: "ok",
        generation,
    };
    Json::of(&health).into_response()
}
