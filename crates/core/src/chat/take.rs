//! Messages and reactions as they come in from the log, and go.

use linli_wire::{
    Timestamp,
    attachments::Attachment,
    chat::{Message, Reaction},
    id::RoomId,
};
use rusqlite::{Connection, OptionalExtension, Transaction, params};
use serde_json::value::RawValue;
use uuid::Uuid;

use super::{lane, my_id, news::Heard};
use crate::{attachments, error::Result};

/// Keys for the messages of one second.
const SECOND: i64 = 1024;

/// Takes a message in. Returns it if it is a new one of somebody else.
pub(crate) fn take(
    tx: &Transaction<'_>,
    id: Uuid,
    version: u64,
    body: &RawValue,
    now: Timestamp,
) -> Result<Option<Heard>> {
    // A message that this version cannot read is passed over; an update of the app takes it again.
    let Ok(message) = serde_json::from_str::<Message>(body.get()) else { return Ok(None) };
    let Ok(number) = i64::try_from(message.number) else { return Ok(None) };
    if message.id.0 != id {
        return Ok(None);
    }
    let before: Option<(i64, i64)> = tx
        .prepare_cached("SELECT key, version FROM message WHERE id = ?1")?
        .query_row([id], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    if before.is_some_and(|(_, held)| held > version as i64) {
        return Ok(None);
    }
    let key = match before {
        Some((key, _)) => key,
        None => free_key(tx, message.at)?,
    };
    let me = my_id(tx)?;
    let own = me == Some(message.from);
    let named = !own && names(tx, &message, me.map(|me| me.0))?;
    let gone = message.content.is_gone();
    tx.prepare_cached(
        "INSERT INTO message (key, id, room, number, version, sender, at, reply_to, gone, named, indexed)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?9)
         ON CONFLICT (id) DO UPDATE SET room = excluded.room, number = excluded.number,
           version = excluded.version, sender = excluded.sender, at = excluded.at, reply_to = excluded.reply_to,
           gone = excluded.gone, named = excluded.named, indexed = excluded.indexed",
    )?
    .execute(params![
        key,
        id,
        message.room_id.0,
        number,
        version,
        message.from.0,
        message.at.0,
        message.reply_to.map(|reply| reply.0),
        gone,
        named,
    ])?;
    tx.prepare_cached("INSERT OR REPLACE INTO message_body (key, body) VALUES (?1, ?2)")?
        .execute(params![key, body.get()])?;
    name_files(tx, key, message.content.files(), before.is_some())?;
    if before.is_some() && gone {
        // What was taken away is not found any more, from this moment on.
        tx.prepare_cached("DELETE FROM message_words WHERE rowid = ?1")?.execute([key])?;
    }
    if before.is_none() && own {
        let answers = "UPDATE message SET named = 1 WHERE reply_to = ?1 AND sender <> ?2";
        tx.prepare_cached(answers)?.execute(params![id, message.from.0])?;
    }
    let is_new = before.is_none() && !own && !gone;
    Ok(is_new.then(|| Heard::of(&message, named, now)))
}

/// Whether a message names the person, or answers one of theirs.
fn names(tx: &Connection, message: &Message, me: Option<Uuid>) -> Result<bool> {
    let Some(me) = me else { return Ok(false) };
    if message.mentions.iter().any(|person| person.0 == me) {
        return Ok(true);
    }
    let Some(reply) = message.reply_to else { return Ok(false) };
    let sql = "SELECT EXISTS (SELECT 1 FROM message WHERE id = ?1 AND sender = ?2)";
    Ok(tx.prepare_cached(sql)?.query_row(params![reply.0, me], |row| row.get(0))?)
}

/// A key that puts a message among those of its second. Where a server says that thousands were sent in one, the rest
/// stand behind everything: their order in a search is not worth more.
fn free_key(tx: &Connection, at: Timestamp) -> Result<i64> {
    let first = (at.0.clamp(0, i64::MAX / 2) / 1000).saturating_mul(SECOND);
    let last = first + SECOND - 1;
    let newest: Option<i64> = tx
        .prepare_cached("SELECT max(key) FROM message WHERE key BETWEEN ?1 AND ?2")?
        .query_row([first, last], |row| row.get(0))?;
    match newest {
        None => Ok(first),
        Some(key) if key < last => Ok(key + 1),
        Some(_) => {
            Ok(tx.prepare_cached("SELECT max(key) + 1 FROM message")?.query_row([], |row| row.get(0))?)
        }
    }
}

/// Notes which files a message names; those that it named before, and nothing names any more, go.
fn name_files(tx: &Connection, key: i64, files: &[Attachment], is_known: bool) -> Result<()> {
    let before = if is_known { take_files(tx, key)? } else { Vec::new() };
    for file in files {
        tx.prepare_cached("INSERT INTO message_file (file, key) VALUES (?1, ?2) ON CONFLICT DO NOTHING")?
            .execute(params![file.id.0, key])?;
    }
    forget_files(tx, &before)
}

fn take_files(tx: &Connection, key: i64) -> Result<Vec<Uuid>> {
    let mut select = tx.prepare_cached("DELETE FROM message_file WHERE key = ?1 RETURNING file")?;
    let rows = select.query_map([key], |row| row.get(0))?;
    Ok(rows.collect::<std::result::Result<_, _>>()?)
}

/// Files that came with messages, and that neither a message nor anything on its way names any more.
fn forget_files(tx: &Connection, files: &[Uuid]) -> Result<()> {
    for file in files {
        let named = "SELECT EXISTS (SELECT 1 FROM message_file WHERE file = ?1)";
        if !tx.prepare_cached(named)?.query_row([file], |row| row.get::<_, bool>(0))? {
            attachments::forget(tx, *file)?;
        }
    }
    Ok(())
}

/// No scope holds the message any more.
pub(crate) fn drop(tx: &Connection, id: Uuid) -> Result<()> {
    let key: Option<i64> = tx
        .prepare_cached("SELECT key FROM message WHERE id = ?1")?
        .query_row([id], |row| row.get(0))
        .optional()?;
    let Some(key) = key else { return Ok(()) };
    let files = take_files(tx, key)?;
    tx.prepare_cached("DELETE FROM message WHERE key = ?1")?.execute([key])?;
    forget_files(tx, &files)
}

/// Takes a reaction in.
pub(crate) fn take_reaction(tx: &Connection, id: Uuid, version: u64, body: &RawValue) -> Result<()> {
    let Ok(reaction) = serde_json::from_str::<Reaction>(body.get()) else { return Ok(()) };
    tx.prepare_cached(
        "INSERT INTO reaction (message, person, id, version, emoji) VALUES (?1, ?2, ?3, ?4, ?5)
         ON CONFLICT (message, person) DO UPDATE SET version = excluded.version, emoji = excluded.emoji
         WHERE excluded.version >= version AND id = excluded.id
         ON CONFLICT (id) DO NOTHING",
    )?
    .execute(params![reaction.message_id.0, reaction.person_id.0, id, version, reaction.emoji])?;
    Ok(())
}

/// No scope holds the reaction any more.
pub(crate) fn drop_reaction(tx: &Connection, id: Uuid) -> Result<()> {
    tx.prepare_cached("DELETE FROM reaction WHERE id = ?1")?.execute([id])?;
    Ok(())
}

/// The person is not in a room any more. What the server had of theirs goes from the outbox, where it was kept for the
/// case of a backup and is offered again after one, and how far they have read; what it never had stays and can be
/// copied. [`forget_words`] is to follow.
pub(crate) fn lost(tx: &Connection, room: RoomId) -> Result<()> {
    let own = lane(room);
    tx.prepare_cached(
        "DELETE FROM outbox WHERE (lane = ?1 OR lane LIKE ?1 || ':%')
         AND (state IN ('acked', 'settled') OR (state = 'queued' AND settled_at IS NOT NULL))",
    )?
    .execute([&own])?;
    tx.prepare_cached("DELETE FROM outbox WHERE lane = ?1 AND state <> 'sending'")?
        .execute([super::read_lane(room)])?;
    Ok(())
}

/// Takes the words of messages that are gone out of the file: the index only notes what went, and keeps its words until it
/// is put together anew, as a whole. To be called once, after all rooms that are lost together.
pub(crate) fn forget_words(tx: &Connection) -> Result<()> {
    tx.execute("INSERT INTO message_words (message_words) VALUES ('optimize')", [])?;
    Ok(())
}
