//! The cluster engine, against three OpenSearch nodes: the same answers as from a folder, and
//! nothing lost, whatever happens to nodes, connections and builds.

use std::collections::{BTreeMap, HashSet};
use std::ops::{Deref, DerefMut};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::common::cluster::{TestCluster, free_port};
use crate::common::proxy::{Fate, Proxy, certificate};
use crate::common::server::Server;
use crate::common::{
    Numbers, collections, folder_with_corpus, large_index, page, palpate, state, state_of,
};
use palpate::index::{ClusterAddress, Engine, Home, IndexError, ToCount, Wanted};
use palpate::search::{Request, Searcher};
use serde_json::{Value, json};
use tempfile::TempDir;

/// The cluster of all tests, held by one of them at a time: they kill its nodes.
static CLUSTER: Mutex<Option<TestCluster>> = Mutex::new(None);
/// How often it was held.
static TAKEN: AtomicUsize = AtomicUsize::new(0);
/// After how long a cluster that no test asks for is ended. Its nodes would keep their memory to the
/// end of all tests, most of which have nothing to do with it.
const IDLE: Duration = Duration::from_secs(10);

struct Held(MutexGuard<'static, Option<TestCluster>>);

fn cluster(test: &str) -> Option<Held> {
    let mut cluster = CLUSTER.lock().unwrap_or_else(PoisonError::into_inner);
    match &mut *cluster {
        // Whatever the test before did, or did not come to do.
        Some(cluster) => cluster.empty(),
        none => *none = Some(TestCluster::start(test, 3)?),
    }
    TAKEN.fetch_add(1, Ordering::SeqCst);
    Some(Held(cluster))
}

impl Drop for Held {
    fn drop(&mut self) {
        let taken = TAKEN.load(Ordering::SeqCst);
        std::thread::spawn(move || {
            std::thread::sleep(IDLE);
            let mut cluster = CLUSTER.lock().unwrap_or_else(PoisonError::into_inner);
            if TAKEN.load(Ordering::SeqCst) == taken {
                *cluster = None;
            }
        });
    }
}

impl Deref for Held {
    type Target = TestCluster;

    fn deref(&self) -> &TestCluster {
        self.0.as_ref().expect("it was started before it was held")
    }
}

impl DerefMut for Held {
    fn deref_mut(&mut self) -> &mut TestCluster {
        self.0.as_mut().expect("it was started before it was held")
    }
}

/// How a command ended, and what it said.
struct Ended {
    code: Option<i32>,
    out: String,
    err: String,
}

/// Runs a command on the index in a cluster.
fn run(folder: &Path, url: &str, args: &[&str]) -> Ended {
    run_with(folder, &[], &[args, &["--engine", url]].concat())
}

fn run_with(folder: &Path, variables: &[(&str, &str)], args: &[&str]) -> Ended {
    let mut command = palpate(folder);
    command.args(args).envs(variables.iter().copied());
    let output = command.output().expect("the binary runs");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("palpate prints UTF-8");
    Ended {
        code: output.status.code(),
        out: text(output.stdout),
        err: text(output.stderr),
    }
}

/// Builds an index in a cluster, and gives what was said of it.
fn index(folder: &Path, url: &str, args: &[&str]) -> Value {
    let ended = run(folder, url, &[&["index", "--json"], args].concat());
    assert_eq!(ended.code, Some(0), "{}", ended.err);
    serde_json::from_str(&ended.out).expect("one JSON object")
}

/// What a command prints as JSON, without what differs from run to run.
fn printed(ended: &Ended) -> Value {
    let mut printed: Value = match serde_json::from_str(&ended.out) {
        Ok(json) => json,
        Err(_) => Value::String(ended.out.clone()),
    };
    if let Some(object) = printed.as_object_mut() {
        object.remove("elapsed_ms");
    }
    printed
}

/// So many pages, in one file a page.
fn pages(count: usize) -> TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let corpus = folder.path().join("corpus");
    std::fs::create_dir(&corpus).expect("the folder is empty");
    let mut numbers = Numbers(8);
    for n in 0..count {
        let path = corpus.join(format!("page-{n:05}.txt"));
        std::fs::write(path, page(&mut numbers)).expect("it can be written");
    }
    folder
}

