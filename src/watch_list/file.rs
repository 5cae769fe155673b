//! The file: TOML that people write, with a table for each question.
//!
//! Whatever is wrong with it is said with its line, and all of it is known before an index is opened; only
//! whether the lexicon of the index has a concept has to wait for that.

use std::collections::HashMap;
use std::fs::File;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};

use serde::Deserialize;
use toml::Spanned;

use crate::data::{TableFault, from_toml, line_of};
use crate::lexicon::Lexicon;
use crate::search::{SearchError, check_filters};

use super::question::{NAME, SavedQuestion, steers};

/// The most questions of a list.
const QUESTIONS: usize = 1_000;
/// The most bytes of a file.
const BYTES: u64 = 4 << 20;

/// Why a list is of no use, or could not be written.
#[derive(Debug, thiserror::Error)]
pub enum WatchListError {
    #[error("{path}: {cause}")]
    Io {
        path: PathBuf,
        cause: std::io::Error,
    },
    #[error("{path}:{line}: {cause}", line = .fault.line, cause = .fault.cause)]
    Wrong { path: PathBuf, fault: TableFault },
    /// What was to be added is none.
    #[error("{0}")]
    NoQuestion(String),
}

impl WatchListError {
    /// What is wrong, for those who need not know where the file lies.
    pub fn without_path(&self) -> String {
        match self {
            WatchListError::Io { cause, .. } => cause.to_string(),
            WatchListError::Wrong { fault, .. } => format!("line {}: {}", fault.line, fault.cause),
            WatchListError::NoQuestion(cause) => cause.clone(),
        }
    }
}

/// Saved questions, each under a name of its own.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct WatchList {
    /// What it is for, as the page and the feed are called.
    pub title: Option<String>,
    pub questions: Vec<SavedQuestion>,
    /// The file it was read from.
    path: PathBuf,
}

/// The file as it is written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ListTable {
    title: Option<Spanned<String>>,
    #[serde(default)]
    question: Vec<QuestionTable>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct QuestionTable {
    name: Spanned<String>,
    #[serde(default)]
    query: String,
    #[serde(default)]
    aspect: Vec<String>,
    #[serde(default)]
    condition: Vec<String>,
    #[serde(default)]
    technique: Vec<String>,
    risk: Option<String>,
    source: Option<String>,
    #[serde(default)]
    exact: bool,
    hits: Option<usize>,
}

impl QuestionTable {
    fn question(self, text: &str) -> SavedQuestion {
        SavedQuestion {
            line: line_of(text, self.name.span().start),
            name: self.name.into_inner(),
            query: self.query,
            aspects: self.aspect,
            conditions: self.condition,
            techniques: self.technique,
            risk: self.risk,
            source: self.source,
            exact: self.exact,
            hits: self.hits,
        }
    }
}

impl WatchList {
    /// Reads a list.
    pub fn read(path: &Path) -> Result<WatchList, WatchListError> {
        WatchList::of(&read(path)?, path)
    }

    fn of(text: &str, path: &Path) -> Result<WatchList, WatchListError> {
        WatchList::parse(text)
            .map(|list| WatchList {
                path: path.to_owned(),
                ..list
            })
            .map_err(|fault| WatchListError::Wrong {
                path: path.to_owned(),
                fault,
            })
    }

    fn parse(text: &str) -> Result<WatchList, TableFault> {
        let table: ListTable = from_toml(text)?;
        let fault = |line: usize, cause: String| Err(TableFault { line, cause });
        if let Some(title) = &table.title
            && (title.get_ref().chars().any(steers) || title.get_ref().chars().count() > NAME)
        {
            let line = line_of(text, title.span().start);
            return fault(
                line,
                format!("a title has {NAME} characters at most, and none that steer"),
            );
        }
        let questions = table.question.into_iter().map(|one| one.question(text));
        let questions: Vec<SavedQuestion> = questions.collect();
        let mut lines: HashMap<&str, usize> = HashMap::new();
        for (number, question) in questions.iter().enumerate() {
            if number == QUESTIONS {
                return fault(
                    question.line,
                    format!("{QUESTIONS} questions are the most of a list"),
                );
            }
            if let Some(cause) = question.fault() {
                return fault(question.line, cause);
            }
            if let Some(line) = lines.insert(&question.name, question.line) {
                let cause = format!("“{}” is there already, on line {line}", question.name);
                return fault(question.line, cause);
            }
        }
        Ok(WatchList {
            title: table.title.map(Spanned::into_inner),
            questions,
            path: PathBuf::new(),
        })
    }

