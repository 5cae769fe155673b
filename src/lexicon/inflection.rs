//! Which words are forms of one another. The index and the queries go by stems, for the sake of what might
//! be found; whether a text names a concept goes by the words of the name. "Sores" and "soreness" have one
//! stem, and so have "shock" and "shocking". The table is data (`src/data/inflections.toml`).

use std::collections::HashSet;
use std::sync::LazyLock;

use serde::Deserialize;

use crate::analysis;
use crate::data::{DataFile, TableFault, from_toml};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct InflectionTable {
    verbs: HashSet<String>,
    nothing: Vec<String>,
    against: Vec<String>,
    organizations: HashSet<String>,
    near: Vec<Vec<String>>,
    not_alone: Vec<String>,
}

static TABLE: LazyLock<InflectionTable> = LazyLock::new(|| {
    from_toml(DataFile::Inflections.text())
        // A test reads the built-in file, and one in its place was looked at.
        .expect("the table of inflections is valid")
});

/// Whether the table can be read.
pub(super) fn check(text: &str) -> Result<(), TableFault> {
    from_toml::<InflectionTable>(text).map(|_| ())
}

/// Phrases in which a word names nothing.
pub(super) fn nothing() -> &'static [String] {
    &TABLE.nothing
}

/// Whether a word, with a hyphen behind it, is against what follows.
pub(super) fn is_against(word: &str) -> bool {
    TABLE.against.iter().any(|against| against == word)
}

/// Whether a word says that the name that it stands in is one of an organization.
pub(super) fn is_organization(word: &str) -> bool {
    TABLE.organizations.contains(word)
}

/// The terms that may stand for a term in a name that is only near: "trouble" for "disease".
pub(crate) fn near(term: &str) -> Vec<String> {
    static GROUPS: LazyLock<Vec<Vec<String>>> = LazyLock::new(|| {
        let term = |word: &String| analysis::words(word).into_iter().map(|word| word.term);
        let groups = TABLE.near.iter();
        groups
            .map(|group| group.iter().flat_map(term).collect())
            .collect()
    });
    let groups = GROUPS
        .iter()
        .filter(|group| group.iter().any(|other| other == term));
    let mut all: Vec<String> = groups.flatten().cloned().collect();
    all.sort_unstable();
    all.dedup();
    all
}

/// Whether a term that is near a name of one word tells by itself that this is spoken of. What is broken may be a bone,
/// and may be sugar.
pub(crate) fn is_near_alone(near: &str) -> bool {
    static NOT_ALONE: LazyLock<HashSet<String>> = LazyLock::new(|| {
        let term = |word: &String| analysis::words(word).into_iter().map(|word| word.term);
        TABLE.not_alone.iter().flat_map(term).collect()
    });
    !NOT_ALONE.contains(near)
}

/// A name with its hyphens closed up, as some write it: "antiinflammatory" for "anti-inflammatory".
pub(super) fn closed_up(name: &str) -> Option<String> {
    name.contains('-')
        .then(|| name.to_lowercase().replace('-', ""))
}

/// Whether a word (folded) of a text stands for a word of a name, which has the same stem: it is the same,
/// an inflection, or derived from it, as "osteoporotic" is from "osteoporosis". What a name is itself derived
/// from is another thing ("teeth", "teething"), and so is what a noun becomes as a verb ("shocking"), unless
/// the table knows the verb, or the word has the others of its name beside it.
pub(super) fn stands_for(word: &str, written: &str, alone: bool) -> bool {
    if word == written || is_plural(word, written) {
        return true;
    }
    if is_verbal(word, written) {
        return !alone || (is_verb(word) || is_verb(written));
    }
    let (rest, rest_written) = rests(word, written);
    // "Numb" is numbness; "sores" are none.
    if matches!(
        (rest, rest_written),
        ("ness", "") | ("iness", "y") | ("ity", "" | "e") | ("ty", "")
    ) {
        return true;
    }
    // "Estimate" is no form of "e-stim", however their stems are, and "over" none of "overeating".
    let verb_in_ate = ["ate", "ates", "ated", "ating"];
    if rest.is_empty() && verb_in_ate.iter().any(|end| rest_written.ends_with(end)) {
        return false;
    }
    if is_done_by(word, written) || is_done_by(written, word) {
        return false;
    }
    let is_base = matches!(rest_written, "" | "s" | "e" | "es") && rest.len() > 1;
    !is_base
}

