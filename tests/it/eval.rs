//! Measuring, end to end: the numbers are trec_eval's, and what is wrong with a file is said.
//!
//! `fixtures/eval/` has 36 queries in three groups and in none, with grades from -1 to 3, and two
//! runs made from them with a random generator. They have ties (two queries only ties, of scores
//! that differ past single precision), ranks that are nonsense, documents nobody judged, relevant
//! ones nobody found or below rank 10 or 100, a query with no relevant document at all (Q08),
//! queries the run does not answer (Q10, Q31; Q19 in the baseline), and one nobody judged (Q99).
//!
//! `expected.tsv` is what trec_eval makes of them: pytrec_eval-terrier 0.5.11 with `ndcg_cut.10`,
//! `map`, `recip_rank` and `recall.100`, where queries that are not in the run were given 0, as
//! `trec_eval -c` does, a `recip_rank` below 1/10 was made 0, and the means over all queries and
//! those of each group were added. ir_measures 0.4.3 gives the same overall means for nDCG@10,
//! AP and R@100, and for RR@10 once ties are broken as trec_eval breaks them.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use crate::common::{self, palpate, repository};
use palpate::eval::{Metric, Qrels, Run, evaluate, read_topics};
use serde_json::Value;

fn fixtures() -> PathBuf {
    repository().join("tests/fixtures/eval")
}

/// What `palpate eval` prints for the fixtures, when all is well.
fn eval(args: &[&str]) -> String {
    let output = palpate(&fixtures())
        .args(["eval", "queries.jsonl"])
        .args(args)
        .output()
        .expect("the binary runs");
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    String::from_utf8(output.stdout).expect("palpate prints UTF-8")
}

fn report(args: &[&str]) -> Value {
    let args = [args, &["--json"]].concat();
    serde_json::from_str(&eval(&args)).expect("--json prints one object")
}

/// The expected values of a run, by query or group or for `all`.
fn expected(run: &str) -> BTreeMap<String, [f64; 4]> {
    let table = std::fs::read_to_string(fixtures().join("expected.tsv")).expect("it is there");
    let rows = table.lines().skip(1).map(|line| line.split('\t'));
    let rows = rows.filter_map(|mut row| (row.next() == Some(run)).then_some(row));
    rows.map(|mut row| {
        let name = row.next().expect("a row has a name").to_owned();
        let values = Metric::USUAL.map(|_| {
            let value = row.next().expect("a row has four values");
            value.parse().expect("values are numbers")
        });
        (name, values)
    })
    .collect()
}

/// Equal to four places.
fn agree(what: &str, found: [f64; 4], expected: [f64; 4]) {
    for ((metric, found), expected) in Metric::USUAL.iter().zip(found).zip(expected) {
        assert!(
            (found - expected).abs() < 0.000_05,
            "{what} {}: {found}, not {expected}",
            metric.name()
        );
    }
}

/// The four metrics in an object, themselves or one of their fields.
fn values(object: &Value, field: Option<&str>) -> [f64; 4] {
    ["ndcg_10", "map", "rr_10", "recall_100"].map(|metric| {
        let value = match field {
            Some(field) => &object[metric][field],
            None => &object[metric],
        };
        value.as_f64().expect("metrics are numbers")
    })
}

#[test]
fn the_first_hits_are_the_same_however_many_are_asked_for() {
    let Some(dir) = common::large_index() else {
        return;
    };
    let home = palpate::index::Home::Folder(dir.to_owned());
    let searcher = palpate::search::Searcher::open(&home).expect("it opens");
    for query in [
        "diabetes risk",
        "how is cancer treated",
        "heart",
        "syndrome symptoms",
    ] {
        let ten = searcher.rank(query, 10).expect("it is searched");
        let many = searcher.rank(query, 300).expect("it is searched");
        assert_eq!(many.len(), 300, "{query}");
        assert_eq!(ten, many[..10], "{query}");
        assert!(many.is_sorted_by(|a, b| a.1 >= b.1), "{query}");
    }
}

