//! What people see: HTML that works without scripts.
//!
//! * `shell` is the frame of every page,
//! * `opensearch` lets a browser search from its address bar,
//! * `start` is where one begins, `listing` the materials by title, `help` the syntax and the words,
//! * `results` answers a search: `answers` what the materials say, then each `hit` with its `warning`,
//! * `document` shows one document, opened at a passage, `original` gives out its file,
//! * `audit` shows what every source says of a topic, `tied` what must not be done to whom,
//! * `watch` shows what changed about questions that were saved,
//! * `sign_in` asks for a token, `reference` is the reference of the API.
//!
//! Here are the addresses by which they lead to one another, and what more than one of them shows.

mod answers;
mod audit;
mod document;
mod help;
mod hit;
mod listing;
mod opensearch;
mod original;
mod reference;
mod results;
mod shell;
mod sign_in;
mod start;
mod tied;
mod warning;
mod watch;

use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use form_urlencoded::byte_serialize;
use maud::{Markup, html};

use crate::index::StoredPassage;
use crate::serve::catalogue::Catalogue;

pub(super) use audit::{page as audit, table as audit_csv, whole as audit_html};
pub(super) use document::{document, document_named, passage};
pub(super) use help::page as help;
pub(super) use listing::{materials, silent, silent_csv};
pub(super) use opensearch::{SeenAt, opensearch};
pub(super) use original::original;
pub(super) use reference::page as reference;
pub(super) use results::{csv, search};
pub(super) use shell::{asset, not_found, with_link_to_watch};
pub(super) use sign_in::{enter, form as sign_in_form, leave, wanted as sign_in};
pub(super) use tied::{page as tied, table as tied_csv};
pub(super) use watch::{feed as watch_atom, page as watch};

/// The citation, with a button to copy it.
fn copy_button(catalogue: &Catalogue, passage: &StoredPassage) -> Markup {
    let cited = format!("{}, {}", catalogue.path(&passage.source), place(passage));
    html! {
        cite.whole { "“" (passage.title) "”, " (cited) " · " (passage.id) }
        button.copy type="button" data-copy=(format!("“{}”, {cited}", passage.title)) hidden {
            "Copy citation"
        }
    }
}

/// A material by its title, with its path small beside it.
fn material_name(catalogue: &Catalogue, source: &str) -> Markup {
    html! {
        a href=(document_link(source)) { (catalogue.title(source)) } " "
        cite { (catalogue.path(source)) }
    }
}

/// Where in its document a passage stands, with the dash that a page sets between numbers.
fn place(passage: &StoredPassage) -> String {
    passage.place().to_string().replace('-', "–")
}

/// A number with separators, as people read it.
fn number(n: u64) -> String {
    let digits = n.to_string();
    let mut grouped = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

/// So many of something.
fn amount(n: usize, what: &str) -> String {
    match n {
        1 => format!("1 {what}"),
        n => format!("{} {what}s", number(n as u64)),
    }
}

/// The day and the minute, in UTC, of nanoseconds since 1970 (Howard Hinnant, "chrono-compatible
/// low-level date algorithms", 2013, `civil_from_days`).
fn day_and_minute(nanoseconds: u64) -> String {
    const MONTHS: [&str; 12] = [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ];
    let minutes = nanoseconds / 60_000_000_000;
    let (days, minute) = (minutes / 1440 + 719_468, minutes % 1440);
    let (era, day_of_era) = (days / 146_097, days % 146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month + 2) / 5 + 1;
    // The year of that count begins in March.
    let month = (month + 2) % 12;
    let year = year_of_era + era * 400 + u64::from(month < 2);
    let name = MONTHS[month as usize];
    format!(
        "{day} {name} {year}, {:02}:{:02} UTC",
        minute / 60,
        minute % 60
    )
}

/// The address of a document. The slashes of its path are those of the address: proxies that decode an
/// address and write it anew leave nothing else of it. A path that they would also tidy up is a parameter.
fn document_link(source: &str) -> String {
    match in_path(source) {
        Some(path) => format!("/documents/{path}"),
        None => {
            let source: String = byte_serialize(source.as_bytes()).collect();
            format!("/documents?source={source}")
        }
    }
}

/// A source as the end of a path; `None` where somebody would tidy it up.
fn in_path(source: &str) -> Option<String> {
    let parts = || source.split('/');
    let is_tidy = !parts().any(|part| matches!(part, "" | "." | ".."));
    is_tidy.then(|| parts().map(encoded).collect::<Vec<_>>().join("/"))
}

/// The address of a document, opened at a passage.
fn passage_link(passage: &StoredPassage, query: &str) -> String {
    link_to(&passage.source, passage.id.as_str(), query)
}

/// The same, of a passage that is only cited.
fn link_to(source: &str, id: &str, query: &str) -> String {
    let mut link = document_link(source);
    link.push(if link.contains('?') { '&' } else { '?' });
    link.push_str(&format!("p={id}"));
    if !query.is_empty() {
        link.push_str("&q=");
        link.extend(byte_serialize(query.as_bytes()));
    }
    format!("{link}#{id}")
}

/// A name as one part of a path.
fn encoded(name: &str) -> String {
    // In a path a plus is a plus.
    byte_serialize(name.as_bytes())
        .collect::<String>()
        .replace('+', "%20")
}

/// Sends to another page of this server.
fn elsewhere(link: &str) -> Response {
    (StatusCode::SEE_OTHER, [(header::LOCATION, link.to_owned())]).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_days_are_as_people_read_them() {
        assert_eq!(
            [number(7), number(2732), number(1_234_567)],
            ["7", "2,732", "1,234,567"]
        );
        assert_eq!(
            (amount(1, "source"), amount(1000, "source")),
            ("1 source".into(), "1,000 sources".into())
        );
        for (seconds, day) in [
            (0, "1 January 1970, 00:00 UTC"),
            (951_782_399, "28 February 2000, 23:59 UTC"),
            (951_782_400, "29 February 2000, 00:00 UTC"),
            (1_798_761_599, "31 December 2026, 23:59 UTC"),
        ] {
            assert_eq!(day_and_minute(seconds * 1_000_000_000), day);
        }
    }

    #[test]
    fn paths_of_documents_are_paths_of_addresses() {
        assert_eq!(
            document_link("a b/c+d#1?.txt"),
            "/documents/a%20b/c%2Bd%231%3F.txt"
        );
        assert_eq!(document_link("../x"), "/documents?source=..%2Fx");
        assert_eq!(
            document_link("/srv/a&b"),
            "/documents?source=%2Fsrv%2Fa%26b"
        );
        assert_eq!(
            link_to("/x", "1f", "a b"),
            "/documents?source=%2Fx&p=1f&q=a+b#1f"
        );
        assert_eq!(link_to("x", "1f", ""), "/documents/x?p=1f#1f");
    }
}
