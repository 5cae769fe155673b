//! Places: how the text of a document leads back to its source.

use std::ops::Range;

/// The first and the last of what is counted, lines or pages, both from 1.
pub type Span = (usize, usize);

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
pub struct Marks(Vec<Mark>);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Mark {
    at: usize,
    number: usize,
}

impl Marks {
    /// Notes that from byte `at` on the text stands at `number`. Bytes must not fall.
    pub(super) fn add(&mut self, at: usize, number: usize) {
        match self.0.last_mut() {
            Some(last) if last.number == number => {}
            Some(last) if last.at >= at => last.number = number,
            _ => self.0.push(Mark { at, number }),
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
