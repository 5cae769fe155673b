//! Step 3: from scores to an order.

use std::collections::HashMap;

use super::score::Scored;
use super::weights::{MOST_BEFORE, STEP, VARIETY};

/// The `count` best candidates, best first.
///
/// Candidates are taken greedily: at each rank the one with the highest score, after what it
/// loses for passages of its source that are already taken. Equal scores go by place in the
/// corpus.
pub(super) fn order(mut candidates: Vec<Scored>, count: usize) -> Vec<Scored> {
    sort(&mut candidates);
    let mut taken_from: HashMap<u64, usize> = HashMap::new();
    let mut waiting: Vec<Option<Scored>> = candidates.into_iter().map(Some).collect();
    let mut ordered = Vec::with_capacity(count.min(waiting.len()));
    let mut first_waiting = 0;
    while ordered.len() < count {
        while waiting.get(first_waiting).is_some_and(Option::is_none) {
            first_waiting += 1;
        }
        let Some(best) = best_of(&waiting[first_waiting..], &taken_from) else {
            break;
        };
        let Some(mut scored) = waiting[first_waiting + best].take() else {
            break;
        };
        let before = taken_from.entry(scored.order.document()).or_default();
        if *before > 0 {
            scored.values.variety = -scored.score() * share(*before);
            scored.before = *before;
        }
        *before += 1;
        ordered.push(scored);
    }
    ordered
}

/// The `count` first candidates where every source comes before the second passage of any; among
/// first passages, second ones and so on, scores decide.
pub(super) fn spread(mut candidates: Vec<Scored>, count: usize) -> Vec<Scored> {
    sort(&mut candidates);
    let mut seen: HashMap<u64, usize> = HashMap::new();
    for scored in &mut candidates {
        let before = seen.entry(scored.order.document()).or_default();
        scored.before = *before;
        *before += 1;
    }
    candidates.sort_by_key(|scored| scored.before);
    candidates.truncate(count);
    candidates
}

/// Appends candidates of a later pool, in order, to those of earlier ones: none counts more than
/// what comes before it.
pub(super) fn append(ordered: &mut Vec<Scored>, later: Vec<Scored>) {
    for mut scored in later {
        if let Some(most) = ordered.last().map(Scored::score)
            && scored.score() > most
        {
            scored.values.depth = most - scored.score() - STEP;
        }
        ordered.push(scored);
    }
}

/// Sorts candidates by score, best first, and by place in the corpus.
pub(super) fn sort(candidates: &mut [Scored]) {
    candidates.sort_by(|a, b| {
        let by_score = b.score().total_cmp(&a.score());
        by_score.then(a.order.cmp(&b.order))
    });
}

fn share(before: usize) -> f64 {
    VARIETY * before.min(MOST_BEFORE) as f64
}

/// The index of the best waiting candidate; they are sorted by score, so the search can stop
/// once no later one can win.
fn best_of(waiting: &[Option<Scored>], taken_from: &HashMap<u64, usize>) -> Option<usize> {
    let mut best: Option<(usize, f64)> = None;
    for (i, candidate) in waiting.iter().enumerate() {
        let Some(candidate) = candidate else { continue };
        let score = candidate.score();
        if best.is_some_and(|(_, best)| score <= best) {
            break;
        }
        let before = taken_from.get(&candidate.order.document()).copied();
        let score = score * (1.0 - share(before.unwrap_or(0)));
        if best.is_none_or(|(_, best)| score > best) {
            best = Some((i, score));
        }
    }
    best.map(|(i, _)| i)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::index::{CandidateNumber, Order, PassageAt};
    use crate::search::score::Values;

    #[test]
    fn every_source_comes_before_the_second_of_any() {
        let all = vec![
            candidate(1, 0, 9.0),
            candidate(1, 1, 8.0),
            candidate(2, 0, 1.0),
        ];
        let spread = spread(all, 3);
        let documents: Vec<u64> = spread.iter().map(|s| s.order.document()).collect();
        assert_eq!(documents, [1, 2, 1]);
    }

    fn candidate(document: u64, passage: u64, score: f64) -> Scored {
        Scored {
            at: PassageAt::default(),
            pool: 0,
            candidate: CandidateNumber(0),
            positioned: None,
            order: Order(document << 24 | passage),
            values: Values {
                words: score,
                ..Values::default()
            },
            by_meaning_alone: false,
            before: 0,
            twins: Vec::new(),
        }
    }

    fn places(candidates: Vec<Scored>, count: usize) -> Vec<(u64, u64)> {
        order(candidates, count)
            .iter()
            .map(|s| (s.order.document(), s.order.0 & 0xff_ffff))
            .collect()
    }

    #[test]
    fn close_scores_show_several_sources() {
        let candidates = vec![
            candidate(1, 0, 10.0),
            candidate(1, 1, 9.9),
            candidate(2, 0, 9.8),
        ];
        assert_eq!(places(candidates, 3), [(1, 0), (2, 0), (1, 1)]);
    }

    #[test]
    fn clear_scores_stay_in_order_and_the_page_is_cut() {
        let candidates = vec![
            candidate(2, 0, 5.0),
            candidate(1, 0, 10.0),
            candidate(1, 1, 9.0),
        ];
        assert_eq!(places(candidates, 2), [(1, 0), (1, 1)]);
    }

    #[test]
    fn ties_go_by_place_in_the_corpus() {
        let candidates = vec![
            candidate(3, 0, 1.0),
            candidate(1, 5, 1.0),
            candidate(2, 0, 1.0),
        ];
        assert_eq!(places(candidates, 9), [(1, 5), (2, 0), (3, 0)]);
    }

    #[test]
    fn the_score_shown_is_the_one_that_ranks() {
        let candidates = vec![
            candidate(1, 0, 10.0),
            candidate(1, 1, 10.0),
            candidate(1, 2, 9.9),
        ];
        let scores: Vec<f64> = order(candidates, 3).iter().map(Scored::score).collect();
        assert!(scores.is_sorted_by(|a, b| a >= b), "{scores:?}");
        assert!((scores[1] - 9.7).abs() < 1e-9);
    }
}
