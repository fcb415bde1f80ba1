//! One community on this device: its cache, and the loops that keep it level.
//!
//! * *follow*: pulls pages until level, then holds the live stream; every page goes through
//!   [`sync::apply`]. When anything breaks it waits and begins anew: the cursor is the only state.
//! * *send*: flushes the outbox in batches; *upload*, beside it, sends the files that operations name.
//! * *tend*: indexes words for search, and fetches the pictures that should be there offline.
//! * *hear* and *fade*: tell of messages, and forget who was typing.
//!
//! None of them holds anything that a crash could lose. [`Account::run`] ends only when the server ended
//! the membership, the cache is damaged, or the person left. A cache that takes nothing in just now (the
//! disk is full) ends nothing: what is here can be read, [`Account::trouble`] says what is wrong, and the
//! loops try again by themselves and when asked to.

mod follow;
mod hear;
mod notify;
mod send;
mod tend;
mod upload;

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex},
    time::Duration,
};

use bytes::Bytes;
use event_listener::{Event, EventListener};
use futures_util::{
    FutureExt,
    future::{Either, select},
    pin_mut,
};
use linli_wire::{
    Code, WireError,
    attachments::Attachment,
    command::{ConnectionState, RepairExport, RepairOlder, Topic},
    id::{AccountId, AttachmentId},
    repairs::RepairEvents,
};

use crate::{
    attachments::{self, Kept},
    cache::{Cache, Migrations, lock},
    chat, community,
    error::{Error, Result, internal, not_found},
    notices, outbox,
    ports::Ports,
    repairs,
    session::{self, Session},
};

/// Tables of an account's database.
pub const MIGRATIONS: Migrations = &[
    include_str!("../migrations/account/0001.sql"),
    include_str!("../migrations/account/0002.sql"),
    include_str!("../migrations/account/0003.sql"),
    include_str!("../migrations/account/0004.sql"),
    include_str!("../migrations/account/0005.sql"),
    include_str!("../migrations/account/0006.sql"),
    include_str!("../migrations/account/0007.sql"),
    include_str!("../migrations/account/0008.sql"),
    include_str!("../migrations/account/0009.sql"),
    include_str!("../migrations/account/0010.sql"),
    include_str!("../migrations/account/0011.sql"),
    include_str!("../migrations/account/0012.sql"),
    include_str!("../migrations/account/0013.sql"),
    include_str!("../migrations/account/0014.sql"),
    include_str!("../migrations/account/0015.sql"),
    include_str!("../migrations/account/0016.sql"),
    include_str!("../migrations/account/0017.sql"),
];

/// A stream that says nothing for this long is dead: the server's heartbeat is 25 s.
const SILENCE: Duration = Duration::from_secs(60);
/// Longest pause between two attempts. security.md §2.5 allows five minutes; a resident who plugs the
/// cable in again looks at the screen for less than one.
const LONGEST_PAUSE: Duration = Duration::from_secs(60);

/// How often in a row a request is repeated with a new token.
pub(crate) const RENEWALS: u32 = 3;

/// Runs a request with the current token, and again with a new one when that is refused. Whether a membership has
/// ended is said by the refresh alone: a new token may be old again before it is used, on a computer that slept
/// in between.
macro_rules! authorised {
    ($account:expr, |$api:ident| $call:expr) => {{
        let mut session = $account.session()?;
        let mut renewals = 0;
        loop {
            let $api = $crate::api::Api {
                network: &*$account.ports.network,
                server: &session.server,
                token: Some(&session.access),
            };
            match $call.await {
                Err(error) if error.code() == linli_wire::Code::SignedOut => {
                    if renewals == $crate::account::RENEWALS {
                        break Err($crate::error::Error::new(
                            linli_wire::Code::ServerUnreachable,
                            "a new token is refused, too",
                        ));
                    }
                    renewals += 1;
                    session = $account.renew(&session.access).await?;
                }
                answer => break answer,
            }
        }
    }};
}
pub(crate) use authorised;

/// Why an account runs no longer.
#[derive(Clone, PartialEq, Debug)]
pub enum End {
    /// The person left.
    Left,
    /// The cache proved damaged.
    Damaged(Error),
    /// The server ended the membership.
    Ended {
        /// `signed_out` or `device_revoked`.
        trouble: Error,
        /// Whether work of the person's is left in the cache: see [`outbox::kept`].
        keeps: bool,
    },
}

/// A community joined on this device.
pub struct Account {
    /// Key of its cache.
    pub id: AccountId,
    /// Its cache.
    pub cache: Cache,
    pub(crate) ports: Ports,
    renewing: futures_util::lock::Mutex<()>,
    connection: Mutex<ConnectionState>,
    trouble: Mutex<Option<WireError>>,
    to_send: Event,
    to_follow: Event,
    to_tend: Event,
    left: Mutex<bool>,
    hearing: hear::Hearing,
    /// Files on what was asked for and is not in the cache.
    told: Mutex<BTreeMap<AttachmentId, Attachment>>,
}

