//! `palpate watch-list`: what changed about questions that were saved.

mod seen;

use std::path::PathBuf;

use anyhow::{Context, bail};
use clap::{Subcommand, ValueEnum};

use super::common::{HomeArgs, Outcome, When, look, said, stdout};
use palpate::index::{Home, kept};
use palpate::output::atom::{self, FeedHead};
use palpate::output::watch_list as output;
use palpate::search::Searcher;
use palpate::watch_list::{GenerationTime, ListChanges, SavedQuestion, WatchList, before};
use seen::SeenGeneration;

/// What to do where a generation is not there any more.
const KEEPS: &str = "`palpate index --keep N` keeps N former ones from the next build on";

/// Tell what came, changed or went about questions that were saved
///
/// A watch-list is a file of questions (TOML). Two generations of the index are asked each of them, and
/// it is printed what became of the passages that are hits in either: ~ changed, + came, - went, with
/// the difference as [-removed-] {+added+}.
///
/// Exit code: 0 if something changed, 1 if nothing did, 2 if something went wrong.
#[derive(Debug, clap::Args)]
#[command(args_conflicts_with_subcommands = true)]
pub(super) struct Args {
    #[command(subcommand)]
    command: Option<ListCommand>,
    #[command(flatten)]
    list: ListArg,
    /// Compare with this generation, see `palpate generations` [default: the one before]
    #[arg(long, value_name = "N")]
    since: Option<u64>,
    /// Compare with the generation that was told last, and write into this file which is told now: nothing is
    /// told twice
    #[arg(long, value_name = "FILE")]
    seen: Option<PathBuf>,
    /// Only this question of the list; may be repeated
    #[arg(long = "name", value_name = "NAME")]
    names: Vec<String>,
    /// Show at most this many passages of each question
    #[arg(short = 'n', long, value_name = "N", default_value_t = 20)]
    limit: usize,
    /// Print one JSON object; the same as --format json
    #[arg(long, conflicts_with = "format")]
    json: bool,
    /// How to print what changed
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t = ChangesFormat::Text)]
    format: ChangesFormat,
    /// The address of `palpate serve`, for the links of a feed: https://clinic.example/palpate
    #[arg(long, value_name = "URL", value_parser = base)]
    base: Option<String>,
    /// When to use color
    #[arg(long, value_name = "WHEN", value_enum, default_value_t = When::Auto)]
    color: When,
    #[command(flatten)]
    index: HomeArgs,
}

#[derive(Debug, clap::Args)]
struct ListArg {
    /// The file of the questions
    #[arg(long = "list", value_name = "FILE", default_value = "watch-list.toml")]
    path: PathBuf,
}

#[derive(Debug, Subcommand)]
enum ListCommand {
    /// Write a question to the end of a list, or begin one
    Add(Box<AddArgs>),
    /// Print the questions of a list
    Show(ShowArgs),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum ChangesFormat {
    Text,
    Json,
    /// A feed, for feed readers (RFC 4287)
    Atom,
}

#[derive(Debug, clap::Args)]
struct AddArgs {
    /// What the question is called by
    #[arg(value_name = "NAME")]
    name: String,
    /// What is asked, as `palpate search` takes it
    #[arg(value_name = "QUESTION", required_unless_present_any = ["aspects", "conditions", "techniques", "risk", "source"])]
    query: Vec<String>,
    #[command(flatten)]
    list: ListArg,
    /// Only passages that speak of this aspect: risk, treatment, cost…
    #[arg(long = "aspect", value_name = "ASPECT")]
    aspects: Vec<String>,
    /// Only passages that name this condition, by whatever name
    #[arg(long = "condition", value_name = "NAME")]
    conditions: Vec<String>,
    /// Only passages that name this technique, by whatever name
    #[arg(long = "technique", value_name = "NAME")]
    techniques: Vec<String>,
    /// Only passages in which one sentence says this kind of risk of them, see `palpate search`
    #[arg(long, value_name = "KIND")]
    risk: Option<String>,
    /// Only sources that match this pattern
    #[arg(long, value_name = "GLOB")]
    source: Option<String>,
    /// Do not correct words that nobody knows
    #[arg(long)]
    exact: bool,
    /// Watch this many of the best hits [default: 100]
    #[arg(long, value_name = "N")]
    hits: Option<usize>,
}

#[derive(Debug, clap::Args)]
struct ShowArgs {
    #[command(flatten)]
    list: ListArg,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
    /// When to use color
    #[arg(long, value_name = "WHEN", value_enum, default_value_t = When::Auto)]
    color: When,
}

/// Where a server is, with a slash at the end.
fn base(address: &str) -> Result<String, String> {
    let is_web = ["http://", "https://"].iter().any(|scheme| {
        address
            .strip_prefix(scheme)
            .is_some_and(|rest| !rest.is_empty())
    });
    let is_plain = address
        .chars()
        .all(|c| c.is_ascii_graphic() && !"\"<>?#\\^`{|}".contains(c));
    match is_web && is_plain {
        true => Ok(format!("{}/", address.trim_end_matches('/'))),
        false => Err("it is no address of a server, as https://clinic.example/palpate".to_owned()),
    }
}

impl Args {
    pub(super) fn run(self) -> anyhow::Result<Outcome> {
        match &self.command {
            Some(ListCommand::Add(args)) => args.run(),
            Some(ListCommand::Show(args)) => args.run(),
            None => self.compare(),
        }
    }

