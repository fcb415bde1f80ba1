//! What is done to messages that are there: editing, taking back, reacting, voting, pinning.

use std::collections::BTreeSet;

use linli_wire::{
    Code,
    chat::{
        EMOJI, MAX_CHOICES, MAX_PINS, Message, MessageContent, PollVote, Reaction, Room, RoomKind,
        reaction_id, scopes_of,
    },
    id::MessageId,
    sync::{Entity, Scope},
};

use super::{duty, entered, is_muted, must_write, neighbours, reports, store, taken_back, talk};
use crate::{
    Error,
    auth::{self, Caller},
    db::Tx,
    error::json,
    params,
};

/// A message of a room that the caller may see, with its room.
pub(super) fn found(
    tx: &mut Tx<'_>,
    caller: &Caller,
    seen: &[Scope],
    id: MessageId,
) -> Result<(Room, Message), Error> {
    let message = store::message(tx, caller.community, id)?.ok_or_else(Error::not_found)?;
    Ok((entered(tx, caller, seen, message.room_id)?, message))
}

/// Changes the words of the caller's own message.
///
/// # Errors
/// `not_found`; `not_allowed` for what others wrote, polls, and where one may only read; `conflict` when nothing of it is
/// left; `invalid_input`.
pub fn edit(
    tx: &mut Tx<'_>,
    caller: &Caller,
    seen: &[Scope],
    id: MessageId,
    given: &str,
) -> Result<(), Error> {
    let (room, mut message) = found(tx, caller, seen, id)?;
    if message.from != caller.person {
        return Err(auth::not_allowed());
    }
    must_write(tx, caller, &room)?;
    let now = tx.now();
    match &mut message.content {
        MessageContent::Said { words, files, .. } => {
            let new = talk::words(given, !files.is_empty())?;
            if *words == new {
                return Ok(());
            }
            *words = new;
        }
        MessageContent::Deleted | MessageContent::Hidden { .. } => return Err(gone()),
        MessageContent::Poll { .. } | MessageContent::Unknown => return Err(auth::not_allowed()),
    }
    message.edited_at = Some(now);
    store::change_message(tx, caller.community, &room, &mut message)
}

/// Takes the caller's own message back: a tombstone stays. Somebody who may only read still may.
///
/// # Errors
/// `not_found`; `not_allowed` for what others wrote.
pub fn delete(tx: &mut Tx<'_>, caller: &Caller, seen: &[Scope], id: MessageId) -> Result<(), Error> {
    let (room, mut message) = found(tx, caller, seen, id)?;
    if message.from != caller.person {
        return Err(auth::not_allowed());
    }
    if message.content == MessageContent::Deleted {
        return Ok(());
    }
    if !message.content.is_gone() {
        taken_back::keep(tx, caller.community, &message)?;
    }
    message.content = MessageContent::Deleted;
    // What a moderator hid does not come back either, should an appeal succeed.
    tx.execute(
        "UPDATE message SET hidden = NULL WHERE community_id = $1 AND id = $2",
        params![caller.community, id],
    )?;
    store::change_message(tx, caller.community, &room, &mut message)?;
    reports::let_go_of_files(tx, caller.community, id)?;
    take_down(tx, caller, &room, id)
}

/// Puts something on a message, or takes it off.
///
/// # Errors
/// `not_found`; `not_allowed` where one may only read; `conflict` when nothing of it is left; `invalid_input`.
pub fn react(
    tx: &mut Tx<'_>,
    caller: &Caller,
    seen: &[Scope],
    id: MessageId,
    emoji: Option<&str>,
) -> Result<(), Error> {
    if emoji.is_some_and(|emoji| !EMOJI.contains(&emoji)) {
        return Err(Error::invalid("emoji", "is none of those that can be put on a message"));
    }
    let (room, message) = found(tx, caller, seen, id)?;
    if emoji.is_some() {
        // Where only the office writes, everybody may still nod.
        if room.closed || is_muted(tx, caller, &room)? {
            return Err(auth::not_allowed());
        }
        if message.content.is_gone() {
            return Err(gone());
        }
    }
    let sql =
        "SELECT version, emoji FROM reaction WHERE community_id = $1 AND message_id = $2 AND person_id = $3";
    let known = tx.query_locked(sql, params![caller.community, id, caller.person])?;
    let (version, before) = match &known {
        Some(row) => (row.get::<u64>(0)?, row.get::<Option<String>>(1)?),
        None => (0, None),
    };
    if before.as_deref() == emoji {
        return Ok(());
    }
    tx.execute(
        "INSERT INTO reaction (community_id, message_id, person_id, version, emoji) VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (community_id, message_id, person_id) DO UPDATE SET version = excluded.version,
         emoji = excluded.emoji",
        params![caller.community, id, caller.person, version + 1, emoji],
    )?;
    let scopes = scopes_of(&room, caller.community);
    let reaction =
        emoji.map(|emoji| Reaction { message_id: id, person_id: caller.person, emoji: emoji.to_owned() });
    if reaction.is_some() {
        neighbours::show(tx, caller.community, caller.person, &scopes)?;
    }
    let place = reaction_id(id, caller.person);
    tx.log_as(caller.community, &scopes, Entity::Reaction, place, version + 1, reaction.as_ref())
}

