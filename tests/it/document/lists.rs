//! However a list is marked, and whatever file it stands in, it is the same list: the same units,
//! the same passages, and the same is said of what stands in it.
use std::collections::BTreeMap;
use std::fmt::Write;

use proptest::prelude::*;
use serde_json::Value;

use crate::common::{self, written};
use written::escaped;

/// How the items of a list may be marked: the first, the second, the third.
const MARKS: &[[&str; 3]] = &[
    ["•"; 3],
    ["-"; 3],
    ["–"; 3],
    ["—"; 3],
    ["*"; 3],
    ["+"; 3],
    ["·"; 3],
    ["‣"; 3],
    ["◦"; 3],
    ["○"; 3],
    ["●"; 3],
    ["▪"; 3],
    ["■"; 3],
    ["□"; 3],
    ["❖"; 3],
    ["➢"; 3],
    ["►"; 3],
    ["▶"; 3],
    ["→"; 3],
    ["»"; 3],
    ["✓"; 3],
    ["✔"; 3],
    ["✗"; 3],
    ["☐"; 3],
    ["☑"; 3],
    ["◆"; 3],
    ["⁃"; 3],
    ["∙"; 3],
    ["★"; 3],
    ["o"; 3],
    ["[ ]"; 3],
    ["1.", "2.", "3."],
    ["1)", "2)", "3)"],
    ["(1)", "(2)", "(3)"],
    ["a.", "b.", "c."],
    ["a)", "b)", "c)"],
    ["(a)", "(b)", "(c)"],
    ["A)", "B)", "C)"],
    ["i.", "ii.", "iii."],
    ["(i)", "(ii)", "(iii)"],
    ["iv)", "v)", "vi)"],
    ["①", "②", "③"],
    ["9.", "10.", "11."],
];

const TITLE: &str = "Neck treatment";
const HEADING: &str = "Who must wait";
const ITEMS: [&str; 3] = ["have osteoporosis", "are pregnant", "have had a stroke"];
const LEADS: [&str; 4] = [
    "Tell your doctor if you:",
    "This is not for everyone. Tell us before you start if you:",
    "Do not have this treatment, and tell your doctor, if you",
    "Ask first if any of these applies to you:",
];

/// A list to be written down.
#[derive(Debug, Clone)]
struct List {
    lead: &'static str,
    marks: [&'static str; 3],
    indent: usize,
    /// Whether a blank line stands between the lead-in and the list.
    apart: bool,
}

impl List {
    fn lines(&self) -> Vec<String> {
        let lines = self.marks.iter().zip(ITEMS);
        let indent = " ".repeat(self.indent);
        lines
            .map(|(mark, item)| format!("{indent}{mark} {item}"))
            .collect()
    }

    fn plain(&self) -> String {
        let gap = if self.apart { "\n" } else { "" };
        let lines = self.lines().join("\n");
        format!(
            "{TITLE}\n\n{HEADING}\n\n{}\n{gap}{lines}\n\nRest for a day.\n",
            self.lead
        )
    }

    /// With the marks as they were typed. More than three spaces would be a block of code.
    fn markdown(&self) -> String {
        let gap = if self.apart { "\n" } else { "" };
        let lines: String = self.lines().iter().fold(String::new(), |mut all, line| {
            let _ = writeln!(all, "{}", line.trim_start());
            all
        });
        format!(
            "# {TITLE}\n\n## {HEADING}\n\n{}\n{gap}{lines}\nRest for a day.\n",
            self.lead
        )
    }

    fn html(&self, list: &str) -> String {
        format!(
            "<!doctype html><meta charset=utf-8><h1>{TITLE}</h1><h2>{HEADING}</h2><p>{}</p>{list}\
             <p>Rest for a day.</p>",
            self.lead
        )
    }

    fn html_of_paragraphs(&self) -> String {
        let lines = self.lines();
        let items = lines
            .iter()
            .map(|line| format!("<p>{}</p>\n", escaped(line)));
        self.html(&items.collect::<String>())
    }

    fn html_of_lines(&self) -> String {
        let lines: Vec<String> = self.lines().iter().map(|line| escaped(line)).collect();
        self.html(&format!("<p>{}</p>", lines.join("<br>\n")))
    }

