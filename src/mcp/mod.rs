//! # The assistant's door
//!
//! Search, passages, documents, the audit and the check of citations as tools of the Model Context
//! Protocol (<https://modelcontextprotocol.io>), by which a language model asks for what it does not
//! know. The protocol is the business of its official SDK, `rmcp`; here is what is asked and answered.
//!
//! * `tools` says which tools there are, and with which arguments,
//! * `answer` does what they ask, and writes the answers,
//! * `resources` gives whole documents under addresses of their own,
//! * this file keeps the index open, exchanges it when there is a newer one, and speaks the protocol on
//!   standard input and output.
//!
//! Two rules hold for every answer. What is quoted is quoted as a citation that `palpate verify` accepts, so
//! that whoever reads what a model has made of it can check each of them. And what is not there is said:
//! in how many sources nothing was found, by name where they are few, so that a model cannot take silence
//! for safety.

mod answer;
mod resources;
mod tools;

use std::sync::{Arc, Mutex, PoisonError};

use rmcp::model::{
    CallToolRequestParams, CallToolResponse, CallToolResult, ContentBlock, ErrorData,
    Implementation, ListResourceTemplatesResult, ListResourcesResult, ListToolsResult,
    PaginatedRequestParams, ReadResourceRequestParams, ReadResourceResponse, ServerCapabilities,
    ServerConfig,
};
use rmcp::service::RequestContext;
use rmcp::transport::stdio;
use rmcp::{RoleServer, ServerHandler, ServiceExt};

use crate::index::{Home, IndexError};
use crate::search::{SearchError, Searcher};

/// What a model is told of this server before anything else.
const INSTRUCTIONS: &str = "Searches clinical documents of an organisation, passage by passage. Quote only \
    what the tools return, keep each [palpate citation …] block whole, as it is checked later with the \
    tool verify. Silence is not safety: a source in which nothing was found says nothing about a risk, \
    neither that there is one nor that there is none; say so. Use audit to learn what every source says \
    of a condition, technique or risk, and which are silent.";

/// Why the tools could not be offered.
#[derive(Debug, thiserror::Error)]
pub enum AssistantError {
    #[error(transparent)]
    Index(#[from] IndexError),
    #[error("cannot start: {0}")]
    Start(std::io::Error),
    #[error("whoever is at the other end does not speak the Model Context Protocol: {0}")]
    Protocol(String),
}

/// Answers on standard input and output until whoever asks is gone.
pub fn serve(home: &Home) -> Result<(), AssistantError> {
    let assistant = Assistant {
        shared: Arc::new(Shared {
            searcher: Mutex::new(Searcher::open(home)?),
            home: home.clone(),
        }),
    };
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .map_err(AssistantError::Start)?;
    let ended = runtime.block_on(async {
        let protocol = |error: &dyn std::fmt::Display| AssistantError::Protocol(error.to_string());
        let service = assistant.serve(stdio()).await;
        let service = service.map_err(|error| protocol(&error))?;
        service.waiting().await.map_err(|error| protocol(&error))
    });
    // Whoever asked may have gone in the middle of a line.
    runtime.shutdown_background();
    ended.map(|_| ())
}

/// The index that is asked.
struct Shared {
    searcher: Mutex<Searcher>,
    home: Home,
}

impl Shared {
    /// The index as it is now: opened again where there is a newer one. While that cannot be opened, it
    /// is the old one.
    fn current(&self) -> Searcher {
        let mut searcher = self.searcher.lock().unwrap_or_else(PoisonError::into_inner);
        if matches!(searcher.is_current(), Ok(false)) {
            match Searcher::open(&self.home) {
                Ok(newer) => *searcher = newer,
                Err(error) => eprintln!("palpate: the index is newer, but {error}"),
            }
        }
        searcher.clone()
    }
}

/// Speaks the protocol.
#[derive(Clone)]
struct Assistant {
    shared: Arc<Shared>,
}

impl Assistant {
    /// Does work on the index, on a thread that is for work.
    async fn work<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Searcher) -> T + Send + 'static,
    ) -> Result<T, ErrorData> {
        let shared = self.shared.clone();
        let work = tokio::task::spawn_blocking(move || work(&shared.current()));
        // A panic is a fault of palpate; the next question may do better.
        work.await
            .map_err(|_| ErrorData::internal_error("this is a fault of palpate", None))
    }
}

impl ServerHandler for Assistant {
    fn get_info(&self) -> ServerConfig {
        let capabilities = ServerCapabilities::builder()
            .enable_tools()
            .enable_resources()
            .build();
        ServerConfig::new(capabilities)
            .with_server_info(Implementation::new("palpate", env!("CARGO_PKG_VERSION")))
            .with_instructions(INSTRUCTIONS)
    }

    async fn list_tools(
        &self,
        _: Option<PaginatedRequestParams>,
        _: RequestContext<RoleServer>,
    ) -> Result<ListToolsResult, ErrorData> {
        Ok(ListToolsResult::with_all_items(tools::all()))
    }

    async fn call_tool(
        &self,
        request: CallToolRequestParams,
        _: RequestContext<RoleServer>,
    ) -> Result<CallToolResponse, ErrorData> {
        let arguments = request.arguments.unwrap_or_default();
        let asked = tools::ToolCall::read(&request.name, arguments);
        let answered = match asked {
            Ok(asked) => {
                self.work(move |searcher| answer::answer(searcher, &asked))
                    .await?
            }
            Err(wrong) => Err(wrong.0),
        };
        // What is wrong with a question is for the model to read, and to ask again.
        let result = match answered {
            Ok(text) => CallToolResult::success(vec![ContentBlock::text(text)]),
            Err(wrong) => CallToolResult::error(vec![ContentBlock::text(wrong)]),
        };
        Ok(result.into())
    }

    async fn list_resources(
        &self,
        request: Option<PaginatedRequestParams>,
        _: RequestContext<RoleServer>,
    ) -> Result<ListResourcesResult, ErrorData> {
        let after = request.and_then(|request| request.cursor);
        self.work(move |searcher| resources::list(searcher, after.as_deref()))
            .await?
            .map_err(|error| unreadable(&error))
    }

    async fn list_resource_templates(
        &self,
        _: Option<PaginatedRequestParams>,
        _: RequestContext<RoleServer>,
    ) -> Result<ListResourceTemplatesResult, ErrorData> {
        Ok(ListResourceTemplatesResult::with_all_items(
            resources::templates(),
        ))
    }

    async fn read_resource(
        &self,
        request: ReadResourceRequestParams,
        _: RequestContext<RoleServer>,
    ) -> Result<ReadResourceResponse, ErrorData> {
        self.work(move |searcher| resources::read(searcher, &request.uri))
            .await?
            .map(Into::into)
    }
}

/// Whoever runs the program hears all of it.
fn unreadable(error: &SearchError) -> ErrorData {
    eprintln!("palpate: {error}");
    ErrorData::internal_error("the index cannot be read", None)
}
