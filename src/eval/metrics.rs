//! The metrics of one query: formulas and where they come from.

use std::str::FromStr;

use serde::ser::{Serialize, SerializeMap, Serializer};

/// A number that says how good a ranking is: 0 is useless, 1 cannot be better.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Metric {
    measure: Measure,
    /// How many of the first documents are looked at; `None` for all.
    cutoff: Option<usize>,
}

/// What is measured of the documents that are looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Measure {
    /// Normalised discounted cumulative gain (Järvelin and Kekäläinen, "Cumulated gain-based
    /// evaluation of IR techniques", TOIS 2002), with trec_eval's `ndcg_cut`: the gain is the grade,
    /// the discount log2(rank + 1), and the ideal ranking is that of all judged documents.
    Ndcg,
    /// Average precision: the mean, over all relevant documents, of the precision at the rank of
    /// each, or of 0 if it was not found (Buckley and Voorhees, "Retrieval system evaluation",
    /// in "TREC: Experiment and Evaluation in Information Retrieval", 2005). Its mean over the
    /// queries is MAP.
    AveragePrecision,
    /// One over the rank of the first relevant document, 0 if there is none (Voorhees, "The TREC-8
    /// question answering track report", 1999).
    ReciprocalRank,
    /// How many of the relevant documents are found.
    Recall,
    /// How many of the first k are relevant; a ranking that is shorter is filled up with what is not.
    Precision,
    /// How many of those that are found were judged at all, as `Judged` of ir_measures: where it is
    /// low, the other metrics say little.
    Judged,
}

impl Metric {
    pub const NDCG_10: Metric = Metric::at(Measure::Ndcg, 10);
    pub const MAP: Metric = Metric {
        measure: Measure::AveragePrecision,
        cutoff: None,
    };
    pub const RR_10: Metric = Metric::at(Measure::ReciprocalRank, 10);
    pub const RECALL_100: Metric = Metric::at(Measure::Recall, 100);

    /// Those that are shown where nobody asks for others, in their order.
    pub const USUAL: [Metric; 4] = [
        Metric::NDCG_10,
        Metric::MAP,
        Metric::RR_10,
        Metric::RECALL_100,
    ];

    const fn at(measure: Measure, cutoff: usize) -> Metric {
        Metric {
            measure,
            cutoff: Some(cutoff),
        }
    }

    /// The name shown to people: `nDCG@10`.
    pub fn name(self) -> String {
        let name = match (self.measure, self.cutoff) {
            (Measure::Ndcg, _) => "nDCG",
            (Measure::AveragePrecision, None) => "MAP",
            (Measure::AveragePrecision, Some(_)) => "AP",
            (Measure::ReciprocalRank, _) => "RR",
            (Measure::Recall, _) => "R",
            (Measure::Precision, _) => "P",
            (Measure::Judged, _) => "Judged",
        };
        match self.cutoff {
            Some(cutoff) => format!("{name}@{cutoff}"),
            None => name.to_owned(),
        }
    }

    /// The name in JSON: `ndcg_10`.
    pub fn key(self) -> String {
        let name = match (self.measure, self.cutoff) {
            (Measure::Ndcg, _) => "ndcg",
            (Measure::AveragePrecision, None) => "map",
            (Measure::AveragePrecision, Some(_)) => "ap",
            (Measure::ReciprocalRank, _) => "rr",
            (Measure::Recall, _) => "recall",
            (Measure::Precision, _) => "p",
            (Measure::Judged, _) => "judged",
        };
        match self.cutoff {
            Some(cutoff) => format!("{name}_{cutoff}"),
            None => name.to_owned(),
        }
    }

    /// How deep a run must be for the metric to see all that it looks at.
    pub fn depth(self) -> Option<usize> {
        self.cutoff
    }

    /// The metric of one ranking.
    fn of(self, ranked: &[Option<u32>], judged: &[u32]) -> f64 {
        let shown = &ranked[..self.cutoff.unwrap_or(usize::MAX).min(ranked.len())];
        let grades: Vec<u32> = shown.iter().map(|grade| grade.unwrap_or(0)).collect();
        match self.measure {
            Measure::Ndcg => ndcg(&grades, judged, self.cutoff),
            Measure::AveragePrecision => average_precision(&grades, judged),
            Measure::ReciprocalRank => reciprocal_rank(&grades),
            Measure::Recall => ratio(relevant(&grades), relevant(judged)),
            Measure::Precision => {
                ratio(relevant(&grades), self.cutoff.unwrap_or(shown.len()) as f64)
            }
            Measure::Judged => {
                let known = shown.iter().filter(|grade| grade.is_some()).count();
                ratio(known as f64, shown.len() as f64)
            }
        }
    }
}

