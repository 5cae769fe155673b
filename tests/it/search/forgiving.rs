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

/// A leaflet that lacks what is asked for, and has its neighbours.
fn leaflet() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let text = "About prednisolone\n\nPrednisolone is a steroid. It can raise the weight.\n\n\
                Osteopetrosis is a rare bone disease. Hypocalcemia may occur. Asepsis is kept during \
                the procedure. Cycloserine and cutaneous larva migrans are other stories. A single \
                asymptomatic person had influence over neuropathy.\n";
    std::fs::create_dir(folder.path().join("corpus")).expect("the folder is empty");
    std::fs::write(folder.path().join("corpus/leaflet.txt"), text).expect("it can be written");
    palpate(folder.path()).arg("index").assert().success();
    folder
}

fn found(folder: &std::path::Path, args: &[&str]) -> Value {
    let run = palpate(folder)
        .args(["search", "--json"])
        .args(args)
        .output();
    let run = run.expect("the binary runs");
    serde_json::from_slice(&run.stdout).expect("one JSON object")
}

#[test]
fn a_right_word_is_never_exchanged_for_its_neighbour() {
    let folder = leaflet();
    for (typed, meant) in [
        ("prednisone", "prednisolone"),
        ("osteoporosis", "osteopetrosis"),
        ("hypokalemia", "hypocalcemia"),
        ("sepsis", "asepsis"),
        ("cyclosporine", "cycloserine"),
        ("symptomatic", "asymptomatic"),
        ("shingles", "single"),
        ("influenza", "influence"),
        ("nephropathy", "neuropathy"),
    ] {
        let results = found(folder.path(), &[typed]);
        assert_eq!(results.get("corrections"), None, "{typed}");
        assert_eq!(results["total"], 0, "{typed}");
        if let Some(suggested) = results.get("did_you_mean") {
            let expected = json!([{"typed": typed, "meant": meant, "passages": 1}]);
            assert_eq!(*suggested, expected, "{typed}");
            let corrected = found(folder.path(), &["--corrected", typed]);
            assert_eq!(corrected["corrections"][0]["searched"], meant, "{typed}");
            assert_eq!(corrected["total"], 1, "{typed}");
        }
    }
    let shown = palpate(folder.path())
        .args(["search", "prednisone"])
        .output();
    let shown = String::from_utf8(shown.expect("the binary runs").stdout).expect("it is text");
    let line = "no passage has prednisone. Did you mean prednisolone? 1 passage\n";
    assert!(shown.starts_with(line), "{shown}");
    // A misspelling is none the less one where the corpus has its stem.
    let misspelled = found(folder.path(), &["migrane"]);
    assert_eq!(misspelled["corrections"][0]["searched"], "migrans");
}

#[test]
fn all_commands_take_a_word_alike_and_say_so() {
    let folder = leaflet();
    std::fs::write(
        folder.path().join("topics.tsv"),
        "1\tprednisone\n2\tprednisolon\n",
    )
    .expect("it can be written");
    for args in [
        &["audit", "prednisone", "prednisolon"][..],
        &["run", "topics.tsv"],
    ] {
        let run = palpate(folder.path())
            .args(args)
            .output()
            .expect("the binary runs");
        let said = String::from_utf8(run.stderr).expect("it is text");
        assert!(
            said.contains("no passage has prednisone. Did you mean prednisolone?"),
            "{said}"
        );
        assert!(
            said.contains("searched for prednisolone (typed: prednisolon)"),
            "{said}"
        );
        let shown = String::from_utf8(run.stdout).expect("it is text");
        assert!(
            !shown.is_empty() && !shown.contains("prednisolon "),
            "{shown}"
        );
    }
}

/// Edits of every kind at places that a number chooses.
fn slipped(word: &str, number: usize) -> String {
    let mut letters: Vec<char> = word.chars().collect();
    let at = 1 + number / 4 % (letters.len() - 1);
    let letter = char::from(b'a' + (number / 7 % 26) as u8);
    match number % 4 {
        0 => drop(letters.remove(at)),
        1 => letters.insert(at, letter),
        2 => letters[at] = letter,
        _ => letters.swap(at - 1, at),
    }
    letters.into_iter().collect()
}

/// Measured: 93 % of slips in words of `corpus/` are put right.
#[test]
fn most_slips_are_put_right() {
    let searcher =
        palpate::search::Searcher::open(&palpate::index::Home::Folder(corpus().join("index")));
    let searcher = searcher.expect("the index is there");
    let mut words = std::collections::BTreeSet::new();
    for entry in std::fs::read_dir(corpus().join("corpus"))
        .expect("it is there")
        .flatten()
    {
        let text = std::fs::read_to_string(entry.path()).expect("it is text");
        let text = text.to_lowercase();
        let found = text.split(|c: char| !c.is_ascii_alphabetic());
        words.extend(found.filter(|word| word.len() >= 5).map(str::to_owned));
    }
    let (mut right, mut all) = (0, 0);
    for (number, word) in words.iter().enumerate() {
        let typed = slipped(word, 31 * number + 7);
        if words.contains(&typed) {
            continue;
        }
        let (corrections, _) = searcher.spelling(&typed).expect("it can be read");
        all += 1;
        right += usize::from(corrections.first().is_some_and(|c| c.searched == *word));
    }
    assert!(all > 500 && right * 100 >= all * 82, "{right} of {all}");
}

#[test]
fn common_misspellings_are_in_no_list() {
    for typed in [
        "osteoperosis",
        "diabeties",
        "migrane",
        "arthritus",
        "alzhiemers",
        "pnuemonia",
        "neumonia",
        "hemorage",
        "diarhea",
        "diarrea",
        "rhuematoid",
        "asthama",
        "psoriasus",
        "siezure",
        "bronchitus",
        "hemroids",
        "tonsilitis",
        "cholestrol",
        "colestrol",
        "hypertention",
        "diabetis",
        "perscription",
        "vacine",
        "accupuncture",
        "surgury",
        "sciatca",
        "scoliosus",
        "menstral",
        "menapause",
        "pregnacy",
        "osteoprosis",
        "thryoid",
        "anxeity",
        "depresion",
        "schizophernia",
        "epilepsey",
        "concusion",
        "recieve",
        "untill",
        "occured",
    ] {
        let folder = corpus();
        let found = found(folder, &[typed]);
        assert_eq!(found.get("did_you_mean"), None, "{typed}");
    }
}
