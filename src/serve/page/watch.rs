//! Saved questions: what came, changed and went about each since the build before, as a page and as feeds.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::{RawQuery, State as Extracted};
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{Html, IntoResponse, Response};
use maud::{Markup, html};

use super::opensearch::SeenAt;
use super::shell::{shell_with, wrong};
use super::{amount, day_and_minute, document_link, number, passage_link, place};
use crate::diff::{Change, Difference};
use crate::index::StoredPassage;
use crate::output::atom::{self, FeedHead};
use crate::output::watch_list::{asked as in_words, cut, only, read_as, tally_in, unanswered};
use crate::query::Spelling;
use crate::serve::asked::{AskedSearch, AskedWatch};
use crate::serve::catalogue::Catalogue;
use crate::serve::problem::Problem;
use crate::serve::state::{Opened, ServerState};
use crate::serve::watched::WatchedQuestions;
use crate::watch_list::{ChangeCounts, ListChanges, QuestionChanges, SavedQuestion, WordingAbout};

/// How long somebody looks at an empty page before it says that it is being worked on…
const PATIENCE: Duration = Duration::from_millis(700);
/// …and a feed reader waits.
const READING: Duration = Duration::from_secs(60);
/// Questions on a page, and changes of each where there are several.
const QUESTIONS: usize = 50;
const CHANGES: usize = 5;
/// So many former builds are offered to compare with.
const BUILDS: usize = 6;
/// What the page is called where the list does not say.
const TITLE: &str = "Saved questions";
/// What became of a passage: how that looks, and the word for it.
const CHANGED: (&str, &str) = ("changed", "Changed");
const CAME: (&str, &str) = ("came", "New");
const WENT: (&str, &str) = ("went", "Gone");
const ATOM: &str = "application/atom+xml";

/// The page.
pub(in crate::serve) async fn page(
    Extracted(state): Extracted<Arc<ServerState>>,
    RawQuery(address): RawQuery,
) -> Response {
    let asked = match AskedWatch::read(address.as_deref()) {
        Ok(asked) => asked,
        Err(problem) => return wrong(&problem, ""),
    };
    let of_work = asked.clone();
    let question = format!("watch page {asked:?}");
    let opened = state.current();
    let answer = state.dear_work(&opened, &question, PATIENCE, move |opened| {
        let watched = watched(opened, &of_work)?;
        let changes = watched.changes(&opened.searcher, of_work.since)?;
        let view = WatchView {
            opened,
            watched,
            asked: &of_work,
        };
        let body = match &changes {
            Some(changes) => view.page(changes),
            None => view.alone(),
        };
        Ok(shown(&of_work, &body).into_bytes())
    });
    let html = [(header::CONTENT_TYPE, "text/html; charset=utf-8")];
    match answer.await {
        Some(Ok(page)) => (html, page.to_vec()).into_response(),
        Some(Err(problem)) => wrong(&problem, ""),
        None => under_way(&asked),
    }
}

/// The list that is watched, with the question that is asked for.
fn watched<'o>(opened: &'o Opened, asked: &AskedWatch) -> Result<&'o WatchedQuestions, Problem> {
    let watched = opened.watched.as_ref();
    let watched = watched.ok_or_else(|| Problem::nothing("no questions are watched"))?;
    match &asked.name {
        Some(name) if watched.list.named(name).is_none() => {
            Err(Problem::nothing("there is no saved question of that name"))
        }
        _ => Ok(watched),
    }
}

fn shown(asked: &AskedWatch, body: &Markup) -> String {
    let head = html! { link rel="alternate" type=(ATOM) href=(asked.feed()) title=(TITLE); };
    let title = asked.name.as_deref().unwrap_or(TITLE);
    shell_with(title, "", &["style.css"], &head, body).into_string()
}

