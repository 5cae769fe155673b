//! Writes one text in every format, so that tests can see whether it reads the same in all.

use std::io::{Cursor, Write};

use palpate::document::{BlockKind, Document};
use pdf_writer::types::{SystemInfo, UnicodeCmap};
use pdf_writer::{Content, Finish, Name, Pdf, Rect, Ref, Str};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

/// A piece of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Piece {
    /// Level 1 is the title.
    Heading(u8, String),
    Paragraph(String),
    /// An item of a list, with or without its number.
    Item(String),
    Header(Vec<String>),
    Row(Vec<String>),
}

/// A text that has everything that formats have.
pub fn leaflet() -> Vec<Piece> {
    let heading = |level, text: &str| Piece::Heading(level, text.to_owned());
    let paragraph = |text: &str| Piece::Paragraph(text.to_owned());
    let item = |text: &str| Piece::Item(text.to_owned());
    let cells = |texts: [&str; 2]| texts.map(str::to_owned).to_vec();
    vec![
        heading(1, "Manual Therapy of the Neck"),
        paragraph(
            "Manual therapy eases pain by skilled movements of the hands. Most people feel better \
             after a few sessions – some don’t, and that is no reason to go on for ever.",
        ),
        heading(2, "Who must not be treated"),
        paragraph("Tell your therapist before the first session if you:"),
        item("have osteoporosis or a fracture"),
        item("take blood thinners & other drugs that keep wounds open"),
        item("are pregnant"),
        heading(2, "Warning signs"),
        paragraph("Stop at once if your arms < legs grow weak, or if you cannot hold your water."),
        heading(2, "Is it safe?"),
        paragraph("Serious harm is rare. The table says how often it was seen."),
        Piece::Header(cells(["Harm", "How often"])),
        Piece::Row(cells(["Soreness for a day or two", "one in three"])),
        Piece::Row(cells(["Torn artery of the neck", "one in a million"])),
        heading(2, "After the visit"),
        paragraph("Rest for the day. Drink water, and walk a little every hour."),
    ]
}

/// The pieces of a document that was read, without its furniture.
pub fn pieces(document: &Document) -> Vec<Piece> {
    let mut pieces = Vec::new();
    for block in document.blocks() {
        let text = words(document.block_text(block));
        let piece = match block.kind {
            BlockKind::Heading { level } | BlockKind::Question { level } => {
                Piece::Heading(level, text)
            }
            BlockKind::Paragraph | BlockKind::Margin => Piece::Paragraph(text),
            BlockKind::ListItem { .. } => Piece::Item(text),
            BlockKind::TableHeader => Piece::Header(two_cells(&text)),
            BlockKind::TableRow => Piece::Row(two_cells(&text)),
            BlockKind::Furniture => continue,
        };
        pieces.push(piece);
    }
    pieces
}

fn two_cells(text: &str) -> Vec<String> {
    let (first, second) = text.split_once(' ').unwrap_or((text, ""));
    vec![first.to_owned(), second.to_owned()]
}

