//! Whatever comes in, nothing panics, and documents, passages, plans and snippets keep their
//! promises. Inputs are arbitrary, or well-formed ones with mutations, which get deeper.
//!
//! Each test runs so many cases as the variable `PALPATE_FUZZ` says, 64 without it; a longer run:
//! `PALPATE_FUZZ=20000 cargo test --release --test it fuzz -- --nocapture`.

use std::path::Path;
use std::sync::LazyLock;
use std::time::Duration;

use crate::common::{self, written};
use palpate::annotate::Annotator;
use palpate::document::{self, HEAD, Limits, Part, ReadError, reader_of};
use palpate::index::{Home, Sources};
use palpate::lexicon::Lexicon;
use palpate::query::Query;
use palpate::search::{Request, Searcher};
use proptest::prelude::*;
use proptest::sample::{Index, select};
use proptest::test_runner::Config;

fn config(part: u32) -> Config {
    let cases = std::env::var("PALPATE_FUZZ").map_or(64, |cases| {
        cases.parse().expect("PALPATE_FUZZ is a number of cases")
    });
    Config {
        cases: (cases / part).max(1),
        failure_persistence: None,
        ..Config::default()
    }
}

/// One change of a string of bytes.
#[derive(Debug, Clone)]
enum Mutation {
    Set(Index, u8),
    Insert(Index, &'static [u8]),
    Remove(Index, usize),
    Repeat(Index, usize, usize),
    Move(Index, Index, usize),
    Cut(Index),
}

/// What means something in one format or another.
const TOKENS: &[&[u8]] = &[
    b"\0",
    b"\n",
    b"\r\n",
    b"\t",
    b"\"",
    b"<",
    b"&",
    b"]]>",
    b"\xff",
    b"\xef\xbb\xbf",
    b"\xc3",
    "\u{202e}•\u{a0}".as_bytes(),
    b"<table>",
    b"<tr><td>",
    b"</table>",
    b"<p>",
    b"</p>",
    b"<h1>",
    b"<li>",
    b"<ul>",
    b"<main>",
    b"<nav>",
    b"<pre>",
    b"<svg>",
    b"<template>",
    b"<select>",
    b"<br>",
    b"<!--",
    b"<![CDATA[",
    b"&#0;",
    b"&#x10ffff;",
    b"&nbsp;",
    b"charset=utf-16",
    b"# ",
    b"- ",
    b"1. ",
    b"> ",
    b"|",
    b"|---|",
    b"```",
    b"---\n",
    b"[^1]: ",
    b"    ",
    b"<w:p>",
    b"</w:p>",
    b"<w:tbl>",
    b"</w:tbl>",
    b"<w:tr>",
    b"</w:tr>",
    b"<w:tc>",
    b"<w:t>",
    b"<w:del>",
    b"<w:gridCol/>",
    b"<w:ilvl w:val=\"255\"/>",
    b"<w:outlineLvl w:val=\"8\"/>",
    b"BT",
    b"ET",
    b"Tj",
    b"Tf",
    b"Td",
    b"1e38 ",
    b"-1 ",
    b"<<",
    b">>",
    b"[",
    b"endstream",
    b"endobj",
    b"1 0 R",
    b"/Kids",
    b"stream\n",
    b"/Length 999999999",
    b"{\"_id\":",
    b"\\u0000",
    b"9999999999999999999",
    b",",
    b";",
    b"a => b",
    b"[Term]",
    b"id: X",
];

fn mutation() -> impl Strategy<Value = Mutation> {
    let at = || any::<Index>();
    prop_oneof![
        (at(), any::<u8>()).prop_map(|(at, byte)| Mutation::Set(at, byte)),
        (at(), select(TOKENS)).prop_map(|(at, token)| Mutation::Insert(at, token)),
        (at(), 1..200usize).prop_map(|(at, length)| Mutation::Remove(at, length)),
        (at(), 1..100usize, 1..40usize).prop_map(|(at, n, times)| Mutation::Repeat(at, n, times)),
        (at(), at(), 1..200usize).prop_map(|(from, to, n)| Mutation::Move(from, to, n)),
        at().prop_map(Mutation::Cut),
    ]
}

fn apply(bytes: &mut Vec<u8>, mutation: &Mutation) {
    let length = bytes.len();
    if length == 0 {
        return;
    }
    match mutation {
        Mutation::Set(at, byte) => bytes[at.index(length)] = *byte,
        Mutation::Insert(at, token) => {
            let at = at.index(length);
            bytes.splice(at..at, token.iter().copied());
        }
        Mutation::Remove(at, count) => {
            let at = at.index(length);
            bytes.drain(at..length.min(at + count));
        }
        Mutation::Repeat(at, count, times) => {
            let at = at.index(length);
            let again = bytes[at..length.min(at + count)].repeat(*times);
            bytes.splice(at..at, again);
        }
        Mutation::Move(from, to, count) => {
            let from = from.index(length);
            let taken: Vec<u8> = bytes.drain(from..length.min(from + count)).collect();
            let to = to.index(bytes.len() + 1);
            bytes.splice(to..to, taken);
        }
        Mutation::Cut(at) => bytes.truncate(at.index(length)),
    }
}

/// Bytes that are shown as far as they can be.
#[derive(Clone)]
struct Bytes(Vec<u8>);

impl std::fmt::Debug for Bytes {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "b\"{}\"", self.0.escape_ascii())
    }
}

