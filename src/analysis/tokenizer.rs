//! The chain itself, as an iterator of words for our own use and as a tantivy tokenizer.

use std::borrow::Cow;
use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

use frostem::{Algorithm, Stemmer};
use tantivy::tokenizer::{
    AsciiFoldingFilter, RawTokenizer, TextAnalyzer, Token, TokenStream, Tokenizer,
};
use unicode_segmentation::{UnicodeSegmentation, UnicodeWordIndices};

use super::VocabularyCounts;

/// Longer words are no words: base64, DNA, a cat on the keyboard.
const MAX_WORD_BYTES: usize = 120;
/// Compounds of more parts than this are not closed up.
const MAX_PARTS: usize = 4;
/// The stem cache stops growing here (entries), so that memory stays bounded on any input.
const MAX_CACHE: usize = 1 << 20;

/// One analysed word of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Word {
    /// What is looked up in the index.
    pub term: String,
    /// The folded, unstemmed form.
    pub surface: String,
    /// Where it stands, in bytes.
    pub bytes: Range<usize>,
    /// Its place among the words of the text, from 0.
    pub position: usize,
    /// Whether this is the closed form of a hyphenated compound, besides its parts.
    pub compound: bool,
}

/// Analyses a single short text, such as a query.
pub fn words(text: &str) -> Vec<Word> {
    Analyzer::default().words(text)
}

/// The analysis chain with its stem cache. Clones start with an empty cache.
pub struct Analyzer {
    stemmer: Stemmer,
    /// Folds what is not ASCII; made when first needed.
    folder: Option<TextAnalyzer>,
    stems: HashMap<Box<str>, Stem>,
    /// Where the counted words go when this analyzer is dropped.
    counts: Option<Arc<VocabularyCounts>>,
}

struct Stem {
    term: Box<str>,
    count: u64,
}

impl Default for Analyzer {
    fn default() -> Self {
        Analyzer::reporting_to(None)
    }
}

impl Clone for Analyzer {
    fn clone(&self) -> Self {
        Analyzer::reporting_to(self.counts.clone())
    }
}

impl Drop for Analyzer {
    fn drop(&mut self) {
        if let Some(counts) = &self.counts {
            counts.add(
                self.stems
                    .drain()
                    .map(|(surface, stem)| (surface, stem.count)),
            );
        }
    }
}

impl Analyzer {
    /// An analyzer that reports how often it saw each word when it is dropped.
    pub fn counting(counts: Arc<VocabularyCounts>) -> Self {
        Analyzer::reporting_to(Some(counts))
    }

    fn reporting_to(counts: Option<Arc<VocabularyCounts>>) -> Self {
        Analyzer {
            stemmer: Stemmer::new(Algorithm::English),
            folder: None,
            stems: HashMap::new(),
            counts,
        }
    }

    /// Analyses a text; repeated calls share what was learned of its words.
    pub fn words(&mut self, text: &str) -> Vec<Word> {
        let mut stream = self.stream(text);
        let mut words = Vec::new();
        while stream.advance() {
            words.push(Word {
                term: stream.token.text.clone(),
                surface: stream.surface.clone(),
                bytes: stream.token.offset_from..stream.token.offset_to,
                position: stream.token.position,
                compound: stream.is_compound,
            });
        }
        words
    }

    fn stream<'a>(&'a mut self, text: &'a str) -> ChainStream<'a> {
        ChainStream {
            analyzer: self,
            text,
            words: text.unicode_word_indices(),
            token: Token::default(),
            surface: String::new(),
            position: 0,
            compound: Compound::default(),
            ahead: None,
            is_compound: false,
        }
    }

    /// Folds `word` into `surface` (step 2 of the chain).
    fn fold(&mut self, word: &str, surface: &mut String) {
        surface.clear();
        if word.is_ascii() {
            surface.push_str(word);
            surface.make_ascii_lowercase();
        } else {
            let folder = self.folder.get_or_insert_with(|| {
                TextAnalyzer::builder(RawTokenizer::default())
                    .filter(AsciiFoldingFilter)
                    .build()
            });
            let lower = word.to_lowercase();
            folder
                .token_stream(&lower)
                .process(&mut |token| surface.push_str(&token.text));
            // Folding can bring capitals back, from letters that have no lower case.
            surface.make_ascii_lowercase();
        }
        if surface.contains(['\'', ',']) {
            close_up(surface);
        }
    }

