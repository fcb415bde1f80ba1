//! Brings what is missing on this machine, saying what and why, and nothing when nothing is missing.

use std::path::Path;
use std::process::Command;

use anyhow::{Result, bail};

use crate::step::step;
use crate::system_packages::{DEBIAN, Group, OtherSystem, Package, System};
use crate::{place, program, wasm_target};

/// The oldest compiler the project is written for.
const RUST: (u32, u32) = (1, 95);

/// Whether a window can be shown here.
pub(crate) fn has_display() -> bool {
    if cfg!(target_os = "linux") {
        ["DISPLAY", "WAYLAND_DISPLAY"]
            .iter()
            .any(|name| std::env::var_os(name).is_some_and(|v| !v.is_empty()))
    } else {
        true
    }
}

/// Installs the packages of these groups that are missing, and the compiler's library for the face.
pub(crate) fn ensure(groups: &[Group]) -> Result<()> {
    check_compiler()?;
    match System::here() {
        System::Debian => install(&missing(groups)?)?,
        System::Other(system) => ask_for(system, groups)?,
        System::Unknown => {
            println!("This system is not one whose packages are known here; going on with what it has.");
        }
    }
    wasm_target::ensure()
}

/// Says which compiler is needed, before a thousand lines of errors from an older one do.
fn check_compiler() -> Result<()> {
    let version = wasm_target::rustc_version()?;
    if !is_enough(&version) {
        bail!(
            "Linli is written for Rust {}.{} or later and this is {version}. `rustup update` brings it.",
            RUST.0,
            RUST.1
        );
    }
    Ok(())
}

fn is_enough(version: &str) -> bool {
    let mut numbers = version.split('.').map(|part| part.parse::<u32>().unwrap_or(0));
    (numbers.next().unwrap_or(0), numbers.next().unwrap_or(0)) >= RUST
}

fn missing(groups: &[Group]) -> Result<Vec<&'static Package>> {
    let wanted: Vec<&Package> = DEBIAN
        .iter()
        .filter(|package| groups.contains(&package.group))
        .filter(|package| package.program.is_none_or(|name| program::find(name).is_none()))
        .collect();
    // dpkg-query fails when it knows nothing of one of the packages, and still answers for the others.
    let known = Command::new("dpkg-query")
        .args(["-W", "-f=${Package} ${db:Status-Status}\\n"])
        .args(wanted.iter().map(|package| package.name))
        .output()?;
    let known = String::from_utf8_lossy(&known.stdout).into_owned();
    let is_installed =
        |package: &Package| known.lines().any(|line| line == format!("{} installed", package.name));
    Ok(wanted.into_iter().filter(|package| !is_installed(package)).collect())
}

fn install(missing: &[&Package]) -> Result<()> {
    if missing.is_empty() {
        return Ok(());
    }
    println!("This machine lacks {} of the packages that are needed:", missing.len());
    for package in missing {
        println!("    {:<30} {}", package.name, package.why);
    }
    let names: Vec<&str> = missing.iter().map(|package| package.name).collect();
    step("installing them with apt-get", || {
        let is_fresh = index_is_there();
        if is_fresh && apt_get(&["install"], &names).is_ok() {
            return Ok(());
        }
        println!("  reading what the mirrors have now");
        apt_get(&["update"], &[])?;
        apt_get(&["install"], &names)
    })
}

fn index_is_there() -> bool {
    let lists = std::fs::read_dir("/var/lib/apt/lists").into_iter().flatten().flatten();
    lists.map(|entry| entry.file_name()).any(|name| name.to_string_lossy().contains("_Packages"))
}

fn apt_get(words: &[&str], names: &[&str]) -> Result<()> {
    let options = ["-q", "-y", "--no-install-recommends", "-o", "DPkg::Lock::Timeout=120"];
    let mut command = if program::is_root()? {
        Command::new("apt-get")
    } else if program::find("sudo").is_some() {
        // The password is asked for here, where its question is seen.
        let allowed = Command::new("sudo").arg("--validate").status()?;
        if !allowed.success() {
            bail!("sudo refused. As root: apt-get install {}", names.join(" "));
        }
        let mut sudo = Command::new("sudo");
        sudo.args(["DEBIAN_FRONTEND=noninteractive", "apt-get"]);
        sudo
    } else {
        bail!(
            "Only root can install them, and there is no sudo. As root: apt-get install {}",
            names.join(" ")
        );
    };
    command.env("DEBIAN_FRONTEND", "noninteractive").args(options).args(words).args(names);
    program::run_quietly(&mut command, &place::target().join("setup/apt-get.log"), None)
}

/// Names the packages of a system that is its owner's to change, and stops when some are missing.
fn ask_for(system: &OtherSystem, groups: &[Group]) -> Result<()> {
    let packages = system.packages(groups);
    let done = place::target().join("setup/packages-are-there");
    let is_there = match system.query {
        Some([program, words @ ..]) => {
            Command::new(program).args(words).args(&packages).output().is_ok_and(|said| said.status.success())
        }
        _ => done.exists(),
    };
    if is_there {
        return Ok(());
    }
    bail!(
        "On {} these packages are needed. Install them, then run this again:\n\n    {} {}\n\n{}{}",
        system.name,
        system.install,
        packages.join(" "),
        system.hint,
        no_query_hint(system, &done)
    )
}

fn no_query_hint(system: &OtherSystem, done: &Path) -> String {
    if system.query.is_some() {
        return String::new();
    }
    format!("\nWhen they are installed, create an empty file {} and run this again.", done.display())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn older_compilers_are_refused() {
        assert!(is_enough("1.95.0"));
        assert!(is_enough("1.96.0-nightly"));
        assert!(is_enough("2.0.0"));
        assert!(!is_enough("1.94.1"));
        assert!(!is_enough("unknown"));
    }
}
