//! Suggestions: one a line for people, one object for programs.

use std::io::{self, Write};

use serde::Serialize;

use super::text::visible;
use crate::search::Suggestion;

#[cfg_attr(feature = "serve", derive(utoipa::ToSchema))]
/// What completes a prefix.
#[derive(Serialize)]
pub struct SuggestionsJson<'a> {
    pub prefix: &'a str,
    pub suggestions: &'a [Suggestion],
}

/// Prints the suggestions, best first.
pub fn write(out: &mut dyn Write, suggestions: &[Suggestion]) -> io::Result<()> {
    suggestions
        .iter()
        .try_for_each(|suggestion| writeln!(out, "{}", visible(&suggestion.text)))
}

/// Writes the suggestions as one JSON object on one line.
pub fn write_json(out: &mut dyn Write, prefix: &str, suggestions: &[Suggestion]) -> io::Result<()> {
    let object = SuggestionsJson {
        prefix,
        suggestions,
    };
    serde_json::to_writer(&mut *out, &object)?;
    writeln!(out)
}
