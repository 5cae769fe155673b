//! How palpate fares beside raw tantivy as a corpus grows: index speed, memory, index size, latency.
//!
//! ```text
//! cargo bench --bench scale -- --passages 1000000
//! cargo bench --bench scale -- --quick
//! cargo bench --bench scale -- --corpus path/to/corpus.jsonl --queries path/to/queries.jsonl
//! ```
//!
//! Prints one JSON object a run on standard output; docs/json.md says what it holds. Each engine
//! runs in a process of its own, so that its peak memory is its own.

mod common;

// As the program has; both engines alike.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use clap::Parser;
use palpate::index::{Home, Sources};
use palpate::search::{Request, Searcher};
use serde_json::{Value, json};

use common::corpus::{Seed, entries};
use common::raw::Raw;
use common::{Failure, folder_bytes, latency};

/// How palpate fares beside raw tantivy as a corpus grows
#[derive(Debug, Parser)]
struct Args {
    /// How many passages, about; may be given more than once
    #[arg(long, value_name = "N")]
    passages: Vec<usize>,
    /// Ten thousand passages, done in a minute
    #[arg(long)]
    quick: bool,
    /// A BEIR file, in place of a corpus that is grown
    #[arg(long, value_name = "FILE")]
    corpus: Option<PathBuf>,
    /// BEIR queries, in place of words from the texts
    #[arg(long, value_name = "FILE")]
    queries: Option<PathBuf>,
    /// The seed of corpus and queries
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// How often each engine builds its index; the fastest counts
    #[arg(long, default_value_t = 1)]
    repeat: usize,
    #[arg(long, hide = true)]
    engine: Option<Engine>,
    #[arg(long, hide = true)]
    work: Option<PathBuf>,
    // Given by cargo.
    #[arg(long, hide = true)]
    bench: bool,
}

#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum Engine {
    Tantivy,
    Palpate,
}

fn main() -> Result<(), Failure> {
    let args = Args::parse();
    if let (Some(engine), Some(work)) = (args.engine, &args.work) {
        println!("{}", child(engine, work)?);
        return Ok(());
    }
    let seed = seed()?;
    let sizes = match (&args.corpus, &args.passages[..], args.quick) {
        (Some(_), ..) => vec![0],
        (None, [], _) | (None, _, true) => vec![10_000],
        (None, sizes, false) => sizes.to_vec(),
    };
    for size in sizes {
        println!("{}", run(&args, &seed, size)?);
    }
    Ok(())
}

/// Real text: the collections where they are, the four texts elsewhere.
fn seed() -> std::io::Result<Seed> {
    Seed::read(&match common::collections() {
        Some(dir) => vec![dir.join("medquad-aspects/corpus.jsonl")],
        None => vec![common::texts()],
    })
}

fn run(args: &Args, seed: &Seed, size: usize) -> Result<Value, Failure> {
    let work = tempfile::tempdir()?;
    let corpus = work.path().join("corpus.jsonl");
    match &args.corpus {
        Some(path) => std::fs::copy(path, &corpus).map(drop)?,
        None => seed.grow(size, args.seed, &corpus).map(drop)?,
    }
    let bytes: usize = entries(&corpus)?
        .map(|e| e.title.len() + e.text.len())
        .sum();
    let queries = match &args.queries {
        Some(path) => entries(path)?.map(|query| query.text).collect(),
        None => seed.queries(1000, args.seed),
    };
    std::fs::write(work.path().join("queries"), queries.join("\n"))?;
    let mut best: [Option<Value>; 2] = [None, None];
    for _ in 0..args.repeat.max(1) {
        for (engine, best) in ["tantivy", "palpate"].into_iter().zip(&mut best) {
            let result = in_child(engine, work.path(), bytes)?;
            let seconds = |value: &Value| value["seconds"].as_f64().unwrap_or(f64::INFINITY);
            if best
                .as_ref()
                .is_none_or(|best| seconds(&result) < seconds(best))
            {
                *best = Some(result);
            }
        }
    }
    let [tantivy, palpate] = best;
    let (tantivy, palpate) = (tantivy.unwrap_or_default(), palpate.unwrap_or_default());
    let ratio = |a: &Value, b: &Value| a.as_f64().zip(b.as_f64()).map(|(a, b)| a / b);
    Ok(json!({
        "schema": 1,
        "seed": args.seed,
        "corpus": args.corpus,
        "corpus_bytes": bytes,
        "documents": entries(&corpus)?.count(),
        "passages": palpate["passages"],
        "queries": queries.len(),
        "ratio": {
            "index_speed": ratio(&palpate["mb_per_second"], &tantivy["mb_per_second"]),
            "p50": ratio(&palpate["latency_ms"]["p50"], &tantivy["latency_ms"]["p50"]),
            "p99": ratio(&palpate["latency_ms"]["p99"], &tantivy["latency_ms"]["p99"]),
        },
        "tantivy": tantivy,
        "palpate": palpate,
        "machine": machine(),
        "commit": commit(),
    }))
}

