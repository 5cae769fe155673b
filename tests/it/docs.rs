//! README and docs/ are true as far as a machine can tell: commands and their flags exist, links lead
//! somewhere, files that are named are there, and the session that is shown is what is printed.

use std::collections::BTreeSet;
use std::path::PathBuf;

use crate::common::{palpate, repository};

/// The README stays short enough to be read at once.
const README_LINES: usize = 250;

/// README.md, CONTRIBUTING.md and what is in docs/, each with its text.
fn documents() -> Vec<(PathBuf, String)> {
    let mut paths = vec![
        repository().join("README.md"),
        repository().join("CONTRIBUTING.md"),
    ];
    let docs = std::fs::read_dir(repository().join("docs")).expect("there is documentation");
    let docs = docs.flatten().map(|entry| entry.path());
    paths.extend(docs.filter(|path| path.extension().is_some_and(|name| name == "md")));
    paths
        .into_iter()
        .map(|path| {
            let text = std::fs::read_to_string(&path).expect("it is text");
            (path, text)
        })
        .collect()
}

/// The lines of the blocks in a language.
fn blocks<'a>(text: &'a str, language: &str) -> Vec<&'a str> {
    let fence = format!("```{language}");
    let mut lines = text.lines();
    let mut found = Vec::new();
    while lines.any(|line| line == fence) {
        found.extend(lines.by_ref().take_while(|line| *line != "```"));
    }
    found
}

/// The text without its blocks.
fn prose(text: &str) -> String {
    let outside = text.split("```").step_by(2);
    outside.collect::<Vec<_>>().join("\n")
}

/// What stands in backticks, on one line or over two.
fn spans(text: &str) -> Vec<String> {
    let prose = prose(text);
    let spans = prose.split('`').skip(1).step_by(2);
    spans.map(|span| span.replace('\n', " ")).collect()
}

/// The words after the name of the program, where a line calls it.
fn called(line: &str) -> Option<Vec<&str>> {
    let words: Vec<&str> = line.split_whitespace().collect();
    let rest = match words[..] {
        ["cargo", "run", ..] => {
            let parted = words.iter().position(|word| *word == "--")?;
            &words[parted + 1..]
        }
        ["palpate" | "target/release/palpate", ..] => &words[1..],
        _ => return None,
    };
    let end = rest.iter().position(|word| word.starts_with('#'));
    Some(rest[..end.unwrap_or(rest.len())].to_vec())
}

fn help(command: &[&str]) -> String {
    let output = palpate(repository())
        .args(command)
        .arg("--help")
        .output()
        .expect("the binary runs");
    assert!(
        output.status.success(),
        "there is no command {}",
        command.join(" ")
    );
    String::from_utf8(output.stdout).expect("help is text")
}

/// Whether help lists a command.
fn has_command(help: &str, name: &str) -> bool {
    let commands = help.split("\nCommands:\n").nth(1).unwrap_or_default();
    commands
        .lines()
        .map_while(|line| line.strip_prefix("  "))
        .any(|line| line.split_whitespace().next() == Some(name))
}

/// Whether help lists a flag.
fn has_flag(help: &str, flag: &str) -> bool {
    help.lines().any(|line| {
        let line = line.trim_start();
        line.starts_with('-') && line.split([' ', ',']).any(|word| word == flag)
    })
}

/// What is wrong with a call of the program.
fn fault(words: &[&str]) -> Option<String> {
    let mut command: Vec<&str> = Vec::new();
    let mut described = help(&[]);
    for word in words {
        match word.strip_prefix("--").or(word.strip_prefix('-')) {
            // The query follows.
            Some("") => break,
            Some(_) => {
                let flag = word.split('=').next().unwrap_or(word);
                let flag = flag.trim_end_matches([',', '.']);
                if !has_flag(&described, flag) {
                    return Some(format!("`palpate {}` has no {flag}", command.join(" ")));
                }
            }
            None if has_command(&described, word) => {
                command.push(word);
                described = help(&command);
            }
            None if command.is_empty() => return Some(format!("there is no `palpate {word}`")),
            None => {}
        }
    }
    None
}

