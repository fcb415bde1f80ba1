//! What a person says, and does to what was said, through the outbox.

use linli_wire::{
    Code, Language, WireError,
    attachments::Attachment,
    chat::{
        AskInRoom, Choice, EMOJI, EditMessage, MAX_CHOICE, MAX_CHOICES, MAX_FILES, MAX_MENTIONS, MAX_MESSAGE,
        MayWrite, MessageContent, NewMessage, PinMessage, Poll, ReactToMessage, Room, RoomKind, SayInRoom,
        SeenRoom, TellOfRoom, VoteInPoll,
    },
    id::{MessageId, RoomId},
    ops::Action,
    text,
    typed::TypedPlace,
};
use rusqlite::Transaction;

use super::{
    is_lane_of,
    known::Known,
    lane, last_number, load, mark,
    messages::{author, changed},
    read_lane, room,
    words::is_about,
};
use crate::{
    cache::Cache,
    error::{Error, Result, not_found},
    outbox::{self, Open, is_only_here, is_stuck},
    ports::System,
    sync, typed,
};

/// Characters of what the outbox calls a write.
const SUBJECT: usize = 60;

/// Sends words and files.
///
/// # Errors
/// `invalid_input` for what the server would refuse; `not_allowed` where the person may only read; `conflict` where
/// they have not agreed to the rules, or the other has left; `not_found`; trouble of the cache.
pub fn say(cache: &Cache, system: &dyn System, language: &Language, request: SayInRoom) -> Result<MessageId> {
    let SayInRoom { room_id, words, files, reply_to, mentions, about } = request;
    if words.chars().count() > MAX_MESSAGE {
        return Err(too_long("words", MAX_MESSAGE));
    }
    if files.is_empty() && about.is_none() && text::is_blank(&words) {
        return Err(empty("words"));
    }
    if files.len() > MAX_FILES {
        return Err(WireError::invalid("files", format!("must not be more than {MAX_FILES}")).into());
    }
    if mentions.len() > MAX_MENTIONS {
        return Err(WireError::invalid("mentions", format!("must not be more than {MAX_MENTIONS}")).into());
    }
    let words = words.trim_end().to_owned();
    cache.write(|tx| {
        let content = MessageContent::Said { words, files, about };
        let message = send(tx, system, language, room_id, content, (reply_to, mentions))?;
        typed::forget(tx, TypedPlace::Message { id: room_id })?;
        Ok(message)
    })
}

/// Asks something with choices.
///
/// # Errors
/// As [`say`].
pub fn ask(cache: &Cache, system: &dyn System, language: &Language, request: AskInRoom) -> Result<MessageId> {
    let AskInRoom { room_id, poll } = request;
    let question = text::line_of("poll.question", &poll.question, MAX_CHOICE)?.to_owned();
    let mut choices: Vec<Choice> = Vec::new();
    for choice in &poll.choices {
        let words = text::line_of("poll.choices", &choice.words, MAX_CHOICE)?.to_owned();
        if choices.iter().any(|known| known.words == words) {
            return Err(WireError::invalid("poll.choices", "must differ from each other").into());
        }
        choices.push(Choice { words, votes: 0 });
    }
    if !(2..=MAX_CHOICES).contains(&choices.len()) {
        return Err(WireError::invalid("poll.choices", format!("must be 2 to {MAX_CHOICES}")).into());
    }
    let Poll { multiple, closes_at, .. } = poll;
    if closes_at.is_some_and(|at| at <= system.now()) {
        return Err(WireError::invalid("poll.closes_at", "must be later than now").into());
    }
    let now = system.now();
    cache.write(|tx| {
        // It was chosen by this device's clock, and closes by the server's.
        let behind = sync::server_now(tx, now)?.millis_since(now);
        let closes_at = closes_at.map(|at| at.plus_millis(behind));
        let poll = Poll { question, choices, multiple, closes_at, voters: 0 };
        typed::forget(tx, TypedPlace::Poll { id: room_id })?;
        send(tx, system, language, room_id, MessageContent::Poll { poll }, (None, Vec::new()))
    })
}

fn send(
    tx: &Transaction<'_>,
    system: &dyn System,
    language: &Language,
    room_id: RoomId,
    content: MessageContent,
    (reply_to, mentions): (Option<MessageId>, Vec<linli_wire::id::PersonId>),
) -> Result<MessageId> {
    let now = system.now();
    let known = Known::read(tx, language, now)?;
    let room = known.room(room_id)?.ok_or_else(|| not_found("room"))?;
    must_write(&known, &room)?;
    let lane = free_lane(&known.open, room_id);
    let subject = subject(&known, &room)?;
    begin(tx, system, &known, &room, &lane, &subject)?;
    let mut random = [0; 10];
    system.random(&mut random);
    let id = MessageId::new(now, random);
    let message = NewMessage { id, room_id, content, reply_to, mentions };
    outbox::enqueue(tx, system, &lane, &subject, Action::SendMessage { message })?;
    Ok(id)
}

