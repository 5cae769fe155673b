//! `palpate run`: answers a set of queries, for evaluation.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::PathBuf;

use anyhow::Context;

use super::common::{DEPTH, HomeArgs, Outcome, Without, answer, stdout};
use palpate::eval::{TAG, read_topics};

/// Answer a set of queries and write a TREC run
///
/// A document is ranked by its best passage. In a collection (.jsonl) documents have the ids of
/// the collection, elsewhere they are known by their paths.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Queries: queries.jsonl of BEIR, topics of TREC, or lines of id, tab, text
    queries: PathBuf,
    #[command(flatten)]
    index: HomeArgs,
    /// Return at most this many documents for a query
    #[arg(short = 'n', long, value_name = "N", default_value_t = DEPTH)]
    limit: usize,
    /// Write the run to this file, rather than to standard output
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// The name of the run, in its last column
    #[arg(long, value_name = "NAME", default_value = TAG)]
    tag: String,
    #[command(flatten)]
    without: Without,
}

impl Args {
    pub(super) fn run(self) -> anyhow::Result<Outcome> {
        let topics = read_topics(&self.queries)?;
        let run = answer(&self.index, &topics, self.limit, &self.without.ranking())?;
        match &self.output {
            None => stdout(|out| run.write(&self.tag, out))?,
            Some(path) => {
                let write = || -> std::io::Result<()> {
                    let mut file = BufWriter::new(File::create(path)?);
                    run.write(&self.tag, &mut file)?;
                    file.flush()
                };
                write().with_context(|| path.display().to_string())?;
            }
        }
        if let Some((count, example)) = run.escaped() {
            eprintln!(
                "palpate: a run has no spaces in names; {count} with white space written as \
                 {example}{}",
                if count > 1 { " and the like" } else { "" }
            );
        }
        Ok(Outcome::Found)
    }
}
