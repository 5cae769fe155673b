//! Series of changes: after each of them everything that is asked of an index has the answer that an index has
//! which was made at once, scores to the last digit.

use std::collections::BTreeMap;
use std::path::Path;

use crate::common::{Numbers, number_from, page, palpate, state};
use serde_json::Value;

/// So many changes are made in a series.
const CHANGES: usize = 14;
/// After so many of them, answers are compared.
const COMPARED: usize = 7;

/// What is printed, without the time it took and how often the index was changed.
fn said(folder: &Path, index: &str, args: &[&str]) -> String {
    let run = palpate(folder).args(args).args(["--index", index]).output();
    let run = run.expect("the binary runs");
    assert!(matches!(run.status.code(), Some(0 | 1)), "{args:?}");
    let text = String::from_utf8_lossy(&run.stdout).into_owned();
    match serde_json::from_str::<Value>(&text) {
        Ok(mut found) => {
            for other in ["elapsed_ms", "generation"] {
                found[other] = Value::Null;
            }
            found.to_string()
        }
        Err(_) => text,
    }
}

/// All that can be asked of an index.
fn answers(folder: &Path, index: &str) -> Vec<String> {
    let mut answers = state(folder, index);
    let asked: [&[&str]; 9] = [
        &[
            "search",
            "--json",
            "--facets",
            "--limit",
            "9",
            "osteoporosis risk",
        ],
        &[
            "search",
            "--json",
            "--explain",
            "\"thrust techniques\" rest",
        ],
        &["search", "--json", "--source", "*1*.txt", "zebrafish"],
        &["search", "--json", "--aspect", "cost", "doctor"],
        &[
            "search",
            "--format",
            "csv",
            "--limit",
            "500",
            "cost of osteoporosis",
        ],
        &["search", "--format", "jsonl", "gout"],
        &["search", "--json", "osteoprosis unheard"],
        &["audit", "--format", "json"],
        &["audit", "--format", "csv", "osteoporosis"],
    ];
    answers.extend(asked.iter().map(|args| said(folder, index, args)));
    palpate(folder)
        .args(["check", "--index", index])
        .assert()
        .code(0);
    answers
}

/// How many segments the current generation of an index has, and whether there are deleted entries in any.
fn segments(folder: &Path, index: &str) -> (usize, bool) {
    let manifest: Value = json(&folder.join(index).join("palpate.json"));
    let number = manifest["generation"].as_u64().expect("a number");
    let meta = json(&folder.join(format!("{index}/g{number:06}/meta.json")));
    let segments = meta["segments"].as_array().expect("a list");
    let worn = segments
        .iter()
        .any(|segment| segment["deletes"].is_object());
    (segments.len(), worn)
}

fn json(path: &Path) -> Value {
    let text = std::fs::read(path).expect("it is there");
    serde_json::from_slice(&text).expect("it is JSON")
}

/// A folder of files.
struct Corpus<'f> {
    folder: &'f Path,
    numbers: Numbers,
    files: BTreeMap<String, String>,
}

impl Corpus<'_> {
    fn write(&mut self, name: String) {
        let mut text = page(&mut self.numbers);
        // Some words come and go with a file.
        text.push_str(&format!("\n\nUnheard{}\n\nGone.\n", self.numbers.below(9)));
        std::fs::write(self.folder.join(&name), &text).expect("it can be written");
        self.files.insert(name, text);
    }

    fn add(&mut self) {
        let name = format!("f{:03}.txt", self.numbers.below(900));
        self.write(name);
    }

    fn some(&mut self) -> String {
        let at = self.numbers.below(self.files.len());
        self.files.keys().nth(at).expect("there are some").clone()
    }

    fn remove(&mut self) {
        let name = self.some();
        std::fs::remove_file(self.folder.join(&name)).expect("it is there");
        self.files.remove(&name);
    }

    fn rename(&mut self) {
        let (from, to) = (self.some(), format!("r{:03}.txt", self.numbers.below(900)));
        std::fs::rename(self.folder.join(&from), self.folder.join(&to)).expect("it is there");
        let text = self.files.remove(&from).expect("it is there");
        self.files.insert(to, text);
    }

    fn change(&mut self) {
        match self.numbers.below(5) {
            0 => self.add(),
            1 if self.files.len() > 20 => self.remove(),
            2 => self.rename(),
            _ => {
                let name = self.some();
                self.write(name);
            }
        }
    }
}

#[test]
fn after_any_series_of_changes_answers_are_those_of_an_index_made_at_once() {
    let (mut most, mut was_worn) = (0, false);
    for series in 0..number_from("PALPATE_FUZZ", 1).min(100) {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let folder = folder.path();
        std::fs::create_dir(folder.join("corpus")).expect("the folder is empty");
        let mut corpus = Corpus {
            folder: &folder.join("corpus"),
            numbers: Numbers(11 + series as u64),
            files: BTreeMap::new(),
        };
        (0..40).for_each(|_| corpus.add());
        palpate(folder).arg("index").assert().success();
        for change in 1..=CHANGES {
            (0..=corpus.numbers.below(3)).for_each(|_| corpus.change());
            palpate(folder).arg("index").assert().success();
            let (segments, worn) = segments(folder, "index");
            most = most.max(segments);
            was_worn |= worn;
            if change % COMPARED == 0 {
                let fresh = ["index", "--index", "fresh", "--force"];
                palpate(folder).args(fresh).assert().success();
                assert_eq!(
                    answers(folder, "index"),
                    answers(folder, "fresh"),
                    "series {series}, change {change}"
                );
            }
        }
    }
    assert!(most > 2 && was_worn, "{most} segments, deleted: {was_worn}");
}
