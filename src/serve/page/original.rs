//! The files that documents were read from, as they are.
//!
//! Only what is in the index and within what was indexed is given out. A file is somebody else's page: it may
//! run nothing, and reach nothing of ours.

use std::path::Path as FilePath;
use std::sync::Arc;

use axum::extract::{Path, Request, State as Extracted};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use tower_http::services::ServeFile;

use super::shell::wrong;
use super::{encoded, in_path};
use crate::index::{StoredPassage, WholeDocument};
use crate::serve::base::Verbatim;
use crate::serve::problem::Problem;
use crate::serve::state::{Effort, ORIGINALS, Opened, ServerState};

/// So many words of a passage are looked for in a page.
const FRAGMENT_WORDS: usize = 8;
/// Pages and pictures: nothing runs, nothing is fetched.
const SANDBOX: &str =
    "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'none'";
/// What shows a PDF in a browser does not work in a sandbox, and runs nothing of it.
const VIEWER: &str = "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data:; \
    object-src 'self'; frame-ancestors 'none'";

/// How a browser takes a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum FileView {
    Pdf,
    Page,
    /// Plain text.
    Text,
    /// By another program.
    Elsewhere,
}

impl FileView {
    fn of(source: &str) -> FileView {
        let extension = FilePath::new(source).extension();
        let extension = extension.map(|text| text.to_string_lossy().to_lowercase());
        match extension.as_deref() {
            Some("pdf") => FileView::Pdf,
            Some("html" | "htm" | "xhtml") => FileView::Page,
            Some("txt" | "text" | "md" | "markdown" | "csv" | "tsv") => FileView::Text,
            _ => FileView::Elsewhere,
        }
    }
}

/// Gives out the file of a document.
pub(in crate::serve) async fn original(
    Extracted(state): Extracted<Arc<ServerState>>,
    Path(source): Path<String>,
    request: Request,
) -> Response {
    let asked = source.clone();
    let file = state.work(Effort::Usual, move |opened| {
        let engine = opened.searcher.engine();
        let nothing = || Problem::nothing(format!("There is no file of {source} to be had."));
        // Nothing is given out that cannot be found.
        engine.document(&source)?.ok_or_else(nothing)?;
        opened.original(&source).ok_or_else(nothing)
    });
    let file = match file.await {
        Ok(file) => file,
        Err(problem) => return wrong(&problem, ""),
    };
    match ServeFile::new(&file).try_call(request).await {
        Ok(found) if found.status() == StatusCode::NOT_FOUND => {
            wrong(&Problem::nothing("The file has gone."), "")
        }
        Ok(found) => as_it_is(found.into_response(), &asked),
        Err(_) => wrong(&Problem::nothing("The file cannot be read."), ""),
    }
}

/// An answer that a browser shows by itself, or hands on.
fn as_it_is(mut response: Response, source: &str) -> Response {
    let shown = FileView::of(source);
    let headers = response.headers_mut();
    let policy = match shown {
        FileView::Pdf => VIEWER,
        _ => SANDBOX,
    };
    headers.insert(
        header::CONTENT_SECURITY_POLICY,
        HeaderValue::from_static(policy),
    );
    if shown == FileView::Text {
        let text = HeaderValue::from_static("text/plain; charset=utf-8");
        headers.insert(header::CONTENT_TYPE, text);
    }
    if shown == FileView::Elsewhere {
        let name = source.rsplit('/').next().unwrap_or(source);
        let name = encoded(name);
        let attached = format!("attachment; filename*=UTF-8''{name}");
        if let Ok(attached) = HeaderValue::from_str(&attached) {
            headers.insert(header::CONTENT_DISPOSITION, attached);
        }
    }
    response.extensions_mut().insert(Verbatim);
    response
}

/// Where the file of a document is to be had, opened at a passage where its kind allows it; `None` where there is
/// no such file.
pub(super) fn link(
    opened: &Opened,
    document: &WholeDocument,
    at: Option<&StoredPassage>,
) -> Option<String> {
    let source = &document.source;
    let path = in_path(source)?;
    opened.original(source)?;
    let place = at.and_then(|passage| match FileView::of(source) {
        FileView::Pdf => passage.pages.map(|(first, _)| format!("#page={first}")),
        FileView::Page => fragment(passage),
        FileView::Text | FileView::Elsewhere => None,
    });
    let place = place.unwrap_or_default();
    Some(format!("{ORIGINALS}{path}{place}"))
}

/// The first words of a passage as a text fragment (WICG, "URL Fragment Text Directives", 2023).
fn fragment(passage: &StoredPassage) -> Option<String> {
    let first = passage.units.0.first()?;
    let sentence = passage.text.get(first.bytes.clone())?;
    let words: Vec<&str> = sentence.split_whitespace().take(FRAGMENT_WORDS).collect();
    let words = words.join(" ");
    // A hyphen has a meaning there.
    let words = encoded(&words).replace('-', "%2D");
    (!words.is_empty()).then(|| format!("#:~:text={words}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_browser_does_with_a_file_is_told_by_its_name() {
        for (source, shown) in [
            ("a/b.pdf", FileView::Pdf),
            ("a.HTM", FileView::Page),
            ("a.md", FileView::Text),
            ("a.docx", FileView::Elsewhere),
            ("a.svg", FileView::Elsewhere),
            ("a", FileView::Elsewhere),
        ] {
            assert_eq!(FileView::of(source), shown, "{source}");
        }
    }
}
