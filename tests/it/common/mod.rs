//! What the end-to-end tests share: the real binary, run in folders of their own.

#[cfg(feature = "serve")]
pub mod browser;
#[cfg(all(feature = "cluster", feature = "serve"))]
pub mod cluster;
#[cfg(feature = "encoder")]
pub mod encoder;
#[cfg(all(feature = "cluster", feature = "serve"))]
pub mod proxy;
#[cfg(feature = "serve")]
pub mod server;
#[cfg(all(feature = "docx", feature = "html", feature = "odt", feature = "pdf"))]
pub mod written;

use std::path::{Path, PathBuf};
use std::sync::{LazyLock, OnceLock};

use assert_cmd::Command;
use palpate::document::{BlockKind, Document};
use palpate::index::{Home, Sources};
use palpate::passage;
use serde_json::Value;
use tempfile::TempDir;

/// The binary, to be run in `folder`, without settings of whoever runs the tests.
pub fn palpate(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_palpate"));
    command
        .current_dir(folder)
        .env_remove("PALPATE_INDEX")
        .env_remove("PALPATE_ENGINE")
        .env_remove("PALPATE_DATA")
        .env_remove("NO_COLOR");
    command
}

/// The repository, where `corpus/` is.
pub fn repository() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// A folder with a copy of the corpus and its index, built once for all tests.
pub fn corpus() -> &'static Path {
    static FOLDER: LazyLock<TempDir> = LazyLock::new(|| {
        let folder = folder_with_corpus();
        palpate(folder.path()).arg("index").assert().success();
        folder
    });
    FOLDER.path()
}

/// A folder with a copy of the corpus and nothing else.
pub fn folder_with_corpus() -> TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let target = folder.path().join("corpus");
    std::fs::create_dir(&target).expect("the folder is empty");
    let sources = std::fs::read_dir(repository().join("corpus")).expect("the corpus is there");
    for entry in sources.flatten() {
        std::fs::copy(entry.path(), target.join(entry.file_name())).expect("files can be copied");
    }
    folder
}

/// The JSON that a search over the corpus prints.
pub fn search(args: &[&str]) -> Value {
    let output = palpate(corpus())
        .args(["search", "--json"])
        .args(args)
        .output()
        .expect("the binary runs");
    serde_json::from_slice(&output.stdout).expect("--json prints JSON")
}

/// The collections for measuring, where this machine has them: named by `PALPATE_COLLECTIONS`, or in
/// `../shared`. Where they are not, the test says that it was skipped; under `CI=true` that is a
/// failure if there is a `../shared` that should have had them.
pub fn collections() -> Option<PathBuf> {
    let shared = repository().join("../shared");
    let named = std::env::var_os("PALPATE_COLLECTIONS").map(PathBuf::from);
    let found = named.unwrap_or_else(|| shared.join("collections"));
    if found.is_dir() {
        return Some(found);
    }
    // Every test has a thread that goes by its name.
    let thread = std::thread::current();
    let test = thread.name().unwrap_or("a test");
    let why = format!("there are no collections at {}", found.display());
    let ci = std::env::var("CI").is_ok_and(|ci| ci == "true");
    assert!(!(ci && shared.is_dir()), "{test}: {why}");
    eprintln!("skipped {test}: {why}");
    None
}

/// The folder of an index of a large collection, medquad-aspects, where this machine has it: built once
/// for all tests. They read it, or take a copy.
pub fn large_index() -> Option<&'static Path> {
    static FOLDER: OnceLock<TempDir> = OnceLock::new();
    let corpus = collections()?.join("medquad-aspects/corpus.jsonl");
    let folder = FOLDER.get_or_init(|| {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let home = Home::Folder(folder.path().to_owned());
        let sources = Sources::of([corpus]);
        home.build(&sources, &mut |_| {}).expect("it can be built");
        folder
    });
    Some(folder.path())
}

