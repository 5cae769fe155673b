//! Concepts for somebody who does not know how they are called here: those whose names have
//! something in common with a pattern, and the one that was probably meant by a name that is none.

use std::collections::BTreeSet;

use fst::{IntoStreamer, Streamer};
use globset::GlobBuilder;
use levenshtein_automata::Distance;
use memchr::memmem;

use super::{Kind, Lexicon, key, terms};
use crate::analysis::{self, nearly};

/// Names of fewer letters have too many neighbours; from the second number on two slips are forgiven.
const ONE_SLIP: usize = 4;
const TWO_SLIPS: usize = 9;
/// Nobody mistypes a name that is longer than this.
const LONGEST: usize = 100;

impl Lexicon {
    /// The indices of the concepts that a pattern fits, by name: those whose preferred name has it
    /// somewhere in it, or is it where the pattern has `*`, `?` or `[`, and those of which any name has
    /// its words side by side. An empty pattern fits all.
    pub fn fitting(&self, pattern: &str) -> Vec<usize> {
        let pattern = pattern.trim().to_lowercase();
        let is_named = named_by(&pattern);
        let names = (0..self.len()).map(|index| (index, self.name_of(index).to_lowercase()));
        let mut found: BTreeSet<usize> = names
            .filter(|(_, name)| is_named(name))
            .map(|(index, _)| index)
            .collect();
        let words = terms(&analysis::words(&pattern));
        if !words.is_empty() && !is_glob(&pattern) {
            let words = key(words.iter().map(String::as_str));
            let finder = memmem::Finder::new(words.as_bytes());
            let mut keys = self.map.stream();
            while let Some((key, form)) = keys.next() {
                if finder.find(key).is_some() {
                    found.insert(self.concept_of_form(form as usize));
                }
            }
        }
        found.into_iter().collect()
    }

    /// The name of the concept that was probably meant by a text that names none of its kind: one with a
    /// name that is spelled nearly like it, else the one that it has a name of in it.
    pub(crate) fn nearest(&self, text: &str, kind: Kind) -> Option<&str> {
        let words = analysis::words(text);
        let spelled = self.spelled_nearly(&terms(&words), kind);
        let index = spelled.or_else(|| {
            let inside = self.find(text, &words).into_iter();
            let inside = inside.filter(|mention| self.kind_of(mention.concept) == kind);
            // The one with most words says most of what was meant.
            inside
                .max_by_key(|mention| mention.words.len())
                .map(|mention| mention.concept)
        })?;
        Some(self.name_of(index))
    }

    /// The concept of a kind with a name at most two slips away.
    fn spelled_nearly(&self, terms: &[String], kind: Kind) -> Option<usize> {
        let letters: usize = terms.iter().map(|term| term.chars().count()).sum();
        let slips = match letters {
            ONE_SLIP..TWO_SLIPS => 1,
            TWO_SLIPS..=LONGEST => 2,
            _ => return None,
        };
        let near = nearly(&key(terms.iter().map(String::as_str)), slips)?;
        let mut found: Option<(u8, usize)> = None;
        let mut keys = self.map.search_with_state(&near).into_stream();
        while let Some((_, form, state)) = keys.next() {
            let Distance::Exact(distance) = near.distance(state) else {
                continue;
            };
            let concept = self.concept_of_form(form as usize);
            let better = found.is_none_or(|best| (distance, concept) < best);
            if better && self.kind_of(concept) == kind {
                found = Some((distance, concept));
            }
        }
        found.map(|(_, concept)| concept)
    }
}

fn is_glob(pattern: &str) -> bool {
    pattern.contains(['*', '?', '['])
}

/// What tells whether a pattern fits a name, both in small letters.
fn named_by(pattern: &str) -> Box<dyn Fn(&str) -> bool + '_> {
    let glob = is_glob(pattern).then(|| GlobBuilder::new(pattern).build().ok());
    match glob.flatten() {
        Some(glob) => {
            let matcher = glob.compile_matcher();
            Box::new(move |name| matcher.is_match(name))
        }
        // Without a star, or with a bracket that is just one.
        None => Box::new(move |name| name.contains(pattern)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(lexicon: &Lexicon, pattern: &str) -> Vec<String> {
        let fitting = lexicon.fitting(pattern).into_iter();
        fitting
            .map(|index| lexicon.concept(index).name.to_owned())
            .collect()
    }

    #[test]
    fn a_pattern_fits_preferred_names_and_the_words_of_others() {
        let lexicon = Lexicon::builtin();
        assert!(names(&lexicon, "OSTEOP").contains(&"osteoporosis".to_owned()));
        assert!(names(&lexicon, "brittle bone").contains(&"osteoporosis".to_owned()));
        let starred = names(&lexicon, "osteo*");
        assert!(starred.iter().all(|name| name.starts_with("osteo")));
        assert!(starred.contains(&"osteoporosis".to_owned()));
        assert!(names(&lexicon, "zzzz").is_empty());
        assert_eq!(lexicon.fitting("").len(), lexicon.len());
        assert!(names(&lexicon, "[a").is_empty());
    }

    #[test]
    fn what_was_meant_is_spelled_nearly_so_or_named_in_it() {
        let lexicon = Lexicon::builtin();
        let nearest = |text: &str| lexicon.nearest(text, Kind::Condition);
        assert_eq!(nearest("osteoporsis"), Some("osteoporosis"));
        assert_eq!(nearest("brittel bones"), Some("osteoporosis"));
        assert_eq!(nearest("very severe osteoporosis"), Some("osteoporosis"));
        assert_eq!(nearest("zebrafish"), None);
        assert_eq!(nearest("manual therapi"), None);
        assert_eq!(nearest(""), None);
        let longest = "osteoporsis ".repeat(1000);
        assert_eq!(nearest(&longest), None);
    }
}
