//! Letters that no table tells: a font may name its glyphs by numbers, and its codes are the letters all the same.
//!
//! Old printing programs (TeX with fonts of dots) and such as leave the table of letters out of a font use the codes
//! of ASCII, or count the glyphs of a common font, which stand in the order of ASCII but begin elsewhere. Which of
//! these is so is told by what comes out: text has vowels among its letters, small letters within its words and
//! few other signs. What does not look like text under any reading stays unknown, so that nothing that was
//! made up is found.

/// How codes may be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum CodeReading {
    /// The code is the letter.
    Code,
    /// The code is the number of the glyph, in the order that TrueType fonts have of old: the space is the third.
    Place,
}

/// How far the letters of ASCII stand from their glyphs.
const PLACE: u32 = 29;
/// So few letters say nothing.
const LEAST: usize = 12;
/// The share of letters and of what stands between words.
const LETTERS: f64 = 0.85;
/// The share of vowels among the letters.
const VOWELS: std::ops::Range<f64> = 0.25..0.6;
/// The share of letters that are capitals and come after small ones.
const CAPITALS: f64 = 0.08;

/// How codes are to be read that stand one after the other on a page, if any way gives text; of two that do, the one
/// with more small letters.
pub(super) fn reading(codes: &[u32]) -> Option<CodeReading> {
    let letters = |reading: CodeReading| codes.iter().map(move |code| reading.letter(*code));
    let small = |reading: &CodeReading| {
        let letters = letters(*reading).flatten();
        letters.filter(|letter| letter.is_lowercase()).count()
    };
    [CodeReading::Place, CodeReading::Code]
        .into_iter()
        .filter(|reading| is_text(letters(*reading)))
        .max_by_key(small)
}

impl CodeReading {
    /// The letter of a code.
    pub(super) fn letter(self, code: u32) -> Option<char> {
        let code = match self {
            // As symbol fonts have it.
            CodeReading::Code if (0xf020..0xf100).contains(&code) => code - 0xf000,
            CodeReading::Code => code,
            CodeReading::Place => code.checked_add(PLACE).filter(|code| *code < 0x7f)?,
        };
        // As TeX has it.
        let ligature = match code {
            0x0b => Some('\u{fb00}'),
            0x0c => Some('\u{fb01}'),
            0x0d => Some('\u{fb02}'),
            0x0e => Some('\u{fb03}'),
            0x0f => Some('\u{fb04}'),
            _ => None,
        };
        ligature.or_else(|| char::from_u32(code).filter(|c| !c.is_control()))
    }
}

fn is_text(letters: impl Iterator<Item = Option<char>>) -> bool {
    let (mut all, mut alphabetic, mut vowels, mut capitals) = (0_usize, 0_usize, 0, 0);
    let mut between = 0_usize;
    let mut before = ' ';
    for letter in letters {
        all += 1;
        let c = letter.unwrap_or(char::REPLACEMENT_CHARACTER);
        if c.is_alphabetic() {
            alphabetic += 1;
            vowels += usize::from("aeiouyAEIOUY".contains(c));
            capitals += usize::from(c.is_uppercase() && before.is_lowercase());
        }
        between += usize::from(matches!(c, ' ' | '.' | ',' | '-'));
        before = c;
    }
    let share = |part: usize, whole: usize| part as f64 / whole.max(1) as f64;
    alphabetic >= LEAST
        && share(alphabetic + between, all) >= LETTERS
        && VOWELS.contains(&share(vowels, alphabetic))
        && share(capitals, alphabetic) < CAPITALS
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "The patient must not lift anything heavy, or drive.";

    #[test]
    fn codes_of_ascii_and_places_of_glyphs_are_told_apart() {
        let codes: Vec<u32> = TEXT.chars().map(u32::from).collect();
        assert_eq!(reading(&codes), Some(CodeReading::Code));
        let places: Vec<u32> = codes.iter().map(|code| code - PLACE).collect();
        assert_eq!(reading(&places), Some(CodeReading::Place));
        let few: Vec<u32> = "Hello world"
            .chars()
            .map(|c| u32::from(c) - PLACE)
            .collect();
        assert_eq!(
            reading(&few.repeat(2)),
            Some(CodeReading::Place),
            "and not +HOOR ZRUOG"
        );
        let read: String = places
            .iter()
            .filter_map(|code| CodeReading::Place.letter(*code))
            .collect();
        assert_eq!(read, TEXT);
    }

    #[test]
    fn what_does_not_look_like_text_is_not_guessed() {
        let codes = |of: fn(usize, char) -> u32| -> Vec<u32> {
            TEXT.chars().enumerate().map(|(n, c)| of(n, c)).collect()
        };
        // Numbered as they come, shifted by one, and all alike.
        for codes in [
            codes(|n, _| n as u32 + 1),
            codes(|_, c| u32::from(c) + 1),
            codes(|_, _| 0x61),
            codes(|_, c| u32::from(c) + 0xa0),
        ] {
            assert_eq!(reading(&codes), None, "{codes:?}");
        }
        assert_eq!(reading(&[0x61, 0x62]), None, "so few letters say nothing");
    }
}
