//! Neighbour chat in the cache: rooms, messages, and what is done to keep them civil.
//!
//! Messages and reactions have tables of their own; all else (rooms, seats, marks, neighbours, blocks, reports, what
//! moderators did) are records as they came. Who loses the scope of a room loses its messages, their words in the
//! index and their files ([`take`]); what they wrote and the server does not have yet stays in the outbox.
//!
//! What a person does waits in the outbox and is shown in its place meanwhile: messages, their edits and deletions in
//! the lane of their room, everything else in lanes beside it, so that a message that is stuck holds nothing else up.
//! A room with one neighbour or with the office is begun by the first message into it, in the same lane.
//!
//! Of people whom the person does not want to hear, no word is shown anywhere: not in a room, a list, a search, a
//! notification, nor that they are typing.

pub(crate) mod civil;
mod drafts;
mod files;
mod given_up;
mod index;
mod known;
mod measures;
mod messages;
mod neighbours;
mod news;
mod queued;
mod room;
mod rooms;
mod seats;
mod take;
mod words;

use linli_wire::{
    chat::{Message, Room, RoomMark, Tell},
    id::{MessageId, PersonId, RoomId},
    ops::Action,
    sync::Entity,
};
use rusqlite::{Connection, OptionalExtension};

use crate::{community::record, error::Result, outbox::Open};

pub use civil::{answer, appeal, civil, decide, name_moderator, report};
pub use drafts::left_drafts;
pub(crate) use files::{attachment_about, wanted_files};
pub(crate) use given_up::give_back;
pub use index::{index_some, search};
pub use measures::{Told, see};
pub(crate) use measures::{newly, words_of};
pub use messages::messages;
pub use neighbours::{block, neighbours};
pub use news::Heard;
pub(crate) use news::{is_quiet, told};
pub use queued::{ask, delete, edit, pin, react, read, say, tell, vote};
pub use room::open;
pub use rooms::{rooms, unread};
pub use seats::{agree, direct, enter, invite, leave, office_room, remove, save};
pub(crate) use take::{drop, drop_reaction, forget_words, lost, take, take_reaction};
pub(crate) use words::{is_of_no_matter, of_action, stands};

/// The lane of what is said in a room.
fn lane(room: RoomId) -> String {
    format!("room:{room}")
}

/// Whether a lane is that of what is said in a room, or one beside it for what goes past a message that is stuck.
fn is_lane_of(lane: &str, room: RoomId) -> bool {
    let own = self::lane(room);
    lane.strip_prefix(&own).is_some_and(|rest| rest.is_empty() || rest.starts_with(':'))
}

/// The lane of how far a room was read.
fn read_lane(room: RoomId) -> String {
    format!("room-read:{room}")
}

/// The id of the person of this account.
pub(crate) fn my_id(db: &Connection) -> Result<Option<PersonId>> {
    let sql = "SELECT person_id FROM session";
    Ok(db.prepare_cached(sql)?.query_row([], |row| Ok(PersonId(row.get(0)?))).optional()?)
}

/// A message as the server sent it.
pub(crate) fn load(db: &Connection, id: MessageId) -> Result<Option<Message>> {
    let sql = "SELECT body FROM message JOIN message_body USING (key) WHERE id = ?1";
    let body: Option<String> = db.prepare_cached(sql)?.query_row([id.0], |row| row.get(0)).optional()?;
    Ok(body.map(|body| serde_json::from_str(&body)).transpose()?)
}

/// A room as the server sent it.
fn room_here(db: &Connection, id: RoomId) -> Result<Option<Room>> {
    record(db, Entity::Room, id.0)
}

/// How far a person has read in a room and of what they want to be told, with what waits.
struct Mark {
    /// Number of the last message that they have seen.
    read: u64,
    tell: Tell,
    /// Whether any of it is known: who was never here has read nothing, and is told of nothing old.
    is_known: bool,
}

fn mark(db: &Connection, open: &[Open], room: RoomId) -> Result<Mark> {
    let known: Option<RoomMark> = record(db, Entity::RoomMark, room.0)?;
    let mut mark = Mark { read: 0, tell: Tell::Usual, is_known: known.is_some() };
    if let Some(known) = known {
        (mark.read, mark.tell) = (known.read, known.tell);
    }
    for open in open {
        match open.op.action {
            Action::ReadRoom { room_id, number } if room_id == room => {
                mark.read = mark.read.max(number);
                mark.is_known = true;
            }
            Action::TellOfRoom { room_id, tell } if room_id == room => mark.tell = tell,
            _ => {}
        }
    }
    Ok(mark)
}

/// The number of the newest message of a room that is here; 0 where there is none.
fn last_number(db: &Connection, room: RoomId) -> Result<u64> {
    let sql = "SELECT coalesce(max(number), 0) FROM message WHERE room = ?1";
    Ok(db.prepare_cached(sql)?.query_row([room.0], |row| row.get(0))?)
}
