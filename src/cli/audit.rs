//! `palpate audit`: what the materials say of some topics, and which of them are silent.

use clap::ValueEnum;

use super::common::{HomeArgs, Outcome, When, look, said, stdout, tell};
use palpate::audit::{Audit, AuditRequest, By, FigureGroup, TiedAudit, agreement};
use palpate::index::{Engine, SourceFilter};
use palpate::lexicon::Kind;
use palpate::output::audit::{self, Extent};

/// Say of every source what it says of some topics, or that it is silent
///
/// A topic is any name of a concept, in quotation marks if it has more than one word; narrower
/// concepts count with it. If it names no concept, its words are looked for. Of each source the
/// strongest thing said is shown, with the sentence and where it stands: stated, hedged (rare or
/// possible), conditional ("tell your doctor if"), no-benefit (denied that it helps), negated,
/// mentioned (its words occur, but what is said was not understood) or silent. What names no concept is
/// never called silent, since it may go by other names: its words are not-found.
///
/// Without a topic, the risks that most passages name are audited.
///
/// Exit code: 0 if any source says something, 1 if none does, 2 if something went wrong.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// What to audit
    #[arg(value_name = "TOPIC")]
    topics: Vec<String>,
    #[command(flatten)]
    index: HomeArgs,
    /// Take the concepts of a kind as columns: all, or beside a topic, those in the same passages;
    /// or the aspects of the topics
    #[arg(long, value_name = "WHAT", value_enum)]
    by: Option<Columns>,
    /// With `--by technique`: what must not be done to whom, or only with care, technique by condition
    #[arg(long, value_name = "WHAT", value_enum, requires = "by", conflicts_with_all = ["figures", "group", "silent"])]
    against: Option<Against>,
    /// At most so many concepts of a kind, those in most passages first
    #[arg(long, value_name = "N", default_value_t = 12)]
    columns: usize,
    /// How to print it
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t = AuditFormat::Table)]
    format: AuditFormat,
    /// Print one JSON object; the same as --format json
    #[arg(long, conflicts_with = "format")]
    json: bool,
    /// Put the sources with most silent cells first
    #[arg(long)]
    silent: bool,
    /// Count the sources of each folder, in place of one line each
    #[arg(long)]
    group: bool,
    /// List the figures (durations, prices, shares) that sources give on the same thing, in
    /// passages on the topics if there are any, where they are not the same in the same words
    #[arg(long, conflicts_with_all = ["by", "silent", "group"])]
    figures: bool,
    /// List every source, where there are many: the silent ones, and all that say something
    #[arg(long)]
    all: bool,
    /// Only sources that match this pattern
    #[arg(long, value_name = "GLOB")]
    source: Option<String>,
    /// When to use color
    #[arg(long, value_name = "WHEN", value_enum, default_value_t = When::Auto)]
    color: When,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum AuditFormat {
    Table,
    Json,
    Csv,
    Html,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Columns {
    Condition,
    Technique,
    Risk,
    Aspect,
}

/// What techniques are held against.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Against {
    Condition,
}

impl From<Columns> for By {
    fn from(columns: Columns) -> By {
        match columns {
            Columns::Condition => By::Kind(Kind::Condition),
            Columns::Technique => By::Kind(Kind::Technique),
            Columns::Risk => By::Kind(Kind::Risk),
            Columns::Aspect => By::Aspect,
        }
    }
}

impl Args {
    pub(super) fn run(self) -> anyhow::Result<Outcome> {
        if self.figures && matches!(self.format(), AuditFormat::Csv | AuditFormat::Html) {
            anyhow::bail!("figures are printed as a table or as json; every html report has them");
        }
        if self.against.is_some() && self.by != Some(Columns::Technique) {
            anyhow::bail!("--against condition goes with --by technique");
        }
        if self.against.is_some() && self.format() == AuditFormat::Html {
            anyhow::bail!("techniques against conditions are printed as a table, json or csv");
        }
        let by = self.by.or(self.topics.is_empty().then_some(Columns::Risk));
        if self.topics.is_empty() && by == Some(Columns::Aspect) {
            anyhow::bail!("name the topic whose aspects are to be audited");
        }
        let request = AuditRequest {
            topics: self.topics.clone(),
            by: by.map(By::from),
            source: self.source.clone(),
            columns: self.columns,
        };
        let source = self.source.as_deref().map(SourceFilter::glob);
        let (engine, built) = self.index.open_or_build(|_| {
            source.transpose()?;
            Ok(())
        })?;
        if self.against.is_some() {
            return Ok(self.tied(&*engine, &request)?.after(built));
        }
        if self.figures {
            return Ok(self.figures(&*engine, &request)?.after(built));
        }
        let mut audit = Audit::of(&*engine, &request)?;
        if self.silent {
            audit.silent_first();
        }
        for note in &audit.notes {
            tell(format_args!("note: {note}"));
        }
        let figures = match self.format() {
            AuditFormat::Html => agreement(&*engine, &request)?,
            _ => Vec::new(),
        };
        self.print(&audit, &figures)?;
        let outcome = match audit.is_silent() {
            true => Outcome::Nothing,
            false => Outcome::Found,
        };
        Ok(outcome.after(built))
    }

    fn figures(&self, engine: &dyn Engine, request: &AuditRequest) -> anyhow::Result<Outcome> {
        let groups = agreement(engine, request)?;
        stdout(|out| match self.format() {
            AuditFormat::Json => audit::figures::write_json(out, &groups),
            _ => audit::figures::write(out, &groups, look(self.color)),
        })?;
        Ok(match groups.is_empty() {
            true => Outcome::Nothing,
            false => Outcome::Found,
        })
    }

    fn tied(&self, engine: &dyn Engine, request: &AuditRequest) -> anyhow::Result<Outcome> {
        let tied = said(TiedAudit::of(engine, request))?;
        for note in &tied.notes {
            tell(format_args!("note: {note}"));
        }
        stdout(|out| match self.format() {
            AuditFormat::Json => audit::tied::write_json(out, &tied),
            AuditFormat::Csv => audit::tied::write_csv(out, &tied),
            AuditFormat::Table | AuditFormat::Html => {
                audit::tied::write(out, &tied, look(self.color), self.all)
            }
        })?;
        Ok(match tied.rows.is_empty() {
            true => Outcome::Nothing,
            false => Outcome::Found,
        })
    }

    fn format(&self) -> AuditFormat {
        if self.json {
            AuditFormat::Json
        } else {
            self.format
        }
    }

    fn extent(&self) -> Extent {
        match (self.all, self.silent) {
            (true, _) => Extent::All,
            (false, true) => Extent::Silent,
            (false, false) => Extent::Said,
        }
    }

    fn print(&self, audit: &Audit, figures: &[FigureGroup]) -> std::io::Result<()> {
        stdout(|out| match self.format() {
            AuditFormat::Table if self.group => audit::write_groups(out, audit, look(self.color)),
            AuditFormat::Table => audit::write(out, audit, look(self.color), self.extent()),
            AuditFormat::Json => audit::json::write(out, audit),
            AuditFormat::Csv => audit::csv::write(out, audit),
            AuditFormat::Html => audit::html::write(out, audit, figures),
        })
    }
}
