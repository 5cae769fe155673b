//! Markdown, as CommonMark and GitHub have it, with `pulldown-cmark`.
//!
//! Markup is dropped, what it says is kept: headings, lists, tables. Front matter in YAML is no
//! text; HTML within is kept as it stands, for a warning could stand in it.

use pulldown_cmark::{CodeBlockKind, Event, HeadingLevel, Options, Parser, Tag, TagEnd};

use crate::document::draft::{Draft, Lists, TextRun};
use crate::document::encoding::decode;
use crate::document::list::mark;
use crate::document::{Allowance, BlockKind, Document, Part, Places, ReadError, Reader};

/// Reader for Markdown.
pub(super) struct Markdown;

impl Reader for Markdown {
    fn name(&self) -> &'static str {
        "Markdown"
    }

    fn extensions(&self) -> &'static [&'static str] {
        &["md", "markdown", "mkd"]
    }

    fn read(
        &self,
        source: &str,
        Part { bytes, .. }: Part,
        allowance: &Allowance,
        sink: &mut dyn FnMut(Document),
    ) -> Result<(), ReadError> {
        let decoded = decode(bytes, None)?;
        let text = decoded.text.trim_start_matches('\u{feff}');
        sink(document(source, text, allowance)?);
        decoded.error.map_or(Ok(()), Err)
    }
}

fn document(source: &str, text: &str, allowance: &Allowance) -> Result<Document, ReadError> {
    let options = Options::ENABLE_TABLES
        | Options::ENABLE_FOOTNOTES
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_TASKLISTS
        | Options::ENABLE_DEFINITION_LIST
        | Options::ENABLE_YAML_STYLE_METADATA_BLOCKS
        | Options::ENABLE_PLUSES_DELIMITED_METADATA_BLOCKS;
    let lines = Lines::of(text);
    let mut writer = MarkdownWriter::default();
    for (event, bytes) in Parser::new_ext(text, options).into_offset_iter() {
        allowance.check()?;
        writer.take(event, lines.at(bytes.start), &text[bytes.start..]);
        allowance.check_depth(writer.depth)?;
    }
    writer.flush();
    Ok(writer.draft.finish(source, None, Places::SourceLines))
}

/// Where the lines of a text begin.
struct Lines {
    starts: Vec<usize>,
}

impl Lines {
    fn of(text: &str) -> Lines {
        let starts = memchr::memchr_iter(b'\n', text.as_bytes()).map(|at| at + 1);
        Lines {
            starts: std::iter::once(0).chain(starts).collect(),
        }
    }

    fn at(&self, byte: usize) -> usize {
        self.starts.partition_point(|start| *start <= byte)
    }
}

/// Turns the events of the parser into blocks.
#[derive(Default)]
struct MarkdownWriter {
    draft: Draft,
    run: TextRun,
    kind: Option<BlockKind>,
    lists: Lists,
    /// The sign or number of an item whose text has not begun yet.
    bullet: Option<String>,
    depth: usize,
    /// Whether what comes is front matter.
    hidden: bool,
    /// Whether it stands in a block of code, where line breaks stay.
    verbatim: bool,
    cells: usize,
    /// Whether a line of the file has ended since the last text.
    wrapped: bool,
}

impl MarkdownWriter {
    /// `rest` is the file from where the event stands.
    fn take(&mut self, event: Event<'_>, line: usize, rest: &str) {
        if !matches!(event, Event::SoftBreak) {
            self.end_of_line(rest);
        }
        match event {
            Event::Start(tag) => {
                self.depth += 1;
                self.start(tag);
            }
            Event::End(tag) => {
                self.depth = self.depth.saturating_sub(1);
                self.end(tag);
            }
            Event::Text(text) | Event::Html(text) => self.text(&text, line),
            Event::Code(text) | Event::InlineHtml(text) => self.text(&text, line),
            Event::InlineMath(text) | Event::DisplayMath(text) => self.text(&text, line),
            Event::FootnoteReference(name) => self.text(&format!("[{name}]"), line),
            Event::SoftBreak => self.wrapped = true,
            Event::HardBreak => self.run.line_break(),
            Event::TaskListMarker(done) => self.text(if done { "[x] " } else { "[ ] " }, line),
            Event::Rule => self.flush(),
        }
    }

    /// What a line end becomes before what comes next: signs that are no Markdown mark an item all
    /// the same.
    fn end_of_line(&mut self, rest: &str) {
        if !std::mem::take(&mut self.wrapped) {
            return;
        }
        let line = rest.lines().next().unwrap_or_default();
        match mark(line) {
            Some(_) => self.run.line_break(),
            None => self.run.space(),
        }
    }

