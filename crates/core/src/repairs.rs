//! Repairs in the cache: taken in from the log, listed, opened, reported, acted on.
//!
//! `mine` says that a repair is here as the person's own (they reported it, it is their home's, or they
//! joined), `office` that it is here as the office's. The two may hold bodies that differ: the office's is
//! the whole one, and stays.
//!
//! What a person does waits in the outbox, in the lane of its repair, and is shown in its place meanwhile:
//! the state that it leads to follows from the same table by which the server will judge it. Money is not
//! anticipated.

pub(crate) mod drafts;
mod files;
mod list;
pub(crate) mod naming;
mod news;
mod queued;
mod sheet;
mod take;
mod view;

use linli_wire::{
    Timestamp,
    community::Person,
    id::RepairId,
    ops::Action,
    repairs::{Party, QuoteAnswer, Repair, RepairNeed, RepairReport, RepairState},
};
use rusqlite::{Connection, OptionalExtension};

use crate::{
    error::Result,
    outbox::{self, Open, going},
    rounds,
};

pub(crate) use drafts::draft_found;
pub use drafts::{drafts, forget, keep, new, report, take_back};
pub(crate) use files::{attachment_about, wanted_files};
pub use list::{board, list, queue};
pub use news::Ask;
pub(crate) use news::words as words_of;
pub use queued::{act, given_up, join, message, note, rate, save_category};
pub(crate) use sheet::sheet;
pub(crate) use take::{drop, review_visibility, take};
pub use view::{choices, like, open};

/// Rows in a window unless asked otherwise, and at most.
const WINDOW: (u32, u32) = (50, 200);

/// The lane of a report and of what is done to it.
pub(crate) fn lane(id: RepairId) -> String {
    format!("repair:{id}")
}

/// Lanes beside it. A lost race stops its lane: what is said to a repair, what the office notes, and what is
/// decided after all go past it; the last in a lane of its own for each that is stopped.
const BESIDE: [&str; 3] = ["repair-talk", "repair-notes", "repair-again"];

/// Lanes of kinds of repair begin with this, their ids behind it.
const CATEGORY_LANE: &str = "repair-category:";

/// The repair that a lane is about, by its id as it is written.
pub(crate) fn repair_of(lane: &str) -> Option<&str> {
    let mut parts = lane.split(':');
    let is_one = parts.next().is_some_and(|kind| kind == "repair" || BESIDE.contains(&kind));
    parts.next().filter(|_| is_one)
}

fn beside(lane: &str, id: RepairId) -> String {
    format!("{lane}:{id}")
}

/// What was done to a repair here and the log has not brought back yet, in the order in which it goes.
fn waiting(db: &Connection, id: RepairId) -> Result<Vec<Open>> {
    // The inspection that makes it comes before all that is done to it.
    let made = rounds::waiting_for(db, id)?;
    let id = id.to_string();
    let mut open = outbox::open_about(db, &id)?;
    open.retain(|open| repair_of(&open.op.lane) == Some(&id));
    open.splice(..0, made);
    Ok(open)
}

/// The report that will make a repair, and when it was made, among what waits for it.
fn reported(db: &Connection, waiting: &[Open]) -> Result<Option<(RepairReport, Timestamp)>> {
    for open in waiting {
        let report = match &open.op.action {
            Action::ReportRepair { report, .. } => Some(report.clone()),
            action => rounds::as_report(db, action)?.map(|(_, report)| report),
        };
        if let Some(report) = report {
            return Ok(Some((report, open.op.at)));
        }
    }
    Ok(None)
}

/// A repair as the server sent it, and whether it is the person's own.
pub(crate) fn load(db: &Connection, id: RepairId) -> Result<Option<(Repair, bool)>> {
    let row: Option<(String, bool)> = db
        .prepare_cached("SELECT body, mine FROM repair JOIN repair_body USING (key) WHERE id = ?1")?
        .query_row([id.0], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    row.map(|(body, mine)| Ok((serde_json::from_str(&body)?, mine))).transpose()
}

/// As what a person stands before a repair, as far as this device knows.
fn parties(repair: &Repair, mine: bool, me: &Person) -> Vec<Party> {
    let mut parties = Vec::new();
    if me.role.is_office() {
        parties.push(Party::Office);
        if repair.assignee.as_ref().is_some_and(|worker| worker.id == me.id) {
            parties.push(Party::Worker);
        }
    }
    // As the server has it: a home is its household's, and the office does not answer what it asks.
    let is_own = repair.reporter.id == me.id;
    let is_office = me.role.is_office() || repair.reporter.role.is_office();
    if mine && (repair.report.place.is_home() || (is_own && !is_office)) {
        parties.extend([Party::Reporter, Party::Affected]);
    } else if mine && !is_own {
        parties.push(Party::Affected);
    }
    parties
}

/// What a repair wants of a person.
fn need(repair: &Repair, parties: &[Party]) -> Option<RepairNeed> {
    if !parties.contains(&Party::Reporter) {
        return None;
    }
    let proposed = repair.visit.is_some_and(|visit| visit.by_office && !visit.agreed);
    match repair.state {
        RepairState::Assigned | RepairState::Accepted | RepairState::Paused if proposed => {
            Some(RepairNeed::Visit)
        }
        RepairState::Quoted
            if repair.quote.as_ref().is_some_and(|quote| quote.answer == QuoteAnswer::Open) =>
        {
            Some(RepairNeed::Quote)
        }
        RepairState::Done => Some(RepairNeed::Confirm),
        RepairState::Fixed if repair.rating.is_none() => Some(RepairNeed::Rate),
        _ => None,
    }
}