impl Account {
    /// An account over an open cache.
    pub fn new(id: AccountId, cache: Cache, ports: Ports) -> Arc<Self> {
        Arc::new(Self {
            id,
            cache,
            ports,
            renewing: futures_util::lock::Mutex::new(()),
            connection: Mutex::new(ConnectionState::Connecting),
            trouble: Mutex::default(),
            to_send: Event::new(),
            to_follow: Event::new(),
            to_tend: Event::new(),
            left: Mutex::new(false),
            hearing: hear::Hearing::default(),
            told: Mutex::default(),
        })
    }

    /// Whether the server answers.
    pub fn connection(&self) -> ConnectionState {
        *lock(&self.connection)
    }

    /// Why the cache takes nothing in just now, if so.
    pub fn trouble(&self) -> Option<WireError> {
        lock(&self.trouble).clone()
    }

    /// Clock and randomness.
    pub fn system(&self) -> &dyn crate::ports::System {
        &*self.ports.system
    }

    /// Something was queued.
    pub fn wake_sender(&self) {
        self.to_send.notify(usize::MAX);
    }

    /// Try the network now.
    pub fn wake(&self) {
        self.to_follow.notify(usize::MAX);
        self.to_send.notify(usize::MAX);
    }

    /// The person leaves: the loops end.
    pub fn leave(&self) {
        *lock(&self.left) = true;
        self.wake();
    }

    /// Keeps the account level until the server ends the membership, the cache proves damaged, or the
    /// person leaves.
    pub async fn run(&self) -> End {
        let recover = || outbox::recover(&self.cache, self.ports.system.now());
        let error = match self.insist(recover).await {
            Ok(()) => match self.loops().await {
                Some(error) if !self.has_left() => error,
                // What the server says of a membership that the person ends is no news.
                Some(_) | None => return End::Left,
            },
            Err(end) => return end,
        };
        match error.code() {
            Code::DeviceRevoked => End::Ended { trouble: error, keeps: false },
            Code::SignedOut => {
                let end = || outbox::kept::end(&self.cache, self.ports.system.now());
                match self.insist(end).await {
                    Ok(keeps) => End::Ended { trouble: error, keeps },
                    Err(end) => end,
                }
            }
            _ => End::Damaged(error),
        }
    }

    /// Something that the cache must take in before anything else may happen.
    async fn insist<T>(&self, mut write: impl FnMut() -> Result<T>) -> std::result::Result<T, End> {
        loop {
            if self.has_left() {
                return Err(End::Left);
            }
            let wake = self.to_follow.listen();
            match self.wrote(write()) {
                Ok(value) => return Ok(value),
                Err(error) if self.is_damaged() => return Err(End::Damaged(error)),
                Err(_) => self.pause(1, wake).await,
            }
        }
    }

    async fn loops(&self) -> Option<Error> {
        let follow = self.follow().fuse();
        let send = self.send().fuse();
        let upload = self.upload().fuse();
        let tend = self.tend().fuse();
        let hear = self.hear().fuse();
        let fade = self.fade().fuse();
        pin_mut!(follow, send, upload, tend, hear, fade);
        futures_util::select! {
            end = follow => end,
            end = send => end,
            end = upload => end,
            end = tend => end,
            end = hear => end,
            end = fade => end,
        }
    }

    /// The session.
    ///
    /// # Errors
    /// `signed_out` when there is none.
    pub(crate) fn session(&self) -> Result<Session> {
        self.noted(session::load(&self.cache))?.ok_or_else(|| Error::new(Code::SignedOut, "no session"))
    }

    pub(crate) async fn renew(&self, used: &str) -> Result<Session> {
        let _one_at_a_time = self.renewing.lock().await;
        session::renew(&self.cache, &*self.ports.network, &*self.ports.system, used).await
    }

    /// A file: from the cache, else from the server.
    ///
    /// # Errors
    /// `not_found`, or trouble of the network.
    pub async fn file(&self, id: AttachmentId) -> Result<Kept> {
        if let Some(kept) = attachments::kept(&self.cache, id)? {
            // A file that is here is shown, also when nothing more can be written.
            let _ = attachments::used(&self.cache, id, self.ports.system.now());
            return Ok(kept);
        }
        if let Some(photo) = self.cache.read(|db| community::attachment_about(db, id))? {
            self.fetch_photo(&photo).await?;
            return attachments::kept(&self.cache, id)?.ok_or_else(|| not_found("attachment"));
        }
        let about = self
            .cache
            .read(|db| match chat::attachment_about(db, id)? {
                Some(about) => Ok(Some(about)),
                None => Ok(notices::attachment_about(db, id)?.or(repairs::attachment_about(db, id)?)),
            })?
            .or_else(|| lock(&self.told).get(&id).cloned())
            .ok_or_else(|| not_found("attachment"))?;
        self.fetch(&about).await?;
        attachments::kept(&self.cache, id)?.ok_or_else(|| internal("a file vanished"))
    }

