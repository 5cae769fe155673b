//! A document in the making, for formats whose text has to be extracted.
//!
//! A reader adds block after block, each a [`TextRun`] of words that knows where in the source its
//! words stand. What comes out reads like a plain text that was laid out well: blank lines between
//! paragraphs, none between the items of a list or the rows of a table.

use std::collections::HashSet;
use std::ops::Range;
use std::path::Path;

use super::furniture::is_furniture;
use super::list::{self, Nesting};
use super::place::Marks;
use super::{Block, BlockKind, Document, Places, is_blank, word_count};

/// The most words a heading that asks may have.
const QUESTION_WORDS: usize = 30;

/// A stretch of text with single spaces between its words.
#[derive(Debug, Clone, Default)]
pub(super) struct TextRun {
    text: String,
    marks: Marks,
    /// White space was met that only counts if a word follows.
    space: bool,
}

impl TextRun {
    /// Adds text that stands at `number` of the source.
    pub(super) fn add(&mut self, text: &str, number: usize) {
        for c in text.chars() {
            if c.is_whitespace() || c == '\0' {
                self.space = true;
                continue;
            }
            if std::mem::take(&mut self.space) && !self.ends_line() {
                self.text.push(' ');
            }
            self.marks.add(self.text.len(), number);
            self.text.push(c);
        }
    }

    /// Adds text whose first line stands at line `number` of the source, the next one at the next.
    pub(super) fn add_lines(&mut self, text: &str, number: usize) {
        for (n, line) in text.split('\n').enumerate() {
            self.space |= n > 0;
            self.add(line, number + n);
        }
    }

    /// Adds another run, where it stands.
    pub(super) fn join(&mut self, other: &TextRun) {
        if self.space && !self.ends_line() && !other.text.is_empty() {
            self.text.push(' ');
        }
        self.marks.append(self.text.len(), &other.marks);
        self.text.push_str(&other.text);
        self.space = other.space;
    }

    /// An item: its mark, which stands at `number` of the source, and its text. Without a mark it is its
    /// text.
    pub(super) fn marked(mark: &str, number: usize, text: &TextRun) -> TextRun {
        let mut item = TextRun::default();
        if !mark.is_empty() {
            item.add(mark, number);
            item.space();
        }
        item.join(text);
        item
    }

    /// A row of a table.
    pub(super) fn row(cells: &[TextRun]) -> TextRun {
        let mut row = TextRun::default();
        for (n, cell) in cells.iter().enumerate() {
            if n > 0 {
                row.tab();
            }
            row.join(cell);
        }
        row
    }

    /// White space, whatever it was.
    pub(super) fn space(&mut self) {
        self.space = true;
    }

    /// A tab, as it parts the cells of a row.
    pub(super) fn tab(&mut self) {
        self.space = false;
        self.text.push('\t');
    }

    /// A line break that stays one.
    pub(super) fn line_break(&mut self) {
        self.space = false;
        if !self.ends_line() {
            self.text.push('\n');
        }
    }

    /// Whether nothing of it shows.
    pub(super) fn is_empty(&self) -> bool {
        self.text.chars().all(is_blank)
    }

    #[cfg(feature = "html")]
    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// Whether it ends with a line break.
    #[cfg(feature = "html")]
    pub(super) fn is_broken(&self) -> bool {
        self.text.ends_with('\n')
    }

    fn ends_line(&self) -> bool {
        self.text.is_empty() || self.text.ends_with(['\n', '\t'])
    }
}

/// What the headers and footers of a file have said so far.
#[derive(Debug, Default)]
pub(super) struct SaidOnMargins(HashSet<String>);

impl SaidOnMargins {
    /// What a run is: in the text what it is said to be, and on margins, from the first of them on, a margin; `None` where
    /// one before said the same.
    #[cfg(any(feature = "compound", feature = "docx", feature = "odt"))]
    pub(super) fn kind(
        margins: &mut Option<SaidOnMargins>,
        kind: BlockKind,
        run: &TextRun,
    ) -> Option<BlockKind> {
        match margins {
            None => Some(kind),
            Some(said) => said.is_new(run).then_some(BlockKind::Margin),
        }
    }