#[cfg(all(feature = "cluster", feature = "serve"))]
#[test]
fn commands_and_flags_that_are_named_exist() {
    let mut called_at_all = BTreeSet::new();
    for (path, text) in documents() {
        let console = blocks(&text, "console").into_iter();
        let typed = console.filter_map(|line| line.strip_prefix("$ "));
        let spans = spans(&text);
        let named = spans.iter().map(String::as_str);
        for line in typed.chain(named) {
            let Some(words) = called(line) else {
                continue;
            };
            if !cfg!(feature = "mcp") && words.first() == Some(&"mcp") {
                continue;
            }
            let fault = fault(&words);
            assert!(fault.is_none(), "{}: {line}: {fault:?}", path.display());
            called_at_all.extend(words.first().map(|word| (*word).to_owned()));
        }
    }
    let commands = help(&[]);
    let commands = commands.split("\nCommands:\n").nth(1).unwrap_or_default();
    let commands = commands.lines().map_while(|line| line.strip_prefix("  "));
    for command in commands.filter_map(|line| line.split_whitespace().next()) {
        assert!(
            command == "help" || called_at_all.contains(command),
            "`palpate {command}` is documented nowhere"
        );
    }
}

#[test]
fn what_is_wrong_with_a_call_is_noticed() {
    assert_eq!(
        fault(&["search", "--json", "osteoporosis", "-n", "3"]),
        None
    );
    assert_eq!(fault(&["search", "--", "-osteoporosis"]), None);
    assert!(fault(&["find", "osteoporosis"]).is_some());
    assert!(fault(&["search", "--jsn"]).is_some());
    assert!(fault(&["check", "--explain"]).is_some());
}

/// The anchors of a document, as they are made of its headings.
fn anchors(text: &str) -> BTreeSet<String> {
    let prose = prose(text);
    let headings = prose.lines().filter(|line| line.starts_with('#'));
    headings
        .map(|heading| {
            let words = heading.trim_start_matches('#').trim().to_lowercase();
            let kept = words
                .chars()
                .filter(|c| c.is_alphanumeric() || " -_".contains(*c));
            kept.map(|c| if c == ' ' { '-' } else { c }).collect()
        })
        .collect()
}

/// Where the links and pictures of a document lead.
fn links(text: &str) -> Vec<String> {
    let prose = prose(text);
    let written = prose
        .split("](")
        .skip(1)
        .filter_map(|rest| rest.split(')').next());
    let pictures = ["src=\"", "srcset=\""].into_iter().flat_map(|before| {
        let found = prose.split(before).skip(1);
        found.filter_map(|rest| rest.split('"').next())
    });
    written.chain(pictures).map(str::to_owned).collect()
}

#[test]
fn links_lead_somewhere() {
    for (path, text) in documents() {
        for link in links(&text) {
            if link.contains("://") {
                continue;
            }
            let (file, anchor) = link.split_once('#').unwrap_or((&link, ""));
            let folder = path.parent().expect("it is in a folder");
            let target = match file {
                "" => path.clone(),
                file => folder.join(file),
            };
            assert!(target.is_file(), "{}: {link}", path.display());
            if !anchor.is_empty() {
                let target = std::fs::read_to_string(&target).expect("it is text");
                let known = anchors(&target).contains(anchor);
                assert!(known, "{}: {link}", path.display());
            }
        }
    }
}

#[test]
fn files_that_are_named_are_there() {
    for (path, text) in documents() {
        for span in spans(&text) {
            let ours = ["src/", "tests/", "benches/", "docs/", ".ci/"];
            if ours.iter().any(|folder| span.starts_with(folder)) && !span.contains(['*', '{']) {
                let there = repository().join(span.split([' ', ':']).next().unwrap_or(&span));
                assert!(there.exists(), "{}: {span}", path.display());
            }
        }
    }
}

