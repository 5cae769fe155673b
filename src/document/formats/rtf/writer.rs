//! Turns the pieces of an RTF file into blocks.

use std::collections::HashMap;

use encoding_rs::{Encoding, WINDOWS_1252};

use super::token::{RtfToken, RtfTokens};
use crate::document::draft::{Draft, SaidOnMargins, TextRun};
use crate::document::{Allowance, BlockKind, ReadError};

/// The number of Windows for the signs of symbol fonts.
const SYMBOLS: i32 = 2;
/// Where Unicode keeps the signs of symbol fonts.
const PRIVATE: u32 = 0xf000;

/// What the text of a group is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum Destination {
    #[default]
    Text,
    /// Nothing that is read.
    Nowhere,
    Fonts,
    Styles,
    /// What the file says of itself; only its title is of use.
    About,
    Title,
    /// The mark before an item.
    Mark,
}

/// A text beside the main one, which a group holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Aside {
    Note,
    Margin,
}

/// What a closing brace sets back.
#[derive(Debug, Clone, Copy)]
struct RtfGroup {
    destination: Destination,
    aside: Option<Aside>,
    /// Whether the next control word is one that old readers pass over, with its group.
    is_optional: bool,
    is_hidden: bool,
    font: i32,
    /// How many characters stand for one of Unicode that old readers do not know.
    replaced_by: usize,
}

/// What the paragraph under way is.
#[derive(Debug, Default, Clone, Copy)]
struct Properties {
    style: i32,
    outline: Option<u8>,
    level: u8,
}

#[derive(Debug, Default, Clone)]
struct RtfStyle {
    number: i32,
    outline: Option<u8>,
    name: String,
}

#[derive(Debug, Default)]
struct RtfTable {
    cells: Vec<TextRun>,
    is_header: bool,
}

/// A run of text that is being written, and what it is of.
#[derive(Debug, Default)]
struct Writing {
    run: TextRun,
    mark: String,
    properties: Properties,
    table: Option<RtfTable>,
    /// Whether the paragraph under way stands in a table.
    in_table: bool,
}

/// Turns the pieces of a file into blocks.
#[derive(Default)]
pub(super) struct RtfWriter {
    draft: Draft,
    /// How many paragraphs there are.
    count: usize,
    groups: Vec<RtfGroup>,
    /// The main text, and the texts beside it that are under way.
    writing: Writing,
    around: Vec<Writing>,
    /// Notes and margins, which follow the text.
    notes: Vec<TextRun>,
    margins: Vec<TextRun>,
    styles: HashMap<i32, RtfStyle>,
    style: RtfStyle,
    /// The character sets of fonts.
    fonts: HashMap<i32, i32>,
    encoding: Option<&'static Encoding>,
    /// Bytes of text that may be the beginning of a letter.
    bytes: Vec<u8>,
    /// The first half of a letter of Unicode that is written as two.
    half: Option<u16>,
    /// Characters still to be passed over, which stand for one that was read.
    to_skip: usize,
    title: String,
}

impl RtfWriter {
    /// Reads a file; whether it is whole.
    pub(super) fn read(&mut self, bytes: &[u8], allowance: &Allowance) -> Result<bool, ReadError> {
        let mut tokens = RtfTokens::new(bytes);
        let mut is_closed = false;
        while let Some(token) = tokens.next() {
            allowance.check()?;
            match token {
                RtfToken::Open => self.open(),
                RtfToken::Close => {
                    self.close();
                    is_closed = self.groups.is_empty();
                    if is_closed {
                        break;
                    }
                }
                RtfToken::Control("bin", Some(length)) => {
                    tokens.pass_over(usize::try_from(length).unwrap_or(0));
                }
                RtfToken::Control(word, number) => self.control(word, number),
                RtfToken::Byte(byte) => self.byte(byte),
            }
            allowance.check_depth(self.groups.len())?;
        }
        while !self.groups.is_empty() {
            self.close();
        }
        self.end_paragraph();
        Ok(is_closed)
    }

    /// What was read, and how the file calls itself.
    pub(super) fn finish(mut self) -> (Draft, Option<String>) {
        for note in std::mem::take(&mut self.notes) {
            self.draft.add(BlockKind::Paragraph, &note);
        }
        let mut said = SaidOnMargins::default();
        for margin in std::mem::take(&mut self.margins) {
            if said.is_new(&margin) {
                self.draft.add(BlockKind::Margin, &margin);
            }
        }
        let title = Some(self.title.trim().to_owned()).filter(|title| !title.is_empty());
        (self.draft, title)
    }

