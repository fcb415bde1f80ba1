//! Following the community's log: pages in, cursor on, nothing twice, nothing left behind.
//!
//! [`apply`] is the only place that changes what the cache holds of the community, and it does so in
//! one transaction with the cursor. A crash between two pages costs nothing; the same page twice
//! changes nothing, since an entity is taken only at a version not older than the one held.
//!
//! An entity is here *through scopes* (table `holding`): a notice may come through a building and
//! through the office. It goes when the last scope lets it go. When the server no longer knows the
//! cursor (restored from a backup, or too old), [`retake`] marks every holding stale and starts from
//! nothing; what is still stale when the log has been read is gone. The outbox is never touched.

use std::collections::BTreeSet;

use linli_wire::{
    Timestamp,
    command::Topic,
    notices::{Notice, ReadMark},
    sync::{Change, Entity, Scope, SyncPage},
};
use rusqlite::{Connection, OptionalExtension, Transaction, params};
use serde_json::value::RawValue;

use crate::{cache::Cache, chat, community, error::Result, notices, outbox, payments, repairs, rounds};

/// Where the cache stands.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Progress {
    /// To send with the next question; empty at first.
    pub cursor: String,
    /// When the cache last was level with the server.
    pub updated_at: Option<Timestamp>,
}

/// What a page brought.
#[derive(Default, Debug)]
pub struct Applied {
    /// What to announce.
    pub topics: BTreeSet<Topic>,
    /// Notices that a resident sees for the first time, newest last.
    pub new_notices: Vec<Notice>,
    /// What repairs newly ask of the person.
    pub asks: Vec<repairs::Ask>,
    /// Of what its household was newly reminded.
    pub reminded: Vec<payments::Reminded>,
    /// Messages of others that are new here.
    pub heard: Vec<chat::Heard>,
    /// What was newly done about the person's own messages, and answered to their objections.
    pub told: Vec<chat::Told>,
    /// Whether the cache is level with the server now.
    pub level: bool,
}

/// What a change is to the person, besides being there.
#[derive(Default)]
struct News {
    asks: Vec<repairs::Ask>,
    reminded: Vec<payments::Reminded>,
    heard: Vec<chat::Heard>,
    told: Vec<chat::Told>,
}

/// Reads where the cache stands.
///
/// # Errors
/// Trouble of the cache.
pub fn progress(cache: &Cache) -> Result<Progress> {
    cache.read(|db| {
        Ok(db.query_row("SELECT cursor, updated_at FROM progress", [], |row| {
            Ok(Progress { cursor: row.get(0)?, updated_at: row.get::<_, Option<i64>>(1)?.map(Timestamp) })
        })?)
    })
}

/// The server answered while there was nothing new: the cache is level as of now.
///
/// # Errors
/// Trouble of the cache.
pub fn mark_level(cache: &Cache, now: Timestamp) -> Result<()> {
    cache.write(|tx| {
        // A clock that jumped since is not the one of which the last page told how far it is off.
        tx.execute(
            "UPDATE progress SET updated_at = ?1, clock_at = iif(abs(?1 - clock_at) <= ?2, ?1, clock_at)",
            [now.0, CLOCK_OFF_MS / 2],
        )?;
        Ok(())
    })
}

/// How far the device's clock may be off before it is not believed; a page may have been on its way for a while.
const CLOCK_OFF_MS: i64 = 60 * 60 * 1000;
/// How exactly somebody sets a clock.
const CLOCK_SET_MS: i64 = 5 * 60 * 1000;