/// What every document and its passages must fulfil, whatever they were read from.
pub fn check(document: &Document) {
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
        for place in [Some(passage.lines()), passage.pages(), passage.paragraphs()] {
            assert!(place.is_none_or(|place| *place.start() >= 1 && !place.is_empty()));
        }
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

/// Numbers that look random, the same in every run (Knuth's linear congruential generator).
pub struct Numbers(pub u64);

impl Numbers {
    pub fn below(&mut self, end: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % end
    }

    pub fn of<'a>(&mut self, all: &[&'a str]) -> &'a str {
        all[self.below(all.len())]
    }
}

/// A page that shares most of its words and headings with others.
pub fn page(numbers: &mut Numbers) -> String {
    const TOPICS: [&str; 5] = [
        "Osteoporosis",
        "Asthma",
        "osteoporosis",
        "Manual therapy",
        "Gout",
    ];
    const HEADINGS: [&str; 4] = ["Risks", "risks", "Treatment", "Who gets it?"];
    const SENTENCES: [&str; 5] = [
        "Most people get better with rest.",
        "Severe osteoporosis speaks against thrust techniques.",
        "Ask your doctor about the cost.",
        "Nobody knows what causes it.",
        "Zebrafish were studied once.",
    ];
    let mut page = format!("{}\n\n", numbers.of(&TOPICS));
    for _ in 0..numbers.below(4) {
        page.push_str(&format!("{}\n\n", numbers.of(&HEADINGS)));
        for _ in 0..=numbers.below(30) {
            page.push_str(numbers.of(&SENTENCES));
            page.push(' ');
        }
        page.push_str("\n\n");
    }
    page
}

/// All that a search prints, and all that is counted.
pub fn state(folder: &Path, index: &str) -> Vec<String> {
    state_of(folder, ["--index", index])
}

/// The same, wherever the index is.
pub fn state_of(folder: &Path, home: [&str; 2]) -> Vec<String> {
    const QUERIES: [&str; 6] = [
        "osteoporosis risk",
        "zebrafish",
        "gout treatment",
        "cost",
        "who gets asthma",
        "thrust -rest",
    ];
    let mut state = Vec::new();
    for query in QUERIES {
        let args = ["search", "--json", "--explain", "--limit", "500", query];
        let run = palpate(folder).args(args).args(home).assert();
        let mut found: Value = serde_json::from_slice(&run.get_output().stdout).expect("JSON");
        found["elapsed_ms"] = Value::Null;
        state.push(found.to_string());
    }
    for prefix in ["o", "ri", "tr", "z"] {
        let run = palpate(folder)
            .args(["suggest", "--json", prefix])
            .args(home)
            .assert();
        state.push(String::from_utf8_lossy(&run.get_output().stdout).into_owned());
    }
    state
}

/// A number that whoever runs the tests may set.
pub fn number_from(variable: &str, usual: usize) -> usize {
    let set = std::env::var(variable).ok();
    set.map_or(usual, |set| set.parse().expect("it is a number"))
}

/// Reads a file that is in order and holds one document.
#[cfg(all(feature = "docx", feature = "html", feature = "odt", feature = "pdf"))]
pub fn read(name: &str, bytes: impl Into<Vec<u8>>) -> Document {
    let bytes = bytes.into();
    let ends = bytes.len().min(palpate::document::HEAD);
    let (head, tail) = (&bytes[..ends], &bytes[bytes.len() - ends..]);
    let reader =
        palpate::document::reader_of(Path::new(name), head, tail).expect("there is a reader");
    let mut documents = Vec::new();
    let part = palpate::document::Part::whole(bytes);
    let limits = palpate::document::Limits::default();
    palpate::document::read(reader, name, part, &limits, &mut |document| {
        documents.push(document)
    })
    .unwrap_or_else(|error| panic!("{name}: {error}"));
    assert_eq!(documents.len(), 1, "{name}");
    documents.remove(0)
}
