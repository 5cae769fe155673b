//! The server over HTTP: the contract of the API, what is escaped, what is refused, and that a new
//! index is picked up.

mod browser;
mod budget;
mod heads;
mod originals;
mod outside;

use std::collections::BTreeSet;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::time::{Duration, Instant};

use crate::common::server::{Server, send};
use crate::common::{folder_with_corpus, palpate};
use serde_json::Value;
use tempfile::TempDir;

fn indexed() -> TempDir {
    let folder = folder_with_corpus();
    palpate(folder.path()).arg("index").assert().success();
    folder
}

fn json(server: &Server, path: &str) -> Value {
    let answer = server.get(path);
    assert_eq!(answer.status, 200, "{path}: {}", answer.body);
    serde_json::from_str(&answer.body).expect("JSON")
}

#[test]
fn the_api_answers_as_the_command_line_does() {
    let folder = indexed();
    let server = Server::start(folder.path(), &[]);
    let run = palpate(folder.path())
        .args([
            "search",
            "--json",
            "--explain",
            "--limit",
            "3",
            "osteoporosis risk",
        ])
        .assert();
    let mut printed: Value = serde_json::from_slice(&run.get_output().stdout).expect("JSON");
    let mut answered = json(
        &server,
        "/api/v1/search?q=osteoporosis+risk&limit=3&explain=true",
    );
    for one in [&mut printed, &mut answered] {
        one["elapsed_ms"] = Value::Null;
    }
    assert_eq!(printed, answered);
    let narrowed = json(
        &server,
        "/api/v1/search?q=osteoporosis&aspect=risk&aspect=preparation",
    );
    assert_eq!(narrowed["total"], 1);
    let suggested = json(&server, "/api/v1/suggest?q=osteop&limit=2");
    assert_eq!(suggested["suggestions"].as_array().map(Vec::len), Some(2));
}

/// The page of an audit, when all of it has been read.
fn read_audit(server: &Server, path: &str) -> String {
    for _ in 0..100 {
        let page = server.get(path).body;
        if !page.contains("is being read") {
            return page;
        }
        std::thread::sleep(std::time::Duration::from_millis(200));
    }
    panic!("{path} is never read");
}

#[test]
fn an_audit_is_that_of_the_command_line() {
    let folder = indexed();
    let server = Server::start(folder.path(), &[]);
    for (args, path) in [
        (
            &["osteoporosis", "pregnancy"][..],
            "topic=osteoporosis,pregnancy",
        ),
        (
            &["osteoporosis", "--by", "aspect", "--silent"],
            "topic=osteoporosis&by=aspect&silent=true",
        ),
        (&["--source", "00[01]*"], "source=00%5B01%5D*"),
    ] {
        let run = palpate(folder.path())
            .args(["audit", "--json"])
            .args(args)
            .assert();
        let printed: Value = serde_json::from_slice(&run.get_output().stdout).expect("JSON");
        assert_eq!(
            json(&server, &format!("/api/v1/audit?{path}")),
            printed,
            "{path}"
        );
    }
    let page = read_audit(&server, "/audit?topic=osteoporosis");
    assert!(page.contains("What our materials say of osteoporosis"));
    assert!(page.contains("href=\"/documents/corpus/000_c69984d4732e6a33.txt\""));
    assert!(
        server
            .get("/audit.csv?topic=osteoporosis")
            .body
            .contains("osteoporosis")
    );
    let kept = server.get("/audit.html?topic=osteoporosis");
    assert!(kept.body.starts_with("<!doctype html>"));
    assert!(
        !server
            .get("/audit?by=condition&columns=2")
            .body
            .contains("--")
    );
    let topic = "/audit?topic=%3Cscript%3Ealert(1)%3C/script%3E";
    assert!(!server.get(topic).body.contains("<script>alert"));
}

/// What a browser is answered.
fn as_browser(server: &Server, path: &str) -> crate::common::server::Answer {
    server.raw(&format!(
        "GET {path} HTTP/1.1\r\nHost: localhost\r\nAccept: text/html,*/*;q=0.8\r\nConnection: close\r\n\r\n"
    ))
}

