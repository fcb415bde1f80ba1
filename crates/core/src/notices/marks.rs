//! Read marks: which notices the person has opened, on any device.
//!
//! A mark goes up as an operation and comes back through the person's scope. The server passes over a mark
//! of a notice that it does not have. After it came back from a backup that is normal for a while: the
//! marks of one device are offered before the notices of another. So when a notice arrives whose mark is
//! here but not held by the log, the mark is noted (`again`), and once the cache is level and no
//! operation on its way names it, it is offered once more: once for each arrival, never in a circle.

use std::collections::BTreeSet;

use linli_wire::{
    id::NoticeId,
    notices::ReadMark,
    ops::{Action, Op},
};
use rusqlite::{Connection, params};
use uuid::Uuid;

use super::{SHOWN, UNREAD};
use crate::{cache::Cache, error::Result, outbox, ports::System};

/// Whether the log holds the mark of the notice `read_mark.notice_id`, as far as has been heard.
const HELD: &str =
    "EXISTS (SELECT 1 FROM holding WHERE entity = 'read_mark' AND id = read_mark.notice_id AND stale = 0)";

/// Marks notices as read here and queues the marks; without ids, all of them.
///
/// # Errors
/// Trouble of the cache.
pub fn read(cache: &Cache, system: &dyn System, ids: &[NoticeId]) -> Result<bool> {
    let now = system.now();
    cache.write(|tx| {
        let ids: Vec<NoticeId> = if ids.is_empty() {
            let mut select = tx.prepare(&format!("SELECT id FROM notice WHERE {SHOWN} AND {UNREAD}"))?;
            let rows = select.query_map([now.0], |row| Ok(NoticeId(row.get(0)?)))?;
            rows.collect::<std::result::Result<_, _>>()?
        } else {
            ids.to_vec()
        };
        let mut marks = Vec::new();
        for notice_id in ids {
            let fresh = tx
                .prepare_cached(
                    "INSERT INTO read_mark (notice_id, read_at) SELECT ?1, ?2 WHERE EXISTS (SELECT 1 FROM notice WHERE id = ?1 AND visible = 1)
                     ON CONFLICT DO NOTHING",
                )?
                .execute(params![notice_id.0, now.0])?;
            if fresh == 1 {
                marks.push(ReadMark { notice_id, read_at: now });
            }
        }
        if !marks.is_empty() {
            outbox::enqueue_reads(tx, system, &marks)?;
        }
        Ok(!marks.is_empty())
    })
}

/// A reading on another device; the earliest one stays.
pub(crate) fn take_read_mark(tx: &Connection, mark: &ReadMark) -> Result<()> {
    tx.prepare_cached(
        "INSERT INTO read_mark (notice_id, read_at) VALUES (?1, ?2)
         ON CONFLICT (notice_id) DO UPDATE SET read_at = min(read_at, excluded.read_at)",
    )?
    .execute(params![mark.notice_id.0, mark.read_at.0])?;
    Ok(())
}

/// A notice has arrived, also one that was here before: does the server know that it was read?
pub(crate) fn arrived(tx: &Connection, id: Uuid) -> Result<()> {
    tx.prepare_cached(&format!("UPDATE read_mark SET again = 1 WHERE notice_id = ?1 AND NOT {HELD}"))?
        .execute([id])?;
    Ok(())
}

/// Offers the marks again that the server may have passed over. Returns whether any was.
///
/// # Errors
/// Trouble of the cache.
pub(crate) fn offer_again(cache: &Cache, system: &dyn System) -> Result<bool> {
    let any = "SELECT EXISTS (SELECT 1 FROM read_mark WHERE again = 1) AND NOT retaking FROM progress";
    if !cache.read(|db| Ok(db.prepare_cached(any)?.query_row([], |row| row.get::<_, bool>(0))?))? {
        return Ok(false);
    }
    cache.write(|tx| {
        tx.execute(&format!("UPDATE read_mark SET again = 0 WHERE again = 1 AND {HELD}"), [])?;
        let under_way = under_way(tx)?;
        let marks: Vec<ReadMark> = {
            let mut select = tx.prepare_cached(
                "SELECT notice_id, read_at FROM read_mark WHERE again = 1
                 AND EXISTS (SELECT 1 FROM notice WHERE id = notice_id)",
            )?;
            let rows = select.query_map([], |row| {
                Ok(ReadMark { notice_id: NoticeId(row.get(0)?), read_at: linli_wire::Timestamp(row.get(1)?) })
            })?;
            rows.collect::<std::result::Result<_, _>>()?
        };
        let marks: Vec<ReadMark> =
            marks.into_iter().filter(|mark| !under_way.contains(&mark.notice_id)).collect();
        for mark in &marks {
            tx.prepare_cached("UPDATE read_mark SET again = 0 WHERE notice_id = ?1")?
                .execute([mark.notice_id.0])?;
        }
        if !marks.is_empty() {
            outbox::enqueue_reads(tx, system, &marks)?;
        }
        Ok(!marks.is_empty())
    })
}

/// The notices named by marks whose fate is not known yet.
fn under_way(tx: &Connection) -> Result<BTreeSet<NoticeId>> {
    let mut select =
        tx.prepare_cached("SELECT op FROM outbox WHERE kind = 'read_notices' AND state <> 'settled'")?;
    let mut rows = select.query([])?;
    let mut ids = BTreeSet::new();
    while let Some(row) = rows.next()? {
        let op: Op = serde_json::from_str(&row.get::<_, String>(0)?)?;
        if let Action::ReadNotices { marks } = op.action {
            ids.extend(marks.iter().map(|mark| mark.notice_id));
        }
    }
    Ok(ids)
}
