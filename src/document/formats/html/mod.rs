//! HTML, parsed by `html5ever` as browsers parse it.
//!
//! The main text is what counts: headings, paragraphs, lists, and tables with their header rows.
//! Scripts and styles are no text. Navigation, footers, controls and what the page hides are kept
//! as furniture, and so are what surely stands around the text ([`clutter`]) and what is outside of the
//! part that says it holds it ([`scope`]), unless it could warn of something.
//!
//! A table that only arranges the page (it holds headings or other tables, or has one column) is
//! read through; in any other one a row is a block, its cells parted by tabs.

mod attributes;
mod clutter;
mod element;
mod measure;
mod picture;
mod scope;
mod table;
#[cfg(test)]
mod tests;
mod tree;

use std::collections::{BTreeMap, HashSet};

use encoding_rs::Encoding;
use memchr::memmem;

use super::signature;
use crate::document::draft::{Draft, Lists, TextRun};
use crate::document::encoding::decode;
use crate::document::{
    Allowance, BlockKind, Document, Part, Places, ReadError, Reader, word_count,
};
use attributes::without_excess;
use clutter::Clutter;
use element::{heading_level, is_all_links, is_furniture, is_inline, is_no_text};
use measure::RUNNING;
use picture::Pictures;
use scope::MainPart;
use table::HtmlTable;
use tree::{Id, ROOT, Shown, Tree};

/// So many words beside the part that holds the text are running text that belongs to it. Chosen.
const BESIDE: usize = 20;

/// Reader for web pages.
pub(super) struct Html;

pub(super) static HTML: Html = Html;

impl Reader for Html {
    fn name(&self) -> &'static str {
        "HTML"
    }

    fn extensions(&self) -> &'static [&'static str] {
        &["html", "htm", "xhtml"]
    }

    fn recognises(&self, head: &[u8], _: &[u8]) -> bool {
        signature::is_html(head)
    }

    fn read(
        &self,
        source: &str,
        Part { bytes, .. }: Part,
        allowance: &Allowance,
        sink: &mut dyn FnMut(Document),
    ) -> Result<(), ReadError> {
        let declared = declared_encoding(&bytes);
        let decoded = decode(bytes, declared)?;
        let text = without_excess(&decoded.text);
        let tree = Tree::parse(&text, allowance)?;
        sink(document(source, &tree, allowance)?);
        decoded.error.map_or(Ok(()), Err)
    }
}

/// The encoding that a page names in its first bytes, where browsers look for it.
fn declared_encoding(bytes: &[u8]) -> Option<&'static Encoding> {
    const LOOKED_AT: usize = 4096;
    let head = bytes[..bytes.len().min(LOOKED_AT)].to_ascii_lowercase();
    let named = |key: &[u8]| {
        let rest = &head[memmem::find(&head, key)? + key.len()..];
        let rest = rest
            .trim_ascii_start()
            .strip_prefix(b"=")?
            .trim_ascii_start();
        let rest = rest
            .strip_prefix(b"\"")
            .or(rest.strip_prefix(b"'"))
            .unwrap_or(rest);
        let end = rest
            .iter()
            .position(|byte| !byte.is_ascii_alphanumeric() && !b"-_:.".contains(byte));
        Encoding::for_label(&rest[..end.unwrap_or(rest.len())])
    };
    named(b"charset").or_else(|| named(b"encoding"))
}

fn document(source: &str, tree: &Tree, allowance: &Allowance) -> Result<Document, ReadError> {
    let held = measure::held(tree);
    let around = clutter::clutter(tree, &held);
    let mut walk = Walk {
        tree,
        allowance,
        pictures: Pictures::of(tree),
        scope: scope::scope(tree, &held, &around),
        around,
        within: Within::default(),
        past: Past::default(),
        draft: Draft::default(),
        run: TextRun::default(),
        linked: 0,
        kind: None,
        level: 1,
        verbatim: false,
        lists: Lists::default(),
        bullet: None,
    };
    walk.children(ROOT, 0)?;
    walk.flush();
    let title = tree
        .under(ROOT, |id| tree.name(id) != "svg")
        .find(|id| tree.name(*id) == "title")
        .map(|id| inline_text(tree, id));
    Ok(walk
        .draft
        .finish(source, title.as_deref(), Places::SourceLines))
}

/// The text of an element that has nothing but words.
fn inline_text(tree: &Tree, id: Id) -> String {
    let mut run = TextRun::default();
    for node in tree.under(id, |_| true) {
        if let Shown::Text(text) = tree.shown(node) {
            run.add(text, 1);
        }
    }
    run.text().to_owned()
}

/// What a place in a page is within.
#[derive(Debug, Clone, Copy, Default)]
struct Within {
    /// Something of which nothing is text.
    furniture: bool,
    /// Something that stands around the text: what could warn in it is text all the same.
    clutter: bool,
    gallery: bool,
    /// The part that holds the text…
    scope: bool,
    /// …and the widest part that says so.
    outer: bool,
    link: bool,
}

