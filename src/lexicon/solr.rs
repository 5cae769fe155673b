//! The Solr synonyms format: `a, b, c` are the same; `a, b => c` lets a and b find c, and not
//! the other way round. `#` begins a comment, a backslash makes the next character plain.

use super::{Kind, NewConcept, NewForm, unescaped};

/// Reads a file; an error is a line number and what is wrong with it.
pub(super) fn parse(text: &str) -> Result<Vec<NewConcept>, (usize, String)> {
    let mut concepts = Vec::new();
    for (line, number) in text.lines().zip(1..) {
        let line = line.trim();
        if !line.is_empty() && !line.starts_with('#') {
            concepts.extend(rule(line).map_err(|cause| (number, cause))?);
        }
    }
    Ok(concepts)
}

fn rule(line: &str) -> Result<Vec<NewConcept>, String> {
    match split(line, "=>")?.as_slice() {
        [same] => {
            let forms = names(same)?;
            if forms.len() < 2 {
                return Err("a rule needs at least two names".into());
            }
            Ok(vec![concept(&forms, &[])])
        }
        [from, to] => {
            let from = names(from)?;
            Ok(names(to)?
                .into_iter()
                .map(|target| concept(&[target], &from))
                .collect())
        }
        _ => Err("more than one =>".into()),
    }
}

fn names(list: &str) -> Result<Vec<String>, String> {
    split(list, ",")?
        .iter()
        .map(|name| {
            let name = unescaped(name.trim());
            match name.chars().any(char::is_alphanumeric) {
                true => Ok(name),
                false => Err("a name is empty".into()),
            }
        })
        .collect()
}

/// Splits at a separator that no backslash precedes.
fn split(text: &str, separator: &str) -> Result<Vec<String>, String> {
    let mut parts = vec![String::new()];
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        // There is always a part to add to: the list starts with one and only grows.
        let Some(part) = parts.last_mut() else { break };
        if c == '\\' {
            let escaped = rest[1..]
                .chars()
                .next()
                .ok_or("a backslash ends the line")?;
            part.push(c);
            part.push(escaped);
            rest = &rest[1 + escaped.len_utf8()..];
        } else if let Some(after) = rest.strip_prefix(separator) {
            parts.push(String::new());
            rest = after;
        } else {
            part.push(c);
            rest = &rest[c.len_utf8()..];
        }
    }
    Ok(parts)
}

fn concept(same: &[String], leading_in: &[String]) -> NewConcept {
    let forms = same.iter().map(|name| NewForm::new(name));
    let one_way = leading_in.iter().map(|name| NewForm {
        searched: false,
        ..NewForm::new(name)
    });
    NewConcept {
        id: None,
        broader: Vec::new(),
        name: same.first().cloned().unwrap_or_default(),
        kind: Kind::Term,
        forms: forms.chain(one_way).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> Vec<String> {
        let concepts = parse(text).expect("the rules are good");
        concepts
            .iter()
            .map(|c| {
                let form = |f: &NewForm| format!("{}{}", if f.searched { "" } else { ">" }, f.text);
                c.forms.iter().map(form).collect::<Vec<_>>().join("|")
            })
            .collect()
    }

    #[test]
    fn both_kinds_of_rules() {
        let text =
            "# comment\n\nTENS, nerve stimulation\nneck crack, popping => HVLA, thrust\na\\,b, c\n";
        assert_eq!(
            shown(text),
            [
                "TENS|nerve stimulation",
                "HVLA|>neck crack|>popping",
                "thrust|>neck crack|>popping",
                "a,b|c"
            ]
        );
    }

    #[test]
    fn bad_lines_are_named() {
        for (text, line) in [
            ("a, b\nlonely\n", 2),
            ("a => b => c", 1),
            ("a, , b", 1),
            ("x, y\\", 1),
        ] {
            assert_eq!(
                parse(text).err().map(|(line, _)| line),
                Some(line),
                "{text}"
            );
        }
    }
}
