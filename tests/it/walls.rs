//! The walls of the house, read out of its source: which room imports from which.
//!
//! The order of the rooms is the table at the top of `src/lib.rs`, and inside `index` it is the one
//! below. What is read are the paths that files name, in `use` and elsewhere; comments and strings
//! are left out.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use walkdir::WalkDir;

/// The rooms of the index, each of which may import from those of the lines above it. A file that
/// is in no room belongs to the first.
const INDEX_ROOMS: &[&[&str]] = &[
    &["index"],
    &["index::gather"],
    &["index::folder", "index::cluster"],
    &["index::home"],
];

/// Where tantivy is known: the engine, and the chain of analysis that it is given.
const TANTIVY: &[&str] = &["index::folder", "analysis::terms", "analysis::tokenizer"];

/// A source file: the module it is, and its text without comments and strings.
struct Source {
    module: Vec<String>,
    /// Whether it is the face of a folder, `mod.rs`.
    is_face: bool,
    text: String,
}

impl Source {
    fn name(&self) -> String {
        self.module.join("::")
    }

    /// The modules, or what is in them, that are named in it: from the root of the crate on.
    fn named(&self) -> BTreeSet<String> {
        let mut named = BTreeSet::new();
        for (start, prefix) in [("crate::", 0), ("super::", 1)] {
            for (at, _) in self.text.match_indices(start) {
                let before = self.text[..at].chars().next_back();
                let is_visibility = self.text[..at].ends_with("pub(in ");
                if is_visibility
                    || before.is_some_and(|c| c.is_alphanumeric() || matches!(c, '_' | ':'))
                {
                    continue;
                }
                let own = &self.module[..];
                // In an inner module, as tests are, `super` is this file.
                let is_inner = at > self.text.find("\nmod tests {").unwrap_or(usize::MAX);
                let base = match prefix {
                    0 => &own[..0],
                    _ if is_inner => own,
                    _ => &own[..own.len() - 1],
                };
                let base: Vec<&str> = base.iter().map(String::as_str).collect();
                expand(&self.text[at + start.len()..], &base.join("::"), &mut named);
            }
        }
        named
    }
}

/// Adds the paths that begin here, those in braces one by one.
fn expand(text: &str, base: &str, named: &mut BTreeSet<String>) {
    let joined = |name: &str| match (base, name) {
        ("", name) => name.to_owned(),
        (base, name) => format!("{base}::{name}"),
    };
    if let Some(inside) = text.strip_prefix('{') {
        let (mut depth, mut start) = (0, 0);
        for (at, c) in inside.char_indices() {
            match c {
                '{' => depth += 1,
                '}' if depth > 0 => depth -= 1,
                ',' | '}' if depth == 0 => {
                    expand(inside[start..at].trim(), base, named);
                    start = at + 1;
                    if c == '}' {
                        return;
                    }
                }
                _ => {}
            }
        }
        return;
    }
    let end = text.find(|c: char| !c.is_alphanumeric() && c != '_');
    let (name, rest) = text.split_at(end.unwrap_or(text.len()));
    match rest.strip_prefix("::") {
        Some(rest) if !name.is_empty() => expand(rest, &joined(name), named),
        _ => drop(named.insert(joined(name))),
    }
}

/// A text without what is in comments and strings.
fn code(text: &str) -> String {
    let mut code = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let skipped = if rest.starts_with("//") {
            rest.find('\n').unwrap_or(rest.len())
        } else if rest.starts_with("r#\"") {
            rest.find("\"#").map_or(rest.len(), |end| end + 2)
        } else if c == '"' {
            end_of_string(rest)
        } else if rest.starts_with("'\"'") || rest.starts_with("b'\"'") {
            rest.find("\"'").map_or(1, |end| end + 2)
        } else {
            code.push(c);
            c.len_utf8()
        };
        rest = &rest[skipped..];
    }
    code
}

/// The bytes of a string literal that begins here.
fn end_of_string(text: &str) -> usize {
    let mut escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return at + 1,
            _ => {}
        }
    }
    text.len()
}

fn sources() -> Vec<Source> {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut sources = Vec::new();
    for entry in WalkDir::new(&src).sort_by_file_name() {
        let entry = entry.expect("the source can be walked");
        let path = entry.path();
        if path.extension().is_none_or(|extension| extension != "rs") {
            continue;
        }
        let inner = path.strip_prefix(&src).expect("it was found there");
        let mut module: Vec<String> = inner
            .with_extension("")
            .iter()
            .map(|part| part.to_string_lossy().into_owned())
            .collect();
        let is_face = module.last().is_some_and(|name| name == "mod");
        if is_face {
            module.pop();
        }
        let text = std::fs::read_to_string(path).expect("source is text");
        sources.push(Source {
            module,
            is_face,
            text: code(&text),
        });
    }
    assert!(sources.len() > 100, "the source was not found");
    sources
}

/// The rooms in the order of the table in `src/lib.rs`.
fn rooms() -> Vec<String> {
    let text = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/src/lib.rs"));
    let text = text.expect("the crate has a root");
    let rows = text.lines().filter_map(|line| line.strip_prefix("//! | ["));
    let rows = text
        .lines()
        .filter_map(|line| line.strip_prefix("//! | `"))
        .chain(rows.map(|row| row.trim_start_matches('`')));
    let rooms: Vec<String> = rows
        .filter_map(|row| Some(row.split_once('`')?.0.to_owned()))
        .collect();
    // Those that are no links come first here; the order is that of the lines.
    let place = |room: &String| text.find(&format!("`{room}`"));
    let mut rooms = rooms;
    rooms.sort_by_key(place);
    let ends = rooms.first().zip(rooms.last());
    assert_eq!(
        ends,
        Some((&"data".to_owned(), &"mcp".to_owned())),
        "{rooms:?}"
    );
    rooms
}

