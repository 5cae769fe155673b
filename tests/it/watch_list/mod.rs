//! Saved questions: what came, changed and went, told on the terminal, as JSON and as a feed.

pub mod feed;
#[cfg(feature = "serve")]
mod served;

use std::path::Path;

use assert_cmd::assert::Assert;
use serde_json::Value;
use tempfile::TempDir;

use crate::common::palpate;
use feed::{Element, feed};

const NECK: &str = "Neck pain

Manipulation

Manipulation of the neck must not be done with severe osteoporosis.

Exercise

Stretch every day for ten minutes.
";

/// Leaflets, indexed, and a list with one question on them.
pub fn leaflets() -> TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    std::fs::create_dir(folder.path().join("leaflets")).expect("it can be made");
    write(folder.path(), "leaflets/neck.txt", NECK);
    write(
        folder.path(),
        "leaflets/gout.txt",
        "Gout\n\nAvoid beer, and drink water.\n",
    );
    index(folder.path());
    run(folder.path(), &["add", "bones", "osteoporosis"]).code(0);
    folder
}

pub fn write(folder: &Path, name: &str, text: &str) {
    std::fs::write(folder.join(name), text).expect("it can be written");
}

pub fn index(folder: &Path) {
    let args = ["index", "leaflets", "--keep", "3"];
    palpate(folder).args(args).assert().success();
}

fn run(folder: &Path, args: &[&str]) -> Assert {
    palpate(folder).arg("watch-list").args(args).assert()
}

fn stdout(run: &Assert) -> String {
    String::from_utf8(run.get_output().stdout.clone()).expect("palpate prints UTF-8")
}

fn stderr(run: &Assert) -> String {
    String::from_utf8(run.get_output().stderr.clone()).expect("palpate prints UTF-8")
}

fn json(folder: &Path, args: &[&str]) -> Value {
    let run = run(folder, &[&["--json"], args].concat());
    serde_json::from_slice(&run.get_output().stdout).expect("--json prints JSON")
}

fn entries(folder: &Path, args: &[&str]) -> Vec<Element> {
    let run = run(folder, &[&["--format", "atom"], args].concat());
    feed(&stdout(&run)).all("entry").cloned().collect()
}

#[test]
fn what_came_changed_and_went_is_told_and_nothing_else() {
    let folder = leaflets();
    let path = folder.path();
    // Another leaflet changes, and this one elsewhere: nothing about the question.
    write(path, "leaflets/gout.txt", "Gout\n\nAvoid beer and wine.\n");
    write(
        path,
        "leaflets/neck.txt",
        &NECK.replace("ten minutes", "an hour"),
    );
    index(path);
    let nothing = run(path, &[]).code(1);
    assert!(stdout(&nothing).contains("0 of 1 question changed, from generation 1 "));
    assert_eq!(json(path, &[])["questions"][0]["now"]["hits"], 1);
    assert!(entries(path, &[]).is_empty());
    // Changed.
    write(
        path,
        "leaflets/neck.txt",
        &NECK.replace("severe osteoporosis", "osteoporosis or a stroke"),
    );
    index(path);
    let changed = stdout(&run(path, &[]).code(0));
    assert!(
        changed.contains("~ leaflets/neck.txt:5  Manipulation"),
        "{changed}"
    );
    assert!(changed.contains("[-severe osteoporosis.-] {+osteoporosis or a stroke.+}"));
    // Came, in a file of its own.
    write(
        path,
        "leaflets/spine.txt",
        "Spine\n\nAsk about osteoporosis first.\n",
    );
    index(path);
    let came = stdout(&run(path, &[]).code(0));
    assert!(
        came.contains("+ leaflets/spine.txt:3") && !came.contains("neck.txt"),
        "{came}"
    );
    // Went.
    std::fs::remove_file(path.join("leaflets/spine.txt")).expect("it is there");
    index(path);
    let went = stdout(&run(path, &[]).code(0));
    assert!(
        went.contains("- leaflets/spine.txt:3") && went.contains("1 went"),
        "{went}"
    );
    // Of two steps together nothing is left of what came and went.
    assert_eq!(
        json(path, &["--since", "3"])["questions"][0]["counts"]["came"],
        0
    );
    assert_eq!(
        json(path, &["--since", "2"])["questions"][0]["counts"]["changed"],
        1
    );
}

#[test]
fn a_wording_that_begins_or_ceases_to_be_a_hit_is_a_change() {
    let folder = leaflets();
    let path = folder.path();
    write(
        path,
        "leaflets/neck.txt",
        &NECK.replace("severe osteoporosis", "a severe illness"),
    );
    index(path);
    let said = json(path, &[]);
    let changed = &said["questions"][0]["changed"];
    assert_eq!(
        (&changed[0]["about"], changed.as_array().map(Vec::len)),
        (&"before".into(), Some(1))
    );
    assert!(stdout(&run(path, &[]).code(0)).contains("(no longer a hit)"));
    write(path, "leaflets/neck.txt", NECK);
    index(path);
    assert_eq!(
        json(path, &[])["questions"][0]["changed"][0]["about"],
        "now"
    );
}

