//! The matrix: a row a source, a column a topic, and in each cell what is said, or that nothing is.

use std::collections::BTreeMap;

use super::topic::{AuditTopic, TopicKind};
use super::{AuditRequest, read, sources, topic};
use crate::annotate::{Assertion, Claim};
use crate::document::Place;
use crate::index::Engine;
use crate::passage::PassageId;
use crate::search::SearchError;

/// What is said of a topic. The greater, the stronger.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum State {
    /// No word of it, by any name that is known.
    Silent,
    /// Its words do not occur, and nobody knows what else it is called: it may be spoken of.
    NotFound,
    /// Its words occur, but what is said was not understood.
    Mentioned,
    /// It is denied: "no risk of addiction".
    Negated,
    /// It is denied that it helps: "no clear benefit from ultrasound".
    NoBenefit,
    /// It is supposed or asked for: "tell your doctor if you have osteoporosis".
    Conditional,
    /// It is rare or possible: "rarely, nerve damage".
    Hedged,
    /// It is so.
    Stated,
}

impl State {
    /// All states, the strongest first.
    pub const ALL: [State; 8] = [
        State::Stated,
        State::Hedged,
        State::Conditional,
        State::NoBenefit,
        State::Negated,
        State::Mentioned,
        State::NotFound,
        State::Silent,
    ];

    /// The name in all output.
    pub fn name(self) -> &'static str {
        match self {
            State::Silent => "silent",
            State::NotFound => "not-found",
            State::Mentioned => "mentioned",
            State::Negated => "negated",
            State::NoBenefit => "no-benefit",
            State::Conditional => "conditional",
            State::Hedged => "hedged",
            State::Stated => "stated",
        }
    }

    /// What it means, in a line.
    pub(crate) fn meaning(self) -> &'static str {
        match self {
            State::Silent => "no word of it, by any of its names, in the whole source",
            State::NotFound => {
                "these words are not there; palpate knows no other names, so it may be there in others"
            }
            State::Mentioned => "its words occur, but what is said was not understood",
            State::Negated => "denied: “no risk of …”",
            State::NoBenefit => "denied that it helps: “no clear benefit from …”",
            State::Conditional => "supposed or asked: “tell your doctor if you have …”",
            State::Hedged => "rare or possible: “rarely”, “may”",
            State::Stated => "said to be so",
        }
    }
}

impl State {
    /// What is said by a claim, or by words that none was understood of.
    pub(super) fn of(claim: Option<&Claim>) -> State {
        let Some(claim) = claim else {
            return State::Mentioned;
        };
        match claim.assertion {
            Assertion::Affirmed => State::Stated,
            Assertion::Hedged => State::Hedged,
            Assertion::Hypothetical => State::Conditional,
            Assertion::Negated if claim.no_benefit => State::NoBenefit,
            Assertion::Negated => State::Negated,
        }
    }
}

/// The part of a source that something stands in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Zone {
    Title,
    Heading,
    Text,
}

/// A sentence that names a topic.
#[derive(Debug, Clone, PartialEq)]
pub struct Evidence {
    /// What it says; neither [`State::Silent`] nor [`State::NotFound`].
    pub state: State,
    /// All that it says of the topic, where that was understood.
    pub claim: Option<Claim>,
    /// The concept named, by its preferred name; for plain words, these.
    pub concept: String,
    /// The sentence, the heading or the title, verbatim.
    pub sentence: String,
    /// The bytes of the name in the sentence.
    pub name: (usize, usize),
    pub zone: Zone,
    /// The line that leads into the list in which the sentence stands.
    pub lead: Option<String>,
    pub source: String,
    /// First and last line of the sentence, where lines of the text are those of the source; else,
    /// and for headings and titles, those of the passage.
    pub lines: (usize, usize),
    pub pages: Option<(usize, usize)>,
    /// Whether the text, or some of it, was recognised in a picture.
    pub recognised: bool,
    pub paragraphs: Option<(usize, usize)>,
    pub headings: Vec<String>,
    /// The passage it stands in, or under: what `palpate cite` cites.
    pub id: PassageId,
}

impl Evidence {
    /// Where in its source the sentence stands.
    pub(crate) fn place(&self) -> Place {
        Place::of(self.pages, self.paragraphs, self.lines).where_recognised(self.recognised)
    }
}

/// What a source says of a topic.
#[derive(Debug, Clone, PartialEq)]
pub enum Cell {
    /// Nothing, by any name of a concept.
    Silent,
    /// Nothing in the words that were typed, which name no concept.
    NotFound,
    Said {
        /// The strongest, the first of equals.
        first: Box<Evidence>,
        /// Whatever else is said, in the order of the source.
        more: Vec<Evidence>,
    },
}

impl Cell {
    /// What comes of all that is said of a topic. Silence is said only of what is known.
    fn of(mut said: Vec<Evidence>, topic: &AuditTopic) -> Cell {
        let strongest = said.iter().map(|evidence| evidence.state).max();
        match said.iter().position(|e| Some(e.state) == strongest) {
            None if topic.kind == TopicKind::Words => Cell::NotFound,
            None => Cell::Silent,
            Some(first) => Cell::Said {
                first: Box::new(said.remove(first)),
                more: said,
            },
        }
    }

    /// What is said.
    pub fn state(&self) -> State {
        match self {
            Cell::Silent => State::Silent,
            Cell::NotFound => State::NotFound,
            Cell::Said { first, .. } => first.state,
        }
    }

    /// Whether nothing was found in it, be the topic known or not.
    pub fn is_empty(&self) -> bool {
        !matches!(self, Cell::Said { .. })
    }

