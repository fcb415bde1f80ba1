//! What authors took back, kept for three days: whoever was insulted may be quicker to report it than the network is, and
//! slower than who takes it back. Nobody reads it but who decides about a report of it.

use linli_wire::{
    chat::{Message, MessageContent},
    id::{CommunityId, MessageId},
};

use super::{DAY_MS, reports};
use crate::{Error, db::Tx, error::json, params};

/// How long it is kept.
const KEPT_MS: i64 = 3 * DAY_MS;

/// Keeps a message that is being taken back, as it was.
pub(super) fn keep(tx: &mut Tx<'_>, community: CommunityId, message: &Message) -> Result<(), Error> {
    let now = tx.now();
    tx.execute(
        "INSERT INTO taken_back (community_id, message_id, at, body) VALUES ($1, $2, $3, $4)
         ON CONFLICT (community_id, message_id) DO UPDATE SET at = excluded.at, body = excluded.body",
        params![community, message.id, now, json(message)?],
    )?;
    Ok(())
}

/// A message as it was before it was taken back; none once its time is over.
pub(super) fn find(tx: &mut Tx<'_>, community: CommunityId, id: MessageId) -> Result<Option<Message>, Error> {
    let since = tx.now().plus_millis(-KEPT_MS);
    let sql = "SELECT body FROM taken_back WHERE community_id = $1 AND message_id = $2 AND at > $3";
    Ok(tx.query_opt(sql, params![community, id, since])?.map(|row| row.json(0)).transpose()?)
}

/// Forgets what has been kept for its time, and lets its files go.
///
/// # Errors
/// The database's.
pub fn forget(tx: &mut Tx<'_>) -> Result<(), Error> {
    let until = tx.now().plus_millis(-KEPT_MS);
    let rows = tx.query("SELECT community_id, message_id FROM taken_back WHERE at <= $1", params![until])?;
    for row in &rows {
        let (community, id): (CommunityId, MessageId) = (row.get(0)?, row.get(1)?);
        let sql = "DELETE FROM taken_back WHERE community_id = $1 AND message_id = $2";
        tx.execute(sql, params![community, id])?;
        reports::let_go_of_files(tx, community, id)?;
    }
    Ok(())
}

/// What does not fit about it: what is kept of a message that was not taken back.
///
/// # Errors
/// The database's.
pub(crate) fn check(tx: &mut Tx<'_>) -> Result<Vec<String>, Error> {
    let rows = tx.query(
        "SELECT message.body, taken_back.body FROM taken_back JOIN message
         ON message.community_id = taken_back.community_id AND message.id = taken_back.message_id",
        &[],
    )?;
    let mut found = Vec::new();
    for row in &rows {
        let (message, kept): (Message, Message) = (row.json(0)?, row.json(1)?);
        if message.content != MessageContent::Deleted || kept.id != message.id || kept.content.is_gone() {
            found.push(format!("message {} was not taken back, but is kept as if it was", message.id));
        }
    }
    Ok(found)
}