/// A text with single spaces.
pub fn words(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// An item without its bullet, and the number that it counts, if it does.
fn item(text: &str) -> (&str, Option<u32>) {
    let rest = match text.split_once(' ') {
        Some(("•", rest)) => return (rest, None),
        Some((mark, rest)) => mark
            .trim_end_matches('.')
            .parse()
            .ok()
            .map(|n| (rest, Some(n))),
        None => None,
    };
    rest.unwrap_or((text, None))
}

fn with_bullet(text: &str) -> String {
    match item(text) {
        (text, None) => format!("• {text}"),
        (text, Some(number)) => format!("{number}. {text}"),
    }
}

pub fn plain(pieces: &[Piece]) -> String {
    let mut text = String::new();
    let mut last: Option<&Piece> = None;
    for piece in pieces {
        let together = matches!(
            (last, piece),
            (Some(Piece::Item(_)), Piece::Item(_))
                | (Some(Piece::Header(_) | Piece::Row(_)), Piece::Row(_))
        );
        if last.is_some() && !together {
            text.push('\n');
        }
        match piece {
            Piece::Heading(_, line) | Piece::Paragraph(line) => text.push_str(line),
            Piece::Item(line) => text.push_str(&with_bullet(line)),
            Piece::Header(cells) | Piece::Row(cells) => text.push_str(&cells.join("\t")),
        }
        text.push('\n');
        last = Some(piece);
    }
    text
}

/// As Word writes it: with styles, marks before items, and letters beyond ASCII as numbers.
pub fn rtf(pieces: &[Piece]) -> String {
    let escaped = |text: &str| {
        let mut out = String::new();
        for c in text.chars() {
            match c {
                '\\' | '{' | '}' => out.extend(['\\', c]),
                c if c.is_ascii() => out.push(c),
                c => {
                    let units = c.encode_utf16(&mut [0; 2]).to_vec();
                    for unit in units {
                        out.push_str(&format!("\\u{}?", unit.cast_signed()));
                    }
                }
            }
        }
        out
    };
    let row = |cells: &[String], header: &str| {
        let cells = cells.iter().map(|cell| format!("{}\\cell ", escaped(cell)));
        let cells: String = cells.collect();
        format!("\\trowd{header}\\pard\\intbl {cells}\\row\n")
    };
    let mut text = String::from(
        "{\\rtf1\\ansi\\ansicpg1252{\\fonttbl{\\f0 Arial;}}{\\stylesheet{\\s0 Normal;}",
    );
    for level in 1..=8 {
        text.push_str(&format!(
            "{{\\s{level}\\outlinelevel{} heading {level};}}",
            level - 1
        ));
    }
    text.push_str("{\\s20 Title;}}\n");
    for piece in pieces {
        text.push_str(&match piece {
            Piece::Heading(1, line) => format!("\\pard\\s20 {}\\par\n", escaped(line)),
            Piece::Heading(level, line) => {
                format!("\\pard\\s{} {}\\par\n", level - 1, escaped(line))
            }
            Piece::Paragraph(line) => format!("\\pard {}\\par\n", escaped(line)),
            Piece::Item(line) => {
                let (line, number) = item(line);
                let mark = number.map_or("\\'95".to_owned(), |number| format!("{number}."));
                format!(
                    "\\pard{{\\listtext {mark}\\tab}}\\ls1 {}\\par\n",
                    escaped(line)
                )
            }
            Piece::Header(cells) => row(cells, "\\trhdr"),
            Piece::Row(cells) => row(cells, ""),
        });
    }
    text + "}"
}

pub fn markdown(pieces: &[Piece]) -> String {
    let escaped = |text: &str| {
        let mut out = String::new();
        for c in text.chars() {
            if c.is_ascii_punctuation() {
                out.push('\\');
            }
            out.push(c);
        }
        out
    };
    let row = |cells: &[String]| {
        let cells: Vec<String> = cells.iter().map(|cell| escaped(cell)).collect();
        format!("| {} |\n", cells.join(" | "))
    };
    let mut text = String::new();
    let mut last: Option<&Piece> = None;
    for piece in pieces {
        let in_table = matches!(last, Some(Piece::Header(_) | Piece::Row(_)));
        if !(matches!(piece, Piece::Row(_)) && in_table) {
            text.push('\n');
        }
        match piece {
            Piece::Heading(level, line) => {
                text.push_str(&format!(
                    "{} {}\n",
                    "#".repeat((*level).into()),
                    escaped(line)
                ));
            }
            Piece::Paragraph(line) => text.push_str(&format!("{}\n", escaped(line))),
            Piece::Item(line) => {
                let (line, number) = item(line);
                let mark = number.map_or("-".to_owned(), |number| format!("{number}."));
                text.push_str(&format!("{mark} {}\n", escaped(line)));
            }
            Piece::Header(cells) => {
                text.push_str(&row(cells));
                text.push_str(&format!("|{}\n", "---|".repeat(cells.len())));
            }
            Piece::Row(cells) => text.push_str(&row(cells)),
        }
        last = Some(piece);
    }
    text
}

pub fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

pub fn html(pieces: &[Piece]) -> String {
    let mut body = String::new();
    let mut open = "";
    for piece in pieces {
        let needed = match piece {
            Piece::Item(text) if item(text).1.is_some() => "ol",
            Piece::Item(_) => "ul",
            Piece::Header(_) => "new table",
            Piece::Row(_) => "table",
            _ => "",
        };
        if needed != open {
            if !open.is_empty() {
                body.push_str(&format!("</{open}>\n"));
            }
            open = needed.trim_start_matches("new ");
            let start = match piece {
                Piece::Item(text) => item(text).1,
                _ => None,
            };
            match start {
                Some(start) => body.push_str(&format!("<ol start={start}>\n")),
                None if !open.is_empty() => body.push_str(&format!("<{open}>\n")),
                None => {}
            }
        }
        let row = |cell: &str, cells: &[String]| -> String {
            let cells = cells
                .iter()
                .map(|text| format!("<{cell}>{}</{cell}>", escaped(text)));
            format!("<tr>{}</tr>\n", cells.collect::<String>())
        };
        body.push_str(&match piece {
            Piece::Heading(level, text) => format!("<h{level}>{}</h{level}>\n", escaped(text)),
            Piece::Paragraph(text) => format!("<p>{}</p>\n", escaped(text)),
            Piece::Item(text) => format!("<li>{}</li>\n", escaped(item(text).0)),
            Piece::Header(cells) => row("th", cells),
            Piece::Row(cells) => row("td", cells),
        });
    }
    format!(
        "<!doctype html>\n<html><head><meta charset=utf-8><title>Site</title></head><body>\n\
         <nav><a href=\"/\">Home</a></nav>\n<main>\n{body}</main><footer>Imprint</footer></body></html>\n"
    )
}

/// A ZIP archive with these files.
pub fn archive(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in files {
        zip.start_file(*name, SimpleFileOptions::default())
            .expect("memory takes it");
        zip.write_all(content).expect("memory takes it");
    }
    zip.finish().expect("memory takes it").into_inner()
}

const W: &str = "xmlns:w=\"http://schemas.openxmlformats.org/wordprocessingml/2006/main\"";

/// As LibreOffice writes it.
pub fn odt(pieces: &[Piece]) -> Vec<u8> {
    let row = |cells: &[String]| {
        let cells = cells.iter().map(|cell| {
            format!(
                "<table:table-cell><text:p>{}</text:p></table:table-cell>",
                escaped(cell)
            )
        });
        format!(
            "<table:table-row>{}</table:table-row>",
            cells.collect::<String>()
        )
    };
    let mut body = String::new();
    let mut rest = pieces.iter().peekable();
    while let Some(piece) = rest.next() {
        match piece {
            Piece::Heading(1, line) => {
                body.push_str(&format!(
                    "<text:p text:style-name=\"Title\">{}</text:p>",
                    escaped(line)
                ));
            }
            Piece::Heading(level, line) => body.push_str(&format!(
                "<text:h text:outline-level=\"{}\">{}</text:h>",
                level - 1,
                escaped(line)
            )),
            Piece::Paragraph(line) => {
                body.push_str(&format!(
                    "<text:p text:style-name=\"P1\">{}</text:p>",
                    escaped(line)
                ));
            }
            Piece::Item(line) => {
                let (text, number) = item(line);
                let (style, start) = match number {
                    Some(number) => ("L2", format!(" text:start-value=\"{number}\"")),
                    None => ("L1", String::new()),
                };
                body.push_str(&format!(
                    "<text:list text:style-name=\"{style}\"><text:list-item{start}><text:p>{}</text:p>\
                     </text:list-item></text:list>",
                    escaped(text)
                ));
            }
            Piece::Header(_) | Piece::Row(_) => {
                body.push_str("<table:table>");
                if let Piece::Header(cells) = piece {
                    let header = row(cells);
                    body.push_str(&format!(
                        "<table:table-header-rows>{header}</table:table-header-rows>"
                    ));
                }
                if let Piece::Row(cells) = piece {
                    body.push_str(&row(cells));
                }
                while let Some(Piece::Row(cells)) =
                    rest.next_if(|next| matches!(next, Piece::Row(_)))
                {
                    body.push_str(&row(cells));
                }
                body.push_str("</table:table>");
            }
        }
    }
    let content = format!(
        "<office:document-content xmlns:office=\"o\" xmlns:text=\"t\" xmlns:table=\"b\" xmlns:style=\"s\">\
         <office:automatic-styles><text:list-style style:name=\"L2\"><text:list-level-style-number \
         text:level=\"1\"/></text:list-style></office:automatic-styles><office:body><office:text>{body}\
         </office:text></office:body></office:document-content>"
    );
    let mimetype = b"application/vnd.oasis.opendocument.text";
    archive(&[("mimetype", mimetype), ("content.xml", content.as_bytes())])
}

/// A mail whose text is a web page; its subject is the title.
pub fn web_mail(pieces: &[Piece]) -> String {
    let title = pieces.iter().find_map(|piece| match piece {
        Piece::Heading(1, line) => Some(line.as_str()),
        _ => None,
    });
    format!(
        "Subject: {}\r\nMIME-Version: 1.0\r\nContent-Type: text/html; charset=utf-8\r\n\r\n{}",
        title.unwrap_or_default(),
        html(pieces)
    )
}

pub fn docx(pieces: &[Piece]) -> Vec<u8> {
    archive(&[
        ("[Content_Types].xml", b"<Types/>"),
        ("word/document.xml", docx_body(pieces).as_bytes()),
        ("word/styles.xml", docx_styles().as_bytes()),
        ("word/numbering.xml", docx_lists().as_bytes()),
    ])
}

/// A Word file with a heading, a paragraph and a list, of which each item has its depth.
pub fn docx_of_list(heading: &str, lead: &str, items: &[(usize, String)]) -> Vec<u8> {
    let paragraph = |properties: &str, text: &str| {
        format!(
            "<w:p><w:pPr>{properties}</w:pPr><w:r><w:t>{}</w:t></w:r></w:p>",
            escaped(text)
        )
    };
    let items = items.iter().map(|(depth, text)| {
        let list = format!("<w:numPr><w:ilvl w:val=\"{depth}\"/><w:numId w:val=\"1\"/></w:numPr>");
        paragraph(&list, text)
    });
    let body = [
        paragraph("<w:pStyle w:val=\"Titel\"/>", "Title"),
        paragraph("<w:pStyle w:val=\"berschrift1\"/>", heading),
        paragraph("", lead),
        items.collect(),
    ];
    let document = format!(
        "<w:document {W}><w:body>{}</w:body></w:document>",
        body.concat()
    );
    archive(&[
        ("[Content_Types].xml", b"<Types/>"),
        ("word/document.xml", document.as_bytes()),
        ("word/styles.xml", docx_styles().as_bytes()),
        ("word/numbering.xml", docx_lists().as_bytes()),
    ])
}

pub fn docx_styles() -> String {
    // As a German Word writes them: ids are translated, names are not.
    let heading = |level: u8| {
        format!(
            "<w:style w:type=\"paragraph\" w:styleId=\"berschrift{level}\"><w:name \
             w:val=\"heading {level}\"/></w:style>"
        )
    };
    let headings: String = (1..=6).map(heading).collect();
    format!(
        "<w:styles {W}><w:style w:type=\"paragraph\" w:styleId=\"Titel\"><w:name w:val=\"Title\"/>\
         </w:style>{headings}</w:styles>"
    )
}

pub fn docx_lists() -> String {
    let list = |id: u8, format: &str| {
        format!(
            "<w:abstractNum w:abstractNumId=\"{id}\"><w:lvl w:ilvl=\"0\"><w:numFmt \
             w:val=\"{format}\"/></w:lvl></w:abstractNum>"
        )
    };
    // The first list has bullets, each of the others counts from 1.
    let lists = (1..=40).map(|id| {
        let format = u8::from(id > 1);
        format!("<w:num w:numId=\"{id}\"><w:abstractNumId w:val=\"{format}\"/></w:num>")
    });
    format!(
        "<w:numbering {W}>{}{}{}</w:numbering>",
        list(0, "bullet"),
        list(1, "decimal"),
        lists.collect::<String>()
    )
}

pub fn docx_body(pieces: &[Piece]) -> String {
    let paragraph = |properties: &str, text: &str| {
        format!(
            "<w:p><w:pPr>{properties}</w:pPr><w:r><w:t xml:space=\"preserve\">{}</w:t></w:r></w:p>",
            escaped(text)
        )
    };
    let row = |cells: &[String]| -> String {
        let cells = cells
            .iter()
            .map(|text| format!("<w:tc>{}</w:tc>", paragraph("", text)));
        format!("<w:tr>{}</w:tr>", cells.collect::<String>())
    };
    let begin_table = |columns: usize, look: &str| {
        format!(
            "<w:tbl><w:tblPr><w:tblLook w:val=\"{look}\"/></w:tblPr><w:tblGrid>{}</w:tblGrid>",
            "<w:gridCol/>".repeat(columns)
        )
    };
    let mut body = String::new();
    let mut in_table = false;
    let mut counted_lists = 0;
    for piece in pieces {
        if in_table && !matches!(piece, Piece::Row(_)) {
            body.push_str("</w:tbl>");
            in_table = false;
        }
        match piece {
            Piece::Heading(1, text) => {
                body.push_str(&paragraph("<w:pStyle w:val=\"Titel\"/>", text));
            }
            Piece::Heading(level, text) => {
                let style = format!("<w:pStyle w:val=\"berschrift{}\"/>", level - 1);
                body.push_str(&paragraph(&style, text));
            }
            Piece::Paragraph(text) => body.push_str(&paragraph("", text)),
            Piece::Item(text) => {
                let (text, number) = item(text);
                counted_lists += u8::from(number == Some(1));
                let list = number.map_or(1, |_| 1 + counted_lists);
                let properties =
                    format!("<w:numPr><w:ilvl w:val=\"0\"/><w:numId w:val=\"{list}\"/></w:numPr>");
                body.push_str(&paragraph(&properties, text));
            }
            Piece::Header(cells) => {
                body.push_str(&begin_table(cells.len(), "0020"));
                body.push_str(&row(cells));
                in_table = true;
            }
            Piece::Row(cells) => {
                if !in_table {
                    body.push_str(&begin_table(cells.len(), "0000"));
                    in_table = true;
                }
                body.push_str(&row(cells));
            }
        }
    }
    if in_table {
        body.push_str("</w:tbl>");
    }
    format!("<w:document {W}><w:body>{body}</w:body></w:document>")
}

const PAGE: Rect = Rect {
    x1: 0.0,
    y1: 0.0,
    x2: 595.0,
    y2: 842.0,
};
const MARGIN: f32 = 60.0;
const BODY: f32 = 10.0;
const LEADING: f32 = 1.3;
/// Letters to a line.
const COLUMNS: usize = 90;

/// Lines placed on pages.
struct Layout {
    pages: Vec<Content>,
    down: f32,
}

impl Layout {
    fn line(&mut self, size: f32, cells: &[&str]) {
        if self.down < MARGIN + 3.0 * size {
            let number = self.pages.len();
            self.place(8.0, 290.0, 30.0, &format!("Page {number}"));
            self.pages.push(Content::new());
            self.down = PAGE.y2 - MARGIN;
        }
        self.down -= size * LEADING;
        for (cell, n) in cells.iter().zip(0u8..) {
            let down = self.down;
            self.place(size, MARGIN + 240.0 * f32::from(n), down, cell);
        }
    }

    fn place(&mut self, size: f32, x: f32, y: f32, text: &str) {
        let (bytes, _, _) = encoding_rs::WINDOWS_1252.encode(text);
        let page = self.pages.last_mut().expect("there is one from the start");
        page.begin_text();
        page.set_font(Name(b"F1"), size);
        page.next_line(x, y);
        page.show(Str(&bytes));
        page.end_text();
    }

    fn wrapped(&mut self, size: f32, text: &str) {
        let columns = (COLUMNS as f32 * BODY / size) as usize;
        for line in textwrap::wrap(text, textwrap::Options::new(columns).break_words(false)) {
            self.line(size, &[&line]);
        }
    }
}

pub fn pdf(pieces: &[Piece]) -> Vec<u8> {
    let mut layout = Layout {
        pages: vec![Content::new()],
        down: PAGE.y2 - MARGIN,
    };
    let mut last: Option<&Piece> = None;
    for piece in pieces {
        let together = matches!(
            (last, piece),
            (Some(Piece::Item(_)), Piece::Item(_))
                | (Some(Piece::Header(_) | Piece::Row(_)), Piece::Row(_))
        );
        if !together {
            layout.down -= BODY;
        }
        match piece {
            Piece::Heading(level, text) => {
                layout.wrapped([20.0, 16.0, 13.0][usize::from(*level - 1).min(2)], text);
            }
            Piece::Paragraph(text) => layout.wrapped(BODY, text),
            Piece::Item(text) => layout.wrapped(BODY, &with_bullet(text)),
            Piece::Header(cells) | Piece::Row(cells) => {
                let cells: Vec<&str> = cells.iter().map(String::as_str).collect();
                layout.line(BODY, &cells);
            }
        }
        last = Some(piece);
    }
    file(layout.pages)
}

/// The byte that a PDF shows a sign by that no old encoding has.
const SIGN: u8 = 0x81;

/// A PDF of one page with these lines, the first one in large print; each is indented by so many
/// columns, and begins with a sign, if it has one.
pub fn pdf_of_lines(lines: &[(usize, Option<&str>, &str)]) -> Vec<u8> {
    let mut page = Content::new();
    let mut down = PAGE.y2 - MARGIN;
    let mut sign = None;
    for (n, (indent, mark, text)) in lines.iter().enumerate() {
        let size = if n < 2 { 20.0 - 4.0 * n as f32 } else { BODY };
        down -= size * LEADING;
        let mut bytes = Vec::new();
        if let Some(mark) = mark {
            for c in mark.chars() {
                match encoding_rs::WINDOWS_1252.encode(&c.to_string()) {
                    (encoded, _, false) => bytes.extend_from_slice(&encoded),
                    _ => {
                        sign = Some(c);
                        bytes.push(SIGN);
                    }
                }
            }
            bytes.push(b' ');
        }
        bytes.extend_from_slice(&encoding_rs::WINDOWS_1252.encode(text).0);
        page.begin_text();
        page.set_font(Name(b"F1"), size);
        page.next_line(MARGIN + 6.0 * *indent as f32, down);
        page.show(Str(&bytes));
        page.end_text();
    }
    file_with_sign(vec![page], sign)
}

/// A PDF with these pages.
pub fn file(pages: Vec<Content>) -> Vec<u8> {
    file_with_sign(pages, None)
}

fn file_with_sign(pages: Vec<Content>, sign: Option<char>) -> Vec<u8> {
    let mut pdf = Pdf::new();
    let (catalog, tree, font) = (Ref::new(1), Ref::new(2), Ref::new(3));
    let unicode = Ref::new(4);
    let id = |n: usize| Ref::new(5 + i32::try_from(n).expect("it is a short text"));
    pdf.catalog(catalog).pages(tree);
    let count = pages.len();
    pdf.pages(tree)
        .kids((0..count).map(|n| id(2 * n)))
        .count(i32::try_from(count).expect("it is a short text"));
    let mut helvetica = pdf.type1_font(font);
    helvetica
        .base_font(Name(b"Helvetica"))
        .encoding_predefined(Name(b"WinAnsiEncoding"));
    if sign.is_some() {
        helvetica.to_unicode(unicode);
    }
    helvetica.finish();
    if let Some(sign) = sign {
        let info = SystemInfo {
            registry: Str(b"Adobe"),
            ordering: Str(b"UCS"),
            supplement: 0,
        };
        let mut map = UnicodeCmap::<u8>::new(Name(b"Signs"), info);
        (b' '..=b'~').for_each(|byte| map.pair(byte, char::from(byte)));
        map.pair(SIGN, sign);
        pdf.stream(unicode, &map.finish());
    }
    for (n, content) in pages.into_iter().enumerate() {
        let mut page = pdf.page(id(2 * n));
        page.media_box(PAGE);
        page.parent(tree);
        page.contents(id(2 * n + 1));
        page.resources().fonts().pair(Name(b"F1"), font);
        page.finish();
        pdf.stream(id(2 * n + 1), &content.finish());
    }
    pdf.finish()
}

/// The same archive with another file under a name.
pub fn replaced(bytes: &[u8], name: &str, content: &[u8]) -> Vec<u8> {
    use std::io::Read as _;
    let mut zip = zip::ZipArchive::new(Cursor::new(bytes)).expect("it is an archive");
    let mut files: Vec<(String, Vec<u8>)> = Vec::new();
    for number in 0..zip.len() {
        let mut file = zip.by_index(number).expect("it is there");
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).expect("memory takes it");
        let path = file.name().expect("it has a name").into_owned();
        let is_other = path == name;
        files.push((path, if is_other { content.to_vec() } else { bytes }));
    }
    let files: Vec<(&str, &[u8])> = files
        .iter()
        .map(|(name, bytes)| (name.as_str(), bytes.as_slice()))
        .collect();
    archive(&files)
}

