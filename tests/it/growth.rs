//! Twice the input takes twice the work: every family of input is read, cut and annotated at three
//! sizes, and the instructions are counted. Where work grows faster than in proportion, somebody
//! can stop a build with a small file.
//!
//! Instructions are counted by callgrind, which gives the same number each time, or nearly; where
//! it is missing the tests say that they were skipped. `PALPATE_GROWTH` names one family.

use std::path::Path;
use std::process::Command;
use std::sync::Arc;

use palpate::annotate::Annotator;
use palpate::document::{HEAD, Limits, Part, read, reader_of};
use palpate::lexicon::Lexicon;
use palpate::passage;
use palpate::query::Query;

/// Set for a child that works; which family, or all.
const WORK: &str = "PALPATE_GROWTH_WORK";
/// Work that grows in proportion doubles from one step to the next; that which grows with the
/// square takes four times as much. Sorting, and tables that grow, lie between.
const MOST: f64 = 2.8;

/// A kind of input: its name, the name of its file, how often the smallest repeats, and the text.
struct Family {
    name: &'static str,
    file: &'static str,
    smallest: usize,
    text: fn(usize) -> String,
}

const fn family(
    name: &'static str,
    file: &'static str,
    smallest: usize,
    text: fn(usize) -> String,
) -> Family {
    Family {
        name,
        file,
        smallest,
        text,
    }
}

fn each(n: usize, part: impl Fn(usize) -> String) -> String {
    (0..n).map(part).collect()
}

/// What is not given to a reader but to the parser of queries.
const QUERY: &str = "query";

