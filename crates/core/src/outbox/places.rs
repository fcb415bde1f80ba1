//! Which operation goes first.

use linli_wire::{
    Timestamp,
    id::OpId,
    ops::{Action, Op},
};
use rusqlite::{Transaction, params};

use super::Open;
use crate::{error::Result, ports::System};

/// Puts an operation into the place of one that was refused, or that the server skipped behind it. It gets an
/// id of its own, since the other one may be known there.
///
/// # Errors
/// Trouble of the cache.
pub(crate) fn put_in_place(
    tx: &Transaction<'_>,
    system: &dyn System,
    old: &Open,
    at: Timestamp,
    action: Action,
) -> Result<()> {
    let mut random = [0; 10];
    system.random(&mut random);
    let op = Op { id: OpId::new(system.now(), random), lane: old.op.lane.clone(), at, action };
    tx.prepare_cached(
        "UPDATE outbox SET id = ?2, op = ?3, state = 'queued', tried = 0, error = NULL WHERE seq = ?1",
    )?
    .execute(params![old.seq, op.id.0, serde_json::to_string(&op)?])?;
    Ok(())
}

/// Puts everything else that waits or is stuck in the lane of an operation behind it, in the order it had.
///
/// # Errors
/// Trouble of the cache.
pub(crate) fn put_behind(tx: &Transaction<'_>, lane: &str, first: OpId) -> Result<()> {
    let others: Vec<i64> = {
        let sql = "SELECT seq FROM outbox WHERE lane = ?1 AND id <> ?2 AND state IN ('queued', 'stuck') ORDER BY seq";
        let mut select = tx.prepare_cached(sql)?;
        let rows = select.query_map(params![lane, first.0], |row| row.get(0))?;
        rows.collect::<std::result::Result<_, _>>()?
    };
    for seq in others {
        tx.prepare_cached("UPDATE outbox SET seq = (SELECT max(seq) + 1 FROM outbox) WHERE seq = ?1")?
            .execute([seq])?;
    }
    Ok(())
}