    fn group(&self) -> RtfGroup {
        self.groups.last().copied().unwrap_or(RtfGroup {
            destination: Destination::Text,
            aside: None,
            is_optional: false,
            is_hidden: false,
            font: 0,
            replaced_by: 1,
        })
    }

    fn change(&mut self, change: impl FnOnce(&mut RtfGroup)) {
        if let Some(group) = self.groups.last_mut() {
            change(group);
        }
    }

    fn open(&mut self) {
        self.end_bytes();
        self.to_skip = 0;
        let group = RtfGroup {
            aside: None,
            is_optional: false,
            ..self.group()
        };
        self.groups.push(group);
    }

    fn close(&mut self) {
        self.end_bytes();
        self.to_skip = 0;
        let Some(group) = self.groups.pop() else {
            return;
        };
        if let Some(aside) = group.aside {
            self.end_aside(aside);
        }
        if group.destination == Destination::Styles {
            self.end_style();
        }
    }

    /// A text beside the main one begins: it interrupts no paragraph.
    fn begin_aside(&mut self, aside: Aside) {
        self.around.push(std::mem::take(&mut self.writing));
        self.change(|group| {
            group.aside = Some(aside);
            group.destination = Destination::Text;
        });
    }

    fn end_aside(&mut self, aside: Aside) {
        let Some(around) = self.around.pop() else {
            return;
        };
        let run = std::mem::replace(&mut self.writing, around).run;
        match aside {
            _ if run.is_empty() => {}
            Aside::Margin => self.margins.push(run),
            Aside::Note => self.notes.push(run),
        }
    }

    fn byte(&mut self, byte: u8) {
        if self.to_skip > 0 {
            self.to_skip -= 1;
            return;
        }
        self.half = None;
        self.bytes.push(byte);
    }

    /// Decodes the bytes that have come together, which are in one font.
    fn end_bytes(&mut self) {
        if self.bytes.is_empty() {
            return;
        }
        let bytes = std::mem::take(&mut self.bytes);
        let charset = self.fonts.get(&self.group().font).copied();
        if charset == Some(SYMBOLS) {
            let text: String = bytes.into_iter().map(symbol).collect();
            return self.letters(&text);
        }
        let encoding = charset.and_then(encoding_of_font).or(self.encoding);
        let encoding = encoding.unwrap_or(WINDOWS_1252);
        let (text, _) = encoding.decode_without_bom_handling(&bytes);
        self.letters(&text);
    }

    fn letters(&mut self, text: &str) {
        let group = self.group();
        match group.destination {
            Destination::Text if !group.is_hidden => self.writing.run.add(text, self.count + 1),
            Destination::Mark => self.writing.mark.push_str(text),
            Destination::Title => self.title.push_str(text),
            Destination::Styles => self.style.name.push_str(text),
            _ => {}
        }
    }

    fn unicode(&mut self, number: i32) {
        self.end_bytes();
        self.to_skip = self.group().replaced_by;
        // Numbers above 32767 are written as negative ones.
        let unit = number as u16;
        match (self.half.take(), unit) {
            (_, 0xd800..=0xdbff) => self.half = Some(unit),
            (Some(half), 0xdc00..=0xdfff) => {
                let text = String::from_utf16_lossy(&[half, unit]);
                self.letters(&text);
            }
            _ => {
                let text = String::from_utf16_lossy(&[unit]);
                self.letters(&text);
            }
        }
    }

    fn control(&mut self, word: &str, number: Option<i32>) {
        if word == "u" {
            return self.unicode(number.unwrap_or(0));
        }
        if self.to_skip > 0 && matches!(word, "~" | "-" | "_" | "tab") {
            self.to_skip -= 1;
            return;
        }
        self.to_skip = 0;
        self.end_bytes();
        if word == "*" {
            return self.change(|group| group.is_optional = true);
        }
        let was_optional = self.group().is_optional;
        self.change(|group| group.is_optional = false);
        if self.destination(word) {
            return;
        }
        if was_optional {
            return self.change(|group| group.destination = Destination::Nowhere);
        }
        match self.group().destination {
            Destination::Fonts if word == "fcharset" => {
                self.fonts.insert(self.group().font, number.unwrap_or(0));
            }
            Destination::Styles => self.style_property(word, number),
            Destination::Text => self.text_control(word, number),
            Destination::Mark if word == "tab" => self.writing.mark.push(' '),
            _ => {}
        }
        self.property(word, number);
    }

