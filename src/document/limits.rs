//! Limits: what reading one file may take, so that no file takes all there is.

#[cfg(feature = "packages")]
use std::sync::atomic::AtomicU64;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::ReadError;
use super::recognise::FileRecognition;

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
    /// When its time is up, where that was put off.
    put_off: Arc<Mutex<Option<Instant>>>,
    /// What recognises the text in its pictures, if anything does.
    recognition: Option<Arc<FileRecognition>>,
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

    /// The same, with what recognises the text in pictures.
    pub(super) fn recognising(self, recognition: Option<Arc<FileRecognition>>) -> Allowance {
        Allowance {
            recognition,
            ..self
        }
    }

    /// What recognises the text in the pictures of the file, if anything does.
    #[cfg(feature = "ocr")]
    pub(super) fn recognition(&self) -> Option<&FileRecognition> {
        self.recognition.as_deref()
    }

    /// Whether pictures are read.
    pub(super) fn reads_pictures(&self) -> bool {
        self.recognition.is_some()
    }

    /// Puts off the end: from now on it is as far away as at the beginning, and so much farther. What
    /// another program takes is not the fault of the file.
    #[cfg(feature = "ocr")]
    pub(super) fn put_off(&self, time: Duration) {
        let end = Instant::now() + self.limits.time + time;
        let mut put_off = self.put_off.lock().unwrap_or_else(PoisonError::into_inner);
        *put_off = (*put_off).max(Some(end));
    }

    /// When the time is up of what began then.
    pub(super) fn end_of(&self, begun: Instant) -> Instant {
        let put_off = self.put_off.lock().unwrap_or_else(PoisonError::into_inner);
        put_off.unwrap_or(begun + self.limits.time)
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
