//! Starting other programs: with their output shown, caught, or shortened to a sign of life.

use std::ffi::OsStr;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, anyhow, bail};

use crate::children::Children;

/// The crates that run on this machine, for cargo to choose from. Cargo gives a library the features that the chosen
/// crates want of it, and compiles it, and hundreds of others with it, once more for another choice: so whoever builds
/// chooses all, and names a target.
pub(crate) const WHOLE: [&str; 3] = ["--workspace", "--exclude", "linli-ui"];

/// Runs a program with its output on the screen; an error names the command line and how it ended.
pub(crate) fn run(command: &mut Command) -> Result<()> {
    let mut children = Children::new();
    children.start(command)?;
    let status = children.next_end()?.status;
    if !status.success() {
        bail!("{} ended with {status}", shown(command));
    }
    Ok(())
}

/// Runs a program and returns what it printed, without the spaces around it. Its errors are in the error.
pub(crate) fn text(command: &mut Command) -> Result<String> {
    let output = command.output().with_context(|| format!("Could not start {}", shown(command)))?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        bail!("{} ended with {}: {}", shown(command), output.status, said.trim());
    }
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// Runs cargo with its progress shown now and then; what it says is shown only, and wholly, when it fails.
pub(crate) fn compile(cargo: &mut Command, name: &str) -> Result<()> {
    let log = crate::place::target().join("setup").join(name).with_extension("log");
    run_quietly(cargo, &log, None).map_err(|error| match last_lines(&log, usize::MAX) {
        Ok(said) => anyhow!("{said}\n{} did not succeed", shown(cargo)),
        Err(_) => error,
    })
}

/// Runs a program whose output goes to `log`. Every ten seconds its newest line is shown as a sign of life.
pub(crate) fn run_quietly(command: &mut Command, log: &Path, limit: Option<Duration>) -> Result<()> {
    const SIGN_OF_LIFE: Duration = Duration::from_secs(10);
    if let Some(folder) = log.parent() {
        std::fs::create_dir_all(folder)?;
    }
    let file = File::create(log).with_context(|| format!("Could not write {}", log.display()))?;
    let mut children = Children::new();
    children.start(command.stdin(Stdio::null()).stdout(file.try_clone()?).stderr(file))?;
    let started = Instant::now();
    let status = loop {
        if let Some(end) = children.end_within(SIGN_OF_LIFE.min(limit.unwrap_or(SIGN_OF_LIFE))) {
            break end.status;
        }
        if limit.is_some_and(|limit| started.elapsed() > limit) {
            bail!("{} gave no result within {} s", shown(command), started.elapsed().as_secs());
        }
        let newest: String = last_lines(log, 1)?.trim().chars().take(90).collect();
        println!("    {:>4} s  {newest}", started.elapsed().as_secs());
    };
    if !status.success() {
        bail!("{} ended with {status}; its last words:\n{}", shown(command), last_lines(log, 12)?);
    }
    Ok(())
}

/// The end of a log, whatever bytes are in it.
pub(crate) fn last_lines(log: &Path, count: usize) -> Result<String> {
    let said = String::from_utf8_lossy(&std::fs::read(log)?).into_owned();
    let mut last: Vec<&str> = said.lines().rev().take(count).collect();
    last.reverse();
    Ok(last.join("\n"))
}

/// The full path of a program that a shell would find by this name.
pub(crate) fn find(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).map(|folder| folder.join(name)).find(|file| file.is_file())
}

/// Whether this job runs as the system's administrator.
pub(crate) fn is_root() -> Result<bool> {
    Ok(text(Command::new("id").arg("-u"))? == "0")
}

/// The cargo that runs this job, without what it told this job about the job's own package.
pub(crate) fn cargo() -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(crate::place::root());
    for (name, _) in std::env::vars_os() {
        let told = name.to_string_lossy();
        if told.starts_with("CARGO_PKG_") || told.starts_with("CARGO_MANIFEST_") {
            command.env_remove(&name);
        }
    }
    command
}

/// The command line as a person would type it.
pub(crate) fn shown(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words.map(OsStr::to_string_lossy).collect::<Vec<_>>().join(" ")
}
