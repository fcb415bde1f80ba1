//! A clock that stands still unless the test moves it.

use std::{
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};

use linli_wire::Timestamp;

/// 2026-11-22 00:00 UTC, a morning in Sunshine Garden.
const START: i64 = 1_795_305_600_000;
const YEAR_MILLIS: i64 = 31_556_952_000;

/// A clock held by a test. Clones are the same clock.
///
/// It moves one millisecond with each look, so that two things never happen at the same time, and
/// otherwise only when it is told to.
#[derive(Clone, Debug)]
pub struct HeldClock(Arc<AtomicI64>);

impl Default for HeldClock {
    fn default() -> Self {
        Self(Arc::new(AtomicI64::new(START)))
    }
}

impl HeldClock {
    /// What it shows.
    pub fn now(&self) -> Timestamp {
        Timestamp(self.0.fetch_add(1, Ordering::Relaxed))
    }

    /// Sets it.
    pub fn set(&self, to: Timestamp) {
        self.0.store(to.0, Ordering::Relaxed);
    }

    /// Moves it on.
    pub fn advance(&self, by: Duration) {
        self.0.fetch_add(i64::try_from(by.as_millis()).unwrap_or(i64::MAX / 4), Ordering::Relaxed);
    }

    /// Sets it years ahead, or back.
    pub fn jump_years(&self, years: i64) {
        self.0.fetch_add(years * YEAR_MILLIS, Ordering::Relaxed);
    }
}