/// A workbook as Excel writes it: strings apart, cells by their places.
pub fn xlsx(sheets: &[(&str, &[(&str, &str)])]) -> Vec<u8> {
    let mut files: Vec<(String, String)> = Vec::new();
    let (mut names, mut related, mut types) = (String::new(), String::new(), String::new());
    for (number, (name, cells)) in (1..).zip(sheets) {
        names += &format!("<sheet name=\"{name}\" sheetId=\"{number}\" r:id=\"r{number}\"/>");
        related += &format!(
            "<Relationship Id=\"r{number}\" Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet\" \
             Target=\"worksheets/sheet{number}.xml\"/>"
        );
        types += &format!(
            "<Override PartName=\"/xl/worksheets/sheet{number}.xml\" \
             ContentType=\"application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml\"/>"
        );
        let mut rows: Vec<(String, String)> = Vec::new();
        for (place, text) in *cells {
            let row = place
                .trim_start_matches(|c: char| c.is_ascii_alphabetic())
                .to_owned();
            let cell = format!("<c r=\"{place}\" t=\"inlineStr\"><is><t>{text}</t></is></c>");
            match rows.last_mut().filter(|(last, _)| *last == row) {
                Some((_, cells)) => cells.push_str(&cell),
                None => rows.push((row, cell)),
            }
        }
        let rows: String = rows
            .iter()
            .map(|(row, cells)| format!("<row r=\"{row}\">{cells}</row>"))
            .collect();
        files.push((
            format!("xl/worksheets/sheet{number}.xml"),
            format!(
                "<worksheet xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\"><sheetData>{rows}</sheetData></worksheet>"
            ),
        ));
    }
    files.push((
        "xl/workbook.xml".to_owned(),
        format!(
            "<workbook xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\" \
             xmlns:r=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships\"><sheets>{names}</sheets></workbook>"
        ),
    ));
    files.push((
        "xl/_rels/workbook.xml.rels".to_owned(),
        format!("<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\">{related}</Relationships>"),
    ));
    files.push((
        "[Content_Types].xml".to_owned(),
        format!("<Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\">{types}</Types>"),
    ));
    files.push((
        "_rels/.rels".to_owned(),
        "<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\"><Relationship Id=\"r1\" \
         Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument\" \
         Target=\"xl/workbook.xml\"/></Relationships>"
            .to_owned(),
    ));
    let files: Vec<(&str, &[u8])> = files
        .iter()
        .map(|(name, text)| (name.as_str(), text.as_bytes()))
        .collect();
    archive(&files)
}