/// The page until there is more to show: it asks again by itself, without a script.
fn under_way(asked: &AskedWatch) -> Response {
    let body = html! {
        h1 { (TITLE) }
        p role="status" { "The questions are being asked of both builds. This page shows what changed as soon \
            as that is done." }
    };
    let headers = [
        (header::REFRESH, HeaderValue::from_static("1")),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ];
    (headers, Html(shown(asked, &body))).into_response()
}

/// The feed.
pub(in crate::serve) async fn feed(
    Extracted((state, seen)): Extracted<(Arc<ServerState>, SeenAt)>,
    headers: HeaderMap,
    RawQuery(address): RawQuery,
) -> Response {
    let asked = match AskedWatch::read_feed(address.as_deref()) {
        Ok(asked) => asked,
        Err(problem) => return problem.into_response(),
    };
    let start = seen.start(&headers);
    let question = format!("watch feed {start} {asked:?}");
    let opened = state.current();
    let answer = state.dear_work(&opened, &question, READING, move |opened| {
        let watched = watched(opened, &asked)?;
        let changes = watched.changes(&opened.searcher, asked.since)?;
        let changes = changes.map_or_else(
            || ListChanges::none(&opened.searcher),
            |changes| of_name(&changes, &asked),
        );
        let title = watched.list.title.as_deref().unwrap_or(TITLE);
        let head = FeedHead {
            title: match &asked.name {
                Some(name) => format!("{title}: {name}"),
                None => title.to_owned(),
            },
            of: opened.catalogue().name(),
            base: Some(start),
            query: asked.query(),
        };
        let mut out = Vec::new();
        // Memory takes what is written.
        let _ = atom::write(&mut out, &head, &changes);
        Ok(out)
    });
    match answer.await {
        Some(Ok(feed)) => ([(header::CONTENT_TYPE, ATOM)], feed.to_vec()).into_response(),
        Some(Err(problem)) => problem.into_response(),
        None => Problem::under_way().into_response(),
    }
}

/// Only the question that is asked for.
fn of_name(changes: &ListChanges, asked: &AskedWatch) -> ListChanges {
    let is_meant = |one: &&QuestionChanges| match &asked.name {
        Some(name) => one.question.name == *name,
        None => true,
    };
    ListChanges {
        questions: changes.questions.iter().filter(is_meant).cloned().collect(),
        ..*changes
    }
}

/// The search of a question.
fn search(question: &SavedQuestion) -> AskedSearch {
    AskedSearch {
        query: question.query.clone(),
        aspects: question.aspects.clone(),
        conditions: question.conditions.clone(),
        techniques: question.techniques.clone(),
        risk: question.risk.clone(),
        source: question.source.clone(),
        spelling: match question.exact {
            true => Spelling::Exact,
            false => Spelling::Forgiving,
        },
        ..AskedSearch::default()
    }
}

/// The page of a question of that name.
fn of_question(name: &str, since: Option<u64>) -> AskedWatch {
    AskedWatch {
        name: Some(name.to_owned()),
        since,
        offset: 0,
    }
}

/// What changed, as it is shown.
struct WatchView<'a> {
    opened: &'a Opened,
    watched: &'a WatchedQuestions,
    asked: &'a AskedWatch,
}

