//! # The server
//!
//! The search as people use it in a browser, and as programs do over HTTP: one binary, nothing to
//! install, nothing from elsewhere. The page is HTML that works without scripts; a small script
//! makes it instant.
//!
//! ```text
//! connection ─▶ listen ─▶ guard ─▶ api ──▶ JSON, problems
//!               time-outs  host,   page ─▶ HTML, style, script
//!               and caps   token,    │
//!                          headers   └─▶ state: the index, exchanged as it is rebuilt
//! ```
//!
//! * `listen` accepts connections, and cuts off those that are too slow; `connections` counts them,
//!   and lets idle ones go where others need their place,
//! * `base` takes the path off that a proxy may have in front of all addresses, `tls` encrypts, `log`
//!   says what was asked for and what went wrong,
//! * `dear` does what takes seconds, once, and in a place of its own; `kept` has what was answered before,
//! * `tokens` knows who may ask, `guard` lets through what is meant for this server, and says what a
//!   browser may do with the answer,
//! * `state` holds the index, notices when there is a newer one, and searches on threads that are
//!   for work and not for waiting,
//! * `asked` reads the parameters of an address, and writes them into links,
//! * `api` answers programs, `openapi` describes that to them, `problem` says what went wrong
//!   (RFC 9457),
//! * `page` answers people: results, documents, what every source says of a topic,
//! * `catalogue` is what there is to search, by title and folder, `watched` what changed about questions
//!   that were saved,
//! * `metrics` counts for whoever runs the server.

mod api;
mod asked;
mod base;
mod catalogue;
mod connections;
mod dear;
mod guard;
mod kept;
mod listen;
mod log;
mod metrics;
mod openapi;
mod page;
mod problem;
mod state;
mod tls;
mod tokens;
mod watched;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::get;
use tower_http::compression::CompressionLayer;
use tower_http::limit::RequestBodyLimitLayer;

use crate::index::{Home, IndexError};
use crate::watch_list::WatchListError;
pub use base::BasePath;
use guard::Guard;
pub use log::LogFormat;
use page::SeenAt;
use state::ServerState;
use tls::Encryption;
pub use tls::{TlsError, TlsFiles};
pub use tokens::{Tokens, TokensError};
use watched::WatchedFile;

/// How a server is to run.
#[derive(Debug, Clone)]
pub struct Options {
    /// Where the index is.
    pub index: Home,
    /// Where to listen. Port 0 is any that is free.
    pub address: SocketAddr,
    /// Names besides `localhost` that the server is reached by.
    pub hosts: Vec<String>,
    /// The path that all addresses begin with.
    pub base: BasePath,
    /// With what connections are encrypted, if they are.
    pub tls: Option<TlsFiles>,
    /// How each request is written to standard error, if it is.
    pub log: Option<LogFormat>,
    /// Who may ask; everybody where there are none.
    pub tokens: Tokens,
    /// How long a search looks; then what was found until then is the answer, and says so.
    pub search_time: Duration,
    /// Whether the files that documents were read from are given out as they are.
    pub originals: bool,
    /// The file of the questions that are watched, if there are any.
    pub watched: Option<PathBuf>,
}

