//! Not hearing somebody any more: done on the blocker's side alone, so that the other never learns it.

use linli_wire::{
    chat::{Block, SeatState},
    id::{CommunityId, PersonId, RoomId},
    sync::{Entity, Scope},
};

use super::{neighbours, store};
use crate::{
    Error,
    auth::{self, Caller},
    db::Tx,
    params,
};

/// Not to hear somebody any more, or again. The seat in the room of the two goes and comes with it.
///
/// # Errors
/// `not_found` for somebody whom the caller does not know; `not_allowed` for people of the office: what they have to say
/// must be heard.
pub fn block(
    tx: &mut Tx<'_>,
    caller: &Caller,
    seen: &[Scope],
    other: PersonId,
    blocked: bool,
) -> Result<(), Error> {
    let community = caller.community;
    lock_two(tx, community, caller.person, other)?;
    let sql = "SELECT version, at FROM block WHERE community_id = $1 AND person_id = $2 AND other_id = $3";
    let known = tx.query_locked(sql, params![community, caller.person, other])?;
    let (version, is_blocked) = match &known {
        Some(row) => (row.get::<u64>(0)?, row.get::<Option<i64>>(1)?.is_some()),
        None => (0, false),
    };
    if is_blocked == blocked {
        return Ok(());
    }
    if blocked {
        if other == caller.person || !neighbours::is_known_to(tx, caller, seen, other)? {
            return Err(Error::not_found());
        }
        let person = crate::community::person(tx, community, other)?.ok_or_else(Error::not_found)?;
        if person.role.is_office() {
            return Err(auth::not_allowed());
        }
    }
    let now = tx.now();
    let name = neighbours::name(tx, community, other)?;
    tx.execute(
        "INSERT INTO block (community_id, person_id, other_id, version, name, at) VALUES ($1, $2, $3, $4, $5, $6)
         ON CONFLICT (community_id, person_id, other_id) DO UPDATE SET version = excluded.version,
         name = excluded.name, at = excluded.at",
        params![community, caller.person, other, version + 1, &name, blocked.then_some(now)],
    )?;
    let body = Block { person_id: other, name, at: now };
    let body = blocked.then_some(&body);
    tx.log_as(community, &[Scope::Person(caller.person)], Entity::Block, other.0, version + 1, body)?;
    let room = RoomId::of_two(caller.person, other);
    if store::find(tx, community, room)?.is_none_or(|room| !neighbours::is_of(&room, caller.person)) {
        return Ok(());
    }
    let seat = store::seat_locked(tx, community, room, caller.person)?;
    let mut seat = seat.unwrap_or_else(|| store::new_seat(room));
    seat.state = if blocked { SeatState::Left } else { SeatState::In };
    store::put_seat(tx, community, caller.person, seat)
}

/// What is decided about two people and the room of the two waits for whoever decides about them: who begins a talk while
/// the other stops hearing them finds it done. It is their own rows that are locked, since there may be no room yet.
pub(super) fn lock_two(
    tx: &mut Tx<'_>,
    community: CommunityId,
    one: PersonId,
    other: PersonId,
) -> Result<(), Error> {
    // In order, or the two would wait for each other.
    for person in [one.min(other), one.max(other)] {
        tx.query_locked(
            "SELECT id FROM person WHERE community_id = $1 AND id = $2",
            params![community, person],
        )?;
    }
    Ok(())
}

/// Whether `person` does not want to hear `other`.
pub(super) fn stands(
    tx: &mut Tx<'_>,
    community: CommunityId,
    person: PersonId,
    other: PersonId,
) -> Result<bool, Error> {
    let sql =
        "SELECT 1 FROM block WHERE community_id = $1 AND person_id = $2 AND other_id = $3 AND at IS NOT NULL";
    Ok(tx.query_opt(sql, params![community, person, other])?.is_some())
}