#[test]
fn a_copy_of_a_leaflet_comes_and_goes_by_itself() {
    let folder = leaflets();
    let path = folder.path();
    write(path, "leaflets/copy.txt", NECK);
    index(path);
    let said = json(path, &[]);
    assert_eq!(
        said["questions"][0]["came"][0]["source"],
        "leaflets/copy.txt"
    );
    assert_eq!(
        said["questions"][0]["counts"],
        serde_json::json!({"came": 1, "changed": 0, "went": 0})
    );
    // It stays where it was, though the other one goes.
    std::fs::remove_file(path.join("leaflets/neck.txt")).expect("it is there");
    index(path);
    let said = json(path, &[]);
    assert_eq!(
        said["questions"][0]["went"][0]["source"],
        "leaflets/neck.txt"
    );
    assert_eq!(
        said["questions"][0]["counts"],
        serde_json::json!({"came": 0, "changed": 0, "went": 1})
    );
}

#[test]
fn the_same_change_is_the_same_entry_whatever_it_is_compared_with() {
    let folder = leaflets();
    let path = folder.path();
    write(
        path,
        "leaflets/neck.txt",
        &NECK.replace("severe ", "<b>\"severe\"</b> & \u{1b}[31m"),
    );
    index(path);
    let first = entries(path, &["--base", "https://clinic.example/palpate/"]);
    assert_eq!(first.len(), 1);
    let link = first[0].link("alternate").expect("it has a link");
    assert!(
        link.starts_with("https://clinic.example/palpate/p/"),
        "{link}"
    );
    assert!(
        first[0].text.contains("<b>\"severe\"</b> &"),
        "{}",
        first[0].text
    );
    write(path, "leaflets/gout.txt", "Gout\n\nAvoid beer.\n");
    index(path);
    let again = entries(path, &["--since", "1"]);
    assert_eq!(again[0].one("id").text, first[0].one("id").text);
    assert!(again[0].link("alternate").is_none());
    for wrong in ["clinic.example", "ftp://x", "https://", "https://a\"b"] {
        run(path, &["--format", "atom", "--base", wrong]).code(2);
    }
}

#[test]
fn a_generation_that_is_gone_is_said_with_what_to_do() {
    let folder = leaflets();
    let path = folder.path();
    let alone = run(path, &[]).code(2);
    assert!(stderr(&alone).contains("no generation before 1") && stderr(&alone).contains("--keep"));
    write(path, "leaflets/gout.txt", "Gout\n\nAvoid beer.\n");
    index(path);
    run(path, &["--since", "1"]).code(1);
    palpate(path)
        .args(["index", "leaflets", "--force", "--keep", "1"])
        .assert()
        .success();
    let gone = run(path, &["--since", "1"]).code(2);
    assert!(
        stderr(&gone).contains("does not keep generation 1; it keeps 2, 3"),
        "{}",
        stderr(&gone)
    );
}

#[test]
fn what_was_told_is_not_told_again() {
    let folder = leaflets();
    let path = folder.path();
    let seen = ["--seen", "seen"];
    write(path, "leaflets/neck.txt", &NECK.replace("severe", "grave"));
    index(path);
    run(path, &seen).code(0);
    run(path, &seen).code(1);
    run(path, &[]).code(0);
    // Two builds later, and nothing is left out in between.
    write(path, "leaflets/neck.txt", NECK);
    index(path);
    write(path, "leaflets/gout.txt", "Gout\n\nAvoid beer.\n");
    index(path);
    assert!(stdout(&run(path, &seen).code(0)).contains("[-grave-] {+severe+}"));
    run(path, &seen).code(1);
    // What was told last is gone, and it is said how to go on.
    for _ in 0..3 {
        let args = ["index", "leaflets", "--force", "--keep", "1"];
        palpate(path).args(args).assert().success();
    }
    let gone = run(path, &seen).code(2);
    let said = stderr(&gone);
    assert!(
        said.contains("generation 4, which was told last (seen)") && said.contains("--since"),
        "{said}"
    );
    run(path, &["--seen", "seen", "--since", "6"]).code(1);
    run(path, &seen).code(1);
    // An index that was made anew has another generation of the same number.
    write(path, "seen", "7 1\n");
    assert!(stderr(&run(path, &seen).code(2)).contains("generation 7"));
    write(path, "seen", "title = 1");
    assert!(stderr(&run(path, &seen).code(2)).contains("seen: it does not say"));
}

