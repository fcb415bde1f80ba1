//! WebDriver, as much of it as a person can do. <https://www.w3.org/TR/webdriver2/>

use std::{fs, net::SocketAddr, path::Path, time::Duration};

use anyhow::{Context, Result, anyhow, bail};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::{Value, json};

use crate::http;

/// The key under which an element travels.
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";

/// A browser or window; it closes when this goes.
pub struct Session {
    driver: SocketAddr,
    path: String,
}

/// An element of the page.
#[derive(Clone, Debug)]
pub struct Element(String);

impl Session {
    pub(crate) fn open(driver: SocketAddr, capabilities: &Value) -> Result<Self> {
        let wish = json!({ "capabilities": { "alwaysMatch": capabilities } });
        let answer = request(driver, "POST", "/session", &wish).context("no session")?;
        let id = answer.get("sessionId").and_then(Value::as_str).context("a session without an id")?;
        Ok(Self { driver, path: format!("/session/{id}") })
    }

    fn get(&self, path: &str) -> Result<Value> {
        request(self.driver, "GET", &format!("{}{path}", self.path), &Value::Null)
    }

    fn post(&self, path: &str, body: &Value) -> Result<Value> {
        request(self.driver, "POST", &format!("{}{path}", self.path), body)
    }

    /// Sets how long an asynchronous script may take.
    ///
    /// # Errors
    /// As all here: what the driver said.
    pub fn set_script_timeout(&self, limit: Duration) -> Result<()> {
        let millis = u64::try_from(limit.as_millis())?;
        self.post("/timeouts", &json!({ "script": millis })).map(drop)
    }

    /// Opens an address.
    ///
    /// # Errors
    /// What the driver said.
    pub fn open_url(&self, url: &str) -> Result<()> {
        self.post("/url", &json!({ "url": url })).map(drop)
    }

    /// The windows that are open, this one and those that it opened.
    ///
    /// # Errors
    /// What the driver said.
    pub fn windows(&self) -> Result<Vec<String>> {
        let windows = self.get("/window/handles")?;
        let windows = windows.as_array().context("no windows")?;
        Ok(windows.iter().filter_map(|window| window.as_str().map(str::to_owned)).collect())
    }

    /// The address that is open.
    ///
    /// # Errors
    /// What the driver said.
    pub fn url(&self) -> Result<String> {
        text(self.get("/url")?)
    }

    /// Loads the page again.
    ///
    /// # Errors
    /// What the driver said.
    pub fn reload(&self) -> Result<()> {
        self.post("/refresh", &json!({})).map(drop)
    }

    /// Runs a script and returns what it returns.
    ///
    /// # Errors
    /// What the script threw.
    pub fn run(&self, script: &str, arguments: &[Value]) -> Result<Value> {
        self.post("/execute/sync", &json!({ "script": script, "args": arguments }))
    }

    /// Runs a script that calls its last argument when it is done.
    ///
    /// # Errors
    /// What the script threw, or that it was not done in time.
    pub fn run_async(&self, script: &str, arguments: &[Value]) -> Result<Value> {
        self.post("/execute/async", &json!({ "script": script, "args": arguments }))
    }

    /// The first element that `css` selects.
    ///
    /// # Errors
    /// When there is none.
    pub fn find(&self, css: &str) -> Result<Element> {
        let found = self.post("/element", &json!({ "using": "css selector", "value": css }))?;
        let id = found.get(ELEMENT).and_then(Value::as_str).context("an element without an id")?;
        Ok(Element(id.to_owned()))
    }

    /// Presses an element with the pointer.
    ///
    /// # Errors
    /// When it cannot be pressed, as when something lies over it.
    pub fn click(&self, element: &Element) -> Result<()> {
        self.post(&format!("/element/{}/click", element.0), &json!({})).map(drop)
    }

    /// Types into an element.
    ///
    /// # Errors
    /// When it takes no text.
    pub fn type_into(&self, element: &Element, keys: &str) -> Result<()> {
        self.post(&format!("/element/{}/value", element.0), &json!({ "text": keys })).map(drop)
    }

