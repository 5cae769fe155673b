//! Units: the smallest stretches of a passage that say something by themselves.
//!
//! A sentence is one, and so is a sentence of a list item, a cell of a table, a question. What a
//! unit says it often says only together with what stands above it: "osteoporosis" under "Tell your
//! doctor if you have:", "twice a day" under "Dose". These are its [`LeadIn`]s, outermost first.
//!
//! Units are found once, from the blocks, when a document is cut. Whoever comes later, annotation,
//! audit, snippets, reads them, and looks at no sign of a list again.

mod find;
mod kept;

use std::ops::Range;

use serde::{Deserialize, Serialize};

use crate::document::{sentences, trim_range};
use find::asks;
pub(super) use find::{SectionLead, SectionUnit, of_section};
pub use kept::BadUnits;

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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::{Allowance, Document, Part, reader_for};
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
