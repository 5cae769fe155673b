//! Saved questions, and what changed about them.

use std::io::{self, Write};

use serde::Serialize;

use super::diff::{ChangedJson, DiffPassageJson, write_changed, write_passage};
use super::generations::moment;
use super::summary::counted;
use super::text::{FAINT, Look, Printer, TITLE, spelling_lines};
use crate::watch_list::{
    ChangeCounts, GenerationTime, ListChanges, LookedAt, QuestionChanges, SavedQuestion, WatchList,
    WordingAbout,
};

const INDENT: &str = "    ";

/// What a question asks, on a line: its words, then what it is narrowed by.
pub(crate) fn asked(question: &SavedQuestion) -> String {
    let each = |name: &'static str, values: &[String]| -> Vec<String> {
        values
            .iter()
            .map(|value| format!("{name}: {value}"))
            .collect()
    };
    let one = |name, value: &Option<String>| each(name, value.as_slice());
    let words = question
        .query
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ");
    let mut parts: Vec<String> = Some(words)
        .into_iter()
        .filter(|words| !words.is_empty())
        .collect();
    parts.extend(each("aspect", &question.aspects));
    parts.extend(each("condition", &question.conditions));
    parts.extend(each("technique", &question.techniques));
    parts.extend(one("risk", &question.risk));
    parts.extend(one("source", &question.source));
    parts.extend(question.exact.then(|| "exact".to_owned()));
    parts.join(" · ")
}

/// How many came, changed and went, those that did.
fn tally(counts: ChangeCounts) -> String {
    tally_in(counts, ["changed", "came", "went"])
}

/// The same in other words, of what changed, came and went.
pub(crate) fn tally_in(counts: ChangeCounts, words: [&str; 3]) -> String {
    let each = [counts.changed, counts.came, counts.went];
    let some = each.iter().zip(words).filter(|(n, _)| **n > 0);
    let some: Vec<String> = some.map(|(n, word)| format!("{n} {word}")).collect();
    match some.is_empty() {
        true => "nothing changed".to_owned(),
        false => some.join(", "),
    }
}

/// What is to be said where there were more hits than are watched.
pub(crate) fn cut(changes: &QuestionChanges) -> Option<String> {
    let LookedAt { hits, of, .. } = match changes.now.more {
        true => changes.now,
        false if changes.before.more => changes.before,
        false => return None,
    };
    Some(format!(
        "watched are the best {hits} hits; {of} passages match"
    ))
}

/// What a person should know of how a question was read.
pub(crate) fn read_as(changes: &QuestionChanges) -> Vec<String> {
    let mut lines = spelling_lines(&changes.corrections, &changes.did_you_mean);
    lines.extend(changes.notes.iter().cloned());
    lines
}

/// What is to be said of a question that has no hits, neither before nor now.
pub(crate) fn unanswered(changes: &QuestionChanges) -> Option<&str> {
    match &changes.fault {
        Some(fault) => Some(fault),
        None if changes.now.hits + changes.before.hits == 0 => Some("no passage matches it"),
        None => None,
    }
}

/// What is to be said of a change after which only one of the wordings is a hit.
pub(crate) fn only(about: WordingAbout) -> &'static str {
    match about {
        WordingAbout::Both => "",
        WordingAbout::Before => "no longer a hit",
        WordingAbout::Now => "a hit only now",
    }
}

/// Prints the questions of which something changed, then how many there are.
pub fn write(out: &mut dyn Write, changes: &ListChanges, look: Look) -> io::Result<()> {
    let printer = Printer { look };
    let changed = changes.questions.iter().filter(|one| one.counts.sum() > 0);
    for one in changed {
        write_question(out, &printer, one)?;
    }
    for one in &changes.questions {
        if let Some(why) = unanswered(one) {
            let line = format!("“{}”: {why}", one.question.name);
            printer.wrapped(out, &printer.styled(&line, FAINT), "", INDENT)?;
        }
    }
    let changed = changes.questions.iter().filter(|one| one.counts.sum() > 0);
    let state =
        |of: GenerationTime| format!("{} ({})", of.generation, moment(of.started / 1_000_000_000));
    let line = format!(
        "{} of {} changed, from generation {} to {}",
        changed.count(),
        counted(changes.questions.len() as u64, "question"),
        state(changes.since),
        state(changes.now),
    );
    printer.wrapped(out, &printer.styled(&line, FAINT), "", "")
}

fn write_question(
    out: &mut dyn Write,
    printer: &Printer,
    changes: &QuestionChanges,
) -> io::Result<()> {
    let name = printer.styled(&changes.question.name, TITLE);
    writeln!(
        out,
        "{name}  {}",
        printer.styled(&tally(changes.counts), FAINT)
    )?;
    let asked = asked(&changes.question);
    if asked != changes.question.name {
        printer.wrapped(out, &printer.styled(&asked, FAINT), "", INDENT)?;
    }
    for line in read_as(changes) {
        printer.wrapped(out, &printer.styled(&line, FAINT), "", INDENT)?;
    }
    writeln!(out)?;
    for one in &changes.changed {
        let note = match one.about {
            WordingAbout::Both => String::new(),
            about => format!("  ({})", only(about)),
        };
        write_changed(out, printer, &one.passage, &note)?;
    }
    for passage in &changes.came {
        write_passage(out, printer, "+", passage)?;
    }
    for passage in &changes.went {
        write_passage(out, printer, "-", passage)?;
    }
    let more = Some(changes.more()).filter(|more| *more > 0);
    let more = more.map(|more| format!("and {more} more (--limit)"));
    let said: Vec<String> = more.into_iter().chain(cut(changes)).collect();
    if !said.is_empty() {
        printer.wrapped(out, &printer.styled(&said.join("; "), FAINT), "", INDENT)?;
        writeln!(out)?;
    }
    Ok(())
}

