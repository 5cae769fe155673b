//! `palpate index`: builds the index.

use std::path::{Path, PathBuf};

use anyhow::Context;

use super::limits::LimitArgs;
use super::progress::Progress;
use super::{DEFAULT_CORPUS, IndexArg, Outcome, stdout, watch};
use palpate::index::{self, BuildEvent, BuildReport, Busy, IndexError, Sources};
use palpate::output::summary;

/// Build the index from files and folders
///
/// Where no file has changed since the last time, the index stays as it is. The old index can be
/// searched until the new one is complete. Files that cannot be read are named at the end; the
/// exit code is then 2.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Files and folders to index
    #[arg(value_name = "PATH", default_value = DEFAULT_CORPUS)]
    paths: Vec<PathBuf>,
    #[command(flatten)]
    index: IndexArg,
    /// Add concepts from a file: Solr synonyms (.txt) or OBO (.obo)
    #[arg(long = "lexicon", value_name = "FILE")]
    lexicons: Vec<PathBuf>,
    /// Use another aspect model than the built-in one, for instance to cross-validate
    #[arg(long, value_name = "FILE")]
    aspect_model: Option<PathBuf>,
    /// Build even where nothing has changed
    #[arg(long)]
    force: bool,
    /// Where somebody else builds the index, wait until they are done
    #[arg(long)]
    wait: bool,
    /// Go on, and index again whenever a file changes
    #[arg(long)]
    watch: bool,
    /// Print the summary as one JSON object
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    limits: LimitArgs,
}

impl Args {
    pub(super) fn run(self) -> anyhow::Result<Outcome> {
        let sources = Sources {
            roots: self.paths.clone(),
            lexicons: self.lexicons.clone(),
            aspect_model: self.aspect_model.clone(),
            limits: self.limits.limits(),
            busy: match self.wait {
                true => Busy::Wait,
                false => Busy::Leave,
            },
        };
        let dir = self.index.path();
        let first = match self.force {
            true => index::build,
            false => index::update,
        };
        let report = build_with(first, &sources, &dir)?;
        self.say(&report)?;
        if self.watch {
            self.watch(&sources, &dir)?;
        }
        Ok(outcome(&report))
    }

    fn say(&self, report: &BuildReport) -> anyhow::Result<()> {
        Ok(stdout(|out| match self.json {
            true => summary::write_json(out, report),
            false => summary::write(out, report),
        })?)
    }

    fn watch(&self, sources: &Sources, dir: &Path) -> anyhow::Result<()> {
        watch::watch(&sources.roots, dir, &mut || {
            match build_with(index::update, sources, dir) {
                Ok(report) if report.changes.is_none_or(|changes| !changes.is_empty()) => {
                    self.say(&report)?;
                    outcome(&report);
                }
                Ok(_) => {}
                // A folder that is gone for a moment may come back.
                Err(error) => eprintln!("palpate: {error:#}"),
            }
            Ok(())
        })
    }
}

/// Builds with a progress bar, for a search that finds no index.
pub(super) fn build(sources: &Sources, dir: &Path) -> anyhow::Result<BuildReport> {
    build_with(index::build, sources, dir)
}

type Builder =
    fn(&Sources, &Path, &mut dyn FnMut(BuildEvent<'_>)) -> Result<BuildReport, IndexError>;

fn build_with(build: Builder, sources: &Sources, dir: &Path) -> anyhow::Result<BuildReport> {
    let mut progress = Progress::new();
    build(sources, dir, &mut |event| progress.show(event))
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
