//! The tables that a clinician may edit: what palpate knows, as files beside this one.
//!
//! They are part of the program. A folder of one's own can stand in for some of them
//! ([`read_folder`], [`replace`]; `--data` on the command line): a file in it takes the place of the
//! built-in one of the same name. Each room reads its own tables and says what is wrong with them.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{LazyLock, OnceLock};

use fst::Set;
use serde::de::DeserializeOwned;

/// A table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum DataFile {
    Conditions,
    Techniques,
    Risks,
    Terms,
    /// Words that tell modifiers of ontologies from conditions.
    Modifiers,
    /// Which words are forms of one another.
    Inflections,
    /// How texts speak of concepts without naming them.
    Wordings,
    /// Phrases that say what a passage speaks of.
    Cues,
    /// Triggers of assertion.
    Assertion,
    /// Numbers, units, and what they are about.
    Quantities,
    /// How page furniture begins.
    Furniture,
    /// What stands around the text of a web page.
    Clutter,
    Stopwords,
}

impl DataFile {
    /// All of them.
    pub const ALL: [DataFile; 13] = [
        DataFile::Conditions,
        DataFile::Techniques,
        DataFile::Risks,
        DataFile::Terms,
        DataFile::Modifiers,
        DataFile::Inflections,
        DataFile::Wordings,
        DataFile::Cues,
        DataFile::Assertion,
        DataFile::Quantities,
        DataFile::Furniture,
        DataFile::Clutter,
        DataFile::Stopwords,
    ];

    /// The name of its file.
    pub fn name(self) -> &'static str {
        self.builtin().0
    }

    /// The table of that file name, if there is one.
    pub fn named(name: &str) -> Option<DataFile> {
        DataFile::ALL.into_iter().find(|file| file.name() == name)
    }

    /// What is read: the file that stands in for it, or else the built-in one.
    pub fn text(self) -> &'static str {
        let replaced = REPLACED.get().and_then(|texts| texts.get(&self));
        replaced.map_or(self.builtin().1, String::as_str)
    }

    fn builtin(self) -> (&'static str, &'static str) {
        match self {
            DataFile::Conditions => ("conditions.toml", include_str!("conditions.toml")),
            DataFile::Techniques => ("techniques.toml", include_str!("techniques.toml")),
            DataFile::Risks => ("risks.toml", include_str!("risks.toml")),
            DataFile::Terms => ("terms.toml", include_str!("terms.toml")),
            DataFile::Modifiers => ("modifiers.toml", include_str!("modifiers.toml")),
            DataFile::Inflections => ("inflections.toml", include_str!("inflections.toml")),
            DataFile::Wordings => ("wordings.txt", include_str!("wordings.txt")),
            DataFile::Cues => ("cues.toml", include_str!("cues.toml")),
            DataFile::Assertion => ("assertion.toml", include_str!("assertion.toml")),
            DataFile::Quantities => ("quantities.toml", include_str!("quantities.toml")),
            DataFile::Furniture => ("furniture.txt", include_str!("furniture.txt")),
            DataFile::Clutter => ("clutter.toml", include_str!("clutter.toml")),
            DataFile::Stopwords => ("stopwords.txt", include_str!("stopwords.txt")),
        }
    }
}

/// What stands in for built-in tables. It is set once, before any table is read, and never changes:
/// all of a process speaks of the same tables.
static REPLACED: OnceLock<BTreeMap<DataFile, String>> = OnceLock::new();

/// Tables that are to stand in for the built-in ones.
pub type Replacements = BTreeMap<DataFile, String>;

/// Lets tables stand in for the built-in ones, for as long as the process runs. The caller has had
/// the rooms look at them, and does this before anything else, once.
///
/// # Panics
///
/// When it is done twice: some of what was read would be of other tables than the rest.
pub fn replace(texts: Replacements) {
    let first = REPLACED.set(texts).is_ok();
    assert!(first, "tables are replaced once, before they are read");
}

/// The hash of all tables as they are read, for an index to remember which made it.
pub fn hash() -> String {
    let mut hasher = blake3::Hasher::new();
    for text in DataFile::ALL.map(DataFile::text) {
        hasher.update(&(text.len() as u64).to_le_bytes());
        hasher.update(text.as_bytes());
    }
    hasher.finalize().to_hex().to_string()
}