impl FromStr for Metric {
    type Err = String;

    /// Reads the names of ir_measures (`nDCG@10`, `P@5`, `R@100`, `RR`, `AP`, `Judged@10`) and those of
    /// trec_eval (`ndcg_cut_10`, `P_5`, `recall_100`, `recip_rank`, `map`), in small letters or capitals.
    fn from_str(text: &str) -> Result<Metric, String> {
        let wrong = || {
            format!(
                "“{text}” is no metric; there are nDCG@k, P@k, R@k, AP@k, RR@k and Judged@k, all but \
                 P also without @k"
            )
        };
        let (name, cutoff) = match text.rsplit_once(['@', '_']) {
            Some((name, cutoff)) if cutoff.starts_with(|c: char| c.is_ascii_digit()) => {
                (name, Some(cutoff.parse().map_err(|_| wrong())?))
            }
            _ => (text, None),
        };
        let measure = match name.to_lowercase().as_str() {
            "ndcg" | "ndcg_cut" => Measure::Ndcg,
            "map" | "ap" | "map_cut" => Measure::AveragePrecision,
            "rr" | "mrr" | "recip_rank" => Measure::ReciprocalRank,
            "r" | "recall" => Measure::Recall,
            "p" | "precision" => Measure::Precision,
            "judged" => Measure::Judged,
            _ => return Err(wrong()),
        };
        if cutoff == Some(0) || (measure == Measure::Precision && cutoff.is_none()) {
            return Err(wrong());
        }
        Ok(Metric { measure, cutoff })
    }
}

/// Something for each of some metrics, in their order.
#[derive(Debug, Clone, PartialEq)]
pub struct PerMetric<T>(Vec<(Metric, T)>);

impl<T> PerMetric<T> {
    pub(super) fn of(metrics: &[Metric], mut make: impl FnMut(Metric) -> T) -> PerMetric<T> {
        PerMetric(metrics.iter().map(|&one| (one, make(one))).collect())
    }

    /// What it has for a metric, if that is one of them.
    pub fn get(&self, metric: Metric) -> Option<&T> {
        let found = self.iter().find(|(one, _)| *one == metric);
        found.map(|(_, value)| value)
    }

    /// All of them, with what they have.
    pub fn iter(&self) -> impl Iterator<Item = (Metric, &T)> {
        self.0.iter().map(|(metric, value)| (*metric, value))
    }
}

/// One object, with the key of each metric.
impl<T: Serialize> Serialize for PerMetric<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (metric, value) in self.iter() {
            map.serialize_entry(&metric.key(), value)?;
        }
        map.end()
    }
}

/// The metrics of a ranking, given as the grades of its documents in their order (`None` for those
/// that were not judged), and the grades of all judged documents in any order.
pub(super) fn measure(
    metrics: &[Metric],
    ranked: &[Option<u32>],
    judged: &[u32],
) -> PerMetric<f64> {
    PerMetric::of(metrics, |metric| metric.of(ranked, judged))
}

fn ndcg(ranked: &[u32], judged: &[u32], depth: Option<usize>) -> f64 {
    let mut ideal = judged.to_vec();
    ideal.sort_unstable_by(|a, b| b.cmp(a));
    ideal.truncate(depth.unwrap_or(usize::MAX));
    ratio(gain(ranked), gain(&ideal))
}

fn gain(grades: &[u32]) -> f64 {
    let discounted = |(grade, rank): (&u32, u32)| f64::from(*grade) / f64::from(rank + 1).log2();
    grades.iter().zip(1..).map(discounted).sum()
}

fn average_precision(ranked: &[u32], judged: &[u32]) -> f64 {
    let found = (1..).zip(ranked).filter(|(_, grade)| **grade > 0);
    let precisions = (1..).zip(found).map(|(so_far, (rank, _))| {
        let (so_far, rank): (u32, u32) = (so_far, rank);
        f64::from(so_far) / f64::from(rank)
    });
    ratio(precisions.sum(), relevant(judged))
}

