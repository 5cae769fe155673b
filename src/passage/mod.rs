//! # Passages
//!
//! A [`Passage`] is what palpate finds: one section of a document, or part of one, small enough
//! to be read at a glance and large enough to make sense alone.
//!
//! [`cut`] takes a document and gives its passages:
//!
//! * A passage stays under one heading. Its heading path says where it stands; the heading
//!   blocks themselves belong to the first passage below them.
//! * What belongs together stays together: a list with its lead-in, a table with its header, a
//!   question (a heading) with its answer. Where such a group is too long for one passage, the
//!   later passages carry the lead-in or header along as [`Passage::lead`].
//! * A section of up to [`TARGET_WORDS`] is one passage; a longer one is packed from whole
//!   blocks, and a short remainder joins the passage before it.
//! * Furniture belongs to no passage and is never inside of one. What stands on the margins of pages
//!   is a passage by itself.
//!
//! A passage carries its [`Unit`]s: sentences, list items with what leads into them, cells with their
//! headers. They are found here, once, and everything later reads them.
//!
//! Every block that is not furniture belongs to exactly one passage, and the text of a passage
//! is a verbatim slice of its document.

mod id;
mod units;

use std::ops::{Range, RangeInclusive};

use crate::document::{
    BLOCK_WORDS, Block, BlockKind, Document, Place, Span, sentences, trim_range, word_count,
};

use id::IdMaker;
pub use id::PassageId;
pub use units::{BadUnits, LeadIn, Unit, UnitKind, Units, lead_text};
use units::{SectionLead, SectionUnit};

/// The size passages aim at, in words.
pub const TARGET_WORDS: usize = BLOCK_WORDS;
/// A remainder of fewer words joins the passage before it.
const REMAINDER_WORDS: usize = 40;

/// A passage of a document. Made by [`cut`] only, so it always has text, and that text is
/// `document.text()[bytes]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Passage {
    id: PassageId,
    ordinal: u32,
    headings: Vec<String>,
    lead: Option<String>,
    bytes: Range<usize>,
    lines: RangeInclusive<usize>,
    pages: Option<RangeInclusive<usize>>,
    paragraphs: Option<RangeInclusive<usize>>,
    recognised: bool,
    blocks: Vec<usize>,
    text: String,
    units: Units,
}

impl Passage {
    /// The stable id: the same text in the same source has the same id, build after build.
    pub fn id(&self) -> &PassageId {
        &self.id
    }

    /// The position among the passages of the document, from 0.
    pub(crate) fn ordinal(&self) -> u32 {
        self.ordinal
    }

    /// The headings above this passage, outermost first, without the title.
    pub fn headings(&self) -> &[String] {
        &self.headings
    }

    /// What leads into the list that this passage continues, outermost first, or the header of the
    /// table.
    pub fn lead(&self) -> Option<&str> {
        self.lead.as_deref()
    }

    /// The bytes of the text in the document.
    pub fn bytes(&self) -> Range<usize> {
        self.bytes.clone()
    }

    /// The first and last line of the text, counted from 1, see `Document::lines`.
    pub fn lines(&self) -> RangeInclusive<usize> {
        self.lines.clone()
    }

    /// The first and last page of the text, counted from 1, where the source has pages.
    pub fn pages(&self) -> Option<RangeInclusive<usize>> {
        self.pages.clone()
    }

    /// The first and last paragraph of the text, counted from 1, where the source is counted in
    /// paragraphs.
    pub fn paragraphs(&self) -> Option<RangeInclusive<usize>> {
        self.paragraphs.clone()
    }

    /// Whether the text, or some of it, was recognised in a picture.
    pub fn is_recognised(&self) -> bool {
        self.recognised
    }

    /// Where in its source the text stands.
    pub(crate) fn place(&self) -> Place {
        let span = RangeInclusive::into_inner;
        Place::of(
            self.pages().map(span),
            self.paragraphs().map(span),
            span(self.lines()),
        )
        .where_recognised(self.recognised)
    }