/// Whether a folder and a cluster hold the same: each source, and documents whole.
fn assert_same(folder: &Path, url: &str) {
    let here = Home::Folder(folder.join("index"))
        .open()
        .expect("it is there");
    let there = open(url).expect("it is there");
    let counts = |engine: &dyn Engine| {
        let what = ToCount {
            groups: &["aspect", "condition", "technique", "risk"],
            values: 10,
            sources: 100_000,
            otherwise: None,
        };
        engine
            .tallies(&Wanted::All(Vec::new()), what)
            .expect("it answers")
    };
    assert_eq!(counts(&*here), counts(&*there));
    let sources = here.sources(None, usize::MAX).expect("it answers");
    assert_eq!(
        sources,
        there.sources(None, usize::MAX).expect("it answers")
    );
    for source in sources.iter().step_by(sources.len().div_ceil(200)) {
        let of = |engine: &dyn Engine| engine.document(source).expect("it answers");
        assert_eq!(of(&*here), of(&*there));
    }
}

#[test]
fn everything_answers_as_from_a_folder() {
    let Some(cluster) = cluster("everything_answers_as_from_a_folder") else {
        return;
    };
    let folder = folder_with_corpus();
    let folder = folder.path();
    let url = cluster.url("same", 0);
    palpate(folder).arg("index").assert().success();
    let report = index(folder, &url, &[]);
    assert_eq!(
        (&report["documents"], &report["generation"]),
        (&json!(4), &json!(1))
    );
    assert_same(folder, &url);
    assert_eq!(state(folder, "index"), state_of(folder, ["--engine", &url]));
    let mut commands: Vec<Vec<&str>> = [
        "\"neck pain\"",
        "+osteoporosis -fracture",
        "title:therapy",
        "osteo*",
        "osteoprosis risk",
        "cost AND insurance",
        "stroke OR fracture NOT cancer",
        "heading:\"who should not\"",
        "source:002* risk",
        "low-amplitude thrust",
        "zebra",
    ]
    .map(|query| vec!["search", "--json", "--explain", query])
    .into();
    commands.extend([
        vec!["search", "--json", "--aspect", "risk"],
        vec![
            "search",
            "--json",
            "--condition",
            "brittle bones",
            "--technique",
            "manual therapy",
        ],
        vec!["search", "--json", "--source", "{000,001}*", "pain"],
        vec!["search", "--json", "-n", "3", "--offset", "2", "pain"],
        vec!["search", "--format", "csv", "pain"],
        vec!["suggest", "--json", "ma"],
        vec!["suggest", "--json", "risk"],
        vec!["audit", "--json", "osteoporosis"],
        vec!["audit", "--json", "--by", "aspect", "osteoporosis"],
        vec!["audit", "--json", "--by", "risk"],
        vec!["cite", "corpus/001_1042d628ddd1fd57.txt:34"],
    ]);
    for command in commands {
        let here = run_with(folder, &[], &command);
        let there = run(folder, &url, &command);
        assert_eq!(printed(&here), printed(&there), "{command:?}");
        assert_eq!(
            (here.code, here.err),
            (there.code, there.err),
            "{command:?}"
        );
    }
}

#[test]
fn citations_are_verified_and_pages_served() {
    let Some(cluster) = cluster("citations_are_verified_and_pages_served") else {
        return;
    };
    let folder = folder_with_corpus();
    let folder = folder.path();
    let url = cluster.url("served", 1);
    index(folder, &url, &[]);
    let cited = run(
        folder,
        &url,
        &["cite", "corpus/001_1042d628ddd1fd57.txt:34"],
    );
    std::fs::write(folder.join("report.txt"), &cited.out).expect("it can be written");
    let verified = run(folder, &url, &["verify", "report.txt"]);
    assert_eq!(verified.code, Some(0), "{}", verified.err);

    let server = Server::start(folder, &["--engine", &url]);
    let paths = [
        "/api/v1/documents",
        "/?q=osteoporosis",
        "/api/v1/search?q=osteoporosis",
    ];
    for path in paths {
        let answer = server.get(path);
        assert_eq!(answer.status, 200, "{path}");
        assert!(answer.body.contains("001_1042d628ddd1fd57.txt"), "{path}");
    }
    let text = std::fs::read_to_string(folder.join("corpus/001_1042d628ddd1fd57.txt"));
    let document = server.get("/api/v1/documents/corpus%2F001_1042d628ddd1fd57.txt");
    let document: Value = serde_json::from_str(&document.body).expect("it is JSON");
    assert_eq!(document["text"].as_str(), text.ok().as_deref());

    // A newer generation is picked up.
    std::fs::write(
        folder.join("corpus/new.txt"),
        "Zebra\n\nZebras rarely bite.\n",
    )
    .expect("it can be written");
    index(folder, &url, &[]);
    let started = Instant::now();
    while !server
        .get("/api/v1/search?q=zebra")
        .body
        .contains("new.txt")
    {
        assert!(
            started.elapsed() < Duration::from_secs(60),
            "it is not picked up"
        );
        std::thread::sleep(Duration::from_millis(100));
    }
}

