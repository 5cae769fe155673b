//! A document, whole, opened at a passage: with the other hits in it marked.

use std::ops::Range;
use std::sync::Arc;

use axum::extract::{Path, RawQuery, State as Extracted};
use axum::response::{Html, IntoResponse, Response};
use maud::{Markup, html};

use super::shell::{shell, wrong};
use super::warning::{Warning, kinds, warned};
use super::{amount, copy_button, elsewhere, original, passage_link, place};
use crate::document::{Block, BlockKind, trim_range};
use crate::index::{SourceFilter, StoredPassage, WholeDocument};
use crate::search::Request;
use crate::serve::asked::{AskedDocument, AskedSearch};
use crate::serve::catalogue::Catalogue;
use crate::serve::problem::Problem;
use crate::serve::state::{Effort, Opened, ServerState, not_kept_if};

/// Hits that are marked in a document.
const HITS: usize = 100;

/// Opens the document of a passage: a link that holds as long as the text of the passage does.
pub(in crate::serve) async fn passage(
    Extracted(state): Extracted<Arc<ServerState>>,
    Path(id): Path<String>,
) -> Response {
    let found = state.work(Effort::Usual, move |opened| {
        Ok(opened.searcher.engine().passage(&id)?)
    });
    match found.await {
        Ok(Some(passage)) => elsewhere(&passage_link(&passage, "")),
        Ok(None) => {
            let gone = "This passage is not in the materials as they are now: its text has changed \
                since, or its document is gone.";
            wrong(&Problem::nothing(gone), "")
        }
        Err(problem) => wrong(&problem, ""),
    }
}

/// The document that a parameter names.
pub(in crate::serve) async fn document_named(
    Extracted(state): Extracted<Arc<ServerState>>,
    RawQuery(address): RawQuery,
) -> Response {
    match AskedDocument::named(address.as_deref()) {
        Some(source) => opened_at(&state, source, address.as_deref()).await,
        None => wrong(&Problem::bad("“source” names the document"), ""),
    }
}

pub(in crate::serve) async fn document(
    Extracted(state): Extracted<Arc<ServerState>>,
    Path(source): Path<String>,
    RawQuery(address): RawQuery,
) -> Response {
    opened_at(&state, source, address.as_deref()).await
}

/// A document, as an address asks for it.
async fn opened_at(state: &ServerState, source: String, address: Option<&str>) -> Response {
    let asked = match AskedDocument::read(address) {
        Ok(asked) => asked,
        Err(problem) => return wrong(&problem, ""),
    };
    let query = asked.query.clone();
    // Its hits are searched for, whatever the query.
    let searched = AskedSearch {
        query: query.clone(),
        ..AskedSearch::default()
    };
    let made = state.work(searched.effort(), move |opened| {
        let document = opened.searcher.engine().document(&source)?;
        let nothing = || Problem::nothing(format!("There is no document {source} in the index."));
        let document = document.ok_or_else(nothing)?;
        let title = document.title.clone();
        let view = DocumentView::new(opened, document, asked)?;
        Ok((title, view.page(opened.catalogue()), view.partial))
    });
    match made.await {
        Ok((title, body, partial)) => {
            let page = Html(shell(&title, &query, &body).into_string());
            not_kept_if(partial, page.into_response())
        }
        Err(problem) => wrong(&problem, &query),
    }
}

/// A document as it is read for a query.
struct DocumentView {
    document: WholeDocument,
    query: String,
    /// The passage that was asked for.
    wanted: Option<String>,
    /// Whether there may be more hits than were found.
    partial: bool,
    /// Whether each passage is a hit.
    hits: Vec<bool>,
    /// Where the words of the query stand in each block.
    marks: Vec<Vec<Range<usize>>>,
    /// Where its file is to be had.
    original: Option<String>,
}

/// Headings from which on a document has contents.
const HEADINGS: usize = 3;

impl DocumentView {
    fn new(
        opened: &Opened,
        document: WholeDocument,
        asked: AskedDocument,
    ) -> Result<DocumentView, Problem> {
        let AskedDocument {
            query,
            passage: wanted,
        } = asked;
        let searches = !query.trim().is_empty();
        let found = match searches {
            true => hits(opened, &document, &query)?,
            false => Vec::new(),
        };
        let is_hit = |passage: &StoredPassage| found.iter().any(|id| id == passage.id.as_str());
        let texts = document
            .blocks
            .iter()
            .map(|block| document.slice(&block.bytes));
        let marks = match searches {
            true => opened.searcher.marks(&query, texts)?,
            false => vec![Vec::new(); document.blocks.len()],
        };
        let named = |passage: &&StoredPassage| {
            let id = passage.id.as_str();
            wanted.as_deref() == Some(id) || (wanted.is_none() && is_hit(passage))
        };
        let at = document.passages.iter().find(named);
        let original = original::link(opened, &document, at);
        Ok(DocumentView {
            original,
            partial: opened.is_cut_short(),
            hits: document.passages.iter().map(is_hit).collect(),
            document,
            query,
            wanted,
            marks,
        })
    }

