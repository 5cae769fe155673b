//! Tables of contents: lines of headings with the pages they stand on, joined by dots.
//!
//! A list of prices looks the same. What tells them apart is that the numbers of a table of contents
//! rise, and that what it names stands in the file again; only that is left out, for only of that
//! nothing is lost.

use std::collections::HashSet;

use super::is_roman;
use super::page::Page;

/// Lines between two entries, such as the first line of a long heading.
const BETWEEN: usize = 2;

/// The entries of tables of contents: page and line, both from 0.
#[derive(Debug, Default)]
pub(super) struct ContentsEntries(HashSet<(usize, usize)>);

/// A line with dots between a text and a number.
struct Leader<'t> {
    place: (usize, usize),
    /// Its place among all lines of the file.
    line: usize,
    text: &'t str,
    /// None for a Roman one.
    number: Option<u64>,
}

impl ContentsEntries {
    pub(super) fn of(pages: &[Page]) -> ContentsEntries {
        let mut leaders: Vec<Leader<'_>> = Vec::new();
        let mut named: HashSet<String> = HashSet::new();
        let (mut before, mut count) = (String::new(), 0);
        for (number, page) in pages.iter().enumerate() {
            for (line, shown) in page.lines.iter().enumerate() {
                count += 1;
                if let Some((text, page)) = leader(&shown.text) {
                    leaders.push(Leader {
                        place: (number, line),
                        line: count,
                        text,
                        number: page.parse().ok(),
                    });
                    before.clear();
                    continue;
                }
                let words = plain_words(&shown.text);
                if !before.is_empty() {
                    named.insert(format!("{before} {words}"));
                }
                named.insert(words.clone());
                before = words;
            }
        }
        let mut contents = ContentsEntries::default();
        for run in leaders.chunk_by(|a, b| b.line - a.line <= 1 + BETWEEN) {
            let numbers: Vec<u64> = run.iter().filter_map(|leader| leader.number).collect();
            if run.len() < 2 || !numbers.is_sorted() {
                continue;
            }
            let entries = run
                .iter()
                .filter(|leader| named.contains(&plain_words(leader.text)));
            contents.0.extend(entries.map(|leader| leader.place));
        }
        contents
    }

    /// Whether a line is an entry of a table of contents.
    pub(super) fn has(&self, page: usize, line: usize) -> bool {
        self.0.contains(&(page, line))
    }
}

/// The words of a line, without the signs between them.
fn plain_words(text: &str) -> String {
    let words = text.split(|c: char| !c.is_alphanumeric());
    let words: Vec<String> = words
        .filter(|w| !w.is_empty())
        .map(str::to_lowercase)
        .collect();
    words.join(" ")
}

/// "2 Risks ........... 12": the text before the dots and the number behind them.
fn leader(text: &str) -> Option<(&str, &str)> {
    let text = text.trim_end();
    let (before, number) = text.rsplit_once(['.', ' ', '\t'])?;
    let is_number = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
    let named = before.trim_end_matches(['.', ' ', '\t', '…', '_']);
    let dots = before[named.len()..].matches(['.', '…']).count();
    (dots >= 4 && !named.is_empty() && (is_number || is_roman(number))).then_some((named, number))
}

/// Whether a line has dots that lead from a text to what stands at its end, and a text with such dots
/// drawn together, as one types them.
pub(super) fn with_short_leader(text: &str) -> Option<String> {
    let mut shortened = String::with_capacity(text.len());
    let mut rest = text;
    let mut found = false;
    while let Some(at) = rest.find('.') {
        let run = &rest[at..];
        let length = run.len() - run.trim_start_matches(['.', ' ', '\t']).len();
        let dots = run[..length].matches('.').count();
        let is_leader = dots >= 4 && at > 0;
        let kept = match is_leader {
            true => rest[..at].trim_end(),
            false => &rest[..at + length],
        };
        shortened.push_str(kept);
        if is_leader {
            shortened.push_str(SHORT_LEADER);
            found = true;
        }
        rest = &rest[at + length..];
    }
    shortened.push_str(rest);
    found.then_some(shortened)
}

/// How dots that lead from a text to a number are written.
const SHORT_LEADER: &str = " ..... ";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dots_that_lead_to_a_number_are_known() {
        assert_eq!(
            leader("2 Who must not be treated ........... 12"),
            Some(("2 Who must not be treated", "12"))
        );
        assert_eq!(leader("Preface . . . . . . iii"), Some(("Preface", "iii")));
        assert_eq!(leader("Wait .... then treat 12 patients."), None);
        assert_eq!(leader("Section 2.1 says no."), None);
        assert_eq!(leader("......... 12"), None);
    }

    #[test]
    fn dots_are_drawn_together() {
        let short = |text| with_short_leader(text);
        assert_eq!(
            short("Visit . . . . . . . 95").as_deref(),
            Some("Visit ..... 95")
        );
        assert_eq!(
            short("2.5 mg .......\t95 USD").as_deref(),
            Some("2.5 mg ..... 95 USD")
        );
        assert_eq!(short("Wait ... then go."), None);
        assert_eq!(short("........"), None);
    }
}
