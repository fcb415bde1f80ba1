//! Money of a payment by card that goes back: [`payments::decide_refund`] says that it does, the provider whether it did.

use linli_wire::{
    Code,
    id::{CommunityId, PaymentId, RefundId},
};

use super::{
    here,
    provider::{GiveBack, RefundState, Trouble},
    tend::pause,
    unclear,
};
use crate::{App, Error, db::Tx, ledger::Movement, params, payments};

/// A refund as it stands.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Refund {
    /// Our name for it.
    pub id: RefundId,
    /// Of which payment.
    pub payment: PaymentId,
    /// How much.
    pub minor: i64,
    /// How it stands.
    pub state: RefundState,
    /// What the provider calls it; none before it answered.
    pub provider_id: Option<String>,
}

/// Notes that a payment goes back, as a whole, before the provider is asked: [`go_on`], by whoever comes first.
///
/// # Errors
/// `not_found` for no such payment by card; the database's.
pub(crate) fn note_refund(
    tx: &mut Tx<'_>,
    community: CommunityId,
    payment: PaymentId,
    minor: i64,
    id: RefundId,
) -> Result<(), Error> {
    let sql = "SELECT 1 FROM card_payment WHERE community_id = $1 AND payment_id = $2 AND intent IS NOT NULL";
    tx.query_opt(sql, params![community, payment])?.ok_or_else(Error::not_found)?;
    let now = tx.now();
    tx.execute(
        "INSERT INTO card_refund (community_id, id, payment_id, minor, state, at, asked, ask_at)
         VALUES ($1, $2, $3, $4, $5, $6, 0, $7)",
        params![community, id, payment, minor, RefundState::Begun.as_str(), now, now.plus_millis(pause(0))],
    )?;
    Ok(())
}

/// Asks the provider for a refund that is noted, or how it stands, and books what it says. Asked again, it is the same.
///
/// # Errors
/// `not_found` for no such refund, or where nobody can pay by card; `server_unreachable` when the provider did not answer:
/// it is asked again by itself; the database's.
pub(crate) async fn go_on(app: &App, community: CommunityId, id: RefundId) -> Result<Refund, Error> {
    let provider = here(app)?;
    let name = provider.name();
    let read = move |tx: &mut Tx<'_>| {
        let refund = get(tx, community, id)?.ok_or_else(Error::not_found)?;
        let paid = payments::payment(tx, community, refund.payment)?;
        let sql = "SELECT intent FROM card_payment WHERE community_id = $1 AND payment_id = $2";
        let intent: Option<String> = tx.query_one(sql, params![community, refund.payment])?.get(0)?;
        Ok((refund, paid.currency, intent.ok_or_else(Error::not_found)?))
    };
    let (refund, currency, intent) = app.db.read(read).await?;
    if matches!(refund.state, RefundState::Done | RefundState::Failed) {
        return Ok(refund);
    }
    let asked = GiveBack { refund: id, intent, minor: refund.minor, currency };
    let (state, provider_id) = match provider.give_back(asked).await {
        Ok(given) => (given.state, Some(given.id)),
        Err(trouble @ (Trouble::Refused(_) | Trouble::Unknown)) => {
            tracing::error!(%trouble, "the provider of card payments refused a refund");
            (RefundState::Failed, refund.provider_id.clone())
        }
        Err(trouble) => {
            tracing::warn!(%trouble, "the provider of card payments did not answer to a refund");
            return Err(unclear());
        }
    };
    let is_over = matches!(state, RefundState::Done | RefundState::Failed);
    let write = move |tx: &mut Tx<'_>| {
        let sql = "UPDATE card_refund SET state = $3, provider_id = $4,
             ask_at = CASE WHEN $5 = 1 THEN NULL ELSE ask_at END
             WHERE community_id = $1 AND id = $2 AND state IN ('begun', 'pending')";
        let values = params![community, id, state.as_str(), provider_id.as_deref(), i64::from(is_over)];
        if tx.execute(sql, values)? > 0 && is_over {
            let movement = |id| Movement { provider: name.to_owned(), id };
            let movement = provider_id.clone().filter(|_| state == RefundState::Done).map(movement);
            payments::finish_refund(tx, community, id, movement)?;
        }
        get(tx, community, id)?.ok_or_else(Error::not_found)
    };
    app.db.write(write).await
}

fn get(tx: &mut Tx<'_>, community: CommunityId, id: RefundId) -> Result<Option<Refund>, Error> {
    let sql =
        "SELECT payment_id, minor, state, provider_id FROM card_refund WHERE community_id = $1 AND id = $2";
    let Some(row) = tx.query_opt(sql, params![community, id])? else { return Ok(None) };
    let state = RefundState::from_name(&row.get::<String>(2)?);
    let state = state.ok_or_else(|| Error::refused(Code::Internal, "a refund stands as none can"))?;
    Ok(Some(Refund { id, payment: row.get(0)?, minor: row.get(1)?, state, provider_id: row.get(3)? }))
}
