//! Word documents of 1997 to 2003 (DOC, [MS-DOC]).
//!
//! The text stands in pieces (`pieces`); what a paragraph is stands elsewhere, by the place of its last letter in
//! the file (`properties`), and beside that in styles (`styles`) and numberings (`lists`). As of DOCX headings come
//! from outline levels and styles, items from numberings, a row of a table is a block; deleted and hidden text is no
//! text; notes follow the text, and then each header and footer once. Of Word 6 and 95 the text alone is read.

mod lists;
mod pieces;
mod properties;
mod styles;

use super::{FORMAT, Streams, size_at, u16_at};
use crate::document::draft::{Draft, SaidOnMargins, TextRun};
use crate::document::formats::package::broken;
use crate::document::{Allowance, BlockKind, Document, Places, ReadError};
use lists::WordLists;
use pieces::{TextPieces, WordEncoding, WordLetter};
use properties::{Hidden, ParagraphProperties, Ranges};
use styles::WordStyles;

/// What a Word document begins with.
const WORD: u16 = 0xa5ec;
const WORD_95: u16 = 0xa5dc;
/// The lowest versions of Word 97 and of Word 6.
const WORD_97: u16 = 0x00c1;
const WORD_6: u16 = 0x0065;
const ENCRYPTED: u16 = 0x0100;
const COMPLEX: u16 = 0x0004;
const TABLE_1: u16 = 0x0200;

/// Where tables stand: the place in the header of their place and length in the stream of tables.
const STYLES: usize = 0x00a2;
const LETTERS: usize = 0x00fa;
const PARAGRAPHS: usize = 0x0102;
const PIECES: usize = 0x01a2;
const LISTS: usize = 0x02e2;
const LISTS_USED: usize = 0x02ea;
/// The number of the language that a Word was made for.
const LANGUAGE: usize = 0x06;
/// The same of Word 95, in the main stream, and how many letters its text has.
const PIECES_95: usize = 0x0160;
const LETTERS_95: usize = 0x0034;

/// The parts of the text, in the order of the file, by the place of their lengths in the header.
const PARTS: [(usize, TextPart); 7] = [
    (0x4c, TextPart::Main),
    (0x50, TextPart::Notes),
    (0x54, TextPart::Margins),
    (0x5c, TextPart::Remarks),
    (0x60, TextPart::Notes),
    (0x64, TextPart::Main),
    (0x68, TextPart::Margins),
];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum TextPart {
    /// The text, and what stands in boxes beside it.
    Main,
    /// Footnotes and endnotes.
    Notes,
    /// Headers and footers.
    Margins,
    /// What readers noted on it, which is none of it.
    Remarks,
}

/// Reads the document in a storage, from its main stream.
pub(super) fn read(
    source: &str,
    storage: &str,
    main: &[u8],
    streams: &mut Streams<'_>,
) -> Result<Document, ReadError> {
    let allowance = streams.allowance.clone();
    let word = WordFile::open(main, storage, streams)?;
    let mut parts = Vec::new();
    let mut start = 0usize;
    for (at, part) in PARTS {
        let length = word.lengths.iter().find(|(place, _)| *place == at);
        let end = start.saturating_add(length.map_or(0, |(_, length)| *length));
        parts.push((part, start..end));
        start = end;
    }
    let mut writer = WordWriter::new(&word);
    for wanted in [TextPart::Main, TextPart::Notes, TextPart::Margins] {
        if wanted == TextPart::Margins {
            writer.margins = Some(SaidOnMargins::default());
        }
        for (_, letters) in parts.iter().filter(|(part, _)| *part == wanted) {
            for letter in word.pieces.letters(word.main, letters.clone()) {
                writer.letter(letter, &allowance)?;
            }
            writer.end_part();
        }
    }
    Ok(writer.draft.finish(source, None, Places::Paragraphs))
}

/// The parts of a file that say what its letters are.
struct WordFile<'a> {
    main: &'a [u8],
    /// How many letters each part has, by the place of that number in the header.
    lengths: Vec<(usize, usize)>,
    pieces: TextPieces,
    paragraphs: Ranges<ParagraphProperties>,
    hidden: Ranges<Hidden>,
    styles: WordStyles,
    lists: WordLists,
}

