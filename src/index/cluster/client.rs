//! Requests to a cluster, sent again where that may help.
//!
//! All that is sent can be sent twice: what is written has ids, and what is asked changes nothing.
//! So a request that got no answer, or the answer that the cluster is too busy, goes to the next
//! node after a pause that grows (exponential back-off), until patience ends. Other answers are
//! taken as they are.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use serde_json::Value;
use ureq::tls::{Certificate, PemItem, RootCerts, TlsConfig, parse_pem};
use ureq::{Agent, http};

use super::address::ClusterAddress;
use crate::index::error::IndexError;

/// How long a node may take to take a connection.
const CONNECT: Duration = Duration::from_secs(3);
/// How long one node may take for an answer; then it is asked again, or another one is.
const ANSWER: Duration = Duration::from_secs(30);
/// The first pause, and the longest.
const PAUSE: Duration = Duration::from_millis(50);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);
/// More than this no answer has.
const MOST: u64 = 1 << 30;

/// A connection to a cluster.
pub(super) struct Client {
    agent: Agent,
    address: ClusterAddress,
    /// The node that is asked first, by its number.
    first: AtomicUsize,
    /// What was sent again, by why.
    again: Mutex<BTreeMap<String, u64>>,
}

/// What a request has as its body.
#[derive(Clone, Copy)]
pub(super) enum Body<'a> {
    None,
    Json(&'a Value),
    /// Lines of JSON.
    Lines(&'a [u8]),
}

/// An answer.
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) body: Value,
}

impl Answer {
    /// What the cluster says is wrong.
    pub(super) fn cause(&self) -> String {
        let error = &self.body["error"];
        // The first cause says more than "all shards failed".
        let root = &error["root_cause"][0];
        let error = if root.is_object() { root } else { error };
        match (error["type"].as_str(), error["reason"].as_str()) {
            (Some(kind), Some(reason)) => format!("{kind}: {reason} ({})", self.status),
            _ => match error.as_str() {
                Some(text) => format!("{text} ({})", self.status),
                None => format!("status {}", self.status),
            },
        }
    }

    pub(super) fn is_fine(&self) -> bool {
        (200..300).contains(&self.status)
    }
}

impl Client {
    pub(super) fn new(address: &ClusterAddress) -> Result<Client, IndexError> {
        let mut tls = TlsConfig::builder();
        if let Some(path) = &address.ca {
            let pem = std::fs::read(path).map_err(IndexError::io(path))?;
            let certificates = certificates(&pem).ok_or_else(|| IndexError::Address {
                cause: format!("{} has no certificate in PEM", path.display()),
            })?;
            tls = tls.root_certs(RootCerts::new_with_certs(&certificates));
        }
        let config = Agent::config_builder()
            .http_status_as_error(false)
            .tls_config(tls.build())
            .timeout_connect(Some(CONNECT.min(address.patience)))
            .max_redirects(0)
            .proxy(None)
            .user_agent(concat!("palpate/", env!("CARGO_PKG_VERSION")));
        Ok(Client {
            agent: config.build().new_agent(),
            address: address.clone(),
            first: AtomicUsize::new(0),
            again: Mutex::default(),
        })
    }

    /// Waits at least so long for answers from now on.
    pub(super) fn be_patient(&mut self, patience: Duration) {
        self.address.patience = self.address.patience.max(patience);
    }

    pub(super) fn address(&self) -> &ClusterAddress {
        &self.address
    }

    /// An error of this cluster.
    pub(super) fn error(&self, cause: impl Into<String>) -> IndexError {
        IndexError::Cluster {
            at: self.address.to_string(),
            cause: cause.into(),
        }
    }

    /// Asks, and gives the body of the answer if it is a good one.
    pub(super) fn ask(
        &self,
        method: &str,
        path: &str,
        body: Body<'_>,
    ) -> Result<Value, IndexError> {
        let answer = self.send(method, path, body, self.address.patience)?;
        match answer.is_fine() {
            true => Ok(answer.body),
            false => Err(self.error(answer.cause())),
        }
    }

    /// Sends a request until there is an answer that sending it again would not better.
    pub(super) fn send(
        &self,
        method: &str,
        path: &str,
        body: Body<'_>,
        patience: Duration,
    ) -> Result<Answer, IndexError> {
        let started = Instant::now();
        let mut pause = PAUSE;
        for number in self.first.load(Ordering::Relaxed).. {
            let node = &self.address.nodes[number % self.address.nodes.len()];
            let left = patience.saturating_sub(started.elapsed());
            let (cause, answer) = match self.send_once(node, method, path, body, left) {
                Ok(answer) if !is_busy(answer.status) => return Ok(answer),
                Ok(answer) => (format!("status {}", answer.status), Some(answer)),
                Err(Trouble::Passing(cause)) => {
                    // Who comes next need not find out again.
                    let next = (number + 1) % self.address.nodes.len();
                    self.first.store(next, Ordering::Relaxed);
                    (cause, None)
                }
                Err(Trouble::Lasting(cause)) => return Err(self.error(cause)),
            };
            let wait = jittered(pause);
            if started.elapsed() + wait >= patience {
                return match answer {
                    Some(answer) => Ok(answer),
                    None => Err(self.error(format!("no answer ({cause})"))),
                };
            }
            self.sent_again(&cause);
            std::thread::sleep(wait);
            pause = (2 * pause).min(LONGEST_PAUSE);
        }
        // The loop ends with an answer or with patience.
        Err(self.error("no answer"))
    }

