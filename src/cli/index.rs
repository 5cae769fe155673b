//! `palpate index`: builds the index.

mod watch;

use std::path::PathBuf;

use super::common::{
    DEFAULT_CORPUS, HomeArgs, LimitArgs, OcrArgs, Outcome, build, outcome, stdout, tell, update,
};
use palpate::document::files::SymbolicLinks;
use palpate::index::{BuildReport, Busy, Home, KEPT_GENERATIONS, Sources};
use palpate::lexicon;
use palpate::output::summary;

/// So many warnings of a lexicon are printed.
const MOST_WARNINGS: usize = 5;

/// Build the index from files and folders
///
/// Where no file has changed since the last time, the index stays as it is. The old index can be
/// searched until the new one is complete. Files that cannot be read are named at the end; the
/// exit code is then 2.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Files and folders to index
    #[arg(value_name = "PATH", default_value = DEFAULT_CORPUS)]
    paths: Vec<PathBuf>,
    #[command(flatten)]
    index: HomeArgs,
    /// Add concepts from a file: Solr synonyms (.txt), OBO (.obo) or TOML (.toml)
    ///
    /// They join what palpate knows; `palpate lexicon check FILE` says what is in a file.
    #[arg(long = "lexicon", value_name = "FILE")]
    lexicons: Vec<PathBuf>,
    /// Use another aspect model than the built-in one, for instance to cross-validate
    #[arg(long, value_name = "FILE")]
    aspect_model: Option<PathBuf>,
    /// Also find what is similar in meaning, by the sentence encoder in this folder
    ///
    /// A BERT as the sentence-transformers have them (config.json, tokenizer.json,
    /// model.safetensors). Nothing is fetched.
    #[arg(long, value_name = "DIR")]
    encoder: Option<PathBuf>,
    /// Follow symbolic links that lead out of the folders
    #[arg(long)]
    follow: bool,
    /// Build even where nothing has changed
    #[arg(long)]
    force: bool,
    /// Compare the contents of all files, also where size, times and place say that nothing changed
    #[arg(long)]
    verify: bool,
    /// Build even where the index would lose more than half of its sources, be made from another
    /// corpus, or take the place of one of a newer palpate
    #[arg(long)]
    replace: bool,
    /// Keep so many former generations, to go back to or to compare with
    #[arg(long, value_name = "N", default_value_t = KEPT_GENERATIONS)]
    keep: usize,
    /// Where somebody else builds the index, wait until they are done
    #[arg(long)]
    wait: bool,
    /// Go on, and index again whenever a file changes
    #[arg(long)]
    watch: bool,
    /// Part a new index in a cluster into so many shards [default: one a node]
    #[cfg(feature = "cluster")]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1024), help_heading = "Cluster")]
    shards: Option<u32>,
    /// Print the summary as one JSON object
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    ocr: OcrArgs,
    #[command(flatten)]
    limits: LimitArgs,
}

impl Args {
    pub(super) fn run(self) -> anyhow::Result<Outcome> {
        let sources = Sources {
            roots: self.paths.clone(),
            links: match self.follow {
                true => SymbolicLinks::Follow,
                false => SymbolicLinks::Leave,
            },
            lexicons: self.lexicons.clone(),
            aspect_model: self.aspect_model.clone(),
            encoder: self.encoder.clone(),
            recognition: self.ocr.recognition(),
            limits: self.limits.limits(),
            busy: match self.wait {
                true => Busy::Wait,
                false => Busy::Leave,
            },
            verify: self.verify,
            replace: self.replace,
            keep: self.keep,
        };
        let home = self.home()?;
        let report = match self.force {
            true => build(&sources, &home)?,
            false => update(&sources, &home)?,
        };
        self.say(&report)?;
        self.warn_of_lexicons();
        if self.watch {
            self.watch(&sources, &home)?;
        }
        Ok(outcome(&report))
    }

    /// Says on stderr where a lexicon was read otherwise than it may have been meant.
    fn warn_of_lexicons(&self) {
        if self.lexicons.is_empty() {
            return;
        }
        // The build has read them; what became unreadable since is not this build's.
        for report in lexicon::check(&self.lexicons).unwrap_or_default() {
            let path = report.path.display();
            for warning in report.warnings.iter().take(MOST_WARNINGS) {
                tell(format_args!("palpate: warning: {warning}"));
            }
            if let Some(more @ 1..) = report.warnings.len().checked_sub(MOST_WARNINGS) {
                tell(format_args!(
                    "palpate: {more} more warnings: palpate lexicon check {path}"
                ));
            }
        }
    }

    fn home(&self) -> anyhow::Result<Home> {
        #[cfg(feature = "cluster")]
        if let Home::Cluster(mut address) = self.index.home()? {
            address.shards = self.shards;
            return Ok(Home::Cluster(address));
        }
        self.index.home()
    }

    fn say(&self, report: &BuildReport) -> anyhow::Result<()> {
        Ok(stdout(|out| match self.json {
            true => summary::write_json(out, report),
            false => summary::write(out, report),
        })?)
    }

    fn watch(&self, sources: &Sources, home: &Home) -> anyhow::Result<()> {
        let sources = Sources {
            // What was meant once is not meant for ever.
            replace: false,
            ..sources.clone()
        };
        watch::watch(&sources.roots, home.folder(), &mut || {
            match update(&sources, home) {
                Ok(report) if report.changes.is_none_or(|changes| !changes.is_empty()) => {
                    self.say(&report)?;
                    outcome(&report);
                }
                Ok(_) => {}
                // A folder that is gone for a moment may come back.
                Err(error) => tell(format_args!("palpate: {error:#}")),
            }
            Ok(())
        })
    }
}
