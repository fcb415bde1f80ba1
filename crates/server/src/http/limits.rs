//! Rate limits: by address for those who are not signed in yet, by device for the others.
//!
//! Addresses are of the peer, never of a header that the client can write. An IPv6 subscriber has a
//! whole /56, so that is one key. Nobody is locked out: a limit says how long to wait.

use std::{net::IpAddr, num::NonZeroU32, time::Duration};

use governor::{
    DefaultDirectRateLimiter, DefaultKeyedRateLimiter, NotUntil, Quota,
    clock::{Clock as _, DefaultClock},
};
use linli_wire::id::DeviceId;

use crate::{Error, error::too_many};

/// Which bucket a route draws from.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Limit {
    /// None: the health of the server.
    Free,
    /// What anybody may ask.
    Public,
    /// Using a code.
    Join,
    /// Using a refresh token. Hundreds of devices may stand behind one address.
    Refresh,
    /// Everything of a signed-in device.
    Device,
    /// Issuing codes, which costs argon2.
    Codes,
}

#[derive(Debug)]
pub(crate) struct Limits {
    clock: DefaultClock,
    public: DefaultKeyedRateLimiter<Network>,
    join: DefaultKeyedRateLimiter<Network>,
    refresh: DefaultKeyedRateLimiter<Network>,
    short_codes: DefaultDirectRateLimiter,
    device: DefaultKeyedRateLimiter<DeviceId>,
    codes: DefaultKeyedRateLimiter<DeviceId>,
}

/// An IPv4 address or an IPv6 /56.
type Network = [u8; 8];

impl Limits {
    pub(crate) fn new(factor: u32) -> Self {
        let quota = |every: Duration, burst: u32| {
            let factor = NonZeroU32::new(factor).unwrap_or(NonZeroU32::MIN);
            let burst = NonZeroU32::new(burst).unwrap_or(NonZeroU32::MIN);
            let quota = Quota::with_period(every / factor.get());
            quota.unwrap_or(Quota::per_second(burst)).allow_burst(burst.saturating_mul(factor))
        };
        Self {
            clock: DefaultClock::default(),
            public: DefaultKeyedRateLimiter::dashmap(quota(Duration::from_millis(200), 120)),
            // A joining afternoon in the office's Wi-Fi: sixty at once, then twenty a minute.
            join: DefaultKeyedRateLimiter::dashmap(quota(Duration::from_secs(3), 60)),
            refresh: DefaultKeyedRateLimiter::dashmap(quota(Duration::from_millis(100), 300)),
            // 30^8 short codes, some thousand of them open: at one try a second for a whole year the
            // odds of hitting one are under 1 in 10. Links are not slowed down by it.
            short_codes: DefaultDirectRateLimiter::direct(quota(Duration::from_secs(1), 120)),
            // The first sync of a large community takes some hundred pages without a pause.
            device: DefaultKeyedRateLimiter::dashmap(quota(Duration::from_millis(20), 1000)),
            codes: DefaultKeyedRateLimiter::dashmap(quota(Duration::from_secs(1), 60)),
        }
    }

    /// Draws for an address; routes of signed-in devices draw by device.
    pub(crate) fn anonymous(&self, limit: Limit, peer: IpAddr) -> Result<(), Error> {
        let limiter = match limit {
            Limit::Free | Limit::Device | Limit::Codes => return Ok(()),
            Limit::Public => &self.public,
            Limit::Join => &self.join,
            Limit::Refresh => &self.refresh,
        };
        limiter.check_key(&network(peer)).map_err(|until| self.wait(&until))
    }

    /// Draws for a device.
    pub(crate) fn device(&self, limit: Limit, device: DeviceId) -> Result<(), Error> {
        let limiter = if limit == Limit::Codes { &self.codes } else { &self.device };
        limiter.check_key(&device).map_err(|until| self.wait(&until))
    }

    /// Draws for a try of a short code, whoever tries.
    pub(crate) fn short_code(&self) -> Result<(), Error> {
        self.short_codes.check().map_err(|until| self.wait(&until))
    }

    /// Forgets those whose buckets are full again.
    pub(crate) fn forget_idle(&self) {
        self.public.retain_recent();
        self.join.retain_recent();
        self.refresh.retain_recent();
        self.device.retain_recent();
        self.codes.retain_recent();
    }

    fn wait(&self, until: &NotUntil<<DefaultClock as governor::clock::Clock>::Instant>) -> Error {
        too_many(until.wait_time_from(self.clock.now()).as_secs() + 1)
    }
}

fn network(peer: IpAddr) -> Network {
    match peer.to_canonical() {
        IpAddr::V4(address) => {
            let [a, b, c, d] = address.octets();
            [a, b, c, d, 0, 0, 0, 4]
        }
        IpAddr::V6(address) => {
            let [a, b, c, d, e, f, g, ..] = address.octets();
            [a, b, c, d, e, f, g, 6]
        }
    }
}
