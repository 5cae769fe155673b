//! Other wordings: how texts speak of a concept without any of its names.
//!
//! "Increased head circumference" is no name of macrocephaly, and whoever reads it does not call that
//! source silent. A wording is looked for where silence is at stake, and only there: what has it is
//! near the concept, and nothing is understood of it. The table is data (`src/data/wordings.txt`), by
//! the preferred names of concepts.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::{Lexicon, NameForm, terms};
use crate::analysis;
use crate::data::{DataFile, TableFault};

type Wordings<'t> = HashMap<&'t str, Vec<&'t str>>;

static TABLE: LazyLock<Wordings<'static>> = LazyLock::new(|| {
    parse(DataFile::Wordings.text())
        // A test reads the built-in file, and one in its place was looked at.
        .expect("the table of wordings is valid")
});

/// Reads lines of `name: wording; wording`. Empty ones and comments (`#`) are passed over.
fn parse(text: &str) -> Result<Wordings<'_>, TableFault> {
    let mut table = Wordings::new();
    for (at, line) in text.lines().enumerate() {
        if line.trim().is_empty() || line.starts_with('#') {
            continue;
        }
        let fault = |cause: &str| TableFault {
            line: at + 1,
            cause: cause.to_owned(),
        };
        let (name, wordings) = line
            .split_once(": ")
            .ok_or_else(|| fault("a line is “name: wording; wording”"))?;
        let wordings = wordings.split(';').map(str::trim);
        let wordings: Vec<&str> = wordings.filter(|wording| !wording.is_empty()).collect();
        if table.insert(name.trim(), wordings).is_some() {
            return Err(fault("the concept has a line already"));
        }
    }
    Ok(table)
}

/// Whether the table can be read.
pub(super) fn check(text: &str) -> Result<(), TableFault> {
    parse(text).map(|_| ())
}

impl Lexicon {
    /// The other wordings of some concepts, in the order of these.
    pub(crate) fn wordings_of(&self, concepts: &[usize]) -> Vec<NameForm> {
        let of_concept = |&concept: &usize| {
            let wordings = TABLE.get(self.name_of(concept)).into_iter().flatten();
            wordings.map(move |wording| NameForm::of_words(concept, wording))
        };
        concepts.iter().flat_map(of_concept).collect()
    }
}

impl NameForm {
    /// Words as a form: in any inflection, whatever their case.
    pub(crate) fn of_words(concept: usize, text: &str) -> NameForm {
        let words = analysis::words(text);
        NameForm {
            concept,
            terms: terms(&words),
            exact_case: None,
            written: vec![analysis::surfaces(&words)],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_is_of_a_concept_and_no_wording_is_one_of_its_names() {
        let lexicon = Lexicon::builtin();
        let mut names = Vec::new();
        for (name, wordings) in TABLE.iter() {
            let concept = lexicon.index_of(name);
            let concept = concept.unwrap_or_else(|| panic!("“{name}” is no concept"));
            assert_eq!(lexicon.name_of(concept), *name, "its preferred name");
            for wording in wordings {
                assert!(!NameForm::of_words(0, wording).terms.is_empty(), "{name}");
                if lexicon.index_of(wording) == Some(concept) {
                    names.push(format!("{name}: {wording}"));
                }
            }
        }
        assert!(names.is_empty(), "{}", names.join("\n"));
    }

    #[test]
    fn wordings_come_as_forms() {
        let lexicon = Lexicon::builtin();
        let concept = lexicon.index_of("macrocephaly").expect("it is in the data");
        let forms = lexicon.wordings_of(&[concept]);
        let written: Vec<&str> = forms.iter().map(|form| form.written[0].as_str()).collect();
        assert!(written.contains(&"big head"), "{written:?}");
        assert!(forms.iter().all(|form| form.concept == concept));
    }

    #[test]
    fn what_is_wrong_is_named_with_its_line() {
        let line = |text: &str| check(text).err().map(|fault| fault.line);
        assert_eq!(
            line("# a comment\n\ngout: crystals in joints; big toe\n"),
            None
        );
        assert_eq!(line("gout: a\nasthma\n"), Some(2));
        assert_eq!(line("gout: a\n\ngout: b\n"), Some(3));
    }
}
