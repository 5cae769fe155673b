//! Indexing again: what has changed is noticed, and what has not is left alone.

use std::path::Path;
use std::time::{Duration, SystemTime};

use crate::common::{Numbers, folder_with_corpus, page, palpate, state};
use serde_json::{Value, json};
use tempfile::TempDir;

/// Runs `palpate index` on `corpus` and gives what it says.
fn index(folder: &Path, args: &[&str], code: i32) -> Value {
    let run = palpate(folder)
        .args(["index", "--json"])
        .args(args)
        .assert()
        .code(code);
    serde_json::from_slice(&run.get_output().stdout).expect("one JSON object")
}

/// A folder with an index, its files older than any doubt about their times.
fn indexed() -> TempDir {
    let folder = folder_with_corpus();
    let old = SystemTime::now() - Duration::from_secs(3600);
    for entry in std::fs::read_dir(folder.path().join("corpus")).expect("the corpus is there") {
        let file = std::fs::File::options()
            .append(true)
            .open(entry.expect("an entry").path());
        let file = file.expect("the file opens");
        file.set_modified(old).expect("its time can be set");
    }
    assert_eq!(index(folder.path(), &[], 0)["changes"], Value::Null);
    folder
}

fn changes(added: u64, changed: u64, removed: u64, unchanged: u64) -> Value {
    json!({"added": added, "changed": changed, "removed": removed, "unchanged": unchanged})
}

fn texts(folder: &Path) -> Vec<std::path::PathBuf> {
    files_in(&folder.join("corpus"))
}

fn files_in(folder: &Path) -> Vec<std::path::PathBuf> {
    let entries = std::fs::read_dir(folder).expect("the folder is there");
    let mut paths: Vec<_> = entries.flatten().map(|entry| entry.path()).collect();
    paths.sort();
    paths
}

#[test]
fn what_has_not_changed_is_left_alone() {
    let folder = indexed();
    let again = index(folder.path(), &[], 0);
    assert_eq!(again["changes"], changes(0, 0, 0, 4));
    assert_eq!(again["generation"], 1);
    assert_eq!(again["documents"], 4);
    let said = palpate(folder.path()).arg("index").assert().code(0);
    let said = String::from_utf8_lossy(&said.get_output().stdout).into_owned();
    assert!(
        said.starts_with("nothing has changed: 4 documents"),
        "{said}"
    );
    assert_eq!(index(folder.path(), &["--force"], 0)["generation"], 2);
}

#[test]
fn added_changed_and_removed_files_are_noticed() {
    let folder = indexed();
    let texts = texts(folder.path());
    std::fs::write(
        folder.path().join("corpus/new.txt"),
        "Zebrafish\n\nA fish.\n",
    )
    .expect("written");
    std::fs::remove_file(&texts[0]).expect("removed");
    // As long as before, and with its time set back: only the content tells.
    let old = std::fs::metadata(&texts[1])
        .and_then(|m| m.modified())
        .expect("a time");
    let text = std::fs::read_to_string(&texts[1]).expect("read");
    std::fs::write(&texts[1], text.replace("osteoporosis", "OSTEOPOROSIS")).expect("written");
    let now = index(folder.path(), &[], 0);
    assert_eq!(now["changes"], changes(1, 1, 1, 2));
    assert_eq!(now["generation"], 2);
    palpate(folder.path())
        .args(["search", "zebrafish"])
        .assert()
        .code(0);
    let touched = std::fs::File::options()
        .append(true)
        .open(&texts[1])
        .expect("opens");
    touched.set_modified(old).expect("its time can be set");
    assert_eq!(index(folder.path(), &[], 0)["changes"], changes(0, 0, 0, 4));
}

/// A file of a collection, a page a line.
fn collection(numbers: &mut Numbers) -> String {
    let line =
        |n| json!({"_id": format!("d{n}"), "title": "Gout", "text": page(numbers)}).to_string();
    let lines: Vec<String> = (0..7).map(line).collect();
    lines.join("\n")
}

/// Changes some of 40 files, in whatever way.
fn change_some(corpus: &Path, numbers: &mut Numbers, times: usize) {
    for _ in 0..times {
        let n = numbers.below(40);
        let (name, text) = match n % 8 {
            0 => (format!("f{n:02}.jsonl"), collection(numbers)),
            _ => (format!("f{n:02}.txt"), page(numbers)),
        };
        let path = corpus.join(name);
        match numbers.below(4) {
            // It may not be there.
            0 => drop(std::fs::remove_file(path)),
            _ => std::fs::write(path, text).expect("written"),
        }
    }
}

#[test]
fn an_update_gives_the_index_that_a_fresh_build_gives() {
    let folder = indexed();
    let corpus = folder.path().join("corpus");
    let mut numbers = Numbers(4);
    change_some(&corpus, &mut numbers, 40);
    index(folder.path(), &["--force"], 0);
    let mut amended = 0;
    for _ in 0..8 {
        change_some(&corpus, &mut numbers, 2);
        let changed = index(folder.path(), &[], 0);
        let fresh = index(folder.path(), &["--index", "fresh", "--force"], 0);
        assert_eq!(changed["documents"], fresh["documents"]);
        assert_eq!(changed["passages"], fresh["passages"]);
        amended += usize::from(changed["bytes"].as_u64() < fresh["bytes"].as_u64());
        assert_eq!(state(folder.path(), "index"), state(folder.path(), "fresh"));
    }
    // Where very much has changed, all is read.
    assert!(amended >= 6, "{amended}");
}

