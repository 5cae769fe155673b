//! PDF (ISO 32000), interpreted by `hayro`.
//!
//! A PDF places letters; what is a line, a paragraph or a heading has to be seen. `page` makes
//! lines of the letters. Here lines become blocks: what stands closer together than usual is a
//! paragraph, larger print is a heading, a line that begins with a bullet or a number an item, and
//! lines with the same columns are rows of a table. Lines at the edge of a page that come back on
//! others are kept once ([`margins`]); their repetitions, the numbers of pages, and what a table of
//! contents says that stands in the file again ([`contents`]) are furniture.
//!
//! Where all print is of one size, the file does not tell its headings; then the rules for plain
//! text look for them.
//!
//! Everything is cited by its page, counted from 1 as viewers count.

mod collections;
mod columns;
mod contents;
mod expand;
mod fields;
mod forms;
mod guess;
mod line;
mod margins;
mod page;
#[cfg(feature = "ocr")]
mod scan;
mod shapes;
mod standin;
#[cfg(feature = "ocr")]
mod weight;

use std::collections::{HashMap, HashSet};

use hayro_interpret::InterpreterCache;
use hayro_interpret::hayro_syntax::Pdf as PdfFile;
use hayro_interpret::hayro_syntax::{DecryptionError, LoadPdfError};
use memchr::memmem;

use super::plain;
use super::signature;
use crate::document::draft::{Draft, TextRun};
use crate::document::encoding::decode;
use crate::document::list::{self, Nesting};
use crate::document::{
    Allowance, BlockKind, Document, Part, Places, ReadError, Reader, word_count,
};
use contents::{ContentsEntries, with_short_leader};
use margins::{MarginLine, Margins};
use page::{KnownLetters, Page, PageLine};

/// Reader for PDF files.
pub(super) struct Pdf;

pub(super) static PDF: Pdf = Pdf;

const FORMAT: &str = "PDF";
/// Print that is larger than most by this factor is a heading.
const LARGER: f64 = 1.12;
/// Headings have fewer words than this, however large.
const HEADING_WORDS: usize = 30;
/// Lines further apart than usual by this factor belong to different paragraphs.
const APART: f64 = 1.25;
/// How far before its end a file may have its end mark.
const END: usize = 2048;

impl Reader for Pdf {
    fn name(&self) -> &'static str {
        FORMAT
    }

    fn extensions(&self) -> &'static [&'static str] {
        &["pdf"]
    }

    fn recognises(&self, head: &[u8], _: &[u8]) -> bool {
        signature::is_pdf(head)
    }

    fn read(
        &self,
        source: &str,
        Part { bytes, .. }: Part,
        allowance: &Allowance,
        sink: &mut dyn FnMut(Document),
    ) -> Result<(), ReadError> {
        expand::check(&bytes, allowance)?;
        let end = &bytes[bytes.len().saturating_sub(END)..];
        let is_whole = memmem::find(end, b"%%EOF").is_some();
        let pdf = PdfFile::new(bytes).map_err(|error| load_error(error, is_whole))?;
        forms::check(&pdf, allowance)?;
        let mut pages = pages(&pdf, allowance)?;
        let failed = recognise(&pdf, &mut pages, allowance)?;
        let state = match TextState::of(&pages, allowance) {
            Ok(state) => state,
            Err(error) => {
                return Err(failed.unwrap_or(match is_whole {
                    true => error,
                    false => broken("it is cut off, and what is left of it has no text"),
                }));
            }
        };
        let title = pdf.metadata().title.as_deref().and_then(title);
        sink(document(source, title.as_deref(), &pages, allowance)?);
        match state {
            _ if !is_whole => Err(broken("it is cut off; what is left of it was read")),
            _ if failed.is_some() => failed.map_or(Ok(()), Err),
            TextState::Partly(cause) => Err(broken(cause)),
            TextState::Whole => Ok(()),
        }
    }
}

/// Has pages recognised that are pictures, if anything does that. Gives what went wrong with some.
fn recognise(
    pdf: &PdfFile,
    pages: &mut [Page],
    allowance: &Allowance,
) -> Result<Option<ReadError>, ReadError> {
    #[cfg(feature = "ocr")]
    return scan::recognise(pdf, pages, allowance);
    #[cfg(not(feature = "ocr"))]
    {
        let _ = (pdf, pages, allowance);
        Ok(None)
    }
}

