//! The audit against what people judged before they saw any output (`tests/judged/audit.jsonl`):
//! how often a cell is right, and how many of each state are found. The figures are printed; the
//! floors asserted here are what must not be lost.

use std::collections::{BTreeMap, BTreeSet};

use crate::common::{collections, repository};
use palpate::audit::{Audit, AuditRequest, State};
use palpate::index::{Home, Sources};
use serde_json::Value;

struct Judged {
    source: String,
    concept: String,
    state: String,
    line: Option<u64>,
}

/// A judged cell with what the audit says.
struct Compared {
    judged: Judged,
    kind: &'static str,
    found: State,
    /// Whether the judged line is among those cited.
    cited: bool,
}

/// How many cells are judged to be of a state, are said to be, and are both.
#[derive(Default, Clone, Copy)]
struct Counts {
    judged: usize,
    said: usize,
    right: usize,
}

impl Counts {
    fn precision(self) -> f64 {
        self.right as f64 / self.said.max(1) as f64
    }

    fn recall(self) -> f64 {
        self.right as f64 / self.judged.max(1) as f64
    }
}

/// What is judged, a JSON object a line.
fn judged(lines: &str) -> Vec<Judged> {
    let cell = |line: &str| {
        let cell: Value = serde_json::from_str(line).expect("a JSON object a line");
        let text = |field: &str| cell[field].as_str().expect("text").to_owned();
        Judged {
            source: text("source"),
            concept: text("concept"),
            state: text("state"),
            line: cell["line"].as_u64(),
        }
    };
    lines.lines().map(cell).collect()
}

/// The judged cells of which the source is there, with what the audit says of them.
fn compared(judged: Vec<Judged>) -> Vec<Compared> {
    let collections = collections();
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let mut there: Vec<Judged> = Vec::new();
    for cell in judged {
        let own = cell.source.starts_with("corpus/");
        let from = match (own, &collections) {
            (true, _) => repository().join(&cell.source),
            (false, Some(collections)) => collections.join(&cell.source),
            (false, None) => continue,
        };
        let to = folder.path().join("pages").join(&cell.source);
        std::fs::create_dir_all(to.parent().expect("in a folder")).expect("it can be made");
        std::fs::copy(from, to).expect("the page is there");
        there.push(cell);
    }
    let home = Home::Folder(folder.path().join("index"));
    let sources = Sources::of([folder.path().join("pages")]);
    home.build(&sources, &mut |_| {}).expect("it builds");
    let engine = home.open().expect("it was built");
    let topics: BTreeSet<&str> = there.iter().map(|cell| cell.concept.as_str()).collect();
    let mut audits: BTreeMap<String, Audit> = BTreeMap::new();
    for topic in topics {
        let audit = Audit::of(&*engine, &AuditRequest::new([topic])).expect("it can be read");
        audits.insert(topic.to_owned(), audit);
    }
    let compare = |judged: Judged| {
        let audit = &audits[&judged.concept];
        let row = audit
            .rows
            .iter()
            .find(|row| row.source.ends_with(&judged.source));
        let cell = &row.expect("every source has a row").cells[0];
        let on_line = |line: u64| {
            cell.evidence()
                .any(|e| (e.lines.0 as u64..=e.lines.1 as u64).contains(&line))
        };
        Compared {
            kind: audit.topics[0].kind.name(),
            found: cell.state(),
            cited: judged.line.is_none_or(on_line),
            judged,
        }
    };
    there.into_iter().map(compare).collect()
}

fn counts<'c>(cells: impl Iterator<Item = &'c Compared>, state: State) -> Counts {
    let mut counts = Counts::default();
    for cell in cells {
        let judged = cell.judged.state == state.name();
        let said = cell.found == state;
        counts.judged += usize::from(judged);
        counts.said += usize::from(said);
        counts.right += usize::from(judged && said);
    }
    counts
}

/// Cells of each of some states are found with at least a precision and a recall.
fn are_at_least(cells: &[Compared], floors: &[(State, f64, f64)]) {
    for &(state, precision, recall) in floors {
        let counts = counts(cells.iter(), state);
        let name = state.name();
        assert!(
            counts.precision() >= precision,
            "{name}: {}",
            counts.precision()
        );
        assert!(counts.recall() >= recall, "{name}: {}", counts.recall());
    }
}

