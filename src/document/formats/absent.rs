//! Stands in for formats that this palpate was built without, so that their files are named as
//! such instead of being taken for something else.

use super::signature;
use crate::document::{Allowance, Document, Part, ReadError, Reader};

/// A format that was left out.
pub(super) struct Absent {
    name: &'static str,
    feature: &'static str,
    extensions: &'static [&'static str],
    recognises: fn(&[u8], &[u8]) -> bool,
}

#[cfg(not(feature = "docx"))]
pub(super) static DOCX: Absent = Absent {
    name: "Word document",
    feature: "docx",
    extensions: &["docx", "docm", "dotx"],
    recognises: signature::is_docx,
};

#[cfg(not(feature = "html"))]
pub(super) static HTML: Absent = Absent {
    name: "HTML",
    feature: "html",
    extensions: &["html", "htm", "xhtml"],
    recognises: |head, _| signature::is_html(head),
};

#[cfg(not(feature = "odt"))]
pub(super) static ODT: Absent = Absent {
    name: "OpenDocument text",
    feature: "odt",
    extensions: &["odt", "ott"],
    recognises: |head, _| signature::is_odt(head),
};

#[cfg(not(feature = "pdf"))]
pub(super) static PDF: Absent = Absent {
    name: "PDF",
    feature: "pdf",
    extensions: &["pdf"],
    recognises: |head, _| signature::is_pdf(head),
};

impl Reader for Absent {
    fn name(&self) -> &'static str {
        self.name
    }

    fn extensions(&self) -> &'static [&'static str] {
        self.extensions
    }

    fn recognises(&self, head: &[u8], tail: &[u8]) -> bool {
        (self.recognises)(head, tail)
    }

    fn is_watched(&self) -> bool {
        false
    }

    fn read(
        &self,
        _: &str,
        _: Part,
        _: &Allowance,
        _: &mut dyn FnMut(Document),
    ) -> Result<(), ReadError> {
        Err(ReadError::NotBuilt {
            format: self.name,
            feature: self.feature,
        })
    }
}
