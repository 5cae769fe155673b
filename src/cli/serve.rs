//! `palpate serve`: the page and the API.

use std::io::Write;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::Context;
use clap::ValueEnum;

use super::common::{HomeArgs, Outcome, seconds, tell};
use palpate::serve::{self, BasePath, LogFormat, Options, TlsFiles, Tokens};

/// Serve the search as a web page and an API
///
/// The page is at the address that is printed, the API at /api/v1/, its reference at /api. A newer
/// index is picked up without a restart. SIGINT and SIGTERM end it.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(flatten)]
    index: HomeArgs,
    /// Where to listen; port 0 is any that is free
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:7700")]
    addr: SocketAddr,
    /// A name that the server is reached by, besides localhost and its number
    #[arg(long = "allow-host", value_name = "NAME")]
    hosts: Vec<String>,
    /// Ask for one of the tokens in this file, on each line a token, or a name and a token (or for the
    /// one in the variable PALPATE_TOKEN): programs bring it as a bearer token, people sign in
    #[arg(long, value_name = "FILE")]
    token_file: Option<PathBuf>,
    /// A path in front of all addresses, where a proxy has one: /palpate
    #[arg(long, value_name = "PATH", default_value = "")]
    base_path: BasePath,
    /// Encrypt with this certificate and those that vouch for it (PEM)
    #[arg(long, value_name = "FILE", requires = "tls_key")]
    tls_cert: Option<PathBuf>,
    /// The private key of the certificate (PEM)
    #[arg(long, value_name = "FILE", requires = "tls_cert")]
    tls_key: Option<PathBuf>,
    /// Longest time that a search looks; then the best found until then are the answer, which says so
    #[arg(long, value_name = "SECONDS", default_value = "2", value_parser = patience)]
    search_seconds: Duration,
    /// Keep the files that documents were read from to oneself: only what was indexed is shown
    #[arg(long)]
    no_originals: bool,
    /// Show what changed about the questions in this file, on a page and as feeds: see `palpate
    /// watch-list`
    #[arg(long, value_name = "FILE")]
    watch_list: Option<PathBuf>,
    /// Write a line about each request to standard error, without what was searched for
    #[arg(long, value_name = "FORMAT", value_enum)]
    log: Option<LogLines>,
}

/// A time that a search may take: while it does, nothing moves on its connection, and that may not last.
fn patience(text: &str) -> Result<Duration, String> {
    match seconds(text)? {
        time if time <= serve::LONGEST_SEARCH => Ok(time),
        _ => Err(format!(
            "at most {} seconds",
            serve::LONGEST_SEARCH.as_secs()
        )),
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum LogLines {
    Text,
    Json,
}

impl From<LogLines> for LogFormat {
    fn from(lines: LogLines) -> LogFormat {
        match lines {
            LogLines::Text => LogFormat::Text,
            LogLines::Json => LogFormat::Json,
        }
    }
}

impl Args {
    pub(super) fn run(self) -> anyhow::Result<Outcome> {
        let tokens = self.tokens()?;
        if !self.addr.ip().is_loopback() {
            let open = if tokens != Tokens::default() {
                ""
            } else {
                ", and asks for no token"
            };
            tell(format_args!(
                "palpate: warning: {} can be reached from other machines{open}",
                self.addr
            ));
        }
        let tls = self.tls_cert.zip(self.tls_key);
        let tls = tls.map(|(certificate, key)| TlsFiles { certificate, key });
        let scheme = if tls.is_some() { "https" } else { "http" };
        let path = self.base_path.as_str().to_owned();
        let options = Options {
            index: self.index.home()?,
            address: self.addr,
            hosts: self.hosts,
            base: self.base_path,
            tls,
            log: self.log.map(LogFormat::from),
            tokens,
            search_time: self.search_seconds,
            originals: !self.no_originals,
            watched: self.watch_list,
        };
        serve::serve(&options, |address| {
            // Whoever reads it may have gone; the server is there all the same.
            let _ = writeln!(std::io::stdout(), "listening on {scheme}://{address}{path}");
            let _ = std::io::stdout().flush();
        })?;
        Ok(Outcome::Found)
    }

    /// The tokens: never from the command line, where everybody on the machine can read them.
    fn tokens(&self) -> anyhow::Result<Tokens> {
        match (&self.token_file, std::env::var("PALPATE_TOKEN")) {
            (Some(path), _) => {
                let text = std::fs::read_to_string(path);
                let text = text.with_context(|| path.display().to_string())?;
                Tokens::read(&text).with_context(|| path.display().to_string())
            }
            (None, Ok(token)) => Tokens::read(&token).context("PALPATE_TOKEN"),
            (None, Err(_)) => Ok(Tokens::default()),
        }
    }
}
