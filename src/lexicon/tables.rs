//! Concepts in TOML: the built-in ones, and those of users who want to say all of it.
//!
//! ```toml
//! [[concept]]
//! id = "osteoporosis"
//! name = "osteoporosis"
//! kind = "condition"
//! synonyms = ["bone thinning"]
//! abbreviations = ["OP"]
//! lay = ["brittle bones"]
//! broader = ["bone-disease"]
//! ```

use serde::Deserialize;
use toml::Spanned;

use super::Kind;
use super::entry::{NewConcept, NewForm, Parsed};
use crate::data::{DataFile, TableFault, from_toml};

/// The tables that hold concepts.
const TABLES: [DataFile; 4] = [
    DataFile::Conditions,
    DataFile::Techniques,
    DataFile::Risks,
    DataFile::Terms,
];

/// Whether a table of the lexicon can be read.
pub fn check_table(file: DataFile, text: &str) -> Result<(), TableFault> {
    match file {
        DataFile::Modifiers => return super::ontology::check(text),
        DataFile::Inflections => return super::inflection::check(text),
        DataFile::Wordings => return super::wordings::check(text),
        _ => {}
    }
    let errors = parse(text).errors.into_iter();
    let faults = errors.map(|(line, cause)| TableFault { line, cause });
    faults.min_by_key(|fault| fault.line).map_or(Ok(()), Err)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    concept: Vec<Spanned<Entry>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    /// Unique over all files; what `broader` refers to.
    id: Option<String>,
    name: Option<String>,
    kind: Option<Kind>,
    #[serde(default)]
    synonyms: Vec<String>,
    #[serde(default)]
    abbreviations: Vec<String>,
    #[serde(default)]
    lay: Vec<String>,
    /// Ids of directly broader concepts.
    #[serde(default)]
    broader: Vec<String>,
}

/// The built-in concepts.
pub(super) fn concepts() -> Vec<NewConcept> {
    TABLES
        .iter()
        .flat_map(|file| {
            let parsed = parse(file.text());
            // A test reads the built-in files, and those in their place were looked at.
            assert!(
                parsed.errors.is_empty(),
                "the tables of the lexicon are valid"
            );
            parsed.concepts
        })
        .collect()
}

/// Reads a file.
pub(super) fn parse(text: &str) -> Parsed {
    let mut parsed = Parsed::default();
    match from_toml::<File>(text) {
        Err(fault) => parsed.errors.push((fault.line, fault.cause)),
        Ok(file) => {
            // Entries come in the order of the file, so that its lines are counted once.
            let (mut line, mut at) = (1, 0);
            for entry in file.concept {
                let start = entry.span().start;
                line += lines_in(&text[at..start]);
                at = start;
                match entry.into_inner().into_concept(line) {
                    Ok(concept) => parsed.concepts.push(concept),
                    Err(cause) => parsed.errors.push((line, cause)),
                }
            }
        }
    }
    parsed
}

fn lines_in(text: &str) -> usize {
    memchr::memchr_iter(b'\n', text.as_bytes()).count()
}

impl Entry {
    fn into_concept(self, line: usize) -> Result<NewConcept, String> {
        if self.name.is_none() && self.id.is_none() {
            return Err("a concept needs a name, or the id of the concept it adds to".into());
        }
        let all = self.name.iter();
        let all = all.chain(&self.synonyms).chain(&self.lay);
        let forms = all
            .chain(&self.abbreviations)
            .map(|form| NewForm::new(form))
            .collect();
        Ok(NewConcept {
            line,
            id: self.id,
            name: self.name,
            kind: self.kind.ok_or(Kind::Term),
            forms,
            broader: self.broader,
        })
    }
}

#[cfg(test)]
mod tests {
    use std::collections::{HashMap, HashSet};

    use super::*;
    use crate::analysis;

    fn entries() -> Vec<Entry> {
        let files = TABLES.iter();
        files
            .flat_map(|file| {
                let file: File = toml::from_str(file.text()).expect("it is valid");
                file.concept.into_iter().map(Spanned::into_inner)
            })
            .collect()
    }

