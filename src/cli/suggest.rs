//! `palpate suggest`: completes what somebody is typing.

use super::common::{HomeArgs, Outcome, stdout};
use palpate::output::suggestions;
use palpate::search::Searcher;

/// Complete the beginning of a query
///
/// Prints titles and headings of the corpus that begin so, or in which a later word does, the
/// ones with most passages first; then, for a single word, words of the corpus.
///
/// Exit code: 0 if there are suggestions, 1 if there are none, 2 if something went wrong.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// What has been typed so far; the last word may be incomplete
    #[arg(value_name = "PREFIX", required = true)]
    prefix: Vec<String>,
    #[command(flatten)]
    index: HomeArgs,
    /// Show at most this many
    #[arg(short = 'n', long, value_name = "N", default_value_t = 10)]
    limit: usize,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

impl Args {
    pub(super) fn run(self) -> anyhow::Result<Outcome> {
        let prefix = self.prefix.join(" ");
        let searcher = Searcher::of(self.index.open()?);
        let found = searcher.suggest(&prefix, self.limit)?;
        stdout(|out| match self.json {
            true => suggestions::write_json(out, &prefix, &found),
            false => suggestions::write(out, &found),
        })?;
        Ok(match found.is_empty() {
            true => Outcome::Nothing,
            false => Outcome::Found,
        })
    }
}
