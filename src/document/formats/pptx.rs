//! PowerPoint presentations (PPTX): slides as XML in a ZIP archive, in the order of the presentation.
//!
//! The title of a slide is a heading, the paragraphs of its body are the items of a list, as they are shown, with
//! their nesting; other boxes of text are paragraphs, and a row of a table is a block. Notes follow their slide.
//! Numbers and dates of slides are no text; what stands on the foot of all slides is read once.
//!
//! A presentation is cited by slides, as pages.

use std::collections::HashMap;

use quick_xml::events::BytesStart;

use super::package::{Package, broken};
use super::signature;
use super::xml::{XmlToken, attribute, is_on, parse};
use crate::document::draft::{Draft, SaidOnMargins, TextRun};
use crate::document::{Allowance, BlockKind, Document, Part, Places, ReadError, Reader};

/// Reader for PowerPoint presentations.
pub(super) struct Pptx;

pub(super) static PPTX: Pptx = Pptx;

const FORMAT: &str = "PowerPoint presentation";

impl Reader for Pptx {
    fn name(&self) -> &'static str {
        FORMAT
    }

    fn extensions(&self) -> &'static [&'static str] {
        &["pptx", "pptm", "ppsx", "potx"]
    }

    fn recognises(&self, head: &[u8], tail: &[u8]) -> bool {
        signature::is_pptx(head, tail)
    }

    fn read(
        &self,
        source: &str,
        Part { bytes, .. }: Part,
        allowance: &Allowance,
        sink: &mut dyn FnMut(Document),
    ) -> Result<(), ReadError> {
        let mut package = Package::open(FORMAT, bytes, allowance)?;
        let mut writer = SlideWriter::default();
        for slide in slides(&mut package, allowance)? {
            writer.slide += 1;
            let Some(xml) = package.part(&slide)? else {
                return Err(broken(FORMAT, format!("there is no {slide} in it")));
            };
            parse(FORMAT, &xml, allowance, |token| writer.take(token))?;
            let related = relations(&mut package, &slide, allowance)?;
            let notes = related
                .into_values()
                .find(|part| part.contains("notesSlide"));
            if let Some(xml) = notes.map(|part| package.part(&part)).transpose()?.flatten() {
                writer.in_notes = true;
                parse(FORMAT, &xml, allowance, |token| writer.take(token))?;
                writer.in_notes = false;
            }
        }
        sink(writer.draft.finish(source, None, Places::Pages));
        Ok(())
    }
}

/// The parts with the slides, in order.
fn slides(package: &mut Package<'_>, allowance: &Allowance) -> Result<Vec<String>, ReadError> {
    const PRESENTATION: &str = "ppt/presentation.xml";
    let xml = package
        .part(PRESENTATION)?
        .ok_or_else(|| broken(FORMAT, format!("there is no {PRESENTATION} in it")))?;
    let parts = relations(package, PRESENTATION, allowance)?;
    let mut slides = Vec::new();
    parse(FORMAT, &xml, allowance, |token| {
        if let XmlToken::Start("sldId", element) = token {
            // It has an id of its own, too, without a prefix.
            let mut attributes = element.attributes();
            let mut attributes = attributes.with_checks(false).flatten();
            let id = attributes.find(|attribute| {
                attribute.key.prefix().is_some() && attribute.key.local_name().as_ref() == "id"
            });
            let part = id.and_then(|id| parts.get(&*id.value).cloned());
            slides.extend(part);
        }
    })?;
    Ok(slides)
}

/// What a part leads to, by id: the parts, from the root of the archive.
fn relations(
    package: &mut Package<'_>,
    part: &str,
    allowance: &Allowance,
) -> Result<HashMap<String, String>, ReadError> {
    let (folder, name) = part.rsplit_once('/').unwrap_or(("", part));
    let mut found = HashMap::new();
    if let Some(xml) = package.part(&format!("{folder}/_rels/{name}.rels"))? {
        parse(FORMAT, &xml, allowance, |token| {
            if let XmlToken::Start("Relationship", element) = token
                && let (Some(id), Some(target)) =
                    (attribute(element, "Id"), attribute(element, "Target"))
            {
                found.insert(id, resolved(folder, &target));
            }
        })?;
    }
    Ok(found)
}

