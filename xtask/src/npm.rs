//! Single packages of npm, each in a folder of its own under target, with the checksum that `npm ci` enforces.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use anyhow::Result;

use crate::step::step;
use crate::{place, program};

/// A package without dependencies.
pub(crate) struct NpmPackage {
    pub(crate) name: &'static str,
    pub(crate) version: &'static str,
    /// As `npm view NAME@VERSION dist.integrity` says it.
    pub(crate) integrity: &'static str,
    pub(crate) why: &'static str,
}

/// Fetches the package if it is not there yet and returns its folder.
pub(crate) fn fetch(package: &NpmPackage) -> Result<PathBuf> {
    let NpmPackage { name, version, why, .. } = package;
    // Deep enough that tauri-cli, which looks for a package.json near the root, does not take this one for ours.
    let folder = place::target().join("tools/npm").join(name).join(version);
    let content = folder.join("node_modules").join(name);
    let (done, lock) = (folder.join("installed"), lock(package));
    if fs::read_to_string(&done).is_ok_and(|installed| installed == lock) && content.is_dir() {
        return Ok(content);
    }
    step(&format!("fetching {name} {version} from npm: {why}"), || {
        fs::create_dir_all(&folder)?;
        let manifest =
            format!(r#"{{ "name": "tool", "private": true, "dependencies": {{ "{name}": "{version}" }} }}"#);
        fs::write(folder.join("package.json"), manifest)?;
        fs::write(folder.join("package-lock.json"), &lock)?;
        let mut npm = Command::new(if cfg!(windows) { "npm.cmd" } else { "npm" });
        npm.args(["ci", "--no-audit", "--no-fund", "--ignore-scripts"]).current_dir(&folder);
        program::run_quietly(&mut npm, &folder.join("npm.log"), None)?;
        fs::write(&done, &lock)?;
        Ok(())
    })?;
    Ok(content)
}

fn lock(NpmPackage { name, version, integrity, .. }: &NpmPackage) -> String {
    format!(
        r#"{{
  "name": "tool",
  "lockfileVersion": 3,
  "requires": true,
  "packages": {{
    "": {{ "name": "tool", "dependencies": {{ "{name}": "{version}" }} }},
    "node_modules/{name}": {{ "version": "{version}", "integrity": "{integrity}" }}
  }}
}}
"#
    )
}
