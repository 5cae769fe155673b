//! A run: what a system returned for each query, in memory and as a TREC run file.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::io::{self, Write};
use std::path::Path;

use super::EvalError;
use super::input::{Input, columns, number};

/// The last column of the runs written here, where nobody says otherwise.
pub const TAG: &str = "palpate";

/// The documents found for each query, with their scores.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Run {
    scores: BTreeMap<String, HashMap<String, f64>>,
}

impl Run {
    /// Reads lines of `query Q0 document rank score tag`. The ranks are ignored, as they are by
    /// trec_eval: the order is that of `Run::ranking`.
    pub fn read(path: &Path) -> Result<Run, EvalError> {
        Run::parse(&Input::read(path)?)
    }

    /// Adds a document that was found for a query; `false` if it already was there. It then keeps
    /// the better of its scores, so that all passages of a document can be pushed and the best
    /// one stands for it.
    ///
    /// Scores alone make the order, and `Run::ranking` compares them in single precision:
    /// whoever ranks by something else has to push scores that fall with the rank.
    ///
    /// # Panics
    ///
    /// When the score is infinite or not a number: it could be neither ranked nor written.
    pub fn push(&mut self, query_id: &str, doc_id: &str, score: f64) -> bool {
        assert!(score.is_finite(), "a score must be finite, not {score}");
        let scores = self.scores.entry(query_id.to_owned()).or_default();
        match scores.get_mut(doc_id) {
            Some(best) => {
                *best = best.max(score);
                false
            }
            None => scores.insert(doc_id.to_owned(), score).is_none(),
        }
    }

    /// The queries for which something was found, in the order of their ids.
    pub(super) fn queries(&self) -> impl Iterator<Item = &str> {
        self.scores.keys().map(String::as_str)
    }

    /// Adds to the score of a document, which is 0 before anything was added.
    pub(super) fn add(&mut self, query_id: &str, doc_id: &str, score: f64) {
        let scores = self.scores.entry(query_id.to_owned()).or_default();
        *scores.entry(doc_id.to_owned()).or_default() += score;
    }

    /// The documents found for a query, best first, with their scores.
    ///
    /// As in trec_eval 9, higher scores come first, scores are compared in single precision, and
    /// equal ones go by document id, *descending*: the order of ties then owes nothing to the
    /// system. (The RR@10 of ir_measures comes from another program, which has them ascending;
    /// it may differ where scores are equal.)
    pub(crate) fn ranking(&self, query_id: &str) -> Vec<(&str, f64)> {
        let found = self.scores.get(query_id).into_iter().flatten();
        let mut ranking: Vec<(&str, f64)> =
            found.map(|(id, &score)| (id.as_str(), score)).collect();
        // Adding zero makes -0 the 0 that it equals.
        let single = |score: f64| score as f32 + 0.0;
        ranking.sort_by(|(id_a, a), (id_b, b)| {
            let by_score = single(*b).total_cmp(&single(*a));
            by_score.then_with(|| id_b.cmp(id_a))
        });
        ranking
    }

    /// Whether anything was found for a query.
    pub(crate) fn answers(&self, query_id: &str) -> bool {
        self.scores.contains_key(query_id)
    }

    /// Writes the run for [`Run::read`] and trec_eval, with `tag` in its last column.
    ///
    /// The format has no way to write a space: white space in an id is written as `%20` and the
    /// like, see [`Run::escaped`]. An empty id cannot be written at all, which is an error of the
    /// kind `InvalidInput`.
    pub fn write(&self, tag: &str, out: &mut dyn Write) -> io::Result<()> {
        let tag = written(tag)?;
        for query in self.scores.keys() {
            let id = written(query)?;
            for ((document, score), rank) in self.ranking(query).into_iter().zip(1..) {
                let document = written(document)?;
                writeln!(out, "{id} Q0 {document} {rank} {score} {tag}")?;
            }
        }
        Ok(())
    }

    /// How many ids have white space, and one of them as it is written.
    pub fn escaped(&self) -> Option<(usize, String)> {
        let documents = self.scores.values().flat_map(HashMap::keys);
        let ids: BTreeSet<&String> = self.scores.keys().chain(documents).collect();
        let mut spaced = ids
            .into_iter()
            .filter(|id| id.contains(char::is_whitespace));
        let first = spaced.next()?;
        Some((1 + spaced.count(), escape(first)))
    }

    fn parse(input: &Input) -> Result<Run, EvalError> {
        let mut run = Run::default();
        for (line_number, line) in input.lines() {
            let added = result(line).and_then(|(query, document, score)| {
                match run.push(query, document, score) {
                    true => Ok(()),
                    false => Err(format!("query {query} already has a score for {document}")),
                }
            });
            added.map_err(input.wrong(line_number))?;
        }
        match run.scores.is_empty() {
            true => Err(input.holds_no("result")),
            false => Ok(run),
        }
    }
}

fn result(line: &str) -> Result<(&str, &str, f64), String> {
    let names = ["query", "Q0", "document", "rank", "score", "tag"];
    let [query, _, document, _, text, _] = columns(line.split_whitespace(), names)?;
    let score: f64 = number(text, "the score")?;
    match score.is_finite() {
        true => Ok((query, document, score)),
        false => Err(format!("the score “{text}” is not a finite number")),
    }
}

