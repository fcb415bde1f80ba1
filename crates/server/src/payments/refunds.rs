//! Money that goes back: asked for by one person of the office, decided by another one, booked once.
//!
//! A payment goes back as a whole, by an entry that says the opposite of its own: the bills that it paid are owed again.
//! What a credit note took back of such a bill was kept, because it was paid; it returns to the bill, or the bill would be
//! owed though it was taken back, and the same money could go back twice.
//! What is kept for a household goes back in any part. Nothing moves before the second person agrees, and both that
//! they agree and what is there then are looked at under the lock of the household's account.
//!
//! What was booked for the wrong household is taken out of the books in the same way, though nothing goes back: what the
//! bank told is open again ([`bank::open_again`]), and can be booked for the right one.
//!
//! A payment by card goes back at its provider, which cannot be asked within a transaction. What it left for the household
//! is held until the provider has answered; then [`finish`] books all of it, or nothing.

use linli_wire::{
    Code, Timestamp,
    id::{BillId, CommunityId, HouseholdId, LedgerEntryId, PaymentId, PersonId, RefundId},
    payments::{
        AskRefund, DecideRefund, MAX_MINOR, MAX_REASON, MoneyBack, Payment, PaymentEvent, PaymentState,
        Refund, RefundState, Refunds, Way, next_payment,
    },
    sync::{Entity, Scope},
};

use super::{
    account, bank, bills, credit,
    numbers::{self, Paper},
    pay, relatives, today,
};
use crate::{
    Error,
    auth::Caller,
    card,
    db::{Row, Tx},
    input,
    ledger::{self, Account, Entry, Kind, Line, Movement, Posted},
    params,
};

/// In place of the way that money takes back: it stays where it is, since it was booked wrongly.
const STAYS: &str = "stays";
/// Decided refunds that are told beside those that wait.
const LAST: i64 = 50;

/// Asks for a refund. The same again is answered the same.
///
/// # Errors
/// `not_allowed`; `not_found`; `invalid_input`; `conflict` where the payment is not there to be given back, or less is
/// kept than is asked for; `operation_reused`; the database's.
pub fn ask(tx: &mut Tx<'_>, caller: &Caller, asked: &AskRefund) -> Result<Refund, Error> {
    caller.must_be_office()?;
    let community = caller.community;
    account::lock(tx, community, asked.household_id)?;
    if let Some(row) = row(tx, community, asked.id)? {
        let is_same = row.household == asked.household_id
            && row.payment == asked.payment_id
            && row.minor == asked.minor
            && row.reason == asked.reason.trim()
            && row.stays == asked.booked_wrongly
            && row.asked_by == caller.person;
        return if is_same { refund(tx, caller, asked.id) } else { Err(reused()) };
    }
    if !(1..=MAX_MINOR).contains(&asked.minor) {
        return Err(Error::invalid("minor", "must be more than nothing, and not too much"));
    }
    input::lines("reason", &asked.reason, MAX_REASON)?;
    if asked.reason.trim().is_empty() {
        return Err(Error::invalid("reason", "must not be empty"));
    }
    let (of, _) = today(tx, community)?;
    let way = match asked.payment_id {
        Some(id) => {
            let payment = to_give_back(tx, community, asked.household_id, id)?;
            if payment.minor != asked.minor {
                return Err(Error::invalid("minor", "must be all of the payment"));
            }
            let sql = "SELECT 1 FROM refund WHERE community_id = $1 AND payment_id = $2 AND state IN ('asked', 'going')";
            if tx.query_opt(sql, params![community, id])?.is_some() {
                return Err(Error::refused(Code::Conflict, "somebody asked for it already"));
            }
            if asked.booked_wrongly && !matches!(payment.way, Way::Counter | Way::Transfer) {
                return Err(Error::invalid(
                    "booked_wrongly",
                    "is for what came from the bank or at the counter",
                ));
            }
            if asked.booked_wrongly { STAYS } else { payment.way.as_str() }
        }
        None if asked.booked_wrongly => {
            return Err(Error::invalid("booked_wrongly", "must be about a payment"));
        }
        None if matches!(asked.way, Way::Counter | Way::Transfer) => {
            enough(tx, community, asked.household_id, &of.currency, asked.minor)?;
            asked.way.as_str()
        }
        None => return Err(Error::invalid("way", "must be the counter or a transfer")),
    };
    let now = tx.now();
    tx.execute(
        "INSERT INTO refund (community_id, id, household_id, payment_id, way, minor, currency, reason, asked_at, asked_by,
           state, held) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 'asked', 0)",
        params![
            community,
            asked.id,
            asked.household_id,
            asked.payment_id,
            way,
            asked.minor,
            &of.currency,
            asked.reason.trim(),
            now,
            caller.person
        ],
    )?;
    refund(tx, caller, asked.id)
}

