//! Word documents (DOCX, ECMA-376): XML in a ZIP archive, with `zip` and `quick-xml`.
//!
//! Headings come from outline levels and styles, list items from numberings; a row of a table is a
//! block with its cells parted by tabs, its first row the header where the document says so. A
//! table of one column is a box around paragraphs and read through. Text that was deleted or is
//! hidden is no text. Footnotes and endnotes follow the text, and after them each header and footer
//! once, however many sections have it; comments are left out.
//!
//! Where a page ends is decided anew by whoever prints the file. So it is cited by paragraphs: all
//! that have text are counted from the top, the rows of tables among them.

mod styles;

use super::package::{Package, broken};
use super::signature;
use super::xml::{XmlToken, attribute, is_on, parse};
use crate::document::draft::{Draft, SaidOnMargins, TextRun};
use crate::document::{Allowance, BlockKind, Document, Part, Places, ReadError, Reader};
use quick_xml::events::BytesStart;
use styles::{NumberedLists, Numbering, StyleRole, Styles, role_of_outline};

/// Reader for Word documents.
pub(super) struct Docx;

pub(super) static DOCX: Docx = Docx;

const FORMAT: &str = "Word document";
const DOCUMENT: &str = "word/document.xml";

impl Reader for Docx {
    fn name(&self) -> &'static str {
        FORMAT
    }

    fn extensions(&self) -> &'static [&'static str] {
        &["docx", "docm", "dotx"]
    }

    fn recognises(&self, head: &[u8], tail: &[u8]) -> bool {
        signature::is_docx(head, tail)
    }

    fn read(
        &self,
        source: &str,
        Part { bytes, .. }: Part,
        allowance: &Allowance,
        sink: &mut dyn FnMut(Document),
    ) -> Result<(), ReadError> {
        let mut package = Package::open(FORMAT, bytes, allowance)?;
        let main = main_part(&mut package, allowance)?;
        let text = package
            .part(&main)?
            .ok_or_else(|| broken(FORMAT, format!("there is no {main} in it")))?;
        let beside = |name: &str| match main.rsplit_once('/') {
            Some((folder, _)) => format!("{folder}/{name}"),
            None => name.to_owned(),
        };
        let styles = match package.part(&beside("styles.xml"))? {
            Some(xml) => Styles::parse(&xml, allowance)?,
            None => Styles::default(),
        };
        let lists = match package.part(&beside("numbering.xml"))? {
            Some(xml) => NumberedLists::parse(&xml, allowance)?,
            None => NumberedLists::default(),
        };
        let mut writer = DocxWriter::new(styles, lists);
        parse(FORMAT, &text, allowance, |token| writer.take(token))?;
        for notes in ["footnotes.xml", "endnotes.xml"] {
            if let Some(xml) = package.part(&beside(notes))? {
                parse(FORMAT, &xml, allowance, |token| writer.take(token))?;
            }
        }
        writer.margins = Some(SaidOnMargins::default());
        for part in package.margins(main.rsplit_once('/').map(|(folder, _)| folder)) {
            if let Some(xml) = package.part(&part)? {
                parse(FORMAT, &xml, allowance, |token| writer.take(token))?;
            }
        }
        sink(writer.draft.finish(source, None, Places::Paragraphs));
        Ok(())
    }
}

/// The name of the part with the text, which the package says.
fn main_part(package: &mut Package<'_>, allowance: &Allowance) -> Result<String, ReadError> {
    let mut named = None;
    if let Some(relations) = package.part("_rels/.rels")? {
        parse(FORMAT, &relations, allowance, |token| {
            if let XmlToken::Start("Relationship", element) = token
                && attribute(element, "Type").is_some_and(|kind| kind.ends_with("/officeDocument"))
            {
                named = attribute(element, "Target");
            }
        })?;
    }
    let named = named.map(|target| target.trim_start_matches('/').to_owned());
    Ok(named.unwrap_or_else(|| DOCUMENT.to_owned()))
}

/// A paragraph under way.
#[derive(Default)]
struct Paragraph {
    run: TextRun,
    style: Option<String>,
    outline: Option<u8>,
    list: Option<String>,
    list_level: u8,
}

