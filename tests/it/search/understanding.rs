//! Aspects, concepts, filters and lexicons, end to end.

use crate::common::{corpus, folder_with_corpus, palpate, search};
use serde_json::Value;

fn hits(args: &[&str]) -> Vec<Value> {
    search(args)["hits"]
        .as_array()
        .expect("hits is a list")
        .clone()
}

fn texts(hits: &[Value]) -> Vec<&str> {
    hits.iter().filter_map(|hit| hit["text"].as_str()).collect()
}

#[test]
fn other_names_find_a_concept() {
    for (typed, found) in [
        ("brittle bones", "osteoporosis"),
        ("IBS", "Irritable Bowel Syndrome"),
        ("expectant mother", "pregnan"),
        ("thrust technique", "HVLA"),
        ("price", "cost"),
        ("broken bone", "fracture"),
    ] {
        let hits = hits(&[typed, "--limit", "5"]);
        assert!(
            texts(&hits).iter().any(|text| text.contains(found)),
            "{typed}"
        );
    }
}

/// Hits over some files of one passage each.
fn found_in(files: &[(&str, &str)], query: &str) -> Vec<Value> {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    for (name, text) in files {
        std::fs::write(folder.path().join(name), text).expect("a file can be written");
    }
    let mut index = palpate(folder.path());
    index.arg("index");
    index.args(files.iter().map(|(name, _)| name));
    index.assert().success();
    let run = palpate(folder.path())
        .args(["search", "--json", "--explain", query])
        .assert()
        .code(0);
    let found: Value = serde_json::from_slice(&run.get_output().stdout).expect("JSON");
    found["hits"].as_array().expect("hits is a list").clone()
}

fn sources(hits: &[Value]) -> Vec<&str> {
    hits.iter()
        .filter_map(|hit| hit["source"].as_str())
        .collect()
}

#[test]
fn kinds_of_a_thing_count_for_it_and_for_less_than_its_name() {
    for (query, named, kind, other) in [
        (
            "back surgery",
            "Back surgery takes an hour.",
            "A laminectomy takes an hour.",
            "A walk takes an hour.",
        ),
        (
            "painkillers after meals",
            "Take painkillers after meals.",
            "Take naproxen after meals.",
            "Take a nap after meals.",
        ),
        (
            "arthritis sport",
            "Sport with arthritis.",
            "Sport with gout.",
            "Sport with friends.",
        ),
        (
            "blood thinners",
            "Blood thinners are on the list.",
            "Warfarin is on the list.",
            "Bread is on the list.",
        ),
    ] {
        let files = [("c.txt", other), ("b.txt", kind), ("a.txt", named)];
        let hits = found_in(&files, query);
        assert_eq!(sources(&hits)[..2], ["a.txt", "b.txt"], "{query}");
        // What is found by such a name shows it.
        let snippet = hits[1]["snippet"].as_str().expect("a snippet");
        assert!(snippet.contains("<mark>"), "{snippet}");
    }
}

#[test]
fn a_hyphenated_word_counts_once() {
    let files = [
        (
            "a.txt",
            "One\n\nThe pre-school at the corner has a new door.\n",
        ),
        ("b.txt", "Two\n\nThe corner has a new door and a window.\n"),
        ("c.txt", "Three\n\nNothing of any of it.\n"),
    ];
    for query in ["pre-school", "preschool"] {
        let hits = found_in(&files, query);
        assert_eq!(sources(&hits), ["a.txt"], "{query}");
        let explained = hits[0]["explanation"].to_string();
        let both = explained.contains("preschool ") && explained.contains("school ");
        assert!(!(both && explained.contains("pre ")), "{explained}");
    }
}

#[test]
fn a_passage_on_both_topics_comes_before_titles_of_one() {
    let files = [
        (
            "a.txt",
            "Gout\n\nA disease of the joints that comes and goes.\n",
        ),
        (
            "b.txt",
            "Kidney stones\n\nThey are made of salts and can be felt.\n",
        ),
        (
            "c.txt",
            "News\n\nPeople with gout more often have kidney stones than others.\n",
        ),
        (
            "d.txt",
            "Weather\n\nIt rains today and will rain tomorrow.\n",
        ),
    ];
    let hits = found_in(&files, "can gout cause kidney stones");
    assert_eq!(sources(&hits)[0], "c.txt");
}

