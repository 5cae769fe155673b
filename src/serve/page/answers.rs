//! Answers before hits: what the materials say, by kind of risk, each with where it stands, and which
//! materials are silent. All of it is quoted, nothing is written by a model.

use maud::{Markup, html};

use super::hit::snippet;
use super::warning::{Warning, kinds};
use super::{amount, material_name, number, passage_link, place};
use crate::search::{Hit, Silent};
use crate::serve::asked::AskedSearch;
use crate::serve::catalogue::Catalogue;

/// So many materials of a kind are quoted.
const QUOTED: usize = 6;
/// So many silent materials are named before the page of all of them.
const NAMED: usize = 12;

/// What is said, of hits that are the best of all.
pub(super) struct Answers<'a> {
    pub(super) catalogue: &'a Catalogue,
    pub(super) hits: &'a [Hit],
    pub(super) silent: Option<&'a Silent>,
    pub(super) asked: &'a AskedSearch,
    /// How many passages there are beside the ones that were looked at.
    pub(super) total: usize,
    /// Whether there may be more.
    pub(super) partial: bool,
}

impl Answers<'_> {
    pub(super) fn part(&self) -> Markup {
        let of_kinds: Vec<(Warning, Vec<&Hit>)> = Warning::all()
            .map(|kind| (kind, self.of(kind)))
            .filter(|(_, hits)| !hits.is_empty())
            .collect();
        html! {
            section.answers aria-label="What the materials say" {
                @for (kind, hits) in &of_kinds { (self.kind(*kind, hits)) }
                (self.silent())
            }
        }
    }

    /// The first hit of each material that speaks of a kind of risk.
    fn of(&self, kind: Warning) -> Vec<&Hit> {
        let mut of: Vec<&Hit> = Vec::new();
        for hit in self.hits {
            let speaks = kinds(&hit.passage).contains(&kind);
            if speaks
                && !of
                    .iter()
                    .any(|one| one.passage.source == hit.passage.source)
            {
                of.push(hit);
            }
        }
        of
    }

    fn kind(&self, kind: Warning, hits: &[&Hit]) -> Markup {
        let narrowed = AskedSearch {
            aspects: vec![kind.name().to_owned()],
            ..self.asked.from(0)
        };
        html! {
            details name="answers" {
                summary {
                    (kind.label()) " "
                    span.number { (number(hits.len() as u64)) span.hidden { " materials" } }
                }
                ul.quotes {
                    @for hit in hits.iter().take(QUOTED) {
                        li {
                            blockquote { (snippet(&hit.snippet)) }
                            p.where {
                                a href=(passage_link(&hit.passage, &self.asked.query)) { (hit.passage.title) }
                                " " cite { (self.catalogue.path(&hit.passage.source)) ", " (place(&hit.passage)) }
                            }
                        }
                    }
                }
                p.quiet {
                    @if self.total > self.hits.len() {
                        "Of the best " (self.hits.len()) " of " @if self.partial { "at least " } (number(self.total as u64)) " passages. "
                    }
                    a href=(narrowed.link()) { "All passages of this kind" }
                }
            }
        }
    }

    fn silent(&self) -> Markup {
        let Some(silent) = self.silent.filter(|silent| silent.count > 0) else {
            return html! {};
        };
        html! {
            details.silences name="answers" id="silent" {
                summary {
                    span.kind.silent { span.shape aria-hidden="true" {} "Silent" } " "
                    span.number { @if silent.about { "about " } (number(silent.count)) span.hidden { " materials" } }
                }
                p.quiet { "No passage of these materials matches. " a href="/help#silent" { "What that means" } }
                ul.sources {
                    @for source in silent.sources.iter().take(NAMED) {
                        li { (material_name(self.catalogue, source)) }
                    }
                }
                p {
                    a href=(self.asked.link_to("/silent")) { "All silent materials, to filter" } " · "
                    a href=(self.asked.link_to("/silent.csv")) download { "CSV" }
                }
            }
        }
    }
}

/// How many materials are silent.
pub(super) fn silent_materials(silent: &Silent) -> String {
    let about = if silent.about { "about " } else { "" };
    format!("{about}{}", amount(silent.count as usize, "material"))
}
