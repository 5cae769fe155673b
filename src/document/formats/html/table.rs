//! Tables of data, told from those that only arrange a page.

use super::element::heading_level;
use super::tree::{Id, Tree};

/// A table of data.
pub(super) struct HtmlTable {
    pub(super) captions: Vec<Id>,
    pub(super) rows: Vec<HtmlRow>,
}

pub(super) struct HtmlRow {
    pub(super) is_header: bool,
    pub(super) cells: Vec<Id>,
}

impl HtmlTable {
    /// The rows of a table, or `None` where it only arranges the page.
    pub(super) fn of(tree: &Tree, id: Id) -> Option<HtmlTable> {
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