#[test]
fn every_query_agrees_with_trec_eval() {
    let topics = read_topics(&fixtures().join("queries.jsonl")).expect("queries");
    let qrels = Qrels::read(&fixtures().join("qrels.tsv")).expect("judgments");
    for name in ["run.trec", "baseline.trec"] {
        let run = Run::read(&fixtures().join(name)).expect("a run");
        let expected = expected(name);
        let scores = evaluate(&Metric::USUAL, &topics, &qrels, &run);
        assert_eq!(scores.len(), 36);
        for query in scores {
            let found =
                Metric::USUAL.map(|metric| *query.values.get(metric).expect("it was measured"));
            agree(&query.id, found, expected[&query.id]);
        }
    }
}

#[test]
fn means_agree_with_trec_eval() {
    for name in ["run.trec", "baseline.trec"] {
        let expected = expected(name);
        let report = report(&["qrels.tsv", "--run", name]);
        let overall = &report["overall"];
        assert_eq!(overall["n"], 36);
        agree("all", values(overall, Some("mean")), expected["all"]);
        let groups = report["groups"].as_array().expect("groups is a list");
        let names: Vec<&str> = groups.iter().filter_map(|g| g["group"].as_str()).collect();
        assert_eq!(names, ["risk", "symptoms", "treatment"]);
        for (group, name) in groups.iter().zip(names) {
            assert_eq!(group["n"], 9);
            agree(name, values(group, Some("mean")), expected[name]);
        }
    }
}

#[test]
fn what_is_chance_agrees_with_scipy() {
    // scipy 1.17.1 on the same values: `bootstrap` with 100,000 and `permutation_test` with
    // 200,000 resamples.
    let report = report(&[
        "qrels.tsv",
        "--run",
        "run.trec",
        "--baseline",
        "baseline.trec",
    ]);
    let near = |value: &Value, expected: f64, by: f64| {
        let value = value.as_f64().expect("a number");
        assert!((value - expected).abs() < by, "{value}, not {expected}");
    };
    let overall = &report["overall"];
    near(&overall["ndcg_10"]["low"], 0.4523, 0.005);
    near(&overall["ndcg_10"]["high"], 0.6903, 0.005);
    near(&overall["map"]["low"], 0.3864, 0.005);
    near(&overall["map"]["high"], 0.5979, 0.005);
    let compared = &report["baseline"];
    near(&compared["ndcg_10"]["difference"], 0.247_643_5, 1e-6);
    near(&compared["ndcg_10"]["p"], 0.0013, 0.0015);
    near(&compared["map"]["difference"], 0.177_716_7, 1e-6);
    near(&compared["map"]["p"], 0.0095, 0.003);
    let expected = expected("baseline.trec");
    agree(
        "baseline",
        values(compared, Some("baseline")),
        expected["all"],
    );
}

#[test]
fn the_json_contract() {
    let without = report(&["qrels.tsv", "--run", "run.trec"]);
    let keys = |object: &Value| -> BTreeSet<String> {
        object
            .as_object()
            .expect("an object")
            .keys()
            .cloned()
            .collect()
    };
    let set = |keys: &[&str]| -> BTreeSet<String> { keys.iter().map(|k| k.to_string()).collect() };
    let metrics = ["ndcg_10", "map", "rr_10", "recall_100"];
    assert_eq!(keys(&without), set(&["overall", "groups", "queries"]));
    let of_row = [&metrics[..], &["n"]].concat();
    assert_eq!(keys(&without["overall"]), set(&of_row));
    assert_eq!(
        keys(&without["overall"]["map"]),
        set(&["mean", "low", "high"])
    );
    let of_query = [&metrics[..], &["id", "group"]].concat();
    assert_eq!(keys(&without["queries"][0]), set(&of_query));
    agree(
        "Q01",
        values(&without["queries"][0], None),
        expected("run.trec")["Q01"],
    );
    let with = report(&[
        "qrels.tsv",
        "--run",
        "run.trec",
        "--baseline",
        "baseline.trec",
    ]);
    assert_eq!(keys(&with["baseline"]), set(&metrics));
    assert_eq!(
        keys(&with["baseline"]["map"]),
        set(&["run", "baseline", "difference", "p"])
    );
}

