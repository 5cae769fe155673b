//! Topics between tags: `<top>` as TREC has written them since 1992, without closing tags and with
//! "Number:" before the number, and `<topic number="1">` in XML.
//!
//! This is neither SGML nor XML as a parser would want it, so it is read for what it is: tags that name
//! what comes, until the next one. Tags of other names are passed over, what stands in them is not.

use super::Topic;

/// A topic with the number of the line on which it begins.
pub(super) type TopicAt = (usize, Result<Topic, String>);

/// What may hold the query, the best first.
const TEXTS: &[&str] = &[
    "title",
    "query",
    "question",
    "text",
    "summary",
    "description",
    "desc",
];
/// What may hold the id.
const IDS: &[&str] = &["num", "number", "id", "qid"];
/// What else topics have: it ends the field before, and is not read.
const OTHERS: &[&str] = &[
    "narr",
    "narrative",
    "note",
    "type",
    "disease",
    "gene",
    "demographic",
];
/// What a topic is called.
const TOPICS: &[&str] = &["top", "topic"];
/// Words before what is meant: "Number: 301", "Description:".
const LABELS: &[&str] = &["number:", "title:", "topic:", "description:", "narrative:"];

/// Whether a text has topics between tags.
pub(super) fn is_marked(text: &str) -> bool {
    text.trim_start_matches('\u{feff}')
        .trim_start()
        .starts_with('<')
}

/// The topics of a text, in their order.
pub(super) fn topics(text: &str) -> Vec<TopicAt> {
    let mut found = Vec::new();
    let mut reader = TagReader::default();
    let mut rest = text;
    while let Some(start) = rest.find('<') {
        reader.text(&rest[..start]);
        let Some(length) = rest[start..].find('>') else {
            break;
        };
        let line = 1 + text[..text.len() - rest.len() + start]
            .matches('\n')
            .count();
        found.extend(reader.tag(&rest[start + 1..start + length], line));
        rest = &rest[start + length + 1..];
    }
    found.extend(reader.end());
    found
}

#[derive(Default)]
struct TagReader {
    topic: Option<Marked>,
    /// The place in [`TEXTS`] of the field under way, or the id.
    field: Option<TopicField>,
}

#[derive(Clone, Copy)]
enum TopicField {
    Id,
    Text(usize),
}

#[derive(Default)]
struct Marked {
    line: usize,
    id: String,
    group: Option<String>,
    texts: [String; TEXTS.len()],
}

impl TagReader {
    fn text(&mut self, text: &str) {
        let (Some(topic), Some(field)) = (&mut self.topic, self.field) else {
            return;
        };
        match field {
            TopicField::Id => topic.id.push_str(text),
            TopicField::Text(n) => topic.texts[n].push_str(text),
        }
    }

    /// Takes a tag, as it stands between its brackets; gives the topic that it ends.
    fn tag(&mut self, tag: &str, line: usize) -> Option<TopicAt> {
        let (closes, tag) = match tag.strip_prefix('/') {
            Some(tag) => (true, tag),
            None => (false, tag),
        };
        let name: String = tag
            .chars()
            .take_while(|c| !c.is_whitespace() && *c != '/')
            .flat_map(char::to_lowercase)
            .collect();
        let is_in = |names: &[&str]| names.contains(&name.as_str());
        if is_in(TOPICS) {
            let before = self.end();
            if !closes {
                self.topic = Some(Marked::begun(tag, line));
            }
            return before;
        }
        let field = TEXTS
            .iter()
            .position(|text| *text == name)
            .map(TopicField::Text);
        let field = field.or(is_in(IDS).then_some(TopicField::Id));
        if field.is_some() || is_in(OTHERS) {
            self.field = field.filter(|_| !closes);
        }
        None
    }

    fn end(&mut self) -> Option<TopicAt> {
        self.field = None;
        let topic = self.topic.take()?;
        Some((topic.line, topic.settled()))
    }
}

impl Marked {
    fn begun(tag: &str, line: usize) -> Marked {
        let named = |names: &[&str]| names.iter().find_map(|name| attribute(tag, name));
        Marked {
            line,
            id: named(IDS).unwrap_or_default(),
            group: named(&["type"]),
            ..Marked::default()
        }
    }

    fn settled(self) -> Result<Topic, String> {
        let id = unlabelled(&self.id);
        if id.is_empty() {
            return Err("a topic without a number".to_owned());
        }
        let texts = self.texts.iter().map(|text| unlabelled(text));
        match texts.into_iter().find(|text| !text.is_empty()) {
            Some(text) => Ok(Topic {
                id,
                text,
                group: self.group,
            }),
            None => Err(format!("topic {id} has no title, query or description")),
        }
    }
}