/// Runs an engine in a process of its own, on an empty folder.
fn in_child(engine: &str, work: &Path, bytes: usize) -> Result<Value, Failure> {
    let index = work.join("index");
    if index.exists() {
        std::fs::remove_dir_all(&index)?;
    }
    let output = Command::new(std::env::current_exe()?)
        .args(["--engine", engine, "--work"])
        .arg(work)
        .stderr(std::process::Stdio::inherit())
        .output()?;
    if !output.status.success() {
        return Err(format!("{engine} failed").into());
    }
    let mut result: Value = serde_json::from_slice(&output.stdout)?;
    let seconds = result["seconds"].as_f64().unwrap_or(f64::NAN);
    result["mb_per_second"] = json!(bytes as f64 / 1e6 / seconds);
    result["index_bytes"] = json!(folder_bytes(&index)?);
    Ok(result)
}

fn child(engine: Engine, work: &Path) -> Result<Value, Failure> {
    let (corpus, index) = (work.join("corpus.jsonl"), work.join("index"));
    std::fs::create_dir(&index)?;
    let queries = std::fs::read_to_string(work.join("queries"))?;
    let queries: Vec<&str> = queries.lines().collect();
    let started = Instant::now();
    match engine {
        Engine::Tantivy => {
            let raw = Raw::create(&index)?;
            raw.add(entries(&corpus)?)?;
            let seconds = started.elapsed().as_secs_f64();
            let memory = peak_memory();
            let searcher = raw.searcher()?;
            let latency = latency(&queries, &mut |query| Ok(raw.top_ten(&searcher, query)?))?;
            Ok(json!({
                "seconds": seconds,
                "peak_rss_bytes": memory,
                "segments": searcher.segment_readers().len(),
                "latency_ms": latency,
            }))
        }
        Engine::Palpate => {
            let home = Home::Folder(index.to_owned());
            let report = home.build(&Sources::of([corpus]), &mut |_| {})?;
            let seconds = started.elapsed().as_secs_f64();
            let memory = peak_memory();
            let searcher = Searcher::open(&home)?;
            let ranking = latency(&queries, &mut |query| Ok(searcher.rank(query, 10)?.len()))?;
            let page = latency(&queries, &mut |query| {
                Ok(searcher.search(&Request::new(query))?.hits.len())
            })?;
            Ok(json!({
                "passages": report.passages,
                "seconds": seconds,
                "peak_rss_bytes": memory,
                "latency_ms": ranking,
                "page_latency_ms": page,
            }))
        }
    }
}

/// The most memory this process ever had, in bytes, where the system tells.
fn peak_memory() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kilobytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kilobytes * 1024)
}

fn machine() -> Value {
    let model = std::fs::read_to_string("/proc/cpuinfo")
        .ok()
        .and_then(|info| {
            let line = info.lines().find(|line| line.starts_with("model name"))?;
            Some(line.split_once(':')?.1.trim().to_owned())
        });
    json!({
        "os": std::env::consts::OS,
        "arch": std::env::consts::ARCH,
        "cpu": model,
        "cores": std::thread::available_parallelism().map_or(1, usize::from),
    })
}

fn commit() -> Option<String> {
    let output = Command::new("git")
        .args(["rev-parse", "--short", "HEAD"])
        .output()
        .ok()?;
    let commit = String::from_utf8(output.stdout).ok()?;
    Some(commit.trim().to_owned()).filter(|commit| !commit.is_empty())
}