    fn html_of_items(&self) -> String {
        let items = ITEMS.map(|item| format!("<li><p>{item}</p></li>"));
        self.html(&format!("<ul>{}</ul>", items.concat()))
    }

    /// Items that were typed, as paragraphs.
    fn pieces(&self) -> Vec<written::Piece> {
        use written::Piece::{Heading, Paragraph};
        let mut pieces = vec![
            Heading(1, TITLE.to_owned()),
            Heading(2, HEADING.to_owned()),
            Paragraph(self.lead.to_owned()),
        ];
        pieces.extend(self.lines().into_iter().map(Paragraph));
        pieces.push(Paragraph("Rest for a day.".to_owned()));
        pieces
    }

    fn pdf(&self) -> Vec<u8> {
        let mut lines = vec![(0, None, TITLE), (0, None, HEADING), (0, None, self.lead)];
        for (mark, item) in self.marks.iter().zip(ITEMS) {
            lines.push((self.indent, Some(*mark), item));
        }
        written::pdf_of_lines(&lines)
    }

    /// The same list in files of every format.
    fn files(&self) -> BTreeMap<&'static str, Vec<u8>> {
        BTreeMap::from([
            ("a.txt", self.plain().into()),
            ("a.md", self.markdown().into()),
            ("paragraphs.html", self.html_of_paragraphs().into()),
            ("lines.html", self.html_of_lines().into()),
            ("items.html", self.html_of_items().into()),
            ("a.docx", written::docx(&self.pieces())),
            ("a.rtf", written::rtf(&self.pieces()).into()),
            ("a.odt", written::odt(&self.pieces())),
            ("a.pdf", self.pdf()),
        ])
    }
}

/// What a passage shows: its units with what leads into them, and what is said of concepts.
fn shown(name: &str, bytes: &[u8]) -> (Vec<String>, Vec<String>) {
    use palpate::annotate::Annotator;
    use palpate::lexicon::Lexicon;
    use palpate::passage::{cut, lead_text};
    use std::sync::{Arc, LazyLock};
    static LEXICON: LazyLock<Arc<Lexicon>> = LazyLock::new(|| Arc::new(Lexicon::builtin()));
    thread_local! {
        static ANNOTATOR: std::cell::RefCell<Annotator> =
            std::cell::RefCell::new(Annotator::new(LEXICON.clone()));
    }
    let document = common::read(name, bytes);
    let passages = cut(&document);
    let mut units = Vec::new();
    for passage in &passages {
        units.push(passage.headings().join(" › "));
        for unit in &passage.units().0 {
            let leads = unit.leads.iter();
            let mut parts: Vec<&str> = leads
                .map(|lead| lead_text(lead, passage.text(), passage.lead(), passage.headings()))
                .collect();
            parts.push(&passage.text()[unit.bytes.clone()]);
            units.push(parts.join(" › "));
        }
    }
    // The PDF is without the last line, which stands apart from the list in the others.
    units.retain(|unit| unit != "Rest for a day.");
    let annotations = ANNOTATOR.with_borrow_mut(|a| a.annotate(&document, &passages));
    let concepts = annotations.iter().flat_map(|found| &found.concepts);
    let said = concepts.map(|concept| format!("{}: {:?}", concept.name, concept.claim.assertion));
    (units, said.collect())
}

fn check(list: &List) -> Result<(), TestCaseError> {
    let mut expected = vec![HEADING.to_owned()];
    let sentences: Vec<&str> = list.lead.split_inclusive(". ").map(str::trim).collect();
    expected.extend(sentences.iter().map(|sentence| (*sentence).to_owned()));
    let lead = sentences[sentences.len() - 1];
    expected.extend(ITEMS.map(|item| format!("{lead} › {item}")));
    for (name, bytes) in list.files() {
        let (units, said) = shown(name, &bytes);
        prop_assert_eq!(&units, &expected, "{} of {:?}", name, list);
        for concept in ["osteoporosis", "pregnancy", "stroke"] {
            let expected = format!("{concept}: Hypothetical");
            prop_assert!(
                said.contains(&expected),
                "{} of {:?}: {:?}",
                name,
                list,
                said
            );
        }
    }
    Ok(())
}

