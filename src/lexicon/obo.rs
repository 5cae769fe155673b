//! OBO files, the format of the Human Phenotype Ontology, the Disease Ontology and others:
//! `[Term]` stanzas with `name:`, `synonym:` and `is_a:` lines (OBO flat file format 1.4). Exact
//! synonyms are forms of their concept; broad, narrow and related ones are not the same thing
//! and are left out, as are obsolete terms.

use super::{Kind, NewConcept, NewForm, unescaped};

#[derive(Default)]
struct Stanza {
    line: usize,
    is_term: bool,
    obsolete: bool,
    id: Option<String>,
    name: Option<String>,
    synonyms: Vec<String>,
    broader: Vec<String>,
}

/// Reads a file; an error is a line number and what is wrong with it.
pub(super) fn parse(text: &str) -> Result<Vec<NewConcept>, (usize, String)> {
    let mut concepts = Vec::new();
    let mut stanza = Stanza::default();
    for (line, number) in text.lines().zip(1..) {
        let line = line.trim();
        if line.starts_with('[') {
            let finished = std::mem::take(&mut stanza);
            concepts.extend(finished.finish()?);
            stanza.line = number;
            stanza.is_term = line == "[Term]";
        } else if !line.is_empty() && !line.starts_with('!') {
            stanza.read(line).map_err(|cause| (number, cause))?;
        }
    }
    concepts.extend(stanza.finish()?);
    Ok(concepts)
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

    fn finish(self) -> Result<Option<NewConcept>, (usize, String)> {
        if !self.is_term || self.obsolete {
            return Ok(None);
        }
        let name = self
            .name
            .ok_or((self.line, "a term without a name".to_owned()))?;
        let forms = std::iter::once(&name).chain(&self.synonyms);
        Ok(Some(NewConcept {
            forms: forms.map(|form| NewForm::new(form)).collect(),
            kind: Kind::Condition,
            id: self.id,
            name,
            broader: self.broader,
        }))
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
        let concepts = parse(FILE).expect("the file is good");
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
            assert_eq!(
                parse(text).err().map(|(line, _)| line),
                Some(line),
                "{text}"
            );
        }
    }
}
