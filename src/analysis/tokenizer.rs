//! The chain itself: text in, numbered tokens out.
//!
//! What a word is, is the business of `segment`; here words are folded, numbered and stemmed, and get
//! what stands beside them at the same place: closed compounds, and marks of how they were written.

use std::borrow::Cow;
use std::cell::RefCell;
use std::ops::Range;
use std::sync::Arc;

use frostem::{Algorithm, Stemmer};
use indexmap::IndexSet;
use rustc_hash::FxBuildHasher;
use tantivy::tokenizer::{AsciiFoldingFilter, RawTokenizer, TextAnalyzer};
use unicode_normalization::UnicodeNormalization;

use super::VocabularyCounts;
use super::recent::{Packed, Recent};
use super::segment::{Segments, is_hidden, sign_before};
use super::spelling;
use super::stopwords::is_stopword;

/// Longer words are no words: base64, DNA, a cat on the keyboard.
pub(super) const MAX_WORD_BYTES: usize = 120;
/// What the term of a mark begins with that says how a word was spelled. No word has it.
const SPELLED: char = '=';
/// Compounds of more parts than this are not closed up.
const MAX_PARTS: usize = 4;
/// From this many different words on it pays to hold those met lately: a query never gets there.
const MANY: usize = 1 << 10;
/// From this many different words on an analyzer says that it is full, so that memory stays
/// bounded on any input.
const FULL: usize = 1 << 19;

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
    /// Whether this stands besides the words of the text: the closed form of a hyphenated compound, or
    /// a mark of how a word was written.
    pub compound: bool,
}

impl Word {
    /// Where it only says how a word is spelled that others spell otherwise: that word.
    pub(crate) fn spelling(&self) -> Option<&str> {
        self.surface.strip_prefix(SPELLED)
    }

    /// Whether it is a number with the sign before it.
    pub(crate) fn is_signed(&self) -> bool {
        self.compound
            && self
                .surface
                .starts_with(|c: char| !c.is_alphanumeric() && c != SPELLED)
    }
}

/// Words as they are written but for their folding, parted by spaces; what stands besides them is left
/// out.
pub(crate) fn surfaces(words: &[Word]) -> String {
    let whole = words.iter().filter(|word| !word.compound);
    let surfaces: Vec<&str> = whole.map(|word| word.surface.as_str()).collect();
    surfaces.join(" ")
}

thread_local! {
    /// What analysed the short texts before: a query is looked at from several sides, and the words of most
    /// queries were asked for before.
    static LATELY: RefCell<Analyzer> = RefCell::default();
}

/// Analyses a single short text, such as a query.
pub fn words(text: &str) -> Vec<Word> {
    LATELY.with_borrow_mut(|analyzer| {
        let words = analyzer.words(text);
        if analyzer.len() > MANY {
            *analyzer = Analyzer::default();
        }
        words
    })
}

/// The number of a word (folded, unstemmed) with the analyzer that gave it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct WordId(pub(super) u32);

/// The number of a term with the analyzer that gave it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct TermId(u32);

impl WordId {
    pub(crate) fn index(self) -> usize {
        self.0 as usize
    }
}

impl From<WordId> for u32 {
    fn from(id: WordId) -> u32 {
        id.0
    }
}

impl From<TermId> for u32 {
    fn from(id: TermId) -> u32 {
        id.0
    }
}

/// A word where it stands, by its number: what the stages of a build hand on, for comparing
/// numbers costs nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    pub word: WordId,
    /// Where it stands, in bytes.
    pub bytes: Range<usize>,
    /// Its place among the words of the text, from 0.
    pub position: usize,
    /// Whether this stands besides the words of the text, see [`Word::compound`].
    pub compound: bool,
}

