//! `palpate aspects`: what can be asked of a subject.

use super::common::{Outcome, stdout};
use palpate::output::known;

/// List the aspects that passages are known by, for --aspect
///
/// Where more than one goes by a label, such as risk, each may be asked for by its own name, too.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

impl Args {
    pub(super) fn run(self) -> anyhow::Result<Outcome> {
        stdout(|out| match self.json {
            true => known::write_aspects_json(out),
            false => known::write_aspects(out),
        })?;
        Ok(Outcome::Found)
    }
}
