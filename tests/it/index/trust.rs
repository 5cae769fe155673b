//! Nothing of a user's is lost, and no change goes unnoticed: whose a folder is, what a build may
//! take away, which generations stay, and files that changed without showing it.

use std::path::Path;

use assert_cmd::assert::Assert;
use tempfile::TempDir;

use crate::common::palpate;

fn write(path: impl AsRef<Path>, text: &str) {
    let path = path.as_ref();
    let folder = path.parent().expect("it is in a folder");
    std::fs::create_dir_all(folder).expect("it can be made");
    std::fs::write(path, text).expect("it can be written");
}

/// A folder with a corpus of so many leaflets.
fn leaflets(count: usize) -> TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    for n in 0..count {
        let text = format!("Gout leaflet {n}\n\nAvoid beer, number{n}.\n");
        write(folder.path().join(format!("corpus/l{n}.txt")), &text);
    }
    folder
}

fn run(folder: &Path, args: &[&str]) -> Assert {
    palpate(folder).args(args).assert()
}

fn stderr(run: &Assert) -> String {
    String::from_utf8_lossy(&run.get_output().stderr).into_owned()
}

fn stdout(run: &Assert) -> String {
    String::from_utf8_lossy(&run.get_output().stdout).into_owned()
}

/// Everything below a folder, with contents.
fn content(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut all = Vec::new();
    for entry in std::fs::read_dir(folder).expect("it is there").flatten() {
        let path = entry.path();
        match path.is_dir() {
            true => all.extend(content(&path)),
            false => all.push((
                path.display().to_string(),
                std::fs::read(&path).expect("it can be read"),
            )),
        }
    }
    all.sort();
    all
}

#[test]
fn a_folder_that_holds_something_else_is_refused_and_not_touched() {
    let folder = leaflets(2);
    for (name, inside) in [
        ("mine", "g000001/notes.txt"),
        ("photos", "summer.jpg"),
        ("hidden", ".lock"),
        ("named", "palpate.json"),
        ("corpus", "l0.txt"),
    ] {
        let dir = folder.path().join(name);
        write(dir.join(inside), "what nobody may lose");
        let before = content(&dir);
        for args in [
            &["index", "--index", name][..],
            &["index", "--force", "--replace", "--index", name],
        ] {
            let said = run(folder.path(), args).code(2);
            let said = stderr(&said);
            assert!(said.contains("is no index of palpate"), "{said}");
            assert_eq!(content(&dir), before, "{name}");
        }
    }
    // New and empty folders will do.
    std::fs::create_dir(folder.path().join("empty")).expect("it is new");
    write(folder.path().join("corpus/l0.txt"), "Gout\n");
    run(folder.path(), &["index", "--index", "empty"]).code(0);
    run(folder.path(), &["index", "--index", "deep/new"]).code(0);
}

#[test]
fn what_palpate_did_not_write_is_not_deleted() {
    let folder = leaflets(4);
    let index = folder.path().join("index");
    run(folder.path(), &["index"]).code(0);
    let mine = [
        "g000001/notes.txt",
        "g000007/thesis.txt",
        "g000008",
        "README",
    ];
    write(index.join(mine[0]), "mine");
    write(index.join(mine[1]), "mine");
    std::fs::create_dir(index.join(mine[2])).expect("it is new");
    write(index.join(mine[3]), "mine");
    for n in 0..4 {
        write(folder.path().join("corpus/l1.txt"), &format!("Gout {n}\n"));
        let force: &[&str] = if n % 2 == 0 {
            &["index"]
        } else {
            &["index", "--force", "--keep", "0"]
        };
        run(folder.path(), force).code(0);
        for path in mine {
            assert!(index.join(path).exists(), "{path}");
        }
    }
    assert!(
        !index.join("g000001/meta.json").exists(),
        "what was palpate's is gone"
    );
    run(folder.path(), &["search", "gout"]).code(0);
}

