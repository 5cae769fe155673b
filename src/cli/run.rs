//! `palpate run`: answers a set of queries, for evaluation.

use std::path::PathBuf;

use super::common::{
    DEPTH, FeedbackArgs, HomeArgs, Outcome, RankingArgs, RunRequest, Threads, answer, write_run,
};
use palpate::eval::{TAG, read_topics};
use palpate::search::RankedUnit;

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
    threads: Threads,
    /// Rank passages, by their ids, rather than documents
    #[arg(long)]
    passages: bool,
    #[command(flatten)]
    ranking: RankingArgs,
    #[command(flatten)]
    feedback: FeedbackArgs,
}

impl Args {
    pub(super) fn run(self) -> anyhow::Result<Outcome> {
        let topics = read_topics(&self.queries)?;
        let asked = RunRequest {
            limit: self.limit,
            of: match self.passages {
                true => RankedUnit::Passage,
                false => RankedUnit::Document,
            },
            ranking: self.ranking.with(&self.feedback),
            threads: self.threads,
        };
        let run = answer(&self.index, &topics, &asked)?;
        write_run(&run, &self.tag, self.output.as_deref())?;
        Ok(Outcome::Found)
    }
}
