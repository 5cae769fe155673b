//! Excel workbooks (XLSX), by `calamine`: each sheet is a document, called as it is and cited as
//! `table.xlsx#Prices`; each row is a block, its cells parted by tabs, and the first row names the columns.
//!
//! Cells are taken as they come, so that a sheet with one cell at its far end takes no more room than that cell.
//! A sheet is cited by rows with words, counted from the top as the paragraphs of a text are.

use std::io::Cursor;

use calamine::{DataRef, Reader as _, Xlsx as Workbook, XlsxError, open_workbook_from_rs};

use super::package::{Package, broken};
use super::signature;
use crate::document::draft::{Draft, TextRun};
use crate::document::{Allowance, BlockKind, Document, Part, Places, ReadError, Reader};

/// Reader for Excel workbooks.
pub(super) struct Xlsx;

pub(super) static XLSX: Xlsx = Xlsx;

const FORMAT: &str = "Excel workbook";
/// So many empty cells between two of a row keep them in their columns; beyond, they stand side by side.
const WIDE: u32 = 256;

impl Reader for Xlsx {
    fn name(&self) -> &'static str {
        FORMAT
    }

    fn extensions(&self) -> &'static [&'static str] {
        &["xlsx", "xlsm", "xltx"]
    }

    fn recognises(&self, head: &[u8], tail: &[u8]) -> bool {
        signature::is_xlsx(head, tail)
    }

    fn read(
        &self,
        source: &str,
        Part { bytes, .. }: Part,
        allowance: &Allowance,
        sink: &mut dyn FnMut(Document),
    ) -> Result<(), ReadError> {
        let bytes = Package::checked(FORMAT, bytes, allowance)?;
        let failed = |error: XlsxError| broken(FORMAT, error);
        let mut workbook: Workbook<_> =
            open_workbook_from_rs(Cursor::new(bytes)).map_err(failed)?;
        for name in workbook.sheet_names() {
            let mut sheet = SheetWriter::default();
            let mut cells = match workbook.worksheet_cells_reader(&name) {
                // A sheet of diagrams has no cells.
                Err(XlsxError::NotAWorksheet(_)) => continue,
                cells => cells.map_err(failed)?,
            };
            while let Some(cell) = cells.next_cell().map_err(failed)? {
                allowance.check()?;
                let (row, column) = cell.get_position();
                sheet.cell(row, column, &shown(cell.get_value()), allowance)?;
            }
            sheet.end_row();
            if sheet.count > 0 {
                let source = format!("{source}#{name}");
                sink(sheet.draft.finish(&source, Some(&name), Places::Paragraphs));
            }
        }
        Ok(())
    }
}

/// A value as people read it.
pub(super) fn shown(value: &DataRef<'_>) -> String {
    match value {
        DataRef::Int(number) => number.to_string(),
        DataRef::Float(number) => number.to_string(),
        DataRef::String(text) | DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => {
            text.clone()
        }
        DataRef::SharedString(text) => (*text).to_owned(),
        DataRef::Bool(value) => value.to_string(),
        DataRef::DateTime(date) if date.is_datetime() => {
            let (year, month, day, hour, minute, ..) = date.to_ymd_hms_milli();
            match (hour, minute) {
                (0, 0) => format!("{year}-{month:02}-{day:02}"),
                _ => format!("{year}-{month:02}-{day:02} {hour:02}:{minute:02}"),
            }
        }
        DataRef::DateTime(duration) => duration.as_f64().to_string(),
        DataRef::Error(_) | DataRef::Empty => String::new(),
    }
}

/// Turns cells into rows.
#[derive(Default)]
pub(super) struct SheetWriter {
    pub(super) draft: Draft,
    cells: Vec<TextRun>,
    row: u32,
    next_column: u32,
    /// How many blocks there are.
    pub(super) count: usize,
}

impl SheetWriter {
    /// Adds a cell. One text may stand in many cells, and is counted in each.
    pub(super) fn cell(
        &mut self,
        row: u32,
        column: u32,
        text: &str,
        allowance: &Allowance,
    ) -> Result<(), ReadError> {
        if text.trim().is_empty() {
            return Ok(());
        }
        allowance.expand(text.len() as u64)?;
        if row != self.row {
            self.end_row();
            self.row = row;
        }
        let empty = column.saturating_sub(self.next_column);
        let empty = if empty > WIDE { 0 } else { empty };
        self.cells.extend((0..empty).map(|_| TextRun::default()));
        let mut cell = TextRun::default();
        cell.add(text, self.count + 1);
        self.cells.push(cell);
        self.next_column = column.saturating_add(1);
        Ok(())
    }

    pub(super) fn end_row(&mut self) {
        let cells = std::mem::take(&mut self.cells);
        self.next_column = 0;
        if cells.is_empty() {
            return;
        }
        let kind = match (cells.len(), self.count) {
            (1, _) => BlockKind::Paragraph,
            (_, 0) => BlockKind::TableHeader,
            _ => BlockKind::TableRow,
        };
        self.draft.add(kind, &TextRun::row(&cells));
        self.count += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_stand_under_the_names_of_their_columns() -> Result<(), ReadError> {
        let mut sheets = SheetWriter::default();
        for (row, column, text) in [
            (0, 0, "Drug"),
            (0, 1, "Dose"),
            (0, 2, "Not with"),
            (1, 0, "Ibuprofen"),
            (1, 2, "peptic ulcer"),
            (1_048_575, 16_383, "far"),
        ] {
            sheets.cell(row, column, text, &Allowance::default())?;
        }
        sheets.end_row();
        let document = sheets
            .draft
            .finish("a.xlsx#Doses", Some("Doses"), Places::Paragraphs);
        assert_eq!(document.title(), "Doses");
        let blocks = document.blocks().iter();
        let shown: Vec<String> = blocks
            .map(|block| format!("{}: {}", block.kind.name(), document.block_text(block)))
            .collect();
        assert_eq!(
            shown,
            [
                "table header: Drug\tDose\tNot with",
                "table row: Ibuprofen\t\tpeptic ulcer",
                "paragraph: far",
            ]
        );
        Ok(())
    }

    #[test]
    fn values_are_shown_as_people_read_them() {
        for (value, expected) in [
            (DataRef::Float(400.0), "400"),
            (DataRef::Float(2.5), "2.5"),
            (DataRef::Bool(true), "true"),
            (DataRef::SharedString("gout"), "gout"),
            (DataRef::Empty, ""),
        ] {
            assert_eq!(shown(&value), expected);
        }
    }
}
