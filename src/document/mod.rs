//! # Documents
//!
//! The first room on the line: bytes come in, [`Document`]s go out.
//!
//! A document is a text plus a list of [`Block`]s that *tile* it: the first block starts at byte
//! 0, each next one starts where the one before ends, the last one ends with the text. Nothing of
//! a text is ever outside of a block, so nothing can be lost between here and a search hit. What
//! differs is the [`BlockKind`]: a heading gives context, prose is what gets searched, and page
//! furniture ("Skip to main content") is kept but never becomes a passage.
//!
//! The text of a plain file is that file. From a web page, a PDF or a Word file it is drawn out,
//! and [`Places`] say how it leads back: to lines of the source, to pages, to paragraphs.
//!
//! * [`files`] finds the files of a corpus,
//! * `formats` has what reads them: a [`Reader`] for each format and one registry, keyed by
//!   content with the file's extension as a hint ([`reader_for`], [`reader_of`]),
//! * [`read`] reads a file within [`Limits`], whatever the file does to its reader,
//! * `recognise` has the text in pictures read by a program of the user's ([`read_recognising`]),
//! * `list` knows what marks an item of a list, and how items nest,
//! * `draft` is what readers build a text with that has to be drawn out of markup,
//! * [`sentences`] finds sentence boundaries, for all who must not cut inside of one.
//!
//! Whatever the format, [`Document::new`] has the last word: it checks the tiling and cuts
//! blocks that are too long for a passage at sentence boundaries, so that the rooms downstream
//! only ever handle whole blocks.

mod draft;
mod encoding;
pub mod files;
mod formats;
mod furniture;
mod guard;
mod limits;
mod list;
mod place;
mod reader;
mod recognise;
mod sentence;
mod visible;

use std::collections::{BTreeSet, HashMap};
use std::ops::Range;

pub use formats::FORMATS;
pub(crate) use formats::readable_extensions;
pub use formats::{HEAD, reader_for, reader_of};
pub use furniture::{check_clutter, check_furniture};
pub(crate) use guard::read_with;
pub use guard::{READER_THREAD, read, read_recognising};
pub(crate) use limits::size;
pub use limits::{Allowance, Limits};
pub(crate) use list::{is_left_open, is_sure_sign, mark_length};
pub(crate) use place::Span;
pub use place::{Marks, Place, Places};
pub use reader::{Part, ReadError, Reader};
pub(crate) use recognise::{
    FileRecognition, KnownTexts, OnRecognised, PictureHash, RecognisedTexts,
};
pub use recognise::{OcrCommand, OcrCommandError, RECOGNITION_TIME, Recogniser};
pub use sentence::sentences;
pub(crate) use visible::turns;
pub use visible::{visible, visible_lines};

/// The most words a block may have when it holds more than one sentence.
///
/// It is also the target size of a passage: about a screenful, and the size at which passage
/// retrieval is usually measured (Callan, "Passage-level evidence in document retrieval", 1994,
/// found windows of 150 to 300 words best).
pub const BLOCK_WORDS: usize = 180;

/// The most words that any block has, one sentence or not.
const MOST_WORDS: usize = 400;
/// The most bytes, for text that parts its words by no spaces.
const MOST_BYTES: usize = 8000;

/// What a stretch of a document is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum BlockKind {
    /// A heading; level 1 is the title of the document.
    Heading {
        level: u8,
    },
    /// A question that the following blocks answer; it acts as a heading of that level.
    Question {
        level: u8,
    },
    Paragraph,
    /// An item of a list, or one of the parts that a long one was cut into.
    ListItem {
        /// How many lists it stands in beside its own; 0 is outermost.
        depth: u8,
        /// Whether it goes on with the item of the block before.
        continued: bool,
    },
    /// The header row of a table.
    TableHeader,
    TableRow,
    /// What stands on the margin of several pages, kept once: a running header or footer. It
    /// belongs to no section.
    Margin,
    /// Page furniture: navigation, calls to action, dates, white space. Kept, never searched.
    Furniture,
}

impl BlockKind {
    /// An item that begins here, at that depth.
    pub(crate) fn item(depth: u8) -> BlockKind {
        BlockKind::ListItem {
            depth,
            continued: false,
        }
    }

    /// What the second part of a block of that kind is.
    pub(crate) fn going_on(self) -> BlockKind {
        match self {
            BlockKind::ListItem { depth, .. } => BlockKind::ListItem {
                depth,
                continued: true,
            },
            kind => kind,
        }
    }

    /// Whether this is an item of a list, or a part of one.
    pub(crate) fn is_item(self) -> bool {
        matches!(self, BlockKind::ListItem { .. })
    }

