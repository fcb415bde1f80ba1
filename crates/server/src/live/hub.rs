//! The hub: which streams follow which scopes, and what is handed to them.

use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use linli_wire::{
    id::{DeviceId, PersonId, RoomId},
    sync::{Entity, Scope},
};
use tokio::sync::mpsc::{Receiver, Sender, channel};

use crate::{
    Error,
    db::Database,
    error::too_many,
    log::Logged,
    sync::{self, Cursor},
};

/// Events that may wait for a stream before it is dropped as too slow.
const QUEUE: usize = 256;

/// What a stream is told.
#[derive(Clone, Debug)]
pub(super) enum Event {
    /// Changes of one scope, ready to send.
    Changes(Arc<Changes>),
    /// What the person may see may have changed.
    LookAgain,
    /// The device was removed.
    Gone,
    /// Somebody is typing: the data of an event `typing`.
    Typing(Arc<str>),
}

/// Changes of one scope with consecutive numbers.
#[derive(Debug)]
pub(super) struct Changes {
    pub(super) scope: Scope,
    pub(super) first: u64,
    pub(super) last: u64,
    /// `{"scope":…,"changes":[…]}`
    pub(super) json: String,
}

/// All open streams of this server; clones share them.
#[derive(Clone, Debug, Default)]
pub(crate) struct Hub(Arc<Mutex<State>>);

#[derive(Debug, Default)]
struct State {
    next: u64,
    streams: HashMap<u64, Listener>,
    scopes: HashMap<Scope, Followed>,
}

#[derive(Debug)]
struct Listener {
    device: DeviceId,
    sender: Sender<Event>,
    scopes: Vec<Scope>,
}

#[derive(Debug, Default)]
struct Followed {
    streams: HashSet<u64>,
    /// The last number handed out; none before the first stream knew its position.
    last: Option<u64>,
}

/// A stream's place in the hub; dropping it leaves.
#[derive(Debug)]
pub(super) struct Seat {
    hub: Hub,
    id: u64,
}

impl Hub {
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How many streams are open.
    pub(crate) fn len(&self) -> usize {
        self.state().streams.len()
    }

    /// Takes a seat that hears of `scopes`.
    pub(super) fn seat(
        &self,
        device: DeviceId,
        scopes: Vec<Scope>,
        most: usize,
    ) -> Result<(Seat, Receiver<Event>), Error> {
        let (sender, receiver) = channel(QUEUE);
        let mut state = self.state();
        if state.streams.values().filter(|stream| stream.device == device).count() >= most {
            return Err(too_many(60));
        }
        state.next += 1;
        let id = state.next;
        for scope in &scopes {
            state.scopes.entry(*scope).or_default().streams.insert(id);
        }
        state.streams.insert(id, Listener { device, sender, scopes });
        Ok((Seat { hub: self.clone(), id }, receiver))
    }

    /// Hands out a commit, in the order of numbers. A number that is not the next one means that a
    /// commit before it has not arrived here yet: then the log is read, once for all streams.
    pub(super) async fn hand_out(&self, db: &Database, commit: &[Logged]) {
        for changes in by_scope(commit) {
            let (Some(first), Some(last)) = (changes.first(), changes.last()) else { continue };
            let scope = first.scope;
            match self.last(scope) {
                Known::Nobody => continue,
                Known::Last(Some(known)) if last.seq <= known => {}
                Known::Last(Some(known)) if first.seq != known + 1 => self.catch_up(db, scope, known).await,
                Known::Last(_) => self.send(scope, render(scope, changes)),
            }
            if changes.iter().any(|change| sync::moves_scopes(change.entity))
                && matches!(scope, Scope::Person(_) | Scope::Household(_))
            {
                self.tell(scope, &Event::LookAgain);
            }
            for change in changes.iter().filter(|c| c.entity == Entity::Device && c.body.is_none()) {
                self.tell_device(DeviceId(change.id), &Event::Gone);
            }
        }
    }

    /// Tells those who follow a scope, but for the device it comes from, that somebody is typing in a room.
    pub(crate) fn typing(&self, scope: Scope, from: DeviceId, room: RoomId, person: PersonId) {
        let data = serde_json::json!({ "room_id": room, "person_id": person }).to_string();
        let (event, state) = (Event::Typing(data.into()), self.state());
        let Some(followed) = state.scopes.get(&scope) else { return };
        let streams = followed.streams.iter().filter_map(|id| state.streams.get(id));
        // A hint: who is behind goes without, and is not dropped for it, nor for what comes after it.
        let keeps_up = |stream: &&Listener| stream.sender.capacity() > QUEUE / 2;
        for stream in streams.filter(|stream| stream.device != from).filter(keeps_up) {
            drop(stream.sender.try_send(event.clone()));
        }
    }

