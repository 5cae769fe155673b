//! The run of palpate over a set of queries, and what may be left out of its ranking.

use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use palpate::eval::{Run, Topic};
use palpate::output::text;
use palpate::search::{Ranking, RankingPart, Searcher};

use super::HomeArgs;

/// What to leave out of the ranking.
#[derive(Debug, clap::Args)]
pub(crate) struct Without {
    /// Leave parts out of the ranking, to see what each is worth: fields, closeness, concepts,
    /// aspects
    #[arg(long, value_name = "PART", value_delimiter = ',')]
    without: Vec<RankingPart>,
}

impl Without {
    pub(crate) fn ranking(&self) -> Ranking {
        Ranking::without(&self.without)
    }
}

/// How deep runs go where nobody says otherwise; the deepest metric looks at 100 documents.
pub(crate) const DEPTH: usize = 100;

/// How many queries are answered at a time.
#[derive(Debug, Clone, Copy, clap::Args)]
pub(crate) struct Threads {
    /// TopicAnswer this many queries at a time, rather than one for each core; the run is the same
    #[arg(long, value_name = "N")]
    threads: Option<NonZeroUsize>,
}

impl Threads {
    fn number(self) -> usize {
        let cores = || thread::available_parallelism().unwrap_or(NonZeroUsize::MIN);
        self.threads.unwrap_or_else(cores).get()
    }
}

/// The run of palpate itself over some queries. How words were taken that the corpus lacks is said on
/// stderr, in the order of the queries.
pub(crate) fn answer(
    index: &HomeArgs,
    topics: &[Topic],
    limit: usize,
    ranking: &Ranking,
    threads: Threads,
) -> anyhow::Result<Run> {
    let searcher = Searcher::of(index.open()?);
    let next = AtomicUsize::new(0);
    let worker = || -> anyhow::Result<Vec<(usize, TopicAnswer)>> {
        let mut answers = Vec::new();
        loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            let Some(topic) = topics.get(number) else {
                return Ok(answers);
            };
            answers.push((number, TopicAnswer::of(&searcher, topic, limit, ranking)?));
        }
    };
    let answers: anyhow::Result<Vec<_>> = thread::scope(|scope| {
        let workers: Vec<_> = (0..threads.number().min(topics.len()))
            .map(|_| scope.spawn(worker))
            .collect();
        let joined = workers.into_iter().map(|worker| match worker.join() {
            Ok(answers) => answers,
            Err(panic) => std::panic::resume_unwind(panic),
        });
        joined.collect()
    });
    let mut answers = answers?.concat();
    answers.sort_unstable_by_key(|(number, _)| *number);
    let mut run = Run::default();
    for (topic, (_, answer)) in topics.iter().zip(answers) {
        for line in answer.spelling {
            eprintln!("note: topic {}: {line}", topic.id);
        }
        let mut last = f32::INFINITY;
        for (document, score) in answer.ranking {
            let score = below(last, score);
            last = score as f32;
            run.push(&topic.id, &document, score);
        }
    }
    Ok(run)
}

/// What there is to say of one query.
#[derive(Debug, Clone)]
struct TopicAnswer {
    /// How words were taken that the corpus lacks.
    spelling: Vec<String>,
    ranking: Vec<(String, f64)>,
}

impl TopicAnswer {
    fn of(
        searcher: &Searcher,
        topic: &Topic,
        limit: usize,
        ranking: &Ranking,
    ) -> anyhow::Result<TopicAnswer> {
        let (corrections, did_you_mean) = searcher.spelling(&topic.text)?;
        Ok(TopicAnswer {
            spelling: text::spelling_lines(&corrections, &did_you_mean),
            ranking: searcher.rank_documents(&topic.text, limit, ranking)?,
        })
    }
}

/// A score, or where that is not below `last` in single precision, what is next below it: those who
/// evaluate runs go by the scores, and would order equal ones in their own way.
fn below(last: f32, score: f64) -> f64 {
    match (score as f32) < last {
        true => score,
        false => f64::from(last.next_down()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scores_of_a_run_fall_with_the_rank() {
        assert_eq!(below(2.0, 1.5), 1.5);
        let next = below(2.0, 2.0);
        assert!(next < 2.0 && (next as f32) < 2.0);
        assert!(below(next as f32, 2.0 - 1e-12) < next);
    }
}
