//! One community on this device: its cache, and the three loops that keep it level.
//!
//! * *follow*: pulls pages until level, then holds the live stream; every page goes through
//!   [`sync::apply`]. When anything breaks it waits and begins anew: the cursor is the only state.
//! * *send*: uploads files, then flushes the outbox in batches.
//! * *tend*: indexes words for search, and fetches the pictures that should be there offline.
//!
//! None of them holds anything that a crash could lose. [`Account::run`] ends only when the server
//! ended the membership, or the person left.

use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex},
    task::Poll,
    time::Duration,
};

use event_listener::{Event, EventListener};
use futures_util::{
    FutureExt,
    future::{Either, select},
    pin_mut,
};
use linli_wire::{
    Code, Timestamp,
    attachments::Attachment,
    command::{ConnectionState, Topic},
    id::{AccountId, AttachmentId},
    notices::Notice,
    ops::{OpsReply, OpsRequest},
    sync::SyncPage,
};

use crate::{
    api::{is_passing, percent_encode},
    attachments::{self, Kept},
    cache::{Cache, Migrations, lock},
    community,
    error::{Error, Result, internal, not_found},
    notices, outbox,
    ports::{Notification, Ports},
    session::{self, Session},
    sse::SseReader,
    sync,
};

/// Tables of an account's database.
pub const MIGRATIONS: Migrations = &[
    include_str!("../migrations/account/0001.sql"),
    include_str!("../migrations/account/0002.sql"),
    include_str!("../migrations/account/0003.sql"),
];

/// A stream that says nothing for this long is dead: the server's heartbeat is 25 s.
const SILENCE: Duration = Duration::from_secs(60);
/// Longest pause between two attempts. security.md §2.5 allows five minutes; a resident who plugs the
/// cable in again looks at the screen for less than one.
const LONGEST_PAUSE: Duration = Duration::from_secs(60);
/// At most one system notification for normal notices in this time, in milliseconds.
const NOTIFY_EVERY: i64 = 3600 * 1000;
/// How many of the newest notices have their files fetched for reading offline.
const FETCHED_NOTICES: u32 = 200;
/// Largest file that is fetched without being asked for.
const FETCHED_BYTES: u64 = 4 * 1024 * 1024;

/// Runs a request with the current token, and once more with a new one if that was refused.
macro_rules! authorised {
    ($account:expr, |$api:ident| $call:expr) => {{
        let session = $account.session()?;
        let $api = $crate::api::Api {
            network: &*$account.ports.network,
            server: &session.server,
            token: Some(&session.access),
        };
        match $call.await {
            Err(error) if error.code() == Code::SignedOut => {
                let session = $account.renew(&session.access).await?;
                let $api = $crate::api::Api {
                    network: &*$account.ports.network,
                    server: &session.server,
                    token: Some(&session.access),
                };
                $call.await
            }
            answer => answer,
        }
    }};
}
pub(crate) use authorised;

