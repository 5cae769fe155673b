//! What a folder of real files brings: broken ones, huge ones, odd names. Each is named with its
//! cause and counted, the rest is indexed, and the exit code says that something was wrong.

use std::path::Path;

use crate::common::palpate;
#[cfg(all(feature = "docx", feature = "html", feature = "odt", feature = "pdf"))]
use crate::common::written;
use serde_json::Value;
use tempfile::TempDir;

/// A folder with a good file, and these.
fn folder(files: &[(&str, &[u8])]) -> TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let texts = folder.path().join("texts");
    std::fs::create_dir(&texts).expect("the folder is empty");
    std::fs::write(texts.join("good.txt"), "Neck pain\n\nRest helps.\n")
        .expect("it can be written");
    for (name, content) in files {
        std::fs::write(texts.join(name), content).expect("it can be written");
    }
    folder
}

/// Indexes the folder; gives the exit code and the report.
fn index(folder: &Path, args: &[&str]) -> (Option<i32>, Value) {
    let output = palpate(folder)
        .args(["index", "texts", "--json"])
        .args(args)
        .output()
        .expect("the binary runs");
    let report = serde_json::from_slice(&output.stdout).expect("one JSON object");
    (output.status.code(), report)
}

/// The cause given for a file, and nothing for one that was read without any.
fn cause<'r>(report: &'r Value, name: &str) -> &'r str {
    let failed = report["failed"].as_array().expect("a list");
    let of_file = |file: &&Value| {
        file["path"]
            .as_str()
            .is_some_and(|path| path.ends_with(name))
    };
    let found = failed.iter().find(of_file);
    found.map_or("", |file| file["reason"].as_str().expect("a reason"))
}

fn finds(folder: &Path, query: &str) -> bool {
    let search = palpate(folder).args(["search", "--exact", query]).output();
    search.expect("the binary runs").status.code() == Some(0)
}

#[test]
fn text_that_is_none_is_named_and_the_rest_goes_on() {
    let folder = folder(&[
        ("nul.txt", b"words\0words"),
        (
            "damaged.txt",
            "Müde, café, \u{fc}ber: lumbago \u{e9}".as_bytes(),
        ),
        ("broken.txt", b"M\xc3\xbcde, caf\xc3\xa9 sciatica \xff"),
        ("table.csv", b"1,2\n3,4\n"),
        ("rows.csv", b"title,text\nA,bursitis\nB,tendinitis,more\n"),
        (
            "lines.jsonl",
            b"{\"_id\":\"1\",\"text\":\"gout\"}\n{\"_id\":\n",
        ),
    ]);
    let (code, report) = index(folder.path(), &[]);
    assert_eq!(code, Some(2));
    assert!(cause(&report, "nul.txt").contains("binary file"));
    assert_eq!(cause(&report, "damaged.txt"), "");
    assert!(cause(&report, "broken.txt").contains("1 bytes are no UTF-8"));
    assert!(cause(&report, "table.csv").contains("name the columns"));
    assert!(cause(&report, "rows.csv").starts_with("line 3"));
    assert!(cause(&report, "lines.jsonl").starts_with("line 2"));
    for word in [
        "rest",
        "lumbago",
        "sciatica",
        "bursitis",
        "tendinitis",
        "gout",
    ] {
        assert!(finds(folder.path(), word), "{word}");
    }
    // What failed is said again as long as it is there.
    let (code, report) = index(folder.path(), &[]);
    assert_eq!(code, Some(2));
    assert!(cause(&report, "nul.txt").contains("binary file"));
    assert_eq!(report["changes"]["unchanged"], 7);
}

#[test]
fn limits_are_kept_and_said() {
    let long_line = [
        b"{\"_id\":\"1\",\"text\":\"",
        &[b'x'; 600_000][..],
        b"\"}\n",
    ]
    .concat();
    let lines = [&long_line[..], b"{\"_id\":\"2\",\"text\":\"gout\"}\n"].concat();
    let folder = folder(&[
        ("large.txt", &[b'x'; 600_000]),
        ("lines.jsonl", &lines),
        ("deep.md", "> ".repeat(50).as_bytes()),
    ]);
    let small = ["--max-file-size", "500K", "--max-depth", "20"];
    let (code, report) = index(folder.path(), &small);
    assert_eq!(code, Some(2));
    assert_eq!(
        cause(&report, "large.txt"),
        "600000 bytes is more than the limit of 500 kB (--max-file-size)"
    );
    assert!(cause(&report, "lines.jsonl").starts_with("line 1: longer than"));
    assert!(cause(&report, "deep.md").starts_with("nested deeper than the limit of 20"));
    assert!(finds(folder.path(), "gout"));
    // Other limits are a reason to look again.
    let (code, report) = index(folder.path(), &[]);
    assert_eq!((code, cause(&report, "large.txt")), (Some(0), ""));
}

