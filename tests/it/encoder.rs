//! Meaning beyond words: an index with a sentence encoder.

use std::path::Path;

use palpate::encoder::Encoder;
use serde_json::Value;
use tempfile::TempDir;

use crate::common::encoder::{real, write_tiny};
use crate::common::server::Server;
use crate::common::{palpate, repository};

/// Words that mean the same, a line each.
const GROUPS: [&[&str]; 7] = [
    &["brittle", "fragile", "porous"],
    &["bones", "skeleton"],
    &["wheezing", "breathless"],
    &["railway", "train"],
    &["fares", "tickets"],
    &["."],
    &[","],
];

/// A folder with pages, the tiny encoder, and an index made with it.
fn folder() -> TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    for name in ["pages", "encoder"] {
        std::fs::create_dir(folder.path().join(name)).expect("the folder is ours");
    }
    write_tiny(&folder.path().join("encoder"), &GROUPS, 7);
    for (name, text) in [
        ("bones.txt", "Brittle bones\n\nBrittle bones.\n"),
        ("chest.txt", "Wheezing\n\nWheezing.\n"),
        ("travel.txt", "Railway fares\n\nRailway fares.\n"),
    ] {
        write_page(folder.path(), name, text);
    }
    index(folder.path(), &["--encoder", "encoder"]);
    folder
}

fn write_page(folder: &Path, name: &str, text: &str) {
    std::fs::write(folder.join("pages").join(name), text).expect("the folder is ours");
}

fn index(folder: &Path, more: &[&str]) {
    let run = palpate(folder).args(["index", "pages"]).args(more).assert();
    run.success();
}

fn found(folder: &Path, args: &[&str]) -> Value {
    let run = palpate(folder)
        .args(["search", "--json", "--explain", "--exact"])
        .args(args)
        .assert();
    let printed = &run.get_output().stdout;
    let mut found: Value = serde_json::from_slice(printed).expect("--json prints JSON");
    found["elapsed_ms"] = Value::Null;
    found
}

fn sources(found: &Value) -> Vec<&str> {
    let hits = found["hits"].as_array().expect("a list");
    hits.iter()
        .filter_map(|hit| hit["source"].as_str())
        .collect()
}

#[test]
fn what_means_the_same_is_found_and_said_to_be_so() {
    let folder = folder();
    let by_meaning = found(folder.path(), &["fragile skeleton"]);
    assert_eq!(sources(&by_meaning), ["pages/bones.txt"], "{by_meaning}");
    assert_eq!(by_meaning["total"], 1);
    let hit = &by_meaning["hits"][0];
    assert_eq!(hit["by_meaning_alone"], true);
    assert!(
        hit["explanation"].to_string().contains("\"meaning\""),
        "{hit}"
    );
    let run = palpate(folder.path())
        .args(["search", "--exact", "fragile skeleton"])
        .assert();
    let text = String::from_utf8_lossy(&run.get_output().stdout).into_owned();
    assert!(
        text.contains("similar in meaning; your words do not occur"),
        "{text}"
    );
    let by_words = found(folder.path(), &["brittle bones"]);
    assert_eq!(sources(&by_words), ["pages/bones.txt"], "{by_words}");
    assert!(
        by_words["hits"][0].get("by_meaning_alone").is_none(),
        "{by_words}"
    );
}

#[test]
fn a_server_finds_by_meaning_wherever_the_files_are() {
    let folder = folder();
    let pages = folder.path().join("pages");
    let pages = pages.to_str().expect("a temporary folder has a plain name");
    // Made from an absolute path, sources are named from the folder on.
    for args in [
        &["index", "pages", "--encoder", "encoder"][..],
        &["index", pages, "--encoder", "encoder", "--replace"],
    ] {
        palpate(folder.path()).args(args).assert().success();
        let server = Server::start(folder.path(), &[]);
        let answer = server.get("/api/v1/search?q=fragile+skeleton&exact=true");
        let found: Value = serde_json::from_str(&answer.body).expect("it is JSON");
        let hit = &found["hits"][0];
        assert_eq!(hit["by_meaning_alone"], true, "{args:?} {found}");
        let source = hit["source"].as_str().unwrap_or_default();
        assert!(source.ends_with("bones.txt"), "{source}");
    }
}

#[test]
fn what_must_and_must_not_be_holds_for_meaning_too() {
    let folder = folder();
    for query in [
        "fragile skeleton -brittle",
        "fragile skeleton +wheezing",
        "fragile skeleton \"railway fares\"",
        "fragile skeleton source:pages/travel.txt",
    ] {
        let found = found(folder.path(), &[query]);
        let sources = sources(&found);
        assert!(!sources.contains(&"pages/bones.txt"), "{query}: {found}");
    }
    let narrowed = found(folder.path(), &["--source", "pages/t*", "fragile skeleton"]);
    assert!(sources(&narrowed).is_empty(), "{narrowed}");
}

