//! What can be asked for by name: aspects, and concepts with how many passages speak of them.

use std::io::{self, Write};

use serde::Serialize;

use super::text::visible;
use crate::annotate::Aspect;
use crate::output::json::to_line;
use crate::search::KnownConcept;

/// An aspect.
#[derive(Serialize)]
struct AspectJson {
    name: &'static str,
    label: &'static str,
}

#[derive(Serialize)]
struct AspectsJson {
    aspects: Vec<AspectJson>,
}

/// A concept.
#[derive(Serialize)]
struct KnownConceptJson<'a> {
    name: &'a str,
    kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    passages: Option<u64>,
}

#[derive(Serialize)]
struct KnownConceptsJson<'a> {
    total: usize,
    concepts: Vec<KnownConceptJson<'a>>,
}

/// Prints the aspects: a line for each label, with the names that go by it.
pub fn write_aspects(out: &mut dyn Write) -> io::Result<()> {
    let mut labels: Vec<&str> = Aspect::all().map(Aspect::label).collect();
    let mut seen = Vec::new();
    labels.retain(|label| {
        !seen.contains(label) && {
            seen.push(label);
            true
        }
    });
    for label in labels {
        let under = Aspect::named(label).into_iter().map(Aspect::name);
        let under: Vec<&str> = under.filter(|name| *name != label).collect();
        match under.is_empty() {
            true => writeln!(out, "{label}")?,
            false => writeln!(out, "{label:<13} {}", under.join(", "))?,
        }
    }
    Ok(())
}

/// Writes the aspects as one JSON object on one line.
pub fn write_aspects_json(out: &mut dyn Write) -> io::Result<()> {
    let aspects = Aspect::all().map(|aspect| AspectJson {
        name: aspect.name(),
        label: aspect.label(),
    });
    let aspects = aspects.collect();
    to_line(out, &AspectsJson { aspects })
}

/// Prints the first `limit` of some concepts, one a line, and how many more there are.
pub fn write_concepts(
    out: &mut dyn Write,
    concepts: &[KnownConcept],
    limit: usize,
) -> io::Result<()> {
    for concept in concepts.iter().take(limit) {
        let passages = match concept.passages {
            None => String::new(),
            Some(1) => ", 1 passage".to_owned(),
            Some(passages) => format!(", {passages} passages"),
        };
        let (name, kind) = (visible(&concept.name), concept.kind.name());
        writeln!(out, "{name}  ({kind}{passages})")?;
    }
    match concepts.len().saturating_sub(limit) {
        0 => Ok(()),
        more => writeln!(out, "… and {more} more"),
    }
}

/// Writes the first `limit` of some concepts as one JSON object on one line.
pub fn write_concepts_json(
    out: &mut dyn Write,
    concepts: &[KnownConcept],
    limit: usize,
) -> io::Result<()> {
    let shown = concepts.iter().take(limit);
    let view = KnownConceptsJson {
        total: concepts.len(),
        concepts: shown
            .map(|concept| KnownConceptJson {
                name: &concept.name,
                kind: concept.kind.name(),
                passages: concept.passages,
            })
            .collect(),
    };
    to_line(out, &view)
}
