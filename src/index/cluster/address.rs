//! Where a cluster is, and what lets us in.

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use crate::index::error::IndexError;

/// How long is waited for a cluster that does not answer, unless told otherwise.
const PATIENCE: Duration = Duration::from_secs(10);

/// Where a cluster is: `http://node:9200/palpate`, or `https://…`, with several nodes
/// `http://one:9200,two:9200/palpate`. The path is the name of the index.
///
/// What is shown of it never has the credentials.
#[derive(Clone, PartialEq, Eq)]
pub struct ClusterAddress {
    /// `http` or `https`, host and port of each node.
    pub(super) nodes: Vec<String>,
    pub(super) index: String,
    pub(super) authorization: Option<String>,
    /// A file with the certificates that are trusted, in PEM, in place of the usual ones.
    pub ca: Option<PathBuf>,
    /// How long to wait for a cluster that does not answer, or is too busy to.
    pub patience: Duration,
    /// How many shards a new index is to have; as many as there are nodes, if nobody says.
    pub shards: Option<u32>,
}

impl ClusterAddress {
    /// Reads an address. It may have a name and a password before the nodes.
    pub fn parse(text: &str) -> Result<ClusterAddress, IndexError> {
        let bad = |cause: &str| IndexError::Address {
            // The text may have a password in it.
            cause: cause.to_owned(),
        };
        let (scheme, rest) = text
            .split_once("://")
            .filter(|(scheme, _)| matches!(*scheme, "http" | "https"))
            .ok_or_else(|| bad("it begins with http:// or https://"))?;
        let (nodes, index) = rest.split_once('/').ok_or_else(|| {
            bad("it ends with the name of an index, as in http://node:9200/palpate")
        })?;
        let (credentials, nodes) = match nodes.rsplit_once('@') {
            Some((credentials, nodes)) => (Some(credentials), nodes),
            None => (None, nodes),
        };
        let nodes: Vec<String> = nodes
            .split(',')
            .filter(|node| !node.is_empty())
            .map(|node| format!("{scheme}://{node}"))
            .collect();
        let index = index.trim_end_matches('/');
        match () {
            () if nodes.is_empty() => Err(bad("it names no node")),
            () if !is_name(index) => Err(bad(
                "the name of an index has small letters, digits, - and _, and begins with a letter",
            )),
            () => Ok(ClusterAddress {
                nodes,
                index: index.to_owned(),
                authorization: None,
                ca: None,
                patience: PATIENCE,
                shards: None,
            }
            .with_user_info(credentials)),
        }
    }

    fn with_user_info(self, credentials: Option<&str>) -> ClusterAddress {
        let decoded = |text: &str| {
            let decoded = percent_encoding::percent_decode_str(text);
            decoded.decode_utf8_lossy().into_owned()
        };
        match credentials.map(|both| both.split_once(':').unwrap_or((both, ""))) {
            Some((name, password)) => self.with_password(&decoded(name), &decoded(password)),
            None => self,
        }
    }

    /// Lets us in with a name and a password.
    pub fn with_password(mut self, name: &str, password: &str) -> ClusterAddress {
        use base64::Engine as _;
        let both = format!("{name}:{password}");
        let encoded = base64::engine::general_purpose::STANDARD.encode(both);
        self.authorization = Some(format!("Basic {encoded}"));
        self
    }

    /// Whether what lets us in goes over a network as it is.
    pub fn tells_secrets(&self) -> bool {
        let is_open = |node: &String| {
            let host = node.strip_prefix("http://");
            host.is_some_and(|host| !is_this_machine(host))
        };
        self.authorization.is_some() && self.nodes.iter().any(is_open)
    }

    /// Lets us in with an API key, as the cluster encoded it.
    pub fn with_api_key(mut self, key: &str) -> ClusterAddress {
        self.authorization = Some(format!("ApiKey {}", key.trim()));
        self
    }
}

/// Whether a host, with or without a port, is this machine.
fn is_this_machine(host: &str) -> bool {
    let name = match host.strip_prefix('[') {
        Some(rest) => rest.split(']').next(),
        None => host.split(':').next(),
    };
    let name = name.unwrap_or_default();
    let address = name.parse::<std::net::IpAddr>();
    name == "localhost" || address.is_ok_and(|address| address.is_loopback())
}

fn is_name(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_lowercase())
        && name
            .bytes()
            .all(|b| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_'))
        && name.len() <= 200
}

impl fmt::Display for ClusterAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (first, rest) = self.nodes.split_first().unwrap_or((&self.index, &[]));
        write!(f, "{first}")?;
        for node in rest {
            write!(
                f,
                ",{}",
                node.split_once("://").map_or("", |(_, host)| host)
            )?;
        }
        write!(f, "/{}", self.index)
    }
}

impl fmt::Debug for ClusterAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ClusterAddress({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses() {
        let address = |text: &str| ClusterAddress::parse(text).map(|address| address.to_string());
        for text in ["http://node:9200/palpate", "https://a,b:9201/clinic-2"] {
            assert_eq!(address(text).ok().as_deref(), Some(text));
        }
        for text in [
            "palpate",
            "ftp://node/palpate",
            "http://node:9200",
            "http://node:9200/",
            "http:///palpate",
            "http://node/Palpate",
            "http://node/_all",
            "http://node/a/b",
            "http://node/*",
        ] {
            assert!(address(text).is_err(), "{text}");
        }
    }

    #[test]
    fn credentials_are_never_shown() {
        let address = ClusterAddress::parse("https://us:s%2Fecret@node:9200/palpate");
        let address = address.expect("it is an address");
        assert_eq!(
            address.authorization.as_deref(),
            Some("Basic dXM6cy9lY3JldA==")
        );
        let shown = format!("{address} {address:?}");
        assert!(
            !shown.contains("ecret") && !shown.contains("us:"),
            "{shown}"
        );
        assert!(!address.tells_secrets());
        let tells = |text: &str| ClusterAddress::parse(text).is_ok_and(|a| a.tells_secrets());
        assert!(tells("http://us:secret@node:9200/palpate"));
        assert!(!tells("http://node:9200/palpate"));
        for here in ["127.0.0.1:9200", "[::1]:9200", "localhost"] {
            assert!(
                !tells(&format!("http://us:secret@{here}/palpate")),
                "{here}"
            );
        }
        let bad = ClusterAddress::parse("https://us:secret@node:9200").expect_err("no index");
        assert!(!format!("{bad} {bad:?}").contains("secret"));
    }
}
