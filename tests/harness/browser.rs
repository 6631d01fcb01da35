//! Real Chromium, through WebDriver. Fails the test on any console error or warning that wasn't expected.

use fantoccini::actions::{InputSource as _, KeyAction, KeyActions};
use fantoccini::wd::{Capabilities, WebDriverCompatibleCommand};
use fantoccini::{Client, ClientBuilder, Locator};
use serde_json::{Value, json};
use std::net::TcpListener;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

/// Chromium's own log, which the WebDriver standard doesn't have.
#[derive(Debug)]
struct ConsoleLog;

/// A command of Chromium's own protocol, by its driver.
#[derive(Debug)]
struct DevTools(String, Value);

impl WebDriverCompatibleCommand for DevTools {
    fn endpoint(&self, base: &url::Url, session: Option<&str>) -> Result<url::Url, url::ParseError> {
        base.join(&format!("session/{}/goog/cdp/execute", session.unwrap_or_default()))
    }

    fn method_and_body(&self, _: &url::Url) -> (http::Method, Option<String>) {
        (http::Method::POST, Some(json!({"cmd": self.0, "params": self.1}).to_string()))
    }
}

impl WebDriverCompatibleCommand for ConsoleLog {
    fn endpoint(&self, base: &url::Url, session: Option<&str>) -> Result<url::Url, url::ParseError> {
        base.join(&format!("session/{}/se/log", session.unwrap_or_default()))
    }

    fn method_and_body(&self, _: &url::Url) -> (http::Method, Option<String>) {
        (http::Method::POST, Some(json!({"type": "browser"}).to_string()))
    }
}

/// One browser with an empty profile of its own.
pub struct Browser {
    driver: Child,
    runtime: tokio::runtime::Runtime,
    client: Client,
}

impl Browser {
    pub fn start() -> Self {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let driver = Command::new("chromedriver")
            .arg(format!("--port={port}"))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("chromedriver is installed by `cargo verify`");
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let arguments = [
            "--headless=new",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--no-first-run",
            "--disable-sync",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-dev-shm-usage",
        ];
        let mut capabilities = Capabilities::new();
        capabilities.insert("goog:chromeOptions".to_owned(), json!({"args": arguments}));
        capabilities.insert("goog:loggingPrefs".to_owned(), json!({"browser": "ALL"}));
        let address = format!("http://127.0.0.1:{port}");
        let client = crate::wait_for("Chromium", 30, || {
            runtime
                .block_on(
                    ClientBuilder::new(hyper_util::client::legacy::connect::HttpConnector::new())
                        .capabilities(capabilities.clone())
                        .connect(&address),
                )
                .ok()
        });
        Self { driver, runtime, client }
    }

    fn run<T>(&self, what: impl Future<Output = Result<T, fantoccini::error::CmdError>>) -> T {
        self.runtime.block_on(what).unwrap()
    }

    pub fn open(&self, address: &str) {
        self.run(self.client.goto(address));
    }

    pub fn address(&self) -> String {
        self.run(self.client.current_url()).to_string()
    }

    /// Waits until an element is there, in the page or (by `host >>> inner`) in a shadow root; gives its text.
    #[track_caller]
    pub fn text_of(&self, selector: &str) -> String {
        crate::wait_for(selector, 20, || {
            let found = self.script(&format!(
                "{FIND} const e = find({}); return e && (e.innerText || e.value || '');",
                json!(selector)
            ));
            found.as_str().map(str::to_owned).filter(|text| !text.trim().is_empty())
        })
    }

    /// Waits until an element's text holds some words.
    #[track_caller]
    pub fn wait_for_text(&self, selector: &str, words: &str) -> String {
        crate::wait_for(&format!("\"{words}\" in {selector}"), 40, || {
            let found = self.script(&format!(
                "{FIND} const e = find({}); return e && (e.innerText || e.value || '');",
                json!(selector)
            ));
            found.as_str().map(str::to_owned).filter(|text| text.contains(words))
        })
    }

    #[track_caller]
    pub fn click(&self, selector: &str) {
        let element = self.run(self.client.wait().at_most(Duration::from_secs(20)).for_element(Locator::Css(selector)));
        self.run(element.click());
    }