    /// Whether one says something that none before it did. One that only counts pages says nothing.
    pub(super) fn is_new(&mut self, run: &TextRun) -> bool {
        run.text.contains(char::is_alphabetic) && self.0.insert(run.text.trim().to_owned())
    }
}

/// The lists around a place in a text.
#[derive(Debug, Default)]
pub(super) struct Lists {
    /// The number of the next item of each, if it is counted.
    next: Vec<Option<u64>>,
}

impl Lists {
    /// A list begins, counted from `first` or not at all.
    pub(super) fn begin(&mut self, first: Option<u64>) {
        self.next.push(first);
    }

    pub(super) fn end(&mut self) {
        self.next.pop();
    }

    /// What a paragraph is: the rest of an item in a list, and outside of any itself.
    pub(super) fn paragraph(&self) -> BlockKind {
        match self.next.is_empty() {
            true => BlockKind::Paragraph,
            false => self.item().going_on(),
        }
    }

    /// What an item of the innermost list is.
    pub(super) fn item(&self) -> BlockKind {
        let depth = self.next.len().saturating_sub(1);
        BlockKind::item(depth.min(u8::MAX.into()) as u8)
    }

    /// What stands before the next item.
    pub(super) fn next_bullet(&mut self) -> String {
        match self.next.last_mut() {
            Some(Some(number)) => {
                let bullet = format!("{number}.");
                *number = number.saturating_add(1);
                bullet
            }
            _ => "•".to_owned(),
        }
    }
}

/// A document in the making.
#[derive(Debug, Default)]
pub(super) struct Draft {
    text: String,
    blocks: Vec<Block>,
    marks: Marks,
}

impl Draft {
    /// Adds a block. One that shows nothing is left out; one that reads like page furniture is
    /// taken for it.
    pub(super) fn add(&mut self, kind: BlockKind, run: &TextRun) {
        if run.is_empty() {
            return;
        }
        let is_cell = matches!(kind, BlockKind::TableHeader | BlockKind::TableRow);
        let kind = match !is_cell && is_furniture(run.text.trim()) {
            true => BlockKind::Furniture,
            false => kind,
        };
        self.part_from_last(kind);
        let start = self.text.len();
        self.marks.append(start, &run.marks);
        self.text.push_str(run.text.trim_end());
        self.blocks.push(Block {
            kind,
            bytes: start..self.text.len(),
        });
    }

    /// Ends the last block with as many line ends as set it apart from one of that kind.
    fn part_from_last(&mut self, next: BlockKind) {
        let Some(last) = self.blocks.last_mut() else {
            return;
        };
        let together = match next {
            BlockKind::ListItem { .. } => last.kind.is_item(),
            BlockKind::TableRow => {
                matches!(last.kind, BlockKind::TableHeader | BlockKind::TableRow)
            }
            _ => false,
        };
        self.text.push_str(if together { "\n" } else { "\n\n" });
        last.bytes.end = self.text.len();
    }

    /// The document, its places made of the marks of all runs. It is called by its first heading,
    /// or else `named`, or else as its file.
    pub(super) fn finish(
        mut self,
        source: &str,
        named: Option<&str>,
        places: fn(Marks) -> Places,
    ) -> Document {
        if let Some(last) = self.blocks.last_mut() {
            self.text.push('\n');
            last.bytes.end = self.text.len();
        }
        let mut blocks = typed_lists(self.blocks, &self.text);
        let title = settle_headings(&mut blocks, &self.text);
        let named = || named.map(str::trim).filter(|name| !name.is_empty());
        let title = title
            .or_else(|| named().map(str::to_owned))
            .unwrap_or_else(|| file_stem(source));
        Document::new(source.to_owned(), title, self.text, blocks).with_places(places(self.marks))
    }
}