/// The analysis chain. It numbers the words it meets and remembers their terms, so that each word
/// is folded every time, but stemmed once.
pub struct Analyzer {
    stemmer: Stemmer,
    /// Folds what is not ASCII; made when first needed.
    folder: Option<TextAnalyzer>,
    words: IndexSet<Box<str>, FxBuildHasher>,
    /// By word, what is looked up in the index.
    term_of: Vec<TermId>,
    /// By word, how often it was met.
    met: Vec<u64>,
    /// By word, what stands beside it wherever it does, if anything.
    beside: Vec<Option<WordId>>,
    recent: Recent,
    terms: IndexSet<Box<str>, FxBuildHasher>,
    /// Where the counted words go when this analyzer is dropped.
    counts: Option<Arc<VocabularyCounts>>,
}

impl Default for Analyzer {
    fn default() -> Self {
        Analyzer::reporting_to(None)
    }
}

impl Drop for Analyzer {
    fn drop(&mut self) {
        if let Some(counts) = &self.counts {
            let words = self.words.drain(..).zip(self.met.iter().copied());
            // A mark is no word that anybody could type.
            let is_word = |word: &str| word.starts_with(char::is_alphanumeric);
            counts.add(words.filter(|(word, met)| *met > 0 && is_word(word)));
        }
    }
}

impl Analyzer {
    fn reporting_to(counts: Option<Arc<VocabularyCounts>>) -> Self {
        Analyzer {
            stemmer: Stemmer::new(Algorithm::English),
            folder: None,
            words: IndexSet::default(),
            term_of: Vec::new(),
            met: Vec::new(),
            beside: Vec::new(),
            recent: Recent::default(),
            terms: IndexSet::default(),
            counts,
        }
    }

    /// One that knows the same words by the same numbers, and has met none of them; it reports how often
    /// it meets each when it is dropped, where somebody counts.
    pub(crate) fn renewed(&self, counts: Option<Arc<VocabularyCounts>>) -> Analyzer {
        let mut renewed = Analyzer::reporting_to(counts);
        renewed.words.clone_from(&self.words);
        renewed.term_of.clone_from(&self.term_of);
        renewed.met = vec![0; self.met.len()];
        renewed.beside.clone_from(&self.beside);
        renewed.terms.clone_from(&self.terms);
        renewed
    }

    /// Where it reports to.
    pub(crate) fn counts(&self) -> Option<Arc<VocabularyCounts>> {
        self.counts.clone()
    }

    /// Whether it remembers so many words that it should be replaced. Numbers of one analyzer
    /// mean nothing to another.
    pub(crate) fn is_full(&self) -> bool {
        self.words.len() >= FULL
    }

    /// Analyses a text.
    pub(crate) fn words(&mut self, text: &str) -> Vec<Word> {
        let tokens = self.tokens(text).into_iter();
        let word = |token: Token| Word {
            term: self.term(token.word).to_owned(),
            surface: self.surface(token.word).to_owned(),
            bytes: token.bytes,
            position: token.position,
            compound: token.compound,
        };
        tokens.map(word).collect()
    }

    /// Analyses a text into numbered words, and counts them.
    pub(crate) fn tokens(&mut self, text: &str) -> Vec<Token> {
        let tokens = self.uncounted_tokens(text);
        for token in &tokens {
            self.met[token.word.index()] += 1;
        }
        tokens
    }

    /// Analyses a text that was counted before, or is none of the corpus.
    pub fn uncounted_tokens(&mut self, text: &str) -> Vec<Token> {
        // English has about six bytes to a word.
        let mut tokens = Vec::with_capacity(text.len() / 6 + 1);
        let mut chain = Chain::new(self, text);
        while let Some(token) = chain.next() {
            tokens.push(token);
        }
        tokens
    }

    /// The folded, unstemmed form of a word. Panics for a number of another analyzer.
    pub(crate) fn surface(&self, word: WordId) -> &str {
        self.words
            .get_index(word.index())
            .map(|surface| &**surface)
            // Every number handed out is that of an entry.
            .expect("the number of a word of this analyzer")
    }

