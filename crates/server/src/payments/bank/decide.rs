//! What becomes of a movement: a payment, spending, or nothing that the ledger cares about.

use linli_wire::{
    Code,
    id::{BankMovementId, BillId, CommunityId, HouseholdId, LedgerEntryId, PaymentId},
    payments::{
        BankMovement, BankMovementState, BookMovement, MAX_REASON, SetMovementAside, Spend, SpendMovement,
    },
};

use sha2::{Digest as _, Sha256};

use super::{
    super::{pay, spending, today},
    KEPT, Kept, list, settle,
};
use crate::{
    Error,
    auth::Caller,
    calendar::Calendar,
    db::Tx,
    input,
    ledger::{self, Kind},
    params,
};

/// Books what came in as a payment of a household: also a refund that came back, which is kept for it again. The same again
/// is the same.
///
/// # Errors
/// `not_allowed`; `not_found`; `conflict` for what did not come in as a payment, and for what is booked as something
/// else; the database's.
pub fn book(
    tx: &mut Tx<'_>,
    caller: &Caller,
    id: BankMovementId,
    asked: &BookMovement,
) -> Result<BankMovement, Error> {
    caller.must_be_office()?;
    let kept = locked(tx, caller, id)?;
    if let Some(entry) = kept.entry {
        let sql = "SELECT household_id, meant_for FROM payment WHERE community_id = $1 AND id = $2";
        let row = tx.query_opt(sql, params![caller.community, entry])?;
        let is_same = match row {
            Some(row) => {
                row.get::<HouseholdId>(0)? == asked.household_id && row.json::<Vec<BillId>>(1)? == asked.bills
            }
            None => false,
        };
        return if is_same { list::movement(tx, caller, id) } else { decided(tx, caller, id) };
    }
    let currency = today(tx, caller.community)?.0.currency;
    let has_come_back = kept.movement.currency == currency
        && asked.bills.is_empty()
        && list::came_back(tx, caller, &kept)?.contains(&asked.household_id);
    if !kept.is_payment(&currency) && !has_come_back {
        return Err(Error::refused(Code::Conflict, "the movement is no payment in the community's currency"));
    }
    put(tx, caller, &kept, asked.household_id, &asked.bills)?;
    list::movement(tx, caller, id)
}

/// Books a movement that nobody decided about, on the bank's day.
pub(super) fn put(
    tx: &mut Tx<'_>,
    caller: &Caller,
    kept: &Kept,
    household: HouseholdId,
    bills: &[BillId],
) -> Result<(), Error> {
    let community = caller.community;
    let (of, _) = today(tx, community)?;
    let day = kept.movement.booked;
    let came = (day, Calendar::of(&of)?.begins(day)?);
    let (id, moved) = next(tx, community, b"linli bank payment v1", kept)?;
    let id = PaymentId(id.0);
    let money = (kept.movement.minor, moved);
    pay::from_bank(tx, community, caller.person, (id, household, bills), money, came)?;
    is_now(tx, caller, kept.id, BankMovementState::Booked, "", Some(LedgerEntryId(id.0)))
}

/// The names of the next entry of a movement that is open: they count how often it was booked and opened again.
pub(super) fn next(
    tx: &mut Tx<'_>,
    community: CommunityId,
    what: &[u8],
    kept: &Kept,
) -> Result<(LedgerEntryId, ledger::Movement), Error> {
    let mut attempt = 0_u32;
    while ledger::moved(tx, community, &kept.moved(attempt))?.is_some() {
        attempt += 1;
    }
    let hash = Sha256::new_with_prefix(what).chain_update(kept.id.0);
    // The first is named as it was when there was no second.
    let hash = if attempt == 0 { hash } else { hash.chain_update(attempt.to_le_bytes()) };
    Ok((LedgerEntryId(crate::derived::id(hash)), kept.moved(attempt)))
}

/// Opens a movement again whose entry was taken back because it had been booked wrongly; nothing where the entry was no
/// movement of the bank.
///
/// # Errors
/// The database's.
pub(in crate::payments) fn open_again(
    tx: &mut Tx<'_>,
    caller: &Caller,
    entry: LedgerEntryId,
) -> Result<(), Error> {
    let sql = "SELECT id FROM bank_movement WHERE community_id = $1 AND entry_id = $2";
    let Some(row) = tx.query_opt(sql, params![caller.community, entry])? else { return Ok(()) };
    is_now(tx, caller, row.get(0)?, BankMovementState::Open, "", None)
}

