//! The tools of an assistant, asked as any client asks: lines of JSON-RPC on standard input.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use serde_json::{Value, json};

use crate::common::{corpus, palpate};

/// A client with the program at the other end.
struct Client {
    process: Child,
    to: Option<ChildStdin>,
    from: BufReader<ChildStdout>,
    asked: u64,
}

impl Client {
    fn start(folder: &Path) -> Client {
        let mut process = Command::new(env!("CARGO_BIN_EXE_palpate"))
            .arg("mcp")
            .current_dir(folder)
            .env_remove("PALPATE_INDEX")
            .env_remove("PALPATE_ENGINE")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the binary runs");
        let to = process.stdin.take();
        let from = BufReader::new(process.stdout.take().expect("it is piped"));
        let mut client = Client {
            process,
            to,
            from,
            asked: 0,
        };
        let hello = client.ask(
            "initialize",
            json!({
                "protocolVersion": "2025-06-18",
                "capabilities": {},
                "clientInfo": {"name": "test", "version": "1"},
            }),
        );
        assert_eq!(hello["result"]["serverInfo"]["name"], "palpate", "{hello}");
        let told = hello["result"]["instructions"].as_str();
        assert!(told.is_some_and(|told| told.contains("Silence is not safety")));
        client.send(&json!({"jsonrpc": "2.0", "method": "notifications/initialized"}));
        client
    }

    fn send(&mut self, message: &Value) {
        let to = self.to.as_mut().expect("it is open");
        writeln!(to, "{message}").expect("it listens");
    }

    /// What is answered to a request.
    fn ask(&mut self, method: &str, params: Value) -> Value {
        self.asked += 1;
        let id = self.asked;
        self.send(&json!({"jsonrpc": "2.0", "id": id, "method": method, "params": params}));
        loop {
            let mut line = String::new();
            let read = self.from.read_line(&mut line).expect("it is text");
            assert!(read > 0, "it ended");
            let message: Value = serde_json::from_str(&line).expect("JSON a line");
            if message["id"] == id {
                return message;
            }
        }
    }

    /// The text that a tool answers, and whether it says that something was wrong.
    fn call(&mut self, tool: &str, arguments: Value) -> (String, bool) {
        let params = json!({"name": tool, "arguments": arguments});
        let answer = self.ask("tools/call", params);
        let result = &answer["result"];
        let text = result["content"][0]["text"].as_str();
        let text = text.unwrap_or_else(|| panic!("{answer}")).to_owned();
        (text, result["isError"] == true)
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        // Whoever is gone is no longer asked by anybody.
        drop(self.to.take());
        let _ = self.process.wait();
    }
}

/// Whether `palpate verify` finds all citations of a text as they were, and some at all.
fn is_verified(text: &str) -> bool {
    let run = palpate(corpus())
        .args(["verify", "-"])
        .write_stdin(text)
        .output();
    run.expect("the binary runs").status.code() == Some(0)
}

#[test]
fn every_tool_answers_with_citations_that_verify_accepts() {
    let mut client = Client::start(corpus());
    let listed = client.ask("tools/list", json!({}));
    let tools = listed["result"]["tools"].as_array().expect("a list");
    let names: Vec<&str> = tools
        .iter()
        .filter_map(|tool| tool["name"].as_str())
        .collect();
    assert_eq!(names, ["search", "passage", "document", "audit", "verify"]);

    let (found, wrong) = client.call("search", json!({"query": "osteoporosis risk"}));
    assert!(!wrong && found.starts_with("3 passages match"), "{found}");
    assert!(
        found.contains("Silent, nothing found in 1 source: corpus/000_"),
        "{found}"
    );
    assert!(is_verified(&found), "{found}");
    let id = found
        .split("[palpate citation ")
        .nth(1)
        .and_then(|rest| rest.get(..20));
    let id = id.expect("there is a citation").to_owned();

    let (passage, wrong) = client.call("passage", json!({"id": id}));
    assert!(
        !wrong && is_verified(&passage) && passage.contains(&id),
        "{passage}"
    );
    let source = "corpus/002_b719b6c7da76650d.txt";
    let (document, wrong) = client.call("document", json!({"source": source}));
    assert!(!wrong && is_verified(&document), "{document}");
    let (audit, wrong) = client.call("audit", json!({"topics": ["osteoporosis"]}));
    assert!(!wrong && is_verified(&audit), "{audit}");
    assert!(audit.contains("silent       corpus/000_"), "{audit}");
    let (checked, wrong) = client.call("verify", json!({"text": found}));
    assert!(
        !wrong && checked.contains("3 citations: 3 unchanged"),
        "{checked}"
    );
}

#[test]
fn silence_and_slips_are_said() {
    let mut client = Client::start(corpus());
    let (found, wrong) = client.call("search", json!({"query": "zebrafish"}));
    assert!(
        !wrong && found.contains("No passage matches. That is silence"),
        "{found}"
    );
    assert!(
        found.contains("Silent, nothing found in 4 sources"),
        "{found}"
    );
    for (tool, arguments, said) in [
        (
            "search",
            json!({"query": "x", "aspect": "rsk"}),
            "did you mean “risk”?",
        ),
        ("search", json!({"querry": "x"}), "querry"),
        (
            "search",
            json!({"query": "x".repeat(2000)}),
            "1000 characters",
        ),
        ("passage", json!({"id": "none"}), "no passage none"),
        (
            "document",
            json!({"source": "../secret"}),
            "no document ../secret",
        ),
        ("audit", json!({"topics": []}), "at least one topic"),
        ("verify", json!({"text": "nothing"}), "no citation"),
        ("delete", json!({}), "there is no tool “delete”"),
    ] {
        let (text, wrong) = client.call(tool, arguments);
        assert!(wrong && text.contains(said), "{tool}: {text}");
    }
}

#[test]
fn documents_are_resources() {
    let mut client = Client::start(corpus());
    let listed = client.ask("resources/list", json!({}));
    let resources = listed["result"]["resources"].as_array().expect("a list");
    assert_eq!(resources.len(), 4);
    for resource in resources {
        let read = client.ask("resources/read", json!({"uri": resource["uri"]}));
        let text = read["result"]["contents"][0]["text"]
            .as_str()
            .expect("a text");
        let source = resource["name"].as_str().expect("a path");
        let file = std::fs::read_to_string(corpus().join(source)).expect("it is there");
        assert_eq!(text, file);
    }
    let nothing = client.ask("resources/read", json!({"uri": "palpate://documents/x"}));
    assert!(nothing["error"]["message"].is_string(), "{nothing}");
    let templates = client.ask("resources/templates/list", json!({}));
    let templates = templates["result"]["resourceTemplates"].as_array();
    assert_eq!(templates.map(Vec::len), Some(2));
}