    /// The term of a word. Panics for a number of another analyzer.
    pub(crate) fn term(&self, word: WordId) -> &str {
        let id = self.term_of(word);
        self.terms
            .get_index(id.0 as usize)
            .map(|term| &**term)
            // Every number handed out is that of an entry.
            .expect("the number of a term of this analyzer")
    }

    /// The number of the term of a word. Panics for a number of another analyzer.
    pub(crate) fn term_of(&self, word: WordId) -> TermId {
        self.term_of[word.index()]
    }

    /// How many words have numbers: those below this.
    pub(crate) fn len(&self) -> usize {
        self.words.len()
    }

    /// The surface of the word with that number, below [`Analyzer::len`].
    pub(crate) fn word(&self, index: usize) -> &str {
        self.words.get_index(index).map_or("", |word| word)
    }

    /// The number of a term, which no text need have.
    pub(crate) fn term_id(&mut self, term: &str) -> TermId {
        let index = match self.terms.get_index_of(term) {
            Some(index) => index,
            None => self.terms.insert_full(term.into()).0,
        };
        // There are no more than [`FULL`] and those of one text and the lexicons.
        TermId(index as u32)
    }

    /// The number of a word (folded, unstemmed), which no text need have. It is not counted.
    pub(crate) fn word_id(&mut self, surface: &str) -> WordId {
        if let Some(index) = self.words.get_index_of(surface) {
            return WordId(index as u32);
        }
        let looked_up = spelling::looked_up(surface);
        let is_spelled = looked_up.is_some() || spelling::is_looked_up_for_another(surface);
        let stemmed = self.stem(looked_up.as_deref().unwrap_or(surface));
        let term = self.term_id(&stemmed);
        // As for terms.
        let word = WordId(self.add(surface, term));
        if is_spelled {
            let mark = format!("{SPELLED}{surface}");
            self.beside[word.index()] = Some(self.mark_id(&mark));
        }
        word
    }

    /// The number of a mark: a word that is its own term.
    fn mark_id(&mut self, mark: &str) -> WordId {
        if let Some(index) = self.words.get_index_of(mark) {
            return WordId(index as u32);
        }
        let term = self.term_id(mark);
        WordId(self.add(mark, term))
    }

    fn add(&mut self, surface: &str, term: TermId) -> u32 {
        self.term_of.push(term);
        self.met.push(0);
        self.beside.push(None);
        self.words.insert_full(surface.into()).0 as u32
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
            // Letters of full and half width, raised and lowered figures are what they look like,
            // and accents come off however they were put on.
            let shown = word.chars().filter(|c| !is_hidden(*c));
            let lower: String = shown.nfkc().flat_map(char::to_lowercase).collect();
            let lower: String = lower.nfd().filter(|c| !is_accent(*c)).nfc().collect();
            folder
                .token_stream(&lower)
                .process(&mut |token| surface.push_str(&token.text));
            // Folding can bring capitals back, from letters that have no lower case.
            surface.make_ascii_lowercase();
            // A space with an accent upon it is a word to UAX #29; terms have no spaces.
            // Nor have they the charge of an ion.
            let parts =
                |c: char| c.is_whitespace() || c.is_control() || matches!(c, '+' | '\u{2212}');
            surface.retain(|c| !parts(c));
        }
        if word.contains('\n') {
            // It was parted at the end of a line.
            surface.retain(|c| c.is_alphanumeric());
        }
        if surface
            .bytes()
            .any(|byte| matches!(byte, b'\'' | b',' | b'.'))
        {
            close_up(surface);
        }
    }

    /// Stems a surface (step 3).
    fn stem<'s>(&self, surface: &'s str) -> Cow<'s, str> {
        if surface.bytes().any(|byte| byte.is_ascii_digit()) || is_inflammation(surface) {
            Cow::Borrowed(surface)
        } else if is_immunization(surface) {
            Cow::Borrowed(IMMUNIZATION)
        } else {
            self.stemmer.stem(surface)
        }
    }
}

