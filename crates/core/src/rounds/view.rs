//! A round opened.

use linli_wire::{
    Language, Timestamp,
    id::RoundId,
    rounds::{CheckView, PointKey, PointView, RoundView, WaitingPoint},
};

use super::{drafts, form_of, lane, list, load, waiting};
use crate::{
    cache::Cache,
    error::{Result, not_found},
    repairs::naming::Naming,
};

/// A round with its points, what was found, what waits and what is half filled in.
///
/// # Errors
/// `not_found` when it is not here, or no longer.
pub fn open(cache: &Cache, id: RoundId, language: &Language, now: Timestamp) -> Result<RoundView> {
    cache.read(|db| {
        let round = load(db, id)?.ok_or_else(|| not_found("round"))?;
        let naming = Naming::read(db, language, now)?;
        let waiting = waiting(db, id)?;
        let mut points = Vec::with_capacity(round.points.len());
        for point in &round.points {
            let lane = lane(id, point.id);
            let open = waiting.iter().rev().find(|open| open.op.lane == lane);
            points.push(PointView {
                id: point.id,
                name: point.name.in_language(language).to_owned(),
                place_name: naming.place(db, point.place)?,
                checks: point
                    .checks
                    .iter()
                    .map(|check| CheckView {
                        number: check.number,
                        words: check.words.in_language(language).to_owned(),
                    })
                    .collect(),
                result: round.result(point.id).cloned(),
                waiting: open.map(|open| WaitingPoint {
                    pending: open.pending.clone(),
                    at: open.op.at,
                    form: form_of(&open.op.action),
                    repair_id: super::repair_of(&open.op.action),
                }),
                draft: drafts::get(db, PointKey { round_id: id, point_id: point.id })?,
            });
        }
        Ok(RoundView { row: list::row(db, &round, language)?, points })
    })
}