/// A text as one line.
fn flowing(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn the_readme_is_short_and_shows_what_is_printed() {
    let readme = include_str!("../../README.md");
    let lines = readme.lines().count();
    assert!(lines <= README_LINES, "{lines} lines");
    let shown = flowing(&blocks(readme, "text").join("\n"));
    let printed = flowing(include_str!("../golden/osteoporosis-risk.txt"));
    assert_eq!(shown, printed);
}

/// Whether a document shows, after a command, what it prints.
fn shows(document: &str, command: &str, printed: &str) -> bool {
    let console = blocks(document, "console");
    let after = console.iter().position(|line| *line == command);
    let after = after.map(|line| &console[line + 1..]).unwrap_or_default();
    let shown: Vec<&str> = after
        .iter()
        .take_while(|line| !line.starts_with("$ "))
        .copied()
        .collect();
    flowing(&shown.join("\n")) == flowing(printed)
}

#[test]
fn other_sessions_are_what_is_printed_too() {
    let docs = |name: &str| {
        std::fs::read_to_string(repository().join(name)).expect("it is part of the documentation")
    };
    for (name, command) in [
        ("README.md", "$ palpate audit osteoporosis"),
        ("docs/audit.md", "$ palpate audit osteoporosis"),
        ("docs/audit.md", "$ palpate audit --figures"),
        (
            "docs/audit.md",
            "$ palpate audit --by technique --against condition osteoporosis",
        ),
        ("docs/searching.md", "$ palpate suggest \"post-surg\""),
    ] {
        let words: Vec<String> = called(&command[2..])
            .expect("it calls palpate")
            .iter()
            .map(|word| word.replace('"', ""))
            .collect();
        let output = palpate(crate::common::corpus()).args(words).output();
        let printed = output.expect("the binary runs").stdout;
        let printed = String::from_utf8(printed).expect("palpate prints UTF-8");
        assert!(
            shows(&docs(name), command, &printed),
            "{name}: {command} prints\n{printed}"
        );
    }
}

/// What `palpate watch-list` prints, with one moment for all.
#[cfg(unix)]
fn timeless(text: &str) -> String {
    let digits = |word: &str| word.bytes().filter(u8::is_ascii_digit).count();
    let words = text.split_whitespace().map(|word| match digits(word) {
        8 if word.starts_with('(') => "(DAY",
        6 if word.contains("Z)") => "TIME)",
        _ => word,
    });
    words.collect::<Vec<_>>().join(" ")
}

#[cfg(unix)]
#[test]
fn the_session_of_saved_questions_is_what_is_printed() {
    let tools = std::fs::read_to_string(repository().join("docs/tools.md")).expect("it is there");
    let (_, section) = tools
        .split_once("## Tell me when this changes")
        .expect("it has the section");
    let folder = crate::common::folder_with_corpus();
    let binary = std::path::Path::new(env!("CARGO_BIN_EXE_palpate"));
    let programs = binary.parent().expect("it is in a folder").display();
    let path = std::env::var("PATH").unwrap_or_default();
    let session = section.split("```").nth(1).expect("it has a session");
    let lines: Vec<&str> = session.lines().skip(1).collect();
    let starts = (0..lines.len()).filter(|&at| lines[at].starts_with("$ "));
    let mut compared = 0;
    for start in starts {
        let typed = &lines[start][2..];
        let output = std::process::Command::new("sh")
            .args(["-c", typed])
            .env("PATH", format!("{programs}:{path}"))
            .env_remove("PALPATE_INDEX")
            .env_remove("PALPATE_DATA")
            .current_dir(folder.path())
            .output()
            .expect("there is a shell");
        assert!(output.status.success(), "{typed}: {output:?}");
        let shown = lines[start + 1..]
            .iter()
            .take_while(|line| !line.starts_with("$ "));
        let shown: Vec<&str> = shown.copied().collect();
        if !shown.is_empty() {
            let printed = String::from_utf8(output.stdout).expect("palpate prints UTF-8");
            assert_eq!(timeless(&printed), timeless(&shown.join("\n")), "{typed}");
            compared += 1;
        }
    }
    assert_eq!(compared, 2);
}
