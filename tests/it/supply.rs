//! The supply chain, as far as it can be checked without a network: where every crate comes from,
//! under which licence, and which are there twice. What advisories say is not known here.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use serde_json::Value;

use crate::common::repository;

/// Licences under which a crate may be linked into a program that is given away.
const ALLOWED: &[&str] = &[
    "0BSD",
    "Apache-2.0",
    "Apache-2.0 WITH LLVM-exception",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "CC0-1.0",
    // Of data: the certificates that are trusted everywhere.
    "CDLA-Permissive-2.0",
    "ISC",
    "MIT",
    "MIT-0",
    "Unicode-3.0",
    "Zlib",
];

/// Crates that are there in two versions since others have not moved yet. Each more is a decision.
const TWICE: &[&str] = &[
    // The older ones are those of `hayro-cmap`, whose tables of letters are packed so.
    "alloc-no-stdlib",
    "alloc-stdlib",
    // The older one is that of `charset`, which `mailparse` reads the names of encodings with.
    "base64",
    // As `alloc-stdlib`.
    "brotli",
    "brotli-decompressor",
    "constant_time_eq",
    // The older ones are those of what draws pages: `vello_cpu` and `png`.
    "fearless_simd",
    "getrandom",
    "itertools",
    "miniz_oxide",
    "phf",
    "phf_generator",
    "phf_shared",
    "rand",
    "rand_core",
    // The older ones are those of a feature of `vello_cpu` (text) that is not built.
    "read-fonts",
    "skrifa",
    "syn",
];

/// Crates that are there in two versions on other systems than this machine's.
const TWICE_ELSEWHERE: &[&str] = &["r-efi", "windows-sys"];

/// What this machine is called: only the crates for it are there without a network.
fn host() -> String {
    let rustc = std::env::var("RUSTC").unwrap_or_else(|_| "rustc".to_owned());
    let output = Command::new(rustc).arg("-vV").output();
    let said = String::from_utf8(output.expect("rustc built this test").stdout);
    let said = said.expect("rustc prints UTF-8");
    let host = said.lines().find_map(|line| line.strip_prefix("host: "));
    host.expect("rustc says its host").to_owned()
}

/// The packages of the lock file that are used on this machine.
fn packages() -> Vec<Value> {
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
    let output = Command::new(cargo)
        .args([
            "metadata",
            "--offline",
            "--locked",
            "--all-features",
            "--format-version",
            "1",
            "--filter-platform",
            &host(),
        ])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .expect("cargo runs this test");
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{stderr}");
    let metadata: Value = serde_json::from_slice(&output.stdout).expect("cargo prints JSON");
    let packages = metadata["packages"].as_array().expect("a list");
    assert!(packages.len() > 100, "{} packages", packages.len());
    packages.clone()
}

fn text<'p>(package: &'p Value, key: &str) -> &'p str {
    package[key].as_str().unwrap_or_default()
}

/// Whether an SPDX expression can be fulfilled by allowed licences.
fn is_allowed(expression: &str) -> bool {
    let expression = expression.replace(" / ", " OR ").replace('/', " OR ");
    expression.split(" AND ").all(|part| {
        let part = part.trim().trim_start_matches('(').trim_end_matches(')');
        part.split(" OR ")
            .any(|licence| ALLOWED.contains(&licence.trim()))
    })
}

#[test]
fn expressions_are_read() {
    assert!(is_allowed("MIT OR GPL-3.0"));
    assert!(is_allowed("Apache-2.0/MIT"));
    assert!(is_allowed("(Apache-2.0 OR MIT) AND BSD-3-Clause"));
    assert!(!is_allowed("MIT AND GPL-3.0"));
    assert!(!is_allowed("GPL-3.0"));
    assert!(!is_allowed(""));
}

#[test]
fn every_crate_has_an_allowed_licence_and_comes_from_the_registry() {
    for package in packages() {
        let name = text(&package, "name");
        let licence = text(&package, "license");
        assert!(is_allowed(licence), "{name}: {licence:?}");
        let source = text(&package, "source");
        assert!(
            name == "palpate" || source.starts_with("registry+"),
            "{name}: {source:?}"
        );
    }
}

#[test]
fn no_crate_is_there_twice_without_a_reason() {
    let mut versions: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for package in packages() {
        let name = text(&package, "name").to_owned();
        versions
            .entry(name)
            .or_default()
            .insert(text(&package, "version").to_owned());
    }
    for (name, versions) in versions.iter().filter(|(_, versions)| versions.len() > 1) {
        assert!(TWICE.contains(&name.as_str()), "{name}: {versions:?}");
    }
}

