//! Neighbour chat: rooms, messages, and what keeps them civil.
//!
//! **Who sees what.** A room is a scope of the log. The community's room and those of a person's buildings are theirs by
//! living there ([`scopes`] works their ids out, no row says it); every other room is theirs by a seat. A seat also says
//! what was decided about somebody: left, removed, not to write for a time. Whoever does not follow a room's scope is
//! answered as if there were no such room.
//!
//! **Order.** A message gets its number under the lock of its room's row, so numbers rise without gaps and in the order of
//! commits, for everybody.
//!
//! **Exactly once.** A message bears the id that its author's device gave it: sent again, by this device or by another
//! membership of the same person, it is the same message.
//!
//! **Blocking** is done on the blocker's side alone: their seat in the room of the two is given up, and a room that
//! the other begins has one seat. The other writes on and is answered like anybody.
//!
//! What was turned down: delivering to each member a copy of each message. A thousand members would be a thousand rows for
//! a word of greeting; one row in one scope is handed to all of them.

mod blocks;
mod civil;
mod messages;
mod neighbours;
mod reports;
mod rooms;
mod store;
mod taken_back;
mod talk;

use std::collections::BTreeSet;

use linli_wire::{
    chat::{Duty, Room, RoomKind},
    community::Role,
    id::{BuildingId, RoomId},
    sync::Scope,
};

pub use blocks::block;
pub use civil::{answer_appeal, appeal, moderate, name_moderator};
pub use messages::{delete, edit, pin, react, vote};
pub use neighbours::{people, people_changed};
pub use reports::report;
pub use rooms::{
    agree, enter, follow_repair, invite, leave, open, open_all, open_for_building, open_for_community,
    open_for_repair, read, remove, save, tell,
};
pub(crate) use store::sees_file;
pub use store::{facts, find as room};
pub(crate) use taken_back::check as check_taken_back;
pub use taken_back::forget as forget_taken_back;
pub use talk::{put_past, send};

use crate::{
    Error,
    auth::{self, Caller},
    db::Tx,
    params,
};

const DAY_MS: i64 = 24 * 60 * 60 * 1000;

/// The scopes of chat that the caller follows, who lives in `buildings`.
///
/// # Errors
/// The database's.
pub(crate) fn scopes(
    tx: &mut Tx<'_>,
    caller: &Caller,
    buildings: &[BuildingId],
) -> Result<Vec<Scope>, Error> {
    let mut rooms: BTreeSet<RoomId> = buildings.iter().map(|id| RoomId::of_building(*id)).collect();
    rooms.insert(RoomId::of_community(caller.community));
    let mut keeps = caller.role == Role::Manager;
    // One question for both: a stream asks this whenever anything about its person changes.
    let rows = tx.query(
        "SELECT room_seat.room_id, room_seat.state, room.kind FROM room_seat
         JOIN room ON room.community_id = room_seat.community_id AND room.id = room_seat.room_id
         WHERE room_seat.community_id = $1 AND room_seat.person_id = $2
         UNION ALL SELECT '', duty, '' FROM moderator
         WHERE community_id = $1 AND person_id = $2 AND duty IS NOT NULL",
        params![caller.community, caller.person],
    )?;
    for row in &rows {
        let (id, state): (Option<RoomId>, String) = (row.get::<String>(0)?.parse().ok(), row.get(1)?);
        let kind: String = row.get(2)?;
        match (id, state.as_str()) {
            (None, _) => keeps = true,
            // A seat where one lives says what was decided there, and not that one lives there: it outlasts moving out.
            (Some(id), "in") if kind != "community" && kind != "building" => drop(rooms.insert(id)),
            (Some(id), "left" | "removed") => drop(rooms.remove(&id)),
            (Some(_), _) => {}
        }
    }
    let mut scopes: Vec<Scope> = rooms.into_iter().map(Scope::Room).collect();
    if keeps {
        scopes.push(Scope::Moderators(caller.community));
    }
    Ok(scopes)
}

/// A room that the caller may see. `seen` are their scopes.
fn entered(tx: &mut Tx<'_>, caller: &Caller, seen: &[Scope], id: RoomId) -> Result<Room, Error> {
    let room = store::find(tx, caller.community, id)?.ok_or_else(Error::not_found)?;
    let is_theirs = seen.contains(&Scope::Room(id));
    let is_offices = caller.role.is_office() && matches!(room.kind, RoomKind::Office { .. });
    if is_theirs || is_offices { Ok(room) } else { Err(Error::not_found()) }
}

/// Where it is heard that the caller is typing in a room: nowhere for who may only read.
///
/// # Errors
/// `not_found`; `not_allowed`.
pub fn heard(tx: &mut Tx<'_>, caller: &Caller, seen: &[Scope], id: RoomId) -> Result<Vec<Scope>, Error> {
    let room = entered(tx, caller, seen, id)?;
    must_write(tx, caller, &room)?;
    Ok(linli_wire::chat::scopes_of(&room, caller.community))
}

/// What the caller may do as somebody who keeps it civil. The manager names moderators and is one.
fn duty(tx: &mut Tx<'_>, caller: &Caller) -> Result<Option<Duty>, Error> {
    if caller.role == Role::Manager {
        return Ok(Some(Duty::Moderate));
    }
    let sql = "SELECT duty FROM moderator WHERE community_id = $1 AND person_id = $2 AND duty IS NOT NULL";
    let row = tx.query_opt(sql, params![caller.community, caller.person])?;
    Ok(row.map(|row| row.get::<String>(0)).transpose()?.and_then(|name| Duty::from_name(&name)))
}

fn must_moderate(tx: &mut Tx<'_>, caller: &Caller) -> Result<(), Error> {
    if duty(tx, caller)? == Some(Duty::Moderate) { Ok(()) } else { Err(auth::not_allowed()) }
}

/// Refuses who may only read in a room: everybody in a closed one, all but the office where it announces, and whom a
/// moderator muted.
fn must_write(tx: &mut Tx<'_>, caller: &Caller, room: &Room) -> Result<(), Error> {
    if room.closed || (room.announce && !caller.role.is_office()) {
        return Err(auth::not_allowed());
    }
    if is_muted(tx, caller, room)? { Err(auth::not_allowed()) } else { Ok(()) }
}

fn is_muted(tx: &mut Tx<'_>, caller: &Caller, room: &Room) -> Result<bool, Error> {
    let now = tx.now();
    let seat = store::seat(tx, caller.community, room.id, caller.person)?;
    Ok(seat.and_then(|seat| seat.muted_until).is_some_and(|until| until > now))
}