    fn send_once(
        &self,
        node: &str,
        method: &str,
        path: &str,
        body: Body<'_>,
        left: Duration,
    ) -> Result<Answer, Trouble> {
        let mut request = http::Request::builder()
            .method(method)
            .uri(format!("{node}{path}"));
        if let Some(authorization) = &self.address.authorization {
            request = request.header("authorization", authorization);
        }
        let (kind, bytes) = match body {
            Body::None => ("application/json", Vec::new()),
            Body::Json(json) => ("application/json", json.to_string().into_bytes()),
            Body::Lines(lines) => ("application/x-ndjson", lines.to_vec()),
        };
        let request = request.header("content-type", kind).body(bytes);
        let request = request.map_err(|error| Trouble::Lasting(error.to_string()))?;
        let request = self
            .agent
            .configure_request(request)
            .timeout_global(Some(left.clamp(Duration::from_millis(1), ANSWER)))
            .build();
        let mut response = self.agent.run(request).map_err(trouble)?;
        let status = response.status().as_u16();
        let text = response.body_mut().with_config().limit(MOST).read_to_vec();
        let text = text.map_err(trouble)?;
        // What is no JSON is from something in between, and its status says enough.
        let body = serde_json::from_slice(&text).unwrap_or(Value::Null);
        Ok(Answer { status, body })
    }

    /// Notes that something was sent again.
    pub(super) fn sent_again(&self, cause: &str) {
        let mut again = self.again.lock().unwrap_or_else(PoisonError::into_inner);
        *again.entry(cause.to_owned()).or_default() += 1;
    }

    /// What was sent again since this was asked last: why, and how often.
    pub(super) fn take_again(&self) -> BTreeMap<String, u64> {
        let mut again = self.again.lock().unwrap_or_else(PoisonError::into_inner);
        std::mem::take(&mut again)
    }
}

/// Why there was no answer.
enum Trouble {
    /// Another node, or the same one later, may answer.
    Passing(String),
    /// Nobody will.
    Lasting(String),
}

fn trouble(error: ureq::Error) -> Trouble {
    match error {
        ureq::Error::Io(error) => match certificate_trouble(&error) {
            Some(cause) => Trouble::Lasting(cause),
            None => Trouble::Passing(connection_trouble(&error)),
        },
        ureq::Error::Timeout(_) => Trouble::Passing("timed out".to_owned()),
        ureq::Error::ConnectionFailed | ureq::Error::HostNotFound | ureq::Error::BodyStalled => {
            Trouble::Passing(error.to_string())
        }
        ureq::Error::Protocol(_) => Trouble::Passing("the connection was cut".to_owned()),
        error => Trouble::Lasting(error.to_string()),
    }
}

fn connection_trouble(error: &std::io::Error) -> String {
    use std::io::ErrorKind::{BrokenPipe, ConnectionAborted, ConnectionReset, UnexpectedEof};
    match error.kind() {
        BrokenPipe | ConnectionAborted | ConnectionReset | UnexpectedEof => {
            "the connection was cut".to_owned()
        }
        kind => kind.to_string(),
    }
}

/// A certificate that is not trusted now will not be later.
fn certificate_trouble(error: &std::io::Error) -> Option<String> {
    let inner = error.get_ref()?.to_string();
    let about = inner.contains("certificate");
    about.then(|| format!("its certificate is not trusted ({inner})"))
}

fn is_busy(status: u16) -> bool {
    matches!(status, 429 | 500 | 502..=504)
}

/// Between half of a pause and all of it: those who were refused together must not come back
/// together.
fn jittered(pause: Duration) -> Duration {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    let chance = now.map_or(0, |since| since.subsec_nanos()) % 1000;
    pause / 2 + pause / 2 * chance / 1000
}

fn certificates(pem: &[u8]) -> Option<Vec<Certificate<'static>>> {
    let mut found = Vec::new();
    for item in parse_pem(pem) {
        if let PemItem::Certificate(certificate) = item.ok()? {
            found.push(certificate);
        }
    }
    (!found.is_empty()).then_some(found)
}
