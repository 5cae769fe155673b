//! What happens to an index when bytes in its files change: `check` finds it, and a search never
//! panics, nor passes off a wrong answer as right.
//!
//! `PALPATE_FLIPS` says how many bits are flipped, one at a time.

use std::collections::BTreeSet;
use std::io::Write;
use std::path::{Path, PathBuf};

use crate::common::{Numbers, folder_with_corpus, large_index, number_from, palpate};
use palpate::index::{
    CandidateNumber, Engine, Home, IndexError, Term, TermNumber, TextField, ToCount, Wanted, check,
};
use palpate::search::{Request, Searcher};
use serde_json::Value;
use tempfile::TempDir;

const QUERIES: [&str; 4] = [
    "osteoporosis risk",
    "\"manual therapy\"",
    "cost -session",
    "osteop*",
];

/// All that is found, or why nothing is.
fn answers(dir: &Path) -> Result<Vec<String>, String> {
    let home = Home::Folder(dir.to_owned());
    let searcher = Searcher::open(&home).map_err(|error| error.to_string())?;
    let mut answers = Vec::new();
    for query in QUERIES {
        let request = Request {
            facets: true,
            ..Request::new(query)
        };
        let found = searcher
            .search(&request)
            .map_err(|error| error.to_string())?;
        let hits = found.hits.iter().map(|hit| (&hit.passage, hit.score));
        answers.push(format!("{:?} {:?}", hits.collect::<Vec<_>>(), found.facets));
    }
    let suggested = searcher
        .suggest("ma", 10)
        .map_err(|error| error.to_string())?;
    answers.push(format!("{suggested:?}"));
    Ok(answers)
}

/// All files below a folder.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = Vec::new();
    for entry in std::fs::read_dir(folder)
        .expect("the folder is there")
        .flatten()
    {
        match entry.path() {
            path if path.is_dir() => files.extend(self::files(&path)),
            path => files.push(path),
        }
    }
    files.sort();
    files
}

/// A folder with a copy of the large index, where this machine has the collection.
fn folder_with_large_index() -> Option<TempDir> {
    let large = large_index()?;
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    for file in files(large) {
        let inner = file.strip_prefix(large).expect("it is below it");
        let copy = folder.path().join("index").join(inner);
        std::fs::create_dir_all(copy.parent().expect("it is in a folder")).expect("it can be made");
        std::fs::copy(&file, copy).expect("it can be copied");
    }
    Some(folder)
}

/// A bit of a file, flipped until this is dropped.
struct Flipped {
    path: PathBuf,
    whole: Vec<u8>,
}

impl Flipped {
    fn any(files: &[PathBuf], numbers: &mut Numbers) -> Flipped {
        loop {
            let path = files[numbers.below(files.len())].clone();
            let whole = std::fs::read(&path).expect("the file can be read");
            if whole.is_empty() {
                continue;
            }
            let mut bytes = whole.clone();
            bytes[numbers.below(whole.len())] ^= 1 << numbers.below(8);
            // Another file, as readers have the old one mapped.
            std::fs::remove_file(&path).expect("the file can be removed");
            std::fs::write(&path, bytes).expect("the file can be written");
            return Flipped { path, whole };
        }
    }
}

impl Drop for Flipped {
    fn drop(&mut self) {
        let restored = std::fs::remove_file(&self.path);
        restored
            .and_then(|()| std::fs::write(&self.path, &self.whole))
            .expect("it can be restored");
    }
}

#[test]
fn every_flipped_bit_is_found_or_harmless() {
    let folder = folder_with_corpus();
    palpate(folder.path()).arg("index").assert().success();
    let dir = folder.path().join("index");
    let files = files(&dir);
    let right = answers(&dir).expect("the index is sound");
    let mut numbers = Numbers(1);
    let mut found = 0;
    let flips = number_from("PALPATE_FLIPS", 100);
    for _ in 0..flips {
        let flipped = Flipped::any(&files, &mut numbers);
        let told = match check(&dir) {
            Ok(report) => !report.damage.is_empty(),
            // The format or a version is not what it was.
            Err(_) => true,
        };
        match answers(&dir) {
            Ok(answers) => assert_eq!(answers, right, "{}", flipped.path.display()),
            Err(error) => assert!(told, "{error}"),
        }
        found += usize::from(told);
    }
    assert!(found > flips * 3 / 4, "{found} of {flips}");
    assert_eq!(check(&dir).expect("it can be checked").damage, []);
}

