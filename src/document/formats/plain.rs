//! Plain text: finds headings, questions, lists, tables and page furniture without markup.
//!
//! The text this is written for was copied or scraped from web pages and leaflets. What
//! structure it has shows in its lines:
//!
//! 1. lines are gathered into *pieces*: a list item with its continuation lines, a table row, a
//!    run of prose lines, a line that stands alone, a line of furniture;
//! 2. a line that stands alone is then *resolved* by what follows it: heading, question, lead-in
//!    of a list, or just a short paragraph;
//! 3. headings get *levels*, and the pieces become blocks that tile the text.
//!
//! Where it is unclear whether a line matters, it is kept as searchable text: a missed heading
//! costs a little context, a lost line could be the one that warns.

#[cfg(feature = "pdf")]
use std::collections::HashMap;
use std::ops::Range;

use crate::document::draft::file_stem;
use crate::document::encoding::decode;
use crate::document::furniture::{is_furniture, is_skip_link};
use crate::document::list::{Nesting, Style, goes_on, is_left_open, mark};
use crate::document::sentence::has_leader;
use crate::document::{
    Allowance, Block, BlockKind, Document, Part, ReadError, Reader, is_blank, trim_range,
    word_count,
};

/// The most words and bytes a heading has; the title of a document may be longer.
const HEADING_WORDS: usize = 14;
const HEADING_BYTES: usize = 120;
const TITLE_WORDS: usize = 30;
const QUESTION_WORDS: usize = 30;
/// A line that was wrapped has at least so many bytes.
const WRAPPED_BYTES: usize = 45;
/// This many headings in a row with nothing under them are a list without bullets.
const BARE_LIST: usize = 4;

/// Reader for text without markup, in any encoding.
pub(super) struct PlainText;

impl Reader for PlainText {
    fn name(&self) -> &'static str {
        "plain text"
    }

    fn extensions(&self) -> &'static [&'static str] {
        &["txt", "text"]
    }

    fn read(
        &self,
        source: &str,
        Part { bytes, .. }: Part,
        _: &Allowance,
        sink: &mut dyn FnMut(Document),
    ) -> Result<(), ReadError> {
        let decoded = decode(bytes, None)?;
        sink(document(source, decoded.text));
        decoded.error.map_or(Ok(()), Err)
    }
}

/// Reads `text` into a document.
fn document(source: &str, text: String) -> Document {
    let lines = lines(&text);
    let mut pieces = gather(&lines);
    let order: Vec<usize> = (0..pieces.len())
        .filter(|&i| pieces[i].role != Role::Furniture)
        .collect();
    resolve(&mut pieces, &order);
    nest_items(&mut pieces, &order, &lines);
    let title = mark_title(&mut pieces, &order);
    nest(&mut pieces, &order);
    let title = title.map_or_else(
        || file_stem(source),
        |title| title.trim_end_matches(':').to_owned(),
    );
    let blocks = blocks(&pieces, &lines, text.len());
    Document::new(source.to_owned(), title, text, blocks)
}

/// A document that was laid out like a plain text, with the structure that its lines show. What is
/// furniture stays it, as does what stands on margins.
#[cfg(feature = "pdf")]
pub(super) fn with_structure(laid_out: Document, named: Option<&str>) -> Document {
    let mut structured = document(&laid_out.source, laid_out.text.clone());
    let is_aside = |block: &&Block| matches!(block.kind, BlockKind::Furniture | BlockKind::Margin);
    let aside: Vec<&Block> = laid_out.blocks.iter().filter(is_aside).collect();
    let depths: HashMap<usize, BlockKind> = laid_out
        .blocks
        .iter()
        .filter(|block| block.kind.is_item())
        .map(|block| (block.bytes.start, block.kind))
        .collect();
    for block in &mut structured.blocks {
        if let Some(kind) = depths
            .get(&block.bytes.start)
            .filter(|_| block.kind.is_item())
        {
            block.kind = *kind;
        }
        let within = aside.partition_point(|other| other.bytes.end < block.bytes.end);
        let is_within = |other: &&&Block| other.bytes.start <= block.bytes.start;
        if let Some(other) = aside.get(within).filter(is_within) {
            block.kind = other.kind;
        }
    }
    let has_title = |block: &Block| block.kind == BlockKind::Heading { level: 1 };
    if let Some(named) = named
        && !structured.blocks.iter().any(has_title)
    {
        structured.title = named.to_owned();
    }
    structured.with_places(laid_out.places)
}

