//! What the ranking is worth on collections, beside plain BM25 and part by part.
//!
//! ```text
//! cargo bench --bench relevance -- COLLECTIONS
//! cargo bench --bench relevance -- COLLECTIONS --learn
//! ```
//!
//! `COLLECTIONS` is a folder of BEIR folders (`corpus.jsonl`, `queries.jsonl`, `qrels/*.tsv`); one
//! without a corpus has questions over that of another, which is found by the ids that were judged.
//! Each set is a table: words alone by BM25 of documents and of passages, then palpate by words
//! alone, each part added, and all of it. Figures have a 95 % bootstrap interval, and `p` is that of
//! the paired randomisation test against the better plain row.
//!
//! With `--learn` it reads the names of files with weights, a line each, from standard input, and
//! answers each with a line of JSON, the figures of every set by these weights: that is what
//! `src/models/learn_score.py` asks.

mod common;

// As the program has.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

use std::collections::HashSet;
use std::io::BufRead;
use std::path::{Path, PathBuf};

use clap::Parser;
use palpate::eval::{Comparison, Estimate, Metric, Qrels, Report, Run, Topic, read_topics};
use palpate::index::{Home, Sources, Wanted};
use palpate::search::{RankedUnit, Ranking, RankingPart, Searcher, Weights};
use serde_json::{Map, Value, json};

use common::Failure;
use common::plain::Plain;

/// As deep as the deepest metric looks.
const DEPTH: usize = 100;

/// What the ranking is worth on collections
#[derive(Debug, Parser)]
struct Args {
    /// A folder of BEIR folders
    collections: PathBuf,
    /// Only these sets
    #[arg(long, value_name = "NAME")]
    only: Vec<String>,
    /// Read names of files with weights from standard input, and answer each with figures
    #[arg(long)]
    learn: bool,
    /// What cargo passes on
    #[arg(long, hide = true)]
    bench: bool,
}

/// A corpus, indexed.
struct Corpus {
    name: String,
    searcher: Searcher,
    ids: HashSet<String>,
    by_document: Plain,
    by_passage: Plain,
    /// What is in the folder goes with it.
    _folder: tempfile::TempDir,
}

/// Judged questions over a corpus.
struct QuestionSet {
    name: String,
    topics: Vec<Topic>,
    qrels: Qrels,
    corpus: usize,
}

/// The metrics that are shown.
struct Shown {
    ndcg: Metric,
    recall: Metric,
}

fn main() -> Result<(), Failure> {
    let args = Args::parse();
    let shown = Shown {
        ndcg: "nDCG@10".parse()?,
        recall: "Recall@100".parse()?,
    };
    let (corpora, sets) = open(&args)?;
    match args.learn {
        true => learn(&corpora, &sets, &shown),
        false => sets
            .iter()
            .try_for_each(|set| table(&corpora[set.corpus], set, &shown)),
    }
}

fn open(args: &Args) -> Result<(Vec<Corpus>, Vec<QuestionSet>), Failure> {
    let mut folders = Vec::new();
    for entry in std::fs::read_dir(&args.collections)? {
        folders.push(entry?.path());
    }
    folders.sort();
    let judged: Vec<&PathBuf> = folders
        .iter()
        .filter(|folder| folder.join("queries.jsonl").is_file())
        .collect();
    let mut corpora = Vec::new();
    for folder in &judged {
        if folder.join("corpus.jsonl").is_file() {
            corpora.push(Corpus::open(folder)?);
        }
    }
    let mut sets = Vec::new();
    for folder in judged {
        let name = name_of(folder);
        if args.only.is_empty() || args.only.contains(&name) {
            sets.push(QuestionSet::open(folder, name, &corpora)?);
        }
    }
    Ok((corpora, sets))
}

fn name_of(folder: &Path) -> String {
    let name = folder.file_name().unwrap_or_default();
    name.to_string_lossy().into_owned()
}

impl Corpus {
    fn open(folder: &Path) -> Result<Corpus, Failure> {
        let path = folder.join("corpus.jsonl");
        let home_folder = tempfile::tempdir()?;
        let home = Home::Folder(home_folder.path().to_owned());
        home.build(&Sources::of([&path]), &mut |_| {})?;
        let searcher = Searcher::open(&home)?;
        let mut by_passage = Plain::default();
        let everything = Wanted::All(Vec::new());
        searcher.engine().each(&everything, &mut |passage| {
            let headings = passage.headings.join(" ");
            let lead = passage.lead.unwrap_or_default();
            let text = format!("{} {headings} {lead} {}", passage.title, passage.text);
            by_passage.add(&passage.document, &text);
        })?;
        let (mut by_document, mut ids) = (Plain::default(), HashSet::new());
        for line in std::io::BufReader::new(std::fs::File::open(&path)?).lines() {
            let entry: Value = serde_json::from_str(&line?)?;
            let text = |key: &str| entry[key].as_str().unwrap_or_default();
            if ids.insert(text("_id").to_owned()) {
                let whole = format!("{} {}", text("title"), text("text"));
                by_document.add(text("_id"), &whole);
            }
        }
        Ok(Corpus {
            name: name_of(folder),
            searcher,
            ids,
            by_document,
            by_passage,
            _folder: home_folder,
        })
    }

