//! A cluster for tests: OpenSearch nodes on this machine, in processes of their own, as
//! `tests/cluster/` starts them.

use std::fs::File;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::common::repository;
use serde_json::Value;

/// How long nodes may take to do what is waited for. It takes seconds; machines differ.
const PATIENCE: Duration = Duration::from_secs(300);
/// How long a node may take for an answer.
const ANSWER: Duration = Duration::from_secs(40);

/// Nodes of one cluster.
pub struct TestCluster {
    agent: ureq::Agent,
    nodes: Vec<TestNode>,
    folder: PathBuf,
    jars: PathBuf,
}

struct TestNode {
    process: Option<Child>,
    http: u16,
    transport: u16,
}

/// The folder with what nodes are made of; `None`, said by name, where it is not there. Under
/// `CI=true` it has to be.
fn jars(test: &str) -> Option<PathBuf> {
    let named = std::env::var_os("PALPATE_CLUSTER_JARS").map(PathBuf::from);
    let jars = named.unwrap_or_else(|| repository().join("target/cluster"));
    let java = Command::new("java").arg("-version").output();
    let why = match java {
        Err(_) => "there is no java",
        Ok(_) if !jars.is_dir() => "there are no jars of OpenSearch",
        Ok(_) => return Some(jars),
    };
    let ci = std::env::var("CI").is_ok_and(|ci| ci == "true");
    assert!(!ci, "{test}: {why}");
    eprintln!("skipped {test}: {why}");
    None
}

/// An empty folder for nodes. What they leave in it is removed by the tests that come next, so that
/// it can be looked at.
fn folder() -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("cluster");
    // There is none in the first run.
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).expect("the folder is ours");
    folder
}

/// A port that nobody listens at now.
pub fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("there are ports");
    listener.local_addr().expect("it is bound").port()
}

impl TestCluster {
    /// Starts so many nodes, and waits until they are one cluster. They end with it, or when the
    /// tests do.
    pub fn start(test: &str, nodes: usize) -> Option<TestCluster> {
        let jars = jars(test)?;
        let node = |_| TestNode {
            process: None,
            http: free_port(),
            transport: free_port(),
        };
        let config = ureq::Agent::config_builder().timeout_global(Some(ANSWER));
        let mut cluster = TestCluster {
            agent: config.build().new_agent(),
            nodes: (0..nodes).map(node).collect(),
            folder: folder(),
            jars,
        };
        (0..nodes).for_each(|node| cluster.launch(node));
        cluster.wait_until_whole();
        Some(cluster)
    }

    fn launch(&mut self, number: usize) {
        let seeds = self.nodes.iter();
        let seeds: Vec<String> = seeds
            .map(|node| format!("127.0.0.1:{}", node.transport))
            .collect();
        let names: Vec<String> = (0..self.nodes.len()).map(|n| format!("node-{n}")).collect();
        let home = self.folder.join(format!("node-{number}"));
        let log = File::options()
            .create(true)
            .append(true)
            .open(self.folder.join("nodes.log"))
            .expect("the folder is ours");
        let node = &mut self.nodes[number];
        let process = Command::new("java")
            // It ends with its input, and its input with whoever has the other end of it.
            .args(["-Xms512m", "-Xmx512m", "-Dlog4j2.disable.jmx=true", "-cp"])
            .arg(self.jars.join("*"))
            .arg(repository().join("tests/cluster/ClusterNode.java"))
            .arg(home)
            .args([number.to_string(), node.http.to_string()])
            .args([node.transport.to_string(), seeds.join(","), names.join(",")])
            .stdin(Stdio::piped())
            .stdout(log.try_clone().expect("a file can be opened twice"))
            .stderr(log)
            .spawn();
        node.process = Some(process.expect("java was there a moment ago"));
    }

    /// The address of an index, over all nodes, the one with that number first.
    pub fn url(&self, index: &str, first: usize) -> String {
        let count = self.nodes.len();
        let nodes = (0..count).map(|n| &self.nodes[(first + n) % count]);
        let hosts: Vec<String> = nodes
            .map(|node| format!("127.0.0.1:{}", node.http))
            .collect();
        format!("http://{}/{index}", hosts.join(","))
    }

    /// The port of a node.
    pub fn port(&self, node: usize) -> u16 {
        self.nodes[node].http
    }

