//! Time and randomness, handed in so that tests can hold them.

use std::sync::Arc;

use linli_wire::Timestamp;
use tokio::sync::Notify;

/// Tells the time. Clones tell the same.
#[derive(Clone)]
pub struct Clock {
    now: Arc<dyn Fn() -> Timestamp + Send + Sync>,
    moved: Arc<Notify>,
}

impl Clock {
    /// A clock of one's own.
    pub fn new(now: impl Fn() -> Timestamp + Send + Sync + 'static) -> Self {
        Self { now: Arc::new(now), moved: Arc::default() }
    }

    /// The computer's clock.
    pub fn system() -> Self {
        Self::new(|| {
            let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
            Timestamp(since.map_or(0, |since| i64::try_from(since.as_millis()).unwrap_or(i64::MAX)))
        })
    }

    /// Now.
    pub fn now(&self) -> Timestamp {
        (self.now)()
    }

    /// Tells everything that waits for a time that the clock was set: for clocks held by a test.
    pub fn was_set(&self) {
        self.moved.notify_waiters();
    }

    /// Waits until `time`, until the clock is set, or for a minute at most, since a computer's clock
    /// may be set while it sleeps; whoever waits looks again.
    pub async fn wait_until(&self, time: Option<Timestamp>) {
        const MINUTE_MS: i64 = 60_000;
        // Listens before it looks, so that a clock set in between is not missed.
        let moved = self.moved.notified();
        let left = time.map_or(MINUTE_MS, |time| time.millis_since(self.now()).clamp(0, MINUTE_MS));
        let sleep = tokio::time::sleep(std::time::Duration::from_millis(left.unsigned_abs()));
        tokio::select! {
            () = sleep => {}
            () = moved => {}
        }
    }
}

impl std::fmt::Debug for Clock {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Clock")
    }
}

/// Random bytes from the operating system.
///
/// # Errors
/// `internal` when the system has none: nothing that needs a secret may go on then.
pub fn random<const N: usize>() -> Result<[u8; N], crate::Error> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes)
        .map_err(|_| crate::Error::refused(linli_wire::Code::Internal, "no randomness"))?;
    Ok(bytes)
}
