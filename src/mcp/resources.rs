//! Documents and passages under addresses of their own, for clients that attach what they read.

use percent_encoding::{NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use rmcp::model::{
    ErrorData, ListResourcesResult, ReadResourceResult, Resource, ResourceContents,
    ResourceTemplate,
};

use super::unreadable;
use crate::cite::{Citation, passage_named};
use crate::search::{SearchError, Searcher};

const DOCUMENTS: &str = "palpate://documents/";
const PASSAGES: &str = "palpate://passages/";
const PLAIN: &str = "text/plain";
/// Documents listed at once.
const LISTED: usize = 200;

/// The documents after one, in the order of their paths.
pub(super) fn list(
    searcher: &Searcher,
    after: Option<&str>,
) -> Result<ListResourcesResult, SearchError> {
    let mut sources = searcher.engine().sources(after, LISTED + 1)?;
    let more = sources.len() > LISTED;
    sources.truncate(LISTED);
    let resources = sources.iter().map(|source| {
        let address = utf8_percent_encode(source, NON_ALPHANUMERIC);
        Resource::new(format!("{DOCUMENTS}{address}"), source).with_mime_type(PLAIN)
    });
    let mut listed = ListResourcesResult::with_all_items(resources.collect());
    listed.next_cursor = sources.pop().filter(|_| more);
    Ok(listed)
}

/// How the addresses are made.
pub(super) fn templates() -> Vec<ResourceTemplate> {
    vec![
        ResourceTemplate::new(format!("{DOCUMENTS}{{source}}"), "document")
            .with_description("A document as it was indexed, by its percent-encoded path")
            .with_mime_type(PLAIN),
        ResourceTemplate::new(format!("{PASSAGES}{{id}}"), "passage")
            .with_description("A passage as a citation, by its id")
            .with_mime_type(PLAIN),
    ]
}

/// What is at an address.
pub(super) fn read(searcher: &Searcher, address: &str) -> Result<ReadResourceResult, ErrorData> {
    let engine = searcher.engine();
    let decoded = |encoded: &str| percent_decode_str(encoded).decode_utf8_lossy().into_owned();
    let text = if let Some(source) = address.strip_prefix(DOCUMENTS) {
        engine
            .document(&decoded(source))
            .map(|found| found.map(|document| document.text))
    } else if let Some(id) = address.strip_prefix(PASSAGES) {
        passage_named(engine, &decoded(id))
            .map(|found| found.map(|passage| Citation::of(engine, &passage).block()))
    } else {
        Ok(None)
    };
    match text.map_err(|error| unreadable(&error.into()))? {
        Some(text) => {
            let contents = ResourceContents::text(text, address).with_mime_type(PLAIN);
            Ok(ReadResourceResult::new(vec![contents]))
        }
        None => {
            let nothing = format!("there is nothing at {address}");
            Err(ErrorData::resource_not_found(nothing, None))
        }
    }
}