    fn address(&self, node: usize, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port(node))
    }

    /// Ends a node as a power cut would.
    pub fn kill(&mut self, node: usize) {
        if let Some(mut process) = self.nodes[node].process.take() {
            process.kill().expect("it is our process");
            process.wait().expect("it is our process");
        }
    }

    /// Starts the nodes that were killed, with the data they had, and waits until nothing is missing. A
    /// second copy of a shard may still be made: OpenSearch now and then waits for minutes for an answer
    /// that went to the process before.
    pub fn mend(&mut self) {
        self.restart();
        self.wait_until("yellow");
    }

    /// Makes a cluster of all nodes again that has nothing in it: no test waits for what the one
    /// before left to be recovered and copied.
    pub fn empty(&mut self) {
        self.restart();
        // While the nodes have yet to read what there is, it is refused.
        self.wait(|cluster| {
            let all = cluster.address(0, "/_all");
            cluster.agent.delete(&all).call().is_ok()
        });
        self.wait_until_whole();
    }

    fn restart(&mut self) {
        for node in 0..self.nodes.len() {
            if self.nodes[node].process.is_none() {
                self.launch(node);
            }
        }
    }

    /// Waits until all nodes are there, and all shards with their copies.
    fn wait_until_whole(&mut self) {
        self.wait_until("green");
    }

    fn wait_until(&mut self, status: &str) {
        let nodes = self.nodes.len();
        let path =
            format!("/_cluster/health?wait_for_status={status}&wait_for_nodes={nodes}&timeout=5s");
        self.wait(|cluster| {
            let health = cluster.try_get(&path);
            health.is_some_and(|health| health["timed_out"] == false)
        });
    }

    fn wait(&mut self, is_done: impl Fn(&TestCluster) -> bool) {
        let started = Instant::now();
        while !is_done(self) {
            for node in &mut self.nodes {
                let ended = node.process.as_mut().map(|process| process.try_wait());
                let ended = ended.is_some_and(|ended| matches!(ended, Ok(Some(_))));
                assert!(!ended, "a node has ended: {}", self.log());
            }
            assert!(
                started.elapsed() < PATIENCE,
                "it takes too long: {}\n{}",
                self.state(),
                self.log()
            );
            // A shard that could not be placed five times is only tried again when somebody asks.
            let retry = self.address(0, "/_cluster/reroute?retry_failed=true");
            // Where there is no leader yet, there is nothing to try again.
            let _ = self.agent.post(&retry).send_empty();
            std::thread::sleep(Duration::from_millis(200));
        }
    }

    /// What each node sees of the cluster, and why shards are not where they belong.
    fn state(&self) -> String {
        let paths = [
            "/_cluster/health?local=true",
            "/_cat/shards?format=json&h=index,shard,prirep,state,node,unassigned.reason",
            "/_cluster/allocation/explain",
        ];
        let asked = (0..self.nodes.len()).flat_map(|node| paths.map(|path| (node, path)));
        let said = asked.map(|(node, path)| format!("{node} {path}: {:?}", self.ask(node, path)));
        said.collect::<Vec<_>>().join("\n")
    }

    /// The end of what the nodes said.
    fn log(&self) -> String {
        let log = std::fs::read(self.folder.join("nodes.log"));
        let log = String::from_utf8_lossy(&log.unwrap_or_default()).into_owned();
        let lines: Vec<&str> = log.lines().collect();
        lines[lines.len().saturating_sub(40)..].join("\n")
    }

    /// What a node that is there answers to GET.
    pub fn get(&self, path: &str) -> Value {
        self.try_get(path).expect("a node answers")
    }

    fn try_get(&self, path: &str) -> Option<Value> {
        let alive = self.nodes.iter().position(|node| node.process.is_some());
        self.ask(alive?, path)
    }

    fn ask(&self, node: usize, path: &str) -> Option<Value> {
        let answer = self.agent.get(self.address(node, path)).call();
        let text = answer.ok()?.body_mut().read_to_string().ok()?;
        serde_json::from_str(&text).ok()
    }

    /// The names of the indexes of an alias, in order.
    pub fn indexes(&self, alias: &str) -> Vec<String> {
        let all = self.get(&format!(
            "/_cat/indices/{alias}-*?format=json&h=index&s=index"
        ));
        let all = all.as_array().into_iter().flatten();
        all.map(|index| index["index"].as_str().unwrap_or_default().to_owned())
            .collect()
    }
}

impl Drop for TestCluster {
    fn drop(&mut self) {
        (0..self.nodes.len()).for_each(|node| self.kill(node));
    }
}