/// One line: where it starts and what shows of it.
struct Line<'t> {
    start: usize,
    text: &'t str,
    /// By how many columns it is indented.
    indent: usize,
}

impl Line<'_> {
    fn is_indented(&self) -> bool {
        self.indent > 0
    }
}

/// As many columns a tab takes.
const TAB: usize = 4;

fn lines(text: &str) -> Vec<Line<'_>> {
    let mut start = 0;
    text.split_inclusive('\n')
        .map(|raw| {
            let shown = &raw[trim_range(raw, 0..raw.len())];
            let before = raw.chars().take_while(|c| is_blank(*c) && *c != '\n');
            let line = Line {
                start,
                text: shown,
                indent: before.map(columns).sum(),
            };
            start += raw.len();
            line
        })
        .collect()
}

/// How many columns a character takes that shows nothing.
fn columns(c: char) -> usize {
    match c {
        '\t' => TAB,
        _ if c.is_whitespace() => 1,
        _ => 0,
    }
}

/// What a piece is, or may turn out to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Role {
    Furniture,
    Prose,
    Item,
    /// A later paragraph of an item.
    ItemRest,
    TableHeader,
    TableRow,
    /// A line with nothing directly above or below it, not resolved yet.
    Alone,
    Heading,
    Question,
}

impl Role {
    /// Whether this is text that can stand under a heading.
    fn is_body(self) -> bool {
        matches!(
            self,
            Role::Prose | Role::Item | Role::ItemRest | Role::TableHeader | Role::TableRow
        )
    }
}

/// Neighbouring lines that become one block.
struct Piece<'t> {
    role: Role,
    /// The level of a heading, or the depth of an item.
    level: u8,
    lines: Range<usize>,
    /// The text of the first line.
    text: &'t str,
}

impl<'t> Piece<'t> {
    fn new(role: Role, lines: Range<usize>, all: &[Line<'t>]) -> Self {
        Piece {
            role,
            level: 2,
            text: all[lines.start].text,
            lines,
        }
    }
}

// ---- step 1: lines to pieces ----

/// Gathers lines into pieces; blank lines separate them and belong to none.
fn gather<'t>(lines: &[Line<'t>]) -> Vec<Piece<'t>> {
    let mut pieces = Vec::new();
    let mut at = 0;
    while at < lines.len() {
        if lines[at].text.is_empty() {
            at += 1;
            continue;
        }
        let end = (at..lines.len())
            .find(|&i| lines[i].text.is_empty())
            .unwrap_or(lines.len());
        gather_chunk(lines, at..end, pieces.is_empty(), &mut pieces);
        at = end;
    }
    pieces
}

/// A chunk is a run of lines without a blank one. Furniture lines part it into runs; a chunk
/// at the very top that begins with a skip link is navigation as a whole (the breadcrumb trail).
fn gather_chunk<'t>(
    lines: &[Line<'t>],
    chunk: Range<usize>,
    first: bool,
    pieces: &mut Vec<Piece<'t>>,
) {
    let navigation = first && is_skip_link(lines[chunk.start].text);
    let mut run = chunk.start;
    for at in chunk.clone() {
        let short_in_navigation = navigation && word_count(lines[at].text) <= HEADING_WORDS;
        if short_in_navigation || is_furniture(lines[at].text) {
            gather_run(lines, run..at, pieces);
            pieces.push(Piece::new(Role::Furniture, at..at + 1, lines));
            run = at + 1;
        }
    }
    gather_run(lines, run..chunk.end, pieces);
}

fn gather_run<'t>(lines: &[Line<'t>], run: Range<usize>, pieces: &mut Vec<Piece<'t>>) {
    if run.is_empty() {
        return;
    }
    if is_table(&lines[run.clone()]) {
        pieces.push(Piece::new(
            Role::TableHeader,
            run.start..run.start + 1,
            lines,
        ));
        for at in run.start + 1..run.end {
            pieces.push(Piece::new(Role::TableRow, at..at + 1, lines));
        }
        return;
    }
    let mut at = run.start;
    while at < run.end {
        let piece = next_piece(lines, at, &run);
        at = piece.lines.end;
        pieces.push(piece);
    }
}

