//! What fuzzing has found, and what it begins with, once more: see `tests/fuzz/README.md`.

#[path = "../fuzz/src/lib.rs"]
mod targets;

use crate::common::repository;

fn each(target: &str, take: fn(&[u8])) {
    let folder = repository().join("tests/fuzz/corpus").join(target);
    let entries = std::fs::read_dir(&folder).expect("the corpus is there");
    let mut count = 0;
    for entry in entries.flatten() {
        let input = std::fs::read(entry.path()).expect("it can be read");
        take(&input);
        // Cut off anywhere, it is another input.
        take(&input[..input.len() / 2]);
        count += 1;
    }
    assert!(count > 0, "{}", folder.display());
}

#[test]
fn files_of_the_corpus_are_read_cut_and_annotated() {
    each("reader", targets::reader);
}

#[test]
fn queries_of_the_corpus_are_read() {
    each("query", targets::query);
}