#[cfg(unix)]
#[test]
fn a_link_in_the_index_is_not_followed() {
    let folder = leaflets(2);
    run(folder.path(), &["index"]).code(0);
    run(folder.path(), &["index", "--index", "other"]).code(0);
    let other = content(&folder.path().join("other"));
    let link = folder.path().join("index/g000099");
    std::os::unix::fs::symlink(folder.path().join("other/g000001"), link).expect("it is new");
    run(folder.path(), &["index", "--force", "--keep", "0"]).code(0);
    assert_eq!(content(&folder.path().join("other")), other);
}

#[test]
fn what_empties_an_index_or_replaces_it_has_to_be_meant() {
    let folder = leaflets(5);
    let path = folder.path();
    run(path, &["index"]).code(0);
    write(path.join("elsewhere/a.txt"), "Asthma\n\nBreathe.\n");
    let refused = |args: &[&str], why: &str| {
        let said = run(path, args).code(2);
        let said = stderr(&said);
        assert!(said.contains(why) && said.contains("--replace"), "{said}");
        run(path, &["search", "number3"]).code(0);
    };
    refused(&["index", "elsewhere"], "made from corpus");
    // A share that is not mounted.
    std::fs::rename(path.join("corpus"), path.join("kept")).expect("it is ours");
    std::fs::create_dir(path.join("corpus")).expect("it is gone");
    refused(&["index"], "5 of the 5 files");
    refused(&["index", "--force"], "5 of the 5 files");
    for n in 0..2 {
        let name = format!("l{n}.txt");
        std::fs::copy(
            path.join("kept").join(&name),
            path.join("corpus").join(&name),
        )
        .expect("it can be copied");
    }
    refused(&["index"], "3 of the 5 files");
    // Files that are there, and say nothing any more.
    for n in 0..5 {
        write(path.join(format!("corpus/l{n}.txt")), "");
    }
    refused(&["index"], "more than half");
    // Half may go.
    for n in 0..3 {
        let name = format!("l{n}.txt");
        std::fs::copy(
            path.join("kept").join(&name),
            path.join("corpus").join(&name),
        )
        .expect("it can be copied");
    }
    run(path, &["index"]).code(0);
    run(path, &["index", "--replace", "elsewhere"]).code(0);
    run(path, &["search", "number1"]).code(1);
    run(path, &["search", "breathe"]).code(0);
}

#[test]
fn an_index_that_is_moved_with_its_corpus_is_brought_up_to_date() {
    let folder = leaflets(3);
    let before = folder.path().join("before");
    std::fs::create_dir(&before).expect("it is new");
    std::fs::rename(folder.path().join("corpus"), before.join("corpus")).expect("it is ours");
    run(&before, &["index"]).code(0);
    let after = folder.path().join("after");
    std::fs::rename(&before, &after).expect("it is ours");
    let said = run(&after, &["index"]).code(0);
    assert!(
        stdout(&said).contains("nothing has changed"),
        "{}",
        stdout(&said)
    );
}

#[test]
fn a_newer_format_is_not_built_over_without_a_word() {
    let folder = leaflets(3);
    run(folder.path(), &["index"]).code(0);
    let path = folder.path().join("index/palpate.json");
    let text = std::fs::read_to_string(&path).expect("it is there");
    let mut manifest: serde_json::Value = serde_json::from_str(&text).expect("it is JSON");
    manifest["format"] = 999.into();
    std::fs::write(&path, manifest.to_string()).expect("it can be written");
    let said = run(folder.path(), &["index", "--force"]).code(2);
    assert!(stderr(&said).contains("newer palpate"), "{}", stderr(&said));
    run(folder.path(), &["index", "--replace"]).code(0);
    run(folder.path(), &["search", "gout"]).code(0);
}

/// The numbers of the generations that are listed; the current one comes with a star.
fn listed(folder: &Path) -> Vec<String> {
    let run = run(folder, &["generations"]).code(0);
    let lines = stdout(&run);
    let number = |line: &str| {
        let words: Vec<&str> = line.split_whitespace().collect();
        match words[0] {
            "*" => format!("*{}", words[1]),
            number => number.to_owned(),
        }
    };
    lines.lines().map(number).collect()
}

