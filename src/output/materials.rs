//! Materials for spreadsheets: a row a material, by title and path.

use std::io::{self, Write};

use super::csv::{for_spreadsheets, guarded};

/// Writes titles and paths as CSV (RFC 4180).
pub fn write_csv<'a>(
    out: &mut dyn Write,
    rows: impl Iterator<Item = [&'a str; 2]>,
) -> io::Result<()> {
    let mut csv = for_spreadsheets(out)?;
    csv.write_record(["title", "source"])?;
    for row in rows {
        csv.write_record(row.map(guarded))?;
    }
    csv.flush()
}