/// Queries, judgments and a run of each of two indexes; how many of the ten best documents they
/// share, on average.
fn overlap(one: &str, other: &str) -> f64 {
    let best = |run: &str| {
        let mut best: BTreeMap<String, HashSet<String>> = BTreeMap::new();
        for line in run.lines() {
            let fields: Vec<&str> = line.split_whitespace().collect();
            let [query, _, document, rank, ..] = fields[..] else {
                panic!("a line of a run: {line}");
            };
            if rank.parse::<usize>().is_ok_and(|rank| rank <= 10) {
                best.entry(query.to_owned())
                    .or_default()
                    .insert(document.to_owned());
            }
        }
        best
    };
    let (one, other) = (best(one), best(other));
    let shared = one.iter().map(|(query, documents)| {
        let others = other
            .get(query)
            .map_or(0, |others| documents.intersection(others).count());
        others as f64 / documents.len() as f64
    });
    shared.sum::<f64>() / one.len() as f64
}

/// Some of the queries of a collection, and their judgments.
fn some_queries(collection: &Path, folder: &Path) {
    let read = |name: &str| std::fs::read_to_string(collection.join(name)).expect("it is there");
    let (queries, qrels) = (read("queries.jsonl"), read("qrels/dev.tsv"));
    let judged: HashSet<&str> = qrels
        .lines()
        .filter_map(|line| line.split('\t').next())
        .collect();
    let mut kept: HashSet<String> = HashSet::from(["query-id".to_owned()]);
    let mut lines = String::new();
    let mut seen = 0;
    for line in queries.lines() {
        let query: Value = serde_json::from_str(line).expect("it is JSON");
        let id = query["_id"].as_str().expect("queries have ids");
        if judged.contains(id) {
            seen += 1;
            if seen % 5 == 0 {
                lines.push_str(&format!("{line}\n"));
                kept.insert(id.to_owned());
            }
        }
    }
    let is_kept = |line: &&str| line.split('\t').next().is_some_and(|id| kept.contains(id));
    let qrels: String = qrels
        .lines()
        .filter(is_kept)
        .map(|line| format!("{line}\n"))
        .collect();
    for (name, text) in [("queries.jsonl", lines), ("qrels.tsv", qrels)] {
        std::fs::write(folder.join(name), text).expect("it can be written");
    }
}

#[test]
fn a_real_collection_is_ranked_as_from_a_folder() {
    let test = "a_real_collection_is_ranked_as_from_a_folder";
    let (Some(collections), Some(large)) = (collections(), large_index()) else {
        return;
    };
    let Some(cluster) = cluster(test) else {
        return;
    };
    let collection = collections.join("medquad-aspects");
    let corpus = collection.join("corpus.jsonl");
    let corpus = corpus.to_str().expect("it is text");
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let folder = folder.path();
    let url = cluster.url("collection", 0);
    some_queries(&collection, folder);
    let large = large.to_str().expect("it is text");
    index(folder, &url, &[corpus]);
    let mut runs = Vec::new();
    for home in [["--index", large], ["--engine", &url]] {
        let args = [
            "run",
            "queries.jsonl",
            "--output",
            "run.txt",
            home[0],
            home[1],
        ];
        let ended = run_with(folder, &[], &args);
        assert_eq!(ended.code, Some(0), "{}", ended.err);
        let args = [
            "eval",
            "queries.jsonl",
            "qrels.tsv",
            "--json",
            "--run",
            "run.txt",
        ];
        let report = printed(&run_with(folder, &[], &args));
        let ndcg = report["overall"]["ndcg_10"]["mean"]
            .as_f64()
            .expect("it was measured");
        runs.push((
            ndcg,
            std::fs::read_to_string(folder.join("run.txt")).expect("it is there"),
        ));
    }
    let [(here, in_folder), (there, in_cluster)] = &runs[..] else {
        panic!("there are two of them");
    };
    let overlap = overlap(in_folder, in_cluster);
    eprintln!("nDCG@10 {here:.4} from the folder, {there:.4} from the cluster, overlap {overlap}");
    assert!((here - there).abs() <= 0.01, "{here} {there}");
    assert!(overlap >= 0.9, "{overlap}");
}

