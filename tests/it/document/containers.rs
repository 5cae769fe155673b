//! Files made of other files: office files, books, mails, archives; what is in them is found, cited where it
//! stands, and bounded for all of it together.

use std::path::Path;

use serde_json::Value;
use tempfile::TempDir;

use crate::common::palpate;
use crate::common::written::{self, archive, epub, mail, xlsx};

const PAGE: &str = "Massage\n\nNot over a fracture.\n";

fn folder(files: &[(&str, Vec<u8>)]) -> TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    std::fs::create_dir(folder.path().join("corpus")).expect("the folder is empty");
    for (name, bytes) in files {
        std::fs::write(folder.path().join("corpus").join(name), bytes).expect("it can be written");
    }
    folder
}

/// Exit code and what is said of a build.
fn index(folder: &Path, options: &[&str]) -> (Option<i32>, String) {
    let output = palpate(folder)
        .args(["index", "corpus"])
        .args(options)
        .output()
        .expect("it runs");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    (output.status.code(), said)
}

/// Of each passage that matches: where it stands, its title, and its text; of equal ones each.
fn found(folder: &Path, query: &str) -> Vec<(String, String, String)> {
    let output = palpate(folder)
        .args(["search", query, "--json", "-n", "100"])
        .output()
        .expect("it runs");
    let found: Value = serde_json::from_slice(&output.stdout).expect("--json prints JSON");
    let text = |hit: &Value, key: &str| hit[key].as_str().expect(key).to_owned();
    let hits = found["hits"].as_array().expect("hits").iter();
    let hits = hits.flat_map(|hit| {
        let also = hit["also_in"].as_array().into_iter().flatten();
        let sources = std::iter::once(&hit["source"]).chain(also);
        sources.map(|source| {
            let source = source.as_str().expect("a source").to_owned();
            (source, text(hit, "title"), text(hit, "text"))
        })
    });
    let mut hits: Vec<_> = hits.collect();
    hits.sort();
    hits
}

fn sources(folder: &Path, query: &str) -> Vec<String> {
    found(folder, query)
        .into_iter()
        .map(|(source, ..)| source)
        .collect()
}

#[test]
fn a_sheet_that_cannot_be_read_is_not_left_out_in_silence() {
    let whole = xlsx(&[("Risks", &[("A1", "Traction"), ("B1", "fracture")])]);
    let sheet = |dimension: &str| {
        let text = format!(
            "<worksheet xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\">\
             <dimension ref=\"{dimension}\"/><sheetData><row r=\"1\"><c r=\"A1\" t=\"inlineStr\">\
             <is><t>no fracture</t></is></c></row></sheetData></worksheet>"
        );
        written::replaced(&whole, "xl/worksheets/sheet1.xml", text.as_bytes())
    };
    let folder = folder(&[
        ("broken.xlsx", sheet("?")),
        ("far.xlsx", sheet("AAAAAAAA1:B2")),
    ]);
    let (code, said) = index(folder.path(), &[]);
    assert_eq!(code, Some(2), "{said}");
    assert!(said.contains("broken.xlsx"), "{said}");
    // Where a sheet says that it ends is no matter.
    assert_eq!(
        sources(folder.path(), "fracture"),
        ["corpus/far.xlsx#Risks"]
    );
}

