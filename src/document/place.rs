//! Places: how the text of a document leads back to its source.

use std::fmt;
use std::ops::Range;

/// The first and the last of what is counted, lines or pages, both from 1.
pub type Span = (usize, usize);

/// A place in a source that a person can look up, by what is counted there: "lines 31-35".
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    Pages(Span),
    /// Pages of which some are pictures that text was recognised in.
    RecognisedPages(Span),
    Paragraphs(Span),
    /// Of the source, or else of the text drawn out of it.
    Lines(Span),
}

impl Place {
    /// The place by its pages, or else by its paragraphs, or else by its lines.
    pub(crate) fn of(pages: Option<Span>, paragraphs: Option<Span>, lines: Span) -> Place {
        match (pages, paragraphs) {
            (Some(pages), _) => Place::Pages(pages),
            (None, Some(paragraphs)) => Place::Paragraphs(paragraphs),
            (None, None) => Place::Lines(lines),
        }
    }

    /// The same place, where its text was recognised in a picture: whoever reads it should know.
    pub(crate) fn where_recognised(self, is_recognised: bool) -> Place {
        match self {
            Place::Pages(pages) if is_recognised => Place::RecognisedPages(pages),
            place => place,
        }
    }

    /// The place with its source, as people cite it: "neck.pdf, page 2", and lines in the form
    /// that editors open, "neck.txt:31-35".
    pub(crate) fn in_source(self, source: &str) -> String {
        match self {
            Place::Lines((first, last)) if last > first => format!("{source}:{first}-{last}"),
            Place::Lines((line, _)) => format!("{source}:{line}"),
            Place::Pages(_) | Place::RecognisedPages(_) | Place::Paragraphs(_) => {
                format!("{source}, {self}")
            }
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (what, (first, last)) = match self {
            Place::Pages(pages) | Place::RecognisedPages(pages) => ("page", *pages),
            Place::Paragraphs(paragraphs) => ("paragraph", *paragraphs),
            Place::Lines(lines) => ("line", *lines),
        };
        match last > first {
            true => write!(f, "{what}s {first}-{last}")?,
            false => write!(f, "{what} {first}")?,
        }
        match self {
            Place::RecognisedPages(_) => f.write_str(" (recognised text)"),
            Place::Pages(_) | Place::Paragraphs(_) | Place::Lines(_) => Ok(()),
        }
    }
}

/// How the text of a document maps to places in the source that a person can look up.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Places {
    /// The lines of the text are those of the source.
    #[default]
    OwnLines,
    /// The text was drawn from lines of the source, of which each mark gives the number.
    SourceLines(Marks),
    /// The source has pages. Lines are those of the extracted text.
    Pages(Marks),
    /// The source is a run of paragraphs. Lines are those of the extracted text.
    Paragraphs(Marks),
}

/// Where in a text something begins that is counted in the source: at each mark the number changes.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Marks(Vec<PlaceMark>);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct PlaceMark {
    at: usize,
    number: usize,
}

impl Marks {
    /// Notes that from byte `at` on the text stands at `number`. Bytes must not fall.
    pub(super) fn add(&mut self, at: usize, number: usize) {
        match self.0.last_mut() {
            Some(last) if last.number == number => {}
            Some(last) if last.at >= at => last.number = number,
            _ => self.0.push(PlaceMark { at, number }),
        }
    }

    /// Adds the marks of a text that now begins at `offset`.
    pub(super) fn append(&mut self, offset: usize, marks: &Marks) {
        for mark in &marks.0 {
            self.add(offset + mark.at, mark.number);
        }
    }

    /// The least and the greatest number met in a non-empty range. Before the first mark counts
    /// as being at it; without any mark everything is at 1.
    pub(super) fn span(&self, bytes: &Range<usize>) -> Span {
        let first = self.0.partition_point(|mark| mark.at <= bytes.start);
        let end = self.0.partition_point(|mark| mark.at < bytes.end);
        let met = &self.0[first.saturating_sub(1)..end.max(first).max(1).min(self.0.len())];
        let numbers = || met.iter().map(|mark| mark.number);
        (numbers().min().unwrap_or(1), numbers().max().unwrap_or(1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_span_holds_every_number_met() {
        let mut marks = Marks::default();
        for (at, number) in [(0, 3), (4, 3), (10, 7), (20, 5)] {
            marks.add(at, number);
        }
        assert_eq!(marks.span(&(0..10)), (3, 3));
        assert_eq!(marks.span(&(0..11)), (3, 7));
        assert_eq!(marks.span(&(12..30)), (5, 7));
        assert_eq!(marks.span(&(25..30)), (5, 5));
        assert_eq!(Marks::default().span(&(0..5)), (1, 1));
    }

    #[test]
    fn a_place_is_cited_by_what_people_count() {
        let cited = |pages, paragraphs, lines| {
            let place = Place::of(pages, paragraphs, lines);
            (place.to_string(), place.in_source("a, b.x"))
        };
        let both = |a: &str, b: &str| (a.to_owned(), b.to_owned());
        assert_eq!(
            cited(Some((2, 3)), None, (1, 9)),
            both("pages 2-3", "a, b.x, pages 2-3")
        );
        assert_eq!(
            cited(None, Some((4, 4)), (1, 9)),
            both("paragraph 4", "a, b.x, paragraph 4")
        );
        assert_eq!(cited(None, None, (1, 9)), both("lines 1-9", "a, b.x:1-9"));
        assert_eq!(cited(None, None, (7, 7)), both("line 7", "a, b.x:7"));
        let page = Place::of(Some((2, 2)), None, (1, 9)).where_recognised(true);
        assert_eq!(page.in_source("a.pdf"), "a.pdf, page 2 (recognised text)");
        let line = Place::of(None, None, (1, 1)).where_recognised(true);
        assert_eq!(line.to_string(), "line 1");
    }

    #[test]
    fn what_comes_before_the_first_mark_is_at_it() {
        let mut marks = Marks::default();
        marks.add(5, 2);
        assert_eq!(marks.span(&(0..3)), (2, 2));
        let mut all = Marks::default();
        all.append(10, &marks);
        all.append(20, &marks);
        assert_eq!(all.span(&(15..30)), (2, 2));
    }
}