#[test]
fn a_new_generation_takes_the_place_of_the_old_in_one_step() {
    let test = "a_new_generation_takes_the_place_of_the_old_in_one_step";
    let Some(cluster) = cluster(test) else {
        return;
    };
    let folder = pages(20);
    let folder = folder.path();
    let url = cluster.url("turns", 0);
    index(folder, &url, &[]);
    let of = |generation: u64| {
        let name = format!("turns-g{generation:06}");
        [name.clone(), format!("{name}-words")]
    };
    assert_eq!(cluster.indexes("turns"), of(1));
    // Times of files are as coarse as they are: what is younger than a build is read again.
    let again = index(folder, &url, &[]);
    assert_eq!(again["changes"]["unchanged"], 20);
    assert_eq!(
        (&again["generation"], cluster.indexes("turns")),
        (&json!(1), of(1).to_vec())
    );

    let before = Searcher::of(open(&url).expect("it is there"));
    let old = before
        .search(&Request::new("osteoporosis risk"))
        .expect("it answers")
        .total;
    std::fs::remove_file(folder.join("corpus/page-00003.txt")).expect("it is there");
    assert_eq!(index(folder, &url, &[])["generation"], 2);
    assert_eq!(cluster.indexes("turns"), [of(1), of(2)].concat());
    // Who has the old one open goes on with it.
    assert!(!before.is_current().expect("it answers"));
    let still = before
        .search(&Request::new("osteoporosis risk"))
        .expect("it answers")
        .total;
    assert_eq!(still, old);
    assert_eq!(index(folder, &url, &["--force"])["generation"], 3);
    assert_eq!(cluster.indexes("turns"), [of(2), of(3)].concat());
    palpate(folder).arg("index").assert().success();
    palpate(folder)
        .args(["index", "--force"])
        .assert()
        .success();
    assert_same(folder, &url);
}

fn open(url: &str) -> Result<Arc<dyn Engine>, IndexError> {
    Home::Cluster(ClusterAddress::parse(url)?).open()
}

/// A build that has begun to send passages.
fn half_built(cluster: &TestCluster, folder: &Path, url: &str, name: &str) -> Child {
    let build = building(folder, url);
    let started = Instant::now();
    let path = format!("/{name}/_stats/indexing?ignore_unavailable=true");
    let is_taken = |stats: Value| {
        let taken = stats["_all"]["primaries"]["indexing"]["index_total"].as_u64();
        taken.is_some_and(|taken| taken > 0)
    };
    while !is_taken(cluster.get(&path)) {
        assert!(started.elapsed() < Duration::from_secs(60), "nothing comes");
        std::thread::sleep(Duration::from_millis(10));
    }
    build
}

fn building(folder: &Path, url: &str) -> Child {
    Command::new(env!("CARGO_BIN_EXE_palpate"))
        .args(["index", "--json", "--force", "--engine", url])
        .current_dir(folder)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the binary runs")
}

#[test]
fn a_node_killed_during_a_build_costs_nothing() {
    let Some(mut cluster) = cluster("a_node_killed_during_a_build_costs_nothing") else {
        return;
    };
    let folder = pages(6000);
    let folder = folder.path();
    palpate(folder).arg("index").assert().success();
    // The first node that is asked is the one that will be gone.
    let url = cluster.url("killed", 2);
    let build = half_built(&cluster, folder, &url, "killed-g000001");
    cluster.kill(2);
    let ended = build.wait_with_output().expect("it ends");
    let said = String::from_utf8_lossy(&ended.stderr).into_owned();
    assert_eq!(ended.status.code(), Some(0), "{said}");
    let report: Value = serde_json::from_slice(&ended.stdout).expect("one JSON object");
    assert_eq!(report["documents"], 6000);
    let repeated = report["repeated"].as_array();
    assert!(repeated.is_some_and(|all| !all.is_empty()), "{report}");
    // With two nodes of three, all of it is there.
    assert_same(folder, &url);
}

