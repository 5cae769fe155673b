//! OBO files, the format of the Human Phenotype Ontology, the Disease Ontology and others:
//! `[Term]` stanzas with `name:`, `synonym:` and `is_a:` lines (OBO flat file format 1.4). Exact
//! synonyms are forms of their concept; broad, narrow and related ones are not the same thing
//! and are left out, as are obsolete terms and what only orders or qualifies others (`ontology`). The
//! comment `! palpate: kind=technique` says what all terms are, or within a stanza what that one is.

use std::collections::HashSet;

use super::Kind;
use super::entry::{Directive, NewConcept, NewForm, Parsed};
use super::ontology::{self, OntologyNode};
use super::unescaped;

#[derive(Default)]
struct Stanza {
    line: usize,
    is_term: bool,
    obsolete: bool,
    id: Option<String>,
    name: Option<String>,
    synonyms: Vec<String>,
    broader: Vec<String>,
    /// Its namespace and subsets.
    marks: Vec<String>,
    kind: Option<Kind>,
}

/// Reads a file; `known` tells whether the lexicon has a name.
pub(super) fn parse(text: &str, known: &mut dyn FnMut(&str) -> bool) -> Parsed {
    let mut parsed = Parsed::default();
    let mut terms = Vec::new();
    let mut kind = None;
    let mut stanza = Stanza::default();
    for (line, number) in text.lines().zip(1..) {
        let line = line.trim();
        let read = if line.starts_with('[') {
            let next = Stanza {
                line: number,
                is_term: line == "[Term]",
                ..Stanza::default()
            };
            parsed.finish(std::mem::replace(&mut stanza, next), &mut terms);
            Ok(())
        } else if let Some(comment) = line.strip_prefix('!') {
            match Directive::read(comment) {
                None => Ok(()),
                Some(Ok(Directive { id: Some(_), .. })) => Err("a term has its id in `id:`".into()),
                Some(Ok(said)) if stanza.line > 0 => {
                    stanza.kind = said.kind;
                    Ok(())
                }
                Some(Ok(said)) => {
                    kind = said.kind;
                    Ok(())
                }
                Some(Err(cause)) => Err(cause),
            }
        } else if line.is_empty() {
            Ok(())
        } else {
            stanza.read(line)
        };
        if let Err(cause) = read {
            parsed.errors.push((number, cause));
        }
    }
    parsed.finish(stanza, &mut terms);
    parsed.sift(terms, kind, known);
    parsed
}

impl Parsed {
    fn finish(&mut self, stanza: Stanza, terms: &mut Vec<Stanza>) {
        match stanza.name {
            _ if !stanza.is_term || stanza.obsolete => {}
            Some(_) => terms.push(stanza),
            None => self
                .errors
                .push((stanza.line, "a term without a name".into())),
        }
    }

    /// Takes over the terms that are concepts, and says of the others why they are not.
    fn sift(
        &mut self,
        terms: Vec<Stanza>,
        kind: Option<Kind>,
        known: &mut dyn FnMut(&str) -> bool,
    ) {
        let nodes: Vec<OntologyNode<'_>> = terms
            .iter()
            .map(|term| {
                let name = term.name.as_deref().unwrap_or_default();
                OntologyNode {
                    id: term.id.as_deref(),
                    name,
                    has_other_names: !term.synonyms.is_empty(),
                    broader: &term.broader,
                    marks: &term.marks,
                    known: term.kind.is_some() || known(name),
                }
            })
            .collect();
        let reasons = ontology::sift(&nodes);
        let places = terms.iter().zip(&reasons);
        let gone: HashSet<String> = places
            .filter(|(_, reason)| reason.is_some())
            .filter_map(|(term, _)| term.id.clone())
            .collect();
        for (mut term, reason) in terms.into_iter().zip(reasons) {
            term.broader.retain(|id| !gone.contains(id));
            match reason {
                None => self.concepts.push(term.into_concept(kind)),
                Some(reason) => {
                    let name = term.name.unwrap_or_default();
                    let what = format!("“{name}” is left out: {reason}, not a condition");
                    self.warnings.push((term.line, what));
                }
            }
        }
    }
}

