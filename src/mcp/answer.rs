//! The answers, as texts: citations that `palpate verify` accepts, and what is silent.

use std::collections::HashSet;
use std::time::Duration;

use super::tools::{AskedCheck, AskedPart, AskedPassage, AskedPassages, AskedTopics, ToolCall};
use crate::audit::{Audit, AuditRequest, By, Evidence};
use crate::cite::{Citation, passage_named, verify};
use crate::index::{Budget, SourceFilter, StoredPassage};
use crate::output::audit::{self as printed, Extent};
use crate::output::cite::{self, Verified};
use crate::output::text::{Look, spelling_lines};
use crate::search::{Filter, Request, SearchError, SearchResults, Searcher, Silent};

/// How long a search looks.
const LONGEST_SEARCH: Duration = Duration::from_secs(30);
/// Passages of a document that are read at once.
const PASSAGES: usize = 20;
/// Passages that are cited below an audit.
const CITED: usize = 20;
/// Up to so many silent sources are named.
const NAMED: usize = 20;
/// Citations that are checked at once.
const CHECKED: usize = 200;
/// How many concepts of a kind are audited beside the topics.
const COLUMNS: usize = 12;

/// Does what is asked; what cannot be done is said in words, too.
pub(super) fn answer(searcher: &Searcher, asked: &ToolCall) -> Result<String, String> {
    let answered = match asked {
        ToolCall::Search(asked) => search(searcher, asked),
        ToolCall::Passage(asked) => return passage(searcher, asked),
        ToolCall::Document(asked) => return document(searcher, asked),
        ToolCall::Audit(asked) => audit(searcher, asked),
        ToolCall::Verify(asked) => return check(searcher, asked),
    };
    answered.map_err(|error| error.to_string())
}

fn search(searcher: &Searcher, asked: &AskedPassages) -> Result<String, SearchError> {
    let aspect = asked.aspect.iter().cloned().map(Filter::Aspect);
    let (technique, condition) = (asked.technique.as_slice(), asked.condition.as_slice());
    let named = Filter::each(asked.risk.as_deref(), technique, condition);
    let request = Request {
        limit: asked.limit(),
        source: asked
            .source
            .as_deref()
            .map(SourceFilter::glob)
            .transpose()?,
        filters: aspect.chain(named).collect(),
        facets: true,
        ..Request::new(asked.query.clone())
    };
    let budget = Budget::of(LONGEST_SEARCH);
    let found = searcher.within(&budget).search(&request)?;
    let mut text = String::new();
    let spelled = spelling_lines(&found.corrections, &found.did_you_mean);
    for note in spelled.iter().chain(&found.notes) {
        text.push_str(&format!("Note: {note}\n"));
    }
    let least = if found.partial { "At least " } else { "" };
    text.push_str(&match (found.total, found.hits.len()) {
        (0, _) if found.partial => {
            "Nothing was found until then. That is not silence.\n".to_owned()
        }
        (0, _) => "No passage matches. That is silence: it does not mean that there is no risk.\n"
            .to_owned(),
        (total, shown) if shown < total => {
            format!("{least}{total} passages match; the best {shown}:\n")
        }
        (total, _) => format!("{least}{total} passages match:\n"),
    });
    for hit in &found.hits {
        text.push('\n');
        text.push_str(&cited(searcher, &hit.passage));
    }
    if let Some(silent) = silent(&found) {
        text.push_str(&format!("\n{}\n", nothing_in(silent)));
    }
    Ok(text)
}

fn silent(found: &SearchResults) -> Option<&Silent> {
    let silent = found.facets.as_ref()?.silent.as_ref()?;
    (silent.count > 0).then_some(silent)
}

/// In which sources nothing was found.
fn nothing_in(silent: &Silent) -> String {
    let about = if silent.about { "about " } else { "" };
    let sources = if silent.count == 1 {
        "source"
    } else {
        "sources"
    };
    let names = match silent.sources.len() {
        0 => String::new(),
        n if n > NAMED => format!(", {} and others", silent.sources[..NAMED].join(", ")),
        _ => format!(": {}", silent.sources.join(", ")),
    };
    format!(
        "Silent, nothing found in {about}{} {sources}{names}",
        silent.count
    )
}

