//! `palpate check`: whether the index is as it was written.

use super::common::{HomeArgs, Outcome, stdout};
use palpate::index;
use palpate::output::check;

/// Look at every byte of the index, and say what is not as it was written
///
/// Exit code: 0 if all is well, 2 if something is not.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(flatten)]
    index: HomeArgs,
    /// Print the report as one JSON object
    #[arg(long)]
    json: bool,
}

impl Args {
    pub(super) fn run(self) -> anyhow::Result<Outcome> {
        let dir = self.index.folder()?;
        let report = index::check(&dir)?;
        stdout(|out| match self.json {
            true => check::write_json(out, &report),
            false => check::write(out, &report),
        })?;
        if report.damage.is_empty() {
            return Ok(Outcome::Found);
        }
        let dir = dir.display();
        eprintln!("palpate: `palpate index --force --index {dir}` builds the index anew");
        Ok(Outcome::Failed)
    }
}
