//! The tools: their names, what they are for, their arguments, and a call of one, read.

use rmcp::model::{JsonObject, Tool, ToolAnnotations};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::lexicon::Kind;

/// Hits, where nobody says otherwise, and the most.
const HITS: (usize, usize) = (5, 20);
/// The most characters of a query or a name.
const QUERY: usize = 1000;
/// The most bytes of a text with citations.
const TEXT: usize = 1 << 20;
/// The most topics of one audit.
const TOPICS: usize = 12;

/// What a tool is asked.
#[derive(Debug)]
pub(super) enum ToolCall {
    Search(AskedPassages),
    Passage(AskedPassage),
    Document(AskedPart),
    Audit(AskedTopics),
    Verify(AskedCheck),
}

/// What is wrong with a call, for the model that made it.
#[derive(Debug)]
pub(super) struct WrongCall(pub(super) String);

/// Which passages are looked for.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct AskedPassages {
    pub(super) query: String,
    pub(super) limit: Option<usize>,
    pub(super) aspect: Option<String>,
    pub(super) condition: Option<String>,
    pub(super) technique: Option<String>,
    pub(super) risk: Option<String>,
    pub(super) source: Option<String>,
}

/// One passage.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct AskedPassage {
    pub(super) id: String,
}

/// A part of a document.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct AskedPart {
    pub(super) source: String,
    /// The number of its first passage, from 1.
    pub(super) from: Option<usize>,
}

/// What is to be audited.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct AskedTopics {
    pub(super) topics: Vec<String>,
    pub(super) source: Option<String>,
    pub(super) by: Option<AskedKind>,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum AskedKind {
    Condition,
    Technique,
    Risk,
}

/// A text with citations.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct AskedCheck {
    pub(super) text: String,
}

impl From<AskedKind> for Kind {
    fn from(kind: AskedKind) -> Kind {
        match kind {
            AskedKind::Condition => Kind::Condition,
            AskedKind::Technique => Kind::Technique,
            AskedKind::Risk => Kind::Risk,
        }
    }
}

impl AskedPassages {
    /// How many hits are shown.
    pub(super) fn limit(&self) -> usize {
        let (usual, most) = HITS;
        self.limit.unwrap_or(usual).clamp(1, most)
    }
}

impl ToolCall {
    /// Reads a call.
    pub(super) fn read(name: &str, arguments: JsonObject) -> Result<ToolCall, WrongCall> {
        let asked = match name {
            "search" => ToolCall::Search(arguments_of(name, arguments)?),
            "passage" => ToolCall::Passage(arguments_of(name, arguments)?),
            "document" => ToolCall::Document(arguments_of(name, arguments)?),
            "audit" => ToolCall::Audit(arguments_of(name, arguments)?),
            "verify" => ToolCall::Verify(arguments_of(name, arguments)?),
            _ => {
                let names = all().into_iter().map(|tool| tool.name.into_owned());
                let names: Vec<String> = names.collect();
                let names = names.join(", ");
                return Err(WrongCall(format!(
                    "there is no tool “{name}”; there are {names}"
                )));
            }
        };
        asked.bounded()
    }

    /// The same, if it is not too much.
    fn bounded(self) -> Result<ToolCall, WrongCall> {
        let too_long = |text: &str| text.chars().count() > QUERY;
        let wrong = match &self {
            ToolCall::Search(asked) => too_long(&asked.query)
                .then(|| format!("a query has {QUERY} characters at the most")),
            ToolCall::Audit(AskedTopics { topics, .. }) if topics.is_empty() => {
                Some("name at least one topic".to_owned())
            }
            ToolCall::Audit(AskedTopics { topics, .. }) => (topics.len() > TOPICS
                || topics.iter().any(|topic| too_long(topic)))
            .then(|| format!("{TOPICS} topics of {QUERY} characters are the most")),
            ToolCall::Verify(asked) => {
                (asked.text.len() > TEXT).then(|| "a text of one megabyte is the most".to_owned())
            }
            ToolCall::Passage(_) | ToolCall::Document(_) => None,
        };
        match wrong {
            Some(wrong) => Err(WrongCall(wrong)),
            None => Ok(self),
        }
    }
}

