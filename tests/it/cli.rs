//! The command line, end to end: what is printed where, and with which exit code.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command as StdCommand, Stdio};

use crate::common::{corpus, folder_with_corpus, palpate, repository, search};
use serde_json::Value;

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).expect("palpate prints UTF-8")
}

#[test]
fn golden_text_output() {
    let output = palpate(corpus())
        .args(["search", "osteoporosis risk", "--limit", "3"])
        .output()
        .expect("the binary runs");
    let golden = include_str!("../golden/osteoporosis-risk.txt");
    assert_eq!(text(&output.stdout), golden);
    assert_eq!(output.status.code(), Some(0));
    assert!(output.stderr.is_empty());
}

#[test]
fn a_search_or_an_audit_without_an_index_builds_one_and_says_so() {
    // `query` is another name of `search`.
    for (command, again) in [("search", "query"), ("audit", "audit")] {
        let folder = folder_with_corpus();
        let first = palpate(folder.path())
            .args([command, "osteoporosis"])
            .assert()
            .code(0);
        assert!(text(&first.get_output().stderr).contains("no index yet"));
        assert!(folder.path().join("index/palpate.json").is_file());
        let second = palpate(folder.path())
            .args([again, "osteoporosis"])
            .assert()
            .code(0);
        assert!(second.get_output().stderr.is_empty());
        assert_eq!(first.get_output().stdout, second.get_output().stdout);
    }
}

#[test]
fn a_first_build_that_missed_a_file_is_not_forgotten_over_what_was_found() {
    for command in ["search", "audit"] {
        let folder = folder_with_corpus();
        std::fs::write(folder.path().join("corpus/torn.pdf"), "%PDF-1.7 torn")
            .expect("it can be written");
        let first = palpate(folder.path())
            .args([command, "osteoporosis"])
            .assert()
            .code(2);
        assert!(text(&first.get_output().stderr).contains("torn.pdf"));
        assert!(text(&first.get_output().stdout).contains("osteoporosis"));
    }
}

#[test]
fn an_index_that_was_asked_for_and_is_missing_is_an_error() {
    let folder = folder_with_corpus();
    let by_flag = palpate(folder.path())
        .args(["search", "risk", "--index", "nowhere"])
        .assert()
        .code(2);
    assert!(text(&by_flag.get_output().stderr).contains("no index at nowhere"));
    palpate(folder.path())
        .args(["search", "risk"])
        .env("PALPATE_INDEX", "nowhere")
        .assert()
        .code(2);
    assert!(!folder.path().join("nowhere").exists());
}

#[test]
fn a_missing_corpus_is_an_error_and_leaves_no_index() {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    for args in [&["search", "risk"][..], &["index"], &["index", "nothing"]] {
        let run = palpate(folder.path()).args(args).assert().code(2);
        let stderr = text(&run.get_output().stderr);
        assert!(stderr.contains("No such file"), "{stderr}");
        assert!(!folder.path().join("index").exists());
    }
}

#[test]
fn a_slip_does_not_replace_a_good_index() {
    let folder = folder_with_corpus();
    palpate(folder.path()).arg("index").assert().success();
    palpate(folder.path())
        .args(["index", "copus"])
        .assert()
        .code(2);
    palpate(folder.path())
        .args(["search", "risk"])
        .assert()
        .code(0);
}

#[test]
fn an_index_of_another_version_says_so_and_how_to_rebuild() {
    let folder = folder_with_corpus();
    palpate(folder.path()).arg("index").assert().success();
    let manifest = folder.path().join("index/palpate.json");
    let now = std::fs::read_to_string(&manifest).expect("the manifest is there");
    let format = format!("\"format\": {}", palpate::index::FORMAT_VERSION);
    let read: Value = serde_json::from_str(&now).expect("it is JSON");
    let analysis = read["analysis"].to_string();
    for (from, to, said) in [
        (format.as_str(), "\"format\": 999", "in format 999"),
        (analysis.as_str(), "\"xx-0\"", "with analysis chain xx-0"),
        ("{", "", "damaged"),
    ] {
        let changed = now.replacen(from, to, 1);
        assert_ne!(changed, now, "{from} is in the manifest");
        std::fs::write(&manifest, changed).expect("the manifest can be written");
        let run = palpate(folder.path())
            .args(["search", "risk"])
            .assert()
            .code(2);
        let stderr = text(&run.get_output().stderr);
        assert!(
            stderr.contains(said) && stderr.contains("palpate index"),
            "{stderr}"
        );
    }
    palpate(folder.path()).arg("index").assert().success();
    palpate(folder.path())
        .args(["search", "risk"])
        .assert()
        .code(0);
}