impl<'a> WordFile<'a> {
    fn open(
        main: &'a [u8],
        storage: &str,
        streams: &mut Streams<'_>,
    ) -> Result<WordFile<'a>, ReadError> {
        let allowance = streams.allowance.clone();
        let header = |at| u16_at(main, at).ok_or_else(super::damaged);
        let (magic, version, flags) = (header(0)?, header(2)?, header(0x0a)?);
        if flags & ENCRYPTED != 0 {
            return Err(ReadError::Encrypted);
        }
        match (magic, version) {
            (WORD, WORD_97..) => {}
            (WORD | WORD_95, WORD_6..) => return WordFile::of_word_95(main, flags),
            _ => {
                return Err(broken(
                    FORMAT,
                    "it is of a Word before 1993; save it as DOCX",
                ));
            }
        }
        let name = if flags & TABLE_1 == 0 {
            "/0Table"
        } else {
            "/1Table"
        };
        let tables = streams.bytes(&format!("{storage}{name}"))?;
        let tables = tables.ok_or_else(super::damaged)?;
        // A table that is none says nothing; without pieces there is no text.
        let table = |at: usize| {
            let (from, length) = (size_at(main, at)?, size_at(main, at + 4)?);
            tables.get(from..from.checked_add(length)?)
        };
        let pieces = table(PIECES)
            .and_then(|table| TextPieces::read(table, WordEncoding::Latin, main.len()));
        let pieces = pieces.ok_or_else(super::damaged)?;
        let lengths = PARTS
            .iter()
            .map(|&(at, _)| (at, size_at(main, at).unwrap_or(0)));
        let of = |at: usize| table(at).unwrap_or_default();
        let after_lists = size_at(main, LISTS)
            .zip(size_at(main, LISTS + 4))
            .and_then(|(from, length)| tables.get(from.checked_add(length)?..));
        Ok(WordFile {
            main,
            lengths: lengths.collect(),
            pieces,
            paragraphs: Ranges::read(of(PARAGRAPHS), main, &allowance)?,
            hidden: Ranges::read(of(LETTERS), main, &allowance)?,
            styles: WordStyles::read(of(STYLES)),
            lists: WordLists::read(of(LISTS), after_lists.unwrap_or_default(), of(LISTS_USED)),
        })
    }

    /// A document of Word 6 or 95: its text in one piece or, where it was changed and saved fast, in several.
    fn of_word_95(main: &'a [u8], flags: u16) -> Result<WordFile<'a>, ReadError> {
        let number = |at| size_at(main, at).ok_or_else(super::damaged);
        let (from, to) = (number(0x18)?, number(0x1c)?);
        let language = u16_at(main, LANGUAGE).ok_or_else(super::damaged)?;
        let encoding = WordEncoding::of_language(language);
        let (pieces, letters) = match flags & COMPLEX {
            0 if from < to && to <= main.len() => {
                let letters = to - from;
                (TextPieces::whole(from, letters, encoding), letters)
            }
            0 => return Err(super::damaged()),
            _ => {
                let table = main.get(number(PIECES_95)?..).unwrap_or_default();
                let table = &table[..table.len().min(number(PIECES_95 + 4)?)];
                let pieces = TextPieces::read(table, encoding, main.len());
                (pieces.ok_or_else(super::damaged)?, number(LETTERS_95)?)
            }
        };
        Ok(WordFile {
            main,
            lengths: vec![(PARTS[0].0, letters)],
            pieces,
            paragraphs: Ranges::default(),
            hidden: Ranges::default(),
            styles: WordStyles::default(),
            lists: WordLists::default(),
        })
    }

    /// What the paragraph is of which the last letter stands there.
    fn properties(&self, place: usize) -> ParagraphProperties {
        let own = self.paragraphs.at(place).cloned().unwrap_or_default();
        own.over(&self.styles.properties(own.style))
    }
}

/// The fields around a place: each says what is to be shown, and then shows it.
#[derive(Default)]
struct WordFields {
    /// Of each, whether it still says so…
    saying: Vec<bool>,
    /// …and of how many that is so: there may be as many as letters.
    hiding: usize,
}

impl WordFields {
    fn begin(&mut self) {
        self.saying.push(true);
        self.hiding += 1;
    }

    /// The innermost shows from here on what it came to.
    fn show(&mut self) {
        if let Some(saying) = self.saying.last_mut() {
            self.hiding -= usize::from(std::mem::take(saying));
        }
    }

    fn end(&mut self) {
        let saying = self.saying.pop().unwrap_or_default();
        self.hiding -= usize::from(saying);
    }

    /// Whether a letter is none of the text.
    fn hide(&self) -> bool {
        self.hiding > 0
    }
}

/// A paragraph of a row of a table.
struct InCell {
    kind: BlockKind,
    run: TextRun,
}

/// Turns letters into blocks.
struct WordWriter<'w> {
    word: &'w WordFile<'w>,
    lists: WordLists,
    draft: Draft,
    /// How many blocks there are.
    count: usize,
    run: TextRun,
    /// Letters that wait to be added.
    letters: String,
    fields: WordFields,
    /// The row under way, by cells, and the rows of the table before it.
    cells: Vec<Vec<InCell>>,
    cell: Vec<InCell>,
    rows: usize,
    /// What headers and footers have said so far, from the first of them on.
    margins: Option<SaidOnMargins>,
}

