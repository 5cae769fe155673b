//! The limits of reading a file and of a search, as flags.

use std::time::Duration;

use palpate::document::Limits;

/// What reading one file may take.
#[derive(Debug, clap::Args)]
pub(crate) struct LimitArgs {
    /// Largest file to read, and longest line of a JSONL file of any size
    #[arg(long, help_heading = "Limits for each file", value_name = "SIZE", default_value = "256M", value_parser = size)]
    max_file_size: u64,
    /// Most that the compressed parts of a file may expand to
    #[arg(long, help_heading = "Limits for each file", value_name = "SIZE", default_value = "256M", value_parser = size)]
    max_expanded_size: u64,
    /// Deepest nesting of elements
    #[arg(long, help_heading = "Limits for each file", value_name = "LEVELS", default_value_t = 512, value_parser = depth)]
    max_depth: usize,
    /// Longest time to take a file apart, and to annotate it
    #[arg(long, help_heading = "Limits for each file", value_name = "SECONDS", default_value_t = 30, value_parser = clap::value_parser!(u32).range(1..))]
    max_seconds: u32,
}

impl LimitArgs {
    pub(crate) fn limits(&self) -> Limits {
        Limits {
            file_bytes: self.max_file_size,
            expanded_bytes: self.max_expanded_size,
            depth: self.max_depth,
            time: Duration::from_secs(self.max_seconds.into()),
        }
    }
}

/// A number of bytes, with K, M or G for powers of 1024.
fn size(text: &str) -> Result<u64, String> {
    let wrong = || format!("{text:?} is no size, such as 900, 64K, 256M or 1G");
    let upper = text.trim().to_ascii_uppercase();
    let digits = upper
        .trim_end_matches('B')
        .trim_end_matches(['K', 'M', 'G']);
    let shift = match &upper[digits.len()..] {
        "" | "B" => 0,
        "K" | "KB" => 10,
        "M" | "MB" => 20,
        "G" | "GB" => 30,
        _ => return Err(wrong()),
    };
    let number: u64 = digits.parse().map_err(|_| wrong())?;
    number.checked_mul(1 << shift).ok_or_else(wrong)
}

/// A time in seconds, as `2` or `0.5`.
pub(crate) fn seconds(text: &str) -> Result<Duration, String> {
    let wrong = || format!("{text:?} is no number of seconds, such as 2 or 0.5");
    let seconds: f64 = text.trim().parse().map_err(|_| wrong())?;
    Duration::try_from_secs_f64(seconds).map_err(|_| wrong())
}

/// A depth that the stack of a reader has room for.
fn depth(text: &str) -> Result<usize, String> {
    const MOST: usize = 4096;
    match text.parse() {
        Ok(levels @ 1..=MOST) => Ok(levels),
        _ => Err(format!("from 1 to {MOST} levels")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_powers_of_1024() {
        assert_eq!(size("900"), Ok(900));
        assert_eq!(size("64k"), Ok(64 << 10));
        assert_eq!(size("256MB"), Ok(256 << 20));
        assert_eq!(size("1G"), Ok(1 << 30));
        for wrong in ["", "M", "-1", "1.5G", "99999999999G", "1KM", "5 apples"] {
            assert!(size(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn seconds_are_numbers_that_are_not_negative() {
        assert_eq!(seconds("2"), Ok(Duration::from_secs(2)));
        assert_eq!(seconds("0.5"), Ok(Duration::from_millis(500)));
        for wrong in ["", "-1", "NaN", "inf", "1e99", "2 s"] {
            assert!(seconds(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn the_defaults_are_those_of_the_library() {
        #[derive(clap::Parser)]
        struct Only {
            #[command(flatten)]
            limits: LimitArgs,
        }
        let only = <Only as clap::Parser>::parse_from(["palpate"]);
        assert_eq!(only.limits.limits(), Limits::default());
    }
}
