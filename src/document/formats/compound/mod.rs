//! What Office wrote before 2007 (DOC, XLS), and Outlook still does (MSG): files of streams, by `cfb`.
//!
//! What is in such a file says what it is, whatever it is called. The streams are read here, for the library that
//! reads workbooks keeps a grid of each sheet and a copy of each string in each cell, and a file of some kilobytes
//! can ask for gigabytes. Every byte that comes out is counted.

mod doc;
mod msg;
mod packed;
mod xls;

use std::io::Cursor;

use cfb::CompoundFile;

use super::package::{broken, expand};
use super::signature;
use crate::document::{Allowance, Document, Part, ReadError, Reader};

/// Reader for files of streams.
pub(super) struct OldOffice;

pub(super) static COMPOUND: OldOffice = OldOffice;

const FORMAT: &str = "old Office file";

impl Reader for OldOffice {
    fn name(&self) -> &'static str {
        FORMAT
    }

    fn extensions(&self) -> &'static [&'static str] {
        &["doc", "xls", "xlt", "msg"]
    }

    fn recognises(&self, head: &[u8], _: &[u8]) -> bool {
        signature::is_compound(head)
    }

    fn read(
        &self,
        source: &str,
        Part { bytes, .. }: Part,
        allowance: &Allowance,
        sink: &mut dyn FnMut(Document),
    ) -> Result<(), ReadError> {
        let file = CompoundFile::open(Cursor::new(bytes)).map_err(|_| damaged())?;
        let mut streams = Streams { file, allowance };
        if office(source, "", &mut streams, sink)? {
            return objects(source, &mut streams, sink);
        }
        if streams.has("/__properties_version1.0") {
            return msg::read(source, "", &mut streams, &allowance.within()?, sink);
        }
        if streams.has("/EncryptedPackage") {
            return Err(ReadError::Encrypted);
        }
        Err(match streams.has("/PowerPoint Document") {
            true => broken(
                FORMAT,
                "presentations of PowerPoint before 2007 are not read; save it as PPTX",
            ),
            false => broken(FORMAT, "it is none of Word, Excel or Outlook"),
        })
    }
}

/// Reads what Word or Excel keeps in a storage, if it is theirs.
fn office(
    source: &str,
    storage: &str,
    streams: &mut Streams<'_>,
    sink: &mut dyn FnMut(Document),
) -> Result<bool, ReadError> {
    if let Some(main) = streams.bytes(&format!("{storage}/WordDocument"))? {
        sink(doc::read(source, storage, &main, streams)?);
        return Ok(true);
    }
    // Of Excel 97 and later, and before.
    for name in ["Workbook", "Book"] {
        if let Some(workbook) = streams.bytes(&format!("{storage}/{name}"))? {
            xls::read(source, &workbook, streams.allowance, sink)?;
            return Ok(true);
        }
    }
    Ok(false)
}

/// Reads the documents and workbooks that were put into another, each cited as `a.doc#object-1`.
fn objects(
    source: &str,
    streams: &mut Streams<'_>,
    sink: &mut dyn FnMut(Document),
) -> Result<(), ReadError> {
    let of_word = streams.names("/ObjectPool/").into_iter();
    let of_word = of_word.map(|name| format!("/ObjectPool/{name}"));
    let of_excel = streams.names("/").into_iter();
    let of_excel = of_excel.filter(|name| name.starts_with("MBD"));
    let storages: Vec<String> = of_word
        .chain(of_excel.map(|name| format!("/{name}")))
        .collect();
    let mut failed = None;
    for (number, storage) in (1..).zip(storages) {
        let source = format!("{source}#object-{number}");
        failed = office(&source, &storage, streams, sink).err().or(failed);
    }
    failed.map_or(Ok(()), Err)
}

fn damaged() -> ReadError {
    broken(FORMAT, "it is cut off or damaged")
}

/// The streams of a file that is being read.
struct Streams<'a> {
    file: CompoundFile<Cursor<Vec<u8>>>,
    allowance: &'a Allowance,
}

