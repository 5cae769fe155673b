//! The report: all queries and their groups in one table, and the comparison with a baseline.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::io::{self, Write};

use serde::Serialize;

use super::metrics::{Metric, PerMetric, metrics};
use super::qrels::{Grades, Qrels};
use super::run::Run;
use super::significance::{Estimate, estimate, mean, randomisation_p};
use super::topics::Topic;

/// What a run is worth. The names of the fields are also those in JSON, where they are a
/// contract: later versions add, they do not rename or remove.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Report {
    /// All judged queries.
    pub overall: ReportRow,
    /// Those of each group, in the order of their names. A query without a group is in none.
    pub groups: Vec<ReportRow>,
    /// How the run compares with the baseline, if there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub baseline: Option<PerMetric<Comparison>>,
    /// Each query, in the order of their ids.
    pub queries: Vec<QueryScore>,
    /// What a person should know of the queries that count.
    #[serde(skip)]
    pub notes: Vec<String>,
}

/// The means over some queries.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ReportRow {
    /// `None` for all queries.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub group: Option<String>,
    /// How many queries they are.
    pub n: usize,
    #[serde(flatten)]
    pub means: PerMetric<Estimate>,
}

/// A run against its baseline, over all judged queries.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Comparison {
    /// The mean of the run.
    pub run: f64,
    /// The mean of the baseline.
    pub baseline: f64,
    /// How much better the run is.
    pub difference: f64,
    /// The two-sided p of a paired randomisation test.
    pub p: f64,
}

/// The metrics of one query.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct QueryScore {
    pub id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub group: Option<String>,
    #[serde(flatten)]
    pub values: PerMetric<f64>,
}

/// The metrics of each query that the qrels judge, in the order of their ids.
pub fn evaluate(topics: &[Topic], qrels: &Qrels, run: &Run) -> Vec<QueryScore> {
    let topics: HashMap<&str, &Topic> = topics.iter().map(|t| (t.id.as_str(), t)).collect();
    qrels
        .queries()
        .map(|(id, grades)| QueryScore {
            id: id.to_owned(),
            group: topics.get(id).and_then(|topic| topic.group.clone()),
            values: query_metrics(grades, &run.ranking(id)),
        })
        .collect()
}

fn query_metrics(grades: &Grades, ranking: &[(&str, f64)]) -> PerMetric<f64> {
    let grade = |(document, _): &(&str, f64)| grades.get(*document).copied().unwrap_or(0);
    let ranked: Vec<u32> = ranking.iter().map(grade).collect();
    let judged: Vec<u32> = grades.values().copied().collect();
    metrics(&ranked, &judged)
}

impl Report {
    /// Measures a run, and compares it with a baseline if there is one.
    pub fn new(topics: &[Topic], qrels: &Qrels, run: &Run, baseline: Option<&Run>) -> Report {
        let queries = evaluate(topics, qrels, run);
        let mut groups: BTreeMap<&str, Vec<&QueryScore>> = BTreeMap::new();
        for query in &queries {
            if let Some(group) = &query.group {
                groups.entry(group).or_default().push(query);
            }
        }
        let compared = baseline.map(|run| compare(&queries, &evaluate(topics, qrels, run)));
        Report {
            overall: ReportRow::new(None, &queries.iter().collect::<Vec<_>>()),
            groups: groups
                .iter()
                .map(|(group, queries)| ReportRow::new(Some(group), queries))
                .collect(),
            baseline: compared,
            notes: notes(topics, qrels, run, baseline),
            queries,
        }
    }

    /// Prints it for people.
    pub fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        let rows = || std::iter::once(&self.overall).chain(&self.groups);
        let width = rows().map(|row| row.name().chars().count()).max();
        let width = width.unwrap_or(0);
        let [ndcg, map, rr, recall] = Metric::ALL.map(Metric::name);
        writeln!(
            out,
            "{:width$}  {:>5}  {ndcg} [95 % interval]  {map:>6}  {rr:>6}  {recall:>6}",
            "", "n",
        )?;
        for row in rows() {
            row.write(out, width)?;
        }
        match &self.baseline {
            Some(compared) => write_comparison(out, compared),
            None => Ok(()),
        }
    }

    /// Writes it as one JSON object on one line.
    pub fn write_json(&self, out: &mut dyn Write) -> io::Result<()> {
        serde_json::to_writer(&mut *out, self)?;
        writeln!(out)
    }
}

impl ReportRow {
    fn new(group: Option<&str>, queries: &[&QueryScore]) -> ReportRow {
        let column = |metric| -> Vec<f64> {
            let values = queries.iter().map(|query| *query.values.get(metric));
            values.collect()
        };
        ReportRow {
            group: group.map(str::to_owned),
            n: queries.len(),
            means: PerMetric::from_fn(|metric| estimate(&column(metric))),
        }
    }

    fn name(&self) -> &str {
        self.group.as_deref().unwrap_or("all")
    }

