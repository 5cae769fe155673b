use super::*;
use crate::audit::TopicKind;

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
    let cell = Cell::of(vec![
        evidence(State::Negated, 1),
        evidence(State::Hedged, 2),
        evidence(State::Hedged, 3),
    ]);
    assert_eq!(cell.state(), State::Hedged);
    let lines: Vec<usize> = cell.evidence().map(|evidence| evidence.lines.0).collect();
    assert_eq!(lines, [2, 1, 3]);
    assert_eq!(Cell::of(Vec::new()), Cell::Silent);
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
    let said = || Cell::of(vec![evidence(State::Stated, 1)]);
    let mut audit = Audit {
        generation: 1,
        topics: vec![AuditTopic {
            name: "gout".into(),
            kind: TopicKind::Words,
            aspect: None,
            narrower: Vec::new(),
        }],
        rows: vec![
            row("a/1.txt", said()),
            row("a/2.txt", Cell::Silent),
            row("b.txt", said()),
        ],
        notes: Vec::new(),
    };
    let groups = audit.groups();
    assert_eq!((groups[0].folder.as_str(), groups[0].sources), (".", 1));
    assert_eq!(groups[1].tallies, [[1, 0, 0, 0, 0, 0, 1]]);
    assert_eq!(audit.tallies(), [[2, 0, 0, 0, 0, 0, 1]]);
    audit.silent_first();
    let order: Vec<&str> = audit.rows.iter().map(|row| row.source.as_str()).collect();
    assert_eq!(order, ["a/2.txt", "a/1.txt", "b.txt"]);
}
