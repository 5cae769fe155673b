//! Citations that can be pasted into a report and checked later.
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

use std::ops::Range;

use serde::Serialize;

use super::difference::{Difference, folded};
use super::lines_of;
use crate::document::Span;
use crate::index::{Engine, IndexError, StoredPassage, WholeDocument};
use crate::search::{Request, SearchError, Searcher};

/// How a citation begins; the id and a bracket follow.
pub const BEGIN: &str = "[palpate citation ";
/// How it ends.
pub const END: &str = "[end of citation ";
const GENERATION: &str = "(index generation ";
/// Digits of a passage id.
const ID: usize = 20;
/// From this likeness on two texts are one that was changed.
const ALIKE: f32 = 0.5;
/// So many passages are looked at for a text whose source is gone.
const LOOKED_AT: usize = 20;

/// A passage as it was cited.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
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
    pub citation: Result<Citation, String>,
}

/// Where a cited text stands now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Standing {
    pub source: String,
    pub place: String,
}

/// What became of a citation.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "verdict", rename_all = "lowercase")]
pub enum Verdict {
    /// The text stands where it stood.
    Unchanged,
    /// The text is the same, and stands elsewhere.
    Moved { now: Standing },
    /// Another text stands in its place, or the quotation is not what the source says.
    Changed {
        now: Standing,
        difference: Difference,
    },
    /// Nothing like it is in the index.
    Gone,
}

/// The place of a passage without its source: "lines 31-35".
pub(super) fn place(pages: Option<Span>, paragraphs: Option<Span>, lines: Span) -> String {
    let (what, (first, last)) = match (pages, paragraphs) {
        (Some(pages), _) => ("page", pages),
        (None, Some(paragraphs)) => ("paragraph", paragraphs),
        (None, None) => ("line", lines),
    };
    match last > first {
        true => format!("{what}s {first}-{last}"),
        false => format!("{what} {first}"),
    }
}

impl Citation {
    /// Cites a passage of an index.
    pub fn of(engine: &dyn Engine, passage: &StoredPassage) -> Citation {
        let StoredPassage {
            id,
            source,
            text,
            pages,
            paragraphs,
            lines,
            ..
        } = passage;
        Citation {
            id: id.to_string(),
            source: source.clone(),
            place: place(*pages, *paragraphs, *lines),
            generation: engine.manifest().generation,
            text: text.clone(),
        }
    }

