//! Clock, timer and randomness, held by the test.

use std::{
    sync::{Mutex, PoisonError},
    time::Duration,
};

use linli_core::ports::{System, Task};
use linli_wire::Timestamp;
use tokio::sync::watch;

use crate::HeldClock;

/// The core's patience with a silent stream; pauses are jittered and never so exact.
const SILENCE: Duration = Duration::from_secs(60);

/// How the timers of a [`FakeSystem`] run.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Pace {
    /// Only [`FakeSystem::advance`] lets a sleep end.
    Held,
    /// Pauses between two attempts take a 200th of their time. The core's patience with a silent stream,
    /// a minute to the millisecond, ends by [`FakeSystem::advance`] only.
    Quick,
}

/// A fake [`System`]: a held clock, a seeded stream of random bytes, timers that obey the test.
pub struct FakeSystem {
    /// The device's clock.
    pub clock: HeldClock,
    random: Mutex<oorandom::Rand64>,
    passed: watch::Sender<Duration>,
    pace: Pace,
}

impl FakeSystem {
    /// A system whose randomness follows from `seed`.
    pub fn new(seed: u64, pace: Pace) -> Self {
        Self {
            clock: HeldClock::default(),
            random: Mutex::new(oorandom::Rand64::new(u128::from(seed))),
            passed: watch::Sender::new(Duration::ZERO),
            pace,
        }
    }

    /// Lets time pass: the clock moves on, and every sleep that is over by then ends.
    pub fn advance(&self, by: Duration) {
        self.clock.advance(by);
        self.passed.send_modify(|passed| *passed += by);
    }

    /// Lets a minute pass every few milliseconds, until it is dropped: for what happens "after a while",
    /// when a test cannot know whether the timer for it has begun.
    pub async fn pass_quickly(&self) {
        let mut ticks = tokio::time::interval(Duration::from_millis(5));
        loop {
            ticks.tick().await;
            self.advance(Duration::from_secs(61));
        }
    }
}

impl System for FakeSystem {
    fn now(&self) -> Timestamp {
        self.clock.now()
    }

    fn random(&self, buffer: &mut [u8]) {
        let mut random = self.random.lock().unwrap_or_else(PoisonError::into_inner);
        for part in buffer.chunks_mut(8) {
            let bytes = random.rand_u64().to_le_bytes();
            part.iter_mut().zip(bytes).for_each(|(to, from)| *to = from);
        }
    }

    fn sleep(&self, time: Duration) -> Task<'_, ()> {
        let mut passed = self.passed.subscribe();
        let due = *passed.borrow() + time;
        Box::pin(async move {
            if time.is_zero() {
                return tokio::task::yield_now().await;
            }
            // The sender lives in `self`, so the wait ends only because time has passed.
            let told = async { passed.wait_for(|passed| *passed >= due).await.map(drop) };
            if self.pace == Pace::Quick && time != SILENCE {
                tokio::select! {
                    _ = told => {}
                    () = tokio::time::sleep(time / 200) => {}
                }
            } else {
                let _ = told.await;
            }
        })
    }
}
