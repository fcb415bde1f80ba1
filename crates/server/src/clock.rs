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

/// Notices that a clock went back: what was done by the time that it told before was perhaps done too early.
#[derive(Debug, Default)]
pub struct Watch {
    last: Option<Timestamp>,
    due: Option<Timestamp>,
}

impl Watch {
    /// Looks at the clock. Tells when to put right what was done too early: `doubt_ms` after each step back, since
    /// the clock may be wrong now and right before; and after the first look, since a stop hides what the clock
    /// did. None once it is [`Watch::done`].
    pub fn look(&mut self, now: Timestamp, doubt_ms: i64) -> Option<Timestamp> {
        if self.last.is_none_or(|last| now < last) {
            self.due = Some(now.plus_millis(doubt_ms));
        }
        self.last = Some(now);
        self.due
    }

    /// It is put right.
    pub fn done(&mut self) {
        self.due = None;
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

#[cfg(test)]
mod tests {
    use linli_wire::Timestamp;

    use super::Watch;

    #[test]
    fn a_clock_is_watched_from_the_first_look_and_after_each_step_back() {
        let mut watch = Watch::default();
        let mut look = |at: i64| watch.look(Timestamp(at), 10).map(|at| at.0);
        assert_eq!([look(1000), look(1005), look(1010)], [Some(1010); 3]);
        assert_eq!([look(500), look(2000)], [Some(510); 2], "only for a moment: it is right now");
        assert_eq!(look(1990), Some(2000), "back again, it is doubted again");
        watch.done();
        assert_eq!(watch.look(Timestamp(5000), 10), None);
        assert_eq!(watch.look(Timestamp(4999), 10), Some(Timestamp(5009)));
    }
}
