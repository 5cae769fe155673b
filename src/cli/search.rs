//! `palpate search`: finds passages.

use std::io::Read;
use std::time::Duration;

use anyhow::Context;
use clap::ValueEnum;

use super::common::{HomeArgs, Outcome, RankingArgs, When, look, said, seconds, stdout, tell};
use palpate::index::{Budget, SourceFilter};
use palpate::output::{csv, json, reference, text};
use palpate::query::Spelling;
use palpate::search::{Filter, Request, SearchResults, Searcher, check_filters};

/// Find the passages that speak of something
///
/// Any of the words may match; passages with more and rarer words, closer together, come first.
/// "a phrase" and +word have to occur, -word must not. title:word and heading:word look there
/// only, source:GLOB narrows to some files, osteo* stands for all words that begin so. AND, OR
/// and NOT in capitals work as in PubMed. Put -- before a query that begins with a minus.
/// Words that are in no list of words are corrected, and it is said so first; those in quotes are
/// taken as they are. Of a word that is right and that no passage has, it is said what may be
/// meant; --corrected searches for that.
///
/// Exit code: 0 if there are hits, 1 if there are none, 2 if something went wrong.
#[derive(Debug, clap::Args)]
#[command(visible_alias = "query")]
pub(super) struct Args {
    /// What to look for; `-` reads it from standard input
    #[arg(value_name = "QUERY", required_unless_present_any = ["aspects", "conditions", "techniques", "risk", "source"])]
    query: Vec<String>,
    #[command(flatten)]
    index: HomeArgs,
    /// Show at most this many hits
    #[arg(short = 'n', long, value_name = "N", default_value_t = 10)]
    limit: usize,
    /// Leave out this many of the best hits
    #[arg(long, value_name = "N", default_value_t = 0)]
    offset: usize,
    /// Only look in sources that match this pattern
    #[arg(long, value_name = "GLOB")]
    source: Option<String>,
    /// Only passages that speak of this aspect: risk, treatment, cost…
    #[arg(long = "aspect", value_name = "ASPECT")]
    aspects: Vec<String>,
    /// Only passages that name this condition, by whatever name
    #[arg(long = "condition", value_name = "NAME")]
    conditions: Vec<String>,
    /// Only passages that name this technique, by whatever name
    #[arg(long = "technique", value_name = "NAME")]
    techniques: Vec<String>,
    /// Only passages in which one sentence says this kind of risk of what --technique and --condition
    /// name: contraindication, precaution, adverse, red-flag, susceptibility, interaction, or risk
    /// for any
    #[arg(long, value_name = "KIND")]
    risk: Option<String>,
    /// Do not correct words that nobody knows
    #[arg(long)]
    exact: bool,
    /// Search for what may be meant where a word is right but no passage has it
    #[arg(long, conflicts_with = "exact")]
    corrected: bool,
    /// Print one JSON object; the same as --format json
    #[arg(long, conflicts_with = "format")]
    json: bool,
    /// How to print the hits
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t = ResultFormat::Text)]
    format: ResultFormat,
    /// Show how each hit got its score
    #[arg(long)]
    explain: bool,
    /// Show all that was counted of what the passages speak of, and in which sources nothing is
    #[arg(long)]
    facets: bool,
    /// Longest time to look; then the best found until then are printed, and it is said that they are
    #[arg(long, value_name = "SECONDS", default_value = "60", value_parser = seconds)]
    search_seconds: Duration,
    #[command(flatten)]
    ranking: RankingArgs,
    /// When to use color
    #[arg(long, value_name = "WHEN", value_enum, default_value_t = When::Auto)]
    color: When,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum ResultFormat {
    Text,
    Json,
    Jsonl,
    Csv,
    /// For reference managers
    Ris,
    Bibtex,
}

impl Args {
    pub(super) fn run(self) -> anyhow::Result<Outcome> {
        let request = Request {
            query: self.query_text()?,
            limit: self.limit,
            offset: self.offset,
            source: self.source.as_deref().map(SourceFilter::glob).transpose()?,
            filters: self.filters(),
            facets: true,
            spelling: self.spelling(),
            explain: self.explain,
            ranking: self.ranking.ranking(),
        };
        let (engine, built) = self
            .index
            .open_or_build(|lexicon| said(check_filters(lexicon, &request.filters)))?;
        let generation = engine.manifest().generation;
        let budget = Budget::of(self.search_seconds);
        let results = said(Searcher::of(engine).within(&budget).search(&request))?;
        for line in self.unprinted(&results) {
            tell(format_args!("note: {line}"));
        }
        for note in &results.notes {
            tell(format_args!("note: {note}"));
        }
        self.print(&results, generation)?;
        let outcome = match results.hits.is_empty() {
            // That there is nothing was not found out.
            true if results.partial => Outcome::Failed,
            true => Outcome::Nothing,
            false => Outcome::Found,
        };
        Ok(outcome.after(built))
    }

    fn spelling(&self) -> Spelling {
        match (self.exact, self.corrected) {
            (true, _) => Spelling::Exact,
            (false, true) => Spelling::Corrected,
            (false, false) => Spelling::Forgiving,
        }
    }

    fn filters(&self) -> Vec<Filter> {
        let aspects = self.aspects.iter().cloned().map(Filter::Aspect);
        let each = Filter::each(self.risk.as_deref(), &self.techniques, &self.conditions);
        aspects.chain(each).collect()
    }

    fn query_text(&self) -> anyhow::Result<String> {
        if self.query != ["-"] {
            return Ok(self.query.join(" "));
        }
        let mut bytes = Vec::new();
        std::io::stdin()
            .read_to_end(&mut bytes)
            .context("cannot read the query from standard input")?;
        Ok(String::from_utf8_lossy(&bytes).trim().to_owned())
    }

    fn print(&self, results: &SearchResults, generation: u64) -> std::io::Result<()> {
        let passages = results.hits.iter().map(|hit| &hit.passage);
        stdout(|out| match self.format() {
            ResultFormat::Text => text::write(out, results, look(self.color), self.details()),
            ResultFormat::Json => json::write(out, results, self.explain),
            ResultFormat::Jsonl => json::write_lines(out, results, self.explain),
            ResultFormat::Csv => csv::write(out, results),
            ResultFormat::Ris => reference::write_ris(out, passages, generation),
            ResultFormat::Bibtex => reference::write_bibtex(out, passages, generation),
        })
    }

    fn details(&self) -> text::Details {
        text::Details {
            explanation: self.explain,
            facets: self.facets,
        }
    }

    fn format(&self) -> ResultFormat {
        if self.json {
            ResultFormat::Json
        } else {
            self.format
        }
    }

    /// How words were taken, for the formats that only have room for hits.
    fn unprinted(&self, results: &SearchResults) -> Vec<String> {
        match self.format() {
            ResultFormat::Text | ResultFormat::Json => Vec::new(),
            ResultFormat::Jsonl | ResultFormat::Csv | ResultFormat::Ris | ResultFormat::Bibtex => {
                text::spelling_lines(&results.corrections, &results.did_you_mean)
            }
        }
    }
}