/// A book with these pages; one without a text is named and not there.
pub fn epub(pages: &[(&str, &str)]) -> Vec<u8> {
    let items: String = pages
        .iter()
        .map(|(name, _)| {
            format!(
                "<item id=\"{name}\" href=\"text/{name}\" media-type=\"application/xhtml+xml\"/>"
            )
        })
        .collect();
    let order: String = pages
        .iter()
        .map(|(name, _)| format!("<itemref idref=\"{name}\"/>"))
        .collect();
    let book = format!("<package><manifest>{items}</manifest><spine>{order}</spine></package>");
    let names: Vec<String> = pages
        .iter()
        .map(|(name, _)| format!("OPS/text/{name}"))
        .collect();
    let mut files: Vec<(&str, &[u8])> = vec![
        ("mimetype", b"application/epub+zip"),
        (
            "META-INF/container.xml",
            b"<container><rootfiles><rootfile full-path=\"OPS/book.opf\"/></rootfiles></container>",
        ),
        ("OPS/book.opf", book.as_bytes()),
    ];
    let there = names
        .iter()
        .zip(pages)
        .filter(|(_, (_, text))| !text.is_empty());
    files.extend(there.map(|(name, (_, text))| (name.as_str(), text.as_bytes())));
    archive(&files)
}