/// Begins a room of two, or of the office, in the lane of what is said in it first.
fn begin(
    tx: &Transaction<'_>,
    system: &dyn System,
    known: &Known<'_>,
    room: &Room,
    lane: &str,
    subject: &str,
) -> Result<()> {
    let person_id = match &room.kind {
        RoomKind::Direct { .. } => known.other(room),
        // The office begins the room of a person; the person their own.
        RoomKind::Office { .. } => known.other(room),
        _ => return Ok(()),
    };
    let begins = |open: &Open| {
        open.op.lane == lane
            && matches!(open.op.action, Action::OpenRoom { room_id, .. } if room_id == room.id)
    };
    if room.version > 0 || known.open.iter().any(begins) {
        return Ok(());
    }
    let action = Action::OpenRoom { room_id: room.id, person_id };
    outbox::enqueue(tx, system, lane, subject, action).map(drop)
}

fn must_write(known: &Known<'_>, room: &Room) -> Result<()> {
    match room::may_write(known, room)? {
        MayWrite::Yes => {}
        MayWrite::Gone => return Err(Error::new(Code::Conflict, "the other person has left")),
        MayWrite::Announce | MayWrite::Closed | MayWrite::Muted { .. } => {
            return Err(Error::new(Code::NotAllowed, "may only read here"));
        }
    }
    match room::to_agree(known, room)? {
        Some(_) => Err(Error::new(Code::Conflict, "the rules were not agreed to")),
        None => Ok(()),
    }
}

/// The lane of what is said in a room, or the first beside it in which nothing is stuck: one message that the server
/// refuses does not keep the person from talking.
pub(super) fn free_lane(open: &[Open], room: RoomId) -> String {
    let is_stopped = |lane: &str| open.iter().any(|open| open.op.lane == lane && is_stuck(&open.pending));
    let own = lane(room);
    let mut free = own.clone();
    for again in 1.. {
        if !is_stopped(&free) {
            break;
        }
        free = format!("{own}:{again}");
    }
    free
}

/// What the outbox calls a write: the room.
pub(super) fn subject(known: &Known<'_>, room: &Room) -> Result<String> {
    Ok(known.room_name(room)?.chars().take(SUBJECT).collect())
}

/// Changes the words of one's own message, sent or not.
///
/// # Errors
/// `not_found`; `not_allowed` for what others wrote, and for polls; `conflict` when nothing of it is left;
/// `invalid_input`; trouble of the cache.
pub fn edit(cache: &Cache, system: &dyn System, language: &Language, request: EditMessage) -> Result<()> {
    let EditMessage { id, words } = request;
    if words.chars().count() > MAX_MESSAGE {
        return Err(too_long("words", MAX_MESSAGE));
    }
    let words = words.trim_end().to_owned();
    cache.write(|tx| {
        let known = Known::read(tx, language, system.now())?;
        let Some(message) = load(tx, id)? else {
            let said = said(&known.open, id).ok_or_else(|| not_found("message"))?;
            typed::forget(tx, TypedPlace::MessageEdit { id })?;
            return edit_waiting(tx, system, &known, said, words);
        };
        if !known.is_me(message.from) {
            return Err(not_allowed());
        }
        match changed(&known, id, message.content).0 {
            MessageContent::Said { files, .. } => needed(&words, &files)?,
            MessageContent::Deleted | MessageContent::Hidden { .. } => return Err(gone()),
            MessageContent::Poll { .. } | MessageContent::Unknown => return Err(not_allowed()),
        }
        let room = known.room(message.room_id)?.ok_or_else(|| not_found("room"))?;
        must_write(&known, &room)?;
        for open in known.open.iter().filter(|open| is_only_here(&known.open, open)) {
            if matches!(&open.op.action, Action::EditMessage { message_id, .. } if *message_id == id) {
                outbox::discard(tx, open.op.id)?;
            }
        }
        typed::forget(tx, TypedPlace::MessageEdit { id })?;
        let lane = free_lane(&outbox::open_in_chat(tx)?, room.id);
        let action = Action::EditMessage { message_id: id, words };
        outbox::enqueue(tx, system, &lane, &subject(&known, &room)?, action).map(drop)
    })
}

