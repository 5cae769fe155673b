//! The query language: from text to clauses.

use super::correct::{Correction, DidYouMean};

/// Whether a clause has to match.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Occur {
    /// May match; the more of these do, the better.
    Should,
    /// Has to match.
    Must,
    /// Must not match.
    Not,
}

/// Where a clause looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// Title, headings and text.
    Anywhere,
    Title,
    Heading,
    /// The path of the source.
    Source,
}

impl Scope {
    fn named(name: &str) -> Option<Scope> {
        match name {
            "title" => Some(Scope::Title),
            "heading" | "headings" => Some(Scope::Heading),
            "source" => Some(Scope::Source),
            _ => None,
        }
    }
}

/// What a clause looks for, as typed.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Pattern {
    Words(String),
    Phrase(String),
    /// The beginning of a word, without the `*`.
    Prefix(String),
}

/// One part of a query.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Clause {
    pub occur: Occur,
    pub scope: Scope,
    pub pattern: Pattern,
}

/// A query as typed, taken apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Query {
    pub text: String,
    pub clauses: Vec<Clause>,
    /// The words that [`Query::correct`] replaced; none before.
    pub corrections: Vec<Correction>,
    /// What may be meant by words that are right, and that the corpus lacks.
    pub did_you_mean: Vec<DidYouMean>,
    /// What was not read as it may have been meant.
    pub notes: Vec<String>,
}

impl Query {
    /// Takes a query apart. Anything goes; `notes` say where the reading may surprise.
    ///
    /// ```
    /// use palpate::query::{Occur, Pattern, Query};
    /// let query = Query::parse(r#"osteoporosis -fracture "bone loss""#);
    /// assert_eq!(query.clauses[1].occur, Occur::Not);
    /// assert_eq!(query.clauses[2].pattern, Pattern::Phrase("bone loss".into()));
    /// assert!(query.notes.is_empty());
    /// ```
    pub fn parse(text: &str) -> Query {
        let mut parser = Parser {
            rest: text,
            clauses: Vec::new(),
            notes: Vec::new(),
            next: None,
        };
        while parser.clause() {}
        Query {
            text: text.to_owned(),
            clauses: parser.clauses,
            corrections: Vec::new(),
            did_you_mean: Vec::new(),
            notes: parser.notes,
        }
    }
}

struct Parser<'t> {
    rest: &'t str,
    clauses: Vec<Clause>,
    notes: Vec<String>,
    /// What an AND or NOT just read demands of the next clause.
    next: Option<Occur>,
}

const QUOTES: &[char] = &['"', '“', '”', '„'];

