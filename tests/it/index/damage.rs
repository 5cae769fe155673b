//! What happens to an index when bytes in its files change: `check` finds it, and a search never
//! panics, nor passes off a wrong answer as right.
//!
//! `PALPATE_FLIPS` says how many bits are flipped, one at a time.

use std::path::{Path, PathBuf};

use crate::common::{Numbers, folder_with_corpus, large_index, number_from, palpate};
use palpate::index::{Home, check};
use palpate::search::{Request, Searcher};
use serde_json::Value;

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
fn a_large_index_is_not_looked_at_but_never_panics() {
    let Some(large) = large_index() else {
        return;
    };
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let dir = folder.path().join("index");
    for file in files(large) {
        let copy = dir.join(file.strip_prefix(large).expect("it is below it"));
        std::fs::create_dir_all(copy.parent().expect("it is in a folder")).expect("it can be made");
        std::fs::copy(&file, copy).expect("it can be copied");
    }
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
        let is_lock = flipped.path.to_string_lossy().ends_with("lock");
        assert!(told || is_lock, "{}", flipped.path.display());
    }
    eprintln!("{harmless} answered as before, {errors} errors, {wrong} otherwise");
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
    std::fs::create_dir(folder.path().join("index/g000007")).expect("the folder is new");
    let checked = palpate(folder.path())
        .args(["check", "--json"])
        .assert()
        .code(0);
    let report: Value = serde_json::from_slice(&checked.get_output().stdout).expect("JSON");
    assert_eq!(report["leftovers"], serde_json::json!(["g000007"]));
    std::fs::remove_file(folder.path().join("index/g000001/lexicon.tsv")).expect("it is there");
    let checked = palpate(folder.path())
        .args(["check", "--json"])
        .assert()
        .code(2);
    let report: Value = serde_json::from_slice(&checked.get_output().stdout).expect("JSON");
    assert_eq!(report["damage"][0]["path"], "g000001/lexicon.tsv");
}
