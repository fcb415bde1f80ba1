//! Rooms of the chat as a core has them, and talk without the face: what a story begins with.

use anyhow::{Context, Result};
use linli_wire::{
    chat::{AgreeToRules, RoomContent, RoomKind, SaveRoom, SayInRoom, SeenRoom},
    command::{Empty, MessageSay, OutboxList, RoomAgree, RoomKey, RoomOpen, RoomRead, RoomSave, RoomsGet},
    id::{MessageId, RoomId},
};

use crate::{host::Host, world::until};

/// The room of the whole community.
///
/// # Errors
/// As for all here: when the host does not answer, or refuses.
pub fn everybody(host: &Host) -> Result<RoomId> {
    find(host, |kind| *kind == RoomKind::Community)
}

/// The room of the building where the person lives.
///
/// # Errors
/// Also when they live in none.
pub fn building(host: &Host) -> Result<RoomId> {
    find(host, |kind| matches!(kind, RoomKind::Building { .. }))
}

fn find(host: &Host, is_wanted: impl Fn(&RoomKind) -> bool) -> Result<RoomId> {
    let rooms = host.call::<RoomsGet>(&Empty {})?.rooms;
    Ok(rooms.iter().find(|room| is_wanted(&room.kind)).context("no such room")?.id)
}

/// Has read everything in a room.
///
/// # Errors
/// Also when the person is not in it.
pub fn catch_up(host: &Host, room: RoomId) -> Result<()> {
    let view = host.call::<RoomOpen>(&RoomKey { id: room })?;
    host.call::<RoomRead>(&SeenRoom { room_id: room, number: view.last }).map(drop)
}

/// Agrees to the rules of a room and has read it, as somebody who has been there for long.
///
/// # Errors
/// Also when the person is not in it.
///
/// # Panics
/// When the server does not hear it.
#[track_caller]
pub fn agree(host: &Host, room: RoomId) -> Result<()> {
    catch_up(host, room)?;
    if let Some(edition) = host.call::<RoomOpen>(&RoomKey { id: room })?.agree {
        host.call::<RoomAgree>(&AgreeToRules { room_id: room, edition })?;
    }
    heard(host);
    Ok(())
}

/// Waits until the server has heard everything.
#[track_caller]
fn heard(host: &Host) {
    until("the server has heard it", || {
        host.call::<OutboxList>(&Empty {}).is_ok_and(|waits| waits.rows.is_empty())
    });
}

/// Words for a room, and nothing with them.
pub fn words(room: RoomId, words: &str) -> SayInRoom {
    SayInRoom {
        room_id: room,
        words: words.to_owned(),
        files: Vec::new(),
        reply_to: None,
        mentions: Vec::new(),
        about: None,
    }
}

/// Says something.
///
/// # Errors
/// Also when the person may not.
pub fn speak(host: &Host, room: RoomId, said: &str) -> Result<MessageId> {
    Ok(host.call::<MessageSay>(&words(room, said))?.id)
}

/// Somebody of the office lets only the office write in a room, or everybody again, and the server has heard it.
///
/// # Errors
/// Also when the person may not change the room.
///
/// # Panics
/// When the server does not hear it.
#[track_caller]
pub fn announce_only(office: &Host, room: RoomId, only: bool) -> Result<()> {
    let content = office.call::<RoomOpen>(&RoomKey { id: room })?.content.context("not theirs to change")?;
    let content = RoomContent { announce: only, ..content };
    office.call::<RoomSave>(&SaveRoom { room_id: Some(room), content })?;
    heard(office);
    Ok(())
}
