//! The built-in concepts, from the data files.

use serde::Deserialize;

use super::{Kind, NewConcept, NewForm};

/// The data files.
pub(crate) const DATA: [&str; 4] = [
    include_str!("../data/conditions.toml"),
    include_str!("../data/techniques.toml"),
    include_str!("../data/risks.toml"),
    include_str!("../data/terms.toml"),
];

#[derive(Deserialize)]
struct BuiltinFile {
    concept: Vec<ConceptEntry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ConceptEntry {
    /// Unique over all files; what `broader` refers to.
    id: String,
    name: String,
    kind: Kind,
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

pub(super) fn concepts() -> Vec<NewConcept> {
    entries()
        .into_iter()
        .map(ConceptEntry::into_concept)
        .collect()
}

fn entries() -> Vec<ConceptEntry> {
    DATA.iter()
        .flat_map(|text| {
            let file: BuiltinFile = toml::from_str(text)
                // The files are part of the program; a test reads them all.
                .expect("the built-in lexicon is valid");
            file.concept
        })
        .collect()
}

impl ConceptEntry {
    fn into_concept(self) -> NewConcept {
        let plain = std::iter::once(&self.name)
            .chain(&self.synonyms)
            .chain(&self.lay);
        let mut forms: Vec<NewForm> = plain.map(|form| NewForm::new(form)).collect();
        forms.extend(self.abbreviations.iter().map(|form| NewForm::new(form)));
        NewConcept {
            id: Some(self.id),
            name: self.name,
            kind: self.kind,
            forms,
            broader: self.broader,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::{HashMap, HashSet};

    use super::*;
    use crate::analysis;

    #[test]
    fn there_are_many_concepts_of_every_kind() {
        let entries = entries();
        assert!(entries.len() >= 600, "{}", entries.len());
        for kind in [Kind::Condition, Kind::Technique, Kind::Risk, Kind::Term] {
            assert!(
                entries.iter().filter(|entry| entry.kind == kind).count() >= 50,
                "{kind:?}"
            );
        }
    }

    #[test]
    fn no_form_means_two_things() {
        let mut owners: HashMap<Vec<String>, String> = HashMap::new();
        for entry in entries() {
            let forms = std::iter::once(&entry.name)
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
                assert!(!terms.is_empty(), "{}: an empty form", entry.id);
                let owner = owners.entry(terms).or_insert_with(|| entry.id.clone());
                assert_eq!(*owner, entry.id, "“{form}” is ambiguous");
            }
        }
    }

    #[test]
    fn ids_are_unique_and_broader_concepts_exist_without_cycles() {
        let entries = entries();
        let by_id: HashMap<&str, &ConceptEntry> =
            entries.iter().map(|e| (e.id.as_str(), e)).collect();
        assert_eq!(by_id.len(), entries.len(), "an id is used twice");
        for entry in &entries {
            let mut seen = HashSet::new();
            let mut above: Vec<&str> = entry.broader.iter().map(String::as_str).collect();
            while let Some(id) = above.pop() {
                assert_ne!(id, entry.id, "{id} is broader than itself");
                let broader = by_id
                    .get(id)
                    .unwrap_or_else(|| panic!("{}: no concept {id}", entry.id));
                if seen.insert(id) {
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
            let name = |text: &str| lexicon.named(text).map(|concept| concept.name.clone());
            assert!(name(a).is_some() && name(a) == name(b), "{a} {b}");
        }
    }
}
