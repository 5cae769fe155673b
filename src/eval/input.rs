//! Text files made of lines, and the errors that say which line is wrong.

use std::path::{Path, PathBuf};
use std::str::FromStr;

use super::EvalError;

/// A file in memory.
pub(super) struct Input {
    path: PathBuf,
    text: String,
}

impl Input {
    pub(super) fn read(path: &Path) -> Result<Input, EvalError> {
        let bytes = std::fs::read(path).map_err(|cause| EvalError::Io {
            path: path.to_owned(),
            cause,
        })?;
        let text = String::from_utf8(bytes).map_err(|error| {
            let good = &error.as_bytes()[..error.utf8_error().valid_up_to()];
            EvalError::Line {
                path: path.to_owned(),
                line: 1 + good.iter().filter(|&&byte| byte == b'\n').count(),
                cause: "not UTF-8".to_owned(),
            }
        })?;
        Ok(Input::new(path, text))
    }

    pub(super) fn new(path: &Path, text: String) -> Input {
        Input {
            path: path.to_owned(),
            text,
        }
    }

    /// All of it.
    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// The lines that hold anything, with their numbers.
    pub(super) fn lines(&self) -> impl Iterator<Item = (usize, &str)> {
        let text = self.text.trim_start_matches('\u{feff}');
        let numbered = (1..).zip(text.lines());
        numbered.filter(|(_, line)| !line.trim().is_empty())
    }

    /// Something is wrong with a line.
    pub(super) fn wrong(&self, line: usize) -> impl FnOnce(String) -> EvalError + '_ {
        move |cause| EvalError::Line {
            path: self.path.clone(),
            line,
            cause,
        }
    }

    /// The file ends before it has begun: a list of nothing is a slip, and would be scored 0.
    pub(super) fn holds_no(&self, what: &str) -> EvalError {
        let end = self.text.lines().count().max(1);
        self.wrong(end)(format!("the file ends without a {what}"))
    }
}

/// The columns of a line, which has to have as many as there are names.
pub(super) fn columns<'a, const N: usize>(
    found: impl Iterator<Item = &'a str>,
    names: [&str; N],
) -> Result<[&'a str; N], String> {
    let found: Vec<&str> = found.collect();
    found.try_into().map_err(|found: Vec<&str>| {
        let columns = match found.len() {
            1 => "1 column".to_owned(),
            n => format!("{n} columns"),
        };
        format!("{columns}, not the {N} of {}", names.join(", "))
    })
}

/// A number in a column.
pub(super) fn number<T: FromStr>(text: &str, what: &str) -> Result<T, String> {
    let parsed = text.parse();
    parsed.map_err(|_| format!("{what} “{text}” is not a number"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn input(text: &str) -> Input {
        Input::new(Path::new("f.tsv"), text.to_owned())
    }

    #[test]
    fn blank_lines_are_skipped_and_counted() {
        let input = input("\u{feff}a\r\n\n \nb\n");
        assert_eq!(input.lines().collect::<Vec<_>>(), [(1, "a"), (4, "b")]);
    }

    #[test]
    fn errors_name_file_line_and_cause() {
        let error = input("a\nb\n").wrong(2)("odd".to_owned());
        assert_eq!(error.to_string(), "f.tsv:2: odd");
        let error = input("").holds_no("judgment");
        assert_eq!(
            error.to_string(),
            "f.tsv:1: the file ends without a judgment"
        );
    }

    #[test]
    fn columns_are_counted() {
        let names = ["query", "document"];
        assert_eq!(columns("a b".split(' '), names), Ok(["a", "b"]));
        assert_eq!(
            columns("a".split(' '), names),
            Err("1 column, not the 2 of query, document".to_owned())
        );
    }

    #[test]
    fn text_that_is_not_utf8_is_located() {
        let file = tempfile::NamedTempFile::new().expect("a temporary file can be made");
        std::fs::write(file.path(), b"a\nb\nc\xff\n").expect("it can be written");
        let error = Input::read(file.path()).err().expect("0xff is not UTF-8");
        assert!(error.to_string().ends_with(":3: not UTF-8"), "{error}");
    }
}