#[test]
fn a_build_that_was_killed_leaves_the_old_index_and_is_run_again() {
    let test = "a_build_that_was_killed_leaves_the_old_index_and_is_run_again";
    let Some(cluster) = cluster(test) else {
        return;
    };
    let folder = pages(3000);
    let folder = folder.path();
    let url = cluster.url("broken", 0);
    std::fs::rename(folder.join("corpus"), folder.join("all")).expect("it is there");
    std::fs::create_dir(folder.join("corpus")).expect("there is none");
    let gout = "Gout\n\nGout hurts.\n";
    std::fs::write(folder.join("corpus/gout.txt"), gout).expect("it is ours");
    index(folder, &url, &[]);
    let old = state_of(folder, ["--engine", &url]);
    std::fs::remove_dir_all(folder.join("corpus")).expect("it is ours");
    std::fs::rename(folder.join("all"), folder.join("corpus")).expect("it is there");
    // What was there stays: to lose it all would have to be said.
    std::fs::write(folder.join("corpus/gout.txt"), gout).expect("it is ours");
    let mut build = half_built(&cluster, folder, &url, "broken-g000002");
    build.kill().expect("it is our process");
    build.wait().expect("it is our process");
    assert_eq!(state_of(folder, ["--engine", &url]), old);
    let report = index(folder, &url, &[]);
    assert_eq!(report["documents"], 3001);
    let left = cluster.indexes("broken");
    assert!(
        !left.iter().any(|name| name.starts_with("broken-g000002")),
        "{left:?}"
    );
    palpate(folder).arg("index").assert().success();
    assert_same(folder, &url);
}

#[test]
fn queries_go_on_when_a_node_is_killed() {
    let Some(mut cluster) = cluster("queries_go_on_when_a_node_is_killed") else {
        return;
    };
    let folder = pages(300);
    let folder = folder.path();
    let url = cluster.url("queried", 1);
    index(folder, &url, &[]);
    let searcher = Searcher::of(open(&url).expect("it is there"));
    let request = Request::new("osteoporosis risk");
    let ids = |searcher: &Searcher| -> Vec<String> {
        let results = searcher
            .search(&request)
            .expect("it answers, whatever has gone");
        let ids = results.hits.iter().map(|hit| hit.passage.id.to_string());
        ids.collect()
    };
    let expected = ids(&searcher);
    let (over, asked) = (AtomicBool::new(false), AtomicUsize::new(0));
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                while !over.load(Ordering::Relaxed) {
                    assert_eq!(ids(&searcher), expected);
                    asked.fetch_add(1, Ordering::Relaxed);
                }
            });
        }
        let asked_by = |more: usize| {
            let enough = asked.load(Ordering::Relaxed) + more;
            let started = Instant::now();
            while asked.load(Ordering::Relaxed) < enough
                && started.elapsed() < Duration::from_secs(60)
            {
                std::thread::sleep(Duration::from_millis(10));
            }
        };
        asked_by(20);
        cluster.kill(1);
        asked_by(100);
        over.store(true, Ordering::Relaxed);
    });
    assert!(asked.load(Ordering::Relaxed) >= 120, "{asked:?}");
    // Whoever asks now hears that a node did not answer.
    let ended = run(folder, &url, &["search", "osteoporosis risk"]);
    assert_eq!(ended.code, Some(0), "{}", ended.err);
    let note = "note: the cluster was asked again";
    assert!(ended.err.contains(note), "{}", ended.err);
    let server = Server::start(folder, &["--engine", &url, "--engine-timeout", "3"]);
    let path = "/api/v1/search?q=osteoporosis";
    assert_eq!(server.get(path).status, 200);
    // With one node of three, shards are missing: half an answer could lack a warning.
    cluster.kill(2);
    assert_eq!(server.get(path).status, 503);
    let ended = run(
        folder,
        &url,
        &["search", "--engine-timeout", "3", "osteoporosis risk"],
    );
    assert_eq!(
        (ended.code, ended.out.as_str()),
        (Some(2), ""),
        "{}",
        ended.err
    );
    assert!(ended.err.contains("the cluster at"), "{}", ended.err);
    // When the nodes are back, so is the page, without a restart.
    cluster.mend();
    assert_eq!(server.get(path).status, 200);
}

