//! Books (EPUB): web pages in a ZIP archive, in the order of the book's spine.
//!
//! Each page is a document of its own, read as [`Html`](super::html) is, and cited by its lines:
//! `book.epub#text/chapter1.xhtml`. Pages without words, and the book's own list of its pages, are none.

use super::HTML;
use super::package::{Package, broken};
use super::signature;
use super::xml::{XmlToken, attribute, parse};
use crate::document::{Allowance, Document, Part, ReadError, Reader};

/// Reader for books.
pub(super) struct Epub;

pub(super) static EPUB: Epub = Epub;

const FORMAT: &str = "EPUB";
const CONTAINER: &str = "META-INF/container.xml";

impl Reader for Epub {
    fn name(&self) -> &'static str {
        FORMAT
    }

    fn extensions(&self) -> &'static [&'static str] {
        &["epub"]
    }

    fn recognises(&self, head: &[u8], _: &[u8]) -> bool {
        signature::is_epub(head)
    }

    fn read(
        &self,
        source: &str,
        Part { bytes, .. }: Part,
        allowance: &Allowance,
        sink: &mut dyn FnMut(Document),
    ) -> Result<(), ReadError> {
        let mut package = Package::open(FORMAT, bytes, allowance)?;
        let book = root(&mut package, allowance)?;
        let mut failed = None;
        for page in spine(&mut package, &book, allowance)? {
            let Some(text) = package.part(&page)? else {
                failed = Some(broken(FORMAT, format!("there is no {page} in it")));
                continue;
            };
            let mut with_words = |document: Document| {
                if !document.blocks().is_empty() {
                    sink(document);
                }
            };
            let part = Part::whole(text);
            let read = HTML.read(
                &format!("{source}#{page}"),
                part,
                allowance,
                &mut with_words,
            );
            failed = read.err().or(failed);
        }
        failed.map_or(Ok(()), Err)
    }
}

/// The part that describes the book.
fn root(package: &mut Package<'_>, allowance: &Allowance) -> Result<String, ReadError> {
    let xml = package
        .part(CONTAINER)?
        .ok_or_else(|| broken(FORMAT, format!("there is no {CONTAINER} in it")))?;
    let mut root = None;
    parse(FORMAT, &xml, allowance, |token| {
        if let XmlToken::Start("rootfile", element) = token {
            root = root.take().or_else(|| attribute(element, "full-path"));
        }
    })?;
    root.ok_or_else(|| broken(FORMAT, "it does not say where its pages are"))
}

/// The pages of a book, in order.
fn spine(
    package: &mut Package<'_>,
    book: &str,
    allowance: &Allowance,
) -> Result<Vec<String>, ReadError> {
    let xml = package
        .part(book)?
        .ok_or_else(|| broken(FORMAT, format!("there is no {book} in it")))?;
    let folder = book.rsplit_once('/').map_or("", |(folder, _)| folder);
    let (mut items, mut order) = (Vec::new(), Vec::new());
    parse(FORMAT, &xml, allowance, |token| match token {
        XmlToken::Start("item", element) => {
            let is_list = attribute(element, "properties").is_some_and(|p| p.contains("nav"));
            if let (Some(id), Some(path), false) = (
                attribute(element, "id"),
                attribute(element, "href"),
                is_list,
            ) {
                items.push((id, path));
            }
        }
        XmlToken::Start("itemref", element) => order.extend(attribute(element, "idref")),
        _ => {}
    })?;
    let path = |id: &String| {
        items
            .iter()
            .find(|(known, _)| known == id)
            .map(|(_, path)| path)
    };
    let pages = order.iter().filter_map(path).map(|path| {
        let path = percent_encoding::percent_decode_str(path).decode_utf8_lossy();
        match folder {
            "" => path.into_owned(),
            folder => format!("{folder}/{path}"),
        }
    });
    Ok(pages.collect())
}
