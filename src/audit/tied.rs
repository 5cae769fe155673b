//! Techniques against conditions: what must not be done to whom, or only with care, as single sentences
//! say it.
//!
//! A cell without a sentence says that none ties the two together. It does not say that the one is safe
//! with the other, and it is no silence: the materials may name both.

use std::collections::BTreeMap;

use super::AuditRequest;
use crate::annotate::{Aspect, Claim, Statement, TiedCondition};
use crate::document::Place;
use crate::index::{Engine, SourceGlob, StoredPassage, Wanted, tied};
use crate::lexicon::Kind;
use crate::passage::PassageId;
use crate::search::{SearchError, names_under};

/// The kinds of risk that are looked at, the graver first.
const KINDS: [Aspect; 2] = [Aspect::Contraindication, Aspect::Precaution];

/// A sentence that ties a technique to a condition.
#[derive(Debug, Clone, PartialEq)]
pub struct TiedEvidence {
    /// Contraindication or precaution.
    pub risk: Aspect,
    /// The condition as it is written.
    pub written: String,
    pub claim: Claim,
    /// The sentence, the item or the cell, verbatim.
    pub sentence: String,
    /// What leads into it.
    pub lead: Option<String>,
    pub source: String,
    /// First and last line, see [`StoredPassage::lines`].
    pub lines: (usize, usize),
    pub pages: Option<(usize, usize)>,
    /// Whether the text, or some of it, was recognised in a picture.
    pub recognised: bool,
    pub paragraphs: Option<(usize, usize)>,
    pub headings: Vec<String>,
    /// The passage it stands in.
    pub id: PassageId,
}

impl TiedEvidence {
    /// Where in its source the sentence stands.
    pub(crate) fn place(&self) -> Place {
        Place::of(self.pages, self.paragraphs, self.lines).where_recognised(self.recognised)
    }

    fn of(
        passage: &StoredPassage,
        statement: &Statement,
        condition: &TiedCondition,
    ) -> Option<Self> {
        let bytes = statement.bytes.0..statement.bytes.1;
        Some(TiedEvidence {
            risk: statement.risk,
            written: condition.written.clone(),
            claim: statement.claim,
            sentence: passage.text.get(bytes.clone())?.to_owned(),
            lead: passage.lead_into(&bytes),
            source: passage.source.clone(),
            lines: passage.lines_of(&bytes),
            pages: passage.pages,
            recognised: passage.recognised,
            paragraphs: passage.paragraphs,
            headings: passage.headings.clone(),
            id: passage.id.clone(),
        })
    }
}

/// A row of the matrix: a technique, with what is said of it and each of the conditions.
#[derive(Debug, Clone, PartialEq)]
pub struct TiedRow {
    pub technique: String,
    /// A cell a condition: the gravest first, then in the order of the corpus.
    pub cells: Vec<Vec<TiedEvidence>>,
}

/// What must not be done to whom.
#[derive(Debug, Clone, PartialEq)]
pub struct TiedAudit {
    /// The generation of the index that was read.
    pub generation: u64,
    /// The columns, those of which most is said first.
    pub conditions: Vec<String>,
    /// The rows, those of which most is said first.
    pub rows: Vec<TiedRow>,
    /// What a person should know of how it came about.
    pub notes: Vec<String>,
}