#[test]
fn a_flipped_bit_in_a_large_index_never_changes_an_answer_without_an_error() {
    let Some(folder) = folder_with_large_index() else {
        return;
    };
    let dir = folder.path().join("index");
    let files = files(&dir);
    let right = answers(&dir).expect("the index is sound");
    let mut numbers = Numbers(2);
    let (mut harmless, mut errors, mut wrong) = (0, 0, 0);
    for _ in 0..number_from("PALPATE_FLIPS", 20) {
        let flipped = Flipped::any(&files, &mut numbers);
        let told = check(&dir).map_or(true, |report| !report.damage.is_empty());
        match answers(&dir) {
            Err(_) => errors += 1,
            Ok(answers) if answers == right => harmless += 1,
            Ok(_) => wrong += 1,
        }
        // Locks, marks and the copy of the manifest decide nothing.
        let name = flipped
            .path
            .file_name()
            .unwrap_or_default()
            .to_string_lossy();
        let says_nothing = name.ends_with("lock") || name == ".palpate" || name == "manifest.json";
        assert!(told || says_nothing, "{}", flipped.path.display());
    }
    assert_eq!(wrong, 0, "{harmless} answered as before, {errors} errors");
    assert!(errors > 0, "{harmless} answered as before");
}

/// Writes over the middle of a file, in place: who has it mapped sees that.
fn spoil(path: &Path) {
    let mut bytes = std::fs::read(path).expect("the file can be read");
    let third = bytes.len() / 3;
    bytes[third..2 * third].fill(0xff);
    let mut file = std::fs::File::options()
        .write(true)
        .open(path)
        .expect("it can be written to");
    file.write_all(&bytes).expect("it can be written");
}

/// What an engine says to each thing that can be asked of it.
fn asked(engine: &dyn Engine) -> Vec<(&'static str, Result<(), IndexError>)> {
    let word = || Wanted::Term(Term::Word(TextField::Body, "risk".to_owned()));
    let terms = [Term::Word(TextField::Body, "risk".to_owned())];
    let counted = ToCount {
        groups: &["aspect"],
        values: 5,
        sources: 5,
        otherwise: None,
    };
    let everything = Wanted::All(Vec::new());
    let at = engine.first(&everything, 100);
    let at = at.as_deref().unwrap_or_default();
    let table = engine.table(at, &["risk"], &[&[TermNumber(0)]]);
    let places = table
        .as_ref()
        .map(|table| engine.positions(table, &[CandidateNumber(0)], &["risk"], &[TermNumber(0)]));
    let sources = engine.sources(None, 10);
    let documents = sources.as_deref().unwrap_or_default().iter();
    let documents: Result<Vec<_>, _> = documents.map(|path| engine.document(path)).collect();
    vec![
        ("frequencies", engine.frequencies(&terms).map(drop)),
        ("best", engine.best(&word(), 10).map(drop)),
        ("first", engine.first(&everything, 100).map(drop)),
        ("count", engine.count(&word()).map(drop)),
        ("tallies", engine.tallies(&word(), counted).map(drop)),
        ("places", places.map_or(Ok(()), |places| places.map(drop))),
        ("table", table.map(drop)),
        ("passages", engine.passages(at).map(drop)),
        ("each", engine.each(&everything, &mut |_| {})),
        ("passage", engine.passage("0000").map(drop)),
        ("documents", documents.map(drop)),
        ("sources", sources.map(drop)),
        ("words", engine.look_up(&mut |_| {})),
    ]
}

#[test]
fn damage_that_comes_after_opening_is_said_whatever_is_asked() {
    let mut damaged = BTreeSet::new();
    let folder = folder_with_corpus();
    palpate(folder.path()).arg("index").assert().success();
    let dir = folder.path().join("index");
    for name in files(&dir.join("g000001")) {
        let engine = Home::Folder(dir.clone()).open().expect("it is sound");
        let whole = std::fs::read(&name).expect("the file can be read");
        spoil(&name);
        for (what, answer) in asked(&*engine) {
            match answer {
                Ok(()) => {}
                Err(IndexError::Damaged { .. }) => drop(damaged.insert(what)),
                Err(error) => panic!("{what} with {}: {error}", name.display()),
            }
        }
        drop(engine);
        std::fs::write(&name, whole).expect("it can be restored");
    }
    for what in ["documents", "each", "passages"] {
        assert!(damaged.contains(what), "{damaged:?}");
    }
}

/// What a command says of an index that is damaged, if it says so; never that palpate is at fault.
fn says_damaged(folder: &Path, arguments: &[&str]) -> bool {
    let output = palpate(folder)
        .args(arguments)
        .output()
        .expect("palpate can be run");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(!said.contains("fault"), "{arguments:?}: {said}");
    match output.status.code() {
        Some(2) => assert!(said.contains("damaged"), "{arguments:?}: {said}"),
        code => assert!(matches!(code, Some(0 | 1)), "{arguments:?}: {code:?}"),
    }
    output.status.code() == Some(2)
}

