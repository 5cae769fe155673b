use super::*;
use crate::lexicon::Kind;

fn topic(kind: TopicKind) -> AuditTopic {
    AuditTopic {
        name: "gout".into(),
        kind,
        aspect: None,
        narrower: Vec::new(),
    }
}

/// What comes of all that is said of a concept.
fn cell(said: Vec<Evidence>) -> Cell {
    Cell::of(said, &topic(TopicKind::Concept(Kind::Condition)))
}

fn evidence(state: State, line: usize) -> Evidence {
    Evidence {
        state,
        claim: None,
        concept: "gout".into(),
        sentence: "Gout.".into(),
        name: (0, 4),
        zone: Zone::Text,
        lead: None,
        source: "a.txt".into(),
        lines: (line, line),
        pages: None,
        recognised: false,
        paragraphs: None,
        headings: Vec::new(),
        id: "0".to_owned().into(),
    }
}

#[test]
fn a_cell_says_the_strongest_thing_and_keeps_the_rest() {
    let said = cell(vec![
        evidence(State::Negated, 1),
        evidence(State::Hedged, 2),
        evidence(State::Hedged, 3),
    ]);
    assert_eq!(said.state(), State::Hedged);
    let lines: Vec<usize> = said.evidence().map(|evidence| evidence.lines.0).collect();
    assert_eq!(lines, [2, 1, 3]);
    assert_eq!(cell(Vec::new()), Cell::Silent);
}

#[test]
fn what_palpate_does_not_know_it_does_not_call_silent() {
    let words = topic(TopicKind::Words);
    assert_eq!(Cell::of(Vec::new(), &words), Cell::NotFound);
    let said = Cell::of(vec![evidence(State::Mentioned, 1)], &words);
    assert_eq!(said.state(), State::Mentioned);
    assert!(Cell::NotFound.is_empty() && Cell::Silent.is_empty() && !said.is_empty());
    assert!(State::Silent < State::NotFound && State::NotFound < State::Mentioned);
}

#[test]
fn a_denial_of_benefit_is_more_than_a_denial_and_less_than_a_condition() {
    let mut claim = Claim::from(Assertion::Negated);
    let denied = State::of(Some(&claim));
    claim.no_benefit = true;
    let no_benefit = State::of(Some(&claim));
    let conditional = State::of(Some(&Claim::from(Assertion::Hypothetical)));
    assert!(denied < no_benefit && no_benefit < conditional);
    assert_eq!(no_benefit, State::NoBenefit);
    assert_eq!(State::of(None), State::Mentioned);
}

#[test]
fn groups_and_order() {
    let row = |source: &str, cell: Cell| Row {
        source: source.to_owned(),
        cells: vec![cell],
    };
    let said = || cell(vec![evidence(State::Stated, 1)]);
    let mut audit = Audit {
        generation: 1,
        topics: vec![topic(TopicKind::Words)],
        rows: vec![
            row("a/1.txt", said()),
            row("a/2.txt", Cell::Silent),
            row("b.txt", said()),
        ],
        notes: Vec::new(),
    };
    let groups = audit.groups();
    assert_eq!((groups[0].folder.as_str(), groups[0].sources), (".", 1));
    assert_eq!(groups[1].tallies, [[1, 0, 0, 0, 0, 0, 0, 1]]);
    assert_eq!(audit.tallies(), [[2, 0, 0, 0, 0, 0, 0, 1]]);
    audit.silent_first();
    let order: Vec<&str> = audit.rows.iter().map(|row| row.source.as_str()).collect();
    assert_eq!(order, ["a/2.txt", "a/1.txt", "b.txt"]);
}