    fn text(&mut self, text: &str, line: usize) {
        if self.hidden {
            return;
        }
        if let Some(bullet) = self.bullet.take() {
            self.run.add(&bullet, line);
            self.run.space();
        }
        for (n, part) in text.split('\n').enumerate() {
            match n {
                0 => {}
                _ if self.verbatim => self.run.line_break(),
                _ => self.run.space(),
            }
            self.run.add(part, line + n);
        }
    }

    fn start(&mut self, tag: Tag<'_>) {
        match tag {
            Tag::Heading { level, .. } => self.begin(heading(level)),
            Tag::CodeBlock(kind) => {
                self.flush();
                self.verbatim = matches!(kind, CodeBlockKind::Fenced(_) | CodeBlockKind::Indented);
            }
            Tag::List(first) => {
                self.flush();
                self.lists.begin(first);
            }
            Tag::Item => {
                self.begin(self.lists.item());
                self.bullet = Some(self.lists.next_bullet());
            }
            Tag::TableHead => self.begin(BlockKind::TableHeader),
            Tag::TableRow => self.begin(BlockKind::TableRow),
            Tag::TableCell => {
                if self.cells > 0 {
                    self.run.tab();
                }
                self.cells += 1;
            }
            Tag::MetadataBlock(_) => self.hidden = true,
            Tag::Paragraph | Tag::HtmlBlock | Tag::DefinitionListTitle => self.begin_paragraph(),
            Tag::DefinitionListDefinition | Tag::FootnoteDefinition(_) => self.begin_paragraph(),
            Tag::BlockQuote(_) | Tag::Table(_) | Tag::DefinitionList => self.flush(),
            _ => {}
        }
    }

    fn end(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::List(_) => {
                self.flush();
                self.lists.end();
            }
            TagEnd::CodeBlock => {
                self.flush();
                self.verbatim = false;
            }
            TagEnd::MetadataBlock(_) => self.hidden = false,
            TagEnd::Paragraph
            | TagEnd::Heading(_)
            | TagEnd::Item
            | TagEnd::TableHead
            | TagEnd::TableRow
            | TagEnd::HtmlBlock
            | TagEnd::DefinitionListTitle
            | TagEnd::DefinitionListDefinition
            | TagEnd::FootnoteDefinition => self.flush(),
            _ => {}
        }
    }

    /// The first paragraph of an item is the item; others follow it as paragraphs.
    fn begin_paragraph(&mut self) {
        if self.bullet.is_none() {
            self.begin(self.lists.paragraph());
        }
    }

    fn begin(&mut self, kind: BlockKind) {
        self.flush();
        self.kind = Some(kind);
    }

    fn flush(&mut self) {
        let run = std::mem::take(&mut self.run);
        let kind = self.kind.take().unwrap_or_else(|| self.lists.paragraph());
        self.cells = 0;
        self.draft.add(kind, &run);
        if self.bullet.is_some() {
            // An item that begins with a list or a quotation is begun by what comes there.
            self.kind = Some(self.lists.item());
        }
    }
}

fn heading(level: HeadingLevel) -> BlockKind {
    BlockKind::Heading { level: level as u8 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::formats::shown;

    fn read(text: &str) -> Document {
        document("a.md", text, &Allowance::default()).expect("it is Markdown")
    }

    #[test]
    fn structure_is_kept_and_markup_is_not() {
        let text = "---\nauthor: x\n---\n# Neck *pain*\n\nRest helps\n**most** people.\n\n## Risks?\n\n\
                    Tell us if you:\n\n- have [osteoporosis](x.md)\n- are\n  pregnant\n  1. now\n\n\
                    | Age | Dose |\n|---|---|\n| 1 | 5 mg |\n| 2 | 6 mg |\n";
        let document = read(text);
        assert_eq!(document.title(), "Neck pain");
        assert_eq!(
            shown(&document),
            [
                "4-4 title: Neck pain",
                "6-7 paragraph: Rest helps most people.",
                "9-9 question: Risks?",
                "11-11 paragraph: Tell us if you:",
                "13-13 list item: • have osteoporosis",
                "14-15 list item: • are pregnant",
                "16-16 list item: 1. now",
                "18-18 table header: Age\tDose",
                "20-20 table row: 1\t5 mg",
                "21-21 table row: 2\t6 mg",
            ]
        );
    }

    #[test]
    fn code_keeps_its_lines_and_html_its_words() {
        let document = read("```\na\nb\n```\n\n<div>Never with a <b>fracture</b>.</div>\n");
        assert_eq!(shown(&document)[0], "2-3 paragraph: a\nb");
        assert!(document.text().contains("Never with a <b>fracture</b>."));
    }

    #[test]
    fn what_is_nested_too_deep_is_refused() {
        let deep = "> ".repeat(600) + "a";
        let result = document("a.md", &deep, &Allowance::default());
        assert!(matches!(result, Err(ReadError::Nested { limit: 512 })));
    }
}