    /// The level of a heading or question, `None` for everything else.
    pub(crate) fn heading_level(self) -> Option<u8> {
        match self {
            BlockKind::Heading { level } | BlockKind::Question { level } => Some(level),
            _ => None,
        }
    }

    /// The name shown to people.
    pub(crate) fn name(self) -> &'static str {
        match self {
            BlockKind::Heading { level: 1 } => "title",
            BlockKind::Heading { .. } => "heading",
            BlockKind::Question { .. } => "question",
            BlockKind::Paragraph => "paragraph",
            BlockKind::ListItem { .. } => "list item",
            BlockKind::TableHeader => "table header",
            BlockKind::TableRow => "table row",
            BlockKind::Margin => "header/footer",
            BlockKind::Furniture => "furniture",
        }
    }
}

/// A stretch of a document: its kind and its bytes in [`Document::text`], trailing blank lines
/// included.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Block {
    pub kind: BlockKind,
    pub bytes: Range<usize>,
}

/// One source text with its structure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    source: String,
    /// The id a collection gives the document, if it comes from one.
    id: Option<String>,
    title: String,
    text: String,
    blocks: Vec<Block>,
    /// Byte offset at which each line of the text starts; line numbers count from 1.
    line_starts: Vec<usize>,
    places: Places,
    /// The pages whose text was recognised in a picture.
    recognised: BTreeSet<usize>,
}

impl Document {
    /// A document from its parts.
    ///
    /// `source` is the path it is cited by. `blocks` must tile `text`; blocks longer than
    /// [`BLOCK_WORDS`] are cut at sentence boundaries here.
    ///
    /// # Panics
    ///
    /// When `blocks` do not tile `text`: a reader that loses bytes is a bug, not bad input.
    pub fn new(source: String, title: String, text: String, blocks: Vec<Block>) -> Document {
        let mut next = 0;
        for block in &blocks {
            assert!(
                block.bytes.start == next && block.bytes.end > next,
                "blocks must tile"
            );
            next = block.bytes.end;
        }
        assert_eq!(next, text.len(), "blocks must tile the whole text");
        let blocks = cut_long_blocks(&text, blocks);
        let title = title[..first_piece(&title, BLOCK_WORDS)]
            .trim_end()
            .to_owned();
        let line_starts = std::iter::once(0)
            .chain(text.match_indices('\n').map(|(at, _)| at + 1))
            .collect();
        Document {
            source,
            id: None,
            title,
            text,
            blocks,
            line_starts,
            places: Places::OwnLines,
            recognised: BTreeSet::new(),
        }
    }

    /// The same document, with the numbers of the pages whose text was recognised in a picture.
    #[cfg(feature = "pdf")]
    pub(crate) fn with_recognised(self, pages: BTreeSet<usize>) -> Document {
        Document {
            recognised: pages,
            ..self
        }
    }

    /// The same document, with another way back to its source than line by line.
    pub(crate) fn with_places(self, places: Places) -> Document {
        Document { places, ..self }
    }

    /// The same document, called otherwise, if that is a name.
    #[cfg(feature = "mail")]
    pub(crate) fn called(self, title: &str) -> Document {
        match title.trim() {
            "" => self,
            title => Document {
                title: title[..first_piece(title, BLOCK_WORDS)]
                    .trim_end()
                    .to_owned(),
                ..self
            },
        }
    }

    /// The same document, with the id a collection gives it.
    pub(crate) fn with_id(self, id: String) -> Document {
        Document {
            id: Some(id),
            ..self
        }
    }

    /// The id that runs and judgments know the document by: that of its collection, or else its
    /// source.
    pub(crate) fn id(&self) -> &str {
        self.id.as_deref().unwrap_or(&self.source)
    }

    /// The path this document is cited by.
    pub fn source(&self) -> &str {
        &self.source
    }

    /// The title: the first heading, or the name of the file.
    pub fn title(&self) -> &str {
        &self.title
    }

    /// The text: of a plain UTF-8 file byte for byte that file, of others what could be drawn
    /// out of it.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The blocks, in order, tiling [`Document::text`].
    pub fn blocks(&self) -> &[Block] {
        &self.blocks
    }

    /// How many words of its furniture stand nowhere in what is searched: those that nobody will find.
    pub(crate) fn left_out(&self) -> usize {
        let words_of = |block: &Block| {
            let words = self.text[block.bytes.clone()].split(|c: char| !c.is_alphanumeric());
            words.filter(|word| word.contains(char::is_alphabetic))
        };
        let is_furniture = |block: &&Block| block.kind == BlockKind::Furniture;
        let mut left_out: HashMap<String, usize> = HashMap::new();
        for word in self.blocks.iter().filter(is_furniture).flat_map(words_of) {
            *left_out.entry(word.to_lowercase()).or_default() += 1;
        }
        if left_out.is_empty() {
            return 0;
        }
        let searched = self.blocks.iter().filter(|block| !is_furniture(block));
        for word in searched.flat_map(words_of) {
            left_out.remove(&*word.to_lowercase());
        }
        left_out.values().sum()
    }

