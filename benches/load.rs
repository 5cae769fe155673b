//! How many requests a second the server answers, beside a plain handler that always gives the same
//! page. Needs `wrk`.
//!
//! ```text
//! cargo bench --bench load -- --index DIR --queries path/to/queries.jsonl
//! ```
//!
//! Prints one JSON object for each number of connections on standard output.

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use axum::Router;
use axum::routing::get;
use clap::Parser;
use serde_json::{Value, json};

type Failure = Box<dyn std::error::Error>;

/// How many requests a second the server answers
#[derive(Debug, Parser)]
struct Args {
    /// The index to serve
    #[arg(long, value_name = "DIR")]
    index: PathBuf,
    /// BEIR queries to ask
    #[arg(long, value_name = "FILE")]
    queries: PathBuf,
    /// How long each measurement takes
    #[arg(long, default_value_t = 8)]
    seconds: u32,
    // Given by cargo.
    #[arg(long, hide = true)]
    bench: bool,
}

fn main() -> Result<(), Failure> {
    let args = Args::parse();
    let folder = tempfile::tempdir()?;
    let script = folder.path().join("queries.lua");
    write_script(&args.queries, &script)?;
    let plain = plain()?;
    let (_server, palpate) = palpate(&args.index)?;
    for connections in [1, 16, 256] {
        let measure = |address: &str| wrk(address, connections, args.seconds, &script);
        let object = json!({
            "connections": connections,
            "plain": measure(&plain)?,
            "palpate": measure(&palpate)?,
        });
        println!("{object}");
    }
    Ok(())
}

/// A handler that does nothing but answer, in this process.
fn plain() -> Result<String, Failure> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?;
    let listener = runtime.block_on(tokio::net::TcpListener::bind("127.0.0.1:0"))?;
    let address = listener.local_addr()?;
    let page = "x".repeat(10_000);
    let router = Router::new().fallback(get(move || std::future::ready(page.clone())));
    std::thread::spawn(move || {
        // It serves until the process ends.
        runtime.block_on(async { axum::serve(listener, router).await })
    });
    Ok(format!("http://{address}"))
}

/// A process that ends with this one.
struct Serving(Child);

impl Drop for Serving {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn palpate(index: &Path) -> Result<(Serving, String), Failure> {
    let mut process = Command::new(env!("CARGO_BIN_EXE_palpate"))
        .args(["serve", "--addr", "127.0.0.1:0", "--index"])
        .arg(index)
        .stdout(Stdio::piped())
        .spawn()?;
    let out = process.stdout.take().ok_or("no output")?;
    let serving = Serving(process);
    let mut line = String::new();
    BufReader::new(out).read_line(&mut line)?;
    let address = line
        .trim()
        .strip_prefix("listening on ")
        .ok_or("it does not listen")?;
    Ok((serving, address.to_owned()))
}

/// A script for `wrk` that asks one query after the other.
fn write_script(queries: &Path, script: &Path) -> Result<(), Failure> {
    let mut out = std::fs::File::create(script)?;
    writeln!(out, "local queries = {{")?;
    for line in std::fs::read_to_string(queries)?.lines() {
        let query: Value = serde_json::from_str(line)?;
        let text = query["text"].as_str().unwrap_or_default();
        let text: String = form_urlencoded::byte_serialize(text.as_bytes()).collect();
        writeln!(out, "\"{text}\",")?;
    }
    let rest = "}\nlocal n = 0\nrequest = function()\n  n = n % #queries + 1\n  \
        return wrk.format(\"GET\", \"/api/v1/search?q=\" .. queries[n])\nend\n\
        done = function(summary, latency)\n  local e = summary.errors\n  \
        io.write(string.format(\"JSON {\\\"per_second\\\": %.0f, \\\"p50_ms\\\": %.2f, \\\"p99_ms\\\": %.2f, \
        \\\"errors\\\": %d}\\n\", summary.requests / summary.duration * 1e6, \
        latency:percentile(50) / 1000, latency:percentile(99) / 1000, \
        e.connect + e.read + e.write + e.status + e.timeout))\nend\n";
    out.write_all(rest.as_bytes())?;
    Ok(())
}

fn wrk(address: &str, connections: u32, seconds: u32, script: &Path) -> Result<Value, Failure> {
    let run = Command::new("wrk")
        .args(["--threads", "1", "--connections", &connections.to_string()])
        .args([
            "--duration",
            &format!("{seconds}s"),
            "--timeout",
            "10s",
            "--script",
        ])
        .arg(script)
        .arg(address)
        .output()?;
    let said = String::from_utf8_lossy(&run.stdout);
    let line = said.lines().find_map(|line| line.strip_prefix("JSON "));
    Ok(serde_json::from_str(line.ok_or("wrk said nothing")?)?)
}