/// What is wrong with a table, and in which line, from 1.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableFault {
    pub line: usize,
    pub cause: String,
}

/// Why a folder of tables, or a table in it, is of no use.
#[derive(Debug, thiserror::Error)]
pub enum DataError {
    #[error("{path}: {cause}")]
    Io {
        path: PathBuf,
        cause: std::io::Error,
    },
    #[error("{path}: no table is called so; there are {list}", list = names())]
    UnknownTable { path: PathBuf },
    #[error("{path}:{line}: {cause}", line = .fault.line, cause = .fault.cause)]
    Table { path: PathBuf, fault: TableFault },
}

fn names() -> String {
    DataFile::ALL.map(DataFile::name).join(", ")
}

/// Reads the tables in a folder. A file that has the name of none is an error: it would be a table
/// that is never read. Hidden files are passed over.
pub fn read_folder(folder: &Path) -> Result<Replacements, DataError> {
    let io = |path: &Path| {
        let path = path.to_owned();
        move |cause| DataError::Io { path, cause }
    };
    let mut texts = Replacements::new();
    for entry in std::fs::read_dir(folder).map_err(io(folder))? {
        let path = entry.map_err(io(folder))?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if name.starts_with('.') {
            continue;
        }
        let file = DataFile::named(&name);
        let file = file.ok_or_else(|| DataError::UnknownTable { path: path.clone() })?;
        texts.insert(file, std::fs::read_to_string(&path).map_err(io(&path))?);
    }
    Ok(texts)
}

/// Reads a table in TOML.
pub(crate) fn from_toml<T: DeserializeOwned>(text: &str) -> Result<T, TableFault> {
    toml::from_str(text).map_err(|error| {
        let start = error.span().map_or(0, |span| span.start);
        TableFault {
            line: line_of(text, start),
            cause: error.message().to_owned(),
        }
    })
}

/// The line of a byte, from 1.
pub(crate) fn line_of(text: &str, byte: usize) -> usize {
    let before = text.get(..byte).unwrap_or(text);
    1 + memchr::memchr_iter(b'\n', before.as_bytes()).count()
}

/// The list of words that are spelled as they should be, which [`is_listed_word`] asks.
pub(crate) fn listed_words() -> &'static Set<&'static [u8]> {
    static LISTED: LazyLock<Set<&[u8]>> = LazyLock::new(|| {
        Set::new(&include_bytes!("words/words.fst")[..])
            // The file is part of the program; tests read it.
            .expect("the list of words is valid")
    });
    &LISTED
}

/// Whether a word, folded, is in the list of words of English, medicine and medicines.
pub(crate) fn is_listed_word(word: &str) -> bool {
    listed_words().contains(word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_has_its_own_name() {
        for file in DataFile::ALL {
            assert_eq!(DataFile::named(file.name()), Some(file));
            assert!(!file.text().is_empty());
        }
        assert_eq!(DataFile::named("conditions"), None);
    }

    #[test]
    fn a_folder_is_read_by_the_names_of_its_files() -> Result<(), Box<dyn std::error::Error>> {
        let folder = tempfile::tempdir()?;
        std::fs::write(folder.path().join("stopwords.txt"), "the\n")?;
        std::fs::write(folder.path().join(".swp"), "")?;
        let read = read_folder(folder.path())?;
        assert_eq!(
            read,
            BTreeMap::from([(DataFile::Stopwords, "the\n".to_owned())])
        );
        std::fs::write(folder.path().join("condition.toml"), "")?;
        let error = read_folder(folder.path()).map_err(|error| error.to_string());
        assert!(error.is_err_and(|error| error.contains("condition.toml: no table is called so")));
        Ok(())
    }

    #[test]
    fn what_is_wrong_with_toml_has_its_line() {
        let fault = from_toml::<BTreeMap<String, u32>>("a = 1\n\nb = \"x\"\n");
        assert_eq!(fault.map_err(|fault| fault.line), Err(3));
    }
}
