//! What must hold for every document, checked on all the real pages where they are at hand, and
//! on the corpus always.

mod common;

use std::path::Path;

use palpate::document::files::{Found, walk};
use palpate::document::{BlockKind, Document, Part, reader_for};
use palpate::passage;

fn documents(root: &Path) -> Vec<Document> {
    let mut documents = Vec::new();
    for found in walk(root) {
        let Found::File { path, .. } = found else {
            panic!("{found:?}");
        };
        let reader = reader_for(&path).expect("pages are text");
        let bytes = std::fs::read(&path).expect("pages can be read");
        let source = path.display().to_string();
        reader
            .read(&source, Part::whole(bytes), &mut |document| {
                documents.push(document)
            })
            .expect("pages are UTF-8");
    }
    documents
}

fn check(document: &Document) {
    let mut next = 0;
    for block in document.blocks() {
        assert_eq!(block.bytes.start, next, "{}", document.source());
        next = block.bytes.end;
    }
    assert_eq!(next, document.text().len());

    let passages = passage::cut(document);
    let mut owners = vec![0; document.blocks().len()];
    for passage in &passages {
        assert!(!passage.text().trim().is_empty());
        assert_eq!(&document.text()[passage.bytes()], passage.text());
        passage
            .blocks()
            .iter()
            .for_each(|&block| owners[block] += 1);
    }
    for (block, owners) in document.blocks().iter().zip(owners) {
        let expected = usize::from(block.kind != BlockKind::Furniture);
        assert_eq!(
            owners,
            expected,
            "{}: {:?}",
            document.source(),
            document.block_text(block)
        );
    }
    let ids = |passages: &[passage::Passage]| -> Vec<_> {
        passages
            .iter()
            .map(|passage| passage.id().clone())
            .collect()
    };
    assert_eq!(ids(&passages), ids(&passage::cut(document)));
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