/// A document of pages that a program recognised in a picture.
#[cfg(feature = "ocr")]
pub(super) fn recognised_document(
    source: &str,
    pages: &[&str],
    allowance: &Allowance,
) -> Result<Document, ReadError> {
    const SIZE: f64 = 10.0;
    let pages = pages.iter().map(|text| scan::recognised(text, SIZE));
    let pages: Vec<Page> = pages.collect();
    document(source, None, &pages, allowance)
}

fn broken(cause: impl Into<String>) -> ReadError {
    ReadError::Broken {
        format: FORMAT,
        cause: cause.into(),
    }
}

fn load_error(error: LoadPdfError, is_whole: bool) -> ReadError {
    match error {
        LoadPdfError::Decryption(DecryptionError::PasswordProtected) => ReadError::Encrypted,
        LoadPdfError::Decryption(_) => broken("it is encrypted in a way that is not known"),
        LoadPdfError::Invalid if is_whole => broken("it is damaged"),
        LoadPdfError::Invalid => broken("it is cut off"),
    }
}

fn pages(pdf: &PdfFile, allowance: &Allowance) -> Result<Vec<Page>, ReadError> {
    let cache = InterpreterCache::new();
    let mut known = KnownLetters::default();
    let mut pages = Vec::new();
    for page in pdf.pages().iter() {
        allowance.check()?;
        pages.push(page::read(pdf, page, &cache, &mut known, allowance));
    }
    Ok(pages)
}

/// What can be said of the text of a whole file.
enum TextState {
    Whole,
    /// Some of it cannot be read, for this reason.
    Partly(String),
}

impl TextState {
    fn of(pages: &[Page], allowance: &Allowance) -> Result<TextState, ReadError> {
        if pages.is_empty() {
            return Err(broken("it has no pages"));
        }
        if pages.iter().all(|page| page.lines.is_empty()) {
            let any = |of: fn(&Page) -> bool| pages.iter().any(of);
            return Err(match any(|page| page.is_recognised) {
                true => broken("no text was recognised in its pictures"),
                false if any(|page| page.unknown > 0) => {
                    broken("its fonts do not say which letters they show")
                }
                false if allowance.reads_pictures() => broken("it has neither text nor pictures"),
                false => ReadError::Scanned { pages: pages.len() },
            });
        }
        let unread = [unknown_pages(pages), pictures(pages)];
        let unread: Vec<String> = unread.into_iter().flatten().collect();
        Ok(match unread.is_empty() {
            true => TextState::Whole,
            false => TextState::Partly(format!("{}; the rest was read", unread.join("; "))),
        })
    }
}

/// How many pages are of a kind, and which is the first, if any is.
fn kind_of_pages(pages: &[Page], is_of_kind: fn(&Page) -> bool) -> Option<(usize, usize)> {
    let first = pages.iter().position(is_of_kind)?;
    let count = pages.iter().filter(|page| is_of_kind(page)).count();
    Some((count, first + 1))
}

fn pictures(pages: &[Page]) -> Option<String> {
    let (count, first) = kind_of_pages(pages, |page| page.has_image && page.lines.is_empty())?;
    Some(format!(
        "{count} of its pages are pictures without text, the first is page {first} (--ocr reads them)"
    ))
}

fn unknown_pages(pages: &[Page]) -> Option<String> {
    let (count, first) = kind_of_pages(pages, |page| page.is_unknown() || page.lost > 0)?;
    Some(format!(
        "on {count} of its pages fonts do not say which letters they show, the first is page {first}"
    ))
}

/// The title that the file gives itself, unless that is only the name of another file.
fn title(bytes: &[u8]) -> Option<String> {
    let title = decode(bytes.to_vec(), None).ok()?.text;
    let is_file_name = title.starts_with("Microsoft Word - ")
        || title
            .rsplit_once('.')
            .is_some_and(|(_, end)| (2..=4).contains(&end.len()));
    (!is_file_name && !title.trim().is_empty()).then(|| title.trim().to_owned())
}

fn document(
    source: &str,
    title: Option<&str>,
    pages: &[Page],
    allowance: &Allowance,
) -> Result<Document, ReadError> {
    let layout = Layout::of(pages);
    let mut writer = PdfWriter {
        layout: &layout,
        draft: Draft::default(),
        run: TextRun::default(),
        kind: BlockKind::Paragraph,
        last: None,
        last_word: String::new(),
        aside: Vec::new(),
        margin: None,
        nesting: Nesting::default(),
    };
    for (n, page) in pages.iter().enumerate() {
        allowance.check()?;
        let kinds = layout.kinds(n, page);
        for (line, kind) in page.lines.iter().zip(kinds) {
            writer.add(line, kind, n + 1);
        }
    }
    writer.flush();
    writer.write_aside();
    let document = writer.draft.finish(source, title, Places::Pages);
    let document = match layout.tells_headings() {
        true => document,
        false => plain::with_structure(document, title),
    };
    let recognised = (1..).zip(pages).filter(|(_, page)| page.is_recognised);
    Ok(document.with_recognised(recognised.map(|(number, _)| number).collect()))
}