const FAMILIES: &[Family] = &[
    family("numbered", "a.txt", 300, |n| {
        each(n, |i| format!("{}. item\n", i + 1))
    }),
    family("numbered from one", "a.txt", 300, |n| "1. item\n".repeat(n)),
    family("numbers of two digits", "a.txt", 300, |n| {
        each(n, |i| format!("{}. item\n", i % 99 + 1))
    }),
    family("letters", "a.txt", 300, |n| {
        each(n, |i| {
            format!("{}) item\n", (b'a' + (i % 26) as u8) as char)
        })
    }),
    family("roman", "a.txt", 300, |n| "ii) item\niii) item\n".repeat(n)),
    family("hollow", "a.txt", 300, |n| "o item\n".repeat(n)),
    family("bullets", "a.txt", 300, |n| "- item\n".repeat(n)),
    family("indented bullets", "a.txt", 300, |n| {
        each(n, |i| format!("{}- item\n", " ".repeat(i % 40)))
    }),
    family("ever deeper", "a.txt", 60, |n| {
        each(n, |i| format!("{}- item\n", " ".repeat(i.min(100))))
    }),
    family("bullet and prose", "a.txt", 300, |n| {
        format!("- item\n{}", "and so on it goes\n".repeat(n))
    }),
    family("bullets in a line", "a.txt", 300, |n| "• item ".repeat(n)),
    family("headings", "a.txt", 200, |n| {
        each(n, |i| format!("Heading {i}\n\n"))
    }),
    family("headings and text", "a.txt", 100, |n| {
        each(n, |i| format!("Risks {i}\n\nA stroke is rare.\n\n"))
    }),
    family("one heading", "a.txt", 200, |n| {
        format!("Risks\n\n{}", "A stroke is rare.\n\n".repeat(n))
    }),
    family("questions", "a.txt", 200, |n| "What is gout?\n\n".repeat(n)),
    family("lead-ins", "a.txt", 200, |n| {
        "Tell your doctor if you have:\n".repeat(n)
    }),
    family("nested lead-ins", "a.txt", 200, |n| {
        "Do not use if:\n- you have:\n".repeat(n)
    }),
    family("blank lines", "a.txt", 2000, |n| "\n".repeat(n)),
    family("spaces", "a.txt", 4000, |n| " ".repeat(n)),
    family("one line", "a.txt", 300, |n| "gout and pain ".repeat(n)),
    family("one sentence", "a.txt", 200, |n| {
        "the patient has osteoporosis and we talked about the risk ".repeat(n)
    }),
    family("sentences", "a.txt", 200, |n| {
        "Osteoporosis is a risk. ".repeat(n)
    }),
    family("negations", "a.txt", 200, |n| "no gout ".repeat(n)),
    family("conditions", "a.txt", 200, |n| {
        "if you have gout, ".repeat(n)
    }),
    family("not and or", "a.txt", 200, |n| {
        "not gout or asthma, ".repeat(n)
    }),
    family("abbreviations", "a.txt", 200, |n| {
        "e.g. Dr. A. B. ".repeat(n)
    }),
    family("full stops", "a.txt", 2000, |n| ".".repeat(n)),
    family("brackets", "a.txt", 1000, |n| "(".repeat(n)),
    family("quotes", "a.txt", 1000, |n| "\" ' “ ” ".repeat(n)),
    family("hyphens", "a.txt", 150, |n| "non-gout-".repeat(n)),
    family("one word", "a.txt", 4000, |n| "a".repeat(n)),
    family("combining", "a.txt", 1000, |n| {
        format!("e{}", "\u{301}".repeat(n))
    }),
    family("quantities", "a.txt", 200, |n| {
        "1 in 10,000 people, 5 mg twice a day, 3 to 4 %. ".repeat(n)
    }),
    family("table of tabs", "a.txt", 200, |n| {
        format!("Drug\tDose\n{}", "Aspirin\t5 mg\n".repeat(n))
    }),
    family("bars", "a.txt", 200, |n| "a | b | c\n".repeat(n)),
    family("columns of text", "a.txt", 200, |n| {
        "a   ".repeat(n) + "\nb   c\n"
    }),
    family("furniture", "a.txt", 200, |n| {
        "Skip to main content\nBack to top\n".repeat(n)
    }),
    family("dot leaders", "a.txt", 200, |n| {
        "Risks ........ 5\n".repeat(n)
    }),
    family("csv rows", "a.csv", 100, |n| {
        format!(
            "id,title,text\n{}",
            each(n, |i| format!("{i},Gout,It hurts.\n"))
        )
    }),
    family("csv columns", "a.csv", 200, |n| {
        format!(
            "{}\n{}\n",
            each(n, |i| format!("c{i},")) + "z",
            "x,".repeat(n) + "y"
        )
    }),
    family("csv lines in a cell", "a.csv", 200, |n| {
        format!("id,text\n1,\"{}\"\n", "line\n".repeat(n))
    }),
    family("jsonl", "a.jsonl", 100, |n| {
        each(n, |i| {
            format!("{{\"_id\":\"{i}\",\"title\":\"Gout\",\"text\":\"It hurts.\"}}\n")
        })
    }),
    family("markdown headings", "a.md", 100, |n| {
        "# a\n\n## b\n\ntext\n\n".repeat(n)
    }),
    family("markdown items", "a.md", 200, |n| "- item\n".repeat(n)),
    family("markdown emphasis", "a.md", 300, |n| "*a **b ".repeat(n)),
    family("markdown links", "a.md", 300, |n| "[a](".repeat(n)),
    family("markdown quotes", "a.md", 20, |n| {
        format!("{} a\n", ">".repeat(n))
    }),
    family("markdown rows", "a.md", 100, |n| {
        format!("|a|b|\n|-|-|\n{}", "|c|d|\n".repeat(n))
    }),
    family("html paragraphs", "a.html", 100, |n| {
        format!("<html>{}", "<p>A stroke is rare.".repeat(n))
    }),
    family("html attributes", "a.html", 1500, |n| {
        format!("<html><p {}>text</p>", each(n, |i| format!("a{i}=1 ")))
    }),
    family("html of one attribute", "a.html", 1500, |n| {
        format!("<html><p class=\"{}\">text</p>", "a ".repeat(n))
    }),
    family("html formatting", "a.html", 100, |n| {
        format!("<html><p>{}text", "<b><i>".repeat(n.min(200)))
    }),
    family("html entities", "a.html", 500, |n| {
        format!("<html><p>{}", "&amp;".repeat(n))
    }),
    family("html items", "a.html", 100, |n| {
        format!("<html><ul>{}</ul>", "<li>item".repeat(n))
    }),
    family("html rows", "a.html", 60, |n| {
        format!("<html><table>{}</table>", "<tr><td>a<td>b".repeat(n))
    }),
    family("html cells", "a.html", 100, |n| {
        format!("<html><table><tr>{}</table>", "<td>a".repeat(n))
    }),
    family("html misnested", "a.html", 100, |n| {
        format!("<html>{}", "<b><p></b>text".repeat(n))
    }),
    family("html comments", "a.html", 200, |n| {
        format!("<html><p>a{}", "<!-- b -->".repeat(n))
    }),
    family("mail parts", "a.eml", 40, |n| {
        let parts = "--b\r\nContent-Type: text/html\r\n\r\n<p>A stroke.</p>\r\n".repeat(n);
        format!("Content-Type: multipart/mixed; boundary=b\r\n\r\n{parts}--b--\r\n")
    }),
    family("mail headers", "a.eml", 200, |n| {
        format!("{}Subject: a\r\n\r\nA stroke.\r\n", "X-A: b\r\n".repeat(n))
    }),
    family("rtf groups", "a.rtf", 400, |n| {
        format!("{{\\rtf1 {}}}", "{\\b a}".repeat(n))
    }),
    family("rtf paragraphs", "a.rtf", 100, |n| {
        format!("{{\\rtf1 {}}}", "A stroke is rare.\\par ".repeat(n))
    }),
    family("rtf letters", "a.rtf", 1000, |n| {
        format!("{{\\rtf1 {}}}", "\\'e4\\u228?".repeat(n))
    }),
    family("rtf cells", "a.rtf", 200, |n| {
        format!("{{\\rtf1\\trowd\\intbl {}\\row}}", "a\\cell ".repeat(n))
    }),
    family("words of a query", QUERY, 200, |n| "gout ".repeat(n)),
    family("phrases of a query", QUERY, 200, |n| "\"a b\" ".repeat(n)),
    family("brackets of a query", QUERY, 200, |n| "(a OR ".repeat(n)),
    family("signs of a query", QUERY, 500, |n| "-+:*\"".repeat(n)),
];