    /// Stems `surface` into `term` (step 3), counting it.
    fn stem(&mut self, surface: &str, term: &mut String) {
        term.clear();
        if let Some(known) = self.stems.get_mut(surface) {
            known.count += 1;
            term.push_str(&known.term);
            return;
        }
        let stemmed =
            if surface.bytes().any(|byte| byte.is_ascii_digit()) || is_inflammation(surface) {
                Cow::Borrowed(surface)
            } else {
                self.stemmer.stem(surface)
            };
        term.push_str(&stemmed);
        if self.stems.len() < MAX_CACHE {
            let stem = Stem {
                term: stemmed.into(),
                count: 1,
            };
            self.stems.insert(surface.into(), stem);
        }
    }
}

/// Whether a word names an inflammation: the stemmer would make "tendonitis" a tendon.
fn is_inflammation(surface: &str) -> bool {
    surface.len() > 6 && surface.ends_with("itis")
}

/// Drops a possessive `'s`, closes up other apostrophes and thousands separators.
fn close_up(surface: &mut String) {
    if surface.ends_with("'s") {
        surface.truncate(surface.len() - 2);
    }
    let number = surface
        .bytes()
        .all(|b| b.is_ascii_digit() || matches!(b, b',' | b'.'));
    surface.retain(|c| c != '\'' && !(number && c == ','));
}

/// A hyphenated compound while it is being read.
#[derive(Default)]
struct Compound {
    closed: String,
    parts: usize,
    bytes: Range<usize>,
    letters_only: bool,
}

impl Compound {
    fn start(&mut self, surface: &str, bytes: Range<usize>) {
        self.closed.clear();
        self.closed.push_str(surface);
        self.parts = 1;
        self.bytes = bytes;
        self.letters_only = surface.bytes().all(|b| b.is_ascii_alphabetic());
    }

    fn extend(&mut self, surface: &str, end: usize) {
        self.closed.push_str(surface);
        self.parts += 1;
        self.bytes.end = end;
        self.letters_only &= surface.bytes().all(|b| b.is_ascii_alphabetic());
    }

    fn is_complete(&self) -> bool {
        self.letters_only
            && (2..=MAX_PARTS).contains(&self.parts)
            && self.closed.len() <= MAX_WORD_BYTES
    }
}

/// The tokens of one text.
pub struct ChainStream<'a> {
    analyzer: &'a mut Analyzer,
    text: &'a str,
    words: UnicodeWordIndices<'a>,
    token: Token,
    surface: String,
    position: usize,
    compound: Compound,
    /// A word that was read to see that the compound before it had ended.
    ahead: Option<(usize, &'a str)>,
    is_compound: bool,
}

impl<'a> ChainStream<'a> {
    fn next_word(&mut self) -> Option<(usize, &'a str)> {
        self.ahead.take().or_else(|| {
            self.words
                .by_ref()
                .find(|(_, word)| word.len() <= MAX_WORD_BYTES)
        })
    }

    /// Whether the word at `start` goes on the compound: nothing but a hyphen between.
    fn is_joined(&self, start: usize) -> bool {
        self.compound.parts > 0
            && matches!(
                &self.text[self.compound.bytes.end..start],
                "-" | "\u{2010}" | "\u{2011}"
            )
    }

    fn emit_compound(&mut self) {
        self.surface.clear();
        self.surface.push_str(&self.compound.closed);
        self.compound.parts = 0;
        self.is_compound = true;
        self.set_token(self.compound.bytes.clone(), self.position - 1);
    }

    fn emit_word(&mut self, bytes: Range<usize>) {
        self.is_compound = false;
        self.set_token(bytes, self.position);
        self.position += 1;
    }

    fn set_token(&mut self, bytes: Range<usize>, position: usize) {
        self.analyzer.stem(&self.surface, &mut self.token.text);
        self.token.offset_from = bytes.start;
        self.token.offset_to = bytes.end;
        self.token.position = position;
    }
}

