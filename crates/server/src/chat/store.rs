//! Rooms, seats and messages as rows, and the log level with them.

use linli_wire::{
    Timestamp,
    chat::{
        Block, Duty, Message, Moderation, Moderator, PollVote, Reaction, Room, RoomCard, RoomKind, RoomMark,
        RoomSeat, SeatState, Tell, reaction_id, scopes_of,
    },
    id::{AttachmentId, CommunityId, MessageId, PersonId, RoomId},
    sync::{Entity, Scope},
};
use uuid::Uuid;

use crate::{
    Error,
    db::{Row, Tx},
    error::json,
    params,
};

/// A room.
///
/// # Errors
/// The database's.
pub fn find(tx: &mut Tx<'_>, community: CommunityId, id: RoomId) -> Result<Option<Room>, Error> {
    let row =
        tx.query_opt("SELECT body FROM room WHERE community_id = $1 AND id = $2", params![community, id])?;
    Ok(row.map(|row| row.json(0)).transpose()?)
}

/// The same, for changing it: others who would change it wait.
pub(super) fn find_locked(
    tx: &mut Tx<'_>,
    community: CommunityId,
    id: RoomId,
) -> Result<Option<Room>, Error> {
    let sql = "SELECT body FROM room WHERE community_id = $1 AND id = $2";
    Ok(tx.query_locked(sql, params![community, id])?.map(|row| row.json(0)).transpose()?)
}

/// Writes a room, and tells those who are in it, and everybody if anybody may come in.
pub(super) fn put(tx: &mut Tx<'_>, community: CommunityId, room: &mut Room) -> Result<(), Error> {
    room.version += 1;
    let (owner, open) = match &room.kind {
        RoomKind::Interest { owner, open } => (Some(*owner), *open && !room.closed),
        _ => (None, false),
    };
    let sql = "SELECT card FROM room WHERE community_id = $1 AND id = $2";
    let had_card = tx.query_opt(sql, params![community, room.id])?.map(|row| row.get(0)).transpose()?;
    let now = tx.now();
    tx.execute(
        "INSERT INTO room (community_id, id, version, kind, owner_id, last, card, made_at, body)
         VALUES ($1, $2, $3, $4, $5, 0, $6, $7, $8)
         ON CONFLICT (community_id, id) DO UPDATE SET version = excluded.version,
         owner_id = COALESCE(excluded.owner_id, room.owner_id), card = excluded.card, body = excluded.body",
        params![community, room.id, room.version, room.kind.as_str(), owner, open, now, json(room)?],
    )?;
    tx.log_as(community, &scopes_of(room, community), Entity::Room, room.id.0, room.version, Some(room))?;
    let everyone = [Scope::Community(community)];
    let card = card_of(room);
    let card = open.then_some(&card);
    if open || had_card == Some(true) {
        tx.log_as(community, &everyone, Entity::RoomCard, room.id.0, room.version, card)?;
    }
    Ok(())
}

fn card_of(room: &Room) -> RoomCard {
    RoomCard { id: room.id, version: room.version, name: room.name.clone(), about: room.about.clone() }
}

/// Rooms into which one person comes: a cursor names each of them.
const MAX_ROOMS: u32 = 400;

/// Whether somebody may come into one more room.
pub(super) fn has_place(tx: &mut Tx<'_>, community: CommunityId, person: PersonId) -> Result<bool, Error> {
    let sql = "SELECT COUNT(*) FROM room_seat JOIN room ON room.community_id = room_seat.community_id
         AND room.id = room_seat.room_id WHERE room_seat.community_id = $1 AND room_seat.person_id = $2
         AND room_seat.state = 'in' AND room.kind NOT IN ('community', 'building')";
    Ok(tx.query_one(sql, params![community, person])?.get::<u32>(0)? < MAX_ROOMS)
}

const SEAT: &str = "room_id, version, state, agreed, muted_until, invitation, person_id";

fn seat_of(row: &Row) -> Result<RoomSeat, Error> {
    let state: String = row.get(2)?;
    let invitation: Option<String> = row.get(5)?;
    Ok(RoomSeat {
        room_id: row.get(0)?,
        version: row.get(1)?,
        state: SeatState::from_name(&state).unwrap_or(SeatState::Unknown),
        agreed: row.get(3)?,
        muted_until: row.get(4)?,
        invitation: if invitation.is_some() { Some(row.json(5)?) } else { None },
    })
}

/// What was decided about somebody and a room.
pub(super) fn seat(
    tx: &mut Tx<'_>,
    community: CommunityId,
    room: RoomId,
    person: PersonId,
) -> Result<Option<RoomSeat>, Error> {
    let sql =
        format!("SELECT {SEAT} FROM room_seat WHERE community_id = $1 AND room_id = $2 AND person_id = $3");
    tx.query_opt(&sql, params![community, room, person])?.as_ref().map(seat_of).transpose()
}

