//! What is given up goes back to where it was typed, and is taken back where the server may have it already: a message
//! whose answer was lost would appear after all, and stand in the field once more.

use linli_wire::{
    Language, Timestamp,
    chat::{AskInRoom, DecideCase, MessageContent, NewMessage, NewModeration, SaveRoom, SayInRoom},
    id::{MessageId, RoomId},
    ops::{Action, Op},
    typed::{Typed, TypedPlace},
};
use rusqlite::Transaction;

use super::{
    is_lane_of,
    known::Known,
    load,
    messages::changed,
    queued::{forget_beginning, subject},
    room_here,
    words::{is_about, of_action},
};
use crate::{
    community,
    error::Result,
    outbox::{self, Open, is_only_here},
    ports::System,
    typed,
};

/// Gives back what was typed with an operation that is out of the outbox, unless something else is being typed there;
/// words of a message go behind what stands in the field. What was to be done to a message that was never sent goes with
/// it. `left` is the operation as it waited, where the server may have it.
///
/// # Errors
/// Trouble of the cache.
pub(crate) fn give_back(
    tx: &Transaction<'_>,
    system: &dyn System,
    op: &Op,
    left: Option<&Open>,
) -> Result<()> {
    let back = |place, words: &String| {
        let typed = Typed { words: words.clone(), ..Typed::default() };
        typed::give_back_if_empty(tx, place, typed, op.at)
    };
    match &op.action {
        Action::SendMessage { message } => {
            // What the log has brought stands with everybody: offered again after a restore, it is only not offered.
            if left.is_some() && load(tx, message.id)?.is_some() {
                return Ok(());
            }
            let said = unsaid(tx, message)?;
            if left.is_some() {
                take_back(tx, system, op, message)?;
            }
            forget_beginning(tx, message.room_id)?;
            said.map_or(Ok(()), |said| give_said_back(tx, said, op.at))
        }
        // Nothing can be said in a room that is not begun.
        Action::OpenRoom { room_id, .. } => give_room_back(tx, system, *room_id, left.is_some()),
        Action::EditMessage { message_id, words } => {
            if let Some(left) = left {
                let is_there = !take_edit_back(tx, system, left, *message_id, words)?;
                if is_there {
                    return Ok(());
                }
            }
            back(TypedPlace::MessageEdit { id: *message_id }, words)
        }
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

/// Takes out what waits about a message that is given up. Returns the message as it was changed last; none if it was taken
/// back.
fn unsaid(tx: &Transaction<'_>, message: &NewMessage) -> Result<Option<NewMessage>> {
    let mut said = Some(message.clone());
    for open in outbox::open_in_chat(tx)?.iter().filter(|open| is_about(&open.op.action, message.id)) {
        outbox::discard(tx, open.op.id)?;
        match (&open.op.action, said.as_mut().map(|said| &mut said.content)) {
            (Action::DeleteMessage { .. }, _) => said = None,
            (Action::EditMessage { words: new, .. }, Some(MessageContent::Said { words, .. })) => {
                words.clone_from(new);
            }
            _ => {}
        }
    }
    Ok(said)
}

/// Takes back what the server may have. Where it does not, that is of no matter.
fn take_back(tx: &Transaction<'_>, system: &dyn System, said: &Op, message: &NewMessage) -> Result<()> {
    let action = Action::DeleteMessage { message_id: message.id };
    outbox::enqueue(tx, system, &said.lane, &room_name(tx, system, message.room_id)?, action).map(drop)
}

/// Has a message say again what it said before an edit that the server may have. Returns whether the edit is to be typed
/// again: not if the log has brought it.
fn take_edit_back(
    tx: &Transaction<'_>,
    system: &dyn System,
    left: &Open,
    id: MessageId,
    edited: &str,
) -> Result<bool> {
    let language = community::me(tx)?.map_or_else(Language::en, |me| me.language);
    let known = Known::read(tx, &language, system.now())?;
    let sent = known.open.iter().find_map(|open| match &open.op.action {
        Action::SendMessage { message } if message.id == id => {
            Some((message.room_id, message.content.clone()))
        }
        _ => None,
    });
    let here = load(tx, id)?.map(|message| (message.room_id, message.content));
    let Some((room_id, content)) = here.or(sent) else { return Ok(true) };
    let replaces =
        |action: &Action| matches!(action, Action::EditMessage { .. } | Action::DeleteMessage { .. });
    let mut behind = known.open.iter().filter(|open| open.seq > left.seq);
    if behind.any(|open| replaces(&open.op.action) && is_about(&open.op.action, id)) {
        return Ok(true);
    }
    let (MessageContent::Said { words, .. }, _) = changed(&known, id, content) else { return Ok(true) };
    if words == edited {
        return Ok(false);
    }
    let action = Action::EditMessage { message_id: id, words };
    outbox::enqueue(tx, system, &left.op.lane, &room_name(tx, system, room_id)?, action)?;
    Ok(true)
}

/// Gives back everything that was said in a room that is not begun, as one.
fn give_room_back(tx: &Transaction<'_>, system: &dyn System, room: RoomId, may_be_begun: bool) -> Result<()> {
    let open = outbox::open_in_chat(tx)?;
    for said in open.iter().filter(|open| is_lane_of(&open.op.lane, room)) {
        let Action::SendMessage { message } = &said.op.action else { continue };
        if outbox::discard(tx, said.op.id)?.is_none() || load(tx, message.id)?.is_some() {
            continue;
        }
        let unsaid = unsaid(tx, message)?;
        if may_be_begun && !is_only_here(&open, said) {
            take_back(tx, system, &said.op, message)?;
        }
        if let Some(message) = unsaid {
            give_said_back(tx, message, said.op.at)?;
        }
    }
    forget_beginning(tx, room)
}

/// Puts a message behind what stands in the field of its room. A poll goes into its form; of one for which there is no room
/// there, the words go into the field.
fn give_said_back(tx: &Transaction<'_>, message: NewMessage, at: Timestamp) -> Result<()> {
    let NewMessage { room_id, content, reply_to, mentions, .. } = message.clone();
    let (words, files, about) = match content {
        MessageContent::Said { words, files, about } => (words, files, about),
        MessageContent::Poll { poll } => {
            let place = TypedPlace::Poll { id: room_id };
            let words = of_action(&Action::SendMessage { message }).unwrap_or_default();
            if typed::get(tx, place)?.is_empty() {
                let form = serde_json::to_string(&AskInRoom { room_id, poll })?;
                return typed::give_back_form(tx, place, words, form, at);
            }
            (words, Vec::new(), None)
        }
        MessageContent::Deleted | MessageContent::Hidden { .. } | MessageContent::Unknown => return Ok(()),
    };
    let place = TypedPlace::Message { id: room_id };
    let said = SayInRoom { room_id, words, files, reply_to, mentions, about };
    let said = before(room_id, typed::get(tx, place)?, said);
    typed::forget(tx, place)?;
    let typed =
        Typed { words: said.words.clone(), photos: said.files.clone(), form: serde_json::to_string(&said)? };
    typed::give_back_if_empty(tx, place, typed, at)
}

/// What stands in a field, and behind it what is given back there.
fn before(room_id: RoomId, stands: Typed, said: SayInRoom) -> SayInRoom {
    let Typed { mut words, photos: mut files, form } = stands;
    // A draft of words alone has no form.
    let form = serde_json::from_str::<SayInRoom>(&form).ok();
    let (reply_to, mut mentions, about) =
        form.map_or_else(Default::default, |form| (form.reply_to, form.mentions, form.about));
    if !words.is_empty() && !said.words.is_empty() {
        words.push_str("\n\n");
    }
    words.push_str(&said.words);
    let known: Vec<_> = files.iter().map(|file| file.id).collect();
    files.extend(said.files.into_iter().filter(|file| !known.contains(&file.id)));
    for person in said.mentions {
        if !mentions.contains(&person) {
            mentions.push(person);
        }
    }
    SayInRoom {
        room_id,
        words,
        files,
        reply_to: reply_to.or(said.reply_to),
        mentions,
        about: about.or(said.about),
    }
}

/// What the outbox calls a write in a room.
fn room_name(tx: &Transaction<'_>, system: &dyn System, room: RoomId) -> Result<String> {
    let language = community::me(tx)?.map_or_else(Language::en, |me| me.language);
    let known = Known::read(tx, &language, system.now())?;
    Ok(known.room(room)?.map(|room| subject(&known, &room)).transpose()?.unwrap_or_default())
}