/// What has never left is changed where it waits; what may have left is changed behind it.
fn edit_waiting(
    tx: &Transaction<'_>,
    system: &dyn System,
    known: &Known<'_>,
    said: &Open,
    words: String,
) -> Result<()> {
    let Action::SendMessage { message } = &said.op.action else { return Err(not_found("message")) };
    let MessageContent::Said { files, about, .. } = &message.content else { return Err(not_allowed()) };
    needed(&words, files)?;
    if !is_only_here(&known.open, said) {
        let room = known.room(message.room_id)?.ok_or_else(|| not_found("room"))?;
        let action = Action::EditMessage { message_id: message.id, words };
        return outbox::enqueue(tx, system, &said.op.lane, &subject(known, &room)?, action).map(drop);
    }
    let content = MessageContent::Said { words, files: files.clone(), about: about.clone() };
    let action = Action::SendMessage { message: NewMessage { content, ..message.clone() } };
    outbox::put_in_place(tx, system, said, said.op.at, action)
}

/// The operation that sends a message.
fn said(open: &[Open], id: MessageId) -> Option<&Open> {
    open.iter().find(|open| matches!(&open.op.action, Action::SendMessage { message } if message.id == id))
}

/// Takes one's own message back, sent or not.
///
/// # Errors
/// `not_found`; `not_allowed` for what others wrote; trouble of the cache.
pub fn delete(cache: &Cache, system: &dyn System, language: &Language, id: MessageId) -> Result<()> {
    cache.write(|tx| {
        let known = Known::read(tx, language, system.now())?;
        let here = load(tx, id)?;
        if here.as_ref().is_some_and(|message| !known.is_me(message.from)) {
            return Err(not_allowed());
        }
        let said = said(&known.open, id);
        let room_id = match (&here, said.map(|open| &open.op.action)) {
            (Some(message), _) => message.room_id,
            (None, Some(Action::SendMessage { message })) => message.room_id,
            _ => return Err(not_found("message")),
        };
        for open in known.open.iter().filter(|open| is_about(&open.op.action, id)) {
            let goes = known.going().any(|going| going.seq == open.seq);
            if matches!(open.op.action, Action::DeleteMessage { .. }) && goes {
                return Ok(());
            }
            if is_only_here(&known.open, open) {
                outbox::discard(tx, open.op.id)?;
            }
        }
        if let Some(said) = said.filter(|open| here.is_none() && is_only_here(&known.open, open)) {
            outbox::discard(tx, said.op.id)?;
            return forget_beginning(tx, room_id);
        }
        let lane = match said {
            Some(said) if here.is_none() => said.op.lane.clone(),
            _ => free_lane(&outbox::open_in_chat(tx)?, room_id),
        };
        let subject =
            known.room(room_id)?.map(|room| subject(&known, &room)).transpose()?.unwrap_or_default();
        outbox::enqueue(tx, system, &lane, &subject, Action::DeleteMessage { message_id: id }).map(drop)
    })
}

/// Nothing is said any more in a room that was to be begun: it is not begun.
pub(super) fn forget_beginning(tx: &Transaction<'_>, room: RoomId) -> Result<()> {
    let open = outbox::open_in_chat(tx)?;
    let in_room: Vec<&Open> = open.iter().filter(|open| is_lane_of(&open.op.lane, room)).collect();
    let is_beginning =
        |one: &&Open| matches!(one.op.action, Action::OpenRoom { .. }) && is_only_here(&open, one);
    if in_room.iter().all(is_beginning) {
        for begins in in_room {
            outbox::discard(tx, begins.op.id)?;
        }
    }
    Ok(())
}

/// Puts something on a message, or takes it off.
///
/// # Errors
/// `not_found`; `not_allowed` where nobody may, or this person not now; `conflict` when nothing of it is left;
/// `invalid_input`; trouble of the cache.
pub fn react(cache: &Cache, system: &dyn System, language: &Language, request: ReactToMessage) -> Result<()> {
    let ReactToMessage { id, emoji } = request;
    if emoji.as_ref().is_some_and(|emoji| !EMOJI.contains(&emoji.as_str())) {
        return Err(WireError::invalid("emoji", "is none of those that can be put on a message").into());
    }
    on_message(
        cache,
        system,
        language,
        id,
        "react",
        |known, room, content| match emoji {
            Some(_) if !room::may_react(known, room)? => Err(not_allowed()),
            Some(_) if content.is_gone() => Err(gone()),
            _ => Ok(()),
        },
        Action::ReactToMessage { message_id: id, emoji: emoji.clone() },
    )
}