    /// Whether a control word says what the text of its group is.
    fn destination(&mut self, word: &str) -> bool {
        let destination = match word {
            "fonttbl" => Destination::Fonts,
            "stylesheet" => Destination::Styles,
            "info" => Destination::About,
            "title" if self.group().destination == Destination::About => Destination::Title,
            "listtext" | "pntext" => Destination::Mark,
            // A box of text stands within much that is none.
            "footnote" | "shptxt" => {
                self.begin_aside(Aside::Note);
                return true;
            }
            "header" | "headerl" | "headerr" | "headerf" | "footer" | "footerl" | "footerr"
            | "footerf" => {
                self.begin_aside(Aside::Margin);
                return true;
            }
            "colortbl" | "filetbl" | "pict" | "fldinst" | "annotation" | "atnid" | "shprslt"
            | "nonshppict" | "xe" | "tc" | "rxe" | "private" | "objdata" | "themedata"
            | "latentstyles" | "datastore" | "listtable" | "revtbl" => Destination::Nowhere,
            _ => return false,
        };
        // What is left out is left out with all that stands in it.
        if self.group().destination != Destination::Nowhere {
            self.change(|group| group.destination = destination);
        }
        true
    }

    /// What is said of the text that follows.
    fn property(&mut self, word: &str, number: Option<i32>) {
        match word {
            "ansicpg" => {
                let label = format!("windows-{}", number.unwrap_or(1252));
                self.encoding = Encoding::for_label(label.as_bytes()).or_else(|| code_page(number));
            }
            "mac" => self.encoding = Some(encoding_rs::MACINTOSH),
            "uc" => {
                let count = usize::try_from(number.unwrap_or(1)).unwrap_or(1);
                self.change(|group| group.replaced_by = count.min(16));
            }
            "f" => self.change(|group| group.font = number.unwrap_or(0)),
            "v" | "deleted" => self.change(|group| group.is_hidden = number != Some(0)),
            "plain" => self.change(|group| group.is_hidden = false),
            _ => {}
        }
    }

    fn style_property(&mut self, word: &str, number: Option<i32>) {
        match word {
            "s" => self.style.number = number.unwrap_or(0),
            "outlinelevel" => self.style.outline = number.and_then(|level| level.try_into().ok()),
            // Styles of letters and tables are numbered apart.
            "cs" | "ds" | "ts" => self.style.number = -1,
            _ => {}
        }
    }

    fn end_style(&mut self) {
        let style = std::mem::take(&mut self.style);
        if style.number >= 0 && !style.name.trim().is_empty() {
            self.styles.insert(style.number, style);
        }
    }

    /// What stands in the text, and says where a paragraph ends and what it is.
    fn text_control(&mut self, word: &str, number: Option<i32>) {
        let sign = match word {
            "~" => "\u{a0}",
            "_" => "\u{2011}",
            "tab" | "emspace" | "enspace" | "qmspace" => " ",
            "emdash" => "—",
            "endash" => "–",
            "lquote" => "‘",
            "rquote" => "’",
            "ldblquote" => "“",
            "rdblquote" => "”",
            "bullet" => "•",
            _ => return self.paragraph_control(word, number),
        };
        self.letters(sign);
    }

    fn paragraph_control(&mut self, word: &str, number: Option<i32>) {
        let writing = &mut self.writing;
        match word {
            "par" | "sect" | "page" => self.end_paragraph(),
            "line" | "softline" => writing.run.line_break(),
            "pard" => {
                writing.properties = Properties::default();
                writing.in_table = false;
            }
            "s" => writing.properties.style = number.unwrap_or(0),
            "outlinelevel" => {
                writing.properties.outline = number.and_then(|level| level.try_into().ok());
            }
            "ilvl" => {
                let level = number.and_then(|level| level.try_into().ok());
                writing.properties.level = level.unwrap_or(0);
            }
            "intbl" => writing.in_table = true,
            "trowd" => {
                writing.in_table = true;
                writing.table.get_or_insert_default().is_header = false;
            }
            "trhdr" => writing.table.get_or_insert_default().is_header = true,
            "cell" => self.end_cell(),
            "nestcell" | "nestrow" => writing.run.space(),
            "row" => self.end_row(),
            _ => {}
        }
    }

