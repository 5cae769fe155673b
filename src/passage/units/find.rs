//! Finds the units of a section in its blocks.

use std::ops::Range;

use super::UnitKind;
use crate::document::{
    Block, BlockKind, Document, is_blank, is_left_open, is_sure_sign, mark_length, sentences,
    trim_range,
};

/// The units of a run of body blocks, in bytes of the document; `heading` is the innermost one above.
pub(in crate::passage) fn of_section(
    document: &Document,
    blocks: Range<usize>,
    heading: Option<&str>,
) -> Vec<SectionUnit> {
    let mut finder = Finder {
        document,
        heading,
        units: Vec::new(),
        above: Vec::new(),
        header: Vec::new(),
        question: None,
        is_first: true,
    };
    for block in &document.blocks()[blocks] {
        finder.block(block);
    }
    finder.units
}

/// What leads into a unit, in bytes of the document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::passage) enum SectionLead {
    Bytes(Range<usize>),
    Heading,
}

/// A unit in bytes of the document.
#[derive(Debug, Clone)]
pub(in crate::passage) struct SectionUnit {
    pub(in crate::passage) kind: UnitKind,
    pub(in crate::passage) bytes: Range<usize>,
    pub(in crate::passage) mark: usize,
    pub(in crate::passage) leads: Vec<SectionLead>,
    pub(in crate::passage) asks: bool,
    pub(in crate::passage) answers: Option<usize>,
}

/// What may lead into the items that come.
struct Above {
    /// The depth of the items it leads into, or that stand inside of it.
    depth: u8,
    lead: SectionLead,
}

struct Finder<'d> {
    document: &'d Document,
    heading: Option<&'d str>,
    units: Vec<SectionUnit>,
    /// What stands above the items of the list under way, outermost first.
    above: Vec<Above>,
    /// The cells of the header of the table under way.
    header: Vec<Range<usize>>,
    /// The last question of the paragraph under way.
    question: Option<usize>,
    /// Whether no block of the section came before.
    is_first: bool,
}

impl Finder<'_> {
    fn block(&mut self, block: &Block) {
        let bytes = self.document.trimmed(block);
        if !matches!(block.kind, BlockKind::TableRow | BlockKind::TableHeader) {
            self.header.clear();
        }
        match block.kind {
            BlockKind::ListItem { depth, continued } => self.item(bytes, depth, continued),
            BlockKind::TableHeader => self.row(bytes, true),
            BlockKind::TableRow => self.row(bytes, false),
            _ => self.paragraph(bytes),
        }
        self.is_first = false;
    }

    fn text(&self, bytes: &Range<usize>) -> &str {
        &self.document.text()[bytes.clone()]
    }

    /// The sentences of a stretch of text, without white space around them.
    fn sentences(&self, bytes: &Range<usize>) -> Vec<Range<usize>> {
        let text = self.text(bytes);
        let all = sentences(text).into_iter();
        let all = all.map(|s| trim_range(text, s));
        let shown = all.filter(|s| !s.is_empty());
        shown
            .map(|s| bytes.start + s.start..bytes.start + s.end)
            .collect()
    }

    fn paragraph(&mut self, bytes: Range<usize>) {
        self.above.clear();
        self.question = None;
        let mut parts = inline_items(self.text(&bytes)).into_iter();
        let text = parts.next().unwrap_or(0..0);
        let text = trim_range(
            self.document.text(),
            bytes.start + text.start..bytes.start + text.end,
        );
        let mut last = None;
        for sentence in self.sentences(&text) {
            last = Some(sentence.clone());
            self.push(UnitKind::Sentence, sentence, 0, Vec::new());
        }
        if let Some(last) = last.filter(|last| leads_in(self.text(last))) {
            self.above.push(Above {
                depth: 0,
                lead: SectionLead::Bytes(last),
            });
        }
        // "Tell us if you: • have osteoporosis • are pregnant", all on one line.
        let led_in = self.above.len();
        for part in parts {
            self.item(bytes.start + part.start..bytes.start + part.end, 0, false);
            self.above.truncate(led_in);
        }
        if led_in == 0 {
            self.above.clear();
        }
    }

    fn item(&mut self, bytes: Range<usize>, depth: u8, continued: bool) {
        self.question = None;
        if self.above.is_empty() && self.is_first && self.heading.is_some_and(is_left_open) {
            self.above.push(Above {
                depth: 0,
                lead: SectionLead::Heading,
            });
        }
        if !continued {
            // An item of this depth ends the ones it does not stand in.
            let stands_in = |above: &Above| above.depth <= depth;
            let kept = self
                .above
                .iter()
                .take_while(|above| stands_in(above))
                .count();
            self.above.truncate(kept);
        }
        let mut parts = inline_items(self.text(&bytes)).into_iter();
        let own = parts.next().unwrap_or(0..0);
        let own = bytes.start + own.start..bytes.start + own.end;
        let mark = if continued {
            0
        } else {
            mark_length(self.text(&own))
        };
        let deeper = depth.saturating_add(1);
        let leads: Vec<SectionLead> = self.above.iter().map(|above| above.lead.clone()).collect();
        if continued {
            self.go_on(deeper);
        }
        let text = trim_range(self.document.text(), own.start + mark..own.end);
        let mark = text.start - own.start;
        let mut last = None;
        for (n, sentence) in self.sentences(&text).into_iter().enumerate() {
            last = Some(sentence.clone());
            let first = n == 0 && !continued;
            let mark = if first { mark } else { 0 };
            self.push(
                UnitKind::Item { depth, first },
                sentence,
                mark,
                leads.clone(),
            );
        }
        let opens = last.filter(|last| leads_in(self.text(last)));
        if let Some(last) = opens {
            self.above.push(Above {
                depth: deeper,
                lead: SectionLead::Bytes(last),
            });
        }
        let above = self.above.len();
        for part in parts {
            self.item(
                bytes.start + part.start..bytes.start + part.end,
                deeper,
                false,
            );
            self.above.truncate(above);
        }
    }

    /// Forgets how the part before of an item left off, which leads into no more than the next part;
    /// the first line that announces what comes stays above all of them.
    fn go_on(&mut self, depth: u8) {
        let text = self.document.text();
        let announces = |above: &Above| match &above.lead {
            SectionLead::Bytes(bytes) => text[bytes.clone()].ends_with(':'),
            SectionLead::Heading => true,
        };
        let mut announced = false;
        self.above.retain(|above| {
            above.depth != depth || (announces(above) && !std::mem::replace(&mut announced, true))
        });
    }

    /// A row of a table. Its first cell is the header of the row, and no lead-in of it.
    fn row(&mut self, bytes: Range<usize>, is_header: bool) {
        self.question = None;
        self.above.clear();
        let cells = cells(self.text(&bytes));
        let cells: Vec<Range<usize>> = cells
            .into_iter()
            .map(|cell| bytes.start + cell.start..bytes.start + cell.end)
            .collect();
        for (column, cell) in cells.iter().enumerate() {
            if cell.is_empty() {
                continue;
            }
            let header = self.header.get(column).filter(|header| !header.is_empty());
            let leads = match header {
                Some(header) if !is_header => vec![SectionLead::Bytes(header.clone())],
                _ => Vec::new(),
            };
            let kind = UnitKind::Cell {
                row: bytes.clone(),
                column: column.min(u16::MAX.into()) as u16,
            };
            for sentence in self.sentences(cell) {
                self.push(kind.clone(), sentence, 0, leads.clone());
            }
        }
        if is_header {
            self.header = cells;
        }
    }

    fn push(&mut self, kind: UnitKind, bytes: Range<usize>, mark: usize, leads: Vec<SectionLead>) {
        let asks = asks(self.text(&bytes));
        self.units.push(SectionUnit {
            answers: self.question.filter(|_| !asks),
            kind,
            bytes,
            mark,
            leads,
            asks,
        });
        if asks {
            self.question = Some(self.units.len() - 1);
        }
    }
}

