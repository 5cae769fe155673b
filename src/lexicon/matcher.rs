//! The forms of a lexicon, compiled for reading many texts.

use std::ops::Range;
use std::sync::Arc;

use super::{Lexicon, Mention, inflection, spells};
use crate::analysis::{self, Analyzer, Token, Trie};

/// Finds the concepts of a lexicon in tokens of one analyzer.
pub(crate) struct Matcher {
    lexicon: Arc<Lexicon>,
    /// From the terms of a form to its index; to none from a phrase that names nothing.
    forms: Trie<Option<usize>>,
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
        Matcher { lexicon, forms }
    }

    /// The longest forms, from left to right, not overlapping; `tokens` without compounds. Their words
    /// stand in the text, in singular or plural: a stem is not enough. No name begins in one of the
    /// `units` (their words, in order) and ends in the next: "haemophilia" above "a pacemaker" is not
    /// haemophilia A.
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
            let Some((form, length)) = named else {
                at += 1;
                continue;
            };
            let bytes = tokens[at].bytes.start..tokens[at + length - 1].bytes.end;
            let written = &text[bytes];
            mentions
                .extend(form.and_then(|form| self.lexicon.mention(form, written, at..at + length)));
            at += length;
        }
        mentions
    }

    fn is_written(&self, form: usize, tokens: &[Token], analyzer: &Analyzer) -> bool {
        let words = tokens.iter().map(|token| analyzer.surface(token.word));
        let mut ways = self.lexicon.written_of(form);
        ways.any(|way| spells(way, words.clone()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
