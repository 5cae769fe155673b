//! # Citations
//!
//! A passage can be pasted into a report, and what became of it checked later, against an index of
//! the materials as they are then ([`verify`]).
//!
//! A [`Citation`] is a few lines of plain text, made to survive a mail or a word processor: white
//! space in it does not matter, nor do the marks of a reply. It begins and ends with the id of the
//! passage, which is a hash of its source and text, so that what was cited is known even when the
//! index is another.
//!
//! ```text
//! [palpate citation 2f0c…]
//! corpus/neck.txt, lines 31-35 (index generation 3)
//! “Tell your doctor if you: …”
//! [end of citation 2f0c…]
//! ```

mod verify;

use crate::diff::folded;
use crate::document::visible_lines;
use crate::index::{Engine, IndexError, StoredPassage};

pub use verify::{Standing, Verdict, verify};

/// How a citation begins; the id and a bracket follow.
pub const BEGIN: &str = "[palpate citation ";
/// How it ends.
pub const END: &str = "[end of citation ";
const GENERATION: &str = "(index generation ";
/// Digits of a passage id.
const ID: usize = 20;

/// A passage as it was cited.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Citation {
    pub id: String,
    pub source: String,
    /// "lines 31-35", "page 2".
    pub place: String,
    /// The generation of the index it was cited from.
    pub generation: u64,
    /// The text of the passage. Where it was pasted, white space may be another.
    pub text: String,
}

/// What stands in a text for a citation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cited {
    /// The line on which it begins, from 1.
    pub line: usize,
    /// The citation, or what is wrong with it.
    pub citation: Result<Citation, MalformedCitation>,
}

/// Why a citation cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MalformedCitation {
    #[error("it breaks off in its first line")]
    BrokenOff,
    #[error("“{0}” is no passage id of {ID} hexadecimal digits")]
    NoId(String),
    #[error("its end is missing")]
    Endless,
    #[error("its end is that of another citation")]
    OtherEnd,
    #[error("it does not say of which index it is")]
    NoGeneration,
    #[error("its generation is no number")]
    WrongGeneration,
    #[error("it does not say where it stands")]
    NoPlace,
}

impl Citation {
    /// Cites a passage of an index.
    pub fn of(engine: &dyn Engine, passage: &StoredPassage) -> Citation {
        let StoredPassage {
            id, source, text, ..
        } = passage;
        Citation {
            id: id.to_string(),
            source: source.clone(),
            place: passage.place().to_string(),
            generation: engine.manifest().generation,
            text: text.clone(),
        }
    }

    /// The block to paste. Names and texts are not trusted to steer where it is pasted.
    pub fn block(&self) -> String {
        let Citation {
            id,
            source,
            place,
            generation,
            text,
        } = self;
        let (source, text) = (visible_lines(source), visible_lines(text));
        format!("{BEGIN}{id}]\n{source}, {place} {GENERATION}{generation})\n“{text}”\n{END}{id}]\n")
    }

    /// All citations in a text, in order.
    pub fn find(text: &str) -> Vec<Cited> {
        let begins = text.match_indices(BEGIN).map(|(at, _)| at);
        let mut begins = begins.peekable();
        let mut found = Vec::new();
        while let Some(at) = begins.next() {
            let until = begins.peek().copied().unwrap_or(text.len());
            found.push(Cited {
                line: 1 + text[..at].matches('\n').count(),
                citation: parse(&text[at + BEGIN.len()..until], quote_mark(text, at)),
            });
        }
        found
    }
}

/// What stands before a citation on its line, if that is the mark of a reply: "> ".
fn quote_mark(text: &str, at: usize) -> &str {
    let line = text[..at].rfind('\n').map_or(0, |end| end + 1);
    let before = &text[line..at];
    match before.chars().all(|c| matches!(c, '>' | '|' | ' ' | '\t')) {
        true => before.trim(),
        false => "",
    }
}

