//! The run of palpate over a set of queries, and what may be left out of its ranking.

use std::num::NonZeroUsize;
use std::str::FromStr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use super::tell;
use palpate::eval::{Run, Topic};
use palpate::output::text;
use palpate::search::{Feedback, RankedUnit, Ranking, RankingPart, Searcher};

use super::HomeArgs;

/// What is other than usual in the ranking.
#[derive(Debug, clap::Args)]
pub(crate) struct RankingArgs {
    /// Leave parts out of the ranking, to see what each is worth: fields, proximity, concepts,
    /// aspects, meaning
    #[arg(
        long,
        help_heading = "Ranking",
        value_name = "PART",
        value_delimiter = ','
    )]
    without: Vec<RankingPart>,
    /// How soon more occurrences of a word stop to count (BM25's k1)
    #[arg(long, help_heading = "Ranking", value_name = "K1", value_parser = weight)]
    k1: Option<f64>,
    /// How much the length of a field counts against it, from 0 to 1 (BM25's b)
    #[arg(long, help_heading = "Ranking", value_name = "B", value_parser = share)]
    b: Option<f64>,
    /// How much a word counts in the title or in a heading, relative to one in the body: title=3
    #[arg(
        long,
        help_heading = "Ranking",
        value_name = "FIELD=WEIGHT",
        value_delimiter = ','
    )]
    field_weight: Vec<FieldWeight>,
}

/// Whether words of the best passages join the query. Only runs do so: who searches for one word is not
/// shown what was found by others.
#[derive(Debug, clap::Args)]
pub(crate) struct FeedbackArgs {
    /// Let words of the best passages join the query (RM3): how many passages, how many words, and
    /// what the typed query counts of 1
    #[arg(
        long,
        help_heading = "Ranking",
        value_name = "PASSAGES,WORDS,ORIGINAL",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "10,10,0.5",
        value_parser = feedback
    )]
    feedback: Option<Feedback>,
}

/// What a word counts in a field.
#[derive(Debug, Clone, Copy)]
enum FieldWeight {
    Title(f64),
    Heading(f64),
}

impl FromStr for FieldWeight {
    type Err = String;

    fn from_str(text: &str) -> Result<FieldWeight, String> {
        match text.split_once('=') {
            Some(("title", value)) => Ok(FieldWeight::Title(weight(value)?)),
            Some(("heading", value)) => Ok(FieldWeight::Heading(weight(value)?)),
            _ => Err(format!(
                "“{text}” is neither title=WEIGHT nor heading=WEIGHT"
            )),
        }
    }
}

/// The most that a weight can be; more would be a slip.
const MOST_WEIGHT: f64 = 1000.0;

fn weight(text: &str) -> Result<f64, String> {
    number(text, MOST_WEIGHT)
}

fn share(text: &str) -> Result<f64, String> {
    number(text, 1.0)
}

fn number(text: &str, most: f64) -> Result<f64, String> {
    match text.parse() {
        Ok(number) if (0.0..=most).contains(&number) => Ok(number),
        _ => Err(format!("“{text}” is no number from 0 to {most}")),
    }
}

fn feedback(text: &str) -> Result<Feedback, String> {
    let parts: Vec<&str> = text.split(',').collect();
    let [passages, words, original] = parts[..] else {
        return Err("three numbers are wanted, as in 10,10,0.5".into());
    };
    let count = |text: &str| match text.parse() {
        Ok(count) if (1..=100).contains(&count) => Ok(count),
        _ => Err(format!("“{text}” is no number from 1 to 100")),
    };
    Ok(Feedback {
        passages: count(passages)?,
        words: count(words)?,
        original: share(original)?,
    })
}

impl RankingArgs {
    pub(crate) fn ranking(&self) -> Ranking {
        let mut ranking = Ranking::without(&self.without);
        let weights = &mut ranking.weights;
        weights.k1 = self.k1.unwrap_or(weights.k1);
        weights.b = self.b.unwrap_or(weights.b);
        for field in &self.field_weight {
            match *field {
                FieldWeight::Title(weight) => {
                    weights.title_field = weight;
                    weights.candidate_title = weights.candidate_title.min(weight);
                }
                FieldWeight::Heading(weight) => weights.heading_field = weight,
            }
        }
        ranking
    }

    /// The same with feedback, where that is asked for.
    pub(crate) fn with(&self, feedback: &FeedbackArgs) -> Ranking {
        Ranking {
            feedback: feedback.feedback,
            ..self.ranking()
        }
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

/// What a run is to hold.
pub(crate) struct RunRequest {
    /// So many for each query, of what.
    pub(crate) limit: usize,
    pub(crate) of: RankedUnit,
    pub(crate) ranking: Ranking,
    pub(crate) threads: Threads,
}

/// The run of palpate itself over some queries. How words were taken that the corpus lacks is said on
/// stderr, in the order of the queries.
pub(crate) fn answer(
    index: &HomeArgs,
    topics: &[Topic],
    asked: &RunRequest,
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
            answers.push((number, TopicAnswer::of(&searcher, topic, asked)?));
        }
    };
    let answers: anyhow::Result<Vec<_>> = thread::scope(|scope| {
        let workers: Vec<_> = (0..asked.threads.number().min(topics.len()))
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
            tell(format_args!("note: topic {}: {line}", topic.id));
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
    fn of(searcher: &Searcher, topic: &Topic, asked: &RunRequest) -> anyhow::Result<TopicAnswer> {
        let (corrections, did_you_mean) = searcher.spelling(&topic.text)?;
        Ok(TopicAnswer {
            spelling: text::spelling_lines(&corrections, &did_you_mean),
            ranking: searcher.rank_for_run(&topic.text, asked.limit, asked.of, &asked.ranking)?,
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
