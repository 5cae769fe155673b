//! `palpate cite`: a passage to be pasted into a report.

use super::common::{HomeArgs, Outcome, stdout};
use palpate::cite::{Citation, passage_named};
use palpate::output::cite;

/// Print a passage as a citation that `palpate verify` can check later
///
/// Exit code: 0 if all are there, 1 if one is not, 2 if something went wrong.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The id of a passage, or a source and a line in it, as corpus/neck.txt:31
    #[arg(value_name = "ID", required = true)]
    passages: Vec<String>,
    #[command(flatten)]
    index: HomeArgs,
    /// Print one JSON object per citation
    #[arg(long)]
    json: bool,
}

impl Args {
    pub(super) fn run(self) -> anyhow::Result<Outcome> {
        let engine = self.index.open()?;
        let mut outcome = Outcome::Found;
        let mut citations = Vec::new();
        for name in &self.passages {
            match passage_named(&*engine, name)? {
                Some(passage) => citations.push(Citation::of(&*engine, &passage)),
                None => {
                    eprintln!("palpate: the index has no passage {name}");
                    outcome = Outcome::Nothing;
                }
            }
        }
        stdout(|out| {
            citations.iter().try_for_each(|citation| match self.json {
                true => cite::write_citation_json(out, citation),
                false => out.write_all(citation.block().as_bytes()),
            })
        })?;
        Ok(outcome)
    }
}