    /// Presses keys one after the other, wherever the focus is; `held` stay down meanwhile.
    ///
    /// # Errors
    /// What the driver said.
    pub fn press(&self, held: &[char], keys: &str) -> Result<()> {
        let down = |key: char| json!({ "type": "keyDown", "value": key });
        let up = |key: char| json!({ "type": "keyUp", "value": key });
        let mut actions: Vec<Value> = held.iter().copied().map(down).collect();
        actions.extend(keys.chars().flat_map(|key| [down(key), up(key)]));
        actions.extend(held.iter().rev().copied().map(up));
        self.post(
            "/actions",
            &json!({ "actions": [{ "type": "key", "id": "keyboard", "actions": actions }] }),
        )
        .map(drop)
    }

    /// The page's source as it is now.
    ///
    /// # Errors
    /// What the driver said.
    pub fn source(&self) -> Result<String> {
        text(self.get("/source")?)
    }

    /// Writes a picture of the window.
    ///
    /// # Errors
    /// What the driver said, or when the file cannot be written.
    pub fn picture(&self, file: &Path) -> Result<()> {
        Ok(fs::write(file, decoded(&text(self.get("/screenshot")?)?)?)?)
    }

    /// Sets the size of the window, with its frame.
    ///
    /// # Errors
    /// What the driver said.
    pub fn set_window_size(&self, width: u32, height: u32) -> Result<()> {
        self.post("/window/rect", &json!({ "width": width, "height": height })).map(drop)
    }

    /// Chromium only: what the page wrote to its console since the last time.
    ///
    /// # Errors
    /// What the driver said.
    pub fn console(&self) -> Result<Vec<String>> {
        let lines = self.post("/se/log", &json!({ "type": "browser" }))?;
        let line = |line: &Value| {
            let part = |name: &str| line.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
            format!("{} {}", part("level"), part("message"))
        };
        Ok(lines.as_array().map(|lines| lines.iter().map(line).collect()).unwrap_or_default())
    }

    /// Chromium only: a command of its developer tools.
    ///
    /// # Errors
    /// What the driver said.
    pub fn devtools(&self, command: &str, parameters: &Value) -> Result<Value> {
        self.post("/goog/cdp/execute", &json!({ "cmd": command, "params": parameters }))
    }

    /// Chromium only: a picture of the whole page, however long, up to `most` pixels high.
    ///
    /// # Errors
    /// What the driver said, or when the file cannot be written.
    pub fn long_picture(&self, file: &Path, width: u32, most: u32) -> Result<()> {
        // What scrolls is a part of the page: the window is made as high as all of it needs, for the picture only.
        let needed = "const parts = [document.documentElement, ...document.querySelectorAll('.l-main, .l-split__list, .l-split__detail, .l-frame')];
            return innerHeight + Math.max(0, ...parts.map(part => part.scrollHeight - part.clientHeight))";
        let height = self.run(needed, &[])?.as_u64().unwrap_or(1).min(most.into());
        let metrics = json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": false });
        self.devtools("Emulation.setDeviceMetricsOverride", &metrics)?;
        let frames = "let left = 6;
            return new Promise(done => { const next = () => left-- ? requestAnimationFrame(next) : done(); next() })";
        self.run(frames, &[])?;
        let clip = json!({ "x": 0, "y": 0, "width": width, "height": height, "scale": 1 });
        let parameters = json!({ "format": "png", "clip": clip });
        let picture = self.devtools("Page.captureScreenshot", &parameters);
        self.devtools("Emulation.clearDeviceMetricsOverride", &json!({}))?;
        let picture = picture?;
        let data = picture.get("data").and_then(Value::as_str).context("a picture without data")?;
        Ok(fs::write(file, decoded(data)?)?)
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        // The driver may be gone already, and the browser with it.
        let _ = request(self.driver, "DELETE", &self.path, &Value::Null);
    }
}

fn decoded(picture: &str) -> Result<Vec<u8>> {
    STANDARD.decode(picture).map_err(|error| anyhow!("no picture: {error}"))
}

fn text(value: Value) -> Result<String> {
    value.as_str().map(str::to_owned).with_context(|| format!("no text: {value}"))
}

fn request(driver: SocketAddr, method: &str, path: &str, body: &Value) -> Result<Value> {
    let body = if body.is_null() { String::new() } else { body.to_string() };
    let (status, answer) = http::send(driver, method, path, &[], &body)?;
    let mut answer: Value = serde_json::from_str(&answer).with_context(|| format!("no JSON: {answer}"))?;
    let value = answer.get_mut("value").map(Value::take).unwrap_or_default();
    if status != 200 {
        let part = |name: &str| value.get(name).and_then(Value::as_str).unwrap_or_default();
        bail!("{}: {}", part("error"), part("message"));
    }
    Ok(value)
}
