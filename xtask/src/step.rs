//! One line before and one after everything that takes a while, so that nobody wonders what is going on.

use std::time::{Duration, Instant};

use anyhow::Result;

/// Says what begins, does it, and says how long it took. The error passes through.
pub(crate) fn step<T>(what: &str, work: impl FnOnce() -> Result<T>) -> Result<T> {
    println!("▸ {what}");
    let started = Instant::now();
    let result = work();
    let took = spoken(started.elapsed());
    match &result {
        Ok(_) => println!("  done in {took}"),
        Err(_) => println!("  failed after {took}"),
    }
    result
}

/// A duration as a person reads it: `0.3 s`, `42 s`, `3 min 5 s`.
pub(crate) fn spoken(time: Duration) -> String {
    let seconds = time.as_secs();
    match seconds {
        0..10 => format!("{:.1} s", time.as_secs_f64()),
        10..120 => format!("{seconds} s"),
        _ => format!("{} min {} s", seconds / 60, seconds % 60),
    }
}
