//! OpenDocument texts, presentations and spreadsheets (ODT, ODP, ODS; ISO/IEC 26300), as LibreOffice writes
//! them: XML in a ZIP archive.
//!
//! Headings come from outline levels, list items from lists with their nesting; a row of a table is a
//! block with its cells parted by tabs, those of its header rows set apart. Deleted text, comments and
//! hidden text are no text. Notes and boxes follow the paragraph they stand in, and each header and
//! footer once the text. The title of a slide is a heading, and so is the name of a sheet, whose first row names
//! its columns.
//!
//! Like a Word file it is cited by paragraphs.

use std::collections::{HashMap, HashSet};

use quick_xml::events::BytesStart;

use super::package::Package;
use super::signature;
use super::xml::{XmlToken, attribute, parse};
use crate::document::draft::{Draft, SaidOnMargins, TextRun};
use crate::document::{Allowance, BlockKind, Document, Part, Places, ReadError, Reader};

/// Reader for OpenDocument texts.
pub(super) struct Odt;

pub(super) static ODT: Odt = Odt;

const FORMAT: &str = "OpenDocument file";
/// The most empty cells that are written as one.
const REPEATED: usize = 256;

impl Reader for Odt {
    fn name(&self) -> &'static str {
        FORMAT
    }

    fn extensions(&self) -> &'static [&'static str] {
        &["odt", "ott", "odp", "ods"]
    }

    fn recognises(&self, head: &[u8], _: &[u8]) -> bool {
        signature::is_odt(head)
    }

    fn read(
        &self,
        source: &str,
        Part { bytes, .. }: Part,
        allowance: &Allowance,
        sink: &mut dyn FnMut(Document),
    ) -> Result<(), ReadError> {
        let mut package = Package::open(FORMAT, bytes, allowance)?;
        let text = package.part("content.xml")?.ok_or_else(|| {
            let cause = "there is no content.xml in it".to_owned();
            ReadError::Broken {
                format: FORMAT,
                cause,
            }
        })?;
        let mut writer = OdtWriter::default();
        let styles = package.part("styles.xml")?;
        if let Some(styles) = &styles {
            parse(FORMAT, styles, allowance, |token| writer.style(token))?;
        }
        parse(FORMAT, &text, allowance, |token| writer.style(token))?;
        parse(FORMAT, &text, allowance, |token| writer.take(token))?;
        writer.margins = Some(SaidOnMargins::default());
        if let Some(styles) = &styles {
            parse(FORMAT, styles, allowance, |token| writer.margin(token))?;
        }
        sink(writer.draft.finish(source, None, Places::Paragraphs));
        Ok(())
    }
}

/// A style of paragraphs or letters, as far as it says what they are.
#[derive(Debug, Default)]
struct OdtStyle {
    parent: Option<String>,
    is_hidden: bool,
}

/// A paragraph under way.
#[derive(Debug, Default)]
struct OdtParagraph {
    run: TextRun,
    /// Its outline level, where it is a heading.
    level: Option<u8>,
    is_title: bool,
}

/// A list under way.
#[derive(Debug, Default)]
struct OdtList {
    style: Option<String>,
    next: u32,
    /// The mark of an item that has no paragraph yet.
    mark: Option<String>,
}

/// Turns the elements of a text into blocks.
#[derive(Default)]
struct OdtWriter {
    styles: HashMap<String, OdtStyle>,
    /// By style of lists and level from 1, whether it counts.
    counted: HashSet<(String, u8)>,
    /// The style that is being read.
    open_style: Option<String>,
    draft: Draft,
    /// How many blocks there are.
    count: usize,
    /// The paragraphs around: a note stands inside of one.
    paragraphs: Vec<OdtParagraph>,
    lists: Vec<OdtList>,
    /// The cells of the rows around.
    rows: Vec<Vec<TextRun>>,
    in_header_rows: bool,
    /// Whether tables are sheets, and the name of one that has no row yet.
    has_sheets: bool,
    sheet: Option<String>,
    /// Whether what is read is the title of a slide.
    in_slide_title: bool,
    in_contents: bool,
    /// For each stretch of letters around, whether it is hidden.
    spans: Vec<bool>,
    /// How many elements around are no text.
    skipped: usize,
    /// Whether what is read is a header or a footer, and what they have said so far.
    in_margin: bool,
    margins: Option<SaidOnMargins>,
}

