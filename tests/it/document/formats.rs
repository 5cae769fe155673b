//! Every format gives the same passages for the same text, and a citation that leads back to it.

use crate::common::written::{Piece, words};
use crate::common::{self, read, written};
use palpate::document::{self, Document};
use palpate::passage;

/// What a passage is, however its words were laid out.
#[derive(Debug, PartialEq, Eq)]
struct Shown {
    headings: Vec<String>,
    lead: Option<String>,
    text: String,
}

fn passages(document: &Document) -> (String, Vec<Shown>) {
    let passages = passage::cut(document).into_iter().map(|passage| Shown {
        headings: passage
            .headings()
            .iter()
            .map(|heading| words(heading))
            .collect(),
        lead: passage.lead().map(words),
        text: words(passage.text()),
    });
    (words(document.title()), passages.collect())
}

fn in_every_format(pieces: &[Piece]) -> Vec<Document> {
    vec![
        read("a.md", written::markdown(pieces)),
        read("a.html", written::html(pieces)),
        read("a.docx", written::docx(pieces)),
        read("a.rtf", written::rtf(pieces)),
        read("a.odt", written::odt(pieces)),
        read("a.pdf", written::pdf(pieces)),
        read(
            "a.epub",
            written::epub(&[("a.xhtml", &written::html(pieces))]),
        ),
        read("a.eml", written::web_mail(pieces)),
    ]
}

/// Every format gives the passages that `expected` has.
fn check_same(expected: &Document, pieces: &[Piece]) {
    let (title, shown) = passages(expected);
    for document in in_every_format(pieces) {
        let (other_title, other) = passages(&document);
        assert_eq!(other_title, title, "{}", document.source());
        for (n, (a, b)) in shown.iter().zip(&other).enumerate() {
            assert_eq!(
                a,
                b,
                "passage {n} of {} in {}",
                expected.source(),
                document.source()
            );
        }
        assert_eq!(shown.len(), other.len(), "{}", document.source());
    }
}

#[test]
fn a_leaflet_reads_the_same_in_every_format() {
    let pieces = written::leaflet();
    let plain = read("a.txt", written::plain(&pieces));
    let (title, shown) = passages(&plain);
    assert_eq!(title, "Manual Therapy of the Neck");
    assert_eq!(
        shown[1].text,
        "Tell your therapist before the first session if you: • have osteoporosis or a fracture • \
         take blood thinners & other drugs that keep wounds open • are pregnant"
    );
    check_same(&plain, &pieces);
}

#[test]
fn the_corpus_reads_the_same_in_every_format() {
    for entry in std::fs::read_dir(common::repository().join("corpus")).expect("it is there") {
        let path = entry.expect("it can be listed").path();
        let text = std::fs::read(&path).expect("it can be read");
        let original = read(&path.display().to_string(), text);
        let pieces = settled(&original);
        // What was furniture is left out, and what only a page without markup leaves in doubt has
        // been settled: written down plainly, the text is the yardstick.
        let titles = pieces
            .iter()
            .filter(|piece| matches!(piece, Piece::Heading(1, _)));
        let pieces = match titles.count() {
            2.. => pieces[1..].to_vec(),
            _ => pieces,
        };
        let yardstick = read("a.md", written::markdown(&pieces));
        check_same(&yardstick, &pieces);
        let text_of = |document: &Document| -> String {
            let (_, shown) = passages(document);
            shown
                .into_iter()
                .map(|passage| passage.text + " ")
                .collect()
        };
        assert_eq!(words(&text_of(&yardstick)), words(&text_of(&original)));
    }
}

