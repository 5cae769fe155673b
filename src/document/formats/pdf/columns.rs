//! Columns of a page, whose lines a file may have one beside the other.
//!
//! Most files have the text of a page in the order of reading, one column after the other. Some have it
//! line by line, across columns that have nothing to do with each other: then the half of a sentence
//! would end in the half of another. Columns are told from the cells of a table by how they go on:
//! downwards, in the midst of sentences, each for itself.

use super::line::{COLUMN, Segment};
use super::page::PageLine;
use crate::document::list;
use crate::document::word_count;

/// The least width of the gap between columns, in sizes of their print.
const GUTTER: f64 = 0.8;
/// Lines further down than this, in sizes of their print, are no longer of the same columns.
const FURTHER: f64 = 4.0;
/// A line that stands alone at the end of columns belongs to them up to this distance.
const NEXT: f64 = 1.7;
/// A column has at least so many lines, of so many words in the mean.
const LINES: usize = 3;
const WORDS: f64 = 2.5;
/// From this share of its lines on that go on with the line above, a column is read downwards.
const FLOWS: f64 = 0.4;
/// From this share of sentences on that begin side by side, what stands there is a table.
const SIDE_BY_SIDE: f64 = 0.8;
/// So many of the gaps of a line are looked at, and so many lines for one column: no page has more.
const GAPS: usize = 4;
const LONGEST: usize = 400;
/// Columns are looked for in columns this often.
const DEPTH: usize = 6;

/// The segments of one line, from left to right.
type SegmentLine<'s> = &'s [Segment];

/// The lines of a page in the order in which they are read, given in that of the file.
pub(super) fn in_reading_order(lines: &[Vec<Segment>]) -> Vec<SegmentLine<'_>> {
    parted(lines.iter().map(Vec::as_slice).collect(), DEPTH)
}

fn parted(lines: Vec<SegmentLine<'_>>, depth: usize) -> Vec<SegmentLine<'_>> {
    if depth == 0 {
        return lines;
    }
    let mut ordered = Vec::with_capacity(lines.len());
    let mut at = 0;
    while at < lines.len() {
        let columns = (0..GAPS).find_map(|gap| ColumnPair::at(&lines[at..], gap));
        match columns {
            Some(columns) => {
                at += columns.lines;
                let ColumnPair { left, right, .. } = columns;
                let leftward = left
                    .iter()
                    .copied()
                    .flatten()
                    .filter(|part| part.is_leftward)
                    .count();
                let (first, second) = match 2 * leftward > left.len() {
                    true => (right, left),
                    false => (left, right),
                };
                // Each of them may be two.
                ordered.extend(parted(first, depth - 1));
                ordered.extend(parted(second, depth - 1));
            }
            None => {
                ordered.push(lines[at]);
                at += 1;
            }
        }
    }
    ordered
}

/// One line of a page: with tabs between its segments, in the order of reading.
pub(super) fn joined(line: &[Segment]) -> PageLine {
    let letters: usize = line.iter().map(|part| part.letters).sum();
    let size = line.iter().map(|part| part.size * part.letters as f64);
    let mut texts: Vec<&str> = line.iter().map(|part| part.text.as_str()).collect();
    if line.iter().any(|part| part.is_leftward) {
        texts.reverse();
    }
    PageLine {
        text: texts.join("\t"),
        size: match letters {
            0 => line[0].size,
            _ => size.sum::<f64>() / letters as f64,
        },
        down: line[0].down,
        start: line[0].start,
        letters,
    }
}

/// Two columns beside one another.
struct ColumnPair<'s> {
    /// How many lines of the file they take.
    lines: usize,
    left: Vec<SegmentLine<'s>>,
    right: Vec<SegmentLine<'s>>,
}

/// The gap between two columns, which all of their lines leave free.
#[derive(Clone, Copy)]
struct Gutter {
    start: f64,
    end: f64,
}

/// On which side of a gutter something stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Side {
    Left,
    Right,
}

