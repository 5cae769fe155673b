//! The Solr synonyms format: `a, b, c` are the same; `a, b => c` lets a and b find c, and not
//! the other way round. `#` begins a comment, a backslash makes the next character plain. The comment
//! `# palpate: kind=condition` says what the lines after it are, `# palpate: id=gout` which concept the
//! next line adds to.

use super::Kind;
use super::entry::{Directive, NewConcept, NewForm, Parsed};
use super::unescaped;

/// Reads a file.
pub(super) fn parse(text: &str) -> Parsed {
    let mut parsed = Parsed::default();
    let mut said = Directive::default();
    for (line, number) in text.lines().zip(1..) {
        let line = line.trim();
        if let Some(comment) = line.strip_prefix('#') {
            match Directive::read(comment) {
                Some(Ok(Directive { kind, id })) => {
                    said.kind = kind.or(said.kind);
                    said.id = id;
                }
                Some(Err(cause)) => parsed.errors.push((number, cause)),
                None => {}
            }
        } else if !line.is_empty() {
            match rule(line) {
                Ok(rules) => {
                    let id = said.id.take();
                    parsed.add(rules, number, said.kind, id);
                }
                Err(cause) => parsed.errors.push((number, cause)),
            }
        }
    }
    parsed
}

impl Parsed {
    fn add(&mut self, rules: Vec<Rule>, line: usize, kind: Option<Kind>, id: Option<String>) {
        if rules.len() > 1 && id.is_some() {
            self.errors.push((line, "an id is for one concept".into()));
            return;
        }
        for Rule { same, leading_in } in rules {
            if same.len() + leading_in.len() < 2 {
                let cause = format!("“{}” stands alone, without another name", same[0]);
                self.warnings.push((line, cause));
            }
            let one_way = leading_in.iter().map(|name| NewForm {
                searched: false,
                ..NewForm::new(name)
            });
            let forms = same.iter().map(|name| NewForm::new(name));
            self.concepts.push(NewConcept {
                line,
                id: id.clone(),
                broader: Vec::new(),
                name: same.first().cloned(),
                kind: kind.ok_or(Kind::Term),
                forms: forms.chain(one_way).collect(),
            });
        }
    }
}

/// Names of one concept, and names that only lead to it.
struct Rule {
    /// At least one.
    same: Vec<String>,
    leading_in: Vec<String>,
}

fn rule(line: &str) -> Result<Vec<Rule>, String> {
    match split(line, "=>")?.as_slice() {
        [same] => Ok(vec![Rule {
            same: names(same)?,
            leading_in: Vec::new(),
        }]),
        [from, to] => {
            let from = names(from)?;
            let rules = names(to)?.into_iter().map(|target| Rule {
                same: vec![target],
                leading_in: from.clone(),
            });
            Ok(rules.collect())
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

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> Vec<String> {
        let parsed = parse(text);
        assert!(parsed.errors.is_empty());
        parsed
            .concepts
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
            ("a, b\na => b => c\n", 2),
            ("a, , b", 1),
            ("x, y\\", 1),
            ("# palpate: kind=illness\na, b", 1),
            ("a, b\n#palpate: knd=risk\n", 2),
            ("# palpate: id=x\na => b, c", 2),
        ] {
            let lines: Vec<usize> = parse(text).errors.iter().map(|(line, _)| *line).collect();
            assert_eq!(lines, [line], "{text}");
        }
    }

    #[test]
    fn a_lonely_name_is_a_warning() {
        let parsed = parse("a, b\nlonely\n");
        assert_eq!((parsed.errors.len(), parsed.concepts.len()), (0, 2));
        assert_eq!(parsed.warnings[0].0, 2);
    }

    #[test]
    fn a_comment_says_kind_and_id() {
        let parsed = parse("a, b\n# palpate: kind=risk id=x\nc, d\n# a plain comment\ne, f\n");
        let kinds: Vec<_> = parsed
            .concepts
            .iter()
            .map(|c| (c.kind, c.id.as_deref()))
            .collect();
        let risk = Ok(Kind::Risk);
        assert_eq!(
            kinds,
            [(Err(Kind::Term), None), (risk, Some("x")), (risk, None)]
        );
    }
}
