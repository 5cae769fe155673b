//! What people have around a search: the manual and completions, lists of what can be asked for, messages
//! that help, references, and what is said of a machine.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::common::{corpus, folder_with_corpus, palpate, search};

/// What a call prints on standard output and on standard error, with its exit code.
fn run(args: &[&str]) -> (String, String, Option<i32>) {
    let output = palpate(corpus())
        .args(args)
        .output()
        .expect("the binary runs");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("palpate prints UTF-8");
    (
        text(output.stdout),
        text(output.stderr),
        output.status.code(),
    )
}

/// The commands that help lists.
fn commands() -> BTreeSet<String> {
    let help = run(&["--help"]).0;
    let listed = help.split("\nCommands:\n").nth(1).expect("there are some");
    let lines = listed.lines().map_while(|line| line.strip_prefix("  "));
    let names = lines.filter(|line| !line.starts_with(' '));
    let names = names.filter_map(|line| line.split_whitespace().next());
    names.map(str::to_owned).collect()
}

#[test]
fn manual_and_completions_name_every_command() {
    let commands = commands();
    assert!(commands.len() > 12 && commands.contains("search"));
    for what in [
        "man",
        "complete-bash",
        "complete-zsh",
        "complete-fish",
        "complete-powershell",
    ] {
        let (made, _, code) = run(&["generate", what]);
        assert_eq!(code, Some(0), "{what}");
        for command in commands.iter().filter(|command| *command != "help") {
            let named = match what {
                "man" => made.contains(&format!(".SH \"PALPATE {}\"", command.to_uppercase())),
                _ => made.contains(command.as_str()),
            };
            assert!(named, "{what} does not name {command}");
        }
        // What is hidden from help stays so.
        assert!(what != "man" || !made.contains("PALPATE TERMS"));
    }
    let manual = run(&["generate", "man"]).0;
    for said in ["\\-\\-condition", "PALPATE LEXICON CHECK", ".TH palpate 1"] {
        assert!(manual.contains(said), "{said}");
    }
}

#[test]
fn a_name_that_is_none_is_answered_with_the_one_that_was_meant() {
    for (args, said) in [
        (
            ["--aspect", "rsik"],
            "did you mean “risk”? (`palpate aspects`",
        ),
        (["--aspect", "zzzz"], "there are risk, condition"),
        (
            ["--condition", "osteoporsis"],
            "did you mean “osteoporosis”?",
        ),
        (
            ["--condition", "severe gout attack"],
            "did you mean “gout”?",
        ),
        (
            ["--technique", "gout"],
            "it is a condition (`palpate concepts",
        ),
    ] {
        let (_, stderr, code) = run(&["search", args[0], args[1]]);
        assert_eq!(code, Some(2));
        assert!(stderr.contains(said), "{stderr}");
    }
    let unknown = run(&["search", "--condition", "zebrafish"]).1;
    assert!(!unknown.contains("did you mean"), "{unknown}");
    let (_, stderr, code) = run(&["gout", "side effects"]);
    assert_eq!(code, Some(2));
    assert!(stderr.contains("did you mean `palpate search gout \"side effects\"`?"));
}

#[test]
fn arguments_are_checked_before_an_index_is_built() {
    for args in [
        ["search", "--aspect", "rsik"],
        ["search", "--condition", "osteoporsis"],
        ["search", "--source", "[a"],
        ["audit", "--source", "[a"],
    ] {
        let folder = folder_with_corpus();
        palpate(folder.path()).args(args).assert().code(2);
        assert!(!folder.path().join("index").exists(), "{args:?}");
    }
}

#[test]
fn what_can_be_asked_for_is_listed() {
    let (aspects, _, code) = run(&["aspects"]);
    assert_eq!(code, Some(0));
    assert!(aspects.contains("risk          contraindication, adverse"));
    let aspects: Value = serde_json::from_str(&run(&["aspects", "--json"]).0).expect("JSON");
    for aspect in aspects["aspects"].as_array().expect("a list") {
        let name = aspect["name"].as_str().expect("a name");
        assert_ne!(run(&["search", "--aspect", name]).2, Some(2), "{name}");
    }
    let (listed, _, code) = run(&["concepts", "brittle", "bones"]);
    assert_eq!(code, Some(0));
    assert!(listed.starts_with("osteoporosis  (condition, 3 passages)\n"));
    let listed = run(&[
        "concepts",
        "--json",
        "--kind",
        "technique",
        "-n",
        "2",
        "manip*",
    ])
    .0;
    let listed: Value = serde_json::from_str(&listed).expect("JSON");
    let concepts = listed["concepts"].as_array().expect("a list");
    assert!(
        concepts
            .iter()
            .all(|concept| concept["kind"] == "technique")
    );
    assert!(concepts.len() <= 2);
    assert_eq!(run(&["concepts", "zzzz"]).2, Some(1));
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let run = palpate(folder.path()).args(["concepts", "gout"]).assert();
    let stderr = String::from_utf8_lossy(&run.get_output().stderr).into_owned();
    assert!(stderr.contains("there is no index yet"), "{stderr}");
    run.code(0);
}