/// The same, for changing it: whoever else decides about somebody and this room waits. It is the room's row that is locked,
/// since a seat may not be there yet.
pub(super) fn seat_locked(
    tx: &mut Tx<'_>,
    community: CommunityId,
    room: RoomId,
    person: PersonId,
) -> Result<Option<RoomSeat>, Error> {
    tx.query_locked("SELECT id FROM room WHERE community_id = $1 AND id = $2", params![community, room])?;
    seat(tx, community, room, person)
}

/// The seat of somebody of whom nothing was decided yet.
pub(super) const fn new_seat(room: RoomId) -> RoomSeat {
    RoomSeat {
        room_id: room,
        version: 0,
        state: SeatState::In,
        agreed: 0,
        muted_until: None,
        invitation: None,
    }
}

/// Decides something about somebody and a room, and tells them.
pub(super) fn put_seat(
    tx: &mut Tx<'_>,
    community: CommunityId,
    person: PersonId,
    mut seat: RoomSeat,
) -> Result<(), Error> {
    seat.version += 1;
    let invitation = seat.invitation.as_ref().map(json).transpose()?;
    tx.execute(
        "INSERT INTO room_seat (community_id, room_id, person_id, version, state, agreed, muted_until, invitation)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
         ON CONFLICT (community_id, room_id, person_id) DO UPDATE SET version = excluded.version,
         state = excluded.state, agreed = excluded.agreed, muted_until = excluded.muted_until,
         invitation = excluded.invitation",
        params![
            community,
            seat.room_id,
            person,
            seat.version,
            seat.state.as_str(),
            seat.agreed,
            seat.muted_until,
            invitation
        ],
    )?;
    let scopes = [Scope::Person(person)];
    tx.log_as(community, &scopes, Entity::RoomSeat, seat.room_id.0, seat.version, Some(&seat))
}

const MARK: &str = "room_id, version, read, tell, person_id";

fn mark_of(row: &Row) -> Result<RoomMark, Error> {
    let tell: String = row.get(3)?;
    Ok(RoomMark {
        room_id: row.get(0)?,
        version: row.get(1)?,
        read: row.get(2)?,
        tell: Tell::from_name(&tell).unwrap_or_default(),
    })
}

/// Changes how far somebody has read, or of what they are told; what changes nothing is not told.
pub(super) fn change_mark(
    tx: &mut Tx<'_>,
    community: CommunityId,
    (room, person): (RoomId, PersonId),
    change: impl Fn(&mut RoomMark),
) -> Result<(), Error> {
    let usual = RoomMark { room_id: room, version: 0, read: 0, tell: Tell::Usual };
    let mut before = mark(tx, community, room, person)?;
    if before.is_none() {
        let mut mark = usual.clone();
        change(&mut mark);
        if mark == usual {
            return Ok(());
        }
        // What is not there cannot be locked: of two devices at once, the second finds what the first wrote.
        tx.execute(
            "INSERT INTO room_mark (community_id, room_id, person_id, version, read, tell) VALUES ($1, $2, $3, 0, 0, $4)
             ON CONFLICT (community_id, room_id, person_id) DO NOTHING",
            params![community, room, person, usual.tell.as_str()],
        )?;
        before = self::mark(tx, community, room, person)?;
    }
    let before = before.unwrap_or(usual);
    let mut mark = before.clone();
    change(&mut mark);
    if mark == before {
        return Ok(());
    }
    mark.version += 1;
    tx.execute(
        "UPDATE room_mark SET version = $4, read = $5, tell = $6
         WHERE community_id = $1 AND room_id = $2 AND person_id = $3",
        params![community, room, person, mark.version, mark.read, mark.tell.as_str()],
    )?;
    tx.log_as(community, &[Scope::Person(person)], Entity::RoomMark, room.0, mark.version, Some(&mark))
}

fn mark(
    tx: &mut Tx<'_>,
    community: CommunityId,
    room: RoomId,
    person: PersonId,
) -> Result<Option<RoomMark>, Error> {
    let sql =
        format!("SELECT {MARK} FROM room_mark WHERE community_id = $1 AND room_id = $2 AND person_id = $3");
    tx.query_locked(&sql, params![community, room, person])?.as_ref().map(mark_of).transpose()
}

/// A message, locked until the end of the transaction.
pub(super) fn message(
    tx: &mut Tx<'_>,
    community: CommunityId,
    id: MessageId,
) -> Result<Option<Message>, Error> {
    let sql = "SELECT body FROM message WHERE community_id = $1 AND id = $2";
    Ok(tx.query_locked(sql, params![community, id])?.map(|row| row.json(0)).transpose()?)
}

