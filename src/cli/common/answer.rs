//! The run of palpate over a set of queries, and what may be left out of its ranking.

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

/// The run of palpate itself over some queries.
pub(crate) fn answer(
    index: &HomeArgs,
    topics: &[Topic],
    limit: usize,
    ranking: &Ranking,
) -> anyhow::Result<Run> {
    let searcher = Searcher::of(index.open()?);
    let mut run = Run::default();
    for topic in topics {
        say_spelling(&searcher, topic)?;
        let mut last = f32::INFINITY;
        for (document, score) in searcher.rank_documents(&topic.text, limit, ranking)? {
            let score = below(last, score);
            last = score as f32;
            run.push(&topic.id, &document, score);
        }
    }
    Ok(run)
}

/// Says on stderr how the words of a topic were taken that the corpus lacks.
fn say_spelling(searcher: &Searcher, topic: &Topic) -> anyhow::Result<()> {
    let (corrections, did_you_mean) = searcher.spelling(&topic.text)?;
    for line in text::spelling_lines(&corrections, &did_you_mean) {
        eprintln!("note: topic {}: {line}", topic.id);
    }
    Ok(())
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
