//! The forms of a lexicon, compiled for reading many texts.

use std::sync::Arc;

use super::{Lexicon, Mention};
use crate::analysis::{Analyzer, Token, Trie};

/// Finds the concepts of a lexicon in tokens of one analyzer.
pub(crate) struct Matcher {
    lexicon: Arc<Lexicon>,
    /// From the terms of a form to its index.
    forms: Trie<usize>,
}

impl Matcher {
    /// Compiles a lexicon for the tokens of `analyzer`.
    pub(crate) fn new(lexicon: Arc<Lexicon>, analyzer: &mut Analyzer) -> Matcher {
        let mut forms = Trie::default();
        lexicon.each_key(|terms, form| {
            *forms.entry(terms.map(|term| analyzer.term_id(term).into())) = Some(form);
        });
        Matcher { lexicon, forms }
    }

    pub(crate) fn lexicon(&self) -> &Lexicon {
        &self.lexicon
    }

    /// The longest forms, from left to right, not overlapping; `tokens` without compounds.
    pub(crate) fn find(&self, text: &str, tokens: &[Token], analyzer: &Analyzer) -> Vec<Mention> {
        let mut mentions = Vec::new();
        let mut at = 0;
        while at < tokens.len() {
            let following = tokens[at..].iter();
            let symbols = following.map(|token| analyzer.term_of(token.word).into());
            let Some((&form, length)) = self.forms.longest(symbols) else {
                at += 1;
                continue;
            };
            let bytes = tokens[at].bytes.start..tokens[at + length - 1].bytes.end;
            mentions.extend(self.lexicon.mention(form, &text[bytes], at..at + length));
            at += length;
        }
        mentions
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
        let found = matcher.find(text, &tokens, &analyzer);
        assert!(found.len() >= 5);
        assert_eq!(found, lexicon.find(text, &analyzer.words(text)));
    }
}
