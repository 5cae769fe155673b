//! `palpate serve`: the page and the API.

use std::io::Write;
use std::net::SocketAddr;
use std::path::PathBuf;

use anyhow::{Context, bail};

use super::common::{HomeArgs, Outcome};
use palpate::serve::{self, Options};

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
    /// Ask for the bearer token in this file (or in the variable PALPATE_TOKEN)
    #[arg(long, value_name = "FILE")]
    token_file: Option<PathBuf>,
}

impl Args {
    pub(super) fn run(self) -> anyhow::Result<Outcome> {
        let token = self.token()?;
        if !self.addr.ip().is_loopback() {
            let open = if token.is_some() {
                ""
            } else {
                ", and asks for no token"
            };
            eprintln!(
                "palpate: warning: {} can be reached from other machines{open}",
                self.addr
            );
        }
        let options = Options {
            index: self.index.home()?,
            address: self.addr,
            hosts: self.hosts,
            token,
        };
        serve::serve(&options, |address| {
            // Whoever reads it may have gone; the server is there all the same.
            let _ = writeln!(std::io::stdout(), "listening on http://{address}");
            let _ = std::io::stdout().flush();
        })?;
        Ok(Outcome::Found)
    }

    /// The token: never from the command line, where everybody on the machine can read it.
    fn token(&self) -> anyhow::Result<Option<String>> {
        let token = match &self.token_file {
            Some(path) => {
                let token = std::fs::read_to_string(path);
                Some(token.with_context(|| path.display().to_string())?)
            }
            None => std::env::var("PALPATE_TOKEN").ok(),
        };
        match token.as_deref().map(str::trim) {
            Some("") => bail!("the token is empty"),
            token => Ok(token.map(str::to_owned)),
        }
    }
}
