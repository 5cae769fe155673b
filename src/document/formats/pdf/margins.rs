//! The margins of pages: lines at the upper and lower edge that come back on page after page.
//!
//! What is repeated may be the name of the clinic, and may be the warning that counts most. So it is
//! kept once, where it first stands, and only its repetitions and the numbers of pages are furniture.

use std::collections::{HashMap, HashSet};

use super::page::{Page, PageLine};
use super::{LARGER, is_page_number};

/// So many lines at an edge may be repeated ones, whatever stands beyond them.
const EDGE: usize = 2;
/// So many may be where all lines beyond them are.
const DEEPEST_EDGE: usize = 8;

/// What a line at the edge of a page is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum MarginLine {
    /// It comes back on other pages, and stands here first.
    First,
    /// It stands on an earlier page, too.
    Again,
    /// It only counts pages.
    PageNumber,
}

/// Where a line stands: its page and its place there, both from 0.
type LinePlace = (usize, usize);

/// The lines at the edges of pages that are not part of the text that goes from page to page.
#[derive(Debug, Default)]
pub(super) struct Margins(HashMap<LinePlace, MarginLine>);

impl Margins {
    pub(super) fn of(pages: &[Page]) -> Margins {
        let edges: Vec<[Vec<usize>; 2]> = pages.iter().map(edges).collect();
        let identities = identities(pages, &edges);
        let often = pages.len().div_ceil(2).clamp(2, 3);
        let mut on_pages: HashMap<&str, Vec<LinePlace>> = HashMap::new();
        for (place, identity) in &identities {
            on_pages.entry(identity).or_default().push(*place);
        }
        let count = |identity: &str| {
            let places = on_pages.get(identity).map_or(&[][..], Vec::as_slice);
            let pages: HashSet<usize> = places.iter().map(|(page, _)| *page).collect();
            pages.len()
        };
        let mut repeated: HashMap<LinePlace, &str> = HashMap::new();
        let mut margins = Margins::default();
        for (number, edges) in edges.iter().enumerate() {
            for edge in edges {
                for (depth, &line) in edge.iter().enumerate() {
                    let place = (number, line);
                    let is_number = is_page_number(&pages[number].lines[line].text);
                    let identity = identities.get(&place).map(String::as_str);
                    let comes_back = identity.filter(|identity| count(identity) >= often);
                    match comes_back {
                        _ if is_number => _ = margins.0.insert(place, MarginLine::PageNumber),
                        Some(identity) => _ = repeated.insert(place, identity),
                        None if depth + 1 >= EDGE => break,
                        None => {}
                    }
                }
            }
        }
        margins.tell_first(pages, &repeated);
        margins
    }

    /// Tells the first of the lines that are repeated from the others.
    fn tell_first(&mut self, pages: &[Page], repeated: &HashMap<LinePlace, &str>) {
        let mut seen: HashMap<&str, LinePlace> = HashMap::new();
        let mut texts: HashSet<&str> = HashSet::new();
        for (number, page) in pages.iter().enumerate() {
            for (line, shown) in page.lines.iter().enumerate() {
                let place = (number, line);
                let Some(identity) = repeated.get(&place).copied() else {
                    texts.insert(shown.text.trim());
                    continue;
                };
                let stood_before = texts.contains(shown.text.trim());
                let what = match seen.contains_key(identity) || stood_before {
                    true => MarginLine::Again,
                    false => MarginLine::First,
                };
                seen.entry(identity).or_insert(place);
                self.0.insert(place, what);
            }
        }
        // What is printed larger where it first stands is the title, and only later a running one.
        let mut later: HashMap<&str, f64> = HashMap::new();
        for (place, identity) in repeated {
            if seen.get(identity) != Some(place) {
                let size = pages[place.0].lines[place.1].size;
                let least = later.entry(identity).or_insert(size);
                *least = least.min(size);
            }
        }
        for (identity, place) in seen {
            let size = pages[place.0].lines[place.1].size;
            if later
                .get(identity)
                .is_some_and(|later| size > later * LARGER)
            {
                self.0.remove(&place);
            }
        }
    }

    /// What a line is, if it stands in the margin.
    pub(super) fn get(&self, page: usize, line: usize) -> Option<MarginLine> {
        self.0.get(&(page, line)).copied()
    }
}

/// The lines at the upper and at the lower edge of a page, from the edge inwards.
fn edges(page: &Page) -> [Vec<usize>; 2] {
    let mut order: Vec<usize> = (0..page.lines.len()).collect();
    order.sort_by(|a, b| page.lines[*a].down.total_cmp(&page.lines[*b].down));
    let upper = order.iter().take(DEEPEST_EDGE).copied().collect();
    let lower = order.iter().rev().take(DEEPEST_EDGE).copied().collect();
    [upper, lower]
}

/// What lines at edges say, the number of their page left out: two lines that say the same are one
/// line that is repeated.
fn identities(pages: &[Page], edges: &[[Vec<usize>; 2]]) -> HashMap<LinePlace, String> {
    let mut alike: HashMap<String, Vec<LinePlace>> = HashMap::new();
    for (number, edges) in edges.iter().enumerate() {
        let mut lines: Vec<usize> = edges.iter().flatten().copied().collect();
        lines.sort_unstable();
        lines.dedup();
        for line in lines {
            let key = without_digits(&pages[number].lines[line].text);
            alike.entry(key).or_default().push((number, line));
        }
    }
    let mut identities = HashMap::new();
    for places in alike.into_values() {
        let line = |place: &LinePlace| -> &PageLine { &pages[place.0].lines[place.1] };
        let numbers: Vec<Vec<u64>> = places.iter().map(|at| numbers(&line(at).text)).collect();
        let counts_pages = counting(&places, &numbers);
        for (place, numbers) in places.iter().zip(&numbers) {
            let mut identity = without_digits(&line(place).text);
            let kept = numbers
                .iter()
                .zip(&counts_pages)
                .filter(|(_, counts)| !**counts);
            for (number, _) in kept {
                identity.push_str(&format!(" {number}"));
            }
            identities.insert(*place, identity);
        }
    }
    identities
}

/// Which of the numbers of lines that are else alike go up from page to page as pages do.
fn counting(places: &[LinePlace], numbers: &[Vec<u64>]) -> Vec<bool> {
    let columns = numbers.iter().map(Vec::len).min().unwrap_or(0);
    let is_many = places.iter().any(|(page, _)| *page != places[0].0);
    let offset =
        |row: usize, column: usize| i128::from(numbers[row][column]) - places[row].0 as i128;
    (0..columns)
        .map(|column| {
            is_many && (0..places.len()).all(|row| offset(row, column) == offset(0, column))
        })
        .chain(std::iter::repeat_n(
            false,
            numbers.iter().map(Vec::len).max().unwrap_or(0) - columns,
        ))
        .collect()
}

fn numbers(text: &str) -> Vec<u64> {
    text.split(|c: char| !c.is_ascii_digit())
        .filter_map(|digits| digits.parse().ok())
        .collect()
}

fn without_digits(text: &str) -> String {
    let shown = text.chars().filter(|c| !c.is_ascii_digit());
    let shown: String = shown.collect();
    shown.split_whitespace().collect::<Vec<_>>().join(" ")
}
