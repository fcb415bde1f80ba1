//! Payments by card, as far as the household and the ledger see them: begun, moved, and booked when the money came.

use linli_wire::{
    Code,
    id::{CommunityId, LedgerEntryId, PaymentId},
    payments::{CardPayment, Payment, PaymentEvent, Way, next_payment},
};

use super::{New, check, insert, known, laid, meant, payment, post, tell, tell_of_all};
use crate::{
    Error,
    auth::Caller,
    db::Tx,
    ledger::{self, Movement},
    params,
    payments::{account, relatives, today},
};

/// Notes that somebody pays by card, before the provider is asked. The same payment again is answered as it stands.
///
/// # Errors
/// As [`balance`], but that nothing needs to be kept.
pub(crate) fn begin_by_card(tx: &mut Tx<'_>, caller: &Caller, asked: &CardPayment) -> Result<Payment, Error> {
    relatives::hold(tx, caller, asked.household_id)?;
    let new = New {
        id: asked.id,
        household: asked.household_id,
        way: Way::Card,
        minor: asked.minor,
        bills: &asked.bills,
        by: Some(caller.person),
        payer: &caller.name,
        came: None,
        movement: None,
    };
    let community = caller.community;
    check(&new)?;
    account::lock(tx, community, new.household)?;
    if let Some(known) = known(tx, community, &new)? {
        return Ok(known);
    }
    // Money that comes later is booked under this id.
    if !ledger::lines(tx, community, LedgerEntryId(new.id.0))?.is_empty() {
        return Err(Error::refused(Code::OperationReused, "the payment's id stands for something else"));
    }
    let (of, _) = today(tx, community)?;
    let meant = meant(tx, community, &new, &of.currency)?;
    if laid(new.minor, &meant).1 > 0 {
        return Err(Error::refused(Code::Conflict, "less is owed than was asked for"));
    }
    let now = tx.now();
    insert(tx, community, &new, &of.currency, now, None)?;
    tell(tx, community, new.id)
}

/// Moves a payment by card, as far as what happened to it moves it; money that came is booked, and laid on the bills as
/// they stand by now.
///
/// # Errors
/// `not_found`; `operation_reused` when the movement stands in the ledger already; the database's.
pub(crate) fn move_by_card(
    tx: &mut Tx<'_>,
    community: CommunityId,
    id: PaymentId,
    event: PaymentEvent,
    movement: Movement,
) -> Result<Payment, Error> {
    let before = payment(tx, community, id)?;
    account::lock(tx, community, before.household_id)?;
    // Again, now that nobody else moves it.
    let before = payment(tx, community, id)?;
    let state = next_payment(before.state, event);
    if before.way != Way::Card || state == before.state {
        return Ok(before);
    }
    let now = tx.now();
    let sql = "UPDATE payment SET version = version + 1, state = $3, booked_at = $4, year = $5, number = $6
         WHERE community_id = $1 AND id = $2";
    if event != PaymentEvent::Came {
        let none = None::<i64>;
        tx.execute(sql, params![community, id, state.as_str(), none, none, none])?;
        return tell(tx, community, id);
    }
    let by = tx.query_one(
        "SELECT person_id FROM payment WHERE community_id = $1 AND id = $2",
        params![community, id],
    )?;
    let new = New {
        id,
        household: before.household_id,
        way: Way::Card,
        minor: before.minor,
        bills: &before.meant_for,
        by: by.get(0)?,
        // It stands there already.
        payer: "",
        came: None,
        movement: Some(movement),
    };
    let (_, today) = today(tx, community)?;
    let meant = meant(tx, community, &new, &before.currency)?;
    let number = post(tx, community, &new, &meant, today, &before.currency)?;
    tx.execute(sql, params![community, id, state.as_str(), now, i64::from(today.year()), number])?;
    tell_of_all(tx, community, &new, &meant, &before.currency)
}