impl Gutter {
    /// The gap of that number in the first line, or the one between it and a line that stands beside it.
    fn at(lines: &[SegmentLine<'_>], gap: usize) -> Option<Gutter> {
        let first = lines.first()?;
        let (before, after) = match first.len() {
            1 if gap == 0 => (&first[0], lines.get(1)?.first()?),
            _ => (first.get(gap)?, first.get(gap + 1)?),
        };
        let beside = (after.down - before.down).abs() < before.size;
        let apart = after.start - before.end > COLUMN * before.size;
        (beside && apart).then_some(Gutter {
            start: before.end,
            end: after.start,
        })
    }

    /// On which side a segment stands; the gutter gives way as far as it can.
    fn side(&mut self, part: &Segment) -> Option<Side> {
        let least = GUTTER * part.size;
        if part.end <= self.end - least {
            self.start = self.start.max(part.end);
            return Some(Side::Left);
        }
        (part.start >= self.start + least).then(|| {
            self.end = self.end.min(part.start);
            Side::Right
        })
    }
}

impl<'s> ColumnPair<'s> {
    /// The columns that the first of some lines begins, parted by its gap of that number.
    fn at(lines: &[SegmentLine<'s>], gap: usize) -> Option<ColumnPair<'s>> {
        let mut gutter = Gutter::at(lines, gap)?;
        let mut columns = ColumnPair {
            lines: 0,
            left: Vec::new(),
            right: Vec::new(),
        };
        let mut down = lines[0][0].down;
        for line in &lines[..lines.len().min(LONGEST)] {
            let further = (line[0].down - down) / line[0].size;
            let sides: Option<Vec<Side>> = line.iter().map(|part| gutter.side(part)).collect();
            let Some(sides) = sides.filter(|_| (-1.0..FURTHER).contains(&further)) else {
                break;
            };
            let cut = sides.iter().filter(|&&side| side == Side::Left).count();
            let (left, right) = line.split_at(cut);
            for (column, parts) in [(&mut columns.left, left), (&mut columns.right, right)] {
                if !parts.is_empty() {
                    column.push(parts);
                }
            }
            columns.lines += 1;
            down = down.max(line[0].down);
        }
        columns.leave_what_comes_after(lines);
        columns.are_read_downwards().then_some(columns)
    }

    /// Gives up lines at the end that stand alone, apart from the column above: a heading, say, of what
    /// comes after both.
    fn leave_what_comes_after(&mut self, lines: &[SegmentLine<'_>]) {
        let end = |column: &[SegmentLine<'_>]| {
            column.last().map_or(f64::NEG_INFINITY, |line| line[0].down)
        };
        let both = end(&self.left).min(end(&self.right));
        let longer = match end(&self.left) > end(&self.right) {
            true => &mut self.left,
            false => &mut self.right,
        };
        let alone = longer
            .iter()
            .position(|line| line[0].down > both + line[0].size);
        let Some(alone) = alone.filter(|&alone| alone > 0) else {
            return;
        };
        let apart = (alone..longer.len()).find(|&n| {
            let (above, line) = (&longer[n - 1][0], &longer[n][0]);
            (line.down - above.down) / above.size > NEXT || line.size > above.size * 1.05
        });
        if let Some(apart) = apart {
            let down = longer[apart][0].down;
            longer.truncate(apart);
            let kept = lines[..self.lines]
                .iter()
                .rposition(|line| line[0].down < down);
            self.lines = kept.map_or(0, |last| last + 1);
        }
    }

    fn are_read_downwards(&self) -> bool {
        let sides = [&self.left, &self.right];
        if sides.iter().any(|side| side.len() < LINES) {
            return false;
        }
        let items = |side: &[SegmentLine<'_>]| {
            let signs = side
                .iter()
                .filter(|line| line[0].text.starts_with(list::is_sure_sign));
            signs.count()
        };
        if sides.iter().all(|side| items(side) >= 2) {
            return true;
        }
        let prose = |side: &[SegmentLine<'_>]| {
            let words: usize = side
                .iter()
                .copied()
                .flatten()
                .map(|part| word_count(&part.text))
                .sum();
            let flows = 1.0 - begins(side).len() as f64 / (side.len() - 1) as f64;
            words as f64 >= WORDS * side.len() as f64 && flows >= FLOWS
        };
        sides.iter().all(|side| prose(side)) && !self.begin_side_by_side()
    }

    /// Whether what begins on the left begins beside what begins on the right, as in a table.
    fn begin_side_by_side(&self) -> bool {
        let (left, mut right) = (begins(&self.left), begins(&self.right));
        right.sort_unstable_by(f64::total_cmp);
        let near = self.left[0][0].size * 0.5;
        let beside = |down: &f64| {
            let first = right.partition_point(|other| *other <= down - near);
            right.get(first).is_some_and(|other| *other < down + near)
        };
        let both = left.iter().filter(|down| beside(down)).count();
        both > 0 && both as f64 >= SIDE_BY_SIDE * left.len().max(right.len()) as f64
    }
}

/// Where in a column something begins that does not go on with the line above.
fn begins(column: &[SegmentLine<'_>]) -> Vec<f64> {
    let ended = |text: &str| text.ends_with(['.', '!', '?', ':', ';']);
    let goes_on = |text: &str| {
        let first = text.chars().find(|c| c.is_alphanumeric());
        first.is_some_and(|c| !c.is_uppercase()) && !text.starts_with(list::is_sure_sign)
    };
    let pairs = column.windows(2).filter(|pair| {
        let (above, below) = (pair[0], pair[1]);
        let last = above.last().map_or("", |part| part.text.as_str());
        ended(last) || !goes_on(&below[0].text)
    });
    pairs.map(|pair| pair[1][0].down).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn part(text: &str, start: f64, down: f64) -> Segment {
        Segment {
            text: text.to_owned(),
            size: 10.0,
            down,
            start,
            end: start + 5.0 * text.chars().count() as f64,
            letters: text.len(),
            is_leftward: false,
            is_spaced: false,
        }
    }

    /// Rows of cells, in columns that begin at those places.
    fn page(rows: &[&[&str]], starts: &[f64]) -> Vec<Vec<Segment>> {
        let rows = rows.iter().enumerate().map(|(n, row)| {
            let cells = row.iter().zip(starts).filter(|(text, _)| !text.is_empty());
            let parts = cells.map(|(text, &start)| part(text, start, 12.0 * n as f64));
            parts.collect()
        });
        rows.collect()
    }

    fn read(lines: Vec<Vec<Segment>>) -> String {
        let lines = in_reading_order(&lines);
        let texts: Vec<String> = lines.iter().map(|line| joined(line).text).collect();
        texts.join(" / ")
    }

    #[test]
    fn columns_are_read_one_after_the_other() {
        let rows: &[&[&str]] = &[
            &["Thrust of the neck in", "Light touch was found"],
            &["people who have had a", "to be gentle enough for"],
            &["stroke must not be done", "older adults. Nobody who"],
            &["by anyone. Call first.", "took part was harmed."],
            &["", "They were all seen."],
        ];
        let right = "Thrust of the neck in / people who have had a / stroke must not be done / by anyone. \
                     Call first. / Light touch was found / to be gentle enough for / older adults. Nobody \
                     who / took part was harmed. / They were all seen.";
        assert_eq!(read(page(rows, &[0.0, 150.0])), right);
        // The same with baselines that are not quite level, as lines of their own.
        let apart = page(rows, &[0.0, 150.0]).into_iter().flat_map(|line| {
            let parts = line.into_iter().enumerate();
            parts.map(|(n, part)| {
                let down = part.down + 4.0 * n as f64;
                vec![Segment { down, ..part }]
            })
        });
        assert_eq!(read(apart.collect()), right);
    }

    #[test]
    fn three_columns_are_three() {
        let rows: &[&[&str]] = &[
            &["one two three", "four five six", "seven eight nine"],
            &["and one two a", "and four five", "and seven eight"],
            &["or one two a", "or four five", "or seven eight"],
        ];
        let read = read(page(rows, &[0.0, 100.0, 200.0]));
        assert!(
            read.starts_with("one two three / and one two a / or one two a / four"),
            "{read}"
        );
        assert!(read.ends_with("six / and four five / or four five / seven eight nine / and seven eight / or seven eight"));
    }

    #[test]
    fn tables_stay_tables() {
        let tables: &[&[&[&str]]] = &[
            &[
                &["Drug", "Dose"],
                &["Aspirin", "5 mg"],
                &["Ibuprofen", "10 mg"],
                &["Codeine", "1 mg"],
            ],
            // Cells of two lines.
            &[
                &["Thrust of the neck", "Never in anyone who"],
                &["and of the upper back", "has had a stroke"],
                &["Massage of the legs", "Only if there is no"],
                &["and of both feet", "clot in a deep vein"],
            ],
        ];
        for rows in tables {
            let read = read(page(rows, &[0.0, 150.0]));
            assert_eq!(read.matches('\t').count(), rows.len(), "{read}");
        }
    }

    #[test]
    fn what_comes_after_columns_comes_after_both() {
        let mut lines = page(
            &[
                &["Thrust of the neck in", "Light touch was found"],
                &["people who have had a", "to be gentle enough for"],
                &["stroke must not be done", "older adults who came"],
            ],
            &[0.0, 150.0],
        );
        lines.push(vec![part("Risks", 0.0, 60.0)]);
        lines.push(vec![part(
            "What follows goes across all of the page and both of them",
            0.0,
            75.0,
        )]);
        let read = read(lines);
        assert!(
            read.contains("older adults who came / Risks / What follows"),
            "{read}"
        );
    }

    #[test]
    fn lists_side_by_side_are_two_lists() {
        let rows: &[&[&str]] = &[
            &["Never if you have:", "May cause:"],
            &["• osteoporosis", "• bruises"],
            &["• a fracture", "• headache"],
        ];
        let read = read(page(rows, &[0.0, 150.0]));
        assert!(
            read.starts_with("Never if you have: / • osteoporosis / • a fracture / May"),
            "{read}"
        );
    }
}