#[test]
fn of_two_builds_the_later_one_wins_and_the_other_says_so() {
    let test = "of_two_builds_the_later_one_wins_and_the_other_says_so";
    let Some(cluster) = cluster(test) else {
        return;
    };
    let folder = pages(4000);
    let folder = folder.path();
    let url = cluster.url("twice", 0);
    let first = half_built(&cluster, folder, &url, "twice-g000001");
    std::fs::write(folder.join("few.txt"), "Gout\n\nGout hurts.\n").expect("it is ours");
    let report = index(folder, &url, &["few.txt"]);
    let first = first.wait_with_output().expect("it ends");
    let said = String::from_utf8_lossy(&first.stderr).into_owned();
    assert_eq!(first.status.code(), Some(2), "{said}");
    assert!(said.contains("another build has taken the place"), "{said}");
    assert_eq!(report["documents"], 1);
    let found = run(folder, &url, &["search", "--json", "gout"]);
    assert_eq!(printed(&found)["total"], 1, "{}", found.err);
}

#[test]
fn a_cluster_that_is_gone_is_an_error_in_time() {
    let folder = pages(1);
    let nobody = format!("http://127.0.0.1:{}/palpate", free_port());
    let silent = Proxy::before(free_port(), |_| Fate::Swallowed);
    for url in [nobody, silent.url("palpate")] {
        for command in [&["search", "risk"][..], &["index"], &["serve"], &["audit"]] {
            let started = Instant::now();
            let args = [command, &["--engine-timeout", "2"]].concat();
            let ended = run(folder.path(), &url, &args);
            assert_eq!(ended.code, Some(2), "{command:?}");
            assert!(ended.err.contains(&url), "{}", ended.err);
            assert!(ended.err.contains("no answer"), "{}", ended.err);
            // Two seconds, and room for a busy machine.
            assert!(started.elapsed() < Duration::from_secs(20), "{command:?}");
        }
    }
}

#[test]
fn an_index_that_is_not_there_or_not_ours_is_said_to_be() {
    let Some(cluster) = cluster("an_index_that_is_not_there_or_not_ours_is_said_to_be") else {
        return;
    };
    let folder = pages(1);
    let folder = folder.path();
    let ended = run(folder, &cluster.url("nothing", 0), &["search", "risk"]);
    assert_eq!(ended.code, Some(2));
    assert!(ended.err.contains("there is no index at"), "{}", ended.err);
    assert!(
        ended.err.contains("palpate index --engine"),
        "{}",
        ended.err
    );

    let url = format!("http://127.0.0.1:{}/somebodys", cluster.port(0));
    let put = ureq::put(&url).send_empty();
    assert!(put.is_ok());
    for command in ["search", "index"] {
        let args: &[&str] = if command == "search" {
            &["search", "risk"]
        } else {
            &["index"]
        };
        let ended = run(folder, &url, args);
        assert_eq!(ended.code, Some(2), "{}", ended.out);
        assert!(ended.err.contains("no index of palpate"), "{}", ended.err);
    }
    let settings = cluster.get("/somebodys/_settings");
    assert!(settings["somebodys"].is_object(), "it was left alone");
    let bad = run(folder, "http://node:9200", &["search", "risk"]);
    assert_eq!(bad.code, Some(2));
    assert!(
        bad.err.contains("the address of the cluster"),
        "{}",
        bad.err
    );
}