#[test]
fn the_json_contract() {
    let results = search(&["osteoporosis risk", "--limit", "2"]);
    assert_eq!(
        keys(&results),
        ["elapsed_ms", "facets", "hits", "query", "total"]
    );
    assert_eq!(results["query"], "osteoporosis risk");
    assert!(results["total"].as_u64() > Some(2));
    assert!(results["elapsed_ms"].is_f64());
    let hits = results["hits"].as_array().expect("hits is a list");
    assert_eq!(hits.len(), 2);
    for (hit, rank) in hits.iter().zip(1..) {
        let expected = [
            "aspects", "bytes", "concepts", "headings", "id", "lines", "rank", "score", "snippet",
            "source", "text", "title",
        ];
        assert!(expected.iter().all(|key| hit.get(key).is_some()), "{hit}");
        assert_eq!(hit["rank"], rank);
        assert!(
            hit["snippet"]
                .as_str()
                .is_some_and(|s| s.contains("<mark>"))
        );
        is_verbatim(hit);
    }
}

fn keys(object: &Value) -> Vec<&str> {
    let mut keys: Vec<&str> = object
        .as_object()
        .expect("an object")
        .keys()
        .map(String::as_str)
        .collect();
    keys.sort_unstable();
    keys
}

/// The text of a hit is what stands in its source, at its bytes and on its lines.
fn is_verbatim(hit: &Value) {
    let source = corpus().join(hit["source"].as_str().expect("source is a string"));
    let bytes = std::fs::read(source).expect("the source is there");
    let at = |key: &str, n: usize| hit[key][n].as_u64().expect("a number") as usize;
    let found = text(&bytes[at("bytes", 0)..at("bytes", 1)]);
    assert_eq!(hit["text"], found.as_str());
    let all = text(&bytes);
    let lines: Vec<&str> = all.lines().collect();
    let cited = lines[at("lines", 0) - 1..at("lines", 1)].join("\n");
    assert!(cited.contains(&found), "{cited}");
}

#[test]
fn nothing_found_is_exit_code_one() {
    let run = palpate(corpus())
        .args(["search", "--json", "zebrafish"])
        .assert()
        .code(1);
    let object: Value = serde_json::from_slice(&run.get_output().stdout).expect("one JSON object");
    assert_eq!(object["hits"], serde_json::json!([]));
    palpate(corpus())
        .args(["search", "zebrafish"])
        .assert()
        .code(1);
}

#[test]
fn what_was_not_looked_for_to_the_end_is_not_said_to_be_nothing() {
    let hurried = |format: &str| {
        let run = palpate(corpus())
            .args(["search", "osteoporosis", "--search-seconds", "0"])
            .args(["--format", format])
            .output()
            .expect("the binary runs");
        assert_eq!(run.status.code(), Some(2), "{format}");
        let said = text(&run.stderr);
        assert!(said.contains("not all passages were looked at"), "{said}");
        text(&run.stdout)
    };
    let found = hurried("text");
    assert!(found.contains("nothing found until then"), "{found}");
    assert!(!found.contains("nothing in"), "{found}");
    let found: Value = serde_json::from_str(&hurried("json")).expect("JSON");
    assert_eq!(
        (&found["partial"], &found["hits"]),
        (&true.into(), &Value::Array(Vec::new()))
    );
    assert_eq!(found["facets"].get("silent"), None);
    assert_eq!(hurried("jsonl"), "");
    // Whoever has time gets all of it.
    let found = search(&["osteoporosis"]);
    assert_eq!(found.get("partial"), None);
}

