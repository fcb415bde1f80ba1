//! Rooms and the people in them, through the outbox: making, changing, coming in, leaving, inviting.

use linli_wire::{
    Code, Language, Localized, WireError,
    chat::{
        AgreeToRules, MAX_ROOM_ABOUT, MAX_ROOM_NAME, MAX_RULES, PersonInRoom, RoomCard, RoomContent,
        RoomKind, RoomSeat, SaveRoom,
    },
    id::{PersonId, RoomId},
    ops::Action,
    sync::Entity,
    text,
    typed::TypedPlace,
};

use super::{
    known::Known,
    lane,
    queued::{not_allowed, subject, too_long},
    room_here,
};
use crate::{
    cache::Cache,
    community::record,
    error::{Error, Result, not_found},
    outbox::{self, is_stuck},
    ports::System,
    typed,
};

/// The room with one neighbour. For the office a resident's room with the office: who works for the community writes to
/// residents as the office.
///
/// # Errors
/// `not_found` for somebody whom this device does not know; trouble of the cache.
pub fn direct(cache: &Cache, system: &dyn System, language: &Language, other: PersonId) -> Result<RoomId> {
    cache.read(|db| {
        let known = Known::read(db, language, system.now())?;
        let me = known.me.as_ref().ok_or_else(|| not_found("person"))?;
        let ids = [RoomId::of_two(me.id, other), RoomId::of_office(other)];
        for id in if me.role.is_office() { [ids[1], ids[0]] } else { ids } {
            let is_theirs =
                |kind: &RoomKind| matches!(kind, RoomKind::Direct { .. } | RoomKind::Office { .. });
            if other != me.id && known.room(id)?.is_some_and(|room| is_theirs(&room.kind)) {
                return Ok(id);
            }
        }
        Err(not_found("neighbour"))
    })
}

/// The room of the person and the office.
///
/// # Errors
/// `not_allowed` for the office itself; trouble of the cache.
pub fn office_room(cache: &Cache, system: &dyn System) -> Result<RoomId> {
    cache.read(|db| {
        let known = Known::read(db, &Language::en(), system.now())?;
        let me = known.me.as_ref().ok_or_else(|| not_found("person"))?;
        if me.role.is_office() { Err(not_allowed()) } else { Ok(RoomId::of_office(me.id)) }
    })
}

/// Makes an interest room, or changes what a room says of itself.
///
/// # Errors
/// `invalid_input`; `not_found`; trouble of the cache.
pub fn save(cache: &Cache, system: &dyn System, language: &Language, request: SaveRoom) -> Result<RoomId> {
    let SaveRoom { room_id, content } = request;
    cache.write(|tx| {
        let known = Known::read(tx, language, system.now())?;
        let room = room_id.map(|id| known.room(id)?.ok_or_else(|| not_found("room"))).transpose()?;
        let is_interest = room.as_ref().is_none_or(|room| matches!(room.kind, RoomKind::Interest { .. }));
        check(&content, is_interest)?;
        let id = room_id.unwrap_or_else(|| {
            let mut random = [0; 10];
            system.random(&mut random);
            RoomId::new(system.now(), random)
        });
        // What is said in a new room goes behind its making.
        let is_new = room.as_ref().is_none_or(|room| room.version == 0);
        let lane = if is_new { lane(id) } else { format!("room-save:{id}") };
        let subject = content.name.in_language(language).chars().take(MAX_ROOM_NAME).collect::<String>();
        typed::forget(tx, TypedPlace::Room { id: room_id })?;
        let action = Action::SaveRoom { room_id: id, content };
        let waiting = known.open.iter().find(|open| {
            open.op.lane == lane && !open.tried && matches!(open.op.action, Action::SaveRoom { .. })
        });
        match waiting {
            Some(waiting) => outbox::put_in_place(tx, system, waiting, system.now(), action)?,
            None => drop(outbox::enqueue(tx, system, &lane, &subject, action)?),
        }
        Ok(id)
    })
}

fn check(content: &RoomContent, needs_name: bool) -> Result<()> {
    let is_empty = |text: &Localized| text.0.values().all(|text| text::is_blank(text));
    if needs_name && is_empty(&content.name) {
        return Err(WireError::invalid("name", "must not be empty").into());
    }
    let fields = [
        ("name", &content.name, MAX_ROOM_NAME),
        ("about", &content.about, MAX_ROOM_ABOUT),
        ("rules", &content.rules, MAX_RULES),
    ];
    for (field, text, max) in fields {
        if text.0.values().any(|text| text.chars().count() > max) {
            return Err(too_long(field, max));
        }
    }
    Ok(())
}

