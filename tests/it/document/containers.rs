//! Files made of other files: office files, books, mails, archives; what is in them is found, cited where it
//! stands, and bounded for all of it together.

use std::path::Path;

use serde_json::Value;
use tempfile::TempDir;

use crate::common::palpate;
use crate::common::written::{self, archive};

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

/// Of each passage that matches: where it stands, its title, and its text.
fn found(folder: &Path, query: &str) -> Vec<(String, String, String)> {
    let output = palpate(folder)
        .args(["search", query, "--json", "-n", "100"])
        .output()
        .expect("it runs");
    let found: Value = serde_json::from_slice(&output.stdout).expect("--json prints JSON");
    let text = |hit: &Value, key: &str| hit[key].as_str().expect(key).to_owned();
    let hits = found["hits"].as_array().expect("hits").iter();
    let hits = hits.map(|hit| (text(hit, "source"), text(hit, "title"), text(hit, "text")));
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

/// A workbook as Excel writes it: strings apart, cells by their places.
fn xlsx(sheets: &[(&str, &[(&str, &str)])]) -> Vec<u8> {
    let mut files: Vec<(String, String)> = Vec::new();
    let (mut names, mut related, mut types) = (String::new(), String::new(), String::new());
    for (number, (name, cells)) in (1..).zip(sheets) {
        names += &format!("<sheet name=\"{name}\" sheetId=\"{number}\" r:id=\"r{number}\"/>");
        related += &format!(
            "<Relationship Id=\"r{number}\" Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet\" \
             Target=\"worksheets/sheet{number}.xml\"/>"
        );
        types += &format!(
            "<Override PartName=\"/xl/worksheets/sheet{number}.xml\" \
             ContentType=\"application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml\"/>"
        );
        let mut rows: Vec<(String, String)> = Vec::new();
        for (place, text) in *cells {
            let row = place
                .trim_start_matches(|c: char| c.is_ascii_alphabetic())
                .to_owned();
            let cell = format!("<c r=\"{place}\" t=\"inlineStr\"><is><t>{text}</t></is></c>");
            match rows.last_mut().filter(|(last, _)| *last == row) {
                Some((_, cells)) => cells.push_str(&cell),
                None => rows.push((row, cell)),
            }
        }
        let rows: String = rows
            .iter()
            .map(|(row, cells)| format!("<row r=\"{row}\">{cells}</row>"))
            .collect();
        files.push((
            format!("xl/worksheets/sheet{number}.xml"),
            format!(
                "<worksheet xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\"><sheetData>{rows}</sheetData></worksheet>"
            ),
        ));
    }
    files.push((
        "xl/workbook.xml".to_owned(),
        format!(
            "<workbook xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\" \
             xmlns:r=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships\"><sheets>{names}</sheets></workbook>"
        ),
    ));
    files.push((
        "xl/_rels/workbook.xml.rels".to_owned(),
        format!("<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\">{related}</Relationships>"),
    ));
    files.push((
        "[Content_Types].xml".to_owned(),
        format!("<Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\">{types}</Types>"),
    ));
    files.push((
        "_rels/.rels".to_owned(),
        "<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\"><Relationship Id=\"r1\" \
         Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument\" \
         Target=\"xl/workbook.xml\"/></Relationships>"
            .to_owned(),
    ));
    let files: Vec<(&str, &[u8])> = files
        .iter()
        .map(|(name, text)| (name.as_str(), text.as_bytes()))
        .collect();
    archive(&files)
}

fn epub(pages: &[(&str, &str)]) -> Vec<u8> {
    let items: String = pages
        .iter()
        .map(|(name, _)| {
            format!(
                "<item id=\"{name}\" href=\"text/{name}\" media-type=\"application/xhtml+xml\"/>"
            )
        })
        .collect();
    let order: String = pages
        .iter()
        .map(|(name, _)| format!("<itemref idref=\"{name}\"/>"))
        .collect();
    let book = format!("<package><manifest>{items}</manifest><spine>{order}</spine></package>");
    let names: Vec<String> = pages
        .iter()
        .map(|(name, _)| format!("OPS/text/{name}"))
        .collect();
    let mut files: Vec<(&str, &[u8])> = vec![
        ("mimetype", b"application/epub+zip"),
        (
            "META-INF/container.xml",
            b"<container><rootfiles><rootfile full-path=\"OPS/book.opf\"/></rootfiles></container>",
        ),
        ("OPS/book.opf", book.as_bytes()),
    ];
    // One that is named and not there.
    let there = names
        .iter()
        .zip(pages)
        .filter(|(_, (_, text))| !text.is_empty());
    files.extend(there.map(|(name, (_, text))| (name.as_str(), text.as_bytes())));
    archive(&files)
}

fn mail(subject: &str, name: &str, attached: &[u8]) -> Vec<u8> {
    use base64::Engine as _;
    let attached = base64::engine::general_purpose::STANDARD.encode(attached);
    format!(
        "Subject: {subject}\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=\"b\"\r\n\r\n--b\r\n\
         Content-Type: text/plain\r\n\r\nSee what is attached on cupping.\r\n--b\r\n\
         Content-Type: application/octet-stream\r\nContent-Transfer-Encoding: base64\r\n\
         Content-Disposition: attachment; filename=\"{name}\"\r\n\r\n{attached}\r\n--b--\r\n"
    )
    .into_bytes()
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
        said.contains("deep.zip") && said.contains("nested deeper"),
        "{said}"
    );
    assert_eq!(sources(folder.path(), "fracture"), ["corpus/good.txt"]);
}
