//! Makes `src/data/words/words.fst`, the words that are never taken for slips, from the lists in
//! that folder and from text files of others, see `inputs.sh` there.
//!
//! Whatever stands in the files is read as text, by the one analysis chain. `words.sums` names the
//! lists of the folder with their hashes, so that a test can tell whether they have changed since.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use anyhow::Context;
use palpate::analysis;

/// The lists of the folder.
const LISTS: [&str; 2] = ["medicine.txt", "medicines.txt"];
/// Shorter words are never corrected.
const LEAST_LETTERS: usize = 4;

fn main() -> anyhow::Result<()> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/data/words");
    let lists = LISTS.map(|name| folder.join(name));
    let others: Vec<PathBuf> = std::env::args_os().skip(1).map(PathBuf::from).collect();
    anyhow::ensure!(!others.is_empty(), "name the files that inputs.sh made");
    let mut words = BTreeSet::new();
    for path in lists.iter().chain(&others) {
        let text = std::fs::read_to_string(path).with_context(|| path.display().to_string())?;
        for line in text.lines().filter(|line| !line.starts_with('#')) {
            let found = analysis::words(line).into_iter().map(|word| word.surface);
            words.extend(found.filter(|word| may_be_corrected(word)));
        }
    }
    let set = fst::Set::from_iter(&words)?;
    std::fs::write(folder.join("words.fst"), set.as_fst().as_bytes())?;
    let mut sums = String::new();
    for (name, path) in LISTS.iter().zip(&lists) {
        let hash = blake3::hash(&std::fs::read(path)?);
        sums.push_str(&format!("{hash}  {name}\n"));
    }
    std::fs::write(folder.join("words.sums"), sums)?;
    println!("{} words, {} bytes", words.len(), set.as_fst().size());
    Ok(())
}

fn may_be_corrected(word: &str) -> bool {
    word.chars().count() >= LEAST_LETTERS && word.chars().all(char::is_alphabetic)
}