#[test]
fn every_mark_gives_the_same_list_in_every_format() {
    for &marks in MARKS {
        let list = List {
            lead: LEADS[0],
            marks,
            indent: 2,
            apart: true,
        };
        check(&list).unwrap_or_else(|error| panic!("{error}"));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]
    #[test]
    fn so_it_does_however_it_is_laid_out(
        lead in proptest::sample::select(&LEADS[..]),
        marks in proptest::sample::select(MARKS),
        indent in 0_usize..4,
        apart: bool,
    ) {
        check(&List { lead, marks, indent, apart })?;
    }
}

/// A list in a list, in every format, as "lead › lead › item".
#[test]
fn a_list_in_a_list_keeps_the_outer_lead_in() {
    let lead = "You should not take this medicine if you:";
    let expected = [
        lead.to_owned(),
        format!("{lead} › Have ulcers, such as:"),
        format!("{lead} › Have ulcers, such as: › A stomach ulcer"),
        format!("{lead} › Have ulcers, such as: › A stroke"),
        format!("{lead} › Are pregnant"),
    ];
    let items = [
        (0, "Have ulcers, such as:"),
        (1, "A stomach ulcer"),
        (1, "A stroke"),
        (0, "Are pregnant"),
    ];
    let marks = |a, b| move |depth: usize| if depth == 0 { a } else { b };
    for mark in [
        marks("•", "•"),
        marks("-", "-"),
        marks("•", "–"),
        marks("✓", "○"),
    ] {
        let indented = |(depth, item): (usize, &str)| {
            format!("{}{} {item}\n", " ".repeat(2 + 2 * depth), mark(depth))
        };
        let text = format!(
            "Title\n\nBefore\n\n{lead}\n\n{}",
            items.map(indented).concat()
        );
        assert_eq!(shown("a.txt", text.as_bytes()).0[1..], expected, "{text}");
        let mut lines = vec![(0, None, "Title"), (0, None, "Before"), (0, None, lead)];
        lines.extend(items.map(|(depth, item)| (2 * depth, Some(mark(depth)), item)));
        assert_eq!(
            shown("a.pdf", &written::pdf_of_lines(&lines)).0[1..],
            expected
        );
    }
    let markdown = format!(
        "# Title\n\n## Before\n\n{lead}\n\n- Have ulcers, such as:\n  - A stomach ulcer\n  - A stroke\n\
         - Are pregnant\n"
    );
    assert_eq!(shown("a.md", markdown.as_bytes()).0[1..], expected);
    let html = format!(
        "<h1>Title</h1><h2>Before</h2><p>{lead}</p><ul><li>Have ulcers, such as:<ul>\
         <li>A stomach ulcer</li><li>A stroke</li></ul></li><li>Are pregnant</li></ul>"
    );
    assert_eq!(shown("a.html", html.as_bytes()).0[1..], expected);
    let pieces = items.map(|(depth, item)| (depth, item.to_owned()));
    assert_eq!(
        shown("a.docx", &written::docx_of_list("Before", lead, &pieces)).0[1..],
        expected
    );
}

/// `palpate audit` over a folder of such files: conditional in all of them.
#[test]
fn the_audit_says_the_same_of_all() {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    for (n, &marks) in MARKS.iter().enumerate() {
        let list = List {
            lead: LEADS[n % LEADS.len()],
            marks,
            indent: n % 3,
            apart: n % 2 == 0,
        };
        for (name, bytes) in list.files() {
            let path = folder.path().join(format!("{n:02}-{name}"));
            std::fs::write(path, bytes).expect("the folder is writable");
        }
    }
    common::palpate(folder.path())
        .args(["index", "."])
        .assert()
        .success();
    let output = common::palpate(folder.path())
        .args(["audit", "osteoporosis", "--format", "json"])
        .output()
        .expect("the binary runs");
    let audit: Value = serde_json::from_slice(&output.stdout).expect("it is JSON");
    let sources = audit["sources"].as_array().expect("there are sources");
    assert_eq!(sources.len(), 9 * MARKS.len());
    for source in sources {
        let state = &source["cells"][0]["state"];
        assert_eq!(state, "conditional", "{}", source["source"]);
    }
}
