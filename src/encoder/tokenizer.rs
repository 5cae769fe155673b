//! Text → tokens, as BERT has them: words in lower case without accents, then the longest pieces that
//! the vocabulary has (Wu and others, "Google's neural machine translation system", 2016: WordPiece).
//!
//! The vocabulary and its ways are read from `tokenizer.json`. A tokenizer of another kind is refused:
//! one that is nearly right would give vectors that mean nothing.

use std::collections::HashMap;

use serde::Deserialize;
use unicode_normalization::UnicodeNormalization;
use unicode_properties::{GeneralCategory, GeneralCategoryGroup, UnicodeGeneralCategory};

#[derive(Deserialize)]
struct TokenizerFile {
    normalizer: Option<Normalizer>,
    pre_tokenizer: Option<Typed>,
    model: WordPiece,
}

#[derive(Deserialize)]
struct Typed {
    r#type: String,
}

#[derive(Deserialize)]
struct Normalizer {
    r#type: String,
    #[serde(default)]
    lowercase: bool,
    strip_accents: Option<bool>,
}

#[derive(Deserialize)]
struct WordPiece {
    /// Older files do not say it.
    r#type: Option<String>,
    unk_token: String,
    #[serde(default = "usual_prefix")]
    continuing_subword_prefix: String,
    #[serde(default = "usual_length")]
    max_input_chars_per_word: usize,
    vocab: HashMap<String, u32>,
}

fn usual_prefix() -> String {
    "##".to_owned()
}

fn usual_length() -> usize {
    100
}

/// Takes texts apart.
pub(super) struct Pieces {
    /// Pieces that begin a word, and those that go on with one.
    beginnings: HashMap<String, u32>,
    continued: HashMap<String, u32>,
    /// What stands for a word that cannot be put together, before a text, and after it.
    unknown: u32,
    start: u32,
    end: u32,
    longest_word: usize,
    lowercase: bool,
    strip_accents: bool,
}

impl Pieces {
    /// Reads `tokenizer.json`; the error says what is wrong with it.
    pub(super) fn read(text: &[u8]) -> Result<Pieces, String> {
        let file: TokenizerFile = serde_json::from_slice(text).map_err(|e| e.to_string())?;
        let normalizer = file.normalizer.filter(|n| n.r#type == "BertNormalizer");
        let normalizer = normalizer.ok_or("its normalizer is not that of BERT")?;
        let splitter = file
            .pre_tokenizer
            .filter(|p| p.r#type == "BertPreTokenizer");
        splitter.ok_or("it does not part words as BERT does")?;
        let model = file.model;
        if model.r#type.is_some_and(|name| name != "WordPiece") {
            return Err("its tokens are no word pieces".to_owned());
        }
        let number = |token: &str| {
            let known = model.vocab.get(token).copied();
            known.ok_or_else(|| format!("its vocabulary has no {token}"))
        };
        let (unknown, start, end) = (
            number(&model.unk_token)?,
            number("[CLS]")?,
            number("[SEP]")?,
        );
        let prefix = model.continuing_subword_prefix;
        let (mut beginnings, mut continued) = (HashMap::new(), HashMap::new());
        for (token, number) in model.vocab {
            match token.strip_prefix(&prefix) {
                Some(rest) if !prefix.is_empty() => continued.insert(rest.to_owned(), number),
                _ => beginnings.insert(token, number),
            };
        }
        Ok(Pieces {
            beginnings,
            continued,
            unknown,
            start,
            end,
            longest_word: model.max_input_chars_per_word,
            lowercase: normalizer.lowercase,
            strip_accents: normalizer.strip_accents.unwrap_or(normalizer.lowercase),
        })
    }

    /// The largest number of a token.
    pub(super) fn largest(&self) -> u32 {
        let all = self.beginnings.values().chain(self.continued.values());
        all.copied().max().unwrap_or_default()
    }

    /// The tokens of a text, at most so many, with those before and after it.
    pub(super) fn tokens(&self, text: &str, most: usize) -> Vec<u32> {
        let mut tokens = vec![self.start];
        let mut word = String::new();
        for c in self.normalised(text) {
            if tokens.len() + 1 >= most {
                break;
            }
            match c {
                ' ' => self.take(&mut word, &mut tokens),
                c if is_punctuation(c) || is_ideograph(c) => {
                    self.take(&mut word, &mut tokens);
                    word.push(c);
                    self.take(&mut word, &mut tokens);
                }
                c => word.push(c),
            }
        }
        self.take(&mut word, &mut tokens);
        tokens.truncate(most.saturating_sub(1).max(1));
        tokens.push(self.end);
        tokens
    }

    /// The characters that count, white space as spaces.
    fn normalised<'t>(&self, text: &'t str) -> impl Iterator<Item = char> + use<'t> {
        let (lowercase, strip) = (self.lowercase, self.strip_accents);
        let cleaned = text.chars().filter_map(cleaned);
        let parted: Box<dyn Iterator<Item = char>> = match strip {
            true => Box::new(cleaned.nfd().filter(|c| {
                c.is_ascii() || c.general_category() != GeneralCategory::NonspacingMark
            })),
            false => Box::new(cleaned),
        };
        let parted = parted.map(move |c| (c, lowercase));
        parted.flat_map(|(c, lowercase)| {
            let lower = lowercase.then(|| c.to_lowercase());
            let same = (!lowercase).then_some(c);
            lower.into_iter().flatten().chain(same)
        })
    }

    /// Takes a word apart: from the left the longest piece each time.
    fn take(&self, word: &mut String, tokens: &mut Vec<u32>) {
        if word.is_empty() {
            return;
        }
        let before = tokens.len();
        let mut rest = match word.chars().count() > self.longest_word {
            true => None,
            false => Some(word.as_str()),
        };
        let mut known = &self.beginnings;
        while let Some(left) = rest.filter(|left| !left.is_empty()) {
            let ends = left.char_indices().map(|(at, c)| at + c.len_utf8());
            let ends: Vec<usize> = ends.collect();
            let longest = ends.into_iter().rev();
            let found = longest
                .filter_map(|end| Some((*known.get(&left[..end])?, end)))
                .next();
            rest = found.map(|(token, end)| {
                tokens.push(token);
                &left[end..]
            });
            known = &self.continued;
        }
        if rest.is_none() {
            tokens.truncate(before);
            tokens.push(self.unknown);
        }
        word.clear();
    }
}

