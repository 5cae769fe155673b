//! What styles and numberings say of a paragraph: heading, list item, table of contents.
//!
//! The names that people see are translated ("Überschrift 1"), and so are often the ids. What
//! stays the same in every language is the outline level, and the name in the file of the styles
//! that Word comes with ("heading 1").

use std::collections::HashMap;

use crate::document::formats::xml::{XmlToken, attribute, parse};
use crate::document::{Allowance, ReadError};

/// How many styles one may be based on, one after the other.
const CHAIN: usize = 32;

/// What a paragraph is by its style.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum StyleRole {
    /// The title is level 1, the first headings below it are level 2.
    Heading(u8),
    /// A line of a table of contents.
    Contents,
    Body,
}

/// Where a paragraph stands in the numbering of lists.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Numbering {
    pub(super) list: String,
    pub(super) level: u8,
}

#[derive(Debug, Default)]
struct DocxStyle {
    name: String,
    based_on: Option<String>,
    outline: Option<u8>,
    list: Option<String>,
    list_level: Option<u8>,
}

/// The styles of a document.
#[derive(Debug, Default)]
pub(super) struct Styles {
    by_id: HashMap<String, DocxStyle>,
    /// The id of the style of paragraphs that name none.
    default: Option<String>,
}

/// The role that an outline level gives, which counts from 0 and ends at 9 with body text.
pub(super) fn role_of_outline(level: u8) -> StyleRole {
    match level {
        0..=8 => StyleRole::Heading(level + 2),
        _ => StyleRole::Body,
    }
}

impl Styles {
    pub(super) fn parse(xml: &str, allowance: &Allowance) -> Result<Styles, ReadError> {
        let mut styles = Styles::default();
        let mut open: Option<(String, DocxStyle)> = None;
        parse(super::FORMAT, xml, allowance, |token| {
            match (token, &mut open) {
                (XmlToken::Start("style", element), open) => {
                    let id = attribute(element, "styleId").unwrap_or_default();
                    let is_default =
                        attribute(element, "default").is_some_and(|value| value == "1");
                    if is_default && attribute(element, "type").as_deref() == Some("paragraph") {
                        styles.default = Some(id.clone());
                    }
                    *open = Some((id, DocxStyle::default()));
                }
                (XmlToken::End("style"), open) => styles.by_id.extend(open.take()),
                (XmlToken::Start(name, element), Some((_, style))) => {
                    let value = || attribute(element, "val");
                    match name {
                        "name" => style.name = value().unwrap_or_default().to_lowercase(),
                        "basedOn" => style.based_on = value(),
                        "outlineLvl" => {
                            style.outline = value().and_then(|level| level.parse().ok())
                        }
                        "numId" => style.list = value(),
                        "ilvl" => style.list_level = value().and_then(|level| level.parse().ok()),
                        _ => {}
                    }
                }
                _ => {}
            }
        })?;
        Ok(styles)
    }

    /// A style and those it is based on.
    fn chain(&self, id: Option<&str>) -> impl Iterator<Item = &DocxStyle> {
        let first = id.or(self.default.as_deref());
        let mut next = first.and_then(|id| self.by_id.get(id));
        let styles = std::iter::from_fn(move || {
            let style = next?;
            next = style.based_on.as_ref().and_then(|id| self.by_id.get(id));
            Some(style)
        });
        // A style may be based on itself.
        styles.take(CHAIN)
    }

    pub(super) fn role(&self, id: Option<&str>) -> StyleRole {
        let roles = self.chain(id).filter_map(|style| match style.outline {
            Some(level) => Some(role_of_outline(level)),
            None => role_of_name(&style.name),
        });
        roles.take(1).next().unwrap_or(StyleRole::Body)
    }

    pub(super) fn numbering(&self, id: Option<&str>) -> Option<Numbering> {
        let list = self.chain(id).find_map(|style| style.list.clone())?;
        let level = self.chain(id).find_map(|style| style.list_level);
        Some(Numbering {
            list,
            level: level.unwrap_or(0),
        })
    }
}

fn role_of_name(name: &str) -> Option<StyleRole> {
    if name == "title" {
        return Some(StyleRole::Heading(1));
    }
    if name.starts_with("toc ") {
        return Some(StyleRole::Contents);
    }
    match name.strip_prefix("heading ")?.parse() {
        Ok(level @ 1..=9) => Some(role_of_outline(level - 1)),
        _ => None,
    }
}

/// The lists of a document: which of them count, and how far they have.
#[derive(Debug, Default)]
pub(super) struct NumberedLists {
    /// The abstract list that a list is made after.
    abstract_of: HashMap<String, String>,
    /// The format of each level of an abstract list.
    formats: HashMap<(String, u8), String>,
    counted: HashMap<Numbering, u64>,
}

