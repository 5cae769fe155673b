//! `palpate fuse`: one run of several.

use std::path::PathBuf;

use anyhow::bail;

use super::common::{DEPTH, Outcome, write_run};
use palpate::eval::{RRF_K, Run};

/// Fuse TREC runs into one, by reciprocal rank
///
/// A document has the sum of weight / (k + rank) over the runs that found it (Cormack, Clarke and
/// Büttcher 2009): scores of different systems need not be comparable.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// What systems found: TREC runs
    #[arg(required = true, num_args = 2.., value_name = "RUN")]
    runs: Vec<PathBuf>,
    /// How much each run counts, in their order; 1 each where this is not given
    #[arg(long, value_name = "W", value_delimiter = ',', value_parser = positive)]
    weights: Vec<f64>,
    /// k: the higher, the less the first ranks stand out
    #[arg(short, long, value_name = "K", default_value_t = RRF_K, value_parser = positive)]
    k: f64,
    /// Return at most this many documents for a query
    #[arg(short = 'n', long, value_name = "N", default_value_t = DEPTH)]
    limit: usize,
    /// Write the run to this file, rather than to standard output
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// The name of the run, in its last column
    #[arg(long, value_name = "NAME", default_value = "fused")]
    tag: String,
}

impl Args {
    pub(super) fn run(self) -> anyhow::Result<Outcome> {
        let mut weights = self.weights;
        if weights.is_empty() {
            weights = vec![1.0; self.runs.len()];
        }
        if weights.len() != self.runs.len() {
            let (weights, runs) = (weights.len(), self.runs.len());
            bail!("{weights} weights for {runs} runs");
        }
        let runs: Result<Vec<Run>, _> = self.runs.iter().map(|path| Run::read(path)).collect();
        let runs: Vec<(Run, f64)> = runs?.into_iter().zip(weights).collect();
        let fused = Run::fuse(&runs, self.k, self.limit);
        write_run(&fused, &self.tag, self.output.as_deref())?;
        Ok(Outcome::Found)
    }
}

fn positive(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(number) if number.is_finite() && number > 0.0 => Ok(number),
        _ => Err(format!("“{text}” is no number above 0")),
    }
}