#[test]
fn limits_that_make_no_sense_are_refused() {
    for flags in [
        ["--max-file-size", "big"],
        ["--max-depth", "0"],
        ["--max-seconds", "0"],
    ] {
        let folder = folder(&[]);
        palpate(folder.path())
            .args(["index", "texts"])
            .args(flags)
            .assert()
            .code(2);
        assert!(!folder.path().join("index").exists());
    }
}

/// An office file as a password protects it: what is in it is encrypted, and stands in a file of streams.
#[cfg(all(feature = "docx", feature = "html", feature = "odt", feature = "pdf"))]
fn protected() -> Vec<u8> {
    let memory = std::io::Cursor::new(Vec::new());
    let mut file = cfb::CompoundFile::create(memory).expect("a file in memory");
    for name in ["/EncryptionInfo", "/EncryptedPackage"] {
        file.create_stream(name).expect("a stream in memory");
    }
    file.flush().expect("memory");
    file.into_inner().into_inner()
}

#[cfg(all(feature = "docx", feature = "html", feature = "odt", feature = "pdf"))]
#[test]
fn broken_documents_are_named() {
    use pdf_writer::Content;

    let pieces = written::leaflet();
    let (docx, pdf) = (written::docx(&pieces), written::pdf(&pieces));
    let zeros = format!(
        "<w:document><w:p>{}</w:p></w:document>",
        " ".repeat(3 << 20)
    );
    let bomb = written::archive(&[("word/document.xml", zeros.as_bytes())]);
    assert!(bomb.len() < 10_000, "it is small before it expands");
    let open = written::archive(&[("word/document.xml", b"<w:document><w:p>")]);
    let scan = written::file(vec![Content::new(), Content::new()]);
    let folder = folder(&[
        ("whole.docx", &docx),
        ("whole.pdf", &pdf),
        ("cut.docx", &docx[..docx.len() / 2]),
        ("cut.pdf", &pdf[..pdf.len() - 100]),
        ("half.pdf", &pdf[..pdf.len() / 2]),
        ("begun.pdf", &pdf[..100]),
        ("bomb.docx", &bomb),
        ("open.docx", &open),
        ("scan.pdf", &scan),
        ("secret.docx", &protected()),
        ("junk.docx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 and so on"),
        ("empty.docx", b""),
        ("empty.pdf", b""),
        ("empty.txt", b""),
    ]);
    let (code, report) = index(folder.path(), &["--max-expanded-size", "1M"]);
    assert_eq!(code, Some(2));
    for whole in ["whole.docx", "whole.pdf", "empty.txt"] {
        assert_eq!(cause(&report, whole), "");
    }
    for (name, said) in [
        ("cut.docx", "no readable Word document"),
        ("cut.pdf", "it is cut off; what is left of it was read"),
        (
            "half.pdf",
            "it is cut off, and what is left of it has no text",
        ),
        ("begun.pdf", "it is cut off"),
        (
            "bomb.docx",
            "expands to more than the limit of 1 MB (--max-expanded-size)",
        ),
        ("open.docx", "it ends in the middle"),
        ("scan.pdf", "2 pages without text"),
        ("secret.docx", "protected by a password"),
        ("junk.docx", "it is cut off or damaged"),
        ("empty.docx", "no readable Word document"),
        ("empty.pdf", "no readable PDF"),
    ] {
        assert!(
            cause(&report, name).contains(said),
            "{name}: {}",
            cause(&report, name)
        );
    }
    assert!(finds(folder.path(), "source:*cut.pdf therapist"));
}

