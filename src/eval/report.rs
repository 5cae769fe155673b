//! The report: all queries and their groups in one table, and the comparison with a baseline.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::io::{self, Write};

use serde::Serialize;

use super::metrics::{Metric, PerMetric, measure};
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
pub fn evaluate(metrics: &[Metric], topics: &[Topic], qrels: &Qrels, run: &Run) -> Vec<QueryScore> {
    let topics: HashMap<&str, &Topic> = topics.iter().map(|t| (t.id.as_str(), t)).collect();
    qrels
        .queries()
        .map(|(id, grades)| QueryScore {
            id: id.to_owned(),
            group: topics.get(id).and_then(|topic| topic.group.clone()),
            values: query_metrics(metrics, grades, &run.ranking(id)),
        })
        .collect()
}

fn query_metrics(metrics: &[Metric], grades: &Grades, ranking: &[(&str, f64)]) -> PerMetric<f64> {
    let grade = |(document, _): &(&str, f64)| grades.get(*document).copied();
    let ranked: Vec<Option<u32>> = ranking.iter().map(grade).collect();
    let judged: Vec<u32> = grades.values().copied().collect();
    measure(metrics, &ranked, &judged)
}

impl Report {
    /// Measures a run, and compares it with a baseline if there is one.
    pub fn new(
        metrics: &[Metric],
        topics: &[Topic],
        qrels: &Qrels,
        run: &Run,
        baseline: Option<&Run>,
    ) -> Report {
        let queries = evaluate(metrics, topics, qrels, run);
        let mut groups: BTreeMap<&str, Vec<&QueryScore>> = BTreeMap::new();
        for query in &queries {
            if let Some(group) = &query.group {
                groups.entry(group).or_default().push(query);
            }
        }
        let compared =
            baseline.map(|run| compare(metrics, &queries, &evaluate(metrics, topics, qrels, run)));
        Report {
            overall: ReportRow::new(metrics, None, &queries.iter().collect::<Vec<_>>()),
            groups: groups
                .iter()
                .map(|(group, queries)| ReportRow::new(metrics, Some(group), queries))
                .collect(),
            baseline: compared,
            notes: notes(topics, qrels, run, baseline),
            queries,
        }
    }

    /// Prints it for people: the means of all queries and of each group, the first metric with its
    /// interval.
    pub fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        let rows = || std::iter::once(&self.overall).chain(&self.groups);
        let width = rows().map(|row| row.name().chars().count()).max();
        let width = width.unwrap_or(0);
        write!(out, "{:width$}  {:>5}", "", "n")?;
        for (column, (metric, _)) in self.overall.means.iter().enumerate() {
            let name = metric.name();
            match column {
                0 => write!(
                    out,
                    "  {:width$}",
                    interval_head(metric),
                    width = first_width(metric)
                )?,
                _ => write!(out, "  {name:>6}")?,
            }
        }
        writeln!(out)?;
        for row in rows() {
            row.write(out, width)?;
        }
        match &self.baseline {
            Some(compared) => write_comparison(out, compared),
            None => Ok(()),
        }
    }

    /// Prints a table of all judged queries, in columns parted by tabs under a line of names.
    pub fn write_queries(&self, out: &mut dyn Write) -> io::Result<()> {
        write!(out, "query\tgroup")?;
        for (metric, _) in self.overall.means.iter() {
            write!(out, "\t{}", metric.name())?;
        }
        writeln!(out)?;
        for query in &self.queries {
            let cell = |text: &str| text.replace(char::is_control, " ");
            let group = query.group.as_deref().unwrap_or("");
            write!(out, "{}\t{}", cell(&query.id), cell(group))?;
            for (_, value) in query.values.iter() {
                write!(out, "\t{value:.4}")?;
            }
            writeln!(out)?;
        }
        Ok(())
    }

    /// Writes it as one JSON object on one line.
    pub fn write_json(&self, out: &mut dyn Write) -> io::Result<()> {
        serde_json::to_writer(&mut *out, self)?;
        writeln!(out)
    }
}

impl ReportRow {
    fn new(metrics: &[Metric], group: Option<&str>, queries: &[&QueryScore]) -> ReportRow {
        ReportRow {
            group: group.map(str::to_owned),
            n: queries.len(),
            means: PerMetric::of(metrics, |metric| estimate(&column(queries, metric))),
        }
    }

    fn name(&self) -> &str {
        self.group.as_deref().unwrap_or("all")
    }

    fn write(&self, out: &mut dyn Write, width: usize) -> io::Result<()> {
        write!(out, "{:width$}  {:>5}", self.name(), self.n)?;
        for (column, (metric, estimate)) in self.means.iter().enumerate() {
            let Estimate { mean, low, high } = estimate;
            match column {
                0 => {
                    let width = first_width(metric);
                    write!(
                        out,
                        "  {:width$}",
                        format!("{mean:.4} [{low:.4}, {high:.4}]")
                    )?;
                }
                _ => {
                    let width = metric.name().len().max(6);
                    write!(out, "  {:>width$}", format!("{mean:.4}"))?;
                }
            }
        }
        writeln!(out)
    }
}

/// How wide the column of the first metric is.
fn first_width(metric: Metric) -> usize {
    interval_head(metric)
        .len()
        .max("0.0000 [0.0000, 0.0000]".len())
}

fn interval_head(metric: Metric) -> String {
    format!("{} [95 % interval]", metric.name())
}

fn column<Q: std::borrow::Borrow<QueryScore>>(queries: &[Q], metric: Metric) -> Vec<f64> {
    let values = queries
        .iter()
        .filter_map(|query| query.borrow().values.get(metric));
    values.copied().collect()
}

/// Compares two runs, evaluated with the same qrels and so query by query.
fn compare(
    metrics: &[Metric],
    run: &[QueryScore],
    baseline: &[QueryScore],
) -> PerMetric<Comparison> {
    PerMetric::of(metrics, |metric| {
        let (run, baseline) = (column(run, metric), column(baseline, metric));
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
    let names = compared.iter().map(|(metric, _)| metric.name().len());
    let width = names.max().unwrap_or(0);
    writeln!(
        out,
        "\n{:width$}  {:>6}  {:>8}  {:>10}  {:>6}",
        "", "run", "baseline", "difference", "p"
    )?;
    for (metric, row) in compared.iter() {
        writeln!(
            out,
            "{:width$}  {:.4}  {:>8.4}  {:>+10.4}  {:.4}",
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
            means: PerMetric::of(&Metric::USUAL, |_| estimate),
        }
    }

    #[test]
    fn the_table_is_aligned() {
        let report = Report {
            overall: row(None, 1234, 0.5),
            groups: vec![row(Some("prévention"), 7, 1.0)],
            baseline: Some(PerMetric::of(&Metric::USUAL, |metric| match metric {
                Metric::NDCG_10 => difference(0.5, 0.25, 0.0001),
                Metric::MAP => difference(0.25, 0.5, 0.0312),
                Metric::RR_10 => difference(1.0, 1.0, 1.0),
                _ => difference(1.0, 0.0, 0.5),
            })),
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
