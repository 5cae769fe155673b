//! Excel workbooks of 1997 to 2003 (XLS, [MS-XLS]), and of Excel 5 and 95: each sheet is a document, as of XLSX.
//!
//! A workbook is a row of records: first those of the whole book, the strings of all cells among them, then those
//! of each sheet. A record that is too long goes on in the next one.

mod strings;

use calamine::{DataRef, ExcelDateTime, ExcelDateTimeType};
use encoding_rs::{Encoding, WINDOWS_1252};

use super::{FORMAT, damaged, size_at, u16_at, u32_at};
use crate::document::formats::package::broken;
use crate::document::formats::xlsx::{SheetWriter, shown};
use crate::document::{Allowance, Document, Places, ReadError};
use strings::{Continued, string};

/// The kinds of records that are read.
mod kind {
    pub(super) const FORMULA: u16 = 0x0006;
    pub(super) const END: u16 = 0x000a;
    pub(super) const DATE_MODE: u16 = 0x0022;
    pub(super) const FILE_PASS: u16 = 0x002f;
    pub(super) const CONTINUE: u16 = 0x003c;
    pub(super) const CODE_PAGE: u16 = 0x0042;
    pub(super) const SHEET: u16 = 0x0085;
    pub(super) const NUMBERS: u16 = 0x00bd;
    pub(super) const RICH_TEXT: u16 = 0x00d6;
    pub(super) const LOOKS: u16 = 0x00e0;
    pub(super) const STRINGS: u16 = 0x00fc;
    pub(super) const SHARED_TEXT: u16 = 0x00fd;
    pub(super) const NUMBER: u16 = 0x0203;
    pub(super) const TEXT: u16 = 0x0204;
    pub(super) const TRUTH: u16 = 0x0205;
    pub(super) const RESULT: u16 = 0x0207;
    pub(super) const SMALL_NUMBER: u16 = 0x027e;
    pub(super) const NUMBER_FORMAT: u16 = 0x041e;
    pub(super) const BEGIN: u16 = 0x0809;
}

/// The version of Excel 97 and later.
const EXCEL_97: u16 = 0x0600;
/// The kind of a sheet with cells.
const CELLS: u8 = 0;
/// Number formats of dates and times that every workbook has.
const DATES: [std::ops::RangeInclusive<u16>; 2] = [14..=22, 45..=47];

/// Reads a workbook.
pub(super) fn read(
    source: &str,
    bytes: &[u8],
    allowance: &Allowance,
    sink: &mut dyn FnMut(Document),
) -> Result<(), ReadError> {
    let book = Workbook::read(bytes, allowance)?;
    for sheet in &book.sheets {
        let mut writer = XlsWriter {
            book: &book,
            allowance,
            sheet: SheetWriter::default(),
            awaits: None,
        };
        for record in XlsRecords::new(bytes.get(sheet.at..).unwrap_or_default()).of_one_part() {
            allowance.check()?;
            writer.take(&record)?;
        }
        writer.sheet.end_row();
        if writer.sheet.count > 0 {
            let source = format!("{source}#{}", sheet.name);
            let draft = writer.sheet.draft;
            sink(draft.finish(&source, Some(&sheet.name), Places::Paragraphs));
        }
    }
    Ok(())
}

/// A record, with the records that it goes on in.
#[derive(Debug)]
struct XlsRecord<'a> {
    kind: u16,
    data: &'a [u8],
    more: Vec<&'a [u8]>,
}

/// The records of a stream, one after the other.
struct XlsRecords<'a> {
    rest: &'a [u8],
    /// How many parts around are open.
    depth: usize,
}

impl<'a> XlsRecords<'a> {
    fn new(rest: &'a [u8]) -> XlsRecords<'a> {
        XlsRecords { rest, depth: 0 }
    }

    fn next_one(&mut self) -> Option<(u16, &'a [u8])> {
        let (kind, length) = (u16_at(self.rest, 0)?, u16_at(self.rest, 2)?);
        let data = self.rest.get(4..4 + usize::from(length))?;
        self.rest = &self.rest[4 + data.len()..];
        Some((kind, data))
    }

    /// Those of the part that begins here, without those of charts within it.
    fn of_one_part(mut self) -> impl Iterator<Item = XlsRecord<'a>> {
        std::iter::from_fn(move || {
            loop {
                let record = self.next()?;
                match record.kind {
                    kind::BEGIN => self.depth += 1,
                    kind::END => self.depth = self.depth.saturating_sub(1),
                    _ if self.depth > 1 => continue,
                    _ => return Some(record),
                }
                match self.depth {
                    0 => return None,
                    1 if record.kind == kind::BEGIN => return Some(record),
                    _ => {}
                }
            }
        })
    }
}