#[test]
fn a_list_that_is_wrong_is_said_with_its_line_before_an_index_is_opened() {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let path = folder.path();
    let missing = run(path, &[]).code(2);
    assert!(
        stderr(&missing).contains("watch-list.toml: "),
        "{}",
        stderr(&missing)
    );
    for (text, said) in [
        (
            "[[question]]\nname = \"a\"\nqery = \"b\"\n",
            "list.toml:3: unknown field `qery`",
        ),
        (
            "[[question]]\nname = \"a\"\nquery = \"b\"\naspect = [\"rsk\"]\n",
            "list.toml:2: “rsk” is no aspect",
        ),
        (
            "[[question]]\nname = \"a\u{202e}b\"\nquery = \"b\"\n",
            "list.toml:2: there is a control",
        ),
        ("", "list.toml: there is no question"),
    ] {
        write(path, "list.toml", text);
        let wrong = run(path, &["--list", "list.toml"]).code(2);
        assert!(stderr(&wrong).contains(said), "{}", stderr(&wrong));
    }
    // What only the lexicon of an index knows.
    let folder = leaflets();
    run(
        folder.path(),
        &["add", "lumps", "--condition", "osteoporosiss"],
    )
    .code(0);
    let wrong = run(folder.path(), &[]).code(2);
    let said = stderr(&wrong);
    assert!(
        said.contains("watch-list.toml:6: ") && said.contains("did you mean"),
        "{said}"
    );
    let wrong = run(folder.path(), &["--name", "nobody"]).code(2);
    assert!(stderr(&wrong).contains("no question “nobody”"));
}

#[test]
fn questions_are_added_shown_and_asked_by_name() {
    let folder = leaflets();
    let path = folder.path();
    let name = "<script>alert(1)</script> & \"quotes\"";
    run(
        path,
        &[
            "add", name, "gout", "beer", "--aspect", "risk", "--hits", "7",
        ],
    )
    .code(0);
    for (args, said) in [
        (&["add", "bones", "again"][..], "“bones” is there already"),
        (&["add", "a\u{1b}[31m", "x"], "control character"),
        (&["add", "a\u{202e}b", "x"], "direction"),
        (
            &["add", "x", "y", "--aspect", "nothing-like-it"],
            "is no aspect",
        ),
        (&["add", "x", "y", "--hits", "0"], "from 1 to 1000"),
    ] {
        let refused = run(path, args).code(2);
        assert!(stderr(&refused).contains(said), "{}", stderr(&refused));
    }
    run(path, &["add", "x"]).code(2);
    let shown = stdout(&run(path, &["show"]).code(0));
    assert!(
        shown.ends_with("gout beer · aspect: risk\n2 questions\n"),
        "{shown}"
    );
    let shown = run(path, &["show", "--json"]).code(0);
    let shown: Value = serde_json::from_str(&stdout(&shown)).expect("JSON");
    assert_eq!(
        (
            &shown["questions"][1]["name"],
            &shown["questions"][1]["hits"]
        ),
        (&name.into(), &7.into())
    );
    write(path, "leaflets/gout.txt", "Gout\n\nA risk: beer.\n");
    index(path);
    let asked = json(path, &["--name", name]);
    assert_eq!(asked["questions"].as_array().map(Vec::len), Some(1));
    assert_eq!(asked["questions"][0]["name"], name);
}

#[test]
fn a_list_of_a_thousand_questions_is_answered_and_of_more_is_none() {
    let folder = leaflets();
    let path = folder.path();
    let question =
        |n: usize| format!("[[question]]\nname = \"{n}\"\nquery = \"osteoporosis or {n}\"\n");
    let all: String = (0..1_000).map(question).collect();
    write(path, "long.toml", &all);
    write(path, "leaflets/neck.txt", &NECK.replace("severe", "grave"));
    index(path);
    let said = json(path, &["--list", "long.toml"]);
    let questions = said["questions"].as_array().expect("a list");
    assert_eq!(questions.len(), 1_000);
    assert!(questions.iter().all(|one| one["counts"]["changed"] == 1));
    assert_eq!(entries(path, &["--list", "long.toml"]).len(), 1_000);
    write(path, "long.toml", &(all + &question(1_000)));
    let many = run(path, &["--list", "long.toml"]).code(2);
    assert!(
        stderr(&many).contains("long.toml:3002: 1000 questions"),
        "{}",
        stderr(&many)
    );
}

#[test]
fn what_is_not_shown_is_counted() {
    let folder = leaflets();
    let path = folder.path();
    for n in 0..30 {
        let text = format!("Leaflet {n}\n\nA warning of osteoporosis, the number {n}.\n");
        write(path, &format!("leaflets/l{n}.txt"), &text);
    }
    index(path);
    let said = stdout(&run(path, &["--limit", "2"]).code(0));
    assert!(
        said.contains("30 came") && said.contains("and 28 more (--limit)"),
        "{said}"
    );
    assert_eq!(said.matches("+ leaflets/").count(), 2);
    let said = json(path, &["--limit", "2"]);
    assert_eq!(
        (
            &said["questions"][0]["more"],
            &said["questions"][0]["counts"]["came"]
        ),
        (&28.into(), &30.into())
    );
    let feed = entries(path, &["--limit", "2"]);
    assert_eq!(feed.len(), 3);
    assert_eq!(feed[2].one("title").text, "bones: 28 changes more");
    run(path, &["add", "few", "osteoporosis", "--hits", "5"]).code(0);
    let said = stdout(&run(path, &["--name", "few"]).code(0));
    assert!(
        said.contains("watched are the best 5 hits; 31 passages match"),
        "{said}"
    );
}