/// Whether a word names an inflammation: the stemmer would make "tendonitis" a tendon.
fn is_inflammation(surface: &str) -> bool {
    surface.len() > 6 && surface.ends_with("itis")
}

/// The term of immunizations.
const IMMUNIZATION: &str = "immuniz";

/// Whether a word names an immunization: the stemmer would make one of whatever is immune.
fn is_immunization(surface: &str) -> bool {
    surface.starts_with("immuniz") || surface.starts_with("immunis")
}

/// Whether a character is an accent of Western letters that stands by itself.
fn is_accent(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36f}')
}

/// Drops a possessive `'s`, closes up other apostrophes, thousands separators, and initials unless
/// that makes a function word of them: "M.D." is "md", but "D.O." nothing that one does.
fn close_up(surface: &mut String) {
    if surface.ends_with("'s") {
        surface.truncate(surface.len() - 2);
    }
    let number = surface
        .bytes()
        .all(|b| b.is_ascii_digit() || matches!(b, b',' | b'.'));
    surface.retain(|c| c != '\'' && !(number && c == ','));
    if is_initials(surface) {
        let closed = surface.replace('.', "");
        if !is_stopword(&closed) {
            *surface = closed;
        }
    }
}

/// "d.o", "ph.d"
fn is_initials(surface: &str) -> bool {
    let is_part = |part: &str| {
        (1..=2).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_lowercase())
    };
    surface.contains('.') && surface.split('.').all(is_part)
}

/// A hyphenated compound while it is being read.
#[derive(Default)]
struct Compound {
    first: Option<WordId>,
    /// Of two parts and more.
    closed: String,
    parts: usize,
    bytes: Range<usize>,
}

impl Compound {
    fn start(&mut self, word: WordId, bytes: Range<usize>) {
        self.first = Some(word);
        self.parts = 1;
        self.bytes = bytes;
    }

    fn extend(&mut self, analyzer: &Analyzer, word: WordId, end: usize) {
        if let Some(first) = self.first.take() {
            self.closed.clear();
            self.closed.push_str(analyzer.surface(first));
        }
        self.closed.push_str(analyzer.surface(word));
        self.parts += 1;
        self.bytes.end = end;
    }

    fn is_complete(&self) -> bool {
        (2..=MAX_PARTS).contains(&self.parts)
            && self.closed.len() <= MAX_WORD_BYTES
            && self.closed.bytes().all(|b| b.is_ascii_alphabetic())
    }
}

/// The tokens of one text, as they are found.
struct Chain<'a> {
    analyzer: &'a mut Analyzer,
    text: &'a str,
    segments: Segments<'a>,
    surface: String,
    position: usize,
    compound: Compound,
    /// What stands beside the last word, the last first.
    beside: Vec<Token>,
    /// A word that was read to see that the compound before it had ended.
    ahead: Option<Range<usize>>,
}

