//! A headless Chromium, controlled by the `WebDriver` protocol.
//!
//! Source: <https://www.w3.org/TR/webdriver2/>, and for Chromium's extensions
//! <https://chromedevtools.github.io/devtools-protocol/>.

use std::io::{BufRead as _, BufReader};
use std::net::SocketAddr;
use std::process::{Child, Stdio};

use serde_json::{Value, json};
use tempfile::TempDir;
use testkit::Requirement;
use testkit::servers::Missing;

use crate::http;

/// Arguments of Chromium: no GPU, and no network requests besides those of the page.
const ARGUMENTS: [&str; 9] = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
];

/// Size and color scheme of a view.
#[derive(Debug, Clone, Copy)]
pub struct View {
    /// In CSS pixels.
    pub width: u32,
    /// In CSS pixels.
    pub height: u32,
    pub is_dark: bool,
}

pub const DESK: View = View { width: 1200, height: 800, is_dark: false };
pub const NIGHT: View = View { is_dark: true, ..DESK };
pub const PHONE: View = View { width: 360, height: 780, is_dark: false };

/// A browser with one page. It is closed when this is dropped.
pub struct Browser {
    driver: Child,
    address: SocketAddr,
    session: String,
    profile: TempDir,
}

impl Browser {
    /// Starts a browser.
    pub fn start() -> Result<Self, Missing> {
        let mut command = Requirement::Chromedriver.command()?;
        let mut driver =
            command.arg("--port=0").stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let mut lines = BufReader::new(driver.stdout.take().unwrap()).lines().map_while(Result::ok);
        let port = lines
            .find_map(|line| line.split_once("successfully on port ")?.1.trim_end_matches('.').parse().ok());
        std::thread::spawn(move || lines.for_each(drop));
        let address = SocketAddr::from(([127, 0, 0, 1], port.expect("chromedriver prints its port")));
        let profile = tempfile::tempdir().unwrap();
        let mut browser = Self { driver, address, session: String::new(), profile };
        let profile = format!("--user-data-dir={}", browser.profile.path().display());
        let arguments: Vec<_> = ARGUMENTS.into_iter().chain([profile.as_str()]).collect();
        let wanted =
            json!({ "goog:chromeOptions": { "args": arguments }, "goog:loggingPrefs": { "browser": "ALL" } });
        let session = browser.call("session", &json!({ "capabilities": { "alwaysMatch": wanted } }));
        session["sessionId"].as_str().unwrap().clone_into(&mut browser.session);
        Ok(browser)
    }

    /// Opens a page.
    pub fn open(&self, url: &str, view: View) {
        let View { width, height, is_dark } = view;
        // A window cannot be as narrow as a phone; its viewport can.
        let metrics = json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": false });
        self.chromium("Emulation.setDeviceMetricsOverride", &metrics);
        let scheme = if is_dark { "dark" } else { "light" };
        let features = json!([{ "name": "prefers-color-scheme", "value": scheme }]);
        self.chromium("Emulation.setEmulatedMedia", &json!({ "features": features }));
        self.command("url", &json!({ "url": url }));
    }

    /// Result of a function body on the page.
    pub fn evaluate(&self, body: &str) -> Value {
        self.command("execute/sync", &json!({ "script": body, "args": [] }))
    }

    /// Value that a function body passes to `done` on the page.
    pub fn evaluate_async(&self, body: &str) -> Value {
        let script = format!("const done = arguments[arguments.length - 1]; {body}");
        self.command("execute/async", &json!({ "script": script, "args": [] }))
    }

    /// Messages of the browser's console since the last call.
    pub fn console(&self) -> Vec<String> {
        let entries = self.command("se/log", &json!({ "type": "browser" }));
        entries.as_array().unwrap().iter().map(ToString::to_string).collect()
    }

    /// PNG of the whole page in Base64, or of its first `height` pixels.
    pub fn picture(&self, view: View, height: Option<u32>) -> String {
        let whole = self.evaluate("return Math.ceil(document.body.getBoundingClientRect().height)");
        let height = height.map_or(whole, Value::from);
        let clip = json!({ "x": 0, "y": 0, "width": view.width, "height": height, "scale": 1.5 });
        let parameters = json!({ "format": "png", "captureBeyondViewport": true, "clip": clip });
        self.chromium("Page.captureScreenshot", &parameters)["data"].as_str().unwrap().to_owned()
    }

    fn chromium(&self, command: &str, parameters: &Value) -> Value {
        self.command("goog/cdp/execute", &json!({ "cmd": command, "params": parameters }))
    }

    fn command(&self, name: &str, parameters: &Value) -> Value {
        self.call(&format!("session/{}/{name}", self.session), parameters)
    }

    fn call(&self, path: &str, body: &Value) -> Value {
        let headers = "Content-Type: application/json\r\n";
        let answer = http::send(self.address, &format!("POST /{path}"), headers, &body.to_string());
        assert_eq!(answer.status, 200, "{path}: {}", answer.body);
        serde_json::from_str::<Value>(&answer.body).unwrap()["value"].take()
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // The browser would outlive its driver.
        if !self.session.is_empty() {
            let _ = http::try_send(self.address, &format!("DELETE /session/{}", self.session), "", "");
        }
        let _ = self.driver.kill();
        let _ = self.driver.wait();
    }
}