#[test]
fn what_is_gone_is_found_no_more() {
    let folder = indexed();
    let new = folder.path().join("corpus/new.txt");
    std::fs::write(&new, "Zebrafish\n\nA fish.\n").expect("written");
    index(folder.path(), &[], 0);
    let search = |code| {
        palpate(folder.path())
            .args(["search", "zebrafish"])
            .assert()
            .code(code)
    };
    search(0);
    std::fs::remove_file(&new).expect("removed");
    assert_eq!(index(folder.path(), &[], 0)["changes"], changes(0, 0, 1, 4));
    search(1);
    palpate(folder.path())
        .args(["suggest", "zebra"])
        .assert()
        .code(1);
}

#[test]
fn a_damaged_index_is_built_anew() {
    let folder = indexed();
    let phrases = folder.path().join("index/g000001/phrases.txt");
    let mut bytes = std::fs::read(&phrases).expect("read");
    bytes[0] ^= 1;
    std::fs::write(&phrases, bytes).expect("written");
    std::fs::write(
        folder.path().join("corpus/new.txt"),
        "Zebrafish\n\nA fish.\n",
    )
    .expect("written");
    let now = index(folder.path(), &[], 0);
    let fresh = index(folder.path(), &["--index", "fresh"], 0);
    assert_eq!(now["bytes"], fresh["bytes"]);
    assert_eq!(state(folder.path(), "index"), state(folder.path(), "fresh"));
}

#[test]
fn a_file_that_failed_is_named_again() {
    let folder = indexed();
    std::fs::write(folder.path().join("corpus/bad.txt"), b"not \0 text").expect("written");
    assert_eq!(index(folder.path(), &[], 2)["changes"], changes(1, 0, 0, 4));
    let again = index(folder.path(), &[], 2);
    assert_eq!(again["changes"], changes(0, 0, 0, 5));
    assert!(
        again["failed"][0]["path"]
            .as_str()
            .is_some_and(|path| path.ends_with("bad.txt"))
    );
}

#[test]
fn another_lexicon_is_a_change() {
    let folder = indexed();
    let lexicon = folder.path().join("ours.txt");
    std::fs::write(&lexicon, "wobble, osteoporosis\n").expect("written");
    let with = ["--lexicon", "ours.txt"];
    assert_eq!(index(folder.path(), &with, 0)["generation"], 2);
    assert_eq!(index(folder.path(), &with, 0)["generation"], 2);
    std::fs::write(&lexicon, "wibble, osteoporosis\n").expect("written");
    assert_eq!(index(folder.path(), &with, 0)["generation"], 3);
}

#[test]
fn damaged_records_mean_a_build() {
    let folder = indexed();
    let records = folder.path().join("index/g000001/files.jsonl");
    std::fs::write(records, "{").expect("written");
    let again = index(folder.path(), &[], 0);
    assert_eq!(
        (again["generation"].clone(), again["changes"].clone()),
        (json!(2), Value::Null)
    );
}

/// Ends a process, however the test ends.
struct Watching(std::process::Child);

impl Drop for Watching {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// A watch under way, and what it prints, line by line.
fn watching(folder: &Path) -> (Watching, std::sync::mpsc::Receiver<String>) {
    use std::io::{BufRead, BufReader};

    let mut watching = Watching(
        std::process::Command::new(env!("CARGO_BIN_EXE_palpate"))
            .args(["index", "--watch"])
            .current_dir(folder)
            .stdout(std::process::Stdio::piped())
            .spawn()
            .expect("the binary runs"),
    );
    let out = watching.0.stdout.take().expect("it is piped");
    let (to_here, lines) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        let lines = BufReader::new(out).lines().map_while(Result::ok);
        // How many words were left out follows each summary.
        let mut said = lines.filter(|line| !line.contains("left out"));
        said.try_for_each(|line| to_here.send(line))
    });
    (watching, lines)
}

/// The next line; long enough for any machine, and a watch that notices nothing must not hang the
/// tests.
fn next(lines: &std::sync::mpsc::Receiver<String>) -> String {
    let line = lines.recv_timeout(Duration::from_secs(120));
    line.expect("it says something")
}

#[test]
fn a_watched_folder_is_indexed_again_when_a_file_comes() {
    let folder = indexed();
    let (_watching, lines) = watching(folder.path());
    let first = next(&lines);
    assert!(first.starts_with("nothing has changed"), "{first}");
    let new = folder.path().join("corpus/new.txt");
    std::fs::write(new, "Zebrafish\n\nA fish.\n").expect("written");
    assert_eq!(next(&lines), "1 file added, 0 changed, 0 gone, 4 as before");
    assert!(next(&lines).starts_with("5 documents"));
    palpate(folder.path())
        .args(["search", "zebrafish"])
        .assert()
        .code(0);
}

#[test]
fn a_watched_folder_that_is_made_anew_is_watched_again() {
    let folder = indexed();
    let path = folder.path();
    let (_watching, lines) = watching(path);
    assert!(next(&lines).starts_with("nothing has changed"));
    std::fs::rename(path.join("corpus"), path.join("away")).expect("it is ours");
    // Long enough to be missed.
    std::thread::sleep(Duration::from_secs(3));
    std::fs::create_dir(path.join("anew")).expect("it is new");
    for file in files_in(&path.join("away")) {
        let name = file.file_name().expect("it has a name").to_owned();
        std::fs::copy(&file, path.join("anew").join(name)).expect("it can be copied");
    }
    std::fs::write(path.join("anew/new.txt"), "Zebrafish\n").expect("written");
    std::fs::rename(path.join("anew"), path.join("corpus")).expect("it is ours");
    assert_eq!(next(&lines), "1 file added, 0 changed, 0 gone, 4 as before");
    assert!(next(&lines).starts_with("5 documents"));
    std::fs::write(path.join("corpus/more.txt"), "Gecko\n").expect("written");
    assert_eq!(next(&lines), "1 file added, 0 changed, 0 gone, 5 as before");
}