/// A table under way.
#[derive(Default)]
struct DocxTable {
    columns: usize,
    /// Whether the table says that its first row is special.
    first_is_header: bool,
    row_is_header: bool,
    rows: usize,
    cells: Vec<TextRun>,
}

impl DocxTable {
    /// A box around paragraphs, for the looks.
    fn is_box(&self) -> bool {
        self.columns == 1
    }
}

/// Turns the elements of a document into blocks.
struct DocxWriter {
    styles: Styles,
    lists: NumberedLists,
    draft: Draft,
    /// How many blocks there are.
    count: usize,
    /// The paragraphs around, for a text box stands inside of one.
    paragraphs: Vec<Paragraph>,
    /// The tables around.
    tables: Vec<DocxTable>,
    in_text: bool,
    /// Whether the letters that follow are hidden.
    vanished: bool,
    /// How many elements around are no text.
    skipped: usize,
    /// What headers and footers have said so far, from the first of them on.
    margins: Option<SaidOnMargins>,
}

impl DocxWriter {
    fn new(styles: Styles, lists: NumberedLists) -> DocxWriter {
        DocxWriter {
            styles,
            lists,
            draft: Draft::default(),
            count: 0,
            paragraphs: Vec::new(),
            tables: Vec::new(),
            in_text: false,
            vanished: false,
            skipped: 0,
            margins: None,
        }
    }

    fn take(&mut self, token: XmlToken<'_, '_>) {
        match token {
            // Deleted text, text moved elsewhere, and what old versions show instead of the new.
            XmlToken::Start("del" | "moveFrom" | "Fallback", _) => self.skipped += 1,
            XmlToken::End("del" | "moveFrom" | "Fallback") => self.skipped -= 1,
            _ if self.skipped > 0 => {}
            XmlToken::Start(name, element) => self.start(name, element),
            XmlToken::End(name) => self.end(name),
            XmlToken::Text(text) if self.in_text && !self.vanished => self.text(text),
            XmlToken::Text(_) => {}
        }
    }

    fn text(&mut self, text: &str) {
        let number = self.count + 1;
        if let Some(paragraph) = self.paragraphs.last_mut() {
            paragraph.run.add(text, number);
        }
    }

    fn start(&mut self, name: &str, element: &BytesStart<'_>) {
        let value = || attribute(element, "val");
        match name {
            "p" => self.paragraphs.push(Paragraph::default()),
            "r" => self.vanished = false,
            "t" => self.in_text = true,
            "vanish" => self.vanished = is_on(element),
            "tab" | "ptab" => self.text(" "),
            "noBreakHyphen" => self.text("-"),
            "br" | "cr" => {
                if let Some(paragraph) = self.paragraphs.last_mut() {
                    paragraph.run.line_break();
                }
            }
            "tbl" => self.tables.push(DocxTable::default()),
            _ => self.property(name, value()),
        }
        let Some(table) = self.tables.last_mut() else {
            return;
        };
        match name {
            "gridCol" => table.columns += 1,
            "tblLook" => table.first_is_header = has_header_row(element),
            "tr" => table.row_is_header = false,
            "tblHeader" => table.row_is_header = is_on(element),
            "tc" if !table.is_box() => table.cells.push(TextRun::default()),
            _ => {}
        }
    }

    /// What is said of the paragraph under way.
    fn property(&mut self, name: &str, value: Option<String>) {
        let Some(paragraph) = self.paragraphs.last_mut() else {
            return;
        };
        let number = || value.as_ref().and_then(|value| value.parse().ok());
        match name {
            "outlineLvl" => paragraph.outline = number(),
            "ilvl" => paragraph.list_level = number().unwrap_or(0),
            "numId" => paragraph.list = value,
            "pStyle" => paragraph.style = value,
            _ => {}
        }
    }

