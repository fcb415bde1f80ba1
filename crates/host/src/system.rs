//! Clock, timer and randomness of the operating system.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use linli_core::ports::{System, Task};
use linli_wire::Timestamp;

/// The real ones.
#[derive(Clone, Copy, Debug, Default)]
pub struct RealSystem;

impl System for RealSystem {
    fn now(&self) -> Timestamp {
        // A clock before 1970 is as good as none.
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Timestamp(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
    }

    #[allow(
        clippy::expect_used,
        reason = "without randomness no key is safe: stopping is the only right thing"
    )]
    fn random(&self, buffer: &mut [u8]) {
        getrandom::fill(buffer).expect("the operating system gives random bytes");
    }

    fn sleep(&self, time: Duration) -> Task<'_, ()> {
        Box::pin(tokio::time::sleep(time))
    }
}