impl TokenStream for ChainStream<'_> {
    fn advance(&mut self) -> bool {
        loop {
            let Some((start, word)) = self.next_word() else {
                let last = self.compound.is_complete();
                if last {
                    self.emit_compound();
                }
                return last;
            };
            let joined = self.is_joined(start);
            if !joined && self.compound.is_complete() {
                self.ahead = Some((start, word));
                self.emit_compound();
                return true;
            }
            let bytes = start..start + word.len();
            let mut surface = std::mem::take(&mut self.surface);
            self.analyzer.fold(word, &mut surface);
            self.surface = surface;
            if self.surface.is_empty() {
                continue;
            }
            if joined {
                self.compound.extend(&self.surface, bytes.end);
            } else {
                self.compound.start(&self.surface, bytes.clone());
            }
            self.emit_word(bytes);
            return true;
        }
    }

    fn token(&self) -> &Token {
        &self.token
    }

    fn token_mut(&mut self) -> &mut Token {
        &mut self.token
    }
}

impl Tokenizer for Analyzer {
    type TokenStream<'a> = ChainStream<'a>;

    fn token_stream<'a>(&'a mut self, text: &'a str) -> ChainStream<'a> {
        self.stream(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn terms(text: &str) -> Vec<String> {
        words(text).into_iter().map(|word| word.term).collect()
    }

    #[test]
    fn clinical_spellings() {
        assert_eq!(terms("CPT® Code 97140"), ["cpt", "code", "97140"]);
        assert_eq!(terms("30-60 minutes"), ["30", "60", "minut"]);
        assert_eq!(terms("low-amplitude"), ["low", "amplitud", "lowamplitud"]);
        assert_eq!(terms("HVLA"), ["hvla"]);
        assert_eq!(terms("O'Brien, O’Brien"), ["obrien", "obrien"]);
        assert_eq!(
            terms("the patient's patients’"),
            ["the", "patient", "patient"]
        );
        assert_eq!(terms("$1,000.50"), ["1000.50"]);
        assert_eq!(terms("naïve ﬁbula Ménière's"), ["naiv", "fibula", "menier"]);
        assert_eq!(terms("T5-T6 5-6"), ["t5", "t6", "5", "6"]);
    }

    #[test]
    fn an_inflammation_is_not_its_organ() {
        assert_ne!(terms("tendonitis"), terms("tendon"));
        assert_eq!(terms("Arthritis"), ["arthritis"]);
    }

    #[test]
    fn word_forms_meet() {
        for (a, b) in [
            ("contraindications", "contraindication"),
            ("Treating", "treated"),
            ("X-ray", "xray"),
            ("post-surgical", "postsurgical"),
        ] {
            let (a, b) = (terms(a), terms(b));
            assert!(b.iter().any(|term| a.contains(term)), "{a:?} {b:?}");
        }
    }

    #[test]
    fn compounds_keep_the_places_of_the_words_around_them() {
        let places: Vec<(String, usize)> = words("a non-invasive way")
            .into_iter()
            .map(|word| (word.surface, word.position))
            .collect();
        let expected = [
            ("a", 0),
            ("non", 1),
            ("invasive", 2),
            ("noninvasive", 2),
            ("way", 3),
        ];
        assert_eq!(places, expected.map(|(word, at)| (word.to_owned(), at)));
    }

    #[test]
    fn words_are_counted_when_the_analyzer_goes() {
        let counts = Arc::new(VocabularyCounts::default());
        let mut analyzer = Analyzer::counting(counts.clone());
        analyzer
            .token_stream("Risk, risks, risk")
            .process(&mut |_| {});
        drop(analyzer);
        assert_eq!(counts.sorted(), [("risk".into(), 2), ("risks".into(), 1)]);
    }

    proptest! {
        #[test]
        fn any_text_gives_terms_in_order(text in "\\PC{0,80}") {
            let mut before = 0;
            for word in words(&text) {
                prop_assert!(!word.term.is_empty());
                prop_assert!(text.get(word.bytes.clone()).is_some());
                prop_assert!(word.position >= before);
                before = word.position;
            }
        }

        #[test]
        fn case_does_not_matter(text in "[a-zA-Z' -]{0,60}") {
            prop_assert_eq!(terms(&text), terms(&text.to_uppercase()));
        }
    }
}