impl Parser<'_> {
    /// Reads one clause; false at the end.
    fn clause(&mut self) -> bool {
        self.rest = self.rest.trim_start();
        if self.rest.is_empty() {
            return false;
        }
        if self.operator() {
            return true;
        }
        let occur = self.sign();
        let scope = self.scope();
        let pattern = match self.rest.chars().next() {
            Some(quote) if QUOTES.contains(&quote) => self.phrase(quote),
            _ => self.word(),
        };
        let occur = self.next.take().unwrap_or(occur);
        if let Some(pattern) = pattern {
            self.clauses.push(Clause {
                occur,
                scope,
                pattern,
            });
        }
        true
    }

    /// AND, OR and NOT in capitals, standing between words.
    fn operator(&mut self) -> bool {
        let word = self
            .rest
            .split(char::is_whitespace)
            .next()
            .unwrap_or_default();
        let after = self.rest[word.len()..].trim_start();
        if after.is_empty() {
            return false;
        }
        match word {
            "AND" => {
                if let Some(before) = self.clauses.last_mut()
                    && before.occur == Occur::Should
                {
                    before.occur = Occur::Must;
                }
                self.next = Some(Occur::Must);
            }
            "NOT" => self.next = Some(Occur::Not),
            "OR" if !self.clauses.is_empty() => {}
            _ => return false,
        }
        self.rest = after;
        true
    }

    /// A `+` or `-` directly before something to look for.
    fn sign(&mut self) -> Occur {
        let occur = match self.rest.chars().next() {
            Some('+') => Occur::Must,
            Some('-') => Occur::Not,
            _ => return Occur::Should,
        };
        let after = &self.rest[1..];
        if after.starts_with(|c: char| c.is_alphanumeric() || QUOTES.contains(&c)) {
            self.rest = after;
            occur
        } else {
            Occur::Should
        }
    }

    /// A known field name before a colon.
    fn scope(&mut self) -> Scope {
        let Some((name, after)) = self.rest.split_once(':') else {
            return Scope::Anywhere;
        };
        match Scope::named(&name.to_ascii_lowercase()) {
            Some(scope) if after.starts_with(|c: char| !c.is_whitespace()) => {
                self.rest = after;
                scope
            }
            _ => Scope::Anywhere,
        }
    }

    fn phrase(&mut self, quote: char) -> Option<Pattern> {
        let inner = &self.rest[quote.len_utf8()..];
        let Some(end) = inner.find(QUOTES) else {
            self.notes
                .push("a quotation mark is not closed; what follows it is read as words".into());
            self.rest = inner;
            return None;
        };
        let phrase = &inner[..end];
        self.rest = inner[end..].trim_start_matches(QUOTES);
        let has_words = phrase.chars().any(char::is_alphanumeric);
        has_words.then(|| Pattern::Phrase(phrase.to_owned()))
    }

    fn word(&mut self) -> Option<Pattern> {
        let end = self
            .rest
            .find(|c: char| c.is_whitespace() || QUOTES.contains(&c))
            .unwrap_or(self.rest.len());
        let (word, rest) = self.rest.split_at(end);
        self.rest = rest;
        if !word.chars().any(char::is_alphanumeric) {
            return None;
        }
        match word.strip_suffix('*') {
            Some(prefix) if prefix.chars().all(char::is_alphanumeric) => {
                Some(Pattern::Prefix(prefix.to_owned()))
            }
            _ => Some(Pattern::Words(word.to_owned())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn shown(text: &str) -> Vec<String> {
        Query::parse(text)
            .clauses
            .iter()
            .map(|clause| {
                let sign = match clause.occur {
                    Occur::Should => "",
                    Occur::Must => "+",
                    Occur::Not => "-",
                };
                let scope = match clause.scope {
                    Scope::Anywhere => "",
                    Scope::Title => "title:",
                    Scope::Heading => "heading:",
                    Scope::Source => "source:",
                };
                match &clause.pattern {
                    Pattern::Words(word) => format!("{sign}{scope}{word}"),
                    Pattern::Phrase(phrase) => format!("{sign}{scope}\"{phrase}\""),
                    Pattern::Prefix(prefix) => format!("{sign}{scope}{prefix}*"),
                }
            })
            .collect()
    }

    #[test]
    fn the_whole_language() {
        assert_eq!(
            shown(
                r#"osteoporosis +risk -fracture "bone loss" title:OMT heading:"side effects" source:a/*.txt osteo*"#
            ),
            [
                "osteoporosis",
                "+risk",
                "-fracture",
                "\"bone loss\"",
                "title:OMT",
                "heading:\"side effects\"",
                "source:a/*.txt",
                "osteo*",
            ]
        );
    }

    #[test]
    fn operators_as_in_pubmed() {
        assert_eq!(shown("neck AND pain"), ["+neck", "+pain"]);
        assert_eq!(
            shown("neck OR pain NOT massage"),
            ["neck", "pain", "-massage"]
        );
        assert_eq!(shown("AND"), ["AND"]);
        assert_eq!(shown("and or not"), ["and", "or", "not"]);
    }

    #[test]
    fn hyphens_and_colons_inside_words_are_no_syntax() {
        assert_eq!(shown("low-amplitude 30-60"), ["low-amplitude", "30-60"]);
        assert_eq!(shown("5 - 6"), ["5", "6"]);
        assert_eq!(shown("ratio:3 title: x"), ["ratio:3", "title:", "x"]);
        assert_eq!(shown("C-*"), ["C-*"]);
    }

    #[test]
    fn what_does_not_parse_is_words_with_a_note() {
        let query = Query::parse("neck \"pain relief");
        assert_eq!(shown("neck \"pain relief"), ["neck", "pain", "relief"]);
        assert_eq!(query.notes.len(), 1);
        assert_eq!(
            shown("\"\" + - * \"!\" “curly quotes”"),
            ["\"curly quotes\""]
        );
    }

    #[test]
    fn all_ascii_punctuation_is_no_query_and_no_error() {
        let punctuation: String = (b'!'..=b'~')
            .map(char::from)
            .filter(char::is_ascii_punctuation)
            .collect();
        assert!(shown(&punctuation).is_empty());
    }

    proptest! {
        #[test]
        fn any_text_parses_and_loses_no_word(text in "[a-z+\\-\"*: ()]{0,60}") {
            let found: String = Query::parse(&text)
                .clauses
                .iter()
                .map(|clause| match &clause.pattern {
                    Pattern::Words(t) | Pattern::Phrase(t) | Pattern::Prefix(t) => t.clone(),
                })
                .collect();
            let letters = |text: &str| text.chars().filter(|c| c.is_alphanumeric()).count();
            // Field names are the only letters that are not looked for.
            if !["title:", "heading:", "headings:", "source:"].iter().any(|f| text.contains(f)) {
                prop_assert_eq!(letters(&found), letters(&text));
            }
        }
    }
}
