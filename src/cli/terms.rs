//! `palpate terms`: what the analysis makes of lines of text, for the scripts that learn models.

use std::io::BufRead;

use clap::ValueEnum;

use super::common::{Outcome, stdout};
use palpate::{analysis, annotate};

/// Print the terms of each line of standard input
///
/// A line is printed for each line read, its terms parted by spaces. The scripts in src/models learn from
/// them, so that a model knows the words that palpate will ask it for.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// What of each word is printed
    #[arg(long = "as", value_enum, default_value_t = ShownTerms::Terms)]
    shown: ShownTerms,
    /// Print the hash of what a model is learned from instead, as its header has it
    #[arg(long, value_name = "MODEL", value_parser = ["questions", "passages"])]
    inputs_of: Option<String>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum ShownTerms {
    /// Stems, as they are indexed and asked for
    Terms,
    /// Words, folded but not stemmed
    Surfaces,
    /// Words as the model of passages sees them: # for every number
    Model,
}

impl Args {
    pub(super) fn run(self) -> anyhow::Result<Outcome> {
        if let Some(model) = &self.inputs_of {
            let inputs = match model.as_str() {
                "questions" => annotate::inputs_of_questions(),
                _ => annotate::inputs_of_passages(),
            };
            stdout(|out| writeln!(out, "{inputs}"))?;
            return Ok(Outcome::Found);
        }
        stdout(|out| {
            for line in std::io::stdin().lock().lines() {
                writeln!(out, "{}", self.analysed(&line?))?;
            }
            Ok(())
        })?;
        Ok(Outcome::Found)
    }

    fn analysed(&self, line: &str) -> String {
        let words = analysis::words(line).into_iter();
        let shown = words
            .filter(|word| !word.compound)
            .map(|word| match self.shown {
                ShownTerms::Terms => word.term,
                ShownTerms::Surfaces => word.surface,
                ShownTerms::Model => annotate::model_word(&word.surface).to_owned(),
            });
        shown.collect::<Vec<_>>().join(" ")
    }
}
