//! Repairs as they come in from the log, and go.

use linli_wire::{
    Timestamp,
    id::PersonId,
    repairs::{Repair, Urgency},
    sync::Entity,
};
use rusqlite::{Connection, OptionalExtension, Transaction, params};
use serde_json::value::RawValue;

use super::news::{self, Ask};
use crate::{community, error::Result};

/// Takes a repair in. Returns what it newly asks of the person.
pub(crate) fn take(
    tx: &Transaction<'_>,
    id: uuid::Uuid,
    version: u64,
    body: &RawValue,
    from_office: bool,
    now: Timestamp,
) -> Result<Option<Ask>> {
    // A repair that this version cannot read is passed over; an update of the app takes it again.
    let Ok(repair) = serde_json::from_str::<Repair>(body.get()) else { return Ok(None) };
    let before: Option<(i64, bool, bool, String)> = tx
        .prepare_cached(
            "SELECT version, mine, office, body FROM repair JOIN repair_body USING (key) WHERE id = ?1",
        )?
        .query_row([id], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)))
        .optional()?;
    let (held, was_mine, was_office) =
        before.as_ref().map_or((0, false, false), |(version, mine, office, _)| (*version, *mine, *office));
    if held > version as i64 {
        return Ok(None);
    }
    let (mine, office) = (was_mine || !from_office, was_office || from_office);
    // At the same version the office's body says more than the person's.
    if was_office && !from_office && held == version as i64 {
        tx.prepare_cached("UPDATE repair SET mine = 1 WHERE id = ?1")?.execute([id])?;
        return Ok(None);
    }
    put(tx, id, version, &repair, body, mine, office)?;
    let Some(me) = community::me(tx)? else { return Ok(None) };
    let old = before.and_then(|(_, _, _, body)| serde_json::from_str::<Repair>(&body).ok());
    Ok(news::asked(old.as_ref().map(|old| (old, was_mine)), &repair, mine, &me, now))
}

fn put(
    tx: &Transaction<'_>,
    id: uuid::Uuid,
    version: u64,
    repair: &Repair,
    body: &RawValue,
    mine: bool,
    office: bool,
) -> Result<()> {
    let urgency = match repair.report.urgency {
        Urgency::Emergency => 0,
        Urgency::Urgent => 1,
        Urgency::Normal => 2,
    };
    let key: i64 = tx
        .prepare_cached(
            "INSERT INTO repair (id, version, mine, office, state, is_open, urgency, category, building, assignee,
               reported_at, promised_by, late)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)
             ON CONFLICT (id) DO UPDATE SET version = excluded.version, mine = excluded.mine,
               office = excluded.office, state = excluded.state, is_open = excluded.is_open,
               urgency = excluded.urgency, category = excluded.category, building = excluded.building,
               assignee = excluded.assignee, reported_at = excluded.reported_at,
               promised_by = excluded.promised_by, late = excluded.late
             RETURNING key",
        )?
        .query_row(
            params![
                id,
                version,
                mine,
                office,
                repair.state.as_str(),
                repair.state.is_open(),
                urgency,
                repair.report.category,
                repair.building_id.map(|building| building.0),
                repair.assignee.as_ref().map(|worker| worker.id.0),
                repair.reported_at.0,
                repair.promise.map(|promise| promise.by.0),
                repair.promise.is_some_and(|promise| promise.kept == Some(false)),
            ],
            |row| row.get(0),
        )?;
    tx.prepare_cached("INSERT OR REPLACE INTO repair_body (key, body) VALUES (?1, ?2)")?
        .execute(params![key, body.get()])?;
    Ok(())
}

/// A repair left a scope and is still held by another: whose is it now?
pub(crate) fn review_visibility(tx: &Connection, id: uuid::Uuid) -> Result<()> {
    tx.prepare_cached(
        "UPDATE repair SET
           mine = EXISTS (SELECT 1 FROM holding JOIN scope ON scope.key = holding.scope
             WHERE entity = ?2 AND holding.id = ?1 AND scope.name NOT LIKE 'staff:%'),
           office = EXISTS (SELECT 1 FROM holding JOIN scope ON scope.key = holding.scope
             WHERE entity = ?2 AND holding.id = ?1 AND scope.name LIKE 'staff:%')
         WHERE id = ?1",
    )?
    .execute(params![id, Entity::Repair.as_str()])?;
    shorten(tx, id)
}

/// What is not the office's any more is kept as the person may see it: the whole body goes with its scope.
fn shorten(tx: &Connection, id: uuid::Uuid) -> Result<()> {
    let kept: Option<(i64, String, uuid::Uuid)> = tx
        .prepare_cached(
            "SELECT key, body, session.person_id FROM repair JOIN repair_body USING (key), session
             WHERE id = ?1 AND office = 0",
        )?
        .query_row([id], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
        .optional()?;
    let Some((key, body, person)) = kept else { return Ok(()) };
    let repair: Repair = serde_json::from_str(&body)?;
    if !repair.report.place.is_home() {
        let body = serde_json::to_string(&repair.for_person(PersonId(person)))?;
        tx.prepare_cached("UPDATE repair_body SET body = ?2 WHERE key = ?1")?.execute(params![key, body])?;
    }
    Ok(())
}

/// No scope holds the repair any more.
pub(crate) fn drop(tx: &Connection, id: uuid::Uuid) -> Result<()> {
    tx.prepare_cached("DELETE FROM repair WHERE id = ?1")?.execute([id])?;
    Ok(())
}
