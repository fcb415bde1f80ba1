//! Messages that are told by a system notification.
//!
//! It says who wrote, in which room, and the words only where they are few: it stands on locked screens, and what is
//! long is mostly not for them. One for what came to a room at once; none of the person's own messages, of people whom
//! they do not want to hear, of what they have read on any device, and within their quiet hours.

use std::collections::BTreeMap;

use linli_wire::{
    Language, Timestamp,
    chat::{Message, Room, RoomKind, Tell, What},
    id::{MessageId, PersonId, RoomId},
};
use rusqlite::Connection;

use super::{
    known::Known,
    load, mark,
    messages::{changed, what},
    room_here,
};
use crate::{community, error::Result, markdown, ports::Notification};

/// How long after it was sent a message is news in a room of many: a scope that is gained brings years of them.
const NEWS_MS: i64 = 2 * 24 * 60 * 60 * 1000;
/// Longest words that stand in a notification, in characters; longer ones are not told at all.
const SHORT: usize = 80;

/// A message of somebody else that is new here.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Heard {
    /// Its room.
    pub room: RoomId,
    /// The message.
    pub id: MessageId,
    /// Who wrote it.
    pub from: PersonId,
    /// Whether it names the person or answers them.
    pub named: bool,
    /// Whether it was sent long ago, by the server's clock.
    pub is_old: bool,
}

impl Heard {
    pub(super) fn of(message: &Message, named: bool, server_time: Timestamp) -> Self {
        let is_old = server_time.millis_since(message.at) > NEWS_MS;
        Self { room: message.room_id, id: message.id, from: message.from, named, is_old }
    }
}

/// Whether the person wants to be told only of emergencies just now, by the clock of the community.
pub(crate) fn is_quiet(db: &Connection, now: Timestamp) -> Result<bool> {
    let Some(quiet) = community::preferences(db)?.quiet else { return Ok(false) };
    let Some(community) = community::community(db)? else { return Ok(false) };
    let minute = jiff::Timestamp::from_millisecond(now.0)
        .and_then(|now| now.in_tz(&community.time_zone))
        .ok()
        .and_then(|now| u16::try_from(i32::from(now.hour()) * 60 + i32::from(now.minute())).ok());
    Ok(minute.is_some_and(|minute| quiet.hold(minute)))
}

/// The notifications for what was heard, by room in the order in which it came; `is_free` takes a room's turn.
pub(crate) fn told(
    db: &Connection,
    heard: &[Heard],
    now: Timestamp,
    mut is_free: impl FnMut(RoomId) -> bool,
) -> Result<Vec<Notification>> {
    if heard.is_empty() || is_quiet(db, now)? {
        return Ok(Vec::new());
    }
    let language = community::me(db)?.map_or_else(Language::en, |me| me.language);
    let known = Known::read(db, &language, now)?;
    let mut by_room: BTreeMap<RoomId, Vec<Message>> = BTreeMap::new();
    let mut order = Vec::new();
    for heard in heard {
        let Some(room) = room_here(db, heard.room)? else { continue };
        if !is_told(&known, &room, heard)? {
            continue;
        }
        let Some(message) = load(db, heard.id)?.filter(|message| !message.content.is_gone()) else {
            continue;
        };
        if message.number <= mark(db, &known.open, room.id)?.read {
            continue;
        }
        let messages = by_room.entry(room.id).or_default();
        if messages.is_empty() {
            order.push(room);
        }
        messages.push(message);
    }
    let mut notifications = Vec::new();
    for room in order {
        let messages = by_room.remove(&room.id).unwrap_or_default();
        if is_free(room.id) {
            notifications.extend(notification(&known, &room, &messages)?);
        }
    }
    Ok(notifications)
}

fn is_told(known: &Known<'_>, room: &Room, heard: &Heard) -> Result<bool> {
    // The office's rooms are many to who has just come to work there.
    let is_close = match room.kind {
        RoomKind::Direct { .. } => true,
        RoomKind::Office { person_id } => known.is_me(person_id),
        _ => false,
    };
    if !known.hears(heard.from) || known.is_me(heard.from) || (heard.is_old && !is_close) {
        return Ok(false);
    }
    Ok(match mark(known.db, &known.open, room.id)?.tell.in_room(&room.kind) {
        Tell::All | Tell::Usual => true,
        Tell::Mentions => heard.named,
        Tell::None => false,
    })
}

fn notification(known: &Known<'_>, room: &Room, messages: &[Message]) -> Result<Option<Notification>> {
    let Some(newest) = messages.last() else { return Ok(None) };
    let is_chinese = known.language.as_str() == "zh";
    let name = known.name(newest.from)?;
    let title = match (&room.kind, known.room_name(room)?) {
        (_, name) if !name.is_empty() => name,
        (RoomKind::Office { .. }, _) => (if is_chinese { "物业" } else { "Property office" }).to_owned(),
        (RoomKind::Repair { .. }, _) => (if is_chinese { "报修" } else { "Repair" }).to_owned(),
        _ => community::community(known.db)?
            .map(|community| community.name.in_language(&known.language).to_owned())
            .unwrap_or_default(),
    };
    let is_direct = matches!(room.kind, RoomKind::Direct { .. });
    let body = match messages {
        [one] => {
            let (content, _) = changed(known, one.id, one.content.clone());
            one_line(what(&content), &markdown::plain_message(content.words()), is_chinese)
        }
        many => several(many.len(), is_chinese),
    };
    let body = if is_direct || name.is_empty() { body } else { format!("{name}: {body}") };
    Ok(Some(Notification { title, body, urgent: false }))
}

/// What one message says.
fn one_line(what: What, words: &str, is_chinese: bool) -> String {
    let line: String = words.trim().chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    let is_short = line.chars().count() <= SHORT;
    let said = match (what, is_chinese) {
        (What::Words, _) if is_short => return line,
        (What::Poll, false) if is_short => return format!("Poll: {line}"),
        (What::Poll, true) if is_short => return format!("投票：{line}"),
        (What::Photo, false) => "A photo",
        (What::Photo, true) => "一张照片",
        (What::Voice, false) => "A voice message",
        (What::Voice, true) => "一条语音",
        (What::File, false) => "A file",
        (What::File, true) => "一个文件",
        (_, false) => "A new message",
        (_, true) => "一条新消息",
    };
    said.to_owned()
}

fn several(count: usize, is_chinese: bool) -> String {
    if is_chinese { format!("{count} 条新消息") } else { format!("{count} new messages") }
}
