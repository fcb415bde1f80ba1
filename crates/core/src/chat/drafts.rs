//! What was typed for rooms and messages that are not here any more: it stands on no page, and the outbox lists it.

use linli_wire::{
    Language, Timestamp,
    chat::{Moderation, ReportedMessage},
    id::{MessageId, ModerationId, RoomId},
    outbox::LeftDraft,
    sync::Entity,
    typed::TypedPlace,
};
use rusqlite::Connection;

use super::{known::Known, load};
use crate::{community::record, error::Result, outbox::typed_item, typed};

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
            // A case that somebody else decided, or an objection that they answered, stands there no more.
            "decision" => (TypedPlace::Decision { id: message }, is_open(db, message)?),
            "appeal_answer" => {
                let id = ModerationId(kept.about);
                (TypedPlace::AppealAnswer { id }, is_unanswered(db, id)?)
            }
            _ => continue,
        };
        if !is_here {
            left.push(LeftDraft { place, item: typed_item(kept) });
        }
    }
    Ok(left)
}

/// Whether somebody can still decide about a message: its case is open, or it is here to be decided about.
fn is_open(db: &Connection, id: MessageId) -> Result<bool> {
    let case: Option<ReportedMessage> = record(db, Entity::ReportedMessage, id.0)?;
    case.map_or_else(|| Ok(load(db, id)?.is_some()), |case| Ok(case.decided.is_none()))
}

fn is_unanswered(db: &Connection, id: ModerationId) -> Result<bool> {
    let act: Option<Moderation> = record(db, Entity::Moderation, id.0)?;
    Ok(act.and_then(|act| act.appeal).is_some_and(|appeal| appeal.answer.is_none()))
}