    /// The indices of the blocks that belong to this passage, headings above it included.
    pub fn blocks(&self) -> &[usize] {
        &self.blocks
    }

    /// The text, verbatim.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// What says something by itself, in the order of the text.
    pub fn units(&self) -> &Units {
        &self.units
    }
}

/// Cuts a document into passages, in order.
///
/// ```
/// let text = "Neck pain\n\nRisks\n\nTell your doctor if you:\n\n  • have osteoporosis\n";
/// let mut documents = Vec::new();
/// let reader = palpate::document::reader_for("neck.txt".as_ref()).ok_or("no reader")?;
/// let (part, limits) = (palpate::document::Part::whole(text), Default::default());
/// palpate::document::read(reader, "neck.txt", part, &limits, &mut |document| documents.push(document))?;
///
/// let passages = palpate::passage::cut(&documents[0]);
/// assert_eq!(passages[0].headings(), ["Risks"]);
/// assert_eq!(passages[0].lines(), 5..=7);
/// assert!(passages[0].text().starts_with("Tell your doctor if you:"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn cut(document: &Document) -> Vec<Passage> {
    let mut ids = IdMaker::new(document.source());
    let mut passages: Vec<Passage> = Vec::new();
    for section in sections(document) {
        let heading = section.path.last().map(String::as_str);
        let units = units::of_section(document, section.body.clone(), heading);
        for part in pack(document, &section.body) {
            let ordinal = passages.len() as u32;
            let mut blocks = Vec::new();
            if part.blocks.start == section.body.start {
                blocks.extend(&section.headings);
            }
            blocks.extend(part.blocks.clone());
            let start = document
                .trimmed(&document.blocks()[part.blocks.start])
                .start;
            let end = document
                .trimmed(&document.blocks()[part.blocks.end - 1])
                .end;
            let text = document.text()[start..end].to_owned();
            let bytes = start..end;
            let carried = Carried::by(&part, &bytes, &units);
            let range = |(first, last): Span| first..=last;
            passages.push(Passage {
                id: ids.make(&text),
                ordinal,
                headings: section.path.clone(),
                units: carried.units(&bytes, &units),
                lead: carried.text(document),
                lines: range(document.lines(&bytes)),
                pages: document.pages(&bytes).map(range),
                paragraphs: document.paragraphs(&bytes).map(range),
                recognised: document.is_recognised(&bytes),
                bytes,
                blocks,
                text,
            });
        }
    }
    passages
}

/// A run of body blocks under one heading path.
struct Section {
    path: Vec<String>,
    /// The heading blocks that stand between the section before and the body of this one.
    headings: Vec<usize>,
    body: Range<usize>,
}

fn is_body(block: &Block) -> bool {
    !matches!(block.kind, BlockKind::Furniture | BlockKind::Margin)
        && block.kind.heading_level().is_none()
}

/// Finds the sections. Headings at the end, with nothing under them, become a section of their
/// own, so that no word of a document is out of reach.
fn sections(document: &Document) -> Vec<Section> {
    let blocks = document.blocks();
    let mut sections = Vec::new();
    let mut path: Vec<(u8, String)> = Vec::new();
    let mut pending: Vec<usize> = Vec::new();
    let mut at = 0;
    while at < blocks.len() {
        let block = &blocks[at];
        let start = at;
        at += 1;
        if let Some(level) = block.kind.heading_level() {
            path.retain(|(above, _)| *above < level);
            let heading = document.block_text(block).trim_end_matches(':');
            path.push((level, heading.to_owned()));
            pending.push(start);
        } else if block.kind == BlockKind::Margin {
            sections.push(Section {
                path: Vec::new(),
                headings: Vec::new(),
                body: start..at,
            });
        } else if is_body(block) {
            while at < blocks.len() && is_body(&blocks[at]) {
                at += 1;
            }
            sections.push(Section {
                path: below_title(&path),
                headings: std::mem::take(&mut pending),
                body: start..at,
            });
        }
    }
    sections.extend(bare_section(pending, path));
    // Headers and footers may stand behind the last heading.
    sections.sort_by_key(|section| section.body.start);
    sections
}

