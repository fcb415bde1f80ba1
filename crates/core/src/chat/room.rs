//! A room opened, also one that is not begun yet.

use linli_wire::{
    Language, Timestamp,
    chat::{
        Duty, MayWrite, Neighbour, ReplyLine, Room, RoomContent, RoomKind, RoomSeat, RoomView, SayInRoom,
    },
    id::{PersonId, RoomId},
    ops::Action,
    sync::Entity,
    typed::TypedPlace,
};

use super::{
    known::Known,
    last_number, mark,
    messages::{self, Around},
    rooms,
};
use crate::{
    cache::Cache,
    community::record,
    error::{Result, not_found},
    typed,
};

/// People who can be named, at most: those who wrote last.
const PEOPLE: u32 = 200;

/// A room opened; `typing` are those who are typing in it just now.
///
/// # Errors
/// `not_found` when it is not here and cannot be begun; trouble of the cache.
pub fn open(
    cache: &Cache,
    id: RoomId,
    typing: &[PersonId],
    language: &Language,
    now: Timestamp,
) -> Result<RoomView> {
    cache.read(|db| {
        let known = Known::read(db, language, now)?;
        let room = known.room(id)?.ok_or_else(|| not_found("room"))?;
        let mut around = Around::pinned_in(&known, id)?;
        let mut pinned = Vec::new();
        for message in around.pinned.clone().into_iter().rev() {
            pinned.extend(messages::one(&known, &mut around, message)?);
        }
        let mut names = Vec::new();
        for person in typing.iter().filter(|person| known.hears(**person) && !known.is_me(**person)) {
            names.extend(Some(known.name(*person)?).filter(|name| !name.is_empty()));
        }
        let other = known.other(&room);
        let mark = mark(db, &known.open, id)?;
        let may_change = may_change(&known, &room);
        Ok(RoomView {
            about: room.about.in_language(language).to_owned(),
            rules: room.rules.in_language(language).to_owned(),
            content: may_change.then(|| content(&room)),
            agree: to_agree(&known, &room)?,
            may_write: may_write(&known, &room)?,
            may_react: may_react(&known, &room)?,
            may_pin: may_pin(&known, &room)?,
            may_change,
            may_leave: room.kind.can_be_left() && room.version > 0,
            moderates: known.duty()? == Some(Duty::Moderate) && room.kind.is_public(),
            last: last_number(db, id)?,
            read: mark.read,
            first_unread: rooms::first_unread(&known, id, &mark)?,
            pinned,
            answered: answered(&known, id)?,
            waiting: messages::waiting(&known, id, room.version > 0)?,
            typing: names,
            people: people(&known, id)?,
            other: other_person(&known, other)?,
            blocked: other.is_some_and(|other| !known.hears(other)),
            row: rooms::row(&known, &room)?,
        })
    })
}

/// What the draft that is kept for a room answers.
fn answered(known: &Known<'_>, id: RoomId) -> Result<Option<ReplyLine>> {
    let kept = typed::get(known.db, TypedPlace::Message { id })?;
    // A draft of words alone has no form.
    let answered = serde_json::from_str::<SayInRoom>(&kept.form).ok().and_then(|form| form.reply_to);
    answered.map(|message| messages::reply_line(known, message)).transpose()
}

fn content(room: &Room) -> RoomContent {
    RoomContent {
        name: room.name.clone(),
        about: room.about.clone(),
        rules: room.rules.clone(),
        open: matches!(room.kind, RoomKind::Interest { open: true, .. }),
        announce: room.announce,
    }
}

/// The edition of the rules that the person has to agree to before they write; none where they have, or need not.
pub(super) fn to_agree(known: &Known<'_>, room: &Room) -> Result<Option<u32>> {
    let has_rules = room.rules.0.values().any(|rules| !rules.trim().is_empty());
    if !has_rules || !room.kind.is_public() || room.version == 0 {
        return Ok(None);
    }
    let seat: Option<RoomSeat> = record(known.db, Entity::RoomSeat, room.id.0)?;
    let waiting = known.going().filter_map(|open| match open.op.action {
        Action::AgreeToRules { room_id, edition } if room_id == room.id => Some(edition),
        _ => None,
    });
    let agreed = waiting.fold(seat.map_or(0, |seat| seat.agreed), u32::max);
    Ok((agreed < room.rules_edition).then_some(room.rules_edition))
}

