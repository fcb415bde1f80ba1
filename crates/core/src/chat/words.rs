//! What a person typed with what they do in chat.

use linli_wire::{
    Code,
    chat::{MessageContent, RoomSeat, SeatState},
    id::{MessageId, RoomId},
    ops::{Action, Op},
    sync::Entity,
};
use rusqlite::Connection;

use super::load;
use crate::{community::record, error::Result};

/// What was typed with an action of chat; none for other actions, and where nothing was.
pub(crate) fn of_action(action: &Action) -> Option<String> {
    match action {
        Action::SendMessage { message } => Some(match &message.content {
            MessageContent::Poll { poll } => {
                let choices = poll.choices.iter().map(|choice| choice.words.as_str());
                std::iter::once(poll.question.as_str()).chain(choices).collect::<Vec<_>>().join("\n")
            }
            content => content.words().to_owned(),
        }),
        Action::EditMessage { words, .. }
        | Action::ReportMessage { words, .. }
        | Action::Appeal { words, .. }
        | Action::AnswerAppeal { words, .. } => Some(words.clone()),
        Action::Moderate { moderation } => {
            let parts = [moderation.why.as_str(), moderation.rule.as_str()];
            Some(parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("\n"))
        }
        Action::SaveRoom { content, .. } => {
            let texts = [&content.name, &content.about, &content.rules];
            let texts = texts.into_iter().flat_map(|text| text.0.values()).cloned();
            Some(texts.collect::<Vec<_>>().join("\n"))
        }
        _ => None,
    }
}

/// Whether an action that the server refuses is of no matter to anybody: how far a room was read, signs put on what is not
/// there any more or where one may only read by now, and taking back what never arrived. What stands in a room that the
/// person is out of could not be taken back, and they want to know.
pub(crate) fn is_of_no_matter(db: &Connection, op: &Op, code: Code) -> Result<bool> {
    Ok(match &op.action {
        Action::ReadRoom { .. } => true,
        // Taken back meanwhile, its place is left and nothing of it.
        Action::ReactToMessage { .. } => {
            matches!(code, Code::NotFound | Code::Conflict | Code::NotAllowed)
        }
        Action::PinMessage { .. } => matches!(code, Code::NotFound | Code::Conflict),
        // A poll that was over meanwhile is a conflict too, and whoever voted wants to know.
        Action::VoteInPoll { .. } | Action::TellOfRoom { .. } => code == Code::NotFound,
        Action::DeleteMessage { .. } => code == Code::NotFound && !is_out(db, &op.lane)?,
        _ => false,
    })
}

/// Whether the person left the room of a lane, or was let go.
fn is_out(db: &Connection, lane: &str) -> Result<bool> {
    let room: Option<RoomId> = lane.split(':').nth(1).and_then(|room| room.parse().ok());
    let seat: Option<RoomSeat> = room.map(|room| record(db, Entity::RoomSeat, room.0)).transpose()?.flatten();
    Ok(seat.is_some_and(|seat| matches!(seat.state, SeatState::Left | SeatState::Removed)))
}

/// Whether an action changes a message that is there, or would.
pub(super) fn is_about(action: &Action, id: MessageId) -> bool {
    match action {
        Action::EditMessage { message_id, .. }
        | Action::DeleteMessage { message_id }
        | Action::ReactToMessage { message_id, .. }
        | Action::VoteInPoll { message_id, .. }
        | Action::PinMessage { message_id, .. }
        | Action::ReportMessage { message_id, .. } => *message_id == id,
        _ => false,
    }
}

/// Whether what an action of chat does is there already, for what is taken over from an earlier membership.
pub(crate) fn stands(db: &Connection, action: &Action) -> Result<bool> {
    match action {
        Action::SendMessage { message } => Ok(load(db, message.id)?.is_some()),
        _ => Ok(false),
    }
}
