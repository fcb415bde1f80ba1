//! The loop that keeps the cache level: pages until there is no more, then the live stream.
//!
//! The server ends a stream with the access token that opened it and says `resume`. That is no trouble: the
//! next page is asked for at once, which renews the token, and nobody is told that anything was offline.

use std::{task::Poll, time::Duration};

use event_listener::EventListener;
use futures_util::{FutureExt, pin_mut};
use linli_wire::{Code, command::ConnectionState, sync::SyncPage};

use super::{Account, SILENCE, authorised};
use crate::{
    api::percent_encode,
    error::{Error, Result},
    notices,
    sse::SseReader,
    sync,
};

/// Shortest time between two streams that the server asked to take up again.
const BREATH: Duration = Duration::from_secs(1);

impl Account {
    pub(super) async fn follow(&self) -> Option<Error> {
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
                    // The server that says so twice in a row is not asked in a hurry.
                    if self.wrote(sync::retake(&self.cache)).is_ok() && failures == 0 {
                        failures = 1;
                        continue;
                    }
                }
                // The server answered; it is the cache that could not take the answer in.
                _ if self.is_trouble(&error) => {}
                _ => self.set_connection(ConnectionState::Offline),
            }
            if self.is_damaged() {
                return self.trouble().map(Error);
            }
            failures = failures.saturating_add(1);
            self.pause(failures, wake).await;
        }
    }

    /// Pulls and holds the stream, as often as the server asks to come back. Returns only with the reason why
    /// it ended.
    async fn follow_once(&self, failures: &mut u32) -> std::result::Result<std::convert::Infallible, Error> {
        loop {
            // Heard from here on: somebody who asks while the stream is being opened is not passed over.
            let wake = self.to_follow.listen();
            self.pull(failures).await?;
            // A server that does nothing but ask to come back is heard once in a while.
            let breath = self.ports.system.sleep(BREATH);
            self.hold_stream(wake).await?;
            breath.await;
        }
    }

    /// Pulls pages until there is no more.
    async fn pull(&self, failures: &mut u32) -> Result<()> {
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
        Ok(())
    }

    /// Holds the live stream until the server asks to come back, or somebody here asks to look now.
    async fn hold_stream(&self, wake: EventListener) -> Result<()> {
        let mut wake = wake.fuse();
        let cursor = sync::progress(&self.cache)?.cursor;
        let answer = authorised!(self, |api| api.stream("/v1/live", &cursor))?;
        let mut events = SseReader::new(answer.body);
        loop {
            let next = events.next().fuse();
            let silence = self.ports.system.sleep(SILENCE).fuse();
            pin_mut!(next, silence);
            futures_util::select! {
                event = next => match event {
                    Some(Ok(event)) if event.name == "page" => {
                        let page: SyncPage = serde_json::from_str(&event.data)
                            .map_err(|error| Error::new(Code::NotLinliServer, error.to_string()))?;
                        self.take(&page)?;
                    }
                    Some(Ok(event)) if event.name == "typing" => self.note_typing(&event.data),
                    Some(Ok(event)) if event.name == "resume" => return Ok(()),
                    Some(Ok(event)) if event.name == "end" => {
                        let error: linli_wire::WireError = serde_json::from_str(&event.data).unwrap_or_else(|_| linli_wire::WireError::new(Code::ServerUnreachable, "stream ended"));
                        return Err(match error.code {
                            // Only a refresh says that; the next request asks for one.
                            Code::SignedOut => Error::new(Code::ServerUnreachable, "stream ended"),
                            _ => error.into(),
                        });
                    }
                    // A heartbeat: still level.
                    Some(Ok(_)) => self.wrote(sync::mark_level(&self.cache, self.ports.system.now()))?,
                    Some(Err(error)) => return Err(Error::new(Code::ServerUnreachable, error.0)),
                    None => return Err(Error::new(Code::ServerUnreachable, "stream closed")),
                },
                () = silence => return Err(Error::new(Code::ServerUnreachable, "stream silent")),
                // Somebody asks to look now: a stream that only seems to be open would say nothing.
                () = wake => return match self.has_left() {
                    true => Err(Error::new(Code::ServerUnreachable, "left")),
                    false => Ok(()),
                },
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
        let applied = self.wrote(sync::apply(&self.cache, page, now))?;
        self.announce(&applied.topics);
        if !applied.new_notices.is_empty() {
            self.notify(&applied.new_notices, now)?;
        }
        if !applied.asks.is_empty() {
            self.tell(&applied.asks)?;
        }
        if !applied.reminded.is_empty() {
            self.remind(&applied.reminded)?;
        }
        if !applied.told.is_empty() {
            self.tell_of_measures(&applied.told)?;
        }
        if !applied.heard.is_empty() {
            self.note_heard(applied.heard);
        }
        if applied.level {
            self.noted(notices::offer_again(&self.cache, &*self.ports.system))?;
            self.to_send.notify(usize::MAX);
            // Indexing would only slow down what is still coming in.
            self.to_tend.notify(usize::MAX);
        }
        Ok(applied.level)
    }
}
