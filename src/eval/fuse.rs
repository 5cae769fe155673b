//! Fusion: one run of several, by the ranks that each of them gives.

use super::run::Run;

/// How much the first ranks stand above those that follow, of Cormack, Clarke and Büttcher, who found
/// that little depends on it.
pub const RRF_K: f64 = 60.0;

impl Run {
    /// Reciprocal rank fusion: a document has `Σ weight / (k + rank)` over the runs that found it
    /// (Cormack, Clarke and Büttcher, "Reciprocal rank fusion outperforms Condorcet and individual rank
    /// learning methods", SIGIR 2009; there all weights are 1). Scores do not count, so that it does
    /// not matter in what units each run has them. `depth` documents of each query are kept.
    pub fn fuse(runs: &[(Run, f64)], k: f64, depth: usize) -> Run {
        let mut summed = Run::default();
        for (run, weight) in runs {
            for query in run.queries() {
                for ((document, _), rank) in run.ranking(query).into_iter().zip(1u32..) {
                    summed.add(query, document, weight / (k + f64::from(rank)));
                }
            }
        }
        let mut fused = Run::default();
        for query in summed.queries() {
            for (document, score) in summed.ranking(query).into_iter().take(depth) {
                fused.push(query, document, score);
            }
        }
        fused
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn run(query: &str, documents: &[&str]) -> Run {
        let mut run = Run::default();
        for (document, below) in documents.iter().zip(1u32..) {
            run.push(query, document, 1000.0 - f64::from(below));
        }
        run
    }

    fn order<'r>(run: &'r Run, query: &str) -> Vec<&'r str> {
        run.ranking(query).into_iter().map(|(id, _)| id).collect()
    }

    #[test]
    fn who_is_in_both_comes_first() {
        let runs = [
            (run("q", &["a", "b", "c"]), 1.0),
            (run("q", &["d", "c", "e"]), 1.0),
        ];
        let fused = Run::fuse(&runs, RRF_K, 10);
        let ranking = fused.ranking("q");
        assert_eq!(ranking[0].0, "c");
        assert_eq!(ranking[0].1, 1.0 / 63.0 + 1.0 / 62.0);
        assert_eq!(ranking.len(), 5);
        assert_eq!(order(&Run::fuse(&runs, RRF_K, 2), "q").len(), 2);
    }

    #[test]
    fn weights_decide_between_runs_and_queries_of_either_are_there() {
        let mut second = run("q", &["b", "a"]);
        second.push("r", "z", 1.0);
        let fused = |first: f64, other: f64| {
            let runs = [(run("q", &["a", "b"]), first), (second.clone(), other)];
            Run::fuse(&runs, RRF_K, 10)
        };
        assert_eq!(order(&fused(2.0, 1.0), "q"), ["a", "b"]);
        assert_eq!(order(&fused(1.0, 2.0), "q"), ["b", "a"]);
        assert_eq!(order(&fused(1.0, 2.0), "r"), ["z"]);
    }

    proptest! {
        /// A run fused with itself keeps its order.
        #[test]
        fn a_run_agrees_with_itself(n in 1usize..50, weight in 0.1f64..9.0) {
            let names: Vec<String> = (0..n).map(|i| format!("d{i}")).collect();
            let names: Vec<&str> = names.iter().map(String::as_str).collect();
            let one = run("q", &names);
            let fused = Run::fuse(&[(one.clone(), weight), (one, 1.0)], RRF_K, n);
            prop_assert_eq!(order(&fused, "q"), names);
        }
    }
}
