//! Payments that a backup knows nothing of: begun after it was made, and perhaps paid, before it was brought back.
//!
//! Their rows are gone, and who was told of them was the server of before. So the provider is asked for all that it began
//! since, and what was paid is shown by `linli-server check`. What the backup knows as open is asked about anyway.

use linli_wire::Timestamp;

use super::{MINUTE_MS, settle::settle, unclear};
use crate::{App, Error, db::Tx, instance, params};

/// How long after a restore a start of the server asks once more.
const ASKED_MS: i64 = 30 * 24 * 60 * MINUTE_MS;
/// How far the clocks of server and provider may be apart.
const APART_MS: i64 = 60 * MINUTE_MS;

/// Asks for payments that were begun after the backup that was brought back, if one was; once for each start is enough.
///
/// # Errors
/// `server_unreachable` when the provider did not answer; the database's.
pub(crate) async fn find_lost(app: &App) -> Result<(), Error> {
    let Some(provider) = app.card.as_deref() else { return Ok(()) };
    let Some(since) = app.db.read(known_until).await? else { return Ok(()) };
    let begun = provider.begun_since(since).await.map_err(|trouble| {
        tracing::warn!(%trouble, "the provider could not be asked for payments of after the backup; asked again later");
        unclear()
    })?;
    for intent in begun {
        settle(app, &intent).await?;
    }
    Ok(())
}

/// When the newest payment by card was begun that the backup knows, or the newest of all that it knows where it knows none;
/// nothing where no backup was brought back of late.
fn known_until(tx: &mut Tx<'_>) -> Result<Option<Timestamp>, Error> {
    let restored_at = instance::load(tx)?.restored_at;
    let Some(restored_at) = restored_at.filter(|at| tx.now().millis_since(*at) < ASKED_MS) else {
        return Ok(None);
    };
    let sql = "SELECT MAX(at) FROM payment WHERE way = 'card' AND at < $1";
    let newest: Option<Timestamp> = tx.query_one(sql, params![restored_at])?.get(0)?;
    let newest = match newest {
        Some(newest) => Some(newest),
        None => {
            let sql = "SELECT MAX(at) FROM (SELECT created_at AS at FROM instance
                 UNION ALL SELECT at FROM audit UNION ALL SELECT at FROM payment) AS known WHERE at < $1";
            tx.query_one(sql, params![restored_at])?.get(0)?
        }
    };
    Ok(Some(newest.map_or(Timestamp(0), |at| at.plus_millis(-APART_MS))))
}