    /// All there is to show for it, the strongest first.
    pub fn evidence(&self) -> impl Iterator<Item = &Evidence> {
        let (first, more) = match self {
            Cell::Silent | Cell::NotFound => (None, [].as_slice()),
            Cell::Said { first, more } => (Some(&**first), more.as_slice()),
        };
        first.into_iter().chain(more)
    }
}

/// What a source says.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    pub source: String,
    /// A cell a topic.
    pub cells: Vec<Cell>,
}

/// How many sources say what of a topic, in the order of [`State::ALL`].
pub type Tally = [usize; State::ALL.len()];

/// The sources of a folder, counted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// The folder, as the sources are cited.
    pub folder: String,
    pub sources: usize,
    /// A tally a topic.
    pub tallies: Vec<Tally>,
}

/// A matrix of sources and topics.
#[derive(Debug, Clone, PartialEq)]
pub struct Audit {
    /// The generation of the index that was read.
    pub generation: u64,
    /// The columns.
    pub topics: Vec<AuditTopic>,
    /// The sources, in byte order.
    pub rows: Vec<Row>,
    /// What a person should know of how it came about.
    pub notes: Vec<String>,
}

impl Audit {
    /// Audits what an index holds.
    ///
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let folder = tempfile::tempdir()?;
    /// # std::fs::write(folder.path().join("a.txt"), "Neck pain\n\nTell us if you have brittle bones.\n")?;
    /// # std::fs::write(folder.path().join("b.txt"), "Neck pain\n\nIt is safe.\n")?;
    /// # let home = palpate::index::Home::Folder(folder.path().join("index"));
    /// # home.build(&palpate::index::Sources::of([folder.path()]), &mut |_| {})?;
    /// use palpate::audit::{Audit, AuditRequest, State};
    /// let engine = home.open()?;
    /// let audit = Audit::of(&*engine, &AuditRequest::new(["osteoporosis"]))?;
    /// let states: Vec<State> = audit.rows.iter().map(|row| row.cells[0].state()).collect();
    /// assert_eq!(states, [State::Conditional, State::Silent]);
    /// # Ok(()) }
    /// ```
    pub fn of(engine: &dyn Engine, request: &AuditRequest) -> Result<Audit, SearchError> {
        let sources = sources(engine, request.source.as_deref())?;
        let mut notes = Vec::new();
        let columns = topic::columns(engine, request, &mut notes)?;
        let mut said = read::said(engine, &columns, &sources)?;
        // Of what was not read nobody knows whether it is silent.
        engine.budget().unless_spent()?;
        let rows = sources
            .into_iter()
            .map(|source| {
                let mut of_source = said.remove(&source).unwrap_or_default();
                of_source.resize_with(columns.len(), Vec::new);
                let cells = of_source.into_iter().zip(&columns);
                Row {
                    cells: cells.map(|(said, c)| Cell::of(said, &c.topic)).collect(),
                    source,
                }
            })
            .collect();
        let mut audit = Audit {
            generation: engine.manifest().generation,
            topics: columns.into_iter().map(|column| column.topic).collect(),
            rows,
            notes,
        };
        audit.leave_out_empty_aspects();
        Ok(audit)
    }

    /// That nothing under an aspect names the topic says nothing of the topic.
    fn leave_out_empty_aspects(&mut self) {
        for at in (0..self.topics.len()).rev() {
            let silent = |row: &Row| row.cells[at].is_empty();
            if self.topics[at].aspect.is_some() && self.rows.iter().all(silent) {
                self.topics.remove(at);
                self.rows.iter_mut().for_each(|row| {
                    row.cells.remove(at);
                });
            }
        }
    }

    /// Whether nothing is said of anything.
    pub fn is_silent(&self) -> bool {
        let mut cells = self.rows.iter().flat_map(|row| &row.cells);
        cells.all(Cell::is_empty)
    }

    /// Puts the sources with most silent cells first; the order stays among equals.
    pub fn silent_first(&mut self) {
        let silent = |row: &Row| row.cells.iter().filter(|cell| cell.is_empty()).count();
        self.rows.sort_by_key(|row| std::cmp::Reverse(silent(row)));
    }

    /// How many sources say what, a tally a topic.
    pub(crate) fn tallies(&self) -> Vec<Tally> {
        tallies(self.topics.len(), self.rows.iter())
    }

    /// The same by folder, in byte order.
    pub(crate) fn groups(&self) -> Vec<Group> {
        let mut folders: BTreeMap<&str, Vec<&Row>> = BTreeMap::new();
        for row in &self.rows {
            let folder = row
                .source
                .rsplit_once('/')
                .map_or(".", |(folder, _)| folder);
            folders.entry(folder).or_default().push(row);
        }
        let group = |(folder, rows): (&str, Vec<&Row>)| Group {
            folder: folder.to_owned(),
            sources: rows.len(),
            tallies: tallies(self.topics.len(), rows.into_iter()),
        };
        folders.into_iter().map(group).collect()
    }
}

fn tallies<'r>(topics: usize, rows: impl Iterator<Item = &'r Row>) -> Vec<Tally> {
    let mut tallies = vec![Tally::default(); topics];
    for row in rows {
        for (tally, cell) in tallies.iter_mut().zip(&row.cells) {
            let state = cell.state();
            let at = State::ALL.iter().position(|&other| other == state);
            // Every state is in the list of all.
            tally[at.unwrap_or_default()] += 1;
        }
    }
    tallies
}

#[cfg(test)]
mod tests;
