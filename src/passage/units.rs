//! Units: the smallest stretches of a passage that say something by themselves.
//!
//! A sentence is one, and so is a sentence of a list item, a cell of a table, a question. What a
//! unit says it often says only together with what stands above it: "osteoporosis" under "Tell your
//! doctor if you have:", "twice a day" under "Dose". These are its [`LeadIn`]s, outermost first.
//!
//! Units are found once, from the blocks, when a document is cut. Whoever comes later, annotation,
//! audit, snippets, reads them, and looks at no sign of a list again.

use std::ops::Range;

use serde::{Deserialize, Serialize};

use crate::document::{
    Block, BlockKind, Document, is_blank, is_left_open, is_sure_sign, mark_length, sentences,
    trim_range,
};

/// What a unit is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum UnitKind {
    /// A sentence of a paragraph, or a heading that is a passage of its own.
    Sentence,
    /// A sentence of a list item.
    Item {
        /// How many lists the item stands in beside its own; 0 is outermost.
        depth: u8,
        /// Whether the item begins with it: only then what leads into the list is part of it.
        first: bool,
    },
    /// A cell of a table.
    Cell {
        /// The bytes of its row.
        row: Range<usize>,
        /// Its column, from 0.
        column: u16,
    },
}

/// What stands above a unit and is part of what it says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LeadIn {
    /// These bytes of the passage: a line that leads into a list, an item around, a column header.
    Text(Range<usize>),
    /// These bytes of what the passage carries along, see [`Passage::lead`](super::Passage::lead).
    Carried(Range<usize>),
    /// The innermost heading.
    Heading,
}

/// A stretch of a passage that says something by itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unit {
    pub kind: UnitKind,
    /// The bytes in the text of the passage, without white space around them, and without the mark
    /// of an item.
    pub bytes: Range<usize>,
    /// How many bytes before these the mark of the item takes, with the space behind it.
    pub mark: usize,
    /// What is part of what it says, outermost first.
    pub leads: Vec<LeadIn>,
    /// Whether it is a question.
    pub asks: bool,
    /// The unit of the passage whose question it answers.
    pub answers: Option<usize>,
}

impl Unit {
    /// The bytes with the mark of the item.
    pub(crate) fn shown(&self) -> Range<usize> {
        self.bytes.start - self.mark..self.bytes.end
    }

    /// The bytes that are shown together: the row of a cell, else the unit.
    pub(crate) fn together(&self) -> Range<usize> {
        match &self.kind {
            UnitKind::Cell { row, .. } => row.clone(),
            _ => self.shown(),
        }
    }

    /// What leads into it, if it is what follows a lead-in, and not a later sentence of an item.
    pub(crate) fn led_in_by(&self) -> &[LeadIn] {
        match self.kind {
            UnitKind::Item { first: false, .. } => &[],
            _ => &self.leads,
        }
    }
}

/// The text that leads into something.
pub fn lead_text<'t>(
    lead: &LeadIn,
    text: &'t str,
    carried: Option<&'t str>,
    headings: &'t [String],
) -> &'t str {
    match lead {
        LeadIn::Text(bytes) => &text[bytes.clone()],
        LeadIn::Carried(bytes) => &carried.unwrap_or_default()[bytes.clone()],
        LeadIn::Heading => headings.last().map_or("", String::as_str),
    }
}

