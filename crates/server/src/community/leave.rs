//! Moving out, or no longer working here; and coming back.
//!
//! Who has left is nobody the community knows any more: no device of theirs is let in, no letter works,
//! no list names them. Their row stays, because what they wrote keeps their name and what they read
//! keeps its count, and because they may come back; the photo of them goes.

use linli_wire::id::{CommunityId, PersonId};

use super::{log_person, photo::forget_photo};
use crate::{Error, auth, db::Tx, devices, join, live, params, payments};

/// What [`leave`] found.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Left {
    /// They have left with this transaction.
    Now,
    /// They had left already.
    Before,
    /// There is no such person.
    Nobody,
}

/// Ends a person's devices, letters and place in the lists. `by` is what the audit says of who did it.
///
/// # Errors
/// The database's.
pub fn leave(tx: &mut Tx<'_>, community: CommunityId, id: PersonId, by: &str) -> Result<Left, Error> {
    let sql = "SELECT left_at, household_id FROM person WHERE community_id = $1 AND id = $2";
    let Some(row) = tx.query_locked(sql, params![community, id])? else { return Ok(Left::Nobody) };
    if row.get::<Option<i64>>(0)?.is_some() {
        return Ok(Left::Before);
    }
    lock_out(tx, community, id, "left")?;
    let now = tx.now();
    tx.execute(
        "UPDATE person SET left_at = $3, version = version + 1 WHERE community_id = $1 AND id = $2",
        params![community, id, now],
    )?;
    log_person(tx, community, id)?;
    forget_photo(tx, community, id)?;
    payments::moved(tx, community, id, row.get(1)?)?;
    let details = serde_json::json!({ "by": by }).to_string();
    auth::audit(tx, "person_left", Some(community), Some(id), None, &details)?;
    Ok(Left::Now)
}

/// Ends all devices and open codes of a person, who stays: a telephone was lost and nobody is left to
/// remove it with. Tells how many devices.
///
/// # Errors
/// The database's.
pub fn lock_out(tx: &mut Tx<'_>, community: CommunityId, id: PersonId, why: &str) -> Result<usize, Error> {
    // The codes first: a code that somebody is using at this moment is waited for, and its device found.
    join::end_codes(tx, community, id)?;
    let sql =
        "SELECT id FROM device WHERE community_id = $1 AND person_id = $2 AND revoked_at IS NULL ORDER BY id";
    let open = tx.query(sql, params![community, id])?;
    for row in &open {
        devices::end(tx, community, row.get(0)?, why)?;
    }
    live::tell(tx)?;
    Ok(open.len())
}

/// A person who had left is back; they need a new letter. Tells whether they had left.
///
/// # Errors
/// The database's.
pub fn come_back(tx: &mut Tx<'_>, community: CommunityId, id: PersonId, by: &str) -> Result<bool, Error> {
    let back = tx.execute(
        "UPDATE person SET left_at = NULL, version = version + 1
         WHERE community_id = $1 AND id = $2 AND left_at IS NOT NULL",
        params![community, id],
    )?;
    if back == 0 {
        return Ok(false);
    }
    log_person(tx, community, id)?;
    let details = serde_json::json!({ "by": by }).to_string();
    auth::audit(tx, "person_returned", Some(community), Some(id), None, &details)?;
    Ok(true)
}
