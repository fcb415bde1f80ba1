//! The app from outside: what tests and pictures drive, and the session they drive it in.
//!
//! Session bus and display are their own, so that they neither see nor touch those of a person, and tests find the
//! same on a machine without either. Everything they need to know is in the environment:
//!
//! | variable | holds |
//! |---|---|
//! | `LINLI_APP`, `LINLI_HOST`, `LINLI_SERVER` | the programs: window, browser host, community server |
//! | `LINLI_FACE` | the folder of the built face |
//! | `LINLI_CHROMIUM`, `LINLI_CHROMEDRIVER`, `LINLI_WEBKITDRIVER` | browser and drivers |
//! | `LINLI_AXE` | axe-core's script |
//! | `LINLI_ARTIFACTS` | a folder for pictures and logs of what failed |

use std::ffi::OsStr;
use std::process::Command;

use anyhow::{Context, Result};

use crate::npm::{self, NpmPackage};
use crate::program::WHOLE;
use crate::{face, place, program};

/// Builds the programs, without the face, as a developer runs them.
pub(crate) fn build_programs() -> Result<()> {
    let mut cargo = program::cargo();
    cargo.arg("build").args(WHOLE).args(["--bin", "linli", "--bin", "linli-host", "--bin", "linli-server"]);
    program::compile(&mut cargo, "apps")
}

/// Cargo inside a session of its own, with everything that drives the app at hand.
pub(crate) fn cargo() -> Result<Command> {
    session(program::cargo().get_program())
}

/// As [`cargo`], for another program.
pub(crate) fn session(program: impl AsRef<OsStr>) -> Result<Command> {
    let axe = npm::fetch(&NpmPackage {
        name: "axe-core",
        version: "4.14.1",
        integrity: "sha512-FHfa+lmNjQZfJz1q8wKqIDwC6DExcHt/pkjNQb09a3NPjCKg2rhu5qb2S4r76ASyFNNtuFooJpZe37OgudVGtQ==",
        why: "finds what keeps people from using a page",
    })?;
    let found = |name: &str| program::find(name).with_context(|| format!("{name} is not installed"));
    let programs = place::target().join("debug");
    let mut command = Command::new("dbus-run-session");
    // Without -noreset the display begins anew whenever its last window closes, and refuses whoever comes just then.
    command.args(["--", "xvfb-run", "-a", "-s", "-screen 0 1400x1000x24 -noreset"]).arg(program);
    command
        .current_dir(place::root())
        .env("NO_AT_BRIDGE", "1") // no accessibility bus in this session; the window would wait for one
        .env("LINLI_CHROMIUM", found("chromium")?)
        .env("LINLI_CHROMEDRIVER", found("chromedriver")?)
        .env("LINLI_WEBKITDRIVER", found("WebKitWebDriver")?)
        .env("LINLI_AXE", axe.join("axe.min.js"))
        .env("LINLI_FACE", face::folder())
        .env("LINLI_APP", programs.join("linli"))
        .env("LINLI_HOST", programs.join("linli-host"))
        .env("LINLI_SERVER", programs.join("linli-server"))
        .env("LINLI_ARTIFACTS", place::target().join("e2e"));
    Ok(command)
}
