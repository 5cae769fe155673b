//! What is asked may cost more than there is time for: the best so far is the answer, and says so; what is only of
//! use when it is whole is refused, or read once and shown in parts.

use serde_json::Value;

use super::{indexed, json};
use crate::common::palpate;
use crate::common::server::Server;

#[test]
fn a_search_that_is_cut_short_says_so_and_is_not_kept() {
    let folder = indexed();
    let server = Server::start(folder.path(), &["--search-seconds", "0"]);
    for _ in 0..2 {
        let answer = server.get("/api/v1/search?q=osteoporosis+risk");
        assert_eq!(answer.status, 200, "{}", answer.body);
        let found: Value = serde_json::from_str(&answer.body).expect("JSON");
        assert_eq!(found["partial"], true);
        assert_eq!(
            found["facets"].get("silent"),
            None,
            "nobody knows who is silent"
        );
        assert!(found["notes"].to_string().contains("not all passages"));
        assert_eq!(answer.header("etag"), None);
        assert_eq!(answer.header("cache-control"), Some("no-store"));
    }
    let page = server.get("/?q=osteoporosis+risk");
    assert_eq!(page.status, 200);
    assert_eq!(page.header("etag"), None);
    assert!(page.body.contains("not all passages were looked at"));
    assert!(page.body.contains("at least"), "{}", page.body);
    for untrue in ["Nothing found<", "does not mean that there", " silent"] {
        assert!(
            !page.body.contains(untrue),
            "{untrue} is said: {}",
            page.body
        );
    }
    let any = "GET /api/v1/search?q=gout HTTP/1.1\r\nHost: localhost\r\nIf-None-Match: *\r\nConnection: close\r\n\r\n";
    assert_eq!(
        server.raw(any).status,
        200,
        "nothing is there that is known"
    );
    let table = server.get("/results.csv?q=osteoporosis");
    let name = table.header("content-disposition").unwrap_or_default();
    assert!(name.contains("results-partial.csv"), "{name}");
    // A list of who is silent cannot be true in part.
    assert_eq!(server.get("/silent?q=osteoporosis").status, 503);
    assert_eq!(server.get("/silent.csv?q=osteoporosis").status, 503);
    // What is no search has all the time that it needs.
    let document = server.get("/documents/corpus/000_c69984d4732e6a33.txt?q=osteoporosis");
    assert_eq!(
        (document.status, document.header("etag")),
        (200, None),
        "its hits are not all marked"
    );
    let document = server.get("/documents/corpus/000_c69984d4732e6a33.txt");
    assert!(document.status == 200 && document.header("etag").is_some());
    let audit = json(&server, "/api/v1/audit?topic=osteoporosis");
    assert_eq!(audit["sources"].as_array().map(Vec::len), Some(4));
    assert_eq!(json(&server, "/api/v1/documents")["total"], 4);
    let cited = document
        .body
        .split("id=\"")
        .filter_map(|rest| rest.get(..20));
    let id = cited.filter(|id| id.bytes().all(|byte| byte.is_ascii_hexdigit()));
    let id = id.last().expect("it has passages");
    assert_eq!(json(&server, &format!("/api/v1/passages/{id}"))["id"], id);
    assert!(server.get("/").body.contains("What do our materials say"));
}

#[test]
fn a_search_that_has_time_is_whole() {
    let folder = indexed();
    let server = Server::start(folder.path(), &[]);
    let answer = server.get("/api/v1/search?q=osteoporosis");
    assert!(answer.header("etag").is_some());
    assert!(!answer.body.contains("\"partial\""));
    assert!(answer.body.contains("\"silent\""));
}

#[test]
fn a_search_takes_no_longer_than_a_connection_may_stand_still() {
    let folder = indexed();
    for wrong in ["21", "-1", "soon"] {
        palpate(folder.path())
            .args(["serve", "--search-seconds", wrong])
            .assert()
            .code(2);
    }
}

#[test]
fn an_audit_has_pages_that_are_those_of_the_whole() {
    let folder = indexed();
    let server = Server::start(folder.path(), &[]);
    let whole = json(&server, "/api/v1/audit?topic=osteoporosis,pregnancy");
    let all = whole["sources"].as_array().expect("rows").clone();
    assert_eq!(
        (&whole["total"], whole.get("more")),
        (&all.len().into(), None)
    );
    let mut rows = Vec::new();
    loop {
        let path = format!(
            "/api/v1/audit?topic=osteoporosis,pregnancy&limit=3&from={}",
            rows.len()
        );
        let mut page = json(&server, &path);
        assert_eq!(page["total"], whole["total"]);
        assert_eq!(page["topics"], whole["topics"], "in sum it is all of them");
        let Value::Array(some) = page["sources"].take() else {
            panic!("{path} has no rows");
        };
        assert!(some.len() <= 3);
        rows.extend(some);
        if page.get("more") != Some(&true.into()) {
            break;
        }
    }
    assert_eq!(rows, all);
    let silent = json(
        &server,
        "/api/v1/audit?topic=osteoporosis,pregnancy&state=silent",
    );
    let is_silent = |row: &Value| {
        let mut cells = row["cells"].as_array().into_iter().flatten();
        cells.any(|cell| cell["state"] == "silent")
    };
    let expected: Vec<Value> = all.iter().filter(|row| is_silent(row)).cloned().collect();
    assert_eq!(silent["sources"], Value::Array(expected));
    let beyond = json(&server, "/api/v1/audit?topic=osteoporosis&from=99");
    assert_eq!(beyond["sources"], Value::Array(Vec::new()));
    for wrong in ["limit=1001", "state=loud", "from=x"] {
        let path = format!("/api/v1/audit?topic=osteoporosis&{wrong}");
        assert_eq!(server.get(&path).status, 400, "{wrong}");
    }
}
