//! The best by plain BM25 where all postings of what is wanted are few: by adding all of them up.
//!
//! tantivy leaves out what cannot be among the best (Ding and Suel, "Faster top-k document retrieval using
//! block-max indexes", 2011), and to know what that is has to keep the words in the order of their next entries,
//! entry by entry. A query is some twenty words and names in three fields each; where they stand in some thousand
//! passages together it costs less to go through them one after the other. Scores are those of tantivy but for the
//! order in which their parts are added up, and with it for their last digits, which count for nothing
//! ([`best`](super::best)).

use tantivy::collector::{Collector, SegmentCollector};
use tantivy::fieldnorm::FieldNormReader;
use tantivy::query::{Bm25StatisticsProvider, Bm25Weight};
use tantivy::schema::IndexRecordOption;
use tantivy::{Score, SegmentReader, TantivyError};

use super::best::{Best, Match};
use super::index::Index;
use super::matches::Matches;
use super::query;
use super::statistics::Statistics;
use crate::index::budget::Budget;
use crate::index::error::IndexError;
use crate::index::wanted::{Term, Wanted};

/// Of more postings than this tantivy leaves out enough.
const MOST_POSTINGS: u64 = 1 << 15;
/// In segments of more entries than this a score for each is too much to lay out.
const MOST_ENTRIES: u32 = 1 << 18;

/// A term, and what it counts.
struct WeightedTerm {
    term: tantivy::Term,
    weight: Bm25Weight,
}

/// The best, at most so many; nothing where something else is wanted than any of some terms, or where these have
/// too many postings.
pub(super) fn best(
    index: &Index,
    wanted: &Wanted,
    limit: usize,
) -> Result<Option<Vec<Match>>, IndexError> {
    let (scored, must, not) = match wanted {
        Wanted::Filtered { wanted, must, not } => (&**wanted, &must[..], &not[..]),
        wanted => (wanted, &[][..], &[][..]),
    };
    let segments = index.searcher().segment_readers();
    let is_small = |segment: &SegmentReader| segment.max_doc() <= MOST_ENTRIES;
    let Some(terms) = weighted_terms(index, scored)?.filter(|_| segments.iter().all(is_small))
    else {
        return Ok(None);
    };
    let budget = index.budget();
    let best = Best {
        limit,
        budget,
        statistics: Statistics(index),
    };
    let mut found = Vec::with_capacity(segments.len());
    for (n, segment) in (0..).zip(segments) {
        let (scores, mut matches) = scores(segment, &terms, budget)?;
        matches.narrow(index, segment, must, not)?;
        let mut of_segment = best.for_segment(n, segment)?;
        for entry in matches.entries() {
            let score = scores[entry as usize];
            if score > of_segment.threshold() {
                of_segment.collect(entry, score);
            }
        }
        found.push(of_segment.harvest());
    }
    Ok(Some(best.merge_fruits(found)?))
}

/// The terms of a union, unless they have too many postings.
fn weighted_terms(index: &Index, wanted: &Wanted) -> Result<Option<Vec<WeightedTerm>>, IndexError> {
    let mut found = Vec::new();
    if !gather(wanted, 1.0, &mut found) {
        return Ok(None);
    }
    let statistics = Statistics(index);
    let all = statistics.total_num_docs()?;
    let (mut terms, mut postings) = (Vec::with_capacity(found.len()), 0);
    for (term, times) in found {
        let term = query::term(index, term);
        let having = statistics.doc_freq(&term)?;
        postings += having;
        if postings > MOST_POSTINGS {
            return Ok(None);
        }
        if having > 0 {
            let average = statistics.total_num_tokens(term.field())? as Score / all as Score;
            let weight = Bm25Weight::for_one_term_without_explain(having, all, average);
            terms.push(WeightedTerm {
                weight: weight.boost_by(times),
                term,
            });
        }
    }
    Ok(Some(terms))
}

/// Gathers terms with what each is counted; whether there is nothing else.
fn gather<'w>(wanted: &'w Wanted, times: f32, found: &mut Vec<(&'w Term, f32)>) -> bool {
    match wanted {
        Wanted::Term(term @ (Term::Word(..) | Term::Aspect(_))) => {
            found.push((term, times));
            true
        }
        Wanted::Times(more, wanted) => gather(wanted, times * more, found),
        Wanted::Any(each) => each.iter().all(|one| gather(one, times, found)),
        _ => false,
    }
}