/// Whether of two words of one stem the first is what is done, and the second who or what does it:
/// "stimulation", "stimulants". An ulceration is not done by an ulcer.
fn is_done_by(done: &str, doer: &str) -> bool {
    let ends = |word: &str, ends: &[&str]| {
        let word = word.strip_suffix('s').unwrap_or(word);
        ends.iter().any(|end| word.ends_with(end))
    };
    let doer = doer.strip_suffix('s').unwrap_or(doer);
    ends(done, &["ion"]) && ends(doer, &["ant", "or", "er"]) && !done.starts_with(doer)
}

/// Whether one of two words is the plural of the other.
fn is_plural(a: &str, b: &str) -> bool {
    let (a, b) = rests(a, b);
    let is = |one: &str, many: &str| {
        matches!(
            (one, many),
            ("", "s" | "es") | ("y", "ies") | ("is", "es") | ("f" | "fe", "ves")
        )
    };
    is(a, b) || is(b, a)
}

/// Whether two words of one stem are forms of one verb, as far as their ends tell.
fn is_verbal(a: &str, b: &str) -> bool {
    const ENDS: [&str; 11] = [
        "", "s", "es", "ed", "d", "ing", "e", "y", "ies", "ied", "ying",
    ];
    let (rest_a, rest_b) = rests(a, b);
    // The last letter that they have in common is doubled in one of them: "stop", "stopping".
    let common = a[..a.len() - rest_a.len()].chars().next_back();
    let ends = |rest: &str| {
        let doubled = common.and_then(|c| rest.strip_prefix(c));
        ENDS.contains(&rest) || doubled.is_some_and(|rest| ENDS.contains(&rest))
    };
    ends(rest_a) && ends(rest_b)
}

/// Whether a word is a form of a verb that names what it does.
fn is_verb(word: &str) -> bool {
    let verbs = &TABLE.verbs;
    let is = |word: &str| verbs.contains(word);
    let without = |end: &str| {
        let base = word.strip_suffix(end)?;
        let single = base.get(..base.len().checked_sub(1)?);
        let found = is(base)
            || is(&format!("{base}e"))
            || single.is_some_and(is)
            || is(&format!("{base}y"));
        found.then_some(())
    };
    is(word)
        || ["s", "es", "ed", "ing", "ies", "ied"]
            .iter()
            .any(|end| without(end).is_some())
}

/// What is left of two words behind what they have in common.
fn rests<'w>(a: &'w str, b: &'w str) -> (&'w str, &'w str) {
    let same = a
        .char_indices()
        .zip(b.chars())
        .take_while(|((_, a), b)| a == b);
    let common = same.last().map_or(0, |((at, c), _)| at + c.len_utf8());
    (&a[common..], &b[common..])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn inflections_and_other_words_of_one_stem() {
        for (word, written) in [
            ("fracture", "fractures"),
            ("fracture", "fractured"),
            ("allergy", "allergies"),
            ("diagnosis", "diagnoses"),
            ("bleeding", "bleeds"),
            ("vomiting", "vomit"),
            ("osteoporosis", "osteoporotic"),
            ("depression", "depressed"),
            ("baldness", "bald"),
            ("dizziness", "dizzy"),
            ("ulcer", "ulceration"),
        ] {
            assert!(stands_for(word, written, true), "{word} {written}");
        }
        for (word, written) in [
            ("teething", "teeth"),
            ("alcoholism", "alcohol"),
            ("cupping", "cup"),
            ("cupping", "cups"),
            ("lactation", "lactate"),
            ("hospitalization", "hospital"),
            ("soreness", "sores"),
            ("shock", "shocking"),
            ("mobilization", "mobile"),
            ("bracing", "brace"),
            ("stroke", "stroking"),
            ("estim", "estimated"),
            ("over", "overeating"),
            ("stimulation", "stimulants"),
            ("inhalation", "inhalers"),
        ] {
            assert!(!stands_for(word, written, true), "{word} {written}");
        }
        assert!(stands_for("throwing", "throws", false));
        assert!(!stands_for("mobilization", "mobile", false));
    }

    #[test]
    fn spellings() {
        let closed = closed_up("anti-inflammatory drug");
        assert_eq!(closed.as_deref(), Some("antiinflammatory drug"));
        assert_eq!(closed_up("gout"), None);
        assert!(near("diseas").contains(&"troubl".to_owned()));
        assert!(near("shingl").is_empty());
    }

    #[test]
    fn the_built_in_table_can_be_used() {
        assert_eq!(check(DataFile::Inflections.text()), Ok(()));
    }
}
