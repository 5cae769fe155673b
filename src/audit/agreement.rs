//! Where materials give figures on the same thing: side by side, with citations. Which of them is
//! right is not for a program to say.
//!
//! What a figure is about is told by the subject words of `src/data/quantities.toml` that stand nearest
//! in its sentence, or in the headings above.

use std::collections::{BTreeMap, HashSet};
use std::ops::Range;

use super::quantity::{Quantity, Subject, TABLE, quantities};
use super::{AuditRequest, read, sources, topic};
use crate::analysis;
use crate::document::Place;
use crate::index::{Engine, StoredPassage, TextField, Wanted};
use crate::passage::{PassageId, UnitKind};
use crate::search::SearchError;

/// A quantity where it stands.
#[derive(Debug, Clone, PartialEq)]
pub struct Figure {
    pub quantity: Quantity,
    /// The sentence it stands in, verbatim.
    pub sentence: String,
    pub source: String,
    pub lines: (usize, usize),
    pub pages: Option<(usize, usize)>,
    /// Whether the text, or some of it, was recognised in a picture.
    pub recognised: bool,
    pub paragraphs: Option<(usize, usize)>,
    pub id: PassageId,
}

impl Figure {
    /// Where in its source the sentence stands.
    pub(crate) fn place(&self) -> Place {
        Place::of(self.pages, self.paragraphs, self.lines).where_recognised(self.recognised)
    }
}

/// How figures on one thing compare.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Agreement {
    /// All say the same in the same way.
    Same,
    /// All say the same, some in other words: "24 to 48 hours" and "a day or two".
    SameInOtherWords,
    Different,
}

/// What is said of one thing in several places.
#[derive(Debug, Clone, PartialEq)]
pub struct FigureGroup {
    /// What the figures are about.
    pub subject: String,
    pub agreement: Agreement,
    /// In the order of the sources.
    pub figures: Vec<Figure>,
}

/// The figures that several sources give on the same thing, or one source differently in several
/// places, of all passages or of those that name one of the topics of a request.
pub fn agreement(
    engine: &dyn Engine,
    request: &AuditRequest,
) -> Result<Vec<FigureGroup>, SearchError> {
    let wanted: HashSet<String> = sources(engine, request.source.as_deref())?
        .into_iter()
        .collect();
    let subjects: Vec<WatchedSubject> = TABLE.subject.iter().map(WatchedSubject::new).collect();
    let mut groups: BTreeMap<(usize, &str), Vec<Figure>> = BTreeMap::new();
    let mut passages = Vec::new();
    engine.each(&candidates(engine, &subjects, request)?, &mut |passage| {
        if wanted.contains(&passage.source) {
            passages.push(passage);
        }
    })?;
    passages.sort_by(|a, b| (&a.source, a.bytes).cmp(&(&b.source, b.bytes)));
    for passage in &passages {
        if !engine.budget().goes_on() {
            break;
        }
        for (subject, figure) in figures(passage, &subjects) {
            let group = groups
                .entry((subject, figure.quantity.dimension))
                .or_default();
            let again = |f: &Figure| f.source == figure.source && f.quantity.same(&figure.quantity);
            if !group.iter().any(again) {
                group.push(figure);
            }
        }
    }
    engine.budget().unless_spent()?;
    let groups = groups.into_iter().filter(|(_, figures)| figures.len() > 1);
    Ok(groups
        .map(|((subject, _), figures)| FigureGroup {
            subject: TABLE.subject[subject].name.clone(),
            agreement: compared(&figures),
            figures,
        })
        .collect())
}

fn compared(figures: &[Figure]) -> Agreement {
    let mut pairs = figures
        .windows(2)
        .map(|pair| (&pair[0].quantity, &pair[1].quantity));
    // "30-60 minutes" and "30 to 60 minutes" are the same words.
    let words = |text: &str| -> Vec<String> {
        let words = text.to_lowercase().replace(['-', '–', '—'], " to ");
        let words = words.replace(['$', '€', '£'], " ");
        words.split_whitespace().map(str::to_owned).collect()
    };
    match pairs.clone().all(|(a, b)| a.same(b)) {
        false => Agreement::Different,
        true if pairs.all(|(a, b)| words(&a.text) == words(&b.text)) => Agreement::Same,
        true => Agreement::SameInOtherWords,
    }
}

/// A subject with its words as terms.
struct WatchedSubject {
    dimensions: &'static [String],
    words: Vec<Vec<String>>,
}