#[test]
fn an_address_that_is_none_is_a_page_for_people_and_a_problem_for_programs() {
    let folder = indexed();
    let server = Server::start(folder.path(), &[]);
    let page = as_browser(&server, "/leaflets/old.html");
    assert_eq!(page.status, 404);
    assert!(page.body.contains("href=\"/materials\"") && page.body.contains("id=\"q\""));
    for problem in [
        server.get("/leaflets/old.html"),
        as_browser(&server, "/api/v1/nothing"),
    ] {
        let kind = problem.header("content-type");
        assert_eq!(
            (problem.status, kind),
            (404, Some("application/problem+json"))
        );
    }
}

#[test]
fn materials_are_listed_by_title_and_who_is_silent_is_a_table() {
    let folder = folder_with_corpus();
    let deep = folder.path().join("corpus/neck");
    std::fs::create_dir(&deep).expect("it can be made");
    std::fs::write(deep.join("turn.txt"), "=Turning the neck\n\nIt is safe.\n").expect("written");
    let corpus = folder.path().join("corpus");
    let corpus = corpus.to_str().expect("it is text");
    palpate(folder.path())
        .args(["index", corpus])
        .assert()
        .success();
    let server = Server::start(folder.path(), &[]);
    let listed = server.get("/materials").body;
    assert!(listed.contains("5 materials") && listed.contains("<cite>neck/turn.txt</cite>"));
    let filtered = server.get("/materials?words=TURN+neck").body;
    assert!(filtered.contains("1 material</strong> of 5"), "{filtered}");
    let of_folder = server.get("/materials?folder=neck").body;
    assert!(of_folder.contains("1 material</strong> of 5"));
    let silent = server.get("/silent.csv?q=osteoporosis");
    assert_eq!(
        silent.header("content-type"),
        Some("text/csv; charset=utf-8")
    );
    assert!(
        silent.body.contains("'=Turning the neck,neck/turn.txt\r\n"),
        "{}",
        silent.body
    );
    assert!(!silent.body.contains("002_b719b6c7da76650d"));
    // Where somebody's files lie is nobody's business.
    for path in [
        "/",
        "/?q=osteoporosis+risk",
        "/materials",
        "/silent?q=osteoporosis",
        "/help",
    ] {
        let shown = server.get(path).body;
        let text: String = shown
            .split('<')
            .filter_map(|tag| tag.split_once('>'))
            .map(|(_, t)| t)
            .collect();
        assert!(!text.contains(corpus), "{path}");
    }
    let results = server.get("/results.csv?q=osteoporosis");
    assert!(results.body.contains("rank,score,source"));
}

#[test]
fn what_many_ask_is_suggested_first() {
    let folder = indexed();
    let server = Server::start(folder.path(), &[]);
    let suggested = json(&server, "/api/v1/suggest?q=osteopo");
    assert_eq!(suggested["suggestions"][0]["text"], "osteoporosis risk");
    let suggested = json(&server, "/api/v1/suggest?q=osteoporosis+r");
    assert_eq!(suggested["suggestions"][0]["text"], "osteoporosis risk");
}

#[test]
fn what_has_changed_since_the_last_build_is_on_the_first_page() {
    let folder = indexed();
    let server = Server::start(folder.path(), &[]);
    assert!(!server.get("/").body.contains("Since the last build"));
    let new = folder.path().join("corpus/new.txt");
    std::fs::write(new, "Zebrafish\n\nA fish.\n").expect("written");
    std::fs::remove_file(folder.path().join("corpus/000_c69984d4732e6a33.txt")).expect("gone");
    palpate(folder.path()).arg("index").assert().success();
    let end = Instant::now() + Duration::from_secs(60);
    let page = loop {
        let page = server.get("/").body;
        if page.contains("Since the last build") {
            break page;
        }
        assert!(Instant::now() < end, "the new index is not picked up");
        std::thread::sleep(Duration::from_millis(50));
    };
    assert!(page.contains("1 material new") && page.contains("Zebrafish"));
    assert!(page.contains("1 material gone"));
}