impl<'a> Chain<'a> {
    fn new(analyzer: &'a mut Analyzer, text: &'a str) -> Chain<'a> {
        Chain {
            analyzer,
            text,
            segments: Segments::new(text),
            surface: String::new(),
            position: 0,
            compound: Compound::default(),
            beside: Vec::new(),
            ahead: None,
        }
    }

    fn next(&mut self) -> Option<Token> {
        if let Some(mark) = self.beside.pop() {
            return Some(mark);
        }
        loop {
            let next = self.ahead.take().or_else(|| self.segments.next());
            let Some(bytes) = next else {
                return self.compound.is_complete().then(|| self.whole_compound());
            };
            let joined = self.is_joined(bytes.start);
            if !joined && self.compound.is_complete() {
                self.ahead = Some(bytes);
                return Some(self.whole_compound());
            }
            let Some(id) = self.number(&bytes) else {
                continue;
            };
            if joined {
                self.compound.extend(self.analyzer, id, bytes.end);
            } else {
                self.compound.start(id, bytes.clone());
            }
            self.position += 1;
            self.mark(id, &bytes);
            return Some(self.token(id, bytes, false));
        }
    }

    fn token(&self, word: WordId, bytes: Range<usize>, compound: bool) -> Token {
        Token {
            word,
            bytes,
            position: self.position - 1,
            compound,
        }
    }

    /// Finds what stands beside a word.
    fn mark(&mut self, id: WordId, bytes: &Range<usize>) {
        if let Some(mark) = self.analyzer.beside[id.index()] {
            self.beside.push(self.token(mark, bytes.clone(), true));
        }
        let word = &self.text[bytes.clone()];
        if word.as_bytes().first().is_some_and(u8::is_ascii_digit) {
            if let Some((sign, start)) = sign_before(self.text, bytes.start) {
                let signed = format!("{sign}{}", self.analyzer.surface(id));
                let mark = self.analyzer.mark_id(&signed);
                self.beside.push(self.token(mark, start..bytes.end, true));
            }
        } else if let [first @ b'A'..=b'Z', second @ b'A'..=b'Z'] = word.as_bytes() {
            // "DO", where all around is not in capitals too, may be the title.
            let title = [*first, b'.', *second].map(char::from);
            let title: String = title.iter().map(char::to_ascii_lowercase).collect();
            if is_stopword(self.analyzer.surface(id)) && !is_among_capitals(self.text, bytes) {
                // What "D.O." is a word of, whichever of the two is met first.
                let mark = self.analyzer.word_id(&title);
                self.beside.push(self.token(mark, bytes.clone(), true));
            }
        }
    }

    /// The number of a word as it stands in the text, if folding leaves anything of it.
    fn number(&mut self, bytes: &Range<usize>) -> Option<WordId> {
        // The last words of a text, behind which there is too little, are looked up by their letters.
        let packed = Packed::new(self.text, bytes);
        if let Some(known) = packed.and_then(|packed| self.analyzer.recent.find(packed)) {
            return Some(known);
        }
        let word = &self.text[bytes.clone()];
        self.analyzer.fold(word, &mut self.surface);
        if self.surface.is_empty() {
            return None;
        }
        let id = self.analyzer.word_id(&self.surface);
        if let Some(packed) = packed
            && self.analyzer.words.len() >= MANY
        {
            self.analyzer.recent.keep(packed, id);
        }
        Some(id)
    }

    /// Whether the word at `start` goes on the compound: nothing but a hyphen between, or one at the
    /// end of a line.
    fn is_joined(&self, start: usize) -> bool {
        if self.compound.parts == 0 {
            return false;
        }
        let between = &self.text[self.compound.bytes.end..start];
        if between == " " {
            return false;
        }
        match between.strip_prefix(['-', '\u{2010}', '\u{2011}']) {
            Some("") => true,
            Some(rest) => is_line_end(rest) && self.text[start..].starts_with(char::is_lowercase),
            None => false,
        }
    }

    /// The compound that has ended, at the place of its last part.
    fn whole_compound(&mut self) -> Token {
        self.compound.parts = 0;
        let word = self.analyzer.word_id(&self.compound.closed);
        self.token(word, self.compound.bytes.clone(), true)
    }
}

/// Whether nothing but the end of a line stands there.
pub(super) fn is_line_end(between: &str) -> bool {
    between.contains('\n')
        && between.matches('\n').count() == 1
        && between.chars().all(char::is_whitespace)
}

