//! The checks themselves, in the order they run: what is quick to fail comes first.

use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::postgres::Cluster;
use crate::program::WHOLE;
use crate::step::step;
use crate::system_packages::System;
use crate::{app_session, dist, face, localstripe, place, program, tidy};

const WASM: &str = "wasm32-unknown-unknown";

/// No backtraces: every failure names its line and what was there, and fifty frames of a runtime push that out of a
/// log that shows only its end.
const SAID_IS_ENOUGH: &str = "0";

/// One check.
pub(crate) struct Check {
    pub(crate) name: &'static str,
    /// Whether `--quick` runs it, too.
    pub(crate) is_quick: bool,
    /// The checks whose product this one uses.
    pub(crate) needs: &'static [&'static str],
    /// Does it; the flag says whether only the quick part is wanted.
    pub(crate) run: fn(bool) -> Result<()>,
}

pub(crate) const ALL: [Check; 12] = [
    Check {
        name: "format",
        is_quick: true,
        needs: &[],
        run: |_| cargo(&["fmt", "--all", "--check", "--", "-l"]),
    },
    Check { name: "tidy", is_quick: false, needs: &[], run: |_| tidy::run() },
    Check { name: "clippy", is_quick: true, needs: &[], run: |_| clippy() },
    Check { name: "clippy-face", is_quick: false, needs: &[], run: |_| clippy_face() },
    Check { name: "core-wasm", is_quick: false, needs: &[], run: |_| core_wasm() },
    Check { name: "licences", is_quick: false, needs: &[], run: |_| licences() },
    Check { name: "rust", is_quick: true, needs: &[], run: rust },
    Check { name: "face-tests", is_quick: false, needs: &[], run: |_| face_tests() },
    Check { name: "face", is_quick: false, needs: &[], run: |_| build_face() },
    Check { name: "apps", is_quick: false, needs: &["face"], run: |_| app_session::build_programs() },
    Check { name: "end-to-end", is_quick: false, needs: &["face", "apps"], run: |_| end_to_end() },
    Check { name: "package", is_quick: false, needs: &["face", "apps"], run: |_| package() },
];

/// Lints of everything that runs on this machine.
fn clippy() -> Result<()> {
    // Named where `--all-targets` leaves them out, as those that are not run among the others.
    const TARGETS: [&[&str]; 2] = [&["--all-targets"], &["--test", "e2e", "--test", "package"]];
    face::ensure_folder()?;
    TARGETS.iter().try_for_each(|targets| {
        let mut clippy = program::cargo();
        clippy.args(["clippy", "--quiet"]).args(WHOLE).args(*targets).args(["--", "-D", "warnings"]);
        program::run(&mut clippy)
    })
}

fn clippy_face() -> Result<()> {
    cargo(&["clippy", "--quiet", "-p", "linli-ui", "--target", WASM, "--", "-D", "warnings"])
}

/// The core stays free of threads and runtimes for as long as it compiles for a browser.
fn core_wasm() -> Result<()> {
    cargo(&["check", "--quiet", "-p", "linli-core", "--target", WASM])
}

fn licences() -> Result<()> {
    const VERSION: &str = "0.20.2";
    let home = place::target().join("tools/cargo-deny").join(VERSION);
    let cargo_deny = home.join("bin/cargo-deny");
    if !cargo_deny.is_file() {
        step(&format!("building cargo-deny {VERSION}, which reads licences (about a minute, once)"), || {
            let mut install = program::cargo();
            install.args(["install", "cargo-deny", "--version", VERSION, "--locked", "--debug"]);
            // Its default features fetch advisories over the network, which no check here depends on.
            install.args(["--no-default-features", "--root"]).arg(&home);
            program::run_quietly(&mut install, &home.with_extension("log"), None)
        })?;
    }
    let mut deny = Command::new(cargo_deny);
    deny.args(["--log-level", "error", "check", "licenses", "bans", "sources"]);
    program::run(deny.current_dir(place::root()))
}

/// Unit, integration and documentation tests; the stores' tests run on both engines unless it is to be quick.
fn rust(quick: bool) -> Result<()> {
    let mut tests = program::cargo();
    tests.args(["test", "--quiet"]).args(WHOLE);
    tests.arg("--no-fail-fast").env_remove("LINLI_TEST_POSTGRES").env("RUST_BACKTRACE", SAID_IS_ENOUGH);
    tests.env_remove("LINLI_LOCALSTRIPE");
    face::ensure_folder()?;
    if quick {
        return program::run(&mut tests);
    }
    let cluster = step("starting a PostgreSQL of the tests' own", Cluster::start)?;
    tests.env("LINLI_LOCALSTRIPE", localstripe::fetch()?);
    program::run(tests.env("LINLI_TEST_POSTGRES", cluster.url()))
}

/// The pieces of the face and its arithmetic, in Chromium: they use what only a browser has.
fn face_tests() -> Result<()> {
    program::run(program::cargo().args(["build", "--quiet"]).args(WHOLE).args(["--bin", "face-test"]))?;
    let driver = program::find("chromedriver").context("chromedriver is not installed")?;
    let face = || {
        let mut tests = program::cargo();
        tests.args(["test", "-p", "linli-ui", "--target", WASM]).env("RUST_BACKTRACE", SAID_IS_ENOUGH);
        tests.env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUNNER", place::target().join("debug/face-test"));
        // A browser with debugging information in the code takes long to start.
        tests.env("CARGO_PROFILE_DEV_DEBUG", "false").env("CARGO_PROFILE_TEST_DEBUG", "false");
        tests.env("CHROMEDRIVER", &driver);
        tests
    };
    // Apart, because the tests' runner does not know what being quiet is.
    program::run(face().args(["--no-run", "--quiet"]))?;
    program::run(&mut face())
}

fn build_face() -> Result<()> {
    face::build(face::Profile::Release, &face::folder())
}

/// The app from outside: in Chromium through the browser host, and in its own window.
fn end_to_end() -> Result<()> {
    // A window has the display and its focus for itself; browsers without a head share two processors.
    let browsers = played(&["--skip", WINDOW, "--test-threads=2"]);
    let windows = played(&[WINDOW, "--test-threads=1"]);
    browsers.and(windows)
}

/// The tests of the app's own window.
const WINDOW: &str = "native::";

fn played(words: &[&str]) -> Result<()> {
    let mut tests = app_session::cargo()?;
    tests.args(["test", "--quiet"]).args(WHOLE).args(["--no-fail-fast", "--test", "e2e"]);
    tests.env("RUST_BACKTRACE", SAID_IS_ENOUGH).env("LINLI_LOCALSTRIPE", localstripe::fetch()?);
    program::run(tests.arg("--").args(words))
}

/// The package, in a clean Debian: installed, started from the menu, in a community, removed.
fn package() -> Result<()> {
    if !matches!(System::here(), System::Debian) {
        println!("Skipped: the package is for Debian and Ubuntu, and can be built and installed only there.");
        return Ok(());
    }
    if !program::is_root()? {
        if program::find("sudo").is_none() {
            bail!(
                "Only root can make a clean Debian to install the package into, and there is no sudo. As root: cargo xtask test package"
            );
        }
        // The password is asked for here, where its question is seen.
        program::run(Command::new("sudo").arg("--validate"))?;
    }
    let package = dist::assemble(dist::Speed::Quick)?;
    let mut test = app_session::cargo()?;
    test.args(["test", "--quiet"]).args(WHOLE).args(["--test", "package"]);
    program::run(test.env("LINLI_PACKAGE", package))
}

fn cargo(words: &[&str]) -> Result<()> {
    program::run(program::cargo().args(words))
}