/// What a line is by its looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum LineKind {
    Furniture,
    /// The first of a line that stands on the margins of several pages.
    Margin,
    Heading(u8),
    Item,
    /// A line that begins with a number or a letter, as an item does, or just so.
    PerhapsItem,
    /// A row of a table of so many columns.
    Row(usize),
    /// A line with dots that lead to what stands at its end.
    Leader,
    Text,
}

/// What is usual in a file.
struct Layout {
    /// The size of most of its print.
    body: f64,
    /// The distance of lines in a paragraph, in sizes of its print.
    leading: f64,
    /// The sizes of headings, the largest first, in half points.
    headings: Vec<i64>,
    margins: Margins,
    contents: ContentsEntries,
    /// All words that are not broken at the end of a line.
    words: HashSet<String>,
}

/// A size in half points: nobody sees less.
fn half_points(size: f64) -> i64 {
    (size * 2.0).round() as i64
}

impl Layout {
    fn of(pages: &[Page]) -> Layout {
        let lines = || pages.iter().flat_map(|page| &page.lines);
        let mut by_size: HashMap<i64, usize> = HashMap::new();
        for line in lines() {
            *by_size.entry(half_points(line.size)).or_default() += line.letters();
        }
        // Of sizes as frequent, the smaller one: headings are rarely most of a text.
        let body = by_size
            .iter()
            .max_by_key(|(size, letters)| (**letters, -**size));
        let body = body.map_or(1, |(size, _)| *size).max(1) as f64 / 2.0;
        let mut headings: Vec<i64> = lines()
            .filter(|line| is_heading(line, body))
            .map(|line| half_points(line.size))
            .collect();
        headings.sort_unstable_by(|a, b| b.cmp(a));
        headings.dedup();
        Layout {
            body,
            leading: leading(pages, body),
            headings,
            margins: Margins::of(pages),
            contents: ContentsEntries::of(pages),
            words: lines()
                .flat_map(|line| line.text.split_whitespace())
                .map(|word| bare(word).to_lowercase())
                .collect(),
        }
    }

    fn tells_headings(&self) -> bool {
        !self.headings.is_empty()
    }

    /// What the lines of a page are, which is `number` from 0.
    fn kinds(&self, number: usize, page: &Page) -> Vec<LineKind> {
        let columns = |n: usize| {
            page.lines
                .get(n)
                .map(|line| line.text.matches('\t').count() + 1)
        };
        let texts: Vec<&str> = page.lines.iter().map(|line| line.text.trim()).collect();
        let begins = list::begins(&texts, false);
        let kinds = page.lines.iter().enumerate().map(|(n, line)| {
            let margin = self.margins.get(number, n);
            let beside = [n.checked_sub(1).and_then(columns), columns(n + 1)];
            match columns(n).unwrap_or(1) {
                _ if self.contents.has(number, n) => LineKind::Furniture,
                _ if matches!(margin, Some(MarginLine::Again | MarginLine::PageNumber)) => {
                    LineKind::Furniture
                }
                columns @ 2.. if beside.contains(&Some(columns)) => LineKind::Row(columns),
                _ if margin == Some(MarginLine::First) => LineKind::Margin,
                _ if with_short_leader(&line.text).is_some() => LineKind::Leader,
                _ if is_heading(line, self.body) => LineKind::Heading(self.level(line)),
                _ if begins[n] => LineKind::Item,
                _ if list::mark(line.text.trim()).is_some() => LineKind::PerhapsItem,
                _ => LineKind::Text,
            }
        });
        kinds.collect()
    }

    fn level(&self, line: &PageLine) -> u8 {
        let size = half_points(line.size);
        let larger = self
            .headings
            .iter()
            .take_while(|other| **other > size)
            .count();
        // Even the largest print need not be a title, so level 1 is given to none.
        u8::try_from(larger + 2).unwrap_or(u8::MAX)
    }
}

fn is_heading(line: &PageLine, body: f64) -> bool {
    line.size >= body * LARGER
        && word_count(&line.text) < HEADING_WORDS
        && line.text.chars().filter(|c| c.is_alphabetic()).count() > 1
}

