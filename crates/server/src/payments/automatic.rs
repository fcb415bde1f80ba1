//! Bills that are paid by themselves: from what is kept for a household that wants it, on the day on which they are due.
//!
//! What is left of a bill is paid or nothing of it, where all that the bill asks for is within the limit of the household, and once: the payment's id comes
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
    params,
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

/// Ends what a household wanted to have paid by itself, once nobody of it is left: who moves in later has wanted nothing.
///
/// # Errors
/// `not_found` for a household that is not there; the database's.
pub(super) fn end_if_nobody_is_left(
    tx: &mut Tx<'_>,
    community: CommunityId,
    household: HouseholdId,
) -> Result<(), Error> {
    let sql = "SELECT 1 FROM household_account AS account
         WHERE account.community_id = $1 AND account.household_id = $2 AND account.automatic IS NOT NULL
           AND NOT EXISTS (SELECT 1 FROM person WHERE person.community_id = account.community_id
             AND person.household_id = account.household_id AND person.left_at IS NULL)";
    if tx.query_opt(sql, params![community, household])?.is_none() {
        return Ok(());
    }
    account::lock(tx, community, household)?;
    let sql = "UPDATE household_account SET automatic = NULL WHERE community_id = $1 AND household_id = $2";
    tx.execute(sql, params![community, household])?;
    let currency = today(tx, community)?.0.currency;
    account::tell(tx, community, household, &currency)
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
            // Few owe something on their day and have not been paid for: only they are looked at closely.
            let sql = "SELECT account.household_id FROM household_account AS account
                 JOIN bill ON bill.community_id = account.community_id AND bill.household_id = account.household_id
                 JOIN posting ON posting.community_id = bill.community_id AND posting.bill_id = bill.id
                 JOIN ledger_account AS owed ON owed.community_id = posting.community_id
                   AND owed.id = posting.account_id AND owed.kind = 'receivable'
                 WHERE account.community_id = $1 AND account.automatic IS NOT NULL AND bill.due_on <= $2
                   AND bill.currency = $3
                 GROUP BY account.household_id HAVING SUM(posting.minor) > 0 ORDER BY account.household_id";
            for row in tx.query(sql, params![community.id, &day.to_string(), &community.currency])? {
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
    if kept <= 0 {
        return Ok(Vec::new());
    }
    let being_paid = reminders::being_paid(tx, community, household)?;
    let sql = "SELECT bill.id, CAST(SUM(posting.minor) AS BIGINT), CAST(bill.total - COALESCE((
           SELECT SUM(credit.minor) FROM credit
           WHERE credit.community_id = bill.community_id AND credit.bill_id = bill.id), 0) AS BIGINT)
         FROM bill JOIN posting ON posting.community_id = bill.community_id AND posting.bill_id = bill.id
         JOIN ledger_account AS owed ON owed.community_id = posting.community_id
           AND owed.id = posting.account_id AND owed.kind = 'receivable'
         WHERE bill.community_id = $1 AND bill.household_id = $2 AND bill.due_on <= $3 AND bill.currency = $4
         GROUP BY bill.community_id, bill.id, bill.total, bill.due_on, bill.number HAVING SUM(posting.minor) > 0
         ORDER BY bill.due_on, bill.number";
    let mut found = Vec::new();
    for row in tx.query(sql, params![community, household, &day.to_string(), &of.currency])? {
        // A bill that asks for more than the limit is not paid by itself, however little of it is left.
        let (bill, owed, asks): (BillId, i64, i64) = (row.get(0)?, row.get(1)?, row.get(2)?);
        let fits = asks <= limit && owed <= kept && !being_paid.contains(&bill);
        if fits && !pay::is_known(tx, community, named(community, bill))? {
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
