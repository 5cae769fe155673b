//! The API, described for programs: an OpenAPI document, made from the code that answers.

use axum::Json;
use utoipa::OpenApi;
use utoipa::openapi::OpenApi as Document;

use super::{api, audit, problem};
use crate::index::StoredPassage;
use crate::output::audit::json::AuditJson;
use crate::output::json::ResultsJson;
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
        audit::json,
        api::documents,
        api::document,
        api::passage,
        api::health
    ),
    components(schemas(
        ResultsJson,
        SuggestionsJson,
        AuditJson,
        StoredPassage,
        api::SourcesJson,
        api::DocumentJson,
        api::HealthJson,
        problem::Problem
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