/// A passage as a citation, below what it stands under and what it speaks of.
fn cited(searcher: &Searcher, passage: &StoredPassage) -> String {
    let mut under = vec![passage.title.as_str()];
    under.extend(passage.headings.iter().map(String::as_str));
    let mut text = format!("{}\n", under.join(" › "));
    if !passage.aspects.is_empty() {
        text.push_str(&format!("Speaks of: {}\n", passage.aspects.join(", ")));
    }
    if let Some(lead) = &passage.lead {
        text.push_str(&format!("Continues: {lead}\n"));
    }
    text + &Citation::of(searcher.engine(), passage).block()
}

fn passage(searcher: &Searcher, asked: &AskedPassage) -> Result<String, String> {
    let found = passage_named(searcher.engine(), &asked.id).map_err(|error| error.to_string())?;
    let found = found.ok_or_else(|| format!("the index has no passage {}", asked.id))?;
    Ok(cited(searcher, &found))
}

fn document(searcher: &Searcher, asked: &AskedPart) -> Result<String, String> {
    let source = &asked.source;
    let found = searcher.engine().document(source);
    let found = found.map_err(|error| error.to_string())?;
    let found = found.ok_or_else(|| format!("the index has no document {source}"))?;
    let (count, from) = (found.passages.len(), asked.from.unwrap_or(1).max(1));
    let part = found.passages.iter().skip(from - 1).take(PASSAGES);
    let mut text = format!("{} ({source}), {count} passages\n", found.title);
    for passage in part {
        text.push('\n');
        text.push_str(&cited(searcher, passage));
    }
    match from.saturating_add(PASSAGES) {
        next if next <= count => text.push_str(&format!("\nIt goes on: ask again from {next}.\n")),
        _ if from > count => text.push_str(&format!("It has no passage number {from}.\n")),
        _ => {}
    }
    Ok(text)
}

fn audit(searcher: &Searcher, asked: &AskedTopics) -> Result<String, SearchError> {
    let request = AuditRequest {
        topics: asked.topics.clone(),
        by: asked.by.map(|kind| By::Kind(kind.into())),
        source: asked.source.clone(),
        columns: COLUMNS,
    };
    let audit = Audit::of(searcher.engine(), &request)?;
    let mut text = Vec::new();
    for note in &audit.notes {
        text.extend(format!("Note: {note}\n").bytes());
    }
    printed::write(&mut text, &audit, Look::default(), Extent::Said)
        // A Vec takes all that is written.
        .unwrap_or_default();
    let mut text = String::from_utf8_lossy(&text).into_owned();
    let mut seen = HashSet::new();
    let cells = audit.rows.iter().flat_map(|row| &row.cells);
    let first = cells.filter_map(|cell| cell.evidence().next());
    let first: Vec<&Evidence> = first.filter(|e| seen.insert(e.id.clone())).collect();
    if !first.is_empty() {
        text.push_str("The passages that these sentences stand in:\n");
    }
    for evidence in first.iter().take(CITED) {
        if let Some(passage) = searcher.engine().passage(evidence.id.as_str())? {
            text.push('\n');
            text.push_str(&cited(searcher, &passage));
        }
    }
    if let Some(more @ 1..) = first.len().checked_sub(CITED) {
        text.push_str(&format!("\n{more} more passages: narrow it by source.\n"));
    }
    Ok(text)
}

fn check(searcher: &Searcher, asked: &AskedCheck) -> Result<String, String> {
    let found = Citation::find(&asked.text);
    if found.is_empty() {
        return Err("there is no citation in the text".to_owned());
    }
    let (mut verified, mut wrong) = (Vec::new(), String::new());
    let more = found.len().saturating_sub(CHECKED);
    for cited in found.into_iter().take(CHECKED) {
        let line = cited.line;
        match cited.citation {
            Ok(citation) => verified.push(Verified {
                verdict: verify(searcher, &citation).map_err(|error| error.to_string())?,
                line,
                citation,
            }),
            Err(cause) => wrong.push_str(&format!("line {line}: cannot be read: {cause}\n")),
        }
    }
    let mut text = Vec::new();
    cite::write(&mut text, &verified, Look::default())
        // A Vec takes all that is written.
        .unwrap_or_default();
    if more > 0 {
        wrong.push_str(&format!("{more} more citations were not looked at\n"));
    }
    Ok(String::from_utf8_lossy(&text).into_owned() + &wrong)
}