#[test]
fn what_was_counted_is_one_line_unless_asked_for() {
    let short = run(&["search", "osteoporosis"]).0;
    let lines: Vec<&str> = short.lines().collect();
    let tally = lines.iter().position(|line| *line == "3 passages match");
    let tally = tally.expect("it is said how many there are");
    assert_eq!(lines.len(), tally + 2, "{short}");
    assert!(lines[tally + 1].contains("nothing in 1 source (--facets)"));
    let long = run(&["search", "osteoporosis", "--facets"]).0;
    assert!(long.contains("\nsources: corpus/001_"), "{long}");
}

#[test]
fn json_keeps_its_contract_for_what_names_nothing() {
    for query in ["NOT osteoporosis", "-osteoporosis", "?"] {
        let found = search(&["--", query]);
        for key in ["query", "total", "elapsed_ms", "hits", "facets"] {
            assert!(found.get(key).is_some(), "{query}: {key}");
        }
        assert_eq!(found["facets"]["silent"]["count"], 4, "{query}");
    }
}

#[test]
fn an_empty_folder_is_nothing_found() {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    std::fs::create_dir(folder.path().join("empty")).expect("the folder is new");
    for _ in 0..2 {
        let run = palpate(folder.path())
            .args(["index", "empty"])
            .assert()
            .code(1);
        let stderr = String::from_utf8_lossy(&run.get_output().stderr).into_owned();
        assert!(stderr.contains("nothing to index"), "{stderr}");
    }
}

/// The values of a field in RIS.
fn values<'r>(record: &'r str, tag: &str) -> Vec<&'r str> {
    let prefix = format!("{tag}  - ");
    let lines = record.split("\r\n");
    lines
        .filter_map(|line| line.strip_prefix(&prefix))
        .collect()
}

#[test]
fn references_are_whole_and_can_be_cited_again() {
    let ris = run(&["search", "osteoporosis", "--format", "ris"]).0;
    let records: Vec<&str> = ris.split("\r\n\r\n").filter(|r| !r.is_empty()).collect();
    assert_eq!(records.len(), 3);
    for record in &records {
        assert!(record.starts_with("TY  - GEN\r\n") && record.ends_with("ER  - "));
        assert_eq!(values(record, "TI").len(), 1, "{record}");
        let id = values(record, "ID")[0];
        let (cited, _, code) = run(&["cite", id]);
        assert_eq!(code, Some(0));
        assert!(cited.contains(values(record, "L1")[0]), "{cited}");
        assert_eq!(
            run(&["cite", id, "--format", "ris"]).0.trim_end(),
            record.trim_end()
        );
    }
    let bibtex = run(&["search", "osteoporosis", "--format", "bibtex"]).0;
    assert_eq!(bibtex.matches("@misc{palpate-").count(), 3);
    let braces = |c: char| bibtex.matches(c).count();
    assert_eq!(braces('{'), braces('}'));
}

#[test]
fn tables_open_in_spreadsheets() {
    for args in [
        &["search", "osteoporosis", "--format", "csv"][..],
        &["audit", "osteoporosis", "--format", "csv"],
    ] {
        let table = run(args).0;
        assert!(table.starts_with('\u{feff}'), "{args:?}");
        let rows = table.matches("\r\n").count();
        assert!(rows > 3 && table.ends_with("\r\n"), "{args:?}");
        let mut reader = csv::Reader::from_reader(table.as_bytes());
        assert!(["rank", "source"].contains(&&reader.headers().expect("a header")[0]));
    }
}

