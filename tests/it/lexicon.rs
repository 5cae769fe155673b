//! Users' own lexicons, from the file to the search.

use crate::common::palpate;
use std::path::Path;
use tempfile::TempDir;

fn folder(files: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    for (name, text) in files {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().expect("it is in the folder")).expect("made");
        std::fs::write(path, text).expect("a file can be written");
    }
    folder
}

/// Exit code, what is printed, and what is said on stderr.
fn run(folder: &Path, args: &[&str]) -> (Option<i32>, String, String) {
    let output = palpate(folder).args(args).output().expect("it runs");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (
        output.status.code(),
        text(&output.stdout),
        text(&output.stderr),
    )
}

#[test]
fn a_users_file_takes_nothing_away() {
    let obo = "[Term]\nid: T:0\nname: All\n\n[Term]\nid: T:1\nname: Fever\nis_a: T:0\n\n\
               [Term]\nid: T:2\nname: Severe\nis_a: T:0\n";
    let folder = folder(&[
        (
            "corpus/a.txt",
            "Care\n\nPeople with brittle bones should not lift.\n",
        ),
        (
            "corpus/b.txt",
            "Home\n\nYou may have a high temperature. All severe cases are seen.\n",
        ),
        ("ours.txt", "osteoporosis, thin bone disease\n"),
        ("terms.obo", obo),
    ]);
    let args = ["index", "--lexicon", "ours.txt", "--lexicon", "terms.obo"];
    let (code, _, said) = run(folder.path(), &args);
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("terms.obo:1: “All”"), "{said}");
    for args in [
        ["search", "--condition", "osteoporosis"],
        ["search", "--condition", "thin bone disease"],
        ["search", "--condition", "fever"],
    ] {
        assert_eq!(run(folder.path(), &args).0, Some(0), "{args:?}");
    }
    for (topic, source) in [("thin bone disease", "a.txt"), ("fever", "b.txt")] {
        let (_, printed, _) = run(folder.path(), &["audit", topic, "--format", "csv"]);
        let line = printed
            .lines()
            .find(|line| line.contains(source))
            .unwrap_or_default();
        assert!(
            !line.is_empty() && !line.contains("silent"),
            "{topic}: {printed}"
        );
    }
    for name in ["All", "Severe"] {
        let (code, _, said) = run(folder.path(), &["search", "--condition", name]);
        assert_eq!(code, Some(2), "{said}");
    }
}

#[test]
fn a_lexicon_is_checked_before_it_is_used() {
    let folder = folder(&[
        (
            "ours.txt",
            "# palpate: kind=risk\nzorb shock, rolling shock\nzorbly\n",
        ),
        ("bad.txt", "a, b\nx => y => z\n"),
        (
            "bad.toml",
            "[[concept]]\nname = \"zorbitis\"\nkind = \"conditon\"\n",
        ),
        ("bad.obo", "[Term]\nid: a\nname: b\nsynonym: c\n"),
    ]);
    let check = |file: &str| run(folder.path(), &["lexicon", "check", file]);
    let (code, printed, said) = check("ours.txt");
    assert_eq!((code, said.as_str()), (Some(0), ""));
    assert!(printed.contains("2 new concepts (risk 2)"), "{printed}");
    assert!(printed.contains("ours.txt:3: "), "{printed}");
    for (file, at) in [
        ("bad.txt", ":2: "),
        ("bad.toml", ":3: "),
        ("bad.obo", ":4: "),
        ("none.txt", ": "),
    ] {
        let (code, _, said) = check(file);
        assert_eq!(code, Some(2));
        assert!(said.contains(&format!("{file}{at}")), "{said}");
    }
}

/// The examples of the page for those who write lexicons can be used as they stand.
#[test]
fn the_examples_of_the_page_are_read() {
    let page = include_str!("../../docs/lexicon.md");
    let example = |language: &str| {
        let after = page
            .split_once(&format!("```{language}\n"))
            .map(|(_, after)| after);
        let example = after.and_then(|after| after.split_once("```"));
        example.expect("there is an example").0
    };
    let folder = folder(&[
        ("ours.txt", example("text")),
        ("ours.toml", example("toml")),
    ]);
    let check = |file: &str| run(folder.path(), &["lexicon", "check", file]);
    let (code, printed, said) = check("ours.toml");
    assert_eq!((code, said.as_str()), (Some(0), ""));
    assert!(
        printed.starts_with("ours.toml: 1 new concepts (condition 1), 1 joined"),
        "{printed}"
    );
    let (code, printed, _) = check("ours.txt");
    assert_eq!(code, Some(0));
    assert!(
        page.contains(printed.lines().next().expect("a line")),
        "{printed}"
    );
}

const LEAFLET: &str = "Neck\n\nBefore\n\nBeware of osteoporosis. Rest for a day.\n";

/// The built-in table of triggers, in which one more phrase supposes.
fn triggers() -> String {
    let builtin = include_str!("../../src/data/assertion.toml");
    let more = "after = \"hypothetical\"\nreach = \"clause\"\nwords = [\"beware of\"]\n";
    format!("{builtin}\n[[trigger]]\n{more}")
}