/// Prints what a list asks.
pub fn write_list(out: &mut dyn Write, list: &WatchList, look: Look) -> io::Result<()> {
    let printer = Printer { look };
    for question in &list.questions {
        let asked = asked(question);
        let name = printer.styled(&question.name, TITLE);
        match asked == question.name {
            true => printer.wrapped(out, &name, "", INDENT)?,
            false => printer.wrapped(
                out,
                &format!("{name}  {}", printer.styled(&asked, FAINT)),
                "",
                INDENT,
            )?,
        }
    }
    let line = counted(list.questions.len() as u64, "question");
    writeln!(out, "{}", printer.styled(&line, FAINT))
}

#[derive(Serialize)]
struct SavedQuestionJson<'a> {
    name: &'a str,
    query: &'a str,
    aspects: &'a [String],
    conditions: &'a [String],
    techniques: &'a [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    risk: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    source: Option<&'a str>,
    exact: bool,
    hits: usize,
}

impl<'a> SavedQuestionJson<'a> {
    fn new(question: &'a SavedQuestion) -> Self {
        SavedQuestionJson {
            name: &question.name,
            query: &question.query,
            aspects: &question.aspects,
            conditions: &question.conditions,
            techniques: &question.techniques,
            risk: question.risk.as_deref(),
            source: question.source.as_deref(),
            exact: question.exact,
            hits: question.watched(),
        }
    }
}

/// Writes a list as one JSON object on one line.
pub fn write_list_json(out: &mut dyn Write, list: &WatchList) -> io::Result<()> {
    #[derive(Serialize)]
    struct WatchListJson<'a> {
        title: Option<&'a str>,
        questions: Vec<SavedQuestionJson<'a>>,
    }
    let object = WatchListJson {
        title: list.title.as_deref(),
        questions: list.questions.iter().map(SavedQuestionJson::new).collect(),
    };
    serde_json::to_writer(&mut *out, &object)?;
    writeln!(out)
}

#[derive(Serialize)]
struct GenerationTimeJson {
    generation: u64,
    started: u64,
}

impl From<GenerationTime> for GenerationTimeJson {
    fn from(of: GenerationTime) -> Self {
        GenerationTimeJson {
            generation: of.generation,
            started: of.started / 1_000_000_000,
        }
    }
}

#[derive(Serialize)]
struct LookedAtJson {
    hits: usize,
    matching: usize,
    more: bool,
}

impl From<LookedAt> for LookedAtJson {
    fn from(LookedAt { hits, of, more }: LookedAt) -> Self {
        LookedAtJson {
            hits,
            matching: of,
            more,
        }
    }
}

#[derive(Serialize)]
struct ChangeCountsJson {
    came: usize,
    changed: usize,
    went: usize,
}

#[derive(Serialize)]
struct ChangedAnswerJson<'a> {
    about: &'static str,
    #[serde(flatten)]
    changed: ChangedJson<'a>,
}

#[derive(Serialize)]
struct QuestionChangesJson<'a> {
    #[serde(flatten)]
    question: SavedQuestionJson<'a>,
    before: LookedAtJson,
    now: LookedAtJson,
    counts: ChangeCountsJson,
    more: usize,
    came: Vec<DiffPassageJson<'a>>,
    changed: Vec<ChangedAnswerJson<'a>>,
    went: Vec<DiffPassageJson<'a>>,
    notes: Vec<String>,
}

impl<'a> QuestionChangesJson<'a> {
    fn new(changes: &'a QuestionChanges) -> Self {
        let ChangeCounts {
            came,
            changed,
            went,
        } = changes.counts;
        let answers = changes.changed.iter().map(|one| ChangedAnswerJson {
            about: match one.about {
                WordingAbout::Both => "both",
                WordingAbout::Before => "before",
                WordingAbout::Now => "now",
            },
            changed: ChangedJson::new(&one.passage),
        });
        QuestionChangesJson {
            question: SavedQuestionJson::new(&changes.question),
            before: changes.before.into(),
            now: changes.now.into(),
            counts: ChangeCountsJson {
                came,
                changed,
                went,
            },
            more: changes.more(),
            came: changes.came.iter().map(DiffPassageJson::new).collect(),
            changed: answers.collect(),
            went: changes.went.iter().map(DiffPassageJson::new).collect(),
            notes: read_as(changes)
                .into_iter()
                .chain(changes.fault.clone())
                .collect(),
        }
    }
}

/// Writes what changed as one JSON object on one line.
pub fn write_json(out: &mut dyn Write, changes: &ListChanges) -> io::Result<()> {
    #[derive(Serialize)]
    struct ListChangesJson<'a> {
        since: GenerationTimeJson,
        now: GenerationTimeJson,
        questions: Vec<QuestionChangesJson<'a>>,
    }
    let object = ListChangesJson {
        since: changes.since.into(),
        now: changes.now.into(),
        questions: changes
            .questions
            .iter()
            .map(QuestionChangesJson::new)
            .collect(),
    };
    serde_json::to_writer(&mut *out, &object)?;
    writeln!(out)
}