impl Stanza {
    fn read(&mut self, line: &str) -> Result<(), String> {
        let (tag, value) = line
            .split_once(':')
            .ok_or("neither a stanza nor `tag: value`")?;
        let value = value.trim();
        match tag {
            "id" => self.id = Some(value.to_owned()),
            // What follows the id is a comment: its name.
            "is_a" => self
                .broader
                .extend(value.split_whitespace().next().map(str::to_owned)),
            "name" => self.name = Some(unescaped(value)),
            "namespace" | "subset" => self
                .marks
                .extend(value.split_whitespace().next().map(str::to_owned)),
            "is_obsolete" => self.obsolete = value.starts_with("true"),
            "synonym" => {
                let (text, after) = quoted(value)?;
                let scope = after.split_whitespace().next().unwrap_or("EXACT");
                if scope == "EXACT" || scope.starts_with('[') {
                    self.synonyms.push(text);
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn into_concept(self, kind: Option<Kind>) -> NewConcept {
        let forms = self.name.iter().chain(&self.synonyms);
        NewConcept {
            line: self.line,
            forms: forms.map(|form| NewForm::new(form)).collect(),
            kind: self.kind.or(kind).ok_or(Kind::Condition),
            id: self.id,
            name: self.name,
            broader: self.broader,
        }
    }
}

/// The text in quotation marks at the start of a value, and what follows it.
fn quoted(value: &str) -> Result<(String, &str), String> {
    let inner = value
        .strip_prefix('"')
        .ok_or("a synonym is not in quotation marks")?;
    let mut escaped = false;
    for (at, c) in inner.char_indices() {
        match c {
            '\\' if !escaped => escaped = true,
            '"' if !escaped => return Ok((unescaped(&inner[..at]), inner[at + 1..].trim())),
            _ => escaped = false,
        }
    }
    Err("a quotation mark is not closed".into())
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = r#"format-version: 1.2
ontology: test

[Term]
id: X:1
name: brittle bone disease
synonym: "osteogenesis imperfecta" EXACT []
synonym: "bone \"glass\" disease" EXACT layperson []
synonym: "fracture" BROAD []
is_a: X:0 ! bone disease

[Term]
id: X:2
name: old
is_obsolete: true

[Typedef]
id: part_of
"#;

    #[test]
    fn names_and_exact_synonyms() {
        let parsed = parse(FILE, &mut |_| false);
        assert!(parsed.errors.is_empty());
        let concepts = parsed.concepts;
        assert_eq!(concepts.len(), 1);
        assert_eq!(concepts[0].id.as_deref(), Some("X:1"));
        assert_eq!(concepts[0].broader, ["X:0"]);
        let forms: Vec<&str> = concepts[0].forms.iter().map(|f| f.text.as_str()).collect();
        assert_eq!(
            forms,
            [
                "brittle bone disease",
                "osteogenesis imperfecta",
                "bone \"glass\" disease"
            ]
        );
    }

    #[test]
    fn bad_lines_are_named() {
        for (text, line) in [
            ("[Term]\nname: a\nnonsense", 3),
            ("[Term]\nname: a\nsynonym: b EXACT", 3),
            ("[Term]\nname: a\nsynonym: \"b EXACT", 3),
            ("\n[Term]\nid: X:1\n[Term]\nname: a", 2),
        ] {
            let errors = parse(text, &mut |_| false).errors;
            let lines: Vec<usize> = errors.iter().map(|(line, _)| *line).collect();
            assert_eq!(lines, [line], "{text}");
        }
    }

    /// The names that are kept of an ontology, given as `name < broader`, `name` being its id too.
    fn kept(lines: &[&str], known: &str) -> Vec<String> {
        let mut text = String::new();
        for line in lines {
            let (name, broader) = line.split_once(" < ").unwrap_or((line, ""));
            text += &format!("[Term]\nid: {}\nname: {name}\n", name.replace(' ', "_"));
            for broader in broader.split(", ").filter(|id| !id.is_empty()) {
                text += &format!("is_a: {} ! it\n", broader.replace(' ', "_"));
            }
        }
        let parsed = parse(&text, &mut |name| name == known);
        let names = parsed.concepts.into_iter();
        names.filter_map(|concept| concept.name).collect()
    }

    #[test]
    fn roots_and_modifiers_are_no_conditions() {
        let lines = [
            "All",
            "Phenotypic abnormality < All",
            "Zorbitis < Phenotypic abnormality",
            "Severe zorbitis < Zorbitis",
            "Clinical modifier < All",
            "Severity < Clinical modifier",
            "Severe < Severity",
            "Triggered by cold < Clinical modifier",
            "Glorbing of both < Clinical modifier, Zorbitis",
            "Mode of inheritance < All",
            "Gonosomal < Mode of inheritance",
        ];
        let left = ["Zorbitis", "Severe zorbitis", "Glorbing of both"];
        assert_eq!(kept(&lines, ""), left);
        // A root by its place alone, unless those below are kinds of it or the lexicon has it.
        let lines = ["Knee things", "Zorbitis < Knee things"];
        assert_eq!(kept(&lines, ""), ["Zorbitis"]);
        assert_eq!(kept(&lines, "Knee things").len(), 2);
        assert_eq!(
            kept(&["Zorbitis", "Acute zorbitis < Zorbitis"], "").len(),
            2
        );
    }

    #[test]
    fn a_comment_says_the_kind() {
        let text = "! palpate: kind=technique\n[Term]\nid: a\nname: zorbing\n\n\
                    [Term]\nid: b\nname: severe\n! palpate: kind=risk\n";
        let parsed = parse(text, &mut |_| false);
        let kinds: Vec<_> = parsed.concepts.iter().map(|concept| concept.kind).collect();
        assert_eq!(kinds, [Ok(Kind::Technique), Ok(Kind::Risk)]);
    }
}
