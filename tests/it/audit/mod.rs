//! The audit from the command line: what every source says of a topic, and which are silent.

mod judged;
mod sentences;

use std::path::Path;

use crate::common::{corpus, palpate};
use serde_json::Value;
use tempfile::TempDir;

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).expect("palpate prints UTF-8")
}

/// What a command prints, and how it ends.
fn run(folder: &Path, args: &[&str]) -> (String, String, i32) {
    let output = palpate(folder)
        .args(args)
        .output()
        .expect("the binary runs");
    let code = output.status.code().expect("it ends by itself");
    (text(&output.stdout), text(&output.stderr), code)
}

fn json(folder: &Path, args: &[&str]) -> Value {
    let args = [&["audit", "--json"], args].concat();
    let (out, _, _) = run(folder, &args);
    serde_json::from_str(&out).expect("--json prints JSON")
}

/// A folder with an index of these files.
fn indexed(files: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    write(folder.path(), files);
    palpate(folder.path()).arg("index").assert().success();
    folder
}

fn write(folder: &Path, files: &[(&str, &str)]) {
    for (name, content) in files {
        let path = folder.join("corpus").join(name);
        std::fs::create_dir_all(path.parent().expect("it is in a folder")).expect("it can be made");
        std::fs::write(path, content).expect("it can be written");
    }
}

/// The states of the first topic by file name.
fn states(audit: &Value) -> Vec<(String, String)> {
    let rows = audit["sources"].as_array().expect("there are sources");
    let state = |row: &Value| {
        let source = row["source"].as_str().expect("a path");
        let name = source.rsplit('/').next().expect("a name");
        let state = row["cells"][0]["state"].as_str().expect("a state");
        (name.to_owned(), state.to_owned())
    };
    rows.iter().map(state).collect()
}

fn state_of<'a>(states: &'a [(String, String)], file: &str) -> &'a str {
    let found = states.iter().find(|(name, _)| name == file);
    &found.expect("every source has a row").1
}

#[test]
fn three_of_the_four_texts_warn_of_osteoporosis_and_one_is_silent() {
    let audit = json(corpus(), &["osteoporosis"]);
    let states = states(&audit);
    assert_eq!(states.len(), 4);
    for (source, state) in &states {
        assert_eq!(
            state == "silent",
            source.starts_with("000_c69984"),
            "{source}"
        );
        assert_ne!(state, "negated");
    }
    assert_eq!(state_of(&states, "001_1042d628ddd1fd57.txt"), "conditional");
    assert_eq!(audit["topics"][0]["kind"], "condition");
    assert_eq!(audit["topics"][0]["sources"]["silent"], 1);
}

#[test]
fn every_cell_that_is_not_silent_has_its_sentence_at_its_line() {
    for by in ["condition", "technique", "risk"] {
        let audit = json(corpus(), &["--by", by, "--columns", "100"]);
        let mut cells = 0;
        for row in audit["sources"].as_array().expect("sources") {
            let source = row["source"].as_str().expect("a path");
            let file = std::fs::read_to_string(corpus().join(source)).expect("it is there");
            for cell in row["cells"].as_array().expect("cells") {
                let evidence = cell["evidence"].as_array();
                assert_eq!(cell["state"] == "silent", evidence.is_none());
                for evidence in evidence.into_iter().flatten() {
                    let line = |n: usize| evidence["lines"][n].as_u64().expect("a line") as usize;
                    let cited: Vec<&str> = file
                        .lines()
                        .skip(line(0) - 1)
                        .take(line(1) + 1 - line(0))
                        .collect();
                    let sentence = evidence["sentence"].as_str().expect("a sentence");
                    if evidence["place"] == "text" {
                        assert!(cited.join("\n").contains(sentence), "{source}: {sentence}");
                    }
                    cells += 1;
                }
            }
        }
        assert!(cells > 10, "{by}: {cells}");
    }
}

