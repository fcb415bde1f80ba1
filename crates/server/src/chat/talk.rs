//! Sending: what a message must be before it counts.

use std::collections::BTreeSet;

use linli_wire::{
    Code,
    attachments::{Attachment, file_name},
    chat::{
        About, MAX_CHOICE, MAX_CHOICES, MAX_FILES, MAX_MENTIONS, MAX_MESSAGE, Message, MessageContent,
        NewMessage, Poll, Room, RoomKind,
    },
    id::{CommunityId, MessageId, PersonId},
    sync::Scope,
    text,
};

use super::{DAY_MS, entered, must_write, neighbours, store};
use crate::{Error, attachments, auth::Caller, db::Tx, error::too_many, input, params};

/// Messages of one person within [`WINDOW_MS`]: who types without a pause does not reach it, nor does a phone that comes
/// back with what was written in a cellar.
const IN_WINDOW: u32 = 60;
const WINDOW_MS: i64 = 60 * 1000;
/// Messages of one person within a day.
const IN_A_DAY: u32 = 2000;
/// How far ahead a poll may close: half a year.
const AHEAD_MS: i64 = 183 * DAY_MS;

/// Sends a message. Sent again under the same id, by whichever device, it is the same message.
///
/// # Errors
/// `not_found` for a room that is not the caller's; `not_allowed` where they may only read; `operation_reused` when the
/// id stands for something else; `too_many_tries`; `invalid_input`.
pub fn send(tx: &mut Tx<'_>, caller: &Caller, seen: &[Scope], given: &NewMessage) -> Result<(), Error> {
    let room = entered(tx, caller, seen, given.room_id)?;
    if let Some(known) = store::message(tx, caller.community, given.id)? {
        let same = known.from == caller.person && known.room_id == room.id;
        let reused = Error::refused(Code::OperationReused, "the message's id stands for another message");
        return if same { Ok(()) } else { Err(reused) };
    }
    must_write(tx, caller, &room)?;
    within_limits(tx, caller)?;
    let content = content(tx, caller, &room, &given.content)?;
    let message = Message {
        id: given.id,
        room_id: room.id,
        number: 0,
        version: 1,
        from: caller.person,
        at: tx.now(),
        content,
        reply_to: answered(tx, caller, &room, given.reply_to)?,
        mentions: named(tx, caller, &room, &given.mentions)?,
        edited_at: None,
    };
    neighbours::show(
        tx,
        caller.community,
        caller.person,
        &linli_wire::chat::scopes_of(&room, caller.community),
    )?;
    store::add_message(tx, caller.community, &room, message)
}

fn within_limits(tx: &mut Tx<'_>, caller: &Caller) -> Result<(), Error> {
    let now = tx.now();
    // What is older than a day is behind the limit anyway, so that the count stays short; what a clock that was ahead
    // wrote into the future holds nobody up until then.
    let sql = "SELECT COUNT(*), COALESCE(SUM(CASE WHEN at > $4 THEN 1 ELSE 0 END), 0) FROM message
         WHERE community_id = $1 AND person_id = $2 AND at > $3 AND at <= $5";
    let times = (now.plus_millis(-DAY_MS), now.plus_millis(-WINDOW_MS));
    let row = tx.query_one(sql, params![caller.community, caller.person, times.0, times.1, now])?;
    if row.get::<u32>(1)? >= IN_WINDOW {
        return Err(too_many(60));
    }
    if row.get::<u32>(0)? >= IN_A_DAY {
        return Err(too_many(60 * 60));
    }
    Ok(())
}

fn content(
    tx: &mut Tx<'_>,
    caller: &Caller,
    room: &Room,
    given: &MessageContent,
) -> Result<MessageContent, Error> {
    match given {
        MessageContent::Said { words, files, about } => {
            input::lines("words", words, MAX_MESSAGE)?;
            if files.is_empty() && about.is_none() && text::is_blank(words) {
                return Err(Error::invalid("words", "must not be empty"));
            }
            let about = about.clone().filter(|_| matches!(room.kind, RoomKind::Office { .. }));
            if let Some(about) = &about {
                is_theirs(tx, caller, room, about)?;
            }
            Ok(MessageContent::Said {
                words: words.trim_end().to_owned(),
                files: kept(tx, caller, files)?,
                about,
            })
        }
        MessageContent::Poll { poll } => Ok(MessageContent::Poll { poll: asked(tx, poll)? }),
        MessageContent::Deleted | MessageContent::Hidden { .. } | MessageContent::Unknown => {
            Err(Error::invalid("content", "must be words or a poll"))
        }
    }
}

