//! What was typed for rooms and messages that are not here any more: it stands on no page, and the outbox lists it.

use linli_wire::{
    Language, Timestamp,
    id::{MessageId, RoomId},
    outbox::LeftDraft,
    typed::TypedPlace,
};
use rusqlite::Connection;

use super::{known::Known, load};
use crate::{error::Result, outbox::typed_item, typed};

/// All of it, newest first.
///
/// # Errors
/// Trouble of the cache.
pub fn left_drafts(db: &Connection, now: Timestamp) -> Result<Vec<LeftDraft>> {
    let known = Known::read(db, &Language::en(), now)?;
    let mut left = Vec::new();
    for kept in typed::all(db)? {
        let (room, message) = (RoomId(kept.about), MessageId(kept.about));
        let (place, is_here) = match kept.place.as_str() {
            "message" => (TypedPlace::Message { id: room }, known.room(room)?.is_some()),
            "poll" => (TypedPlace::Poll { id: room }, known.room(room)?.is_some()),
            "message_edit" => (TypedPlace::MessageEdit { id: message }, load(db, message)?.is_some()),
            _ => continue,
        };
        if !is_here {
            left.push(LeftDraft { place, item: typed_item(kept) });
        }
    }
    Ok(left)
}
