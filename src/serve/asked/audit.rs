//! An audit: from the address of a request.

use form_urlencoded::Serializer;

use super::Parameters;
use crate::audit::{Audit, AuditRequest, By, Row, State};
use crate::index::Engine;
use crate::lexicon::Kind;
use crate::serve::catalogue::Catalogue;
use crate::serve::problem::Problem;

/// The most topics at once, and the most characters of each.
const TOPICS: usize = 24;
const TOPIC: usize = 200;

/// The most sources at once, for a program.
const SOURCES: usize = 1000;

/// What columns can be, by the name in addresses.
pub(in crate::serve) const COLUMNS: [(&str, By, &str); 4] = [
    ("risk", By::Kind(Kind::Risk), "risks"),
    ("condition", By::Kind(Kind::Condition), "conditions"),
    ("technique", By::Kind(Kind::Technique), "techniques"),
    ("aspect", By::Aspect, "aspects of the topics"),
];

/// What can be given once; the last four say which sources are shown.
const ONCE: [&str; 8] = [
    "by", "source", "silent", "columns", "state", "words", "from", "limit",
];

/// What is asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(in crate::serve) struct AskedAudit {
    pub(in crate::serve) topics: Vec<String>,
    pub(in crate::serve) by: Option<By>,
    pub(in crate::serve) source: Option<String>,
    /// Whether the most silent sources come first.
    pub(in crate::serve) silent: bool,
    /// How many concepts of a kind are columns, where it is said.
    pub(in crate::serve) columns: Option<usize>,
    /// Only sources with a cell of this state.
    pub(in crate::serve) state: Option<State>,
    /// Only sources with these words in their title or path.
    pub(in crate::serve) words: String,
    /// Leave out so many sources.
    pub(in crate::serve) offset: usize,
    /// At most so many sources, where a program says so.
    pub(in crate::serve) limit: Option<usize>,
}

impl AskedAudit {
    /// Reads the part of an address after the question mark. Topics may be parted by commas.
    pub(in crate::serve) fn read(address: Option<&str>) -> Result<AskedAudit, Problem> {
        let parameters = Parameters::read(address, &ONCE, &["topic"])?;
        let topics = parameters.all("topic").flat_map(|value| value.split(','));
        let topics = topics.map(str::trim).filter(|topic| !topic.is_empty());
        let by = parameters.filled("by").last();
        let source = parameters.filled("source").last();
        let asked = AskedAudit {
            topics: topics.map(str::to_owned).collect(),
            by: by.map(|by| columns(by.trim())).transpose()?,
            source: source.map(|source| source.trim().to_owned()),
            silent: parameters.flag("silent")?,
            columns: parameters.number("columns", TOPICS)?.filter(|n| *n > 0),
            state: parameters.filled("state").last().map(state).transpose()?,
            words: parameters.text("words", "what is looked for", TOPIC)?,
            offset: parameters.number("from", usize::MAX)?.unwrap_or_default(),
            limit: parameters.number("limit", SOURCES)?,
        };
        if asked.topics.len() > TOPICS {
            return Err(Problem::bad(format!("{TOPICS} topics are the most")));
        }
        if asked
            .topics
            .iter()
            .any(|topic| topic.chars().count() > TOPIC)
        {
            let detail = format!("a topic has {TOPIC} characters at most");
            return Err(Problem::bad(detail));
        }
        if asked.topics.is_empty() && asked.by == Some(By::Aspect) {
            return Err(Problem::bad(
                "name the topic whose aspects are to be audited",
            ));
        }
        Ok(asked)
    }

    /// The address of a page or a table on the same audit, from another source on.
    pub(in crate::serve) fn link(&self, page: &str, offset: usize) -> String {
        let start = format!("{page}?");
        let length = start.len();
        let mut address = Serializer::for_suffix(start, length);
        for topic in &self.topics {
            address.append_pair("topic", topic);
        }
        let by = self.by.and_then(name_of);
        let words = Some(self.words.as_str()).filter(|words| !words.is_empty());
        let columns = self.columns.map(|n| n.to_string());
        let from = (offset > 0).then(|| offset.to_string());
        for (name, value) in [
            ("by", by),
            ("source", self.source.as_deref()),
            ("silent", self.silent.then_some("true")),
            ("columns", columns.as_deref()),
            ("state", self.state.map(State::name)),
            ("words", words),
            ("from", from.as_deref()),
        ] {
            if let Some(value) = value {
                address.append_pair(name, value);
            }
        }
        address.finish()
    }

