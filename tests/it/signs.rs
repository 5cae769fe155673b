//! Signs that steer a terminal, or turn the direction of what stands beside them: whatever command prints a title, a
//! name of a file, a text or an argument that has them, they are not sent.

use std::path::Path;

use serde_json::Value;

use crate::common::palpate;

/// A colour, the title of a window, a sequence of one byte, and two signs that turn directions.
const SIGNS: &str = "\u{1b}[31mred\u{1b}]0;title\u{7}\u{9b}31m\u{202e}turned\u{2066}";

/// Documents of which all has signs, by kind of file.
fn write_corpus(folder: &Path) {
    let corpus = folder.join("corpus");
    std::fs::create_dir(&corpus).expect("the folder is empty");
    let text = format!(
        "Title {SIGNS}\n\nRisks {SIGNS}\n\nManipulation must not be done if you have {SIGNS} osteoporosis. It takes \
         30 minutes {SIGNS}.\n"
    );
    let html = format!(
        "<title>T {SIGNS}</title><h1>H {SIGNS}</h1><p>Ask about {SIGNS} osteoporosis &#27;[31m &#x202e;.</p>"
    );
    let table = format!("name {SIGNS},risk\nx {SIGNS},osteoporosis {SIGNS}\n");
    for (kind, content) in [
        ("txt", text.as_str()),
        ("md", &format!("# {text}")),
        ("html", &html),
        ("csv", &table),
        ("pdf", "%PDF-1.7 torn"),
        ("unknown", "\0\u{1}"),
    ] {
        // A name of a file has no slash, and on some systems no control signs.
        let name = format!("{kind}-{SIGNS}.{kind}");
        if std::fs::write(corpus.join(name), content).is_err() {
            std::fs::write(corpus.join(format!("{kind}.{kind}")), content).expect("written");
        }
    }
}

fn steers(c: char) -> bool {
    let is_white = matches!(c, '\n' | '\r' | '\t');
    (c.is_control() && !is_white) || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Runs a command, and gives what it printed, none of which may steer.
fn harmless(folder: &Path, args: &[&str]) -> String {
    let run = palpate(folder)
        .args(args)
        .output()
        .expect("the binary runs");
    for (stream, bytes) in [("out", &run.stdout), ("err", &run.stderr)] {
        let text = String::from_utf8_lossy(bytes);
        let wrong = text.lines().find(|line| line.contains(steers));
        assert_eq!(wrong, None, "{args:?} on standard {stream}");
    }
    String::from_utf8(run.stdout).expect("palpate prints UTF-8")
}

#[test]
fn no_command_sends_a_sign_that_steers() {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let folder = folder.path();
    write_corpus(folder);
    harmless(folder, &["index"]);
    let found = harmless(folder, &["search", "osteoporosis", "--json"]);
    let found: Value = serde_json::from_str(&found).expect("JSON");
    let hits = found["hits"].as_array().expect("a list");
    assert!(hits.len() >= 3, "{found}");
    assert!(
        found.to_string().contains("\u{202e}"),
        "values are what they are"
    );
    for format in ["text", "json", "jsonl", "csv", "ris", "bibtex"] {
        harmless(folder, &["search", "osteoporosis", "--format", format]);
    }
    harmless(folder, &["search", "osteoporosis", "--explain", "--facets"]);
    let mut cited = String::new();
    for hit in hits {
        let id = hit["id"].as_str().expect("an id");
        cited += &harmless(folder, &["cite", id]);
        harmless(folder, &["cite", id, "--json"]);
        harmless(folder, &["cite", id, "--format", "ris"]);
        harmless(
            folder,
            &["passages", hit["source"].as_str().expect("a source")],
        );
    }
    std::fs::write(folder.join("cited.txt"), &cited).expect("it can be written");
    let verified = harmless(folder, &["verify", "cited.txt"]);
    let all = format!("{} citations: {} unchanged", hits.len(), hits.len());
    assert!(verified.contains(&all), "{verified}\nof\n{cited}");
    for format in ["table", "json", "csv", "html"] {
        harmless(folder, &["audit", "osteoporosis", "--format", format]);
        harmless(folder, &["audit", SIGNS, "--format", format]);
    }
    harmless(
        folder,
        &["audit", "--by", "technique", "--against", "condition"],
    );
    harmless(folder, &["audit", "osteoporosis", "--figures"]);
    for command in ["check", "doctor", "generations", "concepts"] {
        harmless(folder, &[command]);
    }
    harmless(folder, &["check", "--sources"]);
    for prefix in ["r", "t", "ost"] {
        harmless(folder, &["suggest", prefix]);
    }
    std::fs::write(
        folder.join("corpus/new.txt"),
        format!("New\n\nRisks\n\nA stroke {SIGNS}.\n"),
    )
    .expect("it can be written");
    harmless(folder, &["index", "--keep", "2"]);
    harmless(folder, &["diff", "--since", "1"]);
}

/// On a page, what turns directions is kept to where it stands by the style.
#[cfg(feature = "serve")]
#[test]
fn no_page_has_a_sign_that_steers() {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    write_corpus(folder.path());
    harmless(folder.path(), &["index"]);
    let server = crate::common::server::Server::start(folder.path(), &[]);
    let style = server.get("/assets/style.css").body;
    assert!(style.contains("unicode-bidi:isolate") || style.contains("unicode-bidi: isolate"));
    for path in [
        "/?q=osteoporosis",
        "/?q=osteoporosis&part=results",
        "/?q=%1B%5B31m",
        "/materials",
        "/silent?q=stroke",
    ] {
        let page = server.get(path).body;
        let control = |c: char| c.is_control() && !matches!(c, '\n' | '\r' | '\t');
        assert_eq!(page.find(control), None, "{path}");
        assert!(page.contains("\u{fffd}") || path.contains("%1B"), "{path}");
    }
}

#[test]
fn no_argument_is_sent_back_with_a_sign_that_steers() {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let folder = folder.path();
    std::fs::create_dir(folder.join("corpus")).expect("the folder is empty");
    std::fs::write(folder.join("corpus/a.txt"), "Gout\n\nIt hurts.\n").expect("written");
    harmless(folder, &["index"]);
    let flag = format!("--{SIGNS}");
    for args in [
        &[SIGNS][..],
        &["search", &flag],
        &["search", SIGNS],
        &["search", "x", "-n", SIGNS],
        &["search", "x", "--format", SIGNS],
        &["search", "x", "--aspect", SIGNS],
        &["search", "x", "--condition", SIGNS],
        &["search", "x", "--risk", SIGNS],
        &["search", "x", "--index", SIGNS],
        &["search", "x", "--search-seconds", SIGNS],
        &["cite", SIGNS],
        &["verify", SIGNS],
        &["passages", SIGNS],
        &["diff", SIGNS, SIGNS],
        &["lexicon", "check", SIGNS],
        &["doctor", "--index", SIGNS],
        &["eval", SIGNS, SIGNS],
        &["run", SIGNS],
        &["index", SIGNS],
        &["--data", SIGNS, "aspects"],
    ] {
        harmless(folder, args);
    }
}