#[test]
fn odd_queries_are_no_errors() {
    let punctuation: String = (b'!'..=b'~')
        .map(char::from)
        .filter(char::is_ascii_punctuation)
        .collect();
    for query in ["", "   ", "?", punctuation.as_str()] {
        let run = palpate(corpus())
            .args(["search", "--", query])
            .assert()
            .code(1);
        let stderr = text(&run.get_output().stderr);
        assert!(
            stderr.contains("the query has no words"),
            "{query}: {stderr}"
        );
    }
    for query in [
        "\"osteoporosis",
        "osteoporosis:",
        "(osteoporosis",
        "+-osteoporosis",
        "osteoporosis^2~",
    ] {
        palpate(corpus()).args(["search", query]).assert().code(0);
    }
    // Each punctuation mark alone and around a word.
    for mark in punctuation.chars() {
        let run = palpate(corpus())
            .args(["search", "--"])
            .arg(format!("{mark}fracture{mark}"))
            .output()
            .expect("the binary runs");
        assert!(matches!(run.status.code(), Some(0 | 1)), "{mark}");
    }
    palpate(corpus()).arg("search").assert().code(2);
}

#[test]
fn a_query_of_a_megabyte_is_answered() {
    let query = "osteoporosis risk ".repeat(60_000);
    assert!(query.len() > 1_000_000);
    palpate(corpus())
        .args(["search", "-"])
        .write_stdin(query)
        .assert()
        .code(0);
    let different: String = (0..130_000).map(|n| format!("w{n:06} ")).collect();
    let run = palpate(corpus())
        .args(["search", "-"])
        .write_stdin(different)
        .assert()
        .code(1);
    assert!(text(&run.get_output().stderr).contains("only the first"));
}

#[test]
fn a_closed_pipe_is_silent() {
    let mut child = StdCommand::new(env!("CARGO_BIN_EXE_palpate"))
        .args(["search", "the manual therapy", "--limit", "1000", "--json"])
        .current_dir(corpus())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the binary runs");
    drop(child.stdout.take());
    let output = child.wait_with_output().expect("the binary ends");
    assert_eq!(text(&output.stderr), "");
    assert_eq!(output.status.code(), Some(0));
}

#[test]
fn formats() {
    let run = |args: &[&str]| {
        let run = palpate(corpus())
            .args(["search", "osteoporosis"])
            .args(args)
            .assert()
            .code(0);
        text(&run.get_output().stdout)
    };
    let lines = run(&["--format", "jsonl"]);
    assert_eq!(lines.lines().count(), 3);
    for line in lines.lines() {
        let hit: Value = serde_json::from_str(line).expect("a JSON object a line");
        is_verbatim(&hit);
    }
    let table = run(&["--format", "csv"]);
    let mut rows = csv::Reader::from_reader(table.as_bytes());
    assert_eq!(rows.headers().expect("a header").get(2), Some("source"));
    assert_eq!(rows.records().count(), 3);
    let one: Value = serde_json::from_str(&run(&["--format", "json"])).expect("one object");
    assert_eq!(one["total"], 3);
    assert!(!run(&[]).contains('\x1b'), "no colour in a pipe");
    assert!(run(&["--color", "always"]).contains("\x1b["));
    assert!(run(&["--explain"]).contains("words: osteoporosis"));
}

#[test]
fn the_explanation_adds_up() {
    let results = search(&["osteoporosis fracture risk", "--explain"]);
    for hit in results["hits"].as_array().expect("hits is a list") {
        let parts = hit["explanation"].as_array().expect("parts");
        let sum: f64 = parts.iter().filter_map(|part| part["value"].as_f64()).sum();
        let score = hit["score"].as_f64().expect("a number");
        assert!((sum - score).abs() < 1e-9, "{hit}");
    }
}