/// Words of a message that are changed later.
pub(super) fn words(given: &str, has_files: bool) -> Result<String, Error> {
    input::lines("words", given, MAX_MESSAGE)?;
    if !has_files && text::is_blank(given) {
        return Err(Error::invalid("words", "must not be empty"));
    }
    Ok(given.trim_end().to_owned())
}

/// A bill must be of the household of the person whose room it is; the office may name any.
fn is_theirs(tx: &mut Tx<'_>, caller: &Caller, room: &Room, about: &About) -> Result<(), Error> {
    let unknown = || Error::invalid("about", "is nothing that you can ask about");
    let (About::Bill { id, number }, RoomKind::Office { person_id }) = (about, &room.kind) else {
        return Err(unknown());
    };
    input::line("about.number", number, 40)?;
    let sql = "SELECT 1 FROM bill JOIN person ON person.community_id = bill.community_id
         AND person.household_id = bill.household_id
         WHERE bill.community_id = $1 AND bill.id = $2 AND person.id = $3";
    tx.query_opt(sql, params![caller.community, *id, *person_id])?.map(drop).ok_or_else(unknown)
}

/// Files as the server keeps them; they must have been sent before, by the caller or so that the caller may see them.
fn kept(tx: &mut Tx<'_>, caller: &Caller, given: &[Attachment]) -> Result<Vec<Attachment>, Error> {
    if given.len() > MAX_FILES {
        return Err(Error::invalid("files", format!("must not be more than {MAX_FILES}")));
    }
    let mut files = Vec::with_capacity(given.len());
    let mut named = BTreeSet::new();
    for file in given {
        let kept = attachments::visible(tx, caller, file.id).map_err(|error| match error {
            Error::Refused(_) => Error::invalid("attachments", "has not been sent to this server"),
            trouble => trouble,
        })?;
        let name = file_name(&file.name, &kept.media_type).unwrap_or_else(|| kept.name.clone());
        if named.insert(file.id) {
            files.push(Attachment { name, ..kept });
        }
    }
    Ok(files)
}

fn asked(tx: &Tx<'_>, given: &Poll) -> Result<Poll, Error> {
    let question = input::line("poll.question", &given.question, MAX_CHOICE)?;
    if !(2..=MAX_CHOICES).contains(&given.choices.len()) {
        return Err(Error::invalid("poll.choices", format!("must be 2 to {MAX_CHOICES}")));
    }
    let mut choices = Vec::with_capacity(given.choices.len());
    for choice in &given.choices {
        let words = input::line("poll.choices", &choice.words, MAX_CHOICE)?;
        if choices.iter().any(|known: &linli_wire::chat::Choice| known.words == words) {
            return Err(Error::invalid("poll.choices", "must differ from each other"));
        }
        choices.push(linli_wire::chat::Choice { words, votes: 0 });
    }
    // A poll may have waited on a device: one that has closed meanwhile is no mistake.
    if given.closes_at.is_some_and(|at| at > tx.now().plus_millis(AHEAD_MS)) {
        return Err(Error::invalid("poll.closes_at", "must be within half a year"));
    }
    Ok(Poll { question, choices, multiple: given.multiple, closes_at: given.closes_at, voters: 0 })
}

/// The message that is answered, if it is one of this room: a message is not refused for what it points to.
fn answered(
    tx: &mut Tx<'_>,
    caller: &Caller,
    room: &Room,
    given: Option<MessageId>,
) -> Result<Option<MessageId>, Error> {
    let Some(id) = given else { return Ok(None) };
    let sql = "SELECT 1 FROM message WHERE community_id = $1 AND id = $2 AND room_id = $3";
    Ok(tx.query_opt(sql, params![caller.community, id, room.id])?.map(|_| id))
}

/// Those of the named who are known to the room.
fn named(tx: &mut Tx<'_>, caller: &Caller, room: &Room, given: &[PersonId]) -> Result<Vec<PersonId>, Error> {
    if given.len() > MAX_MENTIONS {
        return Err(Error::invalid("mentions", format!("must not be more than {MAX_MENTIONS}")));
    }
    let mut named = Vec::new();
    for person in given.iter().collect::<BTreeSet<_>>() {
        if neighbours::stands_in(tx, caller.community, *person, &[Scope::Room(room.id)])? {
            named.push(*person);
        }
    }
    Ok(named)
}

/// Writes what was said before, as it was said then.
///
/// # Errors
/// `not_found` for a room that does not exist; the database's.
pub fn put_past(tx: &mut Tx<'_>, community: CommunityId, message: Message) -> Result<(), Error> {
    if store::message(tx, community, message.id)?.is_some() {
        return Ok(());
    }
    let room = store::find(tx, community, message.room_id)?.ok_or_else(Error::not_found)?;
    neighbours::show(tx, community, message.from, &linli_wire::chat::scopes_of(&room, community))?;
    store::add_message(tx, community, &room, message)
}
