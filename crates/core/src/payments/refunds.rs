//! Money that goes back, asked of the server while somebody of the office waits.

use linli_wire::{
    command::{DecideOnRefund, RefundMoney},
    id::RefundId,
    payments::{AskRefund, DecideRefund, Refund},
};

use crate::{
    account::{Account, authorised},
    error::Result,
};

/// Asks for a refund.
///
/// # Errors
/// The server's; `server_unreachable` when nobody knows whether it was asked for.
pub(crate) async fn ask(account: &Account, asked: RefundMoney) -> Result<Refund> {
    let RefundMoney { attempt, household_id, payment_id, way, minor, reason } = asked;
    let request = AskRefund { id: RefundId(attempt.0), household_id, payment_id, way, minor, reason };
    authorised!(account, |api| api.post("/v1/refunds", &request))
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