/// Decides about a refund that somebody else asked for, and moves the money; of a payment by card, it is left to its
/// provider to do so. The same again is answered the same.
///
/// # Errors
/// `not_allowed`, also for whoever asked for it or would get it; `not_found`; `conflict` where it is decided otherwise, or what was to go
/// back is not there any more; the database's.
pub fn decide(tx: &mut Tx<'_>, caller: &Caller, id: RefundId, asked: DecideRefund) -> Result<Refund, Error> {
    caller.must_be_office()?;
    let community = caller.community;
    let household = row(tx, community, id)?.ok_or_else(Error::not_found)?.household;
    relatives::must_be_nobody_of(tx, caller, household)?;
    account::lock(tx, community, household)?;
    let row = row(tx, community, id)?.ok_or_else(Error::not_found)?;
    if row.asked_by == caller.person {
        return Err(Error::refused(Code::NotAllowed, "somebody else must decide"));
    }
    match row.state {
        RefundState::Asked => {}
        RefundState::Refused if !asked.goes_back => return refund(tx, caller, id),
        RefundState::Going | RefundState::Done | RefundState::Failed if asked.goes_back => {
            return refund(tx, caller, id);
        }
        _ => return Err(Error::refused(Code::Conflict, "it is decided already")),
    }
    let (mut state, mut held) = (RefundState::Refused, 0);
    if asked.goes_back {
        state = RefundState::Done;
        match row.payment {
            Some(payment) if row.way == Way::Card => {
                let payment = to_give_back(tx, community, household, payment)?;
                held = payment.kept.saturating_add(credited(tx, community, &payment)?);
                state = RefundState::Going;
            }
            Some(payment) => {
                let payment = to_give_back(tx, community, household, payment)?;
                give_back(tx, community, id, &row, &payment, (caller.person, None))?;
                if row.stays {
                    bank::open_again(tx, caller, LedgerEntryId(payment.id.0))?;
                }
            }
            None => pay_out(tx, caller, id, &row)?,
        }
    }
    let now = tx.now();
    tx.execute(
        "UPDATE refund SET state = $3, held = $4, decided_at = $5, decided_by = $6 WHERE community_id = $1 AND id = $2",
        params![community, id, state.as_str(), held, now, caller.person],
    )?;
    if row.payment.is_none() && state == RefundState::Done {
        tell(tx, community, id)?;
    }
    if let (Some(payment), RefundState::Going) = (row.payment, state) {
        card::note_refund(tx, community, payment, row.minor, id)?;
        account::tell(tx, community, household, &row.currency)?;
    }
    refund(tx, caller, id)
}

/// Ends a refund of a payment by card as its provider did: with the movement there, which is booked, or without one.
///
/// # Errors
/// The database's; `not_found` and `conflict` where it did not go on as [`decide`] left it.
pub(crate) fn finish(
    tx: &mut Tx<'_>,
    community: CommunityId,
    id: RefundId,
    movement: Option<Movement>,
) -> Result<(), Error> {
    let household = row(tx, community, id)?.ok_or_else(Error::not_found)?.household;
    account::lock(tx, community, household)?;
    let row = row(tx, community, id)?.ok_or_else(Error::not_found)?;
    let (Some(payment), RefundState::Going) = (row.payment, row.state) else {
        return Err(Error::refused(Code::Conflict, "the refund is not on its way"));
    };
    let state = if movement.is_some() { RefundState::Done } else { RefundState::Failed };
    let sql = "UPDATE refund SET state = $3, held = 0 WHERE community_id = $1 AND id = $2";
    tx.execute(sql, params![community, id, state.as_str()])?;
    match movement {
        // It has gone back: nothing that happened meanwhile keeps it from being booked.
        Some(movement) => {
            let payment = there(tx, community, household, payment)?;
            give_back(tx, community, id, &row, &payment, (row.decided_by()?, Some(movement)))
        }
        None => account::tell(tx, community, household, &row.currency),
    }
}

