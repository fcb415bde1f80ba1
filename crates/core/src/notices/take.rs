//! Notices as they come in from the log, and go.

mod glance;

use linli_wire::{notices::NoticeState, sync::Entity};
use rusqlite::{Connection, OptionalExtension, Transaction, params};
use serde_json::value::RawValue;

use crate::error::Result;
use glance::Glance;

/// How far back a newcomer's news begins.
const NEWS_MILLIS: i64 = 14 * 24 * 3600 * 1000;

/// Takes a notice in. Returns whether a resident sees it for the first time.
pub(crate) fn take(
    tx: &Transaction<'_>,
    id: uuid::Uuid,
    version: u64,
    body: &RawValue,
    resident: bool,
) -> Result<bool> {
    // A notice that this version cannot read is passed over; an update of the app takes it again.
    let Ok(notice) = serde_json::from_str::<Glance<'_>>(body.get()) else { return Ok(false) };
    let published = matches!(notice.state, NoticeState::Published { .. });
    let content = &notice.content;
    let state = match notice.state {
        NoticeState::Draft => "draft",
        NoticeState::Scheduled { .. } => "scheduled",
        NoticeState::Published { .. } => "published",
        NoticeState::Withdrawn { .. } => "withdrawn",
    };
    let order = match notice.state {
        NoticeState::Scheduled { publish_at } => publish_at.0,
        ref other => other.published_at().map_or(i64::MAX, |at| at.0),
    };
    let rank = 2 * i64::from(content.emergency) + i64::from(content.pinned);
    let expires_at = content.expires_at.map(|at| at.0);
    let visible = resident && published;
    // Most are new: at a first synchronisation all ten thousand.
    let new: Option<i64> = tx
        .prepare_cached(
            "INSERT INTO notice (id, version, visible, rank, category, state, published_at, expires_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) ON CONFLICT (id) DO NOTHING RETURNING key",
        )?
        .query_row(params![id, version, visible, rank, content.category, state, order, expires_at], |row| {
            row.get(0)
        })
        .optional()?;
    if let Some(key) = new {
        tx.prepare_cached("INSERT INTO notice_body (key, body) VALUES (?1, ?2)")?
            .execute(params![key, body.get()])?;
        return Ok(visible);
    }
    let (key, held, was_visible): (i64, i64, bool) = tx
        .prepare_cached("SELECT key, version, visible FROM notice WHERE id = ?1")?
        .query_row([id], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
    if held > version as i64 {
        return Ok(false);
    }
    let visible = visible || (was_visible && published);
    tx.prepare_cached(
        "UPDATE notice SET indexed = (indexed AND version = ?2), version = ?2, visible = ?3, rank = ?4, category = ?5,
           state = ?6, published_at = ?7, expires_at = ?8 WHERE key = ?1",
    )?
    .execute(params![key, version, visible, rank, content.category, state, order, expires_at])?;
    tx.prepare_cached("INSERT OR REPLACE INTO notice_body (key, body) VALUES (?1, ?2)")?
        .execute(params![key, body.get()])?;
    Ok(visible && !was_visible)
}

/// A notice left a scope and is still held by another: is it still a resident's?
pub(crate) fn review_visibility(tx: &Connection, id: uuid::Uuid) -> Result<()> {
    tx.prepare_cached(
        "UPDATE notice SET visible = (state = 'published' AND EXISTS (
           SELECT 1 FROM holding JOIN scope ON scope.key = holding.scope
           WHERE entity = ?2 AND id = ?1 AND scope.name NOT LIKE 'staff:%')) WHERE id = ?1",
    )?
    .execute(params![id, Entity::Notice.as_str()])?;
    Ok(())
}

/// No scope holds the notice any more.
pub(crate) fn drop(tx: &Connection, id: uuid::Uuid) -> Result<()> {
    let key: Option<i64> = tx
        .prepare_cached("DELETE FROM notice WHERE id = ?1 RETURNING key")?
        .query_row([id], |row| row.get(0))
        .optional()?;
    if let Some(key) = key {
        tx.prepare_cached("DELETE FROM notice_words WHERE rowid = ?1")?.execute([key])?;
    }
    Ok(())
}

/// The person's devices changed: the earliest of them says when their news began.
pub(crate) fn review_news(tx: &Connection) -> Result<()> {
    tx.execute(
        "UPDATE progress SET unread_since = coalesce(
           (SELECT min(json_extract(body, '$.joined_at')) FROM record WHERE entity = ?1) - ?2, 0)",
        params![Entity::Device.as_str(), NEWS_MILLIS],
    )?;
    Ok(())
}
