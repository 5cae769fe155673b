//! `palpate mcp`: the tools that an assistant calls.

use super::common::{HomeArgs, Outcome};
use palpate::mcp;

/// Offer search, passages, documents, audit and verify to an assistant
///
/// Speaks the Model Context Protocol on standard input and output, and is started by the program that
/// wants it; docs/assistants.md says how to tell it. A newer index is picked up without a restart.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(flatten)]
    index: HomeArgs,
}

impl Args {
    pub(super) fn run(self) -> anyhow::Result<Outcome> {
        mcp::serve(&self.index.home()?)?;
        Ok(Outcome::Found)
    }
}