#[test]
fn the_table_has_source_line_and_sentence() {
    let (out, _, code) = run(corpus(), &["audit", "osteoporosis"]);
    assert_eq!(code, 0);
    assert!(
        out.contains("silent       corpus/000_c69984d4732e6a33.txt\n"),
        "{out}"
    );
    assert!(
        out.contains("corpus/001_1042d628ddd1fd57.txt:34\n"),
        "{out}"
    );
    assert!(
        out.contains("“Tell your doctor if you: … Have osteoporosis.”"),
        "{out}"
    );
}

#[test]
fn a_denial_that_something_helps_and_a_heading_that_forbids_are_told() {
    let folder = indexed(&[
        ("a.txt", "A\n\nThere is no clear benefit from massage.\n"),
        ("b.txt", "A\n\nMassage is unlikely to help a sprain.\n"),
        (
            "c.md",
            "# A\n\n## Do not use massage over a plate\n\nAsk us.\n",
        ),
        ("d.md", "# A\n\n## When not to use massage\n\nAsk us.\n"),
    ]);
    let audit = json(folder.path(), &["massage"]);
    let states: Vec<String> = states(&audit).into_iter().map(|(_, state)| state).collect();
    assert_eq!(states, ["no-benefit", "no-benefit", "negated", "mentioned"]);
    assert_eq!(audit["topics"][0]["sources"]["no-benefit"], 2);
    let evidence = &audit["sources"][2]["cells"][0]["evidence"][0];
    assert_eq!(evidence["place"], "heading", "{evidence}");
    assert_eq!(evidence["advice"], "not-recommended", "{evidence}");
}

#[test]
fn adjectives_and_words_that_only_share_a_stem_are_not_called_silent() {
    for (text, topic) in [
        ("He is jaundiced.", "jaundice"),
        ("The gouty joint hurts.", "gout"),
        ("It helps infertile couples.", "infertility"),
        ("An ischemic leg needs help at once.", "ischemia"),
        ("Ask us if you are immunocompromised.", "immunodeficiency"),
        ("Not with neuropathic feet.", "neuropathy"),
        ("Her limbs are spastic.", "spasticity"),
        ("Drink no alcohol on the day.", "alcohol"),
        ("He was poisoned.", "poisoning"),
        ("The ligament is torn.", "tear"),
    ] {
        let folder = indexed(&[("a.txt", &format!("A\n\n{text}\n"))]);
        let found = states(&json(folder.path(), &[topic]));
        assert_ne!(found[0].1, "silent", "{text} {topic}");
    }
    // Alcohol is no alcoholism, nor a cup a cupping: that is near at most.
    for (text, topic) in [
        ("Drink no alcohol on the day.", "alcoholism"),
        ("Drink it from a cup.", "cupping"),
        ("Brush your teeth.", "teething"),
    ] {
        let folder = indexed(&[("a.txt", &format!("A\n\n{text}\n"))]);
        let found = states(&json(folder.path(), &[topic]));
        let said = found[0].1.as_str();
        assert!(
            matches!(said, "silent" | "mentioned"),
            "{text} {topic}: {said}"
        );
    }
}

#[test]
fn what_a_list_goes_on_with_is_ordered_or_supposed_and_not_denied() {
    let folder = indexed(&[
        (
            "a.txt",
            "A\n\nThe patients came without fever. These include children with gout.\n",
        ),
        (
            "b.txt",
            "A\n\nThere is no pain in the chest. Some of the signs include gout.\n",
        ),
        (
            "c.txt",
            "A\n\nTell us if you have other conditions. These include gout.\n",
        ),
        (
            "d.txt",
            "A\n\nDo not use the gel in some conditions. They include gout.\n",
        ),
        (
            "e.txt",
            "A\n\nThey protect themselves by not smoking and without gout.\n",
        ),
    ]);
    let found = states(&json(folder.path(), &["gout"]));
    let found: Vec<&str> = found.iter().map(|(_, state)| state.as_str()).collect();
    assert_eq!(
        found,
        ["stated", "stated", "conditional", "negated", "negated"]
    );
    let smoking = states(&json(folder.path(), &["smoking"]));
    assert_eq!(state_of(&smoking, "e.txt"), "stated");
}

