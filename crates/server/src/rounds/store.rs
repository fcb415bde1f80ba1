//! Plans and rounds as rows, and the log level with them.

use linli_wire::{
    Timestamp,
    id::{CommunityId, RoundId, RoundPlanId},
    rounds::{Round, RoundPlan, RoundState},
    sync::{Entity, Scope},
};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::ARCHIVE_MS;
use crate::{
    Error,
    db::{Row, Tx},
    error::json,
    params,
};

/// A round with what stands beside it.
#[derive(Debug)]
pub struct StoredRound {
    /// The round.
    pub round: Round,
    /// Whether it has left the office's scope.
    pub archived: bool,
}

const PLAN: &str = "SELECT id, version, content, next_on FROM round_plan WHERE community_id = $1";
const ROUND: &str = "SELECT body, archived FROM round WHERE community_id = $1 AND id = $2";

/// The id of the round of a plan and a day.
pub(super) fn round_id(plan: RoundPlanId, day: &str) -> RoundId {
    RoundId(derived(&[plan.0.as_bytes(), day.as_bytes()]))
}

/// An id that follows from `parts`, of which all but the last have one length.
pub(super) fn derived(parts: &[&[u8]]) -> Uuid {
    let mut hash = Sha256::new_with_prefix(b"linli round v1");
    parts.iter().for_each(|part| hash.update(part));
    crate::derived::id(hash)
}

/// All plans of a community.
///
/// # Errors
/// The database's.
pub fn all_plans(tx: &mut Tx<'_>, community: CommunityId) -> Result<Vec<RoundPlan>, Error> {
    tx.query(&format!("{PLAN} ORDER BY id"), params![community])?.iter().map(plan_of).collect()
}

/// A plan.
///
/// # Errors
/// The database's.
pub fn plan(tx: &mut Tx<'_>, community: CommunityId, id: RoundPlanId) -> Result<Option<RoundPlan>, Error> {
    // Not `find_plan`: a lock cannot be taken where nothing may be written.
    tx.query_opt(&format!("{PLAN} AND id = $2"), params![community, id])?.as_ref().map(plan_of).transpose()
}

/// A plan, locked until the end of the transaction.
pub(super) fn find_plan(
    tx: &mut Tx<'_>,
    community: CommunityId,
    id: RoundPlanId,
) -> Result<Option<RoundPlan>, Error> {
    tx.query_locked(&format!("{PLAN} AND id = $2"), params![community, id])?.as_ref().map(plan_of).transpose()
}

fn plan_of(row: &Row) -> Result<RoundPlan, Error> {
    Ok(RoundPlan { id: row.get(0)?, version: row.get(1)?, content: row.json(2)?, next_on: row.get(3)? })
}

/// Writes a plan as it stands and tells the office.
pub(super) fn put_plan(
    tx: &mut Tx<'_>,
    community: CommunityId,
    plan: &RoundPlan,
    due_at: Option<Timestamp>,
) -> Result<(), Error> {
    tx.execute(
        "INSERT INTO round_plan (community_id, id, version, content, next_on, due_at)
         VALUES ($1, $2, $3, $4, $5, $6)
         ON CONFLICT (community_id, id) DO UPDATE SET version = excluded.version, content = excluded.content,
         next_on = excluded.next_on, due_at = excluded.due_at",
        params![community, plan.id, plan.version, &json(&plan.content)?, plan.next_on.as_deref(), due_at],
    )?;
    let staff = [Scope::Staff(community)];
    tx.log_as(community, &staff, Entity::RoundPlan, plan.id.0, plan.version, Some(plan))
}

/// Moves the moment at which the server looks after a plan, which no device knows.
pub(super) fn put_off(
    tx: &mut Tx<'_>,
    community: CommunityId,
    plan: RoundPlanId,
    due_at: Timestamp,
) -> Result<(), Error> {
    let sql = "UPDATE round_plan SET due_at = $3 WHERE community_id = $1 AND id = $2 AND due_at <> $3";
    tx.execute(sql, params![community, plan, due_at])?;
    Ok(())
}

