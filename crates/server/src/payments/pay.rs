//! Payments: laid on bills in the order that was asked for, booked once.

mod card;

use std::collections::BTreeSet;

use jiff::civil::Date;
use linli_wire::{
    Code, Timestamp,
    id::{BillId, CommunityId, HouseholdId, LedgerEntryId, PaymentId, PersonId, RefundId},
    payments::{
        BalancePayment, Bill, CounterPayment, GivenBack, MAX_BILLS_AT_ONCE, MAX_MINOR, Payment, PaymentPart,
        PaymentState, Way,
    },
    sync::{Entity, Scope},
};

use sha2::{Digest as _, Sha256};

pub(crate) use card::{begin_by_card, move_by_card};

use super::{
    account,
    bills::{self, Bills},
    numbers::{self, Paper},
    today,
};
use crate::{
    Error,
    auth::Caller,
    db::{Row, Tx},
    error::json,
    ledger::{self, Account, Entry, Kind, Line, Movement, Posted},
    params,
};

/// Takes money at the counter. The same payment again is answered the same; what the bills do not ask for is kept for
/// the household.
///
/// # Errors
/// `not_allowed`; `invalid_input`; `not_found` for a household or a bill of others; `operation_reused` when the id
/// stands for something else; the database's.
pub fn counter(tx: &mut Tx<'_>, caller: &Caller, asked: &CounterPayment) -> Result<Payment, Error> {
    caller.must_be_office()?;
    let new = New {
        id: asked.id,
        household: asked.household_id,
        way: Way::Counter,
        minor: asked.minor,
        bills: &asked.bills,
        by: Some(caller.person),
        payer: "",
        came: None,
        movement: None,
    };
    book(tx, caller.community, &new)
}

/// Pays bills from what is kept for the household. The same payment again is answered the same.
///
/// # Errors
/// `not_found` for a household or a bill of others; `invalid_input`; `conflict` where less is kept or owed by now than
/// was asked for; `operation_reused` when the id stands for something else; the database's.
pub fn balance(tx: &mut Tx<'_>, caller: &Caller, asked: &BalancePayment) -> Result<Payment, Error> {
    if caller.household != Some(asked.household_id) {
        return Err(Error::not_found());
    }
    let new = New {
        id: asked.id,
        household: asked.household_id,
        way: Way::Balance,
        minor: asked.minor,
        bills: &asked.bills,
        by: Some(caller.person),
        payer: &caller.name,
        came: None,
        movement: None,
    };
    book(tx, caller.community, &new)
}

/// What is left of a bill, paid by itself.
///
/// # Errors
/// As [`balance`].
pub(super) fn automatic(
    tx: &mut Tx<'_>,
    community: CommunityId,
    household: HouseholdId,
    id: PaymentId,
    (bill, minor): (BillId, i64),
) -> Result<Payment, Error> {
    let (way, bills) = (Way::Balance, &[bill]);
    let new = New { id, household, way, minor, bills, by: None, payer: "", came: None, movement: None };
    book(tx, community, &new)
}

/// Whether a payment of this id is there, whatever became of it.
///
/// # Errors
/// The database's.
pub(super) fn is_known(tx: &mut Tx<'_>, community: CommunityId, id: PaymentId) -> Result<bool, Error> {
    let sql = "SELECT 1 FROM payment WHERE community_id = $1 AND id = $2";
    Ok(tx.query_opt(sql, params![community, id])?.is_some())
}

/// A payment as it is asked for.
struct New<'a> {
    id: PaymentId,
    household: HouseholdId,
    way: Way,
    minor: i64,
    bills: &'a [BillId],
    by: Option<PersonId>,
    /// The full name of who pays in the app; empty for what comes otherwise.
    payer: &'a str,
    /// When it came, where that is not now.
    came: Option<(Date, Timestamp)>,
    /// What its provider calls it; none where nobody but us has a name for it.
    movement: Option<Movement>,
}

