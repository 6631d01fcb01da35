//! Real Firefox, through WebDriver `BiDi`, which it speaks by itself. Fails the test on any console error or warning that
//! wasn't expected.

use serde_json::{Value, json};
use std::cell::{Cell, RefCell};
use std::io::{BufRead as _, BufReader};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;
use tungstenite::{Message, WebSocket};

/// No page of its own, no question to anyone, and the clipboard without a hand that confirms.
const PREFERENCES: &str = r#"
user_pref("app.update.enabled", false);
user_pref("browser.aboutwelcome.enabled", false);
user_pref("browser.shell.checkDefaultBrowser", false);
user_pref("browser.startup.homepage_override.mstone", "ignore");
user_pref("browser.startup.page", 0);
user_pref("datareporting.policy.dataSubmissionEnabled", false);
user_pref("dom.events.testing.asyncClipboard", true);
user_pref("extensions.update.enabled", false);
user_pref("media.gmp-manager.updateEnabled", false);
user_pref("network.captive-portal-service.enabled", false);
user_pref("network.connectivity-service.enabled", false);
user_pref("services.settings.server", "data:,");
user_pref("toolkit.telemetry.enabled", false);
"#;

/// One Firefox with an empty profile in this folder.
pub struct Firefox {
    child: Child,
    socket: RefCell<WebSocket<TcpStream>>,
    next: Cell<u64>,
    context: String,
    said: RefCell<Vec<String>>,
    profile: PathBuf,
}

impl Firefox {
    pub fn start(folder: &Path) -> Self {
        let profile = folder.join("firefox");
        std::fs::create_dir_all(&profile).unwrap();
        std::fs::write(profile.join("user.js"), PREFERENCES).unwrap();
        let mut child = Command::new("firefox-esr")
            .args(["--headless", "--no-remote", "--remote-debugging-port=0", "--profile"])
            .arg(&profile)
            .env("HOME", &profile)
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .expect("firefox-esr is installed by `cargo verify`");
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines().map_while(Result::ok);
        let port = lines
            .find_map(|line| line.split_once("listening on ws://127.0.0.1:")?.1.trim().parse::<u16>().ok())
            .expect("Firefox says where it listens");
        // What it says from now on must go somewhere.
        std::thread::spawn(move || lines.for_each(drop));
        let stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
        stream.set_read_timeout(Some(Duration::from_mins(1))).unwrap();
        let address = format!("ws://127.0.0.1:{port}/session");
        let (socket, _) = tungstenite::client(address, stream).unwrap();
        let mut firefox = Self {
            child,
            socket: RefCell::new(socket),
            next: Cell::new(1),
            context: String::new(),
            said: RefCell::default(),
            profile,
        };
        firefox.call("session.new", &json!({"capabilities": {}}));
        firefox.call("session.subscribe", &json!({"events": ["log.entryAdded"]}));
        // In front: a window in the background has no focus, and keys press nothing there.
        let made = firefox.call("browsingContext.create", &json!({"type": "window", "background": false}));
        made["context"].as_str().unwrap().clone_into(&mut firefox.context);
        firefox
    }

    /// Asks, and takes note of what is said until the answer comes.
    #[track_caller]
    fn call(&self, method: &str, parameters: &Value) -> Value {
        let id = self.next.replace(self.next.get() + 1);
        let asked = json!({"id": id, "method": method, "params": parameters}).to_string();
        let mut socket = self.socket.borrow_mut();
        socket.send(Message::text(asked)).unwrap();
        loop {
            let Message::Text(text) = socket.read().unwrap() else { continue };
            let mut told: Value = serde_json::from_str(&text).unwrap();
            if told["id"] == id {
                assert_eq!(told["type"], "success", "{method}: {told}");
                return told["result"].take();
            }
            let (entry, level) = (&told["params"], told["params"]["level"].as_str().unwrap_or_default());
            if told["method"] == "log.entryAdded" && matches!(level, "warn" | "error") {
                self.said.borrow_mut().push(format!("{level}: {}", entry["text"]));
            }
        }
    }

    pub fn open(&self, address: &str) {
        self.call("browsingContext.navigate", &json!({"context": self.context, "url": address, "wait": "complete"}));
    }

    /// What the body of a function returns, or what the promise that it returns ends with.
    #[track_caller]
    pub fn script(&self, body: &str) -> Value {
        let expression = format!("(async () => JSON.stringify((await (async () => {{ {body} }})()) ?? null))()");
        let asked = json!({"expression": expression, "target": {"context": self.context}, "awaitPromise": true, "userActivation": true});
        let told = self.call("script.evaluate", &asked);
        assert_eq!(told["type"], "success", "{told}");
        serde_json::from_str(told["result"]["value"].as_str().unwrap()).unwrap()
    }

    /// How large the page's window is, in pixels.
    pub fn resize(&self, width: u32, height: u32) {
        let viewport = json!({"width": width, "height": height});
        self.call("browsingContext.setViewport", &json!({"context": self.context, "viewport": viewport}));
    }

    /// What the body of a function returns, a text, a number or a boolean, beside the page's own world: nothing that the
    /// page did to its globals is in the way.
    #[track_caller]
    pub fn evaluate(&self, body: &str) -> Value {
        let target = json!({"context": self.context, "sandbox": "tests"});
        let asked = json!({"expression": format!("(() => {{ {body} }})()"), "target": target, "awaitPromise": false});
        let told = self.call("script.evaluate", &asked);
        assert_eq!(told["type"], "success", "{told}");
        told["result"]["value"].clone()
    }

    /// What was warned of, or failed, since this was asked last.
    pub fn said(&self) -> Vec<String> {
        // What was said before the answer has come before it.
        self.evaluate("return 1");
        self.said.take()
    }

    /// Presses keys where the focus is, one after the other.
    pub fn press(&self, keys: &str) {
        let presses: Vec<Value> = keys
            .chars()
            .flat_map(|key| ["keyDown", "keyUp"].map(|what| json!({"type": what, "value": key.to_string()})))
            .collect();
        let keyboard = json!([{"type": "key", "id": "keyboard", "actions": presses}]);
        self.call("input.performActions", &json!({"context": self.context, "actions": keyboard}));
    }

    /// Fails the test if the console has an error or a warning.
    #[track_caller]
    pub fn expect_quiet_console(&self) {
        let said = self.said();
        assert!(said.is_empty(), "the console isn't quiet: {said:#?}");
    }
}

impl Drop for Firefox {
    fn drop(&mut self) {
        let _ = self.socket.get_mut().send(Message::text(r#"{"id":0,"method":"browser.close","params":{}}"#));
        for _ in 0..200 {
            if matches!(self.child.try_wait(), Ok(Some(_)) | Err(_)) {
                break;
            }
            std::thread::park_timeout(Duration::from_millis(20));
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
        let _ = std::fs::remove_dir_all(&self.profile);
    }
}
