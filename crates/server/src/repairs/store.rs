//! Repairs as rows, and the log level with them.
//!
//! [`change`] is the only place that writes a repair, but for [`tell`] and [`archive`]. It keeps the columns that repairs are found by, the scopes
//! in which it stands and the card level with the body, so that nothing can be changed and not told.

use std::collections::BTreeSet;

use linli_wire::{
    Timestamp,
    id::{AttachmentId, CommunityId, HouseholdId, PersonId, RepairEventId, RepairId},
    repairs::{
        ActKind, MAX_EVENTS, MAX_NOTES, Repair, RepairCard, RepairEvent, RepairNotes, RepairPlace,
        RepairState,
    },
    sync::{Entity, Scope},
};

use super::{ARCHIVE_MS, seen};
use crate::{
    Error, chat,
    db::{Row, Tx},
    error::json,
    params,
};

const COLUMNS: &str = "body, household_id, month, changed_at, worked_ms, archived, card_scope";

/// Places among the events of a repair for those who joined.
const MAX_JOINS: usize = 3;
/// What was said last is heard, however much happened.
const LAST_WORDS: usize = 12;

/// A repair with what stands beside it.
pub struct Stored {
    /// The repair with its events.
    pub repair: Repair,
    /// Whose home it is.
    pub household: Option<HouseholdId>,
    /// The month it was reported in.
    pub month: String,
    /// When it last changed.
    pub changed_at: Timestamp,
    /// Working time until it was done.
    pub worked_ms: Option<i64>,
    /// Whether it has left the office's scope.
    pub archived: bool,
    /// Where its card stands.
    pub card_scope: Option<Scope>,
}

/// A repair.
///
/// # Errors
/// The database's.
pub fn get(tx: &mut Tx<'_>, community: CommunityId, id: RepairId) -> Result<Option<Stored>, Error> {
    // Not `find`: a lock cannot be taken where nothing may be written.
    let sql = format!("SELECT {COLUMNS} FROM repair WHERE community_id = $1 AND id = $2");
    let row = tx.query_opt(&sql, params![community, id])?;
    row.map(|row| stored_of(tx, community, &row)).transpose()
}

/// A repair, locked until the end of the transaction.
pub(super) fn find(tx: &mut Tx<'_>, community: CommunityId, id: RepairId) -> Result<Option<Stored>, Error> {
    let sql = format!("SELECT {COLUMNS} FROM repair WHERE community_id = $1 AND id = $2");
    let row = tx.query_locked(&sql, params![community, id])?;
    row.map(|row| stored_of(tx, community, &row)).transpose()
}

fn stored_of(tx: &mut Tx<'_>, community: CommunityId, row: &Row) -> Result<Stored, Error> {
    let mut repair: Repair = row.json(0)?;
    (repair.events, repair.left_out) = events(tx, community, repair.id)?;
    Ok(Stored {
        repair,
        household: row.get(1)?,
        month: row.get(2)?,
        changed_at: row.get(3)?,
        worked_ms: row.get(4)?,
        archived: row.get(5)?,
        card_scope: row.get(6)?,
    })
}

/// The events that a repair carries, and how many it does not: the first, the newest that moved it, and the
/// newest of what was said in the room that these leave. That many joined is said by their number.
fn events(tx: &mut Tx<'_>, community: CommunityId, id: RepairId) -> Result<(Vec<RepairEvent>, u32), Error> {
    const TALK: &str = "(body LIKE '%\"did\":\"message\"%' OR body LIKE '%\"did\":\"rate\"%'
         OR body LIKE '%\"did\":\"use_parts\"%')";
    const JOINS: &str = "body LIKE '%\"did\":\"join\"%'";
    let mut newest = |which: &str, most: usize| -> Result<Vec<(i64, RepairEvent)>, Error> {
        // A quote within what somebody wrote is escaped, so that words pass for no kind.
        let sql = format!(
            "SELECT number, body FROM repair_event WHERE community_id = $1 AND repair_id = $2 AND {which}
             ORDER BY number DESC LIMIT $3"
        );
        let most = i64::try_from(most).unwrap_or(i64::MAX);
        let rows = tx.query(&sql, params![community, id, most])?;
        rows.iter().map(|row| Ok((row.get(0)?, row.json(1)?))).collect()
    };
    let mut kept = newest("number = 1", 1)?;
    kept.extend(newest(&format!("number > 1 AND {JOINS}"), MAX_JOINS)?);
    let room = MAX_EVENTS - kept.len();
    let mut talk = newest(&format!("number > 1 AND {TALK}"), room)?;
    let mut story = newest(&format!("number > 1 AND NOT {TALK} AND NOT {JOINS}"), room)?;
    story.truncate(room - talk.len().min(LAST_WORDS));
    talk.truncate(room - story.len());
    kept.extend(talk);
    kept.extend(story);
    kept.sort_unstable_by_key(|(number, _)| *number);
    let sql = format!(
        "SELECT COUNT(*) FROM repair_event WHERE community_id = $1 AND repair_id = $2 AND NOT {JOINS}"
    );
    let all: u32 = tx.query_one(&sql, params![community, id])?.get(0)?;
    let events: Vec<RepairEvent> = kept.into_iter().map(|(_, event)| event).collect();
    let shown = events.iter().filter(|event| event.did != ActKind::Join).count();
    Ok((events, all.saturating_sub(u32::try_from(shown).unwrap_or(u32::MAX))))
}

