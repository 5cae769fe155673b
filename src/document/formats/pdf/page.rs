//! The lines of a page: what its letters, placed one by one, make when read.
//!
//! A PDF says where each letter stands, and leaves out what readers see for themselves: that letters
//! on one baseline are a line ([`line`](super::line)), and that lines stand in columns
//! ([`columns`](super::columns)).

use hayro_interpret::font::{Glyph, GlyphRun};
use hayro_interpret::hayro_cmap::{BfString, WritingMode};
use hayro_interpret::hayro_syntax::Pdf;
use hayro_interpret::hayro_syntax::object::{Dict, String as PdfString};
use hayro_interpret::hayro_syntax::page::Page as PdfPage;
use hayro_interpret::kurbo::{Affine, BezPath, Point, Rect};
use hayro_interpret::{
    BlendMode, ClipPath, Context, Device, DrawMode, DrawProps, Image, ImageDrawProps,
    InterpreterCache, SoftMask, TransformExt, interpret_page,
};

use super::collections::Collections;
use super::columns;
use super::fields::FormFields;
use super::guess;
use super::line::{Letter, LetterRun, Segment};
use super::shapes::Shapes;
use super::standin;
#[cfg(feature = "ocr")]
use super::weight;
use crate::document::Allowance;
use crate::document::encoding::decode;

/// Glyphs are measured in thousandths of the size of their font.
const UNITS: f64 = 1000.0;
/// How far a letter of a line that is written downwards stands above the place it is drawn from, in sizes.
const ABOVE: f64 = 0.88;
/// A text that the file gives in place of what it draws has so many letters more than glyphs, and so many for each, at most.
const MORE: usize = 8;
const FOR_EACH: usize = 8;
/// A line of so many glyphs is one that readers miss.
const MISSED: usize = 4;
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
    /// Lines of which nothing is left, since no letter of them is known.
    pub(super) lost: usize,
    pub(super) has_image: bool,
    /// Whether a picture that stands in the page itself is too large to be drawn.
    #[cfg(feature = "ocr")]
    pub(super) is_heavy: bool,
    /// Whether its lines were recognised in a picture.
    pub(super) is_recognised: bool,
}

/// What is known of the words of a file beside what the library tells of them.
#[derive(Default)]
pub(super) struct KnownLetters {
    shapes: Shapes,
    collections: Collections,
    fields: FormFields,
}

/// Reads one page of a file.
pub(super) fn read<'p>(
    pdf: &'p Pdf,
    page: &'p PdfPage<'p>,
    cache: &InterpreterCache<'p>,
    known: &mut KnownLetters,
    allowance: &Allowance,
) -> Page {
    // Downwards as people read, whichever way the page was turned.
    let upright = page.initial_transform(true).to_kurbo();
    let (width, height) = page.render_dimensions();
    let area = Rect::new(0.0, 0.0, width.into(), height.into());
    let mut context = Context::new(upright, area, cache, pdf.xref(), standin::settings());
    let mut reader = PageReader {
        pdf,
        page: Page::default(),
        runs: Vec::new(),
        unclear: Vec::new(),
        span: None,
        filled: None,
        known,
        allowance,
    };
    interpret_page(page, &mut context, &mut reader);
    reader.end_span();
    reader.guess();
    let mut read = reader.page;
    let mut lines: Vec<Vec<Segment>> = Vec::with_capacity(reader.runs.len());
    for run in reader.runs {
        let line = run.segments(lines.last().and_then(|line| line.last()));
        if !line.is_empty() {
            lines.push(line);
        }
    }
    let ordered = columns::in_reading_order(&lines).into_iter();
    read.lines = ordered.map(columns::joined).collect();
    read.leave_out_what_nobody_knows();
    let fields = reader.known.fields.lines(page, &read.lines, upright);
    read.lines.extend(fields);
    read
}

impl Page {
    /// Whether most of what it shows are letters that nobody knows.
    pub(super) fn is_unknown(&self) -> bool {
        2 * self.unknown > self.glyphs
    }

    /// Leaves out lines without any letter that is known.
    fn leave_out_what_nobody_knows(&mut self) {
        let mut lost = 0;
        self.lines.retain(|line| {
            let known = line.text.chars().any(char::is_alphanumeric);
            let unknown = line.text.matches(char::REPLACEMENT_CHARACTER).count();
            lost += usize::from(!known && unknown >= MISSED);
            known || unknown == 0
        });
        self.lost = lost;
    }
}

