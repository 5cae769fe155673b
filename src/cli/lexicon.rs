//! `palpate lexicon check`: what a lexicon file says, before an index is built with it.

use std::io::Write;
use std::path::PathBuf;

use clap::Subcommand;

use super::common::{Outcome, check_file, stdout, table_of, tell};
use palpate::lexicon::{self, FileReport, Kind, LexiconError};

/// Look at the concepts palpate knows, and at your own
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(subcommand)]
    command: LexiconCommand,
}

#[derive(Debug, Subcommand)]
enum LexiconCommand {
    /// Say what is in lexicon files, and what is wrong with them
    ///
    /// Files are read one after another, as `palpate index --lexicon` reads them. Warnings name what is
    /// left out, or read otherwise than it may have been meant. Exit code: 0 if the files can be
    /// used, 2 if not.
    Check {
        /// Solr synonyms (.txt), OBO (.obo), concepts in TOML (.toml), or a table for --data by its name
        #[arg(value_name = "FILE", required = true)]
        files: Vec<PathBuf>,
    },
}

impl Args {
    pub(super) fn run(self) -> anyhow::Result<Outcome> {
        let LexiconCommand::Check { files } = self.command;
        let (tables, files): (Vec<PathBuf>, Vec<PathBuf>) =
            files.into_iter().partition(|path| table_of(path).is_some());
        let tables = check_tables(tables)?;
        let reports = match lexicon::check(&files) {
            Ok(reports) => reports,
            // It names its file.
            Err(error @ (LexiconError::Io { .. } | LexiconError::UnknownType(_))) => {
                tell(format_args!("palpate: {error}"));
                return Ok(Outcome::Failed);
            }
            Err(error) => return Err(error.into()),
        };
        stdout(|out| reports.iter().try_for_each(|report| write(out, report)))?;
        let mut outcome = tables;
        for error in reports.iter().flat_map(|report| &report.errors) {
            tell(format_args!("palpate: {error}"));
            outcome = Outcome::Failed;
        }
        Ok(outcome)
    }
}

/// Looks at tables of palpate's own kind, such as `cues.toml`.
fn check_tables(paths: Vec<PathBuf>) -> anyhow::Result<Outcome> {
    let mut outcome = Outcome::Found;
    for path in paths {
        let Some(file) = table_of(&path) else {
            continue;
        };
        let shown = path.display().to_string();
        match check_file(path, file) {
            Ok(()) => stdout(|out| writeln!(out, "{shown}: can be used with --data"))?,
            Err(error) => {
                tell(format_args!("palpate: {error}"));
                outcome = Outcome::Failed;
            }
        }
    }
    Ok(outcome)
}

fn write(out: &mut dyn Write, report: &FileReport) -> std::io::Result<()> {
    let new: usize = report.new.iter().sum();
    let kinds = Kind::ALL.iter().zip(&report.new).filter(|(_, n)| **n > 0);
    let kinds: Vec<String> = kinds
        .map(|(kind, n)| format!("{} {n}", kind.name()))
        .collect();
    let kinds = match kinds.is_empty() {
        true => String::new(),
        false => format!(" ({})", kinds.join(", ")),
    };
    writeln!(
        out,
        "{}: {new} new concepts{kinds}, {} joined to known ones, {} new names",
        report.path.display(),
        report.joined,
        report.names
    )?;
    let mut warnings = report.warnings.iter();
    warnings.try_for_each(|warning| writeln!(out, "warning: {warning}"))
}