impl NumberedLists {
    pub(super) fn parse(xml: &str, allowance: &Allowance) -> Result<NumberedLists, ReadError> {
        let mut lists = NumberedLists::default();
        let (mut of, mut list, mut level) = (String::new(), String::new(), 0);
        parse(super::FORMAT, xml, allowance, |token| {
            let XmlToken::Start(name, element) = token else {
                return;
            };
            let get = |name| attribute(element, name).unwrap_or_default();
            match name {
                "abstractNum" => of = get("abstractNumId"),
                "lvl" => level = get("ilvl").parse().unwrap_or(0),
                "numFmt" => {
                    lists.formats.insert((of.clone(), level), get("val"));
                }
                "num" => list = get("numId"),
                "abstractNumId" => {
                    lists.abstract_of.insert(list.clone(), get("val"));
                }
                _ => {}
            }
        })?;
        Ok(lists)
    }

    /// What stands before the next item at that place, `None` where it is no list at all.
    pub(super) fn next_bullet(&mut self, place: &Numbering) -> Option<String> {
        // List 0 means: not in a list, whatever the style says.
        if place.list == "0" {
            return None;
        }
        let of = self.abstract_of.get(&place.list);
        let format = of.and_then(|of| self.formats.get(&(of.clone(), place.level)));
        match format.map(String::as_str) {
            None | Some("bullet" | "none") => Some("•".to_owned()),
            Some(_) => {
                // A new item restarts what is counted below it.
                self.counted
                    .retain(|other, _| other.list != place.list || other.level <= place.level);
                let count = self.counted.entry(place.clone()).or_insert(0);
                *count += 1;
                Some(format!("{count}."))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headings_in_any_language() -> Result<(), ReadError> {
        let xml = r#"<w:styles xmlns:w="w">
            <w:style w:type="paragraph" w:default="1" w:styleId="Standard"><w:name w:val="Normal"/></w:style>
            <w:style w:styleId="berschrift1"><w:name w:val="heading 1"/></w:style>
            <w:style w:styleId="Titel"><w:name w:val="Title"/></w:style>
            <w:style w:styleId="Eigene"><w:name w:val="Eigene"/><w:basedOn w:val="berschrift1"/></w:style>
            <w:style w:styleId="Tief"><w:name w:val="Tief"/><w:pPr><w:outlineLvl w:val="3"/></w:pPr></w:style>
            <w:style w:styleId="Selbst"><w:name w:val="Selbst"/><w:basedOn w:val="Selbst"/></w:style>
            <w:style w:styleId="V1"><w:name w:val="toc 1"/></w:style>
        </w:styles>"#;
        let styles = Styles::parse(xml, &Allowance::default())?;
        for (id, role) in [
            ("berschrift1", StyleRole::Heading(2)),
            ("Titel", StyleRole::Heading(1)),
            ("Eigene", StyleRole::Heading(2)),
            ("Tief", StyleRole::Heading(5)),
            ("Selbst", StyleRole::Body),
            ("V1", StyleRole::Contents),
            ("Unbekannt", StyleRole::Body),
        ] {
            assert_eq!(styles.role(Some(id)), role, "{id}");
        }
        assert_eq!(styles.role(None), StyleRole::Body);
        Ok(())
    }

    #[test]
    fn lists_count_level_by_level() -> Result<(), ReadError> {
        let xml = r#"<w:numbering xmlns:w="w">
            <w:abstractNum w:abstractNumId="7"><w:lvl w:ilvl="0"><w:numFmt w:val="decimal"/></w:lvl>
            <w:lvl w:ilvl="1"><w:numFmt w:val="lowerLetter"/></w:lvl></w:abstractNum>
            <w:abstractNum w:abstractNumId="8"><w:lvl w:ilvl="0"><w:numFmt w:val="bullet"/></w:lvl></w:abstractNum>
            <w:num w:numId="1"><w:abstractNumId w:val="7"/></w:num>
            <w:num w:numId="2"><w:abstractNumId w:val="8"/></w:num></w:numbering>"#;
        let mut lists = NumberedLists::parse(xml, &Allowance::default())?;
        let mut next = |list: &str, level| {
            let place = Numbering {
                list: list.to_owned(),
                level,
            };
            lists.next_bullet(&place)
        };
        let places = [("1", 0), ("1", 1), ("1", 1), ("1", 0), ("1", 1), ("2", 0)];
        let bullets: Vec<_> = places.map(|(list, level)| next(list, level)).into();
        let expected = ["1.", "1.", "2.", "2.", "1.", "•"];
        assert_eq!(bullets, expected.map(|bullet| Some(bullet.to_owned())));
        assert_eq!(next("0", 0), None);
        Ok(())
    }
}
