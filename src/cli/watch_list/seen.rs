//! Which generation was told last, kept in a file: what runs every night is not to tell the same twice.
//!
//! The file has a line: the number of the generation, and when its build started, in seconds since 1970. An
//! index that was made anew counts from 1 again, and has its builds at other times.

use std::path::Path;

use anyhow::{Context, bail};
use palpate::index::KeptGeneration;

/// A generation that was told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct SeenGeneration {
    pub(super) number: u64,
    /// In seconds since 1970.
    pub(super) started: u64,
}

impl SeenGeneration {
    fn parse(text: &str) -> Option<SeenGeneration> {
        let (number, started) = text.trim().split_once(' ')?;
        Some(SeenGeneration {
            number: number.parse().ok()?,
            started: started.parse().ok()?,
        })
    }

    /// The generation that a file names; `None` where there is no file yet.
    pub(super) fn read(path: &Path) -> anyhow::Result<Option<SeenGeneration>> {
        let text = match std::fs::read_to_string(path) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            text => text.with_context(|| path.display().to_string())?,
        };
        match SeenGeneration::parse(&text) {
            Some(seen) => Ok(Some(seen)),
            None => bail!(
                "{}: it does not say which generation was told last; a file of its own is needed",
                path.display()
            ),
        }
    }

    pub(super) fn write(self, path: &Path) -> anyhow::Result<()> {
        let SeenGeneration { number, started } = self;
        let written = std::fs::write(path, format!("{number} {started}\n"));
        written.with_context(|| path.display().to_string())
    }

    /// Whether it is this one.
    pub(super) fn is(self, kept: &KeptGeneration) -> bool {
        (kept.number, kept.started) == (self.number, self.started)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_again_and_nothing_else() -> anyhow::Result<()> {
        let folder = tempfile::tempdir()?;
        let path = folder.path().join("seen");
        assert_eq!(SeenGeneration::read(&path)?, None);
        let seen = SeenGeneration {
            number: 7,
            started: 1_795_999_994,
        };
        seen.write(&path)?;
        assert_eq!(SeenGeneration::read(&path)?, Some(seen));
        for wrong in ["", "7", "seven 8", "[[question]]\n"] {
            std::fs::write(&path, wrong)?;
            assert!(SeenGeneration::read(&path).is_err(), "{wrong}");
        }
        Ok(())
    }
}
