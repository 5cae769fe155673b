//! Sentence boundaries: UAX #29 as `unicode-segmentation` finds them, with two repairs that
//! running clinical text needs. A single line break inside a paragraph is a space, not an end
//! (hard-wrapped text), and an abbreviation such as "Dr." or "e.g." ends no sentence.

use std::ops::Range;

use unicode_segmentation::UnicodeSegmentation;

/// Abbreviations whose full stop is followed by more of the same sentence. Lower case.
const ABBREVIATIONS: &[&str] = &[
    "dr", "mr", "mrs", "ms", "prof", "st", "vs", "e.g", "i.e", "cf", "approx", "fig", "no", "nos",
    "vol", "etc", "al", "inc", "dept", "est", "u.s", "ph.d", "m.d", "d.o", "a.m", "p.m",
];

/// Splits `text` into sentences: byte ranges that tile it, each with the white space after it.
pub fn sentences(text: &str) -> Vec<Range<usize>> {
    let unwrapped = join_wrapped_lines(text);
    let mut found: Vec<Range<usize>> = Vec::new();
    for (start, piece) in unwrapped.split_sentence_bound_indices() {
        let end = start + piece.len();
        match found.last_mut() {
            Some(last) if ends_in_abbreviation(&unwrapped[last.clone()]) => last.end = end,
            _ => found.push(start..end),
        }
    }
    found
}

/// A copy of the same length in which line breaks are spaces, for UAX #29 ends a sentence at
/// every line break. A blank line is left as it is and still ends one.
fn join_wrapped_lines(text: &str) -> String {
    let mut line_is_blank = true;
    let mut breaks = Vec::new();
    let mut bytes = text.as_bytes().to_vec();
    for (at, &byte) in text.as_bytes().iter().enumerate() {
        match byte {
            b'\n' | b'\r' => breaks.push((at, line_is_blank)),
            byte if !byte.is_ascii_whitespace() => {
                line_is_blank = false;
                continue;
            }
            _ => {}
        }
        if byte == b'\n' {
            line_is_blank = true;
        }
    }
    for (at, blank) in breaks {
        if !blank {
            bytes[at] = b' ';
        }
    }
    // Only ASCII bytes were replaced, by ASCII bytes: what was UTF-8 still is.
    String::from_utf8(bytes).unwrap_or_else(|_| text.to_owned())
}

fn ends_in_abbreviation(sentence: &str) -> bool {
    let Some(body) = sentence.trim_end().strip_suffix('.') else {
        return false;
    };
    let word = body
        .rsplit(|c: char| c.is_whitespace() || c == '(')
        .next()
        .unwrap_or_default();
    let is_initial = word.len() == 1 && word.starts_with(|c: char| c.is_ascii_uppercase());
    is_initial || (word.len() <= 6 && ABBREVIATIONS.contains(&word.to_ascii_lowercase().as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split(text: &str) -> Vec<&str> {
        sentences(text)
            .into_iter()
            .map(|range| text[range].trim())
            .collect()
    }

    #[test]
    fn splits_prose() {
        assert_eq!(
            split("It is rare. Is it safe? Yes!"),
            ["It is rare.", "Is it safe?", "Yes!"]
        );
    }

    #[test]
    fn abbreviations_and_numbers_do_not_end_a_sentence() {
        assert_eq!(split("Ask Dr. Smith. He knows.").len(), 2);
        assert_eq!(
            split("Use ice, e.g. Crushed ice."),
            ["Use ice, e.g. Crushed ice."]
        );
        assert_eq!(
            split("Take 2.5 mg daily. Rest."),
            ["Take 2.5 mg daily.", "Rest."]
        );
        assert_eq!(split("See J. Smith et al. Pain 2019.").len(), 1);
    }

    #[test]
    fn a_wrapped_line_goes_on_and_a_blank_line_ends() {
        assert_eq!(split("one long\nSentence here. Two").len(), 2);
        assert_eq!(split("no stop\n\nNext"), ["no stop", "Next"]);
    }

    #[test]
    fn ranges_tile_the_text() {
        for text in ["", " ", "a. b", "\r\n\r\nA.\n\nB? C", "é. Ünd."] {
            let mut next = 0;
            for range in sentences(text) {
                assert_eq!(range.start, next);
                next = range.end;
            }
            assert_eq!(next, text.len());
        }
    }
}
