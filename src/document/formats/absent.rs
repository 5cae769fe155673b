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

/// The feature without which no picture is read.
const OCR: &str = "ocr";

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
    name: "OpenDocument file",
    feature: "odt",
    extensions: &["odt", "ott", "odp", "ods"],
    recognises: |head, _| signature::is_odt(head),
};

#[cfg(not(feature = "pdf"))]
pub(super) static PDF: Absent = Absent {
    name: "PDF",
    feature: "pdf",
    extensions: &["pdf"],
    recognises: |head, _| signature::is_pdf(head),
};

#[cfg(not(feature = "pptx"))]
pub(super) static PPTX: Absent = Absent {
    name: "PowerPoint presentation",
    feature: "pptx",
    extensions: &["pptx", "pptm", "ppsx", "potx"],
    recognises: signature::is_pptx,
};

#[cfg(not(feature = "xlsx"))]
pub(super) static XLSX: Absent = Absent {
    name: "Excel workbook",
    feature: "xlsx",
    extensions: &["xlsx", "xlsm", "xltx"],
    recognises: signature::is_xlsx,
};

#[cfg(not(feature = "epub"))]
pub(super) static EPUB: Absent = Absent {
    name: "EPUB",
    feature: "epub",
    extensions: &["epub"],
    recognises: |head, _| signature::is_epub(head),
};

#[cfg(not(feature = "mail"))]
pub(super) static MAIL: Absent = Absent {
    name: "mail",
    feature: "mail",
    extensions: &["eml", "mht", "mhtml"],
    recognises: |_, _| false,
};

#[cfg(not(feature = "compound"))]
pub(super) static COMPOUND: Absent = Absent {
    name: "old Office file",
    feature: "compound",
    extensions: &["doc", "xls", "xlt", "msg"],
    recognises: |head, _| signature::is_compound(head),
};

#[cfg(not(feature = "ocr"))]
pub(super) static PICTURE: Absent = Absent {
    name: signature::PICTURE,
    feature: OCR,
    extensions: signature::PICTURES,
    recognises: |head, _| signature::picture_suffix(head).is_some(),
};

#[cfg(not(feature = "archives"))]
pub(super) static ARCHIVE: Absent = Absent {
    name: "ZIP archive",
    feature: "archives",
    extensions: &["zip"],
    recognises: |_, _| false,
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

    fn needs_recognition(&self) -> bool {
        self.feature == OCR
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
