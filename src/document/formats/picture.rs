//! Pictures: faxes, scanned letters, photographs of a leaflet.
//!
//! They are given to the program that recognises text as they are, and what it prints is read as the pages
//! of a scanned PDF are. A file of several pages (TIFF) gives several, parted by the sign that ends a page.
//! Where nobody said what reads them, they are no documents at all.

use std::borrow::Cow;

use super::pdf::recognised_document;
use super::signature;
use crate::document::recognise::{PAGE_END, Picture};
use crate::document::{Allowance, Document, Part, ReadError, Reader};

/// Reader for pictures.
pub(super) struct PictureFile;

pub(super) static PICTURE: PictureFile = PictureFile;

impl Reader for PictureFile {
    fn name(&self) -> &'static str {
        signature::PICTURE
    }

    fn extensions(&self) -> &'static [&'static str] {
        signature::PICTURES
    }

    fn recognises(&self, head: &[u8], _: &[u8]) -> bool {
        signature::picture_suffix(head).is_some()
    }

    fn needs_recognition(&self) -> bool {
        true
    }

    fn read(
        &self,
        source: &str,
        Part { bytes, .. }: Part,
        allowance: &Allowance,
        sink: &mut dyn FnMut(Document),
    ) -> Result<(), ReadError> {
        let recognition = allowance.recognition().ok_or(ReadError::Picture)?;
        let _room = recognition.room(allowance)?;
        let picture = Picture {
            hash: blake3::hash(&bytes),
            suffix: signature::picture_suffix(&bytes).unwrap_or(".picture"),
            bytes: Box::new(|| Ok(Cow::Borrowed(&bytes))),
        };
        let unrecognised = |cause| ReadError::Unrecognised {
            page: None,
            pages: 1,
            cause,
        };
        let text = recognition.text_of(picture).map_err(unrecognised)?;
        let text = text.strip_suffix(PAGE_END).unwrap_or(&text);
        let pages: Vec<&str> = text.split(PAGE_END).collect();
        sink(recognised_document(source, &pages, allowance)?);
        Ok(())
    }
}
