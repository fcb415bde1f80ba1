//! The live stream: `GET /v1/live`, server-sent events that are pages of the log.
//!
//! **What it guarantees.** A stream never skips a change: each one knows its positions, and forwards
//! a change only if its number is the next one. Whatever else arrives (a gap, a burst, a change of the
//! person's scopes) makes it read the log from where it stands. So the stream is a hint and the log is
//! the truth, and a stream that breaks anywhere is taken up again with `Last-Event-ID`.
//!
//! **How it is cheap.** After a commit the hub makes the JSON of its changes once for each scope and
//! hands the shared bytes to every stream that follows the scope; a stream adds its own cursor.
//! Nothing is read from the database for a stream that keeps up.
//!
//! **What can fail.** A client that reads too slowly fills its queue; it is dropped with the hint to
//! come back, and writers never wait for it. A removed device's streams end with its removal, and every
//! stream ends with the access token that opened it: its client comes back at once with the next one.
//!
//! Events: `page` (a SyncPage; its id is the cursor), and before the server ends a stream by itself
//! `end` with a problem, when the device may not come back, or `resume`, when its token has ended and
//! nothing else; `typing`, which is kept nowhere, when somebody is typing in a room of the person's. A comment every 25
//! seconds keeps proxies from closing the connection, and tells a dead one.

mod hub;
mod wake;

use std::{collections::BTreeMap, convert::Infallible, pin::pin, time::Duration};

use axum::{
    body::{Body, Bytes},
    http::{HeaderValue, header},
    response::Response,
};
use linli_wire::{Timestamp, sync::Scope};
use tokio::sync::mpsc::Receiver;

pub(crate) use hub::Hub;
use hub::{Event, Seat};
pub(crate) use wake::{dispatch, tell, wake};

use crate::{
    App, Error,
    auth::{self, Caller},
    http::Call,
    sync::{self, Cursor, Page},
};

const EVENTS: &str = "text/event-stream";
const HEARTBEAT: Duration = Duration::from_secs(25);
/// Most scopes' changes that are put into one page.
const MERGED: usize = 64;

/// Opens a stream. What is wrong with the cursor is answered before it begins.
pub(crate) async fn open(call: Call) -> Result<Response, Error> {
    let (app, (caller, ends_at)) = (call.app.clone(), call.caller_until()?);
    let given = call.header("last-event-id").filter(|text| !text.is_empty());
    let cursor = match given {
        Some(text) => Cursor::decode(text, &app.cursor_key, caller.person, app.instance.epoch)?,
        None => Cursor::new(app.instance.epoch),
    };
    let who = caller.clone();
    let scopes = app.db.read(move |tx| auth::scopes(tx, &who)).await?;
    // Seated before the first page is read: what is committed meanwhile waits in the queue.
    let (seat, events) = app.hub.seat(caller.device, scopes, app.settings.streams_per_device)?;
    // A device that was removed between the question and the seat is told by nobody else.
    let device = caller.device;
    let caller = app.db.read(move |tx| auth::again(tx, device)).await?;
    let mut stream = Stream { app, caller, ends_at, cursor, seat };
    let (first, behind) = stream.read().await?;
    let mut response = Response::new(Body::from_stream(stream.run(first, behind, events)));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(EVENTS));
    headers.insert("x-accel-buffering", HeaderValue::from_static("no"));
    Ok(response)
}

/// Whether an answer is a stream.
pub(crate) fn is_stream(response: &Response) -> bool {
    response.headers().get(header::CONTENT_TYPE).is_some_and(|kind| kind == EVENTS)
}

struct Stream {
    app: App,
    caller: Caller,
    /// When the access token ends.
    ends_at: Timestamp,
    cursor: Cursor,
    seat: Seat,
}

impl Stream {
    /// The next page from the log, and whether the stream is still behind; the positions move with it.
    async fn read(&mut self) -> Result<(Page, bool), Error> {
        let (caller, cursor) = (self.caller.clone(), self.cursor.clone());
        let page = self.app.db.read(move |tx| sync::page(tx, &caller, &cursor)).await?;
        self.cursor = page.cursor.clone();
        let behind = page.more || !self.seat.follow(&self.cursor);
        Ok((page, behind))
    }