    /// Whether nothing was said.
    pub(in crate::serve) fn is_nothing(&self) -> bool {
        self.topics.is_empty() && self.by.is_none()
    }

    /// The request; without topics, the risks that most passages name.
    pub(in crate::serve) fn request(&self) -> AuditRequest {
        let unasked = self.topics.is_empty().then_some(By::Kind(Kind::Risk));
        let usual = AuditRequest::new(self.topics.iter().cloned());
        AuditRequest {
            by: self.by.or(unasked),
            source: self.source.clone(),
            columns: self.columns.unwrap_or(usual.columns),
            ..usual
        }
    }

    /// What is to be read, whichever sources are shown of it.
    pub(in crate::serve) fn of_all(&self) -> AskedAudit {
        AskedAudit {
            state: None,
            words: String::new(),
            offset: 0,
            limit: None,
            ..self.clone()
        }
    }

    /// Which of the sources that are meant are shown to a program.
    pub(in crate::serve) fn shown<T>(&self, meant: Vec<T>) -> (Vec<T>, bool) {
        let limit = self.limit.unwrap_or(SOURCES);
        let more = meant.len() > self.offset.saturating_add(limit);
        let shown = meant.into_iter().skip(self.offset).take(limit);
        (shown.collect(), more)
    }

    /// Whether a source is one of those that are meant.
    pub(in crate::serve) fn means(&self, row: &Row, catalogue: &Catalogue) -> bool {
        let has = |state: State| row.cells.iter().any(|cell| cell.state() == state);
        self.state.is_none_or(has) && catalogue.has(&row.source, &self.words)
    }

    /// The audit of an index.
    pub(in crate::serve) fn audit(&self, engine: &dyn Engine) -> Result<Audit, Problem> {
        let mut audit = Audit::of(engine, &self.request())?;
        if self.silent {
            audit.silent_first();
        }
        Ok(audit)
    }
}

fn state(name: &str) -> Result<State, Problem> {
    let found = State::ALL.into_iter().find(|state| state.name() == name);
    found.ok_or_else(|| {
        let names = State::ALL.map(State::name);
        Problem::bad(format!("“state” is one of {}", names.join(", ")))
    })
}

fn name_of(by: By) -> Option<&'static str> {
    let found = COLUMNS.iter().find(|(_, known, _)| *known == by);
    found.map(|(name, ..)| *name)
}

fn columns(name: &str) -> Result<By, Problem> {
    let found = COLUMNS.iter().find(|(known, ..)| *known == name);
    found.map(|(_, by, _)| *by).ok_or_else(|| {
        let names: Vec<&str> = COLUMNS.iter().map(|(name, ..)| *name).collect();
        Problem::bad(format!("“by” is one of {}", names.join(", ")))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn topics_are_read_and_limited() {
        let asked = AskedAudit::read(Some(
            "topic=gout,+stroke&topic=&topic=neck+pain&by=risk&columns=&silent=on",
        ));
        let asked = asked.expect("it is right");
        assert_eq!(asked.topics, ["gout", "stroke", "neck pain"]);
        assert_eq!((asked.by, asked.silent), (Some(By::Kind(Kind::Risk)), true));
        let address =
            "topic=gout&topic=neck+pain&by=risk&silent=true&columns=5&state=silent&words=a+b";
        let asked = AskedAudit::read(Some(address)).expect("it is right");
        assert_eq!((asked.columns, asked.state), (Some(5), Some(State::Silent)));
        assert_eq!(asked.link("/audit", 0), format!("/audit?{address}"));
        assert!(asked.link("/audit.csv", 7).ends_with("&from=7"));
        let many = "topic=a,".repeat(TOPICS + 1);
        let many = many.replace(",topic", "&topic");
        assert_eq!(
            asked.of_all().link("/", 0),
            "/?topic=gout&topic=neck+pain&by=risk&silent=true&columns=5"
        );
        for wrong in [
            "state=loud",
            "limit=1001",
            "from=-1",
            "by=color",
            "by=aspect",
            &many,
            &format!("topic={}", "x".repeat(201)),
        ] {
            assert!(AskedAudit::read(Some(wrong)).is_err(), "{wrong}");
        }
    }
}