impl WatchedSubject {
    fn new(subject: &'static Subject) -> WatchedSubject {
        let terms = |text: &String| analysis::words(text).into_iter().map(|w| w.term).collect();
        WatchedSubject {
            dimensions: &subject.dimensions,
            words: subject.words.iter().map(terms).collect(),
        }
    }
}

/// The passages that name a topic, or where there is none, those with a word of a subject.
fn candidates(
    engine: &dyn Engine,
    subjects: &[WatchedSubject],
    request: &AuditRequest,
) -> Result<Wanted, SearchError> {
    if request.topics.is_empty() {
        let names = subjects.iter().flat_map(|subject| &subject.words);
        let first_words = names.filter_map(|terms| terms.first());
        let has =
            |text: &String| [TextField::Body, TextField::Heading].map(|f| Wanted::word(f, text));
        return Ok(Wanted::Any(first_words.flat_map(has).collect()));
    }
    let only = AuditRequest {
        by: None,
        ..request.clone()
    };
    let columns = topic::columns(engine, &only, &mut Vec::new())?;
    let named = columns.iter().map(|c| read::wanted(&c.look_for));
    Ok(Wanted::Any(named.collect()))
}

/// The figures of a passage that are about a known subject.
fn figures(passage: &StoredPassage, subjects: &[WatchedSubject]) -> Vec<(usize, Figure)> {
    let mut found = Vec::new();
    let mut last = 0..0;
    for unit in &passage.units.0 {
        // A cell says what it says beside the others of its row.
        let bytes = match &unit.kind {
            UnitKind::Cell { row, .. } => row.clone(),
            _ => unit.bytes.clone(),
        };
        if std::mem::replace(&mut last, bytes.clone()) == bytes {
            continue;
        }
        let sentence = &passage.text[bytes.clone()];
        for quantity in quantities(sentence) {
            let own = nearest(sentence, &quantity, subjects);
            let above = || {
                let headings = passage.headings.iter().rev();
                headings
                    .filter_map(|heading| in_heading(heading, &quantity, subjects))
                    .next()
            };
            let Some(subject) = own.or_else(above) else {
                continue;
            };
            let at = bytes.start + quantity.bytes.start..bytes.start + quantity.bytes.end;
            found.push((subject, figure(passage, sentence, &at, quantity)));
        }
    }
    found
}

fn figure(
    passage: &StoredPassage,
    sentence: &str,
    at: &Range<usize>,
    quantity: Quantity,
) -> Figure {
    Figure {
        quantity,
        sentence: sentence.trim().to_owned(),
        source: passage.source.clone(),
        lines: passage.lines_of(at),
        pages: passage.pages,
        recognised: passage.recognised,
        paragraphs: passage.paragraphs,
        id: passage.id.clone(),
    }
}

/// The part of a sentence, between semicolons, in which a quantity stands.
fn clause(sentence: &str, quantity: &Quantity) -> Range<usize> {
    let (before, after) = sentence.split_at(quantity.bytes.start);
    let start = before.rfind(';').map_or(0, |at| at + 1);
    let end = after
        .find(';')
        .map_or(sentence.len(), |at| before.len() + at);
    start..end
}

/// The subject whose word stands nearest to a quantity, before it sooner than after it.
fn nearest(sentence: &str, quantity: &Quantity, subjects: &[WatchedSubject]) -> Option<usize> {
    let clause = clause(sentence, quantity);
    let words: Vec<analysis::Word> = analysis::words(sentence)
        .into_iter()
        .filter(|word| !word.compound && clause.contains(&word.bytes.start))
        .collect();
    let here = words.partition_point(|word| word.bytes.start < quantity.bytes.start);
    let distance = |at: usize| match at < here {
        true => (0, here - at),
        false => (1, at - here),
    };
    let mut best: Option<((i32, usize), usize)> = None;
    for (number, subject) in subjects.iter().enumerate() {
        if !subject.dimensions.iter().any(|d| d == quantity.dimension) {
            continue;
        }
        for terms in &subject.words {
            let places = words.windows(terms.len()).enumerate();
            let matching =
                places.filter(|(_, window)| window.iter().map(|word| &word.term).eq(terms.iter()));
            for (at, _) in matching {
                let candidate = (distance(at), number);
                best = Some(best.map_or(candidate, |known| known.min(candidate)));
            }
        }
    }
    best.map(|(_, number)| number)
}

fn in_heading(heading: &str, quantity: &Quantity, subjects: &[WatchedSubject]) -> Option<usize> {
    let after = Quantity {
        bytes: heading.len()..heading.len(),
        ..quantity.clone()
    };
    nearest(heading, &after, subjects)
}
