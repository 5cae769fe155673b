//! Intake: a file's bytes, whole or in parts of whole lines, within its limits and as they were at
//! one moment.
//!
//! A file that is written to while it is read would be indexed in a state it never had. So size
//! and time of modification are compared before and after; where they differ, the file is read once
//! more, and if that does not help either, it has failed.

use std::fs::{File, Metadata};
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;

use super::patience::Patience;
use crate::document::{HEAD, Limits, Part, ReadError, Reader, reader_for, reader_of, size};

/// The size of the parts of files that hold a document a line, in bytes.
const PART: usize = 256 << 10;

/// A part of a file, and who reads it.
pub(super) struct ReaderPart {
    pub(super) reader: &'static dyn Reader,
    pub(super) part: Part,
}

/// Takes pieces, the last one of a file with its hash. Gives whether it wants more.
type Send<'s> = dyn FnMut(Result<ReaderPart, ReadError>, Option<blake3::Hash>) -> bool + 's;

/// Sends a file, in parts where every line of it is a document. Gives whether anybody still takes
/// parts.
pub(super) fn read_file(
    path: &Path,
    limits: &Limits,
    patience: &mut Patience,
    send: &mut Send<'_>,
) -> bool {
    let hint = reader_for(path).filter(|reader| reader.reads_lines());
    let sent = match hint {
        Some(reader) => read_lines(path, reader, limits, patience, send),
        None => read_whole(path, limits, patience, send),
    };
    // What has no content has its hash.
    sent.unwrap_or_else(|error| send(Err(error), Some(blake3::hash(b""))))
}

/// Sends a file in one part.
fn read_whole(
    path: &Path,
    limits: &Limits,
    patience: &mut Patience,
    send: &mut Send<'_>,
) -> Result<bool, ReadError> {
    let mut bytes = || {
        let (path, limits) = (path.to_owned(), limits.clone());
        patience.wait_for(move || Ok(read_once(&path, &limits)))?
    };
    let bytes = match bytes() {
        Err(ReadError::Changed) => bytes()?,
        bytes => bytes?,
    };
    let ends = bytes.len().min(HEAD);
    let reader = reader_of(path, &bytes[..ends], &bytes[bytes.len() - ends..]);
    // It was of a known type when the files were listed.
    let reader = reader.ok_or(ReadError::Changed)?;
    let hash = blake3::hash(&bytes);
    let part = Part::whole(bytes);
    Ok(send(Ok(ReaderPart { reader, part }), Some(hash)))
}

fn read_once(path: &Path, limits: &Limits) -> Result<Vec<u8>, ReadError> {
    let (file, before) = regular(path)?;
    check_size(before.len(), limits)?;
    let mut bytes = Vec::with_capacity(usize::try_from(before.len()).unwrap_or_default() + 1);
    // A file may grow for ever, and some say that they are empty.
    (&file)
        .take(limits.file_bytes.saturating_add(1))
        .read_to_end(&mut bytes)?;
    check_size(bytes.len() as u64, limits)?;
    unless_changed(&before, &file)?;
    Ok(bytes)
}

/// A regular file, whatever links lead to it: of pipes and devices nobody knows when they end.
fn regular(path: &Path) -> io::Result<(File, Metadata)> {
    // To open a pipe can already be to wait.
    if !std::fs::metadata(path)?.is_file() {
        return Err(io::Error::other("not a regular file"));
    }
    let file = File::open(path)?;
    let metadata = file.metadata()?;
    match metadata.is_file() {
        true => Ok((file, metadata)),
        false => Err(io::Error::other("not a regular file")),
    }
}

fn check_size(bytes: u64, limits: &Limits) -> Result<(), ReadError> {
    match bytes > limits.file_bytes {
        true => Err(ReadError::TooLarge {
            bytes,
            limit: limits.file_bytes,
        }),
        false => Ok(()),
    }
}

fn unless_changed(before: &Metadata, file: &File) -> Result<(), ReadError> {
    let after = file.metadata()?;
    let same = before.len() == after.len() && before.modified().ok() == after.modified().ok();
    match same {
        true => Ok(()),
        false => Err(ReadError::Changed),
    }
}

/// Sends a file in parts of whole lines. A line that is too long is passed over and named.
fn read_lines(
    path: &Path,
    hint: &'static dyn Reader,
    limits: &Limits,
    patience: &mut Patience,
    send: &mut Send<'_>,
) -> Result<bool, ReadError> {
    let of = path.to_owned();
    let (mut file, before, reader) = patience.wait_for(move || {
        let (file, before) = regular(&of)?;
        let mut file = BufReader::with_capacity(PART, file);
        let reader = reader_of(&of, file.fill_buf()?, &[]);
        Ok((file, before, reader))
    })?;
    let reader = reader.unwrap_or(hint);
    if !reader.reads_lines() {
        return read_whole(path, limits, patience, send);
    }
    let mut hasher = blake3::Hasher::new();
    let mut first_line = 1;
    loop {
        let of_lines = limits.clone();
        let (rest, hashed, taken, at_end) = patience.wait_for(move || {
            let taken = next_lines(&mut file, &of_lines, &mut hasher)?;
            let at_end = file.fill_buf()?.is_empty();
            Ok((file, hasher, taken, at_end))
        })?;
        (file, hasher) = (rest, hashed);
        let TakenLines { bytes, too_long } = taken;
        let lines = memchr::memchr_iter(b'\n', &bytes).count();
        let changed = match at_end {
            true => unless_changed(&before, file.get_ref()).err(),
            false => None,
        };
        let part = Part { bytes, first_line };
        first_line += lines + usize::from(too_long);
        let error = too_long.then(|| ReadError::Lines {
            number: first_line - 1,
            cause: format!(
                "longer than the limit of {} (--max-file-size)",
                size(limits.file_bytes)
            ),
            bad: 1,
        });
        let error = match (error, changed) {
            (Some(error), Some(worse)) => Some(error.and(worse)),
            (error, changed) => error.or(changed),
        };
        let mut hash = at_end.then(|| hasher.finalize());
        let first_hash = if error.is_some() { None } else { hash.take() };
        if !send(Ok(ReaderPart { reader, part }), first_hash) {
            return Ok(false);
        }
        if let Some(error) = error
            && !send(Err(error), hash)
        {
            return Ok(false);
        }
        if at_end {
            return Ok(true);
        }
    }
}