#[test]
fn the_table() {
    let args = [
        "qrels.tsv",
        "--run",
        "run.trec",
        "--baseline",
        "baseline.trec",
    ];
    let table = eval(&args);
    let rows: Vec<Vec<&str>> = table
        .lines()
        .map(|line| line.split_whitespace().collect())
        .collect();
    let names: Vec<_> = rows.iter().map(|row| row.first().copied()).collect();
    assert_eq!(
        names,
        [
            Some("n"),
            Some("all"),
            Some("risk"),
            Some("symptoms"),
            Some("treatment"),
            None,
            Some("run"),
            Some("nDCG@10"),
            Some("MAP"),
            Some("RR@10"),
            Some("R@100")
        ]
    );
    assert_eq!(rows[1][1..3], ["36", "0.5744"]);
    assert_eq!(rows[1][5..], ["0.4931", "0.6838", "0.7646"]);
    assert_eq!(rows[7][1..4], ["0.5744", "0.3267", "+0.2476"]);
    assert_eq!(table, eval(&args), "the same files give the same numbers");
}

/// Of pytrec_eval-terrier 0.5.11 by ir_measures 0.4.3, with 0 for queries that are not in the run.
#[test]
fn metrics_are_measured_by_name() {
    let table = eval(&[
        "qrels.tsv",
        "--run",
        "run.trec",
        "--metrics",
        "P@5,nDCG@5,recall_10,AP@20",
        "-m",
        "RR,nDCG,P_5",
    ]);
    let rows: Vec<Vec<&str>> = table
        .lines()
        .map(|line| line.split_whitespace().collect())
        .collect();
    assert_eq!(rows[0][..2], ["n", "P@5"]);
    assert_eq!(rows[0][5..], ["nDCG@5", "R@10", "AP@20", "RR", "nDCG"]);
    assert_eq!(rows[1][..3], ["all", "36", "0.4167"]);
    assert_eq!(
        rows[1][5..],
        ["0.5535", "0.5674", "0.4872", "0.6887", "0.6233"]
    );
}

#[test]
fn what_is_no_metric_is_refused() {
    for name in ["F1", "P", "nDCG@0", ""] {
        let run = palpate(&fixtures())
            .args([
                "eval",
                "queries.jsonl",
                "qrels.tsv",
                "--run",
                "run.trec",
                "-m",
                name,
            ])
            .assert()
            .code(2);
        let said = String::from_utf8_lossy(&run.get_output().stderr).into_owned();
        assert!(
            said.contains("is no metric; there are nDCG@k, P@k"),
            "{said}"
        );
    }
}

#[test]
fn each_query_has_a_row() {
    let table = eval(&[
        "qrels.tsv",
        "--run",
        "run.trec",
        "--per-query",
        "-m",
        "nDCG@10,P@5",
    ]);
    let mut lines = table.lines();
    assert_eq!(lines.next(), Some("query\tgroup\tnDCG@10\tP@5"));
    let expected = expected("run.trec");
    let mut count = 0;
    for line in lines {
        let cells: Vec<&str> = line.split('\t').collect();
        let value: f64 = cells[2].parse().expect("a number");
        assert!((value - expected[cells[0]][0]).abs() < 0.000_1, "{line}");
        count += 1;
    }
    assert_eq!(count, 36);
}

