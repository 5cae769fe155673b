//! What 1,886 sentences say of the invented disease "zorbitis" (`tests/judged/sentences.jsonl`), by classes of
//! what leaflets, notes and abstracts have: denials, what looks like one, hedges, conditions, whose it is. Each was
//! written with what it says by somebody who had seen neither the program nor its tables. The figures are printed;
//! the floors are what must not be lost. Of those that nobody has looked at since (`seen` is false) the figures say
//! what is to be expected of other sentences.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde_json::{Value, json};

use crate::common::{palpate, repository};

struct Sentence {
    class: String,
    expected: String,
    seen: bool,
    text: String,
    /// What the audit says it says.
    found: String,
}

impl Sentence {
    /// Whether it is read right. That something does not help is said of a treatment, and denies no disease.
    fn is_right(&self) -> bool {
        let no_benefit = self.class.starts_with("benefit") && self.found == "no-benefit";
        self.found == self.expected || (no_benefit && self.expected == "stated")
    }
}

/// The sentences, each a document of its own, as the audit of "zorbitis" reads them.
fn sentences() -> Vec<Sentence> {
    let path = repository().join("tests/judged/sentences.jsonl");
    let lines = std::fs::read_to_string(path).expect("the sentences are there");
    let judged: Vec<Value> = lines
        .lines()
        .map(|line| serde_json::from_str(line).expect("a JSON object a line"))
        .collect();
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let mut documents = String::new();
    for (n, sentence) in judged.iter().enumerate() {
        let document = json!({ "_id": format!("{n:05}"), "title": "", "text": sentence["text"] });
        writeln!(documents, "{document}").expect("to memory");
    }
    std::fs::write(folder.path().join("sentences.jsonl"), documents).expect("it can be written");
    std::fs::write(
        folder.path().join("names.txt"),
        "zorbitis, zorbitis disease\n",
    )
    .expect("it can be written");
    let index = [
        "index",
        "sentences.jsonl",
        "--index",
        "index",
        "--lexicon",
        "names.txt",
    ];
    palpate(folder.path()).args(index).assert().success();
    let audit = ["audit", "zorbitis", "--index", "index", "--json"];
    let said = palpate(folder.path()).args(audit).assert().success();
    let said: Value = serde_json::from_slice(&said.get_output().stdout).expect("it is JSON");
    let sources = said["sources"].as_array().expect("a list");
    let mut found = BTreeMap::new();
    for source in sources {
        let name = source["source"].as_str().expect("a name");
        let number = name.rsplit('#').next().expect("a document");
        found.insert(number.to_owned(), of_cell(&source["cells"][0]));
    }
    let text = |value: &Value| value.as_str().expect("text").to_owned();
    let judged = judged.into_iter().enumerate();
    judged
        .map(|(n, sentence)| Sentence {
            class: text(&sentence["class"]),
            expected: text(&sentence["expected"]),
            seen: sentence["seen"].as_bool().expect("yes or no"),
            text: text(&sentence["text"]),
            found: found[&format!("{n:05}")].clone(),
        })
        .collect()
}

/// The state of a cell; what was, or is somebody else's, is of others.
fn of_cell(cell: &Value) -> String {
    let first = &cell["evidence"][0];
    let others = first["time"] == "historical" || first["experiencer"].is_string();
    let state = cell["state"].as_str().expect("a state");
    match others && state == "stated" {
        true => "of-others".to_owned(),
        false => state.to_owned(),
    }
}

/// Of how many of some sentences a state is said, and rightly, and how many have it.
fn precision_and_recall(sentences: &[&Sentence], state: &str) -> (f64, f64) {
    let count = |is: &dyn Fn(&Sentence) -> bool| sentences.iter().filter(|s| is(s)).count() as f64;
    let right = count(&|s| s.expected == state && s.is_right());
    let said = count(&|s| s.found == state);
    let judged = count(&|s| s.expected == state);
    (right / said.max(1.0), right / judged.max(1.0))
}

#[test]
fn sentences_say_what_their_writers_meant() {
    let all = sentences();
    let unseen: Vec<&Sentence> = all.iter().filter(|sentence| !sentence.seen).collect();
    let seen: Vec<&Sentence> = all.iter().filter(|sentence| sentence.seen).collect();
    for (name, part, floors) in [
        ("seen", &seen, [0.96, 0.97, 0.95]),
        ("unseen", &unseen, [0.90, 0.95, 0.88]),
    ] {
        let right = part.iter().filter(|s| s.is_right()).count() as f64 / part.len() as f64;
        println!("{name}: {} sentences, {right:.3} right", part.len());
        for state in ["negated", "stated", "hedged", "conditional", "of-others"] {
            let (precision, recall) = precision_and_recall(part, state);
            println!("  {state:12} precision {precision:.3} recall {recall:.3}");
        }
        let (precision, recall) = precision_and_recall(part, "negated");
        let wrong = part.iter().filter(|s| s.seen && !s.is_right());
        let wrong: Vec<&str> = wrong.map(|sentence| sentence.text.as_str()).collect();
        assert!(right >= floors[0], "{name}: {right} right, not {wrong:#?}");
        assert!(
            precision >= floors[1],
            "{name}: denials, precision {precision}"
        );
        assert!(recall >= floors[2], "{name}: denials, recall {recall}");
    }
}
