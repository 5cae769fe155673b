//! What is fuzzed: bytes in, and promises that must hold whatever they are.
//!
//! `tests/it/replay.rs` has this file as well, and runs it over the corpus in every test.

use std::path::Path;
use std::sync::Arc;

use palpate::annotate::Annotator;
use palpate::document::{HEAD, Limits, Part, read, reader_of};
use palpate::lexicon::Lexicon;
use palpate::passage;
use palpate::query::Query;

/// The names that a file may have: the first byte of an input says which.
const NAMES: [&str; 9] = [
    "a.txt", "a.md", "a.html", "a.csv", "a.tsv", "a.jsonl", "a.pdf", "a.docx", "a",
];

/// Reads a file, cuts it and annotates it.
pub fn reader(input: &[u8]) {
    let Some((name, bytes)) = input.split_first() else {
        return;
    };
    let name = NAMES[usize::from(*name) % NAMES.len()];
    let ends = bytes.len().min(HEAD);
    let (head, tail) = (&bytes[..ends], &bytes[bytes.len() - ends..]);
    let Some(reader) = reader_of(Path::new(name), head, tail) else {
        return;
    };
    let limits = Limits {
        expanded_bytes: 4 << 20,
        ..Limits::default()
    };
    let mut annotator = Annotator::new(Arc::new(Lexicon::builtin()));
    let result = read(reader, name, Part::whole(bytes), &limits, &mut |document| {
        let mut next = 0;
        for block in document.blocks() {
            assert_eq!(block.bytes.start, next, "blocks tile the text");
            next = block.bytes.end;
        }
        assert_eq!(next, document.text().len());
        let passages = passage::cut(&document);
        for passage in &passages {
            assert_eq!(&document.text()[passage.bytes()], passage.text());
        }
        let annotations = annotator.annotate(&document, &passages);
        assert_eq!(annotations.len(), passages.len());
    });
    if let Err(error) = result {
        let said = error.to_string();
        assert!(!said.contains("its reader failed"), "{name}: {said}");
    }
}

/// Reads a query, and what was understood of it once more.
pub fn query(input: &[u8]) {
    if let Ok(text) = std::str::from_utf8(input) {
        let _ = Query::parse(text);
    }
}
