//! Tables of one's own in place of the built-in ones (`--data`).

use std::path::{Path, PathBuf};

use palpate::data::{self, DataError, DataFile, TableFault};
use palpate::{annotate, audit, document, lexicon};

/// Lets the tables in a folder stand in for the built-in ones, after every room has looked at its own.
pub(crate) fn use_tables(folder: &Path) -> Result<(), DataError> {
    let texts = data::read_folder(folder)?;
    for (file, text) in &texts {
        check_table(*file, text).map_err(|fault| DataError::Table {
            path: folder.join(file.name()),
            fault,
        })?;
    }
    data::replace(texts);
    Ok(())
}

/// Looks at one table in a file.
pub(crate) fn check_file(path: PathBuf, file: DataFile) -> Result<(), DataError> {
    match std::fs::read_to_string(&path) {
        Ok(text) => check_table(file, &text).map_err(|fault| DataError::Table { path, fault }),
        Err(cause) => Err(DataError::Io { path, cause }),
    }
}

/// The table that a file of that name would be, unless it is one of concepts, which users also have.
pub(crate) fn table_of(path: &Path) -> Option<DataFile> {
    let file = DataFile::named(&path.file_name()?.to_string_lossy())?;
    let holds_concepts = matches!(
        file,
        DataFile::Conditions | DataFile::Techniques | DataFile::Risks | DataFile::Terms
    );
    (!holds_concepts).then_some(file)
}

fn check_table(file: DataFile, text: &str) -> Result<(), TableFault> {
    match file {
        DataFile::Cues | DataFile::Assertion => annotate::check_table(file, text),
        DataFile::Quantities => audit::check_quantities(text),
        DataFile::Furniture => document::check_furniture(text),
        DataFile::Clutter => document::check_clutter(text),
        // Any words will do.
        DataFile::Stopwords => Ok(()),
        DataFile::Conditions
        | DataFile::Techniques
        | DataFile::Risks
        | DataFile::Terms
        | DataFile::Modifiers
        | DataFile::Inflections
        | DataFile::Wordings => lexicon::check_table(file, text),
    }
}
