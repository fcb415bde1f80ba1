//! One device: a `linli-host` with a folder of its own, and its core's commands, typed.

use std::{
    net::SocketAddr,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result, anyhow};
use linli_wire::{WireError, command, join::JoinWith};
use serde_json::Value;

use crate::{
    community::Letter,
    disk::{Disk, SmallDisk, on_disk},
    http, place,
    program::{Program, read_until},
};

/// How the device keeps what it receives.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Keys {
    /// In memory: no key store is asked.
    KeepNothing,
    /// Asked for one, the system says there is none.
    NoKeyStore,
    /// The session's key store.
    KeyStore,
}

/// A running device.
pub struct Host {
    address: SocketAddr,
    token: String,
    data: PathBuf,
    log: PathBuf,
    program: Program,
}

/// What a device is started with.
#[derive(Clone, Debug)]
pub struct Setup {
    /// Folder of its own, made when missing.
    pub folder: PathBuf,
    /// How it keeps what it receives.
    pub keys: Keys,
    /// The file with the demo's people.
    pub demo: Option<PathBuf>,
    /// Address of the session bus where its key store is; none for no bus at all.
    pub bus: Option<String>,
    /// Home of the system's user, where it is not the folder.
    pub home: Option<PathBuf>,
    /// A disk of its own for what it keeps; none for this machine's.
    pub disk: Option<Disk>,
}

impl Setup {
    /// A device of a usual person.
    pub fn new(folder: PathBuf, keys: Keys) -> Self {
        Self { folder, keys, demo: None, bus: None, home: None, disk: None }
    }
}

impl Host {
    /// Starts a device.
    ///
    /// # Errors
    /// When the program ends before it is ready.
    pub fn start(setup: &Setup, log: &Path) -> Result<Self> {
        std::fs::create_dir_all(&setup.folder)?;
        let mut command = Command::new(place::host());
        command.arg("--face").arg(place::face()).env("LINLI_LOG", "info");
        own_folders(&mut command, &setup.folder, setup.bus.as_deref());
        if let Some(home) = &setup.home {
            std::fs::create_dir_all(home)?;
            command.env("HOME", home);
        }
        match setup.keys {
            Keys::KeepNothing => drop(command.arg("--keep-nothing").arg("--no-key-store")),
            Keys::NoKeyStore => drop(command.arg("--no-key-store")),
            Keys::KeyStore => {}
        }
        match &setup.demo {
            Some(people) => command.env("LINLI_DEMO", people),
            None => command.env_remove("LINLI_DEMO"),
        };
        let data = setup.folder.join("linli");
        if let Some(disk) = setup.disk {
            command = on_disk(&command, &data, disk);
        }
        let (program, out) = Program::start(&mut command, log)?;
        let url = read_until(out, |line| {
            Some(serde_json::from_str::<Value>(line).ok()?.get("url")?.as_str()?.to_owned())
        })
        .context("linli-host")?;
        let (address, token) = url
            .strip_prefix("http://")
            .and_then(|rest| rest.split_once("/#token="))
            .with_context(|| format!("not an address of a host: {url}"))?;
        Ok(Self { address: address.parse()?, token: token.to_owned(), data, log: log.to_path_buf(), program })
    }

    /// Ends it properly, so that everything it keeps stands in its databases.
    ///
    /// # Errors
    /// When it ends badly.
    pub fn close(self) -> Result<()> {
        self.program.interrupt()
    }

    /// How many notifications the system has shown for it, as its log says.
    ///
    /// # Errors
    /// When the log cannot be read.
    pub fn notifications(&self) -> Result<usize> {
        let log = std::fs::read_to_string(&self.log)?;
        Ok(log.lines().filter(|line| line.contains(" notification ")).count())
    }

    /// The small disk it was started on.
    pub fn disk(&self) -> SmallDisk {
        SmallDisk::of(self.program.id(), &self.data)
    }

    /// The address to open, at `path`, with its token.
    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}#token={}", self.address, self.token)
    }

    /// Runs a command of the core.
    ///
    /// # Errors
    /// The command's own, inside; outside, when the host does not answer.
    pub fn ask<C: command::Command>(&self, request: &C::Request) -> Result<Result<C::Reply, WireError>> {
        let request = serde_json::to_string(request)?;
        let path = format!("/rpc/{}", C::NAME);
        let (status, body) =
            http::send(self.address, "POST", &path, &[("Linli-Token", &self.token)], &request)?;
        Ok(if status == 200 { Ok(serde_json::from_str(&body)?) } else { Err(serde_json::from_str(&body)?) })
    }

    /// Runs a command of the core that must succeed.
    ///
    /// # Errors
    /// When it does not.
    pub fn call<C: command::Command>(&self, request: &C::Request) -> Result<C::Reply> {
        self.ask::<C>(request)?
            .map_err(|error| anyhow!("{}: {} {}", C::NAME, error.code.as_str(), error.message))
    }

    /// Joins with a letter, past the screens for it.
    ///
    /// # Errors
    /// When the letter is refused.
    pub fn join(&self, letter: &Letter) -> Result<command::Me> {
        self.call::<command::Join>(&JoinWith::Link { text: letter.link.clone() })
    }
}

/// Lets a program neither see nor touch what belongs to the person whose machine this is.
pub fn own_folders(command: &mut Command, folder: &Path, bus: Option<&str>) {
    command
        .env("HOME", folder)
        .env("LINLI_DATA", folder.join("linli"))
        .env("XDG_DATA_HOME", folder.join("data"))
        .env("XDG_CONFIG_HOME", folder.join("config"))
        .env("XDG_CACHE_HOME", folder.join("cache"))
        .env("XDG_STATE_HOME", folder.join("state"));
    match bus {
        Some(address) => command.env("DBUS_SESSION_BUS_ADDRESS", address),
        // With neither, D-Bus would start a bus of its own.
        None => command.env("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent"),
    };
}
