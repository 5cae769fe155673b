//! `palpate cite`: a passage to be pasted into a report.

use clap::ValueEnum;

use super::common::{HomeArgs, Outcome, stdout, tell};
use palpate::cite::{Citation, passage_named};
use palpate::output::{cite, reference};

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
    /// Print one JSON object per citation; the same as --format json
    #[arg(long, conflicts_with = "format")]
    json: bool,
    /// How to print the passages
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t = CitationFormat::Text)]
    format: CitationFormat,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum CitationFormat {
    Text,
    Json,
    /// For reference managers
    Ris,
    Bibtex,
}

impl Args {
    pub(super) fn run(self) -> anyhow::Result<Outcome> {
        let engine = self.index.open()?;
        let mut outcome = Outcome::Found;
        let mut passages = Vec::new();
        for name in &self.passages {
            match passage_named(&*engine, name)? {
                Some(passage) => passages.push(passage),
                None => {
                    tell(format_args!("palpate: the index has no passage {name}"));
                    outcome = Outcome::Nothing;
                }
            }
        }
        let generation = engine.manifest().generation;
        let mut citations = passages.iter().map(|p| Citation::of(&*engine, p));
        stdout(|out| match self.format() {
            CitationFormat::Text => {
                citations.try_for_each(|citation| out.write_all(citation.block().as_bytes()))
            }
            CitationFormat::Json => {
                citations.try_for_each(|citation| cite::write_citation_json(out, &citation))
            }
            CitationFormat::Ris => reference::write_ris(out, &passages, generation),
            CitationFormat::Bibtex => reference::write_bibtex(out, &passages, generation),
        })?;
        Ok(outcome)
    }

    fn format(&self) -> CitationFormat {
        match self.json {
            true => CitationFormat::Json,
            false => self.format,
        }
    }
}