/// A round.
///
/// # Errors
/// The database's.
pub fn get(tx: &mut Tx<'_>, community: CommunityId, id: RoundId) -> Result<Option<StoredRound>, Error> {
    tx.query_opt(ROUND, params![community, id])?.as_ref().map(round_of).transpose()
}

/// A round, locked until the end of the transaction.
pub(super) fn find(
    tx: &mut Tx<'_>,
    community: CommunityId,
    id: RoundId,
) -> Result<Option<StoredRound>, Error> {
    tx.query_locked(ROUND, params![community, id])?.as_ref().map(round_of).transpose()
}

fn round_of(row: &Row) -> Result<StoredRound, Error> {
    Ok(StoredRound { round: row.json(0)?, archived: row.get(1)? })
}

/// Whether a plan fell due on a day.
pub(super) fn has_round(
    tx: &mut Tx<'_>,
    community: CommunityId,
    plan: RoundPlanId,
    day: &str,
) -> Result<bool, Error> {
    let sql = "SELECT 1 FROM round WHERE community_id = $1 AND plan_id = $2 AND due_on = $3";
    Ok(tx.query_opt(sql, params![community, plan, day])?.is_some())
}

/// Writes a change: raises the version and tells the office, which gets an archived one back.
pub(super) fn change(tx: &mut Tx<'_>, community: CommunityId, stored: &mut StoredRound) -> Result<(), Error> {
    stored.round.version += 1;
    stored.archived = false;
    write(tx, community, stored)?;
    let round = &stored.round;
    let staff = [Scope::Staff(community)];
    tx.log_as(community, &staff, Entity::Round, round.id.0, round.version, Some(round))
}

/// A round of long ago leaves the office's scope.
pub(super) fn archive(
    tx: &mut Tx<'_>,
    community: CommunityId,
    stored: &mut StoredRound,
) -> Result<(), Error> {
    stored.archived = true;
    write(tx, community, stored)?;
    let (id, version) = (stored.round.id.0, stored.round.version);
    tx.log(community, Scope::Staff(community), Entity::Round, id, version, None);
    Ok(())
}

/// A round that was never due is gone for everybody. Made anew it goes on counting its versions, or devices that
/// have it would take the new one for the older.
pub(super) fn remove(tx: &mut Tx<'_>, community: CommunityId, round: &Round) -> Result<(), Error> {
    tx.execute("DELETE FROM round WHERE community_id = $1 AND id = $2", params![community, round.id])?;
    tx.log(community, Scope::Staff(community), Entity::Round, round.id.0, round.version + 1, None);
    Ok(())
}

/// The version of a round that was removed; 0 of one that never was.
pub(super) fn last_version(tx: &mut Tx<'_>, community: CommunityId, id: RoundId) -> Result<u64, Error> {
    let row = tx.query_opt(
        "SELECT version FROM changes WHERE scope = $1 AND entity = $2 AND id = $3",
        params![Scope::Staff(community), Entity::Round.as_str(), id],
    )?;
    Ok(row.map(|row| row.get(0)).transpose()?.unwrap_or_default())
}

/// Writes a round as it stands and tells nobody.
pub(super) fn write(tx: &mut Tx<'_>, community: CommunityId, stored: &StoredRound) -> Result<(), Error> {
    let round = &stored.round;
    let due_at = match round.state {
        RoundState::Open => Some(round.until),
        _ if stored.archived => None,
        _ => Some(round.until.plus_millis(ARCHIVE_MS)),
    };
    tx.execute(
        "INSERT INTO round (community_id, id, version, plan_id, due_on, state, due_at, archived, body)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
         ON CONFLICT (community_id, id) DO UPDATE SET version = excluded.version, state = excluded.state,
         due_at = excluded.due_at, archived = excluded.archived, body = excluded.body",
        params![
            community,
            round.id,
            round.version,
            round.plan_id,
            &round.due_on,
            round.state.as_str(),
            due_at,
            stored.archived,
            &json(round)?
        ],
    )?;
    Ok(())
}