    fn page(&self, catalogue: &Catalogue) -> Markup {
        let asked = AskedSearch {
            query: self.query.clone(),
            ..AskedSearch::default()
        };
        html! {
            div.reading {
                (self.contents())
                article.document {
                    header {
                        h1 { (self.document.title) }
                        p.where {
                            cite { (catalogue.path(&self.document.source)) }
                            @if let Some(original) = &self.original {
                                " · " a href=(original) { "Original file" }
                            }
                        }
                        @if !self.query.is_empty() {
                            p { a href=(asked.link()) { "← All results for “" (self.query) "”" } }
                        }
                        (self.hits_here())
                        (self.missing())
                    }
                    (self.text(catalogue))
                }
            }
        }
    }

    /// The headings, as links.
    fn contents(&self) -> Markup {
        let blocks = self.document.blocks.iter().enumerate();
        let headings: Vec<(usize, &Block)> = blocks
            .filter(|(_, block)| is_heading(block) && !self.is_title(block))
            .collect();
        html! {
            @if headings.len() >= HEADINGS {
                nav.contents aria-label="Contents" {
                    details {
                        summary { "Contents" }
                        ol {
                            @for (at, block) in headings {
                                li class={ "level" (level(block)) } {
                                    a href={ "#h" (at) } { (self.document.slice(&block.bytes).trim()) }
                                }
                            }
                        }
                    }
                }
            }
        }
    }

    /// Whether a block is the title, which stands above all of it.
    fn is_title(&self, block: &Block) -> bool {
        matches!(block.kind, BlockKind::Heading { level: 1 })
            && self.document.slice(&block.bytes).trim() == self.document.title
    }

    /// The hits in this document, to go from one to the next.
    fn hits_here(&self) -> Markup {
        let passages = self.document.passages.iter().zip(&self.hits);
        let hits: Vec<&StoredPassage> = passages.filter(|(_, hit)| **hit).map(|(p, _)| p).collect();
        html! {
            @if self.partial {
                p.note { "Not all of it was looked at in the time that a search has: there may be more hits." }
            }
            @if !hits.is_empty() {
                nav.hits-here aria-label="Hits in this document" {
                    span { (amount(hits.len(), "hit")) " in this document: " }
                    @for (n, passage) in hits.iter().enumerate() {
                        a href=(format!("#{}", passage.id)) { (n + 1) span.hidden { ", " (place(passage)) } }
                    }
                    span.quiet.keys hidden { kbd { "n" } " next, " kbd { "p" } " previous" }
                }
            }
        }
    }

    /// That the passage that was asked for is not there any more.
    fn missing(&self) -> Markup {
        let is_here = |wanted: &String| {
            let mut passages = self.document.passages.iter();
            passages.any(|passage| passage.id.as_str() == wanted)
        };
        html! {
            @if self.wanted.as_ref().is_some_and(|wanted| !is_here(wanted)) {
                p.note role="alert" {
                    "The passage that this link was made for is not in the document as it is now: "
                    "its text has changed since."
                }
            }
        }
    }

    /// The blocks, those of a passage together.
    fn text(&self, catalogue: &Catalogue) -> Markup {
        let blocks = self.document.blocks.iter().zip(&self.marks);
        let mut blocks = blocks.enumerate().peekable();
        let mut passages = self.document.passages.iter().zip(&self.hits).peekable();
        html! {
            @while let Some((at, (block, marks))) = blocks.next() {
                @let start = trim_range(&self.document.text, block.bytes.clone()).start;
                @if let Some((passage, hit)) = passages.next_if(|(passage, _)| passage.bytes.0 <= start) {
                    @let wanted = self.wanted.as_deref() == Some(passage.id.as_str());
                    section.passage .hit[*hit] .wanted[wanted] id=(passage.id) aria-label=(place(passage)) tabindex="-1" {
                        a.place href=(format!("#{}", passage.id)) aria-label=(format!("Link to {}", place(passage))) { (place(passage)) }
                        @let warned = match *hit || wanted {
                            true => warned(passage),
                            false => Vec::new(),
                        };
                        @let warned = Warned { start: passage.bytes.0, sentences: &warned };
                        (self.block(at, block, marks, warned))
                        @while let Some((at, (block, marks))) = blocks.next_if(|(_, (block, _))| block.bytes.start < passage.bytes.1) {
                            (self.block(at, block, marks, warned))
                        }
                        @if *hit || wanted {
                            p.said { @for kind in kinds(passage) { (kind.label()) " " } (copy_button(catalogue, passage)) }
                        }
                    }
                } @else {
                    (self.block(at, block, marks, Warned::default()))
                }
            }
        }
    }

