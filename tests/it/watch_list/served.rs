//! The page and the feeds of saved questions.

use std::time::Duration;

use tempfile::TempDir;

use super::feed::feed;
use super::{NECK, index, leaflets, run, write};
use crate::common::palpate;
use crate::common::server::{Answer, Server};

const NAME: &str = "<script>alert(1)</script> & 'so'";
const NAMED: &str = "name=%3Cscript%3Ealert%281%29%3C%2Fscript%3E+%26+%27so%27";

/// A folder with two builds, between which something changed about one of two questions.
fn changed() -> TempDir {
    let folder = leaflets();
    let path = folder.path();
    run(path, &["add", NAME, "beer"]).code(0);
    write(
        path,
        "leaflets/neck.txt",
        &NECK.replace("severe osteoporosis", "osteoporosis <b>\u{202e} & a stroke"),
    );
    write(
        path,
        "leaflets/spine.txt",
        "Spine\n\nAsk about osteoporosis first.\n",
    );
    index(path);
    folder
}

fn serve(folder: &TempDir, args: &[&str]) -> Server {
    Server::start(
        folder.path(),
        &[&["--watch-list", "watch-list.toml"], args].concat(),
    )
}

/// A page, when the questions have been asked.
fn read(server: &Server, path: &str) -> Answer {
    for _ in 0..100 {
        let page = server.get(path);
        if !page.body.contains("are being asked") {
            return page;
        }
        std::thread::sleep(Duration::from_millis(200));
    }
    panic!("{path} is never read");
}

#[test]
fn the_page_shows_what_changed_with_its_feed_and_new_builds_are_picked_up() {
    let folder = changed();
    let server = serve(&folder, &[]);
    assert!(server.get("/").body.contains("href=\"/watch\""));
    let page = read(&server, "/watch");
    assert_eq!(page.status, 200);
    let page = page.body;
    let alternate = "<link rel=\"alternate\" type=\"application/atom+xml\" href=\"/watch.atom\"";
    assert!(page.contains(alternate), "{page}");
    assert!(page.contains("<strong>1 of 2 questions</strong>"), "{page}");
    assert!(
        page.contains("<del>severe osteoporosis.</del> <ins>osteoporosis &lt;b&gt;"),
        "{page}"
    );
    assert!(
        page.contains("1 changed, 1 new")
            && page.contains("href=\"/documents/leaflets/spine.txt?p=")
    );
    assert!(!page.contains("<script>alert"));
    let one = read(&server, &format!("/watch?{NAMED}")).body;
    assert!(
        one.contains(&format!("href=\"/watch.atom?{NAMED}\"")),
        "{one}"
    );
    assert!(
        one.contains("&lt;script&gt;alert(1)") && !one.contains("<del>"),
        "{one}"
    );
    // What goes is told of the next build, with no server started anew.
    std::fs::remove_file(folder.path().join("leaflets/spine.txt")).expect("it is there");
    index(folder.path());
    for _ in 0..100 {
        let page = read(&server, "/watch").body;
        if page.contains("1 gone") {
            assert!(page.contains("href=\"/watch?since=1\""), "{page}");
            assert!(read(&server, "/watch?since=1").body.contains("<del>"));
            return;
        }
        std::thread::sleep(Duration::from_millis(200));
    }
    panic!("the new build is never told");
}

/// A page that says something, sooner or later.
fn says(server: &Server, path: &str, wanted: &str) -> Answer {
    for _ in 0..100 {
        let page = read(server, path);
        if page.body.contains(wanted) {
            return page;
        }
        std::thread::sleep(Duration::from_millis(200));
    }
    panic!("{path} never says {wanted}");
}

#[test]
fn the_list_is_read_again_when_it_changes_and_a_faulty_one_is_told() {
    let folder = changed();
    let path = folder.path();
    let said = std::fs::File::create(path.join("said")).expect("it can be made");
    let server = Server::start_saying(path, &["--watch-list", "watch-list.toml"], said);
    let before = server.get("/help");
    let link = "<a href=\"/watch\">Saved";
    for page in ["/", "/help", "/audit", "/watch", "/documents/nowhere"] {
        assert_eq!(read(&server, page).body.matches(link).count(), 1, "{page}");
    }
    run(path, &["add", "falls", "falls"]).code(0);
    let page = says(&server, "/watch", "of 3 questions");
    assert!(!page.body.contains("cannot be read"));
    assert_ne!(before.header("etag"), server.get("/help").header("etag"));
    let list = std::fs::read_to_string(path.join("watch-list.toml")).expect("it is there");
    write(path, "watch-list.toml", &format!("{list}\nquestion = 3\n"));
    let page = says(&server, "/watch", "cannot be read (line");
    assert!(page.body.contains("of 3 questions"), "{}", page.body);
    assert!(!page.body.contains("watch-list.toml"), "{}", page.body);
    std::fs::remove_file(path.join("watch-list.toml")).expect("it is there");
    says(&server, "/watch", "cannot be read (No such file");
    write(
        path,
        "watch-list.toml",
        "[[question]]\nname = \"one\"\nquery = \"falls\"\n",
    );
    let page = says(&server, "/watch", "of 1 question<");
    assert!(!page.body.contains("cannot be read"), "{}", page.body);
    let said = std::fs::read_to_string(path.join("said")).expect("it is there");
    assert!(
        said.contains("the watch-list has changed, and the one before is kept: "),
        "{said}"
    );
    assert!(said.contains("watch-list.toml:"), "{said}");
}