#[test]
fn pages_follow_each_other_without_gap_or_overlap() {
    let ids = |args: &[&str]| -> Vec<String> {
        search(args)["hits"]
            .as_array()
            .expect("hits is a list")
            .iter()
            .map(|hit| hit["id"].as_str().unwrap_or_default().to_owned())
            .collect()
    };
    let all = ids(&["manual therapy pain", "--limit", "20"]);
    let mut paged = ids(&["manual therapy pain", "--limit", "7"]);
    paged.extend(ids(&[
        "manual therapy pain",
        "--limit",
        "7",
        "--offset",
        "7",
    ]));
    paged.extend(ids(&[
        "manual therapy pain",
        "--limit",
        "6",
        "--offset",
        "14",
    ]));
    assert_eq!(all, paged);
    let none = search(&["osteoporosis", "--offset", "50"]);
    assert_eq!(
        (
            none["total"].as_u64(),
            none["hits"].as_array().map(Vec::len)
        ),
        (Some(3), Some(0))
    );
}

#[test]
fn source_patterns() {
    let narrowed = search(&["osteoporosis", "--source", "001_*.txt"]);
    assert_eq!(narrowed["total"], 1);
    let bad = palpate(corpus())
        .args(["search", "risk", "--source", "[a"])
        .assert()
        .code(2);
    assert!(text(&bad.get_output().stderr).contains("[a"));
}

#[test]
fn the_index_summary() {
    let folder = folder_with_corpus();
    std::fs::write(folder.path().join("corpus/scan.xyz"), "?").expect("a file can be written");
    std::fs::write(folder.path().join("corpus/.hidden.txt"), "hidden")
        .expect("a file can be written");
    let run = palpate(folder.path()).arg("index").assert().code(0);
    let stdout = text(&run.get_output().stdout);
    assert!(stdout.starts_with("4 documents and "), "{stdout}");
    assert!(
        stdout.contains("not read: 1 file of unknown types: 1 .xyz"),
        "{stdout}"
    );
    assert!(run.get_output().stderr.is_empty(), "quiet when piped");

    let json = palpate(folder.path())
        .args(["index", "--json", "--force"])
        .assert()
        .code(0);
    let report: Value = serde_json::from_slice(&json.get_output().stdout).expect("one object");
    assert_eq!(report["documents"], 4);
    assert_eq!(report["generation"], 2);
    assert_eq!(report["unknown"][0]["path"], "corpus/scan.xyz");
}

#[test]
fn a_file_that_cannot_be_read_is_named_and_the_rest_goes_on() {
    let folder = folder_with_corpus();
    std::fs::write(folder.path().join("corpus/broken.txt"), b"caf\0 \xff")
        .expect("a file can be written");
    let run = palpate(folder.path()).arg("index").assert().code(2);
    let stderr = text(&run.get_output().stderr);
    assert!(
        stderr.contains("corpus/broken.txt: binary file"),
        "{stderr}"
    );
    palpate(folder.path())
        .args(["search", "osteoporosis"])
        .assert()
        .code(0);
}

#[test]
fn the_index_is_no_source_of_itself() {
    let folder = folder_with_corpus();
    for _ in 0..2 {
        let run = palpate(folder.path())
            .args(["index", ".", "--json", "--force"])
            .assert()
            .code(0);
        let report: Value = serde_json::from_slice(&run.get_output().stdout).expect("one object");
        assert_eq!(report["documents"], 4);
        assert_eq!(report["unknown"], serde_json::json!([]));
        std::fs::write(folder.path().join("index/README.md"), "osteoporosis")
            .expect("a file can be written");
    }
    assert!(folder.path().join("index/README.md").is_file());
}

