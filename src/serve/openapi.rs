//! The API, described for programs: an OpenAPI document, made from the code that answers.

use axum::Json;
use utoipa::OpenApi;
use utoipa::openapi::OpenApi as Document;

use super::api;
use crate::output::audit::json::AuditJson;
use crate::output::json::{
    DocumentJson, HealthJson, ProblemJson, ResultsJson, SourcesJson, StoredPassageJson,
};
use crate::output::suggestions::SuggestionsJson;

#[derive(OpenApi)]
#[openapi(
    info(
        title = "palpate",
        description = "Full-text passage search for clinical documents: every passage, ranked and cited to the line.",
    ),
    paths(
        api::search,
        api::suggest,
        api::audit,
        api::documents,
        api::document,
        api::passage,
        api::health
    ),
    components(schemas(
        ResultsJson,
        SuggestionsJson,
        AuditJson,
        StoredPassageJson,
        SourcesJson,
        DocumentJson,
        HealthJson,
        ProblemJson
    ))
)]
struct Api;

/// The description of the API.
pub(super) fn described() -> Document {
    Api::openapi()
}

pub(super) async fn document() -> Json<Document> {
    Json(described())
}