impl TiedAudit {
    /// Reads it from an index: all of it, or what it says of the techniques and conditions that are topics.
    ///
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let folder = tempfile::tempdir()?;
    /// # std::fs::write(folder.path().join("a.txt"), "Neck pain\n\nManipulation must not be done if you have osteoporosis.\n")?;
    /// # let home = palpate::index::Home::Folder(folder.path().join("index"));
    /// # home.build(&palpate::index::Sources::of([folder.path()]), &mut |_| {})?;
    /// use palpate::audit::{AuditRequest, TiedAudit};
    /// let nothing: [&str; 0] = [];
    /// let audit = TiedAudit::of(&*home.open()?, &AuditRequest::new(nothing))?;
    /// assert_eq!(audit.conditions, ["osteoporosis"]);
    /// assert_eq!(audit.rows[0].cells[0][0].source, folder.path().join("a.txt").to_string_lossy());
    /// # Ok(()) }
    /// ```
    pub fn of(engine: &dyn Engine, request: &AuditRequest) -> Result<TiedAudit, SearchError> {
        let topics = Topics::of(engine, &request.topics)?;
        let mut cells: Cells = BTreeMap::new();
        engine.each(&wanted(request)?, &mut |passage| {
            for statement in &passage.statements {
                topics.take(&passage, statement, &mut cells);
            }
        })?;
        engine.budget().unless_spent()?;
        let mut audit = TiedAudit {
            generation: engine.manifest().generation,
            conditions: most_said(
                cells
                    .iter()
                    .map(|((_, condition), said)| (condition, said.len())),
            ),
            rows: Vec::new(),
            notes: Vec::new(),
        };
        let techniques = most_said(
            cells
                .iter()
                .map(|((technique, _), said)| (technique, said.len())),
        );
        let left_out = audit.conditions.len().saturating_sub(request.columns);
        if left_out > 0 {
            audit.conditions.truncate(request.columns);
            audit.notes.push(format!(
                "the {} conditions of which most is said; {left_out} more with more columns",
                request.columns
            ));
        }
        for technique in techniques {
            let of_condition = |condition: &String| {
                let key = (technique.clone(), condition.clone());
                let mut said = cells.remove(&key).unwrap_or_default();
                said.sort_by_key(|evidence| KINDS.iter().position(|kind| *kind == evidence.risk));
                said
            };
            let row: Vec<Vec<TiedEvidence>> = audit.conditions.iter().map(of_condition).collect();
            if row.iter().any(|cell| !cell.is_empty()) {
                let cells = row;
                audit.rows.push(TiedRow { technique, cells });
            }
        }
        Ok(audit)
    }
}

/// By technique and condition, what is said.
type Cells = BTreeMap<(String, String), Vec<TiedEvidence>>;

/// The passages that have any statement of these kinds.
fn wanted(request: &AuditRequest) -> Result<Wanted, SearchError> {
    let any = KINDS.map(|kind| tied(kind, None, None));
    let mut all = vec![Wanted::Any(any.to_vec())];
    if let Some(glob) = &request.source {
        all.push(Wanted::Sources(SourceGlob::new(glob)?));
    }
    Ok(Wanted::All(all))
}

/// What the rows and columns are narrowed to; without topics, nothing.
struct Topics(Vec<String>);

impl Topics {
    fn of(engine: &dyn Engine, topics: &[String]) -> Result<Topics, SearchError> {
        let kinds = [Kind::Condition, Kind::Risk, Kind::Technique];
        let mut names = Vec::new();
        for topic in topics {
            let under = names_under(engine.lexicon(), topic, &kinds)?;
            names.extend(under.map(str::to_owned));
        }
        Ok(Topics(names))
    }

    fn wants(&self, technique: &String, condition: &String) -> bool {
        self.0.is_empty() || self.0.contains(technique) || self.0.contains(condition)
    }

    fn take(&self, passage: &StoredPassage, statement: &Statement, cells: &mut Cells) {
        if !KINDS.contains(&statement.risk) || statement.is_denied() {
            return;
        }
        for technique in &statement.techniques {
            for condition in &statement.conditions {
                let evidence = TiedEvidence::of(passage, statement, condition);
                if let Some(evidence) = evidence.filter(|_| self.wants(technique, &condition.name))
                {
                    let key = (technique.clone(), condition.name.clone());
                    cells.entry(key).or_default().push(evidence);
                }
            }
        }
    }
}

/// Names, those with most to them first, in their order among equals.
fn most_said<'n>(said: impl Iterator<Item = (&'n String, usize)>) -> Vec<String> {
    let mut counts: BTreeMap<&String, usize> = BTreeMap::new();
    for (name, count) in said {
        *counts.entry(name).or_default() += count;
    }
    let mut names: Vec<(&String, usize)> = counts.into_iter().collect();
    names.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    names.into_iter().map(|(name, _)| name.clone()).collect()
}
