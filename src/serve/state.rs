//! The index that is served, and the threads that search it.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, RwLock};
use std::time::Duration;

use axum::body::Bytes;
use axum::extract::{Request, State as Extracted};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use tokio::sync::Semaphore;

use super::LONGEST_SEARCH;
use super::asked::AskedAudit;
use super::catalogue::Catalogue;
use super::dear::{DearAnswers, Weighed};
use super::kept::KeptAnswers;
use super::listen::STILL;
use super::log;
use super::metrics::Metrics;
use super::problem::Problem;
use super::watched::{WatchedFile, WatchedQuestions};
use crate::audit::{Audit, AuditRequest, Cell, Evidence, FigureGroup, agreement};
use crate::index::{Budget, Engine, Home, IndexError, RelativeSources};
use crate::search::Searcher;

/// How many requests may wait for a thread to search on, for each that has one.
const WAITING: Duration = Duration::from_secs(2);
/// How much longer than a search may look it takes at most to make an answer of what was found, and what is
/// no search. Whoever asked is told to come back then, and what is not done is stopped.
const BEYOND: Duration = Duration::from_secs(5);

/// An index, opened.
#[derive(Clone)]
pub(super) struct Opened {
    pub(super) searcher: Searcher,
    /// What is dear to find out, and has been or is being found out.
    dear: Arc<DearAnswers<Vec<u8>>>,
    /// What every source says of some topics, likewise: pages and tables are made of it.
    audits: Arc<DearAnswers<KeptAudit>>,
    /// What was answered before. Of a cluster nothing is kept: it may be gone, or answer in part.
    kept: Option<Arc<KeptAnswers>>,
    /// Read when somebody first needs it.
    catalogue: Arc<OnceLock<Catalogue>>,
    /// What names this state of the index, for caches.
    tag: String,
    /// Whether files are given out as they are.
    gives_originals: bool,
    /// What changed about questions that were saved, where there are any.
    pub(super) watched: Option<Arc<WatchedQuestions>>,
}

/// Where files are given out as they are, which change without the index.
pub(super) const ORIGINALS: &str = "/originals/";

/// How much work a request is, as far as it can be told before anything is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Effort {
    Usual,
    Large,
}

/// What all requests share.
pub(super) struct ServerState {
    home: Home,
    watched: Option<Mutex<WatchedFile>>,
    current: RwLock<Arc<Opened>>,
    /// As many searches as there are cores, and as many again that wait for memory or disk.
    places: Arc<Semaphore>,
    /// Half of the cores for searches that take much longer than others…
    large_places: Arc<Semaphore>,
    /// …and for what takes seconds: the others answer searches.
    dear_places: Arc<Semaphore>,
    /// How long a search looks.
    search_time: Duration,
    pub(super) metrics: Metrics,
}

impl ServerState {
    pub(super) fn open(
        home: &Home,
        gives_originals: bool,
        watched: Option<WatchedFile>,
        search_time: Duration,
    ) -> Result<ServerState, IndexError> {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let opened = Opened::open(home, gives_originals, watched.as_ref())?;
        let metrics = Metrics::default();
        metrics.opened(&opened.searcher);
        Ok(ServerState {
            home: home.clone(),
            watched: watched.map(Mutex::new),
            current: RwLock::new(Arc::new(opened)),
            places: Arc::new(Semaphore::new(2 * cores)),
            large_places: Arc::new(Semaphore::new((cores / 2).max(1))),
            dear_places: Arc::new(Semaphore::new((cores / 2).max(1))),
            search_time,
            metrics,
        })
    }

    /// The index as it is now. Who has it keeps it, whatever comes later.
    pub(super) fn current(&self) -> Arc<Opened> {
        let current = self.current.read().unwrap_or_else(PoisonError::into_inner);
        current.clone()
    }

    /// Reads the questions that are watched again where their file has changed.
    pub(super) fn look_for_newer_list(&self) {
        let Some(mut file) = self.watched() else {
            return;
        };
        let current = self.current();
        if file.read_again(current.searcher.engine().lexicon()) {
            self.exchange(current.with_list(&file, &self.home));
        }
    }