#[test]
fn every_state_is_told() {
    let folder = indexed(&[
        ("stated.txt", "A\n\nIt helps with gout.\n"),
        ("hedged.txt", "A\n\nRarely, gout is seen.\n"),
        (
            "conditional.txt",
            "A\n\nTell your doctor if you have gout.\n",
        ),
        ("negated.txt", "A\n\nThere is no risk of gout.\n"),
        ("mentioned.txt", "Gout\n\nIt is safe.\n"),
        ("silent.txt", "A\n\nIt is safe.\n"),
    ]);
    let states = states(&json(folder.path(), &["gout"]));
    assert_eq!(states.len(), 6);
    for (file, state) in states {
        assert_eq!(file, format!("{state}.txt"));
    }
}

#[test]
fn the_strongest_thing_said_counts_and_the_rest_is_kept() {
    let folder = indexed(&[(
        "a.txt",
        "A\n\nThere is no risk of gout.\n\nRarely, gout is seen.\n\nIt is no cause of gout.\n",
    )]);
    let audit = json(folder.path(), &["gout"]);
    let cell = &audit["sources"][0]["cells"][0];
    assert_eq!(cell["state"], "hedged");
    let lines: Vec<_> = cell["evidence"]
        .as_array()
        .expect("evidence")
        .iter()
        .collect();
    assert_eq!(lines.len(), 3);
    assert_eq!(lines[0]["lines"][0], 5);
}

#[test]
fn no_source_with_the_words_of_a_name_is_called_silent() {
    let folder = indexed(&[
        (
            "apart.txt",
            "A\n\nIt is used where the neck gives you pain.\n",
        ),
        (
            "shared.txt",
            "A\n\nIt helps with back, neck and shoulder pain.\n",
        ),
        (
            "heading.txt",
            "A\n\nNeck pain\n\nIt is safe to use here, and it is not felt.\n",
        ),
        ("longer.txt", "A\n\nAsk for our neck pain relief cream.\n"),
        ("elsewhere.txt", "A\n\nMove your neck.\n\nThere was pain.\n"),
    ]);
    let states = states(&json(folder.path(), &["neck pain"]));
    for file in ["apart.txt", "heading.txt", "longer.txt"] {
        assert_ne!(state_of(&states, file), "silent", "{file}");
    }
    assert_eq!(state_of(&states, "apart.txt"), "mentioned");
    assert_eq!(state_of(&states, "shared.txt"), "stated");
    assert_eq!(state_of(&states, "elsewhere.txt"), "silent");
}

#[test]
fn any_name_finds_the_concept_and_narrower_ones_count_and_are_named() {
    let folder = indexed(&[
        ("lay.txt", "A\n\nIt is bad for brittle bones.\n"),
        ("narrow.txt", "A\n\nIt helps with chronic low back pain.\n"),
    ]);
    let by_name = json(folder.path(), &["osteoporosis"]);
    let by_lay_name = json(folder.path(), &["brittle bones"]);
    assert_eq!(by_name["sources"], by_lay_name["sources"]);
    assert_eq!(state_of(&states(&by_name), "lay.txt"), "stated");

    let pain = json(folder.path(), &["back pain"]);
    assert_eq!(state_of(&states(&pain), "narrow.txt"), "stated");
    let evidence = &pain["sources"][1]["cells"][0]["evidence"][0];
    assert_eq!(evidence["concept"], "chronic low back pain");
    let narrower = pain["topics"][0]["narrower"].as_array().expect("a list");
    assert!(narrower.contains(&"chronic low back pain".into()));
    let (out, _, _) = run(folder.path(), &["audit", "back pain"]);
    assert!(
        out.contains("counted with it: ") && out.contains("as chronic low back pain"),
        "{out}"
    );
}

