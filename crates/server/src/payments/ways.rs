//! How bills can be paid in a community: the office's folder says so.

use linli_wire::{
    id::CommunityId,
    payments::PaymentWays,
    sync::{Entity, Scope},
};

use super::bank;
use crate::{Error, community::Put, db::Tx, error::json, params};

/// How bills can be paid; nothing where the office did not say.
///
/// # Errors
/// The database's.
pub fn ways(tx: &mut Tx<'_>, community: CommunityId) -> Result<PaymentWays, Error> {
    let sql = "SELECT body FROM payment_ways WHERE community_id = $1";
    Ok(tx.query_opt(sql, params![community])?.map(|row| row.json(0)).transpose()?.unwrap_or_default())
}

/// Says of every community whether cards can be paid with here.
///
/// # Errors
/// The database's.
pub fn offer_card(tx: &mut Tx<'_>, card: bool) -> Result<(), Error> {
    for community in crate::community::list(tx)? {
        let known = ways(tx, community.id)?;
        if known.card != card {
            put(tx, community.id, known.version, PaymentWays { card, ..known })?;
        }
    }
    Ok(())
}

/// Puts how bills can be paid, and tells everybody. The version of what is given does not count, nor what it says of
/// cards, which the server's settings say.
///
/// # Errors
/// The database's.
pub fn put_ways(tx: &mut Tx<'_>, community: CommunityId, given: &PaymentWays) -> Result<Put, Error> {
    let known = ways(tx, community)?;
    let now = PaymentWays { version: known.version, card: known.card, ..given.clone() };
    if now == known && known.version > 0 {
        return Ok(Put::Same);
    }
    bank::renumber(tx, community, known.bank.as_ref(), now.bank.as_ref())?;
    put(tx, community, known.version, now)?;
    Ok(if known.version > 0 { Put::Changed } else { Put::Created })
}

fn put(tx: &mut Tx<'_>, community: CommunityId, known: u64, now: PaymentWays) -> Result<(), Error> {
    let now = PaymentWays { version: known + 1, ..now };
    tx.execute(
        "INSERT INTO payment_ways (community_id, version, body) VALUES ($1, $2, $3)
         ON CONFLICT (community_id) DO UPDATE SET version = excluded.version, body = excluded.body",
        params![community, now.version, &json(&now)?],
    )?;
    let scopes = [Scope::Community(community)];
    tx.log_as(community, &scopes, Entity::PaymentWays, community.0, now.version, Some(&now))
}
