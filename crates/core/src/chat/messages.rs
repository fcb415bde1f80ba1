//! Messages as they are shown: by their numbers, with what the person did to them already in its place.

use std::collections::BTreeMap;

use linli_wire::{
    Language, Timestamp,
    attachments::Attachment,
    chat::{
        EMOJI, Message, MessageContent, MessageRow, MessagesPage, MessagesQuery, Poll, PollRow, PollVote,
        ReactionCount, ReplyLine, What,
    },
    id::{MessageId, PersonId, RoomId},
    ops::Action,
    outbox::Pending,
    sync::Entity,
};
use rusqlite::{Connection, params};

use super::{known::Known, load, room_here, words::is_about};
use crate::{
    cache::Cache,
    community::record,
    error::Result,
    markdown,
    outbox::{self, Open, is_stuck},
};

/// Most messages of one answer.
const MOST: u32 = 200;
/// Characters of the words in a line about a message.
const BEGINNING: usize = 120;
/// First names beside a reaction.
const NAMES: usize = 10;

/// What is on messages: reactions by message, and what is pinned.
#[derive(Default)]
pub(super) struct Around {
    reactions: BTreeMap<MessageId, Vec<(PersonId, String)>>,
    pub(super) pinned: Vec<MessageId>,
}

impl Around {
    /// What is pinned in a room.
    pub(super) fn pinned_in(known: &Known<'_>, room: RoomId) -> Result<Self> {
        Ok(Self { pinned: pinned(known, room)?, ..Self::default() })
    }
}

/// Messages of a room, by number.
///
/// # Errors
/// Trouble of the cache.
pub fn messages(
    cache: &Cache,
    query: &MessagesQuery,
    language: &Language,
    now: Timestamp,
) -> Result<MessagesPage> {
    let first = i64::try_from(query.first).unwrap_or(i64::MAX);
    let behind = first.saturating_add(i64::from(query.count.min(MOST)));
    cache.read(|db| {
        let known = Known::read(db, language, now)?;
        let mut around = Around::pinned_in(&known, query.room_id)?;
        let mut select = db.prepare_cached(
            "SELECT message, person, emoji FROM message JOIN reaction ON reaction.message = message.id
             WHERE room = ?1 AND number >= ?2 AND number < ?3",
        )?;
        let mut rows = select.query(params![query.room_id.0, first, behind])?;
        while let Some(row) = rows.next()? {
            let of = around.reactions.entry(MessageId(row.get(0)?)).or_default();
            of.push((PersonId(row.get(1)?), row.get(2)?));
        }
        let mut select = db.prepare_cached(
            "SELECT body, named FROM message JOIN message_body USING (key)
             WHERE room = ?1 AND number >= ?2 AND number < ?3 ORDER BY number, key LIMIT ?4",
        )?;
        let mut rows = select.query(params![query.room_id.0, first, behind, query.count.min(MOST)])?;
        let mut page = MessagesPage { last: super::last_number(db, query.room_id)?, rows: Vec::new() };
        while let Some(row) = rows.next()? {
            let message: Message = serde_json::from_str(row.get_ref(0)?.as_str().unwrap_or_default())?;
            page.rows.push(row_of(&known, &around, message, row.get(1)?)?);
        }
        Ok(page)
    })
}

/// One message as it is shown; none where it is not here.
pub(super) fn one(known: &Known<'_>, around: &mut Around, id: MessageId) -> Result<Option<MessageRow>> {
    let Some(message) = load(known.db, id)? else { return Ok(None) };
    let mut select = known.db.prepare_cached("SELECT person, emoji FROM reaction WHERE message = ?1")?;
    let rows = select.query_map([id.0], |row| Ok((PersonId(row.get(0)?), row.get(1)?)))?;
    around.reactions.insert(id, rows.collect::<std::result::Result<_, _>>()?);
    let named = known
        .db
        .prepare_cached("SELECT named FROM message WHERE id = ?1")?
        .query_row([id.0], |row| row.get(0))?;
    row_of(known, around, message, named).map(Some)
}

/// What is pinned in a room, the newest last, with what waits.
fn pinned(known: &Known<'_>, room: RoomId) -> Result<Vec<MessageId>> {
    let mut pinned = room_here(known.db, room)?.map(|room| room.pinned).unwrap_or_default();
    for open in known.going() {
        if let Action::PinMessage { message_id, pinned: now } = open.op.action {
            let is_in = pinned.contains(&message_id);
            if now && !is_in && load(known.db, message_id)?.is_some_and(|message| message.room_id == room) {
                pinned.push(message_id);
            } else if !now && is_in {
                pinned.retain(|pinned| *pinned != message_id);
            }
        }
    }
    Ok(pinned)
}