#[test]
fn documents_and_passages_are_served_whole() {
    let folder = indexed();
    let server = Server::start(folder.path(), &[]);
    let first = json(&server, "/api/v1/documents?limit=3");
    assert_eq!(
        (&first["total"], first["documents"].as_array().map(Vec::len)),
        (&4.into(), Some(3))
    );
    let next = first["next"].as_str().expect("there is one more");
    let rest = json(&server, &format!("/api/v1/documents?after={next}"));
    assert_eq!(rest["documents"].as_array().map(Vec::len), Some(1));
    assert_eq!(rest["next"], Value::Null);
    let source = first["documents"][1].as_str().expect("a path");
    let document = json(
        &server,
        &format!("/api/v1/documents/{}", source.replace('/', "%2F")),
    );
    let file = std::fs::read_to_string(folder.path().join(source)).expect("it is there");
    assert_eq!(document["text"], file);
    let passage = &document["passages"][0];
    let id = passage["id"].as_str().expect("an id");
    assert_eq!(&json(&server, &format!("/api/v1/passages/{id}")), passage);
    assert_eq!(
        server.get("/api/v1/passages/00000000000000000000").status,
        404
    );
    let page = server.get(&format!("/p/{id}"));
    assert_eq!(page.status, 303);
    let place = page.header("location").expect("a place");
    assert!(place.ends_with(&format!("#{id}")), "{place}");
    assert!(server.get(place).body.contains(&format!("id=\"{id}\"")));
}

#[test]
fn problems_are_problem_details() {
    let folder = indexed();
    let server = Server::start(folder.path(), &[]);
    for (path, status) in [
        ("/api/v1/search?limit=101", 400),
        ("/api/v1/search?q=a&aspect=nonsense", 400),
        ("/api/v1/search?q=a&condition=nonsense", 400),
        ("/api/v1/suggest?limit=x", 400),
        ("/api/v1/audit?by=color", 400),
        ("/api/v1/audit?by=aspect", 400),
        ("/api/v1/audit?topic=%3F%3F", 400),
        ("/api/v1/documents/nothing.txt", 404),
        ("/api/v1/nothing", 404),
    ] {
        let answer = server.get(path);
        assert_eq!(answer.status, status, "{path}");
        assert_eq!(
            answer.header("content-type"),
            Some("application/problem+json"),
            "{path}"
        );
        let problem: Value = serde_json::from_str(&answer.body).expect("JSON");
        assert_eq!(problem["status"], status);
        assert!(
            problem["detail"]
                .as_str()
                .is_some_and(|detail| !detail.is_empty())
        );
    }
    let long = format!("/api/v1/search?q={}", "x".repeat(1001));
    assert_eq!(server.get(&long).status, 400);
    assert_eq!(
        server
            .raw("POST /api/v1/search HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n")
            .status,
        405
    );
    let body = "POST /api/v1/search HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99999\r\n\r\n";
    assert_eq!(server.raw(body).status, 413);
}

#[test]
fn texts_and_queries_are_shown_as_text() {
    let folder = folder_with_corpus();
    let bad = "Zebrafish <script>alert(1)</script>\n\nRisks\n\nZebrafish <img src=x onerror=alert(1)> & \"more\".\n";
    std::fs::write(folder.path().join("corpus/<b>.txt"), bad).expect("written");
    palpate(folder.path()).arg("index").assert().success();
    let server = Server::start(folder.path(), &[]);
    let attack = "%22%3E%3Cimg+onerror%3Dalert(1)%3E";
    for path in [
        "/?q=zebrafish".to_owned(),
        format!("/?q={attack}"),
        format!("/?q=zebrafish+{attack}&aspect=risk"),
        "/documents/corpus%2F%3Cb%3E.txt?q=zebrafish".to_owned(),
        format!("/documents/corpus%2F%3Cb%3E.txt?q={attack}&p={attack}"),
        format!("/documents/{attack}"),
    ] {
        let page = server.get(&path).body;
        for tag in ["<script>", "<img", "<b>"] {
            assert!(!page.contains(tag), "{path}: {tag}");
        }
    }
    assert!(
        server
            .get("/documents/corpus%2F%3Cb%3E.txt")
            .body
            .contains("&lt;script&gt;")
    );
}

