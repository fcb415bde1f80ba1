//! Reminders of bills that are not paid, each written once.
//!
//! A bill has at most one reminder for each step of the community, by the key of the table, and none older than its
//! newest: after a month without a server there is one, not four. It is written under the lock of the household's
//! account, under which money moves, so nobody is reminded of what they have just paid. Devices learn of it with the
//! bill.
//!
//! A clock that went ahead writes reminders of days to come, behind which nothing would be written for as long. They are
//! taken back once the clock has settled ([`take_back`]), as rounds are; passing over them at once would not do, since a machine
//! that starts behind would write old steps once more.

use std::collections::BTreeSet;

use jiff::civil::Date;
use linli_wire::{
    Code,
    id::{BillId, CommunityId, HouseholdId},
    payments::{PaymentState, ReminderSteps},
};

use super::{
    DueHouseholds, account,
    bills::{self, OWED},
    today, ways,
};
use crate::{Error, calendar, calendar::Calendar, db::Tx, params};

/// The hour of the community's day from which reminders are written: a telephone that rings at midnight frightens.
const HOUR: i8 = 9;

/// Which households are to be reminded now; none before nine in the morning of their community.
///
/// # Errors
/// The database's.
pub fn due_reminders(tx: &mut Tx<'_>) -> Result<DueHouseholds, Error> {
    let mut due = DueHouseholds { households: BTreeSet::new(), next: None };
    for community in crate::community::list(tx)? {
        let calendar = Calendar::of(&community)?;
        let day = calendar.today(tx.now())?;
        let mut next = calendar.hour_of(day, HOUR)?;
        if next <= tx.now() {
            next = calendar.hour_of(day.tomorrow().map_err(calendar::beyond)?, HOUR)?;
            let steps = ways(tx, community.id)?.reminders;
            let found = late(tx, community.id, None, &steps, day)?;
            due.households.extend(found.into_iter().map(|late| (community.id, late.household)));
        }
        due.next = due.next.into_iter().chain([next]).min();
    }
    Ok(due)
}

/// Reminds a household of its bills that are at a step without a reminder, unless a payment of them is under way.
/// Whatever was written already stays as it is.
///
/// # Errors
/// `not_found` for a household that is not there; the database's.
pub fn remind(tx: &mut Tx<'_>, community: CommunityId, household: HouseholdId) -> Result<(), Error> {
    account::lock(tx, community, household)?;
    let (_, day) = today(tx, community)?;
    let steps = ways(tx, community)?.reminders;
    let checked = being_paid(tx, community, household)?;
    let mut told = Vec::new();
    for late in late(tx, community, Some(household), &steps, day)? {
        if checked.contains(&late.bill) {
            continue;
        }
        let new = tx.execute(
            "INSERT INTO reminder (community_id, bill_id, step, day, at) VALUES ($1, $2, $3, $4, $5)
             ON CONFLICT DO NOTHING",
            params![community, late.bill, i64::from(late.step), &day.to_string(), tx.now()],
        )?;
        if new > 0 {
            told.push(late.bill);
        }
    }
    bills::tell(tx, community, &told)
}

/// Which households have reminders of days to come, which a clock wrote that went ahead.
///
/// # Errors
/// The database's.
pub fn early(tx: &mut Tx<'_>) -> Result<BTreeSet<(CommunityId, HouseholdId)>, Error> {
    let mut found = BTreeSet::new();
    for community in crate::community::list(tx)? {
        let (_, day) = today(tx, community.id)?;
        let sql = "SELECT DISTINCT bill.household_id FROM reminder JOIN bill
               ON bill.community_id = reminder.community_id AND bill.id = reminder.bill_id
             WHERE reminder.community_id = $1 AND reminder.day > $2";
        for row in tx.query(sql, params![community.id, &day.to_string()])? {
            found.insert((community.id, row.get(0)?));
        }
    }
    Ok(found)
}

