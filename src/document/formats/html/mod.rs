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
mod measure;
mod picture;
mod scope;
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
use measure::RUNNING;
use picture::Pictures;
use scope::MainPart;
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

/// Elements whose content is no text for readers of the page.
fn is_no_text(name: &str) -> bool {
    matches!(
        name,
        "head"
            | "script"
            | "style"
            | "template"
            | "svg"
            | "canvas"
            | "iframe"
            | "object"
            | "embed"
            | "audio"
            | "video"
            | "datalist"
            | "map"
    )
}

/// Elements that lead elsewhere, control something, or are not shown.
fn is_furniture(tree: &Tree, id: Id) -> bool {
    let attribute = |name| tree.attribute(id, name);
    let name = tree.name(id);
    let by_name = matches!(
        name,
        "nav" | "footer" | "noscript" | "select" | "textarea" | "progress" | "meter"
    ) || (name == "dialog" && attribute("open").is_none());
    let by_role = matches!(
        attribute("role"),
        Some("navigation" | "contentinfo" | "search" | "menu" | "menubar" | "dialog")
    );
    // What is hidden until it is found is there to be found.
    let is_hidden = attribute("hidden").is_some_and(|value| value != "until-found");
    by_name || by_role || is_hidden || attribute("style").is_some_and(hides)
}

/// Whether a list has nothing but links. Above all headings such a list is a menu; under one it may
/// be anything, and what must not be overlooked could be linked word for word.
fn is_all_links(tree: &Tree, id: Id) -> bool {
    let outside = |node: Id| tree.name(node) != "a";
    let is_text =
        |node: Id| matches!(tree.shown(node), Shown::Text(text) if !text.trim().is_empty());
    !tree.under(id, outside).any(is_text)
}

/// Whether a style keeps an element from being seen.
fn hides(style: &str) -> bool {
    style.split(';').any(|declaration| {
        let Some((property, value)) = declaration.split_once(':') else {
            return false;
        };
        let (property, value) = (property.trim(), value.trim());
        let is = |p: &str, v: &str| {
            let start = value.get(..v.len()).unwrap_or_default();
            property.eq_ignore_ascii_case(p) && start.eq_ignore_ascii_case(v)
        };
        is("display", "none") || is("visibility", "hidden")
    })
}

/// Elements inside of a line; all others begin and end blocks.
fn is_inline(name: &str) -> bool {
    matches!(
        name,
        "a" | "abbr"
            | "acronym"
            | "b"
            | "bdi"
            | "bdo"
            | "big"
            | "button"
            | "cite"
            | "code"
            | "data"
            | "del"
            | "dfn"
            | "em"
            | "font"
            | "i"
            | "img"
            | "input"
            | "ins"
            | "kbd"
            | "label"
            | "mark"
            | "math"
            | "nobr"
            | "output"
            | "picture"
            | "q"
            | "ruby"
            | "rb"
            | "rp"
            | "rt"
            | "s"
            | "samp"
            | "small"
            | "source"
            | "span"
            | "strike"
            | "strong"
            | "sub"
            | "sup"
            | "time"
            | "tt"
            | "u"
            | "var"
            | "wbr"
    )
}