impl<'a> Iterator for XlsRecords<'a> {
    type Item = XlsRecord<'a>;

    fn next(&mut self) -> Option<XlsRecord<'a>> {
        let (kind, data) = self.next_one()?;
        let mut more = Vec::new();
        while u16_at(self.rest, 0) == Some(kind::CONTINUE)
            && let Some((_, data)) = self.next_one()
        {
            more.push(data);
        }
        Some(XlsRecord { kind, data, more })
    }
}

/// A sheet, and where its records begin.
#[derive(Debug)]
struct XlsSheet {
    at: usize,
    name: String,
}

/// What is said of a whole workbook.
#[derive(Debug)]
struct Workbook {
    is_97: bool,
    encoding: &'static Encoding,
    from_1904: bool,
    sheets: Vec<XlsSheet>,
    strings: Vec<String>,
    /// The number formats of a workbook that show dates.
    date_formats: Vec<u16>,
    /// By the number of a look, its number format.
    looks: Vec<u16>,
}

impl Workbook {
    fn read(bytes: &[u8], allowance: &Allowance) -> Result<Workbook, ReadError> {
        let mut book = Workbook {
            is_97: true,
            encoding: WINDOWS_1252,
            from_1904: false,
            sheets: Vec::new(),
            strings: Vec::new(),
            date_formats: Vec::new(),
            looks: Vec::new(),
        };
        let mut records = XlsRecords::new(bytes).of_one_part().peekable();
        match records
            .peek()
            .map(|record| (record.kind, u16_at(record.data, 0)))
        {
            Some((kind::BEGIN, Some(version))) => book.is_97 = version >= EXCEL_97,
            Some((0x0009 | 0x0209 | 0x0409, _)) => {
                return Err(broken(
                    FORMAT,
                    "it is of an Excel before 1993; save it as XLSX",
                ));
            }
            _ => return Err(damaged()),
        }
        for record in records {
            allowance.check()?;
            book.take(&record, allowance)?;
        }
        Ok(book)
    }

    fn take(&mut self, record: &XlsRecord<'_>, allowance: &Allowance) -> Result<(), ReadError> {
        let data = record.data;
        match record.kind {
            kind::FILE_PASS => return Err(ReadError::Encrypted),
            kind::CODE_PAGE => {
                let page = u16_at(data, 0).map(|page| format!("windows-{page}"));
                let known = page.and_then(|page| Encoding::for_label(page.as_bytes()));
                self.encoding = known.unwrap_or(self.encoding);
            }
            kind::DATE_MODE => self.from_1904 = u16_at(data, 0) == Some(1),
            kind::LOOKS => self.looks.push(u16_at(data, 2).unwrap_or(0)),
            kind::NUMBER_FORMAT => {
                let format = match self.is_97 {
                    true => self.long_text(data.get(2..).unwrap_or_default(), &[]),
                    false => data.get(3..).map(|text| self.decoded(text)),
                };
                if let (Some(number), Some(format)) = (u16_at(data, 0), format)
                    && shows_date(&format)
                {
                    self.date_formats.push(number);
                }
            }
            kind::SHEET => {
                if let (Some(at), Some(&CELLS)) = (size_at(data, 0), data.get(5))
                    && let Some(name) = self.short_text(&data[6..])
                {
                    self.sheets.push(XlsSheet { at, name });
                }
            }
            kind::STRINGS => {
                let mut continued = Continued::new(data.get(8..).unwrap_or_default(), &record.more);
                while let Some(text) = string(&mut continued) {
                    allowance.check()?;
                    allowance.expand((text.len() + size_of::<String>()) as u64)?;
                    self.strings.push(text);
                }
            }
            _ => {}
        }
        Ok(())
    }

    /// A text of which the length takes two bytes.
    fn long_text(&self, data: &[u8], more: &[&[u8]]) -> Option<String> {
        match self.is_97 {
            true => string(&mut Continued::new(data, more)),
            false => {
                let length = usize::from(u16_at(data, 0)?);
                Some(self.decoded(data.get(2..)?.get(..length)?))
            }
        }
    }

    /// A text of which the length takes one.
    fn short_text(&self, data: &[u8]) -> Option<String> {
        let (&length, rest) = data.split_first()?;
        match self.is_97 {
            true => {
                let long = [&[length, 0], rest].concat();
                self.long_text(&long, &[])
            }
            false => Some(self.decoded(rest.get(..usize::from(length))?)),
        }
    }

    fn decoded(&self, text: &[u8]) -> String {
        self.encoding
            .decode_without_bom_handling(text)
            .0
            .into_owned()
    }