    fn write(&self, out: &mut dyn Write, width: usize) -> io::Result<()> {
        let PerMetric {
            ndcg_10: ndcg,
            map,
            rr_10,
            recall_100,
        } = self.means;
        writeln!(
            out,
            "{:width$}  {:>5}  {:.4} [{:.4}, {:.4}]  {:.4}  {:.4}  {:.4}",
            self.name(),
            self.n,
            ndcg.mean,
            ndcg.low,
            ndcg.high,
            map.mean,
            rr_10.mean,
            recall_100.mean
        )
    }
}

/// Compares two runs, evaluated with the same qrels and so query by query.
fn compare(run: &[QueryScore], baseline: &[QueryScore]) -> PerMetric<Comparison> {
    PerMetric::from_fn(|metric| {
        let column = |scores: &[QueryScore]| -> Vec<f64> {
            scores
                .iter()
                .map(|query| *query.values.get(metric))
                .collect()
        };
        let (run, baseline) = (column(run), column(baseline));
        let differences: Vec<f64> = run.iter().zip(&baseline).map(|(a, b)| a - b).collect();
        Comparison {
            run: mean(&run),
            baseline: mean(&baseline),
            difference: mean(&differences),
            p: randomisation_p(&differences),
        }
    })
}

fn write_comparison(out: &mut dyn Write, compared: &PerMetric<Comparison>) -> io::Result<()> {
    writeln!(
        out,
        "\n{:7}  {:>6}  {:>8}  {:>10}  {:>6}",
        "", "run", "baseline", "difference", "p"
    )?;
    for metric in Metric::ALL {
        let row = compared.get(metric);
        writeln!(
            out,
            "{:7}  {:.4}  {:>8.4}  {:>+10.4}  {:.4}",
            metric.name(),
            row.run,
            row.baseline,
            row.difference,
            row.p
        )?;
    }
    Ok(())
}

fn notes(topics: &[Topic], qrels: &Qrels, run: &Run, baseline: Option<&Run>) -> Vec<String> {
    let known: BTreeSet<&str> = topics.iter().map(|topic| topic.id.as_str()).collect();
    let count = |test: &dyn Fn(&str, &Grades) -> bool| {
        let judged = qrels.queries();
        judged.filter(|(id, grades)| test(id, grades)).count()
    };
    let all = count(&|_, _| true);
    let found = [
        (
            count(&|id, _| !known.contains(id)),
            "not among the queries, so in no group",
        ),
        (
            count(&|_, grades| grades.values().all(|&grade| grade == 0)),
            "without a relevant document, so 0, as in trec_eval",
        ),
        (count(&|id, _| !run.answers(id)), "not in the run, so 0"),
        (
            count(&|id, _| baseline.is_some_and(|run| !run.answers(id))),
            "not in the baseline, so 0",
        ),
    ];
    let of_queries = found.into_iter().filter(|(n, _)| *n > 0);
    let mut notes: Vec<String> = of_queries
        .map(|(n, what)| format!("{what}: {n} of {all} judged queries"))
        .collect();
    if qrels.regraded() > 0 {
        let n = qrels.regraded();
        notes.push(format!(
            "judged twice, so the later grade counts: {n} documents"
        ));
    }
    notes
}

#[cfg(test)]
mod tests {
    use super::*;

    fn difference(run: f64, baseline: f64, p: f64) -> Comparison {
        Comparison {
            run,
            baseline,
            difference: run - baseline,
            p,
        }
    }

    fn row(group: Option<&str>, n: usize, mean: f64) -> ReportRow {
        let estimate = Estimate {
            mean,
            low: mean / 2.0,
            high: 1.0,
        };
        ReportRow {
            group: group.map(str::to_owned),
            n,
            means: PerMetric::from_fn(|_| estimate),
        }
    }

    #[test]
    fn the_table_is_aligned() {
        let report = Report {
            overall: row(None, 1234, 0.5),
            groups: vec![row(Some("prévention"), 7, 1.0)],
            baseline: Some(PerMetric {
                ndcg_10: difference(0.5, 0.25, 0.0001),
                map: difference(0.25, 0.5, 0.0312),
                rr_10: difference(1.0, 1.0, 1.0),
                recall_100: difference(1.0, 0.0, 0.5),
            }),
            queries: Vec::new(),
            notes: Vec::new(),
        };
        let mut out = Vec::new();
        report.write(&mut out).expect("a Vec takes all");
        let expected = "
                n  nDCG@10 [95 % interval]     MAP   RR@10   R@100
all          1234  0.5000 [0.2500, 1.0000]  0.5000  0.5000  0.5000
prévention      7  1.0000 [0.5000, 1.0000]  1.0000  1.0000  1.0000

            run  baseline  difference       p
nDCG@10  0.5000    0.2500     +0.2500  0.0001
MAP      0.2500    0.5000     -0.2500  0.0312
RR@10    1.0000    1.0000     +0.0000  1.0000
R@100    1.0000    0.0000     +1.0000  0.5000
";
        assert_eq!(String::from_utf8_lossy(&out), &expected[1..]);
    }
}