    fn id(entry: &Entry) -> &str {
        entry
            .id
            .as_deref()
            .expect("every built-in concept has an id")
    }

    #[test]
    fn there_are_many_concepts_of_every_kind() {
        let entries = entries();
        assert!(entries.len() >= 600, "{}", entries.len());
        for kind in [Kind::Condition, Kind::Technique, Kind::Risk, Kind::Term] {
            assert!(
                entries
                    .iter()
                    .filter(|entry| entry.kind == Some(kind))
                    .count()
                    >= 50,
                "{kind:?}"
            );
        }
    }

    #[test]
    fn no_form_means_two_things() {
        let mut owners: HashMap<Vec<String>, String> = HashMap::new();
        let mut ambiguous = Vec::new();
        for entry in entries() {
            let forms = entry
                .name
                .iter()
                .chain(&entry.synonyms)
                .chain(&entry.abbreviations)
                .chain(&entry.lay);
            for form in forms {
                let words = analysis::words(form);
                let terms: Vec<String> = words
                    .into_iter()
                    .filter(|w| !w.compound)
                    .map(|w| w.term)
                    .collect();
                assert!(!terms.is_empty(), "{}: an empty form", id(&entry));
                let owner = owners.entry(terms).or_insert_with(|| id(&entry).to_owned());
                if *owner != id(&entry) {
                    ambiguous.push(format!("“{form}”: {owner}, {}", id(&entry)));
                }
            }
        }
        assert!(ambiguous.is_empty(), "{}", ambiguous.join("\n"));
    }

    #[test]
    fn ids_are_unique_and_broader_concepts_exist_without_cycles() {
        let entries = entries();
        let by_id: HashMap<&str, &Entry> = entries.iter().map(|e| (id(e), e)).collect();
        assert_eq!(by_id.len(), entries.len(), "an id is used twice");
        for entry in &entries {
            let mut seen = HashSet::new();
            let mut above: Vec<&str> = entry.broader.iter().map(String::as_str).collect();
            while let Some(above_it) = above.pop() {
                assert_ne!(above_it, id(entry), "it is broader than itself");
                let broader = by_id
                    .get(above_it)
                    .unwrap_or_else(|| panic!("{}: no concept {above_it}", id(entry)));
                if seen.insert(above_it) {
                    above.extend(broader.broader.iter().map(String::as_str));
                }
            }
        }
    }

    #[test]
    fn names_that_must_meet() {
        let lexicon = crate::lexicon::Lexicon::builtin();
        for (a, b) in [
            ("brittle bones", "osteoporosis"),
            ("OMT", "osteopathic manual treatment"),
            ("osteopathic manipulative treatment", "OMT"),
            ("HVLA", "high-velocity low-amplitude"),
            ("IBS", "irritable bowel syndrome"),
            ("broken bone", "fracture"),
            ("pregnant", "expectant mother"),
            ("price", "cost"),
            ("adverse event", "side effect"),
        ] {
            let name = |text: &str| lexicon.named(text).map(|concept| concept.name.to_owned());
            assert!(name(a).is_some() && name(a) == name(b), "{a} {b}");
        }
    }

    #[test]
    fn what_is_wrong_is_named_with_its_line() {
        let head = "[[concept]]\nname = \"zorbitis\"\n";
        for (rest, line) in [
            ("kind = \"conditon\"\n", 3),
            ("kind = \"condition\"\nsynonym = [\"zorb\"]\n", 4),
            ("synonyms = [\"zorb\"\n\nlay = 3\n", 5),
            ("\n[[concept]]\nkind = \"risk\"\n", 4),
        ] {
            let parsed = parse(&format!("{head}{rest}"));
            let lines: Vec<usize> = parsed.errors.iter().map(|(line, _)| *line).collect();
            assert_eq!(lines, [line], "{rest}: {:?}", parsed.errors);
        }
    }
}
