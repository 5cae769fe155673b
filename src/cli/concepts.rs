//! `palpate concepts`: what the lexicon knows by which name.

use clap::ValueEnum;

use super::common::{HomeArgs, Outcome, stdout, tell};
use palpate::index::IndexError;
use palpate::lexicon::{Kind, Lexicon};
use palpate::output::known;
use palpate::search::{counted_concepts, known_concepts};

/// List the concepts that a pattern fits, for --condition, --technique and audit
///
/// A pattern is a part of a name, words of any name ("brittle bones"), or a name with * and ?. Those
/// that most passages of the index speak of come first; where there is no index, it is those built
/// in.
///
/// Exit code: 0 if there are any, 1 if there are none, 2 if something went wrong.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// What to look for; without it, all
    #[arg(value_name = "PATTERN")]
    pattern: Vec<String>,
    #[command(flatten)]
    index: HomeArgs,
    /// Only those of this kind
    #[arg(long, value_name = "KIND", value_enum)]
    kind: Option<ConceptKind>,
    /// Show at most this many
    #[arg(short = 'n', long, value_name = "N", default_value_t = 50)]
    limit: usize,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum ConceptKind {
    Condition,
    Technique,
    Risk,
    Term,
}

impl From<ConceptKind> for Kind {
    fn from(kind: ConceptKind) -> Kind {
        match kind {
            ConceptKind::Condition => Kind::Condition,
            ConceptKind::Technique => Kind::Technique,
            ConceptKind::Risk => Kind::Risk,
            ConceptKind::Term => Kind::Term,
        }
    }
}

impl Args {
    pub(super) fn run(self) -> anyhow::Result<Outcome> {
        let pattern = self.pattern.join(" ");
        let kind = self.kind.map(Kind::from);
        let concepts = match self.index.open() {
            Ok(engine) => counted_concepts(&*engine, &pattern, kind)?,
            Err(error) if self.index.is_default() && is_missing(&error) => {
                tell(format_args!(
                    "note: there is no index yet; these are the concepts built in"
                ));
                known_concepts(&Lexicon::builtin(), &pattern, kind)
            }
            Err(error) => return Err(error),
        };
        stdout(|out| match self.json {
            true => known::write_concepts_json(out, &concepts, self.limit),
            false => known::write_concepts(out, &concepts, self.limit),
        })?;
        Ok(match concepts.is_empty() {
            true => Outcome::Nothing,
            false => Outcome::Found,
        })
    }
}

fn is_missing(error: &anyhow::Error) -> bool {
    matches!(error.downcast_ref(), Some(IndexError::Missing(_)))
}
