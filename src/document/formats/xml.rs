//! The XML files in office files and books, element by element.

use quick_xml::Reader;
use quick_xml::escape::{resolve_xml_entity, unescape};
use quick_xml::events::{BytesStart, Event};

use super::package::broken;
use crate::document::{Allowance, ReadError};

/// What a part is made of, elements by their names without prefix.
#[cfg_attr(
    not(any(feature = "docx", feature = "odt", feature = "pptx")),
    expect(dead_code, reason = "a book by itself is asked for its elements only")
)]
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
#[cfg(any(feature = "docx", feature = "pptx"))]
pub(super) fn is_on(element: &BytesStart<'_>) -> bool {
    !matches!(
        attribute(element, "val").as_deref(),
        Some("0" | "false" | "off" | "none")
    )
}