/// A community joined on this device.
pub struct Account {
    /// Key of its cache.
    pub id: AccountId,
    /// Its cache.
    pub cache: Cache,
    pub(crate) ports: Ports,
    renewing: futures_util::lock::Mutex<()>,
    connection: Mutex<ConnectionState>,
    to_send: Event,
    to_follow: Event,
    to_tend: Event,
    left: Mutex<bool>,
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
            to_send: Event::new(),
            to_follow: Event::new(),
            to_tend: Event::new(),
            left: Mutex::new(false),
        })
    }

    /// Whether the server answers.
    pub fn connection(&self) -> ConnectionState {
        *lock(&self.connection)
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

    /// Keeps the account level until the server ends the membership (`Some`) or the person leaves.
    pub async fn run(&self) -> Option<Error> {
        if let Err(error) = outbox::recover(&self.cache, self.ports.system.now()) {
            return Some(error);
        }
        let follow = self.follow().fuse();
        let send = self.send().fuse();
        let tend = self.tend().fuse();
        pin_mut!(follow, send, tend);
        futures_util::select! {
            end = follow => end,
            end = send => end,
            end = tend => end,
        }
    }

    /// The session.
    ///
    /// # Errors
    /// `signed_out` when there is none.
    pub(crate) fn session(&self) -> Result<Session> {
        session::load(&self.cache)?.ok_or_else(|| Error::new(Code::SignedOut, "no session"))
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
            return Ok(kept);
        }
        let about = self
            .cache
            .read(|db| notices::attachment_about(db, id))?
            .ok_or_else(|| not_found("attachment"))?;
        self.fetch(&about).await?;
        attachments::kept(&self.cache, id)?.ok_or_else(|| internal("a file vanished"))
    }

    async fn fetch(&self, about: &Attachment) -> Result<()> {
        let path = format!("/v1/attachments/{}", about.id);
        let bytes = authorised!(self, |api| api.get_file(&path))?;
        attachments::keep(&self.cache, about, &bytes, self.ports.system.now())
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

    fn announce(&self, topics: &BTreeSet<Topic>) {
        topics.iter().for_each(|topic| (self.ports.announce)(*topic));
    }

    // follow

    async fn follow(&self) -> Option<Error> {
        let mut failures = 0_u32;
        loop {
            if self.has_left() {
                return None;
            }
            let wake = self.to_follow.listen();
            let Err(error) = self.follow_once(&mut failures).await;
            match error.code() {
                Code::SignedOut | Code::DeviceRevoked => return Some(error),
                Code::CursorExpired => {
                    if let Err(error) = sync::retake(&self.cache) {
                        return Some(error);
                    }
                    // The server that says so twice in a row is not asked in a hurry.
                    if failures == 0 {
                        failures = 1;
                        continue;
                    }
                }
                _ => self.set_connection(ConnectionState::Offline),
            }
            failures = failures.saturating_add(1);
            self.pause(failures, wake).await;
        }
    }

    /// Pulls, then holds the stream. Returns only with the reason why it ended.
    async fn follow_once(&self, failures: &mut u32) -> std::result::Result<std::convert::Infallible, Error> {
        let mut page = self.page_behind(&sync::progress(&self.cache)?.cursor).await?;
        loop {
            *failures = 0;
            // While a page is taken in, the next one is on its way.
            let following = page.more.then(|| page.cursor.clone());
            let mut next = following.as_deref().map(|cursor| Box::pin(self.page_behind(cursor)));
            let early = match &mut next {
                Some(next) => futures_util::poll!(next),
                None => Poll::Pending,
            };
            self.take(&page)?;
            self.set_connection(ConnectionState::Online);
            page = match (early, next) {
                (Poll::Ready(page), _) => page?,
                (Poll::Pending, Some(next)) => next.await?,
                (Poll::Pending, None) => break,
            };
        }
        self.to_send.notify(usize::MAX);
        let cursor = sync::progress(&self.cache)?.cursor;
        let answer = authorised!(self, |api| api.stream("/v1/live", &cursor))?;
        let mut events = SseReader::new(answer.body);
        loop {
            let wake = self.to_follow.listen();
            let next = events.next().fuse();
            let silence = self.ports.system.sleep(SILENCE).fuse();
            let wake = wake.fuse();
            pin_mut!(next, silence, wake);
            futures_util::select! {
                event = next => match event {
                    Some(Ok(event)) if event.name == "page" => {
                        let page: SyncPage = serde_json::from_str(&event.data)
                            .map_err(|error| Error::new(Code::NotLinliServer, error.to_string()))?;
                        self.take(&page)?;
                    }
                    Some(Ok(event)) if event.name == "end" => {
                        let error: linli_wire::WireError = serde_json::from_str(&event.data).unwrap_or_else(|_| linli_wire::WireError::new(Code::ServerUnreachable, "stream ended"));
                        return Err(error.into());
                    }
                    // A heartbeat: still level.
                    Some(Ok(_)) => sync::mark_level(&self.cache, self.ports.system.now())?,
                    Some(Err(error)) => return Err(Error::new(Code::ServerUnreachable, error.0)),
                    None => return Err(Error::new(Code::ServerUnreachable, "stream closed")),
                },
                () = silence => return Err(Error::new(Code::ServerUnreachable, "stream silent")),
                () = wake => if self.has_left() { return Err(Error::new(Code::ServerUnreachable, "left")) },
            }
        }
    }

    /// The page that the log has behind a cursor.
    pub(crate) async fn page_behind(&self, cursor: &str) -> Result<SyncPage> {
        let path = format!("/v1/sync?cursor={}", percent_encode(cursor));
        authorised!(self, |api| api.get(&path))
    }

    fn take(&self, page: &SyncPage) -> Result<bool> {
        let now = self.ports.system.now();
        let applied = sync::apply(&self.cache, page, now)?;
        self.announce(&applied.topics);
        if !applied.new_notices.is_empty() {
            self.notify(&applied.new_notices, now)?;
        }
        if applied.level {
            self.to_send.notify(usize::MAX);
            // Indexing would only slow down what is still coming in.
            self.to_tend.notify(usize::MAX);
        }
        Ok(applied.level)
    }

    /// System notifications: emergencies always, others at most once an hour and not when muted.
    fn notify(&self, fresh: &[Notice], now: Timestamp) -> Result<()> {
        let Some((title, language, preferences)) = self.cache.read(|db| {
            let Some(community) = community::community(db)? else { return Ok(None) };
            let Some(me) = community::me(db)? else { return Ok(None) };
            let title = community.name.in_language(&me.language).to_owned();
            Ok(Some((title, me.language, community::preferences(db)?)))
        })?
        else {
            return Ok(());
        };
        let mut shown_normal = false;
        for notice in fresh {
            if notice.content.expires_at.is_some_and(|at| at <= now) {
                continue;
            }
            let urgent = notice.content.emergency;
            if !urgent {
                if shown_normal
                    || preferences.muted_categories.contains(&notice.content.category)
                    || !self.may_notify(now)?
                {
                    continue;
                }
                shown_normal = true;
            }
            let (_, text) = notices::in_language(notice, &language);
            self.ports.desktop.notify(Notification {
                title: title.clone(),
                body: text.title.clone(),
                urgent,
            });
        }
        Ok(())
    }

    /// Takes the hour's turn, if it is free. A clock that was set back frees it too.
    fn may_notify(&self, now: Timestamp) -> Result<bool> {
        self.cache.write(|tx| {
            let changed = tx.execute(
                "UPDATE progress SET notified_at = ?1 WHERE notified_at <= ?1 - ?2 OR notified_at > ?1",
                [now.0, NOTIFY_EVERY],
            )?;
            Ok(changed == 1)
        })
    }

    // send

    async fn send(&self) -> Option<Error> {
        let mut failures = 0_u32;
        loop {
            if self.has_left() {
                return None;
            }
            let wake = self.to_send.listen();
            match self.send_once().await {
                Ok(true) => failures = 0,
                Ok(false) => {
                    failures = 0;
                    wake.await;
                }
                Err(error) => match error.code() {
                    Code::SignedOut | Code::DeviceRevoked => return Some(error),
                    _ => {
                        if matches!(error.code(), Code::ServerUnreachable) {
                            self.set_connection(ConnectionState::Offline);
                        }
                        failures = failures.saturating_add(1);
                        self.pause(failures, wake).await;
                    }
                },
            }
        }
    }

    /// One file or one batch. Returns whether there may be more.
    async fn send_once(&self) -> Result<bool> {
        if let Some(Kept { about, bytes }) = attachments::next_upload(&self.cache)? {
            let path = format!("/v1/attachments/{}", about.id);
            match authorised!(self, |api| api.put_file::<Attachment>(&path, &about.name, bytes.clone())) {
                Ok(_) => attachments::uploaded(&self.cache, about.id)?,
                Err(error)
                    if is_passing(error.code())
                        || matches!(error.code(), Code::SignedOut | Code::DeviceRevoked) =>
                {
                    return Err(error);
                }
                Err(_) => attachments::refused(&self.cache, about.id)?,
            }
            return Ok(true);
        }
        // Only this loop sends: what is still marked as on its way is left from an attempt whose answer
        // could not be written down, as on a full disk. It is asked for again.
        outbox::put_back(&self.cache)?;
        let batch = outbox::next_batch(&self.cache)?;
        if batch.is_empty() {
            return Ok(false);
        }
        (self.ports.announce)(Topic::Outbox);
        let request = OpsRequest { ops: batch };
        let reply: Result<OpsReply> = authorised!(self, |api| api.post("/v1/ops", &request));
        let reply = match reply {
            Ok(reply) => reply,
            Err(error) => {
                outbox::put_back(&self.cache)?;
                (self.ports.announce)(Topic::Outbox);
                return Err(error);
            }
        };
        let before: usize = reply
            .outcomes
            .iter()
            .filter(|outcome| matches!(outcome, linli_wire::ops::Outcome::Done { .. }))
            .count();
        let stuck = outbox::conclude(&self.cache, &request.ops, &reply.outcomes, self.ports.system.now())?;
        for topic in [Topic::Outbox, Topic::App, Topic::Notices] {
            (self.ports.announce)(topic);
        }
        if before == 0 && !stuck {
            // The server put everything off: ask again later, not at once.
            return Err(Error::new(Code::TooManyTries, "put off"));
        }
        Ok(true)
    }

    // tend

    async fn tend(&self) -> Option<Error> {
        loop {
            let wake = self.to_tend.listen();
            if self.has_left() {
                return None;
            }
            // Trouble here is no one's trouble: search indexes what is missing when it is asked, and a
            // picture is fetched when it is shown.
            if self.tend_once().await.is_err() {
                self.pause(3, wake).await;
            } else {
                wake.await;
            }
        }
    }

    async fn tend_once(&self) -> Result<()> {
        while notices::index_some(&self.cache, 200)? > 200 {
            // Let the other loops have their turn.
            self.ports.system.sleep(Duration::ZERO).await;
        }
        let now = self.ports.system.now();
        for about in self.cache.read(|db| notices::newest_files(db, FETCHED_NOTICES, now))? {
            if about.bytes <= FETCHED_BYTES && !attachments::is_kept(&self.cache, about.id)? {
                self.fetch(&about).await?;
            }
        }
        Ok(())
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