/// A refund, for somebody of the office.
///
/// # Errors
/// `not_allowed`; `not_found`; the database's.
pub fn get(tx: &mut Tx<'_>, caller: &Caller, id: RefundId) -> Result<Refund, Error> {
    caller.must_be_office()?;
    refund(tx, caller, id)
}

/// Refunds: those that wait, and the last that were decided.
///
/// # Errors
/// `not_allowed`; the database's.
pub fn refunds(tx: &mut Tx<'_>, caller: &Caller) -> Result<Refunds, Error> {
    caller.must_be_office()?;
    let waiting =
        format!("{REFUND} AND refund.state IN ('asked', 'going') ORDER BY refund.asked_at, refund.id");
    let mut rows = tx.query(&waiting, params![caller.community])?;
    let decided = format!(
        "{REFUND} AND refund.state NOT IN ('asked', 'going') ORDER BY refund.decided_at DESC, refund.id LIMIT $2"
    );
    rows.extend(tx.query(&decided, params![caller.community, LAST])?);
    let own = relatives::may_pay_for(tx, caller)?;
    Ok(Refunds { refunds: rows.iter().map(|row| refund_of(caller, &own, row)).collect::<Result<_, _>>()? })
}

/// All refunds of a household, newest first.
///
/// # Errors
/// The database's.
pub(super) fn of_household(
    tx: &mut Tx<'_>,
    caller: &Caller,
    household: HouseholdId,
) -> Result<Vec<Refund>, Error> {
    let sql =
        format!("{REFUND} AND refund.household_id = $2 ORDER BY refund.asked_at DESC, refund.id LIMIT $3");
    let rows = tx.query(&sql, params![caller.community, household, LAST])?;
    let own = relatives::may_pay_for(tx, caller)?;
    rows.iter().map(|row| refund_of(caller, &own, row)).collect()
}

/// A payment that can go back now.
fn to_give_back(
    tx: &mut Tx<'_>,
    community: CommunityId,
    household: HouseholdId,
    id: PaymentId,
) -> Result<Payment, Error> {
    let payment = there(tx, community, household, id)?;
    // What it left is kept for the household, and what was credited of its bills; if that was used meanwhile, it would be
    // owed by nobody.
    let needed = payment.kept.saturating_add(credited(tx, community, &payment)?);
    let comes_back = if payment.way == Way::Balance { payment.minor } else { 0 };
    enough(tx, community, household, &payment.currency, needed.saturating_sub(comes_back))?;
    Ok(payment)
}

/// A payment that was paid and did not go back.
fn there(
    tx: &mut Tx<'_>,
    community: CommunityId,
    household: HouseholdId,
    id: PaymentId,
) -> Result<Payment, Error> {
    let payment = pay::payment(tx, community, id)?;
    if payment.household_id != household {
        return Err(Error::not_found());
    }
    if payment.state != PaymentState::Paid {
        return Err(Error::refused(Code::Conflict, "the payment is not there to be given back"));
    }
    Ok(payment)
}

/// What is kept for the household because bills were credited that this payment had paid.
fn credited(tx: &mut Tx<'_>, community: CommunityId, payment: &Payment) -> Result<i64, Error> {
    payment.parts.iter().try_fold(0_i64, |sum, part| {
        let kept = credit::kept_of(tx, community, part.bill_id)?;
        Ok(sum.saturating_add(kept.min(part.minor)))
    })
}

