//! Limits: what reading one file may take, so that no file takes all there is.

use std::sync::Arc;
#[cfg(feature = "packages")]
use std::sync::atomic::AtomicU64;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use super::ReadError;

/// What reading one file may take.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// Bytes taken into memory at once: of a whole file, or of one line where every line is a
    /// document. Files of lines may be of any size.
    pub file_bytes: u64,
    /// Bytes that the compressed parts of a file may expand to, all together.
    pub expanded_bytes: u64,
    /// How deep elements may be nested.
    pub depth: usize,
    /// How long a file may take. It bounds the formats that libraries parse; plain text and
    /// JSON lines take time in proportion to their size and are bounded by that.
    pub time: Duration,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits {
            file_bytes: 256 << 20,
            expanded_bytes: 256 << 20,
            depth: 512,
            time: Duration::from_secs(30),
        }
    }
}

/// So many archives and mails may stand in one another.
#[cfg(any(feature = "archives", feature = "mail"))]
const FILES_AROUND: usize = 4;

/// The limits of the file that is being read, and whether its time is up.
#[derive(Debug, Clone, Default)]
pub struct Allowance {
    pub limits: Limits,
    time_is_up: Arc<AtomicBool>,
    /// How many bytes the archives of the file have expanded to so far, those within others too.
    #[cfg(feature = "packages")]
    expanded: Arc<AtomicU64>,
    /// How many files around are being read, where it stands in an archive or a mail.
    #[cfg(any(feature = "archives", feature = "mail"))]
    around: usize,
}

impl Allowance {
    /// An allowance for one file.
    pub(crate) fn new(limits: &Limits) -> Allowance {
        Allowance {
            limits: limits.clone(),
            ..Allowance::default()
        }
    }

    /// Says that the time is up: whoever reads stops at its next check.
    pub(super) fn end(&self) {
        self.time_is_up.store(true, Ordering::Relaxed);
    }

    /// Whether the time is up.
    pub(super) fn is_over(&self) -> bool {
        self.time_is_up.load(Ordering::Relaxed)
    }

    /// An error where the time is up. Every loop over a file's content asks now and then.
    pub(super) fn check(&self) -> Result<(), ReadError> {
        match self.is_over() {
            true => Err(ReadError::TooSlow {
                limit: self.limits.time,
            }),
            false => Ok(()),
        }
    }

    /// Counts what was expanded; an error where it is more than it may be.
    #[cfg(feature = "packages")]
    pub(super) fn expand(&self, bytes: u64) -> Result<(), ReadError> {
        let before = self.expanded.fetch_add(bytes, Ordering::Relaxed);
        match before.saturating_add(bytes) > self.limits.expanded_bytes {
            true => Err(ReadError::Expands {
                limit: self.limits.expanded_bytes,
            }),
            false => Ok(()),
        }
    }

    /// The allowance of a file within the file that is being read; an error where there are too many around.
    #[cfg(any(feature = "archives", feature = "mail"))]
    pub(super) fn within(&self) -> Result<Allowance, ReadError> {
        match self.around >= FILES_AROUND {
            true => Err(ReadError::WithinOthers {
                limit: FILES_AROUND,
            }),
            false => Ok(Allowance {
                around: self.around + 1,
                ..self.clone()
            }),
        }
    }

    /// An error where elements are nested too deep.
    pub(super) fn check_depth(&self, depth: usize) -> Result<(), ReadError> {
        match depth > self.limits.depth {
            true => Err(ReadError::Nested {
                limit: self.limits.depth,
            }),
            false => Ok(()),
        }
    }
}

/// A size as it is said in errors, in powers of 1024 where it is one.
pub(crate) fn size(bytes: u64) -> String {
    match bytes {
        0 => "0 bytes".to_owned(),
        n if n % (1 << 30) == 0 => format!("{} GB", n >> 30),
        n if n % (1 << 20) == 0 => format!("{} MB", n >> 20),
        n if n % (1 << 10) == 0 => format!("{} kB", n >> 10),
        n => format!("{n} bytes"),
    }
}
