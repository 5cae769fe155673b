//! What is meant by a topic, and the columns of an audit.

use super::{AuditRequest, By, read};
use crate::analysis;
use crate::annotate::{Aspect, TopicNames};
use crate::index::{Engine, SourceGlob, ToCount, Wanted};
use crate::lexicon::{Kind, Lexicon, NameForm};
use crate::query::DidYouMean;
use crate::search::{self, SearchError};

/// What a topic was taken for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TopicKind {
    /// A concept of the lexicon.
    Concept(Kind),
    /// Words that name no concept, looked for as they are.
    Words,
}

impl TopicKind {
    /// The name in all output.
    pub fn name(self) -> &'static str {
        match self {
            TopicKind::Concept(kind) => kind.name(),
            TopicKind::Words => "words",
        }
    }
}

/// A column of an audit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditTopic {
    /// The preferred name of the concept, or the words.
    pub name: String,
    pub kind: TopicKind,
    /// The aspect under which it is looked at, where that is what the columns are.
    pub aspect: Option<&'static str>,
    /// The narrower concepts that count under it.
    pub narrower: Vec<String>,
}

impl AuditTopic {
    /// The heading of the column.
    pub(crate) fn heading(&self) -> &str {
        self.aspect.unwrap_or(&self.name)
    }
}

/// A column with what to look out for.
pub(super) struct Column {
    pub(super) topic: AuditTopic,
    pub(super) look_for: TopicNames,
}

/// The columns that are asked for.
pub(super) fn columns(
    engine: &dyn Engine,
    request: &AuditRequest,
    notes: &mut Vec<String>,
) -> Result<Vec<Column>, SearchError> {
    let mut topics: Vec<Column> = Vec::new();
    for text in &request.topics {
        let column = column(engine, text, notes)?;
        if !topics.iter().any(|known| known.topic == column.topic) {
            topics.push(column);
        }
    }
    match request.by {
        None => Ok(topics),
        Some(By::Kind(kind)) => {
            let named = beside(&topics, request.source.as_deref())?;
            of_kind(engine, kind, &named, request.columns, notes)
        }
        Some(By::Aspect) => Ok(by_aspect(&topics)),
    }
}

/// The column of a topic. Its words are taken as a search takes them: what is in no list is
/// corrected, and of what is right but in no passage it is said what may be meant.
fn column(engine: &dyn Engine, text: &str, notes: &mut Vec<String>) -> Result<Column, SearchError> {
    let spelled = search::spelled(engine, text)?;
    notes.extend(
        spelled
            .corrections
            .iter()
            .map(|c| format!("searched for {c}")),
    );
    let text = spelled.text.as_str();
    let column = match engine.lexicon().index_of(text) {
        Some(concept) => of_concept(engine, concept),
        None => {
            of_words(engine.lexicon(), text).ok_or_else(|| SearchError::NoWords(text.to_owned()))?
        }
    };
    let known = read::occurs(engine, &column.look_for)?;
    match (known, column.topic.kind) {
        (true, TopicKind::Concept(_)) => {}
        (true, TopicKind::Words) => {
            notes.push(format!(
                "“{text}” names no concept; its words were looked for"
            ));
        }
        (false, _) if !spelled.did_you_mean.is_empty() => {
            notes.extend(spelled.did_you_mean.iter().map(DidYouMean::to_string));
        }
        (false, TopicKind::Concept(_)) => {
            notes.push(format!("no passage has {text}, by any of its names"));
        }
        (false, TopicKind::Words) => notes.push(format!(
            "nobody knows “{text}”: it names no concept, and no passage has its words"
        )),
    }
    Ok(column)
}

fn of_words(lexicon: &Lexicon, text: &str) -> Option<Column> {
    // Nobody knows its other words, so that all that have its stems will do.
    let form = NameForm {
        written: Vec::new(),
        ..NameForm::of_words(0, text)
    };
    (!form.terms.is_empty()).then(|| Column {
        topic: AuditTopic {
            name: text.trim().to_owned(),
            kind: TopicKind::Words,
            aspect: None,
            narrower: Vec::new(),
        },
        look_for: TopicNames {
            concepts: Vec::new(),
            forms: vec![form],
            near: in_other_words(lexicon, text),
        },
    })
}

