//! A material among the results: its best passage, and the others of the same material folded.

use maud::{Markup, html};

use super::warning::{Warning, by_assertion, kinds, named};
use super::{copy_button, passage_link, place};
use crate::annotate::trusted;
use crate::index::StoredPassage;
use crate::output::statement::plain;
use crate::output::text::{MEANING_ALONE, TWINS};
use crate::search::{Hit, Snippet};
use crate::serve::catalogue::Catalogue;

/// At most so many statements are shown with a hit.
const SAID: usize = 2;
/// The label of what the kinds of risk tell better.
const RISK: &str = "risk";

/// What a hit is shown with.
pub(super) struct HitView<'a> {
    pub(super) catalogue: &'a Catalogue,
    pub(super) query: &'a str,
}

impl HitView<'_> {
    /// The hits of one material, the best first.
    pub(super) fn material(&self, hits: &[&Hit]) -> Markup {
        let Some((best, others)) = hits.split_first() else {
            return html! {};
        };
        let passage = &best.passage;
        let gravest = kinds(passage).into_iter().next();
        html! {
            article class={ "hit " (gravest.map_or("plain", |kind| kind.name())) } {
                h2 {
                    a href=(passage_link(passage, self.query)) {
                        bdi.title { (passage.title) }
                        @for heading in &passage.headings { span.path { " › " bdi { (heading) } } }
                    }
                }
                (self.where_it_stands(passage))
                (self.twins(&best.also_in))
                @if best.by_meaning_alone { p.quiet { (MEANING_ALONE) } }
                p.snippet { (snippet(&best.snippet)) }
                (self.line(passage))
                (self.more(passage, others))
            }
        }
    }

    /// The path below what was indexed, and the place in it.
    fn where_it_stands(&self, passage: &StoredPassage) -> Markup {
        html! {
            p.where {
                cite { (self.catalogue.path(&passage.source)) ", " (place(passage)) }
            }
        }
    }

    /// The equal files that the hit stands for.
    fn twins(&self, also_in: &[String]) -> Markup {
        let shown = &also_in[..also_in.len().min(TWINS)];
        html! {
            @if !shown.is_empty() {
                p.also {
                    "also in "
                    @for (n, source) in shown.iter().enumerate() {
                        @if n > 0 { ", " }
                        cite { (self.catalogue.path(source)) }
                    }
                    @if also_in.len() > shown.len() { " and " (also_in.len() - shown.len()) " more" }
                }
            }
        }
    }

    /// The lines that matter: what the sentences of the passage say of a risk; where none says it, of which
    /// kind of risk the passage speaks, and of what.
    fn line(&self, passage: &StoredPassage) -> Markup {
        let said = plain(passage, self.query, SAID);
        let names = named(passage, self.query);
        let stated: Vec<Warning> = said.iter().filter_map(Warning::of).collect();
        let others: Vec<Warning> = kinds(passage)
            .into_iter()
            .filter(|kind| !stated.contains(kind))
            .collect();
        html! {
            @for (kind, statement) in stated.iter().zip(&said) {
                p.said { (kind.label()) " " span.names { (statement.line) } }
            }
            @if said.is_empty() && !(others.is_empty() && names.is_empty()) {
                p.said {
                    @for kind in &others { (kind.label()) " " }
                    span.names { (names) }
                }
            }
        }
    }

    /// The rest.
    fn more(&self, passage: &StoredPassage, others: &[&Hit]) -> Markup {
        let aspects = passage.aspects.iter().map(String::as_str);
        let aspects: Vec<&str> = aspects.filter(|a| *a != RISK && trusted(a)).collect();
        html! {
            details.more {
                summary {
                    @match others.len() {
                        0 => "More",
                        n => { (n) " more in this material" }
                    }
                    span.hidden { ": " (passage.title) }
                }
                @if !others.is_empty() {
                    ul.others {
                        @for hit in others {
                            li {
                                a href=(passage_link(&hit.passage, self.query)) {
                                    (hit.passage.headings.last().unwrap_or(&hit.passage.title))
                                }
                                ", " (place(&hit.passage))
                                @for kind in kinds(&hit.passage) { " " (kind.label()) }
                            }
                        }
                    }
                }
                dl {
                    @for (words, names) in by_assertion(passage) { dt { (words) } dd { (names) } }
                    @if !aspects.is_empty() { dt { "Speaks of" } dd { (aspects.join(", ")) } }
                    dt { "Cite as" }
                    dd { (copy_button(self.catalogue, passage)) }
                }
            }
        }
    }
}

pub(super) fn snippet(snippet: &Snippet) -> Markup {
    html! {
        @for stretch in &snippet.stretches {
            @if stretch.marked { mark { (stretch.text) } } @else { (stretch.text) }
        }
    }
}