#[test]
fn what_must_not_be_done_to_whom_is_a_page_and_a_table() {
    let folder = tempfile::tempdir().expect("a folder");
    let corpus = folder.path().join("corpus");
    std::fs::create_dir(&corpus).expect("a folder");
    for (name, text) in [
        (
            "a.txt",
            "A\n\nMassage is contraindicated in deep vein thrombosis.\n\nTraction & gout <b>.\n",
        ),
        (
            "b.txt",
            "B\n\nTraction must not be used if you have osteoporosis.\n",
        ),
        ("c.txt", "C\n\nMassage is pleasant.\n"),
    ] {
        std::fs::write(corpus.join(name), text).expect("it can be written");
    }
    palpate(folder.path()).arg("index").assert().success();
    let server = Server::start(folder.path(), &[]);
    let page = server.get("/tied").body;
    let label = "aria-label=\"massage therapy, deep vein thrombosis: must not\"";
    assert!(page.contains(label), "{page}");
    assert!(page.contains("Traction must not be used if you have osteoporosis."));
    assert!(page.contains("which is not that it is safe"));
    // Every mark leads to its sentence.
    for link in page.split("class=\"c not\" href=\"#").skip(1) {
        let id = link.split('"').next().expect("it ends");
        assert!(page.contains(&format!("id=\"{id}\"")), "{id}");
    }
    let narrowed = server.get("/tied?topic=osteoporosis").body;
    assert!(!narrowed.contains("massage therapy"), "{narrowed}");
    let table = server.get("/tied.csv?topic=osteoporosis").body;
    assert_eq!(table.lines().count(), 2, "{table}");
    let nothing = server.get("/tied?topic=migraine").body;
    assert!(
        nothing.contains("That does not say that it is safe"),
        "{nothing}"
    );
    assert_eq!(server.get("/tied?topic=nonsense").status, 400);
}

#[test]
fn a_document_shows_which_sentences_of_a_hit_warn() {
    let folder = tempfile::tempdir().expect("a folder");
    let corpus = folder.path().join("corpus");
    std::fs::create_dir(&corpus).expect("a folder");
    let text = "Spinal manipulation\n\nIt helps many. Manipulation is contraindicated in severe osteoporosis & gout. \
                Ask us.\n\nPrices\n\nIt costs little.\n";
    std::fs::write(corpus.join("a.txt"), text).expect("it can be written");
    palpate(folder.path()).arg("index").assert().success();
    let server = Server::start(folder.path(), &[]);
    let page = server.get("/documents/corpus/a.txt?q=osteoporosis").body;
    let sentence = "<span class=\"warns contraindication\" title=\"Not for everyone\">Manipulation is \
        contraindicated in severe <mark>osteoporosis</mark> &amp; gout.</span> Ask us.";
    assert!(page.contains(sentence), "{page}");
    // Nothing is asked, and nothing is marked.
    let page = server.get("/documents/corpus/a.txt").body;
    assert!(!page.contains("class=\"warns"), "{page}");
}

#[test]
fn a_document_has_its_hits_whatever_others_are_called() {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let write = |name: &str, text: &str| {
        let path = folder.path().join("corpus").join(name);
        std::fs::create_dir_all(path.parent().expect("it has one")).expect("it can be made");
        std::fs::write(path, text).expect("it can be written");
    };
    let short = "Gout\n\nRisk\n\nGout is a risk.\n";
    let many: String = (0..200)
        .map(|n| {
            format!("Gout risk {n}\n\nGout risk: the risk of gout number {n} is a gout risk.\n\n")
        })
        .collect();
    for name in ["a.txt", "B.txt", "c[1].txt", "d{x}.txt", "e-1.txt"] {
        write(name, short);
        write(&format!("sub/corpus/{name}"), &many);
    }
    write("b.txt", &many);
    write("c1.txt", &many);
    write("dx.txt", &many);
    palpate(folder.path()).arg("index").assert().success();
    let server = Server::start(folder.path(), &[]);
    for name in ["a.txt", "B.txt", "c%5B1%5D.txt", "d%7Bx%7D.txt", "e-1.txt"] {
        let page = server.get(&format!("/documents/corpus%2F{name}?q=gout+risk"));
        assert!(page.body.contains("1 hit in this document"), "{name}");
    }
}

#[test]
fn nothing_outside_of_the_index_is_reached() {
    let folder = indexed();
    std::fs::write(folder.path().join("secret.txt"), "secret").expect("written");
    let server = Server::start(folder.path(), &[]);
    for path in [
        "/documents/..%2Fsecret.txt",
        "/documents/corpus%2F..%2F..%2Fsecret.txt",
        "/documents/%2Fetc%2Fpasswd",
        "/documents/secret.txt",
        "/assets/..%2F..%2FCargo.toml",
        "/assets/%2e%2e/style.css",
        "/../../etc/passwd",
        "/api/v1/documents/..%2F..%2Fetc%2Fpasswd",
    ] {
        let answer = server.get(path);
        assert_eq!(answer.status, 404, "{path}");
        assert!(!answer.body.contains("root:"), "{path}");
    }
}