impl WatchView<'_> {
    fn title(&self) -> &str {
        self.watched.list.title.as_deref().unwrap_or(TITLE)
    }

    /// What is wrong with the list that the file has now.
    fn fault(&self) -> Markup {
        html! {
            @if let Some(fault) = &self.watched.fault {
                p.note role="alert" { "The list has changed and cannot be read (" (fault) "). These are the questions of \
                    the one before." }
            }
        }
    }

    /// Where there is no build to compare with.
    fn alone(&self) -> Markup {
        let questions: Vec<&SavedQuestion> = self.watched.list.questions.iter().collect();
        html! {
            div.watch {
                h1 { (self.title()) }
                (self.fault())
                p.note { "There is no former build of the index to compare with. What changes is told from the \
                    next build on, if it keeps the one before." }
                ul.questions {
                    @for question in questions.iter().take(QUESTIONS) {
                        li { a href=(search(question).link()) { (question.name) } }
                    }
                }
                @if questions.len() > QUESTIONS { p.quiet { "and " (amount(questions.len() - QUESTIONS, "question")) " more" } }
            }
        }
    }

    fn page(&self, changes: &ListChanges) -> Markup {
        let is_meant = |one: &&QuestionChanges| {
            let name = self.asked.name.as_ref();
            name.is_none_or(|name| one.question.name == *name)
        };
        let meant: Vec<&QuestionChanges> = changes.questions.iter().filter(is_meant).collect();
        let all = meant.len();
        let (changed, same): (Vec<_>, Vec<_>) =
            meant.into_iter().partition(|one| one.counts.sum() > 0);
        let from = self.asked.offset.min(changed.len());
        let end = (from + QUESTIONS).min(changed.len());
        html! {
            div.watch {
                @if self.asked.name.is_some() {
                    p { a href=(AskedWatch { name: None, offset: 0, ..self.asked.clone() }.link()) { "← " (self.title()) } }
                }
                h1 {
                    @match &self.asked.name {
                        Some(name) => (name),
                        None => { (self.title()) ": what changed" }
                    }
                }
                (self.fault())
                (self.span(changes, changed.len(), all))
                div.all { @for one in &changed[from..end] { (self.question(one)) } }
                (self.pages(from, end, changed.len()))
                @if from == 0 { (self.same(&same)) }
            }
        }
    }

    /// Between which builds, how many changed, and the feed.
    fn span(&self, changes: &ListChanges, changed: usize, all: usize) -> Markup {
        let earlier = self.watched.earlier(changes.now.generation);
        html! {
            div.span {
                p {
                    @if self.asked.name.is_none() {
                        strong { (number(changed as u64)) " of " (amount(all, "question")) } " changed since the build of "
                    } @else { "Since the build of " }
                    (day_and_minute(changes.since.started)) "."
                }
                a.feed href=(self.asked.feed()) type=(ATOM) { "Atom feed" }
            }
            @if earlier.len() > 1 {
                nav.builds aria-label="Builds to compare with" {
                    span { "Compare with" }
                    @for one in earlier.iter().take(BUILDS) {
                        @let asked = AskedWatch { since: Some(one.number), offset: 0, ..self.asked.clone() };
                        @let is_this = one.number == changes.since.generation;
                        a href=(asked.link()) aria-current=[is_this.then_some("true")]
                            title=(day_and_minute(one.started * 1_000_000_000)) {
                            "build " (one.number)
                        }
                    }
                }
            }
        }
    }

    fn question(&self, changes: &QuestionChanges) -> Markup {
        let question = &changes.question;
        let is_alone = self.asked.name.is_some();
        let most = if is_alone { usize::MAX } else { CHANGES };
        let words = in_words(question);
        let mut left = most;
        let mut take = || {
            let any = left > 0;
            left -= usize::from(any);
            any
        };
        let changed: Vec<_> = changes.changed.iter().filter(|_| take()).collect();
        // A warning that is gone is missed before one that is new.
        let went: Vec<_> = changes.went.iter().filter(|_| take()).collect();
        let came: Vec<_> = changes.came.iter().filter(|_| take()).collect();
        let more = changes.counts.sum() - changed.len() - came.len() - went.len();
        let own = of_question(&question.name, self.asked.since).link();
        html! {
            section.watched {
                header {
                    @if is_alone { h2 { (told(changes.counts)) } }
                    @else { h2 { a href=(own) { (question.name) } } span.number { (told(changes.counts)) } }
                    @if words != question.name { p.quiet { (words) } }
                    p.quiet { a href=(search(question).link()) { "Ask it now" } }
                }
                @for line in read_as(changes) { p.note { (line) } }
                @for one in changed {
                    (self.change(CHANGED, &one.passage.new, only(one.about), &difference(&one.passage.difference), question))
                }
                @for passage in went { (self.change(WENT, passage, only(WordingAbout::Both), &html! { (passage.text) }, question)) }
                @for passage in came { (self.change(CAME, passage, only(WordingAbout::Both), &html! { (passage.text) }, question)) }
                @if more > 0 {
                    p.quiet {
                        @if is_alone { "and " (number(more as u64)) " more that rank below these" }
                        @else { a href=(own) { "and " (number(more as u64)) " more" } }
                    }
                }
                @if let Some(line) = cut(changes) { p.quiet { (line) } }
            }
        }
    }

    fn change(
        &self,
        (class, word): (&str, &str),
        passage: &StoredPassage,
        note: &str,
        text: &Markup,
        question: &SavedQuestion,
    ) -> Markup {
        let catalogue = self.opened.catalogue();
        html! {
            article class={ "change " (class) } {
                p.where {
                    span.what { (word) } " "
                    (self.name(catalogue, class, passage, question)) " "
                    cite { (catalogue.path(&passage.source)) ", " (place(passage)) }
                    @if !passage.headings.is_empty() { span.quiet { " · " (passage.headings.join(" › ")) } }
                    @if !note.is_empty() { span.quiet { " · " (note) } }
                }
                blockquote { (text) }
            }
        }
    }

    /// The title of a passage, leading to it, or where it went to its document if that is still there.
    fn name(
        &self,
        catalogue: &Catalogue,
        class: &str,
        passage: &StoredPassage,
        question: &SavedQuestion,
    ) -> Markup {
        let title = match passage.title.trim() {
            "" => catalogue.path(&passage.source),
            title => title,
        };
        let link = match class {
            "went" => catalogue
                .knows(&passage.source)
                .then(|| document_link(&passage.source)),
            _ => Some(passage_link(passage, &question.query)),
        };
        html! {
            @match link {
                Some(link) => a href=(link) { (title) },
                None => b { (title) },
            }
        }
    }

    fn pages(&self, from: usize, end: usize, of: usize) -> Markup {
        let link = |offset: usize| {
            let asked = AskedWatch {
                offset,
                ..self.asked.clone()
            };
            asked.link()
        };
        html! {
            @if from > 0 || end < of {
                nav.pages aria-label="Pages" {
                    @if from > 0 { a rel="prev" href=(link(from.saturating_sub(QUESTIONS))) { "← Before these" } }
                    span { (number(from as u64 + 1)) "–" (number(end as u64)) " of " (amount(of, "question")) }
                    @if end < of { a rel="next" href=(link(end)) { "After these →" } }
                }
            }
        }
    }

    /// The questions of which nothing changed, those first that have no answer at all.
    fn same(&self, same: &[&QuestionChanges]) -> Markup {
        let (silent, answered): (Vec<&QuestionChanges>, Vec<&QuestionChanges>) =
            same.iter().partition(|one| unanswered(one).is_some());
        html! {
            @for one in &silent {
                p.note { b { (one.question.name) } ": " (unanswered(one).unwrap_or_default()) }
            }
            @if !answered.is_empty() {
                section.same {
                    h2 { "Nothing changed" }
                    ul.questions {
                        @for one in &answered {
                            li {
                                a href=(search(&one.question).link()) {
                                    (one.question.name) " "
                                    span.number { (number(one.now.of as u64)) span.hidden { " passages" } }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// How many there are of each kind.
fn told(counts: ChangeCounts) -> String {
    tally_in(counts, [CHANGED, CAME, WENT].map(|(_, word)| word)).to_lowercase()
}

/// The new wording, with what was taken out and put in.
fn difference(difference: &Difference) -> Markup {
    html! {
        @for stretch in &difference.stretches {
            @match stretch.change {
                Change::Kept => (stretch.text),
                Change::Removed => del { (stretch.text) },
                Change::Added => ins { (stretch.text) },
            }
            " "
        }
    }
}