    /// Whether the lexicon of an index has all concepts that the questions are narrowed by.
    pub fn check(&self, lexicon: &Lexicon) -> Result<(), WatchListError> {
        for question in &self.questions {
            let checked = check_filters(lexicon, &question.filters());
            checked.map_err(|error| self.wrong(question, &error))?;
        }
        Ok(())
    }

    fn wrong(&self, question: &SavedQuestion, error: &SearchError) -> WatchListError {
        WatchListError::Wrong {
            path: self.path.clone(),
            fault: TableFault {
                line: question.line,
                cause: error.to_string(),
            },
        }
    }

    /// The question of that name.
    pub fn named(&self, name: &str) -> Option<&SavedQuestion> {
        self.questions.iter().find(|question| question.name == name)
    }

    /// Writes a question to the end of a list; the list is made where there is none. What stands in it
    /// stays as it is.
    pub fn add(path: &Path, question: &SavedQuestion) -> Result<(), WatchListError> {
        if let Some(fault) = question.fault() {
            return Err(WatchListError::NoQuestion(fault));
        }
        let before = match read(path) {
            Err(WatchListError::Io { cause, .. })
                if cause.kind() == std::io::ErrorKind::NotFound =>
            {
                String::new()
            }
            read => read?,
        };
        let list = WatchList::of(&before, path)?;
        if let Some(known) = list.named(&question.name) {
            return Err(WatchListError::Wrong {
                path: path.to_owned(),
                fault: TableFault {
                    line: known.line,
                    cause: format!("“{}” is there already", question.name),
                },
            });
        }
        let parted = match before.as_str() {
            "" => "",
            text if text.ends_with('\n') => "\n",
            _ => "\n\n",
        };
        let added = format!("{parted}{}", question.table());
        // What could not be read again is not written.
        WatchList::of(&format!("{before}{added}"), path)?;
        append(path, &added).map_err(|cause| WatchListError::Io {
            path: path.to_owned(),
            cause,
        })
    }
}

fn read(path: &Path) -> Result<String, WatchListError> {
    let mut text = String::new();
    let read = File::open(path).and_then(|file| file.take(BYTES + 1).read_to_string(&mut text));
    let large = || std::io::Error::other(format!("a watch-list has {} MB at most", BYTES >> 20));
    let read = read.and_then(|read| match read as u64 > BYTES {
        true => Err(large()),
        false => Ok(text),
    });
    read.map_err(|cause| WatchListError::Io {
        path: path.to_owned(),
        cause,
    })
}

/// Writes to the end of a file, all of it or nothing.
fn append(path: &Path, text: &str) -> std::io::Result<()> {
    let mut file = File::options().create(true).append(true).open(path)?;
    let length = file.metadata()?.len();
    let written = file
        .write_all(text.as_bytes())
        .and_then(|()| file.sync_all());
    if written.is_err() {
        // Half a question would spoil the others.
        file.set_len(length)?;
    }
    written
}

#[cfg(test)]
mod tests {
    use super::*;

    fn question(name: &str, query: &str) -> SavedQuestion {
        SavedQuestion {
            name: name.to_owned(),
            query: query.to_owned(),
            ..SavedQuestion::default()
        }
    }