    fn watched(&self) -> Option<MutexGuard<'_, WatchedFile>> {
        let file = self.watched.as_ref()?.lock();
        Some(file.unwrap_or_else(PoisonError::into_inner))
    }

    fn exchange(&self, opened: Opened) {
        let mut current = self.current.write().unwrap_or_else(PoisonError::into_inner);
        *current = Arc::new(opened);
    }

    /// Opens the index again where there is a newer generation. While it cannot be opened, the old
    /// one is served.
    pub(super) fn look_for_newer(&self) {
        if matches!(self.current().searcher.is_current(), Ok(true) | Err(_)) {
            return;
        }
        let originals = self.current().gives_originals;
        match Opened::open(&self.home, originals, self.watched().as_deref()) {
            Ok(opened) => {
                self.metrics.opened(&opened.searcher);
                opened.read_catalogue_after(&self.current());
                self.exchange(opened);
            }
            Err(error) => log::trouble(&format_args!("the index is newer, but {error}")),
        }
    }

    /// Does work that may take seconds, once for each state of the index and each question. `None`
    /// where it takes longer than `patience`; then it goes on, as long as somebody comes back for it.
    pub(super) async fn dear_work(
        &self,
        opened: &Arc<Opened>,
        question: &str,
        patience: Duration,
        work: impl FnOnce(&Opened) -> Result<Vec<u8>, Problem> + Send + 'static,
    ) -> Option<Result<Arc<Vec<u8>>, Problem>> {
        let of_work = opened.clone();
        let answer = opened
            .dear
            .answer(question, &self.dear_places, patience, move |budget| {
                work(&of_work.within(budget))
            });
        answer.await
    }

    /// What every source says of some topics, read once for each state of the index, whichever sources are
    /// shown and however.
    pub(super) async fn audit(
        &self,
        opened: &Arc<Opened>,
        asked: &AskedAudit,
        patience: Duration,
    ) -> Option<Result<Arc<KeptAudit>, Problem>> {
        let asked = asked.of_all();
        let question = format!("{asked:?}");
        let of_work = opened.clone();
        let read = move |budget: &Budget| {
            let audit = asked.audit(of_work.within(budget).searcher.engine())?;
            Ok(KeptAudit::of(audit, asked.request()))
        };
        let answer = opened
            .audits
            .answer(&question, &self.dear_places, patience, read);
        answer.await
    }

    /// The answer to a question as it was given before, or else what `work` gives, which is kept as long as
    /// there is room and the index is the same.
    pub(super) async fn answer(
        &self,
        effort: Effort,
        question: String,
        work: impl FnOnce(&Opened) -> Result<Vec<u8>, Problem> + Send + 'static,
    ) -> Result<SearchAnswer, Problem> {
        let kept = |opened: &Opened| opened.kept.as_ref()?.get(&question);
        if let Some(body) = kept(&self.current()) {
            return Ok(SearchAnswer {
                body,
                partial: false,
            });
        }
        let done = self.work(effort, move |opened| {
            let body = Bytes::from(work(opened)?);
            let partial = opened.is_cut_short();
            if let Some(kept) = opened.kept.as_ref().filter(|_| !partial) {
                kept.keep(question, &body);
            }
            Ok(SearchAnswer { body, partial })
        });
        done.await
    }

    /// Does work on the index, on a thread of its own, if there is a place within reasonable time. Large work
    /// has few places, so that it is large work that waits for it. Searches look for so long, and
    /// then [are cut short](Opened::is_cut_short); when whoever asked has gone, they end.
    pub(super) async fn work<T: Send + 'static>(
        &self,
        effort: Effort,
        work: impl FnOnce(&Opened) -> Result<T, Problem> + Send + 'static,
    ) -> Result<T, Problem> {
        let places = match effort {
            Effort::Usual => &self.places,
            Effort::Large => &self.large_places,
        };
        let place = tokio::time::timeout(WAITING, places.clone().acquire_owned()).await;
        // The semaphore is never closed.
        let place = place.ok().and_then(Result::ok).ok_or_else(Problem::busy)?;
        let budget = Budget::of(self.search_time);
        let opened = self.current().within(&budget);
        // What waits here is dropped when the connection is closed.
        let _gone = StoppedWhenDropped(budget);
        let work = tokio::task::spawn_blocking(move || {
            let done = work(&opened);
            drop(place);
            done
        });
        match tokio::time::timeout(self.search_time.saturating_add(BEYOND), work).await {
            Ok(Ok(done)) => done,
            Ok(Err(_)) => Err(Problem::fault()),
            Err(_) => Err(Problem::busy()),
        }
    }
}

impl Opened {
    fn open(
        home: &Home,
        gives_originals: bool,
        watched: Option<&WatchedFile>,
    ) -> Result<Opened, IndexError> {
        let searcher = Searcher::of(RelativeSources::of(home.open()?));
        let opened = Opened {
            dear: Arc::default(),
            audits: Arc::default(),
            kept: matches!(home, Home::Folder(_)).then(Arc::default),
            tag: tag_of(&searcher),
            searcher,
            catalogue: Arc::default(),
            gives_originals,
            watched: None,
        };
        Ok(match watched {
            Some(file) => opened.with_list(file, home),
            None => opened,
        })
    }