/// Finds the lists that were typed, rather than made: paragraphs, and lines of paragraphs, that
/// begin with the mark of an item. Lines that follow an item without a mark belong to it.
fn typed_lists(blocks: Vec<Block>, text: &str) -> Vec<Block> {
    let mut listed: Vec<Block> = Vec::with_capacity(blocks.len());
    let mut rest = blocks.into_iter().peekable();
    while let Some(first) = rest.next() {
        let mut paragraphs = vec![first];
        let is_paragraph = |block: &Block| block.kind == BlockKind::Paragraph;
        while is_paragraph(&paragraphs[0])
            && let Some(next) = rest.next_if(is_paragraph)
        {
            paragraphs.push(next);
        }
        match is_paragraph(&paragraphs[0]) {
            true => list_paragraphs(&paragraphs, text, &mut listed),
            false => listed.append(&mut paragraphs),
        }
    }
    listed
}

/// The same, for neighbouring paragraphs.
fn list_paragraphs(paragraphs: &[Block], text: &str, listed: &mut Vec<Block>) {
    let lines: Vec<TypedLine> = paragraphs
        .iter()
        .flat_map(|block| typed_lines(block, text))
        .collect();
    let texts: Vec<&str> = lines.iter().map(|line| &text[line.bytes.clone()]).collect();
    let before = listed
        .last()
        .filter(|block| block.kind.heading_level().is_some());
    let led_in = before.is_some_and(|block| text[block.bytes.clone()].trim_end().ends_with(':'));
    let begins = list::begins(&texts, led_in);
    let mut nesting = Nesting::default();
    for (n, line) in lines.into_iter().enumerate() {
        let item = texts[n].trim_matches(is_blank);
        match listed.last_mut() {
            _ if begins[n] => listed.push(Block {
                kind: BlockKind::item(nesting.depth(0.0, item, item.ends_with(':'))),
                bytes: line.bytes,
            }),
            // A line of a paragraph goes on with what is above it.
            Some(last) if !line.is_first => last.bytes.end = line.bytes.end,
            _ => {
                nesting.end();
                listed.push(Block {
                    kind: BlockKind::Paragraph,
                    bytes: line.bytes,
                });
            }
        }
    }
}

/// A line of a paragraph.
struct TypedLine {
    bytes: Range<usize>,
    /// Whether its paragraph begins with it.
    is_first: bool,
}

fn typed_lines(block: &Block, text: &str) -> Vec<TypedLine> {
    let mut start = block.bytes.start;
    let mut lines: Vec<TypedLine> = Vec::new();
    for line in text[block.bytes.clone()].split_inclusive('\n') {
        let bytes = start..start + line.len();
        start = bytes.end;
        match lines.last_mut() {
            Some(last) if line.chars().all(is_blank) => last.bytes.end = bytes.end,
            _ => lines.push(TypedLine {
                is_first: lines.is_empty(),
                bytes,
            }),
        }
    }
    lines
}

