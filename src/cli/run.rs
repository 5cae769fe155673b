//! `palpate run`: answers a set of queries, for evaluation.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::PathBuf;

use anyhow::Context;

use super::{HomeArgs, Outcome, stdout};
use palpate::eval::{Run, Topic, read_topics};
use palpate::search::{Ranking, RankingPart, Searcher};

/// Answer a set of queries and write a TREC run
///
/// A document is ranked by its best passage. In a collection (.jsonl) documents have the ids of
/// the collection, elsewhere they are known by their paths.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Queries: queries.jsonl of BEIR, or lines of id, tab, text
    queries: PathBuf,
    #[command(flatten)]
    index: HomeArgs,
    /// Return at most this many documents for a query
    #[arg(short = 'n', long, value_name = "N", default_value_t = DEPTH)]
    limit: usize,
    /// Write the run to this file, rather than to standard output
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
    #[command(flatten)]
    without: Without,
}

/// What to leave out of the ranking.
#[derive(Debug, clap::Args)]
pub(super) struct Without {
    /// Leave parts out of the ranking, to see what each is worth: fields, closeness, concepts,
    /// aspects
    #[arg(long, value_name = "PART", value_delimiter = ',')]
    without: Vec<RankingPart>,
}

impl Without {
    pub(super) fn ranking(&self) -> Ranking {
        Ranking::without(&self.without)
    }
}

/// How deep runs go where nobody says otherwise; the deepest metric looks at 100 documents.
pub(super) const DEPTH: usize = 100;

impl Args {
    pub(super) fn run(self) -> anyhow::Result<Outcome> {
        let topics = read_topics(&self.queries)?;
        let run = answer(&self.index, &topics, self.limit, &self.without.ranking())?;
        match &self.output {
            None => stdout(|out| run.write(out))?,
            Some(path) => {
                let write = || -> std::io::Result<()> {
                    let mut file = BufWriter::new(File::create(path)?);
                    run.write(&mut file)?;
                    file.flush()
                };
                write().with_context(|| path.display().to_string())?;
            }
        }
        Ok(Outcome::Found)
    }
}

/// The run of palpate itself over some queries.
pub(super) fn answer(
    index: &HomeArgs,
    topics: &[Topic],
    limit: usize,
    ranking: &Ranking,
) -> anyhow::Result<Run> {
    let searcher = Searcher::of(index.home()?.open()?);
    let mut run = Run::default();
    for topic in topics {
        let mut last = f32::INFINITY;
        for (document, score) in searcher.rank_documents(&topic.text, limit, ranking)? {
            let score = below(last, score);
            last = score as f32;
            run.push(&topic.id, &document, score);
        }
    }
    Ok(run)
}

/// A score, or where that is not below `last` in single precision, what is next below it: those who
/// evaluate runs go by the scores, and would order equal ones in their own way.
fn below(last: f32, score: f64) -> f64 {
    match (score as f32) < last {
        true => score,
        false => f64::from(last.next_down()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scores_of_a_run_fall_with_the_rank() {
        assert_eq!(below(2.0, 1.5), 1.5);
        let next = below(2.0, 2.0);
        assert!(next < 2.0 && (next as f32) < 2.0);
        assert!(below(next as f32, 2.0 - 1e-12) < next);
    }
}
