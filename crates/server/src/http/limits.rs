//! Rate limits: by address for those who are not signed in yet, by device for the others, and how much of
//! a device may be under way at once.
//!
//! Addresses are of the peer, never of a header that the client can write. An IPv6 subscriber has a
//! whole /56, so that is one key. Nobody is locked out: a limit says how long to wait.

use std::{net::IpAddr, num::NonZeroU32, time::Duration};

use governor::{
    DefaultDirectRateLimiter, DefaultKeyedRateLimiter, NotUntil, Quota,
    clock::{Clock as _, DefaultClock},
};
use linli_wire::id::{DeviceId, PersonId};
use tokio::sync::OwnedSemaphorePermit;

use super::places::Places;
use crate::{Error, error::too_many};

/// Files of one device on their way at the same time, in either direction.
const FILES: usize = 4;
/// Other requests of one device under way at the same time.
const REQUESTS: usize = 16;
/// How long a request waits for its place.
const PATIENCE: Duration = Duration::from_secs(5);

/// Which bucket a route draws from.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Limit {
    /// None: the health of the server.
    Free,
    /// What anybody may ask.
    Public,
    /// What a provider of payments tells by itself.
    Webhook,
    /// Using a code.
    Join,
    /// Using a refresh token. Hundreds of devices may stand behind one address.
    Refresh,
    /// What a signed-in device asks.
    Device,
    /// A file, either way: as [`Limit::Device`], and few at a time.
    File,
    /// A stream: as [`Limit::Device`]; the hub counts those that are open.
    Live,
    /// Issuing codes, which costs argon2.
    Codes,
}