#[test]
fn without_a_list_no_page_links_one() {
    let folder = leaflets();
    let server = Server::start(folder.path(), &[]);
    for page in ["/", "/help"] {
        assert!(!server.get(page).body.contains("href=\"/watch\""), "{page}");
    }
}

#[test]
fn feeds_are_atom_and_lead_to_the_pages_behind_a_base_path() {
    let folder = changed();
    let server = serve(&folder, &["--base-path", "/tools/palpate"]);
    let page = read(&server, "/tools/palpate/watch").body;
    assert!(
        page.contains("href=\"/tools/palpate/watch.atom\""),
        "{page}"
    );
    let answer = server.get("/tools/palpate/watch.atom");
    assert_eq!(
        (answer.status, answer.header("content-type")),
        (200, Some("application/atom+xml"))
    );
    let all = feed(&answer.body);
    let start = "http://localhost/tools/palpate/";
    let at = |path: &str| Some(format!("{start}{path}"));
    assert_eq!(all.link("self").map(str::to_owned), at("watch.atom"));
    assert_eq!(all.link("alternate").map(str::to_owned), at("watch"));
    let entries: Vec<_> = all.all("entry").collect();
    assert_eq!(entries.len(), 2);
    for entry in entries {
        let link = entry.link("alternate").expect("it has a link");
        let path = link.strip_prefix("http://localhost");
        let opened = server.get(path.expect("it is of this server"));
        let to = opened.header("location").unwrap_or_default();
        assert!(
            opened.status == 303 && to.starts_with("/tools/palpate/documents/"),
            "{to}"
        );
    }
    let one = feed(&server.get(&format!("/watch.atom?{NAMED}")).body);
    assert_eq!(
        (one.all("entry").count(), one.one("title").text.as_str()),
        (0, &*format!("Saved questions: {NAME}"))
    );
    assert_ne!(one.one("id").text, all.one("id").text);
    let again = feed(&server.get("/watch.atom").body);
    assert_eq!(again.one("id").text, all.one("id").text);
}

#[test]
fn what_cannot_be_answered_is_a_problem() {
    let folder = changed();
    let server = serve(&folder, &[]);
    for (path, status) in [
        ("/watch.atom?name=nobody", 404),
        ("/watch.atom?since=77", 404),
        ("/watch.atom?since=x", 400),
        ("/watch.atom?nme=bones", 400),
        ("/watch.atom?name=bones&name=bones", 400),
        ("/watch?names=bones", 400),
        ("/watch?name=nobody", 404),
    ] {
        let answer = server.get(path);
        assert_eq!(answer.status, status, "{path}");
        let is_problem = answer.header("content-type") == Some("application/problem+json");
        assert_eq!(is_problem, path.starts_with("/watch.atom"), "{path}");
    }
    for path in ["/watch", "/watch.atom"] {
        let request =
            format!("POST {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
        let answer = server.raw(&request);
        assert_eq!(
            (answer.status, answer.header("content-type")),
            (405, Some("application/problem+json"))
        );
    }
}

#[test]
fn without_a_list_there_is_no_page_and_a_wrong_list_starts_no_server() {
    let folder = leaflets();
    let server = Server::start(folder.path(), &[]);
    for path in ["/watch", "/watch.atom"] {
        assert_eq!(server.get(path).status, 404);
    }
    assert!(!server.get("/").body.contains("/watch"));
    write(folder.path(), "wrong.toml", "[[question]]\nname = \"a\"\n");
    for (index, list, said) in [
        ("nowhere", "wrong.toml", "wrong.toml:2: “a” asks nothing"),
        ("nowhere", "none.toml", "none.toml: "),
        (
            "index",
            "unknown.toml",
            "unknown.toml:2: the lexicon has no condition “xyzzy”",
        ),
    ] {
        write(
            folder.path(),
            "unknown.toml",
            "[[question]]\nname = \"a\"\ncondition = [\"xyzzy\"]\n",
        );
        let args = [
            "serve",
            "--index",
            index,
            "--watch-list",
            list,
            "--addr",
            "127.0.0.1:0",
        ];
        let refused = palpate(folder.path())
            .args(args)
            .timeout(Duration::from_secs(60))
            .assert()
            .code(2);
        let stderr = String::from_utf8_lossy(&refused.get_output().stderr).into_owned();
        assert!(stderr.contains(said), "{stderr}");
    }
}

#[test]
fn without_a_former_build_the_page_says_so_and_the_feed_is_empty() {
    let folder = leaflets();
    let server = serve(&folder, &[]);
    let page = read(&server, "/watch").body;
    assert!(
        page.contains("no former build") && page.contains(">bones</a>"),
        "{page}"
    );
    assert_eq!(
        feed(&server.get("/watch.atom").body).all("entry").count(),
        0
    );
}

#[test]
fn a_long_list_is_shown_in_pages() {
    let folder = changed();
    let question =
        |n: usize| format!("[[question]]\nname = \"q{n}\"\nquery = \"osteoporosis {n}\"\n");
    let all: String = (0..120).map(question).collect();
    write(folder.path(), "watch-list.toml", &all);
    let server = serve(&folder, &[]);
    let page = read(&server, "/watch").body;
    assert_eq!(page.matches("<section class=\"watched\">").count(), 50);
    assert!(page.contains("1–50 of 120 questions") && page.contains("href=\"/watch?from=50\""));
    let last = read(&server, "/watch?from=100").body;
    assert_eq!(last.matches("<section class=\"watched\">").count(), 20);
    assert_eq!(
        feed(&server.get("/watch.atom").body).all("entry").count(),
        240
    );
}