/// An id as it is written.
fn written(id: &str) -> io::Result<Cow<'_, str>> {
    if id.is_empty() {
        let cause = "an empty name cannot be written in a TREC run";
        return Err(io::Error::new(io::ErrorKind::InvalidInput, cause));
    }
    Ok(match id.contains(char::is_whitespace) {
        true => Cow::Owned(escape(id)),
        false => Cow::Borrowed(id),
    })
}

/// An id with white space, as in an address of the web; its percent signs are escaped with it.
fn escape(id: &str) -> String {
    let mut escaped = String::with_capacity(id.len() + 2);
    for c in id.chars() {
        match c.is_whitespace() || c == '%' {
            true => escaped.extend(percent_encoding::utf8_percent_encode(
                c.encode_utf8(&mut [0; 4]),
                percent_encoding::NON_ALPHANUMERIC,
            )),
            false => escaped.push(c),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use proptest::collection::{btree_map, hash_map};
    use proptest::prelude::*;

    use super::*;

    fn parsed(text: &str) -> Result<Run, String> {
        let input = Input::new(Path::new("run"), text.to_owned());
        Run::parse(&input).map_err(|error| error.to_string())
    }

    fn shown(run: &Run) -> String {
        let mut out = Vec::new();
        run.write(TAG, &mut out).expect("a Vec takes all");
        String::from_utf8(out).expect("ids are UTF-8")
    }

    #[test]
    fn ties_go_by_document_descending_and_ranks_are_ignored() {
        let run = parsed(
            "q Q0 a 1 0.5 x\nq Q0 c 2 0.5 x\nq Q0 B 3 5e-1 x\nq Q0 d 4 .25 x\nq Q0 e 5 9 x\n",
        );
        let run = run.expect("it is well formed");
        let order: Vec<_> = run.ranking("q").into_iter().map(|(id, _)| id).collect();
        assert_eq!(order, ["e", "c", "a", "B", "d"]);
        assert!(run.ranking("other").is_empty());
    }

    #[test]
    fn scores_that_differ_past_single_precision_are_ties() {
        let mut run = Run::default();
        run.push("q", "a", 0.500_000_000_1);
        run.push("q", "b", 0.5);
        run.push("r", "a", 0.0);
        run.push("r", "b", -0.0);
        for query in ["q", "r"] {
            assert_eq!(run.ranking(query)[0].0, "b");
        }
    }

    #[test]
    fn a_document_pushed_again_keeps_its_better_score() {
        let mut run = Run::default();
        assert!(run.push("q", "a", 1.0));
        assert!(!run.push("q", "a", 3.0));
        assert!(!run.push("q", "a", 2.0));
        assert_eq!(run.ranking("q"), [("a", 3.0)]);
    }

    #[test]
    fn the_format() {
        let mut run = Run::default();
        run.push("q2", "a", 1.0);
        run.push("q1", "b", 0.1);
        run.push("q1", "c", 2.5);
        assert_eq!(
            shown(&run),
            "q1 Q0 c 1 2.5 palpate\nq1 Q0 b 2 0.1 palpate\nq2 Q0 a 1 1 palpate\n"
        );
    }

    #[test]
    fn white_space_in_an_id_is_escaped_and_said() {
        let mut run = Run::default();
        run.push("q", "100% my\tfile.txt", 2.0);
        run.push("q", "50%.txt", 1.0);
        let written = "100%25%20my%09file.txt";
        let expected = format!("q Q0 {written} 1 2 palpate\nq Q0 50%.txt 2 1 palpate\n");
        assert_eq!(shown(&run), expected);
        assert_eq!(run.escaped(), Some((1, written.to_owned())));
        run.push("", "a", 1.0);
        let error = run
            .write(TAG, &mut Vec::new())
            .expect_err("the id is empty");
        assert_eq!(error.kind(), io::ErrorKind::InvalidInput);
    }

    #[test]
    fn what_is_wrong_is_said() {
        for (text, said) in [
            ("\n", "run:1: the file ends without a result"),
            (
                "q Q0 a 1 2 x\nq Q0 b 2 x\n",
                "run:2: 5 columns, not the 6 of query, Q0, document, rank, score, tag",
            ),
            (
                "q Q0 a 1 high x\n",
                "run:1: the score “high” is not a number",
            ),
            (
                "q Q0 a 1 nan x\n",
                "run:1: the score “nan” is not a finite number",
            ),
            (
                "q Q0 a 1 2 x\nq Q0 a 2 1 x\n",
                "run:2: query q already has a score for a",
            ),
        ] {
            assert_eq!(parsed(text), Err(said.to_owned()));
        }
    }

    proptest! {
        #[test]
        fn what_is_written_can_be_read(
            scores in btree_map(
                "[^\\s\u{feff}]{1,5}",
                hash_map("\\S{1,5}", -1e9..1e9, 1..9),
                1..5,
            ),
        ) {
            let run = Run { scores };
            prop_assert_eq!(parsed(&shown(&run)), Ok(run));
        }
    }
}
