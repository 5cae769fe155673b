//! What the files of a generation are called.

use crate::index::dictionary;
use crate::index::gather::files;
use crate::index::gather::gathering::{LEXICON_FILE, VOCABULARY_CHANGED_FILE, VOCABULARY_FILE};
use crate::index::recognised;
use crate::index::vectors;

/// The file that says whose a folder is.
pub(super) const MARK: &str = ".palpate";
pub(super) const MARK_DRAFT: &str = ".palpate.new";
/// The hashes of the pages of all files.
pub(super) const PAGES_FILE: &str = "pages.bin";
/// The manifest of a generation, kept in its folder for as long as it is there.
pub(super) const KEPT_MANIFEST: &str = "manifest.json";
pub(super) const META: &str = "meta.json";
pub(super) const MANAGED: &str = ".managed.json";
/// The files of a generation that the next one does not share.
pub(super) const OWN: [&str; 10] = [
    MARK,
    PAGES_FILE,
    META,
    MANAGED,
    VOCABULARY_CHANGED_FILE,
    dictionary::TURNED_CHANGED_FILE,
    dictionary::SHOWN_CHANGED_FILE,
    files::FILE,
    vectors::FILE,
    recognised::FILE,
];
/// The files that the next one shares unless it writes them anew.
pub(super) const STAYING: [&str; 4] = [
    LEXICON_FILE,
    VOCABULARY_FILE,
    dictionary::TURNED_FILE,
    dictionary::SHOWN_FILE,
];
/// Hexadecimal digits of the name of a segment.
const SEGMENT: usize = 32;

/// Whether a file of that name in the folder of a generation is one of the index.
pub(super) fn is_of_index(name: &str) -> bool {
    const OTHERS: [&str; 4] = [
        MARK_DRAFT,
        KEPT_MANIFEST,
        ".tantivy-writer.lock",
        ".tantivy-meta.lock",
    ];
    let known = [&OWN[..], &STAYING, &OTHERS];
    known.iter().any(|known| known.contains(&name)) || is_of_segment(name) || is_draft(name)
}

/// "0123456789abcdef0123456789abcdef.idx", or ".17.del".
fn is_of_segment(name: &str) -> bool {
    let Some((segment, kind)) = name.split_at_checked(SEGMENT) else {
        return false;
    };
    let kind = kind.strip_prefix('.').unwrap_or_default();
    let in_name = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'.';
    segment.bytes().all(|byte| byte.is_ascii_hexdigit())
        && !kind.is_empty()
        && kind.bytes().all(in_name)
}

/// What tantivy calls a file that it has not finished: ".tmpAb3dE9".
fn is_draft(name: &str) -> bool {
    let rest = name.strip_prefix(".tmp");
    rest.is_some_and(|rest| rest.len() == 6 && rest.bytes().all(|b| b.is_ascii_alphanumeric()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_of_an_index_are_known_by_their_names() {
        for name in [
            "meta.json",
            ".managed.json",
            "lexicon.bin",
            "0123456789abcdef0123456789abcdef.idx",
            "0123456789abcdef0123456789abcdef.17.del",
            ".tmpAb3dE9",
            ".palpate",
        ] {
            assert!(is_of_index(name), "{name}");
        }
        for name in [
            "notes.txt",
            "0123456789abcdef0123456789abcdef",
            "0123456789abcdef0123456789abcdeg.idx",
            "0123456789abcdef0123456789abcdef.My Notes",
            ".tmp",
            "Müde",
        ] {
            assert!(!is_of_index(name), "{name}");
        }
    }
}