/// The usual distance of lines of that size, in sizes.
fn leading(pages: &[Page], body: f64) -> f64 {
    let mut gaps: Vec<f64> = Vec::new();
    for page in pages {
        for pair in page.lines.windows(2) {
            let gap = (pair[1].down - pair[0].down) / body;
            if (0.8..2.5).contains(&gap) && pair.iter().all(|line| line.size < body * LARGER) {
                gaps.push(gap);
            }
        }
    }
    // The lower quartile: where there are few lines, many gaps are those between paragraphs.
    gaps.sort_unstable_by(f64::total_cmp);
    gaps.get(gaps.len() / 4).copied().unwrap_or(1.2)
}

fn is_roman(text: &str) -> bool {
    (1..=6).contains(&text.len()) && text.bytes().all(|byte| b"ivxl".contains(&byte))
}

/// "3", "- 3 -", "3/12", "Page 3 of 12", "iv".
fn is_page_number(text: &str) -> bool {
    if is_roman(text.trim()) {
        return true;
    }
    let has_number = text.chars().any(|c| c.is_ascii_digit());
    let mut words = text
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty());
    let is_known = |word: &str| {
        word.bytes().all(|byte| byte.is_ascii_digit())
            || ["page", "of", "p", "seite", "von"].contains(&word.to_lowercase().as_str())
    };
    has_number && text.len() <= 24 && words.all(is_known)
}

/// A word without the signs around it.
fn bare(word: &str) -> &str {
    word.trim_matches(|c: char| !c.is_alphanumeric())
}

/// Puts lines together to blocks.
struct PdfWriter<'l> {
    layout: &'l Layout,
    draft: Draft,
    run: TextRun,
    kind: BlockKind,
    /// The line before, on its page.
    last: Option<(LineKind, PageLine, usize)>,
    /// The beginning of a word that was broken at the end of the line before.
    last_word: String,
    /// Furniture met inside of a section, to be written after it: what stands between two pages
    /// must not tear apart what goes on from one to the other.
    aside: Vec<(BlockKind, TextRun)>,
    /// The page of the line before, where that is the first of a repeated one: the next may go on
    /// with it.
    margin: Option<usize>,
    nesting: Nesting,
}