struct PageReader<'a> {
    pdf: &'a Pdf,
    page: Page,
    /// The letters, as the file has them one after the other.
    runs: Vec<LetterRun>,
    /// Letters that no table tells.
    unclear: Vec<UnclearLetter>,
    /// The part of the page under way whose text the file gives by itself.
    span: Option<GivenText>,
    /// Where the first glyph stands of those that were filled last, and how many they are.
    filled: Option<(Affine, usize)>,
    known: &'a mut KnownLetters,
    allowance: &'a Allowance,
}

/// A letter that no table tells: its run, its place there, its code, and what tells its font from others.
struct UnclearLetter {
    run: usize,
    letter: usize,
    code: u32,
    font: u128,
}

/// A part of a page for which the file gives the text (`ActualText`), in place of what is drawn.
struct GivenText {
    text: String,
    /// How many parts within it are under way.
    depth: usize,
    letters: Vec<PlacedLetter>,
}

/// A letter, how far down its baseline is, and which way it goes.
struct PlacedLetter {
    letter: Letter,
    down: f64,
    direction: Point,
}

/// What is known of a glyph.
enum Known {
    Letter(String),
    /// Nothing, or a sign for private use.
    Unclear {
        sign: char,
        font: u128,
    },
}

impl Device<'_> for PageReader<'_> {
    fn draw_glyph_run(&mut self, run: &GlyphRun<'_, '_>, props: DrawProps<'_>, mode: &DrawMode) {
        if self.allowance.is_over() {
            // There is no other way out of the interpreter. Whoever watches the reader has given
            // it up already, and a panic of it is expected.
            std::panic::resume_unwind(Box::new("time is up"));
        }
        if self.is_outline_of_last(run, &props, mode) {
            return;
        }
        let is_downward = run.writing_mode() == WritingMode::Vertical;
        for glyph in run.glyphs() {
            let advance = match &**glyph {
                Glyph::Outline(glyph) => glyph.advance_width(),
                Glyph::Type3(glyph) => glyph.advance_width(),
            };
            self.page.glyphs += 1;
            let (text, unclear) = match self.known(glyph) {
                Known::Letter(text) => (text, None),
                Known::Unclear { sign, font } => {
                    (sign.to_string(), Some((glyph.char_code(), font)))
                }
            };
            let place = props.transform * glyph.transform();
            let Some(placed) = placed(text, place, advance, is_downward) else {
                continue;
            };
            match (&mut self.span, unclear) {
                (Some(span), _) => span.letters.push(placed),
                (None, None) => self.add(placed),
                (None, Some((code, font))) => {
                    self.add(placed);
                    self.note_unclear(code, font);
                }
            }
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

    fn begin_marked_content(&mut self, _: &[u8], properties: Option<&Dict<'_>>) {
        match &mut self.span {
            Some(span) => span.depth += 1,
            None => {
                let text = properties.and_then(|said| said.get::<PdfString<'_>>("ActualText"));
                let text = text.and_then(|text| decode(text.as_bytes().to_vec(), None).ok());
                self.span = text.map(|decoded| GivenText {
                    text: decoded.text,
                    depth: 0,
                    letters: Vec::new(),
                });
            }
        }
    }

    fn end_marked_content(&mut self) {
        match &mut self.span {
            Some(span) if span.depth > 0 => span.depth -= 1,
            _ => self.end_span(),
        }
    }
}

impl PageReader<'_> {
    /// Whether glyphs are drawn once more, now their outlines.
    fn is_outline_of_last(
        &mut self,
        run: &GlyphRun<'_, '_>,
        props: &DrawProps<'_>,
        mode: &DrawMode,
    ) -> bool {
        let first = run.glyphs().first();
        let drawn = first.map(|first| (props.transform * first.transform(), run.glyphs().len()));
        match mode {
            DrawMode::Stroke(_) => drawn.is_some() && self.filled.take() == drawn,
            _ => {
                self.filled = drawn;
                false
            }
        }
    }

    /// What is known of a glyph by the library, by its font, or by the collection that it is of.
    fn known(&mut self, glyph: &Glyph<'_>) -> Known {
        let said = match glyph.as_unicode() {
            Some(BfString::Char(c)) if is_private(c) => Some(c),
            Some(BfString::Char('\0' | char::REPLACEMENT_CHARACTER)) | None => None,
            Some(letter) => return Known::Letter(string(letter)),
        };
        let sign = said.unwrap_or(char::REPLACEMENT_CHARACTER);
        let Glyph::Outline(glyph) = glyph else {
            return Known::Unclear { sign, font: 0 };
        };
        let Some(font) = glyph.font_data() else {
            return Known::Unclear { sign, font: 1 };
        };
        if let Some(letter) = self.known.shapes.letter(&font, glyph.glyph_id().to_u32()) {
            return Known::Letter(letter.to_string());
        }
        let name = font.postscript_name.as_deref().unwrap_or_default();
        let collections = &mut self.known.collections;
        match collections.letter(self.pdf, name, glyph.char_code(), self.allowance) {
            Some(letter) => Known::Letter(string(letter)),
            None => Known::Unclear {
                sign,
                font: font.cache_key,
            },
        }
    }

    /// Adds a letter where it stands.
    fn add(&mut self, placed: PlacedLetter) {
        let PlacedLetter {
            letter,
            down,
            direction,
        } = placed;
        match self.runs.last_mut() {
            Some(run) if run.is_overprinted_by(&letter, down, direction) => {}
            Some(run) if run.goes_on_with(&letter, down, direction) => run.push(letter),
            _ => self.runs.push(LetterRun::new(letter, down, direction)),
        }
    }

    /// Notes that the letter added last is not known.
    fn note_unclear(&mut self, code: u32, font: u128) {
        let run = self.runs.len().saturating_sub(1);
        let letter = self.runs.last().map_or(0, LetterRun::len).saturating_sub(1);
        self.unclear.push(UnclearLetter {
            run,
            letter,
            code,
            font,
        });
    }

    /// Puts the text that the file gives in place of what was drawn since.
    fn end_span(&mut self) {
        let Some(span) = self.span.take() else {
            return;
        };
        let is_fitting = span.text.chars().count() <= MORE + FOR_EACH * span.letters.len();
        let mut letters = span.letters.into_iter();
        match letters.next() {
            Some(mut first) if is_fitting => {
                first.letter.text = span.text;
                for other in letters {
                    if (other.down - first.down).abs() < first.letter.size {
                        first.letter.end = first.letter.end.max(other.letter.end);
                    }
                }
                self.add(first);
            }
            first => first
                .into_iter()
                .chain(letters)
                .for_each(|letter| self.add(letter)),
        }
    }

    /// Reads codes as letters, in each font by which they are text, and counts what stays unknown.
    fn guess(&mut self) {
        let mut unclear = std::mem::take(&mut self.unclear);
        // The letters of a font stay in their order.
        unclear.sort_by_key(|letter| letter.font);
        for letters in unclear.chunk_by(|a, b| a.font == b.font) {
            let codes: Vec<u32> = letters.iter().map(|letter| letter.code).collect();
            let reading = guess::reading(&codes);
            for unclear in letters {
                let letter = reading.and_then(|reading| reading.letter(unclear.code));
                let run = &mut self.runs[unclear.run];
                match letter {
                    Some(letter) => run.put(unclear.letter, letter),
                    None => self.page.unknown += usize::from(run.is_unknown(unclear.letter)),
                }
            }
        }
    }
}

fn string(letter: BfString) -> String {
    match letter {
        BfString::Char(c) => c.to_string(),
        BfString::String(text) => text,
    }
}

/// Signs that symbol fonts have at the places of letters.
fn is_private(c: char) -> bool {
    ('\u{f020}'..='\u{f0ff}').contains(&c)
}

/// A letter, placed by a transform from the units of its font.
fn placed(
    text: String,
    place: Affine,
    advance: Option<f32>,
    is_downward: bool,
) -> Option<PlacedLetter> {
    let [a, b, c, d, x, y] = place.as_coeffs();
    let (across, size) = (a.hypot(b) * UNITS, c.hypot(d) * UNITS);
    if !(size > 0.0 && across > 0.0 && x.is_finite() && y.is_finite()) {
        return None;
    }
    let direction = match is_downward {
        true => Point::new(-c * UNITS / size, -d * UNITS / size),
        false => Point::new(a * UNITS / across, b * UNITS / across),
    };
    let down = y * direction.x - x * direction.y;
    let along = x * direction.x + y * direction.y;
    let (start, width) = match is_downward {
        true => (along - ABOVE * size, size),
        false => (
            along,
            advance.map_or(0.5, |width| f64::from(width) / UNITS) * across,
        ),
    };
    let letter = Letter {
        text,
        size,
        start,
        end: (start + width).max(start),
    };
    Some(PlacedLetter {
        letter,
        down,
        direction,
    })
}

impl PageLine {
    /// A line of text that no letters were placed for.
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