/// Finds the title among the headings and gives all of them their levels below it.
///
/// The title is the first of the highest headings, if nothing but furniture stands before it; else,
/// say after the text of a logo, if it is the only one so high and either has others below it or is
/// of level 1, as titles are. Where others are as high as the title, they stand below it all the same, and what is below them one
/// level deeper. A heading that asks is a question.
fn settle_headings(blocks: &mut [Block], text: &str) -> Option<String> {
    let level = |block: &Block| block.kind.heading_level();
    let highest = blocks.iter().filter_map(level).min()?;
    let headings = blocks.iter().filter_map(level).count();
    let as_high = blocks
        .iter()
        .filter(|block| level(block) == Some(highest))
        .count();
    let is_shown = |block: &Block| !matches!(block.kind, BlockKind::Furniture | BlockKind::Margin);
    let first = blocks.iter().position(is_shown);
    let first_as_high = blocks
        .iter()
        .position(|block| level(block) == Some(highest));
    let title = first_as_high
        .filter(|_| first == first_as_high || (as_high == 1 && (headings > 1 || highest == 1)));
    let below = 1 + u8::from(as_high > 1 || title.is_none());
    for (n, block) in blocks.iter_mut().enumerate() {
        let shown = text[block.bytes.clone()].trim_end();
        let asks = shown.ends_with('?') && word_count(shown) <= QUESTION_WORDS;
        let Some(level) = block.kind.heading_level() else {
            continue;
        };
        let level = (level - highest).saturating_add(below).max(2);
        block.kind = match asks {
            _ if Some(n) == title => BlockKind::Heading { level: 1 },
            true => BlockKind::Question { level },
            false => BlockKind::Heading { level },
        };
    }
    let title = text[blocks[title?].bytes.clone()].trim();
    Some(title.trim_end_matches(':').replace('\n', " "))
}

/// The name of a file without its extension.
pub(super) fn file_stem(source: &str) -> String {
    Path::new(source).file_stem().map_or_else(
        || source.to_owned(),
        |stem| stem.to_string_lossy().into_owned(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(text: &str, number: usize) -> TextRun {
        let mut run = TextRun::default();
        run.add_lines(text, number);
        run
    }

    #[test]
    fn white_space_is_single_and_lines_are_counted() {
        let run = run("  one\n two\t\tthree \n", 4);
        assert_eq!(run.text, "one two three");
        assert_eq!(run.marks.span(&(0..3)), (4, 4));
        assert_eq!(run.marks.span(&(0..13)), (4, 5));
    }

    #[test]
    fn words_join_only_where_nothing_is_between_them() {
        let mut joined = run("one ", 1);
        joined.add_lines("two", 1);
        joined.add_lines("three\n", 1);
        joined.add("four", 2);
        assert_eq!(joined.text, "one twothree four");
    }

    fn kinds(headings: &[(u8, &str)]) -> (String, Vec<BlockKind>) {
        let mut draft = Draft::default();
        for (level, text) in headings {
            let kind = match level {
                0 => BlockKind::Paragraph,
                &level => BlockKind::Heading { level },
            };
            draft.add(kind, &run(text, 1));
        }
        let document = draft.finish("folder/name.html", None, Places::SourceLines);
        let kinds = document.blocks().iter().map(|block| block.kind).collect();
        (document.title().to_owned(), kinds)
    }

    #[test]
    fn what_shows_nothing_is_no_block() {
        let (_, blocks) = kinds(&[(1, "T"), (0, "\u{200b}\u{ad}"), (0, "Text.")]);
        assert_eq!(blocks.len(), 2);
    }

    #[test]
    fn one_title_above_all() {
        let heading = |level| BlockKind::Heading { level };
        let (title, levels) = kinds(&[(1, "T"), (2, "A"), (3, "Is it?"), (0, "Text.")]);
        assert_eq!(title, "T");
        assert_eq!(levels[..2], [heading(1), heading(2)]);
        assert_eq!(levels[2], BlockKind::Question { level: 3 });
        let (_, levels) = kinds(&[(1, "T"), (1, "A"), (2, "B")]);
        assert_eq!(levels, [heading(1), heading(2), heading(3)]);
        let (title, levels) = kinds(&[(0, "Text."), (1, "A"), (2, "B"), (1, "C")]);
        assert_eq!(title, "name");
        assert_eq!(levels[1..], [heading(2), heading(3), heading(2)]);
        let (title, levels) = kinds(&[(0, "Logo"), (1, "A"), (2, "B")]);
        assert_eq!(title, "A");
        assert_eq!(levels[1..], [heading(1), heading(2)]);
        let (title, levels) = kinds(&[(0, "Text."), (2, "Risks")]);
        assert_eq!(title, "name");
        assert_eq!(levels[1..], [heading(2)]);
    }
}