/// Prints what is not as it was judged, and the figures by kind and state.
fn report(cells: &[Compared]) {
    for cell in cells.iter().filter(|c| c.judged.state != c.found.name()) {
        let Judged {
            source,
            concept,
            state,
            ..
        } = &cell.judged;
        println!("{state} but {}: {concept} in {source}", cell.found.name());
    }
    let kinds: BTreeSet<&str> = cells.iter().map(|cell| cell.kind).collect();
    for kind in kinds.into_iter().chain(["all"]) {
        for state in State::ALL {
            let of_kind = cells
                .iter()
                .filter(|cell| kind == "all" || cell.kind == kind);
            let counts = counts(of_kind, state);
            if counts.judged + counts.said > 0 {
                println!(
                    "{kind:<10} {:<12} {:>3} judged  {:>3} said  precision {:.3}  recall {:.3}",
                    state.name(),
                    counts.judged,
                    counts.said,
                    counts.precision(),
                    counts.recall()
                );
            }
        }
    }
}

#[test]
fn cells_are_as_people_judge_them() {
    let cells = compared(judged(include_str!("../../judged/audit.jsonl")));
    report(&cells);
    let cited = cells.iter().filter(|cell| cell.cited).count();
    println!("{cited} of {} cells cite the judged line", cells.len());
    let silent = counts(cells.iter(), State::Silent);
    assert_eq!(silent.precision(), 1.0, "a warning was missed");
    assert_eq!(cited, cells.len(), "a judged line is not among those cited");
    if collections().is_none() {
        return;
    }
    are_at_least(
        &cells,
        &[
            (State::Stated, 0.97, 0.97),
            (State::Hedged, 0.95, 0.87),
            (State::Conditional, 0.95, 0.95),
            (State::Negated, 0.94, 0.94),
            (State::Silent, 1.0, 0.98),
        ],
    );
    for (kind, precision, recall) in [
        ("condition", 0.98, 0.98),
        ("technique", 0.95, 0.95),
        ("risk", 0.95, 0.95),
    ] {
        let of_kind = cells.iter().filter(|cell| cell.kind == kind);
        let counts = counts(of_kind, State::Stated);
        assert!(
            counts.precision() >= precision,
            "{kind}: {}",
            counts.precision()
        );
        assert!(counts.recall() >= recall, "{kind}: {}", counts.recall());
    }
}

/// Judged when the rules were made, before any output was looked at. What was missed then
/// (docs/measurements.md has the figures) has been mended since where that was right for all texts.
#[test]
fn cells_that_were_held_out_are_as_people_judge_them() {
    if collections().is_none() {
        return;
    }
    let cells = compared(judged(include_str!("../../judged/audit-held-out.jsonl")));
    report(&cells);
    are_at_least(
        &cells,
        &[
            (State::Stated, 0.95, 0.92),
            (State::Negated, 0.95, 0.85),
            (State::Silent, 0.99, 0.99),
        ],
    );
}

/// Judged on pages that nobody had looked at when the rules were written, drawn by a seed. What was
/// missed at the first look is in docs/measurements.md.
#[test]
fn cells_of_unseen_pages_are_as_people_judge_them() {
    if collections().is_none() {
        return;
    }
    let cells = compared(judged(include_str!("../../judged/audit-unseen.jsonl")));
    report(&cells);
    are_at_least(
        &cells,
        &[(State::Stated, 0.92, 0.90), (State::Silent, 0.98, 0.90)],
    );
}

/// Judged with topics in other words than those of the page as often as in its own, which is harder than what
/// people ask: docs/measurements.md has the figures of the first look, and of the sets before it.
#[test]
fn topics_in_other_words_than_the_page_has_are_found() {
    if collections().is_none() {
        return;
    }
    let cells = compared(judged(include_str!("../../judged/audit-wordings.jsonl")));
    report(&cells);
    are_at_least(
        &cells,
        &[
            (State::Stated, 0.92, 0.80),
            (State::Hedged, 0.85, 0.68),
            (State::Silent, 0.91, 0.88),
        ],
    );
}