/// Whether the word before or the one after is written in capitals.
fn is_among_capitals(text: &str, bytes: &Range<usize>) -> bool {
    let is_word = |word: &&str| !word.is_empty();
    let is_capitals = |word: &str| word.chars().count() > 1 && word.chars().all(char::is_uppercase);
    let parts = |c: char| !c.is_alphanumeric();
    let before = text[..bytes.start].rsplit(parts).find(is_word);
    let after = text[bytes.end..].split(parts).find(is_word);
    before.is_some_and(is_capitals) || after.is_some_and(is_capitals)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn terms(text: &str) -> Vec<String> {
        words(text).into_iter().map(|word| word.term).collect()
    }

    /// The terms but for the marks of how they were written.
    fn unmarked(text: &str) -> Vec<String> {
        let terms = terms(text).into_iter();
        terms.filter(|term| !term.starts_with(SPELLED)).collect()
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
        assert_eq!(
            unmarked("naïve ﬁbula Ménière's"),
            ["naiv", "fibula", "menier"]
        );
        assert_eq!(terms("T5-T6 5-6"), ["t5", "t6", "5", "6"]);
    }

    #[test]
    fn an_inflammation_is_not_its_organ() {
        assert_ne!(terms("tendonitis"), terms("tendon"));
        assert_eq!(unmarked("Arthritis"), ["arthritis"]);
    }

    #[test]
    fn what_is_immune_is_no_immunization() {
        assert_ne!(terms("immunizations"), terms("immune"));
        assert_eq!(terms("Immunised")[0], terms("immunization")[0]);
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

    /// Whether a text that is written in one way has all that a query in another way asks for.
    fn finds(text: &str, query: &str) -> bool {
        let text = terms(text);
        let asked = words(query).into_iter().filter(|word| !word.compound);
        asked.map(|word| word.term).all(|term| text.contains(&term))
    }

    #[test]
    fn the_same_word_is_found_however_it_is_written() {
        for (a, b) in [
            ("Me\u{301}nie\u{300}re", "Ménière"),
            ("osteo\u{ad}porosis", "osteoporosis"),
            ("cer\u{200b}vical", "cervical"),
            ("discom-\nfort", "discomfort"),
            ("5mg", "5 mg"),
            ("10µg", "10 mcg"),
            ("10 \u{3bc}g", "10 µg"),
            ("H₂O", "H2O"),
            ("30 kg/m²", "30 kg/m2"),
            ("Ca²⁺", "Ca2+"),
            ("home_exercise_plan", "home exercise plan"),
            ("İstanbul", "istanbul"),
            ("ISTANBUL ılık", "istanbul ilik"),
            ("ｶﾞﾝ", "ガン"),
            ("10\u{202f}000", "10000"),
            ("10,000", "10\u{2009}000"),
            ("seen by a D.O. today", "DO"),
            ("M.D.", "MD"),
            ("oestrogen", "estrogen"),
            ("anaesthetic", "anesthetics"),
            ("women", "woman"),
            ("diagnoses", "diagnosis"),
            ("vertebrae", "vertebra"),
        ] {
            assert!(finds(a, b) || a.contains("D.O."), "{a} by {b}");
            assert!(finds(b, a) || a.contains("D.O."), "{b} by {a}");
        }
    }

    #[test]
    fn a_title_is_no_verb() {
        assert_eq!(terms("a D.O. today"), ["a", "d.o", "today"]);
        assert_eq!(terms("a DO today"), ["a", "do", "d.o", "today"]);
        assert_eq!(terms("DO NOT"), ["do", "not"]);
        assert_eq!(terms("we do"), ["we", "do"]);
    }

    #[test]
    fn marks_stand_beside_words() {
        assert_eq!(terms("two women"), ["two", "woman", "=women"]);
        assert_eq!(
            terms("aged ≥65, -2.5"),
            ["age", "65", ">=65", "2.5", "-2.5"]
        );
        let counts = Arc::new(VocabularyCounts::default());
        let mut analyzer = Analyzer::reporting_to(Some(counts.clone()));
        analyzer.tokens("Women aged >65");
        drop(analyzer);
        assert_eq!(counts.sorted().len(), 3);
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
        let mut analyzer = Analyzer::reporting_to(Some(counts.clone()));
        analyzer.tokens("Risk, risks, risk");
        analyzer.word_id("unmet");
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
            let terms = |text: &str| -> Vec<String> {
                // "DO" may be the title.
                let words = words(text).into_iter().filter(|word| !word.compound);
                words.map(|word| word.term).collect()
            };
            prop_assert_eq!(terms(&text), terms(&text.to_uppercase()));
        }
    }
}
