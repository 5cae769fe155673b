//! Hits for spreadsheets: a header, then a row a hit.

use std::io::{self, Write};

use crate::document::visible_lines;
use crate::search::SearchResults;

const HEADER: [&str; 16] = [
    "rank",
    "score",
    "source",
    "first_line",
    "last_line",
    "title",
    "headings",
    "id",
    "snippet",
    "first_page",
    "last_page",
    "first_paragraph",
    "last_paragraph",
    "by_meaning_alone",
    "also_in",
    "recognised",
];

/// What writes rows as spreadsheets open them: with the mark that says UTF-8, without which Excel takes
/// every accent for two other letters, and with the line ends of RFC 4180.
pub(super) fn for_spreadsheets(out: &mut dyn Write) -> io::Result<csv::Writer<&mut dyn Write>> {
    out.write_all("\u{feff}".as_bytes())?;
    let mut csv = csv::WriterBuilder::new();
    Ok(csv.terminator(csv::Terminator::CRLF).from_writer(out))
}

/// Writes the hits as CSV (RFC 4180).
pub fn write(out: &mut dyn Write, results: &SearchResults) -> io::Result<()> {
    let mut csv = for_spreadsheets(out)?;
    csv.write_record(HEADER)?;
    for hit in &results.hits {
        let passage = &hit.passage;
        let ends = |span: Option<(usize, usize)>| match span {
            Some((first, last)) => [first.to_string(), last.to_string()],
            None => Default::default(),
        };
        let ([first_page, last_page], [first_paragraph, last_paragraph]) =
            (ends(passage.pages), ends(passage.paragraphs));
        csv.write_record([
            hit.rank.to_string(),
            format!("{:.4}", hit.score),
            guarded(&passage.source),
            passage.lines.0.to_string(),
            passage.lines.1.to_string(),
            guarded(&passage.title),
            guarded(&passage.headings.join(" › ")),
            passage.id.to_string(),
            guarded(&hit.snippet.plain()),
            first_page,
            last_page,
            first_paragraph,
            last_paragraph,
            hit.by_meaning_alone.to_string(),
            guarded(&hit.also_in.join("; ")),
            passage.recognised.to_string(),
        ])?;
    }
    csv.flush()
}

/// A cell as it may be shown. One that begins like a formula would be run by a spreadsheet; an apostrophe keeps it
/// text.
pub(super) fn guarded(cell: &str) -> String {
    let shown = visible_lines(cell);
    match cell.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        true => format!("'{shown}"),
        false => shown,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_cell_is_a_formula() {
        assert_eq!(guarded("=1+1"), "'=1+1");
        assert_eq!(guarded("a=1"), "a=1");
        assert_eq!(
            guarded("a\u{1b}[31m\nb\u{202e}"),
            "a\u{fffd}[31m\nb\u{fffd}"
        );
    }
}