/// The piece that starts at line `at` of a run.
fn next_piece<'t>(lines: &[Line<'t>], at: usize, run: &Range<usize>) -> Piece<'t> {
    if is_bullet(lines, at, run) {
        let end = (at + 1..run.end)
            .find(|&i| is_bullet(lines, i, run) || ends_list(lines, i, at))
            .unwrap_or(run.end);
        return Piece::new(Role::Item, at..end, lines);
    }
    // A line of a list of prices says something by itself, and heads nothing.
    if has_leader(lines[at].text) {
        return Piece::new(Role::Prose, at..at + 1, lines);
    }
    if run.len() == 1 {
        return Piece::new(Role::Alone, at..at + 1, lines);
    }
    if is_run_in_heading(lines, at, run) {
        let role = if lines[at].text.ends_with('?') {
            Role::Question
        } else {
            Role::Heading
        };
        return Piece::new(role, at..at + 1, lines);
    }
    let end = (at + 1..run.end)
        .find(|&i| {
            is_bullet(lines, i, run)
                || is_run_in_heading(lines, i, run)
                || has_leader(lines[i].text)
        })
        .unwrap_or(run.end);
    Piece::new(Role::Prose, at..end, lines)
}

/// Whether line `i`, after the list item at line `item`, is prose of its own: it is not indented, and
/// stands under an item that was, or one that is complete.
fn ends_list(lines: &[Line<'_>], i: usize, item: usize) -> bool {
    if lines[i].is_indented() {
        return false;
    }
    let above = lines[i - 1].text;
    let begins_anew = lines[i].text.starts_with(char::is_uppercase);
    let is_complete = ends_sentence(above) || above.len() < WRAPPED_BYTES;
    (begins_anew && is_complete) || lines[item].is_indented()
}

/// Whether a line begins with the mark of an item. Inside of prose a line that happens to begin with
/// "12." after a line break is no list item.
fn is_bullet(lines: &[Line<'_>], at: usize, run: &Range<usize>) -> bool {
    let Some(found) = mark(lines[at].text) else {
        return false;
    };
    let beside = |i: usize| run.contains(&i).then(|| mark(lines[i].text)).flatten();
    match found.style {
        style if style.is_sure() => true,
        Style::HollowO => {
            let before = at.checked_sub(1).and_then(beside);
            [before, beside(at + 1)]
                .into_iter()
                .flatten()
                .any(|other| other.style == found.style)
        }
        _ => {
            at == run.start
                || beside(at - 1).is_some()
                || beside(at + 1).is_some_and(|next| goes_on(found, next))
                || lines[at].is_indented()
                || lines[at - 1].text.ends_with([':', '.', '?', '!', ';'])
        }
    }
}

/// Whether a line inside of a run is a heading all the same: a short capitalised line at the
/// start or after a full stop, with prose right under it.
fn is_run_in_heading(lines: &[Line<'_>], at: usize, run: &Range<usize>) -> bool {
    let text = lines[at].text;
    let starts_afresh = at == run.start || ends_sentence(lines[at - 1].text);
    let Some(next) = (at + 1 < run.end).then(|| lines[at + 1].text) else {
        return false;
    };
    let prose_follows =
        next.len() >= 60 && (ends_sentence(next) || word_count(next) > HEADING_WORDS);
    let reads_as_heading = (looks_like_heading(text) && word_count(text) <= 8)
        || (text.ends_with('?') && word_count(text) <= QUESTION_WORDS);
    starts_afresh && prose_follows && reads_as_heading && text.starts_with(char::is_uppercase)
}

/// Whether a run of lines is a table: cells parted by tabs, bars or wide gaps in every line, or
/// a header such as "Condition Description" over lines that each are a term and a description.
fn is_table(run: &[Line<'_>]) -> bool {
    if run.len() < 2 {
        return false;
    }
    let parted = |line: &Line<'_>| {
        mark(line.text).is_none()
            && (line.text.contains('\t') || line.text.contains(" | ") || line.text.contains("   "))
    };
    if run.iter().all(parted) {
        return true;
    }
    let header = run[0].text;
    let header_words: Vec<&str> = header.split_whitespace().collect();
    let is_header = (2..=5).contains(&header_words.len())
        && looks_like_heading(header)
        && header_words
            .iter()
            .all(|w| w.starts_with(char::is_uppercase));
    run.len() >= 3 && is_header && run[1..].iter().all(|line| is_term_row(line.text))
}

/// "Muscle Strains Overstretching or tearing of fibers.": a capitalised term of one to five
/// words, then a description that begins with a capital and goes on in lower case.
fn is_term_row(line: &str) -> bool {
    let words: Vec<&str> = line.split_whitespace().collect();
    let capitals = words
        .iter()
        .take_while(|word| word.starts_with(|c: char| c.is_uppercase() || c.is_ascii_digit()))
        .count();
    words.len() >= capitals + 2 && (2..=7).contains(&capitals) && mark(line).is_none()
}

fn ends_sentence(line: &str) -> bool {
    line.trim_end_matches(['"', '”', '\'', '’', ')', ']'])
        .ends_with(['.', '!', '?', ':', '…'])
}

// ---- step 2: what stands alone ----

/// A short line that has letters, opens like a heading and is not closed like a sentence.
fn looks_like_heading(text: &str) -> bool {
    let opens = text
        .chars()
        .find(|c| c.is_alphanumeric())
        .is_some_and(|c| c.is_alphabetic() || text.split_whitespace().skip(1).any(is_capitalised));
    opens
        && text.chars().any(char::is_alphabetic)
        && word_count(text) <= HEADING_WORDS
        && text.len() <= HEADING_BYTES
        && !text.ends_with(['.', '!', ';', ',', '…', '?', ':'])
}

fn is_capitalised(word: &str) -> bool {
    word.starts_with(char::is_uppercase)
}

/// A title may be longer than a heading and may end in any way but like a sentence.
fn looks_like_title(text: &str) -> bool {
    text.chars().any(char::is_alphabetic)
        && word_count(text) <= TITLE_WORDS
        && !text.ends_with(['.', ';', ',', '…'])
}

/// "enhanced physical well being results": the alternative text of an image, left behind under
/// a heading when the page was copied.
fn looks_like_caption(text: &str) -> bool {
    word_count(text) > 1 && !text.chars().any(char::is_uppercase) && !text.ends_with('?')
}

/// Decides for every line that stands alone whether it is a heading, a question or prose.
fn resolve(pieces: &mut [Piece<'_>], order: &[usize]) {
    for (n, &i) in order.iter().enumerate() {
        if pieces[i].role != Role::Alone {
            continue;
        }
        let before = n.checked_sub(1).map(|m| &pieces[order[m]]);
        let after = order.get(n + 1).map(|&j| &pieces[j]);
        pieces[i].role = resolve_alone(pieces[i].text, before, after);
    }
    demote_bare_lists(pieces, order);
}

fn resolve_alone(text: &str, before: Option<&Piece<'_>>, after: Option<&Piece<'_>>) -> Role {
    let Some(after) = after else {
        // Nothing follows, so it heads nothing; a title may stand for its whole document.
        return if before.is_none() && looks_like_title(text) {
            Role::Heading
        } else {
            Role::Prose
        };
    };
    let is_first = before.is_none();
    let under_heading = before.is_some_and(|b| matches!(b.role, Role::Heading | Role::Question));
    let answered = !after.text.ends_with('?') || after.role != Role::Alone;
    if text.ends_with('?') && word_count(text) <= QUESTION_WORDS && answered {
        return if is_first {
            Role::Heading
        } else {
            Role::Question
        };
    }
    if text.ends_with(':') {
        let leads_in = matches!(after.role, Role::Item | Role::TableHeader);
        let label = looks_like_heading(text.trim_end_matches(':'));
        return if label && !leads_in {
            Role::Heading
        } else {
            Role::Prose
        };
    }
    if is_first && looks_like_title(text) {
        return Role::Heading;
    }
    if after.role == Role::Item && is_left_open(text) {
        return Role::Prose;
    }
    let caption = under_heading && looks_like_caption(text);
    if looks_like_heading(text) && !caption {
        Role::Heading
    } else {
        Role::Prose
    }
}

/// Short lines in a row with nothing under them are the items of a list whose bullets were lost,
/// all the more after what leads into a list. The title is none of them.
fn demote_bare_lists(pieces: &mut [Piece<'_>], order: &[usize]) {
    let mut n = 1;
    while n < order.len() {
        let run = order[n..]
            .iter()
            .take_while(|&&i| pieces[i].role == Role::Heading)
            .count();
        // The last one heads what follows it, if anything does.
        let has_body = order
            .get(n + run)
            .is_some_and(|&i| pieces[i].role.is_body());
        let items = if has_body { run.saturating_sub(1) } else { run };
        let list = &order[n..n + items];
        let first_leads = list.first().is_some_and(|&i| is_left_open(pieces[i].text));
        let before = &pieces[order[n - 1]];
        let led_in = before.role == Role::Prose && is_left_open(before.text);
        let needed = if first_leads || led_in { 2 } else { BARE_LIST };
        if run - usize::from(first_leads) >= needed {
            let (lead, list) = list.split_at(usize::from(first_leads));
            lead.iter().for_each(|&i| pieces[i].role = Role::Prose);
            list.iter().for_each(|&i| pieces[i].role = Role::Item);
        }
        n += run.max(1);
    }
}

// ---- step 3: levels, title, blocks ----

/// Gives the items their depths: those that stand one after the other are of one list. A paragraph
/// that is indented further than the item above it belongs to that.
fn nest_items(pieces: &mut [Piece<'_>], order: &[usize], lines: &[Line<'_>]) {
    let mut nesting = Nesting::default();
    let mut last: Option<(usize, u8)> = None;
    for &i in order {
        let piece = &mut pieces[i];
        let indent = lines[piece.lines.start].indent;
        match (piece.role, last) {
            (Role::Item, _) => {
                let mut shown = piece.lines.clone().map(|line| lines[line].text);
                // What leads into a list inside of this one is at its end.
                let opens = shown.next_back().is_some_and(|line| line.ends_with(':'));
                piece.level = nesting.depth(indent as f64, piece.text, opens);
                last = Some((indent, piece.level));
            }
            (Role::Prose, Some((item, level))) if indent > item + 1 => {
                piece.role = Role::ItemRest;
                piece.level = level;
            }
            _ => {
                nesting.end();
                last = None;
            }
        }
    }
}

/// Marks the title (level 1) and returns it: the first heading, unless that is the caption of a
/// picture above the real one.
fn mark_title<'t>(pieces: &mut [Piece<'t>], order: &[usize]) -> Option<&'t str> {
    let &first = order.first()?;
    if pieces[first].role != Role::Heading {
        return None;
    }
    pieces[first].level = 1;
    let real = order.get(1).copied().filter(|&second| {
        pieces[second].role == Role::Heading
            && looks_like_caption(pieces[first].text)
            && !looks_like_caption(pieces[second].text)
    });
    let title = real.unwrap_or(first);
    pieces[title].level = 1;
    Some(pieces[title].text)
}

/// Gives the headings below the title their levels: 2, or 3 where one stands inside of another.
///
/// A heading with nothing but a heading under it is the parent of that one, and of all the
/// questions that follow ("Frequently asked questions"). Where a page is made of questions right
/// from the title on, its plain headings stand inside of the answers.
fn nest(pieces: &mut [Piece<'_>], order: &[usize]) {
    let is_heading = |piece: &Piece<'_>| matches!(piece.role, Role::Heading | Role::Question);
    let below_title: Vec<(usize, Option<Role>)> = order
        .iter()
        .enumerate()
        .filter(|&(_, &i)| is_heading(&pieces[i]) && pieces[i].level > 1)
        .map(|(n, &i)| (i, order.get(n + 1).map(|&next| pieces[next].role)))
        .collect();
    let made_of_questions = below_title
        .first()
        .is_some_and(|&(i, _)| pieces[i].role == Role::Question);
    let (mut parent_of_questions, mut parent_of_next) = (false, false);
    for (i, next) in below_title {
        let plain = pieces[i].role == Role::Heading;
        let inside = if plain {
            parent_of_next || made_of_questions
        } else {
            parent_of_questions
        };
        pieces[i].level = if inside { 3 } else { 2 };
        if plain {
            parent_of_questions = next == Some(Role::Question);
        }
        parent_of_next = plain && !inside && next == Some(Role::Heading);
    }
}

fn blocks(pieces: &[Piece<'_>], lines: &[Line<'_>], length: usize) -> Vec<Block> {
    let mut blocks: Vec<Block> = Vec::with_capacity(pieces.len());
    for (n, piece) in pieces.iter().enumerate() {
        let start = if n == 0 {
            0
        } else {
            lines[piece.lines.start].start
        };
        let end = pieces
            .get(n + 1)
            .map_or(length, |next| lines[next.lines.start].start);
        let kind = match piece.role {
            Role::Heading => BlockKind::Heading { level: piece.level },
            Role::Question => BlockKind::Question { level: piece.level },
            Role::Item => BlockKind::item(piece.level),
            Role::ItemRest => BlockKind::item(piece.level).going_on(),
            Role::TableHeader => BlockKind::TableHeader,
            Role::TableRow => BlockKind::TableRow,
            Role::Furniture => BlockKind::Furniture,
            Role::Prose | Role::Alone => BlockKind::Paragraph,
        };
        blocks.push(Block {
            kind,
            bytes: start..end,
        });
    }
    if blocks.is_empty() && length > 0 {
        blocks.push(Block {
            kind: BlockKind::Furniture,
            bytes: 0..length,
        });
    }
    blocks
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The blocks of a text as "kind: text", headings with their level.
    fn read(text: &str) -> Vec<String> {
        let document = document("folder/name.txt", text.to_owned());
        document
            .blocks()
            .iter()
            .map(|block| {
                let level = block.kind.heading_level().map(|l| l.to_string());
                format!(
                    "{}{}: {}",
                    block.kind.name(),
                    level.unwrap_or_default(),
                    document.block_text(block).replace('\n', " / ")
                )
            })
            .collect()
    }

    const PROSE: &str = "This is a sentence of prose that is long enough to be taken for one.";

    #[test]
    fn a_heading_stands_alone_and_is_not_closed() {
        let text =
            format!("Neck Pain\n\nWho it helps\n\n{PROSE}\n\nRecovery & timeline\n\n{PROSE}\n");
        assert_eq!(
            read(&text),
            [
                "title1: Neck Pain",
                "heading2: Who it helps",
                &format!("paragraph: {PROSE}"),
                "heading2: Recovery & timeline",
                &format!("paragraph: {PROSE}"),
            ]
        );
    }

    #[test]
    fn a_label_with_a_colon_heads_prose_and_leads_into_a_list() {
        let text = format!(
            "T\n\nName of the test:\n\n{PROSE}\n\nTell us if you:\n\n  • are pregnant\n  • have a fracture\n"
        );
        assert_eq!(
            read(&text)[1..],
            [
                "heading2: Name of the test:",
                &format!("paragraph: {PROSE}"),
                "paragraph: Tell us if you:",
                "list item: • are pregnant",
                "list item: • have a fracture",
            ]
        );
    }

    #[test]
    fn questions_with_answers_are_headings_and_questions_in_a_list_are_not() {
        let text = format!(
            "T\n\nFrequently asked\n\nIs it safe?\n\n{PROSE}\n\nDoes it hurt?\n\n{PROSE}\n\nSources\n\n  1. Who pays?\n"
        );
        let blocks = read(&text);
        assert_eq!(blocks[1], "heading2: Frequently asked");
        assert_eq!(blocks[2], "question3: Is it safe?");
        assert_eq!(blocks[4], "question3: Does it hurt?");
        assert_eq!(blocks[6], "heading2: Sources");
        assert_eq!(blocks[7], "list item: 1. Who pays?");
    }

    #[test]
    fn on_a_page_of_questions_headings_stand_inside_the_answers() {
        let text = format!(
            "Lice\n\nWhat are lice?\n\n{PROSE}\n\nSpread\n\n{PROSE}\n\nWho is at risk?\n\n{PROSE}\n"
        );
        let blocks = read(&text);
        assert_eq!(blocks[1], "question2: What are lice?");
        assert_eq!(blocks[3], "heading3: Spread");
        assert_eq!(blocks[5], "question2: Who is at risk?");
    }

    #[test]
    fn a_term_description_table_and_a_table_of_tabs() {
        let text = "T\n\nThese are treated:\n\nCondition Description\nMuscle Strain Tearing of fibers, with pain.\nBursitis Inflammation of the bursae.\n\nAge\tDose\n1\t5 mg\n2\t6 mg\n";
        assert_eq!(
            read(text)[1..],
            [
                "paragraph: These are treated:",
                "table header: Condition Description",
                "table row: Muscle Strain Tearing of fibers, with pain.",
                "table row: Bursitis Inflammation of the bursae.",
                "table header: Age\tDose",
                "table row: 1\t5 mg",
                "table row: 2\t6 mg",
            ]
        );
    }

    #[test]
    fn furniture_and_the_breadcrumb_under_a_skip_link() {
        let text = format!(
            "Skip to main contentHome\nSports Medicine\n\nKnee Taping\n\n{PROSE}\n\nFind a doctor for this\nWho it helps\n\n{PROSE}\n\nLast Updated"
        );
        assert_eq!(
            read(&text),
            [
                "furniture: Skip to main contentHome",
                "furniture: Sports Medicine",
                "title1: Knee Taping",
                &format!("paragraph: {PROSE}"),
                "furniture: Find a doctor for this",
                "heading2: Who it helps",
                &format!("paragraph: {PROSE}"),
                "furniture: Last Updated",
            ]
        );
    }

    #[test]
    fn a_caption_is_neither_title_nor_heading() {
        let text = format!(
            "knee taping guide\n\nA Guide to Knee Taping\n\n{PROSE}\n\nBenefits\n\nhappy knee results\n\n{PROSE}\n"
        );
        let document = document("a.txt", text.clone());
        assert_eq!(document.title(), "A Guide to Knee Taping");
        assert_eq!(read(&text)[4], "paragraph: happy knee results");
    }

    #[test]
    fn a_list_that_lost_its_bullets_stays_searchable() {
        let text = format!(
            "T\n\nDo not use in:\n\nOsteoporosis\n\nFracture\n\nPregnancy\n\nAfter the visit\n\n{PROSE}\n\nNever treat a child"
        );
        assert_eq!(
            read(&text)[1..],
            [
                "paragraph: Do not use in:",
                "list item: Osteoporosis",
                "list item: Fracture",
                "list item: Pregnancy",
                "heading2: After the visit",
                &format!("paragraph: {PROSE}"),
                "paragraph: Never treat a child",
            ]
        );
    }

    #[test]
    fn values_under_labels_are_prose() {
        let text = "T\n\nAvg cost (US)\n$100-$250 (range)\nRecovery\n0-2 days (range)\n";
        assert_eq!(
            read(text)[1..],
            ["paragraph: Avg cost (US) / $100-$250 (range) / Recovery / 0-2 days (range)"]
        );
    }

    #[test]
    fn text_without_blank_lines_still_has_headings() {
        let long = "It can hurt for a day or two, and that is to be expected by all patients.";
        let text = format!("T\n\nRisks\n{long}\nIs it safe?\n{long}\n{long}\n");
        assert_eq!(
            read(&text)[1..],
            [
                "heading2: Risks",
                &format!("paragraph: {long}"),
                "question2: Is it safe?",
                &format!("paragraph: {long} / {long}"),
            ]
        );
    }

    #[test]
    fn wrapped_lines_and_continued_items() {
        let text =
            "T\n\nHe was treated in\n12. of May and then\nwent home.\n\n- one\n  goes on\n- two\n";
        assert_eq!(
            read(text)[1..],
            [
                "paragraph: He was treated in / 12. of May and then / went home.",
                "list item: - one /   goes on",
                "list item: - two",
            ]
        );
    }

    #[test]
    fn a_document_without_a_heading_is_named_by_its_file() {
        let document = document("folder/name.txt", format!("{PROSE}\n\n{PROSE}\n"));
        assert_eq!(document.title(), "name");
    }

    #[test]
    fn bad_bytes_are_named() {
        let mut documents = 0;
        let mut read = |bytes: &[u8]| {
            let allowance = Allowance::default();
            let result =
                PlainText.read("a", Part::whole(bytes), &allowance, &mut |_| documents += 1);
            result.err().map(|error| error.to_string())
        };
        let nul = read(b"ab\0c");
        assert_eq!(nul.as_deref(), Some("binary file (byte 0x00 at 2)"));
        assert_eq!(read(b"caf\xe9"), None);
        let damaged = read("müde, café \u{fffd}".as_bytes());
        assert_eq!(damaged, None);
        assert_eq!(documents, 2);
    }
}
