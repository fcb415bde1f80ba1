//! What a person typed with what they do in chat.

use linli_wire::{
    Code,
    chat::{AskInRoom, DecideCase, MessageContent, NewModeration, SaveRoom, SayInRoom},
    id::MessageId,
    ops::{Action, Op},
    typed::{Typed, TypedPlace},
};
use rusqlite::{Connection, Transaction};

use super::{is_lane_of, load, queued::forget_beginning, room_here};
use crate::{error::Result, outbox, typed};

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

/// What is given up goes back to where it was typed, unless something else is being typed there. What was to be done to a
/// message that was never sent goes with it.
///
/// # Errors
/// Trouble of the cache.
pub(crate) fn give_back(tx: &Transaction<'_>, op: &Op) -> Result<()> {
    let back = |place, words: &String| {
        let typed = Typed { words: words.clone(), ..Typed::default() };
        typed::give_back_if_empty(tx, place, typed, op.at)
    };
    match &op.action {
        Action::SendMessage { message } => {
            for open in outbox::open_in_chat(tx)? {
                if is_about(&open.op.action, message.id) {
                    outbox::discard(tx, open.op.id)?;
                }
            }
            forget_beginning(tx, message.room_id)?;
            if let MessageContent::Poll { poll } = &message.content {
                let (place, words) = (TypedPlace::Poll { id: message.room_id }, of_action(&op.action));
                let form = AskInRoom { room_id: message.room_id, poll: poll.clone() };
                let form = serde_json::to_string(&form)?;
                return typed::give_back_form(tx, place, words.unwrap_or_default(), form, op.at);
            }
            let MessageContent::Said { words, files, about } = &message.content else { return Ok(()) };
            let form = SayInRoom {
                room_id: message.room_id,
                words: words.clone(),
                files: files.clone(),
                reply_to: message.reply_to,
                mentions: message.mentions.clone(),
                about: about.clone(),
            };
            let typed =
                Typed { words: words.clone(), photos: files.clone(), form: serde_json::to_string(&form)? };
            typed::give_back_if_empty(tx, TypedPlace::Message { id: message.room_id }, typed, op.at)
        }
        // Nothing can be said in a room that is not begun.
        Action::OpenRoom { room_id, .. } => {
            for open in outbox::open_in_chat(tx)? {
                if is_lane_of(&open.op.lane, *room_id)
                    && let Some(said) = outbox::discard(tx, open.op.id)?
                {
                    give_back(tx, &said)?;
                }
            }
            Ok(())
        }
        Action::EditMessage { message_id, words } => back(TypedPlace::MessageEdit { id: *message_id }, words),
        Action::ReportMessage { message_id, words, .. } => {
            back(TypedPlace::Complaint { id: *message_id }, words)
        }
        Action::Appeal { moderation_id, words } => back(TypedPlace::Appeal { id: *moderation_id }, words),
        Action::AnswerAppeal { moderation_id, words, .. } => {
            back(TypedPlace::AppealAnswer { id: *moderation_id }, words)
        }
        Action::Moderate { moderation } => {
            let NewModeration { message_id: id, measure, why, rule, .. } = moderation.clone();
            let form = serde_json::to_string(&DecideCase { id, measure, why, rule })?;
            let words = of_action(&op.action).unwrap_or_default();
            typed::give_back_form(tx, TypedPlace::Decision { id }, words, form, op.at)
        }
        Action::SaveRoom { room_id, content } => {
            // A room that was never made is made anew.
            let id = room_here(tx, *room_id)?.map(|room| room.id);
            let form = serde_json::to_string(&SaveRoom { room_id: id, content: content.clone() })?;
            let words = of_action(&op.action).unwrap_or_default();
            typed::give_back_form(tx, TypedPlace::Room { id }, words, form, op.at)
        }
        _ => Ok(()),
    }
}

/// Whether an action that the server refuses is of no matter to anybody: how far a room was read, and signs put on what is
/// not there any more.
pub(crate) fn is_of_no_matter(action: &Action, code: Code) -> bool {
    match action {
        Action::ReadRoom { .. } => true,
        // Taken back meanwhile, its place is left and nothing of it.
        Action::ReactToMessage { .. } | Action::PinMessage { .. } => {
            matches!(code, Code::NotFound | Code::Conflict)
        }
        // A poll that was over meanwhile is a conflict too, and whoever voted wants to know.
        Action::VoteInPoll { .. } | Action::TellOfRoom { .. } => code == Code::NotFound,
        _ => false,
    }
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