    /// The same index with another list of questions that are watched. Pages that were kept may name others.
    fn with_list(&self, file: &WatchedFile, home: &Home) -> Opened {
        Opened {
            dear: Arc::default(),
            kept: self.kept.as_ref().map(|_| Arc::default()),
            tag: format!("{}-{}", tag_of(&self.searcher), file.tag()),
            watched: Some(Arc::new(WatchedQuestions::new(file, home.clone()))),
            ..self.clone()
        }
    }

    /// The same, for work within a budget: all that was found out is shared.
    fn within(&self, budget: &Budget) -> Opened {
        Opened {
            searcher: self.searcher.within(budget),
            ..self.clone()
        }
    }

    /// Whether some of the work was over before all passages were looked at: what came of it is not kept.
    pub(super) fn is_cut_short(&self) -> bool {
        self.searcher.engine().budget().is_spent()
    }

    /// The file that a document was read from, where it may be given out.
    pub(super) fn original(&self, source: &str) -> Option<PathBuf> {
        let engine = self.gives_originals.then(|| self.searcher.engine())?;
        engine.original(source)
    }

    /// What there is to search. Where it cannot be read, materials are called by their paths.
    pub(super) fn catalogue(&self) -> &Catalogue {
        self.catalogue.get_or_init(|| {
            // It is kept for all, and is read to its end whoever needs it first.
            let engine = self.searcher.engine().within(&Budget::default());
            let read = Catalogue::read(&*engine);
            read.unwrap_or_else(|error| {
                log::trouble(&error);
                Catalogue::default()
            })
        })
    }

    /// Reads it against what was served before, where that was read.
    fn read_catalogue_after(&self, before: &Opened) {
        let Some(before) = before.catalogue.get() else {
            return;
        };
        match Catalogue::read(self.searcher.engine()) {
            Ok(catalogue) => drop(self.catalogue.set(catalogue.after(before))),
            Err(error) => log::trouble(&error),
        }
    }
}

/// What names a state of an index, for caches.
fn tag_of(searcher: &Searcher) -> String {
    let manifest = searcher.engine().manifest();
    format!(
        "{}-{}-{:x}",
        env!("CARGO_PKG_VERSION"),
        manifest.generation,
        manifest.started
    )
}

/// An audit, and the figures that sources give on the same thing.
pub(super) struct KeptAudit {
    pub(super) audit: Audit,
    request: AuditRequest,
    /// Read when somebody first needs them.
    figures: OnceLock<Vec<FigureGroup>>,
}

impl KeptAudit {
    fn of(audit: Audit, request: AuditRequest) -> KeptAudit {
        KeptAudit {
            audit,
            request,
            figures: OnceLock::new(),
        }
    }

    /// The figures on the topics, side by side.
    pub(super) fn figures(&self, engine: &dyn Engine) -> Result<&[FigureGroup], Problem> {
        if let Some(figures) = self.figures.get() {
            return Ok(figures);
        }
        // Two that ask at once read the same.
        let figures = agreement(engine, &self.request)?;
        Ok(self.figures.get_or_init(|| figures))
    }
}

impl Weighed for KeptAudit {
    fn bytes(&self) -> usize {
        let cells = self.audit.rows.iter().flat_map(|row| &row.cells);
        // Of a sentence, its own bytes and what tells where it stands, about as many.
        let said = |cell: &Cell| -> usize {
            let all = cell.evidence();
            all.map(|one| 2 * one.sentence.len() + size_of::<Evidence>())
                .sum()
        };
        cells.map(|cell| size_of::<Cell>() + said(cell)).sum()
    }
}

/// What was answered.
pub(super) struct SearchAnswer {
    pub(super) body: Bytes,
    /// Whether it is of a search that was cut short.
    partial: bool,
}

impl SearchAnswer {
    /// The answer as it is sent. Of what is partial nobody keeps a copy: there may be more the next time.
    pub(super) fn of_kind(self, kind: &'static str) -> Response {
        let response = ([(header::CONTENT_TYPE, kind)], self.body).into_response();
        not_kept_if(self.partial, response)
    }
}

