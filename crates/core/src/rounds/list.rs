//! The list of rounds.

use linli_wire::{
    Language,
    id::RoundPointId,
    ops::Action,
    rounds::{Round, RoundEvent, RoundRow, RoundState, RoundsPage, RoundsQuery, next_round},
};
use rusqlite::{Connection, params};

use super::{is_stuck, waiting};
use crate::{cache::Cache, error::Result};

/// Rows in a window unless asked otherwise, and at most.
const WINDOW: (u32, u32) = (50, 200);

/// A window of the rounds: those that are due, the most pressing first, then the others, the newest first.
///
/// # Errors
/// Trouble of the cache.
pub fn list(cache: &Cache, query: &RoundsQuery, language: &Language) -> Result<RoundsPage> {
    cache.read(|db| {
        let limit = if query.limit == 0 { WINDOW.0 } else { query.limit.min(WINDOW.1) };
        let plan = query.plan.map(|plan| plan.0);
        // Few are open at a time; those that are walked already but for the network come behind the others.
        let mut open = open_ones(db, plan, language)?;
        open.sort_by_key(|row| row.state != RoundState::Open);
        let sql = "SELECT count(*) FROM round WHERE state <> 'open' AND (?1 IS NULL OR plan = ?1)";
        let closed: u32 = db.prepare_cached(sql)?.query_row([plan], |row| row.get(0))?;
        let local = u32::try_from(open.len()).unwrap_or(u32::MAX);
        let due = open.iter().filter(|row| row.state == RoundState::Open).count();
        let mut rows: Vec<RoundRow> =
            open.into_iter().skip(query.offset as usize).take(limit as usize).collect();
        let room = limit - u32::try_from(rows.len()).unwrap_or(limit);
        let mut select = db.prepare_cached(
            "SELECT body FROM round WHERE state <> 'open' AND (?1 IS NULL OR plan = ?1)
             ORDER BY from_at DESC, id LIMIT ?2 OFFSET ?3",
        )?;
        let mut found = select.query(params![plan, room, query.offset.saturating_sub(local)])?;
        while let Some(row) = found.next()? {
            rows.push(self::row(db, &serde_json::from_str(&row.get::<_, String>(0)?)?, language)?);
        }
        let updated_at: Option<i64> =
            db.query_row("SELECT updated_at FROM progress", [], |row| row.get(0))?;
        Ok(RoundsPage {
            rows,
            total: local.saturating_add(closed),
            due: u32::try_from(due).unwrap_or(u32::MAX),
            updated_at: updated_at.map(linli_wire::Timestamp),
        })
    })
}

/// How many rounds are due and have points left.
///
/// # Errors
/// Trouble of the cache.
pub fn due(cache: &Cache) -> Result<u32> {
    cache.read(|db| {
        let open = open_ones(db, None, &Language::en())?;
        let due = open.iter().filter(|row| row.state == RoundState::Open).count();
        Ok(u32::try_from(due).unwrap_or(u32::MAX))
    })
}

fn open_ones(db: &Connection, plan: Option<uuid::Uuid>, language: &Language) -> Result<Vec<RoundRow>> {
    let mut select = db.prepare_cached(
        "SELECT body FROM round WHERE state = 'open' AND (?1 IS NULL OR plan = ?1) ORDER BY until_at, id",
    )?;
    let mut rows = select.query([plan])?;
    let mut open = Vec::new();
    while let Some(row) = rows.next()? {
        open.push(self::row(db, &serde_json::from_str(&row.get::<_, String>(0)?)?, language)?);
    }
    Ok(open)
}

/// A round as lists show it, with what waits already in its place.
pub(super) fn row(db: &Connection, round: &Round, language: &Language) -> Result<RoundRow> {
    let waiting = waiting(db, round.id)?;
    let mut in_time = round.results.iter().all(|result| result.at < round.until);
    let mut inspected: Vec<RoundPointId> = round.results.iter().map(|result| result.point_id).collect();
    let mut failed = round.results.iter().filter(|result| result.failed()).count();
    let mut unscanned = round.results.iter().filter(|result| !result.scanned).count();
    for open in waiting.iter().filter(|open| !is_stuck(&open.pending)) {
        if let Action::InspectPoint { point_id, at, repair_id, scanned, .. } = &open.op.action
            && !inspected.contains(point_id)
        {
            inspected.push(*point_id);
            in_time &= *at < round.until;
            failed += usize::from(repair_id.is_some());
            unscanned += usize::from(!scanned);
        }
    }
    let walked = round.points.iter().all(|point| inspected.contains(&point.id));
    let event = if in_time { RoundEvent::WalkedInTime } else { RoundEvent::WalkedLate };
    let stuck = waiting.iter().find(|open| is_stuck(&open.pending));
    let number = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
    Ok(RoundRow {
        id: round.id,
        plan_id: round.plan_id,
        name: round.name.in_language(language).to_owned(),
        from: round.from,
        until: round.until,
        state: if walked { next_round(round.state, event) } else { round.state },
        points: number(round.points.len()),
        inspected: number(inspected.len()),
        failed: number(failed),
        unscanned: number(unscanned),
        pending: stuck.or(waiting.last()).map(|open| open.pending.clone()),
    })
}