fn reciprocal_rank(ranked: &[u32]) -> f64 {
    let first = ranked.iter().position(|&grade| grade > 0);
    first.map_or(0.0, |before| 1.0 / (before + 1) as f64)
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

    fn named(name: &str) -> Metric {
        name.parse().expect("it is a metric")
    }

    /// A metric of a ranking all of which was judged.
    fn value(name: &str, ranked: &[u32], judged: &[u32]) -> f64 {
        let ranked: Vec<Option<u32>> = ranked.iter().copied().map(Some).collect();
        named(name).of(&ranked, judged)
    }

    const ALL: [&str; 12] = [
        "nDCG@10", "nDCG@3", "nDCG", "MAP", "AP@5", "RR@10", "RR", "R@100", "R@5", "R", "P@5",
        "Judged",
    ];

    #[test]
    fn by_hand() {
        // Found at ranks 2 (grade 1) and 4 (grade 3); one of grade 2 was not found.
        let (ranked, judged) = ([0, 1, 0, 3], [3, 2, 1, 0]);
        let log3 = 3f64.log2();
        let found = 1.0 / log3 + 3.0 / 5f64.log2();
        let ideal = 3.0 + 2.0 / log3 + 1.0 / 2.0;
        for (name, expected) in [
            ("nDCG@10", found / ideal),
            ("nDCG", found / ideal),
            ("nDCG@2", (1.0 / log3) / (3.0 + 2.0 / log3)),
            ("MAP", (1.0 / 2.0 + 2.0 / 4.0) / 3.0),
            ("AP@3", (1.0 / 2.0) / 3.0),
            ("RR@10", 1.0 / 2.0),
            ("RR@1", 0.0),
            ("R@100", 2.0 / 3.0),
            ("R@3", 1.0 / 3.0),
            ("P@2", 1.0 / 2.0),
            ("P@10", 2.0 / 10.0),
        ] {
            close(value(name, &ranked, &judged), expected);
        }
    }

    #[test]
    fn judged_is_of_what_is_there() {
        let ranked = [Some(0), None, Some(2)];
        close(named("Judged@2").of(&ranked, &[0, 2]), 1.0 / 2.0);
        close(named("Judged@10").of(&ranked, &[0, 2]), 2.0 / 3.0);
        close(named("Judged@10").of(&[], &[1]), 0.0);
    }

    #[test]
    fn names_are_read_as_other_tools_write_them() {
        for (names, name, key) in [
            (["nDCG@10", "ndcg_cut_10", "NDCG@10"], "nDCG@10", "ndcg_10"),
            (["AP", "map", "MAP"], "MAP", "map"),
            (["AP@100", "map_cut_100", "ap_100"], "AP@100", "ap_100"),
            (["RR", "recip_rank", "MRR"], "RR", "rr"),
            (["R@100", "recall_100", "Recall@100"], "R@100", "recall_100"),
            (["P@5", "P_5", "precision@5"], "P@5", "p_5"),
            (
                ["Judged@10", "judged_10", "judged@10"],
                "Judged@10",
                "judged_10",
            ),
        ] {
            for written in names {
                assert_eq!(named(written).name(), name, "{written}");
                assert_eq!(named(written).key(), key, "{written}");
                assert_eq!(named(&named(written).name()), named(written));
            }
        }
        for wrong in [
            "",
            "P",
            "nDCG@0",
            "nDCG@",
            "nDCG@x",
            "@10",
            "F1",
            "P@99999999999999999999",
        ] {
            let said = wrong.parse::<Metric>().expect_err("it is none");
            assert!(said.contains("is no metric"), "{said}");
        }
    }

    #[test]
    fn what_is_too_deep_does_not_count() {
        let mut ranked = vec![0; 10];
        ranked.push(1);
        close(value("nDCG@10", &ranked, &[1]), 0.0);
        close(value("RR@10", &ranked, &[1]), 0.0);
        close(value("MAP", &ranked, &[1]), 1.0 / 11.0);
        close(value("R@100", &ranked, &[1]), 1.0);
        let mut ranked = vec![0; 100];
        ranked.push(1);
        close(value("R@100", &ranked, &[1]), 0.0);
        close(value("MAP", &ranked, &[1]), 1.0 / 101.0);
    }

    #[test]
    fn the_ideal_ranking_ends_at_the_same_depth() {
        close(value("nDCG@10", &[1; 10], &[1; 30]), 1.0);
    }

    #[test]
    fn where_nothing_is_relevant_nothing_is_gained() {
        for name in ALL.iter().filter(|name| **name != "Judged") {
            close(value(name, &[0, 0], &[0, 0]), 0.0);
            close(value(name, &[], &[1]), 0.0);
        }
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
            let mut ranked = vec![None; others];
            ranked.extend(found.iter().rev().copied().map(Some));
            for name in ALL {
                let value = named(name).of(&ranked, &judged);
                prop_assert!((0.0..=1.0 + 1e-12).contains(&value), "{}: {}", name, value);
            }
        }

        #[test]
        fn the_ideal_ranking_is_worth_one(judged in vec(0u32..5, 1..100)) {
            prop_assume!(judged.iter().any(|&grade| grade > 0));
            let mut ranked = judged.clone();
            ranked.sort_unstable_by(|a, b| b.cmp(a));
            for metric in Metric::USUAL {
                let value = value(&metric.name(), &ranked, &judged);
                prop_assert!((value - 1.0).abs() < 1e-12, "{:?}", metric);
            }
        }
    }
}