/// The units of a run of body blocks, in bytes of the document; `heading` is the innermost one above.
pub(super) fn of_section(
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
pub(super) enum SectionLead {
    Bytes(Range<usize>),
    Heading,
}

/// A unit in bytes of the document.
#[derive(Debug, Clone)]
pub(super) struct SectionUnit {
    pub(super) kind: UnitKind,
    pub(super) bytes: Range<usize>,
    pub(super) mark: usize,
    pub(super) leads: Vec<SectionLead>,
    pub(super) asks: bool,
    pub(super) answers: Option<usize>,
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
        let leads: Vec<SectionLead> = self.above.iter().map(|above| above.lead.clone()).collect();
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
                depth: depth.saturating_add(1),
                lead: SectionLead::Bytes(last),
            });
        }
        let above = self.above.len();
        for part in parts {
            let deeper = depth.saturating_add(1);
            self.item(
                bytes.start + part.start..bytes.start + part.end,
                deeper,
                false,
            );
            self.above.truncate(above);
        }
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
fn asks(sentence: &str) -> bool {
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

/// The units of a passage, as they are kept: numbers, one after the other.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "Vec<u32>", try_from = "Vec<u32>")]
pub struct Units(pub Vec<Unit>);

impl Units {
    /// The sentences of a text without any other structure, such as a heading.
    pub(crate) fn of_text(text: &str) -> Units {
        let all = sentences(text).into_iter();
        let all = all.map(|bytes| trim_range(text, bytes));
        let units = all.filter(|bytes| !bytes.is_empty()).map(|bytes| Unit {
            kind: UnitKind::Sentence,
            asks: asks(&text[bytes.clone()]),
            bytes,
            mark: 0,
            leads: Vec::new(),
            answers: None,
        });
        Units(units.collect())
    }

    /// The units of a plain text that is one passage, with what it carries along.
    #[cfg(test)]
    pub(crate) fn for_tests(text: &str, lead: Option<&str>) -> Units {
        let whole = format!("Title\n\nHeading\n\n{text}");
        let passages = super::cut(&tests::read("a.txt", whole.as_bytes()));
        assert_eq!(passages[0].text(), text.trim());
        let mut units = passages[0].units().clone();
        for unit in &mut units.0 {
            if let (UnitKind::Item { .. }, Some(lead), []) = (&unit.kind, lead, &unit.leads[..]) {
                unit.leads.push(LeadIn::Carried(0..lead.len()));
            }
        }
        units
    }
}

const SENTENCE: u32 = 0;
const ITEM: u32 = 1;
const CELL: u32 = 2;
const FIRST: u32 = 4;
const ASKS: u32 = 8;
const ANSWERS: u32 = 16;

const TEXT: u32 = 0;
const CARRIED: u32 = 1;
const HEADING: u32 = 2;

impl From<Units> for Vec<u32> {
    fn from(units: Units) -> Vec<u32> {
        let mut kept = Vec::with_capacity(6 * units.0.len());
        for unit in &units.0 {
            keep(unit, &mut kept);
        }
        kept
    }
}

/// Passages are far shorter than 4 GB, for files are.
fn number(n: usize) -> u32 {
    n.min(u32::MAX as usize) as u32
}

fn keep(unit: &Unit, kept: &mut Vec<u32>) {
    let range = |bytes: &Range<usize>| [number(bytes.start), number(bytes.len())];
    let kind = match unit.kind {
        UnitKind::Sentence => SENTENCE,
        UnitKind::Item { first, .. } => ITEM | if first { FIRST } else { 0 },
        UnitKind::Cell { .. } => CELL,
    };
    let asks = if unit.asks { ASKS } else { 0 };
    let answers = if unit.answers.is_some() { ANSWERS } else { 0 };
    kept.push(kind | asks | answers);
    kept.extend(range(&unit.bytes));
    match &unit.kind {
        UnitKind::Sentence => {}
        UnitKind::Item { depth, .. } => kept.extend([u32::from(*depth), number(unit.mark)]),
        UnitKind::Cell { row, column } => {
            kept.extend(range(row));
            kept.push(u32::from(*column));
        }
    }
    kept.extend(unit.answers.map(number));
    kept.push(number(unit.leads.len()));
    for lead in &unit.leads {
        match lead {
            LeadIn::Text(bytes) => kept.extend([TEXT, number(bytes.start), number(bytes.len())]),
            LeadIn::Carried(bytes) => {
                kept.extend([CARRIED, number(bytes.start), number(bytes.len())]);
            }
            LeadIn::Heading => kept.push(HEADING),
        }
    }
}

/// What are no units of a passage.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("these numbers are no units of a passage")]
pub struct BadUnits;

impl TryFrom<Vec<u32>> for Units {
    type Error = BadUnits;

    fn try_from(kept: Vec<u32>) -> Result<Units, BadUnits> {
        let mut kept = kept.into_iter().map(|n| n as usize);
        let mut units = Vec::new();
        while let Some(kind) = kept.next() {
            units.push(kept_unit(kind as u32, &mut kept).ok_or(BadUnits)?);
        }
        Ok(Units(units))
    }
}

fn kept_unit(flags: u32, kept: &mut impl Iterator<Item = usize>) -> Option<Unit> {
    let bytes = kept_range(kept)?;
    let mut mark = 0;
    let kind = match flags & 3 {
        SENTENCE => UnitKind::Sentence,
        ITEM => {
            let depth = u8::try_from(kept.next()?).ok()?;
            mark = kept.next().filter(|mark| *mark <= bytes.start)?;
            UnitKind::Item {
                depth,
                first: flags & FIRST > 0,
            }
        }
        CELL => UnitKind::Cell {
            row: kept_range(kept)?,
            column: u16::try_from(kept.next()?).ok()?,
        },
        _ => return None,
    };
    let answers = match flags & ANSWERS > 0 {
        true => Some(kept.next()?),
        false => None,
    };
    let count = kept.next()?;
    let mut leads = Vec::new();
    for _ in 0..count {
        leads.push(match kept.next()? as u32 {
            TEXT => LeadIn::Text(kept_range(kept)?),
            CARRIED => LeadIn::Carried(kept_range(kept)?),
            HEADING => LeadIn::Heading,
            _ => return None,
        });
    }
    Some(Unit {
        kind,
        bytes,
        mark,
        leads,
        asks: flags & ASKS > 0,
        answers,
    })
}

fn kept_range(kept: &mut impl Iterator<Item = usize>) -> Option<Range<usize>> {
    let (start, length) = (kept.next()?, kept.next()?);
    Some(start..start.checked_add(length)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::{Allowance, Part, reader_for};
    use crate::passage::{Passage, cut};
    use proptest::prelude::*;

    pub(super) fn read(name: &str, bytes: &[u8]) -> Document {
        let mut documents = Vec::new();
        reader_for(name.as_ref())
            .expect("there is a reader for it")
            .read(
                name,
                Part::whole(bytes),
                &Allowance::default(),
                &mut |document| {
                    documents.push(document);
                },
            )
            .expect("it can be read");
        documents.remove(0)
    }

    /// The units of a text as "lead › lead › unit", with the kind before it.
    fn shown(passage: &Passage) -> Vec<String> {
        let show = |unit: &Unit| {
            let leads = unit.leads.iter();
            let mut parts: Vec<&str> = leads
                .map(|lead| lead_text(lead, passage.text(), passage.lead(), passage.headings()))
                .collect();
            parts.push(&passage.text()[unit.bytes.clone()]);
            let kind = match &unit.kind {
                UnitKind::Sentence if unit.asks => "?".to_owned(),
                UnitKind::Sentence => "-".to_owned(),
                UnitKind::Item { depth, .. } => depth.to_string(),
                UnitKind::Cell { column, .. } => format!("c{column}"),
            };
            format!("{kind} {}", parts.join(" › "))
        };
        passage.units().0.iter().map(show).collect()
    }

    fn of(text: &str) -> Vec<String> {
        let document = read("a.txt", format!("Title\n\nHeading\n\n{text}\n").as_bytes());
        cut(&document).iter().flat_map(shown).collect()
    }

    #[test]
    fn items_know_all_that_leads_into_them() {
        let text = "It is safe. You should not take it if you:\n  • Have ulcers, such as:\n    \
                    – A stomach ulcer\n    – A stroke\n  • Are pregnant. Or may be.\n\nRest.";
        let lead = "You should not take it if you:";
        assert_eq!(
            of(text),
            [
                "- It is safe.".to_owned(),
                format!("- {lead}"),
                format!("0 {lead} › Have ulcers, such as:"),
                format!("1 {lead} › Have ulcers, such as: › A stomach ulcer"),
                format!("1 {lead} › Have ulcers, such as: › A stroke"),
                format!("0 {lead} › Are pregnant."),
                format!("0 {lead} › Or may be."),
                "- Rest.".to_owned(),
            ]
        );
    }

    #[test]
    fn a_heading_that_is_left_open_leads_in() {
        let text = "# T\n\n## Do not take it if you have\n\n- gout\n- asthma\n";
        let document = read("a.md", text.as_bytes());
        let lead = "Do not take it if you have";
        assert_eq!(
            shown(&cut(&document)[0]),
            [format!("0 {lead} › gout"), format!("0 {lead} › asthma")]
        );
        let closed = read("a.txt", b"T\n\nSide effects\n\n- gout\n- asthma\n");
        assert_eq!(shown(&cut(&closed)[0]), ["0 gout", "0 asthma"]);
    }

    #[test]
    fn cells_know_the_header_of_their_column() {
        assert_eq!(
            of("Age\tDose\n1\t5 mg\n2\t6 mg"),
            [
                "c0 Age",
                "c1 Dose",
                "c0 Age › 1",
                "c1 Dose › 5 mg",
                "c0 Age › 2",
                "c1 Dose › 6 mg",
            ]
        );
    }

    #[test]
    fn items_on_one_line_are_items() {
        let lead = "Tell us if you:";
        assert_eq!(
            of("It is safe. Tell us if you: • have gout • are pregnant"),
            [
                "- It is safe.".to_owned(),
                format!("- {lead}"),
                format!("0 {lead} › have gout"),
                format!("0 {lead} › are pregnant"),
            ]
        );
        assert_eq!(
            of("Use 5 • 10 of it, and rest for a day or two after that.").len(),
            1
        );
    }

    #[test]
    fn questions_are_answered_by_what_follows() {
        let document = read("a.txt", b"T\n\nH\n\nIt is old. Is it safe? It is. Rest.\n");
        let units = cut(&document)[0].units().clone();
        let answers: Vec<_> = units.0.iter().map(|unit| unit.answers).collect();
        assert_eq!(answers, [None, None, Some(1), Some(1)]);
        assert!(units.0[1].asks);
    }

    #[test]
    fn a_long_list_carries_all_that_leads_into_it() {
        let item = "  • an item of a list that has just ten words\n".repeat(30);
        let nested = "    – a part of it with as many as ten words\n".repeat(30);
        let text = format!("T\n\nH\n\nDo not use if:\n{item}  • ulcers:\n{nested}");
        let passages = cut(&read("a.txt", text.as_bytes()));
        let last = passages.last().expect("there are passages");
        assert_eq!(last.lead(), Some("Do not use if: ulcers:"));
        let shown = shown(last);
        let expected = "1 Do not use if: › ulcers: › a part of it with as many as ten words";
        assert_eq!(shown[0], expected);
    }

    #[test]
    fn what_is_kept_of_them_is_read_back() {
        let text = "T\n\nH\n\nIf you: \n\n• a:\n  – b? c.\n\nSo? Yes.\n\nA\tB\n1\t2\n";
        for passage in cut(&read("a.txt", text.as_bytes())) {
            let kept = serde_json::to_string(passage.units()).expect("numbers are JSON");
            let back: Units = serde_json::from_str(&kept).expect("it was written so");
            assert_eq!(&back, passage.units());
        }
    }

    proptest! {
        #[test]
        fn any_numbers_are_units_or_an_error(kept in proptest::collection::vec(0_u32..40, 0..40)) {
            let _ = Units::try_from(kept);
        }

        #[test]
        fn units_lie_within_their_passage_in_order(
            text in "([a-z•\\-–✓?.:|\t]{1,3}| |\n|\n\n|Tell us if:|\n  • |\n    - |1\\. ){0,60}"
        ) {
            for passage in cut(&read("a.txt", format!("T\n\nH\n\n{text}").as_bytes())) {
                let mut next = 0;
                for unit in &passage.units().0 {
                    prop_assert!(unit.bytes.start >= next && !unit.bytes.is_empty());
                    prop_assert!(unit.mark <= unit.bytes.start);
                    prop_assert!(passage.text().get(unit.bytes.clone()).is_some());
                    for lead in &unit.leads {
                        let text = lead_text(lead, passage.text(), passage.lead(), passage.headings());
                        prop_assert!(!text.is_empty());
                    }
                    next = unit.bytes.end;
                }
            }
        }
    }
}