/// A path as seen from a folder of the archive.
fn resolved(folder: &str, target: &str) -> String {
    if let Some(absolute) = target.strip_prefix('/') {
        return absolute.to_owned();
    }
    let mut path: Vec<&str> = folder.split('/').collect();
    for piece in target.split('/') {
        match piece {
            ".." => drop(path.pop()),
            "." => {}
            piece => path.push(piece),
        }
    }
    path.join("/")
}

/// What a shape of a slide is for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum SlideShape {
    #[default]
    Box,
    Title,
    /// Its paragraphs are items, unless they say that they are not.
    Body,
    Foot,
    /// A number, a date, or the picture of a slide in its notes.
    NoText,
}

/// A paragraph under way.
#[derive(Debug, Default)]
struct SlideParagraph {
    run: TextRun,
    level: u8,
    /// Whether it says itself that it has a mark, or none.
    marked: Option<bool>,
    numbered: bool,
}

/// Turns the elements of slides into blocks.
#[derive(Default)]
struct SlideWriter {
    draft: Draft,
    /// The number of the slide, from 1.
    slide: usize,
    in_notes: bool,
    shape: SlideShape,
    paragraph: Option<SlideParagraph>,
    in_text: bool,
    /// How many items of a numbered list stand above.
    counted: u32,
    row: Option<Vec<TextRun>>,
    has_header: bool,
    feet: SaidOnMargins,
}

impl SlideWriter {
    fn take(&mut self, token: XmlToken<'_, '_>) {
        match token {
            XmlToken::Start(name, element) => self.start(name, element),
            XmlToken::End(name) => self.end(name),
            XmlToken::Text(text) => {
                if let Some(paragraph) = self.paragraph.as_mut().filter(|_| self.in_text) {
                    paragraph.run.add(text, self.slide);
                }
            }
        }
    }

    fn start(&mut self, name: &str, element: &BytesStart<'_>) {
        match name {
            "sp" => {
                self.shape = SlideShape::Box;
                self.counted = 0;
            }
            "ph" => self.shape = self.placeholder(attribute(element, "type").as_deref()),
            "tblPr" => self.has_header = attribute(element, "firstRow").is_some_and(|on| on != "0"),
            "tr" => self.row = Some(Vec::new()),
            "tc" => {
                if let Some(cells) = &mut self.row {
                    cells.push(TextRun::default());
                }
            }
            "p" => self.paragraph = Some(SlideParagraph::default()),
            "t" => self.in_text = true,
            _ => self.of_paragraph(name, element),
        }
    }

    fn of_paragraph(&mut self, name: &str, element: &BytesStart<'_>) {
        let Some(paragraph) = &mut self.paragraph else {
            return;
        };
        match name {
            "pPr" => {
                let level = attribute(element, "lvl").and_then(|level| level.parse().ok());
                paragraph.level = level.unwrap_or_default();
            }
            "buNone" => paragraph.marked = Some(false),
            "buChar" | "buBlip" => paragraph.marked = Some(is_on(element)),
            "buAutoNum" => (paragraph.marked, paragraph.numbered) = (Some(true), true),
            "br" => paragraph.run.line_break(),
            _ => {}
        }
    }

    fn placeholder(&self, kind: Option<&str>) -> SlideShape {
        match kind {
            Some("title" | "ctrTitle") => SlideShape::Title,
            Some("ftr" | "hdr") => SlideShape::Foot,
            Some("sldNum" | "dt" | "sldImg") => SlideShape::NoText,
            _ if self.in_notes => SlideShape::Box,
            Some("subTitle") => SlideShape::Box,
            _ => SlideShape::Body,
        }
    }

    fn end(&mut self, name: &str) {
        match name {
            "t" => self.in_text = false,
            "p" => self.end_paragraph(),
            "tr" => self.end_row(),
            "tbl" => self.has_header = false,
            _ => {}
        }
    }