/// A mail with something attached.
pub fn mail(subject: &str, name: &str, attached: &[u8]) -> Vec<u8> {
    use base64::Engine as _;
    let attached = base64::engine::general_purpose::STANDARD.encode(attached);
    format!(
        "Subject: {subject}\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=\"b\"\r\n\r\n--b\r\n\
         Content-Type: text/plain\r\n\r\nSee what is attached on cupping.\r\n--b\r\n\
         Content-Type: application/octet-stream\r\nContent-Transfer-Encoding: base64\r\n\
         Content-Disposition: attachment; filename=\"{name}\"\r\n\r\n{attached}\r\n--b--\r\n"
    )
    .into_bytes()
}

/// A presentation of one slide.
pub fn pptx(title: &str, items: &[&str]) -> Vec<u8> {
    let items: String = items
        .iter()
        .map(|item| format!("<a:p><a:r><a:t>{}</a:t></a:r></a:p>", escaped(item)))
        .collect();
    let slide = format!(
        "<p:sld xmlns:p=\"p\" xmlns:a=\"a\"><p:sp><p:nvPr><p:ph type=\"title\"/></p:nvPr><a:p><a:r><a:t>{}</a:t></a:r></a:p></p:sp>\
         <p:sp><p:nvPr><p:ph/></p:nvPr>{items}</p:sp></p:sld>",
        escaped(title)
    );
    archive(&[
        (
            "ppt/presentation.xml",
            b"<p:presentation xmlns:p=\"p\" xmlns:r=\"r\"><p:sldIdLst><p:sldId id=\"256\" r:id=\"r1\"/></p:sldIdLst></p:presentation>",
        ),
        (
            "ppt/_rels/presentation.xml.rels",
            b"<Relationships><Relationship Id=\"r1\" Target=\"slides/slide1.xml\"/></Relationships>",
        ),
        ("ppt/slides/slide1.xml", slide.as_bytes()),
    ])
}