/// Who made an event of a repair, if there is one under this id; nobody made what the server did by itself.
pub(super) fn author(
    tx: &mut Tx<'_>,
    community: CommunityId,
    id: RepairId,
    event: RepairEventId,
) -> Result<Option<Option<PersonId>>, Error> {
    let sql = "SELECT person_id FROM repair_event WHERE community_id = $1 AND repair_id = $2 AND id = $3";
    Ok(tx.query_opt(sql, params![community, id, event])?.map(|row| row.get(0)).transpose()?)
}

/// Writes a change: raises the version, adds the event to the timeline, and tells everybody who sees it.
pub(super) fn change(
    tx: &mut Tx<'_>,
    community: CommunityId,
    stored: &mut Stored,
    event: &RepairEvent,
) -> Result<(), Error> {
    let id = stored.repair.id;
    let sql = "SELECT COUNT(*) FROM repair_joined WHERE community_id = $1 AND repair_id = $2";
    let joined: u32 = tx.query_one(sql, params![community, id])?.get(0)?;
    let card_before = stored.card_scope;
    stored.repair.version += 1;
    stored.repair.affected = joined + 1;
    stored.changed_at = tx.now();
    stored.archived = false;
    stored.card_scope = card_scope(community, stored);
    write(tx, community, stored)?;
    insert_event(tx, community, id, event)?;
    (stored.repair.events, stored.repair.left_out) = events(tx, community, id)?;
    log(tx, community, stored, card_before)?;
    chat::follow_repair(tx, community, id, stored.repair.state.is_open())
}

/// Writes a change in which nothing happened to the repair, and tells everybody who sees it.
pub(super) fn tell(tx: &mut Tx<'_>, community: CommunityId, stored: &mut Stored) -> Result<(), Error> {
    stored.repair.version += 1;
    write(tx, community, stored)?;
    log(tx, community, stored, stored.card_scope)
}

/// A closed repair that nothing has happened to for long leaves the office's scope.
pub(super) fn archive(tx: &mut Tx<'_>, community: CommunityId, stored: &mut Stored) -> Result<(), Error> {
    stored.archived = true;
    write(tx, community, stored)?;
    let (id, version) = (stored.repair.id, stored.repair.version);
    tx.log(community, Scope::Staff(community), Entity::Repair, id.0, version, None);
    log_notes(tx, community, id, true)
}

fn write(tx: &mut Tx<'_>, community: CommunityId, stored: &Stored) -> Result<(), Error> {
    let repair = &stored.repair;
    let body = Repair { events: Vec::new(), left_out: 0, ..repair.clone() };
    let stars = repair.rating.as_ref().map(|rating| {
        (u32::from(rating.result) + u32::from(rating.speed) + u32::from(rating.manner)) * 100 / 3
    });
    tx.execute(
        "INSERT INTO repair (community_id, id, version, state, is_open, urgency, category, building_id, household_id,
         reporter_id, assignee_id, reported_at, changed_at, month, promised_by, kept, worked_ms, reopened, stars,
         due_at, archived, card_scope, body)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21,
         $22, $23)
         ON CONFLICT (community_id, id) DO UPDATE SET version = excluded.version, state = excluded.state,
         is_open = excluded.is_open, urgency = excluded.urgency, category = excluded.category,
         assignee_id = excluded.assignee_id, changed_at = excluded.changed_at, promised_by = excluded.promised_by,
         kept = excluded.kept, worked_ms = excluded.worked_ms, reopened = excluded.reopened, stars = excluded.stars,
         due_at = excluded.due_at, archived = excluded.archived, card_scope = excluded.card_scope,
         body = excluded.body",
        params![
            community,
            repair.id,
            repair.version,
            repair.state.as_str(),
            repair.state.is_open(),
            repair.report.urgency.as_str(),
            &repair.report.category,
            repair.building_id,
            stored.household,
            repair.reporter.id,
            repair.assignee.as_ref().map(|worker| worker.id),
            repair.reported_at,
            stored.changed_at,
            &stored.month,
            repair.promise.map(|promise| promise.by),
            repair.promise.and_then(|promise| promise.kept),
            stored.worked_ms,
            repair.reopened,
            stars,
            due_at(stored),
            stored.archived,
            stored.card_scope,
            &json(&body)?
        ],
    )?;
    Ok(())
}

/// When the server has something to do with it by itself.
fn due_at(stored: &Stored) -> Option<Timestamp> {
    let repair = &stored.repair;
    match repair.state {
        RepairState::Done => repair.confirm_by,
        RepairState::Paused => repair.pause.as_ref().map(|pause| pause.until),
        state if !state.is_open() && !stored.archived => Some(stored.changed_at.plus_millis(ARCHIVE_MS)),
        _ => None,
    }
}