#[test]
fn words_that_name_no_concept_are_looked_for_and_unknown_ones_are_owned_up_to() {
    let (out, err, code) = run(corpus(), &["audit", "chemical side effects"]);
    assert_eq!(code, 0);
    assert!(
        err.contains("names no concept; its words were looked for"),
        "{err}"
    );
    assert!(
        out.contains("negated      corpus/003_96130565861a7ce9.txt:105"),
        "{out}"
    );
    let (out, err, code) = run(corpus(), &["audit", "zzgrok"]);
    assert_eq!(code, 1);
    assert!(err.contains("nobody knows “zzgrok”"), "{err}");
    // What else it may be called nobody knows, so no source is called silent.
    assert!(
        out.contains("4 not-found") && !out.contains("silent"),
        "{out}"
    );
    let (_, err, code) = run(corpus(), &["audit", "?!"]);
    assert_eq!((code, err.contains("no word")), (2, true), "{err}");
}

#[test]
fn silent_sources_first() {
    let folder = indexed(&[
        ("a.txt", "A\n\nIt helps with gout.\n"),
        ("b.txt", "B\n\nIt is safe.\n"),
    ]);
    let first = |args: &[&str]| states(&json(folder.path(), args))[0].1.clone();
    assert_eq!(first(&["gout"]), "stated");
    assert_eq!(first(&["gout", "--silent"]), "silent");
}

#[test]
fn folders_are_counted() {
    let folder = indexed(&[
        ("old/a.txt", "A\n\nIt helps with gout.\n"),
        ("old/b.txt", "B\n\nIt is safe.\n"),
        ("new/c.txt", "C\n\nRarely, gout is seen.\n"),
    ]);
    let (out, _, _) = run(folder.path(), &["audit", "gout", "--group"]);
    assert!(out.contains("corpus/new  1 source: 1 hedged\n"), "{out}");
    assert!(
        out.contains("corpus/old  2 sources: 1 stated, 1 silent\n"),
        "{out}"
    );
    let audit = json(folder.path(), &["gout"]);
    assert_eq!(audit["groups"][1]["sources"], 2);
    assert_eq!(audit["groups"][1]["topics"][0]["silent"], 1);
}

#[test]
fn sources_are_narrowed_by_a_pattern() {
    let audit = json(corpus(), &["osteoporosis", "--source", "00[01]*"]);
    assert_eq!(states(&audit).len(), 2);
    let (_, err, code) = run(corpus(), &["audit", "gout", "--source", "[a"]);
    assert_eq!(code, 2);
    assert!(err.contains("no valid pattern"), "{err}");
}

#[test]
fn columns_are_concepts_of_a_kind_or_aspects_of_a_topic() {
    let names = |audit: &Value, field: &str| -> Vec<String> {
        let topics = audit["topics"].as_array().expect("topics").iter();
        topics
            .map(|t| t[field].as_str().expect("text").to_owned())
            .collect()
    };
    let risks = json(corpus(), &[]);
    assert!(names(&risks, "kind").iter().all(|kind| kind == "risk"));
    assert!(names(&risks, "name").contains(&"bruising".to_owned()));
    let beside = json(corpus(), &["osteoporosis", "--by", "condition"]);
    let beside = names(&beside, "name");
    assert!(beside.contains(&"fracture".to_owned()), "{beside:?}");
    assert!(
        !beside.contains(&"irritable bowel syndrome".to_owned()),
        "{beside:?}"
    );
    let (_, err, _) = run(corpus(), &["audit", "--by", "condition", "--columns", "2"]);
    assert!(err.contains("more with more columns"), "{err}");
    let aspects = json(corpus(), &["osteoporosis", "--by", "aspect"]);
    let aspects = names(&aspects, "aspect");
    assert!(aspects.contains(&"risk".to_owned()), "{aspects:?}");
    assert!(!aspects.contains(&"outlook".to_owned()), "{aspects:?}");
    assert_eq!(run(corpus(), &["audit", "--by", "aspect"]).2, 2);
}

