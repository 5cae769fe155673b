//! The command line: one file per subcommand, each with its arguments and its `run`.

mod audit;
mod check;
mod cite;
mod diff;
mod eval;
mod home;
mod index;
mod limits;
mod passages;
mod progress;
mod run;
mod search;
#[cfg(feature = "serve")]
mod serve;
mod suggest;
mod verify;
mod watch;

use std::io::{self, BufWriter, Write};
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use home::HomeArgs;

/// Full-text passage search for clinical documents.
#[derive(Debug, Parser)]
#[command(version, max_term_width = 100)]
pub struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Search(search::Args),
    Suggest(suggest::Args),
    Index(index::Args),
    Audit(audit::Args),
    Cite(cite::Args),
    Verify(verify::Args),
    Diff(diff::Args),
    Check(check::Args),
    #[cfg(feature = "serve")]
    Serve(serve::Args),
    Passages(passages::Args),
    Run(run::Args),
    Eval(eval::Args),
}

/// The outcome of a command, as grep has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Something was found, or done.
    Found,
    /// Nothing was found.
    Nothing,
    /// Something went wrong, and has been said.
    Failed,
}

impl Outcome {
    /// The outcome of what came after a step that may have failed in part.
    fn after(self, before: Outcome) -> Outcome {
        match before {
            Outcome::Failed => Outcome::Failed,
            _ => self,
        }
    }
}

impl From<Outcome> for ExitCode {
    fn from(outcome: Outcome) -> ExitCode {
        ExitCode::from(match outcome {
            Outcome::Found => 0,
            Outcome::Nothing => 1,
            Outcome::Failed => 2,
        })
    }
}

impl Cli {
    /// Runs the command that was asked for.
    pub fn run(self) -> anyhow::Result<Outcome> {
        match self.command {
            Command::Search(args) => args.run(),
            Command::Suggest(args) => args.run(),
            Command::Index(args) => args.run(),
            Command::Audit(args) => args.run(),
            Command::Cite(args) => args.run(),
            Command::Verify(args) => args.run(),
            Command::Diff(args) => args.run(),
            Command::Check(args) => args.run(),
            #[cfg(feature = "serve")]
            Command::Serve(args) => args.run(),
            Command::Passages(args) => args.run(),
            Command::Run(args) => args.run(),
            Command::Eval(args) => args.run(),
        }
    }
}

const DEFAULT_CORPUS: &str = "corpus";

/// Standard output for `print`, flushed at the end so that a full disk is noticed.
fn stdout(print: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
    let mut out = BufWriter::new(io::stdout().lock());
    print(&mut out)?;
    out.flush()
}
