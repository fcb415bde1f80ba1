//! Programs that run while a job goes on, and the promise that none of them outlives it.
//!
//! Each child leads a process group of its own, so that what it started ends with it. Ctrl-C, SIGTERM and a closed
//! terminal reach only this process, which passes them on to every group and then ends by the ordinary way: the job
//! sees its child end, returns, and whatever it started is stopped as its owner goes.

use std::process::{Command, ExitStatus};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};

use crate::program::shown;

static LIVE: Mutex<Vec<u32>> = Mutex::new(Vec::new());
static ASKED_TO_STOP: AtomicUsize = AtomicUsize::new(0);

/// From now on, being asked to stop ends the children instead of leaving them behind.
pub(crate) fn end_with_this_process() -> Result<()> {
    ctrlc::set_handler(|| {
        // Who asks twice does not want to wait.
        let signal = if ASKED_TO_STOP.fetch_add(1, Ordering::SeqCst) == 0 { "TERM" } else { "KILL" };
        for leader in live().iter() {
            send(signal, *leader);
        }
    })?;
    Ok(())
}

/// Whether someone asked this process to stop.
pub(crate) fn asked_to_stop() -> bool {
    ASKED_TO_STOP.load(Ordering::SeqCst) > 0
}

/// How a child ended.
pub(crate) struct End {
    pub(crate) id: u32,
    pub(crate) status: ExitStatus,
}

/// The running children of one job; the last of them is stopped when this value goes.
pub(crate) struct Children {
    started: Vec<u32>,
    running: Vec<u32>,
    sender: Sender<End>,
    ends: Receiver<End>,
}

impl Children {
    pub(crate) fn new() -> Self {
        let (sender, ends) = channel();
        Self { started: Vec::new(), running: Vec::new(), sender, ends }
    }

    /// Starts a program and returns its process id.
    pub(crate) fn start(&mut self, command: &mut Command) -> Result<u32> {
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(command, 0);
        let mut child = command.spawn().with_context(|| format!("Could not start {}", shown(command)))?;
        let id = child.id();
        live().push(id);
        self.started.push(id);
        self.running.push(id);
        let sender = self.sender.clone();
        thread::spawn(move || {
            if let Ok(status) = child.wait() {
                live().retain(|leader| *leader != id);
                // Nobody may be listening any more, when the job ended first.
                let _ = sender.send(End { id, status });
            }
        });
        Ok(id)
    }

    /// Waits until one of the children ends.
    pub(crate) fn next_end(&mut self) -> Result<End> {
        let end = self.ends.recv().context("No program is running")?;
        self.running.retain(|id| *id != end.id);
        Ok(end)
    }

    /// The end of one of the children if it comes within `limit`.
    pub(crate) fn end_within(&mut self, limit: Duration) -> Option<End> {
        let end = self.ends.recv_timeout(limit).ok()?;
        self.running.retain(|id| *id != end.id);
        Some(end)
    }

    /// Asks every child to stop and, after `patience`, makes it, together with whatever it left behind.
    fn stop(&mut self, patience: Duration) {
        for signal in ["TERM", "KILL"] {
            for id in if signal == "KILL" { &self.started } else { &self.running } {
                send(signal, *id);
            }
            let started = Instant::now();
            while !self.running.is_empty() {
                match self.ends.recv_timeout(patience.saturating_sub(started.elapsed())) {
                    Ok(end) => self.running.retain(|id| *id != end.id),
                    Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => break,
                }
            }
        }
    }
}

impl Drop for Children {
    fn drop(&mut self) {
        self.stop(Duration::from_secs(8));
    }
}

fn live() -> std::sync::MutexGuard<'static, Vec<u32>> {
    LIVE.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(unix)]
fn send(signal: &str, leader: u32) {
    // The shell's own `kill` is everywhere; the program of that name is not. A group that is gone already is fine.
    let _ = Command::new("sh").args(["-c", &format!("kill -{signal} -{leader} 2>/dev/null")]).status();
}

#[cfg(windows)]
fn send(_: &str, leader: u32) {
    let _ = Command::new("taskkill").args(["/T", "/F", "/PID", &leader.to_string()]).output();
}

#[cfg(all(test, unix))]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::io::Read;
    use std::process::Stdio;

    use super::*;

    #[test]
    fn what_a_child_started_ends_with_it() {
        let (mut reader, writer) = std::io::pipe().unwrap();
        let mut children = Children::new();
        // The inner program keeps the pipe open for as long as it lives, and does not mind being asked to stop.
        let mut shell = Command::new("sh");
        children.start(shell.args(["-c", "(trap '' TERM; sleep 60) & wait"]).stdout(writer)).unwrap();
        drop(shell);
        drop(children);
        let started = Instant::now();
        reader.read_to_end(&mut Vec::new()).unwrap();
        assert!(started.elapsed() < Duration::from_secs(30));
    }

    #[test]
    fn the_end_of_a_child_is_told_with_its_status() {
        let mut children = Children::new();
        let id = children.start(Command::new("sh").args(["-c", "exit 3"])).unwrap();
        let end = children.next_end().unwrap();
        assert_eq!((end.id, end.status.code()), (id, Some(3)));
    }

    #[test]
    fn a_child_that_will_not_stop_is_made_to() {
        let mut children = Children::new();
        let mut stubborn = Command::new("sh");
        stubborn.args(["-c", "trap '' TERM; echo ready; while true; do read line; done"]);
        stubborn.stdin(Stdio::null()).stdout(Stdio::null());
        let id = children.start(&mut stubborn).unwrap();
        children.stop(Duration::from_millis(200));
        assert!(!is_alive(id));
    }

    fn is_alive(group: u32) -> bool {
        Command::new("sh").args(["-c", &format!("kill -0 -{group} 2>/dev/null")]).status().unwrap().success()
    }
}
