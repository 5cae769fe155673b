//! Typing is not spelling: what is mistyped is found, and what is right is left alone.

use crate::common::{corpus, palpate, search};
use serde_json::{Value, json};

fn stdout(args: &[&str], code: i32) -> String {
    let run = palpate(corpus()).args(args).assert().code(code);
    String::from_utf8(run.get_output().stdout.clone()).expect("palpate prints UTF-8")
}

fn ids(results: &Value) -> Vec<&str> {
    let hits = results["hits"].as_array().expect("hits is a list");
    hits.iter().filter_map(|hit| hit["id"].as_str()).collect()
}

#[test]
fn clinical_words_with_a_slip_find_what_was_meant() {
    for (typed, meant) in [
        ("osteoporsis", "osteoporosis"),
        ("fibromialgia", "fibromyalgia"),
        ("manipualtion", "manipulation"),
        ("contraindicatons", "contraindications"),
        ("anasthesia", "anesthesia"),
        ("bursitus", "bursitis"),
        ("fractrue", "fracture"),
        ("myofacial", "myofascial"),
        ("arthritus", "arthritis"),
        ("rehabilitaton", "rehabilitation"),
        ("inflamatory", "inflammatory"),
        ("musculoskelatal", "musculoskeletal"),
        ("accupuncture", "acupuncture"),
        ("pregnent", "pregnant"),
        ("ostoepathic", "osteopathic"),
        ("constipaton", "constipation"),
    ] {
        let results = search(&[typed]);
        let corrections = json!([{"typed": typed, "searched": meant}]);
        assert_eq!(results["corrections"], corrections, "{typed}");
        assert!(!ids(&results).is_empty(), "{typed}");
        assert_eq!(ids(&results), ids(&search(&[meant])), "{typed}");
        assert_eq!(results["query"], typed);
    }
}

#[test]
fn right_words_are_left_alone_however_rare() {
    let words = [
        "bursitis",
        "colic",
        "counterstrain",
        "fascia",
        "telehealth",
        "addiction",
        "pregnant",
        "bruising",
        "carpal",
        "bowel",
        "thrust",
        "vascular",
        "scars",
        "treats",
        "fibromyalgia",
    ];
    for word in words {
        let results = search(&[word]);
        assert_eq!(results.get("corrections"), None, "{word}");
        assert!(!ids(&results).is_empty(), "{word}");
    }
    // Nothing is like these.
    assert_eq!(search(&["zebrafish quasar"]).get("corrections"), None);
}

#[test]
fn the_correction_is_the_first_line() {
    let shown = stdout(&["search", "osteoporsis", "manipualtion"], 0);
    let first = "searched for osteoporosis (typed: osteoporsis), \
                 manipulation (typed: manipualtion)\n\n 1  ";
    assert!(shown.starts_with(first), "{shown}");
    assert!(!stdout(&["search", "osteoporosis"], 0).contains("searched for"));
}

#[test]
fn formats_with_room_for_hits_only_say_it_beside_them() {
    for format in ["csv", "jsonl"] {
        let run = palpate(corpus())
            .args(["search", "osteoporsis", "--format", format])
            .assert()
            .code(0);
        let stderr = String::from_utf8_lossy(&run.get_output().stderr).into_owned();
        assert_eq!(
            stderr,
            "note: searched for osteoporosis (typed: osteoporsis)\n"
        );
    }
}

#[test]
fn exact_and_quotes_switch_it_off() {
    assert_eq!(
        stdout(&["search", "--exact", "osteoporsis"], 1),
        "no passage matches\n"
    );
    assert_eq!(ids(&search(&["\"osteoporsis\""])), [""; 0]);
    assert_eq!(ids(&search(&["\"severe osteoporsis\""])), [""; 0]);
    let mixed = search(&["\"severe osteoporosis\" fractrue"]);
    assert_eq!(mixed["corrections"][0]["searched"], "fracture");
}

