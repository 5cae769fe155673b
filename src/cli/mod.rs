//! The command line: one file per subcommand, each with its arguments and its `run`. What more than
//! one of them needs is in `common`; none imports from another.

use palpate::document::visible;

mod aspects;
mod audit;
mod check;
mod cite;
mod common;
mod concepts;
mod diff;
mod doctor;
mod eval;
mod fuse;
mod generate;
mod generations;
mod index;
mod lexicon;
#[cfg(feature = "mcp")]
mod mcp;
mod passages;
mod run;
mod search;
#[cfg(feature = "serve")]
mod serve;
mod suggest;
mod terms;
mod verify;
mod watch_list;

use std::path::PathBuf;

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{CommandFactory, Parser, Subcommand};

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

/// Who asks without a command wants to search, most likely.
fn with_search(mut error: clap::Error) -> clap::Error {
    if error.kind() == ErrorKind::InvalidSubcommand {
        let typed = std::env::args_os().skip(1);
        let words: Vec<String> = typed
            .map(|word| visible(&word.to_string_lossy()))
            .map(|word| match word.contains(char::is_whitespace) {
                true => format!("\"{word}\""),
                false => word,
            })
            .collect();
        let tip = format!("did you mean `palpate search {}`?", words.join(" "));
        let tips = ContextValue::StyledStrs(vec![tip.into()]);
        error.insert(ContextKind::Suggested, tips);
    }
    error
}

#[derive(Debug, Subcommand)]
enum Command {
    Search(search::Args),
    Suggest(suggest::Args),
    Index(index::Args),
    Lexicon(lexicon::Args),
    Aspects(aspects::Args),
    Concepts(concepts::Args),
    Audit(audit::Args),
    Cite(cite::Args),
    Verify(verify::Args),
    Diff(diff::Args),
    Check(check::Args),
    Doctor(doctor::Args),
    Generations(generations::Args),
    WatchList(watch_list::Args),
    #[cfg(feature = "serve")]
    Serve(serve::Args),
    #[cfg(feature = "mcp")]
    Mcp(mcp::Args),
    Passages(passages::Args),
    #[command(hide = true)]
    Terms(terms::Args),
    Run(run::Args),
    Eval(eval::Args),
    Fuse(fuse::Args),
    Generate(generate::Args),
}

impl Cli {
    /// Reads the command line; one that cannot be read ends the program, with words.
    pub fn read() -> Cli {
        Cli::try_parse().unwrap_or_else(|error| {
            // What is wrong is said with what was given, of which nothing is to steer the terminal.
            let shown = std::env::args_os().map(|given| visible(&given.to_string_lossy()));
            let error = Cli::try_parse_from(shown).err().unwrap_or(error);
            with_search(error).exit()
        })
    }

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
            Command::Aspects(args) => args.run(),
            Command::Concepts(args) => args.run(),
            Command::Audit(args) => args.run(),
            Command::Cite(args) => args.run(),
            Command::Verify(args) => args.run(),
            Command::Diff(args) => args.run(),
            Command::Check(args) => args.run(),
            Command::Doctor(args) => args.run(self.data.as_deref()),
            Command::Generations(args) => args.run(),
            Command::WatchList(args) => args.run(),
            #[cfg(feature = "serve")]
            Command::Serve(args) => args.run(),
            #[cfg(feature = "mcp")]
            Command::Mcp(args) => args.run(),
            Command::Passages(args) => args.run(),
            Command::Terms(args) => args.run(),
            Command::Run(args) => args.run(),
            Command::Eval(args) => args.run(),
            Command::Fuse(args) => args.run(),
            Command::Generate(args) => args.run(Cli::command()),
        }
    }
}