/// Some whole lines, and whether one came after them that was passed over.
struct TakenLines {
    bytes: Vec<u8>,
    too_long: bool,
}

fn next_lines(
    file: &mut BufReader<File>,
    limits: &Limits,
    hasher: &mut blake3::Hasher,
) -> io::Result<TakenLines> {
    let mut bytes = Vec::with_capacity(PART + PART / 4);
    file.by_ref().take(PART as u64).read_to_end(&mut bytes)?;
    let start = memchr::memrchr(b'\n', &bytes).map_or(0, |at| at + 1);
    if start == bytes.len() {
        hasher.update(&bytes);
        return Ok(TakenLines {
            bytes,
            too_long: false,
        });
    }
    let room = limits
        .file_bytes
        .saturating_sub((bytes.len() - start) as u64);
    file.by_ref().take(room).read_until(b'\n', &mut bytes)?;
    let is_whole = bytes.ends_with(b"\n") || file.fill_buf()?.is_empty();
    hasher.update(&bytes);
    let too_long = !is_whole || (bytes.len() - start) as u64 > limits.file_bytes;
    if too_long {
        if !bytes.ends_with(b"\n") {
            skip_line(file, hasher)?;
        }
        bytes.truncate(start);
    }
    Ok(TakenLines { bytes, too_long })
}

/// Passes over the rest of a line.
fn skip_line(file: &mut BufReader<File>, hasher: &mut blake3::Hasher) -> io::Result<()> {
    loop {
        let buffer = file.fill_buf()?;
        let end = memchr::memchr(b'\n', buffer).map(|at| at + 1);
        let taken = end.unwrap_or(buffer.len());
        hasher.update(&buffer[..taken]);
        file.consume(taken);
        if end.is_some() || taken == 0 {
            return Ok(());
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    /// What is sent of a file: its parts with their first lines, errors, and the hash at the end.
    fn sent(name: &str, content: &[u8], limits: &Limits) -> (Vec<String>, bool) {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let path = folder.path().join(name);
        std::fs::write(&path, content).expect("it can be written");
        let mut parts = Vec::new();
        let mut hashes = Vec::new();
        let mut patience = Patience::of(limits.time);
        read_file(&path, limits, &mut patience, &mut |piece, hash| {
            parts.push(match piece {
                Ok(ReaderPart { part, .. }) => {
                    let text = String::from_utf8_lossy(&part.bytes).into_owned();
                    format!("{}: {text}", part.first_line)
                }
                Err(error) => error.to_string(),
            });
            hashes.extend(hash);
            true
        });
        (parts, hashes == [blake3::hash(content)])
    }

    fn of_bytes(file_bytes: u64) -> Limits {
        Limits {
            file_bytes,
            ..Limits::default()
        }
    }

    #[test]
    fn a_line_that_is_too_long_is_passed_over() {
        let content = b"{1}\n{2 is longer than the others}\n{3}\n";
        let (parts, hashed) = sent("a.jsonl", content, &of_bytes(8));
        assert!(hashed);
        let [.., last] = &parts[..] else {
            panic!("{parts:?}");
        };
        // All of it fits into one part, so only what is longer than a part is looked at.
        assert_eq!(last, "1: {1}\n{2 is longer than the others}\n{3}\n");
        let long = [b"{1}\n", &[b'x'; 2 * PART][..], b"\n{3}\n"].concat();
        let (parts, hashed) = sent("a.jsonl", &long, &of_bytes(PART as u64));
        assert!(hashed);
        assert_eq!(parts[0], "1: {1}\n");
        assert!(parts[1].starts_with("line 2: longer than"), "{parts:?}");
        assert_eq!(parts[2], "3: {3}\n");
        let (parts, hashed) = sent("a.jsonl", &[b'x'; 2 * PART], &of_bytes(PART as u64));
        assert!(hashed);
        assert!(parts[1].starts_with("line 1: longer than"), "{parts:?}");
    }

    #[test]
    fn a_file_that_is_too_large_is_not_read() {
        let (parts, _) = sent("a.txt", b"four", &of_bytes(3));
        assert!(
            parts[0].starts_with("4 bytes is more than the limit"),
            "{parts:?}"
        );
    }

    #[test]
    fn a_change_while_reading_is_noticed() -> io::Result<()> {
        let mut file = tempfile::tempfile()?;
        let before = file.metadata()?;
        assert!(unless_changed(&before, &file).is_ok());
        file.write_all(b"more")?;
        assert!(matches!(
            unless_changed(&before, &file),
            Err(ReadError::Changed)
        ));
        Ok(())
    }

    #[test]
    fn content_decides_whether_a_file_is_one_of_lines() {
        let (parts, hashed) = sent("a.jsonl", b"<!doctype html>\n<p>a\n", &Limits::default());
        assert_eq!(parts, ["1: <!doctype html>\n<p>a\n"]);
        assert!(hashed);
    }
}