/// Chooses in a poll.
///
/// # Errors
/// `not_found`; `not_allowed` where nobody may, or this person not now; `conflict` when the poll is over or gone;
/// `invalid_input`; trouble of the cache.
pub fn vote(cache: &Cache, system: &dyn System, language: &Language, request: VoteInPoll) -> Result<()> {
    let VoteInPoll { id, choices } = request;
    let fits = |known: &Known<'_>, room: &Room, content: &MessageContent| {
        if !room::may_react(known, room)? {
            return Err(not_allowed());
        }
        let MessageContent::Poll { poll } = content else {
            return Err(if content.is_gone() { gone() } else { not_allowed() });
        };
        if poll.closes_at.is_some_and(|at| at <= known.now) {
            return Err(Error::new(Code::Conflict, "the poll is over"));
        }
        if choices.iter().any(|at| usize::from(*at) >= poll.choices.len())
            || (choices.len() > 1 && !poll.multiple)
        {
            return Err(WireError::invalid("choices", "are none of the poll's").into());
        }
        Ok(())
    };
    on_message(
        cache,
        system,
        language,
        id,
        "vote",
        fits,
        Action::VoteInPoll { message_id: id, choices: choices.clone() },
    )
}

/// Pins a message, or takes it down.
///
/// # Errors
/// `not_found`; `conflict` when nothing of it is left; trouble of the cache.
pub fn pin(cache: &Cache, system: &dyn System, language: &Language, request: PinMessage) -> Result<()> {
    let PinMessage { id, pinned } = request;
    on_message(
        cache,
        system,
        language,
        id,
        "pin",
        |_, _, content| {
            if pinned && content.is_gone() { Err(gone()) } else { Ok(()) }
        },
        Action::PinMessage { message_id: id, pinned },
    )
}

/// Does something to a message that is here, in a lane of its own for each kind: the last of it counts.
fn on_message(
    cache: &Cache,
    system: &dyn System,
    language: &Language,
    id: MessageId,
    kind: &str,
    fits: impl FnOnce(&Known<'_>, &Room, &MessageContent) -> Result<()>,
    action: Action,
) -> Result<()> {
    cache.write(|tx| {
        let message = load(tx, id)?.ok_or_else(|| not_found("message"))?;
        let known = Known::read(tx, language, system.now())?;
        let room = known.room(message.room_id)?.ok_or_else(|| not_found("room"))?;
        fits(&known, &room, &changed(&known, id, message.content).0)?;
        outbox::replace(tx, system, &format!("{kind}:{id}"), &subject(&known, &room)?, action).map(drop)
    })
}

/// Notes how far a room was seen. Returns whether that is news.
///
/// # Errors
/// Trouble of the cache.
pub fn read(cache: &Cache, system: &dyn System, seen: SeenRoom) -> Result<bool> {
    let SeenRoom { room_id, number } = seen;
    cache.write(|tx| {
        if super::room_here(tx, room_id)?.is_none() {
            return Ok(false);
        }
        let number = number.min(last_number(tx, room_id)?);
        if mark(tx, &outbox::open_in_chat(tx)?, room_id)?.read >= number {
            return Ok(false);
        }
        let action = Action::ReadRoom { room_id, number };
        outbox::replace_newest(tx, system, &read_lane(room_id), action)?;
        Ok(true)
    })
}

/// Chooses of what to be told.
///
/// # Errors
/// Trouble of the cache.
pub fn tell(cache: &Cache, system: &dyn System, language: &Language, request: TellOfRoom) -> Result<()> {
    let TellOfRoom { room_id, tell } = request;
    cache.write(|tx| {
        let known = Known::read(tx, language, system.now())?;
        let room = known.room(room_id)?.ok_or_else(|| not_found("room"))?;
        let action = Action::TellOfRoom { room_id, tell };
        outbox::replace(tx, system, &format!("room-tell:{room_id}"), &subject(&known, &room)?, action)
            .map(drop)
    })
}

/// Whether the person wrote a message; none where it is not here.
pub(super) fn is_own(known: &Known<'_>, id: MessageId) -> Result<Option<bool>> {
    Ok(author(known.db, id)?.map(|from| known.is_me(from)))
}

fn needed(words: &str, files: &[Attachment]) -> Result<()> {
    if files.is_empty() && text::is_blank(words) { Err(empty("words")) } else { Ok(()) }
}

fn empty(field: &str) -> Error {
    WireError::invalid(field, "must not be empty").into()
}

pub(super) fn too_long(field: &str, max: usize) -> Error {
    WireError::invalid(field, format!("must not be longer than {max} characters")).into()
}

pub(super) fn not_allowed() -> Error {
    Error::new(Code::NotAllowed, "not for this person")
}

fn gone() -> Error {
    Error::new(Code::Conflict, "nothing of the message is left")
}
