//! What a cluster costs beside a folder: index speed, latency, bytes a passage.
//!
//! ```text
//! cargo bench --bench cluster -- --engine http://127.0.0.1:9200/bench --corpus path/to/corpus.jsonl --queries path/to/queries.jsonl
//! ```
//!
//! Prints one JSON object for the folder and one for the cluster, however many nodes it has, on
//! standard output. The index that is written to the cluster stays there.

mod common;

// As the program has.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

use std::path::PathBuf;

use clap::Parser;
use palpate::index::{ClusterAddress, Home, Sources};
use palpate::search::{Request, Searcher};
use serde_json::{Value, json};

use common::{Failure, folder_bytes, latency};

/// What a cluster costs beside a folder
#[derive(Debug, Parser)]
struct Args {
    /// An index in a cluster; what it holds is replaced
    #[arg(long, value_name = "URL", env = "PALPATE_ENGINE")]
    engine: String,
    /// What to index
    #[arg(long, value_name = "PATH")]
    corpus: PathBuf,
    /// BEIR queries to ask
    #[arg(long, value_name = "FILE")]
    queries: PathBuf,
    /// Ask only the first so many
    #[arg(long, value_name = "N", default_value_t = 100)]
    asked: usize,
    /// Part the index into so many shards
    #[arg(long)]
    shards: Option<u32>,
    // Given by cargo.
    #[arg(long, hide = true)]
    bench: bool,
}

fn main() -> Result<(), Failure> {
    let args = Args::parse();
    let topics = palpate::eval::read_topics(&args.queries)?;
    let queries: Vec<&str> = topics.iter().map(|topic| topic.text.as_str()).collect();
    let queries = &queries[..args.asked.min(queries.len())];
    let folder = tempfile::tempdir()?;
    let dir = folder.path().join("index");
    let mut embedded = measured(&Home::Folder(dir.clone()), &args.corpus, queries)?;
    embedded["bytes"] = folder_bytes(&dir)?.into();
    println!("{embedded}");
    let mut address = ClusterAddress::parse(&args.engine)?;
    address.shards = args.shards;
    let mut cluster = measured(&Home::Cluster(address), &args.corpus, queries)?;
    let stored = stored(
        &args.engine,
        cluster["generation"].as_u64().unwrap_or_default(),
    )?;
    for (name, value) in stored {
        cluster[name] = value;
    }
    println!("{cluster}");
    Ok(())
}

fn measured(home: &Home, corpus: &PathBuf, queries: &[&str]) -> Result<Value, Failure> {
    let report = home.build(&Sources::of([corpus]), &mut |_| {})?;
    let searcher = Searcher::of(home.open()?);
    let page = latency(queries, &mut |query| {
        let request = Request {
            facets: true,
            ..Request::new(query)
        };
        Ok(searcher.search(&request)?.hits.len())
    })?;
    let ranking = latency(queries, &mut |query| Ok(searcher.rank(query, 10)?.len()))?;
    Ok(json!({
        "home": home.to_string(),
        "generation": report.generation,
        "passages": report.passages,
        "seconds": report.seconds,
        "passages_per_second": report.passages as f64 / report.seconds,
        "mb_per_second": report.mb_per_second,
        "page_latency_ms": page,
        "latency_ms": ranking,
    }))
}

/// What the cluster says of itself and of the index: nodes, shards, and bytes with and without
/// copies.
fn stored(engine: &str, generation: u64) -> Result<Vec<(&'static str, Value)>, Failure> {
    let (nodes, index) = engine.rsplit_once('/').ok_or("an address has a path")?;
    let node = nodes.split(',').next().unwrap_or(nodes);
    let get = |path: &str| -> Result<Value, Failure> {
        let mut answer = ureq::get(format!("{node}{path}")).call()?;
        Ok(serde_json::from_str(&answer.body_mut().read_to_string()?)?)
    };
    let stats = get(&format!("/{index}-g{generation:06}*/_stats/store"))?;
    let bytes = |which: &str| stats["_all"][which]["store"]["size_in_bytes"].clone();
    let health = get(&format!("/_cluster/health/{index}-g{generation:06}"))?;
    Ok(vec![
        ("nodes", health["number_of_data_nodes"].clone()),
        ("shards", health["active_primary_shards"].clone()),
        ("bytes", bytes("primaries")),
        ("bytes_with_copies", bytes("total")),
    ])
}
