//! What is filled into forms and written onto pages where the file leaves it to the viewer to draw it.
//!
//! A field of a form has a value, and a note on a page (`FreeText`) its words. Most files draw both as well, and then they are
//! read with the page; viewers draw the others by themselves. What the page says already is not said again. FormFields for
//! passwords and what is hidden are left out, and so are comments, as they are in Word.

use hayro_interpret::hayro_syntax::object::dict::keys::{ANNOTS, CONTENTS, F, PARENT, RECT};
use hayro_interpret::hayro_syntax::object::{Array, Dict, Name, Object, Rect};
use hayro_interpret::hayro_syntax::page::Page as PdfPage;
use hayro_interpret::kurbo::{Affine, Point};

use super::page::PageLine;
use crate::document::encoding::decode;

/// So many letters are compared in a file, to see which values its pages say already: a large form takes a tenth.
const WORK: usize = 1 << 30;
/// So many choices of a list are looked at.
const CHOICES: usize = 1_000;
/// A field has its value from one above it at most so far.
const ABOVE: usize = 16;
/// What is not shown: hidden, and not for the screen.
const UNSEEN: u32 = 1 << 1 | 1 << 5;
/// A field whose value nobody is to read.
const PASSWORD: i64 = 1 << 13;
/// The size of print where none is said, and how far lines are apart.
const SIZE: f64 = 10.0;
const LINE: f64 = 1.2;

/// The fields and notes of a file, of which only so much is read.
#[derive(Default)]
pub(super) struct FormFields {
    work: usize,
}

impl FormFields {
    /// The lines of fields and notes of a page that it does not say by itself, placed by a transform of the page.
    pub(super) fn lines(
        &mut self,
        page: &PdfPage<'_>,
        said: &[PageLine],
        place: Affine,
    ) -> Vec<PageLine> {
        let Some(notes) = page.raw().get::<Array<'_>>(ANNOTS) else {
            return Vec::new();
        };
        let said: String = said.iter().map(|line| compact(&line.text)).collect();
        let mut lines = Vec::new();
        for note in notes.iter::<Dict<'_>>() {
            let Some(text) = text(&note) else { continue };
            self.work = self.work.saturating_add(said.len() + text.len());
            if self.work > WORK {
                break;
            }
            if !said.contains(&compact(&text)) {
                lines.extend(placed(&text, &note, place));
            }
        }
        lines
    }
}

/// A text without all that a line may be broken or set apart at.
fn compact(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).collect()
}

/// What a viewer shows of a field or a note.
fn text(note: &Dict<'_>) -> Option<String> {
    if note.get::<u32>(F).unwrap_or(0) & UNSEEN != 0 {
        return None;
    }
    let text = match &*note.get::<Name<'_>>("Subtype")? {
        b"FreeText" => string(&note.get::<Object<'_>>(CONTENTS)?),
        b"Widget" => value(note),
        _ => None,
    };
    text.filter(|text| text.contains(char::is_alphanumeric))
}

/// The value of a field of text or of a list to choose from.
fn value(field: &Dict<'_>) -> Option<String> {
    let Object::Name(kind) = inherited(field, "FT")? else {
        return None;
    };
    let flags = match inherited(field, "Ff") {
        Some(Object::Number(flags)) => flags.as_i64(),
        _ => 0,
    };
    let is_password = flags & PASSWORD != 0;
    let value = inherited(field, "V")?;
    match &*kind {
        b"Tx" if !is_password => string(&value),
        // What is chosen may go by another name on the page.
        b"Ch" if !field.contains_key("AP") => match &value {
            Object::Array(chosen) => {
                let texts = chosen.iter::<Object<'_>>().take(CHOICES);
                let texts: Vec<String> = texts.filter_map(|text| string(&text)).collect();
                Some(texts.join("\n"))
            }
            one => string(one),
        },
        _ => None,
    }
}

/// What a field says, or one above it.
fn inherited<'d>(field: &Dict<'d>, key: &str) -> Option<Object<'d>> {
    let mut field = field.clone();
    for _ in 0..ABOVE {
        if let Some(value) = field.get::<Object<'_>>(key) {
            return Some(value);
        }
        field = field.get::<Dict<'_>>(PARENT)?;
    }
    None
}

/// A text of the file.
fn string(object: &Object<'_>) -> Option<String> {
    let Object::String(text) = object else {
        return None;
    };
    let bytes = text.as_bytes().to_vec();
    Some(decode(bytes, None).ok()?.text)
}

/// The lines of a text, from the upper left corner of its note.
fn placed(text: &str, note: &Dict<'_>, place: Affine) -> Vec<PageLine> {
    let corner = note.get::<Rect>(RECT).map_or(Point::ZERO, |rect| {
        Point::new(rect.x0.min(rect.x1), rect.y0.max(rect.y1))
    });
    let corner = place * corner;
    let lines = text
        .split(['\r', '\n'])
        .filter(|line| !line.trim().is_empty());
    let lines = (1..).zip(lines).map(|(n, line)| {
        let down = corner.y + f64::from(n) * SIZE * LINE;
        PageLine::typed(line.trim(), SIZE, down, corner.x)
    });
    lines.collect()
}