/// Books what went out as spending. The same again is the same.
///
/// # Errors
/// As [`book`]; `not_found` also for a heading that there is not; `conflict` also for what the books may hold already,
/// unless it is something else.
pub fn spend(
    tx: &mut Tx<'_>,
    caller: &Caller,
    id: BankMovementId,
    asked: &SpendMovement,
) -> Result<BankMovement, Error> {
    caller.must_be_office()?;
    let kept = locked(tx, caller, id)?;
    // Spending of a statement is never taken back, so what is booked as such is the last that it is booked as.
    let (entry, moved) = match kept.entry {
        Some(known) => match ledger::movement(tx, caller.community, known, Kind::Spending)? {
            Some(moved) => (known, moved),
            None => return decided(tx, caller, id),
        },
        None => next(tx, caller.community, b"linli bank spending v1", &kept)?,
    };
    let movement = &kept.movement;
    if movement.minor >= 0
        || movement.reversal
        || movement.currency != today(tx, caller.community)?.0.currency
    {
        return Err(Error::refused(
            Code::Conflict,
            "the movement is no spending in the community's currency",
        ));
    }
    if kept.entry.is_none() && !asked.is_other {
        settle::must_be_new(tx, caller, &kept)?;
    }
    let spent = Spend {
        id: entry,
        day: movement.booked.to_string(),
        heading: asked.heading.clone(),
        minor: movement.minor.saturating_neg(),
        words: asked.words.clone(),
        in_cash: false,
    };
    spending::put_moved(tx, caller.community, caller.person, &spent, Some(moved))?;
    if kept.entry.is_none() {
        is_now(tx, caller, id, BankMovementState::Booked, "", Some(entry))?;
    }
    list::movement(tx, caller, id)
}

/// Sets a movement aside: it is none of the ledger's business. The same again is the same.
///
/// # Errors
/// `not_allowed`; `not_found`; `invalid_input` for no reason; `conflict` when it is booked, or was set aside for another
/// reason; the database's.
pub fn set_aside(
    tx: &mut Tx<'_>,
    caller: &Caller,
    id: BankMovementId,
    asked: &SetMovementAside,
) -> Result<BankMovement, Error> {
    caller.must_be_office()?;
    input::lines("reason", &asked.reason, MAX_REASON)?;
    let reason = asked.reason.trim();
    if reason.is_empty() {
        return Err(Error::invalid("reason", "must not be empty"));
    }
    let kept = locked(tx, caller, id)?;
    match kept.state {
        BankMovementState::Open => is_now(tx, caller, id, BankMovementState::SetAside, reason, None)?,
        BankMovementState::SetAside if kept.reason == reason => {}
        _ => return decided(tx, caller, id),
    }
    list::movement(tx, caller, id)
}

/// A movement, locked until the end of the transaction: whoever else decides about it waits.
pub(super) fn locked(tx: &mut Tx<'_>, caller: &Caller, id: BankMovementId) -> Result<Kept, Error> {
    let sql = format!("{KEPT} AND id = $2");
    let row = tx.query_locked(&sql, params![caller.community, id])?.ok_or_else(Error::not_found)?;
    Kept::of(&row)
}

/// Somebody decided otherwise.
pub(super) fn decided(tx: &mut Tx<'_>, caller: &Caller, id: BankMovementId) -> Result<BankMovement, Error> {
    let current = list::movement(tx, caller, id)?;
    Err(Error::conflict(&current, "somebody decided about the movement before")?)
}

pub(super) fn is_now(
    tx: &mut Tx<'_>,
    caller: &Caller,
    id: BankMovementId,
    state: BankMovementState,
    reason: &str,
    entry: Option<LedgerEntryId>,
) -> Result<(), Error> {
    let sql = "UPDATE bank_movement SET state = $3, reason = $4, entry_id = $5, person_id = $6
         WHERE community_id = $1 AND id = $2";
    tx.execute(sql, params![caller.community, id, state.as_str(), reason, entry, caller.person])?;
    Ok(())
}