fn arguments_of<T: DeserializeOwned>(tool: &str, arguments: JsonObject) -> Result<T, WrongCall> {
    serde_json::from_value(Value::Object(arguments))
        .map_err(|cause| WrongCall(format!("the arguments of {tool}: {cause}")))
}

/// All tools, as they are offered.
pub(super) fn all() -> Vec<Tool> {
    let text = |about: &str| json!({"type": "string", "description": about});
    vec![
        tool(
            "search",
            "Find the passages that speak of something, best first, each as a citation, and learn in how \
             many sources nothing was found. Any of the words may match; \"a phrase\" and +word have to \
             occur, -word must not. Words that ask (risk, cost, side effects, who should not) choose \
             passages that speak of that.",
            json!({
                "query": text("What to look for, as: osteoporosis risk"),
                "limit": {"type": "integer", "minimum": 1, "maximum": HITS.1, "default": HITS.0},
                "aspect": text("Only passages that speak of this: risk, treatment, cost, symptoms…"),
                "condition": text("Only passages that name this condition, by whatever name"),
                "technique": text("Only passages that name this technique, by whatever name"),
                "risk": text("Only passages in which one sentence says this kind of risk of the technique and the \
                    condition: contraindication, precaution, adverse, red-flag, susceptibility, \
                    interaction, or risk for any"),
                "source": text("Only sources whose path matches this pattern, as: *steroid*"),
            }),
            &["query"],
        ),
        tool(
            "passage",
            "Get one passage as a citation, by its id or by its source and a line.",
            json!({"id": text("The id in a citation, or source:line")}),
            &["id"],
        ),
        tool(
            "document",
            "Read a document as it was indexed, passage by passage, each as a citation.",
            json!({
                "source": text("Its path, as citations give it"),
                "from": {"type": "integer", "minimum": 1, "default": 1,
                    "description": "The number of the first passage to read"},
            }),
            &["source"],
        ),
        tool(
            "audit",
            "Learn of every source what it says of some conditions, techniques or risks: stated, hedged \
             (rare or possible), conditional (tell your doctor if), no-benefit (denied that it helps), \
             negated, mentioned, or silent; of a topic that names no concept, not-found: other words may name it.",
            json!({
                "topics": {"type": "array", "items": {"type": "string"}, "minItems": 1,
                    "maxItems": TOPICS, "description": "Names of concepts, or words"},
                "by": {"type": "string", "enum": ["condition", "technique", "risk"],
                    "description": "Also audit the concepts of this kind in the same passages"},
                "source": text("Only sources whose path matches this pattern"),
            }),
            &["topics"],
        ),
        tool(
            "verify",
            "Check the citations in a text against the materials as they are now: unchanged, moved, \
             changed (with the difference) or gone.",
            json!({"text": text("A text with [palpate citation …] blocks in it")}),
            &["text"],
        ),
    ]
}

fn tool(name: &'static str, about: &'static str, properties: Value, required: &[&str]) -> Tool {
    let schema = json!({
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": false,
    });
    let Value::Object(schema) = schema else {
        unreachable!("an object was just written");
    };
    let harmless = ToolAnnotations::new().read_only(true).open_world(false);
    Tool::new(name, about, schema).with_annotations(harmless)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A value that fits a schema.
    fn example(schema: &Value) -> Value {
        match (schema["type"].as_str(), schema["enum"].get(0)) {
            (_, Some(first)) => first.clone(),
            (Some("string"), _) => json!("x"),
            (Some("integer"), _) => json!(2),
            (Some("array"), _) => json!(["x"]),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn what_a_tool_says_it_takes_it_takes() {
        for tool in all() {
            let schema = Value::Object((*tool.input_schema).clone());
            let properties = schema["properties"].as_object().expect("properties");
            let every: JsonObject = properties
                .iter()
                .map(|(name, about)| (name.clone(), example(about)))
                .collect();
            assert!(
                ToolCall::read(&tool.name, every.clone()).is_ok(),
                "{every:?}"
            );
            for name in schema["required"].as_array().expect("a list") {
                let mut less = every.clone();
                less.remove(name.as_str().expect("a name"));
                assert!(ToolCall::read(&tool.name, less).is_err(), "{name}");
            }
            let mut more = every;
            more.insert("zebrafish".to_owned(), json!(1));
            assert!(ToolCall::read(&tool.name, more).is_err());
        }
        assert!(ToolCall::read("delete", JsonObject::new()).is_err());
    }
}