#[test]
fn more_than_one_topic_makes_a_matrix() {
    let (out, _, _) = run(corpus(), &["audit", "osteoporosis", "bruising"]);
    assert!(
        out.contains("  ·  H  corpus/000_c69984d4732e6a33.txt\n"),
        "{out}"
    );
    assert!(
        out.contains("\n  C  ·  corpus/001_1042d628ddd1fd57.txt\n"),
        "{out}"
    );
}

#[test]
fn without_an_index_it_says_so() {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let (_, err, code) = run(folder.path(), &["audit", "gout"]);
    assert_eq!(code, 2);
    assert!(err.contains("no index"), "{err}");
}

const NECK: &str = "Neck pain\n\nIt is safe for most people.\n\nWho must not be treated\n\nTell your \
                    therapist before the first session if you:\n\n  • have osteoporosis\n  • are \
                    pregnant\n";

/// What `palpate cite` prints.
fn cited(folder: &Path, name: &str) -> String {
    let (out, err, code) = run(folder, &["cite", name]);
    assert_eq!(code, 0, "{err}");
    out
}

/// Rebuilds an index of which one file is now this, or is not there any more.
fn rebuild(folder: &Path, file: &str, content: Option<&str>) {
    let path = folder.join("corpus").join(file);
    match content {
        Some(content) => std::fs::write(path, content).expect("it can be written"),
        None => std::fs::remove_file(path).expect("it is there"),
    }
    palpate(folder).arg("index").assert().success();
}

/// What `palpate verify` says of a report: what it prints, and its exit code.
fn verified(folder: &Path, report: &str) -> (String, i32) {
    std::fs::write(folder.join("report.txt"), report).expect("it can be written");
    let (out, _, code) = run(folder, &["verify", "report.txt"]);
    (out, code)
}

#[test]
fn a_citation_has_source_lines_id_generation_and_text() {
    let folder = indexed(&[("neck.txt", NECK)]);
    let block = cited(folder.path(), "corpus/neck.txt:9");
    assert!(
        block.contains("\ncorpus/neck.txt, lines 7-10 (index generation 1)\n"),
        "{block}"
    );
    assert!(block.contains("  • have osteoporosis\n"), "{block}");
    let (out, _, _) = run(folder.path(), &["cite", "--json", "corpus/neck.txt:9"]);
    let object: Value = serde_json::from_str(&out).expect("--json prints JSON");
    let id = object["id"].as_str().expect("an id");
    assert!(
        block.starts_with(&format!("[palpate citation {id}]\n")),
        "{block}"
    );
    assert_eq!(cited(folder.path(), id), block);
    let audit = json(folder.path(), &["osteoporosis"]);
    assert_eq!(audit["sources"][0]["cells"][0]["evidence"][0]["id"], id);
    let (_, err, code) = run(folder.path(), &["cite", "0123456789abcdef0123"]);
    assert_eq!(code, 1);
    assert!(err.contains("no passage 0123456789abcdef0123"), "{err}");
}

#[test]
fn a_citation_is_unchanged_moved_changed_or_gone() {
    let folder = indexed(&[
        ("neck.txt", NECK),
        ("other.txt", "Other\n\nGout is painful.\n"),
    ]);
    let here = folder.path();
    let report = format!(
        "We found:\n\n> {}\n",
        cited(here, "corpus/neck.txt:9").replace('\n', "\n> ")
    );
    let (out, code) = verified(here, &report);
    assert_eq!((code, out.starts_with("unchanged")), (0, true), "{out}");
    assert!(out.ends_with("1 citation: 1 unchanged\n"), "{out}");

    rebuild(
        here,
        "neck.txt",
        Some(&NECK.replace("\n\nIt is", "\n\nIt is new.\n\nIt is")),
    );
    let (out, code) = verified(here, &report);
    assert_eq!(code, 0);
    assert!(
        out.contains("lines 7-10 → corpus/neck.txt, lines 9-12\n"),
        "{out}"
    );

    rebuild(
        here,
        "neck.txt",
        Some(&NECK.replace("have osteo", "have severe osteo")),
    );
    let (out, code) = verified(here, &report);
    assert_eq!((code, out.starts_with("changed")), (1, true), "{out}");
    assert!(out.contains("• have {+severe+} osteoporosis"), "{out}");

    rebuild(here, "neck.txt", None);
    let (out, code) = verified(here, &report);
    assert_eq!((code, out.starts_with("gone")), (1, true), "{out}");

    rebuild(here, "renamed.txt", Some(NECK));
    let (out, code) = verified(here, &report);
    assert_eq!(code, 0);
    assert!(out.contains("→ corpus/renamed.txt, lines 7-10"), "{out}");
}

