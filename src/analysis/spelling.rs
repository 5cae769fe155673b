//! Words that are written in two ways: British and American, and plurals that no rule makes.
//!
//! Both ways give one term, so that whoever knows one finds the other. The table is
//! `src/data/spelling.txt`.

use std::borrow::Cow;
use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, AhoCorasickKind};
use rustc_hash::{FxHashMap, FxHashSet};

static TABLE: LazyLock<SpellingTable> =
    LazyLock::new(|| SpellingTable::parse(include_str!("../data/spelling.txt")));

/// The endings of a verb in -ise and of what is made of it, in both ways.
const ISE_ENDINGS: [(&str, &str); 10] = [
    ("ise", "ize"),
    ("ises", "izes"),
    ("ised", "ized"),
    ("iser", "izer"),
    ("isers", "izers"),
    ("ising", "izing"),
    ("isation", "ization"),
    ("isations", "izations"),
    ("isational", "izational"),
    ("isable", "izable"),
];
/// A part of a word tells its spelling if it has so many letters.
const LEAST_TELLING: usize = 4;

/// A part of a word, and what stands there in the other spelling.
struct SpelledPart {
    part: &'static str,
    other: &'static str,
    at_start: bool,
    at_end: bool,
}

impl SpelledPart {
    fn parse(part: &'static str, other: &'static str) -> SpelledPart {
        SpelledPart {
            part: part.trim_start_matches('^').trim_end_matches('$'),
            other,
            at_start: part.starts_with('^'),
            at_end: part.ends_with('$'),
        }
    }

    fn is_in(&self, word: &str) -> bool {
        match (self.at_start, self.at_end) {
            (true, true) => word == self.part,
            (true, false) => word.starts_with(self.part),
            (false, true) => word.ends_with(self.part),
            (false, false) => word.contains(self.part),
        }
    }

    /// Whether the other spelling stands in a word, and tells that it does.
    fn has_other(&self, word: &str) -> bool {
        match (self.at_start, self.at_end) {
            (true, true) => word == self.other,
            _ if self.other.len() < LEAST_TELLING => false,
            (true, false) => word.starts_with(self.other),
            (false, true) => word.ends_with(self.other),
            (false, false) => word.contains(self.other),
        }
    }

    fn replaced(&self, word: &str) -> String {
        match (self.at_start, self.at_end) {
            (true, _) => format!("{}{}", self.other, &word[self.part.len()..]),
            (false, true) => format!("{}{}", &word[..word.len() - self.part.len()], self.other),
            (false, false) => word.replace(self.part, self.other),
        }
    }
}

/// Endings, with what stands there in another form. Every new word of a corpus is asked for them, and few
/// have one, so that they are found by their last letters.
struct Endings {
    /// By so many bytes, for the shortest has no more.
    tail: usize,
    /// In the order of the table.
    by_tail: FxHashMap<&'static [u8], Vec<(&'static str, &'static str)>>,
}

impl Endings {
    fn of(endings: impl Iterator<Item = (&'static str, &'static str)> + Clone) -> Endings {
        let lengths = endings.clone().map(|(ending, _)| ending.len());
        let mut of = Endings {
            tail: lengths.min().unwrap_or(0),
            by_tail: FxHashMap::default(),
        };
        for (ending, other) in endings {
            let tail = &ending.as_bytes()[ending.len() - of.tail..];
            of.by_tail.entry(tail).or_default().push((ending, other));
        }
        of
    }

    /// Those that a word has: what stands before the ending, and the other one.
    fn in_word<'w>(&self, word: &'w str) -> impl Iterator<Item = (&'w str, &'static str)> {
        let tail = word.len().checked_sub(self.tail);
        let tail = tail.map(|at| &word.as_bytes()[at..]);
        let found = tail.and_then(|tail| self.by_tail.get(tail));
        let found = found.into_iter().flatten();
        found.filter_map(|(ending, other)| Some((word.strip_suffix(ending)?, *other)))
    }
}

struct SpellingTable {
    parts: Vec<SpelledPart>,
    /// Whether any of the parts stands in a word, and any of what stands there in the other spelling:
    /// in few words one does, and only these are looked at part by part.
    has_part: AhoCorasick,
    has_other: AhoCorasick,
    ise: FxHashSet<&'static str>,
    ise_endings: Endings,
    ize_endings: Endings,
    plurals: FxHashMap<&'static str, &'static str>,
    singulars: FxHashSet<&'static str>,
    /// Endings of plurals, and those of singulars that tell.
    plural_endings: Endings,
    singular_endings: Endings,
    units: FxHashSet<&'static str>,
}