fn enough(
    tx: &mut Tx<'_>,
    community: CommunityId,
    household: HouseholdId,
    currency: &str,
    minor: i64,
) -> Result<(), Error> {
    if minor > account::kept(tx, community, household, currency)? {
        return Err(Error::refused(Code::Conflict, "less is kept for the household"));
    }
    Ok(())
}

/// Books the opposite of a payment: by whom, and as which movement of its provider.
fn give_back(
    tx: &mut Tx<'_>,
    community: CommunityId,
    id: RefundId,
    of: &Asked,
    before: &Payment,
    (by, movement): (PersonId, Option<Movement>),
) -> Result<(), Error> {
    let (_, today) = today(tx, community)?;
    let payment = before.id;
    let (this, that) = (LedgerEntryId(id.0), LedgerEntryId(payment.0));
    let entry = ledger::opposite(tx, community, that, this, today.to_string(), of.reason.clone(), Some(by))?;
    let entry = Entry { movement, ..entry };
    if ledger::post(tx, community, &entry)? != Posted::New {
        return Err(reused());
    }
    let state = next_payment(before.state, PaymentEvent::GaveBack);
    tx.execute(
        "UPDATE payment SET state = $3, version = version + 1 WHERE community_id = $1 AND id = $2",
        params![community, payment, state.as_str()],
    )?;
    let paid: Vec<BillId> = before.parts.iter().map(|part| part.bill_id).collect();
    credit::put_on(tx, community, id, of.household, &paid, (&of.reason, by))?;
    bills::tell(tx, community, &paid)?;
    account::tell(tx, community, of.household, &before.currency)?;
    pay::tell(tx, community, payment).map(drop)
}

/// Books that a part of what is kept went back.
fn pay_out(tx: &mut Tx<'_>, caller: &Caller, id: RefundId, of: &Asked) -> Result<(), Error> {
    let community = caller.community;
    enough(tx, community, of.household, &of.currency, of.minor)?;
    let (_, today) = today(tx, community)?;
    let from = if of.way == Way::Transfer { Account::Bank } else { Account::Cash };
    let line = |account, minor| Line { account, minor, bill: None };
    let entry = Entry {
        id: LedgerEntryId(id.0),
        kind: Kind::Refund,
        currency: of.currency.clone(),
        day: today.to_string(),
        reason: of.reason.clone(),
        by: Some(caller.person),
        movement: Some(Movement { provider: "refund".to_owned(), id: id.to_string() }),
        reverses: None,
        lines: vec![line(Account::Prepaid(of.household), of.minor), line(from, -of.minor)],
    };
    if ledger::post(tx, community, &entry)? != Posted::New {
        return Err(reused());
    }
    account::tell(tx, community, of.household, &of.currency)
}

/// Tells the household that something of what was kept went back.
fn tell(tx: &mut Tx<'_>, community: CommunityId, id: RefundId) -> Result<(), Error> {
    let sql = "UPDATE refund SET version = version + 1 WHERE community_id = $1 AND id = $2";
    tx.execute(sql, params![community, id])?;
    let sql = format!("{MONEY_BACK} AND id = $2");
    let back = money_back_of(&tx.query_one(&sql, params![community, id])?)?;
    let scopes = [Scope::Payments(back.household_id)];
    tx.log_as(community, &scopes, Entity::MoneyBack, id.0, back.version, Some(&back))
}

/// What went back to households of what was kept, and they were told.
///
/// # Errors
/// The database's.
pub fn money_back(tx: &mut Tx<'_>, community: CommunityId) -> Result<Vec<MoneyBack>, Error> {
    let rows = tx.query(&format!("{MONEY_BACK} ORDER BY id"), params![community])?;
    rows.iter().map(money_back_of).collect()
}

const MONEY_BACK: &str =
    "SELECT id, version, household_id, way, minor, currency, decided_at, reason FROM refund
     WHERE community_id = $1 AND version > 0";

fn money_back_of(row: &Row) -> Result<MoneyBack, Error> {
    Ok(MoneyBack {
        id: row.get(0)?,
        version: row.get(1)?,
        household_id: row.get(2)?,
        way: Way::from_name(&row.get::<String>(3)?),
        minor: row.get(4)?,
        currency: row.get(5)?,
        at: row.get(6)?,
        reason: row.get(7)?,
    })
}