fn heading_level(name: &str) -> Option<u8> {
    match name.as_bytes() {
        [b'h', level @ b'1'..=b'6'] => Some(level - b'0'),
        _ => None,
    }
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

/// A table of data.
struct HtmlTable {
    captions: Vec<Id>,
    rows: Vec<HtmlRow>,
}

struct HtmlRow {
    is_header: bool,
    cells: Vec<Id>,
}

impl HtmlTable {
    /// The rows of a table, or `None` where it only arranges the page.
    fn of(tree: &Tree, id: Id) -> Option<HtmlTable> {
        let arranges = |node: Id| {
            let name = tree.name(node);
            node != id && (name == "table" || heading_level(name).is_some())
        };
        let role = tree.attribute(id, "role");
        if matches!(role, Some("presentation" | "none")) || tree.under(id, |_| true).any(arranges) {
            return None;
        }
        let mut table = HtmlTable {
            captions: Vec::new(),
            rows: Vec::new(),
        };
        for &part in tree.children(id) {
            match tree.name(part) {
                "caption" => table.captions.push(part),
                "tr" => table.rows.push(HtmlRow::of(tree, part, false)),
                "thead" => table.add_rows(tree, part, true),
                "tbody" | "tfoot" => table.add_rows(tree, part, false),
                _ => {}
            }
        }
        let columns = table.rows.iter().map(|row| row.cells.len()).max();
        (columns > Some(1)).then_some(table)
    }

    fn add_rows(&mut self, tree: &Tree, part: Id, in_head: bool) {
        let rows = tree.children(part).iter();
        let rows = rows.filter(|row| tree.name(**row) == "tr");
        self.rows
            .extend(rows.map(|row| HtmlRow::of(tree, *row, in_head)));
    }
}

impl HtmlRow {
    fn of(tree: &Tree, id: Id, in_head: bool) -> HtmlRow {
        let is_cell = |cell: &Id| matches!(tree.name(*cell), "td" | "th");
        let cells: Vec<Id> = tree.children(id).iter().copied().filter(is_cell).collect();
        let all_heads = cells.len() > 1 && cells.iter().all(|cell| tree.name(*cell) == "th");
        HtmlRow {
            is_header: in_head || all_heads,
            cells,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(html: impl Into<Vec<u8>>) -> Document {
        let mut documents = Vec::new();
        HTML.read(
            "page.html",
            Part::whole(html),
            &Allowance::default(),
            &mut |document| documents.push(document),
        )
        .expect("every page can be read");
        documents.remove(0)
    }

    fn shown(document: &Document) -> Vec<String> {
        let blocks = document.blocks().iter();
        let shown = blocks.map(|block| {
            let (first, last) = document.lines(&document.trimmed(block));
            let text = document.block_text(block);
            format!("{first}-{last} {}: {text}", block.kind.name())
        });
        shown.collect()
    }

    #[test]
    fn the_structure_of_a_page() {
        let page = "<!doctype html>\n<title>Site</title><style>p { color: red }</style>\n\
            <nav><a href=/>Home</a></nav>\n<h1>Neck\npain</h1>\n<p>Rest <b>helps</b>\nmost people.\n\
            <script>if (a<b) {}</script>\n<h2>Is it safe?</h2><p>Tell us if you:<ul><li>have \
            <i>osteo</i>porosis\n<li><p>are pregnant</p></ul>\n<ol start=3><li>Stop</ol>\
            <table><tr><th>Age<th>Dose\n<tr><td>1<td>5&nbsp;mg</table>\n\
            <p hidden>secret</p><footer>Imprint</footer>";
        let document = read(page);
        assert_eq!(document.title(), "Neck pain");
        assert_eq!(
            shown(&document),
            [
                "3-3 furniture: Home",
                "4-5 title: Neck pain",
                "6-7 paragraph: Rest helps most people.",
                "9-9 question: Is it safe?",
                "9-9 paragraph: Tell us if you:",
                "9-9 list item: • have osteoporosis",
                "10-10 list item: • are pregnant",
                "11-11 list item: 3. Stop",
                "11-11 table header: Age\tDose",
                "12-12 table row: 1\t5 mg",
                "13-13 furniture: secret",
                "13-13 furniture: Imprint",
            ]
        );
    }

    /// What of a page is text, with a long one beside it.
    fn kept(around: &str) -> Vec<String> {
        let text = "The knee is a joint like any other and is moved slowly. ".repeat(30);
        let document = read(format!("<h1>Knee</h1><div><p>{text}</p></div>{around}"));
        let shown = shown(&document);
        let of_text = ["furniture: ", "title: ", "The knee is"];
        let kept = shown.iter();
        kept.filter(|line| !of_text.iter().any(|part| line.contains(part)))
            .cloned()
            .collect()
    }

    #[test]
    fn what_stands_around_the_text_is_furniture() {
        let teaser = |n| format!("<li><h3><a href={n}>Page {n}</a></h3><p>On the elbow.</p>");
        let teasers: String = (0..4).map(teaser).collect();
        let teasers = format!("<ul>{teasers}</ul>");
        for around in [
            "<div class='share-buttons'><p>Send it to a friend</div>",
            "<section id=relatedPosts><h2>More</h2><p>All of the hip</section>",
            "<div class='x comments--y'><p>My knee is fine</div>",
            "<div><a href=a>Hip</a> <a href=b>Elbow</a> <a href=c>Foot</a></div>",
            &teasers,
        ] {
            assert_eq!(kept(around), [""; 0], "{around}");
        }
    }

    #[test]
    fn what_could_warn_is_text_wherever_it_stands() {
        for (around, count) in [
            (
                "<div class=newsletter><p>Do not use it over a plate</div>",
                1,
            ),
            (
                "<div class=promo><p>Our mugs</p><p>WARNING: it burns</p></div>",
                1,
            ),
            (
                "<ul><li><a href=a>Hip</a><li><a href=b>Never with gout</a><li><a href=c>Foot</a></ul>",
                1,
            ),
            ("<aside class=sidebar><p>Ask us first.</aside>", 1),
            ("<div class=address><p>Knee Street 1</div>", 1),
            ("<div id=follow-up><p>Come again in May</div>", 1),
            ("<section id=recommendations><p>Move it daily</section>", 1),
            (
                "<div class='elementor-widget elementor-widget-text-editor'><p>Rest it</div>",
                1,
            ),
            ("<h2 id=share>What we share</h2><p>A lift</p>", 2),
            (
                "<p>See <a href=a>the hip</a> and <a href=b>the foot</a>.",
                1,
            ),
        ] {
            assert_eq!(kept(around).len(), count, "{around}: {:?}", kept(around));
        }
        // A link around boxes has words that are none on the page.
        let page = read("<a href=a><div><ul><li>Hip<li>Elbow<li>Foot</ul></div></a>");
        assert!(shown(&page).iter().any(|line| line.contains("Elbow")));
        // A page of links is what it is.
        let links = "<ul><li><a href=a>Hip</a><li><a href=b>Elbow</a><li><a href=c>Foot</a></ul>";
        let page = read(format!("<h1>Leaflets</h1>{links}"));
        assert_eq!(
            shown(&page)
                .iter()
                .filter(|line| line.contains("list item"))
                .count(),
            3
        );
    }

    #[test]
    fn outside_of_the_part_that_says_it_is_the_text_only_warnings_are() {
        let text = "The knee is a joint like any other and is moved slowly. ".repeat(14);
        let page = |class: &str| {
            let body = format!("<div class='{class}'><p>{text}</p></div>");
            let note = "Made by the ward for all who have a new knee and for those who help them at home in the first weeks.";
            format!(
                "<div>Ward</div><article><h1>Knee</h1><p>What you can do at home in eight steps.</p>{body}\
                 <p>{note}</p><p>Ask us</p></article>\
                 <div><p>Hip days</p><p>Do not kneel</p><ul><li><a href=a>Pregnancy</a></ul></div>"
            )
        };
        let kept = |class| {
            let document = read(page(class));
            let blocks = document.blocks().iter();
            let kept = blocks.filter(|block| block.kind != BlockKind::Furniture);
            let first = |text: &str| text.split(' ').next().unwrap_or_default().to_owned();
            kept.map(|block| first(document.block_text(block)))
                .collect::<Vec<_>>()
        };
        assert_eq!(kept("article-body"), ["Knee", "What", "The", "Made", "Do"]);
        assert_eq!(kept("x"), ["Knee", "What", "The", "Made", "Ask", "Do"]);
    }

    #[test]
    fn readers_do_not_warn() {
        for around in [
            "<ol class=comment-list><li>Never do this</ol>",
            "<div id=cookie-banner><p>We do not sell what we know</div>",
            "<section class=sidebar><p>Our <a href=a>hip</a>, <a href=b>foot</a> and <a href=c>arm</a> days and all of our ways</section>",
        ] {
            assert_eq!(kept(around), [""; 0], "{around}");
        }
        let sidebar = "<section class=sidebar><p>Do not kneel</p><a href=a>Hip</a> <a href=b>Foot</a> <a href=c>Arm</a></section>";
        assert_eq!(kept(sidebar), ["1-1 paragraph: Do not kneel"]);
        // "Comments on doses" is a section of a leaflet.
        assert_eq!(
            kept("<section id=comments-on-doses><p>Never double it</section>").len(),
            1
        );
    }

    #[test]
    fn a_gallery_says_everything_once() {
        let caption = "<p>The knee as it is seen from the side</p>";
        assert_eq!(
            kept(&format!("<div class=gallery>{caption}{caption}</div>")).len(),
            1
        );
        assert_eq!(kept(&format!("<div>{caption}{caption}</div>")).len(), 2);
    }

    #[test]
    fn pictures_say_what_nothing_else_says() {
        let text = |html: &str| read(html).text().trim().to_owned();
        assert_eq!(
            text("<p>A<p><img alt='A knee seen from the side'>"),
            "A\n\nA knee seen from the side"
        );
        assert_eq!(text("<p>A<p><img alt='Knee'><img alt='IMG 1'>"), "A");
        assert_eq!(text("<p>A<p><img alt='Do not kneel'>"), "A\n\nDo not kneel");
        let captioned = "<img alt='A knee seen from the side'><p>A knee seen from the side";
        assert_eq!(text(captioned), "A knee seen from the side");
        assert_eq!(
            text("<p>A<p><a href=b><img alt='A hip seen from the side'></a>"),
            "A"
        );
        let signs = "<table><tr><th>Age<th>Use<tr><td>5<td><img alt=yes></table>";
        assert!(text(signs).contains("5\tyes"));
    }

    #[test]
    fn around_the_main_text_all_is_furniture_but_the_title() {
        let page = "<div>Teaser of another page</div><h1>Title</h1><main><p>One two three four five \
            six seven eight nine ten.</main><div>More to read</div>";
        let kinds: Vec<_> = shown(&read(page));
        assert_eq!(kinds[0], "1-1 furniture: Teaser of another page");
        assert_eq!(kinds[1], "1-1 title: Title");
        assert!(kinds[2].contains("paragraph: One"), "{kinds:?}");
        assert_eq!(kinds[3], "1-1 furniture: More to read");
        let site = "<h1>Site</h1><main><h2>Page</h2><p>One two three four five.</main>";
        assert_eq!(read(site).title(), "Page");
        let small = "<main>Loading</main><p>One two three four five six seven.</p>";
        assert!(shown(&read(small))[1].contains("paragraph: One"));
    }

    #[test]
    fn tables_that_arrange_a_page_are_read_through() {
        let page =
            "<table><tr><td><h2>Risks</h2><p>Rare.</p><td><table><tr><td>a<td>b</table></table>";
        let blocks = shown(&read(page));
        assert_eq!(blocks[0], "1-1 title: Risks");
        assert_eq!(blocks[1], "1-1 paragraph: Rare.");
        assert_eq!(blocks[2], "1-1 table row: a\tb");
    }

    #[test]
    fn what_stands_in_a_table_but_in_no_cell_comes_before_it() {
        let page =
            "<!doctype html><p>Rest.<table>Never <b>with</b> fractures.<tr><td>a<td>b</table>";
        let blocks = shown(&read(page));
        assert_eq!(blocks[0], "1-1 paragraph: Rest.");
        assert_eq!(blocks[1], "1-1 paragraph: Never with fractures.");
        assert_eq!(blocks[2], "1-1 table row: a\tb");
    }

    #[test]
    fn a_list_of_links_is_a_menu_only_above_all_headings() {
        let list = "<ul><li><a href=x>Osteoporosis</a><li><a href=y>Fracture</a></ul>";
        let page = format!("{list}<h1>Never treat</h1><p>With:{list}");
        let kinds: Vec<_> = read(page).blocks().iter().map(|block| block.kind).collect();
        assert_eq!(
            kinds,
            [
                BlockKind::Furniture,
                BlockKind::Furniture,
                BlockKind::Heading { level: 1 },
                BlockKind::Paragraph,
                BlockKind::item(0),
                BlockKind::item(0),
            ]
        );
    }

    #[test]
    fn two_line_breaks_part_paragraphs() {
        let document = read("<h1>T</h1>One<br>two<br><br>three");
        assert_eq!(document.text(), "T\n\nOne\ntwo\n\nthree\n");
        assert_eq!(document.blocks().len(), 3);
    }

    #[test]
    fn an_accordion_is_a_question_with_its_answer() {
        let page = "<h1>T</h1><h2>FAQ</h2><details><summary>Is it safe?</summary>Mostly.</details>";
        let document = read(page);
        assert!(matches!(
            document.blocks()[2].kind,
            BlockKind::Question { level: 3 }
        ));
        assert_eq!(shown(&document)[3], "1-1 paragraph: Mostly.");
    }

    #[test]
    fn encodings_are_declared_or_guessed() {
        let declared = b"<html><meta charset='iso-8859-7'><p>\xe1\xe2".to_vec();
        assert!(read(declared).text().contains("αβ"));
        let header = b"<meta http-equiv=content-type content=\"text/html; charset=windows-1252\"><p>caf\xe9 \x96";
        assert!(read(header.to_vec()).text().contains("café –"));
        assert!(read("<p>café".as_bytes()).text().contains("café"));
    }

    #[test]
    fn what_is_nested_too_deep_is_refused() {
        let deep = "<div>".repeat(100_000);
        let allowance = Allowance::default();
        let result = HTML.read("a.html", Part::whole(deep), &allowance, &mut |_| {});
        assert!(matches!(result, Err(ReadError::Nested { limit: 512 })));
    }
}
