//! The point whose label somebody stands before.

use linli_wire::{
    Code, WireError,
    attachments::NewFile,
    rounds::{FindPoint, PointCode, PointKey, Round, RoundPlan},
    sync::Entity,
};
use rusqlite::Connection;

use super::{drafts, is_stuck, lane, waiting};
use crate::{cache::Cache, community::records, error::Result, ports::System, qr};

/// Finds the point of a label in the round that is due, and notes that its label was scanned. Without one
/// that is due, the newest round of its plan counts if it was missed.
///
/// # Errors
/// `invalid_input` for `code`, or for `picture`, when there is no code of a point in it; `not_found` with
/// `details.reason`: `unknown_code` when no plan here has it, `not_due` when it has no round that is due.
pub fn find(cache: &Cache, system: &dyn System, FindPoint { code }: &FindPoint) -> Result<PointKey> {
    let code = PointCode::read(code).ok_or_else(|| WireError::invalid("code", "is no code of a point"))?;
    stands_before(cache, system, &code)
}

/// As [`find`], with a picture of the label.
///
/// # Errors
/// As [`find`]; `too_large`, `unsupported_file`.
pub fn scan(cache: &Cache, system: &dyn System, picture: &NewFile) -> Result<PointKey> {
    stands_before(cache, system, &qr::find(picture, PointCode::read_qr)?)
}

fn stands_before(cache: &Cache, system: &dyn System, code: &PointCode) -> Result<PointKey> {
    cache.write(|tx| {
        let Some(key) = due_with(tx, code)? else { return Err(nowhere(tx, code)?.into()) };
        let lane = lane(key.round_id, key.point_id);
        let is_going =
            waiting(tx, key.round_id)?.iter().any(|open| open.op.lane == lane && !is_stuck(&open.pending));
        if !is_going {
            let mut form = drafts::get(tx, key)?.unwrap_or_default();
            form.scanned = true;
            drafts::put(tx, key, &form, system.now())?;
        }
        Ok(key)
    })
}

/// Rounds in which the point may be meant, the likeliest first: one in which it is still to be inspected.
fn due_with(db: &Connection, code: &PointCode) -> Result<Option<PointKey>> {
    let mut select = db.prepare_cached(
        "SELECT body FROM round WHERE state = 'open' OR (state = 'missed' AND NOT EXISTS
           (SELECT 1 FROM round AS later WHERE later.plan = round.plan AND later.from_at > round.from_at))
         ORDER BY state = 'missed', until_at",
    )?;
    let mut rows = select.query([])?;
    let mut done = None;
    while let Some(row) = rows.next()? {
        let round: Round = serde_json::from_str(&row.get::<_, String>(0)?)?;
        let Some(point) = round.points.iter().find(|point| point.code == *code) else { continue };
        let key = PointKey { round_id: round.id, point_id: point.id };
        if round.result(point.id).is_none() {
            return Ok(Some(key));
        }
        done = done.or(Some(key));
    }
    Ok(done)
}

fn nowhere(db: &Connection, code: &PointCode) -> Result<WireError> {
    let plans: Vec<RoundPlan> = records(db, Entity::RoundPlan)?;
    let known = plans.iter().flat_map(|plan| &plan.content.points).any(|point| point.code == *code);
    let reason = if known { "not_due" } else { "unknown_code" };
    let error = WireError::new(Code::NotFound, "no round that is due has this point");
    Ok(error.with_details(serde_json::json!({ "reason": reason })))
}