impl<'w> WordWriter<'w> {
    fn new(word: &'w WordFile<'w>) -> WordWriter<'w> {
        WordWriter {
            lists: word.lists.clone(),
            word,
            draft: Draft::default(),
            count: 0,
            run: TextRun::default(),
            letters: String::new(),
            fields: WordFields::default(),
            cells: Vec::new(),
            cell: Vec::new(),
            rows: 0,
            margins: None,
        }
    }

    fn letter(
        &mut self,
        WordLetter { c, place }: WordLetter,
        allowance: &Allowance,
    ) -> Result<(), ReadError> {
        // Pieces may have the same letters again and again.
        allowance.expand(c.len_utf8() as u64)?;
        match c {
            '\r' | '\u{c}' => {
                allowance.check()?;
                let properties = self.word.properties(place);
                self.paragraph(&properties);
            }
            '\u{7}' => {
                allowance.check()?;
                let properties = self.word.properties(place);
                match properties.ends_row {
                    true => self.end_row(&properties),
                    false => self.end_cell(&properties),
                }
            }
            '\u{13}' => self.fields.begin(),
            '\u{14}' => self.fields.show(),
            '\u{15}' => self.fields.end(),
            _ if self.fields.hide() || self.word.hidden.at(place).is_some_and(|h| h.0) => {}
            '\u{b}' => {
                self.flush();
                self.run.line_break();
            }
            '\t' | '\u{e}' => self.letters.push(' '),
            '\u{1e}' => self.letters.push('-'),
            // Pictures, marks of notes, and hyphens that only show at the end of a line.
            '\0'..='\u{1f}' => {}
            c => self.letters.push(c),
        }
        Ok(())
    }

    fn flush(&mut self) {
        let letters = std::mem::take(&mut self.letters);
        self.run.add(&letters, self.count + 1);
    }

    /// The run that ends, with what stands before it where it is an item, and what it is.
    fn ended(&mut self, properties: &ParagraphProperties) -> InCell {
        self.flush();
        let run = std::mem::take(&mut self.run);
        if run.is_empty() {
            return InCell {
                kind: BlockKind::Paragraph,
                run,
            };
        }
        if properties.contents {
            return InCell {
                kind: BlockKind::Furniture,
                run,
            };
        }
        if let Some(level) = properties.heading() {
            return InCell {
                kind: BlockKind::Heading { level },
                run,
            };
        }
        let bullet = match self.margins {
            None => self
                .lists
                .next_bullet(properties.list, properties.list_level),
            Some(_) => None,
        };
        InCell {
            kind: match bullet {
                Some(_) => BlockKind::item(properties.list_level),
                None => BlockKind::Paragraph,
            },
            run: TextRun::marked(&bullet.unwrap_or_default(), self.count + 1, &run),
        }
    }

    fn paragraph(&mut self, properties: &ParagraphProperties) {
        let ended = self.ended(properties);
        if properties.in_table {
            self.cell.push(ended);
            return;
        }
        self.end_table();
        self.add(ended.kind, &ended.run);
    }

    fn end_cell(&mut self, properties: &ParagraphProperties) {
        let ended = self.ended(properties);
        self.cell.push(ended);
        self.cells.push(std::mem::take(&mut self.cell));
    }

    /// A row of one cell is a box around paragraphs.
    fn end_row(&mut self, properties: &ParagraphProperties) {
        self.flush();
        self.run = TextRun::default();
        let mut cells = std::mem::take(&mut self.cells);
        if cells.len() == 1 {
            for InCell { kind, run } in cells.remove(0) {
                self.add(kind, &run);
            }
        } else if !cells.is_empty() {
            let cells: Vec<TextRun> = cells.iter().map(|cell| joined(cell)).collect();
            let kind = match self.rows == 0 && properties.is_header {
                true => BlockKind::TableHeader,
                false => BlockKind::TableRow,
            };
            self.add(kind, &TextRun::row(&cells));
        }
        self.rows += 1;
    }

    /// What stands in a row that never ends is not lost.
    fn end_table(&mut self) {
        self.rows = 0;
        let cells = std::mem::take(&mut self.cells);
        let open = std::mem::take(&mut self.cell);
        for InCell { kind, run } in cells.into_iter().flatten().chain(open) {
            self.add(kind, &run);
        }
    }

    fn end_part(&mut self) {
        self.paragraph(&ParagraphProperties::default());
        self.fields = WordFields::default();
    }

    fn add(&mut self, kind: BlockKind, run: &TextRun) {
        if run.is_empty() {
            return;
        }
        let Some(kind) = SaidOnMargins::kind(&mut self.margins, kind, run) else {
            return;
        };
        self.draft.add(kind, run);
        self.count += 1;
    }
}

/// The paragraphs of a cell as one run.
fn joined(cell: &[InCell]) -> TextRun {
    let mut run = TextRun::default();
    for paragraph in cell {
        run.space();
        run.join(&paragraph.run);
    }
    run
}

#[cfg(test)]
pub(super) mod tests;
