//! One package of a suite that this machine does not follow, fetched by apt itself.
//!
//! apt gets a private source list and private folders, so nothing of the machine's own set-up changes and no rights
//! are needed, while its proxies, signatures and checksums apply as always. The addresses are those apt already uses.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::program;

// The small suites first: an index of backports is a thirtieth of a whole suite's.
const SUITES: [&str; 6] =
    ["trixie-backports", "bookworm-backports", "forky-backports", "trixie", "forky", "sid"];

/// Downloads the first of `packages` that some suite has in `version` (any revision of the distribution) and returns
/// the file in `folder`.
pub(crate) fn download(packages: &[String], version: &str, folder: &Path) -> Result<PathBuf> {
    if program::find("apt-get").is_none() {
        bail!(
            "There is no apt on this machine; install the wasm32-unknown-unknown target of rustc {version}"
        );
    }
    let folder = folder.canonicalize()?;
    for mirror in mirrors()? {
        for suite in own_suites()?.iter().map(String::as_str).chain(SUITES) {
            let apt = Apt::new(&folder, &mirror, suite)?;
            if program::text(apt.get().arg("update")).is_err() {
                continue; // the mirror does not carry this suite
            }
            for package in packages {
                if let Some(exact) = apt.version(package, version) {
                    println!("  {package} {exact} from {suite}");
                    return apt.fetch(package, &exact);
                }
            }
        }
    }
    bail!("No suite of apt's mirrors has {} in version {version}", packages.join(" or "))
}

/// The mirrors of apt's own configuration, whichever of its two formats it is written in.
fn mirrors() -> Result<Vec<String>> {
    targets("$(REPO_URI) $(COMPONENT)").map(|found| {
        found.iter().filter_map(|line| line.strip_suffix(" main")).map(str::to_owned).collect::<Vec<_>>()
    })
}

/// The suites of apt's own configuration and their backports.
fn own_suites() -> Result<Vec<String>> {
    let followed = targets("$(RELEASE)")?;
    Ok(followed
        .iter()
        .filter(|suite| !suite.contains('-'))
        .map(|suite| format!("{suite}-backports"))
        .collect())
}

fn targets(format: &str) -> Result<Vec<String>> {
    let mut apt = Command::new("apt-get");
    let said = program::text(apt.args(["indextargets", "--format", format, "Identifier: Packages"]))?;
    let mut lines = Vec::new();
    for line in said.lines() {
        if !lines.iter().any(|known| known == line) {
            lines.push(line.to_owned());
        }
    }
    Ok(lines)
}

/// apt with one source and folders of its own.
struct Apt {
    folder: PathBuf,
    list: PathBuf,
}

impl Apt {
    fn new(folder: &Path, mirror: &str, suite: &str) -> Result<Self> {
        const KEYRING: &str = "/usr/share/keyrings/debian-archive-keyring.gpg";
        // Newer suites are signed with keys that the machine's own source entries need not name.
        let keys =
            if Path::new(KEYRING).is_file() { format!(" [signed-by={KEYRING}]") } else { String::new() };
        let list = folder.join("sources.list");
        for part in ["lists/partial", "cache/archives/partial"] {
            fs::create_dir_all(folder.join(part))?;
        }
        fs::write(&list, format!("deb{keys} {mirror} {suite} main\n"))?;
        Ok(Self { folder: folder.to_path_buf(), list })
    }

    fn get(&self) -> Command {
        self.configured("apt-get")
    }

    fn configured(&self, name: &str) -> Command {
        let mut command = Command::new(name);
        let folder = self.folder.display();
        for option in [
            format!("Dir::Etc::SourceList={}", self.list.display()),
            "Dir::Etc::SourceParts=/dev/null".to_owned(),
            format!("Dir::State::Lists={folder}/lists"),
            format!("Dir::Cache={folder}/cache"),
            "Acquire::Languages=none".to_owned(),
            "Acquire::IndexTargets::deb::DEP-11::DefaultEnabled=false".to_owned(),
            "Acquire::IndexTargets::deb::Contents-deb::DefaultEnabled=false".to_owned(),
            "APT::Sandbox::User=root".to_owned(),
        ] {
            command.args(["-o", &option]);
        }
        command.current_dir(&self.folder);
        command
    }

    /// The distribution's full version of `package` that is upstream's `version`, if this suite has it.
    fn version(&self, package: &str, version: &str) -> Option<String> {
        let said = program::text(self.configured("apt-cache").args(["madison", package])).ok()?;
        said.lines().filter_map(|line| line.split('|').nth(1)).map(str::trim).find_map(|found| {
            let rest = found.strip_prefix(version)?;
            (rest.is_empty() || rest.starts_with(['+', '-', '~'])).then(|| found.to_owned())
        })
    }

    fn fetch(&self, package: &str, version: &str) -> Result<PathBuf> {
        program::text(self.get().arg("download").arg(format!("{package}={version}")))?;
        let mut files = fs::read_dir(&self.folder)?.flatten().map(|entry| entry.path());
        files
            .find(|path| path.extension().is_some_and(|end| end == "deb"))
            .context("apt downloaded no package")
    }
}