#[cfg(feature = "pdf")]
#[test]
fn a_pdf_that_expands_too_far_is_not_read() {
    use std::io::Write;

    let mut zlib = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::best());
    zlib.write_all(&vec![b' '; 4 << 20])
        .expect("memory takes it");
    let stream = zlib.finish().expect("memory takes it");
    let mut pdf = b"%PDF-1.4\n1 0 obj <</Filter/FlateDecode>> stream\n".to_vec();
    pdf.extend_from_slice(&stream);
    pdf.extend_from_slice(b"\nendstream endobj\n%%EOF\n");
    let folder = folder(&[("bomb.pdf", &pdf)]);
    let (code, report) = index(folder.path(), &["--max-expanded-size", "1M"]);
    assert_eq!(code, Some(2));
    assert!(cause(&report, "bomb.pdf").contains("expands to more than"));
}

#[cfg(not(feature = "pdf"))]
#[test]
fn a_format_left_out_is_named() {
    let folder = folder(&[("a.pdf", b"%PDF-1.4"), ("b", b"%PDF-1.4")]);
    let (code, report) = index(folder.path(), &[]);
    assert_eq!(code, Some(2));
    for name in ["a.pdf", "b"] {
        assert!(cause(&report, name).contains("built without PDF"));
    }
}

#[test]
fn files_of_unknown_types_are_no_errors_and_never_guessed() {
    let folder = folder(&[
        ("image.png", b"\x89PNG\r\n\x1a\n"),
        ("notes", b"words without an extension"),
        ("slides.ppt", b"\xd0\xcf\x11\xe0 slides"),
    ]);
    let (code, report) = index(folder.path(), &[]);
    assert_eq!(code, Some(0));
    assert_eq!(report["unknown"].as_array().map(Vec::len), Some(3));
    assert!(!finds(folder.path(), "extension"));
}

#[cfg(target_os = "linux")]
#[test]
fn names_that_are_no_utf_8_are_indexed_and_stay_apart() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;

    let folder = folder(&[]);
    for (name, text) in [
        (&b"M\xfcde.txt"[..], "Gout\n\nRest.\n"),
        (b"M\xfdde.txt", "Gout\n\nIce.\n"),
    ] {
        let path = folder.path().join("texts").join(OsStr::from_bytes(name));
        std::fs::write(path, text).expect("it can be written");
    }
    let (code, _) = index(folder.path(), &[]);
    assert_eq!(code, Some(0));
    let output = palpate(folder.path())
        .args(["search", "--json", "title:gout"])
        .output()
        .expect("the binary runs");
    let results: Value = serde_json::from_slice(&output.stdout).expect("one JSON object");
    let sources: Vec<_> = results["hits"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|hit| hit["source"].as_str().expect("a string"))
        .collect();
    assert_eq!(sources.len(), 2, "{results}");
    assert!(sources.contains(&"texts/M\u{fffd}FCde.txt"), "{sources:?}");
    assert!(sources.contains(&"texts/M\u{fffd}FDde.txt"), "{sources:?}");
    // They are known again.
    let (_, report) = index(folder.path(), &[]);
    assert_eq!(report["changes"]["unchanged"], 3);
    assert_eq!(report["changes"]["added"], 0);
}

#[cfg(unix)]
#[test]
fn what_may_not_be_read_and_loops_are_named() {
    use std::os::unix::fs::{PermissionsExt, symlink};

    let folder = folder(&[("closed.txt", b"words")]);
    let texts = folder.path().join("texts");
    symlink(&texts, texts.join("loop")).expect("it can be linked");
    symlink("nowhere.txt", texts.join("dangling.txt")).expect("it can be linked");
    let closed = texts.join("closed.txt");
    std::fs::set_permissions(&closed, PermissionsExt::from_mode(0o000)).expect("it is ours");
    let (code, report) = index(folder.path(), &["--follow"]);
    assert_eq!(code, Some(2));
    assert_eq!(report["links"], serde_json::json!(["texts/loop"]));
    assert!(cause(&report, "dangling.txt").contains("No such file"));
    // Whoever may read everything reads this, too.
    if std::fs::read(&closed).is_err() {
        assert!(cause(&report, "closed.txt").contains("ermission denied"));
    }
    assert!(finds(folder.path(), "rest"));
    // Links that are not followed are no fault, and are said.
    let (_, report) = index(folder.path(), &[]);
    let left = serde_json::json!(["texts/dangling.txt", "texts/loop"]);
    assert_eq!(report["links"], left);
}
