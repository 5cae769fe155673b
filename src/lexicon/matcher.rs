//! The forms of a lexicon, compiled for reading many texts.

use std::ops::Range;
use std::sync::Arc;

use super::{Lexicon, Mention, inflection, spells};
use crate::analysis::{self, Analyzer, Token, Trie, WordId};

/// So many things, at most, have their last words in common: "heart, kidney, lung or liver disease".
const MOST_ITEMS: usize = 6;
/// So many words, at most, has the name of an organization on each side of what is named in it.
const MOST_AROUND: usize = 8;

/// Finds the concepts of a lexicon in tokens of one analyzer.
pub(crate) struct Matcher {
    lexicon: Arc<Lexicon>,
    /// From the terms of a form to its index; to none from a phrase that names nothing.
    forms: Trie<Option<usize>>,
    /// The words that join the last of several things: "and", "or".
    joiners: [WordId; 2],
}

impl Matcher {
    /// Compiles a lexicon for the tokens of `analyzer`.
    pub(crate) fn new(lexicon: Arc<Lexicon>, analyzer: &mut Analyzer) -> Matcher {
        let mut forms = Trie::default();
        lexicon.each_key(|terms, form| {
            *forms.entry(terms.map(|term| analyzer.term_id(term).into())) = Some(Some(form));
        });
        for phrase in inflection::nothing() {
            let words = analysis::words(phrase)
                .into_iter()
                .filter(|word| !word.compound);
            let terms: Vec<u32> = words
                .map(|word| analyzer.term_id(&word.term).into())
                .collect();
            forms.entry(terms).get_or_insert(None);
        }
        Matcher {
            lexicon,
            forms,
            joiners: ["and", "or"].map(|word| analyzer.word_id(word)),
        }
    }

    /// The longest forms, from left to right, not overlapping; `tokens` without compounds. Their words
    /// stand in the text, in singular or plural: a stem is not enough. No name begins in one of the
    /// `units` (their words, in order) and ends in the next: "haemophilia" above "a pacemaker" is not
    /// haemophilia A. What is said once for several things is said of each ("hearing or vision loss"), and
    /// what is against something is not that ("anti-seizure"), nor is what an organization has its name from.
    pub(crate) fn find(
        &self,
        text: &str,
        (tokens, units): (&[Token], &[Range<usize>]),
        analyzer: &Analyzer,
    ) -> Vec<Mention> {
        let mut mentions = Vec::new();
        let mut at = 0;
        let mut units = units.iter().peekable();
        while at < tokens.len() {
            while units.next_if(|unit| unit.start <= at).is_some() {}
            let term = analyzer.term_of(tokens[at].word);
            if !self.forms.begins(term.into()) && !self.may_be_item(text, &tokens[at..]) {
                // As of most words.
                at += 1;
                continue;
            }
            let end = units.peek().map_or(tokens.len(), |next| next.start);
            let mut rest = end.clamp(at + 1, tokens.len()) - at;
            // Where a longer name has other words of the same stems, a shorter one may stand.
            let named = loop {
                let following = tokens[at..at + rest].iter();
                let symbols = following.map(|token| analyzer.term_of(token.word).into());
                let Some((&form, length)) = self.forms.longest(symbols) else {
                    break None;
                };
                if form.is_none_or(|form| self.is_written(form, &tokens[at..at + length], analyzer))
                {
                    break Some((form, length));
                }
                rest = length - 1;
            };
            let length = named.map_or(1, |(_, length)| length);
            if length == 1 {
                let unit = &tokens[at..end.clamp(at + 1, tokens.len())];
                let shared = self.shared(text, unit, analyzer);
                mentions.extend(shared.map(|concept| Mention {
                    concept,
                    words: at..at + 1,
                }));
            }
            let form = named.and_then(|(form, _)| form);
            let is_meant = || {
                !is_opposed(text, &tokens[..=at], analyzer)
                    && !is_of_organization(text, tokens, at..at + length, analyzer)
            };
            if let Some(form) = form.filter(|_| is_meant()) {
                let written = &text[tokens[at].bytes.start..tokens[at + length - 1].bytes.end];
                mentions.extend(self.lexicon.mention(form, written, at..at + length));
            }
            at += length;
        }
        mentions
    }

