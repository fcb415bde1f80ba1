//! Bills as they stand: what their rows say, and what the ledger says of them now.

use std::collections::BTreeMap;

use linli_wire::{
    Code, Timestamp,
    id::{BillId, CommunityId, HouseholdId, LedgerEntryId},
    payments::{Bill, BillPaid, Credit, Reminder, Way},
    sync::{Entity, Scope},
};

use super::numbers::{self, Paper};
use crate::{Error, db::Tx, params};

/// Which bills.
#[derive(Clone, Copy, Debug)]
pub enum Bills {
    /// One.
    One(BillId),
    /// All of a household.
    Of(HouseholdId),
    /// All of the community.
    All,
}

impl Bills {
    /// The condition on a bill, whose parameters are `$1` and `$2`, and the second one.
    fn condition(self) -> (&'static str, String) {
        match self {
            Self::One(id) => ("bill.community_id = $1 AND bill.id = $2", id.to_string()),
            Self::Of(id) => ("bill.community_id = $1 AND bill.household_id = $2", id.to_string()),
            // Of two parameters both must be named, on PostgreSQL.
            Self::All => ("bill.community_id = $1 AND $2 = ''", String::new()),
        }
    }
}

/// What is owed of each bill of the community `$1`, as `bill_id` and `owed`, with room for a `HAVING` behind it. One pass
/// over an index that holds all it takes, which would not be so if the account of each line were joined.
pub(super) const OWED: &str = "SELECT posting.bill_id, SUM(posting.minor) AS owed FROM posting
     WHERE posting.community_id = $1 AND posting.bill_id IS NOT NULL AND posting.account_id IN (
       SELECT id FROM ledger_account WHERE community_id = $1 AND kind = 'receivable')
     GROUP BY posting.bill_id";

/// Bills as they stand, by their numbers.
///
/// # Errors
/// The database's; one for a sum that no `i64` holds.
pub fn bills(tx: &mut Tx<'_>, community: CommunityId, which: Bills) -> Result<Vec<Bill>, Error> {
    let (condition, of) = which.condition();
    let mut lines: BTreeMap<BillId, Vec<_>> = BTreeMap::new();
    for row in tx.query(
        &of_bills("bill_line", "bill_line.bill_id, bill_line.body", condition, "line"),
        params![community, &of],
    )? {
        lines.entry(row.get(0)?).or_default().push(row.json(1)?);
    }
    let mut credits = credits(tx, community, condition, &of)?;
    let mut reminders = reminders(tx, community, condition, &of)?;
    let mut money = money(tx, community, condition, &of)?;
    let sql = format!(
        "SELECT id, version, household_id, run_id, month, year, number, issued_on, due_on, currency, total FROM bill
         WHERE {condition} ORDER BY year, number"
    );
    let rows = tx.query(&sql, params![community, &of])?;
    rows.iter()
        .map(|row| {
            let id: BillId = row.get(0)?;
            let number = numbers::written(Paper::Bill, row.get(5)?, row.get(6)?);
            let month: String = row.get(4)?;
            let (owed, paid) = money.remove(&id).unwrap_or_default();
            Ok(Bill {
                id,
                version: row.get(1)?,
                reference: numbers::reference(row.get(5)?, row.get(6)?),
                number,
                household_id: row.get(2)?,
                run_id: row.get(3)?,
                month: month.parse().map_err(|_| Error::refused(Code::Internal, "a bill of no month"))?,
                issued_on: row.get(7)?,
                due_on: row.get(8)?,
                currency: row.get(9)?,
                lines: lines.remove(&id).unwrap_or_default(),
                total: row.get(10)?,
                credits: credits.remove(&id).unwrap_or_default(),
                paid,
                reminders: reminders.remove(&id).unwrap_or_default(),
                owed,
            })
        })
        .collect()
}

/// A bill of the community.
///
/// # Errors
/// `not_found`; the database's.
pub(super) fn bill(tx: &mut Tx<'_>, community: CommunityId, id: BillId) -> Result<Bill, Error> {
    bills(tx, community, Bills::One(id))?.pop().ok_or_else(Error::not_found)
}