    /// Reads what the log has beyond what was handed out: other servers, and other processes on the
    /// same file, write to it too.
    pub(super) async fn look(&self, db: &Database) {
        let followed: Vec<(Scope, u64)> = {
            let state = self.state();
            state.scopes.iter().filter_map(|(scope, followed)| Some((*scope, followed.last?))).collect()
        };
        if followed.is_empty() {
            return;
        }
        let ahead = db.read(move |tx| {
            let mut ahead = Vec::new();
            for some in followed.chunks(sync::HEADS) {
                let scopes: Vec<Scope> = some.iter().map(|(scope, _)| *scope).collect();
                let heads = sync::heads(tx, &scopes)?;
                let newer = |(scope, last): &&(Scope, u64)| heads.get(scope).is_some_and(|head| head > last);
                ahead.extend(some.iter().filter(newer).copied());
            }
            Ok(ahead)
        });
        match ahead.await {
            Ok(ahead) => {
                for (scope, last) in ahead {
                    self.catch_up(db, scope, last).await;
                    // Not known from here what it was about.
                    if matches!(scope, Scope::Person(_) | Scope::Household(_)) {
                        self.tell(scope, &Event::LookAgain);
                    }
                }
            }
            Err(error) => tracing::error!(%error, "the log could not be read"),
        }
    }

    async fn catch_up(&self, db: &Database, scope: Scope, mut last: u64) {
        loop {
            match db.read(move |tx| sync::scope_since(tx, scope, last)).await {
                Ok(Some((_, newest, json))) => {
                    // The log keeps one row an entity, so numbers may be missing in it; to those who
                    // stand at `last` what was read is all there is.
                    self.send(scope, Changes { scope, first: last + 1, last: newest, json });
                    last = newest;
                }
                Ok(None) => return,
                Err(error) => {
                    tracing::error!(%error, "the log could not be read");
                    return;
                }
            }
        }
    }

    fn last(&self, scope: Scope) -> Known {
        self.state().scopes.get(&scope).map_or(Known::Nobody, |followed| Known::Last(followed.last))
    }

    fn send(&self, scope: Scope, changes: Changes) {
        let mut state = self.state();
        if let Some(followed) = state.scopes.get_mut(&scope) {
            followed.last = Some(changes.last.max(followed.last.unwrap_or(0)));
        }
        drop(state);
        self.tell(scope, &Event::Changes(Arc::new(changes)));
    }

    fn tell(&self, scope: Scope, event: &Event) {
        let mut state = self.state();
        let Some(followed) = state.scopes.get(&scope) else { return };
        let slow: Vec<u64> = followed
            .streams
            .iter()
            .copied()
            .filter(|id| {
                state.streams.get(id).is_some_and(|stream| stream.sender.try_send(event.clone()).is_err())
            })
            .collect();
        for id in slow {
            state.leave(id);
        }
    }

    fn tell_device(&self, device: DeviceId, event: &Event) {
        let mut state = self.state();
        let of_device = state.streams.iter().filter(|(_, stream)| stream.device == device);
        let slow: Vec<u64> = of_device
            .filter(|(_, stream)| stream.sender.try_send(event.clone()).is_err())
            .map(|(id, _)| *id)
            .collect();
        for id in slow {
            state.leave(id);
        }
    }
}

enum Known {
    Nobody,
    Last(Option<u64>),
}

impl State {
    fn leave(&mut self, id: u64) {
        let Some(stream) = self.streams.remove(&id) else { return };
        for scope in stream.scopes {
            if let Some(followed) = self.scopes.get_mut(&scope) {
                followed.streams.remove(&id);
                if followed.streams.is_empty() {
                    self.scopes.remove(&scope);
                }
            }
        }
    }
}

impl Seat {
    /// The stream has read the log up to `cursor`: from now on it hears of the cursor's scopes. False when
    /// something may have passed it by since it read, so that it must read once more: in a scope that it did not
    /// hear of before, or because another stream that read later has told the hub that it knows more.
    #[must_use]
    pub(super) fn follow(&self, cursor: &Cursor) -> bool {
        let mut state = self.hub.state();
        let scopes: Vec<Scope> = cursor.scopes().collect();
        let Some(stream) = state.streams.get_mut(&self.id) else { return true };
        let before = std::mem::replace(&mut stream.scopes, scopes.clone());
        let mut heard_all = true;
        for scope in &scopes {
            let position = cursor.position(scope).unwrap_or(0);
            let followed = state.scopes.entry(*scope).or_default();
            followed.streams.insert(self.id);
            // What was handed out up to `last` is not handed out again.
            let last = *followed.last.get_or_insert(position);
            heard_all &= before.contains(scope) && last <= position;
        }
        for scope in before.iter().filter(|scope| !scopes.contains(scope)) {
            if let Some(followed) = state.scopes.get_mut(scope) {
                followed.streams.remove(&self.id);
                if followed.streams.is_empty() {
                    state.scopes.remove(scope);
                }
            }
        }
        heard_all
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        self.hub.state().leave(self.id);
    }
}

fn by_scope(commit: &[Logged]) -> impl Iterator<Item = &[Logged]> {
    commit.chunk_by(|a, b| a.scope == b.scope && a.seq + 1 == b.seq)
}

fn render(scope: Scope, changes: &[Logged]) -> Changes {
    let mut json = format!("{{\"scope\":\"{scope}\",\"changes\":[");
    for (at, change) in changes.iter().enumerate() {
        if at > 0 {
            json.push(',');
        }
        let id = change.id.to_string();
        let entity = change.entity.as_str();
        sync::push_change(&mut json, change.seq, entity, &id, change.version, change.body.as_deref());
    }
    json.push_str("]}");
    let first = changes.first().map_or(0, |change| change.seq);
    let last = changes.last().map_or(0, |change| change.seq);
    Changes { scope, first, last, json }
}

#[cfg(test)]
mod tests;
