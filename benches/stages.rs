//! What each stage of the pipeline costs, by the bytes it goes through.
//!
//! ```text
//! cargo bench --bench stages
//! cargo bench --bench stages -- annotate
//! ```
//!
//! The texts are real pages where the collections are (see CONTRIBUTING.md), else the four that palpate
//! comes with. "raw tantivy" indexes the same passages, so that its bytes a second can be held
//! against those of any stage.

mod common;

use std::hint::black_box;
use std::path::PathBuf;
use std::sync::Arc;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use palpate::analysis::Analyzer;
use palpate::annotate::Annotator;
use palpate::document::{self, Document, Limits, Part, reader_for};
use palpate::index::{Home, Sources};
use palpate::lexicon::Lexicon;
use palpate::passage::{self, Passage};
use palpate::search::{Request, Searcher};

use common::corpus::{Entry, Seed};
use common::raw::Raw;

/// At most this many pages of the collections are read.
const PAGES: usize = 600;
const QUERIES: usize = 200;

/// The same texts at each stage.
struct Texts {
    files: Vec<(PathBuf, Vec<u8>)>,
    documents: Vec<Document>,
    passages: Vec<Vec<Passage>>,
    bytes: u64,
}

impl Texts {
    fn read() -> Texts {
        let folder = common::collections().map(|dir| dir.join("medquad-pages/5_NIDDK_QA"));
        let folder = folder.filter(|folder| folder.is_dir());
        let folder = folder.unwrap_or_else(common::texts);
        let entries = std::fs::read_dir(&folder).expect("the folder can be listed");
        let mut paths: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
        paths.sort();
        paths.truncate(PAGES);
        let read = |path: PathBuf| {
            let bytes = std::fs::read(&path).expect("the file can be read");
            (path, bytes)
        };
        let files: Vec<(PathBuf, Vec<u8>)> = paths.into_iter().map(read).collect();
        let documents: Vec<Document> = files.iter().flat_map(documents).collect();
        Texts {
            passages: documents.iter().map(passage::cut).collect(),
            bytes: files.iter().map(|(_, bytes)| bytes.len() as u64).sum(),
            documents,
            files,
        }
    }

    fn folder(&self) -> PathBuf {
        let first = self.files.first().expect("there are texts");
        first.0.parent().expect("a file is in a folder").to_owned()
    }

    /// The passages as raw tantivy gets them.
    fn entries(&self) -> Vec<Entry> {
        let documents = self.documents.iter().zip(&self.passages);
        let passages = documents.flat_map(|(document, passages)| {
            passages.iter().map(move |passage| Entry {
                id: passage.id().to_string(),
                title: document.title().to_owned(),
                text: passage.text().to_owned(),
            })
        });
        passages.collect()
    }
}

fn documents((path, bytes): &(PathBuf, Vec<u8>)) -> Vec<Document> {
    let mut documents = Vec::new();
    if let Some(reader) = reader_for(path) {
        let source = path.to_string_lossy();
        let (part, limits) = (Part::whole(bytes.clone()), Limits::default());
        let read = document::read(reader, &source, part, &limits, &mut |document| {
            documents.push(document);
        });
        read.expect("the texts are readable");
    }
    documents
}

fn stages(criterion: &mut Criterion) {
    let texts = Texts::read();
    let mut group = criterion.benchmark_group("stages");
    group
        .throughput(Throughput::Bytes(texts.bytes))
        .sample_size(10);
    group.bench_function("read", |bench| {
        bench.iter(|| {
            texts
                .files
                .iter()
                .map(|file| documents(file).len())
                .sum::<usize>()
        });
    });
    group.bench_function("chunk", |bench| {
        bench.iter(|| {
            texts
                .documents
                .iter()
                .map(|d| passage::cut(d).len())
                .sum::<usize>()
        });
    });
    group.bench_function("analyse", |bench| {
        let mut analyzer = Analyzer::default();
        let passages: Vec<&Passage> = texts.passages.iter().flatten().collect();
        bench.iter(|| {
            let tokens = passages
                .iter()
                .map(|p| analyzer.uncounted_tokens(p.text()).len());
            tokens.sum::<usize>()
        });
    });
    group.bench_function("analyse and annotate", |bench| {
        let mut annotator = Annotator::new(Arc::new(Lexicon::builtin()));
        let documents: Vec<_> = texts.documents.iter().zip(&texts.passages).collect();
        bench.iter(|| {
            for (document, passages) in &documents {
                black_box(annotator.annotate(document, passages));
            }
        });
    });
    group.bench_function("whole build", |bench| {
        let sources = Sources::of([texts.folder()]);
        bench.iter(|| {
            let dir = tempfile::tempdir().expect("a folder for the index");
            let home = Home::Folder(dir.path().to_owned());
            home.build(&sources, &mut |_| {}).expect("it is built")
        });
    });
    group.bench_function("raw tantivy", |bench| {
        let entries = texts.entries();
        bench.iter(|| {
            let dir = tempfile::tempdir().expect("a folder for the index");
            let raw = Raw::create(dir.path()).expect("it is created");
            raw.add(entries.iter().cloned()).expect("it is filled");
        });
    });
    group.finish();
}

fn searches(criterion: &mut Criterion) {
    let texts = Texts::read();
    let dir = tempfile::tempdir().expect("a folder for the index");
    let sources = Sources::of([texts.folder()]);
    let home = Home::Folder(dir.path().to_owned());
    home.build(&sources, &mut |_| {}).expect("it is built");
    let searcher = Searcher::open(&home).expect("it opens");
    let seed = Seed::read(&[texts.folder()]).expect("the texts are readable");
    let queries = seed.queries(QUERIES, 1);
    let mut group = criterion.benchmark_group("search");
    group
        .throughput(Throughput::Elements(QUERIES as u64))
        .sample_size(10);
    group.bench_function("rank", |bench| {
        bench.iter(|| queries.iter().map(|q| rank(&searcher, q)).sum::<usize>());
    });
    group.bench_function("page", |bench| {
        bench.iter(|| queries.iter().map(|q| page(&searcher, q)).sum::<usize>());
    });
    group.finish();
}

fn rank(searcher: &Searcher, query: &str) -> usize {
    searcher.rank(query, 10).expect("it is searched").len()
}

fn page(searcher: &Searcher, query: &str) -> usize {
    let results = searcher
        .search(&Request::new(query))
        .expect("it is searched");
    results.hits.len()
}

criterion_group!(benches, stages, searches);
criterion_main!(benches);