#[test]
fn plain_text_reads_the_same_in_every_encoding() {
    let text = written::plain(&written::leaflet());
    let expected = read("a.txt", text.clone());
    let little: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let big: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
    let (windows, _, _) = encoding_rs::WINDOWS_1252.encode(&text);
    for (name, bytes) in [
        ("UTF-16 LE with mark", [b"\xff\xfe", &little[..]].concat()),
        ("UTF-16 BE with mark", [b"\xfe\xff", &big[..]].concat()),
        ("UTF-16 LE", little),
        ("UTF-16 BE", big),
        ("Windows-1252", windows.into_owned()),
        (
            "UTF-8 with mark",
            [b"\xef\xbb\xbf", text.as_bytes()].concat(),
        ),
    ] {
        let document = read("a.txt", bytes);
        assert_eq!(passages(&document), passages(&expected), "{name}");
        let lines = |document: &Document| -> Vec<_> {
            passage::cut(document)
                .iter()
                .map(|passage| passage.lines())
                .collect()
        };
        assert_eq!(lines(&document), lines(&expected), "{name}");
    }
}

/// Where the passage with these words stands, in a document of some format.
fn place<T>(name: &str, bytes: Vec<u8>, text: &str, place: fn(&passage::Passage) -> T) -> T {
    let passages = passage::cut(&read(name, bytes));
    let found = passages
        .iter()
        .find(|passage| passage.text().contains(text));
    place(found.expect("it is there"))
}

#[test]
fn citations_lead_to_the_source() {
    let pieces = written::leaflet();
    let line_of = |text: &str, words: &str| {
        let at = text.find(words).expect("it is there");
        1 + text[..at].matches('\n').count()
    };
    for (name, text) in [
        ("a.md", written::markdown(&pieces)),
        ("a.html", written::html(&pieces)),
    ] {
        let expected = line_of(&text, "Tell your therapist")..=line_of(&text, "pregnant");
        let lines = place(name, text.into_bytes(), "Tell your therapist", |p| {
            p.lines()
        });
        assert_eq!(lines, expected, "{name}");
    }
    let paragraphs = place("a.docx", written::docx(&pieces), "Tell your", |p| {
        p.paragraphs()
    });
    assert_eq!(paragraphs, Some(4..=7));
    let mut long = pieces.clone();
    let filler = "Words that take up room. ".repeat(200);
    long.insert(2, Piece::Paragraph(filler));
    let pages = place("a.pdf", written::pdf(&long), "Tell your", |p| p.pages());
    assert_eq!(pages, Some(2..=2));
    let pages = place("a.pdf", written::pdf(&pieces), "Tell your", |p| p.pages());
    assert_eq!(pages, Some(1..=1));
}

#[test]
fn the_content_of_a_file_decides_how_it_is_read() {
    let pieces = written::leaflet();
    let expected = passages(&read("a.docx", written::docx(&pieces)));
    for name in ["a.doc", "a.txt", "a", "a.html"] {
        assert_eq!(
            passages(&read(name, written::docx(&pieces))),
            expected,
            "{name}"
        );
        assert_eq!(
            passages(&read(name, written::html(&pieces))),
            expected,
            "{name}"
        );
        assert_eq!(
            passages(&read(name, written::pdf(&pieces))),
            expected,
            "{name}"
        );
    }
}

