//! An engine within a budget: with time it answers as it does without one, and after it nothing is read.

use std::sync::Arc;

use palpate::index::{Budget, Engine, Home, PassageAt, Sources, Term, TextField, ToCount, Wanted};

/// An engine with two hundred passages that have a word.
fn engine(folder: &std::path::Path) -> Arc<dyn Engine> {
    let text = "# Gout\n\n".to_owned() + &"## Gout\n\nGout hurts.\n\n".repeat(200);
    std::fs::write(folder.join("a.md"), text).expect("it can be written");
    let home = Home::Folder(folder.join("index"));
    home.build(&Sources::of([folder.join("a.md")]), &mut |_| {})
        .expect("it can be built");
    home.open().expect("it can be opened")
}

fn gout() -> Wanted {
    let in_field = |field| Wanted::Term(Term::Word(field, "gout".to_owned()));
    Wanted::Any(TextField::ALL.map(in_field).into())
}

fn asked(engine: &dyn Engine) -> (u64, Vec<PassageAt>, Vec<PassageAt>, usize) {
    let mut read = 0;
    engine
        .each(&gout(), &mut |_| read += 1)
        .expect("it can be read");
    let what = ToCount {
        otherwise: None,
        groups: &["aspect"],
        values: 10,
        sources: 10,
    };
    let tallies = engine.tallies(&gout(), what).expect("it can be counted");
    let count = engine.count(&gout()).expect("it can be counted");
    assert_eq!(tallies.passages, count);
    (
        count,
        engine.best(&gout(), 500).expect("it can be found"),
        engine.first(&gout(), 500).expect("it can be found"),
        read,
    )
}

#[test]
fn with_time_it_is_as_without_a_budget_and_after_it_nothing_is_read() {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let engine = engine(folder.path());
    let all = asked(&*engine);
    assert!(all.0 >= 200, "{} passages", all.0);
    let budget = Budget::until_stopped();
    let bounded = engine.within(&budget);
    assert_eq!(asked(&*bounded), all);
    assert!(!budget.is_spent());
    budget.stop();
    assert_eq!(asked(&*bounded), (0, Vec::new(), Vec::new(), 0));
    assert!(budget.is_spent() && bounded.budget().is_spent());
    assert_eq!(asked(&*engine), all, "the others are not bounded by it");
}

#[test]
fn what_is_stopped_on_the_way_has_part_of_it() {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let engine = engine(folder.path());
    let budget = Budget::until_stopped();
    let mut read = 0;
    let bounded = engine.within(&budget);
    let stop_at_ten = &mut |_| {
        read += 1;
        if read == 10 {
            budget.stop();
        }
    };
    bounded.each(&gout(), stop_at_ten).expect("it can be read");
    assert_eq!(read, 10);
    assert!(budget.is_spent());
}
