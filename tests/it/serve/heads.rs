//! The heads of requests: how long they may be, and how much may be in them, as docs/server.md has it.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use super::indexed;
use crate::common::server::Server;

/// The most bytes of a head, and the most fields.
const BYTES: usize = 64 << 10;
const FIELDS: usize = 100;

/// What a request with more fields is answered, besides the two that each has.
fn status(server: &Server, path: &str, more: &str) -> u16 {
    let request =
        format!("GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{more}\r\n");
    server.raw(&request).status
}

/// What is much too long is answered while it is still being sent, and the answer may be lost with the connection.
fn refuses(server: &Server, more: &str) {
    let mut stream = TcpStream::connect(server.address()).expect("it listens");
    let head = format!("GET /healthz HTTP/1.1\r\nHost: localhost\r\n{more}\r\n");
    let mut answer = Vec::new();
    let _ = stream.write_all(head.as_bytes());
    let _ = stream.read_to_end(&mut answer);
    let is_refused = answer.is_empty() || answer.starts_with(b"HTTP/1.1 431 ");
    assert!(is_refused, "{}", String::from_utf8_lossy(&answer));
}

#[test]
fn a_head_has_so_many_fields_and_bytes_at_most() {
    let folder = indexed();
    let server = Server::start(folder.path(), &[]);
    let fields = |n: usize| (0..n).map(|n| format!("X-{n}: a\r\n")).collect::<String>();
    let long = |n: usize| format!("X: {}\r\n", "a".repeat(n));
    assert_eq!(status(&server, "/healthz", &fields(FIELDS - 2)), 200);
    assert_eq!(status(&server, "/healthz", &fields(FIELDS - 1)), 431);
    assert_eq!(status(&server, "/healthz", &long(BYTES - 500)), 200);
    assert_eq!(status(&server, "/healthz", &long(BYTES)), 431);
    refuses(&server, &long(4 * BYTES));
    refuses(&server, &fields(50 * FIELDS));
    assert_eq!(server.get("/healthz").status, 200);
}

#[test]
fn an_address_is_no_longer_than_a_head() {
    let folder = indexed();
    let server = Server::start(folder.path(), &[]);
    let path = |n: usize| format!("/healthz?{}", "a".repeat(n));
    assert_eq!(status(&server, &path(60_000), ""), 200);
    assert_eq!(status(&server, &path(BYTES), ""), 414);
    // What is wrong in what was asked is said, as long as it can be read.
    let query = |n: usize| format!("/api/v1/search?q={}", "a".repeat(n));
    assert_eq!(status(&server, &query(1000), ""), 200);
    assert_eq!(status(&server, &query(60_000), ""), 400);
}

#[test]
fn who_sends_a_head_byte_by_byte_is_cut_off() {
    let folder = indexed();
    let server = Server::start(folder.path(), &[]);
    let mut slow = TcpStream::connect(server.address()).expect("it listens");
    slow.set_read_timeout(Some(Duration::from_millis(500)))
        .expect("it can be set");
    slow.write_all(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n")
        .expect("it can be sent");
    // It is never silent for long, and never done.
    let mut answer = [0; 256];
    let ended = (0..120).any(|_| {
        let sent = slow.write_all(b"X: a\r\n");
        sent.is_err() || matches!(slow.read(&mut answer), Ok(0))
    });
    assert!(ended, "a head may take for ever");
    assert_eq!(server.get("/healthz").status, 200);
}

#[test]
fn what_is_no_http_is_refused() {
    let folder = indexed();
    let server = Server::start(folder.path(), &[]);
    for wrong in [
        "G@T /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n",
        "GET /healthz HTTP/1.1\r\nHost: localhost\r\nX: a\u{1}b\r\n\r\n",
        "GET /healthz HTTP/1.1\r\nHost: localhost\r\nX: a\r\n b\r\n\r\n",
        "GET /healthz HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\n",
        "GET /healthz HTTP/1.1\r\nHost: localhost\r\nHost: elsewhere.example\r\n\r\n",
    ] {
        assert_eq!(server.raw(wrong).status, 400, "{wrong}");
    }
    let body = "a".repeat(2000);
    let long = format!(
        "POST /healthz HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2000\r\nConnection: close\r\n\r\n{body}"
    );
    assert_eq!(server.raw(&long).status, 413);
}