/// Money of before that came to the bank for one bill, on a day.
///
/// # Errors
/// As [`counter`].
pub(super) fn past_transfer(
    tx: &mut Tx<'_>,
    community: CommunityId,
    by: PersonId,
    (household, bill, minor): (HouseholdId, BillId, i64),
    came: (Date, Timestamp),
) -> Result<(), Error> {
    let hash = Sha256::new_with_prefix(b"linli past payment v1").chain_update(bill.0);
    let id = PaymentId(crate::derived::id(hash));
    let new = New {
        id,
        household,
        way: Way::Transfer,
        minor,
        bills: &[bill],
        by: Some(by),
        payer: "",
        came: Some(came),
        movement: None,
    };
    book(tx, community, &new).map(drop)
}

/// Money that a statement of the bank tells of, booked on the bank's day.
///
/// # Errors
/// As [`counter`].
pub(super) fn from_bank(
    tx: &mut Tx<'_>,
    community: CommunityId,
    by: PersonId,
    (id, household, bills): (PaymentId, HouseholdId, &[BillId]),
    (minor, movement): (i64, Movement),
    came: (Date, Timestamp),
) -> Result<Payment, Error> {
    let (way, came, movement) = (Way::Transfer, Some(came), Some(movement));
    book(tx, community, &New { id, household, way, minor, bills, by: Some(by), payer: "", came, movement })
}

fn book(tx: &mut Tx<'_>, community: CommunityId, new: &New<'_>) -> Result<Payment, Error> {
    check(new)?;
    account::lock(tx, community, new.household)?;
    if let Some(known) = known(tx, community, new)? {
        return Ok(known);
    }
    let (of, today) = today(tx, community)?;
    let (currency, now) = (of.currency, tx.now());
    let (today, at) = new.came.unwrap_or((today, now));
    let meant = meant(tx, community, new, &currency)?;
    let (_, left) = laid(new.minor, &meant);
    if new.way == Way::Balance {
        let kept = account::kept(tx, community, new.household, &currency)?;
        if left > 0 || kept < new.minor {
            return Err(Error::refused(Code::Conflict, "less is kept, or owed, than was asked for"));
        }
    }
    let number = post(tx, community, new, &meant, today, &currency)?;
    insert(tx, community, new, &currency, at, Some((i64::from(today.year()), number)))?;
    tell_of_all(tx, community, new, &meant, &currency)
}

fn check(new: &New<'_>) -> Result<(), Error> {
    if !(1..=MAX_MINOR).contains(&new.minor) {
        return Err(Error::invalid("minor", "must be more than nothing, and not too much"));
    }
    let bills: BTreeSet<BillId> = new.bills.iter().copied().collect();
    if new.bills.len() > MAX_BILLS_AT_ONCE || bills.len() < new.bills.len() {
        return Err(Error::invalid("bills", "must not be too many, nor one of them twice"));
    }
    Ok(())
}

/// The bills that a payment is meant for, as they stand.
fn meant(tx: &mut Tx<'_>, community: CommunityId, new: &New<'_>, currency: &str) -> Result<Vec<Bill>, Error> {
    let mut meant = Vec::with_capacity(new.bills.len());
    for id in new.bills {
        let bill = bills::bill(tx, community, *id)?;
        if bill.household_id != new.household {
            return Err(Error::not_found());
        }
        if bill.currency != currency {
            return Err(Error::invalid("bills", "are in another currency"));
        }
        meant.push(bill);
    }
    Ok(meant)
}

/// Posts the entry of money that is there, and takes the number of its receipt.
fn post(
    tx: &mut Tx<'_>,
    community: CommunityId,
    new: &New<'_>,
    meant: &[Bill],
    today: Date,
    currency: &str,
) -> Result<i64, Error> {
    let (parts, left) = laid(new.minor, meant);
    let entry = entry(new, &today.to_string(), currency, &parts, left);
    if ledger::post(tx, community, &entry)? != Posted::New {
        return Err(Error::refused(Code::OperationReused, "the payment's id stands for something else"));
    }
    numbers::take(tx, community, Paper::Receipt, i64::from(today.year()), 1)
}