/// Writes a new message under the next number of its room, and tells the room.
pub(super) fn add_message(
    tx: &mut Tx<'_>,
    community: CommunityId,
    room: &Room,
    mut message: Message,
) -> Result<(), Error> {
    let row = tx.query_one(
        "UPDATE room SET last = last + 1 WHERE community_id = $1 AND id = $2 RETURNING last",
        params![community, room.id],
    )?;
    message.number = row.get(0)?;
    tx.execute(
        "INSERT INTO message (community_id, id, room_id, number, version, person_id, at, body)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        params![
            community,
            message.id,
            room.id,
            message.number,
            message.version,
            message.from,
            message.at,
            json(&message)?
        ],
    )?;
    note_files(tx, community, &message)?;
    log_message(tx, community, room, &message)
}

/// Writes a change of a message, and tells its room.
pub(super) fn change_message(
    tx: &mut Tx<'_>,
    community: CommunityId,
    room: &Room,
    message: &mut Message,
) -> Result<(), Error> {
    message.version += 1;
    tx.execute(
        "UPDATE message SET version = $3, body = $4 WHERE community_id = $1 AND id = $2",
        params![community, message.id, message.version, json(message)?],
    )?;
    log_message(tx, community, room, message)
}

/// A message shows none of its files any more.
pub(super) fn let_go_of_files(
    tx: &mut Tx<'_>,
    community: CommunityId,
    message: MessageId,
) -> Result<(), Error> {
    let sql = "DELETE FROM message_attachment WHERE community_id = $1 AND message_id = $2";
    tx.execute(sql, params![community, message])?;
    Ok(())
}

/// Notes which files a message shows; one that is gone shows nothing.
pub(super) fn note_files(tx: &mut Tx<'_>, community: CommunityId, message: &Message) -> Result<(), Error> {
    for file in message.content.files() {
        tx.execute(
            "INSERT INTO message_attachment (community_id, message_id, attachment_id)
             SELECT community_id, CAST($2 AS TEXT), id FROM attachment WHERE community_id = $1 AND id = $3
             ON CONFLICT (community_id, message_id, attachment_id) DO NOTHING",
            params![community, message.id, file.id],
        )?;
    }
    Ok(())
}

fn log_message(tx: &mut Tx<'_>, community: CommunityId, room: &Room, message: &Message) -> Result<(), Error> {
    let scopes = scopes_of(room, community);
    tx.log_as(community, &scopes, Entity::Message, message.id.0, message.version, Some(message))
}

