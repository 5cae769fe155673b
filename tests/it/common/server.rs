//! A server for tests: the real binary, on a port of its own.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

/// A server that ends with the test.
pub struct Server {
    process: Child,
    address: SocketAddr,
}

/// What it answered.
pub struct Answer {
    pub status: u16,
    headers: Vec<(String, String)>,
    pub body: String,
}

impl Answer {
    pub fn header(&self, name: &str) -> Option<&str> {
        let found = self
            .headers
            .iter()
            .find(|(known, _)| known.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str())
    }
}

impl Server {
    /// Serves the index of a folder.
    pub fn start(folder: &Path, args: &[&str]) -> Server {
        Server::start_saying(folder, args, Stdio::inherit())
    }

    /// The same, with what it says on standard error somewhere else.
    pub fn start_saying(folder: &Path, args: &[&str], said: impl Into<Stdio>) -> Server {
        // What is searched for on a machine that has much else to do is found to the end.
        let patience: &[&str] = match args.contains(&"--search-seconds") {
            true => &[],
            false => &["--search-seconds", "20"],
        };
        let mut process = Command::new(env!("CARGO_BIN_EXE_palpate"))
            .args(["serve", "--addr", "127.0.0.1:0"])
            .args(patience)
            .args(args)
            .current_dir(folder)
            .env_remove("PALPATE_INDEX")
            .env_remove("PALPATE_TOKEN")
            .stdout(Stdio::piped())
            .stderr(said)
            .spawn()
            .expect("the binary runs");
        let out = process.stdout.take().expect("it is piped");
        let mut line = String::new();
        BufReader::new(out)
            .read_line(&mut line)
            .expect("it says where it listens");
        let (_, address) = line.trim().split_once("://").expect("an address");
        let address = address.split('/').next().unwrap_or_default();
        let address = address.parse().expect("an address");
        Server { process, address }
    }

    /// Ends it before the test does.
    pub fn stop(&mut self) {
        // It may have ended already.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }

    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// What it answers to GET.
    pub fn get(&self, path: &str) -> Answer {
        self.raw(&format!(
            "GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
        ))
    }

    /// What it answers to whatever is sent.
    pub fn raw(&self, request: &str) -> Answer {
        send(self.address, request)
    }
}

/// What is answered to a request. The connection may be kept open: the answer says how long it is.
pub fn send(address: SocketAddr, request: &str) -> Answer {
    let mut stream = TcpStream::connect(address).expect("it listens");
    stream
        .set_read_timeout(Some(Duration::from_secs(60)))
        .expect("it can be set");
    stream
        .write_all(request.as_bytes())
        .expect("it can be sent");
    let mut bytes = Vec::new();
    let mut buffer = [0; 16 << 10];
    loop {
        let read = stream.read(&mut buffer).expect("it answers");
        bytes.extend_from_slice(&buffer[..read]);
        if read == 0 || is_whole(&bytes) {
            return answer(&bytes);
        }
    }
}

fn is_whole(bytes: &[u8]) -> bool {
    let text = String::from_utf8_lossy(bytes);
    let Some((head, _)) = text.split_once("\r\n\r\n") else {
        return false;
    };
    let length = head.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-length")
            .then(|| value.trim().parse::<usize>().ok())?
    });
    length.is_some_and(|length| bytes.len() >= head.len() + 4 + length)
}

fn answer(bytes: &[u8]) -> Answer {
    let text = String::from_utf8_lossy(bytes);
    let (head, body) = text.split_once("\r\n\r\n").expect("an answer has a head");
    let mut lines = head.lines();
    let status = lines
        .next()
        .and_then(|line| line.split(' ').nth(1)?.parse().ok());
    let header = |line: &str| {
        let (name, value) = line.split_once(':')?;
        Some((name.to_owned(), value.trim().to_owned()))
    };
    Answer {
        status: status.expect("a status"),
        headers: lines.filter_map(header).collect(),
        body: body.to_owned(),
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop();
    }
}
