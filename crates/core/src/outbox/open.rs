//! What the log has not brought back yet: read from the outbox, for what is shown in its place meanwhile.

use std::collections::BTreeSet;

use linli_wire::{
    Code, WireError,
    id::OpId,
    ops::Op,
    outbox::{Pending, PendingState},
};
use rusqlite::{Connection, OptionalExtension, Transaction};

use crate::error::Result;

/// Kinds of operations of chat.
const CHAT: [&str; 21] = [
    "send_message",
    "open_room",
    "edit_message",
    "delete_message",
    "react_to_message",
    "vote_in_poll",
    "pin_message",
    "read_room",
    "tell_of_room",
    "save_room",
    "enter_room",
    "leave_room",
    "invite_to_room",
    "remove_from_room",
    "agree_to_rules",
    "block_person",
    "report_message",
    "moderate",
    "appeal",
    "answer_appeal",
    "name_moderator",
];

/// An operation that the log has not brought back yet.
pub struct Open {
    /// The operation.
    pub op: Op,
    /// Its place: the order in which operations go.
    pub seq: i64,
    /// Where it stands.
    pub pending: Pending,
    /// Whether the server may have it: it has left at least once and was not refused.
    pub tried: bool,
}

/// The operations of a lane that the log has not brought back yet, oldest first.
///
/// # Errors
/// Trouble of the cache.
pub fn open_in_lane(db: &Connection, lane: &str) -> Result<Vec<Open>> {
    chosen(db, lane, "lane = ?1 AND state <> 'settled'")
}

/// The operations that the log has not brought back yet, of all lanes whose name holds `part`, oldest first.
///
/// # Errors
/// Trouble of the cache.
pub fn open_about(db: &Connection, part: &str) -> Result<Vec<Open>> {
    chosen(db, part, "instr(lane, ?1) > 0 AND state <> 'settled'")
}

/// Makes room in a lane in which each operation carries everything: takes out the first that is stuck and those behind
/// it, whatever they counted on. Returns those that go on, oldest first.
///
/// # Errors
/// Trouble of the cache.
pub fn take_out_stopped(tx: &Transaction<'_>, lane: &str) -> Result<Vec<Open>> {
    let mut going = open_in_lane(tx, lane)?;
    let is_stuck = |open: &Open| matches!(open.pending.state, PendingState::Stuck { .. });
    let stuck = going.iter().position(is_stuck).unwrap_or(going.len());
    for stopped in going.split_off(stuck) {
        super::discard(tx, stopped.op.id)?;
    }
    Ok(going)
}

/// The operations that the log has brought back, of all lanes whose name holds `part`, oldest first.
///
/// # Errors
/// Trouble of the cache.
pub fn settled_about(db: &Connection, part: &str) -> Result<Vec<Open>> {
    chosen(db, part, "instr(lane, ?1) > 0 AND state = 'settled'")
}

/// The operations of a kind that the log has not brought back yet, oldest first.
///
/// # Errors
/// Trouble of the cache.
pub fn open_of_kind(db: &Connection, kind: &str) -> Result<Vec<Open>> {
    chosen(db, kind, "kind = ?1 AND state <> 'settled'")
}

/// What was done in chat and the log has not brought back yet, oldest first.
///
/// # Errors
/// Trouble of the cache.
pub fn open_in_chat(db: &Connection) -> Result<Vec<Open>> {
    let kinds = serde_json::to_string(&CHAT)?;
    chosen(db, &kinds, "kind IN (SELECT value FROM json_each(?1)) AND state <> 'settled'")
}

/// The operations of a lane that the log has brought back, oldest first.
///
/// # Errors
/// Trouble of the cache.
pub fn settled_in_lane(db: &Connection, lane: &str) -> Result<Vec<Open>> {
    chosen(db, lane, "lane = ?1 AND state = 'settled'")
}

/// What goes by itself: what is stuck does not, nor what stands behind it in its lane.
pub(crate) fn going(open: &[Open]) -> impl Iterator<Item = &Open> {
    let mut stopped = BTreeSet::new();
    open.iter().filter(move |open| {
        if is_stuck(&open.pending) {
            stopped.insert(open.op.lane.as_str());
        }
        !stopped.contains(open.op.lane.as_str())
    })
}

/// Whether the server refused it.
pub(crate) fn is_stuck(pending: &Pending) -> bool {
    matches!(pending.state, PendingState::Stuck { .. })
}

/// Whether the server cannot have one of `all` operations: it never left, was refused, or was skipped behind one that was.
pub(crate) fn is_only_here(all: &[Open], one: &Open) -> bool {
    let stops =
        |other: &Open| other.op.lane == one.op.lane && other.seq < one.seq && is_stuck(&other.pending);
    !one.tried || (one.pending.state == PendingState::Waiting && all.iter().any(stops))
}

/// An operation that waits and that the server may have all the same; none where it cannot.
pub(super) fn left(db: &Connection, id: OpId) -> Result<Option<Open>> {
    let sql = "SELECT lane FROM outbox WHERE id = ?1";
    let lane: Option<String> = db.prepare_cached(sql)?.query_row([id.0], |row| row.get(0)).optional()?;
    let Some(lane) = lane else { return Ok(None) };
    let mut all = open_in_lane(db, &lane)?;
    let place = all.iter().position(|open| open.op.id == id && !is_only_here(&all, open));
    Ok(place.map(|place| all.swap_remove(place)))
}

/// The inspections that will make the repair with this id and that the log has not brought back yet.
///
/// # Errors
/// Trouble of the cache.
pub fn open_for_repair(db: &Connection, repair: &str) -> Result<Vec<Open>> {
    chosen(db, repair, "kind = 'inspect_point' AND op ->> '$.action.repair_id' = ?1 AND state <> 'settled'")
}

/// The saves of a lane, those of the journal included, oldest first.
///
/// # Errors
/// Trouble of the cache.
pub fn saves_of(db: &Connection, lane: &str) -> Result<Vec<Open>> {
    chosen(db, lane, "lane = ?1 AND kind = 'save_notice'")
}

fn chosen(db: &Connection, lane: &str, condition: &str) -> Result<Vec<Open>> {
    let mut select = db.prepare_cached(&format!(
        "SELECT op, state, error, tried AND state <> 'stuck', seq FROM outbox WHERE {condition} ORDER BY seq"
    ))?;
    let rows = select.query_map([lane], |row| {
        Ok((
            row.get::<_, String>(0)?,
            row.get::<_, String>(1)?,
            row.get::<_, Option<String>>(2)?,
            row.get::<_, bool>(3)?,
            row.get::<_, i64>(4)?,
        ))
    })?;
    let mut found = Vec::new();
    for row in rows {
        let (op, state, error, tried, seq) = row?;
        let op: Op = serde_json::from_str(&op)?;
        let pending = Pending { op_id: op.id, state: pending_state(&state, error.as_deref()) };
        found.push(Open { op, seq, pending, tried });
    }
    Ok(found)
}

pub(super) fn pending_state(state: &str, error: Option<&str>) -> PendingState {
    match state {
        "stuck" => PendingState::Stuck {
            error: error
                .and_then(|text| serde_json::from_str(text).ok())
                .unwrap_or_else(|| WireError::new(Code::Internal, "")),
        },
        "queued" => PendingState::Waiting,
        _ => PendingState::Sending,
    }
}