#[test]
fn the_doctor_says_what_is_wrong() {
    let (said, _, code) = run(&["doctor"]);
    assert_eq!(code, Some(0), "{said}");
    assert!(
        said.lines().count() <= 10 && said.contains("4 documents"),
        "{said}"
    );
    assert!(said.contains("wrong      nothing"), "{said}");
    let manifest: toml::Table = include_str!("../../Cargo.toml")
        .parse()
        .expect("it is TOML");
    let features = said.lines().find(|line| line.starts_with("features"));
    let features = features.expect("a line of them").replace(';', " ");
    let told: BTreeSet<&str> = features.split_whitespace().collect();
    let all = manifest["features"].as_table().expect("features").keys();
    for feature in all.filter(|name| !["default", "packages"].contains(&name.as_str())) {
        assert!(told.contains(feature.as_str()), "{feature}: {features}");
    }

    let folder = folder_with_corpus();
    let doctor = || {
        let run = palpate(folder.path())
            .arg("doctor")
            .env("HOME", folder.path())
            .output()
            .expect("the binary runs");
        (
            String::from_utf8_lossy(&run.stdout).into_owned(),
            run.status.code(),
        )
    };
    let (said, code) = doctor();
    assert!(said.contains("none at index") && code == Some(0), "{said}");
    palpate(folder.path()).arg("index").assert().success();
    std::fs::rename(folder.path().join("corpus"), folder.path().join("gone")).expect("it can move");
    let (said, code) = doctor();
    assert!(
        said.contains("corpus is not there") && code == Some(2),
        "{said}"
    );
    let manifest = folder.path().join("index/palpate.json");
    let text = std::fs::read_to_string(&manifest).expect("it is there");
    std::fs::write(&manifest, text.replace("\"format\": ", "\"format\": 9")).expect("it is ours");
    let (said, code) = doctor();
    assert!(
        said.contains("wrong      the index at index was made in format 9"),
        "{said}"
    );
    assert!(
        said.contains("`palpate index corpus --index index`") && code == Some(2),
        "{said}"
    );
}

#[test]
fn an_audit_of_many_sources_is_cut_short_and_says_so() {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    for n in 0..90 {
        let says = match n % 3 {
            0 => "Tell us if you have gout.",
            _ => "Drink enough water.",
        };
        let page = format!("Leaflet {n}\n\nRisks\n\n{says}\n");
        std::fs::write(folder.path().join(format!("leaflet-{n:02}.txt")), page).expect("new");
    }
    palpate(folder.path())
        .args(["index", ".", "--index", "there.index"])
        .assert()
        .success();
    let audit = |args: &[&str]| -> String {
        let run = palpate(folder.path())
            .args(["audit", "gout", "--index", "there.index"])
            .args(args)
            .assert();
        String::from_utf8_lossy(&run.get_output().stdout).into_owned()
    };
    let short = audit(&[]);
    assert!(!short.contains("silent       "), "{short}");
    assert_eq!(short.matches("\nconditional  ").count(), 30);
    assert!(
        short.contains("… 60 more sources (--all)") && short.contains("30 conditional, 60 silent")
    );
    let silent = audit(&["--silent"]);
    assert_eq!(silent.matches("\nsilent       ").count(), 40, "{silent}");
    let all = audit(&["--all"]);
    assert_eq!(all.matches("\nsilent       ").count(), 60, "{all}");
}

#[test]
fn red_flags_and_interactions_are_kinds_of_risk() {
    let folder = tempfile::tempdir().expect("a folder");
    let pages = folder.path().join("pages");
    std::fs::create_dir(&pages).expect("a new folder");
    let page = "Plaster casts\n\nGetting help\n\nGo to hospital if your fingers turn blue.\n\nLiving with it\n\n\
                Most people go back to work the same week.\n";
    let tablets = "Zorbine tablets\n\nOther tablets\n\nZorbine must not be taken with lithium.\n";
    std::fs::write(pages.join("cast.txt"), page).expect("a new file");
    std::fs::write(pages.join("tablets.txt"), tablets).expect("a new file");
    let indexed = palpate(folder.path()).args(["index", "pages"]).assert();
    indexed.success();
    let search = |args: &[&str]| -> Value {
        let out = palpate(folder.path())
            .args(["search", "--json"])
            .args(args)
            .output()
            .expect("it runs");
        serde_json::from_slice(&out.stdout).expect("JSON")
    };
    let first = |found: &Value| found["hits"][0]["text"].as_str().map(str::to_owned);
    let kinds = |found: &Value, kind: &str| {
        let kinds = found["hits"][0]["risks"].as_array().cloned();
        kinds.is_some_and(|kinds| kinds.iter().any(|known| known == kind))
    };
    for (question, kind, says) in [
        ("when to call a doctor", "red-flag", "fingers turn blue"),
        ("drug interactions", "interaction", "lithium"),
    ] {
        let found = search(&[question]);
        assert!(kinds(&found, kind), "{question}: {found}");
        assert!(first(&found).is_some_and(|text| text.contains(says)));
    }
    let found = search(&["cast", "--aspect", "red flag"]);
    assert_eq!(found["total"], 1, "{found}");
}
