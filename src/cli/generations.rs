//! `palpate generations`: the states of the index that were kept.

use super::common::{HomeArgs, Outcome, stdout};
use palpate::index;
use palpate::output::generations;

/// List the generations of the index that are kept, or go back to one
///
/// `palpate index --keep N` says how many are kept, `palpate diff --since N` what has changed since
/// one.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(flatten)]
    index: HomeArgs,
    /// Make this generation the one that is searched
    #[arg(long, value_name = "N")]
    restore: Option<u64>,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

impl Args {
    pub(super) fn run(self) -> anyhow::Result<Outcome> {
        let dir = self.index.folder()?;
        if let Some(number) = self.restore {
            index::restore(&dir, number)?;
        }
        let kept = index::kept(&dir)?;
        stdout(|out| match self.json {
            true => generations::write_json(out, &kept),
            false => generations::write(out, &kept),
        })?;
        Ok(Outcome::Found)
    }
}
