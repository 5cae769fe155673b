//! Words that are spelled as they should be, whether or not a corpus has them.
//!
//! What stands in `data/words` is a list of 322,000 words of English, medicine and medicines, as a
//! finite state transducer of 1.3 MB; where they come from says `NOTICE.md` there. Three rules
//! carry it further, for no list has every word:
//!
//! * British spellings go by the American ones ("hypokalaemia"),
//! * plurals and adjectives by what they are made of ("osteonecrotic"),
//! * and what is made of combining forms from end to end is a word ("nephrosclerosis").

use std::collections::HashSet;
use std::sync::LazyLock;

use fst::automaton::{Automaton, Str};
use fst::{IntoStreamer, Streamer};

use crate::analysis;
use crate::data::{self, is_listed_word};

static FORMS: LazyLock<Forms> =
    LazyLock::new(|| Forms::parse(include_str!("../data/words/forms.txt")));

/// Endings of words that are made of others, and what the others end in.
const ENDINGS: &[(&str, &str)] = &[
    ("s", ""),
    ("xes", "x"),
    ("ches", "ch"),
    ("shes", "sh"),
    ("ies", "y"),
    ("ses", "sis"),
    ("itides", "itis"),
    ("cardic", "cardia"),
    ("emic", "emia"),
    ("genic", "genesis"),
    ("itic", "itis"),
    ("lytic", "lysis"),
    ("otic", "osis"),
    ("pathic", "pathy"),
    ("penic", "penia"),
    ("plegic", "plegia"),
    ("rrheic", "rrhea"),
    ("trophic", "trophy"),
    ("uric", "uria"),
];
/// What a plural or an adjective is made of has at least so many letters.
const LEAST_BASE: usize = 4;

/// Whether a word (folded, unstemmed) is spelled as it should be.
pub(super) fn is_word(surface: &str) -> bool {
    is_word_as_written(surface)
        || analysis::american(surface).is_some_and(|american| is_word_as_written(&american))
}

/// Whether a word of the list begins so.
pub(super) fn begins_word(beginning: &str) -> bool {
    let begins = Str::new(beginning).starts_with();
    data::listed_words()
        .search(begins)
        .into_stream()
        .next()
        .is_some()
}

/// Whether a word is the plural or the adjective of one for which `is_known` holds.
pub(super) fn is_made_of(surface: &str, is_known: impl Fn(&str) -> bool) -> bool {
    ENDINGS.iter().any(|(ending, base)| {
        let stem = surface.strip_suffix(ending);
        let stem = stem.filter(|stem| !(ending.len() == 1 && stem.ends_with('s')));
        stem.map(|stem| format!("{stem}{base}"))
            .is_some_and(|base| base.len() >= LEAST_BASE && is_known(&base))
    })
}

fn is_word_as_written(surface: &str) -> bool {
    is_listed_word(surface) || is_made_of(surface, is_listed_word) || FORMS.make(surface)
}

/// The combining forms.
struct Forms {
    /// What a word can begin with, or have inside.
    first: HashSet<&'static str>,
    last: HashSet<&'static str>,
    /// The length of the longest that is not at the end.
    longest: usize,
}

impl Forms {
    fn parse(data: &'static str) -> Forms {
        let lines = || data.lines().filter(|line| !line.starts_with('#'));
        let of = |section: &str| -> HashSet<&'static str> {
            lines()
                .skip_while(|line| *line != section)
                .skip(1)
                .take_while(|line| !line.starts_with('['))
                .flat_map(str::split_whitespace)
                .collect()
        };
        let first = of("[first]");
        Forms {
            longest: first.iter().map(|form| form.len()).max().unwrap_or(0),
            first,
            last: of("[last]"),
        }
    }

    /// Whether a word is made of forms from end to end, one or more and then one of the last.
    fn make(&self, word: &str) -> bool {
        if !word.is_ascii() {
            return false;
        }
        let mut reached = vec![false; word.len() + 1];
        reached[0] = true;
        for start in 0..word.len() {
            if !reached[start] {
                continue;
            }
            if start > 0 && self.last.contains(&word[start..]) {
                return true;
            }
            for end in start + 1..=word.len().min(start + self.longest) {
                reached[end] |= self.is_first(&word[start..end], &word[end..]);
            }
        }
        false
    }

    /// Whether something is a form that others can follow: it loses its "o" before a vowel.
    fn is_first(&self, form: &str, rest: &str) -> bool {
        let before_vowel = rest.starts_with(['a', 'e', 'i', 'o', 'u', 'y']);
        self.first.contains(form)
            || before_vowel && form.len() > 2 && self.first.contains(format!("{form}o").as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis;
    use std::path::Path;

    #[test]
    fn words_are_known_in_either_spelling_and_any_form() {
        for word in [
            "prednisone",
            "hypokalemia",
            "hypokalaemia",
            "hypokalaemic",
            "sepsis",
            "cyclosporine",
            "ciclosporin",
            "symptomatic",
            "shingles",
            "influenza",
            "augmentin",
            "walked",
            "colour",
            "organising",
            "osteonecrotic",
            "nephrosclerosis",
            "oesophagojejunostomies",
            "tenosynovitides",
        ] {
            assert!(is_word(word), "{word}");
        }
    }

    #[test]
    fn misspellings_are_no_words() {
        for word in [
            "osteoperosis",
            "diabeties",
            "migrane",
            "arthritus",
            "alzhiemers",
            "fibromialgia",
            "pnuemonia",
            "hemmorage",
            "diarea",
            "seperate",
            "tonsilitis",
            "gastroenteritus",
            "cardiomiopathy",
        ] {
            assert!(!is_word(word), "{word}");
        }
    }

    #[test]
    fn beginnings() {
        assert!(begins_word("predniso"));
        assert!(!begins_word("fibromialg"));
    }

    /// The list is made again where this fails: see the head of `examples/words.rs`.
    #[test]
    fn the_list_is_made_of_the_files_beside_it() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/data/words");
        for line in include_str!("../data/words/words.sums").lines() {
            let (sum, name) = line.split_once("  ").expect("a hash and a name");
            let list = std::fs::read(folder.join(name)).expect("it is there");
            assert_eq!(blake3::hash(&list).to_hex().as_str(), sum, "{name}");
            let text = String::from_utf8(list).expect("it is text");
            let lines = text.lines().filter(|line| !line.starts_with('#'));
            for word in lines
                .flat_map(analysis::words)
                .filter(|word| !word.compound)
            {
                let is_short = word.surface.len() < 4;
                assert!(is_short || is_word(&word.surface), "{}", word.surface);
            }
        }
    }
}