/// The last of the headings that nothing follows, as a section whose text it is.
fn bare_section(mut pending: Vec<usize>, mut path: Vec<(u8, String)>) -> Option<Section> {
    let last = pending.pop()?;
    path.pop();
    Some(Section {
        path: below_title(&path),
        headings: pending,
        body: last..last + 1,
    })
}

fn below_title(path: &[(u8, String)]) -> Vec<String> {
    path.iter()
        .filter(|(level, _)| *level > 1)
        .map(|(_, heading)| heading.clone())
        .collect()
}

/// A passage to be: whole blocks, and the lead-in it continues.
struct PassageDraft {
    blocks: Range<usize>,
    words: usize,
    lead: Option<Range<usize>>,
}

/// What a part carries along, in bytes of the document: what leads into it and stands before it.
struct Carried(Vec<Range<usize>>);

impl Carried {
    fn by(part: &PassageDraft, bytes: &Range<usize>, units: &[SectionUnit]) -> Carried {
        let own = within(bytes, units);
        let leads = units[own].iter().flat_map(|unit| &unit.leads);
        let before = leads.filter_map(|lead| match lead {
            SectionLead::Bytes(lead) if lead.start < bytes.start => Some(lead),
            _ => None,
        });
        let mut carried: Vec<Range<usize>> = part.lead.iter().cloned().collect();
        for lead in before {
            let known = |other: &Range<usize>| other.start <= lead.start && lead.end <= other.end;
            if !carried.iter().any(known) {
                carried.push(lead.clone());
            }
        }
        Carried(carried)
    }

    fn text(&self, document: &Document) -> Option<String> {
        let texts: Vec<&str> = self
            .0
            .iter()
            .map(|bytes| &document.text()[bytes.clone()])
            .collect();
        (!texts.is_empty()).then(|| texts.join(CARRIED_GAP))
    }

    /// Where a lead-in stands in [`Carried::text`].
    fn place(&self, lead: &Range<usize>) -> Option<Range<usize>> {
        let mut at = 0;
        for carried in &self.0 {
            if carried.start <= lead.start && lead.end <= carried.end {
                let start = at + lead.start - carried.start;
                return Some(start..start + lead.len());
            }
            at += carried.len() + CARRIED_GAP.len();
        }
        None
    }

    /// The units of a part, in bytes of its text.
    fn units(&self, bytes: &Range<usize>, units: &[SectionUnit]) -> Units {
        let own = within(bytes, units);
        let first = own.start;
        let shifted = |of: &Range<usize>| of.start - bytes.start..of.end - bytes.start;
        let units = units[own].iter().map(|unit| Unit {
            kind: match &unit.kind {
                UnitKind::Cell { row, column } => UnitKind::Cell {
                    row: shifted(row),
                    column: *column,
                },
                kind => kind.clone(),
            },
            bytes: shifted(&unit.bytes),
            mark: unit.mark,
            leads: unit
                .leads
                .iter()
                .filter_map(|lead| match lead {
                    SectionLead::Heading => Some(LeadIn::Heading),
                    SectionLead::Bytes(lead) if lead.start >= bytes.start => {
                        Some(LeadIn::Text(shifted(lead)))
                    }
                    SectionLead::Bytes(lead) => self.place(lead).map(LeadIn::Carried),
                })
                .collect(),
            asks: unit.asks,
            answers: unit
                .answers
                .and_then(|question| question.checked_sub(first)),
        });
        Units(units.collect())
    }
}

/// What stands between two lines that are carried along.
const CARRIED_GAP: &str = " ";