    /// The block to paste.
    pub fn block(&self) -> String {
        let Citation {
            id,
            source,
            place,
            generation,
            text,
        } = self;
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
fn parse(rest: &str, mark: &str) -> Result<Citation, String> {
    let (id, rest) = rest
        .split_once(']')
        .ok_or("it breaks off in its first line")?;
    let id = id.trim();
    if id.len() != ID || !id.bytes().all(|b| b.is_ascii_hexdigit()) {
        return Err(format!(
            "“{id}” is no passage id of {ID} hexadecimal digits"
        ));
    }
    let end = rest.find(END).ok_or("its end is missing")?;
    if !rest[end + END.len()..].trim_start().starts_with(id) {
        return Err("its end is that of another citation".to_owned());
    }
    let body = folded_without(&rest[..end], mark);
    let (head, tail) = body
        .split_once(GENERATION)
        .ok_or("it does not say of which index it is")?;
    let (generation, text) = tail.split_once(')').ok_or("its generation is no number")?;
    let (source, place) = head
        .trim()
        .rsplit_once(", ")
        .ok_or("it does not say where it stands")?;
    let text = text.trim();
    let text = text.strip_prefix(['“', '"']).unwrap_or(text);
    let text = text.strip_suffix(['”', '"']).unwrap_or(text);
    Ok(Citation {
        id: id.to_owned(),
        source: source.to_owned(),
        place: place.to_owned(),
        generation: generation
            .trim()
            .parse()
            .map_err(|_| "its generation is no number".to_owned())?,
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

/// Says what became of a citation.
pub fn verify(searcher: &Searcher, citation: &Citation) -> Result<Verdict, SearchError> {
    let engine = searcher.engine();
    let cited = folded(&citation.text);
    if let Some(passage) = engine.passage(&citation.id)? {
        let now = standing(&passage);
        // The id vouches for the source, not for what was pasted.
        return Ok(match cited == folded(&passage.text) {
            false => changed(&cited, &passage).0,
            true if now.place == citation.place => Verdict::Unchanged,
            true => Verdict::Moved { now },
        });
    }
    if let Some(document) = engine.document(&citation.source)? {
        if let Some(now) = stands_in(&document, &cited) {
            return Ok(Verdict::Moved { now });
        }
        if let Some(verdict) = most_alike(&cited, &document.passages) {
            return Ok(verdict);
        }
    }
    elsewhere(searcher, &cited)
}

fn standing(passage: &StoredPassage) -> Standing {
    Standing {
        source: passage.source.clone(),
        place: place(passage.pages, passage.paragraphs, passage.lines),
    }
}

fn changed(cited: &str, passage: &StoredPassage) -> (Verdict, f32) {
    let (difference, ratio) = Difference::of(cited, &passage.text);
    let now = standing(passage);
    (Verdict::Changed { now, difference }, ratio)
}

/// The passage that a text became.
fn most_alike(cited: &str, passages: &[StoredPassage]) -> Option<Verdict> {
    let all = passages.iter().map(|passage| changed(cited, passage));
    let alike = all.filter(|(_, ratio)| *ratio >= ALIKE);
    alike
        .max_by(|a, b| a.1.total_cmp(&b.1))
        .map(|(verdict, _)| verdict)
}

/// Where a text stands in a document that was cut into other passages since.
fn stands_in(document: &WholeDocument, cited: &str) -> Option<Standing> {
    let at = found_in(&document.text, cited)?;
    let overlaps = |p: &&StoredPassage| p.bytes.0 < at.end && at.start < p.bytes.1;
    let first = document.passages.iter().find(overlaps)?;
    let last = document.passages.iter().rfind(overlaps)?;
    let within = |p: &StoredPassage| {
        let (start, end) = p.bytes;
        lines_of(p, &(at.start.max(start) - start..at.end.min(end) - start))
    };
    let span = |pick: fn(&StoredPassage) -> Option<Span>| Some((pick(first)?.0, pick(last)?.1));
    Some(Standing {
        source: document.source.clone(),
        place: place(
            span(|p| p.pages),
            span(|p| p.paragraphs),
            (within(first).0, within(last).1),
        ),
    })
}

/// The bytes of a text in which some words stand, whatever white space is between them.
fn found_in(text: &str, cited: &str) -> Option<Range<usize>> {
    let mut folded = String::with_capacity(text.len());
    // Where each word of the folded text comes from.
    let mut words: Vec<(usize, usize)> = Vec::new();
    for word in text.split_whitespace() {
        if !folded.is_empty() {
            folded.push(' ');
        }
        words.push((
            folded.len(),
            word.as_ptr() as usize - text.as_ptr() as usize,
        ));
        folded.push_str(word);
    }
    let start = folded.find(cited).filter(|_| !cited.is_empty())?;
    let origin = |at: usize| {
        let word = words
            .partition_point(|(begins, _)| *begins <= at)
            .checked_sub(1)?;
        let (begins, from) = words[word];
        Some(from + at - begins)
    };
    Some(origin(start)?..origin(start + cited.len() - 1)? + 1)
}

/// Looks for a text whose source is gone, or lost it: it may have been renamed.
fn elsewhere(searcher: &Searcher, cited: &str) -> Result<Verdict, SearchError> {
    let words: Vec<&str> = cited
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .collect();
    let found = searcher.search(&Request {
        limit: LOOKED_AT,
        exact: true,
        ..Request::new(words.join(" ").to_lowercase())
    })?;
    let same = |passage: &StoredPassage| folded(&passage.text) == cited;
    let mut passages = found.hits.into_iter().map(|hit| hit.passage);
    Ok(match passages.find(same) {
        Some(passage) => Verdict::Moved {
            now: standing(&passage),
        },
        None => Verdict::Gone,
    })
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
            assert!(error.contains(cause), "{error}");
        }
    }

    #[test]
    fn words_are_found_across_white_space() {
        let text = "It  is\n\n  not safe.";
        assert_eq!(
            found_in(text, "is not safe.").map(|at| &text[at]),
            Some("is\n\n  not safe.")
        );
        assert_eq!(found_in(text, "is safe."), None);
        assert_eq!(found_in(text, ""), None);
    }

    proptest! {
        #[test]
        fn a_citation_comes_back(text in "[^\\[\\]>|]{0,80}", source in "[a-z, ()]{1,20}") {
            let cited = Citation {
                source: folded(&format!("x{source}x")),
                text: folded(&text).trim_matches(['“', '”', '"']).trim().to_owned(),
                ..citation("")
            };
            prop_assert_eq!(found(&cited.block()), [cited]);
        }

        #[test]
        fn nothing_panics(text in "(\\[palpate citation |[0-9a-f]{20}|\\]|\\(index generation |[0-9]|\\)|, |\\[end of citation |.|\n){0,20}") {
            Citation::find(&text);
        }
    }
}