    fn add(&mut self, kind: BlockKind, run: &TextRun) {
        if !run.is_empty() {
            self.draft.add(kind, run);
            self.count += 1;
        }
    }

    fn end_paragraph(&mut self) {
        self.end_bytes();
        if !self.around.is_empty() || self.writing.in_table {
            // What stands beside the text, or in a cell, is of one piece.
            return self.writing.run.space();
        }
        let run = std::mem::take(&mut self.writing.run);
        let mark = std::mem::take(&mut self.writing.mark);
        if run.is_empty() {
            return;
        }
        let mark = mark.trim();
        if mark.is_empty() {
            let kind = self.kind();
            return self.add(kind, &run);
        }
        let kind = match self.kind() {
            // A numbered heading is a heading.
            kind @ BlockKind::Heading { .. } => kind,
            _ => BlockKind::item(self.writing.properties.level),
        };
        let item = TextRun::marked(mark, self.count + 1, &run);
        self.add(kind, &item);
    }

    /// What a paragraph is that is no item.
    fn kind(&self) -> BlockKind {
        let properties = self.writing.properties;
        let style = self.styles.get(&properties.style);
        let by_style = || style.and_then(|style| style.outline);
        let name = style.map(|style| style.name.trim_matches([';', ' ']).to_lowercase());
        let name = name.unwrap_or_default();
        match properties.outline.or_else(by_style) {
            Some(level @ 0..=8) => BlockKind::Heading { level: level + 2 },
            _ if name == "title" => BlockKind::Heading { level: 1 },
            _ if name.starts_with("toc ") => BlockKind::Furniture,
            _ => match name
                .strip_prefix("heading ")
                .and_then(|level| level.parse().ok())
            {
                Some(level @ 1..=9u8) => BlockKind::Heading { level: level + 1 },
                _ => BlockKind::Paragraph,
            },
        }
    }

    fn end_cell(&mut self) {
        self.end_bytes();
        let run = std::mem::take(&mut self.writing.run);
        let mark = std::mem::take(&mut self.writing.mark);
        let cell = TextRun::marked(mark.trim(), self.count + 1, &run);
        self.writing.table.get_or_insert_default().cells.push(cell);
    }

    fn end_row(&mut self) {
        let Some(table) = self.writing.table.take() else {
            return;
        };
        let row = TextRun::row(&table.cells);
        let kind = match table.is_header {
            true => BlockKind::TableHeader,
            false => BlockKind::TableRow,
        };
        match self.around.is_empty() {
            true => self.add(kind, &row),
            false => self.writing.run.join(&row),
        }
    }
}

/// The sign of a symbol font.
fn symbol(byte: u8) -> char {
    match byte {
        ..=b' ' => char::from(byte),
        _ => char::from_u32(PRIVATE + u32::from(byte)).unwrap_or('?'),
    }
}

/// The encoding of a character set of Windows, as fonts name it.
fn encoding_of_font(charset: i32) -> Option<&'static Encoding> {
    Some(match charset {
        77 => encoding_rs::MACINTOSH,
        128 => encoding_rs::SHIFT_JIS,
        129 => encoding_rs::EUC_KR,
        134 => encoding_rs::GBK,
        136 => encoding_rs::BIG5,
        161 => encoding_rs::WINDOWS_1253,
        162 => encoding_rs::WINDOWS_1254,
        163 => encoding_rs::WINDOWS_1258,
        177 => encoding_rs::WINDOWS_1255,
        178 => encoding_rs::WINDOWS_1256,
        186 => encoding_rs::WINDOWS_1257,
        204 => encoding_rs::WINDOWS_1251,
        222 => encoding_rs::WINDOWS_874,
        238 => encoding_rs::WINDOWS_1250,
        _ => return None,
    })
}

/// The encoding of a code page that is none of Windows by name.
fn code_page(number: Option<i32>) -> Option<&'static Encoding> {
    Some(match number? {
        932 => encoding_rs::SHIFT_JIS,
        936 => encoding_rs::GBK,
        949 => encoding_rs::EUC_KR,
        950 => encoding_rs::BIG5,
        866 => encoding_rs::IBM866,
        10000 => encoding_rs::MACINTOSH,
        65001 => encoding_rs::UTF_8,
        _ => return None,
    })
}
