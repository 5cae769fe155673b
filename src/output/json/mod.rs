//! What programs read. The names of the fields are a contract: later versions add, they do not
//! rename or remove.
//!
//! Results are turned into views, which are all that knows how they are written; the rooms upstream
//! do not. Here are the results of a search, with `facets`; `passage` has what is kept of a
//! passage, `document` whole documents, and `service` what a server says of itself.

#[cfg(feature = "serve")]
mod document;
mod facets;
mod line;
mod passage;
#[cfg(feature = "serve")]
mod service;

use std::io::{self, Write};

use serde::Serialize;

use crate::query::{Correction, DidYouMean};
use crate::search::{Hit, ScorePart, SearchResults, Snippet};

#[cfg(feature = "serve")]
pub(crate) use document::{DocumentJson, SourcesJson};
use facets::FacetsJson;
pub(crate) use line::to_line;
#[cfg(feature = "serve")]
pub(crate) use passage::StoredPassageJson;
pub(crate) use passage::{BesideJson, PassageIdJson};
use passage::{MentionedJson, StatementJson, mentioned, statements};
#[cfg(feature = "serve")]
pub(crate) use service::{HealthJson, ProblemJson};

#[cfg_attr(feature = "serve", derive(utoipa::ToSchema))]
/// The results of a search.
#[derive(Serialize)]
pub struct ResultsJson<'a> {
    query: &'a str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    corrections: Vec<CorrectionJson<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    did_you_mean: Vec<DidYouMeanJson<'a>>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    notes: &'a [String],
    total: usize,
    /// Whether the search was over before all passages were looked at: the hits are the best so far, and `total`
    /// and the counts of `facets` at least what they say.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    partial: bool,
    elapsed_ms: f64,
    hits: Vec<HitJson<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    facets: Option<FacetsJson<'a>>,
}

#[cfg_attr(feature = "serve", derive(utoipa::ToSchema))]
/// A passage found.
#[derive(Serialize)]
pub struct HitJson<'a> {
    rank: usize,
    score: f64,
    source: &'a str,
    title: &'a str,
    headings: &'a [String],
    lines: (usize, usize),
    #[serde(skip_serializing_if = "Option::is_none")]
    pages: Option<(usize, usize)>,
    /// Whether the text, or some of it, was recognised in a picture.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    recognised: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    paragraphs: Option<(usize, usize)>,
    bytes: (usize, usize),
    id: &'a str,
    /// Whether it is only similar in meaning: the words of the query do not occur.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    by_meaning_alone: bool,
    /// The sources in which the same stands at the same place: equal files are one hit.
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    also_in: &'a [String],
    aspects: &'a [String],
    /// The kinds of risk among them.
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    risks: &'a [String],
    concepts: Vec<MentionedJson<'a>>,
    /// What single sentences of it tie together.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    statements: Vec<StatementJson<'a>>,
    text: &'a str,
    snippet: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    lead: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    explanation: Option<Vec<PartJson<'a>>>,
}

#[cfg_attr(feature = "serve", derive(utoipa::ToSchema))]
/// A part of a score.
#[derive(Serialize)]
pub struct PartJson<'a> {
    part: &'static str,
    value: f64,
    reasons: &'a [String],
}

/// A word that was searched for in place of the one typed.
#[cfg_attr(feature = "serve", derive(utoipa::ToSchema), schema(as = Correction))]
#[derive(Serialize)]
struct CorrectionJson<'a> {
    typed: &'a str,
    searched: &'a str,
}

/// A word that is right and that no passage has, with what may be meant.
#[cfg_attr(feature = "serve", derive(utoipa::ToSchema), schema(as = DidYouMean))]
#[derive(Serialize)]
struct DidYouMeanJson<'a> {
    typed: &'a str,
    meant: &'a str,
    /// How many passages have it.
    passages: u64,
}

/// Writes the results as one JSON object on one line.
pub fn write(out: &mut dyn Write, results: &SearchResults, explain: bool) -> io::Result<()> {
    to_line(out, &ResultsJson::new(results, explain))
}

