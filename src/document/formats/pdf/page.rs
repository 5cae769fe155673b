//! The lines of a page: what its letters, placed one by one, make when read.
//!
//! A PDF says where each letter stands, and leaves out what readers see for themselves: that letters
//! on one baseline are a line ([`line`](super::line)), and that lines stand in columns
//! ([`columns`](super::columns)).

use hayro_interpret::font::{Glyph, GlyphRun};
use hayro_interpret::hayro_cmap::BfString;
use hayro_interpret::hayro_syntax::Pdf;
use hayro_interpret::hayro_syntax::page::Page as PdfPage;
use hayro_interpret::kurbo::{Affine, BezPath, Point, Rect};
use hayro_interpret::{
    BlendMode, ClipPath, Context, Device, DrawMode, DrawProps, Image, ImageDrawProps,
    InterpreterCache, InterpreterSettings, SoftMask, TransformExt, interpret_page,
};

use super::columns;
use super::line::{Letter, LetterRun, Segment};
use super::shapes::Shapes;
#[cfg(feature = "ocr")]
use super::weight;
use crate::document::Allowance;

/// Glyphs are measured in thousandths of the size of their font.
const UNITS: f64 = 1000.0;
/// A line of text.
#[derive(Debug, Clone)]
pub(super) struct PageLine {
    /// With tabs between columns.
    pub(super) text: String,
    /// The size of the font of most of it.
    pub(super) size: f64,
    /// How far down the page its baseline is.
    pub(super) down: f64,
    /// Where it begins along its baseline.
    pub(super) start: f64,
    pub(super) letters: usize,
}

/// What was found on a page.
#[derive(Debug, Default)]
pub(super) struct Page {
    pub(super) lines: Vec<PageLine>,
    pub(super) glyphs: usize,
    /// Glyphs of which the file does not say which letters they are.
    pub(super) unknown: usize,
    pub(super) has_image: bool,
    /// Whether a picture that stands in the page itself is too large to be drawn.
    #[cfg(feature = "ocr")]
    pub(super) is_heavy: bool,
    /// Whether its lines were recognised in a picture.
    pub(super) is_recognised: bool,
}

/// Reads one page of a file.
pub(super) fn read<'p>(
    pdf: &'p Pdf,
    page: &'p PdfPage<'p>,
    cache: &InterpreterCache<'p>,
    shapes: &mut Shapes,
    allowance: &Allowance,
) -> Page {
    // Downwards as people read, whichever way the page was turned.
    let upright = page.initial_transform(true).to_kurbo();
    let (width, height) = page.render_dimensions();
    let area = Rect::new(0.0, 0.0, width.into(), height.into());
    let settings = InterpreterSettings::default();
    let mut context = Context::new(upright, area, cache, pdf.xref(), settings);
    let mut reader = PageReader {
        page: Page::default(),
        runs: Vec::new(),
        shapes,
        allowance,
    };
    interpret_page(page, &mut context, &mut reader);
    let mut page = reader.page;
    let mut lines: Vec<Vec<Segment>> = Vec::with_capacity(reader.runs.len());
    for run in reader.runs {
        let line = run.segments(lines.last().and_then(|line| line.last()));
        if !line.is_empty() {
            lines.push(line);
        }
    }
    let ordered = columns::in_reading_order(&lines).into_iter();
    page.lines = ordered.map(columns::joined).collect();
    page
}

struct PageReader<'a> {
    page: Page,
    /// The letters, as the file has them one after the other.
    runs: Vec<LetterRun>,
    shapes: &'a mut Shapes,
    allowance: &'a Allowance,
}

impl Device<'_> for PageReader<'_> {
    fn draw_glyph_run(&mut self, run: &GlyphRun<'_, '_>, props: DrawProps<'_>, _: &DrawMode) {
        if self.allowance.is_over() {
            // There is no other way out of the interpreter. Whoever watches the reader has given
            // it up already, and a panic of it is expected.
            std::panic::resume_unwind(Box::new("time is up"));
        }
        for glyph in run.glyphs() {
            let advance = match &**glyph {
                Glyph::Outline(glyph) => glyph.advance_width(),
                Glyph::Type3(glyph) => glyph.advance_width(),
            };
            let text = match glyph.as_unicode() {
                Some(BfString::Char(c)) => c.to_string(),
                Some(BfString::String(text)) => text,
                None => match self.letter_of(glyph) {
                    Some(letter) => letter.to_string(),
                    None => {
                        self.page.unknown += 1;
                        char::REPLACEMENT_CHARACTER.to_string()
                    }
                },
            };
            self.page.glyphs += 1;
            self.add(text, props.transform * glyph.transform(), advance);
        }
    }

    #[cfg(not(feature = "ocr"))]
    fn draw_image(&mut self, _: Image<'_, '_>, _: ImageDrawProps<'_>) {
        self.page.has_image = true;
    }

    #[cfg(feature = "ocr")]
    fn draw_image(&mut self, image: Image<'_, '_>, _: ImageDrawProps<'_>) {
        self.page.has_image = true;
        if self.allowance.reads_pictures() {
            self.page.is_heavy |= weight::is_heavy_inline(&image);
        }
    }

    fn draw_path(&mut self, _: &BezPath, _: DrawProps<'_>, _: &DrawMode) {}
    fn push_clip_path(&mut self, _: &ClipPath) {}
    fn push_transparency_group(&mut self, _: f32, _: Option<SoftMask<'_>>, _: BlendMode) {}
    fn pop_clip(&mut self) {}
    fn pop_transparency_group(&mut self) {}
}

impl PageReader<'_> {
    /// The letter of a glyph by its font, where the file does not say it.
    fn letter_of(&mut self, glyph: &Glyph<'_>) -> Option<char> {
        match glyph {
            Glyph::Outline(glyph) => self.shapes.letter(glyph),
            Glyph::Type3(_) => None,
        }
    }

    /// Adds a letter, placed by a transform from the units of its font.
    fn add(&mut self, text: String, place: Affine, advance: Option<f32>) {
        let [a, b, c, d, x, y] = place.as_coeffs();
        let (across, size) = (a.hypot(b) * UNITS, c.hypot(d) * UNITS);
        if !(size > 0.0 && across > 0.0 && x.is_finite() && y.is_finite()) {
            return;
        }
        let direction = Point::new(a * UNITS / across, b * UNITS / across);
        let down = y * direction.x - x * direction.y;
        let start = x * direction.x + y * direction.y;
        let width = advance.map_or(0.5, |width| f64::from(width) / UNITS) * across;
        let letter = Letter {
            text,
            size,
            start,
            end: (start + width).max(start),
        };
        match self.runs.last_mut() {
            Some(run) if run.goes_on_with(&letter, down, direction) => run.push(letter),
            _ => self.runs.push(LetterRun::new(letter, down, direction)),
        }
    }
}

impl PageLine {
    /// A line of text that no letters were placed for.
    #[cfg(feature = "ocr")]
    pub(super) fn typed(text: &str, size: f64, down: f64, start: f64) -> PageLine {
        PageLine {
            text: text.to_owned(),
            size,
            down,
            start,
            letters: text.chars().filter(|c| !c.is_whitespace()).count(),
        }
    }

    pub(super) fn letters(&self) -> usize {
        self.letters
    }
}