    #[test]
    fn what_is_wrong_is_said_with_its_line() {
        for (text, line, said) in [
            ("title = 1", 1, "string"),
            (
                "[[question]]\nname = \"a\"\nquery = \"b\"\n\n[[question]]\nname = \"a\"\nquery = \"c\"",
                6,
                "already, on line 2",
            ),
            ("[[question]]\nname = \"a\"", 2, "asks nothing"),
            ("[[question]]\nquery = \"a\"", 1, "name"),
            (
                "[[question]]\nname = \" \"\nquery = \"a\"",
                2,
                "needs a name",
            ),
            (
                "\n[[question]]\nname = \"a\"\nquery = \"b\"\nlimit = 3",
                5,
                "limit",
            ),
            (
                "[[question]]\nname = \"a\"\nquery = \"b\"\nhits = 0",
                2,
                "from 1 to 1000",
            ),
            (
                "[[question]]\nname = \"a\"\naspect = [\"rsk\"]",
                2,
                "did you mean",
            ),
            (
                "[[question]]\nname = \"a\"\nrisk = \"cost\"",
                2,
                "no kind of risk",
            ),
            ("[[question]]\nname = \"a\"\nsource = \"[\"", 2, "pattern"),
            (
                "[[question]]\nname = \"a\"\nquery = \"gout source:[\"",
                2,
                "pattern",
            ),
            (
                "[[question]]\nname = \"a\\u202eb\"\nquery = \"b\"",
                2,
                "direction",
            ),
            (
                "[[question]]\nname = \"a\"\nquery = \"b\\u001b\"",
                2,
                "control",
            ),
            ("[[question", 1, ""),
        ] {
            let fault = WatchList::parse(text).expect_err(text);
            assert_eq!(fault.line, line, "{text}: {fault:?}");
            assert!(fault.cause.contains(said), "{text}: {fault:?}");
        }
        let many = (0..=QUESTIONS).map(|n| question(&format!("{n}"), "a").table());
        let fault = WatchList::parse(&many.collect::<String>()).expect_err("too many");
        assert!(fault.cause.contains("1000 questions"), "{fault:?}");
    }

    #[test]
    fn a_question_that_is_added_is_read_again_and_nothing_else_is_changed() {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let path = folder.path().join("list.toml");
        let first = SavedQuestion {
            aspects: vec!["risk".to_owned()],
            techniques: vec!["HVLA".to_owned(), "a \"quoted\" \\ one".to_owned()],
            risk: Some("contraindication".to_owned()),
            source: Some("a/*".to_owned()),
            exact: true,
            hits: Some(7),
            line: 2,
            ..question("<b>müde</b> & 'so'", "\"brittle bones\" +risk\n*")
        };
        WatchList::add(&path, &first).expect("it can be added");
        let written = std::fs::read_to_string(&path).expect("it is there");
        std::fs::write(&path, format!("# mine\n{}", written.trim_end()))
            .expect("it can be written");
        let second = question("b", "gout");
        WatchList::add(&path, &second).expect("it can be added");
        let list = WatchList::read(&path).expect("it is a list");
        let lines = |question: &SavedQuestion, line| SavedQuestion {
            line,
            ..question.clone()
        };
        assert_eq!(list.questions[0], lines(&first, 3));
        assert_eq!(list.questions[1].query, "gout");
        let text = std::fs::read_to_string(&path).expect("it is there");
        assert!(text.starts_with("# mine\n[[question]]\n"), "{text}");
        for (again, said) in [
            (&second, "there already"),
            (&question("c", ""), "asks nothing"),
        ] {
            let error = WatchList::add(&path, again).expect_err("it is no question");
            assert!(error.to_string().contains(said), "{error}");
        }
        assert_eq!(std::fs::read_to_string(&path).ok(), Some(text));
    }

    #[test]
    fn what_could_not_be_read_again_is_not_written() {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let path = folder.path().join("list.toml");
        let text = "question = [{ name = \"a\", query = \"b\" }]\n";
        std::fs::write(&path, text).expect("it can be written");
        assert!(WatchList::add(&path, &question("b", "gout")).is_err());
        assert_eq!(std::fs::read_to_string(&path).ok().as_deref(), Some(text));
    }
}
