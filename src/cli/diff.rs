//! `palpate diff`: what became of the warnings between two states of the materials.

use std::path::PathBuf;

use super::common::{Outcome, When, look, said, stdout};
use palpate::diff::diff;
use palpate::index::Home;
use palpate::output;

/// Compare the passages about risks, or another aspect, of two indexes
///
/// A passage was changed if the same source has a similar one; the difference is shown as
/// [-removed-] {+added+}.
///
/// Exit code: 0 if nothing differs, 1 if something does, 2 if something went wrong.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The folder of the older index
    #[arg(value_name = "OLD_INDEX")]
    old: PathBuf,
    /// The folder of the newer index
    #[arg(value_name = "NEW_INDEX")]
    new: PathBuf,
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
        let (old, new) = (Home::Folder(self.old), Home::Folder(self.new));
        let (old, new) = (old.open()?, new.open()?);
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
}
