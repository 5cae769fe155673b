//! Suggestions: one a line for people, one object for programs.

use std::io::{self, Write};

use serde::Serialize;

use super::text::visible;
use crate::output::json::to_line;
use crate::search::Suggestion;

#[cfg_attr(feature = "serve", derive(utoipa::ToSchema))]
/// What completes a prefix.
#[derive(Serialize)]
pub struct SuggestionsJson<'a> {
    prefix: &'a str,
    suggestions: Vec<SuggestionJson<'a>>,
}

/// Something to search for.
#[cfg_attr(feature = "serve", derive(utoipa::ToSchema), schema(as = Suggestion))]
#[derive(Serialize)]
struct SuggestionJson<'a> {
    text: &'a str,
    /// How many passages stand under the phrase; for a single word, how often it occurs.
    count: u64,
}

impl<'a> SuggestionsJson<'a> {
    /// What completes a prefix, best first.
    pub(crate) fn new(prefix: &'a str, suggestions: &'a [Suggestion]) -> Self {
        let view = |suggestion: &'a Suggestion| SuggestionJson {
            text: &suggestion.text,
            count: suggestion.count,
        };
        SuggestionsJson {
            prefix,
            suggestions: suggestions.iter().map(view).collect(),
        }
    }
}

/// Prints the suggestions, best first.
pub fn write(out: &mut dyn Write, suggestions: &[Suggestion]) -> io::Result<()> {
    suggestions
        .iter()
        .try_for_each(|suggestion| writeln!(out, "{}", visible(&suggestion.text)))
}

/// Writes the suggestions as one JSON object on one line.
pub fn write_json(out: &mut dyn Write, prefix: &str, suggestions: &[Suggestion]) -> io::Result<()> {
    to_line(out, &SuggestionsJson::new(prefix, suggestions))
}