/// Takes back what a household was reminded of on days to come. What is due is written anew on its day.
///
/// # Errors
/// `not_found` for a household that is not there; the database's.
pub fn take_back(tx: &mut Tx<'_>, community: CommunityId, household: HouseholdId) -> Result<(), Error> {
    let (_, today) = today(tx, community)?;
    account::lock(tx, community, household)?;
    let early = "community_id = $1 AND day > $2 AND bill_id IN (
         SELECT id FROM bill WHERE community_id = $1 AND household_id = $3)";
    let today = today.to_string();
    let of = params![community, &today, household];
    let sql = format!("SELECT DISTINCT bill_id FROM reminder WHERE {early} ORDER BY bill_id");
    let bills: Vec<BillId> = tx.query(&sql, of)?.iter().map(|row| row.get(0)).collect::<Result<_, _>>()?;
    tx.execute(&format!("DELETE FROM reminder WHERE {early}"), of)?;
    bills::tell(tx, community, &bills)
}

/// A bill of which something is owed, at a step that has no reminder.
struct Late {
    bill: BillId,
    household: HouseholdId,
    step: i16,
}

/// The bills of a community, or of a household, that are to be reminded of.
fn late(
    tx: &mut Tx<'_>,
    community: CommunityId,
    household: Option<HouseholdId>,
    steps: &ReminderSteps,
    day: Date,
) -> Result<Vec<Late>, Error> {
    let Some(first) = steps.0.first() else { return Ok(Vec::new()) };
    let due_until = day.checked_sub(jiff::Span::new().days(i64::from(*first))).map_err(calendar::beyond)?;
    let (sums, condition) = match household {
        None => (OWED, "$3 = ''"),
        // Of the few bills of a household each is looked up.
        Some(_) => (
            "SELECT posting.bill_id FROM bill
             JOIN posting ON posting.community_id = bill.community_id AND posting.bill_id = bill.id
             JOIN ledger_account AS account
               ON account.community_id = posting.community_id AND account.id = posting.account_id
             WHERE bill.community_id = $1 AND bill.household_id = $3 AND account.kind = 'receivable'
             GROUP BY posting.bill_id",
            "bill.household_id = $3",
        ),
    };
    let sql = format!(
        "SELECT bill.id, bill.household_id, bill.issued_on, bill.due_on,
           (SELECT MAX(step) FROM reminder
            WHERE reminder.community_id = bill.community_id AND reminder.bill_id = bill.id)
         FROM ({sums} HAVING SUM(posting.minor) > 0) AS sums
         JOIN bill ON bill.community_id = $1 AND bill.id = sums.bill_id
         WHERE bill.due_on <= $2 AND {condition} ORDER BY bill.due_on, bill.id"
    );
    let of = household.map(|id| id.to_string()).unwrap_or_default();
    let mut found = Vec::new();
    for row in tx.query(&sql, params![community, &due_until.to_string(), &of])? {
        let (issued, due) = (date(&row.get::<String>(2)?)?, date(&row.get::<String>(3)?)?);
        let before: Option<i64> = row.get(4)?;
        let Some(step) = steps.newest(days(due, day)?) else { continue };
        // Who got the bill behind the day of a step needs no reminder for it.
        if i32::from(step) > days(due, issued)? && before.is_none_or(|before| before < i64::from(step)) {
            found.push(Late { bill: row.get(0)?, household: row.get(1)?, step });
        }
    }
    Ok(found)
}

/// Bills that a payment under way is meant for: whoever pays has done their part, or is doing it.
pub(super) fn being_paid(
    tx: &mut Tx<'_>,
    community: CommunityId,
    household: HouseholdId,
) -> Result<BTreeSet<BillId>, Error> {
    let sql =
        "SELECT meant_for FROM payment WHERE community_id = $1 AND household_id = $2 AND state IN ($3, $4)";
    let (begun, checking) = (PaymentState::Begun.as_str(), PaymentState::Checking.as_str());
    let mut bills = BTreeSet::new();
    for row in tx.query(sql, params![community, household, begun, checking])? {
        bills.extend(row.json::<Vec<BillId>>(0)?);
    }
    Ok(bills)
}

/// Days from one to another.
pub(super) fn days(from: Date, to: Date) -> Result<i32, Error> {
    Ok(from.until(to).map_err(calendar::beyond)?.get_days())
}

/// A day as it stands in a table.
pub(super) fn date(text: &str) -> Result<Date, Error> {
    text.parse().map_err(|_| Error::refused(Code::Internal, "a day that cannot be read"))
}
