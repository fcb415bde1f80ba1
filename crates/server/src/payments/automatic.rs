//! Bills that are paid by themselves: from what is kept for a household that wants it, on the day on which they are due.
//!
//! A bill is paid as a whole or not at all, up to the limit that the household has set, and once: the payment's id comes
//! from the bill's, so one that went back is not made again. A bill that is being paid by card is left to that. It is decided under the lock of the household's account.

use std::collections::BTreeSet;

use linli_wire::{
    id::{BillId, CommunityId, HouseholdId, PaymentId},
    payments::{AutomaticPayment, HouseholdAccount, MAX_MINOR},
};
use sha2::{Digest as _, Sha256};

use super::{DueHouseholds, account, pay, reminders, today};
use crate::{
    Error,
    auth::Caller,
    calendar::{self, Calendar},
    db::Tx,
    ledger, params,
};

/// The hour of the community's day from which bills are paid: before reminders are written.
const HOUR: i8 = 8;

/// Lets a household's bills be paid by themselves up to a limit, or not. The same again changes nothing.
///
/// # Errors
/// `not_found` for a household of others; `invalid_input`; the database's.
pub fn set_automatic(
    tx: &mut Tx<'_>,
    caller: &Caller,
    household: HouseholdId,
    asked: AutomaticPayment,
) -> Result<HouseholdAccount, Error> {
    if caller.household != Some(household) {
        return Err(Error::not_found());
    }
    if asked.limit.is_some_and(|limit| !(1..=MAX_MINOR).contains(&limit)) {
        return Err(Error::invalid("limit", "must be more than nothing, and not too much"));
    }
    let community = caller.community;
    account::lock(tx, community, household)?;
    let currency = today(tx, community)?.0.currency;
    if account::account(tx, community, household, &currency)?.automatic != asked.limit {
        let sql = "UPDATE household_account SET automatic = $3 WHERE community_id = $1 AND household_id = $2";
        tx.execute(sql, params![community, household, asked.limit])?;
        account::tell(tx, community, household, &currency)?;
    }
    account::account(tx, community, household, &currency)
}

/// Which households have bills to be paid by themselves; none before eight in the morning of their community.
///
/// # Errors
/// The database's.
pub fn due_automatic(tx: &mut Tx<'_>) -> Result<DueHouseholds, Error> {
    let mut due = DueHouseholds { households: BTreeSet::new(), next: None };
    for community in crate::community::list(tx)? {
        let calendar = Calendar::of(&community)?;
        let day = calendar.today(tx.now())?;
        let mut next = calendar.hour_of(day, HOUR)?;
        if next <= tx.now() {
            next = calendar.hour_of(day.tomorrow().map_err(calendar::beyond)?, HOUR)?;
            let sql = "SELECT household_id FROM household_account WHERE community_id = $1 AND automatic IS NOT NULL";
            for row in tx.query(sql, params![community.id])? {
                let household: HouseholdId = row.get(0)?;
                if !payable(tx, community.id, household)?.is_empty() {
                    due.households.insert((community.id, household));
                }
            }
        }
        due.next = due.next.into_iter().chain([next]).min();
    }
    Ok(due)
}

/// Pays the bills of a household that are due, within its limit and what is kept.
///
/// # Errors
/// `not_found` for a household that is not there; the database's.
pub fn pay_automatically(
    tx: &mut Tx<'_>,
    community: CommunityId,
    household: HouseholdId,
) -> Result<(), Error> {
    account::lock(tx, community, household)?;
    for (bill, minor) in payable(tx, community, household)? {
        pay::automatic(tx, community, household, named(community, bill), (bill, minor))?;
    }
    Ok(())
}

/// The bills that can be paid, oldest first, and what is owed of each.
fn payable(
    tx: &mut Tx<'_>,
    community: CommunityId,
    household: HouseholdId,
) -> Result<Vec<(BillId, i64)>, Error> {
    let (of, day) = today(tx, community)?;
    let account = account::account(tx, community, household, &of.currency)?;
    let (Some(limit), mut kept) = (account.automatic, account.kept) else { return Ok(Vec::new()) };
    let sql = "SELECT bill.id FROM bill WHERE bill.community_id = $1 AND bill.household_id = $2 AND bill.due_on <= $3
         AND bill.currency = $4 ORDER BY bill.due_on, bill.number";
    let mut found = Vec::new();
    if kept <= 0 {
        return Ok(found);
    }
    let being_paid = reminders::being_paid(tx, community, household)?;
    for row in tx.query(sql, params![community, household, &day.to_string(), &of.currency])? {
        let bill: BillId = row.get(0)?;
        if being_paid.contains(&bill) {
            continue;
        }
        let owed = ledger::owed(tx, community, bill)?;
        if owed > 0 && owed <= limit && owed <= kept && !pay::is_known(tx, community, named(community, bill))?
        {
            kept -= owed;
            found.push((bill, owed));
        }
    }
    Ok(found)
}

/// The payment that pays a bill by itself.
fn named(community: CommunityId, bill: BillId) -> PaymentId {
    let hash = Sha256::new_with_prefix(b"linli automatic payment v1");
    PaymentId(crate::derived::id(hash.chain_update(community.0).chain_update(bill.0)))
}