/// What `cargo deny` is told, which looks at every platform.
#[test]
fn cargo_deny_is_told_the_same() {
    let said: toml::Table = include_str!("../../.ci/deny.toml")
        .parse()
        .expect("it is TOML");
    let list = |part: &str, key: &str| -> Vec<toml::Value> {
        let list = said[part][key].as_array();
        list.expect("a list").clone()
    };
    let allowed = list("licenses", "allow");
    let allowed: BTreeSet<&str> = allowed.iter().filter_map(toml::Value::as_str).collect();
    assert_eq!(allowed, ALLOWED.iter().copied().collect());
    let skipped = list("bans", "skip");
    let skipped = skipped.iter().filter_map(|skip| skip["crate"].as_str());
    let twice = TWICE.iter().chain(TWICE_ELSEWHERE).copied();
    assert_eq!(skipped.collect::<BTreeSet<_>>(), twice.collect());
    for (part, key) in [
        ("bans", "multiple-versions"),
        ("bans", "wildcards"),
        ("sources", "unknown-registry"),
        ("sources", "unknown-git"),
    ] {
        assert_eq!(said[part][key].as_str(), Some("deny"), "{key}");
    }
}

#[test]
fn without_its_features_nothing_speaks_to_a_network() {
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
    let tree = Command::new(cargo)
        .args(["tree", "--offline", "--locked", "--no-default-features"])
        .args(["--edges", "normal", "--prefix", "none", "--target", &host()])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output();
    let tree = String::from_utf8(tree.expect("cargo runs").stdout).expect("names are text");
    let names: BTreeSet<&str> = tree.lines().filter_map(|l| l.split(' ').next()).collect();
    assert!(names.contains("tantivy"), "{names:?}");
    for network in [
        "ureq", "rustls", "hyper", "axum", "tokio", "ring", "socket2",
    ] {
        assert!(!names.contains(network), "{network}");
    }
}

#[test]
fn every_feature_but_these_is_on_by_default() {
    // The SDK of `mcp` turns on features of serde, and with them everything is built anew: who wants it says
    // so, as releases and `.ci/run` do.
    // The formats that are archives ask for `packages`, and nobody else does.
    const ASKED_FOR: [&str; 2] = ["mcp", "packages"];
    let manifest: toml::Table = include_str!("../../Cargo.toml")
        .parse()
        .expect("it is TOML");
    let features = manifest["features"].as_table().expect("features");
    let default = features["default"].as_array().expect("a list");
    let default: BTreeSet<&str> = default.iter().filter_map(toml::Value::as_str).collect();
    let all = features.keys().map(String::as_str);
    // `.ci/run` takes what it lints alone from this list.
    assert_eq!(
        all.filter(|name| *name != "default" && !ASKED_FOR.contains(name))
            .collect::<BTreeSet<_>>(),
        default
    );
}

#[test]
fn every_dependency_is_named_with_its_reason() {
    let manifest = include_str!("../../Cargo.toml");
    let reasons = include_str!("../../docs/dependencies.md");
    let part = manifest.split("\n[dependencies]\n").nth(1);
    let part = part.and_then(|part| part.split("\n[").next());
    let names = part.expect("there are dependencies").lines();
    let names: Vec<&str> = names.filter_map(|line| line.split(" = ").next()).collect();
    let named = |name: &&&str| !reasons.contains(&format!("`{name}`"));
    let missing: Vec<_> = names
        .iter()
        .filter(|name| !name.is_empty())
        .filter(named)
        .collect();
    assert!(names.len() > 40, "{names:?}");
    assert!(
        missing.is_empty(),
        "docs/dependencies.md has no reason for {missing:?}"
    );
}

/// An index lives only in a folder that is new, empty or an index: the first command of the README makes one.
#[test]
fn nothing_is_committed_where_the_first_index_goes() {
    let listed = Command::new("git")
        .args(["ls-files", "index"])
        .current_dir(repository())
        .output();
    let Ok(listed) = listed else {
        println!("skipped: no git here");
        return;
    };
    assert_eq!(String::from_utf8_lossy(&listed.stdout), "");
    let ignored = std::fs::read_to_string(repository().join(".gitignore")).expect("it is there");
    assert!(ignored.lines().any(|line| line == "/index/"), "{ignored}");
}
