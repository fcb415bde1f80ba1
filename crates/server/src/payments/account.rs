//! What is kept for a household, and the lock under which its money moves.

use linli_wire::{
    id::{CommunityId, HouseholdId},
    payments::HouseholdAccount,
    sync::{Entity, Scope},
};

use crate::{
    Error,
    db::Tx,
    ledger::{self, Account},
    params,
};

/// Locks a household's account until the end of the transaction: whoever else pays, credits or gives back for it waits.
///
/// # Errors
/// `not_found` when there is no such household here; the database's.
pub(super) fn lock(tx: &mut Tx<'_>, community: CommunityId, household: HouseholdId) -> Result<(), Error> {
    let sql = "SELECT 1 FROM household WHERE community_id = $1 AND id = $2";
    tx.query_opt(sql, params![community, household])?.ok_or_else(Error::not_found)?;
    tx.execute(
        "INSERT INTO household_account (community_id, household_id, version) VALUES ($1, $2, 0)
         ON CONFLICT (community_id, household_id) DO NOTHING",
        params![community, household],
    )?;
    let sql = "SELECT version FROM household_account WHERE community_id = $1 AND household_id = $2";
    tx.query_locked(sql, params![community, household])?;
    Ok(())
}

/// What is kept for a household.
///
/// # Errors
/// The database's; one for a sum that no `i64` holds.
pub fn account(
    tx: &mut Tx<'_>,
    community: CommunityId,
    household: HouseholdId,
    currency: &str,
) -> Result<HouseholdAccount, Error> {
    let sql =
        "SELECT version, automatic FROM household_account WHERE community_id = $1 AND household_id = $2";
    let row = tx.query_opt(sql, params![community, household])?;
    let (version, automatic) = match row {
        Some(row) => (row.get(0)?, row.get(1)?),
        None => (0, None),
    };
    let kept = kept(tx, community, household, currency)?;
    let currency = currency.to_owned();
    Ok(HouseholdAccount { household_id: household, version, kept, automatic, currency })
}

/// What stands above zero on the household's side, less what is on its way back.
pub(super) fn kept(
    tx: &mut Tx<'_>,
    community: CommunityId,
    household: HouseholdId,
    currency: &str,
) -> Result<i64, Error> {
    let sql = "SELECT CAST(COALESCE(SUM(held), 0) AS BIGINT) FROM refund
         WHERE community_id = $1 AND household_id = $2 AND currency = $3 AND state = 'going'";
    let held: i64 = tx.query_one(sql, params![community, household, currency])?.get(0)?;
    // A credit is below zero in the ledger.
    let balance = ledger::balance(tx, community, &Account::Prepaid(household), currency)?;
    Ok(balance.saturating_neg().saturating_sub(held))
}

/// Tells the household what is kept for it now. Its account is locked.
pub(super) fn tell(
    tx: &mut Tx<'_>,
    community: CommunityId,
    household: HouseholdId,
    currency: &str,
) -> Result<(), Error> {
    let sql =
        "UPDATE household_account SET version = version + 1 WHERE community_id = $1 AND household_id = $2";
    tx.execute(sql, params![community, household])?;
    let account = account(tx, community, household, currency)?;
    let scopes = [Scope::Payments(household)];
    tx.log_as(community, &scopes, Entity::HouseholdAccount, household.0, account.version, Some(&account))
}
