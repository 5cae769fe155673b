//! `palpate index`: builds the index.

use std::path::{Path, PathBuf};

use anyhow::Context;

use super::progress::Progress;
use super::{DEFAULT_CORPUS, IndexArg, Outcome, stdout};
use palpate::index::{self, BuildReport};
use palpate::output::summary;

/// Build the index from files and folders
///
/// The old index can be searched until the new one is complete. Files that cannot be read are
/// named at the end; the exit code is then 2.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Files and folders to index
    #[arg(value_name = "PATH", default_value = DEFAULT_CORPUS)]
    paths: Vec<PathBuf>,
    #[command(flatten)]
    index: IndexArg,
    /// Print the summary as one JSON object
    #[arg(long)]
    json: bool,
}

impl Args {
    pub(super) fn run(self) -> anyhow::Result<Outcome> {
        let report = build(&self.paths, &self.index.path())?;
        stdout(|out| match self.json {
            true => summary::write_json(out, &report),
            false => summary::write(out, &report),
        })?;
        Ok(outcome(&report))
    }
}

/// Builds with a progress bar, for this command and for a search that finds no index.
pub(super) fn build(paths: &[PathBuf], dir: &Path) -> anyhow::Result<BuildReport> {
    let mut progress = Progress::new();
    index::build(paths, dir, &mut |event| progress.show(event))
        .with_context(|| format!("cannot build the index at {}", dir.display()))
}

/// Says on stderr what could not be read, and whether anything was wrong.
pub(super) fn outcome(report: &BuildReport) -> Outcome {
    for file in &report.failed {
        eprintln!("palpate: {}: {}", file.path, file.reason);
    }
    match report.failed.is_empty() {
        true => Outcome::Found,
        false => Outcome::Failed,
    }
}
