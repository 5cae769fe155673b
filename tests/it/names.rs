//! The names of the house, read out of its source: no type name stands for two things.

use std::collections::BTreeMap;

use walkdir::WalkDir;

use crate::common::repository;

/// The arguments of a command have this name in each file of `cli/`: the module says of which command
/// they are, and nobody imports them.
const ARGUMENTS: &str = "Args";

/// The type that a line declares, if it declares one. A line that is indented declares a type of a
/// trait, or one inside of a function, which has no name outside.
fn declared(line: &str) -> Option<&str> {
    let line = match line.strip_prefix("pub(") {
        Some(rest) => rest.split_once(") ")?.1,
        None => line.strip_prefix("pub ").unwrap_or(line),
    };
    let kinds = ["struct ", "enum ", "trait ", "type ", "union "];
    let rest = kinds.iter().find_map(|kind| line.strip_prefix(kind))?;
    let end = rest.find(|c: char| !c.is_alphanumeric() && c != '_');
    Some(&rest[..end.unwrap_or(rest.len())])
}

#[test]
fn no_type_name_stands_for_two_things() {
    let root = repository().join("src");
    let mut places: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for file in WalkDir::new(&root).sort_by_file_name() {
        let file = file.expect("the source is readable");
        let path = file.path();
        if path.extension().is_none_or(|extension| extension != "rs") {
            continue;
        }
        let text = std::fs::read_to_string(path).expect("source is text");
        let path = path.strip_prefix(&root).expect("it is below it");
        for name in text.lines().filter_map(declared) {
            if name == ARGUMENTS && path.starts_with("cli") {
                continue;
            }
            let known = places.entry(name.to_owned()).or_default();
            known.push(path.display().to_string());
        }
    }
    assert!(places.contains_key("Searcher"), "types are found");
    places.retain(|_, places| places.len() > 1);
    assert_eq!(places, BTreeMap::new());
}

#[test]
fn declarations_are_told_from_what_looks_like_them() {
    assert_eq!(declared("pub(in crate::index) struct A<'a> {"), Some("A"));
    assert_eq!(declared("type B = u8;"), Some("B"));
    assert_eq!(declared("pub enum C {"), Some("C"));
    for other in [
        "    type D;",
        "typed: E",
        "// struct F",
        "pub fn struct_g() {",
    ] {
        assert_eq!(declared(other), None);
    }
}