/// Whether a file stands on a message that the caller may see: of a room that they are in, unless it was taken back or
/// hidden, or one that was reported or hidden, for who decides about it. `scopes` are the caller's.
///
/// # Errors
/// The database's.
pub(crate) fn sees_file(
    tx: &mut Tx<'_>,
    community: CommunityId,
    scopes: &[Scope],
    id: AttachmentId,
) -> Result<bool, Error> {
    let rows = tx.query(
        "SELECT message.room_id, room.kind, message.body, CAST(CASE WHEN message.hidden IS NOT NULL
         OR EXISTS (SELECT 1 FROM reported_message WHERE reported_message.community_id = message.community_id
         AND reported_message.id = message.id) THEN 1 ELSE 0 END AS BIGINT) FROM message_attachment
         JOIN message ON message.community_id = message_attachment.community_id
         AND message.id = message_attachment.message_id
         JOIN room ON room.community_id = message.community_id AND room.id = message.room_id
         WHERE message_attachment.community_id = $1 AND message_attachment.attachment_id = $2",
        params![community, id],
    )?;
    let keeps = scopes.contains(&Scope::Moderators(community));
    for row in &rows {
        let (room, kind, message): (RoomId, String, Message) = (row.get(0)?, row.get(1)?, row.json(2)?);
        let is_theirs = scopes.contains(&Scope::Room(room))
            || (kind == "office" && scopes.contains(&Scope::Staff(community)));
        if (is_theirs && !message.content.is_gone()) || (keeps && row.get(3)?) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// What the log of a community must hold of chat, for `linli-server check`: scopes, entity, id,
/// version and body.
///
/// # Errors
/// The database's.
pub fn facts(
    tx: &mut Tx<'_>,
    community: CommunityId,
    mut put: impl FnMut(&[Scope], Entity, Uuid, u64, String),
) -> Result<(), Error> {
    let everyone = [Scope::Community(community)];
    let keepers = [Scope::Moderators(community)];
    let mut rooms = std::collections::BTreeMap::new();
    for row in tx.query("SELECT body, card FROM room WHERE community_id = $1", params![community])? {
        let room: Room = row.json(0)?;
        let scopes = scopes_of(&room, community);
        put(&scopes, Entity::Room, room.id.0, room.version, json(&room)?);
        if row.get(1)? {
            put(&everyone, Entity::RoomCard, room.id.0, room.version, json(&card_of(&room))?);
        }
        rooms.insert(room.id, scopes);
    }
    for row in
        tx.query(&format!("SELECT {SEAT} FROM room_seat WHERE community_id = $1"), params![community])?
    {
        let seat = seat_of(&row)?;
        put(&[Scope::Person(row.get(6)?)], Entity::RoomSeat, seat.room_id.0, seat.version, json(&seat)?);
    }
    for row in
        tx.query(&format!("SELECT {MARK} FROM room_mark WHERE community_id = $1"), params![community])?
    {
        let mark = mark_of(&row)?;
        put(&[Scope::Person(row.get(4)?)], Entity::RoomMark, mark.room_id.0, mark.version, json(&mark)?);
    }
    let mut places = std::collections::BTreeMap::new();
    for row in tx.query("SELECT body FROM message WHERE community_id = $1", params![community])? {
        let message: Message = row.json(0)?;
        let scopes = rooms.get(&message.room_id).cloned().unwrap_or_default();
        put(&scopes, Entity::Message, message.id.0, message.version, json(&message)?);
        places.insert(message.id, scopes);
    }
    let sql = "SELECT message_id, person_id, version, emoji FROM reaction WHERE community_id = $1 AND emoji IS NOT NULL";
    for row in tx.query(sql, params![community])? {
        let (message_id, person_id) = (row.get(0)?, row.get(1)?);
        let reaction = Reaction { message_id, person_id, emoji: row.get(3)? };
        let scopes = places.get(&message_id).cloned().unwrap_or_default();
        put(&scopes, Entity::Reaction, reaction_id(message_id, person_id), row.get(2)?, json(&reaction)?);
    }
    let sql = "SELECT message_id, person_id, version, choices FROM poll_vote WHERE community_id = $1";
    for row in tx.query(sql, params![community])? {
        let vote = PollVote { message_id: row.get(0)?, choices: row.json(3)? };
        put(&[Scope::Person(row.get(1)?)], Entity::PollVote, vote.message_id.0, row.get(2)?, json(&vote)?);
    }
    let sql =
        "SELECT person_id, other_id, version, name, at FROM block WHERE community_id = $1 AND at IS NOT NULL";
    for row in tx.query(sql, params![community])? {
        let block = Block { person_id: row.get(1)?, name: row.get(3)?, at: row.get::<Timestamp>(4)? };
        put(&[Scope::Person(row.get(0)?)], Entity::Block, block.person_id.0, row.get(2)?, json(&block)?);
    }
    for row in tx
        .query("SELECT id, version, body FROM reported_message WHERE community_id = $1", params![community])?
    {
        let body: linli_wire::chat::ReportedMessage = row.json(2)?;
        put(&keepers, Entity::ReportedMessage, row.get(0)?, row.get(1)?, json(&body)?);
    }
    for row in tx.query("SELECT body FROM moderation WHERE community_id = $1", params![community])? {
        let body: Moderation = row.json(0)?;
        put(&keepers, Entity::Moderation, body.id.0, body.version, json(&body)?);
        if let Some(told) = super::civil::told(&body) {
            put(&[Scope::Person(body.person_id)], Entity::Moderation, body.id.0, body.version, json(&told)?);
        }
    }
    let sql =
        "SELECT person_id, version, name, duty FROM moderator WHERE community_id = $1 AND duty IS NOT NULL";
    for row in tx.query(sql, params![community])? {
        let duty: String = row.get(3)?;
        let body = Moderator {
            id: row.get(0)?,
            name: row.get(2)?,
            duty: Duty::from_name(&duty).unwrap_or(Duty::Read),
        };
        let scopes = [Scope::Community(community), Scope::Person(body.id)];
        put(&scopes, Entity::Moderator, body.id.0, row.get(1)?, json(&body)?);
    }
    let sql = "SELECT neighbour.body, neighbour.version, neighbour_scope.scope FROM neighbour_scope
         JOIN neighbour ON neighbour.community_id = neighbour_scope.community_id
         AND neighbour.id = neighbour_scope.neighbour_id WHERE neighbour_scope.community_id = $1";
    for row in tx.query(sql, params![community])? {
        let body: linli_wire::chat::Neighbour = row.json(0)?;
        put(&[row.get(2)?], Entity::Neighbour, body.id.0, row.get(1)?, json(&body)?);
    }
    Ok(())
}
