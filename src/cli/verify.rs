//! `palpate verify`: what became of the citations in a file.

use std::io::Read;
use std::path::{Path, PathBuf};

use anyhow::Context;

use super::common::{HomeArgs, Outcome, When, look, stdout, tell};
use palpate::cite::{Citation, Verdict, verify};
use palpate::output::cite::{self, Verified};
use palpate::search::Searcher;

/// Say of each citation in a file whether the materials still have it
///
/// Each is unchanged, moved (the same text at another place), changed (with the difference) or
/// gone. Citations are those that `palpate cite` prints, pasted anywhere in a text.
///
/// Exit code: 0 if all are unchanged or moved, 1 if one is changed or gone, 2 if something went
/// wrong: a citation cannot be read, or there is none.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The file; `-` reads standard input
    file: PathBuf,
    #[command(flatten)]
    index: HomeArgs,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
    /// When to use color
    #[arg(long, value_name = "WHEN", value_enum, default_value_t = When::Auto)]
    color: When,
}

impl Args {
    pub(super) fn run(self) -> anyhow::Result<Outcome> {
        let name = self.file.display();
        let bytes = self.read().with_context(|| name.to_string())?;
        let text = String::from_utf8_lossy(&bytes);
        let searcher = Searcher::of(self.index.open()?);
        let cited = Citation::find(&text);
        if cited.is_empty() {
            anyhow::bail!("{name}: there is no citation in it");
        }
        let mut verified = Vec::new();
        let mut broken = false;
        for cited in cited {
            let line = cited.line;
            match cited.citation {
                Ok(citation) => verified.push(Verified {
                    verdict: verify(&searcher, &citation)?,
                    line,
                    citation,
                }),
                Err(cause) => {
                    tell(format_args!(
                        "palpate: {name}:{line}: a citation cannot be read: {cause}"
                    ));
                    broken = true;
                }
            }
        }
        stdout(|out| match self.json {
            true => cite::write_json(out, &verified),
            false => cite::write(out, &verified, look(self.color)),
        })?;
        let kept = |v: &Verified| matches!(v.verdict, Verdict::Unchanged | Verdict::Moved { .. });
        Ok(match verified.iter().all(kept) {
            _ if broken => Outcome::Failed,
            true => Outcome::Found,
            false => Outcome::Nothing,
        })
    }

    fn read(&self) -> std::io::Result<Vec<u8>> {
        if self.file != Path::new("-") {
            return std::fs::read(&self.file);
        }
        let mut bytes = Vec::new();
        std::io::stdin().read_to_end(&mut bytes)?;
        Ok(bytes)
    }
}
