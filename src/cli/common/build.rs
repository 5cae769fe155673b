//! Building with a progress bar, and what is said of files that could not be read.

use super::tell;
use anyhow::Context;
use palpate::index::{BuildReport, Home, Sources};
use palpate::output::text::visible;

use super::Outcome;
use super::progress::Progress;

/// What is indexed where nobody says otherwise.
pub(crate) const DEFAULT_CORPUS: &str = "corpus";

/// Builds with a progress bar.
pub(crate) fn build(sources: &Sources, home: &Home) -> anyhow::Result<BuildReport> {
    let mut progress = Progress::new();
    home.build(sources, &mut |event| progress.show(event))
        .with_context(|| cannot_build(home))
}

/// Brings up to date with a progress bar.
pub(crate) fn update(sources: &Sources, home: &Home) -> anyhow::Result<BuildReport> {
    let mut progress = Progress::new();
    home.update(sources, &mut |event| progress.show(event))
        .with_context(|| cannot_build(home))
}

fn cannot_build(home: &Home) -> String {
    format!("cannot build the index at {home}")
}

/// Says on stderr what could not be read, and whether anything was wrong.
pub(crate) fn outcome(report: &BuildReport) -> Outcome {
    for file in &report.failed {
        tell(format_args!(
            "palpate: {}: {}",
            visible(&file.path),
            visible(&file.reason)
        ));
    }
    match (report.failed.is_empty(), report.documents) {
        (false, _) => Outcome::Failed,
        (true, 0) => {
            tell(format_args!(
                "palpate: there is nothing to index there: no file that could be read"
            ));
            Outcome::Nothing
        }
        (true, _) => Outcome::Found,
    }
}
