//! A question that was saved, and what it can be.

use crate::annotate::Aspect;
use crate::index::{BadGlob, SourceFilter};
use crate::query::{Pattern, Query, Scope, Spelling};
use crate::search::{Filter, Request, SearchError};

/// The most characters of a name and of a question.
pub(super) const NAME: usize = 100;
const QUERY: usize = 1_000;
/// The most values of a filter.
const VALUES: usize = 20;
/// How many of the best hits are watched where nobody says otherwise, and the most.
const HITS: (usize, usize) = (100, 1_000);

/// A question with what it is narrowed by, as `palpate search` takes it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SavedQuestion {
    /// What it is called by: once in a list.
    pub name: String,
    pub query: String,
    pub aspects: Vec<String>,
    pub conditions: Vec<String>,
    pub techniques: Vec<String>,
    /// The kind of risk that sentences have to tie them together with.
    pub risk: Option<String>,
    /// A pattern of sources.
    pub source: Option<String>,
    /// Whether words that nobody knows are left as they are.
    pub exact: bool,
    /// How many of the best hits are about it; the usual number where nobody says.
    pub hits: Option<usize>,
    /// The line of the file it begins on, from 1.
    pub line: usize,
}

impl SavedQuestion {
    /// How many of the best hits are about it.
    pub fn watched(&self) -> usize {
        self.hits.unwrap_or(HITS.0)
    }

    pub(crate) fn filters(&self) -> Vec<Filter> {
        let aspects = self.aspects.iter().cloned().map(Filter::Aspect);
        let each = Filter::each(self.risk.as_deref(), &self.techniques, &self.conditions);
        aspects.chain(each).collect()
    }

    /// What is asked of an index.
    pub(crate) fn request(&self) -> Result<Request, BadGlob> {
        let source = self.source.as_deref().map(SourceFilter::glob);
        Ok(Request {
            limit: self.watched(),
            source: source.transpose()?,
            filters: self.filters(),
            spelling: match self.exact {
                true => Spelling::Exact,
                false => Spelling::Forgiving,
            },
            ..Request::new(self.query.clone())
        })
    }

    /// What is wrong with it, as far as that can be told without an index.
    pub(super) fn fault(&self) -> Option<String> {
        let texts = [Some(&self.query), self.risk.as_ref(), self.source.as_ref()];
        let filters = [&self.aspects, &self.conditions, &self.techniques];
        let (usual, most) = HITS;
        if let Some(fault) = self.fault_of_name() {
            return Some(fault);
        }
        if self.query.chars().count() > QUERY {
            return Some(format!("a question has {QUERY} characters at most"));
        }
        let mut texts = texts
            .into_iter()
            .flatten()
            .chain(filters.into_iter().flatten());
        if texts.any(|text| text.chars().any(|c| steers(c) && !c.is_whitespace())) {
            return Some("there is a control character in it".to_owned());
        }
        if filters.iter().any(|values| values.len() > VALUES) {
            return Some(format!("{VALUES} values of a filter are the most"));
        }
        if !(1..=most).contains(&self.watched()) {
            return Some(format!(
                "“hits” is a number from 1 to {most}, and {usual} where it is not said"
            ));
        }
        if self.query.trim().is_empty() && self.filters().is_empty() && self.source.is_none() {
            return Some(format!("“{}” asks nothing: there is no “query”", self.name));
        }
        self.fault_of_filters()
    }

    fn fault_of_name(&self) -> Option<String> {
        if self.name.trim().is_empty() {
            return Some("a question needs a name".to_owned());
        }
        if self.name.chars().count() > NAME {
            return Some(format!("a name has {NAME} characters at most"));
        }
        let is_wrong = self.name.chars().any(steers);
        is_wrong.then(|| {
            "there is a control character in the name, or one that turns the direction of a text"
                .to_owned()
        })
    }

    /// Names of aspects and kinds of risk are the same for all indexes; those of concepts are not.
    fn fault_of_filters(&self) -> Option<String> {
        let unknown = self
            .aspects
            .iter()
            .find(|name| Aspect::named(name).is_empty());
        let aspect = unknown.map(|name| SearchError::NoAspect { name: name.clone() });
        let is_risk = |name: &str| Aspect::named(name).iter().any(|aspect| aspect.is_risk());
        let risk = self.risk.as_ref().filter(|name| !is_risk(name));
        let risk = risk.map(|name| SearchError::NoRisk { name: name.clone() });
        let globs = self.source.iter().cloned().chain(self.globs());
        let mut wrong = globs.filter_map(|glob| SourceFilter::glob(&glob).err());
        let glob = wrong.next().map(SearchError::Glob);
        let error = aspect.or(risk).or(glob)?;
        Some(error.to_string())
    }

    /// The patterns of sources among its words.
    fn globs(&self) -> impl Iterator<Item = String> {
        let clauses = Query::parse(&self.query).clauses.into_iter();
        let sources = clauses.filter(|clause| clause.scope == Scope::Source);
        sources.map(|clause| match clause.pattern {
            Pattern::Words(glob) | Pattern::Phrase(glob) => glob,
            Pattern::Prefix(start) => format!("{start}*"),
        })
    }

    /// The table of it, as it is written to a file. The strings of JSON are strings of TOML, but for one
    /// control character that no question has.
    pub(super) fn table(&self) -> String {
        let text = |text: &str| serde_json::Value::from(text).to_string();
        let mut table = format!("[[question]]\nname = {}\n", text(&self.name));
        let mut line = |key: &str, value: Option<String>| {
            table.extend(value.map(|value| format!("{key} = {value}\n")));
        };
        let list = |values: &[String]| {
            let written: Vec<String> = values.iter().map(|value| text(value)).collect();
            (!values.is_empty()).then(|| format!("[{}]", written.join(", ")))
        };
        line(
            "query",
            Some(self.query.as_str())
                .filter(|query| !query.is_empty())
                .map(text),
        );
        line("aspect", list(&self.aspects));
        line("condition", list(&self.conditions));
        line("technique", list(&self.techniques));
        line("risk", self.risk.as_deref().map(text));
        line("source", self.source.as_deref().map(text));
        line("exact", self.exact.then(|| "true".to_owned()));
        line("hits", self.hits.map(|hits| hits.to_string()));
        table
    }
}

/// Whether a character steers a terminal, or turns the direction of what stands beside it.
pub(super) fn steers(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}
