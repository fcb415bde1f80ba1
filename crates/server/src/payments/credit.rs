//! Credit notes: a part of a published bill is taken back, with its tax.

use std::collections::BTreeMap;

use linli_wire::{
    Code,
    id::{BillId, CommunityId, CreditId, HouseholdId, LedgerEntryId, PersonId, RefundId},
    payments::{Bill, CreditBill, CreditPart, MAX_REASON},
};
use sha2::{Digest as _, Sha256};

use super::{
    account, bills,
    numbers::{self, Paper},
    relatives, today,
};
use crate::{
    Error,
    auth::Caller,
    db::Tx,
    error::json,
    input,
    ledger::{self, Account, Entry, Kind, Line, Posted},
    params,
};

/// Takes a part of a bill back. What was paid of it already is kept for the household. The same credit again is the
/// same.
///
/// # Errors
/// `not_allowed`, also for a bill that the caller would pay; `not_found`; `invalid_input`, also for more than a line came to; `operation_reused` when the id stands
/// for something else; the database's.
pub fn credit(tx: &mut Tx<'_>, caller: &Caller, id: BillId, asked: &CreditBill) -> Result<(), Error> {
    caller.must_be_office()?;
    let community = caller.community;
    let household = bills::bill(tx, community, id)?.household_id;
    relatives::must_be_nobody_of(tx, caller, household)?;
    account::lock(tx, community, household)?;
    if known(tx, community, id, asked)? {
        return Ok(());
    }
    input::lines("reason", &asked.reason, MAX_REASON)?;
    if asked.reason.trim().is_empty() {
        return Err(Error::invalid("reason", "must not be empty"));
    }
    let bill = bills::bill(tx, community, id)?;
    let taken = Taken::of(&bill, &asked.parts)?;
    let (_, today) = today(tx, community)?;
    let on_bill = taken.minor.min(bill.owed);
    let line = |account, minor| Line { account, minor, bill: Some(id) };
    let mut lines: Vec<Line> =
        taken.net.into_iter().map(|(heading, net)| line(Account::Income(heading), net)).collect();
    lines.extend([line(Account::Tax, taken.tax), line(Account::Receivable(household), -on_bill)]);
    lines.push(Line { account: Account::Prepaid(household), minor: on_bill - taken.minor, bill: None });
    lines.retain(|line| line.minor != 0);
    let entry = Entry {
        id: LedgerEntryId(asked.id.0),
        kind: Kind::Credit,
        currency: bill.currency.clone(),
        day: today.to_string(),
        reason: asked.reason.trim().to_owned(),
        by: Some(caller.person),
        movement: None,
        reverses: None,
        lines,
    };
    if ledger::post(tx, community, &entry)? != Posted::New {
        return Err(reused());
    }
    let year = i64::from(today.year());
    let number = numbers::take(tx, community, Paper::Credit, year, 1)?;
    let now = tx.now();
    tx.execute(
        "INSERT INTO credit (community_id, id, bill_id, year, number, day, reason, minor, parts, at, person_id)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        params![
            community,
            asked.id,
            id,
            year,
            number,
            &entry.day,
            &entry.reason,
            taken.minor,
            &json(&asked.parts)?,
            now,
            caller.person
        ],
    )?;
    bills::tell(tx, community, &[id])?;
    account::tell(tx, community, household, &bill.currency)
}

/// What is kept for the household because this bill was paid when it was credited.
///
/// # Errors
/// The database's; one for a sum that no `i64` holds.
pub(super) fn kept_of(tx: &mut Tx<'_>, community: CommunityId, bill: BillId) -> Result<i64, Error> {
    let sql =
        "SELECT CAST(COALESCE((SELECT SUM(minor) FROM credit WHERE community_id = $1 AND bill_id = $2), 0)
           + COALESCE((SELECT SUM(posting.minor) FROM posting
               JOIN ledger_account AS account
                 ON account.community_id = posting.community_id AND account.id = posting.account_id
               JOIN ledger_entry AS entry
                 ON entry.community_id = posting.community_id AND entry.id = posting.entry_id
               WHERE posting.community_id = $1 AND posting.bill_id = $2 AND account.kind = 'receivable'
                 AND entry.kind = 'credit'), 0) AS BIGINT)";
    Ok(tx.query_one(sql, params![community, bill])?.get(0)?)
}