    fn is_written(&self, form: usize, tokens: &[Token], analyzer: &Analyzer) -> bool {
        let words = tokens.iter().map(|token| analyzer.surface(token.word));
        let mut ways = self.lexicon.written_of(form);
        ways.any(|way| spells(way, words.clone()))
    }

    /// The concept that the first of some words names with the last words of a name that follows it, after
    /// "and", "or" or more such words: hearing loss in "hearing or vision loss".
    fn shared(&self, text: &str, tokens: &[Token], analyzer: &Analyzer) -> Option<usize> {
        let last = self.last_item(text, tokens)?;
        let following = tokens[last..].iter();
        let symbols = following.map(|token| analyzer.term_of(token.word).into());
        let (form, length) = self.forms.longest(symbols)?;
        form.filter(|_| length > 1)?;
        (last + 1..last + length).find_map(|head| {
            let words: Vec<Token> = tokens[..1]
                .iter()
                .chain(&tokens[head..last + length])
                .cloned()
                .collect();
            let symbols = words
                .iter()
                .map(|token| analyzer.term_of(token.word).into());
            let (&form, named) = self.forms.longest(symbols)?;
            let form = form.filter(|&form| {
                named == words.len()
                    && self.lexicon.exact_case_of(form).is_none()
                    && self.is_written(form, &words, analyzer)
            });
            Some(self.lexicon.concept_of_form(form?))
        })
    }

    /// Whether a word or a comma follows the first of some words that may part it from another thing.
    fn may_be_item(&self, text: &str, tokens: &[Token]) -> bool {
        let joined = |next: &Token| self.joiners.contains(&next.word);
        tokens.get(1).is_some_and(joined) || text.as_bytes().get(tokens[0].bytes.end) == Some(&b',')
    }

    /// Where the last thing begins of several that the first word begins, parted by commas, and the last of
    /// them by "and" or "or".
    fn last_item(&self, text: &str, tokens: &[Token]) -> Option<usize> {
        let joins = |token: &Token| self.joiners.contains(&token.word);
        for at in 1..tokens.len().min(2 * MOST_ITEMS) {
            if !self.may_be_item(text, &tokens[at - 1..]) {
                return None;
            }
            let joins_here = joins(&tokens[at]);
            let gap = between(text, &tokens[at - 1], &tokens[at])?.trim_end();
            if joins_here && matches!(gap, "" | ",") {
                let both = tokens.get(at + 1).is_some_and(joins);
                return Some(at + 1 + usize::from(both));
            }
            if gap != "," {
                return None;
            }
        }
        None
    }
}

/// What stands between two words; `None` where one is a part of the other.
fn between<'t>(text: &'t str, before: &Token, after: &Token) -> Option<&'t str> {
    text.get(before.bytes.end..after.bytes.start)
}

/// Whether some words stand in the name of an organization: in capitals, with a word that says so on one
/// side, and nothing between but other capitals and what joins them.
fn is_of_organization(
    text: &str,
    tokens: &[Token],
    named: Range<usize>,
    analyzer: &Analyzer,
) -> bool {
    let is_name = |token: &Token| text[token.bytes.clone()].starts_with(char::is_uppercase);
    let surface = |token: &Token| analyzer.surface(token.word);
    let goes_on = |token: &&Token| {
        is_name(token) || matches!(surface(token), "of" | "and" | "on" | "for" | "the" | "in")
    };
    let says_so = |token: &Token| is_name(token) && inflection::is_organization(surface(token));
    if !is_name(&tokens[named.start]) {
        return false;
    }
    // Not beyond the end of a sentence, or the colon of a label.
    let is_close = |a: &Token, b: &Token| {
        between(text, a, b).is_none_or(|gap| !gap.contains(['.', ':', ';', '!', '?', '\n', '|']))
    };
    let after = (named.end..tokens.len()).take_while(|&at| is_close(&tokens[at - 1], &tokens[at]));
    let before = (0..named.start)
        .rev()
        .take_while(|&at| is_close(&tokens[at], &tokens[at + 1]));
    let within = |places: &mut dyn Iterator<Item = usize>| {
        let words = places.map(|at| &tokens[at]).take(MOST_AROUND);
        words.take_while(goes_on).any(says_so)
    };
    within(&mut after.into_iter()) || within(&mut before.into_iter())
}