/// What callgrind counts, one call after the other.
#[inline(never)]
fn counted(family: &Family, n: usize, annotator: &mut Annotator) {
    work(family, (family.text)(n), annotator);
}

/// Reads, cuts and annotates, as a build does.
fn work(family: &Family, text: String, annotator: &mut Annotator) {
    if family.file == QUERY {
        Query::parse(&text);
        return;
    }
    let bytes = text.into_bytes();
    let ends = bytes.len().min(HEAD);
    let (head, tail) = (&bytes[..ends], &bytes[bytes.len() - ends..]);
    let Some(reader) = reader_of(Path::new(family.file), head, tail) else {
        return;
    };
    let read = read(
        reader,
        family.file,
        Part::whole(bytes.clone()),
        &Limits::default(),
        &mut |document| {
            let passages = passage::cut(&document);
            annotator.annotate(&document, &passages);
        },
    );
    // What is no such file is no work either.
    drop(read);
}

/// The work of a child: every family asked for at its three sizes, one after the other, after one
/// that is for whatever is made only once. Without a parent that asks, nothing.
#[test]
fn child() {
    let Ok(asked) = std::env::var(WORK) else {
        return;
    };
    let mut annotator = Annotator::new(Arc::new(Lexicon::builtin()));
    for family in families(&asked) {
        counted(family, family.smallest, &mut annotator);
        for n in sizes(family) {
            counted(family, n, &mut annotator);
        }
    }
}

/// The families of a name, or all where it is empty.
fn families(name: &str) -> Vec<&'static Family> {
    FAMILIES
        .iter()
        .filter(|family| name.is_empty() || family.name == name)
        .collect()
}

fn sizes(family: &Family) -> [usize; 3] {
    [1, 2, 4].map(|times| times * family.smallest)
}

/// How many instructions each call of `counted` in a child takes, in order, in all its threads; to
/// the first is added what came before.
fn instructions(asked: &str) -> Vec<u64> {
    let folder = tempfile::tempdir().expect("a folder for what is counted");
    let out = folder.path().join("counted");
    let output = Command::new("valgrind")
        .args(["--tool=callgrind", "--dump-after=*growth::counted"])
        .arg(format!("--callgrind-out-file={}", out.display()))
        .arg(std::env::current_exe().expect("there is a test binary"))
        .args(["growth::child", "--exact", "--test-threads=1"])
        .env(WORK, asked)
        .output()
        .expect("valgrind starts");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{said}");
    let dump = |part: usize| std::fs::read(out.with_extension(part.to_string())).ok();
    let dumps = (1..).map_while(dump);
    let sums = dumps.map(|dump| summary(&String::from_utf8_lossy(&dump)));
    sums.collect()
}

/// The sum of a dump of callgrind.
fn summary(dump: &str) -> u64 {
    let line = dump.lines().find_map(|line| line.strip_prefix("summary: "));
    let sum = line.and_then(|line| line.trim().parse().ok());
    sum.expect("a dump has its sum")
}

/// By how much the largest takes more than the one before. Whatever is made only once was made by the
/// first, so that little is the same for every size.
fn growth([_, _, two, four]: [u64; 4]) -> f64 {
    four as f64 / two.max(1) as f64
}

#[test]
fn twice_the_input_takes_twice_the_work() {
    if Command::new("valgrind").arg("--version").output().is_err() {
        eprintln!("skipped: there is no valgrind to count instructions with");
        return;
    }
    let wanted = std::env::var("PALPATE_GROWTH").unwrap_or_default();
    let families = families(&wanted);
    assert!(!wanted.is_empty() || families.len() >= 50);
    let counted = instructions(&wanted);
    let (counted, rest) = counted.as_chunks::<4>();
    assert_eq!((counted.len(), rest), (families.len(), &[][..]));
    let mut faster = Vec::new();
    for (family, &counted) in families.iter().zip(counted) {
        let grown = growth(counted);
        eprintln!("{}: {grown:.2} {counted:?}", family.name);
        if grown > MOST {
            faster.push(format!("{}: {grown:.2}", family.name));
        }
    }
    assert!(faster.is_empty(), "{faster:?}");
}