/// Writes each hit as a JSON object on a line of its own.
pub fn write_lines(out: &mut dyn Write, results: &SearchResults, explain: bool) -> io::Result<()> {
    for hit in &results.hits {
        to_line(out, &HitJson::new(hit, explain))?;
    }
    Ok(())
}

impl<'a> ResultsJson<'a> {
    /// The results, with how each score came about where `explain` says so.
    pub(crate) fn new(results: &'a SearchResults, explain: bool) -> Self {
        let hits = results.hits.iter();
        ResultsJson {
            query: &results.query,
            corrections: results
                .corrections
                .iter()
                .map(CorrectionJson::new)
                .collect(),
            did_you_mean: results
                .did_you_mean
                .iter()
                .map(DidYouMeanJson::new)
                .collect(),
            notes: &results.notes,
            total: results.total,
            partial: results.partial,
            elapsed_ms: results.elapsed.as_secs_f64() * 1e3,
            hits: hits.map(|hit| HitJson::new(hit, explain)).collect(),
            facets: results.facets.as_ref().map(FacetsJson::new),
        }
    }
}

impl<'a> CorrectionJson<'a> {
    fn new(correction: &'a Correction) -> Self {
        CorrectionJson {
            typed: &correction.typed,
            searched: &correction.searched,
        }
    }
}

impl<'a> DidYouMeanJson<'a> {
    fn new(suggested: &'a DidYouMean) -> Self {
        DidYouMeanJson {
            typed: &suggested.typed,
            meant: &suggested.meant,
            passages: suggested.passages,
        }
    }
}

impl<'a> HitJson<'a> {
    fn new(hit: &'a Hit, explain: bool) -> Self {
        let passage = &hit.passage;
        HitJson {
            rank: hit.rank,
            score: hit.score,
            source: &passage.source,
            title: &passage.title,
            headings: &passage.headings,
            lines: passage.lines,
            pages: passage.pages,
            recognised: passage.recognised,
            paragraphs: passage.paragraphs,
            bytes: passage.bytes,
            id: passage.id.as_str(),
            by_meaning_alone: hit.by_meaning_alone,
            also_in: &hit.also_in,
            aspects: &passage.aspects,
            risks: &passage.risks,
            concepts: mentioned(&passage.concepts),
            statements: statements(passage),
            text: &passage.text,
            snippet: marked(&hit.snippet),
            lead: passage.lead.as_deref(),
            explanation: hit
                .explanation
                .as_ref()
                .filter(|_| explain)
                .map(|parts| parts.iter().map(PartJson::new).collect()),
        }
    }
}

impl<'a> PartJson<'a> {
    fn new(part: &'a ScorePart) -> Self {
        PartJson {
            part: part.kind.name(),
            value: part.value,
            reasons: &part.reasons,
        }
    }
}

/// A snippet as HTML: matched words in `<mark>`, everything else escaped.
fn marked(snippet: &Snippet) -> String {
    let mut html = String::new();
    for stretch in &snippet.stretches {
        if stretch.marked {
            html.push_str("<mark>");
        }
        for c in stretch.text.chars() {
            match c {
                '&' => html.push_str("&amp;"),
                '<' => html.push_str("&lt;"),
                '>' => html.push_str("&gt;"),
                '"' => html.push_str("&quot;"),
                '\'' => html.push_str("&#39;"),
                _ => html.push(c),
            }
        }
        if stretch.marked {
            html.push_str("</mark>");
        }
    }
    html
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::search::Stretch;

    #[test]
    fn snippets_are_escaped_but_for_their_marks() {
        let stretch = |text: &str, marked| Stretch {
            text: text.to_owned(),
            marked,
        };
        let snippet = Snippet {
            stretches: vec![stretch("a <b> & \"c\" ", false), stretch("d'", true)],
        };
        assert_eq!(
            marked(&snippet),
            "a &lt;b&gt; &amp; &quot;c&quot; <mark>d&#39;</mark>"
        );
    }
}
