//! The parts of a Word or OpenDocument file: XML files in a ZIP archive.

#[cfg(feature = "docx")]
use std::borrow::Cow;
use std::io::{Cursor, Read};

use quick_xml::Reader;
use quick_xml::escape::{resolve_xml_entity, unescape};
use quick_xml::events::{BytesStart, Event};
use zip::ZipArchive;
use zip::result::ZipError;

use crate::document::encoding::decode;
use crate::document::{Allowance, ReadError};

/// What files of the old Word begin with, and those that a password protects.
const COMPOUND_FILE: &[u8] = b"\xd0\xcf\x11\xe0";

/// A file that is being read.
pub(super) struct Package<'a> {
    format: &'static str,
    archive: ZipArchive<Cursor<Vec<u8>>>,
    allowance: &'a Allowance,
    expanded: u64,
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
        if bytes.starts_with(COMPOUND_FILE) {
            return Err(broken(
                format,
                "it is protected by a password, or in the format of Word before 2007",
            ));
        }
        let archive = ZipArchive::new(Cursor::new(bytes)).map_err(|error| match error {
            // Its list of files stands at its end.
            ZipError::InvalidArchive(_) => broken(format, "it is cut off or damaged"),
            error => broken(format, error),
        })?;
        Ok(Package {
            format,
            archive,
            allowance,
            expanded: 0,
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

    /// The text of a part, or `None` where there is no such part.
    pub(super) fn part(&mut self, name: &str) -> Result<Option<String>, ReadError> {
        let mut file = match self.archive.by_name(name) {
            Ok(file) => file,
            Err(ZipError::FileNotFound) => return Ok(None),
            Err(error) => return Err(broken(self.format, format!("{name}: {error}"))),
        };
        // What the archive says of its sizes may be a lie; what comes out is counted.
        let mut bytes = Vec::new();
        let mut chunk = vec![0; 64 << 10];
        loop {
            self.allowance.check()?;
            let read = file
                .read(&mut chunk)
                .map_err(|error| broken(self.format, format!("{name}: {error}")))?;
            if read == 0 {
                break;
            }
            self.expanded += read as u64;
            self.allowance.check_expanded(self.expanded)?;
            bytes.extend_from_slice(&chunk[..read]);
        }
        let decoded = decode(bytes, None)?;
        decoded.error.map_or(Ok(Some(decoded.text)), Err)
    }
}

/// What a part is made of, elements by their names without prefix.
pub(super) enum XmlToken<'t, 'x> {
    Start(&'t str, &'t BytesStart<'x>),
    End(&'t str),
    Text(&'t str),
}

/// Hands the elements and texts of a part to `take`, in order.
pub(super) fn parse(
    format: &'static str,
    xml: &str,
    allowance: &Allowance,
    mut take: impl FnMut(XmlToken<'_, '_>),
) -> Result<(), ReadError> {
    let mut reader = Reader::from_str(xml.trim_start_matches('\u{feff}'));
    let mut depth = 0;
    loop {
        allowance.check()?;
        match reader.read_event().map_err(|error| broken(format, error))? {
            Event::Start(start) => {
                depth += 1;
                allowance.check_depth(depth)?;
                take(XmlToken::Start(start.local_name().as_ref(), &start));
            }
            Event::Empty(start) => {
                take(XmlToken::Start(start.local_name().as_ref(), &start));
                take(XmlToken::End(start.local_name().as_ref()));
            }
            Event::End(end) => {
                depth -= 1;
                take(XmlToken::End(end.local_name().as_ref()));
            }
            Event::Text(text) => take(XmlToken::Text(&text)),
            Event::CData(text) => take(XmlToken::Text(&text)),
            Event::GeneralRef(entity) => match entity
                .resolve_char_ref()
                .map_err(|error| broken(format, error))?
            {
                Some(c) => take(XmlToken::Text(c.encode_utf8(&mut [0; 4]))),
                None => take(XmlToken::Text(
                    resolve_xml_entity(&entity).unwrap_or("\u{fffd}"),
                )),
            },
            Event::Eof if depth > 0 => return Err(broken(format, "it ends in the middle")),
            Event::Eof => return Ok(()),
            Event::Comment(_) | Event::Decl(_) | Event::PI(_) | Event::DocType(_) => {}
        }
    }
}

/// The value of an attribute, by its name without prefix.
pub(super) fn attribute(element: &BytesStart<'_>, name: &str) -> Option<String> {
    let mut attributes = element.attributes();
    let mut attributes = attributes.with_checks(false).flatten();
    let found = attributes.find(|attribute| attribute.key.local_name().as_ref() == name)?;
    Some(unescape(&found.value).ok()?.into_owned())
}

/// Whether an element that switches something switches it on: `<w:b/>`, but not `<w:b w:val="0"/>`.
#[cfg(feature = "docx")]
pub(super) fn is_on(element: &BytesStart<'_>) -> bool {
    !matches!(
        attribute(element, "val").as_deref(),
        Some("0" | "false" | "off" | "none")
    )
}
