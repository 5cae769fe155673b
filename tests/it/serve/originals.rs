//! The files that documents were read from: given out as they are, only those of the index, and where they can
//! do no harm.

use std::fs;
use std::path::Path;

use tempfile::TempDir;

use crate::common::palpate;
use crate::common::server::Server;
use crate::common::written;

const PAGE: &str = "<html><head><title>Traction</title><script>alert(1)</script></head><body><h1>Traction</h1>\
    <p>Not with a broken bone - ask us first.</p><a href=\"/elsewhere\">More</a></body></html>";

fn corpus() -> TempDir {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let corpus = folder.path().join("corpus");
    fs::create_dir_all(corpus.join("a b")).expect("a folder can be made");
    let write =
        |name: &str, bytes: &[u8]| fs::write(corpus.join(name), bytes).expect("there is room");
    write("a b/page.html", PAGE.as_bytes());
    write("notes.txt", b"Traction\n\nNot with a broken bone.\n");
    write("leaflet.pdf", &written::pdf(&written::leaflet()));
    write("leaflet.docx", &written::docx(&written::leaflet()));
    write("keys.bin", b"secret");
    fs::write(folder.path().join("outside.txt"), "secret").expect("there is room");
    palpate(folder.path())
        .args(["index", "corpus"])
        .assert()
        .code(0);
    folder
}

fn link(server: &Server, document: &str) -> Option<String> {
    let page = server.get(document).body;
    let end = page.find("\">Original file</a>")?;
    let start = page[..end].rfind("href=\"")? + "href=\"".len();
    Some(page[start..end].replace("&amp;", "&"))
}

fn passage(folder: &Path, source: &str) -> String {
    let mut search = palpate(folder);
    let output = search
        .args([
            "search",
            "--json",
            &format!("\"broken bone\" source:{source}"),
        ])
        .output();
    let found: serde_json::Value =
        serde_json::from_slice(&output.expect("the binary runs").stdout).expect("JSON");
    found["hits"][0]["id"].as_str().expect("a hit").to_owned()
}

#[test]
fn files_are_given_out_as_they_are_and_run_nothing() {
    let folder = corpus();
    let server = Server::start(folder.path(), &[]);
    let page = server.get("/originals/corpus/a%20b/page.html");
    assert_eq!((page.status, page.body.as_str()), (200, PAGE));
    let policy = page.header("content-security-policy").expect("a policy");
    assert!(
        policy.starts_with("sandbox;") && !policy.contains("script"),
        "{policy}"
    );
    assert_eq!(page.header("x-content-type-options"), Some("nosniff"));
    let text = server.get("/originals/corpus/notes.txt");
    assert_eq!(
        text.header("content-type"),
        Some("text/plain; charset=utf-8")
    );
    let pdf = server.get("/originals/corpus/leaflet.pdf");
    assert_eq!(pdf.header("content-type"), Some("application/pdf"));
    assert_eq!(pdf.header("content-disposition"), None);
    let word = server.get("/originals/corpus/leaflet.docx");
    let attached = word.header("content-disposition");
    assert_eq!(attached, Some("attachment; filename*=UTF-8''leaflet.docx"));
    // Of a long file a part may be asked for.
    let part = server.raw("GET /originals/corpus/notes.txt HTTP/1.1\r\nHost: localhost\r\nRange: bytes=0-7\r\nConnection: close\r\n\r\n");
    assert_eq!((part.status, part.body.as_str()), (206, "Traction"));
}

#[test]
fn nothing_is_given_out_that_is_not_in_the_index() {
    let folder = corpus();
    let server = Server::start(folder.path(), &[]);
    for path in [
        "/originals/corpus/keys.bin",
        "/originals/outside.txt",
        "/originals/corpus/../outside.txt",
        "/originals/corpus/%2E%2E/outside.txt",
        "/originals/corpus%2F..%2Foutside.txt",
        "/originals//etc/passwd",
        "/originals/%2Fetc%2Fpasswd",
        "/originals/corpus",
        "/originals/index/palpate.json",
    ] {
        let answer = server.get(path);
        assert_eq!(answer.status, 404, "{path}: {}", answer.body);
        assert!(!answer.body.contains("secret"), "{path}");
    }
}

#[test]
fn files_may_be_kept_back() {
    let folder = corpus();
    let server = Server::start(folder.path(), &["--no-originals"]);
    assert_eq!(server.get("/originals/corpus/notes.txt").status, 404);
    assert_eq!(link(&server, "/documents/corpus/notes.txt"), None);
}

#[cfg(unix)]
#[test]
fn a_file_that_became_a_link_out_of_the_folder_is_not_given_out() {
    let folder = corpus();
    let server = Server::start(folder.path(), &[]);
    let notes = folder.path().join("corpus/notes.txt");
    fs::remove_file(&notes).expect("it was there");
    std::os::unix::fs::symlink(folder.path().join("outside.txt"), &notes)
        .expect("links can be made");
    let answer = server.get("/originals/corpus/notes.txt");
    assert_eq!(answer.status, 404, "{}", answer.body);
    assert_eq!(link(&server, "/documents/corpus/notes.txt"), None);
}

#[test]
fn a_document_leads_to_its_file_at_the_passage() {
    let folder = corpus();
    let server = Server::start(folder.path(), &["--base-path", "/tools"]);
    let of = |path: &str| link(&server, &format!("/tools/documents/corpus/{path}"));
    assert_eq!(
        of("notes.txt").as_deref(),
        Some("/tools/originals/corpus/notes.txt")
    );
    let id = passage(folder.path(), "*page.html");
    assert_eq!(
        of(&format!("a%20b/page.html?p={id}")).as_deref(),
        Some(
            "/tools/originals/corpus/a%20b/page.html#:~:text=Not%20with%20a%20broken%20bone%20%2D%20ask%20us"
        )
    );
    let pdf = of("leaflet.pdf?q=fracture").expect("a link");
    assert!(
        pdf.starts_with("/tools/originals/corpus/leaflet.pdf#page="),
        "{pdf}"
    );
    // Addresses in the file are its own.
    assert_eq!(
        server.get("/tools/originals/corpus/a%20b/page.html").body,
        PAGE
    );
    // What has gone is not offered, and what changed is not taken for what was.
    fs::write(folder.path().join("corpus/notes.txt"), "Anew.").expect("there is room");
    let now = server.get("/tools/originals/corpus/notes.txt");
    assert_eq!(now.body, "Anew.");
    fs::remove_file(folder.path().join("corpus/notes.txt")).expect("it was there");
    assert_eq!(of("notes.txt"), None);
}