/// The numbers of the units within some bytes.
fn within(bytes: &Range<usize>, units: &[SectionUnit]) -> Range<usize> {
    let first = units.partition_point(|unit| unit.bytes.start < bytes.start);
    first..units.partition_point(|unit| unit.bytes.start < bytes.end)
}

/// Packs the blocks of a section into parts of about [`TARGET_WORDS`].
fn pack(document: &Document, body: &Range<usize>) -> Vec<PassageDraft> {
    let mut parts: Vec<PassageDraft> = Vec::new();
    let counts: Vec<usize> = body.clone().map(|i| words(document, i)).collect();
    for group in groups(document, body) {
        let counts = &counts[group.start - body.start..group.end - body.start];
        let total: usize = counts.iter().sum();
        let fits = |part: &PassageDraft, more: usize| part.words + more <= TARGET_WORDS;
        match parts.last_mut() {
            Some(part) if fits(part, total) => {
                part.words += total;
                part.blocks.end = group.end;
            }
            _ => parts.extend(split_group(document, group, counts)),
        }
    }
    join_remainder(parts)
}

/// Splits the body of a section into groups that belong together: a list with the paragraph
/// that leads into it, a table with its header and lead-in, or a single paragraph.
fn groups(document: &Document, body: &Range<usize>) -> Vec<Range<usize>> {
    let kind = |i: usize| document.blocks()[i].kind;
    let mut groups: Vec<Range<usize>> = Vec::new();
    for i in body.clone() {
        let continues = i > body.start
            && match kind(i) {
                BlockKind::ListItem { .. } => true,
                BlockKind::TableRow => {
                    matches!(kind(i - 1), BlockKind::TableHeader | BlockKind::TableRow)
                }
                BlockKind::TableHeader => document
                    .block_text(&document.blocks()[i - 1])
                    .ends_with(':'),
                _ => false,
            };
        match groups.last_mut() {
            Some(group) if continues => group.end = i + 1,
            _ => groups.push(i..i + 1),
        }
    }
    groups
}

/// What later parts of a group have to carry along: the header of a table, or the last sentence
/// of the paragraph that leads into a list; in bytes of the document.
fn lead(document: &Document, group: &Range<usize>) -> Option<Range<usize>> {
    if group.len() < 2 {
        // There is no later part.
        return None;
    }
    let blocks = &document.blocks()[group.clone()];
    if let Some(header) = blocks.iter().find(|b| b.kind == BlockKind::TableHeader) {
        return Some(document.trimmed(header));
    }
    let first = blocks.first().filter(|b| b.kind == BlockKind::Paragraph)?;
    let bytes = document.trimmed(first);
    let text = &document.text()[bytes.clone()];
    let last = trim_range(text, sentences(text).pop()?);
    Some(bytes.start + last.start..bytes.start + last.end)
}

/// Splits a group that may be too long for one part, with so many words in each block, into parts of nearly
/// equal size.
fn split_group(document: &Document, group: Range<usize>, counts: &[usize]) -> Vec<PassageDraft> {
    let lead = lead(document, &group);
    let total: usize = counts.iter().sum();
    let target = total.div_ceil(total.div_ceil(TARGET_WORDS).max(1));
    let mut parts: Vec<PassageDraft> = Vec::new();
    for (i, &here) in group.clone().zip(counts) {
        let joins = |part: &PassageDraft| {
            let only_lead = lead.is_some() && part.blocks == (group.start..group.start + 1);
            let fits = part.words + here <= TARGET_WORDS;
            fits && (only_lead || 2 * part.words + here <= 2 * target)
        };
        match parts.last_mut() {
            Some(part) if joins(part) => {
                part.words += here;
                part.blocks.end = i + 1;
            }
            _ => parts.push(PassageDraft {
                blocks: i..i + 1,
                words: here,
                lead: lead.clone().filter(|_| i > group.start),
            }),
        }
    }
    parts
}