/// What the server's clock says while the device's, which may be years off, says `now`, as far as the last page told it. A
/// clock that was set right since is believed: it jumped by as much as it was off.
///
/// # Errors
/// Trouble of the cache.
pub(crate) fn server_now(db: &Connection, now: Timestamp) -> Result<Timestamp> {
    let sql = "SELECT clock_ahead, clock_at FROM progress";
    let (ahead, at): (i64, i64) =
        db.prepare_cached(sql)?.query_row([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let went = now.0.saturating_sub(at);
    let behind = ahead.saturating_neg();
    let was_set = if ahead > 0 { went < -CLOCK_SET_MS } else { went > behind - CLOCK_SET_MS };
    let is_off = ahead.saturating_abs() > CLOCK_OFF_MS && !was_set;
    Ok(if is_off { now.plus_millis(behind) } else { now })
}

/// Applies a page.
///
/// # Errors
/// Trouble of the cache; then nothing of the page is applied.
pub fn apply(cache: &Cache, page: &SyncPage, now: Timestamp) -> Result<Applied> {
    cache.write(|tx| {
        let mut applied = Applied { level: !page.more, ..Applied::default() };
        let was_level: bool =
            tx.query_row("SELECT updated_at IS NOT NULL FROM progress", [], |row| row.get(0))?;
        let marks: bool = tx.query_row("SELECT EXISTS (SELECT 1 FROM read_mark)", [], |row| row.get(0))?;
        for part in &page.scopes {
            let scope = scope_key(tx, part.scope)?;
            let resident = !matches!(part.scope, Scope::Staff(_));
            let mut position = 0;
            for change in &part.changes {
                let mut news = News::default();
                let at = (now, page.server_time);
                let fresh = take(tx, scope, resident, change, &mut applied.topics, &mut news, at)?;
                if was_level {
                    applied.asks.append(&mut news.asks);
                    applied.reminded.append(&mut news.reminded);
                    applied.heard.append(&mut news.heard);
                    applied.told.append(&mut news.told);
                }
                if marks && change.entity == Entity::Notice && change.body.is_some() {
                    notices::arrived(tx, change.id)?;
                }
                if was_level
                    && fresh
                    && let Some(body) = &change.body
                {
                    applied.new_notices.push(serde_json::from_str(body.get())?);
                }
                position = change.seq;
            }
            tx.prepare_cached("UPDATE scope SET position = max(position, ?2) WHERE key = ?1")?
                .execute(params![scope, position])?;
        }
        let mut lost_rooms = false;
        for scope in &page.lost {
            lost_rooms |= lose(tx, *scope, &mut applied.topics)?;
        }
        if applied.topics.contains(&Topic::Devices) {
            notices::review_news(tx)?;
        }
        let ahead = now.millis_since(page.server_time);
        tx.execute(
            "UPDATE progress SET cursor = ?1, clock_ahead = ?2, clock_at = ?3",
            params![page.cursor, ahead, now.0],
        )?;
        if applied.level {
            if let Some(lost) = finish_retaking(tx)? {
                lost_rooms |= lost;
                applied.topics.extend([
                    Topic::App,
                    Topic::Notices,
                    Topic::Repairs,
                    Topic::Rounds,
                    Topic::Payments,
                    Topic::Chat,
                    Topic::Community,
                    Topic::Devices,
                ]);
            }
            tx.execute("UPDATE progress SET updated_at = ?1", [now.0])?;
            if outbox::kept::review(tx, now)? {
                applied.topics.extend([
                    Topic::Outbox,
                    Topic::Notices,
                    Topic::Repairs,
                    Topic::Rounds,
                    Topic::Payments,
                    Topic::Chat,
                    Topic::App,
                ]);
            }
        }
        if lost_rooms {
            chat::forget_words(tx)?;
        }
        if outbox::settle(tx, now)? {
            applied.topics.extend([Topic::Outbox, Topic::App]);
        }
        if [Topic::Notices, Topic::Community, Topic::Chat].iter().any(|topic| applied.topics.contains(topic))
        {
            applied.topics.insert(Topic::App);
        }
        Ok(applied)
    })
}

/// Begins to take every scope again.
///
/// # Errors
/// Trouble of the cache.
pub fn retake(cache: &Cache) -> Result<()> {
    cache.write(|tx| {
        tx.execute_batch(
            "UPDATE progress SET cursor = '', retaking = 1;
             UPDATE holding SET stale = 1;
             UPDATE scope SET position = 0;
             -- Versions begin anew with the other history; what comes now is right.
             UPDATE record SET version = 0;
             UPDATE notice SET version = 0;
             UPDATE repair SET version = 0;
             UPDATE round SET version = 0;
             UPDATE message SET version = 0;
             UPDATE reaction SET version = 0;",
        )?;
        // What was acknowledged by a history that is no more is offered again; its id keeps it single.
        outbox::offer_again(tx)
    })
}

/// One change. Returns whether it is a notice that a resident sees for the first time.
fn take(
    tx: &Transaction<'_>,
    scope: i64,
    resident: bool,
    change: &Change,
    topics: &mut BTreeSet<Topic>,
    news: &mut News,
    (now, server_time): (Timestamp, Timestamp),
) -> Result<bool> {
    let Some(topic) = topic_of(change.entity) else { return Ok(false) };
    topics.insert(topic);
    let entity = change.entity.as_str();
    let Some(body) = &change.body else {
        tx.prepare_cached("DELETE FROM holding WHERE entity = ?1 AND id = ?2 AND scope = ?3")?
            .execute(params![entity, change.id, scope])?;
        release(tx, change.entity, change.id)?;
        return Ok(false);
    };
    tx.prepare_cached(
        "INSERT INTO holding (entity, id, scope) VALUES (?1, ?2, ?3)
         ON CONFLICT (entity, id, scope) DO UPDATE SET stale = 0",
    )?
    .execute(params![entity, change.id, scope])?;
    match change.entity {
        Entity::Notice => notices::take(tx, change.id, change.version, body, resident),
        Entity::Repair => {
            news.asks.extend(repairs::take(tx, change.id, change.version, body, !resident, now)?);
            Ok(false)
        }
        Entity::Round => rounds::take(tx, change.id, change.version, body).map(|()| false),
        Entity::ReadMark => {
            if let Ok(mark) = serde_json::from_str::<ReadMark>(body.get()) {
                notices::take_read_mark(tx, &mark)?;
            }
            Ok(false)
        }
        Entity::Message => {
            news.heard.extend(chat::take(tx, change.id, change.version, body, server_time)?);
            Ok(false)
        }
        Entity::Reaction => chat::take_reaction(tx, change.id, change.version, body).map(|()| false),
        Entity::Moderation => {
            news.told.extend(chat::newly(tx, change.id, body, server_time)?);
            take_record(tx, entity, change, body).map(|()| false)
        }
        Entity::Bill => {
            news.reminded.extend(payments::reminded(tx, change.id, change.version, body, now)?);
            take_record(tx, entity, change, body).map(|()| false)
        }
        Entity::Photo | Entity::Neighbour => {
            let before = community::photo_named_by(tx, change.entity, change.id)?;
            take_record(tx, entity, change, body)?;
            community::forget_photo(tx, before).map(|()| false)
        }
        _ => take_record(tx, entity, change, body).map(|()| false),
    }
}

fn take_record(tx: &Transaction<'_>, entity: &str, change: &Change, body: &RawValue) -> Result<()> {
    tx.prepare_cached(
        "INSERT INTO record (entity, id, version, body) VALUES (?1, ?2, ?3, ?4)
         ON CONFLICT (entity, id) DO UPDATE SET version = excluded.version, body = excluded.body
         WHERE excluded.version >= version",
    )?
    .execute(params![entity, change.id, change.version, body.get()])?;
    Ok(())
}

/// Deletes an entity that no scope holds any more; a notice or a repair may also stop being a resident's.
fn release(tx: &Connection, entity: Entity, id: uuid::Uuid) -> Result<()> {
    let held: bool = tx
        .prepare_cached("SELECT EXISTS (SELECT 1 FROM holding WHERE entity = ?1 AND id = ?2)")?
        .query_row(params![entity.as_str(), id], |row| row.get(0))?;
    match entity {
        Entity::Notice if held => notices::review_visibility(tx, id),
        Entity::Notice => notices::drop(tx, id),
        Entity::Repair if held => repairs::review_visibility(tx, id),
        Entity::Repair => repairs::drop(tx, id),
        Entity::Round if !held => rounds::drop(tx, id),
        Entity::Message if !held => chat::drop(tx, id),
        Entity::Reaction if !held => chat::drop_reaction(tx, id),
        Entity::ReadMark => Ok(()),
        _ if held => Ok(()),
        _ => {
            let photo = community::photo_named_by(tx, entity, id)?;
            tx.prepare_cached("DELETE FROM record WHERE entity = ?1 AND id = ?2")?
                .execute(params![entity.as_str(), id])?;
            community::forget_photo(tx, photo)
        }
    }
}

/// Lets go of what a scope held. Returns whether it was a room.
fn lose(tx: &Transaction<'_>, scope: Scope, topics: &mut BTreeSet<Topic>) -> Result<bool> {
    let key: Option<i64> = tx
        .query_row("SELECT key FROM scope WHERE name = ?1", [scope.to_string()], |row| row.get(0))
        .optional()?;
    let Some(key) = key else { return Ok(false) };
    let gone = holdings(tx, "DELETE FROM holding WHERE scope = ?1 RETURNING entity, id", params![key])?;
    tx.execute("DELETE FROM scope WHERE key = ?1", [key])?;
    for (entity, id) in gone {
        topics.extend(topic_of(entity));
        release(tx, entity, id)?;
    }
    let Scope::Room(room) = scope else { return Ok(false) };
    topics.extend([Topic::Chat, Topic::Outbox]);
    chat::lost(tx, room)?;
    Ok(true)
}

/// Lets go of what the other history did not bring again. Returns whether rooms were among it; none when nothing was being
/// taken again.
fn finish_retaking(tx: &Transaction<'_>) -> Result<Option<bool>> {
    let retaking: bool = tx.query_row("SELECT retaking FROM progress", [], |row| row.get(0))?;
    if !retaking {
        return Ok(None);
    }
    let gone = holdings(tx, "DELETE FROM holding WHERE stale = 1 RETURNING entity, id", [])?;
    for (entity, id) in gone {
        release(tx, entity, id)?;
    }
    let mut gone = tx.prepare(
        "DELETE FROM scope WHERE NOT EXISTS (SELECT 1 FROM holding WHERE holding.scope = scope.key)
         RETURNING name",
    )?;
    let gone: Vec<String> = gone.query_map([], |row| row.get(0))?.collect::<std::result::Result<_, _>>()?;
    let mut lost_rooms = false;
    for name in gone {
        if let Ok(Scope::Room(room)) = name.parse() {
            chat::lost(tx, room)?;
            lost_rooms = true;
        }
    }
    tx.execute("UPDATE progress SET retaking = 0", [])?;
    Ok(Some(lost_rooms))
}

fn holdings(tx: &Connection, sql: &str, params: impl rusqlite::Params) -> Result<Vec<(Entity, uuid::Uuid)>> {
    let mut statement = tx.prepare(sql)?;
    let rows = statement.query_map(params, |row| Ok((row.get::<_, String>(0)?, row.get(1)?)))?;
    let mut found = Vec::new();
    for row in rows {
        let (entity, id) = row?;
        found.push((serde_json::from_value(serde_json::Value::String(entity))?, id));
    }
    Ok(found)
}

fn scope_key(tx: &Transaction<'_>, scope: Scope) -> Result<i64> {
    Ok(tx
        .prepare_cached(
            "INSERT INTO scope (name) VALUES (?1) ON CONFLICT (name) DO UPDATE SET name = name RETURNING key",
        )?
        .query_row([scope.to_string()], |row| row.get(0))?)
}

/// Which pages show an entity; none for those of a newer server.
const fn topic_of(entity: Entity) -> Option<Topic> {
    match entity {
        Entity::Notice | Entity::ReadMark | Entity::NoticeTemplate => Some(Topic::Notices),
        Entity::Device => Some(Topic::Devices),
        Entity::Preferences => Some(Topic::App),
        Entity::Community
        | Entity::Building
        | Entity::Unit
        | Entity::Household
        | Entity::Person
        | Entity::Photo
        | Entity::Invitation => Some(Topic::Community),
        Entity::Repair
        | Entity::RepairNotes
        | Entity::RepairCard
        | Entity::RepairCategory
        | Entity::CommonArea => Some(Topic::Repairs),
        Entity::RoundPlan | Entity::Round => Some(Topic::Rounds),
        Entity::Fee
        | Entity::Meter
        | Entity::Bill
        | Entity::Payment
        | Entity::HouseholdAccount
        | Entity::MoneyBack
        | Entity::Relative
        | Entity::PaymentWays => Some(Topic::Payments),
        Entity::Room
        | Entity::RoomCard
        | Entity::RoomSeat
        | Entity::RoomMark
        | Entity::Message
        | Entity::Reaction
        | Entity::PollVote
        | Entity::Neighbour
        | Entity::Block
        | Entity::ReportedMessage
        | Entity::Moderation
        | Entity::Moderator => Some(Topic::Chat),
        Entity::Unknown => None,
    }
}
