//! # The audit
//!
//! A search says where something is said. The audit says it of every source, those that are silent
//! included: a matrix of sources and topics, in which every [`Cell`] that is not silent has the
//! sentence it goes by and where that stands. Beside it stand the figures that sources give on the
//! same thing.
//!
//! * `topic` finds what is meant by a topic: a concept with all of its names and the narrower
//!   concepts, or plain words,
//! * `read` asks the postings of the index for every passage that has the words of a name, and
//!   reads these passages sentence by sentence (`SaidReader`),
//! * `matrix` puts the cells together: [`Audit::of`],
//! * `tied` draws techniques against conditions: what must not be done to whom ([`TiedAudit`]),
//! * `agreement` lists figures that sources give on the same thing, which `quantity` reads.
//!
//! Silence is a claim about a whole source, so it does not rest on the annotator: a source in
//! which the words of any name occur, in a title or a heading too, is at least
//! [`State::Mentioned`], though nobody may have understood what it says. A cell says the strongest
//! thing that the source says, and keeps the rest.

mod agreement;
mod matrix;
mod quantity;
mod read;
mod tied;
mod topic;

use crate::index::{Engine, SourceGlob};
use crate::lexicon::Kind;
use crate::search::SearchError;

pub use agreement::{Agreement, Figure, FigureGroup, agreement};
pub use matrix::{Audit, Cell, Evidence, Group, Row, State, Tally, Zone};
pub use quantity::{Quantity, check_quantities};
pub use tied::{TiedAudit, TiedEvidence, TiedRow};
pub use topic::{AuditTopic, TopicKind};

/// What the columns of an audit are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum By {
    /// The concepts of a kind.
    Kind(Kind),
    /// The aspects of one topic.
    Aspect,
}

/// What is to be audited.
#[derive(Debug, Clone)]
pub struct AuditRequest {
    /// Names of concepts, or else words.
    pub topics: Vec<String>,
    /// With a kind: the concepts of that kind; beside topics, those named in the same passages.
    pub by: Option<By>,
    /// Only sources that match this glob.
    pub source: Option<String>,
    /// At most this many concepts of a kind, those in most passages first.
    pub columns: usize,
}

impl AuditRequest {
    /// An audit of some topics over all sources.
    pub fn new(topics: impl IntoIterator<Item = impl Into<String>>) -> AuditRequest {
        AuditRequest {
            topics: topics.into_iter().map(Into::into).collect(),
            by: None,
            source: None,
            columns: 12,
        }
    }
}

/// The sources of an index that match a glob, in byte order.
fn sources(engine: &dyn Engine, glob: Option<&str>) -> Result<Vec<String>, SearchError> {
    let glob = glob.map(SourceGlob::new).transpose()?;
    let mut sources = engine.sources(None, usize::MAX)?;
    sources.retain(|source| glob.as_ref().is_none_or(|glob| glob.matches(source)));
    Ok(sources)
}