    fn run(&self, set: &QuestionSet, ranking: &Ranking) -> Result<Run, Failure> {
        let mut run = Run::default();
        for topic in &set.topics {
            let ranked =
                self.searcher
                    .rank_for_run(&topic.text, DEPTH, RankedUnit::Document, ranking)?;
            push(&mut run, topic, ranked);
        }
        Ok(run)
    }
}

/// Adds a ranking as it is: scores that are equal are taken apart by their ranks.
fn push(run: &mut Run, topic: &Topic, ranked: Vec<(String, f64)>) {
    for (rank, (document, _)) in ranked.into_iter().enumerate() {
        run.push(&topic.id, &document, -(rank as f64));
    }
}

impl QuestionSet {
    fn open(folder: &Path, name: String, corpora: &[Corpus]) -> Result<QuestionSet, Failure> {
        let mut files = Vec::new();
        for entry in std::fs::read_dir(folder.join("qrels"))? {
            files.push(entry?.path());
        }
        files.sort();
        let file = files.first().ok_or("no judgments")?;
        let text = std::fs::read_to_string(file)?;
        let judged: Vec<&str> = text.lines().filter_map(|l| l.split('\t').nth(1)).collect();
        let known = |corpus: &Corpus| judged.iter().filter(|id| corpus.ids.contains(**id)).count();
        // Ids of one set can be those of another by chance: a set with a corpus has its own.
        let own = corpora.iter().position(|corpus| corpus.name == name);
        let most = || (0..corpora.len()).max_by_key(|&at| known(&corpora[at]));
        Ok(QuestionSet {
            topics: read_topics(&folder.join("queries.jsonl"))?,
            qrels: Qrels::read(file)?,
            corpus: own.or_else(most).ok_or("no corpus")?,
            name,
        })
    }

    fn report(&self, shown: &Shown, run: &Run, baseline: Option<&Run>) -> Report {
        let metrics = [shown.ndcg, shown.recall];
        Report::new(&metrics, &self.topics, &self.qrels, run, baseline)
    }
}

fn estimate(report: &Report, metric: Metric) -> Result<Estimate, Failure> {
    let found = report.overall.means.get(metric);
    Ok(*found.ok_or("the metric was not measured")?)
}

/// The rankings that are compared, in the order of the table: each has one part more.
fn ladder() -> Vec<(&'static str, Ranking)> {
    let parts = [
        ("palpate, words only", RankingPart::Fields),
        ("+ fields", RankingPart::Proximity),
        ("+ proximity", RankingPart::Concepts),
        ("+ concepts", RankingPart::Aspects),
    ];
    let left_out = |n: usize| parts[n..].iter().map(|(_, part)| *part).collect::<Vec<_>>();
    let steps = parts.iter().enumerate();
    let mut ladder: Vec<_> = steps
        .map(|(n, (name, _))| (*name, Ranking::without(&left_out(n))))
        .collect();
    ladder.push(("palpate", Ranking::default()));
    ladder
}

fn table(corpus: &Corpus, set: &QuestionSet, shown: &Shown) -> Result<(), Failure> {
    let mut plain = Vec::new();
    for (name, index) in [
        ("BM25 of documents", &corpus.by_document),
        ("BM25 of passages", &corpus.by_passage),
    ] {
        let mut run = Run::default();
        for topic in &set.topics {
            push(&mut run, topic, index.rank(&topic.text, DEPTH));
        }
        let ndcg = estimate(&set.report(shown, &run, None), shown.ndcg)?.mean;
        plain.push((name, run, ndcg));
    }
    println!("\n{} ({} questions)\n", set.name, set.topics.len());
    println!("| | nDCG@10 | R@100 | p |\n|---|---|---|---|");
    for (name, run, _) in &plain {
        row(name, &set.report(shown, run, None), shown)?;
    }
    let best = plain.iter().max_by(|a, b| a.2.total_cmp(&b.2));
    let best = best.map(|(_, run, _)| run);
    for (name, ranking) in ladder() {
        let run = corpus.run(set, &ranking)?;
        row(name, &set.report(shown, &run, best), shown)?;
    }
    Ok(())
}

fn row(name: &str, report: &Report, shown: &Shown) -> Result<(), Failure> {
    let ndcg = estimate(report, shown.ndcg)?;
    let recall = estimate(report, shown.recall)?;
    let compared = report.baseline.as_ref().and_then(|all| all.get(shown.ndcg));
    let p = compared.map_or(String::new(), |c: &Comparison| format!("{:.3}", c.p));
    println!(
        "| {name} | {:.3} [{:.3}, {:.3}] | {:.3} | {p} |",
        ndcg.mean, ndcg.low, ndcg.high, recall.mean
    );
    Ok(())
}

fn learn(corpora: &[Corpus], sets: &[QuestionSet], shown: &Shown) -> Result<(), Failure> {
    for line in std::io::stdin().lock().lines() {
        let text = std::fs::read_to_string(line?.trim())?;
        let weights = Weights::parse(&text).map_err(|fault| fault.cause)?;
        let ranking = Ranking {
            weights,
            ..Ranking::default()
        };
        let mut figures = Map::new();
        for set in sets {
            let run = corpora[set.corpus].run(set, &ranking)?;
            let report = set.report(shown, &run, None);
            let figure = json!({
                "ndcg_10": estimate(&report, shown.ndcg)?.mean,
                "recall_100": estimate(&report, shown.recall)?.mean,
            });
            figures.insert(set.name.clone(), figure);
        }
        println!("{}", Value::Object(figures));
    }
    Ok(())
}
