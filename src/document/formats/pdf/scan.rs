//! Pages that are pictures: drawn as a viewer draws them, and read by the program that recognises text.
//!
//! What is drawn is what a reader would see, with masks, turns and all that covers something: a picture
//! taken out of the file by itself shows what was blacked out. Pages are drawn one after the other, and
//! read several at a time.

use std::borrow::Cow;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::thread;
use std::time::Duration;

use hayro::vello_cpu::Pixmap;
use hayro::vello_cpu::color::palette::css::WHITE;
use hayro::{PixmapSettings, RenderCache, RenderSettings};
use hayro_interpret::InterpreterSettings;
use hayro_interpret::hayro_syntax::Pdf;
use hayro_interpret::hayro_syntax::page::Page as PdfPage;

use super::page::{Page, PageLine};
use super::{half_points, weight};
use crate::document::recognise::{FileRecognition, Picture};
use crate::document::{Allowance, ReadError};

/// Dots an inch that pages are drawn with: what recognition is best at.
const DOTS: f32 = 300.0;
/// Units of a PDF an inch.
const UNITS: f32 = 72.0;
/// The most dots of a page; a larger one (A3 has 17 million) is drawn more coarsely.
const MOST_DOTS: f32 = 25e6;
/// The longest side of a page, in dots.
const LONGEST: f32 = 16_000.0;
/// So many pages of a file are read.
const MOST_PAGES: usize = 5_000;
/// The size of recognised print where the file has no other, in points.
const SIZE: f64 = 10.0;
/// How far lines are apart, in sizes, and those that an empty line parts.
const LINE: f64 = 1.2;
const PARAGRAPH: f64 = 3.0;
/// Whether a page has to be recognised: what it shows is a picture, or its letters nobody knows.
fn is_scan(page: &Page) -> bool {
    page.has_image && page.lines.is_empty() || page.is_unknown()
}

/// Has the pages recognised that are pictures, and puts in what they say. Gives what went wrong with
/// some, after which the others are read all the same.
pub(super) fn recognise(
    pdf: &Pdf,
    pages: &mut [Page],
    allowance: &Allowance,
) -> Result<Option<ReadError>, ReadError> {
    let Some(recognition) = allowance.recognition() else {
        return Ok(None);
    };
    let scans: Vec<usize> = (0..pages.len()).filter(|&n| is_scan(&pages[n])).collect();
    if scans.is_empty() {
        return Ok(None);
    }
    weight::check(pdf, allowance)?;
    if pages.iter().any(|page| page.is_heavy) {
        return Err(weight::too_heavy());
    }
    let size = usual_size(pages);
    let mut failed: Option<ReadError> = None;
    for (n, text) in texts(pdf, &scans, recognition, allowance)? {
        match text {
            Ok(text) => pages[n] = recognised(&text, size),
            Err(cause) => {
                failed = Some(match failed {
                    Some(ReadError::Unrecognised { page, pages, cause }) => {
                        let pages = pages + 1;
                        ReadError::Unrecognised { page, pages, cause }
                    }
                    _ => ReadError::Unrecognised {
                        page: Some(n + 1),
                        pages: 1,
                        cause,
                    },
                });
            }
        }
    }
    Ok(failed)
}

type PageText = (usize, Result<String, String>);

/// What is said on pages, in their order. Their numbers count from 0.
fn texts(
    pdf: &Pdf,
    scans: &[usize],
    recognition: &FileRecognition,
    allowance: &Allowance,
) -> Result<Vec<PageText>, ReadError> {
    let texts: Mutex<Vec<PageText>> = Mutex::default();
    let put = |n: usize, text| {
        let mut texts = texts.lock().unwrap_or_else(PoisonError::into_inner);
        texts.push((n, text));
    };
    thread::scope(|scope| {
        for (read, &n) in scans.iter().enumerate() {
            allowance.check()?;
            if read >= MOST_PAGES {
                put(
                    n,
                    Err(format!("no more than {MOST_PAGES} pages of a file are")),
                );
                continue;
            }
            // Drawing a page may take as long as reading a file. It is drawn before there is room for a
            // program: one that cannot be drawn to its end keeps none.
            allowance.put_off(Duration::ZERO);
            match drawn(&pdf.pages()[n]) {
                Err(cause) => put(n, Err(cause)),
                Ok(picture) => {
                    let room = recognition.room(allowance)?;
                    scope.spawn(move || {
                        let _room = room;
                        put(n, recognition.text_of(picture.picture()));
                    });
                }
            }
        }
        // Those that are still being read.
        allowance.put_off(recognition.time());
        Ok::<(), ReadError>(())
    })?;
    let mut texts = texts.into_inner().unwrap_or_else(PoisonError::into_inner);
    texts.sort_by_key(|(n, _)| *n);
    Ok(texts)
}

/// A page as it is seen, in shades of grey, line by line.
struct DrawnPage {
    width: u32,
    height: u32,
    /// Dots an inch.
    dots: f32,
    grey: Vec<u8>,
}

