//! The two drivers: Chromium's for the face in a browser, WebKit's for the app's own window.

use std::{
    net::SocketAddr,
    path::Path,
    process::Command,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};

use crate::{
    http, place,
    program::{Program, free_address, mortal_program, read_until},
    session::Session,
};

/// A running driver.
pub struct Driver {
    address: SocketAddr,
    _program: Program,
}

impl Driver {
    /// Chromium's.
    ///
    /// # Errors
    /// When it is not installed or does not start.
    pub fn chromium(log: &Path) -> Result<Self> {
        let mut command = Command::new(place::chromedriver());
        // Its browsers look for a session bus that nobody here answers on.
        let port = free_address()?.port();
        command.arg(format!("--port={port}")).env_remove("DBUS_SESSION_BUS_ADDRESS");
        let (program, out) = Program::start(&mut command, log)?;
        let port: u16 = read_until(out, |line| {
            line.split("started successfully on port ").nth(1)?.trim().trim_end_matches('.').parse().ok()
        })
        .context("chromedriver")?;
        Ok(Self { address: ([127, 0, 0, 1], port).into(), _program: program })
    }

    /// WebKit's. `prepare` says in which session the app shall run.
    ///
    /// # Errors
    /// When it is not installed or does not start.
    pub fn webkit(log: &Path, prepare: impl FnOnce(&mut Command)) -> Result<Self> {
        let mut command = Command::new(place::webkitdriver());
        prepare(&mut command);
        Self::webkit_by(command, log)
    }

    /// WebKit's, started by a command that hands its last arguments on to it.
    ///
    /// # Errors
    /// When it does not start.
    pub fn webkit_by(mut command: Command, log: &Path) -> Result<Self> {
        const PATIENCE: Duration = Duration::from_secs(20);
        let address = free_address()?;
        command.args(["-p", &address.port().to_string(), "--host=127.0.0.1"]);
        let (mut program, _) = Program::start(&mut command, log)?;
        let started = Instant::now();
        // It says nothing when it is ready; only its status does.
        while !is_ready(address) {
            if !program.runs() || started.elapsed() > PATIENCE {
                bail!("WebKitWebDriver did not get ready; see {}", log.display());
            }
            std::thread::yield_now();
        }
        Ok(Self { address, _program: program })
    }

    /// A headless Chromium that remembers nothing and speaks to nobody by itself.
    ///
    /// # Errors
    /// When it does not start.
    pub fn open_chromium(&self, profile: &Path, language: &str) -> Result<Session> {
        // A driver that is killed would leave its browser behind.
        let browser = mortal_program(&place::chromium(), &profile.with_extension("program"))?;
        let profile = format!("--user-data-dir={}", profile.display());
        let language = format!("--lang={language}");
        let arguments = json!([
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--disable-dev-shm-usage",
            // A microphone that beeps, and that everybody has allowed.
            "--use-fake-device-for-media-stream",
            "--use-fake-ui-for-media-stream",
            "--hide-scrollbars",
            "--window-size=1280,900",
            language,
            profile,
        ]);
        Session::open(
            self.address,
            &json!({
                "goog:chromeOptions": { "binary": browser, "args": arguments },
                "goog:loggingPrefs": { "browser": "ALL" },
            }),
        )
    }

    /// The app's own window, started with `arguments`, by a program of its own in `folder`.
    ///
    /// # Errors
    /// When it does not start.
    pub fn open_app(&self, folder: &Path, arguments: &[&str]) -> Result<Session> {
        self.open_program(&mortal_program(&place::app(), folder)?, arguments)
    }

    /// The window of a program that starts the app.
    ///
    /// # Errors
    /// When it does not start.
    pub fn open_program(&self, program: &Path, arguments: &[&str]) -> Result<Session> {
        let capabilities: Value =
            json!({ "webkitgtk:browserOptions": { "binary": program, "args": arguments } });
        Session::open(self.address, &capabilities)
    }
}

fn is_ready(address: SocketAddr) -> bool {
    let Ok((200, status)) = http::send(address, "GET", "/status", &[], "") else { return false };
    serde_json::from_str::<Value>(&status)
        .is_ok_and(|status| status.pointer("/value/ready") == Some(&Value::Bool(true)))
}
