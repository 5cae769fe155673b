//! Terms on their way to the index.
//!
//! A text is analysed once, by whoever annotates it. What the index gets is not the text but its
//! terms, joined to a string, which is parted again at a mark before each term:
//!
//! | mark | the term stands |
//! |---|---|
//! | space | at the next position |
//! | `\u{1}` | at the position of the one before: a closed compound, besides its last part |
//! | line feed | after a gap of one position: another piece of text, which no phrase reaches across |

use tantivy::tokenizer::{Token as TantivyToken, TokenStream, Tokenizer};

use super::{Analyzer, Token};

const NEXT: u8 = b' ';
const SAME: u8 = 1;
const GAP: u8 = b'\n';

/// The terms of a field.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct JoinedTerms {
    joined: String,
    count: u64,
}

impl JoinedTerms {
    /// Adds the tokens of a text, parted by a gap from what is there already, and from each other
    /// where a paragraph begins: at the bytes `starts`, which rise.
    pub(crate) fn add(&mut self, analyzer: &Analyzer, tokens: &[Token], starts: &[usize]) {
        self.joined.reserve(8 * tokens.len());
        self.count += tokens.len() as u64;
        let mut starts = starts.iter().peekable();
        for (n, token) in tokens.iter().enumerate() {
            let mut begins = n == 0;
            while !token.compound
                && starts
                    .next_if(|start| **start <= token.bytes.start)
                    .is_some()
            {
                begins = true;
            }
            let mark = match begins {
                true => GAP,
                false if token.compound => SAME,
                false => NEXT,
            };
            self.joined.push(char::from(mark));
            self.joined.push_str(analyzer.term(token.word));
        }
    }

    /// The joined terms, for the index.
    pub(crate) fn as_str(&self) -> &str {
        &self.joined
    }

    /// The joined terms of each piece of text, without the mark at its beginning.
    #[cfg(feature = "cluster")]
    pub(crate) fn pieces(&self) -> impl Iterator<Item = &str> {
        self.joined.split(char::from(GAP)).skip(1)
    }

    /// How many terms there are, one that occurs twice counted twice.
    pub(crate) fn count(&self) -> u64 {
        self.count
    }
}

/// The terms of pieces of text, as [`JoinedTerms::pieces`] gives them, each with its position.
#[cfg(feature = "cluster")]
pub(crate) fn placed(pieces: &[impl AsRef<str>]) -> Vec<(&str, u32)> {
    let mut placed: Vec<(&str, u32)> = Vec::new();
    for piece in pieces {
        let mut at = placed.last().map_or(0, |(_, last)| last + 2);
        for (n, here) in piece.as_ref().split(char::from(NEXT)).enumerate() {
            at += u32::from(n > 0);
            placed.extend(here.split(char::from(SAME)).map(|term| (term, at)));
        }
    }
    placed
}

/// Parts what [`JoinedTerms`] joined.
#[derive(Clone, Default)]
pub(crate) struct TermTokenizer(TantivyToken);

impl Tokenizer for TermTokenizer {
    type TokenStream<'a> = Terms<'a>;

    fn token_stream<'a>(&'a mut self, text: &'a str) -> Terms<'a> {
        self.0.reset();
        Terms {
            text,
            at: 0,
            token: &mut self.0,
        }
    }
}

/// The terms of one text.
pub(crate) struct Terms<'a> {
    text: &'a str,
    at: usize,
    token: &'a mut TantivyToken,
}

impl TokenStream for Terms<'_> {
    fn advance(&mut self) -> bool {
        let bytes = self.text.as_bytes();
        let Some(&mark) = bytes.get(self.at) else {
            return false;
        };
        let start = self.at + 1;
        let length = bytes[start..]
            .iter()
            // No term has white space in it, or a control character: such a byte is one of the marks.
            .position(|byte| *byte <= NEXT);
        let end = length.map_or(bytes.len(), |length| start + length);
        let step = match (mark, self.at) {
            (SAME, _) => 0,
            // The position starts before zero.
            (GAP, 0) | (NEXT, _) => 1,
            _ => 2,
        };
        self.token.position = self.token.position.wrapping_add(step);
        self.token.offset_from = start;
        self.token.offset_to = end;
        self.token.text.clear();
        self.token.text.push_str(&self.text[start..end]);
        self.at = end;
        true
    }

    fn token(&self) -> &TantivyToken {
        self.token
    }

    fn token_mut(&mut self) -> &mut TantivyToken {
        self.token
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// A term and its position.
    type Placed = (String, usize);

    fn parted(pieces: &[&str]) -> (Vec<Placed>, Vec<Placed>) {
        let mut analyzer = Analyzer::default();
        let mut joined = JoinedTerms::default();
        let mut expected: Vec<Placed> = Vec::new();
        for piece in pieces {
            let tokens = analyzer.tokens(piece);
            joined.add(&analyzer, &tokens, &[]);
            let first = expected.last().map_or(0, |(_, last)| last + 2);
            expected.extend(tokens.iter().map(|token| {
                let term = analyzer.term(token.word).to_owned();
                (term, first + token.position)
            }));
        }
        let mut found = Vec::new();
        TermTokenizer::default()
            .token_stream(joined.as_str())
            .process(&mut |token| found.push((token.text.clone(), token.position)));
        #[cfg(feature = "cluster")]
        assert_same(&joined, &found);
        (found, expected)
    }

    /// A cluster is given pieces, and has to part them in the same way.
    #[cfg(feature = "cluster")]
    fn assert_same(joined: &JoinedTerms, found: &[Placed]) {
        let pieces: Vec<&str> = joined.pieces().collect();
        let placed = placed(&pieces).into_iter();
        let placed: Vec<Placed> = placed
            .map(|(term, at)| (term.to_owned(), at as usize))
            .collect();
        assert_eq!(placed, found);
    }

    #[test]
    fn compounds_share_a_place_and_pieces_are_apart() {
        let (found, expected) = parted(&["Low-amplitude thrusts", "", "risks"]);
        assert_eq!(found, expected);
        let places: Vec<usize> = found.into_iter().map(|(_, place)| place).collect();
        assert_eq!(places, [0, 1, 1, 2, 4]);
    }

    #[test]
    fn paragraphs_are_apart() {
        let mut analyzer = Analyzer::default();
        let tokens = analyzer.tokens("One x-ray. Two women. Three");
        let mut joined = JoinedTerms::default();
        joined.add(&analyzer, &tokens, &[11, 21]);
        let mut found = Vec::new();
        TermTokenizer::default()
            .token_stream(joined.as_str())
            .process(&mut |token| found.push(token.position));
        // One, x, ray, xray, two, women and its mark, three.
        assert_eq!(found, [0, 1, 2, 2, 4, 5, 5, 7]);
        #[cfg(feature = "cluster")]
        assert_eq!(joined.pieces().count(), 3);
    }

    #[test]
    fn a_space_below_an_accent_is_no_part_of_a_term() {
        let (found, expected) = parted(&[" \u{1e000}pain"]);
        assert_eq!(found, expected);
    }

    proptest! {
        #[test]
        fn what_is_joined_comes_apart_again(a in "\\PC{0,60}", b in "[^\\x00]{0,60}") {
            let (found, expected) = parted(&[&a, &b]);
            prop_assert_eq!(found, expected);
        }
    }
}
