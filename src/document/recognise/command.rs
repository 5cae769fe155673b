//! A command that reads pictures, as it is given: `tesseract {} - -l eng`.
//!
//! It is split as a shell splits it, quotation marks and all, and no shell is run: a name of a file can
//! be no command. `{}` stands for the picture; where it stands nowhere, the picture comes last.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::str::FromStr;

use super::OcrCommandError;

/// What stands for the path of the picture.
const PICTURE: &str = "{}";

/// A command that is given the path of a picture and prints the text in it.
///
/// ```
/// use palpate::document::OcrCommand;
/// let command: OcrCommand = "tesseract {} - -l 'eng+deu'".parse()?;
/// assert_eq!(command.text(), "tesseract {} - -l 'eng+deu'");
/// assert!("tesseract 'eng".parse::<OcrCommand>().is_err());
/// # Ok::<(), palpate::document::OcrCommandError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OcrCommand {
    text: String,
    /// The program and its arguments.
    words: Vec<String>,
}

impl FromStr for OcrCommand {
    type Err = OcrCommandError;

    fn from_str(text: &str) -> Result<OcrCommand, OcrCommandError> {
        let mut words = shlex::split(text).ok_or(OcrCommandError::Unclosed)?;
        if words.first().is_none_or(String::is_empty) {
            return Err(OcrCommandError::Empty);
        }
        if !words[1..].iter().any(|word| word.contains(PICTURE)) {
            words.push(PICTURE.to_owned());
        }
        Ok(OcrCommand {
            text: text.to_owned(),
            words,
        })
    }
}

impl OcrCommand {
    /// The command as it was given.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Its words, the program first.
    pub(crate) fn words(&self) -> &[String] {
        &self.words
    }

    /// Its program, as it was given.
    pub(super) fn program(&self) -> &str {
        // There is a first word in every command.
        self.words.first().map_or("", String::as_str)
    }

    /// Its arguments for a picture.
    pub(super) fn arguments(&self, picture: &Path) -> Vec<OsString> {
        let words = self.words.iter().skip(1);
        words
            .map(|word| {
                let mut argument = OsString::new();
                for (n, part) in word.split(PICTURE).enumerate() {
                    if n > 0 {
                        argument.push(picture);
                    }
                    argument.push(part);
                }
                argument
            })
            .collect()
    }

    /// Whether its program is there and can be run. It is looked for, and not run: what it does
    /// without a picture, nobody knows.
    pub fn check(&self) -> Result<(), OcrCommandError> {
        let program = self.program();
        let is_path = Path::new(program).components().count() > 1 || program.starts_with('.');
        if is_path {
            return runnable(Path::new(program), program);
        }
        let folders = std::env::var_os("PATH").unwrap_or_default();
        let found = std::env::split_paths(&folders).flat_map(|folder| named(&folder, program));
        let mut first = None;
        for path in found.filter(|path| path.is_file()) {
            match runnable(&path, program) {
                Ok(()) => return Ok(()),
                Err(error) => first = first.or(Some(error)),
            }
        }
        Err(first.unwrap_or_else(|| OcrCommandError::NoProgram(program.to_owned())))
    }
}

/// What a program may be called in a folder.
fn named(folder: &Path, program: &str) -> Vec<PathBuf> {
    let suffix = OsStr::new(std::env::consts::EXE_SUFFIX);
    let mut with_suffix = folder.join(program).into_os_string();
    with_suffix.push(suffix);
    let mut names = vec![folder.join(program)];
    if !suffix.is_empty() {
        names.push(with_suffix.into());
    }
    names
}

fn runnable(path: &Path, program: &str) -> Result<(), OcrCommandError> {
    let program = || program.to_owned();
    match std::fs::metadata(path) {
        Err(_) => Err(OcrCommandError::NoProgram(program())),
        Ok(found) if found.is_dir() => Err(OcrCommandError::Folder(program())),
        Ok(found) if !may_be_run(&found) => Err(OcrCommandError::NotExecutable(program())),
        Ok(_) => Ok(()),
    }
}

#[cfg(unix)]
fn may_be_run(found: &std::fs::Metadata) -> bool {
    use std::os::unix::fs::PermissionsExt;
    found.permissions().mode() & 0o111 != 0
}

#[cfg(not(unix))]
fn may_be_run(_: &std::fs::Metadata) -> bool {
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    fn arguments(command: &str) -> Vec<OsString> {
        let command: OcrCommand = command.parse().expect("it is a command");
        command.arguments(Path::new("/a b/1.png"))
    }

    #[test]
    fn a_command_is_split_as_a_shell_would() {
        assert_eq!(
            arguments("ocr {} - -l 'a b'"),
            ["/a b/1.png", "-", "-l", "a b"]
        );
        assert_eq!(arguments("ocr --in={},x"), ["--in=/a b/1.png,x"]);
        assert_eq!(arguments("ocr"), ["/a b/1.png"]);
        // Nothing that a shell would run.
        assert_eq!(arguments("ocr \"$(x)\" ; {}"), ["$(x)", ";", "/a b/1.png"]);
        for (wrong, error) in [
            ("", OcrCommandError::Empty),
            ("  ", OcrCommandError::Empty),
            ("''", OcrCommandError::Empty),
            ("ocr 'x", OcrCommandError::Unclosed),
        ] {
            assert_eq!(wrong.parse::<OcrCommand>(), Err(error), "{wrong}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_program_is_looked_for() -> std::io::Result<()> {
        let checked = |text: &str| text.parse::<OcrCommand>().and_then(|c| c.check());
        assert_eq!(checked("sh {}"), Ok(()));
        assert_eq!(checked("/bin/sh {}"), Ok(()));
        let folder = tempfile::tempdir()?;
        let path = folder.path().display().to_string();
        assert_eq!(checked(&path), Err(OcrCommandError::Folder(path.clone())));
        let file = format!("{path}/notes.txt");
        std::fs::write(&file, "mine")?;
        assert_eq!(checked(&file), Err(OcrCommandError::NotExecutable(file)));
        let none = "no-such-program-anywhere".to_owned();
        assert_eq!(checked(&none), Err(OcrCommandError::NoProgram(none)));
        Ok(())
    }
}