    /// The bytes of a block without the white space around it.
    pub(crate) fn trimmed(&self, block: &Block) -> Range<usize> {
        trim_range(&self.text, block.bytes.clone())
    }

    /// The text of a block without the white space around it.
    pub fn block_text(&self, block: &Block) -> &str {
        &self.text[self.trimmed(block)]
    }

    /// The first and last line (counted from 1) that a non-empty byte range touches: lines of the
    /// source where it has any, else of the text.
    pub(crate) fn lines(&self, bytes: &Range<usize>) -> Span {
        if let Places::SourceLines(marks) = &self.places {
            return marks.span(bytes);
        }
        let last_byte = bytes.end.saturating_sub(1).max(bytes.start);
        (self.line_of(bytes.start), self.line_of(last_byte))
    }

    /// The first and last page (counted from 1) of a non-empty byte range, where the source has
    /// pages.
    pub(crate) fn pages(&self, bytes: &Range<usize>) -> Option<Span> {
        match &self.places {
            Places::Pages(marks) => Some(marks.span(bytes)),
            _ => None,
        }
    }

    /// Whether some of a non-empty byte range was recognised in a picture.
    pub(crate) fn is_recognised(&self, bytes: &Range<usize>) -> bool {
        // Most documents have none.
        let pages = || self.pages(bytes).map(|(first, last)| first..=last);
        !self.recognised.is_empty()
            && pages().is_some_and(|pages| self.recognised.range(pages).next().is_some())
    }

    /// The first and last paragraph (counted from 1) of a non-empty byte range, where the source
    /// is counted in paragraphs.
    pub(crate) fn paragraphs(&self, bytes: &Range<usize>) -> Option<Span> {
        match &self.places {
            Places::Paragraphs(marks) => Some(marks.span(bytes)),
            _ => None,
        }
    }

    fn line_of(&self, byte: usize) -> usize {
        self.line_starts.partition_point(|&start| start <= byte)
    }
}

/// Whether a character shows nothing: white space, byte order mark, zero-width characters.
pub(crate) fn is_blank(c: char) -> bool {
    c.is_whitespace()
        || matches!(
            c,
            '\u{feff}' | '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{ad}'
        )
}

/// `range` of `text` without the blank characters at its ends.
pub(crate) fn trim_range(text: &str, range: Range<usize>) -> Range<usize> {
    let inner = &text[range.clone()];
    let start = range.start + (inner.len() - inner.trim_start_matches(is_blank).len());
    let end = start + text[start..range.end].trim_end_matches(is_blank).len();
    start..end
}

/// The number of words, as a person counts them: runs without white space.
pub(crate) fn word_count(text: &str) -> usize {
    if !text.is_ascii() {
        return text.split_whitespace().count();
    }
    // White space of ASCII, as `char::is_whitespace` has it.
    let is_space = |byte: u8| matches!(byte, b' ' | b'\t'..=b'\r');
    let bytes = text.as_bytes();
    let begins = |(before, at): &(&u8, &u8)| is_space(**before) && !is_space(**at);
    let pairs = bytes.iter().zip(bytes.get(1..).unwrap_or_default());
    let later = pairs.filter(begins).count();
    later + usize::from(bytes.first().is_some_and(|&first| !is_space(first)))
}

/// Cuts each block of more than [`BLOCK_WORDS`] words at sentence boundaries into parts of
/// nearly equal size. Furniture stays whole; a heading that is so long is none.
fn cut_long_blocks(text: &str, blocks: Vec<Block>) -> Vec<Block> {
    let mut cut = Vec::with_capacity(blocks.len());
    for block in blocks {
        let keep_whole =
            block.kind == BlockKind::Furniture || is_short(&text[block.bytes.clone()], BLOCK_WORDS);
        let block = match block.kind.heading_level() {
            Some(_) if !keep_whole => Block {
                kind: BlockKind::Paragraph,
                ..block
            },
            _ => block,
        };
        if keep_whole {
            cut.push(block);
        } else {
            cut.extend(sentence_parts(text, &block));
        }
    }
    cut
}

/// Whether a text has so many words at most, and no more bytes than they could.
fn is_short(text: &str, words: usize) -> bool {
    // Fewer bytes than that cannot hold more: a word and its space take two.
    text.len() <= MOST_BYTES && (text.len() < 2 * words || word_count(text) <= words)
}

