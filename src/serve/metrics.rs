//! Numbers for whoever runs the server, in the format of Prometheus.

use std::sync::Arc;
use std::time::Instant;

use axum::extract::{MatchedPath, Request, State as Extracted};
use axum::http::header;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::{Registry, Unit};

use super::state::ServerState;
use crate::search::Searcher;

/// Upper ends of the classes of times, in seconds.
const TIMES: [f64; 12] = [
    0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5,
];

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Answered {
    route: String,
    status: u16,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Route {
    route: String,
}

/// What is counted.
pub(super) struct Metrics {
    registry: Registry,
    requests: Family<Answered, Counter>,
    times: Family<Route, Histogram, fn() -> Histogram>,
    generation: Gauge,
    documents: Gauge,
    passages: Gauge,
}

impl Default for Metrics {
    fn default() -> Metrics {
        let mut metrics = Metrics {
            registry: Registry::with_prefix("palpate"),
            requests: Family::default(),
            times: Family::new_with_constructor(|| Histogram::new(TIMES)),
            generation: Gauge::default(),
            documents: Gauge::default(),
            passages: Gauge::default(),
        };
        let registry = &mut metrics.registry;
        registry.register("requests", "Requests answered", metrics.requests.clone());
        let (times, help) = (metrics.times.clone(), "Time to answer, connections apart");
        registry.register_with_unit("request_time", help, Unit::Seconds, times);
        let (generation, help) = (metrics.generation.clone(), "Generation of the index");
        registry.register("index_generation", help, generation);
        let (documents, help) = (metrics.documents.clone(), "Documents in the index");
        registry.register("index_documents", help, documents);
        let (passages, help) = (metrics.passages.clone(), "Passages in the index");
        registry.register("index_passages", help, passages);
        metrics
    }
}

impl Metrics {
    /// Notes which index is served.
    pub(super) fn opened(&self, searcher: &Searcher) {
        let manifest = searcher.engine().manifest();
        let set = |gauge: &Gauge, value: u64| gauge.set(value.try_into().unwrap_or(i64::MAX));
        set(&self.generation, manifest.generation);
        set(&self.documents, manifest.documents);
        set(&self.passages, manifest.passages);
    }
}

/// Counts a request.
pub(super) async fn count(
    Extracted(state): Extracted<Arc<ServerState>>,
    request: Request,
    next: Next,
) -> Response {
    let started = Instant::now();
    // Not the path: those that are made up must not fill the memory.
    let route = request.extensions().get::<MatchedPath>();
    let route = route.map_or("none", MatchedPath::as_str).to_owned();
    let response = next.run(request).await;
    let status = response.status().as_u16();
    let (metrics, time) = (&state.metrics, started.elapsed().as_secs_f64());
    let answered = Answered {
        route: route.clone(),
        status,
    };
    metrics.requests.get_or_create(&answered).inc();
    metrics.times.get_or_create(&Route { route }).observe(time);
    response
}

pub(super) async fn page(Extracted(state): Extracted<Arc<ServerState>>) -> Response {
    const KIND: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    let mut text = String::new();
    match encode(&mut text, &state.metrics.registry) {
        Ok(()) => ([(header::CONTENT_TYPE, KIND)], text).into_response(),
        // Writing to a string cannot fail.
        Err(_) => axum::http::StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}
