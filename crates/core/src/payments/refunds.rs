//! Money that goes back, asked of the server while somebody of the office waits.

use linli_wire::{
    command::{DecideOnRefund, RefundMoney},
    id::RefundId,
    payments::{AskRefund, DecideRefund, Refund},
    typed::TypedPlace,
};

use crate::{
    account::{Account, authorised},
    error::Result,
    typed,
};

/// Asks for a refund. Once it was asked for, the reason is not kept as typed any more.
///
/// # Errors
/// The server's; `server_unreachable` when nobody knows whether it was asked for.
pub(crate) async fn ask(account: &Account, asked: RefundMoney) -> Result<Refund> {
    let RefundMoney { attempt, household_id, payment_id, way, minor, reason, booked_wrongly } = asked;
    let id = RefundId(attempt.0);
    let request = AskRefund { id, household_id, payment_id, way, minor, reason, booked_wrongly };
    let refund = authorised!(account, |api| api.post("/v1/refunds", &request))?;
    let place =
        payment_id.map_or(TypedPlace::KeptRefund { id: household_id }, |id| TypedPlace::PaymentRefund { id });
    // It was asked for all the same when nothing more can be written.
    let _ = account.cache.write(|tx| typed::forget(tx, place));
    Ok(refund)
}

/// Decides about a refund that somebody else asked for.
///
/// # Errors
/// The server's; `server_unreachable` when nobody knows whether the money went back.
pub(crate) async fn decide(account: &Account, asked: DecideOnRefund) -> Result<Refund> {
    let path = format!("/v1/refunds/{}/decide", asked.id);
    let request = DecideRefund { goes_back: asked.goes_back };
    authorised!(account, |api| api.post(&path, &request))
}
