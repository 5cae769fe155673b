//! The hashes of the pages of a generation: no byte of an index is believed unseen.
//!
//! A file of tantivy is mapped and read where a search needs it. Each of its pages has a hash, and
//! the first time that anything of a page is read, the page is hashed and compared; a page that is
//! not as it was written is an error. So an answer is made of bytes that were as they were written
//! when this process first read them, however large the index is, and opening it costs nothing.
//!
//! The hashes stand in a file of the generation (`pages.bin`), whose own hash stands in the
//! manifest, which has its own hash. A segment that a generation shares with the one before keeps
//! the hashes it was written with: what is damaged in it stays known as damaged.

use std::collections::BTreeMap;
use std::fmt;
use std::fs::File;
use std::io::{self, Read};
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::names::PAGES_FILE;
use tantivy::HasLen;
use tantivy::directory::{FileHandle, OwnedBytes};

/// Bytes of a page: hashing one takes a few microseconds.
const PAGE: usize = 16 << 10;
/// Bytes that are kept of the hash of a page.
const HASH: usize = 16;

/// The hashes of the pages of one file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct PageHashes {
    bytes: usize,
    hashes: Vec<[u8; HASH]>,
}

/// The hashes of the pages of all files of a generation, by name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Pages(BTreeMap<String, Arc<PageHashes>>);

fn hash(page: &[u8]) -> [u8; HASH] {
    let mut first = [0; HASH];
    first.copy_from_slice(&blake3::hash(page).as_bytes()[..HASH]);
    first
}

/// That something is not as it was written.
pub(super) fn not_as_written(what: impl fmt::Display) -> io::Error {
    io::Error::new(
        io::ErrorKind::InvalidData,
        format!("{what}: not as it was written"),
    )
}

impl PageHashes {
    fn of(path: &Path) -> io::Result<PageHashes> {
        let mut file = File::open(path)?;
        let mut pages = PageHashes {
            bytes: 0,
            hashes: Vec::new(),
        };
        let mut page = Vec::with_capacity(PAGE);
        loop {
            page.clear();
            file.by_ref().take(PAGE as u64).read_to_end(&mut page)?;
            if page.is_empty() {
                return Ok(pages);
            }
            pages.bytes += page.len();
            pages.hashes.push(hash(&page));
        }
    }
}

impl Pages {
    /// The hashes of the files of these names in a folder; those that are `known` are taken from
    /// there.
    pub(super) fn of(folder: &Path, names: &[String], known: &Pages) -> io::Result<Pages> {
        let mut pages = BTreeMap::new();
        for name in names {
            let hashes = match known.0.get(name) {
                Some(hashes) => hashes.clone(),
                None => PageHashes::of(&folder.join(name))?.into(),
            };
            pages.insert(name.clone(), hashes);
        }
        Ok(Pages(pages))
    }

    /// The hashes without those of some files.
    pub(super) fn without(mut self, names: &[&str]) -> Pages {
        self.0.retain(|name, _| !names.contains(&name.as_str()));
        self
    }

    /// Writes the hashes to a folder, and does not wait for the disk.
    pub(super) fn write(&self, folder: &Path) -> io::Result<()> {
        let mut file = File::create(folder.join(PAGES_FILE))?;
        for (name, pages) in &self.0 {
            write_part(&mut file, name.as_bytes())?;
            write_part(&mut file, &(pages.bytes as u64).to_le_bytes())?;
            write_part(&mut file, pages.hashes.as_flattened())?;
        }
        Ok(())
    }

    /// Reads what [`Pages::write`] wrote, if it has the `sum` that it had.
    pub(super) fn read(folder: &Path, sum: Option<&String>) -> io::Result<Pages> {
        let bytes = std::fs::read(folder.join(PAGES_FILE))?;
        let found = blake3::hash(&bytes).to_hex().to_string();
        if sum != Some(&found) {
            return Err(not_as_written(PAGES_FILE));
        }
        Pages::parse(&bytes).ok_or_else(|| not_as_written(PAGES_FILE))
    }

    fn parse(mut rest: &[u8]) -> Option<Pages> {
        let mut pages = BTreeMap::new();
        while !rest.is_empty() {
            let name = String::from_utf8(take_part(&mut rest)?.to_vec()).ok()?;
            let bytes = u64::from_le_bytes(take_part(&mut rest)?.try_into().ok()?);
            let (hashes, []) = take_part(&mut rest)?.as_chunks::<HASH>() else {
                return None;
            };
            let hashes = PageHashes {
                bytes: usize::try_from(bytes).ok()?,
                hashes: hashes.to_vec(),
            };
            pages.insert(name, hashes.into());
        }
        Some(Pages(pages))
    }

    /// A file, of which every page is compared before anything of it is read.
    pub(super) fn checked(
        &self,
        name: &str,
        file: Arc<dyn FileHandle>,
    ) -> io::Result<Arc<dyn FileHandle>> {
        let pages = self.0.get(name).ok_or_else(|| not_as_written(name))?;
        if file.len() != pages.bytes {
            return Err(not_as_written(name));
        }
        let words = pages.hashes.len().div_ceil(64);
        Ok(Arc::new(CheckedFile {
            name: name.to_owned(),
            file,
            pages: pages.clone(),
            seen: (0..words).map(|_| AtomicU64::new(0)).collect(),
        }))
    }