#[test]
fn a_text_that_was_cut_into_other_passages_has_moved() {
    let folder = indexed(&[("a.txt", "A\n\nRisks\n\nIt may bruise you.\n")]);
    let report = cited(folder.path(), "corpus/a.txt:5");
    let longer = "A\n\nRisks\n\nIt is said to be safe.\n\nIt may bruise you.\n\nAsk us.\n";
    rebuild(folder.path(), "a.txt", Some(longer));
    let (out, code) = verified(folder.path(), &report);
    assert_eq!(code, 0, "{out}");
    assert!(
        out.contains("moved      corpus/a.txt, line 5 → corpus/a.txt, line 7\n"),
        "{out}"
    );
}

#[test]
fn a_quotation_that_was_tampered_with_is_found() {
    let folder = indexed(&[("neck.txt", NECK)]);
    let report = cited(folder.path(), "corpus/neck.txt:9").replace("have osteo", "have no osteo");
    let (out, code) = verified(folder.path(), &report);
    assert_eq!(code, 1);
    assert!(out.contains("have [-no-] osteoporosis"), "{out}");
    let args = ["verify", "--json", "report.txt"];
    let object: Value = serde_json::from_str(&run(folder.path(), &args).0).expect("it is JSON");
    assert_eq!(object["citations"][0]["verdict"], "changed");
    assert_eq!(object["citations"][0]["difference"][1]["text"], "no");
}

#[test]
fn citations_that_cannot_be_read_are_errors() {
    let folder = indexed(&[("neck.txt", NECK)]);
    let whole = cited(folder.path(), "corpus/neck.txt:9");
    let broken = whole.replace("[end of", "[end");
    std::fs::write(folder.path().join("r.txt"), format!("{whole}\n{broken}")).expect("written");
    let (out, err, code) = run(folder.path(), &["verify", "r.txt"]);
    assert_eq!(code, 2);
    assert!(out.contains("1 citation: 1 unchanged"), "{out}");
    assert!(
        err.contains("r.txt:9: a citation cannot be read: its end is missing"),
        "{err}"
    );
    std::fs::write(folder.path().join("r.txt"), "no citation").expect("written");
    assert_eq!(run(folder.path(), &["verify", "r.txt"]).2, 2);
    assert_eq!(run(folder.path(), &["verify", "nothing.txt"]).2, 2);
}

#[test]
fn the_page_is_one_file_that_asks_nobody_for_anything() {
    let folder = indexed(&[
        ("a.txt", "A\n\nRarely, gout & <b>pain</b> are seen.\n"),
        ("b.txt", "B\n\nIt is safe.\n"),
    ]);
    let (page, _, code) = run(
        folder.path(),
        &["audit", "gout", "stroke", "--format", "html"],
    );
    assert_eq!(code, 0);
    assert!(page.starts_with("<!doctype html>"));
    for outside in ["<script", "http:", "https:", "src=", "@import", "url("] {
        assert!(!page.contains(outside), "{outside}");
    }
    assert!(page.contains("Rarely, <mark>gout</mark> &amp; &lt;b&gt;pain&lt;/b&gt; are seen."));
    assert!(page.contains("prefers-color-scheme: dark") && page.contains("@media print"));
    // Every cell that is not silent leads to its sentence.
    let links: Vec<&str> = page.split("href=\"#").skip(1).collect();
    assert_eq!(links.len(), 3, "two topics and one cell");
    for link in links {
        let id = link.split('"').next().expect("it is closed");
        assert!(page.contains(&format!("id=\"{id}\"")), "{id}");
    }
    assert_eq!(page.matches("class=\"c silent\" title").count(), 3);
}

