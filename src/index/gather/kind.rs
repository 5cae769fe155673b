//! What a file that a walk finds is: one that is read, a picture, or of a type that nobody knows; and what is
//! said of a folder in which nothing is read.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::Path;

use super::patience::Patience;
use crate::document::{HEAD, Reader, readable_extensions, reader_for, reader_of};
use crate::index::report::{PICTURE_LEFT, Skipped};

/// Whether a file can be read.
pub(super) enum FileKind {
    Read,
    /// Where something recognises the text in it.
    Picture,
    Unknown,
}

/// What a file is by its extension, or else by its content.
pub(super) fn kind_of(path: &Path, patience: &mut Patience) -> FileKind {
    let of = |reader: &dyn Reader| match reader.needs_recognition() {
        true => FileKind::Picture,
        false => FileKind::Read,
    };
    let hint = reader_for(path);
    match hint {
        Some(reader) if !reader.needs_recognition() => FileKind::Read,
        _ => match ends_of(path, patience) {
            Ok((head, tail)) => reader_of(path, &head, &tail).map_or(FileKind::Unknown, of),
            Err(_) => hint.map_or(FileKind::Unknown, of),
        },
    }
}

/// The first and the last bytes of a file.
fn ends_of(path: &Path, patience: &mut Patience) -> std::io::Result<(Vec<u8>, Vec<u8>)> {
    let path = path.to_owned();
    patience.wait_for(move || {
        let mut file = File::open(path)?;
        let (mut head, mut tail) = (Vec::new(), Vec::new());
        (&file).take(HEAD as u64).read_to_end(&mut head)?;
        let length = file.seek(SeekFrom::End(0))?;
        file.seek(SeekFrom::Start(length.saturating_sub(HEAD as u64)))?;
        file.take(HEAD as u64).read_to_end(&mut tail)?;
        Ok((head, tail))
    })
}

/// Why a root that was named gave nothing, and what to do, by the files in it that were left.
pub(super) fn nothing_read(
    root: &Path,
    left: &[Skipped],
    links: usize,
    reads_pictures: bool,
) -> String {
    let unknown = left.len();
    let is_picture = |file: &&Skipped| file.reason == PICTURE_LEFT;
    let pictures = left.iter().filter(is_picture).count();
    match (pictures, root.is_file()) {
        (0, _) => nothing_of_a_type(root, unknown, links, reads_pictures),
        (_, true) => "it is a picture; --ocr reads it".to_owned(),
        _ if pictures == unknown => "there are only pictures in it; --ocr reads them".to_owned(),
        _ => {
            let why = nothing_of_a_type(root, unknown, links, reads_pictures);
            format!("{why}; --ocr reads the pictures in it")
        }
    }
}

fn nothing_of_a_type(root: &Path, unknown: usize, links: usize, reads_pictures: bool) -> String {
    let types = readable_extensions(reads_pictures).join(", ");
    match unknown {
        0 if links > 0 => {
            "there are only links in it; --follow follows those that lead elsewhere".to_owned()
        }
        0 => "there is no file in it; name a folder with files, or a file".to_owned(),
        _ if root.is_file() => {
            format!("files of this type are not read; save it as one of these: {types}")
        }
        _ => format!("no file in it is of a type that is read; these are: {types}"),
    }
}

pub(super) fn unknown_type(path: &Path) -> String {
    match path.extension() {
        Some(extension) => format!("unknown type .{}", extension.to_string_lossy()),
        None => "without extension".to_owned(),
    }
}
