//! Every letter that a PDF shows is read, however the file says which letter it is: fonts that are not there,
//! collections of letters, codes without a table, text given beside what is drawn, and what viewers draw by themselves.
//!
//! The files are written here by hand, as small as they can be: one page whose font is `F`, and what stands around it.

use std::fmt::Write as _;
use std::path::Path;

use crate::common::read;
use crate::common::written::words;
use palpate::document::{BlockKind, Document, HEAD, Limits, Part, ReadError, reader_of};

/// The bytes of a PDF with these objects, of which the first is the catalog and the second the pages.
fn file(objects: &[String]) -> Vec<u8> {
    let mut pdf = String::from("%PDF-1.7\n");
    let mut places = Vec::new();
    for (n, object) in (1..).zip(objects) {
        places.push(pdf.len());
        let _ = writeln!(pdf, "{n} 0 obj\n{object}\nendobj");
    }
    let (start, count) = (pdf.len(), places.len() + 1);
    let _ = write!(pdf, "xref\n0 {count}\n0000000000 65535 f \n");
    for place in places {
        let _ = writeln!(pdf, "{place:010} 00000 n ");
    }
    let _ = writeln!(
        pdf,
        "trailer\n<</Size {count}/Root 1 0 R>>\nstartxref\n{start}\n%%EOF"
    );
    pdf.into_bytes()
}

fn stream(dict: &str, data: &str) -> String {
    format!(
        "<<{dict}/Length {}>>\nstream\n{data}\nendstream",
        data.len()
    )
}

/// Pages with these contents, a font, notes on the first of them, and other objects from the fourth on.
fn pages(contents: &[&str], font: &str, notes: &str, others: &[String]) -> Vec<u8> {
    let first = 4 + others.len();
    let kids: Vec<String> = (0..contents.len())
        .map(|n| format!("{} 0 R", first + 2 * n))
        .collect();
    let mut objects = vec![
        "<</Type/Catalog/Pages 2 0 R>>".to_owned(),
        format!(
            "<</Type/Pages/Kids[{}]/Count {}>>",
            kids.join(" "),
            contents.len()
        ),
        font.to_owned(),
    ];
    objects.extend_from_slice(others);
    for (n, content) in contents.iter().enumerate() {
        let notes = if n == 0 { notes } else { "" };
        objects.push(format!(
            "<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]/Resources<</Font<</F 3 0 R>>>>\
             /Contents {} 0 R/Annots[{notes}]>>",
            first + 2 * n + 1
        ));
        objects.push(stream("", content));
    }
    file(&objects)
}

/// What is read of a page with a font, line by line.
fn text(content: &str, font: &str, others: &[String]) -> String {
    said(&pages(&[content], font, "", others))
}

fn said(pdf: &[u8]) -> String {
    let document = read("a.pdf", pdf);
    let blocks = document.blocks().iter();
    let blocks = blocks.filter(|block| block.kind != BlockKind::Furniture);
    let texts: Vec<String> = blocks
        .map(|block| words(document.block_text(block)))
        .collect();
    texts.join("\n")
}

/// Reads a file of which something is missing.
fn tried(pdf: Vec<u8>) -> (Vec<Document>, Result<(), ReadError>) {
    let ends = pdf.len().min(HEAD);
    let reader = reader_of(Path::new("a.pdf"), &pdf[..ends], &pdf[pdf.len() - ends..]);
    let reader = reader.expect("there is a reader");
    let mut documents = Vec::new();
    let limits = Limits::default();
    let sink = &mut |document| documents.push(document);
    let read = palpate::document::read(reader, "a.pdf", Part::whole(pdf), &limits, sink);
    (documents, read)
}

fn hex(codes: impl IntoIterator<Item = u32>) -> String {
    codes
        .into_iter()
        .map(|code| format!("{code:04x}"))
        .collect()
}

/// Shows codes of two bytes.
fn shown(codes: impl IntoIterator<Item = u32>) -> String {
    format!("BT /F 12 Tf 50 700 Td <{}> Tj ET", hex(codes))
}

/// A font of a collection of letters.
fn collected(name: &str, encoding: &str, ordering: &str, more: &str) -> String {
    format!(
        "<</Type/Font/Subtype/Type0/BaseFont/{name}/Encoding/{encoding}/DescendantFonts[<</Type/Font\
         /Subtype/CIDFontType2/BaseFont/{name}/CIDSystemInfo<</Registry(Adobe)/Ordering({ordering})\
         /Supplement 2>>/DW 500{more}>>]>>"
    )
}

const HELVETICA: &str = "<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>";
const WARNING: &str = "The patient must not lift anything heavy, or drive.";

