//! The query language: what is demanded has to be there, and what is not understood is said.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::common::search;

/// The passages found, as `source:first line`, in their order.
fn places(query: &str) -> Vec<String> {
    let results = search(&[query, "--limit", "100"]);
    let hits = results["hits"].as_array().expect("hits is a list");
    let place = |hit: &Value| {
        let source = hit["source"].as_str().expect("a source");
        let number = source.trim_start_matches("corpus/").split('_').next();
        format!("{}:{}", number.unwrap_or_default(), hit["lines"][0])
    };
    hits.iter().map(place).collect()
}

fn set(query: &str) -> BTreeSet<String> {
    places(query).into_iter().collect()
}

#[test]
fn parentheses_are_sets() {
    let (a, b, c) = (set("+osteoporosis"), set("+fracture"), set("+risk"));
    let either: BTreeSet<String> = a.union(&b).cloned().collect();
    let both: BTreeSet<String> = either.intersection(&c).cloned().collect();
    assert!(!both.is_empty());
    for query in [
        "(osteoporosis OR fracture) AND risk",
        "risk AND (osteoporosis OR fracture)",
        "+(osteoporosis fracture) +risk",
        "(osteoporosis AND risk) OR (fracture AND risk)",
    ] {
        assert_eq!(set(query), both, "{query}");
    }
    let without: BTreeSet<String> = either.difference(&c).cloned().collect();
    assert_eq!(set("(osteoporosis OR fracture) NOT risk"), without);
    let neither: BTreeSet<String> = c.difference(&either).cloned().collect();
    assert_eq!(set("+risk NOT (osteoporosis OR fracture)"), neither);
}

#[test]
fn a_phrase_is_a_choice_among_others() {
    let (phrase, word) = (set("\"neck pain\""), set("+fracture"));
    let either: BTreeSet<String> = phrase.union(&word).cloned().collect();
    assert!(phrase.len() < either.len() && word.len() < either.len());
    for query in [
        "\"neck pain\" OR fracture",
        "fracture OR \"neck pain\"",
        "(\"neck pain\") OR (fracture)",
    ] {
        assert_eq!(set(query), either, "{query}");
    }
}

#[test]
fn joined_clauses_of_every_kind_filter() {
    let pain = set("+pain");
    for (query, narrower) in [
        ("(neck OR back) AND pain", true),
        ("(title:OMT OR heading:risks) AND pain", true),
        ("(\"neck pain\" OR fibromyalg*) AND pain", true),
        ("(source:001_* OR source:003_*) AND pain", true),
    ] {
        let found = set(query);
        assert!(
            !found.is_empty() && found.is_subset(&pain),
            "{query}: {found:?}"
        );
        assert_eq!(found.len() < pain.len(), narrower, "{query}");
    }
}

#[test]
fn what_is_not_understood_is_a_note() {
    for (query, said) in [
        ("osteoporosis[tiab]", "[tiab] is no field"),
        ("(osteoporosis OR fracture", "not closed"),
        ("osteoporosis) risk", "has no opening one"),
        ("*porosis", "a star stands for"),
        (
            "osteoporosis OR fracture AND risk",
            "AND was read before OR",
        ),
        ("\"bone loss risk\"", "no passage has the phrase"),
        (
            "who should not have \"manual therapy\" if they are pregnant",
            "quoted in a sentence",
        ),
    ] {
        let notes = search(&[query])["notes"].to_string();
        assert!(notes.contains(said), "{query}: {notes}");
    }
}

#[test]
fn a_phrase_that_finds_nothing_is_searched_as_words() {
    let results = search(&["\"severe and dangerous osteoporosis\""]);
    assert!(results["total"].as_u64() > Some(0), "{results}");
    let results = search(&["\"severe osteoporosis\""]);
    assert_eq!(results.get("notes"), None);
}

/// Questions that are nothing but an aspect, and passages that answer: at least one of each source
/// that does.
const ASPECTS: &[(&str, &[&str])] = &[
    ("contraindications", &["001:30", "002:150", "003:105"]),
    ("adverse events", &["000:62", "002:150", "003:105"]),
    ("side effects", &["000:62", "002:150", "003:105"]),
    ("risks", &["000:62", "001:30", "002:150", "003:105"]),
    ("precautions", &["001:30", "002:150", "003:105"]),
    ("cost", &["002:112", "003:97"]),
    ("techniques", &["000:42", "002:37", "003:76"]),
];

#[test]
fn an_aspect_alone_lists_all_that_speaks_of_it_source_by_source() {
    for (query, expected) in ASPECTS {
        let found = places(query);
        for place in *expected {
            assert!(
                found.contains(&(*place).to_owned()),
                "{query}: {place} of {found:?}"
            );
        }
        let sources: Vec<&str> = found.iter().map(|place| &place[..3]).collect();
        let all: BTreeSet<&str> = sources.iter().copied().collect();
        let first: BTreeSet<&str> = sources[..all.len()].iter().copied().collect();
        assert_eq!(first, all, "{query}: {found:?}");
    }
}

#[test]
fn a_source_alone_is_listed() {
    assert_eq!(search(&["source:*"])["total"], 59);
    assert_eq!(places("source:001_*"), ["001:3", "001:30"]);
    assert_eq!(places("source:001_* -pregnant"), ["001:3"]);
}
