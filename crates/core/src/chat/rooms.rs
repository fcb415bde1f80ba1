//! The person's rooms, and what is unread in them.

use linli_wire::{
    Language, Timestamp,
    chat::{
        Duty, InvitationRow, LastMessage, Message, OpenRoom, Room, RoomCard, RoomInvitation, RoomRow,
        RoomSeat, RoomsView, SeatState, Tell, What,
    },
    id::RoomId,
    ops::Action,
    sync::Entity,
};
use rusqlite::{OptionalExtension, params};

use super::{
    Mark, civil,
    known::Known,
    mark, measures,
    messages::{self, beginning, changed, what},
};
use crate::{
    cache::Cache,
    community::{record, records},
    error::Result,
    outbox,
};

/// More are not counted in one room: nobody reads the figure any more.
const COUNTED: u32 = 1000;

/// The person's rooms, the one with the newest message first.
///
/// # Errors
/// Trouble of the cache.
pub fn rooms(cache: &Cache, language: &Language, now: Timestamp) -> Result<RoomsView> {
    cache.read(|db| {
        let known = Known::read(db, language, now)?;
        let mut view = RoomsView::default();
        for room in all(&known)? {
            let row = row(&known, &room)?;
            if row.tell != Tell::None {
                view.unread = view.unread.saturating_add(row.unread);
            }
            view.rooms.push(row);
        }
        view.rooms.sort_by(|one, other| {
            let at = |row: &RoomRow| row.last.as_ref().map(|last| last.at);
            at(other).cmp(&at(one)).then_with(|| one.name.cmp(&other.name)).then(one.id.cmp(&other.id))
        });
        view.invitations = invitations(&known)?;
        view.open = open_rooms(&known)?;
        view.duty = known.duty()?;
        view.cases = if view.duty == Some(Duty::Moderate) { civil::cases(&known)? } else { 0 };
        view.measures = measures::measures(&known)?;
        view.unseen = measures::unseen(&known)?;
        view.updated_at = db
            .query_row("SELECT updated_at FROM progress", [], |row| row.get::<_, Option<i64>>(0))?
            .map(Timestamp);
        Ok(view)
    })
}

/// Unread messages in all rooms of which the person is told, and what moderators did about theirs that they have not seen.
///
/// # Errors
/// Trouble of the cache.
pub fn unread(cache: &Cache, now: Timestamp) -> Result<u32> {
    cache.read(|db| {
        let known = Known::read(db, &Language::en(), now)?;
        let mut total = measures::unseen(&known)?;
        let mut select = db.prepare_cached("SELECT id FROM record WHERE entity = ?1")?;
        let mut rows = select.query([Entity::Room.as_str()])?;
        while let Some(row) = rows.next()? {
            let room = RoomId(row.get(0)?);
            let mark = mark(db, &known.open, room)?;
            if mark.tell != Tell::None && !is_left(&known, room) {
                total = total.saturating_add(unread_in(&known, room, &mark)?.0);
            }
        }
        Ok(total)
    })
}

/// The rooms that are here, and those that what the person did will make.
fn all(known: &Known<'_>) -> Result<Vec<Room>> {
    let mut rooms: Vec<Room> = records(known.db, Entity::Room)?;
    for open in &known.open {
        let id = match &open.op.action {
            Action::OpenRoom { room_id, .. } | Action::SaveRoom { room_id, .. } => *room_id,
            _ => continue,
        };
        if !rooms.iter().any(|room| room.id == id) {
            rooms.extend(known.room_to_be(id)?);
        }
    }
    rooms.retain(|room| !is_left(known, room.id));
    Ok(rooms)
}

/// Whether the person has left a room, and the network has not let it through.
fn is_left(known: &Known<'_>, room: RoomId) -> bool {
    seat_change(known, room) == Some(false)
}

/// Whether the last thing that waits about a seat takes it, or gives it up.
fn seat_change(known: &Known<'_>, room: RoomId) -> Option<bool> {
    let changes = known.going().filter_map(|open| match open.op.action {
        Action::EnterRoom { room_id } if room_id == room => Some(true),
        Action::LeaveRoom { room_id } if room_id == room => Some(false),
        _ => None,
    });
    changes.last()
}

/// A room in the list.
pub(super) fn row(known: &Known<'_>, room: &Room) -> Result<RoomRow> {
    let mark = mark(known.db, &known.open, room.id)?;
    let (unread, named) = unread_in(known, room.id, &mark)?;
    let draft = "SELECT EXISTS (SELECT 1 FROM typed WHERE place = 'message' AND about = ?1)";
    Ok(RoomRow {
        id: room.id,
        kind: room.kind.clone(),
        name: known.room_name(room)?,
        building: known.building_of(room)?,
        photo: known.other(room).map(|other| known.photo(other)).transpose()?.flatten(),
        last: last(known, room)?,
        unread,
        named,
        tell: mark.tell,
        draft: known.db.prepare_cached(draft)?.query_row([room.id.0], |row| row.get(0))?,
        announce: room.announce,
        closed: room.closed,
    })
}

/// Messages of others that the person has not seen, and whether one of them names or answers them.
fn unread_in(known: &Known<'_>, room: RoomId, mark: &Mark) -> Result<(u32, bool)> {
    let Some(me) = &known.me else { return Ok((0, false)) };
    let sql = format!(
        "SELECT count(*), coalesce(max(named), 0) FROM (SELECT named FROM {} LIMIT {COUNTED})",
        unread_from(mark)
    );
    let values = params![room.0, number_of(mark), me.id.0, known.blocked_list()?];
    Ok(known.db.prepare_cached(&sql)?.query_row(values, |row| Ok((row.get(0)?, row.get(1)?)))?)
}