/// The words of a topic with another name in place of each that is one of a concept: "swelling of the leg"
/// for "leg edema".
fn in_other_words(lexicon: &Lexicon, text: &str) -> Vec<NameForm> {
    let words = analysis::words(text);
    let mut near = Vec::new();
    for mention in lexicon.find(text, &words) {
        let before = &text[..words[mention.words.start].bytes.start];
        let after = &text[words[mention.words.end - 1].bytes.end..];
        let names = lexicon.forms_of(&[mention.concept]).into_iter();
        let names = names.filter(|form| form.exact_case.is_none());
        let written = names.filter_map(|form| form.written.into_iter().next());
        near.extend(written.map(|name| NameForm::of_words(0, &format!("{before}{name}{after}"))));
    }
    near
}

fn of_concept(engine: &dyn Engine, concept: usize) -> Column {
    let lexicon = engine.lexicon();
    let narrower = lexicon.narrower(concept);
    let name = |&index: &usize| lexicon.concept(index).name.to_owned();
    let concepts: Vec<usize> = std::iter::once(concept).chain(narrower.clone()).collect();
    let entry = lexicon.concept(concept);
    Column {
        topic: AuditTopic {
            name: entry.name.to_owned(),
            kind: TopicKind::Concept(entry.kind),
            aspect: None,
            narrower: narrower.iter().map(name).collect(),
        },
        look_for: TopicNames {
            forms: lexicon.forms_of(&concepts),
            near: lexicon.wordings_of(&[concept]),
            concepts,
        },
    }
}

/// A column for each aspect of each topic.
fn by_aspect(topics: &[Column]) -> Vec<Column> {
    let columns = topics.iter().flat_map(|column| {
        aspect_labels().into_iter().map(|label| Column {
            topic: AuditTopic {
                aspect: Some(label),
                ..column.topic.clone()
            },
            look_for: column.look_for.clone(),
        })
    });
    columns.collect()
}

/// The passages whose concepts are the columns: of some sources, and those that name a topic.
fn beside(topics: &[Column], source: Option<&str>) -> Result<Wanted, SearchError> {
    let mut all = Vec::new();
    if !topics.is_empty() {
        let each = topics.iter().map(|column| read::wanted(&column.look_for));
        all.push(Wanted::Any(each.collect()));
    }
    if let Some(glob) = source {
        all.push(Wanted::Sources(SourceGlob::new(glob)?));
    }
    Ok(Wanted::All(all))
}

/// The concepts of a kind that most of some passages name.
fn of_kind(
    engine: &dyn Engine,
    kind: Kind,
    passages: &Wanted,
    most: usize,
    notes: &mut Vec<String>,
) -> Result<Vec<Column>, SearchError> {
    let what = ToCount {
        groups: &[kind.name()],
        values: usize::from(u16::MAX),
        sources: 0,
        otherwise: None,
    };
    let mut tallies = engine.tallies(passages, what)?;
    let lexicon = engine.lexicon();
    let named = tallies.groups.pop().unwrap_or_default();
    let concepts: Vec<usize> = named
        .into_iter()
        .filter_map(|(name, _)| lexicon.index_of(&name))
        .filter(|&concept| lexicon.concept(concept).kind == kind)
        .collect();
    let left_out = concepts.len().saturating_sub(most);
    if left_out > 0 {
        let name = kind.name();
        notes.push(format!(
            "the {most} {name}s that most passages name; {left_out} more with more columns"
        ));
    }
    Ok(concepts
        .into_iter()
        .take(most)
        .map(|concept| of_concept(engine, concept))
        .collect())
}

/// The names of aspects as columns.
fn aspect_labels() -> Vec<&'static str> {
    let mut labels: Vec<&'static str> = Vec::new();
    for aspect in Aspect::all() {
        if !labels.contains(&aspect.label()) {
            labels.push(aspect.label());
        }
    }
    labels
}