#[test]
fn hits_are_cited_by_what_their_format_has() {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let pieces = written::leaflet();
    let texts = folder.path().join("texts");
    std::fs::create_dir(&texts).expect("the folder is empty");
    for (name, bytes) in [
        ("a.docx", written::docx(&pieces)),
        ("a.html", written::html(&pieces).into_bytes()),
        ("a.pdf", written::pdf(&pieces)),
    ] {
        std::fs::write(texts.join(name), bytes).expect("it can be written");
    }
    common::palpate(folder.path())
        .args(["index", "texts"])
        .assert()
        .code(0);
    let search = |args: &[&str]| {
        let output = common::palpate(folder.path())
            .args(["search", "blood thinners"])
            .args(args)
            .output()
            .expect("the binary runs");
        String::from_utf8(output.stdout).expect("palpate prints UTF-8")
    };
    let shown = search(&[]);
    for citation in [
        "texts/a.docx, paragraphs 4-7  ",
        "texts/a.html:8-12  ",
        "texts/a.pdf, page 1  ",
    ] {
        assert!(shown.contains(citation), "{shown}");
    }
    let results: serde_json::Value = serde_json::from_str(&search(&["--json"])).expect("JSON");
    for hit in results["hits"].as_array().expect("a list") {
        let (pages, paragraphs) = match hit["source"].as_str() {
            Some("texts/a.docx") => (None, Some([4, 7])),
            Some("texts/a.pdf") => (Some([1, 1]), None),
            _ => (None, None),
        };
        let expected = |span: Option<[u64; 2]>| span.map(|span| serde_json::json!(span));
        assert_eq!(hit.get("pages").cloned(), expected(pages), "{hit}");
        assert_eq!(
            hit.get("paragraphs").cloned(),
            expected(paragraphs),
            "{hit}"
        );
        assert!(hit["lines"].is_array() && hit["bytes"].is_array());
    }
    let table = search(&["--format", "csv"]);
    assert!(table.lines().next().is_some_and(|header| {
        header.ends_with(
            ",snippet,first_page,last_page,first_paragraph,last_paragraph,by_meaning_alone,also_in,\
             recognised",
        )
    }));
    assert!(
        table
            .lines()
            .any(|row| row.contains("a.pdf") && row.ends_with(",1,1,,,false,,false"))
    );
    assert!(
        table
            .lines()
            .any(|row| row.contains("a.docx") && row.ends_with(",,,4,7,false,,false"))
    );
    let cut = common::palpate(folder.path())
        .args(["passages", "texts/a.pdf"])
        .output();
    let cut = String::from_utf8(cut.expect("the binary runs").stdout).expect("UTF-8");
    assert!(cut.contains("passage 1  page 1  "), "{cut}");
}

/// The pieces of a document as a file with markup would have them: one title at most.
fn settled(original: &Document) -> Vec<Piece> {
    let pieces = written::pieces(original);
    let is_title = |piece: &&Piece| matches!(piece, Piece::Heading(1, _));
    let titles = pieces.iter().filter(is_title).count();
    pieces[titles.saturating_sub(1)..].to_vec()
}

#[test]
fn real_pages_read_the_same_in_every_format() {
    let Some(collections) = common::collections() else {
        return;
    };
    let (mut compared, mut same_in_pdf) = (0, 0);
    for found in document::files::walk(&collections.join("medquad-pages"), Default::default()) {
        let document::files::Found::File { path, .. } = found else {
            panic!("{found:?}");
        };
        let bytes = std::fs::read(&path).expect("pages can be read");
        let pieces = settled(&read(&path.display().to_string(), bytes));
        let (mut prints, marked): (Vec<Document>, Vec<Document>) = in_every_format(&pieces)
            .into_iter()
            .partition(|document| document.source().ends_with(".pdf"));
        let (markdown, pdf) = (&marked[0], prints.remove(0));
        let yardstick = passages(markdown);
        for document in &marked[1..] {
            let name = format!("{} as {}", path.display(), document.source());
            assert_eq!(passages(document), yardstick, "{name}");
        }
        // Print leaves it open whether a sentence at the top of a page begins a paragraph, or a
        // line that begins with a dash an item. No word may be lost over it.
        let letters = |document: &Document| -> String {
            let shown = document.text().chars();
            shown.filter(|c| c.is_alphanumeric()).collect()
        };
        assert!(
            letters(&pdf).len() >= letters(markdown).len(),
            "{}",
            path.display()
        );
        same_in_pdf += usize::from(passages(&pdf) == yardstick);
        compared += 1;
    }
    assert!(compared > 2_000);
    assert!(
        same_in_pdf * 10 > compared * 8,
        "{same_in_pdf} of {compared}"
    );
    eprintln!("{same_in_pdf} of {compared} pages are the same in PDF");
}