/// Whether a sentence is a question.
pub(super) fn asks(sentence: &str) -> bool {
    let closing = |c: char| matches!(c, '"' | '”' | '’' | '\'' | ')' | ']' | '*' | '»');
    sentence.trim_end_matches(closing).ends_with(['?', '？'])
}

/// Whether a sentence leads into a list that follows it: it is not closed.
fn leads_in(sentence: &str) -> bool {
    let closing = |c: char| matches!(c, '"' | '”' | '’' | '\'' | ')' | ']' | '*') || is_blank(c);
    let end = sentence.trim_end_matches(closing).chars().next_back();
    end.is_some_and(|c| !matches!(c, '.' | '!' | '?' | '？' | '。' | '！'))
}

/// The parts of a text that its signs part into items, the first one being what stands before any:
/// "If you: • have osteoporosis • are pregnant". Without two signs in it a text is of one piece.
fn inline_items(text: &str) -> Vec<Range<usize>> {
    if text.is_ascii() {
        // None of the signs is.
        return std::iter::once(0..text.len()).collect();
    }
    let is_apart = |at: usize, c: char| {
        let (before, after) = (&text[..at], &text[at + c.len_utf8()..]);
        before.ends_with(char::is_whitespace) && after.starts_with(char::is_whitespace)
    };
    let signs: Vec<usize> = text
        .char_indices()
        .filter(|&(at, c)| is_sure_sign(c) && at > 0 && is_apart(at, c))
        .map(|(at, _)| at)
        .collect();
    let led_in = |at: &usize| leads_in(&text[..*at]) && text[..*at].trim_end().ends_with(':');
    let part_it = signs.len() > 1 || signs.iter().any(led_in);
    let borders = || signs.iter().copied().filter(|_| part_it);
    let starts = std::iter::once(0).chain(borders());
    let ends = borders().chain([text.len()]);
    starts.zip(ends).map(|(start, end)| start..end).collect()
}

/// The cells of a row: parted by tabs, by bars, or by gaps of three spaces or more.
fn cells(row: &str) -> Vec<Range<usize>> {
    let mut cells = Vec::new();
    let mut start = 0;
    while let Some((end, next)) = border(row, start) {
        cells.push(trim_range(row, start..end));
        start = next;
    }
    cells.push(trim_range(row, start..row.len()));
    cells
}

/// Where the cell ends that begins at `start`, and where the next one begins.
fn border(row: &str, start: usize) -> Option<(usize, usize)> {
    let rest = &row[start..];
    let candidates = ["\t", " | ", "   "];
    let (at, sign) = candidates
        .iter()
        .filter_map(|sign| rest.find(sign).map(|at| (at, *sign)))
        .min_by_key(|(at, _)| *at)?;
    let after = at + sign.len();
    let spaces = match sign {
        "   " => rest[after..].len() - rest[after..].trim_start_matches(' ').len(),
        _ => 0,
    };
    Some((start + at, start + after + spaces))
}