impl SpellingTable {
    fn parse(text: &'static str) -> SpellingTable {
        let lines = || text.lines().filter(|line| !line.starts_with('#'));
        let section = |name: &str| -> Vec<&'static str> {
            let named = lines().skip_while(|line| *line != name).skip(1);
            named.take_while(|line| !line.starts_with('[')).collect()
        };
        let pairs = |name: &str| -> Vec<(&'static str, &'static str)> {
            let lines = section(name).into_iter();
            lines.filter_map(|line| line.split_once(' ')).collect()
        };
        let words = |name: &str| -> FxHashSet<&'static str> {
            let lines = section(name).into_iter();
            lines.flat_map(str::split_whitespace).collect()
        };
        let (endings, whole): (Vec<_>, Vec<_>) = pairs("[plurals]")
            .into_iter()
            .partition(|(plural, _)| plural.starts_with('-'));
        let parts = pairs("[parts]").into_iter();
        let parts: Vec<SpelledPart> = parts
            .map(|(part, other)| SpelledPart::parse(part, other))
            .collect();
        let any_of = |of: fn(&SpelledPart) -> &'static str| {
            // The table is part of the program; a few hundred short words are no automaton too large.
            let mut builder = AhoCorasick::builder();
            builder.kind(Some(AhoCorasickKind::DFA));
            let built = builder.build(parts.iter().map(of));
            built.expect("the parts of words are few")
        };
        let endings = endings.into_iter().map(|(plural, of)| (&plural[1..], of));
        let turned = |(ending, other)| (other, ending);
        let tells = |(singular, _): &(&str, &str)| singular.len() >= LEAST_TELLING;
        SpellingTable {
            has_part: any_of(|part| part.part),
            has_other: any_of(|part| part.other),
            parts,
            singulars: whole.iter().map(|(_, singular)| *singular).collect(),
            ise: words("[ise]"),
            ise_endings: Endings::of(ISE_ENDINGS.into_iter()),
            ize_endings: Endings::of(ISE_ENDINGS.into_iter().map(turned)),
            plurals: whole.into_iter().collect(),
            singular_endings: Endings::of(endings.clone().map(turned).filter(tells)),
            plural_endings: Endings::of(endings),
            units: words("[units]"),
        }
    }

    fn singular(&self, word: &str) -> Option<String> {
        if let Some(singular) = self.plurals.get(word) {
            return Some((*singular).to_owned());
        }
        let (before, singular) = self.plural_endings.in_word(word).next()?;
        Some(format!("{before}{singular}"))
    }

    /// Whether others are looked up as this word. What is too short to tell counts for nothing.
    fn is_looked_up_for_another(&self, word: &str) -> bool {
        let mut with_z = self.ize_endings.in_word(word);
        self.singulars.contains(word)
            || self.singular_endings.in_word(word).next().is_some()
            || (self.has_other.is_match(word) && self.parts.iter().any(|part| part.has_other(word)))
            || with_z.any(|(before, _)| self.ise.contains(before))
    }

    fn with_z(&self, word: &str) -> Option<String> {
        let mut ends = self.ise_endings.in_word(word);
        let (before, with_z) = ends.find(|(before, _)| self.ise.contains(before))?;
        Some(format!("{before}{with_z}"))
    }
}

/// How a word (folded, unstemmed) is looked up, if otherwise than it is written.
pub(super) fn looked_up(surface: &str) -> Option<String> {
    let table = &*TABLE;
    let mut word = Cow::Borrowed(surface);
    if let Some(singular) = table.singular(&word) {
        word = Cow::Owned(singular);
    }
    if let Some(with_z) = table.with_z(&word) {
        word = Cow::Owned(with_z);
    }
    if let Some(american) = american(&word) {
        word = Cow::Owned(american);
    }
    match word {
        Cow::Owned(word) if word != surface => Some(word),
        _ => None,
    }
}

/// How an American would write a word (folded, unstemmed), if otherwise.
pub(crate) fn american(surface: &str) -> Option<String> {
    if !TABLE.has_part.is_match(surface) {
        return None;
    }
    let mut word = Cow::Borrowed(surface);
    for part in &TABLE.parts {
        if part.is_in(&word) {
            word = Cow::Owned(part.replaced(&word));
        }
    }
    match word {
        Cow::Owned(word) if word != surface => Some(word),
        _ => None,
    }
}