/// The number of the first message that [`unread_in`] counts.
pub(super) fn first_unread(known: &Known<'_>, room: RoomId, mark: &Mark) -> Result<Option<u64>> {
    let Some(me) = &known.me else { return Ok(None) };
    let sql = format!("SELECT number FROM {} ORDER BY number LIMIT 1", unread_from(mark));
    let values = params![room.0, number_of(mark), me.id.0, known.blocked_list()?];
    Ok(known.db.prepare_cached(&sql)?.query_row(values, |row| row.get(0)).optional()?)
}

/// The messages that are unread, of a room (1) behind a number (2), of others than the person (3) and those whom they do not
/// hear (4). Who has never read in a room does not find years of unread messages: only what came since shortly before they
/// joined counts.
fn unread_from(mark: &Mark) -> String {
    let since = if mark.is_known { "" } else { "AND at >= (SELECT unread_since FROM progress)" };
    format!(
        "message WHERE room = ?1 AND number > ?2 AND sender <> ?3 AND gone = 0
         AND sender NOT IN (SELECT unhex(replace(value, '-', '')) FROM json_each(?4)) {since}"
    )
}

fn number_of(mark: &Mark) -> i64 {
    i64::try_from(mark.read).unwrap_or(i64::MAX)
}

/// The newest message of a room: one that waits comes behind all that have arrived.
fn last(known: &Known<'_>, room: &Room) -> Result<Option<LastMessage>> {
    let is_here = room.version > 0;
    if let Some(waiting) = messages::waiting(known, room.id, is_here)?.pop() {
        let content = linli_wire::chat::MessageContent::Said {
            words: waiting.words,
            files: waiting.files,
            about: None,
        };
        return Ok(Some(LastMessage {
            from: None,
            words: beginning(&content),
            what: waiting.what,
            at: waiting.at,
            pending: waiting.pending,
        }));
    }
    let sql =
        "SELECT body FROM message JOIN message_body USING (key) WHERE room = ?1 ORDER BY number DESC LIMIT 1";
    let body: Option<String> =
        known.db.prepare_cached(sql)?.query_row([room.id.0], |row| row.get(0)).optional()?;
    let Some(message) = body.map(|body| serde_json::from_str::<Message>(&body)).transpose()? else {
        return Ok(None);
    };
    let from = if known.is_me(message.from) { None } else { Some(known.name(message.from)?) };
    if !known.hears(message.from) {
        let (words, what) = (String::new(), What::Blocked);
        return Ok(Some(LastMessage { from, words, what, at: message.at, pending: None }));
    }
    let (content, _) = changed(known, message.id, message.content);
    Ok(Some(LastMessage {
        from,
        words: beginning(&content),
        what: what(&content),
        at: message.at,
        pending: None,
    }))
}

fn invitations(known: &Known<'_>) -> Result<Vec<InvitationRow>> {
    let mut rows = Vec::new();
    for seat in records::<RoomSeat>(known.db, Entity::RoomSeat)? {
        let id = seat.room_id;
        let Some(invitation) = invitation(known, seat) else { continue };
        let name = invitation.room.in_language(&known.language).to_owned();
        let about = invitation.about.in_language(&known.language).to_owned();
        rows.push(InvitationRow { id, invitation, name, about });
    }
    Ok(rows)
}

/// The invitation that a seat holds: one that is not answered, of somebody whom the person hears.
fn invitation(known: &Known<'_>, seat: RoomSeat) -> Option<RoomInvitation> {
    let is_open = seat.state == SeatState::Invited && seat_change(known, seat.room_id).is_none();
    let hears = |invitation: &RoomInvitation| invitation.by_id.is_none_or(|by| known.hears(by));
    seat.invitation.filter(|invitation| is_open && hears(invitation))
}

fn open_rooms(known: &Known<'_>) -> Result<Vec<OpenRoom>> {
    let mut rows = Vec::new();
    for card in records::<RoomCard>(known.db, Entity::RoomCard)? {
        let is_here = super::room_here(known.db, card.id)?.is_some();
        let seat: Option<RoomSeat> = record(known.db, Entity::RoomSeat, card.id.0)?;
        let state = seat.as_ref().map(|seat| seat.state);
        let is_left = seat_change(known, card.id) == Some(false);
        let is_invited = seat.and_then(|seat| invitation(known, seat)).is_some();
        if (is_here && !is_left) || is_invited || state == Some(SeatState::Removed) {
            continue;
        }
        let asked = known
            .open
            .iter()
            .filter(|open| matches!(open.op.action, Action::EnterRoom { room_id } if room_id == card.id));
        rows.push(OpenRoom {
            id: card.id,
            name: card.name.in_language(&known.language).to_owned(),
            about: card.about.in_language(&known.language).to_owned(),
            pending: outbox_pending(asked),
        });
    }
    rows.sort_by(|one, other| one.name.cmp(&other.name).then(one.id.cmp(&other.id)));
    Ok(rows)
}

fn outbox_pending<'a>(open: impl Iterator<Item = &'a outbox::Open>) -> Option<linli_wire::outbox::Pending> {
    open.last().map(|open| open.pending.clone())
}

#[cfg(test)]
mod tests;
