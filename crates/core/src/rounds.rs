//! Rounds in the cache: taken in from the log, listed, walked.
//!
//! What is found at a point waits in the outbox, in a lane of its own: one point that somebody else was faster
//! at holds up no other. A round is shown with what waits already in its place, by the same table by which the
//! server moves it; so is the repair that will come of what failed.
//!
//! A half-filled checklist is kept for each point. That its label was scanned is noted there by [`find`] alone:
//! what a page says of it adds nothing.

mod drafts;
mod find;
mod list;
mod plans;
mod repair;
mod take;
mod view;

use linli_wire::{
    id::{RoundId, RoundPointId},
    ops::Action,
    outbox::{Pending, PendingState},
    rounds::{PointForm, Round},
};
use rusqlite::{Connection, OptionalExtension};

use crate::{
    error::Result,
    outbox::{self, Open},
};

pub(crate) use drafts::{
    Draft, all as all_drafts, get as draft, is_empty as is_empty_form, put as put_draft,
};
pub use drafts::{forget, inspect, keep, take_back};
pub use find::{find, scan};
pub use list::{due, list};
pub use plans::{give_back as give_plan_back, labels, new_point, plans, save as save_plan};
pub(crate) use repair::{as_report, waiting_for};
pub(crate) use take::{drop, take};
pub use view::open;

/// The lane of what is found at a point.
pub(crate) fn lane(round: RoundId, point: RoundPointId) -> String {
    format!("round:{round}:{point}")
}

/// A round as the server sent it.
pub(crate) fn load(db: &Connection, id: RoundId) -> Result<Option<Round>> {
    let body: Option<String> = db
        .prepare_cached("SELECT body FROM round WHERE id = ?1")?
        .query_row([id.0], |row| row.get(0))
        .optional()?;
    Ok(body.map(|body| serde_json::from_str(&body)).transpose()?)
}

/// What was found on a round here and the log has not brought back yet.
fn waiting(db: &Connection, id: RoundId) -> Result<Vec<Open>> {
    let mut open = outbox::open_about(db, &id.to_string())?;
    open.retain(|open| matches!(open.op.action, Action::InspectPoint { round_id, .. } if round_id == id));
    Ok(open)
}

fn is_stuck(pending: &Pending) -> bool {
    matches!(pending.state, PendingState::Stuck { .. })
}

/// The repair that an inspection will make.
const fn repair_of(action: &Action) -> Option<linli_wire::id::RepairId> {
    match action {
        Action::InspectPoint { repair_id, .. } => *repair_id,
        _ => None,
    }
}

/// The checklist that an inspection was made of.
fn form_of(action: &Action) -> PointForm {
    match action {
        Action::InspectPoint { scanned, answers, photos, urgency, .. } => PointForm {
            scanned: *scanned,
            answers: answers.clone(),
            photos: photos.clone(),
            urgency: *urgency,
        },
        _ => PointForm::default(),
    }
}
