//! What single sentences tie together: a kind of risk, what is done, and with which condition.

use std::path::Path;

use serde_json::Value;
use tempfile::TempDir;

use crate::common::palpate;

/// A folder with a page a text, and its index.
fn pages(texts: &[&str]) -> TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let corpus = folder.path().join("corpus");
    std::fs::create_dir(&corpus).expect("the folder is empty");
    for (number, text) in texts.iter().enumerate() {
        std::fs::write(corpus.join(format!("{number:02}.txt")), text).expect("it can be written");
    }
    palpate(folder.path())
        .args(["index", "corpus"])
        .assert()
        .success();
    folder
}

fn json(folder: &Path, args: &[&str]) -> Value {
    let output = palpate(folder)
        .args(args)
        .arg("--json")
        .output()
        .expect("the binary runs");
    serde_json::from_slice(&output.stdout).expect("--json prints JSON")
}

/// Of each page, its statements as `kind: techniques · conditions as they are written`.
fn statements(texts: &[&str]) -> Vec<Vec<String>> {
    let folder = pages(texts);
    let found = json(folder.path(), &["search", "source:*", "-n", "1000"]);
    let mut of_pages = vec![Vec::new(); texts.len()];
    for hit in found["hits"].as_array().expect("hits") {
        let source = hit["source"].as_str().expect("a source");
        let page: usize = source["corpus/".len()..][..2].parse().expect("a number");
        for statement in hit["statements"].as_array().into_iter().flatten() {
            of_pages[page].push(in_short(statement));
        }
    }
    of_pages
}

fn in_short(statement: &Value) -> String {
    let names = |list: &Value, key: Option<&str>| -> String {
        let list = list.as_array().expect("a list").iter();
        let names: Vec<&str> = list
            .filter_map(|item| key.map_or(item, |key| &item[key]).as_str())
            .collect();
        names.join(", ")
    };
    let kind = statement["risk"].as_str().expect("a kind");
    let techniques = names(&statement["techniques"], None);
    let conditions = names(&statement["conditions"], Some("written"));
    format!("{kind}: {techniques} · {conditions}")
}