fn card_scope(community: CommunityId, stored: &Stored) -> Option<Scope> {
    let repair = &stored.repair;
    match (repair.report.place, repair.building_id) {
        (RepairPlace::Home { .. }, _) => None,
        _ if !repair.state.is_open() => None,
        (_, Some(building)) => Some(Scope::Building(building)),
        (_, None) => Some(Scope::Community(community)),
    }
}

fn insert_event(
    tx: &mut Tx<'_>,
    community: CommunityId,
    id: RepairId,
    event: &RepairEvent,
) -> Result<(), Error> {
    tx.execute(
        "INSERT INTO repair_event (community_id, repair_id, number, id, at, person_id, body)
         SELECT CAST($1 AS TEXT), CAST($2 AS TEXT), COALESCE(MAX(number), 0) + 1, CAST($3 AS TEXT), CAST($4 AS BIGINT),
         CAST($5 AS TEXT), CAST($6 AS TEXT) FROM repair_event
         WHERE community_id = $1 AND repair_id = $2",
        params![community, id, event.id, event.at, event.by.as_ref().map(|who| who.id), &json(event)?],
    )?;
    let files: BTreeSet<AttachmentId> = event.photos.iter().map(|file| file.id).collect();
    for file in files {
        tx.execute(
            "INSERT INTO repair_attachment (community_id, repair_id, attachment_id) VALUES ($1, $2, $3)
             ON CONFLICT (community_id, repair_id, attachment_id) DO NOTHING",
            params![community, id, file],
        )?;
    }
    Ok(())
}

/// Takes the repair out of the scopes it leaves, and tells those that see it how it stands now.
fn log(
    tx: &mut Tx<'_>,
    community: CommunityId,
    stored: &Stored,
    card_before: Option<Scope>,
) -> Result<(), Error> {
    let (repair, id, version) = (&stored.repair, stored.repair.id, stored.repair.version);
    let rows = tx.query(
        "SELECT scope FROM repair_scope WHERE community_id = $1 AND repair_id = $2",
        params![community, id],
    )?;
    let before: BTreeSet<Scope> = rows.iter().map(|row| row.get(0)).collect::<Result<_, _>>()?;
    let now = seen::scopes(tx, community, stored)?;
    for scope in before.difference(&now) {
        tx.execute(
            "DELETE FROM repair_scope WHERE community_id = $1 AND repair_id = $2 AND scope = $3",
            params![community, id, scope],
        )?;
        tx.log(community, *scope, Entity::Repair, id.0, version, None);
    }
    for scope in now.difference(&before) {
        tx.execute(
            "INSERT INTO repair_scope (community_id, repair_id, scope) VALUES ($1, $2, $3)",
            params![community, id, scope],
        )?;
    }
    // Whoever did not report it sees the same as everybody who did not: made once for all of them.
    let reporter = Scope::Person(repair.reporter.id);
    let (own, others): (Vec<Scope>, Vec<Scope>) = now.iter().partition(|scope| **scope == reporter);
    for scopes in [own, others] {
        if let Some(first) = scopes.first() {
            let body = seen::within(repair, *first);
            tx.log_as(community, &scopes, Entity::Repair, id.0, version, Some(&body))?;
        }
    }
    let staff = [Scope::Staff(community)];
    tx.log_as(community, &staff, Entity::Repair, id.0, version, Some(repair))?;
    log_notes(tx, community, id, false)?;
    if let Some(left) = card_before.filter(|scope| stored.card_scope != Some(*scope)) {
        tx.log_as::<RepairCard>(community, &[left], Entity::RepairCard, id.0, version, None)?;
    }
    if let Some(scope) = stored.card_scope {
        tx.log_as(community, &[scope], Entity::RepairCard, id.0, version, Some(&seen::card(repair)))?;
    }
    Ok(())
}

/// The notes of the office on a repair with their version; none where it has written none.
///
/// # Errors
/// The database's.
pub fn notes(
    tx: &mut Tx<'_>,
    community: CommunityId,
    id: RepairId,
) -> Result<Option<(u64, RepairNotes)>, Error> {
    let rows = tx.query(
        "SELECT number, body FROM repair_note WHERE community_id = $1 AND repair_id = $2
         ORDER BY number DESC LIMIT $3",
        params![community, id, MAX_NOTES],
    )?;
    let Some(newest) = rows.first() else { return Ok(None) };
    let version = newest.get(0)?;
    let notes = rows.iter().rev().map(|row| row.json(1)).collect::<Result<_, _>>()?;
    Ok(Some((version, RepairNotes { repair_id: id, notes })))
}

/// Tells the office what it has written about a repair, as long as it has the repair.
pub(super) fn log_notes(
    tx: &mut Tx<'_>,
    community: CommunityId,
    id: RepairId,
    archived: bool,
) -> Result<(), Error> {
    let Some((version, notes)) = notes(tx, community, id)? else { return Ok(()) };
    let body = Some(&notes).filter(|_| !archived);
    tx.log_as(community, &[Scope::Staff(community)], Entity::RepairNotes, id.0, version, body)
}
