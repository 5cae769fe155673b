//! Builds that do not come to their end: killed at any moment, on a full disk, where nobody may
//! write. The index is the old one or the new one, whole.
//!
//! `PALPATE_KILLS` says how often a build is killed.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::common::{Numbers, number_from, page, palpate, state};
use tempfile::TempDir;

/// A folder with a corpus of pages, without an index.
fn pages() -> TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    std::fs::create_dir(folder.path().join("corpus")).expect("the folder is empty");
    let mut numbers = Numbers(7);
    for n in 0..300 {
        let path = folder.path().join(format!("corpus/p{n:03}.txt"));
        std::fs::write(path, page(&mut numbers)).expect("it can be written");
    }
    folder
}

/// Changes 30 of the pages: to their other state, or back.
fn turn(folder: &Path, state: u64) {
    let mut numbers = Numbers(state);
    for n in (0..300).step_by(10) {
        let path = folder.join(format!("corpus/p{n:03}.txt"));
        let text = format!("{}\nState {state}.\n", page(&mut numbers));
        std::fs::write(path, text).expect("it can be written");
    }
}

/// Starts a build that nobody listens to.
fn building(folder: &Path, args: &[&str]) -> std::process::Child {
    Command::new(env!("CARGO_BIN_EXE_palpate"))
        .arg("index")
        .args(args)
        .current_dir(folder)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("the binary runs")
}

#[test]
fn a_killed_build_leaves_the_old_index_or_the_new_one() {
    let folder = pages();
    let folder = folder.path();
    let mut numbers = Numbers(3);
    turn(folder, 1);
    palpate(folder).arg("index").assert().success();
    let mut old = state(folder, "index");
    let (mut kept, mut replaced) = (0, 0);
    for n in 0..number_from("PALPATE_KILLS", 16) as u64 {
        turn(folder, n + 2);
        palpate(folder)
            .args(["index", "--index", "other"])
            .assert()
            .success();
        let new = state(folder, "other");
        let args: &[&str] = if n % 2 == 0 { &[] } else { &["--force"] };
        let started = Instant::now();
        building(folder, args).wait().expect("it ends");
        let whole = started.elapsed();
        // Back to the old state, and once more, for as long as chance has it.
        turn(folder, n + 1);
        palpate(folder).arg("index").assert().success();
        turn(folder, n + 2);
        let mut build = building(folder, args);
        std::thread::sleep(whole.mul_f64(numbers.below(1100) as f64 / 1000.0));
        // It may have ended already.
        let _ = build.kill();
        build.wait().expect("it ends");
        palpate(folder).arg("check").assert().code(0);
        match state(folder, "index") {
            now if now == old => kept += 1,
            now => {
                assert_eq!(now, new, "neither the old nor the new state");
                replaced += 1;
            }
        }
        palpate(folder).arg("index").assert().success();
        old = state(folder, "index");
        assert_eq!(old, new);
    }
    eprintln!("{kept} times the old state, {replaced} times the new one");
    assert!(kept > 0, "no build was killed in time");
}

/// Runs a build in which no file may be larger than so many blocks of 512 bytes: to a program this
/// is a full disk.
#[cfg(unix)]
fn with_little_room(folder: &Path, blocks: usize) -> std::process::Output {
    let script = format!("trap '' XFSZ; ulimit -f {blocks}; exec \"$0\" index --force");
    Command::new("sh")
        .args(["-c", &script, env!("CARGO_BIN_EXE_palpate")])
        .current_dir(folder)
        .output()
        .expect("a shell runs")
}

#[cfg(unix)]
#[test]
fn a_full_disk_is_an_error_and_the_old_index_stays() {
    let folder = pages();
    let folder = folder.path();
    palpate(folder).arg("index").assert().success();
    let old = state(folder, "index");
    turn(folder, 9);
    let mut failed = 0;
    for blocks in [1, 8, 40, 100, 200, 400] {
        let run = with_little_room(folder, blocks);
        if run.status.code() == Some(0) {
            continue;
        }
        failed += 1;
        let said = String::from_utf8_lossy(&run.stderr).into_owned();
        assert_eq!(run.status.code(), Some(2), "{said}");
        assert!(said.contains("cannot build the index"), "{said}");
        assert!(said.contains("there is no room left for"), "{said}");
        assert!(!said.contains("fault of palpate"), "{said}");
        assert_eq!(state(folder, "index"), old);
        palpate(folder).arg("check").assert().code(0);
        let generations = std::fs::read_dir(folder.join("index")).expect("it is there");
        let generations = generations.flatten().filter(|entry| entry.path().is_dir());
        assert_eq!(generations.count(), 1, "what is unfinished goes");
    }
    assert!(failed >= 3, "{failed}");
    palpate(folder).arg("index").assert().success();
    assert_ne!(state(folder, "index"), old);
}

/// Runs the binary as somebody who may write nowhere here, if the tests may become such.
#[cfg(unix)]
fn as_nobody(folder: &Path, args: &[&str]) -> Option<std::process::Output> {
    use std::os::unix::process::CommandExt;

    let binary = folder.join("palpate");
    std::fs::copy(env!("CARGO_BIN_EXE_palpate"), &binary).expect("it can be copied");
    let mut command = Command::new(&binary);
    command.args(args).current_dir(folder).uid(65534);
    let run = command.output().ok();
    if run.is_none() {
        eprintln!("skipped: the tests may not become another user");
    }
    run
}

#[cfg(unix)]
#[test]
fn where_nobody_may_write_it_can_be_searched_and_a_build_says_why_not() {
    use std::os::unix::fs::PermissionsExt;

    let folder = pages();
    palpate(folder.path()).arg("index").assert().success();
    let open = std::fs::Permissions::from_mode(0o755);
    std::fs::set_permissions(folder.path(), open).expect("it is ours");
    let Some(found) = as_nobody(folder.path(), &["search", "osteoporosis"]) else {
        return;
    };
    assert_eq!(
        found.status.code(),
        Some(0),
        "{}",
        String::from_utf8_lossy(&found.stderr)
    );
    let build = as_nobody(folder.path(), &["index", "--force"]).expect("as before");
    let said = String::from_utf8_lossy(&build.stderr).into_owned();
    assert_eq!(build.status.code(), Some(2), "{said}");
    assert!(said.contains("Permission denied"), "{said}");
}

#[test]
fn a_second_writer_waits_where_it_is_told_to() {
    let folder = pages();
    palpate(folder.path()).arg("index").assert().success();
    let lock = std::fs::File::options()
        .write(true)
        .open(folder.path().join("index/.lock"))
        .expect("the lock is there");
    lock.lock().expect("nobody else holds it");
    let mut waiting = building(folder.path(), &["--force", "--wait"]);
    std::thread::sleep(Duration::from_millis(300));
    assert!(
        waiting.try_wait().expect("it can be asked").is_none(),
        "it did not wait"
    );
    // Readers need not.
    palpate(folder.path())
        .args(["search", "risk"])
        .assert()
        .code(0);
    drop(lock);
    assert!(waiting.wait().expect("it ends").success());
}