#[test]
fn the_query_language_is_corrected_too() {
    for (typed, meant) in [
        ("+osteoporsis +pregnent", "+osteoporosis +pregnant"),
        ("osteoporosis -pregnent", "osteoporosis -pregnant"),
        ("title:ostoepathic", "title:osteopathic"),
        ("osteopros*", "osteopor*"),
        ("low-ampltude", "low-amplitude"),
        ("Osteoporsis?", "osteoporosis"),
    ] {
        let results = search(&[typed]);
        assert!(results.get("corrections").is_some(), "{typed}");
        assert!(!ids(&results).is_empty(), "{typed}");
        assert_eq!(ids(&results), ids(&search(&[meant])), "{typed}");
    }
}

#[test]
fn a_query_of_many_strange_words_is_answered() {
    let strange: String = (0..40_000)
        .map(|n| {
            let letter = |shift: u32| char::from(b'a' + (n >> shift & 15) as u8);
            format!(
                "qx{}{}{}{}zzv ",
                letter(0),
                letter(4),
                letter(8),
                letter(12)
            )
        })
        .collect();
    palpate(corpus())
        .args(["search", "-"])
        .write_stdin(strange)
        .assert()
        .code(1);
}

fn suggestions(args: &[&str]) -> Vec<String> {
    let run = palpate(corpus()).arg("suggest").args(args).output();
    let run = run.expect("the binary runs");
    let code = if run.stdout.is_empty() { 1 } else { 0 };
    assert_eq!(run.status.code(), Some(code), "{args:?}");
    assert!(run.stderr.is_empty(), "{args:?}");
    let stdout = String::from_utf8(run.stdout).expect("palpate prints UTF-8");
    stdout.lines().map(str::to_owned).collect()
}

#[test]
fn suggestions_complete_titles_headings_and_questions() {
    let risk = suggestions(&["risk"]);
    assert_eq!(
        risk[..2],
        ["Risks & alternatives", "Risks and Complications"]
    );
    let question = "Are There Any Risks Associated With Manual Therapy Techniques?";
    assert!(risk.contains(&question.to_owned()), "{risk:?}");
    assert_eq!(suggestions(&["RISKS and c"]), ["Risks and Complications"]);
    assert_eq!(
        suggestions(&["risks", "and", "c"]),
        ["Risks and Complications"]
    );
    assert_eq!(
        suggestions(&["post-surg"])[0],
        "Post-Surgical Rehabilitation Benefits"
    );
    assert!(suggestions(&["what is"]).contains(&"What Is Cpt® Code 97140?".to_owned()));
    assert_eq!(suggestions(&["osteopathic man", "-n", "2"]).len(), 2);
}

#[test]
fn one_word_is_completed_from_the_text_where_headings_are_few() {
    let words = suggestions(&["osteop"]);
    assert!(words[0].starts_with("Osteopathic Man"), "{words:?}");
    assert!(words.contains(&"osteoporosis".to_owned()), "{words:?}");
    assert_eq!(suggestions(&["fibromy"]), ["fibromyalgia"]);
    // Headings that are single words are not offered twice.
    assert_eq!(
        suggestions(&["recovery"])
            .iter()
            .filter(|s| s.eq_ignore_ascii_case("recovery"))
            .count(),
        1
    );
    assert!(!suggestions(&["wh"]).contains(&"which".to_owned()));
}

#[test]
fn no_suggestion_is_exit_code_one_and_no_output() {
    for prefix in ["zebrafish", "risks xylophone", "", " ", "?!"] {
        assert_eq!(suggestions(&[prefix]), [""; 0], "{prefix:?}");
    }
    assert_eq!(suggestions(&["risk", "--limit", "0"]), [""; 0]);
    palpate(corpus())
        .args(["suggest", "risk", "--index", "nowhere"])
        .assert()
        .code(2);
}

#[test]
fn suggestions_as_json() {
    let one = |prefix: &str, code: i32| -> Value {
        let shown = stdout(&["suggest", "--json", "-n", "1", prefix], code);
        serde_json::from_str(&shown).expect("one JSON object")
    };
    let found = one("risks and", 0);
    let expected = json!([{"text": "Risks and Complications", "count": 1}]);
    assert_eq!(
        found,
        json!({"prefix": "risks and", "suggestions": expected})
    );
    assert_eq!(one("zebrafish", 1)["suggestions"], json!([]));
}