#[derive(Debug)]
pub(crate) struct Limits {
    clock: DefaultClock,
    public: DefaultKeyedRateLimiter<Network>,
    webhooks: DefaultKeyedRateLimiter<Network>,
    join: DefaultKeyedRateLimiter<Network>,
    short_codes: DefaultKeyedRateLimiter<Network>,
    all_short_codes: DefaultDirectRateLimiter,
    warnings: DefaultDirectRateLimiter,
    refresh: DefaultKeyedRateLimiter<Network>,
    strangers: DefaultKeyedRateLimiter<Network>,
    device: DefaultKeyedRateLimiter<DeviceId>,
    codes: DefaultKeyedRateLimiter<DeviceId>,
    relative_codes: DefaultKeyedRateLimiter<PersonId>,
    talk: DefaultKeyedRateLimiter<PersonId>,
    typing: DefaultKeyedRateLimiter<DeviceId>,
    files: Places,
    requests: Places,
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
            // A provider tells again what was turned away, so a burst is only put off.
            webhooks: DefaultKeyedRateLimiter::dashmap(quota(Duration::from_millis(50), 300)),
            // Nobody guesses a link; this only bounds the work.
            join: DefaultKeyedRateLimiter::dashmap(quota(Duration::from_millis(100), 300)),
            // A joining afternoon in the office's Wi-Fi: sixty typed codes at once, then twenty a minute.
            short_codes: DefaultKeyedRateLimiter::dashmap(quota(Duration::from_secs(3), 60)),
            // Against guessing from many addresses, each below its own limit. There are 30^8 short codes; with
            // three thousand of them open and a whole month of trying at this limit, the odds of hitting one
            // are under 1 in 16. It takes fifteen addresses to use it up, and links go on working then.
            all_short_codes: DefaultDirectRateLimiter::direct(quota(Duration::from_millis(200), 600)),
            warnings: DefaultDirectRateLimiter::direct(Quota::per_minute(NonZeroU32::MIN)),
            refresh: DefaultKeyedRateLimiter::dashmap(quota(Duration::from_millis(100), 300)),
            // Each device shows a new token once in a quarter of an hour, and all of a building at once after
            // the server was started anew.
            strangers: DefaultKeyedRateLimiter::dashmap(quota(Duration::from_millis(100), 300)),
            // The first sync of a large community takes some hundred pages without a pause.
            device: DefaultKeyedRateLimiter::dashmap(quota(Duration::from_millis(20), 1000)),
            codes: DefaultKeyedRateLimiter::dashmap(quota(Duration::from_secs(1), 60)),
            // Whoever types one looks at it and confirms. At this rate somebody who tries for a whole week hits one of a
            // hundred open ones with odds of 1 in 600,000.
            relative_codes: DefaultKeyedRateLimiter::dashmap(quota(Duration::from_secs(60), 20)),
            // Each is told to a whole room, of thousands perhaps. Nobody puts two signs a second on messages for minutes.
            talk: DefaultKeyedRateLimiter::dashmap(quota(Duration::from_millis(500), 200)),
            // The app tells it once in four seconds, for as long as somebody types.
            typing: DefaultKeyedRateLimiter::dashmap(quota(Duration::from_secs(2), 5)),
            files: Places::new(FILES, PATIENCE),
            requests: Places::new(REQUESTS, PATIENCE),
        }
    }

    /// Draws for an address; routes of signed-in devices draw by device.
    pub(crate) fn anonymous(&self, limit: Limit, peer: IpAddr) -> Result<(), Error> {
        let limiter = match limit {
            Limit::Free | Limit::Device | Limit::File | Limit::Live | Limit::Codes => return Ok(()),
            Limit::Public => &self.public,
            Limit::Webhook => &self.webhooks,
            Limit::Join => &self.join,
            Limit::Refresh => &self.refresh,
        };
        limiter.check_key(&network(peer)).map_err(|until| self.wait(&until))
    }

    /// Draws for a token that is not known to be good, or for the lack of one.
    pub(crate) fn stranger(&self, peer: IpAddr) -> Result<(), Error> {
        self.strangers.check_key(&network(peer)).map_err(|until| self.wait(&until))
    }

    /// Draws for a device.
    pub(crate) fn device(&self, limit: Limit, device: DeviceId) -> Result<(), Error> {
        let limiter = if limit == Limit::Codes { &self.codes } else { &self.device };
        limiter.check_key(&device).map_err(|until| self.wait(&until))
    }

    /// A place for what a device has under way; none for streams.
    pub(crate) async fn place(
        &self,
        limit: Limit,
        device: DeviceId,
    ) -> Result<Option<OwnedSemaphorePermit>, Error> {
        match limit {
            Limit::Live => Ok(None),
            Limit::File => self.files.take(device).await.map(Some),
            _ => self.requests.take(device).await.map(Some),
        }
    }

    /// Draws for a try of a short code: of this address, then of all.
    pub(crate) fn short_code(&self, peer: IpAddr) -> Result<(), Error> {
        self.short_codes.check_key(&network(peer)).map_err(|until| self.wait(&until))?;
        self.all_short_codes.check().map_err(|until| {
            if self.warnings.check().is_ok() {
                tracing::warn!("typed codes are being tried from many addresses; they are slowed down");
            }
            self.wait(&until)
        })
    }

    /// Draws for a typed code of a household that lets somebody pay: by person, whichever device they type it on.
    pub(crate) fn relative_code(&self, person: PersonId) -> Result<(), Error> {
        self.relative_codes.check_key(&person).map_err(|until| self.wait(&until))
    }

    /// Draws for what is told to a room beside messages, which have a limit of their own.
    pub(crate) fn talk(&self, person: PersonId) -> Result<(), Error> {
        self.talk.check_key(&person).map_err(|until| self.wait(&until))
    }

    /// Draws for a hint that somebody is typing.
    pub(crate) fn typing(&self, device: DeviceId) -> Result<(), Error> {
        self.typing.check_key(&device).map_err(|until| self.wait(&until))
    }

    /// Forgets those whose buckets are full again.
    pub(crate) fn forget_idle(&self) {
        self.public.retain_recent();
        self.webhooks.retain_recent();
        self.join.retain_recent();
        self.short_codes.retain_recent();
        self.refresh.retain_recent();
        self.strangers.retain_recent();
        self.device.retain_recent();
        self.codes.retain_recent();
        self.relative_codes.retain_recent();
        self.talk.retain_recent();
        self.typing.retain_recent();
        self.files.forget_idle();
        self.requests.forget_idle();
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
