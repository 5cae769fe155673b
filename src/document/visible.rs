//! What of a text may be shown.
//!
//! Sources are not trusted to steer the terminal, nor to turn the direction of what stands beside them: control
//! characters, and those that override or isolate directions, are shown, not sent.

/// Whether a character overrides or isolates the direction of what stands beside it.
pub(crate) fn turns(c: char) -> bool {
    matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// A text on one line: what must not be sent stands there as a mark of replacement.
///
/// ```
/// assert_eq!(palpate::document::visible("a\x1b[31mb\u{202e}"), "a\u{fffd}[31mb\u{fffd}");
/// ```
pub fn visible(text: &str) -> String {
    text.chars().map(shown).collect()
}

/// A text of several lines, which may have tabs; other white space that steers is a space.
pub fn visible_lines(text: &str) -> String {
    let kept = |c: char| match c {
        '\n' | '\t' => c,
        c if c.is_control() && c.is_whitespace() => ' ',
        c => shown(c),
    };
    text.chars().map(kept).collect()
}

fn shown(c: char) -> char {
    match c.is_control() || turns(c) {
        true => char::REPLACEMENT_CHARACTER,
        false => c,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_steers_and_lines_stay() {
        assert_eq!(visible("a\n\u{9b}b\u{2066}"), "a\u{fffd}\u{fffd}b\u{fffd}");
        assert_eq!(
            visible_lines("a\r\n\tb\u{9b}\u{85}\u{7f}c"),
            "a \n\tb\u{fffd} \u{fffd}c"
        );
        // Marks of direction that letters of some languages need stay.
        assert_eq!(visible("א\u{200f}!"), "א\u{200f}!");
    }
}
