//! localstripe, which stands in for the provider of card payments in tests: a program of PyPI in a folder of its own
//! under target, with the checksum of everything that it needs.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result};

use crate::step::step;
use crate::{place, program};

/// The version and its dependencies, as `pip-compile --generate-hashes` writes them for `localstripe==1.15.0`.
const NEEDS: &str = include_str!("../localstripe.txt");

/// Fetches it if it is not there yet and returns the program.
pub(crate) fn fetch() -> Result<PathBuf> {
    let folder = place::target().join("tools/localstripe");
    let (done, home) = (folder.join("installed"), folder.join("python"));
    let programs = home.join(if cfg!(windows) { "Scripts" } else { "bin" });
    let localstripe = programs.join("localstripe");
    if fs::read_to_string(&done).is_ok_and(|installed| installed == NEEDS) && localstripe.is_file() {
        return Ok(localstripe);
    }
    let python = program::find("python3").context("python3 is not installed")?;
    step("fetching localstripe from PyPI: it stands in for the provider of card payments in tests", || {
        fs::create_dir_all(&folder)?;
        let (list, log) = (folder.join("needs.txt"), folder.join("pip.log"));
        fs::write(&list, NEEDS)?;
        let mut make = Command::new(python);
        program::run_quietly(make.args(["-m", "venv", "--clear"]).arg(&home), &log, None)?;
        let mut pip = Command::new(programs.join("pip"));
        pip.args(["install", "--quiet", "--disable-pip-version-check", "--require-hashes", "-r"]).arg(&list);
        program::run_quietly(&mut pip, &log, None)?;
        fs::write(&done, NEEDS)?;
        Ok(())
    })?;
    Ok(localstripe)
}