/// Whether the person may write, as far as this device knows.
pub(super) fn may_write(known: &Known<'_>, room: &Room) -> Result<MayWrite> {
    if room.closed {
        return Ok(MayWrite::Closed);
    }
    if room.announce && !known.role().is_office() {
        return Ok(MayWrite::Announce);
    }
    if let Some(until) = muted_until(known, room.id)? {
        return Ok(MayWrite::Muted { until });
    }
    let other = known.other(room).map(|other| known.neighbour(other)).transpose()?.flatten();
    if matches!(room.kind, RoomKind::Direct { .. }) && other.is_some_and(|other| other.gone) {
        return Ok(MayWrite::Gone);
    }
    Ok(MayWrite::Yes)
}

/// Whether the person may put signs on messages and choose in polls: also where only the office writes.
pub(super) fn may_react(known: &Known<'_>, room: &Room) -> Result<bool> {
    Ok(!room.closed && muted_until(known, room.id)?.is_none())
}

/// Until when the person may only read.
fn muted_until(known: &Known<'_>, room: RoomId) -> Result<Option<Timestamp>> {
    let seat: Option<RoomSeat> = record(known.db, Entity::RoomSeat, room.0)?;
    Ok(seat.and_then(|seat| seat.muted_until).filter(|until| *until > known.now))
}

fn owns(known: &Known<'_>, room: &Room) -> bool {
    matches!(room.kind, RoomKind::Interest { owner, .. } if known.is_me(owner))
}

fn may_pin(known: &Known<'_>, room: &Room) -> Result<bool> {
    if room.version == 0 {
        return Ok(false);
    }
    Ok(match &room.kind {
        RoomKind::Direct { .. } | RoomKind::Office { .. } => true,
        _ => owns(known, room) || known.role().is_office() || known.duty()?.is_some(),
    })
}

fn may_change(known: &Known<'_>, room: &Room) -> bool {
    owns(known, room) || (known.role().is_office() && room.kind.is_public())
}

/// Who has written in a room, by name.
fn people(known: &Known<'_>, room: RoomId) -> Result<Vec<Neighbour>> {
    let mut select = known.db.prepare_cached(
        "SELECT DISTINCT sender FROM (
           SELECT sender FROM message INDEXED BY message_place WHERE room = ?1 ORDER BY number DESC LIMIT 2000)
         LIMIT ?2",
    )?;
    let senders = select.query_map(rusqlite::params![room.0, PEOPLE], |row| Ok(PersonId(row.get(0)?)))?;
    let mut people = Vec::new();
    for sender in senders {
        let sender = sender?;
        if known.hears(sender) && !known.is_me(sender) {
            people.extend(
                known.neighbour(sender)?.filter(|neighbour| !neighbour.gone).map(|found| (*found).clone()),
            );
        }
    }
    people.sort_by(|one, other| one.name.cmp(&other.name).then(one.id.cmp(&other.id)));
    Ok(people)
}

fn other_person(known: &Known<'_>, other: Option<PersonId>) -> Result<Option<Neighbour>> {
    let Some(id) = other else { return Ok(None) };
    if let Some(neighbour) = known.neighbour(id)? {
        return Ok(Some(Neighbour {
            photo: neighbour.photo.clone().filter(|_| known.hears(id)),
            ..(*neighbour).clone()
        }));
    }
    let name = known.name(id)?;
    Ok((!name.is_empty()).then_some(Neighbour {
        id,
        version: 0,
        name,
        building: None,
        flat: None,
        phone: None,
        photo: None,
        office: false,
        listed: false,
        gone: false,
    }))
}
