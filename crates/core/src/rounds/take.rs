//! Rounds as they come in from the log, and go.

use linli_wire::rounds::Round;
use rusqlite::{Connection, Transaction, params};
use serde_json::value::RawValue;

use crate::error::Result;

/// Takes a round in, unless a newer one is here.
pub(crate) fn take(tx: &Transaction<'_>, id: uuid::Uuid, version: u64, body: &RawValue) -> Result<()> {
    // A round that this version cannot read is passed over; an update of the app takes it again.
    let Ok(round) = serde_json::from_str::<Round>(body.get()) else { return Ok(()) };
    tx.prepare_cached(
        "INSERT INTO round (id, version, plan, state, from_at, until_at, body) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
         ON CONFLICT (id) DO UPDATE SET version = excluded.version, plan = excluded.plan, state = excluded.state,
           from_at = excluded.from_at, until_at = excluded.until_at, body = excluded.body
         WHERE excluded.version >= version",
    )?
    .execute(params![
        id,
        version,
        round.plan_id.0,
        round.state.as_str(),
        round.from.0,
        round.until.0,
        body.get()
    ])?;
    Ok(())
}

/// No scope holds the round any more. What was typed about it stays.
pub(crate) fn drop(tx: &Connection, id: uuid::Uuid) -> Result<()> {
    tx.prepare_cached("DELETE FROM round WHERE id = ?1")?.execute([id])?;
    Ok(())
}