/// Puts on bills that are owed again, because a payment of them went back, what was credited of them and kept: as much of
/// it as is kept still.
///
/// # Errors
/// The database's.
pub(super) fn put_on(
    tx: &mut Tx<'_>,
    community: CommunityId,
    refund: RefundId,
    household: HouseholdId,
    owed_again: &[BillId],
    (reason, by): (&str, PersonId),
) -> Result<(), Error> {
    let (of, today) = today(tx, community)?;
    let mut left = account::kept(tx, community, household, &of.currency)?;
    let mut lines = vec![Line { account: Account::Prepaid(household), minor: 0, bill: None }];
    for id in owed_again {
        let minor = kept_of(tx, community, *id)?.min(ledger::owed(tx, community, *id)?).min(left);
        if minor > 0 {
            left -= minor;
            lines.push(Line { account: Account::Receivable(household), minor: -minor, bill: Some(*id) });
        }
    }
    let Some((kept, on_bills)) = lines.split_first_mut().filter(|(_, on_bills)| !on_bills.is_empty()) else {
        return Ok(());
    };
    kept.minor = -on_bills.iter().map(|line| line.minor).sum::<i64>();
    let hash = Sha256::new_with_prefix(b"linli credit on its bill v1").chain_update(refund.0);
    let entry = Entry {
        id: LedgerEntryId(crate::derived::id(hash)),
        kind: Kind::Credit,
        currency: of.currency,
        day: today.to_string(),
        reason: reason.to_owned(),
        by: Some(by),
        movement: None,
        reverses: None,
        lines,
    };
    ledger::post(tx, community, &entry).map(drop)
}

/// What a credit takes back in all, under which headings, and with which tax.
struct Taken {
    minor: i64,
    net: BTreeMap<String, i64>,
    tax: i64,
}

impl Taken {
    fn of(bill: &Bill, parts: &[CreditPart]) -> Result<Self, Error> {
        let mut taken = Self { minor: 0, net: BTreeMap::new(), tax: 0 };
        let mut of_lines: BTreeMap<u16, i64> = BTreeMap::new();
        for part in bill.credits.iter().flat_map(|credit| &credit.parts) {
            let sum = of_lines.entry(part.line).or_default();
            *sum = sum.checked_add(part.minor).ok_or_else(too_much)?;
        }
        for part in parts {
            let line = bill.lines.get(usize::from(part.line));
            let line = line.ok_or_else(|| Error::invalid("parts.line", "is no line of this bill"))?;
            let before = of_lines.get(&part.line).copied().unwrap_or_default();
            let after = before.checked_add(part.minor).filter(|after| *after <= line.total);
            let after = after.filter(|_| part.minor > 0).ok_or_else(too_much)?;
            of_lines.insert(part.line, after);
            // From sum to sum, so that a line that is taken back in pieces leaves no tax behind.
            let tax = tax_in(line.tax, line.total, after) - tax_in(line.tax, line.total, before);
            taken.tax += tax;
            taken.minor += part.minor;
            *taken.net.entry(line.heading.clone()).or_default() += part.minor - tax;
        }
        if taken.minor == 0 {
            return Err(Error::invalid("parts", "must not be empty"));
        }
        Ok(taken)
    }
}

/// The tax in a part of a line, half rounded up.
fn tax_in(tax: i64, total: i64, part: i64) -> i64 {
    let (tax, total, part) = (i128::from(tax), i128::from(total.max(1)), i128::from(part));
    i64::try_from((2 * tax * part + total) / (2 * total)).unwrap_or_default()
}

fn known(tx: &mut Tx<'_>, community: CommunityId, bill: BillId, asked: &CreditBill) -> Result<bool, Error> {
    let sql = "SELECT bill_id, reason, parts FROM credit WHERE community_id = $1 AND id = $2";
    let Some(row) = tx.query_opt(sql, params![community, asked.id as CreditId])? else { return Ok(false) };
    let is_same = row.get::<BillId>(0)? == bill
        && row.get::<String>(1)? == asked.reason.trim()
        && row.json::<Vec<CreditPart>>(2)? == asked.parts;
    if is_same { Ok(true) } else { Err(reused()) }
}

fn reused() -> Error {
    Error::refused(Code::OperationReused, "the credit's id stands for something else")
}

fn too_much() -> Error {
    Error::invalid("parts.minor", "must be more than nothing, and not more than is left of the line")
}