/// Writes the row of a payment: paid with a receipt, begun without one.
fn insert(
    tx: &mut Tx<'_>,
    community: CommunityId,
    new: &New<'_>,
    currency: &str,
    at: Timestamp,
    receipt: Option<(i64, i64)>,
) -> Result<(), Error> {
    let (year, number) = receipt.unzip();
    let state = if receipt.is_some() { PaymentState::Paid } else { PaymentState::Begun };
    tx.execute(
        "INSERT INTO payment (community_id, id, version, household_id, way, state, minor, currency, meant_for, at,
           booked_at, year, number, person_id, payer)
         VALUES ($1, $2, 1, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)",
        params![
            community,
            new.id,
            new.household,
            new.way.as_str(),
            state.as_str(),
            new.minor,
            currency,
            &json(&new.bills)?,
            at,
            receipt.map(|_| at),
            year,
            number,
            new.by,
            new.payer
        ],
    )?;
    Ok(())
}

/// Tells the household of a payment that was booked, and of all that it changed.
fn tell_of_all(
    tx: &mut Tx<'_>,
    community: CommunityId,
    new: &New<'_>,
    meant: &[Bill],
    currency: &str,
) -> Result<Payment, Error> {
    let paid: Vec<BillId> = laid(new.minor, meant).0.iter().map(|part| part.bill_id).collect();
    bills::tell(tx, community, &paid)?;
    account::tell(tx, community, new.household, currency)?;
    tell(tx, community, new.id)
}

/// The payment of this id, if it is there and the one that is asked for.
fn known(tx: &mut Tx<'_>, community: CommunityId, new: &New<'_>) -> Result<Option<Payment>, Error> {
    let sql = "SELECT household_id, way, minor, meant_for FROM payment WHERE community_id = $1 AND id = $2";
    let Some(row) = tx.query_opt(sql, params![community, new.id])? else { return Ok(None) };
    let is_same = row.get::<HouseholdId>(0)? == new.household
        && Way::from_name(&row.get::<String>(1)?) == new.way
        && row.get::<i64>(2)? == new.minor
        && row.json::<Vec<BillId>>(3)? == new.bills;
    if !is_same {
        return Err(Error::refused(Code::OperationReused, "the payment's id stands for something else"));
    }
    payment(tx, community, new.id).map(Some)
}

/// An amount laid on bills in their order, none above what is owed of it; and what is left.
fn laid(minor: i64, bills: &[Bill]) -> (Vec<PaymentPart>, i64) {
    let mut left = minor;
    let mut parts = Vec::new();
    for bill in bills {
        let part = left.min(bill.owed);
        if part > 0 {
            left -= part;
            parts.push(PaymentPart { bill_id: bill.id, number: bill.number.clone(), minor: part });
        }
    }
    (parts, left)
}

fn entry(new: &New<'_>, today: &str, currency: &str, parts: &[PaymentPart], left: i64) -> Entry {
    let (kind, from, movement) = match new.way {
        Way::Balance => (Kind::Prepaid, Account::Prepaid(new.household), None),
        way => {
            let ours = || Movement { provider: way.as_str().to_owned(), id: new.id.to_string() };
            let account = match way {
                Way::Transfer => Account::Bank,
                Way::Card => Account::Card,
                _ => Account::Cash,
            };
            (Kind::Payment, account, Some(new.movement.clone().unwrap_or_else(ours)))
        }
    };
    let mut lines = vec![Line { account: from, minor: new.minor, bill: None }];
    lines.extend(parts.iter().map(|part| Line {
        account: Account::Receivable(new.household),
        minor: -part.minor,
        bill: Some(part.bill_id),
    }));
    if left > 0 {
        lines.push(Line { account: Account::Prepaid(new.household), minor: -left, bill: None });
    }
    Entry {
        id: LedgerEntryId(new.id.0),
        kind,
        currency: currency.to_owned(),
        day: today.to_owned(),
        reason: String::new(),
        by: new.by,
        movement,
        reverses: None,
        lines,
    }
}

/// Tells the household of a payment as it stands.
pub(super) fn tell(tx: &mut Tx<'_>, community: CommunityId, id: PaymentId) -> Result<Payment, Error> {
    let payment = payment(tx, community, id)?;
    let scopes = [Scope::Payments(payment.household_id)];
    tx.log_as(community, &scopes, Entity::Payment, id.0, payment.version, Some(&payment))?;
    Ok(payment)
}

/// A payment as it stands.
///
/// # Errors
/// `not_found`; the database's.
pub(crate) fn payment(tx: &mut Tx<'_>, community: CommunityId, id: PaymentId) -> Result<Payment, Error> {
    let sql = format!("{PAYMENT} AND payment.id = $2");
    let row = tx.query_opt(&sql, params![community, id])?.ok_or_else(Error::not_found)?;
    payment_of(tx, community, &row)
}