fn all_say(cases: &[(&str, &[&str])]) {
    let texts: Vec<&str> = cases.iter().map(|(text, _)| *text).collect();
    let said = statements(&texts);
    let wrong: Vec<String> = cases
        .iter()
        .zip(&said)
        .filter(|((_, expected), said)| *said != expected)
        .map(|((text, expected), said)| format!("{text:?}\n    {said:?}, not {expected:?}"))
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_sentence_ties_what_it_says_together() {
    all_say(&[
        (
            "Back care\n\nManipulation must not be done in people with osteoporosis.\n",
            &["contraindication: manipulation · osteoporosis"],
        ),
        (
            "Back care\n\nHVLA is contraindicated in patients with a recent fracture.\n",
            &["contraindication: high-velocity low-amplitude technique · recent fracture"],
        ),
        (
            "Back care\n\nAvoid spinal manipulation if you have severe osteoporosis.\n",
            &["contraindication: spinal manipulation · severe osteoporosis"],
        ),
        (
            "Back care\n\nVery rarely, more serious complications can occur if HVLA is used on patients with \
             severe osteoporosis.\n",
            &["contraindication: high-velocity low-amplitude technique · severe osteoporosis"],
        ),
        (
            "Back care\n\nSpinal manipulation can cause a stroke.\n",
            &["adverse: spinal manipulation · stroke"],
        ),
        (
            "Back care\n\nSide effects of massage include soreness and bruising.\n",
            &["adverse: massage therapy · soreness, bruising"],
        ),
        (
            "Medicines\n\nDo not take ibuprofen with warfarin.\n",
            &["interaction: ibuprofen · warfarin"],
        ),
        (
            "Bones\n\nPeople over 60 are at higher risk of osteoporosis.\n",
            &["susceptibility:  · osteoporosis"],
        ),
        (
            "Skin\n\nUse ultrasound with caution in children.\n",
            &["precaution: ultrasonography · "],
        ),
    ]);
}

#[test]
fn a_list_and_a_heading_tie_their_items_to_what_they_say() {
    all_say(&[
        (
            "Massage\n\nTell your therapist if you have:\n\n- osteoporosis\n- deep vein thrombosis\n",
            &[
                "precaution: massage therapy · osteoporosis",
                "precaution: massage therapy · deep vein thrombosis",
            ],
        ),
        (
            "Acupuncture\n\nYou should not have it if you have:\n\n- haemophilia\n- a pacemaker\n",
            &[
                "contraindication: acupuncture · haemophilia",
                "contraindication: acupuncture · pacemaker",
            ],
        ),
        (
            "# Cupping\n\n## Side effects\n\nBruising is common. Burns have happened.\n",
            &[
                "adverse: cupping therapy · Bruising",
                "adverse: cupping therapy · Burns",
            ],
        ),
    ]);
}

#[test]
fn what_is_not_tied_together_is_no_statement() {
    all_say(&[
        // Both are named, and nothing bars one from the other.
        (
            "Back care\n\nTraction is safe for people with osteoporosis.\n",
            &[],
        ),
        (
            "Back care\n\nExercise is recommended for osteoporosis.\n",
            &[],
        ),
        (
            "Back care\n\nIs manipulation safe with osteoporosis?\n",
            &[],
        ),
        (
            "Diabetes\n\nThe cells of people with diabetes do not use insulin properly.\n",
            &[],
        ),
        ("Heart\n\nAspirin reduces the risk of stroke.\n", &[]),
        ("Heart\n\nThe disease can cause a stroke.\n", &[]),
        ("Feet\n\nSmoking increases the risk of amputation.\n", &[]),
        ("Eyes\n\nYou do not have to rush into surgery.\n", &[]),
        (
            "Back care\n\nTake good care of your back if you have osteoporosis.\n",
            &[],
        ),
        (
            "Liver\n\nStop taking certain medicines before the biopsy.\n",
            &[],
        ),
    ]);
}

#[test]
fn what_is_denied_is_kept_as_a_denial_and_found_as_no_risk()
-> Result<(), Box<dyn std::error::Error>> {
    let folder = pages(&["# Massage\n\n## Side effects\n\nIt does not cause soreness.\n"]);
    let all = json(folder.path(), &["search", "source:*"]);
    let statement = &all["hits"][0]["statements"][0];
    assert_eq!(statement["assertion"], "negated", "{statement}");
    palpate(folder.path())
        .args(["search", "--risk", "adverse"])
        .assert()
        .code(1);
    let shown = palpate(folder.path())
        .args(["search", "source:*"])
        .output()?;
    assert!(!String::from_utf8(shown.stdout)?.contains("Can harm"));
    Ok(())
}

#[test]
fn the_tie_is_asked_for_and_not_three_words_in_one_passage()
-> Result<(), Box<dyn std::error::Error>> {
    let folder = pages(&[
        "A\n\nHVLA must not be done if you have osteoporosis. Massage is pleasant.\n",
        "B\n\nMassage must not be done if you have osteoporosis. HVLA is another technique.\n",
        "C\n\nSpinal thrust manipulation is contraindicated in people with severe osteoporosis.\n",
    ]);
    let sources = |args: &[&str]| -> Vec<String> {
        let found = json(folder.path(), &[&["search"], args].concat());
        let hits = found["hits"].as_array().expect("hits").iter();
        let mut sources: Vec<String> = hits
            .filter_map(|hit| hit["source"].as_str().map(str::to_owned))
            .collect();
        sources.sort();
        sources
    };
    let tied = [
        "--technique",
        "HVLA",
        "--condition",
        "brittle bones",
        "--risk",
        "contraindication",
    ];
    // What is narrower than the technique counts with it.
    assert_eq!(sources(&tied), ["corpus/00.txt", "corpus/02.txt"]);
    assert_eq!(
        sources(&tied[..4]).len(),
        2,
        "without a kind, the words of one passage"
    );
    assert_eq!(
        sources(&["--risk", "risk", "--technique", "massage"]),
        ["corpus/01.txt"]
    );
    assert_eq!(
        sources(&["pleasant", "--risk", "contraindication"]),
        ["corpus/00.txt"]
    );
    let unknown = palpate(folder.path())
        .args(["search", "--risk", "hazard"])
        .output()?;
    assert_eq!(unknown.status.code(), Some(2));
    let said = String::from_utf8(unknown.stderr)?;
    assert!(
        said.contains("contraindication") && said.contains("interaction"),
        "{said}"
    );
    Ok(())
}

#[test]
fn techniques_are_held_against_conditions() -> Result<(), Box<dyn std::error::Error>> {
    let folder = pages(&[
        "Massage\n\nTell us if you have:\n\n- osteoporosis\n",
        "Thrusts\n\nHVLA must not be done if you have severe osteoporosis or a recent fracture.\n",
        "Soft\n\nMassage must not be done over a recent fracture.\n",
    ]);
    let against = ["audit", "--by", "technique", "--against", "condition"];
    let audit = json(folder.path(), &against);
    let row = |name: &str| {
        let rows = audit["techniques"].as_array().expect("rows").iter();
        rows.clone()
            .find(|row| row["name"] == name)
            .cloned()
            .expect(name)
    };
    let conditions = audit["conditions"].as_array().expect("conditions");
    let at = |name: &str| conditions.iter().position(|c| c == name).expect(name);
    let thrust = row("high-velocity low-amplitude technique");
    let osteoporosis = &thrust["cells"][at("osteoporosis")][0];
    assert_eq!(osteoporosis["risk"], "contraindication");
    assert_eq!(osteoporosis["written"], "severe osteoporosis");
    assert_eq!(osteoporosis["lines"], serde_json::json!([3, 3]));
    let massage = row("massage therapy");
    let told = &massage["cells"][at("osteoporosis")][0];
    assert_eq!(
        (&told["risk"], &told["lead"]),
        (&"precaution".into(), &"Tell us if you have:".into())
    );
    assert_eq!(
        massage["cells"][at("fracture")][0]["risk"],
        "contraindication"
    );
    let table = palpate(folder.path()).args(against).output()?;
    let table = String::from_utf8(table.stdout)?;
    assert!(table.contains("not that it is safe"), "{table}");
    assert!(
        table.contains("“Tell us if you have: … osteoporosis”"),
        "{table}"
    );
    let csv = palpate(folder.path())
        .args(against)
        .args(["--format", "csv"])
        .output()?;
    assert_eq!(String::from_utf8(csv.stdout)?.lines().count(), 1 + 4);
    let narrowed = json(folder.path(), &[&against[..], &["fracture"]].concat());
    assert_eq!(narrowed["conditions"], serde_json::json!(["fracture"]));
    palpate(folder.path())
        .args(["audit", "--by", "risk", "--against", "condition"])
        .assert()
        .code(2);
    Ok(())
}