fn mutated(bytes: Vec<u8>) -> impl Strategy<Value = Bytes> {
    proptest::collection::vec(mutation(), 0..12).prop_map(move |mutations| {
        let mut bytes = bytes.clone();
        mutations
            .iter()
            .for_each(|mutation| apply(&mut bytes, mutation));
        Bytes(bytes)
    })
}

fn limits() -> Limits {
    Limits {
        time: Duration::from_secs(60),
        expanded_bytes: 8 << 20,
        ..Limits::default()
    }
}

/// Reads a file as the build does, and checks what comes of it.
fn read(name: &str, Bytes(bytes): Bytes) {
    let ends = bytes.len().min(HEAD);
    let reader = reader_of(
        Path::new(name),
        &bytes[..ends],
        &bytes[bytes.len() - ends..],
    );
    let reader = reader.expect("the name says what it is");
    let mut documents = Vec::new();
    let part = Part::whole(bytes);
    let result = document::read(reader, name, part, &limits(), &mut |document| {
        documents.push(document);
    });
    if let Err(error @ (ReadError::Panicked | ReadError::TooSlow { .. })) = result {
        panic!("{name}: {error}");
    }
    documents.iter().for_each(common::check);
}

fn text() -> Vec<u8> {
    written::plain(&written::leaflet()).into_bytes()
}

const CSV: &str = "id,title,text,source\n1,Neck pain,\"Rest, and\nmove.\",a\n2,Gout,Ice.,b\n";
const JSONL: &str = "{\"_id\":\"1\",\"title\":\"Gout\",\"text\":\"Rest.\\nIce.\"}\n\
    {\"_id\":\"2\",\"text\":\"Never \\u00fc \\ud83d\\ude00.\"}\n";
const SLIDE: &str = "<p:sld xmlns:p=\"p\" xmlns:a=\"a\"><p:sp><p:ph type=\"title\"/><a:p><a:r><a:t>Gout</a:t></a:r></a:p></p:sp>\
    <p:sp><p:ph/><a:p><a:pPr lvl=\"1\"><a:buAutoNum/></a:pPr><a:r><a:t>Rest</a:t></a:r><a:br/></a:p></p:sp><a:tbl><a:tblPr \
    firstRow=\"1\"/><a:tr><a:tc><a:p><a:t>a</a:t></a:p></a:tc><a:tc><a:p><a:t>b</a:t></a:p></a:tc></a:tr></a:tbl></p:sld>";
const SHEET: &str = "<worksheet xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\"><dimension ref=\"A1:B2\"/>\
    <sheetData><row r=\"1\"><c r=\"A1\" t=\"inlineStr\"><is><t>Gout</t></is></c><c r=\"B1\"><v>2.5</v></c></row><row r=\"2\">\
    <c r=\"XFD2\" t=\"b\"><v>1</v></c></row></sheetData></worksheet>";
