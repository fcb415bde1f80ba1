//! Asking the provider about every payment that is open, with growing pauses: no webhook is promised to come.

use linli_wire::{
    Timestamp,
    id::{CommunityId, PaymentId, RefundId},
};

use super::{MINUTE_MS, look, refund, settle::give_up};
use crate::{App, Error, db::Tx, params, payments};

/// Minutes until a payment is asked about the first, second, third … time; the last one stays.
const PAUSES: [i64; 4] = [1, 5, 15, 60];
/// Payments that are asked about at a time.
const AT_ONCE: i64 = 50;

/// How long to wait with the next question after so many.
pub(super) fn pause(asked: i64) -> i64 {
    let longest = PAUSES.last().copied().unwrap_or(60);
    let minutes = usize::try_from(asked).ok().and_then(|asked| PAUSES.get(asked).copied()).unwrap_or(longest);
    minutes * MINUTE_MS
}

/// Asks about what is due, and tells when the next is. A question is noted before it is asked, so that a provider that
/// does not answer is not asked without pause.
///
/// # Errors
/// The database's.
pub(crate) async fn tend(app: &App) -> Result<Option<Timestamp>, Error> {
    let has_card = app.card.is_some();
    // For communities that were imported since.
    let offers = move |tx: &mut Tx<'_>| {
        crate::community::list(tx)?.iter().try_fold(true, |all, community| {
            Ok::<_, Error>(all && payments::ways(tx, community.id)?.card == has_card)
        })
    };
    if !app.db.read(offers).await? {
        app.db.patient().write(move |tx| payments::offer_card(tx, has_card)).await?;
    }
    if !has_card {
        if !app.db.read(left_behind).await?.is_empty() {
            app.db.write(give_up_left_behind).await?;
        }
        return Ok(None);
    }
    if app.db.read(|tx| due(tx, "card_payment")).await? {
        for (community, id) in app.db.write(take_payments).await? {
            if let Err(error) = look(app, community, id).await {
                tracing::warn!(%error, "a payment by card could not be asked about; asked again later");
            }
        }
    }
    if app.db.read(|tx| due(tx, "card_refund")).await? {
        for (community, id) in app.db.write(take_refunds).await? {
            if let Err(error) = refund::go_on(app, community, id).await {
                tracing::warn!(%error, "a refund by card could not be asked about; asked again later");
            }
        }
    }
    app.db.read(next).await
}

/// Payments of a time in which cards were taken here: nobody finished them, and nobody can be asked about them.
fn left_behind(tx: &mut Tx<'_>) -> Result<Vec<(CommunityId, PaymentId)>, Error> {
    let sql = "SELECT card.community_id, card.payment_id FROM card_payment AS card
         JOIN payment ON payment.community_id = card.community_id AND payment.id = card.payment_id
         WHERE card.ask_at IS NOT NULL AND card.link_expires_at <= $1 AND (payment.state = 'begun'
           OR payment.state = 'checking' AND NOT EXISTS (SELECT 1 FROM card_trouble AS trouble
             WHERE trouble.provider = card.provider AND trouble.intent = card.intent))";
    let now = tx.now();
    let rows = tx.query(sql, params![now])?;
    rows.iter().map(|row| Ok((row.get(0)?, row.get(1)?))).collect()
}

/// They are asked about once more when cards are taken again.
fn give_up_left_behind(tx: &mut Tx<'_>) -> Result<(), Error> {
    for (community, id) in left_behind(tx)? {
        give_up(tx, community, id)?;
    }
    Ok(())
}

/// What is due, and what a clock that was wrong has put off for longer than any pause is.
const DUE: &str = "ask_at IS NOT NULL AND (ask_at <= $1 OR ask_at > $2)";

fn bounds(tx: &Tx<'_>) -> (Timestamp, Timestamp) {
    (tx.now(), tx.now().plus_millis(pause(i64::MAX)))
}

fn due(tx: &mut Tx<'_>, table: &str) -> Result<bool, Error> {
    let (now, latest) = bounds(tx);
    Ok(tx.query_opt(&format!("SELECT 1 FROM {table} WHERE {DUE} LIMIT 1"), params![now, latest])?.is_some())
}

fn take_payments(tx: &mut Tx<'_>) -> Result<Vec<(CommunityId, PaymentId)>, Error> {
    let (now, latest) = bounds(tx);
    let sql = format!(
        "SELECT community_id, payment_id, asked FROM card_payment WHERE {DUE} ORDER BY ask_at LIMIT $3"
    );
    let rows = tx.query(&sql, params![now, latest, AT_ONCE])?;
    let mut taken = Vec::with_capacity(rows.len());
    for row in &rows {
        let (community, id, asked): (CommunityId, PaymentId, i64) = (row.get(0)?, row.get(1)?, row.get(2)?);
        let sql =
            "UPDATE card_payment SET asked = $3, ask_at = $4 WHERE community_id = $1 AND payment_id = $2";
        let next = now.plus_millis(pause(asked.saturating_add(1)));
        tx.execute(sql, params![community, id, asked.saturating_add(1), next])?;
        taken.push((community, id));
    }
    Ok(taken)
}

fn take_refunds(tx: &mut Tx<'_>) -> Result<Vec<(CommunityId, RefundId)>, Error> {
    let (now, latest) = bounds(tx);
    let sql = format!("SELECT community_id, id, asked FROM card_refund WHERE {DUE} ORDER BY ask_at LIMIT $3");
    let rows = tx.query(&sql, params![now, latest, AT_ONCE])?;
    let mut taken = Vec::with_capacity(rows.len());
    for row in &rows {
        let (community, id, asked): (CommunityId, RefundId, i64) = (row.get(0)?, row.get(1)?, row.get(2)?);
        let sql = "UPDATE card_refund SET asked = $3, ask_at = $4 WHERE community_id = $1 AND id = $2";
        let next = now.plus_millis(pause(asked.saturating_add(1)));
        tx.execute(sql, params![community, id, asked.saturating_add(1), next])?;
        taken.push((community, id));
    }
    Ok(taken)
}

fn next(tx: &mut Tx<'_>) -> Result<Option<Timestamp>, Error> {
    let sql = "SELECT MIN(ask_at) FROM (
           SELECT ask_at FROM card_payment UNION ALL SELECT ask_at FROM card_refund) AS open";
    Ok(tx.query_one(sql, &[])?.get(0)?)
}

#[cfg(test)]
mod tests {
    use super::{MINUTE_MS, pause};

    #[test]
    fn pauses_grow_to_an_hour() {
        let minutes: Vec<i64> =
            [0, 1, 2, 3, 4, 1000, i64::MAX].map(|asked| pause(asked) / MINUTE_MS).to_vec();
        assert_eq!(minutes, [1, 5, 15, 60, 60, 60, 60]);
    }
}