/// Chooses in a poll; the last choice stays.
///
/// # Errors
/// `not_found`; `not_allowed` where one may only read; `conflict` when the poll is closed or gone; `invalid_input`.
pub fn vote(
    tx: &mut Tx<'_>,
    caller: &Caller,
    seen: &[Scope],
    id: MessageId,
    choices: &[u8],
) -> Result<(), Error> {
    let (room, mut message) = found(tx, caller, seen, id)?;
    let now = tx.now();
    if room.closed || is_muted(tx, caller, &room)? {
        return Err(auth::not_allowed());
    }
    let MessageContent::Poll { poll } = &mut message.content else {
        return Err(if message.content.is_gone() { gone() } else { auth::not_allowed() });
    };
    if poll.closes_at.is_some_and(|at| at <= now) {
        return Err(Error::refused(Code::Conflict, "the poll is over"));
    }
    let chosen: BTreeSet<u8> = choices.iter().copied().collect();
    if chosen.len() > MAX_CHOICES || chosen.iter().any(|at| usize::from(*at) >= poll.choices.len()) {
        return Err(Error::invalid("choices", "are none of the poll's"));
    }
    if chosen.len() > 1 && !poll.multiple {
        return Err(Error::invalid("choices", "must be one"));
    }
    let sql = "SELECT version, choices FROM poll_vote WHERE community_id = $1 AND message_id = $2 AND person_id = $3";
    let known = tx.query_opt(sql, params![caller.community, id, caller.person])?;
    let (version, before): (u64, BTreeSet<u8>) = match &known {
        Some(row) => (row.get(0)?, row.json(1)?),
        None => (0, BTreeSet::new()),
    };
    if before == chosen {
        return Ok(());
    }
    for (at, choice) in (0_u8..).zip(&mut poll.choices) {
        match (before.contains(&at), chosen.contains(&at)) {
            (true, false) => choice.votes = choice.votes.saturating_sub(1),
            (false, true) => choice.votes = choice.votes.saturating_add(1),
            _ => {}
        }
    }
    match (before.is_empty(), chosen.is_empty()) {
        (true, false) => poll.voters = poll.voters.saturating_add(1),
        (false, true) => poll.voters = poll.voters.saturating_sub(1),
        _ => {}
    }
    let vote = PollVote { message_id: id, choices: chosen.into_iter().collect() };
    tx.execute(
        "INSERT INTO poll_vote (community_id, message_id, person_id, version, choices) VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (community_id, message_id, person_id) DO UPDATE SET version = excluded.version,
         choices = excluded.choices",
        params![caller.community, id, caller.person, version + 1, json(&vote.choices)?],
    )?;
    let own = [Scope::Person(caller.person)];
    tx.log_as(caller.community, &own, Entity::PollVote, id.0, version + 1, Some(&vote))?;
    store::change_message(tx, caller.community, &room, &mut message)
}

/// Pins a message above its room, or takes it down.
///
/// # Errors
/// `not_found`; `not_allowed` for who may not; `conflict` when nothing of the message is left.
pub fn pin(
    tx: &mut Tx<'_>,
    caller: &Caller,
    seen: &[Scope],
    id: MessageId,
    pinned: bool,
) -> Result<(), Error> {
    let (room, message) = found(tx, caller, seen, id)?;
    if !may_pin(tx, caller, &room)? {
        return Err(auth::not_allowed());
    }
    if !pinned {
        return take_down(tx, caller, &room, id);
    }
    if message.content.is_gone() {
        return Err(gone());
    }
    let mut room = store::find_locked(tx, caller.community, room.id)?.ok_or_else(Error::not_found)?;
    if room.pinned.contains(&id) {
        return Ok(());
    }
    room.pinned.push(id);
    let over = room.pinned.len().saturating_sub(MAX_PINS);
    room.pinned.drain(..over);
    store::put(tx, caller.community, &mut room)
}

fn may_pin(tx: &mut Tx<'_>, caller: &Caller, room: &Room) -> Result<bool, Error> {
    Ok(match &room.kind {
        RoomKind::Direct { .. } | RoomKind::Office { .. } => true,
        RoomKind::Interest { owner, .. } if *owner == caller.person => true,
        _ => caller.role.is_office() || duty(tx, caller)?.is_some(),
    })
}

/// A message that is gone is not pinned.
pub(super) fn take_down(tx: &mut Tx<'_>, caller: &Caller, room: &Room, id: MessageId) -> Result<(), Error> {
    if !room.pinned.contains(&id) {
        return Ok(());
    }
    let mut room = store::find_locked(tx, caller.community, room.id)?.ok_or_else(Error::not_found)?;
    room.pinned.retain(|pinned| *pinned != id);
    store::put(tx, caller.community, &mut room)
}

pub(super) fn gone() -> Error {
    Error::refused(Code::Conflict, "nothing of the message is left")
}