#[test]
fn runs_are_fused_by_rank() {
    let fused = |args: &[&str]| {
        let output = palpate(&fixtures())
            .args(["fuse", "run.trec", "baseline.trec"])
            .args(args)
            .assert()
            .code(0);
        String::from_utf8(output.get_output().stdout.clone()).expect("a run is UTF-8")
    };
    let plain = fused(&["-n", "5"]);
    let weighed = fused(&["-n", "5", "--weights", "1000,1", "--tag", "mine"]);
    assert_ne!(plain, weighed);
    assert!(plain.lines().all(|line| line.ends_with(" fused")));
    assert!(weighed.lines().all(|line| line.ends_with(" mine")));
    let run = Run::read(&fixtures().join("run.trec")).expect("a run");
    let mut first = Vec::new();
    run.write("mine", &mut first).expect("a Vec takes all");
    let best = |text: &str| -> Vec<String> {
        let firsts = text.lines().filter(|line| line.contains(" 1 "));
        let ids = firsts.map(|line| line.split(' ').take(3).collect::<Vec<_>>().join(" "));
        ids.take(20).collect()
    };
    // The heavier run decides who is first, where it says anything of a query.
    assert!(
        best(&String::from_utf8_lossy(&first))
            .iter()
            .take(5)
            .all(|one| { best(&weighed).contains(one) })
    );
    let wrong = palpate(&fixtures())
        .args(["fuse", "run.trec", "baseline.trec", "--weights", "1"])
        .assert()
        .code(2);
    let said = String::from_utf8_lossy(&wrong.get_output().stderr).into_owned();
    assert!(said.contains("1 weights for 2 runs"), "{said}");
}

#[test]
fn a_run_is_the_same_however_many_threads_answer() {
    let folder = common::folder_with_corpus();
    let queries: String = [
        "osteoporosis risk",
        "neck pain",
        "how long",
        "stroke",
        "xylophone",
    ]
    .iter()
    .enumerate()
    .map(|(n, text)| format!("q{n}\t{text}\n"))
    .collect();
    std::fs::write(folder.path().join("queries.tsv"), queries).expect("it can be written");
    palpate(folder.path()).arg("index").assert().success();
    let answered = |threads: &str| {
        let run = palpate(folder.path())
            .args(["run", "queries.tsv", "--threads", threads])
            .assert()
            .code(0);
        String::from_utf8(run.get_output().stdout.clone()).expect("a run is UTF-8")
    };
    let one = answered("1");
    assert!(one.lines().count() > 5, "{one}");
    assert_eq!(one, answered("3"));
}

#[test]
fn the_ranking_of_a_run_is_what_is_asked_for() {
    let folder = common::folder_with_corpus();
    std::fs::write(
        folder.path().join("queries.tsv"),
        "q\tmanual therapy pain\n",
    )
    .expect("written");
    palpate(folder.path()).arg("index").assert().success();
    let answered = |args: &[&str]| {
        let run = palpate(folder.path())
            .args(["run", "queries.tsv"])
            .args(args)
            .assert()
            .code(0);
        String::from_utf8(run.get_output().stdout.clone()).expect("a run is UTF-8")
    };
    let plain = answered(&[]);
    for args in [
        &["--k1", "0.2"][..],
        &["--b", "0"],
        &["--field-weight", "title=0,heading=0"],
        &["--feedback"],
        &["--feedback=3,20,0.2"],
    ] {
        assert_ne!(answered(args), plain, "{args:?}");
    }
    assert_eq!(plain.lines().count(), 4, "four documents: {plain}");
    let passages = answered(&["--passages"]);
    assert!(passages.lines().count() > 10, "{passages}");
    // The id of a passage is that which hits have.
    let first = passages.split(' ').nth(2).expect("a run has six columns");
    let hits = palpate(folder.path())
        .args(["search", "--json", "-n", "1", "manual therapy pain"])
        .assert()
        .code(0);
    let hits: Value = serde_json::from_slice(&hits.get_output().stdout).expect("it is JSON");
    assert_eq!(hits["hits"][0]["id"], first);
    for (args, said) in [
        (&["--k1=-1"][..], "no number from 0 to 1000"),
        (&["--b", "2"], "no number from 0 to 1"),
        (
            &["--field-weight", "body=2"],
            "neither title=WEIGHT nor heading=WEIGHT",
        ),
        (&["--feedback=3"], "three numbers are wanted"),
        (&["--feedback=0,1,1"], "no number from 1 to 100"),
    ] {
        let run = palpate(folder.path())
            .args(["run", "queries.tsv"])
            .args(args)
            .assert()
            .code(2);
        let stderr = String::from_utf8_lossy(&run.get_output().stderr).into_owned();
        assert!(stderr.contains(said), "{args:?}: {stderr}");
    }
}

