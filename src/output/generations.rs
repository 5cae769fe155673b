//! Says which generations of an index are kept.

use std::io::{self, Write};

use serde::Serialize;

use super::summary::{bytes, counted};
use crate::index::KeptGeneration;
use crate::output::json::to_line;

/// Prints a line for each generation.
pub fn write(out: &mut dyn Write, kept: &[KeptGeneration]) -> io::Result<()> {
    for generation in kept {
        let mark = match generation.is_current {
            true => "*",
            false => " ",
        };
        let roots = generation
            .roots
            .iter()
            .map(|root| root.display().to_string());
        writeln!(
            out,
            "{mark} {:>6}  {}  {}, {}, {}  {}",
            generation.number,
            moment(generation.started),
            counted(generation.documents, "document"),
            counted(generation.passages, "passage"),
            bytes(generation.bytes),
            roots.collect::<Vec<_>>().join(", ")
        )?;
    }
    Ok(())
}

/// Writes one JSON object on one line.
pub fn write_json(out: &mut dyn Write, kept: &[KeptGeneration]) -> io::Result<()> {
    #[derive(Serialize)]
    struct Generations<'a> {
        generations: &'a [KeptGeneration],
    }
    to_line(out, &Generations { generations: kept })
}

/// A moment, in seconds since 1970, as RFC 3339 has it.
pub(super) fn timestamp(seconds: u64) -> String {
    moment(seconds).replace(' ', "T")
}

/// A moment, in seconds since 1970, in UTC: "2026-03-01 09:30:00Z".
pub(super) fn moment(seconds: u64) -> String {
    let (days, rest) = (seconds / 86_400, seconds % 86_400);
    let (year, month, day) = date(days);
    let (hour, minute, second) = (rest / 3_600, rest / 60 % 60, rest % 60);
    format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}Z")
}

/// The year, month and day of a day since 1970, by the Gregorian calendar (Hinnant,
/// "chrono-compatible low-level date algorithms", `civil_from_days`).
fn date(days: u64) -> (u64, u64, u64) {
    let shifted = days + 719_468;
    let (era, of_era) = (shifted / 146_097, shifted % 146_097);
    let year = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month + 2) / 5 + 1;
    let (month, next) = match month < 10 {
        true => (month + 3, 0),
        false => (month - 9, 1),
    };
    (era * 400 + year + next, month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments() {
        assert_eq!(moment(0), "1970-01-01 00:00:00Z");
        assert_eq!(moment(951_827_696), "2000-02-29 12:34:56Z");
        assert_eq!(moment(1_798_761_599), "2026-12-31 23:59:59Z");
        assert_eq!(timestamp(951_827_696), "2000-02-29T12:34:56Z");
    }
}
