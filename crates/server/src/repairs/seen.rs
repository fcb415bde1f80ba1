//! Who sees a repair, and how much of it.
//!
//! The office sees all of it, and so does the household whose home it is. Of a building or common area a
//! reporter and those who joined see the timeline with residents by the name that neighbours know; how to
//! reach the reporter, and when, is the office's and the reporter's own. Everybody else there sees a card.

use std::collections::BTreeSet;

use linli_wire::{
    id::{CommunityId, PersonId, RepairId},
    repairs::{Party, Repair, RepairCard},
    sync::Scope,
};

use super::store::Stored;
use crate::{Error, auth::Caller, db::Tx, params};

/// As what a caller stands before a repair; nothing when it does not exist for them.
pub(super) fn parties(tx: &mut Tx<'_>, caller: &Caller, stored: &Stored) -> Result<BTreeSet<Party>, Error> {
    let repair = &stored.repair;
    let mut parties = BTreeSet::new();
    if caller.role.is_office() {
        parties.insert(Party::Office);
        if repair.assignee.as_ref().is_some_and(|worker| worker.id == caller.person) {
            parties.insert(Party::Worker);
        }
    }
    // What is reported at a home is its household's, whoever reported it: the office on the telephone, or who
    // has moved out since. And the office does not answer what it asks, also where it reported something itself.
    let at_home = stored.household.is_some() && stored.household == caller.household;
    let is_office = caller.role.is_office() || repair.reporter.role.is_office();
    let reported = repair.reporter.id == caller.person && !is_office && stored.household.is_none();
    if at_home || reported {
        parties.extend([Party::Reporter, Party::Affected]);
    } else if has_joined(tx, caller.community, repair.id, caller.person)? {
        parties.insert(Party::Affected);
    }
    Ok(parties)
}

/// Whether somebody waits for a repair who did not report it.
pub(super) fn has_joined(
    tx: &mut Tx<'_>,
    community: CommunityId,
    id: RepairId,
    person: PersonId,
) -> Result<bool, Error> {
    let sql = "SELECT 1 FROM repair_joined WHERE community_id = $1 AND repair_id = $2 AND person_id = $3";
    Ok(tx.query_opt(sql, params![community, id, person])?.is_some())
}

/// The scopes of those affected, besides the office's.
pub(super) fn scopes(
    tx: &mut Tx<'_>,
    community: CommunityId,
    stored: &Stored,
) -> Result<BTreeSet<Scope>, Error> {
    let repair = &stored.repair;
    if repair.report.place.is_home() {
        // Who reported it for others, as the office on the telephone, follows it through the office's scope.
        let reporter = Some(&repair.reporter).filter(|who| !who.role.is_office());
        let scope = stored.household.map(Scope::Household);
        return Ok(scope.or(reporter.map(|who| Scope::Person(who.id))).into_iter().collect());
    }
    let sql = "SELECT person_id FROM repair_joined WHERE community_id = $1 AND repair_id = $2";
    let rows = tx.query(sql, params![community, repair.id])?;
    let mut scopes = BTreeSet::from([Scope::Person(repair.reporter.id)]);
    for row in rows {
        scopes.insert(Scope::Person(row.get(0)?));
    }
    Ok(scopes)
}

/// The repair as a scope holds it.
pub fn within(repair: &Repair, scope: Scope) -> Repair {
    match scope {
        Scope::Person(person) if !repair.report.place.is_home() => repair.for_person(person),
        _ => repair.clone(),
    }
}

/// The repair as somebody sees it who is affected by it, or who works in the office.
pub(super) fn by(repair: &Repair, caller: &Caller) -> Repair {
    if caller.role.is_office() { repair.clone() } else { within(repair, Scope::Person(caller.person)) }
}

/// What everybody of the building or community sees of an open repair there.
pub fn card(repair: &Repair) -> RepairCard {
    RepairCard {
        id: repair.id,
        place: repair.report.place,
        category: repair.report.category.clone(),
        state: repair.state,
        reported_at: repair.reported_at,
        promised_by: repair.promise.map(|promise| promise.by),
        affected: repair.affected,
    }
}