/// Reads what follows [`BEGIN`].
fn parse(rest: &str, mark: &str) -> Result<Citation, MalformedCitation> {
    use MalformedCitation as Malformed;
    let (id, rest) = rest.split_once(']').ok_or(Malformed::BrokenOff)?;
    let id = id.trim();
    if id.len() != ID || !id.bytes().all(|b| b.is_ascii_hexdigit()) {
        return Err(Malformed::NoId(id.to_owned()));
    }
    let end = rest.find(END).ok_or(Malformed::Endless)?;
    if !rest[end + END.len()..].trim_start().starts_with(id) {
        return Err(Malformed::OtherEnd);
    }
    let body = folded_without(&rest[..end], mark);
    let (head, tail) = body.split_once(GENERATION).ok_or(Malformed::NoGeneration)?;
    let (generation, text) = tail.split_once(')').ok_or(Malformed::WrongGeneration)?;
    let place = head.trim().rsplit_once(", ");
    let (source, place) = place.ok_or(Malformed::NoPlace)?;
    let generation = generation.trim().parse();
    let text = text.trim();
    let text = text.strip_prefix(['“', '"']).unwrap_or(text);
    let text = text.strip_suffix(['”', '"']).unwrap_or(text);
    Ok(Citation {
        id: id.to_owned(),
        source: source.to_owned(),
        place: place.to_owned(),
        generation: generation.map_err(|_| Malformed::WrongGeneration)?,
        text: text.to_owned(),
    })
}

/// A text with single spaces, without the mark of a reply at the beginning of its lines.
fn folded_without(text: &str, mark: &str) -> String {
    let unmarked = text.lines().map(|line| {
        let line = line.trim_start();
        line.strip_prefix(mark).unwrap_or(line)
    });
    folded(&unmarked.collect::<Vec<_>>().join(" "))
}

/// The passage that a person names: by its id, or by a line of its source, as "neck.txt:31".
pub fn passage_named(engine: &dyn Engine, name: &str) -> Result<Option<StoredPassage>, IndexError> {
    if let Some(passage) = engine.passage(name)? {
        return Ok(Some(passage));
    }
    let Some((source, line)) = name.rsplit_once(':') else {
        return Ok(None);
    };
    let Ok(line) = line.parse::<usize>() else {
        return Ok(None);
    };
    let document = engine.document(source)?;
    let passages = document.map(|document| document.passages);
    let has_line = |passage: &StoredPassage| (passage.lines.0..=passage.lines.1).contains(&line);
    Ok(passages.into_iter().flatten().find(has_line))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn citation(text: &str) -> Citation {
        Citation {
            id: "0123456789abcdef0123".into(),
            source: "corpus/a, b (1).txt".into(),
            place: "lines 3-7".into(),
            generation: 12,
            text: text.into(),
        }
    }

    fn found(text: &str) -> Vec<Citation> {
        let all = Citation::find(text).into_iter();
        all.map(|cited| cited.citation.expect("it is whole"))
            .collect()
    }

    #[test]
    fn a_block_survives_wrapping_and_replies() {
        let cited = citation("Tell us if you:\n\n  • have “brittle” bones, or\n  • a fracture.");
        let plain = Citation {
            text: folded(&cited.text),
            ..cited.clone()
        };
        let block = cited.block();
        assert_eq!(
            found(&format!("See:\n\n{block}\nand {block}")),
            [plain.clone(), plain.clone()]
        );
        let reply: String = block.lines().map(|line| format!("> {line}\r\n")).collect();
        assert_eq!(found(&reply), std::slice::from_ref(&plain));
        let wrapped = block
            .replace(' ', "\n   ")
            .replace("citation\n   ", "citation ");
        let wrapped = wrapped
            .replace("[palpate\n   ", "[palpate ")
            .replace("[end\n   of\n   ", "[end of ");
        assert_eq!(found(&wrapped), [plain]);
    }

    #[test]
    fn what_is_wrong_with_a_citation_is_said() {
        let block = citation("It is safe.").block();
        for (text, cause) in [
            (block.replace(END, "[end "), "its end is missing"),
            (block.replacen("0123456789", "x", 1), "is no passage id"),
            (
                block.replace("generation 12", "generation x"),
                "is no number",
            ),
            (block.replace("(index generation 12)", ""), "of which index"),
        ] {
            let found = Citation::find(&format!("\n{text}"));
            assert_eq!(found[0].line, 2);
            let error = found[0].citation.clone().expect_err("it is broken");
            assert!(error.to_string().contains(cause), "{error}");
        }
    }

    proptest! {
        #[test]
        fn a_citation_comes_back(text in "[^\\[\\]>|]{0,80}", source in "[a-z, ()]{1,20}") {
            let cited = Citation {
                source: folded(&format!("x{source}x")),
                text: folded(&text).trim_matches(['“', '”', '"']).trim().to_owned(),
                ..citation("")
            };
            let shown = Citation {
                text: crate::document::visible(&cited.text),
                ..cited.clone()
            };
            prop_assert_eq!(found(&cited.block()), [shown]);
        }

        #[test]
        fn nothing_panics(text in "(\\[palpate citation |[0-9a-f]{20}|\\]|\\(index generation |[0-9]|\\)|, |\\[end of citation |.|\n){0,20}") {
            Citation::find(&text);
        }
    }
}