/// Why a server could not run.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    #[error(transparent)]
    Index(#[from] IndexError),
    #[error(transparent)]
    Tls(#[from] TlsError),
    #[error(transparent)]
    WatchList(#[from] WatchListError),
    #[error("cannot listen at {address}: {cause}")]
    Listen {
        address: SocketAddr,
        cause: std::io::Error,
    },
    #[error("cannot start: {0}")]
    Start(std::io::Error),
}

/// The longest that a search can be let look: with all that comes before and after, less than a connection may
/// stand still.
pub const LONGEST_SEARCH: Duration = Duration::from_secs(20);
/// Bodies are not asked for; a few bytes are none to complain about.
const BODY: usize = 1024;
/// How often it is looked whether there is a newer index.
const LOOK_EVERY: Duration = Duration::from_millis(500);

/// Serves an index until the process is told to stop. `ready` hears where it listens.
pub fn serve(options: &Options, ready: impl FnOnce(SocketAddr)) -> Result<(), ServeError> {
    if let Some(format) = options.log {
        log::write_as(format);
    }
    let encryption = options.tls.as_ref().map(Encryption::of).transpose()?;
    let watched = options.watched.as_deref();
    let watched = watched.map(WatchedFile::read).transpose()?;
    let list = watched.as_ref().map(|file| file.list.clone());
    let state = ServerState::open(
        &options.index,
        options.originals,
        watched,
        options.search_time,
    )?;
    if let Some(list) = list {
        list.check(state.current().searcher.engine().lexicon())?;
    }
    let state = Arc::new(state);
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(ServeError::Start)?;
    let failed = |cause| ServeError::Listen {
        address: options.address,
        cause,
    };
    let stopped = runtime.block_on(async {
        let listener = tokio::net::TcpListener::bind(options.address).await;
        let listener = listener.map_err(failed)?;
        let address = listener.local_addr().map_err(failed)?;
        tokio::spawn(keep_current(state.clone()));
        let opened = state.current();
        // Whoever comes first finds it read.
        tokio::task::spawn_blocking(move || {
            let _ = opened.catalogue();
        });
        ready(address);
        let router = router(state, Guard::new(options, address), options);
        listen::listen(listener, router, encryption).await;
        Ok(())
    });
    // A search that is still under way is not waited for.
    runtime.shutdown_background();
    stopped
}

/// Exchanges the index, and the list of questions, whenever there is a newer one.
async fn keep_current(state: Arc<ServerState>) {
    loop {
        tokio::time::sleep(LOOK_EVERY).await;
        let state = state.clone();
        // Opening an index is work, and a panic in it is no reason to stop looking.
        let look = move || {
            state.look_for_newer_list();
            state.look_for_newer();
        };
        let _ = tokio::task::spawn_blocking(look).await;
    }
}

fn router(state: Arc<ServerState>, guard: Guard, options: &Options) -> Router {
    let base = Arc::new(options.base.clone());
    let seen = SeenAt {
        base: base.clone(),
        encrypted: options.tls.is_some(),
    };
    let guard = Arc::new(guard);
    let sign_in = get(page::sign_in_form).post(page::enter);
    let is_watched = options.watched.is_some();
    let watched = match is_watched {
        true => Router::new().route("/watch", get(page::watch)).route(
            "/watch.atom",
            get(page::watch_atom).with_state((state.clone(), seen.clone())),
        ),
        false => Router::new(),
    };
    let inner = watched
        .route("/sign-in", sign_in.with_state(guard.clone()))
        .route("/sign-out", get(page::leave))
        .route("/", get(page::search))
        .route("/audit", get(page::audit))
        .route("/opensearch.xml", get(page::opensearch).with_state(seen))
        .route("/documents", get(page::document_named))
        .route("/documents/{*source}", get(page::document))
        .route("/originals/{*source}", get(page::original))
        .route("/audit.csv", get(page::audit_csv))
        .route("/audit.html", get(page::audit_html))
        .route("/tied", get(page::tied))
        .route("/tied.csv", get(page::tied_csv))
        .route("/p/{id}", get(page::passage))
        .route("/materials", get(page::materials))
        .route("/results.csv", get(page::csv))
        .route("/silent", get(page::silent))
        .route("/silent.csv", get(page::silent_csv))
        .route("/help", get(page::help))
        .route("/api", get(page::reference))
        .route("/assets/{name}", get(page::asset))
        .route("/api/v1/search", get(api::search))
        .route("/api/v1/audit", get(api::audit))
        .route("/api/v1/suggest", get(api::suggest))
        .route("/api/v1/documents", get(api::documents))
        .route("/api/v1/documents/{*source}", get(api::document))
        .route("/api/v1/passages/{id}", get(api::passage))
        .route("/api/v1/openapi.json", get(openapi::document))
        .route("/healthz", get(api::health))
        .route("/metrics", get(metrics::page))
        .fallback(page::not_found)
        .method_not_allowed_fallback(problem::wrong_method)
        .layer(from_fn_with_state(is_watched, page::with_link_to_watch))
        .layer(from_fn_with_state(base.clone(), base::answers))
        .layer(CompressionLayer::new())
        .layer(from_fn_with_state(state.clone(), state::unless_known))
        .layer(from_fn_with_state(state.clone(), metrics::count))
        .layer(RequestBodyLimitLayer::new(BODY))
        .layer(from_fn_with_state(guard, guard::admit))
        .layer(from_fn(guard::headers))
        .layer(from_fn(log::requests))
        .with_state(state);
    // Which route an address takes is known when the path is off.
    let outer = Router::new().fallback_service(inner);
    outer.layer(from_fn_with_state(base, base::requests))
}