/// Draws a page.
fn drawn(page: &PdfPage<'_>) -> Result<DrawnPage, String> {
    let (width, height) = page.render_dimensions();
    if !(width >= 1.0 && height >= 1.0 && width.is_finite() && height.is_finite()) {
        return Err("it has no size".to_owned());
    }
    let scale = (DOTS / UNITS)
        .min((MOST_DOTS / width / height).sqrt())
        .min(LONGEST / width.max(height));
    let settings = PixmapSettings {
        x_scale: scale,
        y_scale: scale,
        bg_color: WHITE,
    };
    if width * scale < 1.0 || height * scale < 1.0 {
        return Err("it is too narrow to be drawn".to_owned());
    }
    // One for each page: what it keeps of the pictures of others is of no use.
    let cache = RenderCache::new();
    let drawn = hayro::render(
        page,
        &cache,
        &InterpreterSettings::default(),
        &RenderSettings::default(),
        &settings,
    );
    Ok(DrawnPage {
        width: drawn.width().into(),
        height: drawn.height().into(),
        dots: scale * UNITS,
        grey: grey(&drawn),
    })
}

/// How light each dot is (ITU-R BT.601). Its ground is white, so that nothing is seen through.
fn grey(drawn: &Pixmap) -> Vec<u8> {
    let dots = drawn.data().iter();
    dots.map(|dot| {
        let [r, g, b] = [dot.r, dot.g, dot.b].map(u32::from);
        // The weights sum up to 1000.
        u8::try_from((299 * r + 587 * g + 114 * b) / 1000).unwrap_or(u8::MAX)
    })
    .collect()
}

impl DrawnPage {
    /// The picture of it.
    fn picture(&self) -> Picture<'_> {
        let mut hasher = blake3::Hasher::new();
        hasher.update(b"page");
        hasher.update(&self.width.to_le_bytes());
        hasher.update(&self.height.to_le_bytes());
        hasher.update(&self.grey);
        Picture {
            hash: hasher.finalize(),
            suffix: ".png",
            bytes: Box::new(|| {
                self.png()
                    .map(Cow::Owned)
                    .map_err(|error| error.to_string())
            }),
        }
    }

    fn png(&self) -> Result<Vec<u8>, png::EncodingError> {
        /// Millimetres of an inch, by a thousand.
        const INCH: f32 = 0.0254;
        let mut bytes = Vec::new();
        let mut encoder = png::Encoder::new(&mut bytes, self.width, self.height);
        encoder.set_color(png::ColorType::Grayscale);
        encoder.set_depth(png::BitDepth::Eight);
        encoder.set_compression(png::Compression::Fast);
        // Dots a metre.
        let dots = (self.dots / INCH).round() as u32;
        encoder.set_pixel_dims(Some(png::PixelDimensions {
            xppu: dots,
            yppu: dots,
            unit: png::Unit::Meter,
        }));
        let mut writer = encoder.write_header()?;
        writer.write_image_data(&self.grey)?;
        writer.finish()?;
        Ok(bytes)
    }
}

/// The size of most print, in points.
fn usual_size(pages: &[Page]) -> f64 {
    let mut sizes: Vec<i64> = Vec::new();
    for line in pages.iter().flat_map(|page| &page.lines) {
        sizes.extend(std::iter::repeat_n(half_points(line.size), line.letters()));
    }
    sizes.sort_unstable();
    let middle = sizes.get(sizes.len() / 2).copied().unwrap_or_default();
    match middle {
        1.. => middle as f64 / 2.0,
        _ => SIZE,
    }
}

/// A page that says what was recognised on it, line by line, in print of that size.
pub(super) fn recognised(text: &str, size: f64) -> Page {
    let mut page = Page {
        is_recognised: true,
        ..Page::default()
    };
    let (mut down, mut is_parted) = (0.0, false);
    for line in text.lines() {
        let shown = line.trim();
        if shown.is_empty() {
            is_parted = true;
            continue;
        }
        down += size
            * if std::mem::take(&mut is_parted) {
                PARAGRAPH
            } else {
                LINE
            };
        let indent = line.len() - line.trim_start().len();
        let start = indent as f64 * size / 2.0;
        page.lines.push(PageLine::typed(shown, size, down, start));
    }
    page
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn empty_lines_part_paragraphs() {
        let page = recognised("Neck pain\nis common.\n\n \nRest helps.\n", 10.0);
        let lines: Vec<(&str, f64)> = page.lines.iter().map(|l| (&*l.text, l.down)).collect();
        assert_eq!(
            lines,
            [
                ("Neck pain", 12.0),
                ("is common.", 24.0),
                ("Rest helps.", 54.0)
            ]
        );
        assert!(page.is_recognised);
    }

    #[test]
    fn a_drawn_page_becomes_a_picture_that_says_its_size() -> Result<(), String> {
        let page = DrawnPage {
            width: 3,
            height: 2,
            dots: 300.0,
            grey: vec![0, 128, 255, 255, 128, 0],
        };
        let bytes = (page.picture().bytes)()?;
        let decoder = png::Decoder::new(std::io::Cursor::new(&bytes[..]));
        let mut reader = decoder.read_info().map_err(|error| error.to_string())?;
        let mut grey = vec![0; 6];
        reader
            .next_frame(&mut grey)
            .map_err(|error| error.to_string())?;
        assert_eq!(grey, page.grey);
        let dots = reader.info().pixel_dims.map(|dims| (dims.xppu, dims.yppu));
        assert_eq!(dots, Some((11811, 11811)));
        Ok(())
    }
}