/// Where nothing but an aspect is asked for, each source has its turn.
#[test]
fn an_aspect_alone_is_listed_source_by_source() {
    let folder = common::folder_with_corpus();
    let found = palpate(folder.path())
        .args(["search", "--aspect", "benefits", "--json", "-n", "4"])
        .assert()
        .code(0);
    let found: Value = serde_json::from_slice(&found.get_output().stdout).expect("it is JSON");
    let hits = found["hits"].as_array().expect("hits is a list");
    let sources: BTreeSet<&str> = hits
        .iter()
        .filter_map(|hit| hit["source"].as_str())
        .collect();
    assert_eq!(sources.len(), 4, "{sources:?}");
}

#[test]
fn both_formats_of_judgments_give_the_same() {
    let [beir, trec] = ["qrels.tsv", "qrels.trec"].map(|qrels| eval(&[qrels, "--run", "run.trec"]));
    assert_eq!(beir, trec);
}

#[test]
fn which_queries_count_0_is_said() {
    let run = palpate(&fixtures())
        .args(["eval", "queries.jsonl", "qrels.tsv", "--run", "run.trec"])
        .args(["--baseline", "baseline.trec"])
        .output()
        .expect("the binary runs");
    let expected = "\
note: without a relevant document, so 0, as in trec_eval: 1 of 36 judged queries
note: not in the run, so 0: 2 of 36 judged queries
note: not in the baseline, so 0: 1 of 36 judged queries
";
    assert_eq!(String::from_utf8_lossy(&run.stderr), expected);
}

#[test]
fn a_run_against_itself_is_no_difference() {
    let report = report(&["qrels.tsv", "--run", "run.trec", "--baseline", "run.trec"]);
    assert_eq!(values(&report["baseline"], Some("difference")), [0.0; 4]);
    assert_eq!(values(&report["baseline"], Some("p")), [1.0; 4]);
}

#[test]
fn a_run_that_is_read_and_written_is_measured_the_same() {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let copy = folder.path().join("copy.trec");
    let run = Run::read(&fixtures().join("run.trec")).expect("a run");
    let mut file = std::fs::File::create(&copy).expect("a file can be made");
    run.write(palpate::eval::TAG, &mut file)
        .expect("it can be written");
    let copy = copy.to_str().expect("temporary paths are UTF-8");
    assert_eq!(
        eval(&["qrels.tsv", "--run", copy]),
        eval(&["qrels.tsv", "--run", "run.trec"])
    );
}

/// Good files, of which one is replaced.
fn with_bad(name: &str, text: &str) -> String {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let good = [
        ("queries.tsv", "q1\tstroke risk\n"),
        ("qrels.tsv", "query-id\tcorpus-id\tscore\nq1\ta\t1\n"),
        ("run.trec", "q1 Q0 a 1 0.5 x\n"),
    ];
    let write = |(name, text): (&str, &str)| {
        std::fs::write(folder.path().join(name), text).expect("files can be written");
    };
    good.into_iter().for_each(write);
    succeeds(folder.path());
    write((name, text));
    let run = palpate(folder.path())
        .args(["eval", "queries.tsv", "qrels.tsv", "--run", "run.trec"])
        .assert()
        .code(2);
    assert!(run.get_output().stdout.is_empty());
    String::from_utf8_lossy(&run.get_output().stderr).into_owned()
}

