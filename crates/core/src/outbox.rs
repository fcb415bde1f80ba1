//! The outbox: what a person did here and the server does not know yet.
//!
//! ```text
//! queued → sending → acked → settled → (journal, 7 days) → gone
//!             ↓
//!           stuck: edit, retry or discard
//! ```
//!
//! An operation is written in the same transaction as what it does here, with the id it keeps for
//! good. It is sent in batches; the server keeps the order within a lane and skips what stands behind
//! a refused one, so a lane that is stuck blocks no other. `acked` means that the server has it,
//! `settled` that its effect has come back through the log. A crash at any point sends the same id
//! again, and the server answers with what it recorded. So an operation that has left once (`tried`) is
//! never changed or replaced, even while it waits again: the server may know its id with this content.
//!
//! A notice waits until its files are on the server. Acked operations stay as a journal for seven
//! days: when the server comes back from a backup (a new epoch), they are offered again.
//!
//! Turned down: one request for each operation (twenty times slower on a busy evening), and a retry
//! count that gives up (a phone may be in a drawer for weeks).

mod given_up;
pub mod kept;
mod listed;
mod open;
mod places;

use std::collections::BTreeSet;

use linli_wire::{
    Code, Timestamp, WireError,
    id::OpId,
    notices::ReadMark,
    ops::{Action, Effect, MAX_BATCH, MAX_BATCH_BYTES, Op, Outcome},
};
use rusqlite::{Connection, OptionalExtension, Transaction, params};

pub use open::{
    Open, open_about, open_for_repair, open_in_chat, open_in_lane, open_of_kind, saves_of, settled_about,
    settled_in_lane, take_out_stopped,
};
pub(crate) use open::{going, is_only_here, is_stuck};

use open::pending_state;

use crate::{
    api::is_passing,
    attachments::{self, Files},
    cache::Cache,
    chat,
    error::Result,
    ports::System,
    repairs,
};

pub use given_up::give_up;
pub(crate) use kept::typed_item;
pub use listed::{counts, page, rows, words};
pub(crate) use listed::{found, planned};
pub(crate) use places::{put_behind, put_in_place};

/// How long settled operations stay, in milliseconds.
const JOURNAL_MILLIS: i64 = 7 * 24 * 3600 * 1000;
/// Read marks in one operation.
const MAX_MARKS: usize = 500;

/// Queues an operation.
///
/// # Errors
/// Trouble of the cache.
pub fn enqueue(
    tx: &Transaction<'_>,
    system: &dyn System,
    lane: &str,
    subject: &str,
    action: Action,
) -> Result<OpId> {
    let at = system.now();
    let mut random = [0; 10];
    system.random(&mut random);
    let op = Op { id: OpId::new(at, random), lane: lane.to_owned(), at, action };
    tx.prepare_cached(
        "INSERT INTO outbox (id, lane, kind, subject, op, state) VALUES (?1, ?2, ?3, ?4, ?5, 'queued')",
    )?
    .execute(params![op.id.0, lane, op.action.kind(), subject, serde_json::to_string(&op)?])?;
    Ok(op.id)
}

/// Queues an operation that replaces one of the same kind and lane which has never left, or was refused.
///
/// # Errors
/// Trouble of the cache.
pub fn replace(
    tx: &Transaction<'_>,
    system: &dyn System,
    lane: &str,
    subject: &str,
    action: Action,
) -> Result<OpId> {
    tx.execute(
        "DELETE FROM outbox WHERE lane = ?1 AND kind = ?2 AND (state = 'stuck' OR (state = 'queued' AND tried = 0))",
        [lane, action.kind()],
    )?;
    enqueue(tx, system, lane, subject, action)
}

/// Queues an operation of a lane in which only the newest is worth sending, and worth keeping for the case of a backup.
///
/// # Errors
/// Trouble of the cache.
pub fn replace_newest(tx: &Transaction<'_>, system: &dyn System, lane: &str, action: Action) -> Result<OpId> {
    tx.prepare_cached("DELETE FROM outbox WHERE lane = ?1 AND state IN ('acked', 'settled')")?
        .execute([lane])?;
    replace(tx, system, lane, "", action)
}