#[test]
fn a_spreadsheet_has_a_row_a_cell() {
    let (out, _, _) = run(
        corpus(),
        &["audit", "osteoporosis", "bruising", "--format", "csv"],
    );
    let mut reader = csv::Reader::from_reader(out.as_bytes());
    let rows: Vec<csv::StringRecord> = reader
        .records()
        .map(|row| row.expect("it is CSV"))
        .collect();
    assert_eq!(rows.len(), 8);
    let conditional = rows
        .iter()
        .find(|row| &row[4] == "conditional")
        .expect("there is one");
    assert_eq!(&conditional[6], "corpus/001_1042d628ddd1fd57.txt:34");
    assert_eq!(&conditional[8], "Have osteoporosis.");
    let silent = rows.iter().filter(|row| &row[4] == "silent");
    assert!(silent.clone().count() > 1 && silent.clone().all(|row| row[8].is_empty()));
}

#[test]
fn to_deny_a_kind_is_not_to_deny_the_thing() {
    let kind = "Panic\n\nThese attacks are not heart attacks.\n";
    let thing = "Panic\n\nIt does not cause heart disease.\n";
    let folder = indexed(&[("kind.txt", kind), ("thing.txt", thing)]);
    let state = |topic: &str| {
        let audit = json(folder.path(), &[topic]);
        let of = |n: usize| audit["sources"][n]["cells"][0]["state"].clone();
        (of(0), of(1))
    };
    assert_eq!(
        state("heart disease"),
        ("mentioned".into(), "negated".into())
    );
    assert_eq!(state("heart attack").0, "negated");
}

#[test]
fn figures_on_the_same_thing_stand_side_by_side() {
    let (out, _, code) = run(corpus(), &["audit", "--figures", "--json"]);
    assert_eq!(code, 0);
    let figures: Value = serde_json::from_str(&out).expect("it is JSON");
    let group = |subject: &str| {
        let groups = figures["figures"].as_array().expect("there are some");
        let found = groups.iter().find(|group| group["subject"] == subject);
        found.expect("it is given twice").clone()
    };
    let given = |group: &Value| -> Vec<String> {
        let figures = group["figures"].as_array().expect("there are some");
        let given = figures.iter().map(|figure| {
            let source = figure["source"].as_str().expect("a path");
            let name = source.trim_start_matches("corpus/")[..3].to_owned();
            format!(
                "{} {name}:{}",
                figure["text"].as_str().unwrap_or_default(),
                figure["lines"][0]
            )
        });
        given.collect()
    };
    let session = group("length of a session");
    assert_eq!(session["agreement"], "same");
    assert_eq!(
        given(&session),
        ["30-60 minutes 000:50", "30 to 60 minutes 002:146"]
    );
    let soreness = group("soreness after treatment");
    assert_eq!(soreness["agreement"], "same-in-other-words");
    assert_eq!(
        given(&soreness),
        ["a day or two 000:74", "24 to 48 hours 003:32"]
    );
    let price = group("price");
    assert_eq!(price["agreement"], "different");
    assert_eq!(given(&price), ["$100-$250 003:12", "$150 to $350 003:101"]);
    let (page, _, _) = run(corpus(), &["audit", "--format", "html"]);
    assert!(page.contains("<section id=\"figures\">") && page.contains("$150 to $350"));
}

