//! A community server with the demo community, of the test's own.
//!
//! The import takes seconds, so it is done once into a template under target and copied; the template is made anew when
//! the server's program, the demo's files or the day have changed.

use std::{
    fs,
    net::SocketAddr,
    path::{Path, PathBuf},
    process::Command,
    time::SystemTime,
};

use anyhow::{Context, Result, bail};
use serde_json::Value;

use crate::{
    place,
    program::{Program, read_until},
    wire_cutter::Cable,
};

/// A running community server.
pub struct Community {
    /// Where it listens.
    pub address: SocketAddr,
    data: PathBuf,
    _server: Program,
}

/// A letter of the office, as `linli-server invite` prints it.
#[derive(Clone, Debug)]
pub struct Letter {
    /// Address to type.
    pub server: String,
    /// Code to type.
    pub code: String,
    /// Link to open or paste.
    pub link: String,
}

impl Community {
    /// Starts a server on a copy of the demo community in `folder`, with its log in `logs`.
    ///
    /// # Errors
    /// When the import fails or the server does not start.
    pub fn start(logs: &Path, folder: &Path) -> Result<Self> {
        Self::start_with(logs, folder, &[])
    }

    /// The same with further options.
    ///
    /// # Errors
    /// As of [`Community::start`].
    pub fn start_with(logs: &Path, folder: &Path, options: &[String]) -> Result<Self> {
        let data = folder.join("server");
        copy(&template()?, &data)?;
        Self::serve(logs, data, options)
    }

    /// Starts another community's server in `folder`: the demo's people and homes under another name, with `notices` notices.
    ///
    /// # Errors
    /// When the import fails or the server does not start.
    pub fn start_another(
        logs: &Path,
        folder: &Path,
        chinese: &str,
        english: &str,
        notices: u32,
    ) -> Result<Self> {
        let demo = place::root().join("assets/demo");
        let own = folder.join("import");
        fs::create_dir_all(own.join("notices"))?;
        for entry in fs::read_dir(&demo)? {
            let entry = entry?;
            if entry.file_type()?.is_file() {
                fs::copy(entry.path(), own.join(entry.file_name()))?;
            }
        }
        let about = fs::read_to_string(demo.join("community.toml"))?;
        let about = about.replace("sunshine-garden", "another").replace("阳光花园", chinese);
        fs::write(own.join("community.toml"), about.replace("Sunshine Garden", english))?;
        for day in 11..11 + notices {
            let notice = format!(
                "+++\ntitle = \"{chinese} {day}\"\ncategory = \"other\"\naudience = [\"community\"]\npublished = 2026-11-{day}T09:00:00\nauthor = \"P-0005\"\n+++\n\n{english}\n"
            );
            fs::write(own.join(format!("notices/2026-11-{day}-another.zh.md")), notice)?;
        }
        let data = folder.join("server");
        import(&own, &data)?;
        Self::serve(logs, data, &[])
    }

    fn serve(logs: &Path, data: PathBuf, options: &[String]) -> Result<Self> {
        let mut command = server();
        command.arg("serve").arg("--json").arg("--data").arg(&data).args([
            "--listen",
            "127.0.0.1:0",
            "--log",
            "info",
        ]);
        command.args(options);
        let (server, out) = Program::start(&mut command, &logs.join("server.log"))?;
        let address = read_until(out, |line| {
            serde_json::from_str::<Value>(line).ok()?.get("listening")?.as_str()?.parse().ok()
        })
        .context("linli-server serve")?;
        Ok(Self { address, data, _server: server })
    }

    /// A letter for the person with the office's code `person`, to be used over `cable`.
    ///
    /// # Errors
    /// When there is no such person.
    pub fn invite(&self, person: &str, cable: &Cable) -> Result<Letter> {
        let mut command = server();
        command.arg("invite").args(["--person", person, "--format", "json"]).arg("--data").arg(&self.data);
        command.args(["--public-url", &format!("http://{}", cable.address())]);
        let output = command.output()?;
        if !output.status.success() {
            bail!("linli-server invite: {}", String::from_utf8_lossy(&output.stderr));
        }
        let said: Value = serde_json::from_slice(&output.stdout)?;
        let field = |name: &str| said.get(name).and_then(Value::as_str).map(str::to_owned).context("invite");
        Ok(Letter { server: field("server")?, code: field("code")?, link: field("link")? })
    }

    /// A new cable to it.
    ///
    /// # Errors
    /// When no port is free.
    pub fn cable(&self) -> Result<Cable> {
        Cable::to(self.address)
    }
}

/// The server's program, deaf to settings that the developer's own environment has for another server.
fn server() -> Command {
    let mut command = Command::new(place::server());
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("LINLI_") {
            command.env_remove(name);
        }
    }
    command
}

fn template() -> Result<PathBuf> {
    let home = place::target().join("e2e-template");
    let made_from = made_from()?;
    let template = home.join(&made_from);
    if template.is_dir() {
        return Ok(template);
    }
    fs::create_dir_all(&home)?;
    for entry in fs::read_dir(&home)? {
        let name = entry?.file_name();
        // Of another day; one of today may be somebody else's who tests another program just now.
        if made_from.split('-').next() != name.to_string_lossy().split('-').next() {
            let _ = fs::remove_dir_all(home.join(name));
        }
    }
    // Moved into place when it is whole, so that nobody copies half of one.
    let making = tempfile::Builder::new().prefix(&format!("{made_from}-")).tempdir_in(&home)?;
    import(&place::root().join("assets/demo"), &making.path().join("data"))?;
    match fs::rename(making.path().join("data"), &template) {
        Err(error) if !template.is_dir() => Err(error.into()),
        _ => Ok(template),
    }
}

fn import(folder: &Path, data: &Path) -> Result<()> {
    let mut command = server();
    command.arg("import").arg(folder).args(["--dates-end-today", "--data"]).arg(data);
    let output = command.output().context("linli-server import")?;
    if !output.status.success() {
        bail!("linli-server import: {}", String::from_utf8_lossy(&output.stderr));
    }
    Ok(())
}

/// What the template depends on, as a name: the day, and when the newest file was changed.
fn made_from() -> Result<String> {
    let seconds = |time: SystemTime| time.duration_since(SystemTime::UNIX_EPOCH).map(|since| since.as_secs());
    let today = seconds(SystemTime::now())? / 86_400;
    let mut newest = fs::metadata(place::server()).context("linli-server is not built")?.modified()?;
    let mut folders = vec![place::root().join("assets/demo")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder)? {
            let entry = entry?;
            let metadata = entry.metadata()?;
            newest = newest.max(metadata.modified()?);
            if metadata.is_dir() {
                folders.push(entry.path());
            }
        }
    }
    Ok(format!("{today}-{}", seconds(newest)?))
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy(&entry.path(), &target)?;
        } else {
            fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}
