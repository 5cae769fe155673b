//! The queries, as researchers have them: `queries.jsonl` of BEIR and its kin, lines of
//! `id<TAB>text` with or without a header, and topics of TREC (`marked`).

mod marked;

use std::collections::{BTreeMap, HashSet};
use std::path::Path;

use serde::Deserialize;
use serde_json::Value;

use super::EvalError;
use super::input::{Input, columns};

/// A query to measure with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Topic {
    pub id: String,
    pub text: String,
    /// What kind of query it is; means are also given for each kind.
    pub group: Option<String>,
}

/// Reads the queries in a file, in their order. Its first sign decides on the format: a brace begins
/// JSON, a bracket topics of TREC, all else is `id<TAB>text`.
pub fn read_topics(path: &Path) -> Result<Vec<Topic>, EvalError> {
    parse(&Input::read(path)?)
}

fn parse(input: &Input) -> Result<Vec<Topic>, EvalError> {
    let mut topics: Vec<Topic> = Vec::new();
    let mut seen = HashSet::new();
    for (number, topic) in found(input) {
        let topic = topic.map_err(input.wrong(number))?;
        if !seen.insert(topic.id.clone()) {
            return Err(input.wrong(number)(format!(
                "there already is a query {}",
                topic.id
            )));
        }
        topics.push(topic);
    }
    match topics.is_empty() {
        true => Err(input.holds_no("query")),
        false => Ok(topics),
    }
}

/// What there is, each with its line.
fn found(input: &Input) -> Vec<marked::TopicAt> {
    if marked::is_marked(input.text()) {
        return marked::topics(input.text());
    }
    let mut lines = input.lines().peekable();
    match lines.peek() {
        Some((_, first)) if first.starts_with('{') => lines
            .map(|(number, line)| (number, from_json(line)))
            .collect(),
        Some((_, first)) => {
            let header = usize::from(is_header(first));
            let rows = lines.skip(header);
            rows.map(|(number, line)| (number, from_tsv(line)))
                .collect()
        }
        None => Vec::new(),
    }
}

/// Whether a line names the columns below it.
fn is_header(line: &str) -> bool {
    const IDS: &[&str] = &[
        "id", "_id", "qid", "query_id", "query-id", "queryid", "topic", "topic_id", "topic-id",
        "number",
    ];
    const TEXTS: &[&str] = &["text", "query", "title", "question", "query_text"];
    let is_in = |names: &[&str], name: &str| names.contains(&name.trim().to_lowercase().as_str());
    line.split_once('\t')
        .is_some_and(|(id, text)| is_in(IDS, id) && is_in(TEXTS, text))
}

fn from_tsv(line: &str) -> Result<Topic, String> {
    let [id, text] = columns(line.splitn(2, '\t'), ["query", "text"])?;
    Ok(Topic {
        id: id.trim().to_owned(),
        text: text.trim().to_owned(),
        group: None,
    })
}

/// An id: a text, or a number, which means the same.
#[derive(Deserialize)]
#[serde(untagged)]
enum TopicId {
    Text(String),
    Number(serde_json::Number),
}

#[derive(Deserialize)]
struct TopicLine {
    #[serde(
        rename = "_id",
        alias = "id",
        alias = "qid",
        alias = "query_id",
        alias = "query-id",
        alias = "topic_id"
    )]
    id: TopicId,
    #[serde(alias = "query", alias = "title", alias = "question")]
    text: String,
    metadata: Option<BTreeMap<String, Value>>,
}

fn from_json(line: &str) -> Result<Topic, String> {
    let topic: TopicLine = serde_json::from_str(line).map_err(|error| {
        // serde_json counts lines too, and always is in its first.
        let cause = error.to_string();
        cause.replacen(" at line 1 column", " at column", 1)
    })?;
    Ok(Topic {
        group: topic.metadata.as_ref().and_then(group),
        id: match topic.id {
            TopicId::Text(id) => id,
            TopicId::Number(id) => id.to_string(),
        },
        text: topic.text,
    })
}

/// The `qtype`, or else the first string: the order is that of the keys, since JSON has none.
fn group(metadata: &BTreeMap<String, Value>) -> Option<String> {
    let named = metadata.get("qtype").and_then(Value::as_str);
    let first = || metadata.values().find_map(Value::as_str);
    named.or_else(first).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> Result<Vec<Topic>, String> {
        let input = Input::new(Path::new("queries"), text.to_owned());
        parse(&input).map_err(|error| error.to_string())
    }

    fn groups(text: &str) -> Vec<Option<String>> {
        let topics = parsed(text).expect("the queries are well formed");
        topics.into_iter().map(|topic| topic.group).collect()
    }

    #[test]
    fn json_lines() {
        let topics = parsed("{\"_id\": \"1\", \"text\": \"a b\", \"other\": 3}\n");
        let expected = Topic {
            id: "1".into(),
            text: "a b".into(),
            group: None,
        };
        assert_eq!(topics, Ok(vec![expected]));
    }

    #[test]
    fn tab_separated_lines() {
        let topics = parsed("1\ta b\n2\tc\td\n").expect("well formed");
        assert_eq!(topics[0].text, "a b");
        assert_eq!(topics[1].text, "c\td");
    }

    #[test]
    fn columns_may_be_named() {
        for header in ["query_id\ttext", "qid\tquery", "ID\tTitle"] {
            let topics = parsed(&format!("{header}\nq1\ta b\n")).expect("well formed");
            assert_eq!((topics.len(), topics[0].id.as_str()), (1, "q1"), "{header}");
        }
        assert_eq!(parsed("q1\ttext\n").map(|topics| topics.len()), Ok(1));
    }

    #[test]
    fn ids_may_be_numbers_and_go_by_other_names() {
        for line in [
            r#"{"_id": 7, "text": "a"}"#,
            r#"{"qid": "7", "query": "a"}"#,
            r#"{"query_id": 7, "title": "a"}"#,
            r#"{"id": "7", "question": "a"}"#,
        ] {
            let topics = parsed(line).expect("well formed");
            assert_eq!(
                (topics[0].id.as_str(), topics[0].text.as_str()),
                ("7", "a"),
                "{line}"
            );
        }
    }

    #[test]
    fn topics_of_trec() {
        let text = "\u{feff}\n<top>\n<num> Number: 1\n<title> a\n</top>\n<top>\n<num> 1\n<title> b\n</top>";
        let error = parsed(text).expect_err("the number is there twice");
        assert_eq!(error, "queries:6: there already is a query 1");
    }

    #[test]
    fn the_group_is_the_qtype_or_the_first_string() {
        let text = r#"
            {"_id": "1", "text": "", "metadata": {"a": "no", "qtype": "risk"}}
            {"_id": "2", "text": "", "metadata": {"b": "late", "a": "early", "A": 1}}
            {"_id": "3", "text": "", "metadata": {}}
            {"_id": "4", "text": "", "metadata": null}"#
            .replace("            ", "");
        let some = |group: &str| Some(group.to_owned());
        assert_eq!(groups(&text), [some("risk"), some("early"), None, None]);
    }

    #[test]
    fn what_is_wrong_is_said() {
        for (text, said) in [
            ("", "queries:1: the file ends without a query"),
            (
                "1\ta\n2 b\n",
                "queries:2: 1 column, not the 2 of query, text",
            ),
            ("1\ta\n1\tb\n", "queries:2: there already is a query 1"),
            (
                "{\"_id\": \"1\"}",
                "queries:1: missing field `text` at column 12",
            ),
        ] {
            assert_eq!(parsed(text), Err(said.to_owned()));
        }
    }
}