const SOLR: &str = "# ours\nbrittle bones, osteoporosis, OP\nneck pain, cervicalgia => neck ache\n";
const OBO: &str = "format-version: 1.2\n\n[Term]\nid: X:1\nname: gout\nsynonym: \"podagra\" EXACT []\n\
    is_a: X:2 ! arthritis\n\n[Term]\nid: X:2\nname: arthritis\nis_obsolete: true\n";

proptest! {
    #![proptest_config(config(1))]

    #[test]
    fn any_bytes(
        name in select(&["a.txt", "a.md", "a.html", "a.csv", "a.jsonl", "a.pdf", "a.docx", "a.rtf", "a.odt",
            "a.pptx", "a.xlsx", "a.epub", "a.eml", "a.zip"][..]),
        bytes in prop_oneof![
            proptest::collection::vec(any::<u8>(), 0..300).prop_map(Bytes),
            proptest::collection::vec(select(TOKENS), 0..60).prop_map(|tokens| Bytes(tokens.concat())),
        ],
    ) {
        read(name, bytes);
    }

    #[test]
    fn plain_text(bytes in mutated(text())) {
        read("a.txt", bytes);
    }

    #[test]
    fn markdown(bytes in mutated(written::markdown(&written::leaflet()).into_bytes())) {
        read("a.md", bytes);
    }

    #[test]
    fn html(bytes in mutated(written::html(&written::leaflet()).into_bytes())) {
        read("a.html", bytes);
    }

    #[test]
    fn csv(bytes in mutated(CSV.into())) {
        read("a.csv", bytes);
    }

    #[test]
    fn beir(bytes in mutated(JSONL.into())) {
        read("a.jsonl", bytes);
    }

    #[test]
    fn pdf(bytes in mutated(written::pdf(&written::leaflet()))) {
        read("a.pdf", bytes);
    }

    #[test]
    fn rtf(bytes in mutated(written::rtf(&written::leaflet()).into_bytes())) {
        read("a.rtf", bytes);
    }

    #[test]
    fn odt(bytes in mutated(written::odt(&written::leaflet()))) {
        read("a.odt", bytes);
    }

    #[test]
    fn mail(bytes in mutated(written::mail("Gout", "a.md", b"# Gout\n\nRest.\n"))) {
        read("a.eml", bytes);
    }

    #[test]
    fn pptx(bytes in mutated(written::pptx("Gout", &["Rest", "Ice"]))) {
        read("a.pptx", bytes);
    }

    #[test]
    fn xlsx(bytes in mutated(written::xlsx(&[("Gout", &[("A1", "Rest"), ("B2", "Ice")])]))) {
        read("a.xlsx", bytes);
    }

    #[test]
    fn epub(bytes in mutated(written::epub(&[("one.xhtml", "<h1>Gout</h1><p>Rest.</p>")]))) {
        read("a.epub", bytes);
    }

    #[test]
    fn the_parts_of_other_packages(
        page in mutated(written::html(&written::leaflet()).into_bytes()),
        slide in mutated(SLIDE.into()),
        sheet in mutated(SHEET.into()),
    ) {
        read("a.zip", Bytes(written::archive(&[("a.html", &page.0), ("b.txt", &page.0)])));
        read("a.pptx", Bytes(written::archive(&[
            ("ppt/presentation.xml", b"<p xmlns:r=\"r\"><sldId r:id=\"a\"/></p>"),
            ("ppt/_rels/presentation.xml.rels", b"<r><Relationship Id=\"a\" Target=\"s.xml\"/></r>"),
            ("ppt/s.xml", &slide.0),
        ])));
        let whole = written::xlsx(&[("Gout", &[("A1", "Rest")])]);
        read("a.xlsx", Bytes(written::replaced(&whole, "xl/worksheets/sheet1.xml", &sheet.0)));
    }

    #[test]
    fn docx(bytes in mutated(written::docx(&written::leaflet()))) {
        read("a.docx", bytes);
    }

    #[test]
    fn the_parts_of_a_docx(
        text in mutated(written::docx_body(&written::leaflet()).into_bytes()),
        styles in mutated(written::docx_styles().into_bytes()),
        lists in mutated(written::docx_lists().into_bytes()),
    ) {
        read("a.docx", Bytes(written::archive(&[
            ("word/document.xml", &text.0),
            ("word/styles.xml", &styles.0),
            ("word/numbering.xml", &lists.0),
        ])));
    }

    #[test]
    fn queries(query in query()) {
        let parsed = Query::parse(&query);
        // To read it again gives the same.
        prop_assert_eq!(format!("{parsed:?}"), format!("{:?}", Query::parse(&query)));
    }
}

