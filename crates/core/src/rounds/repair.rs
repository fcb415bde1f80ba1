//! The repair that will come of what failed at a point: shown at once, as long as the server has not made it.

use linli_wire::{Language, id::RepairId, ops::Action, repairs::RepairReport, rounds::repair_words};
use rusqlite::Connection;

use super::load;
use crate::{
    community,
    error::Result,
    outbox::{self, Open},
};

/// The inspection that waits and will make a repair.
pub(crate) fn waiting_for(db: &Connection, repair: RepairId) -> Result<Vec<Open>> {
    outbox::open_for_repair(db, &repair.to_string())
}

/// The report that the server will make of an inspection; none where nothing failed, or where its round is not
/// here any more.
pub(crate) fn as_report(db: &Connection, action: &Action) -> Result<Option<(RepairId, RepairReport)>> {
    let Action::InspectPoint { round_id, point_id, answers, photos, urgency, repair_id: Some(id), .. } =
        action
    else {
        return Ok(None);
    };
    let Some(round) = load(db, *round_id)? else { return Ok(None) };
    let Some(point) = round.points.iter().find(|point| point.id == *point_id) else { return Ok(None) };
    let languages = community::community(db)?.map(|community| community.languages).unwrap_or_default();
    let language = languages.into_iter().next().unwrap_or_else(Language::en);
    Ok(Some((
        *id,
        RepairReport {
            place: point.place,
            category: point.category.clone(),
            urgency: *urgency,
            words: repair_words(&round.name, point, answers, &language),
            photos: photos.clone(),
            times: Vec::new(),
            may_enter: false,
            reach: String::new(),
        },
    )))
}
