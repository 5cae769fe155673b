//! Passages for reference managers: RIS, as EndNote, Zotero and Mendeley import it, and BibTeX.
//!
//! Each passage is a reference of its own: the title of its material, the place it stands at, its text as
//! the abstract, and what `palpate cite` needs to print it again. RIS has a tag, two spaces and a dash in
//! front of each value, one on a line (Research Information Systems, "RIS format specifications", 2001);
//! BibTeX is as Oren Patashnik describes it in "BibTeXing", 1988, with UTF-8 in it as biber reads it.

use std::fmt::Write as _;
use std::io::{self, Write};

use crate::document::visible;
use crate::index::StoredPassage;

/// Writes passages as RIS, a record each. `generation` is that of the index they are from.
pub fn write_ris<'p>(
    out: &mut dyn Write,
    passages: impl IntoIterator<Item = &'p StoredPassage>,
    generation: u64,
) -> io::Result<()> {
    for passage in passages {
        let mut fields = vec![
            ("TY", "GEN".to_owned()),
            ("ID", passage.id.to_string()),
            ("TI", passage.title.clone()),
        ];
        if !passage.headings.is_empty() {
            fields.push(("SE", passage.headings.join(" › ")));
        }
        if let Some((first, last)) = passage.pages {
            fields.extend([("SP", first.to_string()), ("EP", last.to_string())]);
        }
        fields.extend([
            ("AB", passage.text.clone()),
            ("N1", noted(passage, generation)),
            ("L1", passage.source.clone()),
        ]);
        fields.extend(passage.aspects.iter().map(|aspect| ("KW", aspect.clone())));
        fields.push(("ER", String::new()));
        for (tag, value) in fields {
            // The lines of a record end as on the systems it comes from.
            write!(out, "{tag}  - {}\r\n", on_a_line(&value))?;
        }
        write!(out, "\r\n")?;
    }
    Ok(())
}

/// Writes passages as BibTeX, an entry each. `generation` is that of the index they are from.
pub fn write_bibtex<'p>(
    out: &mut dyn Write,
    passages: impl IntoIterator<Item = &'p StoredPassage>,
    generation: u64,
) -> io::Result<()> {
    for passage in passages {
        writeln!(out, "@misc{{palpate-{},", passage.id)?;
        // In double braces capitals are kept.
        writeln!(out, "  title = {{{{{}}}}},", escaped(&passage.title))?;
        if !passage.headings.is_empty() {
            let headings = passage.headings.join(" › ");
            writeln!(out, "  chapter = {{{}}},", escaped(&headings))?;
        }
        if let Some((first, last)) = passage.pages {
            writeln!(out, "  pages = {{{first}--{last}}},")?;
        }
        let place = format!("{}, {}", passage.source, passage.place());
        writeln!(out, "  howpublished = {{{}}},", escaped(&place))?;
        writeln!(out, "  abstract = {{{}}},", escaped(&passage.text))?;
        if !passage.aspects.is_empty() {
            let aspects = passage.aspects.join(", ");
            writeln!(out, "  keywords = {{{}}},", escaped(&aspects))?;
        }
        let note = noted(passage, generation);
        writeln!(out, "  note = {{{}}}\n}}\n", escaped(&note))?;
    }
    Ok(())
}

/// Where a passage stands, and how to find it again.
fn noted(passage: &StoredPassage, generation: u64) -> String {
    let StoredPassage { id, source, .. } = passage;
    let place = passage.place();
    format!("{source}, {place}; palpate cite {id} (index generation {generation})")
}

/// A value on one line, without what would begin another or steer a terminal.
fn on_a_line(text: &str) -> String {
    let words = text.split(|c: char| c.is_whitespace() || c.is_control());
    let words: Vec<&str> = words.filter(|word| !word.is_empty()).collect();
    visible(&words.join(" "))
}

/// A value of BibTeX: nothing in it is a command, and its braces match.
fn escaped(text: &str) -> String {
    let mut value = String::new();
    for c in on_a_line(text).chars() {
        match c {
            '\\' => value.push_str("\\textbackslash{}"),
            '~' => value.push_str("\\textasciitilde{}"),
            '^' => value.push_str("\\textasciicircum{}"),
            // A brace counts even behind a backslash, so that it is named.
            '{' => value.push_str("\\textbraceleft{}"),
            '}' => value.push_str("\\textbraceright{}"),
            '%' | '&' | '$' | '#' | '_' => {
                // Writing to a String cannot fail.
                let _ = write!(value, "\\{c}");
            }
            _ => value.push(c),
        }
    }
    value
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_a_value_is_a_command_or_begins_another_line() {
        assert_eq!(on_a_line("a\r\nER  - \u{1b}[31m"), "a ER - [31m");
        assert_eq!(
            escaped("50 % of {A_b}\n\\input{x} & ~"),
            "50 \\% of \\textbraceleft{}A\\_b\\textbraceright{} \
             \\textbackslash{}input\\textbraceleft{}x\\textbraceright{} \\& \\textasciitilde{}"
        );
        let depth =
            |text: &str| text.matches('{').count() as i64 - text.matches('}').count() as i64;
        assert_eq!(depth(&escaped("}}}{")), 0);
    }
}