/// What each entry of a segment scores, and which have any of the terms.
fn scores(
    segment: &SegmentReader,
    terms: &[WeightedTerm],
    budget: &Budget,
) -> Result<(Vec<Score>, Matches), IndexError> {
    let mut scores = vec![0.0; segment.max_doc() as usize];
    let mut matches = Matches::none(scores.len());
    for WeightedTerm { term, weight } in terms {
        if !budget.goes_on() {
            break;
        }
        let inverted = segment.inverted_index(term.field())?;
        let postings = inverted.read_block_postings(term, IndexRecordOption::WithFreqs);
        let Some(mut postings) = postings.map_err(TantivyError::from)? else {
            continue;
        };
        // Where lengths are not kept, each counts as one.
        let lengths = segment.fieldnorms_readers().get_field(term.field())?;
        let one = FieldNormReader::fieldnorm_to_id(1);
        while !postings.docs().is_empty() {
            for (&entry, &often) in postings.docs().iter().zip(postings.freqs()) {
                let length = lengths
                    .as_ref()
                    .map_or(one, |lengths| lengths.fieldnorm_id(entry));
                if let Some(score) = scores.get_mut(entry as usize) {
                    *score += weight.score(length, often);
                }
            }
            matches.insert(postings.docs().iter().copied());
            postings.advance();
        }
    }
    Ok((scores, matches))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::index::engine::Engine;
    use crate::index::field::TextField;
    use crate::index::folder::build::{build, update};
    use crate::index::sources::Sources;

    #[test]
    fn the_best_are_those_that_tantivy_finds() -> Result<(), Box<dyn std::error::Error>> {
        let folder = tempfile::tempdir()?;
        let corpus = folder.path().join("corpus");
        std::fs::create_dir(&corpus)?;
        let words = ["neck", "pain", "stroke", "gout", "risk"];
        for n in 0..40_usize {
            let text: Vec<&str> = (0..12)
                .map(|k| words[(n * 7 + k * k * (n % 3 + 1)) % 5])
                .collect();
            std::fs::write(corpus.join(format!("{n:02}.txt")), text.join(" "))?;
        }
        let dir = folder.path().join("index");
        build(&Sources::of([&corpus]), &dir, &mut |_| {})?;
        let index = Index::open(&dir)?;
        let word = |text: &str| Wanted::word(TextField::Body, text);
        let any = Wanted::Any(vec![
            word("gout").times(1.7),
            word("stroke"),
            word("absent"),
        ]);
        let wanted = Wanted::Filtered {
            wanted: Box::new(any.clone()),
            must: vec![word("neck")],
            not: vec![word("risk")],
        };
        for wanted in [any, wanted] {
            let query = query::query(&index, &wanted)?;
            let statistics = Statistics(&index);
            let searcher = index.searcher();
            let ten = Best {
                limit: 10,
                budget: index.budget(),
                statistics,
            };
            let theirs = searcher.search_with_statistics_provider(&*query, &ten, &statistics)?;
            let ours = best(&index, &wanted, 10)?.ok_or("there are few postings")?;
            assert_eq!(ours, theirs);
            assert_eq!(Engine::best(&index, &wanted, 10)?.len(), ours.len());
        }
        let phrase = Wanted::Phrase(
            TextField::Body,
            vec![(0, "neck".into()), (1, "pain".into())],
        );
        assert!(best(&index, &phrase, 10)?.is_none());
        Ok(())
    }

    /// A document a line, with so many words of few kinds, more or less.
    fn lines(documents: usize, words: usize) -> String {
        let kinds = ["neck", "pain", "stroke", "gout", "risk", "rest", "cost"];
        let word = |n: usize, k: usize| kinds[(n * n * 31 + k * k * 7 + n * k) % 61 % kinds.len()];
        let line = |n: usize| {
            let length = 1 + (n * 7919 % 13) * words / 6;
            let text: Vec<&str> = (0..length).map(|k| word(n, k)).collect();
            serde_json::json!({"_id": n.to_string(), "text": text.join(" ")}).to_string()
        };
        (0..documents).map(|n| line(n) + "\n").collect()
    }

    #[test]
    fn tantivy_leaves_out_nothing_where_segments_have_other_lengths()
    -> Result<(), Box<dyn std::error::Error>> {
        let folder = tempfile::tempdir()?;
        let corpus = folder.path().join("corpus");
        std::fs::create_dir(&corpus)?;
        let dir = folder.path().join("index");
        let sources = Sources::of([&corpus]);
        std::fs::write(corpus.join("a.jsonl"), lines(900, 24))?;
        std::fs::write(corpus.join("b.jsonl"), lines(20, 24))?;
        build(&sources, &dir, &mut |_| {})?;
        std::fs::write(corpus.join("c.jsonl"), lines(700, 4))?;
        std::fs::remove_file(corpus.join("b.jsonl"))?;
        update(&sources, &dir, &mut |_| {})?;
        let index = Index::open(&dir)?;
        assert_eq!(index.searcher().segment_readers().len(), 2);
        let words = ["neck", "pain", "stroke", "gout", "risk", "rest", "cost"];
        let word = |text: &str| Wanted::word(TextField::Body, text);
        for (n, one) in words.iter().enumerate() {
            let other = words[(n + 3) % words.len()];
            let wanted = Wanted::Any(vec![word(one).times(1.7), word(other)]);
            let query = query::query(&index, &wanted)?;
            let statistics = Statistics(&index);
            let few = Best {
                limit: 5,
                budget: index.budget(),
                statistics,
            };
            let searcher = index.searcher();
            let theirs = searcher.search_with_statistics_provider(&*query, &few, &statistics)?;
            let ours = best(&index, &wanted, 5)?.ok_or("there are few postings")?;
            assert_eq!(ours, theirs, "{n}");
        }
        Ok(())
    }
}