/// What was asked for.
struct Asked {
    household: HouseholdId,
    payment: Option<PaymentId>,
    way: Way,
    stays: bool,
    minor: i64,
    currency: String,
    reason: String,
    asked_by: PersonId,
    state: RefundState,
    decided_by: Option<PersonId>,
}

impl Asked {
    fn decided_by(&self) -> Result<PersonId, Error> {
        self.decided_by.ok_or_else(|| Error::refused(Code::Conflict, "nobody has decided yet"))
    }
}

fn row(tx: &mut Tx<'_>, community: CommunityId, id: RefundId) -> Result<Option<Asked>, Error> {
    let sql = "SELECT household_id, payment_id, way, minor, currency, reason, asked_by, state, decided_by
         FROM refund
         WHERE community_id = $1 AND id = $2";
    let Some(row) = tx.query_opt(sql, params![community, id])? else { return Ok(None) };
    Ok(Some(Asked {
        household: row.get(0)?,
        payment: row.get(1)?,
        way: Way::from_name(&row.get::<String>(2)?),
        stays: row.get::<String>(2)? == STAYS,
        minor: row.get(3)?,
        currency: row.get(4)?,
        reason: row.get(5)?,
        asked_by: row.get(6)?,
        state: RefundState::from_name(&row.get::<String>(7)?),
        decided_by: row.get(8)?,
    }))
}

fn refund(tx: &mut Tx<'_>, caller: &Caller, id: RefundId) -> Result<Refund, Error> {
    let sql = format!("{REFUND} AND refund.id = $2");
    let row = tx.query_opt(&sql, params![caller.community, id])?.ok_or_else(Error::not_found)?;
    let own = relatives::may_pay_for(tx, caller)?;
    refund_of(caller, &own, &row)
}

const REFUND: &str = "SELECT refund.id, refund.household_id, household.code, refund.payment_id, payment.year, payment.number,
       refund.way, refund.minor, refund.currency, refund.reason, refund.asked_at, asker.name, refund.asked_by,
       refund.state, refund.decided_at, decider.name
     FROM refund
     JOIN household ON household.community_id = refund.community_id AND household.id = refund.household_id
     JOIN person AS asker ON asker.community_id = refund.community_id AND asker.id = refund.asked_by
     LEFT JOIN person AS decider ON decider.community_id = refund.community_id AND decider.id = refund.decided_by
     LEFT JOIN payment ON payment.community_id = refund.community_id AND payment.id = refund.payment_id
     WHERE refund.community_id = $1";

/// A refund as somebody of the office sees it, who pays for the households `own`.
fn refund_of(caller: &Caller, own: &[HouseholdId], row: &Row) -> Result<Refund, Error> {
    let (year, number): (Option<i64>, Option<i64>) = (row.get(4)?, row.get(5)?);
    let state = RefundState::from_name(&row.get::<String>(13)?);
    let decided_at: Option<Timestamp> = row.get(14)?;
    let household_id: HouseholdId = row.get(1)?;
    let is_concerned = row.get::<PersonId>(12)? == caller.person || own.contains(&household_id);
    Ok(Refund {
        id: row.get(0)?,
        household_id,
        code: row.get(2)?,
        payment_id: row.get(3)?,
        receipt: year.zip(number).map(|(year, number)| numbers::written(Paper::Receipt, year, number)),
        way: Way::from_name(&row.get::<String>(6)?),
        booked_wrongly: row.get::<String>(6)? == STAYS,
        minor: row.get(7)?,
        currency: row.get(8)?,
        reason: row.get(9)?,
        asked_at: row.get(10)?,
        asked_by: row.get(11)?,
        state,
        decided_at,
        decided_by: row.get(15)?,
        may_decide: state == RefundState::Asked && !is_concerned,
    })
}

fn reused() -> Error {
    Error::refused(Code::OperationReused, "the refund's id stands for something else")
}