/// Joins parts that are too short to stand alone to a neighbour.
fn join_remainder(parts: Vec<PassageDraft>) -> Vec<PassageDraft> {
    let mut joined: Vec<PassageDraft> = Vec::with_capacity(parts.len());
    for part in parts {
        match joined.last_mut() {
            Some(before)
                if before.words.min(part.words) < REMAINDER_WORDS
                    && before.words + part.words <= TARGET_WORDS + REMAINDER_WORDS =>
            {
                before.words += part.words;
                before.blocks.end = part.blocks.end;
            }
            _ => joined.push(part),
        }
    }
    joined
}

fn words(document: &Document, block: usize) -> usize {
    word_count(document.block_text(&document.blocks()[block]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::{Allowance, Part, reader_for};
    use proptest::prelude::*;

    fn read(text: &str) -> Document {
        let mut documents = Vec::new();
        reader_for("a.txt".as_ref())
            .expect("there is a reader for text")
            .read(
                "a.txt",
                Part::whole(text),
                &Allowance::default(),
                &mut |document| documents.push(document),
            )
            .expect("a string is UTF-8 text");
        documents.remove(0)
    }

    /// What every document and its passages must fulfil, whatever the text.
    fn check(document: &Document) {
        let passages = cut(document);
        let starts: Vec<usize> = passages.iter().map(|p| p.bytes().start).collect();
        let ends = passages.iter().map(|p| p.bytes().end);
        let mut gaps = ends.zip(starts.iter().skip(1));
        assert!(gaps.all(|(end, start)| end <= *start), "out of order");
        let mut owners = vec![0; document.blocks().len()];
        for (n, passage) in passages.iter().enumerate() {
            assert_eq!(passage.ordinal() as usize, n);
            assert!(!passage.text().trim().is_empty(), "empty passage");
            assert_eq!(&document.text()[passage.bytes()], passage.text());
            assert_eq!(
                (*passage.lines().start(), *passage.lines().end()),
                document.lines(&passage.bytes())
            );
            for &block in passage.blocks() {
                owners[block] += 1;
            }
        }
        for (block, owners) in document.blocks().iter().zip(owners) {
            let expected = usize::from(block.kind != BlockKind::Furniture);
            assert_eq!(owners, expected, "{:?}", document.block_text(block));
        }
        assert_eq!(passages, cut(document), "cutting twice differs");
    }

    /// Text of the pieces that the plain-text reader looks for, in any order.
    fn pagelike() -> impl Strategy<Value = String> {
        let piece = prop_oneof![
            Just("\n".to_owned()),
            Just("\n\n".to_owned()),
            Just("Skip to main content".to_owned()),
            Just("Condition Description".to_owned()),
            Just("Bursitis Swelling of a bursa.".to_owned()),
            Just("Tell your doctor if you:".to_owned()),
            Just("  • have osteoporosis".to_owned()),
            Just("Who should not be treated?".to_owned()),
            Just("Risks".to_owned()),
            "[A-Z][a-z]{1,8}( [a-z]{1,8}){0,60}[.?!:]?",
            "\\PC{0,20}",
            "[ \t\r\u{feff}\u{a0}]{1,3}",
        ];
        proptest::collection::vec(piece, 0..40).prop_map(|pieces| pieces.join("\n"))
    }

    /// A document of blocks of any kinds in any order, as readers of other formats make them.
    fn any_blocks() -> impl Strategy<Value = Document> {
        let kind = prop_oneof![
            (1u8..4).prop_map(|level| BlockKind::Heading { level }),
            (2u8..4).prop_map(|level| BlockKind::Question { level }),
            Just(BlockKind::Paragraph),
            (0u8..3).prop_map(BlockKind::item),
            Just(BlockKind::TableHeader),
            Just(BlockKind::TableRow),
            Just(BlockKind::Margin),
            Just(BlockKind::Furniture),
        ];
        let block = (kind, "[A-Z][a-z]{1,8}( [a-z]{1,8}){0,60}[.?:]?\n{1,2}");
        proptest::collection::vec(block, 1..30).prop_map(|blocks| {
            let mut text = String::new();
            let mut placed = Vec::new();
            for (kind, words) in blocks {
                let start = text.len();
                text.push_str(&words);
                let bytes = start..text.len();
                placed.push(Block { kind, bytes });
            }
            Document::new("a".into(), "A".into(), text, placed)
        })
    }

    #[test]
    fn a_heading_that_only_a_footer_follows_keeps_its_place() {
        let text = "Neck\n\nGout\n\nNot with a stent\n";
        let kinds = [
            (BlockKind::Heading { level: 1 }, 0..6),
            (BlockKind::Heading { level: 2 }, 6..12),
            (BlockKind::Margin, 12..text.len()),
        ];
        let blocks = kinds.map(|(kind, bytes)| Block { kind, bytes });
        let document = Document::new("a".into(), "Neck".into(), text.into(), blocks.into());
        check(&document);
        let passages = cut(&document);
        let texts: Vec<&str> = passages.iter().map(Passage::text).collect();
        assert_eq!(texts, ["Gout", "Not with a stent"]);
    }

    proptest! {
        #[test]
        fn holds_for_blocks_of_any_kinds(document in any_blocks()) {
            check(&document);
        }

        #[test]
        fn holds_for_any_text(text in "[^\\x00]{0,400}") {
            check(&read(&text));
        }

        #[test]
        fn holds_for_pages(text in pagelike()) {
            check(&read(&text));
        }
    }

    fn sizes(text: &str) -> Vec<usize> {
        cut(&read(text))
            .iter()
            .map(|p| word_count(p.text()))
            .collect()
    }

    #[test]
    fn a_section_that_fits_is_one_passage() {
        let paragraph = format!("{}end.\n\n", "word ".repeat(49));
        assert_eq!(sizes(&paragraph.repeat(3)), [150]);
    }

    #[test]
    fn a_longer_section_is_split_at_paragraphs_and_the_remainder_joined() {
        let hundred = format!("{}end.\n\n", "word ".repeat(99));
        assert_eq!(sizes(&hundred.repeat(3)), [100, 100, 100]);
        let with_tail = format!("{hundred}{}end.\n\nShort tail here.", "word ".repeat(79));
        assert_eq!(sizes(&with_tail), [183]);
    }

    #[test]
    fn a_long_list_is_split_between_items_and_carries_its_lead() {
        let item = "  • an item of exactly ten words, bullet not counted, here\n";
        let text = format!(
            "T\n\nFirst. Never treat patients with:\n\n{}",
            item.repeat(30)
        );
        let passages = cut(&read(&text));
        assert_eq!(passages.len(), 2);
        assert!(passages[0].text().starts_with("First."));
        assert_eq!(passages[0].lead(), None);
        assert_eq!(passages[1].lead(), Some("Never treat patients with:"));
    }

    #[test]
    fn a_long_table_carries_its_header() {
        let row =
            "Muscle Strain Tearing of the fibers of a muscle, with pain and loss of motion.\n";
        let text = format!("T\n\nCondition Description\n{}", row.repeat(30));
        let passages = cut(&read(&text));
        assert!(passages.len() > 1);
        assert_eq!(passages[1].lead(), Some("Condition Description"));
    }

    #[test]
    fn headings_without_a_body_are_not_lost() {
        let text = "T\n\nCPT code\n\nName:\n\nManual therapy of the neck and back.\n";
        let passages = cut(&read(text));
        assert_eq!(passages[0].headings(), ["CPT code", "Name"]);
        assert_eq!(cut(&read("Osteoporosis"))[0].text(), "Osteoporosis");
    }

    #[test]
    fn furniture_is_in_no_passage() {
        let text = "T\n\nSome prose here.\n\nBack to top\n\nMore prose there.\n";
        let texts: Vec<_> = cut(&read(text))
            .iter()
            .map(|p| p.text().to_owned())
            .collect();
        assert_eq!(texts, ["Some prose here.", "More prose there."]);
    }
}