/// Whether others are looked up as this word (folded, unstemmed), so that it matters how it is spelled here.
pub(super) fn is_looked_up_for_another(surface: &str) -> bool {
    TABLE.is_looked_up_for_another(surface)
}

/// How many bytes of a word are a number that a unit is written together with: one in "5mg".
pub(super) fn number_before_unit(word: &str) -> Option<usize> {
    let digits = |c: char| c.is_ascii_digit() || matches!(c, '.' | ',');
    let unit = word.trim_start_matches(digits);
    let number = word.len() - unit.len();
    // "0202U" is a code.
    let is_code = word.starts_with('0') && word[1..].starts_with(|c: char| c.is_ascii_digit());
    let is_number = (1..=MOST_DIGITS).contains(&number)
        && word[..number].ends_with(|c: char| c.is_ascii_digit());
    (is_number && !is_code && TABLE.units.contains(&*unit.to_lowercase())).then_some(number)
}

/// Numbers that a unit is written together with have no more digits.
const MOST_DIGITS: usize = 9;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn british_words_are_looked_up_as_american_ones() {
        for (british, american) in [
            ("oestrogen", "estrogen"),
            ("anaesthetic", "anesthetic"),
            ("oedema", "edema"),
            ("haemorrhage", "hemorrhage"),
            ("hypoglycaemia", "hypoglycemia"),
            ("diarrhoea", "diarrhea"),
            ("tumours", "tumors"),
            ("fibre", "fiber"),
            ("organisation", "organization"),
            ("hospitalised", "hospitalized"),
            ("orthopaedic", "orthopedic"),
            ("grey", "gray"),
        ] {
            assert_eq!(looked_up(british).as_deref(), Some(american), "{british}");
            assert_eq!(looked_up(american), None, "{american}");
        }
    }

    #[test]
    fn words_that_only_look_british_stay() {
        for word in [
            "exercise",
            "precise",
            "disease",
            "promise",
            "four",
            "hour",
            "poem",
            "doses",
            "phase",
            "phases",
            "noses",
            "system",
            "them",
            "rise",
            "advise",
            "discover",
            "fossa",
            "flora",
            "hemophilia",
            "databases",
            "relaxes",
            "stamina",
            "services",
            "discuss",
            "area",
            "data",
            "pneumonia",
            "anaerobic",
            "surprise",
            "bruise",
        ] {
            assert_eq!(looked_up(word), None, "{word}");
        }
    }

    #[test]
    fn both_spellings_are_known_to_be_one_of_two() {
        for word in [
            "oestrogen",
            "estrogen",
            "edema",
            "anemia",
            "woman",
            "women",
            "diagnosis",
            "vertebra",
            "organize",
            "organise",
            "fetal",
            "hemorrhage",
            "pediatric",
        ] {
            let is_another = looked_up(word).is_some();
            assert!(is_another || is_looked_up_for_another(word), "{word}");
        }
        for word in ["risk", "system", "them", "neck", "osteoporosis"] {
            assert!(
                looked_up(word).is_none() && !is_looked_up_for_another(word),
                "{word}"
            );
        }
    }

    #[test]
    fn plurals_are_looked_up_as_singulars() {
        for (plural, singular) in [
            ("women", "woman"),
            ("diagnoses", "diagnosis"),
            ("vertebrae", "vertebra"),
            ("metastases", "metastasis"),
            ("haematomata", "hematoma"),
            ("children", "child"),
            ("bacteria", "bacterium"),
            ("thrombi", "thrombus"),
            ("feet", "foot"),
        ] {
            assert_eq!(looked_up(plural).as_deref(), Some(singular), "{plural}");
        }
    }

    #[test]
    fn numbers_part_from_their_units() {
        let parted = |word: &'static str| number_before_unit(word).map(|at| word.split_at(at));
        assert_eq!(parted("5mg"), Some(("5", "mg")));
        assert_eq!(parted("2.5mL"), Some(("2.5", "mL")));
        assert_eq!(parted("10µg"), Some(("10", "µg")));
        for word in [
            "1st", "97140", "3d", "0202u", "mg", "t5", "2nd", "5", "1000f",
        ] {
            assert_eq!(parted(word), None, "{word}");
        }
    }
}