impl PdfWriter<'_> {
    fn add(&mut self, line: &PageLine, kind: LineKind, page: usize) {
        let goes_on_aside = self.margin.replace(page) == Some(page);
        match kind {
            LineKind::Margin => {
                return self.set_aside(BlockKind::Margin, line, page, goes_on_aside);
            }
            LineKind::Furniture => {
                self.margin = None;
                return self.set_aside(BlockKind::Furniture, line, page, false);
            }
            _ => self.margin = None,
        }
        let kind = match kind {
            LineKind::PerhapsItem if self.is_mid_sentence() => LineKind::Text,
            LineKind::PerhapsItem => LineKind::Item,
            kind => kind,
        };
        if !self.goes_on(line, kind, page) {
            self.flush();
            self.kind = self.block_kind(kind, line);
            if matches!(kind, LineKind::Heading(_)) {
                self.write_aside();
            }
        }
        self.append(line, page);
        self.last = Some((kind, line.clone(), page));
    }

    /// Keeps a line for later, by itself or together with the one before.
    fn set_aside(&mut self, kind: BlockKind, line: &PageLine, page: usize, goes_on: bool) {
        if !goes_on || self.aside.is_empty() {
            self.aside.push((kind, TextRun::default()));
        }
        if let Some((_, run)) = self.aside.last_mut() {
            run.space();
            run.add(&line.text, page);
        }
    }

    /// Whether the line before is text that goes on.
    fn is_mid_sentence(&self) -> bool {
        match &self.last {
            Some((LineKind::Text, line, _)) => {
                !line.text.trim_end().ends_with(['.', '!', '?', ':', ';'])
            }
            _ => false,
        }
    }

    fn block_kind(&mut self, kind: LineKind, line: &PageLine) -> BlockKind {
        if kind == LineKind::Item {
            let text = line.text.trim();
            let indent = line.start / line.size.max(f64::MIN_POSITIVE);
            return BlockKind::item(self.nesting.depth(indent, text, text.ends_with(':')));
        }
        self.nesting.end();
        let after_row =
            |columns| matches!(&self.last, Some((LineKind::Row(n), ..)) if *n == columns);
        match kind {
            LineKind::Heading(level) => BlockKind::Heading { level },
            LineKind::Row(columns) if after_row(columns) => BlockKind::TableRow,
            LineKind::Row(_) => BlockKind::TableHeader,
            LineKind::Item
            | LineKind::PerhapsItem
            | LineKind::Text
            | LineKind::Leader
            | LineKind::Margin
            | LineKind::Furniture => BlockKind::Paragraph,
        }
    }

    /// Whether a line goes on with the block under way.
    fn goes_on(&self, line: &PageLine, kind: LineKind, page: usize) -> bool {
        let Some((last_kind, last, last_page)) = &self.last else {
            return false;
        };
        let same_size = half_points(line.size) == half_points(last.size);
        let gap = (line.down - last.down) / line.size.max(last.size);
        let close = (0.0..self.layout.leading * APART).contains(&gap);
        match (*last_kind, kind) {
            (LineKind::Heading(_), LineKind::Heading(_)) => {
                same_size && page == *last_page && close
            }
            (LineKind::Text | LineKind::Item, LineKind::Text)
                if page == *last_page && gap >= 0.0 =>
            {
                close
            }
            // At the top of a column or a page, a sentence that has not ended goes on.
            (LineKind::Text | LineKind::Item, LineKind::Text) => {
                let ended = last.text.trim_end().ends_with(['.', '!', '?', ':']);
                !ended
                    && line
                        .text
                        .starts_with(|c: char| c.is_lowercase() || c == '(')
            }
            _ => false,
        }
    }

    /// Adds the words of a line. One that was broken is made whole where it stands whole anywhere
    /// else in the file, and keeps its hyphen where it does not.
    fn append(&mut self, line: &PageLine, page: usize) {
        let shortened = with_short_leader(line.text.trim());
        let text = shortened.as_deref().unwrap_or(line.text.trim());
        let mut rest = text;
        if !self.last_word.is_empty() {
            let (first, after) =
                text.split_at(text.find(char::is_whitespace).unwrap_or(text.len()));
            let begun = std::mem::take(&mut self.last_word);
            let whole = format!("{}{first}", begun.trim_end_matches(['-', '\u{ad}']));
            let is_word = begun.ends_with('\u{ad}')
                || self.layout.words.contains(&bare(&whole).to_lowercase());
            if is_word && first.starts_with(char::is_lowercase) {
                self.run.add(&whole, page);
            } else if ["and", "or", "to"].contains(&first) {
                // "pre- and post-operative"
                self.run.add(&format!("{begun} {first}"), page);
            } else {
                self.run.add(&format!("{begun}{first}"), page);
            }
            rest = after;
        }
        let last = rest.split_whitespace().next_back().unwrap_or_default();
        let is_broken = last.len() > 1
            && last.ends_with(['-', '\u{ad}'])
            && bare(last).starts_with(char::is_alphabetic);
        if is_broken {
            self.last_word = last.to_owned();
            rest = rest.trim_end().strip_suffix(last).unwrap_or(rest);
        }
        for (n, cell) in rest.split('\t').enumerate() {
            if n > 0 {
                self.run.tab();
            }
            self.run.add(cell, page);
        }
        match is_broken {
            true if !rest.is_empty() => self.run.space(),
            true => {}
            false => self.run.space(),
        }
    }

    fn flush(&mut self) {
        let begun = std::mem::take(&mut self.last_word);
        if !begun.is_empty() {
            let page = self.last.as_ref().map_or(1, |(_, _, page)| *page);
            self.run.add(&begun, page);
        }
        self.draft.add(self.kind, &std::mem::take(&mut self.run));
    }

    fn write_aside(&mut self) {
        for (kind, run) in std::mem::take(&mut self.aside) {
            self.draft.add(kind, &run);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn page_numbers_are_known() {
        for text in ["3", "- 3 -", "3/12", "Page 3 of 12", "iv", " 12 "] {
            assert!(is_page_number(text), "{text}");
        }
        for text in ["Page 3 explains", "5 mg", "see page 3", "mix", "Never"] {
            assert!(!is_page_number(text), "{text}");
        }
    }

    #[test]
    fn titles_that_are_names_of_files_are_none() {
        assert_eq!(title(b"Neck pain").as_deref(), Some("Neck pain"));
        assert_eq!(title(b"\xfe\xff\0N\0\xfc").as_deref(), Some("N\u{fc}"));
        for name in [&b"leaflet.docx"[..], b"Microsoft Word - leaflet", b" ", b""] {
            assert_eq!(title(name), None);
        }
    }
}