#[test]
fn figures_are_of_the_topics_asked_for_and_of_their_own_subject() {
    let folder = indexed(&[
        (
            "a.txt",
            "Gout\n\nCost\n\nThe fee is $40. Gout attacks last 3 days; recovery takes 2 weeks.\n",
        ),
        (
            "b.txt",
            "Gout\n\nMost people recover within 10 to 14 days. In 2020, 40 of 50 had gout.\n",
        ),
        ("c.txt", "Asthma\n\nRecovery takes 1 month. It costs $90.\n"),
        ("d.txt", "Stroke\n\nRecovery takes a month.\n"),
    ]);
    let figures = |args: &[&str]| {
        let (out, _, code) = run(folder.path(), &[&["audit", "--figures"], args].concat());
        (out, code)
    };
    let (gout, code) = figures(&["gout"]);
    assert_eq!(code, 0, "{gout}");
    assert!(gout.contains("recovery: figures differ"), "{gout}");
    assert!(
        gout.contains("2 weeks") && gout.contains("10 to 14 days"),
        "{gout}"
    );
    for other in ["month", "price", "3 days ", "2020"] {
        assert!(!gout.contains(&format!("\n{other}")), "{other}: {gout}");
    }
    let (all, _) = figures(&[]);
    assert!(all.contains("price: figures differ"), "{all}");
    let (one, code) = figures(&["--source", "d.txt"]);
    assert_eq!(
        (one.trim(), code),
        ("0 to look at, 0 the same wherever they are given", 1)
    );
    assert_eq!(
        run(folder.path(), &["audit", "--figures", "--format", "csv"]).2,
        2
    );
}

#[test]
fn two_indexes_are_compared() {
    let risks = |more: &str| format!("{NECK}\nRisks\n\nRarely, a stroke or {more} is seen.\n");
    let old = indexed(&[("a.txt", &risks("bruising")), ("gone.txt", &risks("gout"))]);
    let new = indexed(&[
        ("a.txt", &risks("severe bruising")),
        ("new.txt", &risks("death")),
    ]);
    let here = old.path();
    let index = |folder: &TempDir| folder.path().join("index").display().to_string();
    let (old_index, new_index) = (index(&old), index(&new));
    let (out, _, code) = run(here, &["diff", &old_index, &old_index]);
    assert_eq!((code, out.as_str()), (0, "0 added, 0 changed, 0 dropped\n"));

    let (out, _, code) = run(here, &["diff", &old_index, &new_index]);
    assert_eq!(code, 1);
    assert!(out.contains("~ corpus/a.txt:14  Risks\n"), "{out}");
    assert!(out.contains("stroke or {+severe+} bruising"), "{out}");
    assert!(
        out.contains("- corpus/gone.txt:14  Risks\n    Rarely, a stroke or gout"),
        "{out}"
    );
    assert!(out.contains("+ corpus/new.txt:14  Risks\n"), "{out}");
    let (out, _, _) = run(here, &["diff", "--json", &old_index, &new_index]);
    let object: Value = serde_json::from_str(&out).expect("--json prints JSON");
    assert_eq!(object["changed"][0]["new"]["source"], "corpus/a.txt");
    assert_eq!(object["changed"].as_array().map(Vec::len), Some(1));

    let (_, err, code) = run(here, &["diff", &old_index, "nowhere"]);
    assert_eq!((code, err.contains("no index at nowhere")), (2, true));
    let (_, err, code) = run(
        here,
        &["diff", &old_index, &new_index, "--aspect", "weather"],
    );
    assert_eq!((code, err.contains("is no aspect")), (2, true));
}

#[test]
fn indexes_of_other_folders_are_compared_below_them() {
    let old = indexed(&[("a.txt", NECK), ("b.txt", NECK)]);
    std::fs::rename(old.path().join("corpus"), old.path().join("newer")).expect("it can be");
    palpate(old.path())
        .args(["index", "newer", "--index", "other"])
        .assert()
        .success();
    let (out, _, code) = run(old.path(), &["diff", "index", "other"]);
    assert_eq!(code, 0, "{out}");
}