#[test]
fn a_full_cluster_is_waited_for_and_lost_answers_change_nothing() {
    let test = "a_full_cluster_is_waited_for_and_lost_answers_change_nothing";
    let Some(cluster) = cluster(test) else {
        return;
    };
    let folder = pages(200);
    let folder = folder.path();
    let bulks = AtomicUsize::new(0);
    let proxy = Proxy::before(cluster.port(0), move |asked| {
        if !asked.path.contains("_bulk") {
            return Fate::Forwarded;
        }
        let entries = asked.body.lines().count() / 2;
        match bulks.fetch_add(1, Ordering::Relaxed) {
            // The whole is refused, then each entry by itself, as a full queue of a shard does.
            0 => Fate::Answered(429, String::from("{\"error\": \"too many requests\"}")),
            1 => {
                let refused = json!({"index": {"status": 429, "error": {"type": "rejected"}}});
                let items = vec![refused; entries];
                Fate::Answered(200, json!({"errors": true, "items": items}).to_string())
            }
            2 => Fate::Answered(503, String::new()),
            3 => Fate::AnswerLost,
            _ => Fate::Forwarded,
        }
    });
    let url = proxy.url("full");
    let report = index(folder, &url, &[]);
    assert_eq!(report["documents"], 200);
    let repeated = report["repeated"].to_string();
    for cause in ["status 429", "too busy", "status 503", "connection"] {
        assert!(repeated.contains(cause), "{cause}: {repeated}");
    }
    palpate(folder).arg("index").assert().success();
    assert_same(folder, &url);

    // What is refused for another reason is no matter of patience.
    let refuses = Proxy::before(cluster.port(0), |asked| {
        if !asked.path.contains("_bulk") {
            return Fate::Forwarded;
        }
        let error = json!({"type": "mapper_parsing_exception", "reason": "it is no number"});
        let item = json!({"index": {"status": 400, "error": error}});
        Fate::Answered(200, json!({"errors": true, "items": [item]}).to_string())
    });
    let ended = run(folder, &refuses.url("full"), &["index", "--force"]);
    assert_eq!(ended.code, Some(2));
    assert!(ended.err.contains("it is no number"), "{}", ended.err);
    assert_same(folder, &url);
}

#[test]
fn only_who_may_gets_in_and_nobody_is_told_how() {
    let Some(cluster) = cluster("only_who_may_gets_in_and_nobody_is_told_how") else {
        return;
    };
    // clinic:s3cr3t, and a key.
    const PASSWORD: &str = "Basic Y2xpbmljOnMzY3IzdA==";
    const KEY: &str = "ApiKey a3k3eQ==";
    let proxy = Proxy::with_tls(cluster.port(0), |asked| {
        match asked.authorization.as_deref() {
            Some(PASSWORD | KEY) => Fate::Forwarded,
            _ => Fate::Answered(401, json!({"error": "who are you?"}).to_string()),
        }
    });
    let folder = pages(3);
    let folder = folder.path();
    let host = format!("127.0.0.1:{}/guarded", proxy.port);
    let open = format!("https://{host}");
    let with_password = format!("https://clinic:s3cr3t@{host}");
    let authority = certificate("authority.pem");
    let authority = authority.to_str().expect("it is text");
    let trusted = [("PALPATE_ENGINE_CA", authority)];
    let named = [
        trusted[0],
        ("PALPATE_ENGINE_USER", "clinic"),
        ("PALPATE_ENGINE_PASSWORD", "s3cr3t"),
    ];
    let keyed = [trusted[0], ("PALPATE_ENGINE_API_KEY", "a3k3eQ==")];
    let by_variable = [keyed[0], keyed[1], ("PALPATE_ENGINE", &open)];
    let mut said = String::new();
    let mut expect = |variables: &[(&str, &str)], args: &[&str], code: i32, says: &str| {
        let ended = run_with(folder, variables, args);
        assert_eq!(ended.code, Some(code), "{args:?}: {}", ended.err);
        let both = format!("{}{}", ended.out, ended.err);
        assert!(both.contains(says), "{says}: {both}");
        said.push_str(&both);
    };
    let index = |url| ["index", "--engine", url];
    expect(&named, &index(&open), 0, "3 documents");
    expect(&trusted, &index(&with_password), 0, "nothing has changed");
    expect(&by_variable, &["index", "--force"], 0, "3 documents");
    expect(
        &by_variable,
        &["search", "--engine-timeout", "5", "xylophone"],
        1,
        "",
    );
    expect(&trusted, &index(&open), 2, "who are you?");
    let wrong = [
        named[0],
        named[1],
        ("PALPATE_ENGINE_PASSWORD", "s3cr3t-of-others"),
    ];
    expect(&wrong, &index(&open), 2, "401");
    // Without the authority, nobody knows who answers.
    expect(&named[1..], &index(&open), 2, "certificate is not trusted");
    let other = [("PALPATE_ENGINE_CA", "corpus/page-00000.txt")];
    expect(&other, &index(&open), 2, "no certificate");
    for secret in ["s3cr3t", "Y2xpbmlj", "a3k3eQ"] {
        assert!(!said.contains(secret), "{said}");
    }
}