impl Within {
    fn and(self, other: Within) -> Within {
        Within {
            furniture: self.furniture || other.furniture,
            clutter: self.clutter || other.clutter,
            gallery: self.gallery || other.gallery,
            scope: self.scope || other.scope,
            outer: self.outer || other.outer,
            link: self.link || other.link,
        }
    }

    fn is_any(self) -> bool {
        self.furniture || self.clutter || self.gallery || self.scope || self.outer
    }
}

/// What a walk has met already.
#[derive(Debug, Default)]
struct Past {
    /// A heading, so that what comes may be under it…
    heading: bool,
    /// …and one of the first level.
    title: bool,
    /// The part that holds the text.
    scope: bool,
    /// What galleries have said.
    said: HashSet<String>,
}

/// A walk through a page that writes down what it shows.
struct Walk<'t> {
    tree: &'t Tree,
    allowance: &'t Allowance,
    pictures: Pictures<'t>,
    scope: Option<MainPart>,
    /// The elements that stand around the text.
    around: BTreeMap<Id, Clutter>,
    within: Within,
    past: Past,
    draft: Draft,
    run: TextRun,
    /// How many words of the run are links.
    linked: usize,
    /// What the run will be.
    kind: Option<BlockKind>,
    /// The level of the last heading.
    level: u8,
    verbatim: bool,
    lists: Lists,
    /// The sign or number of an item whose text has not begun yet.
    bullet: Option<String>,
}