#[test]
fn an_aspect_lifts_nothing_above_the_topic() {
    let files = [
        (
            "a.txt",
            "Lungs\n\nThe effects of breathing exercises on lung function were measured.\n",
        ),
        (
            "b.txt",
            "Tablets\n\nSide effects\n\nSide effects are nausea, rash and adverse reactions of the lung.\n",
        ),
        (
            "c.txt",
            "Weather\n\nIt rains today and will rain tomorrow.\n",
        ),
    ];
    let hits = found_in(&files, "effects of breathing exercises on lung function");
    assert_eq!(sources(&hits)[0], "a.txt");
}

#[test]
fn the_word_itself_ranks_above_its_synonym() {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let write = |name: &str, text: &str| {
        std::fs::write(folder.path().join(name), text).expect("a file can be written");
    };
    write(
        "a.txt",
        "One\n\nThis was seen with osteoporosis in a few of the patients.\n",
    );
    write(
        "b.txt",
        "Two\n\nThis was seen with brittle bones in a few of the patients.\n",
    );
    palpate(folder.path())
        .args(["index", "a.txt", "b.txt"])
        .assert()
        .success();
    for (typed, first) in [("osteoporosis", "a.txt"), ("brittle bones", "b.txt")] {
        let run = palpate(folder.path())
            .args(["search", "--json", typed])
            .assert()
            .code(0);
        let found: Value = serde_json::from_slice(&run.get_output().stdout).expect("JSON");
        assert_eq!(found["total"], 2, "{typed}");
        assert_eq!(found["hits"][0]["source"], first, "{typed}");
    }
}

#[test]
fn filters_narrow_by_aspect_and_concept() {
    let all = hits(&["--limit", "100", "OMT"]);
    let risky = hits(&["--limit", "100", "OMT", "--aspect", "risk"]);
    assert!(!risky.is_empty() && risky.len() < all.len());
    for hit in &risky {
        assert!(
            hit["aspects"]
                .as_array()
                .is_some_and(|a| a.contains(&"risk".into())),
            "{hit}"
        );
    }
    // A filter alone lists all that pass it.
    let named = hits(&["--limit", "100", "--condition", "brittle bones"]);
    assert_eq!(named.len(), 3);
    for hit in &named {
        let names = hit["concepts"].as_array().expect("concepts is a list");
        assert!(
            names
                .iter()
                .any(|concept| concept["name"] == "osteoporosis")
        );
    }
    let both = hits(&[
        "--aspect",
        "contraindication",
        "--condition",
        "osteoporosis",
    ]);
    assert!(
        texts(&both)
            .iter()
            .any(|text| text.contains("Tell your doctor if you"))
    );
}

#[test]
fn unknown_filters_are_errors() {
    for (args, said) in [
        (["--aspect", "weather"], "no aspect"),
        (["--condition", "zebra stripes"], "no condition"),
        (["--technique", "osteoporosis"], "no technique"),
    ] {
        let run = palpate(corpus()).arg("search").args(args).assert().code(2);
        let stderr = String::from_utf8_lossy(&run.get_output().stderr).into_owned();
        assert!(stderr.contains(said), "{stderr}");
    }
}

#[test]
fn facets_count_all_that_match() {
    let results = search(&["osteoporosis", "--limit", "1"]);
    let conditions = results["facets"]["condition"].as_array().expect("a list");
    let count = conditions
        .iter()
        .find(|facet| facet["value"] == "osteoporosis")
        .map(|facet| &facet["count"]);
    assert_eq!(count, Some(&3.into()));
    assert_eq!(
        results["facets"]["source"].as_array().map(Vec::len),
        Some(3)
    );
    let silent = &results["facets"]["silent"];
    let source = "corpus/000_c69984d4732e6a33.txt";
    assert_eq!(
        silent,
        &serde_json::json!({"count": 1, "sources": [source]})
    );
}