/// Elements whose text is none of the document's.
const NO_TEXT: &[&str] = &[
    "tracked-changes",
    "annotation",
    "note-citation",
    "forms",
    "scripts",
    "ruby-text",
    "title",
    "desc",
    "script",
];

impl OdtWriter {
    /// What styles say of themselves.
    fn style(&mut self, token: XmlToken<'_, '_>) {
        let XmlToken::Start(name, element) = token else {
            return;
        };
        match name {
            "style" => {
                let named = attribute(element, "name").unwrap_or_default();
                let style = OdtStyle {
                    parent: attribute(element, "parent-style-name"),
                    is_hidden: false,
                };
                self.styles.insert(named.clone(), style);
                self.open_style = Some(named);
            }
            "list-style" => self.open_style = attribute(element, "name"),
            "text-properties" if attribute(element, "display").as_deref() == Some("none") => {
                let style = self.open_style.as_ref();
                if let Some(style) = style.and_then(|name| self.styles.get_mut(name)) {
                    style.is_hidden = true;
                }
            }
            "list-level-style-number" => {
                let level = attribute(element, "level").and_then(|level| level.parse().ok());
                if let (Some(style), Some(level)) = (&self.open_style, level) {
                    self.counted.insert((style.clone(), level));
                }
            }
            _ => {}
        }
    }

    /// Reads of the styles what stands on the margins of pages.
    fn margin(&mut self, token: XmlToken<'_, '_>) {
        const MARGINS: &[&str] = &[
            "header",
            "header-left",
            "header-first",
            "footer",
            "footer-left",
            "footer-first",
        ];
        match token {
            XmlToken::Start(name, _) if MARGINS.contains(&name) => self.in_margin = true,
            XmlToken::End(name) if MARGINS.contains(&name) => self.in_margin = false,
            token if self.in_margin => self.take(token),
            _ => {}
        }
    }

    fn take(&mut self, token: XmlToken<'_, '_>) {
        match token {
            XmlToken::Start(name, _) if NO_TEXT.contains(&name) => self.skipped += 1,
            XmlToken::End(name) if NO_TEXT.contains(&name) => {
                self.skipped = self.skipped.saturating_sub(1);
            }
            _ if self.skipped > 0 => {}
            XmlToken::Start(name, element) => self.start(name, element),
            XmlToken::End(name) => self.end(name),
            XmlToken::Text(text) => self.text(text),
        }
    }

    fn text(&mut self, text: &str) {
        if self.spans.contains(&true) {
            return;
        }
        if let Some(paragraph) = self.paragraphs.last_mut() {
            paragraph.run.add(text, self.count + 1);
        }
    }

    fn start(&mut self, name: &str, element: &BytesStart<'_>) {
        match name {
            "p" | "h" => self.begin_paragraph(name == "h", element),
            "span" => {
                let style = attribute(element, "style-name");
                let style = style.and_then(|name| self.styles.get(&name));
                self.spans.push(style.is_some_and(|style| style.is_hidden));
            }
            "s" | "tab" => self.text(" "),
            "line-break" => {
                if let Some(paragraph) = self.paragraphs.last_mut() {
                    paragraph.run.line_break();
                }
            }
            "list" => self.begin_list(element),
            "list-item" => self.begin_item(element),
            "table-header-rows" => self.in_header_rows = true,
            "table-row" => self.rows.push(Vec::new()),
            "table-cell" | "covered-table-cell" => self.begin_cell(element),
            "spreadsheet" => self.has_sheets = true,
            "table" if self.has_sheets => {
                self.sheet = attribute(element, "name").or(Some(String::new()))
            }
            "frame" => {
                let class = attribute(element, "class");
                self.in_slide_title = class.as_deref() == Some("title");
            }
            "table-of-content" => self.in_contents = true,
            _ => {}
        }
    }

    fn end(&mut self, name: &str) {
        match name {
            "p" | "h" => self.end_paragraph(),
            "span" => {
                self.spans.pop();
            }
            "list" => {
                self.lists.pop();
            }
            "table-header-rows" => self.in_header_rows = false,
            "table-row" => self.end_row(),
            "frame" => self.in_slide_title = false,
            "table-of-content" => self.in_contents = false,
            _ => {}
        }
    }

