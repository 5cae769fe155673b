//! `palpate diff`: what became of the warnings between two states of the materials.

use std::path::PathBuf;
use std::sync::Arc;

use anyhow::bail;

use super::common::{HomeArgs, Outcome, When, look, said, stdout};
use palpate::diff::diff;
use palpate::index::{Engine, Home};
use palpate::output;

/// Compare what two indexes, or two states of one, say of risks or another aspect
///
/// A passage was changed if the same source has a similar one; the difference is shown as
/// [-removed-] {+added+}.
///
/// Exit code: 0 if nothing differs, 1 if something does, 2 if something went wrong.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The folders of the older and of the newer index
    #[arg(value_name = "INDEX", num_args = 2, required_unless_present = "since")]
    indexes: Vec<PathBuf>,
    /// Compare the index with this generation of it, see `palpate generations`
    #[arg(long, value_name = "N", conflicts_with = "indexes")]
    since: Option<u64>,
    #[command(flatten)]
    index: HomeArgs,
    /// Which passages to compare: risk, treatment, cost…
    #[arg(long, value_name = "ASPECT", default_value = "risk")]
    aspect: String,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
    /// When to use color
    #[arg(long, value_name = "WHEN", value_enum, default_value_t = When::Auto)]
    color: When,
}

impl Args {
    pub(super) fn run(self) -> anyhow::Result<Outcome> {
        let (old, new) = self.compared()?;
        let diff = said(diff(&*old, &*new, &self.aspect))?;
        stdout(|out| match self.json {
            true => output::diff::write_json(out, &diff),
            false => output::diff::write(out, &diff, look(self.color)),
        })?;
        // As diff has it: something differs.
        Ok(match diff.is_empty() {
            true => Outcome::Found,
            false => Outcome::Nothing,
        })
    }

    /// What is to be compared, the older first.
    fn compared(&self) -> anyhow::Result<(Arc<dyn Engine>, Arc<dyn Engine>)> {
        if let Some(number) = self.since {
            let home = Home::Folder(self.index.folder()?);
            return Ok((home.open_generation(number)?, home.open()?));
        }
        let open = |dir: &PathBuf| Home::Folder(dir.clone()).open();
        match &self.indexes[..] {
            [old, new] => Ok((open(old)?, open(new)?)),
            _ => bail!("two indexes are needed, or --since"),
        }
    }
}