    /// A small file, read and compared.
    pub(super) fn check_all(&self, name: &str, bytes: &[u8]) -> io::Result<()> {
        let pages = self.0.get(name).ok_or_else(|| not_as_written(name))?;
        let same = pages.bytes == bytes.len()
            && bytes
                .chunks(PAGE)
                .zip(&pages.hashes)
                .all(|(page, known)| hash(page) == *known);
        match same {
            true => Ok(()),
            false => Err(not_as_written(name)),
        }
    }
}

fn write_part(file: &mut impl io::Write, part: &[u8]) -> io::Result<()> {
    file.write_all(&(part.len() as u64).to_le_bytes())?;
    file.write_all(part)
}

fn take_part<'a>(rest: &mut &'a [u8]) -> Option<&'a [u8]> {
    let (length, after) = rest.split_first_chunk::<8>()?;
    let length = usize::try_from(u64::from_le_bytes(*length)).ok()?;
    let (part, after) = after.split_at_checked(length)?;
    *rest = after;
    Some(part)
}

/// A file that is compared, page by page, as it is read.
struct CheckedFile {
    name: String,
    file: Arc<dyn FileHandle>,
    pages: Arc<PageHashes>,
    /// A bit for each page that was as it was written.
    seen: Vec<AtomicU64>,
}

impl fmt::Debug for CheckedFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CheckedFile({})", self.name)
    }
}

impl HasLen for CheckedFile {
    fn len(&self) -> usize {
        self.file.len()
    }
}

impl CheckedFile {
    fn compare(&self, page: usize) -> io::Result<()> {
        let (word, bit) = (&self.seen[page / 64], 1 << (page % 64));
        // Who comes second compares it once more, and finds the same.
        if word.load(Ordering::Relaxed) & bit != 0 {
            return Ok(());
        }
        let start = page * PAGE;
        let end = (start + PAGE).min(self.pages.bytes);
        if hash(&self.file.read_bytes(start..end)?) != self.pages.hashes[page] {
            return Err(not_as_written(&self.name));
        }
        word.fetch_or(bit, Ordering::Relaxed);
        Ok(())
    }
}

impl FileHandle for CheckedFile {
    fn read_bytes(&self, range: Range<usize>) -> io::Result<OwnedBytes> {
        if range.start > range.end || range.end > self.pages.bytes {
            // What is damaged elsewhere may ask for it.
            return Err(not_as_written(&self.name));
        }
        for page in range.start / PAGE..range.end.div_ceil(PAGE) {
            self.compare(page)?;
        }
        self.file.read_bytes(range)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn checked(bytes: &[u8], pages: &Pages) -> Arc<dyn FileHandle> {
        let file: Arc<dyn FileHandle> = Arc::new(OwnedBytes::new(bytes.to_vec()));
        pages.checked("a", file).expect("it has its length")
    }

    #[test]
    fn what_is_read_is_as_it_was_written_and_the_rest_does_not_matter() -> io::Result<()> {
        let folder = tempfile::tempdir()?;
        let bytes: Vec<u8> = (0..3 * PAGE + 100).map(|n| (n * n / 7) as u8).collect();
        std::fs::write(folder.path().join("a"), &bytes)?;
        let pages = Pages::of(folder.path(), &["a".to_owned()], &Pages::default())?;
        pages.write(folder.path())?;
        let sum = blake3::hash(&std::fs::read(folder.path().join(PAGES_FILE))?)
            .to_hex()
            .to_string();
        assert_eq!(Pages::read(folder.path(), Some(&sum))?, pages);
        assert!(Pages::read(folder.path(), None).is_err());
        assert_eq!(
            &*checked(&bytes, &pages).read_bytes(5..2 * PAGE)?,
            &bytes[5..2 * PAGE]
        );
        for place in [0, PAGE - 1, PAGE, 3 * PAGE + 99] {
            let mut flipped = bytes.clone();
            flipped[place] ^= 1;
            let file = checked(&flipped, &pages);
            assert!(file.read_bytes(place..place + 1).is_err(), "{place}");
            let other = (place + 2 * PAGE) % (3 * PAGE);
            assert!(file.read_bytes(other..other + 1).is_ok(), "{place}");
            assert!(file.read_bytes(0..bytes.len()).is_err(), "{place}");
            assert!(pages.check_all("a", &flipped).is_err());
        }
        assert!(
            pages
                .checked("a", Arc::new(OwnedBytes::new(bytes[1..].to_vec())))
                .is_err()
        );
        assert!(
            pages
                .checked("b", Arc::new(OwnedBytes::new(bytes)))
                .is_err()
        );
        Ok(())
    }

    #[test]
    fn a_file_of_hashes_that_is_cut_short_is_none() {
        let pages = Pages(BTreeMap::from([(
            "name".to_owned(),
            PageHashes {
                bytes: 3,
                hashes: vec![[7; HASH]],
            }
            .into(),
        )]));
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        pages.write(folder.path()).expect("it can be written");
        let bytes = std::fs::read(folder.path().join(PAGES_FILE)).expect("it is there");
        assert_eq!(Pages::parse(&bytes), Some(pages));
        for end in 1..bytes.len() {
            assert_eq!(Pages::parse(&bytes[..end]), None, "{end}");
        }
    }
}