/// Tells the household how these bills of it stand now.
pub(super) fn tell(tx: &mut Tx<'_>, community: CommunityId, ids: &[BillId]) -> Result<(), Error> {
    for id in ids {
        let sql = "UPDATE bill SET version = version + 1 WHERE community_id = $1 AND id = $2";
        tx.execute(sql, params![community, *id])?;
        let bill = bill(tx, community, *id)?;
        let scopes = [Scope::Payments(bill.household_id)];
        tx.log_as(community, &scopes, Entity::Bill, id.0, bill.version, Some(&bill))?;
    }
    Ok(())
}

fn of_bills(table: &str, columns: &str, condition: &str, order: &str) -> String {
    format!(
        "SELECT {columns} FROM {table} JOIN bill ON bill.community_id = {table}.community_id AND bill.id = {table}.bill_id
         WHERE {condition} ORDER BY {table}.bill_id, {table}.{order}"
    )
}

fn credits(
    tx: &mut Tx<'_>,
    community: CommunityId,
    condition: &str,
    of: &str,
) -> Result<BTreeMap<BillId, Vec<Credit>>, Error> {
    let columns = "credit.bill_id, credit.id, credit.year, credit.number, credit.day, credit.reason, credit.minor, credit.parts";
    let mut credits: BTreeMap<BillId, Vec<Credit>> = BTreeMap::new();
    for row in tx.query(&of_bills("credit", columns, condition, "at"), params![community, of])? {
        credits.entry(row.get(0)?).or_default().push(Credit {
            id: row.get(1)?,
            number: numbers::written(Paper::Credit, row.get(2)?, row.get(3)?),
            on: row.get(4)?,
            reason: row.get(5)?,
            minor: row.get(6)?,
            parts: row.json(7)?,
        });
    }
    Ok(credits)
}

fn reminders(
    tx: &mut Tx<'_>,
    community: CommunityId,
    condition: &str,
    of: &str,
) -> Result<BTreeMap<BillId, Vec<Reminder>>, Error> {
    let mut reminders: BTreeMap<BillId, Vec<Reminder>> = BTreeMap::new();
    let columns = "reminder.bill_id, reminder.step, reminder.day, reminder.at";
    for row in tx.query(&of_bills("reminder", columns, condition, "step"), params![community, of])? {
        let step = i16::try_from(row.get::<i64>(1)?);
        let step = step.map_err(|_| Error::refused(Code::Internal, "a reminder of no step"))?;
        reminders.entry(row.get(0)?).or_default().push(Reminder { step, on: row.get(2)?, at: row.get(3)? });
    }
    Ok(reminders)
}

/// What is owed of bills, and what was paid of them and not given back.
fn money(
    tx: &mut Tx<'_>,
    community: CommunityId,
    condition: &str,
    of: &str,
) -> Result<BTreeMap<BillId, (i64, Vec<BillPaid>)>, Error> {
    let sql = format!(
        "SELECT posting.bill_id, posting.entry_id, posting.minor, payment.booked_at, payment.way, back.id
         FROM posting JOIN bill ON bill.community_id = posting.community_id AND bill.id = posting.bill_id
         JOIN ledger_account AS account
           ON account.community_id = posting.community_id AND account.id = posting.account_id
         LEFT JOIN payment ON payment.community_id = posting.community_id AND payment.id = posting.entry_id
         LEFT JOIN ledger_entry AS back
           ON back.community_id = posting.community_id AND back.reverses = posting.entry_id
         WHERE {condition} AND account.kind = 'receivable' ORDER BY posting.bill_id, payment.booked_at, posting.entry_id"
    );
    let mut money: BTreeMap<BillId, (i64, Vec<BillPaid>)> = BTreeMap::new();
    for row in tx.query(&sql, params![community, of])? {
        let (owed, paid) = money.entry(row.get(0)?).or_default();
        let (entry, minor): (LedgerEntryId, i64) = (row.get(1)?, row.get(2)?);
        *owed = owed.checked_add(minor).ok_or_else(|| Error::refused(Code::Internal, "too much is owed"))?;
        let (at, way): (Option<Timestamp>, Option<String>) = (row.get(3)?, row.get(4)?);
        if let (Some(at), Some(way)) = (at, way)
            && row.get::<Option<LedgerEntryId>>(5)?.is_none()
        {
            let payment_id = linli_wire::id::PaymentId(entry.0);
            paid.push(BillPaid { payment_id, at, way: Way::from_name(&way), minor: minor.saturating_neg() });
        }
    }
    Ok(money)
}