/// Forbids that an answer is kept, where it is partial.
pub(super) fn not_kept_if(partial: bool, mut response: Response) -> Response {
    if partial {
        let headers = response.headers_mut();
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
    response
}

/// Stops work that nobody waits for any more.
struct StoppedWhenDropped(Budget);

impl Drop for StoppedWhenDropped {
    fn drop(&mut self) {
        self.0.stop();
    }
}

/// What is waited for before and after a search is no longer than a connection may stand still.
const _: () =
    assert!(WAITING.as_secs() + LONGEST_SEARCH.as_secs() + BEYOND.as_secs() < STILL.as_secs(),);

/// Which answer this is: that of an address, in an encoding, of a state of the index.
struct AnswerTag(String);

/// The encodings in which an answer may be sent, by the ends of their tags.
const ENCODINGS: [&str; 3] = ["", "-gzip", "-br"];

impl AnswerTag {
    fn of(opened: &Opened, request: &Request) -> AnswerTag {
        let address = request.uri().path_and_query();
        let address = address.map_or("/", |address| address.as_str());
        let hash = blake3::hash(address.as_bytes()).to_hex();
        AnswerTag(format!("{}-{}", opened.tag, &hash[..16]))
    }

    fn header(&self, encoding: &str) -> Option<HeaderValue> {
        HeaderValue::from_str(&format!("W/\"{}{encoding}\"", self.0)).ok()
    }

    /// The tag among those of a header that is one of this answer, in whatever encoding.
    fn known(&self, headers: &HeaderMap) -> Option<HeaderValue> {
        let given = headers.get_all(header::IF_NONE_MATCH).iter();
        let given: Vec<&str> = given.filter_map(|value| value.to_str().ok()).collect();
        let mut tags = given.iter().flat_map(|list| list.split(','));
        let encoding = tags.find_map(|tag| {
            let tag = tag.trim().trim_start_matches("W/").trim_matches('"');
            let end = tag.strip_prefix(self.0.as_str())?;
            ENCODINGS.into_iter().find(|encoding| *encoding == end)
        });
        self.header(encoding?)
    }
}

/// What is asked for again is not sent again while the index is the same.
pub(super) async fn unless_known(
    Extracted(state): Extracted<Arc<ServerState>>,
    request: Request,
    next: Next,
) -> Response {
    let tag = AnswerTag::of(&state.current(), &request);
    let reads = request.method() == Method::GET || request.method() == Method::HEAD;
    let path = request.uri().path();
    let follows_index = !matches!(path, "/healthz" | "/metrics") && !path.starts_with(ORIGINALS);
    if !(reads && follows_index) {
        return next.run(request).await;
    }
    let not_modified = |tag: Option<HeaderValue>| {
        let mut response = StatusCode::NOT_MODIFIED.into_response();
        let headers = response.headers_mut();
        headers.extend(tag.map(|tag| (header::ETAG, tag)));
        headers.insert(header::CACHE_CONTROL, REVALIDATE);
        response
    };
    if let Some(known) = tag.known(request.headers()) {
        return not_modified(Some(known));
    }
    // Whatever there is, is known; whether there is anything has to be asked.
    let any = request.headers().get(header::IF_NONE_MATCH);
    let any = any.is_some_and(|value| value.as_bytes().trim_ascii() == b"*");
    let mut response = next.run(request).await;
    if response.status() != StatusCode::OK {
        return response;
    }
    // Written by whoever answered, where the index changed in between: never older than the tag says.
    let encoding = match response.headers().get(header::CONTENT_ENCODING) {
        Some(encoding) if encoding == "br" => "-br",
        Some(encoding) if encoding == "gzip" => "-gzip",
        _ => "",
    };
    let is_kept = response
        .headers()
        .get(header::CACHE_CONTROL)
        .is_none_or(|value| value != "no-store");
    if !is_kept {
        return response;
    }
    let tag = tag.header(encoding);
    if any {
        return not_modified(tag);
    }
    let headers = response.headers_mut();
    headers.extend(tag.map(|tag| (header::ETAG, tag)));
    headers.insert(header::CACHE_CONTROL, REVALIDATE);
    response
}

/// Caches have to ask whether what they have is still so.
const REVALIDATE: HeaderValue = HeaderValue::from_static("no-cache");

#[cfg(test)]
mod tests {
    use super::*;
    use crate::index::Sources;

    #[test]
    fn the_work_of_whoever_has_gone_ends() {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        std::fs::write(folder.path().join("a.txt"), "Gout\n\nIt hurts.\n").expect("written");
        let home = Home::Folder(folder.path().join("index"));
        home.build(&Sources::of([folder.path().join("a.txt")]), &mut |_| {})
            .expect("it can be built");
        let hours = Duration::from_secs(36_000);
        let state = ServerState::open(&home, true, None, hours).expect("it can be opened");
        let (ended, hears) = std::sync::mpsc::channel();
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .enable_all()
            .build();
        runtime.expect("a runtime can be made").block_on(async {
            let work = state.work(Effort::Usual, move |opened| {
                while opened.searcher.engine().budget().goes_on() {
                    std::thread::sleep(Duration::from_millis(1));
                }
                Ok(ended.send(opened.is_cut_short()))
            });
            // As when a connection is closed, the future is dropped.
            let gone = tokio::time::timeout(Duration::from_millis(50), work).await;
            assert!(gone.is_err());
            assert_eq!(hears.recv_timeout(Duration::from_secs(60)), Ok(true));
        });
    }
}