/// Own messages that the log has not brought back, in the order in which they go.
pub(super) fn waiting(known: &Known<'_>, room: RoomId, is_here: bool) -> Result<Vec<MessageRow>> {
    let mut ops: Vec<&Open> = known.open.iter().filter(|open| is_said_in(open, room)).collect();
    // As long as the room is not followed, nothing says when what was sent into it comes back.
    let sent = if is_here { Vec::new() } else { outbox::settled_in_lane(known.db, &super::lane(room))? };
    ops.splice(..0, sent.iter().filter(|open| is_said_in(open, room)));
    let mut rows = Vec::new();
    for open in ops {
        let Action::SendMessage { message } = &open.op.action else { continue };
        if load(known.db, message.id)?.is_some() {
            continue;
        }
        let message = Message {
            id: message.id,
            room_id: room,
            number: 0,
            version: 0,
            from: known.me.as_ref().map_or(PersonId(uuid::Uuid::nil()), |me| me.id),
            at: open.op.at,
            content: message.content.clone(),
            reply_to: message.reply_to,
            mentions: message.mentions.clone(),
            edited_at: None,
        };
        let mut row = row_of(known, &Around::default(), message, false)?;
        row.pending = Some(stopped_by(&known.open, open).unwrap_or(&open.pending).clone());
        row.edited = false;
        rows.push(row);
    }
    Ok(rows)
}

fn is_said_in(open: &Open, room: RoomId) -> bool {
    matches!(&open.op.action, Action::SendMessage { message } if message.room_id == room)
}

/// What begins the room and is refused holds up what is said in it: it is what the person has to decide about.
fn stopped_by<'a>(all: &'a [Open], open: &Open) -> Option<&'a Pending> {
    all.iter()
        .filter(|other| other.op.lane == open.op.lane && other.seq < open.seq)
        .filter(|other| matches!(other.op.action, Action::OpenRoom { .. } | Action::SaveRoom { .. }))
        .map(|other| &other.pending)
        .find(|pending| is_stuck(pending))
}

fn row_of(known: &Known<'_>, around: &Around, message: Message, named: bool) -> Result<MessageRow> {
    let own = known.is_me(message.from);
    let neighbour = known.neighbour(message.from)?;
    let mut row = MessageRow {
        id: message.id,
        number: message.number,
        from: message.from,
        name: known.name(message.from)?,
        building: neighbour.as_ref().and_then(|neighbour| neighbour.building.clone()),
        photo: if own { None } else { known.photo(message.from)? },
        office: neighbour.as_ref().map_or(own && known.role().is_office(), |neighbour| neighbour.office),
        own,
        at: message.at,
        what: What::Blocked,
        words: String::new(),
        blocks: Vec::new(),
        files: Vec::new(),
        about: None,
        poll: None,
        rule: String::new(),
        reply: None,
        named,
        edited: false,
        pinned: around.pinned.contains(&message.id),
        reactions: Vec::new(),
        pending: pending(known, message.id),
    };
    if !known.hears(message.from) {
        row.named = false;
        return Ok(row);
    }
    let (content, edited) = changed(known, message.id, message.content);
    row.what = what(&content);
    row.edited = edited || message.edited_at.is_some();
    match content {
        MessageContent::Said { words, files, about } => {
            row.blocks = markdown::parse_message(&words);
            (row.words, row.files, row.about) = (words, files, about);
        }
        MessageContent::Poll { poll } => {
            row.words.clone_from(&poll.question);
            row.poll = Some(poll_row(known, message.id, poll)?);
        }
        MessageContent::Hidden { rule } => row.rule = rule,
        MessageContent::Deleted | MessageContent::Unknown => {}
    }
    if !matches!(row.what, What::Deleted | What::Hidden) {
        row.reply = message.reply_to.map(|reply| reply_line(known, reply)).transpose()?;
        row.reactions = reactions(known, around, message.id)?;
    } else {
        (row.named, row.edited) = (false, false);
    }
    Ok(row)
}

/// What a message says once what waits has gone through, and whether that changes its words.
pub(super) fn changed(known: &Known<'_>, id: MessageId, content: MessageContent) -> (MessageContent, bool) {
    let mut edited = false;
    let content = known.going().fold(content, |content, open| match (&open.op.action, content) {
        (Action::DeleteMessage { message_id }, _) if *message_id == id => MessageContent::Deleted,
        (Action::EditMessage { message_id, words }, MessageContent::Said { words: before, files, about })
            if *message_id == id =>
        {
            edited |= *words != before;
            MessageContent::Said { words: words.clone(), files, about }
        }
        (_, content) => content,
    });
    (content, edited)
}

/// What a message is, for a line about it.
pub(super) fn what(content: &MessageContent) -> What {
    match content {
        MessageContent::Said { words, files, .. } => match files.first() {
            Some(file) if words.trim().is_empty() => kind_of(file),
            _ => What::Words,
        },
        MessageContent::Poll { .. } => What::Poll,
        MessageContent::Deleted => What::Deleted,
        MessageContent::Hidden { .. } => What::Hidden,
        MessageContent::Unknown => What::Unknown,
    }
}