#[test]
fn what_it_knows_nothing_of_finds_nothing() {
    let folder = folder();
    let found = found(folder.path(), &["asparagus zeppelin"]);
    assert!(sources(&found).is_empty(), "{found}");
}

#[test]
fn without_it_all_is_as_it_was() {
    let folder = folder();
    index(folder.path(), &["--index", "plain"]);
    for query in [
        "brittle bones",
        "railway tickets",
        "wheezing -bones",
        "fragile skeleton",
    ] {
        let plain = found(folder.path(), &["--index", "plain", query]);
        let without = found(folder.path(), &["--without", "meaning", query]);
        assert_eq!(plain, without);
    }
    let audit = |index: &str| {
        let args = ["audit", "bones", "--format", "json", "--index", index];
        let run = palpate(folder.path()).args(args).assert();
        run.get_output().stdout.clone()
    };
    assert_eq!(audit("plain"), audit("index"));
}

#[test]
fn an_index_brought_up_to_date_is_as_one_built_anew() {
    let folder = folder();
    for number in 0..20 {
        write_page(
            folder.path(),
            &format!("more{number}.txt"),
            "Trains\n\nA train, late again.\n",
        );
    }
    index(folder.path(), &["--encoder", "encoder"]);
    write_page(folder.path(), "porous.txt", "Porous bones\n\nPorous.\n");
    std::fs::remove_file(folder.path().join("pages/chest.txt")).expect("it is there");
    index(folder.path(), &["--encoder", "encoder"]);
    index(folder.path(), &["--encoder", "encoder", "--index", "anew"]);
    palpate(folder.path()).arg("check").assert().success();
    for query in ["fragile skeleton", "brittle bones", "railway", "breathless"] {
        let amended = found(folder.path(), &[query]);
        let anew = found(folder.path(), &["--index", "anew", query]);
        assert_eq!(amended, anew, "{query}");
    }
}

#[test]
fn damaged_vectors_are_found() {
    let folder = folder();
    let vectors = folder.path().join("index/g000001/vectors.bin");
    let mut bytes = std::fs::read(&vectors).expect("there are vectors");
    *bytes.last_mut().expect("they are not empty") ^= 4;
    std::fs::write(&vectors, bytes).expect("the folder is ours");
    let run = palpate(folder.path()).arg("check").assert().code(2);
    let output = run.get_output();
    let said = [&output.stdout[..], &output.stderr].concat();
    let said = String::from_utf8_lossy(&said).into_owned();
    assert!(said.contains("vectors.bin"), "{said}");
}

#[test]
fn another_encoder_is_said_and_words_are_still_found() {
    let folder = folder();
    write_tiny(&folder.path().join("encoder"), &GROUPS, 8);
    let by_words = found(folder.path(), &["brittle bones"]);
    assert_eq!(sources(&by_words), ["pages/bones.txt"], "{by_words}");
    let notes = by_words["notes"].to_string();
    assert!(
        notes.contains("not the one that the index was made with"),
        "{notes}"
    );
    index(folder.path(), &["--encoder", "encoder"]);
    let by_meaning = found(folder.path(), &["fragile skeleton"]);
    assert_eq!(sources(&by_meaning), ["pages/bones.txt"], "{by_meaning}");
    let notes = by_meaning["notes"].to_string();
    assert!(!notes.contains("only words were searched for"), "{notes}");
}

#[test]
fn a_folder_that_is_no_encoder_is_named() {
    let folder = folder();
    let args = ["index", "pages", "--encoder", "pages"];
    let run = palpate(folder.path()).args(args).assert().code(2);
    let said = String::from_utf8_lossy(&run.get_output().stderr).into_owned();
    assert!(said.contains("config.json"), "{said}");
}

#[test]
fn vectors_are_those_of_the_reference() {
    let Some(folder) = real() else { return };
    let fixture = repository().join("tests/fixtures/minilm.json");
    let fixture = std::fs::read(fixture).expect("it is there");
    let fixture: Value = serde_json::from_slice(&fixture).expect("it is JSON");
    let encoder = Encoder::open(&folder).expect("it is an encoder");
    for case in fixture["texts"].as_array().expect("a list") {
        let text = case["text"].as_str().expect("a text");
        let vector = encoder.vectors(&[text]).remove(0);
        let expected = case["components"].as_array().expect("numbers");
        for (found, expected) in vector.iter().zip(expected) {
            let expected = expected.as_f64().expect("a number");
            assert!(
                (f64::from(*found) - expected).abs() < 1e-3,
                "{text}: {found} {expected}"
            );
        }
    }
}
