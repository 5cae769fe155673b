//! What a server says of itself, and of what went wrong: problem details (RFC 9457).

use serde::Serialize;

/// That the server answers.
#[derive(Serialize, utoipa::ToSchema)]
pub(crate) struct HealthJson {
    pub(crate) status: &'static str,
    /// The generation of the index that is served.
    pub(crate) generation: u64,
}

/// Problem details.
#[derive(Serialize, utoipa::ToSchema)]
#[schema(as = Problem)]
pub(crate) struct ProblemJson<'a> {
    /// What kind of problem it is; `about:blank` says that the status is all there is to it.
    #[serde(rename = "type")]
    pub(crate) kind: &'static str,
    pub(crate) title: &'a str,
    pub(crate) status: u16,
    /// What went wrong with this request.
    pub(crate) detail: &'a str,
}