#[test]
fn a_table_of_ones_own_stands_in_for_the_built_in_one() {
    let folder = folder(&[
        ("corpus/a.txt", LEAFLET),
        ("ours/assertion.toml", &triggers()),
    ]);
    let audit = |args: &[&str]| {
        let (_, printed, said) = run(folder.path(), &[&["audit", "osteoporosis"], args].concat());
        (printed.contains("conditional  corpus/a.txt"), said)
    };
    assert_eq!(run(folder.path(), &["index"]).0, Some(0));
    assert!(!audit(&[]).0);
    let (conditional, said) = audit(&["--data", "ours"]);
    assert!(said.contains("made with other tables"), "{said}");
    // What is said is read when it is asked; what is kept is not, and so it is said.
    assert!(conditional);
    let (code, printed, _) = run(folder.path(), &["index", "--data", "ours"]);
    assert_eq!(code, Some(0));
    assert!(!printed.contains("1 as before"), "{printed}");
    let (conditional, said) = audit(&["--data", "ours"]);
    assert!(conditional && !said.contains("other tables"), "{said}");
    assert!(audit(&[]).1.contains("made with other tables"));
}

#[test]
fn a_table_that_cannot_be_used_is_named_with_its_line() {
    let cue =
        |aspect: &str| format!("[[cue]]\naspect = \"cost\"\n\n[[cue]]\naspect = \"{aspect}\"\n");
    for (name, text, said) in [
        ("cues.toml", cue("csot"), "cues.toml:5: “csot” is no aspect"),
        (
            "cues.toml",
            cue("risk"),
            "cues.toml:4: “risk” is more than one aspect",
        ),
        (
            "assertion.toml",
            "[words]\n\n[[trigger]]\nwords = []\naftre = \"negated\"\n".to_owned(),
            "assertion.toml:5: unknown field `aftre`",
        ),
        (
            "risks.toml",
            "[[concept]]\nid = \"x\"\nkind = \"rsk\"\n".to_owned(),
            "risks.toml:3: ",
        ),
        (
            "furniture.txt",
            "# ok\nfive\thome\n".to_owned(),
            "furniture.txt:2: not a number of words",
        ),
        (
            "quantities.toml",
            "[numbers]\none = \"x\"\n".to_owned(),
            "quantities.toml:2: ",
        ),
        (
            "modifiers.toml",
            "word = []\n".to_owned(),
            "modifiers.toml:1: unknown field `word`",
        ),
        ("cue.toml", cue("cost"), "cue.toml: no table is called so"),
    ] {
        let path = format!("ours/{name}");
        let folder = folder(&[("corpus/a.txt", LEAFLET), (&path, &text)]);
        let (code, _, error) = run(folder.path(), &["index", "--data", "ours"]);
        assert_eq!(code, Some(2), "{name}");
        assert!(error.contains(said), "{name}: {error}");
        if name != "cue.toml" && name != "risks.toml" {
            let (code, _, error) = run(folder.path(), &["lexicon", "check", &path]);
            assert_eq!(code, Some(2), "{name}");
            assert!(error.contains(said), "{name}: {error}");
        }
    }
    let good = folder(&[("ours/assertion.toml", &triggers())]);
    let (code, printed, _) = run(good.path(), &["lexicon", "check", "ours/assertion.toml"]);
    assert_eq!(
        (code, printed.as_str()),
        (Some(0), "ours/assertion.toml: can be used with --data\n")
    );
}

/// Two medicines of one class are two things: a passage about one is no answer about the other.
#[test]
fn a_medicine_is_no_name_of_another() {
    let folder = folder(&[
        ("corpus/a.txt", "A\n\nHaloperidol is given by mouth.\n"),
        (
            "corpus/b.txt",
            "B\n\nEnalapril lowers the blood pressure.\n",
        ),
        ("corpus/c.txt", "C\n\nEmpagliflozin is taken once a day.\n"),
        ("corpus/d.txt", "D\n\nZantac settles the stomach.\n"),
    ]);
    run(folder.path(), &["index", "corpus"]);
    for other in [
        "clozapine",
        "chlorpromazine",
        "ramipril",
        "captopril",
        "dapagliflozin",
        "Farxiga",
        "cimetidine",
    ] {
        let (code, printed, _) = run(folder.path(), &["search", "--exact", other]);
        assert_eq!(code, Some(1), "{other} finds {printed}");
        let (code, printed, _) = run(folder.path(), &["audit", other]);
        assert_eq!(code, Some(1), "{other} is said by {printed}");
    }
    // The same medicine by another name, and a class by its members, are found.
    for (asked, source) in [
        ("Haldol", "a.txt"),
        ("ACE inhibitors", "b.txt"),
        ("ranitidine", "d.txt"),
    ] {
        let (_, printed, _) = run(folder.path(), &["audit", asked, "--format", "csv"]);
        let said = |line: &&str| line.contains(source) && !line.contains(",silent,");
        assert!(
            printed.lines().any(|line| said(&line)),
            "{asked}: {printed}"
        );
    }
}

/// A name does not begin in one item and end in the next, and is no stem of another word.
#[test]
fn names_stand_in_one_sentence_and_are_words() {
    let folder = folder(&[
        (
            "corpus/a.txt",
            "A\n\nTell us about:\n\n- haemophilia\n- a pacemaker\n",
        ),
        (
            "corpus/b.txt",
            "B\n\nResearchers estimate that one in ten is affected.\n",
        ),
    ]);
    run(folder.path(), &["index", "corpus"]);
    let (_, printed, _) = run(folder.path(), &["search", "source:*", "--json"]);
    assert!(printed.contains("\"hemophilia\""), "{printed}");
    assert!(!printed.contains("hemophilia A"), "{printed}");
    assert!(!printed.contains("electrotherapy"), "{printed}");
}