    /// The style that a style is of, its own name where nothing is known of it.
    fn named_style(&self, name: Option<String>) -> Option<String> {
        let parent = name
            .as_ref()
            .and_then(|name| self.styles.get(name)?.parent.clone());
        parent.or(name)
    }

    fn begin_paragraph(&mut self, is_heading: bool, element: &BytesStart<'_>) {
        let level = || attribute(element, "outline-level").and_then(|level| level.parse().ok());
        let own = attribute(element, "style-name");
        let is_title =
            own.as_deref() == Some("Title") || self.named_style(own).as_deref() == Some("Title");
        self.paragraphs.push(OdtParagraph {
            run: TextRun::default(),
            level: (is_heading || self.in_slide_title).then(|| level().unwrap_or(1)),
            is_title,
        });
    }

    fn begin_list(&mut self, element: &BytesStart<'_>) {
        let outer = self.lists.last().and_then(|list| list.style.clone());
        self.lists.push(OdtList {
            style: attribute(element, "style-name").or(outer),
            next: 1,
            mark: None,
        });
    }

    fn begin_item(&mut self, element: &BytesStart<'_>) {
        let level = u8::try_from(self.lists.len()).unwrap_or(u8::MAX);
        let Some(list) = self.lists.last_mut() else {
            return;
        };
        let start = attribute(element, "start-value").and_then(|start| start.parse().ok());
        let number = start.unwrap_or(list.next);
        list.next = number.saturating_add(1);
        let style = list.style.clone().unwrap_or_default();
        list.mark = Some(match self.counted.contains(&(style, level)) {
            true => format!("{number}."),
            false => "•".to_owned(),
        });
    }

    fn end_paragraph(&mut self) {
        let Some(paragraph) = self.paragraphs.pop() else {
            return;
        };
        if paragraph.run.is_empty() {
            return;
        }
        let depth = u8::try_from(self.lists.len().saturating_sub(1)).unwrap_or(u8::MAX);
        let mark = self.lists.last_mut().and_then(|list| list.mark.take());
        let kind = match (&mark, paragraph.level) {
            _ if self.in_contents => BlockKind::Furniture,
            (_, Some(level)) => BlockKind::Heading {
                level: level.clamp(1, 9) + 1,
            },
            _ if paragraph.is_title => BlockKind::Heading { level: 1 },
            (Some(_), None) => BlockKind::item(depth),
            (None, None) if self.lists.is_empty() => BlockKind::Paragraph,
            (None, None) => BlockKind::item(depth).going_on(),
        };
        let is_item = matches!(kind, BlockKind::ListItem { .. });
        let mark = mark.filter(|_| is_item).unwrap_or_default();
        let run = TextRun::marked(&mark, self.count + 1, &paragraph.run);
        match self.rows.last_mut().and_then(|cells| cells.last_mut()) {
            Some(cell) => {
                cell.space();
                cell.join(&run);
            }
            None => self.add(kind, &run),
        }
    }

    fn begin_cell(&mut self, element: &BytesStart<'_>) {
        let repeated = attribute(element, "number-columns-repeated");
        let repeated = repeated.and_then(|count| count.parse().ok()).unwrap_or(1);
        if let Some(cells) = self.rows.last_mut() {
            // Only what is empty is repeated so: what is written stands in the last of them.
            cells.extend((0..repeated.clamp(1, REPEATED)).map(|_| TextRun::default()));
        }
    }

    /// A row of a sheet; the first one names the columns.
    fn sheet_row(&mut self, mut cells: Vec<TextRun>) {
        while cells.last().is_some_and(TextRun::is_empty) {
            cells.pop();
        }
        if cells.is_empty() {
            return;
        }
        let kind = match self.sheet.take() {
            Some(name) => {
                let mut heading = TextRun::default();
                heading.add(&name, self.count + 1);
                self.add(BlockKind::Heading { level: 2 }, &heading);
                BlockKind::TableHeader
            }
            None => BlockKind::TableRow,
        };
        let kind = match cells.len() {
            1 => BlockKind::Paragraph,
            _ => kind,
        };
        self.add(kind, &TextRun::row(&cells));
    }