/// Queries with all that means something in them.
fn query() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        "\\PC{0,12}",
        select(
            &[
                "\"",
                "+",
                "-",
                "*",
                "(",
                ")",
                "AND",
                "OR",
                "NOT",
                "title:",
                "source:",
                "body:",
                "osteoporosis",
                "risk",
                "pain",
                "neck",
                "who should not",
                "\u{feff}",
                ":",
                "\\",
                "~",
                "^",
                "therap*",
                "rest",
            ][..]
        )
        .prop_map(str::to_owned),
    ];
    let parted = select(&["", " "][..]);
    proptest::collection::vec((piece, parted), 0..10)
        .prop_map(|pieces| pieces.into_iter().map(|(piece, gap)| piece + gap).collect())
}

/// A searcher over texts of every kind.
static SEARCHER: LazyLock<Searcher> = LazyLock::new(|| {
    let folder = common::folder_with_corpus();
    let pieces = written::leaflet();
    let texts = folder.path().join("corpus");
    for (name, bytes) in [
        ("a.html", written::html(&pieces).into_bytes()),
        ("a.docx", written::docx(&pieces)),
        ("a.pdf", written::pdf(&pieces)),
        (
            "odd.txt",
            "Neck\u{200b} pain\n\nRest\u{301} helps 🦴 n\u{fb01}ne. Ru\u{ad}he.\n"
                .repeat(40)
                .into_bytes(),
        ),
        ("long.txt", "pain rest ".repeat(5_000).into_bytes()),
    ] {
        std::fs::write(texts.join(name), bytes).expect("it can be written");
    }
    let home = Home::Folder(folder.path().join("index"));
    let sources = Sources::of([texts]);
    home.build(&sources, &mut |_| {}).expect("it is built");
    let searcher = Searcher::open(&home).expect("it can be opened");
    // Its files stay mapped.
    drop(folder);
    searcher
});

proptest! {
    #![proptest_config(config(1))]

    #[test]
    fn snippets(query in query()) {
        let results = SEARCHER.search(&Request::new(query.clone()));
        for hit in results.map_or(Vec::new(), |results| results.hits) {
            let whole = match &hit.passage.lead {
                Some(lead) => format!("{lead} {}", hit.passage.text),
                None => hit.passage.text.clone(),
            };
            let whole: Vec<&str> = whole.split_whitespace().collect();
            for word in hit.snippet.plain().split_whitespace().filter(|word| *word != "…") {
                let is_there = |other: &&str| other.contains(word.trim_matches('…'));
                prop_assert!(whole.iter().any(is_there), "{word} of {query:?}");
            }
        }
    }
}

proptest! {
    // Each case makes an automaton of thousands of names.
    #![proptest_config(config(16))]

    #[test]
    fn lexicons(
        bytes in prop_oneof![
            mutated(SOLR.into()).prop_map(|bytes| ("a.txt", bytes)),
            mutated(OBO.into()).prop_map(|bytes| ("a.obo", bytes)),
            proptest::collection::vec(any::<u8>(), 0..200).prop_map(|bytes| ("a.obo", Bytes(bytes))),
            mutated(SOLR.into()).prop_map(|bytes| ("a.toml", bytes)),
        ],
    ) {
        let (name, bytes) = bytes;
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let path = folder.path().join(name);
        std::fs::write(&path, bytes.0).expect("it can be written");
        if let Ok(lexicon) = Lexicon::with_files(&[path]) {
            prop_assert!(!lexicon.is_empty());
        }
    }

    #[test]
    fn aspect_models(
        bytes in mutated(include_bytes!("../../src/models/passages.tsv")[..20_000].to_vec()),
    ) {
        static LEXICON: LazyLock<std::sync::Arc<Lexicon>> =
            LazyLock::new(|| std::sync::Arc::new(Lexicon::builtin()));
        let model = String::from_utf8_lossy(&bytes.0);
        // Refused or taken; nothing else may come of it.
        let _ = Annotator::with_model(LEXICON.clone(), &model).is_ok();
    }
}
