//! # Evaluation
//!
//! How good is a ranking? A [`Run`] (what a system returned for each query) and [`Qrels`] (what
//! people judged relevant) go in, a [`Report`] comes out: metrics with confidence intervals, for
//! all queries and for each group of them, and a comparison with another run.
//!
//! * `topics` reads the queries, for their text and for the group each belongs to,
//! * `qrels` and `run` read judgments and rankings, `run` also writes them,
//! * `metrics` has the formulas, each with its source,
//! * `fuse` makes one run of several,
//! * `significance` says how much of a mean or of a difference is chance,
//! * `report` puts it together and prints it.
//!
//! This room stands apart from the pipeline: it knows files in the formats of TREC and BEIR, and
//! nothing of how a ranking came about. It agrees with trec_eval 9 as `trec_eval -c` runs it (and
//! so with pytrec_eval and ir_measures), in particular on which queries count:
//!
//! * Means are over the queries that the qrels judge. One that the run does not answer counts 0;
//!   one that only the run knows does not count.
//! * A judged query without any relevant document counts too, and as 0, since no ranking can do
//!   better. A note in the report says how many there are: figures from tools that leave
//!   them out are higher.
//!
//! ```
//! use palpate::eval::{Metric, Qrels, Report, Run, read_topics};
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let folder = tempfile::tempdir()?;
//! # let (queries, judged) = (folder.path().join("q.tsv"), folder.path().join("j.tsv"));
//! # std::fs::write(&queries, "q1\tstroke risk\n")?;
//! # std::fs::write(&judged, "q1 0 a 0\nq1 0 b 1\n")?;
//! let mut run = Run::default();
//! run.push("q1", "a", 2.5);
//! run.push("q1", "b", 1.5);
//! let metric = "RR@10".parse::<Metric>()?;
//! let report = Report::new(&[metric], &read_topics(&queries)?, &Qrels::read(&judged)?, &run, None);
//! assert_eq!(report.overall.means.get(metric).map(|estimate| estimate.mean), Some(0.5));
//! # Ok(()) }
//! ```

mod fuse;
mod input;
mod metrics;
mod qrels;
mod report;
mod run;
mod significance;
mod topics;

use std::path::PathBuf;

pub use fuse::RRF_K;
pub use metrics::{Metric, PerMetric};
pub use qrels::Qrels;
pub use report::{Comparison, QueryScore, Report, ReportRow, evaluate};
pub use run::{Run, TAG};
pub use significance::Estimate;
pub use topics::{Topic, read_topics};

/// Why a file could not be read.
#[derive(Debug, thiserror::Error)]
pub enum EvalError {
    #[error("{path}: {cause}")]
    Io {
        path: PathBuf,
        cause: std::io::Error,
    },
    #[error("{path}:{line}: {cause}")]
    Line {
        path: PathBuf,
        /// Counted from 1.
        line: usize,
        cause: String,
    },
}