    #[track_caller]
    pub fn fill(&self, selector: &str, text: &str) {
        let element = self.run(self.client.wait().at_most(Duration::from_secs(20)).for_element(Locator::Css(selector)));
        self.run(element.clear());
        self.run(element.send_keys(text));
    }

    /// Presses keys where the focus is, one after the other: text, or those of the `keys` of WebDriver.
    pub fn press(&self, keys: &str) {
        let presses = keys.chars().fold(KeyActions::new("keyboard".to_owned()), |actions, value| {
            actions.then(KeyAction::Down { value }).then(KeyAction::Up { value })
        });
        self.run(self.client.perform_actions(presses));
    }

    /// A command of the `DevTools` protocol, such as `Emulation.setCPUThrottlingRate`.
    #[track_caller]
    pub fn devtools(&self, command: &str, parameters: &Value) -> Value {
        self.run(self.client.issue_cmd(DevTools(command.to_owned(), parameters.clone())))
    }

    /// What the window would look like at this size, in CSS pixels.
    pub fn resize(&self, width: u32, height: u32) {
        let size = json!({"width": width, "height": height, "deviceScaleFactor": 1, "mobile": false});
        self.devtools("Emulation.setDeviceMetricsOverride", &size);
    }

    /// The system's scheme of colours: `light` or `dark`.
    pub fn prefer(&self, scheme: &str) {
        let features = json!({"features": [{"name": "prefers-color-scheme", "value": scheme}]});
        self.devtools("Emulation.setEmulatedMedia", &features);
    }

    /// A photograph of the window, or of a part of it (`x`, `y`, `width`, `height`), as the bytes of a PNG.
    pub fn photo(&self, part: Option<[f64; 4]>) -> Vec<u8> {
        let clip =
            part.map(|[x, y, width, height]| json!({"x": x, "y": y, "width": width, "height": height, "scale": 1}));
        let wanted = match clip {
            Some(clip) => json!({"format": "png", "clip": clip, "captureBeyondViewport": true}),
            None => json!({"format": "png"}),
        };
        let shot = self.devtools("Page.captureScreenshot", &wanted);
        data_encoding::BASE64.decode(shot["data"].as_str().unwrap().as_bytes()).unwrap()
    }

    /// A script that ends later: it calls the last of its `arguments` with what it gives.
    pub fn script_that_ends(&self, script: &str) -> Value {
        self.run(self.client.execute_async(script, Vec::new()))
    }

    pub fn script(&self, script: &str) -> Value {
        self.run(self.client.execute(script, Vec::new()))
    }

    pub fn cookie(&self, name: &str) -> Option<String> {
        let cookies = self.run(self.client.get_all_cookies());
        cookies.into_iter().find(|cookie| cookie.name() == name).map(|cookie| cookie.value().to_owned())
    }

    pub fn forget_cookies(&self) {
        self.run(self.client.delete_all_cookies());
    }

    /// Fails the test if the console has an error or a warning.
    #[track_caller]
    pub fn expect_quiet_console(&self) {
        let loud = self.said();
        assert!(loud.is_empty(), "the console isn't quiet: {loud:#?}");
    }

    /// The console's errors and warnings since it was last asked.
    pub fn said(&self) -> Vec<String> {
        let log = self.run(self.client.issue_cmd(ConsoleLog));
        let loud = log.as_array().into_iter().flatten().filter(|entry| entry["level"] != "INFO");
        loud.map(|entry| format!("{}: {}", entry["level"], entry["message"])).collect()
    }
}

/// Finds `a >>> b`: `b` in the shadow root of `a`.
const FIND: &str = "const find = path => path.split('>>>').map(s => s.trim()).reduce(
    (root, part) => { const scope = root && (root.shadowRoot || root); return scope && scope.querySelector(part); }, document);";

impl Drop for Browser {
    fn drop(&mut self) {
        let _ = self.runtime.block_on(self.client.clone().close());
        let _ = self.driver.kill();
        let _ = self.driver.wait();
    }
}
