//! The lines of a page: what its letters, placed one by one, make when read.
//!
//! A PDF says where each letter stands, and leaves out what readers see for themselves: that letters
//! on one baseline are a line, that a small gap is a space and a wide one the border of two cells.
//! Lines come in the order in which the file has them, which is nearly always that of reading, in
//! columns, too.

use hayro_interpret::font::GlyphRun;
use hayro_interpret::hayro_cmap::BfString;
use hayro_interpret::hayro_syntax::Pdf;
use hayro_interpret::hayro_syntax::page::Page as PdfPage;
use hayro_interpret::kurbo::{Affine, BezPath, Point, Rect};
use hayro_interpret::{
    BlendMode, ClipPath, Context, Device, DrawMode, DrawProps, Image, ImageDrawProps,
    InterpreterCache, InterpreterSettings, SoftMask, TransformExt, interpret_page,
};

use crate::document::Allowance;

/// Glyphs are measured in thousandths of the size of their font.
const UNITS: f64 = 1000.0;
/// A gap of this part of the font's size is a space: kerning stays below a tenth, and the narrowest
/// spaces of justified lines are near a fifth.
const SPACE: f64 = 0.17;
/// From this gap on, what follows stands in a column of its own.
const COLUMN: f64 = 1.8;
/// Letters this far off the baseline, up or down, still belong to the line, as raised figures do.
const RAISED: f64 = 0.4;

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
    /// Where it ends.
    end: f64,
    direction: Point,
    letters: usize,
}

/// What was found on a page.
#[derive(Debug, Default)]
pub(super) struct Page {
    pub(super) lines: Vec<PageLine>,
    pub(super) glyphs: usize,
    /// Glyphs of which the file does not say which letters they are.
    pub(super) unknown: usize,
    pub(super) has_image: bool,
}

/// Reads one page of a file.
pub(super) fn read<'p>(
    pdf: &'p Pdf,
    page: &'p PdfPage<'p>,
    cache: &InterpreterCache<'p>,
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
        allowance,
    };
    interpret_page(page, &mut context, &mut reader);
    let mut page = reader.page;
    page.lines.retain(|line| !line.text.trim().is_empty());
    page
}

struct PageReader<'a> {
    page: Page,
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
                hayro_interpret::font::Glyph::Outline(glyph) => glyph.advance_width(),
                hayro_interpret::font::Glyph::Type3(glyph) => glyph.advance_width(),
            };
            let text = match glyph.as_unicode() {
                Some(BfString::Char(c)) => c.to_string(),
                Some(BfString::String(text)) => text,
                None => {
                    self.page.unknown += 1;
                    char::REPLACEMENT_CHARACTER.to_string()
                }
            };
            self.page.glyphs += 1;
            self.page
                .add(&text, props.transform * glyph.transform(), advance);
        }
    }

    fn draw_image(&mut self, _: Image<'_, '_>, _: ImageDrawProps<'_>) {
        self.page.has_image = true;
    }

    fn draw_path(&mut self, _: &BezPath, _: DrawProps<'_>, _: &DrawMode) {}
    fn push_clip_path(&mut self, _: &ClipPath) {}
    fn push_transparency_group(&mut self, _: f32, _: Option<SoftMask<'_>>, _: BlendMode) {}
    fn pop_clip(&mut self) {}
    fn pop_transparency_group(&mut self) {}
}

impl Page {
    /// Adds a letter, placed by a transform from the units of its font.
    fn add(&mut self, text: &str, place: Affine, advance: Option<f32>) {
        let [a, b, c, d, x, y] = place.as_coeffs();
        let (across, size) = (a.hypot(b) * UNITS, c.hypot(d) * UNITS);
        if !(size > 0.0 && across > 0.0 && x.is_finite() && y.is_finite()) {
            return;
        }
        let direction = Point::new(a * UNITS / across, b * UNITS / across);
        let letter = PageLine {
            text: String::new(),
            size,
            down: y * direction.x - x * direction.y,
            start: x * direction.x + y * direction.y,
            end: 0.0,
            direction,
            letters: 0,
        };
        let width = advance.map_or(0.5, |width| f64::from(width) / UNITS) * across;
        let end = letter.start + width;
        match self.lines.last_mut() {
            Some(line) if line.goes_on_with(&letter) => line.part_from(&letter),
            _ => self.lines.push(letter.clone()),
        }
        if let Some(line) = self.lines.last_mut() {
            line.push(text, letter.size);
            line.end = end.max(letter.start);
        }
    }
}

impl PageLine {
    fn goes_on_with(&self, letter: &PageLine) -> bool {
        let size = self.size.max(letter.size);
        let along = self.direction.x * letter.direction.x + self.direction.y * letter.direction.y;
        along > 0.99
            && (self.down - letter.down).abs() < RAISED * size
            && letter.start > self.end - size
    }

    /// Sets a letter apart from what is there, as far as it stands apart.
    fn part_from(&mut self, letter: &PageLine) {
        let gap = (letter.start - self.end) / self.size.max(letter.size);
        let only_bullet = self.text.trim().chars().count() <= 1;
        if gap > COLUMN && !only_bullet {
            self.text.truncate(self.text.trim_end().len());
            self.text.push('\t');
        } else if gap > SPACE && !self.text.ends_with(char::is_whitespace) {
            self.text.push(' ');
        }
    }

    fn push(&mut self, text: &str, size: f64) {
        for c in text.chars() {
            match c {
                '\u{fb00}' => self.text.push_str("ff"),
                '\u{fb01}' => self.text.push_str("fi"),
                '\u{fb02}' => self.text.push_str("fl"),
                '\u{fb03}' => self.text.push_str("ffi"),
                '\u{fb04}' => self.text.push_str("ffl"),
                // Bullets of symbol fonts, which stand where no letters are.
                '\u{f0b7}' | '\u{f0a7}' | '\u{f0d8}' | '\u{f076}' => self.text.push('•'),
                c if c.is_whitespace() || c.is_control() => {
                    if !self.text.ends_with(char::is_whitespace) {
                        self.text.push(' ');
                    }
                }
                c => self.text.push(c),
            }
        }
        let letters = text.chars().filter(|c| !c.is_whitespace()).count();
        if letters > 0 {
            // A mean; a few raised or large letters hardly move it.
            let all = (self.letters + letters) as f64;
            self.size += (size - self.size) * letters as f64 / all;
            self.letters += letters;
        }
    }

    pub(super) fn letters(&self) -> usize {
        self.letters
    }
}
