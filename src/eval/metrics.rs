//! The metrics of one query: formulas and where they come from.

use serde::Serialize;

/// A number that says how good a ranking is: 0 is useless, 1 cannot be better.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Metric {
    /// Normalised discounted cumulative gain of the first ten (Järvelin and Kekäläinen,
    /// "Cumulated gain-based evaluation of IR techniques", TOIS 2002), with trec_eval's
    /// `ndcg_cut`: the gain is the grade, the discount log2(rank + 1), and the ideal ranking is
    /// that of all judged documents.
    Ndcg10,
    /// Average precision: the mean, over all relevant documents, of the precision at the rank of
    /// each, or of 0 if it was not found (Buckley and Voorhees, "Retrieval system evaluation",
    /// in "TREC: Experiment and Evaluation in Information Retrieval", 2005). Its mean over the
    /// queries is MAP.
    Map,
    /// One over the rank of the first relevant document, 0 if it is not among the first ten
    /// (Voorhees, "The TREC-8 question answering track report", 1999).
    Rr10,
    /// How many of the relevant documents are among the first hundred.
    Recall100,
}

impl Metric {
    /// All of them, in the order in which they are shown.
    pub const ALL: [Metric; 4] = [Metric::Ndcg10, Metric::Map, Metric::Rr10, Metric::Recall100];

    /// The name shown to people.
    pub fn name(self) -> &'static str {
        match self {
            Metric::Ndcg10 => "nDCG@10",
            Metric::Map => "MAP",
            Metric::Rr10 => "RR@10",
            Metric::Recall100 => "R@100",
        }
    }
}

/// Something for each metric. The names of the fields are also those in JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct PerMetric<T> {
    pub ndcg_10: T,
    pub map: T,
    pub rr_10: T,
    pub recall_100: T,
}

impl<T> PerMetric<T> {
    pub(super) fn from_fn(mut make: impl FnMut(Metric) -> T) -> PerMetric<T> {
        PerMetric {
            ndcg_10: make(Metric::Ndcg10),
            map: make(Metric::Map),
            rr_10: make(Metric::Rr10),
            recall_100: make(Metric::Recall100),
        }
    }

    /// What it has for one metric.
    pub(crate) fn get(&self, metric: Metric) -> &T {
        match metric {
            Metric::Ndcg10 => &self.ndcg_10,
            Metric::Map => &self.map,
            Metric::Rr10 => &self.rr_10,
            Metric::Recall100 => &self.recall_100,
        }
    }
}

/// The metrics of a ranking, given as the grades of its documents in their order (0 for those
/// that were not judged), and the grades of all judged documents in any order.
pub(super) fn metrics(ranked: &[u32], judged: &[u32]) -> PerMetric<f64> {
    PerMetric {
        ndcg_10: ndcg(ranked, judged, 10),
        map: average_precision(ranked, judged),
        rr_10: reciprocal_rank(ranked, 10),
        recall_100: recall(ranked, judged, 100),
    }
}

fn ndcg(ranked: &[u32], judged: &[u32], depth: usize) -> f64 {
    let mut ideal = judged.to_vec();
    ideal.sort_unstable_by(|a, b| b.cmp(a));
    ratio(gain(ranked, depth), gain(&ideal, depth))
}

fn gain(grades: &[u32], depth: usize) -> f64 {
    let discounted = |(grade, rank): (&u32, u32)| f64::from(*grade) / f64::from(rank + 1).log2();
    grades.iter().take(depth).zip(1..).map(discounted).sum()
}

fn average_precision(ranked: &[u32], judged: &[u32]) -> f64 {
    let found = (1..).zip(ranked).filter(|(_, grade)| **grade > 0);
    let precisions = (1..).zip(found).map(|(so_far, (rank, _))| {
        let (so_far, rank): (u32, u32) = (so_far, rank);
        f64::from(so_far) / f64::from(rank)
    });
    ratio(precisions.sum(), relevant(judged))
}

fn reciprocal_rank(ranked: &[u32], depth: usize) -> f64 {
    let first = ranked.iter().take(depth).position(|&grade| grade > 0);
    first.map_or(0.0, |before| 1.0 / (before + 1) as f64)
}

fn recall(ranked: &[u32], judged: &[u32], depth: usize) -> f64 {
    let shown = &ranked[..depth.min(ranked.len())];
    ratio(relevant(shown), relevant(judged))
}

fn relevant(grades: &[u32]) -> f64 {
    grades.iter().filter(|&&grade| grade > 0).count() as f64
}

/// Where nothing could be gained, nothing was.
fn ratio(part: f64, whole: f64) -> f64 {
    if whole > 0.0 { part / whole } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::*;

    fn close(a: f64, b: f64) {
        assert!((a - b).abs() < 1e-12, "{a} is not {b}");
    }

    #[test]
    fn by_hand() {
        // Found at ranks 2 (grade 1) and 4 (grade 3); one of grade 2 was not found.
        let values = metrics(&[0, 1, 0, 3], &[3, 2, 1, 0]);
        let log3 = 3f64.log2();
        let found = 1.0 / log3 + 3.0 / 5f64.log2();
        let ideal = 3.0 + 2.0 / log3 + 1.0 / 2.0;
        close(values.ndcg_10, found / ideal);
        close(values.map, (1.0 / 2.0 + 2.0 / 4.0) / 3.0);
        close(values.rr_10, 1.0 / 2.0);
        close(values.recall_100, 2.0 / 3.0);
    }

    #[test]
    fn what_is_too_deep_does_not_count() {
        let mut ranked = vec![0; 10];
        ranked.push(1);
        let values = metrics(&ranked, &[1]);
        close(values.ndcg_10, 0.0);
        close(values.rr_10, 0.0);
        close(values.map, 1.0 / 11.0);
        close(values.recall_100, 1.0);
        let mut ranked = vec![0; 100];
        ranked.push(1);
        close(metrics(&ranked, &[1]).recall_100, 0.0);
        close(metrics(&ranked, &[1]).map, 1.0 / 101.0);
    }

    #[test]
    fn the_ideal_ranking_ends_at_the_same_depth() {
        close(metrics(&[1; 10], &[1; 30]).ndcg_10, 1.0);
    }

    #[test]
    fn where_nothing_is_relevant_nothing_is_gained() {
        let zero = PerMetric::from_fn(|_| 0.0);
        assert_eq!(metrics(&[0, 0], &[0, 0]), zero);
        assert_eq!(metrics(&[], &[1]), zero);
    }

    proptest! {
        /// Judged documents in any order, of which some were found, between others.
        #[test]
        fn values_lie_between_zero_and_one(
            judged in vec(0u32..5, 0..150),
            found in 0usize..150,
            others in 0usize..20,
        ) {
            let found = &judged[..found.min(judged.len())];
            let mut ranked = vec![0; others];
            ranked.extend(found.iter().rev());
            let values = metrics(&ranked, &judged);
            for metric in Metric::ALL {
                let value = *values.get(metric);
                prop_assert!((0.0..=1.0 + 1e-12).contains(&value), "{:?}: {}", metric, value);
            }
        }

        #[test]
        fn the_ideal_ranking_is_worth_one(judged in vec(0u32..5, 1..100)) {
            prop_assume!(judged.iter().any(|&grade| grade > 0));
            let mut ranked = judged.clone();
            ranked.sort_unstable_by(|a, b| b.cmp(a));
            let values = metrics(&ranked, &judged);
            for metric in Metric::ALL {
                prop_assert!((values.get(metric) - 1.0).abs() < 1e-12, "{:?}", metric);
            }
        }
    }
}
