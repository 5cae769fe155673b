//! What became of a citation: its text is looked for by the id of its passage, then in its source,
//! then everywhere.

use std::ops::Range;

use super::Citation;
use crate::diff::{Difference, folded};
use crate::document::visible;
use crate::document::{Place, Span};
use crate::index::{StoredPassage, WholeDocument};
use crate::query::Spelling;
use crate::search::{Request, SearchError, Searcher};

/// From this likeness on two texts are one that was changed.
const ALIKE: f32 = 0.5;
/// So many passages are looked at for a text whose source is gone.
const LOOKED_AT: usize = 20;

/// Where a cited text stands now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    pub source: String,
    pub place: String,
}

/// What became of a citation.
#[derive(Debug, Clone, PartialEq)]
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

/// Says what became of a citation.
pub fn verify(searcher: &Searcher, citation: &Citation) -> Result<Verdict, SearchError> {
    let engine = searcher.engine();
    let cited = folded(&citation.text);
    if let Some(passage) = engine.passage(&citation.id)? {
        let now = standing(&passage);
        // The id vouches for the source, not for what was pasted.
        // What steers was taken out of what was pasted.
        let same = visible(&cited) == visible(&folded(&passage.text));
        return Ok(match same {
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
        place: passage.place().to_string(),
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
        p.lines_of(&(at.start.max(start) - start..at.end.min(end) - start))
    };
    let span = |pick: fn(&StoredPassage) -> Option<Span>| Some((pick(first)?.0, pick(last)?.1));
    let place = Place::of(
        span(|p| p.pages),
        span(|p| p.paragraphs),
        (within(first).0, within(last).1),
    );
    let recognised = document
        .passages
        .iter()
        .filter(overlaps)
        .any(|p| p.recognised);
    let place = place.where_recognised(recognised);
    Some(Standing {
        source: document.source.clone(),
        place: place.to_string(),
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
        spelling: Spelling::Exact,
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
}