fn cleaned(c: char) -> Option<char> {
    match c {
        '\t' | '\n' | '\r' => Some(' '),
        '\0' | '\u{fffd}' => None,
        c if c.is_ascii() => (!c.is_ascii_control()).then_some(c),
        c if c.is_whitespace() => Some(' '),
        c if c.general_category_group() == GeneralCategoryGroup::Other => None,
        c => Some(c),
    }
}

fn is_punctuation(c: char) -> bool {
    match c.is_ascii() {
        true => c.is_ascii_punctuation(),
        false => c.general_category_group() == GeneralCategoryGroup::Punctuation,
    }
}

/// Chinese characters are words by themselves.
fn is_ideograph(c: char) -> bool {
    matches!(u32::from(c),
        0x4E00..=0x9FFF | 0x3400..=0x4DBF | 0x20000..=0x2A6DF | 0x2A700..=0x2B73F
        | 0x2B740..=0x2B81F | 0x2B920..=0x2CEAF | 0xF900..=0xFAFF | 0x2F800..=0x2FA1F)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pieces() -> Pieces {
        let vocab = [
            "[UNK]",
            "[CLS]",
            "[SEP]",
            "osteo",
            "##porosis",
            "pain",
            ",",
            "cafe",
            "日",
        ];
        let vocab: HashMap<&str, usize> = vocab.iter().copied().zip(0..).collect();
        let file = serde_json::json!({
            "normalizer": {"type": "BertNormalizer", "lowercase": true, "strip_accents": null},
            "pre_tokenizer": {"type": "BertPreTokenizer"},
            "model": {"type": "WordPiece", "unk_token": "[UNK]", "vocab": vocab},
        });
        Pieces::read(file.to_string().as_bytes()).expect("it is one of BERT")
    }

    #[test]
    fn words_become_the_longest_pieces() {
        let tokens = |text: &str| pieces().tokens(text, 99);
        assert_eq!(tokens("Osteoporosis, pain"), [1, 3, 4, 6, 5, 2]);
        assert_eq!(tokens("painful\u{0} CAFÉ"), [1, 0, 7, 2]);
        assert_eq!(tokens("pain日pain"), [1, 5, 8, 5, 2]);
        assert_eq!(tokens(&"pain".repeat(50)), [1, 0, 2]);
        assert_eq!(tokens(""), [1, 2]);
        assert_eq!(pieces().tokens("pain pain pain", 4), [1, 5, 5, 2]);
    }

    #[test]
    fn another_tokenizer_is_refused() {
        for (file, said) in [
            (
                serde_json::json!({"model": {"unk_token": "a", "vocab": {}}}),
                "normalizer",
            ),
            (serde_json::json!({"model": {"type": "BPE"}}), "unk_token"),
        ] {
            let told = Pieces::read(file.to_string().as_bytes())
                .err()
                .expect("it is no BERT");
            assert!(told.contains(said), "{told}");
        }
    }
}
