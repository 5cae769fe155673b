//! The server as it is reached from outside: under a path, through a proxy, encrypted, from the address bar of
//! a browser, and with what it logs.

use std::collections::BTreeSet;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use rustls::pki_types::ServerName;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};
use serde_json::Value;

use super::indexed;
use crate::common::server::{Answer, Server, send};
use crate::common::{palpate, repository};

fn get(address: SocketAddr, path: &str) -> Answer {
    let asked = format!("GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    let mut answers = std::iter::repeat_with(|| send(address, &asked)).take(20);
    // A machine that has much else to do says that it is busy, and may be asked again.
    answers
        .find(|answer| answer.status != 503)
        .expect("it has time at last")
}

/// Where the links, forms and files of a page lead, on this server.
fn addresses(page: &str) -> BTreeSet<String> {
    let found = [" href=\"", " src=\"", " action=\""].into_iter();
    let values = found.flat_map(|before| page.split(before).skip(1));
    values
        .filter_map(|rest| rest.split('"').next())
        .filter(|address| address.starts_with('/'))
        .map(|address| {
            address
                .split('#')
                .next()
                .unwrap_or_default()
                .replace("&amp;", "&")
        })
        .collect()
}

/// Follows all that two pages and a document lead to, and says how many documents were among it.
fn follow(address: SocketAddr, base: &str) -> usize {
    let mut known: BTreeSet<String> = BTreeSet::new();
    let mut to_read = vec![
        format!("{base}/?q=osteoporosis+risk"),
        format!("{base}/audit?topic=osteoporosis"),
    ];
    while let Some(path) = to_read.pop() {
        assert!(path.starts_with(base), "{path} is not below {base}");
        if known.len() > 40 || !known.insert(path.clone()) {
            continue;
        }
        let answer = get(address, &path);
        assert_eq!(answer.status, 200, "{path}: {}", answer.body);
        to_read.extend(addresses(&answer.body));
    }
    let documents = known.iter().filter(|path| path.contains("/documents"));
    documents.count()
}

#[test]
fn everything_is_found_below_a_path() {
    let folder = indexed();
    let server = Server::start(folder.path(), &["--base-path", "/tools/palpate/"]);
    assert!(follow(server.address(), "/tools/palpate") > 3);
    // Where a proxy has taken the path away.
    let page = server.get("/?q=osteoporosis").body;
    assert!(page.contains("data-base=\"/tools/palpate\""), "{page}");
    assert!(
        addresses(&page)
            .iter()
            .all(|path| path.starts_with("/tools/palpate/"))
    );
    assert_eq!(server.get("/tools/palpates/").status, 404);
    let id = page.split("?p=").nth(1).and_then(|rest| rest.get(..20));
    let moved = server.get(&format!("/tools/palpate/p/{}", id.expect("a hit")));
    let location = moved.header("location").expect("it leads on");
    assert!(
        location.starts_with("/tools/palpate/documents/"),
        "{location}"
    );
    let found: Value =
        serde_json::from_str(&server.get("/tools/palpate/api/v1/search?q=gout").body)
            .expect("JSON");
    assert!(found["total"].is_u64());
}

#[test]
fn documents_have_addresses_that_proxies_leave_alone() {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    std::fs::create_dir_all(folder.path().join("a b/c+d")).expect("the folder is new");
    let file = folder.path().join("a b/c+d/50% #1?.txt");
    std::fs::write(file, "Gout\n\nTell us if you have gout.\n").expect("the folder is ours");
    let whole = folder.path().join("a b").display().to_string();
    for (root, begins) in [
        ("a b", "/documents/a%20b/c%2Bd/50%25%20%231%3F.txt"),
        // Where the folder is on the server is nobody's business.
        (whole.as_str(), "/documents/c%2Bd/50%25%20%231%3F.txt"),
        ("a b/../a b", "/documents"),
    ] {
        palpate(folder.path())
            .args(["index", "--force", root])
            .assert()
            .success();
        let server = Server::start(folder.path(), &[]);
        let page = server.get("/?q=gout").body;
        let mut documents = addresses(&page);
        documents.retain(|path| path.starts_with("/documents"));
        assert!(!documents.is_empty(), "{page}");
        for path in documents {
            assert!(path.starts_with(begins), "{path}");
            let document = server.get(&path);
            assert!(
                document.status == 200 && document.body.contains("if you have"),
                "{path}"
            );
        }
        assert_eq!(server.get("/documents").status, 400);
        assert_eq!(server.get("/documents?source=nothing").status, 404);
    }
}

#[test]
fn a_browser_is_told_how_to_search() {
    let folder = indexed();
    let server = Server::start(
        folder.path(),
        &["--base-path", "x", "--allow-host", "clinic.example"],
    );
    let page = server.get("/x/").body;
    assert!(
        page.contains("rel=\"search\" href=\"/x/opensearch.xml\""),
        "{page}"
    );
    let described = |headers: &str| {
        let asked = format!("GET /x/opensearch.xml HTTP/1.1\r\n{headers}Connection: close\r\n\r\n");
        let answer = server.raw(&asked);
        let kind = answer.header("content-type").unwrap_or_default().to_owned();
        assert!(
            kind.starts_with("application/opensearchdescription+xml"),
            "{kind}"
        );
        answer.body
    };
    let plain = described("Host: clinic.example:81\r\n");
    assert!(
        plain.contains("template=\"http://clinic.example:81/x/?q={searchTerms}\""),
        "{plain}"
    );
    let forwarded = described("Host: clinic.example\r\nX-Forwarded-Proto: https\r\n");
    assert!(forwarded.contains("template=\"https://clinic.example/x/?q={searchTerms}\""));
}

/// What is answered over TLS, by a server with the certificate of the tests.
fn get_encrypted(address: SocketAddr, path: &str) -> String {
    let mut roots = RootCertStore::empty();
    let ca = repository().join("tests/fixtures/tls/authority.pem");
    let ca = rustls::pki_types::CertificateDer::from_pem_file(ca).expect("it is a certificate");
    roots.add(ca).expect("it can vouch");
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("there are versions")
        .with_root_certificates(roots)
        .with_no_client_auth();
    let name = ServerName::try_from("localhost").expect("a name");
    let connection = ClientConnection::new(Arc::new(config), name).expect("the setup is sound");
    let stream = TcpStream::connect(address).expect("it listens");
    let mut stream = StreamOwned::new(connection, stream);
    let asked = format!("GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    stream.write_all(asked.as_bytes()).expect("it is encrypted");
    let mut answer = String::new();
    // Servers may end without saying so; what was said counts.
    let _ = stream.read_to_string(&mut answer);
    answer
}

#[cfg(feature = "tls")]
#[test]
fn connections_are_encrypted_with_files() {
    let folder = indexed();
    let tls = |name: &str| {
        let path = repository().join("tests/fixtures/tls").join(name);
        path.to_string_lossy().into_owned()
    };
    let files = [
        "--tls-cert",
        &tls("node.pem"),
        "--tls-key",
        &tls("node.key"),
    ];
    let server = Server::start(folder.path(), &files);
    let answer = get_encrypted(server.address(), "/api/v1/search?q=osteoporosis");
    assert!(
        answer.starts_with("HTTP/1.1 200") && answer.contains("\"total\":3"),
        "{answer}"
    );
    let description = get_encrypted(server.address(), "/opensearch.xml");
    assert!(
        description.contains("template=\"https://localhost/?q="),
        "{description}"
    );
    for wrong in [
        &["--tls-cert", "corpus", "--tls-key", &tls("node.key")][..],
        &[
            "--tls-cert",
            &tls("node.key"),
            "--tls-key",
            &tls("node.key"),
        ],
        &[
            "--tls-cert",
            &tls("node.pem"),
            "--tls-key",
            &tls("node.pem"),
        ],
        &["--tls-cert", &tls("node.pem")],
    ] {
        palpate(folder.path())
            .arg("serve")
            .args(wrong)
            .assert()
            .code(2);
    }
}

#[test]
fn requests_are_logged_without_what_was_searched_for() {
    let folder = indexed();
    let mut process = Command::new(env!("CARGO_BIN_EXE_palpate"))
        .args(["serve", "--addr", "127.0.0.1:0", "--log", "json"])
        .current_dir(folder.path())
        .env_remove("PALPATE_INDEX")
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the binary runs");
    let mut line = String::new();
    let out = process.stdout.take().expect("it is piped");
    std::io::BufRead::read_line(&mut std::io::BufReader::new(out), &mut line).expect("it listens");
    let address = line
        .trim()
        .strip_prefix("listening on http://")
        .expect("an address");
    let address: SocketAddr = address.parse().expect("an address");
    get(address, "/?q=zebrafish");
    get(address, "/nothing%0a%1b");
    process.kill().expect("it runs");
    let mut log = String::new();
    let mut err = process.stderr.take().expect("it is piped");
    err.read_to_string(&mut log).expect("it is text");
    process.wait().expect("it ends");
    let lines: Vec<Value> = log
        .lines()
        .map(|line| serde_json::from_str(line).expect("an object a line"))
        .collect();
    assert_eq!(lines.len(), 2, "{log}");
    assert_eq!(
        (&lines[0]["path"], &lines[0]["status"]),
        (&"/".into(), &200.into())
    );
    assert_eq!(
        (&lines[1]["path"], &lines[1]["status"]),
        (&"/nothing%0a%1b".into(), &404.into())
    );
    assert!(
        lines[0]["time"]
            .as_str()
            .is_some_and(|time| time.ends_with('Z'))
    );
    assert!(!log.contains("zebrafish"), "{log}");
}

/// An nginx that ends with the test.
struct Nginx(Child);

impl Drop for Nginx {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Nginx {
    /// Starts one with these servers; `None` where this machine has none.
    fn start(folder: &Path, servers: &str, port: u16) -> Option<Nginx> {
        let place = |name: &str| folder.join(name).display().to_string();
        let temporary: String = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
            .map(|kind| format!(" {kind}_temp_path {};", place(kind)))
            .concat();
        let config = format!(
            // One process: a worker would outlive it, and whoever waits for the end of its output with it.
            "daemon off; master_process off; pid {}; error_log {};\nevents {{}}\n\
             http {{ access_log off;{temporary}\n{servers}}}\n",
            place("nginx.pid"),
            place("error.log"),
        );
        std::fs::write(folder.join("nginx.conf"), config).expect("the folder is ours");
        let started = Command::new("nginx")
            .args([
                "-c",
                &place("nginx.conf"),
                "-p",
                &place(""),
                "-e",
                &place("error.log"),
            ])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn();
        let ci = std::env::var("CI").is_ok_and(|ci| ci == "true");
        let nginx = match started {
            Ok(process) => Nginx(process),
            Err(error) if ci => panic!("nginx cannot be started: {error}"),
            Err(_) => return None,
        };
        let until = Instant::now() + Duration::from_secs(30);
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            assert!(Instant::now() < until, "nginx does not listen");
            std::thread::sleep(Duration::from_millis(50));
        }
        Some(nginx)
    }
}

/// A port that was free a moment ago.
fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("there are ports");
    listener.local_addr().expect("it is bound").port()
}

#[test]
fn behind_a_proxy_all_links_lead_somewhere() {
    let folder = indexed();
    let plain = Server::start(folder.path(), &[]);
    let below = Server::start(folder.path(), &["--base-path", "/palpate"]);
    // As it comes; decoded and written anew; below a path that is taken away; below one that stays.
    let ports = [(); 4].map(|()| free_port());
    let servers = format!(
        "server {{ listen 127.0.0.1:{}; location / {{ proxy_pass http://{plain}; }} }}\n\
         server {{ listen 127.0.0.1:{}; location / {{ proxy_pass http://{plain}/; }} }}\n\
         server {{ listen 127.0.0.1:{}; location /palpate/ {{ proxy_pass http://{below}/; }} }}\n\
         server {{ listen 127.0.0.1:{}; location /palpate/ {{ proxy_pass http://{below}; }} }}\n",
        ports[0],
        ports[1],
        ports[2],
        ports[3],
        plain = plain.address(),
        below = below.address(),
    );
    let Some(_nginx) = Nginx::start(folder.path(), &servers, ports[3]) else {
        eprintln!("skipped behind_a_proxy_all_links_lead_somewhere: there is no nginx");
        return;
    };
    for (port, base) in ports.into_iter().zip(["", "", "/palpate", "/palpate"]) {
        assert!(follow(([127, 0, 0, 1], port).into(), base) > 3, "{base}");
    }
}
