//! `palpate eval`: measures a run.

use std::path::PathBuf;

use super::common::{DEPTH, HomeArgs, Outcome, Without, answer, stdout};
use palpate::eval::{Qrels, Report, Run, Topic, read_topics};

/// Measure a run against relevance judgments
///
/// Prints the means over all judged queries and over each group of them, as trec_eval -c computes
/// them: a judged query that the run does not answer counts 0. nDCG@10 comes with a 95 %
/// bootstrap confidence interval (--json has it for all metrics), a comparison with a baseline
/// with the p of a paired randomisation test.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Queries: queries.jsonl of BEIR, or lines of id, tab, text
    queries: PathBuf,
    /// Relevance judgments, in the format of BEIR or TREC
    qrels: PathBuf,
    /// What a system found: a TREC run; without it, what palpate finds in its index
    #[arg(long, value_name = "RUN")]
    run: Option<PathBuf>,
    #[command(flatten)]
    index: HomeArgs,
    /// The run of another system, to compare with
    #[arg(long, value_name = "RUN")]
    baseline: Option<PathBuf>,
    #[command(flatten)]
    without: Without,
    /// Print one JSON object, with the metrics of each query
    #[arg(long)]
    json: bool,
}

impl Args {
    pub(super) fn run(self) -> anyhow::Result<Outcome> {
        let topics = read_topics(&self.queries)?;
        let qrels = Qrels::read(&self.qrels)?;
        let run = self.measured_run(&topics)?;
        let baseline = self.baseline.as_deref().map(Run::read).transpose()?;
        let report = Report::new(&topics, &qrels, &run, baseline.as_ref());
        for note in &report.notes {
            eprintln!("note: {note}");
        }
        stdout(|out| match self.json {
            true => report.write_json(out),
            false => report.write(out),
        })?;
        Ok(Outcome::Found)
    }

    /// The run to measure.
    fn measured_run(&self, topics: &[Topic]) -> anyhow::Result<Run> {
        match &self.run {
            Some(path) => Ok(Run::read(path)?),
            None => answer(&self.index, topics, DEPTH, &self.without.ranking()),
        }
    }
}