    /// A number as its cell shows it.
    fn number(&self, value: f64, look: Option<u16>) -> String {
        let format = look
            .and_then(|look| self.looks.get(usize::from(look)))
            .copied();
        let is_date = |format: u16| {
            DATES.iter().any(|dates| dates.contains(&format)) || self.date_formats.contains(&format)
        };
        match format.is_some_and(is_date) {
            true => {
                let date = ExcelDateTime::new(value, ExcelDateTimeType::DateTime, self.from_1904);
                shown(&DataRef::DateTime(date))
            }
            false => shown(&DataRef::Float(value)),
        }
    }
}

/// Whether a number format shows a date: it has the letter of a year, month, day or hour that is not quoted.
fn shows_date(format: &str) -> bool {
    let (mut quoted, mut bracketed, mut escaped) = (false, false, false);
    format.chars().any(|c| {
        if std::mem::take(&mut escaped) {
            return false;
        }
        match c {
            '"' => quoted = !quoted,
            _ if quoted => {}
            '\\' | '_' | '*' => escaped = true,
            '[' => bracketed = true,
            ']' => bracketed = false,
            'd' | 'D' | 'm' | 'M' | 'y' | 'Y' | 'h' | 'H' => return !bracketed,
            _ => {}
        }
        false
    })
}

/// Turns the records of a sheet into rows.
struct XlsWriter<'a> {
    book: &'a Workbook,
    allowance: &'a Allowance,
    sheet: SheetWriter,
    /// The cell of which the text comes with the next record.
    awaits: Option<(u32, u32)>,
}

impl XlsWriter<'_> {
    fn take(&mut self, record: &XlsRecord<'_>) -> Result<(), ReadError> {
        let data = record.data;
        if record.kind == kind::RESULT {
            let text = self.book.long_text(data, &record.more);
            return match (self.awaits.take(), text) {
                (Some(at), Some(text)) => self.cell(at, &text),
                _ => Ok(()),
            };
        }
        let (Some(row), Some(column)) = (u16_at(data, 0), u16_at(data, 2)) else {
            return Ok(());
        };
        let at = (u32::from(row), u32::from(column));
        let book = self.book;
        let look = u16_at(data, 4);
        let text = match record.kind {
            kind::SHARED_TEXT => {
                let shared = size_at(data, 6).and_then(|at| book.strings.get(at));
                return shared.map_or(Ok(()), |text| self.cell(at, text));
            }
            kind::TEXT | kind::RICH_TEXT => {
                book.long_text(data.get(6..).unwrap_or_default(), &record.more)
            }
            kind::NUMBER => real(data, 6).map(|value| book.number(value, look)),
            kind::SMALL_NUMBER => u32_at(data, 6).map(|value| book.number(small(value), look)),
            kind::TRUTH if data.get(7) == Some(&0) => {
                data.get(6).map(|value| (*value != 0).to_string())
            }
            kind::FORMULA => self.formula(at, data, look),
            kind::NUMBERS => return self.numbers(at, data),
            _ => None,
        };
        text.map_or(Ok(()), |text| self.cell(at, &text))
    }

    fn cell(&mut self, (row, column): (u32, u32), text: &str) -> Result<(), ReadError> {
        self.sheet.cell(row, column, text, self.allowance)
    }

    /// What a formula came to. Where that is a text, it comes with a record of its own.
    fn formula(&mut self, at: (u32, u32), data: &[u8], look: Option<u16>) -> Option<String> {
        if u16_at(data, 12) != Some(u16::MAX) {
            return real(data, 6).map(|value| self.book.number(value, look));
        }
        match data.get(6) {
            Some(0) => {
                self.awaits = Some(at);
                None
            }
            Some(1) => data.get(8).map(|value| (*value != 0).to_string()),
            _ => None,
        }
    }

    /// Numbers in cells side by side.
    fn numbers(&mut self, (row, first): (u32, u32), data: &[u8]) -> Result<(), ReadError> {
        let cells = data.get(4..).unwrap_or_default().as_chunks::<6>().0;
        for (column, cell) in (first..).zip(cells) {
            let value = u32_at(cell, 2).map(small).unwrap_or_default();
            let text = self.book.number(value, u16_at(cell, 0));
            self.cell((row, column), &text)?;
        }
        Ok(())
    }
}

fn real(data: &[u8], at: usize) -> Option<f64> {
    let bytes = data.get(at..)?.first_chunk()?;
    Some(f64::from_le_bytes(*bytes))
}

/// A number of 30 bits: whole, or the upper part of a real one; hundredths or not.
fn small(bits: u32) -> f64 {
    let value = match bits & 2 {
        0 => f64::from_bits(u64::from(bits & !3) << 32),
        _ => f64::from((bits as i32) >> 2),
    };
    match bits & 1 {
        0 => value,
        _ => value / 100.0,
    }
}

#[cfg(test)]
mod tests;