    /// What happened to a repair before what it carries, from the server. Its photos can be read until the app
    /// ends.
    ///
    /// # Errors
    /// The server's, `server_unreachable`.
    pub(crate) async fn older(&self, of: RepairOlder) -> Result<RepairEvents> {
        let before = of.before.map(|number| format!("?before={number}")).unwrap_or_default();
        let path = format!("/v1/repairs/{}/events{before}", of.id);
        let page: RepairEvents = authorised!(self, |api| api.get(&path))?;
        let photos = page.events.iter().flat_map(|event| &event.photos);
        lock(&self.told).extend(photos.map(|file| (file.id, file.clone())));
        Ok(page)
    }

    /// Repairs as a spreadsheet, from the server, and the name it is saved under.
    ///
    /// # Errors
    /// The server's, `server_unreachable`, `too_large`.
    pub(crate) async fn sheet(&self, wanted: &RepairExport) -> Result<(String, Bytes)> {
        let (path, name) = repairs::sheet(wanted);
        Ok((name, authorised!(self, |api| api.get_sheet(&path))?))
    }

    async fn fetch(&self, about: &Attachment) -> Result<()> {
        let bytes = self.bytes_of(about).await?;
        attachments::keep(&self.cache, about, &bytes, self.ports.system.now())
    }

    /// The photo of a person, unless it was taken back while it was on its way.
    async fn fetch_photo(&self, about: &Attachment) -> Result<()> {
        let bytes = self.bytes_of(about).await?;
        let is_wanted = |db: &rusqlite::Connection| community::is_photo(db, about.id.0);
        attachments::keep_if(&self.cache, about, &bytes, self.ports.system.now(), is_wanted)
    }

    async fn bytes_of(&self, about: &Attachment) -> Result<bytes::Bytes> {
        let path = format!("/v1/attachments/{}", about.id);
        authorised!(self, |api| api.get_file(&path))
    }

    fn has_left(&self) -> bool {
        *lock(&self.left)
    }

    fn set_connection(&self, state: ConnectionState) {
        let before = std::mem::replace(&mut *lock(&self.connection), state);
        if before != state {
            (self.ports.announce)(Topic::App);
        }
    }

    /// A write of the loops: when it fails, the person is told why; when it works, the trouble is over.
    fn wrote<T>(&self, result: Result<T>) -> Result<T> {
        self.set_trouble(result.as_ref().err().map(|error| error.0.clone()));
        result
    }

    /// Something of the cache that may not have written anything: what works proves nothing.
    fn noted<T>(&self, result: Result<T>) -> Result<T> {
        if let Err(error) = &result {
            self.set_trouble(Some(error.0.clone()));
        }
        result
    }

    fn set_trouble(&self, trouble: Option<WireError>) {
        let before = std::mem::replace(&mut *lock(&self.trouble), trouble.clone());
        if before != trouble {
            (self.ports.announce)(Topic::App);
        }
    }

    /// Whether an error is the cache's, not the network's or the server's.
    fn is_trouble(&self, error: &Error) -> bool {
        lock(&self.trouble).as_ref() == Some(&error.0)
    }

    /// Whether the cache is beyond trying again.
    fn is_damaged(&self) -> bool {
        lock(&self.trouble).as_ref().is_some_and(|trouble| trouble.code == Code::DatabaseDamaged)
    }

    fn announce(&self, topics: &BTreeSet<Topic>) {
        topics.iter().for_each(|topic| (self.ports.announce)(*topic));
    }

    /// Waits 1 s · 2ⁿ ± 50 %, or until woken.
    async fn pause(&self, failures: u32, wake: EventListener) {
        let seconds = 2_u64.saturating_pow(failures.saturating_sub(1).min(10)).min(LONGEST_PAUSE.as_secs());
        let mut random = [0; 2];
        self.ports.system.random(&mut random);
        let jitter = 0.5 + f64::from(u16::from_be_bytes(random)) / f64::from(u16::MAX);
        let sleep = self.ports.system.sleep(Duration::from_secs(seconds).mul_f64(jitter));
        match select(wake, sleep).await {
            Either::Left(_) | Either::Right(_) => {}
        }
    }
}