    fn end_paragraph(&mut self) {
        let Some(paragraph) = self.paragraph.take().filter(|p| !p.run.is_empty()) else {
            return;
        };
        if let Some(cell) = self.row.as_mut().and_then(|cells| cells.last_mut()) {
            cell.space();
            cell.join(&paragraph.run);
            return;
        }
        let is_item = paragraph.marked.unwrap_or(self.shape == SlideShape::Body);
        let kind = match self.shape {
            SlideShape::NoText => return,
            SlideShape::Foot if !self.feet.is_new(&paragraph.run) => return,
            SlideShape::Foot => BlockKind::Margin,
            SlideShape::Title => BlockKind::Heading { level: 2 },
            SlideShape::Box | SlideShape::Body if is_item => BlockKind::item(paragraph.level),
            SlideShape::Box | SlideShape::Body => BlockKind::Paragraph,
        };
        let mark = match (kind.is_item(), paragraph.numbered) {
            (false, _) => String::new(),
            (true, false) => "•".to_owned(),
            (true, true) => {
                self.counted += 1;
                format!("{}.", self.counted)
            }
        };
        let run = TextRun::marked(&mark, self.slide, &paragraph.run);
        self.draft.add(kind, &run);
    }

    fn end_row(&mut self) {
        let Some(cells) = self.row.take() else {
            return;
        };
        let kind = match (cells.len(), std::mem::take(&mut self.has_header)) {
            (1, _) => BlockKind::Paragraph,
            (_, true) => BlockKind::TableHeader,
            (_, false) => BlockKind::TableRow,
        };
        self.draft.add(kind, &TextRun::row(&cells));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slides_are_read_with_their_structure() {
        let xml = r#"<p:sld xmlns:p="p" xmlns:a="a"><p:sp><p:nvPr><p:ph type="title"/></p:nvPr><p:txBody><a:p><a:r>
            <a:t>Before you come</a:t></a:r></a:p></p:txBody></p:sp><p:sp><p:nvPr><p:ph idx="1"/></p:nvPr><p:txBody>
            <a:p><a:pPr><a:buNone/></a:pPr><a:r><a:t>Tell us if you have:</a:t></a:r></a:p><a:p><a:r><a:t>osteo</a:t></a:r>
            <a:r><a:t>porosis</a:t></a:r></a:p><a:p><a:pPr lvl="1"/><a:r><a:t>of the spine</a:t></a:r></a:p></p:txBody></p:sp>
            <p:sp><p:nvPr><p:ph type="sldNum"/></p:nvPr><a:p><a:fld><a:t>1</a:t></a:fld></a:p></p:sp><a:tbl><a:tblPr firstRow="1"/>
            <a:tr><a:tc><a:p><a:r><a:t>Drug</a:t></a:r></a:p></a:tc><a:tc><a:p><a:r><a:t>Dose</a:t></a:r></a:p></a:tc></a:tr>
            <a:tr><a:tc><a:p><a:r><a:t>Ibuprofen</a:t></a:r></a:p></a:tc><a:tc><a:p><a:r><a:t>400 mg</a:t></a:r></a:p></a:tc></a:tr></a:tbl>
            </p:sld>"#;
        let mut writer = SlideWriter {
            slide: 3,
            ..SlideWriter::default()
        };
        parse(FORMAT, xml, &Allowance::default(), |token| {
            writer.take(token)
        })
        .expect("it is XML");
        let document = writer.draft.finish("a.pptx", None, Places::Pages);
        let blocks = document.blocks().iter();
        let shown: Vec<String> = blocks
            .map(|block| format!("{}: {}", block.kind.name(), document.block_text(block)))
            .collect();
        assert_eq!(
            shown,
            [
                "title: Before you come",
                "paragraph: Tell us if you have:",
                "list item: • osteoporosis",
                "list item: • of the spine",
                "table header: Drug\tDose",
                "table row: Ibuprofen\t400 mg",
            ]
        );
        assert_eq!(document.pages(&(0..4)), Some((3, 3)));
    }

    #[test]
    fn parts_are_found_from_where_they_are_named() {
        assert_eq!(
            resolved("ppt/slides", "../notesSlides/n1.xml"),
            "ppt/notesSlides/n1.xml"
        );
        assert_eq!(
            resolved("ppt", "slides/slide1.xml"),
            "ppt/slides/slide1.xml"
        );
        assert_eq!(
            resolved("ppt", "/ppt/slides/slide1.xml"),
            "ppt/slides/slide1.xml"
        );
    }
}
