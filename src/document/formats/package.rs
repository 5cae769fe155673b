//! ZIP archives, and the files that are one: office files and books.

#[cfg(any(feature = "archives", feature = "docx"))]
use std::borrow::Cow;
use std::io::{Cursor, Read};

use zip::ZipArchive;
use zip::result::ZipError;

#[cfg(any(feature = "docx", feature = "epub", feature = "odt", feature = "pptx"))]
use crate::document::encoding::decode;
use crate::document::{Allowance, ReadError};

/// A file that is being read.
pub(super) struct Package<'a> {
    format: &'static str,
    archive: ZipArchive<Cursor<Vec<u8>>>,
    allowance: &'a Allowance,
}

pub(super) fn broken(format: &'static str, cause: impl ToString) -> ReadError {
    ReadError::Broken {
        format,
        cause: cause.to_string(),
    }
}

impl<'a> Package<'a> {
    pub(super) fn open(
        format: &'static str,
        bytes: Vec<u8>,
        allowance: &'a Allowance,
    ) -> Result<Self, ReadError> {
        let archive = ZipArchive::new(Cursor::new(bytes)).map_err(|error| match error {
            // Its list of files stands at its end.
            ZipError::InvalidArchive(_) => broken(format, "it is cut off or damaged"),
            error => broken(format, error),
        })?;
        Ok(Package {
            format,
            archive,
            allowance,
        })
    }

    /// The names of the parts of a folder that are headers or footers, in order.
    #[cfg(feature = "docx")]
    pub(super) fn margins(&self, folder: Option<&str>) -> Vec<String> {
        let is_margin = |name: &String| {
            let (within, part) = match name.rsplit_once('/') {
                Some((within, part)) => (Some(within), part),
                None => (None, name.as_str()),
            };
            let begins = part.starts_with("header") || part.starts_with("footer");
            within == folder && begins && part.ends_with(".xml")
        };
        let names = self.archive.file_names().flatten().map(Cow::into_owned);
        let mut names: Vec<String> = names.filter(is_margin).collect();
        let is_header = |name: &str| name.contains("header");
        names.sort_by(|a, b| {
            let order = is_header(b).cmp(&is_header(a));
            order.then(a.len().cmp(&b.len())).then(a.cmp(b))
        });
        names
    }

    /// The names of all parts, in order.
    #[cfg(feature = "archives")]
    pub(super) fn names(&self) -> Vec<String> {
        let names = self.archive.file_names().flatten();
        names.map(Cow::into_owned).collect()
    }

    /// The bytes of an archive that expands to no more than it may, for a library that does not count.
    #[cfg(feature = "xlsx")]
    pub(super) fn checked(
        format: &'static str,
        bytes: Vec<u8>,
        allowance: &'a Allowance,
    ) -> Result<Vec<u8>, ReadError> {
        let mut package = Package::open(format, bytes, allowance)?;
        for number in 0..package.archive.len() {
            let file = package.archive.by_index(number);
            let file = file.map_err(|error| broken(package.format, error))?;
            let failed = |error| broken(format, error);
            expand(file, package.allowance, failed, &mut |_| {})?;
        }
        Ok(package.archive.into_inner().into_inner())
    }

    /// What a part holds, or `None` where there is no such part.
    #[cfg(any(
        feature = "archives",
        feature = "docx",
        feature = "epub",
        feature = "odt",
        feature = "pptx"
    ))]
    pub(super) fn bytes(&mut self, name: &str) -> Result<Option<Vec<u8>>, ReadError> {
        let file = match self.archive.by_name(name) {
            Ok(file) => file,
            Err(ZipError::FileNotFound) => return Ok(None),
            Err(error) => return Err(broken(self.format, format!("{name}: {error}"))),
        };
        let mut bytes = Vec::new();
        let take = &mut |chunk: &[u8]| bytes.extend_from_slice(chunk);
        let failed = |error| broken(self.format, error);
        expand(file, self.allowance, failed, take)?;
        Ok(Some(bytes))
    }

    /// The text of a part, or `None` where there is no such part.
    #[cfg(any(feature = "docx", feature = "epub", feature = "odt", feature = "pptx"))]
    pub(super) fn part(&mut self, name: &str) -> Result<Option<String>, ReadError> {
        let Some(bytes) = self.bytes(name)? else {
            return Ok(None);
        };
        let decoded = decode(bytes, None)?;
        decoded.error.map_or(Ok(Some(decoded.text)), Err)
    }
}

/// Hands what a part or a stream holds to `take`, piece by piece. What a file says of its sizes may be a lie; what comes
/// out is counted.
pub(super) fn expand(
    mut file: impl Read,
    allowance: &Allowance,
    failed: impl Fn(std::io::Error) -> ReadError,
    take: &mut dyn FnMut(&[u8]),
) -> Result<(), ReadError> {
    let mut chunk = vec![0; 64 << 10];
    loop {
        allowance.check()?;
        let read = file.read(&mut chunk).map_err(&failed)?;
        if read == 0 {
            return Ok(());
        }
        allowance.expand(read as u64)?;
        take(&chunk[..read]);
    }
}
