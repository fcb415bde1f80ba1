//! What is heard from neighbours as it happens: messages that are told of, and who is typing.
//!
//! A message is told of a moment after it came. What comes to a room within that moment is one notification, and a room
//! that is on the screen has been asked for its messages by then, or read: of that, nothing is told. So the face asks for
//! messages only while its window can be seen.

use std::{collections::BTreeMap, sync::Mutex, time::Duration};

use event_listener::Event;
use linli_wire::{
    Timestamp,
    command::{ConnectionState, Topic},
    id::{PersonId, RoomId},
};
use serde::Deserialize;

use super::{Account, authorised};
use crate::{
    cache::lock,
    chat::{self, Heard},
    error::{Error, Result},
};

/// How long a message waits before it is told of.
const MOMENT: Duration = Duration::from_secs(2);
/// How long after it was asked for a room counts as on the screen, in milliseconds.
const ON_SCREEN_MS: i64 = 5_000;
/// At most one notification for a room in this time, in milliseconds.
const TELL_EVERY_MS: i64 = 30_000;
/// How long somebody is typing after they were heard to be, in milliseconds.
const TYPING_MS: i64 = 6_000;
/// How often a room is told that this person is typing, in milliseconds.
const TELL_TYPING_MS: i64 = 4_000;

/// What is known of rooms until the app ends; none of it is kept.
#[derive(Default)]
pub(super) struct Hearing {
    to_hear: Event,
    to_fade: Event,
    heard: Mutex<Vec<Heard>>,
    /// When a room was last asked for its messages.
    seen: Mutex<BTreeMap<RoomId, Timestamp>>,
    /// When a room was last told of.
    told: Mutex<BTreeMap<RoomId, Timestamp>>,
    /// Who types where, and since when.
    typing: Mutex<BTreeMap<(RoomId, PersonId), Timestamp>>,
    /// When a room was last told that this person is typing.
    told_typing: Mutex<BTreeMap<RoomId, Timestamp>>,
}

/// What the live stream says about somebody who is typing.
#[derive(Deserialize)]
struct Typing {
    room_id: RoomId,
    person_id: PersonId,
}

/// Whether something was less than `millis` ago. A clock that was set back makes it long ago.
fn is_recent(at: Option<&Timestamp>, now: Timestamp, millis: i64) -> bool {
    at.is_some_and(|at| (0..millis).contains(&now.millis_since(*at)))
}

impl Account {
    /// New messages of others have come in.
    pub(super) fn note_heard(&self, heard: Vec<Heard>) {
        let mut typing = lock(&self.hearing.typing);
        for heard in &heard {
            typing.remove(&(heard.room, heard.from));
        }
        lock(&self.hearing.heard).extend(heard);
        self.hearing.to_hear.notify(usize::MAX);
    }

    /// The loop that tells of them.
    pub(super) async fn hear(&self) -> Option<Error> {
        loop {
            let wake = self.hearing.to_hear.listen();
            if self.has_left() {
                return None;
            }
            if lock(&self.hearing.heard).is_empty() {
                wake.await;
                continue;
            }
            self.ports.system.sleep(MOMENT).await;
            let heard = std::mem::take(&mut *lock(&self.hearing.heard));
            // A notification that cannot be made is no trouble: the message is there.
            let _ = self.tell_heard(&heard);
        }
    }

    fn tell_heard(&self, heard: &[Heard]) -> Result<()> {
        let now = self.ports.system.now();
        let is_free = |room: RoomId| {
            let mut told = lock(&self.hearing.told);
            let on_screen = is_recent(lock(&self.hearing.seen).get(&room), now, ON_SCREEN_MS);
            let free = !on_screen && !is_recent(told.get(&room), now, TELL_EVERY_MS);
            if free {
                told.insert(room, now);
            }
            free
        };
        for notification in self.cache.read(|db| chat::told(db, heard, now, is_free))? {
            self.ports.desktop.notify(notification);
        }
        Ok(())
    }

    /// The messages of a room are on the screen.
    pub fn saw_room(&self, room: RoomId, now: Timestamp) {
        lock(&self.hearing.seen).insert(room, now);
    }

    /// Who is typing in a room just now.
    pub fn typing_in(&self, room: RoomId, now: Timestamp) -> Vec<PersonId> {
        let typing = lock(&self.hearing.typing);
        let is_now = |(place, since): &(&(RoomId, PersonId), &Timestamp)| {
            place.0 == room && is_recent(Some(since), now, TYPING_MS)
        };
        typing.iter().filter(is_now).map(|(place, _)| place.1).collect()
    }

    /// The live stream says that somebody is typing. What cannot be read is passed over.
    pub(super) fn note_typing(&self, data: &str) {
        let Ok(Typing { room_id, person_id }) = serde_json::from_str(data) else { return };
        lock(&self.hearing.typing).insert((room_id, person_id), self.ports.system.now());
        self.hearing.to_fade.notify(usize::MAX);
        (self.ports.announce)(Topic::Chat);
    }

    /// The loop that forgets who was typing.
    pub(super) async fn fade(&self) -> Option<Error> {
        loop {
            let wake = self.hearing.to_fade.listen();
            if self.has_left() {
                return None;
            }
            if lock(&self.hearing.typing).is_empty() {
                wake.await;
                continue;
            }
            self.ports.system.sleep(Duration::from_secs(1)).await;
            let now = self.ports.system.now();
            let faded = {
                let mut typing = lock(&self.hearing.typing);
                let before = typing.len();
                typing.retain(|_, since| is_recent(Some(since), now, TYPING_MS));
                typing.len() < before
            };
            if faded {
                (self.ports.announce)(Topic::Chat);
            }
        }
    }

    /// Tells a room that the person is typing, unless it was told a moment ago. Nobody misses it when it fails.
    pub async fn tell_typing(&self, room: RoomId) {
        let now = self.ports.system.now();
        {
            let mut told = lock(&self.hearing.told_typing);
            if is_recent(told.get(&room), now, TELL_TYPING_MS) || self.connection() != ConnectionState::Online
            {
                return;
            }
            told.insert(room, now);
        }
        let path = format!("/v1/rooms/{room}/typing");
        let tell = async { Result::Ok(authorised!(self, |api| api.act("POST", &path))?) };
        let _ = tell.await;
    }
}
