//! What several commands share: where the index is, how it is built, how to print, and the outcome.

mod answer;
mod build;
mod data;
mod home;
mod limits;
mod ocr;
mod outcome;
mod print;
mod progress;
mod said;
mod written;

pub(crate) use answer::{DEPTH, FeedbackArgs, RankingArgs, RunRequest, Threads, answer};
pub(crate) use build::{DEFAULT_CORPUS, build, outcome, update};
pub(crate) use data::{check_file, table_of, use_tables};
pub(crate) use home::HomeArgs;
pub(crate) use limits::{LimitArgs, seconds};
pub(crate) use ocr::OcrArgs;
pub use outcome::Outcome;
pub(crate) use print::{When, look, stdout, tell};
pub(crate) use said::said;
pub(crate) use written::write_run;