/// Queues read marks, together with those that have never left.
///
/// # Errors
/// Trouble of the cache.
pub fn enqueue_reads(tx: &Transaction<'_>, system: &dyn System, marks: &[ReadMark]) -> Result<()> {
    const LANE: &str = "reads";
    let open: Option<(i64, String)> = tx
        .prepare_cached(
            "SELECT seq, op FROM outbox WHERE lane = ?1 AND state = 'queued' AND tried = 0 ORDER BY seq DESC LIMIT 1",
        )?
        .query_row([LANE], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    if let Some((seq, text)) = open {
        let mut op: Op = serde_json::from_str(&text)?;
        if let Action::ReadNotices { marks: queued } = &mut op.action
            && queued.len() + marks.len() <= MAX_MARKS
        {
            queued.extend_from_slice(marks);
            tx.prepare_cached("UPDATE outbox SET op = ?2 WHERE seq = ?1")?
                .execute(params![seq, serde_json::to_string(&op)?])?;
            return Ok(());
        }
    }
    for part in marks.chunks(MAX_MARKS) {
        enqueue(tx, system, LANE, "", Action::ReadNotices { marks: part.to_vec() })?;
    }
    Ok(())
}

/// After a start: what was on its way when the app ended goes again, and the old journal goes.
///
/// # Errors
/// Trouble of the cache.
pub fn recover(cache: &Cache, now: Timestamp) -> Result<()> {
    cache.write(|tx| {
        tx.execute("UPDATE outbox SET state = 'queued' WHERE state = 'sending'", [])?;
        tx.execute(
            "DELETE FROM outbox WHERE state = 'settled' AND settled_at < ?1",
            [now.0 - JOURNAL_MILLIS],
        )?;
        Ok(())
    })
}

/// The next batch of at most `most`, marked as on its way. Empty when nothing can go.
///
/// # Errors
/// Trouble of the cache.
pub fn next_batch(cache: &Cache, most: usize) -> Result<Vec<Op>> {
    let anything = cache.read(|db| {
        Ok(db.query_row("SELECT EXISTS (SELECT 1 FROM outbox WHERE state = 'queued')", [], |row| {
            row.get::<_, bool>(0)
        })?)
    })?;
    if !anything {
        return Ok(Vec::new());
    }
    cache.write(|tx| {
        let mut batch = Vec::new();
        let mut bytes = 0;
        let mut closed: BTreeSet<String> = BTreeSet::new();
        let mut unreported: BTreeSet<String> = BTreeSet::new();
        let mut select = tx.prepare_cached(
            "SELECT seq, lane, iif(adopted, 'stuck', state), op FROM outbox WHERE state IN ('queued', 'stuck') ORDER BY seq",
        )?;
        let mut mark =
            tx.prepare_cached("UPDATE outbox SET state = 'sending', tried = max(tried, 1) WHERE seq = ?1")?;
        let mut rows = select.query([])?;
        while let Some(row) = rows.next()? {
            let (seq, lane, state, text): (i64, String, String, String) =
                (row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?);
            if closed.contains(&lane) || repairs::repair_of(&lane).is_some_and(|id| unreported.contains(id)) {
                continue;
            }
            let op: Op = serde_json::from_str(&text)?;
            if state == "stuck" || !matches!(attachments::files_of(tx, &op.action)?, Files::Sent) {
                if let Action::ReportRepair { repair_id, .. }
                | Action::InspectPoint { repair_id: Some(repair_id), .. } = op.action
                {
                    // Nothing can be said to a repair that the server does not have.
                    unreported.insert(repair_id.to_string());
                }
                closed.insert(lane);
                continue;
            }
            bytes += text.len();
            if batch.len() == most.min(MAX_BATCH) || (bytes > MAX_BATCH_BYTES / 2 && !batch.is_empty()) {
                break;
            }
            mark.execute([seq])?;
            batch.push(op);
        }
        Ok(batch)
    })
}

/// What names a file that the server refused is stuck with the file's reason. Returns whether anything is.
///
/// # Errors
/// Trouble of the cache.
pub fn stick_with_files(cache: &Cache) -> Result<bool> {
    let stuck = cache.read(|db| {
        let mut stuck: Vec<(OpId, WireError)> = Vec::new();
        let refused = "SELECT EXISTS (SELECT 1 FROM attachment WHERE refused IS NOT NULL)";
        if db.prepare_cached(refused)?.query_row([], |row| row.get::<_, bool>(0))? {
            let mut select = db.prepare_cached("SELECT op FROM outbox WHERE state = 'queued'")?;
            let mut rows = select.query([])?;
            while let Some(row) = rows.next()? {
                let op: Op = serde_json::from_str(&row.get::<_, String>(0)?)?;
                if let Files::Refused(error) = attachments::files_of(db, &op.action)? {
                    stuck.push((op.id, error));
                }
            }
        }
        Ok(stuck)
    })?;
    if stuck.is_empty() {
        return Ok(false);
    }
    cache.write(|tx| {
        for (id, error) in &stuck {
            tx.prepare_cached("UPDATE outbox SET state = 'stuck', error = ?2 WHERE id = ?1")?
                .execute(params![id.0, serde_json::to_string(error)?])?;
        }
        Ok(true)
    })
}

/// The batch did not get through: all of it waits again.
///
/// # Errors
/// Trouble of the cache.
pub fn put_back(cache: &Cache) -> Result<()> {
    cache.write(|tx| {
        tx.execute("UPDATE outbox SET state = 'queued' WHERE state = 'sending'", [])?;
        Ok(())
    })
}

/// Takes the server's answers in. Returns whether there was any, other than to ask again later.
///
/// # Errors
/// Trouble of the cache; then the batch is asked again and answered the same.
pub fn conclude(cache: &Cache, batch: &[Op], outcomes: &[Outcome], now: Timestamp) -> Result<bool> {
    cache.write(|tx| {
        let mut answered = false;
        for (op, outcome) in batch.iter().zip(outcomes) {
            match outcome {
                Outcome::Done { effects } => {
                    answered = true;
                    tx.prepare_cached(
                        "UPDATE outbox SET state = 'acked', effects = ?2, error = NULL WHERE id = ?1",
                    )?
                    .execute(params![op.id.0, serde_json::to_string(effects)?])?;
                }
                // The server has forgotten a file, or never had it since it came back from a backup.
                Outcome::Refused { error } if lacks_file(error) && send_files_again(tx, op)? => {
                    answered = true
                }
                Outcome::Refused { error }
                    if !is_passing(error.code) && chat::is_of_no_matter(tx, op, error.code)? =>
                {
                    answered = true;
                    tx.prepare_cached("DELETE FROM outbox WHERE id = ?1")?.execute([op.id.0])?;
                }
                Outcome::Refused { error } if !is_passing(error.code) => {
                    answered = true;
                    tx.prepare_cached("UPDATE outbox SET state = 'stuck', error = ?2 WHERE id = ?1")?
                        .execute(params![op.id.0, serde_json::to_string(error)?])?;
                }
                Outcome::Refused { .. } | Outcome::Skipped => {
                    tx.prepare_cached("UPDATE outbox SET state = 'queued' WHERE id = ?1")?
                        .execute([op.id.0])?;
                }
            }
        }
        // A reply that says less than was asked leaves the rest waiting.
        tx.execute("UPDATE outbox SET state = 'queued' WHERE state = 'sending'", [])?;
        settle(tx, now)?;
        Ok(answered)
    })
}

/// Settles what the log has brought back. Returns whether anything was.
///
/// # Errors
/// Trouble of the cache.
pub fn settle(tx: &Connection, now: Timestamp) -> Result<bool> {
    let acked: Vec<(i64, String)> = {
        let mut select = tx.prepare_cached("SELECT seq, effects FROM outbox WHERE state = 'acked'")?;
        let rows = select
            .query_map([], |row| Ok((row.get(0)?, row.get::<_, Option<String>>(1)?.unwrap_or_default())))?;
        rows.collect::<std::result::Result<_, _>>()?
    };
    let mut settled = false;
    for (seq, effects) in acked {
        let effects: Vec<Effect> = serde_json::from_str(&effects).unwrap_or_default();
        let mut level = true;
        for effect in effects {
            let position: Option<i64> = tx
                .prepare_cached("SELECT position FROM scope WHERE name = ?1")?
                .query_row([effect.scope.to_string()], |row| row.get(0))
                .optional()?;
            // A scope that is not followed here brings nothing back.
            level &= position.is_none_or(|position| position >= effect.seq as i64);
        }
        if level {
            settled = true;
            tx.prepare_cached("UPDATE outbox SET state = 'settled', settled_at = ?2 WHERE seq = ?1")?
                .execute([seq, now.0])?;
        }
    }
    Ok(settled)
}

/// The server's history is another one now: what it acknowledged goes again, under the same ids.
///
/// # Errors
/// Trouble of the cache.
pub fn offer_again(tx: &Connection) -> Result<()> {
    let mut select = tx.prepare_cached("SELECT op FROM outbox WHERE state IN ('acked', 'settled')")?;
    let mut rows = select.query([])?;
    while let Some(row) = rows.next()? {
        let op: Op = serde_json::from_str(&row.get::<_, String>(0)?)?;
        attachments::send_again(tx, &op.action)?;
    }
    // When it was settled stays: it says that a server had it once.
    tx.execute(
        "UPDATE outbox SET state = 'queued', effects = NULL, settled_at = coalesce(settled_at, 0)
         WHERE state IN ('acked', 'settled')",
        [],
    )?;
    Ok(())
}

/// Sends a stuck operation again, as it is, and its files.
///
/// # Errors
/// Trouble of the cache.
pub fn retry(cache: &Cache, id: OpId) -> Result<()> {
    cache.write(|tx| {
        let op: Option<String> = tx
            .query_row(
                "UPDATE outbox SET state = 'queued', error = NULL WHERE id = ?1 AND state = 'stuck' RETURNING op",
                [id.0],
                |row| row.get(0),
            )
            .optional()?;
        if let Some(op) = op {
            attachments::send_again(tx, &serde_json::from_str::<Op>(&op)?.action)?;
        }
        Ok(())
    })
}

/// Takes an operation out and returns it, unless it is on its way or done.
///
/// # Errors
/// Trouble of the cache.
pub fn discard(tx: &Transaction<'_>, id: OpId) -> Result<Option<Op>> {
    let text: Option<String> = tx
        .query_row(
            "DELETE FROM outbox WHERE id = ?1 AND state IN ('queued', 'stuck') RETURNING op",
            [id.0],
            |row| row.get(0),
        )
        .optional()?;
    Ok(text.map(|text| serde_json::from_str(&text)).transpose()?)
}

fn lacks_file(error: &WireError) -> bool {
    let is_of_files = |field: &serde_json::Value| field == "attachments" || field == "files";
    error.code == Code::InvalidInput && error.details.get("field").is_some_and(is_of_files)
}

/// Sends the files of a refused operation once more, and the operation behind them; only once for each time
/// that a person says so. Returns whether it does.
fn send_files_again(tx: &Connection, op: &Op) -> Result<bool> {
    const AFTER_ITS_FILES: i64 = 2;
    let first: bool = tx.query_row(
        "SELECT tried < ?2 FROM outbox WHERE id = ?1",
        params![op.id.0, AFTER_ITS_FILES],
        |row| row.get(0),
    )?;
    if !first || !attachments::send_again(tx, &op.action)? {
        return Ok(false);
    }
    tx.execute(
        "UPDATE outbox SET state = 'queued', tried = ?2 WHERE id = ?1",
        params![op.id.0, AFTER_ITS_FILES],
    )?;
    Ok(true)
}
