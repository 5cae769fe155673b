//! What a page costs: ten hits with counts, facets and texts, as JSON, in this process.
//!
//! ```text
//! cargo bench --bench page -- --corpus path/to/corpus.jsonl --queries path/to/queries.jsonl
//! cargo bench --bench page -- --index DIR --queries path/to/queries.jsonl --answers FILE
//! ```
//!
//! Prints one JSON object with what a page takes of the processor, once everything was asked once. `--answers` writes
//! what was answered, also to queries that are narrowed, quoted, excluded and explained: whoever makes a page
//! cheaper compares it, byte for byte, with what was answered before. Under `valgrind --tool=callgrind`, instructions
//! of `--rounds 2` less those of `--rounds 1` are those of the pages alone.

mod common;

// As the program has.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

use std::io::{BufWriter, Write};
use std::path::PathBuf;
use std::time::Duration;

use clap::Parser;
use palpate::index::{Home, SourceFilter, Sources};
use palpate::lexicon::Kind;
use palpate::output::json;
use palpate::search::{Filter, Request, SearchError, Searcher};
use serde_json::json as object;

use common::Failure;
use common::corpus::entries;

/// What a page of ten hits costs
#[derive(Debug, Parser)]
struct Args {
    /// The index to search; made anew where a corpus is given
    #[arg(long, value_name = "DIR", required_unless_present = "corpus")]
    index: Option<PathBuf>,
    /// The texts to make an index of
    #[arg(long, value_name = "FILE")]
    corpus: Option<PathBuf>,
    /// BEIR queries to ask
    #[arg(long, value_name = "FILE")]
    queries: PathBuf,
    /// How many of them
    #[arg(long, default_value_t = 200)]
    count: usize,
    /// How often they are asked
    #[arg(long, default_value_t = 5)]
    rounds: usize,
    /// Where to write the answers
    #[arg(long, value_name = "FILE")]
    answers: Option<PathBuf>,
    // Given by cargo.
    #[arg(long, hide = true)]
    bench: bool,
}

fn main() -> Result<(), Failure> {
    let args = Args::parse();
    let made = tempfile::tempdir()?;
    let home = Home::Folder(args.index.unwrap_or_else(|| made.path().to_owned()));
    if let Some(corpus) = &args.corpus {
        home.build(&Sources::of([corpus]), &mut |_| {})?;
    }
    let searcher = Searcher::open(&home)?;
    let queries = entries(&args.queries)?.take(args.count);
    let queries: Vec<String> = queries.map(|query| query.text).collect();
    if let Some(path) = &args.answers {
        let mut out = BufWriter::new(std::fs::File::create(path)?);
        for request in queries.iter().flat_map(|query| variants(query)) {
            match page(&searcher, &request) {
                Ok(page) => out.write_all(&page)?,
                Err(error) => writeln!(out, "{error}")?,
            }
        }
        out.flush()?;
        return Ok(());
    }
    let mut rounds = Vec::with_capacity(args.rounds);
    for _ in 0..args.rounds {
        let before = on_processor()?;
        for query in &queries {
            page(&searcher, &with_facets(query))?;
        }
        let took = on_processor()?.saturating_sub(before);
        rounds.push(took.as_secs_f64() * 1e3 / queries.len() as f64);
    }
    // The first round reads what the others find read.
    let warm = rounds.iter().skip(1).copied().fold(f64::NAN, f64::min);
    println!(
        "{}",
        object!({"queries": queries.len(), "page_ms": warm, "rounds_ms": rounds})
    );
    Ok(())
}

/// A page as the server answers it.
fn page(searcher: &Searcher, request: &Request) -> Result<Vec<u8>, SearchError> {
    let mut results = searcher.search(request)?;
    // All else is the same each time.
    results.elapsed = Duration::ZERO;
    let mut bytes = Vec::new();
    json::write(&mut bytes, &results, request.explain).expect("memory takes what is written");
    Ok(bytes)
}

fn with_facets(query: &str) -> Request {
    Request {
        facets: true,
        ..Request::new(query)
    }
}

/// The ways in which a query is asked for its answers to be compared.
fn variants(query: &str) -> Vec<Request> {
    let filtered = |filters| Request {
        filters,
        ..with_facets(query)
    };
    let words: Vec<&str> = query.split_whitespace().collect();
    let (first, last) = (words.first(), words.last());
    let first = first.copied().unwrap_or_default();
    let last = last.copied().unwrap_or_default();
    vec![
        Request::new(query),
        with_facets(query),
        Request {
            explain: true,
            offset: 5,
            limit: 30,
            ..with_facets(query)
        },
        filtered(vec![Filter::Aspect("risk".to_owned())]),
        filtered(vec![Filter::Concept(Kind::Condition, "cancer".to_owned())]),
        Request {
            source: SourceFilter::glob("*1*").ok(),
            ..with_facets(query)
        },
        with_facets(&format!("\"{query}\"")),
        with_facets(&format!("+{first} {query} -{last}")),
        with_facets(&format!("{first}* OR ({last} AND patients)")),
        with_facets(&format!("title:{first} {last}")),
        with_facets(last),
    ]
}

/// How long this process has been on a processor.
fn on_processor() -> Result<Duration, Failure> {
    let stat = std::fs::read_to_string("/proc/self/schedstat")?;
    let nanoseconds = stat.split_whitespace().next().ok_or("it is empty")?;
    Ok(Duration::from_nanos(nanoseconds.parse()?))
}
