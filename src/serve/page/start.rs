//! Where one begins: questions that the materials answer, what is new, and the materials by folder.

use maud::{Markup, html};

use super::{amount, day_and_minute, listing, material_name, number};
use crate::serve::asked::{AskedMaterials, AskedSearch, AskedWatch};
use crate::serve::catalogue::{Catalogue, CatalogueChanges, Material};
use crate::serve::state::Opened;

/// So many folders are named, and so many materials where there are few.
const FOLDERS: usize = 24;
const MATERIALS: usize = 24;
/// So many of what is new are named.
const NEW: usize = 5;
/// So many saved questions are named.
const WATCHED: usize = 12;

pub(super) fn start(opened: &Opened) -> Markup {
    let manifest = opened.searcher.engine().manifest();
    let catalogue = opened.catalogue();
    html! {
        div.start {
            h1 { "What do our materials say, and which are silent?" }
            p.lead {
                "Ask as you would a colleague: “who should not have …”, “risks of …”, a condition under "
                "any of its names. " a href="/help" { "How to ask" }
            }
            (questions(catalogue))
            (watched(opened))
            (news(catalogue))
            (materials(catalogue))
            p.quiet {
                "“" (catalogue.name()) "”: " (amount(manifest.documents as usize, "document")) ", "
                (amount(manifest.passages as usize, "passage")) ", indexed "
                (day_and_minute(manifest.started)) "."
            }
        }
    }
}

fn questions(catalogue: &Catalogue) -> Markup {
    html! {
        @if !catalogue.questions.is_empty() {
            section {
                h2 { "Questions to start from" }
                ul.questions {
                    @for question in &catalogue.questions {
                        @let asked = AskedSearch { query: question.text.clone(), ..AskedSearch::default() };
                        li {
                            a href=(asked.link()) {
                                (question.text) " "
                                span.number { (number(question.passages)) span.hidden { " passages" } }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// Questions that were saved, where there are any.
fn watched(opened: &Opened) -> Markup {
    let Some(watched) = &opened.watched else {
        return html! {};
    };
    let questions = &watched.list.questions;
    html! {
        section {
            h2 { "Saved questions" }
            ul.questions {
                @for question in questions.iter().take(WATCHED) {
                    @let asked = AskedWatch { name: Some(question.name.clone()), ..AskedWatch::default() };
                    li { a href=(asked.link()) { (question.name) } }
                }
            }
            p {
                a href="/watch" { "What changed about "
                    @if questions.len() > WATCHED { "all " (amount(questions.len(), "question")) } @else { "them" } }
                " since the build before"
            }
        }
    }
}

/// What came, changed or went since the state that was served before.
fn news(catalogue: &Catalogue) -> Markup {
    let Some(changes) = &catalogue.changes else {
        return html! {};
    };
    let CatalogueChanges {
        came,
        changed,
        went,
    } = changes;
    let is_nothing = came.is_empty() && changed.is_empty() && went.is_empty();
    html! {
        @if !is_nothing {
            section.news {
                h2 { "Since the last build" }
                (some_new(catalogue, "new", came))
                (some_new(catalogue, "changed", changed))
                @if !went.is_empty() {
                    p {
                        (amount(went.len(), "material")) " gone: "
                        @for (n, material) in went.iter().take(NEW).enumerate() {
                            @if n > 0 { ", " } (material.title)
                        }
                        @if went.len() > NEW { ", …" }
                    }
                }
            }
        }
    }
}

fn some_new(catalogue: &Catalogue, what: &str, materials: &[Material]) -> Markup {
    html! {
        @if !materials.is_empty() {
            p { (amount(materials.len(), "material")) " " (what) }
            ul.sources {
                @for material in materials.iter().take(NEW) {
                    li { (material_name(catalogue, &material.source)) }
                }
            }
        }
    }
}

/// The materials where they are few, else the folders they lie in.
fn materials(catalogue: &Catalogue) -> Markup {
    let all = catalogue.materials();
    let folders = catalogue.folders();
    html! {
        section {
            h2 { "Materials" }
            (listing::filter("/materials", &[], &AskedMaterials::default()))
            @if all.len() <= MATERIALS {
                ul.sources {
                    @for material in all { li { (material_name(catalogue, &material.source)) } }
                }
            } @else {
                ul.folders {
                    @for (folder, count) in folders.iter().take(FOLDERS) {
                        @let asked = AskedMaterials { folder: Some((*folder).to_owned()), ..AskedMaterials::default() };
                        li {
                            a href={ "/materials?" (asked.from(0)) } {
                                (if folder.is_empty() { "Not in a folder" } else { folder }) " "
                                span.number { (number(*count as u64)) }
                            }
                        }
                    }
                }
                p {
                    a href="/materials" { "All " (amount(all.len(), "material")) " by title" }
                    @if folders.len() > FOLDERS { ", in " (amount(folders.len(), "folder")) }
                }
            }
        }
    }
}