/// What is meant by the text of a field: on one line, without the label before it.
fn unlabelled(text: &str) -> String {
    let text = decoded(&text.split_whitespace().collect::<Vec<_>>().join(" "));
    let label = LABELS.iter().find(|label| {
        let head = text.get(..label.len());
        head.is_some_and(|head| head.eq_ignore_ascii_case(label))
    });
    let rest = &text[label.map_or(0, |label| label.len())..];
    rest.trim().to_owned()
}

/// The value of an attribute in a tag.
fn attribute(tag: &str, name: &str) -> Option<String> {
    let lower = tag.to_ascii_lowercase();
    let mut from = 0;
    while let Some(found) = lower[from..].find(name) {
        let at = from + found;
        from = at + name.len();
        let is_whole = lower[..at].ends_with(char::is_whitespace);
        let value = tag[from..].trim_start().strip_prefix('=');
        if let (true, Some(value)) = (is_whole, value) {
            let value = value.trim_start();
            let quote = value.chars().next().filter(|c| matches!(c, '"' | '\''));
            let inner = &value[quote.map_or(0, char::len_utf8)..];
            let end = match quote {
                Some(quote) => inner.find(quote),
                None => inner.find(|c: char| c.is_whitespace() || c == '/'),
            };
            return Some(decoded(&inner[..end.unwrap_or(inner.len())]));
        }
    }
    None
}

/// A text with its entities as the signs they stand for.
fn decoded(text: &str) -> String {
    let mut decoded = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        decoded.push_str(&rest[..at]);
        rest = &rest[at..];
        let entity = rest
            .find(';')
            .and_then(|end| Some((sign(&rest[1..end])?, end)));
        match entity {
            Some((sign, end)) => {
                decoded.push(sign);
                rest = &rest[end + 1..];
            }
            None => {
                decoded.push('&');
                rest = &rest[1..];
            }
        }
    }
    decoded.push_str(rest);
    decoded
}

fn sign(entity: &str) -> Option<char> {
    match entity {
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        "nbsp" => Some(' '),
        _ => {
            let number = entity.strip_prefix('#')?;
            let code = match number.strip_prefix(['x', 'X']) {
                Some(hex) => u32::from_str_radix(hex, 16),
                None => number.parse(),
            };
            char::from_u32(code.ok()?)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Vec<Result<(String, String), String>> {
        let found = topics(text).into_iter();
        found
            .map(|(_, topic)| topic.map(|topic| (topic.id, topic.text)))
            .collect()
    }

    fn topic(id: &str, text: &str) -> Result<(String, String), String> {
        Ok((id.to_owned(), text.to_owned()))
    }

    #[test]
    fn as_trec_writes_them() {
        let text = "<top>\n\n<num> Number: 301\n<title> osteoporosis\nrisk\n\n<desc> Description:\n\
                    Who must wait?\n<narr> Narrative:\nAll of them.\n</top>\n<top>\n<num> 302\n\
                    <title>\n<desc> Description: Does it &lt;help&gt;?\n</top>";
        let expected = [
            topic("301", "osteoporosis risk"),
            topic("302", "Does it <help>?"),
        ];
        assert_eq!(read(text), expected);
    }

    #[test]
    fn as_xml_has_them() {
        let text = "<?xml version='1.0'?>\n<topics task=\"x\">\n<topic number=\"1\" type='risk'>\n\
                    <title>gout &amp; <b>age</b></title><desc>who</desc></topic>\n\
                    <topic><id>b2</id><query>lice</query></topic></topics>";
        assert_eq!(read(text), [topic("1", "gout & age"), topic("b2", "lice")]);
        let (_, first) = &topics(text)[0];
        let group = first.as_ref().map(|topic| topic.group.as_deref());
        assert_eq!(group, Ok(Some("risk")));
    }

    #[test]
    fn what_is_missing_is_said() {
        assert_eq!(
            read("<top><title>a</top><top><num>2</top>"),
            [
                Err("a topic without a number".to_owned()),
                Err("topic 2 has no title, query or description".to_owned()),
            ]
        );
        assert_eq!(topics("<top>\n</top>\n\n<top><num>2</top>")[1].0, 4);
    }

    #[test]
    fn nothing_of_it_panics() {
        for text in [
            "<",
            "<top",
            "<top>",
            "</top>",
            "<top number=",
            "<top number=\"é",
            "<é>",
            "&#;<&>",
        ] {
            topics(text);
        }
    }
}