#[test]
fn every_command_says_that_a_large_index_is_damaged() {
    let Some(folder) = folder_with_large_index() else {
        return;
    };
    let dir = folder.path().join("index");
    let write = |name: &str, text: &str| {
        std::fs::write(folder.path().join(name), text).expect("the file can be written");
    };
    write("queries.tsv", "1\tosteoporosis risk\n2\tasthma treatment\n");
    write("qrels.tsv", "1 0 none 1\n");
    let cited = palpate(folder.path())
        .args(["search", "--json", "osteoporosis risk"])
        .output()
        .expect("palpate can be run");
    let cited: Value = serde_json::from_slice(&cited.stdout).expect("it is JSON");
    let id = cited["hits"][0]["id"].as_str().expect("there is a hit");
    let citation = palpate(folder.path()).args(["cite", id]).output();
    write(
        "cited.txt",
        &String::from_utf8_lossy(&citation.expect("palpate can be run").stdout),
    );
    let commands: [&[&str]; 8] = [
        &["search", "osteoporosis risk"],
        &["run", "queries.tsv"],
        &["eval", "queries.tsv", "qrels.tsv"],
        &["audit", "osteoporosis"],
        &["cite", id],
        &["verify", "cited.txt"],
        &["diff", "--aspect", "cost", "index", "index"],
        &["suggest", "ost"],
    ];
    let mut said = BTreeSet::new();
    for path in files(&dir.join("g000001")) {
        let whole = std::fs::read(&path).expect("the file can be read");
        spoil(&path);
        for arguments in commands {
            // Once it has said so, it has.
            if !said.contains(arguments[0]) && says_damaged(folder.path(), arguments) {
                said.insert(arguments[0]);
            }
        }
        std::fs::write(&path, whole).expect("it can be restored");
    }
    assert_eq!(said.len(), commands.len(), "{said:?}");
}

#[test]
fn damage_is_named_and_can_be_repaired() {
    let folder = folder_with_corpus();
    palpate(folder.path()).arg("index").assert().success();
    let sound = palpate(folder.path()).arg("check").assert().code(0);
    let said = String::from_utf8_lossy(&sound.get_output().stdout).into_owned();
    assert!(said.starts_with("all is well: 4 documents"), "{said}");
    let words = folder.path().join("index/g000001/vocabulary.fst");
    let mut bytes = std::fs::read(&words).expect("it is there");
    bytes[100] ^= 4;
    std::fs::write(&words, bytes).expect("it can be written");
    let checked = palpate(folder.path())
        .args(["check", "--json"])
        .assert()
        .code(2);
    let report: Value = serde_json::from_slice(&checked.get_output().stdout).expect("JSON");
    assert_eq!(report["damage"][0]["path"], "g000001/vocabulary.fst");
    let search = palpate(folder.path())
        .args(["search", "risk"])
        .assert()
        .code(2);
    let said = String::from_utf8_lossy(&search.get_output().stderr).into_owned();
    assert!(
        said.contains("palpate check") && said.contains("vocabulary.fst"),
        "{said}"
    );
    palpate(folder.path())
        .args(["index", "--force"])
        .assert()
        .code(0);
    palpate(folder.path()).arg("check").assert().code(0);
    palpate(folder.path())
        .args(["search", "risk"])
        .assert()
        .code(0);
}

#[test]
fn a_missing_file_and_leftovers_are_named() {
    let folder = folder_with_corpus();
    palpate(folder.path()).arg("check").assert().code(2);
    palpate(folder.path()).arg("index").assert().success();
    let half = folder.path().join("index/g000007");
    std::fs::create_dir(&half).expect("the folder is new");
    let mark = folder.path().join("index/.palpate");
    std::fs::copy(mark, half.join(".palpate")).expect("it can be copied");
    let checked = palpate(folder.path())
        .args(["check", "--json"])
        .assert()
        .code(0);
    let report: Value = serde_json::from_slice(&checked.get_output().stdout).expect("JSON");
    assert_eq!(report["leftovers"], serde_json::json!(["g000007"]));
    std::fs::remove_file(folder.path().join("index/g000001/lexicon.bin")).expect("it is there");
    let checked = palpate(folder.path())
        .args(["check", "--json"])
        .assert()
        .code(2);
    let report: Value = serde_json::from_slice(&checked.get_output().stdout).expect("JSON");
    assert_eq!(report["damage"][0]["path"], "g000001/lexicon.bin");
}
