//! The command line: one file per subcommand, each with its arguments and its `run`. What more than
//! one of them needs is in `common`; none imports from another.

mod audit;
mod check;
mod cite;
mod common;
mod diff;
mod eval;
mod fuse;
mod index;
mod lexicon;
mod passages;
mod run;
mod search;
#[cfg(feature = "serve")]
mod serve;
mod suggest;
mod terms;
mod verify;

use std::path::PathBuf;

use clap::{Parser, Subcommand};

pub use common::Outcome;

/// Full-text passage search for clinical documents.
#[derive(Debug, Parser)]
#[command(version, max_term_width = 100)]
pub struct Cli {
    #[command(subcommand)]
    command: Command,
    /// Folder of tables to read in place of the built-in ones of the same names
    #[arg(
        long,
        value_name = "DIR",
        env = "PALPATE_DATA",
        global = true,
        help_heading = "Data"
    )]
    data: Option<PathBuf>,
}

#[derive(Debug, Subcommand)]
enum Command {
    Search(search::Args),
    Suggest(suggest::Args),
    Index(index::Args),
    Lexicon(lexicon::Args),
    Audit(audit::Args),
    Cite(cite::Args),
    Verify(verify::Args),
    Diff(diff::Args),
    Check(check::Args),
    #[cfg(feature = "serve")]
    Serve(serve::Args),
    Passages(passages::Args),
    #[command(hide = true)]
    Terms(terms::Args),
    Run(run::Args),
    Eval(eval::Args),
    Fuse(fuse::Args),
}

impl Cli {
    /// Runs the command that was asked for.
    pub fn run(self) -> anyhow::Result<Outcome> {
        // Before anything is read.
        if let Some(folder) = &self.data {
            common::use_tables(folder)?;
        }
        match self.command {
            Command::Search(args) => args.run(),
            Command::Suggest(args) => args.run(),
            Command::Index(args) => args.run(),
            Command::Lexicon(args) => args.run(),
            Command::Audit(args) => args.run(),
            Command::Cite(args) => args.run(),
            Command::Verify(args) => args.run(),
            Command::Diff(args) => args.run(),
            Command::Check(args) => args.run(),
            #[cfg(feature = "serve")]
            Command::Serve(args) => args.run(),
            Command::Passages(args) => args.run(),
            Command::Terms(args) => args.run(),
            Command::Run(args) => args.run(),
            Command::Eval(args) => args.run(),
            Command::Fuse(args) => args.run(),
        }
    }
}
