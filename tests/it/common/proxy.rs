//! Something between palpate and a cluster that does what networks and busy nodes do.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::time::Duration;

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};

use crate::common::repository;

/// What becomes of a request.
pub enum Fate {
    /// It is passed on, and the answer back.
    Forwarded,
    /// It is passed on, and the answer is lost.
    AnswerLost,
    /// It never gets there, and this is said.
    Answered(u16, String),
    /// It never gets there, and nothing is said.
    Swallowed,
}

/// A request, as far as fates depend on it.
pub struct Asked {
    pub method: String,
    pub path: String,
    pub authorization: Option<String>,
    pub body: String,
}

/// A proxy that runs until the test ends.
pub struct Proxy {
    pub port: u16,
}

type Decide = dyn Fn(&Asked) -> Fate + Send + Sync;

impl Proxy {
    /// Stands before a node.
    pub fn before(node: u16, decide: impl Fn(&Asked) -> Fate + Send + Sync + 'static) -> Proxy {
        Proxy::start(node, None, Arc::new(decide))
    }

    /// Stands before a node, and speaks TLS, with the certificate of the tests.
    pub fn with_tls(node: u16, decide: impl Fn(&Asked) -> Fate + Send + Sync + 'static) -> Proxy {
        Proxy::start(node, Some(Arc::new(tls())), Arc::new(decide))
    }

    fn start(node: u16, tls: Option<Arc<ServerConfig>>, decide: Arc<Decide>) -> Proxy {
        let listener = TcpListener::bind("127.0.0.1:0").expect("there are ports");
        let port = listener.local_addr().expect("it is bound").port();
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let (tls, decide) = (tls.clone(), decide.clone());
                std::thread::spawn(move || match tls {
                    None => serve(stream, node, &*decide),
                    Some(tls) => {
                        let connection = ServerConnection::new(tls).expect("the setup is sound");
                        serve(StreamOwned::new(connection, stream), node, &*decide)
                    }
                });
            }
        });
        Proxy { port }
    }

    /// The address of an index behind it.
    pub fn url(&self, index: &str) -> String {
        format!("http://127.0.0.1:{}/{index}", self.port)
    }
}

/// A file of the certificates of the tests.
pub fn certificate(name: &str) -> std::path::PathBuf {
    repository().join("tests/fixtures/tls").join(name)
}

fn tls() -> ServerConfig {
    let chain = CertificateDer::pem_file_iter(certificate("node.pem")).expect("it is there");
    let chain = chain
        .collect::<Result<_, _>>()
        .expect("it is a certificate");
    let key = PrivateKeyDer::from_pem_file(certificate("node.key")).expect("it is a key");
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("there are versions")
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .expect("they fit")
}

/// Answers one request. Whatever goes wrong with the connection, it ends.
fn serve(mut stream: impl Read + Write, node: u16, decide: &Decide) {
    let Some((asked, head)) = read(&mut stream) else {
        return;
    };
    let (status, body) = match decide(&asked) {
        Fate::Forwarded => forward(node, &asked, &head),
        Fate::AnswerLost => {
            forward(node, &asked, &head);
            return;
        }
        Fate::Answered(status, body) => (status, body),
        Fate::Swallowed => {
            std::thread::sleep(Duration::from_secs(600));
            return;
        }
    };
    let answer = format!(
        "HTTP/1.1 {status} Answer\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\
         Connection: close\r\n\r\n{body}",
        body.len()
    );
    let _ = stream.write_all(answer.as_bytes());
    let _ = stream.flush();
}

/// Reads a request, and its type of content.
fn read(stream: &mut impl Read) -> Option<(Asked, String)> {
    let mut bytes = Vec::new();
    let mut buffer = [0; 64 << 10];
    let end = loop {
        if let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
            break end;
        }
        let read = stream.read(&mut buffer).ok().filter(|&read| read > 0)?;
        bytes.extend_from_slice(&buffer[..read]);
    };
    let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
    let header = |name: &str| {
        head.lines().find_map(|line| {
            let (known, value) = line.split_once(':')?;
            known
                .eq_ignore_ascii_case(name)
                .then(|| value.trim().to_owned())
        })
    };
    let length = header("content-length").and_then(|length| length.parse().ok());
    while bytes.len() < end + 4 + length.unwrap_or(0) {
        let read = stream.read(&mut buffer).ok().filter(|&read| read > 0)?;
        bytes.extend_from_slice(&buffer[..read]);
    }
    let mut first = head.lines().next()?.split(' ');
    let asked = Asked {
        method: first.next()?.to_owned(),
        path: first.next()?.to_owned(),
        authorization: header("authorization"),
        body: String::from_utf8_lossy(&bytes[end + 4..]).into_owned(),
    };
    Some((asked, header("content-type").unwrap_or_default()))
}

fn forward(node: u16, asked: &Asked, kind: &str) -> (u16, String) {
    let stream = TcpStream::connect(("127.0.0.1", node));
    let Ok(mut stream) = stream else {
        return (502, String::new());
    };
    let request = format!(
        "{} {} HTTP/1.0\r\nHost: localhost\r\nContent-Type: {kind}\r\nContent-Length: {}\r\n\
         Connection: close\r\n\r\n{}",
        asked.method,
        asked.path,
        asked.body.len(),
        asked.body
    );
    let mut answer = Vec::new();
    let sent = stream.write_all(request.as_bytes());
    let read = sent.and_then(|()| stream.read_to_end(&mut answer));
    let answer = String::from_utf8_lossy(&answer).into_owned();
    let parted = answer.split_once("\r\n\r\n");
    let (Ok(_), Some((head, body))) = (read, parted) else {
        return (502, String::new());
    };
    let status = head
        .split(' ')
        .nth(1)
        .and_then(|status| status.parse().ok());
    (status.unwrap_or(502), body.to_owned())
}
