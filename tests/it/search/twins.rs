//! Equal files are one hit that says where else it is.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::common::palpate;

const LEAFLET: &str = "Neck pain\n\nRisks\n\nAfter traction of the neck some people feel dizzy for an hour.\n\n\
    Costs\n\nTraction costs nothing here.\n";

fn found(folder: &Path, args: &[&str]) -> (Value, String) {
    let run = |more: &[&str]| {
        let mut command = palpate(folder);
        let output = command.arg("search").args(args).args(more).output();
        String::from_utf8(output.expect("the binary runs").stdout).expect("UTF-8")
    };
    let json = serde_json::from_str(&run(&["--json"])).expect("JSON");
    (json, run(&[]))
}

fn sources(results: &Value) -> Vec<(&str, Vec<&str>)> {
    let hits = results["hits"].as_array().expect("a list").iter();
    hits.map(|hit| {
        let also = hit["also_in"].as_array().into_iter().flatten();
        let source = hit["source"].as_str().expect("a source");
        (source, also.filter_map(Value::as_str).collect())
    })
    .collect()
}

/// A folder with copies of a leaflet, one that says something else, and one of which only a passage is the same.
fn copies(count: usize) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let corpus = folder.path().join("corpus");
    for number in 0..count {
        let path = corpus.join(format!("{number:03}"));
        fs::create_dir_all(&path).expect("a folder can be made");
        fs::write(path.join("leaflet.txt"), LEAFLET).expect("there is room");
    }
    let other = LEAFLET.replace("an hour", "a day");
    fs::write(corpus.join("other.txt"), other).expect("there is room");
    let shifted = LEAFLET.replace("Neck pain\n", "Neck pain and what helps\n");
    fs::write(corpus.join("shifted.txt"), shifted).expect("there is room");
    folder
}

#[test]
fn equal_files_are_one_hit_with_all_its_places() {
    let folder = copies(3);
    let (results, shown) = found(folder.path(), &["traction dizzy an hour"]);
    let of_copies = (
        "corpus/000/leaflet.txt",
        vec!["corpus/001/leaflet.txt", "corpus/002/leaflet.txt"],
    );
    let all = sources(&results);
    assert_eq!(all[0], of_copies, "{results}");
    // What says something else, or has another title, is a hit of its own.
    for alone in ["corpus/other.txt", "corpus/shifted.txt"] {
        assert!(all.contains(&(alone, vec![])), "{results}");
    }
    assert!(
        shown.contains("also in corpus/001/leaflet.txt, corpus/002/leaflet.txt"),
        "{shown}"
    );
    // Everything that matches is counted, and no copy is called silent.
    assert!(
        results["total"].as_u64() > Some(all.len() as u64),
        "{results}"
    );
    assert!(!shown.contains("silent"), "{shown}");
    assert!(
        shown.contains("2 of them in equal files") || shown.contains("4 of them in equal files"),
        "{shown}"
    );
}

#[test]
fn more_copies_than_are_scored_at_once_are_one_hit() {
    let folder = copies(150);
    let (results, shown) = found(folder.path(), &["traction dizzy"]);
    let all = sources(&results);
    let with_copies: Vec<usize> = all
        .iter()
        .map(|(_, also)| also.len())
        .filter(|&n| n > 0)
        .collect();
    // The passage on risks and the one on costs.
    assert_eq!(with_copies, [149, 149], "{results}");
    assert!(
        all.iter().any(|(source, _)| *source == "corpus/other.txt"),
        "{results}"
    );
    assert!(shown.contains(" and 144 more"), "{shown}");
    // However few are asked for, each says all its places.
    for limit in ["1", "2"] {
        let (results, _) = found(folder.path(), &["traction dizzy", "--limit", limit]);
        let copies: Vec<usize> = sources(&results)
            .iter()
            .map(|(_, also)| also.len())
            .collect();
        assert!(
            copies.contains(&149) && !copies.contains(&148),
            "{limit}: {copies:?}"
        );
    }
}

#[test]
fn pages_of_hits_go_on_where_the_last_one_ends() {
    let folder = copies(80);
    let (all, _) = found(folder.path(), &["traction dizzy"]);
    let all = sources(&all);
    for (at, expected) in all.iter().enumerate() {
        let at = at.to_string();
        let (page, _) = found(
            folder.path(),
            &["traction dizzy", "--limit", "1", "--offset", &at],
        );
        assert_eq!(sources(&page)[0].0, expected.0, "{at}");
    }
}

#[cfg(feature = "serve")]
#[test]
fn the_page_names_equal_files_and_leads_to_no_empty_page() {
    let folder = copies(3);
    palpate(folder.path())
        .args(["index", "corpus"])
        .assert()
        .code(0);
    let server = crate::common::server::Server::start(folder.path(), &[]);
    let page = server.get("/?q=traction+dizzy+an+hour").body;
    assert!(page.contains("also in "), "{page}");
    assert!(
        page.contains("001/leaflet.txt") && page.contains("002/leaflet.txt"),
        "{page}"
    );
    assert!(!page.contains("More hits"), "{page}");
}