fn succeeds(folder: &Path) {
    let run = palpate(folder)
        .args(["eval", "queries.tsv", "qrels.tsv", "--run", "run.trec"])
        .assert()
        .code(0);
    assert!(run.get_output().stderr.is_empty());
}

#[test]
fn what_is_wrong_with_a_file_is_said() {
    for (name, text, said) in [
        (
            "queries.tsv",
            "",
            "queries.tsv:1: the file ends without a query",
        ),
        ("queries.tsv", "q1\ta\nq2\n", "queries.tsv:2: 1 column"),
        (
            "queries.tsv",
            "{\"_id\": \"q1\"}\n",
            "queries.tsv:1: missing field `text`",
        ),
        (
            "qrels.tsv",
            "",
            "qrels.tsv:1: the file ends without a judgment",
        ),
        (
            "qrels.tsv",
            "query-id\tcorpus-id\tscore\nq1\ta\n",
            "qrels.tsv:2: 2 columns, not the 3 of query-id, corpus-id, score",
        ),
        (
            "qrels.tsv",
            "q1 0 a 1\nq1 0 b yes\n",
            "qrels.tsv:2: the grade “yes” is not a number",
        ),
        (
            "run.trec",
            "\n\n",
            "run.trec:2: the file ends without a result",
        ),
        (
            "run.trec",
            "q1 Q0 a 1 0.5 x\nq1 Q0 b 2 0.5\n",
            "run.trec:2: 5 columns, not the 6 of query, Q0, document, rank, score, tag",
        ),
        (
            "run.trec",
            "q1 Q0 a 1 best x\n",
            "run.trec:1: the score “best” is not a number",
        ),
    ] {
        let stderr = with_bad(name, text);
        assert!(stderr.contains(said), "{stderr}\nnot: {said}");
    }
}

#[test]
fn a_missing_file_is_named() {
    let run = palpate(&fixtures())
        .args(["eval", "queries.jsonl", "qrels.tsv", "--run", "none.trec"])
        .assert()
        .code(2);
    let stderr = String::from_utf8_lossy(&run.get_output().stderr).into_owned();
    assert!(stderr.contains("none.trec: No such file"), "{stderr}");
}

/// Query files as researchers have them, and documents whose names have spaces.
#[test]
fn topics_of_any_kind_are_run_and_names_with_spaces_are_written() {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let write = |name: &str, text: &str| {
        std::fs::write(folder.path().join(name), text).expect("the folder is writable");
    };
    std::fs::create_dir(folder.path().join("corpus")).expect("the folder is empty");
    write(
        "corpus/my leaflet.txt",
        "Neck\n\nRisks\n\nOsteoporosis is a risk.\n",
    );
    write("q.tsv", "query_id\ttext\n7\tosteoporosis risk\n");
    write(
        "q.jsonl",
        "{\"qid\": 7, \"query\": \"osteoporosis risk\"}\n",
    );
    write(
        "q.trec",
        "<top>\n<num> Number: 7\n<title> osteoporosis risk\n</top>\n",
    );
    write(
        "q.xml",
        "<topics><topic number=\"7\"><title>osteoporosis risk</title></topic></topics>",
    );
    palpate(folder.path()).arg("index").assert().success();
    for name in ["q.tsv", "q.jsonl", "q.trec", "q.xml"] {
        let run = palpate(folder.path())
            .args(["run", name, "--tag", "mine"])
            .output();
        let run = run.expect("the binary runs");
        let line = String::from_utf8_lossy(&run.stdout).into_owned();
        assert!(
            line.starts_with("7 Q0 corpus/my%20leaflet.txt 1 "),
            "{name}: {line}"
        );
        assert!(line.ends_with(" mine\n"), "{name}: {line}");
        let said = String::from_utf8_lossy(&run.stderr).into_owned();
        assert!(
            said.contains("written as corpus/my%20leaflet.txt"),
            "{said}"
        );
        assert!(run.status.success());
    }
}
