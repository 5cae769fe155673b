//! ZIP archives: each file in them is read by its own reader, and cited as `archive.zip#folder/file.txt`.
//!
//! Files of types that nobody reads are passed over, as in a folder. What an archive expands to is bounded for all
//! of it together, archives within it included, and these stand four deep at most.

use super::package::{Package, broken};
use super::read_within;
use crate::document::{Allowance, Document, Part, ReadError, Reader};

/// Reader for ZIP archives.
pub(super) struct Archive;

pub(super) static ARCHIVE: Archive = Archive;

const FORMAT: &str = "ZIP archive";

impl Reader for Archive {
    fn name(&self) -> &'static str {
        FORMAT
    }

    fn extensions(&self) -> &'static [&'static str] {
        &["zip"]
    }

    fn read(
        &self,
        source: &str,
        Part { bytes, .. }: Part,
        allowance: &Allowance,
        sink: &mut dyn FnMut(Document),
    ) -> Result<(), ReadError> {
        files(source, bytes, &allowance.within()?, sink)
    }
}

fn files(
    source: &str,
    bytes: Vec<u8>,
    allowance: &Allowance,
    sink: &mut dyn FnMut(Document),
) -> Result<(), ReadError> {
    let mut package = Package::open(FORMAT, bytes, allowance)?;
    let mut failed = None;
    for name in package.names() {
        // What other systems put beside files is none of them.
        if name.ends_with('/') || name.starts_with("__MACOSX/") {
            continue;
        }
        if let Some(bytes) = package.bytes(&name)? {
            let source = format!("{source}#{name}");
            if let Err(error) = read_within(&source, &name, bytes, allowance, sink) {
                failed = Some(broken(FORMAT, format!("{name}: {error}")));
            }
        }
    }
    failed.map_or(Ok(()), Err)
}
