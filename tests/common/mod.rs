//! What the end-to-end tests share: the real binary, run in folders of their own.

use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use assert_cmd::Command;
use serde_json::Value;
use tempfile::TempDir;

#[allow(dead_code)] // not every test file runs it
/// The binary, to be run in `folder`, without settings of whoever runs the tests.
pub fn palpate(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_palpate"));
    command
        .current_dir(folder)
        .env_remove("PALPATE_INDEX")
        .env_remove("NO_COLOR");
    command
}

/// The repository, where `corpus/` is.
pub fn repository() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// A folder with a copy of the corpus and its index, built once for all tests of a file.
#[allow(dead_code)] // not every test file searches
pub fn corpus() -> &'static Path {
    static FOLDER: LazyLock<TempDir> = LazyLock::new(|| {
        let folder = folder_with_corpus();
        palpate(folder.path()).arg("index").assert().success();
        folder
    });
    FOLDER.path()
}

/// A folder with a copy of the corpus and nothing else.
#[allow(dead_code)] // not every test file searches
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
#[allow(dead_code)] // not every test file searches
pub fn search(args: &[&str]) -> Value {
    let output = palpate(corpus())
        .args(["search", "--json"])
        .args(args)
        .output()
        .expect("the binary runs");
    serde_json::from_slice(&output.stdout).expect("--json prints JSON")
}

/// The collections for measuring, where this machine has them: named by
/// `PALPATE_COLLECTIONS`, or beside the repository.
#[allow(dead_code)] // not every test file reads them
pub fn collections() -> Option<PathBuf> {
    let named = std::env::var_os("PALPATE_COLLECTIONS").map(PathBuf::from);
    let beside = repository().join("../shared/collections");
    let found = named.unwrap_or(beside);
    if !found.is_dir() {
        eprintln!("skipped: there is no folder of collections");
        return None;
    }
    Some(found)
}
