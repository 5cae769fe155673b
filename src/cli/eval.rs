//! `palpate eval`: measures a run.

use std::path::PathBuf;

use super::common::{
    DEPTH, FeedbackArgs, HomeArgs, Outcome, RankingArgs, RunRequest, Threads, answer, stdout, tell,
};
use palpate::eval::{Metric, Qrels, Report, Run, Topic, read_topics};
use palpate::search::RankedUnit;

/// Measure a run against relevance judgments
///
/// Prints the means over all judged queries and over each group of them, as trec_eval -c computes
/// them: a judged query that the run does not answer counts 0. The first metric comes with a 95 %
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
    /// What to measure: nDCG@k, P@k, R@k, AP@k, RR@k, Judged@k for any k [default:
    /// nDCG@10,MAP,RR@10,R@100]
    #[arg(short, long, value_name = "METRIC", value_delimiter = ',', hide_default_value = true,
        default_values = ["nDCG@10", "MAP", "RR@10", "R@100"])]
    metrics: Vec<Metric>,
    #[command(flatten)]
    threads: Threads,
    #[command(flatten)]
    ranking: RankingArgs,
    #[command(flatten)]
    feedback: FeedbackArgs,
    /// Print a table of the queries instead of their means, with columns parted by tabs
    #[arg(long, conflicts_with = "json")]
    per_query: bool,
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
        let mut metrics: Vec<Metric> = Vec::new();
        for &metric in &self.metrics {
            if !metrics.contains(&metric) {
                metrics.push(metric);
            }
        }
        let report = Report::new(&metrics, &topics, &qrels, &run, baseline.as_ref());
        for note in &report.notes {
            tell(format_args!("note: {note}"));
        }
        stdout(|out| match (self.json, self.per_query) {
            (true, _) => report.write_json(out),
            (false, true) => report.write_queries(out),
            (false, false) => report.write(out),
        })?;
        Ok(Outcome::Found)
    }

    /// The run to measure.
    fn measured_run(&self, topics: &[Topic]) -> anyhow::Result<Run> {
        match &self.run {
            Some(path) => Ok(Run::read(path)?),
            None => {
                let asked = RunRequest {
                    limit: self.depth(),
                    of: RankedUnit::Document,
                    ranking: self.ranking.with(&self.feedback),
                    threads: self.threads,
                };
                answer(&self.index, topics, &asked)
            }
        }
    }

    /// As deep as the deepest metric looks.
    fn depth(&self) -> usize {
        let depths = self.metrics.iter().filter_map(|metric| metric.depth());
        depths.fold(DEPTH, usize::max)
    }
}
