//! Programs that a test starts, and that end with it.
//!
//! Each leads a process group of its own, which is killed whole when its owner goes; and the kernel kills it when this
//! process ends in a way that no destructor sees, as by a signal or a time limit.

use std::{
    ffi::OsStr,
    fs::{File, Permissions},
    io::{BufRead, BufReader},
    net::{Ipv4Addr, SocketAddr, TcpListener},
    os::unix::{fs::PermissionsExt, process::CommandExt},
    path::{Path, PathBuf},
    process::{Child, ChildStdout, Command, Stdio},
};

use anyhow::{Context, Result, bail};

/// A running program; it is killed with what it started when this goes.
pub struct Program {
    child: Child,
    name: String,
}

impl Program {
    /// Starts `command` with its errors in `log`, and returns it with what it prints.
    ///
    /// # Errors
    /// When it cannot be started.
    pub fn start(command: &mut Command, log: &Path) -> Result<(Self, BufReader<ChildStdout>)> {
        let name = command.get_program().to_string_lossy().into_owned();
        let errors = File::options().create(true).append(true).open(log)?;
        let mut command = mortal(command);
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(errors).process_group(0);
        let mut child = command.spawn().with_context(|| format!("{name} could not be started"))?;
        let out = child.stdout.take().context("it has no output")?;
        Ok((Self { child, name }, BufReader::new(out)))
    }

    /// Its process id.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Waits until it ends by itself.
    ///
    /// # Errors
    /// When it ends badly.
    pub fn end(mut self) -> Result<()> {
        let status = self.child.wait()?;
        if !status.success() {
            bail!("{} ended with {status}", self.name);
        }
        Ok(())
    }

    /// Asks it to end, as Ctrl-C does, and waits until it has.
    ///
    /// # Errors
    /// When it ends badly.
    pub fn interrupt(self) -> Result<()> {
        let asked = Command::new("sh").args(["-c", &format!("kill -INT {}", self.child.id())]).status()?;
        if !asked.success() {
            bail!("{} has ended already", self.name);
        }
        self.end()
    }

    /// Whether it still runs.
    pub fn runs(&mut self) -> bool {
        matches!(self.child.try_wait(), Ok(None))
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // What it started first: its number is its own for as long as nobody has waited for it. Gone already is fine.
        let group = format!("kill -KILL -{} 2>/dev/null", self.child.id());
        let _ = Command::new("sh").args(["-c", &group]).status();
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The same command, to be killed by the kernel when the thread that starts it ends.
pub fn mortal(command: &Command) -> Command {
    within(&["setpriv", "--pdeathsig", "KILL", "--"], command)
}

/// A program that does what `program` does and is [`mortal`], written into `folder`, for those who start it themselves.
///
/// # Errors
/// When it cannot be written.
pub fn mortal_program(program: &Path, folder: &Path) -> Result<PathBuf> {
    std::fs::create_dir_all(folder)?;
    let name = program.file_name().context("a program has a name")?;
    let path = folder.join(name);
    let script = format!("#!/bin/sh\nexec setpriv --pdeathsig KILL -- '{}' \"$@\"\n", program.display());
    std::fs::write(&path, script)?;
    std::fs::set_permissions(&path, Permissions::from_mode(0o755))?;
    Ok(path)
}

/// The same command, run by another program that takes it as its last words.
pub fn within<S: AsRef<OsStr>>(words: &[S], command: &Command) -> Command {
    let mut outer = Command::new(words.first().map_or(OsStr::new("env"), AsRef::as_ref));
    outer.args(words.iter().skip(1)).arg(command.get_program()).args(command.get_args());
    for (name, value) in command.get_envs() {
        match value {
            Some(value) => outer.env(name, value),
            None => outer.env_remove(name),
        };
    }
    if let Some(folder) = command.get_current_dir() {
        outer.current_dir(folder);
    }
    outer
}

/// Reads what a program prints until `find` finds what it looks for; the rest is thrown away as it comes.
///
/// # Errors
/// When the program ends before; with everything it printed.
pub fn read_until<T>(mut out: BufReader<ChildStdout>, find: impl Fn(&str) -> Option<T>) -> Result<T> {
    let mut said = String::new();
    loop {
        let mut line = String::new();
        if out.read_line(&mut line)? == 0 {
            bail!("it ended before it was ready; it said: {said:?}");
        }
        if let Some(found) = find(&line) {
            std::thread::spawn(move || std::io::copy(&mut out, &mut std::io::sink()));
            return Ok(found);
        }
        said.push_str(&line);
    }
}

/// An address on loopback where nothing listens just now.
///
/// # Errors
/// When there is none.
pub fn free_address() -> Result<SocketAddr> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?)
}
