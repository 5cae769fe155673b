//! Every word of a folder can be found: what stands on the margins of pages, lists of prices, and
//! whatever else looks as if it could be left out.

use crate::common::written::{archive, docx_styles, file};
use crate::common::{palpate, read};
use palpate::document::{BlockKind, Document};
use palpate::passage;
use pdf_writer::{Content, Name, Str};
use serde_json::Value;

/// A line of a page: how far from the left, from the top, how large, and what it says.
type Placed<'t> = (f32, f32, f32, &'t str);

fn pdf(pages: &[Vec<Placed<'_>>]) -> Vec<u8> {
    let page = |lines: &Vec<Placed<'_>>| {
        let mut content = Content::new();
        for (x, down, size, text) in lines {
            content.begin_text();
            content.set_font(Name(b"F1"), *size);
            content.next_line(*x, 800.0 - down);
            content.show(Str(text.as_bytes()));
            content.end_text();
        }
        content
    };
    file(pages.iter().map(page).collect())
}

/// Pages of so many lines that differ, with `at` giving the lines that do not.
fn pages(count: usize, at: impl Fn(usize) -> Vec<(f32, String)>) -> Vec<u8> {
    let texts: Vec<Vec<(f32, String)>> = (0..count)
        .map(|page| {
            let own = (0..8).map(|line| {
                let animals = [
                    "otter", "heron", "badger", "marten", "lynx", "stoat", "vole",
                ];
                let (a, b) = (animals[(page + line) % 7], animals[(page * 3 + line) % 7]);
                let words = format!(
                    "The {a} of line {line} met one {b} by the river {}.",
                    page * line
                );
                (40.0 + 14.0 * line as f32, words)
            });
            own.chain(at(page)).collect()
        })
        .collect();
    let placed: Vec<Vec<Placed<'_>>> = texts
        .iter()
        .map(|lines| {
            let placed = lines
                .iter()
                .map(|(down, text)| (60.0, *down, 10.0, text.as_str()));
            placed.collect()
        })
        .collect();
    pdf(&placed)
}

#[test]
fn columns_that_a_file_has_line_by_line_are_read_one_after_the_other() {
    let (left, right) = (
        [
            "Thrust of the neck must",
            "not be done in anyone with",
            "osteoporosis. Ask first.",
        ],
        [
            "Light touch was found to",
            "be gentle enough for older",
            "adults who came to us.",
        ],
    );
    // On one baseline, and on two.
    for lower in [0.0, 3.0] {
        let rows = left
            .iter()
            .zip(right)
            .enumerate()
            .flat_map(|(n, (left, right))| {
                let down = 40.0 + 13.0 * n as f32;
                [
                    (60.0, down, 10.0, *left),
                    (320.0, down + lower, 10.0, right),
                ]
            });
        let document = read("a.pdf", pdf(&[rows.collect()]));
        let warned = "Thrust of the neck must not be done in anyone with osteoporosis. Ask first.";
        assert_eq!(holding(&document, warned).len(), 1, "{}", document.text());
        let said = "Light touch was found to be gentle enough for older adults who came to us.";
        assert_eq!(holding(&document, said).len(), 1, "{}", document.text());
    }
}

#[test]
fn words_set_with_gaps_between_their_letters_are_words() {
    let lines = vec![
        (
            60.0,
            40.0,
            12.0,
            "C O N T R A I N D I C A T I O N S   A N D   R I S K S",
        ),
        (60.0, 60.0, 12.0, "Osteoporosis of the spine."),
    ];
    let document = read("a.pdf", pdf(&[lines]));
    assert!(
        document.text().starts_with("CONTRAINDICATIONS AND RISKS"),
        "{}",
        document.text()
    );
}

#[test]
fn rtf_is_read_as_such_whatever_its_name() {
    let rtf = r"{\rtf1\ansi{\fonttbl{\f0 Arial;}} Osteoporosis risk: ask before manipulation.\par}";
    for name in ["a.rtf", "a.txt", "a.doc", "a"] {
        let document = read(name, rtf);
        assert_eq!(
            document.text().trim(),
            "Osteoporosis risk: ask before manipulation."
        );
    }
}

/// The texts of the passages in which some words stand.
fn holding(document: &Document, words: &str) -> Vec<String> {
    let passages = passage::cut(document).into_iter();
    let texts = passages.map(|passage| passage.text().to_owned());
    texts.filter(|text| text.contains(words)).collect()
}

#[test]
fn what_is_repeated_on_pages_is_found_once_at_its_first_place() {
    const WARNING: &str = "WARNING: no manipulation for patients with osteoporosis.";
    for down in [0.0, 26.0, 400.0] {
        for count in [2, 3, 5, 20] {
            let document = read("a.pdf", pages(count, |_| vec![(down, WARNING.to_owned())]));
            let found = holding(&document, WARNING);
            assert_eq!(found, [WARNING], "{count} pages, {down} from the top");
            let passages = passage::cut(&document);
            let warning = passages.iter().find(|passage| passage.text() == WARNING);
            assert_eq!(warning.and_then(|passage| passage.pages()), Some(1..=1));
        }
    }
}