fn kind_of(file: &Attachment) -> What {
    if file.is_picture() {
        What::Photo
    } else if file.media_type.starts_with("audio/") {
        What::Voice
    } else {
        What::File
    }
}

/// The beginning of the words, on one line.
pub(super) fn beginning(content: &MessageContent) -> String {
    let words = match content {
        MessageContent::Poll { poll } => poll.question.clone(),
        content => markdown::plain_message(content.words()),
    };
    let mut short: String =
        words.chars().take(BEGINNING).map(|c| if c.is_control() { ' ' } else { c }).collect();
    if words.chars().nth(BEGINNING).is_some() {
        short.push('…');
    }
    short
}

/// A message that is answered, in a line.
pub(super) fn reply_line(known: &Known<'_>, id: MessageId) -> Result<ReplyLine> {
    let none = ReplyLine {
        id,
        number: 0,
        own: false,
        name: String::new(),
        words: String::new(),
        what: What::Unknown,
    };
    let (number, from, content) = match load(known.db, id)? {
        Some(message) => (message.number, Some(message.from), message.content),
        // Own words that wait can be answered, too.
        None => {
            let said = known.open.iter().find_map(|open| match &open.op.action {
                Action::SendMessage { message } if message.id == id => Some(message.content.clone()),
                _ => None,
            });
            match said {
                Some(content) => (0, known.me.as_ref().map(|me| me.id), content),
                None => return Ok(none),
            }
        }
    };
    let name = from.map(|from| known.name(from)).transpose()?.unwrap_or_default();
    let own = from.is_some_and(|from| known.is_me(from));
    if from.is_some_and(|from| !known.hears(from)) {
        return Ok(ReplyLine { number, name, what: What::Blocked, ..none });
    }
    let (content, _) = changed(known, id, content);
    Ok(ReplyLine { id, number, own, name, words: beginning(&content), what: what(&content) })
}

fn poll_row(known: &Known<'_>, id: MessageId, mut poll: Poll) -> Result<PollRow> {
    let before = record::<PollVote>(known.db, Entity::PollVote, id.0)?.map(|vote| vote.choices);
    let before = before.unwrap_or_default();
    let newest = known.going().filter_map(|open| match &open.op.action {
        Action::VoteInPoll { message_id, choices } if *message_id == id => Some(choices),
        _ => None,
    });
    let chosen = newest.last().unwrap_or(&before).clone();
    for (at, choice) in (0_u8..).zip(&mut poll.choices) {
        match (before.contains(&at), chosen.contains(&at)) {
            (true, false) => choice.votes = choice.votes.saturating_sub(1),
            (false, true) => choice.votes = choice.votes.saturating_add(1),
            _ => {}
        }
    }
    match (before.is_empty(), chosen.is_empty()) {
        (true, false) => poll.voters = poll.voters.saturating_add(1),
        (false, true) => poll.voters = poll.voters.saturating_sub(1),
        _ => {}
    }
    let closed = poll.closes_at.is_some_and(|at| at <= known.now);
    Ok(PollRow { poll, chosen, closed })
}

fn reactions(known: &Known<'_>, around: &Around, id: MessageId) -> Result<Vec<ReactionCount>> {
    let newest = known.going().filter_map(|open| match &open.op.action {
        Action::ReactToMessage { message_id, emoji } if *message_id == id => Some(emoji),
        _ => None,
    });
    let (mine, known_here) = (newest.last(), around.reactions.get(&id));
    if mine.is_none() && known_here.is_none() {
        return Ok(Vec::new());
    }
    let mut all: Vec<(PersonId, &str)> = Vec::new();
    for (person, emoji) in known_here.into_iter().flatten() {
        if known.hears(*person) && !(known.is_me(*person) && mine.is_some()) {
            all.push((*person, emoji));
        }
    }
    if let (Some(me), Some(Some(emoji))) = (&known.me, mine) {
        all.push((me.id, emoji));
    }
    let mut counts = Vec::new();
    for emoji in EMOJI {
        let mut count = ReactionCount { emoji: emoji.to_owned(), count: 0, own: false, names: Vec::new() };
        for (person, _) in all.iter().filter(|(_, put)| *put == emoji) {
            count.count += 1;
            count.own |= known.is_me(*person);
            if count.names.len() < NAMES {
                count.names.extend(Some(known.name(*person)?).filter(|name| !name.is_empty()));
            }
        }
        if count.count > 0 {
            counts.push(count);
        }
    }
    Ok(counts)
}

/// The newest write about a message that waits; before it one that is stuck, since that needs the person.
fn pending(known: &Known<'_>, id: MessageId) -> Option<Pending> {
    let mut about = known.open.iter().filter(|open| is_about(&open.op.action, id)).map(|open| &open.pending);
    let newest = about.clone().next_back();
    about.find(|pending| is_stuck(pending)).or(newest).cloned()
}

/// Whether a message is here, and of whom.
pub(super) fn author(db: &Connection, id: MessageId) -> Result<Option<PersonId>> {
    Ok(load(db, id)?.map(|message| message.from))
}
