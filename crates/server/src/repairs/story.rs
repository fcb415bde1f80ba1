//! `GET /v1/repairs/{id}/events`: all that happened to a repair, in pages backwards from its end.
//!
//! A repair carries its newest events; this is for the rest, and for whoever has the repair: each sees of the
//! events what they see of the repair.

use linli_wire::{
    id::RepairId,
    repairs::{Repair, RepairEvents},
};

use super::{seen, store};
use crate::{
    Error,
    auth::{self, Caller},
    db::Tx,
    http::query::Query,
    params,
    shown::{Shown, sees},
};

/// Events of a page: more than a repair carries, so that the first page says something new.
const PAGE: usize = 100;

/// A page of events, oldest first; with `before`, the ones before those of another page.
///
/// # Errors
/// `not_found` when the repair does not exist for the caller; `invalid_input`.
pub fn story(tx: &mut Tx<'_>, caller: &Caller, id: RepairId, query: &Query) -> Result<RepairEvents, Error> {
    let before = query.read("before", |text| text.parse::<i64>().ok().filter(|number| *number > 0))?;
    let stored = store::get(tx, caller.community, id)?.ok_or_else(Error::not_found)?;
    let scopes = auth::scopes(tx, caller)?;
    if !sees(tx, caller, &scopes, Shown::Repair, id.0)? {
        return Err(Error::not_found());
    }
    let rows = tx.query(
        "SELECT number, body FROM repair_event WHERE community_id = $1 AND repair_id = $2 AND number < $3
         ORDER BY number DESC LIMIT $4",
        params![caller.community, id, before.unwrap_or(i64::MAX), PAGE],
    )?;
    let oldest: Option<u64> = rows.last().map(|row| row.get(0)).transpose()?;
    let events = rows.iter().rev().map(|row| row.json(1)).collect::<Result<_, _>>()?;
    // What is seen of the events follows from the repair that they are of.
    let Repair { events, .. } = seen::by(&Repair { events, ..stored.repair }, caller);
    Ok(RepairEvents { events, before: oldest.filter(|number| *number > 1) })
}
