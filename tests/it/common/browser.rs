//! A browser for tests: headless Chromium, driven through ChromeDriver (WebDriver, W3C 2018). Only
//! what the tests need of the protocol, which is JSON over HTTP.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::common::server::send;

/// Keys, as WebDriver has them.
pub const ENTER: &str = "\u{e007}";
pub const ESCAPE: &str = "\u{e00c}";
pub const DOWN: &str = "\u{e015}";
pub const CONTROL: &str = "\u{e009}";

/// A window.
pub struct Browser {
    driver: Child,
    port: u16,
    session: String,
    _profile: TempDir,
}

/// What is special about a window.
#[derive(Default)]
pub struct Window {
    pub width: u32,
    pub height: u32,
    pub dark: bool,
    pub without_scripts: bool,
}

impl Browser {
    /// Opens a window; `None`, said by name, where there is no browser. Under `CI=true` there has
    /// to be one.
    pub fn open(test: &str, window: &Window) -> Option<Browser> {
        let profile = tempfile::tempdir().expect("a temporary folder can be made");
        let driver = Command::new("chromedriver")
            .arg("--port=0")
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn();
        let Ok(mut driver) = driver else {
            let ci = std::env::var("CI").is_ok_and(|ci| ci == "true");
            assert!(!ci, "{test}: there is no chromedriver");
            eprintln!("skipped {test}: there is no chromedriver");
            return None;
        };
        let out = driver.stdout.take().expect("it is piped");
        let mut lines = BufReader::new(out).lines().map_while(Result::ok);
        let port = lines.find_map(|line| {
            let port = line.split("started successfully on port ").nth(1)?;
            port.trim_end_matches('.').parse().ok()
        });
        let mut browser = Browser {
            driver,
            port: port.expect("it says on which port it listens"),
            session: String::new(),
            _profile: profile,
        };
        let made = browser.ask("POST", "/session", &browser.wishes(window));
        browser.session = made["sessionId"].as_str().expect("a session").to_owned();
        Some(browser)
    }

    fn wishes(&self, window: &Window) -> Value {
        let mut args = vec![
            "--headless".to_owned(),
            "--no-sandbox".to_owned(),
            "--disable-gpu".to_owned(),
            "--disable-dev-shm-usage".to_owned(),
            "--disable-background-networking".to_owned(),
            "--disable-component-update".to_owned(),
            "--disable-sync".to_owned(),
            "--no-first-run".to_owned(),
            "--hide-scrollbars".to_owned(),
            format!("--user-data-dir={}", self._profile.path().display()),
            format!("--window-size={},{}", window.width, window.height),
        ];
        if window.dark {
            args.push("--blink-settings=preferredColorScheme=0".to_owned());
        }
        let scripts = if window.without_scripts { 2 } else { 1 };
        let options = json!({
            "args": args,
            "prefs": {"profile.managed_default_content_settings.javascript": scripts},
        });
        json!({"capabilities": {"alwaysMatch": {"goog:chromeOptions": options}}})
    }

    /// Asks the driver for something; what it does not do is a failure.
    fn ask(&self, method: &str, path: &str, body: &Value) -> Value {
        let body = if method == "GET" {
            String::new()
        } else {
            body.to_string()
        };
        let head = format!(
            "{method} {path} HTTP/1.1\r\nHost: localhost\r\n\
             Content-Type: application/json\r\nContent-Length: {}\r\n\r\n",
            body.len()
        );
        let answer = send(([127, 0, 0, 1], self.port).into(), &(head + &body));
        let answer: Value = serde_json::from_str(&answer.body).expect("JSON");
        assert!(
            answer["value"]["error"].is_null(),
            "{path}: {}",
            answer["value"]
        );
        answer["value"].clone()
    }

    fn of_session(&self, method: &str, path: &str, body: &Value) -> Value {
        self.ask(method, &format!("/session/{}{path}", self.session), body)
    }

    /// Pretends to be a device with a screen of that size.
    pub fn as_device(&self, width: u32, height: u32) {
        let screen =
            json!({"width": width, "height": height, "deviceScaleFactor": 1, "mobile": true});
        let command = json!({"cmd": "Emulation.setDeviceMetricsOverride", "params": screen});
        self.of_session("POST", "/goog/cdp/execute", &command);
    }

    /// Goes to an address.
    pub fn goto(&self, address: &str) {
        self.of_session("POST", "/url", &json!({"url": address}));
    }

    /// The address.
    pub fn address(&self) -> String {
        self.of_session("GET", "/url", &Value::Null)
            .as_str()
            .expect("an address")
            .to_owned()
    }

    /// Goes back.
    pub fn back(&self) {
        self.of_session("POST", "/back", &json!({}));
    }

    /// What a script returns.
    pub fn run(&self, script: &str) -> Value {
        self.of_session(
            "POST",
            "/execute/sync",
            &json!({"script": script, "args": []}),
        )
    }

    /// What a script hands to its last argument, a function.
    pub fn run_later(&self, script: &str) -> Value {
        self.of_session(
            "POST",
            "/execute/async",
            &json!({"script": script, "args": []}),
        )
    }

    /// Presses keys, one after the other, wherever the focus is. Modifiers stay down to the end.
    pub fn press(&self, keys: &str) {
        let mut actions = Vec::new();
        for key in keys.chars() {
            actions.push(json!({"type": "keyDown", "value": key}));
            if key.to_string() != CONTROL {
                actions.push(json!({"type": "keyUp", "value": key}));
            }
        }
        if keys.starts_with(CONTROL) {
            actions.push(json!({"type": "keyUp", "value": CONTROL}));
        }
        let keyboard = json!({"type": "key", "id": "keyboard", "actions": actions});
        self.of_session("POST", "/actions", &json!({"actions": [keyboard]}));
    }

    /// Waits until a script returns something true, and gives that.
    pub fn wait_for(&self, script: &str) -> Value {
        let end = Instant::now() + Duration::from_secs(30);
        loop {
            let value = self.run(script);
            if !matches!(value, Value::Null | Value::Bool(false)) {
                return value;
            }
            assert!(Instant::now() < end, "waited in vain for {script}");
            std::thread::sleep(Duration::from_millis(30));
        }
    }

    /// Writes a picture of what is seen.
    pub fn picture(&self, path: &Path) {
        let picture = self.of_session("GET", "/screenshot", &Value::Null);
        let picture = BASE64_STANDARD.decode(picture.as_str().expect("a picture"));
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("it can be made");
        std::fs::write(path, picture.expect("base 64")).expect("it can be written");
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        if !self.session.is_empty() && !std::thread::panicking() {
            self.of_session("DELETE", "", &json!({}));
        }
        // It may have ended already.
        let _ = self.driver.kill();
        let _ = self.driver.wait();
    }
}