/// Comes into an open room, or follows an invitation.
///
/// # Errors
/// `not_found` for a room of which nothing is known; trouble of the cache.
pub fn enter(cache: &Cache, system: &dyn System, language: &Language, id: RoomId) -> Result<()> {
    cache.write(|tx| {
        let card: Option<RoomCard> = record(tx, Entity::RoomCard, id.0)?;
        let seat: Option<RoomSeat> = record(tx, Entity::RoomSeat, id.0)?;
        let invited = seat.and_then(|seat| seat.invitation).map(|invitation| invitation.room);
        let name = card.map(|card| card.name).or(invited);
        let here = room_here(tx, id)?;
        if name.is_none() && here.is_none() {
            return Err(not_found("room"));
        }
        let subject = name.unwrap_or_default().in_language(language).to_owned();
        seat_op(tx, system, id, &subject, Action::EnterRoom { room_id: id })
    })
}

/// Leaves a room, or turns an invitation down.
///
/// # Errors
/// `not_allowed` for a room that comes with living here; `not_found`; trouble of the cache.
pub fn leave(cache: &Cache, system: &dyn System, language: &Language, id: RoomId) -> Result<()> {
    cache.write(|tx| {
        let known = Known::read(tx, language, system.now())?;
        let seat: Option<RoomSeat> = record(tx, Entity::RoomSeat, id.0)?;
        let invited = seat.and_then(|seat| seat.invitation).map(|invitation| invitation.room);
        let subject = match (room_here(tx, id)?, invited) {
            (Some(room), _) if !room.kind.can_be_left() => return Err(not_allowed()),
            (Some(room), _) => subject(&known, &room)?,
            (None, Some(name)) => name.in_language(language).to_owned(),
            (None, None) => return Err(not_found("room")),
        };
        seat_op(tx, system, id, &subject, Action::LeaveRoom { room_id: id })
    })
}

/// Coming in and leaving stand in one lane; what has never left is replaced by the last of it.
fn seat_op(
    tx: &rusqlite::Transaction<'_>,
    system: &dyn System,
    id: RoomId,
    subject: &str,
    action: Action,
) -> Result<()> {
    let lane = format!("room-seat:{id}");
    for open in outbox::open_in_lane(tx, &lane)?.iter().filter(|open| !open.tried) {
        outbox::discard(tx, open.op.id)?;
    }
    outbox::enqueue(tx, system, &lane, subject, action).map(drop)
}

/// Invites somebody.
///
/// # Errors
/// `not_found`; trouble of the cache.
pub fn invite(cache: &Cache, system: &dyn System, language: &Language, request: PersonInRoom) -> Result<()> {
    let PersonInRoom { room_id, person_id } = request;
    with_person(cache, system, language, request, Action::InviteToRoom { room_id, person_id })
}

/// Lets somebody go.
///
/// # Errors
/// `not_found`; trouble of the cache.
pub fn remove(cache: &Cache, system: &dyn System, language: &Language, request: PersonInRoom) -> Result<()> {
    let PersonInRoom { room_id, person_id } = request;
    with_person(cache, system, language, request, Action::RemoveFromRoom { room_id, person_id })
}

fn with_person(
    cache: &Cache,
    system: &dyn System,
    language: &Language,
    PersonInRoom { room_id, person_id }: PersonInRoom,
    action: Action,
) -> Result<()> {
    cache.write(|tx| {
        let known = Known::read(tx, language, system.now())?;
        let room = known.room(room_id)?.ok_or_else(|| not_found("room"))?;
        if !matches!(room.kind, RoomKind::Interest { .. }) {
            return Err(not_allowed());
        }
        // Behind the making of a new room; else a lane for each person, so that nobody holds up another.
        let lane = if room.version == 0 { lane(room_id) } else { format!("room-person:{person_id}") };
        outbox::enqueue(tx, system, &lane, &subject(&known, &room)?, action).map(drop)
    })
}

/// Agrees to the rules of a room, before what is said there.
///
/// # Errors
/// `conflict` for an edition that is no longer the newest; `not_found`; trouble of the cache.
pub fn agree(cache: &Cache, system: &dyn System, language: &Language, request: AgreeToRules) -> Result<()> {
    let AgreeToRules { room_id, edition } = request;
    cache.write(|tx| {
        let room = room_here(tx, room_id)?.ok_or_else(|| not_found("room"))?;
        if edition != room.rules_edition {
            return Err(Error::new(Code::Conflict, "the rules have changed"));
        }
        let known = Known::read(tx, language, system.now())?;
        let action = Action::AgreeToRules { room_id, edition };
        let before = known
            .open
            .iter()
            .find(|open| matches!(open.op.action, Action::AgreeToRules { room_id: of, .. } if of == room_id));
        match before {
            Some(stuck) if is_stuck(&stuck.pending) => {
                outbox::put_in_place(tx, system, stuck, system.now(), action)
            }
            Some(open) if open.op.action == action => Ok(()),
            _ => {
                let lane = super::queued::free_lane(&known.open, room_id);
                outbox::enqueue(tx, system, &lane, &subject(&known, &room)?, action).map(drop)
            }
        }
    })
}