#[test]
fn an_interrupted_build_leaves_the_old_index_and_is_swept_away() {
    let folder = folder_with_corpus();
    palpate(folder.path()).arg("index").assert().success();
    let before = palpate(folder.path())
        .args(["search", "risk"])
        .output()
        .expect("the binary runs");
    // What a build killed half-way leaves: a generation that no manifest names.
    let half = folder.path().join("index/g000002");
    std::fs::create_dir(&half).expect("the folder is new");
    let mark = folder.path().join("index/.palpate");
    std::fs::copy(mark, half.join(".palpate")).expect("it can be copied");
    std::fs::write(half.join("meta.json"), "{").expect("a file can be written");
    let after = palpate(folder.path())
        .args(["search", "risk"])
        .output()
        .expect("the binary runs");
    assert_eq!(before.stdout, after.stdout);
    palpate(folder.path()).arg("index").assert().success();
    assert!(!half.exists());
    assert!(folder.path().join("index/g000001").is_dir());
}

#[test]
fn a_second_writer_is_told_about_the_first() {
    let folder = folder_with_corpus();
    palpate(folder.path()).arg("index").assert().success();
    let lock = std::fs::File::create(folder.path().join("index/.lock")).expect("the lock is there");
    lock.lock().expect("nobody else holds it");
    let run = palpate(folder.path()).arg("index").assert().code(2);
    assert!(text(&run.get_output().stderr).contains("another palpate is building"));
    palpate(folder.path())
        .args(["search", "risk"])
        .assert()
        .code(0);
}

#[test]
fn passages_shows_how_a_file_was_cut() {
    let file = corpus().join("corpus/001_1042d628ddd1fd57.txt");
    let run = palpate(corpus())
        .arg("passages")
        .arg(&file)
        .assert()
        .code(0);
    let stdout = text(&run.get_output().stdout);
    for part in [
        "Osteopathic Manipulative Treatment (OMT) › Before Your OMT Session",
        "list item     • Have osteoporosis.",
        "not searched (",
        "furniture     Last Updated",
    ] {
        assert!(stdout.contains(part), "{part}\n{stdout}");
    }
    let json = palpate(corpus())
        .args(["passages", "--json"])
        .arg(&file)
        .assert()
        .code(0);
    let object: Value = serde_json::from_slice(&json.get_output().stdout).expect("one object");
    assert_eq!(
        object["passages"][1]["headings"][0],
        "Before Your OMT Session"
    );
    palpate(corpus())
        .args(["passages", "none.txt"])
        .assert()
        .code(2);
    palpate(corpus())
        .args(["passages", "image.png"])
        .assert()
        .code(2);
}

#[test]
fn the_corpus_is_four_texts() {
    let names: Vec<_> = std::fs::read_dir(repository().join("corpus"))
        .expect("the corpus is there")
        .flatten()
        .map(|entry| entry.file_name())
        .collect();
    assert_eq!(names.len(), 4);
    assert!(
        names
            .iter()
            .all(|name| Path::new(name).extension().is_some_and(|e| e == "txt"))
    );
}

#[test]
fn results_stream_line_by_line() {
    let mut child = StdCommand::new(env!("CARGO_BIN_EXE_palpate"))
        .args(["search", "therapy", "--format", "jsonl"])
        .current_dir(corpus())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the binary runs");
    let out = child.stdout.take().expect("stdout is piped");
    let first = BufReader::new(out)
        .lines()
        .next()
        .expect("a line")
        .expect("text");
    assert!(serde_json::from_str::<Value>(&first).is_ok());
    child.wait().expect("the binary ends");
}

#[test]
fn what_is_of_no_group_stands_above_the_groups_of_the_help() {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    for (command, own, groups) in [
        (
            "search",
            &["--limit", "--json", "--color"][..],
            &["Cluster:", "Ranking:"][..],
        ),
        (
            "index",
            &["--verify", "--keep"],
            &["Cluster:", "Limits for each file:"],
        ),
        ("audit", &["--by", "--format"], &["Cluster:"]),
    ] {
        let run = palpate(folder.path())
            .args([command, "-h"])
            .assert()
            .success();
        let help = String::from_utf8_lossy(&run.get_output().stdout).into_owned();
        let at = |text: &str| help.find(text).unwrap_or_else(|| panic!("{text}: {help}"));
        for group in groups {
            for flag in own {
                assert!(
                    at(&format!("{flag} ")) < at(group),
                    "{command} {flag}: {help}"
                );
            }
        }
    }
}
