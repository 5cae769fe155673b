//! `palpate check`: whether the index is as it was written.

use super::common::{HomeArgs, Outcome, stdout, tell};
use palpate::index;
use palpate::output::check;

/// Look at every byte of the index, and say what is not as it was written
///
/// With --sources the files that it was made from are compared as well, by their contents.
///
/// Exit code: 0 if all is well, 1 if sources are not as they were indexed, 2 if the index is not as
/// it was written.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(flatten)]
    index: HomeArgs,
    /// Compare the contents of the sources with what was indexed
    #[arg(long)]
    sources: bool,
    /// Print the report as one JSON object
    #[arg(long)]
    json: bool,
}

impl Args {
    pub(super) fn run(self) -> anyhow::Result<Outcome> {
        let dir = self.index.folder()?;
        let mut report = index::check(&dir)?;
        if self.sources && report.damage.is_empty() {
            report.sources = Some(index::check_sources(&dir)?);
        }
        stdout(|out| match self.json {
            true => check::write_json(out, &report),
            false => check::write(out, &report),
        })?;
        if report.damage.is_empty() {
            let as_indexed = report.sources.is_none_or(|sources| sources.is_as_indexed());
            return Ok(match as_indexed {
                true => Outcome::Found,
                false => Outcome::Nothing,
            });
        }
        let dir = dir.display();
        tell(format_args!(
            "palpate: `palpate index --force --index {dir}` builds the index anew"
        ));
        Ok(Outcome::Failed)
    }
}