/// The sentences of a text, each cut at words where it is longer than anybody can read at once.
fn readable_sentences(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    for sentence in sentences(text) {
        if is_short(&text[sentence.clone()], MOST_WORDS) {
            found.push(sentence);
            continue;
        }
        let mut start = sentence.start;
        while start < sentence.end {
            let end = start + first_piece(&text[start..sentence.end], BLOCK_WORDS);
            found.push(start..end);
            start = end;
        }
    }
    found
}

/// How many bytes the first words of a text take with the space behind them: so many words, or
/// fewer where they are too long. It is 0 only for an empty text.
fn first_piece(text: &str, words: usize) -> usize {
    let (mut seen, mut after_space, mut last_space) = (0, true, 0);
    for (at, c) in text.char_indices() {
        let is_space = c.is_whitespace();
        if after_space && !is_space {
            if seen == words {
                return at;
            }
            seen += 1;
            last_space = at;
        }
        after_space = is_space;
        if at >= MOST_BYTES / 2 {
            return if last_space > 0 { last_space } else { at };
        }
    }
    text.len()
}

fn sentence_parts(text: &str, block: &Block) -> Vec<Block> {
    let inner = &text[block.bytes.clone()];
    let total = word_count(inner);
    let target = total.div_ceil(total.div_ceil(BLOCK_WORDS));
    let mut parts = Vec::new();
    let (mut start, mut end, mut words) = (0, 0, 0);
    for sentence in readable_sentences(inner) {
        let here = word_count(&inner[sentence.clone()]);
        // Cutting before this sentence is better when the part would overshoot the target by
        // more than stopping now undershoots it.
        let overshoots = words + here > BLOCK_WORDS
            || 2 * words + here > 2 * target
            || sentence.end - start > MOST_BYTES;
        if words > 0 && here > 0 && overshoots {
            parts.push((start, end));
            (start, words) = (end, 0);
        }
        end = sentence.end;
        words += here;
    }
    parts.push((start, inner.len()));
    parts
        .into_iter()
        .enumerate()
        .map(|(n, (start, end))| Block {
            kind: match n {
                0 => block.kind,
                _ => block.kind.going_on(),
            },
            bytes: block.bytes.start + start..block.bytes.start + end,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn paragraph(text: &str) -> Document {
        let whole = Block {
            kind: BlockKind::Paragraph,
            bytes: 0..text.len(),
        };
        Document::new("a.txt".into(), "A".into(), text.into(), vec![whole])
    }

    #[test]
    fn lines_count_from_one_and_include_both_ends() {
        let document = paragraph("one\ntwo\nthree\n");
        assert_eq!(document.lines(&(0..3)), (1, 1));
        assert_eq!(document.lines(&(0..4)), (1, 1));
        assert_eq!(document.lines(&(2..9)), (1, 3));
        assert_eq!(document.lines(&(8..13)), (3, 3));
    }

    proptest! {
        #[test]
        fn words_are_what_white_space_parts(text in "[\\x00-\\x7f]{0,60}|\\PC{0,30}") {
            prop_assert_eq!(word_count(&text), text.split_whitespace().count());
        }
    }

    #[test]
    fn long_paragraphs_are_cut_between_sentences_into_even_parts() {
        let sentence = "This sentence has exactly ten words in it, I think. ";
        let document = paragraph(&sentence.repeat(20));
        let sizes: Vec<usize> = document
            .blocks()
            .iter()
            .map(|block| word_count(document.block_text(block)))
            .collect();
        assert_eq!(sizes, [100, 100]);
    }

    #[test]
    fn a_sentence_is_cut_only_where_nobody_could_read_it() {
        assert_eq!(paragraph(&"word ".repeat(400)).blocks().len(), 1);
        for text in [
            "word ".repeat(10_000),
            "word".repeat(50_000),
            "骨".repeat(50_000),
        ] {
            let document = paragraph(&text);
            for block in document.blocks() {
                assert!(word_count(document.block_text(block)) <= 400);
                assert!(block.bytes.len() <= MOST_BYTES);
            }
        }
        let heading = Block {
            kind: BlockKind::Heading { level: 1 },
            bytes: 0..5000,
        };
        let text = "word ".repeat(1000);
        let document = Document::new("a.md".into(), text.clone(), text, vec![heading]);
        assert!(document.blocks().len() > 4 && document.title().len() < 1000);
    }

    #[test]
    fn trimming_drops_what_shows_nothing() {
        assert_eq!(trim_range("\u{feff} a b\u{200b}\n", 0..10), 4..7);
        assert_eq!(trim_range("  \n", 0..3), 3..3);
    }

    #[test]
    #[should_panic(expected = "tile")]
    fn a_reader_that_loses_bytes_is_caught() {
        let part = Block {
            kind: BlockKind::Paragraph,
            bytes: 0..2,
        };
        Document::new("a.txt".into(), "A".into(), "lost".into(), vec![part]);
    }
}