    fn block(
        &self,
        at: usize,
        block: &Block,
        marks: &[Range<usize>],
        warned: Warned<'_>,
    ) -> Markup {
        let text = self.shown(block, marks, warned);
        let id = format!("h{at}");
        html! {
            @match block.kind {
                _ if self.is_title(block) => {}
                BlockKind::Heading { .. } | BlockKind::Question { .. } => {
                    @match level(block) {
                        2 => { h2 id=(id) { (text) } }
                        3 => { h3 id=(id) { (text) } }
                        _ => { h4 id=(id) { (text) } }
                    }
                }
                BlockKind::Paragraph | BlockKind::Margin => { p { (text) } }
                BlockKind::ListItem { .. } => { p.item { (text) } }
                BlockKind::TableHeader => { p.row.head { (text) } }
                BlockKind::TableRow => { p.row { (text) } }
                BlockKind::Furniture => { p.furniture { (text) } }
            }
        }
    }

    /// The text of a block, with what was searched for marked, and the sentences that warn.
    fn shown(&self, block: &Block, marks: &[Range<usize>], warned: Warned<'_>) -> Markup {
        let text = self.document.slice(&block.bytes);
        let inner = trim_range(text, 0..text.len());
        let sentences = warned.within(&block.bytes, &inner);
        let starts = std::iter::once(inner.start).chain(sentences.iter().map(|(s, _)| s.end));
        html! {
            @for (n, start) in starts.enumerate() {
                @let next = sentences.get(n);
                (marked(text, start..next.map_or(inner.end, |(sentence, _)| sentence.start), marks))
                @if let Some((sentence, kind)) = next {
                    span class={ "warns " (kind.name()) } title=(kind.word()) { (marked(text, sentence.clone(), marks)) }
                }
            }
        }
    }
}

/// The sentences of a passage that warn, and where its text begins.
#[derive(Clone, Copy, Default)]
struct Warned<'p> {
    start: usize,
    sentences: &'p [(Range<usize>, Warning)],
}

impl Warned<'_> {
    /// Those in a block, in bytes of it, as far as they stand in its text.
    fn within(&self, block: &Range<usize>, inner: &Range<usize>) -> Vec<(Range<usize>, Warning)> {
        let in_block = |at: usize| (self.start + at).saturating_sub(block.start);
        let clipped = self.sentences.iter().map(|(bytes, kind)| {
            let start = in_block(bytes.start).max(inner.start);
            (start..in_block(bytes.end).min(inner.end), *kind)
        });
        clipped.filter(|(bytes, _)| !bytes.is_empty()).collect()
    }
}

/// Some of a text, with the marks that stand in it.
fn marked(text: &str, within: Range<usize>, marks: &[Range<usize>]) -> Markup {
    let mut at = within.start;
    let mut parts = Vec::new();
    for mark in marks {
        let (start, end) = (mark.start.max(at), mark.end.min(within.end));
        if start < end {
            parts.push((&text[at..start], &text[start..end]));
            at = end;
        }
    }
    html! {
        @for (before, mark) in parts { (before) mark { (mark) } }
        (text[at..within.end])
    }
}

fn is_heading(block: &Block) -> bool {
    matches!(
        block.kind,
        BlockKind::Heading { .. } | BlockKind::Question { .. }
    )
}

/// The level of a heading on the page, on which the title is the first.
fn level(block: &Block) -> u8 {
    match block.kind {
        BlockKind::Heading { level } | BlockKind::Question { level } => level.clamp(2, 4),
        _ => 4,
    }
}

/// The passages of a document that a query finds.
fn hits(opened: &Opened, document: &WholeDocument, query: &str) -> Result<Vec<String>, Problem> {
    let request = Request {
        limit: HITS,
        source: Some(SourceFilter::Exact(document.source.clone())),
        ..Request::new(query)
    };
    let results = opened.searcher.search(&request)?;
    let hits = results.hits.into_iter();
    Ok(hits.map(|hit| hit.passage.id.to_string()).collect())
}