#[test]
fn nothing_is_said_of_silence_where_only_some_sources_are_searched() {
    let results = search(&["osteoporosis", "--source", "*001_*"]);
    assert!(results["facets"]["silent"].is_null());
}

#[test]
fn a_denied_risk_is_said_to_be_denied() {
    let hits = hits(&["risk of addiction"]);
    let found = hits.iter().find(|hit| {
        hit["text"]
            .as_str()
            .is_some_and(|text| text.contains("no risk of addiction"))
    });
    assert!(found.is_some());
    let said = hits_with_concept("bruising", "bruising");
    assert!(
        said.iter().any(|assertion| assertion == "hedged"),
        "{said:?}"
    );
}

fn hits_with_concept(query: &str, name: &str) -> Vec<String> {
    hits(&[query])
        .iter()
        .flat_map(|hit| hit["concepts"].as_array().cloned().unwrap_or_default())
        .filter(|concept| concept["name"] == name)
        .filter_map(|concept| concept["assertion"].as_str().map(str::to_owned))
        .collect()
}

#[test]
fn users_bring_their_own_lexicon() {
    let folder = folder_with_corpus();
    let write = |name: &str, text: &str| {
        std::fs::write(folder.path().join(name), text).expect("a file can be written");
    };
    write("ours.txt", "# ours\nglass skeleton, osteoporosis\n");
    write(
        "ours.obo",
        "[Term]\nid: X:1\nname: colic\nsynonym: \"evening howling\" EXACT []\n",
    );
    palpate(folder.path())
        .args(["index", "--lexicon", "ours.txt", "--lexicon", "ours.obo"])
        .assert()
        .success();
    for (query, found) in [
        ("glass skeleton", "osteoporosis"),
        ("evening howling", "colic"),
    ] {
        let run = palpate(folder.path())
            .args(["search", query])
            .assert()
            .code(0);
        assert!(
            String::from_utf8_lossy(&run.get_output().stdout).contains(found),
            "{query}"
        );
    }
    write("bad.txt", "fine, good\na => b => c\n");
    let run = palpate(folder.path())
        .args(["index", "--lexicon", "bad.txt"])
        .assert()
        .code(2);
    let stderr = String::from_utf8_lossy(&run.get_output().stderr).into_owned();
    assert!(stderr.contains("bad.txt:2"), "{stderr}");
}

#[test]
fn a_run_is_written_and_measured() {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let write = |name: &str, text: &str| {
        std::fs::write(folder.path().join(name), text).expect("a file can be written");
    };
    write(
        "corpus.jsonl",
        "{\"_id\":\"d1\",\"title\":\"Gout\",\"text\":\"Gout is treated with rest and medicines.\"}\n\
         {\"_id\":\"d2\",\"title\":\"Asthma\",\"text\":\"Asthma is a disease of the lungs.\"}\n",
    );
    write(
        "queries.jsonl",
        "{\"_id\":\"q1\",\"text\":\"how is gout treated\"}\n",
    );
    write("qrels.tsv", "query-id\tcorpus-id\tscore\nq1\td1\t1\n");
    palpate(folder.path())
        .args(["index", "corpus.jsonl"])
        .assert()
        .success();
    palpate(folder.path())
        .args(["run", "queries.jsonl", "--output", "out.run"])
        .assert()
        .success();
    let run = std::fs::read_to_string(folder.path().join("out.run")).expect("a run");
    assert!(
        run.starts_with("q1 Q0 d1 1 ") && run.ends_with(" palpate\n"),
        "{run}"
    );
    for args in [&["--run", "out.run"][..], &[]] {
        let measured = palpate(folder.path())
            .args(["eval", "queries.jsonl", "qrels.tsv", "--json"])
            .args(args)
            .assert()
            .success();
        let report: Value = serde_json::from_slice(&measured.get_output().stdout).expect("JSON");
        assert!(report.to_string().contains("1.0"), "{report}");
    }
}
