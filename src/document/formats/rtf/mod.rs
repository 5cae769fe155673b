//! Rich Text Format (RTF 1.9.1), as Word, WordPad, TextEdit and LibreOffice write it.
//!
//! Headings come from outline levels and styles, items from the mark that is written before each for
//! readers that know no lists; a row of a table is a block with its cells parted by tabs. Text that is
//! deleted or hidden, comments, and what stands behind pictures and fields is no text. Footnotes follow
//! the text, and after them each header and footer once.
//!
//! Like a Word file it is cited by paragraphs.
//!
//! The crates that read RTF give text without its structure, or stop at what they do not know.

mod token;
mod writer;

use crate::document::{Allowance, Document, Part, Places, ReadError, Reader};
use writer::RtfWriter;

/// Reader for RTF files.
pub(super) struct Rtf;

const FORMAT: &str = "RTF";

impl Reader for Rtf {
    fn name(&self) -> &'static str {
        FORMAT
    }

    fn extensions(&self) -> &'static [&'static str] {
        &["rtf"]
    }

    fn recognises(&self, head: &[u8], _: &[u8]) -> bool {
        super::signature::is_rtf(head)
    }

    fn read(
        &self,
        source: &str,
        Part { bytes, .. }: Part,
        allowance: &Allowance,
        sink: &mut dyn FnMut(Document),
    ) -> Result<(), ReadError> {
        if !super::signature::is_rtf(&bytes) {
            return Err(broken("it does not begin as RTF does"));
        }
        let mut writer = RtfWriter::default();
        let is_whole = writer.read(&bytes, allowance)?;
        let (draft, title) = writer.finish();
        sink(draft.finish(source, title.as_deref(), Places::Paragraphs));
        match is_whole {
            true => Ok(()),
            false => Err(broken("it is cut off; what is left of it was read")),
        }
    }
}

fn broken(cause: &str) -> ReadError {
    ReadError::Broken {
        format: FORMAT,
        cause: cause.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn document(rtf: &str) -> (Document, Result<(), ReadError>) {
        let mut documents = Vec::new();
        let part = Part::whole(rtf.as_bytes().to_vec());
        let result = Rtf.read("a.rtf", part, &Allowance::default(), &mut |document| {
            documents.push(document);
        });
        (documents.remove(0), result)
    }

    fn shown(rtf: &str) -> Vec<String> {
        let (document, result) = document(rtf);
        assert!(result.is_ok(), "{result:?}");
        let blocks = document.blocks().iter();
        let shown = blocks.map(|block| {
            let text = document.block_text(block);
            format!("{}: {text}", block.kind.name())
        });
        shown.collect()
    }

    #[test]
    fn structure_is_kept() {
        let rtf = r"{\rtf1\ansi\ansicpg1252{\fonttbl{\f0\fswiss\fcharset0 Arial;}{\f1\fcharset2 Symbol;}}
{\stylesheet{\s0 Normal;}{\s1\outlinelevel0 heading 1;}{\s15 Title;}}{\info{\title Leaflet}{\author Ada}}
{\pard\plain\s15 Neck pain\par}\pard\s1 Risks\par\pard Tell us if you:\par
{\listtext\f1 \'b7\tab}\ls1 have osteoporosis\par{\listtext\f1\'b7\tab}\ls1\ilvl1 are {\b preg}nant\par
\pard\trowd\trhdr\intbl Age\cell Dose\cell\row\trowd\intbl 1\cell 5\~mg\cell\row\pard End.\par}";
        assert_eq!(
            shown(rtf),
            [
                "title: Neck pain",
                "heading: Risks",
                "paragraph: Tell us if you:",
                "list item: \u{f0b7} have osteoporosis",
                "list item: \u{f0b7} are pregnant",
                "table header: Age\tDose",
                "table row: 1\t5 mg",
                "paragraph: End.",
            ]
        );
    }

    #[test]
    fn letters_come_in_many_ways() {
        let rtf = r"{\rtf1\ansi\ansicpg1250{\fonttbl{\f0\fcharset238 A;}{\f1\fcharset204 B;}{\f2\fcharset128 C;}}
\f0 \'e9 \u233? {\uc2\u233\'e9?} {\uc0\u233 }\f1\'e4 \f2\'82\'a0\f0  \ldblquote a\rdblquote\emdash\u-10179?\u-8694? x\-y\_z\par}";
        assert_eq!(
            shown(rtf),
            ["paragraph: é é é éд あ “a”—😊 xy-z".replace("xy-z", "xy\u{2011}z")]
        );
    }

    #[test]
    fn what_is_no_text_is_left_out_and_notes_are_kept() {
        let rtf = r"{\rtf1\ansi{\*\generator X;}{\header Not for patients with spondylitis\par}{\footer 3\par}
Never{\footnote\pard Unless told.\par} with {\field{\*\fldinst HYPERLINK http://x}{\fldrslt a fracture}}.
{\v hidden}{\deleted gone}{\pict\bin4 {{{{}{\*\shpinst{\sp{\sn a}{\sv b}}{\shptxt In a box.\par}}{\annotation no}\par}";
        assert_eq!(
            shown(rtf),
            [
                "paragraph: Never with a fracture.",
                "paragraph: Unless told.",
                "paragraph: In a box.",
                "header/footer: Not for patients with spondylitis",
            ]
        );
    }

    #[test]
    fn what_is_cut_off_is_said_and_read() {
        let (document, result) = document(r"{\rtf1 Never with a fracture.\par{\b Or");
        assert!(document.text().starts_with("Never with a fracture."));
        assert!(document.text().contains("Or"));
        assert!(matches!(result, Err(ReadError::Broken { .. })));
    }

    #[test]
    fn groups_are_nested_no_deeper_than_is_allowed() {
        let deep = format!(r"{{\rtf1 {}a", "{".repeat(600));
        let result = Rtf.read(
            "a.rtf",
            Part::whole(deep),
            &Allowance::default(),
            &mut |_| {},
        );
        assert!(matches!(result, Err(ReadError::Nested { .. })));
    }
}