impl Walk<'_> {
    fn children(&mut self, id: Id, depth: usize) -> Result<(), ReadError> {
        self.allowance.check()?;
        self.allowance.check_depth(depth)?;
        for &child in self.tree.children(id) {
            match self.tree.shown(child) {
                Shown::Text(text) => self.text(text, self.tree.line(child)),
                Shown::Element(name) => self.element(child, name, depth + 1)?,
                Shown::Nothing => {}
            }
        }
        Ok(())
    }

    fn text(&mut self, text: &str, line: usize) {
        if text.trim().is_empty() {
            return self.run.space();
        }
        self.begin_item(line);
        if self.within.link {
            self.linked += word_count(text);
        }
        if !self.verbatim {
            return self.run.add_lines(text, line);
        }
        for (n, part) in text.split('\n').enumerate() {
            if n > 0 {
                self.run.line_break();
            }
            self.run.add(part, line + n);
        }
    }

    /// Writes the bullet of an item, now that it has a text.
    fn begin_item(&mut self, line: usize) {
        if let Some(bullet) = self.bullet.take() {
            self.kind = Some(self.lists.item());
            self.run.add(&bullet, line);
            self.run.space();
        }
    }

    fn element(&mut self, id: Id, name: &str, depth: usize) -> Result<(), ReadError> {
        if is_no_text(name) {
            return Ok(());
        }
        let part = self.part(id);
        if !part.is_any() {
            return self.visible(id, name, depth);
        }
        self.flush();
        self.past.scope |= part.scope;
        let outside = self.within;
        self.within = outside.and(part);
        self.visible(id, name, depth)?;
        self.flush();
        self.within = outside;
        Ok(())
    }

    /// What an element is a part of the page for.
    fn part(&self, id: Id) -> Within {
        let clutter = self.around.get(&id).copied();
        let scope = self.scope.as_ref();
        Within {
            furniture: is_furniture(self.tree, id) || clutter == Some(Clutter::Talk),
            clutter: clutter == Some(Clutter::Around),
            gallery: clutter::is_gallery(self.tree, id),
            scope: scope.is_some_and(|scope| scope.id == id),
            outer: scope.is_some_and(|scope| scope.outer == id),
            link: false,
        }
    }

    fn visible(&mut self, id: Id, name: &str, depth: usize) -> Result<(), ReadError> {
        match name {
            // An empty line parts paragraphs, as it does on older pages.
            "br" if self.run.is_broken() => self.flush(),
            "br" => self.run.line_break(),
            "img" => {
                // Within a link it tells of the page that it leads to.
                let text = self.pictures.text(self.tree, id);
                let text = text.filter(|_| !self.within.link).unwrap_or_default();
                self.run.space();
                self.text(text, self.tree.line(id));
                self.run.space();
            }
            "input" => self.run.space(),
            "button" | "label" | "output" => {
                self.run.space();
                self.children(id, depth)?;
                self.run.space();
            }
            "ul" | "menu" | "dir" => self.list(id, None, depth)?,
            "ol" => {
                let first = self.tree.attribute(id, "start");
                let first = first.and_then(|start| start.trim().parse().ok());
                self.list(id, Some(first.unwrap_or(1)), depth)?;
            }
            "li" => self.item(id, depth)?,
            "table" => match HtmlTable::of(self.tree, id) {
                Some(table) => self.table(&table)?,
                None => self.block(id, None, depth)?,
            },
            "pre" | "listing" | "xmp" => {
                self.flush();
                let outer = std::mem::replace(&mut self.verbatim, true);
                self.block(id, None, depth)?;
                self.verbatim = outer;
            }
            "summary" => {
                let level = self.level.saturating_add(1);
                let last = self.level;
                self.block(id, Some(BlockKind::Heading { level }), depth)?;
                self.level = last;
            }
            _ => match heading_level(name) {
                Some(level) => {
                    self.level = level;
                    self.past.heading = true;
                    self.past.title |= level == 1;
                    self.block(id, Some(BlockKind::Heading { level }), depth)?;
                }
                None if name == "a" => {
                    let outside = std::mem::replace(&mut self.within.link, true);
                    self.children(id, depth)?;
                    self.within.link = outside;
                }
                None if is_inline(name) => self.children(id, depth)?,
                None => self.block(id, None, depth)?,
            },
        }
        Ok(())
    }

    fn block(&mut self, id: Id, kind: Option<BlockKind>, depth: usize) -> Result<(), ReadError> {
        self.flush();
        self.kind = kind;
        self.children(id, depth)?;
        self.flush();
        self.kind = None;
        Ok(())
    }

    fn list(&mut self, id: Id, first: Option<u64>, depth: usize) -> Result<(), ReadError> {
        self.flush();
        let outside = self.within;
        self.within.furniture |= !self.past.heading && is_all_links(self.tree, id);
        self.lists.begin(first);
        let result = self.children(id, depth);
        self.flush();
        self.lists.end();
        self.within = outside;
        self.bullet = None;
        result
    }

    fn item(&mut self, id: Id, depth: usize) -> Result<(), ReadError> {
        self.flush();
        self.bullet = Some(self.lists.next_bullet());
        self.children(id, depth)?;
        self.flush();
        self.bullet = None;
        Ok(())
    }

    /// Ends a block.
    fn flush(&mut self) {
        let run = std::mem::take(&mut self.run);
        let linked = std::mem::take(&mut self.linked);
        if run.is_empty() {
            return;
        }
        let kind = self.kind.take().unwrap_or_else(|| self.lists.paragraph());
        let kind = match self.repeats(&run) {
            true => BlockKind::Furniture,
            false => self.unless_furniture(kind, &run, linked),
        };
        self.draft.add(kind, &run);
    }

    /// Whether a gallery says what it has said before, as under a picture and its small copy.
    fn repeats(&mut self, run: &TextRun) -> bool {
        let text = run.text().trim_start_matches(|c: char| !c.is_alphabetic());
        self.within.gallery
            && word_count(text) >= RUNNING
            && !self.past.said.insert(text.to_owned())
    }

    /// A kind, or furniture where all is furniture.
    fn unless_furniture(&self, kind: BlockKind, run: &TextRun, linked: usize) -> BlockKind {
        let is_around = self.within.clutter || self.is_outside(kind, run, linked);
        // A bullet is no link.
        let is_link = linked > 0 && linked + 1 >= word_count(run.text());
        match self.within.furniture || (is_around && !clutter::may_warn(run.text(), is_link)) {
            true => BlockKind::Furniture,
            false => kind,
        }
    }

    /// Whether a block is outside of the part that holds the text, and neither its title nor what leads in
    /// from there, nor running text beside it.
    fn is_outside(&self, kind: BlockKind, run: &TextRun, linked: usize) -> bool {
        let Some(scope) = self.scope.as_ref().filter(|_| !self.within.scope) else {
            return false;
        };
        let words = word_count(run.text());
        let is_title = kind.heading_level() == Some(1);
        let leads_in = self.past.title && !self.past.scope && words >= RUNNING;
        let is_beside = self.within.outer && words >= BESIDE && 2 * linked < words;
        let is_of_title = !scope.has_title && (is_title || leads_in);
        !is_of_title && !is_beside
    }

    fn table(&mut self, table: &HtmlTable) -> Result<(), ReadError> {
        self.flush();
        for &caption in &table.captions {
            self.block(caption, None, 0)?;
        }
        let mut has_header = false;
        for row in &table.rows {
            self.allowance.check()?;
            let kind = match row.is_header && !has_header {
                true => BlockKind::TableHeader,
                false => BlockKind::TableRow,
            };
            has_header = true;
            let mut run = TextRun::default();
            for (n, &cell) in row.cells.iter().enumerate() {
                if n > 0 {
                    run.tab();
                }
                self.cell(cell, &mut run);
            }
            self.draft.add(self.unless_furniture(kind, &run, 0), &run);
        }
        Ok(())
    }

    /// Writes all that a cell says on one line.
    fn cell(&self, cell: Id, run: &mut TextRun) {
        let tree = self.tree;
        for node in tree.under(cell, |id| !is_no_text(tree.name(id))) {
            match tree.shown(node) {
                Shown::Text(text) => run.add_lines(text, tree.line(node)),
                Shown::Element("li") => {
                    run.space();
                    run.add("• ", tree.line(node));
                }
                Shown::Element("img") => {
                    run.space();
                    // A sign may be all that a cell says.
                    run.add(
                        tree.attribute(node, "alt").unwrap_or_default(),
                        tree.line(node),
                    );
                    run.space();
                }
                Shown::Element(name) if node != cell && !is_inline(name) => run.space(),
                _ => {}
            }
        }
    }
}