/// Payments as they stand, newest first: of a household, or of all of them.
///
/// # Errors
/// The database's.
pub fn payments(tx: &mut Tx<'_>, community: CommunityId, which: Bills) -> Result<Vec<Payment>, Error> {
    let rows = match which {
        Bills::One(_) => Vec::new(),
        Bills::Of(household) => {
            let sql = format!("{PAYMENT} AND payment.household_id = $2 ORDER BY payment.at DESC, payment.id");
            tx.query(&sql, params![community, household])?
        }
        Bills::All => {
            tx.query(&format!("{PAYMENT} ORDER BY payment.at DESC, payment.id"), params![community])?
        }
    };
    rows.iter().map(|row| payment_of(tx, community, row)).collect()
}

const PAYMENT: &str = "SELECT payment.id, payment.version, payment.household_id, payment.way, payment.state,
       payment.minor, payment.currency, payment.at, payment.booked_at, payment.year, payment.number, back.at, back.reason,
       payment.meant_for, payment.payer, refund.id
     FROM payment LEFT JOIN ledger_entry AS back ON back.community_id = payment.community_id AND back.reverses = payment.id
     LEFT JOIN refund ON refund.community_id = back.community_id AND refund.id = back.id AND refund.way = 'stays'
     WHERE payment.community_id = $1";

fn payment_of(tx: &mut Tx<'_>, community: CommunityId, row: &Row) -> Result<Payment, Error> {
    let id: PaymentId = row.get(0)?;
    let (parts, kept) = went_to(tx, community, id)?;
    let (year, number): (Option<i64>, Option<i64>) = (row.get(9)?, row.get(10)?);
    let (back_at, back_reason): (Option<Timestamp>, Option<String>) = (row.get(11)?, row.get(12)?);
    let booked_wrongly = row.get::<Option<RefundId>>(15)?.is_some();
    let way = Way::from_name(&row.get::<String>(3)?);
    Ok(Payment {
        id,
        version: row.get(1)?,
        household_id: row.get(2)?,
        payer: Some(row.get::<String>(14)?).filter(|payer| !payer.is_empty()),
        way,
        state: PaymentState::from_name(&row.get::<String>(4)?),
        minor: row.get(5)?,
        currency: row.get(6)?,
        at: row.get(7)?,
        booked_at: row.get(8)?,
        receipt: year.zip(number).map(|(year, number)| numbers::written(Paper::Receipt, year, number)),
        meant_for: if way == Way::Card { row.json(13)? } else { Vec::new() },
        parts,
        kept,
        given_back: back_at.zip(back_reason).map(|(at, reason)| GivenBack { at, reason, booked_wrongly }),
    })
}

/// What the ledger says of a payment: which bills it paid, and what of it is kept.
fn went_to(tx: &mut Tx<'_>, community: CommunityId, id: PaymentId) -> Result<(Vec<PaymentPart>, i64), Error> {
    let sql = "SELECT posting.bill_id, posting.minor, account.kind, bill.year, bill.number
         FROM posting JOIN ledger_account AS account
           ON account.community_id = posting.community_id AND account.id = posting.account_id
         LEFT JOIN bill ON bill.community_id = posting.community_id AND bill.id = posting.bill_id
         WHERE posting.community_id = $1 AND posting.entry_id = $2 AND posting.minor < 0 ORDER BY posting.line";
    let (mut parts, mut kept) = (Vec::new(), 0_i64);
    for row in tx.query(sql, params![community, id])? {
        let minor = row.get::<i64>(1)?.saturating_neg();
        match (row.get::<Option<BillId>>(0)?, row.get::<Option<i64>>(3)?, row.get::<Option<i64>>(4)?) {
            (Some(bill_id), Some(year), Some(number)) => {
                parts.push(PaymentPart {
                    bill_id,
                    number: numbers::written(Paper::Bill, year, number),
                    minor,
                });
            }
            _ if row.get::<String>(2)? == "prepaid" => kept = kept.saturating_add(minor),
            _ => {}
        }
    }
    Ok((parts, kept))
}