/// Whether the last of some words is what the one before is against: "anti-seizure".
fn is_opposed(text: &str, tokens: &[Token], analyzer: &Analyzer) -> bool {
    let [.., before, named] = tokens else {
        return false;
    };
    between(text, before, named) == Some("-")
        && inflection::is_against(analyzer.surface(before.word))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(text: &str) -> Vec<String> {
        let lexicon = Arc::new(Lexicon::builtin());
        let mut analyzer = Analyzer::default();
        let matcher = Matcher::new(lexicon.clone(), &mut analyzer);
        let tokens = analyzer.tokens(text);
        let found = matcher.find(text, (&tokens, &[]), &analyzer);
        let names = found
            .iter()
            .map(|mention| lexicon.concept(mention.concept).name.to_owned());
        names.collect()
    }

    #[test]
    fn what_is_said_once_for_several_things_is_said_of_each() {
        for (text, names) in [
            (
                "hearing or vision loss",
                &["hearing loss", "visual impairment"][..],
            ),
            ("Neck and/or back pain", &["neck pain", "back pain"]),
            (
                "heart, kidney, or liver failure",
                &["heart failure", "kidney failure", "liver failure"],
            ),
            (
                "kidney or urinary tract infection",
                &["pyelonephritis", "urinary tract infection"],
            ),
            (
                "high or low blood pressure",
                &["hypertension", "hypotension"],
            ),
        ] {
            let found = named(text);
            let has = |name: &&str| found.iter().any(|found| found == name);
            assert!(names.iter().all(has), "{text}: {found:?}");
        }
        for text in [
            "pain or hearing loss",
            "the neck, then back pain",
            "neck. Or back pain",
        ] {
            let found = named(text);
            assert!(
                !found.iter().any(|name| name == "neck pain"),
                "{text}: {found:?}"
            );
        }
    }

    #[test]
    fn what_an_organization_has_its_name_from_is_not_spoken_of() {
        for text in [
            "NIH: National Institute of Allergy and Infectious Diseases",
            "Ask the American Cancer Society.",
            "the National Heart, Lung, and Blood Institute",
            "The Epilepsy Foundation has leaflets.",
        ] {
            let found = named(text);
            let said = ["allergy", "cancer", "epilepsy", "heart", "infection"];
            assert!(
                !found.iter().any(|name| said.contains(&&**name)),
                "{text}: {found:?}"
            );
        }
        for text in [
            "The Epilepsy Clinic is open.",
            "Epilepsy. The Foundation has leaflets.",
            "Epilepsy is what the Foundation is for.",
            "the foundation of epilepsy care",
        ] {
            assert!(
                named(text).contains(&"epilepsy".to_owned()),
                "{text}: {:?}",
                named(text)
            );
        }
    }

    #[test]
    fn what_is_against_something_is_not_that() {
        for (text, name) in [
            ("anti-seizure tablets", "seizure"),
            ("anti-depressants", "depressive disorder"),
            ("an anti-cancer vaccine", "cancer"),
        ] {
            assert!(
                !named(text).iter().any(|found| found == name),
                "{text}: {:?}",
                named(text)
            );
        }
        assert!(named("anti-depressants").contains(&"antidepressants".to_owned()));
        assert!(named("anti-inflammatory drugs")[0].contains("anti-inflammatory"));
        assert!(named("post-stroke").contains(&"stroke".to_owned()));
    }

    #[test]
    fn texts_are_read_as_queries_are() {
        let lexicon = Arc::new(Lexicon::builtin());
        let text = "Brittle bones, HVLA thrust, low back pain and IBS, or ibs; the expectant mother \
                    had a broken bone, and IT is not it.";
        let mut analyzer = Analyzer::default();
        let matcher = Matcher::new(lexicon.clone(), &mut analyzer);
        let tokens = analyzer.tokens(text);
        let found = matcher.find(text, (&tokens, &[]), &analyzer);
        assert!(found.len() >= 5);
        assert_eq!(found, lexicon.find(text, &analyzer.words(text)));
    }
}