/// The longest of some modules that a path is in.
fn room_of<'r>(path: &str, rooms: impl IntoIterator<Item = &'r str>) -> Option<&'r str> {
    let is_in = |room: &&str| {
        let rest = path.strip_prefix(*room);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with("::"))
    };
    rooms
        .into_iter()
        .filter(is_in)
        .max_by_key(|room| room.len())
}

#[test]
fn every_room_imports_only_from_those_before_it() {
    let rooms = rooms();
    let place = |path: &str| {
        let room = room_of(path, rooms.iter().map(String::as_str))?;
        rooms.iter().position(|known| known == room)
    };
    let mut faults = Vec::new();
    for source in sources() {
        let name = source.name();
        // The command is another crate, and sees what everybody sees.
        if matches!(name.as_str(), "lib" | "main" | "panics") || name.starts_with("cli") {
            continue;
        }
        let Some(own) = place(&name) else {
            faults.push(format!("{name} is in no room of src/lib.rs"));
            continue;
        };
        for path in source.named() {
            if place(&path).is_none_or(|there| there > own) {
                faults.push(format!("{name} imports {path}"));
            }
        }
    }
    assert!(faults.is_empty(), "{faults:#?}");
}

#[test]
fn the_rooms_of_the_index_import_only_from_those_above() {
    let rooms: Vec<(&str, usize)> = INDEX_ROOMS
        .iter()
        .zip(0..)
        .flat_map(|(rooms, line)| rooms.iter().map(move |room| (*room, line)))
        .collect();
    let line = |path: &str| {
        let room = room_of(path, rooms.iter().map(|(room, _)| *room))?;
        let known = rooms.iter().find(|(known, _)| *known == room);
        known.map(|(_, line)| (room, *line))
    };
    let mut faults = Vec::new();
    for source in sources() {
        let name = source.name();
        // The face of the index shows what is in all rooms.
        if name == "index" {
            continue;
        }
        let Some((own, depth)) = line(&name) else {
            continue;
        };
        for path in source.named() {
            let Some((room, there)) = line(&path) else {
                continue;
            };
            if there > depth || (there == depth && room != own) {
                faults.push(format!("{name} imports {path}"));
            }
            // By name of the file it is in, or nobody could tell which room that is.
            let after = path.strip_prefix("index::").and_then(|p| p.chars().next());
            if after.is_none_or(char::is_uppercase) {
                faults.push(format!("{name} imports {path} from the face of the index"));
            }
        }
    }
    assert!(faults.is_empty(), "{faults:#?}");
}

#[test]
fn no_file_of_the_index_imports_from_itself_by_way_of_others() {
    let sources = sources();
    let inside: Vec<&Source> = sources.iter().filter(|s| s.module[0] == "index").collect();
    let files: Vec<String> = inside.iter().map(|source| source.name()).collect();
    let mut imports: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for (source, name) in inside.iter().zip(&files) {
        // A face names its own files to show them.
        let own_folder = |file: &str| source.is_face && file.starts_with(&format!("{name}::"));
        let named = source.named().into_iter();
        let found = named.filter_map(|path| room_of(&path, files.iter().map(String::as_str)));
        let found = found.filter(|file| file != name && !own_folder(file));
        imports.insert(name, found.collect());
    }
    assert!(imports["index::folder::engine"].contains("index::engine"));
    // Whoever imports nothing that is left goes, until nobody can.
    while let Some(free) = imports
        .iter()
        .find(|(_, named)| named.iter().all(|file| !imports.contains_key(file)))
        .map(|(name, _)| *name)
    {
        imports.remove(free);
    }
    assert!(imports.is_empty(), "there is a circle in {imports:#?}");
}

#[test]
fn nobody_reaches_over_two_walls() {
    let reaches = |source: &Source| source.text.contains("super::super");
    let found: Vec<String> = sources()
        .iter()
        .filter(|source| reaches(source))
        .map(Source::name)
        .collect();
    assert!(found.is_empty(), "{found:?}");
}

#[test]
fn only_the_folder_knows_tantivy() {
    let knows = |source: &Source| source.text.contains("tantivy::");
    let is_allowed = |name: &str| room_of(name, TANTIVY.iter().copied()).is_some();
    let sources = sources();
    let found: Vec<String> = sources
        .iter()
        .filter(|source| knows(source))
        .map(Source::name)
        .collect();
    assert!(found.iter().any(|name| is_allowed(name)), "{found:?}");
    let strange: Vec<&String> = found.iter().filter(|name| !is_allowed(name)).collect();
    assert!(strange.is_empty(), "{strange:?}");
}

#[test]
fn paths_are_read_as_they_are_written() {
    let text = "use crate::index::{table::{Table, Counts}, error};\n// crate::serve::x\nuse super::b;\n\
                let s = \"crate::cli\"; crate::query::Plan::new()";
    let source = Source {
        module: vec!["a".into(), "c".into()],
        is_face: false,
        text: code(text),
    };
    let named: Vec<String> = source.named().into_iter().collect();
    let expected = [
        "a::b",
        "index::error",
        "index::table::Counts",
        "index::table::Table",
        "query::Plan::new",
    ];
    assert_eq!(named, expected);
}