#[test]
fn letters_of_east_asia_are_read_by_the_tables_that_every_viewer_has() {
    // In Shift JIS, the numbers of Adobe's collection, and UTF-16.
    for (encoding, codes) in [
        ("90ms-RKSJ-H", "92 8d 88 d3"),
        ("UniJIS-UTF16-H", "6ce8 610f"),
    ] {
        let font = collected("MS-Gothic", encoding, "Japan1", "");
        let content = format!("BT /F 12 Tf 50 700 Td <{codes}> Tj ET");
        assert_eq!(text(&content, &font, &[]), "注意", "{encoding}");
    }
}

/// A font that is there, with one glyph and without a table of letters.
fn embedded() -> [String; 2] {
    let words = |words: &[u16]| hex(words.iter().map(|word| u32::from(*word)));
    let mut head = [0_u16; 27];
    (head[0], head[6], head[7], head[9]) = (1, 0x5f0f, 0x3cf5, 1000);
    let mut hhea = [0_u16; 18];
    (hhea[0], hhea[17]) = (1, 1);
    let tables = [
        (b"head", words(&head)),
        (b"hhea", words(&hhea)),
        (b"hmtx", words(&[500, 0])),
        (b"maxp", words(&[0, 0x5000, 1])),
    ];
    let mut font = words(&[1, 0, 4, 64, 2, 0]);
    let mut at = 12 + 16 * tables.len();
    for (tag, table) in &tables {
        tag.iter().for_each(|byte| font += &format!("{byte:02x}"));
        font += &format!("{:08x}{at:08x}{:08x}", 0, table.len() / 2);
        at += table.len() / 2;
    }
    tables.iter().for_each(|(_, table)| font += table);
    let descriptor = "<</Type/FontDescriptor/FontName/ABCDEF+Own/Flags 4/FontBBox[0 0 1 1]/ItalicAngle 0\
                      /Ascent 1/Descent 0/StemV 1/FontFile2 5 0 R>>";
    [
        descriptor.to_owned(),
        stream("/Filter/ASCIIHexDecode", &font),
    ]
}

#[test]
fn numbers_of_a_collection_are_letters_in_a_font_that_is_there() {
    let font = collected(
        "ABCDEF+Own",
        "Identity-H",
        "Japan1",
        "/FontDescriptor 4 0 R",
    );
    let content = shown(WARNING.chars().map(|c| u32::from(c) - 31));
    assert_eq!(text(&content, &font, &embedded()), WARNING);
}

#[test]
fn a_table_that_is_only_named_says_that_codes_are_letters() {
    let font = collected("Arial", "Identity-H", "Identity", "");
    let font = font.replace("/Encoding", "/ToUnicode/Identity-H/Encoding");
    assert_eq!(
        text(&shown("≥65 years".chars().map(u32::from)), &font, &[]),
        "≥65 years"
    );
}

#[test]
fn codes_that_make_text_are_read_and_others_are_refused() {
    let font = collected("Arial", "Identity-H", "Identity", "");
    for shift in [0, 29] {
        let content = shown(WARNING.chars().map(|c| u32::from(c) - shift));
        assert_eq!(text(&content, &font, &[]), WARNING, "{shift}");
    }
    let content = shown(WARNING.chars().map(|c| u32::from(c) + 200));
    let (_, read) = tried(pages(&[&content], &font, "", &[]));
    let fault = read.expect_err("nothing is known").to_string();
    assert!(fault.contains("do not say which letters"), "{fault}");
}

#[test]
fn glyphs_drawn_by_the_page_itself_are_read_by_their_codes() {
    let names: Vec<String> = (32..127).map(|code| format!("/a{code}")).collect();
    let glyphs: Vec<String> = names.iter().map(|name| format!("{name} 4 0 R")).collect();
    let widths = vec!["500"; names.len()];
    let font = format!(
        "<</Type/Font/Subtype/Type3/FontBBox[0 0 1000 1000]/FontMatrix[0.001 0 0 0.001 0 0]/FirstChar 32\
         /LastChar 126/Widths[{}]/Encoding<</Differences[32{}]>>/CharProcs<<{}>>>>",
        widths.join(" "),
        names.join(""),
        glyphs.join(""),
    );
    let glyph = stream("", "500 0 0 0 500 500 d1 0 0 400 400 re f");
    let content = format!("BT /F 12 Tf 50 700 Td ({WARNING}) Tj ET");
    assert_eq!(text(&content, &font, &[glyph]), WARNING);
}

#[test]
fn a_page_whose_letters_nobody_knows_does_not_take_the_others_with_it() {
    let font = collected("Arial", "Identity-H", "Identity", "");
    let known = shown(WARNING.chars().map(u32::from));
    let unknown = shown((0..200).map(|n| 300 + 7 * n));
    let pdf = pages(&[&known, &unknown], &font, "", &[]);
    let (documents, read) = tried(pdf);
    let fault = read.expect_err("a page is missing").to_string();
    assert!(
        fault.contains("on 1 of its pages") && fault.contains("page 2"),
        "{fault}"
    );
    assert_eq!(documents[0].text().trim(), WARNING);
}

