//! Builds that are killed where it matters most: on the way into a rename, a link, an unlink, or a wait for the disk,
//! while files are written, while segments are merged and when a generation is made the current one. Whatever the
//! point, the index answers as before or as after, and the next build comes to its end.
//!
//! `strace` kills at these points (Linux). `PALPATE_KILLS` of 100 or more visits each of them; without it, some.

use std::path::Path;
use std::process::{Command, Stdio};

use crate::common::{Numbers, number_from, page, palpate, state};

/// What a build does that others can see, and how often a thread does it at most.
const CALLS: [(&str, usize); 6] = [
    ("rename", 4),
    ("renameat", 12),
    ("linkat", 12),
    ("unlink", 12),
    ("fsync", 20),
    ("fdatasync", 20),
];
/// So many points of a kind are visited where nobody asks for all.
const SOME: usize = 2;
const PAGES: usize = 40;

/// Writes the pages in one of two states, of which some differ.
fn turn(folder: &Path, state: u64) {
    let mut same = Numbers(7);
    for n in 0..PAGES {
        let mut numbers = match n % 4 {
            0 => Numbers(100 + state + 2 * n as u64),
            _ => Numbers(same.below(1000) as u64 + 1),
        };
        let path = folder.join(format!("corpus/p{n:02}.txt"));
        let text = format!(
            "{}\nState {}.\n",
            page(&mut numbers),
            state * (n as u64 % 4 / 3)
        );
        std::fs::write(path, text).expect("it can be written");
    }
}

/// Runs a build that is killed when a thread of it makes its `nth` call of a kind, and says whether it was. `None`
/// where nobody can do that here.
fn killed_at(folder: &Path, call: &str, nth: usize) -> Option<bool> {
    let inject = format!("inject={call}:signal=KILL:when={nth}");
    let traced = Command::new("strace")
        .args(["-f", "-qq", "-o", "/dev/null", "-e"])
        .args([&format!("trace={call}"), "-e", &inject])
        .args([env!("CARGO_BIN_EXE_palpate"), "index"])
        .current_dir(folder)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    let published = folder.join("index/palpate.json").is_file();
    match traced {
        // strace ends as what it ran; where it cannot trace, with 1.
        Ok(status) if status.code() == Some(1) || !published => None,
        Ok(status) => Some(!status.success()),
        Err(_) => None,
    }
}

#[test]
fn killed_at_any_point_a_build_leaves_the_old_index_or_the_new_one() {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let folder = folder.path();
    std::fs::create_dir(folder.join("corpus")).expect("the folder is empty");
    let states = [0, 1].map(|which| {
        turn(folder, which);
        let index = format!("whole{which}");
        palpate(folder)
            .args(["index", "--index", &index])
            .assert()
            .success();
        state(folder, &index)
    });
    assert_ne!(states[0], states[1]);
    turn(folder, 0);
    palpate(folder).arg("index").assert().success();
    let all = number_from("PALPATE_KILLS", 16) >= 100;
    let (mut now, mut kept, mut replaced) = (0, 0, 0);
    for (call, most) in CALLS {
        let step = if all { 1 } else { most.div_ceil(SOME) };
        for nth in (1..=most).step_by(step) {
            let next = 1 - now;
            turn(folder, next as u64);
            let Some(was_killed) = killed_at(folder, call, nth) else {
                assert!(
                    std::env::var_os("CI").is_none_or(|ci| ci != "true"),
                    "there is no strace, or it may not trace"
                );
                eprintln!("skipped: there is no strace, or it may not trace");
                return;
            };
            palpate(folder).arg("check").assert().code(0);
            let found = state(folder, "index");
            let is_new = found == states[next];
            assert!(
                is_new || found == states[now],
                "{call} {nth}: neither the old nor the new state"
            );
            match is_new {
                true => replaced += 1,
                false => kept += 1,
            }
            if !was_killed {
                assert!(is_new, "{call} {nth}: it came to its end");
            }
            palpate(folder).arg("index").assert().success();
            assert_eq!(state(folder, "index"), states[next], "after {call} {nth}");
            now = next;
        }
    }
    eprintln!("{kept} times the old state, {replaced} times the new one");
    assert!(kept > 0 && replaced > 0, "not all of it was reached");
}
