//! A session bus of the test's own, with or without a key store on it, in every state a key store can be in.
//!
//! The bus starts nothing by itself, so that "no key store" means none.

use std::{
    fs,
    io::Write,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail};

use crate::program::{Program, mortal, read_until};

const PASSWORD: &str = "correct horse";

/// A session bus.
pub struct Bus {
    /// For `DBUS_SESSION_BUS_ADDRESS`.
    pub address: String,
    folder: PathBuf,
    log: PathBuf,
    _daemon: Program,
}

/// A key store on a bus; it ends when this goes, and its file stays.
pub struct KeyStore(Child);

impl Bus {
    /// A bus whose key store keeps its file in `folder`.
    ///
    /// # Errors
    /// When dbus-daemon does not start.
    pub fn start(folder: &Path, logs: &Path) -> Result<Self> {
        fs::create_dir_all(folder)?;
        let config = folder.join("bus.conf");
        let socket = folder.display();
        fs::write(
            &config,
            format!(
                "<busconfig><type>session</type><listen>unix:dir={socket}</listen><auth>EXTERNAL</auth>
                 <policy context=\"default\"><allow send_destination=\"*\" eavesdrop=\"true\"/><allow eavesdrop=\"true\"/>
                 <allow own=\"*\"/></policy></busconfig>"
            ),
        )?;
        let log = logs.join("bus.log");
        let mut command = Command::new("dbus-daemon");
        command.arg(format!("--config-file={}", config.display())).args(["--nofork", "--print-address=1"]);
        let (daemon, out) = Program::start(&mut command, &log)?;
        let address = read_until(out, |line| line.starts_with("unix:").then(|| line.trim().to_owned()))?;
        Ok(Self { address, folder: folder.to_path_buf(), log, _daemon: daemon })
    }

    /// A key store that answers without asking.
    ///
    /// # Errors
    /// When gnome-keyring does not start.
    pub fn unlocked_key_store(&self) -> Result<KeyStore> {
        self.key_store(Some(PASSWORD))
    }

    /// The same, locked: it would ask for a password, and nobody is there to ask.
    ///
    /// # Errors
    /// When gnome-keyring does not start.
    pub fn locked_key_store(&self) -> Result<KeyStore> {
        self.key_store(None)
    }

    fn key_store(&self, password: Option<&str>) -> Result<KeyStore> {
        const PATIENCE: Duration = Duration::from_secs(20);
        let runtime = self.folder.join("runtime");
        fs::create_dir_all(&runtime)?;
        let errors = fs::File::options().create(true).append(true).open(&self.log)?;
        let mut daemon = Command::new("gnome-keyring-daemon");
        daemon.args(["--foreground", "--components=secrets"]).arg("--control-directory").arg(&runtime);
        if password.is_some() {
            daemon.arg("--unlock");
        }
        let mut command = mortal(&daemon);
        command
            .env("HOME", &self.folder)
            .env("XDG_DATA_HOME", self.folder.join("data"))
            .env("XDG_RUNTIME_DIR", &runtime)
            .env("DBUS_SESSION_BUS_ADDRESS", &self.address)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(errors);
        let mut child = command.spawn().context("gnome-keyring-daemon could not be started")?;
        let mut stdin = child.stdin.take().context("it has no input")?;
        stdin.write_all(password.unwrap_or_default().as_bytes())?;
        drop(stdin);
        let mut store = KeyStore(child);
        let started = Instant::now();
        while !self.has_key_store()? {
            if store.0.try_wait()?.is_some() || started.elapsed() > PATIENCE {
                bail!("gnome-keyring-daemon did not get ready; see {}", self.log.display());
            }
        }
        Ok(store)
    }

    fn has_key_store(&self) -> Result<bool> {
        let output = Command::new("dbus-send")
            .arg(format!("--bus={}", self.address))
            .args(["--print-reply=literal", "--dest=org.freedesktop.DBus", "/org/freedesktop/DBus"])
            .args(["org.freedesktop.DBus.NameHasOwner", "string:org.freedesktop.secrets"])
            .output()
            .context("dbus-send")?;
        Ok(String::from_utf8_lossy(&output.stdout).contains("true"))
    }

    /// Throws away everything the key store kept, as a reinstalled system does. It must not be running.
    ///
    /// # Errors
    /// When there was nothing.
    pub fn wipe(&self) -> Result<()> {
        Ok(fs::remove_dir_all(self.folder.join("data/keyrings"))?)
    }
}

impl KeyStore {
    /// Lets it answer nothing any more, as a broken one does, or go on where it stopped.
    ///
    /// # Errors
    /// When it has ended.
    pub fn hang(&self, hangs: bool) -> Result<()> {
        let signal = if hangs { "STOP" } else { "CONT" };
        let said = Command::new("sh").args(["-c", &format!("kill -{signal} {}", self.0.id())]).status()?;
        if !said.success() {
            bail!("gnome-keyring-daemon has ended");
        }
        Ok(())
    }
}

impl Drop for KeyStore {
    fn drop(&mut self) {
        // Gone already is fine.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