#[test]
fn generations_are_kept_compared_and_restored() {
    let folder = leaflets(3);
    let path = folder.path();
    for n in 1..=4 {
        let text = format!("Gout\n\nRisks\n\nA risk of harm number {n} was seen.\n");
        write(path.join("corpus/l0.txt"), &text);
        run(path, &["index", "--keep", "2"]).code(0);
    }
    assert_eq!(listed(path), ["2", "3", "*4"]);
    let said = run(path, &["diff", "--since", "2"]).code(1);
    let said = stdout(&said);
    assert!(said.contains("[-2-]") && said.contains("{+4+}"), "{said}");
    let said = run(path, &["diff", "--since", "1"]).code(2);
    assert!(
        stderr(&said).contains("no generation 1"),
        "{}",
        stderr(&said)
    );
    run(path, &["generations", "--restore", "2"]).code(0);
    assert_eq!(listed(path), ["*2", "3", "4"]);
    let said = run(path, &["search", "harm"]).code(0);
    assert!(stdout(&said).contains("number 2"), "{}", stdout(&said));
    run(path, &["check"]).code(0);
    // The one that was searched is kept, and the newest.
    run(path, &["index"]).code(0);
    assert_eq!(listed(path), ["2", "*5"]);
    run(path, &["index", "--keep", "0"]).code(0);
    assert_eq!(listed(path), ["*5"]);
}

/// Gives a file the time of modification of another.
fn same_time(from: &Path, to: &Path) {
    let time = std::fs::metadata(from).and_then(|found| found.modified());
    let file = std::fs::File::options()
        .append(true)
        .open(to)
        .expect("it is there");
    file.set_modified(time.expect("there are times"))
        .expect("it can be set");
}

#[cfg(unix)]
#[test]
fn files_that_exchange_their_names_or_contents_are_noticed() {
    let folder = leaflets(0);
    let path = folder.path();
    let (a, b) = (path.join("corpus/a.txt"), path.join("corpus/b.txt"));
    write(&a, "Osteoporosis gamma risk.\n");
    write(&b, "Osteoporosis delta risk.\n");
    let old = std::time::SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(1_577_836_800);
    for file in [&a, &b] {
        let file = std::fs::File::options()
            .append(true)
            .open(file)
            .expect("it is there");
        file.set_modified(old).expect("it can be set");
    }
    // Times of change have to be settled, or contents are compared in any case.
    std::thread::sleep(std::time::Duration::from_millis(2100));
    run(path, &["index"]).code(0);
    run(path, &["check", "--sources"]).code(0);
    let place = |word: &str| stdout(&run(path, &["search", word]));
    assert!(place("gamma").contains("a.txt"), "{}", place("gamma"));
    std::fs::rename(&a, path.join("c")).expect("it is ours");
    std::fs::rename(&b, &a).expect("it is ours");
    std::fs::rename(path.join("c"), &b).expect("it is ours");
    let said = run(path, &["check", "--sources"]).code(1);
    assert!(
        stdout(&said).contains("CHANGED corpus/a.txt"),
        "{}",
        stdout(&said)
    );
    run(path, &["index"]).code(0);
    assert!(place("gamma").contains("b.txt"), "{}", place("gamma"));
    // In place, with its time set back.
    std::fs::copy(&a, path.join("time")).expect("it can be copied");
    same_time(&a, &path.join("time"));
    write(&a, "Osteoporosis omega risk.\n");
    same_time(&path.join("time"), &a);
    run(path, &["index"]).code(0);
    assert!(place("omega").contains("a.txt"), "{}", place("omega"));
    run(path, &["index", "--verify"]).code(0);
    run(path, &["check", "--sources"]).code(0);
    std::fs::remove_file(&a).expect("it is ours");
    write(path.join("corpus/new.txt"), "New\n");
    let said = stdout(&run(path, &["check", "--sources"]).code(1));
    assert!(
        said.contains("GONE corpus/a.txt") && said.contains("NEW corpus/new.txt"),
        "{said}"
    );
}