    fn run(
        mut self,
        first: Page,
        mut behind: bool,
        mut events: Receiver<Event>,
    ) -> impl futures_util::Stream<Item = Result<Bytes, Infallible>> {
        let app = self.app.clone();
        let mut closing = app.closing.subscribe();
        async_stream::stream! {
            // Made once and not for each event: a timer and a place in two lists of waiters.
            let mut closed = pin!(async move { drop(closing.wait_for(|closing| *closing).await) });
            let mut ended = pin!(app.db.clock().wait_until(Some(self.ends_at)));
            // A little jitter, so that a thousand clients do not come back in the same instant.
            yield Ok(retry_within(3_000));
            yield Ok(self.event(first));
            let mut heartbeat = tokio::time::interval(HEARTBEAT);
            heartbeat.reset();
            loop {
                while behind && !self.has_ended() {
                    // Boxed, as all that a stream seldom does: it takes no room while the stream is idle.
                    match Box::pin(self.read()).await {
                        Ok((page, still)) => {
                            behind = still;
                            if !page.is_empty {
                                yield Ok(self.event(page));
                            }
                        }
                        Err(error) => {
                            yield Ok(end(error));
                            return;
                        }
                    }
                }
                if self.has_ended() {
                    yield Ok(Bytes::from_static(b"event: resume\ndata: {}\n\n"));
                    return;
                }
                let mut event = tokio::select! {
                    biased;
                    () = &mut closed => {
                        yield Ok(retry_within(30_000));
                        return;
                    }
                    () = &mut ended => {
                        ended.set(app.db.clock().wait_until(Some(self.ends_at)));
                        continue;
                    }
                    event = events.recv() => event,
                    _ = heartbeat.tick() => {
                        yield Ok(Bytes::from_static(b":\n\n"));
                        continue;
                    }
                };
                if event.is_none() {
                    // Dropped for reading too slowly: come back and read the log.
                    yield Ok(retry_within(5_000));
                    return;
                }
                let mut merged: BTreeMap<Scope, Vec<Shared>> = BTreeMap::new();
                let mut taken = 0;
                while let Some(one) = event {
                    match one {
                        Event::Changes(changes) => behind |= !self.take(changes, &mut merged),
                        Event::Gone => {
                            yield Ok(end(auth::revoked()));
                            return;
                        }
                        Event::Typing(data) => yield Ok(Bytes::from(format!("event: typing\ndata: {data}\n\n"))),
                        Event::LookAgain => {
                            behind = true;
                            let device = self.caller.device;
                            match Box::pin(app.db.read(move |tx| auth::again(tx, device))).await {
                                Ok(caller) => self.caller = caller,
                                Err(error) => {
                                    yield Ok(end(error));
                                    return;
                                }
                            }
                            // What waits behind it may be of a room that was just lost: the scopes are read first.
                            break;
                        }
                    }
                    taken += 1;
                    event = if taken < MERGED { events.try_recv().ok() } else { None };
                }
                if !merged.is_empty() {
                    let page = self.merged(&merged);
                    yield Ok(self.event(page));
                }
            }
        }
    }

    fn has_ended(&self) -> bool {
        self.ends_at <= self.app.db.now()
    }

    /// Takes changes that follow on where the stream stands; false when the log has to be read.
    fn take(&mut self, changes: Shared, merged: &mut BTreeMap<Scope, Vec<Shared>>) -> bool {
        let Some(position) = self.cursor.position(&changes.scope) else { return false };
        if changes.last <= position {
            return true;
        }
        if changes.first != position + 1 {
            return false;
        }
        self.cursor.set(changes.scope, changes.last);
        merged.entry(changes.scope).or_default().push(changes);
        true
    }

    fn merged(&self, merged: &BTreeMap<Scope, Vec<Shared>>) -> Page {
        let all = merged.values().flatten().map(|changes| &*changes.json);
        Page::of_scopes(all, self.cursor.clone())
    }

    fn event(&self, page: Page) -> Bytes {
        let id = page.cursor.encode(&self.app.cursor_key, self.caller.person);
        let data = page.json(&id, self.app.db.now());
        Bytes::from(format!("event: page\nid: {id}\ndata: {data}\n\n"))
    }
}

type Shared = std::sync::Arc<hub::Changes>;

fn end(error: Error) -> Bytes {
    let error = error.into_wire();
    let data = serde_json::to_string(&error).unwrap_or_default();
    Bytes::from(format!("event: end\ndata: {data}\n\n"))
}

fn retry_within(millis: u64) -> Bytes {
    let random = crate::clock::random::<8>().map(u64::from_be_bytes).unwrap_or_default();
    Bytes::from(format!("retry: {}\n\n", random % millis))
}