    fn end(&mut self, name: &str) {
        match name {
            "t" => self.in_text = false,
            "p" => {
                if let Some(paragraph) = self.paragraphs.pop() {
                    self.paragraph(paragraph);
                }
            }
            "tr" => self.row(),
            "tbl" => {
                self.tables.pop();
            }
            _ => {}
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

    fn paragraph(&mut self, paragraph: Paragraph) {
        if paragraph.run.is_empty() {
            return;
        }
        let style = paragraph.style.as_deref();
        let role = match paragraph.outline {
            Some(level) => role_of_outline(level),
            None => self.styles.role(style),
        };
        let place = match &paragraph.list {
            Some(list) => Some(Numbering {
                list: list.clone(),
                level: paragraph.list_level,
            }),
            None => self.styles.numbering(style),
        };
        let kind = match role {
            StyleRole::Heading(level) => BlockKind::Heading { level },
            StyleRole::Contents => BlockKind::Furniture,
            StyleRole::Body => BlockKind::Paragraph,
        };
        // A numbered heading is a heading.
        let place = place.filter(|_| role == StyleRole::Body);
        let depth = place.as_ref().map_or(0, |place| place.level);
        let place = place.filter(|_| self.margins.is_none());
        let bullet = place.and_then(|place| self.lists.next_bullet(&place));
        let kind = match bullet {
            Some(_) => BlockKind::item(depth),
            None => kind,
        };
        let bullet = bullet.unwrap_or_default();
        let run = TextRun::marked(&bullet, self.count + 1, &paragraph.run);
        // Every table around that is no box has taken the words into the row it is at.
        let row = self
            .tables
            .iter_mut()
            .rev()
            .find_map(|table| table.cells.last_mut());
        match row {
            Some(cell) => {
                cell.space();
                cell.join(&run);
            }
            None => self.add(kind, &run),
        }
    }

    fn row(&mut self) {
        let Some(table) = self.tables.last_mut() else {
            return;
        };
        let is_first = table.rows == 0;
        table.rows += 1;
        let is_header = is_first && (table.row_is_header || table.first_is_header);
        let cells = std::mem::take(&mut table.cells);
        let run = TextRun::row(&cells);
        // A table inside of a cell is part of what that cell says.
        let outer = self.tables.len() - 1;
        let around = self.tables[..outer].iter_mut().rev();
        match around.filter_map(|table| table.cells.last_mut()).next() {
            Some(cell) => {
                cell.space();
                cell.join(&run);
            }
            None if is_header => self.add(BlockKind::TableHeader, &run),
            None => self.add(BlockKind::TableRow, &run),
        }
    }
}

/// Whether the look of a table sets its first row apart: by name, or by bit in older files.
fn has_header_row(look: &BytesStart<'_>) -> bool {
    const FIRST_ROW: u16 = 0x0020;
    match attribute(look, "firstRow") {
        Some(value) => matches!(value.as_str(), "1" | "true" | "on"),
        None => attribute(look, "val")
            .and_then(|value| u16::from_str_radix(&value, 16).ok())
            .is_some_and(|bits| bits & FIRST_ROW != 0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(body: &str) -> Document {
        let numbering = r#"<w:numbering xmlns:w="w"><w:abstractNum w:abstractNumId="0"><w:lvl
            w:ilvl="0"><w:numFmt w:val="bullet"/></w:lvl></w:abstractNum><w:num w:numId="1">
            <w:abstractNumId w:val="0"/></w:num></w:numbering>"#;
        let styles = r#"<w:styles xmlns:w="w"><w:style w:styleId="T"><w:name w:val="Title"/></w:style>
            <w:style w:styleId="H"><w:name w:val="heading 1"/></w:style></w:styles>"#;
        let allowance = Allowance::default();
        let styles = Styles::parse(styles, &allowance).expect("they are styles");
        let lists = NumberedLists::parse(numbering, &allowance).expect("they are lists");
        let mut writer = DocxWriter::new(styles, lists);
        let xml = format!("<w:document xmlns:w=\"w\"><w:body>{body}</w:body></w:document>");
        parse(FORMAT, &xml, &allowance, |token| writer.take(token)).expect("it is XML");
        writer.draft.finish("a.docx", None, Places::Paragraphs)
    }

    fn paragraph(properties: &str, text: &str) -> String {
        format!("<w:p><w:pPr>{properties}</w:pPr><w:r><w:t>{text}</w:t></w:r></w:p>")
    }

    fn shown(document: &Document) -> Vec<String> {
        let blocks = document.blocks().iter();
        let shown = blocks.map(|block| {
            let place = document.paragraphs(&document.trimmed(block));
            let (first, last) = place.expect("it has paragraphs");
            let text = document.block_text(block);
            format!("{first}-{last} {}: {text}", block.kind.name())
        });
        shown.collect()
    }

    #[test]
    fn structure_is_kept() {
        let list = "<w:numPr><w:ilvl w:val=\"0\"/><w:numId w:val=\"1\"/></w:numPr>";
        let body = [
            paragraph("<w:pStyle w:val=\"T\"/>", "Neck pain"),
            paragraph("", ""),
            paragraph("<w:pStyle w:val=\"H\"/>", "Risks &amp; cost"),
            paragraph("", "Tell us if you:"),
            paragraph(list, "have osteoporosis"),
            paragraph(list, "are pregnant"),
        ]
        .concat();
        let cell = |text: &str| format!("<w:tc>{}</w:tc>", paragraph("", text));
        let table = format!(
            "<w:tbl><w:tblPr><w:tblLook w:val=\"04A0\"/></w:tblPr><w:tblGrid><w:gridCol/>\
             <w:gridCol/></w:tblGrid><w:tr>{}{}</w:tr><w:tr>{}{}</w:tr></w:tbl>",
            cell("Age"),
            cell("Dose"),
            cell("1"),
            cell("5 mg")
        );
        let document = read(&format!("{body}{table}"));
        assert_eq!(document.title(), "Neck pain");
        assert_eq!(
            shown(&document),
            [
                "1-1 title: Neck pain",
                "2-2 heading: Risks & cost",
                "3-3 paragraph: Tell us if you:",
                "4-4 list item: • have osteoporosis",
                "5-5 list item: • are pregnant",
                "6-6 table header: Age\tDose",
                "7-7 table row: 1\t5 mg",
            ]
        );
    }

    #[test]
    fn what_is_deleted_or_hidden_is_no_text() {
        let body = "<w:p><w:r><w:t>Never</w:t></w:r><w:del><w:r><w:delText>not</w:delText>\
            <w:t>x</w:t></w:r></w:del><w:ins><w:r><w:t xml:space=\"preserve\"> treat</w:t></w:r></w:ins>\
            <w:r><w:rPr><w:vanish/></w:rPr><w:t>hidden</w:t></w:r><w:r><w:t>.</w:t></w:r></w:p>";
        assert_eq!(read(body).text(), "Never treat.\n");
    }

    #[test]
    fn a_box_is_read_through_and_a_table_in_a_cell_is_what_the_cell_says() {
        let inner = format!(
            "<w:tbl><w:tblGrid><w:gridCol/><w:gridCol/></w:tblGrid><w:tr><w:tc>{}</w:tc><w:tc>{}\
             </w:tc></w:tr></w:tbl>",
            paragraph("", "a"),
            paragraph("", "b")
        );
        let boxed = format!(
            "<w:tbl><w:tblGrid><w:gridCol/></w:tblGrid><w:tr><w:tc>{}{inner}</w:tc></w:tr></w:tbl>",
            paragraph("<w:pStyle w:val=\"H\"/>", "Warning")
        );
        assert_eq!(shown(&read(&boxed))[1], "2-2 table row: a\tb");
        let nested = inner.replace("</w:tc></w:tr>", &format!("{inner}</w:tc></w:tr>"));
        assert_eq!(read(&nested).text(), "a\tb a\tb\n");
    }

    #[test]
    fn a_text_box_stands_before_its_paragraph() {
        let body = "<w:p><w:r><w:t>Outer </w:t><w:pict><w:txbxContent><w:p><w:r><w:t>Inner.</w:t>\
            </w:r></w:p></w:txbxContent></w:pict><w:t>text.</w:t></w:r></w:p>";
        assert_eq!(read(body).text(), "Inner.\n\nOuter text.\n");
    }
}