#[test]
fn what_stands_in_files_of_files_is_found_and_cited_where_it_is() {
    let pieces = written::leaflet();
    let page = written::html(&pieces);
    let sheet = xlsx(&[
        (
            "Risks",
            &[
                ("A1", "Technique"),
                ("B1", "Not with"),
                ("A2", "Traction"),
                ("B2", "fracture"),
            ],
        ),
        ("Far", &[("XFD1048576", "far fracture")]),
    ]);
    let inner = archive(&[("deep/a.txt", PAGE.as_bytes())]);
    let folder = folder(&[
        (
            "a.zip",
            archive(&[
                ("x/a.txt", PAGE.as_bytes()),
                ("x/p.png", b"no"),
                ("in.zip", &inner),
            ]),
        ),
        (
            "b.epub",
            epub(&[
                ("one.xhtml", "<html><h1>One</h1><p>No fracture.</p></html>"),
                ("two.xhtml", &page),
            ]),
        ),
        ("c.xlsx", sheet.clone()),
        ("d.eml", mail("Cupping news", "table.xlsx", &sheet)),
        ("e.pptx", written::pptx("Before you come", &["a fracture"])),
    ]);
    let (code, said) = index(folder.path(), &[]);
    assert_eq!(code, Some(0), "{said}");
    assert_eq!(
        sources(folder.path(), "fracture"),
        [
            "corpus/a.zip#in.zip#deep/a.txt",
            "corpus/a.zip#x/a.txt",
            "corpus/b.epub#OPS/text/one.xhtml",
            "corpus/b.epub#OPS/text/two.xhtml",
            "corpus/c.xlsx#Far",
            "corpus/c.xlsx#Risks",
            "corpus/d.eml#table.xlsx#Far",
            "corpus/d.eml#table.xlsx#Risks",
            "corpus/e.pptx",
        ]
    );
    let news = found(folder.path(), "cupping");
    assert_eq!(
        (news[0].0.as_str(), news[0].1.as_str()),
        ("corpus/d.eml", "Cupping news")
    );
    // A page of a book is cut as the page by itself.
    let alone = crate::common::read("two.html", page.into_bytes());
    let cut: Vec<String> = palpate::passage::cut(&alone)
        .iter()
        .map(|passage| passage.text().to_owned())
        .collect();
    let mut of_book: Vec<String> = found(folder.path(), "source:*two.xhtml")
        .into_iter()
        .map(|(_, _, text)| text)
        .collect();
    let mut cut = cut;
    cut.sort();
    of_book.sort();
    assert_eq!(of_book, cut);
    // Nothing has changed, so that nothing is read again; one that goes takes all with it that was in it.
    std::fs::remove_file(folder.path().join("corpus/a.zip")).expect("it was there");
    assert_eq!(index(folder.path(), &[]).0, Some(0));
    assert!(
        !sources(folder.path(), "fracture")
            .iter()
            .any(|source| source.contains("a.zip"))
    );
}

#[test]
fn what_is_wrong_within_is_named_and_the_rest_goes_on() {
    let cut_off = &archive(&[("a.txt", PAGE.as_bytes())])[..40];
    let folder = folder(&[
        (
            "a.zip",
            archive(&[("torn.pdf", b"%PDF-1.7 torn"), ("x.txt", PAGE.as_bytes())]),
        ),
        (
            "b.epub",
            epub(&[
                ("gone.xhtml", ""),
                ("there.xhtml", "<h1>One</h1><p>No fracture.</p>"),
            ]),
        ),
        ("c.zip", cut_off.to_vec()),
        ("d.eml", b"\x00\x01".to_vec()),
    ]);
    let (code, said) = index(folder.path(), &[]);
    assert_eq!(code, Some(2));
    for part in [
        "torn.pdf",
        "gone.xhtml",
        "c.zip: no readable ZIP archive: it is cut off",
        "d.eml",
    ] {
        assert!(said.contains(part), "{part}: {said}");
    }
    let left = sources(folder.path(), "fracture");
    assert_eq!(
        left,
        ["corpus/a.zip#x.txt", "corpus/b.epub#OPS/text/there.xhtml"]
    );
}

#[test]
fn archives_in_archives_are_bounded_together() {
    let zeros = vec![b'a'; 3 << 20];
    let bomb = |inner: &[u8]| {
        let names: Vec<String> = (0..8).map(|number| format!("{number}.zip")).collect();
        let files: Vec<(&str, &[u8])> = names.iter().map(|name| (name.as_str(), inner)).collect();
        archive(&files)
    };
    let twice = bomb(&bomb(&archive(&[("a.txt", &zeros)])));
    let mut deep = archive(&[("a.txt", PAGE.as_bytes())]);
    for _ in 0..9 {
        deep = archive(&[("in.zip", &deep)]);
    }
    let folder = folder(&[
        ("bomb.zip", twice),
        ("deep.zip", deep),
        ("good.txt", PAGE.into()),
    ]);
    let (code, said) = index(folder.path(), &["--max-expanded-size", "16M"]);
    assert_eq!(code, Some(2));
    assert!(
        said.contains("bomb.zip") && said.contains("expands to more than the limit of 16 MB"),
        "{said}"
    );
    assert!(
        said.contains("deep.zip") && said.contains("more than 4 deep"),
        "{said}"
    );
    assert_eq!(sources(folder.path(), "fracture"), ["corpus/good.txt"]);
}