    fn compare(&self) -> anyhow::Result<Outcome> {
        let list = WatchList::read(&self.list.path)?;
        let questions = self.questions(&list)?;
        let home = Home::Folder(self.index.folder()?);
        let new = Searcher::of(self.index.open()?);
        list.check(new.engine().lexicon())?;
        let current = new.engine().manifest().generation;
        let old = Searcher::of(home.open_generation(self.since(&home, current)?)?);
        let changes = said(ListChanges::between(&old, &new, questions, self.limit))?;
        let roots = new.engine().manifest().roots.iter();
        let head = FeedHead {
            title: list
                .title
                .clone()
                .unwrap_or_else(|| "Saved questions".to_owned()),
            of: roots
                .map(|root| root.display().to_string())
                .collect::<Vec<_>>()
                .join("\n"),
            base: self.base.clone(),
            query: String::new(),
        };
        stdout(|out| match self.format() {
            ChangesFormat::Text => output::write(out, &changes, look(self.color)),
            ChangesFormat::Json => output::write_json(out, &changes),
            ChangesFormat::Atom => atom::write(out, &head, &changes),
        })?;
        self.remember(changes.now)?;
        Ok(match changes.is_empty() {
            true => Outcome::Nothing,
            false => Outcome::Found,
        })
    }

    fn format(&self) -> ChangesFormat {
        match self.json {
            true => ChangesFormat::Json,
            false => self.format,
        }
    }

    /// The questions that are meant: all of them where none is named.
    fn questions<'l>(&self, list: &'l WatchList) -> anyhow::Result<Vec<&'l SavedQuestion>> {
        let path = self.list.path.display();
        if list.questions.is_empty() {
            bail!("{path}: there is no question in it; `palpate watch-list add` writes one");
        }
        if self.names.is_empty() {
            return Ok(list.questions.iter().collect());
        }
        let named = |name: &String| {
            let known = list.named(name);
            known.with_context(|| {
                format!(
                    "{path}: there is no question “{name}”; `palpate watch-list show` lists them"
                )
            })
        };
        self.names.iter().map(named).collect()
    }

    /// The generation that is compared with: the one that is named, the one that was told last, or the one
    /// before.
    fn since(&self, home: &Home, current: u64) -> anyhow::Result<u64> {
        let all = kept(&self.index.folder()?)?;
        let seen = self.seen.as_deref().map(SeenGeneration::read).transpose()?;
        let found = match (self.since, seen.flatten()) {
            (Some(number), _) => (number, all.iter().find(|one| one.number == number)),
            (None, Some(seen)) => (seen.number, all.iter().find(|one| seen.is(one))),
            (None, None) => {
                return before(home, current)?.with_context(|| {
                    format!(
                        "the index at {home} has no generation before {current} to compare with; {KEEPS}"
                    )
                });
            }
        };
        let numbers: Vec<String> = all.iter().map(|one| one.number.to_string()).collect();
        let (wanted, found) = found;
        let numbers = numbers.join(", ");
        let found = found.with_context(|| match (self.since, &self.seen) {
            (None, Some(path)) => format!(
                "generation {wanted}, which was told last ({}), is not kept by the index at {home}; it keeps \
                 {numbers}, and --since goes on from one of them; {KEEPS}",
                path.display()
            ),
            _ => format!(
                "the index at {home} does not keep generation {wanted}; it keeps {numbers}; {KEEPS}"
            ),
        })?;
        Ok(found.number)
    }

    /// Notes which generation was told.
    fn remember(&self, now: GenerationTime) -> anyhow::Result<()> {
        let seen = SeenGeneration {
            number: now.generation,
            started: now.started / 1_000_000_000,
        };
        self.seen.as_deref().map_or(Ok(()), |path| seen.write(path))
    }
}

impl AddArgs {
    fn run(&self) -> anyhow::Result<Outcome> {
        let question = SavedQuestion {
            name: self.name.clone(),
            query: self.query.join(" "),
            aspects: self.aspects.clone(),
            conditions: self.conditions.clone(),
            techniques: self.techniques.clone(),
            risk: self.risk.clone(),
            source: self.source.clone(),
            exact: self.exact,
            hits: self.hits,
            line: 0,
        };
        WatchList::add(&self.list.path, &question)?;
        Ok(Outcome::Found)
    }
}

impl ShowArgs {
    fn run(&self) -> anyhow::Result<Outcome> {
        let list = WatchList::read(&self.list.path)?;
        stdout(|out| match self.json {
            true => output::write_list_json(out, &list),
            false => output::write_list(out, &list, look(self.color)),
        })?;
        Ok(match list.questions.is_empty() {
            true => Outcome::Nothing,
            false => Outcome::Found,
        })
    }
}
