//! The index that is served, and the threads that search it.

use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use axum::extract::{Request, State as Extracted};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use tokio::sync::Semaphore;

use super::log;
use super::metrics::Metrics;
use super::problem::Problem;
use crate::index::{Home, IndexError};
use crate::search::Searcher;

/// How many requests may wait for a thread to search on, for each that has one.
const WAITING: Duration = Duration::from_secs(2);
/// How long a search may take before whoever asked is told to come back. It goes on to its end, as
/// there is no way to stop it, and keeps its place among those that may search.
const TIME: Duration = Duration::from_secs(5);

/// An index, opened.
pub(super) struct Opened {
    pub(super) searcher: Searcher,
    /// What names this state of the index, for caches.
    etag: HeaderValue,
}

/// What all requests share.
pub(super) struct ServerState {
    home: Home,
    current: RwLock<Arc<Opened>>,
    /// As many searches as there are cores, and as many again that wait for memory or disk.
    places: Arc<Semaphore>,
    pub(super) metrics: Metrics,
}

impl ServerState {
    pub(super) fn open(home: &Home) -> Result<ServerState, IndexError> {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let opened = Opened::open(home)?;
        let metrics = Metrics::default();
        metrics.opened(&opened.searcher);
        Ok(ServerState {
            home: home.clone(),
            current: RwLock::new(Arc::new(opened)),
            places: Arc::new(Semaphore::new(2 * cores)),
            metrics,
        })
    }

    /// The index as it is now. Who has it keeps it, whatever comes later.
    pub(super) fn current(&self) -> Arc<Opened> {
        let current = self.current.read().unwrap_or_else(PoisonError::into_inner);
        current.clone()
    }

    /// Opens the index again where there is a newer generation. While it cannot be opened, the old
    /// one is served.
    pub(super) fn look_for_newer(&self) {
        if matches!(self.current().searcher.is_current(), Ok(true) | Err(_)) {
            return;
        }
        match Opened::open(&self.home) {
            Ok(opened) => {
                self.metrics.opened(&opened.searcher);
                let mut current = self.current.write().unwrap_or_else(PoisonError::into_inner);
                *current = Arc::new(opened);
            }
            Err(error) => log::trouble(&format_args!("the index is newer, but {error}")),
        }
    }

    /// Does work on the index, on a thread of its own, if there is a place within reasonable time.
    pub(super) async fn work<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Opened) -> Result<T, Problem> + Send + 'static,
    ) -> Result<T, Problem> {
        let place = tokio::time::timeout(WAITING, self.places.clone().acquire_owned()).await;
        // The semaphore is never closed.
        let place = place.ok().and_then(Result::ok).ok_or_else(Problem::busy)?;
        let opened = self.current();
        let work = tokio::task::spawn_blocking(move || {
            let done = work(&opened);
            drop(place);
            done
        });
        match tokio::time::timeout(TIME, work).await {
            Ok(Ok(done)) => done,
            Ok(Err(_)) => {
                let status = StatusCode::INTERNAL_SERVER_ERROR;
                Err(Problem::new(status, "this is a fault of palpate"))
            }
            Err(_) => Err(Problem::busy()),
        }
    }
}

impl Opened {
    fn open(home: &Home) -> Result<Opened, IndexError> {
        let searcher = Searcher::of(home.open()?);
        let manifest = searcher.engine().manifest();
        let tag = format!(
            "W/\"{}-{}-{:x}\"",
            env!("CARGO_PKG_VERSION"),
            manifest.generation,
            manifest.started
        );
        Ok(Opened {
            etag: HeaderValue::from_str(&tag)
                // Digits, dots and dashes.
                .expect("a tag of ASCII is a header"),
            searcher,
        })
    }
}

/// What is asked for again is not sent again while the index is the same.
pub(super) async fn unless_known(
    Extracted(state): Extracted<Arc<ServerState>>,
    request: Request,
    next: Next,
) -> Response {
    let tag = state.current().etag.clone();
    let reads = request.method() == Method::GET || request.method() == Method::HEAD;
    let follows_index = !matches!(request.uri().path(), "/healthz" | "/metrics");
    if reads && follows_index && is_known(request.headers(), &tag) {
        let headers = [(header::ETAG, tag), (header::CACHE_CONTROL, REVALIDATE)];
        return (StatusCode::NOT_MODIFIED, headers).into_response();
    }
    let mut response = next.run(request).await;
    if follows_index && response.status() == StatusCode::OK {
        // Written by whoever answered, where the index changed in between: never older than the
        // tag says.
        response.headers_mut().insert(header::ETAG, tag);
        response
            .headers_mut()
            .insert(header::CACHE_CONTROL, REVALIDATE);
    }
    response
}

/// Caches have to ask whether what they have is still so.
const REVALIDATE: HeaderValue = HeaderValue::from_static("no-cache");

fn is_known(headers: &HeaderMap, tag: &HeaderValue) -> bool {
    let known = headers.get_all(header::IF_NONE_MATCH).iter();
    let mut known = known.filter_map(|value| value.to_str().ok());
    let weak = |tag: &str| tag.trim().trim_start_matches("W/").to_owned();
    let tag = weak(tag.to_str().unwrap_or_default());
    known.any(|list| {
        list.split(',')
            .any(|one| one.trim() == "*" || weak(one) == tag)
    })
}