#[test]
fn pages_say_what_a_browser_may_do() {
    let folder = indexed();
    let server = Server::start(folder.path(), &[]);
    for path in [
        "/",
        "/?q=risk",
        "/assets/page.js",
        "/api",
        "/api/v1/search?q=risk",
        "/nothing",
    ] {
        let answer = server.get(path);
        let policy = answer.header("content-security-policy").expect("a policy");
        assert!(policy.starts_with("default-src 'none'"), "{path}");
        assert!(
            policy.contains("frame-ancestors 'none'") && !policy.contains("unsafe"),
            "{path}"
        );
        assert_eq!(
            answer.header("x-content-type-options"),
            Some("nosniff"),
            "{path}"
        );
        for inline in [" onclick=", " style=", "javascript:", "http://", "https://"] {
            let body = answer.body.replace("http://www.w3.org/2000/svg", "");
            assert!(
                path.ends_with(".js") || !body.contains(inline),
                "{path}: {inline}"
            );
        }
    }
}

#[test]
fn only_names_of_this_server_are_answered() {
    let folder = indexed();
    let server = Server::start(folder.path(), &["--allow-host", "search.example"]);
    let asked = |host: &str| {
        let request = format!("GET /?q=risk HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
        server.raw(&request).status
    };
    assert_eq!(asked("127.0.0.1:1234"), 200);
    assert_eq!(asked("search.example"), 200);
    assert_eq!(asked("rebound.example"), 421);
}

#[test]
fn a_token_is_asked_for() {
    let folder = indexed();
    std::fs::write(folder.path().join("token"), "s3cret\n").expect("written");
    let server = Server::start(folder.path(), &["--token-file", "token"]);
    assert_eq!(server.get("/").status, 401);
    assert_eq!(server.get("/healthz").status, 200);
    let with = |token: &str| {
        let request = format!(
            "GET /api/v1/search?q=risk HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\n\
             Connection: close\r\n\r\n"
        );
        server.raw(&request).status
    };
    assert_eq!((with("s3cret"), with("other")), (200, 401));
}

#[test]
fn people_sign_in_once() {
    let folder = indexed();
    std::fs::write(folder.path().join("tokens"), "anna s3cret\nward other\n").expect("written");
    let server = Server::start(folder.path(), &["--token-file", "tokens"]);
    let asked = as_browser(&server, "/?q=risk");
    assert_eq!(asked.status, 401);
    assert!(
        asked.body.contains("action=\"/sign-in\"") && asked.body.contains("value=\"/?q=risk\"")
    );
    assert!(server.get("/assets/style.css").status == 200);
    let sign_in = |token: &str| {
        let form = format!("to=%2F%3Fq%3Drisk&token={token}");
        server.raw(&format!(
            "POST /sign-in HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-www-form-urlencoded\r\n\
             Content-Length: {}\r\nConnection: close\r\n\r\n{form}",
            form.len()
        ))
    };
    let wrong = sign_in("s3cre");
    assert!(wrong.status == 401 && wrong.body.contains("not one of the tokens"));
    let entered = sign_in("other");
    assert_eq!(
        (entered.status, entered.header("location")),
        (303, Some("/?q=risk"))
    );
    let cookie = entered.header("set-cookie").expect("a cookie");
    assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Strict"));
    let pair = cookie.split(';').next().expect("a name and a value");
    let with_cookie = |path: &str, cookie: &str| {
        let request = format!(
            "GET {path} HTTP/1.1\r\nHost: localhost\r\nCookie: {cookie}\r\nConnection: close\r\n\r\n"
        );
        server.raw(&request).status
    };
    assert_eq!(with_cookie("/?q=risk", pair), 200);
    assert_eq!(with_cookie("/api/v1/suggest?q=os", pair), 200);
    assert_eq!(with_cookie("/?q=risk", "palpate=other"), 401);
}

#[test]
fn what_is_known_is_not_sent_again_until_the_index_changes() {
    let folder = indexed();
    let server = Server::start(folder.path(), &[]);
    let first = server.get("/api/v1/search?q=zebrafish");
    let tag = first.header("etag").expect("a tag").to_owned();
    let again = || {
        let request = format!(
            "GET /api/v1/search?q=zebrafish HTTP/1.1\r\nHost: localhost\r\nIf-None-Match: {tag}\r\n\
             Connection: close\r\n\r\n"
        );
        server.raw(&request)
    };
    assert_eq!(again().status, 304);
    std::fs::write(
        folder.path().join("corpus/new.txt"),
        "Zebrafish\n\nA fish.\n",
    )
    .expect("written");
    palpate(folder.path()).arg("index").assert().success();
    let end = Instant::now() + Duration::from_secs(60);
    let found = loop {
        let answer = again();
        if answer.status == 200 {
            break answer;
        }
        assert!(Instant::now() < end, "the new index is not picked up");
        std::thread::sleep(Duration::from_millis(50));
    };
    let found: Value = serde_json::from_str(&found.body).expect("JSON");
    assert_eq!(found["total"], 1);
    assert_eq!(json(&server, "/healthz")["generation"], 2);
}

#[test]
fn no_request_is_dropped_while_the_index_is_built_again() {
    let folder = indexed();
    let server = Server::start(folder.path(), &[]);
    let asking = || {
        for n in 0..60 {
            assert_eq!(server.get(&format!("/?q=osteoporosis+{n}")).status, 200);
        }
    };
    std::thread::scope(|scope| {
        let askers: Vec<_> = (0..4).map(|_| scope.spawn(asking)).collect();
        for _ in 0..4 {
            palpate(folder.path())
                .args(["index", "--force"])
                .assert()
                .success();
        }
        askers
            .into_iter()
            .for_each(|asker| asker.join().expect("all were answered"));
    });
}

#[test]
fn whatever_others_ask_a_search_is_answered() {
    let folder = indexed();
    let server = Server::start(folder.path(), &[]);
    let address = server.address();
    let encoded =
        |query: &str| form_urlencoded::byte_serialize(query.as_bytes()).collect::<String>();
    let letters = ('a'..='z')
        .map(|letter| format!("{letter}* "))
        .collect::<String>();
    let attacks = [
        "/api/v1/audit?by=condition".to_owned(),
        "/audit?by=risk&columns=200".to_owned(),
        format!("/api/v1/search?q={}", encoded(&"a* ".repeat(300))),
        format!("/api/v1/search?q={}", encoded(&letters)),
        format!(
            "/api/v1/search?q={}",
            encoded(&format!("{}pain{}", "(".repeat(300), ")".repeat(300)))
        ),
        format!("/?q={}", encoded(&"\"the of\" ".repeat(60))),
        format!("/api/v1/search?q={}", "x".repeat(7000)),
        "/api/v1/search?q=the+of&offset=10000&limit=100".to_owned(),
    ];
    let done = std::sync::atomic::AtomicBool::new(false);
    std::thread::scope(|scope| {
        for n in 0..32 {
            let (attack, done) = (&attacks[n % attacks.len()], &done);
            scope.spawn(move || {
                while !done.load(std::sync::atomic::Ordering::Relaxed) {
                    // What becomes of it is all the same; that there is an answer is not.
                    let request = format!(
                        "GET {attack} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
                    );
                    assert!(send(address, &request).status >= 200);
                }
            });
        }
        let statuses: Vec<u16> = (0..60)
            .map(|n| {
                server
                    .get(&format!("/api/v1/search?q=osteoporosis+{n}"))
                    .status
            })
            .collect();
        done.store(true, std::sync::atomic::Ordering::Relaxed);
        assert_eq!(statuses, [200; 60]);
    });
}

#[test]
fn a_link_to_a_passage_says_when_its_text_has_changed() {
    let folder = indexed();
    let server = Server::start(folder.path(), &[]);
    let gone = server.get("/documents/corpus%2F001_1042d628ddd1fd57.txt?p=0123456789abcdef0123");
    assert_eq!(gone.status, 200);
    assert!(gone.body.contains("its text has changed since"));
    let gone = server.get("/p/0123456789abcdef0123");
    assert_eq!(gone.status, 404);
    assert!(gone.body.contains("not in the materials as they are now"));
}

#[test]
fn who_sends_too_slowly_is_cut_off() {
    let folder = indexed();
    let server = Server::start(folder.path(), &[]);
    let mut slow = TcpStream::connect(server.address()).expect("it listens");
    slow.write_all(b"GET / HTTP/1.1\r\nHost: local")
        .expect("sent");
    slow.set_read_timeout(Some(Duration::from_secs(60)))
        .expect("it can be set");
    let mut rest = Vec::new();
    // Closed, with or without a word.
    let _ = slow.read_to_end(&mut rest);
    assert!(!String::from_utf8_lossy(&rest).contains("200 OK"));
    assert_eq!(server.get("/healthz").status, 200);
}

#[test]
fn the_first_page_is_light() {
    use std::io::Write as _;

    let folder = indexed();
    let server = Server::start(folder.path(), &[]);
    let mut sent = 0;
    for path in [
        "/?q=osteoporosis+risk",
        "/assets/style.css",
        "/assets/page.js",
        "/assets/icon.svg",
    ] {
        let mut stream = TcpStream::connect(server.address()).expect("it listens");
        let request = format!(
            "GET {path} HTTP/1.1\r\nHost: localhost\r\nAccept-Encoding: gzip, br\r\nConnection: close\r\n\r\n"
        );
        stream.write_all(request.as_bytes()).expect("sent");
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).expect("answered");
        assert!(answer.starts_with(b"HTTP/1.1 200"));
        sent += answer.len();
    }
    assert!(sent < 30_000, "{sent} bytes");
    eprintln!("{sent} bytes");
}