impl Streams<'_> {
    fn has(&self, path: &str) -> bool {
        self.file.exists(path)
    }

    /// The names of what stands right below a storage, in order.
    fn names(&self, storage: &str) -> Vec<String> {
        let entries = self.file.read_storage(storage);
        let names = entries.into_iter().flatten();
        names.map(|entry| entry.name().to_owned()).collect()
    }

    /// What a stream holds, or `None` where there is no such stream.
    fn bytes(&mut self, path: &str) -> Result<Option<Vec<u8>>, ReadError> {
        if !self.file.is_stream(path) {
            return Ok(None);
        }
        let stream = self.file.open_stream(path).map_err(|_| damaged())?;
        let mut bytes = Vec::new();
        let take = &mut |chunk: &[u8]| bytes.extend_from_slice(chunk);
        expand(stream, self.allowance, |_| damaged(), take)?;
        Ok(Some(bytes))
    }
}

/// A number of two bytes, the least first.
fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    let bytes = bytes.get(at..)?.first_chunk()?;
    Some(u16::from_le_bytes(*bytes))
}

/// A number of four bytes, the least first.
fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    let bytes = bytes.get(at..)?.first_chunk()?;
    Some(u32::from_le_bytes(*bytes))
}

/// The same as a place or a length.
fn size_at(bytes: &[u8], at: usize) -> Option<usize> {
    usize::try_from(u32_at(bytes, at)?).ok()
}

/// Text of two bytes a letter. What is no letter is shown as such.
fn utf16(bytes: &[u8]) -> String {
    let units = bytes.as_chunks::<2>().0.iter();
    let units: Vec<u16> = units.map(|unit| u16::from_le_bytes(*unit)).collect();
    String::from_utf16_lossy(&units)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    /// A file of streams.
    pub(super) fn file_of(streams: &[(&str, &[u8])]) -> Vec<u8> {
        let mut file = CompoundFile::create(Cursor::new(Vec::new())).expect("a file in memory");
        for (path, bytes) in streams {
            let storage = std::path::Path::new(path)
                .parent()
                .expect("an absolute path");
            file.create_storage_all(storage).expect("a storage");
            let mut stream = file.create_stream(path).expect("a stream");
            stream.write_all(bytes).expect("memory");
        }
        file.flush().expect("memory");
        file.into_inner().into_inner()
    }

    /// The source, the title and the blocks of each document in a file.
    pub(super) fn read(
        bytes: Vec<u8>,
        allowance: &Allowance,
    ) -> Result<Vec<(String, Vec<String>)>, ReadError> {
        let mut found = Vec::new();
        COMPOUND.read("a.bin", Part::whole(bytes), allowance, &mut |document| {
            let blocks = document.blocks().iter();
            let blocks = blocks
                .map(|block| format!("{}: {}", block.kind.name(), document.block_text(block)));
            let mut shown = vec![document.title().to_owned()];
            shown.extend(blocks);
            found.push((document.source().to_owned(), shown));
        })?;
        Ok(found)
    }

    #[test]
    fn what_was_put_into_a_document_is_read_with_it() -> Result<(), ReadError> {
        let outer = doc::tests::streams_of("See below.\r");
        let inner = doc::tests::streams_of("Not with a stent.\r");
        let found = read(
            file_of(&[
                ("/WordDocument", &outer.0),
                ("/1Table", &outer.1),
                ("/ObjectPool/_1/WordDocument", &inner.0),
                ("/ObjectPool/_1/1Table", &inner.1),
                ("/ObjectPool/_2/Ole", b"x"),
            ]),
            &Allowance::default(),
        )?;
        let shown: Vec<String> = found
            .iter()
            .map(|(source, text)| format!("{source}: {}", text[1]))
            .collect();
        assert_eq!(
            shown,
            [
                "a.bin: paragraph: See below.",
                "a.bin#object-1: paragraph: Not with a stent."
            ]
        );
        Ok(())
    }

    #[test]
    fn what_is_in_a_file_says_what_it_is() {
        let said = |streams: &[(&str, &[u8])]| match read(file_of(streams), &Allowance::default()) {
            Ok(found) => format!("{found:?}"),
            Err(error) => error.to_string(),
        };
        assert_eq!(
            said(&[("/EncryptedPackage", b"x")]),
            "protected by a password"
        );
        assert!(said(&[("/PowerPoint Document", b"x")]).contains("PPTX"));
        assert!(said(&[("/Other", b"x")]).contains("none of Word, Excel or Outlook"));
        assert!(said(&[("/WordDocument", b"x")]).contains("damaged"));
        assert!(said(&[("/Workbook", b"x")]).contains("damaged"));
        let cut = file_of(&[("/Workbook", &[0; 9000])]);
        assert!(read(cut[..1500].to_vec(), &Allowance::default()).is_err());
    }
}
