//! What elements are by their names and attributes alone.

use super::tree::{Id, Shown, Tree};

/// Elements whose content is no text for readers of the page.
pub(super) fn is_no_text(name: &str) -> bool {
    matches!(
        name,
        "head"
            | "script"
            | "style"
            | "template"
            | "svg"
            | "canvas"
            | "iframe"
            | "object"
            | "embed"
            | "audio"
            | "video"
            | "datalist"
            | "map"
    )
}

/// Elements that lead elsewhere, control something, or are not shown.
pub(super) fn is_furniture(tree: &Tree, id: Id) -> bool {
    let attribute = |name| tree.attribute(id, name);
    let name = tree.name(id);
    let by_name = matches!(
        name,
        "nav" | "footer" | "noscript" | "select" | "textarea" | "progress" | "meter"
    ) || (name == "dialog" && attribute("open").is_none());
    let by_role = matches!(
        attribute("role"),
        Some("navigation" | "contentinfo" | "search" | "menu" | "menubar" | "dialog")
    );
    // What is hidden until it is found is there to be found.
    let is_hidden = attribute("hidden").is_some_and(|value| value != "until-found");
    by_name || by_role || is_hidden || attribute("style").is_some_and(hides)
}

/// Whether a list has nothing but links. Above all headings such a list is a menu; under one it may
/// be anything, and what must not be overlooked could be linked word for word.
pub(super) fn is_all_links(tree: &Tree, id: Id) -> bool {
    let outside = |node: Id| tree.name(node) != "a";
    let is_text =
        |node: Id| matches!(tree.shown(node), Shown::Text(text) if !text.trim().is_empty());
    !tree.under(id, outside).any(is_text)
}

/// Whether a style keeps an element from being seen.
pub(super) fn hides(style: &str) -> bool {
    style.split(';').any(|declaration| {
        let Some((property, value)) = declaration.split_once(':') else {
            return false;
        };
        let (property, value) = (property.trim(), value.trim());
        let is = |p: &str, v: &str| {
            let start = value.get(..v.len()).unwrap_or_default();
            property.eq_ignore_ascii_case(p) && start.eq_ignore_ascii_case(v)
        };
        is("display", "none") || is("visibility", "hidden")
    })
}

/// Elements inside of a line; all others begin and end blocks.
pub(super) fn is_inline(name: &str) -> bool {
    matches!(
        name,
        "a" | "abbr"
            | "acronym"
            | "b"
            | "bdi"
            | "bdo"
            | "big"
            | "button"
            | "cite"
            | "code"
            | "data"
            | "del"
            | "dfn"
            | "em"
            | "font"
            | "i"
            | "img"
            | "input"
            | "ins"
            | "kbd"
            | "label"
            | "mark"
            | "math"
            | "nobr"
            | "output"
            | "picture"
            | "q"
            | "ruby"
            | "rb"
            | "rp"
            | "rt"
            | "s"
            | "samp"
            | "small"
            | "source"
            | "span"
            | "strike"
            | "strong"
            | "sub"
            | "sup"
            | "time"
            | "tt"
            | "u"
            | "var"
            | "wbr"
    )
}

pub(super) fn heading_level(name: &str) -> Option<u8> {
    match name.as_bytes() {
        [b'h', level @ b'1'..=b'6'] => Some(level - b'0'),
        _ => None,
    }
}
