//! The texts that were recognised in pictures, kept beside the passages: a line a picture, with the file it
//! stands in.
//!
//! By the hash of picture and command, what was recognised once is not recognised again, whatever has
//! become of the files around it; what stands in no file any more goes with the generation. Recognition
//! takes seconds a page, so that a build which is stopped must not lose what it has done: each text is
//! also written to a journal in the folder of the index as soon as it is there, which the next build reads
//! and removes once it has come to its end.

use std::collections::BTreeMap;
use std::fs::{File, OpenOptions};
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use serde::{Deserialize, Serialize};

use crate::document::{KnownTexts, OnRecognised, PictureHash, RecognisedTexts};

pub(super) const FILE: &str = "recognised.jsonl";
/// What a build under way has recognised so far.
const JOURNAL: &str = "recognised.new";
/// The largest journal that is read, in bytes: some hundred thousand pages.
const MOST_JOURNAL: u64 = 1 << 30;

/// A line of the file, or of the journal.
#[derive(Serialize, Deserialize)]
struct TextLine {
    /// The file as it is kept in records; none in the journal.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    file: String,
    /// Of the picture and the command, in hexadecimal.
    picture: String,
    text: String,
    /// The hash of the text: a journal may end in the middle of anything.
    sum: String,
}

impl TextLine {
    fn new(file: &str, picture: &PictureHash, text: &str) -> TextLine {
        TextLine {
            file: file.to_owned(),
            picture: blake3::Hash::from_bytes(*picture).to_hex().to_string(),
            text: text.to_owned(),
            sum: blake3::hash(text.as_bytes()).to_hex().to_string(),
        }
    }

    /// The line, if it is as it was written.
    fn of(line: &[u8]) -> Option<(PictureHash, TextLine)> {
        let line: TextLine = serde_json::from_slice(line).ok()?;
        let picture = blake3::Hash::from_hex(&line.picture).ok()?;
        let is_whole = blake3::hash(line.text.as_bytes()).to_hex().as_str() == line.sum;
        is_whole.then(|| (*picture.as_bytes(), line))
    }

    fn write(&self, out: &mut impl Write) -> std::io::Result<()> {
        let mut line = serde_json::to_vec(self)?;
        line.push(b'\n');
        out.write_all(&line)
    }
}

/// What was recognised in the pictures of each file.
#[derive(Debug, Default)]
pub(super) struct TextsByFile(BTreeMap<String, RecognisedTexts>);

impl TextsByFile {
    /// Reads what [`write`](TextsByFile::write) wrote. A line that is damaged is none.
    pub(super) fn parse(bytes: &[u8]) -> TextsByFile {
        let mut texts = TextsByFile::default();
        for (picture, line) in bytes.split(|b| *b == b'\n').filter_map(TextLine::of) {
            texts
                .0
                .entry(line.file)
                .or_default()
                .insert(picture, line.text);
        }
        texts
    }

    /// Adds what was recognised in a file.
    pub(super) fn add(&mut self, file: &str, texts: RecognisedTexts) {
        if !texts.is_empty() {
            self.0.entry(file.to_owned()).or_default().extend(texts);
        }
    }

    /// Keeps the texts of some files.
    pub(super) fn keep(&mut self, is_kept: impl Fn(&str) -> bool) {
        self.0.retain(|file, _| is_kept(file));
    }

    /// All texts, by picture.
    pub(super) fn known(&self) -> KnownTexts {
        let all = self.0.values().flatten();
        all.map(|(picture, text)| (*picture, text.clone()))
            .collect()
    }

    /// Writes them to a folder.
    pub(super) fn write(&self, folder: &Path) -> std::io::Result<()> {
        let mut out = BufWriter::new(File::create(folder.join(FILE))?);
        for (file, texts) in &self.0 {
            for (picture, text) in texts {
                TextLine::new(file, picture, text).write(&mut out)?;
            }
        }
        out.flush()
    }
}

/// What a build under way has recognised, in a folder that is palpate's.
pub(super) struct Journal(PathBuf);

impl Journal {
    pub(super) fn of(dir: &Path) -> Journal {
        Journal(dir.join(JOURNAL))
    }

    /// What builds recognised that did not come to their end.
    pub(super) fn read(&self) -> KnownTexts {
        let is_ours = std::fs::symlink_metadata(&self.0);
        let is_ours = is_ours.is_ok_and(|found| found.is_file() && found.len() <= MOST_JOURNAL);
        let bytes = match is_ours {
            true => std::fs::read(&self.0).unwrap_or_default(),
            false => Vec::new(),
        };
        let lines = bytes.split(|b| *b == b'\n').filter_map(TextLine::of);
        lines.map(|(picture, line)| (picture, line.text)).collect()
    }

    /// What writes texts to it. What cannot be written is recognised again one day.
    pub(super) fn writer(&self) -> std::io::Result<OnRecognised> {
        let mut file = OpenOptions::new().create(true).append(true).open(&self.0)?;
        // After a line that was broken off a new one begins.
        file.write_all(b"\n")?;
        let file = Mutex::new(file);
        Ok(Box::new(move |picture, text| {
            let mut file = file.lock().unwrap_or_else(PoisonError::into_inner);
            let _ = TextLine::new("", picture, text).write(&mut *file);
        }))
    }

    /// Removes it: what is in it is in an index, or of no use.
    pub(super) fn remove(&self) {
        // Mostly there is none.
        let _ = std::fs::remove_file(&self.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(number: u8) -> RecognisedTexts {
        [([number; 32], format!("Text {number}\n\u{c}"))].into()
    }

    #[test]
    fn texts_come_back_and_what_is_damaged_does_not() -> std::io::Result<()> {
        let folder = tempfile::tempdir()?;
        let mut all = TextsByFile::default();
        all.add("a.pdf", texts(1));
        all.add("b.png", texts(2));
        all.add("c.png", RecognisedTexts::new());
        all.write(folder.path())?;
        let mut bytes = std::fs::read(folder.path().join(FILE))?;
        let mut read = TextsByFile::parse(&bytes);
        assert_eq!(read.0, all.0);
        read.keep(|file| file == "b.png");
        assert_eq!(read.known(), texts(2).into_iter().collect());
        let at = bytes
            .windows(4)
            .position(|four| four == b"Text")
            .unwrap_or_default();
        bytes[at] = b't';
        assert_eq!(
            TextsByFile::parse(&bytes).known(),
            texts(2).into_iter().collect()
        );
        Ok(())
    }

    #[test]
    fn a_journal_that_was_broken_off_goes_on() -> std::io::Result<()> {
        let folder = tempfile::tempdir()?;
        let journal = Journal::of(folder.path());
        assert!(journal.read().is_empty());
        journal.writer()?(&[1; 32], "one");
        journal.writer()?(&[2; 32], "two");
        let path = folder.path().join(JOURNAL);
        let whole = std::fs::read(&path)?;
        std::fs::write(&path, &whole[..whole.len() - 3])?;
        journal.writer()?(&[3; 32], "three");
        let mut known: Vec<String> = journal.read().into_values().collect();
        known.sort();
        assert_eq!(known, ["one", "three"]);
        journal.remove();
        assert!(!path.exists());
        Ok(())
    }
}