#[test]
fn words_in_fonts_that_are_not_there_are_whole_whatever_their_widths() {
    let widths = vec!["458"; 95].join(" ");
    let font = format!(
        "<</Type/Font/Subtype/TrueType/BaseFont/SimSun-ExtB/Encoding/WinAnsiEncoding/FirstChar 32\
         /LastChar 126/Widths[{widths}]/FontDescriptor<</Type/FontDescriptor/FontName/SimSun-ExtB/Flags 32\
         /FontBBox[0 0 1 1]/ItalicAngle 0/Ascent 1/Descent 0/StemV 1>>>>"
    );
    let content = "BT /F 12 Tf 50 700 Td (APPROVED: WARFARIN ONLY) Tj ET";
    assert_eq!(text(content, &font, &[]), "APPROVED: WARFARIN ONLY");
}

#[test]
fn what_is_written_downwards_is_one_line() {
    let font = collected("MS-Gothic", "UniJIS-UTF16-V", "Japan1", "");
    let content =
        "BT /F 12 Tf 500 700 Td <6ce8610f66f8> Tj ET BT /F 12 Tf 450 700 Td <533b85ac54c1> Tj ET";
    assert_eq!(
        text(content, &font, &[])
            .split_whitespace()
            .collect::<Vec<_>>(),
        ["注意書", "医薬品"]
    );
}

#[test]
fn text_given_beside_what_is_drawn_is_what_is_read() {
    let content = "BT /F 12 Tf 50 700 Td (Do not use o) Tj /Span <</ActualText(ffi)>> BDC (#) Tj EMC \
                   (ce bandages) Tj ET";
    assert_eq!(text(content, HELVETICA, &[]), "Do not use office bandages");
    // One that is far longer than what it stands for is not believed.
    let long = format!(
        "/Span <</ActualText({})>> BDC BT /F 12 Tf 50 700 Td (short) Tj ET EMC",
        "long ".repeat(50)
    );
    assert_eq!(text(&long, HELVETICA, &[]), "short");
    // Nor is one lost that has no end.
    let open = "BT /F 12 Tf 50 700 Td /Span <</ActualText(stop)>> BDC (xxxx) Tj ET";
    assert_eq!(text(open, HELVETICA, &[]), "stop");
}

#[test]
fn what_is_printed_twice_to_be_bold_is_read_once() {
    let outlined = "BT /F 12 Tf 2 Tr 50 700 Td (Never) Tj ET";
    assert_eq!(text(outlined, HELVETICA, &[]), "Never");
    let mut over = String::new();
    for (n, letter) in "Never full".chars().enumerate() {
        for shift in [0.0, 0.3] {
            let x = 50.0 + 9.0 * n as f32 + shift;
            let _ = write!(over, "BT /F 16 Tf {x} 700 Td ({letter}) Tj ET ");
        }
    }
    assert_eq!(
        text(&over, "<</Type/Font/Subtype/Type1/BaseFont/Courier>>", &[]),
        "Never full"
    );
}

#[test]
fn notes_and_fields_that_the_viewer_draws_are_read() {
    let content = "BT /F 12 Tf 50 700 Td (Allergies, to be filled in by the patient) Tj ET";
    let notes = "<</Type/Annot/Subtype/FreeText/Rect[50 600 200 620]/DA(/F 10 Tf)/Contents(Ask again in June)>>\
                 <</Type/Annot/Subtype/Widget/FT/Tx/Rect[50 500 200 520]/T(a)/V(Penicillin\\rand nuts)>>\
                 <</Type/Annot/Subtype/Widget/Parent<</FT/Tx/V(Latex)>>/Rect[50 400 200 420]>>\
                 <</Type/Annot/Subtype/Widget/FT/Ch/Rect[50 300 200 320]/V[(Wool) <feff00cb>]>>\
                 <</Type/Annot/Subtype/Widget/FT/Tx/Ff 8192/Rect[50 200 200 220]/V(secret)>>\
                 <</Type/Annot/Subtype/Widget/FT/Tx/F 2/Rect[50 100 200 120]/V(hidden)>>\
                 <</Type/Annot/Subtype/Widget/FT/Tx/Rect[50 90 200 100]/V(to be filled in)>>\
                 <</Type/Annot/Subtype/Text/Rect[50 80 200 90]/Contents(a comment)>>";
    let said = said(&pages(&[content], HELVETICA, notes, &[]));
    for words in [
        "Ask again in June",
        "Penicillin",
        "and nuts",
        "Latex",
        "Wool",
        "Ë",
    ] {
        assert!(said.contains(words), "{words}: {said}");
    }
    for words in ["secret", "hidden", "comment"] {
        assert!(!said.contains(words), "{words}: {said}");
    }
    assert_eq!(said.matches("to be filled in").count(), 1, "{said}");
}