/// The names of a schema's properties, its own and those of the schemas that it takes in.
fn properties(api: &Value, schema: &Value) -> BTreeSet<String> {
    let own = schema["properties"].as_object().into_iter().flatten();
    let mut names: BTreeSet<String> = own.map(|(name, _)| name.clone()).collect();
    for part in schema["allOf"].as_array().into_iter().flatten() {
        names.extend(properties(api, part));
    }
    let named = schema["$ref"].as_str().and_then(|at| at.strip_prefix('#'));
    if let Some(other) = named.and_then(|at| api.pointer(at)) {
        names.extend(properties(api, other));
    }
    names
}

#[test]
fn the_description_of_the_api_names_every_answer() {
    let folder = indexed();
    let server = Server::start(folder.path(), &[]);
    let api = json(&server, "/api/v1/openapi.json");
    assert!(
        api["openapi"]
            .as_str()
            .is_some_and(|version| version.starts_with("3.1"))
    );
    let paths = api["paths"].as_object().expect("paths");
    for path in [
        "/api/v1/search",
        "/api/v1/suggest",
        "/api/v1/audit",
        "/api/v1/documents",
        "/healthz",
    ] {
        assert!(paths.contains_key(path), "{path}");
    }
    let hit = &api["components"]["schemas"]["HitJson"]["properties"];
    let found = json(&server, "/api/v1/search?q=osteoporosis&explain=true");
    for name in found["hits"][0].as_object().expect("a hit").keys() {
        assert!(!hit[name].is_null(), "{name}");
    }
    let evidence = properties(&api, &api["components"]["schemas"]["Evidence"]);
    let audit = json(&server, "/api/v1/audit?topic=pregnancy");
    let rows = audit["sources"].as_array().expect("rows");
    let said = rows
        .iter()
        .find_map(|row| row["cells"][0]["evidence"][0].as_object());
    for name in said.expect("somebody says something").keys() {
        assert!(evidence.contains(name), "{name}");
    }
    assert!(server.get("/api").body.contains("/api/v1/suggest"));
}

#[test]
fn without_an_index_it_does_not_start() {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let run = palpate(folder.path())
        .args(["serve", "--addr", "127.0.0.1:0"])
        .assert()
        .code(2);
    let said = String::from_utf8_lossy(&run.get_output().stderr).into_owned();
    assert!(said.contains("there is no index"), "{said}");
    assert!(Path::new(folder.path()).is_dir());
}

#[test]
fn metrics_count_requests() {
    let folder = indexed();
    let server = Server::start(folder.path(), &[]);
    server.get("/?q=risk");
    server.get("/made/up");
    let metrics = server.get("/metrics").body;
    for line in [
        "palpate_requests_total{route=\"/\",status=\"200\"} 1",
        "palpate_index_generation 1",
        "palpate_index_documents 4",
    ] {
        assert!(metrics.contains(line), "{line}: {metrics}");
    }
    assert!(!metrics.contains("made/up"));
}