#[test]
fn of_a_running_line_the_number_of_the_page_does_not_count() {
    let footer = |page: usize| vec![(400.0, format!("Neck leaflet, page {} of 6", page + 1))];
    let document = read("a.pdf", pages(6, footer));
    assert_eq!(holding(&document, "Neck leaflet").len(), 1);
    let dose = |page: usize| vec![(400.0, format!("Most of it: {} mg a day.", 7 * page * page))];
    let document = read("a.pdf", pages(6, dose));
    for page in 0..6 {
        let line = format!("Most of it: {} mg a day.", 7 * page * page);
        assert_eq!(holding(&document, &line).len(), 1, "{line}");
    }
    let bare = read(
        "a.pdf",
        pages(6, |page| vec![(400.0, format!("- {} -", page + 1))]),
    );
    assert_eq!(holding(&bare, "- 2 -").len(), 0);
}

#[test]
fn a_list_of_prices_is_no_table_of_contents() {
    let prices = [
        "First visit ............................ 95",
        "Bone density scan . . . . . . . . . . . . 120",
        "Second visit .......................... 70",
    ];
    let lines = |texts: &[&'static str]| -> Vec<Placed<'static>> {
        let places = texts.iter().enumerate();
        places
            .map(|(n, text)| (60.0, 20.0 + 14.0 * n as f32, 10.0, *text))
            .collect()
    };
    for texts in [prices.to_vec(), vec![prices[2], prices[0], prices[1]]] {
        let document = read("prices.pdf", pdf(&[lines(&texts)]));
        for what in ["First visit", "Bone density scan", "Second visit"] {
            assert_eq!(holding(&document, what).len(), 1, "{what}");
        }
        let headings = document
            .blocks()
            .iter()
            .filter(|block| matches!(block.kind, BlockKind::Heading { level: 2.. }));
        assert_eq!(headings.count(), 0, "no price is a heading");
    }
    let contents = vec![
        "Who must not be treated ............. 2",
        "What it costs ....................... 3",
        "What is not in this file ............ 9",
    ];
    let pages = [
        lines(&contents),
        lines(&["Who must not be treated", "People with osteoporosis."]),
        lines(&["What it costs", "Nothing at all."]),
    ];
    let document = read("contents.pdf", pdf(&pages));
    assert_eq!(holding(&document, "Who must not be treated .").len(), 0);
    assert_eq!(holding(&document, "What is not in this file").len(), 1);
}

/// A paragraph of a Word file.
fn paragraph(text: &str) -> String {
    format!("<w:p><w:r><w:t>{text}</w:t></w:r></w:p>")
}

#[test]
fn headers_and_footers_of_word_files_are_read_once() {
    let part = |root: &str, inner: &str| format!("<w:{root} xmlns:w=\"w\">{inner}</w:{root}>");
    let body = format!("<w:body>{}</w:body>", paragraph("Rest for two days."));
    let header = part("hdr", &paragraph("Not for patients with spondylitis"));
    let footer = part(
        "ftr",
        &format!("{}{}", paragraph("Clinic line 555"), paragraph("3")),
    );
    let bytes = archive(&[
        ("word/document.xml", part("document", &body).as_bytes()),
        ("word/styles.xml", docx_styles().as_bytes()),
        ("word/header1.xml", header.as_bytes()),
        ("word/header2.xml", header.as_bytes()),
        ("word/footer1.xml", footer.as_bytes()),
    ]);
    let document = read("a.docx", bytes);
    let texts: Vec<String> = passage::cut(&document)
        .iter()
        .map(|passage| passage.text().to_owned())
        .collect();
    let expected = [
        "Rest for two days.",
        "Not for patients with spondylitis",
        "Clinic line 555",
    ];
    assert_eq!(texts, expected);
}

#[test]
fn the_audit_reads_what_stands_on_margins() {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let warning = |_| {
        vec![(
            0.0,
            "Do not manipulate the neck if you have osteoporosis.".to_owned(),
        )]
    };
    std::fs::write(folder.path().join("a.pdf"), pages(4, warning)).expect("it can be written");
    palpate(folder.path())
        .args(["index", "a.pdf"])
        .assert()
        .success();
    let audit = palpate(folder.path())
        .args(["audit", "osteoporosis", "--json"])
        .output()
        .expect("the binary runs");
    let audit: Value = serde_json::from_slice(&audit.stdout).expect("--json prints JSON");
    assert!(!audit.to_string().contains("silent\":[\"a.pdf"), "{audit}");
    assert!(
        audit.to_string().contains("Do not manipulate the neck"),
        "{audit}"
    );
}

/// A folder with these texts, indexed.
fn indexed(texts: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    std::fs::create_dir(folder.path().join("t")).expect("the folder is empty");
    for (name, text) in texts {
        std::fs::write(folder.path().join("t").join(name), text).expect("it can be written");
    }
    palpate(folder.path())
        .args(["index", "t"])
        .assert()
        .success();
    folder
}

/// The sources that a search finds, the best first.
fn found(folder: &tempfile::TempDir, query: &str) -> Vec<String> {
    let search = palpate(folder.path())
        .args(["search", "--json", "--exact", "--", query])
        .output()
        .expect("the binary runs");
    let search: Value = serde_json::from_slice(&search.stdout).expect("--json prints JSON");
    let hits = search["hits"].as_array().expect("a list").iter();
    let sources = hits.map(|hit| hit["source"].as_str().unwrap_or_default());
    sources
        .map(|source| source.trim_start_matches("t/").to_owned())
        .collect()
}

#[test]
fn two_ways_to_write_a_word_find_each_other_and_the_typed_one_comes_first() {
    for (a, b) in [
        ("haemorrhage", "hemorrhage"),
        ("paediatric", "pediatric"),
        ("organisation", "organization"),
        ("woman", "women"),
        ("metastasis", "metastases"),
        ("vertebra", "vertebrae"),
    ] {
        let texts = [a, b].map(|word| format!("The leaflet names {word} once."));
        let folder = indexed(&[("a.txt", &texts[0]), ("b.txt", &texts[1])]);
        assert_eq!(found(&folder, a), ["a.txt", "b.txt"], "{a}");
        assert_eq!(found(&folder, b), ["b.txt", "a.txt"], "{b}");
    }
}

/// How a word is spelled helps to order; it is not demanded, not missed, and no neighbour.
#[test]
fn how_a_word_is_spelled_is_nothing_to_find_by_itself() {
    let folder = indexed(&[
        ("a.txt", "There is a risk of hemorrhage."),
        (
            "b.txt",
            "Anaemia has causes. They are many, and tiredness is one.",
        ),
    ]);
    for query in [
        "haemorrhage",
        "+haemorrhage",
        "haemorrhage AND risk",
        "(haemorrhage OR stroke) AND risk",
        "risk AND NOT (anaemia OR haemorrhages)",
    ] {
        let search = palpate(folder.path())
            .args(["search", query, "--explain"])
            .output()
            .expect("the binary runs");
        let said = [&search.stdout[..], &search.stderr].concat();
        let said = String::from_utf8_lossy(&said).into_owned();
        let is_wanted = !query.contains("NOT");
        assert_eq!(said.contains("hemorrhage."), is_wanted, "{query}: {said}");
        assert!(!said.contains('='), "{query}: {said}");
    }
    let search = palpate(folder.path())
        .args(["search", "anaemia causes", "--explain"])
        .output()
        .expect("the binary runs");
    let said = String::from_utf8_lossy(&search.stdout).into_owned();
    assert!(said.contains("anaemia and causes 2 words apart"), "{said}");
    assert!(said.contains("anaemia so spelled"), "{said}");
}

#[test]
fn in_quotes_a_sign_counts_and_a_paragraph_is_a_border() {
    let folder = indexed(&[
        ("low.txt", "The score was -2.5 here; those aged <65.\n"),
        (
            "high.txt",
            "The score was +2.5 here; those aged \u{2265} 65.\n",
        ),
        (
            "parted.txt",
            "Here it ends with neck\n\npain begins the next one.\n",
        ),
    ]);
    assert_eq!(found(&folder, "\"-2.5\""), ["low.txt"]);
    assert_eq!(found(&folder, "\"score was +2.5\""), ["high.txt"]);
    assert_eq!(found(&folder, "\"\u{2265}65\""), ["high.txt"]);
    assert_eq!(found(&folder, "\"< 65\""), ["low.txt"]);
    assert_eq!(found(&folder, "\"65\"").len(), 2);
    let search = palpate(folder.path())
        .args(["search", "\"neck pain\""])
        .output()
        .expect("the binary runs");
    let said = [search.stdout, search.stderr].concat();
    let said = String::from_utf8_lossy(&said).into_owned();
    assert!(said.contains("no passage has the phrase"), "{said}");
}

#[test]
fn a_citation_gives_the_original() {
    let text = "Avoid osteo\u{ad}porosis tablets for Me\u{301}nie\u{300}re.\n";
    let folder = indexed(&[("a.txt", text)]);
    let search = palpate(folder.path())
        .args(["search", "--json", "osteoporosis Ménière"])
        .output()
        .expect("the binary runs");
    let shown = String::from_utf8_lossy(&search.stdout).into_owned();
    assert!(shown.contains("osteo\u{ad}porosis"), "{shown}");
    assert!(shown.contains("Me\u{301}nie\u{300}re"), "{shown}");
}

#[test]
fn a_root_that_gives_nothing_is_an_error_that_says_what_to_do() {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    std::fs::create_dir(folder.path().join("films")).expect("the folder is empty");
    std::fs::write(folder.path().join("films/a.mp4"), b"film").expect("it can be written");
    std::fs::write(folder.path().join("a.txt"), "Rest helps.").expect("it can be written");
    for (named, said, index) in [
        ("films", "no file in it", "one"),
        ("films/a.mp4", "save it as", "other"),
    ] {
        let run = palpate(folder.path())
            .args(["index", "a.txt", named, "--index", index])
            .assert()
            .code(2);
        let stderr = String::from_utf8_lossy(&run.get_output().stderr).into_owned();
        assert!(
            stderr.contains(said) && stderr.contains(".docx"),
            "{stderr}"
        );
    }
}
