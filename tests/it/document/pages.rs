//! What must hold for every document, checked on all the real pages where they are at hand, and
//! on the corpus always.

use std::path::Path;

use crate::common::{self, check};
use palpate::document::files::{Found, walk};
use palpate::document::{self, BlockKind, Document, Limits, Part, reader_for};

fn documents(root: &Path) -> Vec<Document> {
    let mut documents = Vec::new();
    for found in walk(root, Default::default()) {
        let Found::File { path, .. } = found else {
            panic!("{found:?}");
        };
        let reader = reader_for(&path).expect("pages are text");
        let bytes = std::fs::read(&path).expect("pages can be read");
        let source = path.display().to_string();
        let part = Part::whole(bytes);
        document::read(reader, &source, part, &Limits::default(), &mut |document| {
            documents.push(document)
        })
        .expect("pages are UTF-8");
    }
    documents
}

#[test]
fn the_corpus_is_cut_without_loss() {
    let documents = documents(&common::repository().join("corpus"));
    assert_eq!(documents.len(), 4);
    documents.iter().for_each(check);
}

#[test]
fn real_pages_are_cut_without_loss() {
    let Some(collections) = common::collections() else {
        return;
    };
    let documents = documents(&collections.join("medquad-pages"));
    assert!(documents.len() > 2_000);
    documents.iter().for_each(check);
    let questions = |document: &&Document| {
        let is_question =
            |block: &palpate::document::Block| matches!(block.kind, BlockKind::Question { .. });
        document.blocks().iter().any(is_question)
    };
    // Nearly all of these pages are made of questions and answers.
    let found = documents.iter().filter(questions).count();
    assert!(
        found * 10 > documents.len() * 7,
        "{found} of {}",
        documents.len()
    );
}