    fn end_row(&mut self) {
        let Some(cells) = self.rows.pop() else {
            return;
        };
        if self.has_sheets {
            return self.sheet_row(cells);
        }
        let run = TextRun::row(&cells);
        // A table inside of a cell is part of what that cell says; one of one column is a box.
        match self.rows.last_mut().and_then(|cells| cells.last_mut()) {
            Some(cell) => {
                cell.space();
                cell.join(&run);
            }
            None if cells.len() == 1 => self.add(BlockKind::Paragraph, &run),
            None if self.in_header_rows => self.add(BlockKind::TableHeader, &run),
            None => self.add(BlockKind::TableRow, &run),
        }
    }

    fn add(&mut self, kind: BlockKind, run: &TextRun) {
        if run.is_empty() {
            return;
        }
        let Some(kind) = SaidOnMargins::kind(&mut self.margins, kind, run) else {
            return;
        };
        self.draft.add(kind, run);
        self.count += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(styles: &str, body: &str) -> Vec<String> {
        let xml = format!(
            "<o:d xmlns:o=\"o\" xmlns:text=\"t\" xmlns:table=\"b\">{styles}<o:text>{body}</o:text></o:d>"
        );
        let allowance = Allowance::default();
        let mut writer = OdtWriter::default();
        parse(FORMAT, &xml, &allowance, |token| writer.style(token)).expect("it is XML");
        parse(FORMAT, &xml, &allowance, |token| writer.take(token)).expect("it is XML");
        let document = writer.draft.finish("a.odt", None, Places::Paragraphs);
        let blocks = document.blocks().iter();
        let shown = blocks.map(|block| {
            let text = document.block_text(block);
            format!("{}: {text}", block.kind.name())
        });
        shown.collect()
    }

    #[test]
    fn structure_is_kept() {
        let styles = r#"<o:style o:name="P1" o:parent-style-name="Title"/><o:list-style o:name="L2">
            <text:list-level-style-number text:level="1"/></o:list-style>"#;
        let body = r#"<text:p text:style-name="P1">Neck pain</text:p><text:h text:outline-level="1">Risks</text:h>
            <text:p>Tell us<text:s/>if you:</text:p><text:list><text:list-item><text:p>have:</text:p><text:list>
            <text:list-item><text:p>osteoporosis</text:p></text:list-item></text:list></text:list-item>
            <text:list-item><text:p>are pregnant</text:p></text:list-item></text:list>
            <text:list text:style-name="L2"><text:list-item><text:p>Rest.</text:p></text:list-item><text:list-item>
            <text:p>Drink.</text:p></text:list-item></text:list>
            <table:table><table:table-header-rows><table:table-row><table:table-cell><text:p>Age</text:p></table:table-cell>
            <table:table-cell><text:p>Dose</text:p></table:table-cell></table:table-row></table:table-header-rows>
            <table:table-row><table:table-cell><text:p>1</text:p></table:table-cell><table:table-cell><text:p>5 mg</text:p>
            </table:table-cell></table:table-row></table:table>"#;
        assert_eq!(
            shown(styles, body),
            [
                "title: Neck pain",
                "heading: Risks",
                "paragraph: Tell us if you:",
                "list item: • have:",
                "list item: • osteoporosis",
                "list item: • are pregnant",
                "list item: 1. Rest.",
                "list item: 2. Drink.",
                "table header: Age\tDose",
                "table row: 1\t5 mg",
            ]
        );
    }

    #[test]
    fn what_is_no_text_is_left_out_and_notes_are_kept() {
        let styles = r#"<o:style o:name="T1"><o:text-properties text:display="none"/></o:style>"#;
        let body = r#"<text:tracked-changes><text:p>Gone</text:p></text:tracked-changes>
            <text:p>Never<text:note><text:note-citation>1</text:note-citation><text:note-body><text:p>Unless told.</text:p>
            </text:note-body></text:note> with <text:span text:style-name="T1">hidden</text:span>a
            fracture<o:annotation><text:p>no</text:p></o:annotation>.</text:p>"#;
        assert_eq!(
            shown(styles, body),
            [
                "paragraph: Unless told.",
                "paragraph: Never with a fracture."
            ]
        );
    }
}
