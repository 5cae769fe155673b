//! Relevance judgments, in the format of BEIR or of TREC.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;

use super::EvalError;
use super::input::{Input, columns, number};

/// The judged documents of one query with their grades: 0 is not relevant, more is better.
pub type Grades = HashMap<String, u32>;

/// Which documents are relevant to which queries, and how much.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Qrels {
    grades: BTreeMap<String, Grades>,
    regraded: usize,
}

#[derive(Clone, Copy)]
enum Format {
    /// `query-id<TAB>corpus-id<TAB>score`, most often with these names as a first line.
    Beir,
    /// `query 0 document grade`, with any white space.
    Trec,
}

impl Qrels {
    /// Reads the judgments in a file. Its first line decides on the format: three columns with
    /// tabs are BEIR's, all else is TREC's. Negative grades, which TREC uses for documents that
    /// were pooled and not judged, are as good as 0, as they are for trec_eval. Of two grades for
    /// one document the later counts, as BEIR's own reader has it: real judgments do repeat.
    pub fn read(path: &Path) -> Result<Qrels, EvalError> {
        Qrels::parse(&Input::read(path)?)
    }

    /// How many grades were given up for a later, different one.
    pub(crate) fn regraded(&self) -> usize {
        self.regraded
    }

    /// The judged queries in the order of their ids.
    pub(crate) fn queries(&self) -> impl Iterator<Item = (&str, &Grades)> {
        self.grades.iter().map(|(id, grades)| (id.as_str(), grades))
    }

    fn parse(input: &Input) -> Result<Qrels, EvalError> {
        let format = match input.lines().next() {
            Some((_, first)) if first.split('\t').count() == 3 => Format::Beir,
            _ => Format::Trec,
        };
        let mut qrels = Qrels::default();
        for (line_number, line) in input.lines().skip_while(|(_, line)| is_header(line)) {
            let judged = format.judgment(line).map(|(query, document, grade)| {
                let grades = qrels.grades.entry(query.to_owned()).or_default();
                let before = grades.insert(document.to_owned(), grade);
                before.is_some_and(|before| before != grade)
            });
            qrels.regraded += usize::from(judged.map_err(input.wrong(line_number))?);
        }
        match qrels.grades.is_empty() {
            true => Err(input.holds_no("judgment")),
            false => Ok(qrels),
        }
    }
}

fn is_header(line: &str) -> bool {
    line.split('\t')
        .map(str::trim)
        .eq(["query-id", "corpus-id", "score"])
}

impl Format {
    fn judgment(self, line: &str) -> Result<(&str, &str, u32), String> {
        let [query, document, grade] = match self {
            Format::Beir => columns(
                line.split('\t').map(str::trim),
                ["query-id", "corpus-id", "score"],
            )?,
            Format::Trec => {
                let names = ["query", "0", "document", "grade"];
                let [query, _, document, grade] = columns(line.split_whitespace(), names)?;
                [query, document, grade]
            }
        };
        let grade: i32 = number(grade, "the grade")?;
        Ok((query, document, u32::try_from(grade).unwrap_or(0)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> Result<Qrels, String> {
        let input = Input::new(Path::new("qrels"), text.to_owned());
        Qrels::parse(&input).map_err(|error| error.to_string())
    }

    #[test]
    fn both_formats_say_the_same() {
        let beir = parsed("query-id\tcorpus-id\tscore\nq2\ta\t2\nq1\tb\t0\nq2\tb\t1\n");
        let without_header = parsed("q2\ta\t2\nq1\tb\t0\nq2\tb\t1\n");
        let trec = parsed("q1 0 b 0\nq2 0 a 2\nq2\t0  b 1\n");
        assert!(beir.is_ok());
        assert_eq!(beir, without_header);
        assert_eq!(beir, trec);
        let beir = beir.expect("it is well formed");
        let ids: Vec<_> = beir.queries().map(|(id, _)| id).collect();
        assert_eq!(ids, ["q1", "q2"]);
    }

    #[test]
    fn negative_grades_are_nothing() {
        let qrels = parsed("q 0 a -1\n").expect("it is well formed");
        assert!(qrels.queries().all(|(_, grades)| grades["a"] == 0));
    }

    #[test]
    fn what_is_wrong_is_said() {
        for (text, said) in [
            ("", "qrels:1: the file ends without a judgment"),
            (
                "query-id\tcorpus-id\tscore\n",
                "qrels:1: the file ends without a judgment",
            ),
            (
                "q\ta\t1\nq\tb\n",
                "qrels:2: 2 columns, not the 3 of query-id, corpus-id, score",
            ),
            (
                "q 0 a\n",
                "qrels:1: 3 columns, not the 4 of query, 0, document, grade",
            ),
            (
                "q 0 a 1\n\nq 0 b much\n",
                "qrels:3: the grade “much” is not a number",
            ),
        ] {
            assert_eq!(parsed(text), Err(said.to_owned()));
        }
    }

    #[test]
    fn of_two_grades_the_later_counts() {
        let qrels = parsed("q 0 a 1\nq 0 a 2\nq 0 a 2\n").expect("good judgments");
        assert_eq!(
            qrels.queries().next().map(|(_, grades)| grades["a"]),
            Some(2)
        );
        assert_eq!(qrels.regraded(), 1);
    }
}
